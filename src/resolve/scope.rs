//! What a name in the configuration leads to, seen from one instance of one module: through variables
//! to what the caller passes, through outputs to what a module gives back, to resources.

use std::borrow::Cow;

use crate::model::expression::{Expression, Repetition, Written, find};
use crate::model::graph::{Draft, Index, ResourceId};
use crate::model::resource::{inside, module_of, steps as address_steps, without_keys};
use crate::model::value::ProviderId;
use crate::model::vocabulary::{Kind, TypeEntry};

/// Names that are followed for one expression; beyond that it is taken as one that cannot be told, so
/// that modules which mention each other in circles cost no more than others.
const STEPS: usize = 1000;

/// Expressions behind expressions, as modules call modules: deeper ones are not followed.
const DEEPEST: usize = 64;

/// Instances of one repeated resource that are worth listing.
const INSTANCES: usize = 4096;

/// Where an expression stands.
#[derive(Debug, Clone, Copy)]
pub(super) struct Scope<'s> {
    /// The module instance: `module.a["x"]`, empty for the root.
    pub(super) module: &'s str,
    /// The key of the repeated block, as written: `"x"`, `0`.
    pub(super) key: Option<&'s str>,
    /// How the block is repeated.
    pub(super) repetition: &'s Repetition<'s>,
    /// The key, where the expression mentions it too: `x[each.key]` shows as `x` and `each.key`.
    pub(super) index: Option<&'s str>,
}

/// What a name leads to.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Lead<'a> {
    /// A value that the input has: it adds nothing unknown.
    Known,
    /// An attribute of one resource, of which the value is not known; no name where only the resource
    /// is told.
    Attribute(ResourceId, Option<Cow<'a, str>>),
    /// Every instance of a repeated resource.
    Instances(Vec<ResourceId>),
    /// It cannot be told.
    Unknown,
}

/// What is left of [`STEPS`] and [`DEEPEST`].
struct Budget {
    steps: usize,
    depth: usize,
}

/// Follows names through a draft.
pub(super) struct Scopes<'d, 'a> {
    draft: &'d Draft<'a>,
    /// What is written for each resource, in their order.
    written: Vec<Option<&'d Written<'a>>>,
    addresses: Index,
    instances: Index,
}

impl<'d, 'a> Scopes<'d, 'a> {
    pub(super) fn new(draft: &'d Draft<'a>) -> Self {
        let mut place = String::new();
        let written = draft.resources.iter().map(|resource| {
            resource.entry?;
            place.clear();
            resource.address.without_keys(&mut place);
            draft.configuration.resources.get(&place)
        });
        Self {
            written: written.collect(),
            draft,
            addresses: Index::of_addresses(&draft.resources),
            instances: Index::of_instances(&draft.resources),
        }
    }

    /// The addresses, for the graph to keep.
    pub(super) fn into_addresses(self) -> Index {
        self.addresses
    }

    /// What is written for a resource, if the input shows it.
    pub(super) fn written(&self, id: ResourceId) -> Option<&'d Written<'a>> {
        self.written.get(id.0 as usize).copied().flatten()
    }

    /// The provider configuration of each resource, in their order.
    pub(super) fn providers(&self) -> Vec<Option<ProviderId>> {
        let written = self.written.iter().copied();
        written.map(|written| written?.provider).collect()
    }

    /// What the names in one expression lead to, in their order. A variable or output counts as what
    /// is mentioned in the expression behind it. `x[each.key]` leads to the instance with the same key.
    pub(super) fn leads(&self, mentions: &[Cow<'_, str>], scope: Scope<'_>) -> Vec<Lead<'a>> {
        let mut leads = Vec::new();
        let mut budget = Budget {
            steps: STEPS,
            depth: DEEPEST,
        };
        self.follow_all(mentions, scope, &mut budget, &mut leads);
        if budget.steps == 0 {
            leads.push(Lead::Unknown);
        }
        leads
    }

    fn follow_all(
        &self,
        mentions: &[Cow<'_, str>],
        scope: Scope<'_>,
        budget: &mut Budget,
        leads: &mut Vec<Lead<'a>>,
    ) {
        let Some(depth) = budget.depth.checked_sub(1) else {
            return leads.push(Lead::Unknown);
        };
        if mentions.is_empty() {
            // A call that mentions nothing, `timestamp()` say.
            return leads.push(Lead::Unknown);
        }
        let is_index = |mention: &Cow<'_, str>| *mention == "each.key" || *mention == "count.index";
        let own_key = scope.key.filter(|_| mentions.iter().any(is_index));
        let begin = leads.len();
        let scope = Scope {
            index: own_key,
            ..scope
        };
        budget.depth = depth;
        for mention in mentions {
            let Some(left) = budget.steps.checked_sub(1) else {
                return;
            };
            budget.steps = left;
            if own_key.is_none() || !is_index(mention) {
                self.follow(mention, scope, budget, leads);
            }
        }
        budget.depth = depth + 1;
        if leads.len() == begin {
            leads.push(Lead::Known);
        }
    }

    fn follow(
        &self,
        mention: &str,
        scope: Scope<'_>,
        budget: &mut Budget,
        leads: &mut Vec<Lead<'a>>,
    ) {
        let mut parts = address_steps(mention);
        let first = parts.next().unwrap_or("");
        match (first, parts.next()) {
            ("var", Some(name)) => {
                let (name, index) = name
                    .split_once('[')
                    .map_or((name, false), |(name, _)| (name, true));
                self.variable(name, index || parts.next().is_some(), scope, budget, leads);
            }
            ("each", Some(value)) if value != "key" => {
                leads.push(self.each_value(mention, scope, budget));
            }
            ("count" | "path" | "terraform" | "each", _) => leads.push(Lead::Known),
            ("module", Some(call)) => match (parts.next(), parts.next()) {
                (Some(output), None) => self.output(call, output, scope, budget, leads),
                _ => leads.push(Lead::Unknown),
            },
            ("local" | "self" | "", _) => leads.push(Lead::Unknown),
            _ => leads.push(self.resource(first, mention, scope)),
        }
    }

    fn variable(
        &self,
        name: &str,
        inside: bool,
        scope: Scope<'_>,
        budget: &mut Budget,
        leads: &mut Vec<Lead<'a>>,
    ) {
        if scope.module.is_empty() {
            // A plan exists only once every variable of the root has a value.
            return leads.push(Lead::Known);
        }
        let mut place = String::new();
        without_keys(scope.module, &mut place);
        let Some(module) = self.draft.configuration.modules.get(&place) else {
            return leads.push(Lead::Unknown);
        };
        let caller = Scope {
            module: parent(scope.module),
            key: key_of(scope.module),
            repetition: &module.repetition,
            index: None,
        };
        match find(&module.inputs, name) {
            // Not passed: the default, which is a literal.
            None => leads.push(Lead::Known),
            Some(input) => self.behind(input, inside, caller, budget, leads),
        }
    }

    /// Follows the expression behind a variable or output; `inside`: only a part of it counts, and it
    /// cannot be told which.
    fn behind(
        &self,
        expression: &Expression<'_>,
        inside: bool,
        scope: Scope<'_>,
        budget: &mut Budget,
        leads: &mut Vec<Lead<'a>>,
    ) {
        match expression {
            Expression::Constant(_) => leads.push(Lead::Known),
            Expression::Mentions(mentions) if inside => {
                let mut parts = Vec::new();
                self.follow_all(mentions, scope, budget, &mut parts);
                parts.retain(|lead| *lead != Lead::Known);
                leads.push(match parts.as_slice() {
                    [] => Lead::Known,
                    // Nothing else in it is unknown.
                    [Lead::Attribute(id, name)] => Lead::Attribute(*id, name.clone()),
                    _ => Lead::Unknown,
                });
            }
            Expression::Mentions(mentions) => self.follow_all(mentions, scope, budget, leads),
            _ => leads.push(Lead::Unknown),
        }
    }

    fn each_value(&self, mention: &str, scope: Scope<'_>, budget: &mut Budget) -> Lead<'a> {
        let mentions = match scope.repetition {
            Repetition::ForEach(Expression::Mentions(mentions)) => mentions,
            Repetition::ForEach(Expression::Constant(_)) => return Lead::Known,
            _ => return Lead::Unknown,
        };
        let mut leads = Vec::new();
        let outer = Scope {
            index: None,
            ..scope
        };
        self.follow_all(mentions, outer, budget, &mut leads);
        // `for_each = aws_iam_role.user`: the value is the instance with the same key.
        if let ([Lead::Instances(instances)], Some(key)) = (leads.as_slice(), scope.key) {
            let same_key = instances.iter().find(|id| self.key(**id) == Some(key));
            return match (same_key, mention.strip_prefix("each.value.")) {
                (Some(id), Some(attribute)) => self.attribute(*id, attribute),
                (Some(id), None) if mention == "each.value" => Lead::Attribute(*id, None),
                _ => Lead::Unknown,
            };
        }
        if leads.iter().all(|lead| *lead == Lead::Known) {
            Lead::Known
        } else {
            Lead::Unknown
        }
    }

    fn output(
        &self,
        call: &str,
        output: &str,
        scope: Scope<'_>,
        budget: &mut Budget,
        leads: &mut Vec<Lead<'a>>,
    ) {
        let inner = inside(scope.module, &format!("module.{call}"));
        let mut place = String::new();
        without_keys(&inner, &mut place);
        let Some(module) = self.draft.configuration.modules.get(&place) else {
            return leads.push(Lead::Unknown);
        };
        let expression = find(&module.outputs, output);
        let one_instance = module.repetition == Repetition::Single || call.contains('[');
        let (Some(expression), true) = (expression, one_instance) else {
            return leads.push(Lead::Unknown);
        };
        let scope = Scope {
            module: &inner,
            key: None,
            repetition: &Repetition::Single,
            index: None,
        };
        self.behind(expression, false, scope, budget, leads);
    }

    fn resource(&self, first: &str, mention: &str, scope: Scope<'_>) -> Lead<'a> {
        let length = if first == "data" { 3 } else { 2 };
        let own: usize = address_steps(mention)
            .take(length)
            .map(|step| step.len() + 1)
            .sum();
        let (Some(address), rest) = (mention.get(..own - 1), mention.get(own..)) else {
            return Lead::Unknown;
        };
        let mut address = inside(scope.module, address);
        if let (Some(key), None) = (scope.index, rest) {
            let length = address.len();
            address.extend(["[", key, "]"]);
            if let Some(id) = self.addresses.find(&self.draft.resources, &address) {
                return Lead::Attribute(id, None);
            }
            address.truncate(length);
        }
        if let Some(id) = self.addresses.find(&self.draft.resources, &address) {
            return match rest {
                Some(attribute) => self.attribute(id, attribute),
                None => Lead::Attribute(id, None),
            };
        }
        let instances = self.instances.instances(&self.draft.resources, &address);
        match (instances.len(), rest, scope.index) {
            // An index that leads to no instance: it is not the plain key.
            (1..=INSTANCES, None, None) => Lead::Instances(instances),
            _ => Lead::Unknown,
        }
    }

    /// An attribute as the configuration names it: known if the input has its value.
    fn attribute(&self, id: ResourceId, own_name: &str) -> Lead<'a> {
        let Some(resource) = self.draft.resources.get(id.0 as usize) else {
            return Lead::Unknown;
        };
        let Some(entry) = resource.entry else {
            return Lead::Unknown;
        };
        let Some(field) = entry.fields.find(own_name) else {
            return Lead::Unknown;
        };
        match resource.get(field.name) {
            None => Lead::Known,
            Some(value) if value.is_known() => Lead::Known,
            Some(_) => Lead::Attribute(id, Some(Cow::Borrowed(field.name))),
        }
    }

    pub(super) fn kind(&self, id: ResourceId) -> Option<Kind> {
        self.entry(id).map(|entry| entry.row.kind)
    }

    pub(super) fn entry(&self, id: ResourceId) -> Option<&'static TypeEntry> {
        self.draft.resources.get(id.0 as usize)?.entry
    }

    fn key(&self, id: ResourceId) -> Option<&'d str> {
        self.draft
            .resources
            .get(id.0 as usize)
            .and_then(|resource| resource.address.key())
    }
}

/// The module instance that calls this one.
fn parent(module: &str) -> &str {
    let length = address_steps(module).count().saturating_sub(2);
    let own: usize = address_steps(module)
        .take(length)
        .map(|step| step.len() + 1)
        .sum();
    module_of(module.get(..own.saturating_sub(1)).unwrap_or(""))
}

/// The key of a module instance's own call.
fn key_of(module: &str) -> Option<&str> {
    let call = address_steps(module).last()?;
    let open = call.find('[')?;
    call.get(open + 1..call.len() - 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_the_caller_of_a_module() {
        assert_eq!(
            parent(r#"module.a["x.y"].module.b[0]"#),
            r#"module.a["x.y"]"#
        );
        assert_eq!(parent("module.a"), "");
        assert_eq!(key_of(r#"module.a["x.y"].module.b[0]"#), Some("0"));
        assert_eq!(key_of(r#"module.a["x.y"]"#), Some(r#""x.y""#));
    }
}
