//! Variables: what is given for them, else their defaults.
//!
//! Source: Terraform Language, "Input Variables", "Variable Definition Precedence".

use std::rc::Rc;

use super::World;
use super::instance::{ModuleInstance, Name, Repeat};
use crate::hcl::convert::convert;
use crate::hcl::syntax::{Block, ExprKind};
use crate::hcl::{Budget, Data, Error, Evaluator, Locals, Type, Unknown, Value, expression};
use crate::load::terraform::Given;
use crate::model::resource::inside;
use crate::model::source::Span;
use crate::model::value::Why;

impl<'r> World<'r> {
    /// `var.name`.
    pub(super) fn variable(
        &self,
        instance: &Rc<ModuleInstance<'r>>,
        name: &str,
        at: Span,
    ) -> Result<Value, Error> {
        Self::once(instance, Name::Variable(name.to_owned()), at, || {
            let block = instance
                .block("variable", &[name])
                .ok_or_else(|| Error::new(format!("there is no variable `{name}`"), at))?;
            let of = self.type_of(block)?;
            let flag = |argument: &str| {
                let argument = block.body.argument(argument)?;
                match argument.value.kind {
                    ExprKind::Bool(flag) => Some(flag),
                    _ => None,
                }
            };
            let is_typed = block.body.argument("type").is_some();
            let given = self.given(instance, name, is_typed.then_some(&of))?;
            let nullable = flag("nullable").unwrap_or(true);
            let given = given.filter(|value| nullable || !value.is_null());
            let value = match given {
                Some(given) => given,
                None => match block.body.argument("default") {
                    Some(default) => {
                        let nothing = Repeat::default();
                        self.evaluate(&default.value, instance, &nothing, &Locals::default())?
                    }
                    None => self.without_value(instance, block, name, &of),
                },
            };
            let place = value.origin;
            let value = convert(value, &of)
                .map_err(|error| Error::new(format!("variable `{name}`: {error}"), place))?;
            Ok(value.marked(flag("sensitive").unwrap_or(false)))
        })
    }

    /// What a variable is that nobody gives a value.
    fn without_value(
        &self,
        instance: &ModuleInstance<'r>,
        block: &Block,
        name: &str,
        of: &Type,
    ) -> Value {
        let what = inside(&instance.address, &format!("var.{name}"));
        let what_to_do = if instance.parent.is_some() {
            "the call has to pass one"
        } else {
            "give one by `--var`, `--var-file` or a `.tfvars` file, or check a plan"
        };
        self.note(
            format!("variable `{what}` has no value"),
            block.header,
            &format!("what depends on it is not known; {what_to_do}"),
        );
        if *of == Type::Bool
            && instance.parent.is_none()
            && let Some(answer) = self.asked.flag(self.beside.answers, &what)
        {
            return Value::bool(answer, block.header);
        }
        let data = Data::Unknown(Unknown {
            of: of.clone(),
            why: Why::VariableWithoutValue,
            what: Some(what.into()),
        });
        Value::new(data, block.header)
    }

    /// The type of a variable, as it is declared.
    fn type_of(&self, block: &Block) -> Result<Type, Error> {
        let Some(argument) = block.body.argument("type") else {
            return Ok(Type::Any);
        };
        let budget = Budget::default();
        Type::read(
            &argument.value,
            &Evaluator::new(&Nothing, self.files, &budget),
        )
    }

    /// What is given for a variable, which may be declared to be of a type.
    fn given(
        &self,
        instance: &Rc<ModuleInstance<'r>>,
        name: &str,
        of: Option<&Type>,
    ) -> Result<Option<Value>, Error> {
        if let Some((parent, block, repeat)) = &instance.parent {
            let Some(argument) = block.body.argument(name) else {
                return Ok(None);
            };
            let value = self.evaluate(&argument.value, parent, repeat, &Locals::default())?;
            return Ok(Some(value));
        }
        if let Some(plan) = self.beside.plan
            && let Some(value) = plan.variables.get(name)
        {
            return Ok(Some(value.clone()));
        }
        let mut given = self.root.assignments.iter().rev();
        let Some(given) = given.find(|one| one.name == name) else {
            return Ok(None);
        };
        let budget = Budget::default();
        let evaluator = Evaluator::new(&Nothing, self.files, &budget);
        let value = match &given.given {
            Given::Expr(expr) => evaluator.evaluate(expr, &Locals::default())?,
            // `any` is a type: then the text is an expression.
            Given::Text(text) if of.is_none_or(Type::is_primitive) => {
                Value::text(text.as_str(), given.span)
            }
            Given::Text(text) => {
                let expr = expression(text, given.span)?;
                evaluator.evaluate(&expr, &Locals::default())?
            }
        };
        Ok(Some(value))
    }
}

/// Where nothing has a name.
pub(super) struct Nothing;

impl crate::hcl::Scope for Nothing {
    fn lookup(&self, names: &[&str], at: Span) -> Result<(Value, usize), Error> {
        let name = names.join(".");
        let message = format!("`{name}` cannot be used here: only literals and functions can");
        Err(Error::new(message, at))
    }
}
