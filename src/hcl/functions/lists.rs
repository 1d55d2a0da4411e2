//! Functions that make lists of lists, or take an element of one.
//!
//! Source: Terraform Language, "Collection Functions".
use std::collections::BTreeSet;
use std::ops::Range;
use std::sync::Arc;

use super::collections::{check_number, numbered, sequence};
use super::{Call, Function, Parameter, ParameterType, ResultType, fingerprint};
use crate::hcl::Error;
use crate::hcl::convert::{convert, unify};
use crate::hcl::evaluate::operators::equal;
use crate::hcl::types::Type;
use crate::hcl::value::{Data, Piece, Unknown, Value};

const ANY: Parameter = Parameter::new(ParameterType::Any);
const LIST: Parameter = Parameter::new(ParameterType::List);
const NUMBER: Parameter = Parameter::new(ParameterType::Number);
const STRINGS: Parameter = Parameter::new(ParameterType::Strings);

/// The longest slice of an unknown list of which the elements are told apart.
const MOST_UNKNOWN: usize = 1000;

/// Of any number of values, null and unknown ones among them.
const ALTERNATIVES: Parameter = ANY.nullable().unknowable();

pub(super) const FUNCTIONS: &[Function] = &[
    Function::new("chunklist", &[LIST, NUMBER], ResultType::Any, chunklist),
    Function::new("coalesce", &[], ResultType::Any, coalesce).with_more(ALTERNATIVES),
    Function::new("coalescelist", &[], ResultType::Any, coalescelist).with_more(ALTERNATIVES),
    Function::new("compact", &[STRINGS], ResultType::Strings, compact),
    Function::new("concat", &[], ResultType::Any, concat).with_more(ANY),
    Function::new("distinct", &[LIST], ResultType::Any, distinct),
    Function::new("element", &[ANY, NUMBER], ResultType::Any, element),
    Function::new("flatten", &[ANY], ResultType::Any, flatten),
    Function::new("matchkeys", &[LIST, LIST, LIST], ResultType::Any, matchkeys),
    Function::new("one", &[ANY], ResultType::Any, one),
    Function::new("reverse", &[ANY], ResultType::Any, reverse),
    Function::new(
        "slice",
        &[ANY.unknowable(), NUMBER, NUMBER],
        ResultType::Any,
        slice,
    ),
    Function::new("sort", &[STRINGS], ResultType::Strings, sort),
];

/// A list of the elements of another one: of the same type.
fn list_like(call: &Call<'_, '_>, other: &Value, all: Vec<Value>) -> Value {
    match &other.data {
        Data::List(of, _) | Data::Set(of, _) => list(call, of.clone(), all),
        _ => Value::tuple(all, call.at),
    }
}

fn list(call: &Call<'_, '_>, of: Type, all: Vec<Value>) -> Value {
    Value::new(Data::List(of, Arc::new(all)), call.at)
}

/// An argument as a whole number.
fn whole(call: &Call<'_, '_>, argument: usize) -> Result<i64, Error> {
    match &call.argument(argument).data {
        Data::Number(number) => number.as_i64(),
        _ => None,
    }
    .ok_or_else(|| call.error("a whole number is required"))
}

fn chunklist(call: Call<'_, '_>) -> Result<Value, Error> {
    let value = call.argument(0);
    let of = value.type_of();
    let all = match sequence(&call, value)? {
        Ok(all) => all,
        Err(because) => return Ok(call.unknown(Type::list(of), &because)),
    };
    let size = usize::try_from(whole(&call, 1)?)
        .map_err(|_| call.error("the size must not be negative"))?;
    let chunks = if size == 0 && !all.is_empty() {
        vec![value.clone()]
    } else {
        let chunks = all.chunks(size.max(1));
        chunks
            .map(|chunk| list_like(&call, value, chunk.to_vec()))
            .collect()
    };
    Ok(list(&call, of, chunks))
}

fn coalesce(call: Call<'_, '_>) -> Result<Value, Error> {
    let types = call.arguments.iter().map(Value::type_of);
    let of = unify(types).filter(|_| !call.arguments.is_empty());
    let mut of = of.ok_or_else(|| call.error("all arguments must have one type"))?;
    let is_untyped_null = |one: &Value| one.data == Data::Null(Type::Any);
    if !of.is_primitive() && call.arguments.iter().any(is_untyped_null) {
        of = Type::Any;
    }
    for argument in &call.arguments {
        if argument.is_null() {
            continue;
        }
        let value = convert(argument.clone(), &of).map_err(|error| call.error(error))?;
        if let Some(because) = may_be_empty(&value) {
            return Ok(call.unknown(of, &because));
        }
        if of == Type::String && value.as_str() == Some("") {
            continue;
        }
        // An argument that turns out to be a text would make one of this, too.
        let others = call.arguments.iter().filter_map(Value::unknown_of);
        let mut open = others.filter(|other| other.of == Type::Any && of != Type::String);
        return Ok(match open.next() {
            Some(because) => call.unknown(Type::Any, &because),
            None => value,
        });
    }
    Err(call.error("all arguments are null or empty texts"))
}

/// What would tell whether a value is null or an empty text.
fn may_be_empty(value: &Value) -> Option<Unknown> {
    match &value.data {
        Data::Unknown(unknown) => Some(unknown.clone()),
        Data::Text(text) => {
            let mut pieces = text.pieces().iter();
            let is_some = pieces.any(|piece| matches!(piece, Piece::Literal(_)));
            (!is_some).then(|| value.any_unknown())?
        }
        _ => None,
    }
}

fn coalescelist(call: Call<'_, '_>) -> Result<Value, Error> {
    let required = || call.error("all arguments must be lists or tuples");
    let mut first = None;
    for argument in &call.arguments {
        match &argument.data {
            Data::Tuple(all) | Data::List(_, all) => {
                first = first.or((!all.is_empty()).then_some(argument));
            }
            Data::Null(_) => {}
            _ => {
                let because = argument.any_unknown().ok_or_else(required)?;
                let of = Type::Any;
                return Ok(first.cloned().unwrap_or_else(|| call.unknown(of, &because)));
            }
        }
    }
    let first = first.ok_or_else(|| call.error("all arguments are empty"))?;
    Ok(first.clone())
}

fn compact(call: Call<'_, '_>) -> Result<Value, Error> {
    let of = Type::list(Type::String);
    let all = match sequence(&call, call.argument(0))? {
        Ok(all) => all,
        Err(because) => return Ok(call.unknown(of, &because)),
    };
    let mut kept = Vec::with_capacity(all.len());
    for one in all {
        if one.is_null() || one.as_str() == Some("") {
            continue;
        }
        if let Some(because) = may_be_empty(one) {
            return Ok(call.unknown(of, &because));
        }
        kept.push(one.clone());
    }
    Ok(list(&call, Type::String, kept))
}

fn concat(call: Call<'_, '_>) -> Result<Value, Error> {
    if call.arguments.is_empty() {
        return Err(call.error("at least one argument is required"));
    }
    let (mut all, mut lists) = (Vec::new(), Some(Vec::new()));
    for argument in &call.arguments {
        let elements = match numbered(&call, argument)? {
            Ok(elements) => elements,
            Err(because) => return Ok(call.unknown(Type::Any, &because)),
        };
        check_number(&call, all.len() + elements.len())?;
        all.extend_from_slice(elements);
        match (&argument.data, &mut lists) {
            (Data::List(of, _), Some(lists)) => lists.push(of.clone()),
            _ => lists = None,
        }
    }
    let of = lists.and_then(|lists| unify(lists.into_iter()));
    let Some(of) = of else {
        return Ok(Value::tuple(all, call.at));
    };
    let all = all.into_iter().map(|one| convert(one, &of));
    let all = all.collect::<Result<_, _>>();
    Ok(list(&call, of, all.map_err(|error| call.error(error))?))
}

fn distinct(call: Call<'_, '_>) -> Result<Value, Error> {
    let value = call.argument(0);
    let all = match sequence(&call, value)? {
        Ok(all) => all,
        Err(because) => return Ok(call.unknown(value.type_of(), &because)),
    };
    let mut kept: Vec<Value> = Vec::new();
    if value.is_known() {
        let mut seen = BTreeSet::new();
        let new = all.iter().filter(|one| seen.insert(fingerprint(one)));
        kept.extend(new.cloned());
        return Ok(list_like(&call, value, kept));
    }
    for one in all {
        call.evaluator.spend(kept.len(), call.at)?;
        let mut is_new = true;
        for other in &kept {
            match equal(one, other) {
                Ok(true) => is_new = false,
                Ok(false) => {}
                Err(because) => return Ok(call.unknown(value.type_of(), &because)),
            }
        }
        if is_new {
            kept.push(one.clone());
        }
    }
    Ok(list_like(&call, value, kept))
}

fn element(call: Call<'_, '_>) -> Result<Value, Error> {
    let value = call.argument(0);
    let all = match numbered(&call, value)? {
        Ok(all) => all,
        Err(because) => return Ok(call.unknown(Type::Any, &because)),
    };
    let number = whole(&call, 1)?;
    if number < 0 && matches!(value.data, Data::Tuple(_)) {
        return Err(call.error("the index must not be negative"));
    }
    let length = i64::try_from(all.len()).unwrap_or(i64::MAX);
    let number = number.checked_rem_euclid(length);
    let number = number.and_then(|number| usize::try_from(number).ok());
    let found = number.and_then(|number| all.get(number));
    let found = found.ok_or_else(|| call.error("an empty list has no elements"))?;
    Ok(found.clone())
}

fn flatten(call: Call<'_, '_>) -> Result<Value, Error> {
    let all = match sequence(&call, call.argument(0))? {
        Ok(all) => all,
        Err(because) => return Ok(call.unknown(Type::Any, &because)),
    };
    let (mut flat, mut sensitive) = (Vec::new(), false);
    if let Err(because) = flatten_into(all, &mut flat, &mut sensitive) {
        return Ok(call.unknown(Type::Any, &because).marked(sensitive));
    }
    Ok(Value::tuple(flat, call.at).marked(sensitive))
}

fn flatten_into(all: &[Value], flat: &mut Vec<Value>, sensitive: &mut bool) -> Result<(), Unknown> {
    for one in all {
        match &one.data {
            Data::Tuple(inner) | Data::List(_, inner) | Data::Set(_, inner) => {
                *sensitive |= one.sensitive;
                if one.is_unsettled_set()
                    && let Some(because) = one.any_unknown()
                {
                    return Err(because);
                }
                flatten_into(inner, flat, sensitive)?;
            }
            _ => {
                // What is not known may turn out to be a list.
                let because = one.unknown_of();
                let may_be_list = because.filter(|because| {
                    !because.of.is_primitive()
                        && !matches!(because.of, Type::Object(_) | Type::Map(_))
                });
                if let Some(because) = may_be_list {
                    return Err(because);
                }
                flat.push(one.clone());
            }
        }
    }
    Ok(())
}

fn matchkeys(call: Call<'_, '_>) -> Result<Value, Error> {
    let value = call.argument(0);
    let of = value.type_of();
    let mut lists = Vec::new();
    for argument in &call.arguments {
        match sequence(&call, argument)? {
            Ok(all) => lists.push(all),
            Err(because) => return Ok(call.unknown(of, &because)),
        }
    }
    let [values, keys, wanted] = lists.as_slice() else {
        return Err(call.error("three lists are required"));
    };
    if values.len() != keys.len() {
        return Err(call.error("there must be as many keys as values"));
    }
    let types = [call.argument(1).type_of(), call.argument(2).type_of()];
    let one_type = unify(types.into_iter())
        .ok_or_else(|| call.error("the keys and what is searched must have one type"))?;
    let converted = |at: usize| {
        convert(call.argument(at).clone(), &one_type).map_err(|error| call.error(error))
    };
    let (keys_list, wanted_list) = (converted(1)?, converted(2)?);
    let keys = keys_list.elements().unwrap_or(keys);
    let wanted = wanted_list.elements().unwrap_or(wanted);
    let mut kept = Vec::new();
    for (value, key) in values.iter().zip(keys) {
        call.evaluator.spend(wanted.len(), call.at)?;
        let (mut matches, mut unknown) = (false, None);
        for one in wanted {
            match equal(key, one) {
                Ok(is) => matches |= is,
                Err(because) => unknown = unknown.or(Some(because)),
            }
        }
        match unknown {
            Some(because) if !matches => return Ok(call.unknown(of, &because)),
            _ if matches => kept.push(value.clone()),
            _ => {}
        }
    }
    Ok(list_like(&call, value, kept))
}

fn one(call: Call<'_, '_>) -> Result<Value, Error> {
    let value = call.argument(0);
    let all = match sequence(&call, value)? {
        Ok(all) => all,
        Err(because) => return Ok(call.unknown(Type::Any, &because)),
    };
    match (all, &value.data) {
        ([], Data::List(of, _) | Data::Set(of, _)) => {
            Ok(Value::new(Data::Null(of.clone()), call.at))
        }
        ([], _) => Ok(Value::null(call.at)),
        ([one], _) => Ok(one.clone()),
        _ => Err(call.error("no or one element is required")),
    }
}

fn reverse(call: Call<'_, '_>) -> Result<Value, Error> {
    let value = call.argument(0);
    let all = match sequence(&call, value)? {
        Ok(all) => all,
        Err(because) => return Ok(call.unknown(Type::Any, &because)),
    };
    let all = all.iter().rev().cloned().collect();
    Ok(list_like(&call, value, all))
}

fn slice(call: Call<'_, '_>) -> Result<Value, Error> {
    let value = call.argument(0);
    let number = |argument: usize| {
        usize::try_from(whole(&call, argument)?)
            .map_err(|_| call.error("an index must not be negative"))
    };
    let range = number(1)?..number(2)?;
    let wrong = || call.error("the indexes must lie in the list, in their order");
    let all = match numbered(&call, value)? {
        Ok(all) => all,
        Err(_) if range.start > range.end => return Err(wrong()),
        Err(because) => return Ok(unknown_slice(&call, &because, range)),
    };
    let part = all.get(range).ok_or_else(wrong)?;
    Ok(list_like(&call, value, part.to_vec()))
}

/// Of a list that is not known, a slice still has so many elements: the first three availability zones.
fn unknown_slice(call: &Call<'_, '_>, because: &Unknown, range: Range<usize>) -> Value {
    if range.len() > MOST_UNKNOWN {
        return call.unknown(Type::Any, because);
    }
    let of = match &because.of {
        Type::List(of) => of.as_ref().clone(),
        _ => Type::Any,
    };
    let elements = range.map(|index| {
        let what = because.what.as_ref();
        let unknown = Unknown {
            what: what.map(|what| format!("{what}[{index}]").into()),
            ..because.clone()
        };
        call.unknown(of.clone(), &unknown)
    });
    list(call, of.clone(), elements.collect())
}

fn sort(call: Call<'_, '_>) -> Result<Value, Error> {
    let of = Type::list(Type::String);
    let value = call.argument(0);
    let all = match sequence(&call, value)? {
        Ok(all) => all,
        Err(because) => return Ok(call.unknown(of, &because)),
    };
    if all.iter().any(Value::is_null) {
        return Err(call.error("null cannot be sorted"));
    }
    let mut all = all.to_vec();
    if all.len() > 1 {
        if let Some(because) = value.any_unknown() {
            return Ok(call.unknown(of, &because));
        }
        all.sort_by(super::order);
    }
    Ok(list(&call, Type::String, all))
}
