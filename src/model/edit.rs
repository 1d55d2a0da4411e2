//! Changes of an estate that would settle a finding: said in canonical terms, and made to a graph to see what comes
//! of them.

use std::borrow::Cow;

use super::graph::{ResourceGraph, ResourceId};
use super::parts::{Part, PartContent};
use super::source::Span;
use super::statement::{self, Statement};
use super::value::{Data, Map, Value};

/// One attribute of one resource with another value.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Edit {
    /// Whose attribute it is.
    pub of: ResourceId,
    /// Its canonical path.
    pub path: Cow<'static, str>,
    /// What it becomes.
    pub to: To,
}

/// What an attribute becomes.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum To {
    /// This and nothing else.
    Is(Scalar),
    /// A policy with one more statement, at the end of the list with the statement that stands at this place.
    With(Box<Statement>, Span),
}

/// What an attribute is set to.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Scalar {
    /// A truth value.
    Flag(bool),
    /// A text.
    Text(Cow<'static, str>),
}

/// What [`ResourceGraph::edit`] took away.
#[derive(Debug)]
pub struct Undo<'a>(Vec<(ResourceId, String, Option<Value<'a>>)>);

impl Scalar {
    /// The value that it is in the model.
    #[must_use]
    pub fn value<'a>(&self, at: Span) -> Value<'a> {
        let data = match self {
            Self::Flag(flag) => Data::Bool(*flag),
            Self::Text(text) => Data::Text(text.clone()),
        };
        Value::new(data, at)
    }
}

impl Part<'_, '_> {
    /// The change that turns on a flag of a part.
    #[must_use]
    pub fn turn_on(&self, graph: &ResourceGraph<'_>, flag: &str) -> Option<Edit> {
        let path = match self.content {
            PartContent::Resource(_) => flag.to_owned(),
            PartContent::Inside(value) => {
                let mut attributes = self.said_by.entry?.row.attributes.iter();
                let name = attributes.find_map(|attribute| {
                    let name = attribute.canonical();
                    let own = self.said_by.get(&name)?;
                    (attribute.part.is_some() && std::ptr::eq(own, value)).then_some(name)
                });
                format!("{}.{flag}", name?)
            }
            PartContent::Whole(_) => return None,
        };
        Some(Edit {
            of: graph.find(self.said_by.address.as_str())?,
            path: path.into(),
            to: To::Is(Scalar::Flag(true)),
        })
    }
}

/// What to do, in canonical terms: `` set `enable_key_rotation = true` ``.
#[must_use]
pub fn words(edits: &[Edit]) -> String {
    let each = edits.iter().filter_map(|edit| match &edit.to {
        To::Is(Scalar::Flag(flag)) => Some(format!("`{} = {flag}`", edit.path)),
        To::Is(Scalar::Text(text)) => Some(format!("`{} = {text:?}`", edit.path)),
        To::With(..) => None,
    });
    format!("set {}", each.collect::<Vec<_>>().join(" and "))
}

impl<'a> ResourceGraph<'a> {
    /// Makes changes, and keeps what was there. They must be of arguments that neither name a resource nor refer to
    /// one: who is who stays as it was worked out.
    pub fn edit(&mut self, edits: &[Edit]) -> Undo<'a> {
        let mut undo = Vec::with_capacity(edits.len());
        for edit in edits {
            let Some(resource) = self.resources.get_mut(edit.of.0 as usize) else {
                continue;
            };
            let at = resource.origin;
            let first = edit.path.split('.').next().unwrap_or_default();
            let before = resource.attributes.get(first).cloned();
            undo.push((edit.of, first.to_owned(), before));
            match &edit.to {
                To::Is(to) => set(&mut resource.attributes, &edit.path, to.value(at), at),
                To::With(statement, beside) => {
                    let policy = resource.attributes.get_mut(first);
                    let is_it = |at: Span| at == *beside;
                    let list = policy.and_then(|policy| statement::beside(policy, &is_it));
                    if let Some(list) = list {
                        list.push(statement.value(*beside));
                    }
                }
            }
        }
        Undo(undo)
    }

    /// The policies in which a statement stands at a place: whose attribute it is, and the place there, which several
    /// readings of one file tell differently.
    pub fn statements_at(
        &self,
        is_it: &dyn Fn(Span) -> bool,
    ) -> impl Iterator<Item = (ResourceId, &str, Span)> {
        self.iter().flat_map(move |(id, resource)| {
            let attributes = resource.attributes.iter();
            attributes.filter_map(move |(name, value)| {
                Some((id, name, statement::place_in(value, is_it)?))
            })
        })
    }

    /// Takes changes back.
    pub fn undo(&mut self, undo: Undo<'a>) {
        for (of, name, before) in undo.0.into_iter().rev() {
            let Some(resource) = self.resources.get_mut(of.0 as usize) else {
                continue;
            };
            match before {
                Some(value) => resource.attributes.insert(name, value),
                None => _ = resource.attributes.remove(&name),
            }
        }
    }
}

fn set<'a>(attributes: &mut Map<'a>, path: &str, value: Value<'a>, at: Span) {
    let Some((first, rest)) = path.split_once('.') else {
        return attributes.insert(path.to_owned(), value);
    };
    let inside = attributes.get_mut(first);
    if let Some(Data::Map(map)) = inside.map(|inside| &mut inside.data) {
        return set(map, rest, value, at);
    }
    let mut map = Map::default();
    set(&mut map, rest, value, at);
    attributes.insert(first.to_owned(), Value::new(Data::Map(map), at));
}
