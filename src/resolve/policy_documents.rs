//! `aws_iam_policy_document` data sources that Terraform reads only while it applies: the document is
//! rebuilt from the statements that the plan keeps, with references in the place of what is not known.
//!
//! Follows the provider (Terraform AWS provider documentation, "Data Source: `aws_iam_policy_document`"):
//! sources first, then the statements written here, then overrides; a statement replaces the one with
//! the same `Sid` before it.

use std::collections::{HashMap, HashSet};

use super::mentions::{one_each, scope_of};
use super::scope::Scopes;
use super::statements::{Leaves, blocks_of, matching};
use crate::model::expression::{Expression, Written, find};
use crate::model::graph::{Draft, ResourceId};
use crate::model::resource::Resource;
use crate::model::source::Span;
use crate::model::value::{Data, Map, Value, Why};
use crate::model::vocabulary::Kind;

/// The arguments that pass documents in, those before this one's own statements first.
const SOURCES: [&str; 2] = ["source_json", "source_policy_documents"];
const OVERRIDES: [&str; 2] = ["override_policy_documents", "override_json"];

/// The documents that were rebuilt, by the data source that gives them.
#[derive(Default)]
pub(super) struct Documents<'a> {
    documents: HashMap<ResourceId, Value<'a>>,
}

impl<'a> Documents<'a> {
    pub(super) fn get(&self, id: ResourceId) -> Option<&Value<'a>> {
        self.documents.get(&id)
    }
}

/// Whether an attribute of the data source is the document itself. A name that is not told can be no
/// other, where a policy is wanted.
pub(super) fn is_document_text(attribute: Option<&str>) -> bool {
    matches!(attribute, None | Some("json" | "minified_json"))
}

/// More statements than any policy that AWS takes: a document beyond that stays unknown.
const STATEMENTS: usize = 2000;

/// Rebuilds every document that is not known.
pub(super) fn rebuild<'a>(draft: &Draft<'a>, scopes: &Scopes<'_, 'a>) -> Documents<'a> {
    let mut builder = Builder {
        draft,
        scopes,
        documents: Documents::default(),
        visited: HashSet::new(),
    };
    for (at, resource) in draft.resources.iter().enumerate() {
        if resource.kind() == Some(Kind::PolicyDocument) {
            builder.build_with_sources(ResourceId(u32::try_from(at).unwrap_or(u32::MAX)));
        }
    }
    builder.documents
}

struct Builder<'b, 'd, 'a> {
    draft: &'b Draft<'a>,
    scopes: &'b Scopes<'d, 'a>,
    documents: Documents<'a>,
    /// Begun or done. A document that needs itself finds no document there, and stays unknown.
    visited: HashSet<ResourceId>,
}

impl<'b, 'a> Builder<'b, '_, 'a> {
    /// Builds a document after all that it is made of, however long the chain is.
    fn build_with_sources(&mut self, id: ResourceId) {
        let mut stack = vec![(id, false)];
        while let Some((id, sources_done)) = stack.pop() {
            let Some(resource) = self.open_document(id) else {
                continue;
            };
            let written = self.scopes.written(id);
            if sources_done {
                let document = self.build(resource, written);
                self.documents.documents.insert(id, document);
            } else if self.visited.insert(id) {
                stack.push((id, true));
                for name in SOURCES.into_iter().chain(OVERRIDES) {
                    let sources = self.mentioned_documents(resource, written, name);
                    stack.extend(sources.into_iter().map(|id| (id, false)));
                }
            }
        }
    }

    /// A data source of which the plan does not have the document.
    fn open_document(&self, id: ResourceId) -> Option<&'b Resource<'a>> {
        let resource = self.draft.resources.get(id.0 as usize)?;
        let is_document = resource.kind() == Some(Kind::PolicyDocument);
        resource
            .get("json")?
            .why_unknown()
            .filter(|_| is_document)?;
        Some(resource)
    }

    fn build(&self, resource: &Resource<'a>, written: Option<&Written<'a>>) -> Value<'a> {
        let origin = resource.origin;
        let unknown = || Value::new(Data::Unknown(Why::KnownAfterApply), origin);
        let mut merged = Document::default();
        for name in SOURCES {
            for source in self.documents_in(resource, written, name) {
                match source.as_ref().and_then(parts) {
                    Some(source) => merged.merge(source),
                    // What it says is not known; what comes after it still counts.
                    None => merged.statements.push((None, unknown())),
                }
            }
        }
        merged.merge(self.own(resource, written));
        for name in OVERRIDES {
            for document in self.documents_in(resource, written, name) {
                match document.as_ref().and_then(parts) {
                    Some(document) => merged.merge(document),
                    // It may replace any statement.
                    None => return unknown(),
                }
            }
        }
        if merged.statements.len() > STATEMENTS {
            return unknown();
        }
        let mut document = merged.into_value(origin);
        // One secret in it makes a text secret as a whole.
        document.sensitive = resource
            .attributes
            .iter()
            .any(|(_, value)| has_secret(value));
        document
    }

    /// The documents that an argument passes in; none for one that cannot be told.
    fn documents_in(
        &self,
        resource: &Resource<'a>,
        written: Option<&Written<'a>>,
        name: &str,
    ) -> Vec<Option<Value<'a>>> {
        let Some(value) = resource.get(name) else {
            return Vec::new();
        };
        let mut found = self
            .mentioned_documents(resource, written, name)
            .into_iter();
        let elements = elements(value).iter().map(|element| {
            if element.is_known() {
                return Some(element.clone());
            }
            found.next().and_then(|id| self.documents.get(id).cloned())
        });
        elements.collect()
    }

    /// The documents behind the unknown elements of an argument, in their order.
    fn mentioned_documents(
        &self,
        resource: &Resource<'a>,
        written: Option<&Written<'a>>,
        name: &str,
    ) -> Vec<ResourceId> {
        let Some(value) = resource.get(name) else {
            return Vec::new();
        };
        let Some((written, Expression::Mentions(mentions))) =
            written.and_then(|written| Some((written, find(&written.expressions, name)?)))
        else {
            return Vec::new();
        };
        // Of a list that is unknown as a whole, not even the number of elements is told.
        let is_list_of_documents = name.ends_with("documents");
        if is_list_of_documents && value.as_list().is_none() {
            return Vec::new();
        }
        let unknown = elements(value)
            .iter()
            .filter(|element| !element.is_known())
            .count();
        let leads = self.scopes.leads(mentions, scope_of(resource, written));
        let found = one_each(&leads, unknown).unwrap_or_default();
        let documents = found.into_iter().map(|(id, name)| {
            let is_text = is_document_text(name.as_deref());
            is_text.then_some(id)
        });
        documents.collect::<Option<_>>().unwrap_or_default()
    }

    /// The statements written in the data source itself.
    fn own(&self, resource: &Resource<'a>, written: Option<&Written<'a>>) -> Document<'a> {
        let version = resource.get("version").and_then(Value::as_text);
        let mut document = Document {
            id: resource.get("policy_id").cloned(),
            version: Some(version.unwrap_or("2012-10-17").to_owned()),
            statements: Vec::new(),
        };
        let Some(statements) = resource.get("statement") else {
            return document;
        };
        let Some(list) = statements.as_list() else {
            // A `dynamic` block over something unknown: not even their number is told.
            let data = Data::Unknown(Why::KnownAfterApply);
            document
                .statements
                .push((None, Value::new(data, statements.origin)));
            return document;
        };
        let blocks = written.and_then(|written| find(&written.expressions, "statement"));
        let blocks = blocks_of(blocks);
        // Statements keep their order. Those of `dynamic` blocks are not in the configuration: only if
        // there are none does each statement have its block in its own place.
        let block_of = |at: usize, map: &Map<'a>| {
            if blocks.len() == list.len() {
                blocks.get(at)
            } else {
                matching(map, list, blocks)
            }
        };
        for (at, statement) in list.iter().enumerate() {
            let Some(map) = statement.as_map() else {
                document.statements.push((None, statement.clone()));
                continue;
            };
            let leaves = Leaves {
                scopes: self.scopes,
                scope: written.map(|written| scope_of(resource, written)),
            };
            let rendered = leaves.statement(map, block_of(at, map), statement.origin);
            let sid = map.get("sid").and_then(Value::as_text).map(str::to_owned);
            document.statements.push((sid, rendered));
        }
        document
    }
}

/// A document while it is put together.
#[derive(Default)]
struct Document<'a> {
    id: Option<Value<'a>>,
    version: Option<String>,
    statements: Vec<(Option<String>, Value<'a>)>,
}

impl<'a> Document<'a> {
    fn merge(&mut self, newer: Self) {
        self.id = newer.id.or(self.id.take());
        self.version = newer.version.max(self.version.take());
        for (sid, statement) in newer.statements {
            let same = sid.as_ref().and_then(|sid| {
                let mut known = self.statements.iter_mut();
                known.find(|(other, _)| other.as_ref() == Some(sid))
            });
            match same {
                Some((_, old)) => *old = statement,
                None => self.statements.push((sid, statement)),
            }
        }
    }

    fn into_value(self, origin: Span) -> Value<'a> {
        let mut map = Map::default();
        if let Some(version) = self.version {
            map.push("Version".into(), Value::text(version, origin));
        }
        if let Some(id) = self.id {
            map.push("Id".into(), id);
        }
        let statements = self.statements.into_iter().map(|(_, value)| value);
        let statements = Data::List(statements.collect());
        map.push("Statement".into(), Value::new(statements, origin));
        Value::new(Data::Map(map), origin)
    }
}

/// The elements of a list; of another value, the value itself.
fn elements<'v, 'a>(value: &'v Value<'a>) -> &'v [Value<'a>] {
    value.as_list().unwrap_or(std::slice::from_ref(value))
}

fn has_secret(value: &Value<'_>) -> bool {
    value.sensitive
        || match &value.data {
            Data::List(list) => list.iter().any(has_secret),
            Data::Map(map) => map.iter().any(|(_, value)| has_secret(value)),
            _ => false,
        }
}

/// Takes a document apart that is known, as text or as an object.
fn parts<'a>(document: &Value<'a>) -> Option<Document<'a>> {
    let parsed;
    let map = match &document.data {
        Data::Map(map) => map,
        Data::Text(text) if text.is_empty() => return Some(Document::default()),
        Data::Text(text) => {
            let json: serde_json::Value = serde_json::from_str(text).ok()?;
            parsed = owned(json, document.origin);
            parsed.as_map()?
        }
        _ => return None,
    };
    let statements = match map.get("Statement") {
        None => Vec::new(),
        Some(Value {
            data: Data::List(list),
            ..
        }) => list.clone(),
        Some(one) => vec![one.clone()],
    };
    let with_sid = statements.into_iter().map(|statement| {
        let sid = statement.as_map().and_then(|map| map.get("Sid"));
        let sid = sid.and_then(Value::as_text).filter(|sid| !sid.is_empty());
        (sid.map(str::to_owned), statement)
    });
    Some(Document {
        id: map.get("Id").cloned(),
        version: map
            .get("Version")
            .and_then(Value::as_text)
            .map(str::to_owned),
        statements: with_sid.collect(),
    })
}

fn owned<'a>(json: serde_json::Value, origin: Span) -> Value<'a> {
    let data = match json {
        serde_json::Value::Null => Data::Null,
        serde_json::Value::Bool(value) => Data::Bool(value),
        serde_json::Value::Number(number) => Data::Number(number),
        serde_json::Value::String(text) => Data::Text(text.into()),
        serde_json::Value::Array(list) => {
            Data::List(list.into_iter().map(|value| owned(value, origin)).collect())
        }
        serde_json::Value::Object(object) => {
            let mut map = Map::default();
            for (key, value) in object {
                map.push(key.into(), owned(value, origin));
            }
            Data::Map(map)
        }
    };
    Value::new(data, origin)
}
