//! Functions on maps and objects.
//!
//! Source: Terraform Language, "Collection Functions".
use std::collections::BTreeMap;
use std::sync::Arc;

use super::collections::{check_number, numbered, sequence};
use super::{Call, Function, Parameter, ParameterType, ResultType};
use crate::hcl::Error;
use crate::hcl::convert::{convert, unify};
use crate::hcl::types::Type;
use crate::hcl::value::{Data, Unknown, Value};

const ANY: Parameter = Parameter::new(ParameterType::Any);
const STRING: Parameter = Parameter::new(ParameterType::String);
const STRINGS: Parameter = Parameter::new(ParameterType::Strings);

pub(super) const FUNCTIONS: &[Function] = &[
    Function::new("keys", &[ANY.unknowable()], ResultType::Any, keys),
    Function::new("lookup", &[ANY, STRING], ResultType::Any, lookup)
        .with_more(ANY.nullable().unknowable()),
    Function::new("merge", &[], ResultType::Any, merge).with_more(ANY.nullable()),
    Function::new("transpose", &[ANY], ResultType::Any, transpose),
    Function::new("values", &[ANY], ResultType::Any, values),
    Function::new("zipmap", &[STRINGS, ANY], ResultType::Any, zipmap),
];

/// The entries of a map or object; or why they are not known.
fn entries<'v>(
    call: &Call<'_, '_>,
    value: &'v Value,
) -> Result<Result<&'v BTreeMap<String, Value>, Unknown>, Error> {
    let is_open = value.unknown_of().is_some() || matches!(value.data, Data::Resource(_));
    match (value.entries(), value.any_unknown()) {
        (Some(entries), _) => Ok(Ok(entries)),
        (None, Some(because)) if is_open => Ok(Err(because)),
        _ => {
            let of = value.type_of();
            Err(call.error(format!("a map or object is required, not: {of}")))
        }
    }
}

fn keys(call: Call<'_, '_>) -> Result<Value, Error> {
    let value = call.argument(0);
    let text = |name: &String| Value::text(name.as_str(), call.at);
    if let Data::Unknown(unknown) = &value.data
        && let Type::Object(attributes) = &unknown.of
    {
        let names = attributes.keys().map(text);
        return Ok(Value::tuple(names.collect(), call.at));
    }
    let entries = match entries(&call, value)? {
        Ok(entries) => entries,
        Err(because) => return Ok(call.unknown(Type::Any, &because)),
    };
    let names = entries.keys().map(text).collect();
    Ok(match &value.data {
        Data::Map(..) => Value::new(Data::List(Type::String, Arc::new(names)), call.at),
        _ => Value::tuple(names, call.at),
    })
}

fn values(call: Call<'_, '_>) -> Result<Value, Error> {
    let value = call.argument(0);
    let entries = match entries(&call, value)? {
        Ok(entries) => entries,
        Err(because) => return Ok(call.unknown(Type::Any, &because)),
    };
    let all = entries.values().cloned().collect();
    Ok(match &value.data {
        Data::Map(of, _) => Value::new(Data::List(of.clone(), Arc::new(all)), call.at),
        _ => Value::tuple(all, call.at),
    })
}

fn lookup(call: Call<'_, '_>) -> Result<Value, Error> {
    let (value, key) = (call.argument(0), call.argument(1));
    if call.arguments.len() > 3 {
        return Err(call.error("`lookup` takes 2 or 3 arguments"));
    }
    let default = call.arguments.get(2);
    if let Data::Resource(instance) = &value.data
        && let Some(found) = key.as_str().and_then(|key| instance.attributes.get(key))
    {
        return Ok(found.clone());
    }
    let entries = match entries(&call, value)? {
        Ok(entries) => entries,
        Err(because) => return Ok(call.unknown(Type::Any, &because)),
    };
    let of = match &value.data {
        Data::Map(of, _) => of.clone(),
        _ => Type::Any,
    };
    let default = default.map(|default| convert(default.clone(), &of));
    let default = default.transpose();
    let default = default.map_err(|error| call.error(format!("the default: {error}")))?;
    // Whether a default that is not used is a secret counts too.
    let sensitive = default.as_ref().is_some_and(|default| default.sensitive);
    if let Some(because) = key.any_unknown() {
        let secret = sensitive || value.is_sensitive_inside();
        return Ok(call.unknown(of, &because).marked(secret));
    }
    let key = key.as_str().unwrap_or_default();
    let found = entries.get(key).cloned().or(default);
    found.ok_or_else(|| call.error(format!("no element has the key {key:?}")))
}

fn merge(call: Call<'_, '_>) -> Result<Value, Error> {
    let (mut merged, mut types) = (BTreeMap::new(), Vec::new());
    for argument in &call.arguments {
        let of = argument.type_of();
        if argument.is_null() {
            if !matches!(of, Type::Any | Type::Object(_) | Type::Map(_)) {
                return Err(call.error("all arguments must be maps or objects"));
            }
            types.push(of);
            continue;
        }
        let entries = match entries(&call, argument)? {
            Ok(entries) => entries,
            Err(because) => return Ok(call.unknown(Type::Any, &because)),
        };
        check_number(&call, merged.len() + entries.len())?;
        for (name, value) in entries {
            merged.insert(name.clone(), value.clone());
        }
        types.push(of);
    }
    let first = types.first();
    let is_one_type = types.iter().all(|of| Some(of) == first);
    let maps = types.iter().map(|of| match of {
        Type::Map(of) => Some(of.as_ref()),
        _ => None,
    });
    let of = match maps.collect::<Option<Vec<_>>>() {
        // Where an element's type is not known yet, the types may turn out to be one.
        Some(maps) if is_one_type || !call.arguments.iter().all(Value::is_known) => {
            unify(maps.into_iter().cloned())
        }
        _ => None,
    };
    let of = of.filter(|_| !types.is_empty());
    Ok(match of {
        Some(of) => Value::new(Data::Map(of, Arc::new(merged)), call.at),
        None => Value::object(merged, call.at),
    })
}

fn transpose(call: Call<'_, '_>) -> Result<Value, Error> {
    let of = Type::map(Type::list(Type::String));
    let value = convert(call.argument(0).clone(), &of).map_err(|error| call.error(error))?;
    if let Some(because) = value.any_unknown() {
        return Ok(call.unknown(of, &because));
    }
    let mut turned: BTreeMap<String, Vec<Value>> = BTreeMap::new();
    for (name, all) in value.entries().into_iter().flatten() {
        let all = all.elements();
        for one in all.ok_or_else(|| call.error("a list must not be null"))? {
            let key = one.as_str();
            let key = key.ok_or_else(|| call.error("a text must not be null"))?;
            let names = turned.entry(key.to_owned()).or_default();
            names.push(Value::text(name.as_str(), one.origin));
        }
    }
    let turned = turned.into_iter().map(|(key, names)| {
        let names = Data::List(Type::String, Arc::new(names));
        (key, Value::new(names, call.at))
    });
    let turned = Data::Map(Type::list(Type::String), Arc::new(turned.collect()));
    Ok(Value::new(turned, call.at))
}

fn zipmap(call: Call<'_, '_>) -> Result<Value, Error> {
    let (keys, values) = (call.argument(0), call.argument(1));
    let given = (sequence(&call, keys)?, numbered(&call, values)?);
    let (names, all) = match given {
        (Ok(names), Ok(all)) => (names, all),
        (Err(because), _) | (_, Err(because)) => return Ok(call.unknown(Type::Any, &because)),
    };
    if names.len() != all.len() {
        let (names, all) = (names.len(), all.len());
        return Err(call.error(format!("there are {names} keys, but {all} values")));
    }
    let secret = keys.is_sensitive_inside();
    if let Some(because) = keys.any_unknown() {
        let secret = secret || values.is_sensitive_inside();
        return Ok(call.unknown(Type::Any, &because).marked(secret));
    }
    let mut zipped = BTreeMap::new();
    for (name, value) in names.iter().zip(all) {
        let name = name.as_str();
        let name = name.ok_or_else(|| call.error("a key must not be null"))?;
        zipped.insert(name.to_owned(), value.clone());
    }
    let value = match &values.data {
        Data::List(of, _) => Value::new(Data::Map(of.clone(), Arc::new(zipped)), call.at),
        _ => Value::object(zipped, call.at),
    };
    Ok(value.marked(secret))
}
