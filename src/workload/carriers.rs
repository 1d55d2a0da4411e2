//! Processing jobs that are written inside of whatever starts them become resources of the graph, behind all
//! others, so that all that is asked of a job is asked of them.

use super::body;
use super::definition::{Definition, definition_of, read};
use super::starters::{given_to, input_of};
use super::{pipelines, state_machines};
use crate::model::graph::{Carried, ResourceGraph, ResourceId};
use crate::model::resource::{Address, Resource, Standing};
use crate::model::source::{SourceMap, Span};
use crate::model::value::{Data, Piece, Value, Why};
use crate::model::vocabulary::{Kind, cloudformation_type, type_inside};

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
            found.extend(monitoring_job(id, resource));
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
            let input = input_of(graph, id, sources);
            state_machines::jobs_of(&document, input.as_ref(), &mut found);
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
            service: Some(service),
            waits: job.waits,
        };
        out.push((resource, carried));
    }
}

/// The job that a monitoring schedule writes rather than names.
///
/// Source: Amazon SageMaker AI API Reference, "`MonitoringJobDefinition`".
fn monitoring_job<'a>(
    id: ResourceId,
    schedule: &Resource<'a>,
) -> Option<(Resource<'a>, Carried<'a>)> {
    const ATTRIBUTE: &str = "monitoring_schedule_config.monitoring_job_definition";
    let request = schedule.get(ATTRIBUTE)?;
    let schedule_entry = schedule.entry?;
    let place = schedule_entry.own_path(ATTRIBUTE);
    let entry = type_inside(&format!("{}.{place}", schedule.type_name))?;
    let attributes = match &request.data {
        Data::Map(attributes) => attributes.clone(),
        Data::Unknown(why) => body::unknown(entry, *why, request.origin),
        _ => return None,
    };
    let carried = Carried {
        by: id,
        attribute: ATTRIBUTE,
        place: String::new(),
        caller: None,
        unfixed: attributes.clone(),
        service: None,
        waits: false,
    };
    let job = Resource {
        address: Address(format!("{} {place}", schedule.address.as_str()).into()),
        entry: Some(entry),
        open: schedule.open || !request.is_known(),
        attributes,
        origin: request.origin,
        type_name: schedule.type_name.clone(),
        standing: schedule.standing,
        existed_before: schedule.existed_before,
        construct: schedule.construct.clone(),
        provider: schedule.provider,
    };
    Some((job, carried))
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
