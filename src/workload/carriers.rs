//! Processing jobs that are written inside of whatever starts them become resources of the graph, behind all
//! others, so that all that is asked of a job is asked of them.

use super::body;
use super::definition::{Definition, definition_of, read};
use super::pipelines::{self, Given};
use super::state_machines;
use crate::model::graph::{Carried, ResourceGraph, ResourceId, Target};
use crate::model::resource::{Address, Resource, Standing};
use crate::model::source::{SourceMap, Span};
use crate::model::value::{Data, Piece, Value, Why};
use crate::model::vocabulary::{Kind, cloudformation_type};

/// A job that was found inside of a resource.
#[derive(Debug)]
pub(super) struct Found<'a> {
    /// Where in the definition: `States.Prepare`.
    pub(super) place: String,
    /// The place in the text.
    pub(super) at: Span,
    /// The request, with its expressions worked out.
    pub(super) request: Value<'a>,
    /// The same where whoever starts it chooses all that they can, if there are defaults.
    pub(super) unfixed: Option<Value<'a>>,
    /// The role that creates it, where the job itself says so.
    pub(super) caller: Option<Value<'a>>,
    /// Whatever starts it waits for its end.
    pub(super) waits: bool,
}

/// Adds the jobs that are written inside of the estate's state machines, pipelines and schedules.
pub fn add_carried_jobs(graph: &mut ResourceGraph<'_>, sources: &SourceMap) {
    let mut found = Vec::new();
    for (id, resource) in graph.iter() {
        let is_carrier = resource.kind() == Some(Kind::Orchestrator);
        if is_carrier && resource.standing == Standing::Judged {
            jobs_in(graph, id, sources, &mut found);
        }
    }
    graph.carry(found);
}

fn jobs_in<'a>(
    graph: &ResourceGraph<'a>,
    id: ResourceId,
    sources: &SourceMap,
    out: &mut Vec<(Resource<'a>, Carried<'a>)>,
) {
    let carrier = graph.get(id);
    let mut found = Vec::new();
    let (attribute, caller, service) = if let Some((attribute, role, input)) = call_of(carrier) {
        let request = input.map(|input| match read(input, None, Some(sources)) {
            Some(request) => request,
            None => Value::new(Data::Unknown(why_unread(input)), input.origin),
        });
        let at = input.map_or(carrier.origin, |input| input.origin);
        found.push(Found {
            place: String::new(),
            at,
            request: request.unwrap_or_else(|| Value::new(Data::Unknown(Why::UnexpectedForm), at)),
            unfixed: None,
            caller: None,
            waits: false,
        });
        (attribute, role, "scheduler.amazonaws.com")
    } else {
        let Some(Definition::Read {
            attribute,
            document,
        }) = definition_of(graph, carrier, Some(sources))
        else {
            return;
        };
        let is_pipeline = carrier
            .entry
            .is_some_and(|entry| entry.knows("pipeline_definition"));
        if is_pipeline {
            pipelines::jobs_of(&document, &given_to(graph, id), &mut found);
            (attribute, "role_arn", "sagemaker.amazonaws.com")
        } else {
            state_machines::jobs_of(&document, &mut found);
            (attribute, "role_arn", "states.amazonaws.com")
        }
    };
    let Some(entry) = cloudformation_type("AWS::SageMaker::ProcessingJob") else {
        return;
    };
    for job in found {
        let place = if job.place.is_empty() {
            let own = carrier.entry.map(|entry| entry.own_path(attribute));
            own.unwrap_or_else(|| attribute.to_owned())
        } else {
            job.place.clone()
        };
        let mut attributes = body::attributes(&job.request, entry, job.at);
        let caller = job.caller.or_else(|| carrier.get(caller).cloned());
        let is_of_pipeline = service == "sagemaker.amazonaws.com";
        if let Some(role) = caller
            .as_ref()
            .filter(|_| is_of_pipeline && attributes.get("role_arn").is_none())
        {
            // A step without a role runs as the pipeline does.
            attributes.push("role_arn".into(), role.clone());
        }
        let unfixed = match &job.unfixed {
            Some(request) => body::attributes(request, entry, job.at),
            None => attributes.clone(),
        };
        let open = attributes.iter().any(|(_, value)| !value.is_known());
        let resource = Resource {
            address: Address(format!("{} {place}", carrier.address.as_str()).into()),
            type_name: carrier.type_name.clone(),
            entry: Some(entry),
            attributes,
            open,
            origin: job.at,
            standing: carrier.standing,
            existed_before: carrier.existed_before,
            construct: carrier.construct.clone(),
            provider: carrier.provider,
        };
        let carried = Carried {
            by: id,
            attribute,
            place: job.place,
            caller,
            unfixed,
            service,
            waits: job.waits,
        };
        out.push((resource, carried));
    }
}

/// What a schedule calls by itself, where that creates a Processing job: the attributes with the request and the
/// role, and the request.
///
/// Source: Amazon `EventBridge` Scheduler User Guide, "Using universal targets in `EventBridge` Scheduler".
fn call_of<'r, 'a>(
    schedule: &'r Resource<'a>,
) -> Option<(&'static str, &'static str, Option<&'r Value<'a>>)> {
    const CREATE: &str = ":scheduler:::aws-sdk:sagemaker:createProcessingJob";
    let target = match &schedule.get("target.arn")?.data {
        Data::Text(text) => text.as_ref(),
        Data::Template(pieces) => match pieces.last()? {
            Piece::Known(text) => text.as_ref(),
            _ => return None,
        },
        _ => return None,
    };
    target.ends_with(CREATE).then(|| {
        let input = schedule.get("target.input");
        ("target.input", "target.role_arn", input)
    })
}

fn why_unread(value: &Value<'_>) -> Why {
    match &value.data {
        Data::Unknown(why) => *why,
        Data::Template(_) => Why::KnownAfterApply,
        _ => Why::UnexpectedForm,
    }
}

/// The values that schedules and events give the parameters of a pipeline that they start.
fn given_to<'a>(graph: &ResourceGraph<'a>, pipeline: ResourceId) -> Given<'a> {
    let mut given = Given::new();
    let mut add = |arn: Option<&Value<'a>>, parameters: Option<&Value<'a>>| {
        let target = arn.map(|arn| graph.target(arn, &[Kind::Orchestrator]));
        if target != Some(Target::Resource(pipeline)) {
            return;
        }
        let parameters = parameters.and_then(Value::as_list).into_iter().flatten();
        for parameter in parameters.filter_map(Value::as_map) {
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
    };
    for (_, resource) in graph.iter() {
        match resource.kind() {
            Some(Kind::Orchestrator) => {
                let parameters = "target.sagemaker_pipeline_parameters.pipeline_parameter";
                add(resource.get("target.arn"), resource.get(parameters));
                let targets = resource.get("targets").and_then(Value::as_list);
                for target in targets.into_iter().flatten().filter_map(Value::as_map) {
                    add(target.get("arn"), target.at(EVENT_PARAMETERS));
                }
            }
            Some(Kind::OrchestratorTarget) => {
                add(resource.get("arn"), resource.get(EVENT_PARAMETERS));
            }
            _ => {}
        }
    }
    given
}

/// The parameters that the target of an event rule gives a pipeline.
const EVENT_PARAMETERS: &str = "sagemaker_pipeline_target.pipeline_parameter_list";
