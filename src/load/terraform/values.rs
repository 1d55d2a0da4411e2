//! The values of the root module's variables, from where Terraform takes them, in its order.
//!
//! Source: Terraform Language, "Input Variables", "Variable Definition Precedence".

use std::path::Path;

use super::Reader;
use super::schema::VALUES;
use super::selection::is_json;
use super::tree;
use crate::hcl::functions::FileError;
use crate::hcl::json_syntax;
use crate::hcl::syntax::Expr;
use crate::model::problem::Problem;
use crate::model::source::Span;

/// A value of a variable. It need not be declared.
#[derive(Debug, Clone)]
pub struct Assignment {
    /// The variable.
    pub name: String,
    /// The value.
    pub given: Given,
    /// Where it is given.
    pub span: Span,
    /// Who gives it.
    pub from: Giver,
}

/// A value as it is given.
#[derive(Debug, Clone)]
pub enum Given {
    /// In a file: a constant expression.
    Expr(Expr),
    /// As text, which is the value itself if the variable's type is primitive or not written, else an
    /// expression. Its span is that of the text.
    Text(String),
}

/// Who gives a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Giver {
    /// `TF_VAR_name`. For a variable that is not declared it means nothing.
    Environment,
    /// `terraform.tfvars` or `*.auto.tfvars`.
    Directory,
    /// `--var-file`.
    File,
    /// `--var`.
    Option,
}

/// What the command line gives, in its order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Setting {
    /// `--var name=value`.
    Var(String),
    /// `--var-file PATH`, a path from the current directory.
    File(String),
}

const CONSEQUENCE: &str = "the values that it gives to variables are not known";

/// Gathers them all: where one variable has several, the last one counts.
pub(super) fn gather(
    reader: &mut Reader<'_>,
    settings: &[Setting],
    environment: impl IntoIterator<Item = (String, String)>,
) -> Vec<Assignment> {
    let mut all = Vec::new();
    for (name, text) in environment {
        if let Some(variable) = name.strip_prefix("TF_VAR_") {
            let span = reader.whole(&name, text.clone());
            all.push(Assignment {
                name: variable.to_owned(),
                given: Given::Text(text),
                span,
                from: Giver::Environment,
            });
        }
    }
    all.sort_by(|one, other| one.name.cmp(&other.name));
    // What the root module's directory says about its own files is told elsewhere.
    let names = reader.tree.names(".").unwrap_or_default();
    let fixed = ["terraform.tfvars", "terraform.tfvars.json"].map(str::to_owned);
    let fixed = fixed.into_iter().filter(|name| names.contains(name));
    let automatic = names
        .iter()
        .filter(|name| name.ends_with(".auto.tfvars") || name.ends_with(".auto.tfvars.json"));
    let files: Vec<String> = fixed.chain(automatic.cloned()).collect();
    for name in files {
        let shown = reader.tree.shown(&name);
        let content = reader.tree.read(&name);
        file(reader, &shown, content, Giver::Directory, &mut all);
    }
    for setting in settings {
        match setting {
            Setting::File(path) => {
                let content = tree::read(Path::new(path));
                file(reader, path, content, Giver::File, &mut all);
            }
            Setting::Var(text) => match text.split_once('=') {
                Some((name, text)) => {
                    let name = name.trim();
                    all.push(Assignment {
                        name: name.to_owned(),
                        given: Given::Text(text.to_owned()),
                        span: reader.whole(&format!("--var {name}"), text.to_owned()),
                        from: Giver::Option,
                    });
                }
                None => reader.problems.push(Problem {
                    message: format!("`--var {text}` gives no value"),
                    origin: None,
                    consequence: "write it as `--var name=value`".to_owned(),
                    fatal: true,
                }),
            },
        }
    }
    all
}

fn file(
    reader: &mut Reader<'_>,
    shown: &str,
    content: Result<Vec<u8>, FileError>,
    from: Giver,
    all: &mut Vec<Assignment>,
) {
    let Some(file) = reader.text(shown, content, CONSEQUENCE) else {
        return;
    };
    let text = reader.sources.text(file);
    let body = if is_json(shown) {
        json_syntax::file(text, file, &VALUES)
    } else {
        crate::hcl::file(text, file)
    };
    let body = match body {
        Ok(body) => body,
        Err(error) => return reader.broken(&error, CONSEQUENCE),
    };
    for block in &body.blocks {
        reader.problems.push(Problem {
            message: format!("`{}` is a block, and no value of a variable", block.name),
            origin: Some(block.header),
            consequence: "Terraform refuses this file; the block is passed over".to_owned(),
            fatal: false,
        });
    }
    all.extend(body.arguments.into_iter().map(|argument| Assignment {
        name: argument.name,
        given: Given::Expr(argument.value),
        span: argument.span,
        from,
    }));
}
