//! The start of a job that is written inside of a state machine, a pipeline or a schedule: what the role of
//! that must be allowed.
//!
//! Source: AWS Step Functions Developer Guide, "How Step Functions generates IAM policies for integrated services"
//! and "Create and manage Amazon SageMaker AI jobs with Step Functions"; Amazon SageMaker AI Developer Guide, "IAM
//! Access Management" of pipelines; Amazon `EventBridge` Scheduler User Guide, "Setting up the execution role"; Service
//! Authorization Reference, "Actions, resources, and condition keys for Amazon SageMaker", `CreateProcessingJob`.

use super::start::{PASS, passing};
use super::{Hop, Prover, Step};
use crate::access::{Answer, Caller, Encryption, Object, Way};
use crate::finding::Severity;
use crate::iam::text::Domain;
use crate::iam::{Action, Decision, Knowledge, Text};
use crate::model::graph::{Carried, ResourceId, Target};
use crate::model::resource::Resource;
use crate::model::value::{Data, Value, Why};
use crate::model::vocabulary::Kind;

const CREATE: &str = "sagemaker:CreateProcessingJob";

/// The rule of events by which Step Functions learns that a job ended.
const RULE: &str = "rule/StepFunctionsGetEventsForSageMakerProcessingJobsRule";

/// What it takes to make that rule.
const EVENTS: &[&str] = &["events:PutTargets", "events:PutRule", "events:DescribeRule"];

const STATES: &str = "states.amazonaws.com";

impl<'a> Prover<'_, '_, 'a> {
    /// What happens before a job runs that another resource carries.
    pub(super) fn carried_start(
        &self,
        id: ResourceId,
        (carried, service): (&Carried<'a>, &'static str),
        role: Target<'_>,
        not_judged: &mut Vec<String>,
    ) -> Vec<Hop> {
        let carrier = self.name(carried.by);
        not_judged.push(format!("who may start `{carrier}`"));
        let target = match &carried.caller {
            Some(value) => self.graph.target(value, &[Kind::Role]),
            None => Target::Unknown(Why::UnexpectedForm),
        };
        let mut hops = Vec::new();
        if let Target::Resource(own) = target {
            hops.push(self.assumed_by_service(own, carried.by, service));
        }
        let Some(caller) = self.caller(target) else {
            let why = match target {
                Target::Unknown(why) => why,
                _ => Why::ExternalResource,
            };
            let hinge = (format!("the role of {carrier}"), why);
            hops.push(Self::open_hop(
                Step::CreateJob,
                CREATE,
                &carrier,
                "a job".to_owned(),
                hinge,
            ));
            return hops;
        };
        let resource = self.graph.get(id);
        let settings = self.settings_of_job(resource);
        let (create, job) = self.create_hop(id, &caller, &settings);
        hops.push(create);
        if let Some(tags) = tags_of(resource) {
            hops.push(self.on_job(&caller, &job, Step::TagJob, "sagemaker:AddTags", tags));
        }
        hops.push(self.passed_by_carrier(&caller, role, id));
        if carried.waits {
            let describe = "sagemaker:DescribeProcessingJob";
            hops.push(self.on_job(&caller, &job, Step::FollowJob, describe, Vec::new()));
            let stop = "sagemaker:StopProcessingJob";
            let stop = self.on_job(&caller, &job, Step::FollowJob, stop, Vec::new());
            // Without it, a job outlives an execution that is stopped.
            hops.push(stop.advised(Severity::Low));
        }
        if carried.waits && service == STATES {
            let events = EVENTS
                .iter()
                .map(|action| self.event_hop(id, &caller, action));
            hops.extend(events);
        }
        hops
    }

    /// Creating the job that is written; where whoever starts it gives its name, one that policies admit.
    fn create_hop(
        &self,
        id: ResourceId,
        caller: &Caller,
        settings: &[(&str, Knowledge)],
    ) -> (Hop, Object) {
        let action = Action::named(CREATE);
        let ask = |object: &Object| {
            self.ask(
                caller,
                CREATE,
                object,
                &Way::Service.with(settings.to_vec()),
            )
        };
        let name = self.graph.get(id).get("processing_job_name");
        let is_open = name.is_none_or(|name| name.why_unknown().is_some());
        let created = |answer: Answer, object: Object, chosen: Option<String>| {
            let hop = self.hop(Step::CreateJob, CREATE, &caller.name, answer);
            (hop.on(None, "a job").chosen(chosen), object)
        };
        let mut object = self.access.object(id);
        if !is_open {
            return created(ask(&object), object, None);
        }
        let anything = self.access.anything("the name of the job", Domain::NAME);
        object = self.job_object(id, &anything.text);
        let first = ask(&object);
        if first.decision() == Decision::Undecided {
            for choice in self.access.ends_named(&first, &action, Domain::NAME) {
                let object = self.job_object(id, &choice.text);
                let answer = ask(&object);
                if answer.decision() == Decision::Allowed {
                    let chosen = choice.words.map(|name| format!("for jobs named `{name}`"));
                    return created(answer, object, chosen);
                }
            }
        }
        created(first, object, None)
    }

    fn on_job(
        &self,
        caller: &Caller,
        job: &Object,
        step: Step,
        action: &'static str,
        keys: Vec<(&str, Knowledge)>,
    ) -> Hop {
        let answer = self.ask(caller, action, job, &Way::Service.with(keys));
        self.hop(step, action, &caller.name, answer)
            .on(None, "a job")
    }

    /// Handing the role of the job to SageMaker.
    fn passed_by_carrier(&self, caller: &Caller, role: Target<'_>, id: ResourceId) -> Hop {
        match role {
            Target::Resource(role) => self.pass_hop(caller, role, Way::Service),
            Target::Outside(arn) if arn.starts_with("arn:") => {
                let object = self.access.foreign_object(&Text::from(arn), arn);
                let answer = self.ask(caller, PASS, &object, &passing(Way::Service));
                self.hop(Step::PassRole, PASS, &caller.name, answer)
                    .on(None, arn)
            }
            Target::Outside(_) | Target::Unknown(_) => {
                let name = format!("{}.role_arn", self.name(id));
                let why = match role {
                    Target::Unknown(why) => why,
                    _ => Why::ExternalResource,
                };
                let what = "the role of the job".to_owned();
                Self::open_hop(Step::PassRole, PASS, &caller.name, what, (name, why))
            }
        }
    }

    /// Making the rule of events by which Step Functions learns that the job ended.
    fn event_hop(&self, id: ResourceId, caller: &Caller, action: &'static str) -> Hop {
        let object = self.access.object(id);
        let mut arn = Text::default();
        for (at, field) in object.arn.fields(5).iter().flatten().take(5).enumerate() {
            match at {
                2 => arn.push_literal("events"),
                _ => arn.push(field),
            }
            arn.push_literal(":");
        }
        arn.push_literal(RULE);
        let object = object.neighbour(arn, RULE);
        let answer = self.ask(caller, action, &object, &Way::Service.with(Vec::new()));
        self.hop(Step::FollowJob, action, &caller.name, answer)
            .on(None, RULE)
    }

    /// What the request of a job says, as the condition keys that it carries.
    fn settings_of_job(&self, job: &Resource<'a>) -> Vec<(&'static str, Knowledge)> {
        let mut settings = Vec::new();
        for (key, path) in TEXTS {
            settings.push((*key, self.said(job, path)));
        }
        for (key, path) in KEYS {
            let value = job.get(path);
            let known = match value.map(|value| self.access.key_named(Some(value), path)) {
                None => Knowledge::ABSENT,
                Some(Encryption::Key(key)) => Knowledge::value(key.arn),
                Some(Encryption::Free | Encryption::AwsManaged | Encryption::Unknown(..)) => {
                    Knowledge::UNKNOWN
                }
            };
            settings.push((*key, known));
        }
        settings.extend(tags_of(job).unwrap_or_else(|| {
            vec![
                ("aws:RequestTag/*", Knowledge::ABSENT),
                ("aws:TagKeys", Knowledge::ABSENT),
            ]
        }));
        settings
    }

    fn said(&self, job: &Resource<'a>, path: &str) -> Knowledge {
        let Some(value) = job.get(path) else {
            return Knowledge::ABSENT;
        };
        let name = format!("{}.{path}", job.address.as_str());
        let text = |value: &Value<'a>| match &value.data {
            Data::Bool(flag) => Some(Text::from(flag.to_string().as_str())),
            Data::Number(number) => Some(Text::from(number.to_string().as_str())),
            Data::Text(_) | Data::Template(_) => self.access.text(value, &name),
            _ => None,
        };
        match &value.data {
            Data::Null => Knowledge::ABSENT,
            Data::List(all) => {
                let texts: Option<Vec<_>> = all.iter().map(text).collect();
                texts.map_or_else(Knowledge::present, Knowledge::values)
            }
            _ => text(value).map_or(Knowledge::UNKNOWN, Knowledge::value),
        }
    }
}

/// Condition keys and what they are told by.
const TEXTS: &[(&str, &str)] = &[
    (
        "sagemaker:InstanceTypes",
        "processing_resources.cluster_config.instance_type",
    ),
    (
        "sagemaker:MaxRuntimeInSeconds",
        "stopping_condition.max_runtime_in_seconds",
    ),
    (
        "sagemaker:NetworkIsolation",
        "network_config.enable_network_isolation",
    ),
    (
        "sagemaker:InterContainerTrafficEncryption",
        "network_config.enable_inter_container_traffic_encryption",
    ),
    ("sagemaker:VpcSubnets", "network_config.vpc_config.subnets"),
    (
        "sagemaker:VpcSecurityGroupIds",
        "network_config.vpc_config.security_group_ids",
    ),
];

const KEYS: &[(&str, &str)] = &[
    (
        "sagemaker:VolumeKmsKeyArn",
        "processing_resources.cluster_config.volume_kms_key_id",
    ),
    (
        "sagemaker:OutputKmsKeyArn",
        "processing_output_config.kms_key_id",
    ),
];

/// The tags of a job as condition keys; none without tags.
fn tags_of(job: &Resource<'_>) -> Option<Vec<(&'static str, Knowledge)>> {
    let tags = job.get("tags")?;
    let unknown = vec![
        ("aws:RequestTag/*", Knowledge::UNKNOWN),
        ("aws:TagKeys", Knowledge::UNKNOWN),
    ];
    match tags.as_map() {
        Some(map) if map.is_empty() => None,
        Some(map) => {
            let keys = map.iter().map(|(key, _)| Text::from(key));
            Some(vec![
                ("aws:RequestTag/*", Knowledge::UNKNOWN),
                ("aws:TagKeys", Knowledge::values(keys)),
            ])
        }
        None => Some(unknown),
    }
}
