//! Conditions: one operator on one key, against what is known of the request.
//!
//! Source: IAM User Guide, "IAM JSON policy elements: Condition operators", "Conditions with multiple
//! context keys or values" and "Single-valued vs. multivalued context keys".

mod form;
mod operator;
mod value;

use std::collections::BTreeSet;

use ipnet::IpNet;
use jiff::Timestamp;

pub use form::ConditionValue;
use form::{Compared, Form, compare_parsed};
pub use operator::{Operator, Order, Quantifier, Test};

use super::arn::{ArnPattern, ArnSubject, Matched};
use super::doubt::Doubts;
use super::matching::{Pair, glob};
use super::pattern::{Pattern, Run, folded};
use super::policy::Hinge;
use super::request::{Context, Knowledge, Values};
use super::text::Text;
use super::variable;
use crate::model::source::Span;
use crate::model::truth::Truth;

/// One operator on one key.
#[derive(Debug, Clone)]
pub struct Condition {
    /// What is tested.
    pub operator: Operator,
    /// The operator as written.
    pub name: String,
    /// The key, in lower case.
    pub key: String,
    /// The key as written.
    pub written_key: String,
    /// Any of these.
    pub values: Vec<ConditionValue>,
    /// The values.
    pub at: Span,
}

/// A value of the request.
enum Given<'r> {
    Text(&'r ArnSubject),
    Unknown(ArnSubject),
    Inside(IpNet),
    From(Timestamp),
}

const UNFIT: &str = "a negated operator on a value that it cannot read";

impl Condition {
    pub(super) fn new(
        operator: Operator,
        name: &str,
        key: &str,
        values: Vec<(Text, Span)>,
        variables: bool,
        at: Span,
    ) -> Self {
        let values = values.into_iter().map(|(text, _)| ConditionValue {
            form: Form::of(&text, operator.test, variables),
            text,
        });
        Self {
            operator,
            name: name.to_owned(),
            key: key.to_ascii_lowercase(),
            written_key: key.to_owned(),
            values: values.collect(),
            at,
        }
    }

    /// Whether it holds for a request.
    pub(super) fn holds(&self, context: &Context, doubts: &mut Doubts) -> Truth {
        let knowledge = context.get(&self.key);
        if self.operator.test == Test::Null {
            return self.null(knowledge, doubts);
        }
        match doubts.presence(&self.key, knowledge) {
            Truth::Yes => self.present(knowledge, context, doubts),
            Truth::No => self.absent().into(),
            Truth::Unknown => {
                let absent: Truth = self.absent().into();
                if self.present(knowledge, context, doubts) == absent {
                    absent
                } else {
                    Truth::Unknown
                }
            }
        }
    }

    /// Whether it holds for a request of which this much is known.
    #[must_use]
    pub fn holds_in(&self, context: &Context) -> Truth {
        self.holds(context, &mut Doubts::default())
    }

    /// What it says where the request has no such key.
    #[must_use]
    pub fn absent(&self) -> bool {
        let Operator {
            negated,
            if_exists,
            over,
            ..
        } = self.operator;
        match over {
            _ if if_exists => true,
            Some(Quantifier::ForAllValues) => true,
            Some(Quantifier::ForAnyValue) => false,
            None => negated,
        }
    }

    fn null(&self, knowledge: &Knowledge, doubts: &mut Doubts) -> Truth {
        let present = doubts.presence(&self.key, knowledge);
        let tests = self.values.iter().map(|value| match value.form {
            Form::Bool(absent) if absent => Some(!present),
            Form::Bool(_) => Some(present),
            _ => None,
        });
        let tests: Vec<_> = tests.collect();
        // Both listed say nothing.
        let wanted: BTreeSet<_> = self
            .values
            .iter()
            .filter_map(ConditionValue::flag)
            .collect();
        if wanted.len() == 2 {
            return Truth::Yes;
        }
        let mut any = Truth::No;
        for (test, value) in tests.into_iter().zip(&self.values) {
            let test = test.unwrap_or_else(|| match value.form {
                Form::Open => self.in_doubt(value, &Text::default(), doubts),
                _ => Truth::No,
            });
            any = any.or(test);
        }
        any
    }

    fn present(&self, knowledge: &Knowledge, context: &Context, doubts: &mut Doubts) -> Truth {
        match &knowledge.values {
            Values::Known(values) => self.known(values, context, doubts),
            Values::Inside(network) => self.single(&Given::Inside(*network), true, context, doubts),
            Values::From(begin) => self.single(&Given::From(*begin), true, context, doubts),
            Values::Unknown { some } => {
                let hole = doubts.value_of(&self.key);
                let given = Given::Unknown(ArnSubject::new(Text::hole(hole)));
                self.single(&given, *some, context, doubts)
            }
        }
    }

    fn known(&self, values: &[ArnSubject], context: &Context, doubts: &mut Doubts) -> Truth {
        let blank = match self.operator.over {
            _ if values.is_empty() => Truth::Yes,
            Some(_) => values.iter().map(is_blank).fold(Truth::Yes, Truth::and),
            None => Truth::No,
        };
        let absent: Truth = self.absent().into();
        match blank {
            Truth::Yes => absent,
            Truth::No => self.of_values(values, context, doubts),
            Truth::Unknown => {
                let otherwise = self.of_values(values, context, doubts);
                let which = format!("empty {} {:?} {:?}", self.key, self.operator, self.texts());
                doubts.agree(which, Hinge::Key(self.key.clone()), absent, otherwise)
            }
        }
    }

    fn of_values(&self, values: &[ArnSubject], context: &Context, doubts: &mut Doubts) -> Truth {
        if let [only] = values {
            return self.any(&Given::Text(only), context, doubts);
        }
        let each = values
            .iter()
            .map(|value| self.any(&Given::Text(value), context, doubts));
        match self.operator.over {
            Some(Quantifier::ForAllValues) => each.fold(Truth::Yes, Truth::and),
            Some(Quantifier::ForAnyValue) => each.fold(Truth::No, Truth::or),
            None => {
                let what = "several values under an operator for one";
                doubts.undocumented(
                    what,
                    &format!("{} {} {:?}", self.name, self.key, self.texts()),
                )
            }
        }
    }

    /// A value that stands for each of those that a key may have, of which there may be none.
    fn single(
        &self,
        given: &Given<'_>,
        some: bool,
        context: &Context,
        doubts: &mut Doubts,
    ) -> Truth {
        let any = self.any(given, context, doubts);
        let none_is_possible = self.operator.over.is_some() && !some;
        let without: Truth = self.absent().into();
        if none_is_possible {
            let which = format!("any {} {:?} {:?}", self.key, self.operator, self.texts());
            doubts.agree(which, Hinge::Key(self.key.clone()), any, without)
        } else {
            any
        }
    }

    /// Whether the operator holds for one value: any of those that are listed, or none if negated.
    fn any(&self, given: &Given<'_>, context: &Context, doubts: &mut Doubts) -> Truth {
        if self.covers_everything(given) {
            return Truth::from(!self.operator.negated);
        }
        let (mut any, mut unfit) = (Truth::No, false);
        for value in &self.values {
            match self.compare(value, given, context, doubts) {
                Compared::Truth(Truth::Yes) => return Truth::from(!self.operator.negated),
                Compared::Truth(truth) => any = any.or(truth),
                Compared::Unfit => unfit = true,
            }
        }
        if !self.operator.negated {
            any
        } else if unfit && any == Truth::No {
            doubts.undocumented(
                UNFIT,
                &format!("{} {} {:?}", self.name, self.key, self.texts()),
            )
        } else {
            !any
        }
    }

    /// Whether the values together say yes to whatever the request has.
    fn covers_everything(&self, given: &Given<'_>) -> bool {
        // A key has a value of its type; a text with holes may be anything.
        let open = matches!(given, Given::Unknown(_));
        match self.operator.test {
            Test::Bool if open => {
                let flags: BTreeSet<_> = self
                    .values
                    .iter()
                    .filter_map(ConditionValue::flag)
                    .collect();
                flags.len() == 2
            }
            Test::IpAddress if open => {
                let all = self.values.iter().filter_map(|value| match value.form {
                    Form::Network(network) if network.prefix_len() == 0 => {
                        Some(network.addr().is_ipv4())
                    }
                    _ => None,
                });
                all.collect::<BTreeSet<_>>().len() == 2
            }
            _ => false,
        }
    }

    fn compare(
        &self,
        value: &ConditionValue,
        given: &Given<'_>,
        context: &Context,
        doubts: &mut Doubts,
    ) -> Compared {
        let subject = match given {
            Given::Text(subject) => *subject,
            Given::Unknown(subject) => subject,
            Given::Inside(network) => return self.compare_network(value, *network, doubts),
            Given::From(begin) => return self.compare_time(value, *begin, doubts),
        };
        match &value.form {
            Form::Text(pattern) => self.compare_text(pattern, subject, context, doubts).into(),
            Form::Arn(pattern) => self.compare_arn(pattern, subject, context, doubts),
            Form::Unfit => Compared::Unfit,
            // Even one hole on both sides need not be what the operator reads.
            _ if subject.subject.known().is_none() || matches!(value.form, Form::Open) => {
                self.in_doubt(value, &subject.subject.text, doubts).into()
            }
            form => {
                let text = subject.subject.known().unwrap_or("");
                compare_parsed(self.operator.test, form, text)
            }
        }
    }

    /// What is asked of a key whose values are not known: of one, of each, or of any of them.
    fn question(&self) -> (Option<Quantifier>, bool) {
        (
            self.operator.over,
            self.operator.over.is_some() && self.operator.negated,
        )
    }

    fn test_name(&self) -> String {
        let key = if self.operator.over.is_some() {
            self.key.as_str()
        } else {
            ""
        };
        format!("{:?} {key}", self.operator.test)
    }

    fn texts(&self) -> Vec<&Text> {
        self.values.iter().map(|value| &value.text).collect()
    }

    fn in_doubt(&self, value: &ConditionValue, subject: &Text, doubts: &mut Doubts) -> Truth {
        // What the operator cannot read fails it in both forms: they are two questions.
        let how = format!("{:?} {}", self.operator, self.key);
        doubts.comparison(&how, &value.text, subject)
    }

    fn compare_arn(
        &self,
        pattern: &ArnPattern,
        subject: &ArnSubject,
        context: &Context,
        doubts: &mut Doubts,
    ) -> Compared {
        let is_open =
            pattern.pattern.has_variables() || pattern.is_refused() || pattern.may_be_short();
        if !is_open && !subject.may_be_arn() {
            return Compared::Unfit;
        }
        let how = format!(
            "{:?} {} {}",
            self.operator, self.key, pattern.pattern.reading.variables
        );
        let text = &pattern.pattern.text;
        let settle = |matched: Matched, run: &Run, doubts: &mut Doubts| -> Compared {
            let both_are_arns = run.is_arn() && subject.subject.run.is_arn();
            let doubtful = |doubts: &mut Doubts| {
                doubts
                    .comparison_with(&run.holes, &how, text, &subject.subject.text)
                    .into()
            };
            match matched {
                // A wildcard never runs over the colon of another field here.
                Matched::Overrun(_) | Matched::Fields(Truth::No) if both_are_arns => {
                    Truth::No.into()
                }
                Matched::Overrun(_) | Matched::Fields(Truth::No) if run.is_arn() => Compared::Unfit,
                Matched::Fields(Truth::Yes) if pattern.doubt.is_some() => {
                    let what = "`*` or a short ARN under an ARN operator";
                    doubts.undocumented(what, &how).into()
                }
                Matched::Fields(Truth::Yes) if both_are_arns => Truth::Yes.into(),
                // It may turn out to be short.
                Matched::Fields(_) | Matched::Overrun(_) => doubtful(doubts),
            }
        };
        if !pattern.pattern.has_variables() {
            return settle(pattern.compare(subject), &pattern.pattern.run, doubts);
        }
        // The engine's logic has no fourth value: what does not fit is told beside it.
        let mut unfit = false;
        let mut compare = |run: &Run, doubts: &mut Doubts| match settle(
            pattern.compare_run(run, subject),
            run,
            doubts,
        ) {
            Compared::Truth(truth) => truth,
            Compared::Unfit => {
                unfit = true;
                Truth::No
            }
        };
        match variable::put_in(&pattern.pattern, context, doubts, &mut compare) {
            Truth::No if unfit => Compared::Unfit,
            truth => truth.into(),
        }
    }

    fn compare_text(
        &self,
        pattern: &Pattern,
        subject: &ArnSubject,
        context: &Context,
        doubts: &mut Doubts,
    ) -> Truth {
        let subject = &subject.subject;
        if let (Some(one), Some(other)) = (pattern.bytes.as_deref(), subject.bytes.as_deref()) {
            let is_match = match self.operator.test {
                Test::StringLike => glob(one, other),
                Test::StringEqualsIgnoreCase => {
                    let other = subject.known().unwrap_or("").chars();
                    let lower: String = other.flat_map(char::to_lowercase).collect();
                    one == lower.as_bytes()
                }
                _ => one == other,
            };
            return is_match.into();
        }
        let folded_run;
        let other = if pattern.reading.folded {
            folded_run = folded(&subject.text);
            &folded_run
        } else {
            &subject.run
        };
        let mut compare = |run: &Run, doubts: &mut Doubts| {
            let pair = Pair {
                pattern: &run.symbols,
                pattern_run: run,
                subject: &other.symbols,
                subject_run: other,
                wild: pattern.reading.wild,
            };
            match pair.compare() {
                Truth::Unknown => {
                    let reads = pattern.reading.variables;
                    let how = format!("{:?} {} {reads}", self.question(), self.test_name());
                    doubts.comparison_with(&run.holes, &how, &pattern.text, &subject.text)
                }
                known => known,
            }
        };
        variable::put_in(pattern, context, doubts, &mut compare)
    }

    fn compare_network(
        &self,
        value: &ConditionValue,
        inside: IpNet,
        doubts: &mut Doubts,
    ) -> Compared {
        match &value.form {
            Form::Network(network) if network.contains(&inside) => Truth::Yes.into(),
            Form::Network(network) if !inside.contains(network) => Truth::No.into(),
            Form::Unfit => Compared::Unfit,
            _ => {
                let hole = Text::hole(doubts.value_of(&self.key));
                self.in_doubt(value, &hole, doubts).into()
            }
        }
    }

    fn compare_time(
        &self,
        value: &ConditionValue,
        begin: Timestamp,
        doubts: &mut Doubts,
    ) -> Compared {
        let decided = match (&value.form, self.operator.test) {
            (Form::Unfit, _) => return Compared::Unfit,
            (Form::Date(date), Test::Date(order)) => match order {
                Order::Less | Order::LessOrEqual | Order::Equal if *date < begin => Some(false),
                Order::Less if *date == begin => Some(false),
                Order::Greater | Order::GreaterOrEqual if *date < begin => Some(true),
                Order::GreaterOrEqual if *date == begin => Some(true),
                _ => None,
            },
            _ => None,
        };
        if let Some(known) = decided {
            Truth::from(known).into()
        } else {
            let hole = Text::hole(doubts.value_of(&self.key));
            self.in_doubt(value, &hole, doubts).into()
        }
    }
}

/// Whether a value is the empty text, which counts as none for the set operators.
fn is_blank(value: &ArnSubject) -> Truth {
    match value.subject.known() {
        Some(text) => text.is_empty().into(),
        None if value.subject.text.may_be_empty() => Truth::Unknown,
        None => Truth::No,
    }
}
