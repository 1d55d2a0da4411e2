//! Whether a request can be made at all, where whoever makes it chooses its circumstances: the way that it
//! takes, the tags and settings that it asks for, the object that it is about.
//!
//! [`Access::ask`] answers for every filling of what is not known. Here, what the caller chooses is filled as
//! they would, by what the policies themselves demand; what is left open are facts.

use super::choice::{Choice, demands, first_allowed};
use super::{Access, Answer, Caller, Circumstances, Object, Way};
use crate::iam::policy::{Effect, Statement};
use crate::iam::text::Domain;
use crate::iam::{Action, Decision, Hinge, Knowledge};
use crate::model::truth::Truth;
use crate::model::value::Why;

/// Context keys that no caller chooses: they say who the caller is, or what the resource is. A `*` at the
/// end stands for the rest of a name.
const FACTS: &[&str] = &[
    "aws:calledvia*",
    "aws:currenttime",
    "aws:epochtime",
    "aws:principal*",
    "aws:resource*",
    "aws:sourceaccount",
    "aws:sourcearn",
    "aws:sourceorg*",
    "aws:userid",
    "aws:username",
    "aws:viaawsservice",
    "ecr:resourcetag*",
    "kms:resourcealiases",
    "s3:existingobjecttag*",
    "s3:resourceaccount",
    "sagemaker:resourcetag*",
];

/// Choices that are tried for one request.
const MOST_TRIED: usize = 24;

impl Access<'_, '_> {
    /// Whether a request can be made: allowed if some choice of its circumstances is, whatever is still
    /// unknown; denied if none is. What it hinges on otherwise are facts, as far as they can be told.
    #[must_use]
    pub fn possible(
        &self,
        caller: &Caller,
        action: &Action,
        object: &Object,
        given: &Circumstances,
    ) -> Answer {
        let open = self.ask(caller, action, object, given);
        if open.decision() != Decision::Undecided {
            return open;
        }
        let mut keys: Vec<&str> = Vec::new();
        for hinge in &open.outcome.hinges_on {
            if let Hinge::Key(key) = hinge
                && !is_fact(key)
                && !keys.contains(&key.as_str())
            {
                keys.push(key);
            }
        }
        if keys.is_empty() {
            return open;
        }
        let choices: Vec<_> = keys
            .iter()
            .map(|key| (*key, self.choices_of(&open, key)))
            .collect();
        let mut undecided = None;
        // Where no choice is allowed for certain, one tells what it hinges on besides.
        let most = if open.is_beyond_proof() {
            1
        } else {
            MOST_TRIED
        };
        let lengths: Vec<_> = choices.iter().map(|(_, all)| all.len()).collect();
        for picked in picks(&lengths).take(most) {
            let chosen: Vec<_> = choices
                .iter()
                .zip(picked)
                .filter_map(|((key, all), at)| Some((*key, all.get(at)?)))
                .collect();
            let answer = self.ask(caller, action, object, &with(given, &chosen));
            match answer.decision() {
                Decision::Allowed => return answer,
                Decision::Undecided if self.hinges_on_facts(&answer) => {
                    undecided.get_or_insert(answer);
                }
                _ => {}
            }
        }
        undecided.unwrap_or(open)
    }

    /// The same for something inside a bucket, which the caller chooses too, by what policies name.
    #[must_use]
    pub fn possible_inside(
        &self,
        caller: &Caller,
        action: &Action,
        bucket: &Object,
        given: &Circumstances,
    ) -> (Answer, Choice) {
        first_allowed(
            self.anything("the object", Domain::ANY),
            |choice| self.possible(caller, action, &bucket.below(&choice.text), given),
            |answer| {
                if answer.is_beyond_proof() {
                    Vec::new()
                } else {
                    self.ends_named(answer, action, Domain::ANY)
                }
            },
        )
    }

    /// The same for an action on anything that a caller's own policies name: what it creates, say.
    #[must_use]
    pub fn possible_somewhere(
        &self,
        caller: &Caller,
        action: &Action,
        given: &Circumstances,
    ) -> Answer {
        let mut object = self.no_object(caller);
        object.arn = self.unknown("the resource", Why::ChosenByCode, Domain::ANY);
        let answer = self.possible(caller, action, &object, given);
        if answer.decision() != Decision::Undecided || answer.is_beyond_proof() {
            return answer;
        }
        let allowing = answer
            .statements()
            .filter(|one| one.effect == Effect::Allow && one.actions.cover(action) != Truth::No);
        let resources = allowing.filter_map(|one| one.resources.as_ref());
        let entries = resources
            .filter(|one| !one.negated)
            .flat_map(|one| &one.entries);
        for entry in entries.take(MOST_TRIED) {
            object.arn = self.filled(&entry.pattern.pattern.text, Domain::ANY);
            let other = self.possible(caller, action, &object, given);
            if other.decision() == Decision::Allowed {
                return other;
            }
        }
        answer
    }

    /// What a caller may put into a key: what conditions demand, what none of them names, or nothing.
    fn choices_of(&self, answer: &Answer, key: &str) -> Vec<Knowledge> {
        let demanded = demands(answer.statements(), key).flat_map(|(one, _)| &one.values);
        let mut choices: Vec<_> = demanded
            .map(|value| Knowledge::value(self.filled(&value.text, Domain::ANY)))
            .collect();
        choices.push(Knowledge::ABSENT);
        choices.push(Knowledge::value("something that no condition names"));
        choices
    }

    /// Whether only facts are left open: no key that the caller chooses, and nothing that code chooses.
    fn hinges_on_facts(&self, answer: &Answer) -> bool {
        answer.outcome.hinges_on.iter().all(|hinge| match hinge {
            Hinge::Key(key) => is_fact(key),
            hinge => self.hinge(hinge).1 != Why::ChosenByCode,
        })
    }
}

/// What is picked of several lists, those first that are likeliest to be allowed: the first of each, the second
/// of each and so on; then the first of each with another of one of them.
fn picks(lengths: &[usize]) -> impl Iterator<Item = Vec<usize>> {
    let longest = lengths.iter().copied().max().unwrap_or_default();
    let alike = (0..longest).map(move |at| {
        let each = lengths.iter();
        each.map(|length| at.min(length.saturating_sub(1)))
            .collect()
    });
    let others = lengths.iter().enumerate().flat_map(move |(list, length)| {
        (1..*length).map(move |at| {
            let mut picked = vec![0; lengths.len()];
            if let Some(one) = picked.get_mut(list) {
                *one = at;
            }
            picked
        })
    });
    alike.chain(others)
}

fn with(given: &Circumstances, chosen: &[(&str, &Knowledge)]) -> Circumstances {
    let mut circumstances = given.clone();
    let chosen = chosen.iter();
    let chosen = chosen.map(|(key, known)| ((*key).to_owned(), (*known).clone()));
    circumstances.keys.extend(chosen);
    circumstances
}

fn is_fact(key: &str) -> bool {
    FACTS.iter().any(|fact| match fact.strip_suffix('*') {
        Some(start) => key.starts_with(start),
        None => key == *fact,
    })
}

/// Any way, and nothing said of the request.
#[must_use]
pub fn however() -> Circumstances {
    Way::Unknown.with(Vec::new())
}

/// Statements that allow an action.
pub fn allowing<'s>(answer: &'s Answer, action: &'s Action) -> impl Iterator<Item = &'s Statement> {
    let allow = answer
        .statements()
        .filter(|one| one.effect == Effect::Allow);
    allow.filter(move |one| one.actions.cover(action) == Truth::Yes)
}
