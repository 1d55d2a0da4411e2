//! Expressions in the scope of a root module, one by one.

use std::io::{self, BufRead, Write};

use serde::{Deserialize, Serialize};
use serde_json::Value as Json;
use serde_json::value::RawValue;

use super::Options;
use super::source::Source;
use crate::hcl::{Value, encode_json, expression};
use crate::load::LoadError;
use crate::load::terraform::TreeFiles;
use crate::model::source::{SourceMap, Span};
use crate::room::with_room;
use crate::terraform::{Beside, World};

/// Reads lines of JSON, `{"id": …, "expr": "…"}`, evaluates each expression as it would stand in the root
/// module of a directory, and writes a line for each: `{"id": …, "value": …}` as `jsonencode` writes it,
/// `{"id": …, "unknown": "why"}`, or `{"id": …, "error": "what is wrong"}`.
///
/// # Errors
/// A directory that cannot be read; input or output that breaks. A line that is wrong is answered, and the
/// next one read.
pub fn expressions(
    directory: &str,
    options: &Options,
    input: &mut (dyn BufRead + Send),
    output: &mut (dyn Write + Send),
) -> Result<(), LoadError> {
    let mut sources = SourceMap::default();
    let source = Source::open(directory, options, &mut sources)?;
    with_room(|| answer_lines(&source, options, input, output)).map_err(LoadError::Io)
}

fn answer_lines(
    source: &Source,
    options: &Options,
    input: &mut dyn BufRead,
    output: &mut dyn Write,
) -> io::Result<()> {
    let files = TreeFiles(source.tree());
    let beside = Beside {
        account: options.account.as_deref(),
        region: options.region.as_deref(),
        ..Beside::default()
    };
    let mut line = Vec::new();
    loop {
        line.clear();
        if input.read_until(b'\n', &mut line)? == 0 {
            return output.flush();
        }
        if line.iter().all(u8::is_ascii_whitespace) {
            continue;
        }
        // Each has the whole budget, and nothing that another one worked out.
        let world = World::new(source.root(), &files, &beside);
        serde_json::to_writer(&mut *output, &answer(&line, &world))?;
        output.write_all(b"\n")?;
        output.flush()?;
    }
}

#[derive(Deserialize)]
struct Asked {
    #[serde(default)]
    id: Json,
    expr: Option<String>,
}

/// What is written for a line: besides the id, one of the three.
#[derive(Default, Serialize)]
struct Answer {
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<String>,
    id: Json,
    #[serde(skip_serializing_if = "Option::is_none")]
    unknown: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    value: Option<Box<RawValue>>,
}

fn answer(line: &[u8], world: &World<'_>) -> Answer {
    let line = line.strip_prefix("\u{feff}".as_bytes()).unwrap_or(line);
    let asked: Asked = match serde_json::from_slice(line) {
        Ok(asked) => asked,
        Err(error) => {
            return Answer {
                error: Some(error.to_string()),
                ..Answer::default()
            };
        }
    };
    let mut answer = Answer {
        id: asked.id,
        ..Answer::default()
    };
    let Some(text) = asked.expr else {
        answer.error = Some("`expr` is not there".to_owned());
        return answer;
    };
    let value = expression(&text, Span::NOWHERE).and_then(|expr| world.expression(&expr));
    match value.map(|value| known(&value)) {
        Err(error) => answer.error = Some(error.to_string()),
        Ok(Ok(value)) => answer.value = Some(value),
        Ok(Err(unknown)) => answer.unknown = Some(unknown),
    }
    answer
}

/// The value as JSON, or what of it is not known.
fn known(value: &Value) -> Result<Box<RawValue>, String> {
    if let Some(unknown) = value.any_unknown() {
        return Err(unknown.words());
    }
    let text = encode_json(value);
    let text = text.known().unwrap_or("null").to_owned();
    RawValue::from_string(text).map_err(|error| error.to_string())
}
