//! PG-PATH-001.

use super::hops::{judge, paths_of, read_code};
use super::{Check, Context, Example, Link, PATH_ASSUMPTIONS, Rule, RuleKind, Subject};
use crate::finding::{Severity, Verdict};
use crate::paths::{Step, WorkloadKind};
use crate::workload::NOTEBOOK_KINDS;

pub(super) const RULE: Rule = Rule {
    id: "notebook-reads-dataset",
    alias: "PG-PATH-001",
    kind: RuleKind::Works,
    tier: 1,
    severity: Severity::High,
    summary: "a notebook can read the data that it is for",
    why: "Reading an encrypted object takes a permission to list the bucket, one to get the object, and \
          one to decrypt: from the role and from the policy of the key. A boundary, a control policy, the \
          bucket's own denials and the endpoint that the request takes can each keep it out. Where one is \
          missing, the notebook gets AccessDenied.",
    unsure: "The data of a notebook are the protected buckets that its role's policies, or theirs, name \
             for reading; else those that a wildcard reaches; else, where there is one notebook and one \
             protected bucket, that one. Which objects is chosen by the code: a choice that is allowed \
             proves it. The network is not judged.",
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
        fail: include_str!("../../testdata/rules/notebook-reads-dataset/fail.tf"),
        pass: include_str!("../../testdata/rules/notebook-reads-dataset/pass.tf"),
    },
    check: Check::Resource(NOTEBOOK_KINDS, check),
};

fn check(context: &Context<'_, '_>, notebook: &Subject<'_, '_>) -> Verdict {
    let paths = paths_of(context, notebook, &[WorkloadKind::Notebook]);
    // Without data there is nothing to prove: whether SageMaker takes the role is another rule's matter.
    let paths = paths.filter(|path| path.steps(DATA).next().is_some());
    let is_part = |step| step == Step::AssumeRole || DATA.contains(&step);
    judge(
        context,
        paths,
        |hop| is_part(hop.step),
        |hop| read_code(context, hop),
    )
}

const DATA: &[Step] = &[Step::List, Step::Read, Step::Decrypt];
