//! Properties set in a resource of a template, in YAML or JSON, in block or in flow style, as what stands around them
//! is written.

use super::lines::Lines;
use super::{Change, Wish, changed, insert};
use crate::model::edit::Scalar;
use crate::model::source::{FileId, Span};
use crate::yaml::{Data, Document, Key, Node, read_json, read_yaml};

/// A template as a tree.
pub(super) fn read(text: &str, file: FileId) -> Option<Document> {
    if is_json(text) {
        read_json(text, file).ok()
    } else {
        read_yaml(text, file).ok()
    }
}

fn is_json(text: &str) -> bool {
    text.trim_start().starts_with('{')
}

/// The changes that set a property of the resource whose logical id is at a place; none where it is written as anything
/// but a literal.
pub(super) fn changes(
    text: &str,
    document: &Document,
    at: Span,
    type_name: &str,
    wish: &Wish<'_>,
) -> Option<Vec<Change>> {
    let (key, resource) = resource(document, at.start, type_name)?;
    if key.span != at {
        return None;
    }
    let layout = Layout {
        lines: Lines { text },
        is_json: is_json(text),
        step: step(text, document, key, resource),
    };
    let names: Vec<&str> = wish.steps.iter().map(|(name, _)| *name).collect();
    let changes = match resource.entry("Properties") {
        Some((key, properties)) => layout.set(resource, key, properties, &names, wish.to)?,
        None => layout.add_properties(resource, &names, wish.to)?,
    };
    let new = changed(text, &changes)?;
    let read = read(&new, at.file)?;
    // The logical id stands before all that changes.
    let (_, resource) = self::resource(&read, at.start, type_name)?;
    let mut node = resource.get("Properties");
    for name in names {
        node = node.and_then(|node| node.get(name));
    }
    node.is_some_and(|node| is(node, wish.to))
        .then_some(changes)
}

fn is(node: &Node, to: &Scalar) -> bool {
    match (&node.data, to) {
        _ if node.tag.is_some() => false,
        (Data::Bool(flag), Scalar::Flag(wanted)) => flag == wanted,
        (Data::Text(text), Scalar::Text(wanted)) => **text == **wanted,
        _ => false,
    }
}

fn resource<'d>(document: &'d Document, at: u32, type_name: &str) -> Option<(&'d Key, &'d Node)> {
    let entries = document.root.get("Resources")?.entries().iter();
    let mut found = entries.filter(|(key, node)| {
        key.span.start == at && node.get("Type").and_then(Node::as_text) == Some(type_name)
    });
    found.next().map(|(key, node)| (key, node))
}

/// How far one level of block style is indented: as what stands in the resource is from its logical id.
fn step(text: &str, document: &Document, key: &Key, resource: &Node) -> usize {
    let lines = Lines { text };
    let indent = |at: usize| lines.begins_line(at).then(|| lines.indentation(at).len());
    let start = |key: &Key| key.span.start as usize;
    let outer = indent(start(key));
    let inner = resource
        .entries()
        .first()
        .and_then(|(key, _)| indent(start(key)));
    let difference = |outer: Option<usize>, inner: Option<usize>| {
        inner?.checked_sub(outer?).filter(|step| *step > 0)
    };
    let of_ids = document
        .root
        .entry("Resources")
        .and_then(|(own, _)| indent(start(own)));
    difference(outer, inner)
        .or_else(|| difference(of_ids, outer))
        .unwrap_or(2)
}

#[derive(Debug, Clone, Copy)]
struct Layout<'t> {
    lines: Lines<'t>,
    is_json: bool,
    step: usize,
}

impl Layout<'_> {
    /// Sets what lies at a path below an entry of a map.
    fn set(
        self,
        parent: &Node,
        key: &Key,
        node: &Node,
        names: &[&str],
        to: &Scalar,
    ) -> Option<Vec<Change>> {
        if node.tag.is_some() || !self.is_own(parent, key, node) {
            return None;
        }
        let Some((name, rest)) = names.split_first() else {
            return self.replace(node, to);
        };
        match &node.data {
            Data::Map(_) => match node.entry(name) {
                Some((inner_key, inner)) => self.set(node, inner_key, inner, rest, to),
                None => self.add(key, node, names, to),
            },
            // A key with nothing behind it.
            Data::Null if node.span.start == node.span.end && !self.is_json => {
                self.add_below(key, names, to, self.indent_of(key)? + self.step)
            }
            _ => None,
        }
    }

    /// Whether an entry is written where its map is, and not where an alias or a merge key leads.
    fn is_own(self, parent: &Node, key: &Key, node: &Node) -> bool {
        let (start, end) = (key.span.end as usize, node.span.start as usize);
        let is_inside = parent.span.start <= key.span.start && node.span.end <= parent.span.end;
        let is_empty = node.span.start == node.span.end;
        let between = self.lines.slice(start, end);
        // Comments and an anchor may stand there, too: with an anchor, others change as well.
        let between = between.trim_start();
        let rest = between.strip_prefix(':');
        let rest = rest.map(|rest| {
            rest.lines()
                .map(|line| line.split('#').next().unwrap_or(""))
        });
        let is_plain = rest.is_some_and(|mut rest| rest.all(|line| line.trim().is_empty()));
        is_inside && start <= end && (is_plain || is_empty && between.is_empty())
    }

    /// A literal in place of another one.
    fn replace(self, node: &Node, to: &Scalar) -> Option<Vec<Change>> {
        let (start, end) = (node.span.start as usize, node.span.end as usize);
        let written = self.lines.slice(start, end);
        let is_literal = matches!(
            node.data,
            Data::Bool(_) | Data::Text(_) | Data::Number(_) | Data::Null
        );
        let is_one_line = !written.is_empty() && !written.contains('\n');
        let quotes = written
            .chars()
            .next()
            .filter(|one| matches!(one, '"' | '\''));
        (is_literal && is_one_line).then(|| {
            let text = self.literal(to, quotes);
            vec![Change { start, end, text }]
        })
    }

    /// Something that a map does not have; `key` is the one that the map stands behind.
    fn add(self, key: &Key, map: &Node, names: &[&str], to: &Scalar) -> Option<Vec<Change>> {
        let (start, end) = (map.span.start as usize, map.span.end as usize);
        let written = self.lines.slice(start, end);
        if written.starts_with('{') {
            return self.add_in_flow(map, names, to);
        }
        let (first, _) = map.entries().first()?;
        let first = first.span.start as usize;
        let is_block = self.lines.begins_line(first);
        let indent = self.lines.indentation(first).len();
        is_block.then(|| self.add_below(key, names, to, indent))?
    }

    /// `{…}` with another entry before its first one.
    fn add_in_flow(self, map: &Node, names: &[&str], to: &Scalar) -> Option<Vec<Change>> {
        let open = map.span.start as usize + 1;
        let Some((first, _)) = map.entries().first() else {
            let close = (map.span.end as usize).checked_sub(1)?;
            let is_empty = self.lines.slice(open, close).trim().is_empty();
            let text = format!(" {} ", self.flow(names, to, self.is_json, None));
            return is_empty.then(|| {
                vec![Change {
                    start: open,
                    end: close,
                    text,
                }]
            });
        };
        let first_start = first.span.start as usize;
        let space = self.lines.slice(open, first_start);
        if !space.trim().is_empty() {
            return None;
        }
        let is_quoted = self.lines.slice(first_start, first_start + 1) == "\"";
        let indent = space
            .contains('\n')
            .then(|| self.lines.indentation(first_start));
        let own = self.flow(names, to, is_quoted, indent);
        let sign = map.entries().first().map(|(key, value)| {
            self.lines
                .slice(key.span.end as usize, value.span.start as usize)
        });
        let is_sign = |sign: &&str| sign.trim() == ":" && !sign.contains('\n');
        let own = match (sign.filter(is_sign), names.len()) {
            (Some(sign), 1) => own.replacen(": ", sign, 1),
            _ => own,
        };
        let behind = if space.is_empty() { " " } else { "" };
        Some(vec![insert(open, format!("{space}{own},{behind}"))])
    }

    /// Entries in flow style: on lines of their own, where an indentation is given.
    fn flow(self, names: &[&str], to: &Scalar, is_quoted: bool, indent: Option<&str>) -> String {
        let Some((name, rest)) = names.split_first() else {
            return String::new();
        };
        let name = if is_quoted {
            format!("\"{name}\"")
        } else {
            (*name).to_owned()
        };
        if rest.is_empty() {
            let quotes = is_quoted.then_some('"');
            return format!("{name}: {}", self.literal(to, quotes));
        }
        match indent {
            None => format!("{name}: {{ {} }}", self.flow(rest, to, is_quoted, None)),
            Some(indent) => {
                let unit = if indent.starts_with('\t') {
                    "\t".to_owned()
                } else {
                    " ".repeat(self.step)
                };
                let deeper = format!("{indent}{unit}");
                let inner = self.flow(rest, to, is_quoted, Some(&deeper));
                let line_break = self.lines.line_break();
                format!("{name}: {{{line_break}{deeper}{inner}{line_break}{indent}}}")
            }
        }
    }

    /// In block style, on the line after that of a key.
    fn add_below(
        self,
        key: &Key,
        names: &[&str],
        to: &Scalar,
        indent: usize,
    ) -> Option<Vec<Change>> {
        let behind = key.span.end as usize;
        let end = self.lines.end(behind);
        let rest = self
            .lines
            .slice(behind, end)
            .trim_start()
            .strip_prefix(':')?;
        let rest = rest.trim_start();
        if !(rest.is_empty() || rest.starts_with('#')) {
            return None;
        }
        let text = format!(
            "{}{}",
            self.lines.line_break(),
            self.block(names, to, indent)
        );
        Some(vec![insert(end, text)])
    }

    fn block(self, names: &[&str], to: &Scalar, indent: usize) -> String {
        let Some((name, rest)) = names.split_first() else {
            return String::new();
        };
        let spaces = " ".repeat(indent);
        if rest.is_empty() {
            return format!("{spaces}{name}: {}", self.literal(to, None));
        }
        let inner = self.block(rest, to, indent + self.step);
        format!("{spaces}{name}:{}{inner}", self.lines.line_break())
    }

    /// `Properties` of a resource that has none, behind its type.
    fn add_properties(self, resource: &Node, names: &[&str], to: &Scalar) -> Option<Vec<Change>> {
        let (key, of) = resource.entry("Type")?;
        if !self.is_own(resource, key, of) || of.tag.is_some() {
            return None;
        }
        let mut path = vec!["Properties"];
        path.extend(names);
        let (start, end) = (key.span.start as usize, of.span.end as usize);
        let opening = self.lines.slice(
            resource.span.start as usize,
            resource.span.start as usize + 1,
        );
        if opening == "{" {
            let is_quoted = self.lines.slice(start, start + 1) == "\"";
            let own_line = self.lines.begins_line(start);
            let indent = own_line.then(|| self.lines.indentation(start));
            let own = self.flow(&path, to, is_quoted, indent);
            let space = match indent {
                Some(indent) => format!("{}{indent}", self.lines.line_break()),
                None => " ".to_owned(),
            };
            return Some(vec![insert(end, format!(",{space}{own}"))]);
        }
        if !self.lines.begins_line(start) {
            return None;
        }
        let indent = self.lines.indentation(start).len();
        let text = format!(
            "{}{}",
            self.lines.line_break(),
            self.block(&path, to, indent)
        );
        Some(vec![insert(self.lines.end(end), text)])
    }

    fn indent_of(self, key: &Key) -> Option<usize> {
        let at = key.span.start as usize;
        let is_alone = self.lines.begins_line(at);
        is_alone.then(|| self.lines.indentation(at).len())
    }

    fn literal(self, to: &Scalar, quotes: Option<char>) -> String {
        match (to, quotes) {
            (Scalar::Flag(flag), _) => flag.to_string(),
            (Scalar::Text(text), Some(quote)) => format!("{quote}{text}{quote}"),
            (Scalar::Text(text), None) if self.is_json || !is_plain(text) => format!("{text:?}"),
            (Scalar::Text(text), None) => text.to_string(),
        }
    }
}

/// Whether a text means itself without quotes.
fn is_plain(text: &str) -> bool {
    let is_word = text
        .chars()
        .all(|one| one.is_ascii_alphanumeric() || one == '_' || one == '-');
    let begins = text.starts_with(|one: char| one.is_ascii_alphabetic());
    let lower = text.to_ascii_lowercase();
    let is_other = matches!(
        lower.as_str(),
        "true" | "false" | "yes" | "no" | "on" | "off" | "null" | "y" | "n"
    );
    is_word && begins && !is_other
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::source::SourceMap;

    fn set(text: &str, names: &[&'static str], to: &Scalar) -> Option<String> {
        let file = SourceMap::default().add("a", String::new());
        let document = read(text, file).unwrap();
        let (key, _) = document
            .root
            .get("Resources")
            .unwrap()
            .entries()
            .last()
            .unwrap();
        let steps = names.iter().map(|name| (*name, false)).collect();
        let wish = Wish { steps, to };
        let changes = changes(text, &document, key.span, "T", &wish)?;
        changed(text, &changes)
    }

    fn on(text: &str) -> Option<String> {
        set(text, &["Net", "On"], &Scalar::Flag(true))
    }

    #[track_caller]
    fn becomes(before: &str, after: &str) {
        let top = "Resources:\n  A:\n    Type: T\n";
        let (before, after) = (format!("{top}{before}"), format!("{top}{after}"));
        assert_eq!(on(&before).as_deref(), Some(after.as_str()));
    }

    #[test]
    fn adds_to_maps_in_lines() {
        becomes(
            "    Properties: # all\n      # the key\n      A: 1\n",
            "    Properties: # all\n      Net:\n        On: true\n      # the key\n      A: 1\n",
        );
        becomes(
            "    Properties:\n      Net:\n          A: |\n            x\n",
            "    Properties:\n      Net:\n          On: true\n          A: |\n            x\n",
        );
        becomes("", "    Properties:\n      Net:\n        On: true\n");
        becomes(
            "    Properties:\n",
            "    Properties:\n      Net:\n        On: true\n",
        );
        becomes(
            "    Properties: {}\n",
            "    Properties: { Net: { On: true } }\n",
        );
    }

    #[test]
    fn puts_a_literal_in_place_of_another() {
        let net = |value: &str| format!("    Properties: {{Net: {{On: {value}}}}}\n");
        for value in ["false", "no", "\"false\""] {
            becomes(&net(value), &net("true"));
        }
        for value in ["!Ref On", "[a]", "&x false", "!!str false"] {
            let text = format!("Resources:\n  A:\n    Type: T\n{}", net(value));
            assert_eq!(on(&text), None, "{value}");
        }
        let quoted = "Resources: {A: {Type: T, Properties: {Mode: 'Off'}}}\n";
        let set = |text: &str| set(text, &["Mode"], &Scalar::Text("On".into()));
        assert_eq!(set(quoted), Some(quoted.replace("Off", "On")));
        // Without quotes, this would be a truth value.
        let plain = "Resources: {A: {Type: T, Properties: {Mode: Off-}}}\n";
        assert_eq!(set(plain), Some(plain.replace("Off-", "\"On\"")));
    }

    #[test]
    fn leaves_what_is_written_elsewhere() {
        let anchored = "X: &p {Net: {On: false}}\nResources: {A: {Type: T, Properties: *p}}\n";
        assert_eq!(on(anchored), None);
        let merged = "X: &p {On: false}\nResources: {A: {Type: T, Properties: {Net: {<<: *p}}}}\n";
        assert_eq!(on(merged), None);
        let chosen =
            "Resources: {A: {Type: T, Properties: {Net: !If [C, {On: false}, {On: true}]}}}\n";
        assert_eq!(on(chosen), None);
    }

    #[test]
    fn breaks_lines_as_the_file_does() {
        let text = "Resources:\r\n  A:\r\n    Type: T\r\n";
        let after = format!("{text}    Properties:\r\n      Net:\r\n        On: true\r\n");
        assert_eq!(on(text), Some(after));
    }

    #[test]
    fn writes_json_as_it_is_written() {
        for (before, after) in [
            (
                r#"{"Resources": {"A": {"Type": "T"}}}"#,
                r#"{"Resources": {"A": {"Type": "T", "Properties": { "Net": { "On": true } }}}}"#,
            ),
            (
                r#"{"Resources": {"A": {"Type": "T", "Properties": {"Net": {"A": 1}}}}}"#,
                r#"{"Resources": {"A": {"Type": "T", "Properties": {"Net": {"On": true, "A": 1}}}}}"#,
            ),
            (
                "{\"Resources\": {\n  \"A\": {\n    \"Type\": \"T\"\n  }\n}}",
                "{\"Resources\": {\n  \"A\": {\n    \"Type\": \"T\",\n    \"Properties\": {\n      \"Net\": {\n        \"On\": true\n      }\n    }\n  }\n}}",
            ),
            (
                "{\"Resources\": {\"A\": {\"Type\": \"T\", \"Properties\": {\n  \"Net\": {\n    \"A\" : 1\n  }\n}}}}",
                "{\"Resources\": {\"A\": {\"Type\": \"T\", \"Properties\": {\n  \"Net\": {\n    \"On\" : true,\n    \"A\" : 1\n  }\n}}}}",
            ),
        ] {
            assert_eq!(on(before).as_deref(), Some(after));
        }
    }
}
