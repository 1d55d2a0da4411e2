//! What parameters name that is made elsewhere: a parameter of the type `AWS::EC2::VPC::Id` is some VPC, and the
//! same one wherever it stands.

use std::sync::Arc;

use super::World;
use super::resources::id_at;
use crate::load::cloudformation::Parameter;
use crate::model::graph::ResourceId;
use crate::model::resource::{Address, Resource, Standing, add_outputs};
use crate::model::source::Span;
use crate::model::value::{Data, Map, ProviderId, Reference, Referent, Value, Why};
use crate::model::vocabulary::{TypeEntry, cloudformation_type};

/// The types of parameters that are the id of a resource, and of what type.
const IDS: &[(&str, &str)] = &[
    ("AWS::EC2::SecurityGroup::Id", "AWS::EC2::SecurityGroup"),
    ("AWS::EC2::Subnet::Id", "AWS::EC2::Subnet"),
    ("AWS::EC2::VPC::Id", "AWS::EC2::VPC"),
];

/// A resource that a parameter names.
#[derive(Debug)]
pub(super) struct Outside {
    stack: usize,
    name: Arc<str>,
    of: &'static str,
    entry: &'static TypeEntry,
    at: Span,
}

impl World<'_> {
    /// Notes the resources that parameters name which nobody gives a value.
    pub(super) fn name_outside(&mut self) {
        for (number, stack) in self.set.stacks.iter().enumerate() {
            for parameter in &stack.template.parameters {
                let named = IDS.iter().find(|(id, _)| **id == *parameter.of);
                let Some((_, of)) = named.filter(|_| !self.has_value(number, parameter)) else {
                    continue;
                };
                if let Some(entry) = cloudformation_type(of) {
                    self.outside.push(Outside {
                        stack: number,
                        name: Arc::clone(&parameter.name),
                        of,
                        entry,
                        at: parameter.at,
                    });
                }
            }
        }
    }

    fn has_value(&self, stack: usize, parameter: &Parameter) -> bool {
        let Some(stack) = self.stack(stack) else {
            return false;
        };
        parameter.default.is_some()
            || stack.given.contains_key(&*parameter.name)
            || stack.parent.is_some()
    }

    /// The id of the resource that a parameter names, if it names one.
    pub(super) fn outside(&self, stack: usize, name: &str) -> Option<Value<'static>> {
        let is_it = |one: &Outside| one.stack == stack && *one.name == *name;
        let place = self.outside.iter().position(is_it)?;
        let at = self.outside.get(place)?.at;
        let reference = Reference {
            of: Referent::Resource(id_at(place)),
            attribute: "id".into(),
        };
        Some(Value::reference(reference, at))
    }

    /// The name of the parameter that stands for such a resource.
    pub(super) fn name_outside_of(&self, id: ResourceId) -> String {
        let one = self.outside.get(id.0 as usize);
        one.map_or_else(String::new, |one| self.name_of(one.stack, &one.name))
    }

    /// These resources, as far as they are known: not at all.
    pub(super) fn outside_resources(&self) -> Vec<Resource<'static>> {
        let each = self.outside.iter().map(|one| {
            let mut attributes = Map::default();
            let why = Why::ExternalResource;
            add_outputs(&mut attributes, one.entry, true, why, one.at);
            attributes.insert("id", Value::new(Data::Unknown(why), one.at));
            Resource {
                address: Address(self.name_of(one.stack, &one.name).into()),
                type_name: one.of.into(),
                entry: Some(one.entry),
                attributes,
                open: true,
                origin: one.at,
                standing: Standing::Context,
                existed_before: None,
                construct: None,
                provider: Some(ProviderId(0)),
            }
        });
        each.collect()
    }
}
