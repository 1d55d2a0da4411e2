//! PG-VPCE-011.

use super::reaching::judge;
use super::{Check, Context, Example, Link, Rule, RuleKind, Subject};
use crate::finding::{Severity, Verdict};
use crate::model::vocabulary::Kind;
use crate::network::Obstacle;
use crate::paths::{Service, ServiceReach};

pub(super) const RULE: Rule = Rule {
    id: "supporting-endpoints-present",
    alias: "PG-VPCE-011",
    kind: RuleKind::Works,
    tier: 2,
    severity: Severity::Medium,
    summary: "a private notebook reaches what the SDK asks beside SageMaker and S3",
    why: "The SDK asks AWS STS who it is, and CloudWatch Logs for what a job writes while it waits; \
          Studio asks the SageMaker runtime besides. In a VPC without a way to the internet each needs an \
          endpoint of its own, else these calls wait until they time out, though the job itself may run \
          (`no-route`). Jobs need no endpoints for Amazon ECR, AWS KMS or CloudWatch: the platform pulls \
          the image and writes the logs, and S3 asks KMS.",
    unsure: "Judged are notebooks without direct internet access and Studio domains in VpcOnly mode, in \
          subnets whose VPC is in the input. Whether code in the notebook builds images, or encrypts by \
          itself, is not known, and endpoints for that are not asked for.",
    fix: "make interface endpoints for the services that are named, with private DNS",
    references: &[
        Link {
            title: "Amazon SageMaker AI Developer Guide: Connect Studio notebooks in a VPC to external resources",
            url: "https://docs.aws.amazon.com/sagemaker/latest/dg/studio-notebooks-and-internet-access.html",
        },
        Link {
            title: "AWS Security Hub: EC2.55 to EC2.60, VPCs should be configured with an interface endpoint",
            url: "https://docs.aws.amazon.com/securityhub/latest/userguide/ec2-controls.html",
        },
    ],
    assumes: &[],
    example: Example {
        fail: include_str!("../../testdata/rules/supporting-endpoints-present/fail.tf"),
        pass: include_str!("../../testdata/rules/supporting-endpoints-present/pass.tf"),
    },
    check: Check::Resource(&[Kind::Notebook, Kind::NotebookDomain], check),
};

fn check(context: &Context<'_, '_>, notebook: &Subject<'_, '_>) -> Verdict {
    let own = [Service::SageMakerRuntime, Service::Sts, Service::Logs];
    let is_own =
        |one: &ServiceReach<'_>, by, _| own.contains(&one.service) && by == Obstacle::NoRoute;
    judge(context, notebook, is_own, |_| Severity::Medium)
}
