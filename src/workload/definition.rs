//! The definition of a state machine or pipeline: as an object, whatever form it is written in, or why it is not
//! in the input.
//!
//! Source: AWS `CloudFormation` Template Reference, "`AWS::StepFunctions::StateMachine`" (`DefinitionSubstitutions`)
//! and "`AWS::SageMaker::Pipeline`"; AWS SAM Developer Guide, "`AWS::Serverless::StateMachine`".

use crate::document;
use crate::model::graph::{ResourceGraph, Target, push_known};
use crate::model::resource::Resource;
use crate::model::source::{SourceMap, Span};
use crate::model::value::{Data, Map, Piece, Value, Why};
use crate::model::vocabulary::Kind;

/// What is known of a definition.
#[derive(Debug, Clone)]
pub enum Definition<'a> {
    /// It can be read.
    Read {
        /// The attribute that holds it.
        attribute: &'static str,
        /// The object that it is.
        document: Value<'a>,
    },
    /// It cannot.
    NotRead {
        /// The attribute that would tell it.
        attribute: &'static str,
        /// Why it does not.
        why: Why,
        /// Where that is said.
        at: Span,
    },
}

/// Attributes that hold a definition, with the attribute that replaces parts of it.
const WRITTEN: &[&str] = &[
    "definition",
    "definition_object",
    "pipeline_definition.pipeline_definition_body",
    "pipeline_definition",
];

/// Attributes that say where in S3 it lies: the bucket and the key.
const IN_S3: &[(&str, &str)] = &[
    (
        "definition_s3_location.bucket",
        "definition_s3_location.key",
    ),
    (
        "pipeline_definition_s3_location.bucket",
        "pipeline_definition_s3_location.object_key",
    ),
    (
        "pipeline_definition.pipeline_definition_s3_location.bucket",
        "pipeline_definition.pipeline_definition_s3_location.key",
    ),
];

/// The definition of a state machine or pipeline; none of what has none.
pub fn definition_of<'a>(
    graph: &ResourceGraph<'a>,
    resource: &Resource<'a>,
    sources: Option<&SourceMap>,
) -> Option<Definition<'a>> {
    for (bucket, key) in IN_S3 {
        if let (Some(bucket), Some(value)) = (resource.get(bucket), resource.get(key)) {
            let attribute = key.rsplit_once('.').map_or(*key, |(outer, _)| outer);
            let content = uploaded(graph, bucket, value);
            let document = content.and_then(|content| read(content, None, sources));
            return Some(match document {
                Some(document) => Definition::Read {
                    attribute,
                    document,
                },
                None => Definition::NotRead {
                    attribute,
                    why: Why::DefinitionInS3,
                    at: value.origin,
                },
            });
        }
    }
    let substitutions = resource.get("definition_substitutions");
    for attribute in WRITTEN {
        let Some(value) = resource.get(attribute) else {
            continue;
        };
        let why = match &value.data {
            Data::Null => continue,
            Data::Unknown(why) => *why,
            Data::Template(pieces) => {
                let mut unknown = pieces.iter().filter_map(|piece| match piece {
                    Piece::Unknown(why) => Some(*why),
                    _ => None,
                });
                unknown.next().unwrap_or(Why::KnownAfterApply)
            }
            _ => Why::UnexpectedForm,
        };
        return Some(match read(value, substitutions, sources) {
            Some(document) => Definition::Read {
                attribute,
                document,
            },
            None => Definition::NotRead {
                attribute,
                why,
                at: value.origin,
            },
        });
    }
    let uri = resource.get("definition_uri")?;
    Some(Definition::NotRead {
        attribute: "definition_uri",
        why: match &uri.data {
            Data::Text(uri) if !uri.starts_with("s3://") => Why::FileNotRead,
            Data::Unknown(why) => *why,
            _ => Why::DefinitionInS3,
        },
        at: uri.origin,
    })
}

/// The content of an object in S3 that the same input uploads.
fn uploaded<'g, 'a>(
    graph: &'g ResourceGraph<'a>,
    bucket: &Value<'a>,
    key: &Value<'a>,
) -> Option<&'g Value<'a>> {
    let named = match graph.target(key, &[Kind::Object]) {
        Target::Resource(id) => Some(id),
        _ => None,
    };
    let is_it = |object: &Resource<'a>| {
        let same_key = object.get("key").is_some_and(|own| own == key);
        let same_bucket = object.get("bucket").is_some_and(|own| {
            let targets = [own, bucket].map(|one| graph.target(one, Kind::BUCKETS));
            own == bucket
                || matches!(targets, [Target::Resource(one), Target::Resource(other)] if one == other)
        });
        same_key && same_bucket
    };
    let mut objects = graph.iter().filter(|(id, resource)| {
        resource.kind() == Some(Kind::Object) && (Some(*id) == named || is_it(resource))
    });
    let (_, object) = objects.next()?;
    object.get("content")
}

/// The object that a value is, or that its text is the JSON of.
pub(super) fn read<'a>(
    value: &Value<'a>,
    substitutions: Option<&Value<'a>>,
    sources: Option<&SourceMap>,
) -> Option<Value<'a>> {
    let mut document = match &value.data {
        Data::Map(_) => value.clone(),
        Data::Text(text) => {
            let pieces = substituted(&[Piece::Known(text.clone())], substitutions);
            located(
                document::read(&pieces, value.origin)?,
                value.origin,
                sources,
            )
        }
        Data::Template(pieces) => {
            let pieces = substituted(pieces, substitutions);
            located(
                document::read(&pieces, value.origin)?,
                value.origin,
                sources,
            )
        }
        _ => return None,
    };
    if let (Data::Map(_), Some(_)) = (&value.data, substitutions) {
        substitute_inside(&mut document, substitutions);
    }
    Some(document)
}

fn located<'a>(mut document: Value<'a>, at: Span, sources: Option<&SourceMap>) -> Value<'a> {
    if let Some(sources) = sources {
        document::locate(&mut document, at, sources.slice(at));
    }
    document
}

/// With the texts inside of an object in which parts are replaced.
fn substitute_inside<'a>(value: &mut Value<'a>, by: Option<&Value<'a>>) {
    match &mut value.data {
        Data::Text(text) if text.contains("${") => {
            let pieces = substituted(&[Piece::Known(text.clone())], by);
            value.data = document::text_of(pieces);
        }
        Data::Template(pieces) => value.data = document::text_of(substituted(pieces, by)),
        Data::List(all) => all.iter_mut().for_each(|one| substitute_inside(one, by)),
        Data::Map(all) => all
            .iter_mut()
            .for_each(|(_, one)| substitute_inside(one, by)),
        _ => {}
    }
}

/// The pieces with `${Name}` replaced by what the substitutions say.
fn substituted<'a>(pieces: &[Piece<'a>], by: Option<&Value<'a>>) -> Vec<Piece<'a>> {
    let Some(by) = by else {
        return pieces.to_vec();
    };
    let mut out = Vec::new();
    for piece in pieces {
        let Piece::Known(text) = piece else {
            out.push(piece.clone());
            continue;
        };
        let mut rest: &str = text;
        while let Some((before, after)) = rest.split_once("${") {
            push_known(&mut out, before.to_owned().into());
            let Some((name, after)) = after.split_once('}') else {
                rest = after;
                push_known(&mut out, "${".into());
                continue;
            };
            rest = after;
            match (by.as_map(), by.why_unknown()) {
                (Some(map), _) => match map.get(name) {
                    Some(value) => push_value(&mut out, value),
                    None => push_known(&mut out, format!("${{{name}}}").into()),
                },
                (None, why) => out.push(Piece::Unknown(why.unwrap_or(Why::UnexpectedForm))),
            }
        }
        push_known(&mut out, rest.to_owned().into());
    }
    out
}

fn push_value<'a>(out: &mut Vec<Piece<'a>>, value: &Value<'a>) {
    match &value.data {
        Data::Text(text) => push_known(out, text.clone()),
        Data::Bool(flag) => push_known(out, flag.to_string().into()),
        Data::Number(number) => push_known(out, number.to_string().into()),
        Data::Template(pieces) => out.extend(pieces.iter().cloned()),
        Data::Unknown(why) => out.push(Piece::Unknown(*why)),
        Data::Null | Data::List(_) | Data::Map(_) => out.push(Piece::Unknown(Why::UnexpectedForm)),
    }
}

/// The text of a member.
pub(super) fn text_at<'m>(map: &'m Map<'_>, name: &str) -> Option<&'m str> {
    map.get(name)?.as_text()
}

/// Members of a definition that hold states or steps.
const GROUPS: &[&str] = &[
    "States",
    "Branches",
    "Iterator",
    "ItemProcessor",
    "Steps",
    "IfSteps",
    "ElseSteps",
];

/// Why some of the states or steps of a definition are not known, and where they would stand, if so.
#[must_use]
pub fn unread_part(document: &Value<'_>) -> Option<(Why, Span)> {
    match &document.data {
        Data::Map(map) => map.iter().find_map(|(name, value)| {
            let is_group = GROUPS.contains(&name);
            let open = is_group.then(|| unknown_among(name, value)).flatten();
            open.or_else(|| unread_part(value))
        }),
        Data::List(all) => all.iter().find_map(unread_part),
        _ => None,
    }
}

fn unknown_among(name: &str, value: &Value<'_>) -> Option<(Why, Span)> {
    let unknown = |value: &Value<'_>| match &value.data {
        Data::Unknown(why) => Some((*why, value.origin)),
        Data::Template(_) => Some((Why::KnownAfterApply, value.origin)),
        _ => None,
    };
    let inside = || match &value.data {
        Data::Map(map) if name == "States" => map.iter().find_map(|(_, one)| unknown(one)),
        Data::List(all) => all.iter().find_map(unknown),
        _ => None,
    };
    unknown(value).or_else(inside)
}
