//! PG-NET-009.

use super::workload_vpcs::{subnets_of, vpcs_of};
use super::{Check, Context, Example, Link, Rule, RuleKind, Setting, Subject};
use crate::finding::{Evidence, Severity, Verdict};
use crate::model::graph::{ResourceId, Target};
use crate::model::resource::Standing;
use crate::model::source::Span;
use crate::model::value::Why;
use crate::model::vocabulary::Kind;
use crate::workload::{PLACED_KINDS, noun};

pub(super) const RULE: Rule = Rule {
    id: "default-vpc-not-used",
    alias: "PG-NET-009",
    kind: RuleKind::Secure,
    tier: 2,
    severity: Severity::Medium,
    summary: "workloads and the endpoints of SageMaker stand in a VPC of their own, not in the default one",
    why: "The default VPC of a Region has an internet gateway, and its own subnets route to it and hand out \
          public addresses. Whoever launches something without naming a subnet lands there too. Endpoints \
          in it do not change that.",
    unsure: "A VPC is the default one if it is adopted as `aws_default_vpc`, looked up with `default = true`, \
             or holds a default subnet. Whether an id that stands for itself is that of the default VPC is \
             not told, and not judged.",
    fix: "make a VPC for the workload, with private subnets",
    references: &[
        Link {
            title: "Amazon VPC User Guide: Default VPCs",
            url: "https://docs.aws.amazon.com/vpc/latest/userguide/default-vpc.html",
        },
        Link {
            title: "Amazon VPC User Guide: Security best practices for your VPC",
            url: "https://docs.aws.amazon.com/vpc/latest/userguide/vpc-security-best-practices.html",
        },
    ],
    assumes: &[],
    example: Example {
        fail: include_str!("../../testdata/rules/default-vpc-not-used/fail.tf"),
        pass: include_str!("../../testdata/rules/default-vpc-not-used/pass.tf"),
    },
    check: Check::Resource(
        &[
            Kind::Notebook,
            Kind::NotebookDomain,
            Kind::ProcessingJob,
            Kind::ProcessingJobMonitor,
            Kind::Endpoint,
        ],
        check,
    ),
};

fn check(context: &Context<'_, '_>, subject: &Subject<'_, '_>) -> Verdict {
    let Some(kind) = subject.resource.kind() else {
        return Verdict::NotApplicable;
    };
    let vpcs = if kind == Kind::Endpoint {
        let is_of_sagemaker =
            super::resource_policies::leads_to_sagemaker(context, subject, |_| Verdict::Holds);
        let vpc = context.network.vpc_of_endpoint(subject.id);
        // Where a workload stands in it, that is said there.
        if is_of_sagemaker == Verdict::NotApplicable
            || vpc.is_none_or(|vpc| is_of_workload(context, vpc))
        {
            return Verdict::NotApplicable;
        }
        vpc.map(|vpc| (vpc, subject.place("vpc_id")))
            .into_iter()
            .collect()
    } else {
        vpcs_of(context, subject.id)
    };
    let noun = match kind {
        Kind::Endpoint => "endpoint",
        kind => noun(kind),
    };
    let mut seen = Vec::new();
    let mut verdict = Verdict::NotApplicable;
    for (vpc, at) in vpcs {
        if !seen.contains(&vpc) {
            seen.push(vpc);
            verdict = verdict.worse(judge(context, vpc, noun, at));
        }
    }
    // A default subnet is enough, though its VPC may not be in the input.
    for (subnet, at) in subnets_of(context, subject.id) {
        let Target::Resource(id) = subnet else {
            continue;
        };
        let resource = context.graph.get(id);
        if resource.kind() == Some(Kind::SubnetDefault) && context.network.vpc_of(subnet).is_err() {
            let message = format!(
                "this {noun} stands in the default VPC: `{}` is one of its subnets",
                resource.address.as_str()
            );
            verdict = verdict.worse(Verdict::Broken(vec![
                Evidence::new(message, at).about(resource.address.as_str()),
            ]));
        }
    }
    verdict
}

fn is_of_workload(context: &Context<'_, '_>, vpc: Target<'_>) -> bool {
    let workloads = context.graph.iter().filter(|(_, resource)| {
        let is_placed = resource
            .kind()
            .is_some_and(|kind| PLACED_KINDS.contains(&kind));
        is_placed && resource.standing == Standing::Judged
    });
    let mut vpcs = workloads.flat_map(|(id, _)| vpcs_of(context, id));
    vpcs.any(|(other, _)| other == vpc)
}

fn judge(context: &Context<'_, '_>, vpc: Target<'_>, noun: &str, at: Span) -> Verdict {
    let Target::Resource(id) = vpc else {
        return Verdict::NotApplicable;
    };
    let address = context.graph.get(id).address.as_str();
    match is_default(context, id) {
        Ok(true) => {
            let message = format!("this {noun} stands in the default VPC, `{address}`");
            Verdict::Broken(vec![
                Evidence::new(message, at)
                    .about(address)
                    .related("the default VPC", context.graph.get(id).origin),
            ])
        }
        Ok(false) => Verdict::Holds,
        Err(why) => {
            let value = context.graph.get(id).name_of("default");
            let message = format!(
                "cannot tell whether this {noun} stands in the default VPC: `{value}` is not known ({why})"
            );
            let evidence = Evidence::new(message, at).about(address);
            Verdict::Unsure(vec![evidence.hinges_on(value, why)])
        }
    }
}

fn is_default(context: &Context<'_, '_>, vpc: ResourceId) -> Result<bool, Why> {
    let resource = context.graph.get(vpc);
    if resource.kind() == Some(Kind::VpcDefault) {
        return Ok(true);
    }
    match resource.get("default").map(Setting::of) {
        Some(Setting::Known { text, .. }) => Ok(text == "true"),
        // What is asked of it, rather than what AWS would tell.
        Some(Setting::Unknown(why, _))
            if context.graph.is_written(vpc, "default") == Some(true) =>
        {
            Err(why)
        }
        _ => Ok(false),
    }
}
