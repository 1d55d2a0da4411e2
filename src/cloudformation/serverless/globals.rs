//! `Globals`: what every resource of a type has that does not say otherwise.
//!
//! Source: AWS SAM Developer Guide, "Globals section of the AWS SAM template".

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use super::nodes::map;
use crate::cloudformation::World;
use crate::cloudformation::call::{Called, called};
use crate::model::value::Why;
use crate::yaml::{Data, Key, Node};

impl World<'_> {
    /// The properties of a resource with those that `Globals` has for its type.
    pub(super) fn with_globals(&self, resource: &Node, globals: Option<&Node>) -> Node {
        let own = resource.get("Properties");
        let own = own.cloned().unwrap_or_else(|| map([], resource.span));
        let Some(globals) = globals else {
            return own;
        };
        let ignored = resource.get("IgnoreGlobals");
        let globals = match ignored.map(|ignored| (ignored.as_text(), ignored.elements())) {
            Some((Some("*"), _)) => return own,
            Some((_, Some(names))) => {
                let names: HashSet<_> = names.iter().filter_map(Node::as_text).collect();
                let all = globals.entries().iter();
                let kept = all.filter(|(key, _)| !names.contains(&*key.text));
                Node {
                    data: Data::Map(kept.cloned().collect()),
                    ..globals.clone()
                }
            }
            _ => globals.clone(),
        };
        self.merged(&globals, &own)
    }

    /// Maps are merged, lists joined; of anything else, the resource's own stands.
    fn merged(&self, global: &Node, own: &Node) -> Node {
        if is_call(global) || is_call(own) || self.is_too_much(global, own) {
            return own.clone();
        }
        match (&global.data, &own.data) {
            (Data::Map(globals), Data::Map(owns)) => {
                let mut places: HashMap<&str, usize> = HashMap::new();
                let mut entries: Vec<(Key, Node)> = globals.to_vec();
                for (place, (key, _)) in globals.iter().enumerate() {
                    places.insert(&key.text, place);
                }
                for (key, value) in owns.iter() {
                    let place = places.get(&*key.text).copied();
                    match place.and_then(|place| entries.get_mut(place)) {
                        Some(entry) => *entry = (key.clone(), self.merged(&entry.1, value)),
                        None => entries.push((key.clone(), value.clone())),
                    }
                }
                Node {
                    data: Data::Map(entries.into()),
                    ..own.clone()
                }
            }
            (Data::List(globals), Data::List(owns)) => {
                let all: Arc<[Node]> = globals.iter().chain(owns.iter()).cloned().collect();
                Node {
                    data: Data::List(all),
                    ..own.clone()
                }
            }
            _ => own.clone(),
        }
    }

    /// Counts what is put together; what is too much is told, and left out.
    fn is_too_much(&self, global: &Node, own: &Node) -> bool {
        let size = |node: &Node| node.elements().map_or(node.entries().len(), <[Node]>::len);
        if !self.budget.steps(size(global) + size(own)) {
            let message = "`Globals` say too much of too many resources";
            self.tell(
                message,
                global.span,
                "some resources are judged without them",
            );
            self.incomplete.set(Some(Why::NotEvaluated));
            return true;
        }
        false
    }
}

fn is_call(node: &Node) -> bool {
    !matches!(called(node), Called::Nothing)
}
