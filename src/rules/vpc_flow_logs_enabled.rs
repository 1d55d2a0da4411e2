//! PG-NET-008.

use super::workload_vpcs::{named, subnets_of, tenant_of_vpc, tenants};
use super::{Check, Context, Example, Link, Rule, RuleKind, Subject};
use crate::finding::{Evidence, Severity, Verdict};
use crate::model::graph::{ResourceId, Target};
use crate::model::truth::Truth;
use crate::model::value::{Value, Why};
use crate::model::vocabulary::Kind;

pub(super) const RULE: Rule = Rule {
    id: "vpc-flow-logs-enabled",
    alias: "PG-NET-008",
    kind: RuleKind::Secure,
    tier: 3,
    severity: Severity::Low,
    summary: "the traffic in the VPC of a workload is recorded in flow logs",
    why: "After an incident nobody can tell where data went, nor who tried to get in: CloudTrail records calls of AWS's \
          API, not connections. A log of accepted traffic alone does not show what was tried, one of rejected \
          traffic alone not what left (`partial`, info).",
    unsure: "Judged are VPCs of the input in which a workload or an endpoint for SageMaker stands. A flow log of the \
             VPC counts, or one of each subnet of the workloads in it; those of single network interfaces do not. A \
             flow log of which it is not known what it is for is unsure. The default VPC is no place for a workload \
             anyway, which a rule of its own says.",
    fix: "add `aws_flow_log` of all traffic for the VPC",
    references: &[
        Link {
            title: "Amazon VPC User Guide: Logging IP traffic using VPC Flow Logs",
            url: "https://docs.aws.amazon.com/vpc/latest/userguide/flow-logs.html",
        },
        Link {
            title: "Amazon SageMaker AI Developer Guide: Give SageMaker AI Processing Jobs Access to Resources in Your Amazon VPC",
            url: "https://docs.aws.amazon.com/sagemaker/latest/dg/process-vpc.html",
        },
        Link {
            title: "AWS Security Hub: EC2.6, VPC flow logging should be enabled in all VPCs",
            url: "https://docs.aws.amazon.com/securityhub/latest/userguide/ec2-controls.html",
        },
    ],
    assumes: &[],
    example: Example {
        fail: include_str!("../../testdata/rules/vpc-flow-logs-enabled/fail.tf"),
        pass: include_str!("../../testdata/rules/vpc-flow-logs-enabled/pass.tf"),
    },
    check: Check::Resource(&[Kind::Vpc], check),
};

fn check(context: &Context<'_, '_>, vpc: &Subject<'_, '_>) -> Verdict {
    let Some(tenant) = tenant_of_vpc(context, Target::Resource(vpc.id)) else {
        return Verdict::NotApplicable;
    };
    let mut logged = of(context, vpc.id, "vpc_id");
    let mut each = subnets_in(context, vpc.id).into_iter();
    if let Some(first) = each.next() {
        let first = of(context, first, "subnet_id");
        let all = each.fold(first, |all, subnet| {
            all.and(of(context, subnet, "subnet_id"))
        });
        logged = logged.or(all);
    }
    if let Some(why) = context.graph.incomplete_for(vpc.id) {
        let value = format!("the flow logs of {}", vpc.resource.address.as_str());
        logged = logged.or(Logged::unknown(value, why));
    }
    match logged.accepted.and(logged.rejected) {
        Truth::Yes => Verdict::Holds,
        Truth::No => Verdict::Broken(vec![broken(context, vpc, &logged, tenant)]),
        Truth::Unknown => {
            let hinge = logged.open.into_iter().next();
            let (value, why) = hinge.unwrap_or_else(|| {
                let value = format!("the flow logs of {}", vpc.resource.address.as_str());
                (value, Why::KnownAfterApply)
            });
            let message = format!(
                "cannot tell whether the traffic of this VPC is recorded: `{value}` is not known ({why})"
            );
            let evidence = Evidence::new(message, vpc.resource.origin);
            Verdict::Unsure(vec![evidence.hinges_on(value, why)])
        }
    }
}

fn broken(
    context: &Context<'_, '_>,
    vpc: &Subject<'_, '_>,
    logged: &Logged,
    tenant: ResourceId,
) -> Evidence {
    let only = match (logged.accepted, logged.rejected) {
        (Truth::Yes, _) => Some(("accepted", "what was tried and turned away")),
        (_, Truth::Yes) => Some(("rejected", "what was let through, and so where data went,")),
        _ => None,
    };
    if let (Some((kind, rest)), Some(by)) = (only, logged.by) {
        let by = Subject {
            id: by,
            resource: context.graph.get(by),
        };
        let address = by.resource.address.as_str();
        let message =
            format!("`{address}` records only {kind} traffic of this VPC: {rest} leaves no trace");
        let path = "traffic_type";
        return Evidence::new(message, by.place(path))
            .code("partial")
            .severity(Severity::Info)
            .fix(format!(
                "set `{}` of `{address}` to `ALL`",
                by.own_path(path)
            ))
            .edit(by.set(path, "ALL"));
    }
    let message = format!(
        "nothing records the traffic of this VPC, in which {} stands: no flow log is for it",
        named(context, tenant)
    );
    Evidence::new(message, vpc.resource.origin)
        .related("what stands in this VPC", context.graph.get(tenant).origin)
}

/// What is recorded of some traffic.
#[derive(Debug)]
struct Logged {
    accepted: Truth,
    rejected: Truth,
    /// The flow log that records some of it.
    by: Option<ResourceId>,
    /// What it hinges on.
    open: Vec<(String, Why)>,
}

impl Logged {
    fn nothing() -> Self {
        Self {
            accepted: Truth::No,
            rejected: Truth::No,
            by: None,
            open: Vec::new(),
        }
    }

    fn unknown(value: String, why: Why) -> Self {
        Self {
            accepted: Truth::Unknown,
            rejected: Truth::Unknown,
            by: None,
            open: vec![(value, why)],
        }
    }

    /// What one of two records.
    fn or(self, other: Self) -> Self {
        self.with(other, Truth::or)
    }

    /// What both record, each of its own.
    fn and(self, other: Self) -> Self {
        self.with(other, Truth::and)
    }

    fn with(mut self, other: Self, join: fn(Truth, Truth) -> Truth) -> Self {
        self.open.extend(other.open);
        Self {
            accepted: join(self.accepted, other.accepted),
            rejected: join(self.rejected, other.rejected),
            by: self.by.or(other.by),
            open: self.open,
        }
    }
}

/// The subnets of this VPC in which workloads of the estate stand.
fn subnets_in(context: &Context<'_, '_>, vpc: ResourceId) -> Vec<ResourceId> {
    let mut found = Vec::new();
    for tenant in tenants(context) {
        for (subnet, _) in subnets_of(context, tenant) {
            let is_in = context.network.vpc_of(subnet) == Ok(Target::Resource(vpc));
            match subnet {
                Target::Resource(id) if is_in && !found.contains(&id) => found.push(id),
                _ => {}
            }
        }
    }
    found
}

/// What flow logs record of a VPC or subnet.
fn of(context: &Context<'_, '_>, owner: ResourceId, attribute: &str) -> Logged {
    let mut logged = Logged::nothing();
    for (id, log) in context.graph.iter() {
        if log.kind() != Some(Kind::FlowLog) {
            continue;
        }
        let mut names = [attribute, "resource_id"].into_iter();
        let Some((name, value)) = names.find_map(|name| Some((name, log.if_any(name)?))) else {
            continue;
        };
        let kinds = [Kind::VPCS, Kind::SUBNETS].concat();
        let one = match context.graph.target(value, &kinds) {
            Target::Resource(target) if target == owner => one(id, &Subject { id, resource: log }),
            Target::Unknown(why) => Logged::unknown(log.name_of(name), why),
            Target::Resource(_) | Target::Outside(_) => continue,
        };
        logged = logged.or(one);
    }
    logged
}

/// What one flow log records.
fn one(id: ResourceId, log: &Subject<'_, '_>) -> Logged {
    if let Some(why) = log.may_be_none() {
        return Logged::unknown(log.resource.address.as_str().to_owned(), why);
    }
    let value = log.resource.get("traffic_type");
    let (accepted, rejected) = match value.and_then(Value::as_text) {
        Some(text) if text.eq_ignore_ascii_case("accept") => (Truth::Yes, Truth::No),
        Some(text) if text.eq_ignore_ascii_case("reject") => (Truth::No, Truth::Yes),
        // Which part of the traffic matters less than that there is a log.
        _ => (Truth::Yes, Truth::Yes),
    };
    Logged {
        accepted,
        rejected,
        by: Some(id),
        open: Vec::new(),
    }
}
