//! `CloudFormation` templates: their texts to sections, and those that belong together to one set of stacks.
//!
//! Nothing is worked out here.
//!
//! Source: AWS `CloudFormation` User Guide, "Template anatomy", "Embed stacks within other stacks using nested
//! stacks", "Get exports from a deployed stack".

mod assembly;
mod change_set;
mod definitions;
mod exports;
mod parameters;
mod sets;
mod template;

use std::collections::BTreeMap;

pub use assembly::{Assembly, Deployment, MANIFEST, assembly};
pub use change_set::{Action, ChangeSet, Context, ResourceChange, change_set};
pub use exports::Name as ExportName;
pub use parameters::parameter_file;
pub use sets::{Given, Reader, sets};
pub use template::{Parameter, Template, is_template};

use super::LoadError;
use crate::model::source::{FileId, SourceMap};
use crate::yaml::{ReadError, read_json, read_yaml};

/// Stacks that are worked out together: one template, what it nests, and what hands values over to it.
#[derive(Debug, Clone, Default)]
pub struct StackSet {
    /// The stacks; whoever nests another one comes before it. The first is the one that all is about.
    pub stacks: Vec<Stack>,
}

/// A template, and what is passed to it.
#[derive(Debug, Clone)]
pub struct Stack {
    /// What it is made of.
    pub template: Template,
    /// What stands before the logical ids of its resources: empty for a template that stands alone.
    pub prefix: String,
    /// The stack that nests it, by its place in the set, and the logical id there.
    pub parent: Option<(usize, String)>,
    /// The values of parameters that a file gives.
    pub given: BTreeMap<String, String>,
    /// The nested stacks whose templates were read, by their logical ids.
    pub nested: BTreeMap<String, usize>,
    /// It only hands values over: it is judged by itself.
    pub is_context: bool,
    /// The account that it is deployed to, where its assembly tells.
    pub account: Option<String>,
    /// The region, likewise.
    pub region: Option<String>,
}

/// Reads a text that may be a template.
///
/// # Errors
/// What else it is.
pub fn read(sources: &SourceMap, file: FileId) -> Result<Template, LoadError> {
    let text = sources.text(file);
    let is_json = text.trim_start().starts_with(['{', '[']);
    let read = if is_json {
        read_json(text, file)
    } else {
        read_yaml(text, file)
    };
    match read {
        Ok(document) if is_template(&document.root) => {
            Ok(Template::of(&document.root, sources.name(file), file))
        }
        Ok(_) => Err(LoadError::NoTemplate {
            form: if is_json { "JSON" } else { "YAML" },
        }),
        Err(error) => Err(broken(&error, sources, looks_like_template(text))),
    }
}

/// Whether a text that cannot be read to its end was meant to be a template.
fn looks_like_template(text: &str) -> bool {
    ["AWSTemplateFormatVersion", "\nResources:", "\"Resources\""]
        .iter()
        .any(|mark| text.contains(mark) || text.starts_with(mark.trim_start()))
        && (text.contains("AWS::") || text.contains("AWSTemplateFormatVersion"))
}

fn broken(error: &ReadError, sources: &SourceMap, is_template: bool) -> LoadError {
    let place = sources.location(error.at);
    let (line, column) = (place.line as usize, place.column as usize);
    let reason = error.message.clone();
    if is_template {
        LoadError::BrokenTemplate {
            line,
            column,
            reason,
        }
    } else {
        LoadError::NotYaml {
            line,
            column,
            reason,
        }
    }
}
