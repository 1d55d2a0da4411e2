//! Which templates belong together: what a template nests, and what exports the values that it imports.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use super::exports::{Name, exported, imported};
use super::template::Template;
use super::{Stack, StackSet};
use crate::model::problem::Problem;
use crate::yaml::Node;

/// Stacks of one set: more are not followed.
const MOST: usize = 200;

/// Templates inside of templates, beyond which none is followed.
const DEPTH: usize = 16;

/// A template among those that are given together.
#[derive(Debug, Clone)]
pub struct Given {
    /// What it says.
    pub template: Template,
    /// Its file, by its real path; none for standard input.
    pub path: Option<PathBuf>,
    /// The user named it; otherwise it was found in a directory.
    pub is_named: bool,
    /// The values of its parameters that a file gives.
    pub parameters: BTreeMap<String, String>,
    /// The account that it is deployed to, where its assembly tells.
    pub account: Option<String>,
    /// The region, likewise.
    pub region: Option<String>,
}

/// Reads the template of a file that nobody named; why not, in words.
pub type Reader<'r> = dyn FnMut(&Path) -> Result<Template, String> + 'r;

/// One set for each template that no other nests, with its place among those given. Of those that nest each other in
/// a circle, the first counts as such.
pub fn sets(given: &[Given], read: &mut Reader<'_>) -> Vec<(usize, StackSet)> {
    let exports: Vec<_> = given.iter().map(|one| exported(&one.template)).collect();
    let inside: BTreeSet<usize> = (0..given.len())
        .flat_map(|at| nested_in(given, at))
        .filter_map(|(_, nested)| match nested {
            Nested::Given(other) => Some(other),
            _ => None,
        })
        .collect();
    let mut sets = Vec::new();
    let mut covered = BTreeSet::new();
    let mut add = |at: usize, covered: &mut BTreeSet<usize>| {
        let mut builder = Builder {
            given,
            exports: &exports,
            read,
            set: StackSet::default(),
            inside: BTreeSet::new(),
            around: Vec::new(),
        };
        builder.add_given(at, "", None, 0);
        covered.extend(&builder.inside);
        builder.add_exporters();
        sets.push((at, builder.set));
    };
    for (at, one) in given.iter().enumerate() {
        if !inside.contains(&at) || one.is_named {
            add(at, &mut covered);
        }
    }
    for at in 0..given.len() {
        if !covered.contains(&at) {
            add(at, &mut covered);
        }
    }
    sets.sort_by_key(|(at, _)| *at);
    sets
}

/// Where the template of a nested stack is.
enum Nested {
    /// Among those given.
    Given(usize),
    /// In a file that nobody named.
    File(PathBuf),
    /// Somewhere else: what is written of it.
    Elsewhere(String),
}

/// The nested stacks of a template, by the nodes that name them.
fn nested_in(given: &[Given], at: usize) -> Vec<(String, Nested)> {
    let Some(one) = given.get(at) else {
        return Vec::new();
    };
    nested_stacks(&one.template, one.path.as_deref(), given, Some(at))
}

fn nested_stacks(
    template: &Template,
    path: Option<&Path>,
    given: &[Given],
    own: Option<usize>,
) -> Vec<(String, Nested)> {
    let mut found = Vec::new();
    for (key, node) in &template.resources {
        let Some(location) = location(node) else {
            continue;
        };
        let nested = match location.local {
            Some(local) => {
                let directory = path.and_then(Path::parent).unwrap_or(Path::new("."));
                let file = directory.join(&local);
                let file = file.canonicalize().unwrap_or(file);
                let same = |one: &Given| one.path.as_ref() == Some(&file);
                match given.iter().position(same) {
                    Some(other) => Nested::Given(other),
                    None if file.is_file() => Nested::File(file),
                    None => Nested::Elsewhere(local),
                }
            }
            None => match namesake(&location.written, given, own) {
                Some(other) => Nested::Given(other),
                None => Nested::Elsewhere(location.written),
            },
        };
        found.push((key.text.to_string(), nested));
    }
    found
}

/// Where a nested stack says that its template is.
struct Location {
    /// A path beside the template.
    local: Option<String>,
    /// What is written, or its end.
    written: String,
}

fn location(node: &Node) -> Option<Location> {
    let name = match node.get("Type")?.as_text()? {
        "AWS::CloudFormation::Stack" => "TemplateURL",
        "AWS::Serverless::Application" => "Location",
        _ => return None,
    };
    let asset = node
        .get("Metadata")
        .and_then(|metadata| metadata.get("aws:asset:path"));
    let written = asset.or_else(|| node.get("Properties")?.get(name))?;
    let text = written.as_text();
    let is_url = |text: &str| text.contains("://") || text.starts_with("arn:");
    let local = text.filter(|text| !is_url(text)).map(str::to_owned);
    let end = Name::of(written).end();
    Some(Location {
        local,
        written: text.map_or(end, str::to_owned),
    })
}

/// The one template among those given that has the file name of a URL: that is how it is called before it is
/// uploaded.
fn namesake(url: &str, given: &[Given], own: Option<usize>) -> Option<usize> {
    let (_, name) = url.rsplit_once('/')?;
    let name = name.split('?').next().filter(|name| name.contains('.'))?;
    let mut found = given.iter().enumerate().filter(|(at, one)| {
        let file = one.path.as_ref().and_then(|path| path.file_name());
        Some(*at) != own && file.is_some_and(|file| file == name)
    });
    let (at, _) = found.next()?;
    found.next().is_none().then_some(at)
}

struct Builder<'b, 'r> {
    given: &'b [Given],
    exports: &'b [Vec<Name>],
    read: &'b mut Reader<'r>,
    set: StackSet,
    /// Those given that are in the set.
    inside: BTreeSet<usize>,
    /// The files of the stack that is being added and of those around it.
    around: Vec<PathBuf>,
}

impl Builder<'_, '_> {
    fn add_given(
        &mut self,
        at: usize,
        prefix: &str,
        parent: Option<(usize, String)>,
        depth: usize,
    ) -> Option<usize> {
        let one = self.given.get(at)?;
        self.inside.insert(at);
        let stack = Stack {
            template: one.template.clone(),
            prefix: prefix.to_owned(),
            given: match parent {
                Some(_) => BTreeMap::new(),
                None => one.parameters.clone(),
            },
            parent,
            nested: BTreeMap::new(),
            is_context: false,
            account: one.account.clone(),
            region: one.region.clone(),
        };
        self.add(stack, one.path.as_deref(), Some(at), depth)
    }

    fn add(
        &mut self,
        stack: Stack,
        path: Option<&Path>,
        own: Option<usize>,
        depth: usize,
    ) -> Option<usize> {
        if self.set.stacks.len() >= MOST || depth > DEPTH {
            return None;
        }
        let number = self.set.stacks.len();
        let nested = nested_stacks(&stack.template, path, self.given, own);
        let (prefix, place) = (
            stack.prefix.clone(),
            (stack.account.clone(), stack.region.clone()),
        );
        self.set.stacks.push(stack);
        self.around.extend(path.map(Path::to_owned));
        for (logical_id, nested) in nested {
            let parent = Some((number, logical_id.clone()));
            let inner = format!("{prefix}{logical_id}.");
            let file = match &nested {
                Nested::Given(other) => self.given.get(*other).and_then(|one| one.path.as_ref()),
                Nested::File(file) => Some(file),
                Nested::Elsewhere(_) => None,
            };
            let added = match nested {
                _ if file.is_some_and(|file| self.around.contains(file)) => {
                    Err("it nests itself".to_owned())
                }
                Nested::Given(other) => {
                    let added = self.add_given(other, &inner, parent, depth + 1);
                    added.ok_or_else(too_many)
                }
                Nested::File(file) => match (self.read)(&file) {
                    Ok(template) => {
                        let stack = Stack {
                            template,
                            prefix: inner,
                            parent,
                            given: BTreeMap::new(),
                            nested: BTreeMap::new(),
                            is_context: false,
                            account: place.0.clone(),
                            region: place.1.clone(),
                        };
                        let added = self.add(stack, Some(&file), None, depth + 1);
                        added.ok_or_else(too_many)
                    }
                    Err(reason) => Err(reason),
                },
                Nested::Elsewhere(written) if written.is_empty() => {
                    Err("its place is worked out".to_owned())
                }
                Nested::Elsewhere(written) => Err(format!("`{written}` is not among the inputs")),
            };
            let Some(outer) = self.set.stacks.get_mut(number) else {
                continue;
            };
            match added {
                Ok(added) => _ = outer.nested.insert(logical_id, added),
                Err(reason) => not_seen(&mut outer.template, &logical_id, &reason),
            }
        }
        if path.is_some() {
            self.around.pop();
        }
        Some(number)
    }

    /// Adds what exports the values that are imported, and what exports those that these import.
    fn add_exporters(&mut self) {
        let mut number = 0;
        while let Some(stack) = self.set.stacks.get(number) {
            for name in imported(&stack.template) {
                let fits = |other: &usize| {
                    let names = self.exports.get(*other).map_or(&[][..], Vec::as_slice);
                    names.iter().any(|exported| name.fits(exported))
                };
                let mut exporters = (0..self.given.len()).filter(fits);
                // Of several that may be meant, none is.
                let (Some(exporter), None) = (exporters.next(), exporters.next()) else {
                    continue;
                };
                if self.inside.contains(&exporter) {
                    continue;
                }
                let file = self.given.get(exporter).and_then(|one| one.path.as_deref());
                let file = file.and_then(Path::file_name).unwrap_or_default();
                let prefix = format!("{}:", file.to_string_lossy());
                let first = self.set.stacks.len();
                _ = self.add_given(exporter, &prefix, None, 0);
                for stack in self.set.stacks.iter_mut().skip(first) {
                    stack.is_context = true;
                }
            }
            number += 1;
        }
    }
}

fn too_many() -> String {
    format!("more than {MOST} templates belong together, or more than {DEPTH} nest each other")
}

fn not_seen(template: &mut Template, logical_id: &str, reason: &str) {
    let declared = template
        .resources
        .iter()
        .find(|(key, _)| *key.text == *logical_id);
    template.problems.push(Problem {
        message: format!("the template of nested stack `{logical_id}` is not read: {reason}"),
        origin: declared.map(|(key, _)| key.span),
        consequence: "what it makes is not judged; name it, or the directory that it is in"
            .to_owned(),
        fatal: false,
    });
}
