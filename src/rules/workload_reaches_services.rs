//! PG-PATH-007.

use super::reaching::{group_of, is_said_of_names, judge, weight};
use super::{Check, Context, Example, Link, Rule, RuleKind, Subject};
use crate::finding::{Severity, Verdict};
use crate::model::vocabulary::Kind;
use crate::network::Obstacle;
use crate::paths::ServiceReach;

pub(super) const RULE: Rule = Rule {
    id: "workload-reaches-services",
    alias: "PG-PATH-007",
    kind: RuleKind::Works,
    tier: 1,
    severity: Severity::High,
    summary: "what a workload in a VPC calls is not kept out of its reach by names, security groups or \
          network ACLs",
    why: "A way to a service is not yet a call that arrives. Network ACLs must let the call through and the \
          answer back, since they keep no state (`nacl`), and an endpoint in another VPC is none here \
          (`endpoint-other-vpc`). The name of the service must lead to the endpoint (`dns`), and the \
          workload's security group must let TCP port 443 out (`sg-egress`): both are said here where the \
          endpoint, VPC or group is of another root. Otherwise the SDK waits until it gives up, with a \
          timeout that names none of this.",
    unsure: "Notebooks without direct internet access and Studio domains in VpcOnly mode call S3 and the \
          SageMaker API, and AWS STS and CloudWatch Logs besides (medium); a job in a VPC calls S3. A \
          subnet, VPC or security group that is not in the input is unsure, and what a default route to \
          something else than a NAT gateway leads to is taken to be the internet. That there is no way at \
          all is said by the rules on endpoints, as is what an endpoint's own group and policy keep out and \
          that its private DNS is off; what a security group of the estate does not let out is said of the \
          group. The network ACL that a VPC begins with lets everything through.",
    fix: "let the traffic through at the place that is named",
    references: &[
        Link {
            title: "Amazon SageMaker AI Developer Guide: Connect a Notebook Instance in a VPC to External Resources",
            url: "https://docs.aws.amazon.com/sagemaker/latest/dg/appendix-notebook-and-internet-access.html",
        },
        Link {
            title: "Amazon SageMaker AI Developer Guide: Give SageMaker AI Processing Jobs Access to Resources in Your Amazon VPC",
            url: "https://docs.aws.amazon.com/sagemaker/latest/dg/process-vpc.html",
        },
        Link {
            title: "Amazon VPC User Guide: DNS attributes for your VPC",
            url: "https://docs.aws.amazon.com/vpc/latest/userguide/AmazonDNS-concepts.html",
        },
        Link {
            title: "Amazon VPC User Guide: Network ACL rules",
            url: "https://docs.aws.amazon.com/vpc/latest/userguide/nacl-rules.html",
        },
    ],
    assumes: &[],
    example: Example {
        fail: include_str!("../../testdata/rules/workload-reaches-services/fail.tf"),
        pass: include_str!("../../testdata/rules/workload-reaches-services/pass.tf"),
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
    let is_own = |one: &ServiceReach<'_>, by, of| match by {
        Obstacle::Place | Obstacle::OtherVpc | Obstacle::Acl => true,
        Obstacle::Egress => group_of(context, one).is_none(),
        Obstacle::Dns => !is_said_of_names(context, one, of),
        Obstacle::NoRoute | Obstacle::EndpointIngress => false,
    };
    judge(context, workload, is_own, weight)
}
