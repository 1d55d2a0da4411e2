//! What encrypts under which key, and which aliases keys have.

use std::collections::BTreeMap;

use super::Context;
use crate::finding::Verdict;
use crate::model::graph::{ResourceId, Target};
use crate::model::resource::Resource;
use crate::model::source::Span;
use crate::model::value::{Data, Map, Value, Why};
use crate::model::vocabulary::{Attribute, Kind, rows};

/// So many are named in one sentence.
const SHOWN: usize = 3;

/// Something that encrypts under a key.
#[derive(Debug, Clone, Copy)]
pub(super) struct KeyUser {
    /// What it is: the bucket, rather than its encryption configuration.
    pub(super) id: ResourceId,
    /// Where it names the key.
    pub(super) at: Span,
    /// What it encrypts.
    pub(super) what: Encrypted,
    /// It takes keys of its own region only.
    pub(super) is_bound_to_region: bool,
}

/// What is encrypted under a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Encrypted {
    /// Data that stays where the stack or the workload goes: objects of a bucket, files of Studio.
    Data,
    /// The volume of a workload, which goes with it.
    Volume,
    /// Logs, secrets, images.
    Other,
}

/// The users and aliases of the keys of an estate.
#[derive(Debug, Default)]
pub(super) struct KeyUses {
    users: BTreeMap<ResourceId, Vec<KeyUser>>,
    /// What encrypts under a key that is known after apply only: any that the input makes, perhaps.
    open_users: Vec<(KeyUser, String)>,
    aliases: BTreeMap<ResourceId, Vec<ResourceId>>,
    /// Aliases of which it cannot be told whose they are.
    open_aliases: Vec<(ResourceId, Why)>,
}

impl KeyUses {
    pub(super) fn of(context: &Context<'_, '_>) -> Self {
        let mut uses = Self::default();
        let graph = context.graph;
        for (id, resource) in graph.iter() {
            match resource.kind() {
                Some(Kind::KmsAlias) => uses.add_alias(context, id),
                _ if resource.standing.is_whole() => {
                    for (path, value) in keys_named(context, id) {
                        uses.add_user(context, id, &path, value);
                    }
                }
                _ => {}
            }
        }
        uses
    }

    fn add_alias(&mut self, context: &Context<'_, '_>, alias: ResourceId) {
        let Some(target) = context.graph.get(alias).get("target_key_id") else {
            // A data source shows only the key that it found.
            if let Some(key) = context.access.key_of_alias(alias) {
                self.aliases.entry(key).or_default().push(alias);
            }
            return;
        };
        match context.graph.target(target, Kind::KEYS) {
            Target::Resource(key) => self.aliases.entry(key).or_default().push(alias),
            Target::Unknown(why) => self.open_aliases.push((alias, why)),
            Target::Outside(_) => {}
        }
    }

    fn add_user(
        &mut self,
        context: &Context<'_, '_>,
        id: ResourceId,
        path: &str,
        value: &Value<'_>,
    ) {
        let target = context.graph.target(value, Kind::KEYS);
        let resource = context.graph.get(id);
        let user = KeyUser {
            id: owner(context, resource).unwrap_or(id),
            at: value.origin,
            what: encrypted(resource.kind(), path),
            // A replica is encrypted where it goes, and a trail where its bucket is.
            is_bound_to_region: !matches!(
                resource.kind(),
                Some(Kind::BucketRepl | Kind::Trail | Kind::Repository | Kind::Secret)
            ) && !path.contains("replica"),
        };
        let key = match target {
            Target::Resource(key) => context.access.key_of_alias(key).unwrap_or(key),
            Target::Unknown(Why::KnownAfterApply) => {
                self.open_users.push((user, resource.name_of(path)));
                return;
            }
            Target::Unknown(_) | Target::Outside(_) => return,
        };
        let users = self.users.entry(key).or_default();
        if !users.iter().any(|one| one.id == user.id) {
            users.push(user);
        }
    }

    /// Judges a key by what encrypts under it, in the order of the input; where that is known of nothing, by what may
    /// do so.
    pub(super) fn judge(
        &self,
        context: &Context<'_, '_>,
        key: ResourceId,
        counts: impl Fn(&KeyUser) -> bool,
        judge: impl Fn(&[&KeyUser]) -> Verdict,
    ) -> Verdict {
        let users = self.users.get(&key).into_iter().flatten();
        let users: Vec<_> = users.filter(|user| counts(user)).collect();
        if !users.is_empty() {
            return judge(&users);
        }
        let mut open = self.open_users.iter();
        let Some((user, value)) = open.find(|(user, _)| counts(user)) else {
            return Verdict::NotApplicable;
        };
        let question = format!(
            "whether {} encrypts under this key",
            named(context, &[user])
        );
        judge(&[user]).if_so(&question, value, Why::KnownAfterApply)
    }

    /// The aliases of a key.
    pub(super) fn aliases(&self, key: ResourceId) -> &[ResourceId] {
        self.aliases.get(&key).map_or(&[], Vec::as_slice)
    }

    /// Aliases that may be those of any key, and why that is so.
    pub(super) fn open_aliases(&self) -> &[(ResourceId, Why)] {
        &self.open_aliases
    }
}

/// The keys that a resource names for encryption, each with the path of the attribute.
pub(super) fn keys_named<'g>(
    context: &Context<'g, '_>,
    id: ResourceId,
) -> Vec<(String, &'g Value<'g>)> {
    let resource = context.graph.get(id);
    let administers = [
        Kind::KmsAlias,
        Kind::KmsGrant,
        Kind::PolicyKey,
        Kind::KmsKeyReplica,
    ];
    let Some(entry) = resource.entry else {
        return Vec::new();
    };
    if administers.contains(&entry.row.kind) {
        return Vec::new();
    }
    let mut found = Vec::new();
    for attribute in entry.row.attributes {
        let path = attribute.canonical();
        if let Some(kind) = attribute.part {
            let parts = context.graph.parts(id, kind).found;
            // What a resource of its own says is read back inside the owner.
            let mut own = parts.iter();
            let is_inside = own.any(|part| std::ptr::eq(part.said_by, resource));
            let inside = resource.get(&path).filter(|_| is_inside);
            if let Some(part) = inside.and_then(Value::as_map) {
                keys_of_part(part, kind, &mut found);
            }
        } else if is_key(attribute) {
            keys_at(&resource.attributes, &path, &mut found);
        }
    }
    found
}

/// Whether an attribute names a key.
fn is_key(attribute: &Attribute) -> bool {
    !attribute.is_output() && attribute.refers == Kind::KEYS
}

/// The keys that a part of this kind names inside its owner.
fn keys_of_part<'v>(part: &'v Map<'v>, kind: Kind, found: &mut Vec<(String, &'v Value<'v>)>) {
    let of_kind = rows().filter(|row| row.kind == kind);
    for attribute in of_kind
        .flat_map(|row| row.attributes)
        .filter(|one| is_key(one))
    {
        keys_at(part, &attribute.canonical(), found);
    }
}

fn keys_at<'v>(map: &'v Map<'v>, path: &str, found: &mut Vec<(String, &'v Value<'v>)>) {
    let mut values = Vec::new();
    collect(map, path, &mut values);
    found.extend(values.into_iter().map(|value| (path.to_owned(), value)));
}

/// All values at a path, in each element of the lists on the way.
fn collect<'v>(map: &'v Map<'v>, path: &str, found: &mut Vec<&'v Value<'v>>) {
    let (first, rest) = match path.split_once('.') {
        Some((first, rest)) => (first, Some(rest)),
        None => (path, None),
    };
    let Some(value) = map.get(first) else { return };
    let Some(rest) = rest else {
        if !matches!(value.data, Data::Null) {
            found.push(value);
        }
        return;
    };
    for inner in value.as_list().unwrap_or(std::slice::from_ref(value)) {
        if let Some(inner) = inner.as_map() {
            collect(inner, rest, found);
        }
    }
}

/// The resource that another one completes.
fn owner(context: &Context<'_, '_>, part: &Resource<'_>) -> Option<ResourceId> {
    let owner = part.entry?.row.owner?;
    let value = part.get(owner.attribute)?;
    match context.graph.target(value, &[owner.kind]) {
        Target::Resource(id) => Some(id),
        _ => None,
    }
}

fn encrypted(kind: Option<Kind>, path: &str) -> Encrypted {
    match kind {
        Some(
            Kind::Bucket
            | Kind::BucketSse
            | Kind::BucketRepl
            | Kind::BucketDirectory
            | Kind::Object
            | Kind::NotebookDomain
            | Kind::NotebookProfile
            | Kind::FeatureGroup,
        ) => Encrypted::Data,
        Some(Kind::ProcessingJob | Kind::ProcessingJobMonitor) if path.contains("output") => {
            Encrypted::Data
        }
        Some(Kind::Notebook | Kind::ProcessingJob | Kind::ProcessingJobMonitor) => {
            Encrypted::Volume
        }
        _ => Encrypted::Other,
    }
}

/// The users of a key in words: `` `aws_s3_bucket.data` and `aws_s3_bucket.results` ``.
pub(super) fn named(context: &Context<'_, '_>, users: &[&KeyUser]) -> String {
    let name = |user: &&KeyUser| format!("`{}`", context.graph.get(user.id).address.as_str());
    let mut names: Vec<_> = users.iter().take(SHOWN).map(name).collect();
    if users.len() > SHOWN {
        names.push(format!("{} more", users.len() - SHOWN));
    }
    match names.split_last() {
        Some((last, [])) => last.clone(),
        Some((last, others)) => format!("{} and {last}", others.join(", ")),
        None => String::new(),
    }
}
