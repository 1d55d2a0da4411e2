//! PG-ECR-001.

use super::resource_policies::{Asked, WHO, each_policy, everybody, foreign_accounts, joined};
use super::{Check, Context, Example, Link, Rule, RuleKind, Subject};
use crate::finding::{Severity, Verdict};
use crate::model::truth::Truth;
use crate::model::vocabulary::Kind;

pub(super) const RULE: Rule = Rule {
    id: "repository-policy-not-public",
    alias: "PG-ECR-001",
    kind: RuleKind::Secure,
    tier: 1,
    severity: Severity::High,
    summary: "no policy of a repository or of the registry lets in everybody, or another account",
    why: "Who may pull reads the code and what is baked into the image; who may push decides what jobs run, with \
          their role and their data. A condition bounds a wildcard principal if it demands one of a fixed list: \
          `aws:PrincipalAccount`, `aws:PrincipalOrgID`, `aws:PrincipalOrgPaths`, or `aws:PrincipalArn` with a \
          whole account id.",
    unsure: "A repository without a policy is private. Which account is the own one is told by \
             `data.aws_caller_identity`, by `allowed_account_ids` or by `--account`; a literal account cannot \
             be judged without.",
    fix: "name roles of the own account as principals, or take the policy away",
    references: &[Link {
        title: "Amazon ECR User Guide: Private repository policies",
        url: "https://docs.aws.amazon.com/AmazonECR/latest/userguide/repository-policies.html",
    }],
    assumes: &[],
    example: Example {
        fail: include_str!("../../testdata/rules/repository-policy-not-public/fail.tf"),
        pass: include_str!("../../testdata/rules/repository-policy-not-public/pass.tf"),
    },
    check: Check::Resource(
        &[Kind::Repository, Kind::PolicyRepo, Kind::PolicyRegistry],
        check,
    ),
};

fn check(context: &Context<'_, '_>, repository: &Subject<'_, '_>) -> Verdict {
    if context.access.is_judged_with_owner(repository.resource) {
        return Verdict::NotApplicable;
    }
    let policies = context.access.policies_of(repository.id);
    let noun = match repository.resource.kind() {
        Some(Kind::PolicyRegistry) => "registry",
        _ => "repository",
    };
    let question = format!("whether the {noun} policy lets in everybody or another account");
    let does = format!("use this {noun}");
    let asked = Asked {
        does: &does,
        noun,
        severity: Severity::High,
        but: "",
    };
    each_policy(
        context,
        repository.resource,
        &policies,
        &question,
        |carried| {
            let policy = &carried.policy;
            let every = |_: &_| (Truth::Yes, Vec::new());
            let foreign = foreign_accounts(context, repository.resource, policy, asked, every);
            joined(everybody(context, policy, &WHO, asked), foreign)
        },
    )
}
