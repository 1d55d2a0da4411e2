//! A statement added to a policy in a template: an item of a list, written as its neighbours are.

use super::lines::Lines;
use super::{Change, LocalNames, called, changed, insert, template};
use crate::model::source::Span;
use crate::model::statement::{Name, Statement};
use crate::yaml::{Document, Node};

/// The changes that add a statement behind the last one of the policy in which one stands at a place.
pub(super) fn added(
    text: &str,
    document: &Document,
    at: Span,
    statement: &Statement,
    names: &LocalNames,
) -> Option<Vec<Change>> {
    let all = list_in(&document.root, at)?;
    let writing = Writing {
        lines: Lines { text },
        statement,
        names,
        is_json: text.trim_start().starts_with('{'),
    };
    let changes = writing.item(all)?;
    let new = changed(text, &changes)?;
    let read = template::read(&new, at.file)?;
    let now = list_in(&read.root, at)?;
    (now.len() == all.len() + 1).then_some(changes)
}

/// The statements of the policy in which one stands at a place.
fn list_in(node: &Node, at: Span) -> Option<&[Node]> {
    let is_in = |one: &&Node| one.span.start <= at.start && at.start < one.span.end;
    if let Some(all) = node.elements() {
        return list_in(all.iter().find(is_in)?, at);
    }
    let mut inside = node.entries().iter().filter(|(_, one)| is_in(&one));
    let (key, inner) = inside.next()?;
    match inner.elements() {
        Some(all) if *key.text == *"Statement" && inner.tag.is_none() => {
            let is_here = all.iter().any(|one| one.span.start == at.start);
            is_here.then_some(all)
        }
        _ => list_in(inner, at),
    }
}

#[derive(Debug, Clone, Copy)]
struct Writing<'t> {
    lines: Lines<'t>,
    statement: &'t Statement,
    names: &'t LocalNames,
    is_json: bool,
}

/// What stands behind a key.
enum Said {
    One(String),
    Several(Vec<String>),
    Inside(String, Box<Said>),
}

impl Writing<'_> {
    fn item(self, all: &[Node]) -> Option<Vec<Change>> {
        let last = all.last()?;
        let (first_key, _) = last.entries().first()?;
        let (start, end) = (last.span.start as usize, last.span.end as usize);
        let written = self.lines.slice(start, end);
        let end = start + written.trim_end().len();
        if last.tag.is_some() {
            return None;
        }
        let line_start = self.lines.start(start);
        let before = self.lines.slice(line_start, start);
        let line_break = self.lines.line_break();
        let dash = before.trim_start_matches([' ', '\t']);
        let indent = self.lines.indentation(start);
        if dash.starts_with('-') && dash.trim() == "-" {
            let rest = self.lines.slice(end, self.lines.end(end)).trim_start();
            if !(rest.is_empty() || rest.starts_with('#')) {
                return None;
            }
            let own = if written.starts_with('{') {
                self.flow(false)?
            } else {
                let inner = " ".repeat(before.len());
                self.rows()?.join(&format!("{line_break}{inner}"))
            };
            let text = format!("{line_break}{indent}{dash}{own}");
            return Some(vec![insert(self.lines.end(end), text)]);
        }
        if !written.starts_with('{') || !written.ends_with('}') {
            return None;
        }
        let first = first_key.span.start as usize;
        let is_quoted = self.lines.slice(first, first + 1) == "\"";
        if !self.lines.begins_line(first) {
            let own = self.flow(is_quoted)?;
            let own_line = self.lines.begins_line(start);
            let space = if own_line {
                format!("{line_break}{indent}")
            } else {
                " ".to_owned()
            };
            return Some(vec![insert(end, format!(",{space}{own}"))]);
        }
        let inner = self.lines.indentation(first);
        let unit = inner.strip_prefix(indent).filter(|unit| !unit.is_empty())?;
        let own = self.entries(is_quoted)?;
        let own = own.iter().map(|(key, said)| {
            let value = laid_out(said, inner, unit, line_break);
            format!("{line_break}{inner}{}: {value}", keyed(key, is_quoted))
        });
        let own = own.collect::<Vec<_>>().join(",");
        let space = if self.lines.begins_line(start) {
            format!("{line_break}{indent}")
        } else {
            " ".to_owned()
        };
        Some(vec![insert(
            end,
            format!(",{space}{{{own}{line_break}{indent}}}"),
        )])
    }

    /// On one line, between braces.
    fn flow(self, is_quoted: bool) -> Option<String> {
        let entries = self.entries(is_quoted)?;
        let entries = entries.iter().map(|(key, said)| {
            format!(
                "{}: {}",
                keyed(key, is_quoted),
                on_one_line(said, is_quoted)
            )
        });
        Some(format!("{{ {} }}", entries.collect::<Vec<_>>().join(", ")))
    }

    /// In block style, by lines.
    fn rows(self) -> Option<Vec<String>> {
        let mut rows = Vec::new();
        for (key, said) in self.entries(false)? {
            push(&key, &said, "", &mut rows);
        }
        Some(rows)
    }

    fn entries(self, is_quoted: bool) -> Option<Vec<(String, Said)>> {
        let statement = self.statement;
        let actions = statement.actions.iter().map(|one| scalar(one, is_quoted));
        let mut entries = vec![
            ("Effect", Said::One(scalar("Allow", is_quoted)?)),
            ("Action", one_or_several(actions.collect::<Option<_>>()?)),
        ];
        if !statement.resources.is_empty() {
            let resources = statement
                .resources
                .iter()
                .map(|one| self.name(one, is_quoted));
            entries.push((
                "Resource",
                one_or_several(resources.collect::<Option<_>>()?),
            ));
        }
        if let Some((of, who)) = &statement.principal {
            let who = Said::One(self.name(who, is_quoted)?);
            let principal = match *of {
                "*" => who,
                of => Said::Inside(of.to_owned(), Box::new(who)),
            };
            entries.insert(1, ("Principal", principal));
        }
        if let Some([test, variable, value]) = statement.condition {
            // A flag is a text here.
            let value = Said::One(format!("\"{value}\""));
            let inner = Said::Inside(variable.to_owned(), Box::new(value));
            entries.push(("Condition", Said::Inside(test.to_owned(), Box::new(inner))));
        }
        let entries = entries
            .into_iter()
            .map(|(key, said)| (key.to_owned(), said));
        Some(entries.collect())
    }

    fn name(self, name: &Name, is_quoted: bool) -> Option<String> {
        let (own, inside) = match called(name, self.names)? {
            (None, text) => return scalar(text, is_quoted),
            (Some(own), inside) => (own, inside),
        };
        if inside.contains(['"', '\\', '\n']) || inside.contains("${") {
            return None;
        }
        Some(match (self.is_json, inside) {
            (true, "") => format!("{{ \"Fn::GetAtt\": [\"{own}\", \"Arn\"] }}"),
            (true, inside) => format!("{{ \"Fn::Sub\": \"${{{own}.Arn}}{inside}\" }}"),
            (false, "") => format!("!GetAtt {own}.Arn"),
            (false, inside) => format!("!Sub \"${{{own}.Arn}}{inside}\""),
        })
    }
}

fn push(key: &str, said: &Said, indent: &str, rows: &mut Vec<String>) {
    let is_plain = key
        .chars()
        .all(|one| one.is_ascii_alphanumeric() || ":-".contains(one));
    let key = keyed(key, !is_plain);
    match said {
        Said::One(one) => rows.push(format!("{indent}{key}: {one}")),
        Said::Several(all) => {
            rows.push(format!("{indent}{key}:"));
            rows.extend(all.iter().map(|one| format!("{indent}  - {one}")));
        }
        Said::Inside(inner, said) => {
            rows.push(format!("{indent}{key}:"));
            push(inner, said, &format!("{indent}  "), rows);
        }
    }
}

fn on_one_line(said: &Said, is_quoted: bool) -> String {
    match said {
        Said::One(one) => one.clone(),
        Said::Several(all) => format!("[{}]", all.join(", ")),
        Said::Inside(key, said) => {
            let is_quoted = is_quoted || key.contains(':');
            format!(
                "{{ {}: {} }}",
                keyed(key, is_quoted),
                on_one_line(said, is_quoted)
            )
        }
    }
}

/// Between brackets, on lines of their own.
fn laid_out(said: &Said, indent: &str, unit: &str, line_break: &str) -> String {
    let deeper = format!("{indent}{unit}");
    match said {
        Said::One(one) => one.clone(),
        Said::Several(all) => {
            let all = all.iter().map(|one| format!("{line_break}{deeper}{one}"));
            let all = all.collect::<Vec<_>>().join(",");
            format!("[{all}{line_break}{indent}]")
        }
        Said::Inside(key, said) => {
            let inner = laid_out(said, &deeper, unit, line_break);
            format!("{{{line_break}{deeper}\"{key}\": {inner}{line_break}{indent}}}")
        }
    }
}

fn keyed(key: &str, is_quoted: bool) -> String {
    if is_quoted {
        format!("\"{key}\"")
    } else {
        key.to_owned()
    }
}

fn one_or_several(mut all: Vec<String>) -> Said {
    match (all.len(), all.pop()) {
        (1, Some(one)) => Said::One(one),
        (_, last) => {
            all.extend(last);
            Said::Several(all)
        }
    }
}

/// A text as a template has it; none of what would have to be escaped.
fn scalar(text: &str, is_quoted: bool) -> Option<String> {
    if text.contains(['"', '\\', '\n']) {
        return None;
    }
    let is_plain = text.starts_with(|one: char| one.is_ascii_alphabetic())
        && text
            .chars()
            .all(|one| one.is_ascii_alphanumeric() || ":/._-*".contains(one))
        && !text.ends_with(':');
    Some(if is_quoted || !is_plain {
        format!("\"{text}\"")
    } else {
        text.to_owned()
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::graph::ResourceId;
    use crate::model::source::SourceMap;

    const BUCKET: ResourceId = ResourceId(3);

    /// The text with a statement beside the one that contains a text.
    fn with(text: &str) -> Option<String> {
        let file = SourceMap::default().add("a.yaml", String::new());
        let document = template::read(text, file).unwrap();
        let statements = |node: &Node| node.get("Statement").cloned();
        let policy = document.root.get("P").unwrap();
        let statements = statements(policy)?;
        let at = statements.elements()?.last()?.span;
        let statement = Statement {
            actions: vec!["s3:GetObject".to_owned(), "s3:Get*".to_owned()],
            resources: vec![Name::Arn(BUCKET, "/*".to_owned())],
            principal: Some(("AWS", Name::Text("*".to_owned()))),
            condition: Some(["Bool", "aws:SecureTransport", "true"]),
        };
        let names = [(BUCKET, "Data".to_owned())];
        let changes = added(text, &document, at, &statement, &names)?;
        changed(text, &changes)
    }

    #[test]
    fn an_item_is_written_as_its_neighbours_are() {
        assert_eq!(
            with("P:\n  Statement:\n  -   Effect: Deny # why\nQ: 1\n").as_deref(),
            Some(
                "P:\n  Statement:\n  -   Effect: Deny # why\n  -   Effect: Allow\n      Principal:\n        AWS: \"*\"\n      Action:\n        - s3:GetObject\n        - s3:Get*\n      Resource: !Sub \"${Data.Arn}/*\"\n      Condition:\n        Bool:\n          aws:SecureTransport: \"true\"\nQ: 1\n"
            )
        );
        assert_eq!(
            with("P:\n  Statement:\n    - {Effect: Deny}\n").as_deref(),
            Some(
                "P:\n  Statement:\n    - {Effect: Deny}\n    - { Effect: Allow, Principal: { AWS: \"*\" }, Action: [s3:GetObject, s3:Get*], Resource: !Sub \"${Data.Arn}/*\", Condition: { Bool: { \"aws:SecureTransport\": \"true\" } } }\n"
            )
        );
    }

    #[test]
    fn json_stays_json() {
        assert_eq!(
            with("{\n  \"P\": {\n    \"Statement\": [\n      {\n        \"Effect\": \"Deny\"\n      }\n    ]\n  }\n}\n").as_deref(),
            Some("{\n  \"P\": {\n    \"Statement\": [\n      {\n        \"Effect\": \"Deny\"\n      },\n      {\n        \"Effect\": \"Allow\",\n        \"Principal\": {\n          \"AWS\": \"*\"\n        },\n        \"Action\": [\n          \"s3:GetObject\",\n          \"s3:Get*\"\n        ],\n        \"Resource\": { \"Fn::Sub\": \"${Data.Arn}/*\" },\n        \"Condition\": {\n          \"Bool\": {\n            \"aws:SecureTransport\": \"true\"\n          }\n        }\n      }\n    ]\n  }\n}\n")
        );
    }

    #[test]
    fn what_is_no_list_is_left() {
        assert_eq!(with("P:\n  Statement:\n    Effect: Deny\n"), None);
        assert_eq!(
            with("P:\n  Statement: !If [A, [{Effect: Deny}], []]\n"),
            None
        );
    }
}
