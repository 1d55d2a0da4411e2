//! A file with settings to begin with: what each is for, and what was found of the input at hand.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::Settings;

/// What was found that settings may name, by the names of the settings.
pub type Found = BTreeMap<&'static str, BTreeSet<String>>;

/// Columns of a comment.
const WIDTH: usize = 100;

impl Settings {
    /// `plangate.yaml` with every setting, its meaning and default as a comment, and what was found in force.
    #[must_use]
    pub fn template(found: &Found) -> String {
        let schema: Value = serde_json::from_str(&Self::schema()).unwrap_or_default();
        let mut out = String::from(HEAD);
        let properties = schema.get("properties").and_then(Value::as_object);
        for (name, property) in properties.into_iter().flatten() {
            out.push('\n');
            comment(&mut out, text(property, "description"));
            for (choice, meaning) in choices(&schema, property) {
                comment(&mut out, &format!("- {choice}: {meaning}"));
            }
            let known = found.get(name.as_str()).filter(|known| !known.is_empty());
            let line = match (known, property.get("default")) {
                (Some(known), _) => {
                    comment(&mut out, "Found in the input:");
                    let known: Value = known.iter().map(String::as_str).collect();
                    format!("{name}: {known}")
                }
                (None, None | Some(Value::Null)) => format!("# {name}:"),
                (None, Some(default)) => format!("# {name}: {}", plain(default)),
            };
            out.push_str(&line);
            out.push('\n');
        }
        out
    }
}

const HEAD: &str = "\
# What plangate cannot read from the input: who is meant to do what, and how strict to be.
# Every setting may be left out; what is commented is the default. Patterns name things by address,
# logical id, name or ARN: `*` stands for any text, `?` for any character.
";

fn text<'v>(value: &'v Value, name: &str) -> &'v str {
    value.get(name).and_then(Value::as_str).unwrap_or_default()
}

/// A default as YAML: texts that need no quotes have none.
fn plain(default: &Value) -> String {
    match default {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

/// What an enumeration may be, and what that means.
fn choices<'v>(schema: &'v Value, property: &'v Value) -> Vec<(&'v str, &'v str)> {
    let name = text(property, "$ref").strip_prefix("#/$defs/");
    let definition = name.and_then(|name| schema.get("$defs")?.get(name));
    let all = definition.and_then(|one| one.get("oneOf")?.as_array());
    let all = all.into_iter().flatten();
    let named = all.map(|one| (text(one, "const"), text(one, "description")));
    named.filter(|(choice, _)| !choice.is_empty()).collect()
}

fn comment(out: &mut String, text: &str) {
    let mut line = String::from("#");
    for word in text.split_whitespace() {
        if line.chars().count() + 1 + word.chars().count() > WIDTH {
            out.push_str(&line);
            out.push('\n');
            line = String::from("#");
        }
        line.push(' ');
        line.push_str(word);
    }
    out.push_str(&line);
    out.push('\n');
}
