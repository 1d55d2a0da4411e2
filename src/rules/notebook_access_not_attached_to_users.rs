//! PG-ACC-003.

use super::identity_policies::{NB_GRANTS, covers, is_about_sagemaker};
use super::people::{has_notebook, shortened};
use super::statements::{about, called, open, unsure};
use super::{Check, Context, Example, Link, Rule, RuleKind, Subject};
use crate::access::{CARRIERS, allows, open_parts};
use crate::finding::{Evidence, Severity, Verdict};
use crate::iam::Policy;
use crate::iam::policy::Statement;
use crate::model::truth::Truth;
use crate::model::vocabulary::Kind;

pub(super) const RULE: Rule = Rule {
    id: "notebook-access-not-attached-to-users",
    alias: "PG-ACC-003",
    kind: RuleKind::Secure,
    tier: 1,
    severity: Severity::Medium,
    summary: "policies that let people open, create or operate notebook instances are attached to groups, not to users",
    why: "The group is what is managed: who joins a team gets its notebooks, who leaves loses them. What is \
          attached to a user stays when they change teams, and nobody who looks at the group sees it.",
    unsure: "Judged are statements that name actions of SageMaker; what allows everything is a matter of other \
             rules. What is not known of a user's policies matters only where the input has a notebook instance.",
    fix: "attach the policy to a group, and make the user a member of it",
    references: &[Link {
        title: "AWS IAM User Guide: Security best practices in IAM",
        url: "https://docs.aws.amazon.com/IAM/latest/UserGuide/best-practices.html",
    }],
    assumes: &[],
    example: Example {
        fail: include_str!("../../testdata/rules/notebook-access-not-attached-to-users/fail.tf"),
        pass: include_str!("../../testdata/rules/notebook-access-not-attached-to-users/pass.tf"),
    },
    check: Check::Resource(CARRIERS, check),
};

const QUESTION: &str = "whether a policy for notebook instances is attached to a user";

fn check(context: &Context<'_, '_>, carrier: &Subject<'_, '_>) -> Verdict {
    let holders = context.access.holders(carrier.id);
    let users = holders.iter().map(|id| context.graph.get(*id));
    let users = users.filter(|resource| resource.kind() == Some(Kind::User));
    let names: Vec<_> = users
        .map(|user| format!("the user `{}`", user.address.as_str()))
        .collect();
    if names.is_empty() {
        return Verdict::NotApplicable;
    }
    let who = shortened(&names);
    let carried = context.access.carried_all(carrier.id);
    let judged = carried.iter().fold(Verdict::NotApplicable, |verdict, one| {
        verdict.worse(judge(context, &one.policy, &who))
    });
    match judged {
        Verdict::Unsure(_) if !has_notebook(context) => Verdict::NotApplicable,
        judged => judged,
    }
}

fn judge(context: &Context<'_, '_>, policy: &Policy, who: &str) -> Verdict {
    let with = |truth: Truth| {
        let statements = policy.statements.iter();
        statements.filter(move |statement| is_grant(statement) == truth)
    };
    let mut granting = with(Truth::Yes);
    if let Some(statement) = granting.next() {
        let of = if granting.next().is_none() {
            called(statement, policy)
        } else {
            format!("`{}`", policy.name)
        };
        let message = format!("{of} is for notebook instances, and attached to {who}");
        let evidence = Evidence::new(message, statement.at).about(about(statement, policy));
        return Verdict::Broken(vec![evidence]);
    }
    let perhaps = with(Truth::Unknown).next().map(|statement| {
        let open = open_parts(statement);
        unsure(context, policy, statement, QUESTION, &open)
    });
    match perhaps {
        Some(evidence) => Verdict::Unsure(vec![evidence]),
        None => open(context, policy, QUESTION),
    }
}

/// Whether a policy is one that this rule breaks on where it is attached to a user.
pub(super) fn is_for_notebooks(policy: &Policy) -> bool {
    let mut statements = policy.statements.iter();
    statements.any(|statement| is_grant(statement) == Truth::Yes)
}

/// Whether a statement is about notebook instances, and does not only include them in everything.
fn is_grant(statement: &Statement) -> Truth {
    // Reading what there is opens nothing, and is in every policy that reads.
    let grants = NB_GRANTS
        .iter()
        .filter(|grant| !grant.contains(":Describe"));
    let covered = grants.fold(Truth::No, |any, grant| {
        any.or(covers(&statement.actions, grant))
    });
    if covered == Truth::Yes && !is_about_sagemaker(statement) {
        return Truth::No;
    }
    allows(statement).and(covered)
}
