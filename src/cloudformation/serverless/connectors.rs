//! Connectors: the transform writes what they allow, as managed policies of a role.
//!
//! Source: AWS SAM Developer Guide, "`AWS::Serverless::Connector`", "Reference for supported source and destination
//! resource types for connectors".

use std::collections::HashMap;
use std::sync::Arc;

use super::nodes::{key, list, map, not_seen, reference, text};
use crate::cloudformation::Bound;
use crate::cloudformation::repeat::Entry;
use crate::yaml::{Key, Node};

/// What has a role, and the property that names it.
const WITH_ROLE: &[(&str, &str)] = &[
    ("AWS::AppSync::DataSource", "ServiceRoleArn"),
    ("AWS::Lambda::Function", "Role"),
    ("AWS::Serverless::Function", "Role"),
    ("AWS::Serverless::StateMachine", "Role"),
    ("AWS::StepFunctions::StateMachine", "RoleArn"),
];

/// What a function fetches from, so that its own role is given leave.
const FETCHED: &[&str] = &[
    "AWS::DynamoDB::Table",
    "AWS::SQS::Queue",
    "AWS::Serverless::SimpleTable",
];

/// A connector, however it is written.
struct Connector<'c> {
    name: String,
    /// Where it stands.
    at: &'c Key,
    /// The properties.
    properties: &'c Node,
    source: Option<&'c str>,
    condition: Option<&'c Node>,
    bound: &'c Bound,
}

/// The policies that the connectors among these resources make, after functions have got their roles.
pub(super) fn policies(entries: &[Entry]) -> Vec<Entry> {
    let mut made = Vec::new();
    let named = entries.iter().map(|(key, node, _)| (&*key.text, node));
    let named: HashMap<&str, &Node> = named.collect();
    for (own, node, bound) in entries {
        let condition = node.get("Condition");
        if node.get("Type").and_then(Node::as_text) == Some("AWS::Serverless::Connector")
            && let Some(properties) = node.get("Properties")
        {
            let source = properties.get("Source").and_then(|source| source.get("Id"));
            let connector = Connector {
                name: own.text.to_string(),
                at: own,
                properties,
                source: source.and_then(Node::as_text),
                condition,
                bound,
            };
            connector.make(&named, &mut made);
        }
        for (inner, embedded) in node.get("Connectors").map_or(&[][..], Node::entries) {
            let Some(properties) = embedded.get("Properties") else {
                continue;
            };
            let connector = Connector {
                name: format!("{}{}", own.text, inner.text),
                at: inner,
                properties,
                source: Some(&own.text),
                condition,
                bound,
            };
            connector.make(&named, &mut made);
        }
    }
    made
}

impl Connector<'_> {
    fn make(&self, named: &HashMap<&str, &Node>, made: &mut Vec<Entry>) {
        let destination = self.properties.get("Destination");
        let several = destination.and_then(Node::elements);
        for (at, one) in several
            .or(destination.map(std::slice::from_ref))
            .into_iter()
            .flatten()
            .enumerate()
        {
            let to = one.get("Id").and_then(Node::as_text);
            let source = self.source.and_then(|source| named.get(source).copied());
            let is_fetched = source.is_some_and(|source| {
                let of = source.get("Type").and_then(Node::as_text);
                of.is_some_and(|of| FETCHED.contains(&of))
            });
            let with_role = if is_fetched {
                to.and_then(|to| named.get(to).copied())
            } else {
                source
            };
            let Some(role) = with_role.and_then(role_of) else {
                continue;
            };
            let span = self.at.span;
            let properties = map(
                [
                    ("PolicyDocument", not_seen(span)),
                    ("Roles", list(vec![reference(&role, span)], span)),
                ],
                span,
            );
            let mut node = vec![("Type", text("AWS::IAM::ManagedPolicy", span))];
            if let Some(condition) = self.condition {
                node.push(("Condition", condition.clone()));
            }
            node.push(("Properties", properties));
            let name = match several {
                Some(_) => format!("{}PolicyDestination{at}", self.name),
                None => format!("{}Policy", self.name),
            };
            made.push((key(&name, span), map(node, span), Arc::clone(self.bound)));
        }
    }
}

/// The role of the template that a resource has.
fn role_of(node: &Node) -> Option<String> {
    let of = node.get("Type")?.as_text()?;
    let (_, property) = WITH_ROLE.iter().find(|(own, _)| *own == of)?;
    let role = node.get("Properties")?.get(property)?;
    let argument = match &role.tag {
        Some((tag, _)) if **tag == *"GetAtt" => role.clone(),
        Some(_) => return None,
        None => role.get("Fn::GetAtt")?.clone(),
    };
    let argument = Node {
        tag: None,
        ..argument
    };
    let name = match argument.elements() {
        Some(all) => all.first()?.as_text()?.to_owned(),
        None => argument.as_text()?.split('.').next()?.to_owned(),
    };
    Some(name)
}
