//! The Terraform language: texts to expressions ([`syntax`]), expressions to values ([`Value`]).
//!
//! Knows nothing of resources, modules and AWS: what a name stands for is asked of a [`Scope`]. What
//! cannot be known stays unknown with its reason, and a text keeps what is known around it.

pub mod convert;
mod evaluate;
pub mod functions;
mod json;
pub mod json_syntax;
mod number;
mod parse;
mod references;
pub mod syntax;
mod types;
mod value;

use std::sync::Arc;

pub use evaluate::{Budget, Evaluator, Locals, Scope};
pub use json::{decode as decode_json, encode as encode_json};
pub use number::Number;
pub use parse::{expression, file, template};
pub use types::{Attribute, Type};
pub use value::{Data, Hole, Instance, Piece, Text, Unknown, Value};

use crate::model::source::Span;

/// Why something cannot be read or evaluated. The text is one sentence without its full stop.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct Error {
    /// What is wrong.
    pub message: Arc<str>,
    /// Where.
    pub at: Span,
    /// Nothing has a name that is referred to. Terraform sees that before it evaluates anything: `try` and
    /// `can` do not catch it.
    pub is_missing_name: bool,
}

impl Error {
    /// An error at a place.
    pub fn new(message: impl AsRef<str>, at: Span) -> Self {
        let message = message.as_ref().into();
        Self {
            message,
            at,
            is_missing_name: false,
        }
    }
}
