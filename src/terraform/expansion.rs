//! `count` and `for_each`: how often modules and resources are there, and what they are together.
//!
//! Source: Terraform Language, "The `count` Meta-Argument", "The `for_each` Meta-Argument".

use std::collections::BTreeMap;
use std::rc::Rc;
use std::sync::Arc;

use super::instance::{Instances, Key, ModuleInstance, Name, Repeat};
use super::{MOST, World};
use crate::hcl::convert::convert;
use crate::hcl::syntax::{Block, Body};
use crate::hcl::{Data, Error, Hole, Instance, Locals, Text, Type, Unknown, Value};
use crate::model::resource::inside;
use crate::model::source::Span;
use crate::model::value::Why;

/// One resource or data source of the estate.
pub(super) struct Declared<'r> {
    pub(super) instance: Rc<ModuleInstance<'r>>,
    pub(super) block: &'r Block,
    pub(super) address: String,
    pub(super) key: Key,
    pub(super) repeat: Repeat,
}

impl<'r> World<'r> {
    /// The instances of a module that is called; none where its source is not there.
    pub(super) fn module_instances(
        &self,
        instance: &Rc<ModuleInstance<'r>>,
        call: &str,
        at: Span,
    ) -> Result<Option<Instances<'r>>, Error> {
        if let Some(known) = instance.calls.borrow().get(call) {
            return Ok(Some(Rc::clone(known)));
        }
        let block = instance
            .block("module", &[call])
            .ok_or_else(|| Error::new(format!("there is no module call `{call}`"), at))?;
        let Some(module) = self.called(instance, call) else {
            return Ok(None);
        };
        let address = inside(&instance.address, &format!("module.{call}"));
        let repeats = self.repeats(instance, &block.body, &address, block.header);
        if self.instances.borrow().len() + repeats.len() > MOST {
            let message = format!("there are more than {MOST} modules");
            return Err(Error::new(message, block.header));
        }
        let made = repeats
            .into_iter()
            .map(|(key, repeat)| self.add_instance(instance, block, module, key, repeat));
        let made: Instances<'r> = Rc::new(made.collect());
        let mut calls = instance.calls.borrow_mut();
        let known = calls.entry(call.to_owned()).or_insert(made);
        Ok(Some(Rc::clone(known)))
    }

    /// The keys of a repeated block, each with what `each` and `count` are there. What is wrong with the
    /// arguments is told; one instance stands for all then, as it does where they are not known.
    fn repeats(
        &self,
        instance: &Rc<ModuleInstance<'r>>,
        body: &'r Body,
        address: &str,
        at: Span,
    ) -> Vec<(Key, Repeat)> {
        let planned = self.beside.plan.and_then(|plan| plan.keys.get(address));
        let repeats = if let Some(count) = body.argument("count") {
            self.counted(instance, &count.value, planned, address)
        } else if let Some(each) = body.argument("for_each") {
            self.for_each(instance, &each.value, planned, address)
        } else {
            Ok(vec![(Key::None, Repeat::default())])
        };
        match repeats {
            Ok(repeats) if repeats.len() <= MOST => repeats,
            Ok(_) => {
                let message = format!("{address} is there more than {MOST} times");
                self.note(message, at, "it is not read");
                Vec::new()
            }
            Err(error) => {
                self.tell(&error);
                vec![any(address, at, Why::NotEvaluated)]
            }
        }
    }

    fn counted(
        &self,
        instance: &Rc<ModuleInstance<'r>>,
        count: &crate::hcl::syntax::Expr,
        planned: Option<&Vec<Key>>,
        address: &str,
    ) -> Result<Vec<(Key, Repeat)>, Error> {
        let at = count.span;
        let numbered = |number: usize| {
            let index = Some(Value::number(number, at));
            let repeat = Repeat {
                index,
                ..Repeat::default()
            };
            (Key::Number(number), repeat)
        };
        if let Some(keys) = planned {
            let numbers = keys.iter().filter_map(|key| match key {
                Key::Number(number) => Some(numbered(*number)),
                _ => None,
            });
            return Ok(numbers.collect());
        }
        let nothing = Repeat::default();
        let value = self.evaluate(count, instance, &nothing, &Locals::default())?;
        let value = convert(value, &Type::Number)
            .map_err(|error| Error::new(format!("`count`: {error}"), at))?;
        match &value.data {
            Data::Number(number) => {
                let number = number.as_usize().filter(|number| *number <= MOST);
                let number = number.ok_or_else(|| {
                    Error::new(format!("`count` must be a whole number up to {MOST}"), at)
                })?;
                Ok((0..number).map(numbered).collect())
            }
            Data::Unknown(because) => Ok(self.not_counted(address, "count", because, at)),
            _ => Err(Error::new("`count` must not be null", at)),
        }
    }

    fn for_each(
        &self,
        instance: &Rc<ModuleInstance<'r>>,
        each: &crate::hcl::syntax::Expr,
        planned: Option<&Vec<Key>>,
        address: &str,
    ) -> Result<Vec<(Key, Repeat)>, Error> {
        let at = each.span;
        let nothing = Repeat::default();
        let value = self.evaluate(each, instance, &nothing, &Locals::default());
        if let Some(keys) = planned {
            // The plan tells the keys; the source, what stands for each.
            let entries = value.as_ref().ok().and_then(Value::entries);
            let repeats = keys.iter().filter_map(|key| match key {
                Key::Text(text) => {
                    let own = Value::text(text.as_str(), at);
                    let value = match (&value, entries.map(|entries| entries.get(text))) {
                        (_, Some(Some(value))) => value.clone(),
                        (Ok(set), None) if set.elements().is_some() => own.clone(),
                        _ => unknown_each(address, at, Why::KnownAfterApply),
                    };
                    let repeat = Repeat {
                        key: Some(own),
                        value: Some(value),
                        index: None,
                    };
                    Some((key.clone(), repeat))
                }
                _ => None,
            });
            return Ok(repeats.collect());
        }
        let value = value?;
        let repeats = match &value.data {
            Data::Object(entries) | Data::Map(_, entries) => {
                let entries = entries.iter();
                let entries = entries.map(|(key, value)| (key.clone(), value.clone()));
                entries.collect::<Vec<_>>()
            }
            Data::Set(_, elements) | Data::Tuple(elements) | Data::List(_, elements) => {
                if !matches!(value.data, Data::Set(..)) {
                    let message = "`for_each` takes a map or a set of texts";
                    return Err(Error::new(message, at));
                }
                let mut known = Vec::new();
                for element in elements.iter() {
                    match (element.as_str(), element.any_unknown()) {
                        (Some(text), _) => known.push((text.to_owned(), element.clone())),
                        (None, Some(because)) => {
                            return Ok(self.not_counted(address, "for_each", &because, at));
                        }
                        (None, None) => {
                            let message = "`for_each` takes a map or a set of texts";
                            return Err(Error::new(message, at));
                        }
                    }
                }
                known
            }
            _ => match value.any_unknown() {
                Some(because) => {
                    return Ok(self.not_counted(address, "for_each", &because, at));
                }
                None => return Err(Error::new("`for_each` takes a map or a set of texts", at)),
            },
        };
        let repeats = repeats.into_iter().map(|(key, value)| {
            let repeat = Repeat {
                key: Some(Value::text(key.as_str(), at)),
                value: Some(value.marked(false)),
                index: None,
            };
            (Key::Text(key), repeat)
        });
        Ok(repeats.collect())
    }

    /// One instance that stands for all, where their number is not known. A plan would show them.
    fn not_counted(
        &self,
        address: &str,
        argument: &str,
        because: &Unknown,
        at: Span,
    ) -> Vec<(Key, Repeat)> {
        if self.beside.plan.is_some() {
            return Vec::new();
        }
        let words = because.words();
        let message =
            format!("how often {address} is there is not known: its `{argument}` is not ({words})");
        self.note(
            message,
            at,
            "one instance of it, with the key `*`, stands for all",
        );
        vec![any(address, at, because.why)]
    }

    /// The instances of a resource or data source.
    pub(super) fn block_instances(
        &self,
        instance: &Rc<ModuleInstance<'r>>,
        block: &'r Block,
    ) -> Rc<Vec<(Key, Repeat)>> {
        let (of, name) = labels(block);
        let is_data = block.name == "data";
        let key = (of.to_owned(), name.to_owned(), is_data);
        if let Some(known) = instance.blocks.borrow().get(&key) {
            return Rc::clone(known);
        }
        let address = inside(&instance.address, &local_address(of, name, is_data));
        let repeats = Rc::new(self.repeats(instance, &block.body, &address, block.header));
        let mut blocks = instance.blocks.borrow_mut();
        Rc::clone(blocks.entry(key).or_insert(repeats))
    }

    /// A resource or data source as expressions see it: one object, or those of all its instances.
    pub(super) fn resource(
        &self,
        instance: &Rc<ModuleInstance<'r>>,
        (of, name, is_data): (&str, &str, bool),
        at: Span,
    ) -> Result<Value, Error> {
        let cell = Name::Block(of.to_owned(), name.to_owned(), is_data);
        Self::once(instance, cell, at, || {
            let kind = if is_data { "data" } else { "resource" };
            let block = instance
                .block(kind, &[of, name])
                .ok_or_else(|| Error::new(format!("there is no `{of}.{name}`"), at))?;
            let repeats = self.block_instances(instance, block);
            let values = repeats.iter().map(|(key, repeat)| {
                let local = local_address(of, name, is_data);
                let address = inside(&instance.address, &local) + &key.in_brackets();
                let declared = Declared {
                    instance: Rc::clone(instance),
                    block,
                    address,
                    key: key.clone(),
                    repeat: repeat.clone(),
                };
                Ok((key.clone(), self.seen(&declared, at)?))
            });
            let values = values.collect::<Result<_, Error>>()?;
            Ok(together(block, values, at))
        })
    }

    /// One resource as expressions see it.
    pub(super) fn seen(&self, declared: &Declared<'r>, at: Span) -> Result<Value, Error> {
        let (of, name) = labels(declared.block);
        let is_data = declared.block.name == "data";
        let cell = Name::Instance(
            of.to_owned(),
            name.to_owned(),
            is_data,
            declared.key.clone(),
        );
        Self::once(&declared.instance, cell, at, || {
            let mut attributes = self.attributes(declared);
            // What is set to null, the provider may compute.
            attributes.retain(|_, value| !value.is_null());
            let mut why = Why::KnownAfterApply;
            if is_data {
                why = Why::ExternalResource;
                self.read_data(declared, &mut attributes);
            }
            if let Some(plan) = self.beside.plan
                && let Some(known) = plan.resources.get(&declared.address)
            {
                for (name, value) in known {
                    let is_told = attributes.get(name).is_some_and(Value::is_known);
                    if !is_told && !value.is_null() {
                        attributes.insert(name.clone(), value.clone());
                    }
                }
            }
            let instance = Instance {
                address: declared.address.as_str().into(),
                attributes,
                why,
            };
            Ok(Value::new(Data::Resource(Arc::new(instance)), at))
        })
    }

    /// Every resource and data source, module by module.
    pub(super) fn every_resource(&self) -> Vec<Declared<'r>> {
        let mut declared = Vec::new();
        let mut open: Vec<_> = self.root_instance().into_iter().collect();
        while let Some(instance) = open.pop() {
            let module = instance.module;
            for block in &module.body.blocks {
                match block.name.as_str() {
                    "resource" | "data" if block.labels.len() == 2 => {
                        let (of, name) = labels(block);
                        let local = local_address(of, name, block.name == "data");
                        for (key, repeat) in self.block_instances(&instance, block).iter() {
                            declared.push(Declared {
                                instance: Rc::clone(&instance),
                                block,
                                address: inside(&instance.address, &local) + &key.in_brackets(),
                                key: key.clone(),
                                repeat: repeat.clone(),
                            });
                        }
                    }
                    "module" => {
                        let call = block.labels.first().map_or("", String::as_str);
                        match self.module_instances(&instance, call, block.header) {
                            Ok(made) => {
                                open.extend(made.iter().flat_map(|made| made.iter().cloned()));
                            }
                            Err(error) => self.tell(&error),
                        }
                    }
                    _ => {}
                }
                if declared.len() + open.len() > MOST {
                    let message = format!("there are more than {MOST} resources");
                    self.note(message, block.header, "the others are not read");
                    return declared;
                }
            }
        }
        declared
    }
}

/// The type and name of a resource.
pub(super) fn labels(block: &Block) -> (&str, &str) {
    match block.labels.as_slice() {
        [of, name, ..] => (of, name),
        _ => ("", ""),
    }
}

fn local_address(of: &str, name: &str, is_data: bool) -> String {
    let data = if is_data { "data." } else { "" };
    format!("{data}{of}.{name}")
}

/// One instance that stands for all, since their number is not known.
fn any(address: &str, at: Span, why: Why) -> (Key, Repeat) {
    let repeat = Repeat {
        key: Some(hole(&format!("each.key of {address}"), why, at)),
        value: Some(unknown_each(address, at, why)),
        index: Some(Value::unknown(Type::Number, why, at)),
    };
    (Key::Any, repeat)
}

fn unknown_each(address: &str, at: Span, why: Why) -> Value {
    let what = Some(format!("each.value of {address}").into());
    let of = Type::Any;
    Value::new(Data::Unknown(Unknown { of, why, what }), at)
}

fn hole(what: &str, why: Why, at: Span) -> Value {
    let hole = Hole {
        attribute: None,
        why,
        what: Some(what.into()),
    };
    Value::new(Data::Text(Text::hole(hole)), at)
}

/// All instances of a block: one value, a tuple by number, an object by key.
pub(super) fn together(block: &Block, values: Vec<(Key, Value)>, at: Span) -> Value {
    let mut numbered = Vec::new();
    let mut named = BTreeMap::new();
    // It may be there not even once.
    let is_named = block.body.argument("for_each").is_some();
    for (key, value) in values {
        match key {
            Key::None => return value,
            Key::Any => {
                // Whatever the key, it is this one; how many there are is not known.
                let what = match &value.data {
                    Data::Resource(instance) => Some(Arc::clone(&instance.address)),
                    _ => None,
                };
                let (of, why) = (Type::Any, Why::NotEvaluated);
                return Value::new(Data::Unknown(Unknown { of, why, what }), at);
            }
            Key::Number(_) => numbered.push(value),
            Key::Text(text) => {
                named.insert(text, value);
            }
        }
    }
    if is_named {
        Value::object(named, at)
    } else {
        Value::tuple(numbered, at)
    }
}
