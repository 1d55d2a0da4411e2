//! PG-NET-006.

use super::workload_vpcs::{named, subnets_of, tenants};
use super::{Check, Context, Example, Link, Rule, RuleKind, Subject};
use crate::finding::{Evidence, Severity, Verdict};
use crate::model::graph::{ResourceId, Target};
use crate::model::vocabulary::Kind;
use crate::network::{ANSWERS, Direction, HTTPS, Obstacle, OpenEntry};

pub(super) const RULE: Rule = Rule {
    id: "network-acl-not-wide-open",
    alias: "PG-NET-006",
    kind: RuleKind::Secure,
    tier: 3,
    severity: Severity::Low,
    summary: "the network ACL of a workload's subnet keeps something out, and lets the answers to its calls in",
    why: "A network ACL that lets all traffic in from anywhere filters nothing: one security group too open, and the \
          whole subnet is. It is a filter for all of a subnet, and tells no users apart. It keeps no state either: \
          where no entry lets the answers back in, every call waits until it times out \
          (`nacl-blocks-return-traffic`, high).",
    unsure: "Judged is what the entries say, in order of their numbers, of network ACLs of the input whose subnet has \
             a workload or an endpoint for SageMaker. Wide open is one that lets TCP port 22 in from all addresses, \
             among all traffic or not. The one that a VPC begins with lets everything through, and is not judged. \
             Without entries a network ACL lets nothing through. What it keeps from a workload whose network is known \
             from end to end is said by the rule on the services that a workload reaches.",
    fix: "let TCP port 443 and the answers to it (TCP ports 1024 to 65535) through in both directions, and nothing else",
    references: &[
        Link {
            title: "Amazon VPC User Guide: Network ACL rules",
            url: "https://docs.aws.amazon.com/vpc/latest/userguide/nacl-rules.html",
        },
        Link {
            title: "Amazon VPC User Guide: Custom network ACLs for your VPC, ephemeral ports",
            url: "https://docs.aws.amazon.com/vpc/latest/userguide/custom-network-acl.html",
        },
        Link {
            title: "AWS Security Hub: EC2.21, Network ACLs should not allow ingress from 0.0.0.0/0 to port 22 or port 3389",
            url: "https://docs.aws.amazon.com/securityhub/latest/userguide/ec2-controls.html",
        },
    ],
    assumes: &[],
    example: Example {
        fail: include_str!("../../testdata/rules/network-acl-not-wide-open/fail.tf"),
        pass: include_str!("../../testdata/rules/network-acl-not-wide-open/pass.tf"),
    },
    check: Check::Resource(&[Kind::Nacl], check),
};

/// What only administrators use, at all events from outside.
const SSH: i64 = 22;

fn check(context: &Context<'_, '_>, acl: &Subject<'_, '_>) -> Verdict {
    let guarded = guarded(context, acl.id);
    let Some((tenant, subnet)) = guarded.first() else {
        return Verdict::NotApplicable;
    };
    let verdict = match context.network.open_entry(acl.id, SSH) {
        Ok(None) => Verdict::Holds,
        Ok(Some(entry)) => Verdict::Broken(vec![wide_open(context, &entry, *tenant, *subnet)]),
        Err(missing) => {
            let message = format!(
                "cannot tell whether this network ACL of a workload's subnet lets everybody in: {} is not known ({})",
                missing.value, missing.why
            );
            let evidence = Evidence::new(message, acl.resource.origin);
            Verdict::Unsure(vec![evidence.hinges_on(missing.value, missing.why)])
        }
    };
    verdict.worse(answers(context, acl, &guarded))
}

/// The workloads and endpoints for SageMaker whose traffic passes a network ACL, each with the subnet.
fn guarded<'g>(context: &Context<'g, '_>, acl: ResourceId) -> Vec<(ResourceId, Target<'g>)> {
    let mut found = Vec::new();
    for tenant in tenants(context) {
        for subnet in places(context, tenant) {
            if context.network.acl_of(subnet) == Ok(Some(acl)) {
                found.push((tenant, subnet));
            }
        }
    }
    found
}

fn places<'g>(context: &Context<'g, '_>, tenant: ResourceId) -> Vec<Target<'g>> {
    if is_endpoint(context, tenant) {
        return context.network.subnets_of_endpoint(tenant);
    }
    let own = subnets_of(context, tenant).into_iter();
    own.map(|(subnet, _)| subnet).collect()
}

fn is_endpoint(context: &Context<'_, '_>, tenant: ResourceId) -> bool {
    context.graph.get(tenant).kind() == Some(Kind::Endpoint)
}

fn wide_open(
    context: &Context<'_, '_>,
    entry: &OpenEntry,
    tenant: ResourceId,
    subnet: Target<'_>,
) -> Evidence {
    let left = if entry.traffic == "all traffic" {
        ", so security groups are all that is left"
    } else {
        ""
    };
    let message = format!(
        "this network ACL lets everybody into `{}`, where {} stands: its entry {} allows {} from everywhere{left}",
        context.network.name_of(subnet),
        named(context, tenant),
        entry.number,
        entry.traffic
    );
    Evidence::new(message, entry.at).about("ingress").related(
        "what stands in the subnet",
        context.graph.get(tenant).origin,
    )
}

/// Whether calls and their answers pass at all.
fn answers(
    context: &Context<'_, '_>,
    acl: &Subject<'_, '_>,
    guarded: &[(ResourceId, Target<'_>)],
) -> Verdict {
    let reaches = context.reaches().iter().flat_map(|(_, reaches)| reaches);
    let mut causes = reaches.flat_map(|one| &one.reach.blocked);
    if causes.any(|cause| cause.by == Obstacle::Acl && cause.at == Some(acl.resource.origin)) {
        // Said of the workload.
        return Verdict::NotApplicable;
    }
    for (tenant, subnet) in guarded {
        let is_endpoint = is_endpoint(context, *tenant);
        let is_called = is_endpoint
            && !guarded
                .iter()
                .any(|(other, place)| place == subnet && !self::is_endpoint(context, *other));
        let calls = !is_endpoint && context.reaches().iter().any(|(id, _)| id == tenant);
        if !is_called && !calls {
            continue;
        }
        let (there, back) = if is_endpoint {
            (Direction::In, Direction::Out)
        } else {
            (Direction::Out, Direction::In)
        };
        let denies = |direction, ports| context.network.acl_denies_all(acl.id, direction, ports);
        if !denies(back, ANSWERS) {
            continue;
        }
        let way = if back == Direction::In {
            "back into"
        } else {
            "back out of"
        };
        let also = if denies(there, HTTPS) {
            ", nor calls at TCP port 443 through"
        } else {
            ""
        };
        let whose = if is_endpoint { "who calls" } else { "calls of" };
        let message = format!(
            "{whose} {} get no answer: no entry of this network ACL lets answers (TCP ports 32768 to 60999) {way} \
             `{}`{also}, and network ACLs keep no state",
            named(context, *tenant),
            context.network.name_of(*subnet)
        );
        return Verdict::Broken(vec![
            Evidence::new(message, acl.resource.origin)
                .code("nacl-blocks-return-traffic")
                .about("answers")
                .severity(Severity::High)
                .fix(fix(is_endpoint))
                .related(
                    "what stands in the subnet",
                    context.graph.get(*tenant).origin,
                ),
        ]);
    }
    Verdict::NotApplicable
}

const fn fix(is_endpoint: bool) -> &'static str {
    if is_endpoint {
        "let TCP port 443 in from the subnets of the workloads, and TCP ports 1024 to 65535 back out to them"
    } else {
        "let TCP port 443 out, and TCP ports 1024 to 65535 back in"
    }
}
