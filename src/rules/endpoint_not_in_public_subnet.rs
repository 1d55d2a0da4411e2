//! PG-VPCE-013.

use super::workload_vpcs::is_beside_workload;
use super::{Check, Context, Example, Link, Rule, RuleKind, Setting, Subject};
use crate::finding::{Evidence, Severity, Verdict};
use crate::model::graph::Target;
use crate::model::truth::Truth;
use crate::model::vocabulary::Kind;
use crate::network::{Missing, Via};

pub(super) const RULE: Rule = Rule {
    id: "endpoint-not-in-public-subnet",
    alias: "PG-VPCE-013",
    kind: RuleKind::Secure,
    tier: 2,
    severity: Severity::Medium,
    summary: "the interfaces of endpoints beside a workload stand in private subnets",
    why: "An endpoint's interface has private addresses only, and needs no way to the internet. In a public \
          subnet it stands beside machines that have one, and shares their network ACL.",
    unsure: "Judged are interface endpoints in a VPC where a workload stands, or one for SageMaker. Endpoints \
             for SageMaker, S3, KMS and STS are judged by the rule on private subnets. A route table that \
             is not in the input is unsure; subnets that are a variable are not judged.",
    fix: "place the endpoint in the private subnets",
    references: &[
        Link {
            title: "AWS PrivateLink Guide: Access an AWS service using an interface VPC endpoint, subnets and Availability Zones",
            url: "https://docs.aws.amazon.com/vpc/latest/privatelink/privatelink-access-aws-services.html",
        },
        Link {
            title: "Amazon VPC User Guide: Subnets for your VPC, subnet types",
            url: "https://docs.aws.amazon.com/vpc/latest/userguide/configure-subnets.html",
        },
    ],
    assumes: &[],
    example: Example {
        fail: include_str!("../../testdata/rules/endpoint-not-in-public-subnet/fail.tf"),
        pass: include_str!("../../testdata/rules/endpoint-not-in-public-subnet/pass.tf"),
    },
    check: Check::Resource(&[Kind::Endpoint], check),
};

fn check(context: &Context<'_, '_>, endpoint: &Subject<'_, '_>) -> Verdict {
    let is_interface = match endpoint.setting("vpc_endpoint_type") {
        Setting::Known { text, .. } => text == "Interface",
        Setting::Absent | Setting::Unknown(..) => false,
    };
    let service = endpoint.resource.get("service_name");
    let is_said_elsewhere = service
        .is_none_or(|service| super::workload_subnet_private::is_sensitive(service) != Truth::No);
    if !is_interface || is_said_elsewhere || is_beside_workload(context, endpoint.id) != Truth::Yes
    {
        return Verdict::NotApplicable;
    }
    let mut verdict = Verdict::NotApplicable;
    for subnet in context.network.subnets_of_endpoint(endpoint.id) {
        let table = match (context.network.route_table(subnet), subnet) {
            (Ok(table), _) => table,
            (Err(_), Target::Unknown(_)) => continue,
            (Err(missing), _) => {
                verdict = verdict.worse(unsure(context, endpoint, subnet, missing));
                continue;
            }
        };
        let mut routes = table.routes.iter();
        let public = routes.find(|route| {
            matches!(route.via, Via::Internet(_)) && route.to.is_public() == Truth::Yes
        });
        let Some(route) = public else {
            verdict = verdict.worse(match table.perhaps_more {
                Some(missing) => unsure(context, endpoint, subnet, missing),
                None => Verdict::Holds,
            });
            continue;
        };
        let called = context.network.name_of(subnet);
        let message = format!(
            "this endpoint stands in the public subnet `{called}`: {} sends `{}` to an internet gateway",
            table.name, route.to
        );
        let evidence = Evidence::new(message, endpoint.place("subnet_ids"))
            .about(called)
            .related("the route", route.at);
        verdict = verdict.worse(Verdict::Broken(vec![evidence]));
    }
    verdict
}

fn unsure(
    context: &Context<'_, '_>,
    endpoint: &Subject<'_, '_>,
    subnet: Target<'_>,
    missing: Missing,
) -> Verdict {
    let message = format!(
        "cannot tell whether this endpoint stands in a public subnet: {} is not known ({})",
        missing.value, missing.why
    );
    let evidence = Evidence::new(message, endpoint.place("subnet_ids"))
        .about(context.network.name_of(subnet))
        .hinges_on(missing.value, missing.why);
    Verdict::Unsure(vec![evidence])
}
