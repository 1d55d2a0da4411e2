//! `Fn::Sub`: names in a text, and their values.

use super::Scope;
use super::call::Call;
use super::text::{joined, pieces};
use crate::model::source::Span;
use crate::model::value::{Data, Piece, Value, Why};
use crate::yaml::{Data as NodeData, Node};

/// A part of a text that `Fn::Sub` reads.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Part<'t> {
    /// As it is.
    Literal(&'t str),
    /// `${!Name}`, which stays as `${Name}`.
    Escaped(&'t str),
    /// `${Name}` or `${Name.Attribute}`.
    Name(&'t str),
}

/// The parts of a text.
pub(super) fn parts(text: &str) -> Vec<Part<'_>> {
    let (mut parts, mut rest) = (Vec::new(), text);
    while let Some((before, after)) = rest.split_once("${") {
        let Some((name, behind)) = after.split_once('}') else {
            break;
        };
        if !before.is_empty() {
            parts.push(Part::Literal(before));
        }
        match name.strip_prefix('!') {
            Some(escaped) => parts.push(Part::Escaped(escaped)),
            None => parts.push(Part::Name(name.trim())),
        }
        rest = behind;
    }
    if !rest.is_empty() {
        parts.push(Part::Literal(rest));
    }
    parts
}

impl Scope<'_, '_> {
    pub(super) fn sub(&self, call: &Call) -> Value<'static> {
        let (text, own) = match &call.argument.data {
            NodeData::List(elements) => match &**elements {
                [text, own] => (text, Some(own)),
                [text] => (text, None),
                _ => {
                    return self
                        .world
                        .wrong("`Fn::Sub` takes a text and a map", call.at);
                }
            },
            _ => (&call.argument, None),
        };
        let Some(template) = text.scalar() else {
            return self.world.wrong("`Fn::Sub` takes a text", call.at);
        };
        let own = own.map_or(&[][..], Node::entries);
        let mut all: Vec<Piece<'static>> = Vec::new();
        for part in parts(template) {
            match part {
                Part::Literal(text) => all.push(Piece::Known(text.to_owned().into())),
                Part::Escaped(text) => all.push(Piece::Known(format!("${{{text}}}").into())),
                Part::Name(name) => {
                    let named = own.iter().find(|(key, _)| *key.text == *name);
                    let value = match named {
                        Some((_, node)) => self.value(node),
                        None => self.name_in_text(name, call.at),
                    };
                    if !self.world.budget.pays(&value) {
                        return self.too_much(call.at);
                    }
                    match pieces(&value) {
                        Ok(pieces) => all.extend(pieces),
                        Err(_) => all.push(self.no_text(name, call.at)),
                    }
                }
            }
        }
        joined(all, call.at)
    }

    fn name_in_text(&self, name: &str, at: Span) -> Value<'static> {
        match name.split_once('.') {
            Some((resource, attribute)) if self.is_resource(resource) => {
                self.attribute(resource, attribute, at)
            }
            _ if name.contains('.') => {
                let what = name.split('.').next().unwrap_or(name);
                if let Some(unseen) = self.unseen(what, at) {
                    return unseen;
                }
                self.world
                    .wrong(format!("there is no resource `{what}`"), at)
            }
            _ => self.reference(name, at),
        }
    }

    fn no_text(&self, name: &str, at: Span) -> Piece<'static> {
        let value = self
            .world
            .wrong(format!("`{name}` is a list, and no text"), at);
        let why = match value.data {
            Data::Unknown(why) => why,
            _ => Why::NotEvaluated,
        };
        Piece::Unknown(why)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keeps_what_is_escaped_and_what_is_cut_off() {
        assert_eq!(
            parts("a${B}/${!aws:username}${ C.Arn }${"),
            [
                Part::Literal("a"),
                Part::Name("B"),
                Part::Literal("/"),
                Part::Escaped("aws:username"),
                Part::Name("C.Arn"),
                Part::Literal("${"),
            ]
        );
    }
}
