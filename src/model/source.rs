//! The texts that were read, and places in them. Places are byte ranges; lines and columns are
//! worked out only for what is printed.

use std::sync::OnceLock;

/// Names one text of a [`SourceMap`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct FileId(u32);

/// A byte range in one text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Span {
    /// The text.
    pub file: FileId,
    /// Its first byte.
    pub start: u32,
    /// The byte after its last.
    pub end: u32,
}

impl Span {
    /// For what no text says.
    pub const NOWHERE: Self = Self {
        file: FileId(u32::MAX),
        start: 0,
        end: 0,
    };
}

/// A place for people: lines and columns count from 1, columns in Unicode characters.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Location {
    /// The name under which the text was read.
    pub file: String,
    /// The first line.
    pub line: u32,
    /// The first column.
    pub column: u32,
    /// The last line.
    pub end_line: u32,
    /// The column after the last character.
    pub end_column: u32,
}

/// Every text of one run, under the name by which the user knows it.
#[derive(Debug, Default)]
pub struct SourceMap {
    sources: Vec<Source>,
}

#[derive(Debug)]
struct Source {
    name: String,
    text: String,
    lines: OnceLock<Lines>,
}

/// Where lines begin, and how many characters come before each block of text, so that a column in
/// a very long line (a plan is one) costs no walk from its beginning.
#[derive(Debug)]
struct Lines {
    starts: Vec<usize>,
    characters_before_block: Vec<usize>,
}

const BLOCK: usize = 1 << 12;

impl SourceMap {
    /// Takes a text in; `name` is what messages call it.
    pub fn add(&mut self, name: impl Into<String>, text: String) -> FileId {
        let id = FileId(u32::try_from(self.sources.len()).unwrap_or(u32::MAX));
        self.sources.push(Source {
            name: name.into(),
            text,
            lines: OnceLock::new(),
        });
        id
    }

    /// The text of a file.
    #[must_use]
    pub fn text(&self, file: FileId) -> &str {
        self.source(file).map_or("", |source| &source.text)
    }

    /// Every file, in the order in which they were read.
    pub fn files(&self) -> impl Iterator<Item = FileId> {
        (0..self.sources.len()).filter_map(|at| u32::try_from(at).ok().map(FileId))
    }

    /// The name of a file.
    #[must_use]
    pub fn name(&self, file: FileId) -> &str {
        self.source(file).map_or("", |source| &source.name)
    }

    /// The text inside a span.
    #[must_use]
    pub fn slice(&self, span: Span) -> &str {
        self.text(span.file)
            .get(span.start as usize..span.end as usize)
            .unwrap_or("")
    }

    /// The place of a span in lines and columns.
    #[must_use]
    pub fn location(&self, span: Span) -> Location {
        let (line, column) = self.position(span.file, span.start);
        let (end_line, end_column) = self.position(span.file, span.end);
        Location {
            file: self.name(span.file).to_owned(),
            line,
            column,
            end_line,
            end_column,
        }
    }

    fn source(&self, file: FileId) -> Option<&Source> {
        self.sources.get(file.0 as usize)
    }

    fn position(&self, file: FileId, offset: u32) -> (u32, u32) {
        let Some(source) = self.source(file) else {
            return (1, 1);
        };
        let lines = source.lines.get_or_init(|| Lines::of(&source.text));
        let offset = offset as usize;
        let line = lines.starts.partition_point(|start| *start <= offset);
        let start = line
            .checked_sub(1)
            .and_then(|line| lines.starts.get(line))
            .copied()
            .unwrap_or(0);
        let column = lines.characters_before(&source.text, offset)
            - lines.characters_before(&source.text, start);
        let count = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
        (count(line), count(column + 1))
    }
}

impl Lines {
    fn of(text: &str) -> Self {
        let mut starts = vec![0];
        let mut characters_before_block = Vec::new();
        let mut characters = 0;
        for (index, block) in text.as_bytes().chunks(BLOCK).enumerate() {
            characters_before_block.push(characters);
            characters += count_characters(block);
            let newlines = block.iter().enumerate().filter(|(_, byte)| **byte == b'\n');
            starts.extend(newlines.map(|(at, _)| index * BLOCK + at + 1));
        }
        Self {
            starts,
            characters_before_block,
        }
    }

    fn characters_before(&self, text: &str, offset: usize) -> usize {
        let block = offset / BLOCK;
        let Some(before) = self.characters_before_block.get(block) else {
            return count_characters(text.as_bytes());
        };
        let bytes = text.as_bytes();
        let within = bytes.get(block * BLOCK..offset.min(bytes.len()));
        before + within.map_or(0, count_characters)
    }
}

/// UTF-8 continuation bytes begin no character.
fn count_characters(bytes: &[u8]) -> usize {
    bytes.iter().filter(|byte| **byte & 0xC0 != 0x80).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_lines_and_characters_from_one() {
        let mut sources = SourceMap::default();
        let file = sources.add("a.json", "{\n \"é\": 1}".to_owned());
        let location = sources.location(Span {
            file,
            start: 3,
            end: 7,
        });
        assert_eq!(
            (
                location.line,
                location.column,
                location.end_line,
                location.end_column
            ),
            (2, 2, 2, 5)
        );
    }

    #[test]
    fn finds_columns_far_into_a_long_line() {
        let mut sources = SourceMap::default();
        let text = "é".repeat(BLOCK) + "\n" + &"x".repeat(3 * BLOCK);
        let offset = 2 * BLOCK + 1 + 2 * BLOCK + 7;
        let file = sources.add("long", text);
        let at = u32::try_from(offset).unwrap();
        let span = Span {
            file,
            start: at,
            end: at + 1,
        };
        let column = u32::try_from(2 * BLOCK + 8).unwrap();
        let location = sources.location(span);
        assert_eq!((location.line, location.column), (2, column));
        assert_eq!(location.end_column, column + 1);
    }
}
