//! Who gets at protected data, before and after a change.

use schemars::JsonSchema;
use serde::Serialize;

use super::{Change, Effect};
use crate::finding::Severity;
use crate::finding::proof::Reason;
use crate::finding::seal::SealProof;

/// Somebody who gets at protected data.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Entrance {
    /// The bucket or key.
    pub resource: String,
    /// Who gets at it.
    pub principal: String,
    /// How they come to it: `assumes aws_iam_role.x`, one phrase for each step; empty where they may by
    /// themselves.
    pub chain: Vec<String>,
    /// What they can do.
    pub actions: Vec<&'static str>,
    /// They are meant to.
    pub expected: bool,
    /// They may, whatever is still unknown; else it cannot be told.
    pub certain: bool,
    /// The deciding statements.
    pub because: Vec<Reason>,
    /// The estate it was found in: the name of an input.
    pub estate: String,
}

/// Everybody who gets at protected data: once, whatever is not known.
fn entrances(seals: &[SealProof]) -> Vec<Entrance> {
    let all = seals.iter().flat_map(|seal| {
        seal.principals.iter().map(|holder| Entrance {
            resource: seal.resource.clone(),
            principal: holder.principal.clone(),
            chain: holder.chain.clone(),
            actions: seal.actions.clone(),
            expected: !holder.is_leak(),
            certain: holder.certain,
            because: holder.because.clone(),
            estate: seal.estate.clone(),
        })
    });
    let mut entrances: Vec<Entrance> = Vec::new();
    for one in all {
        match entrances.iter_mut().find(|other| is_same(other, &one)) {
            Some(other) if !other.certain && one.certain => *other = one,
            Some(_) => {}
            None => entrances.push(one),
        }
    }
    entrances
}

fn is_same(one: &Entrance, other: &Entrance) -> bool {
    one.resource == other.resource
        && one.principal == other.principal
        && one.actions == other.actions
}

/// What becomes of somebody's access.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct AccessChange {
    /// Whether that is better or worse.
    pub effect: Effect,
    /// What becomes of it.
    pub change: Change,
    /// How much it matters.
    pub severity: Severity,
    /// Who, and what: as it is after the change, or as it was.
    pub entrance: Entrance,
}

/// What becomes of each entrance, and how many stay as they are. Who is meant to get in makes nothing worse by
/// it; that somebody may get in cannot be told, where it could before, counts as worse.
pub(super) fn changes(before: &[SealProof], after: &[SealProof]) -> (Vec<AccessChange>, usize) {
    let (before, after) = (entrances(before), entrances(after));
    let (mut changes, mut same) = (Vec::new(), 0);
    for entrance in &after {
        let former = before.iter().find(|former| is_same(former, entrance));
        let change = match (former, entrance.certain) {
            (Some(former), true) if former.certain => {
                same += 1;
                continue;
            }
            (Some(former), false) if !former.certain => {
                same += 1;
                continue;
            }
            (Some(_), true) => Change::Broken,
            (Some(_), false) => Change::Undecidable,
            (None, true) => Change::Gained,
            (None, false) => Change::ProofLost,
        };
        let effect = match (entrance.expected, change) {
            (true, _) => Effect::Neutral,
            (false, Change::Undecidable) => Effect::Undecidable,
            (false, _) => Effect::Worse,
        };
        changes.push(AccessChange {
            effect,
            change,
            severity: Severity::High,
            entrance: entrance.clone(),
        });
    }
    let gone = before
        .iter()
        .filter(|former| !after.iter().any(|entrance| is_same(former, entrance)));
    changes.extend(gone.map(|former| AccessChange {
        effect: if former.expected {
            Effect::Neutral
        } else {
            Effect::Better
        },
        change: Change::Lost,
        severity: Severity::High,
        entrance: former.clone(),
    }));
    (changes, same)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::finding::seal::Holder;

    fn seal(principals: &[(&str, bool, bool)]) -> SealProof {
        let principals = principals.iter().map(|(name, expected, certain)| Holder {
            principal: (*name).to_owned(),
            expected: Some(*expected),
            certain: *certain,
            by: "named",
            why: String::new(),
            chain: Vec::new(),
            because: Vec::new(),
            hinges_on: Vec::new(),
        });
        let principals: Vec<_> = principals.collect();
        SealProof {
            resource: "aws_s3_bucket.data".to_owned(),
            actions: vec!["s3:GetObject", "kms:Decrypt"],
            verdict: SealProof::verdict_of(&principals),
            closed_by: None,
            only_when: Vec::new(),
            principals,
            estate: "plan.json".to_owned(),
            assumptions: Vec::new(),
        }
    }

    #[test]
    fn who_gets_in_beside_those_who_are_meant_to_is_worse() {
        let before = [seal(&[("role/a", true, true), ("user/b", false, true)])];
        let after = [seal(&[
            ("role/a", true, true),
            ("role/c", true, true),
            ("user/d", false, true),
            ("user/e", false, false),
        ])];
        let (changes, same) = changes(&before, &after);
        assert_eq!(same, 1);
        let told: Vec<_> = changes
            .iter()
            .map(|one| (one.entrance.principal.as_str(), one.effect, one.change))
            .collect();
        assert_eq!(
            told,
            [
                ("role/c", Effect::Neutral, Change::Gained),
                ("user/d", Effect::Worse, Change::Gained),
                ("user/e", Effect::Worse, Change::ProofLost),
                ("user/b", Effect::Better, Change::Lost),
            ]
        );
    }
}
