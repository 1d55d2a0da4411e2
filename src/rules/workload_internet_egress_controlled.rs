//! PG-NET-007.

use super::workload_vpcs::{subnets_of, vpcs_of};
use super::{Check, Context, Example, Link, Rule, RuleKind, Subject};
use crate::finding::{Evidence, Severity, Verdict};
use crate::model::graph::Target;
use crate::model::source::Span;
use crate::model::truth::Truth;
use crate::model::value::Why;
use crate::model::vocabulary::Kind;
use crate::network::Via;
use crate::workload::noun;

pub(super) const RULE: Rule = Rule {
    id: "workload-internet-egress-controlled",
    alias: "PG-NET-007",
    kind: RuleKind::Secure,
    tier: 1,
    severity: Severity::Medium,
    summary: "no default route leads from the subnets of a workload to the internet unwatched",
    why: "A NAT gateway is a way out that no endpoint policy sees: with it, code in the notebook or the \
          job sends data to any address that the security groups leave open. What the workload needs of \
          AWS, endpoints give.",
    unsure: "A NAT gateway of the type `private` is no way to the internet. A firewall of AWS Network \
          Firewall or of Route 53 Resolver DNS Firewall in the VPC counts as inspection, and nothing is \
          said. Where a default route to a transit gateway, a peering or an interface leads is not told, \
          and unsure. A route table that is not in the input is said by the rule on private subnets.",
    fix: "take the default route out and make endpoints for what the workload calls, or inspect what \
          leaves",
    references: &[
        Link {
            title: "Amazon VPC User Guide: NAT gateways",
            url: "https://docs.aws.amazon.com/vpc/latest/userguide/vpc-nat-gateway.html",
        },
        Link {
            title: "AWS Network Firewall Developer Guide: What is AWS Network Firewall?",
            url: "https://docs.aws.amazon.com/network-firewall/latest/developerguide/what-is-aws-network-firewall.html",
        },
    ],
    assumes: &[],
    example: Example {
        fail: include_str!("../../testdata/rules/workload-internet-egress-controlled/fail.tf"),
        pass: include_str!("../../testdata/rules/workload-internet-egress-controlled/pass.tf"),
    },
    check: Check::Resource(
        &[
            Kind::Notebook,
            Kind::NotebookDomain,
            Kind::ProcessingJob,
            Kind::ProcessingJobMonitor,
        ],
        check,
    ),
};

fn check(context: &Context<'_, '_>, workload: &Subject<'_, '_>) -> Verdict {
    let subnets = subnets_of(context, workload.id);
    let is_allowed = || context.settings.allow_nat_egress || is_inspected(context, workload);
    if !subnets.is_empty() && is_allowed() {
        return Verdict::Holds;
    }
    let noun = workload.resource.kind().map_or("workload", noun);
    let mut verdict = Verdict::NotApplicable;
    let mut tables = Vec::new();
    for (subnet, at) in subnets {
        let Ok(table) = context.network.route_table(subnet) else {
            continue;
        };
        if tables.contains(&table.name) {
            continue;
        }
        tables.push(table.name.clone());
        if table.perhaps_more.is_none() {
            verdict = verdict.worse(Verdict::Holds);
        }
        let called = context.network.name_of(subnet);
        let perhaps = table
            .perhaps
            .iter()
            .map(|(route, missing)| (route, Some(missing)));
        for (route, missing) in table
            .routes
            .iter()
            .map(|route| (route, None))
            .chain(perhaps)
        {
            if route.to.is_public() != Truth::Yes {
                continue;
            }
            let one = match (&route.via, missing) {
                (Via::Nat(name), missing) => {
                    match (context.network.is_private_nat(name), missing) {
                        (Truth::Yes, _) => Verdict::Holds,
                        (Truth::No, None) => {
                            let message = format!(
                                "data can leave to the internet from `{called}`, where this {noun} stands: {} sends `{}` to the NAT gateway `{name}`, and nothing in the input inspects it",
                                table.name, route.to
                            );
                            Verdict::Broken(vec![
                                Evidence::new(message, route.at)
                                    .about(called.as_str())
                                    .related(format!("the subnet of this {noun}"), at),
                            ])
                        }
                        (Truth::No, Some(missing)) => {
                            unsure(noun, &called, at, &missing.value, missing.why)
                        }
                        (Truth::Unknown, _) => {
                            let value = format!("{name}.connectivity_type");
                            unsure(noun, &called, at, &value, Why::KnownAfterApply)
                        }
                    }
                }
                (Via::Other, _) => {
                    let value = format!("where the route to {} of {} leads", route.to, table.name);
                    unsure(
                        noun,
                        &called,
                        at,
                        &value.replace('`', ""),
                        Why::ExternalResource,
                    )
                }
                (Via::Unknown(missing), _) => {
                    unsure(noun, &called, at, &missing.value, missing.why)
                }
                _ => Verdict::Holds,
            };
            verdict = verdict.worse(one);
        }
    }
    verdict
}

/// Whether a firewall stands in a VPC of the workload, or in one that is not told.
fn is_inspected(context: &Context<'_, '_>, workload: &Subject<'_, '_>) -> bool {
    let vpcs = vpcs_of(context, workload.id);
    let firewalls = context.graph.iter().filter(|(_, resource)| {
        matches!(resource.kind(), Some(Kind::Firewall | Kind::DnsFirewall))
    });
    let mut theirs = firewalls.map(|(_, firewall)| {
        let vpc = firewall.get("vpc_id");
        vpc.map(|vpc| context.graph.target(vpc, Kind::VPCS))
    });
    theirs.any(|theirs| match theirs {
        None | Some(Target::Unknown(_)) => true,
        Some(theirs) => vpcs.iter().any(|(own, _)| *own == theirs),
    })
}

fn unsure(noun: &str, subnet: &str, at: Span, value: &str, why: Why) -> Verdict {
    let message = format!(
        "cannot tell whether data can leave to the internet from `{subnet}`, where this {noun} stands: {value} is not known ({why})"
    );
    let evidence = Evidence::new(message, at).about(subnet);
    Verdict::Unsure(vec![evidence.hinges_on(value, why)])
}
