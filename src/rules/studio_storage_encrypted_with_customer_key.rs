//! PG-NB-009.

use super::customer_keys::{UnderKey, must_be_customer_key};
use super::{Check, Context, Example, Link, Rule, RuleKind, Subject};
use crate::finding::{Severity, Verdict};
use crate::model::vocabulary::Kind;

pub(super) const RULE: Rule = Rule {
    id: "studio-storage-encrypted-with-customer-key",
    alias: "PG-NB-009",
    kind: RuleKind::Secure,
    tier: 2,
    severity: Severity::Medium,
    summary: "the files of Studio's users are encrypted with a customer managed key",
    why: "The home directories of all users, and the volumes of their spaces, hold copies of the data. Only of a \
          customer managed key can the owner change the policy, and so revoke access to them.",
    unsure: "An absent key means one that AWS manages, which breaks the rule. A key from outside the input counts as \
             the customer's unless its alias says otherwise. Where `approved_keys` is set, it must name the key.",
    fix: "set `kms_key_id` on the domain to a customer managed key; SageMaker makes another domain for that, so move the \
          users' files first",
    references: &[
        Link {
            title: "Amazon SageMaker AI API Reference: CreateDomain, KmsKeyId",
            url: "https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_CreateDomain.html",
        },
        Link {
            title: "Amazon SageMaker AI Developer Guide: Protect Data at Rest Using Encryption",
            url: "https://docs.aws.amazon.com/sagemaker/latest/dg/encryption-at-rest.html",
        },
    ],
    assumes: &[],
    example: Example {
        fail: include_str!(
            "../../testdata/rules/studio-storage-encrypted-with-customer-key/fail.tf"
        ),
        pass: include_str!(
            "../../testdata/rules/studio-storage-encrypted-with-customer-key/pass.tf"
        ),
    },
    check: Check::Resource(&[Kind::NotebookDomain], check),
};

const STORAGE: UnderKey = UnderKey {
    what: "the files of Studio's users",
    without: "so the files of all users of Studio lie under a key that AWS manages and that you cannot revoke",
    question: "whether the files of Studio's users are under your own key",
};

fn check(context: &Context<'_, '_>, domain: &Subject<'_, '_>) -> Verdict {
    must_be_customer_key(context, domain, "kms_key_id", STORAGE)
}
