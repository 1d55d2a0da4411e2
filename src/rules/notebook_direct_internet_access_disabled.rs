//! PG-NB-001.

use super::{Check, Context, Example, Link, Rule, RuleKind, Subject};
use crate::finding::{Evidence, Severity, Verdict};
use crate::model::vocabulary::Kind;

pub(super) const RULE: Rule = Rule {
    id: "notebook-direct-internet-access-disabled",
    alias: "PG-NB-001",
    kind: RuleKind::Secure,
    tier: 1,
    severity: Severity::High,
    summary: "a notebook instance reaches nothing but through the customer's VPC",
    why: "With direct internet access, a second network interface in a VPC that SageMaker owns \
          carries everything that is not addressed inside the customer's VPC. Data leaves past every \
          endpoint policy, route table and network ACL; the S3 gateway endpoint is bypassed too.",
    unsure: "An absent attribute counts as `Enabled`, the default of the provider and of the API. A \
             value that is known only after apply is unsure.",
    fix: "set `direct_internet_access = \"Disabled\"` with `subnet_id` and `security_groups`, and give \
          the subnet an endpoint for `sagemaker.api`, or the notebook cannot start jobs",
    references: &[Link {
        title: "Amazon SageMaker AI Developer Guide: Connect a Notebook Instance in a VPC to External Resources",
        url: "https://docs.aws.amazon.com/sagemaker/latest/dg/appendix-notebook-and-internet-access.html",
    }],
    assumes: &[],
    example: Example {
        fail: include_str!("../../testdata/rules/notebook-direct-internet-access-disabled/fail.tf"),
        pass: include_str!("../../testdata/rules/notebook-direct-internet-access-disabled/pass.tf"),
    },
    check: Check::Resource(&[Kind::Notebook], check),
};

fn check(context: &Context<'_, '_>, notebook: &Subject<'_, '_>) -> Verdict {
    let verdict = notebook.must_be(
        context,
        "direct_internet_access",
        "Disabled",
        "whether this notebook has an interface to the internet",
        "so this notebook reaches the internet by an interface outside your VPC",
    );
    // SageMaker refuses it without them.
    let mut needed = ["subnet_id", "security_groups"].into_iter();
    match verdict {
        Verdict::Broken(evidence) if needed.any(|name| notebook.resource.get(name).is_none()) => {
            let evidence = evidence.into_iter().map(Evidence::without_edits);
            Verdict::Broken(evidence.collect())
        }
        verdict => verdict,
    }
}
