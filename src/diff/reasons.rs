//! Why a path is not what it was: which hop, which statement allowed it, and what became of that.

use schemars::JsonSchema;
use serde::Serialize;

use super::Side;
use crate::finding::MissingValue;
use crate::finding::proof::{DecisionName, HopProof, Proof, Reason};

/// What was allowed, and is not or cannot be told any more.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct ChangedHop {
    /// What it is for: `pass-role`.
    pub name: &'static str,
    /// Who asks.
    pub principal: String,
    /// The action.
    pub action: String,
    /// On what.
    pub resource: String,
    /// The decision after the change.
    pub decision: DecisionName,
    /// The deciding statements after the change, or what is lacking.
    pub because: Vec<Reason>,
    /// What allowed it before the change.
    pub allowed_by: Vec<FormerReason>,
    /// What would decide it.
    pub hinges_on: Vec<MissingValue>,
}

/// What allowed something before the change.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct FormerReason {
    /// The statement.
    #[serde(flatten)]
    pub reason: Reason,
    /// What became of the resource that it stands in; none if that is still there.
    pub fate: Option<Fate>,
    /// That resource.
    pub written_in: Option<String>,
}

/// What becomes of a resource.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Fate {
    /// It is gone.
    Deleted,
    /// Another one takes its place.
    Replaced,
}

impl Fate {
    /// The word in a sentence.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Deleted => "deleted",
            Self::Replaced => "replaced",
        }
    }
}

/// The hops that are needed and not allowed after the change, each with what allowed it before.
pub(super) fn changed_hops(
    before: Option<&Proof>,
    after: &Proof,
    sides: (&Side, &Side),
) -> Vec<ChangedHop> {
    let is_open = |hop: &&HopProof| hop.needed && hop.decision != DecisionName::Allowed;
    let hops = after.hops.iter().filter(is_open);
    let hops: Vec<_> = hops.collect();
    // What is denied for certain tells more than what cannot be told.
    let is_denied = |hop: &&&HopProof| hop.decision != DecisionName::Undecided;
    let certain: Vec<_> = hops.iter().filter(is_denied).copied().collect();
    let hops = if certain.is_empty() { hops } else { certain };
    let changed = hops.into_iter().map(|hop| ChangedHop {
        name: hop.name,
        principal: hop.principal.clone(),
        action: hop.action.clone(),
        resource: hop.resource.clone(),
        decision: hop.decision,
        because: hop.because.clone(),
        allowed_by: before
            .and_then(|before| former(before, hop))
            .map_or_else(Vec::new, |former| allowed_by(former, hop, sides)),
        hinges_on: hop.hinges_on.clone(),
    });
    changed.collect()
}

/// The same hop before the change: resources may have had other names.
fn former<'p>(before: &'p Proof, hop: &HopProof) -> Option<&'p HopProof> {
    let alike = before.hops.iter();
    let alike = alike.filter(|one| one.name == hop.name && one.action == hop.action);
    let exact = alike.clone().find(|one| one.resource == hop.resource);
    exact.or_else(|| alike.clone().next())
}

/// What allowed a hop and has to do with why it is not allowed any more.
fn allowed_by(former: &HopProof, hop: &HopProof, sides: (&Side, &Side)) -> Vec<FormerReason> {
    let (before, after) = sides;
    let reasons = former.because.iter().map(|reason| {
        let written_in = reason.policy.as_deref();
        let written_in = written_in.and_then(|policy| resource_of(policy, before));
        let fate = written_in.and_then(|address| fate(address, after));
        FormerReason {
            reason: reason.clone(),
            fate,
            written_in: written_in.map(str::to_owned),
        }
    });
    let reasons: Vec<_> = reasons.collect();
    if hop.decision == DecisionName::DeniedExplicitly {
        return Vec::new();
    }
    let concerned = |former: &&FormerReason| {
        let layer = former.reason.layer;
        let is_lacking = hop.because.iter().any(|one| one.layer == layer);
        let mut hinges = hop.hinges_on.iter();
        let is_open = former
            .written_in
            .as_deref()
            .is_some_and(|address| hinges.any(|hinge| hinge.value.starts_with(address)));
        former.fate.is_some() || is_lacking || is_open
    };
    let some: Vec<_> = reasons.iter().filter(concerned).cloned().collect();
    // What may deny it now was not there, or not so: nothing of before tells of it.
    let is_told = hop.decision == DecisionName::Undecided && !hop.because.is_empty();
    if some.is_empty() && !is_told {
        reasons
    } else {
        some
    }
}

/// The resource that a policy is written in: `aws_kms_key.data` of `aws_kms_key.data.policy`.
fn resource_of<'p>(policy: &'p str, side: &Side) -> Option<&'p str> {
    let mut ends: Vec<usize> = policy.match_indices('.').map(|(at, _)| at).collect();
    ends.push(policy.len());
    let names = ends.into_iter().rev().filter_map(|end| policy.get(..end));
    names
        .into_iter()
        .find(|name| side.resources.contains_key(*name))
}

fn fate(address: &str, after: &Side) -> Option<Fate> {
    if !after.resources.contains_key(address) {
        return Some(Fate::Deleted);
    }
    after.made.contains(address).then_some(Fate::Replaced)
}

/// What carries permissions to somebody else than its own place: where it is gone, no policy is.
const CARRIERS: &[&str] = &[
    "attachment",
    "attachment-excl",
    "inline-excl",
    "membership",
    "kms-grant",
    "policy-key",
    "policy-bucket",
    "endpoint",
];

/// What carried permissions and is gone.
pub(super) fn removed(before: &Side, after: &Side) -> Vec<String> {
    let carriers = before
        .resources
        .iter()
        .filter(|(_, kind)| CARRIERS.contains(kind));
    let gone = carriers.filter(|(address, _)| !after.resources.contains_key(*address));
    gone.map(|(address, _)| address.clone()).collect()
}
