//! PG-PJ-008.

use super::{Check, Context, Example, Link, Rule, RuleKind, Subject};
use crate::finding::{Evidence, Severity, Verdict};
use crate::iam::Text;
use crate::model::graph::Target;
use crate::model::resource::Resource;
use crate::model::value::{Data, Piece, Referent, Value, Why};
use crate::model::vocabulary::Kind;
use crate::workload::JOB_KINDS;

pub(super) const RULE: Rule = Rule {
    id: "processing-job-uses-iam-role",
    alias: "PG-PJ-008",
    kind: RuleKind::Secure,
    tier: 1,
    severity: Severity::Critical,
    summary: "a Processing job runs as an IAM role, named by its ARN",
    why: "SageMaker assumes the role and hands its temporary credentials to the job. A user, a group or the account's \
          root cannot be assumed, and an instance profile is not the role in it: the job is refused, and what people do \
          then is put the keys of a user into it.",
    unsure: "A role that is not known is unsure.",
    fix: "set `role_arn` to the ARN of a role that trusts `sagemaker.amazonaws.com`",
    references: &[
        Link {
            title: "Amazon SageMaker AI API Reference: CreateProcessingJob, RoleArn",
            url: "https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_CreateProcessingJob.html",
        },
        Link {
            title: "Amazon SageMaker AI Developer Guide: How to use SageMaker AI execution roles",
            url: "https://docs.aws.amazon.com/sagemaker/latest/dg/sagemaker-roles.html",
        },
    ],
    assumes: &[],
    example: Example {
        fail: include_str!("../../testdata/rules/processing-job-uses-iam-role/fail.tf"),
        pass: include_str!("../../testdata/rules/processing-job-uses-iam-role/pass.tf"),
    },
    check: Check::Resource(JOB_KINDS, check),
};

const ROLE: &str = "role_arn";

fn check(context: &Context<'_, '_>, job: &Subject<'_, '_>) -> Verdict {
    let own = job.own_path(ROLE);
    let at = job.place(ROLE);
    let fix = format!("set `{own}` to the ARN of a role that trusts `sagemaker.amazonaws.com`");
    let broken = |message: String, severity: Severity| {
        let evidence = Evidence::new(message, at).severity(severity);
        Verdict::Broken(vec![evidence.fix(fix.clone())])
    };
    let value = job.resource.get(ROLE);
    let Some(value) = value.filter(|value| !matches!(value.data, Data::Null)) else {
        let message = format!("`{own}` is not set: SageMaker refuses a job without a role");
        return broken(message, Severity::High);
    };
    if let Some((named, attribute)) = referred(context, value) {
        let address = named.address.as_str();
        return match named.kind() {
            Some(Kind::Role) if attribute == "arn" => Verdict::Holds,
            Some(Kind::Role) => broken(
                format!(
                    "`{own}` is the name of `{address}` and not its ARN: SageMaker refuses the job"
                ),
                Severity::High,
            ),
            Some(kind) => match noun(kind) {
                Some(noun) => broken(
                    format!(
                        "`{own}` is `{address}`, which is {noun} and no role: a job runs as a role only"
                    ),
                    Severity::Critical,
                ),
                None => unsure(job, Why::ExternalResource),
            },
            None => unsure(job, Why::ExternalResource),
        };
    }
    let Some(arn) = context.access.text(value, &job.value_name(ROLE)) else {
        return unsure(job, Why::UnexpectedForm);
    };
    let last = arn.fields(5).and_then(|fields| fields.into_iter().nth(5));
    let resource = last.as_ref().map(Text::known_start);
    match (resource, arn.known()) {
        (Some(resource), _) if resource.starts_with("role/") => Verdict::Holds,
        (Some(resource), _) if !resource.is_empty() && !"role/".starts_with(resource) => {
            let what = resource.split('/').next().and_then(|kind| match kind {
                "user" => Some("a user"),
                "group" => Some("a group"),
                "root" => Some("the account itself"),
                "instance-profile" => Some("an instance profile"),
                _ => None,
            });
            let what = what.unwrap_or("something else");
            let shown = context.access.show(&arn);
            broken(
                format!(
                    "`{own}` is `{shown}`, which names {what} and no role: a job runs as a role only"
                ),
                Severity::Critical,
            )
        }
        (_, Some(text)) => {
            // The name of a role of the input is meant as the role.
            let target = context.graph.target(value, &[Kind::Role]);
            let what = match target {
                Target::Resource(_) => "the name of a role",
                _ => "no ARN",
            };
            broken(
                format!(
                    "`{own}` is `{text}`, {what}: SageMaker takes the ARN of a role only and refuses the job"
                ),
                Severity::High,
            )
        }
        _ => unsure(job, context.graph.why_not_known(value)),
    }
}

fn unsure(job: &Subject<'_, '_>, why: Why) -> Verdict {
    Verdict::Unsure(vec![job.unsure(
        ROLE,
        why,
        "whether this job runs as a role",
    )])
}

/// The resource of which a value is an attribute, and which.
fn referred<'g, 'v, 'a>(
    context: &Context<'g, 'a>,
    value: &'v Value<'_>,
) -> Option<(&'g Resource<'a>, &'v str)> {
    let Data::Template(pieces) = &value.data else {
        return None;
    };
    let [Piece::Reference(reference)] = pieces.as_ref() else {
        return None;
    };
    match reference.of {
        Referent::Resource(id) => Some((context.graph.get(id), reference.attribute.as_ref())),
        Referent::Provider(_) | Referent::Parameter(_) => None,
    }
}

/// What an identity is that is no role.
fn noun(kind: Kind) -> Option<&'static str> {
    match kind {
        Kind::User => Some("a user"),
        Kind::Group => Some("a group"),
        Kind::InstanceProfile => Some("an instance profile"),
        _ => None,
    }
}
