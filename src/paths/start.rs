//! Starting a Processing job from the code in a notebook: what its role may create, and which role it may
//! hand over.
//!
//! Source: IAM User Guide, "Grant a user permissions to pass a role to an AWS service"; Amazon SageMaker AI
//! Developer Guide, "How to use SageMaker AI execution roles".

use std::collections::BTreeSet;

use super::assume::SAGEMAKER;
use super::choice::Choice;
use super::{Hop, Prover, Step};
use crate::access::{Answer, Caller, Circumstances, Object, Reach, Way, reach};
use crate::finding::Severity;
use crate::iam::policy::{Effect, Statement};
use crate::iam::text::Domain;
use crate::iam::{Action, ArnSubject, Decision, Knowledge, Text};
use crate::model::graph::{ResourceId, Target};
use crate::model::truth::Truth;
use crate::model::value::{Value, Why};
use crate::model::vocabulary::Kind;

const CREATE: &str = "sagemaker:CreateProcessingJob";
pub(super) const PASS: &str = "iam:PassRole";

/// What else a role is passed to SageMaker for.
const OTHER_USES: &[&str] = &[
    "sagemaker:CreateTrainingJob",
    "sagemaker:CreateHyperParameterTuningJob",
    "sagemaker:CreateTransformJob",
    "sagemaker:CreateAutoMLJob",
    "sagemaker:CreateModel",
    "sagemaker:CreatePipeline",
    "sagemaker:CreateNotebookInstance",
];

/// What a notebook's role may do about Processing jobs.
pub(super) struct Start {
    pub(super) create: Hop,
    /// Waiting for its end.
    pub(super) follow: Hop,
    /// The ARN of the job that it may create.
    pub(super) job: Text,
    /// The way that its call takes.
    pub(super) way: Way,
    /// Passing a role whatever it is: denied only if none may be passed.
    pub(super) pass_any: Answer,
}

/// A role that a job may run as.
#[derive(Debug, Clone, Copy)]
pub(super) struct JobRole<'g> {
    /// The role; none for one outside the input.
    pub(super) target: Option<Target<'g>>,
    /// Its trust policy may let SageMaker in.
    trusts: bool,
}

impl<'g> Prover<'_, 'g, '_> {
    /// What a notebook's role may do about jobs; none if its code starts none.
    pub(super) fn start(&self, id: ResourceId, caller: &Caller) -> Option<Start> {
        let way = self.way(id, "sagemaker.api");
        let (create, job) = self.create(id, caller, way);
        let any = self.anything("the role that is passed", Domain::ANY);
        let any_role = self.role_named(caller, &any.text)?;
        let pass_any = self.ask(caller, PASS, &any_role, &passing(way));
        let may_pass = pass_any.decision().may_be_allowed();
        let starts = match create.decision {
            Decision::Allowed => true,
            Decision::Undecided => may_pass,
            _ => may_pass && !self.passes_for_others(caller, way),
        };
        let follow = self.follow(id, caller, &job, way);
        starts.then_some(Start {
            create,
            follow,
            job,
            way,
            pass_any,
        })
    }

    /// Whether a role that may create no Processing jobs passes roles for something else.
    fn passes_for_others(&self, caller: &Caller, way: Way) -> bool {
        let everything = self.access.no_object(caller);
        OTHER_USES.iter().any(|action| {
            let mut object = everything.clone();
            object.arn = self
                .access
                .unknown("what it creates", Why::ChosenByCode, Domain::ANY);
            let answer = self.ask(caller, action, &object, &way.with(Vec::new()));
            answer.decision().may_be_allowed()
        })
    }

    /// Starting a job, whose name and settings the code chooses.
    fn create(&self, notebook: ResourceId, caller: &Caller, way: Way) -> (Hop, Text) {
        let action = Action::named(CREATE);
        let object = |name: &Text| self.job_object(notebook, name);
        let anything = self.anything("the name of the job", Domain::NAME);
        let first = self.ask(
            caller,
            CREATE,
            &object(&anything.text),
            &way.with(Vec::new()),
        );
        let finish = |answer: Answer, name: &Choice, chosen: Vec<String>| {
            let chosen = (!chosen.is_empty()).then(|| format!("for jobs {}", chosen.join(", ")));
            let job = object(&name.text).arn;
            let hop = self
                .hop(Step::CreateJob, CREATE, &caller.name, answer)
                .on(None, "a job")
                .chosen(chosen);
            (hop, job)
        };
        if first.decision() != Decision::Undecided {
            return finish(first, &anything, Vec::new());
        }
        let keys = settings_of(&first);
        let settings = self.settings_demanded(&first, &keys);
        let mut names = vec![anything.clone()];
        names.extend(self.ends_named(&first, &action, Domain::NAME));
        let mut best = (first, anything, Vec::new());
        for with_settings in [false, true] {
            for name in &names {
                let mut known: Vec<_> = keys
                    .iter()
                    .map(|key| (key.as_str(), Knowledge::ABSENT))
                    .collect();
                let mut chosen: Vec<_> = name
                    .words
                    .iter()
                    .map(|name| format!("named `{name}`"))
                    .collect();
                if with_settings {
                    for (key, knowledge, words) in &settings {
                        known.retain(|(one, _)| *one != key.as_str());
                        known.push((key.as_str(), knowledge.clone()));
                        chosen.push(format!("where {words}"));
                    }
                }
                let answer = self.ask(caller, CREATE, &object(&name.text), &way.with(known));
                if answer.decision() == Decision::Allowed {
                    return finish(answer, name, chosen);
                }
                let hinges = |answer: &Answer| answer.outcome.hinges_on.len();
                let is_open = answer.decision() == Decision::Undecided;
                if is_open && hinges(&answer) < hinges(&best.0) {
                    best = (answer, name.clone(), chosen);
                }
            }
        }
        let (answer, name, chosen) = best;
        finish(answer, &name, chosen)
    }

    /// Waiting for the end of a job, as the SDK does unless it is told not to.
    fn follow(&self, notebook: ResourceId, caller: &Caller, job: &Text, way: Way) -> Hop {
        let action = "sagemaker:DescribeProcessingJob";
        let mut object = self.job_object(notebook, &Text::default());
        object.arn = job.clone();
        let answer = self.ask(caller, action, &object, &way.with(Vec::new()));
        self.hop(Step::FollowJob, action, &caller.name, answer)
            .on(None, object.name)
            .advised(Severity::Low)
    }

    /// A job of this name in the account and region of a notebook.
    fn job_object(&self, notebook: ResourceId, name: &Text) -> Object {
        let mut object = self.access.object(notebook);
        let mut arn = Text::default();
        for field in object.arn.fields(5).iter().flatten().take(5) {
            arn.push(field);
            arn.push_literal(":");
        }
        arn.push_literal("processing-job/");
        arn.push(name);
        object.arn = arn;
        object.id = None;
        "a job".clone_into(&mut object.name);
        object
    }

    /// A role of the caller's account with this path and name.
    fn role_named(&self, caller: &Caller, name: &Text) -> Option<Object> {
        let own = caller.id?;
        let mut object = self.access.object(own);
        let mut arn = Text::default();
        for field in object.arn.fields(5)?.iter().take(5) {
            arn.push(field);
            arn.push_literal(":");
        }
        arn.push_literal("role/");
        arn.push(name);
        object.arn = arn;
        Some(object)
    }

    /// Handing a role of the input to SageMaker.
    pub(super) fn pass_hop(&self, caller: &Caller, role: ResourceId, way: Way) -> Hop {
        let object = self.access.object(role);
        let answer = self.ask(caller, PASS, &object, &passing(way));
        self.hop(Step::PassRole, PASS, &caller.name, answer)
            .on(Some(role), object.name)
    }

    /// The roles beside a notebook's own that SageMaker could take for a job.
    pub(super) fn waiting_roles(&self, own: Target<'_>, job: &Text) -> Vec<ResourceId> {
        let others = self.roles.iter().filter(|id| {
            let is_taken = self.assumed_by_job(**id, job).decision.may_be_allowed();
            own != Target::Resource(**id) && is_taken && !self.runs_a_notebook(**id)
        });
        others.copied().collect()
    }

    /// Whether a statement that allows passing roles names this one, rather than all.
    fn names_role(&self, caller: &Caller, role: ResourceId) -> bool {
        let Some(arn) = self.access.arn(role) else {
            return false;
        };
        let (action, asked) = (Action::named(PASS), ArnSubject::new(arn));
        let statements = caller.identity.iter().flat_map(|policy| &policy.statements);
        let mut allowing = statements.filter(|one| one.effect == Effect::Allow);
        allowing.any(|statement| {
            let entries = statement.resources.iter().filter(|one| !one.negated);
            let mut entries = entries.flat_map(|one| &one.entries);
            let is_one =
                |entry| matches!(reach(entry, "iam", "role/"), Reach::One | Reach::Pattern);
            entries.any(is_one) && statement.is_about(&action, &asked) != Truth::No
        })
    }

    /// Whether SageMaker may take a role for some job.
    pub(super) fn may_be_taken(&self, role: ResourceId) -> bool {
        let any = self.anything("a job", Domain::ANY).text;
        self.assumed_by_job(role, &any).decision.may_be_allowed()
    }

    fn runs_a_notebook(&self, role: ResourceId) -> bool {
        self.notebooks.iter().any(|id| {
            let value = self.graph.get(*id).get("role_arn");
            let target = value.map(|value| self.graph.target(value, &[Kind::Role]));
            target == Some(Target::Resource(role))
        })
    }

    /// Some role may be passed, and it is none of the input's: the one that policies name, if they do.
    fn pass_outside(&self, caller: &Caller, start: &Start) -> Hop {
        let action = Action::named(PASS);
        for choice in self.ends_named(&start.pass_any, &action, Domain::IAM_NAME) {
            let Some(mut object) = self.role_named(caller, &choice.text) else {
                continue;
            };
            let answer = self.ask(caller, PASS, &object, &passing(start.way));
            if answer.decision() != Decision::Allowed {
                continue;
            }
            // The names of roles differ whatever their paths, so this one is not beside the other.
            let name = choice.text.known().and_then(|end| end.rsplit('/').next());
            let other = name.and_then(|name| self.role_called(name));
            if let Some(other) = other {
                return self.pass_hop(caller, other, start.way);
            }
            object.name = self.access.show(&object.arn);
            return self
                .hop(Step::PassRole, PASS, &caller.name, answer)
                .on(None, object.name);
        }
        self.hop(Step::PassRole, PASS, &caller.name, start.pass_any.clone())
            .on(None, "a role outside the input")
    }

    /// The role of the input with a name, whatever its path.
    fn role_called(&self, name: &str) -> Option<ResourceId> {
        let own = |id: &&ResourceId| {
            let value = self.graph.get(**id).get("name");
            value.and_then(Value::as_text) == Some(name)
        };
        self.roles.iter().find(own).copied()
    }

    /// The roles that a notebook's role may hand to SageMaker for a job: those that its policies name,
    /// else itself.
    pub(super) fn passed(
        &self,
        caller: &Caller,
        own: Target<'g>,
        start: &Start,
    ) -> Vec<(JobRole<'g>, Hop)> {
        let (mut named, mut reached) = (Vec::new(), Vec::new());
        for id in &self.roles {
            let is_named = self.names_role(caller, *id);
            if !is_named && Target::Resource(*id) != own {
                continue;
            }
            let hop = self.pass_hop(caller, *id, start.way);
            if hop.decision.must_be_denied() {
                continue;
            }
            let trusts = self
                .assumed_by_job(*id, &start.job)
                .decision
                .may_be_allowed();
            let role = JobRole {
                target: Some(Target::Resource(*id)),
                trusts,
            };
            if is_named {
                named.push((role, hop));
            } else if Target::Resource(*id) == own {
                reached.push((role, hop));
            }
        }
        if named.iter().any(|(role, _)| role.trusts) {
            // Others are passed to other services.
            named.retain(|(role, _)| role.trusts);
        }
        let found = if named.is_empty() { reached } else { named };
        if !found.is_empty() || start.pass_any.decision().must_be_denied() {
            return found;
        }
        let hop = self.pass_outside(caller, start);
        if hop.decision.must_be_denied() {
            return Vec::new();
        }
        let role = JobRole {
            target: None,
            trusts: true,
        };
        vec![(role, hop)]
    }
}

fn passing(way: Way) -> Circumstances {
    way.with(vec![("iam:PassedToService", Knowledge::value(SAGEMAKER))])
}

/// The settings of a job that conditions ask for.
fn settings_of(answer: &Answer) -> BTreeSet<String> {
    let conditions = answer.statements().flat_map(Statement::readable_conditions);
    let keys = conditions.map(|condition| condition.key.as_str());
    let is_setting = |key: &&str| {
        let is_deprecated = ["sagemaker:volumekmskey", "sagemaker:outputkmskey"].contains(key);
        let is_own = key.starts_with("sagemaker:") && !is_deprecated;
        is_own || key.starts_with("aws:requesttag/") || *key == "aws:tagkeys"
    };
    keys.filter(is_setting).map(str::to_owned).collect()
}
