//! The serverless transform: functions and state machines with the roles that it makes for them.
//!
//! It makes nodes of nodes, before anything is worked out: each has the place of what it is made of. What it makes
//! beside roles and their policies (APIs, versions, permissions) has a name, and nothing else is known of it.
//!
//! Source: AWS SAM Developer Guide, "`AWS::Serverless::Function`", "`AWS::Serverless::StateMachine`", "Generated
//! CloudFormation resources for AWS SAM".

mod connectors;
mod deployment;
mod events;
mod globals;
mod named;
mod nodes;
mod policies;

use std::collections::BTreeSet;
use std::sync::Arc;

use self::deployment::Deployment;
use self::nodes::{attribute, changed, choice, is_said, key, list, map, text};
use self::policies::Policies;
use super::call::{Called, Function, called};
use super::repeat::Entry;
use super::text::{joined, pieces};
use super::{Bound, Declared, Scope, World};
use crate::load::cloudformation::StackSet;
use crate::model::source::Span;
use crate::model::value::{Data, Piece, Value, Why};
use crate::yaml::{Key, Node};

/// What a template names to be transformed.
const TRANSFORM: &str = "AWS::Serverless-2016-10-31";

const TYPES: &str = "AWS::Serverless::";

/// How what the transform makes is named that is named after nothing in the template.
const NAMED_BY_ITSELF: &str = "Serverless";

/// The length of a logical id, at most.
const LONGEST: usize = 255;

/// Properties of which the transform makes something else.
const TAKEN: &[&str] = &[
    "AssumeRolePolicyDocument",
    "Events",
    "PermissionsBoundary",
    "Policies",
    "RolePath",
];

/// A resource, and what is made beside it.
struct Made {
    node: Node,
    role: Option<(Key, Node)>,
}

/// The stacks whose templates go through the transform, by their places.
pub(super) fn stacks(set: &StackSet) -> BTreeSet<usize> {
    let stacks = set.stacks.iter().enumerate();
    let named = stacks.filter(|(_, stack)| {
        let mut transforms = stack.template.transforms.iter();
        transforms.any(|(name, _)| **name == *TRANSFORM)
    });
    named.map(|(number, _)| number).collect()
}

impl World<'_> {
    /// The resources of a stack as the transform leaves them, if its template names it.
    pub(super) fn transformed(&self, stack: usize, entries: Vec<Entry>) -> Vec<Entry> {
        let is_serverless = |(_, node, _): &&Entry| {
            let of = node.get("Type").and_then(Node::as_text);
            of.is_some_and(|of| of.starts_with(TYPES))
        };
        if !self.serverless.contains(&stack) {
            if let Some((key, node, _)) = entries.iter().find(is_serverless) {
                let of = node.get("Type").and_then(Node::as_text);
                let message = format!(
                    "`{}` is of the type `{}`, and the template does not name the transform that knows it",
                    key.text,
                    of.unwrap_or_default(),
                );
                self.tell(
                    message,
                    key.span,
                    "CloudFormation refuses this template; add `Transform: AWS::Serverless-2016-10-31`",
                );
            }
            return entries;
        }
        let globals = self.stack(stack);
        let globals = globals.and_then(|stack| stack.template.globals.as_ref());
        let mut deployment = Deployment::default();
        let mut out: Vec<Entry> = Vec::with_capacity(entries.len());
        for (key, node, bound) in entries {
            let of = node.get("Type").and_then(Node::as_text);
            let Some(kind) = of.and_then(|of| of.strip_prefix(TYPES)) else {
                out.push((key, node, bound));
                continue;
            };
            let globals = globals.and_then(|globals| globals.get(kind));
            let properties = self.with_globals(&node, globals);
            let scope = self.scope(stack, &bound);
            let is_macro = !matches!(called(&properties), Called::Nothing)
                || properties.get("Fn::Transform").is_some();
            let made = match kind {
                // What a macro writes there may name the role, or its policies.
                _ if is_macro => Made {
                    node: with_properties(&node, properties),
                    role: None,
                },
                "Function" => {
                    deployment.add(scope, &node, &properties);
                    scope.function(&key, &node, &properties)
                }
                "StateMachine" => scope.state_machine(&key, &node, &properties),
                _ => Made {
                    node: with_properties(&node, properties),
                    role: None,
                },
            };
            out.push((key, made.node, Arc::clone(&bound)));
            out.extend(made.role.map(|(key, node)| (key, node, bound)));
        }
        let more = connectors::policies(&out);
        out.extend(more);
        let role = deployment.role();
        out.extend(role.map(|(key, node)| (key, node, Bound::default())));
        out
    }

    /// Why nothing is known of a resource of this name, if the transform makes one.
    pub(super) fn made_unseen(&self, stack: usize, name: &str) -> Option<Why> {
        if !self.serverless.contains(&stack) {
            return None;
        }
        let makes = |node: &Node| {
            let of = node.get("Type").and_then(Node::as_text);
            of.is_some_and(|of| of.starts_with(TYPES)) || node.get("Connectors").is_some()
        };
        let ends = name.char_indices().map(|(end, _)| end).take(LONGEST);
        let mut begins = ends.filter_map(|end| name.get(..end));
        let is_made = begins.any(|begin| {
            let own = self.resources.get(&(stack, begin.into()));
            own.is_some_and(|own| makes(&own.node))
        });
        if is_made || name.starts_with(NAMED_BY_ITSELF) {
            return Some(Why::ChangedByMacro);
        }
        let written = self.stack(stack).into_iter();
        let mut written = written.flat_map(|stack| &stack.template.resources);
        let is_written = written.any(|(key, node)| name.starts_with(&*key.text) && makes(node));
        is_written.then_some(Why::ConditionNotKnown)
    }
}

impl Scope<'_, '_> {
    /// A function, with its role if it names none.
    fn function(&self, own: &Key, node: &Node, properties: &Node) -> Made {
        let at = own.span;
        let name = format!("{}Role", own.text);
        let tags = tagged(properties, "lambda:createdBy", at);
        let mut with = vec![(key("Tags", at), tags.clone())];
        let arn = attribute(&name, "Arn", at);
        let role = properties.get("Role").filter(|role| is_said(role));
        let condition = match role.map(called) {
            // Which of both it is, a condition tells.
            Some(Called::Known(call)) if call.function == Function::If => {
                let Some((role, condition)) = made_if(call.argument.elements(), arn, at) else {
                    return without_role(node, properties, &with);
                };
                with.push((key("Role", at), role));
                condition
            }
            Some(_) => return without_role(node, properties, &with),
            None => {
                with.push((key("Role", at), arn));
                None
            }
        };
        let mut policies = Policies::default();
        let basic = match properties.get("DurableConfig").filter(|one| is_said(one)) {
            Some(_) => "service-role/AWSLambdaBasicDurableExecutionRolePolicy",
            None => "AWSLambdaBasicExecutionRole",
        };
        policies.add_managed(basic, at);
        if let Some(tracing) = properties.get("Tracing")
            && is_said(tracing)
            && self.text_of(tracing).as_deref() != Some("Disabled")
        {
            policies.add_managed(self.tracing_policy(), tracing.span);
        }
        if let Some(network) = properties.get("VpcConfig").filter(|one| is_said(one)) {
            policies.add_managed("AWSLambdaVPCAccessExecutionRole", network.span);
        }
        policies.add_destinations(properties, &own.text);
        if let Some(all) = properties.get("Policies") {
            policies.add(self.world, all, &name);
        }
        policies.add_events(properties, &own.text);
        let trust = properties.get("AssumeRolePolicyDocument");
        let trust = trust.cloned();
        let trust = trust.unwrap_or_else(|| trusting("lambda.amazonaws.com", at));
        let condition = condition.or_else(|| node.get("Condition").cloned());
        let role = role_node(properties, trust, policies, tags, condition, at);
        let changed = changed(properties, TAKEN, &with);
        Made {
            node: with_properties(node, changed),
            role: Some((key(&name, at), role)),
        }
    }

    /// A state machine, with its role if it names none.
    fn state_machine(&self, own: &Key, node: &Node, properties: &Node) -> Made {
        let at = own.span;
        let name = format!("{}Role", own.text);
        let tags = tagged(properties, "stateMachine:createdBy", at);
        let mut with = vec![(key("Tags", at), tags.clone())];
        if properties.get("Role").is_some_and(is_said) {
            return without_role(node, properties, &with);
        }
        with.push((key("Role", at), attribute(&name, "Arn", at)));
        let mut policies = Policies::default();
        if let Some(all) = properties.get("Policies") {
            policies.add(self.world, all, &name);
        }
        let tracing = properties.get("Tracing");
        let enabled = tracing.and_then(|tracing| tracing.get("Enabled"));
        if let Some(enabled) = enabled.filter(|one| one.scalar() == Some("true")) {
            policies.add_managed(self.tracing_policy(), enabled.span);
        }
        let trust = trusting("states.amazonaws.com", at);
        let condition = node.get("Condition").cloned();
        let role = role_node(properties, trust, policies, tags, condition, at);
        let changed = changed(properties, TAKEN, &with);
        Made {
            node: with_properties(node, changed),
            role: Some((key(&name, at), role)),
        }
    }

    /// A text, or that of the parameter which it is.
    fn text_of(&self, node: &Node) -> Option<String> {
        let Called::Known(call) = called(node) else {
            return node.as_text().map(str::to_owned);
        };
        let name = call
            .argument
            .as_text()
            .filter(|_| call.function == Function::Ref)?;
        let value = self.parameter(name, node.span)?;
        value.as_text().map(str::to_owned)
    }

    fn tracing_policy(&self) -> &'static str {
        match self.world.partition(self.stack).as_deref() {
            None | Some("aws") => "AWSXrayWriteOnlyAccess",
            Some(_) => "AWSXRayDaemonWriteAccess",
        }
    }

    /// What the transform makes beside a resource, by the name that leads there from it: `Alias` of a function.
    pub(super) fn made_beside(
        &self,
        declared: &Declared,
        logical_id: &str,
        name: &str,
        at: Span,
    ) -> Option<Value<'static>> {
        let is_alias = matches!(name, "Alias" | "Alias.Arn");
        if !is_alias || *declared.type_name != *"AWS::Serverless::Function" {
            return None;
        }
        let alias = declared.node.get("Properties")?.get("AutoPublishAlias")?;
        let alias = self.value(alias);
        let arn = self.attribute(logical_id, "Arn", at);
        let (Ok(mut all), Ok(alias)) = (pieces(&arn), pieces(&alias)) else {
            return None;
        };
        all.push(Piece::Known(":".into()));
        all.extend(alias);
        Some(joined(all, at))
    }

    /// What `Ref` of a name with a dot in it stands for: what the transform makes beside a resource.
    pub(super) fn beside(&self, name: &str, at: Span) -> Option<Value<'static>> {
        let (resource, attribute) = name.split_once('.')?;
        let is_one = self.world.serverless.contains(&self.stack) && self.is_resource(resource);
        is_one.then(|| self.attribute(resource, attribute, at))
    }

    /// The value of a resource that the transform makes, and that is not seen here.
    pub(super) fn unseen(&self, name: &str, at: Span) -> Option<Value<'static>> {
        let why = self.world.made_unseen(self.stack, name)?;
        Some(Value::new(Data::Unknown(why), at))
    }
}

/// The role that a choice comes to, and the condition under which it is made: where one side is `AWS::NoValue`.
fn made_if(parts: Option<&[Node]>, arn: Node, at: Span) -> Option<(Node, Option<Node>)> {
    let [condition, yes, no] = parts? else {
        return None;
    };
    let is_nothing = |node: &Node| match called(node) {
        Called::Known(call) => {
            call.function == Function::Ref && call.argument.as_text() == Some("AWS::NoValue")
        }
        _ => false,
    };
    match (is_nothing(yes), is_nothing(no)) {
        (true, true) => Some((arn, None)),
        (true, false) => {
            let role = choice(condition.clone(), arn, no.clone(), at);
            Some((role, Some(condition.clone())))
        }
        (false, true) => {
            let role = choice(condition.clone(), yes.clone(), arn, at);
            let named = map([("Condition", condition.clone())], at);
            let otherwise = map([("Fn::Not", list(vec![named], at))], at);
            Some((role, Some(otherwise)))
        }
        (false, false) => None,
    }
}

fn without_role(node: &Node, properties: &Node, with: &[(Key, Node)]) -> Made {
    Made {
        node: with_properties(node, changed(properties, TAKEN, with)),
        role: None,
    }
}

fn with_properties(node: &Node, properties: Node) -> Node {
    let name = key("Properties", properties.span);
    changed(node, &[], &[(name, properties)])
}

/// The tags of a resource, with the one that the transform adds.
fn tagged(properties: &Node, own: &str, at: Span) -> Node {
    let mut tags = vec![(key(own, at), text("SAM", at))];
    if let Some(written) = properties.get("Tags") {
        if !matches!(called(written), Called::Nothing) {
            return written.clone();
        }
        tags.extend(written.entries().iter().cloned());
    }
    Node {
        data: crate::yaml::Data::Map(tags.into()),
        span: at,
        tag: None,
    }
}

/// A policy that lets a service assume the role.
fn trusting(service: &str, at: Span) -> Node {
    let statement = map(
        [
            ("Effect", text("Allow", at)),
            ("Principal", map([("Service", text(service, at))], at)),
            ("Action", text("sts:AssumeRole", at)),
        ],
        at,
    );
    let entries = [
        ("Version", text("2012-10-17", at)),
        ("Statement", list(vec![statement], at)),
    ];
    map(entries, at)
}

fn role_node(
    properties: &Node,
    trust: Node,
    policies: Policies,
    tags: Node,
    condition: Option<Node>,
    at: Span,
) -> Node {
    let mut own = vec![
        ("AssumeRolePolicyDocument", trust),
        ("ManagedPolicyArns", list(policies.managed, at)),
    ];
    if !policies.inline.is_empty() {
        own.push(("Policies", list(policies.inline, at)));
    }
    for (from, to) in [
        ("RolePath", "Path"),
        ("PermissionsBoundary", "PermissionsBoundary"),
    ] {
        if let Some(value) = properties.get(from) {
            own.push((to, value.clone()));
        }
    }
    own.push(("Tags", tags));
    let mut entries = vec![("Type", text("AWS::IAM::Role", at))];
    if let Some(condition) = condition {
        entries.push(("Condition", condition));
    }
    entries.push(("Properties", map(own, at)));
    map(entries, at)
}
