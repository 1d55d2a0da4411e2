//! What names lead to, seen from one instance of one module.
//!
//! Source: Terraform Language, "References to Named Values".

use std::rc::Rc;
use std::sync::Arc;

use super::World;
use super::instance::{Key, ModuleInstance, Name, Repeat};
use crate::hcl::{Data, Error, Locals, Scope, Type, Unknown, Value};
use crate::model::source::Span;
use crate::model::value::Why;

/// Where an expression stands.
pub(super) struct Inside<'w, 'r> {
    pub(super) world: &'w World<'r>,
    pub(super) instance: &'w Rc<ModuleInstance<'r>>,
    pub(super) repeat: &'w Repeat,
}

impl Scope for Inside<'_, '_> {
    fn lookup(&self, names: &[&str], at: Span) -> Result<(Value, usize), Error> {
        let nothing = || {
            let name = names.join(".");
            Error::new(format!("nothing has the name `{name}`"), at)
        };
        let (root, second, third) = match names {
            [root] => (*root, None, None),
            [root, second] => (*root, Some(*second), None),
            [root, second, third, ..] => (*root, Some(*second), Some(*third)),
            [] => return Err(nothing()),
        };
        let world = self.world;
        let (value, used) = match (root, second) {
            ("var", Some(name)) => (world.variable(self.instance, name, at)?, 2),
            ("local", Some(name)) => (world.local(self.instance, name, at)?, 2),
            ("module", Some(call)) => match third {
                Some(output) => match world.output_of_single(self.instance, call, output, at)? {
                    Some(value) => (value, 3),
                    None => (world.module(self.instance, call, at)?, 2),
                },
                None => (world.module(self.instance, call, at)?, 2),
            },
            ("data", Some(of)) => {
                let name = third.ok_or_else(nothing)?;
                let attribute = names.get(3).copied();
                world.reference(self.instance, (of, name, true), attribute, 3, at)?
            }
            ("resource", Some(of)) => {
                let name = third.ok_or_else(nothing)?;
                let attribute = names.get(3).copied();
                world.reference(self.instance, (of, name, false), attribute, 3, at)?
            }
            ("each", Some("key")) => (self.each(self.repeat.key.as_ref(), at)?, 2),
            ("each", Some("value")) => (self.each(self.repeat.value.as_ref(), at)?, 2),
            ("count", Some("index")) => (self.each(self.repeat.index.as_ref(), at)?, 2),
            ("path", Some("module")) => {
                let directory = self.instance.module.directory.as_str();
                let directory = if directory.is_empty() { "." } else { directory };
                (Value::text(directory, at), 2)
            }
            ("path", Some("root")) => (Value::text(".", at), 2),
            ("path", Some("cwd")) => (unknown("path.cwd", Type::String, at), 2),
            ("terraform" | "tofu", Some("workspace")) => (Value::text("default", at), 2),
            ("terraform" | "tofu", Some(name)) => {
                let what = format!("terraform.{name}");
                (unknown(&what, Type::Any, at), 2)
            }
            ("self" | "ephemeral", Some(_)) => (unknown(root, Type::Any, at), names.len()),
            (of, Some(name)) => world.reference(self.instance, (of, name, false), third, 2, at)?,
            _ => return Err(nothing()),
        };
        Ok((value, used))
    }

    fn is_taken_for(&self, variable: &str, text: &str) -> Option<bool> {
        // What a module is given is its caller's question.
        if self.instance.parent.is_some() {
            return None;
        }
        let (world, variable) = (self.world, format!("var.{variable}"));
        world.asked.is(world.beside.answers, &variable, text)
    }
}

impl Inside<'_, '_> {
    #[expect(clippy::unused_self, reason = "reads as the others do")]
    fn each(&self, value: Option<&Value>, at: Span) -> Result<Value, Error> {
        let value = value.ok_or_else(|| {
            Error::new(
                "`each` and `count` are known inside of repeated blocks only",
                at,
            )
        })?;
        Ok(value.clone())
    }
}

fn unknown(what: &str, of: Type, at: Span) -> Value {
    let what = Some(what.into());
    let why = Why::NotEvaluated;
    Value::new(Data::Unknown(Unknown { of, why, what }), at)
}

impl<'r> World<'r> {
    /// `local.name`.
    fn local(
        &self,
        instance: &Rc<ModuleInstance<'r>>,
        name: &str,
        at: Span,
    ) -> Result<Value, Error> {
        Self::once(instance, Name::Local(name.to_owned()), at, || {
            let argument = instance
                .local(name)
                .ok_or_else(|| Error::new(format!("there is no local value `{name}`"), at))?;
            let nothing = Repeat::default();
            self.evaluate(&argument.value, instance, &nothing, &Locals::default())
        })
    }

    /// `module.call.output` of a call that is not repeated; none if it is.
    fn output_of_single(
        &self,
        instance: &Rc<ModuleInstance<'r>>,
        call: &str,
        output: &str,
        at: Span,
    ) -> Result<Option<Value>, Error> {
        let Some(instances) = self.module_instances(instance, call, at)? else {
            return Ok(Some(self.not_seen(instance, call, Some(output), at)));
        };
        match instances.as_slice() {
            // That a module has no such output is no matter of names: `try` catches it.
            [one] if one.key == Key::None && one.block("output", &[output]).is_some() => {
                self.output(one, output, at).map(Some)
            }
            _ => Ok(None),
        }
    }

    /// `module.call`: its outputs, or those of each of its instances.
    fn module(
        &self,
        instance: &Rc<ModuleInstance<'r>>,
        call: &str,
        at: Span,
    ) -> Result<Value, Error> {
        Self::once(instance, Name::Call(call.to_owned()), at, || {
            let Some(instances) = self.module_instances(instance, call, at)? else {
                return Ok(self.not_seen(instance, call, None, at));
            };
            let block = instance
                .block("module", &[call])
                .ok_or_else(|| Error::new(format!("there is no module call `{call}`"), at))?;
            let values = instances.iter().map(|one| {
                let blocks = one.module.body.blocks_named("output");
                let outputs = blocks.filter_map(|block| block.labels.first());
                let outputs = outputs.map(|name| {
                    // What one output says is wrong with it is no matter of the others.
                    let value = self.output(one, name, at).unwrap_or_else(|error| {
                        self.tell(&error);
                        unknown(&format!("module.{call}.{name}"), Type::Any, at)
                    });
                    (name.clone(), value)
                });
                (one.key.clone(), Value::object(outputs.collect(), at))
            });
            Ok(super::expansion::together(block, values.collect(), at))
        })
    }

    /// An output of one instance of a module.
    fn output(
        &self,
        instance: &Rc<ModuleInstance<'r>>,
        name: &str,
        at: Span,
    ) -> Result<Value, Error> {
        Self::once(instance, Name::Output(name.to_owned()), at, || {
            let block = instance.block("output", &[name]).ok_or_else(|| {
                let address = &instance.address;
                Error::new(format!("{address} has no output `{name}`"), at)
            })?;
            let Some(value) = block.body.argument("value") else {
                return Err(Error::new(
                    format!("output `{name}` has no value"),
                    block.header,
                ));
            };
            let nothing = Repeat::default();
            let sensitive = block.body.argument("sensitive").is_some_and(|argument| {
                matches!(
                    argument.value.kind,
                    crate::hcl::syntax::ExprKind::Bool(true)
                )
            });
            let value = self.evaluate(&value.value, instance, &nothing, &Locals::default())?;
            Ok(value.marked(sensitive))
        })
    }

    /// What a module gives whose source is not there.
    #[expect(clippy::unused_self, reason = "reads as the others do")]
    fn not_seen(
        &self,
        instance: &ModuleInstance<'r>,
        call: &str,
        output: Option<&str>,
        at: Span,
    ) -> Value {
        let mut what = crate::model::resource::inside(&instance.address, &format!("module.{call}"));
        if let Some(output) = output {
            what.push('.');
            what.push_str(output);
        }
        let data = Data::Unknown(Unknown {
            of: Type::Any,
            why: Why::ModuleNotSeen,
            what: Some(what.into()),
        });
        Value::new(data, at)
    }

    /// A resource or data source, or one attribute of it; and how many names that took, of which the
    /// resource itself takes `own`.
    fn reference(
        &self,
        instance: &Rc<ModuleInstance<'r>>,
        (of, name, is_data): (&str, &str, bool),
        attribute: Option<&str>,
        own: usize,
        at: Span,
    ) -> Result<(Value, usize), Error> {
        let kind = if is_data { "data" } else { "resource" };
        if instance.block(kind, &[of, name]).is_none() {
            let data = if is_data { "data." } else { "" };
            let message = format!("there is no `{data}{of}.{name}` in this module");
            return Err(Error::new(message, at));
        }
        // An attribute that is not written needs nothing else to be worked out.
        if let Some(attribute) = attribute
            && let Some(value) = self.unwritten(instance, (of, name, is_data), attribute, at)
        {
            return Ok((value, own + 1));
        }
        let value = self.resource(instance, (of, name, is_data), at)?;
        Ok((value, own))
    }

    /// An attribute that is not written, of a block that is not repeated.
    fn unwritten(
        &self,
        instance: &Rc<ModuleInstance<'r>>,
        (of, name, is_data): (&str, &str, bool),
        attribute: &str,
        at: Span,
    ) -> Option<Value> {
        if is_data || self.beside.plan.is_some() {
            return None;
        }
        let block = instance.block("resource", &[of, name])?;
        let body = &block.body;
        let is_repeated = body.argument("count").is_some() || body.argument("for_each").is_some();
        let is_written = body.argument(attribute).is_some()
            || body.blocks.iter().any(|block| {
                block.name == attribute || block.labels.first().is_some_and(|one| one == attribute)
            });
        if is_repeated || is_written {
            return None;
        }
        let address = crate::model::resource::inside(&instance.address, &format!("{of}.{name}"));
        let hole = crate::hcl::Hole {
            attribute: Some((address.into(), Arc::from(attribute))),
            why: Why::KnownAfterApply,
            what: None,
        };
        let text = crate::hcl::Text::hole(hole);
        Some(Value::new(Data::Text(text), at))
    }
}
