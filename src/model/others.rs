//! Resources that other roots make: which they are, and what a name means that is said in one root or
//! another.

use super::graph::{Provider, ResourceGraph, ResourceId, Target};
use super::index::hash;
use super::resource::Standing;
use super::source::FileId;
use super::value::{Value, Why};
use super::vocabulary::Kind;

/// Another root of which the user gave a plan or a state. Its resources stand behind those of the estate.
#[derive(Debug)]
pub struct OtherRoot {
    /// The text that tells it.
    pub file: FileId,
    /// Its first resource.
    pub first: ResourceId,
    /// Its first provider configuration.
    pub first_provider: usize,
    /// Why it may make more than that, if so.
    pub incomplete: Option<Why>,
    /// It is no root, but a list of all resources of these kinds that an account has, or its region.
    pub lists: &'static [Kind],
}

impl OtherRoot {
    /// Whether it lists all resources of a kind.
    fn has_all(&self, kind: Kind) -> bool {
        self.incomplete.is_none() && self.lists.contains(&kind)
    }
}

impl<'a> ResourceGraph<'a> {
    /// Whether a resource comes from the estate's own input, be it judged or only read there.
    #[must_use]
    pub fn is_own(&self, id: ResourceId) -> bool {
        self.root_of(id) == 0
    }

    /// The provider configurations of the estate itself.
    #[must_use]
    pub fn own_providers(&self) -> &[Provider<'a>] {
        let end = self.others.first().map(|other| other.first_provider);
        let end = end.unwrap_or(self.providers().len());
        self.providers().get(..end).unwrap_or_default()
    }

    /// Why there may be more that completes a resource than the input shows, if so.
    #[must_use]
    pub fn incomplete_for(&self, id: ResourceId) -> Option<Why> {
        let other = self.root_of(id).checked_sub(1);
        let other = other.and_then(|at| self.others.get(at));
        self.incomplete.or(other.and_then(|other| other.incomplete))
    }

    /// Whether every role, user and group of an account is known, with what is attached to them.
    #[must_use]
    pub fn identities_complete(&self, account: &str) -> bool {
        let ends = self.others.iter().skip(1).map(|next| next.first_provider);
        let ends = ends.chain([self.providers.len()]);
        let kinds = [Kind::Role, Kind::User, Kind::Group];
        self.others.iter().zip(ends).any(|(other, end)| {
            let providers = self.providers.get(other.first_provider..end);
            let mut providers = providers.unwrap_or_default().iter();
            kinds.iter().all(|kind| other.has_all(*kind))
                && providers.any(|provider| provider.account.as_deref() == Some(account))
        })
    }

    /// Whether a resource comes from a list of all of its kind: beside it, the absence of another is known.
    #[must_use]
    pub fn is_listed(&self, id: ResourceId) -> bool {
        let other = self.root_of(id).checked_sub(1);
        let other = other.and_then(|at| self.others.get(at));
        let kind = self.get(id).kind();
        other
            .zip(kind)
            .is_some_and(|(other, kind)| other.has_all(kind))
    }

    /// The root that a resource comes from: the estate is 0, the others follow.
    pub(super) fn root_of(&self, id: ResourceId) -> usize {
        match self.carried(id) {
            Some(carried) => self.root_of(carried.by),
            None => self.others.partition_point(|other| other.first <= id),
        }
    }

    /// The root that a text belongs to, likewise.
    fn root_in(&self, file: FileId) -> usize {
        let at = self.others.iter().position(|other| other.file == file);
        at.map_or(0, |at| at + 1)
    }

    /// The resource of one of these kinds that has this ARN, id or name, as the estate sees it: one of its
    /// own, else one that another root makes, else a data source that reads it. Where several have it (in
    /// two accounts, say), it cannot be told which.
    #[must_use]
    pub fn named<'v>(&self, kinds: &[Kind], name: &'v str) -> Target<'v> {
        self.named_by(kinds, name, 0)
    }

    /// The same, as the root sees it that a text belongs to: its own come first.
    #[must_use]
    pub fn named_in<'v>(&self, kinds: &[Kind], name: &'v str, file: FileId) -> Target<'v> {
        self.named_by(kinds, name, self.root_in(file))
    }

    fn named_by<'v>(&self, kinds: &[Kind], name: &'v str, root: usize) -> Target<'v> {
        let rank = |id: ResourceId| {
            let is_of_root = root > 0 && self.root_of(id) == root;
            (is_of_root, self.get(id).standing)
        };
        let mut found: Option<ResourceId> = None;
        let mut several = false;
        for kind in kinds {
            for id in self.names.candidates(hash((kind, name))) {
                let resource = self.get(id);
                let mut identities = super::graph::identities_of(resource);
                let is_it = identities.any(|(_, text)| text == name)
                    || self.arn_before_made(id).as_deref() == Some(name);
                if !is_it {
                    continue;
                }
                match found {
                    Some(other) if other == id || rank(other) > rank(id) => {}
                    Some(other) if rank(other) == rank(id) => {
                        several |= !self.is_same(other, id);
                    }
                    _ => (found, several) = (Some(id), false),
                }
            }
        }
        match found {
            Some(_) if several => Target::Unknown(Why::SeveralMatch),
            Some(id) => Target::Resource(id),
            None => Target::Outside(name),
        }
    }

    /// Whether two resources that are not the estate's own are evidently one thing, told twice.
    fn is_same(&self, one: ResourceId, other: ResourceId) -> bool {
        let is_own = |id| self.get(id).standing == Standing::Judged;
        let text = |id, name| {
            let value = self.get(id).get(name);
            value.and_then(Value::as_text).map(str::to_owned)
        };
        let arn = |id| text(id, "arn").or_else(|| self.arn_before_made(id));
        !is_own(one)
            && !is_own(other)
            && match (arn(one), arn(other)) {
                (Some(one), Some(other)) => one == other,
                (None, None) => text(one, "id").is_some_and(|id| text(other, "id") == Some(id)),
                _ => false,
            }
    }

    /// Whether the estate knows a resource of another root as its own: then that is the one that counts.
    #[must_use]
    pub fn is_replaced(&self, id: ResourceId) -> bool {
        let resource = self.get(id);
        let kinds = resource.kind().filter(|_| !self.is_own(id));
        let mut identities = super::graph::identities_of(resource);
        kinds.is_some_and(|kind| {
            identities.any(|(_, name)| match self.named(&[kind], name) {
                Target::Resource(found) => found != id,
                _ => false,
            })
        })
    }
}
