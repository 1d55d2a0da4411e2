//! Functions that write values as texts, and read texts as values.
//!
//! Source: Terraform Language, "Built-in Functions", "Encoding Functions".

mod charset;
mod csv;
mod yaml;
mod yaml_text;

use std::fmt::Write as _;
use std::sync::Arc;

use base64::Engine as _;
use base64::alphabet;
use base64::engine::general_purpose::{GeneralPurpose, GeneralPurposeConfig, STANDARD};

use super::{Call, Error, Function, Parameter, ParameterType, ResultType, text};
use crate::hcl::convert::convert;
use crate::hcl::json;
use crate::hcl::types::Type;
use crate::hcl::value::{Data, Text, Unknown, Value};

const STRING: Parameter = Parameter::new(ParameterType::String);
const ANYTHING: Parameter = Parameter::new(ParameterType::Any).nullable().unknowable();

/// Bits that the last character has too many are ignored, as Go does.
const LENIENT: GeneralPurpose = GeneralPurpose::new(
    &alphabet::STANDARD,
    GeneralPurposeConfig::new().with_decode_allow_trailing_bits(true),
);

pub(super) const FUNCTIONS: &[Function] = &[
    text("base64decode", &[STRING], base64decode),
    text("base64encode", &[STRING], base64encode),
    text("base64gzip", &[STRING], |call| {
        Ok(call.not_evaluated(Type::String))
    }),
    value("csvdecode", &[STRING], csvdecode),
    value("jsondecode", &[STRING.unknowable()], jsondecode),
    text("jsonencode", &[ANYTHING], jsonencode),
    text("textdecodebase64", &[STRING, STRING], textdecodebase64),
    text("textencodebase64", &[STRING, STRING], textencodebase64),
    text("urlencode", &[STRING], urlencode),
    value("yamldecode", &[STRING], yamldecode),
    text("yamlencode", &[ANYTHING], yamlencode),
];

/// A function that gives any value.
const fn value(
    name: &'static str,
    parameters: &'static [Parameter],
    body: fn(Call<'_, '_>) -> Answer,
) -> Function {
    Function {
        result: ResultType::Any,
        ..text(name, parameters, body)
    }
}

/// What a body in [`FUNCTIONS`] gives.
type Answer = Result<Value, Error>;

/// The bytes of a base64 text.
fn decoded(call: &Call<'_, '_>, text: &str) -> Result<Vec<u8>, Error> {
    let bytes = LENIENT.decode(text.replace(['\r', '\n'], ""));
    bytes.map_err(|_| call.error("this is no base64"))
}

fn base64decode(call: Call<'_, '_>) -> Answer {
    let Some([text]) = call.texts() else {
        return Ok(call.undecided(Type::String));
    };
    let text = String::from_utf8(decoded(&call, text)?);
    call.known(text.map_err(|_| call.error("what the base64 holds is no text in UTF-8"))?)
}

fn base64encode(call: Call<'_, '_>) -> Answer {
    let Some([text]) = call.texts() else {
        let unknown = call.undecided(Type::String);
        return Ok(match (&call.argument(0).data, unknown.any_unknown()) {
            (Data::Text(plain), Some(because)) => {
                let text = Text::hole(because.hole()).of_base64(plain.clone());
                Value::new(Data::Text(text), unknown.origin)
            }
            _ => unknown,
        });
    };
    call.check_length(text.len().saturating_mul(4) / 3)?;
    call.known(STANDARD.encode(text))
}

fn textdecodebase64(call: Call<'_, '_>) -> Answer {
    let Some([text, name]) = call.texts() else {
        return Ok(call.undecided(Type::String));
    };
    let Some(charset) = charset::Charset::named(name) else {
        return Ok(call.not_evaluated(Type::String));
    };
    let text = charset.decode(&decoded(&call, text)?);
    call.known(text.ok_or_else(|| call.error(format!("the base64 holds no text in {name}")))?)
}

fn textencodebase64(call: Call<'_, '_>) -> Answer {
    let Some([text, name]) = call.texts() else {
        return Ok(call.undecided(Type::String));
    };
    let Some(charset) = charset::Charset::named(name) else {
        return Ok(call.not_evaluated(Type::String));
    };
    call.check_length(text.len().saturating_mul(3))?;
    let bytes = charset.encode(text);
    let bytes = bytes.ok_or_else(|| call.error(format!("the text cannot be written in {name}")))?;
    call.known(STANDARD.encode(bytes))
}

fn urlencode(call: Call<'_, '_>) -> Answer {
    let Some([text]) = call.texts() else {
        return Ok(call.undecided(Type::String));
    };
    call.check_length(text.len().saturating_mul(3))?;
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b' ' => encoded.push('+'),
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => {
                encoded.push(char::from(byte));
            }
            other => {
                let _ = write!(encoded, "%{other:02X}");
            }
        }
    }
    call.known(encoded)
}

fn csvdecode(call: Call<'_, '_>) -> Answer {
    let Some([text]) = call.texts() else {
        return Ok(call.undecided(Type::Any));
    };
    csv::decode(text, call.at).map_err(|why| call.error(format!("this is no CSV: {why}")))
}

fn jsonencode(call: Call<'_, '_>) -> Answer {
    let value = call.argument(0);
    let encoded = json::encode(value);
    let bytes = encoded.pieces().iter().map(|piece| match piece {
        crate::hcl::value::Piece::Literal(text) => text.len(),
        crate::hcl::value::Piece::Hole(_) => 1,
    });
    call.check_length(bytes.sum())?;
    Ok(call.partial(encoded).marked(call.has_secret()))
}

fn jsondecode(call: Call<'_, '_>) -> Answer {
    let value = match call.text_at(0) {
        Some(text) => match (text.json(), text.known()) {
            (Some(value), _) => plain(value).at(call.at),
            (None, Some(text)) => {
                let value = json::decode(text, call.at);
                value.map_err(|why| call.error(format!("this is no JSON: {why}")))?
            }
            (None, None) => call.undecided(Type::Any),
        },
        None => call.undecided(Type::Any),
    };
    Ok(value)
}

/// A value as the reader of its JSON sees it: with tuples and objects alone.
fn plain(value: &Value) -> Value {
    let data = match &value.data {
        Data::Null(_) => Data::Null(Type::Any),
        // How many elements it has, and in which order, only the known ones tell.
        Data::Set(_, all) if !all.iter().all(Value::is_known) => {
            let because = value.any_unknown();
            return because.map_or_else(
                || value.clone(),
                |because| unknown(value, Type::Any, because),
            );
        }
        Data::Tuple(all) | Data::List(_, all) | Data::Set(_, all) => {
            Data::Tuple(Arc::new(all.iter().map(plain).collect()))
        }
        Data::Object(all) | Data::Map(_, all) => {
            let all = all.iter().map(|(name, one)| (name.clone(), plain(one)));
            Data::Object(Arc::new(all.collect()))
        }
        Data::Unknown(because) => {
            let of = if because.of.is_primitive() {
                because.of.clone()
            } else {
                Type::Any
            };
            return unknown(value, of, because.clone());
        }
        other => other.clone(),
    };
    Value {
        data,
        ..value.clone()
    }
}

fn unknown(value: &Value, of: Type, because: Unknown) -> Value {
    Value {
        data: Data::Unknown(Unknown { of, ..because }),
        ..value.clone()
    }
}

fn yamldecode(call: Call<'_, '_>) -> Answer {
    let Some([text]) = call.texts() else {
        return Ok(call.undecided(Type::Any));
    };
    yaml::decode(text, call.at).map_err(|why| call.error(format!("this is no YAML: {why}")))
}

fn yamlencode(call: Call<'_, '_>) -> Answer {
    let value = call.argument(0);
    let secret = call.has_secret();
    let encoded = yaml_text::encode(value);
    Ok(match encoded.map_err(|why| call.error(why))? {
        Some(text) => call.partial(text),
        None => call.undecided(Type::String),
    }
    .marked(secret))
}

/// A number or a flag as the text that it is as a key.
fn as_key(value: Value) -> Option<String> {
    let text = convert(value, &Type::String).ok()?;
    text.as_str().map(ToOwned::to_owned)
}
