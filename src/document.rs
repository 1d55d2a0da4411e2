//! The JSON documents that attributes hold, as text of which pieces may not be known: a heredoc with references
//! in it, say. In the order in which they are written, so that the places of their parts can be found.

use std::borrow::Cow;
use std::collections::HashSet;
use std::fmt;

use serde::Deserialize;
use serde::de::{Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

use crate::model::source::Span;
use crate::model::value::{Data, Map, Piece, Value, Why};

/// Stands for a hole, between its number; a private character that no document holds.
const MARK: char = '\u{F0000}';

/// The object that a JSON text is; none if it is no object, whatever the holes are. Numbers and truth values are
/// the texts that they are compared as.
#[must_use]
pub fn read<'a>(text: &[Piece<'a>], at: Span) -> Option<Value<'a>> {
    let mut marked = Marked::default();
    let mut quoted = false;
    for piece in text {
        if let Piece::Known(literal) = piece {
            if literal.contains(MARK) {
                return None;
            }
            quoted = ends_in_quotes(literal, quoted);
            marked.text.push_str(literal);
            continue;
        }
        marked.hole(piece.clone(), quoted);
    }
    let json = marked.text.trim_start_matches('\u{feff}');
    let raw: &RawValue = serde_json::from_str(json).ok()?;
    let value = of(raw, &marked.holes, at)?;
    value.as_map().is_some().then_some(value)
}

/// A text in which marks stand for what is not known.
#[derive(Debug, Default)]
pub struct Marked<'a> {
    /// The text.
    pub text: String,
    holes: Vec<Hole<'a>>,
}

/// A hole, and whether it stands inside quotes.
type Hole<'a> = (Piece<'a>, bool);

impl<'a> Marked<'a> {
    /// A text with its holes marked; none of a value that is no text.
    #[must_use]
    pub fn of(value: &Value<'a>) -> Option<Self> {
        let mut marked = Self::default();
        match &value.data {
            Data::Text(text) => marked.text.push_str(text),
            Data::Template(pieces) => {
                for piece in pieces {
                    match piece {
                        Piece::Known(text) => marked.text.push_str(text),
                        hole => marked.hole(hole.clone(), true),
                    }
                }
            }
            _ => return None,
        }
        Some(marked)
    }

    /// The text, or a part of it, with the holes in their places again.
    #[must_use]
    pub fn data(&self, part: &str) -> Data<'a> {
        with_holes(part, &self.holes)
    }

    fn hole(&mut self, piece: Piece<'a>, quoted: bool) {
        let mark = format!("{MARK}{}{MARK}", self.holes.len());
        // Outside of quotes, it is a whole value.
        let mark = if quoted { mark } else { format!("\"{mark}\"") };
        self.text.push_str(&mark);
        self.holes.push((piece, quoted));
    }
}

/// Whether a text that begins inside quotes, or not, ends inside of them.
fn ends_in_quotes(text: &str, mut quoted: bool) -> bool {
    let mut escaped = false;
    for byte in text.bytes() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if quoted => escaped = true,
            b'"' => quoted = !quoted,
            _ => {}
        }
    }
    quoted
}

fn of<'a>(raw: &RawValue, holes: &[Hole<'a>], at: Span) -> Option<Value<'a>> {
    let text = raw.get();
    let data = match text.as_bytes().first() {
        Some(b'{') => {
            let Members(members) = serde_json::from_str(text).ok()?;
            let (mut map, mut seen) = (Map::default(), HashSet::new());
            for (name, raw) in members {
                if name.contains(MARK) {
                    // Not even the name of a member is known.
                    return Some(Value::new(Data::Unknown(Why::KnownAfterApply), at));
                }
                let value = of(raw, holes, at)?;
                if seen.insert(name.clone()) {
                    map.push(name.into_owned().into(), value);
                } else {
                    // As most readers of JSON do.
                    map.insert(name.into_owned(), value);
                }
            }
            Data::Map(map)
        }
        Some(b'[') => {
            let elements: Vec<&RawValue> = serde_json::from_str(text).ok()?;
            let elements = elements.into_iter().map(|raw| of(raw, holes, at));
            Data::List(elements.collect::<Option<_>>()?)
        }
        Some(b'"') => {
            let Name(text) = serde_json::from_str(text).ok()?;
            with_holes(&text, holes)
        }
        Some(b'n') => Data::Null,
        _ => Data::Text(text.to_owned().into()),
    };
    Some(Value::new(data, at))
}

fn with_holes<'a>(text: &str, holes: &[Hole<'a>]) -> Data<'a> {
    let mut pieces: Vec<Piece<'a>> = Vec::new();
    for (number, part) in text.split(MARK).enumerate() {
        if number % 2 == 0 {
            if !part.is_empty() {
                pieces.push(Piece::Known(part.to_owned().into()));
            }
            continue;
        }
        match part.parse::<usize>().ok().and_then(|at| holes.get(at)) {
            // A whole value: it may be a list.
            Some((Piece::Unknown(why), false)) => return Data::Unknown(*why),
            Some((piece, _)) => pieces.push(piece.clone()),
            None => return Data::Unknown(Why::UnexpectedForm),
        }
    }
    text_of(pieces)
}

/// The text that pieces make.
#[must_use]
pub fn text_of(pieces: Vec<Piece<'_>>) -> Data<'_> {
    match pieces.as_slice() {
        [] => Data::Text("".into()),
        [Piece::Known(text)] => Data::Text(text.clone()),
        [Piece::Unknown(why)] => Data::Unknown(*why),
        _ => Data::Template(pieces.into()),
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

/// How many members may be looked for in vain: what a function puts in is not written where it is called.
const MISSES: usize = 16;

/// Gives the members of a document the places of their names in the text that it was written as, found one after
/// another. What is not found there keeps the place of the whole.
pub fn locate(document: &mut Value<'_>, at: Span, text: &str) {
    let mut finder = Finder {
        text,
        at,
        next: 0,
        misses: 0,
    };
    finder.members(document);
}

struct Finder<'t> {
    text: &'t str,
    at: Span,
    next: usize,
    misses: usize,
}

impl Finder<'_> {
    fn members(&mut self, value: &mut Value<'_>) {
        match &mut value.data {
            Data::Map(map) => {
                for (name, value) in map.iter_mut() {
                    if let Some(place) = self.find(name) {
                        value.origin = place;
                    }
                    self.members(value);
                }
            }
            Data::List(all) => all.iter_mut().for_each(|one| self.members(one)),
            _ => {}
        }
    }

    fn find(&mut self, name: &str) -> Option<Span> {
        if self.misses == MISSES {
            return None;
        }
        let rest = self.text.get(self.next..)?;
        let quoted = format!("\"{name}\"");
        let Some(found) = rest.find(&quoted) else {
            self.misses += 1;
            return None;
        };
        let start = self.next + found;
        self.next = start + quoted.len();
        let offset = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
        Some(Span {
            start: self.at.start.saturating_add(offset(start)),
            end: self.at.start.saturating_add(offset(self.next)),
            ..self.at
        })
    }
}
