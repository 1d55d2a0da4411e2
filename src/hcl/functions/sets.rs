//! Functions on sets.
//!
//! Source: Terraform Language, "Collection Functions": "setintersection", "setproduct", "setsubtract",
//! "setunion".
use std::collections::BTreeSet;
use std::sync::Arc;

use super::collections::{check_number, sequence};
use super::{Call, Function, Parameter, ParameterType, ResultType, fingerprint};
use crate::hcl::Error;
use crate::hcl::convert::{convert, set_of, unify};
use crate::hcl::types::Type;
use crate::hcl::value::{Data, Value};

const ANY: Parameter = Parameter::new(ParameterType::Any);
const SET: Parameter = Parameter::new(ParameterType::Set);

pub(super) const FUNCTIONS: &[Function] = &[
    Function::new("setintersection", &[SET], ResultType::Any, intersection).with_more(SET),
    Function::new("setproduct", &[], ResultType::Any, product).with_more(ANY),
    Function::new("setsubtract", &[SET, SET], ResultType::Any, difference),
    Function::new("setunion", &[SET], ResultType::Any, union).with_more(SET),
];

/// Sets of elements of one type.
struct Sets {
    of: Type,
    all: Vec<Vec<Value>>,
}

/// The arguments as sets of one type; or the result, where one of them is not known.
fn of_one_type(call: &Call<'_, '_>) -> Result<Result<Sets, Value>, Error> {
    let mut types = Vec::new();
    for argument in &call.arguments {
        match &argument.data {
            // That is any set without elements.
            Data::Set(Type::Any, all) if all.is_empty() => {}
            Data::Set(of, _) => types.push(of.clone()),
            _ => match argument.any_unknown() {
                Some(because) => return Ok(Err(call.unknown(Type::set(Type::Any), &because))),
                None => return Err(call.error("a set is required")),
            },
        }
    }
    let of = unify(types.into_iter());
    let of = of.ok_or_else(|| call.error("all sets must have elements of one type"))?;
    let whole = Type::set(of.clone());
    let mut all = Vec::new();
    for argument in &call.arguments {
        let set = convert(argument.clone(), &whole).map_err(|error| call.error(error))?;
        all.push(set.elements().unwrap_or_default().to_vec());
    }
    Ok(Ok(Sets { of, all }))
}

fn union(call: Call<'_, '_>) -> Result<Value, Error> {
    let Sets { of, all } = match of_one_type(&call)? {
        Ok(sets) => sets,
        Err(unknown) => return Ok(unknown),
    };
    check_number(&call, all.iter().map(Vec::len).sum())?;
    let all = all.into_iter().flatten().collect();
    Ok(Value::new(set_of(of, all), call.at))
}

fn intersection(call: Call<'_, '_>) -> Result<Value, Error> {
    selection(&call, true)
}

fn difference(call: Call<'_, '_>) -> Result<Value, Error> {
    selection(&call, false)
}

/// The elements of the first set that are in all others, or in none of them.
fn selection(call: &Call<'_, '_>, inside: bool) -> Result<Value, Error> {
    let Sets { of, all } = match of_one_type(call)? {
        Ok(sets) => sets,
        Err(unknown) => return Ok(unknown),
    };
    // An element that is not known may be any other one.
    if let Some(because) = all.iter().flatten().find_map(Value::any_unknown) {
        return Ok(call.unknown(Type::set(of), &because));
    }
    let mut sets = all.into_iter();
    let mut kept = sets.next().unwrap_or_default();
    for set in sets {
        let set: BTreeSet<_> = set.iter().map(fingerprint).collect();
        kept.retain(|one| set.contains(&fingerprint(one)) == inside);
    }
    Ok(Value::new(set_of(of, kept), call.at))
}

fn product(call: Call<'_, '_>) -> Result<Value, Error> {
    if call.arguments.len() < 2 {
        return Err(call.error("at least two arguments are required"));
    }
    let (mut types, mut all, mut total) = (Vec::new(), Vec::new(), 1_usize);
    for argument in &call.arguments {
        let elements = match sequence(&call, argument)? {
            Ok(elements) => elements,
            Err(because) => return Ok(call.unknown(Type::Any, &because)),
        };
        let of = match &argument.data {
            Data::List(of, _) | Data::Set(of, _) => Some(of.clone()),
            _ => unify(elements.iter().map(Value::type_of)),
        };
        let of = of.ok_or_else(|| call.error("all elements must have one type"))?;
        let elements = elements.iter().map(|one| convert(one.clone(), &of));
        let elements = elements.collect::<Result<Vec<_>, _>>();
        let elements = elements.map_err(|error| call.error(error))?;
        total = total.saturating_mul(elements.len());
        types.push(of);
        all.push(elements);
    }
    check_number(&call, total.saturating_mul(all.len()))?;
    let mut rows = Vec::with_capacity(total);
    for number in 0..total {
        // The last list runs fastest.
        let mut rest = number;
        let mut row = Vec::with_capacity(all.len());
        for elements in all.iter().rev() {
            let at = rest % elements.len();
            rest /= elements.len();
            row.extend(elements.get(at).cloned());
        }
        row.reverse();
        rows.push(Value::tuple(row, call.at));
    }
    let of = Type::Tuple(types);
    let is_set = |one: &Value| matches!(one.data, Data::Set(..));
    let data = if call.arguments.iter().any(is_set) {
        set_of(of, rows)
    } else {
        Data::List(of, Arc::new(rows))
    };
    Ok(Value::new(data, call.at))
}
