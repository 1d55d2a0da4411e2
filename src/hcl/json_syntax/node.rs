//! JSON with the place of every part.

use std::borrow::Cow;
use std::fmt;

use serde::Deserialize;
use serde::de::{Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

use crate::hcl::Error;
use crate::model::source::{FileId, Span};

/// Deeper than any configuration, and shallow enough for the stack.
const DEEPEST: usize = 100;

/// A part of the JSON.
pub(super) struct Node<'t> {
    pub(super) kind: Kind<'t>,
    pub(super) span: Span,
    /// There is an object in it, or it is one, that holds `dynamic` as only a block can.
    pub(super) holds_dynamic: bool,
}

pub(super) enum Kind<'t> {
    Null,
    Bool(bool),
    Number(&'t str),
    Text(Text<'t>),
    Array(Vec<Node<'t>>),
    Object(Vec<(Text<'t>, Node<'t>)>),
}

/// A text or a key.
pub(super) struct Text<'t> {
    /// What it says.
    pub(super) said: Cow<'t, str>,
    /// Without the quotes. As long as the text where nothing in it is escaped.
    pub(super) inside: Span,
    /// With the quotes.
    pub(super) span: Span,
}

/// Reads a whole file.
pub(super) fn read(text: &str, file: FileId) -> Result<Node<'_>, Error> {
    let reader = Reader { text, file };
    let json = text.strip_prefix('\u{feff}').unwrap_or(text);
    let raw = serde_json::from_str(json).map_err(|error| reader.error(&error, json))?;
    reader.node(raw, 0)
}

struct Reader<'t> {
    text: &'t str,
    file: FileId,
}

impl<'t> Reader<'t> {
    fn node(&self, raw: &'t RawValue, depth: usize) -> Result<Node<'t>, Error> {
        let text = raw.get();
        let span = self.place(text);
        if depth > DEEPEST {
            let message = format!("this nests more than {DEEPEST} levels deep");
            return Err(Error::new(message, span));
        }
        let failed = |error: serde_json::Error| self.error(&error, text);
        let mut holds_dynamic = false;
        let kind = match text.as_bytes().first() {
            Some(b'{') => {
                let Members(members) = serde_json::from_str(text).map_err(failed)?;
                let mut entries = Vec::with_capacity(members.len());
                for (key, value) in members {
                    let (key, value) = (self.text(key)?, self.node(value, depth + 1)?);
                    holds_dynamic |=
                        value.holds_dynamic || (key.said == "dynamic" && value.is_dynamic());
                    entries.push((key, value));
                }
                Kind::Object(entries)
            }
            Some(b'[') => {
                let elements: Vec<&RawValue> = serde_json::from_str(text).map_err(failed)?;
                let elements = elements.into_iter();
                let elements = elements.map(|element| self.node(element, depth + 1));
                let elements: Vec<_> = elements.collect::<Result<_, _>>()?;
                holds_dynamic = elements.iter().any(|element| element.holds_dynamic);
                Kind::Array(elements)
            }
            Some(b'"') => Kind::Text(self.text(raw)?),
            Some(b'n') => Kind::Null,
            Some(b't') => Kind::Bool(true),
            Some(b'f') => Kind::Bool(false),
            _ => Kind::Number(text),
        };
        Ok(Node {
            kind,
            span,
            holds_dynamic,
        })
    }

    fn text(&self, raw: &'t RawValue) -> Result<Text<'t>, Error> {
        let written = raw.get();
        let Name(said) =
            serde_json::from_str(written).map_err(|error| self.error(&error, written))?;
        let span = self.place(written);
        let inside = Span {
            start: span.start + 1,
            end: span.end.saturating_sub(1),
            ..span
        };
        Ok(Text { said, inside, span })
    }

    /// The place of a piece of the text.
    fn place(&self, piece: &str) -> Span {
        let start = (piece.as_ptr() as usize).saturating_sub(self.text.as_ptr() as usize);
        self.span(start, start + piece.len())
    }

    fn span(&self, start: usize, end: usize) -> Span {
        let offset = |offset| u32::try_from(offset).unwrap_or(u32::MAX);
        Span {
            file: self.file,
            start: offset(start),
            end: offset(end),
        }
    }

    /// What the parser says of a piece of the text.
    fn error(&self, error: &serde_json::Error, piece: &str) -> Error {
        let lines = piece.split_inclusive('\n');
        let before: usize = lines
            .take(error.line().saturating_sub(1))
            .map(str::len)
            .sum();
        let at = (before + error.column().saturating_sub(1)).min(piece.len());
        let start = self.place(piece).start as usize + at;
        let words = error.to_string();
        let words = words.split(" at line ").next().unwrap_or_default();
        Error::new(
            format!("this is not JSON: {words}"),
            self.span(start, start + 1),
        )
    }
}

impl Node<'_> {
    /// Whether this is what `dynamic` says: what generates blocks, by their type.
    fn is_dynamic(&self) -> bool {
        match &self.kind {
            Kind::Object(entries) => {
                !entries.is_empty() && entries.iter().all(|(_, value)| value.is_generator())
            }
            Kind::Array(all) => !all.is_empty() && all.iter().all(Node::is_dynamic),
            _ => false,
        }
    }

    /// Whether this is what `dynamic` says of one type of blocks.
    fn is_generator(&self) -> bool {
        match &self.kind {
            Kind::Object(entries) => {
                let has = |name| entries.iter().any(|(key, _)| key.said == name);
                has("for_each") && has("content")
            }
            Kind::Array(all) => !all.is_empty() && all.iter().all(Node::is_generator),
            _ => false,
        }
    }
}

/// The members of an object, in order.
struct Members<'t>(Vec<(&'t RawValue, &'t RawValue)>);

impl<'de> Deserialize<'de> for Members<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Collect;
        impl<'de> Visitor<'de> for Collect {
            type Value = Members<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut members = Vec::new();
                while let Some(member) = map.next_entry()? {
                    members.push(member);
                }
                Ok(Members(members))
            }
        }
        deserializer.deserialize_map(Collect)
    }
}

/// A text, borrowed where nothing in it is escaped.
#[derive(Deserialize)]
struct Name<'t>(#[serde(borrow)] Cow<'t, str>);
