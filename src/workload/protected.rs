//! Which buckets hold protected data.

use std::collections::BTreeSet;

use super::ProcessingJob;
use crate::model::graph::{ResourceGraph, ResourceId, Target, push_known};
use crate::model::resource::Resource;
use crate::model::value::{Data, Piece, Referent, Value};
use crate::model::vocabulary::Kind;

/// Buckets that count as protected: said to be so, tagged so, encrypted under KMS by default, or read or written by a
/// Processing job.
#[must_use]
pub fn protected_buckets(
    graph: &ResourceGraph<'_>,
    is_said: &dyn Fn(ResourceId) -> bool,
) -> BTreeSet<ResourceId> {
    let mut protected = BTreeSet::new();
    for (id, resource) in graph.iter() {
        match resource.kind() {
            Some(Kind::Bucket) if is_tagged(resource) || uses_kms(graph, id) || is_said(id) => {
                protected.insert(id);
            }
            Some(Kind::ProcessingJob | Kind::ProcessingJobMonitor) => {
                let job = ProcessingJob::of(resource);
                let uris = job.map(|job| job.s3_uris()).unwrap_or_default();
                protected.extend(uris.iter().filter_map(|uri| bucket_of(graph, uri)));
            }
            _ => {}
        }
    }
    protected
}

/// Buckets that people say hold confidential data, or tagged so.
#[must_use]
pub fn tagged_buckets(
    graph: &ResourceGraph<'_>,
    is_said: &dyn Fn(ResourceId) -> bool,
) -> BTreeSet<ResourceId> {
    let buckets = graph.iter().filter(|(id, resource)| {
        resource.kind() == Some(Kind::Bucket) && (is_tagged(resource) || is_said(*id))
    });
    buckets.map(|(id, _)| id).collect()
}

fn uses_kms(graph: &ResourceGraph<'_>, bucket: ResourceId) -> bool {
    let parts = graph.parts(bucket, Kind::BucketSse);
    let planned = parts.found.iter().filter_map(|part| part.get("rule"));
    // What a change takes away was there for a reason.
    let deleted = parts.deleted.iter().filter_map(|part| part.get("rule"));
    planned
        .chain(deleted)
        .flat_map(|rules| rules.as_list().unwrap_or_default())
        .filter_map(|rule| {
            rule.as_map()?
                .at("apply_server_side_encryption_by_default.sse_algorithm")
        })
        .any(|algorithm| {
            algorithm
                .as_text()
                .is_some_and(|text| text.starts_with("aws:kms"))
        })
}

/// The bucket of an `s3://bucket/prefix`, if it is one of the input.
#[must_use]
pub fn bucket_of(graph: &ResourceGraph<'_>, uri: &Value<'_>) -> Option<ResourceId> {
    match &uri.data {
        Data::Text(text) => {
            let name = text.strip_prefix("s3://")?.split('/').next()?;
            match graph.named_in(&[Kind::Bucket], name, uri.origin.file) {
                Target::Resource(id) => Some(id),
                _ => None,
            }
        }
        Data::Template(pieces) => {
            let mut mentioned = pieces.iter().filter_map(|piece| match piece {
                Piece::Reference(reference) => match reference.of {
                    Referent::Resource(id) => {
                        (graph.get(id).kind() == Some(Kind::Bucket)).then_some(id)
                    }
                    Referent::Provider(_) | Referent::Parameter(_) => None,
                },
                _ => None,
            });
            let named = || graph.named_by_pieces(&[Kind::Bucket], &bucket_in(pieces)?);
            mentioned.next().or_else(named)
        }
        _ => None,
    }
}

/// The pieces between `s3://` and the next slash.
fn bucket_in<'a>(pieces: &[Piece<'a>]) -> Option<Vec<Piece<'a>>> {
    let (first, others) = pieces.split_first()?;
    let Piece::Known(first) = first else {
        return None;
    };
    let mut name = Vec::new();
    push_known(&mut name, first.strip_prefix("s3://")?.to_owned().into());
    for piece in others {
        let Piece::Known(text) = piece else {
            name.push(piece.clone());
            continue;
        };
        let Some((before, _)) = text.split_once('/') else {
            push_known(&mut name, text.clone());
            continue;
        };
        push_known(&mut name, before.to_owned().into());
        break;
    }
    Some(name)
}

/// The tags by which people mark confidential data.
fn is_tagged(bucket: &Resource<'_>) -> bool {
    let Some(tags) = bucket.get("tags").and_then(Value::as_map) else {
        return false;
    };
    tags.iter().any(|(key, value)| {
        let is_class = ["data-classification", "dataclassification", "sensitivity"]
            .iter()
            .any(|known| key.eq_ignore_ascii_case(known));
        let is_confidential = |text: &str| {
            ["confidential", "restricted", "sensitive", "pii", "phi"]
                .iter()
                .any(|known| text.eq_ignore_ascii_case(known))
        };
        is_class && value.as_text().is_some_and(is_confidential)
    })
}
