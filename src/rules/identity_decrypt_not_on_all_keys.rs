//! PG-KMS-010.

use super::identity_policies::{covers, each_carried, resources_of, takes_away};
use super::statements::{about, called, unsure};
use super::{Check, Context, Example, Link, Rule, RuleKind, Subject};
use crate::access::{CARRIERS, Reach, allows, demanded, open_parts, reach, widest};
use crate::finding::{Evidence, Severity, Verdict};
use crate::iam::policy::{Clause, ResourceEntry, Statement};
use crate::iam::{Hinge, Policy, Text};
use crate::model::truth::Truth;
use crate::model::vocabulary::Kind;

pub(super) const RULE: Rule = Rule {
    id: "identity-decrypt-not-on-all-keys",
    alias: "PG-KMS-010",
    kind: RuleKind::Secure,
    tier: 1,
    severity: Severity::Medium,
    summary: "no identity policy lets its holder decrypt under every key",
    why: "`kms:Decrypt` or `kms:ReEncryptFrom` on `*` or on `key/*` opens every key whose policy delegates \
          to the account, those of other teams included, and every key made later. High for the policy \
          of an execution role.",
    unsure: "Conditions on `kms:ResourceAliases`, `kms:RequestAlias` or `aws:ResourceTag/…` limit the keys; \
             so do `kms:ViaService` and `kms:EncryptionContext:aws:s3:arn` together. What AWS's own managed \
             policies say is not judged here.",
    fix: "name the ARN of the key in `Resource`",
    references: &[Link {
        title: "AWS KMS Developer Guide: Best practices for IAM policies",
        url: "https://docs.aws.amazon.com/kms/latest/developerguide/iam-policies-best-practices.html",
    }],
    assumes: &[],
    example: Example {
        fail: include_str!("../../testdata/rules/identity-decrypt-not-on-all-keys/fail.tf"),
        pass: include_str!("../../testdata/rules/identity-decrypt-not-on-all-keys/pass.tf"),
    },
    check: Check::Resource(CARRIERS, check),
};

/// What gives plain text, or hands data over to another key.
const ACTIONS: [&str; 2] = ["kms:Decrypt", "kms:ReEncryptFrom"];

fn check(context: &Context<'_, '_>, carrier: &Subject<'_, '_>) -> Verdict {
    if context.access.only_bounds(carrier.id) {
        return Verdict::NotApplicable;
    }
    let holders = context.access.holders(carrier.id);
    let mut roles = holders.into_iter().filter(|id| {
        context.graph.get(*id).kind() == Some(Kind::Role)
            && context.is_execution_role(*id) == Truth::Yes
    });
    let severity = match roles.next() {
        Some(_) => Severity::High,
        None => Severity::Medium,
    };
    let question = "under which keys its holder may decrypt";
    let verdict = each_carried(context, carrier, question, |policy, statement| {
        judge(context, policy, statement)
    });
    let rated = |evidence: Vec<Evidence>| -> Vec<Evidence> {
        let evidence = evidence.into_iter();
        evidence.map(|one| one.severity(severity)).collect()
    };
    match verdict {
        Verdict::Broken(evidence) => Verdict::Broken(rated(evidence)),
        Verdict::Unsure(evidence) => Verdict::Unsure(rated(evidence)),
        other => other,
    }
}

fn judge(context: &Context<'_, '_>, policy: &Policy, statement: &Statement) -> Verdict {
    let granted = ACTIONS.map(|action| {
        let covers = covers(&statement.actions, action);
        let counts = !takes_away(policy, action);
        (action, allows(statement).and(covers).and(counts.into()))
    });
    let grants = granted.iter().fold(Truth::No, |any, (_, one)| any.or(*one));
    if grants == Truth::No {
        return Verdict::Holds;
    }
    let keys = match widest(statement.resources.as_ref(), "kms", "key/") {
        Reach::All => Truth::Yes,
        Reach::Unknown(_) => Truth::Unknown,
        Reach::Pattern | Reach::One | Reach::Nothing => Truth::No,
    };
    let limited = limited(statement);
    match grants.and(keys).and(!limited) {
        Truth::No => Verdict::Holds,
        Truth::Yes => {
            let actions = granted.iter().filter(|(_, one)| *one == Truth::Yes);
            let actions: Vec<_> = actions.map(|(name, _)| format!("`{name}`")).collect();
            let all = |entry: &ResourceEntry| reach(entry, "kms", "key/") == Reach::All;
            let message = format!(
                "{} allows {} under every key, on {}",
                called(statement, policy),
                actions.join(" and "),
                resources_of(context, statement, all)
            );
            Verdict::Broken(vec![
                Evidence::new(message, statement.at).about(about(statement, policy)),
            ])
        }
        Truth::Unknown => {
            let mut hinges = open_parts(statement);
            if let Reach::Unknown(open) = widest(statement.resources.as_ref(), "kms", "key/") {
                hinges.extend(open);
            }
            if limited == Truth::Unknown {
                hinges.extend(open_conditions(statement));
            }
            let question = "whether its holder may decrypt under every key";
            let evidence = unsure(context, policy, statement, question, &hinges);
            Verdict::Unsure(vec![evidence])
        }
    }
}

/// Whether its conditions limit the keys.
/// Marks a value that is to be the ARN of a bucket or object, of any partition.
const ARN_OF_BUCKET: &str = "arn:aws:s3:::";

fn limited(statement: &Statement) -> Truth {
    let by = |key, start| demands(statement, key, start);
    let unreadable = statement
        .conditions
        .iter()
        .any(|clause| matches!(clause, Clause::Open(_)));
    let through_one_bucket =
        by("kms:viaservice", "").and(by("kms:encryptioncontext:aws:s3:arn", ARN_OF_BUCKET));
    by("kms:resourcealiases", "alias/")
        .or(by("kms:requestalias", "alias/"))
        .or(by("aws:resourcetag/*", ""))
        .or(through_one_bucket)
        .or(if unreadable {
            Truth::Unknown
        } else {
            Truth::No
        })
}

/// Whether a condition demands a value of a key that is more than a wildcard behind `start`.
fn demands(statement: &Statement, key: &'static str, start: &str) -> Truth {
    demanded(statement, key).fold(Truth::No, |any, condition| {
        let values = condition.values.iter();
        let narrow = values.fold(Truth::Yes, |all, value| {
            all.and(narrows(&value.text, start))
        });
        any.or(narrow)
    })
}

fn narrows(value: &Text, start: &str) -> Truth {
    let known = value.known_start();
    let rest = match (start, known.splitn(6, ':').collect::<Vec<_>>().as_slice()) {
        (ARN_OF_BUCKET, ["arn", _, "s3", _, _, rest]) => rest,
        // With fewer fields, a wildcard takes in every bucket.
        (ARN_OF_BUCKET, _) if known.contains(['*', '?']) => return Truth::No,
        _ => {
            let before_wildcard = known.split(['*', '?']).next().unwrap_or("");
            if before_wildcard.len() < known.len() && start.starts_with(before_wildcard) {
                return Truth::No;
            }
            known.strip_prefix(start).unwrap_or(known)
        }
    };
    if let Some(first) = rest.chars().next() {
        return (!matches!(first, '*' | '?')).into();
    }
    value.holes().next().map_or(Truth::No, |hole| {
        if hole.domain.admits('*') {
            Truth::Unknown
        } else {
            Truth::Yes
        }
    })
}

fn open_conditions(statement: &Statement) -> Vec<Hinge> {
    let mut hinges = Vec::new();
    for clause in &statement.conditions {
        match clause {
            Clause::Open(hinge) => hinges.push(hinge.clone()),
            Clause::Condition(condition) => {
                let texts = condition.values.iter().map(|value| &value.text);
                hinges.extend(texts.flat_map(Text::holes).map(|hole| Hinge::Hole(hole.id)));
            }
        }
    }
    hinges
}
