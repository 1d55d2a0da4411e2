//! What to write for a path to work: the smallest statement, and where it belongs.

use super::Context;
use super::hops::blocked_by;
use crate::iam::{Decision, Layer};
use crate::model::graph::ResourceId;
use crate::paths::{Hop, Step};

/// The smallest statement that would allow hops of one principal, all denied for one reason, and where it
/// belongs.
pub(super) fn remedy(context: &Context<'_, '_>, first: &Hop, hops: &[&Hop]) -> String {
    if let Some(code) = first.code {
        return beside_policies(code).to_owned();
    }
    if first.decision == Decision::DeniedExplicitly {
        return past_denial(first);
    }
    if let Some(condition) = first.because.iter().find_map(|one| one.unmet.as_deref()) {
        return meeting(condition, first);
    }
    let mut actions: Vec<_> = hops.iter().map(|hop| quoted(hop.action)).collect();
    actions.dedup();
    let actions = actions.join(", ");
    if first.step == Step::AssumeRole {
        return format!(
            "in `assume_role_policy` of `{}`: `statement {{ actions = [{actions}] principals {{ type = \
             \"Service\" identifiers = [\"sagemaker.amazonaws.com\"] }} }}`",
            first.resource
        );
    }
    let lacks = |layer| first.because.iter().any(|one| one.layer == layer);
    let grant = match first.step {
        Step::GrantVolumeKey => condition("Bool", "kms:GrantIsForAWSResource", "true"),
        _ => String::new(),
    };
    let is_known =
        first.principal.starts_with("arn:") || context.graph.find(&first.principal).is_some();
    let by_key = lacks(Layer::Resource) && first.action.starts_with("kms:");
    let by_repository =
        lacks(Layer::Resource) && !lacks(Layer::Identity) && first.action.starts_with("ecr:");
    if by_key || by_repository {
        let resources = if by_key { " resources = [\"*\"]" } else { "" };
        let whom = if is_known {
            arn_of(context, &first.principal)
        } else {
            format!("<{}>", first.principal)
        };
        return format!(
            "in the policy of `{}`: `statement {{ actions = [{actions}]{resources} principals {{ type = \
             \"AWS\" identifiers = [{whom}] }}{grant} }}`",
            first.resource
        );
    }
    let blocking = blocked_by(first).and_then(|_| first.because.first()?.policy.as_deref());
    let place = match blocking {
        Some(policy) => format!("`{policy}`"),
        None => format!("a policy of `{}`", first.principal),
    };
    let everybody = if blocked_by(first) == Some("endpoint-blocks") {
        " principals { type = \"*\" identifiers = [\"*\"] }"
    } else {
        ""
    };
    let mut resources: Vec<_> = hops.iter().map(|hop| resource_of(context, hop)).collect();
    resources.dedup();
    let resources = resources.join(", ");
    let condition = match first.step {
        Step::PassRole => condition(
            "StringEquals",
            "iam:PassedToService",
            "sagemaker.amazonaws.com",
        ),
        _ => grant,
    };
    format!(
        "in {place}: `statement {{ actions = [{actions}] resources = [{resources}]{everybody}{condition} }}`"
    )
}

/// What to do about something that no policy decides.
fn beside_policies(code: &str) -> &'static str {
    match code {
        "registry-unsupported" => {
            "push the image to a private repository of Amazon ECR, and name that in `image_uri`"
        }
        "wrong-region-image" => "push the image to a repository in the region of the job",
        "aws-managed-key-cross-account" => {
            "name a customer managed key as `kms_key_id` of the output, whose policy lets both accounts in"
        }
        _ => "name a symmetric key of that region that encrypts and is enabled",
    }
}

/// How to get past a statement that denies.
fn past_denial(hop: &Hop) -> String {
    let asks_for = |keys: &[&str]| {
        let reasons = hop.because.iter();
        let mut statements = reasons.filter_map(|one| hop.answer.as_ref()?.statement(one));
        statements.any(|(_, statement)| {
            let mut conditions = statement.readable_conditions();
            conditions.any(|condition| keys.contains(&condition.key.as_str()))
        })
    };
    if asks_for(&["s3:x-amz-server-side-encryption-aws-kms-key-id"]) {
        return "name the key that the bucket demands as the key of the output".to_owned();
    }
    if asks_for(&["s3:x-amz-server-side-encryption"]) {
        return "let the bucket demand `aws:kms`, which SageMaker sends".to_owned();
    }
    let by_way = asks_for(WAY);
    let except = format!(
        "except `{}` from the statement that denies it",
        hop.principal
    );
    if by_way {
        format!(
            "let the request go the way that the statement asks for (a notebook with direct internet access \
             takes no gateway endpoint), or {except}"
        )
    } else {
        format!("{except}, or meet its condition")
    }
}

/// Keys that tell which way a request takes.
const WAY: &[&str] = &[
    "aws:sourcevpce",
    "aws:sourcevpc",
    "aws:sourceip",
    "aws:vpcsourceip",
];

/// How to meet the condition of a statement that would allow.
fn meeting(condition: &str, hop: &Hop) -> String {
    match condition {
        "iam:passedtoservice" => {
            "let `iam:PassedToService` be `sagemaker.amazonaws.com` in that statement".to_owned()
        }
        "aws:sourcearn" if hop.step == Step::AssumeRole => {
            "add `arn:aws:sagemaker:*:<account>:processing-job/*` to `aws:SourceArn` in that statement".to_owned()
        }
        _ if WAY.contains(&condition) && hop.step.is_kms_by_s3() => {
            "take that condition out: S3 calls KMS itself, whatever way the request came".to_owned()
        }
        _ if WAY.contains(&condition) => {
            "let the request go the way that the condition asks for: place the workload in that VPC, with \
             direct internet access disabled, or take the condition out"
                .to_owned()
        }
        _ => "let that condition admit what the request carries".to_owned(),
    }
}

fn condition(test: &str, variable: &str, value: &str) -> String {
    format!(" condition {{ test = \"{test}\" variable = \"{variable}\" values = [\"{value}\"] }}")
}

/// What a statement for a hop names as its resource.
fn resource_of(context: &Context<'_, '_>, hop: &Hop) -> String {
    let on = hop.on.map(|id| context.graph.get(id).address.as_str());
    match (hop.step, on) {
        (Step::Read | Step::Write, Some(address)) => {
            let inside = hop.resource.strip_prefix(address).unwrap_or("/*");
            match hop.on.map(|id| arn_by(context, id)) {
                Some(Written::Reference(arn)) => quoted(&format!("${{{arn}}}{inside}")),
                Some(Written::Text(arn)) => quoted(&format!("{arn}{inside}")),
                None => quoted(inside),
            }
        }
        (_, Some(address)) => arn_of(context, address),
        (Step::CreateJob | Step::TagJob | Step::FollowJob, None) => {
            quoted("arn:aws:sagemaker:*:*:processing-job/*")
        }
        (Step::WriteLogs, None) if hop.resource != "*" => {
            quoted("arn:aws:logs:*:*:log-group:/aws/sagemaker/*")
        }
        (Step::PassRole, None) => "<the ARN of the job's role>".to_owned(),
        (_, None) => {
            let asked = hop.answer.as_ref().map(|answer| &answer.request.resource);
            let known = asked.and_then(|asked| asked.subject.text.known());
            quoted(known.unwrap_or("*"))
        }
    }
}

/// A resource by reference, if it is one of the input; else by its ARN.
fn arn_of(context: &Context<'_, '_>, name: &str) -> String {
    match context.graph.find(name).map(|id| arn_by(context, id)) {
        Some(Written::Reference(arn)) => arn,
        Some(Written::Text(arn)) => quoted(&arn),
        None => quoted(name),
    }
}

/// How the ARN of a resource is written.
enum Written {
    Reference(String),
    Text(String),
}

/// What another root makes cannot be referred to.
fn arn_by(context: &Context<'_, '_>, id: ResourceId) -> Written {
    let address = context.graph.get(id).address.as_str();
    if context.graph.is_own(id) {
        return Written::Reference(format!("{address}.arn"));
    }
    let arn = context.access.arn(id);
    let known = arn.as_ref().and_then(|arn| arn.known());
    Written::Text(known.map_or_else(|| format!("<the ARN of {address}>"), str::to_owned))
}

fn quoted(text: &str) -> String {
    format!("\"{text}\"")
}
