//! PG-PJ-001.

use super::{Check, Context, Example, Link, Rule, RuleKind, Subject};
use crate::finding::{Evidence, Severity, Verdict};
use crate::model::truth::Truth;
use crate::model::value::{Data, Value, Why};
use crate::workload::JOB_KINDS;

pub(super) const RULE: Rule = Rule {
    id: "processing-job-runs-in-vpc",
    alias: "PG-PJ-001",
    kind: RuleKind::Secure,
    tier: 1,
    severity: Severity::High,
    summary: "a Processing job runs in subnets and security groups of the customer",
    why: "The containers of a job without a VPC configuration stand in a VPC that SageMaker owns, with \
          the internet in reach; S3 traffic does not pass the customer's endpoints, so a bucket policy \
          that demands one denies the job. With network isolation the container has no network, and \
          only the second half remains (medium).",
    unsure: "An absent VPC configuration breaks the rule, as does an empty list. References to subnets \
             count as set.",
    fix: "set `network_config.vpc_config` with private subnets and a security group of the job's own",
    references: &[Link {
        title: "Amazon SageMaker AI Developer Guide: Give SageMaker Processing Jobs Access to Resources in Your Amazon VPC",
        url: "https://docs.aws.amazon.com/sagemaker/latest/dg/process-vpc.html",
    }],
    assumes: &[],
    example: Example {
        fail: include_str!("../../testdata/rules/processing-job-runs-in-vpc/fail.tf"),
        pass: include_str!("../../testdata/rules/processing-job-runs-in-vpc/pass.tf"),
    },
    check: Check::Resource(JOB_KINDS, check),
};

fn check(_: &Context<'_, '_>, job: &Subject<'_, '_>) -> Verdict {
    let vpc = "network_config.vpc_config";
    let lists = ["subnets", "security_group_ids"].map(|list| format!("{vpc}.{list}"));
    let mut unknown = Vec::new();
    for path in &lists {
        match filled(job.resource.get(path)) {
            Ok(true) => {}
            Ok(false) => return Verdict::Broken(vec![broken(job, path)]),
            Err(why) => unknown.push(job.unsure(path, why, "whether this job runs in your VPC")),
        }
    }
    // Both lists of one unknown block are one missing fact.
    unknown.truncate(1);
    if unknown.is_empty() {
        Verdict::Holds
    } else {
        Verdict::Unsure(unknown)
    }
}

/// Whether a list has at least one element.
fn filled(list: Option<&Value<'_>>) -> Result<bool, Why> {
    match list.map(|list| &list.data) {
        None | Some(Data::Null) => Ok(false),
        Some(Data::List(list)) => Ok(!list.is_empty()),
        Some(Data::Unknown(why)) => Err(*why),
        Some(_) => Err(Why::UnexpectedForm),
    }
}

fn broken(job: &Subject<'_, '_>, missing: &str) -> Evidence {
    let own = job.own_path(missing);
    if job.is_on("network_config.enable_network_isolation") == Truth::Yes {
        return Evidence::new(
            format!(
                "`{own}` is not set: the container has no network, but this job's S3 traffic does not pass your VPC endpoints"
            ),
            job.place("network_config"),
        )
        .severity(Severity::Medium);
    }
    Evidence::new(
        format!("`{own}` is not set, so this job's containers reach the internet with the data"),
        job.place("network_config"),
    )
}
