//! `configuration`: which expressions are written and what they mention. Terraform shows no more of
//! them, and nothing at all of `dynamic` blocks and locals.

use std::borrow::Cow;
use std::fmt;

use serde::Deserialize;
use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;

use crate::load::json::{Reading, Text, ValueSeed};
use crate::model::expression::{Configuration, Expression, Module, Repetition, Written};
use crate::model::resource::inside;
use crate::model::value::ProviderId;
use crate::model::vocabulary::{Field, Fields, TypeEntry, terraform_type};

/// The section, as Terraform writes it.
#[derive(Deserialize)]
pub(super) struct Section<'a> {
    #[serde(borrow, default)]
    provider_config: Entries<'a, ProviderNode<'a>>,
    #[serde(borrow, default)]
    root_module: ModuleNode<'a>,
}

#[derive(Deserialize)]
struct ProviderNode<'a> {
    #[serde(borrow, default)]
    expressions: Entries<'a, ArgumentNode<'a>>,
}

/// An argument of a provider: only plain ones matter here.
#[derive(Deserialize)]
#[serde(untagged)]
enum ArgumentNode<'a> {
    Constant {
        constant_value: ConstantNode,
    },
    Mentions {
        #[serde(borrow)]
        references: Vec<Cow<'a, str>>,
    },
    Other(IgnoredAny),
}

#[derive(Deserialize)]
#[serde(untagged)]
enum ConstantNode {
    Text(String),
    Texts(Vec<String>),
    Other(IgnoredAny),
}

#[derive(Deserialize, Default)]
struct ModuleNode<'a> {
    #[serde(borrow, default)]
    resources: Vec<ResourceNode<'a>>,
    #[serde(borrow, default)]
    module_calls: Entries<'a, CallNode<'a>>,
    #[serde(borrow, default)]
    outputs: Entries<'a, OutputNode<'a>>,
    #[serde(borrow, default)]
    variables: Entries<'a, VariableNode<'a>>,
}

/// A resource of a kind that the vocabulary knows, else nothing.
#[derive(Default)]
struct ResourceNode<'a> {
    address: Cow<'a, str>,
    provider_config_key: Cow<'a, str>,
    entry: Option<&'static TypeEntry>,
    expressions: Option<&'a RawValue>,
    for_each_expression: Option<&'a RawValue>,
    count_expression: Option<IgnoredAny>,
}

impl<'de: 'a, 'a> Deserialize<'de> for ResourceNode<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct ResourceVisitor;
        impl<'de> Visitor<'de> for ResourceVisitor {
            type Value = ResourceNode<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a resource of the configuration")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut object: A) -> Result<Self::Value, A::Error> {
                let mut node = ResourceNode::default();
                let (mut managed, mut type_name) = (true, None);
                while let Some(Text(key)) = object.next_key()? {
                    match key.as_ref() {
                        "address" => node.address = object.next_value::<Text<'de>>()?.0,
                        "mode" => managed = object.next_value::<Text<'de>>()?.0 != "data",
                        "type" => type_name = Some(object.next_value::<Text<'de>>()?.0),
                        "provider_config_key" => {
                            node.provider_config_key = object.next_value::<Text<'de>>()?.0;
                        }
                        "expressions" => node.expressions = object.next_value()?,
                        "for_each_expression" => node.for_each_expression = object.next_value()?,
                        "count_expression" => node.count_expression = object.next_value()?,
                        _ => {
                            object.next_value::<IgnoredAny>()?;
                        }
                    }
                }
                node.entry = type_name.and_then(|name| terraform_type(&name, managed));
                Ok(node)
            }
        }
        deserializer.deserialize_map(ResourceVisitor)
    }
}

#[derive(Deserialize)]
struct CallNode<'a> {
    #[serde(borrow)]
    expressions: Option<&'a RawValue>,
    #[serde(borrow)]
    for_each_expression: Option<&'a RawValue>,
    count_expression: Option<IgnoredAny>,
    #[serde(borrow, default)]
    module: ModuleNode<'a>,
}

#[derive(Deserialize)]
struct OutputNode<'a> {
    #[serde(borrow)]
    expression: Option<&'a RawValue>,
}

#[derive(Deserialize)]
struct VariableNode<'a> {
    #[serde(borrow)]
    default: Option<&'a RawValue>,
    #[serde(default)]
    sensitive: bool,
}

/// What the section says.
#[derive(Default)]
pub(super) struct Contents<'de> {
    pub(super) configuration: Configuration<'de>,
    pub(super) providers: Vec<WrittenProvider<'de>>,
    /// The names of the root's variables whose values are secret.
    pub(super) secret_variables: Vec<Cow<'de, str>>,
    /// The defaults of every secret variable, as JSON text.
    pub(super) secret_defaults: Vec<&'de str>,
    /// The addresses of what could not be read.
    pub(super) unread: Vec<String>,
}

/// A provider configuration, as far as it is written in constants and plain variables.
#[derive(Debug, Default)]
pub(super) struct WrittenProvider<'de> {
    pub(super) key: Cow<'de, str>,
    pub(super) region: Option<Argument<'de>>,
    pub(super) account: Option<String>,
}

/// One argument: its text, or the one thing that it mentions.
#[derive(Debug)]
pub(super) enum Argument<'de> {
    Text(String),
    Mention(Cow<'de, str>),
}

impl<'de> Section<'de> {
    pub(super) fn read(self, reading: &Reading<'de>) -> Contents<'de> {
        let mut contents = Contents::default();
        contents.configuration.present = true;
        for (key, provider) in self.provider_config.0 {
            contents.providers.push(provider.read(key));
        }
        for (name, variable) in &self.root_module.variables.0 {
            if variable.sensitive {
                contents.secret_variables.push(name.clone());
            }
        }
        contents.configuration.outputs = outputs(reading, &self.root_module.outputs);
        self.root_module.read("", reading, &mut contents);
        contents
    }
}

impl<'de> ProviderNode<'de> {
    fn read(self, key: Cow<'de, str>) -> WrittenProvider<'de> {
        let mut provider = WrittenProvider {
            key,
            ..WrittenProvider::default()
        };
        for (name, argument) in self.expressions.0 {
            match (name.as_ref(), argument) {
                (
                    "region",
                    ArgumentNode::Constant {
                        constant_value: ConstantNode::Text(text),
                    },
                ) => provider.region = Some(Argument::Text(text)),
                ("region", ArgumentNode::Mentions { references }) => {
                    if let [one] = references.as_slice() {
                        provider.region = Some(Argument::Mention(one.clone()));
                    }
                }
                ("allowed_account_ids", ArgumentNode::Constant { constant_value }) => {
                    if let ConstantNode::Texts(ids) = constant_value
                        && let [id] = ids.as_slice()
                    {
                        provider.account = Some(id.clone());
                    }
                }
                _ => {}
            }
        }
        provider
    }
}

impl<'de> ModuleNode<'de> {
    fn read(self, path: &str, reading: &Reading<'de>, contents: &mut Contents<'de>) {
        let secret = self.variables.0.iter().filter(|(_, known)| known.sensitive);
        let defaults = secret.filter_map(|(_, variable)| variable.default);
        contents.secret_defaults.extend(defaults.map(RawValue::get));
        for resource in self.resources {
            let Some(entry) = resource.entry else {
                continue;
            };
            let address = inside(path, &resource.address);
            let Some(expressions) = entries(reading, resource.expressions, &entry.fields) else {
                contents.unread.push(address);
                continue;
            };
            let written = Written {
                expressions,
                repetition: repetition(
                    reading,
                    resource.for_each_expression,
                    resource.count_expression,
                ),
                provider: Some(provider(
                    &mut contents.providers,
                    resource.provider_config_key,
                )),
            };
            contents.configuration.resources.insert(address, written);
        }
        for (name, call) in self.module_calls.0 {
            let inner = inside(path, &format!("module.{name}"));
            let outputs = outputs(reading, &call.module.outputs);
            match entries(reading, call.expressions, &NO_FIELDS) {
                Some(inputs) => {
                    let (for_each, count) = (call.for_each_expression, call.count_expression);
                    let module = Module {
                        inputs,
                        outputs,
                        repetition: repetition(reading, for_each, count),
                    };
                    contents.configuration.modules.insert(inner.clone(), module);
                }
                None => contents.unread.push(inner.clone()),
            }
            call.module.read(&inner, reading, contents);
        }
    }
}

/// What a module gives out.
fn outputs<'de>(
    reading: &Reading<'de>,
    outputs: &Entries<'de, OutputNode<'de>>,
) -> Vec<(Cow<'de, str>, Expression<'de>)> {
    let outputs = outputs.0.iter().map(|(name, output)| {
        let text = output.expression.map_or("null", RawValue::get);
        (name.clone(), parse(reading, text))
    });
    outputs.collect()
}

static NO_FIELDS: Fields = Fields::none();

fn provider<'de>(providers: &mut Vec<WrittenProvider<'de>>, key: Cow<'de, str>) -> ProviderId {
    let known = providers.iter().position(|provider| provider.key == key);
    let at = known.unwrap_or_else(|| {
        providers.push(WrittenProvider {
            key,
            ..WrittenProvider::default()
        });
        providers.len() - 1
    });
    ProviderId(u32::try_from(at).unwrap_or(0))
}

fn repetition<'de>(
    reading: &Reading<'de>,
    for_each: Option<&'de RawValue>,
    count: Option<IgnoredAny>,
) -> Repetition<'de> {
    match (for_each, count) {
        (Some(text), _) => Repetition::ForEach(parse(reading, text.get())),
        (None, Some(_)) => Repetition::Count,
        (None, None) => Repetition::Single,
    }
}

/// The arguments of a block; none if they cannot be read, in which case nothing may be concluded from
/// what is not among them.
fn entries<'de>(
    reading: &Reading<'de>,
    text: Option<&'de RawValue>,
    fields: &'static Fields,
) -> Option<Vec<(Cow<'de, str>, Expression<'de>)>> {
    let Some(text) = text else {
        return Some(Vec::new());
    };
    let mut deserializer = serde_json::Deserializer::from_str(text.get());
    let block = ExpressionSeed {
        reading,
        field: None,
        fields: Some(fields),
    };
    match block.deserialize(&mut deserializer) {
        Ok(Expression::Object(entries)) => Some(entries),
        _ => None,
    }
}

fn parse<'de>(reading: &Reading<'de>, text: &'de str) -> Expression<'de> {
    let mut deserializer = serde_json::Deserializer::from_str(text);
    let seed = ExpressionSeed {
        reading,
        field: None,
        fields: None,
    };
    seed.deserialize(&mut deserializer)
        .unwrap_or(Expression::Mentions(Vec::new()))
}

/// Reads an expression, a block of them, or a list of blocks.
struct ExpressionSeed<'r, 'de> {
    reading: &'r Reading<'de>,
    field: Option<&'static Field>,
    /// The attributes of a whole resource; wins over `field`, and makes it a block for certain.
    fields: Option<&'static Fields>,
}

impl<'de> DeserializeSeed<'de> for ExpressionSeed<'_, 'de> {
    type Value = Expression<'de>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for ExpressionSeed<'_, 'de> {
    type Value = Expression<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an expression, a block or a list of blocks")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut sequence: A) -> Result<Self::Value, A::Error> {
        let mut blocks = Vec::new();
        let element = || ExpressionSeed {
            reading: self.reading,
            field: self.field,
            fields: None,
        };
        while let Some(block) = sequence.next_element_seed(element())? {
            blocks.push(block);
        }
        if self.field.is_some_and(|field| field.single) && blocks.len() == 1 {
            return Ok(blocks.pop().unwrap_or(Expression::Mentions(Vec::new())));
        }
        Ok(Expression::List(blocks))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut object: A) -> Result<Self::Value, A::Error> {
        let (mut block, mut hint) = (Vec::new(), 0);
        let (mut mentions, mut constant) = (Vec::new(), None);
        let is_block = self.fields.is_some();
        let fields = self.fields.or(self.field.map(|field| &field.fields));
        while let Some(Text(key)) = object.next_key()? {
            match key.as_ref() {
                "constant_value" if !is_block => {
                    let origin = self.reading.place(&key);
                    constant = Some(object.next_value_seed(ValueSeed {
                        reading: self.reading,
                        field: self.field,
                        origin: origin.unwrap_or_else(|| self.reading.everything()),
                    })?);
                }
                "references" if !is_block => mentions = object.next_value::<Vec<Text<'de>>>()?,
                _ => {
                    let field = fields.and_then(|fields| fields.get(&key, &mut hint));
                    let inner = ExpressionSeed {
                        reading: self.reading,
                        field,
                        fields: None,
                    };
                    let expression = object.next_value_seed(inner)?;
                    let name = field.map_or(key, |field| Cow::Borrowed(field.name));
                    block.push((name, expression));
                }
            }
        }
        Ok(if is_block || !block.is_empty() {
            Expression::Object(block)
        } else if let Some(constant) = constant {
            Expression::Constant(constant)
        } else {
            // `{}` is a call that mentions nothing, of which the result need not be known.
            Expression::Mentions(longest(mentions))
        })
    }
}

/// After `a.b.c`, Terraform also lists what it leads through, `a.b` and `a`: those are left out.
fn longest(mentions: Vec<Text<'_>>) -> Vec<Cow<'_, str>> {
    let mut kept: Vec<Cow<'_, str>> = Vec::with_capacity(mentions.len());
    let mut previous: Option<Cow<'_, str>> = None;
    for Text(mention) in mentions {
        let leads_to = previous.as_ref().is_some_and(|longer| {
            longer
                .strip_prefix(mention.as_ref())
                .is_some_and(|rest| rest.starts_with(['.', '[']))
        });
        if !leads_to {
            kept.push(mention.clone());
        }
        previous = Some(mention);
    }
    kept
}

/// An object in the order of the input; a key that comes twice is refused.
struct Entries<'de, T>(Vec<(Cow<'de, str>, T)>);

impl<T> Default for Entries<'_, T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<'de: 'a, 'a, T: Deserialize<'de>> Deserialize<'de> for Entries<'a, T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct EntriesVisitor<T>(std::marker::PhantomData<T>);
        impl<'de, T: Deserialize<'de>> Visitor<'de> for EntriesVisitor<T> {
            type Value = Entries<'de, T>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_unit<E>(self) -> Result<Self::Value, E> {
                Ok(Entries::default())
            }

            fn visit_map<A: MapAccess<'de>>(self, mut object: A) -> Result<Self::Value, A::Error> {
                let mut entries: Vec<(Cow<'de, str>, T)> = Vec::new();
                while let Some((Text(key), value)) = object.next_entry()? {
                    entries.push((key, value));
                }
                let mut names: Vec<_> = entries.iter().map(|(name, _)| name).collect();
                names.sort_unstable();
                if let Some([name, _]) = names.array_windows().find(|[one, other]| one == other) {
                    let message = format!("key `{name}` is there twice");
                    return Err(serde::de::Error::custom(message));
                }
                Ok(Entries(entries))
            }
        }
        let entries: Entries<'de, T> =
            deserializer.deserialize_any(EntriesVisitor(std::marker::PhantomData))?;
        Ok(entries)
    }
}
