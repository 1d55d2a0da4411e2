//! `Ref` and `Fn::GetAtt`: parameters, resources, what the place tells, and what other stacks give.

use std::rc::Rc;
use std::sync::Arc;

use super::place::of_place;
use super::repeat::Part;
use super::text::{joined, pieces};
use super::{Declared, Found, Name, Scope, World};
use crate::model::source::Span;
use crate::model::value::{Data, Piece, Reference, Referent, Value, Why};
use crate::model::vocabulary::{AttributeRole, Default};
use crate::yaml::{Data as NodeData, Node};

/// What a stack exports.
#[derive(Debug)]
pub(super) struct Export {
    stack: usize,
    output: Arc<str>,
    name: Vec<Piece<'static>>,
}

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
            return self.not_there(name, at);
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
        let canonical = declared.entry.and_then(|entry| canonical(entry, name));
        match canonical {
            Some(canonical) => self.attribute_of(&declared, resource, &canonical, at),
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
        let stack = self.world.stack(self.stack);
        let mut declared = stack
            .into_iter()
            .flat_map(|stack| &stack.template.resources);
        if declared.any(|(key, _)| *key.text == *name) {
            return Value::new(Data::Unknown(Why::ConditionNotKnown), at);
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
        let reference = Reference {
            of: Referent::Resource(declared.id),
            attribute: canonical.to_owned().into(),
        };
        Value::reference(reference, at)
    }

    /// The text of an attribute that the author writes, or that has a fixed form.
    fn known_text(&self, declared: &Declared, logical_id: &str, canonical: &str) -> Option<String> {
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
            let known = known.or_else(|| world.taken_for(name));
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
        let fits = |one: &&Export| one.stack != self.stack && fits(&asked, &one.name);
        let mut exports = exports.iter();
        match (exports.find(fits), exports.find(fits)) {
            (Some(one), None) => match world.output(one.stack, &one.output) {
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

/// Whether the name that is asked for may be the name of an export: equal but for what is not known of either,
/// most often the name of a stack.
fn fits(asked: &[Piece<'static>], exported: &[Piece<'static>]) -> bool {
    let known = |pieces: &[Piece<'static>]| -> Option<(String, String, bool)> {
        let is_open = |piece: &Piece<'_>| !matches!(piece, Piece::Known(_));
        let text = |piece: Option<&Piece<'static>>| match piece {
            Some(Piece::Known(text)) => text.to_string(),
            _ => String::new(),
        };
        let is_known = !pieces.iter().any(is_open);
        Some((text(pieces.first()), text(pieces.last()), is_known))
    };
    let (Some(one), Some(other)) = (known(asked), known(exported)) else {
        return false;
    };
    let ((begin, end, one_known), (other_begin, other_end, other_known)) = (one, other);
    match (one_known, other_known) {
        (true, true) => begin == other_begin,
        // A name of which nothing is known could be any.
        (true, false) => {
            !(other_begin.is_empty() && other_end.is_empty())
                && begin.starts_with(&other_begin)
                && begin.ends_with(&other_end)
        }
        (false, true) => {
            !(begin.is_empty() && end.is_empty())
                && other_begin.starts_with(&begin)
                && other_begin.ends_with(&end)
        }
        (false, false) => {
            !(begin.is_empty() && end.is_empty()) && begin == other_begin && end == other_end
        }
    }
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
        let section = self.section(stack, Part::Outputs);
        let (key, node, bound) = section.named(name)?;
        let node = node.get("Value")?.clone();
        let unknown =
            || Found::Value(self.wrong(format!("output `{name}` depends on itself"), key.span));
        let work = || Found::Value(self.scope(stack, bound).value(&node));
        match self.once(stack, Name::Output(name.into()), unknown, work) {
            Found::Value(value) => Some(value),
            _ => None,
        }
    }

    /// What the stacks of the set export. While that is worked out, it is nothing.
    fn exports(&self) -> Rc<[Export]> {
        if let Some(known) = &*self.exports.borrow() {
            return Rc::clone(known);
        }
        *self.exports.borrow_mut() = Some(Rc::default());
        let mut found = Vec::new();
        for stack in 0..self.set.stacks.len() {
            for (key, node, bound) in &self.section(stack, Part::Outputs).entries {
                let Some(name) = node.get("Export").and_then(|export| export.get("Name")) else {
                    continue;
                };
                let name = self.scope(stack, bound).value(name);
                if let Ok(name) = pieces(&name) {
                    let output = Arc::clone(&key.text);
                    found.push(Export {
                        stack,
                        output,
                        name,
                    });
                }
            }
        }
        let found: Rc<[Export]> = found.into();
        *self.exports.borrow_mut() = Some(Rc::clone(&found));
        found
    }
}
