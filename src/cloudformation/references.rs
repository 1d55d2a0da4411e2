//! `Ref` and `Fn::GetAtt`: parameters, resources, what the place tells, and what other stacks give.

use std::sync::Arc;

use super::misfits::differs_in_case;
use super::place::of_place;
use super::text::{joined, pieces};
use super::{Declared, Found, Name, Scope, World};
use crate::load::cloudformation::ExportName;
use crate::model::source::Span;
use crate::model::value::{Data, Piece, Reference, Referent, Value, Why};
use crate::model::vocabulary::{AttributeRole, Default};
use crate::yaml::{Data as NodeData, Node};

impl Scope<'_, '_> {
    /// The value of a name.
    pub(super) fn reference(&self, name: &str, at: Span) -> Value<'static> {
        let mut bound = self.bound.iter();
        if let Some((_, text)) = bound.find(|(own, _)| **own == *name) {
            return Value::text(text.to_string(), at);
        }
        if name.starts_with("AWS::") {
            return self.pseudo(name, at);
        }
        if let Some(value) = self.parameter(name, at) {
            return value;
        }
        let Some(declared) = self.declared(name) else {
            let beside = self.beside(name, at);
            return beside.unwrap_or_else(|| self.not_there(name, at));
        };
        let identity = declared.entry.map_or("id", |entry| entry.row.identity);
        self.attribute_of(&declared, name, identity, at)
    }

    /// The attribute of a resource, by the name that `CloudFormation` gives it.
    pub(super) fn attribute(&self, resource: &str, name: &str, at: Span) -> Value<'static> {
        let Some(declared) = self.declared(resource) else {
            return self.not_there(resource, at);
        };
        if let Some(output) = name.strip_prefix("Outputs.") {
            return self.output_of(resource, output, at);
        }
        if let Some(made) = self.made_beside(&declared, resource, name, at) {
            return made;
        }
        let canonical = declared.entry.and_then(|entry| canonical(entry, name));
        match canonical {
            Some(canonical) => self.attribute_of(&declared, resource, &canonical, at),
            None if let Some(entry) = declared.entry
                && let Some(right) = differs_in_case(entry.fields.names(), name) =>
            {
                self.world.wrong(
                    format!("`{resource}` has no attribute `{name}`; perhaps `{right}` is meant"),
                    at,
                )
            }
            None => Value::reference(
                Reference {
                    of: Referent::Resource(declared.id),
                    attribute: name.to_owned().into(),
                },
                at,
            ),
        }
    }

    /// Whether there is, or may be, a resource of this logical id.
    pub(super) fn is_resource(&self, logical_id: &str) -> bool {
        self.world
            .resources
            .contains_key(&(self.stack, logical_id.into()))
    }

    fn declared(&self, logical_id: &str) -> Option<Declared> {
        let key = (self.stack, Arc::from(logical_id));
        self.world.resources.get(&key).cloned()
    }

    /// What a name stands for that leads to nothing: a resource whose condition is false is declared, but not
    /// there.
    fn not_there(&self, name: &str, at: Span) -> Value<'static> {
        if self.world.index.is_written(self.stack, name) {
            return Value::new(Data::Unknown(Why::ConditionNotKnown), at);
        }
        if let Some(unseen) = self.unseen(name, at) {
            return unseen;
        }
        self.world.wrong(
            format!("`{name}` is neither a parameter nor a resource of this template"),
            at,
        )
    }

    /// An attribute of a resource: its text, if all of it is known already, else the symbol that it is.
    fn attribute_of(
        &self,
        declared: &Declared,
        logical_id: &str,
        canonical: &str,
        at: Span,
    ) -> Value<'static> {
        if let Some(text) = self.known_text(declared, logical_id, canonical) {
            return Value::text(text, at);
        }
        // What names another resource is that one: the VPC of a subnet.
        let attribute = declared.entry.and_then(|entry| entry.attribute(canonical));
        let names_other = attribute.is_some_and(|one| !one.refers.is_empty() && !one.is_output());
        if names_other
            && !declared.is_open
            && let Some(value) = self.property(declared, logical_id, canonical)
        {
            return Value {
                origin: at,
                ..value
            };
        }
        let reference = Reference {
            of: Referent::Resource(declared.id),
            attribute: canonical.to_owned().into(),
        };
        Value::reference(reference, at)
    }

    /// The text of an attribute that the author writes, or that has a fixed form.
    pub(super) fn known_text(
        &self,
        declared: &Declared,
        logical_id: &str,
        canonical: &str,
    ) -> Option<String> {
        let entry = declared.entry.filter(|_| !declared.is_open)?;
        match canonical {
            "account" => return self.world.account(self.stack),
            "region" => return self.world.region(self.stack),
            "partition" => return self.world.partition(self.stack),
            _ => {}
        }
        let attribute = entry.attribute(canonical)?;
        if let AttributeRole::Output(template) = attribute.role {
            let (mut text, mut rest) = (String::new(), template?);
            while let Some((before, after)) = rest.split_once('{') {
                let (name, after) = after.split_once('}')?;
                text.push_str(before);
                text.push_str(&self.known_text(declared, logical_id, name)?);
                rest = after;
            }
            text.push_str(rest);
            return Some(text);
        }
        match (
            self.property(declared, logical_id, canonical),
            attribute.default,
        ) {
            (Some(value), _) => value.as_text().map(str::to_owned),
            (None, Default::Text(text)) => Some(text.to_owned()),
            (None, _) => None,
        }
    }

    /// A property at the top of a resource, by its canonical name.
    fn property(
        &self,
        declared: &Declared,
        logical_id: &str,
        canonical: &str,
    ) -> Option<Value<'static>> {
        let (own, _) = declared.entry?.fields.own(canonical)?;
        let node = declared.node.get("Properties")?.get(own)?;
        let name = Name::Property(logical_id.into(), canonical.to_owned());
        let unknown = || Found::Value(Value::new(Data::Unknown(Why::KnownAfterApply), node.span));
        let work = || {
            let scope = self.world.scope(self.stack, &declared.bound);
            Found::Value(scope.value(node))
        };
        match self.world.once(self.stack, name, unknown, work) {
            Found::Value(value) if value.data != Data::Null => Some(value),
            _ => None,
        }
    }

    /// `Fn::GetAtt`, of a text with a dot or of a list.
    pub(super) fn get_att(&self, argument: &Node, at: Span) -> Value<'static> {
        let wrong = || {
            self.world.wrong(
                "`Fn::GetAtt` takes a resource and one of its attributes",
                at,
            )
        };
        match &argument.data {
            NodeData::List(elements) => match &**elements {
                [resource, attribute] => {
                    let texts = [self.value(resource), self.value(attribute)];
                    match texts.each_ref().map(Value::as_text) {
                        [Some(resource), Some(attribute)] => {
                            self.attribute(resource, attribute, at)
                        }
                        _ => wrong(),
                    }
                }
                _ => wrong(),
            },
            _ => match argument.scalar().and_then(|text| text.split_once('.')) {
                Some((resource, attribute)) => self.attribute(resource, attribute, at),
                None => wrong(),
            },
        }
    }

    /// An output of a nested stack.
    fn output_of(&self, logical_id: &str, output: &str, at: Span) -> Value<'static> {
        let world = self.world;
        let stack = world.stack(self.stack);
        let nested = stack.and_then(|stack| stack.nested.get(logical_id));
        let Some(nested) = nested.copied() else {
            let name = world.name_of(self.stack, &format!("{logical_id}.Outputs.{output}"));
            return world.symbol(&name, Why::TemplateNotSeen, at);
        };
        match world.output(nested, output) {
            Some(mut value) => {
                value.origin = at;
                value
            }
            None => world.wrong(
                format!("the template of `{logical_id}` has no output `{output}`"),
                at,
            ),
        }
    }

    /// What `CloudFormation` tells every template.
    fn pseudo(&self, name: &str, at: Span) -> Value<'static> {
        let world = self.world;
        let place = |known: Option<String>, attribute| {
            known.map_or_else(|| of_place(attribute, at), |text| Value::text(text, at))
        };
        match name {
            "AWS::AccountId" => place(world.account(self.stack), "account"),
            "AWS::Region" => place(world.region(self.stack), "region"),
            "AWS::Partition" => place(world.partition(self.stack), "partition"),
            // The names of services end in it, and mean the same with either ending.
            "AWS::URLSuffix" => match world.partition(self.stack).as_deref() {
                Some("aws-cn") => Value::text("amazonaws.com.cn", at),
                _ => Value::text("amazonaws.com", at),
            },
            "AWS::NoValue" => Value::new(Data::Null, at),
            "AWS::StackName" | "AWS::StackId" => {
                world.symbol(&world.name_of(self.stack, name), Why::KnownAfterApply, at)
            }
            "AWS::NotificationARNs" => Value::new(Data::Unknown(Why::KnownAfterApply), at),
            _ => world.wrong(format!("`{name}` is no pseudo parameter"), at),
        }
    }

    /// `Fn::ImportValue`: what another stack of the set exports, else a symbol of that name.
    pub(super) fn import(&self, argument: &Node, at: Span) -> Value<'static> {
        let world = self.world;
        let name = self.value(argument);
        let asked = pieces(&name).unwrap_or_default();
        let exports = world.exports();
        if !world.budget.steps(exports.len()) {
            return self.too_much(at);
        }
        let name = export_name(&asked);
        let mut exported = exports
            .iter()
            .filter(|exported| exported.stack != self.stack && name.fits(&exported.name));
        match (exported.next(), exported.next()) {
            (Some(exported), None) => match world.output(exported.stack, &exported.output) {
                Some(mut value) => {
                    value.origin = at;
                    value
                }
                None => Value::new(Data::Unknown(Why::Imported), at),
            },
            (Some(_), Some(_)) => Value::new(Data::Unknown(Why::SeveralMatch), at),
            (None, _) => {
                let text = joined(asked, at);
                match text.as_text() {
                    Some(text) => world.symbol(&format!("import of {text}"), Why::Imported, at),
                    None => Value::new(Data::Unknown(Why::Imported), at),
                }
            }
        }
    }
}

/// The name of an export, as far as it is known.
pub(super) fn export_name(pieces: &[Piece<'static>]) -> ExportName {
    let mut parts = vec![String::new()];
    for piece in pieces {
        match (piece, parts.last_mut()) {
            (Piece::Known(text), Some(last)) => last.push_str(text),
            _ => parts.push(String::new()),
        }
    }
    ExportName::of_parts(parts)
}

/// The canonical path of an attribute.
fn canonical(entry: &crate::model::vocabulary::TypeEntry, name: &str) -> Option<String> {
    let mut fields = Some(&entry.fields);
    let mut path: Vec<&str> = Vec::new();
    for step in name.split('.') {
        let field = fields?.find(step)?;
        path.push(field.name);
        fields = Some(&field.fields);
    }
    Some(path.join("."))
}

impl World<'_> {
    /// The value of an output; none if there is none of this name.
    pub(super) fn output(&self, stack: usize, name: &str) -> Option<Value<'static>> {
        let outputs = self.outputs(stack);
        let (key, whole, bound) = outputs.named(name)?;
        let node = whole.get("Value")?;
        if self.scope(stack, bound).is_there(whole) != Some(true) {
            return Some(Value::new(Data::Unknown(Why::ConditionNotKnown), key.span));
        }
        let unknown =
            || Found::Value(self.wrong(format!("output `{name}` depends on itself"), key.span));
        let work = || Found::Value(self.scope(stack, bound).value(node));
        match self.once(stack, Name::Output(name.into()), unknown, work) {
            Found::Value(value) => Some(value),
            _ => None,
        }
    }
}
