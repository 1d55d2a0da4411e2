//! What a change makes of an estate: its findings, and the paths of its workloads, before and after it.
//!
//! It compares what was reported ([`Finding`], [`Proof`]), never resources, so that a plan's own two sides, two
//! plans, two templates, and a template and a state are compared alike. What it does not know is how a report
//! came about.

pub mod access;
mod findings;
mod paths;
mod reasons;

use std::collections::{BTreeMap, BTreeSet};

use schemars::JsonSchema;
use serde::Serialize;

use crate::finding::proof::{Proof, ProofVerdict};
use crate::finding::seal::SealProof;
use crate::finding::{Finding, Input, ReportedProblem, Severity};
use access::AccessChange;
pub use reasons::{ChangedHop, Fate, FormerReason};

/// The rule that judges the path of a workload against what it was: its severity is that of a path which a
/// change breaks.
pub const RULE: &str = "plan-does-not-regress-path";

/// What a path must come to after a change, if it did before.
pub const PROVEN: ProofVerdict = ProofVerdict::Proven;

/// One estate on one side of a change.
#[derive(Debug, Clone, Default)]
pub struct Side {
    /// What was found.
    pub findings: Vec<Finding>,
    /// What workloads need, and whether it is allowed.
    pub paths: Vec<Proof>,
    /// Who can reach protected data.
    pub seals: Vec<SealProof>,
    /// The resources that are there, with what each is in plangate's words.
    pub resources: BTreeMap<String, &'static str>,
    /// Those of them that the change makes anew, in place of one of the same address or of none; empty where the
    /// input does not tell.
    pub made: BTreeSet<String>,
}

/// Whether it makes things better or worse.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Effect {
    /// Something held and does not any more, or can no longer be proven; or something is wrong that was not.
    Worse,
    /// Something cannot be told that was not proven before either.
    Undecidable,
    /// Something holds that did not, or was not proven; or something wrong is gone.
    Better,
    /// It is gone together with what it was about.
    Neutral,
}

impl Effect {
    /// Every effect, the worst first.
    pub const ALL: [Self; 4] = [Self::Worse, Self::Undecidable, Self::Better, Self::Neutral];
}

/// What becomes of a path, a finding, or somebody's access.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Change {
    /// It is there, and was not.
    Gained,
    /// It was there, and is not.
    Lost,
    /// What held, or could not be told, does not hold.
    Broken,
    /// What was proven cannot be told any more.
    ProofLost,
    /// What was broken cannot be told any more.
    Undecidable,
    /// What was broken, or could not be told, holds.
    Repaired,
    /// It matters more, or is so for more answers to what nobody tells.
    Wider,
    /// It matters less, or is so for fewer answers to what nobody tells.
    Narrower,
}

/// What becomes of a workload's path.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct PathChange {
    /// Whether that is better or worse.
    pub effect: Effect,
    /// What becomes of it.
    pub change: Change,
    /// How much it matters.
    pub severity: Severity,
    /// The path before the change.
    pub before: Option<Proof>,
    /// The path after the change. Where the workload is there but has no path any more, what the path before
    /// needed, asked again.
    pub after: Option<Proof>,
    /// What was allowed and is not, or cannot be told any more.
    pub hops: Vec<ChangedHop>,
    /// Where no policy that allowed something is gone itself: what else carried permissions, and is gone.
    pub removed: Vec<String>,
}

/// What becomes of a finding.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct FindingChange {
    /// Whether that is better or worse.
    pub effect: Effect,
    /// What becomes of it.
    pub change: Change,
    /// How much it matters: the higher of both sides.
    pub severity: Severity,
    /// The finding before the change.
    pub before: Option<Finding>,
    /// The finding after the change.
    pub after: Option<Finding>,
}

/// What a change makes of everything.
#[derive(Debug, Clone, Default)]
pub struct Difference {
    /// The inputs of the side before; none where the inputs after tell what was there before them.
    pub before: Vec<Input>,
    /// The inputs of the side after.
    pub after: Vec<Input>,
    /// Paths that changed.
    pub paths: Vec<PathChange>,
    /// Findings that changed.
    pub findings: Vec<FindingChange>,
    /// Access to protected data that changed.
    pub access: Vec<AccessChange>,
    /// What stayed the same.
    pub unchanged: Unchanged,
    /// What was not understood, or could not be read.
    pub problems: Vec<ReportedProblem>,
}

/// How much stayed the same.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Unchanged {
    /// Paths with the same verdict.
    pub paths: usize,
    /// Findings that are on both sides.
    pub findings: usize,
    /// Entrances that are on both sides.
    pub access: usize,
}

impl Difference {
    /// Adds what a change makes of one estate.
    pub fn add(&mut self, before: &Side, after: &Side) {
        let (paths, same) = paths::changes(before, after);
        self.unchanged.paths += same;
        self.paths.extend(paths);
        let (findings, same) = findings::changes(before, after);
        self.unchanged.findings += same;
        self.findings.extend(findings);
        let (access, same) = access::changes(&before.seals, &after.seals);
        self.unchanged.access += same;
        self.access.extend(access);
    }

    /// Access that changed, without what a finding on the same resource tells of the same principal.
    pub fn access_apart(&self) -> impl Iterator<Item = &AccessChange> {
        let findings = &self.findings;
        self.access.iter().filter(move |one| {
            let name = format!("`{}`", one.entrance.principal);
            !findings.iter().any(|change| {
                let finding = change.after.as_ref().or(change.before.as_ref());
                change.effect == one.effect
                    && finding.is_some_and(|finding| {
                        finding.resource.address == one.entrance.resource
                            && finding.message.contains(&name)
                    })
            })
        })
    }

    /// The effects of everything that changed, each with how much it matters.
    pub fn effects(&self) -> impl Iterator<Item = (Effect, Severity)> {
        let paths = self.paths.iter().map(|one| (one.effect, one.severity));
        let findings = self.findings.iter().map(|one| (one.effect, one.severity));
        let access = self.access_apart().map(|one| (one.effect, one.severity));
        paths.chain(findings).chain(access)
    }

    /// How much changed with this effect.
    #[must_use]
    pub fn count(&self, effect: Effect) -> usize {
        self.effects().filter(|(own, _)| *own == effect).count()
    }
}

/// What becomes of the paths of an estate, and how many stay as they are.
#[must_use]
pub fn paths(before: &Side, after: &Side) -> (Vec<PathChange>, usize) {
    paths::changes(before, after)
}

/// For which answers something is so: whether those after are more, fewer, or the same.
fn reach(before: &[String], after: &[String]) -> Option<Change> {
    let is_in = |all: &[String], some: &[String]| {
        all.is_empty() || !some.is_empty() && some.iter().all(|one| all.contains(one))
    };
    match (is_in(before, after), is_in(after, before)) {
        (true, true) => None,
        (true, false) => Some(Change::Narrower),
        // Other answers than before are more than before.
        (false, _) => Some(Change::Wider),
    }
}
