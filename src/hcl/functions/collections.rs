//! Functions that ask something of a collection: `alltrue`, `anytrue`, `contains`, `index`, `length`.
//!
//! Source: Terraform Language, "Collection Functions".
use unicode_segmentation::UnicodeSegmentation as _;

use super::{Call, Function, Parameter, ParameterType, ResultType};
use crate::hcl::Error;
use crate::hcl::evaluate::operators::equal;
use crate::hcl::types::Type;
use crate::hcl::value::{Data, Unknown, Value};

/// The most elements that a function makes.
const MOST: usize = 1_000_000;

const ANY: Parameter = Parameter::new(ParameterType::Any);
/// What elements are compared with: it may be the very thing that an element is, known or not.
const OTHER: Parameter = ANY.unknowable();
const BOOLS: Parameter = Parameter::new(ParameterType::Bools);

pub(super) const FUNCTIONS: &[Function] = &[
    Function::new("alltrue", &[BOOLS], ResultType::Bool, all_true),
    Function::new("anytrue", &[BOOLS], ResultType::Bool, any_true),
    Function::new("contains", &[ANY, OTHER], ResultType::Bool, contains),
    Function::new("index", &[ANY, OTHER], ResultType::Number, index),
    Function::new("length", &[ANY.unknowable()], ResultType::Number, length),
];

/// The elements of a tuple, list or set, in their order; or why they are not known.
pub(super) fn sequence<'v>(
    call: &Call<'_, '_>,
    value: &'v Value,
) -> Result<Result<&'v [Value], Unknown>, Error> {
    match (value.elements(), value.any_unknown()) {
        (Some(_), Some(because)) if value.is_unsettled_set() => Ok(Err(because)),
        (Some(all), _) => Ok(Ok(all)),
        // What is no list at all is known not to be one.
        (None, Some(because)) if value.unknown_of().is_some() || is_resource(value) => {
            Ok(Err(because))
        }
        _ => {
            let of = value.type_of();
            Err(call.error(format!("a list, tuple or set is required, not: {of}")))
        }
    }
}

/// [`sequence`], of what is no set: the elements of a set have no numbers.
pub(super) fn numbered<'v>(
    call: &Call<'_, '_>,
    value: &'v Value,
) -> Result<Result<&'v [Value], Unknown>, Error> {
    match &value.data {
        Data::Set(..) => Err(call.error("a list or tuple is required, not a set")),
        _ => sequence(call, value),
    }
}

/// Refuses more elements than a function makes.
pub(super) fn check_number(call: &Call<'_, '_>, number: usize) -> Result<(), Error> {
    if number > MOST {
        return Err(call.error(format!("this makes more than {MOST} elements")));
    }
    Ok(())
}

fn is_resource(value: &Value) -> bool {
    matches!(value.data, Data::Resource(_))
}

fn all_true(call: Call<'_, '_>) -> Result<Value, Error> {
    quantified(&call, false)
}

fn any_true(call: Call<'_, '_>) -> Result<Value, Error> {
    quantified(&call, true)
}

/// Whether an element decides; null counts as false.
fn quantified(call: &Call<'_, '_>, decides: bool) -> Result<Value, Error> {
    let all = match sequence(call, call.argument(0))? {
        Ok(all) => all,
        Err(because) => return Ok(call.unknown(Type::Bool, &because)),
    };
    let mut unknown = None;
    for one in all {
        match &one.data {
            Data::Bool(flag) if *flag == decides => return Ok(Value::bool(decides, call.at)),
            Data::Null(_) if !decides => return Ok(Value::bool(false, call.at)),
            _ => unknown = unknown.or_else(|| one.any_unknown()),
        }
    }
    Ok(match unknown {
        Some(because) => call.unknown(Type::Bool, &because),
        None => Value::bool(!decides, call.at),
    })
}

fn contains(call: Call<'_, '_>) -> Result<Value, Error> {
    let (searched, wanted) = (call.argument(0), call.argument(1));
    // In which order the elements stand does not matter here.
    let all = match (searched.elements(), sequence(&call, searched)?) {
        (Some(all), _) | (None, Ok(all)) => all,
        (None, Err(because)) => return Ok(call.unknown(Type::Bool, &because)),
    };
    call.evaluator.spend(all.len(), call.at)?;
    let mut unknown = None;
    for one in all {
        match equal(one, wanted) {
            Ok(true) => return Ok(Value::bool(true, call.at)),
            Ok(false) => {}
            Err(because) => unknown = unknown.or(Some(because)),
        }
    }
    Ok(match unknown {
        Some(because) => call.unknown(Type::Bool, &because),
        None => Value::bool(false, call.at),
    })
}

fn index(call: Call<'_, '_>) -> Result<Value, Error> {
    let all = match numbered(&call, call.argument(0))? {
        Ok(all) => all,
        Err(because) => return Ok(call.unknown(Type::Number, &because)),
    };
    call.evaluator.spend(all.len(), call.at)?;
    for (at, one) in all.iter().enumerate() {
        match equal(one, call.argument(1)) {
            Ok(true) => return Ok(Value::number(at, call.at)),
            Ok(false) => {}
            Err(because) => return Ok(call.unknown(Type::Number, &because)),
        }
    }
    Err(call.error("no element has this value"))
}

fn length(call: Call<'_, '_>) -> Result<Value, Error> {
    let value = call.argument(0);
    let number = match &value.data {
        Data::Text(text) => text.known().map(|text| text.graphemes(true).count()),
        Data::Set(..) if value.is_unsettled_set() => None,
        Data::Tuple(all) | Data::List(_, all) | Data::Set(_, all) => Some(all.len()),
        Data::Object(all) | Data::Map(_, all) => Some(all.len()),
        Data::Unknown(unknown) => match &unknown.of {
            Type::Tuple(all) => Some(all.len()),
            Type::Object(all) => Some(all.len()),
            Type::Bool | Type::Number => return Err(no_length(&call)),
            _ => None,
        },
        Data::Resource(_) => None,
        Data::Null(_) | Data::Bool(_) | Data::Number(_) => return Err(no_length(&call)),
    };
    Ok(match (number, value.any_unknown()) {
        (None, Some(because)) => call.unknown(Type::Number, &because),
        (number, _) => Value::number(number.unwrap_or_default(), call.at),
    })
}

fn no_length(call: &Call<'_, '_>) -> Error {
    call.error("only a text or a collection has a length")
}
