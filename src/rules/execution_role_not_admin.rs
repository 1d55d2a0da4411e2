//! PG-IAM-010.

use super::identity_policies::{covers, designated_groups, perhaps_more};
use super::statements::{about, called, open, unsure};
use super::{Check, Context, DESIGNATED_GROUPS, Example, Link, Rule, RuleKind, Subject};
use crate::access::{AttachedPolicy, allows, is_by_aws, open_parts};
use crate::finding::{Evidence, Severity, Verdict};
use crate::iam::policy::{Actions, ResourceEntry, Statement};
use crate::iam::text::Piece;
use crate::iam::{Hinge, Policy};
use crate::model::truth::Truth;
use crate::model::value::{Value, Why};
use crate::model::vocabulary::Kind;

pub(super) const RULE: Rule = Rule {
    id: "execution-role-not-admin",
    alias: "PG-IAM-010",
    kind: RuleKind::Secure,
    tier: 1,
    severity: Severity::Critical,
    summary: "no role that workloads run as, and no group meant for notebooks, is an administrator",
    why: "A cell of a notebook runs with all that its role may do. With `AdministratorAccess`, \
          `PowerUserAccess`, `IAMFullAccess`, or a statement that allows `*` on `*`, one line in it takes \
          the account over. A statement with `NotAction` on `*` that leaves `iam:PutRolePolicy` in counts \
          as well: it can give itself the rest.",
    unsure: "Roles of workloads and roles that trust SageMaker count; an administrator whose trust policy is not \
             known may be one. A policy from outside the input, or one \
             whose text is not known, leaves it open. Conditions do not make an administrator harmless.",
    fix: "replace it by policies that name the actions and resources that the work needs",
    references: &[Link {
        title: "AWS IAM User Guide: Security best practices in IAM",
        url: "https://docs.aws.amazon.com/IAM/latest/UserGuide/best-practices.html",
    }],
    assumes: &[DESIGNATED_GROUPS],
    example: Example {
        fail: include_str!("../../testdata/rules/execution-role-not-admin/fail.tf"),
        pass: include_str!("../../testdata/rules/execution-role-not-admin/pass.tf"),
    },
    check: Check::Resource(&[Kind::Role, Kind::Group], check),
};

/// AWS's own policies that make administrators.
const ADMINISTRATORS: [&str; 3] = ["AdministratorAccess", "PowerUserAccess", "IAMFullAccess"];

fn check(context: &Context<'_, '_>, identity: &Subject<'_, '_>) -> Verdict {
    let is_role = identity.resource.kind() == Some(Kind::Role);
    let counts = if is_role {
        context.is_execution_role(identity.id)
    } else {
        designated_groups(context).contains(&identity.id).into()
    };
    if counts == Truth::No {
        return Verdict::NotApplicable;
    }
    let (question, who) = if is_role {
        (
            "whether this execution role is an administrator",
            "this role, which workloads run as",
        )
    } else {
        (
            "whether this group is one of administrators",
            "this group, which is meant for notebooks",
        )
    };
    let attached = context.access.attached(identity.id);
    let policies = attached.policies.iter();
    let verdict = policies.fold(Verdict::Holds, |verdict, one| {
        verdict.worse(judge(context, one, who, question))
    });
    match (counts, verdict) {
        (Truth::Yes, verdict) => {
            verdict.worse(perhaps_more(&attached, identity.resource, question))
        }
        // One that is no administrator is none for whomever.
        (_, verdict @ Verdict::Broken(_)) => {
            let trust = "assume_role_policy";
            let why = identity.resource.get(trust).and_then(Value::why_unknown);
            let why = why.unwrap_or(Why::KnownAfterApply);
            let question = "whether workloads run as this role";
            verdict.if_so(question, &identity.value_name(trust), why)
        }
        _ => Verdict::NotApplicable,
    }
}

fn judge(
    context: &Context<'_, '_>,
    one: &AttachedPolicy<'_, '_>,
    who: &str,
    question: &str,
) -> Verdict {
    if let Some(arn) = one.arn.as_deref().filter(|arn| is_by_aws(arn)) {
        let name = arn.rsplit('/').next().unwrap_or(arn);
        if !ADMINISTRATORS.contains(&name) {
            // What AWS wrote for one service is a matter of other rules.
            return Verdict::Holds;
        }
        let said_by = one.said_by;
        return Verdict::Broken(vec![
            Evidence::new(
                format!(
                    "`{name}` is attached to {who}, by {}",
                    said_by.address.as_str()
                ),
                said_by.origin,
            )
            .about(name),
        ]);
    }
    let statements = one.policy.statements.iter();
    let known = statements.fold(Verdict::Holds, |verdict, statement| {
        verdict.worse(everything(context, &one.policy, statement, who, question))
    });
    known.worse(open(context, &one.policy, question))
}

/// Whether AWS's own policy of this name makes administrators.
pub(super) fn is_administrators(name: &str) -> bool {
    ADMINISTRATORS.contains(&name)
}

/// Whether a policy makes administrators for certain.
pub(super) fn makes_administrators(policy: &Policy) -> bool {
    policy.statements.iter().any(|statement| {
        let actions = allows(statement).and(every_action(&statement.actions));
        actions == Truth::Yes && every_resource(statement) == Ok(Truth::Yes)
    })
}

fn everything(
    context: &Context<'_, '_>,
    policy: &Policy,
    statement: &Statement,
    who: &str,
    question: &str,
) -> Verdict {
    let (resources, mut hinges) = match every_resource(statement) {
        Ok(truth) => (truth, Vec::new()),
        Err(hinges) => (Truth::Unknown, hinges),
    };
    let actions = every_action(&statement.actions);
    match allows(statement).and(actions).and(resources) {
        Truth::No => Verdict::Holds,
        Truth::Yes => {
            let leaves = statement.resources.as_ref().is_some_and(|one| one.negated);
            let what = if leaves {
                "every action on almost every resource to"
            } else if statement.actions.negated {
                "almost every action on every resource to"
            } else {
                "every action on every resource to"
            };
            let of = called(statement, policy);
            let message = format!("{of} allows {what} {who}");
            Verdict::Broken(vec![
                Evidence::new(message, statement.at).about(about(statement, policy)),
            ])
        }
        Truth::Unknown => {
            hinges.extend(open_parts(statement));
            let evidence = unsure(context, policy, statement, question, &hinges);
            Verdict::Unsure(vec![evidence])
        }
    }
}

/// Whether they are all that there is, or all but a few that do not keep it from getting the rest.
pub(super) fn every_action(actions: &Actions) -> Truth {
    if actions.negated {
        return covers(actions, "iam:PutRolePolicy");
    }
    let entries = actions.entries.iter().map(|entry| {
        match entry.text.known() {
            Some(text) => {
                (!text.is_empty() && text.chars().all(|one| matches!(one, '*' | ':'))).into()
            }
            // `s3:` and something that is not known is never everything.
            None if entry.text.known_start().is_empty() => Truth::Unknown,
            None => Truth::No,
        }
    });
    entries.fold(Truth::No, Truth::or)
}

/// `*`, and an ARN of nothing but wildcards.
fn is_all(entry: &ResourceEntry) -> bool {
    let arn = entry
        .pattern
        .pattern
        .text
        .known()
        .and_then(|text| text.strip_prefix("arn:"));
    let is_wild = |arn: &str| arn.split(':').skip(1).all(|field| field == "*");
    entry.pattern.is_everything()
        || arn.is_some_and(|arn| arn == "*" || arn.contains(':') && is_wild(arn))
}

/// Whether they are all, or all but a few; else what it hinges on.
pub(super) fn every_resource(statement: &Statement) -> Result<Truth, Vec<Hinge>> {
    let Some(resources) = &statement.resources else {
        return Ok(Truth::Yes);
    };
    if resources.negated {
        // All but a few is as good as all, unless everything is taken out.
        let holes = resources
            .entries
            .iter()
            .flat_map(|entry| entry.pattern.pattern.text.holes());
        let hinges: Vec<_> = holes.map(|hole| Hinge::Hole(hole.id)).collect();
        return match resources.entries.iter().any(is_all) {
            true => Ok(Truth::No),
            false if hinges.is_empty() => Ok(Truth::Yes),
            false => Err(hinges),
        };
    }
    let mut hinges = Vec::new();
    for entry in &resources.entries {
        if is_all(entry) {
            return Ok(Truth::Yes);
        }
        let text = &entry.pattern.pattern.text;
        let is_hole = |piece: &Piece| match piece {
            Piece::Literal(_) => false,
            Piece::Hole(hole) => hole.domain.admits('*'),
        };
        // Nothing that has known text beside is `*`.
        if text.pieces().iter().all(is_hole) {
            hinges.extend(text.holes().map(|hole| Hinge::Hole(hole.id)));
        }
    }
    if hinges.is_empty() {
        Ok(Truth::No)
    } else {
        Err(hinges)
    }
}
