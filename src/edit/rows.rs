//! Arguments on lines of their own: which of them stand in line, and where another one belongs.
//!
//! Source: Terraform Language, "Style Guide".

use super::lines::Lines;
use super::{Change, insert};

/// What stands by itself in a block, apart from its arguments.
const META: &[&str] = &[
    "count",
    "for_each",
    "provider",
    "depends_on",
    "source",
    "version",
];

/// With more lines in a paragraph, a longer name does not move their signs: it gets a paragraph of its own.
const MOST_MOVED: usize = 4;

/// How far what stands in a block is indented.
pub(super) const INDENT: &str = "  ";

/// An argument of a block or an entry of an object.
#[derive(Debug, Clone, Copy)]
pub(super) struct Item {
    pub(super) start: usize,
    pub(super) name_end: usize,
    pub(super) end: usize,
}

/// What stands between braces.
#[derive(Debug, Clone, Copy)]
pub(super) struct Braces {
    /// Behind the opening one.
    pub(super) open: usize,
    /// Before the closing one.
    pub(super) close: usize,
}

/// A line with an argument on it, and nothing before it. A heredoc is in line with what stands above it.
#[derive(Debug, Clone, Copy)]
struct Row {
    item: Item,
    /// Where its line begins, and where the next one does.
    line: usize,
    next: usize,
    /// Where its `=` stands.
    sign: usize,
    /// Its value goes on below, in lines of their own.
    is_heredoc: bool,
}

impl Lines<'_> {
    /// A line of its own among those that stand before a place: in a paragraph whose signs stand in one column, if
    /// there is one; they move where the new name is longer, and are few.
    pub(super) fn add_line(
        self,
        items: &[Item],
        before: Option<usize>,
        braces: Braces,
        name: &str,
        value: &str,
        comma: &str,
    ) -> Option<Vec<Change>> {
        let rows: Vec<Row> = items.iter().filter_map(|item| self.row(*item)).collect();
        let line_break = self.line_break();
        let mut paragraphs: Vec<&[Row]> =
            rows.chunk_by(|one, other| one.next == other.line).collect();
        // Not among `count` and its like, nor behind the text that a last line begins.
        let is_usual = |row: &Row| {
            let own = self.slice(row.item.start, row.item.name_end);
            !row.is_heredoc && !META.contains(&own)
        };
        paragraphs.retain(|rows| rows.iter().any(is_usual));
        let is_first = |rows: &&[Row]| {
            let mut rows = rows.iter();
            before.is_none_or(|before| rows.all(|row| row.line < before))
        };
        if paragraphs.iter().any(is_first) {
            paragraphs.retain(is_first);
        }
        let fits = |rows: &&[Row]| width(rows).is_some_and(|width| width >= name.len());
        let chosen = paragraphs.iter().rev().copied().find(fits);
        let Some(chosen) = chosen.or_else(|| paragraphs.last().copied()) else {
            let at = self.end(braces.open);
            let indent = match items.first().filter(|item| self.begins_line(item.start)) {
                Some(item) => self.indentation(item.start).to_owned(),
                None => format!("{}{INDENT}", self.indentation(braces.open)),
            };
            let next = self
                .slice(at, braces.close)
                .trim_start_matches(['\r', '\n']);
            let next = next.lines().next().unwrap_or("").trim();
            let paragraph = if next.is_empty() { "" } else { line_break };
            let text = format!("{line_break}{indent}{name} = {value}{comma}{paragraph}");
            return Some(vec![insert(at, text)]);
        };
        let last = chosen.iter().rfind(|row| !row.is_heredoc)?;
        let indent = self.indentation(last.item.start);
        let width = width(chosen);
        let own = width.map_or(name.len(), |width| width.max(name.len()));
        let more = width.map_or(0, |width| own - width);
        let is_last = chosen
            .last()
            .is_some_and(|row| row.item.end == last.item.end);
        if more > 0 && chosen.len() > MOST_MOVED && is_last && comma.is_empty() {
            let at = self.end(last.item.end);
            let below = self.slice(at, braces.close).lines().nth(1);
            let is_apart = below.is_none_or(|line| line.trim().is_empty());
            let paragraph = if is_apart { "" } else { line_break };
            let text = format!("{line_break}{line_break}{indent}{name} = {value}{paragraph}");
            return Some(vec![insert(at, text)]);
        }
        let text = format!("{line_break}{indent}{name:own$} = {value}{comma}");
        let mut changes = Vec::new();
        if more > 0 {
            changes.extend(chosen.iter().map(|row| insert(row.sign, " ".repeat(more))));
        }
        changes.push(insert(self.end(last.item.end), text));
        changes.sort_by_key(|change| change.start);
        Some(changes)
    }

    /// The line of an argument, if it is on one alone.
    fn row(self, item: Item) -> Option<Row> {
        let written = self.slice(item.start, item.end);
        let behind = self.slice(item.name_end, item.end);
        let sign = behind.len() - behind.trim_start_matches([' ', '\t']).len();
        let value = behind.get(sign..)?.strip_prefix('=')?.trim_start();
        let is_heredoc = value.starts_with("<<");
        if written.contains('\n') && !is_heredoc || !self.begins_line(item.start) {
            return None;
        }
        let end = self.end(item.end);
        let next = end + self.line_break().len();
        Some(Row {
            item,
            line: self.start(item.start),
            next: if is_heredoc { usize::MAX } else { next },
            sign: item.name_end + sign,
            is_heredoc,
        })
    }
}

/// How wide the names of a paragraph are, with the spaces behind them; none if its signs stand here and there.
fn width(rows: &[Row]) -> Option<usize> {
    let width = |row: &Row| (row.sign - row.item.start).checked_sub(1);
    let first = rows.first().and_then(width)?;
    let longest = rows
        .iter()
        .map(|row| row.item.name_end - row.item.start)
        .max()?;
    let is_even = rows.iter().all(|row| width(row) == Some(first));
    (is_even && longest == first).then_some(first)
}
