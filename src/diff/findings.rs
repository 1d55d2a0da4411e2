//! Findings before and after a change, joined by their fingerprints.

use std::collections::BTreeMap;

use super::{Change, Effect, FindingChange, Side, reach};
use crate::finding::{Finding, FindingVerdict};

/// What becomes of each finding, in the order of those after, then those that are gone; and how many stay as
/// they are. What the rule on changes says of a change is not compared: there is none before.
pub(super) fn changes(before: &Side, after: &Side) -> (Vec<FindingChange>, usize) {
    let (mut changes, mut joined, mut same) = (Vec::new(), Vec::new(), 0);
    let is_compared = |finding: &&Finding| finding.rule != super::RULE;
    let mut former: BTreeMap<&str, Vec<&Finding>> = BTreeMap::new();
    for finding in before.findings.iter().filter(is_compared) {
        former
            .entry(&finding.fingerprint)
            .or_default()
            .push(finding);
    }
    let mut gained = Vec::new();
    for finding in after.findings.iter().filter(is_compared) {
        // One may be broken for some answers and unsure for others: each has its own counterpart.
        let known = former.entry(&finding.fingerprint).or_default();
        let alike = known.iter().position(|one| one.verdict == finding.verdict);
        if let Some(at) = alike.or_else(|| (!known.is_empty()).then_some(0)) {
            joined.push((Some(known.remove(at)), finding));
        } else {
            gained.push(joined.len());
            joined.push((None, finding));
        }
    }
    let is_left = |finding: &&Finding| {
        let left = former.get(finding.fingerprint.as_str());
        left.is_some_and(|left| left.iter().any(|one| std::ptr::eq(*one, *finding)))
    };
    let compared_before = before.findings.iter().filter(is_compared);
    let mut left: Vec<&Finding> = compared_before.filter(is_left).collect();
    // What was unsure in one way may be decided, or unsure, in another.
    for at in gained {
        let Some((one, finding)) = joined.get_mut(at) else {
            continue;
        };
        let is_same = |other: &&Finding| {
            let is_open = [other.verdict, finding.verdict].contains(&FindingVerdict::Unsure);
            is_open && other.rule == finding.rule && other.resource == finding.resource
        };
        let at = left.iter().position(is_same);
        *one = at.map(|at| left.remove(at));
    }
    for (former, finding) in joined {
        match compared(former, finding) {
            Some((effect, change)) => changes.push(FindingChange {
                effect,
                change,
                severity: former.map_or(finding.severity, |one| one.severity.max(finding.severity)),
                before: former.cloned(),
                after: Some(finding.clone()),
            }),
            None => same += 1,
        }
    }
    changes.extend(left.into_iter().map(|finding| FindingChange {
        // With its resource, no mistake is mended.
        effect: if after.resources.contains_key(&finding.resource.address) {
            Effect::Better
        } else {
            Effect::Neutral
        },
        change: Change::Lost,
        severity: finding.severity,
        before: Some(finding.clone()),
        after: None,
    }));
    (changes, same)
}

/// What becomes of a finding; none if it is the same.
fn compared(before: Option<&Finding>, after: &Finding) -> Option<(Effect, Change)> {
    use FindingVerdict::{Broken, Unsure};
    let Some(before) = before else {
        return Some(match after.verdict {
            Broken => (Effect::Worse, Change::Gained),
            Unsure => (Effect::Undecidable, Change::Gained),
        });
    };
    match (before.verdict, after.verdict) {
        (Unsure, Broken) => return Some((Effect::Worse, Change::Broken)),
        (Broken, Unsure) => return Some((Effect::Undecidable, Change::Undecidable)),
        (Broken, Broken) | (Unsure, Unsure) => {}
    }
    let change = match after.severity.cmp(&before.severity) {
        std::cmp::Ordering::Greater => Change::Wider,
        std::cmp::Ordering::Less => Change::Narrower,
        std::cmp::Ordering::Equal => reach(&before.only_when, &after.only_when)?,
    };
    Some(match (change, after.verdict) {
        (Change::Wider, Broken) => (Effect::Worse, change),
        (Change::Wider, Unsure) => (Effect::Undecidable, change),
        _ => (Effect::Better, change),
    })
}
