//! PG-PATH-005.

use super::hops::{blocked_by, judge, paths_of};
use super::{Check, Context, Example, Link, PATH_ASSUMPTIONS, Rule, RuleKind, Subject};
use crate::finding::{Severity, Verdict};
use crate::iam::Decision;
use crate::model::vocabulary::Kind;
use crate::paths::{Hop, Step, WorkloadKind};

pub(super) const RULE: Rule = Rule {
    id: "job-writes-output",
    alias: "PG-PATH-005",
    kind: RuleKind::Works,
    tier: 1,
    severity: Severity::High,
    summary: "the role of a Processing job can write the job's output",
    why: "SageMaker uploads the output with the job's role when the container ends: it puts objects, and \
          has S3 encrypt them, for which S3 asks KMS for a data key. Without one of these the work is \
          lost. The parts of a large object are joined by decrypting them (medium); AWS documents \
          `kms:Encrypt` besides, which the write does without (medium).",
    unsure: "A job that nobody declares writes to the protected buckets that its role may write to, else \
             to those that it reads, under their own key. The network is not judged.",
    fix: "add the statement that is missing",
    references: &[
        Link {
            title: "Amazon SageMaker AI Developer Guide: How to use SageMaker AI execution roles",
            url: "https://docs.aws.amazon.com/sagemaker/latest/dg/sagemaker-roles.html",
        },
        Link {
            title: "Amazon S3 User Guide: Using server-side encryption with AWS KMS keys (SSE-KMS)",
            url: "https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingKMSEncryption.html",
        },
        Link {
            title: "AWS IAM User Guide: Policy evaluation logic",
            url: "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html",
        },
    ],
    assumes: PATH_ASSUMPTIONS,
    example: Example {
        fail: include_str!("../../testdata/rules/job-writes-output/fail.tf"),
        pass: include_str!("../../testdata/rules/job-writes-output/pass.tf"),
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

/// Jobs that the input declares, and those that a notebook starts.
const JOBS: &[WorkloadKind] = &[WorkloadKind::DeclaredJob, WorkloadKind::StartedJob];

/// The header that names the key, of which a bucket may demand one.
const KEY_HEADER: &str = "s3:x-amz-server-side-encryption-aws-kms-key-id";

fn check(context: &Context<'_, '_>, job: &Subject<'_, '_>) -> Verdict {
    let steps = [
        Step::Write,
        Step::Encrypt,
        Step::DescribeKey,
        Step::DecryptParts,
    ];
    let paths = paths_of(context, job, JOBS);
    judge(context, paths, |hop| steps.contains(&hop.step), code)
}

fn code(hop: &Hop) -> Option<&'static str> {
    if forces_other_key(hop) {
        return Some("bucket-forces-other-key");
    }
    if let Some(code) = blocked_by(hop) {
        return Some(code);
    }
    match (hop.step, hop.action) {
        (Step::Write, _) => Some("s3-put-missing"),
        (Step::Encrypt, "kms:GenerateDataKey") => Some("kms-generatedatakey-missing"),
        (Step::DecryptParts, _) => Some("kms-decrypt-missing-for-multipart"),
        _ => None,
    }
}

/// Whether a denial of the bucket's asks for another key than the job's.
fn forces_other_key(hop: &Hop) -> bool {
    let statements = hop.because.iter();
    let mut statements = statements.filter_map(|one| hop.answer.as_ref()?.statement(one));
    hop.decision == Decision::DeniedExplicitly
        && statements.any(|(_, statement)| {
            let mut conditions = statement.readable_conditions();
            conditions.any(|condition| condition.key == KEY_HEADER)
        })
}
