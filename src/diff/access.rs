//! Who gets at protected data, before and after a change.

use schemars::JsonSchema;
use serde::Serialize;

use super::{Change, Effect};
use crate::finding::Severity;

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
    /// What they may do: `read` or `write`.
    pub access: &'static str,
    /// They are meant to.
    pub expected: bool,
    /// They may, whatever is still unknown; else it cannot be told.
    pub certain: bool,
    /// The estate it was found in: the name of an input.
    pub estate: String,
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
pub(super) fn changes(before: &[Entrance], after: &[Entrance]) -> (Vec<AccessChange>, usize) {
    let is_same = |one: &Entrance, other: &Entrance| {
        one.resource == other.resource
            && one.principal == other.principal
            && one.access == other.access
    };
    let (mut changes, mut same) = (Vec::new(), 0);
    for entrance in after {
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

    fn entrance(principal: &str, expected: bool, certain: bool) -> Entrance {
        Entrance {
            resource: "aws_s3_bucket.data".to_owned(),
            principal: principal.to_owned(),
            chain: Vec::new(),
            access: "read",
            expected,
            certain,
            estate: "plan.json".to_owned(),
        }
    }

    #[test]
    fn who_gets_in_beside_those_who_are_meant_to_is_worse() {
        let before = [
            entrance("role/a", true, true),
            entrance("user/b", false, true),
        ];
        let after = [
            entrance("role/a", true, true),
            entrance("role/c", true, true),
            entrance("user/d", false, true),
            entrance("user/e", false, false),
        ];
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
