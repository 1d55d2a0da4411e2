//! Attributes set in a block of HCL, laid out as `terraform fmt` leaves what stands around them.
//!
//! Source: Terraform Language, "Style Guide".

use super::lines::Lines;
use super::rows::{Braces, INDENT, Item};
use super::{Change, Wish, changed, insert};
use crate::hcl;
use crate::hcl::syntax::{Block, Body, Expr, ExprKind};
use crate::model::edit::Scalar;
use crate::model::source::Span;

/// The whole lines of the block whose header is at a place.
pub(super) fn lines_of(text: &str, body: &Body, at: Span) -> Option<(usize, usize)> {
    let first = body
        .blocks
        .partition_point(|one| one.header.start < at.start);
    let block = body.blocks.get(first).filter(|one| one.header == at)?;
    let lines = Lines { text };
    let (start, end) = (block.span.start as usize, block.span.end as usize);
    let after = lines.slice(end, text.len());
    let end = after.find('\n').map_or(text.len(), |at| end + at + 1);
    lines.begins_line(start).then(|| (lines.start(start), end))
}

/// The changes that set an attribute of the resource whose header is at a place; none where it is written as anything
/// but a literal.
pub(super) fn changes(
    text: &str,
    body: &Body,
    at: Span,
    type_name: &str,
    wish: &Wish<'_>,
) -> Option<Vec<Change>> {
    let first = body
        .blocks
        .partition_point(|one| one.header.start < at.start);
    let block = body.blocks.get(first).filter(|one| one.header == at)?;
    let is_it = block.name == "resource" && block.labels.first().is_some_and(|of| of == type_name);
    if !is_it {
        return None;
    }
    let layout = Layout(Lines { text });
    let changes = layout.set(block, &wish.steps, wish.to)?;
    reads_back(text, block, &changes, wish).then_some(changes)
}

/// Whether the block with the changes made is one in which the attribute has its value.
fn reads_back(text: &str, block: &Block, changes: &[Change], wish: &Wish<'_>) -> bool {
    let (start, end) = (block.span.start as usize, block.span.end as usize);
    let moved = changes.iter().map(|change| {
        let (from, to) = (
            change.start.checked_sub(start)?,
            change.end.checked_sub(start)?,
        );
        Some(Change {
            start: from,
            end: to,
            text: change.text.clone(),
        })
    });
    let moved: Option<Vec<_>> = moved.collect();
    let new = moved.and_then(|moved| changed(text.get(start..end)?, &moved));
    let body = new.and_then(|new| hcl::file(&new, block.span.file).ok());
    let Some([own]) = body.as_ref().map(|body| body.blocks.as_slice()) else {
        return false;
    };
    let is_same = own.labels == block.labels && own.name == block.name;
    is_same && has(&own.body, &wish.steps, wish.to)
}

fn has(body: &Body, steps: &[(&str, bool)], to: &Scalar) -> bool {
    let Some(((name, is_block), rest)) = steps.split_first() else {
        return false;
    };
    if rest.is_empty() || !is_block {
        let value = body.argument(name).map(|argument| &argument.value);
        return value.is_some_and(|value| holds(value, rest, to));
    }
    let mut blocks = body.blocks_named(name);
    let one = blocks.next();
    blocks.next().is_none() && one.is_some_and(|block| has(&block.body, rest, to))
}

fn holds(value: &Expr, steps: &[(&str, bool)], to: &Scalar) -> bool {
    let Some(((name, _), rest)) = steps.split_first() else {
        return match (&value.kind, to) {
            (ExprKind::Bool(flag), Scalar::Flag(wanted)) => flag == wanted,
            (ExprKind::Text(text), Scalar::Text(wanted)) => text == wanted,
            _ => false,
        };
    };
    let ExprKind::Object(entries) = &value.kind else {
        return false;
    };
    let mut entries = entries.iter();
    let entry = entries.find(|(key, _)| key_of(key) == Some(name));
    entry.is_some_and(|(_, value)| holds(value, rest, to))
}

fn key_of(key: &Expr) -> Option<&str> {
    match &key.kind {
        ExprKind::Text(text) => Some(text),
        ExprKind::Variable(name) => Some(name),
        _ => None,
    }
}

fn literal(to: &Scalar) -> String {
    match to {
        Scalar::Flag(flag) => flag.to_string(),
        Scalar::Text(text) => format!("{text:?}"),
    }
}

#[derive(Debug, Clone, Copy)]
struct Layout<'t>(Lines<'t>);

impl Layout<'_> {
    fn set(self, block: &Block, steps: &[(&str, bool)], to: &Scalar) -> Option<Vec<Change>> {
        let ((name, is_block), rest) = steps.split_first()?;
        let body = &block.body;
        let braces = self.braces_of(block)?;
        // What is generated may be this.
        let mut dynamic = body.blocks_named("dynamic");
        if dynamic.any(|one| one.labels.first().is_some_and(|label| label == name)) {
            return None;
        }
        let argument = body.argument(name);
        let mut blocks = body.blocks_named(name);
        match (argument, blocks.next(), blocks.next()) {
            (Some(argument), None, None) if rest.is_empty() => self.replace(&argument.value, to),
            (Some(argument), None, None) if !is_block => self.set_inside(&argument.value, rest, to),
            (None, Some(inner), None) if *is_block && !rest.is_empty() => self.set(inner, rest, to),
            (None, None, None) => self.add(body, braces, steps, to),
            _ => None,
        }
    }

    /// A literal in place of another one.
    fn replace(self, value: &Expr, to: &Scalar) -> Option<Vec<Change>> {
        let is_literal = matches!(
            value.kind,
            ExprKind::Bool(_) | ExprKind::Text(_) | ExprKind::Number(_) | ExprKind::Null
        );
        let (start, end) = (value.span.start as usize, value.span.end as usize);
        let written = self.0.slice(start, end);
        let is_short = !written.contains('\n');
        let text = literal(to);
        (is_literal && is_short).then(|| vec![Change { start, end, text }])
    }

    /// The same inside of an object.
    fn set_inside(self, value: &Expr, steps: &[(&str, bool)], to: &Scalar) -> Option<Vec<Change>> {
        let ((name, _), rest) = steps.split_first()?;
        let ExprKind::Object(entries) = &value.kind else {
            return None;
        };
        let mut named = entries.iter();
        if let Some((_, inner)) = named.find(|(key, _)| key_of(key) == Some(name)) {
            return if rest.is_empty() {
                self.replace(inner, to)
            } else {
                self.set_inside(inner, rest, to)
            };
        }
        // A key that is worked out may be this one.
        if entries.iter().any(|(key, _)| key_of(key).is_none()) {
            return None;
        }
        let (start, end) = (value.span.start as usize, value.span.end as usize);
        let is_object =
            self.0.slice(start, end).starts_with('{') && self.0.slice(start, end).ends_with('}');
        let braces = Braces {
            open: start + 1,
            close: end.checked_sub(1).filter(|_| is_object)?,
        };
        let items = entries.iter().map(|(key, value)| Item {
            start: key.span.start as usize,
            name_end: key.span.end as usize,
            end: value.span.end as usize,
        });
        let items: Vec<Item> = items.collect();
        let is_one_line = !self.0.slice(braces.open, braces.close).contains('\n');
        let written = |indent: &str| self.written(steps, to, indent, false);
        match items.last() {
            Some(last) if is_one_line => {
                let text = format!(", {}", on_one_line(steps, to));
                Some(vec![insert(last.end, text)])
            }
            None if is_one_line => Some(vec![Change {
                start: braces.open,
                end: braces.close,
                text: format!(" {} ", on_one_line(steps, to)),
            }]),
            None => None,
            Some(last) => {
                let separated = self.0.slice(last.end, self.0.end(last.end)).trim_start();
                let comma = if separated.starts_with(',') { "," } else { "" };
                let changes = self
                    .0
                    .add_line(&items, None, braces, name, &literal(to), comma);
                if rest.is_empty() {
                    return changes;
                }
                let indent = self.0.indentation(last.start);
                let text = format!("{}{}{comma}", self.0.line_break(), written(indent));
                Some(vec![insert(self.0.end(last.end), text)])
            }
        }
    }

    /// Behind the name and the labels of a block.
    fn braces_of(self, block: &Block) -> Option<Braces> {
        let (header, end) = (block.header.end as usize, block.span.end as usize);
        let between = self.0.slice(header, end);
        let open = between.find('{')?;
        let whole = between.trim_end();
        let is_plain = between.get(..open)?.trim().is_empty() && whole.ends_with('}');
        Some(Braces {
            open: header + open + 1,
            close: (header + whole.len()).checked_sub(1).filter(|_| is_plain)?,
        })
    }

    /// Something that the body of a block does not have.
    fn add(
        self,
        body: &Body,
        braces: Braces,
        steps: &[(&str, bool)],
        to: &Scalar,
    ) -> Option<Vec<Change>> {
        let ((name, _), rest) = steps.split_first()?;
        let arguments = body
            .arguments
            .iter()
            .map(|one| self.item(one.span, one.name.len()));
        let arguments: Vec<Item> = arguments.collect();
        let line_break = self.0.line_break();
        if !self.0.slice(braces.open, braces.close).contains('\n') {
            return self.open_up(body, &arguments, braces, steps, to);
        }
        let first_block = body
            .blocks
            .iter()
            .map(|block| block.span.start as usize)
            .min();
        if rest.is_empty() {
            return self
                .0
                .add_line(&arguments, first_block, braces, name, &literal(to), "");
        }
        // A block of its own, behind all else.
        let blocks = body.blocks.iter().map(|block| self.item(block.span, 0));
        let last = arguments
            .iter()
            .copied()
            .chain(blocks)
            .max_by_key(|item| item.end);
        let indent = self.indent_of(&arguments, body, braces);
        let written = self.written(steps, to, &indent, true);
        let (at, text) = match last {
            Some(last) => (
                self.0.end(last.end),
                format!("{line_break}{line_break}{written}"),
            ),
            None => (self.0.end(braces.open), format!("{line_break}{written}")),
        };
        Some(vec![insert(at, text)])
    }

    /// `{}` and `{ a = 1 }` with another argument: they need lines.
    fn open_up(
        self,
        body: &Body,
        arguments: &[Item],
        braces: Braces,
        steps: &[(&str, bool)],
        to: &Scalar,
    ) -> Option<Vec<Change>> {
        let inner = self.0.slice(braces.open, braces.close).trim();
        let outer = self.0.indentation(braces.open);
        let indent = format!("{outer}{INDENT}");
        let line_break = self.0.line_break();
        let mut written = self.written(steps, to, &indent, true);
        let kept = match (body.arguments.as_slice(), arguments, body.blocks.as_slice()) {
            ([], [], []) if inner.is_empty() => String::new(),
            ([argument], [item], []) if self.0.slice(item.start, item.end) == inner => {
                let value = self.0.slice(item.name_end, item.end);
                let value = value.trim_start().strip_prefix('=')?.trim_start();
                let (own, is_alone) = (&argument.name, steps.len() == 1);
                let added = steps.first().map_or(0, |(name, _)| name.len());
                let width = if is_alone {
                    own.len().max(added)
                } else {
                    own.len()
                };
                if is_alone {
                    let ((name, _), _) = steps.split_first()?;
                    written = format!("{indent}{name:width$} = {}", literal(to));
                } else {
                    written = format!("{line_break}{written}");
                }
                format!("{line_break}{indent}{own:width$} = {value}")
            }
            _ => return None,
        };
        Some(vec![Change {
            start: braces.open,
            end: braces.close,
            text: format!("{kept}{line_break}{written}{line_break}{outer}"),
        }])
    }

    /// What has a place, without the white space behind it.
    fn item(self, span: Span, name: usize) -> Item {
        let start = span.start as usize;
        let written = self.0.slice(start, span.end as usize).trim_end();
        Item {
            start,
            name_end: start + name,
            end: start + written.len(),
        }
    }

    /// How far what stands in a body is indented.
    fn indent_of(self, arguments: &[Item], body: &Body, braces: Braces) -> String {
        let blocks = body.blocks.iter().map(|block| block.span.start as usize);
        let mut starts = arguments.iter().map(|item| item.start).chain(blocks);
        match starts.find(|start| self.0.begins_line(*start)) {
            Some(start) => self.0.indentation(start).to_owned(),
            None => format!("{}{INDENT}", self.0.indentation(braces.open)),
        }
    }

    /// The attribute with the blocks or objects that it lies in, on lines of their own.
    fn written(self, steps: &[(&str, bool)], to: &Scalar, indent: &str, in_block: bool) -> String {
        let Some(((name, is_block), rest)) = steps.split_first() else {
            return String::new();
        };
        if rest.is_empty() {
            return format!("{indent}{name} = {}", literal(to));
        }
        let line_break = self.0.line_break();
        let sign = if *is_block && in_block { "" } else { "= " };
        let inner = self.written(
            rest,
            to,
            &format!("{indent}{INDENT}"),
            *is_block && in_block,
        );
        format!("{indent}{name} {sign}{{{line_break}{inner}{line_break}{indent}}}")
    }
}

/// The attribute with the objects that it lies in.
fn on_one_line(steps: &[(&str, bool)], to: &Scalar) -> String {
    match steps.split_first() {
        None => String::new(),
        Some(((name, _), [])) => format!("{name} = {}", literal(to)),
        Some(((name, _), rest)) => format!("{name} = {{ {} }}", on_one_line(rest, to)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::source::SourceMap;

    fn set(text: &str, steps: &[(&str, bool)], to: &Scalar) -> Option<String> {
        let file = SourceMap::default().add("main.tf", String::new());
        let body = hcl::file(text, file).unwrap();
        let block = body.blocks.last().unwrap();
        let steps = steps.to_vec();
        let wish = Wish { steps, to };
        let changes = changes(text, &body, block.header, &block.labels[0], &wish)?;
        changed(text, &changes)
    }

    fn rotated(text: &str) -> Option<String> {
        set(text, &[("enable_key_rotation", false)], &Scalar::Flag(true))
    }

    fn key(inner: &str) -> String {
        format!("resource \"aws_kms_key\" \"k\" {{{inner}}}\n")
    }

    #[track_caller]
    fn becomes(before: &str, after: &str) {
        assert_eq!(rotated(&key(before)).as_deref(), Some(key(after).as_str()));
    }

    #[test]
    fn puts_a_literal_in_place_of_another() {
        becomes(
            "\n  enable_key_rotation = false # why\n",
            "\n  enable_key_rotation = true # why\n",
        );
        becomes(
            "\n  enable_key_rotation = null\n",
            "\n  enable_key_rotation = true\n",
        );
    }

    #[test]
    fn leaves_what_is_worked_out_elsewhere() {
        for value in [
            "var.rotate",
            "local.rotate",
            "!false",
            "\"${var.rotate}\"",
            "tobool(\"false\")",
        ] {
            assert_eq!(
                rotated(&key(&format!("\n  enable_key_rotation = {value}\n"))),
                None
            );
        }
        let dynamic = "\n  dynamic \"network_config\" {\n    for_each = []\n    content {}\n  }\n";
        let steps = [("network_config", true), ("isolated", false)];
        assert_eq!(set(&key(dynamic), &steps, &Scalar::Flag(true)), None);
    }

    #[test]
    fn is_in_line_with_its_neighbours() {
        becomes(
            "\n  deletion_window_in_days = 7 # days\n  description             = \"x\"\n\n  tags = {\n    a = 1\n  }\n",
            "\n  deletion_window_in_days = 7 # days\n  description             = \"x\"\n  enable_key_rotation     = true\n\n  tags = {\n    a = 1\n  }\n",
        );
        becomes(
            "\n  count       = 2\n  description = \"x\" # a\n",
            "\n  count               = 2\n  description         = \"x\" # a\n  enable_key_rotation = true\n",
        );
        becomes(
            "\n  a = 1\n  b = 2\n  c = 3\n  d = 4\n  e = 5\n  tags = {\n  }\n",
            "\n  a = 1\n  b = 2\n  c = 3\n  d = 4\n  e = 5\n\n  enable_key_rotation = true\n\n  tags = {\n  }\n",
        );
        // What is in no order is left so.
        becomes(
            "\n  a = 1\n  description = \"x\"\n",
            "\n  a = 1\n  description = \"x\"\n  enable_key_rotation = true\n",
        );
    }

    #[test]
    fn stands_before_the_text_below_and_after_what_is_meta() {
        becomes(
            "\n  description = \"x\"\n  policy      = <<EOT\n{}\nEOT\n",
            "\n  description         = \"x\"\n  enable_key_rotation = true\n  policy              = <<EOT\n{}\nEOT\n",
        );
        becomes(
            "\n  count = 2\n\n  policy = <<EOT\n{}\nEOT\n",
            "\n  enable_key_rotation = true\n\n  count = 2\n\n  policy = <<EOT\n{}\nEOT\n",
        );
    }

    #[test]
    fn gives_lines_to_what_has_none() {
        becomes("", "\n  enable_key_rotation = true\n");
        becomes(" ", "\n  enable_key_rotation = true\n");
        becomes(
            " description = \"x\" ",
            "\n  description         = \"x\"\n  enable_key_rotation = true\n",
        );
        becomes(
            "\n  # nothing yet\n",
            "\n  enable_key_rotation = true\n\n  # nothing yet\n",
        );
    }

    #[test]
    fn breaks_lines_as_the_file_does() {
        becomes(
            "\r\n  is_enabled          = true\r\n",
            "\r\n  is_enabled          = true\r\n  enable_key_rotation = true\r\n",
        );
    }

    #[test]
    fn makes_the_block_that_it_lies_in() {
        let steps = [("network_config", true), ("isolated", false)];
        let on = Scalar::Flag(true);
        let set = |inner: &str| set(&key(inner), &steps, &on).unwrap();
        assert_eq!(
            set("\n  name = \"x\"\n"),
            key("\n  name = \"x\"\n\n  network_config {\n    isolated = true\n  }\n")
        );
        assert_eq!(
            set("\n  network_config {\n    a = 1\n  }\n"),
            key("\n  network_config {\n    a        = 1\n    isolated = true\n  }\n")
        );
        assert_eq!(
            set("\n  network_config {}\n"),
            key("\n  network_config {\n    isolated = true\n  }\n")
        );
    }

    #[test]
    fn sets_what_lies_in_objects() {
        let steps = [("network", false), ("mode", false)];
        let to = Scalar::Text("On".into());
        let set = |inner: &str| set(&key(inner), &steps, &to);
        for (before, after) in [
            (
                "\n  network = { a = 1 }\n",
                "\n  network = { a = 1, mode = \"On\" }\n",
            ),
            ("\n  network = {}\n", "\n  network = { mode = \"On\" }\n"),
            (
                "\n  network = {\n    ab = 1,\n  }\n",
                "\n  network = {\n    ab   = 1,\n    mode = \"On\",\n  }\n",
            ),
            (
                "\n  a = 1\n",
                "\n  a = 1\n\n  network = {\n    mode = \"On\"\n  }\n",
            ),
            (
                "\n  network = { mode = \"Off\" }\n",
                "\n  network = { mode = \"On\" }\n",
            ),
        ] {
            assert_eq!(set(before), Some(key(after)));
        }
        assert_eq!(set("\n  network = merge({}, {})\n"), None);
        assert_eq!(set("\n  network = { (var.k) = 1 }\n"), None);
    }
}
