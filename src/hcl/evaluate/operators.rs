//! Operators between two values.
//!
//! Source: Terraform Language, "Arithmetic and Logical Operators".

use std::collections::BTreeMap;

use super::{Error, unknown_as};
use crate::hcl::convert::convert;
use crate::hcl::syntax::BinaryOperator;
use crate::hcl::types::Type;
use crate::hcl::value::{Data, Piece, Text, Unknown, Value};
use crate::model::source::Span;

pub(super) fn binary(
    operator: BinaryOperator,
    one: Value,
    other: Value,
    at: Span,
) -> Result<Value, Error> {
    let sensitive = one.sensitive || other.sensitive;
    let value = match operator {
        BinaryOperator::Equal | BinaryOperator::NotEqual => {
            let wanted = operator == BinaryOperator::Equal;
            match equal(&one, &other) {
                Ok(is) => Value::bool(is == wanted, at),
                Err(because) => unknown_as(Type::Bool, &because, at),
            }
        }
        BinaryOperator::And | BinaryOperator::Or => logical(operator, one, other, at)?,
        _ => arithmetic(operator, one, other, at)?,
    };
    Ok(value.marked(sensitive))
}

/// Whether two values are the same; what would tell, where that is not known.
pub(in crate::hcl) fn equal(one: &Value, other: &Value) -> Result<bool, Unknown> {
    match (&one.data, &other.data) {
        (Data::Null(_), Data::Null(_)) => Ok(true),
        // The text around a hole is not null; a whole hole may be.
        (Data::Null(_), _) => other.unknown_of().map_or(Ok(false), Err),
        (_, Data::Null(_)) => one.unknown_of().map_or(Ok(false), Err),
        _ => same(one, other),
    }
}

/// [`equal`], of values inside of others: there, nulls of two types are two values.
fn same(one: &Value, other: &Value) -> Result<bool, Unknown> {
    let unknown = || one.any_unknown().or_else(|| other.any_unknown());
    match (&one.data, &other.data) {
        (Data::Null(one), Data::Null(other)) => Ok(one == other),
        (Data::Text(left), Data::Text(right)) => {
            if left == right {
                Ok(true)
            } else if cannot_be_equal(left, right) {
                Ok(false)
            } else {
                unknown().map_or(Ok(false), Err)
            }
        }
        // An attribute of a resource is a text only as far as nothing else is known of it.
        (Data::Unknown(_) | Data::Resource(_), _) | (_, Data::Unknown(_) | Data::Resource(_)) => {
            unknown().map_or(Ok(one == other), Err)
        }
        (Data::Text(_), _) => one.unknown_of().map_or(Ok(false), Err),
        (_, Data::Text(_)) => other.unknown_of().map_or(Ok(false), Err),
        (Data::Tuple(left), Data::Tuple(right)) => all_same(left, right),
        (Data::List(of, left), Data::List(of_other, right)) => {
            if differ(of, of_other) {
                return Ok(false);
            }
            all_same(left, right)
        }
        (Data::Object(left), Data::Object(right)) => all_entries_same(left, right),
        (Data::Map(of, left), Data::Map(of_other, right)) => {
            if differ(of, of_other) {
                return Ok(false);
            }
            all_entries_same(left, right)
        }
        (Data::Set(of, left), Data::Set(of_other, right)) => {
            if differ(of, of_other) {
                return Ok(false);
            }
            // Elements that are not known may turn out to be one.
            unknown().map_or(Ok(left == right), Err)
        }
        _ => Ok(one.data == other.data),
    }
}

/// Whether values of two types are never the same.
fn differ(one: &Type, other: &Type) -> bool {
    one != other && one.is_exact() && other.is_exact()
}

fn all_same(one: &[Value], other: &[Value]) -> Result<bool, Unknown> {
    if one.len() != other.len() {
        return Ok(false);
    }
    every(one.iter().zip(other))
}

fn all_entries_same(
    one: &BTreeMap<String, Value>,
    other: &BTreeMap<String, Value>,
) -> Result<bool, Unknown> {
    if !one.keys().eq(other.keys()) {
        return Ok(false);
    }
    every(one.values().zip(other.values()))
}

/// One pair that differs decides, wherever it stands.
fn every<'v>(pairs: impl Iterator<Item = (&'v Value, &'v Value)>) -> Result<bool, Unknown> {
    let mut unknown = None;
    for (one, other) in pairs {
        match same(one, other) {
            Ok(true) => {}
            Ok(false) => return Ok(false),
            Err(because) => unknown = unknown.or(Some(because)),
        }
    }
    unknown.map_or(Ok(true), Err)
}

/// Whether two texts differ in what is known at their ends.
fn cannot_be_equal(one: &Text, other: &Text) -> bool {
    let begin = |text: &Text| match text.pieces().first() {
        Some(Piece::Literal(text)) => text.clone(),
        _ => String::new(),
    };
    let end = |text: &Text| match text.pieces().last() {
        Some(Piece::Literal(text)) => text.clone(),
        _ => String::new(),
    };
    let (first, second) = (begin(one), begin(other));
    let (last, final_one) = (end(one), end(other));
    let starts = first.starts_with(&second) || second.starts_with(&first);
    let ends = last.ends_with(&final_one) || final_one.ends_with(&last);
    !starts || !ends
}

fn logical(operator: BinaryOperator, one: Value, other: Value, at: Span) -> Result<Value, Error> {
    let one = operand(one, &Type::Bool, at)?;
    let other = operand(other, &Type::Bool, at)?;
    let decides = operator == BinaryOperator::Or;
    Ok(match (&one.data, &other.data) {
        (Data::Bool(flag), _) | (_, Data::Bool(flag)) if *flag == decides => {
            Value::bool(decides, at)
        }
        (Data::Unknown(because), _) | (_, Data::Unknown(because)) => {
            unknown_as(Type::Bool, because, at)
        }
        _ => Value::bool(!decides, at),
    })
}

fn arithmetic(
    operator: BinaryOperator,
    one: Value,
    other: Value,
    at: Span,
) -> Result<Value, Error> {
    let one = operand(one, &Type::Number, at)?;
    let other = operand(other, &Type::Number, at)?;
    let compares = matches!(
        operator,
        BinaryOperator::Less
            | BinaryOperator::LessOrEqual
            | BinaryOperator::Greater
            | BinaryOperator::GreaterOrEqual
    );
    let (one, other) = match (&one.data, &other.data) {
        (Data::Number(one), Data::Number(other)) => (one, other),
        (Data::Unknown(because), _) | (_, Data::Unknown(because)) => {
            let of = if compares { Type::Bool } else { Type::Number };
            return Ok(unknown_as(of, because, at));
        }
        _ => return Err(Error::new("a number is required", at)),
    };
    let by_zero = || Error::new("this divides by zero", at);
    let number = match operator {
        BinaryOperator::Less => return Ok(Value::bool(one < other, at)),
        BinaryOperator::LessOrEqual => return Ok(Value::bool(one <= other, at)),
        BinaryOperator::Greater => return Ok(Value::bool(one > other, at)),
        BinaryOperator::GreaterOrEqual => return Ok(Value::bool(one >= other, at)),
        BinaryOperator::Minus => one.minus(other),
        BinaryOperator::Times => one.times(other),
        BinaryOperator::Divide => one.divided_by(other).ok_or_else(by_zero)?,
        BinaryOperator::Modulo => one.remainder(other),
        _ => one.plus(other),
    };
    if number.is_out_of_bounds() {
        return Err(Error::new("this number is too large", at));
    }
    Ok(Value::number(number, at))
}

fn operand(value: Value, of: &Type, at: Span) -> Result<Value, Error> {
    if value.is_null() {
        return Err(Error::new("an operand must not be null", at));
    }
    convert(value, of).map_err(|error| Error::new(error, at))
}
