//! PG-NB-003.

use super::{Check, Context, Example, Link, Rule, RuleKind, Subject};
use crate::finding::{Severity, Verdict};
use crate::model::vocabulary::Kind;

pub(super) const RULE: Rule = Rule {
    id: "notebook-root-access-disabled",
    alias: "PG-NB-003",
    kind: RuleKind::Secure,
    tier: 1,
    severity: Severity::Medium,
    summary: "the users of a notebook instance do not become root on it",
    why: "Root on the notebook reads every file and the role's credentials of other sessions, switches \
          agents off, and installs what it likes.",
    unsure: "An absent attribute counts as `Enabled`, the default of the provider and of the API. A \
             value that is known only after apply is unsure.",
    fix: "set `root_access = \"Disabled\"`; what needs root at start goes into the lifecycle \
          configuration, which runs as root either way",
    references: &[Link {
        title: "Amazon SageMaker AI Developer Guide: Control root access to a SageMaker notebook instance",
        url: "https://docs.aws.amazon.com/sagemaker/latest/dg/nbi-root-access.html",
    }],
    assumes: &[],
    example: Example {
        fail: include_str!("../../testdata/rules/notebook-root-access-disabled/fail.tf"),
        pass: include_str!("../../testdata/rules/notebook-root-access-disabled/pass.tf"),
    },
    check: Check::Resource(&[Kind::Notebook], check),
};

fn check(context: &Context<'_, '_>, notebook: &Subject<'_, '_>) -> Verdict {
    notebook.must_be(
        context,
        "root_access",
        "Disabled",
        "whether users of this notebook become root",
        "so every user of this notebook is root on it",
    )
}
