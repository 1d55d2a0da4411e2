//! Terraform source to parsed modules: a root module with everything that it calls, from a directory or
//! from a binary plan file.
//!
//! Nothing is evaluated here. What cannot be read is a problem; whatever else is there is read.
//!
//! Source: Terraform Language, "Files and Directories", "Module Sources"; OpenTofu, "Files and
//! Directories".

mod beside;
mod calls;
mod discover;
mod overrides;
mod plan_file;
mod schema;
mod selection;
mod tree;
mod values;

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

pub use beside::{open, source_beside};
pub use discover::{Roots, is_source, roots};
pub use plan_file::PlanFile;
pub use tree::{Directory, Tree, TreeFiles, boundary};
pub use values::{Assignment, Given, Giver, Setting};

use crate::hcl::functions::FileError;
use crate::hcl::syntax::Body;
use crate::hcl::{self, json_syntax};
use crate::model::problem::Problem;
use crate::model::source::{FileId, SourceMap, Span};
use tree::words;

/// More text than this is not read for one root module.
const MOST_BYTES: usize = 64 << 20;

const CONSEQUENCE: &str = "this file is not read; nothing that it declares is judged";

/// A root module, read.
#[derive(Debug)]
pub struct Root {
    /// The root module, and one module for each path of calls that leads to one. None is ever missing:
    /// the first is the root module, though there may be nothing in it.
    pub modules: Vec<Module>,
    /// Values for the variables of the root module. Where one variable has several, the last one counts.
    pub assignments: Vec<Assignment>,
    /// What was not understood. Whether one is fatal, it says itself.
    pub problems: Vec<Problem>,
}

/// A module, as one path of calls leads to it.
#[derive(Debug)]
pub struct Module {
    /// Its directory as `path.module` shows it: from that of the root module, which is `.`.
    pub directory: String,
    /// The names of the calls that lead to it.
    pub path: Vec<String>,
    /// Its files, without those that could not be read.
    pub files: Vec<FileId>,
    /// What stands in them, with overrides merged: only blocks, of names that Terraform knows and with as
    /// many labels as they have.
    pub body: Arc<Body>,
    /// The modules that it calls, by the name of the call. A call that is missing here was not followed,
    /// for a reason that is one of the problems.
    pub calls: BTreeMap<String, Called>,
}

/// What a module call leads to.
#[derive(Debug, Clone)]
pub enum Called {
    /// A module, by its place in [`Root::modules`].
    Module(usize),
    /// A module that is not there to be read.
    NotSeen {
        /// Where it would come from; empty if the call does not say.
        source: String,
        /// Where that is said.
        at: Span,
    },
}

/// Reads a root module with all that it calls. The texts go into `sources` under the names by which the
/// user knows them. `environment` is where `TF_VAR_name` is looked for.
pub fn load(
    tree: &dyn Tree,
    settings: &[Setting],
    environment: impl IntoIterator<Item = (String, String)>,
    sources: &mut SourceMap,
) -> Root {
    let mut reader = Reader {
        tree,
        sources,
        problems: Vec::new(),
        bytes_left: MOST_BYTES,
        directories: HashMap::new(),
    };
    let modules = calls::follow(&mut reader);
    let assignments = values::gather(&mut reader, settings, environment);
    Root {
        modules,
        assignments,
        problems: reader.problems,
    }
}

/// What is common to all that is read for one root module.
struct Reader<'r> {
    tree: &'r dyn Tree,
    sources: &'r mut SourceMap,
    problems: Vec<Problem>,
    bytes_left: usize,
    /// Each directory is read once.
    directories: HashMap<String, Content>,
}

/// What stands in the files of a directory.
#[derive(Clone, Default)]
struct Content {
    files: Vec<FileId>,
    body: Arc<Body>,
}

impl Reader<'_> {
    /// Reads the files of a module.
    fn directory(&mut self, directory: &str) -> Result<Content, FileError> {
        if let Some(known) = self.directories.get(directory) {
            return Ok(known.clone());
        }
        let selected = selection::select(&self.tree.names(directory)?);
        let (mut files, mut body) = (Vec::new(), Body::default());
        for name in selected.primary {
            if let Some((file, mut read)) = self.file(directory, &name) {
                files.push(file);
                body.blocks.append(&mut read.blocks);
            }
        }
        schema::keep_first(&mut body, &mut self.problems);
        for name in selected.overrides {
            if let Some((file, read)) = self.file(directory, &name) {
                files.push(file);
                overrides::merge(&mut body, read, &mut self.problems);
            }
        }
        let body = Arc::new(body);
        let content = Content { files, body };
        self.directories
            .insert(directory.to_owned(), content.clone());
        Ok(content)
    }

    fn file(&mut self, directory: &str, name: &str) -> Option<(FileId, Body)> {
        let path = tree::plain(&format!("{directory}/{name}"));
        let (shown, content) = (self.tree.shown(&path), self.tree.read(&path));
        let file = self.text(&shown, content, CONSEQUENCE)?;
        let text = self.sources.text(file);
        let body = if selection::is_json(name) {
            json_syntax::file(text, file, &schema::FILE)
        } else {
            hcl::file(text, file)
        };
        match body {
            Ok(mut body) => {
                schema::keep_known(&mut body, &mut self.problems);
                Some((file, body))
            }
            Err(error) => {
                self.broken(&error, CONSEQUENCE);
                None
            }
        }
    }

    /// Takes in the text of a file, if it is one.
    fn text(
        &mut self,
        shown: &str,
        content: Result<Vec<u8>, FileError>,
        consequence: &str,
    ) -> Option<FileId> {
        let text = content.map_err(|error| words(&error).to_owned());
        let text = text.and_then(|bytes| {
            self.bytes_left = self
                .bytes_left
                .checked_sub(bytes.len())
                .ok_or("the files of this input are larger than 64 MiB together")?;
            String::from_utf8(bytes).map_err(|_| "it is not UTF-8 text".to_owned())
        });
        match text {
            Ok(text) => Some(self.sources.add(shown, text)),
            Err(why) => {
                self.problems.push(Problem {
                    message: format!("`{shown}` cannot be read: {why}"),
                    origin: None,
                    consequence: consequence.to_owned(),
                    fatal: true,
                });
                None
            }
        }
    }

    /// Takes in a text that comes from no file, and tells its place.
    fn whole(&mut self, shown: &str, text: String) -> Span {
        let end = u32::try_from(text.len()).unwrap_or(u32::MAX);
        let file = self.sources.add(shown, text);
        let start = 0;
        Span { file, start, end }
    }

    /// A file in which something cannot be parsed.
    fn broken(&mut self, error: &hcl::Error, consequence: &str) {
        self.problems.push(Problem {
            message: error.message.to_string(),
            origin: Some(error.at),
            consequence: consequence.to_owned(),
            fatal: true,
        });
    }
}
