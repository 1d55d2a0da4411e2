//! The functions of Terraform 1.11.
//!
//! One table, [`find`]; each function takes arguments that were converted to the types of its
//! parameters. One file per family.
//!
//! Source: Terraform Language, "Built-in Functions".
#![expect(
    clippy::needless_pass_by_value,
    clippy::unnecessary_wraps,
    reason = "all bodies have one signature"
)]

mod arguments;
mod collections;
mod conversions;
mod encoding;
mod files;
mod hashes;
mod lists;
mod maps;
mod networks;
mod numbers;
mod order;
mod sets;
mod strings;
mod times;

use std::path::PathBuf;

pub use order::{fingerprint, order};

use super::types::Type;
use super::value::{Data, Unknown, Value};
use super::{Error, Evaluator};
use crate::model::source::Span;

/// A function.
#[derive(Debug, Clone, Copy)]
pub struct Function {
    /// Its name.
    pub name: &'static str,
    /// The parameters that must be given.
    pub parameters: &'static [Parameter],
    /// The parameter that any number of further arguments are for.
    pub variadic: Option<Parameter>,
    /// The type of its result where that is the same for all arguments: what an unknown argument gives.
    pub result: ResultType,
    /// What it does.
    pub body: fn(Call<'_, '_>) -> Result<Value, Error>,
}

/// A function that gives a text.
const fn text(
    name: &'static str,
    parameters: &'static [Parameter],
    body: fn(Call<'_, '_>) -> Result<Value, Error>,
) -> Function {
    Function::new(name, parameters, ResultType::String, body)
}

impl Function {
    /// One with these parameters and no others.
    #[must_use]
    pub const fn new(
        name: &'static str,
        parameters: &'static [Parameter],
        result: ResultType,
        body: fn(Call<'_, '_>) -> Result<Value, Error>,
    ) -> Self {
        Self {
            name,
            parameters,
            variadic: None,
            result,
            body,
        }
    }

    /// The same, which takes any number of further arguments.
    #[must_use]
    pub const fn with_more(self, variadic: Parameter) -> Self {
        Self {
            variadic: Some(variadic),
            ..self
        }
    }

    /// Whether secrets inside of arguments stay with the elements that they are.
    #[must_use]
    pub fn keeps_secrets_inside(&self) -> bool {
        ELEMENTS_KEEP_SECRETS.contains(&self.name)
    }

    /// Whether it tells itself what is a secret of its result.
    #[must_use]
    pub fn decides_on_secrets(&self) -> bool {
        matches!(self.name, "nonsensitive" | "issensitive")
    }
}

/// A parameter of a function.
#[derive(Debug, Clone, Copy)]
pub struct Parameter {
    /// The type that arguments are converted to.
    pub of: ParameterType,
    /// It may be null.
    pub nullable: bool,
    /// The function itself deals with an argument of which nothing is known; otherwise the result is
    /// unknown. Unknown parts inside of arguments are always dealt with by functions.
    pub unknowable: bool,
}

/// The types that parameters have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ParameterType {
    /// Any type: nothing is converted.
    Any,
    /// `bool`.
    Bool,
    /// `number`.
    Number,
    /// `string`.
    String,
    /// `list(any)`.
    List,
    /// `list(string)`.
    Strings,
    /// `list(number)`.
    Numbers,
    /// `list(bool)`.
    Bools,
    /// `set(any)`.
    Set,
    /// `map(any)`.
    Map,
}

/// The type of a result that does not depend on the arguments.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ResultType {
    /// It does depend on them.
    Any,
    /// `bool`.
    Bool,
    /// `number`.
    Number,
    /// `string`.
    String,
    /// `list(string)`.
    Strings,
}

/// One call of a function.
#[derive(Debug)]
pub struct Call<'c, 'e> {
    /// The arguments, converted to the types of the parameters.
    pub arguments: Vec<Value>,
    /// Who calls, for files and templates.
    pub evaluator: &'c Evaluator<'e>,
    /// Where the call stands.
    pub at: Span,
}

/// Files that functions may read: those of the module tree.
pub trait Files: Sync {
    /// The text of a file, by a path from the current directory.
    ///
    /// # Errors
    /// Why it cannot be read; a path that leads out of the module tree cannot be.
    fn read(&self, path: &str) -> Result<Vec<u8>, FileError>;

    /// Every file below a directory, by its path from there, sorted.
    ///
    /// # Errors
    /// Why it cannot be listed.
    fn list(&self, directory: &str) -> Result<Vec<PathBuf>, FileError>;
}

/// Why a file cannot be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FileError {
    /// There is none.
    Missing,
    /// It lies outside the module tree, where nothing is read.
    Outside,
    /// It cannot be read, for this reason.
    Unreadable(String),
}

impl Parameter {
    /// Of this type; not null, and known.
    #[must_use]
    pub const fn new(of: ParameterType) -> Self {
        Self {
            of,
            nullable: false,
            unknowable: false,
        }
    }

    /// It may be null.
    #[must_use]
    pub const fn nullable(self) -> Self {
        Self {
            nullable: true,
            ..self
        }
    }

    /// The function deals with unknown arguments itself.
    #[must_use]
    pub const fn unknowable(self) -> Self {
        Self {
            unknowable: true,
            ..self
        }
    }
}

impl ParameterType {
    /// As a type.
    #[must_use]
    pub fn as_type(self) -> Type {
        match self {
            Self::Any => Type::Any,
            Self::Bool => Type::Bool,
            Self::Number => Type::Number,
            Self::String => Type::String,
            Self::List => Type::list(Type::Any),
            Self::Strings => Type::list(Type::String),
            Self::Numbers => Type::list(Type::Number),
            Self::Bools => Type::list(Type::Bool),
            Self::Set => Type::set(Type::Any),
            Self::Map => Type::map(Type::Any),
        }
    }
}

impl ResultType {
    /// As a type.
    #[must_use]
    pub fn as_type(self) -> Type {
        match self {
            Self::Any => Type::Any,
            Self::Bool => Type::Bool,
            Self::Number => Type::Number,
            Self::String => Type::String,
            Self::Strings => Type::list(Type::String),
        }
    }
}

impl Call<'_, '_> {
    /// An error of this call.
    pub fn error(&self, message: impl AsRef<str>) -> Error {
        Error::new(message, self.at)
    }

    /// A result that is not known, for the reason that something given is not.
    #[must_use]
    pub fn unknown(&self, of: Type, because: &Unknown) -> Value {
        let data = Data::Unknown(Unknown {
            of,
            ..because.clone()
        });
        Value::new(data, self.at)
    }

    /// An argument by its place. A parameter that must be given always has one.
    ///
    /// # Panics
    /// If there is no such parameter.
    #[must_use]
    #[expect(
        clippy::indexing_slicing,
        reason = "the number of arguments is checked before a body is called"
    )]
    pub fn argument(&self, at: usize) -> &Value {
        &self.arguments[at]
    }
}

/// The functions whose result is a secret only where an argument is one: secrets inside of arguments stay
/// with the elements that they are. A secret anywhere in an argument makes the result of any other function
/// one.
const ELEMENTS_KEEP_SECRETS: &[&str] = &[
    "chunklist",
    "concat",
    "element",
    "flatten",
    "issensitive",
    "keys",
    "length",
    "lookup",
    "merge",
    "nonsensitive",
    "reverse",
    "sensitive",
    "setproduct",
    "slice",
    "tolist",
    "tomap",
    "values",
    "zipmap",
];

/// Every function, family by family.
const FAMILIES: &[&[Function]] = &[
    collections::FUNCTIONS,
    conversions::FUNCTIONS,
    encoding::FUNCTIONS,
    files::FUNCTIONS,
    hashes::FUNCTIONS,
    lists::FUNCTIONS,
    maps::FUNCTIONS,
    networks::FUNCTIONS,
    numbers::FUNCTIONS,
    sets::FUNCTIONS,
    strings::FUNCTIONS,
    times::FUNCTIONS,
];

/// The function of this name; `core::` in front of it changes nothing.
#[must_use]
pub fn find(name: &str) -> Option<&'static Function> {
    let name = name.strip_prefix("core::").unwrap_or(name);
    all().find(|one| one.name == name)
}

/// Every function.
pub fn all() -> impl Iterator<Item = &'static Function> {
    FAMILIES.iter().copied().flatten()
}
