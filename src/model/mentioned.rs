//! Which resources flow into an attribute: by reference in its value, or by mention in its expression.

use super::expression::{Expression, Repetition, find};
use super::graph::{ResourceGraph, ResourceId};
use super::resource::{inside, steps, without_keys};
use super::value::{Data, Piece, Referent, Value};

/// Steps through modules, beyond which a mention is not followed.
const DEPTH: usize = 16;

impl ResourceGraph<'_> {
    /// Which of some resources flow into an attribute, each with the attribute of theirs. What a local
    /// value hides in a plan is not seen.
    #[must_use]
    pub fn mentioned(
        &self,
        id: ResourceId,
        attribute: &str,
        among: &[ResourceId],
    ) -> Vec<(ResourceId, String)> {
        let mut found = Vec::new();
        let resource = self.get(id);
        if let Some(value) = resource.attributes.get(attribute) {
            in_value(value, &mut found);
        }
        let mut place = String::new();
        resource.address.without_keys(&mut place);
        let written = self.configuration().resources.get(&place);
        let expression = written.and_then(|written| find(&written.expressions, attribute));
        if let Some(expression) = expression {
            let mut module = String::new();
            without_keys(resource.address.module(), &mut module);
            let search = Search {
                graph: self,
                among,
                each: match written.map(|written| &written.repetition) {
                    Some(Repetition::ForEach(each)) => Some(each),
                    _ => None,
                },
            };
            search.in_expression(expression, &module, DEPTH, &mut found);
        }
        found.retain(|(id, _)| among.contains(id));
        found.sort();
        found.dedup();
        found
    }
}

impl ResourceGraph<'_> {
    /// The outputs of the estate into which an attribute of a resource flows, by their names, with that attribute.
    #[must_use]
    pub fn outputs_of(&self, id: ResourceId) -> Vec<(&str, String)> {
        let among = [id];
        let search = Search {
            graph: self,
            among: &among,
            each: None,
        };
        let outputs = self.configuration().outputs.iter();
        let found = outputs.flat_map(|(name, expression)| {
            let mut found = Vec::new();
            search.in_expression(expression, "", DEPTH, &mut found);
            let own = found.into_iter().filter(|(of, _)| *of == id);
            own.map(|(_, attribute)| (name.as_ref(), attribute))
        });
        found.collect()
    }

    /// A local value that the expression of an attribute mentions, if it does.
    #[must_use]
    pub fn local_in(&self, id: ResourceId, attribute: &str) -> Option<String> {
        let mut place = String::new();
        self.get(id).address.without_keys(&mut place);
        let written = self.configuration().resources.get(&place)?;
        first_local(find(&written.expressions, attribute)?)
    }
}

fn first_local(expression: &Expression<'_>) -> Option<String> {
    match expression {
        Expression::Constant(_) => None,
        Expression::Object(entries) => entries.iter().find_map(|(_, inner)| first_local(inner)),
        Expression::List(list) => list.iter().find_map(first_local),
        Expression::Mentions(names) => {
            let mut locals = names.iter().filter(|name| name.starts_with("local."));
            locals.next().map(|name| name.clone().into_owned())
        }
    }
}

/// What flows into one expression.
struct Search<'s, 'a> {
    graph: &'s ResourceGraph<'a>,
    among: &'s [ResourceId],
    /// What the resource is repeated for.
    each: Option<&'s Expression<'a>>,
}

impl Search<'_, '_> {
    fn in_expression(
        &self,
        expression: &Expression<'_>,
        module: &str,
        depth: usize,
        found: &mut Vec<(ResourceId, String)>,
    ) {
        match expression {
            Expression::Constant(value) => in_value(value, found),
            Expression::Object(entries) => {
                for (_, inner) in entries {
                    self.in_expression(inner, module, depth, found);
                }
            }
            Expression::List(list) => {
                for inner in list {
                    self.in_expression(inner, module, depth, found);
                }
            }
            Expression::Mentions(names) => {
                for name in names {
                    self.in_name(name, module, depth, found);
                }
            }
        }
    }

    /// `aws_iam_access_key.job.secret`, `each.value.secret`, an input of the module, which its caller
    /// writes, or an output of a module that is called.
    fn in_name(
        &self,
        name: &str,
        module: &str,
        depth: usize,
        found: &mut Vec<(ResourceId, String)>,
    ) {
        let Some(depth) = depth.checked_sub(1) else {
            return;
        };
        let modules = &self.graph.configuration().modules;
        let parts: Vec<_> = steps(name).collect();
        match parts.as_slice() {
            ["var", input, ..] => {
                let called = modules.get(module);
                let written = called.and_then(|module| find(&module.inputs, input));
                if let Some(written) = written {
                    let outer = module
                        .rsplit_once(".module.")
                        .map_or("", |(outer, _)| outer);
                    self.in_expression(written, outer, depth, found);
                }
            }
            ["module", call, output, ..] => {
                let mut inner = String::new();
                without_keys(&inside(module, &format!("module.{call}")), &mut inner);
                let called = modules.get(&inner);
                if let Some(written) = called.and_then(|module| find(&module.outputs, output)) {
                    self.in_expression(written, &inner, depth, found);
                }
            }
            ["each", "value", rest @ ..] => {
                let Some(each) = self.each else { return };
                let mut whole = Vec::new();
                self.in_expression(each, module, depth, &mut whole);
                let attribute = rest.first().copied().unwrap_or("");
                found.extend(whole.into_iter().map(|(id, _)| (id, attribute.to_owned())));
            }
            [kind, label, rest @ ..] => {
                let attribute = rest
                    .first()
                    .map_or("", |step| step.split('[').next().unwrap_or(step));
                self.in_block(
                    &inside(module, &format!("{kind}.{label}")),
                    attribute,
                    found,
                );
            }
            _ => {}
        }
    }

    /// The instances of a block, or the one that is named by its key.
    fn in_block(&self, address: &str, attribute: &str, found: &mut Vec<(ResourceId, String)>) {
        let mut place = String::new();
        without_keys(address, &mut place);
        for id in self.among {
            let own = &self.graph.get(*id).address;
            let mut block = String::new();
            own.without_keys(&mut block);
            let is_named = address.ends_with(']').then(|| own.as_str() == address);
            if block == place && is_named.unwrap_or(true) {
                found.push((*id, attribute.to_owned()));
            }
        }
    }
}

fn in_value(value: &Value<'_>, found: &mut Vec<(ResourceId, String)>) {
    match &value.data {
        Data::Template(pieces) => {
            for piece in pieces {
                if let Piece::Reference(reference) = piece
                    && let Referent::Resource(id) = reference.of
                {
                    found.push((id, reference.attribute.clone().into_owned()));
                }
            }
        }
        Data::List(list) => list.iter().for_each(|inner| in_value(inner, found)),
        Data::Map(map) => map.iter().for_each(|(_, inner)| in_value(inner, found)),
        _ => {}
    }
}
