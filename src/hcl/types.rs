//! Terraform's types, and types as they are written for variables.
//!
//! Source: Terraform Language, "Type Constraints".

use std::collections::BTreeMap;
use std::fmt;

use super::syntax::{Expr, ExprKind};
use super::value::{Data, Value};
use super::{Error, Evaluator, Locals};

/// A type, or a constraint on one.
#[derive(Debug, Clone, PartialEq)]
pub enum Type {
    /// `any`: nothing is said.
    Any,
    /// `bool`.
    Bool,
    /// `number`.
    Number,
    /// `string`.
    String,
    /// `list(T)`.
    List(Box<Type>),
    /// `set(T)`.
    Set(Box<Type>),
    /// `map(T)`.
    Map(Box<Type>),
    /// `tuple([T, …])`.
    Tuple(Vec<Type>),
    /// `object({…})`.
    Object(BTreeMap<String, Attribute>),
}

/// An attribute of an object type.
#[derive(Debug, Clone, PartialEq)]
pub struct Attribute {
    /// Its type.
    pub of: Type,
    /// `optional(T)`: it may be left out.
    pub optional: bool,
    /// `optional(T, default)`: what stands for it then.
    pub default: Option<Value>,
}

impl Attribute {
    fn read(expr: &Expr, evaluator: &Evaluator<'_>) -> Result<Self, Error> {
        let ExprKind::Call(call) = &expr.kind else {
            return Type::read(expr, evaluator).map(Self::required);
        };
        match (call.name.as_str(), call.arguments.as_slice()) {
            ("optional", [of]) => Ok(Self {
                of: Type::read(of, evaluator)?,
                optional: true,
                default: None,
            }),
            ("optional", [of, default]) => {
                let default = evaluator.evaluate(default, &Locals::default())?;
                Ok(Self {
                    of: Type::read(of, evaluator)?,
                    optional: true,
                    default: Some(default).filter(|one| !matches!(one.data, Data::Null(_))),
                })
            }
            _ => Type::read(expr, evaluator).map(Self::required),
        }
    }

    /// One that must be there.
    #[must_use]
    pub fn required(of: Type) -> Self {
        Self {
            of,
            optional: false,
            default: None,
        }
    }
}

impl Type {
    /// A list.
    #[must_use]
    pub fn list(of: Self) -> Self {
        Self::List(Box::new(of))
    }

    /// A set.
    #[must_use]
    pub fn set(of: Self) -> Self {
        Self::Set(Box::new(of))
    }

    /// A map.
    #[must_use]
    pub fn map(of: Self) -> Self {
        Self::Map(Box::new(of))
    }

    /// Reads a type as it is written for a variable: `list(object({a = optional(string, "x")}))`. A bare
    /// word in quotes, as long ago, is read too.
    ///
    /// # Errors
    /// What is no type.
    pub fn read(expr: &Expr, evaluator: &Evaluator<'_>) -> Result<Self, Error> {
        let wrong = || Error::new("this is no type", expr.span);
        let word = match &expr.kind {
            ExprKind::Variable(word) | ExprKind::Text(word) => word,
            ExprKind::Call(call) => {
                let of = |argument: &Expr| Self::read(argument, evaluator);
                return match (call.name.as_str(), call.arguments.as_slice()) {
                    ("list", [argument]) => Ok(Self::list(of(argument)?)),
                    ("set", [argument]) => Ok(Self::set(of(argument)?)),
                    ("map", [argument]) => Ok(Self::map(of(argument)?)),
                    ("tuple", [argument]) => match &argument.kind {
                        ExprKind::Tuple(all) => {
                            Ok(Self::Tuple(all.iter().map(of).collect::<Result<_, _>>()?))
                        }
                        _ => Err(wrong()),
                    },
                    ("object", [argument]) => match &argument.kind {
                        ExprKind::Object(entries) => {
                            let entries = entries.iter().map(|(name, of)| match &name.kind {
                                ExprKind::Text(name) => {
                                    Ok((name.clone(), Attribute::read(of, evaluator)?))
                                }
                                _ => Err(wrong()),
                            });
                            Ok(Self::Object(entries.collect::<Result<_, _>>()?))
                        }
                        _ => Err(wrong()),
                    },
                    _ => Err(wrong()),
                };
            }
            _ => return Err(wrong()),
        };
        Ok(match word.as_str() {
            "any" => Self::Any,
            "bool" => Self::Bool,
            "number" => Self::Number,
            "string" => Self::String,
            "list" => Self::list(Self::Any),
            "set" => Self::set(Self::Any),
            "map" => Self::map(Self::Any),
            _ => return Err(wrong()),
        })
    }

    /// Whether it says all.
    #[must_use]
    pub fn is_exact(&self) -> bool {
        match self {
            Self::Any => false,
            Self::Bool | Self::Number | Self::String => true,
            Self::List(of) | Self::Set(of) | Self::Map(of) => of.is_exact(),
            Self::Tuple(all) => all.iter().all(Self::is_exact),
            Self::Object(all) => all.values().all(|one| one.of.is_exact()),
        }
    }

    /// The type that values of it have: nothing of them is optional any more.
    #[must_use]
    pub fn of_values(&self) -> Self {
        match self {
            Self::Any | Self::Bool | Self::Number | Self::String => self.clone(),
            Self::List(of) => Self::list(of.of_values()),
            Self::Set(of) => Self::set(of.of_values()),
            Self::Map(of) => Self::map(of.of_values()),
            Self::Tuple(all) => Self::Tuple(all.iter().map(Self::of_values).collect()),
            Self::Object(all) => {
                let all = all.iter();
                let all =
                    all.map(|(name, one)| (name.clone(), Attribute::required(one.of.of_values())));
                Self::Object(all.collect())
            }
        }
    }

    /// Whether it is `bool`, `number` or `string`.
    #[must_use]
    pub fn is_primitive(&self) -> bool {
        matches!(self, Self::Bool | Self::Number | Self::String)
    }
}

impl fmt::Display for Type {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Any => f.write_str("any type"),
            Self::Bool => f.write_str("bool"),
            Self::Number => f.write_str("number"),
            Self::String => f.write_str("string"),
            Self::List(of) => write!(f, "list of {of}"),
            Self::Set(of) => write!(f, "set of {of}"),
            Self::Map(of) => write!(f, "map of {of}"),
            Self::Tuple(_) => f.write_str("tuple"),
            Self::Object(_) => f.write_str("object"),
        }
    }
}
