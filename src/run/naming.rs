//! Names to resources: what whoever asks calls a principal or a resource.

use crate::access::{Access, Caller, Object};
use crate::iam::Action;
use crate::iam::catalogue;
use crate::iam::text::Domain;
use crate::model::graph::{ResourceGraph, ResourceId, Target};
use crate::model::resource::Resource;
use crate::model::truth::Truth;
use crate::model::value::{Value, Why};
use crate::model::vocabulary::Kind;

/// Said where an action on objects was asked of their bucket.
pub(super) const ANY_OBJECT: &str = "asked for any object of the bucket";

/// What may be asked about as a resource.
const OBJECTS: &[Kind] = &[
    Kind::Bucket,
    Kind::KmsKey,
    Kind::KmsKeyReplica,
    Kind::KmsKeyExternal,
    Kind::KmsAlias,
    Kind::Role,
    Kind::Repository,
    Kind::Notebook,
    Kind::NotebookDomain,
    Kind::NotebookProfile,
    Kind::ProcessingJob,
    Kind::User,
    Kind::Group,
    Kind::PolicyManaged,
    Kind::LogGroup,
    Kind::Secret,
    Kind::Endpoint,
];

/// Who can ask.
pub(super) const CALLERS: &[Kind] = &[
    Kind::Role,
    Kind::User,
    Kind::Notebook,
    Kind::NotebookDomain,
    Kind::NotebookProfile,
    Kind::ProcessingJob,
    Kind::ProcessingJobMonitor,
];

/// Finds what is meant by a name.
#[derive(Clone, Copy)]
pub(super) struct Names<'q, 'g, 'a> {
    pub(super) access: &'q Access<'g, 'a>,
}

impl<'g, 'a> Names<'_, 'g, 'a> {
    fn graph(self) -> &'g ResourceGraph<'a> {
        self.access.graph()
    }

    /// What is asked about: an object of a bucket, where the action is about objects.
    pub(super) fn object(
        self,
        name: &str,
        action: &Action,
        caller: &Caller,
        notes: &mut Vec<String>,
    ) -> Result<Object, String> {
        if name == "*" || catalogue::is_without_resource(action) == Truth::Yes {
            if name != "*" {
                notes.push(format!(
                    "`{}` is about no resource: it was asked on `*`",
                    action.written()
                ));
            }
            let mut object = self.access.no_object(caller);
            if catalogue::is_without_resource(action) != Truth::Yes {
                notes.push("asked for any resource at all".to_owned());
                object.arn = self
                    .access
                    .unknown("the resource", Why::AtRequest, Domain::ANY);
            }
            return Ok(object);
        }
        let (mut object, is_whole_bucket) = self.target(name, action)?;
        if is_whole_bucket {
            let any = self
                .access
                .unknown("the object", Why::AtRequest, Domain::ANY);
            object = object.below(&any);
            object.name = format!("{}/*", object.name);
            notes.push(ANY_OBJECT.to_owned());
        }
        Ok(object)
    }

    /// A resource by its name; and whether an action that is about objects was asked of their bucket.
    pub(super) fn target(self, name: &str, action: &Action) -> Result<(Object, bool), String> {
        let (bucket, key) = match name.split_once('/') {
            Some((before, after)) if !name.starts_with("arn:") => (before, Some(after)),
            _ => (name, None),
        };
        let found = match self.find(name, OBJECTS)? {
            Some(id) => Some((id, None)),
            None => self.find(bucket, &[Kind::Bucket])?.map(|id| (id, key)),
        };
        let Some((id, inside)) = found else {
            if name.starts_with("arn:") {
                let object = self.in_bucket(name);
                let foreign = || self.access.foreign_object(&name.into(), name);
                return Ok((object.unwrap_or_else(foreign), false));
            }
            return Err(self.nothing("resource", name, OBJECTS));
        };
        // KMS decides about the key that an alias stands for, but where the alias itself is managed.
        let is_alias = self.graph().get(id).kind() == Some(Kind::KmsAlias);
        let key = is_alias.then(|| self.access.key_of_alias(id)).flatten();
        let stands_for = key.filter(|_| !action.name().ends_with("alias"));
        let object = self.access.object(stands_for.unwrap_or(id));
        let is_bucket = self.graph().get(id).kind() == Some(Kind::Bucket);
        if !is_bucket || !is_about_objects(action) {
            return Ok((object, false));
        }
        match inside {
            Some(inside) => {
                let name = format!("{}/{inside}", object.name);
                let mut object = object.below(&inside.into());
                object.name = name;
                Ok((object, false))
            }
            None => Ok((object, true)),
        }
    }

    /// An object, by its ARN, in a bucket of the input.
    fn in_bucket(self, arn: &str) -> Option<Object> {
        let (bucket, key) = arn.split_once('/')?;
        match self.graph().named(&[Kind::Bucket], bucket) {
            Target::Resource(id) => {
                let mut object = self.access.object(id);
                object.arn = arn.into();
                object.name = format!("{}/{key}", object.name);
                Some(object)
            }
            _ => None,
        }
    }

    /// The resource of an address, a name or an ARN, one of the estate's own before others.
    pub(super) fn find(self, name: &str, kinds: &[Kind]) -> Result<Option<ResourceId>, String> {
        let graph = self.graph();
        if let Some(id) = graph.find(name) {
            let kind = graph.get(id).kind();
            if kind.is_some_and(|kind| kinds.contains(&kind)) {
                return Ok(Some(id));
            }
            let what = kind.map_or("what plangate does not read", Kind::name);
            return Err(format!(
                "`{name}` is {what}, which this question cannot be about"
            ));
        }
        match graph.named(kinds, name) {
            Target::Resource(id) => Ok(Some(id)),
            Target::Outside(_) => Ok(None),
            Target::Unknown(_) => {
                let same = self.all(kinds);
                let same = same.filter(|(_, one)| names_of(one).any(|known| known == name));
                let mut same: Vec<_> = same.collect();
                let best = same.iter().map(|(_, one)| one.standing).max();
                same.retain(|(_, one)| Some(one.standing) == best);
                let same: Vec<_> = same.iter().map(|(_, one)| one.address.as_str()).collect();
                Err(format!(
                    "several are called `{name}`: ask for {}",
                    same.join(" or ")
                ))
            }
        }
    }

    pub(super) fn all<'k>(
        self,
        kinds: &'k [Kind],
    ) -> impl Iterator<Item = (ResourceId, &'g Resource<'a>)> + use<'k, 'g, 'a> {
        self.graph().iter().filter(move |(_, resource)| {
            resource.standing.is_whole()
                && resource.kind().is_some_and(|kind| kinds.contains(&kind))
        })
    }

    /// That there is no such thing, and what comes near.
    pub(super) fn nothing(self, what: &str, name: &str, kinds: &[Kind]) -> String {
        let mut near = Vec::new();
        for (_, resource) in self.all(kinds) {
            let address = resource.address.as_str();
            let names = names_of(resource).chain([address]);
            let likeness = names.map(|known| strsim::jaro_winkler(known, name));
            let likeness = likeness.fold(0.0, f64::max);
            if likeness > 0.75 {
                near.push((likeness, address));
            }
        }
        near.sort_by(|one, other| other.0.total_cmp(&one.0).then(one.1.cmp(other.1)));
        let near: Vec<_> = near
            .iter()
            .take(3)
            .map(|(_, one)| format!("`{one}`"))
            .collect();
        if near.is_empty() {
            let some: Vec<_> = self
                .all(kinds)
                .take(3)
                .map(|(_, one)| one.address.as_str())
                .collect();
            let some = if some.is_empty() {
                String::new()
            } else {
                format!(", such as {}", some.join(", "))
            };
            format!("there is no {what} `{name}`: give an address{some}, a name or an ARN")
        } else {
            format!(
                "there is no {what} `{name}`; did you mean {}?",
                near.join(" or ")
            )
        }
    }
}

/// The texts that a resource goes by.
fn names_of<'r>(resource: &'r Resource<'_>) -> impl Iterator<Item = &'r str> {
    let paths = ["name", "bucket", "arn", "id", "key_id"];
    paths
        .into_iter()
        .filter_map(|path| resource.if_any(path).and_then(Value::as_text))
}

/// Whether an action of S3 is about objects rather than their bucket.
fn is_about_objects(action: &Action) -> bool {
    let service = catalogue::service(action.service());
    let known = service.and_then(|service| Some((service, service.action(action.name())?)));
    known.is_some_and(|(service, known)| {
        let mut kinds = service.resources_of(known);
        kinds.any(|(kind, _)| kind.name == "object")
    })
}
