//! PG-IAM-011.

use super::execution_role_not_admin::{every_resource, is_administrators, makes_administrators};
use super::identity_policies::{perhaps_more, resources_of};
use super::people::shortened;
use super::statements::{about, called, open, unsure};
use super::{Check, Context, Example, Link, Rule, RuleKind, Subject};
use crate::access::{AttachedPolicy, Reach, allows, hinges, is_by_aws, open_parts, reach, widest};
use crate::finding::{Evidence, Severity, Verdict};
use crate::iam::policy::{ActionEntry, ResourceEntry, Statement};
use crate::iam::{Hinge, Policy};
use crate::model::graph::ResourceId;
use crate::model::truth::Truth;
use crate::model::vocabulary::Kind;

pub(super) const RULE: Rule = Rule {
    id: "execution-role-permissions-narrow",
    alias: "PG-IAM-011",
    kind: RuleKind::Secure,
    tier: 1,
    severity: Severity::Medium,
    summary: "no role that workloads run as may do everything that a service can, or everything but a few things",
    why: "Whatever the role may do, a cell of a notebook and the container of a job may do: with `s3:*` \
          delete the bucket and rewrite its policy, with `kms:*` schedule the key's deletion. On named \
          resources only: low. `AmazonSageMakerFullAccess` is too broad, and too narrow at once: it decrypts \
          nothing, and reads only from buckets that have `sagemaker` or `aws-glue` in their name.",
    unsure: "Roles of workloads and roles that trust SageMaker count. `*` at the end of a service's name counts \
             for S3, KMS, IAM, STS, ECR, SageMaker, Secrets Manager and EC2. What makes an administrator is a \
             matter of execution-role-not-admin. A policy whose text is not known, or that is from outside the \
             input, leaves it open.",
    fix: "list the actions that the work calls, and name its buckets, keys, images and jobs in `Resource`",
    references: &[
        Link {
            title: "Amazon SageMaker AI Developer Guide: How to use SageMaker AI execution roles",
            url: "https://docs.aws.amazon.com/sagemaker/latest/dg/sagemaker-roles.html",
        },
        Link {
            title: "AWS Managed Policy Reference: AmazonSageMakerFullAccess",
            url: "https://docs.aws.amazon.com/aws-managed-policy/latest/reference/AmazonSageMakerFullAccess.html",
        },
        Link {
            title: "AWS Security Hub: IAM.21: IAM customer managed policies should not allow wildcard actions for services",
            url: "https://docs.aws.amazon.com/securityhub/latest/userguide/iam-controls.html",
        },
    ],
    assumes: &[],
    example: Example {
        fail: include_str!("../../testdata/rules/execution-role-permissions-narrow/fail.tf"),
        pass: include_str!("../../testdata/rules/execution-role-permissions-narrow/pass.tf"),
    },
    check: Check::Resource(&[Kind::Role], check),
};

/// Whether AWS's own policy of this name gives away a service, which is said here.
pub(super) fn is_broad(name: &str) -> bool {
    BROAD.iter().any(|(broad, _)| *broad == name)
}

/// The services of which no workload needs everything.
const SERVICES: [&str; 8] = [
    "s3",
    "kms",
    "iam",
    "sts",
    "ecr",
    "sagemaker",
    "secretsmanager",
    "ec2",
];

/// AWS's own policies that give away a service, with what they allow.
const BROAD: [(&str, &str); 6] = [
    (
        "AmazonSageMakerFullAccess",
        "almost all of SageMaker, and to hand it any role of the account. For encrypted data it is too narrow \
         all the same: of KMS it allows only `kms:DescribeKey` and `kms:ListAliases`, no `kms:Decrypt`, and of \
         objects those in buckets with `sagemaker` or `aws-glue` in their name",
    ),
    ("AmazonS3FullAccess", "every action on every bucket"),
    (
        "AWSKeyManagementServicePowerUser",
        "keys and aliases to be made and listed",
    ),
    (
        "AmazonEC2ContainerRegistryFullAccess",
        "every action on every image repository",
    ),
    (
        "AmazonEC2FullAccess",
        "every action of EC2 and its networks",
    ),
    ("SecretsManagerReadWrite", "every secret of the account"),
];

const QUESTION: &str = "whether this execution role may do all that a service can";

fn check(context: &Context<'_, '_>, role: &Subject<'_, '_>) -> Verdict {
    if context.is_execution_role(role.id) != Truth::Yes {
        return Verdict::NotApplicable;
    }
    let attached = context.access.attached(role.id);
    let policies = attached.policies.iter();
    let verdict = policies.fold(Verdict::Holds, |verdict, one| {
        let holders = holders(context, one);
        // What several roles hold is told of the first of them.
        if holders.first().is_some_and(|first| *first != role.id) {
            return verdict;
        }
        verdict.worse(judge(context, one, &who(context, role.id, &holders)))
    });
    verdict.worse(perhaps_more(&attached, role.resource, QUESTION))
}

/// Whether a statement names everything that a service can do, or that every one can.
pub(super) fn gives_away_a_service(statement: &Statement, service: &str) -> bool {
    let mut entries = statement.actions.entries.iter();
    entries.any(|entry| match service_of(entry) {
        Service::Whole(one) => one == service,
        Service::Every => true,
        Service::Part | Service::Unknown => false,
    })
}

/// The execution roles that hold a policy which the input says apart from them.
pub(super) fn holders(context: &Context<'_, '_>, one: &AttachedPolicy<'_, '_>) -> Vec<ResourceId> {
    let name = one.policy.name.as_str();
    if one.arn.is_some() || one.policy.is_open() {
        return Vec::new();
    }
    let said = context.graph.iter().find(|(_, resource)| {
        let may = [Kind::PolicyManaged, Kind::PolicyInlineMulti];
        let is_kind = resource.kind().is_some_and(|kind| may.contains(&kind));
        is_kind && resource.name_of("policy") == name
    });
    let mut holders = said.map_or_else(Vec::new, |(id, _)| context.access.holders(id));
    holders.retain(|id| context.is_execution_role(*id) == Truth::Yes);
    // The same order, whatever that of the input is.
    holders.sort_by_key(|id| context.graph.get(*id).address.as_str());
    holders
}

/// The roles that hold a policy, in words.
pub(super) fn who(context: &Context<'_, '_>, role: ResourceId, holders: &[ResourceId]) -> String {
    let others = holders.iter().filter(|id| **id != role);
    let others: Vec<_> = others
        .map(|id| format!("`{}`", context.graph.get(*id).address.as_str()))
        .collect();
    match others.as_slice() {
        [] => "this role, which workloads run as".to_owned(),
        others => format!(
            "this role and {}, which workloads run as",
            shortened(others)
        ),
    }
}

fn judge(context: &Context<'_, '_>, one: &AttachedPolicy<'_, '_>, who: &str) -> Verdict {
    if let Some(arn) = one.arn.as_deref().filter(|arn| is_by_aws(arn)) {
        let name = arn.rsplit('/').next().unwrap_or(arn);
        let known = BROAD.iter().find(|(broad, _)| *broad == name);
        return match known {
            Some((_, what)) if !is_administrators(name) => {
                let by = one.said_by.address.as_str();
                let message = format!("`{name}` is attached to {who}, by {by}: it allows {what}");
                Verdict::Broken(vec![Evidence::new(message, one.said_by.origin).about(name)])
            }
            // What AWS wrote for one service is a matter of other rules.
            _ => Verdict::Holds,
        };
    }
    if makes_administrators(&one.policy) {
        return Verdict::Holds;
    }
    let statements = one.policy.statements.iter();
    let known = statements.fold(Verdict::Holds, |verdict, statement| {
        verdict.worse(judge_statement(context, &one.policy, statement, who))
    });
    known.worse(open(context, &one.policy, QUESTION))
}

fn judge_statement(
    context: &Context<'_, '_>,
    policy: &Policy,
    statement: &Statement,
    who: &str,
) -> Verdict {
    let grants = allows(statement);
    if grants == Truth::No {
        return Verdict::Holds;
    }
    let wide = Wide::of(context, statement);
    let of = called(statement, policy);
    let found = match wide {
        Wide::No => return Verdict::Holds,
        Wide::Unknown(hinges) => {
            let evidence = unsure(context, policy, statement, QUESTION, &hinges);
            return Verdict::Unsure(vec![evidence]);
        }
        Wide::Yes { what, severity } => {
            let message = format!("{of} allows {what} to {who}");
            Evidence::new(message, statement.at)
                .about(about(statement, policy))
                .severity(severity)
        }
    };
    if grants == Truth::Unknown {
        let hinges = open_parts(statement);
        let evidence = unsure(context, policy, statement, QUESTION, &hinges);
        return Verdict::Unsure(vec![evidence]);
    }
    Verdict::Broken(vec![found])
}

/// Whether a statement is about all that a service can do.
enum Wide {
    Yes { what: String, severity: Severity },
    No,
    Unknown(Vec<Hinge>),
}

impl Wide {
    fn of(context: &Context<'_, '_>, statement: &Statement) -> Self {
        let except = statement.resources.as_ref().is_some_and(|one| one.negated);
        // All resources but all are none.
        if except && every_resource(statement) == Ok(Truth::No) {
            return Self::No;
        }
        if statement.actions.negated || except {
            let what = match (statement.actions.negated, except) {
                (true, false) => "all actions but those in `NotAction`",
                (false, _) => "its actions on all resources but those in `NotResource`",
                (true, true) => {
                    "all actions but those in `NotAction`, on all resources but those in `NotResource`"
                }
            };
            return Self::Yes {
                what: what.to_owned(),
                severity: Severity::Medium,
            };
        }
        let (mut everywhere, mut named, mut open) = (Vec::new(), Vec::new(), Vec::new());
        for entry in &statement.actions.entries {
            match service_of(entry) {
                Service::Whole(service) => {
                    match widest(statement.resources.as_ref(), &service, "") {
                        Reach::Nothing => {}
                        Reach::All => everywhere.push(entry),
                        _ => named.push(entry),
                    }
                }
                // On everything, it makes an administrator.
                Service::Every if every_resource(statement) == Ok(Truth::No) => named.push(entry),
                Service::Every | Service::Part => {}
                Service::Unknown => open.extend(hinges(&entry.text)),
            }
        }
        let (entries, severity) = match (everywhere.is_empty(), named.is_empty()) {
            (false, _) => (everywhere, Severity::Medium),
            (true, false) => (named, Severity::Low),
            (true, true) if open.is_empty() => return Self::No,
            (true, true) => return Self::Unknown(open),
        };
        let actions: Vec<_> = entries
            .iter()
            .filter_map(|entry| entry.text.known())
            .map(|text| format!("`{text}`"))
            .collect();
        let resources = if severity == Severity::Medium {
            "every resource".to_owned()
        } else {
            resources_of(context, statement, |entry| {
                entries.iter().any(|action| is_about(action, entry))
            })
        };
        Self::Yes {
            what: format!("{} on {resources}", shortened(&actions)),
            severity,
        }
    }
}

/// Whether an action that is all of a service is about a resource.
fn is_about(action: &ActionEntry, entry: &ResourceEntry) -> bool {
    match service_of(action) {
        Service::Whole(service) => reach(entry, &service, "") != Reach::Nothing,
        _ => true,
    }
}

/// How much of a service an action is.
enum Service {
    /// All of this one.
    Whole(String),
    /// All of every service.
    Every,
    Part,
    Unknown,
}

fn service_of(entry: &ActionEntry) -> Service {
    let Some(text) = entry.text.known() else {
        let start = entry.text.known_start().to_ascii_lowercase();
        let may_be_all = match start.split_once(':') {
            None => SERVICES.iter().any(|one| one.starts_with(&start)),
            Some((service, rest)) => rest.is_empty() && SERVICES.contains(&service),
        };
        return if may_be_all {
            Service::Unknown
        } else {
            Service::Part
        };
    };
    let is_all = |text: &str| !text.is_empty() && text.chars().all(|one| one == '*');
    let text = text.to_ascii_lowercase();
    match text.split_once(':') {
        None if is_all(&text) => Service::Every,
        Some((service, rest)) if is_all(rest) && is_all(service) => Service::Every,
        Some((service, rest)) if is_all(rest) && SERVICES.contains(&service) => {
            Service::Whole(service.to_owned())
        }
        _ => Service::Part,
    }
}
