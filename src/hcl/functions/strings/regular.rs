//! Functions with regular expressions, in the syntax of RE2.
//!
//! Source: Terraform Language, "regex Function", "regexall Function", "replace Function"; RE2, "Syntax".

use std::collections::BTreeMap;

use regex::{Captures, Regex, RegexBuilder};

use super::{Answer, syntax};
use crate::hcl::Error;
use crate::hcl::functions::Call;
use crate::hcl::functions::arguments::MOST;
use crate::hcl::types::{Attribute, Type};
use crate::hcl::value::{Data, Value};

/// The largest program that a pattern may come to, in bytes.
const PROGRAM: usize = 4 << 20;

/// The longest pattern, in bytes.
const PATTERN: usize = 64 << 10;

/// So many bytes of a text that is searched cost one step.
const BYTES: usize = 256;

/// A pattern and what a match of it gives.
struct Pattern {
    regex: Regex,
    /// The names of the groups; empty where they have none.
    names: Vec<String>,
}

impl Pattern {
    fn read(call: &Call<'_, '_>, written: &str) -> Result<Self, Error> {
        let refused = |why: &str| call.error(format!("this is no pattern: {why}"));
        if written.len() > PATTERN {
            return Err(refused("it is too long"));
        }
        let translated = syntax::translate(written).map_err(|why| refused(&why))?;
        let regex = RegexBuilder::new(&translated)
            .size_limit(PROGRAM)
            .nest_limit(200)
            .build()
            .map_err(|error| match error {
                regex::Error::CompiledTooBig(_) => refused("it is too large"),
                error => {
                    let words = error.to_string();
                    refused(words.lines().last().unwrap_or_default().trim())
                }
            })?;
        let groups = regex.capture_names().skip(1);
        let names: Vec<_> = groups.flatten().map(ToOwned::to_owned).collect();
        if !names.is_empty() && names.len() + 1 != regex.captures_len() {
            return Err(refused("either all groups have names, or none has"));
        }
        Ok(Self { regex, names })
    }

    /// The type of what a match gives.
    fn type_of(&self) -> Type {
        let groups = self.regex.captures_len() - 1;
        if groups == 0 {
            return Type::String;
        }
        if self.names.is_empty() {
            return Type::Tuple(vec![Type::String; groups]);
        }
        let names = self.names.iter();
        let attributes = names.map(|name| (name.clone(), Attribute::required(Type::String)));
        Type::Object(attributes.collect())
    }

    fn value(&self, call: &Call<'_, '_>, found: &Captures<'_>) -> Value {
        let text = |group: Option<regex::Match<'_>>| match group {
            Some(group) => Value::text(group.as_str(), call.at),
            None => Value::new(Data::Null(Type::String), call.at),
        };
        if found.len() == 1 {
            return text(found.get(0));
        }
        if self.names.is_empty() {
            let groups = found.iter().skip(1).map(text);
            return Value::tuple(groups.collect(), call.at);
        }
        let names = self.names.iter();
        let groups = names.map(|name| (name.clone(), text(found.name(name))));
        Value::object(groups.collect::<BTreeMap<_, _>>(), call.at)
    }
}

pub(super) fn regex(call: Call<'_, '_>) -> Answer {
    let Some(pattern) = call.argument(0).as_str() else {
        return Ok(call.undecided(Type::Any));
    };
    let pattern = Pattern::read(&call, pattern)?;
    let Some(text) = call.argument(1).as_str() else {
        return Ok(call.undecided(pattern.type_of()));
    };
    call.evaluator.spend(text.len() / BYTES, call.at)?;
    let found = pattern.regex.captures(text);
    let found = found.ok_or_else(|| call.error("the pattern matches no part of the text"))?;
    Ok(pattern.value(&call, &found))
}

pub(super) fn regexall(call: Call<'_, '_>) -> Answer {
    let Some(pattern) = call.argument(0).as_str() else {
        return Ok(call.undecided(Type::list(Type::Any)));
    };
    let pattern = Pattern::read(&call, pattern)?;
    let of = pattern.type_of();
    let Some(text) = call.argument(1).as_str() else {
        return Ok(call.undecided(Type::list(of)));
    };
    let mut all = Vec::new();
    for found in pattern.regex.captures_iter(text) {
        if all.len() == MOST {
            return Err(call.error("the pattern matches too often"));
        }
        pay(&call, text, &found)?;
        all.push(pattern.value(&call, &found));
    }
    Ok(Value::new(Data::List(of, all.into()), call.at))
}

/// What `replace` does with a pattern between slashes.
pub(super) fn replace(call: &Call<'_, '_>, text: &str, pattern: &str, with: &str) -> Answer {
    let pattern = Pattern::read(call, pattern)?;
    let (mut replaced, mut after) = (String::new(), 0);
    for found in pattern.regex.captures_iter(text) {
        pay(call, text, &found)?;
        if let Some(whole) = found.get(0) {
            replaced.push_str(text.get(after..whole.start()).unwrap_or_default());
            found.expand(with, &mut replaced);
            after = whole.end();
        }
        call.check_length(replaced.len())?;
    }
    replaced.push_str(text.get(after..).unwrap_or_default());
    call.known(replaced)
}

/// A match costs as much as what may have been searched for it: the rest of the text.
fn pay(call: &Call<'_, '_>, text: &str, found: &Captures<'_>) -> Result<(), Error> {
    let start = found.get(0).map_or(0, |whole| whole.start());
    let rest = text.len().saturating_sub(start);
    call.evaluator.spend(1 + rest / BYTES, call.at)
}
