//! What `Policies` of a function or state machine comes to: managed policies and documents of its role.
//!
//! Source: AWS SAM Developer Guide, "`AWS::Serverless::Function`" (`Policies`), "AWS SAM policy templates".

use std::collections::HashSet;

use super::named::{managed_path, policy_template};
use super::nodes::{choice, is_said, list, map, not_seen, nothing, policy, text};
use crate::cloudformation::World;
use crate::cloudformation::call::{Called, Function, called};
use crate::model::source::Span;
use crate::yaml::Node;

/// The policies of a role.
#[derive(Debug, Default)]
pub(super) struct Policies {
    /// Elements of `ManagedPolicyArns`.
    pub(super) managed: Vec<Node>,
    /// Elements of `Policies`.
    pub(super) inline: Vec<Node>,
    /// The texts of those in `managed`: none comes twice.
    known: HashSet<String>,
}

/// What one entry comes to.
#[derive(Default)]
struct Made {
    managed: Option<Node>,
    inline: Option<Node>,
}

impl Policies {
    /// Adds a managed policy by its name, once.
    pub(super) fn add_managed(&mut self, name: &str, at: Span) {
        self.push_managed(managed(name, at));
    }

    fn push_managed(&mut self, node: Node) {
        let is_new = written(&node).is_none_or(|text| self.known.insert(text.to_owned()));
        if is_new {
            self.managed.push(node);
        }
    }

    /// Adds what a property says.
    pub(super) fn add(&mut self, world: &World<'_>, property: &Node, role: &str) {
        if !is_said(property) {
            return;
        }
        let alone = std::slice::from_ref(property);
        let all = property.elements().filter(|_| property.tag.is_none());
        for (at, entry) in all.unwrap_or(alone).iter().enumerate() {
            let name = format!("{role}Policy{at}");
            let made = made(world, entry, &name);
            if let Some(managed) = made.managed {
                self.push_managed(managed);
            }
            self.inline.extend(made.inline);
        }
    }
}

/// The text of an ARN that is known as it stands.
fn written(node: &Node) -> Option<&str> {
    node.as_text().or_else(|| node.get("Fn::Sub")?.as_text())
}

/// The ARN of a managed policy of this name.
fn managed(name: &str, at: Span) -> Node {
    if name.starts_with("arn:") {
        return text(name, at);
    }
    let path = managed_path(name);
    let arn = format!("arn:${{AWS::Partition}}:iam::aws:policy{path}{name}");
    map([("Fn::Sub", text(&arn, at))], at)
}

fn made(world: &World<'_>, entry: &Node, name: &str) -> Made {
    let at = entry.span;
    let inline = |document| Made {
        inline: Some(policy(name, document)),
        ..Made::default()
    };
    match called(entry) {
        Called::Known(call) => {
            if let (Function::If, Some([condition, yes, no])) =
                (call.function, call.argument.elements())
            {
                let (yes, no) = (made(world, yes, name), made(world, no, name));
                return either(condition, yes, no, at);
            }
            // `AWS::NoValue` stands for no policy.
            if call.function == Function::Ref && call.argument.as_text() == Some("AWS::NoValue") {
                return Made::default();
            }
            return Made {
                managed: Some(entry.clone()),
                ..Made::default()
            };
        }
        Called::Unknown(_) => {
            return Made {
                managed: Some(entry.clone()),
                ..Made::default()
            };
        }
        Called::Nothing => {}
    }
    if let Some(name) = entry.as_text() {
        return Made {
            managed: Some(managed(name, at)),
            ..Made::default()
        };
    }
    if entry.get("Statement").is_some() {
        return inline(entry.clone());
    }
    let [(template, values)] = entry.entries() else {
        world.tell(
            "this is no policy: a name, an ARN, a policy template, or a map with `Statement`",
            at,
            "the serverless transform refuses it; what it allows is not known",
        );
        return inline(not_seen(at));
    };
    let Some(known) = policy_template(&template.text) else {
        world.tell(
            format!("`{}` is no policy template that is known", template.text),
            template.span,
            "what it allows is not known; check the processed template: aws cloudformation \
             get-template --template-stage Processed",
        );
        return inline(not_seen(template.span));
    };
    // What it says is found where its name stands.
    let values = Node {
        span: template.span,
        ..values.clone()
    };
    match known.document(&values) {
        Ok(document) => inline(document),
        Err(lacking) => {
            world.tell(
                format!("policy template `{}` lacks `{lacking}`", template.text),
                template.span,
                "the serverless transform refuses it; what it allows is not known",
            );
            inline(not_seen(template.span))
        }
    }
}

/// One or the other, by a condition.
fn either(condition: &Node, yes: Made, no: Made, at: Span) -> Made {
    let of = |yes: Option<Node>, no: Option<Node>| {
        if yes.is_none() && no.is_none() {
            return None;
        }
        let or_nothing = |node: Option<Node>| node.unwrap_or_else(|| nothing(at));
        let condition = condition.clone();
        Some(choice(condition, or_nothing(yes), or_nothing(no), at))
    };
    Made {
        managed: of(yes.managed, no.managed),
        inline: of(yes.inline, no.inline),
    }
}

/// A policy that allows actions on what a node names.
pub(super) fn allowing(
    name: &str,
    version: Option<&str>,
    statements: &[(&str, Node)],
    at: Span,
) -> Node {
    let statements = statements.iter().map(|(action, resource)| {
        let entries = [
            ("Effect", text("Allow", at)),
            ("Action", text(action, at)),
            ("Resource", resource.clone()),
        ];
        map(entries, at)
    });
    let statements = list(statements.collect(), at);
    let version = version.map(|version| ("Version", text(version, at)));
    let entries = version.into_iter().chain([("Statement", statements)]);
    policy(name, map(entries, at))
}
