//! The values of parameters: given, passed by the stack around, one of a few, or the default.

use std::sync::Arc;

use super::{Found, Name, Scope, World};
use crate::load::cloudformation::Parameter;
use crate::model::source::Span;
use crate::model::value::{Data, Value, Why};
use crate::model::worlds::Answer;

/// With more allowed values, the default stands for all.
const FEW: usize = 8;

impl World<'_> {
    /// What messages and questions call a parameter or condition of a stack.
    pub(super) fn name_of(&self, stack: usize, name: &str) -> String {
        let prefix = self.stack(stack).map_or("", |stack| &stack.prefix);
        format!("{prefix}{name}")
    }

    /// The value that is taken for granted of something that is asked for.
    pub(super) fn taken_for(&self, name: &str) -> Option<String> {
        match self.beside.answers?.get(name)? {
            Answer::Is(value) => Some(value.clone()),
            Answer::IsNone(_) => None,
        }
    }
}

impl Scope<'_, '_> {
    /// The value of a parameter of this stack; none if it has no such parameter.
    pub(super) fn parameter(&self, name: &str, at: Span) -> Option<Value<'static>> {
        let parameter = *self.world.declared_parameters.get(&(self.stack, name))?;
        let cell = Name::Parameter(Arc::clone(&parameter.name));
        let busy = || {
            let message = format!("parameter `{name}` depends on itself");
            Found::Value(self.world.wrong(message, parameter.at))
        };
        let work = || Found::Value(self.value_of(parameter));
        let found = self.world.once(self.stack, cell, busy, work);
        if self.world.deciding.get() {
            let what = self.world.name_of(self.stack, name);
            self.world.asked.decides(&what);
        }
        let Found::Value(mut value) = found else {
            return None;
        };
        value.origin = at;
        Some(value)
    }

    fn value_of(&self, parameter: &Parameter) -> Value<'static> {
        let (world, at) = (self.world, parameter.at);
        let mut value = self.told(parameter);
        if parameter.no_echo {
            value.sensitive = true;
            world.secrets.borrow_mut().add(&value);
        }
        value.origin = at;
        value
    }

    fn told(&self, parameter: &Parameter) -> Value<'static> {
        let (world, at) = (self.world, parameter.at);
        let name = world.name_of(self.stack, &parameter.name);
        let open = |why| {
            if let Some(resource) = world.outside(self.stack, &parameter.name) {
                resource
            } else if parameter.is_list() {
                Value::new(Data::Unknown(why), at)
            } else {
                world.symbol(&name, why, at)
            }
        };
        if parameter.is_looked_up() {
            return open(Why::DynamicReference);
        }
        if let Some(passed) = self.passed(parameter) {
            return listed(parameter, passed);
        }
        let given = world.stack(self.stack);
        let given = given.and_then(|stack| stack.given.get(&*parameter.name));
        let is_few = (2..=FEW).contains(&parameter.allowed.len());
        let text = given.cloned().or_else(|| {
            let is_asked = is_few && !world.is_context(self.stack);
            if !is_asked || parameter.no_echo || parameter.is_list() {
                return None;
            }
            let allowed = parameter.allowed.iter().map(|value| &**value);
            world.asked.one_of(world.beside.answers, &name, allowed)
        });
        let text = text.or_else(|| world.taken_for(&name));
        let default = parameter.default.as_ref().map(|(text, _)| text.to_string());
        match text.or(default) {
            Some(text) => listed(parameter, Value::text(text, at)),
            None => open(Why::ParameterWithoutValue),
        }
    }

    /// What the stack around passes.
    fn passed(&self, parameter: &Parameter) -> Option<Value<'static>> {
        let (outer, logical_id) = self.world.stack(self.stack)?.parent.as_ref()?;
        let declared = self
            .world
            .resources
            .get(&(*outer, logical_id.as_str().into()))?;
        let passed = declared.node.get("Properties")?.get("Parameters")?;
        let node = passed.get(&parameter.name)?;
        let value = self.world.scope(*outer, &declared.bound).value(node);
        (value.data != Data::Null).then_some(value)
    }
}

/// A list parameter takes its elements as one text.
fn listed(parameter: &Parameter, value: Value<'static>) -> Value<'static> {
    if !parameter.is_list() {
        return value;
    }
    let origin = value.origin;
    match value.data {
        Data::Text(text) => {
            let elements = text.split(',').map(|one| {
                let one = one.trim().to_owned();
                Value::text(one, origin)
            });
            Value::new(Data::List(elements.collect()), origin)
        }
        Data::Template(_) => {
            // A symbol of the stack around, of which not even the number of elements is known.
            Value::new(Data::Unknown(Why::ParameterWithoutValue), origin)
        }
        data => Value::new(data, origin),
    }
}
