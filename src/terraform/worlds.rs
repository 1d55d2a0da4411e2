//! What is asked of variables that nobody gives a value, and what is taken for granted of them in one of several
//! worlds.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

/// Whether something that is not known is this: `var.create` is `true`, `var.stage` is `prod`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Question {
    /// The variable.
    pub what: String,
    /// The value that it is compared with.
    pub is: String,
    /// It is a truth value, so that it is the other one, if it is not this.
    pub flag: bool,
}

/// Questions with what is taken for their answers.
pub type Answers = BTreeMap<Question, bool>;

impl Question {
    /// The question with an answer, in words.
    #[must_use]
    pub fn words(&self, answer: bool) -> String {
        match (self.flag, answer) {
            (true, answer) => format!("`{}` is {answer}", self.what),
            (false, true) => format!("`{}` is {:?}", self.what, self.is),
            (false, false) => format!("`{}` is not {:?}", self.what, self.is),
        }
    }
}

/// What was asked so far.
#[derive(Debug, Default)]
pub(super) struct Asked {
    questions: RefCell<BTreeSet<Question>>,
}

impl Asked {
    /// The answer that is taken for granted, if one is; the question is noted either way.
    pub(super) fn answer(&self, answers: Option<&Answers>, question: Question) -> Option<bool> {
        let answer = answers.and_then(|answers| answers.get(&question).copied());
        self.questions.borrow_mut().insert(question);
        answer
    }

    pub(super) fn take(&self) -> BTreeSet<Question> {
        self.questions.take()
    }
}
