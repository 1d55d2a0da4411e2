//! A job as `CreateProcessingJob` takes it, under the names that a resource of its own would have.
//!
//! Source: Amazon SageMaker AI API Reference, "`CreateProcessingJob`".

use crate::model::resource::add_outputs;
use crate::model::source::Span;
use crate::model::value::{Data, Map, Value, Why};
use crate::model::vocabulary::{Field, Fields, Holds, Shape, TypeEntry};

/// The attributes of a job with this request.
pub(super) fn attributes<'a>(request: &Value<'a>, entry: &'static TypeEntry, at: Span) -> Map<'a> {
    let mut attributes = match &request.data {
        Data::Map(request) => members(request, &entry.fields, true),
        // What it is, is told elsewhere: so are all its settings.
        Data::Unknown(why) => unknown(entry, *why, at),
        _ => unknown(entry, Why::UnexpectedForm, at),
    };
    add_outputs(&mut attributes, entry, false, Why::KnownAfterApply, at);
    attributes
}

/// What has all its settings from elsewhere.
pub(super) fn unknown<'a>(entry: &'static TypeEntry, why: Why, at: Span) -> Map<'a> {
    let mut all = Map::default();
    for name in entry.fields.names() {
        if let Some(field) = entry.fields.find(name).filter(|field| !field.is_output()) {
            all.insert(field.name, Value::new(Data::Unknown(why), at));
        }
    }
    all
}

fn members<'a>(map: &Map<'a>, fields: &'static Fields, known_only: bool) -> Map<'a> {
    let mut out = Map::default();
    for (name, value) in map.iter() {
        match fields.find(name) {
            Some(_) if value.data == Data::Null => {}
            Some(field) => out.insert(field.name, lowered(value, field)),
            None if known_only => {}
            None => out.push(name.to_owned().into(), value.clone()),
        }
    }
    out
}

fn lowered<'a>(value: &Value<'a>, field: &'static Field) -> Value<'a> {
    let data = match (&value.data, field.attribute) {
        (Data::Map(map), _) => Data::Map(members(map, &field.fields, false)),
        (Data::List(all), Some(attribute)) if attribute.shape == Shape::Tags => tags(all),
        (Data::List(all), _) => Data::List(all.iter().map(|one| lowered(one, field)).collect()),
        (Data::Text(text), Some(attribute)) => match attribute.holds() {
            Holds::Flag if text.eq_ignore_ascii_case("true") => Data::Bool(true),
            Holds::Flag if text.eq_ignore_ascii_case("false") => Data::Bool(false),
            Holds::Number => match text.parse::<i64>() {
                Ok(number) => Data::Number(number.into()),
                Err(_) => value.data.clone(),
            },
            Holds::Flag | Holds::Text => value.data.clone(),
        },
        (data, _) => data.clone(),
    };
    Value {
        data,
        ..value.clone()
    }
}

fn tags<'a>(all: &[Value<'a>]) -> Data<'a> {
    let mut tags = Map::default();
    for one in all.iter().filter_map(Value::as_map) {
        if let (Some(Data::Text(key)), Some(value)) =
            (one.get("Key").map(|key| &key.data), one.get("Value"))
        {
            tags.insert(key.clone(), value.clone());
        }
    }
    Data::Map(tags)
}
