//! PG-NB-002.

use super::{Check, Context, Example, Link, Rule, RuleKind, Setting, Subject};
use crate::finding::{Evidence, Severity, Verdict};
use crate::model::value::{Data, Why};
use crate::model::vocabulary::Kind;

pub(super) const RULE: Rule = Rule {
    id: "notebook-placed-in-customer-subnet",
    alias: "PG-NB-002",
    kind: RuleKind::Secure,
    tier: 1,
    severity: Severity::High,
    summary: "a notebook instance stands in a subnet of the customer",
    why: "Without a subnet the notebook runs in a VPC that SageMaker owns: no security group, network \
          ACL, flow log or endpoint policy of the customer sees its traffic.",
    unsure: "An absent subnet breaks the rule. A reference to a subnet counts as set. A value that may \
             turn out null is unsure.",
    fix: "set `subnet_id` to a private subnet, with `security_groups`",
    references: &[Link {
        title: "Amazon SageMaker AI Developer Guide: Connect a Notebook Instance in a VPC to External Resources",
        url: "https://docs.aws.amazon.com/sagemaker/latest/dg/appendix-notebook-and-internet-access.html",
    }],
    assumes: &[],
    example: Example {
        fail: include_str!("../../testdata/rules/notebook-placed-in-customer-subnet/fail.tf"),
        pass: include_str!("../../testdata/rules/notebook-placed-in-customer-subnet/pass.tf"),
    },
    check: Check::Resource(&[Kind::Notebook], check),
};

fn check(_: &Context<'_, '_>, notebook: &Subject<'_, '_>) -> Verdict {
    let subnet = notebook.resource.get("subnet_id");
    if subnet.is_some_and(|subnet| matches!(subnet.data, Data::Template(_))) {
        return Verdict::Holds;
    }
    match notebook.setting("subnet_id") {
        Setting::Known { text, .. } if !text.is_empty() => Verdict::Holds,
        Setting::Known { at, .. } => broken(notebook, at),
        Setting::Absent => broken(notebook, notebook.resource.origin),
        // Exports and looked-up parameters are never empty.
        Setting::Unknown(Why::Imported | Why::DynamicReference, _) => Verdict::Holds,
        Setting::Unknown(why, _) => {
            let question = "whether this notebook stands in a subnet of yours";
            Verdict::Unsure(vec![notebook.unsure("subnet_id", why, question)])
        }
    }
}

fn broken(notebook: &Subject<'_, '_>, at: crate::model::source::Span) -> Verdict {
    let own = notebook.own_path("subnet_id");
    Verdict::Broken(vec![Evidence::new(
        format!(
            "`{own}` is not set, so this notebook runs outside your VPC, where none of your network controls sees it"
        ),
        at,
    )])
}
