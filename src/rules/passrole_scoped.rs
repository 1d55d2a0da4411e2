//! PG-IAM-006.

use super::identity_policies::{covers, each_carried, resources_of, takes_away};
use super::people::is_everything;
use super::statements::{about, called, unsure};
use super::{Check, Context, Example, Link, Rule, RuleKind, Subject};
use crate::access::{Bound, CARRIERS, Reach, allows, is_closed_by, open_parts, widest};
use crate::finding::{Evidence, Severity, Verdict};
use crate::iam::Policy;
use crate::iam::policy::{ResourceEntry, Statement};
use crate::model::truth::Truth;

pub(super) const RULE: Rule = Rule {
    id: "passrole-scoped",
    alias: "PG-IAM-006",
    kind: RuleKind::Secure,
    tier: 1,
    severity: Severity::High,
    summary: "whoever may pass roles may pass named ones, and to named services only",
    why: "With `iam:PassRole` on every role, whoever may create a Processing job or a notebook instance \
          borrows any role that SageMaker can assume, and so all that its owner can do. On every role, but \
          with `iam:PassedToService`: medium. On a role or a pattern without it: medium. On a pattern of \
          names with it: low.",
    unsure: "A policy that lets nobody pass a role holds. References to roles count as named. What AWS's \
             own managed policies say is not judged here, nor what makes an administrator. An unconditional `Deny` of `iam:PassRole` on \
             everything in the same policy counts, one elsewhere does not.",
    fix: "name the ARN of the role in `Resource`, and add `StringEquals` on `iam:PassedToService` with `sagemaker.amazonaws.com`",
    references: &[Link {
        title: "AWS IAM User Guide: Grant a user permissions to pass a role to an AWS service",
        url: "https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_use_passrole.html",
    }],
    assumes: &[],
    example: Example {
        fail: include_str!("../../testdata/rules/passrole-scoped/fail.tf"),
        pass: include_str!("../../testdata/rules/passrole-scoped/pass.tf"),
    },
    check: Check::Resource(CARRIERS, check),
};

const PASS_ROLE: &str = "iam:PassRole";

fn check(context: &Context<'_, '_>, carrier: &Subject<'_, '_>) -> Verdict {
    if context.access.only_bounds(carrier.id) {
        return Verdict::NotApplicable;
    }
    let question = "which roles its holder may pass";
    each_carried(context, carrier, question, |policy, statement| {
        judge(context, policy, statement)
    })
}

fn judge(context: &Context<'_, '_>, policy: &Policy, statement: &Statement) -> Verdict {
    let grants = allows(statement).and(covers(&statement.actions, PASS_ROLE));
    // Passing roles is the least that an administrator can do.
    if grants == Truth::No || takes_away(policy, PASS_ROLE) || is_everything(statement) {
        return Verdict::Holds;
    }
    let reach = widest(statement.resources.as_ref(), "iam", "role/");
    let bound = is_closed_by(statement, &["iam:passedtoservice"]);
    // Resources of a wider action need not be roles.
    let mut names = statement
        .actions
        .entries
        .iter()
        .filter_map(|entry| entry.text.known());
    let is_named = names.any(|name| name.eq_ignore_ascii_case(PASS_ROLE));
    let severity = match (&reach, &bound) {
        (Reach::Unknown(hinges), _) if !is_named => {
            let question = "whether it lets its holder pass roles";
            let evidence = unsure(context, policy, statement, question, hinges);
            return Verdict::Unsure(vec![evidence]);
        }
        (Reach::Nothing, _) | (Reach::One, Bound::Closed) => return Verdict::Holds,
        (Reach::All, Bound::Open) => Severity::High,
        (Reach::Pattern, Bound::Closed | Bound::Unknown(_)) => Severity::Low,
        (Reach::All, _) | (Reach::Pattern | Reach::One | Reach::Unknown(_), Bound::Open) => {
            Severity::Medium
        }
        (Reach::One, Bound::Unknown(hinges)) | (Reach::Unknown(hinges), _) => {
            let question = "which roles it lets its holder pass, and to which services";
            let evidence = unsure(context, policy, statement, question, hinges);
            return Verdict::Unsure(vec![evidence]);
        }
    };
    if grants == Truth::Unknown {
        let question = "whether its holder may pass roles";
        let hinges = open_parts(statement);
        let evidence = unsure(context, policy, statement, question, &hinges);
        return Verdict::Unsure(vec![evidence.severity(severity)]);
    }
    let wide = |entry: &ResourceEntry| crate::access::reach(entry, "iam", "role/") == reach;
    let roles = resources_of(context, statement, wide);
    let roles = match &reach {
        Reach::All => format!("every role of the account, by {roles}"),
        Reach::Pattern => format!("every role that fits {roles}"),
        Reach::Unknown(_) => "roles".to_owned(),
        _ => roles,
    };
    let services = match bound {
        Bound::Open => ", to any service: no condition demands `iam:PassedToService`",
        Bound::Closed | Bound::Unknown(_) => "",
    };
    let of = called(statement, policy);
    let message = format!("{of} lets its holder pass {roles}{services}");
    Verdict::Broken(vec![
        Evidence::new(message, statement.at)
            .about(about(statement, policy))
            .severity(severity),
    ])
}
