//! Texts to the syntax tree, by `hcl-edit`, which knows the place of every expression.

mod literals;

use std::collections::VecDeque;
use std::iter::Peekable;
use std::ops::Range;

use hcl_edit::Span as _;
use hcl_edit::expr::{
    BinaryOperator as EditBinary, Expression, Object, ObjectKey, TraversalOperator,
    UnaryOperator as EditUnary,
};
use hcl_edit::structure::{Body as EditBody, Structure};
use hcl_edit::template::{Directive, Element, ForDirective as Each, Template};

use self::literals::{Form, literals};
use super::Error;
use super::number::Number;
use super::syntax::{
    Argument, BinaryOperator, Block, Body, Call, Expr, ExprKind, For, Part, Step, UnaryOperator,
};
use crate::model::source::{FileId, Span};

/// More attributes, elements and splats after each other are refused: each holds those before it.
const MOST_STEPS: usize = 100;

/// Reads the text of a `.tf` or `.tfvars` file.
///
/// # Errors
/// What is not HCL, at its place. Nothing of the file is read then.
pub fn file(text: &str, file: FileId) -> Result<Body, Error> {
    let place = Place::File { file, text };
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let body = hcl_edit::parser::parse_body(text).map_err(|error| place.error(&error))?;
    place.body(&body)
}

/// Reads one expression. A place as long as the text is the text's own; any other is that of all of it.
///
/// # Errors
/// What is no expression.
pub fn expression(text: &str, at: Span) -> Result<Expr, Error> {
    let text = text.trim_end();
    let (start, text) = (text.len() - text.trim_start().len(), text.trim_start());
    let at = match u32::try_from(start) {
        Ok(start) if at.start < at.end => Span {
            start: at.start + start,
            ..at
        },
        _ => at,
    };
    let place = Place::of(text, at);
    let parsed = hcl_edit::parser::parse_expr(text).map_err(|error| place.error(&error))?;
    place.expr(&parsed)
}

/// Reads a template: the content of a text or file, without quotes. A place as long as the text is the
/// text's own; any other is that of all of it.
///
/// # Errors
/// What is no template.
pub fn template(text: &str, at: Span) -> Result<Vec<Part>, Error> {
    let place = Place::of(text, at);
    let parsed = hcl_edit::parser::parse_template(text).map_err(|error| place.error(&error))?;
    place.template(&parsed, Form::Lines)
}

/// What follows a base, one after the other.
type Operators<'o> = Peekable<std::slice::Iter<'o, hcl_edit::Decorated<TraversalOperator>>>;

/// What the bytes of a text stand for.
#[derive(Clone, Copy)]
enum Place<'t> {
    /// A whole file.
    File { file: FileId, text: &'t str },
    /// A part of a file, exactly as it stands there.
    Part { at: Span, text: &'t str },
    /// Something of which only the whole has a place.
    One { at: Span, text: &'t str },
}

impl<'t> Place<'t> {
    fn of(text: &'t str, at: Span) -> Self {
        if (at.end.saturating_sub(at.start)) as usize == text.len() {
            Self::Part { at, text }
        } else {
            Self::One { at, text }
        }
    }
}

impl Place<'_> {
    fn span(&self, range: Option<Range<usize>>) -> Span {
        match (self, range) {
            (Self::File { file, text }, Some(range)) => {
                // A byte order mark is no part of what was parsed.
                let before = if text.starts_with('\u{feff}') { 3 } else { 0 };
                let byte = |at: usize| u32::try_from(at + before).unwrap_or(u32::MAX);
                Span {
                    file: *file,
                    start: byte(range.start),
                    end: byte(range.end),
                }
            }
            (Self::File { file, .. }, None) => Span {
                file: *file,
                start: 0,
                end: 0,
            },
            (Self::Part { at, .. }, Some(range)) => {
                let byte = |offset| u32::try_from(offset).unwrap_or(u32::MAX);
                let within = |offset| at.start.saturating_add(byte(offset)).min(at.end);
                Span {
                    start: within(range.start),
                    end: within(range.end),
                    ..*at
                }
            }
            (Self::Part { at, .. } | Self::One { at, .. }, _) => *at,
        }
    }

    fn text(&self) -> &str {
        match self {
            Self::File { text, .. } => text.strip_prefix('\u{feff}').unwrap_or(text),
            Self::Part { text, .. } | Self::One { text, .. } => text,
        }
    }

    fn error(&self, error: &hcl_edit::parser::Error) -> Error {
        let at = error.location().offset();
        let mut words = error.message().lines().map(str::trim).collect::<Vec<_>>();
        words.retain(|line| !line.is_empty());
        let message = if words
            .iter()
            .any(|line| line.contains("redefined object key"))
        {
            // Terraform takes the last of them.
            "this key is there twice in one object, which is not read".to_owned()
        } else {
            format!("this is not HCL: {}", words.join(", "))
        };
        Error::new(message, self.span(Some(at..at + 1)))
    }

    fn body(&self, body: &EditBody) -> Result<Body, Error> {
        let mut lowered = Body {
            span: Some(self.span(body.span())),
            ..Body::default()
        };
        for structure in body {
            match structure {
                Structure::Attribute(attribute) => {
                    let span = self.span(attribute.span());
                    let value = self.expr(&attribute.value)?;
                    lowered.arguments.push(Argument {
                        name: attribute.key.as_str().to_owned(),
                        value,
                        span,
                    });
                }
                Structure::Block(block) => {
                    let whole = self.span(block.span());
                    let last = block.labels.last().and_then(hcl_edit::Span::span);
                    let start = block.ident.span();
                    let end = last.or_else(|| start.clone());
                    let header = start.zip(end).map(|(start, end)| start.start..end.end);
                    lowered.blocks.push(Block {
                        name: block.ident.as_str().to_owned(),
                        labels: block
                            .labels
                            .iter()
                            .map(|label| label.as_str().to_owned())
                            .collect(),
                        body: self.body(&block.body)?,
                        header: self.span(header),
                        span: whole,
                    });
                }
            }
        }
        Ok(lowered)
    }

    fn expr(&self, expression: &Expression) -> Result<Expr, Error> {
        let span = self.span(expression.span());
        let boxed = |one: &Expression| self.expr(one).map(Box::new);
        let kind = match expression {
            Expression::Null(_) => ExprKind::Null,
            Expression::Bool(flag) => ExprKind::Bool(*flag.value()),
            Expression::Number(number) => {
                let written = expression.span().and_then(|range| self.text().get(range));
                let written = written.map(str::trim);
                let number = written
                    .and_then(Number::parse)
                    .or_else(|| Number::parse(&number.value().to_string()));
                let number = number.ok_or_else(|| Error::new("this number is too large", span))?;
                ExprKind::Number(number)
            }
            Expression::String(text) => ExprKind::Text(text.value().clone()),
            Expression::Array(array) => {
                let all = array.iter().map(|one| self.expr(one));
                ExprKind::Tuple(all.collect::<Result<_, _>>()?)
            }
            Expression::Object(object) => ExprKind::Object(self.entries(object)?),
            Expression::StringTemplate(quoted) => of_parts(self.template(quoted, Form::Quoted)?),
            Expression::HeredocTemplate(heredoc) => {
                let written = heredoc.span().and_then(|range| self.text().get(range));
                let form = match written {
                    Some(written) if written.starts_with("<<-") => Form::Indented,
                    _ => Form::Lines,
                };
                of_parts(self.template(&heredoc.template, form)?)
            }
            Expression::Parenthesis(inner) => return self.expr(inner.inner()),
            Expression::Variable(name) => ExprKind::Variable(name.as_str().to_owned()),
            Expression::Conditional(three) => ExprKind::Conditional(Box::new([
                self.expr(&three.cond_expr)?,
                self.expr(&three.true_expr)?,
                self.expr(&three.false_expr)?,
            ])),
            Expression::FuncCall(call) => {
                let names = call.name.namespace.iter().map(|name| name.as_str());
                let names: Vec<_> = names.chain([call.name.name.as_str()]).collect();
                let arguments = call.args.iter().map(|one| self.expr(one));
                ExprKind::Call(Box::new(Call {
                    name: names.join("::"),
                    arguments: arguments.collect::<Result<_, _>>()?,
                    expand: call.args.expand_final(),
                }))
            }
            Expression::Traversal(traversal) => {
                let base = self.expr(&traversal.expr)?;
                return self.steps(base, &traversal.operators, span);
            }
            Expression::UnaryOp(operation) => {
                let operator = match operation.operator.value() {
                    EditUnary::Not => UnaryOperator::Not,
                    EditUnary::Neg => UnaryOperator::Negate,
                };
                ExprKind::Unary(operator, boxed(&operation.expr)?)
            }
            Expression::BinaryOp(operation) => {
                let two = [
                    self.expr(&operation.lhs_expr)?,
                    self.expr(&operation.rhs_expr)?,
                ];
                ExprKind::Binary(binary(*operation.operator.value()), Box::new(two))
            }
            Expression::ForExpr(run) => {
                let key_name = run.intro.key_var.as_ref();
                ExprKind::For(Box::new(For {
                    key_name: key_name.map(|name| name.as_str().to_owned()),
                    value_name: run.intro.value_var.as_str().to_owned(),
                    collection: self.expr(&run.intro.collection_expr)?,
                    key: run
                        .key_expr
                        .as_ref()
                        .map(|key| self.expr(key))
                        .transpose()?,
                    value: self.expr(&run.value_expr)?,
                    grouping: run.grouping,
                    condition: run
                        .cond
                        .as_ref()
                        .map(|condition| self.expr(&condition.expr))
                        .transpose()?,
                }))
            }
        };
        Ok(Expr { kind, span })
    }

    fn entries(&self, object: &Object) -> Result<Vec<(Expr, Expr)>, Error> {
        let mut entries = Vec::with_capacity(object.len());
        for (key, value) in object {
            let key = match key {
                ObjectKey::Ident(name) | ObjectKey::Expression(Expression::Variable(name)) => {
                    Expr {
                        kind: ExprKind::Text(name.as_str().to_owned()),
                        span: self.span(name.span()),
                    }
                }
                ObjectKey::Expression(key @ Expression::Null(_)) => Expr {
                    kind: ExprKind::Text("null".to_owned()),
                    span: self.span(key.span()),
                },
                ObjectKey::Expression(key) => self.expr(key)?,
            };
            entries.push((key, self.expr(value.expr())?));
        }
        Ok(entries)
    }

    fn steps(
        &self,
        mut base: Expr,
        operators: &[hcl_edit::Decorated<TraversalOperator>],
        whole: Span,
    ) -> Result<Expr, Error> {
        if operators.len() > MOST_STEPS {
            let message = format!("this reference has more than {MOST_STEPS} steps");
            return Err(Error::new(message, whole));
        }
        let mut operators = operators.iter().peekable();
        while let Some(operator) = operators.next() {
            let end = self.span(operator.span()).end.max(base.span.end);
            let span = Span { end, ..base.span };
            let boxed = Box::new(base);
            let kind = match operator.value() {
                TraversalOperator::GetAttr(name) => {
                    ExprKind::Attribute(boxed, name.as_str().to_owned())
                }
                TraversalOperator::Index(key) => ExprKind::Index(boxed, Box::new(self.expr(key)?)),
                TraversalOperator::LegacyIndex(number) => {
                    let number = usize::try_from(*number.value()).unwrap_or(usize::MAX);
                    let kind = ExprKind::Number(Number::from(number));
                    ExprKind::Index(boxed, Box::new(Expr { kind, span }))
                }
                splat @ (TraversalOperator::AttrSplat(_) | TraversalOperator::FullSplat(_)) => {
                    let is_full = matches!(splat, TraversalOperator::FullSplat(_));
                    ExprKind::Splat(boxed, self.splat(&mut operators, is_full)?)
                }
            };
            base = Expr { kind, span };
        }
        base.span = whole;
        Ok(base)
    }

    /// What a splat takes from each element: after `[*]` all that follows, after `.*` only what follows
    /// with a dot.
    fn splat(&self, operators: &mut Operators<'_>, is_full: bool) -> Result<Vec<Step>, Error> {
        let mut steps = Vec::new();
        while let Some(next) = operators.peek() {
            let span = self.span(next.span());
            let step = match next.value() {
                TraversalOperator::GetAttr(name) => Step::Attribute(name.as_str().to_owned(), span),
                TraversalOperator::LegacyIndex(number) => {
                    let kind = ExprKind::Number(Number::from(
                        usize::try_from(*number.value()).unwrap_or(usize::MAX),
                    ));
                    Step::Index(Expr { kind, span })
                }
                TraversalOperator::Index(key) if is_full => Step::Index(self.expr(key)?),
                inner @ (TraversalOperator::AttrSplat(_) | TraversalOperator::FullSplat(_))
                    if is_full =>
                {
                    let is_full = matches!(inner, TraversalOperator::FullSplat(_));
                    operators.next();
                    steps.push(Step::Splat(self.splat(operators, is_full)?));
                    continue;
                }
                _ => break,
            };
            steps.push(step);
            operators.next();
        }
        Ok(steps)
    }

    fn template(&self, template: &Template, form: Form) -> Result<Vec<Part>, Error> {
        let mut literals = literals(template, self.text(), form);
        self.parts(template, &mut literals)
    }

    fn parts(
        &self,
        template: &Template,
        literals: &mut VecDeque<String>,
    ) -> Result<Vec<Part>, Error> {
        let mut parts = Vec::new();
        for element in template {
            parts.push(match element {
                Element::Literal(_) => Part::Literal(literals.pop_front().unwrap_or_default()),
                Element::Interpolation(one) => Part::Interpolation(self.expr(&one.expr)?),
                Element::Directive(directive) => match &**directive {
                    Directive::If(directive) => Part::If(
                        self.expr(&directive.if_expr.cond_expr)?,
                        self.parts(&directive.if_expr.template, literals)?,
                        match &directive.else_expr {
                            Some(other) => self.parts(&other.template, literals)?,
                            None => Vec::new(),
                        },
                    ),
                    Directive::For(Each { for_expr, .. }) => Part::For {
                        key_name: for_expr.key_var.as_ref().map(|key| key.as_str().to_owned()),
                        value_name: for_expr.value_var.as_str().to_owned(),
                        collection: self.expr(&for_expr.collection_expr)?,
                        parts: self.parts(&for_expr.template, literals)?,
                    },
                },
            });
        }
        Ok(parts)
    }
}

/// A text, where nothing in it has to be worked out.
pub(super) fn of_parts(parts: Vec<Part>) -> ExprKind {
    let literals = parts.iter().map(|part| match part {
        Part::Literal(text) => Some(text.as_str()),
        _ => None,
    });
    match literals.collect::<Option<String>>() {
        Some(text) => ExprKind::Text(text),
        None => ExprKind::Template(parts),
    }
}

fn binary(operator: EditBinary) -> BinaryOperator {
    match operator {
        EditBinary::Eq => BinaryOperator::Equal,
        EditBinary::NotEq => BinaryOperator::NotEqual,
        EditBinary::LessEq => BinaryOperator::LessOrEqual,
        EditBinary::GreaterEq => BinaryOperator::GreaterOrEqual,
        EditBinary::Less => BinaryOperator::Less,
        EditBinary::Greater => BinaryOperator::Greater,
        EditBinary::Plus => BinaryOperator::Plus,
        EditBinary::Minus => BinaryOperator::Minus,
        EditBinary::Mul => BinaryOperator::Times,
        EditBinary::Div => BinaryOperator::Divide,
        EditBinary::Mod => BinaryOperator::Modulo,
        EditBinary::And => BinaryOperator::And,
        EditBinary::Or => BinaryOperator::Or,
    }
}
