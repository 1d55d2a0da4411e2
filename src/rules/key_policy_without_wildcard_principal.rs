//! PG-KMS-002.

use super::resource_policies::{Asked, WHO, each_policy, everybody};
use super::{Check, Context, Example, Link, Rule, RuleKind, Subject};
use crate::access::ResourcePolicies;
use crate::finding::{Evidence, Severity, Verdict};
use crate::model::resource::Resource;
use crate::model::vocabulary::Kind;

pub(super) const RULE: Rule = Rule {
    id: "key-policy-without-wildcard-principal",
    alias: "PG-KMS-002",
    kind: RuleKind::Secure,
    tier: 1,
    severity: Severity::Critical,
    summary: "a key policy lets nobody in by a wildcard, unless a condition says who it is",
    why: "Anybody who has an AWS account could decrypt, with a policy of their own account. A condition counts \
          if it demands one of a fixed list: `aws:PrincipalAccount`, `kms:CallerAccount`, \
          `aws:PrincipalOrgID`, `aws:PrincipalOrgPaths`, or `aws:PrincipalArn` with a whole account id; not \
          with `…IfExists`, `ForAllValues` or a negated operator. `kms:ViaService` says by which way, not who.",
    unsure: "A key without a policy has the one that AWS puts in, which names the account only. `NotPrincipal` \
             with `Allow` counts as everybody. A policy or principal that is made while applying may turn \
             out either way. A key whose policy is set in two places has whichever is applied last \
             (`two-policies-for-one-key`, low): judged is that of the resource of its own.",
    fix: "name the principals, or demand `aws:PrincipalOrgID`, `aws:PrincipalAccount` or `aws:PrincipalArn` in a condition",
    references: &[Link {
        title: "AWS KMS Developer Guide: Key policies in AWS KMS",
        url: "https://docs.aws.amazon.com/kms/latest/developerguide/key-policies.html",
    }],
    assumes: &[],
    example: Example {
        fail: include_str!("../../testdata/rules/key-policy-without-wildcard-principal/fail.tf"),
        pass: include_str!("../../testdata/rules/key-policy-without-wildcard-principal/pass.tf"),
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
    let question = "whether the key policy lets anybody use this key";
    let asked = Asked {
        does: "use this key",
        noun: "key",
        severity: Severity::Critical,
        but: "",
    };
    let verdict = each_policy(context, key.resource, &policies, question, |carried| {
        everybody(context, &carried.policy, &WHO, asked)
    });
    verdict.worse(two_policies(context, key, &policies))
}

/// Whether two places set the one policy that a key has.
fn two_policies(
    context: &Context<'_, '_>,
    key: &Subject<'_, '_>,
    policies: &ResourcePolicies<'_, '_>,
) -> Verdict {
    let is_own = |by: &Resource<'_>| std::ptr::eq(by, key.resource);
    let separate = policies.policies.iter().map(|one| one.said_by);
    let mut separate: Vec<_> = separate.filter(|by| !is_own(by)).collect();
    separate.dedup_by_key(|by| by.address.as_str());
    let is_written = context.graph.is_written(key.id, "policy") == Some(true);
    let own = key.resource.get("policy").filter(|_| is_written);
    let mut names: Vec<_> = own.map(|_| key.value_name("policy")).into_iter().collect();
    names.extend(separate.iter().map(|by| by.address.as_str().to_owned()));
    let ([first, second, ..], Some(by)) = (names.as_slice(), separate.last()) else {
        return Verdict::Holds;
    };
    let message = format!(
        "`{first}` and `{second}` both set the policy of this key: the one that is applied last counts, and every \
         change sets it again"
    );
    let at = own.map_or(key.resource.origin, |own| own.origin);
    Verdict::Broken(vec![
        Evidence::new(message, at)
            .code("two-policies-for-one-key")
            .severity(Severity::Low)
            .about("two policies")
            .related("the other one", by.origin)
            .fix("keep one of them"),
    ])
}
