//! Functions that convert, and those on secrets.
//!
//! Source: Terraform Language, "Type Conversion Functions".
use super::{Call, Function, Parameter, ParameterType, ResultType};
use crate::hcl::Error;
use crate::hcl::convert::convert;
use crate::hcl::types::Type;
use crate::hcl::value::Value;

/// Of any type, null or not known.
const ALL: Parameter = Parameter::new(ParameterType::Any).nullable().unknowable();

pub(super) const FUNCTIONS: &[Function] = &[
    Function::new("ephemeralasnull", &[ALL], ResultType::Any, itself),
    Function::new("issensitive", &[ALL], ResultType::Bool, is_sensitive),
    Function::new("nonsensitive", &[ALL], ResultType::Any, nonsensitive),
    Function::new("sensitive", &[ALL], ResultType::Any, sensitive),
    Function::new("tobool", &[ALL], ResultType::Bool, |call| {
        converted(&call, &Type::Bool)
    }),
    Function::new("tolist", &[ALL], ResultType::Any, |call| {
        converted(&call, &Type::list(Type::Any))
    }),
    Function::new("tomap", &[ALL], ResultType::Any, |call| {
        converted(&call, &Type::map(Type::Any))
    }),
    Function::new("tonumber", &[ALL], ResultType::Number, |call| {
        converted(&call, &Type::Number)
    }),
    Function::new("toset", &[ALL], ResultType::Any, |call| {
        converted(&call, &Type::set(Type::Any))
    }),
    Function::new("tostring", &[ALL], ResultType::String, |call| {
        converted(&call, &Type::String)
    }),
];

fn converted(call: &Call<'_, '_>, to: &Type) -> Result<Value, Error> {
    convert(call.argument(0).clone(), to).map_err(|error| call.error(error))
}

/// Nothing that is known before Terraform runs is ephemeral.
fn itself(call: Call<'_, '_>) -> Result<Value, Error> {
    Ok(call.argument(0).clone())
}

fn sensitive(call: Call<'_, '_>) -> Result<Value, Error> {
    Ok(call.argument(0).clone().marked(true))
}

/// Secrets inside stay secrets.
fn nonsensitive(call: Call<'_, '_>) -> Result<Value, Error> {
    Ok(Value {
        sensitive: false,
        ..call.argument(0).clone()
    })
}

fn is_sensitive(call: Call<'_, '_>) -> Result<Value, Error> {
    let value = call.argument(0);
    Ok(match value.unknown_of() {
        // What is not known may turn out to be a secret.
        Some(because) if !value.sensitive => call.unknown(Type::Bool, &because),
        _ => Value::bool(value.sensitive, call.at),
    })
}
