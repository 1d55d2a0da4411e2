//! Conversion from one type to another, and the one type that several values can have.
//!
//! Source: Terraform Language, "Types and Values", "Type Conversion"; "Type Constraints", "Conversion of
//! Complex Types".

use std::collections::BTreeMap;
use std::sync::Arc;

use super::functions::{fingerprint, order};
use super::number::Number;
use super::types::{Attribute, Type};
use super::value::{Data, Text, Unknown, Value};

/// The value as one of a type, or why it cannot be one: `string required`.
pub fn convert(value: Value, to: &Type) -> Result<Value, String> {
    let Value {
        data,
        origin,
        sensitive,
    } = value;
    let data = convert_data(data, to)?;
    let value = Value {
        data,
        origin,
        sensitive,
    };
    // A set with a secret is one as a whole.
    let is_secret = matches!(value.data, Data::Set(..)) && value.is_sensitive_inside();
    Ok(value.marked(is_secret))
}

fn convert_data(data: Data, to: &Type) -> Result<Data, String> {
    let required = || format!("{to} required");
    Ok(match (to, data) {
        (Type::Any, data) => data,
        (to, Data::Null(_)) => Data::Null(to.of_values()),
        (to, Data::Unknown(unknown)) => {
            let of = convert_type(&unknown.of, to).ok_or_else(required)?;
            Data::Unknown(Unknown { of, ..unknown })
        }
        (_, Data::Resource(instance)) => Data::Resource(instance),
        (to, Data::Text(text)) if !to.is_primitive() && text.type_of() == Type::Any => {
            unknown_text(&text, to.of_values())
        }
        (Type::Bool, Data::Bool(flag)) => Data::Bool(flag),
        (Type::Bool, Data::Text(text)) => match text.known() {
            Some("true" | "1") => Data::Bool(true),
            Some("false" | "0") => Data::Bool(false),
            Some(_) => return Err("a bool is required".to_owned()),
            None => unknown_text(&text, Type::Bool),
        },
        (Type::Number, Data::Number(number)) => Data::Number(number),
        (Type::Number, Data::Text(text)) => match text.known() {
            Some(known) => {
                Data::Number(Number::parse(known).ok_or_else(|| "a number is required".to_owned())?)
            }
            None => unknown_text(&text, Type::Number),
        },
        (Type::String, Data::Text(text)) => Data::Text(text),
        (Type::String, Data::Bool(flag)) => Data::Text(Text::literal(flag.to_string())),
        (Type::String, Data::Number(number)) => Data::Text(Text::literal(number.to_string())),
        (Type::List(of), Data::Set(from, all))
            if all.len() > 1 && first_unknown(&all).is_some() =>
        {
            let Some(because) = first_unknown(&all) else {
                return Err(required());
            };
            let of = convert_type(&from, of).ok_or_else(required)?;
            Data::Unknown(Unknown {
                of: Type::list(of),
                ..because
            })
        }
        (Type::List(of), Data::Tuple(all) | Data::List(_, all) | Data::Set(_, all)) => {
            let (of, all) = elements(all, of)?;
            Data::List(of, Arc::new(all))
        }
        (Type::Set(of), Data::Tuple(all) | Data::List(_, all) | Data::Set(_, all)) => {
            let (of, all) = elements(all, of)?;
            set_of(of, all)
        }
        (Type::Map(of), Data::Object(all) | Data::Map(_, all)) => {
            let (names, all): (Vec<_>, Vec<_>) = unshare(all).into_iter().unzip();
            let (of, all) = one_type(all, of, |at| match names.get(at) {
                Some(name) => format!("element {name:?}"),
                None => String::new(),
            })?;
            Data::Map(of, Arc::new(names.into_iter().zip(all).collect()))
        }
        (Type::Tuple(types), Data::Tuple(all) | Data::List(_, all)) if types.len() == all.len() => {
            let all = unshare(all).into_iter().zip(types).enumerate();
            let all = all.map(|(at, (one, of))| {
                convert(one, of).map_err(|error| format!("element {at}: {error}"))
            });
            Data::Tuple(Arc::new(all.collect::<Result<_, String>>()?))
        }
        (Type::Object(types), Data::Object(all) | Data::Map(_, all)) => {
            Data::Object(Arc::new(attributes(unshare(all), types)?))
        }
        _ => return Err(required()),
    })
}

/// What must be said as an object with attributes: those left out get their defaults.
fn attributes(
    mut given: BTreeMap<String, Value>,
    types: &BTreeMap<String, Attribute>,
) -> Result<BTreeMap<String, Value>, String> {
    let origin = given.values().next().map(|one| one.origin);
    let origin = origin.unwrap_or(crate::model::source::Span::NOWHERE);
    let mut all = BTreeMap::new();
    for (name, attribute) in types {
        let given = given.remove(name);
        let given = given.filter(|one| !(one.is_null() && attribute.default.is_some()));
        let value = match (given, &attribute.default) {
            (Some(one), _) => one,
            (None, Some(default)) => default.clone(),
            (None, None) if attribute.optional => {
                Value::new(Data::Null(attribute.of.clone()), origin)
            }
            (None, None) => return Err(format!("attribute {name:?} is required")),
        };
        let value = convert(value, &attribute.of);
        all.insert(
            name.clone(),
            value.map_err(|error| format!("attribute {name:?}: {error}"))?,
        );
    }
    Ok(all)
}

fn elements(all: Arc<Vec<Value>>, of: &Type) -> Result<(Type, Vec<Value>), String> {
    one_type(unshare(all), of, |at| format!("element {at}"))
}

/// The elements of a collection as values of one type: of the one that is asked for, else of the one that
/// all can have.
fn one_type(
    mut all: Vec<Value>,
    of: &Type,
    name: impl Fn(usize) -> String,
) -> Result<(Type, Vec<Value>), String> {
    let to = |all: Vec<Value>, of: &Type| {
        let all = all.into_iter().enumerate();
        let all =
            all.map(|(at, one)| convert(one, of).map_err(|error| format!("{}: {error}", name(at))));
        all.collect::<Result<Vec<_>, String>>()
    };
    if *of != Type::Any {
        all = to(all, of)?;
    }
    if of.is_exact() {
        return Ok((of.of_values(), all));
    }
    if all.is_empty() {
        return Ok((of.of_values(), all));
    }
    let of = unify(all.iter().map(Value::type_of));
    let of = of.ok_or_else(|| "all elements must have one type".to_owned())?;
    let all = to(all, &of)?;
    Ok((of, all))
}

/// A set of elements of one type: distinct, and in the order that Terraform gives them.
#[must_use]
pub fn set_of(of: Type, mut all: Vec<Value>) -> Data {
    if of.is_primitive() {
        all.sort_by(order);
    } else {
        all.sort_by_cached_key(fingerprint);
    }
    all.dedup();
    Data::Set(of, Arc::new(all))
}

fn first_unknown(all: &[Value]) -> Option<Unknown> {
    all.iter().find_map(Value::any_unknown)
}

fn unknown_text(text: &Text, of: Type) -> Data {
    let hole = text.holes().next();
    Data::Unknown(Unknown {
        of,
        why: hole.map_or(crate::model::value::Why::UnexpectedForm, |hole| hole.why),
        what: hole.and_then(super::value::Hole::what),
    })
}

/// The type that a value of one type has as another one; none if it cannot be one.
fn convert_type(from: &Type, to: &Type) -> Option<Type> {
    Some(match (from, to) {
        (_, Type::Any) => from.clone(),
        (Type::Any, to) => to.clone(),
        (Type::Bool | Type::Number | Type::String, Type::String)
        | (Type::Number | Type::String, Type::Number)
        | (Type::Bool | Type::String, Type::Bool)
        | (Type::Tuple(_), Type::List(_) | Type::Set(_) | Type::Tuple(_))
        | (Type::Object(_), Type::Map(_) | Type::Object(_))
        | (Type::Map(_), Type::Object(_)) => to.clone(),
        (Type::List(from) | Type::Set(from), Type::List(to)) => Type::list(convert_type(from, to)?),
        (Type::List(from) | Type::Set(from), Type::Set(to)) => Type::set(convert_type(from, to)?),
        (Type::Map(from), Type::Map(to)) => Type::map(convert_type(from, to)?),
        _ => return None,
    })
}

/// The one type that values of these types can all have, as in a list of them or in the arms of a
/// conditional; [`Type::Any`] where an unknown type leaves it open, none if there is none.
#[must_use]
pub fn unify(types: impl Iterator<Item = Type>) -> Option<Type> {
    let mut different: Vec<Type> = Vec::new();
    for one in types {
        // Lists of many types are rare: that some stay twice costs little.
        if one != Type::Any && !different.iter().take(8).any(|other| *other == one) {
            different.push(one);
        }
    }
    match different.as_slice() {
        [] => return Some(Type::Any),
        [one] => return Some(one.clone()),
        _ => {}
    }
    let all = |of: fn(&Type) -> bool| different.iter().all(of);
    if all(Type::is_primitive) {
        return different.contains(&Type::String).then_some(Type::String);
    }
    if all(|one| matches!(one, Type::Object(_))) {
        return unify_objects(&different);
    }
    if all(|one| matches!(one, Type::Object(_) | Type::Map(_))) {
        return match unify(different.iter().flat_map(inner)) {
            Some(of) => Some(Type::map(of)),
            // Beside `tomap({})`, an object stays what it is.
            None => beside_any_map(different),
        };
    }
    if all(|one| matches!(one, Type::Tuple(_))) {
        return unify_tuples(&different);
    }
    if all(|one| matches!(one, Type::Tuple(_) | Type::List(_) | Type::Set(_))) {
        let of = unify(different.iter().flat_map(inner))?;
        let is_list = different.iter().any(|one| matches!(one, Type::List(_)));
        return Some(if is_list {
            Type::list(of)
        } else {
            Type::set(of)
        });
    }
    None
}

/// The type of the one object among maps that say nothing of their elements.
fn beside_any_map(types: Vec<Type>) -> Option<Type> {
    let mut others = types.into_iter().filter(|one| *one != Type::map(Type::Any));
    match (others.next(), others.next()) {
        (Some(object @ Type::Object(_)), None) => Some(object),
        _ => None,
    }
}

/// Objects with the same attributes are one object, others a map.
fn unify_objects(all: &[Type]) -> Option<Type> {
    let objects = all.iter().filter_map(|one| match one {
        Type::Object(attributes) => Some(attributes),
        _ => None,
    });
    let objects: Vec<_> = objects.collect();
    let first = objects.first()?;
    if !objects.iter().all(|one| one.keys().eq(first.keys())) {
        return Some(Type::map(unify(all.iter().flat_map(inner))?));
    }
    let attributes = first.keys().map(|name| {
        let across = objects.iter().filter_map(|one| one.get(name));
        let of = unify(across.map(|attribute| attribute.of.clone()))?;
        Some((name.clone(), Attribute::required(of)))
    });
    Some(Type::Object(attributes.collect::<Option<_>>()?))
}

/// Tuples of one length are one tuple, others a list.
fn unify_tuples(all: &[Type]) -> Option<Type> {
    let tuples = all.iter().filter_map(|one| match one {
        Type::Tuple(elements) => Some(elements),
        _ => None,
    });
    let tuples: Vec<_> = tuples.collect();
    let length = tuples.first()?.len();
    if !tuples.iter().all(|one| one.len() == length) {
        return Some(Type::list(unify(all.iter().flat_map(inner))?));
    }
    let elements = (0..length).map(|at| {
        let across = tuples.iter().filter_map(|one| one.get(at));
        unify(across.cloned())
    });
    Some(Type::Tuple(elements.collect::<Option<_>>()?))
}

/// The types of what is inside.
fn inner(of: &Type) -> Vec<Type> {
    match of {
        Type::List(of) | Type::Set(of) | Type::Map(of) => vec![of.as_ref().clone()],
        Type::Tuple(all) => all.clone(),
        Type::Object(all) => all.values().map(|one| one.of.clone()).collect(),
        _ => Vec::new(),
    }
}

/// The content of a shared value, copied only if others hold it too.
pub(super) fn unshare<T: Clone>(shared: Arc<T>) -> T {
    Arc::unwrap_or_clone(shared)
}
