//! Templates of CloudFormation from their texts to what rules see and what reports say.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a helper of a test fails the test, and says what it skips"
)]

mod bad;
mod corpora;
mod intrinsics;
mod parameters;
mod positions;
mod stacks;
#[path = "../support/mod.rs"]
mod support;
mod typed;
mod worlds;

use std::collections::BTreeMap;

use plangate::Options;
use plangate::finding::{Report, ReportedProblem, Severity};
use plangate::gate::Gate;
use serde_json::Value;
use support::Folder;

fn options(input: &str) -> Options {
    Options {
        inputs: vec![input.to_owned()],
        ..Options::default()
    }
}

/// The attributes of every resource, as `debug model` prints them.
fn models(options: &Options) -> BTreeMap<String, Value> {
    let (mut out, mut first) = (b"[".to_vec(), true);
    let problems = plangate::models(options, &mut |model| {
        model.write(&mut first, &mut out).unwrap();
    });
    assert_eq!(problems, []);
    out.push(b']');
    let all: Vec<Value> = serde_json::from_slice(&out).unwrap();
    let each = all.into_iter().map(|mut one| {
        let address = one["address"].as_str().unwrap().to_owned();
        (address, one["attributes"].take())
    });
    each.collect()
}

/// A value of the model on one line: a text in quotes, with what is not known in angle brackets.
fn told(value: &Value) -> String {
    let inner = |text: &Value| match text {
        Value::String(text) => text.clone(),
        hole => hole_told(hole),
    };
    match value {
        Value::Object(map) => {
            if let Some(pieces) = map.get("$text").and_then(Value::as_array) {
                return format!("{:?}", pieces.iter().map(inner).collect::<String>());
            }
            if map.contains_key("$unknown") {
                return hole_told(value);
            }
            let entries = map
                .iter()
                .map(|(name, one)| format!("{name}: {}", told(one)));
            format!("{{{}}}", entries.collect::<Vec<_>>().join(", "))
        }
        Value::Array(all) => {
            let all = all.iter().map(told);
            format!("[{}]", all.collect::<Vec<_>>().join(", "))
        }
        Value::String(text) => format!("{text:?}"),
        other => other.to_string(),
    }
}

fn hole_told(hole: &Value) -> String {
    if let Some(why) = hole.get("$unknown") {
        return format!("<{}>", why.as_str().unwrap());
    }
    let of = hole["$ref"].as_str().unwrap();
    match hole.get("attribute") {
        Some(attribute) => {
            let attribute = attribute.as_str().unwrap();
            format!("<{}.{attribute}>", of.trim_end_matches('.'))
        }
        None => format!("<{of}>"),
    }
}

fn check(options: &Options) -> Report {
    plangate::check(options)
}

fn exit(report: &Report) -> u8 {
    let gate = Gate {
        fail_on: Severity::High,
        strict: None,
    };
    gate.decide(report).code()
}

/// A problem with its line and column.
fn placed(problem: &ReportedProblem) -> String {
    match &problem.location {
        Some(place) => format!("{}:{}: {}", place.line, place.column, problem.message),
        None => problem.message.clone(),
    }
}

fn settings() -> insta::Settings {
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path("../../snapshots/templates");
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings
}
