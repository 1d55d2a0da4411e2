//! A plan beside its source: what the plan leaves out is evaluated from the source, with what the plan
//! knows; and every value gets its place in the source.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use super::canonical::Lowering;
use super::expansion::Declared;
use super::instance::Key;
use super::{Beside, Planned, World};
use crate::hcl::functions::Files;
use crate::hcl::{self, Hole, Text};
use crate::load::Secrets;
use crate::load::terraform::Root;
use crate::model::graph::{Draft, ResourceId};
use crate::model::problem::Problem;
use crate::model::resource::{Resource, Standing};
use crate::model::source::Span;
use crate::model::value::{Data, Map, Piece, Value, Why};
use crate::model::vocabulary::{Attribute, Field, TypeEntry};
use crate::room::with_room;

/// What came of laying a source over a plan.
#[derive(Debug)]
pub struct Overlaid {
    /// What could not be worked out, or does not fit together.
    pub problems: Vec<Problem>,
    /// What is secret.
    pub secrets: Secrets,
    /// How many of the plan's resources the source has, and how many it has not.
    pub matched: (usize, usize),
}

/// Fills what a plan does not know from its source. `everything`: the same plan with all of its
/// attributes; `variables`: the values of the root's variables in it.
#[must_use]
pub fn overlay(
    draft: &mut Draft<'_>,
    everything: &Draft<'_>,
    variables: &[(String, Value<'_>)],
    root: &Root,
    files: &dyn Files,
) -> Overlaid {
    let planned = Planned::of(everything, variables);
    with_room(|| laid_over(draft, &planned, root, files))
}

fn laid_over(draft: &mut Draft<'_>, planned: &Planned, root: &Root, files: &dyn Files) -> Overlaid {
    let beside = Beside {
        plan: Some(planned),
        ..Beside::default()
    };
    let world = World::new(root, files, &beside);
    let declared = world.every_resource();
    let declared: HashMap<&str, &Declared<'_>> = declared
        .iter()
        .map(|one| (one.address.as_str(), one))
        .collect();
    let mut lowering = Lowering::of(draft);
    let (mut matched, mut missing) = (0, Vec::new());
    for resource in &mut draft.resources {
        let Some(declared) = declared.get(resource.address.as_str()) else {
            if resource.standing == Standing::Judged {
                missing.push(resource.address.as_str().to_owned());
            }
            continue;
        };
        matched += 1;
        resource.origin = declared.block.header;
        let Some(entry) = resource.entry else {
            continue;
        };
        let written = world.attributes_with_data(declared);
        let written = lowering.attributes(&written, &entry.fields);
        lay_over(resource, &written, entry);
    }
    let mut problems = world.problems.take();
    if let Some(first) = missing.first() {
        let others = match missing.len() - 1 {
            0 => String::new(),
            number => format!(" and {number} more"),
        };
        problems.push(Problem {
            message: format!("the source does not have {first}{others} of the plan"),
            origin: None,
            consequence: "what the plan does not tell of it stays unknown; give the source that \
                          the plan was made of"
                .to_owned(),
            fatal: false,
        });
    }
    Overlaid {
        problems,
        secrets: lowering.into_secrets(),
        matched: (matched, missing.len()),
    }
}

/// Takes what the source tells into a resource of the plan.
fn lay_over(resource: &mut Resource<'_>, written: &Map<'static>, entry: &'static TypeEntry) {
    let merge = Merge {
        computes_unwritten: entry.computes_unwritten(),
    };
    let is_managed = resource.standing == Standing::Judged;
    let block = resource.origin;
    let names = resource.attributes.iter().map(|(name, _)| name.to_owned());
    for name in names.collect::<Vec<_>>() {
        let field = entry.fields.canonical(&name);
        let Some(value) = resource.attributes.get_mut(&name) else {
            continue;
        };
        let is_absent = if let Some(source) = written.get(&name) {
            *value = merge.values(value, source, field);
            value.data == Data::Null
        } else {
            // What the source leaves out or sets to null, the plan shows as unknown where the provider
            // computes it.
            move_to(value, block);
            let may_be_computed = field.is_some_and(|field| field.computed && !field.is_output());
            is_managed && may_be_computed && matches!(value.data, Data::Unknown(_))
        };
        if is_absent {
            resource.attributes.remove(&name);
        }
    }
    resource.open = resource
        .attributes
        .iter()
        .any(|(_, value)| !value.is_known());
}

/// Puts a source's values into a plan's.
struct Merge {
    /// The provider computes what is not written, so that the plan shows it as unknown.
    computes_unwritten: bool,
}

impl Merge {
    /// The plan's value with what the source adds: the plan's where it knows, in the source's places.
    fn values<'a>(
        &self,
        plan: &Value<'a>,
        source: &Value<'static>,
        field: Option<&'static Field>,
    ) -> Value<'a> {
        let secret = plan.sensitive || source.sensitive;
        let inner = |name: &str| field.and_then(|field| field.fields.canonical(name));
        let attribute = field.and_then(|field| field.attribute);
        let is_document = attribute.is_some_and(Attribute::is_document);
        let data = match (&plan.data, &source.data) {
            (Data::Unknown(_), Data::Unknown(_)) => plan.data.clone(),
            // A source that fails is not that of the plan, which may tell more by itself.
            (Data::Unknown(_), _) if fails(source) => plan.data.clone(),
            (Data::Unknown(_), _) => source.data.clone(),
            (Data::Text(text), Data::Map(_)) if is_document => {
                if same_document(text, source) {
                    source.data.clone()
                } else {
                    plan.data.clone()
                }
            }
            (Data::Map(plan), Data::Map(written)) => {
                let mut map = Map::default();
                for (name, value) in plan.iter() {
                    let value = match written.get(name) {
                        Some(source) => self.values(value, source, inner(name)),
                        None if self.computes_unwritten && !value.is_known() => continue,
                        None => {
                            let mut value = value.clone();
                            move_to(&mut value, source.origin);
                            value
                        }
                    };
                    if value.data != Data::Null {
                        map.push(Cow::Owned(name.to_owned()), value);
                    }
                }
                Data::Map(map)
            }
            (Data::List(plan), Data::List(source)) => Data::List(self.lists(plan, source, field)),
            _ => plan.data.clone(),
        };
        Value {
            data,
            origin: source.origin,
            sensitive: secret,
        }
    }

    /// Lists of one length keep their order, unless they are sets: then elements that say the same go
    /// together, and of the others each to the next.
    fn lists<'a>(
        &self,
        plan: &[Value<'a>],
        source: &[Value<'static>],
        field: Option<&'static Field>,
    ) -> Vec<Value<'a>> {
        let mut left: Vec<Option<&Value<'static>>> = source.iter().map(Some).collect();
        let mut found: Vec<Option<&Value<'static>>> = Vec::with_capacity(plan.len());
        for (at, value) in plan.iter().enumerate() {
            let same_place = left.get(at).copied().flatten();
            let same_place = same_place.filter(|one| agrees(value, one));
            let place = match same_place {
                Some(_) => Some(at),
                None => left
                    .iter()
                    .position(|one| one.is_some_and(|one| agrees(value, one))),
            };
            found.push(place.and_then(|place| left.get_mut(place)?.take()));
        }
        let all_found = plan.len() == source.len() && found.iter().all(Option::is_some);
        let merged = plan.iter().zip(found).map(|(value, source)| match source {
            Some(source) if all_found || value.is_known() => self.values(value, source, field),
            Some(source) => Value {
                origin: source.origin,
                ..value.clone()
            },
            None => value.clone(),
        });
        merged.collect()
    }
}

/// Whether something in a value could not be evaluated.
fn fails(value: &Value<'_>) -> bool {
    match &value.data {
        Data::Unknown(why) => *why == Why::NotEvaluated,
        Data::Template(pieces) => pieces
            .iter()
            .any(|piece| matches!(piece, Piece::Unknown(Why::NotEvaluated))),
        Data::List(all) => all.iter().any(fails),
        Data::Map(all) => all.iter().any(|(_, one)| fails(one)),
        _ => false,
    }
}

/// What nobody wrote stands where it could have been written.
fn move_to(value: &mut Value<'_>, at: Span) {
    value.origin = at;
    match &mut value.data {
        Data::List(all) => all.iter_mut().for_each(|one| move_to(one, at)),
        Data::Map(all) => all.iter_mut().for_each(|(_, one)| move_to(one, at)),
        _ => {}
    }
}

/// Whether nothing that a plan knows of a value contradicts its source.
fn agrees(plan: &Value<'_>, source: &Value<'static>) -> bool {
    match (&plan.data, &source.data) {
        (Data::Unknown(_), source) => !matches!(source, Data::Null),
        (_, Data::Unknown(_) | Data::Template(_)) => true,
        (Data::Map(plan), Data::Map(source)) => source.iter().all(|(name, source)| {
            let plan = plan.get(name);
            plan.is_some_and(|plan| agrees(plan, source))
        }),
        (Data::List(plan), Data::List(source)) => {
            plan.len() == source.len()
                && plan
                    .iter()
                    .all(|plan| source.iter().any(|one| agrees(plan, one)))
        }
        (plan, source) => plan == source || as_text(plan) == as_text(source),
    }
}

/// A scalar as Terraform converts it.
fn as_text(data: &Data<'_>) -> Option<String> {
    match data {
        Data::Bool(flag) => Some(flag.to_string()),
        Data::Number(number) => Some(number.to_string()),
        Data::Text(text) => Some(text.to_string()),
        _ => None,
    }
}

/// Whether a document that a plan shows says the same as its source, wherever that is known.
fn same_document(text: &str, source: &Value<'static>) -> bool {
    let parsed: Result<serde_json::Value, _> = serde_json::from_str(text);
    parsed.is_ok_and(|parsed| same_json(&parsed, source))
}

fn same_json(plan: &serde_json::Value, source: &Value<'static>) -> bool {
    use serde_json::Value as Json;
    match (plan, &source.data) {
        (_, Data::Unknown(_) | Data::Template(_)) => true,
        (Json::Object(plan), Data::Map(source)) => {
            plan.len() == source.iter().count()
                && plan
                    .iter()
                    .all(|(name, plan)| source.get(name).is_some_and(|one| same_json(plan, one)))
        }
        (Json::Array(plan), Data::List(source)) => {
            let in_order = plan
                .iter()
                .zip(source)
                .all(|(plan, one)| same_json(plan, one));
            let has = |plan| source.iter().any(|one| same_json(plan, one));
            plan.len() == source.len() && (in_order || plan.iter().all(has))
        }
        // One element stands for a list of one.
        (Json::Array(plan), _) => matches!(plan.as_slice(), [one] if same_json(one, source)),
        (plan, Data::List(source)) => {
            matches!(source.as_slice(), [one] if same_json(plan, one))
        }
        (Json::String(plan), source) => as_text(source).is_some_and(|text| text == *plan),
        (Json::Bool(plan), source) => as_text(source).is_some_and(|text| text == plan.to_string()),
        (Json::Number(plan), source) => {
            as_text(source).is_some_and(|text| text == plan.to_string())
        }
        _ => false,
    }
}

impl Planned {
    /// What a plan tells an evaluation of its source.
    #[must_use]
    pub fn of(everything: &Draft<'_>, variables: &[(String, Value<'_>)]) -> Self {
        let mut planned = Self::default();
        for (name, value) in variables {
            planned.variables.insert(name.clone(), raised(value, None));
        }
        for resource in &everything.resources {
            let address = resource.address.as_str();
            let fields = resource.entry.map(|entry| &entry.fields);
            let attributes = resource.attributes.iter().filter_map(|(name, value)| {
                let (own, field) = match fields {
                    Some(fields) => match fields.own(name) {
                        Some((own, field)) => (own, Some(field)),
                        None => (name, None),
                    },
                    None => (name, None),
                };
                let raised = raised(value, field);
                raised.is_known().then(|| (own.to_owned(), raised))
            });
            let attributes: BTreeMap<_, _> = attributes.collect();
            planned.resources.insert(address.to_owned(), attributes);
            planned.add_keys(resource);
        }
        planned
    }

    /// Notes the keys along an address: those of each module call, and the resource's own.
    fn add_keys(&mut self, resource: &Resource<'_>) {
        let address = resource.address.as_str();
        let mut begun = String::new();
        let mut steps = crate::model::resource::steps(address);
        while let Some(step) = steps.next() {
            let mut place = begun.clone();
            let mut add = |step: &str| {
                if !place.is_empty() {
                    place.push('.');
                }
                place.push_str(step);
            };
            add(step);
            let last = match step {
                "data" => {
                    if let Some(of) = steps.next() {
                        add(of);
                    }
                    steps.next()
                }
                _ => steps.next(),
            };
            let Some(last) = last else { break };
            let (name, key) = match last.split_once('[') {
                Some((name, key)) => (name, key.strip_suffix(']')),
                None => (last, None),
            };
            let mut keyed = place.clone();
            for (to, step) in [(&mut place, name), (&mut keyed, last)] {
                to.push('.');
                to.push_str(step);
            }
            if key.is_some() {
                let keys = self.keys.entry(place).or_default();
                let key = Key::read(key);
                if !keys.contains(&key) {
                    keys.push(key);
                }
            }
            begun = keyed;
        }
    }
}

/// A value of a plan as expressions see it, under the provider's names.
fn raised(value: &Value<'_>, field: Option<&'static Field>) -> hcl::Value {
    let at = value.origin;
    let inner = |name: &str| field.and_then(|field| field.fields.own(name));
    let data = match &value.data {
        Data::Null => hcl::Data::Null(hcl::Type::Any),
        Data::Bool(flag) => hcl::Data::Bool(*flag),
        Data::Number(number) => match hcl::Number::parse(&number.to_string()) {
            Some(number) => hcl::Data::Number(number),
            None => unknown(Why::UnexpectedForm),
        },
        Data::Text(text) => hcl::Data::Text(Text::literal(text.as_ref())),
        Data::List(all) => {
            let all = all.iter().map(|one| raised(one, field));
            hcl::Data::Tuple(Arc::new(all.collect()))
        }
        Data::Map(all) => {
            let all = all.iter().map(|(name, one)| match inner(name) {
                Some((own, field)) => (own.to_owned(), raised(one, Some(field))),
                None => (name.to_owned(), raised(one, None)),
            });
            hcl::Data::Object(Arc::new(all.collect()))
        }
        Data::Template(_) => hcl::Data::Text(Text::hole(Hole {
            attribute: None,
            why: Why::KnownAfterApply,
            what: None,
        })),
        Data::Unknown(why) => unknown(*why),
    };
    let raised = hcl::Value::new(data, at).marked(value.sensitive);
    let is_object = matches!(raised.data, hcl::Data::Object(_));
    if field.is_some_and(|field| field.single) && is_object {
        // A block that is there at most once is a list to expressions.
        return hcl::Value::tuple(vec![raised], at);
    }
    raised
}

fn unknown(why: Why) -> hcl::Data {
    hcl::Data::Unknown(hcl::Unknown {
        of: hcl::Type::Any,
        why,
        what: None,
    })
}

impl Lowering {
    /// One for the resources of a draft.
    fn of(draft: &Draft<'_>) -> Self {
        let resources = draft.resources.iter().enumerate();
        let entries = resources.map(|(at, resource)| {
            let id = ResourceId(u32::try_from(at).unwrap_or(u32::MAX));
            (resource.address.as_str().to_owned(), (id, resource.entry))
        });
        Self::new(entries.collect())
    }
}

impl<'r> World<'r> {
    /// What is written for a resource; for a data source, also what it gives.
    fn attributes_with_data(&self, declared: &Declared<'r>) -> BTreeMap<String, hcl::Value> {
        let mut attributes = self.attributes(declared);
        if declared.block.name == "data" {
            self.read_data(declared, &mut attributes);
        }
        attributes
    }
}
