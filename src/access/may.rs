//! Whether somebody may do something by some request of theirs: they choose their way, their time and what
//! they ask for, so a condition on such keys only says how; what the input does not tell leaves it open.

use std::sync::Arc;

use super::{Access, Answer, Caller, Object, Way, allows};
use crate::iam::condition::{Condition, Quantifier, Test};
use crate::iam::policy::{Effect, ResourceEntry, Statement};
use crate::iam::text::{Domain, HoleId, Piece};
use crate::iam::{Action, Decision, Hinge, Knowledge, Policy, Text};
use crate::model::truth::Truth;
use crate::model::value::Why;

/// Whether some request is allowed.
#[derive(Debug, Clone)]
pub struct May {
    /// Yes, if one is, whatever the input leaves unknown.
    pub truth: Truth,
    /// What of the input would decide it.
    pub hinges: Vec<Hinge>,
    /// The answer that it rests on.
    pub answer: Answer,
}

/// A statement by which somebody may do something.
#[derive(Debug, Clone)]
pub struct Grant {
    /// The policy with this statement only.
    pub policy: Arc<Policy>,
    /// Whether it allows for certain.
    pub truth: Truth,
}

impl Grant {
    /// The statement.
    #[must_use]
    pub fn statement(&self) -> Option<&Statement> {
        self.policy.statements.first()
    }
}

/// What a request says of some context keys, by their names in lower case.
pub(super) type Keys<'k> = &'k [(&'k str, Knowledge)];

impl Access<'_, '_> {
    /// Whether a caller may do something to something with these keys fixed and all others as they like.
    #[must_use]
    pub fn may(&self, caller: &Caller, action: &Action, object: &Object, keys: Keys<'_>) -> May {
        self.may_by(Way::Unknown, caller, action, object, keys)
    }

    /// The same, on one way.
    #[must_use]
    pub fn may_by(
        &self,
        way: Way,
        caller: &Caller,
        action: &Action,
        object: &Object,
        keys: Keys<'_>,
    ) -> May {
        let free: Vec<_> = object.arn.holes().map(|hole| hole.id).collect();
        let free: Vec<_> = free
            .into_iter()
            .filter(|id| self.hinge(&Hinge::Hole(*id)).1 == Why::AtRequest)
            .collect();
        let answer = self.ask(caller, action, object, &way.with(keys.to_vec()));
        let hinges = of_input(&answer.outcome.hinges_on, &free);
        match answer.decision() {
            Decision::Allowed => return yes(answer),
            Decision::DeniedExplicitly | Decision::DeniedByDefault => {
                return May {
                    truth: Truth::No,
                    hinges: Vec::new(),
                    answer,
                };
            }
            Decision::Undecided if hinges.is_empty() => return yes(answer),
            Decision::Undecided => {}
        }
        for chosen in self.choices(caller, action, &answer) {
            let mut all = keys.to_vec();
            let is_fixed = |name: &str| keys.iter().any(|(key, _)| *key == name);
            let chosen: Vec<_> = chosen
                .into_iter()
                .filter(|(name, _)| !is_fixed(name))
                .collect();
            all.extend(
                chosen
                    .iter()
                    .map(|(name, known)| (name.as_str(), known.clone())),
            );
            let other = self.ask(caller, action, object, &way.with(all));
            let is_open = other.decision() == Decision::Undecided
                && of_input(&other.outcome.hinges_on, &free).is_empty();
            if other.decision() == Decision::Allowed || is_open {
                return yes(other);
            }
        }
        May {
            truth: Truth::Unknown,
            hinges,
            answer,
        }
    }

    /// The same for whatever of a sort statements name: `notebook-instance/` of `sagemaker`. The answer is
    /// for what they may for certain, else for what is open.
    #[must_use]
    pub fn may_any(
        &self,
        caller: &Caller,
        action: &Action,
        anything: &Object,
        keys: Keys<'_>,
    ) -> May {
        let mut best = self.may(caller, action, anything, keys);
        for arn in self.named(caller, action, anything) {
            if best.truth == Truth::Yes {
                break;
            }
            let one = anything.clone().neighbour(arn, anything.name.clone());
            let other = self.may(caller, action, &one, keys);
            if other.truth == Truth::Yes || best.truth == Truth::No {
                best = other;
            }
        }
        best
    }

    /// The statements that let a caller do something.
    #[must_use]
    pub fn grants_of(
        &self,
        caller: &Caller,
        action: &Action,
        object: &Object,
        keys: Keys<'_>,
    ) -> Vec<Grant> {
        let mut grants = Vec::new();
        for (policy, statement) in allowing(caller, action) {
            let alone = Arc::new(Policy {
                statements: vec![statement.clone()],
                open: Vec::new(),
                ..policy.as_ref().clone()
            });
            let by_it = Caller {
                identity: vec![Arc::clone(&alone)],
                ..caller.clone()
            };
            let truth = self.may_any(&by_it, action, object, keys).truth;
            if truth != Truth::No {
                grants.push(Grant {
                    policy: alone,
                    truth,
                });
            }
        }
        // What allows for certain is the cause; what may is one only where nothing else is.
        if grants.iter().any(|one| one.truth == Truth::Yes) {
            grants.retain(|one| one.truth == Truth::Yes);
        }
        grants
    }

    /// What the statements of a caller that are about an action name of the sort of an object.
    fn named(&self, caller: &Caller, action: &Action, anything: &Object) -> Vec<Text> {
        let fields = anything.arn.fields(5).unwrap_or_default();
        let service = fields.get(2).and_then(Text::known).unwrap_or("");
        let sort = fields.get(5).map_or("", Text::known_start);
        let mut named = Vec::new();
        for (_, statement) in allowing(caller, action) {
            let resources = statement.resources.as_ref().filter(|one| !one.negated);
            for entry in resources.into_iter().flat_map(|one| &one.entries) {
                if let Some(arn) = self.of_sort(entry, service, sort)
                    && !named.contains(&arn)
                {
                    named.push(arn);
                }
            }
        }
        named
    }

    /// What a pattern names, if it is of this sort.
    fn of_sort(&self, entry: &ResourceEntry, service: &str, sort: &str) -> Option<Text> {
        let text = &entry.pattern.pattern.text;
        let fields = text.fields(5)?;
        let is_of_service = fields.get(2).and_then(Text::known) == Some(service);
        let is_of_sort = fields
            .get(5)
            .is_some_and(|rest| rest.known_start().starts_with(sort));
        (is_of_service && is_of_sort).then(|| self.met(text))
    }

    /// A text that a pattern fits.
    fn met(&self, pattern: &Text) -> Text {
        let mut met = Text::default();
        for piece in pattern.pieces() {
            match piece {
                Piece::Hole(hole) => met.push_hole(*hole),
                Piece::Literal(text) => {
                    let mut rest = text.as_str();
                    while let Some((before, after)) = rest.split_once(['*', '?']) {
                        met.push_literal(before);
                        met.push(&self.unknown("a name", Why::AtRequest, Domain::IAM_NAME));
                        rest = after;
                    }
                    met.push_literal(rest);
                }
            }
        }
        met
    }

    /// Requests that the conditions themselves propose: for each statement that allows, one that meets it
    /// and keeps out of what others deny.
    fn choices(
        &self,
        caller: &Caller,
        action: &Action,
        answer: &Answer,
    ) -> Vec<Vec<(String, Knowledge)>> {
        let denying: Vec<_> = answer
            .statements()
            .filter(|one| one.effect == Effect::Deny && covers(one, action))
            .collect();
        let allowing = allowing(caller, action).map(|(_, statement)| statement);
        let each = allowing.map(|statement| {
            let mut chosen: Vec<(String, Knowledge)> = Vec::new();
            for one in std::iter::once(statement).chain(denying.iter().copied()) {
                for condition in one.readable_conditions() {
                    let is_new = !chosen.iter().any(|(key, _)| *key == condition.key);
                    if is_new
                        && is_chosen(&condition.key)
                        && let Some(known) = self.meets(condition, one.effect)
                    {
                        chosen.push((condition.key.clone(), known));
                    }
                }
            }
            chosen
        });
        each.filter(|chosen| !chosen.is_empty()).collect()
    }

    /// What lets a request pass a condition of a statement with this effect.
    fn meets(&self, condition: &Condition, effect: Effect) -> Option<Knowledge> {
        let denies = effect == Effect::Deny;
        let operator = condition.operator;
        let first = condition.values.first()?;
        match operator.test {
            Test::Null => {
                let wants_absence = (first.text.known() == Some("true")) != denies;
                Some(if wants_absence {
                    Knowledge::ABSENT
                } else {
                    Knowledge::present()
                })
            }
            Test::Bool if operator.negated == denies => Some(Knowledge::value(first.text.clone())),
            Test::Bool => match first.text.known()? {
                "true" => Some(Knowledge::value("false")),
                _ => Some(Knowledge::value("true")),
            },
            Test::Date(_) | Test::Binary | Test::Numeric(_) => None,
            _ if operator.negated != denies => None,
            _ if denies && operator.over == Some(Quantifier::ForAllValues) => None,
            _ => Some(Knowledge::value(self.met(&first.text))),
        }
    }
}

fn yes(answer: Answer) -> May {
    May {
        truth: Truth::Yes,
        hinges: Vec::new(),
        answer,
    }
}

/// The statements that may allow an action.
fn allowing<'c>(
    caller: &'c Caller,
    action: &'c Action,
) -> impl Iterator<Item = (&'c Arc<Policy>, &'c Statement)> {
    let policies = caller.identity.iter();
    policies.flat_map(move |policy| {
        let statements = policy.statements.iter();
        let allowing = statements.filter(|one| allows(one) != Truth::No && covers(one, action));
        allowing.map(move |statement| (policy, statement))
    })
}

fn covers(statement: &Statement, action: &Action) -> bool {
    statement.actions.cover(action) != Truth::No
}

/// Whether the one who asks chooses the value of a key: what is tagged how, the input tells.
fn is_chosen(key: &str) -> bool {
    !key.contains("resourcetag/")
}

/// What of the input an answer hinges on.
fn of_input(hinges: &[Hinge], free: &[HoleId]) -> Vec<Hinge> {
    let of_input = hinges.iter().filter(|hinge| match hinge {
        Hinge::Key(key) => !is_chosen(key),
        Hinge::Hole(id) => !free.contains(id),
        _ => true,
    });
    of_input.cloned().collect()
}
