//! The values of parameters: given, passed by the stack around, one of a few, or the default.

use std::sync::Arc;

use super::call::{Called, called};
use super::text::{joined, split, why_open};
use super::{Found, Name, Scope, World};
use crate::load::cloudformation::Parameter;
use crate::model::source::Span;
use crate::model::value::{Data, Piece, Value, Why};
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
        let parameter = self.world.index.parameter(self.stack, name)?;
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
            return self.listed(parameter, passed);
        }
        let given = world.stack(self.stack);
        let given = given.and_then(|stack| stack.given.get(&*parameter.name));
        self.check_allowed(parameter, given.map(String::as_str));
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
        let only = match parameter.allowed.as_slice() {
            [only] => Some(only.to_string()),
            _ => None,
        };
        match text.or(default).or(only) {
            Some(text) => self.listed(parameter, Value::text(text, at)),
            None => open(Why::ParameterWithoutValue),
        }
    }

    /// Tells of a given value that the template does not allow.
    fn check_allowed(&self, parameter: &Parameter, given: Option<&str>) {
        let is_wrong = |value: &&str| {
            let mut allowed = parameter.allowed.iter();
            !parameter.is_list() && allowed.len() > 0 && !allowed.any(|one| **one == **value)
        };
        if given.as_ref().is_some_and(is_wrong) {
            let allowed: Vec<_> = parameter
                .allowed
                .iter()
                .map(|one| format!("`{one}`"))
                .collect();
            self.world.tell(
                format!(
                    "the value given for parameter `{}` is none of those allowed",
                    parameter.name
                ),
                parameter.at,
                &format!(
                    "CloudFormation refuses it; give one of {}",
                    allowed.join(", ")
                ),
            );
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
        let scope = self.world.scope(*outer, &declared.bound);
        // A function may choose all of them at once.
        let value = if matches!(called(passed), Called::Nothing) {
            scope.value(passed.get(&parameter.name)?)
        } else {
            let all = scope.value(passed);
            match &all.data {
                Data::Map(map) => map.get(&parameter.name)?.clone(),
                _ => all,
            }
        };
        (value.data != Data::Null).then_some(value)
    }

    /// A list parameter takes its elements as one text.
    fn listed(&self, parameter: &Parameter, value: Value<'static>) -> Value<'static> {
        if !parameter.is_list() {
            return value;
        }
        let origin = value.origin;
        let data = match &value.data {
            Data::Text(text) => {
                let elements = text.split(',').map(|one| one.trim().to_owned());
                Data::List(elements.map(|one| Value::text(one, origin)).collect())
            }
            Data::Template(pieces) => {
                if let Some(parts) = split(pieces, ",") {
                    let elements = parts.into_iter().map(|part| joined(trimmed(part), origin));
                    Data::List(elements.collect())
                } else {
                    // A symbol of the stack around, of which not even the number of elements is known.
                    let why = why_open(&value, &|of| self.world.why_open(of));
                    Data::Unknown(why.unwrap_or(Why::ParameterWithoutValue))
                }
            }
            _ => return value,
        };
        Value { data, ..value }
    }
}

/// Pieces without the spaces around them.
fn trimmed(mut pieces: Vec<Piece<'static>>) -> Vec<Piece<'static>> {
    if let Some(Piece::Known(text)) = pieces.first_mut() {
        *text = text.trim_start().to_owned().into();
    }
    if let Some(Piece::Known(text)) = pieces.last_mut() {
        *text = text.trim_end().to_owned().into();
    }
    pieces.retain(|piece| !matches!(piece, Piece::Known(text) if text.is_empty()));
    pieces
}
