//! PG-ACC-005.

use super::identity_policies::{
    NB_OPEN, covers, designated_groups, each_carried, is_about_sagemaker, takes_away,
};
use super::people::{listed, person_of};
use super::statements::{about, called, unsure};
use super::{Check, Context, DESIGNATED_GROUPS, Example, Link, Rule, RuleKind, Subject};
use crate::access::{CARRIERS, Person, Reach, allows, demanded, open_parts, widest};
use crate::finding::{Evidence, Severity, Verdict};
use crate::iam::policy::Statement;
use crate::iam::{Action, Policy};
use crate::model::truth::Truth;

pub(super) const RULE: Rule = Rule {
    id: "notebook-group-policy-scoped-to-notebooks",
    alias: "PG-ACC-005",
    kind: RuleKind::Secure,
    tier: 1,
    severity: Severity::Medium,
    summary: "what lets a group open and operate notebook instances names them, or the tag that they have",
    why: "With `Resource: \"*\"` every group opens the notebooks of all teams, and projects and environments \
          are not kept apart. Where a tag is the boundary, those whom it bounds must not be able to set tags \
          (`tag-boundary-tamperable`).",
    unsure: "Judged are the groups meant for notebooks, and statements that let them open, start, stop, update or \
             delete. A pattern of names counts as named. Listing and describing may be allowed on everything. \
             AWS's managed policies are a matter of sagemaker-users-limited-to-sagemaker-api.",
    fix: "name the ARNs of the notebook instances in `Resource`, or demand `aws:ResourceTag/…` in a condition",
    references: &[
        Link {
            title: "Amazon SageMaker AI Developer Guide: Control access to SageMaker AI resources by using tags",
            url: "https://docs.aws.amazon.com/sagemaker/latest/dg/security_iam_id-based-policy-examples.html",
        },
        Link {
            title: "Service Authorization Reference: Actions, resources, and condition keys for Amazon SageMaker AI",
            url: "https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonsagemaker.html",
        },
    ],
    assumes: &[DESIGNATED_GROUPS],
    example: Example {
        fail: include_str!(
            "../../testdata/rules/notebook-group-policy-scoped-to-notebooks/fail.tf"
        ),
        pass: include_str!(
            "../../testdata/rules/notebook-group-policy-scoped-to-notebooks/pass.tf"
        ),
    },
    check: Check::Resource(CARRIERS, check),
};

/// What may not be allowed on every notebook.
const OPERATING: [&str; 5] = [
    NB_OPEN,
    "sagemaker:StartNotebookInstance",
    "sagemaker:StopNotebookInstance",
    "sagemaker:UpdateNotebookInstance",
    "sagemaker:DeleteNotebookInstance",
];

const TAGS: [&str; 2] = ["aws:resourcetag/*", "sagemaker:resourcetag/*"];

const QUESTION: &str = "which notebook instances it lets a group open";

fn check(context: &Context<'_, '_>, carrier: &Subject<'_, '_>) -> Verdict {
    let holders = context.access.holders(carrier.id);
    let groups = holders
        .iter()
        .filter(|id| designated_groups(context).contains(id));
    let groups: Vec<_> = groups.filter_map(|id| person_of(context, *id)).collect();
    if groups.is_empty() {
        return Verdict::NotApplicable;
    }
    each_carried(context, carrier, QUESTION, |policy, statement| {
        judge(context, policy, statement, &groups)
    })
}

fn judge(
    context: &Context<'_, '_>,
    policy: &Policy,
    statement: &Statement,
    groups: &[&Person],
) -> Verdict {
    let operating = OPERATING.iter().filter(|action| {
        covers(&statement.actions, action) == Truth::Yes && !takes_away(policy, action)
    });
    let actions: Vec<_> = operating.copied().collect();
    if allows(statement) == Truth::No || actions.is_empty() || !is_about_sagemaker(statement) {
        return Verdict::Holds;
    }
    let does = match actions.as_slice() {
        [NB_OPEN, _, ..] => "open and operate",
        [NB_OPEN] => "open",
        _ => "operate",
    };
    if allows(statement) == Truth::Unknown {
        let evidence = unsure(context, policy, statement, QUESTION, &open_parts(statement));
        return Verdict::Unsure(vec![evidence]);
    }
    let evidence =
        |message: String| Evidence::new(message, statement.at).about(about(statement, policy));
    let by_tag = TAGS.iter().find_map(|tag| demanded(statement, tag).next());
    if let Some(condition) = by_tag {
        let tampering = groups
            .iter()
            .find_map(|group| Some((*group, tampers(context, group)?)));
        let Some((group, action)) = tampering else {
            return Verdict::Holds;
        };
        let message = format!(
            "{} leaves it to the tag in `{}` which notebook instances are meant, and {} may change tags: `{action}`",
            called(statement, policy),
            condition.written_key,
            group.called(),
        );
        let evidence = evidence(message)
            .code("tag-boundary-tamperable")
            .fix("deny `sagemaker:AddTags` and `sagemaker:DeleteTags` on notebook instances to the group");
        return Verdict::Broken(vec![evidence]);
    }
    match widest(
        statement.resources.as_ref(),
        "sagemaker",
        "notebook-instance/",
    ) {
        Reach::All => {
            let message = format!(
                "{} lets {} {does} every notebook instance of the account",
                called(statement, policy),
                listed(groups)
            );
            Verdict::Broken(vec![evidence(message)])
        }
        Reach::Unknown(hinges) => {
            let evidence = unsure(context, policy, statement, QUESTION, &hinges);
            Verdict::Unsure(vec![evidence])
        }
        Reach::Pattern | Reach::One | Reach::Nothing => Verdict::Holds,
    }
}

/// The action by which a group may change the tags of any notebook.
fn tampers(context: &Context<'_, '_>, group: &Person) -> Option<&'static str> {
    let resource = context.graph.get(group.id);
    let sort = "notebook-instance/".into();
    let anything = context.access.any_of_sort("sagemaker", &sort, resource);
    let mut tagging = ["sagemaker:AddTags", "sagemaker:DeleteTags"].into_iter();
    tagging.find(|action| {
        let action = Action::named(action);
        let may = context.access.may(&group.caller, &action, &anything, &[]);
        may.truth == Truth::Yes
    })
}
