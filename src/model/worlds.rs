//! What an input asks of variables and parameters that nobody gives a value, and what is taken for granted of
//! them in one of several worlds.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

/// What is asked, by the name of what it is asked of: `var.stage`, `Environment`, `IsProd`.
pub type Questions = BTreeMap<String, Question>;

/// What is taken for granted, by the same names.
pub type Answers = BTreeMap<String, Answer>;

/// What is asked of one variable or parameter.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Question {
    /// The values that it is compared with; of a truth value, none.
    pub values: BTreeSet<String>,
    /// It is one of these values, and no other.
    pub is_closed: bool,
    /// It is a truth value.
    pub is_flag: bool,
    /// Whether something is there hangs on it, or which of two things. Otherwise its values are only looked at
    /// in turn, and one of them may stand for all.
    pub decides: bool,
}

/// What is taken for granted of one variable or parameter.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Answer {
    /// It has this value; of a truth value, `true` or `false`.
    Is(String),
    /// It has none of these values.
    IsNone(BTreeSet<String>),
}

/// What was asked so far.
#[derive(Debug, Default)]
pub struct Asked(RefCell<Questions>);

impl Question {
    /// Asks what another question about the same asks, too.
    pub fn join(&mut self, other: &Self) {
        self.values.extend(other.values.iter().cloned());
        self.is_closed |= other.is_closed;
        self.is_flag |= other.is_flag;
        self.decides |= other.decides;
    }

    /// Every answer that it may have.
    #[must_use]
    pub fn answers(&self) -> Vec<Answer> {
        if self.is_flag {
            return ["true", "false"].map(|flag| Answer::Is(flag.into())).into();
        }
        let values = self.values.iter().cloned().map(Answer::Is);
        let none = (!self.is_closed).then(|| Answer::IsNone(self.values.clone()));
        values.chain(none).collect()
    }
}

impl Asked {
    /// Whether a truth value is true, if that is taken for granted. The question is noted either way.
    pub fn flag(&self, answers: Option<&Answers>, what: &str) -> Option<bool> {
        self.note(what, |question| {
            question.is_flag = true;
            question.decides = true;
        });
        match answers?.get(what)? {
            Answer::Is(value) => Some(value == "true"),
            Answer::IsNone(_) => None,
        }
    }

    /// Whether something has this value, likewise.
    pub fn is(&self, answers: Option<&Answers>, what: &str, value: &str) -> Option<bool> {
        self.note(what, |question| {
            question.values.insert(value.to_owned());
            question.decides = true;
        });
        match answers?.get(what)? {
            Answer::Is(known) => Some(known == value),
            Answer::IsNone(values) => values.contains(value).then_some(false),
        }
    }

    /// Which of the values that something may have it has, likewise.
    pub fn one_of<'v>(
        &self,
        answers: Option<&Answers>,
        what: &str,
        values: impl Iterator<Item = &'v str>,
    ) -> Option<String> {
        self.note(what, |question| {
            question.is_closed = true;
            question.values.extend(values.map(str::to_owned));
        });
        match answers?.get(what)? {
            Answer::Is(value) => Some(value.clone()),
            Answer::IsNone(_) => None,
        }
    }

    /// Notes that something hangs on what was asked.
    pub fn decides(&self, what: &str) {
        if let Some(question) = self.0.borrow_mut().get_mut(what) {
            question.decides = true;
        }
    }

    /// All that was asked.
    #[must_use]
    pub fn take(&self) -> Questions {
        self.0.take()
    }

    fn note(&self, what: &str, change: impl FnOnce(&mut Question)) {
        change(self.0.borrow_mut().entry(what.to_owned()).or_default());
    }
}
