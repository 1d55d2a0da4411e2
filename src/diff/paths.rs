//! Paths before and after a change, joined by their workloads.

use std::collections::BTreeMap;

use super::reasons::{changed_hops, removed};
use super::{Change, Effect, PathChange, Side};
use crate::finding::Severity;
use crate::finding::proof::{Proof, ProofVerdict};

/// A path that breaks means a workload that fails.
const SEVERITY: Severity = Severity::High;

/// What a path is known by: what runs, and whether it is a job that the code there starts.
type Key<'p> = (&'static str, &'p str, bool);

fn key(proof: &Proof) -> Key<'_> {
    let workload = &proof.workload;
    (
        workload.kind,
        &workload.address,
        workload.found_in.is_some(),
    )
}

/// What becomes of each path, in the order of those after, then those that are gone; and how many stay as they
/// are.
pub(super) fn changes(before: &Side, after: &Side) -> (Vec<PathChange>, usize) {
    let mut former: BTreeMap<Key<'_>, Vec<&Proof>> = BTreeMap::new();
    for proof in &before.paths {
        former.entry(key(proof)).or_default().push(proof);
    }
    let (mut changes, mut same) = (Vec::new(), 0);
    let mut paired = pairs(&after.paths, &mut former);
    let gone = before.paths.iter().filter(|proof| {
        let left = former.get(&key(proof));
        left.is_some_and(|left| left.iter().any(|one| std::ptr::eq(*one, *proof)))
    });
    paired.extend(gone.map(|proof| (Some(proof), None)));
    for (one, other) in paired {
        let Some((effect, change)) = compared(one, other) else {
            same += 1;
            continue;
        };
        let hops = match (one, other, effect) {
            (one, Some(other), Effect::Worse) => changed_hops(one, other, (before, after)),
            _ => Vec::new(),
        };
        let has_cause = hops
            .iter()
            .flat_map(|hop| &hop.allowed_by)
            .any(|reason| reason.fate.is_some());
        let removed = if one.is_none() || hops.is_empty() || has_cause {
            Vec::new()
        } else {
            removed(before, after)
        };
        changes.push(PathChange {
            effect,
            change,
            severity: SEVERITY,
            before: one.cloned(),
            after: other.cloned(),
            hops,
            removed,
        });
    }
    (changes, same)
}

type Paired<'p> = (Option<&'p Proof>, Option<&'p Proof>);

/// Every path after the change with what it was: of several of one workload, that under the same role for the
/// same answers to what nobody tells, else under the same role, else what is left of them.
fn pairs<'p>(
    after: &'p [Proof],
    former: &mut BTreeMap<Key<'p>, Vec<&'p Proof>>,
) -> Vec<Paired<'p>> {
    let likeness: [fn(&Proof, &Proof) -> bool; 3] = [
        |one, other| one.role == other.role && one.only_when == other.only_when,
        |one, other| one.role == other.role,
        |_, _| true,
    ];
    let mut paired: Vec<Paired<'p>> = after.iter().map(|proof| (None, Some(proof))).collect();
    // Several cases of one path before stand for all of those after.
    let all = former.clone();
    for is_alike in likeness {
        for (one, other) in &mut paired {
            let Some(proof) = other.filter(|_| one.is_none()) else {
                continue;
            };
            let left = former.entry(key(proof)).or_default();
            let alike = left.iter().enumerate();
            let alike = alike.filter(|(_, former)| is_alike(former, proof));
            // What was proven for some answers is what may be lost.
            let best = alike.max_by_key(|(_, former)| goodness(former.verdict));
            let at = best.map(|(at, _)| at);
            *one = at.map(|at| left.remove(at));
        }
    }
    for (one, other) in &mut paired {
        let Some(proof) = other.filter(|_| one.is_none()) else {
            continue;
        };
        let cases = all.get(&key(proof)).into_iter().flatten();
        let cases = cases.filter(|former| former.role == proof.role);
        *one = cases.max_by_key(|former| goodness(former.verdict)).copied();
    }
    // A case of before that no case of after is left for is in those that are there.
    for proof in after {
        if let Some(left) = former.get_mut(&key(proof)) {
            left.retain(|former| former.role != proof.role);
        }
    }
    paired
}

fn goodness(verdict: ProofVerdict) -> u8 {
    match verdict {
        ProofVerdict::Broken => 0,
        ProofVerdict::Unsure => 1,
        ProofVerdict::Proven => 2,
    }
}

/// What becomes of a path; none if it is as it was.
fn compared(before: Option<&Proof>, after: Option<&Proof>) -> Option<(Effect, Change)> {
    use ProofVerdict::{Broken, Proven, Unsure};
    let verdicts = (
        before.map(|proof| proof.verdict),
        after.map(|proof| proof.verdict),
    );
    Some(match verdicts {
        (Some(_), None) => (Effect::Neutral, Change::Lost),
        (None, Some(Proven)) => (Effect::Better, Change::Gained),
        (None, Some(Broken)) => (Effect::Worse, Change::Gained),
        (None, Some(Unsure)) => (Effect::Undecidable, Change::Gained),
        (Some(Proven | Unsure), Some(Broken)) => (Effect::Worse, Change::Broken),
        (Some(Proven), Some(Unsure)) => (Effect::Worse, Change::ProofLost),
        (Some(Broken), Some(Unsure)) => (Effect::Undecidable, Change::Undecidable),
        (Some(Broken | Unsure), Some(Proven)) => (Effect::Better, Change::Repaired),
        (None, None)
        | (Some(Proven), Some(Proven))
        | (Some(Broken), Some(Broken))
        | (Some(Unsure), Some(Unsure)) => return None,
    })
}
