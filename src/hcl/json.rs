//! JSON as Terraform writes and reads it. A text with holes inside a value keeps them in the JSON.
//!
//! Source: Terraform Language, "jsonencode Function", "jsondecode Function".

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::Arc;

use serde::Deserialize as _;

use super::number::Number;
use super::value::{Data, Hole, Piece, Text, Value};
use crate::model::source::Span;

/// The JSON of a value; what is not known in it is a hole, whose text is JSON too. The text knows of
/// which value it is the JSON.
#[must_use]
pub fn encode(value: &Value) -> Text {
    let mut text = Text::default();
    write(value, &mut text);
    text.of_json(Arc::new(value.clone()))
}

fn write(value: &Value, out: &mut Text) {
    match &value.data {
        Data::Null(_) => out.push_str("null"),
        Data::Bool(flag) => out.push_str(if *flag { "true" } else { "false" }),
        Data::Number(number) => out.push_str(&number.to_string()),
        Data::Text(text) => {
            out.push_str("\"");
            for piece in text.pieces() {
                match piece {
                    Piece::Literal(text) => out.push_str(&escaped(text)),
                    Piece::Hole(hole) => out.push_hole(hole.clone()),
                }
            }
            out.push_str("\"");
        }
        Data::Tuple(all) | Data::List(_, all) | Data::Set(_, all) => {
            out.push_str("[");
            for (at, one) in all.iter().enumerate() {
                if at > 0 {
                    out.push_str(",");
                }
                write(one, out);
            }
            out.push_str("]");
        }
        Data::Object(all) | Data::Map(_, all) => {
            out.push_str("{");
            for (at, (name, one)) in all.iter().enumerate() {
                if at > 0 {
                    out.push_str(",");
                }
                out.push_str(&format!("\"{}\":", escaped(name)));
                write(one, out);
            }
            out.push_str("}");
        }
        Data::Resource(instance) => out.push_hole(Hole {
            attribute: None,
            why: instance.why,
            what: Some(Arc::clone(&instance.address)),
        }),
        Data::Unknown(unknown) => out.push_hole(unknown.hole()),
    }
}

/// A text inside quotes, as Go's encoder escapes it.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '\u{8}' => out.push_str("\\b"),
            '\u{c}' => out.push_str("\\f"),
            '<' | '>' | '&' | '\u{2028}' | '\u{2029}' | '\0'..='\u{1f}' => {
                let _ = write!(out, "\\u{:04x}", u32::from(character));
            }
            other => out.push(other),
        }
    }
    out
}

/// The value of a JSON text: objects and tuples.
///
/// # Errors
/// Why it is no JSON.
pub fn decode(text: &str, at: Span) -> Result<Value, String> {
    let mut deserializer = serde_json::Deserializer::from_str(text);
    let raw = Raw::deserialize(&mut deserializer).map_err(|error| error.to_string())?;
    deserializer.end().map_err(|error| error.to_string())?;
    raw.value(at)
}

/// JSON with its numbers as they are written.
#[derive(serde::Deserialize)]
#[serde(untagged)]
enum Raw {
    Null(()),
    Bool(bool),
    Text(String),
    List(Vec<Raw>),
    Object(BTreeMap<String, Raw>),
    Number(serde_json::Number),
}

impl Raw {
    fn value(self, at: Span) -> Result<Value, String> {
        Ok(match self {
            Self::Null(()) => Value::null(at),
            Self::Bool(flag) => Value::bool(flag, at),
            Self::Text(text) => Value::text(text, at),
            Self::Number(number) => {
                let number = Number::parse(&number.to_string());
                Value::number(number.ok_or("a number is too large")?, at)
            }
            Self::List(all) => {
                let all = all.into_iter().map(|one| one.value(at));
                Value::tuple(all.collect::<Result<_, _>>()?, at)
            }
            Self::Object(all) => {
                let all = all
                    .into_iter()
                    .map(|(name, one)| Ok((name, one.value(at)?)));
                Value::object(all.collect::<Result<_, String>>()?, at)
            }
        })
    }
}
