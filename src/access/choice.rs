//! What whoever makes a request chooses: which object, the name of a job, the settings of a job. A choice
//! that is allowed, whatever is still unknown, proves that it can be made; the policies themselves say what
//! to try.

use std::collections::BTreeSet;

use super::{Access, Answer};
use crate::iam::condition::{Condition, Quantifier, Test};
use crate::iam::policy::{Effect, ResourceEntry, Statement};
use crate::iam::text::{Domain, Piece};
use crate::iam::{Action, Decision, Text};
use crate::model::truth::Truth;
use crate::model::value::Why;

/// Something that whoever makes a request chooses.
#[derive(Debug, Clone)]
pub struct Choice {
    /// The text chosen, with holes for what does not matter.
    pub text: Text,
    /// In words; none if anything will do.
    pub words: Option<String>,
}

/// Asks with anything, then with what the policies name, and keeps the first answer that allows. If none
/// does, the answer for anything stands: which is denied only if every choice is.
pub fn first_allowed(
    anything: Choice,
    ask: impl Fn(&Choice) -> Answer,
    named: impl FnOnce(&Answer) -> Vec<Choice>,
) -> (Answer, Choice) {
    let answer = ask(&anything);
    if answer.decision() != Decision::Undecided {
        return (answer, anything);
    }
    for choice in named(&answer) {
        let other = ask(&choice);
        if other.decision() == Decision::Allowed {
            return (other, choice);
        }
    }
    (answer, anything)
}

impl Access<'_, '_> {
    /// Anything, under a name for messages.
    pub fn anything(&self, name: &str, domain: Domain) -> Choice {
        Choice {
            text: self.unknown(name, Why::ChosenByCode, domain),
            words: None,
        }
    }

    /// What statements that allow an action say of the end of a resource, after the first slash of its
    /// last field: keys of objects, names of jobs.
    pub fn ends_named(&self, answer: &Answer, action: &Action, domain: Domain) -> Vec<Choice> {
        let allowing = answer
            .statements()
            .filter(|one| one.effect == Effect::Allow);
        let about = allowing.filter(|one| one.actions.cover(action) != Truth::No);
        let resources = about.filter_map(|one| one.resources.as_ref());
        let entries = resources
            .filter(|one| !one.negated)
            .flat_map(|one| &one.entries);
        let mut seen = BTreeSet::new();
        let mut choices = Vec::new();
        for entry in entries {
            let Some(end) = end_of(entry) else { continue };
            let words = self.show(&end);
            if !seen.insert(words.clone()) {
                continue;
            }
            choices.push(Choice {
                text: self.filled(&end, domain),
                words: Some(words),
            });
        }
        choices
    }

    /// A pattern with a hole for each wildcard.
    pub fn filled(&self, pattern: &Text, domain: Domain) -> Text {
        let mut filled = Text::default();
        for piece in pattern.pieces() {
            match piece {
                Piece::Hole(hole) => filled.push_hole(*hole),
                Piece::Literal(text) => {
                    let mut rest = text.as_str();
                    while let Some((before, after)) = rest.split_once(['*', '?']) {
                        filled.push_literal(before);
                        let any = self.unknown("what the code chooses", Why::ChosenByCode, domain);
                        filled.push(&any);
                        rest = after;
                    }
                    filled.push_literal(rest);
                }
            }
        }
        filled
    }

    /// The values that conditions on a key demand, each as a text that meets it.
    pub fn values_demanded(&self, answer: &Answer, key: &str) -> Vec<Choice> {
        let demanded = demands(answer.statements(), key);
        let values = demanded.flat_map(|(condition, _)| &condition.values);
        let texts = values.map(|value| Choice {
            text: self.filled(&value.text, Domain::ANY),
            words: Some(self.show(&value.text)),
        });
        texts.collect()
    }
}

/// Conditions of which a value that they name lets a request pass: in an `Allow` they hold with it, in a
/// `Deny` they do not.
pub fn demands<'s>(
    statements: impl Iterator<Item = &'s Statement>,
    key: &str,
) -> impl Iterator<Item = (&'s Condition, Effect)> {
    statements.flat_map(move |statement| {
        let conditions = statement.readable_conditions();
        let demanded =
            conditions.filter(move |one| one.key == key && demands_value(one, statement.effect));
        demanded
            .map(|one| (one, statement.effect))
            .collect::<Vec<_>>()
    })
}

fn demands_value(condition: &Condition, effect: Effect) -> bool {
    let is_denial = effect == Effect::Deny;
    let operator = condition.operator;
    if operator.over == Some(Quantifier::ForAllValues) && is_denial {
        return false;
    }
    match operator.test {
        // `Null: true` in a Deny, `Null: false` in an Allow.
        Test::Null => {
            let mut values = condition.values.iter();
            let wants_absence = values.any(|value| value.text.known() == Some("true"));
            wants_absence == is_denial
        }
        Test::Date(_) | Test::IpAddress | Test::Binary => false,
        // A limit meets itself, and `false` in a Deny asks for `true`.
        Test::Bool | Test::Numeric(_) => true,
        _ => operator.negated == is_denial,
    }
}

/// What follows the first slash of the last field of an ARN, if the part before it has no wildcard.
fn end_of(entry: &ResourceEntry) -> Option<Text> {
    let fields = entry.pattern.pattern.text.fields(5)?;
    let rest = fields.get(5)?;
    let mut end: Option<Text> = None;
    for piece in rest.pieces() {
        match (piece, &mut end) {
            (Piece::Literal(text), None) => {
                let (before, after) = match text.split_once('/') {
                    Some((before, after)) => (before, Some(after)),
                    None => (text.as_str(), None),
                };
                if before.contains(['*', '?']) {
                    return None;
                }
                end = after.map(|after| {
                    let mut begun = Text::default();
                    begun.push_literal(after);
                    begun
                });
            }
            (Piece::Literal(text), Some(end)) => end.push_literal(text),
            (Piece::Hole(_), None) => {}
            (Piece::Hole(hole), Some(end)) => end.push_hole(*hole),
        }
    }
    let end = end?;
    let is_variable = end.pieces().iter().any(|piece| match piece {
        Piece::Literal(text) => text.contains("${"),
        Piece::Hole(_) => false,
    });
    (!is_variable).then_some(end)
}
