//! Hashes and identifiers.
//!
//! Source: Terraform Language, "Built-in Functions", "Hash and Crypto Functions".

use std::fmt::Write as _;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use md5::Md5;
use sha1::Sha1;
use sha2::{Digest, Sha256, Sha512};
use uuid::Uuid;

use super::{Call, Error, Function, Parameter, ParameterType, text};
use crate::hcl::types::Type;
use crate::hcl::value::Value;

const STRING: Parameter = Parameter::new(ParameterType::String);

pub(super) const FUNCTIONS: &[Function] = &[
    text("base64sha256", &[STRING], |call| {
        of_text(&call, base64::<Sha256>)
    }),
    text("base64sha512", &[STRING], |call| {
        of_text(&call, base64::<Sha512>)
    }),
    Function {
        variadic: Some(Parameter::new(ParameterType::Number)),
        ..text("bcrypt", &[STRING], never)
    },
    text("md5", &[STRING], |call| of_text(&call, hexadecimal::<Md5>)),
    text("rsadecrypt", &[STRING, STRING], rsadecrypt),
    text("sha1", &[STRING], |call| {
        of_text(&call, hexadecimal::<Sha1>)
    }),
    text("sha256", &[STRING], |call| {
        of_text(&call, hexadecimal::<Sha256>)
    }),
    text("sha512", &[STRING], |call| {
        of_text(&call, hexadecimal::<Sha512>)
    }),
    text("uuid", &[], never),
    text("uuidv5", &[STRING, STRING], uuidv5),
];

/// What is another text each time, or needs a key.
fn never(call: Call<'_, '_>) -> Result<Value, Error> {
    Ok(call.not_evaluated(Type::String))
}

/// What was encrypted is not looked at; only what is no key at all is refused.
fn rsadecrypt(call: Call<'_, '_>) -> Result<Value, Error> {
    match call.texts() {
        Some([_, key]) if !key.contains("-----BEGIN ") => Err(call.error("this is no private key")),
        _ => Ok(call.not_evaluated(Type::String)),
    }
}

fn of_text(call: &Call<'_, '_>, hash: fn(&[u8]) -> String) -> Result<Value, Error> {
    match call.texts() {
        Some([text]) => call.known(hash(text.as_bytes())),
        None => Ok(call.undecided(Type::String)),
    }
}

/// A hash in hexadecimal digits.
pub(super) fn hexadecimal<D: Digest>(bytes: &[u8]) -> String {
    let mut text = String::new();
    for byte in D::digest(bytes) {
        let _ = write!(text, "{byte:02x}");
    }
    text
}

/// A hash in base64.
pub(super) fn base64<D: Digest>(bytes: &[u8]) -> String {
    STANDARD.encode(D::digest(bytes))
}

fn uuidv5(call: Call<'_, '_>) -> Result<Value, Error> {
    let Some([namespace, name]) = call.texts() else {
        return Ok(call.undecided(Type::String));
    };
    let namespace = match namespace {
        "dns" => Uuid::NAMESPACE_DNS,
        "url" => Uuid::NAMESPACE_URL,
        "oid" => Uuid::NAMESPACE_OID,
        "x500" => Uuid::NAMESPACE_X500,
        other => Uuid::parse_str(other)
            .map_err(|_| call.error(format!("{other:?} is no namespace of UUIDs")))?,
    };
    call.known(Uuid::new_v5(&namespace, name.as_bytes()).to_string())
}
