//! PG-NB-005.

use super::customer_keys::{UnderKey, must_be_customer_key};
use super::hops::paths_of;
use super::{Check, Context, Example, Link, PROTECTED_BUCKETS, Rule, RuleKind, Subject};
use crate::finding::{Evidence, Severity, Verdict};
use crate::iam::Decision;
use crate::model::graph::ResourceId;
use crate::model::vocabulary::Kind;
use crate::paths::{Hop, Step, WorkloadKind};

pub(super) const RULE: Rule = Rule {
    id: "notebook-volume-encrypted-with-customer-key",
    alias: "PG-NB-005",
    kind: RuleKind::Secure,
    tier: 1,
    severity: Severity::Medium,
    summary: "the storage volume of a notebook instance is encrypted with a customer managed key",
    why: "The volume holds copies of the data. Only of a customer managed key can the owner change \
          the policy, and so revoke access to them. Where the notebook is proven to read a protected bucket, those \
          copies are of its data (high). The key does not by itself let the notebook read encrypted data in S3.",
    unsure: "An absent key means one that AWS manages, which breaks the rule. A key from outside the \
             input counts as the customer's unless its alias says otherwise. Where `approved_keys` is set, it must name \
             the key.",
    fix: "set `kms_key_id` to the customer managed key of the data, and let whoever creates the notebook \
          call `kms:CreateGrant` and `kms:DescribeKey` on it",
    references: &[
        Link {
            title: "Amazon SageMaker AI API Reference: CreateNotebookInstance, KmsKeyId",
            url: "https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_CreateNotebookInstance.html",
        },
        Link {
            title: "Amazon SageMaker AI Developer Guide: Protect Data at Rest Using Encryption",
            url: "https://docs.aws.amazon.com/sagemaker/latest/dg/encryption-at-rest.html",
        },
    ],
    assumes: &[PROTECTED_BUCKETS],
    example: Example {
        fail: include_str!(
            "../../testdata/rules/notebook-volume-encrypted-with-customer-key/fail.tf"
        ),
        pass: include_str!(
            "../../testdata/rules/notebook-volume-encrypted-with-customer-key/pass.tf"
        ),
    },
    check: Check::Resource(&[Kind::Notebook], check),
};

const VOLUME: UnderKey = UnderKey {
    what: "the data on this volume",
    without: "so copies of the data lie on a volume under a key that you cannot revoke",
    question: "whether the volume of this notebook is under your own key",
};

fn check(context: &Context<'_, '_>, notebook: &Subject<'_, '_>) -> Verdict {
    let verdict = must_be_customer_key(context, notebook, "kms_key_id", VOLUME);
    let (Verdict::Broken(evidence) | Verdict::Unsure(evidence)) = &verdict else {
        return verdict;
    };
    let Some(bucket) = protected_bucket_read(context, notebook) else {
        let evidence = evidence.clone().into_iter();
        return with(&verdict, evidence.map(Evidence::whatever_is_assumed));
    };
    let bucket = context.graph.get(bucket);
    let name = bucket.address.as_str();
    let evidence = evidence.clone().into_iter().map(|one| {
        let one = one.severity(Severity::High);
        one.related(format!("this notebook reads `{name}`"), bucket.origin)
    });
    with(&verdict, evidence)
}

/// The same verdict with other evidence.
fn with(verdict: &Verdict, evidence: impl Iterator<Item = Evidence>) -> Verdict {
    match verdict {
        Verdict::Broken(_) => Verdict::Broken(evidence.collect()),
        _ => Verdict::Unsure(evidence.collect()),
    }
}

/// A protected bucket of which the notebook is proven to read the data.
fn protected_bucket_read(
    context: &Context<'_, '_>,
    notebook: &Subject<'_, '_>,
) -> Option<ResourceId> {
    let mut paths = paths_of(context, notebook, &[WorkloadKind::Notebook]);
    paths.find_map(|path| {
        // What cannot be decrypted is not read.
        let is_kept = path.hops.iter().any(|hop| {
            let is_needed = matches!(hop.step, Step::AssumeRole | Step::Decrypt);
            is_needed && hop.decision.must_be_denied()
        });
        let read = |hop: &&Hop| hop.step == Step::Read && hop.decision == Decision::Allowed;
        let mut read = path.hops.iter().filter(read).filter_map(|hop| hop.on);
        let protected =
            read.find(|bucket| context.on_protected(*bucket, Severity::High) == Severity::High);
        protected.filter(|_| !is_kept)
    })
}
