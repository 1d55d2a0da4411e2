//! `Fn::ForEach`: entries of a map that stand for several.
//!
//! Source: AWS `CloudFormation` Template Reference, "`Fn::ForEach`".

use std::sync::Arc;

use super::text::{scalar, why_open};
use super::{Bound, Scope, World};
use crate::model::value::{Data, Why};
use crate::yaml::{Key, Node};

/// Loops inside of loops, beyond what `CloudFormation` allows.
const DEPTH: usize = 8;

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

    fn unroll(
        &self,
        stack: usize,
        entries: &[(Key, Node)],
        bound: &Bound,
        depth: usize,
        out: &mut Vec<Entry>,
    ) {
        for (key, node) in entries {
            if !key.text.starts_with("Fn::ForEach::") {
                let key = Key {
                    text: named(&key.text, bound),
                    span: key.span,
                };
                out.push((key, node.clone(), Arc::clone(bound)));
                continue;
            }
            let parts = node.elements().map(|parts| (parts, depth.checked_sub(1)));
            let Some(([name, collection, body], Some(depth))) = parts else {
                self.tell(
                    "`Fn::ForEach` takes a name, a list and a map",
                    key.span,
                    "what it stands for is not judged",
                );
                continue;
            };
            let Some(name) = name.as_text() else {
                continue;
            };
            let scope = self.scope(stack, bound);
            for element in scope.elements_of(collection, key) {
                let mut inner = bound.to_vec();
                inner.push((name.into(), element.into()));
                self.unroll(stack, body.entries(), &inner.into(), depth, out);
            }
        }
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

/// A key with the elements put in: `Bucket${Name}`, or `Bucket&{Name}` without what is no letter or digit.
fn named(key: &Arc<str>, bound: &Bound) -> Arc<str> {
    if bound.is_empty() || !key.contains('{') {
        return Arc::clone(key);
    }
    let mut text = key.to_string();
    for (name, element) in bound.iter() {
        text = text.replace(&format!("${{{name}}}"), element);
        let plain: String = element
            .chars()
            .filter(char::is_ascii_alphanumeric)
            .collect();
        text = text.replace(&format!("&{{{name}}}"), &plain);
    }
    text.into()
}
