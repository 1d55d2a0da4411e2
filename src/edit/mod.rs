//! A change of the model as a change of the text that the user wrote: in the language, under the names and with the
//! layout of the place where it belongs. Only where the attribute is written out or left out there; what a variable,
//! a function or another file says is left to the user.
//!
//! Whether the change is worth making, others find out: see `run`.

mod blocks;
mod circles;
mod diff;
mod items;
mod lines;
mod rows;
mod template;
mod terraform;

use std::collections::BTreeMap;

use crate::finding::{Replacement, Suggestion};
use crate::hcl::syntax::Body;
use crate::model::edit::{Edit, Scalar, To};
use crate::model::graph::{ResourceGraph, ResourceId};
use crate::model::resource::Resource;
use crate::model::source::{FileId, SourceMap, Span};
use crate::model::statement::{Name, Statement};
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
            || resource.construct.is_some()
        {
            return None;
        }
        if let ([], To::With(statement, beside)) = (rest, &first.to) {
            let changes = self.addition(graph, first.of, statement, *beside)?;
            return self.told(resource, beside.file, changes);
        }
        if !self.is_written_here(at.file) {
            return None;
        }
        let entry = resource.entry?;
        let wishes = edits.iter().map(|edit| wish(entry, edit));
        let wishes: Vec<Wish<'_>> = wishes.collect::<Option<_>>()?;
        let changes = self.changes(resource, entry, &wishes)?;
        self.told(resource, at.file, changes)
    }

    /// Changes of a file as what people and programs are told.
    fn told(
        &self,
        resource: &Resource<'_>,
        file: FileId,
        changes: Vec<Change>,
    ) -> Option<Suggestion> {
        let text = self.sources.text(file);
        let (start, end) = diff::around(text, &changes)?;
        let start_of = u32::try_from(start).ok()?;
        let place = self.sources.location(Span {
            file,
            start: start_of,
            end: start_of,
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
                file,
                start: byte(change.start)?,
                end: byte(change.end)?,
            };
            Some(Replacement {
                location: self.sources.location(span).into(),
                text: change.text,
            })
        });
        Some(Suggestion {
            file: self.sources.name(file).to_owned(),
            replacements: replacements.collect::<Option<_>>()?,
            patch,
            resource: resource.address.as_str().to_owned(),
            says_all: false,
        })
    }

    /// What to write for a policy to have another statement, behind those that it has.
    fn addition(
        &mut self,
        graph: &ResourceGraph<'_>,
        of: ResourceId,
        statement: &Statement,
        beside: Span,
    ) -> Option<Vec<Change>> {
        let file = beside.file;
        if !self.is_written_here(file) || !statement.is_whole() {
            return None;
        }
        let (text, name) = (self.sources.text(file), self.sources.name(file));
        if graph.language() == Language::Terraform {
            name.strip_suffix(".tf")?;
            let modules = self.modules.entry(file);
            let body = modules.or_insert_with(|| crate::hcl::file(text, file).ok());
            let block = blocks::block_at(body.as_ref()?, beside)?.clone();
            let mut names = Vec::new();
            for id in statement.named() {
                names.push((id, self.local_name(graph, of, id, file)?));
            }
            let wanted = names.iter().map(|(_, name)| name.as_str());
            if circles::in_modules(self.sources, file, &block, &wanted.collect::<Vec<_>>()) {
                return None;
            }
            return blocks::added(text, &block, beside, statement, &names);
        }
        let templates = self.templates.entry(file);
        let document = templates.or_insert_with(|| template::read(text, file));
        let document = document.as_ref()?;
        let mut names = Vec::new();
        for id in statement.named() {
            let named = graph.get(id);
            let name = named.address.as_str();
            let is_here = named.origin.file == file && !name.contains(['.', ':']);
            names.push((id, is_here.then(|| name.to_owned())?));
        }
        let wanted = names.iter().map(|(_, name)| name.as_str());
        if circles::in_template(text, document, beside, &wanted.collect::<Vec<_>>()) {
            return None;
        }
        items::added(text, document, beside, statement, &names)
    }

    /// What the module in a file calls a resource, if it is one of that module.
    fn local_name(
        &self,
        graph: &ResourceGraph<'_>,
        of: ResourceId,
        id: ResourceId,
        file: FileId,
    ) -> Option<String> {
        let folder = |file: FileId| {
            let name = self.sources.name(file);
            name.rsplit_once('/').map_or("", |(folder, _)| folder)
        };
        let named = graph.get(id);
        let (address, module) = (named.address.as_str(), named.address.module());
        let is_same = module == graph.get(of).address.module();
        let is_here = folder(named.origin.file) == folder(file);
        let rest = address.strip_prefix(module)?;
        let rest = rest.strip_prefix('.').unwrap_or(rest);
        (is_same && is_here && !rest.contains("[*]")).then(|| rest.to_owned())
    }

    /// Whether a file is one that its author writes: not in a module that `terraform init` fetched, nor inside of a
    /// binary plan.
    fn is_written_here(&self, file: FileId) -> bool {
        let name = self.sources.name(file);
        let mut folders = name.split('/');
        let is_fetched = folders.any(|folder| folder == ".terraform");
        // A drive has a colon, too, but not behind a dot.
        let is_inside = name
            .split_once(':')
            .is_some_and(|(outer, _)| outer.contains('.'));
        let is_no_file = matches!(name, "" | "-");
        !(is_fetched || is_inside || is_no_file)
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
    match &edit.to {
        To::Is(to) => Some(Wish { steps, to }),
        To::With(..) => None,
    }
}

/// What a statement calls a resource by its ARN.
type LocalNames = [(ResourceId, String)];

/// A name as it is called, with what follows it; else the text that it is.
fn called<'n>(name: &'n Name, names: &'n LocalNames) -> Option<(Option<&'n str>, &'n str)> {
    match name {
        Name::Text(text) => Some((None, text)),
        Name::Arn(id, inside) => {
            let (_, own) = names.iter().find(|(own, _)| own == id)?;
            Some((Some(own), inside))
        }
        Name::Gap(_) => None,
    }
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
