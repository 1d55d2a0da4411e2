//! PG-PATH-004.

use super::hops::{judge, paths_of, read_code};
use super::{Check, Context, Example, Link, PATH_ASSUMPTIONS, Rule, RuleKind, Subject};
use crate::finding::{Severity, Verdict};
use crate::model::vocabulary::Kind;
use crate::paths::{Hop, Step, WorkloadKind};

pub(super) const RULE: Rule = Rule {
    id: "job-reads-input",
    alias: "PG-PATH-004",
    kind: RuleKind::Works,
    tier: 1,
    severity: Severity::High,
    summary: "the role of a Processing job can read the job's input",
    why: "SageMaker downloads the input with the job's role before the container starts: it lists the \
          prefix, gets the objects, and has S3 decrypt them under the bucket's key. Without one of these \
          the job fails.",
    unsure: "A job that nobody declares reads the protected buckets that its role is for. Objects may lie \
             under another key than the bucket's default one: that is not seen. The network is not judged.",
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
        fail: include_str!("../../testdata/rules/job-reads-input/fail.tf"),
        pass: include_str!("../../testdata/rules/job-reads-input/pass.tf"),
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

fn check(context: &Context<'_, '_>, job: &Subject<'_, '_>) -> Verdict {
    let is_part = |hop: &Hop| matches!(hop.step, Step::List | Step::Read | Step::Decrypt);
    let paths = paths_of(context, job, JOBS);
    judge(context, paths, is_part, |hop| read_code(context, hop))
}
