//! Trees of YAML and JSON: their places and values on other people's templates, where the corpora are there,
//! and what hostile texts cost.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::print_stdout,
    reason = "a helper of a test fails the test, and says what was read"
)]

mod hostile;
mod places;
#[path = "../support/mod.rs"]
mod support;
mod values;

use std::path::PathBuf;

use plangate::model::source::{FileId, SourceMap};
use plangate::yaml::{Document, ReadError, read_json, read_yaml};

/// A file of the corpora.
struct Input {
    path: PathBuf,
    text: String,
    is_json: bool,
}

impl Input {
    fn name(&self) -> String {
        let parts: Vec<_> = self
            .path
            .iter()
            .map(|part| part.to_string_lossy())
            .collect();
        parts[parts.len().saturating_sub(3)..].join("/")
    }

    fn read(&self) -> Result<Document, ReadError> {
        read(&self.text, self.is_json)
    }
}

fn any_file() -> FileId {
    SourceMap::default().add("text", String::new())
}

fn read(text: &str, is_json: bool) -> Result<Document, ReadError> {
    if is_json {
        read_json(text, any_file())
    } else {
        read_yaml(text, any_file())
    }
}

/// Every template of the corpora that is UTF-8.
fn inputs() -> Option<Vec<Input>> {
    let folder = support::corpora()?.join("cloudformation");
    let mut found = Vec::new();
    for path in support::files(&folder, "") {
        let end = path.extension().unwrap_or_default().to_string_lossy();
        if !["yaml", "yml", "json", "template"].contains(&&*end) {
            continue;
        }
        let Ok(text) = String::from_utf8(std::fs::read(&path).unwrap()) else {
            println!("no UTF-8: {}", path.display());
            continue;
        };
        let text = text.trim_start_matches('\u{feff}').to_owned();
        let is_json = end == "json" || (end == "template" && text.trim_start().starts_with('{'));
        found.push(Input {
            path,
            text,
            is_json,
        });
    }
    assert!(found.len() > 1_000);
    Some(found)
}

#[test]
fn other_peoples_templates_are_read() {
    let Some(inputs) = inputs() else { return };
    let (mut read, mut refused) = (0, Vec::new());
    for input in &inputs {
        match input.read() {
            Ok(_) => read += 1,
            Err(error) => {
                let before = &input.text[..error.at.start as usize];
                let line = before.matches('\n').count() + 1;
                let kind = if error.is_well_formed {
                    "refused"
                } else {
                    "malformed"
                };
                refused.push(format!("{}:{line}: {kind}: {error}", input.name()));
            }
        }
    }
    println!(
        "{read} of {} are read; not:\n{}",
        inputs.len(),
        refused.join("\n")
    );
    assert!(read * 100 > inputs.len() * 95);
}
