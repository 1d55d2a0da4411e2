//! The least that reading a plan costs: one pass into borrowed values of the parts that matter, the rest
//! skipped, nothing worked out.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;

use serde::Deserialize;
use serde::de::{Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};

#[derive(Deserialize)]
pub(crate) struct Plan<'a> {
    #[serde(borrow, default)]
    resource_changes: Vec<Change<'a>>,
    #[serde(borrow)]
    configuration: Option<Configuration<'a>>,
}

#[derive(Deserialize)]
struct Configuration<'a> {
    #[serde(borrow)]
    root_module: Module<'a>,
}

#[derive(Deserialize)]
struct Module<'a> {
    #[serde(borrow, default)]
    resources: Vec<Written<'a>>,
    #[serde(borrow, default)]
    module_calls: BTreeMap<Cow<'a, str>, Call<'a>>,
}

#[derive(Deserialize)]
struct Call<'a> {
    #[serde(borrow)]
    module: Option<Module<'a>>,
}

struct Change<'a> {
    address: Cow<'a, str>,
    values: Option<Values<'a>>,
}

#[derive(Deserialize)]
struct Values<'a> {
    #[serde(borrow)]
    actions: Vec<Cow<'a, str>>,
    #[serde(borrow)]
    after: Option<Tree<'a>>,
    #[serde(borrow)]
    after_unknown: Option<Tree<'a>>,
}

struct Written<'a> {
    expressions: Option<Tree<'a>>,
}

/// Any JSON, borrowed.
enum Tree<'a> {
    Null,
    Bool,
    Number(f64),
    Text(Cow<'a, str>),
    List(Vec<Tree<'a>>),
    Object(Vec<(Cow<'a, str>, Tree<'a>)>),
}

/// The types whose values matter: about four in ten resources of an ordinary machine-learning estate.
fn matters(type_name: &str) -> bool {
    const PREFIXES: [&str; 7] = [
        "aws_sagemaker_",
        "aws_kms_",
        "aws_s3_",
        "aws_iam_",
        "aws_vpc",
        "aws_ecr_",
        "aws_sfn_",
    ];
    const TYPES: [&str; 4] = [
        "aws_subnet",
        "aws_route_table",
        "aws_route_table_association",
        "aws_security_group",
    ];
    PREFIXES.iter().any(|prefix| type_name.starts_with(prefix)) || TYPES.contains(&type_name)
}

impl Plan<'_> {
    /// A number that depends on everything kept, so that nothing can be left out.
    pub(crate) fn kept(&self) -> usize {
        let changes: usize = self.resource_changes.iter().map(Change::kept).sum();
        let configuration = self.configuration.as_ref();
        changes + configuration.map_or(0, |known| known.root_module.kept())
    }
}

impl Change<'_> {
    fn kept(&self) -> usize {
        let values = self.values.iter().map(|values| {
            let trees = [&values.after, &values.after_unknown];
            let trees = trees.into_iter().flatten().map(Tree::kept);
            values.actions.len() + trees.sum::<usize>()
        });
        self.address.len() + values.sum::<usize>()
    }
}

impl Module<'_> {
    fn kept(&self) -> usize {
        let own = self
            .resources
            .iter()
            .filter_map(|written| written.expressions.as_ref());
        let calls = self
            .module_calls
            .values()
            .filter_map(|call| call.module.as_ref());
        own.map(Tree::kept).sum::<usize>() + calls.map(Module::kept).sum::<usize>()
    }
}

impl Tree<'_> {
    fn kept(&self) -> usize {
        match self {
            Self::Null | Self::Bool => 1,
            Self::Number(number) => usize::from(number.is_finite()),
            Self::Text(text) => text.len(),
            Self::List(list) => list.iter().map(Self::kept).sum(),
            Self::Object(object) => object
                .iter()
                .map(|(key, tree)| key.len() + tree.kept())
                .sum(),
        }
    }
}

/// A text that is borrowed where it can be.
struct Borrowed<'a>(Cow<'a, str>);

impl<'de: 'a, 'a> Deserialize<'de> for Borrowed<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct TextVisitor;
        impl<'de> Visitor<'de> for TextVisitor {
            type Value = Cow<'de, str>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("text")
            }

            fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Self::Value, E> {
                Ok(Cow::Borrowed(text))
            }

            fn visit_str<E>(self, text: &str) -> Result<Self::Value, E> {
                Ok(Cow::Owned(text.to_owned()))
            }
        }
        deserializer.deserialize_str(TextVisitor).map(Self)
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Change<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct ChangeVisitor;
        impl<'de> Visitor<'de> for ChangeVisitor {
            type Value = Change<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a change")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let (mut address, mut wanted, mut values) = (Cow::Borrowed(""), true, None);
                while let Some(Borrowed(key)) = map.next_key()? {
                    match key.as_ref() {
                        "address" => address = map.next_value::<Borrowed<'de>>()?.0,
                        "type" => wanted = matters(&map.next_value::<Borrowed<'de>>()?.0),
                        "change" if wanted => values = Some(map.next_value()?),
                        _ => {
                            map.next_value::<IgnoredAny>()?;
                        }
                    }
                }
                Ok(Change { address, values })
            }
        }
        deserializer.deserialize_map(ChangeVisitor)
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Written<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct WrittenVisitor;
        impl<'de> Visitor<'de> for WrittenVisitor {
            type Value = Written<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a resource of the configuration")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let (mut wanted, mut expressions) = (true, None);
                while let Some(Borrowed(key)) = map.next_key()? {
                    match key.as_ref() {
                        "type" => wanted = matters(&map.next_value::<Borrowed<'de>>()?.0),
                        "expressions" if wanted => expressions = Some(map.next_value()?),
                        _ => {
                            map.next_value::<IgnoredAny>()?;
                        }
                    }
                }
                Ok(Written { expressions })
            }
        }
        deserializer.deserialize_map(WrittenVisitor)
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Tree<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct TreeVisitor;
        impl<'de> Visitor<'de> for TreeVisitor {
            type Value = Tree<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("JSON")
            }

            fn visit_unit<E>(self) -> Result<Self::Value, E> {
                Ok(Tree::Null)
            }

            fn visit_bool<E>(self, _: bool) -> Result<Self::Value, E> {
                Ok(Tree::Bool)
            }

            fn visit_i64<E>(self, value: i64) -> Result<Self::Value, E> {
                Ok(Tree::Number(value as f64))
            }

            fn visit_u64<E>(self, value: u64) -> Result<Self::Value, E> {
                Ok(Tree::Number(value as f64))
            }

            fn visit_f64<E>(self, value: f64) -> Result<Self::Value, E> {
                Ok(Tree::Number(value))
            }

            fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Self::Value, E> {
                Ok(Tree::Text(Cow::Borrowed(text)))
            }

            fn visit_str<E>(self, text: &str) -> Result<Self::Value, E> {
                Ok(Tree::Text(Cow::Owned(text.to_owned())))
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Self::Value, A::Error> {
                let mut elements = Vec::new();
                while let Some(element) = list.next_element()? {
                    elements.push(element);
                }
                Ok(Tree::List(elements))
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut entries = Vec::new();
                while let Some((Borrowed(key), tree)) = map.next_entry()? {
                    entries.push((key, tree));
                }
                Ok(Tree::Object(entries))
            }
        }
        deserializer.deserialize_any(TreeVisitor)
    }
}
