//! What a job's role needs besides its data: interfaces in the VPC, logs and metrics.
//!
//! Source: Amazon SageMaker AI Developer Guide, "`CreateProcessingJob` API: Execution Role Permissions".

use super::{Hop, Prover, Step};
use crate::access::{Caller, Object, Way};
use crate::finding::Severity;
use crate::iam::text::Domain;
use crate::iam::{Knowledge, Text};
use crate::model::graph::ResourceId;
use crate::model::value::Why;
use crate::workload::subnets_path;

/// What a job in a VPC needs for its interfaces.
const INTERFACES: [&str; 9] = [
    "ec2:CreateNetworkInterface",
    "ec2:CreateNetworkInterfacePermission",
    "ec2:DeleteNetworkInterface",
    "ec2:DeleteNetworkInterfacePermission",
    "ec2:DescribeNetworkInterfaces",
    "ec2:DescribeVpcs",
    "ec2:DescribeDhcpOptions",
    "ec2:DescribeSubnets",
    "ec2:DescribeSecurityGroups",
];

const LOGS: [&str; 4] = [
    "logs:CreateLogGroup",
    "logs:CreateLogStream",
    "logs:PutLogEvents",
    "logs:DescribeLogStreams",
];

const GROUP: &str = "/aws/sagemaker/ProcessingJobs";

impl Prover<'_, '_, '_> {
    /// What a declared job needs.
    pub(super) fn plumbing(&self, caller: &Caller, job: ResourceId) -> Vec<Hop> {
        let resource = self.graph.get(job);
        let path = resource.kind().and_then(subnets_path).unwrap_or_default();
        let mut hops = Vec::new();
        match resource.get(path) {
            None => {}
            Some(subnets) => {
                let why = subnets.why_unknown();
                let interfaces = INTERFACES.map(|action| self.interface_hop(caller, action));
                hops.extend(interfaces.into_iter().map(|hop| match why {
                    Some(why) if hop.decision.must_be_denied() => {
                        hop.in_doubt((format!("{}.{path}", self.name(job)), why))
                    }
                    _ => hop,
                }));
            }
        }
        hops.extend(self.log_hops(caller, job));
        hops
    }

    /// A role's right to write the logs and metrics of jobs, in the account and region of a workload.
    pub(super) fn log_hops(&self, caller: &Caller, workload: ResourceId) -> Vec<Hop> {
        let mut hops = Vec::new();
        for action in LOGS {
            let end = if action == "logs:PutLogEvents" {
                ":log-stream:"
            } else {
                ":*"
            };
            let mut object = self.log_group(caller, workload, end);
            if action == "logs:PutLogEvents" {
                let stream = "the stream of a job's log";
                object
                    .arn
                    .push(&self.access.unknown(stream, Why::ChosenByCode, Domain::NAME));
            }
            let answer = self.ask(caller, action, &object, &Way::Service.with(Vec::new()));
            let hop = self
                .hop(Step::WriteLogs, action, &caller.name, answer)
                .on(None, object.name)
                .advised(Severity::Medium);
            hops.push(hop);
        }
        let action = "cloudwatch:PutMetricData";
        let everything = self.access.no_object(caller);
        let namespace = Knowledge::value("/aws/sagemaker/ProcessingJobs");
        let keys = vec![("cloudwatch:namespace", namespace)];
        let answer = self.ask(caller, action, &everything, &Way::Service.with(keys));
        let hop = self
            .hop(Step::WriteLogs, action, &caller.name, answer)
            .on(None, "*")
            .advised(Severity::Medium);
        hops.push(hop);
        hops
    }

    fn interface_hop(&self, caller: &Caller, action: &'static str) -> Hop {
        // SageMaker asks on everything: an allow for some resources does not pass its validation.
        let everything = self.access.no_object(caller);
        let answer = self.ask(caller, action, &everything, &Way::Unknown.with(Vec::new()));
        self.hop(Step::Interfaces, action, &caller.name, answer)
            .on(None, "*")
    }

    /// The log group of jobs: in the account of the role, since a role can only be passed within its
    /// account, and in the region of the workload.
    fn log_group(&self, caller: &Caller, workload: ResourceId, end: &str) -> Object {
        let mut object = self.access.object(workload);
        let own = caller.principal.arn().and_then(|arn| arn.fields(5));
        let place = object.arn.fields(5).unwrap_or_default();
        let own = own.unwrap_or_else(|| place.clone());
        let mut arn = Text::literal("arn:");
        let parts = [
            own.get(1),
            Some(&Text::literal("logs")),
            place.get(3),
            own.get(4),
        ]
        .map(Option::<&Text>::cloned);
        for part in parts {
            arn.push(&part.unwrap_or_default());
            arn.push_literal(":");
        }
        arn.push_literal(&format!("log-group:{GROUP}{end}"));
        object.arn = arn;
        object.owner = caller.principal.account().cloned();
        object.id = None;
        object.name = format!("log group {GROUP}");
        object
    }
}
