//! Puts what the configuration mentions in the place of what is not known yet.
//!
//! A plan shows which names an expression mentions, not how it combines them. So a name counts as the
//! value only where nothing else can be: an attribute that takes an identifier, and one identifier
//! mentioned. Of an attribute that the provider would compute if it were not written, nothing else at
//! all may be mentioned, since a condition would leave no other trace.

use std::borrow::Cow;

use super::policy_documents::{Documents, is_document_text};
use super::scope::{Lead, Scope, Scopes};
use crate::model::expression::{Expression, Repetition, Written, find};
use crate::model::graph::{Draft, ResourceId};
use crate::model::resource::Resource;
use crate::model::value::{Data, Reference, Referent, Value};
use crate::model::vocabulary::{
    Attribute, AttributeRole, Default as Absent, Field, Kind, TypeEntry,
};

/// What becomes of an attribute; none: it is known to be absent.
pub(super) struct Edit<'a> {
    pub(super) resource: ResourceId,
    pub(super) attribute: Cow<'a, str>,
    pub(super) value: Option<Value<'a>>,
}

/// Works out every attribute that is not wholly known.
pub(super) fn fill<'a>(
    draft: &Draft<'a>,
    scopes: &Scopes<'_, 'a>,
    documents: &Documents<'a>,
) -> Vec<Edit<'a>> {
    let mut edits = Vec::new();
    for (at, resource) in draft.resources.iter().enumerate() {
        let Some(entry) = resource.entry.filter(|_| resource.open) else {
            continue;
        };
        let id = ResourceId(u32::try_from(at).unwrap_or(u32::MAX));
        if let Some(json) = documents.get(id) {
            edits.push(Edit {
                resource: id,
                attribute: "json".into(),
                value: Some(json.clone()),
            });
        }
        let Some(written) = scopes.written(id) else {
            continue;
        };
        let filler = Filler {
            scopes,
            documents,
            scope: scope_of(resource, written),
            entry,
        };
        for (name, value) in resource.attributes.iter() {
            let field = entry.fields.canonical(name);
            if value.is_known() || field.is_some_and(Field::is_output) {
                continue;
            }
            let expression = find(&written.expressions, name);
            let filled = filler.fill(value, expression, field);
            if filled.as_ref() != Some(value) {
                edits.push(Edit {
                    resource: id,
                    attribute: name.to_owned().into(),
                    value: filled,
                });
            }
        }
    }
    edits
}

/// Where the expressions of a resource stand.
pub(super) fn scope_of<'s>(resource: &'s Resource<'_>, written: &'s Written<'s>) -> Scope<'s> {
    Scope {
        module: resource.address.module(),
        key: match written.repetition {
            Repetition::Single => None,
            _ => resource.address.key(),
        },
        repetition: &written.repetition,
        index: None,
    }
}

struct Filler<'f, 'd, 'a> {
    scopes: &'f Scopes<'d, 'a>,
    documents: &'f Documents<'a>,
    scope: Scope<'f>,
    entry: &'static TypeEntry,
}

impl<'a> Filler<'_, '_, 'a> {
    /// The value with what its expression tells; none if it is known to be absent. A secret stays one.
    fn fill(
        &self,
        value: &Value<'a>,
        expression: Option<&Expression<'a>>,
        field: Option<&'static Field>,
    ) -> Option<Value<'a>> {
        let mut filled = self.told(value, expression, field)?;
        filled.sensitive |= value.sensitive;
        Some(filled)
    }

    fn told(
        &self,
        value: &Value<'a>,
        expression: Option<&Expression<'a>>,
        field: Option<&'static Field>,
    ) -> Option<Value<'a>> {
        let unchanged = || Some(value.clone());
        match (&value.data, expression) {
            (Data::Unknown(_), None) if self.is_computed(field) => None,
            // A literal is known, whatever the plan leaves out. Null: the provider computes it.
            (Data::Unknown(_), Some(Expression::Constant(literal))) => match literal.data {
                Data::Null => None,
                _ => Some(literal.clone()),
            },
            (Data::Unknown(_), Some(Expression::Mentions(mentions))) => {
                self.leaf(value, mentions, field)
            }
            (_, Some(Expression::Constant(_))) if self.entry.computes_unwritten() => {
                let mut value = value.clone();
                remove_unknown(&mut value, None, |_| true);
                Some(value)
            }
            (Data::List(list), Some(Expression::Mentions(mentions)))
                if list.iter().all(|element| element.as_map().is_none()) =>
            {
                Some(self.list(value, list, mentions, field))
            }
            (Data::Map(_) | Data::List(_), Some(Expression::Mentions(mentions))) => {
                Some(self.merged(value, mentions, field))
            }
            (Data::Map(map), Some(Expression::Object(block))) => {
                let mut filled = map.clone();
                for (name, inner) in map.iter().filter(|(_, inner)| !inner.is_known()) {
                    let field = field.and_then(|field| field.fields.canonical(name));
                    match self.fill(inner, find(block, name), field) {
                        Some(inner) => filled.insert(name.to_owned(), inner),
                        None => {
                            filled.remove(name);
                        }
                    }
                }
                Some(Value::new(Data::Map(filled), value.origin))
            }
            (Data::List(list), Some(Expression::List(blocks))) => {
                match (list.as_slice(), blocks.as_slice()) {
                    ([element], [block]) => {
                        let element = self.fill(element, Some(block), field)?;
                        Some(Value::new(Data::List(vec![element]), value.origin))
                    }
                    // Sets come in another order than their blocks: it cannot be told which is which.
                    _ => unchanged(),
                }
            }
            _ => unchanged(),
        }
    }

    /// Whether the provider computes what is not written, so that a plan shows it as unknown. What it does
    /// not compute is written after all: in a `dynamic` block, of which the configuration has no trace.
    fn is_computed(&self, field: Option<&'static Field>) -> bool {
        self.entry.computes_unwritten() || field.is_some_and(|field| field.computed)
    }

    /// One value of which nothing is known.
    fn leaf(
        &self,
        value: &Value<'a>,
        mentions: &[Cow<'a, str>],
        field: Option<&'static Field>,
    ) -> Option<Value<'a>> {
        let unchanged = Some(value.clone());
        let Some(attribute) = field.and_then(|field| field.attribute) else {
            return unchanged;
        };
        let leads = self.scopes.leads(mentions, self.scope);
        if attribute.role == AttributeRole::Policy {
            return match leads.as_slice() {
                [Lead::Attribute(id, name)] if is_document_text(name.as_deref()) => {
                    self.documents.get(*id).cloned().or(unchanged)
                }
                _ => unchanged,
            };
        }
        if attribute.refers.is_empty() {
            return unchanged;
        }
        match self.only(&leads) {
            // An identifier is not made by a call: the expression gives null.
            Only::Nothing if self.is_computed(field) => None,
            // A list is unknown as a whole only if not even its length is told.
            Only::Attribute(..) if attribute.is_list() => unchanged,
            Only::Attribute(id, name) => self.reference(value, attribute, id, name).or(unchanged),
            Only::Nothing | Only::CannotTell => unchanged,
        }
    }

    /// The one thing that an expression can come from.
    fn only(&self, leads: &[Lead<'a>]) -> Only<'a> {
        let mut unknown = leads.iter().filter(|lead| **lead != Lead::Known);
        match (unknown.next(), unknown.next()) {
            (None, _) => Only::Nothing,
            (Some(Lead::Attribute(id, name)), None)
                if leads.len() == 1 || !self.entry.computes_unwritten() =>
            {
                Only::Attribute(*id, name.clone())
            }
            _ => Only::CannotTell,
        }
    }

    fn reference(
        &self,
        value: &Value<'a>,
        attribute: &Attribute,
        id: ResourceId,
        name: Option<Cow<'a, str>>,
    ) -> Option<Value<'a>> {
        if !self.names(attribute, id, name.as_deref()) {
            return None;
        }
        let attribute = name.unwrap_or_else(|| identifier(attribute).into());
        let reference = Reference {
            of: Referent::Resource(id),
            attribute,
        };
        Some(Value::reference(reference, value.origin))
    }

    /// Whether an attribute takes what another one is: the identifier of a resource of a suitable kind, or
    /// an output that names such a resource, as a VPC names its default security group.
    fn names(&self, attribute: &Attribute, id: ResourceId, name: Option<&str>) -> bool {
        let named = name.and_then(|name| self.scopes.entry(id)?.attribute(name));
        let outer = named.filter(|named| matches!(named.role, AttributeRole::Output(_)));
        let is_taken = |kind: &Kind| attribute.refers.contains(kind);
        let kind = self.scopes.entry(id).map(|entry| entry.row.kind);
        kind.is_some_and(|kind| is_taken(&kind))
            || outer.is_some_and(|named| named.refers.iter().any(is_taken))
    }

    /// A list of identifiers, of which the number is known.
    fn list(
        &self,
        value: &Value<'a>,
        list: &[Value<'a>],
        mentions: &[Cow<'a, str>],
        field: Option<&'static Field>,
    ) -> Value<'a> {
        let attribute = field.and_then(|field| field.attribute);
        let Some(attribute) = attribute.filter(|attribute| !attribute.refers.is_empty()) else {
            return value.clone();
        };
        let leads = self.scopes.leads(mentions, self.scope);
        let unknown = list.iter().filter(|element| !element.is_known()).count();
        let Some(found) = one_each(&leads, unknown) else {
            return value.clone();
        };
        let mut found = found.into_iter();
        let elements = list.iter().map(|element| {
            if element.is_known() {
                return element.clone();
            }
            let next = found.next();
            next.and_then(|(id, name)| self.reference(element, attribute, id, name))
                .unwrap_or_else(|| element.clone())
        });
        Value::new(Data::List(elements.collect()), value.origin)
    }

    /// An object of which the configuration gives one list of names for all its attributes.
    fn merged(
        &self,
        value: &Value<'a>,
        mentions: &[Cow<'a, str>],
        field: Option<&'static Field>,
    ) -> Value<'a> {
        let leads = self.scopes.leads(mentions, self.scope);
        let mut value = value.clone();
        match self.only(&leads) {
            Only::Nothing if self.entry.computes_unwritten() => {
                remove_unknown(&mut value, field, no_call_makes);
            }
            Only::Attribute(id, name) => {
                let mut leaves = Vec::new();
                unknown_leaves(&mut value, field, &mut leaves);
                if let [(leaf, Some(attribute))] = leaves.as_mut_slice()
                    && !attribute.is_list()
                    && let Some(reference) = self.reference(leaf, attribute, id, name)
                {
                    **leaf = reference;
                } else {
                    self.lists_inside(&mut value, &leads, field);
                }
            }
            Only::Nothing => {}
            Only::CannotTell => self.lists_inside(&mut value, &leads, field),
        }
        value
    }

    /// Lists inside an object whose configuration gives one list of names: a list gets the resources of
    /// its kind if there are as many of them as it lacks. Their order in it cannot be told.
    fn lists_inside(
        &self,
        value: &mut Value<'a>,
        leads: &[Lead<'a>],
        field: Option<&'static Field>,
    ) {
        let mut found = Vec::new();
        for lead in leads {
            match lead {
                Lead::Known => {}
                Lead::Attribute(id, name) => found.push((*id, name.clone())),
                Lead::Instances(instances) => found.extend(instances.iter().map(|id| (*id, None))),
                Lead::Unknown => return,
            }
        }
        let mut lists = Vec::new();
        unknown_lists(value, field, &mut lists);
        let takers = |id, name: Option<&str>| {
            let names = |list: &&(_, &Attribute)| self.names(list.1, id, name);
            lists.iter().filter(names).count()
        };
        // What no list takes, or more than one, may stand anywhere.
        if found
            .iter()
            .any(|(id, name)| takers(*id, name.as_deref()) != 1)
        {
            return;
        }
        for (list, attribute) in lists {
            let own = |(id, name): &&(ResourceId, Option<Cow<'a, str>>)| {
                self.names(attribute, *id, name.as_deref())
            };
            let own: Vec<_> = found.iter().filter(own).cloned().collect();
            let unknown = list.iter_mut().filter(|element| !element.is_known());
            let unknown: Vec<_> = unknown.collect();
            if unknown.len() != own.len() {
                continue;
            }
            for (element, (id, name)) in unknown.into_iter().zip(own) {
                if let Some(reference) = self.reference(element, attribute, id, name) {
                    *element = reference;
                }
            }
        }
    }
}

enum Only<'a> {
    /// Nothing in it is unknown.
    Nothing,
    /// This attribute of this resource.
    Attribute(ResourceId, Option<Cow<'a, str>>),
    CannotTell,
}

/// The attribute that an identifier is taken from where the configuration names only the resource.
fn identifier(attribute: &Attribute) -> &'static str {
    if attribute.path.contains("arn") {
        "arn"
    } else {
        "id"
    }
}

/// As many attributes as there are unknown elements: each mentioned one, or every instance of one block.
pub(super) fn one_each<'a>(
    leads: &[Lead<'a>],
    unknown: usize,
) -> Option<Vec<(ResourceId, Option<Cow<'a, str>>)>> {
    let leads: Vec<_> = leads.iter().filter(|lead| **lead != Lead::Known).collect();
    let found: Vec<_> = match leads.as_slice() {
        [Lead::Instances(instances)] => instances.iter().map(|id| (*id, None)).collect(),
        leads => leads
            .iter()
            .map(|lead| match lead {
                Lead::Attribute(id, name) => Some((*id, name.clone())),
                _ => None,
            })
            .collect::<Option<_>>()?,
    };
    (found.len() == unknown).then_some(found)
}

/// What no call without arguments, such as `timestamp()`, can give: identifiers, truth values, numbers
/// and objects. If it is unknown though everything mentioned is known, it is not written.
fn no_call_makes(field: Option<&'static Field>) -> bool {
    let Some(field) = field else {
        return false;
    };
    !field.fields.is_empty()
        || field.attribute.is_some_and(|attribute| {
            !attribute.refers.is_empty()
                || matches!(attribute.default, Absent::Bool(_) | Absent::Integer(_))
        })
}

fn remove_unknown(
    value: &mut Value<'_>,
    field: Option<&'static Field>,
    remove: fn(Option<&'static Field>) -> bool,
) {
    match &mut value.data {
        Data::Map(map) => map.retain(|name, inner| {
            let field = field.and_then(|field| field.fields.canonical(name));
            if inner.why_unknown().is_some() {
                return !remove(field);
            }
            remove_unknown(inner, field, remove);
            true
        }),
        Data::List(list) => {
            for element in list {
                remove_unknown(element, field, remove);
            }
        }
        _ => {}
    }
}

fn unknown_leaves<'v, 'a>(
    value: &'v mut Value<'a>,
    field: Option<&'static Field>,
    leaves: &mut Vec<(&'v mut Value<'a>, Option<&'static Attribute>)>,
) {
    if value.why_unknown().is_some() {
        leaves.push((value, field.and_then(|field| field.attribute)));
        return;
    }
    match &mut value.data {
        Data::Map(map) => {
            for (name, inner) in map.iter_mut() {
                let field = field.and_then(|field| field.fields.canonical(name));
                unknown_leaves(inner, field, leaves);
            }
        }
        Data::List(list) => {
            for element in list {
                unknown_leaves(element, field, leaves);
            }
        }
        _ => {}
    }
}

/// The lists of identifiers that have unknown elements.
fn unknown_lists<'v, 'a>(
    value: &'v mut Value<'a>,
    field: Option<&'static Field>,
    lists: &mut Vec<(&'v mut Vec<Value<'a>>, &'static Attribute)>,
) {
    match &mut value.data {
        Data::Map(map) => {
            for (name, inner) in map.iter_mut() {
                let field = field.and_then(|field| field.fields.canonical(name));
                unknown_lists(inner, field, lists);
            }
        }
        Data::List(list) => {
            let attribute = field.and_then(|field| field.attribute);
            if let Some(attribute) = attribute.filter(|attribute| attribute.is_list())
                && list.iter().any(|element| element.why_unknown().is_some())
            {
                lists.push((list, attribute));
                return;
            }
            for block in list.iter_mut().filter(|block| block.as_map().is_some()) {
                unknown_lists(block, field, lists);
            }
        }
        _ => {}
    }
}

/// Whether an attribute of this kind stands for itself wherever it is mentioned, since nothing longer
/// that holds it names anything: an ARN of a key, but not of a bucket, whose objects have longer ones.
pub(super) fn stands_alone(kind: Kind, attribute: &str) -> bool {
    let by_arn = matches!(
        kind,
        Kind::KmsKey
            | Kind::KmsKeyReplica
            | Kind::KmsKeyExternal
            | Kind::KmsAlias
            | Kind::Role
            | Kind::User
            | Kind::Group
            | Kind::PolicyManaged
            | Kind::Notebook
            | Kind::Repository
    );
    let by_id = matches!(
        kind,
        Kind::Vpc
            | Kind::VpcDefault
            | Kind::Subnet
            | Kind::SubnetDefault
            | Kind::Sg
            | Kind::Endpoint
    );
    (attribute == "arn" && by_arn) || (attribute == "id" && by_id)
}
