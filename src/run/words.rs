//! Our sentences in the words of the input: rules speak in canonical names, and a template's author knows others.

use crate::model::graph::ResourceGraph;
use crate::model::resource::Resource;
use crate::model::vocabulary::{Language, TypeEntry, terraform_type};

/// What stands between back-ticks, as the author of a resource writes it: `` `root_access = "Disabled"` `` is
/// `` `RootAccess: "Disabled"` ``. Where the author may be quoted, only what is no plain word.
pub(super) fn in_own_words(
    text: &str,
    resource: &Resource<'_>,
    graph: &ResourceGraph<'_>,
    may_quote: bool,
) -> String {
    let Some(entry) = resource.entry else {
        return text.to_owned();
    };
    let mut out = String::with_capacity(text.len());
    for (at, part) in text.split('`').enumerate() {
        if at > 0 {
            out.push('`');
        }
        let is_ours = at % 2 == 1 && (!may_quote || part.contains(['_', '.']));
        match is_ours.then(|| translated(part, entry)).flatten() {
            Some(own) => out.push_str(&own),
            None if is_ours => out.push_str(&own_name(part, graph)),
            None => out.push_str(part),
        }
    }
    out
}

fn translated(part: &str, entry: &TypeEntry) -> Option<String> {
    let is_template = entry.language == Language::CloudFormation;
    if let Some((name, value)) = part.split_once(" = ") {
        let is_name = name
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || "_.".contains(c));
        let own = entry.own_words(name).unwrap_or_else(|| name.to_owned());
        let sign = if is_template && is_name { ": " } else { " = " };
        return is_name.then(|| format!("{own}{sign}{value}"));
    }
    if let Some(other) = terraform_type(part, true).filter(|_| is_template) {
        let name = other.row.cloudformation?;
        return Some(name.rsplit('.').next().unwrap_or(name).to_owned());
    }
    entry.own_words(part)
}

/// The name of a value, `address.path`, with the path in the words of the resource's author.
pub(super) fn own_name(value: &str, graph: &ResourceGraph<'_>) -> String {
    let ends = value.match_indices('.').map(|(at, _)| at);
    let ends: Vec<usize> = ends.collect();
    for at in ends.into_iter().rev() {
        let (Some(address), Some(path)) = (value.get(..at), value.get(at + 1..)) else {
            continue;
        };
        let entry = graph.find(address).and_then(|id| graph.get(id).entry);
        if let Some(own) = entry.and_then(|entry| entry.own_words(path)) {
            return format!("{address}.{own}");
        }
    }
    value.to_owned()
}
