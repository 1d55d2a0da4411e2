//! What Terraform itself says of its files: which names are blocks, how many labels they have, and where
//! JSON texts are templates, plain texts or expressions. Arguments of providers are not known here.
//!
//! Source: Terraform Language, "JSON Configuration Syntax", and the pages of each block.

use std::collections::HashSet;

use crate::hcl::json_syntax::Texts::{Expression, Literal, Template};
use crate::hcl::json_syntax::{BlockType, Schema};
use crate::hcl::syntax::{Block, Body, ExprKind};
use crate::model::problem::Problem;

const fn block(name: &'static str, labels: usize, inside: &'static Schema) -> BlockType {
    BlockType {
        name,
        labels,
        inside,
    }
}

/// A `.tf` file.
pub(super) static FILE: Schema = Schema {
    blocks: &[
        block("resource", 2, &RESOURCE),
        block("data", 2, &RESOURCE),
        block("ephemeral", 2, &RESOURCE),
        block("module", 1, &MODULE),
        block("variable", 1, &VARIABLE),
        block("output", 1, &OUTPUT),
        block("locals", 0, &TEMPLATES),
        block("provider", 1, &PROVIDER),
        block("terraform", 0, &TERRAFORM),
        block("moved", 0, &MOVED),
        block("import", 0, &IMPORT),
        block("removed", 0, &REMOVED),
        block("check", 1, &CHECK),
        block("action", 2, &ACTION),
    ],
    ..LITERALS
};

/// A `.tfvars` file: nothing can be referred to in it, so texts in its JSON are texts.
pub(super) static VALUES: Schema = LITERALS;

static TEMPLATES: Schema = Schema::arguments(Template);

const LITERALS: Schema = Schema::arguments(Literal);

static LITERAL_BLOCK: Schema = LITERALS;

static RESOURCE: Schema = Schema {
    blocks: &[
        block("dynamic", 1, &DYNAMIC),
        block("lifecycle", 0, &LIFECYCLE),
        block("provisioner", 1, &PROVISIONER),
        block("connection", 0, &TEMPLATES),
    ],
    arguments: &[("depends_on", Expression), ("provider", Expression)],
    others: Template,
    nested: Some(&NESTED),
};

/// A block of a provider's own.
static NESTED: Schema = Schema {
    blocks: &[block("dynamic", 1, &DYNAMIC)],
    arguments: &[],
    others: Template,
    nested: Some(&NESTED),
};

static DYNAMIC: Schema = Schema {
    blocks: &[block("content", 0, &NESTED)],
    arguments: &[("iterator", Expression)],
    others: Template,
    nested: None,
};

static LIFECYCLE: Schema = Schema {
    blocks: &[
        block("precondition", 0, &TEMPLATES),
        block("postcondition", 0, &TEMPLATES),
        block("action_trigger", 0, &ACTION_TRIGGER),
    ],
    arguments: &[
        ("ignore_changes", Expression),
        ("replace_triggered_by", Expression),
    ],
    others: Template,
    nested: None,
};

static PROVISIONER: Schema = Schema {
    blocks: &[block("connection", 0, &TEMPLATES)],
    arguments: &[("when", Expression), ("on_failure", Expression)],
    others: Template,
    nested: None,
};

static PROVIDER: Schema = Schema {
    blocks: &[block("dynamic", 1, &DYNAMIC)],
    arguments: &[("alias", Literal), ("version", Literal)],
    others: Template,
    nested: Some(&NESTED),
};

static MODULE: Schema = Schema {
    arguments: &[
        ("source", Literal),
        ("version", Literal),
        ("providers", Expression),
        ("depends_on", Expression),
    ],
    ..Schema::arguments(Template)
};

static VARIABLE: Schema = Schema {
    blocks: &[block("validation", 0, &TEMPLATES)],
    arguments: &[("type", Expression)],
    ..LITERALS
};

static OUTPUT: Schema = Schema {
    blocks: &[
        block("precondition", 0, &TEMPLATES),
        block("postcondition", 0, &TEMPLATES),
    ],
    arguments: &[("description", Literal), ("depends_on", Expression)],
    ..Schema::arguments(Template)
};

static TERRAFORM: Schema = Schema {
    blocks: &[
        block("backend", 1, &LITERAL_BLOCK),
        block("cloud", 0, &CLOUD),
        block("provider_meta", 1, &TEMPLATES),
        block("required_providers", 0, &LITERAL_BLOCK),
    ],
    ..LITERALS
};

static CLOUD: Schema = Schema {
    blocks: &[block("workspaces", 0, &LITERAL_BLOCK)],
    ..LITERALS
};

static MOVED: Schema = Schema::arguments(Expression);

static IMPORT: Schema = Schema {
    arguments: &[("to", Expression), ("provider", Expression)],
    ..Schema::arguments(Template)
};

static REMOVED: Schema = Schema {
    blocks: &[
        block("lifecycle", 0, &LIFECYCLE),
        block("provisioner", 1, &PROVISIONER),
        block("connection", 0, &TEMPLATES),
    ],
    arguments: &[("from", Expression)],
    ..Schema::arguments(Template)
};

static CHECK: Schema = Schema {
    blocks: &[block("data", 2, &RESOURCE), block("assert", 0, &TEMPLATES)],
    ..Schema::arguments(Template)
};

static ACTION: Schema = Schema {
    blocks: &[block("config", 0, &NESTED)],
    arguments: &[("provider", Expression)],
    ..Schema::arguments(Template)
};

static ACTION_TRIGGER: Schema = Schema {
    arguments: &[("events", Expression), ("actions", Expression)],
    ..Schema::arguments(Template)
};

/// What tells a block from every other of its module; none for blocks that only add up.
fn key(block: &Block) -> Option<Vec<&str>> {
    let is_named = matches!(
        block.name.as_str(),
        "resource"
            | "data"
            | "ephemeral"
            | "module"
            | "variable"
            | "output"
            | "provider"
            | "check"
            | "action"
    );
    is_named.then(|| {
        let mut key = vec![block.name.as_str()];
        key.extend(block.labels.iter().map(String::as_str));
        if block.name == "provider" {
            key.extend(alias(block));
        }
        key
    })
}

/// The `alias` of a provider's configuration.
pub(super) fn alias(block: &Block) -> Option<&str> {
    match &block.body.argument("alias")?.value.kind {
        ExprKind::Text(alias) => Some(alias),
        _ => None,
    }
}

/// Takes out of a file what Terraform has no such block for.
pub(super) fn keep_known(body: &mut Body, problems: &mut Vec<Problem>) {
    let mut refuse = |message: String, origin| {
        problems.push(Problem {
            message,
            origin: Some(origin),
            consequence: "Terraform refuses this file; the block is passed over".to_owned(),
            fatal: false,
        });
    };
    for argument in std::mem::take(&mut body.arguments) {
        let name = &argument.name;
        refuse(
            format!("`{name}` is no block of Terraform's"),
            argument.span,
        );
    }
    body.blocks.retain(|one| match FILE.block(&one.name) {
        None => {
            let message = format!("`{}` is no block of Terraform's", one.name);
            refuse(message, one.header);
            false
        }
        Some(known) if known.labels != one.labels.len() => {
            let (name, required, given) = (&one.name, known.labels, one.labels.len());
            let plural = if required == 1 { "" } else { "s" };
            let message = format!("`{name}` takes {required} label{plural}, and here has {given}");
            refuse(message, one.header);
            false
        }
        Some(_) => true,
    });
}

/// Takes out of a module what it says a second time, where Terraform allows it once.
pub(super) fn keep_first(body: &mut Body, problems: &mut Vec<Problem>) {
    let mut seen = HashSet::new();
    let second = |block: &Block| {
        key(block).is_some_and(|key| {
            let key: Vec<String> = key.into_iter().map(str::to_owned).collect();
            !seen.insert(key)
        })
    };
    let twice: Vec<bool> = body.blocks.iter().map(second).collect();
    let mut twice = twice.into_iter();
    body.blocks.retain(|block| {
        let is_second = twice.next().unwrap_or(false);
        if is_second {
            let words = [std::slice::from_ref(&block.name), &block.labels].concat();
            problems.push(Problem {
                message: format!("`{}` is there twice in one module", words.join(" ")),
                origin: Some(block.header),
                consequence: "Terraform refuses this module; the second is passed over".to_owned(),
                fatal: false,
            });
        }
        !is_second
    });
}
