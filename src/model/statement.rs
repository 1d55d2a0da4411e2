//! A policy statement that is missing: what it would say, before it is written in any language.

use super::graph::ResourceId;
use super::source::Span;
use super::value::{Data, Map, Piece, Reference, Referent, Value};

/// A statement that allows something.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Statement {
    /// What it allows.
    pub actions: Vec<String>,
    /// On what; nothing where the policy's own resource is meant.
    pub resources: Vec<Name>,
    /// The type of principal, and who.
    pub principal: Option<(&'static str, Name)>,
    /// An operator, a key and a value.
    pub condition: Option<[&'static str; 3]>,
}

/// How a statement names something.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Name {
    /// By a text.
    Text(String),
    /// By the ARN of a resource of the input, with what follows it.
    Arn(ResourceId, String),
    /// By what the reader must find out.
    Gap(String),
}

impl Statement {
    /// Whether nothing in it is left to the reader.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        let principal = self.principal.iter().map(|(_, who)| who);
        let mut names = self.resources.iter().chain(principal);
        !names.any(|name| matches!(name, Name::Gap(_)))
    }

    /// The resources of the input that it names.
    pub fn named(&self) -> impl Iterator<Item = ResourceId> {
        let principal = self.principal.iter().map(|(_, who)| who);
        let names = self.resources.iter().chain(principal);
        names.filter_map(|name| match name {
            Name::Arn(id, _) => Some(*id),
            Name::Text(_) | Name::Gap(_) => None,
        })
    }

    /// The statement as a policy of the model has it.
    #[must_use]
    pub fn value<'a>(&self, at: Span) -> Value<'a> {
        let text = |text: &str| Value::text(text.to_owned(), at);
        let list = |all: Vec<Value<'a>>| Value::new(Data::List(all), at);
        let map = |entries: Vec<(String, Value<'a>)>| {
            let mut map = Map::default();
            for (key, value) in entries {
                map.push(key.into(), value);
            }
            Value::new(Data::Map(map), at)
        };
        let actions = self.actions.iter().map(|action| text(action)).collect();
        let mut entries = vec![
            ("Effect".to_owned(), text("Allow")),
            ("Action".to_owned(), list(actions)),
        ];
        if !self.resources.is_empty() {
            let resources = self.resources.iter().map(|one| one.value(at)).collect();
            entries.push(("Resource".to_owned(), list(resources)));
        }
        if let Some((of, who)) = &self.principal {
            let principal = match *of {
                "*" => who.value(at),
                of => map(vec![(of.to_owned(), who.value(at))]),
            };
            entries.push(("Principal".to_owned(), principal));
        }
        if let Some([test, key, value]) = self.condition {
            let inner = map(vec![(key.to_owned(), text(value))]);
            entries.push(("Condition".to_owned(), map(vec![(test.to_owned(), inner)])));
        }
        map(entries)
    }
}

impl Name {
    fn value<'a>(&self, at: Span) -> Value<'a> {
        match self {
            Self::Text(text) | Self::Gap(text) => Value::text(text.clone(), at),
            Self::Arn(id, inside) => {
                let arn = Piece::Reference(Reference {
                    of: Referent::Resource(*id),
                    attribute: "arn".into(),
                });
                let rest = (!inside.is_empty()).then(|| Piece::Known(inside.clone().into()));
                let pieces = std::iter::once(arn).chain(rest);
                Value::new(Data::Template(pieces.collect()), at)
            }
        }
    }
}

/// Where in a value a policy has a statement that stands at a place: its list of statements.
pub(super) fn beside<'v, 'a>(
    value: &'v mut Value<'a>,
    is_it: &dyn Fn(Span) -> bool,
) -> Option<&'v mut Vec<Value<'a>>> {
    match &mut value.data {
        Data::List(list) => list.iter_mut().find_map(|one| beside(one, is_it)),
        Data::Map(map) => {
            let is_here = map.get("Statement").and_then(Value::as_list);
            if is_here.is_some_and(|list| list.iter().any(|one| is_it(one.origin))) {
                return match map.get_mut("Statement").map(|own| &mut own.data) {
                    Some(Data::List(list)) => Some(list),
                    _ => None,
                };
            }
            map.iter_mut().find_map(|(_, one)| beside(one, is_it))
        }
        _ => None,
    }
}

/// The place of the statement in a value that stands at one of some places.
pub(super) fn place_in(value: &Value<'_>, is_it: &dyn Fn(Span) -> bool) -> Option<Span> {
    match &value.data {
        Data::List(list) => list.iter().find_map(|one| place_in(one, is_it)),
        Data::Map(map) => {
            let own = map.get("Statement").and_then(Value::as_list);
            let mut own = own.into_iter().flatten().map(|one| one.origin);
            own.find(|at| is_it(*at))
                .or_else(|| map.iter().find_map(|(_, one)| place_in(one, is_it)))
        }
        _ => None,
    }
}
