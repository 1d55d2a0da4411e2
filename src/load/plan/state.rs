//! `prior_state`, `planned_values` and the `values` of a state: resources as values, without what is
//! unknown in them.

use std::borrow::Cow;
use std::fmt;

use serde::de::{self, DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;

use super::View;
use super::changes::{AttributesSeed, collect_secrets, collect_state_output_secrets, parse};
use crate::load::json::{Reading, Seen, Text};
use crate::load::marks;
use crate::load::secrets::Secrets;
use crate::model::resource::{Address, Resource, Standing};
use crate::model::value::{Data, Map, Value};
use crate::model::vocabulary::{Fields, terraform_type};

/// Which resources of a state are wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Wanted {
    /// The results of data sources: nothing else in a plan has them.
    Data,
    /// All of them.
    All,
}

/// Reads a state's values: `{"root_module": …}`, or a state that has them under `values`.
pub(super) struct StateSeed<'r, 'de> {
    pub(super) reading: &'r Reading<'de>,
    pub(super) view: View,
    pub(super) wanted: Wanted,
    pub(super) resources: &'r mut Vec<Resource<'de>>,
    pub(super) secrets: &'r mut Secrets,
}

impl<'de> StateSeed<'_, 'de> {
    fn reborrow(&mut self) -> StateSeed<'_, 'de> {
        StateSeed {
            reading: self.reading,
            view: self.view,
            wanted: self.wanted,
            resources: self.resources,
            secrets: self.secrets,
        }
    }
}

impl<'de> DeserializeSeed<'de> for StateSeed<'_, 'de> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

/// A state, its values, a module and a module list are told apart by their keys alone.
impl<'de> Visitor<'de> for StateSeed<'_, 'de> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a state with `values`, or modules with `resources`")
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(mut self, mut object: A) -> Result<(), A::Error> {
        let (begin, mut module) = (self.resources.len(), None);
        while let Some(Text(key)) = object.next_key()? {
            match key.as_ref() {
                "address" => module = object.next_value::<Option<Text<'de>>>()?,
                "values" | "root_module" | "child_modules" => {
                    object.next_value_seed(self.reborrow())?;
                }
                "outputs" => {
                    let outputs: &RawValue = object.next_value()?;
                    collect_state_output_secrets(self.reading, outputs.get(), self.secrets);
                }
                "resources" => object.next_value_seed(Resources(self.reborrow()))?,
                _ => {
                    object.next_value::<IgnoredAny>()?;
                }
            }
        }
        // Terraform 0.12 leaves the module out of the addresses inside it.
        if let Some(Text(module)) = module {
            for resource in self.resources.iter_mut().skip(begin) {
                if !resource.address.as_str().starts_with(module.as_ref()) {
                    let whole = format!("{module}.{}", resource.address.as_str());
                    resource.address = Address(whole.into());
                }
            }
        }
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(mut self, mut sequence: A) -> Result<(), A::Error> {
        while sequence.next_element_seed(self.reborrow())?.is_some() {}
        Ok(())
    }
}

struct Resources<'r, 'de>(StateSeed<'r, 'de>);

impl<'de> DeserializeSeed<'de> for Resources<'_, 'de> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_seq(self)
    }
}

impl<'de> Visitor<'de> for Resources<'_, 'de> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of resources")
    }

    fn visit_seq<A: SeqAccess<'de>>(mut self, mut sequence: A) -> Result<(), A::Error> {
        while sequence
            .next_element_seed(OneResource(self.0.reborrow()))?
            .is_some()
        {}
        Ok(())
    }
}

static NOTHING: Fields = Fields::none();

struct OneResource<'r, 'de>(StateSeed<'r, 'de>);

impl<'de> DeserializeSeed<'de> for OneResource<'_, 'de> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for OneResource<'_, 'de> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a resource with `address`, `type` and `values`")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut object: A) -> Result<(), A::Error> {
        let seed = self.0;
        let (mut address, mut type_name) = (None, None::<Cow<'de, str>>);
        let (mut managed, mut deposed) = (true, false);
        let (mut values, mut marks, mut index) = (None, None, None);
        let mut seen = Seen::default();
        while let Some(Text(key)) = object.next_key()? {
            const KEYS: [&str; 5] = ["address", "type", "mode", "values", "index"];
            seen.first_of(&KEYS, &key)?;
            match key.as_ref() {
                "address" => address = Some(object.next_value::<Text<'de>>()?.0),
                "type" => type_name = Some(object.next_value::<Text<'de>>()?.0),
                "mode" => managed = object.next_value::<Text<'de>>()?.0 != "data",
                "index" => index = object.next_value::<Option<&'de RawValue>>()?,
                "deposed_key" => deposed = object.next_value::<Option<Text<'de>>>()?.is_some(),
                "values" if managed && seed.wanted == Wanted::Data => {
                    object.next_value::<IgnoredAny>()?;
                }
                "values" => values = Some(object.next_value::<&'de RawValue>()?),
                "sensitive_values" => marks = Some(object.next_value::<&'de RawValue>()?),
                _ => {
                    object.next_value::<IgnoredAny>()?;
                }
            }
        }
        let address = address.ok_or_else(|| de::Error::missing_field("address"))?;
        let type_name = type_name.ok_or_else(|| de::Error::missing_field("type"))?;
        let address = match index {
            // Terraform 0.12 leaves the key out.
            Some(index) if !address.ends_with(']') => format!("{address}[{}]", index.get()).into(),
            _ => address,
        };
        if deposed || (managed && seed.wanted == Wanted::Data) {
            return Ok(());
        }
        let values = values.map_or("null", RawValue::get);
        let entry = terraform_type(&type_name, managed);
        let fields = entry.map_or(&NOTHING, |entry| &entry.fields);
        let marks = marks.map(RawValue::get);
        let marks = marks.filter(|text| text.contains("true")).map(|text| {
            collect_secrets(seed.reading, values, text, seed.secrets);
            marks::parse_of(fields, text)
        });
        let everything = seed.view == View::Everything;
        if entry.is_none() && !everything && seed.wanted == Wanted::Data {
            return Ok(());
        }
        let mut unnamed = Vec::new();
        let attributes = AttributesSeed {
            reading: seed.reading,
            fields,
            unnamed: &mut unnamed,
        };
        let mut deserializer = serde_json::Deserializer::from_str(values);
        let mut attributes = attributes
            .deserialize(&mut deserializer)
            .map_err(de::Error::custom)?;
        if everything {
            for (name, text) in unnamed {
                let value = parse(seed.reading, text.get(), seed.reading.everything());
                attributes.push(name, value);
            }
        }
        if let Some(marks) = marks {
            let everything = seed.reading.everything();
            let mut whole = Value::new(Data::Map(attributes), everything);
            marks::mark_sensitive(&mut whole, &marks, &mut |value| seed.secrets.add(value));
            attributes = match whole.data {
                Data::Map(attributes) => attributes,
                _ => Map::default(),
            };
        }
        let origin = seed.reading.place(&address);
        seed.resources.push(Resource {
            origin: origin.unwrap_or_else(|| seed.reading.everything()),
            address: Address(address),
            type_name,
            entry,
            attributes,
            open: false,
            standing: if managed {
                Standing::Judged
            } else {
                Standing::Context
            },
            existed_before: Some(true),
            construct: None,
            provider: None,
        });
        Ok(())
    }
}
