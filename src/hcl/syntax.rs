//! The syntax tree: bodies of arguments and blocks, and expressions, each with its place. Native syntax
//! and JSON syntax come to the same tree.
//!
//! Source: HCL Native Syntax Specification; HCL JSON Syntax Specification.

use super::number::Number;
use crate::model::source::Span;

/// What stands in a file or in a block.
#[derive(Debug, Clone, Default)]
pub struct Body {
    /// The arguments, in the order of the source.
    pub arguments: Vec<Argument>,
    /// The blocks, in the order of the source.
    pub blocks: Vec<Block>,
    /// All of it.
    pub span: Option<Span>,
}

/// `name = value`.
#[derive(Debug, Clone)]
pub struct Argument {
    /// The name.
    pub name: String,
    /// The value.
    pub value: Expr,
    /// The whole argument.
    pub span: Span,
}

/// `name "label" { … }`.
#[derive(Debug, Clone)]
pub struct Block {
    /// The name.
    pub name: String,
    /// The labels.
    pub labels: Vec<String>,
    /// What is inside.
    pub body: Body,
    /// Name and labels: what messages point at.
    pub header: Span,
    /// The whole block.
    pub span: Span,
}

/// An expression.
#[derive(Debug, Clone)]
pub struct Expr {
    /// What it is.
    pub kind: ExprKind,
    /// Where it stands.
    pub span: Span,
}

/// The kinds of expressions.
#[derive(Debug, Clone)]
pub enum ExprKind {
    /// `null`.
    Null,
    /// `true`, `false`.
    Bool(bool),
    /// `1.5`.
    Number(Number),
    /// A text without anything to be worked out.
    Text(String),
    /// A text with expressions and directives.
    Template(Vec<Part>),
    /// A name: the root of a reference, or what a `for` binds.
    Variable(String),
    /// `base.name`.
    Attribute(Box<Expr>, String),
    /// `base[key]`.
    Index(Box<Expr>, Box<Expr>),
    /// `base[*].a[0]` and `base.*.a`: the steps are taken from each element.
    Splat(Box<Expr>, Vec<Step>),
    /// `[a, b]`.
    Tuple(Vec<Expr>),
    /// `{a = b}`: keys are expressions; a bare name is a text.
    Object(Vec<(Expr, Expr)>),
    /// `name(a, b...)`.
    Call(Box<Call>),
    /// `condition ? yes : no`.
    Conditional(Box<[Expr; 3]>),
    /// `!x`, `-x`.
    Unary(UnaryOperator, Box<Expr>),
    /// `a + b`.
    Binary(BinaryOperator, Box<[Expr; 2]>),
    /// `[for …]`, `{for …}`.
    For(Box<For>),
}

/// A step that a splat takes from each element.
#[derive(Debug, Clone)]
pub enum Step {
    /// `.name`.
    Attribute(String, Span),
    /// `[key]`.
    Index(Expr),
    /// `[*].a`, `.*.a`: a splat of its own in each element.
    Splat(Vec<Step>),
}

/// A function call.
#[derive(Debug, Clone)]
pub struct Call {
    /// The name, with its namespace: `provider::aws::arn_parse`.
    pub name: String,
    /// The arguments.
    pub arguments: Vec<Expr>,
    /// The last argument is a list of arguments: `f(x...)`.
    pub expand: bool,
}

/// A `for` expression.
#[derive(Debug, Clone)]
pub struct For {
    /// The name of the key, if it has one.
    pub key_name: Option<String>,
    /// The name of the element.
    pub value_name: String,
    /// What is run over.
    pub collection: Expr,
    /// The key of each entry; without it, a tuple is made.
    pub key: Option<Expr>,
    /// The value of each entry.
    pub value: Expr,
    /// `...`: values with one key are gathered in a tuple.
    pub grouping: bool,
    /// `if …`.
    pub condition: Option<Expr>,
}

/// A part of a template.
#[derive(Debug, Clone)]
pub enum Part {
    /// Text as it is.
    Literal(String),
    /// `${…}`.
    Interpolation(Expr),
    /// `%{ if … }…%{ else }…%{ endif }`.
    If(Expr, Vec<Part>, Vec<Part>),
    /// `%{ for k, v in … }…%{ endfor }`.
    For {
        /// The name of the key, if it has one.
        key_name: Option<String>,
        /// The name of the element.
        value_name: String,
        /// What is run over.
        collection: Expr,
        /// What is repeated.
        parts: Vec<Part>,
    },
}

/// `!`, `-`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UnaryOperator {
    /// `!`.
    Not,
    /// `-`.
    Negate,
}

/// The operators between two values.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names are what they do")]
pub enum BinaryOperator {
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    Plus,
    Minus,
    Times,
    Divide,
    Modulo,
    And,
    Or,
}

impl Body {
    /// The value of an argument.
    #[must_use]
    pub fn argument(&self, name: &str) -> Option<&Argument> {
        self.arguments.iter().find(|one| one.name == name)
    }

    /// The blocks of a name.
    pub fn blocks_named<'b>(&'b self, name: &'b str) -> impl Iterator<Item = &'b Block> {
        self.blocks.iter().filter(move |one| one.name == name)
    }
}
