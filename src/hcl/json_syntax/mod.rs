//! The JSON syntax of the Terraform language to the same tree as the native one.
//!
//! In JSON, blocks and arguments look alike: a [`Schema`] tells which names are blocks, and how texts are
//! meant. What it does not name is an argument, also where a provider takes it for a block: its value is
//! then an object, or a tuple of them.
//!
//! Source: HCL JSON Syntax Specification; Terraform Language, "JSON Configuration Syntax".

mod node;

use std::collections::HashSet;

use node::{Kind, Node, Text};

use super::Error;
use super::number::Number;
use super::parse::{expression, of_parts, template};
use super::syntax::{Argument, Block, Body, Expr, ExprKind};
use crate::model::source::{FileId, Span};

/// What may stand in a body, as far as JSON cannot tell.
#[derive(Debug)]
pub struct Schema {
    /// What is a block.
    pub blocks: &'static [BlockType],
    /// Arguments whose texts are not meant as those of the others.
    pub arguments: &'static [(&'static str, Texts)],
    /// How the texts of the other arguments are meant.
    pub others: Texts,
    /// What stands in a block that is not named here, but shows itself as one by a `dynamic` in it. In a
    /// body without this, nothing is taken for such a block.
    pub nested: Option<&'static Schema>,
}

/// A type of block.
#[derive(Debug)]
pub struct BlockType {
    /// Its name.
    pub name: &'static str,
    /// How many labels it has.
    pub labels: usize,
    /// What stands in it.
    pub inside: &'static Schema,
}

/// What a text in JSON is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Texts {
    /// A template: `"${var.name}-logs"`.
    Template,
    /// Just a text.
    Literal,
    /// An expression: `"aws_s3_bucket.logs"`, `"list(string)"`.
    Expression,
}

impl Schema {
    /// Only arguments, with such texts.
    #[must_use]
    pub const fn arguments(others: Texts) -> Self {
        Self {
            blocks: &[],
            arguments: &[],
            others,
            nested: None,
        }
    }

    /// The type of a block.
    #[must_use]
    pub fn block(&self, name: &str) -> Option<&BlockType> {
        self.blocks.iter().find(|one| one.name == name)
    }

    fn texts(&self, argument: &str) -> Texts {
        let named = self.arguments.iter().find(|(name, _)| *name == argument);
        named.map_or(self.others, |(_, texts)| *texts)
    }
}

/// Reads the text of a `.tf.json` or `.tfvars.json` file.
///
/// # Errors
/// What is not JSON, or not meant by the schema, at its place. Nothing of the file is read then.
pub fn file(text: &str, file: FileId, schema: &Schema) -> Result<Body, Error> {
    let node = node::read(text, file)?;
    body(&node, schema)
}

/// The members of an object, or of several that stand for one.
fn members<'n, 't>(node: &'n Node<'t>) -> Result<Vec<&'n (Text<'t>, Node<'t>)>, Error> {
    let single = |node: &'n Node<'t>| match &node.kind {
        Kind::Object(entries) => Ok(entries.as_slice()),
        Kind::Null => Ok(Default::default()),
        _ => Err(Error::new("an object is required here", node.span)),
    };
    let mut all = Vec::new();
    match &node.kind {
        Kind::Array(nodes) => {
            for node in nodes {
                all.extend(single(node)?);
            }
        }
        _ => all.extend(single(node)?),
    }
    // The property of this name is a comment.
    all.retain(|(key, _)| key.said != "//");
    Ok(all)
}

fn body(node: &Node<'_>, schema: &Schema) -> Result<Body, Error> {
    let mut body = Body {
        span: Some(node.span),
        ..Body::default()
    };
    let mut seen = HashSet::new();
    for (key, value) in members(node)? {
        let header = key.span;
        if let Some(block) = schema.block(&key.said) {
            let mut maker = Maker {
                name: &key.said,
                inside: block.inside,
                labels: Vec::new(),
                made: &mut body.blocks,
            };
            maker.blocks(value, block.labels, header)?;
        } else if let Some(inside) = schema.nested.filter(|_| value.holds_dynamic) {
            let mut maker = Maker {
                name: &key.said,
                inside,
                labels: Vec::new(),
                made: &mut body.blocks,
            };
            maker.blocks(value, 0, header)?;
        } else if seen.insert(&key.said) {
            body.arguments.push(Argument {
                name: key.said.clone().into_owned(),
                value: expr(value, schema.texts(&key.said))?,
                span: through(header, value.span),
            });
        } else {
            let message = format!("the argument `{}` is there twice", key.said);
            return Err(Error::new(message, header));
        }
    }
    Ok(body)
}

/// Makes the blocks that one property stands for.
struct Maker<'m> {
    name: &'m str,
    inside: &'m Schema,
    labels: Vec<String>,
    made: &'m mut Vec<Block>,
}

impl Maker<'_> {
    fn blocks(&mut self, node: &Node<'_>, labels: usize, header: Span) -> Result<(), Error> {
        if let Some(rest) = labels.checked_sub(1) {
            for (key, value) in members(node)? {
                self.labels.push(key.said.clone().into_owned());
                self.blocks(value, rest, key.span)?;
                self.labels.pop();
            }
            return Ok(());
        }
        match &node.kind {
            Kind::Null => Ok(()),
            Kind::Array(nodes) => nodes.iter().try_for_each(|node| self.block(node, header)),
            _ => self.block(node, header),
        }
    }

    fn block(&mut self, node: &Node<'_>, header: Span) -> Result<(), Error> {
        self.made.push(Block {
            name: self.name.to_owned(),
            labels: self.labels.clone(),
            body: body(node, self.inside)?,
            header,
            span: through(header, node.span),
        });
        Ok(())
    }
}

fn expr(node: &Node<'_>, texts: Texts) -> Result<Expr, Error> {
    let kind = match &node.kind {
        Kind::Null => ExprKind::Null,
        Kind::Bool(flag) => ExprKind::Bool(*flag),
        Kind::Number(written) => {
            let number = Number::parse(written);
            let too_large = || Error::new("this number is too large", node.span);
            ExprKind::Number(number.ok_or_else(too_large)?)
        }
        Kind::Text(text) => return of_text(text, texts),
        Kind::Array(nodes) => {
            let all = nodes.iter().map(|node| expr(node, texts));
            ExprKind::Tuple(all.collect::<Result<_, _>>()?)
        }
        Kind::Object(entries) => {
            let (mut all, mut seen) = (Vec::with_capacity(entries.len()), HashSet::new());
            for (key, value) in entries {
                if !seen.insert(&key.said) {
                    let message = format!("the key `{}` is there twice", key.said);
                    return Err(Error::new(message, key.span));
                }
                let mut name = of_text(key, texts)?;
                // As in native syntax, where a bare name is a key of this name.
                if let ExprKind::Variable(bare) = name.kind {
                    name.kind = ExprKind::Text(bare);
                }
                all.push((name, expr(value, texts)?));
            }
            ExprKind::Object(all)
        }
    };
    let span = node.span;
    Ok(Expr { kind, span })
}

fn of_text(text: &Text<'_>, texts: Texts) -> Result<Expr, Error> {
    let plain = || ExprKind::Text(text.said.clone().into_owned());
    let kind = match texts {
        Texts::Expression => {
            return expression(&text.said, text.inside);
        }
        Texts::Template if text.said.contains("${") || text.said.contains("%{") => {
            of_parts(template(&text.said, text.inside)?)
        }
        Texts::Template | Texts::Literal => plain(),
    };
    let span = text.span;
    Ok(Expr { kind, span })
}

fn through(from: Span, to: Span) -> Span {
    Span {
        end: to.end.max(from.end),
        ..from
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::source::SourceMap;

    static NESTED: Schema = Schema {
        blocks: &[BlockType {
            name: "dynamic",
            labels: 1,
            inside: &DYNAMIC,
        }],
        arguments: &[("provider", Texts::Expression), ("note", Texts::Literal)],
        others: Texts::Template,
        nested: Some(&NESTED),
    };
    static DYNAMIC: Schema = Schema {
        blocks: &[BlockType {
            name: "content",
            labels: 0,
            inside: &NESTED,
        }],
        arguments: &[("iterator", Texts::Expression)],
        others: Texts::Template,
        nested: None,
    };
    static FILE: Schema = Schema {
        blocks: &[BlockType {
            name: "resource",
            labels: 2,
            inside: &NESTED,
        }],
        ..Schema::arguments(Texts::Literal)
    };

    fn read(text: &str) -> (SourceMap, Result<Body, Error>) {
        let mut sources = SourceMap::default();
        let id = sources.add("main.tf.json", text.to_owned());
        let body = file(sources.text(id), id, &FILE);
        (sources, body)
    }

    /// A tree without its places.
    fn bare(body: &Body) -> String {
        let places = regex::Regex::new(r"Span \{[^}]*\}").unwrap();
        places.replace_all(&format!("{body:?}"), "_").into_owned()
    }

    #[track_caller]
    fn same(json: &str, native: &str) {
        let mut sources = SourceMap::default();
        let id = sources.add("main.tf", native.to_owned());
        let native = crate::hcl::file(sources.text(id), id).unwrap();
        assert_eq!(bare(&read(json).1.unwrap()), bare(&native));
    }

    #[track_caller]
    fn refused(json: &str, message: &str, at: &str) {
        let (sources, body) = read(json);
        let error = body.unwrap_err();
        assert_eq!((&*error.message, sources.slice(error.at)), (message, at));
    }

    #[test]
    fn says_what_native_syntax_says() {
        same(
            r#"{"//": "a comment", "resource": {"a_b": {"c": {
                "//": ["another"],
                "text": "plain", "joined": "x-${var.y}-%{ if true }z%{ endif }", "alone": "${var.y}",
                "provider": "aws.west", "note": "just ${text}",
                "numbers": [1, 2.5, 1e3], "nothing": null, "flag": true,
                "rule": [{"id": "${1 + 1}"}], "tags": {"a-${var.y}": "\"quoted\"\\n\n"}
            }}}}"#,
            r#"resource "a_b" "c" {
                text = "plain"
                joined = "x-${var.y}-%{ if true }z%{ endif }"
                alone = "${var.y}"
                provider = aws.west
                note = "just $${text}"
                numbers = [1, 2.5, 1e3]
                nothing = null
                flag = true
                rule = [{ "id" = "${1 + 1}" }]
                tags = { "a-${var.y}" = "\"quoted\"\\n\n" }
            }"#,
        );
    }

    #[test]
    fn labels_and_blocks_may_be_in_arrays() {
        same(
            r#"{"resource": [{"a": {"b": [{"x": 1}, {"x": 2}]}}, {"a": [{"c": {}}, {"d": null}]}]}"#,
            "resource a b {\n x = 1\n}\nresource a b {\n x = 2\n}\nresource a c {}",
        );
        same(
            r#"[{"resource": {"a": {"b": {}}}}, {"resource": {"a": {"c": {}}}}]"#,
            "resource a b {}\nresource a c {}",
        );
    }

    #[test]
    fn what_holds_a_dynamic_block_is_a_block() {
        same(
            r#"{"resource": {"a": {"b": {
                "rule": [{"id": 1, "dynamic": {"part": {
                    "for_each": "${var.parts}", "iterator": "one", "content": {"x": "${one.value}"}
                }}}],
                "plain": {"dynamic": {"part": 1}}
            }}}}"#,
            r#"resource a b {
                plain = { "dynamic" = { "part" = 1 } }
                rule {
                    id = 1
                    dynamic part {
                        for_each = "${var.parts}"
                        iterator = one
                        content {
                            x = "${one.value}"
                        }
                    }
                }
            }"#,
        );
    }

    #[test]
    fn places_are_exact_where_nothing_is_escaped() {
        let text = r#"{"resource": {"a": {"b": {"x": "é-${var.y}", "z": "\u00e9-${var.y}"}}}}"#;
        let (sources, body) = read(text);
        let body = body.unwrap();
        let block = &body.blocks[0];
        assert_eq!(sources.slice(block.header), "\"b\"");
        let inner = |name: &str| match &block.body.argument(name).unwrap().value.kind {
            ExprKind::Template(parts) => match &parts[1] {
                crate::hcl::syntax::Part::Interpolation(expr) => expr.span,
                other => panic!("{other:?}"),
            },
            other => panic!("{other:?}"),
        };
        assert_eq!(sources.slice(inner("x")), "var.y");
        assert_eq!(sources.slice(inner("z")), r"\u00e9-${var.y}");
    }

    #[test]
    fn errors_have_a_place() {
        refused(
            "{\n  \"resource\": {]\n}",
            "this is not JSON: key must be a string",
            "]",
        );
        refused(
            r#"{"resource": "a"}"#,
            "an object is required here",
            r#""a""#,
        );
        refused(
            r#"{"resource": {"a": {"b": {"x": 1, "x": 2}}}}"#,
            "the argument `x` is there twice",
            r#""x""#,
        );
        refused(
            r#"{"resource": {"a": {"b": {"x": {"k": 1, "k": 2}}}}}"#,
            "the key `k` is there twice",
            r#""k""#,
        );
        let broken = read(r#"{"resource": {"a": {"b": {"x": "${1 +}"}}}}"#).1;
        assert!(broken.unwrap_err().message.starts_with("this is not HCL"));
        let deep = "[".repeat(200) + &"]".repeat(200);
        let deep = read(&format!(r#"{{"x": {deep}}}"#)).1.unwrap_err();
        assert_eq!(&*deep.message, "this nests more than 100 levels deep");
    }
}
