//! What an answer depends on, where it is not known.
//!
//! The first evaluation only asks whether it is. If so, a second one records each test that could not
//! be decided; where these are few, every assignment of yes and no to them is tried, so that one
//! unknown that is used twice is the same both times.

use std::collections::HashSet;
use std::fmt::Display;

use super::pattern::OPEN_VARIABLE;
use super::policy::Hinge;
use super::principal::ANY_SESSION;
use super::request::Knowledge;
use super::text::{Domain, Hole, HoleId, Text};
use crate::model::truth::Truth;

/// Holes from here on stand for the values of context keys.
const KEYS: u32 = 1 << 29;

/// The tests that could not be decided.
#[derive(Debug, Default)]
pub(super) struct Doubts {
    recording: bool,
    assumed: Vec<(String, bool)>,
    /// The tests, and what would decide each.
    pub(super) found: Vec<Test>,
    names: HashSet<String>,
    /// The context keys whose values stand in a test, in the order of their holes.
    pub(super) keys: Vec<String>,
}

/// A test that could not be decided.
#[derive(Debug, Clone)]
pub(super) struct Test {
    /// The same for the same test.
    pub(super) name: String,
    pub(super) hinges: Vec<Hinge>,
}

impl Doubts {
    /// Records each test.
    pub(super) fn recording() -> Self {
        Self {
            recording: true,
            ..Self::default()
        }
    }

    /// Takes these tests for decided.
    pub(super) fn assuming(assumed: Vec<(String, bool)>, keys: Vec<String>) -> Self {
        Self {
            recording: true,
            assumed,
            keys,
            ..Self::default()
        }
    }

    /// A test that cannot be decided: unknown, unless it was assumed.
    pub(super) fn unknown(&mut self, test: impl FnOnce(&mut Self) -> Test) -> Truth {
        if !self.recording {
            return Truth::Unknown;
        }
        let test = test(self);
        if let Some((_, assumed)) = self.assumed.iter().find(|(name, _)| *name == test.name) {
            return (*assumed).into();
        }
        if self.names.insert(test.name.clone()) {
            self.found.push(test);
        }
        Truth::Unknown
    }

    /// A test that depends on one thing.
    pub(super) fn on(&mut self, hinge: &Hinge) -> Truth {
        self.unknown(|_| Test {
            name: format!("{hinge:?}"),
            hinges: vec![hinge.clone()],
        })
    }

    /// Something that AWS does not document, about this text.
    pub(super) fn undocumented(&mut self, what: &'static str, about: &dyn Display) -> Truth {
        self.unknown(|_| Test {
            name: format!("{what}: {about}"),
            hinges: vec![Hinge::Undocumented(what)],
        })
    }

    /// Whether a policy that is not known as a whole allows, or denies.
    pub(super) fn may(&mut self, what: &'static str, hinge: &Hinge) -> Truth {
        self.unknown(|_| Test {
            name: format!("{hinge:?} may {what}"),
            hinges: vec![hinge.clone()],
        })
    }

    /// What holds in both of two cases, of which it is not known which one is given.
    pub(super) fn agree(&mut self, which: String, hinge: Hinge, one: Truth, other: Truth) -> Truth {
        if one == other {
            return one;
        }
        let test = |_: &mut Self| Test {
            name: which,
            hinges: vec![hinge],
        };
        match self.unknown(test) {
            Truth::Yes => one,
            Truth::No => other,
            Truth::Unknown => Truth::Unknown,
        }
    }

    /// Whether the request carries a key.
    pub(super) fn presence(&mut self, key: &str, knowledge: &Knowledge) -> Truth {
        match knowledge.present {
            Truth::Unknown => self.unknown(|_| Test {
                name: format!("presence of {key}"),
                hinges: vec![Hinge::Key(key.to_owned())],
            }),
            known => known,
        }
    }

    /// Two texts of which it cannot be told whether they match.
    pub(super) fn comparison(&mut self, how: &str, pattern: &Text, subject: &Text) -> Truth {
        self.comparison_with(&[], how, pattern, subject)
    }

    /// The same, where variables of the pattern have these values that are not known.
    pub(super) fn comparison_with(
        &mut self,
        values: &[Hole],
        how: &str,
        pattern: &Text,
        subject: &Text,
    ) -> Truth {
        self.unknown(|doubts| {
            let holes = pattern.holes().chain(subject.holes());
            let holes = holes.chain(values.iter().copied());
            let hinges = holes.map(|hole| doubts.hinge(hole.id));
            let mut hinges: Vec<_> = hinges.collect();
            hinges.sort();
            hinges.dedup();
            Test {
                name: format!("{how:?} {pattern:?} {subject:?}"),
                hinges,
            }
        })
    }

    /// The hole that stands for the value of a context key.
    pub(super) fn value_of(&mut self, key: &str) -> Hole {
        let at = self.keys.iter().position(|known| known == key);
        let at = at.unwrap_or_else(|| {
            self.keys.push(key.to_owned());
            self.keys.len() - 1
        });
        Hole {
            id: HoleId(KEYS | u32::try_from(at).unwrap_or(0)),
            domain: Domain::ANY,
            class: None,
        }
    }

    fn hinge(&self, id: HoleId) -> Hinge {
        if id == ANY_SESSION {
            return Hinge::Undocumented("which session of the role it is");
        }
        if id == OPEN_VARIABLE.id {
            return Hinge::Undocumented("which variable it is, or whether it is one");
        }
        let key = id.0.checked_sub(KEYS).map(|at| at as usize);
        let key = key.and_then(|at| self.keys.get(at));
        key.map_or(Hinge::Hole(id), |key| Hinge::Key(key.clone()))
    }
}
