//! PG-IAM-009.

use std::collections::BTreeSet;

use super::{Check, Context, Example, Link, Rule, RuleKind, Subject};
use crate::finding::{Evidence, Severity, Verdict};
use crate::model::resource::Standing;
use crate::model::value::Why;
use crate::model::vocabulary::Kind;

pub(super) const RULE: Rule = Rule {
    id: "static-keys-not-delivered-to-workloads",
    alias: "PG-IAM-009",
    kind: RuleKind::Secure,
    tier: 1,
    severity: Severity::Critical,
    summary: "no access key of an IAM user flows into a workload",
    why: "A key that a configuration hands on lies in the state, in logs, and wherever the workload is \
          described, and works from anywhere. An output shows it to everybody who may read the state or the \
          stack. A Processing job runs as a role, and needs no key. In Secrets Manager the key is at least \
          guarded (high).",
    unsure: "The flow is told by references: in a value, in an expression of the configuration, through \
             the inputs of modules. Where it goes through a local value, of which a plan does not show what it is made, an unknown or secret attribute is unsure. An output that holds only a key's id, or its encrypted \
             secret, is none.",
    fix: "delete the access key, cut the reference, and give the workload's role the permission instead",
    references: &[
        Link {
            title: "AWS IAM User Guide: Manage access keys for IAM users",
            url: "https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_access-keys.html",
        },
        Link {
            title: "AWS IAM User Guide: Security best practices in IAM",
            url: "https://docs.aws.amazon.com/IAM/latest/UserGuide/best-practices.html",
        },
    ],
    assumes: &[],
    example: Example {
        fail: include_str!("../../testdata/rules/static-keys-not-delivered-to-workloads/fail.tf"),
        pass: include_str!("../../testdata/rules/static-keys-not-delivered-to-workloads/pass.tf"),
    },
    check: Check::Resource(SINKS, check),
};

/// Where a key may end up that is then read by a workload.
const SINKS: &[Kind] = &[
    Kind::Script,
    Kind::ProcessingJob,
    Kind::ProcessingJobMonitor,
    Kind::Parameter,
    Kind::SecretValue,
    Kind::Secret,
    Kind::Lambda,
    Kind::Orchestrator,
    Kind::OrchestratorTarget,
    Kind::Credential,
];

/// What an access key gives away; nothing, where it is mentioned as a whole.
const PARTS: &[&str] = &[
    "",
    "id",
    "secret",
    "encrypted_secret",
    "ses_smtp_password_v4",
];

fn check(context: &Context<'_, '_>, sink: &Subject<'_, '_>) -> Verdict {
    if sink.resource.kind() == Some(Kind::Credential) {
        return given_out(context, sink);
    }
    let keys: Vec<_> = context
        .graph
        .iter()
        .filter(|(_, resource)| {
            resource.kind() == Some(Kind::Credential) && resource.standing == Standing::Judged
        })
        .map(|(id, _)| id)
        .collect();
    if keys.is_empty() {
        return Verdict::NotApplicable;
    }
    let mut verdict = Verdict::Holds;
    let attributes = sink.resource.attributes.iter();
    for attribute in attributes.map(|(name, _)| name) {
        let found = context.graph.mentioned(sink.id, attribute, &keys);
        let parts: Vec<_> = found
            .into_iter()
            .filter(|(_, part)| PARTS.contains(&part.as_str()))
            .collect();
        if parts.is_empty() {
            verdict = verdict.worse(hidden(context, sink, attribute));
            continue;
        }
        let names: Vec<_> = parts
            .iter()
            .map(|(id, part)| {
                let dot = if part.is_empty() { "" } else { "." };
                format!("`{}{dot}{part}`", context.graph.get(*id).address.as_str())
            })
            .collect();
        let own = sink.own_path(attribute);
        let flow = if names.len() == 1 { "flows" } else { "flow" };
        let message = format!("{} {flow} into `{own}`", names.join(" and "));
        let evidence = Evidence::new(message, sink.place(attribute)).about(attribute);
        let is_guarded = matches!(sink.resource.kind(), Some(Kind::Secret | Kind::SecretValue));
        verdict = verdict.worse(Verdict::Broken(vec![if is_guarded {
            evidence.severity(Severity::High)
        } else {
            evidence
        }]));
    }
    verdict
}

/// What of a key an output shows to whoever may read it: its id alone opens nothing, nor does what is encrypted.
const SHOWN: &[&str] = &["", "secret", "ses_smtp_password_v4"];

/// An output that hands the key to everybody who may read the state or the stack.
fn given_out(context: &Context<'_, '_>, key: &Subject<'_, '_>) -> Verdict {
    let outputs = context.graph.outputs_of(key.id).into_iter();
    let outputs = outputs.filter(|(_, part)| SHOWN.contains(&part.as_str()));
    let names: BTreeSet<_> = outputs.map(|(name, _)| name).collect();
    let evidence = names.into_iter().map(|name| {
        let message = format!(
            "the output `{name}` gives this access key to everybody who may read the outputs"
        );
        Evidence::new(message, key.resource.origin).about(format!("output {name}"))
    });
    let evidence: Vec<_> = evidence.collect();
    match key.may_be_none() {
        _ if evidence.is_empty() => Verdict::NotApplicable,
        Some(why) => {
            let address = key.resource.address.as_str();
            Verdict::Broken(evidence).if_so("whether this access key is made", address, why)
        }
        None => Verdict::Broken(evidence),
    }
}

/// A local value that is not known, or secret, may hide a key: a plan does not show what it is made of.
fn hidden(context: &Context<'_, '_>, sink: &Subject<'_, '_>, attribute: &str) -> Verdict {
    let value = sink.resource.attributes.get(attribute);
    let may_hold = value.is_some_and(|value| value.sensitive || value.why_unknown().is_some());
    let local = context.graph.local_in(sink.id, attribute);
    let Some(local) = local.filter(|_| may_hold) else {
        return Verdict::Holds;
    };
    let own = sink.own_path(attribute);
    let message = format!(
        "cannot tell whether an access key flows into `{own}`: a plan does not show what `{local}` is made of"
    );
    let evidence = Evidence::new(message, sink.place(attribute))
        .about(attribute)
        .hinges_on(local, Why::KnownAfterApply);
    Verdict::Unsure(vec![evidence])
}
