//! Where values come from: the names that expressions mention, local values seen through.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::World;
use crate::hcl::syntax::{Block, Body, Expr};
use crate::load::terraform::Module;
use crate::model::expression::{self, Expression, Repetition};
use crate::model::resource::without_keys;

/// Names, as Terraform writes them.
pub(super) type Names = Vec<Cow<'static, str>>;

/// What each argument and block of a resource mentions.
pub(super) fn of_block(block: &Block, module: &Module) -> BTreeMap<String, Names> {
    let mut found: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for argument in &block.body.arguments {
        let names = found.entry(&argument.name).or_default();
        argument.value.references(names);
    }
    for inner in &block.body.blocks {
        let name = match inner.name.as_str() {
            "dynamic" => inner.labels.first().map_or("", String::as_str),
            name => name,
        };
        inner.body.references(found.entry(name).or_default());
    }
    let found = found.into_iter();
    found
        .map(|(name, names)| (name.to_owned(), through_locals(names, module)))
        .collect()
}

/// What a block is repeated for.
pub(super) fn repetition(body: &Body, module: &Module) -> Repetition<'static> {
    if let Some(each) = body.argument("for_each") {
        Repetition::ForEach(of_expr(&each.value, module))
    } else if body.argument("count").is_some() {
        Repetition::Count
    } else {
        Repetition::Single
    }
}

impl World<'_> {
    /// What is passed into every module, and out of it.
    pub(super) fn modules(&self) -> HashMap<String, expression::Module<'static>> {
        let mut modules = HashMap::new();
        for instance in self.instances.borrow().iter() {
            let Some((parent, call, _)) = &instance.parent else {
                continue;
            };
            let mut place = String::new();
            without_keys(&instance.address, &mut place);
            modules.entry(place).or_insert_with(|| {
                let inputs = call.body.arguments.iter().map(|input| {
                    let name = Cow::Owned(input.name.clone());
                    (name, of_expr(&input.value, parent.module))
                });
                expression::Module {
                    inputs: inputs.collect(),
                    outputs: outputs_of(instance.module),
                    repetition: repetition(&call.body, parent.module),
                }
            });
        }
        modules
    }

    /// What the root module gives out.
    pub(super) fn root_outputs(&self) -> Vec<(Cow<'static, str>, Expression<'static>)> {
        let instances = self.instances.borrow();
        let root = instances.iter().find(|one| one.parent.is_none());
        root.map_or_else(Vec::new, |root| outputs_of(root.module))
    }
}

fn of_expr(expr: &Expr, module: &Module) -> Expression<'static> {
    let mut names = Vec::new();
    expr.references(&mut names);
    Expression::Mentions(through_locals(names, module))
}

/// The names, with what local values mention in the place of those.
fn through_locals(names: Vec<String>, module: &Module) -> Names {
    let mut seen = BTreeSet::new();
    let mut found = Vec::new();
    let mut open = names;
    open.reverse();
    while let Some(name) = open.pop() {
        let local = name.strip_prefix("local.");
        let local = local.and_then(|rest| rest.split(['.', '[']).next());
        let Some(local) = local else {
            found.push(Cow::Owned(name));
            continue;
        };
        if seen.insert(local.to_owned()) {
            let mut blocks = module.body.blocks_named("locals");
            if let Some(written) = blocks.find_map(|block| block.body.argument(local)) {
                let mut inner = Vec::new();
                written.value.references(&mut inner);
                open.extend(inner.into_iter().rev());
            }
        }
    }
    found
}

/// What a module gives out.
fn outputs_of(module: &Module) -> Vec<(Cow<'static, str>, Expression<'static>)> {
    let outputs = module.body.blocks_named("output").filter_map(|output| {
        let name = Cow::Owned(output.labels.first()?.clone());
        let value = &output.body.argument("value")?.value;
        Some((name, of_expr(value, module)))
    });
    outputs.collect()
}
