//! A change of the model as a change of the text that the user wrote: in the language, under the names and with the
//! layout of the place where it belongs. Only where the attribute is written out or left out there; what a variable,
//! a function or another file says is left to the user.
//!
//! Whether the change is worth making, others find out: see `run`.

mod diff;
mod lines;
mod rows;
mod template;
mod terraform;

use std::collections::BTreeMap;

use crate::finding::{Replacement, Suggestion};
use crate::hcl::syntax::Body;
use crate::model::edit::{Edit, Scalar};
use crate::model::graph::ResourceGraph;
use crate::model::resource::Resource;
use crate::model::source::{FileId, SourceMap, Span};
use crate::model::value::Why;
use crate::model::vocabulary::{Language, TypeEntry};
use crate::yaml::Document;

/// Text in place of a range of bytes.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Change {
    start: usize,
    end: usize,
    text: String,
}

/// An attribute to be set, in the words of its type.
#[derive(Debug, Clone)]
struct Wish<'e> {
    /// The path, each step with whether it is a block.
    steps: Vec<(&'e str, bool)>,
    to: &'e Scalar,
}

/// Writes edits into the files of one estate, each of which is read once.
#[derive(Debug)]
pub struct Editor<'s> {
    sources: &'s SourceMap,
    modules: BTreeMap<FileId, Option<Body>>,
    templates: BTreeMap<FileId, Option<Document>>,
}

impl<'s> Editor<'s> {
    /// An editor of these texts.
    #[must_use]
    pub fn new(sources: &'s SourceMap) -> Self {
        Self {
            sources,
            modules: BTreeMap::new(),
            templates: BTreeMap::new(),
        }
    }

    /// What to write for edits of one resource, where that can be written in the block that declares it.
    pub fn suggestion(&mut self, graph: &ResourceGraph<'_>, edits: &[Edit]) -> Option<Suggestion> {
        let (first, rest) = edits.split_first()?;
        let resource = graph.get(first.of);
        let at = resource.origin;
        // Of what may not be there, not even what is written is known.
        let is_open = resource.attributes.iter().any(|(_, value)| {
            let why = value.why_unknown();
            matches!(why, Some(Why::NumberNotKnown | Why::ConditionNotKnown))
        });
        let is_elsewhere = rest.iter().any(|edit| graph.get(edit.of).origin != at);
        if is_open
            || is_elsewhere
            || graph.carried(first.of).is_some()
            || !self.is_written_here(resource)
        {
            return None;
        }
        let entry = resource.entry?;
        let wishes = edits.iter().map(|edit| wish(entry, edit));
        let wishes: Vec<Wish<'_>> = wishes.collect::<Option<_>>()?;
        let changes = self.changes(resource, entry, &wishes)?;
        let text = self.sources.text(at.file);
        let (start, end) = diff::around(text, &changes)?;
        let place = self.sources.location(Span {
            start: u32::try_from(start).ok()?,
            ..at
        });
        let moved = changes.iter().map(|change| Change {
            start: change.start - start,
            end: change.end - start,
            text: change.text.clone(),
        });
        let moved: Vec<Change> = moved.collect();
        let patch = diff::unified(&place.file, place.line, text.get(start..end)?, &moved)?;
        let replacements = changes.into_iter().map(|change| {
            let byte = |at: usize| u32::try_from(at).ok();
            let span = Span {
                file: at.file,
                start: byte(change.start)?,
                end: byte(change.end)?,
            };
            Some(Replacement {
                location: self.sources.location(span).into(),
                text: change.text,
            })
        });
        Some(Suggestion {
            file: self.sources.name(at.file).to_owned(),
            replacements: replacements.collect::<Option<_>>()?,
            patch,
            resource: resource.address.as_str().to_owned(),
            says_all: false,
        })
    }

    /// Whether it is declared in a file that its author writes: not in a module that `terraform init` fetched, nor in
    /// a file of a binary plan or one that a program wrote.
    fn is_written_here(&self, resource: &Resource<'_>) -> bool {
        let name = self.sources.name(resource.origin.file);
        let mut folders = name.split('/');
        let is_fetched = folders.any(|folder| folder == ".terraform");
        // A drive has a colon, too, but not behind a dot.
        let is_inside = name
            .split_once(':')
            .is_some_and(|(outer, _)| outer.contains('.'));
        let is_no_file = matches!(name, "" | "-");
        let is_generated = resource.construct.is_some();
        !(is_fetched || is_inside || is_no_file || is_generated)
    }

    /// The changes, in the order of the text; they are known to read back as what is wished.
    fn changes(
        &mut self,
        resource: &Resource<'_>,
        entry: &TypeEntry,
        wishes: &[Wish<'_>],
    ) -> Option<Vec<Change>> {
        let (at, of) = (resource.origin, &resource.type_name);
        let (text, name) = (self.sources.text(at.file), self.sources.name(at.file));
        let is_template = match entry.language {
            Language::Terraform if name.strip_suffix(".tf").is_some() => false,
            // Its JSON form is written by programs.
            Language::Terraform => return None,
            Language::CloudFormation => true,
        };
        if is_template {
            let templates = self.templates.entry(at.file);
            let document = templates.or_insert_with(|| template::read(text, at.file));
            let document = document.as_ref()?;
            let (first, more) = wishes.split_first()?;
            let changes = template::changes(text, document, at, of, first)?;
            return one_after_the_other(text, changes, more, |new, wish| {
                template::changes(new, &template::read(new, at.file)?, at, of, wish)
            });
        }
        let modules = self.modules.entry(at.file);
        let body = modules.or_insert_with(|| crate::hcl::file(text, at.file).ok());
        // The rest of the file plays no part.
        let (start, end) = terraform::lines_of(text, body.as_ref()?, at)?;
        let part = text.get(start..end)?;
        let offset = u32::try_from(start).ok()?;
        let at = Span {
            start: at.start - offset,
            end: at.end - offset,
            ..at
        };
        let changes = one_after_the_other(part, Vec::new(), wishes, |new, wish| {
            terraform::changes(new, &crate::hcl::file(new, at.file).ok()?, at, of, wish)
        });
        let moved = changes?.into_iter().map(|change| Change {
            start: change.start + start,
            end: change.end + start,
            ..change
        });
        Some(moved.collect())
    }
}

/// With the changes of further wishes, each laid out among those before it. What stands before the resource does not
/// move.
fn one_after_the_other(
    text: &str,
    changes: Vec<Change>,
    more: &[Wish<'_>],
    of: impl Fn(&str, &Wish<'_>) -> Option<Vec<Change>>,
) -> Option<Vec<Change>> {
    if let ([], [wish]) = (changes.as_slice(), more) {
        return of(text, wish);
    }
    if more.is_empty() {
        return Some(changes);
    }
    let mut new = changed(text, &changes)?;
    for wish in more {
        new = changed(&new, &of(&new, wish)?)?;
    }
    diff::changes(text, &new)
}

/// An edit in the words of the type; none where what it sets lies in a list, of which elements cannot be told apart.
fn wish<'e>(entry: &'e TypeEntry, edit: &'e Edit) -> Option<Wish<'e>> {
    let mut fields = &entry.fields;
    let mut steps = Vec::new();
    let mut names = edit.path.split('.').peekable();
    while let Some(name) = names.next() {
        let (own, field) = fields.own(name)?;
        let is_last = names.peek().is_none();
        let is_list = field.attribute.is_some_and(|attribute| {
            attribute.path.contains("[]") || attribute.cloudformation.contains("[]")
        });
        let is_object = entry.language == Language::CloudFormation || entry.computes_unwritten();
        if is_list || !is_last && !field.single && !is_object {
            return None;
        }
        steps.push((own, field.single));
        fields = &field.fields;
    }
    Some(Wish {
        steps,
        to: &edit.to,
    })
}

/// The text with changes made, which are in its order.
fn changed(text: &str, changes: &[Change]) -> Option<String> {
    let mut out = String::with_capacity(text.len() + 64);
    let mut from = 0;
    for change in changes {
        out.push_str(text.get(from..change.start)?);
        out.push_str(&change.text);
        from = change.end;
    }
    out.push_str(text.get(from..)?);
    Some(out)
}

fn insert(at: usize, text: String) -> Change {
    Change {
        start: at,
        end: at,
        text,
    }
}
