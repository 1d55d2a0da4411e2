//! Each place of a tree, held against the text that it covers.

use std::collections::BTreeMap;

use plangate::model::source::Span;
use plangate::yaml::{Data, Document, Node};

use crate::{inputs, read};

/// Holds the places of a tree against its text.
struct Places<'t> {
    text: &'t str,
    is_json: bool,
    wrong: Vec<String>,
    /// Nodes that stand elsewhere: aliases and merges.
    elsewhere: usize,
    /// Scalars by how they are written.
    kinds: BTreeMap<&'static str, usize>,
}

impl<'t> Places<'t> {
    fn slice(&self, span: Span) -> &'t str {
        &self.text[span.start as usize..span.end as usize]
    }

    fn demand(&mut self, holds: bool, span: Span, what: &str) {
        if !holds {
            let line = self.text[..span.start as usize].matches('\n').count() + 1;
            let slice = self.slice(span);
            let short = |text: &str| text.chars().take(80).collect::<String>();
            let (what, slice) = (short(what), short(slice));
            self.wrong.push(format!("line {line}: {what}: {slice:?}"));
        }
    }

    fn is_inside(&mut self, inner: Span, outer: Span) -> bool {
        let is_inside = outer.start <= inner.start && inner.end <= outer.end;
        if !is_inside {
            self.elsewhere += 1;
            let is_before = inner.end <= outer.start && self.text.contains('&');
            self.demand(is_before, inner, "stands outside of its parent");
        }
        is_inside
    }

    fn node(&mut self, node: &Node) {
        let slice = self.slice(node.span);
        if let Some((tag, at)) = &node.tag {
            let written = self.slice(*at);
            let is_tag = written == format!("!{tag}") || written == format!("!<!{tag}>");
            self.demand(is_tag && !self.is_json, *at, "is not the tag");
            let between = &self.text[at.end as usize..node.span.start as usize];
            let between = between.trim_start();
            let is_near = between.is_empty() || between.starts_with(['#', '|', '>', '&']);
            self.demand(is_near, *at, "is not before its node");
        }
        match &node.data {
            Data::Null => self.demand(
                ["", "~", "null", "Null", "NULL"].contains(&slice),
                node.span,
                "is not null",
            ),
            Data::Bool(flag) => {
                let says = match slice.to_ascii_lowercase().as_str() {
                    "true" => Some(true),
                    "false" => Some(false),
                    "yes" | "on" if !self.is_json => Some(true),
                    "no" | "off" if !self.is_json => Some(false),
                    _ => None,
                };
                self.demand(says == Some(*flag), node.span, "is not the flag");
            }
            Data::Number(text) => self.demand(slice == &**text, node.span, "is not the number"),
            Data::Text(text) => self.scalar(text, node.span),
            Data::List(elements) => {
                let ends = slice.starts_with('[') && slice.ends_with(']');
                let is_block = slice.starts_with('-') && !self.is_json;
                self.demand(ends || is_block, node.span, "is not the list");
                for element in elements.iter() {
                    self.is_inside(element.span, node.span);
                    self.node(element);
                }
                self.end(node, elements.last());
            }
            Data::Map(entries) => {
                let ends = slice.starts_with('{') && slice.ends_with('}');
                let first = entries.first().map(|(key, _)| key.span.start);
                let begins =
                    first == Some(node.span.start) || slice.starts_with(['?', '<', '&', '!']);
                let is_block = begins && !self.is_json;
                self.demand(ends || is_block, node.span, "is not the map");
                for (key, value) in entries.iter() {
                    if self.is_inside(key.span, node.span) {
                        self.scalar(&key.text, key.span);
                        self.is_inside(value.span, node.span);
                    }
                    self.node(value);
                }
                self.end(node, entries.last().map(|(_, value)| value));
            }
        }
    }

    /// Behind what has no brackets there is nothing of it on the line.
    fn end(&mut self, node: &Node, last: Option<&Node>) {
        let slice = self.slice(node.span);
        if slice.starts_with(['[', '{']) || last.is_some_and(|last| last.span.end < node.span.end) {
            return;
        }
        let rest = &self.text[node.span.end as usize..];
        let line = rest.lines().next().unwrap_or_default().trim_start();
        let is_end =
            line.is_empty() || line.starts_with(['#', ',', ']', '}']) || slice.ends_with('\n');
        self.demand(is_end, node.span, "ends too early");
    }

    /// A scalar's text, read again from its place alone.
    fn scalar(&mut self, text: &str, span: Span) {
        let slice = self.slice(span);
        let before = &self.text[..span.start as usize];
        let is_empty_block = slice.is_empty() && text.trim().is_empty();
        let again = if is_empty_block && before.ends_with(['|', '>', '+', '-']) {
            Some(text.to_owned())
        } else if self.is_json {
            serde_json::from_str::<String>(slice).ok()
        } else if let Some(block) = self.block(span) {
            self.count("block");
            serde_yaml::from_str::<BTreeMap<String, String>>(&block)
                .ok()
                .and_then(|mut map| map.remove("k"))
        } else if slice.starts_with(['"', '\'']) {
            self.count("quoted");
            serde_yaml::from_str::<String>(slice).ok()
        } else {
            self.count(if slice.contains('\n') {
                "plain over lines"
            } else {
                "plain"
            });
            Some(folded(slice))
        };
        let holds = again.as_deref() == Some(text);
        self.demand(holds, span, &format!("is not {text:?} but {again:?}"));
    }

    fn count(&mut self, kind: &'static str) {
        *self.kinds.entry(kind).or_default() += 1;
    }

    /// The block scalar that ends with a place, under a key of its own; none if it is no block.
    fn block(&self, span: Span) -> Option<String> {
        let before = &self.text[..span.start as usize];
        let last = before.rfind('\n')?;
        if !before[last..].trim().is_empty() {
            return None;
        }
        let until = before.trim_end().len();
        let header = before[..until].rsplit('\n').next()?;
        let header = header.split(" #").next()?.trim_end();
        let marks = header.rsplit([' ', '\t']).next()?;
        let first = marks.chars().next()?;
        let is_header =
            matches!(first, '|' | '>') && marks[1..].chars().all(|one| "+-123456789".contains(one));
        if !is_header {
            return None;
        }
        let begin = until + before[until..].find('\n')?;
        let content = &self.text[begin..span.end as usize];
        // Of an explicit depth, only the difference to what is around counts.
        if let Some(depth) = marks.chars().find_map(|one| one.to_digit(10)) {
            let depth = usize::try_from(depth).unwrap();
            let around = header.len() - header.trim_start().len();
            let lines = content.split_inclusive('\n');
            let lines: String = lines
                .map(|line| {
                    line.get(around..)
                        .filter(|_| line.len() > around + depth)
                        .unwrap_or("\n")
                })
                .collect();
            return Some(format!("k: {marks}{lines}"));
        }
        Some(format!("k: {marks}{content}"))
    }
}

/// A plain scalar on one line: a line break is a space, two are one line break.
fn folded(text: &str) -> String {
    let mut folded = String::new();
    let mut empty = 0;
    for (index, line) in text.lines().map(str::trim).enumerate() {
        if line.is_empty() {
            empty += 1;
            continue;
        }
        if index > 0 {
            let between = if empty == 0 {
                " ".to_owned()
            } else {
                "\n".repeat(empty)
            };
            folded.push_str(&between);
        }
        folded.push_str(line);
        empty = 0;
    }
    folded
}

pub(crate) fn places(
    text: &str,
    is_json: bool,
    document: &Document,
) -> (Vec<String>, usize, BTreeMap<&'static str, usize>) {
    let mut places = Places {
        text,
        is_json,
        wrong: Vec::new(),
        elsewhere: 0,
        kinds: BTreeMap::new(),
    };
    places.node(&document.root);
    for comment in &document.comments {
        let slice = places.slice(comment.at);
        let is_comment = slice.strip_prefix('#').map(str::trim) == Some(&comment.text);
        places.demand(is_comment, comment.at, "is not the comment");
        let line = text[..comment.at.start as usize]
            .rsplit(['\r', '\n'])
            .next()
            .unwrap();
        let is_behind = !line.trim().is_empty();
        places.demand(
            is_behind == comment.is_behind,
            comment.at,
            "is behind something or not",
        );
        let rest = &text[comment.at.end as usize..];
        let ends = rest.is_empty() || rest.starts_with(['\r', '\n']);
        places.demand(ends, comment.at, "ends too early");
    }
    (places.wrong, places.elsewhere, places.kinds)
}

#[test]
fn places_cover_what_they_name() {
    let Some(inputs) = inputs() else { return };
    let (mut wrong, mut elsewhere) = (Vec::new(), 0);
    let mut kinds: BTreeMap<_, usize> = BTreeMap::new();
    for input in &inputs {
        // JSON is YAML, and has the same places.
        for is_json in [false, true] {
            if is_json && !input.is_json {
                continue;
            }
            let Ok(document) = read(&input.text, is_json) else {
                continue;
            };
            let (found, outside, written) = places(&input.text, is_json, &document);
            elsewhere += outside;
            wrong.extend(
                found
                    .into_iter()
                    .map(|one| format!("{}: {one}", input.name())),
            );
            for (kind, count) in written {
                *kinds.entry(kind).or_default() += count;
            }
        }
    }
    println!("{kinds:?}; {elsewhere} stand elsewhere");
    assert!(
        wrong.is_empty(),
        "{} wrong:\n{}",
        wrong.len(),
        wrong[..wrong.len().min(40)].join("\n")
    );
}
