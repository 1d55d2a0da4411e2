//! Who reaches data by taking over somebody who does: by assuming their role, by handing it to a service that
//! runs what one likes, by opening a notebook that has it, by writing what such a notebook or function runs.
//!
//! Source: IAM User Guide, "Grant a user permissions to pass a role to an AWS service" and "Methods to assume a
//! role"; Amazon SageMaker AI Developer Guide, "Customize a SageMaker notebook instance using an LCC script".

use std::collections::BTreeMap;

use rayon::prelude::*;

use super::actors::{Actor, From};
use super::direct::given;
use super::{Admitted, How, Link, LinkKind, Sealer};
use crate::access::{Access, Answer, Caller, Circumstances, Object, however};
use crate::iam::policy::{Effect, PrincipalKind};
use crate::iam::{Action, ArnSubject, Because, Decision, Knowledge, Principal, Text};
use crate::model::graph::{ResourceGraph, ResourceId, Target};
use crate::model::truth::Truth;
use crate::model::value::Why;
use crate::model::vocabulary::Kind;
use crate::workload::{Notebook, domain_of, notebooks};

/// What a service runs with a role that it is handed, by the actions that hand one over.
const SERVICES: &[(&str, &[&str])] = &[
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
    /// What runs.
    what: ResourceId,
}

/// A way from one actor to another.
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
                what: notebook.id,
            };
            runners.extend(doors(graph, &notebook).into_iter().map(open));
            let script = graph.get(notebook.id).get("lifecycle_config_name");
            let script = script.map(|script| graph.target(script, &[Kind::Script]));
            if let Some(Target::Resource(script)) = script {
                runners.push(Runner {
                    action: "sagemaker:UpdateNotebookInstanceLifecycleConfig",
                    kind: LinkKind::Script,
                    on: script,
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
        let own = resource.get("user_settings.execution_role");
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
        workloads: &std::collections::BTreeSet<ResourceId>,
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
                let Some(taken) = self.takeable(target) else {
                    continue;
                };
                let found: Vec<Option<Admitted>> = everyone
                    .par_iter()
                    .zip(&reached)
                    .map(|(actor, known)| {
                        let is_open = known.as_ref().is_none_or(|one| one.certain != Truth::Yes);
                        let may_come = matches!(actor.from, From::Input(_)) && is_open;
                        let is_self = actor.id() == target.id;
                        (may_come && !is_self)
                            .then(|| self.through(actor, &taken, target, workloads))
                            .flatten()
                    })
                    .collect();
                for (known, found) in reached.iter_mut().zip(found) {
                    let Some(found) = found else { continue };
                    let is_better = known.is_none() || found.certain == Truth::Yes;
                    if is_better {
                        next.push(found.clone());
                        *known = Some(found);
                    }
                }
                for outsider in &taken.outsiders {
                    foreign.extend(self.through(outsider, &taken, target, workloads));
                }
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

    /// What there is to know of a role that may be taken over; none for what is no role of the input.
    fn takeable(&self, target: &Admitted) -> Option<Taken> {
        let graph = self.access.graph();
        let id = target.id?;
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
        let services = SERVICES.iter().filter(|(name, _)| {
            let service = Principal::Service {
                name: Text::from(*name),
            };
            let caller = self.access.outsider(service, name);
            let action = Action::named("sts:AssumeRole");
            let answer = self.access.possible(&caller, &action, &object, &however());
            answer.decision().may_be_allowed()
        });
        let services = services.copied().collect();
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

    /// How an actor takes over a role, if they can.
    fn through(
        &self,
        actor: &Actor,
        taken: &Taken,
        target: &Admitted,
        workloads: &std::collections::BTreeSet<ResourceId>,
    ) -> Option<Admitted> {
        let found = self.link(actor, taken)?;
        let mut admitted = Admitted::of(actor, How::Through, found.certain.and(target.certain));
        admitted.expected = Self::expected(actor, workloads);
        admitted.chain = std::iter::once(found.link)
            .chain(target.chain.iter().cloned())
            .collect();
        admitted.because = found.because;
        admitted.hinges_on = found.hinges_on;
        if admitted.certain != Truth::Yes {
            admitted.hinges_on.extend(target.hinges_on.iter().cloned());
            admitted.hinges_on.sort();
            admitted.hinges_on.dedup();
        }
        Some(admitted)
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
            if !may(&actor.caller, &action) {
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
        for (service, actions) in &taken.services {
            let mut given = given(actor);
            let key = "iam:PassedToService".to_owned();
            given.keys.push((key, Knowledge::value(*service)));
            let passed = self.access.possible(caller, &pass, &taken.object, &given);
            if passed.decision().must_be_denied() {
                continue;
            }
            let created = actions.iter().find_map(|action| {
                let named = Action::named(action);
                let answer = may(caller, &named).then(|| self.creates(caller, &named))?;
                (answer.decision() == Decision::Allowed).then_some((*action, answer))
            });
            let Some((action, _)) = created else { continue };
            let text = format!("passes {} to {service} by {action}", taken.name);
            match self.found(LinkKind::Pass, text, passed) {
                Some(found) if found.certain == Truth::Yes => return Some(found),
                found => perhaps = perhaps.or(found),
            }
        }
        perhaps
    }

    fn creates(&self, caller: &Caller, action: &Action) -> Answer {
        let given: Circumstances = however();
        self.access.possible_somewhere(caller, action, &given)
    }

    fn found(&self, kind: LinkKind, text: String, answer: Answer) -> Option<Found> {
        let certain = match answer.decision() {
            Decision::Allowed => Truth::Yes,
            Decision::Undecided => Truth::Unknown,
            _ => return None,
        };
        let hinges = answer.outcome.hinges_on.iter();
        let hinges_on = match certain {
            Truth::Yes => Vec::new(),
            _ => hinges.map(|hinge| self.access.hinge(hinge)).collect(),
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
    /// The services that may take it, with the actions that hand it to them.
    services: Vec<(&'static str, &'static [&'static str])>,
    /// Whom its trust policy names, and who is not in the input.
    outsiders: Vec<Actor>,
}

/// The same for one resource.
fn may_on(caller: &Caller, action: &Action, resource: &ArnSubject) -> bool {
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
