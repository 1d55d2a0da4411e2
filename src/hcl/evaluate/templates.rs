//! Templates: text with expressions and directives in it.
//!
//! Source: Terraform Language, "Strings and Templates".

use super::{BYTES, Error, Evaluator, LONGEST, Locals, pairs};
use crate::hcl::convert::convert;
use crate::hcl::syntax::Part;
use crate::hcl::types::Type;
use crate::hcl::value::{Data, Piece, Text, Unknown, Value};
use crate::model::source::Span;

/// A hole takes as much room as so many bytes.
const HOLE: usize = 256;

impl Evaluator<'_> {
    /// The text that a template comes to; one that is a single expression is that expression's value.
    ///
    /// # Errors
    /// What Terraform would refuse.
    pub fn template(&self, parts: &[Part], locals: &Locals<'_>, at: Span) -> Result<Value, Error> {
        if let [Part::Interpolation(expr)] = parts {
            let value = self.evaluate(expr, locals)?;
            return Ok(Value {
                origin: at,
                ..value
            });
        }
        let mut made = Made {
            text: Text::default(),
            sensitive: false,
            left: LONGEST,
            at,
        };
        self.parts(parts, locals, &mut made)?;
        self.spend((LONGEST - made.left) / BYTES, at)?;
        Ok(Value::new(Data::Text(made.text), at).marked(made.sensitive))
    }

    fn parts(&self, parts: &[Part], locals: &Locals<'_>, made: &mut Made) -> Result<(), Error> {
        for part in parts {
            match part {
                Part::Literal(literal) => {
                    made.grow(literal.len())?;
                    made.text.push_str(literal);
                }
                Part::Interpolation(expr) => {
                    let value = self.evaluate(expr, locals)?;
                    made.sensitive |= value.sensitive;
                    made.push(value, expr.span)?;
                }
                Part::If(condition, yes, no) => {
                    let value = self.evaluate(condition, locals)?;
                    made.sensitive |= value.sensitive;
                    let value = convert(value, &Type::Bool)
                        .map_err(|error| Error::new(error, condition.span))?;
                    match value.data {
                        Data::Bool(true) => self.parts(yes, locals, made)?,
                        Data::Bool(false) => self.parts(no, locals, made)?,
                        Data::Unknown(because) => made.push_hole(&because)?,
                        _ => {
                            return Err(Error::new("a condition must not be null", condition.span));
                        }
                    }
                }
                Part::For {
                    key_name,
                    value_name,
                    collection,
                    parts,
                } => {
                    let value = self.evaluate(collection, locals)?;
                    made.sensitive |= value.sensitive;
                    let Some(pairs) = pairs(&value) else {
                        let because = value.any_unknown().ok_or_else(|| {
                            Error::new("only collections can be run over", collection.span)
                        })?;
                        made.push_hole(&because)?;
                        continue;
                    };
                    for (key, value) in pairs {
                        self.spend(1, made.at)?;
                        let mut bound = vec![(value_name.as_str(), value)];
                        bound.extend(key_name.as_deref().map(|name| (name, key)));
                        let inner = Locals::inside(locals, bound);
                        self.parts(parts, &inner, made)?;
                    }
                }
            }
        }
        Ok(())
    }
}

/// The text of a template as far as it is made.
struct Made {
    text: Text,
    sensitive: bool,
    /// How much longer it may become.
    left: usize,
    /// The template.
    at: Span,
}

impl Made {
    /// Takes a length off what is left.
    fn grow(&mut self, length: usize) -> Result<(), Error> {
        let left = self.left.checked_sub(length);
        self.left =
            left.ok_or_else(|| Error::new("this makes a text that is too long", self.at))?;
        Ok(())
    }

    fn push_hole(&mut self, because: &Unknown) -> Result<(), Error> {
        self.grow(HOLE)?;
        self.text.push_hole(because.hole());
        Ok(())
    }

    /// Appends a value.
    fn push(&mut self, value: Value, at: Span) -> Result<(), Error> {
        if value.is_null() {
            let message = "a null value cannot be put into a text";
            return Err(Error::new(message, at));
        }
        let value = convert(value, &Type::String).map_err(|error| Error::new(error, at))?;
        match value.data {
            Data::Text(inner) => {
                self.grow(size(&inner))?;
                self.text.push(&inner);
            }
            Data::Unknown(because) => self.push_hole(&because)?,
            Data::Resource(_) => {
                return Err(Error::new("a resource cannot be put into a text", at));
            }
            _ => return Err(Error::new("a text is required", at)),
        }
        Ok(())
    }
}

/// The length of a text, with what its holes take.
pub(super) fn size(text: &Text) -> usize {
    let lengths = text.pieces().iter().map(|piece| match piece {
        Piece::Literal(text) => text.len(),
        Piece::Hole(_) => HOLE,
    });
    lengths.sum()
}
