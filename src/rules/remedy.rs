//! What to write for a path to work: the smallest statement, and where it belongs.

use super::Context;
use super::hops::blocked_by;
use super::suggested_statement::{Statement, named, quoted};
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
    let language = context.graph.language();
    let mut actions: Vec<_> = hops.iter().map(|hop| hop.action.to_owned()).collect();
    actions.dedup();
    if matches!(first.step, Step::AssumeRole | Step::AssumeStarter) {
        let statement = Statement {
            actions,
            principal: Some(("Service", quoted(&first.principal))),
            ..Statement::default()
        };
        let (written, role) = (statement.written(language), &first.resource);
        return format!("in the trust policy of `{role}`: `{written}`");
    }
    let lacks = |layer| first.because.iter().any(|one| one.layer == layer);
    let grant = (first.step == Step::GrantVolumeKey).then_some([
        "Bool",
        "kms:GrantIsForAWSResource",
        "true",
    ]);
    let is_known =
        first.principal.starts_with("arn:") || context.graph.find(&first.principal).is_some();
    let by_key = lacks(Layer::Resource) && first.action.starts_with("kms:");
    let by_repository =
        lacks(Layer::Resource) && !lacks(Layer::Identity) && first.action.starts_with("ecr:");
    if by_key || by_repository {
        let whom = if is_known {
            arn_of(context, &first.principal)
        } else {
            format!("<{}>", first.principal)
        };
        let statement = Statement {
            actions,
            resources: by_key.then(|| quoted("*")).into_iter().collect(),
            principal: Some(("AWS", whom)),
            condition: grant,
        };
        let (written, resource) = (statement.written(language), &first.resource);
        return format!("in the policy of `{resource}`: `{written}`");
    }
    let blocking = blocked_by(first).and_then(|_| first.because.first()?.policy.as_deref());
    let place = match blocking {
        Some(policy) => format!("`{policy}`"),
        None => format!("a policy of `{}`", first.principal),
    };
    let is_everybody = blocked_by(first) == Some("endpoint-blocks");
    let mut resources: Vec<_> = hops.iter().map(|hop| resource_of(context, hop)).collect();
    resources.dedup();
    let statement = Statement {
        actions,
        resources,
        principal: is_everybody.then(|| ("*", quoted("*"))),
        condition: match first.step {
            Step::PassRole => Some([
                "StringEquals",
                "iam:PassedToService",
                "sagemaker.amazonaws.com",
            ]),
            _ => grant,
        },
    };
    format!("in {place}: `{}`", statement.written(language))
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
             takes no gateway endpoint, and Studio none that is not `VpcOnly`), or {except}"
        )
    } else {
        format!("{except}, or meet its condition")
    }
}

/// Keys that tell which way a request takes.
pub(super) const WAY: &[&str] = &[
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

/// What a statement for a hop names as its resource.
fn resource_of(context: &Context<'_, '_>, hop: &Hop) -> String {
    let on = hop.on.map(|id| context.graph.get(id).address.as_str());
    match (hop.step, on) {
        (Step::Read | Step::Write, Some(address)) => {
            let inside = hop.resource.strip_prefix(address).unwrap_or("/*");
            let own = hop.on.and_then(|id| named(context.graph, id, inside));
            own.unwrap_or_else(|| match hop.on.map(|id| arn_by(context, id)) {
                Some(arn) => quoted(&format!("{arn}{inside}")),
                None => quoted(inside),
            })
        }
        (_, Some(address)) => arn_of(context, address),
        (Step::CreateJob | Step::TagJob | Step::FollowJob, None)
            if hop.action.starts_with("sagemaker:") =>
        {
            quoted("arn:aws:sagemaker:*:*:processing-job/*")
        }
        (Step::FollowJob, None) => quoted(&format!("arn:aws:events:*:*:{}", hop.resource)),
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
    let Some(id) = context.graph.find(name) else {
        return quoted(name);
    };
    let own = named(context.graph, id, "");
    own.unwrap_or_else(|| quoted(&arn_by(context, id)))
}

/// The ARN of a resource that cannot be referred to.
fn arn_by(context: &Context<'_, '_>, id: ResourceId) -> String {
    let address = context.graph.get(id).address.as_str();
    let arn = context.access.arn(id);
    let known = arn.as_ref().and_then(|arn| arn.known());
    known.map_or_else(|| format!("<the ARN of {address}>"), str::to_owned)
}
