//! PG-NB-006.

use super::{Check, Context, Example, Link, Rule, RuleKind, Setting, Subject};
use crate::finding::{Evidence, Severity, Verdict};
use crate::model::vocabulary::Kind;

const PATH: &str = "platform_identifier";

pub(super) const RULE: Rule = Rule {
    id: "notebook-platform-supported",
    alias: "PG-NB-006",
    kind: RuleKind::Secure,
    tier: 3,
    severity: Severity::Low,
    summary: "a notebook instance runs on an operating system that still gets security updates",
    why: "What is found in the operating system or in JupyterLab after the end of support stays open, on a machine with \
          the data and the credentials of its role. SageMaker also refuses to create such a notebook, or to start it \
          again.",
    unsure: "Without a platform SageMaker chooses one that it supports. One that plangate does not know is taken to be \
             newer. A value that is known only after apply is unsure.",
    fix: "set `platform_identifier = \"notebook-al2023-v1\"`; a script that installs packages with `yum` needs `dnf` \
          there",
    references: &[
        Link {
            title: "Amazon SageMaker AI Developer Guide: Amazon Linux 2 notebook instances, AL2 and AL1 Maintenance Phase Plan",
            url: "https://docs.aws.amazon.com/sagemaker/latest/dg/nbi-al2.html",
        },
        Link {
            title: "Amazon SageMaker AI Developer Guide: AL2023 notebook instances",
            url: "https://docs.aws.amazon.com/sagemaker/latest/dg/nbi-al2023.html",
        },
    ],
    assumes: &[],
    example: Example {
        fail: include_str!("../../testdata/rules/notebook-platform-supported/fail.tf"),
        pass: include_str!("../../testdata/rules/notebook-platform-supported/pass.tf"),
    },
    check: Check::Resource(&[Kind::Notebook], check),
};

/// Platforms without support, what they are, and since when.
///
/// Source: Amazon `SageMaker` AI Developer Guide, "Amazon Linux 2 notebook instances".
const ENDED: [(&str, &str, &str); 4] = [
    ("notebook-al1-v1", "Amazon Linux 1", "March 31, 2024"),
    (
        "notebook-al2-v1",
        "Amazon Linux 2 with JupyterLab 1",
        "June 30, 2025",
    ),
    (
        "notebook-al2-v2",
        "Amazon Linux 2 with JupyterLab 3",
        "June 30, 2025",
    ),
    (
        "notebook-al2-v3",
        "Amazon Linux 2 with JupyterLab 4",
        "June 30, 2026",
    ),
];

fn check(context: &Context<'_, '_>, notebook: &Subject<'_, '_>) -> Verdict {
    // What the provider read back is what SageMaker chose once, and upgrades of its own accord.
    if context.graph.is_written(notebook.id, PATH) == Some(false) {
        return Verdict::Holds;
    }
    let (text, at) = match notebook.setting(PATH) {
        Setting::Known { text, at, .. } => (text, at),
        Setting::Absent => return Verdict::Holds,
        Setting::Unknown(why, _) => {
            let question = "whether the operating system of this notebook is still supported";
            return Verdict::Unsure(vec![notebook.unsure(PATH, why, question)]);
        }
    };
    let Some((_, system, since)) = ENDED.iter().find(|(name, ..)| *name == text) else {
        return Verdict::Holds;
    };
    let own = notebook.own_path(PATH);
    let message = format!(
        "`{own}` is `{text}`, {system}, which SageMaker has not supported since {since}: no new notebook starts on it, and one that runs gets no security updates"
    );
    let edit = notebook.set(PATH, "notebook-al2023-v1");
    Verdict::Broken(vec![Evidence::new(message, at).edit(edit)])
}
