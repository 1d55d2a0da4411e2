//! PG-VPCE-010.

use super::hops::{actions_of, because, code_of, distinct, kept_out_by, open_at};
use super::remedy::remedy;
use super::statements::named_hinges;
use super::{Check, Context, Example, Link, PATH_ASSUMPTIONS, Rule, RuleKind, Subject};
use crate::finding::{Evidence, Severity, Verdict};
use crate::iam::Decision;
use crate::model::vocabulary::Kind;
use crate::paths::Hop;

pub(super) const RULE: Rule = Rule {
    id: "endpoint-policies-admit-required-traffic",
    alias: "PG-VPCE-010",
    kind: RuleKind::Works,
    tier: 1,
    severity: Severity::High,
    summary: "the policy of an endpoint lets through what workloads call through it",
    why: "A call through an endpoint takes two permissions: that of the caller, and that of the endpoint's \
          policy. A policy that lists buckets or actions keeps out those that nobody thought of, and the \
          workload is denied though its role may (`endpoint-blocks`).",
    unsure: "Asked are the calls of notebooks and jobs whose way leads through an endpoint of the input: the \
             data and code in buckets, the keys, and what it takes to start a job. One finding for an \
             endpoint, with all that it keeps out; the workload's own rules do not repeat it. A policy that \
             is not known as a whole is unsure there. What code calls beyond that is not known.",
    fix: "add what is missing to the policy of the endpoint",
    references: &[
        Link {
            title: "AWS PrivateLink Guide: Control access to VPC endpoints using endpoint policies",
            url: "https://docs.aws.amazon.com/vpc/latest/privatelink/vpc-endpoints-access.html",
        },
        Link {
            title: "Amazon SageMaker AI Developer Guide: Give SageMaker AI Processing Jobs Access to Resources in Your Amazon VPC",
            url: "https://docs.aws.amazon.com/sagemaker/latest/dg/process-vpc.html",
        },
    ],
    assumes: PATH_ASSUMPTIONS,
    example: Example {
        fail: include_str!("../../testdata/rules/endpoint-policies-admit-required-traffic/fail.tf"),
        pass: include_str!("../../testdata/rules/endpoint-policies-admit-required-traffic/pass.tf"),
    },
    check: Check::Resource(&[Kind::Endpoint], check),
};

fn check(context: &Context<'_, '_>, endpoint: &Subject<'_, '_>) -> Verdict {
    let paths = context.paths().iter();
    let hops = paths.flat_map(|path| path.hops.iter().map(move |hop| (path, hop)));
    // What matters little is no finding.
    let through = hops.filter(|(_, hop)| {
        let matters = hop
            .advised
            .is_none_or(|severity| severity >= Severity::Medium);
        hop.through == Some(endpoint.id) && hop.answer.is_some() && matters
    });
    let mut verdict = Verdict::NotApplicable;
    let (mut by_default, mut explicitly) = (Vec::new(), Vec::new());
    let mut open: Option<&Hop> = None;
    for (path, hop) in through {
        verdict = Verdict::Holds;
        if hop.decision == Decision::Undecided && open_at(context, hop).is_some() {
            open.get_or_insert(hop);
        }
        if kept_out_by(context, hop).is_none() || !hop.decision.must_be_denied() {
            continue;
        }
        if hop.decision == Decision::DeniedExplicitly {
            explicitly.push((path.workload.id, hop));
        } else {
            by_default.push((path.workload.id, hop));
        }
    }
    for (about, kept_out) in [("missing", by_default), ("denied", explicitly)] {
        let workloads = kept_out
            .iter()
            .map(|(id, _)| format!("`{}`", context.graph.get(*id).address.as_str()));
        let workloads = distinct(workloads);
        let mut hops: Vec<&Hop> = kept_out.iter().map(|(_, hop)| *hop).collect();
        hops.sort_by_key(|hop| (hop.action, hop.resource.as_str()));
        let Some(first) = hops.first() else {
            continue;
        };
        let resources = distinct(hops.iter().map(|hop| code_of(&hop.resource)));
        let message = format!(
            "this endpoint keeps out what {} calls through it, {} on {}: {}",
            several(&workloads),
            actions_of(&hops, "and"),
            several(&resources),
            because(first)
        );
        let at = first.because.iter().find_map(|one| one.at);
        let evidence = Evidence::new(message, at.unwrap_or(endpoint.resource.origin))
            .code("endpoint-blocks")
            .about(about);
        let evidence = remedy(context, first, &hops).of(evidence);
        let severity = hops.iter().map(|hop| hop.advised);
        let severity = severity
            .map(|advised| advised.unwrap_or(Severity::High))
            .max();
        verdict = verdict.worse(Verdict::Broken(vec![match severity {
            Some(severity) => evidence.severity(severity),
            None => evidence,
        }]));
    }
    if let Some(hop) = open {
        let message = format!(
            "cannot tell whether this endpoint lets through what workloads call through it, such as `{}` on \
             {}: its policy is not known",
            hop.action,
            code_of(&hop.resource)
        );
        let evidence = Evidence::new(message, endpoint.place("policy")).about("open");
        verdict = verdict.worse(Verdict::Unsure(vec![named_hinges(
            evidence,
            &hop.hinges_on,
        )]));
    }
    verdict
}

/// The first ones, if there are many.
fn several(names: &[String]) -> String {
    const SHOWN: usize = 3;
    let shown: Vec<_> = names.iter().take(SHOWN).map(String::as_str).collect();
    match names.len().checked_sub(SHOWN) {
        Some(more) if more > 0 => format!("{} and {more} more", shown.join(", ")),
        _ => shown.join(", "),
    }
}
