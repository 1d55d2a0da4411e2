//! `plangate.yaml` to settings.

use std::fmt;

use schemars::{Schema, SchemaGenerator, json_schema};
use serde::de::value::SeqAccessDeserializer;
use serde::de::{Error, SeqAccess, Unexpected, Visitor};
use serde::{Deserialize, Deserializer};

use super::Settings;
use crate::model::source::SourceMap;
use crate::yaml;

/// The file that settings are looked for in.
pub const NAME: &str = "plangate.yaml";

/// More text than settings have.
const LARGEST: usize = 1 << 20;

/// Why settings cannot be used.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum SettingsError {
    /// There is more text than settings have.
    #[error("larger than 1 MiB")]
    Large,
    /// It is no YAML.
    #[error("line {line}, column {column}: {reason}")]
    NoYaml {
        /// What is wrong.
        reason: String,
        /// Where: the line.
        line: usize,
        /// The column.
        column: usize,
    },
    /// A name that no setting has, a value of another type.
    #[error("line {line}, column {column}: {reason}")]
    Wrong {
        /// What is wrong, and what comes near.
        reason: String,
        /// Where: the line.
        line: usize,
        /// The column.
        column: usize,
    },
}

impl Settings {
    /// Reads settings: YAML with some of the settings as keys. An empty text is none of them.
    ///
    /// # Errors
    ///
    /// When the text is no YAML, has a key that is no setting, or a value of another type.
    pub fn read(text: &str) -> Result<Self, SettingsError> {
        if text.len() > LARGEST {
            return Err(SettingsError::Large);
        }
        if text
            .lines()
            .all(|line| line.trim().is_empty() || line.trim_start().starts_with('#'))
        {
            return Ok(Self::default());
        }
        // It refuses what is nested too deeply for the library, and what is said twice.
        let mut sources = SourceMap::default();
        let file = sources.add(NAME, text.into());
        if let Err(error) = yaml::read_yaml(text, file) {
            let place = sources.location(error.at);
            return Err(SettingsError::NoYaml {
                reason: error.message,
                line: place.line as usize,
                column: place.column as usize,
            });
        }
        serde_yaml::from_str(text).map_err(|error| wrong(&error))
    }
}

/// An error of the library in our words: with what comes near, where a name is mistyped.
fn wrong(error: &serde_yaml::Error) -> SettingsError {
    let message = error.to_string();
    let (line, column) = error
        .location()
        .map_or((1, 1), |at| (at.line(), at.column()));
    let reason = message.split(" at line ").next().unwrap_or(&message);
    SettingsError::Wrong {
        reason: unknown_name(reason).unwrap_or_else(|| reason.to_owned()),
        line,
        column,
    }
}

/// What to say of a name that nothing has: serde names it in back-ticks, and then all that there are.
fn unknown_name(reason: &str) -> Option<String> {
    let (before, named) = reason.split_once("unknown field `")?;
    let mut names = named.split('`').step_by(2);
    let wrong = names.next()?;
    let nearest = names
        .map(|known| (strsim::jaro_winkler(known, wrong), known))
        .filter(|(likeness, _)| *likeness > 0.7)
        .max_by(|one, other| one.0.total_cmp(&other.0));
    Some(match nearest {
        Some((_, known)) => {
            format!("{before}there is no setting `{wrong}`; did you mean `{known}`?")
        }
        None => format!("{before}there is no setting `{wrong}`"),
    })
}

/// One id, or a list of them.
pub(super) fn one_or_many<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Vec<String>, D::Error> {
    struct Ids;
    impl<'de> Visitor<'de> for Ids {
        type Value = Vec<String>;

        fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
            formatter.write_str("an id or a list of ids")
        }

        fn visit_str<E: Error>(self, id: &str) -> Result<Self::Value, E> {
            Ok(vec![id.to_owned()])
        }

        fn visit_seq<A: SeqAccess<'de>>(self, ids: A) -> Result<Self::Value, A::Error> {
            Vec::deserialize(SeqAccessDeserializer::new(ids))
        }
    }
    deserializer.deserialize_any(Ids)
}

pub(super) fn one_or_many_schema(_: &mut SchemaGenerator) -> Schema {
    json_schema!({ "type": ["string", "array"], "items": { "type": "string" } })
}

pub(super) fn accounts_schema(_: &mut SchemaGenerator) -> Schema {
    json_schema!({
        "type": "array",
        "items": { "type": ["string", "integer"], "pattern": "^[0-9]{12}$", "minimum": 100_000_000_000_u64 }
    })
}

/// Account ids. YAML reads one that is not quoted as a number, and one that begins with a zero perhaps as another
/// number: what has no twelve digits then is refused.
pub(super) fn accounts<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Vec<String>, D::Error> {
    struct Id(String);
    impl<'de> Deserialize<'de> for Id {
        fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
            deserializer.deserialize_any(IdVisitor).map(Self)
        }
    }
    struct IdVisitor;
    impl Visitor<'_> for IdVisitor {
        type Value = String;

        fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
            formatter.write_str("an account id: twelve digits in quotes")
        }

        fn visit_str<E: Error>(self, id: &str) -> Result<String, E> {
            let is_id = id.len() == 12 && id.bytes().all(|one| one.is_ascii_digit());
            let known = is_id.then(|| id.to_owned());
            known.ok_or_else(|| E::invalid_value(Unexpected::Str(id), &self))
        }

        fn visit_u64<E: Error>(self, id: u64) -> Result<String, E> {
            self.visit_str(&id.to_string())
        }
    }
    let ids = Vec::<Id>::deserialize(deserializer)?;
    Ok(ids.into_iter().map(|id| id.0).collect())
}

#[cfg(test)]
mod tests {
    use super::Settings;
    use crate::settings::RoleModel;

    fn error(text: &str) -> String {
        Settings::read(text).unwrap_err().to_string()
    }

    #[test]
    fn nothing_written_is_every_default() {
        assert_eq!(Settings::read(""), Ok(Settings::default()));
        assert_eq!(Settings::read("# later\n"), Ok(Settings::default()));
        assert_eq!(Settings::default().in_force(), "{}");
    }

    #[test]
    fn what_is_written_counts() {
        let text = "designated_groups: [ml-*]\norganization: o-a1b2c3d4e5\ntrusted_accounts: [\"012345678901\", 444455556666]\nrole_model: split\n";
        let settings = Settings::read(text).unwrap();
        assert!(
            settings
                .designated_groups
                .iter()
                .any(|one| one.matches("ml-team"))
        );
        assert_eq!(settings.organization, ["o-a1b2c3d4e5"]);
        assert_eq!(settings.trusted_accounts, ["012345678901", "444455556666"]);
        assert_eq!(settings.role_model, RoleModel::Split);
        insta::assert_snapshot!(
            settings.in_force(),
            @r#"{"designated_groups":["ml-*"],"organization":["o-a1b2c3d4e5"],"role_model":"split","trusted_accounts":["012345678901","444455556666"]}"#
        );
    }

    #[test]
    fn what_is_wrong_is_named_with_its_place() {
        let texts = [
            "designated_group: [a]\n",
            "kms_max_rotation_days: 90\nrole_model: double\n",
            "designated_groups: ml\n",
            "trusted_accounts: [1]\n",
            "organization: {a: b}\n",
            "role_model: single\nrole_model: split\n",
            "a: [\n",
            "- a\n",
        ];
        let errors: Vec<_> = texts.into_iter().map(error).collect();
        insta::assert_snapshot!(errors.join("\n"), @r#"
        line 1, column 1: there is no setting `designated_group`; did you mean `designated_groups`?
        line 2, column 13: role_model: unknown variant `double`, expected one of `single`, `split`, `either`
        line 1, column 20: designated_groups: invalid type: string "ml", expected a sequence
        line 1, column 20: trusted_accounts[0]: invalid value: string "1", expected an account id: twelve digits in quotes
        line 1, column 15: organization: invalid type: map, expected an id or a list of ids
        line 2, column 1: the key `role_model` is there twice: on line 1 and on line 2
        line 1, column 4: unclosed bracket '['
        line 1, column 1: invalid type: sequence, expected settings by their names
        "#);
    }
}
