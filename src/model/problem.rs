//! Something that was not understood, while the run goes on.

use super::source::Span;

/// Something that was not understood: what, where, and what follows for the answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// What was not understood.
    pub message: String,
    /// Where, if it has a place.
    pub origin: Option<Span>,
    /// What the answer lacks because of it.
    pub consequence: String,
    /// An input could not be read: no answer about the rest may look like one about all of it.
    pub fatal: bool,
}

impl Problem {
    /// Something at a place, beside which everything else is read.
    #[must_use]
    pub fn at(message: impl Into<String>, place: Span, consequence: &str) -> Self {
        Self {
            message: message.into(),
            origin: Some(place),
            consequence: consequence.to_owned(),
            fatal: false,
        }
    }
}
