//! What to say of a text that is no tree, and where.

use granit_parser::{ErrorKind, ScanError};

use super::merge::{Clash, MERGE};
use super::read::DEEPEST;
use super::{Key, ReadError};
use crate::model::source::{FileId, Span};

/// How many characters of a key a message says.
const SHOWN: usize = 60;

/// The text that is read, to make errors about it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Page<'t> {
    pub(super) text: &'t str,
    pub(super) file: FileId,
}

impl ReadError {
    /// The text is not what it should be.
    pub(super) fn malformed(message: impl Into<String>, at: Span) -> Self {
        let message = message.into();
        Self {
            message,
            at,
            is_well_formed: false,
        }
    }

    /// The text is well formed, but not one that is read.
    pub(super) fn refused(message: impl Into<String>, at: Span) -> Self {
        let message = message.into();
        Self {
            message,
            at,
            is_well_formed: true,
        }
    }

    /// It nests too deep.
    pub(super) fn too_deep(at: Span) -> Self {
        Self::refused(format!("this nests more than {DEEPEST} levels deep"), at)
    }
}

impl<'t> Page<'t> {
    /// A place by its bytes.
    pub(super) fn span(self, start: usize, end: usize) -> Span {
        let offset = |offset| u32::try_from(offset).unwrap_or(u32::MAX);
        Span {
            file: self.file,
            start: offset(start),
            end: offset(end),
        }
    }

    /// The text of a place.
    pub(super) fn slice(self, start: usize, end: usize) -> &'t str {
        self.text.get(start..end).unwrap_or_default()
    }

    /// The one character at an offset; at the end of the text, none.
    fn character(self, offset: usize) -> Span {
        let offset = offset.min(self.text.len());
        let rest = self.text.get(offset..).unwrap_or_default();
        let length = rest.chars().next().map_or(0, char::len_utf8);
        self.span(offset, offset.saturating_add(length))
    }

    /// There is nothing in it.
    pub(super) fn empty(self) -> ReadError {
        let end = self.text.len();
        ReadError::malformed("there is nothing in it", self.span(end, end))
    }

    /// What the entries of a map have against each other.
    pub(super) fn clash(self, clash: &Clash) -> ReadError {
        match clash {
            Clash::Twice(first, second) => {
                let lines = (self.line(first), self.line(second));
                let place = if lines.0 == lines.1 {
                    format!("both on line {}", lines.0)
                } else {
                    format!("on line {} and on line {}", lines.0, lines.1)
                };
                let message = format!("the key `{}` is there twice: {place}", shown(&second.text));
                ReadError::refused(message, second.span)
            }
            Clash::NoMap(key) => {
                let message = format!("`{MERGE}` takes a map or a list of maps");
                ReadError::malformed(message, key.span)
            }
        }
    }

    fn line(self, key: &Key) -> usize {
        let before = self.slice(0, key.span.start as usize);
        before.matches('\n').count() + 1
    }

    /// What the parser of YAML says.
    pub(super) fn scan(self, error: &ScanError) -> ReadError {
        let offset = error.marker().byte_offset().unwrap_or_default();
        let at = self.character(offset);
        match error.kind() {
            ErrorKind::RecursionLimitExceeded => ReadError::too_deep(at),
            ErrorKind::UnknownAnchor => {
                let rest = self.slice(offset, self.text.len());
                let end = rest.find(|one: char| one.is_whitespace() || ",[]{}".contains(one));
                let alias = rest.get(..end.unwrap_or(rest.len())).unwrap_or_default();
                let message = format!("nothing before `{}` has this anchor", shown(alias));
                ReadError::malformed(message, self.span(offset, offset + alias.len()))
            }
            ErrorKind::MissingAnchorOrAliasName => {
                let mark = self.slice(offset, offset.saturating_add(1));
                let message = format!("`{mark}` needs quotes here, or a name behind it");
                ReadError::malformed(message, at)
            }
            ErrorKind::UnexpectedEof => ReadError::malformed("the text ends too early", at),
            ErrorKind::UnexpectedCharacter { character } => {
                let message = format!(
                    "the character `{}` cannot stand here",
                    character.escape_default()
                );
                ReadError::malformed(message, at)
            }
            ErrorKind::TabNotAllowed
            | ErrorKind::TabInBlockIndentation
            | ErrorKind::TabInIndentation
            | ErrorKind::TabAtBlockScalarStart
            | ErrorKind::TabInPlainScalar => self.tab(offset).map_or_else(
                || ReadError::malformed(error.kind().to_string(), at),
                |tab| ReadError::malformed("tabs cannot indent YAML", tab),
            ),
            kind => ReadError::malformed(kind.to_string(), at),
        }
    }

    /// The tab near an offset, if it indents its line.
    fn tab(self, offset: usize) -> Option<Span> {
        let start = self
            .slice(0, offset)
            .strip_suffix('\t')
            .map_or(offset, str::len);
        let tab = start.checked_add(self.text.get(start..)?.find('\t')?)?;
        let line = self.slice(0, tab).rsplit('\n').next()?;
        let indents = line.chars().all(char::is_whitespace);
        indents.then(|| self.character(tab))
    }

    /// What the parser of JSON says.
    pub(super) fn json(self, error: &serde_json::Error) -> ReadError {
        let lines = self.text.split_inclusive('\n');
        let before: usize = lines
            .take(error.line().saturating_sub(1))
            .map(str::len)
            .sum();
        let mut offset = before.saturating_add(error.column().saturating_sub(1));
        offset = offset.min(self.text.len());
        while !self.text.is_char_boundary(offset) {
            offset = offset.saturating_sub(1);
        }
        let said = error.to_string();
        let said = said
            .rsplit_once(" at line ")
            .map_or(&*said, |(said, _)| said);
        ReadError::malformed(format!("this is not JSON: {said}"), self.character(offset))
    }
}

/// A key on one line, cut where it is long.
pub(super) fn shown(text: &str) -> String {
    let mut characters = text.chars();
    let mut shown: String = characters.by_ref().take(SHOWN).collect();
    if characters.next().is_some() {
        shown.push('…');
    }
    let is_plain = |one: char| !one.is_control();
    let escaped = shown.chars().map(|one| {
        if is_plain(one) {
            one.to_string()
        } else {
            one.escape_default().to_string()
        }
    });
    escaped.collect()
}
