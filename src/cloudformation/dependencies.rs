//! Resources that need each other: `CloudFormation` refuses them.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::World;
use super::call::{Called, Function, called};
use super::substitute::{Part, parts};
use crate::yaml::{Data, Node};

impl World<'_> {
    /// Tells of the first circle of resources in each stack.
    pub(super) fn dependencies(&self) {
        for number in 0..self.set.stacks.len() {
            let names = self.order.iter().filter(|(stack, _)| *stack == number);
            let names: BTreeSet<&str> = names.map(|(_, name)| &**name).collect();
            let mut edges: BTreeMap<&str, Vec<Arc<str>>> = BTreeMap::new();
            for name in &names {
                let Some(declared) = self.resources.get(&(number, Arc::from(*name))) else {
                    continue;
                };
                let mut found = BTreeSet::new();
                for section in ["Properties", "DependsOn", "Metadata"] {
                    if let Some(node) = declared.node.get(section) {
                        mentioned(node, section == "DependsOn", &mut found);
                    }
                }
                found.retain(|other| names.contains(&**other));
                edges.insert(name, found.into_iter().collect());
            }
            if let Some(circle) = circle(&edges) {
                let first = circle.first().copied().unwrap_or_default();
                let declared = self.resources.get(&(number, Arc::from(first)));
                if let Some(declared) = declared {
                    let mut words: Vec<_> = circle.iter().map(|one| format!("`{one}`")).collect();
                    words.push(format!("`{first}`"));
                    let message = format!("resources depend on each other: {}", words.join(" → "));
                    self.tell(
                        message,
                        declared.at,
                        "CloudFormation refuses this template; it is judged as it stands",
                    );
                }
            }
        }
    }
}

/// The names that a node refers to.
fn mentioned(node: &Node, is_plain: bool, found: &mut BTreeSet<Arc<str>>) {
    let mut add = |name: &str| {
        let name = name.split('.').next().unwrap_or(name);
        found.insert(name.into());
    };
    if is_plain {
        match node.elements() {
            Some(all) => all.iter().filter_map(Node::as_text).for_each(add),
            None => _ = node.as_text().map(add),
        }
        return;
    }
    let argument = match called(node) {
        Called::Known(call) => {
            match call.function {
                Function::Ref | Function::GetAtt => match call.argument.elements() {
                    Some(all) => _ = all.first().and_then(Node::as_text).map(add),
                    None => _ = call.argument.scalar().map(add),
                },
                Function::Sub => {
                    let text = call.argument.elements().and_then(|all| all.first());
                    let text = text.unwrap_or(&call.argument).scalar();
                    for part in parts(text.unwrap_or_default()) {
                        if let Part::Name(name) = part {
                            add(name);
                        }
                    }
                }
                _ => {}
            }
            call.argument
        }
        // The tag, if there is one, is of no interest here.
        Called::Unknown(_) | Called::Nothing => node.clone(),
    };
    match &argument.data {
        Data::List(all) => all.iter().for_each(|one| mentioned(one, false, found)),
        Data::Map(all) => all.iter().for_each(|(_, one)| mentioned(one, false, found)),
        _ => {}
    }
}

/// The first circle, from the least name on.
fn circle<'e>(edges: &'e BTreeMap<&'e str, Vec<Arc<str>>>) -> Option<Vec<&'e str>> {
    let mut done: BTreeSet<&str> = BTreeSet::new();
    for start in edges.keys() {
        let mut path: Vec<(&str, usize)> = vec![(start, 0)];
        let mut open: BTreeSet<&str> = BTreeSet::from([*start]);
        while let Some((name, next)) = path.last_mut() {
            let to = edges.get(name).and_then(|all| all.get(*next));
            *next += 1;
            let Some(to) = to.map(|to| &**to) else {
                done.insert(name);
                open.remove(*name);
                path.pop();
                continue;
            };
            if open.contains(to) {
                let begin = path.iter().position(|(name, _)| *name == to)?;
                let names = path.iter().skip(begin);
                return Some(names.map(|(name, _)| *name).collect());
            }
            if !done.contains(to) {
                open.insert(to);
                path.push((to, 0));
            }
        }
    }
    None
}
