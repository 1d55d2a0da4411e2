//! PG-PJ-005.

use super::customer_keys::{KeyFault, key_fault, not_approved};
use super::{Check, Context, Example, Link, Rule, RuleKind, Subject};
use crate::finding::{Evidence, Severity, Verdict};
use crate::model::truth::Truth;
use crate::model::value::Why;
use crate::workload::{JOB_KINDS, ProcessingJob};

pub(super) const RULE: Rule = Rule {
    id: "processing-job-output-encrypted-with-customer-key",
    alias: "PG-PJ-005",
    kind: RuleKind::Secure,
    tier: 1,
    severity: Severity::High,
    summary: "what a Processing job writes to S3 is encrypted with a customer managed key",
    why: "Without a key of its own the job asks S3 for encryption under `aws/s3`, even where the bucket's \
          default is a customer managed key. The results then escape the key policy, no other account \
          can read them, and a bucket policy that demands the customer's key denies the upload.",
    unsure: "An absent key breaks the rule. A job without outputs is not judged.",
    fix: "set `processing_output_config.kms_key_id` to the key of the bucket that is written",
    references: &[
        Link {
            title: "Amazon SageMaker AI API Reference: ProcessingOutputConfig, KmsKeyId",
            url: "https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_ProcessingOutputConfig.html",
        },
        Link {
            title: "Amazon SageMaker AI Developer Guide: Protect Data at Rest Using Encryption",
            url: "https://docs.aws.amazon.com/sagemaker/latest/dg/encryption-at-rest.html",
        },
    ],
    assumes: &[],
    example: Example {
        fail: include_str!(
            "../../testdata/rules/processing-job-output-encrypted-with-customer-key/fail.tf"
        ),
        pass: include_str!(
            "../../testdata/rules/processing-job-output-encrypted-with-customer-key/pass.tf"
        ),
    },
    check: Check::Resource(JOB_KINDS, check),
};

fn check(context: &Context<'_, '_>, subject: &Subject<'_, '_>) -> Verdict {
    let Some(job) = ProcessingJob::of(subject.resource) else {
        return Verdict::NotApplicable;
    };
    let path = job.output_key();
    let own = subject.own_path(&path);
    let question = "whether this job's results are under your own key";
    let writes = job.writes_s3();
    if writes == Truth::No {
        return Verdict::NotApplicable;
    }
    let at = subject.place(&path);
    let broken = |message| {
        let fix = format!("set `{own}` to the key of the bucket that is written");
        Verdict::Broken(vec![Evidence::new(message, at).fix(fix)])
    };
    match key_fault(context, subject.resource.get(&path)) {
        Ok(None) => Verdict::Holds,
        _ if writes == Truth::Unknown => {
            let outputs = job.outputs_path();
            let question = "whether this job writes to S3, under a key that is not yours";
            Verdict::Unsure(vec![subject.unsure(
                &outputs,
                Why::KnownAfterApply,
                question,
            )])
        }
        Err(why) => Verdict::Unsure(vec![subject.unsure(&path, why, question)]),
        Ok(Some(KeyFault::AwsManaged(key))) => broken(format!(
            "`{own}` names `{key}`, a key that AWS manages: the results escape your key policy"
        )),
        Ok(Some(KeyFault::NotApproved(key))) => Verdict::Broken(vec![not_approved(&own, &key, at)]),
        Ok(Some(KeyFault::Absent)) => broken(format!(
            "`{own}` is not set, so this job writes its results under `aws/s3`, whatever key the bucket has by default"
        )),
    }
}
