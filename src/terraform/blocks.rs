//! The arguments and nested blocks of a resource, under the provider's names: what a plan shows as
//! `after`, before the provider adds anything.
//!
//! Source: Terraform Language, "Resource Blocks", "`dynamic` Blocks".

use std::collections::BTreeMap;
use std::rc::Rc;

use super::World;
use super::expansion::Declared;
use super::instance::{ModuleInstance, Repeat};
use crate::hcl::syntax::{Block, Body};
use crate::hcl::{Data, Locals, Type, Unknown, Value};
use crate::model::value::Why;

/// Arguments of every resource that say nothing of it.
const META: &[&str] = &["count", "for_each", "depends_on", "provider", "//"];

/// Likewise, blocks.
const META_BLOCKS: &[&str] = &["lifecycle", "provisioner", "connection", "timeouts"];

/// The steps that a block takes which a `dynamic` block makes.
const BLOCK: usize = 32;

impl<'r> World<'r> {
    /// What is written for a resource.
    pub(super) fn attributes(&self, declared: &Declared<'r>) -> BTreeMap<String, Value> {
        let body = &declared.block.body;
        let locals = Locals::default();
        let mut attributes = self.body(body, &declared.instance, &declared.repeat, &locals);
        attributes.retain(|name, _| !META.contains(&name.as_str()));
        attributes
    }

    fn body(
        &self,
        body: &Body,
        instance: &Rc<ModuleInstance<'r>>,
        repeat: &Repeat,
        locals: &Locals<'_>,
    ) -> BTreeMap<String, Value> {
        let mut found: BTreeMap<String, Value> = BTreeMap::new();
        for argument in &body.arguments {
            if META.contains(&argument.name.as_str()) {
                continue;
            }
            let value = self.value_or_unknown(&argument.value, instance, repeat, locals);
            found.insert(argument.name.clone(), value);
        }
        let mut blocks: BTreeMap<&str, Vec<Value>> = BTreeMap::new();
        let mut unknown: BTreeMap<&str, Value> = BTreeMap::new();
        for block in &body.blocks {
            if META_BLOCKS.contains(&block.name.as_str()) {
                continue;
            }
            if block.name != "dynamic" {
                let inner = self.body(&block.body, instance, repeat, locals);
                let value = Value::object(inner, block.header);
                blocks.entry(&block.name).or_default().push(value);
                continue;
            }
            let Some(name) = block.labels.first() else {
                continue;
            };
            match self.dynamic(block, name, instance, repeat, locals) {
                Ok(made) => blocks.entry(name).or_default().extend(made),
                Err(because) => {
                    let data = Data::Unknown(because);
                    unknown.insert(name, Value::new(data, block.header));
                }
            }
        }
        for (name, values) in blocks {
            let Some(first) = values.first() else {
                continue;
            };
            let at = first.origin;
            found.insert(name.to_owned(), Value::tuple(values, at));
        }
        // How many there are is not known, and so not even the written ones are all.
        found.extend(
            unknown
                .into_iter()
                .map(|(name, value)| (name.to_owned(), value)),
        );
        found
    }

    /// The blocks that a `dynamic` block makes, or why that is not known.
    fn dynamic(
        &self,
        block: &Block,
        name: &str,
        instance: &Rc<ModuleInstance<'r>>,
        repeat: &Repeat,
        locals: &Locals<'_>,
    ) -> Result<Vec<Value>, Unknown> {
        let Some(each) = block.body.argument("for_each") else {
            return Ok(Vec::new());
        };
        let iterator = block.body.argument("iterator");
        let iterator = iterator.and_then(|argument| match &argument.value.kind {
            crate::hcl::syntax::ExprKind::Variable(name) => Some(name.as_str()),
            _ => None,
        });
        let iterator = iterator.unwrap_or(name);
        let collection = self.value_or_unknown(&each.value, instance, repeat, locals);
        let sensitive = collection.sensitive;
        let at = each.value.span;
        let pairs: Vec<(Value, Value)> = match &collection.data {
            Data::Tuple(all) | Data::List(_, all) => {
                let all = all.iter().enumerate();
                all.map(|(number, one)| (Value::number(number, at), one.clone()))
                    .collect()
            }
            Data::Set(_, all) => all.iter().map(|one| (one.clone(), one.clone())).collect(),
            Data::Object(all) | Data::Map(_, all) => {
                let all = all.iter();
                all.map(|(key, one)| (Value::text(key.as_str(), at), one.clone()))
                    .collect()
            }
            Data::Null(_) => Vec::new(),
            _ => {
                if let Some(because) = collection.any_unknown() {
                    return Err(because);
                }
                let message = "`for_each` of a `dynamic` block takes a collection";
                self.tell(&crate::hcl::Error::new(message, at));
                return Ok(Vec::new());
            }
        };
        let Some(content) = block.body.blocks_named("content").next() else {
            return Ok(Vec::new());
        };
        let mut made = Vec::with_capacity(pairs.len());
        for (key, value) in pairs {
            if let Err(error) = self.budget.spend(BLOCK, at) {
                self.tell(&error);
                return Err(Unknown {
                    of: Type::Any,
                    why: Why::NotEvaluated,
                    what: None,
                });
            }
            let bound = BTreeMap::from([
                ("key".to_owned(), key),
                ("value".to_owned(), value.marked(sensitive)),
            ]);
            let bound = Value::object(bound, at);
            let locals = Locals::inside(locals, vec![(iterator, bound)]);
            let inner = self.body(&content.body, instance, repeat, &locals);
            made.push(Value::object(inner, content.header));
        }
        Ok(made)
    }
}
