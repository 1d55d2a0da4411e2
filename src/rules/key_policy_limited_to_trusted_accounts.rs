//! PG-KMS-003.

use super::resource_policies::{Asked, each_policy, foreign_accounts};
use super::{Check, Context, Example, Link, Rule, RuleKind, Subject};
use crate::finding::{Severity, Verdict};
use crate::model::truth::Truth;
use crate::model::vocabulary::Kind;

pub(super) const RULE: Rule = Rule {
    id: "key-policy-limited-to-trusted-accounts",
    alias: "PG-KMS-003",
    kind: RuleKind::Secure,
    tier: 1,
    severity: Severity::High,
    summary: "a key policy lets in principals of the own account only",
    why: "Another account decides by itself which of its users and roles use what a key policy lets it do: it \
          decrypts the data. Accounts count that a principal names, or that a condition demands of a wildcard \
          principal. AWS services belong to no account, and `Deny` lets nobody in.",
    unsure: "A key without a policy has the one that AWS puts in, which names its own account only. Which account \
             is the own one is told by `data.aws_caller_identity`, by `allowed_account_ids` or by `--account`; \
             a literal account cannot be judged without.",
    fix: "take the account out of the policy, if it need not use the key",
    references: &[Link {
        title: "AWS KMS Developer Guide: Allowing users in other accounts to use a KMS key",
        url: "https://docs.aws.amazon.com/kms/latest/developerguide/key-policy-modifying-external-accounts.html",
    }],
    assumes: &[],
    example: Example {
        fail: include_str!("../../testdata/rules/key-policy-limited-to-trusted-accounts/fail.tf"),
        pass: include_str!("../../testdata/rules/key-policy-limited-to-trusted-accounts/pass.tf"),
    },
    check: Check::Resource(
        &[
            Kind::KmsKey,
            Kind::KmsKeyReplica,
            Kind::KmsKeyExternal,
            Kind::PolicyKey,
        ],
        check,
    ),
};

fn check(context: &Context<'_, '_>, key: &Subject<'_, '_>) -> Verdict {
    if context.access.is_judged_with_owner(key.resource) {
        return Verdict::NotApplicable;
    }
    let policies = context.access.policies_of(key.id);
    let question = "whether the key policy lets another account use this key";
    let asked = Asked {
        does: "use this key",
        noun: "key",
        severity: Severity::High,
        but: "",
    };
    each_policy(context, key.resource, &policies, question, |carried| {
        foreign_accounts(context, key.resource, &carried.policy, asked, |_| {
            (Truth::Yes, Vec::new())
        })
    })
}
