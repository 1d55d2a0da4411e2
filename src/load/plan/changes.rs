//! `resource_changes`: what each resource will be once the plan is applied.

use std::borrow::Cow;
use std::fmt;

use serde::de::{self, DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;

use super::View;
use crate::load::json::{KeyGuard, Reading, Seen, Text, ValueSeed};
use crate::load::marks::{self, Marks, MarksSeed};
use crate::load::secrets::Secrets;
use crate::model::resource::{Address, Resource, Standing};
use crate::model::value::{Data, Map, Value, Why};
use crate::model::vocabulary::{Fields, Kind, TypeEntry, terraform_type};

/// Reads one list of changes into `resources`.
pub(super) struct ChangesSeed<'r, 'de> {
    pub(super) reading: &'r Reading<'de>,
    pub(super) view: View,
    pub(super) resources: &'r mut Vec<Resource<'de>>,
    /// What is not there any more once the plan is applied.
    pub(super) deleted: &'r mut Vec<Resource<'de>>,
    pub(super) secrets: &'r mut Secrets,
}

/// Whether there was a list at all.
impl<'de> DeserializeSeed<'de> for ChangesSeed<'_, 'de> {
    type Value = bool;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<bool, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for ChangesSeed<'_, 'de> {
    type Value = bool;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of resource changes")
    }

    fn visit_unit<E>(self) -> Result<bool, E> {
        Ok(false)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut sequence: A) -> Result<bool, A::Error> {
        // Attributes that the vocabulary does not name: one list, used again for every resource.
        let mut unnamed = Vec::new();
        loop {
            let entry = EntrySeed {
                reading: self.reading,
                view: self.view,
                secrets: self.secrets,
                unnamed: &mut unnamed,
            };
            match sequence.next_element_seed(entry)? {
                Some(Entry::Planned(resource)) => self.resources.push(resource),
                Some(Entry::Deleted(resource)) => self.deleted.push(resource),
                Some(Entry::Replaced([before, planned])) => {
                    self.resources.push(planned);
                    self.deleted.push(before);
                }
                Some(Entry::Nothing) => {}
                None => return Ok(true),
            }
        }
    }
}

type Unnamed<'de> = Vec<(Cow<'de, str>, &'de RawValue)>;

/// What becomes of a resource.
enum Entry<'de> {
    /// It is there afterwards.
    Planned(Resource<'de>),
    /// It is not there any more.
    Deleted(Resource<'de>),
    /// A key in whose place another one stands: data lies under the one before.
    Replaced([Resource<'de>; 2]),
    /// A leftover object that nobody sees.
    Nothing,
}

/// Reads one change.
struct EntrySeed<'s, 'r, 'de> {
    reading: &'r Reading<'de>,
    view: View,
    secrets: &'s mut Secrets,
    unnamed: &'s mut Unnamed<'de>,
}

impl<'de> DeserializeSeed<'de> for EntrySeed<'_, '_, 'de> {
    type Value = Entry<'de>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for EntrySeed<'_, '_, 'de> {
    type Value = Entry<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a resource change with `address`, `type` and `change`")
    }

    fn visit_map<A: MapAccess<'de>>(mut self, mut object: A) -> Result<Self::Value, A::Error> {
        let (mut address, mut type_name, mut mode) = (None, None, None);
        let (mut deposed, mut change, mut late, mut entry) = (false, None, None, None);
        let mut seen = Seen::default();
        while let Some(Text(key)) = object.next_key()? {
            const KEYS: [&str; 5] = ["address", "type", "mode", "deposed", "change"];
            seen.first_of(&KEYS, &key)?;
            match key.as_ref() {
                "address" => address = Some(object.next_value::<Text<'de>>()?.0),
                "type" => type_name = Some(object.next_value::<Text<'de>>()?.0),
                "mode" => mode = Some(object.next_value::<Text<'de>>()?.0),
                "deposed" => deposed = object.next_value::<Option<Text<'de>>>()?.is_some(),
                // Terraform writes the type first; a plan that does not is read all the same.
                "change" if type_name.is_none() || mode.is_none() => {
                    late = Some(object.next_value::<&'de RawValue>()?);
                }
                "change" => {
                    entry = entry_of(type_name.as_deref(), mode.as_deref());
                    change = Some(object.next_value_seed(self.change(entry))?);
                }
                _ => {
                    object.next_value::<IgnoredAny>()?;
                }
            }
        }
        let type_name = type_name.ok_or_else(|| de::Error::missing_field("type"))?;
        let address = address.ok_or_else(|| de::Error::missing_field("address"))?;
        if let Some(text) = late {
            entry = entry_of(Some(&type_name), mode.as_deref());
            let mut deserializer = serde_json::Deserializer::from_str(text.get());
            let seed = self.change(entry);
            change = Some(
                seed.deserialize(&mut deserializer)
                    .map_err(de::Error::custom)?,
            );
        }
        let change: Change<'_> = change.ok_or_else(|| de::Error::missing_field("change"))?;
        let there = match self.view {
            View::Before => change.actions.is_there_before().then_some(true),
            View::Planned | View::Everything => change.actions.existed_before(),
        };
        if deposed || (there.is_none() && self.view == View::Before) {
            return Ok(Entry::Nothing);
        }
        let managed = mode.as_deref() != Some("data");
        // An address with a key is escaped in the text, and has no place of its own there.
        let origin = self.reading.place(&address);
        let origin = origin.or_else(|| self.reading.place(&type_name));
        let attributes = change.attributes;
        let resource = Resource {
            origin: origin.unwrap_or_else(|| self.reading.everything()),
            address: Address(address),
            type_name,
            entry,
            attributes,
            open: change.open,
            standing: if managed && !change.actions.forget {
                Standing::Judged
            } else {
                Standing::Context
            },
            existed_before: Some(there.unwrap_or(true)),
            construct: None,
            provider: None,
        };
        Ok(match (there, change.replaced) {
            (Some(_), Some(attributes)) => {
                let mut before = resource.clone();
                before.attributes = attributes;
                Entry::Replaced([before, resource])
            }
            (Some(_), None) => Entry::Planned(resource),
            (None, _) => Entry::Deleted(resource),
        })
    }
}

impl<'r, 'de> EntrySeed<'_, 'r, 'de> {
    fn change(&mut self, entry: Option<&'static TypeEntry>) -> ChangeSeed<'_, 'r, 'de> {
        self.unnamed.clear();
        ChangeSeed {
            reading: self.reading,
            view: self.view,
            secrets: self.secrets,
            unnamed: self.unnamed,
            entry,
        }
    }
}

/// How a type is read. A mode that is not given means a managed resource.
fn entry_of(type_name: Option<&str>, mode: Option<&str>) -> Option<&'static TypeEntry> {
    terraform_type(type_name?, mode != Some("data"))
}

/// What is to happen; Terraform combines them for a replacement, so membership counts.
#[derive(Debug, Default, Clone, Copy)]
#[expect(clippy::struct_excessive_bools, reason = "each is one action")]
struct Actions {
    create: bool,
    delete: bool,
    forget: bool,
    /// The object is there and stays: `no-op`, `update`, `read`.
    keep: bool,
}

impl Actions {
    /// Whether the same object is there before; none if nothing is left afterwards.
    fn existed_before(self) -> Option<bool> {
        match self {
            Self { create: true, .. } => Some(false),
            Self { keep: true, .. } | Self { forget: true, .. } => Some(true),
            _ => None,
        }
    }
}

impl Actions {
    fn is_there_before(self) -> bool {
        self.keep || self.delete || self.forget
    }
}

struct Change<'de> {
    actions: Actions,
    attributes: Map<'de>,
    /// Something in the attributes is not known.
    open: bool,
    /// What the key was in whose place another one is made.
    replaced: Option<Map<'de>>,
}

struct ChangeSeed<'s, 'r, 'de> {
    reading: &'r Reading<'de>,
    view: View,
    secrets: &'s mut Secrets,
    unnamed: &'s mut Unnamed<'de>,
    entry: Option<&'static TypeEntry>,
}

impl<'de> DeserializeSeed<'de> for ChangeSeed<'_, '_, 'de> {
    type Value = Change<'de>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for ChangeSeed<'_, '_, 'de> {
    type Value = Change<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a change with `actions` and `after`")
    }

    fn visit_map<A: MapAccess<'de>>(mut self, mut object: A) -> Result<Self::Value, A::Error> {
        static NOTHING: Fields = Fields::none();
        let fields = self.entry.map_or(&NOTHING, |entry| &entry.fields);
        let mut actions = Actions::default();
        let (mut attributes, mut unknown, mut sensitive) =
            (Map::default(), Marks::None, Marks::None);
        let mut before = Pair::default();
        // Of a type that no rule reads, the texts are kept only as long as they may hold a secret.
        let mut unread = Pair::default();
        let read = match self.view {
            View::Planned => self.entry.is_some(),
            View::Everything => true,
            View::Before => false,
        };
        let mut seen = Seen::default();
        while let Some(Text(key)) = object.next_key()? {
            const KEYS: [&str; 6] = [
                "actions",
                "after",
                "after_unknown",
                "after_sensitive",
                "before",
                "before_sensitive",
            ];
            seen.first_of(&KEYS, &key)?;
            match key.as_ref() {
                "actions" => actions = object.next_value_seed(ActionsSeed)?,
                "after" if read => {
                    attributes = object.next_value_seed(AttributesSeed {
                        reading: self.reading,
                        fields,
                        unnamed: self.unnamed,
                    })?;
                }
                "after_unknown" if read => {
                    let named_only = self.view != View::Everything;
                    unknown = object.next_value_seed(MarksSeed::of(fields, named_only))?;
                }
                "after_sensitive" if read => {
                    sensitive = object.next_value_seed(MarksSeed::of(fields, false))?;
                }
                "after" => unread.values = Some(object.next_value()?),
                "after_sensitive" => unread.marks = Some(object.next_value()?),
                "before" => before.values = Some(object.next_value()?),
                "before_sensitive" => before.marks = Some(object.next_value()?),
                _ => {
                    object.next_value::<IgnoredAny>()?;
                }
            }
        }
        before.secrets(self.reading, self.secrets);
        unread.secrets(self.reading, self.secrets);
        // What Terraform forgets stays as it was; of what it deletes, the rest may be of interest.
        let is_going = actions.existed_before().is_none() || (actions.forget && !actions.create);
        let kind = self.entry.map(|entry| entry.row.kind);
        let is_key = kind.is_some_and(|kind| Kind::KEYS.contains(&kind));
        let mut replaced = None;
        if self.view == View::Before || is_going {
            attributes = before
                .attributes(self.reading, fields)
                .map_err(de::Error::custom)?;
        } else if is_key && actions.create && actions.delete {
            let before = before.attributes(self.reading, fields);
            replaced = Some(before.map_err(de::Error::custom)?);
        }
        let open = !unknown.is_none();
        self.mark(&mut attributes, unknown, &sensitive);
        Ok(Change {
            actions,
            attributes,
            open,
            replaced,
        })
    }
}

impl<'de> ChangeSeed<'_, '_, 'de> {
    fn mark(&mut self, attributes: &mut Map<'de>, unknown: Marks<'de>, sensitive: &Marks<'de>) {
        let everything = self.reading.everything();
        let hidden_secret = |name: &str| match sensitive {
            Marks::All => true,
            Marks::Map(entries) => entries.iter().any(|(key, _)| key == name),
            _ => false,
        };
        for (name, text) in self.unnamed.drain(..) {
            let secret = hidden_secret(&name);
            if !secret && self.view != View::Everything {
                continue;
            }
            let origin = self.reading.place(&name).unwrap_or(everything);
            let value = parse(self.reading, text.get(), origin);
            if self.view == View::Everything {
                attributes.push(name, value);
            } else {
                self.secrets.add(&value);
            }
        }
        if let Marks::Map(entries) = unknown {
            let origin = attributes
                .iter()
                .next()
                .map_or(everything, |(_, value)| value.origin);
            marks::mark_entries_unknown(attributes, entries, Why::KnownAfterApply, origin);
        }
        if !sensitive.is_none() {
            let mut whole = Value::new(Data::Map(std::mem::take(attributes)), everything);
            marks::mark_sensitive(&mut whole, sensitive, &mut |value| self.secrets.add(value));
            if let Data::Map(map) = whole.data {
                *attributes = map;
            }
        }
    }
}

/// Values and the marks of the secret ones among them, as text that is rarely needed.
#[derive(Default)]
struct Pair<'de> {
    values: Option<&'de RawValue>,
    marks: Option<&'de RawValue>,
}

impl<'de> Pair<'de> {
    fn secrets(&self, reading: &Reading<'de>, secrets: &mut Secrets) {
        let (Some(values), Some(marks)) = (self.values, self.marks) else {
            return;
        };
        if marks.get().contains("true") {
            collect_secrets(reading, values.get(), marks.get(), secrets);
        }
    }

    fn attributes(
        &self,
        reading: &Reading<'de>,
        fields: &'static Fields,
    ) -> serde_json::Result<Map<'de>> {
        let mut unnamed = Vec::new();
        let seed = AttributesSeed {
            reading,
            fields,
            unnamed: &mut unnamed,
        };
        let text = self.values.map_or("null", RawValue::get);
        let mut deserializer = serde_json::Deserializer::from_str(text);
        seed.deserialize(&mut deserializer)
    }
}

/// Takes in every secret of a text of attributes with its marks.
pub(super) fn collect_secrets<'de>(
    reading: &Reading<'de>,
    values: &'de str,
    marks: &'de str,
    secrets: &mut Secrets,
) {
    let (marked, all) = match marks::parse(marks) {
        Marks::Map(entries) => (entries, false),
        marks => (Vec::new(), marks == Marks::All),
    };
    let Ok(attributes) = serde_json::from_str::<Texts<'_>>(values) else {
        return;
    };
    for (name, text) in attributes.0 {
        let marks = marked
            .iter()
            .find_map(|(key, marks)| (*key == name).then_some(marks));
        if let Some(marks) = marks.or(all.then_some(&Marks::All)) {
            let mut value = parse(reading, text.get(), reading.everything());
            marks::mark_sensitive(&mut value, marks, &mut |value| secrets.add(value));
        }
    }
}

/// An object of which the values stay text.
struct Texts<'a>(Unnamed<'a>);

impl<'de: 'a, 'a> de::Deserialize<'de> for Texts<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct TextsVisitor;
        impl<'de> Visitor<'de> for TextsVisitor {
            type Value = Unnamed<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut object: A) -> Result<Self::Value, A::Error> {
                let mut texts = Vec::new();
                while let Some(Text(key)) = object.next_key()? {
                    texts.push((key, object.next_value()?));
                }
                Ok(texts)
            }
        }
        deserializer.deserialize_map(TextsVisitor).map(Self)
    }
}

/// Takes in the secrets of `output_changes`.
pub(super) fn collect_output_secrets<'de>(
    reading: &Reading<'de>,
    text: &'de str,
    secrets: &mut Secrets,
) {
    let Data::Map(outputs) = parse(reading, text, reading.everything()).data else {
        return;
    };
    for (_, change) in outputs.iter() {
        let Some(change) = change.as_map() else {
            continue;
        };
        for (values, marks) in [("before", "before_sensitive"), ("after", "after_sensitive")] {
            let marked = change
                .get(marks)
                .is_some_and(|marks| marks.data != Data::Bool(false));
            if let Some(value) = change.get(values).filter(|_| marked) {
                secrets.add(value);
            }
        }
    }
}

/// Takes in the secrets among the `outputs` of a state.
pub(super) fn collect_state_output_secrets<'de>(
    reading: &Reading<'de>,
    text: &'de str,
    secrets: &mut Secrets,
) {
    let Data::Map(outputs) = parse(reading, text, reading.everything()).data else {
        return;
    };
    for output in outputs.iter().filter_map(|(_, output)| output.as_map()) {
        let sensitive = output.get("sensitive");
        let is_secret = sensitive.is_some_and(|mark| mark.data != Data::Bool(false));
        if let Some(value) = output.get("value").filter(|_| is_secret) {
            secrets.add(value);
        }
    }
}

/// Reads a piece of the text that was kept for later: it has been checked to be JSON.
pub(super) fn parse<'de>(
    reading: &Reading<'de>,
    text: &'de str,
    origin: crate::model::source::Span,
) -> Value<'de> {
    let seed = ValueSeed {
        reading,
        field: None,
        origin,
    };
    let mut deserializer = serde_json::Deserializer::from_str(text);
    seed.deserialize(&mut deserializer)
        .unwrap_or_else(|_| Value::new(Data::Unknown(Why::UnexpectedForm), origin))
}

/// Reads the attributes of a resource that the vocabulary names; the others are left in `unnamed`.
pub(super) struct AttributesSeed<'s, 'r, 'de> {
    pub(super) reading: &'r Reading<'de>,
    pub(super) fields: &'static Fields,
    pub(super) unnamed: &'s mut Unnamed<'de>,
}

impl<'de> DeserializeSeed<'de> for AttributesSeed<'_, '_, 'de> {
    type Value = Map<'de>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for AttributesSeed<'_, '_, 'de> {
    type Value = Map<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the attributes of a resource")
    }

    fn visit_unit<E>(self) -> Result<Self::Value, E> {
        Ok(Map::default())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut object: A) -> Result<Self::Value, A::Error> {
        let (mut map, mut hint) = (Map::default(), 0);
        let mut guard = KeyGuard::new(self.reading);
        while let Some(Text(key)) = object.next_key()? {
            guard.check(&key)?;
            let Some(field) = self.fields.get(&key, &mut hint) else {
                let text: &RawValue = object.next_value()?;
                self.unnamed.push((key, text));
                continue;
            };
            let origin = self.reading.place(&key);
            let value = object.next_value_seed(ValueSeed {
                reading: self.reading,
                field: Some(field),
                origin: origin.unwrap_or_else(|| self.reading.everything()),
            })?;
            if value.data != Data::Null {
                map.push(Cow::Borrowed(field.name), value);
            }
        }
        Ok(map)
    }
}

struct ActionsSeed;

impl<'de> DeserializeSeed<'de> for ActionsSeed {
    type Value = Actions;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Actions, D::Error> {
        deserializer.deserialize_seq(self)
    }
}

impl<'de> Visitor<'de> for ActionsSeed {
    type Value = Actions;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of actions")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut sequence: A) -> Result<Actions, A::Error> {
        let mut actions = Actions::default();
        while let Some(Text(action)) = sequence.next_element()? {
            match action.as_ref() {
                "create" => actions.create = true,
                "delete" => actions.delete = true,
                "forget" => actions.forget = true,
                // An action that a later Terraform brings: the object is taken to be there.
                _ => actions.keep = true,
            }
        }
        Ok(actions)
    }
}
