//! What the JSON loaders share: values that borrow from the text and know their place in it, read in
//! one pass, under canonical names.

use std::borrow::Cow;
use std::cell::RefCell;
use std::collections::HashSet;
use std::fmt;

use serde::de::{self, DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};

use crate::model::source::{FileId, Span};
use crate::model::value::{Data, Map, Value, Why};
use crate::model::vocabulary::{Field, Fields, Shape};

/// The text that is being read, so that a borrowed piece of it tells where it stands.
pub(super) struct Reading<'de> {
    file: FileId,
    text: &'de str,
    /// The keys of the objects that are open, so that one that comes twice is refused.
    open_keys: RefCell<Vec<Cow<'de, str>>>,
}

impl<'de> Reading<'de> {
    pub(super) fn new(file: FileId, text: &'de str) -> Self {
        Self {
            file,
            text,
            open_keys: RefCell::new(Vec::new()),
        }
    }

    pub(super) fn text(&self) -> &'de str {
        self.text
    }

    /// The whole text as a place.
    pub(super) fn everything(&self) -> Span {
        self.span(0, self.text.len())
    }

    /// The place of a piece, if it was borrowed from the text and not unescaped into a copy.
    pub(super) fn place(&self, piece: &str) -> Option<Span> {
        let start = (piece.as_ptr() as usize).checked_sub(self.text.as_ptr() as usize)?;
        (start < self.text.len()).then(|| self.span(start, start + piece.len()))
    }

    fn span(&self, start: usize, end: usize) -> Span {
        let offset = |offset: usize| u32::try_from(offset).unwrap_or(u32::MAX);
        Span {
            file: self.file,
            start: offset(start),
            end: offset(end),
        }
    }
}

/// A key or text, borrowed where the input has no escapes in it.
pub(super) struct Text<'de>(pub(super) Cow<'de, str>);

impl<'de> de::Deserialize<'de> for Text<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct TextVisitor;
        impl<'de> Visitor<'de> for TextVisitor {
            type Value = Text<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("text")
            }

            fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Self::Value, E> {
                Ok(Text(Cow::Borrowed(text)))
            }

            fn visit_str<E>(self, text: &str) -> Result<Self::Value, E> {
                Ok(Text(Cow::Owned(text.to_owned())))
            }
        }
        deserializer.deserialize_str(TextVisitor)
    }
}

/// Refuses an object that says one key twice: which of them counts would be the parser's whim.
/// Keys that come in order cost one comparison each.
pub(super) struct KeyGuard<'r, 'de> {
    reading: &'r Reading<'de>,
    begin: usize,
    /// Once keys have come out of order: all of this object's.
    unordered: Option<HashSet<Cow<'de, str>>>,
}

impl<'r, 'de> KeyGuard<'r, 'de> {
    pub(super) fn new(reading: &'r Reading<'de>) -> Self {
        let begin = reading.open_keys.borrow().len();
        Self {
            reading,
            begin,
            unordered: None,
        }
    }

    #[expect(
        clippy::ptr_arg,
        reason = "a key that is borrowed from the text is kept without a copy"
    )]
    pub(super) fn check<E: de::Error>(&mut self, key: &Cow<'de, str>) -> Result<(), E> {
        let mut keys = self.reading.open_keys.borrow_mut();
        let own = keys.get(self.begin..).unwrap_or_default();
        if self.unordered.is_none() && own.last().is_some_and(|last| last >= key) {
            self.unordered = Some(own.iter().cloned().collect());
        }
        let is_new = match &mut self.unordered {
            Some(known) => known.insert(key.clone()),
            None => true,
        };
        if !is_new {
            return Err(E::custom(format_args!("key `{key}` is there twice")));
        }
        keys.push(key.clone());
        Ok(())
    }
}

impl Drop for KeyGuard<'_, '_> {
    fn drop(&mut self) {
        self.reading.open_keys.borrow_mut().truncate(self.begin);
    }
}

/// Refuses a second value for one of the few keys of an object that count; the others are skipped.
#[derive(Default)]
pub(super) struct Seen(u32);

impl Seen {
    /// Notes a key, if it is one of these.
    pub(super) fn first_of<E: de::Error>(&mut self, keys: &[&str], key: &str) -> Result<(), E> {
        let Some(at) = keys.iter().position(|known| *known == key) else {
            return Ok(());
        };
        let bit = 1_u32 << at;
        if self.0 & bit != 0 {
            return Err(E::custom(format_args!("key `{key}` is there twice")));
        }
        self.0 |= bit;
        Ok(())
    }
}

/// Reads a value whose names are those of `field`, if the vocabulary knows it.
pub(super) struct ValueSeed<'r, 'de> {
    pub(super) reading: &'r Reading<'de>,
    pub(super) field: Option<&'static Field>,
    /// Where the value counts as said: its key, until it is a text of its own.
    pub(super) origin: Span,
}

static NO_FIELDS: Fields = Fields::none();

impl<'de> DeserializeSeed<'de> for ValueSeed<'_, 'de> {
    type Value = Value<'de>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value<'de>, D::Error> {
        let (shape, origin) = (self.shape(), self.origin);
        let value = deserializer.deserialize_any(self)?;
        Ok(shaped(value, shape, origin))
    }
}

impl<'r, 'de> ValueSeed<'r, 'de> {
    fn shape(&self) -> Shape {
        let attribute = self.field.and_then(|field| field.attribute);
        attribute.map_or(Shape::Plain, |attribute| attribute.shape)
    }

    fn known(self, data: Data<'de>) -> Value<'de> {
        Value::new(data, self.origin)
    }

    fn inner(&self, field: Option<&'static Field>, origin: Span) -> ValueSeed<'r, 'de> {
        ValueSeed {
            reading: self.reading,
            field,
            origin,
        }
    }
}

impl<'de> Visitor<'de> for ValueSeed<'_, 'de> {
    type Value = Value<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }

    fn visit_unit<E>(self) -> Result<Self::Value, E> {
        Ok(self.known(Data::Null))
    }

    fn visit_bool<E>(self, value: bool) -> Result<Self::Value, E> {
        Ok(self.known(Data::Bool(value)))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Self::Value, E> {
        Ok(self.known(Data::Number(value.into())))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Self::Value, E> {
        Ok(self.known(Data::Number(value.into())))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Self::Value, E> {
        let number = serde_json::Number::from_f64(value);
        Ok(self.known(number.map_or(Data::Null, Data::Number)))
    }

    fn visit_borrowed_str<E>(self, value: &'de str) -> Result<Self::Value, E> {
        let text = Cow::Borrowed(value);
        let origin = self.reading.place(value).unwrap_or(self.origin);
        Ok(Value::new(Data::Text(text), origin))
    }

    fn visit_str<E>(self, value: &str) -> Result<Self::Value, E> {
        Ok(self.known(Data::Text(Cow::Owned(value.to_owned()))))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut sequence: A) -> Result<Self::Value, A::Error> {
        let mut elements = Vec::new();
        let inner = self.field.map(|field| (field, field.single));
        while let Some(element) = sequence.next_element_seed(Element(&self))? {
            elements.push(element);
        }
        if inner.is_some_and(|(_, single)| single) {
            // A single block: what it holds, or nothing.
            return match (elements.pop(), elements.is_empty()) {
                (None, _) => Ok(self.known(Data::Null)),
                (Some(element), true) => Ok(element),
                (Some(_), false) => Ok(self.known(Data::Unknown(Why::UnexpectedForm))),
            };
        }
        Ok(self.known(Data::List(elements)))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut object: A) -> Result<Self::Value, A::Error> {
        let fields = self.field.map_or(&NO_FIELDS, |field| &field.fields);
        let (mut map, mut hint) = (Map::default(), 0);
        let mut guard = KeyGuard::new(self.reading);
        while let Some(Text(key)) = object.next_key()? {
            guard.check(&key)?;
            let field = fields.get(&key, &mut hint);
            let origin = self.reading.place(&key).unwrap_or(self.origin);
            let value = object.next_value_seed(self.inner(field, origin))?;
            // An argument that is null was not set.
            if value.data != Data::Null {
                map.push(field.map_or(key, |field| Cow::Borrowed(field.name)), value);
            }
        }
        drop(guard);
        Ok(self.known(Data::Map(map)))
    }
}

/// An element of a list: it has the names of its list, and its shape is the list's business.
struct Element<'s, 'r, 'de>(&'s ValueSeed<'r, 'de>);

impl<'de> DeserializeSeed<'de> for Element<'_, '_, 'de> {
    type Value = Value<'de>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value<'de>, D::Error> {
        deserializer.deserialize_any(self.0.inner(self.0.field, self.0.origin))
    }
}

/// A value in the one shape that all formats come to.
pub(crate) fn shaped(value: Value<'_>, shape: Shape, origin: Span) -> Value<'_> {
    match shape {
        Shape::Plain => value,
        Shape::Each(key) => each(value, key),
        Shape::Tags => tags(value, origin),
    }
}

/// [`Shape::Each`]: a list of texts, however the format wraps them.
fn each<'a>(value: Value<'a>, key: &str) -> Value<'a> {
    let origin = value.origin;
    let one = |mut value: Value<'a>| match &mut value.data {
        Data::Map(map) => map.remove(key).unwrap_or(value),
        _ => value,
    };
    match value.data {
        Data::Null | Data::Unknown(_) => value,
        Data::List(list) => {
            let list = list.into_iter().map(one).collect();
            Value::new(Data::List(list), origin)
        }
        _ => Value::new(Data::List(vec![one(value)]), origin),
    }
}

/// [`Shape::Tags`]: a map, also where the format has a list of key and value.
fn tags(value: Value<'_>, origin: Span) -> Value<'_> {
    let Data::List(list) = value.data else {
        return value;
    };
    let mut map = Map::default();
    for entry in list {
        let Data::Map(mut entry) = entry.data else {
            continue;
        };
        let key = entry.remove("key").or_else(|| entry.remove("Key"));
        let value = entry.remove("value").or_else(|| entry.remove("Value"));
        if let (Some(Data::Text(key)), Some(value)) = (key.map(|key| key.data), value) {
            map.insert(key, value);
        }
    }
    Value::new(Data::Map(map), origin)
}
