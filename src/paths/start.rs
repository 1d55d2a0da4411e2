//! Starting a Processing job from the code in a notebook: what its role may create, and which role it may
//! hand over.
//!
//! Source: IAM User Guide, "Grant a user permissions to pass a role to an AWS service"; Amazon SageMaker AI
//! Developer Guide, "How to use SageMaker AI execution roles".

use std::iter;

use super::assume::SAGEMAKER;
use super::create::Created;
use super::{Hop, Prover, Step};
use crate::access::{Answer, Caller, Circumstances, Object, Reach, Way, reach};
use crate::finding::Severity;
use crate::iam::policy::Effect;
use crate::iam::text::Domain;
use crate::iam::{Action, ArnSubject, Decision, Knowledge, Text};
use crate::model::graph::{ResourceId, Target};
use crate::model::truth::Truth;
use crate::model::value::{Value, Why};
use crate::model::vocabulary::Kind;

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
    /// Creating one, tagging it if policies demand tags, and waiting for its end.
    pub(super) asked: Vec<Hop>,
    /// The ARN of the job that it may create.
    pub(super) job: Text,
    /// Policies demand that the job lies in a VPC.
    pub(super) in_vpc: bool,
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
        let Created {
            hop: create,
            job,
            in_vpc,
            tags,
        } = self.create(id, caller, way);
        let any = self.access.anything("the role that is passed", Domain::ANY);
        let any_role = self.role_named(caller, &any.text)?;
        let pass_any = self.ask(caller, PASS, &any_role, &passing(way));
        let may_pass = pass_any.decision().may_be_allowed();
        let starts = match create.decision {
            _ if self.access.starts_jobs().is_some() => self.access.starts_jobs() == Some(true),
            // Who may do everything but pass roles was not let in for the sake of jobs.
            Decision::Allowed => may_pass || names_sagemaker(&create),
            Decision::Undecided => may_pass,
            _ => may_pass && !self.passes_for_others(caller, way),
        };
        let asked = starts.then(|| {
            let tag = (!tags.is_empty()).then(|| self.tag(id, caller, &job, tags, way));
            let follow = self.follow(id, caller, &job, way);
            iter::once(create).chain(tag).chain([follow]).collect()
        });
        Some(Start {
            asked: asked?,
            job,
            in_vpc,
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

    /// Tagging a job while it is created.
    ///
    /// Source: Amazon SageMaker AI API Reference, "`CreateProcessingJob`", `Tags`; Service Authorization
    /// Reference, "Actions, resources, and condition keys for Amazon SageMaker", `AddTags`.
    fn tag(
        &self,
        notebook: ResourceId,
        caller: &Caller,
        job: &Text,
        tags: Vec<(String, Knowledge)>,
        way: Way,
    ) -> Hop {
        let action = "sagemaker:AddTags";
        let object = self.access.object(notebook).neighbour(job.clone(), "a job");
        let circumstances = Circumstances { way, keys: tags };
        let answer = self.ask(caller, action, &object, &circumstances);
        self.hop(Step::TagJob, action, &caller.name, answer)
            .on(None, object.name)
    }

    /// Waiting for the end of a job, as the SDK does unless it is told not to.
    fn follow(&self, notebook: ResourceId, caller: &Caller, job: &Text, way: Way) -> Hop {
        let action = "sagemaker:DescribeProcessingJob";
        let object = self.access.object(notebook).neighbour(job.clone(), "a job");
        let answer = self.ask(caller, action, &object, &way.with(Vec::new()));
        self.hop(Step::FollowJob, action, &caller.name, answer)
            .on(None, object.name)
            .advised(Severity::Low)
    }

    /// A job of this name in the account and region of a notebook.
    pub(super) fn job_object(&self, notebook: ResourceId, name: &Text) -> Object {
        let object = self.access.object(notebook);
        let mut arn = Text::default();
        for field in object.arn.fields(5).iter().flatten().take(5) {
            arn.push(field);
            arn.push_literal(":");
        }
        arn.push_literal("processing-job/");
        arn.push(name);
        object.neighbour(arn, "a job")
    }

    /// A role of the caller's account with this path and name.
    fn role_named(&self, caller: &Caller, name: &Text) -> Option<Object> {
        let own = caller.id?;
        let object = self.access.object(own);
        let mut arn = Text::default();
        for field in object.arn.fields(5)?.iter().take(5) {
            arn.push(field);
            arn.push_literal(":");
        }
        arn.push_literal("role/");
        arn.push(name);
        let shown = self.access.show(&arn);
        Some(object.neighbour(arn, shown))
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
        let any = self.access.anything("a job", Domain::ANY).text;
        self.assumed_by_job(role, &any).decision.may_be_allowed()
    }

    fn runs_a_notebook(&self, role: ResourceId) -> bool {
        let mut notebooks = self.notebooks.iter();
        notebooks.any(|one| self.graph.target(one.role, &[Kind::Role]) == Target::Resource(role))
    }

    /// Some role may be passed, and it is none of the input's: the one that policies name, if they do.
    fn pass_outside(&self, caller: &Caller, start: &Start) -> Hop {
        let action = Action::named(PASS);
        for choice in self
            .access
            .ends_named(&start.pass_any, &action, Domain::IAM_NAME)
        {
            let Some(object) = self.role_named(caller, &choice.text) else {
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
            return self
                .hop(Step::PassRole, PASS, &caller.name, answer)
                .on(None, object.name);
        }
        self.hop(Step::PassRole, PASS, &caller.name, start.pass_any.clone())
            .on(None, "a role outside the input")
    }

    /// The roles of the input and those that other roots make.
    pub(super) fn all_roles(&self) -> impl Iterator<Item = &ResourceId> {
        self.roles.iter().chain(&self.other_roles)
    }

    /// The role of the input with a name, whatever its path.
    fn role_called(&self, name: &str) -> Option<ResourceId> {
        let own = |id: &&ResourceId| {
            let value = self.graph.get(**id).get("name");
            value.and_then(Value::as_text) == Some(name)
        };
        self.all_roles().find(own).copied()
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
        for id in self.all_roles() {
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

/// Whether a statement that allows a request names SageMaker's actions, rather than all.
fn names_sagemaker(hop: &Hop) -> bool {
    let statements = hop.answer.iter().flat_map(Answer::statements);
    let mut allowing = statements.filter(|one| one.effect == Effect::Allow);
    let create = Action::named(hop.action);
    allowing.any(|statement| {
        let mut entries = statement.actions.entries.iter();
        statement.actions.cover(&create) != Truth::No
            && !statement.actions.negated
            && entries.any(|entry| entry.text.known().is_some_and(is_of_sagemaker))
    })
}

fn is_of_sagemaker(action: &str) -> bool {
    action
        .split_once(':')
        .is_some_and(|(service, _)| service.eq_ignore_ascii_case("sagemaker"))
}

pub(super) fn passing(way: Way) -> Circumstances {
    way.with(vec![("iam:PassedToService", Knowledge::value(SAGEMAKER))])
}
