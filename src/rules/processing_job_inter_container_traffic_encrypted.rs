//! PG-PJ-003.

use super::{Check, Context, Example, Link, Rule, RuleKind, Setting, Subject};
use crate::finding::{Evidence, Severity, Verdict};
use crate::model::truth::Truth;
use crate::workload::{JOB_KINDS, ProcessingJob};

const ENCRYPTED: &str = "network_config.enable_inter_container_traffic_encryption";

pub(super) const RULE: Rule = Rule {
    id: "processing-job-inter-container-traffic-encrypted",
    alias: "PG-PJ-003",
    kind: RuleKind::Secure,
    tier: 1,
    severity: Severity::Medium,
    summary: "a Processing job on several instances encrypts what they send each other",
    why: "Traffic between the instances of a distributed job is not encrypted by default: rows of the \
          data cross the network in clear. High where the job reads data from S3.",
    unsure: "An absent flag counts as `false`. With one instance the rule holds. A number of instances \
             that is not known is unsure, unless the flag is on.",
    fix: "set `network_config.enable_inter_container_traffic_encryption = true`, and open UDP port 500 \
          and protocol 50 (ESP) inside the job's security group",
    references: &[Link {
        title: "Amazon SageMaker AI Developer Guide: Protect Communications Between ML Compute Instances in a Distributed Training Job",
        url: "https://docs.aws.amazon.com/sagemaker/latest/dg/train-encrypt.html",
    }],
    assumes: &[],
    example: Example {
        fail: include_str!(
            "../../testdata/rules/processing-job-inter-container-traffic-encrypted/fail.tf"
        ),
        pass: include_str!(
            "../../testdata/rules/processing-job-inter-container-traffic-encrypted/pass.tf"
        ),
    },
    check: Check::Resource(JOB_KINDS, check),
};

fn check(_: &Context<'_, '_>, subject: &Subject<'_, '_>) -> Verdict {
    let Some(job) = ProcessingJob::of(subject.resource) else {
        return Verdict::NotApplicable;
    };
    let encrypted = subject.is_on(ENCRYPTED);
    if encrypted == Truth::Yes {
        return Verdict::Holds;
    }
    let count_path = job.cluster("instance_count");
    let question = "whether the instances of this job talk to each other in clear";
    let severity = if job.reads_s3() {
        Severity::High
    } else {
        Severity::Medium
    };
    let count = match subject.setting(&count_path) {
        Setting::Known { text, .. } => text.parse::<f64>().ok(),
        Setting::Absent => None,
        Setting::Unknown(why, _) => {
            let evidence = subject.unsure(&count_path, why, question);
            return Verdict::Unsure(vec![evidence.severity(severity)]);
        }
    };
    let Some(count) = count else {
        // The service demands the number; without it there is no job.
        return Verdict::NotApplicable;
    };
    if count <= 1.0 {
        return Verdict::Holds;
    }
    if let Setting::Unknown(why, _) = subject.setting(ENCRYPTED) {
        let evidence = subject.unsure(ENCRYPTED, why, question);
        return Verdict::Unsure(vec![evidence.severity(severity)]);
    }
    let (own, own_count) = (subject.own_path(ENCRYPTED), subject.own_path(&count_path));
    let evidence = Evidence::new(
        format!(
            "`{own}` is not `true`, so the {count} instances of this job send each other the data in clear"
        ),
        subject.place(ENCRYPTED),
    );
    let evidence = evidence.related(
        format!("`{own_count}` is {count}"),
        subject.place(&count_path),
    );
    let evidence = evidence.edit(subject.set(ENCRYPTED, "true"));
    Verdict::Broken(vec![evidence.severity(severity)])
}
