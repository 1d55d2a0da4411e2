//! How findings speak of policies and their statements: what they are called, what tells them apart, and
//! what is not known of them.

use super::Context;
use crate::finding::{Evidence, Verdict};
use crate::iam::policy::Statement;
use crate::iam::{Hinge, Policy};
use crate::model::value::Why;

/// What messages call a statement: `` statement `Readers` of `aws_kms_key.data.policy` ``.
pub(super) fn called(statement: &Statement, policy: &Policy) -> String {
    format!("statement {} of `{}`", statement.label(), policy.name)
}

/// What tells the evidence about one statement apart.
pub(super) fn about(statement: &Statement, policy: &Policy) -> String {
    format!("{} {}", policy.name, statement.label())
}

/// What is not known of a policy as a whole: it may say more than its statements.
pub(super) fn open(context: &Context<'_, '_>, policy: &Policy, question: &str) -> Verdict {
    if !policy.is_open() {
        return Verdict::Holds;
    }
    let evidence = Evidence::new("", policy.at).about(policy.name.as_str());
    let evidence = hinged(context, evidence, policy, question, &policy.open);
    Verdict::Unsure(vec![evidence])
}

/// The sentence for what hinges on values of a policy, and the values.
pub(super) fn hinged(
    context: &Context<'_, '_>,
    mut evidence: Evidence,
    policy: &Policy,
    question: &str,
    hinges: &[Hinge],
) -> Evidence {
    let named = named(context, policy, hinges);
    let reason = reason(policy, &named).map_or_else(String::new, |reason| format!(": {reason}"));
    evidence.message = format!("cannot tell {question}{reason}");
    named.into_iter().fold(evidence, |evidence, (value, why)| {
        evidence.hinges_on(value, why)
    })
}

/// Evidence that a statement cannot be judged, with what would decide it.
pub(super) fn unsure(
    context: &Context<'_, '_>,
    policy: &Policy,
    statement: &Statement,
    question: &str,
    hinges: &[Hinge],
) -> Evidence {
    let called = called(statement, policy);
    let mut named = named(context, policy, hinges);
    if named.is_empty() {
        named.push((called.clone(), Why::Undocumented));
    }
    let reason = reason(policy, &named).unwrap_or_default();
    let message = format!("cannot tell {question}: in {called}, {reason}");
    let evidence = Evidence::new(message, statement.at).about(about(statement, policy));
    named.into_iter().fold(evidence, |evidence, (value, why)| {
        evidence.hinges_on(value, why)
    })
}

/// What is not known of a policy, by name.
pub(super) fn named(
    context: &Context<'_, '_>,
    policy: &Policy,
    hinges: &[Hinge],
) -> Vec<(String, Why)> {
    let mut named: Vec<_> = hinges.iter().map(|one| context.access.hinge(one)).collect();
    named.sort();
    named.dedup();
    // Beside what a place of the policy refers to, that the policy has such a place says nothing.
    if named.iter().any(|(name, _)| *name != policy.name) {
        named.retain(|(name, _)| *name != policy.name);
    }
    named
}

/// Evidence with what would decide it.
pub(super) fn named_hinges(evidence: Evidence, hinges: &[(String, Why)]) -> Evidence {
    let hinges = hinges.iter();
    hinges.fold(evidence, |evidence, (value, why)| {
        evidence.hinges_on(value, *why)
    })
}

/// Why it cannot be told, in words.
fn reason(policy: &Policy, named: &[(String, Why)]) -> Option<String> {
    let mut reasons = Vec::new();
    let mut unknown = Vec::new();
    for (name, why) in named {
        match (why, &policy.refused) {
            (Why::Refused, Some(reason)) if *name == policy.name => {
                reasons.push(format!("AWS refuses `{name}`, since {reason}"));
            }
            (Why::Refused, _) => reasons.push(format!("AWS refuses {}", quoted(name))),
            (Why::Undocumented, _) => reasons.push(format!("{name} is not documented by AWS")),
            _ => unknown.push((quoted(name), why)),
        }
    }
    match unknown.as_slice() {
        [] => {}
        [(name, why)] => reasons.push(format!("{name} is not known ({why})")),
        several => {
            let names: Vec<_> = several.iter().map(|(name, _)| name.as_str()).collect();
            reasons.push(format!("{} are not known", names.join(", ")));
        }
    }
    (!reasons.is_empty()).then(|| reasons.join(", and "))
}

/// An address or ARN as code, what is in words as it is.
pub(super) fn quoted(name: &str) -> String {
    if name.contains(' ') {
        name.to_owned()
    } else {
        format!("`{name}`")
    }
}
