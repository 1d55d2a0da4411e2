//! A set of stacks with everything worked out, for people to see: `plangate debug cfn`.
//!
//! What is not known is `{"$unknown": reason}`, text with holes `{"$text": […]}`, as `debug model` prints them.

use std::sync::Arc;

use serde_json::{Map as Object, Value as Json, json};

use super::{Beside, Bound, Scope, World};
use crate::load::MASK;
use crate::load::cloudformation::StackSet;
use crate::model::value::{Data, Piece, Referent, Value};
use crate::room::with_room;
use crate::yaml::Node;

/// The templates of a set, worked out: for each, its name and its sections.
#[must_use]
pub fn worked_out(set: &StackSet, beside: &Beside<'_>) -> Vec<Json> {
    with_room(|| {
        let mut world = World::new(set, beside);
        world.name_outside();
        world.declare();
        (0..set.stacks.len())
            .map(|stack| world.printed(stack))
            .collect()
    })
}

impl World<'_> {
    fn printed(&self, stack: usize) -> Json {
        let (mut conditions, mut resources) = (Object::new(), Object::new());
        for (key, _, bound) in &self.conditions_of(stack).entries {
            let truth = self.scope(stack, bound).condition(&key.text, key.span);
            let truth = truth.map_or(json!({"$unknown": "condition not known"}), Json::Bool);
            conditions.insert(key.text.to_string(), truth);
        }
        for (own, logical_id) in self.order.iter().filter(|(own, _)| *own == stack) {
            let Some(declared) = self.resources.get(&(*own, Arc::clone(logical_id))) else {
                continue;
            };
            let scope = self.scope(stack, &declared.bound);
            let mut resource = Object::new();
            resource.insert("Type".to_owned(), json!(&*declared.type_name));
            if declared.is_open {
                resource.insert(
                    "Condition".to_owned(),
                    json!({"$unknown": "condition not known"}),
                );
            }
            if let Some(node) = declared.node.get("Properties") {
                resource.insert("Properties".to_owned(), scope.printed(node));
            }
            resources.insert(logical_id.to_string(), Json::Object(resource));
        }
        let mut outputs = Object::new();
        for (key, node, bound) in &self.outputs(stack).entries {
            if let Some(value) = node.get("Value") {
                let value = self.scope(stack, bound).printed(value);
                outputs.insert(key.text.to_string(), value);
            }
        }
        let mut parameters = Object::new();
        let nothing: Bound = Arc::default();
        let template = self.stack(stack).map(|stack| &stack.template);
        for parameter in template
            .into_iter()
            .flat_map(|template| &template.parameters)
        {
            let scope = self.scope(stack, &nothing);
            if let Some(value) = scope.parameter(&parameter.name, parameter.at) {
                parameters.insert(parameter.name.to_string(), self.printed_value(&value));
            }
        }
        let name = template.map_or("", |template| &template.name);
        json!({
            "Template": name, "Parameters": parameters, "Conditions": conditions,
            "Resources": resources, "Outputs": outputs,
        })
    }

    fn printed_value(&self, value: &Value<'static>) -> Json {
        if value.sensitive {
            return json!(MASK);
        }
        let masked = |text: &str| self.secrets.borrow().mask(text).into_owned();
        match &value.data {
            Data::Null => Json::Null,
            Data::Bool(flag) => json!(flag),
            Data::Number(number) => json!(number),
            Data::Text(text) => json!(masked(text)),
            Data::Template(pieces) => {
                let pieces = pieces.iter().map(|piece| match piece {
                    Piece::Known(text) => json!(masked(text)),
                    Piece::Unknown(why) => json!({"$unknown": why.to_string()}),
                    Piece::Reference(reference) => {
                        let name = self.name_of_referent(reference.of);
                        match &*reference.attribute {
                            "" => json!({"$ref": name}),
                            attribute => json!({"$ref": name, "attribute": attribute}),
                        }
                    }
                });
                json!({"$text": pieces.collect::<Vec<_>>()})
            }
            Data::List(all) => all.iter().map(|one| self.printed_value(one)).collect(),
            Data::Map(map) => {
                let entries = map.iter();
                let entries = entries.map(|(key, one)| (masked(key), self.printed_value(one)));
                Json::Object(entries.collect())
            }
            Data::Unknown(why) => json!({"$unknown": why.to_string()}),
        }
    }

    fn name_of_referent(&self, of: Referent) -> String {
        match of {
            Referent::Provider(_) => "AWS".to_owned(),
            Referent::Parameter(id) => {
                let parameters = self.parameters.borrow();
                let parameter = parameters.get(id.0 as usize);
                parameter.map_or_else(String::new, |parameter| parameter.name.to_string())
            }
            Referent::Resource(id) => {
                let mut declared = self.order.iter().filter(|name| {
                    self.resources
                        .get(*name)
                        .is_some_and(|declared| declared.id == id)
                });
                match declared.next() {
                    Some((stack, logical_id)) => self.name_of(*stack, logical_id),
                    None => self.name_outside_of(id),
                }
            }
        }
    }
}

impl Scope<'_, '_> {
    fn printed(&self, node: &Node) -> Json {
        self.world.printed_value(&self.value(node))
    }
}
