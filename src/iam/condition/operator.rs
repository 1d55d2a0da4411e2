//! The names of condition operators.
//!
//! Source: IAM User Guide, "IAM JSON policy elements: Condition operators" and "Set operators for
//! multivalued context keys".

/// A condition operator with what modifies it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Operator {
    /// What is compared, and how.
    pub test: Test,
    /// The condition holds where the test does not.
    pub negated: bool,
    /// The condition holds where the key is absent.
    pub if_exists: bool,
    /// For keys with several values.
    pub over: Option<Quantifier>,
}

/// What is compared, and how.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Test {
    /// Equal, with case.
    StringEquals,
    /// Equal, without.
    StringEqualsIgnoreCase,
    /// With `*` and `?`.
    StringLike,
    /// Field by field, with `*` and `?`: `ArnEquals` is the same.
    ArnLike,
    /// Numbers.
    Numeric(Order),
    /// Points in time.
    Date(Order),
    /// `true` or `false`.
    Bool,
    /// Bytes, written in base64.
    Binary,
    /// An address in a block.
    IpAddress,
    /// Whether the key is absent.
    Null,
}

/// How two numbers or dates compare.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Order {
    /// The same.
    Equal,
    /// The request's is less.
    Less,
    /// The request's is less or the same.
    LessOrEqual,
    /// The request's is greater.
    Greater,
    /// The request's is greater or the same.
    GreaterOrEqual,
}

/// Over which of a key's values a condition speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Quantifier {
    /// Every one: also where there is none.
    ForAllValues,
    /// At least one.
    ForAnyValue,
}

const TESTS: &[(&str, Test, bool)] = &[
    ("StringEquals", Test::StringEquals, false),
    ("StringNotEquals", Test::StringEquals, true),
    (
        "StringEqualsIgnoreCase",
        Test::StringEqualsIgnoreCase,
        false,
    ),
    (
        "StringNotEqualsIgnoreCase",
        Test::StringEqualsIgnoreCase,
        true,
    ),
    ("StringLike", Test::StringLike, false),
    ("StringNotLike", Test::StringLike, true),
    ("ArnEquals", Test::ArnLike, false),
    ("ArnLike", Test::ArnLike, false),
    ("ArnNotEquals", Test::ArnLike, true),
    ("ArnNotLike", Test::ArnLike, true),
    ("NumericEquals", Test::Numeric(Order::Equal), false),
    ("NumericNotEquals", Test::Numeric(Order::Equal), true),
    ("NumericLessThan", Test::Numeric(Order::Less), false),
    (
        "NumericLessThanEquals",
        Test::Numeric(Order::LessOrEqual),
        false,
    ),
    ("NumericGreaterThan", Test::Numeric(Order::Greater), false),
    (
        "NumericGreaterThanEquals",
        Test::Numeric(Order::GreaterOrEqual),
        false,
    ),
    ("DateEquals", Test::Date(Order::Equal), false),
    ("DateNotEquals", Test::Date(Order::Equal), true),
    ("DateLessThan", Test::Date(Order::Less), false),
    ("DateLessThanEquals", Test::Date(Order::LessOrEqual), false),
    ("DateGreaterThan", Test::Date(Order::Greater), false),
    (
        "DateGreaterThanEquals",
        Test::Date(Order::GreaterOrEqual),
        false,
    ),
    ("Bool", Test::Bool, false),
    ("BinaryEquals", Test::Binary, false),
    ("IpAddress", Test::IpAddress, false),
    ("NotIpAddress", Test::IpAddress, true),
    ("Null", Test::Null, false),
];

impl Operator {
    /// Reads a name, in any case.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        let name = name.to_ascii_lowercase();
        let (over, name) = match name.split_once(':') {
            Some(("forallvalues", name)) => (Some(Quantifier::ForAllValues), name.to_owned()),
            Some(("foranyvalue", name)) => (Some(Quantifier::ForAnyValue), name.to_owned()),
            Some(_) => return None,
            None => (None, name),
        };
        let (name, if_exists) = match name.strip_suffix("ifexists") {
            Some(name) => (name, true),
            None => (name.as_str(), false),
        };
        let (_, test, negated) = TESTS
            .iter()
            .find(|(known, ..)| known.eq_ignore_ascii_case(name))?;
        // AWS has neither form of Null: presence is all it looks at.
        let plain = *test == Test::Null;
        Some(Self {
            test: *test,
            negated: *negated,
            if_exists: if_exists && !plain,
            over: over.filter(|_| !plain),
        })
    }

    /// The name that is closest to one that is none.
    pub(crate) fn near(name: &str) -> Option<&'static str> {
        let likeness = |known: &str| strsim::jaro_winkler(known, name);
        let near = TESTS.iter().map(|(known, ..)| (likeness(known), *known));
        let near = near.filter(|(likeness, _)| *likeness > 0.8);
        near.max_by(|one, other| one.0.total_cmp(&other.0))
            .map(|(_, known)| known)
    }
}

impl Test {
    /// Whether a policy variable acts in its values.
    pub(crate) fn takes_variables(self) -> bool {
        matches!(
            self,
            Self::StringEquals | Self::StringEqualsIgnoreCase | Self::StringLike | Self::ArnLike
        )
    }
}

impl Order {
    pub(crate) fn holds<T: Ord>(self, one: &T, other: &T) -> bool {
        match self {
            Self::Equal => one == other,
            Self::Less => one < other,
            Self::LessOrEqual => one <= other,
            Self::Greater => one > other,
            Self::GreaterOrEqual => one >= other,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_names_with_all_that_modifies_them() {
        let parsed = Operator::parse("forAllValues:StringNotEqualsIgnoreCaseIfExists");
        let expected = Operator {
            test: Test::StringEqualsIgnoreCase,
            negated: true,
            if_exists: true,
            over: Some(Quantifier::ForAllValues),
        };
        assert_eq!(parsed, Some(expected));
        assert_eq!(Operator::parse("StringIs"), None);
        assert_eq!(Operator::near("StringEqual"), Some("StringEquals"));
    }
}
