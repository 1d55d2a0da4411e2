//! `Globals`: what every resource of a type has that does not say otherwise.
//!
//! Source: AWS SAM Developer Guide, "Globals section of the AWS SAM template".

use std::sync::Arc;

use super::nodes::map;
use crate::cloudformation::call::{Called, called};
use crate::yaml::{Data, Key, Node};

/// The properties of a resource with those that `Globals` has for its type.
pub(super) fn properties(resource: &Node, globals: Option<&Node>) -> Node {
    let own = resource.get("Properties");
    let own = own.cloned().unwrap_or_else(|| map([], resource.span));
    let Some(globals) = globals else {
        return own;
    };
    let ignored = resource.get("IgnoreGlobals");
    let globals = match ignored.map(|ignored| (ignored.as_text(), ignored.elements())) {
        Some((Some("*"), _)) => return own,
        Some((_, Some(names))) => {
            let names: Vec<_> = names.iter().filter_map(Node::as_text).collect();
            super::nodes::changed(globals, &names, &[])
        }
        _ => globals.clone(),
    };
    merged(&globals, &own)
}

/// Maps are merged, lists joined; of anything else, the resource's own stands.
fn merged(global: &Node, own: &Node) -> Node {
    match (&global.data, &own.data) {
        _ if is_call(global) || is_call(own) => own.clone(),
        (Data::Map(globals), Data::Map(owns)) => {
            let mut entries: Vec<(Key, Node)> = globals.to_vec();
            for (key, value) in owns.iter() {
                match entries.iter_mut().find(|(name, _)| name.text == key.text) {
                    Some(entry) => *entry = (key.clone(), merged(&entry.1, value)),
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

fn is_call(node: &Node) -> bool {
    !matches!(called(node), Called::Nothing)
}
