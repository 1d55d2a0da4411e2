//! What a policy says in vain, as far as the catalogue tells: actions that no service has, actions that
//! act on none of the statement's resources, condition keys that none of its actions carries.

use super::arn::{ArnSubject, Matched};
use super::catalogue::{self, KnownAction, Service};
use super::policy::{ActionEntry, Policy, Statement};
use super::text::{Domain, Hole, HoleId, Piece, Text};
use crate::model::source::Span;
use crate::model::truth::Truth;

/// Something that a policy says in vain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Remark {
    /// What is said in vain.
    pub kind: RemarkKind,
    /// In words, with what is probably meant.
    pub message: String,
    /// Where.
    pub at: Span,
}

/// What is said in vain.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RemarkKind {
    /// No service has such an action.
    UnknownAction,
    /// The action acts on none of the statement's resources.
    NoResource,
    /// None of the statement's actions carries the condition key.
    KeyNotCarried,
}

/// What a policy says in vain.
#[must_use]
pub fn remarks(policy: &Policy) -> Vec<Remark> {
    let mut remarks = Vec::new();
    for statement in &policy.statements {
        let mut named = Vec::new();
        let mut all_known = !statement.actions.negated;
        for entry in &statement.actions.entries {
            let may_be_mistyped = remarks.len() < MOST_NEAR_MATCHES;
            match named_by(entry, may_be_mistyped) {
                Named::Actions(service, actions) => named.push((entry, service, actions)),
                Named::Nothing(message) => remarks.push(Remark {
                    kind: RemarkKind::UnknownAction,
                    message: format!("{message} ({})", policy.words()),
                    at: entry.at,
                }),
                Named::Open => all_known = false,
            }
        }
        if statement.actions.negated {
            continue;
        }
        remarks.extend(named.iter().filter_map(|(entry, service, actions)| {
            without_resource(policy, statement, entry, service, actions)
        }));
        if all_known && !named.is_empty() {
            remarks.extend(keys_not_carried(policy, statement, &named));
        }
    }
    remarks
}

enum Named {
    Actions(&'static Service, Vec<&'static KnownAction>),
    Nothing(String),
    /// `*`, or part of it is not known.
    Open,
}

/// A policy with more unknown actions than this is no slip of the pen.
const MOST_NEAR_MATCHES: usize = 20;
/// No name of an action is longer.
const LONGEST_NAME: usize = 100;

fn named_by(entry: &ActionEntry, may_be_mistyped: bool) -> Named {
    let Some((prefix, name)) = entry.text.known().and_then(|text| text.split_once(':')) else {
        return Named::Open;
    };
    if prefix.contains(['*', '?']) {
        return Named::Open;
    }
    let may_be_mistyped = may_be_mistyped && prefix.len() + name.len() < LONGEST_NAME;
    let shown: String = entry.text.to_string().chars().take(LONGEST_NAME).collect();
    let Some(service) = catalogue::service(&prefix.to_ascii_lowercase()) else {
        let near = || catalogue::near_service(&prefix.to_ascii_lowercase());
        let near = may_be_mistyped.then(near).flatten();
        let near = near.map_or(String::new(), |near| format!("; perhaps `{near}` is meant"));
        return Named::Nothing(format!("`{shown}` names no service of AWS{near}"));
    };
    let actions: Vec<_> = service.matching(entry).collect();
    if !actions.is_empty() {
        return Named::Actions(service, actions);
    }
    let near = may_be_mistyped.then(|| service.near(name)).flatten();
    let near = near.map_or(String::new(), |near| {
        format!("; perhaps `{prefix}:{near}` is meant")
    });
    Named::Nothing(format!("`{shown}` is no action of that service{near}"))
}

/// A single action, named in full, that acts on other resources than those of the statement.
fn without_resource(
    policy: &Policy,
    statement: &Statement,
    entry: &ActionEntry,
    service: &Service,
    actions: &[&KnownAction],
) -> Option<Remark> {
    let resources = statement
        .resources
        .as_ref()
        .filter(|resources| !resources.negated)?;
    let [action] = actions else {
        return None;
    };
    let is_star = |pattern: &super::ArnPattern| pattern.is_everything();
    if resources
        .entries
        .iter()
        .any(|entry| is_star(&entry.pattern))
    {
        return None;
    }
    // In a resource's own policy, the resource is given.
    if policy.kind.has_principals() && policy.kind != super::PolicyKind::Endpoint {
        return None;
    }
    let types: Vec<_> = service.resources_of(action).map(|(kind, _)| kind).collect();
    let meets = |arn: &str| {
        let subject = any_of(arn);
        resources.entries.iter().any(|entry| {
            let matched = entry.pattern.compare(&subject);
            entry.pattern.pattern.has_variables() || !matches!(matched, Matched::Fields(Truth::No))
        })
    };
    if types
        .iter()
        .flat_map(|kind| &kind.arns)
        .any(|arn| meets(arn))
    {
        return None;
    }
    let wanted = if types.is_empty() {
        "it acts on no resource, so only `*` covers it".to_owned()
    } else {
        let names: Vec<_> = types.iter().map(|kind| kind.name).collect();
        format!("it acts on {}", names.join(", "))
    };
    Some(Remark {
        kind: RemarkKind::NoResource,
        message: format!(
            "`{}` meets none of the resources of its statement: {wanted} ({})",
            entry.text,
            policy.words()
        ),
        at: entry.at,
    })
}

/// Any ARN of a form such as `arn:${Partition}:s3:::${BucketName}`.
fn any_of(form: &str) -> ArnSubject {
    let mut text = Text::default();
    let (mut rest, mut count) = (form, 0);
    while let Some((before, after)) = rest.split_once("${") {
        text.push_literal(before);
        let is_last_field = text.pieces().iter().map(colons).sum::<usize>() >= 5;
        let after = after.split_once('}').map_or("", |(_, after)| after);
        count += 1;
        text.push_hole(Hole {
            id: HoleId(count),
            domain: if is_last_field {
                Domain::ANY
            } else {
                Domain::FIELD
            },
            class: None,
        });
        rest = after;
    }
    text.push_literal(rest);
    ArnSubject::new(text)
}

fn colons(piece: &Piece) -> usize {
    match piece {
        Piece::Literal(text) => text.bytes().filter(|byte| *byte == b':').count(),
        Piece::Hole(_) => 0,
    }
}

type NamedActions<'e> = (&'e ActionEntry, &'static Service, Vec<&'static KnownAction>);

fn keys_not_carried(
    policy: &Policy,
    statement: &Statement,
    named: &[NamedActions<'_>],
) -> Vec<Remark> {
    let conditions = statement.readable_conditions();
    let in_vain = conditions.filter(|condition| {
        !named.iter().any(|(_, service, actions)| {
            actions
                .iter()
                .any(|action| service.carries(action, &condition.key))
        })
    });
    in_vain
        .map(|condition| Remark {
            kind: RemarkKind::KeyNotCarried,
            message: format!(
                "no action of its statement carries the condition key `{}` ({})",
                condition.written_key,
                policy.words()
            ),
            at: condition.at,
        })
        .collect()
}
