//! The values that a policy compares with, read as their operator needs them.

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use ipnet::IpNet;
use jiff::Timestamp;

use super::operator::Test;
use super::value::{self, Number};
use crate::iam::arn::{ArnPattern, Doubt, Place};
use crate::iam::pattern::{Pattern, Reading};
use crate::iam::text::Text;
use crate::model::truth::Truth;

/// A value that a policy compares with.
#[derive(Debug, Clone)]
pub struct ConditionValue {
    /// As written.
    pub text: Text,
    pub(super) form: Form,
}

#[derive(Debug, Clone)]
pub(super) enum Form {
    Text(Pattern),
    Arn(ArnPattern),
    Number(Number),
    Date(Timestamp),
    Bool(bool),
    Bytes(Vec<u8>),
    Network(IpNet),
    /// It has holes, or variables where none act.
    Open,
    /// It is not what the operator needs.
    Unfit,
}

/// What one comparison says.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Compared {
    Truth(Truth),
    /// One side is not what the operator needs.
    Unfit,
}

impl From<Truth> for Compared {
    fn from(truth: Truth) -> Self {
        Self::Truth(truth)
    }
}

pub(super) fn compare_parsed(test: Test, form: &Form, text: &str) -> Compared {
    let truth = match (form, test) {
        (Form::Number(wanted), Test::Numeric(order)) => {
            Number::parse(text).map(|number| order.holds(&number, wanted))
        }
        (Form::Date(wanted), Test::Date(order)) => {
            value::date(text).map(|date| order.holds(&date, wanted))
        }
        (Form::Bool(wanted), _) => flag(text).map(|flag| flag == *wanted),
        (Form::Bytes(wanted), _) => BASE64_STANDARD
            .decode(text)
            .ok()
            .map(|bytes| bytes == *wanted),
        (Form::Network(network), _) => {
            value::network(text).map(|address| network.contains(&address))
        }
        _ => None,
    };
    truth.map_or(Compared::Unfit, |truth| Truth::from(truth).into())
}

fn flag(text: &str) -> Option<bool> {
    if text.eq_ignore_ascii_case("true") {
        Some(true)
    } else {
        text.eq_ignore_ascii_case("false").then_some(false)
    }
}

impl Form {
    pub(super) fn of(text: &Text, test: Test, variables: bool) -> Self {
        let reading = Reading {
            wild: test == Test::StringLike,
            variables,
            folded: test == Test::StringEqualsIgnoreCase,
            colons_before_variables: 0,
        };
        if test == Test::ArnLike {
            let pattern = ArnPattern::new(text.clone(), Place::Condition, variables);
            let is_arn = pattern.doubt != Some(Doubt::NoArn);
            return if is_arn {
                Self::Arn(pattern)
            } else {
                Self::Unfit
            };
        }
        if test.takes_variables() {
            return Self::Text(Pattern::new(text.clone(), reading));
        }
        let Some(known) = text.known() else {
            return Self::Open;
        };
        if variables && known.contains("${") {
            return Self::Open;
        }
        let form = match test {
            Test::Numeric(_) => Number::parse(known).map(Self::Number),
            Test::Date(_) => value::date(known).map(Self::Date),
            Test::Bool | Test::Null => flag(known).map(Self::Bool),
            Test::Binary => BASE64_STANDARD.decode(known).ok().map(Self::Bytes),
            _ => value::network(known).map(Self::Network),
        };
        form.unwrap_or(Self::Unfit)
    }
}

impl ConditionValue {
    pub(super) fn flag(&self) -> Option<bool> {
        match self.form {
            Form::Bool(flag) => Some(flag),
            _ => None,
        }
    }

    /// Whether it matches one text only: no wildcard and no variable acts in it, or may.
    #[must_use]
    pub fn is_fixed(&self) -> bool {
        match &self.form {
            Form::Text(pattern) => !pattern.may_be_wild() && !pattern.has_variables(),
            Form::Arn(pattern) => {
                !pattern.pattern.may_be_wild() && !pattern.pattern.has_variables()
            }
            Form::Open | Form::Unfit => false,
            _ => true,
        }
    }
}
