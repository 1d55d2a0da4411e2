//! PG-PATH-009.

use std::collections::BTreeSet;

use super::exfiltration::{WORKLOADS, leaves};
use super::hops::paths_of;
use super::{
    Check, Context, Example, Link, NO_SCP, PROTECTED_BUCKETS, Rule, RuleKind, Setting, Subject,
};
use crate::finding::{Severity, Verdict};
use crate::iam::Decision;
use crate::model::truth::Truth;
use crate::model::value::Why;
use crate::model::vocabulary::Kind;
use crate::paths::{Path, Step};
use crate::workload::{JOB_KINDS, noun};

pub(super) const RULE: Rule = Rule {
    id: "no-exfiltration-route",
    alias: "PG-PATH-009",
    kind: RuleKind::Secure,
    tier: 1,
    severity: Severity::High,
    summary: "what reads protected data has no way to send them to somebody else",
    why: "Whoever works in a notebook, and the code of a job, may send what they read wherever the network leads: \
          past all endpoint policies over the internet, or through the endpoint for Amazon S3 into a bucket of \
          their own, with credentials that they bring along. The permissions of the role do not matter then; \
          only the network and the policies of endpoints can keep the data in.",
    unsure: "Judged for notebooks and jobs that read a protected bucket. Ways are the internet access \
             that SageMaker gives, NAT gateways, and the endpoint for Amazon S3; other services, and other networks \
             behind peering and transit gateways, are not looked at. A job in network isolation sends nothing.",
    fix: "let the workload's network lead only to endpoints, and the endpoint for Amazon S3 only to own buckets",
    references: &[
        Link {
            title: "AWS Whitepaper: Building a data perimeter on AWS",
            url: "https://docs.aws.amazon.com/whitepapers/latest/building-a-data-perimeter-on-aws/building-a-data-perimeter-on-aws.html",
        },
        Link {
            title: "Amazon SageMaker AI Developer Guide: Connect a Notebook Instance in a VPC to External Resources",
            url: "https://docs.aws.amazon.com/sagemaker/latest/dg/appendix-notebook-and-internet-access.html",
        },
        Link {
            title: "Amazon SageMaker AI Developer Guide: Run Training and Inference Containers in Internet-Free Mode",
            url: "https://docs.aws.amazon.com/sagemaker/latest/dg/mkt-algo-model-internet-free.html",
        },
    ],
    assumes: &[NO_SCP, PROTECTED_BUCKETS],
    example: Example {
        fail: include_str!("../../testdata/rules/no-exfiltration-route/fail.tf"),
        pass: include_str!("../../testdata/rules/no-exfiltration-route/pass.tf"),
    },
    check: Check::Resource(
        &[
            Kind::Notebook,
            Kind::NotebookDomain,
            Kind::NotebookProfile,
            Kind::ProcessingJob,
            Kind::ProcessingJobMonitor,
        ],
        check,
    ),
};

const ISOLATION: &str = "network_config.enable_network_isolation";

fn check(context: &Context<'_, '_>, workload: &Subject<'_, '_>) -> Verdict {
    let paths: Vec<&Path> = paths_of(context, workload, WORKLOADS).collect();
    let allowed = read(context, &paths, Decision::Allowed);
    let perhaps = read(context, &paths, Decision::Undecided);
    let read = match (allowed.is_empty(), perhaps.is_empty()) {
        (false, _) => &allowed,
        (true, false) => &perhaps,
        (true, true) => return Verdict::NotApplicable,
    };
    let is_job = JOB_KINDS.contains(&workload.resource.kind().unwrap_or(Kind::Notebook));
    let isolated = if is_job {
        workload.is_on(ISOLATION)
    } else {
        Truth::No
    };
    if isolated == Truth::Yes {
        return Verdict::Holds;
    }
    let what = format!(
        "this {} reads {}",
        workload.resource.kind().map_or("workload", noun),
        named(read)
    );
    let mut verdict = leaves(context, workload, what.clone());
    if allowed.is_empty() && matches!(verdict, Verdict::Broken(_)) {
        let hops = paths.iter().flat_map(|path| path.steps(&[Step::Read]));
        let mut hinges = hops.flat_map(|hop| &hop.hinges_on);
        let hinge = hinges.next().cloned();
        let (value, why) = hinge.unwrap_or(("its policies".to_owned(), Why::ExternalResource));
        let question = format!("whether {what} at all");
        verdict = verdict.if_so(&question, &value, why);
    }
    if isolated == Truth::Unknown {
        let why = match workload.setting(ISOLATION) {
            Setting::Unknown(why, _) => why,
            _ => Why::KnownAfterApply,
        };
        let question = "whether this job runs in network isolation, and so sends nothing";
        let value = workload.value_name(ISOLATION);
        return match verdict {
            Verdict::Broken(_) => verdict.if_so(question, &value, why),
            other => other,
        };
    }
    verdict
}

/// The buckets that a workload reads, by what is decided on that.
fn read(context: &Context<'_, '_>, paths: &[&Path], decision: Decision) -> BTreeSet<String> {
    let hops = paths.iter().flat_map(|path| path.steps(&[Step::Read]));
    let decided = hops.filter(|hop| hop.decision == decision);
    let buckets = decided.filter_map(|hop| hop.on);
    let names = buckets.map(|id| context.graph.get(id).address.as_str());
    names.map(|name| format!("`{name}`")).collect()
}

fn named(read: &BTreeSet<String>) -> String {
    let shown: Vec<_> = read.iter().take(3).map(String::as_str).collect();
    let others = match read.len() - shown.len() {
        0 => String::new(),
        number => format!(" and {number} more"),
    };
    format!("{}{others}", shown.join(", "))
}
