//! References: names, attributes, elements, splats.

use std::sync::Arc;

use super::{Error, Evaluator, Locals, unknown_as};
use crate::hcl::convert::convert;
use crate::hcl::syntax::{Expr, ExprKind, Step};
use crate::hcl::types::Type;
use crate::hcl::value::{Data, Hole, Instance, Text, Unknown, Value};
use crate::model::source::Span;

/// The most names of a reference that a scope is shown.
const NAMES: usize = 5;

impl Evaluator<'_> {
    /// A reference: its names are looked up as far as they lead, the rest is taken step by step.
    pub(super) fn reference(&self, expr: &Expr, locals: &Locals<'_>) -> Result<Value, Error> {
        if let Some(names) = names(expr)
            && let Some(root) = names.first()
        {
            if let Some(bound) = locals.get(root) {
                return self.follow(bound.clone(), names.get(1..).unwrap_or(&[]), expr.span);
            }
            let shown = names.get(..names.len().min(NAMES)).unwrap_or(&names);
            let found = self.scope.lookup(shown, expr.span);
            let (value, used) = found.map_err(|error| Error {
                is_missing_name: true,
                ..error
            })?;
            let rest = names.get(used..).unwrap_or(&[]);
            return self.follow(value, rest, expr.span);
        }
        match &expr.kind {
            ExprKind::Attribute(base, name) => {
                let base = self.evaluate(base, locals)?;
                attribute(&base, name, expr.span)
            }
            ExprKind::Index(base, key) => {
                let base = self.evaluate(base, locals)?;
                let key = self.evaluate(key, locals)?;
                index(&base, key, expr.span)
            }
            ExprKind::Splat(base, steps) => {
                let base = self.evaluate(base, locals)?;
                self.splat(base, steps, locals, expr.span)
            }
            _ => Err(Error::new("this is no reference", expr.span)),
        }
    }

    #[expect(clippy::unused_self, reason = "reads as the others do")]
    fn follow(&self, mut value: Value, names: &[&str], at: Span) -> Result<Value, Error> {
        for name in names {
            value = attribute(&value, name, at)?;
        }
        Ok(Value {
            origin: at,
            ..value
        })
    }

    fn splat(
        &self,
        base: Value,
        steps: &[Step],
        locals: &Locals<'_>,
        at: Span,
    ) -> Result<Value, Error> {
        let sensitive = base.sensitive;
        if base.is_unsettled_set()
            && let Some(because) = base.any_unknown()
        {
            return Ok(unknown_as(Type::Any, &because, at).marked(sensitive));
        }
        // Of a list and a set, a list is made.
        let mut of = match &base.data {
            Data::List(of, _) | Data::Set(of, _) => Some(of.clone()),
            _ => None,
        };
        for step in steps {
            of = of.map(|of| type_after(&of, step));
        }
        let elements = match &base.data {
            Data::Null(Type::List(_) | Type::Set(_) | Type::Tuple(_)) => {
                return Err(Error::new("a splat of a list takes no null value", at));
            }
            Data::Null(_) => Vec::new(),
            Data::Tuple(all) | Data::List(_, all) | Data::Set(_, all) => all.as_ref().clone(),
            Data::Unknown(because) if !is_single(&because.of) => {
                return Ok(unknown_as(Type::Any, because, at).marked(sensitive));
            }
            // Anything else is one element.
            _ => vec![base],
        };
        let mut taken = Vec::with_capacity(elements.len());
        for mut value in elements {
            for step in steps {
                value = match step {
                    Step::Attribute(name, span) => attribute(&value, name, *span)?,
                    Step::Index(key) => {
                        let key = self.evaluate(key, locals)?;
                        index(&value, key, at)?
                    }
                    Step::Splat(steps) => self.splat(value, steps, locals, at)?,
                };
            }
            taken.push(value);
        }
        let value = match of {
            Some(of) => Value::new(Data::List(of, Arc::new(taken)), at),
            None => Value::tuple(taken, at),
        };
        Ok(value.marked(sensitive))
    }
}

/// The type that a step leads to.
fn type_after(of: &Type, step: &Step) -> Type {
    match (of, step) {
        (Type::Object(attributes), Step::Attribute(name, _)) => {
            let attribute = attributes.get(name);
            attribute.map_or(Type::Any, |attribute| attribute.of.clone())
        }
        (Type::Object(attributes), Step::Index(key)) => {
            let name = match &key.kind {
                ExprKind::Text(name) => attributes.get(name),
                _ => None,
            };
            name.map_or(Type::Any, |attribute| attribute.of.clone())
        }
        (Type::Map(of), Step::Attribute(..) | Step::Index(_))
        | (Type::List(of), Step::Index(_)) => of.as_ref().clone(),
        (Type::List(of) | Type::Set(of), Step::Splat(steps)) => Type::list(
            steps
                .iter()
                .fold(of.as_ref().clone(), |of, step| type_after(&of, step)),
        ),
        _ => Type::Any,
    }
}

fn is_single(of: &Type) -> bool {
    of.is_primitive() || matches!(of, Type::Object(_) | Type::Map(_))
}

/// The names of a reference that is written with dots alone, `a.b.c`.
fn names(expr: &Expr) -> Option<Vec<&str>> {
    match &expr.kind {
        ExprKind::Variable(name) => Some(vec![name]),
        ExprKind::Attribute(base, name) => {
            let mut names = names(base)?;
            names.push(name);
            Some(names)
        }
        _ => None,
    }
}

/// An attribute of a value.
pub(super) fn attribute(base: &Value, name: &str, at: Span) -> Result<Value, Error> {
    let sensitive = base.sensitive;
    let value = match &base.data {
        Data::Object(entries) => {
            let found = entries.get(name).cloned();
            found.ok_or_else(|| no_attribute(name, at))?
        }
        Data::Map(_, entries) => {
            let found = entries.get(name).cloned();
            let missing = || Error::new(format!("this map has no element `{name}`"), at);
            found.ok_or_else(missing)?
        }
        Data::Resource(instance) => of_instance(instance, name, at),
        Data::Unknown(unknown) => {
            let of = match &unknown.of {
                Type::Map(of) => of.as_ref().clone(),
                Type::Object(attributes) => {
                    let attribute = attributes.get(name);
                    attribute.ok_or_else(|| no_attribute(name, at))?.of.clone()
                }
                of if of.is_primitive() => {
                    return Err(Error::new(format!("a {of} has no attribute `{name}`"), at));
                }
                _ => Type::Any,
            };
            let what = unknown.what.as_ref();
            let inner = Unknown {
                of: of.clone(),
                why: unknown.why,
                what: what.map(|what| format!("{what}.{name}").into()),
            };
            unknown_as(of, &inner, at)
        }
        Data::Text(text) if text.type_of() == Type::Any => unknown_in_text(text, at),
        Data::Tuple(_) | Data::List(..) | Data::Set(..) => {
            // `list.0` is an old way to write `list[0]`.
            return match name.parse::<usize>() {
                Ok(number) => index(base, Value::number(number, at), at),
                Err(_) => Err(Error::new(
                    format!("a list has no attribute `{name}`: take `[*].{name}` or one element"),
                    at,
                )),
            };
        }
        Data::Null(_) => {
            let message = format!("a null value has no attribute `{name}`");
            return Err(Error::new(message, at));
        }
        _ => {
            let of = base.type_of();
            return Err(Error::new(format!("a {of} has no attribute `{name}`"), at));
        }
    };
    let origin = value.origin;
    Ok(Value { origin, ..value }.marked(sensitive))
}

fn of_instance(instance: &Instance, name: &str, at: Span) -> Value {
    if let Some(value) = instance.attributes.get(name) {
        return value.clone();
    }
    let hole = Hole {
        attribute: Some((Arc::clone(&instance.address), name.into())),
        why: instance.why,
        what: None,
    };
    Value::new(Data::Text(Text::hole(hole)), at)
}

fn no_attribute(name: &str, at: Span) -> Error {
    Error::new(format!("this object has no attribute `{name}`"), at)
}

fn unknown_in_text(text: &Text, at: Span) -> Value {
    let because = text.holes().next().map(|hole| Unknown {
        of: Type::Any,
        why: hole.why,
        what: hole.what(),
    });
    match because {
        Some(because) => unknown_as(Type::Any, &because, at),
        None => Value::null(at),
    }
}

/// An element of a value.
pub(super) fn index(base: &Value, key: Value, at: Span) -> Result<Value, Error> {
    let sensitive = base.sensitive || key.sensitive;
    if key.is_null() {
        return Err(Error::new("an index must not be null", at));
    }
    let value = match &base.data {
        Data::Tuple(all) | Data::List(_, all) => {
            let key = convert(key, &Type::Number).map_err(|error| Error::new(error, at))?;
            match &key.data {
                Data::Number(number) => {
                    let found = number.as_usize().and_then(|number| all.get(number));
                    let missing = || {
                        let length = all.len();
                        Error::new(format!("there is no element {number} among {length}"), at)
                    };
                    found.cloned().ok_or_else(missing)?
                }
                Data::Unknown(because) => {
                    let of = match &base.data {
                        Data::List(of, _) => of.clone(),
                        _ => super::one_type(all),
                    };
                    unknown_as(of, because, at)
                }
                _ => return Err(Error::new("an index must be a number", at)),
            }
        }
        Data::Object(_) | Data::Map(..) | Data::Resource(_) => {
            let key = convert(key, &Type::String).map_err(|error| Error::new(error, at))?;
            match (key.as_str(), key.any_unknown()) {
                (Some(name), _) => return attribute(base, name, at).map(|v| v.marked(sensitive)),
                (None, Some(because)) => {
                    let of = match &base.data {
                        Data::Map(of, _) => of.clone(),
                        _ => Type::Any,
                    };
                    unknown_as(of, &because, at)
                }
                (None, None) => return Err(Error::new("an index must be a text", at)),
            }
        }
        Data::Unknown(unknown) => {
            let of = match &unknown.of {
                Type::List(of) | Type::Map(of) => of.as_ref().clone(),
                of if of.is_primitive() => {
                    return Err(Error::new(
                        format!("a {of} has no elements that are indexed"),
                        at,
                    ));
                }
                _ => Type::Any,
            };
            let written = match &key.data {
                Data::Number(number) => Some(format!("[{number}]")),
                Data::Text(text) => text.known().map(|text| format!("[{text:?}]")),
                _ => None,
            };
            let what = unknown.what.as_ref().zip(written);
            let inner = Unknown {
                of: of.clone(),
                why: unknown.why,
                what: what
                    .map(|(what, key)| format!("{what}{key}").into())
                    .or_else(|| unknown.what.clone()),
            };
            unknown_as(of, &inner, at)
        }
        Data::Text(text) if text.type_of() == Type::Any => unknown_in_text(text, at),
        Data::Null(_) => return Err(Error::new("a null value has no elements", at)),
        _ => {
            let of = base.type_of();
            return Err(Error::new(
                format!("a {of} has no elements that are indexed"),
                at,
            ));
        }
    };
    Ok(value.marked(sensitive))
}
