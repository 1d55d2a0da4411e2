//! Whether what an identity may do in SageMaker is bound to a way into AWS: to a VPC endpoint or a VPC.
//!
//! Source: Amazon SageMaker AI Developer Guide, "Restrict Access to SageMaker API to Calls from Within
//! Your VPC".

use std::sync::Arc;

use crate::access::{allows, demanded};
use crate::iam::condition::Test;
use crate::iam::policy::{Clause, Effect, Statement};
use crate::iam::{Hinge, Policy};
use crate::model::truth::Truth;

/// A statement that allows actions of SageMaker by any way into AWS.
#[derive(Debug)]
pub(super) struct Unbound<'p> {
    pub(super) policy: &'p Policy,
    pub(super) statement: &'p Statement,
    /// What it hinges on whether it does; empty where it does for certain.
    pub(super) open: Vec<Hinge>,
}

/// Keys that say by which way a request came.
const WAYS: [&str; 2] = ["aws:sourcevpce", "aws:sourcevpc"];

/// The statements of an identity's policies that allow actions of SageMaker without demanding an endpoint
/// or a VPC; none where a denial demands it for all of them.
pub(super) fn unbound(policies: &[Arc<Policy>]) -> Vec<Unbound<'_>> {
    let statements = policies.iter().flat_map(|policy| &policy.statements);
    if statements.clone().any(denies_other_ways) {
        return Vec::new();
    }
    let all = policies.iter().flat_map(|policy| {
        let statements = policy.statements.iter();
        statements.map(move |statement| (policy.as_ref(), statement))
    });
    all.filter_map(|(policy, statement)| {
        let mut open = match (statement.effect, allows(statement)) {
            (_, Truth::No) => return None,
            (Effect::Unknown(hole), _) => vec![Hinge::Hole(hole)],
            _ => Vec::new(),
        };
        if !is_about_sagemaker(statement) || demands_way(statement) {
            return None;
        }
        open.extend(statement.conditions.iter().filter_map(|one| match one {
            Clause::Open(hinge) => Some(hinge.clone()),
            Clause::Condition(_) => None,
        }));
        Some(Unbound {
            policy,
            statement,
            open,
        })
    })
    .collect()
}

/// Whether a statement is about actions of SageMaker, alone or among all others.
pub(super) fn is_about_sagemaker(statement: &Statement) -> bool {
    let is_one = |text: &str| text == "*" || text.starts_with("sagemaker:");
    let mut entries = statement.actions.entries.iter();
    let any = entries.any(|entry| is_one(&entry.text.known_start().to_ascii_lowercase()));
    any != statement.actions.negated
}

/// Whether a statement names actions of SageMaker.
pub(super) fn names_sagemaker(statement: &Statement) -> bool {
    let mut entries = statement.actions.entries.iter();
    !statement.actions.negated
        && entries.any(|entry| {
            let start = entry.text.known_start().to_ascii_lowercase();
            start.starts_with("sagemaker:")
        })
}

fn demands_way(statement: &Statement) -> bool {
    let mut conditions = WAYS.iter().flat_map(|key| demanded(statement, key));
    conditions.any(|condition| {
        let mut values = condition.values.iter();
        values.all(|value| value.text.known() != Some("*"))
    })
}

/// `Deny` on all of SageMaker unless the request came by an endpoint or from a VPC.
fn denies_other_ways(statement: &Statement) -> bool {
    let mut entries = statement.actions.entries.iter();
    let is_all = |text: &str| text == "*" || text.eq_ignore_ascii_case("sagemaker:*");
    let any = entries.any(|entry| entry.text.known().is_some_and(is_all));
    let all_actions = any != statement.actions.negated;
    let all_resources = statement.resources.as_ref().is_none_or(|resources| {
        let mut entries = resources.entries.iter();
        !resources.negated && entries.any(|entry| entry.pattern.is_everything())
    });
    let mut conditions = statement.readable_conditions();
    statement.effect == Effect::Deny
        && all_actions
        && all_resources
        && conditions.any(|condition| {
            let is_way = WAYS.contains(&condition.key.as_str());
            is_way && (condition.operator.negated || condition.operator.test == Test::Null)
        })
}

/// How many more statements there are: ` (2 more like it)`.
pub(super) fn and_more(statements: usize) -> String {
    match statements.saturating_sub(1) {
        0 => String::new(),
        more => format!(" ({more} more like it)"),
    }
}
