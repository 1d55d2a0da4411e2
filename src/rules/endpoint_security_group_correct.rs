//! PG-VPCE-005.

use super::reaching::weight;
use super::workload_vpcs::is_beside_workload;
use super::{Check, Context, Example, Link, Rule, RuleKind, Setting, Subject};
use crate::finding::{Evidence, Severity, Verdict};
use crate::model::resource::Standing;
use crate::model::source::Span;
use crate::model::truth::Truth;
use crate::model::vocabulary::Kind;
use crate::network::{Direction, Exit, Group, GroupRule, Missing, Obstacle, Peer, Traffic};
use crate::paths::ServiceReach;

pub(super) const RULE: Rule = Rule {
    id: "endpoint-security-group-correct",
    alias: "PG-VPCE-005",
    kind: RuleKind::Secure,
    tier: 1,
    severity: Severity::Medium,
    summary: "the security group of an endpoint lets the workloads in, and nobody from outside",
    why: "An endpoint's security group says which machines reach it: those of the workload at TCP port 443, \
          else every call waits until it times out (`workload-not-admitted`, high). Addresses of the internet \
          have no business there, nor has a rule that opens every port to a block (`all-ports`). Without a group of its own the endpoint has the default one of the VPC, \
          like whatever else names none (`default-security-group`). A group cannot tell users apart: \
          that is the endpoint's policy.",
    unsure: "Judged are interface endpoints in a VPC where a workload or an endpoint for SageMaker stands. A \
             group whose rules are not in the input is unsure where a workload calls through the endpoint.",
    fix: "let TCP port 443 in from the security group of the workload, and nothing else",
    references: &[
        Link {
            title: "AWS PrivateLink Guide: Access an AWS service using an interface VPC endpoint, security groups",
            url: "https://docs.aws.amazon.com/vpc/latest/privatelink/create-interface-endpoint.html",
        },
        Link {
            title: "AWS Security Hub: EC2.2, VPC default security groups should not allow inbound or outbound traffic",
            url: "https://docs.aws.amazon.com/securityhub/latest/userguide/ec2-controls.html",
        },
    ],
    assumes: &[],
    example: Example {
        fail: include_str!("../../testdata/rules/endpoint-security-group-correct/fail.tf"),
        pass: include_str!("../../testdata/rules/endpoint-security-group-correct/pass.tf"),
    },
    check: Check::Resource(&[Kind::Endpoint], check),
};

fn check(context: &Context<'_, '_>, endpoint: &Subject<'_, '_>) -> Verdict {
    let is_interface = match endpoint.setting("vpc_endpoint_type") {
        Setting::Known { text, .. } => text == "Interface",
        Setting::Absent | Setting::Unknown(..) => false,
    };
    if !is_interface || is_beside_workload(context, endpoint.id) != Truth::Yes {
        return Verdict::NotApplicable;
    }
    groups(context, endpoint).worse(callers(context, endpoint))
}

/// Whom the groups let in beside workloads.
fn groups(context: &Context<'_, '_>, endpoint: &Subject<'_, '_>) -> Verdict {
    let mut verdict = Verdict::Holds;
    for group in context.network.groups_of_endpoint(endpoint.id) {
        let Ok(group) = group else {
            continue;
        };
        let name = context.network.name_of_group(group);
        let place = endpoint.place("security_group_ids");
        if matches!(group, Group::DefaultOf(_)) {
            let message = format!("this endpoint has {name}, like whatever names no other");
            let evidence = Evidence::new(message, place)
                .code("default-security-group")
                .about(name)
                .fix("give the endpoint a security group of its own, which lets TCP port 443 in from that of the workload");
            verdict = verdict.worse(Verdict::Broken(vec![evidence]));
            continue;
        }
        for rule in &context.network.rules(group, Direction::In).rules {
            let public = rule
                .peers
                .iter()
                .filter(|peer| peer.is_public() == Truth::Yes)
                .filter(|peer| !peer.lies_in(&context.settings.allowed_ingress_cidrs));
            let from: Vec<_> = public.map(|peer| format!("`{peer}`")).collect();
            if from.is_empty() {
                verdict = verdict.worse(all_ports(rule, &name, place));
                continue;
            }
            let message = format!(
                "{name}, which this endpoint has, lets {} in from {}",
                rule.traffic,
                from.join(", ")
            );
            let about = format!("{name} {} {}", rule.said_by.address.as_str(), rule.traffic);
            let evidence = Evidence::new(message, rule.at)
                .about(about)
                .related("the security group of this endpoint", place);
            verdict = verdict.worse(Verdict::Broken(vec![evidence]));
        }
    }
    verdict
}

/// Whether a rule lets whole blocks of addresses in at every port. An endpoint answers at one; members of groups
/// are machines that somebody names.
fn all_ports(rule: &GroupRule<'_, '_>, name: &str, place: Span) -> Verdict {
    let blocks = rule
        .peers
        .iter()
        .filter(|peer| matches!(peer, Peer::Block(_) | Peer::PrefixList(..)));
    let from: Vec<_> = blocks.map(|peer| format!("`{peer}`")).collect();
    if from.is_empty() || rule.carries(Traffic::Tcp(1, 65535)) != Truth::Yes {
        return Verdict::Holds;
    }
    let message = format!(
        "{name}, which this endpoint has, lets {} in from {}, and the endpoint answers at TCP port 443 only",
        rule.traffic,
        from.join(", ")
    );
    let about = format!("{name} {} {}", rule.said_by.address.as_str(), rule.traffic);
    Verdict::Broken(vec![
        Evidence::new(message, rule.at)
            .code("all-ports")
            .about(about)
            .related("the security group of this endpoint", place)
            .fix("let TCP port 443 in, and nothing else"),
    ])
}

/// Whether the groups let in those workloads that call through the endpoint.
fn callers(context: &Context<'_, '_>, endpoint: &Subject<'_, '_>) -> Verdict {
    let mut blocked = Vec::new();
    let mut unknown: Option<(&Missing, &ServiceReach<'_>)> = None;
    for (id, reaches) in context.reaches() {
        let resource = context.graph.get(*id);
        if resource.standing != Standing::Judged {
            continue;
        }
        for one in reaches {
            if one.reach.exit != Some(Exit::Endpoint(endpoint.id)) {
                continue;
            }
            let mut own = one.reach.blocked.iter();
            if let Some(cause) = own.find(|cause| cause.by == Obstacle::EndpointIngress) {
                blocked.push((format!("`{}`", resource.address.as_str()), one, cause));
            }
            let mut own = one.reach.unknown.iter();
            if let Some((_, missing)) = own.find(|(by, _)| *by == Obstacle::EndpointIngress) {
                unknown.get_or_insert((missing, one));
            }
        }
    }
    let severity = |one: &ServiceReach<'_>| weight(one.service);
    if let Some((_, one, cause)) = blocked.first() {
        let mut names: Vec<_> = blocked.iter().map(|(name, ..)| name.as_str()).collect();
        names.dedup();
        let message = format!(
            "{} cannot call through this endpoint: {}",
            names.join(", "),
            cause.text
        );
        return Verdict::Broken(vec![
            Evidence::new(message, cause.at.unwrap_or(endpoint.resource.origin))
                .code("workload-not-admitted")
                .about("workloads")
                .severity(severity(one))
                .related("where the workload stands", one.at),
        ]);
    }
    let Some((missing, one)) = unknown else {
        return Verdict::Holds;
    };
    let message = format!(
        "cannot tell whether this endpoint lets the workloads in: {} is not known ({})",
        missing.value, missing.why
    );
    Verdict::Unsure(vec![
        Evidence::new(message, endpoint.place("security_group_ids"))
            .about("workloads")
            .severity(severity(one))
            .hinges_on(missing.value.clone(), missing.why),
    ])
}
