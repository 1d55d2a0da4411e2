//! What rules on identity policies share: the policies that a resource carries, how far their statements
//! reach, and which groups are meant for notebooks.

use super::statements::open;
use super::{Context, Subject};
use crate::access::{Attached, Person, allows};
use crate::finding::{Evidence, Verdict};
use crate::iam::policy::{Actions, ResourceEntry, Statement};
use crate::iam::{Action, Policy};
use crate::model::graph::ResourceId;
use crate::model::resource::Resource;
use crate::model::truth::Truth;

/// Opens a notebook instance.
pub(super) const NB_OPEN: &str = "sagemaker:CreatePresignedNotebookInstanceUrl";

/// Opens Studio.
pub(super) const STUDIO_OPEN: &str = "sagemaker:CreatePresignedDomainUrl";

/// What shows that a group works with notebook instances: opening, creating or operating them, or
/// opening Studio.
pub(super) const NB_GRANTS: [&str; 8] = [
    NB_OPEN,
    STUDIO_OPEN,
    "sagemaker:CreateNotebookInstance",
    "sagemaker:StartNotebookInstance",
    "sagemaker:StopNotebookInstance",
    "sagemaker:UpdateNotebookInstance",
    "sagemaker:DescribeNotebookInstance",
    "sagemaker:DeleteNotebookInstance",
];

/// Whether a statement's actions include this one.
pub(super) fn covers(actions: &Actions, name: &str) -> Truth {
    Action::new(name).map_or(Truth::No, |action| actions.cover(&action))
}

/// Whether a policy takes an action away outright, so that nothing it allows of it counts.
pub(super) fn takes_away(policy: &Policy, name: &str) -> bool {
    Action::new(name).is_some_and(|action| crate::access::denies_outright(policy, &action))
}

/// The resources of a statement that reach so far, for messages: the first, and how many more.
pub(super) fn resources_of(
    context: &Context<'_, '_>,
    statement: &Statement,
    reaches: impl Fn(&ResourceEntry) -> bool,
) -> String {
    let resources = statement.resources.as_ref();
    let Some(resources) = resources.filter(|resources| !resources.negated) else {
        return "all that `NotResource` leaves".to_owned();
    };
    let mut entries = resources.entries.iter().filter(|entry| reaches(entry));
    let Some(first) = entries.next() else {
        return "`*`".to_owned();
    };
    let shown = context.access.show(&first.pattern.pattern.text);
    match entries.count() {
        0 => format!("`{shown}`"),
        more => format!("`{shown}` and {more} more"),
    }
}

/// Judges each statement of the identity policies that a resource carries, and of its endpoint policy.
pub(super) fn each_carried(
    context: &Context<'_, '_>,
    carrier: &Subject<'_, '_>,
    question: &str,
    judge: impl Fn(&Policy, &Statement) -> Verdict,
) -> Verdict {
    let carried = context.access.carried(carrier.id);
    carried.iter().fold(Verdict::NotApplicable, |verdict, one| {
        let statements = one.policy.statements.iter();
        let known = statements.fold(Verdict::Holds, |verdict, statement| {
            verdict.worse(judge(&one.policy, statement))
        });
        verdict
            .worse(known)
            .worse(open(context, &one.policy, question))
    })
}

/// That there may be more policies than the input shows.
pub(super) fn perhaps_more(
    attached: &Attached<'_, '_>,
    resource: &Resource<'_>,
    question: &str,
) -> Verdict {
    match &attached.perhaps_more {
        None => Verdict::Holds,
        Some((what, why)) => Verdict::Unsure(vec![
            Evidence::new(
                format!("cannot tell {question}: {what} are not known ({why})"),
                resource.origin,
            )
            .about("more policies")
            .hinges_on(what, *why),
        ]),
    }
}

/// The groups that notebooks are meant for: those that the user designates; without settings, those that may work
/// with notebook instances and are named for it; else those that may open one by a statement on SageMaker.
pub(super) fn designated_groups<'c>(context: &'c Context<'_, '_>) -> &'c [ResourceId] {
    context.designated.get_or_init(|| find_designated(context))
}

fn find_designated(context: &Context<'_, '_>) -> Vec<ResourceId> {
    let groups = context.people().iter().filter(|one| one.is_group());
    let groups: Vec<_> = groups.collect();
    let designated = &context.settings.designated_groups;
    if !designated.is_empty() {
        let groups = groups.iter().map(|group| group.id);
        return groups
            .filter(|id| context.is_named_by(designated, *id))
            .collect();
    }
    let named = groups.iter().filter(|group| {
        let any = |statement: &Statement| {
            let mut grants = NB_GRANTS.iter();
            grants.any(|grant| covers(&statement.actions, grant) != Truth::No)
        };
        group.name.as_deref().is_some_and(is_named_for_notebooks) && grants(group, any)
    });
    let named: Vec<_> = named.map(|group| group.id).collect();
    if !named.is_empty() {
        return named;
    }
    // A group of administrators opens notebooks among everything else: it is not meant for them.
    let opens = |statement: &Statement| {
        let opens = [NB_OPEN, STUDIO_OPEN];
        let mut opens = opens.iter();
        is_about_sagemaker(statement)
            && opens.any(|open| covers(&statement.actions, open) != Truth::No)
    };
    let opening = groups.iter().filter(|group| grants(group, opens));
    opening.map(|group| group.id).collect()
}

/// Whether a statement names actions of SageMaker, and does not only include them in everything.
pub(super) fn is_about_sagemaker(statement: &Statement) -> bool {
    let mut entries = statement.actions.entries.iter();
    !statement.actions.negated
        && entries.any(|entry| {
            let start = entry.text.known_start().to_ascii_lowercase();
            start.starts_with("sagemaker:")
        })
}

fn grants(group: &Person, is_grant: impl Fn(&Statement) -> bool) -> bool {
    let policies = group.caller.identity.iter();
    let mut statements = policies.flat_map(|policy| &policy.statements);
    statements.any(|statement| allows(statement) != Truth::No && is_grant(statement))
}

/// `*sagemaker*`, `*ml*`, `*data*scien*`, `*notebook*`, in any case.
fn is_named_for_notebooks(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    let data_science = name
        .split_once("data")
        .is_some_and(|(_, rest)| rest.contains("scien"));
    data_science
        || ["sagemaker", "ml", "notebook"]
            .iter()
            .any(|word| name.contains(word))
}
