//! What is written of a resource and does not fit: names in the wrong case, names where ARNs stand, names that nothing
//! fills in.
//!
//! `CloudFormation` minds case everywhere, and refuses what it does not know: nothing that is written so is deployed.
//!
//! Source: AWS `CloudFormation` User Guide, "Resources"; AWS `CloudFormation` Template Reference, "`Fn::GetAtt`".

use std::collections::HashMap;
use std::sync::Arc;

use super::substitute::{Part, parts};
use super::{Bound, Scope, World};
use crate::model::source::Span;
use crate::model::value::{Data, Referent, Value, Why};
use crate::model::vocabulary::{AttributeRole, Fields, TypeEntry, rows};
use crate::yaml::Node;

/// What may be said of a resource beside its properties.
const SECTIONS: &[&str] = &[
    "Condition",
    "CreationPolicy",
    "DeletionPolicy",
    "DependsOn",
    "Metadata",
    "Properties",
    "Type",
    "UpdatePolicy",
    "UpdateReplacePolicy",
];

const NOT_READ: &str = "CloudFormation refuses it, and what it says is not read; correct the name";

impl World<'_> {
    /// Tells of what is said of a resource in the wrong case, its type among it.
    pub(super) fn told_in_its_case(&self, logical_id: &str, node: &Node) {
        for (key, _) in node.entries() {
            if let Some(right) = differs_in_case(SECTIONS.iter().copied(), &key.text) {
                let message = format!("`{}` of `{logical_id}` is written `{right}`", key.text);
                self.tell(message, key.span, NOT_READ);
            }
        }
        let Some(of) = node.get("Type") else { return };
        let types = rows().filter_map(|row| row.cloudformation);
        if let Some(right) = of.as_text().and_then(|name| differs_in_case(types, name)) {
            let message = format!("the type of `{logical_id}` is written `{right}`");
            let consequence = "CloudFormation refuses it, and it is not judged; correct the name";
            self.tell(message, of.span, consequence);
        }
    }

    /// Takes out what is a name where an ARN stands, and tells of it, and of properties in the wrong case.
    pub(super) fn check_properties(
        &self,
        logical_id: &str,
        properties: &mut Value<'static>,
        fields: &'static Fields,
    ) {
        match &mut properties.data {
            Data::List(all) => {
                for one in all {
                    self.check_properties(logical_id, one, fields);
                }
            }
            Data::Map(map) => {
                for (name, value) in map.iter_mut() {
                    let Some(field) = fields.find(name) else {
                        if let Some(right) = differs_in_case(fields.names(), name) {
                            let message =
                                format!("`{name}` of `{logical_id}` is written `{right}`");
                            self.tell(message, value.origin, NOT_READ);
                        }
                        continue;
                    };
                    let refers = field.attribute.is_some_and(|one| !one.refers.is_empty());
                    if refers && (name.ends_with("Arn") || name.ends_with("Arns")) {
                        self.check_arns(logical_id, name, value);
                    } else if !field.fields.is_empty() {
                        self.check_properties(logical_id, value, &field.fields);
                    }
                }
            }
            _ => {}
        }
    }

    fn check_arns(&self, logical_id: &str, name: &str, value: &mut Value<'static>) {
        let given = match &mut value.data {
            Data::List(all) => {
                for one in all {
                    self.check_arns(logical_id, name, one);
                }
                return;
            }
            Data::Text(text) => self.known_names().get(&**text).cloned(),
            _ => self.named(value),
        };
        let Some(given) = given else { return };
        self.tell(
            format!("`{name}` of `{logical_id}` takes an ARN, and the name of `{given}` is none"),
            value.origin,
            "CloudFormation cannot deploy it, and what it names is not known; write the ARN, as `Fn::GetAtt` gives it",
        );
        value.data = Data::Unknown(Why::UnexpectedForm);
    }

    /// The resource whose name a value is, and nothing else.
    fn named(&self, value: &Value<'_>) -> Option<Arc<str>> {
        let reference = value.as_reference()?;
        let Referent::Resource(id) = reference.of else {
            return None;
        };
        let place = (id.0 as usize).checked_sub(self.outside.len())?;
        let name = self.order.get(place)?;
        let entry = self.resources.get(name)?.entry?;
        is_name(entry, &reference.attribute).then(|| Arc::clone(&name.1))
    }

    /// The resources whose names are written, by these.
    fn known_names(&self) -> &HashMap<String, Arc<str>> {
        self.written_names.get_or_init(|| {
            let named = self.order.iter().filter_map(|key| {
                let declared = self.resources.get(key)?;
                let identity = declared.entry?.row.identity;
                let nothing: Bound = Arc::default();
                let scope = self.scope(key.0, &nothing);
                let is_name = is_name(declared.entry?, identity);
                let name = is_name.then(|| scope.known_text(declared, &key.1, identity))??;
                Some((name, Arc::clone(&key.1)))
            });
            named.collect()
        })
    }
}

impl Scope<'_, '_> {
    /// Tells of names of this template in an ARN or URI that `Fn::Sub` does not fill in.
    pub(super) fn check_filled_in(&self, text: &str, at: Span) {
        let is_address = ["arn:", "s3://"]
            .iter()
            .any(|begin| text.starts_with(begin));
        if !is_address || !text.contains("${") {
            return;
        }
        for part in parts(text) {
            let Part::Name(name) = part else { continue };
            let first = name.split('.').next().unwrap_or(name);
            let is_name =
                first.starts_with("AWS::") || self.is_resource(first) || self.is_parameter(first);
            if is_name && !self.is_substituted(name) {
                self.world.tell(
                    format!(
                        "`${{{name}}}` is not filled in, since no `Fn::Sub` stands before this text"
                    ),
                    at,
                    "it is read as it stands; write `!Sub` before it",
                );
            }
        }
    }

    /// Whether a state machine of this template fills a name in itself.
    fn is_substituted(&self, name: &str) -> bool {
        let stack = self.world.stack(self.stack);
        let mut resources = stack
            .into_iter()
            .flat_map(|stack| &stack.template.resources);
        resources.any(|(_, resource)| {
            let properties = resource.get("Properties");
            let by = properties.and_then(|all| all.get("DefinitionSubstitutions"));
            by.is_some_and(|by| by.get(name).is_some())
        })
    }

    fn is_parameter(&self, name: &str) -> bool {
        let stack = self.world.stack(self.stack);
        let mut parameters = stack
            .into_iter()
            .flat_map(|stack| &stack.template.parameters);
        parameters.any(|one| *one.name == *name)
    }
}

/// Whether an attribute is the name that the author gives, or would give.
fn is_name(entry: &TypeEntry, attribute: &str) -> bool {
    let Some(found) = entry.attribute(attribute) else {
        return false;
    };
    match found.role {
        AttributeRole::Name => true,
        AttributeRole::Output(Some(template)) => {
            let inner = template
                .strip_prefix('{')
                .and_then(|rest| rest.strip_suffix('}'));
            inner.is_some_and(|inner| inner != attribute && is_name(entry, inner))
        }
        _ => false,
    }
}

/// The one of these names that differs from a name only in case.
pub(super) fn differs_in_case<'n>(
    mut names: impl Iterator<Item = &'n str>,
    written: &str,
) -> Option<&'n str> {
    let found = names.find(|name| name.eq_ignore_ascii_case(written))?;
    (found != written).then_some(found)
}
