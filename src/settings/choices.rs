//! Settings that are a choice of some.

use std::collections::BTreeMap;
use std::fmt;

use schemars::JsonSchema;
use serde::de::value::{MapAccessDeserializer, SeqAccessDeserializer};
use serde::de::{MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize};

use super::Pattern;

/// How people come to notebooks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum AccessModel {
    /// By policies of the IAM groups that they are in.
    IamGroups,
    /// By IAM Identity Center.
    Sso,
    /// By both.
    Mixed,
}

/// How a key's policy has to let a role in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum KeyGrantMode {
    /// As AWS decides: by naming it, or by leaving it to the account.
    Either,
    /// By naming it.
    KeyPolicyExplicit,
}

/// Whether a notebook and the jobs that it starts run as one role.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum RoleModel {
    /// As one that holds all.
    Single,
    /// As two, of which each holds its part.
    Split,
    /// Either, as long as it is complete.
    Either,
}

/// Which buckets are meant.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
#[serde(untagged)]
pub enum BucketChoice {
    /// Those with one of these names, ARNs, addresses or logical ids.
    Named(Vec<Pattern>),
    /// Those with one of these tags.
    Tagged {
        /// What a tag says, by its key.
        tags: BTreeMap<String, Pattern>,
    },
}

impl Default for BucketChoice {
    fn default() -> Self {
        Self::Named(Vec::new())
    }
}

impl BucketChoice {
    /// Whether it means no bucket.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        match self {
            Self::Named(names) => names.is_empty(),
            Self::Tagged { tags } => tags.is_empty(),
        }
    }
}

impl<'de> Deserialize<'de> for BucketChoice {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(deny_unknown_fields)]
        struct Tagged {
            tags: BTreeMap<String, Pattern>,
        }
        struct Choice;
        impl<'de> Visitor<'de> for Choice {
            type Value = BucketChoice;

            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("a list of buckets, or `tags` with what they say")
            }

            fn visit_seq<A: SeqAccess<'de>>(self, names: A) -> Result<Self::Value, A::Error> {
                Vec::deserialize(SeqAccessDeserializer::new(names)).map(BucketChoice::Named)
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Self::Value, A::Error> {
                let Tagged { tags } = Tagged::deserialize(MapAccessDeserializer::new(map))?;
                Ok(BucketChoice::Tagged { tags })
            }
        }
        deserializer.deserialize_any(Choice)
    }
}
