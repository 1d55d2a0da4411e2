//! Nodes that the transform writes: each has the place of what it is made of.

use std::sync::Arc;

use crate::cloudformation::call::NOT_SEEN;
use crate::model::source::Span;
use crate::yaml::{Data, Key, Node};

fn node(data: Data, span: Span) -> Node {
    Node {
        data,
        span,
        tag: None,
    }
}

pub(super) fn key(text: &str, span: Span) -> Key {
    Key {
        text: text.into(),
        span,
    }
}

pub(super) fn text(text: &str, span: Span) -> Node {
    node(Data::Text(text.into()), span)
}

pub(super) fn list(elements: Vec<Node>, span: Span) -> Node {
    node(Data::List(elements.into()), span)
}

pub(super) fn map<'k>(entries: impl IntoIterator<Item = (&'k str, Node)>, span: Span) -> Node {
    let entries = entries.into_iter();
    let entries = entries.map(|(name, value)| (key(name, value.span), value));
    node(Data::Map(entries.collect()), span)
}

/// One element alone, or the list of several.
pub(super) fn one_or_all(mut elements: Vec<Node>, span: Span) -> Node {
    match (elements.pop(), elements.is_empty()) {
        (Some(alone), true) => alone,
        (Some(last), false) => {
            elements.push(last);
            list(elements, span)
        }
        (None, _) => list(elements, span),
    }
}

/// `Fn::GetAtt` of an attribute.
pub(super) fn attribute(resource: &str, attribute: &str, span: Span) -> Node {
    let name = text(&format!("{resource}.{attribute}"), span);
    map([("Fn::GetAtt", name)], span)
}

/// `Ref`.
pub(super) fn reference(name: &str, span: Span) -> Node {
    map([("Ref", text(name, span))], span)
}

/// `Fn::If`.
pub(super) fn choice(condition: Node, yes: Node, no: Node, span: Span) -> Node {
    map([("Fn::If", list(vec![condition, yes, no], span))], span)
}

/// `AWS::NoValue`.
pub(super) fn nothing(span: Span) -> Node {
    reference("AWS::NoValue", span)
}

/// What the transform writes, and nobody here sees.
pub(super) fn not_seen(span: Span) -> Node {
    Node {
        tag: Some((NOT_SEEN.into(), span)),
        ..node(Data::Null, span)
    }
}

/// A policy inside of a role.
pub(super) fn policy(name: &str, document: Node) -> Node {
    let span = document.span;
    let entries = [
        ("PolicyName", text(name, span)),
        ("PolicyDocument", document),
    ];
    map(entries, span)
}

/// The map without these keys, and with these entries behind.
pub(super) fn changed(map: &Node, without: &[&str], with: &[(Key, Node)]) -> Node {
    let is_kept = |key: &Key| {
        !without.contains(&&*key.text) && !with.iter().any(|(new, _)| new.text == key.text)
    };
    let kept = map.entries().iter().filter(|(key, _)| is_kept(key));
    let entries: Arc<[_]> = kept.cloned().chain(with.iter().cloned()).collect();
    Node {
        data: Data::Map(entries),
        ..map.clone()
    }
}

/// Whether something is there that the transform takes for said.
pub(super) fn is_said(node: &Node) -> bool {
    node.tag.is_some()
        || match &node.data {
            Data::Null => false,
            Data::Bool(flag) => *flag,
            Data::Number(_) => true,
            Data::Text(text) => !text.is_empty(),
            Data::List(all) => !all.is_empty(),
            Data::Map(all) => !all.is_empty(),
        }
}
