//! PG-NET-002.

use super::workload_vpcs::{named, tenant_of_subnet};
use super::{Check, Context, Example, Link, Rule, RuleKind, Setting, Subject};
use crate::finding::{Evidence, Severity, Verdict};
use crate::model::vocabulary::Kind;

pub(super) const RULE: Rule = Rule {
    id: "subnet-without-auto-public-ip",
    alias: "PG-NET-002",
    kind: RuleKind::Secure,
    tier: 3,
    severity: Severity::Low,
    summary: "the subnets of workloads and of the endpoints of SageMaker give nobody a public address unasked",
    why: "SageMaker's own interfaces get no public address, but whatever else starts beside them does: one route to \
          an internet gateway more, and it is on the internet, with the workload as its neighbour.",
    unsure: "Without the attribute a subnet gives none; a default subnet does. Judged are subnets of the input in \
             which a workload or an endpoint for SageMaker stands.",
    fix: "set `map_public_ip_on_launch` to `false`",
    references: &[
        Link {
            title: "Amazon VPC User Guide: IP addressing for your VPCs and subnets, subnet IP addressing attributes",
            url: "https://docs.aws.amazon.com/vpc/latest/userguide/subnet-public-ip.html",
        },
        Link {
            title: "AWS Security Hub: EC2.15, Amazon EC2 subnets should not automatically assign public IP addresses",
            url: "https://docs.aws.amazon.com/securityhub/latest/userguide/ec2-controls.html",
        },
    ],
    assumes: &[],
    example: Example {
        fail: include_str!("../../testdata/rules/subnet-without-auto-public-ip/fail.tf"),
        pass: include_str!("../../testdata/rules/subnet-without-auto-public-ip/pass.tf"),
    },
    check: Check::Resource(Kind::SUBNETS, check),
};

fn check(context: &Context<'_, '_>, subnet: &Subject<'_, '_>) -> Verdict {
    let Some(tenant) = tenant_of_subnet(context, subnet.id) else {
        return Verdict::NotApplicable;
    };
    let path = "map_public_ip_on_launch";
    let own = subnet.own_path(path);
    let is = match subnet.setting(path) {
        Setting::Known { text, .. } if !text.eq_ignore_ascii_case("true") => return Verdict::Holds,
        Setting::Absent => return Verdict::Holds,
        Setting::Known { written, .. } => {
            if written && context.graph.is_written(subnet.id, path) != Some(false) {
                "is `true`"
            } else {
                "is not set, which is `true` for a default subnet"
            }
        }
        Setting::Unknown(why, _) => {
            let question =
                "whether this subnet of a workload gives public addresses to whatever starts in it";
            return Verdict::Unsure(vec![subnet.unsure(path, why, question)]);
        }
    };
    let message = format!(
        "`{own}` {is}: whatever starts beside {} gets a public address unasked",
        named(context, tenant)
    );
    Verdict::Broken(vec![
        Evidence::new(message, subnet.place(path))
            .fix(format!("set `{own}` to `false`"))
            .edit(subnet.set(path, "false"))
            .related(
                "what stands in this subnet",
                context.graph.get(tenant).origin,
            ),
    ])
}
