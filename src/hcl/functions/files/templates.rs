//! Templates from files and from texts.
//!
//! Source: Terraform Language, "templatefile Function", "templatestring Function".

use super::read_text;
use crate::hcl::convert::convert;
use crate::hcl::evaluate::{Locals, Scope};
use crate::hcl::functions::Call;
use crate::hcl::types::Type;
use crate::hcl::value::{Data, Value};
use crate::hcl::{Error, template};
use crate::model::source::Span;

/// The scope of a template: nothing but its variables has a name.
struct Nothing;

impl Scope for Nothing {
    fn lookup(&self, names: &[&str], at: Span) -> Result<(Value, usize), Error> {
        let name = names.first().copied().unwrap_or_default();
        Err(Error::new(format!("the template is given no `{name}`"), at))
    }
}

pub(in crate::hcl::functions) fn templatefile(call: Call<'_, '_>) -> Result<Value, Error> {
    let Some(path) = call.argument(0).as_str() else {
        return Ok(call.undecided(Type::Any));
    };
    let text = read_text(&call, path)?;
    let rendered = rendered(&call, &text);
    let rendered = rendered.map_err(|error| call.error(format!("{path}: {}", error.message)))?;
    Ok(rendered.unwrap_or_else(|| call.undecided(Type::Any)))
}

pub(in crate::hcl::functions) fn templatestring(call: Call<'_, '_>) -> Result<Value, Error> {
    let Some(text) = call.argument(0).as_str() else {
        return Ok(call.undecided(Type::String));
    };
    match rendered(&call, text)? {
        Some(value) => convert(value, &Type::String).map_err(|why| call.error(why)),
        None => Ok(call.undecided(Type::String)),
    }
}

/// What a template comes to with the variables of a call; none if they are not known.
fn rendered(call: &Call<'_, '_>, text: &str) -> Result<Option<Value>, Error> {
    let given = call.argument(1);
    let Some(entries) = given.entries() else {
        return match given.any_unknown() {
            Some(_) => Ok(None),
            None => Err(call.error("the variables of a template must be a map")),
        };
    };
    call.evaluator.spend(text.len() / 64, call.at)?;
    let mut bound = Vec::with_capacity(entries.len());
    for (name, value) in entries {
        let is_name = name.starts_with(char::is_alphabetic)
            && name
                .chars()
                .all(|one| one.is_alphanumeric() || matches!(one, '_' | '-'));
        if !is_name {
            return Err(call.error(format!("no variable of a template can be called {name:?}")));
        }
        bound.push((name.as_str(), value.clone().marked(given.sensitive)));
    }
    let parts = template(text, call.at)?;
    let outer = Locals::default();
    let locals = Locals::inside(&outer, bound);
    let evaluator = call.evaluator.with_scope(&Nothing);
    let value = evaluator.template(&parts, &locals, call.at)?;
    match value.data {
        Data::Null(_) => Err(call.error("the template comes to null")),
        _ => Ok(Some(value.at(call.at))),
    }
}
