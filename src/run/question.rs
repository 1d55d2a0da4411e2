//! One question about an estate, in the words of whoever asks: names to resources, and the answer.

use std::collections::BTreeSet;

use super::estate::each_estate;
use super::naming::{CALLERS, Names};
use super::teller::{Teller, decision_name};
use super::{Options, reported};
use crate::access::{Access, Answer, Caller, Circumstances, Object, Way};
use crate::finding::ReportedProblem;
use crate::finding::proof::Answered;
use crate::iam::catalogue;
use crate::iam::{Action, Hinge, Knowledge, Principal};
use crate::load::plan::View;
use crate::model::graph::{ResourceGraph, Target};
use crate::model::vocabulary::Kind;
use crate::network::Network;
use crate::paths::way_of;
use crate::workload::{domain_of, notebooks, role_uses};

/// May PRINCIPAL do ACTION to RESOURCE?
#[derive(Debug, Clone)]
pub struct Question {
    /// An address, a name or an ARN: of a role or user, or of a notebook or job, which stands for its
    /// role.
    pub principal: String,
    /// The action: `s3:GetObject`.
    pub action: String,
    /// An address, a name or an ARN; `*` for an action that is about nothing in particular.
    pub resource: String,
}

/// What came of a question.
#[derive(Debug)]
pub struct Outcome<T> {
    /// The answer of each estate that can give one.
    pub answers: Vec<T>,
    /// What could not be read.
    pub problems: Vec<ReportedProblem>,
    /// What no estate has, and what comes near it.
    pub not_found: Vec<String>,
}

/// Asks every input. An answer is given by each that has the principal.
///
/// # Errors
/// What is wrong with the action.
pub fn can(options: &Options, question: &Question) -> Result<Outcome<Answered>, String> {
    let action = action_of(&question.action)?;
    Ok(of_each(options, &|access, teller| {
        let network = Network::new(access.graph());
        let asker = Asker {
            access,
            network: &network,
        };
        asker.answer(question, &action, teller)
    }))
}

/// Puts a question to every estate.
pub(super) fn of_each<T>(
    options: &Options,
    answer: &dyn for<'g, 't, 'a> Fn(&Access<'g, 'a>, &Teller<'t, 'a>) -> Result<T, String>,
) -> Outcome<T> {
    let mut answers = Vec::new();
    let mut not_found = BTreeSet::new();
    let mut lost = Vec::new();
    let overview = each_estate(options, View::Planned, &mut |estate| {
        let problems = estate.problems.iter().filter(|problem| problem.fatal);
        lost.extend(problems.map(|problem| reported(problem.clone(), estate.sources)));
        let access = Access::new(&estate.graph, &options.managed_policies, &options.settings);
        match answer(&access, &Teller::of(&estate)) {
            Ok(answer) => answers.push(answer),
            Err(what) => {
                not_found.insert(what);
            }
        }
    });
    let mut problems = overview.problems;
    problems.retain(|problem| problem.fatal);
    problems.extend(lost);
    Outcome {
        answers,
        problems,
        not_found: not_found.into_iter().collect(),
    }
}

/// The action of a question.
pub(super) fn action_of(written: &str) -> Result<Action, String> {
    let action = Action::new(written)
        .ok_or_else(|| format!("`{written}` is no action such as s3:GetObject"))?;
    known_action(&action)?;
    Ok(action)
}

/// Asks one estate again what a path needed.
pub(super) struct Again<'q, 'g, 'a> {
    access: &'q Access<'g, 'a>,
    network: &'q Network<'g, 'a>,
    teller: &'q Teller<'q, 'a>,
}

impl<'q, 'g, 'a> Again<'q, 'g, 'a> {
    pub(super) fn new(
        access: &'q Access<'g, 'a>,
        network: &'q Network<'g, 'a>,
        teller: &'q Teller<'q, 'a>,
    ) -> Self {
        Self {
            access,
            network,
            teller,
        }
    }

    /// The answer; none if the estate lacks who asks or what it is about.
    pub(super) fn ask(&self, question: &Question) -> Option<Answered> {
        let asker = Asker {
            access: self.access,
            network: self.network,
        };
        let action = Action::new(&question.action)?;
        asker.answer(question, &action, self.teller).ok()
    }
}

/// A mistyped action would be denied, and look like an answer.
fn known_action(action: &Action) -> Result<(), String> {
    let written = action.written();
    let Some(service) = catalogue::service(action.service()) else {
        let near = catalogue::near_service(action.service());
        let near = near.map_or_else(String::new, |near| {
            format!("; did you mean `{near}:{}`?", action.name())
        });
        return Err(format!("no service has the prefix of `{written}`{near}"));
    };
    if service.action(action.name()).is_some() {
        return Ok(());
    }
    // AWS adds actions: one that resembles none may be new.
    match service.near(action.name()) {
        Some(near) => Err(format!(
            "`{written}` is no action that plangate knows; did you mean `{}:{near}`?",
            action.service()
        )),
        None => Ok(()),
    }
}

struct Asker<'q, 'g, 'a> {
    access: &'q Access<'g, 'a>,
    network: &'q Network<'g, 'a>,
}

impl<'g, 'a> Asker<'_, 'g, 'a> {
    fn answer(
        &self,
        question: &Question,
        action: &Action,
        teller: &Teller<'_, 'a>,
    ) -> Result<Answered, String> {
        let (caller, way) = self.caller(&question.principal, action)?;
        let mut notes = Vec::new();
        let object = self
            .names()
            .object(&question.resource, action, &caller, &mut notes)?;
        let mut circumstances = circumstances(action, &object, way, &mut notes);
        if let (Principal::Service { .. }, Some(owner)) = (&caller.principal, &object.owner) {
            // A service works for the account of the resource, as far as a plan tells.
            let known = Knowledge::value(owner.clone());
            circumstances
                .keys
                .push(("aws:SourceAccount".to_owned(), known));
        }
        let answer = self.access.ask(&caller, action, &object, &circumstances);
        let outcome = &answer.outcome;
        notes.extend(outcome.notes.iter().map(|note| (*note).to_owned()));
        notes.extend(self.ask_a_workload(&caller, &answer));
        let hinges = self.access.hinges_of(&answer);
        Ok(Answered {
            principal: caller.name,
            action: action.written().to_owned(),
            resource: object.name,
            decision: decision_name(outcome.decision),
            because: outcome
                .because
                .iter()
                .map(|one| teller.reason(one))
                .collect(),
            hinges_on: hinges
                .into_iter()
                .map(|(value, why)| teller.missing(&value, why))
                .collect(),
            notes,
            estate: teller.estate.to_owned(),
        })
    }

    /// Where it hinges on the way of the request: a workload has one.
    fn ask_a_workload(&self, caller: &Caller, answer: &Answer) -> Option<String> {
        let is_network = |hinge: &Hinge| match hinge {
            Hinge::Key(key) => {
                ["aws:sourcevpc", "aws:sourcevpce", "aws:sourceip"].contains(&key.as_str())
            }
            _ => false,
        };
        if !answer.outcome.hinges_on.iter().any(is_network) {
            return None;
        }
        let role = Target::Resource(caller.id?);
        let uses = role_uses(self.graph());
        let used = uses.into_iter().find(|used| used.role == role)?;
        let workload = self.graph().get(used.workload).address.as_str();
        Some(format!(
            "it hinges on the way that the request takes: ask for `{workload}`, of which that is known"
        ))
    }

    fn graph(&self) -> &'g ResourceGraph<'a> {
        self.access.graph()
    }

    fn names(&self) -> Names<'_, 'g, 'a> {
        Names {
            access: self.access,
        }
    }

    /// Who asks, and which way their requests take, where it is a workload.
    fn caller(&self, name: &str, action: &Action) -> Result<(Caller, Way), String> {
        if let Some(members) = self.members(name) {
            return Err(format!(
                "`{name}` is a group, which asks for nothing itself: ask for one of its users{members}"
            ));
        }
        let Some(id) = self.names().find(name, CALLERS)? else {
            // Any text with a dot might be a service: an address is none.
            let is_service =
                name.ends_with(".amazonaws.com") || name.ends_with(".amazonaws.com.cn");
            let is_named = name.contains('.') && !name.starts_with("arn:") && !is_service;
            return match Principal::parse(name) {
                Ok(principal) if !is_named => {
                    Ok((self.access.outsider(principal, name), Way::Unknown))
                }
                _ => Err(self.names().nothing("principal", name, CALLERS)),
            };
        };
        let graph = self.graph();
        let resource = graph.get(id);
        if let Some(caller) = self.access.caller(id) {
            return Ok((caller, Way::Unknown));
        }
        let domain = match domain_of(graph, id) {
            Some(Target::Resource(domain)) => Some(domain),
            _ => None,
        };
        // A profile without a role of its own has that of its domain.
        let notebooks = notebooks(graph);
        let of = |id| notebooks.iter().find(|one| one.id == id);
        let of_studio = of(id).or_else(|| of(domain?)).map(|one| one.role);
        let role = resource.get("role_arn").or(of_studio);
        let role = role.map(|value| graph.target(value, &[Kind::Role]));
        let caller = match role {
            Some(Target::Resource(role)) => self.access.caller(role),
            Some(Target::Outside(arn)) => {
                let principal = Principal::parse(arn);
                principal
                    .ok()
                    .map(|principal| self.access.outsider(principal, arn))
            }
            _ => None,
        };
        let mut caller = caller.ok_or_else(|| {
            format!("the role that `{name}` runs as is not known: ask for a role instead")
        })?;
        caller.name = format!("{} as {}", resource.address.as_str(), caller.name);
        let way = match action.service() {
            "s3" => way_of(graph, self.network, id, "s3"),
            "sagemaker" => way_of(graph, self.network, id, "sagemaker.api"),
            _ => Way::Unknown,
        };
        Ok((caller, way))
    }

    /// The users of a group, if a name is one.
    fn members(&self, name: &str) -> Option<String> {
        let graph = self.graph();
        let group = graph
            .find(name)
            .or(match graph.named(&[Kind::Group], name) {
                Target::Resource(id) => Some(id),
                _ => None,
            })?;
        if graph.get(group).kind() != Some(Kind::Group) {
            return None;
        }
        let users = self.names().all(&[Kind::User]);
        let users = users.filter(|(id, _)| self.access.groups_of(*id).0.contains(&group));
        let names: Vec<_> = users.map(|(_, one)| one.address.as_str()).take(3).collect();
        Some(if names.is_empty() {
            String::new()
        } else {
            format!(", such as {}", names.join(", "))
        })
    }
}

/// What is known of the request itself.
fn circumstances(
    action: &Action,
    object: &Object,
    way: Way,
    notes: &mut Vec<String>,
) -> Circumstances {
    let mut keys = Vec::new();
    if action == &Action::named("iam:PassRole") {
        keys.push((
            "iam:PassedToService",
            Knowledge::value("sagemaker.amazonaws.com"),
        ));
        notes.push("asked for passing it to sagemaker.amazonaws.com".to_owned());
    }
    if action.service() == "kms" && object.id.is_some() {
        keys.extend(
            [
                "aws:ViaAWSService",
                "aws:CalledVia",
                "aws:CalledViaFirst",
                "aws:CalledViaLast",
            ]
            .map(|key| (key, Knowledge::UNKNOWN)),
        );
    }
    way.with(keys)
}
