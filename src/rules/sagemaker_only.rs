//! Which statements of an identity policy reach beyond the SageMaker API: what people who work with
//! SageMaker need besides is a scoped `iam:PassRole` and a few actions that only look.

use crate::access::{Reach, allows, demanded, hinges, widest};
use crate::iam::policy::{ActionEntry, Clause, Effect, Statement};
use crate::iam::{Hinge, Policy};
use crate::model::truth::Truth;

/// What a statement allows beyond the SageMaker API.
#[derive(Debug)]
pub(super) struct Beyond<'p> {
    pub(super) statement: &'p Statement,
    /// The actions, as written; with `NotAction`, none.
    pub(super) actions: Vec<String>,
    /// What it hinges on whether it does; empty where it does for certain.
    pub(super) open: Vec<Hinge>,
}

/// Actions that only look, which the console and the SDK ask beside SageMaker's, in lower case: `*` at the end
/// stands for what follows.
const COMPANIONS: &[&str] = &[
    "iam:getrole",
    "iam:listroles",
    "kms:listaliases",
    "ec2:describe*",
    "logs:get*",
    "logs:describe*",
    "logs:filterlogevents",
    "cloudwatch:getmetric*",
    "cloudwatch:listmetrics",
    "sts:getcalleridentity",
];

/// The statements of one policy that allow more than the SageMaker API and its companions.
pub(super) fn beyond_sagemaker(policy: &Policy) -> Vec<Beyond<'_>> {
    let beyond = policy.statements.iter().filter_map(beyond);
    beyond.collect()
}

/// Whether one of several policies denies whatever is no action of SageMaker's, so that what they allow
/// besides does not count.
pub(super) fn denies_the_rest<'p>(mut policies: impl Iterator<Item = &'p Policy>) -> bool {
    let denies = |statement: &Statement| {
        let everything = statement.resources.as_ref().is_none_or(|resources| {
            let mut entries = resources.entries.iter();
            !resources.negated && entries.any(|entry| entry.pattern.is_everything())
        });
        statement.effect == Effect::Deny
            && statement.actions.negated
            && statement.conditions.is_empty()
            && everything
            && statement.actions.entries.iter().all(is_of_sagemaker)
    };
    policies.any(|policy| policy.statements.iter().any(denies))
}

fn beyond(statement: &Statement) -> Option<Beyond<'_>> {
    let mut open = match (statement.effect, allows(statement)) {
        (_, Truth::No) => return None,
        (Effect::Unknown(hole), _) => vec![Hinge::Hole(hole)],
        _ => Vec::new(),
    };
    let clauses = statement.conditions.iter();
    open.extend(clauses.filter_map(|clause| match clause {
        Clause::Open(hinge) => Some(hinge.clone()),
        Clause::Condition(_) => None,
    }));
    if statement.actions.negated {
        return Some(Beyond {
            statement,
            actions: Vec::new(),
            open,
        });
    }
    let (mut actions, mut unknown) = (Vec::new(), Vec::new());
    for entry in &statement.actions.entries {
        if is_of_sagemaker(entry) || is_companion(entry) || is_scoped_pass(statement, entry) {
            continue;
        }
        match entry.text.known() {
            Some(text) => actions.push(text.to_owned()),
            None => unknown.extend(hinges(&entry.text)),
        }
    }
    if actions.is_empty() {
        if unknown.is_empty() {
            return None;
        }
        open.extend(unknown);
    }
    Some(Beyond {
        statement,
        actions,
        open,
    })
}

fn is_of_sagemaker(entry: &ActionEntry) -> bool {
    let start = entry.text.known_start().to_ascii_lowercase();
    start.starts_with("sagemaker")
}

/// Whether it is one of those that only look.
fn is_companion(entry: &ActionEntry) -> bool {
    let text = entry.text.known_start().to_ascii_lowercase();
    let is_whole = entry.text.known().is_some();
    COMPANIONS
        .iter()
        .any(|companion| match companion.strip_suffix('*') {
            Some(start) => text.starts_with(start),
            None => is_whole && text == *companion,
        })
}

fn is_pass(entry: &ActionEntry) -> bool {
    let text = entry.text.known();
    text.is_some_and(|text| text.eq_ignore_ascii_case("iam:PassRole"))
}

/// The actions of a statement that people of SageMaker have no need of: handing over a role is a matter of its
/// own.
pub(super) fn others(statement: &Statement) -> impl Iterator<Item = &ActionEntry> {
    let entries = statement.actions.entries.iter();
    entries.filter(|entry| !is_of_sagemaker(entry) && !is_companion(entry) && !is_pass(entry))
}

/// `iam:PassRole` on named roles, or to a named service.
fn is_scoped_pass(statement: &Statement, entry: &ActionEntry) -> bool {
    let reach = widest(statement.resources.as_ref(), "iam", "role/");
    is_pass(entry)
        && (reach != Reach::All || demanded(statement, "iam:passedtoservice").next().is_some())
}
