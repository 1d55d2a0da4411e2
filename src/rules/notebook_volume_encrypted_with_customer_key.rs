//! PG-NB-005.

use super::{Check, Context, Example, KeyUse, Link, Rule, RuleKind, Subject};
use crate::finding::{Evidence, Severity, Verdict};
use crate::model::vocabulary::Kind;

pub(super) const RULE: Rule = Rule {
    id: "notebook-volume-encrypted-with-customer-key",
    alias: "PG-NB-005",
    kind: RuleKind::Secure,
    tier: 1,
    severity: Severity::Medium,
    summary: "the storage volume of a notebook instance is encrypted with a customer managed key",
    why: "The volume holds copies of the data. Only of a customer managed key can the owner change \
          the policy, and so revoke access to them. It does not by itself let the notebook read encrypted data in S3.",
    unsure: "An absent key means one that AWS manages, which breaks the rule. A key from outside the \
             input counts as the customer's unless its alias says otherwise.",
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
    assumes: &[],
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

fn check(context: &Context<'_, '_>, notebook: &Subject<'_, '_>) -> Verdict {
    let path = "kms_key_id";
    let own = notebook.own_path(path);
    let broken = |message| Verdict::Broken(vec![Evidence::new(message, notebook.place(path))]);
    match context.key_use(notebook.resource.get(path)) {
        KeyUse::Customer => Verdict::Holds,
        KeyUse::AwsManaged(key) => broken(format!(
            "`{own}` names `{key}`, a key that AWS manages: you cannot change its policy, and so not revoke access to the data on this volume"
        )),
        KeyUse::Absent => broken(format!(
            "`{own}` is not set, so copies of the data lie on a volume under a key that you cannot revoke"
        )),
        KeyUse::Unknown(why) => {
            let question = "whether the volume of this notebook is under your own key";
            Verdict::Unsure(vec![notebook.unsure(path, why, question)])
        }
    }
}
