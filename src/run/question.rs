//! One question about an estate, in the words of whoever asks: names to resources, and the answer.

use std::collections::BTreeSet;

use super::estate::each_estate;
use super::teller::{Teller, decision_name};
use super::{Options, reported};
use crate::access::{Access, Answer, Caller, Circumstances, Object, Way};
use crate::finding::ReportedProblem;
use crate::finding::proof::Answered;
use crate::iam::catalogue;
use crate::iam::text::Domain;
use crate::iam::{Action, Hinge, Knowledge, Principal};
use crate::load::plan::View;
use crate::model::graph::{ResourceGraph, ResourceId, Target};
use crate::model::resource::Resource;
use crate::model::truth::Truth;
use crate::model::value::{Value, Why};
use crate::model::vocabulary::Kind;
use crate::network::Network;
use crate::paths::way_of;
use crate::workload::role_uses;

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
#[derive(Debug, Default)]
pub struct Outcome {
    /// The answer of each estate that has both.
    pub answers: Vec<Answered>,
    /// What could not be read.
    pub problems: Vec<ReportedProblem>,
    /// What no estate has, and what comes near it.
    pub not_found: Vec<String>,
}

/// Asks every input. An answer is given by each that has the principal.
///
/// # Errors
/// What is wrong with the action.
pub fn can(options: &Options, question: &Question) -> Result<Outcome, String> {
    let action = Action::new(&question.action)
        .ok_or_else(|| format!("`{}` is no action such as s3:GetObject", question.action))?;
    known_action(&action)?;
    let mut outcome = Outcome::default();
    let mut not_found = BTreeSet::new();
    let mut lost = Vec::new();
    let overview = each_estate(options, View::Planned, &mut |estate| {
        let problems = estate.problems.iter().filter(|problem| problem.fatal);
        lost.extend(problems.map(|problem| reported(problem.clone(), estate.sources)));
        let access = Access::new(&estate.graph, &options.managed_policies);
        let teller = Teller::of(&estate);
        let network = Network::new(&estate.graph);
        let asker = Asker {
            access: &access,
            network: &network,
        };
        match asker.answer(question, &action, &teller) {
            Ok(answer) => outcome.answers.push(answer),
            Err(what) => {
                not_found.insert(what);
            }
        }
    });
    outcome.problems = overview.problems;
    outcome.problems.retain(|problem| problem.fatal);
    outcome.problems.extend(lost);
    outcome.not_found = not_found.into_iter().collect();
    Ok(outcome)
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

/// What may be asked about as a resource.
const OBJECTS: &[Kind] = &[
    Kind::Bucket,
    Kind::KmsKey,
    Kind::KmsKeyReplica,
    Kind::KmsKeyExternal,
    Kind::KmsAlias,
    Kind::Role,
    Kind::Repository,
    Kind::Notebook,
    Kind::ProcessingJob,
    Kind::User,
    Kind::Group,
    Kind::PolicyManaged,
    Kind::LogGroup,
    Kind::Secret,
    Kind::Endpoint,
];

/// Who can ask.
const CALLERS: &[Kind] = &[
    Kind::Role,
    Kind::User,
    Kind::Notebook,
    Kind::ProcessingJob,
    Kind::ProcessingJobMonitor,
];

impl<'g, 'a> Asker<'_, 'g, 'a> {
    fn answer(
        &self,
        question: &Question,
        action: &Action,
        teller: &Teller<'_, 'a>,
    ) -> Result<Answered, String> {
        let (caller, way) = self.caller(&question.principal, action)?;
        let mut notes = Vec::new();
        let object = self.object(&question.resource, action, &caller, &mut notes)?;
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
        let mut hinges: Vec<_> = outcome
            .hinges_on
            .iter()
            .map(|hinge| self.access.hinge(hinge))
            .collect();
        hinges.sort();
        hinges.dedup();
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

    /// Who asks, and which way their requests take, where it is a workload.
    fn caller(&self, name: &str, action: &Action) -> Result<(Caller, Way), String> {
        if let Some(members) = self.members(name) {
            return Err(format!(
                "`{name}` is a group, which asks for nothing itself: ask for one of its users{members}"
            ));
        }
        let Some(id) = self.find(name, CALLERS)? else {
            // Any text with a dot might be a service: an address is none.
            let is_service =
                name.ends_with(".amazonaws.com") || name.ends_with(".amazonaws.com.cn");
            let is_named = name.contains('.') && !name.starts_with("arn:") && !is_service;
            return match Principal::parse(name) {
                Ok(principal) if !is_named => {
                    Ok((self.access.outsider(principal, name), Way::Unknown))
                }
                _ => Err(self.nothing("principal", name, CALLERS)),
            };
        };
        let graph = self.graph();
        let resource = graph.get(id);
        if let Some(caller) = self.access.caller(id) {
            return Ok((caller, Way::Unknown));
        }
        let role = resource.get("role_arn");
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
        let users = self.all(&[Kind::User]);
        let users = users.filter(|(id, _)| self.access.groups_of(*id).0.contains(&group));
        let names: Vec<_> = users.map(|(_, one)| one.address.as_str()).take(3).collect();
        Some(if names.is_empty() {
            String::new()
        } else {
            format!(", such as {}", names.join(", "))
        })
    }

    /// What is asked about.
    fn object(
        &self,
        name: &str,
        action: &Action,
        caller: &Caller,
        notes: &mut Vec<String>,
    ) -> Result<Object, String> {
        if name == "*" || catalogue::is_without_resource(action) == Truth::Yes {
            if name != "*" {
                notes.push(format!(
                    "`{}` is about no resource: it was asked on `*`",
                    action.written()
                ));
            }
            let mut object = self.access.no_object(caller);
            if catalogue::is_without_resource(action) != Truth::Yes {
                notes.push("asked for any resource at all".to_owned());
                object.arn = self
                    .access
                    .unknown("the resource", Why::AtRequest, Domain::ANY);
            }
            return Ok(object);
        }
        let (bucket, key) = match name.split_once('/') {
            Some((before, after)) if !name.starts_with("arn:") => (before, Some(after)),
            _ => (name, None),
        };
        let found = match self.find(name, OBJECTS)? {
            Some(id) => Some((id, None)),
            None => self.find(bucket, &[Kind::Bucket])?.map(|id| (id, key)),
        };
        let Some((id, inside)) = found else {
            if name.starts_with("arn:") {
                return Ok(self
                    .in_bucket(name)
                    .unwrap_or_else(|| self.access.foreign_object(&name.into(), name)));
            }
            return Err(self.nothing("resource", name, OBJECTS));
        };
        // KMS decides about the key that an alias stands for, but where the alias itself is managed.
        let is_alias = self.graph().get(id).kind() == Some(Kind::KmsAlias);
        let key = is_alias.then(|| self.access.key_of_alias(id)).flatten();
        let stands_for = key.filter(|_| !action.name().ends_with("alias"));
        let mut object = self.access.object(stands_for.unwrap_or(id));
        if self.graph().get(id).kind() == Some(Kind::Bucket) && is_about_objects(action) {
            object.arn.push_literal("/");
            if let Some(inside) = inside {
                object.arn.push_literal(inside);
                object.name = format!("{}/{inside}", object.name);
            } else {
                let any = self
                    .access
                    .unknown("the object", Why::AtRequest, Domain::ANY);
                object.arn.push(&any);
                object.name = format!("{}/*", object.name);
                notes.push("asked for any object of the bucket".to_owned());
            }
        }
        Ok(object)
    }

    /// An object, by its ARN, in a bucket of the input.
    fn in_bucket(&self, arn: &str) -> Option<Object> {
        let (bucket, key) = arn.split_once('/')?;
        match self.graph().named(&[Kind::Bucket], bucket) {
            Target::Resource(id) => {
                let mut object = self.access.object(id);
                object.arn = arn.into();
                object.name = format!("{}/{key}", object.name);
                Some(object)
            }
            _ => None,
        }
    }

    /// The resource of an address, a name or an ARN, one of the estate's own before others.
    fn find(&self, name: &str, kinds: &[Kind]) -> Result<Option<ResourceId>, String> {
        let graph = self.graph();
        if let Some(id) = graph.find(name) {
            let kind = graph.get(id).kind();
            if kind.is_some_and(|kind| kinds.contains(&kind)) {
                return Ok(Some(id));
            }
            let what = kind.map_or("what plangate does not read", Kind::name);
            return Err(format!(
                "`{name}` is {what}, which this question cannot be about"
            ));
        }
        match graph.named(kinds, name) {
            Target::Resource(id) => Ok(Some(id)),
            Target::Outside(_) => Ok(None),
            Target::Unknown(_) => {
                let same = self.all(kinds);
                let same = same.filter(|(_, one)| names_of(one).any(|known| known == name));
                let mut same: Vec<_> = same.collect();
                let best = same.iter().map(|(_, one)| one.standing).max();
                same.retain(|(_, one)| Some(one.standing) == best);
                let same: Vec<_> = same.iter().map(|(_, one)| one.address.as_str()).collect();
                Err(format!(
                    "several are called `{name}`: ask for {}",
                    same.join(" or ")
                ))
            }
        }
    }

    fn all<'k>(
        &self,
        kinds: &'k [Kind],
    ) -> impl Iterator<Item = (ResourceId, &'g Resource<'a>)> + use<'k, 'g, 'a> {
        self.graph().iter().filter(move |(_, resource)| {
            resource.standing.is_whole()
                && resource.kind().is_some_and(|kind| kinds.contains(&kind))
        })
    }

    /// That there is no such thing, and what comes near.
    fn nothing(&self, what: &str, name: &str, kinds: &[Kind]) -> String {
        let mut near = Vec::new();
        for (_, resource) in self.all(kinds) {
            let address = resource.address.as_str();
            let names = names_of(resource).chain([address]);
            let likeness = names.map(|known| strsim::jaro_winkler(known, name));
            let likeness = likeness.fold(0.0, f64::max);
            if likeness > 0.75 {
                near.push((likeness, address));
            }
        }
        near.sort_by(|one, other| other.0.total_cmp(&one.0).then(one.1.cmp(other.1)));
        let near: Vec<_> = near
            .iter()
            .take(3)
            .map(|(_, one)| format!("`{one}`"))
            .collect();
        if near.is_empty() {
            let some: Vec<_> = self
                .all(kinds)
                .take(3)
                .map(|(_, one)| one.address.as_str())
                .collect();
            let some = if some.is_empty() {
                String::new()
            } else {
                format!(", such as {}", some.join(", "))
            };
            format!("there is no {what} `{name}`: give an address{some}, a name or an ARN")
        } else {
            format!(
                "there is no {what} `{name}`; did you mean {}?",
                near.join(" or ")
            )
        }
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

/// The texts that a resource goes by.
fn names_of<'r>(resource: &'r Resource<'_>) -> impl Iterator<Item = &'r str> {
    let paths = ["name", "bucket", "arn", "id", "key_id"];
    paths
        .into_iter()
        .filter_map(|path| resource.get(path).and_then(Value::as_text))
}

/// Whether an action of S3 is about objects rather than their bucket.
fn is_about_objects(action: &Action) -> bool {
    let service = catalogue::service(action.service());
    let known = service.and_then(|service| Some((service, service.action(action.name())?)));
    known.is_some_and(|(service, known)| {
        let mut kinds = service.resources_of(known);
        kinds.any(|(kind, _)| kind.name == "object")
    })
}
