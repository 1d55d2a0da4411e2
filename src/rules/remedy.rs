//! What to write for a path to work: the smallest statement, and where it belongs.

use super::Context;
use super::hops::blocked_by;
use super::suggested_statement::{addition, named, quoted, written};
use crate::finding::Evidence;
use crate::iam::{Decision, Layer};
use crate::model::edit::Edit;
use crate::model::graph::ResourceId;
use crate::model::statement::{Name, Statement};
use crate::paths::{Hop, Step};

/// What to do, and the change that does it, where it is one statement in a policy of the input.
#[derive(Debug)]
pub(super) struct Remedy {
    words: String,
    edit: Option<Edit>,
}

impl Remedy {
    fn words(words: impl Into<String>) -> Self {
        Self {
            words: words.into(),
            edit: None,
        }
    }

    /// Evidence with what to do about it.
    pub(super) fn of(self, evidence: Evidence) -> Evidence {
        let evidence = evidence.fix(self.words);
        match self.edit {
            Some(edit) => evidence.edit(edit),
            None => evidence,
        }
    }
}

/// The smallest statement that would allow hops of one principal, all denied for one reason, and where it
/// belongs.
pub(super) fn remedy(context: &Context<'_, '_>, first: &Hop, hops: &[&Hop]) -> Remedy {
    if let Some(code) = first.code {
        return Remedy::words(beside_policies(code));
    }
    if first.decision == Decision::DeniedExplicitly {
        return Remedy::words(past_denial(first));
    }
    if let Some(condition) = first.because.iter().find_map(|one| one.unmet.as_deref()) {
        return Remedy::words(meeting(condition, first));
    }
    let (graph, access) = (context.graph, &context.access);
    let mut actions: Vec<_> = hops.iter().map(|hop| hop.action.to_owned()).collect();
    actions.dedup();
    if matches!(first.step, Step::AssumeRole | Step::AssumeStarter) {
        let statement = Statement {
            actions,
            principal: Some(("Service", Name::Text(first.principal.clone()))),
            ..Statement::default()
        };
        return in_trust_policy(context, first, &statement);
    }
    let lacks = |layer| first.because.iter().any(|one| one.layer == layer);
    let grant = (first.step == Step::GrantVolumeKey).then_some([
        "Bool",
        "kms:GrantIsForAWSResource",
        "true",
    ]);
    let principal = graph.find(&first.principal);
    let by_key = lacks(Layer::Resource) && first.action.starts_with("kms:");
    let by_repository =
        lacks(Layer::Resource) && !lacks(Layer::Identity) && first.action.starts_with("ecr:");
    if by_key || by_repository {
        let whom = if first.principal.starts_with("arn:") || principal.is_some() {
            arn_of(context, &first.principal)
        } else {
            Name::Gap(format!("<{}>", first.principal))
        };
        let statement = Statement {
            actions,
            resources: by_key
                .then(|| Name::Text("*".to_owned()))
                .into_iter()
                .collect(),
            principal: Some(("AWS", whom)),
            condition: grant,
        };
        let carrier = first.on.or_else(|| graph.find(&first.resource));
        let policies = carrier.map(|id| access.policies_of(id).policies);
        let policies = policies.iter().flatten().map(|one| one.policy.as_ref());
        return Remedy {
            edit: addition(context, &statement, policies),
            words: format!(
                "in the policy of `{}`: `{}`",
                first.resource,
                written(&statement, graph)
            ),
        };
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
        principal: is_everybody.then(|| ("*", Name::Text("*".to_owned()))),
        condition: match first.step {
            Step::PassRole => Some([
                "StringEquals",
                "iam:PassedToService",
                "sagemaker.amazonaws.com",
            ]),
            _ => grant,
        },
    };
    let edit = if is_everybody {
        let policies = first.through.map(|id| access.policies_of(id).policies);
        let policies = policies.iter().flatten().map(|one| one.policy.as_ref());
        addition(context, &statement, policies)
    } else {
        let attached = principal.filter(|_| blocking.is_none());
        let attached = attached.map(|id| access.attached(id).policies);
        let own = attached.iter().flatten().filter(|one| one.arn.is_none());
        addition(context, &statement, own.map(|one| one.policy.as_ref()))
    };
    Remedy {
        words: format!("in {place}: `{}`", written(&statement, graph)),
        edit,
    }
}

/// A statement for whoever takes a role.
fn in_trust_policy(context: &Context<'_, '_>, hop: &Hop, statement: &Statement) -> Remedy {
    let graph = context.graph;
    let role = graph.find(&hop.resource).map(|id| graph.get(id));
    let trust = role.and_then(|role| role.get("assume_role_policy"));
    let trust = trust.map(|trust| context.access.policy(trust));
    let (role, written) = (&hop.resource, written(statement, graph));
    Remedy {
        edit: addition(context, statement, trust.iter().map(AsRef::as_ref)),
        words: format!("in the trust policy of `{role}`: `{written}`"),
    }
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
fn resource_of(context: &Context<'_, '_>, hop: &Hop) -> Name {
    let on = hop.on.map(|id| context.graph.get(id).address.as_str());
    match (hop.step, on) {
        (Step::Read | Step::Write, Some(address)) => {
            let inside = hop.resource.strip_prefix(address).unwrap_or("/*");
            let own = hop.on.and_then(|id| named(context.graph, id, inside));
            own.unwrap_or_else(|| match hop.on {
                Some(id) => arn_by(context, id, inside),
                None => Name::Text(inside.to_owned()),
            })
        }
        (_, Some(address)) => arn_of(context, address),
        (Step::CreateJob | Step::TagJob | Step::FollowJob, None)
            if hop.action.starts_with("sagemaker:") =>
        {
            Name::Text("arn:aws:sagemaker:*:*:processing-job/*".to_owned())
        }
        (Step::FollowJob, None) => Name::Text(format!("arn:aws:events:*:*:{}", hop.resource)),
        (Step::WriteLogs, None) if hop.resource != "*" => {
            Name::Text("arn:aws:logs:*:*:log-group:/aws/sagemaker/*".to_owned())
        }
        (Step::PassRole, None) => Name::Gap("<the ARN of the job's role>".to_owned()),
        (_, None) => {
            let asked = hop.answer.as_ref().map(|answer| &answer.request.resource);
            let known = asked.and_then(|asked| asked.subject.text.known());
            Name::Text(known.unwrap_or("*").to_owned())
        }
    }
}

/// A resource by reference, if it is one of the input; else by its ARN.
fn arn_of(context: &Context<'_, '_>, name: &str) -> Name {
    let Some(id) = context.graph.find(name) else {
        return Name::Text(name.to_owned());
    };
    let own = named(context.graph, id, "");
    own.unwrap_or_else(|| arn_by(context, id, ""))
}

/// The ARN of a resource that cannot be referred to, with what follows it.
fn arn_by(context: &Context<'_, '_>, id: ResourceId, inside: &str) -> Name {
    let address = context.graph.get(id).address.as_str();
    let arn = context.access.arn(id);
    match arn.as_ref().and_then(|arn| arn.known()) {
        Some(arn) => Name::Text(format!("{arn}{inside}")),
        None => Name::Gap(quoted(&format!("<the ARN of {address}>{inside}"))),
    }
}
