//! From names to resources, by hashes of the names.

use std::hash::{DefaultHasher, Hash, Hasher};

use super::graph::ResourceId;
use super::resource::Resource;

/// From hashes to the resources that may be meant: the caller compares.
#[derive(Debug, Default)]
pub struct Index(Vec<(u64, ResourceId)>);

impl Index {
    /// The addresses of the resources that the vocabulary knows.
    #[must_use]
    pub fn of_addresses(resources: &[Resource<'_>]) -> Self {
        let known = resources
            .iter()
            .enumerate()
            .filter(|(_, resource)| resource.entry.is_some());
        Self::collect(known.map(|(at, resource)| (hash(resource.address.as_str()), id_at(at))))
    }

    /// The resources that a repeated block makes, under its address without the key.
    #[must_use]
    pub fn of_instances(resources: &[Resource<'_>]) -> Self {
        let blocks = resources.iter().enumerate().filter_map(|(at, resource)| {
            resource.entry?;
            Some((hash(resource.address.block()?), id_at(at)))
        });
        Self::collect(blocks)
    }

    /// The instances of the repeated block at an address, in the order of the input.
    #[must_use]
    pub fn instances(&self, resources: &[Resource<'_>], block: &str) -> Vec<ResourceId> {
        let is_of_block = |id: &ResourceId| {
            let resource = resources.get(id.0 as usize);
            resource.is_some_and(|resource| resource.address.block() == Some(block))
        };
        self.candidates(hash(block)).filter(is_of_block).collect()
    }

    pub(super) fn collect(entries: impl Iterator<Item = (u64, ResourceId)>) -> Self {
        let mut entries: Vec<_> = entries.collect();
        entries.sort_unstable();
        Self(entries)
    }

    /// The resource at an address.
    #[must_use]
    pub fn find(&self, resources: &[Resource<'_>], address: &str) -> Option<ResourceId> {
        self.candidates(hash(address)).find(|id| {
            let resource = resources.get(id.0 as usize);
            resource.is_some_and(|resource| resource.address.as_str() == address)
        })
    }

    pub(super) fn candidates(&self, hash: u64) -> impl Iterator<Item = ResourceId> {
        let begin = self.0.partition_point(|(other, _)| *other < hash);
        self.0
            .iter()
            .skip(begin)
            .take_while(move |(other, _)| *other == hash)
            .map(|(_, id)| *id)
    }
}

pub(super) fn hash(key: impl Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    key.hash(&mut hasher);
    hasher.finish()
}

/// The id of the resource at a place in the list of them.
pub(super) fn id_at(at: usize) -> ResourceId {
    ResourceId(u32::try_from(at).unwrap_or(u32::MAX))
}
