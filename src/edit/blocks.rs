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
                    let is_here = all.iter().any(|one| one.span.start == at.start);
                    is_here.then_some(all.as_slice())
                }
                _ => list_of(inner, at),
            }
        }
        _ => None,
    }
}

/// A list is written in lines where it would take more.
const WIDEST: usize = 96;

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
        let is_one_line = !written.contains('\n');
        let outer = self.lines.indentation(end);
        let inner = self.lines.indentation(first_start);
        let entries = self.entries(style, (!is_one_line).then_some(inner))?;
        let object = if is_one_line {
            let inner = entries.iter().map(|(key, value)| {
                let sign = if style.is_colon { ": " } else { " = " };
                format!("{key}{sign}{value}")
            });
            format!("{{ {} }}", inner.collect::<Vec<_>>().join(", "))
        } else {
            if !self.lines.begins_line(first_start) {
                return None;
            }
            let rows = lined_up(&entries, inner, style.is_colon);
            let comma = if style.has_commas { "," } else { "" };
            let rows = rows.iter().map(|row| format!("{row}{comma}"));
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
            let mut changes = vec![insert(end, format!(", {object}"))];
            // `}, {` stands further in than the last `}`.
            let brace = end.saturating_sub(1);
            if self.lines.begins_line(brace) && !self.lines.begins_line(start) {
                let at = self.lines.start(brace);
                changes.insert(0, insert(at, INDENT.to_owned()));
            }
            return changes;
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

    /// The entries of an object, on lines of their own where an indentation is given.
    fn entries(self, style: Style, indent: Option<&str>) -> Option<Vec<(String, String)>> {
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
            (
                key("Action")?,
                self.one_or_several(&self.actions()?, indent),
            ),
        ];
        if !statement.resources.is_empty() {
            entries.push((
                key("Resource")?,
                self.one_or_several(&self.resources()?, indent),
            ));
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

    fn one_or_several(self, all: &[String], indent: Option<&str>) -> String {
        match all {
            [one] => one.clone(),
            _ => self.list(all, indent),
        }
    }

    /// A list, in lines where one would be too long.
    fn list(self, all: &[String], indent: Option<&str>) -> String {
        let one_line = format!("[{}]", all.join(", "));
        let Some(indent) = indent.filter(|indent| indent.len() + one_line.len() > WIDEST) else {
            return one_line;
        };
        let line_break = self.lines.line_break();
        let all = all
            .iter()
            .map(|one| format!("{line_break}{indent}{INDENT}{one},"));
        format!("[{}{line_break}{indent}]", all.collect::<String>())
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
            rows.push(("effect".to_owned(), "\"Allow\"".to_owned()));
        }
        let list = |all: Vec<String>| self.list(&all, Some(&inner));
        rows.push(("actions".to_owned(), list(self.actions()?)));
        if !statement.resources.is_empty() {
            rows.push(("resources".to_owned(), list(self.resources()?)));
        }
        let block = |name: &str, rows: &[(String, String)]| {
            let rows = lined_up(rows, &format!("{inner}{INDENT}"), false);
            let rows = rows.join(line_break);
            format!(
                "{line_break}{line_break}{inner}{name} {{{line_break}{rows}{line_break}{inner}}}"
            )
        };
        let mut more = String::new();
        if let Some((of, who)) = &statement.principal {
            let rows = [
                ("type".to_owned(), quoted(of)?),
                ("identifiers".to_owned(), format!("[{}]", self.name(who)?)),
            ];
            more.push_str(&block("principals", &rows));
        }
        if let Some([test, variable, value]) = statement.condition {
            let rows = [
                ("test".to_owned(), quoted(test)?),
                ("variable".to_owned(), quoted(variable)?),
                ("values".to_owned(), format!("[{}]", quoted(value)?)),
            ];
            more.push_str(&block("condition", &rows));
        }
        let rows = lined_up(&rows, &inner, false);
        let rows = rows.join(line_break);
        let text = format!(
            "{line_break}{line_break}{outer}statement {{{line_break}{rows}{more}{line_break}{outer}}}"
        );
        Some(vec![insert(self.lines.end(end), text)])
    }
}

/// Arguments or entries on lines of their own, with their signs in one column where they stand side by side.
fn lined_up(entries: &[(String, String)], indent: &str, is_colon: bool) -> Vec<String> {
    let is_long = |(_, value): &(String, String)| value.contains('\n');
    let groups = entries.chunk_by(|one, other| !is_long(one) && !is_long(other));
    let rows = groups.flat_map(|group| {
        let width = group.iter().map(|(key, _)| key.len()).max().unwrap_or(0);
        group.iter().map(move |(key, value)| {
            if is_colon {
                format!("{indent}{key} : {value}")
            } else {
                format!("{indent}{key:width$} = {value}")
            }
        })
    });
    rows.collect()
}

/// A text as HCL has it; none of what would have to be escaped.
fn quoted(text: &str) -> Option<String> {
    let is_plain =
        !text.contains(['"', '\\', '\n']) && !text.contains("${") && !text.contains("%{");
    is_plain.then(|| format!("\"{text}\""))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::graph::ResourceId;
    use crate::model::source::{FileId, SourceMap};

    const KEY: ResourceId = ResourceId(7);

    fn reading() -> Statement {
        Statement {
            actions: vec!["kms:Decrypt".to_owned()],
            resources: vec![Name::Arn(KEY, String::new())],
            ..Statement::default()
        }
    }

    /// The text with a statement beside the one that contains a text.
    fn with(text: &str, beside: &str, statement: &Statement) -> Option<String> {
        let file: FileId = SourceMap::default().add("main.tf", String::new());
        let body = hcl::file(text, file).unwrap();
        let block = body.blocks.first().unwrap();
        let at = text.find(beside).unwrap();
        let open = text.get(..at).unwrap().rfind('{').unwrap();
        let close = at + text.get(at..).unwrap().find('}').unwrap() + 1;
        let span = |start: usize, end: usize| Span {
            file,
            start: u32::try_from(start).unwrap(),
            end: u32::try_from(end).unwrap(),
        };
        let names = [(KEY, "aws_kms_key.k".to_owned())];
        let changes = added(text, block, span(open, close), statement, &names)?;
        changed(text, &changes)
    }

    fn policy(statements: &str) -> String {
        format!(
            "resource \"aws_iam_role_policy\" \"p\" {{\n  policy = jsonencode({{\n    Statement = {statements}\n  }})\n}}\n"
        )
    }

    #[track_caller]
    fn becomes(before: &str, after: &str) {
        let new = with(&policy(before), "beside", &reading());
        assert_eq!(new, Some(policy(after)));
    }

    #[test]
    fn an_object_is_written_as_its_neighbours_are() {
        becomes(
            "[\n      {\n        Sid = \"beside\"\n      },\n    ]",
            "[\n      {\n        Sid = \"beside\"\n      },\n      {\n        Effect   = \"Allow\"\n        Action   = \"kms:Decrypt\"\n        Resource = aws_kms_key.k.arn\n      },\n    ]",
        );
        becomes(
            "[\n      {\n        \"Sid\" : \"beside\",\n      } # why\n    ]",
            "[\n      {\n        \"Sid\" : \"beside\",\n      }, # why\n      {\n        \"Effect\" : \"Allow\",\n        \"Action\" : \"kms:Decrypt\",\n        \"Resource\" : aws_kms_key.k.arn\n      }\n    ]",
        );
        becomes(
            "[{ Sid = \"beside\" }]",
            "[{ Sid = \"beside\" }, { Effect = \"Allow\", Action = \"kms:Decrypt\", Resource = aws_kms_key.k.arn }]",
        );
        becomes(
            "[{\n      Sid = \"beside\"\n    }]",
            "[{\n      Sid = \"beside\"\n      }, {\n      Effect   = \"Allow\"\n      Action   = \"kms:Decrypt\"\n      Resource = aws_kms_key.k.arn\n    }]",
        );
    }

    #[test]
    fn a_long_list_takes_lines() {
        let actions = ["A", "B", "C"].map(|end| format!("ec2:CreateNetworkInterface{end}"));
        let statement = Statement {
            actions: actions.to_vec(),
            resources: vec![Name::Text("*".to_owned())],
            ..Statement::default()
        };
        let text = policy("[\n      {\n        Sid = \"beside\"\n      },\n    ]");
        let new = with(&text, "beside", &statement).unwrap();
        let list = "        Effect = \"Allow\"\n        Action = [\n          \"ec2:CreateNetworkInterfaceA\",\n          \"ec2:CreateNetworkInterfaceB\",\n          \"ec2:CreateNetworkInterfaceC\",\n        ]\n        Resource = \"*\"\n";
        assert!(new.contains(list), "{new}");
    }

    #[test]
    fn what_is_no_list_of_objects_is_left() {
        for statements in [
            "{ Sid = \"beside\" }",
            "concat([{ Sid = \"beside\" }], [])",
            "[for one in [1] : { Sid = \"beside\" }]",
        ] {
            assert_eq!(with(&policy(statements), "beside", &reading()), None);
        }
        let local = "locals {\n  p = jsonencode({ Statement = [{ Sid = \"beside\" }] })\n}\n";
        assert_eq!(with(local, "beside", &reading()), None);
        let odd = Statement {
            resources: vec![Name::Text("a${b}".to_owned())],
            ..reading()
        };
        assert_eq!(
            with(&policy("[{ Sid = \"beside\" }]"), "beside", &odd),
            None
        );
    }

    #[test]
    fn a_block_stands_behind_the_last_one() {
        let document = |more: &str| {
            format!(
                "data \"aws_iam_policy_document\" \"d\" {{\n  statement {{\n    effect  = \"Allow\"\n    actions = [\"beside\"]\n  }}\n{more}}}\n"
            )
        };
        let statement = Statement {
            principal: Some(("AWS", Name::Text("arn".to_owned()))),
            condition: Some(["Bool", "kms:GrantIsForAWSResource", "true"]),
            ..reading()
        };
        let after = "\n  statement {\n    effect    = \"Allow\"\n    actions   = [\"kms:Decrypt\"]\n    resources = [aws_kms_key.k.arn]\n\n    principals {\n      type        = \"AWS\"\n      identifiers = [\"arn\"]\n    }\n\n    condition {\n      test     = \"Bool\"\n      variable = \"kms:GrantIsForAWSResource\"\n      values   = [\"true\"]\n    }\n  }\n";
        assert_eq!(
            with(&document(""), "beside", &statement),
            Some(document(after))
        );
    }
}
