//! Whether a name that is to be written would lead in a circle, which neither Terraform nor CloudFormation takes: told
//! by the words of the text, so that what only looks like a name counts, too.

use std::collections::{BTreeMap, BTreeSet};

use crate::hcl;
use crate::hcl::syntax::Block;
use crate::model::source::{FileId, SourceMap, Span};
use crate::yaml::Document;

/// Whether one of these resources of a module depends on a block of it.
pub(super) fn in_modules(sources: &SourceMap, file: FileId, block: &Block, named: &[&str]) -> bool {
    if named.is_empty() {
        return false;
    }
    let folder = |name: &str| {
        name.rsplit_once('/')
            .map_or("", |(folder, _)| folder)
            .to_owned()
    };
    let own = folder(sources.name(file));
    let mut texts: BTreeMap<String, Vec<&str>> = BTreeMap::new();
    let mut seen = BTreeSet::new();
    for file in sources.files() {
        let name = sources.name(file);
        if folder(name) != own || name.strip_suffix(".tf").is_none() || !seen.insert(name) {
            continue;
        }
        let Ok(body) = hcl::file(sources.text(file), file) else {
            return true;
        };
        for block in &body.blocks {
            if block.name == "locals" {
                for one in &block.body.arguments {
                    let text = sources.slice(one.span);
                    texts
                        .entry(format!("local.{}", one.name))
                        .or_default()
                        .push(text);
                }
            } else if let Some(name) = name_of(block) {
                texts
                    .entry(name)
                    .or_default()
                    .push(sources.slice(block.span));
            }
        }
    }
    let words = |text: &str| {
        let is_part = |one: char| one.is_alphanumeric() || "_-.".contains(one);
        let words = text.split(move |one| !is_part(one));
        let words = words.filter_map(|word| {
            let mut steps = word.split('.');
            let (first, second) = (steps.next()?, steps.next()?);
            match (first, steps.next()) {
                ("data", Some(third)) => Some(format!("data.{second}.{third}")),
                _ => Some(format!("{first}.{second}")),
            }
        });
        words.collect::<Vec<_>>()
    };
    let named = named.iter().flat_map(|name| words(name));
    let Some(goal) = name_of(block) else {
        return true;
    };
    leads(named.collect(), &goal, &texts, words)
}

fn name_of(block: &Block) -> Option<String> {
    let labels = block.labels.join(".");
    match block.name.as_str() {
        "resource" => Some(labels),
        "data" | "module" => Some(format!("{}.{labels}", block.name)),
        _ => None,
    }
}

/// Whether one of these resources of a template depends on the one that a place lies in.
pub(super) fn in_template(text: &str, document: &Document, at: Span, named: &[&str]) -> bool {
    if named.is_empty() {
        return false;
    }
    let resources = document.root.get("Resources");
    let resources = resources.map_or(&[][..], |all| all.entries());
    let mut texts: BTreeMap<String, Vec<&str>> = BTreeMap::new();
    let mut goal = None;
    for (key, node) in resources {
        let (start, end) = (node.span.start as usize, node.span.end as usize);
        let own = text.get(start..end).unwrap_or_default();
        texts.entry(key.text.to_string()).or_default().push(own);
        if node.span.start <= at.start && at.end <= node.span.end {
            goal = Some((key.text.to_string(), node.get("Condition")));
        }
    }
    let Some((goal, condition)) = goal else {
        return true;
    };
    // What may not be there cannot be named.
    let is_conditional = resources.iter().any(|(key, node)| {
        let own = node.get("Condition").and_then(|own| own.as_text());
        let same = condition.and_then(|own| own.as_text()) == own;
        named.contains(&&*key.text) && own.is_some() && !same
    });
    let words = |text: &str| {
        let words = text.split(|one: char| !one.is_alphanumeric());
        words.map(str::to_owned).collect::<Vec<_>>()
    };
    let named = named.iter().map(|name| (*name).to_owned());
    is_conditional || leads(named.collect(), &goal, &texts, words)
}

/// Whether names lead to another one.
fn leads(
    mut left: Vec<String>,
    goal: &str,
    texts: &BTreeMap<String, Vec<&str>>,
    words: impl Fn(&str) -> Vec<String>,
) -> bool {
    let mut seen: BTreeSet<String> = BTreeSet::new();
    while let Some(name) = left.pop() {
        if name == goal {
            return true;
        }
        let Some(own) = texts.get(&name) else {
            continue;
        };
        if seen.insert(name) {
            left.extend(own.iter().flat_map(|text| words(text)));
        }
    }
    false
}
