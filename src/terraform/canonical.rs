//! What was worked out to the model's words: canonical names, holes that name resources of the draft,
//! policies as the objects that they are.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap, HashSet};

use super::expansion::{Declared, labels};
use super::{Evaluated, World, mentions};
use crate::document;
use crate::hcl::{self, Piece as HclPiece};
use crate::load::{Secrets, shaped};
use crate::model::expression::{Configuration, Expression, Written};
use crate::model::graph::{Draft, Provider, ResourceId};
use crate::model::resource::{Address, Resource, Standing, add_outputs, leave_open, without_keys};
use crate::model::source::Span;
use crate::model::value::{Data, Map, Piece, ProviderId, Reference, Referent, Value, Why};
use crate::model::vocabulary::{Attribute, Field, Fields, Kind, Shape, TypeEntry, terraform_type};

/// What came of a resource.
struct Found {
    address: String,
    type_name: String,
    is_data: bool,
    entry: Option<&'static TypeEntry>,
    attributes: BTreeMap<String, hcl::Value>,
    header: Span,
}

impl<'r> World<'r> {
    /// The draft of everything that is declared.
    pub(super) fn draft(&self, declared: &[Declared<'r>]) -> Evaluated {
        let mut found = Vec::with_capacity(declared.len());
        let mut ids = Vec::with_capacity(declared.len());
        for one in declared {
            let (of, _) = labels(one.block);
            let is_data = one.block.name == "data";
            let entry = terraform_type(of, !is_data);
            let attributes = match self.seen(one, one.block.header) {
                Ok(hcl::Value {
                    data: hcl::Data::Resource(instance),
                    ..
                }) => instance.attributes.clone(),
                Ok(_) => BTreeMap::new(),
                Err(error) => {
                    self.tell(&error);
                    BTreeMap::new()
                }
            };
            ids.push(self.provider_id(one));
            found.push(Found {
                address: one.address.clone(),
                type_name: of.to_owned(),
                is_data,
                entry,
                attributes,
                header: one.block.header,
            });
        }
        let mut lowering = Lowering::new(found.iter().enumerate().map(number).collect());
        lowering.everything = self.beside.everything;
        let mut resources = Vec::with_capacity(found.len());
        let mut configuration = Configuration {
            present: true,
            evaluated: true,
            modules: self.modules(),
            outputs: self.root_outputs(),
            ..Configuration::default()
        };
        for ((one, declared), provider) in found.iter().zip(declared).zip(ids) {
            let mut attributes = match one.entry {
                Some(entry) => lowering.attributes(&one.attributes, &entry.fields),
                None => lowering.attributes(&one.attributes, &NO_FIELDS),
            };
            if let Some(entry) = one.entry {
                add_unset(&mut attributes, entry, one);
                if one.address.contains("[*]") {
                    leave_open(&mut attributes, entry, Why::NumberNotKnown);
                }
                let mut place = String::new();
                without_keys(&one.address, &mut place);
                let resources = &mut configuration.resources;
                resources
                    .entry(place)
                    .or_insert_with(|| written(one, entry, declared, provider));
            }
            let open = attributes.iter().any(|(_, value)| !value.is_known());
            resources.push(Resource {
                address: Address(one.address.clone().into()),
                type_name: one.type_name.clone().into(),
                entry: one.entry,
                open,
                attributes,
                origin: one.header,
                standing: if one.is_data {
                    Standing::Context
                } else {
                    Standing::Judged
                },
                existed_before: None,
                construct: None,
                provider,
            });
        }
        let mut providers: Vec<Provider<'static>> = self
            .providers
            .borrow()
            .iter()
            .map(|(_, provider)| provider.clone())
            .collect();
        if providers.is_empty() {
            providers.push(Provider::default());
        }
        Evaluated {
            draft: Draft {
                resources,
                deleted: Vec::new(),
                configuration,
                providers,
                parameters: Vec::new(),
                incomplete: self.incomplete(),
            },
            problems: self.problems.borrow().clone(),
            secrets: lowering.into_secrets(),
            questions: self.asked.take(),
        }
    }

    /// Why there may be resources that are not seen.
    fn incomplete(&self) -> Option<Why> {
        if self.root.problems.iter().any(|problem| problem.fatal) {
            return Some(Why::FileNotRead);
        }
        let modules = self.root.modules.iter();
        let mut calls = modules.flat_map(|module| module.calls.values());
        let is_unseen =
            calls.any(|called| matches!(called, crate::load::terraform::Called::NotSeen { .. }));
        is_unseen.then_some(Why::ModuleNotSeen)
    }
}

fn number((at, found): (usize, &Found)) -> (String, (ResourceId, Option<&'static TypeEntry>)) {
    let id = ResourceId(u32::try_from(at).unwrap_or(u32::MAX));
    (found.address.clone(), (id, found.entry))
}

/// What the service sets is known only after apply, or outside: there, all that is not asked for by it.
fn add_unset(attributes: &mut Map<'static>, entry: &'static TypeEntry, found: &Found) {
    let is_read = found.is_data && entry.row.kind != Kind::PolicyDocument;
    let why = if found.is_data {
        Why::ExternalResource
    } else {
        Why::KnownAfterApply
    };
    add_outputs(attributes, entry, is_read, why, found.header);
}

/// What is written, and what it mentions.
fn written(
    found: &Found,
    entry: &'static TypeEntry,
    declared: &Declared<'_>,
    provider: Option<ProviderId>,
) -> Written<'static> {
    let (block, module) = (declared.block, declared.instance.module);
    let mentions = mentions::of_block(block, module);
    // Of all instances of a block, the first one is looked at: what it sets to null, another one may not.
    let expressions = mentions.iter().filter_map(|(name, names)| {
        let field = entry.fields.find(name)?;
        let expression = match found.attributes.get(name) {
            Some(value) => written_as(value, field, names),
            None => Expression::Mentions(names.clone()),
        };
        Some((Cow::Borrowed(field.name), expression))
    });
    Written {
        expressions: expressions.collect(),
        repetition: mentions::repetition(&block.body, module),
        provider,
    }
}

/// What is written inside of a value; all of it mentions the same.
fn written_as(
    value: &hcl::Value,
    field: &'static Field,
    names: &[Cow<'static, str>],
) -> Expression<'static> {
    let leaf = || Expression::Mentions(names.to_vec());
    let object = |value: &hcl::Value| {
        let entries = value.entries()?;
        let inner = entries.iter().filter_map(|(name, value)| {
            let field = field.fields.find(name)?;
            Some((Cow::Borrowed(field.name), written_as(value, field, names)))
        });
        Some(Expression::Object(inner.collect()))
    };
    if field.fields.is_empty() {
        return leaf();
    }
    match (value.elements(), field.single) {
        (Some([one]), true) => object(one).unwrap_or_else(leaf),
        (Some(all), false) => {
            let all = all.iter().map(|one| object(one).unwrap_or_else(leaf));
            Expression::List(all.collect())
        }
        _ => object(value).unwrap_or_else(leaf),
    }
}

/// Every resource of a draft, by its address.
type Entries = HashMap<String, (ResourceId, Option<&'static TypeEntry>)>;

/// Takes values over into the model.
pub(super) struct Lowering {
    entries: Entries,
    secrets: Secrets,
    /// Attributes that the vocabulary does not name are kept, too.
    everything: bool,
}

static NO_FIELDS: Fields = Fields::none();

impl Lowering {
    pub(super) fn new(entries: Entries) -> Self {
        Self {
            entries,
            secrets: Secrets::default(),
            everything: false,
        }
    }

    /// What is secret of all that was taken over.
    pub(super) fn into_secrets(self) -> Secrets {
        self.secrets
    }

    /// Every attribute that the vocabulary names, or all.
    pub(super) fn attributes(
        &mut self,
        written: &BTreeMap<String, hcl::Value>,
        fields: &'static Fields,
    ) -> Map<'static> {
        let mut map = Map::default();
        let mut seen = HashSet::new();
        for (name, value) in written {
            let field = fields.find(name);
            let Some(field) = field else {
                if self.everything || value.is_sensitive_inside() {
                    let value = self.value(value, None);
                    if self.everything && value.data != Data::Null {
                        map.push(Cow::Owned(name.clone()), value);
                    }
                }
                continue;
            };
            let value = self.value(value, Some(field));
            if value.data != Data::Null && seen.insert(field.name) {
                map.push(Cow::Borrowed(field.name), value);
            }
        }
        map
    }

    fn value(&mut self, value: &hcl::Value, field: Option<&'static Field>) -> Value<'static> {
        let attribute = field.and_then(|field| field.attribute);
        let is_document = attribute.is_some_and(Attribute::is_document);
        let shape = attribute.map_or(Shape::Plain, |attribute| attribute.shape);
        let is_script = attribute.is_some_and(|attribute| attribute.script);
        let lowered = match &value.data {
            hcl::Data::Text(text) if is_document => self.written_document(text, value.origin),
            hcl::Data::Text(text) if is_script => {
                let data = match (text.base64(), text.holes().next()) {
                    (Some(plain), _) => self.text(plain),
                    (None, Some(hole)) => Data::Unknown(hole.why),
                    (None, None) => self.text(text),
                };
                Value::new(data, value.origin)
            }
            _ => self.plain(value, field),
        };
        let mut lowered = shaped(lowered, shape, value.origin);
        if attribute.is_some_and(Attribute::is_list)
            && let Some(unknown) = value.unknown_of()
        {
            // Not even its length is told, so it is nobody's one identifier.
            lowered.data = Data::Unknown(unknown.why);
        }
        if value.sensitive || attribute.is_some_and(|attribute| attribute.sensitive) {
            lowered.sensitive = true;
            self.secrets.add(&lowered);
        }
        lowered
    }

    fn plain(&mut self, value: &hcl::Value, field: Option<&'static Field>) -> Value<'static> {
        let fields = field.map_or(&NO_FIELDS, |field| &field.fields);
        let data = match &value.data {
            hcl::Data::Null(_) => Data::Null,
            hcl::Data::Bool(flag) => Data::Bool(*flag),
            hcl::Data::Number(number) => match number.as_i64() {
                Some(number) => Data::Number(number.into()),
                None => serde_json::Number::from_f64(number.as_f64())
                    .map_or(Data::Unknown(Why::UnexpectedForm), Data::Number),
            },
            hcl::Data::Text(text) => self.text(text),
            hcl::Data::Tuple(all) | hcl::Data::List(_, all) | hcl::Data::Set(_, all) => {
                let is_single = field.is_some_and(|field| field.single);
                match (all.as_slice(), is_single) {
                    ([], true) => Data::Null,
                    ([one], true) => return self.plain(one, field),
                    (_, true) => Data::Unknown(Why::UnexpectedForm),
                    (all, false) => {
                        Data::List(all.iter().map(|one| self.plain(one, field)).collect())
                    }
                }
            }
            hcl::Data::Object(all) | hcl::Data::Map(_, all) => {
                let mut map = Map::default();
                for (name, value) in all.iter() {
                    let field = fields.find(name);
                    let value = self.value(value, field);
                    if value.data != Data::Null {
                        let own = || Cow::Owned(name.clone());
                        map.push(field.map_or_else(own, |field| field.name.into()), value);
                    }
                }
                Data::Map(map)
            }
            hcl::Data::Resource(instance) => Data::Unknown(instance.why),
            hcl::Data::Unknown(unknown) => Data::Unknown(unknown.why),
        };
        let mut lowered = Value::new(data, value.origin);
        if value.sensitive {
            lowered.sensitive = true;
            self.secrets.add(&lowered);
        }
        lowered
    }

    fn text(&self, text: &hcl::Text) -> Data<'static> {
        if let Some(known) = text.known() {
            return Data::Text(known.to_owned().into());
        }
        let pieces = text.pieces().iter().map(|piece| match piece {
            HclPiece::Literal(text) => Piece::Known(text.clone().into()),
            HclPiece::Hole(hole) => self.hole(hole),
        });
        let pieces: Vec<_> = pieces.collect();
        match pieces.as_slice() {
            [Piece::Unknown(why)] => Data::Unknown(*why),
            _ => Data::Template(pieces.into()),
        }
    }

    /// What a hole is: an attribute of a resource of the draft, where it names one.
    fn hole(&self, hole: &hcl::Hole) -> Piece<'static> {
        let reference = hole.attribute.as_ref().and_then(|(address, attribute)| {
            let (id, entry) = self.entries.get(address.as_ref())?;
            let field = entry.and_then(|entry| entry.fields.find(attribute));
            let attribute = match field {
                Some(field) => Cow::Borrowed(field.name),
                None => Cow::Owned(attribute.to_string()),
            };
            let of = Referent::Resource(*id);
            Some(Reference { of, attribute })
        });
        match reference {
            Some(reference) => Piece::Reference(reference),
            None => Piece::Unknown(hole.why),
        }
    }

    /// The text of a document: as the object that it is, with the places of its parts, where they are known.
    fn written_document(&self, text: &hcl::Text, at: Span) -> Value<'static> {
        if let Some(value) = text.json() {
            return self.document(value);
        }
        let data = self.text(text);
        let document = match &data {
            Data::Template(pieces) => document::read(pieces, at),
            _ => None,
        };
        document.unwrap_or_else(|| Value::new(data, at))
    }

    /// A part of a document: numbers and truth values are the texts that they are compared as.
    fn document(&self, value: &hcl::Value) -> Value<'static> {
        let data = match &value.data {
            hcl::Data::Null(_) => Data::Null,
            hcl::Data::Bool(flag) => Data::Text(flag.to_string().into()),
            hcl::Data::Number(number) => Data::Text(number.to_string().into()),
            hcl::Data::Text(text) => self.text(text),
            hcl::Data::Tuple(all) | hcl::Data::List(_, all) | hcl::Data::Set(_, all) => {
                Data::List(all.iter().map(|one| self.document(one)).collect())
            }
            hcl::Data::Object(all) | hcl::Data::Map(_, all) => {
                let mut map = Map::default();
                for (name, value) in all.iter() {
                    map.push(name.clone().into(), self.document(value));
                }
                Data::Map(map)
            }
            hcl::Data::Resource(instance) => Data::Unknown(instance.why),
            hcl::Data::Unknown(unknown) => Data::Unknown(unknown.why),
        };
        Value::new(data, value.origin)
    }
}
