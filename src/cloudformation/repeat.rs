//! `Fn::ForEach`: entries of a map that stand for several.
//!
//! Source: AWS `CloudFormation` Template Reference, "`Fn::ForEach`".

use std::sync::Arc;

use super::text::{scalar, why_open};
use super::{Bound, Scope, World};
use crate::model::value::{Data, Why};
use crate::yaml::{Data as NodeData, Key, Node};

/// Loops inside of loops, beyond what `CloudFormation` allows.
const DEPTH: usize = 8;

/// Entries of one map with loops in it: more are refused.
const MOST_ENTRIES: usize = 200_000;

/// An entry, and what the loops around it stand for.
pub(super) type Entry = (Key, Node, Bound);

impl World<'_> {
    /// The entries of a map with every loop unrolled. Of a loop over what is not known, none are.
    pub(super) fn entries(
        &self,
        stack: usize,
        entries: &[(Key, Node)],
        bound: &Bound,
    ) -> Vec<Entry> {
        let mut out = Vec::with_capacity(entries.len());
        self.unroll(stack, entries, bound, DEPTH, &mut out);
        out
    }

    /// Adds entries; `false`, if they are too many.
    fn unroll(
        &self,
        stack: usize,
        entries: &[(Key, Node)],
        bound: &Bound,
        depth: usize,
        out: &mut Vec<Entry>,
    ) -> bool {
        for (key, node) in entries {
            if !is_loop(key) {
                let (key, node) = self.filled_entry(key, node, bound);
                out.push((key, node, Arc::clone(bound)));
                continue;
            }
            let parts = node.elements().map(|parts| (parts, depth.checked_sub(1)));
            let Some(([name, collection, body], Some(depth))) = parts else {
                self.tell(
                    "`Fn::ForEach` takes a name, a list and a map",
                    key.span,
                    "what it stands for is not judged",
                );
                self.incomplete.set(Some(Why::NotEvaluated));
                continue;
            };
            let Some(name) = name.as_text() else {
                self.tell(
                    "`Fn::ForEach` takes a name, a list and a map",
                    key.span,
                    "what it stands for is not judged",
                );
                self.incomplete.set(Some(Why::NotEvaluated));
                continue;
            };
            let scope = self.scope(stack, bound);
            for element in scope.elements_of(collection, key) {
                let mut inner = bound.to_vec();
                inner.push((name.into(), element.into()));
                let is_room = out.len() < MOST_ENTRIES && self.budget.steps(1);
                if !is_room || !self.unroll(stack, body.entries(), &inner.into(), depth, out) {
                    self.tell(
                        format!("`{}` stands for too much", key.text),
                        key.span,
                        "the rest of what it stands for is not judged",
                    );
                    self.incomplete.set(Some(Why::NotEvaluated));
                    return false;
                }
            }
        }
        true
    }

    /// An entry with the elements of loops put in.
    fn filled_entry(&self, key: &Key, node: &Node, bound: &Bound) -> (Key, Node) {
        if bound.is_empty() {
            return (key.clone(), node.clone());
        }
        let node = self
            .filled_node(node, bound)
            .unwrap_or_else(|| node.clone());
        (filled_key(key, bound), node)
    }

    /// A node with the elements of loops put in; none, if there is no place for them.
    fn filled_node(&self, node: &Node, bound: &Bound) -> Option<Node> {
        self.budget.steps(1).then_some(())?;
        let data = match &node.data {
            NodeData::Text(text) => NodeData::Text(filled(text, bound)?),
            NodeData::List(all) => {
                let new: Vec<_> = all.iter().map(|one| self.filled_node(one, bound)).collect();
                new.iter().any(Option::is_some).then_some(())?;
                let both = new.into_iter().zip(all.iter());
                NodeData::List(
                    both.map(|(new, old)| new.unwrap_or_else(|| old.clone()))
                        .collect(),
                )
            }
            NodeData::Map(all) => {
                let filled_value = |(_, node): &(Key, Node)| self.filled_node(node, bound);
                let new: Vec<_> = all.iter().map(filled_value).collect();
                let has_key = |(key, _): &(Key, Node)| filled(&key.text, bound).is_some();
                (new.iter().any(Option::is_some) || all.iter().any(has_key)).then_some(())?;
                let both = new.into_iter().zip(all.iter());
                let both = both.map(|(new, (key, old))| {
                    (filled_key(key, bound), new.unwrap_or_else(|| old.clone()))
                });
                NodeData::Map(both.collect())
            }
            NodeData::Null | NodeData::Bool(_) | NodeData::Number(_) => return None,
        };
        Some(Node {
            data,
            ..node.clone()
        })
    }
}

pub(super) fn is_loop(key: &Key) -> bool {
    key.text.starts_with("Fn::ForEach::")
}

fn filled_key(key: &Key, bound: &Bound) -> Key {
    Key {
        text: filled(&key.text, bound).unwrap_or_else(|| Arc::clone(&key.text)),
        span: key.span,
    }
}

impl Scope<'_, '_> {
    fn elements_of(&self, collection: &Node, key: &Key) -> Vec<String> {
        let value = self.value(collection);
        let texts = value.as_list().map(|all| all.iter().map(scalar));
        if let Some(Some(texts)) = texts.map(Iterator::collect::<Option<Vec<_>>>) {
            return texts;
        }
        let why = why_open(&value, &|of| self.world.why_open(of));
        let why = why.unwrap_or(Why::UnexpectedForm);
        self.world.tell(
            format!("what `{}` repeats is not known ({why})", key.text),
            key.span,
            "what it stands for is not judged",
        );
        self.world.incomplete.set(Some(why));
        if let Data::List(all) = &value.data {
            return all.iter().filter_map(scalar).collect();
        }
        Vec::new()
    }
}

/// A text with the elements put in: `Bucket${Name}`, or `Bucket&{Name}` without what is no letter or digit; none,
/// if there is no place for them.
fn filled(text: &str, bound: &Bound) -> Option<Arc<str>> {
    if bound.is_empty() || !(text.contains("${") || text.contains("&{")) {
        return None;
    }
    let mut new = text.to_owned();
    for (name, element) in bound.iter() {
        new = new.replace(&format!("${{{name}}}"), element);
        let mark = format!("&{{{name}}}");
        if new.contains(&mark) {
            let plain = element.chars().filter(char::is_ascii_alphanumeric);
            new = new.replace(&mark, &plain.collect::<String>());
        }
    }
    (new != text).then(|| new.into())
}
