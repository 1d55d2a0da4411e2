//! Who reaches data by taking over somebody who does: by assuming their role, by handing it to a service that
//! runs what one likes, by opening a notebook that has it, by writing what such a notebook or function runs.
//!
//! Source: IAM User Guide, "Grant a user permissions to pass a role to an AWS service" and "Methods to assume a
//! role"; Amazon SageMaker AI Developer Guide, "Customize a SageMaker notebook instance using an LCC script".

use std::collections::BTreeMap;
use std::sync::{Arc, PoisonError};

use rayon::prelude::*;

use super::actors::Actor;
use super::direct::given;
use super::{Admitted, How, Link, LinkKind, Meant, Sealer};
use crate::access::{Access, Answer, Caller, Object, however};
use crate::iam::policy::{Effect, PrincipalKind};
use crate::iam::{Action, ArnSubject, Because, Decision, Knowledge, Principal, Text};
use crate::model::graph::{ResourceGraph, ResourceId, Target};
use crate::model::truth::Truth;
use crate::model::value::Why;
use crate::model::vocabulary::Kind;
use crate::workload::{Notebook, domain_of, notebooks};

/// What a service runs with a role that it is handed, by the actions that hand one over.
pub(super) const SERVICES: [(&str, &[&str]); 10] = [
    (
        "sagemaker.amazonaws.com",
        &[
            "sagemaker:CreateProcessingJob",
            "sagemaker:CreateNotebookInstance",
            "sagemaker:CreateTrainingJob",
            "sagemaker:CreateTransformJob",
            "sagemaker:CreateAutoMLJob",
            "sagemaker:CreatePipeline",
            "sagemaker:CreateModel",
            "sagemaker:CreateDomain",
            "sagemaker:CreateUserProfile",
            "sagemaker:CreateDataQualityJobDefinition",
            "sagemaker:CreateMonitoringSchedule",
            "sagemaker:UpdateNotebookInstance",
            "sagemaker:UpdatePipeline",
        ],
    ),
    ("lambda.amazonaws.com", &["lambda:CreateFunction"]),
    (
        "glue.amazonaws.com",
        &["glue:CreateJob", "glue:CreateDevEndpoint", "glue:UpdateJob"],
    ),
    (
        "ecs-tasks.amazonaws.com",
        &[
            "ecs:RegisterTaskDefinition",
            "ecs:RunTask",
            "batch:SubmitJob",
        ],
    ),
    ("ec2.amazonaws.com", &["ec2:RunInstances"]),
    (
        "states.amazonaws.com",
        &["states:CreateStateMachine", "states:UpdateStateMachine"],
    ),
    ("codebuild.amazonaws.com", &["codebuild:CreateProject"]),
    (
        "cloudformation.amazonaws.com",
        &["cloudformation:CreateStack"],
    ),
    ("scheduler.amazonaws.com", &["scheduler:CreateSchedule"]),
    ("events.amazonaws.com", &["events:PutTargets"]),
];

/// What runs as the roles of the input, and can be taken over.
#[derive(Debug, Default)]
pub(super) struct Links {
    runs_as: BTreeMap<ResourceId, Vec<Runner>>,
}

/// Something that runs as a role.
#[derive(Debug)]
struct Runner {
    /// The action by which it is taken over.
    action: &'static str,
    kind: LinkKind,
    /// What the action is about.
    on: ResourceId,
    /// Its ARN, ready to be compared.
    subject: ArnSubject,
    /// What runs.
    what: ResourceId,
}

/// A way from one actor to another.
#[derive(Debug)]
struct Found {
    link: Link,
    certain: Truth,
    because: Vec<Because>,
    hinges_on: Vec<(String, Why)>,
}

impl Links {
    pub(super) fn of(access: &Access<'_, '_>) -> Self {
        let graph = access.graph();
        let mut links = Self::default();
        for notebook in notebooks(graph) {
            let Target::Resource(role) = graph.target(notebook.role, &[Kind::Role]) else {
                continue;
            };
            let runners = links.runs_as.entry(role).or_default();
            let open = |on| Runner {
                action: match graph.get(on).kind() {
                    Some(Kind::Notebook) => "sagemaker:CreatePresignedNotebookInstanceUrl",
                    _ => "sagemaker:CreatePresignedDomainUrl",
                },
                kind: LinkKind::Open,
                on,
                subject: ArnSubject::new(access.object(on).arn),
                what: notebook.id,
            };
            runners.extend(doors(graph, &notebook).into_iter().map(open));
            let script = graph.get(notebook.id).if_any("lifecycle_config_name");
            let script = script.map(|script| graph.target(script, &[Kind::Script]));
            if let Some(Target::Resource(script)) = script {
                runners.push(Runner {
                    action: "sagemaker:UpdateNotebookInstanceLifecycleConfig",
                    kind: LinkKind::Script,
                    on: script,
                    subject: ArnSubject::new(access.object(script).arn),
                    what: notebook.id,
                });
            }
        }
        for (id, resource) in graph.iter() {
            let is_function = resource.kind() == Some(Kind::Lambda);
            if !is_function || !resource.standing.is_whole() || graph.is_replaced(id) {
                continue;
            }
            let role = resource.get("role");
            let role = role.map(|role| graph.target(role, &[Kind::Role]));
            if let Some(Target::Resource(role)) = role {
                links.runs_as.entry(role).or_default().push(Runner {
                    action: "lambda:UpdateFunctionCode",
                    kind: LinkKind::Replace,
                    on: id,
                    subject: ArnSubject::new(access.object(id).arn),
                    what: id,
                });
            }
        }
        links
    }
}

/// By what a notebook is opened: itself; of a domain, the profiles that run as its role.
fn doors(graph: &ResourceGraph<'_>, notebook: &Notebook<'_, '_>) -> Vec<ResourceId> {
    if graph.get(notebook.id).kind() != Some(Kind::NotebookDomain) {
        return vec![notebook.id];
    }
    let role = |value| graph.target(value, &[Kind::Role]);
    let profiles = graph.iter().filter(|(id, resource)| {
        let own = resource.if_any("user_settings.execution_role");
        resource.kind() == Some(Kind::NotebookProfile)
            && own.is_none_or(|own| role(own) == role(notebook.role))
            && domain_of(graph, *id) == Some(Target::Resource(notebook.id))
    });
    profiles.map(|(id, _)| id).collect()
}

impl Sealer<'_, '_, '_> {
    /// Everyone who reaches data: those who do directly, and those who take over one of them who counts, or
    /// who got there so themselves.
    pub(super) fn with_chains(
        &self,
        everyone: &[&Actor],
        mut reached: Vec<Option<Admitted>>,
        is_target: &dyn Fn(&Admitted) -> bool,
        meant: Meant<'_>,
    ) -> Vec<Admitted> {
        let mut targets: Vec<Admitted> = reached
            .iter()
            .flatten()
            .filter(|one| is_target(one))
            .cloned()
            .collect();
        let mut foreign = Vec::new();
        while !targets.is_empty() {
            let mut next = Vec::new();
            for target in &targets {
                let Some(taking) = target.id.and_then(|id| self.taking(id)) else {
                    continue;
                };
                let all = everyone.iter().zip(&reached).zip(&taking.own);
                let found = all.map(|((actor, known), found)| {
                    let is_open = known.as_ref().is_none_or(|one| one.certain != Truth::Yes);
                    let may_come = is_open && actor.id() != target.id;
                    let found = found.as_ref().filter(|_| may_come)?;
                    Some(self.through(actor, found, target, meant))
                });
                let found: Vec<Option<Admitted>> = found.collect();
                for (known, found) in reached.iter_mut().zip(found) {
                    let Some(found) = found else { continue };
                    let is_better = known.is_none() || found.certain == Truth::Yes;
                    if is_better {
                        next.push(found.clone());
                        *known = Some(found);
                    }
                }
                let others = taking.foreign.iter();
                foreign
                    .extend(others.map(|(actor, found)| self.through(actor, found, target, meant)));
            }
            targets = next;
        }
        let mut all = by_group(everyone, reached);
        for one in foreign {
            if !all.iter().any(|known| known.name == one.name) {
                all.push(one);
            }
        }
        all
    }

    /// Who takes over a role, worked out once; none for what is no role of the input.
    fn taking(&self, role: ResourceId) -> Option<Arc<Taking>> {
        let known = || self.takings.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(taking) = known().get(&role) {
            return taking.clone();
        }
        let taking = self.takeable(role).map(|taken| {
            let own = self.actors.par_iter();
            let own = own.map(|actor| self.link(actor, &taken)).collect();
            let foreign = taken.outsiders.iter();
            let foreign = foreign
                .filter_map(|actor| Some((actor.clone(), self.link(actor, &taken)?)))
                .collect();
            Arc::new(Taking { own, foreign })
        });
        known().insert(role, taking.clone());
        taking
    }

    /// What there is to know of a role that may be taken over; none for what is no role of the input.
    fn takeable(&self, id: ResourceId) -> Option<Taken> {
        let graph = self.access.graph();
        let resource = graph.get(id);
        if resource.kind() != Some(Kind::Role) {
            return None;
        }
        let object = self.access.object(id);
        let trust = object.policy()?;
        let allowing = trust
            .statements
            .iter()
            .filter(|one| one.effect != Effect::Deny);
        let entries: Vec<_> = allowing
            .filter_map(|one| one.principals.as_ref())
            .flat_map(|one| &one.entries)
            .collect();
        let is_open = trust.is_open()
            || entries.iter().any(|entry| {
                !matches!(
                    entry.kind,
                    PrincipalKind::Service | PrincipalKind::Federated | PrincipalKind::UniqueId
                )
            });
        let names_identities = trust.is_open()
            || entries.iter().any(|entry| {
                !matches!(
                    entry.kind,
                    PrincipalKind::Service
                        | PrincipalKind::Federated
                        | PrincipalKind::UniqueId
                        | PrincipalKind::Account
                )
            });
        let services = SERVICES.iter().enumerate().filter(|(_, (name, _))| {
            let service = Principal::Service {
                name: Text::from(*name),
            };
            let caller = self.access.outsider(service, name);
            let action = Action::named("sts:AssumeRole");
            let answer = self.access.possible(&caller, &action, &object, &however());
            answer.decision().may_be_allowed()
        });
        let services = services.map(|(at, _)| at).collect();
        let outsiders = super::actors::trusted(self.access, &object);
        Some(Taken {
            id,
            name: resource.address.as_str().to_owned(),
            subject: ArnSubject::new(object.arn.clone()),
            object,
            is_assumable: is_open,
            names_identities,
            services,
            outsiders,
        })
    }

    /// Somebody who takes over one who gets in.
    fn through(
        &self,
        actor: &Actor,
        found: &Found,
        target: &Admitted,
        meant: Meant<'_>,
    ) -> Admitted {
        let mut admitted = Admitted::of(actor, How::Through, found.certain.and(target.certain));
        admitted.expected = self.expected(actor, meant);
        let own = std::iter::once(&found.link);
        admitted.chain = own.chain(&target.chain).cloned().collect();
        admitted.because.clone_from(&found.because);
        admitted.hinges_on.clone_from(&found.hinges_on);
        if admitted.certain != Truth::Yes {
            admitted.hinges_on.extend(target.hinges_on.iter().cloned());
            admitted.hinges_on.sort();
            admitted.hinges_on.dedup();
        }
        admitted
    }

    fn link(&self, actor: &Actor, taken: &Taken) -> Option<Found> {
        let tries = [
            Self::assumes as fn(&Self, &Actor, &Taken) -> Option<Found>,
            Self::takes_over,
            Self::passes,
        ];
        let mut perhaps = None;
        for one in tries {
            match one(self, actor, taken) {
                Some(found) if found.certain == Truth::Yes => return Some(found),
                Some(found) => {
                    perhaps.get_or_insert(found);
                }
                None => {}
            }
        }
        perhaps
    }

    fn assumes(&self, actor: &Actor, taken: &Taken) -> Option<Found> {
        let action = Action::named("sts:AssumeRole");
        let caller = &actor.caller;
        let may = || actor.may_assume && may_on(caller, &action, &taken.subject);
        if !taken.is_assumable || !(taken.names_identities || may()) {
            return None;
        }
        let answer = self
            .access
            .possible(caller, &action, &taken.object, &given(actor));
        self.found(LinkKind::Assume, format!("assumes {}", taken.name), answer)
    }

    /// What already runs as the role is opened, or made to run something else.
    fn takes_over(&self, actor: &Actor, taken: &Taken) -> Option<Found> {
        let graph = self.access.graph();
        let runners = self.links.runs_as.get(&taken.id).into_iter().flatten();
        let mut perhaps = None;
        for runner in runners {
            let action = Action::named(runner.action);
            if !may_on(&actor.caller, &action, &runner.subject) {
                continue;
            }
            let object = self.access.object(runner.on);
            let answer = self
                .access
                .possible(&actor.caller, &action, &object, &given(actor));
            let name = |id| graph.get(id).address.as_str();
            let text = match runner.kind {
                LinkKind::Script => format!(
                    "writes {}, the script with which {} starts as {}",
                    name(runner.on),
                    name(runner.what),
                    taken.name
                ),
                LinkKind::Replace => format!(
                    "replaces the code of {}, which runs as {}",
                    name(runner.on),
                    taken.name
                ),
                _ => format!("opens {}, which runs as {}", name(runner.on), taken.name),
            };
            match self.found(runner.kind, text, answer) {
                Some(found) if found.certain == Truth::Yes => return Some(found),
                found => perhaps = perhaps.or(found),
            }
        }
        perhaps
    }

    /// The role is handed to a service together with something to run.
    fn passes(&self, actor: &Actor, taken: &Taken) -> Option<Found> {
        if taken.services.is_empty() || !actor.may_pass {
            return None;
        }
        let caller = &actor.caller;
        let pass = Action::named("iam:PassRole");
        if !may_on(caller, &pass, &taken.subject) {
            return None;
        }
        let mut perhaps = None;
        for (at, (service, actions)) in SERVICES.iter().enumerate() {
            if !taken.services.contains(&at) {
                continue;
            }
            // What they cannot have run is asked first: that is known of every role at once.
            let Some(action) = self.creates(actor, at, actions) else {
                continue;
            };
            let mut given = given(actor);
            let key = "iam:PassedToService".to_owned();
            given.keys.push((key, Knowledge::value(*service)));
            let passed = self.access.possible(caller, &pass, &taken.object, &given);
            if passed.decision().must_be_denied() {
                continue;
            }
            let text = format!("passes {} to {service} by {action}", taken.name);
            match self.found(LinkKind::Pass, text, passed) {
                Some(found) if found.certain == Truth::Yes => return Some(found),
                found => perhaps = perhaps.or(found),
            }
        }
        perhaps
    }

    /// The action by which an actor has a service run something, whatever that is.
    fn creates(&self, actor: &Actor, at: usize, actions: &[&'static str]) -> Option<&'static str> {
        if actor.caller.is_beyond_proof() {
            return None;
        }
        let by = || {
            actions.iter().copied().find(|action| {
                let named = Action::named(action);
                let ask = || {
                    self.access
                        .possible_somewhere(&actor.caller, &named, &however())
                };
                may(&actor.caller, &named) && ask().decision() == Decision::Allowed
            })
        };
        *actor.creates.get(at)?.get_or_init(by)
    }

    fn found(&self, kind: LinkKind, text: String, answer: Answer) -> Option<Found> {
        let certain = match answer.decision() {
            Decision::Allowed => Truth::Yes,
            Decision::Undecided => Truth::Unknown,
            _ => return None,
        };
        let hinges_on = match certain {
            Truth::Yes => Vec::new(),
            _ => self.access.hinges_of(&answer),
        };
        let because = answer.outcome.because;
        let at = because.iter().find_map(|one| one.at);
        Some(Found {
            link: Link { kind, text, at },
            certain,
            because,
            hinges_on,
        })
    }
}

/// Everybody who gets in, but users who do as members of a group that is there.
pub(super) fn by_group(everyone: &[&Actor], reached: Vec<Option<Admitted>>) -> Vec<Admitted> {
    let groups: BTreeMap<ResourceId, Truth> = reached
        .iter()
        .flatten()
        .filter_map(|one| Some((one.id?, one.certain)))
        .collect();
    let each = everyone.iter().zip(reached);
    let own = each.filter_map(|(actor, one)| {
        let one = one?;
        let mut by = actor.groups.iter().filter_map(|group| groups.get(group));
        let is_told = by.any(|certain| *certain == Truth::Yes || one.certain != Truth::Yes);
        (!is_told).then_some(one)
    });
    own.collect()
}

/// Who takes over a role.
#[derive(Debug)]
pub(super) struct Taking {
    /// How each of the input's own does, in their order.
    own: Vec<Option<Found>>,
    /// Others whom its trust policy lets in.
    foreign: Vec<(Actor, Found)>,
}

/// A role that may be taken over.
struct Taken {
    id: ResourceId,
    name: String,
    object: Object,
    /// Its ARN, ready to be compared.
    subject: ArnSubject,
    /// Its trust policy lets others in than services.
    is_assumable: bool,
    /// It names some of them, who then need no permission of their own.
    names_identities: bool,
    /// The services that may take it, by their place among all.
    services: Vec<usize>,
    /// Whom its trust policy names, and who is not in the input.
    outsiders: Vec<Actor>,
}

/// The same for one resource.
pub(super) fn may_on(caller: &Caller, action: &Action, resource: &ArnSubject) -> bool {
    caller.identity.iter().any(|policy| {
        let mut statements = policy.statements.iter();
        policy.is_open()
            || statements
                .any(|one| one.effect != Effect::Deny && !one.is_about_others(action, resource))
    })
}

/// Whether any policy of a caller's could allow an action: what none does is not asked in full.
pub(super) fn may(caller: &Caller, action: &Action) -> bool {
    caller.identity.iter().any(|policy| {
        let mut statements = policy.statements.iter();
        policy.is_open()
            || statements
                .any(|one| one.effect != Effect::Deny && one.actions.cover(action) != Truth::No)
    })
}
