//! Control policies of an organization: those that the input itself attaches, and those that the user says are in
//! force.
//!
//! Source: AWS Organizations User Guide, "Service control policies (SCPs)" and "Resource control policies
//! (RCPs)": those attached to an account bind it; AWS's own, which allow everything, are attached beside
//! them wherever they are not taken away.

use std::sync::Arc;

use super::Access;
use super::admission::hinges;
use super::question::EVERYTHING;
use crate::iam::policy::{Clause, Effect};
use crate::iam::{Hinge, Policy, PolicyKind, Text, equal_texts, is_account_id};
use crate::model::graph::{ResourceGraph, ResourceId};
use crate::model::source::Span;
use crate::model::truth::Truth;
use crate::model::value::Value;
use crate::model::vocabulary::Kind;

impl Access<'_, '_> {
    /// The resource control policies that bind a resource, or may.
    #[must_use]
    pub fn controls_of(&self, id: ResourceId) -> Vec<Arc<Policy>> {
        let account = self.account(self.graph().get(id));
        let levels = self.controls(PolicyKind::ResourceControl, &account);
        levels.into_iter().flatten().collect()
    }

    /// The control policies that bind an account, or may: as one level, beside AWS's own.
    pub(super) fn controls(&self, kind: PolicyKind, account: &Text) -> Vec<Vec<Arc<Policy>>> {
        let mut level = Vec::new();
        for id in &self.controls {
            let resource = self.graph().get(*id);
            let Some(content) = resource.get("content") else {
                continue;
            };
            let policy = self.policy(content);
            if policy.kind != kind {
                continue;
            }
            match self.binds(*id, account) {
                (Truth::Yes, _) => level.push(policy),
                (Truth::Unknown, hinge) => level.push(Arc::new(perhaps(&policy, &hinge))),
                (Truth::No, _) => {}
            }
        }
        let mut levels = Vec::new();
        if !level.is_empty() {
            level.extend(self.everything(kind));
            levels.push(level);
        }
        levels.extend(self.supplied_controls(kind, account));
        levels
    }

    /// What the user says is in force: for the accounts that the input works in. Whoever lists what is allowed has
    /// taken AWS's own policy away.
    fn supplied_controls(&self, kind: PolicyKind, account: &Text) -> Option<Vec<Arc<Policy>>> {
        let mut level: Vec<_> = self.managed.controls(kind).cloned().collect();
        if level.is_empty() {
            return None;
        }
        match self.is_worked_in(account) {
            (Truth::Yes, _) => {}
            (Truth::No, _) => return None,
            (Truth::Unknown, hinges) => {
                let hinge = hinges.into_iter().next();
                let hinge = hinge.unwrap_or(Hinge::Policy(WHOSE.to_owned()));
                for policy in &mut level {
                    *policy = Arc::new(perhaps(policy, &hinge));
                }
            }
        }
        let allows = |policy: &Arc<Policy>| {
            let mut statements = policy.statements.iter();
            statements.any(|one| one.effect == Effect::Allow)
        };
        if !level.iter().any(allows) {
            level.extend(self.everything(kind));
        }
        Some(level)
    }

    /// The policy that allows everything, which AWS attaches.
    fn everything(&self, kind: PolicyKind) -> Option<Arc<Policy>> {
        let policy = self.managed.get(EVERYTHING, Span::NOWHERE)?;
        let name = "the FullAWSAccess that AWS attaches".to_owned();
        Some(Arc::new(Policy {
            name,
            kind,
            ..policy
        }))
    }

    /// Whether a control policy is attached to an account, to its units or to the root of its
    /// organization; and what tells where that is open.
    fn binds(&self, policy: ResourceId, account: &Text) -> (Truth, Hinge) {
        let graph = self.graph();
        let resource = graph.get(policy);
        let name = resource.address.as_str();
        let mut binds = (Truth::No, Hinge::Policy(format!("the targets of {name}")));
        let parts = graph.parts(policy, Kind::OrganizationsPolicyAttach);
        let attached = parts.found.iter().filter_map(|part| part.get("target_id"));
        let targets = attached.chain(resource.get("target_ids"));
        for target in targets.flat_map(each) {
            let Some(text) = self.text(target, name) else {
                continue;
            };
            match equal_texts(&text, account) {
                Truth::Yes => return (Truth::Yes, binds.1),
                // Another account; a root or a unit may hold this one.
                Truth::No if text.known().is_some_and(is_account_id) => {}
                Truth::No | Truth::Unknown => {
                    if let Some(hinge) = hinges(&text).into_iter().next() {
                        binds.1 = hinge;
                    }
                    binds.0 = Truth::Unknown;
                }
            }
        }
        binds
    }
}

/// What tells whether supplied policies bind, where nothing else is named.
const WHOSE: &str = "the account of the input";

/// The control policies of an estate.
pub(super) fn controls(graph: &ResourceGraph<'_>) -> Vec<ResourceId> {
    let all = graph.iter().filter(|(_, resource)| {
        resource.kind() == Some(Kind::OrganizationsPolicy) && resource.standing.is_whole()
    });
    all.map(|(id, _)| id)
        .filter(|id| !graph.is_replaced(*id))
        .collect()
}

fn each<'v, 'a>(value: &'v Value<'a>) -> &'v [Value<'a>] {
    value.as_list().unwrap_or(std::slice::from_ref(value))
}

/// A policy whose denials count only if it is attached here; what it allows, AWS's own allows as well.
fn perhaps(policy: &Policy, hinge: &Hinge) -> Policy {
    let mut perhaps = policy.clone();
    perhaps.statements.retain(|one| one.effect != Effect::Allow);
    for statement in &mut perhaps.statements {
        statement.conditions.push(Clause::Open(hinge.clone()));
    }
    perhaps
}
