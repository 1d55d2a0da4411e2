//! Statements of an `aws_iam_policy_document`: from the data source's blocks to a document's JSON, with
//! resources in the place of what is not known.

use std::borrow::Cow;

use super::mentions::{one_each, stands_alone};
use super::scope::{Lead, Scope, Scopes};
use crate::model::expression::Expression;
use crate::model::graph::ResourceId;
use crate::model::source::Span;
use crate::model::value::{Data, Map, Piece, Reference, Referent, Value, Why};

/// Renders statements, and finds what stands behind their unknown leaves.
pub(super) struct Leaves<'l, 'd, 'a> {
    pub(super) scopes: &'l Scopes<'d, 'a>,
    /// Where the expressions of the data source stand, if it is written in the input.
    pub(super) scope: Option<Scope<'l>>,
}

impl<'a> Leaves<'_, '_, 'a> {
    /// One statement as it stands in a document.
    pub(super) fn statement(
        &self,
        statement: &Map<'a>,
        block: Option<&Expression<'a>>,
        origin: Span,
    ) -> Value<'a> {
        let written = |name: &str| block.and_then(|block| block.get(name));
        let mut out = Map::default();
        if let Some(sid) = statement.get("sid") {
            out.push("Sid".into(), sid.clone());
        }
        let effect = statement.get("effect").cloned();
        let effect = effect.unwrap_or_else(|| Value::text("Allow", origin));
        out.push("Effect".into(), effect);
        for (name, element) in [
            ("principals", "Principal"),
            ("not_principals", "NotPrincipal"),
        ] {
            if let Some(value) = statement.get(name) {
                self.principals(value, written(name), element, &mut out);
            }
        }
        for (name, element) in [
            ("actions", "Action"),
            ("not_actions", "NotAction"),
            ("resources", "Resource"),
            ("not_resources", "NotResource"),
        ] {
            if let Some(value) = statement.get(name) {
                out.push(
                    element.into(),
                    self.texts(value, written(name), Element::Resource),
                );
            }
        }
        if let Some(value) = statement.get("condition") {
            self.conditions(value, written("condition"), &mut out);
        }
        Value::new(Data::Map(out), origin)
    }

    /// `principals` blocks: one entry for each type.
    fn principals(
        &self,
        blocks: &Value<'a>,
        written: Option<&Expression<'a>>,
        element: &'static str,
        out: &mut Map<'a>,
    ) {
        let Some(list) = blocks.as_list() else {
            return out.push(element.into(), blocks.clone());
        };
        let mut types = Map::default();
        for (map, block) in paired(list, written) {
            let Some(kind) = map.get("type").and_then(Value::as_text) else {
                let unknown = Data::Unknown(Why::KnownAfterApply);
                return out.push(element.into(), Value::new(unknown, blocks.origin));
            };
            let Some(identifiers) = map.get("identifiers") else {
                continue;
            };
            let expression = block.and_then(|block| block.get("identifiers"));
            let identifiers = self.texts(identifiers, expression, Element::Principal);
            let everybody = identifiers.as_list().is_some_and(|list| {
                list.len() == 1 && list.iter().all(|one| one.as_text() == Some("*"))
            });
            if kind == "*" && everybody {
                return out.push(element.into(), Value::text("*", identifiers.origin));
            }
            append(&mut types, kind.to_owned().into(), identifiers);
        }
        if !types.is_empty() {
            out.push(element.into(), Value::new(Data::Map(types), blocks.origin));
        }
    }

    /// `condition` blocks: one entry for each test, with one for each variable.
    fn conditions(&self, blocks: &Value<'a>, written: Option<&Expression<'a>>, out: &mut Map<'a>) {
        let Some(list) = blocks.as_list() else {
            return out.push("Condition".into(), blocks.clone());
        };
        let mut tests = Map::default();
        for (map, block) in paired(list, written) {
            let text = |name: &str| map.get(name).and_then(Value::as_text).map(str::to_owned);
            let (Some(test), Some(variable), Some(values)) =
                (text("test"), text("variable"), map.get("values"))
            else {
                // Its own test is not known: the statement may hold for anybody or nobody.
                let unknown = Data::Unknown(Why::KnownAfterApply);
                return out.push("Condition".into(), Value::new(unknown, blocks.origin));
            };
            let expression = block.and_then(|block| block.get("values"));
            let values = self.texts(values, expression, Element::Condition);
            if tests.get(&test).is_none() {
                let empty = Value::new(Data::Map(Map::default()), blocks.origin);
                tests.push(test.clone().into(), empty);
            }
            if let Some(Data::Map(variables)) = tests.get_mut(&test).map(|test| &mut test.data) {
                append(variables, variable.replace("&{", "${").into(), values);
            }
        }
        if !tests.is_empty() {
            out.push(
                "Condition".into(),
                Value::new(Data::Map(tests), blocks.origin),
            );
        }
    }

    /// A list of texts.
    fn texts(
        &self,
        value: &Value<'a>,
        expression: Option<&Expression<'a>>,
        element_of: Element,
    ) -> Value<'a> {
        let Some(list) = value.as_list() else {
            return value.clone();
        };
        let unknown = list.iter().filter(|element| !element.is_known()).count();
        let mut found = self.found(expression, unknown).into_iter();
        let elements = list.iter().map(|element| {
            let data = match &element.data {
                // Terraform's own `${…}` makes authors write `&{…}` for a policy variable.
                Data::Text(text) if text.contains("&{") => {
                    Data::Text(text.replace("&{", "${").into())
                }
                Data::Unknown(_) => match found.next() {
                    Some((id, name)) => self.mentioned(id, name, element_of),
                    None => element.data.clone(),
                },
                other => other.clone(),
            };
            Value::new(data, element.origin)
        });
        Value::new(Data::List(elements.collect()), value.origin)
    }

    fn found(
        &self,
        expression: Option<&Expression<'a>>,
        unknown: usize,
    ) -> Vec<(ResourceId, Option<Cow<'a, str>>)> {
        let (Some(Expression::Mentions(mentions)), Some(scope)) = (expression, self.scope) else {
            return Vec::new();
        };
        let leads: Vec<Lead<'a>> = self.scopes.leads(mentions, scope);
        one_each(&leads, unknown).unwrap_or_default()
    }

    /// The text that mentions an attribute, as far as that tells it.
    fn mentioned(
        &self,
        id: ResourceId,
        name: Option<Cow<'a, str>>,
        element_of: Element,
    ) -> Data<'a> {
        let alone = |attribute: &str| {
            let kind = self.scopes.kind(id);
            kind.is_some_and(|kind| stands_alone(kind, attribute))
        };
        let attribute = match name {
            Some(name) => name,
            // Where only the resource is told, a principal or resource is named by its ARN.
            None if element_of != Element::Condition => Cow::Borrowed("arn"),
            None if alone("id") => Cow::Borrowed("id"),
            None => return Data::Unknown(Why::KnownAfterApply),
        };
        let (whole, is_arn) = (alone(&attribute), attribute == "arn");
        let reference = Piece::Reference(Reference {
            of: Referent::Resource(id),
            attribute,
        });
        let open = || Piece::Unknown(Why::KnownAfterApply);
        let pieces = match (whole, is_arn, element_of) {
            (true, ..) | (_, true, Element::Principal) => vec![reference],
            // Nothing comes before an ARN, but objects of a bucket have longer ones.
            (false, true, _) => vec![reference, open()],
            (false, false, _) => vec![open(), reference, open()],
        };
        Data::Template(pieces.into_boxed_slice())
    }
}

/// Where in a statement a text stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Element {
    Principal,
    /// Also an action: neither is longer than what it names, but for a resource.
    Resource,
    Condition,
}

/// Each element of a set with the block that makes it, where that can be told.
fn paired<'v, 'a>(
    list: &'v [Value<'a>],
    written: Option<&'v Expression<'a>>,
) -> Vec<(&'v Map<'a>, Option<&'v Expression<'a>>)> {
    let blocks = blocks_of(written);
    let maps = list.iter().filter_map(Value::as_map);
    maps.map(|map| match (list, blocks) {
        ([_], [block]) => (map, Some(block)),
        _ => (map, matching(map, list, blocks)),
    })
    .collect()
}

/// The blocks of an argument that may be repeated.
pub(super) fn blocks_of<'v, 'a>(written: Option<&'v Expression<'a>>) -> &'v [Expression<'a>] {
    match written {
        Some(Expression::List(blocks)) => blocks,
        Some(block @ Expression::Object(_)) => std::slice::from_ref(block),
        _ => &[],
    }
}

/// Elements times blocks that are worth comparing.
const PAIRINGS: usize = 2500;

/// The block that makes an element of a list, told by its literals: a block that is written makes one
/// element, so if only this one has all of its literals, it is the one.
pub(super) fn matching<'v, 'a>(
    map: &Map<'a>,
    list: &[Value<'a>],
    blocks: &'v [Expression<'a>],
) -> Option<&'v Expression<'a>> {
    if list.len() * blocks.len() > PAIRINGS {
        return None;
    }
    let makes_only_this = |block: &&Expression<'a>| {
        let made = list.iter().filter_map(Value::as_map);
        has_literals(map, block) && made.filter(|map| has_literals(map, block)).count() == 1
    };
    let mut candidates = blocks.iter().filter(makes_only_this);
    candidates.next().filter(|_| candidates.next().is_none())
}

fn has_literals(map: &Map<'_>, block: &Expression<'_>) -> bool {
    let Expression::Object(arguments) = block else {
        return false;
    };
    arguments.iter().all(|(name, expression)| match expression {
        Expression::Constant(literal) => {
            let value = map.get(name);
            value.is_some_and(|value| texts_of(value) == texts_of(literal))
        }
        _ => true,
    })
}

/// The texts of a literal: a set has no order, and its elements are texts whatever was written.
fn texts_of(value: &Value<'_>) -> Vec<String> {
    let text = |value: &Value<'_>| match &value.data {
        Data::Text(text) => text.clone().into_owned(),
        Data::Bool(value) => value.to_string(),
        Data::Number(number) => number.to_string(),
        _ => String::new(),
    };
    let mut texts: Vec<_> = match &value.data {
        Data::List(list) => list.iter().map(text).collect(),
        _ => vec![text(value)],
    };
    texts.sort_unstable();
    texts
}

/// Adds a list under a key, after what is there.
fn append<'a>(map: &mut Map<'a>, key: Cow<'a, str>, mut more: Value<'a>) {
    if let (Some(Data::List(known)), Data::List(more)) = (
        map.get_mut(&key).map(|value| &mut value.data),
        &mut more.data,
    ) {
        known.append(more);
        return;
    }
    map.push(key, more);
}
