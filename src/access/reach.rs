//! How much the `Resource` of a statement covers: everything of a sort, some by a pattern, or what it
//! names.

use super::admission::hinges;
use crate::iam::policy::{Effect, ResourceEntry, Resources, Statement};
use crate::iam::text::{Piece, Text};
use crate::iam::{Action, Hinge, Policy};
use crate::model::truth::Truth;

/// How much one entry of `Resource` covers of one sort of resource: roles, keys.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reach {
    /// All of an account at least: `*`, `role/*`.
    All,
    /// Those whose name fits a pattern.
    Pattern,
    /// One.
    One,
    /// Something else.
    Nothing,
    /// It depends on these.
    Unknown(Vec<Hinge>),
}

/// How much an entry covers of what `service` calls `kind`, which ends with a slash: `iam` and `role/`.
#[must_use]
pub fn reach(entry: &ResourceEntry, service: &str, kind: &str) -> Reach {
    let text = &entry.pattern.pattern.text;
    if entry.pattern.is_everything() {
        return Reach::All;
    }
    let of_other_service = |fields: &[&str]| {
        let own = fields.get(2).copied().unwrap_or(service);
        own != service && !own.contains(['*', '?'])
    };
    let Some(fields) = text.fields(5) else {
        let start: Vec<_> = text.known_start().split(':').collect();
        // The last of these may go on in the hole.
        let whole = start.split_last().map_or(&[][..], |(_, whole)| whole);
        let is_arn = start.len() == 1 || start.first() == Some(&"arn");
        return if of_other_service(whole) || !is_arn {
            Reach::Nothing
        } else {
            unknown(text)
        };
    };
    let known: Vec<_> = fields.iter().map(Text::known_start).collect();
    if known.first() != Some(&"arn") {
        let hidden = text.known_start().is_empty();
        return if hidden {
            unknown(text)
        } else {
            Reach::Nothing
        };
    }
    if fields.get(2).is_some_and(|own| own.known().is_some()) && of_other_service(&known) {
        return Reach::Nothing;
    }
    match fields.get(5) {
        Some(rest) => of_rest(rest, kind),
        // AWS fills the fields that a short ARN lacks with wildcards.
        None => Reach::All,
    }
}

/// The last field: `role/path/name`.
fn of_rest(rest: &Text, kind: &str) -> Reach {
    let start = rest.known_start();
    if let Some((before, _)) = start.split_once(['*', '?']) {
        return if kind.starts_with(before) {
            Reach::All
        } else if before.starts_with(kind) {
            Reach::Pattern
        } else {
            Reach::Nothing
        };
    }
    let has_holes = rest.holes().next().is_some();
    if !(start.starts_with(kind) || has_holes && kind.starts_with(start)) {
        return Reach::Nothing;
    }
    let is_short = start.len() < kind.len();
    if is_short || rest.holes().any(|hole| hole.domain.admits('*')) {
        return unknown(rest);
    }
    let mut literals = rest.pieces().iter().filter_map(|piece| match piece {
        Piece::Literal(literal) => Some(literal.as_str()),
        Piece::Hole(_) => None,
    });
    if literals.any(|literal| literal.contains(['*', '?']) || literal.contains("${")) {
        Reach::Pattern
    } else {
        Reach::One
    }
}

fn unknown(text: &Text) -> Reach {
    Reach::Unknown(hinges(text))
}

/// How much the whole of `Resource` covers: the entry that covers most. `NotResource` and none at all
/// leave everything else open, unless everything is taken out.
#[must_use]
pub fn widest(resources: Option<&Resources>, service: &str, kind: &str) -> Reach {
    let Some(resources) = resources else {
        return Reach::All;
    };
    if resources.negated {
        let mut entries = resources.entries.iter();
        return if entries.any(|entry| entry.pattern.is_everything()) {
            Reach::Nothing
        } else {
            Reach::All
        };
    }
    let reaches = resources
        .entries
        .iter()
        .map(|entry| reach(entry, service, kind));
    reaches.fold(Reach::Nothing, Reach::wider)
}

impl Reach {
    fn wider(self, other: Self) -> Self {
        match (self, other) {
            (Self::Unknown(mut hinges), Self::Unknown(more)) => {
                hinges.extend(more);
                Self::Unknown(hinges)
            }
            (Self::All, _) | (_, Self::All) => Self::All,
            (unknown @ Self::Unknown(_), _) | (_, unknown @ Self::Unknown(_)) => unknown,
            (Self::Pattern, _) | (_, Self::Pattern) => Self::Pattern,
            (Self::One, _) | (_, Self::One) => Self::One,
            _ => Self::Nothing,
        }
    }
}

/// Whether a policy denies an action on everything without conditions: then nothing that it allows of it
/// counts.
#[must_use]
pub fn denies_outright(policy: &Policy, action: &Action) -> bool {
    policy.statements.iter().any(|statement| {
        let everything = statement.resources.as_ref().is_none_or(|resources| {
            let mut entries = resources.entries.iter();
            !resources.negated && entries.any(|entry| entry.pattern.is_everything())
        });
        statement.effect == Effect::Deny
            && statement.conditions.is_empty()
            && statement.principals.is_none()
            && everything
            && statement.actions.cover(action) == Truth::Yes
    })
}

/// Whether a statement allows, by its effect alone.
#[must_use]
pub fn allows(statement: &Statement) -> Truth {
    match statement.effect {
        Effect::Allow => Truth::Yes,
        Effect::Deny => Truth::No,
        Effect::Unknown(_) => Truth::Unknown,
    }
}

/// What an unknown effect or action of a statement hinges on.
#[must_use]
pub fn open_parts(statement: &Statement) -> Vec<Hinge> {
    let mut open = Vec::new();
    if let Effect::Unknown(hole) = statement.effect {
        open.push(Hinge::Hole(hole));
    }
    let entries = statement.actions.entries.iter();
    open.extend(entries.flat_map(|entry| hinges(&entry.text).into_iter().chain(entry.doubt())));
    open
}
