//! Processing jobs in the steps of a `SageMaker` pipeline.
//!
//! Source: Amazon SageMaker AI Developer Guide, "Pipelines steps" and "Pipeline parameters"; the JSON schema of
//! pipeline definitions, version 2020-12-01.

use std::collections::BTreeMap;

use super::carriers::Found;
use super::definition::text_at;
use super::expressions::push;
use crate::document::text_of;
use crate::model::value::{Data, Map, Value, Why};

/// The steps that run a Processing job, whose arguments are its request.
const PROCESSING: &[&str] = &["Processing", "QualityCheck", "ClarifyCheck"];

/// Values that parameters have where a schedule or event starts the pipeline; none of those that differ.
pub(super) type Given<'a> = BTreeMap<String, Option<Value<'a>>>;

/// The jobs of a pipeline.
pub(super) fn jobs_of<'a>(definition: &Value<'a>, given: &Given<'a>, found: &mut Vec<Found<'a>>) {
    let Some(pipeline) = definition.as_map() else {
        return;
    };
    let mut parameters = BTreeMap::new();
    let declared = pipeline.get("Parameters").and_then(Value::as_list);
    for parameter in declared.into_iter().flatten().filter_map(Value::as_map) {
        if let Some(name) = text_at(parameter, "Name") {
            parameters.insert(name, parameter);
        }
    }
    let mut steps = BTreeMap::new();
    collect_steps(pipeline.get("Steps"), &mut steps);
    let walk = Walk {
        parameters,
        steps,
        given,
    };
    walk.steps(pipeline.get("Steps"), "Steps", found);
}

struct Walk<'d, 'a> {
    parameters: BTreeMap<&'d str, &'d Map<'a>>,
    steps: BTreeMap<&'d str, &'d Map<'a>>,
    given: &'d Given<'a>,
}

/// What parameters come to.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Parameters {
    /// What is given or their default.
    AsUsual,
    /// Whatever whoever starts the pipeline likes.
    Open,
}

/// Every step by its name.
fn collect_steps<'d, 'a>(steps: Option<&'d Value<'a>>, all: &mut BTreeMap<&'d str, &'d Map<'a>>) {
    let steps = steps.and_then(Value::as_list).into_iter().flatten();
    for step in steps.filter_map(Value::as_map) {
        if let Some(name) = text_at(step, "Name") {
            all.insert(name, step);
        }
        for branch in ["IfSteps", "ElseSteps"] {
            let arguments = step.get("Arguments").and_then(Value::as_map);
            collect_steps(arguments.and_then(|map| map.get(branch)), all);
        }
    }
}

impl<'a> Walk<'_, 'a> {
    fn steps(&self, steps: Option<&Value<'a>>, place: &str, found: &mut Vec<Found<'a>>) {
        let steps = steps.and_then(Value::as_list).into_iter().flatten();
        for value in steps {
            let Some(step) = value.as_map() else {
                continue;
            };
            let name = text_at(step, "Name").unwrap_or("?");
            let place = format!("{place}.{name}");
            let of = text_at(step, "Type").unwrap_or_default();
            let arguments = step.get("Arguments");
            if PROCESSING.contains(&of) {
                let request = |parameters| match arguments {
                    Some(arguments) => self.value(arguments, parameters, 0),
                    None => Value::new(Data::Unknown(Why::UnexpectedForm), value.origin),
                };
                let caller = step.get("RoleArn");
                found.push(Found {
                    place,
                    at: value.origin,
                    request: request(Parameters::AsUsual),
                    unfixed: Some(request(Parameters::Open)),
                    caller: caller.map(|role| self.value(role, Parameters::AsUsual, 0)),
                    waits: true,
                });
                continue;
            }
            for branch in ["IfSteps", "ElseSteps"] {
                let inner = arguments.and_then(Value::as_map);
                let inner = inner.and_then(|map| map.get(branch));
                self.steps(inner, &format!("{place}.{branch}"), found);
            }
        }
    }

    /// A value with the functions of pipelines worked out.
    fn value(&self, value: &Value<'a>, parameters: Parameters, depth: usize) -> Value<'a> {
        let data = match &value.data {
            _ if depth > DEEPEST => Data::Unknown(Why::NotEvaluated),
            Data::List(all) => Data::List(
                all.iter()
                    .map(|one| self.value(one, parameters, depth + 1))
                    .collect(),
            ),
            Data::Map(map) => match single(map) {
                Some(("Get", of)) => self.get(of, parameters, depth),
                Some(("Std:Join", argument)) => self.join(argument, parameters, depth),
                Some((name, _)) if name.starts_with("Std:") => Data::Unknown(Why::NotEvaluated),
                _ => {
                    let mut out = Map::default();
                    for (name, value) in map.iter() {
                        out.push(
                            name.to_owned().into(),
                            self.value(value, parameters, depth + 1),
                        );
                    }
                    Data::Map(out)
                }
            },
            data => data.clone(),
        };
        Value {
            data,
            ..value.clone()
        }
    }

    /// What `Get` names: a parameter, which whoever starts the pipeline gives, or a property of another step.
    fn get(&self, of: &Value<'a>, parameters: Parameters, depth: usize) -> Data<'a> {
        let Some(path) = of.as_text() else {
            return Data::Unknown(Why::UnexpectedForm);
        };
        if let Some(name) = path.strip_prefix("Parameters.") {
            let declared = self.parameters.get(name);
            let allowed = declared.and_then(|one| one.get("EnumValues"));
            if let Some([only]) = allowed.and_then(Value::as_list) {
                // There is nothing to choose.
                return only.data.clone();
            }
            let usual = match self.given.get(name) {
                Some(given) => given.as_ref(),
                None => declared.and_then(|one| one.get("DefaultValue")),
            };
            return match usual.filter(|_| parameters == Parameters::AsUsual) {
                Some(usual) => usual.data.clone(),
                None => Data::Unknown(Why::RuntimeInput),
            };
        }
        if let Some(path) = path.strip_prefix("Steps.") {
            return self.property(path, parameters, depth);
        }
        Data::Unknown(Why::AtRequest)
    }

    /// A property of a step that its own request tells: `Prepare.ProcessingOutputConfig.Outputs['train'].S3Output.S3Uri`.
    fn property(&self, path: &str, parameters: Parameters, depth: usize) -> Data<'a> {
        let (name, path) = path.split_once('.').unwrap_or((path, ""));
        let arguments = self.steps.get(name).and_then(|step| step.get("Arguments"));
        let mut value = arguments.filter(|_| path.starts_with("Processing"));
        for step in path.split('.') {
            let (member, key) = match step.split_once('[') {
                Some((member, key)) => (member, Some(key.trim_end_matches(']'))),
                None => (step, None),
            };
            value = value
                .and_then(Value::as_map)
                .and_then(|map| map.get(member));
            if let Some(key) = key {
                let key = key.trim_matches(['\'', '"']);
                let all = value.and_then(Value::as_list).unwrap_or_default();
                value = all.iter().find(|one| {
                    let named = one.as_map().and_then(|map| text_at(map, "OutputName"));
                    named == Some(key)
                });
            }
        }
        match value {
            Some(value) => self.value(value, parameters, depth + 1).data,
            None => Data::Unknown(Why::EarlierStep),
        }
    }

    fn join(&self, argument: &Value<'a>, parameters: Parameters, depth: usize) -> Data<'a> {
        let Some(map) = argument.as_map() else {
            return Data::Unknown(Why::UnexpectedForm);
        };
        let Some(values) = map.get("Values").and_then(Value::as_list) else {
            return Data::Unknown(Why::UnexpectedForm);
        };
        let on = text_at(map, "On").unwrap_or_default();
        let mut pieces = Vec::new();
        for (at, value) in values.iter().enumerate() {
            if at > 0 {
                push(&mut pieces, Data::Text(on.to_owned().into()));
            }
            push(&mut pieces, self.value(value, parameters, depth + 1).data);
        }
        text_of(pieces)
    }
}

/// Neither are definitions nested deeper, nor do properties of steps lead to others further.
const DEEPEST: usize = 64;

/// The one member of an object that has no other.
fn single<'m, 'a>(map: &'m Map<'a>) -> Option<(&'m str, &'m Value<'a>)> {
    let mut members = map.iter();
    let first = members.next()?;
    members.next().is_none().then_some(first)
}
