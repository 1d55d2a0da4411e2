//! Calls of functions: their arguments, and the two that look at whether an expression can be evaluated.
//!
//! Source: Terraform Language, "Function Calls", "`can` Function", "`try` Function".

use super::{Evaluator, Locals, is_hole, unknown_as};
use crate::hcl::Error;
use crate::hcl::convert::convert;
use crate::hcl::functions::{self, Function, Parameter};
use crate::hcl::syntax::Call;
use crate::hcl::types::Type;
use crate::hcl::value::Value;
use crate::model::source::Span;
use crate::model::value::Why;

impl Evaluator<'_> {
    pub(super) fn call(&self, call: &Call, locals: &Locals<'_>, at: Span) -> Result<Value, Error> {
        // These two look at whether their arguments can be evaluated.
        match call.name.strip_prefix("core::").unwrap_or(&call.name) {
            "try" => return self.first_that_works(call, locals, at),
            "can" => return self.whether_it_works(call, locals, at),
            _ => {}
        }
        let mut arguments = Vec::with_capacity(call.arguments.len());
        for argument in &call.arguments {
            arguments.push(self.evaluate(argument, locals)?);
        }
        if call.name.starts_with("provider::") {
            return Ok(Value::unknown(Type::Any, Why::NotEvaluated, at));
        }
        let Some(function) = functions::find(&call.name) else {
            let message = format!("there is no function `{}`", call.name);
            return Err(Error::new(message, at));
        };
        let mut unknown = None;
        if call.expand {
            let last = arguments.pop();
            let last = last.unwrap_or_else(|| Value::tuple(Vec::new(), at));
            match (last.elements(), last.any_unknown()) {
                (Some(elements), _) if !last.is_unsettled_set() => {
                    let marked = elements.iter().cloned();
                    arguments.extend(marked.map(|one| one.marked(last.sensitive)));
                }
                (_, Some(because)) => unknown = Some(because),
                (_, None) => {
                    return Err(Error::new("what `...` stands after must be a list", at));
                }
            }
        }
        if let Some(because) = unknown {
            return Ok(unknown_as(function.result.as_type(), &because, at));
        }
        self.apply(function, arguments, at)
    }

    /// What a function gives for these arguments.
    fn apply(
        &self,
        function: &'static Function,
        arguments: Vec<Value>,
        at: Span,
    ) -> Result<Value, Error> {
        let (given, needed) = (arguments.len(), function.parameters.len());
        if given < needed || (given > needed && function.variadic.is_none()) {
            let message = format!("`{}` takes {needed} arguments, not {given}", function.name);
            return Err(Error::new(message, at));
        }
        let variadic = function.variadic.iter().cycle();
        let parameters = function.parameters.iter().chain(variadic);
        let (mut converted, mut unknown) = (Vec::with_capacity(given), None);
        let inside = !function.keeps_secrets_inside();
        let mut secrets = arguments.iter();
        let sensitive = secrets.any(|one| one.sensitive || (inside && one.is_sensitive_inside()));
        for (number, (argument, parameter)) in arguments.into_iter().zip(parameters).enumerate() {
            let argument = self.argument(argument, *parameter).map_err(|error| {
                let (name, number) = (function.name, number + 1);
                Error::new(format!("`{name}`, argument {number}: {error}"), at)
            })?;
            if let (Some(because), false) = (argument.unknown_of(), parameter.unknowable) {
                unknown = unknown.or(Some(because));
            }
            converted.push(argument);
        }
        if let Some(because) = unknown {
            let value = unknown_as(function.result.as_type(), &because, at);
            return Ok(value.marked(sensitive));
        }
        let value = (function.body)(functions::Call {
            arguments: converted,
            evaluator: self,
            at,
        })?;
        let value = self.charged(value, at)?;
        Ok(Value {
            origin: at,
            ..value
        }
        .marked(sensitive && !function.decides_on_secrets()))
    }

    #[expect(clippy::unused_self, reason = "reads as the others do")]
    fn argument(&self, argument: Value, parameter: Parameter) -> Result<Value, String> {
        if argument.is_null() && !parameter.nullable {
            return Err("must not be null".to_owned());
        }
        convert(argument, &parameter.of.as_type())
    }

    fn first_that_works(&self, call: &Call, locals: &Locals<'_>, at: Span) -> Result<Value, Error> {
        for argument in &call.arguments {
            match self.evaluate(argument, locals) {
                // What depends on what is not known may fail once it is: then another one counts.
                Ok(value) if value.is_known() || call.arguments.len() == 1 => return Ok(value),
                Ok(value) => {
                    let Some(because) = value.any_unknown() else {
                        return Ok(value);
                    };
                    let is_reference = value.unknown_of().is_none() || is_hole(&value);
                    return Ok(if is_reference {
                        value
                    } else {
                        unknown_as(Type::Any, &because, at)
                    });
                }
                Err(error) if self.budget.steps.get() == 0 || error.is_missing_name => {
                    return Err(error);
                }
                Err(_) => {}
            }
        }
        Err(Error::new("no argument of `try` can be evaluated", at))
    }

    fn whether_it_works(&self, call: &Call, locals: &Locals<'_>, at: Span) -> Result<Value, Error> {
        let [argument] = call.arguments.as_slice() else {
            return Err(Error::new("`can` takes 1 argument", at));
        };
        Ok(match self.evaluate(argument, locals) {
            Ok(value) => match value.unknown_of() {
                Some(because) if !is_hole(&value) => unknown_as(Type::Bool, &because, at),
                _ => Value::bool(true, at),
            },
            Err(error) if self.budget.steps.get() == 0 || error.is_missing_name => {
                return Err(error);
            }
            Err(_) => Value::bool(false, at),
        })
    }
}
