//! Change sets to drafts: what the answer tells of each resource, alone or laid over the template that it was made
//! of.
//!
//! The template tells which resources there are and which belong together; what the change set knows of values
//! wins. Where the template says which resource is meant, that stays, and what the change set knows of it becomes
//! known of that resource.
//!
//! Source: AWS `CloudFormation` API Reference, "`ResourceChange`"; AWS `CloudFormation` User Guide, "View a change
//! set".

use std::collections::{BTreeSet, HashMap};

use super::Evaluated;
use super::canonical::{Lowering, written};
use super::resources::open_groups;
use super::text::joined;
use crate::load::Secrets;
use crate::load::cloudformation::{Action, ChangeSet, Context, ResourceChange};
use crate::load::plan::{View, partition_of};
use crate::model::expression::{Configuration, Repetition, Written};
use crate::model::graph::{Draft, Provider};
use crate::model::problem::Problem;
use crate::model::resource::{Address, Resource, Standing, add_outputs};
use crate::model::source::Span;
use crate::model::value::{Data, Map, Piece, ProviderId, Referent, Value, Why};
use crate::model::vocabulary::{AttributeRole, Fields, Kind, TypeEntry, cloudformation_type};
use crate::model::worlds::Questions;
use crate::room::with_room;
use crate::yaml::{Data as NodeData, Node};

/// What stands for a value that is not known before the change set is executed.
const AFTER_APPLY: &str = "{{changeSet:KNOWN_AFTER_APPLY}}";

/// What stands for a value that nobody may see.
const HIDDEN: &str = "****";

static NO_FIELDS: Fields = Fields::none();

/// Works a change set out, with the template that it was made of, where that is there: a template that was
/// evaluated with the change set's parameters.
#[must_use]
pub fn changed(set: &ChangeSet, template: Option<Evaluated>, view: View) -> Evaluated {
    with_room(|| {
        let changes = Changes { set, view };
        let mut evaluated = match template {
            Some(template) => changes.over(template),
            None => changes.alone(),
        };
        evaluated.problems.extend(set.problems.iter().cloned());
        evaluated
    })
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Side {
    Before,
    After,
}

/// An attribute of a resource of the template, by its place, and what the change set knows it to be.
type Learned = (usize, String, String);

struct Changes<'c> {
    set: &'c ChangeSet,
    view: View,
}

impl Changes<'_> {
    /// The estate that the change set shows by itself.
    fn alone(&self) -> Evaluated {
        let mut draft = Draft {
            resources: Vec::new(),
            deleted: Vec::new(),
            configuration: Configuration {
                present: true,
                evaluated: true,
                ..Configuration::default()
            },
            providers: vec![Provider {
                name: "".into(),
                account: self.set.account.clone().map(Into::into),
                region: self.set.region.clone().map(Into::into),
                partition: self
                    .set
                    .region
                    .as_deref()
                    .map(partition_of)
                    .map(|partition| partition.into_owned().into()),
            }],
            parameters: Vec::new(),
            incomplete: Some(Why::PartialPlan),
        };
        for change in &self.set.changes {
            self.add(change, &mut draft);
        }
        // A rule that stands alone and does not change is not listed.
        for group in &mut draft.resources {
            let is_open = group.kind() == Some(Kind::Sg) && group.existed_before != Some(false);
            if is_open && group.attributes.get("egress").is_none() {
                let open = Value::new(Data::Unknown(Why::PartialPlan), group.origin);
                group.attributes.push("egress".into(), open);
                group.open = true;
            }
        }
        open_groups(&mut draft.resources);
        let problem = Problem {
            message: format!("the change set lists only what changes ({})", Why::PartialPlan),
            origin: None,
            consequence: "what is missing from it is not taken to be absent; name the template that it was made \
                          of with --source"
                .to_owned(),
            fatal: false,
        };
        Evaluated {
            draft,
            problems: vec![problem],
            secrets: Secrets::default(),
            questions: Questions::new(),
            conditions: std::collections::BTreeMap::new(),
            is_impossible: false,
        }
    }

    /// Adds a resource of which no template tells.
    fn add(&self, change: &ResourceChange, draft: &mut Draft<'static>) {
        let is_going = change.action == Action::Remove;
        let before = || self.resource(change, change.before.as_ref());
        if self.view == View::Before {
            // Of a resource whose values were not told, nothing is claimed to have been there already.
            let was_there = change.action != Action::Add && change.before.is_some();
            if was_there {
                note(change, Side::Before, draft);
                draft.resources.push(before());
            }
        } else if !is_going {
            note(change, Side::After, draft);
            let resource = self.resource(change, change.after.as_ref());
            draft.deleted.extend(self.replaced_key(change));
            draft.resources.push(resource);
        } else if change.is_retained {
            note(change, Side::Before, draft);
            draft.resources.push(Resource {
                standing: Standing::Context,
                ..before()
            });
        } else {
            draft.deleted.push(before());
        }
    }

    /// The key in whose place another one is made: what lies under the old one is of interest.
    fn replaced_key(&self, change: &ResourceChange) -> Option<Resource<'static>> {
        let entry = cloudformation_type(&change.type_name)?;
        let is_key = Kind::KEYS.contains(&entry.row.kind);
        let is_lost = change.action == Action::Replace && !change.is_retained;
        (is_key && is_lost && self.view != View::Before)
            .then(|| self.resource(change, change.before.as_ref()))
    }

    /// A resource as one side of its change tells it.
    fn resource(&self, change: &ResourceChange, context: Option<&Context>) -> Resource<'static> {
        let entry = cloudformation_type(&change.type_name);
        let fields = entry.map_or(&NO_FIELDS, |entry| &entry.fields);
        let lowering = Lowering {
            why_open: &|_| Why::KnownAfterApply,
            everything: self.view == View::Everything,
        };
        let at = context.map_or(change.at, |context| context.at);
        let mut attributes = context.map_or_else(Map::default, |context| {
            lowering.attributes(&properties(context), fields)
        });
        if let Some(entry) = entry {
            let (all, why) = match context {
                Some(_) => (false, Why::KnownAfterApply),
                None => (true, Why::ValuesNotIncluded),
            };
            add_outputs(&mut attributes, entry, all, why, at);
            let stays = change.action.existed_before() == Some(true) || self.view == View::Before;
            if let Some(id) = change.physical_id.as_deref().filter(|_| stays) {
                identify(&mut attributes, entry, id, at);
            }
        }
        let construct = context.and_then(|context| context.construct.clone());
        Resource {
            address: Address(change.logical_id.clone().into()),
            type_name: change.type_name.clone().into(),
            entry,
            open: is_open(&attributes),
            attributes,
            origin: change.at,
            standing: Standing::Judged,
            existed_before: match self.view {
                View::Before => Some(true),
                View::Planned | View::Everything => change.action.existed_before(),
            },
            construct: construct.map(Into::into),
            provider: Some(ProviderId(0)),
        }
    }

    /// The estate of the template, with what the change set knows of it.
    fn over(&self, mut template: Evaluated) -> Evaluated {
        let draft = &mut template.draft;
        let places = draft.resources.iter().enumerate();
        let places = places.filter(|(_, resource)| resource.standing == Standing::Judged);
        let places: HashMap<String, usize> = places
            .map(|(place, resource)| (resource.address.as_str().to_owned(), place))
            .collect();
        let (mut learned, mut missing) = (Vec::new(), Vec::new());
        let mut listed = BTreeSet::new();
        for change in &self.set.changes {
            listed.insert(change.logical_id.as_str());
            let place = places.get(&change.logical_id);
            let planned = place.and_then(|place| draft.resources.get_mut(*place));
            let Some(planned) = planned else {
                if change.action != Action::Remove {
                    missing.push(change.logical_id.as_str());
                }
                self.add(change, draft);
                continue;
            };
            if change.action == Action::Remove {
                missing.push(change.logical_id.as_str());
                vacate(planned);
                self.add(change, draft);
                continue;
            }
            self.lay_over(planned, change, &mut learned);
            draft.deleted.extend(self.replaced_key(change));
        }
        for resource in &mut draft.resources {
            let address = resource.address.as_str();
            let stack = address.split('.').next().unwrap_or(address);
            let is_own = resource.standing == Standing::Judged && !address.contains(':');
            if is_own && self.set.is_whole && !listed.contains(stack) {
                resource.existed_before = Some(true);
            }
        }
        // What was there before may have had another name.
        learned.retain(|(place, _, _)| {
            let resource = draft.resources.get(*place);
            let is_listed = resource.is_some_and(|one| listed.contains(one.address.as_str()));
            self.view != View::Before || !is_listed
        });
        learn(&mut draft.resources, &learned);
        if let Some(first) = missing.first() {
            let others = match missing.len() - 1 {
                0 => String::new(),
                number => format!(" and {number} more"),
            };
            template.problems.push(Problem {
                message: format!("the template and the change set do not agree on `{first}`{others}"),
                origin: None,
                consequence: "it is judged by what the change set tells; give the template that the change set \
                              was made of"
                    .to_owned(),
                fatal: false,
            });
        }
        template
    }

    /// Takes what a change tells into a resource of the template.
    fn lay_over(
        &self,
        planned: &mut Resource<'static>,
        change: &ResourceChange,
        learned: &mut Vec<Learned>,
    ) {
        let mut told = self.resource(change, change.after.as_ref());
        if change.after.is_some() {
            merge(&mut told.attributes, &planned.attributes, learned);
        } else {
            let known = std::mem::take(&mut told.attributes);
            told.attributes.clone_from(&planned.attributes);
            take_known(&mut told.attributes, &known);
        }
        match (self.view, &change.before) {
            (View::Planned | View::Everything, _) => {
                planned.open = is_open(&told.attributes);
                planned.attributes = told.attributes;
                planned.existed_before = told.existed_before;
                planned.construct = planned.construct.take().or(told.construct);
            }
            (View::Before, Some(before)) if change.action != Action::Add => {
                *planned = self.resource(change, Some(before));
            }
            (View::Before, _) => vacate(planned),
        }
    }
}

/// Notes what is written of a resource.
fn note(change: &ResourceChange, side: Side, draft: &mut Draft<'static>) {
    let context = match side {
        Side::Before => &change.before,
        Side::After => &change.after,
    };
    let Some(context) = context else { return };
    let fields = cloudformation_type(&change.type_name).map_or(&NO_FIELDS, |one| &one.fields);
    let written = Written {
        expressions: written(&properties(context), fields),
        repetition: Repetition::Single,
        provider: Some(ProviderId(0)),
    };
    let resources = &mut draft.configuration.resources;
    resources.insert(change.logical_id.clone(), written);
}

/// Leaves the place of a resource that is not there, so that others keep theirs.
fn vacate(resource: &mut Resource<'static>) {
    resource.entry = None;
    resource.attributes = Map::default();
    resource.standing = Standing::Context;
    resource.existed_before = None;
}

fn is_open(attributes: &Map<'_>) -> bool {
    attributes.iter().any(|(_, value)| !value.is_known())
}

/// The properties of one side of a change; all places in them are that of its text.
fn properties(context: &Context) -> Value<'static> {
    match &context.properties {
        Some(node) => value(node, context.at),
        None => Value::new(Data::Map(Map::default()), context.at),
    }
}

fn value(node: &Node, at: Span) -> Value<'static> {
    let data = match &node.data {
        NodeData::Null => Data::Null,
        NodeData::Bool(flag) => Data::Bool(*flag),
        NodeData::Number(text) => match serde_json::from_str::<serde_json::Number>(text) {
            Ok(number) => Data::Number(number),
            Err(_) => Data::Text(text.to_string().into()),
        },
        NodeData::Text(text) => return told(text, at),
        NodeData::List(elements) => {
            let elements = elements.iter().map(|element| value(element, at));
            Data::List(elements.filter(|one| one.data != Data::Null).collect())
        }
        NodeData::Map(entries) => {
            let mut map = Map::default();
            for (key, node) in entries.iter() {
                // A name that is not known may be any.
                if key.text.contains(AFTER_APPLY) {
                    return Value::new(Data::Unknown(Why::KnownAfterApply), at);
                }
                let value = value(node, at);
                if value.data != Data::Null {
                    map.push(key.text.to_string().into(), value);
                }
            }
            Data::Map(map)
        }
    };
    Value::new(data, at)
}

/// A text of a change set: what is not known yet is a hole in it.
fn told(text: &str, at: Span) -> Value<'static> {
    if text == HIDDEN {
        return Value::new(Data::Unknown(Why::ParameterWithoutValue), at);
    }
    let mut pieces = Vec::new();
    for (number, part) in text.split(AFTER_APPLY).enumerate() {
        if number > 0 {
            pieces.push(Piece::Unknown(Why::KnownAfterApply));
        }
        if !part.is_empty() {
            pieces.push(Piece::Known(part.to_owned().into()));
        }
    }
    joined(pieces, at)
}

/// What `Ref` gives of a resource that is there already is its name in the account.
fn identify(attributes: &mut Map<'static>, entry: &'static TypeEntry, id: &str, at: Span) {
    let mut name = entry.row.identity;
    // The `id` of most is their name, or their ARN.
    while let Some(AttributeRole::Output(Some(form))) = entry.attribute(name).map(|one| one.role) {
        let inner = form
            .strip_prefix('{')
            .and_then(|form| form.strip_suffix('}'));
        match inner.filter(|inner| !inner.contains('{') && *inner != name) {
            Some(inner) => name = inner,
            None if name == "id" => return,
            None => break,
        }
    }
    if id.starts_with("arn:") == name.ends_with("arn") {
        settle(attributes, entry, name, id, at);
    }
}

/// Puts in what is known of an attribute, and of the name that its text ends in.
fn settle(
    attributes: &mut Map<'static>,
    entry: &'static TypeEntry,
    name: &str,
    text: &str,
    at: Span,
) {
    let is_known = attributes.get(name).is_some_and(Value::is_known);
    let Some(attribute) = entry.attribute(name).filter(|_| !is_known) else {
        return;
    };
    attributes.insert(name.to_owned(), Value::text(text.to_owned(), at));
    if let AttributeRole::Output(Some(form)) = attribute.role
        && let Some((inner, text)) = named_at_end(form, text)
    {
        settle(attributes, entry, inner, text, at);
    }
}

/// The attribute that a text of this form ends in, with its part of the text: of `arn:{partition}:s3:::{bucket}`,
/// `bucket`.
fn named_at_end<'t>(form: &'static str, text: &'t str) -> Option<(&'static str, &'t str)> {
    let (before, name) = form.strip_suffix('}')?.rsplit_once('{')?;
    let part = match before.chars().last() {
        None => text,
        Some(mark @ (':' | '/')) => text.rsplit_once(mark)?.1,
        Some(_) => return None,
    };
    (!part.is_empty()).then_some((name, part))
}

/// Adds what the template tells to what the change set does.
fn merge(told: &mut Map<'static>, template: &Map<'static>, learned: &mut Vec<Learned>) {
    for (name, planned) in template.iter() {
        match told.get_mut(name) {
            Some(value) => merge_value(value, planned, learned),
            // The change set knows that the condition is not met.
            None if planned.why_unknown() == Some(Why::ConditionNotKnown) => {}
            None => told.push(name.to_owned().into(), planned.clone()),
        }
    }
}

fn merge_value(told: &mut Value<'static>, planned: &Value<'static>, learned: &mut Vec<Learned>) {
    told.sensitive |= planned.sensitive;
    told.origin = planned.origin;
    match (&mut told.data, &planned.data) {
        (Data::Map(told), Data::Map(planned)) => merge(told, planned, learned),
        (Data::List(told), Data::List(planned)) if told.len() == planned.len() => {
            for (told, planned) in told.iter_mut().zip(planned) {
                merge_value(told, planned, learned);
            }
        }
        (Data::Text(text), Data::Template(pieces)) if names_resource(pieces) => {
            learned.extend(learned_from(text, pieces));
            told.data = planned.data.clone();
        }
        (Data::Unknown(_) | Data::Template(_), planned) if !matches!(planned, Data::Unknown(_)) => {
            told.data = planned.clone();
        }
        _ => {}
    }
}

fn names_resource(pieces: &[Piece<'_>]) -> bool {
    let is_one = |piece: &Piece<'_>| match piece {
        Piece::Reference(reference) => matches!(reference.of, Referent::Resource(_)),
        _ => false,
    };
    pieces.iter().any(is_one)
}

/// What a text tells of the one hole in the same text of the template.
fn learned_from(text: &str, pieces: &[Piece<'_>]) -> Option<Learned> {
    let mut rest = text;
    let mut pieces = pieces;
    while let [Piece::Known(known), others @ ..] = pieces {
        rest = rest.strip_prefix(&**known)?;
        pieces = others;
    }
    while let [others @ .., Piece::Known(known)] = pieces {
        rest = rest.strip_suffix(&**known)?;
        pieces = others;
    }
    let [Piece::Reference(reference)] = pieces else {
        return None;
    };
    let Referent::Resource(id) = reference.of else {
        return None;
    };
    let attribute = reference.attribute.clone().into_owned();
    (!rest.is_empty()).then(|| (id.0 as usize, attribute, rest.to_owned()))
}

/// Puts in what is known of resources by the texts that name them.
fn learn(resources: &mut [Resource<'static>], learned: &[Learned]) {
    for (place, attribute, text) in learned {
        let Some(resource) = resources.get_mut(*place) else {
            continue;
        };
        let is_own = resource.standing == Standing::Judged;
        if let Some(entry) = resource.entry.filter(|_| is_own) {
            let at = resource.origin;
            settle(&mut resource.attributes, entry, attribute, text, at);
            resource.open = is_open(&resource.attributes);
        }
    }
}

/// Takes over what is known.
fn take_known(attributes: &mut Map<'static>, known: &Map<'static>) {
    for (name, value) in known.iter() {
        let is_better = attributes.get(name).is_none_or(|one| !one.is_known());
        if value.is_known() && is_better {
            attributes.insert(name.to_owned(), value.clone());
        }
    }
}
