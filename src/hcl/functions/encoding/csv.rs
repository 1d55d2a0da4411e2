//! CSV with a header line, as Go reads it.
//!
//! Source: Terraform Language, "csvdecode Function"; RFC 4180; Go, "Package encoding/csv".

use std::collections::{BTreeMap, BTreeSet};

use crate::hcl::functions::arguments::MOST;
use crate::hcl::types::{Attribute, Type};
use crate::hcl::value::{Data, Value};
use crate::model::source::Span;

/// The list of objects that a text with a header line holds.
///
/// # Errors
/// Why it is no CSV.
pub(super) fn decode(text: &str, at: Span) -> Result<Value, String> {
    let text = text.replace("\r\n", "\n");
    let mut reader = Reader {
        rest: &text,
        line: 1,
    };
    let names = reader.record()?.ok_or("it has no header line")?;
    let mut seen = BTreeSet::new();
    if let Some(twice) = names.iter().find(|name| !seen.insert(name.as_str())) {
        return Err(format!("two columns have the name {twice:?}"));
    }
    let (mut rows, mut cells) = (Vec::new(), 0);
    while let Some(record) = reader.record()? {
        if record.len() != names.len() {
            let (line, given, needed) = (reader.line - 1, record.len(), names.len());
            return Err(format!("line {line} has {given} fields, not {needed}"));
        }
        cells += record.len();
        if cells > MOST {
            return Err("it has too many fields".to_owned());
        }
        let cells = names.iter().cloned().zip(record);
        let cells = cells.map(|(name, cell)| (name, Value::text(cell, at)));
        rows.push(Value::object(cells.collect::<BTreeMap<_, _>>(), at));
    }
    let attributes = names
        .into_iter()
        .map(|name| (name, Attribute::required(Type::String)));
    let of = Type::Object(attributes.collect());
    Ok(Value::new(Data::List(of, rows.into()), at))
}

struct Reader<'t> {
    rest: &'t str,
    /// The line that comes next.
    line: usize,
}

impl<'t> Reader<'t> {
    fn next_line(&mut self) -> Option<&'t str> {
        if self.rest.is_empty() {
            return None;
        }
        let (line, rest) = self.rest.split_once('\n').unwrap_or((self.rest, ""));
        self.rest = rest;
        self.line += 1;
        Some(line)
    }

    /// The fields of the next line that is not empty; fields in quotes may go on over lines.
    fn record(&mut self) -> Result<Option<Vec<String>>, String> {
        let mut line = loop {
            match self.next_line() {
                None => return Ok(None),
                Some(line) if line.trim_end_matches('\r').is_empty() => {}
                Some(line) => break line,
            }
        };
        let mut fields = Vec::new();
        loop {
            let Some(quoted) = line.strip_prefix('"') else {
                let (field, rest) = match line.split_once(',') {
                    Some((field, rest)) => (field, Some(rest)),
                    None => (line, None),
                };
                if field.contains('"') {
                    let line = self.line - 1;
                    return Err(format!("line {line} has a quote in a field without quotes"));
                }
                fields.push(field.to_owned());
                match rest {
                    Some(rest) => line = rest,
                    None => return Ok(Some(fields)),
                }
                continue;
            };
            let (field, rest) = self.quoted(quoted)?;
            fields.push(field);
            match rest {
                Some(rest) => line = rest,
                None => return Ok(Some(fields)),
            }
        }
    }

    /// A field in quotes, and what follows the comma after it.
    fn quoted(&mut self, mut line: &'t str) -> Result<(String, Option<&'t str>), String> {
        let mut field = String::new();
        let wrong = |line: usize| format!("line {line} has a quote too much or too few");
        loop {
            let Some((inner, rest)) = line.split_once('"') else {
                field.push_str(line);
                field.push('\n');
                line = self.next_line().ok_or_else(|| wrong(self.line - 1))?;
                continue;
            };
            field.push_str(inner);
            if let Some(rest) = rest.strip_prefix('"') {
                field.push('"');
                line = rest;
            } else if let Some(rest) = rest.strip_prefix(',') {
                return Ok((field, Some(rest)));
            } else if rest.is_empty() {
                return Ok((field, None));
            } else {
                return Err(wrong(self.line - 1));
            }
        }
    }
}
