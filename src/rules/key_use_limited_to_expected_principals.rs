//! PG-KMS-005.

use std::collections::BTreeSet;

use super::seals::{broken, groups, is_certain, seal_of, unexpected, unsure};
use super::statements::{about, called, open, unsure as not_told};
use super::{Check, Context, Example, Link, Rule, RuleKind, SEAL_ASSUMPTIONS, Subject};
use crate::access::hinges_of_principal;
use crate::finding::{Evidence, Severity, Verdict};
use crate::iam::policy::{Effect, PrincipalEntry, PrincipalKind};
use crate::iam::{Action, equal_texts};
use crate::model::truth::Truth;
use crate::model::vocabulary::Kind;
use crate::seals::{Admitted, Expected, How, Purpose, Seal};

pub(super) const RULE: Rule = Rule {
    id: "key-use-limited-to-expected-principals",
    alias: "PG-KMS-005",
    kind: RuleKind::Secure,
    tier: 1,
    severity: Severity::Medium,
    summary: "only those who are meant to can decrypt with the key of a workload's data",
    why: "The key is the last lock: who may decrypt with it needs only one more permission, in S3, to read the \
          data. A key that leaves it to the account lets in whoever has `kms:Decrypt` on every key; a statement \
          that gives one identity both administration and use takes away the separation of the two.",
    unsure: "Judged for the keys of buckets that a workload reads or writes, or that are tagged as confidential. \
             Whoever can read the bucket as well is told there. Expected are the roles of the workloads, members \
             of the groups that notebooks are meant for, and whoever the key's policy names. Only identities of \
             the input are seen.",
    fix: "name in the key's policy who may decrypt, in place of leaving it to the account",
    references: &[
        Link {
            title: "AWS KMS Developer Guide: Key policies in AWS KMS",
            url: "https://docs.aws.amazon.com/kms/latest/developerguide/key-policies.html",
        },
        Link {
            title: "AWS KMS Developer Guide: Allows key administrators to administer the KMS key",
            url: "https://docs.aws.amazon.com/kms/latest/developerguide/key-policy-default.html",
        },
    ],
    assumes: SEAL_ASSUMPTIONS,
    example: Example {
        fail: include_str!("../../testdata/rules/key-use-limited-to-expected-principals/fail.tf"),
        pass: include_str!("../../testdata/rules/key-use-limited-to-expected-principals/pass.tf"),
    },
    check: Check::Resource(Kind::KEYS, check),
};

fn check(context: &Context<'_, '_>, key: &Subject<'_, '_>) -> Verdict {
    let Some(seal) = seal_of(context, key.id, Purpose::Decrypt) else {
        return Verdict::NotApplicable;
    };
    // They read the data: that is told of the bucket.
    let readers = readers_of(context);
    // A grant that lets somebody in is told of the grant.
    let is_left = |one: &Admitted| !readers.contains(one.name.as_str()) && one.how != How::Granted;
    let origin = key.resource.origin;
    let mut verdict = Verdict::Holds;
    let certain = unexpected(seal, |one| is_left(one) && is_certain(one));
    for group in groups(certain, |_| "unexpected-principal") {
        let mut evidence = broken(&group, "can decrypt with this key", origin);
        evidence.code = None;
        verdict = verdict.worse(Verdict::Broken(vec![evidence]));
    }
    verdict = verdict.worse(both(context, key, seal));
    let perhaps = unexpected(seal, |one| is_left(one) && !is_certain(one));
    verdict.worse(unsure(perhaps, "can decrypt with this key", origin))
}

fn readers_of<'c>(context: &'c Context<'_, '_>) -> BTreeSet<&'c str> {
    let seals = context.seals().iter();
    let reading = seals.filter(|seal| seal.purpose == Purpose::Read);
    let admitted = reading.flat_map(|seal| &seal.admitted);
    admitted.map(|one| one.name.as_str()).collect()
}

/// Statements that give one identity both the administration of the key and its use.
fn both(context: &Context<'_, '_>, key: &Subject<'_, '_>, seal: &Seal) -> Verdict {
    let of = context.access.policies_of(key.id);
    let question = "whether one identity may administer this key and use it";
    let mut found = Vec::new();
    let mut verdict = Verdict::Holds;
    for carried in &of.policies {
        verdict = verdict.worse(open(context, &carried.policy, question));
        let statements = carried.policy.statements.iter();
        for statement in statements.filter(|one| one.effect == Effect::Allow) {
            let gives = |action| statement.actions.cover(&Action::named(action)) == Truth::Yes;
            if !(gives("kms:Decrypt") && gives("kms:PutKeyPolicy")) {
                continue;
            }
            let principals = statement.principals.iter().filter(|one| !one.negated);
            let mut entries = principals.flat_map(|one| &one.entries);
            let is_identity = |entry: &&PrincipalEntry| {
                matches!(entry.kind, PrincipalKind::Role | PrincipalKind::User)
            };
            let Some(named) = entries.clone().find(is_identity) else {
                if let Some(entry) = entries.find(|entry| entry.kind == PrincipalKind::Unknown) {
                    let hinges = hinges_of_principal(entry);
                    let evidence = not_told(context, &carried.policy, statement, question, &hinges);
                    verdict = verdict.worse(Verdict::Unsure(vec![evidence]));
                }
                continue;
            };
            let is_named = |one: &&Admitted| {
                let arn = one.id.and_then(|id| context.access.arn(id));
                arn.is_some_and(|arn| equal_texts(&arn, &named.text) == Truth::Yes)
            };
            let known = seal.admitted.iter().find(is_named);
            let name =
                known.map_or_else(|| context.access.show(&named.text), |one| one.name.clone());
            let is_workload = known.is_some_and(|one| one.expected == Some(Expected::Workload));
            let who = if is_workload {
                "the role of a workload"
            } else {
                "one identity"
            };
            let message = format!(
                "{} gives {who} both the administration of this key and its use: `{name}` can decrypt, and let in \
                 whom it likes",
                called(statement, &carried.policy)
            );
            let evidence = Evidence::new(message, statement.at)
                .code("admin-can-decrypt")
                .about(about(statement, &carried.policy))
                .fix(
                    "list the administrative actions in this statement, without `kms:Decrypt` and \
                     `kms:GenerateDataKey*`, and give their use to those who work with the data",
                );
            found.push(evidence);
        }
    }
    if found.is_empty() {
        verdict
    } else {
        Verdict::Broken(found)
    }
}
