//! Definitions of state machines that lie in files beside a template of the serverless transform.

use super::template::Template;
use crate::yaml::{Data, Key, Node};

const STATE_MACHINE: &str = "AWS::Serverless::StateMachine";

/// Where the file of a definition is named; those in S3 are no files.
fn local(resource: &Node) -> Option<&str> {
    let of = resource.get("Type")?.as_text()?;
    let uri = resource.get("Properties")?.get("DefinitionUri")?;
    let uri = uri.as_text().filter(|_| uri.tag.is_none())?;
    (of == STATE_MACHINE && !uri.starts_with("s3://")).then_some(uri)
}

impl Template {
    /// The paths, beside the template, of the definitions of its state machines.
    #[must_use]
    pub fn local_definitions(&self) -> Vec<String> {
        let all = self.resources.iter();
        let mut all: Vec<_> = all.filter_map(|(_, node)| local(node)).collect();
        all.sort_unstable();
        all.dedup();
        all.into_iter().map(str::to_owned).collect()
    }

    /// Takes in what a file says that state machines name as their definition.
    pub fn define(&mut self, path: &str, definition: &Node) {
        for (_, resource) in &mut self.resources {
            if local(resource) != Some(path) {
                continue;
            }
            replace(resource, "Properties", |(key, mut properties)| {
                replace(&mut properties, "DefinitionUri", |(mut key, _)| {
                    key.text = "Definition".into();
                    (key, definition.clone())
                });
                (key, properties)
            });
        }
    }
}

/// Puts something else in the place of an entry.
fn replace(node: &mut Node, name: &str, with: impl Fn((Key, Node)) -> (Key, Node)) {
    let Data::Map(entries) = &node.data else {
        return;
    };
    let entries = entries.iter().cloned().map(|entry| match &entry {
        (key, _) if *key.text == *name => with(entry),
        _ => entry,
    });
    node.data = Data::Map(entries.collect());
}
