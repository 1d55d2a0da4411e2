//! What a configuration says about values that are not known yet: which expressions are written, and
//! what they mention.

use std::borrow::Cow;
use std::collections::HashMap;

use super::value::{ProviderId, Value};

/// An expression, as far as the input shows it.
#[derive(Debug, Clone, PartialEq)]
pub enum Expression<'a> {
    /// A literal. The value is told so that blocks of a set, which comes in another order, can be told
    /// apart.
    Constant(Value<'a>),
    /// It mentions these (`aws_kms_key.data.arn`, `var.x`), in the order of the source; how it combines
    /// them is not shown. The names that only lead to a longer one are left out. None at all: a call such
    /// as `timestamp()`.
    Mentions(Vec<Cow<'a, str>>),
    /// A block or object with expressions inside.
    Object(Vec<(Cow<'a, str>, Expression<'a>)>),
    /// Several blocks.
    List(Vec<Expression<'a>>),
}

/// How often a block is repeated.
#[derive(Debug, Clone, PartialEq, Default)]
pub enum Repetition<'a> {
    /// Once.
    #[default]
    Single,
    /// `for_each`: one instance for each element of what this expression gives.
    ForEach(Expression<'a>),
    /// `count`.
    Count,
}

/// What is written for one resource.
#[derive(Debug, Clone)]
pub struct Written<'a> {
    /// The expressions, under canonical names.
    pub expressions: Vec<(Cow<'a, str>, Expression<'a>)>,
    /// How the block is repeated.
    pub repetition: Repetition<'a>,
    /// The provider configuration it uses.
    pub provider: Option<ProviderId>,
}

/// What is written for one module.
#[derive(Debug, Clone, Default)]
pub struct Module<'a> {
    /// What the caller passes in.
    pub inputs: Vec<(Cow<'a, str>, Expression<'a>)>,
    /// What the module gives back.
    pub outputs: Vec<(Cow<'a, str>, Expression<'a>)>,
    /// How the call is repeated.
    pub repetition: Repetition<'a>,
}

/// The configuration of an estate. Keys are addresses without any `[…]`.
#[derive(Debug, Default)]
pub struct Configuration<'a> {
    /// Whether the input had one. Without it, nothing can be told about what is written.
    pub present: bool,
    /// Whether its expressions were evaluated. Then mentions tell where values come from, and no more: what
    /// is not known stays so.
    pub evaluated: bool,
    /// What is written for each resource of a kind we know.
    pub resources: HashMap<String, Written<'a>>,
    /// What is written for each module but the root.
    pub modules: HashMap<String, Module<'a>>,
    /// What the root gives out: outputs of the root module, outputs of stacks.
    pub outputs: Vec<(Cow<'a, str>, Expression<'a>)>,
}

impl<'a> Expression<'a> {
    /// The expression of a block's argument.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Expression<'a>> {
        match self {
            Self::Object(entries) => find(entries, name),
            _ => None,
        }
    }
}

/// The expression of a name in a list of them.
#[must_use]
pub fn find<'e, 'a>(
    entries: &'e [(Cow<'a, str>, Expression<'a>)],
    name: &str,
) -> Option<&'e Expression<'a>> {
    entries
        .iter()
        .find_map(|(key, expression)| (key == name).then_some(expression))
}
