//! YAML and JSON texts as trees of which every node knows its place: what CloudFormation templates, parameter
//! files and change sets are read from.
//!
//! Scalars are typed as CloudFormation reads them (YAML 1.1), and keep their text. Knows nothing of templates.

mod block;
mod events;
mod merge;
mod read;
mod refusal;
mod scalars;
mod tags;
#[cfg(test)]
mod told;

pub use read::{read_json, read_yaml};

use std::sync::Arc;

use crate::model::source::Span;

/// A text that was read.
#[derive(Debug, Clone)]
pub struct Document {
    /// Its one value.
    pub root: Node,
    /// Its comments, in the order of the text; JSON has none.
    pub comments: Vec<Comment>,
}

/// A comment of YAML.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Comment {
    /// What it says, without `#`.
    pub text: String,
    /// The whole comment, from `#` to the end of its line.
    pub at: Span,
    /// It stands behind something on its line, not on a line of its own.
    pub is_behind: bool,
}

/// A value with its place. What an alias stands for is shared, and its place is that of its anchor.
#[derive(Debug, Clone)]
pub struct Node {
    /// What it is.
    pub data: Data,
    /// Where it stands: quotes and brackets are part of it, a tag is not.
    pub span: Span,
    /// Its tag without the `!` (`Ref`, `GetAtt`), with its place; standard tags such as `!!str` only type the
    /// scalar.
    pub tag: Option<(Arc<str>, Span)>,
}

/// The content of a [`Node`].
#[derive(Debug, Clone)]
pub enum Data {
    /// Nothing: `null`, `~` or an empty value.
    Null,
    /// A truth value; YAML 1.1 also writes `yes`, `no`, `on` and `off`.
    Bool(bool),
    /// A number, as it is written: `0644`, `1e3`, `111122223333`.
    Number(Arc<str>),
    /// Text; so is a plain date.
    Text(Arc<str>),
    /// A list.
    List(Arc<[Node]>),
    /// A map, in the order of the text; no key comes twice.
    Map(Arc<[(Key, Node)]>),
}

/// The key of a map.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Key {
    /// Its text; of `2012: x`, `2012`.
    pub text: Arc<str>,
    /// Where it stands.
    pub span: Span,
}

/// Why a text is no tree.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct ReadError {
    /// What is wrong: lower case, no full stop, one line.
    pub message: String,
    /// Where.
    pub at: Span,
    /// The text is well formed, but holds a key twice, nests too deep or grows too large by its aliases.
    pub is_well_formed: bool,
}

impl Node {
    /// The value of a key, if it is a map.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&Self> {
        self.entry(key).map(|(_, value)| value)
    }

    /// The entry of a key, if it is a map.
    #[must_use]
    pub fn entry(&self, key: &str) -> Option<(&Key, &Self)> {
        let found = self.entries().iter().find(|(own, _)| *own.text == *key);
        found.map(|(key, value)| (key, value))
    }

    /// The entries, if it is a map; else none.
    #[must_use]
    pub fn entries(&self) -> &[(Key, Self)] {
        match &self.data {
            Data::Map(entries) => entries,
            _ => &[],
        }
    }

    /// The elements, if it is a list.
    #[must_use]
    pub fn elements(&self) -> Option<&[Self]> {
        match &self.data {
            Data::List(elements) => Some(elements),
            _ => None,
        }
    }

    /// Its text, if it is a text without a tag; a number or truth value is none.
    #[must_use]
    pub fn as_text(&self) -> Option<&str> {
        match &self.data {
            Data::Text(text) if self.tag.is_none() => Some(text),
            _ => None,
        }
    }

    /// The text of any scalar without a tag, as CloudFormation compares it: `true` for `yes`.
    #[must_use]
    pub fn scalar(&self) -> Option<&str> {
        if self.tag.is_some() {
            return None;
        }
        match &self.data {
            Data::Bool(flag) => Some(if *flag { "true" } else { "false" }),
            Data::Number(text) | Data::Text(text) => Some(text),
            Data::Null | Data::List(_) | Data::Map(_) => None,
        }
    }
}
