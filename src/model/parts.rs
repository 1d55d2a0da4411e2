//! What completes a resource: a resource of its own, or a block inside its owner.

use super::resource::Resource;
use super::value::{Data, Map, Value, Why};
use super::vocabulary::Kind;

/// What completes a resource: the bucket's policies, say.
#[derive(Debug)]
pub struct Parts<'g, 'a> {
    /// The parts that are known: resources of their own, else what is written inside the owner.
    pub found: Vec<Part<'g, 'a>>,
    /// Why there may be more: with this, the absence of a part is not known.
    pub perhaps_more: Option<Why>,
    /// Parts that the change deletes.
    pub deleted: Vec<&'g Resource<'a>>,
}

/// One part of a resource: a resource of its own, or a block inside its owner.
#[derive(Debug, Clone, Copy)]
pub struct Part<'g, 'a> {
    /// The resource that says it.
    pub said_by: &'g Resource<'a>,
    pub(super) kind: Kind,
    pub(super) content: PartContent<'g, 'a>,
}

#[derive(Debug, Clone, Copy)]
pub(super) enum PartContent<'g, 'a> {
    Resource(&'g Map<'a>),
    /// Inside the owner: the value of the attribute that holds it.
    Inside(&'g Value<'a>),
    /// Likewise, where that value is the one attribute that the part has: a policy.
    Whole(&'g Value<'a>),
}

impl<'g, 'a> Part<'g, 'a> {
    /// An attribute by its canonical path, which its kind has; `None` is known to be absent.
    #[must_use]
    #[cfg_attr(debug_assertions, track_caller)]
    pub fn get(&self, path: &str) -> Option<&'g Value<'a>> {
        debug_assert!(
            self.kind.has(path),
            "the vocabulary has no `{path}` for {}",
            self.kind.name()
        );
        match self.content {
            PartContent::Resource(attributes) => attributes.at(path),
            PartContent::Inside(value) => match &value.data {
                Data::Map(map) => map.at(path),
                _ => Some(value),
            },
            PartContent::Whole(value) => Some(value),
        }
    }
}
