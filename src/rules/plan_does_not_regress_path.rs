//! PG-PATH-012.

use super::{Check, Example, Link, PATH_ASSUMPTIONS, Rule, RuleKind};
use crate::finding::Severity;
use crate::model::vocabulary::Kind;

pub(super) const RULE: Rule = Rule {
    id: crate::diff::RULE,
    alias: "PG-PATH-012",
    kind: RuleKind::Works,
    tier: 2,
    severity: Severity::High,
    summary: "a data path that is proven before the change is proven after it",
    why: "What worked yesterday fails tomorrow: an attachment, a key, an endpoint or a statement goes or is \
          replaced, and a notebook or job that nobody touched loses its data. A path that was proven and cannot \
          be told any more counts too (`proof-lost`): a policy that is hidden turns no gate green. A Processing \
          job is only ever replaced, and its name is never free again, so that a replacement under the same name \
          fails (`replacement-with-fixed-job-name`).",
    unsure: "Only a plan or a change set tells what is there before; source and templates alone are not judged \
             (`plangate diff` compares two of them). Where a path is broken that could not be told before, \
             whether this change broke it cannot be told.",
    fix: "keep what the path needs, or bring what takes its place in the same change; remove the workload \
          where it is not meant to work any more",
    references: &[
        Link {
            title: "Amazon SageMaker AI API Reference: CreateProcessingJob, ProcessingJobName",
            url: "https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_CreateProcessingJob.html",
        },
        Link {
            title: "IAM User Guide: Policy evaluation logic",
            url: "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html",
        },
    ],
    assumes: PATH_ASSUMPTIONS,
    example: Example {
        fail: include_str!("../../testdata/rules/plan-does-not-regress-path/fail.tf"),
        pass: include_str!("../../testdata/rules/plan-does-not-regress-path/pass.tf"),
    },
    check: Check::Change(&[
        Kind::Notebook,
        Kind::ProcessingJob,
        Kind::ProcessingJobMonitor,
    ]),
};
