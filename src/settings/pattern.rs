//! How settings name things.

use std::borrow::Cow;

use regex::Regex;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Names things by address, logical id, name or ARN: `*` stands for any text and `?` for any character, `/` and `:`
/// included. Upper and lower case differ.
#[derive(Debug, Clone)]
pub struct Pattern {
    text: String,
    regex: Regex,
}

impl Pattern {
    /// A pattern; none, if it is too long to be looked for.
    #[must_use]
    pub fn new(text: &str) -> Option<Self> {
        let pieces = text.chars().map(|one| match one {
            '*' => ".*".to_owned(),
            '?' => ".".to_owned(),
            one => regex::escape(one.encode_utf8(&mut [0; 4])),
        });
        let whole: String = pieces.collect();
        Some(Self {
            text: text.to_owned(),
            regex: Regex::new(&format!("(?s)^{whole}$")).ok()?,
        })
    }

    /// As the user wrote it.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Whether it names this.
    #[must_use]
    pub fn matches(&self, name: &str) -> bool {
        self.regex.is_match(name)
    }
}

/// Whether any of the patterns names any of the names.
#[must_use]
pub fn any<'n>(patterns: &[Pattern], names: impl IntoIterator<Item = &'n str>) -> bool {
    !patterns.is_empty()
        && names
            .into_iter()
            .any(|name| patterns.iter().any(|pattern| pattern.matches(name)))
}

impl JsonSchema for Pattern {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Pattern".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string" })
    }
}

impl PartialEq for Pattern {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

impl Serialize for Pattern {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.text)
    }
}

impl<'de> Deserialize<'de> for Pattern {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::new(&text)
            .ok_or_else(|| serde::de::Error::custom("a pattern that long matches nothing"))
    }
}

#[cfg(test)]
mod tests {
    use super::Pattern;

    #[test]
    fn stars_and_question_marks_stand_for_anything_and_nothing_else_does() {
        let is = |pattern: &str, name: &str| Pattern::new(pattern).unwrap().matches(name);
        assert!(is("ml-*", "ml-engineers"));
        assert!(is(
            "arn:aws:iam::*:role/*",
            "arn:aws:iam::111122223333:role/a/b"
        ));
        assert!(is("aws_iam_group.x[\"a\"]", "aws_iam_group.x[\"a\"]"));
        assert!(is("team-?", "team-a"));
        assert!(!is("team-?", "team-"));
        assert!(!is("ml", "ml-engineers"));
        assert!(!is("a.c", "abc"));
    }
}
