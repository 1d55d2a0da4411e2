//! The trees beside a plan's values that say which of them are unknown, or secret.

use std::borrow::Cow;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};

use super::json::Text;
use crate::model::source::Span;
use crate::model::value::{Data, Map, Value, Why};
use crate::model::vocabulary::{Field, Fields, Shape};

/// Which parts of a value are marked. `false`, `{}` and `[]` mark nothing.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Marks<'de> {
    /// Nothing in it.
    None,
    /// All of it.
    All,
    /// Some entries of an object.
    Map(Vec<(Cow<'de, str>, Marks<'de>)>),
    /// Some elements of a list.
    List(Vec<Marks<'de>>),
}

impl Marks<'_> {
    pub(super) fn is_none(&self) -> bool {
        *self == Self::None
    }
}

/// Reads marks under the names of `fields`.
pub(super) struct MarksSeed {
    pub(super) field: Option<&'static Field>,
    /// The attributes of a whole resource; wins over `field`.
    pub(super) fields: Option<&'static Fields>,
    /// Attributes of the resource that the vocabulary does not name are left out.
    pub(super) named_only: bool,
}

impl MarksSeed {
    /// Marks on the attributes of a resource.
    pub(super) fn of(fields: &'static Fields, named_only: bool) -> Self {
        Self {
            field: None,
            fields: Some(fields),
            named_only,
        }
    }

    fn inside(field: Option<&'static Field>) -> Self {
        Self {
            field,
            fields: None,
            named_only: false,
        }
    }
}

impl<'de> DeserializeSeed<'de> for MarksSeed {
    type Value = Marks<'de>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        let shape = self.field.and_then(|field| field.attribute);
        let marks = deserializer.deserialize_any(self)?;
        Ok(match (shape.map(|attribute| attribute.shape), marks) {
            (Some(Shape::Tags), Marks::List(_)) => Marks::All,
            (Some(Shape::Each(_)), Marks::List(list)) => {
                let any = |marks| {
                    if marks == Marks::None {
                        marks
                    } else {
                        Marks::All
                    }
                };
                Marks::List(list.into_iter().map(any).collect())
            }
            (_, marks) => marks,
        })
    }
}

impl<'de> Visitor<'de> for MarksSeed {
    type Value = Marks<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("true, false, or a tree of them")
    }

    fn visit_unit<E>(self) -> Result<Self::Value, E> {
        Ok(Marks::None)
    }

    fn visit_bool<E>(self, marked: bool) -> Result<Self::Value, E> {
        Ok(if marked { Marks::All } else { Marks::None })
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut sequence: A) -> Result<Self::Value, A::Error> {
        let (mut elements, mut any) = (Vec::new(), false);
        while let Some(marks) = sequence.next_element_seed(Element(self.field))? {
            any |= !marks.is_none();
            elements.push(marks);
        }
        Ok(match (any, self.field.is_some_and(|field| field.single)) {
            (false, _) => Marks::None,
            (true, true) => elements.pop().unwrap_or(Marks::None),
            (true, false) => Marks::List(elements),
        })
    }

    fn visit_map<A: MapAccess<'de>>(self, mut object: A) -> Result<Self::Value, A::Error> {
        let (mut entries, mut hint) = (Vec::new(), 0);
        let fields = self.fields.or(self.field.map(|field| &field.fields));
        while let Some(Text(key)) = object.next_key()? {
            let field = fields.and_then(|fields| fields.get(&key, &mut hint));
            if self.named_only && field.is_none() {
                object.next_value::<IgnoredAny>()?;
                continue;
            }
            let marks = object.next_value_seed(MarksSeed::inside(field))?;
            if !marks.is_none() {
                entries.push((field.map_or(key, |field| Cow::Borrowed(field.name)), marks));
            }
        }
        Ok(if entries.is_empty() {
            Marks::None
        } else {
            Marks::Map(entries)
        })
    }
}

/// An element of a list: it has the names of its list, and its shape is the list's business.
struct Element(Option<&'static Field>);

impl<'de> DeserializeSeed<'de> for Element {
    type Value = Marks<'de>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_any(MarksSeed::inside(self.0))
    }
}

/// Puts `why` in the place of everything that is marked; what the plan leaves out is added.
pub(super) fn mark_unknown<'de>(value: &mut Value<'de>, marks: Marks<'de>, why: Why) {
    match marks {
        Marks::None => {}
        Marks::All => value.data = Data::Unknown(why),
        Marks::Map(entries) => {
            if !matches!(value.data, Data::Map(_)) {
                value.data = Data::Map(Map::default());
            }
            let origin = value.origin;
            if let Data::Map(map) = &mut value.data {
                mark_entries_unknown(map, entries, why, origin);
            }
        }
        Marks::List(elements) => {
            if !matches!(value.data, Data::List(_)) {
                value.data = Data::List(Vec::new());
            }
            let origin = value.origin;
            if let Data::List(list) = &mut value.data {
                for (at, marks) in elements.into_iter().enumerate() {
                    if list.len() == at {
                        list.push(Value::new(Data::Null, origin));
                    }
                    if let Some(element) = list.get_mut(at) {
                        mark_unknown(element, marks, why);
                    }
                }
            }
        }
    }
}

/// From this many marks on, an index of the object pays.
const MANY: usize = 64;

/// [`mark_unknown`] for the attributes of a resource.
pub(super) fn mark_entries_unknown<'de>(
    map: &mut Map<'de>,
    entries: Vec<(Cow<'de, str>, Marks<'de>)>,
    why: Why,
    origin: Span,
) {
    let mut missing = Vec::new();
    if entries.len() < MANY {
        for (key, marks) in entries {
            match map.get_mut(&key) {
                Some(value) => mark_unknown(value, marks, why),
                None => missing.push((key, marks)),
            }
        }
    } else {
        let mut known = map.by_key();
        for (key, marks) in entries {
            match known.get_mut(key.as_ref()) {
                Some(value) => mark_unknown(value, marks, why),
                None => missing.push((key, marks)),
            }
        }
    }
    for (key, marks) in missing {
        let mut value = Value::new(Data::Null, origin);
        mark_unknown(&mut value, marks, why);
        map.push(key, value);
    }
}

/// Marks values as secret, and hands their texts to `found`.
pub(super) fn mark_sensitive<'de>(
    value: &mut Value<'de>,
    marks: &Marks<'de>,
    found: &mut impl FnMut(&Value<'de>),
) {
    match marks {
        Marks::None => {}
        Marks::All => {
            value.sensitive = true;
            found(value);
        }
        Marks::Map(entries) => {
            if let Data::Map(map) = &mut value.data {
                let mut known = map.by_key();
                for (key, marks) in entries {
                    if let Some(value) = known.get_mut(key.as_ref()) {
                        mark_sensitive(value, marks, found);
                    }
                }
            }
        }
        Marks::List(elements) => {
            if let Data::List(list) = &mut value.data {
                for (value, marks) in list.iter_mut().zip(elements) {
                    mark_sensitive(value, marks, found);
                }
            }
        }
    }
}

/// Reads the marks on the attributes of a resource from a piece of the text that was kept for later, under
/// the names of `fields`.
pub(super) fn parse_of<'de>(fields: &'static Fields, text: &'de str) -> Marks<'de> {
    let mut deserializer = serde_json::Deserializer::from_str(text);
    MarksSeed::of(fields, false)
        .deserialize(&mut deserializer)
        .unwrap_or(Marks::All)
}

/// Reads marks from a piece of the text that was kept for later; what cannot be read marks all.
pub(super) fn parse(text: &str) -> Marks<'_> {
    let mut deserializer = serde_json::Deserializer::from_str(text);
    MarksSeed::inside(None)
        .deserialize(&mut deserializer)
        .unwrap_or(Marks::All)
}
