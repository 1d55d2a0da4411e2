//! Expressions to values.
//!
//! Source: HCL Native Syntax Specification, "Expressions"; Terraform Language, "Expressions".

mod access;
mod calls;
pub(super) mod operators;
mod templates;

use std::cell::Cell;
use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use super::Error;
use super::convert::{convert, unify};
use super::functions::Files;
use super::syntax::{BinaryOperator, Expr, ExprKind, For, UnaryOperator};
use super::types::Type;
use super::value::{Data, Unknown, Value};
use crate::model::source::Span;

/// Expressions inside expressions, local values behind local values: deeper ones are refused.
const DEEPEST: usize = 1_000;

/// Steps of one evaluation, each about one expression or one element made: more are refused.
const STEPS: u64 = 20_000_000;

/// The most elements of a value, with those of its elements: larger ones are refused.
const LARGEST: usize = 2_000_000;

/// The deepest that values are nested.
const NESTED: usize = 500;

/// The longest text, in bytes, that is made.
const LONGEST: usize = 24 << 20;

/// So many bytes of a text are one step.
const BYTES: usize = 64;

/// What names stand for.
pub trait Scope {
    /// What a name leads to, and how many of `names` that took: `["var", "x", "y"]` leads to the value of
    /// `var.x`, with 2. `names` holds the root and as many names as follow it with dots, up to five.
    ///
    /// # Errors
    /// That nothing has this name.
    fn lookup(&self, names: &[&str], at: Span) -> Result<(Value, usize), Error>;

    /// Whether a variable that is not known is taken to be this text.
    fn is_taken_for(&self, _variable: &str, _text: &str) -> Option<bool> {
        None
    }
}

/// What `for` expressions and templates bind.
#[derive(Debug, Default)]
pub struct Locals<'l> {
    bound: Vec<(&'l str, Value)>,
    outer: Option<&'l Locals<'l>>,
}

impl<'l> Locals<'l> {
    /// Names bound inside of others.
    #[must_use]
    pub fn inside(outer: &'l Self, bound: Vec<(&'l str, Value)>) -> Self {
        let outer = Some(outer);
        Self { bound, outer }
    }

    fn get(&self, name: &str) -> Option<&Value> {
        let own = self.bound.iter().rev().find(|(bound, _)| *bound == name);
        match own {
            Some((_, value)) => Some(value),
            None => self.outer?.get(name),
        }
    }
}

/// What is left of the steps and the depth of one evaluation.
#[derive(Debug)]
pub struct Budget {
    depth: Cell<usize>,
    steps: Cell<u64>,
}

impl Default for Budget {
    fn default() -> Self {
        Self {
            depth: Cell::new(DEEPEST),
            steps: Cell::new(STEPS),
        }
    }
}

impl Budget {
    /// Takes steps off.
    ///
    /// # Errors
    /// That too few are left.
    pub fn spend(&self, steps: usize, at: Span) -> Result<(), Error> {
        let left = u64::try_from(steps)
            .ok()
            .and_then(|steps| self.steps.get().checked_sub(steps));
        let left = left.ok_or_else(|| Error::new("this takes too long to be worked out", at))?;
        self.steps.set(left);
        Ok(())
    }
}

/// Works expressions out.
#[derive(Clone, Copy)]
pub struct Evaluator<'e> {
    scope: &'e dyn Scope,
    files: &'e dyn Files,
    budget: &'e Budget,
}

impl fmt::Debug for Evaluator<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Evaluator").finish_non_exhaustive()
    }
}

impl<'e> Evaluator<'e> {
    /// One that asks `scope` for names and `files` for files.
    #[must_use]
    pub fn new(scope: &'e dyn Scope, files: &'e dyn Files, budget: &'e Budget) -> Self {
        Self {
            scope,
            files,
            budget,
        }
    }

    /// The files that functions may read.
    #[must_use]
    pub fn files(&self) -> &'e dyn Files {
        self.files
    }

    /// The same with other names.
    #[must_use]
    pub fn with_scope<'o>(&self, scope: &'o dyn Scope) -> Evaluator<'o>
    where
        'e: 'o,
    {
        Evaluator {
            scope,
            files: self.files,
            budget: self.budget,
        }
    }

    /// The value of an expression.
    ///
    /// # Errors
    /// What Terraform would refuse, and what would take too long.
    pub fn evaluate(&self, expr: &Expr, locals: &Locals<'_>) -> Result<Value, Error> {
        let left =
            self.budget.depth.get().checked_sub(1).ok_or_else(|| {
                Error::new("this is nested too deeply to be worked out", expr.span)
            })?;
        self.spend(1, expr.span)?;
        self.budget.depth.set(left);
        let value = self.value(expr, locals);
        self.budget.depth.set(left + 1);
        value
    }

    /// Takes steps off the budget: one for each element that is made.
    ///
    /// # Errors
    /// That too few are left.
    pub fn spend(&self, steps: usize, at: Span) -> Result<(), Error> {
        self.budget.spend(steps, at)
    }

    /// The same value, when what it is made of was taken off the budget. A value can hold another one many
    /// times without a copy of it: what is written, searched or compared is all of it.
    fn charged(&self, value: Value, at: Span) -> Result<Value, Error> {
        let mut left = LARGEST;
        if !counts(&value, NESTED, &mut left) {
            return Err(Error::new("this makes a value that is too large", at));
        }
        let all = LARGEST - left;
        let top = value.elements().map_or(1, <[Value]>::len);
        self.spend(top + all / 16, at)?;
        if let Data::Text(text) = &value.data {
            self.spend(templates::size(text) / BYTES, at)?;
        }
        Ok(value)
    }

    fn value(&self, expr: &Expr, locals: &Locals<'_>) -> Result<Value, Error> {
        let at = expr.span;
        match &expr.kind {
            ExprKind::Null => Ok(Value::null(at)),
            ExprKind::Bool(flag) => Ok(Value::bool(*flag, at)),
            ExprKind::Number(number) => Ok(Value::number(number.clone(), at)),
            ExprKind::Text(text) => Ok(Value::text(text.as_str(), at)),
            ExprKind::Template(parts) => self.template(parts, locals, at),
            ExprKind::Variable(_)
            | ExprKind::Attribute(..)
            | ExprKind::Index(..)
            | ExprKind::Splat(..) => self.reference(expr, locals),
            ExprKind::Tuple(elements) => {
                let elements = elements.iter().map(|one| self.evaluate(one, locals));
                self.charged(Value::tuple(elements.collect::<Result<_, _>>()?, at), at)
            }
            ExprKind::Object(entries) => self.object(entries, locals, at),
            ExprKind::Call(call) => self.call(call, locals, at),
            ExprKind::Conditional(three) => self.conditional(three, locals, at),
            ExprKind::Unary(operator, operand) => {
                let operand = self.evaluate(operand, locals)?;
                Self::unary(*operator, operand, at)
            }
            ExprKind::Binary(operator, two) => {
                let [one, other] = two.as_ref();
                let left = self.evaluate(one, locals)?;
                let right = self.evaluate(other, locals)?;
                match self.taken_for(*operator, (one, &left), (other, &right)) {
                    Some(is) => Ok(Value::bool(is, at).marked(left.sensitive || right.sensitive)),
                    None => operators::binary(*operator, left, right, at),
                }
            }
            ExprKind::For(run) => self.run(run, locals, at),
        }
    }

    /// What a comparison of an unknown variable with a text is taken to give. What is made of the variable is
    /// another question.
    fn taken_for(
        &self,
        operator: BinaryOperator,
        one: (&Expr, &Value),
        other: (&Expr, &Value),
    ) -> Option<bool> {
        let wanted = match operator {
            BinaryOperator::Equal => true,
            BinaryOperator::NotEqual => false,
            _ => return None,
        };
        let (variable, text) = match (one.1.as_str(), other.1.as_str()) {
            (Some(text), None) => (other, text),
            (None, Some(text)) => (one, text),
            _ => return None,
        };
        let ExprKind::Attribute(root, name) = &variable.0.kind else {
            return None;
        };
        let is_variable = matches!(&root.kind, ExprKind::Variable(root) if root == "var");
        let is_open = is_variable && variable.1.unknown_of().is_some();
        Some(is_open.then(|| self.scope.is_taken_for(name, text))?? == wanted)
    }

    fn unary(operator: UnaryOperator, operand: Value, at: Span) -> Result<Value, Error> {
        let of = match operator {
            UnaryOperator::Not => Type::Bool,
            UnaryOperator::Negate => Type::Number,
        };
        let sensitive = operand.sensitive;
        let operand = convert(operand, &of).map_err(|error| Error::new(error, at))?;
        let data = match (operator, operand.data) {
            (UnaryOperator::Not, Data::Bool(flag)) => Data::Bool(!flag),
            (UnaryOperator::Negate, Data::Number(number)) => Data::Number(number.negated()),
            (_, unknown @ Data::Unknown(_)) => unknown,
            _ => return Err(Error::new("the operand must not be null", at)),
        };
        Ok(Value::new(data, at).marked(sensitive))
    }

    fn object(
        &self,
        written: &[(Expr, Expr)],
        locals: &Locals<'_>,
        at: Span,
    ) -> Result<Value, Error> {
        let (mut entries, mut sensitive, mut unknown) = (BTreeMap::new(), false, None);
        for (key, value) in written {
            let named = self.evaluate(key, locals)?;
            let value = self.evaluate(value, locals)?;
            sensitive |= named.sensitive;
            let named = convert(named, &Type::String);
            let named = named.map_err(|error| Error::new(format!("key: {error}"), key.span))?;
            match (named.as_str(), named.any_unknown()) {
                (Some(name), _) => {
                    entries.insert(name.to_owned(), value);
                }
                (None, Some(because)) => unknown = Some(because),
                (None, None) => return Err(Error::new("a key must not be null", key.span)),
            }
        }
        let value = match unknown {
            Some(because) => unknown_as(Type::Any, &because, at),
            None => Value::object(entries, at),
        };
        Ok(self.charged(value, at)?.marked(sensitive))
    }

    fn conditional(
        &self,
        three: &[Expr; 3],
        locals: &Locals<'_>,
        at: Span,
    ) -> Result<Value, Error> {
        let [condition, yes, no] = three;
        let place = condition.span;
        let condition = self.evaluate(condition, locals)?;
        let (yes, no) = (self.evaluate(yes, locals), self.evaluate(no, locals));
        let sensitive = condition.sensitive;
        let condition = convert(condition, &Type::Bool)
            .map_err(|error| Error::new(format!("condition: {error}"), place))?;
        // The other arm is evaluated as well, and its type counts; that it fails does not.
        let (chosen, other) = match condition.data {
            Data::Bool(true) => (yes?, self.unless_fatal(no)?),
            Data::Bool(false) => (no?, self.unless_fatal(yes)?),
            Data::Unknown(because) => {
                let (yes, no) = (self.unless_fatal(yes)?, self.unless_fatal(no)?);
                let (Some(yes), Some(no)) = (yes, no) else {
                    return Ok(unknown_as(Type::Any, &because, at).marked(sensitive));
                };
                if yes == no {
                    return Ok(yes.marked(sensitive));
                }
                let of = unify([yes.type_of(), no.type_of()].into_iter());
                let value = unknown_as(of.unwrap_or(Type::Any), &because, at);
                return Ok(value.marked(sensitive || yes.sensitive || no.sensitive));
            }
            _ => return Err(Error::new("the condition must not be null", place)),
        };
        let Some(other) = other else {
            return Ok(chosen.marked(sensitive));
        };
        let types = [chosen.type_of(), other.type_of()];
        let of = unify(types.into_iter())
            .ok_or_else(|| Error::new("the two results of a condition must have one type", at))?;
        let chosen = convert(chosen, &of).map_err(|error| Error::new(error, at))?;
        Ok(chosen.marked(sensitive))
    }

    /// What was evaluated; none, if it failed in a way that the language can pass over.
    fn unless_fatal(&self, value: Result<Value, Error>) -> Result<Option<Value>, Error> {
        match value {
            Err(error) if self.budget.steps.get() == 0 || error.is_missing_name => Err(error),
            value => Ok(value.ok()),
        }
    }

    fn run(&self, run: &For, locals: &Locals<'_>, at: Span) -> Result<Value, Error> {
        let collection = self.evaluate(&run.collection, locals)?;
        let sensitive = collection.sensitive;
        let Some(pairs) = pairs(&collection) else {
            return match collection.any_unknown() {
                Some(because) => Ok(unknown_as(Type::Any, &because, at).marked(sensitive)),
                None if collection.is_null() => Err(Error::new(
                    "a null value cannot be run over",
                    run.collection.span,
                )),
                None => Err(Error::new(
                    "only lists, sets, maps, tuples and objects can be run over",
                    run.collection.span,
                )),
            };
        };
        let (mut elements, mut unknown) = (Vec::new(), None);
        let mut entries: BTreeMap<String, Vec<Value>> = BTreeMap::new();
        let mut sensitive_keys = false;
        for (key, value) in pairs {
            let value = value.marked(sensitive);
            let mut bound = vec![(run.value_name.as_str(), value)];
            if let Some(name) = &run.key_name {
                bound.push((name.as_str(), key.marked(sensitive)));
            }
            let inner = Locals::inside(locals, bound);
            if let Some(condition) = &run.condition {
                let kept = self.evaluate(condition, &inner)?;
                let kept = convert(kept, &Type::Bool)
                    .map_err(|error| Error::new(format!("condition: {error}"), condition.span))?;
                match kept.data {
                    Data::Bool(true) => {}
                    Data::Bool(false) => continue,
                    Data::Unknown(because) => {
                        unknown = Some(because);
                        continue;
                    }
                    _ => return Err(Error::new("a condition must not be null", condition.span)),
                }
            }
            let value = self.evaluate(&run.value, &inner)?;
            let Some(key) = &run.key else {
                elements.push(value);
                continue;
            };
            let place = key.span;
            let key = self.evaluate(key, &inner)?;
            sensitive_keys |= key.sensitive;
            let key = convert(key, &Type::String)
                .map_err(|error| Error::new(format!("key: {error}"), place))?;
            match (key.as_str(), key.any_unknown()) {
                (Some(name), _) => {
                    let known = entries.entry(name.to_owned()).or_default();
                    if !known.is_empty() && !run.grouping {
                        let message = format!("two elements have the key {name:?}");
                        return Err(Error::new(message, place));
                    }
                    known.push(value);
                }
                (None, Some(because)) => unknown = Some(because),
                (None, None) => return Err(Error::new("a key must not be null", place)),
            }
        }
        let value = match (unknown, &run.key) {
            (Some(because), _) => unknown_as(Type::Any, &because, at),
            (None, None) => Value::tuple(elements, at),
            (None, Some(_)) => {
                let entries = entries.into_iter().filter_map(|(name, mut values)| {
                    Some(if run.grouping {
                        (name, Value::tuple(values, at))
                    } else {
                        (name, values.pop()?)
                    })
                });
                Value::object(entries.collect(), at)
            }
        };
        Ok(self.charged(value, at)?.marked(sensitive_keys))
    }
}

/// A value that is not known, since something else is not.
pub(super) fn unknown_as(of: Type, because: &Unknown, at: Span) -> Value {
    let data = Data::Unknown(Unknown {
        of,
        ..because.clone()
    });
    Value::new(data, at)
}

fn is_hole(value: &Value) -> bool {
    matches!(value.data, Data::Text(_))
}

/// The keys and elements of a collection; none if it is none, or nothing is known of it.
fn pairs(collection: &Value) -> Option<Vec<(Value, Value)>> {
    let at = collection.origin;
    if collection.is_unsettled_set() {
        return None;
    }
    Some(match &collection.data {
        Data::Tuple(all) | Data::List(_, all) => {
            let all = all.iter().enumerate();
            all.map(|(key, one)| (Value::number(key, at), one.clone()))
                .collect()
        }
        Data::Set(_, all) => all.iter().map(|one| (one.clone(), one.clone())).collect(),
        Data::Object(all) | Data::Map(_, all) => {
            let all = all.iter();
            all.map(|(key, one)| (Value::text(key.as_str(), at), one.clone()))
                .collect()
        }
        _ => return None,
    })
}

/// Counts down what a value is made of: its elements and theirs, and each 64 bytes of a text. False if that
/// is more than `left`, or nested more than `depth` times.
fn counts(value: &Value, depth: usize, left: &mut usize) -> bool {
    let cost = match &value.data {
        Data::Text(text) => {
            let pieces = text.pieces().iter().map(|piece| match piece {
                super::value::Piece::Literal(text) => 1 + text.len() / 64,
                super::value::Piece::Hole(_) => 1,
            });
            pieces.sum::<usize>()
        }
        _ => 1,
    };
    let (Some(rest), Some(depth)) = (left.checked_sub(cost), depth.checked_sub(1)) else {
        return false;
    };
    *left = rest;
    let mut all = |one: &Value| counts(one, depth, left);
    match &value.data {
        Data::Tuple(elements) | Data::List(_, elements) | Data::Set(_, elements) => {
            elements.iter().all(all)
        }
        Data::Object(entries) | Data::Map(_, entries) => entries.values().all(all),
        Data::Resource(instance) => instance.attributes.values().all(&mut all),
        _ => true,
    }
}

/// The type of the elements of a list that has none of its own.
fn one_type(elements: &Arc<Vec<Value>>) -> Type {
    unify(elements.iter().map(Value::type_of)).unwrap_or(Type::Any)
}
