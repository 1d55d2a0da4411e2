//! PG-ACC-010.

use super::people::has_people;
use super::resource_policies::door;
use super::{Check, Context, DESIGNATED_GROUPS, Example, Link, Rule, RuleKind, Subject};
use crate::finding::{Evidence, Severity, Verdict};
use crate::model::resource::Standing;
use crate::model::vocabulary::Kind;

pub(super) const RULE: Rule = Rule {
    id: "network-controls-are-not-user-access-control",
    alias: "PG-ACC-010",
    kind: RuleKind::Explain,
    tier: 1,
    severity: Severity::Info,
    summary: "security groups and endpoints do not stand in the place of a policy that lets a group open the notebook",
    why: "A security group and a VPC endpoint decide which packets arrive. They cannot tell the members of one \
          IAM group from another, and they let nobody open a notebook instance: only an IAM policy does. It is \
          said where one of them is there, and no group may open the notebook \
          (notebook-access-granted-to-designated-group).",
    unsure: "Where it cannot be told whether a group may open the notebook, neither can this.",
    fix: "attach a policy that allows `sagemaker:CreatePresignedNotebookInstanceUrl` on the notebook to the group",
    references: &[Link {
        title: "Amazon SageMaker AI Developer Guide: Connect to a notebook instance through a VPC interface endpoint",
        url: "https://docs.aws.amazon.com/sagemaker/latest/dg/notebook-interface-endpoint.html",
    }],
    assumes: &[DESIGNATED_GROUPS],
    example: Example {
        fail: include_str!(
            "../../testdata/rules/network-controls-are-not-user-access-control/fail.tf"
        ),
        pass: include_str!(
            "../../testdata/rules/network-controls-are-not-user-access-control/pass.tf"
        ),
    },
    check: Check::Resource(&[Kind::Notebook], check),
};

fn check(context: &Context<'_, '_>, notebook: &Subject<'_, '_>) -> Verdict {
    if !has_people(context) {
        return Verdict::NotApplicable;
    }
    let groups = "security_groups";
    let mut endpoints = context.graph.iter().filter(|(_, resource)| {
        resource.kind() == Some(Kind::Endpoint)
            && resource.standing == Standing::Judged
            && door(context, resource).is_some()
    });
    let endpoint = endpoints.next();
    let mut controls = Vec::new();
    if notebook.resource.get(groups).is_some() {
        controls.push(format!("`{}`", notebook.own_path(groups)));
    }
    if let Some((_, endpoint)) = endpoint {
        controls.push(format!("`{}`", endpoint.address.as_str()));
    }
    if controls.is_empty() {
        return Verdict::NotApplicable;
    }
    let access = super::notebook_access_granted_to_designated_group::judge(context, notebook);
    let is_closed = match access {
        Verdict::Broken(evidence) => evidence
            .iter()
            .any(|one| one.code == Some("no-group-policy")),
        unsure @ Verdict::Unsure(_) => return unsure,
        _ => false,
    };
    if !is_closed {
        return Verdict::Holds;
    }
    let verb = if controls.len() == 1 { "works" } else { "work" };
    let message = format!(
        "{} {verb} on the network and cannot tell IAM groups apart: no group may open this notebook instance, \
         see notebook-access-granted-to-designated-group",
        controls.join(" and ")
    );
    let evidence = Evidence::new(message, notebook.place(groups));
    let evidence = match endpoint {
        Some((_, endpoint)) => evidence.related("the endpoint", endpoint.origin),
        None => evidence,
    };
    Verdict::Broken(vec![evidence])
}
