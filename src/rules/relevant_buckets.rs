//! Which buckets of the input the work of a role is about, where only jobs run as it that say so themselves.

use super::Context;
use crate::access::allows;
use crate::iam::equal_texts;
use crate::iam::policy::PrincipalKind;
use crate::model::graph::{ResourceId, Target};
use crate::model::truth::Truth;
use crate::model::value::{Data, Piece, Referent, Value};
use crate::model::vocabulary::Kind;
use crate::paths::WorkloadKind;
use crate::workload::{ProcessingJob, bucket_of};

/// The buckets of the input, as far as the jobs under one role tell.
pub(super) struct Relevant {
    /// Those that they read, write or mention.
    pub(super) used: Vec<ResourceId>,
    /// All others.
    pub(super) others: Vec<ResourceId>,
}

/// The buckets that the work of a role is about; none where something else than declared jobs runs as it, or they do
/// not tell all of their places.
pub(super) fn relevant(context: &Context<'_, '_>, role: ResourceId) -> Option<Relevant> {
    let graph = context.graph;
    let uses = context.role_uses.iter();
    let mut jobs = Vec::new();
    for used in uses.filter(|one| one.role == Target::Resource(role)) {
        let resource = graph.get(used.workload);
        let job = ProcessingJob::of(resource);
        let job = job.filter(|_| resource.kind() == Some(Kind::ProcessingJob))?;
        let is_told = job.unknown_places().is_none()
            && job.unknown_datasets().is_none()
            && job.manifests().is_empty()
            && job.datasets().is_empty();
        if !is_told {
            return None;
        }
        jobs.push((used.workload, job));
    }
    let mut paths = context.paths().iter();
    let is_started = paths
        .any(|path| path.role.id == Some(role) && path.workload.kind != WorkloadKind::DeclaredJob);
    if jobs.is_empty() || is_started || !is_for_sagemaker_alone(context, role) {
        return None;
    }
    let mut used = Vec::new();
    for (id, job) in &jobs {
        for uri in job.s3_uris() {
            used.push(bucket_of(graph, uri)?);
        }
        for path in ["app_specification", "environment"] {
            let told = graph.get(*id).if_any(path);
            // Of what nobody wrote, a plan says that it is not known.
            let told = told.filter(|_| graph.is_written(*id, path) != Some(false));
            used.extend(
                buckets(context).filter(|id| told.is_some_and(|one| mentions(context, one, *id))),
            );
        }
    }
    used.sort();
    used.dedup();
    let others = buckets(context).filter(|id| !used.contains(id)).collect();
    Some(Relevant { used, others })
}

fn buckets<'c>(context: &'c Context<'_, '_>) -> impl Iterator<Item = ResourceId> + 'c {
    let all = context.graph.iter();
    let buckets = all.filter(|(_, resource)| resource.kind() == Some(Kind::Bucket));
    buckets.map(|(id, _)| id)
}

/// Whether nobody but SageMaker takes a role.
fn is_for_sagemaker_alone(context: &Context<'_, '_>, role: ResourceId) -> bool {
    let Some(trust) = context.graph.get(role).if_any("assume_role_policy") else {
        return false;
    };
    let policy = context.access.policy(trust);
    let allowing = policy.statements.iter();
    let mut allowing = allowing.filter(|one| allows(one) != Truth::No);
    !policy.is_open()
        && allowing.all(|statement| {
            statement.principals.as_ref().is_some_and(|one| {
                let mut entries = one.entries.iter();
                !one.negated
                    && entries.all(|entry| {
                        let sagemaker = equal_texts(&entry.text, &"sagemaker.amazonaws.com".into());
                        entry.kind == PrincipalKind::Service && sagemaker == Truth::Yes
                    })
            })
        })
}

/// Whether a value names a bucket anywhere, or may: its environment, its arguments.
fn mentions(context: &Context<'_, '_>, value: &Value<'_>, bucket: ResourceId) -> bool {
    let by_name = |text: &str| {
        let resource = context.graph.get(bucket);
        let name = resource.if_any("bucket").and_then(Value::as_text);
        name.is_some_and(|name| text.contains(name))
    };
    match &value.data {
        Data::Text(text) => by_name(text),
        Data::Template(pieces) => pieces.iter().any(|piece| match piece {
            Piece::Known(text) => by_name(text),
            Piece::Reference(reference) => reference.of == Referent::Resource(bucket),
            Piece::Unknown(_) => true,
        }),
        Data::List(list) => list.iter().any(|one| mentions(context, one, bucket)),
        Data::Map(map) => map.iter().any(|(_, one)| mentions(context, one, bucket)),
        Data::Unknown(_) => true,
        Data::Null | Data::Bool(_) | Data::Number(_) => false,
    }
}
