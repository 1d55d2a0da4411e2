//! What schedules and events of the estate give the executions that they start.
//!
//! Source: Amazon `EventBridge` User Guide, "Event bus targets in Amazon `EventBridge`"; Amazon `EventBridge` Scheduler
//! User Guide, "Using templated targets in `EventBridge` Scheduler".

use super::definition::read;
use super::pipelines::Given;
use crate::model::graph::{ResourceGraph, ResourceId, Target};
use crate::model::source::SourceMap;
use crate::model::value::Value;
use crate::model::vocabulary::Kind;

/// What starts executions, and with what.
struct Start<'g, 'a> {
    input: Option<&'g Value<'a>>,
    parameters: Option<&'g Value<'a>>,
    /// What it gives is made of the event.
    is_of_event: bool,
}

/// Whatever of the estate starts a state machine or pipeline.
fn starts_of<'g, 'a>(graph: &'g ResourceGraph<'a>, started: ResourceId) -> Vec<Start<'g, 'a>> {
    let mut starts = Vec::new();
    let mut add = |arn: Option<&'g Value<'a>>, start: Start<'g, 'a>| {
        let target = arn.map(|arn| graph.target(arn, &[Kind::Orchestrator]));
        if target == Some(Target::Resource(started)) {
            starts.push(start);
        }
    };
    for (_, resource) in graph.iter() {
        match resource.kind() {
            Some(Kind::Orchestrator) => {
                let start = Start {
                    input: resource.get("target.input"),
                    parameters: resource.get(SCHEDULED_PARAMETERS),
                    is_of_event: false,
                };
                add(resource.get("target.arn"), start);
                let targets = resource.get("targets").and_then(Value::as_list);
                for target in targets.into_iter().flatten().filter_map(Value::as_map) {
                    let start = Start {
                        input: target.get("input"),
                        parameters: target.at(EVENT_PARAMETERS),
                        is_of_event: OF_EVENT.iter().any(|path| target.at(path).is_some()),
                    };
                    add(target.get("arn"), start);
                }
            }
            Some(Kind::OrchestratorTarget) => {
                let start = Start {
                    input: resource.get("input"),
                    parameters: resource.get(EVENT_PARAMETERS),
                    is_of_event: OF_EVENT.iter().any(|path| resource.get(path).is_some()),
                };
                add(resource.get("arn"), start);
            }
            _ => {}
        }
    }
    starts
}

/// The parameters that a schedule gives a pipeline.
const SCHEDULED_PARAMETERS: &str = "target.sagemaker_pipeline_parameters.pipeline_parameter";

/// The parameters that the target of an event rule gives a pipeline.
const EVENT_PARAMETERS: &str = "sagemaker_pipeline_target.pipeline_parameter_list";

/// What makes an input of the event.
const OF_EVENT: &[&str] = &["input_path", "input_transformer.input_template"];

/// The values that schedules and events give the parameters of a pipeline that they start.
pub(super) fn given_to<'a>(graph: &ResourceGraph<'a>, pipeline: ResourceId) -> Given<'a> {
    let mut given = Given::new();
    for start in starts_of(graph, pipeline) {
        let parameters = start.parameters.and_then(Value::as_list);
        for parameter in parameters.into_iter().flatten().filter_map(Value::as_map) {
            let name = parameter.get("name").and_then(Value::as_text);
            let (Some(name), Some(value)) = (name, parameter.get("value")) else {
                continue;
            };
            match given.get_mut(name) {
                Some(known) if known.as_ref() == Some(value) => {}
                Some(known) => *known = None,
                None => _ = given.insert(name.to_owned(), Some(value.clone())),
            }
        }
    }
    given
}

/// The input of a state machine's executions, if all that start it in the estate write the same.
pub(super) fn input_of<'a>(
    graph: &ResourceGraph<'a>,
    machine: ResourceId,
    sources: &SourceMap,
) -> Option<Value<'a>> {
    let starts = starts_of(graph, machine);
    let (first, others) = starts.split_first()?;
    let is_same = |other: &Start<'_, '_>| {
        let data = [first.input, other.input].map(|input| input.map(|input| &input.data));
        !other.is_of_event && data[0] == data[1]
    };
    if first.is_of_event || !others.iter().all(is_same) {
        return None;
    }
    read(first.input?, None, Some(sources))
}
