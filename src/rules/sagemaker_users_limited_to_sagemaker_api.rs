//! PG-IAM-015.

use std::collections::BTreeMap;

use super::identity_policies::{designated_groups, is_about_sagemaker};
use super::people::shortened;
use super::resource_policies::{Door, door};
use super::sagemaker_only::others;
use super::statements::{about, called, open, unsure};
use super::{Check, Context, DESIGNATED_GROUPS, Example, Link, Rule, RuleKind, Subject};
use crate::access::{AttachedPolicy, Reach};
use crate::access::{CARRIERS, allows, demanded, hinges, is_by_aws, open_parts, widest};
use crate::finding::{Evidence, Severity, Verdict};
use crate::iam::equal_texts;
use crate::iam::policy::{ActionEntry, PrincipalKind, Statement};
use crate::model::graph::ResourceId;
use crate::model::resource::Standing;
use crate::model::truth::Truth;
use crate::model::vocabulary::Kind;

pub(super) const RULE: Rule = Rule {
    id: "sagemaker-users-limited-to-sagemaker-api",
    alias: "PG-IAM-015",
    kind: RuleKind::Secure,
    tier: 1,
    severity: Severity::Medium,
    summary: "the policies of groups meant for notebooks, and of users whom an endpoint for SageMaker admits, allow \
              the SageMaker API and little else",
    why: "An endpoint policy says who may take this way, not what they may do elsewhere: a user who may call \
          `s3:*` or `ec2:*` goes around the endpoint, the notebook and the keys. What people of SageMaker need \
          beside it is to pass a role, and to look.",
    unsure: "Fine beside `sagemaker:…`: `iam:PassRole` (its reach is a matter of passrole-scoped), `iam:GetRole`, \
             `iam:ListRoles`, `kms:ListAliases`, `ec2:Describe*`, reading logs and metrics, and \
             `sts:GetCallerIdentity`. Other actions by name on named resources: low. Users count that the policy \
             of an endpoint for the API or for notebooks names, with the groups that they are in. AWS's managed \
             policies count. Where the setting `allowed_regions` names Regions, a policy that allows SageMaker in \
             others is low (`region-not-restricted`).",
    fix: "leave `sagemaker:` actions and `iam:PassRole` on the job's role in the policy; give what else is needed to \
          the role that workloads run as",
    references: &[
        Link {
            title: "Amazon SageMaker AI Developer Guide: Identity-based policy examples",
            url: "https://docs.aws.amazon.com/sagemaker/latest/dg/security_iam_id-based-policy-examples.html",
        },
        Link {
            title: "AWS PrivateLink Guide: Control access to VPC endpoints using endpoint policies",
            url: "https://docs.aws.amazon.com/vpc/latest/privatelink/vpc-endpoints-access.html",
        },
    ],
    assumes: &[DESIGNATED_GROUPS],
    example: Example {
        fail: include_str!("../../testdata/rules/sagemaker-users-limited-to-sagemaker-api/fail.tf"),
        pass: include_str!("../../testdata/rules/sagemaker-users-limited-to-sagemaker-api/pass.tf"),
    },
    check: Check::Resource(CARRIERS, check),
};

const QUESTION: &str = "whether its holders may do more than use SageMaker";

fn check(context: &Context<'_, '_>, carrier: &Subject<'_, '_>) -> Verdict {
    let people = people(context);
    let holders = context.access.holders(carrier.id);
    let mut who = holders.iter().filter_map(|id| people.get(id));
    let Some(why) = who.next() else {
        return Verdict::NotApplicable;
    };
    let names: Vec<_> = holders
        .iter()
        .filter(|id| people.contains_key(id))
        .map(|id| format!("`{}`", context.graph.get(*id).address.as_str()))
        .collect();
    let holders = format!("{}, {why}", shortened(&names));
    let carried = context.access.carried_all(carrier.id);
    carried.iter().fold(Verdict::NotApplicable, |verdict, one| {
        let by_aws = one.arn.as_deref().is_some_and(is_by_aws);
        let judged = if by_aws {
            whole(one, &holders)
        } else {
            let statements = one.policy.statements.iter();
            statements.fold(Verdict::Holds, |verdict, statement| {
                verdict
                    .worse(judge(context, one, statement, &holders))
                    .worse(in_any_region(context, one, statement, &holders))
            })
        };
        verdict
            .worse(judged)
            .worse(open(context, &one.policy, QUESTION))
    })
}

/// Whom the rule is about, with why.
fn people(context: &Context<'_, '_>) -> BTreeMap<ResourceId, &'static str> {
    let mut people = BTreeMap::new();
    let groups = designated_groups(context).iter();
    people.extend(groups.map(|id| (*id, "meant for notebooks")));
    let admitted = "whom an endpoint for SageMaker admits";
    let users = context.graph.iter().filter(|(_, resource)| {
        resource.kind() == Some(Kind::User) && resource.standing.is_whole()
    });
    for (id, _) in users.filter(|(id, _)| is_admitted(context, *id)) {
        people.insert(id, admitted);
        for group in context.access.groups_of(id).0 {
            people
                .entry(group)
                .or_insert("with users whom an endpoint for SageMaker admits");
        }
    }
    people
}

/// Whether the policy of an endpoint for SageMaker names a user.
fn is_admitted(context: &Context<'_, '_>, user: ResourceId) -> bool {
    let Some(arn) = context.access.arn(user) else {
        return false;
    };
    let mut endpoints = context.graph.iter().filter(|(_, resource)| {
        resource.kind() == Some(Kind::Endpoint)
            && resource.standing == Standing::Judged
            && matches!(door(context, resource), Some(Door::Api | Door::Notebook))
    });
    endpoints.any(|(id, _)| {
        let policies = context.access.policies_of(id).policies;
        let statements = policies.iter().flat_map(|one| &one.policy.statements);
        let admitting = statements.filter(|one| allows(one) != Truth::No);
        let principals = admitting.filter_map(|one| one.principals.as_ref());
        let mut entries = principals
            .filter(|one| !one.negated)
            .flat_map(|one| &one.entries);
        entries.any(|entry| {
            entry.kind == PrincipalKind::User && equal_texts(&entry.text, &arn) == Truth::Yes
        })
    })
}

/// A policy of AWS's own.
fn whole(one: &AttachedPolicy<'_, '_>, holders: &str) -> Verdict {
    let allowing = one
        .policy
        .statements
        .iter()
        .filter(|one| allows(one) != Truth::No);
    let mut names = Vec::new();
    for statement in allowing {
        if statement.actions.negated {
            names.push("`NotAction`".to_owned());
        }
        names.extend(others(statement).map(shown));
    }
    names.dedup();
    if names.is_empty() {
        return Verdict::Holds;
    }
    let name = one
        .policy
        .name
        .rsplit('/')
        .next()
        .unwrap_or(&one.policy.name);
    let message = format!(
        "`{name}` allows {} beside SageMaker to {holders}",
        shortened(&names)
    );
    let evidence = Evidence::new(message, one.said_by.origin).about(name);
    Verdict::Broken(vec![evidence])
}

fn judge(
    context: &Context<'_, '_>,
    one: &AttachedPolicy<'_, '_>,
    statement: &Statement,
    holders: &str,
) -> Verdict {
    let policy = &one.policy;
    let grants = allows(statement);
    if grants == Truth::No {
        return Verdict::Holds;
    }
    let of = called(statement, policy);
    let evidence =
        |message: String| Evidence::new(message, statement.at).about(about(statement, policy));
    if statement.actions.negated {
        let message = format!("{of} allows all actions but those in `NotAction` to {holders}");
        return Verdict::Broken(vec![evidence(message)]);
    }
    let beside: Vec<_> = others(statement).collect();
    let (known, unknown): (Vec<_>, Vec<_>) = beside
        .iter()
        .copied()
        .partition(|entry| entry.text.known().is_some());
    if known.is_empty() || grants == Truth::Unknown {
        let mut open: Vec<_> = unknown
            .iter()
            .flat_map(|entry| hinges(&entry.text))
            .collect();
        if grants == Truth::Unknown && !beside.is_empty() {
            open.extend(open_parts(statement));
        }
        if open.is_empty() {
            return Verdict::Holds;
        }
        let evidence = unsure(context, policy, statement, QUESTION, &open);
        return Verdict::Unsure(vec![evidence]);
    }
    let names: Vec<_> = known.iter().map(|entry| shown(entry)).collect();
    let is_wide = known.iter().any(|entry| is_pattern(entry))
        || matches!(widest(statement.resources.as_ref(), "", ""), Reach::All);
    let severity = if is_wide {
        Severity::Medium
    } else {
        Severity::Low
    };
    let message = format!(
        "{of} allows {} beside SageMaker to {holders}",
        shortened(&names)
    );
    Verdict::Broken(vec![evidence(message).severity(severity)])
}

/// Whether settings say where SageMaker may be used, and a statement allows it elsewhere.
fn in_any_region(
    context: &Context<'_, '_>,
    one: &AttachedPolicy<'_, '_>,
    statement: &Statement,
    holders: &str,
) -> Verdict {
    let regions = &context.settings.allowed_regions;
    let is_its = allows(statement) == Truth::Yes && is_about_sagemaker(statement);
    if regions.is_empty() || !is_its {
        return Verdict::Holds;
    }
    let is_allowed = |region: &str| regions.iter().any(|one| one == region);
    let demanded = demanded(statement, "aws:requestedregion").any(|condition| {
        let mut values = condition.values.iter();
        values.all(|value| value.text.known().is_none_or(is_allowed))
    });
    let mut resources = statement.resources.iter().flat_map(|one| &one.entries);
    let is_named = statement.resources.as_ref().is_some_and(|one| !one.negated)
        && resources.all(|entry| {
            let fields = entry.pattern.pattern.text.fields(5).unwrap_or_default();
            let region = fields.get(3);
            region.is_some_and(|region| region.known().is_none_or(is_allowed))
        });
    if demanded || is_named {
        return Verdict::Holds;
    }
    let policy = &one.policy;
    let message = format!(
        "{} allows SageMaker in every Region to {holders}, and not only in {}",
        called(statement, policy),
        shortened(
            &regions
                .iter()
                .map(|one| format!("`{one}`"))
                .collect::<Vec<_>>()
        )
    );
    let evidence = Evidence::new(message, statement.at)
        .code("region-not-restricted")
        .about(about(statement, policy))
        .severity(Severity::Low)
        .fix("demand the Regions by `StringEquals` on `aws:RequestedRegion`");
    Verdict::Broken(vec![evidence])
}

fn is_pattern(entry: &ActionEntry) -> bool {
    entry.text.known_start().contains(['*', '?'])
}

fn shown(entry: &ActionEntry) -> String {
    match entry.text.known() {
        Some(text) => format!("`{text}`"),
        None => format!("`{}…`", entry.text.known_start()),
    }
}
