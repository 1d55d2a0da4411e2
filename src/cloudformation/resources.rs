//! Which resources are there, and the draft of them.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::Arc;

use super::canonical::{Lowering, everything_out, written};
use super::{Bound, Declared, Evaluated, MOST_RESOURCES, World};
use crate::model::expression::{Configuration, Expression, Repetition, Written};
use crate::model::graph::{Draft, Provider, ResourceId};
use crate::model::resource::{Address, Resource, Standing, add_outputs, leave_open};
use crate::model::value::{Data, Map, ProviderId, Referent, Value, Why};
use crate::model::vocabulary::{Fields, Kind, cloudformation_type};
use crate::yaml::Node;

static NO_FIELDS: Fields = Fields::none();

impl World<'_> {
    /// Works everything out.
    pub(super) fn evaluated(mut self) -> Evaluated {
        for stack in &self.set.stacks {
            let own = stack.template.problems.iter().cloned();
            self.problems.get_mut().extend(own);
        }
        self.macros();
        self.name_outside();
        self.declare();
        let draft = self.draft();
        let conditions = self.all_conditions();
        let is_impossible = self.is_impossible();
        self.dependencies();
        Evaluated {
            draft: Draft {
                parameters: self.parameters.take(),
                ..draft
            },
            problems: self.problems.take(),
            secrets: self.secrets.take(),
            questions: self.asked.take(),
            conditions,
            is_impossible,
        }
    }

    /// Notes every resource that is there, or may be.
    pub(super) fn declare(&mut self) {
        for number in 0..self.set.stacks.len() {
            let Some(stack) = self.stack(number) else {
                continue;
            };
            let around = match &stack.parent {
                None => Some(false),
                Some((outer, logical_id)) => {
                    let key = (*outer, logical_id.as_str().into());
                    self.resources.get(&key).map(|declared| declared.is_open)
                }
            };
            // A nested stack that is not there.
            let Some(is_open) = around else { continue };
            let nothing: Bound = Arc::default();
            let written = self.entries(number, &stack.template.resources, &nothing);
            let entries = self.transformed(number, self.without_macros(written));
            for (key, node, bound) in entries {
                self.index.write(number, &key.text);
                let there = self.scope(number, &bound).is_there(&node);
                if there == Some(false) {
                    continue;
                }
                self.told_in_its_case(&key.text, &node);
                let Some(type_name) = node.get("Type").and_then(Node::as_text) else {
                    let message = match node.get("Type") {
                        Some(_) => format!("the `Type` of resource `{}` is no text", key.text),
                        None => format!("resource `{}` has no `Type`", key.text),
                    };
                    self.tell(message, key.span, "it is not judged");
                    continue;
                };
                if let Some((tag, at)) = &node.tag {
                    self.tell(
                        format!("`!{tag}` cannot stand before a resource"),
                        *at,
                        "CloudFormation refuses this template; it is judged as it stands",
                    );
                }
                if self.order.len() >= MOST_RESOURCES {
                    let message = "there are too many resources";
                    self.tell(message, key.span, "the rest is not judged");
                    self.incomplete.set(Some(Why::NotEvaluated));
                    return;
                }
                let declared = Declared {
                    id: id_at(self.outside.len() + self.order.len()),
                    type_name: type_name.into(),
                    entry: cloudformation_type(type_name),
                    at: key.span,
                    bound,
                    is_open: is_open || there.is_none(),
                    node,
                };
                let name = (number, Arc::clone(&key.text));
                if self.resources.contains_key(&name) {
                    self.tell(
                        format!("two resources are called `{}`", key.text),
                        key.span,
                        "CloudFormation refuses this template; the first of them is judged",
                    );
                    continue;
                }
                self.resources.insert(name.clone(), declared);
                self.order.push(name);
            }
        }
    }

    /// What the stacks give out that are judged. Only credentials are looked for there: without one, nothing is
    /// worked out, so that no output asks for what the rest of the template does not.
    fn given_out(&self) -> Vec<(Cow<'static, str>, Expression<'static>)> {
        let mut declared = self.resources.values().filter_map(|one| one.entry);
        if !declared.any(|entry| entry.row.kind == Kind::Credential) {
            return Vec::new();
        }
        let stacks = (0..self.set.stacks.len()).filter(|stack| !self.is_context(*stack));
        let outputs = stacks.flat_map(|stack| {
            let section = self.outputs(stack);
            let values = section.entries.iter().filter_map(|(key, node, bound)| {
                let value = self.scope(stack, bound).value(node.get("Value")?);
                Some((
                    Cow::Owned(key.text.to_string()),
                    Expression::Constant(value),
                ))
            });
            values.collect::<Vec<_>>()
        });
        outputs.collect()
    }

    fn draft(&self) -> Draft<'static> {
        let mut resources = self.outside_resources();
        let mut configuration = Configuration {
            present: true,
            evaluated: true,
            outputs: self.given_out(),
            ..Configuration::default()
        };
        let why_open = |of: Referent| self.why_open(of);
        let lowering = Lowering {
            why_open: &why_open,
            everything: self.beside.everything,
        };
        for name in &self.order {
            let Some(declared) = self.resources.get(name) else {
                continue;
            };
            let (stack, logical_id) = (name.0, &name.1);
            let mut properties = match declared.node.get("Properties") {
                Some(node) => self.scope(stack, &declared.bound).value(node),
                None => Value::new(Data::Map(Map::default()), declared.at),
            };
            let fields = declared.entry.map_or(&NO_FIELDS, |entry| &entry.fields);
            self.check_properties(logical_id, &mut properties, fields);
            let mut attributes = match &properties.data {
                Data::Unknown(why) => all_open(declared, *why),
                _ => lowering.attributes(&properties, fields),
            };
            let address = self.name_of(stack, logical_id);
            if let Some(entry) = declared.entry {
                add_outputs(
                    &mut attributes,
                    entry,
                    false,
                    Why::KnownAfterApply,
                    declared.at,
                );
                if declared.is_open {
                    leave_open(&mut attributes, entry, Why::ConditionNotKnown);
                }
                if entry.knows("deletion_policy") {
                    let policy = self.deletion_policy(stack, declared);
                    attributes.remove("deletion_policy");
                    attributes.push("deletion_policy".into(), policy);
                }
                let written = Written {
                    expressions: written(&properties, fields),
                    repetition: Repetition::Single,
                    provider: Some(ProviderId(0)),
                };
                configuration.resources.insert(address.clone(), written);
            }
            let open = attributes.iter().any(|(_, value)| !value.is_known());
            resources.push(Resource {
                address: Address(address.into()),
                type_name: declared.type_name.to_string().into(),
                entry: declared.entry,
                open,
                attributes,
                origin: declared.at,
                standing: if self.is_context(stack) {
                    Standing::Other
                } else {
                    Standing::Judged
                },
                existed_before: None,
                construct: self.construct(stack, declared, logical_id).map(Into::into),
                provider: Some(ProviderId(0)),
            });
        }
        open_groups(&mut resources);
        Draft {
            resources,
            deleted: Vec::new(),
            configuration,
            providers: vec![Provider {
                name: "".into(),
                account: self.account(0).map(Into::into),
                region: self.region(0).map(Into::into),
                partition: self.partition(0).map(Into::into),
            }],
            parameters: Vec::new(),
            incomplete: self.incomplete.get(),
        }
    }

    /// What becomes of a resource with its stack: `Delete` where nothing is written.
    fn deletion_policy(&self, stack: usize, declared: &Declared) -> Value<'static> {
        match declared.node.get("DeletionPolicy") {
            Some(node) => self.scope(stack, &declared.bound).value(node),
            None => Value::text("Delete", declared.at),
        }
    }

    /// The path of the construct that made a resource, as the CDK notes it.
    fn construct(&self, stack: usize, declared: &Declared, logical_id: &str) -> Option<String> {
        let noted = declared.node.get("Metadata").and_then(|metadata| {
            let path = metadata.get("aws:cdk:path")?;
            path.as_text().map(str::to_owned)
        });
        let told = || {
            let stack = self.stack(stack)?;
            stack.template.constructs.get(logical_id).cloned()
        };
        noted.or_else(told)
    }

    /// What every named condition comes to, as far as that is known.
    fn all_conditions(&self) -> BTreeMap<String, bool> {
        let mut found = BTreeMap::new();
        for number in 0..self.set.stacks.len() {
            for (key, _, bound) in &self.conditions_of(number).entries {
                let truth = self.scope(number, bound).condition(&key.text, key.span);
                if let Some(truth) = truth {
                    found.insert(self.name_of(number, &key.text), truth);
                }
            }
        }
        found
    }

    /// Whether an assertion of the section `Rules` is certainly not met.
    fn is_impossible(&self) -> bool {
        let nothing: Bound = Arc::default();
        (0..self.set.stacks.len()).any(|number| {
            let stack = self.stack(number);
            let mut rules = stack.into_iter().flat_map(|stack| &stack.template.rules);
            let scope = self.scope(number, &nothing);
            rules.any(|(_, rule)| {
                let applies = match rule.get("RuleCondition") {
                    Some(condition) => scope.truth(condition) == Some(true),
                    None => true,
                };
                let assertions = rule.get("Assertions").and_then(Node::elements);
                let mut assertions = assertions.into_iter().flatten();
                applies
                    && assertions.any(|one| {
                        let asserted = one.get("Assert");
                        asserted.and_then(|one| scope.truth(one)) == Some(false)
                    })
            })
        })
    }
}

/// The resource at a place of the draft.
pub(super) fn id_at(place: usize) -> ResourceId {
    ResourceId(u32::try_from(place).unwrap_or(u32::MAX))
}

/// All attributes of a resource of which nothing is known.
fn all_open(declared: &Declared, why: Why) -> Map<'static> {
    let mut attributes = Map::default();
    if let Some(entry) = declared.entry {
        add_outputs(&mut attributes, entry, true, why, declared.at);
    }
    attributes
}

/// Writes out what a security group without rules of its own lets out. Where a rule that stands alone belongs to
/// it, `CloudFormation` takes the usual rule away.
pub(super) fn open_groups(resources: &mut [Resource<'static>]) {
    let is_rule =
        |resource: &&Resource<'_>| &*resource.type_name == "AWS::EC2::SecurityGroupEgress";
    let ruled: Vec<Option<ResourceId>> = resources
        .iter()
        .filter(is_rule)
        .filter_map(|rule| {
            let group = rule.get("security_group_id")?;
            Some(
                group
                    .as_reference()
                    .and_then(|reference| match reference.of {
                        Referent::Resource(id) => Some(id),
                        _ => None,
                    }),
            )
        })
        .collect();
    for (at, group) in resources.iter_mut().enumerate() {
        let is_group = group.kind() == Some(Kind::Sg) && group.standing != Standing::Context;
        let id = id_at(at);
        let egress = group.attributes.get("egress").and_then(Value::as_list);
        if egress.is_some_and(<[_]>::is_empty) {
            // A list of no rules takes the usual one not away.
            group.attributes.remove("egress");
        }
        if !is_group || group.attributes.get("egress").is_some() || ruled.contains(&Some(id)) {
            continue;
        }
        let egress = if ruled.contains(&None) {
            Value::new(Data::Unknown(Why::ParameterWithoutValue), group.origin)
        } else {
            everything_out(group.origin)
        };
        group.attributes.push("egress".into(), egress);
    }
}
