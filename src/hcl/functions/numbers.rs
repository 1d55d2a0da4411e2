//! Functions on numbers.
//!
//! Source: Terraform Language, "Numeric Functions".
use std::sync::Arc;

use super::collections::sequence;
use super::{Call, Function, Parameter, ParameterType, ResultType};
use crate::hcl::Error;
use crate::hcl::convert::convert;
use crate::hcl::number::Number;
use crate::hcl::types::Type;
use crate::hcl::value::{Data, Value};

/// The most numbers that `range` makes; so in Terraform.
const LONGEST_RANGE: usize = 1024;

/// The longest text that `parseint` reads.
const LONGEST_NUMBER: usize = 1000;

const ANY: Parameter = Parameter::new(ParameterType::Any);
const NUMBER: Parameter = Parameter::new(ParameterType::Number);

pub(super) const FUNCTIONS: &[Function] = &[
    Function::new("abs", &[NUMBER], ResultType::Number, abs),
    Function::new("ceil", &[NUMBER], ResultType::Number, ceil),
    Function::new("floor", &[NUMBER], ResultType::Number, floor),
    Function::new("log", &[NUMBER, NUMBER], ResultType::Number, log),
    Function::new("max", &[], ResultType::Number, max).with_more(NUMBER),
    Function::new("min", &[], ResultType::Number, min).with_more(NUMBER),
    Function::new("parseint", &[ANY, NUMBER], ResultType::Number, parseint),
    Function::new("pow", &[NUMBER, NUMBER], ResultType::Number, pow),
    Function::new("range", &[], ResultType::Any, range).with_more(NUMBER),
    Function::new("signum", &[NUMBER], ResultType::Number, signum),
    Function::new("sum", &[ANY], ResultType::Number, sum),
];

fn number<'c>(call: &'c Call<'_, '_>, value: &'c Value) -> Result<&'c Number, Error> {
    match &value.data {
        Data::Number(number) => Ok(number),
        _ => Err(call.error("a number is required")),
    }
}

fn numbers<'c>(call: &'c Call<'_, '_>) -> Result<Vec<&'c Number>, Error> {
    let all = call.arguments.iter().map(|one| number(call, one));
    all.collect()
}

fn abs(call: Call<'_, '_>) -> Result<Value, Error> {
    let number = number(&call, call.argument(0))?;
    let number = if number.is_negative() {
        number.negated()
    } else {
        number.clone()
    };
    Ok(Value::number(number, call.at))
}

fn ceil(call: Call<'_, '_>) -> Result<Value, Error> {
    Ok(Value::number(
        number(&call, call.argument(0))?.ceil(),
        call.at,
    ))
}

fn floor(call: Call<'_, '_>) -> Result<Value, Error> {
    Ok(Value::number(
        number(&call, call.argument(0))?.floor(),
        call.at,
    ))
}

/// Terraform works with 53 bits here, too.
fn approximate(call: &Call<'_, '_>, result: f64) -> Result<Value, Error> {
    let number = Number::from_f64(result);
    let number = number.ok_or_else(|| call.error("the result is no finite number"))?;
    Ok(Value::number(number, call.at))
}

fn log(call: Call<'_, '_>) -> Result<Value, Error> {
    let of = number(&call, call.argument(0))?.as_f64();
    let base = number(&call, call.argument(1))?.as_f64();
    approximate(&call, of.ln() / base.ln())
}

fn pow(call: Call<'_, '_>) -> Result<Value, Error> {
    let of = number(&call, call.argument(0))?.as_f64();
    let power = number(&call, call.argument(1))?.as_f64();
    approximate(&call, of.powf(power))
}

fn max(call: Call<'_, '_>) -> Result<Value, Error> {
    let most = numbers(&call)?.into_iter().max();
    let most = most.ok_or_else(|| call.error("at least one number is required"))?;
    Ok(Value::number(most.clone(), call.at))
}

fn min(call: Call<'_, '_>) -> Result<Value, Error> {
    let least = numbers(&call)?.into_iter().min();
    let least = least.ok_or_else(|| call.error("at least one number is required"))?;
    Ok(Value::number(least.clone(), call.at))
}

fn parseint(call: Call<'_, '_>) -> Result<Value, Error> {
    let base = number(&call, call.argument(1))?.as_usize();
    let base = base.filter(|base| (2..=62).contains(base));
    let base = base.ok_or_else(|| call.error("the base must be between 2 and 62"))?;
    let value = call.argument(0);
    let text = match (&value.data, value.any_unknown()) {
        (Data::Text(_), Some(because)) => return Ok(call.unknown(Type::Number, &because)),
        (Data::Text(text), None) => text.known().unwrap_or_default(),
        _ => return Err(call.error("a text is required")),
    };
    let wrong = || call.error(format!("{text:?} is no whole number to the base {base}"));
    let digits = text.strip_prefix(['-', '+']).unwrap_or(text);
    if digits.is_empty() || digits.len() > LONGEST_NUMBER {
        return Err(wrong());
    }
    let mut all = Vec::with_capacity(digits.len());
    for digit in digits.bytes() {
        let digit = match digit {
            b'0'..=b'9' => digit - b'0',
            b'a'..=b'z' => digit - b'a' + 10,
            // Up to 36, upper and lower case are the same.
            b'A'..=b'Z' if base <= 36 => digit - b'A' + 10,
            b'A'..=b'Z' => digit - b'A' + 36,
            _ => return Err(wrong()),
        };
        if usize::from(digit) >= base {
            return Err(wrong());
        }
        all.push(digit);
    }
    let number = Number::from_digits(text.starts_with('-'), &all, base);
    Ok(Value::number(number, call.at))
}

fn range(call: Call<'_, '_>) -> Result<Value, Error> {
    let given = numbers(&call)?;
    let (zero, one) = (Number::from(0_i64), Number::from(1_i64));
    let towards = |start: &Number, end: &Number| {
        if end < start {
            one.negated()
        } else {
            one.clone()
        }
    };
    let (start, end, step) = match given.as_slice() {
        [end] => (&zero, *end, towards(&zero, end)),
        [start, end] => (*start, *end, towards(start, end)),
        [start, end, step] => (*start, *end, (*step).clone()),
        _ => return Err(call.error("one, two or three numbers are required")),
    };
    let (is_down, is_up) = (step.is_negative(), step > zero);
    if (is_up && end < start) || (is_down && end > start) {
        return Err(call.error("the step leads away from the end"));
    }
    let mut all = Vec::new();
    let mut next = start.clone();
    while (is_down && next > *end) || (!is_down && next < *end) {
        if all.len() >= LONGEST_RANGE {
            let message = format!("a range has at most {LONGEST_RANGE} numbers");
            return Err(call.error(message));
        }
        all.push(Value::number(next.clone(), call.at));
        next = next.plus(&step);
    }
    let all = Data::List(Type::Number, Arc::new(all));
    Ok(Value::new(all, call.at))
}

fn signum(call: Call<'_, '_>) -> Result<Value, Error> {
    let number = number(&call, call.argument(0))?.as_i64();
    let number = number.ok_or_else(|| call.error("a whole number is required"))?;
    Ok(Value::number(number.signum(), call.at))
}

fn sum(call: Call<'_, '_>) -> Result<Value, Error> {
    let value = call.argument(0);
    let all = match sequence(&call, value)? {
        Ok(all) => all,
        Err(because) => return Ok(call.unknown(Type::Number, &because)),
    };
    if all.is_empty() {
        return Err(call.error("there is nothing to sum up"));
    }
    let (mut total, mut unknown): (Option<Number>, _) = (None, None);
    for one in all {
        let one = convert(one.clone(), &Type::Number).map_err(|error| call.error(error))?;
        if let Some(because) = one.any_unknown() {
            unknown = unknown.or(Some(because));
            continue;
        }
        let next = number(&call, &one)?;
        total = Some(total.map_or_else(|| next.clone(), |total| total.plus(next)));
    }
    Ok(match (unknown, total) {
        (Some(because), _) => call.unknown(Type::Number, &because),
        (None, total) => Value::number(total.unwrap_or_else(|| Number::from(0_i64)), call.at),
    })
}
