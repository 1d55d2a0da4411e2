//! PG-VPCE-001.

use super::reaching::{judge, over_nat};
use super::{Check, Context, Example, Link, PATH_ASSUMPTIONS, Rule, RuleKind, Subject};
use crate::finding::{Severity, Verdict};
use crate::model::vocabulary::Kind;
use crate::network::Obstacle;
use crate::paths::{Service, ServiceReach, WorkloadKind};

pub(super) const RULE: Rule = Rule {
    id: "sagemaker-api-reachable-privately",
    alias: "PG-VPCE-001",
    kind: RuleKind::Secure,
    tier: 1,
    severity: Severity::Medium,
    summary: "a private notebook reaches the SageMaker API through an endpoint of its VPC",
    why: "The SageMaker API is called over the internet unless the VPC has an interface endpoint for it. \
          With a NAT gateway the calls leave the VPC, and neither an endpoint policy nor `aws:SourceVpce` \
          can be asked of them (medium). Without either, the notebook calls nothing: it cannot start a \
          job (`no-route`; high where its role is meant to).",
    unsure: "Judged are notebooks without direct internet access and Studio domains in VpcOnly mode, in \
          subnets whose VPC is in the input. A default route to something else than a NAT gateway is not \
          judged: what lies behind it may have the endpoint.",
    fix: "make an interface endpoint for `sagemaker.api` in the VPC, with private DNS",
    references: &[
        Link {
            title: "Amazon SageMaker AI Developer Guide: Connect to SageMaker AI Within your VPC",
            url: "https://docs.aws.amazon.com/sagemaker/latest/dg/interface-vpc-endpoint.html",
        },
        Link {
            title: "Amazon SageMaker AI Developer Guide: Connect a Notebook Instance in a VPC to External Resources",
            url: "https://docs.aws.amazon.com/sagemaker/latest/dg/appendix-notebook-and-internet-access.html",
        },
    ],
    assumes: PATH_ASSUMPTIONS,
    example: Example {
        fail: include_str!("../../testdata/rules/sagemaker-api-reachable-privately/fail.tf"),
        pass: include_str!("../../testdata/rules/sagemaker-api-reachable-privately/pass.tf"),
    },
    check: Check::Resource(&[Kind::Notebook, Kind::NotebookDomain], check),
};

fn check(context: &Context<'_, '_>, notebook: &Subject<'_, '_>) -> Verdict {
    let is_own = |one: &ServiceReach<'_>, by, _| {
        one.service == Service::SageMakerApi && by == Obstacle::NoRoute
    };
    let severity = |_| {
        let mut paths = context.paths().iter();
        let starts_jobs = paths.any(|path| {
            path.workload.id == notebook.id && path.workload.kind == WorkloadKind::StartedJob
        });
        if starts_jobs {
            Severity::High
        } else {
            Severity::Medium
        }
    };
    let reached = judge(context, notebook, is_own, severity);
    reached.worse(over_nat(context, notebook, Service::SageMakerApi, None))
}
