//! The JSON of a policy, with the place of each part. What IAM refuses (one member twice, say) is
//! refused here.

use std::borrow::Cow;
use std::collections::HashSet;
use std::fmt;

use serde::Deserialize;
use serde::de::{Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

use crate::model::source::Span;
use crate::model::value::{Data, Map, Value};

/// A policy has five levels; whatever is far deeper is none.
const DEEPEST: usize = 16;

/// Why a text is no policy, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Malformed {
    pub(super) message: String,
    pub(super) at: Span,
}

/// Reads the text of a policy. Numbers and truth values become the text that they are compared as.
pub(super) fn read(text: &str, origin: Span) -> Result<Value<'_>, Malformed> {
    let reader = Reader { text, origin };
    let text = text.trim_start_matches('\u{feff}');
    let raw = serde_json::from_str(text).map_err(|error| Malformed {
        message: format!("this is no JSON: {error}"),
        at: origin,
    })?;
    reader.value(raw, 0)
}

struct Reader<'t> {
    text: &'t str,
    origin: Span,
}

impl<'t> Reader<'t> {
    fn value(&self, raw: &'t RawValue, depth: usize) -> Result<Value<'t>, Malformed> {
        let (text, at) = (raw.get(), self.place(raw.get()));
        let malformed = |message: String| Malformed { message, at };
        if depth > DEEPEST {
            return Err(malformed("it is nested deeper than any policy".to_owned()));
        }
        let failed = |error: serde_json::Error| malformed(format!("this is no JSON: {error}"));
        let data = match text.as_bytes().first() {
            Some(b'{') => {
                let Members(members) = serde_json::from_str(text).map_err(failed)?;
                let (mut map, mut seen) = (Map::default(), HashSet::new());
                for (name, raw) in members {
                    if !seen.insert(name.clone()) {
                        let at = self.place(raw.get());
                        let message = format!("`{name}` is there twice, which AWS refuses");
                        return Err(Malformed { message, at });
                    }
                    map.push(name, self.value(raw, depth + 1)?);
                }
                Data::Map(map)
            }
            Some(b'[') => {
                let elements: Vec<&RawValue> = serde_json::from_str(text).map_err(failed)?;
                let elements = elements.into_iter();
                let elements = elements.map(|raw| self.value(raw, depth + 1));
                Data::List(elements.collect::<Result<_, _>>()?)
            }
            Some(b'"') => {
                let Name(text) = serde_json::from_str(text).map_err(failed)?;
                Data::Text(text)
            }
            Some(b'n') => Data::Null,
            _ => Data::Text(text.into()),
        };
        Ok(Value::new(data, at))
    }

    /// The place of a part: exact where the text stands in its source as it is, else that of the whole.
    fn place(&self, part: &str) -> Span {
        let length = u32::try_from(self.text.len()).unwrap_or(u32::MAX);
        let offset = (part.as_ptr() as usize).checked_sub(self.text.as_ptr() as usize);
        let offset = offset.and_then(|offset| u32::try_from(offset).ok());
        match offset {
            Some(offset) if self.origin.end.checked_sub(self.origin.start) == Some(length) => {
                let start = self.origin.start + offset;
                let part = u32::try_from(part.len()).unwrap_or(0);
                Span {
                    start,
                    end: start + part,
                    ..self.origin
                }
            }
            _ => self.origin,
        }
    }
}

/// The members of an object, in order.
struct Members<'t>(Vec<(Cow<'t, str>, &'t RawValue)>);

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
                while let Some((Name(name), value)) = map.next_entry()? {
                    members.push((name, value));
                }
                Ok(Members(members))
            }
        }
        deserializer.deserialize_map(Collect)
    }
}

/// A name or text, borrowed where nothing in it is escaped.
#[derive(Deserialize)]
struct Name<'t>(#[serde(borrow)] Cow<'t, str>);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::source::SourceMap;

    #[test]
    fn knows_where_each_part_stands() -> Result<(), Malformed> {
        let text = r#"{"Statement": {"Sid": "a\"b", "n": [1, true]}}"#;
        let mut sources = SourceMap::default();
        let file = sources.add("policy", text.to_owned());
        let origin = Span {
            file,
            start: 0,
            end: u32::try_from(text.len()).unwrap_or(0),
        };
        let document = read(text, origin)?;
        let at = |path: &str| document.as_map().and_then(|map| map.at(path));
        assert_eq!(at("Statement.Sid").and_then(Value::as_text), Some("a\"b"));
        let list = at("Statement.n").map(|list| sources.slice(list.origin));
        assert_eq!(list, Some("[1, true]"));
        for wrong in [r#"{"a": 1, "a": 2}"#, "{", &"[".repeat(100), "{} x"] {
            assert!(read(wrong, origin).is_err(), "{wrong}");
        }
        Ok(())
    }
}
