//! Policy variables: the value of a context key in the place of `${key}`.
//!
//! Source: IAM User Guide, "IAM policy elements: Variables and tags".

use super::doubt::Doubts;
use super::pattern::{Pattern, Run, Variable};
use super::policy::Hinge;
use super::request::{Context, Values};
use crate::model::truth::Truth;

/// So many keys of which it is not known whether the request carries them are tried either way.
const MOST_OPEN_KEYS: usize = 4;

/// Compares with each variable replaced; one without a value makes the text equal nothing.
pub(super) fn put_in(
    pattern: &Pattern,
    context: &Context,
    doubts: &mut Doubts,
    compare: &mut dyn FnMut(&Run, &mut Doubts) -> Truth,
) -> Truth {
    if pattern.variables.is_empty() {
        return compare(&pattern.run, doubts);
    }
    let mut several = None;
    let mut open_keys: Vec<&str> = Vec::new();
    for variable in &pattern.variables {
        let key = variable.key.as_str();
        let knowledge = context.get(key);
        match doubts.presence(key, knowledge) {
            Truth::No if variable.default.is_none() => return Truth::No,
            Truth::No => {}
            _ if matches!(&knowledge.values, Values::Known(values) if values.len() > 1) => {
                several = Some(key);
            }
            Truth::Yes => {}
            Truth::Unknown if open_keys.contains(&key) => {}
            Truth::Unknown => open_keys.push(key),
        }
    }
    if let Some(key) = several {
        let which = (key, std::ptr::from_ref(pattern).addr());
        return doubts.undocumented(
            "a variable of a key with several values",
            &format!("{which:?}"),
        );
    }
    if let Some(key) = open_keys.get(MOST_OPEN_KEYS) {
        return doubts.on(&Hinge::Key((*key).to_owned()));
    }
    let mut all: Option<Truth> = None;
    for chosen in 0..1_u32 << open_keys.len() {
        let is_present = |key: &str| {
            let at = open_keys.iter().position(|open| *open == key);
            at.map(|at| chosen >> at & 1 == 1)
        };
        let truth = match filled(pattern, context, &is_present, doubts) {
            Some(run) => compare(&run, doubts),
            None => Truth::No,
        };
        all = match all {
            Some(before) if before != truth => Some(Truth::Unknown),
            _ => Some(truth),
        };
    }
    all.unwrap_or(Truth::Unknown)
}

/// The text with its variables replaced; none where one has neither value nor default.
fn filled(
    pattern: &Pattern,
    context: &Context,
    is_present: &dyn Fn(&str) -> Option<bool>,
    doubts: &mut Doubts,
) -> Option<Run> {
    let folded = pattern.reading.folded;
    let mut run = Run {
        holes: pattern.run.holes.clone(),
        ..Run::default()
    };
    for symbol in &pattern.run.symbols {
        match symbol.variable().and_then(|at| pattern.variables.get(at)) {
            None => run.symbols.push(*symbol),
            Some(variable) => {
                let presence = is_present(&variable.key);
                if !push_value(&mut run, variable, context, presence, doubts) {
                    run.push_str(variable.default.as_deref()?, folded);
                }
            }
        }
    }
    Some(run)
}

/// Appends the value of a variable; false where it has none.
fn push_value(
    run: &mut Run,
    variable: &Variable,
    context: &Context,
    is_present: Option<bool>,
    doubts: &mut Doubts,
) -> bool {
    let knowledge = context.get(&variable.key);
    let present = match is_present {
        Some(chosen) => chosen,
        None => doubts.presence(&variable.key, knowledge) == Truth::Yes,
    };
    match &knowledge.values {
        _ if !present => false,
        Values::Known(values) => match values.first() {
            Some(only) => {
                run.push_text(&only.subject.text, variable.folded);
                true
            }
            None => false,
        },
        _ => {
            run.push_hole(doubts.value_of(&variable.key), variable.folded);
            true
        }
    }
}
