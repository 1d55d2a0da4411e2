//! PG-VPCE-007.

use super::reaching::{judge, over_nat};
use super::{Check, Context, Example, Link, Rule, RuleKind, Subject};
use crate::finding::{Severity, Verdict};
use crate::model::vocabulary::Kind;
use crate::network::Obstacle;
use crate::paths::{Service, ServiceReach};

pub(super) const RULE: Rule = Rule {
    id: "s3-endpoint-present-and-routed",
    alias: "PG-VPCE-007",
    kind: RuleKind::Works,
    tier: 1,
    severity: Severity::High,
    summary: "a workload in a VPC reaches Amazon S3 through an endpoint",
    why: "A subnet without a way to the internet reaches S3 through a gateway endpoint that its own route \
          table has, or through an interface endpoint whose names the VPC answers with. An endpoint on \
          another route table is none: the job waits for its input and fails (`no-route`). Over a NAT \
          gateway the data leaves the VPC, past every endpoint policy (`s3-over-nat`, medium).",
    unsure: "Judged are notebooks without direct internet access, Studio domains in VpcOnly mode and jobs \
          in a VPC, in subnets whose VPC is in the input. A subnet without a route table of its own has \
          the main one. A route table or endpoint that cannot be told is unsure. A default route to \
          something else than a NAT gateway is not judged.",
    fix: "make a gateway endpoint for S3 and associate the route table of the workload's subnet with it",
    references: &[
        Link {
            title: "Amazon SageMaker AI Developer Guide: Give SageMaker AI Processing Jobs Access to Resources in Your Amazon VPC",
            url: "https://docs.aws.amazon.com/sagemaker/latest/dg/process-vpc.html",
        },
        Link {
            title: "AWS PrivateLink Guide: Gateway endpoints for Amazon S3",
            url: "https://docs.aws.amazon.com/vpc/latest/privatelink/vpc-endpoints-s3.html",
        },
    ],
    assumes: &[],
    example: Example {
        fail: include_str!("../../testdata/rules/s3-endpoint-present-and-routed/fail.tf"),
        pass: include_str!("../../testdata/rules/s3-endpoint-present-and-routed/pass.tf"),
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
    let is_own =
        |one: &ServiceReach<'_>, by, _| one.service == Service::S3 && by == Obstacle::NoRoute;
    let reached = judge(context, workload, is_own, |_| Severity::High);
    reached.worse(over_nat(
        context,
        workload,
        Service::S3,
        Some("s3-over-nat"),
    ))
}
