//! `format` and `formatlist`. What is not known among the values becomes a hole in the text.
//!
//! Source: Terraform Language, "format Function", "formatlist Function".

use std::iter::Peekable;
use std::str::Chars;

use unicode_segmentation::UnicodeSegmentation as _;

use super::{Answer, hole_of, holes, numbers};
use crate::hcl::Error;
use crate::hcl::convert::convert;
use crate::hcl::functions::Call;
use crate::hcl::functions::arguments::MOST;
use crate::hcl::json;
use crate::hcl::types::Type;
use crate::hcl::value::{Data, Hole, Piece, Text, Value};
use crate::model::value::Why;

/// The largest width and precision.
const WIDEST: usize = 100_000;

/// A piece of a format.
enum Directive {
    Literal(String),
    Verb(Verb),
}

/// `%-5.2[1]f`.
#[derive(Default)]
#[expect(clippy::struct_excessive_bools, reason = "the flags of a format")]
pub(super) struct Verb {
    /// As it is written.
    pub(super) written: String,
    /// Where, in bytes.
    pub(super) offset: usize,
    pub(super) zero: bool,
    pub(super) minus: bool,
    pub(super) plus: bool,
    pub(super) sharp: bool,
    pub(super) space: bool,
    pub(super) width: usize,
    pub(super) precision: Option<usize>,
    /// The argument that it is for, from 0.
    pub(super) argument: usize,
    pub(super) mode: char,
}

pub(super) fn format(call: Call<'_, '_>) -> Answer {
    let Some(format) = call.argument(0).as_str() else {
        return Ok(call.undecided(Type::String));
    };
    let directives = directives(format).map_err(|why| call.error(why))?;
    let values: Vec<_> = call.arguments.iter().skip(1).collect();
    let text = filled(&call, &directives, &values)?;
    Ok(call.partial(text).marked(call.has_secret()))
}

pub(super) fn formatlist(call: Call<'_, '_>) -> Answer {
    let Some(format) = call.argument(0).as_str() else {
        return Ok(call.undecided(Type::list(Type::String)));
    };
    let directives = directives(format).map_err(|why| call.error(why))?;
    let given: Vec<_> = call.arguments.iter().skip(1).collect();
    let mut length = None;
    for value in &given {
        if may_be_list(value) {
            return Ok(call
                .undecided(Type::list(Type::String))
                .marked(call.has_secret()));
        }
        if let Some(elements) = value.elements() {
            let length = *length.get_or_insert(elements.len());
            if length != elements.len() {
                return Err(call.error(format!(
                    "the lists have different lengths: {length} and {}",
                    elements.len()
                )));
            }
        }
    }
    let length = length.unwrap_or(1);
    if length > MOST {
        return Err(call.error("this makes a list that is too long"));
    }
    let (mut all, mut bytes) = (Vec::with_capacity(length), 0_usize);
    for at in 0..length {
        let values = given.iter().map(|value| match value.elements() {
            Some(elements) => elements.get(at).unwrap_or(value),
            None => value,
        });
        let text = filled(&call, &directives, &values.collect::<Vec<_>>())?;
        bytes = bytes.saturating_add(holes::length(&text));
        call.check_length(bytes)?;
        call.evaluator.spend(1 + directives.len(), call.at)?;
        all.push(call.partial(text));
    }
    let list = Data::List(Type::String, all.into());
    Ok(Value::new(list, call.at).marked(call.has_secret()))
}

/// Whether a value of which nothing is known may turn out as a list.
fn may_be_list(value: &Value) -> bool {
    match &value.data {
        Data::Unknown(unknown) => !unknown.of.is_primitive(),
        Data::Set(_, elements) => !elements.iter().all(Value::is_known),
        Data::Null(of) => !of.is_primitive(),
        _ => false,
    }
}

/// The directives of a format.
fn directives(format: &str) -> Result<Vec<Directive>, String> {
    let mut all = Vec::new();
    let mut rest = format.chars().peekable();
    let (mut offset, mut next) = (0, 0);
    let mut literal = String::new();
    while let Some(character) = rest.next() {
        if character != '%' {
            offset += character.len_utf8();
            literal.push(character);
            continue;
        }
        if rest.next_if_eq(&'%').is_some() {
            offset += 2;
            literal.push('%');
            continue;
        }
        let verb = verb(&mut rest, offset, next)?;
        next = verb.argument + 1;
        offset += verb.written.len();
        if !literal.is_empty() {
            all.push(Directive::Literal(std::mem::take(&mut literal)));
        }
        all.push(Directive::Verb(verb));
    }
    if !literal.is_empty() {
        all.push(Directive::Literal(literal));
    }
    Ok(all)
}

/// What follows `%`.
fn verb(rest: &mut Peekable<Chars<'_>>, offset: usize, argument: usize) -> Result<Verb, String> {
    let mut verb = Verb {
        written: "%".to_owned(),
        offset,
        argument,
        ..Verb::default()
    };
    while let Some(flag) = rest.next_if(|one| matches!(one, '0' | '#' | '-' | '+' | ' ')) {
        verb.written.push(flag);
        match flag {
            '0' => verb.zero = true,
            '#' => verb.sharp = true,
            '-' => verb.minus = true,
            '+' => verb.plus = true,
            _ => verb.space = true,
        }
    }
    verb.width = digits(rest, &mut verb.written)?.unwrap_or(0);
    if rest.next_if_eq(&'.').is_some() {
        verb.written.push('.');
        verb.precision = Some(digits(rest, &mut verb.written)?.unwrap_or(0));
    }
    if rest.next_if_eq(&'[').is_some() {
        verb.written.push('[');
        let number = digits(rest, &mut verb.written)?.unwrap_or(0);
        let closed = rest.next_if_eq(&']').is_some();
        verb.written.push(']');
        match number.checked_sub(1) {
            Some(number) if closed => verb.argument = number,
            _ => return Err(format!("`{}` at {offset} is no verb", verb.written)),
        }
    }
    match rest.next() {
        Some(mode) if mode.is_ascii_alphabetic() => {
            verb.written.push(mode);
            verb.mode = mode;
            Ok(verb)
        }
        Some(other) => Err(format!(
            "`{other}` means nothing in the verb at {offset} of the format"
        )),
        None => Err(format!("the verb at {offset} of the format has no end")),
    }
}

fn digits(rest: &mut Peekable<Chars<'_>>, written: &mut String) -> Result<Option<usize>, String> {
    let mut number = None;
    while let Some(digit) = rest.next_if(char::is_ascii_digit) {
        written.push(digit);
        let value = digit.to_digit(10).unwrap_or(0) as usize;
        let larger = number.unwrap_or(0) * 10 + value;
        if larger > WIDEST {
            return Err("a number in the format is too large".to_owned());
        }
        number = Some(larger);
    }
    Ok(number)
}

/// The text of a format with these values.
fn filled(call: &Call<'_, '_>, directives: &[Directive], values: &[&Value]) -> Result<Text, Error> {
    let (mut text, mut used) = (Text::default(), 0);
    let mut bytes = 0_usize;
    for directive in directives {
        let piece = match directive {
            Directive::Literal(literal) => Text::literal(literal.as_str()),
            Directive::Verb(verb) => {
                used = used.max(verb.argument + 1);
                let at = format!("`{}` at {}", verb.written, verb.offset);
                let value = values.get(verb.argument).ok_or_else(|| {
                    let (needed, given) = (verb.argument + 1, values.len());
                    call.error(format!("{at} needs value {needed}, but {given} are given"))
                })?;
                let piece = verb.applied(value);
                piece.map_err(|why| call.error(format!("{at}: {why}")))?
            }
        };
        bytes = bytes.saturating_add(holes::length(&piece));
        call.check_length(bytes)?;
        text.push(&piece);
    }
    if used < values.len() {
        let given = values.len();
        let message = format!("{given} values are given, of which the format uses {used}");
        return Err(call.error(message));
    }
    Ok(text)
}

impl Verb {
    /// The text of a value.
    fn applied(&self, value: &Value) -> Result<Text, String> {
        match (self.mode, &value.data) {
            ('v', _) => Ok(self.as_it_is(value)),
            (_, Data::Null(Type::Any)) => Ok(Text::hole(Hole {
                attribute: None,
                why: Why::NotEvaluated,
                what: None,
            })),
            (_, Data::Null(_)) => Err("a null value has no text".to_owned()),
            ('t', _) => self.primitive(value, &Type::Bool),
            ('b' | 'd' | 'o' | 'x' | 'X' | 'e' | 'E' | 'f' | 'g' | 'G', _) => {
                self.primitive(value, &Type::Number)
            }
            ('s' | 'q', _) => self.primitive(value, &Type::String),
            _ => Err("there is no such verb".to_owned()),
        }
    }

    /// `%v`.
    fn as_it_is(&self, value: &Value) -> Text {
        match &value.data {
            Data::Text(text) if !self.sharp => self.padded(text),
            Data::Number(number) if !self.sharp => {
                self.padded(&Text::literal(numbers::shortest(number)))
            }
            // Of a resource not even the names of all attributes are known.
            Data::Unknown(_) | Data::Resource(_) => Text::hole(hole_of(value)),
            _ => self.padded(&json::encode(value)),
        }
    }

    fn primitive(&self, value: &Value, of: &Type) -> Result<Text, String> {
        let converted = convert(value.clone(), of)?;
        Ok(match &converted.data {
            Data::Bool(flag) => self.padded(&Text::literal(flag.to_string())),
            Data::Number(number) => Text::literal(numbers::formatted(self, number)?),
            Data::Text(text) if self.mode == 'q' => self.padded(&json::encode(&Value::new(
                Data::Text(text.clone()),
                value.origin,
            ))),
            Data::Text(text) => match (self.precision, text.known()) {
                (None, _) => self.padded(text),
                (Some(most), Some(known)) => {
                    let kept: String = known.graphemes(true).take(most).collect();
                    self.padded(&Text::literal(kept))
                }
                (Some(_), None) => Text::hole(hole_of(value)),
            },
            _ => Text::hole(hole_of(&converted)),
        })
    }

    /// A text as wide as it must be at least.
    fn padded(&self, text: &Text) -> Text {
        if self.width == 0 {
            return text.clone();
        }
        let count = |piece: &Piece| match piece {
            Piece::Literal(text) => text.graphemes(true).count(),
            Piece::Hole(_) => 0,
        };
        let known: usize = text.pieces().iter().map(count).sum();
        let missing = self.width.saturating_sub(known);
        if missing == 0 {
            return text.clone();
        }
        let Some(known) = text.known() else {
            // What stands in the hole says how much is missing.
            return match text.holes().next() {
                Some(hole) => Text::hole(holes::changed(hole)),
                None => text.clone(),
            };
        };
        let padding = if self.zero { "0" } else { " " }.repeat(missing);
        Text::literal(if self.minus {
            format!("{known}{padding}")
        } else {
            format!("{padding}{known}")
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(format: &str) -> Result<Vec<String>, String> {
        let all = directives(format)?.into_iter();
        let all = all.map(|directive| match directive {
            Directive::Literal(text) => text,
            Directive::Verb(verb) => format!("{}{}", verb.written, verb.argument),
        });
        Ok(all.collect())
    }

    #[test]
    fn reads_formats() {
        let read = written("a%%b%-05.2[3]f%s%[1]q").unwrap();
        assert_eq!(read, ["a%b", "%-05.2[3]f2", "%s3", "%[1]q0"]);
        for wrong in ["a%", "%5%", "%*d", "%[1]5d", "%[0]d", "%[1d", "%99999999d"] {
            assert!(written(wrong).is_err(), "{wrong}");
        }
    }
}
