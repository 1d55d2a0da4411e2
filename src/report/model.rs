//! What rules see: every resource as JSON, for rule authors and conformance tests.

use std::io::{self, Write};

use serde::Serialize;
use serde::ser::{SerializeMap, SerializeSeq, Serializer};

use crate::finding::Place;
use crate::load::{MASK, Secrets};
use crate::model::graph::{ResourceGraph, ResourceId};
use crate::model::resource::{Resource, Standing};
use crate::model::source::SourceMap;
use crate::model::value::{Data, Map, Piece, Reference, Referent, Value};
use crate::model::vocabulary::{AttributeRole, Language};

/// A graph to print.
#[derive(Debug, Clone, Copy)]
pub struct Model<'m, 'a> {
    /// The graph.
    pub graph: &'m ResourceGraph<'a>,
    /// Where its places are.
    pub sources: &'m SourceMap,
    /// What must not be shown.
    pub secrets: &'m Secrets,
}

impl Model<'_, '_> {
    /// Prints the elements of a JSON array, one resource a line. `first`: nothing is printed yet.
    pub fn write(&self, first: &mut bool, out: &mut dyn Write) -> io::Result<()> {
        for (id, resource) in self.graph.iter() {
            out.write_all(if *first { b"\n" } else { b",\n" })?;
            *first = false;
            let printed = PrintedResource {
                model: self,
                id,
                resource,
            };
            serde_json::to_writer(&mut *out, &printed)?;
        }
        Ok(())
    }
}

struct PrintedResource<'p, 'a> {
    model: &'p Model<'p, 'a>,
    id: ResourceId,
    resource: &'p Resource<'a>,
}

impl Serialize for PrintedResource<'_, '_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let (model, resource) = (self.model, self.resource);
        let origin: Place = model.sources.location(resource.origin).into();
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("address", resource.address.as_str())?;
        map.serialize_entry("type", &resource.type_name)?;
        map.serialize_entry(
            "kind",
            &resource.kind().map(crate::model::vocabulary::Kind::name),
        )?;
        map.serialize_entry("judged", &(resource.standing == Standing::Judged))?;
        map.serialize_entry("attributes", &Attributes(self))?;
        map.serialize_entry("origin", &origin)?;
        map.end()
    }
}

/// The attributes, with those of fixed form worked out.
struct Attributes<'p, 'a>(&'p PrintedResource<'p, 'a>);

impl Serialize for Attributes<'_, '_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let PrintedResource {
            model,
            id,
            resource,
        } = self.0;
        let mut map = serializer.serialize_map(None)?;
        for (name, value) in resource.attributes.iter() {
            let derived = match value.data {
                Data::Unknown(_) => model.graph.derived(*id, name),
                _ => None,
            };
            let value = derived.as_ref().unwrap_or(value);
            map.serialize_entry(name, &Printed { model, value })?;
        }
        let outputs = resource
            .entry
            .into_iter()
            .flat_map(|entry| entry.row.attributes);
        for attribute in outputs {
            let name = attribute.canonical();
            let is_output = matches!(attribute.role, AttributeRole::Output(Some(_)));
            if !is_output || resource.attributes.get(&name).is_some() {
                continue;
            }
            if let Some(value) = model.graph.derived(*id, &name) {
                let value = &value;
                map.serialize_entry(name.as_ref(), &Printed { model, value })?;
            }
        }
        map.end()
    }
}

struct Printed<'p, 'v, 'a> {
    model: &'p Model<'p, 'a>,
    value: &'v Value<'a>,
}

impl Serialize for Printed<'_, '_, '_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let model = self.model;
        let mask = |text: &str| model.secrets.mask(text).into_owned();
        if self.value.sensitive {
            return serializer.serialize_str(MASK);
        }
        match &self.value.data {
            Data::Null => serializer.serialize_unit(),
            Data::Bool(value) => serializer.serialize_bool(*value),
            Data::Number(number) => {
                let text = number.to_string();
                if mask(&text) == text {
                    number.serialize(serializer)
                } else {
                    serializer.serialize_str(MASK)
                }
            }
            Data::Text(text) => serializer.serialize_str(&mask(text)),
            Data::Template(pieces) => {
                let pieces: Vec<_> = pieces.iter().map(|piece| self.piece(piece)).collect();
                let mut map = serializer.serialize_map(Some(1))?;
                map.serialize_entry("$text", &pieces)?;
                map.end()
            }
            Data::List(list) => {
                let mut sequence = serializer.serialize_seq(Some(list.len()))?;
                for value in list {
                    sequence.serialize_element(&Printed { model, value })?;
                }
                sequence.end()
            }
            Data::Map(map) => self.map(map, serializer),
            Data::Unknown(why) => {
                let mut map = serializer.serialize_map(Some(1))?;
                map.serialize_entry("$unknown", &why.to_string())?;
                map.end()
            }
        }
    }
}

impl Printed<'_, '_, '_> {
    fn map<S: Serializer>(&self, map: &Map<'_>, serializer: S) -> Result<S::Ok, S::Error> {
        let model = self.model;
        let mut printed = serializer.serialize_map(None)?;
        for (name, value) in map.iter() {
            let name = model.secrets.mask(name);
            printed.serialize_entry(name.as_ref(), &Printed { model, value })?;
        }
        printed.end()
    }

    fn piece(&self, piece: &Piece<'_>) -> serde_json::Value {
        match piece {
            Piece::Known(text) => self.model.secrets.mask(text).into_owned().into(),
            Piece::Reference(Reference { of, attribute }) => {
                let of = match of {
                    Referent::Resource(id) => self.model.graph.get(*id).address.as_str().to_owned(),
                    Referent::Provider(id) => {
                        let provider = self.model.graph.providers().get(id.0 as usize);
                        let name = provider.map_or("", |provider| provider.name.as_ref());
                        match self.model.graph.language() {
                            Language::Terraform => format!("provider.{name}"),
                            Language::CloudFormation => "AWS".to_owned(),
                        }
                    }
                    Referent::Parameter(id) => {
                        let parameter = self.model.graph.parameter(*id);
                        parameter.map_or_else(String::new, |parameter| parameter.name.to_string())
                    }
                };
                if attribute.is_empty() {
                    return serde_json::json!({"$ref": of});
                }
                serde_json::json!({"$ref": of, "attribute": attribute})
            }
            Piece::Unknown(why) => serde_json::json!({"$unknown": why.to_string()}),
        }
    }
}
