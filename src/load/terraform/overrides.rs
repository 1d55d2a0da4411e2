//! Override files: what they say of a block takes the place of what the module says of it.
//!
//! Source: Terraform Language, "Override Files"; Terraform's `internal/configs/module_merge.go`.

use std::collections::HashSet;

use super::schema::alias;
use crate::hcl::syntax::{Block, Body};
use crate::model::problem::Problem;
use crate::model::source::Span;

/// Each block of an override file is sought among those of its module: a thousand among a hundred
/// thousand is more than anybody has.
const MOST_COMPARISONS: usize = 1_000_000_000;

/// How much stands in a body, so many levels deep.
fn size(body: &Body, levels: usize) -> usize {
    let inside = |block: &Block| match levels {
        0 => 1,
        _ => size(&block.body, levels - 1) + 1,
    };
    body.arguments.len() + body.blocks.iter().map(inside).sum::<usize>()
}

/// Merges an override file into its module.
pub(super) fn merge(base: &mut Body, file: Body, problems: &mut Vec<Problem>) {
    if size(base, 3).saturating_mul(size(&file, 3)) > MOST_COMPARISONS {
        problems.push(Problem {
            message: "this override file and its module are too large to be merged".to_owned(),
            origin: file.span,
            consequence: "the overrides are passed over".to_owned(),
            fatal: true,
        });
        return;
    }
    let mut merger = Merger { base, problems };
    for block in file.blocks {
        merger.block(block);
    }
}

struct Merger<'m> {
    base: &'m mut Body,
    problems: &'m mut Vec<Problem>,
}

impl Merger<'_> {
    fn block(&mut self, block: Block) {
        match block.name.as_str() {
            "terraform" => self.terraform(block),
            "locals" => self.locals(block),
            "moved" | "import" | "removed" | "check" => self.refuse_name(&block.name, block.header),
            _ => self.named(block),
        }
    }

    fn refuse(&mut self, message: String, at: Span) {
        self.problems.push(Problem {
            message,
            origin: Some(at),
            consequence: "Terraform refuses this module; the override is passed over".to_owned(),
            fatal: false,
        });
    }

    fn refuse_name(&mut self, name: &str, at: Span) {
        self.refuse(format!("`{name}` cannot be overridden"), at);
    }

    fn named(&mut self, mut block: Block) {
        let is_sought = |base: &&mut Block| {
            base.name == block.name
                && base.labels == block.labels
                && (block.name != "provider" || alias(base) == alias(&block))
        };
        let mut blocks = self.base.blocks.iter_mut();
        let Some(base) = blocks.find(is_sought) else {
            // What is not written is an empty configuration of the provider.
            if block.name == "provider" && alias(&block).is_none() {
                self.base.blocks.push(block);
                return;
            }
            let words = [std::slice::from_ref(&block.name), &block.labels].concat();
            let message = format!(
                "nothing in the module is there to override: `{}`",
                words.join(" ")
            );
            self.refuse(message, block.header);
            return;
        };
        let over = &mut block.body;
        let mut refused = Vec::new();
        refuse_parts(over, &mut refused);
        if matches!(block.name.as_str(), "resource" | "data" | "ephemeral") {
            lifecycle(&mut base.body, over, &mut refused);
        }
        replace(&mut base.body, block.body);
        for (name, at) in refused {
            self.refuse_name(&name, at);
        }
    }

    fn locals(&mut self, block: Block) {
        for argument in block.body.arguments {
            let mut arguments = self
                .base
                .blocks
                .iter_mut()
                .filter(|base| base.name == "locals")
                .flat_map(|base| &mut base.body.arguments);
            match arguments.find(|base| base.name == argument.name) {
                Some(base) => *base = argument,
                None => self.refuse(
                    format!("no local value `{}` is there to override", argument.name),
                    argument.span,
                ),
            }
        }
    }

    /// The backend and the required version take the place of those of all files; required providers do
    /// so one by one.
    fn terraform(&mut self, block: Block) {
        let has = |name: &str| block.body.blocks.iter().any(|inner| inner.name == name);
        let places_state = has("backend") || has("cloud");
        let required: HashSet<&str> = block
            .body
            .blocks_named("required_providers")
            .flat_map(|inner| &inner.body.arguments)
            .map(|argument| argument.name.as_str())
            .collect();
        for base in &mut self.base.blocks {
            if base.name != "terraform" {
                continue;
            }
            let over = &block.body;
            base.body
                .arguments
                .retain(|argument| over.argument(&argument.name).is_none());
            base.body.blocks.retain(|inner| {
                !(places_state && matches!(inner.name.as_str(), "backend" | "cloud"))
            });
            for inner in &mut base.body.blocks {
                if inner.name == "required_providers" {
                    let arguments = &mut inner.body.arguments;
                    arguments.retain(|argument| !required.contains(argument.name.as_str()));
                }
            }
        }
        self.base.blocks.push(block);
    }
}

/// Takes out what cannot be overridden.
fn refuse_parts(over: &mut Body, refused: &mut Vec<(String, Span)>) {
    over.arguments.retain(|argument| {
        let is_refused = argument.name == "depends_on";
        if is_refused {
            refused.push((argument.name.clone(), argument.span));
        }
        !is_refused
    });
    over.blocks.retain(|block| {
        let name = block.name.as_str();
        let is_refused = matches!(name, "validation" | "precondition" | "postcondition");
        if is_refused {
            refused.push((block.name.clone(), block.header));
        }
        !is_refused
    });
}

/// The settings of `lifecycle` are merged one by one.
fn lifecycle(base: &mut Body, over: &mut Body, refused: &mut Vec<(String, Span)>) {
    let blocks = std::mem::take(&mut over.blocks).into_iter();
    let (given, others) = blocks.partition(|block| block.name == "lifecycle");
    over.blocks = others;
    let given: Vec<Block> = given;
    for mut block in given {
        refuse_parts(&mut block.body, refused);
        let mut blocks = base.blocks.iter_mut();
        match blocks.find(|base| base.name == "lifecycle") {
            Some(base) => replace(&mut base.body, block.body),
            None => base.blocks.push(block),
        }
    }
}

/// Arguments take the place of those of their name, blocks that of all blocks of theirs. In JSON a block
/// may look like an argument.
fn replace(base: &mut Body, over: Body) {
    let arguments = over.arguments.iter().map(|one| one.name.as_str());
    let names: HashSet<&str> = arguments.chain(over.blocks.iter().map(made)).collect();
    base.arguments
        .retain(|argument| !names.contains(argument.name.as_str()));
    base.blocks.retain(|block| !names.contains(made(block)));
    base.arguments.extend(over.arguments);
    base.blocks.extend(over.blocks);
}

/// The name of the blocks that a block is or makes.
fn made(block: &Block) -> &str {
    match block.labels.first() {
        Some(label) if block.name == "dynamic" => label,
        _ => &block.name,
    }
}
