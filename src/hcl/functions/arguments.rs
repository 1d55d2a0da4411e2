//! What bodies of functions ask of their call: arguments as texts and whole numbers, and results that
//! are not larger than they may be.

use super::{Call, Error};
use crate::hcl::types::Type;
use crate::hcl::value::{Data, Text, Value};
use crate::model::value::Why;

/// The longest text, in bytes, that a function makes.
pub(super) const LONGEST: usize = 24 << 20;

/// The most elements that a function makes.
pub(super) const MOST: usize = 1_000_000;

impl Call<'_, '_> {
    /// The first arguments, where all of them are texts that are wholly known.
    pub(super) fn texts<const N: usize>(&self) -> Option<[&str; N]> {
        let first = self.arguments.get(..N)?.iter().map(Value::as_str);
        first.collect::<Option<Vec<_>>>()?.try_into().ok()
    }

    /// An argument as a text, which may have holes.
    pub(super) fn text_at(&self, at: usize) -> Option<&Text> {
        match &self.argument(at).data {
            Data::Text(text) => Some(text),
            _ => None,
        }
    }

    /// An argument as a whole number; none where it is not known.
    ///
    /// # Errors
    /// That it has a fraction, or is too large.
    pub(super) fn whole_at(&self, at: usize) -> Result<Option<i64>, Error> {
        let Data::Number(number) = &self.argument(at).data else {
            return Ok(None);
        };
        let whole = number.as_i64();
        whole
            .map(Some)
            .ok_or_else(|| self.error(format!("{number} is no whole number, or too large")))
    }

    /// The result where something in the arguments is not known.
    pub(super) fn undecided(&self, of: Type) -> Value {
        let because = self.arguments.iter().find_map(Value::any_unknown);
        match because {
            Some(because) => self.unknown(of, &because),
            None => Value::unknown(of, Why::UnexpectedForm, self.at),
        }
    }

    /// The result of what is never worked out.
    pub(super) fn not_evaluated(&self, of: Type) -> Value {
        Value::unknown(of, Why::NotEvaluated, self.at)
    }

    /// Refuses a text of so many bytes.
    pub(super) fn check_length(&self, bytes: usize) -> Result<(), Error> {
        if bytes > LONGEST {
            return Err(self.error("this makes a text that is too long"));
        }
        Ok(())
    }

    /// A text, unless it is too long.
    pub(super) fn known(&self, text: impl Into<String>) -> Result<Value, Error> {
        let text = text.into();
        self.check_length(text.len())?;
        Ok(Value::text(text, self.at))
    }

    /// A text that may have holes.
    pub(super) fn partial(&self, text: Text) -> Value {
        Value::new(Data::Text(text), self.at)
    }

    /// A list of texts, unless there are too many.
    pub(super) fn strings<T: Into<String>>(
        &self,
        all: impl Iterator<Item = T>,
    ) -> Result<Value, Error> {
        let mut elements = Vec::new();
        for one in all {
            if elements.len() == MOST {
                return Err(self.error("this makes a list that is too long"));
            }
            elements.push(Value::text(one, self.at));
        }
        Ok(Value::new(
            Data::List(Type::String, elements.into()),
            self.at,
        ))
    }

    /// Whether anything in the arguments is a secret.
    pub(super) fn has_secret(&self) -> bool {
        self.arguments.iter().any(Value::is_sensitive_inside)
    }
}
