//! A statement added to a policy in HCL: an object in a list, or a block of a data source, written as its neighbours
//! are.
//!
//! Source: Terraform Language, "Style Guide".

use super::lines::Lines;
use super::rows::INDENT;
use super::{Change, LocalNames, called, changed, insert};
use crate::hcl;
use crate::hcl::syntax::{Block, Body, Expr, ExprKind};
use crate::model::source::Span;
use crate::model::statement::{Name, Statement};

/// The block of a file that a place lies in.
pub(super) fn block_at(body: &Body, at: Span) -> Option<&Block> {
    let mut blocks = body.blocks.iter();
    blocks.find(|block| is_in(at, block.span))
}

fn is_in(at: Span, span: Span) -> bool {
    span.start <= at.start && at.end <= span.end
}

/// The changes that add a statement behind the last one of the policy in which one stands at a place.
pub(super) fn added(
    text: &str,
    block: &Block,
    at: Span,
    statement: &Statement,
    names: &LocalNames,
) -> Option<Vec<Change>> {
    let writing = Writing {
        lines: Lines { text },
        statement,
        names,
    };
    let before = number(block, at)?;
    let changes = match block.name.as_str() {
        "resource" => writing.object(list_in(&block.body, at)?)?,
        "data" => writing.block(block)?,
        _ => return None,
    };
    let (start, end) = (block.span.start as usize, block.span.end as usize);
    let moved = changes.iter().map(|change| Change {
        start: change.start - start,
        end: change.end - start,
        text: change.text.clone(),
    });
    let new = changed(text.get(start..end)?, &moved.collect::<Vec<_>>())?;
    let read = hcl::file(&new, block.span.file).ok()?;
    let [own] = read.blocks.as_slice() else {
        return None;
    };
    let offset = u32::try_from(start).ok()?;
    let moved = Span {
        start: at.start - offset,
        end: at.end - offset,
        ..at
    };
    let is_same = own.labels == block.labels && own.name == block.name;
    (is_same && number(own, moved) == Some(before + 1)).then_some(changes)
}

/// How many statements a policy has.
fn number(block: &Block, at: Span) -> Option<usize> {
    match block.name.as_str() {
        "data" => {
            let is_document = block.labels.first()? == "aws_iam_policy_document";
            let mut own = block.body.blocks_named("statement");
            let is_here = own.any(|one| at == one.span || at == one.header || is_in(at, one.span));
            let number = block.body.blocks_named("statement").count();
            (is_document && is_here).then_some(number)
        }
        _ => list_in(&block.body, at).map(<[Expr]>::len),
    }
}

/// The statements of the policy that is written out with one at a place.
fn list_in(body: &Body, at: Span) -> Option<&[Expr]> {
    let mut arguments = body.arguments.iter();
    if let Some(argument) = arguments.find(|argument| is_in(at, argument.span)) {
        return list_of(&argument.value, at);
    }
    let mut blocks = body.blocks.iter();
    let block = blocks.find(|block| is_in(at, block.span) && block.name != "dynamic")?;
    list_in(&block.body, at)
}

fn list_of(value: &Expr, at: Span) -> Option<&[Expr]> {
    match &value.kind {
        ExprKind::Call(call) if call.name == "jsonencode" => match call.arguments.as_slice() {
            [only] => list_of(only, at),
            _ => None,
        },
        ExprKind::Tuple(all) => {
            let mut all = all.iter().filter(|one| is_in(at, one.span));
            list_of(all.next()?, at)
        }
        ExprKind::Object(entries) => {
            let mut own = entries.iter().filter(|(_, one)| is_in(at, one.span));
            let (key, inner) = own.next()?;
            let is_statements = matches!(
                &key.kind,
                ExprKind::Text(name) | ExprKind::Variable(name) if name == "Statement"
            );
            match &inner.kind {
                ExprKind::Tuple(all) if is_statements => {
                    let is_here = all.iter().any(|one| one.span == at);
                    is_here.then_some(all.as_slice())
                }
                _ => list_of(inner, at),
            }
        }
        _ => None,
    }
}

#[derive(Debug, Clone, Copy)]
struct Writing<'t> {
    lines: Lines<'t>,
    statement: &'t Statement,
    names: &'t LocalNames,
}

/// How entries of an object are written.
#[derive(Debug, Clone, Copy)]
struct Style {
    is_quoted: bool,
    is_colon: bool,
    has_commas: bool,
}

impl Writing<'_> {
    /// An object behind the last one of a list.
    fn object(self, all: &[Expr]) -> Option<Vec<Change>> {
        let last = all.last()?;
        let ExprKind::Object(entries) = &last.kind else {
            return None;
        };
        let (start, end) = (last.span.start as usize, last.span.end as usize);
        let written = self.lines.slice(start, end);
        if !written.starts_with('{') || !written.ends_with('}') {
            return None;
        }
        let (first_key, first_value) = entries.first()?;
        let key_end = first_key.span.end as usize;
        let sign = self.lines.slice(key_end, first_value.span.start as usize);
        let behind = self.lines.slice(
            first_value.span.end as usize,
            self.lines.end(first_value.span.end as usize),
        );
        let first_start = first_key.span.start as usize;
        let style = Style {
            is_quoted: self.lines.slice(first_start, first_start + 1) == "\"",
            is_colon: sign.trim_start().starts_with(':'),
            has_commas: behind.trim_start().starts_with(','),
        };
        let line_break = self.lines.line_break();
        let entries = self.entries(style)?;
        let is_one_line = !written.contains('\n');
        let outer = self.lines.indentation(start);
        let object = if is_one_line {
            let inner = entries.iter().map(|(key, value)| {
                let sign = if style.is_colon { ": " } else { " = " };
                format!("{key}{sign}{value}")
            });
            format!("{{ {} }}", inner.collect::<Vec<_>>().join(", "))
        } else {
            let inner = self
                .lines
                .begins_line(first_start)
                .then(|| self.lines.indentation(first_start))?;
            let width = entries.iter().map(|(key, _)| key.len()).max()?;
            let comma = if style.has_commas { "," } else { "" };
            let rows = entries.iter().map(|(key, value)| {
                if style.is_colon {
                    format!("{inner}{key} : {value}{comma}")
                } else {
                    format!("{inner}{key:width$} = {value}{comma}")
                }
            });
            let rows: Vec<String> = rows.collect();
            let rows = rows.join(line_break);
            let rows = rows.strip_suffix(',').unwrap_or(&rows);
            format!("{{{line_break}{rows}{line_break}{outer}}}")
        };
        Some(self.behind(start, end, &object))
    }

    /// An element of a list behind the last one.
    fn behind(self, start: usize, end: usize, object: &str) -> Vec<Change> {
        if !self.lines.begins_line(start) {
            return vec![insert(end, format!(", {object}"))];
        }
        let line_end = self.lines.end(end);
        let (line_break, outer) = (self.lines.line_break(), self.lines.indentation(start));
        let rest = self.lines.slice(end, line_end).trim();
        let (has_comma, rest) = match rest.strip_prefix(',') {
            Some(rest) => (true, rest.trim_start()),
            None => (false, rest),
        };
        if !(rest.is_empty() || rest.starts_with('#') || rest.starts_with("//")) {
            return vec![insert(end, format!(", {object}"))];
        }
        let own = format!("{line_break}{outer}{object}");
        match (has_comma, rest.is_empty()) {
            (true, _) => vec![insert(line_end, format!("{own},"))],
            (false, true) => vec![insert(end, format!(",{own}"))],
            (false, false) => vec![insert(end, ",".to_owned()), insert(line_end, own)],
        }
    }

    fn entries(self, style: Style) -> Option<Vec<(String, String)>> {
        let key = |name: &str| {
            let is_plain = name.chars().all(|one| one.is_ascii_alphanumeric());
            if style.is_quoted || !is_plain {
                quoted(name)
            } else {
                Some(name.to_owned())
            }
        };
        let sign = if style.is_colon { ": " } else { " = " };
        let statement = self.statement;
        let mut entries = vec![
            (key("Effect")?, "\"Allow\"".to_owned()),
            (key("Action")?, one_or_several(&self.actions()?)),
        ];
        if !statement.resources.is_empty() {
            entries.push((key("Resource")?, one_or_several(&self.resources()?)));
        }
        if let Some((of, who)) = &statement.principal {
            let who = self.name(who)?;
            let principal = match *of {
                "*" => who,
                of => format!("{{ {}{sign}{who} }}", key(of)?),
            };
            entries.insert(1, (key("Principal")?, principal));
        }
        if let Some([test, variable, value]) = statement.condition {
            let (test, variable, value) = (key(test)?, quoted(variable)?, quoted(value)?);
            let condition = format!("{{ {test}{sign}{{ {variable}{sign}{value} }} }}");
            entries.push((key("Condition")?, condition));
        }
        Some(entries)
    }

    fn actions(self) -> Option<Vec<String>> {
        self.statement
            .actions
            .iter()
            .map(|one| quoted(one))
            .collect()
    }

    fn resources(self) -> Option<Vec<String>> {
        self.statement
            .resources
            .iter()
            .map(|one| self.name(one))
            .collect()
    }

    fn name(self, name: &Name) -> Option<String> {
        match called(name, self.names)? {
            (None, text) => quoted(text),
            (Some(own), "") => Some(format!("{own}.arn")),
            (Some(own), inside) => {
                let inside = quoted(inside)?;
                Some(format!("\"${{{own}.arn}}{}", inside.strip_prefix('"')?))
            }
        }
    }

    /// A block behind the last one of a data source.
    fn block(self, document: &Block) -> Option<Vec<Change>> {
        let statements: Vec<&Block> = document.body.blocks_named("statement").collect();
        let last = statements.last()?;
        let (start, end) = (last.span.start as usize, last.span.end as usize);
        let written = self.lines.slice(start, end);
        let end = start + written.trim_end().len();
        if !self.lines.begins_line(start) || !written.contains('\n') {
            return None;
        }
        let statement = self.statement;
        let (line_break, outer) = (self.lines.line_break(), self.lines.indentation(start));
        let says_effect = statements
            .iter()
            .all(|one| one.body.argument("effect").is_some());
        let inner = format!("{outer}{INDENT}");
        let mut rows = Vec::new();
        if says_effect {
            rows.push(("effect", "\"Allow\"".to_owned()));
        }
        rows.push(("actions", format!("[{}]", self.actions()?.join(", "))));
        if !statement.resources.is_empty() {
            rows.push(("resources", format!("[{}]", self.resources()?.join(", "))));
        }
        let block = |name: &str, rows: &[(&str, String)]| {
            let width = rows.iter().map(|(key, _)| key.len()).max().unwrap_or(0);
            let rows = rows
                .iter()
                .map(|(key, value)| format!("{inner}{INDENT}{key:width$} = {value}{line_break}"));
            let rows: String = rows.collect();
            format!("{line_break}{line_break}{inner}{name} {{{line_break}{rows}{inner}}}")
        };
        let mut more = String::new();
        if let Some((of, who)) = &statement.principal {
            let rows = [
                ("type", quoted(of)?),
                ("identifiers", format!("[{}]", self.name(who)?)),
            ];
            more.push_str(&block("principals", &rows));
        }
        if let Some([test, variable, value]) = statement.condition {
            let rows = [
                ("test", quoted(test)?),
                ("variable", quoted(variable)?),
                ("values", format!("[{}]", quoted(value)?)),
            ];
            more.push_str(&block("condition", &rows));
        }
        let width = rows.iter().map(|(key, _)| key.len()).max()?;
        let rows = rows
            .iter()
            .map(|(key, value)| format!("{inner}{key:width$} = {value}"));
        let rows: Vec<String> = rows.collect();
        let rows = rows.join(line_break);
        let text = format!(
            "{line_break}{line_break}{outer}statement {{{line_break}{rows}{more}{line_break}{outer}}}"
        );
        Some(vec![insert(self.lines.end(end), text)])
    }
}

fn one_or_several(all: &[String]) -> String {
    match all {
        [one] => one.clone(),
        _ => format!("[{}]", all.join(", ")),
    }
}

/// A text as HCL has it; none of what would have to be escaped.
fn quoted(text: &str) -> Option<String> {
    let is_plain =
        !text.contains(['"', '\\', '\n']) && !text.contains("${") && !text.contains("%{");
    is_plain.then(|| format!("\"{text}\""))
}
