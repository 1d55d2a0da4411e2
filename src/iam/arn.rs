//! ARNs, compared field by field.
//!
//! Source: IAM User Guide, "IAM JSON policy elements: Resource" (wildcards, short ARNs, a wildcard that
//! ends a field) and "Condition operators" (ARN operators).

use std::ops::Range;

use super::matching::{Pair, glob};
use super::pattern::{Pattern, QUESTION, Reading, Run, STAR, Subject, Symbol};
use super::text::Text;
use crate::model::truth::Truth;

/// The fields before the last one, which keeps its colons and slashes.
const BORDERS: usize = 5;

/// A text of a policy that should be an ARN or `*`.
#[derive(Debug, Clone)]
pub struct ArnPattern {
    /// The text.
    pub pattern: Pattern,
    shape: Shape,
    borders: Option<Borders>,
    star_before_rest: bool,
    pub(super) place: Place,
    /// Why a match is not certain, though the text matches.
    pub(super) doubt: Option<Doubt>,
}

type Borders = [usize; BORDERS];

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Shape {
    /// `*`
    Everything,
    Arn,
    /// It begins with something else.
    Other,
}

/// What AWS does not document about an ARN in a policy.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Doubt {
    /// The service is a wildcard.
    WildService,
    /// It has fewer than six fields, where AWS does not say that they are filled.
    Short,
    /// It is neither an ARN nor `*`.
    NoArn,
    /// It is `*`, where an ARN is expected.
    Everything,
}

impl Doubt {
    /// A wildcard that runs over the colon after its field.
    pub(super) const OVERRUN: &str = "a `*` that runs over the colon after its field";

    /// What it is, in words.
    pub(super) const fn words(self) -> &'static str {
        match self {
            Self::WildService => "a wildcard in the service of an ARN",
            Self::Short => "an ARN with fewer than six fields",
            Self::NoArn => "a resource that is neither an ARN nor `*`",
            Self::Everything => "`*` where an ARN is expected",
        }
    }
}

/// How an ARN compares with a pattern.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Matched {
    /// Field by field.
    Fields(Truth),
    /// Not field by field, but with a `*` at the end of a field that runs over its colon: AWS warns of
    /// it.
    Overrun(Truth),
}

/// Where the text stands, which decides what its special forms mean.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    /// `Resource` of a policy in which AWS fills short ARNs.
    Resource,
    /// `Resource` elsewhere.
    ResourceElsewhere,
    /// The value of an ARN operator.
    Condition,
}

impl ArnPattern {
    pub(super) fn new(text: Text, place: Place, variables: bool) -> Self {
        let begins = text.known_start().to_owned();
        let begins_with_variable =
            variables && place == Place::Condition && begins.starts_with("${");
        let open_start = begins.is_empty() && text.holes().next().is_some();
        let colons_before_variables = match place {
            Place::Condition => 0,
            _ => BORDERS,
        };
        let reading = Reading {
            wild: true,
            variables,
            folded: false,
            colons_before_variables,
        };
        let mut pattern = Pattern::new(text, reading);
        let (mut borders, mut star_before_rest) = (None, false);
        let mut doubt = None;
        let shape = if pattern.is_everything() {
            doubt = (place == Place::Condition).then_some(Doubt::Everything);
            Shape::Everything
        } else if begins.starts_with("arn:") || open_start || begins_with_variable {
            let colons = pattern.run.symbols.iter();
            let colons = colons.filter(|symbol| **symbol == Symbol::of(':')).count();
            let hides = |symbol: &Symbol| pattern.run.may_hide_colon(*symbol);
            let is_open = pattern.has_variables() || pattern.run.symbols.iter().any(hides);
            if colons < BORDERS && !is_open {
                pattern.fill_fields(BORDERS - colons);
                doubt = (place != Place::Resource).then_some(Doubt::Short);
            }
            borders = pattern.bytes.as_deref().and_then(borders_of);
            let fields = borders.zip(pattern.bytes.as_deref());
            if let Some((borders, bytes)) = fields {
                let field = |at| {
                    bytes
                        .get(field(&borders, at, bytes.len()))
                        .unwrap_or_default()
                };
                star_before_rest = (0..BORDERS).any(|at| field(at).last() == Some(&STAR));
                let wild = |byte: &u8| matches!(*byte, STAR | QUESTION);
                // Filled fields come after the ones that are written.
                let written = colons >= 2;
                if written && place != Place::Condition && field(2).iter().any(wild) {
                    doubt = Some(Doubt::WildService);
                }
            }
            Shape::Arn
        } else {
            doubt = Some(Doubt::NoArn);
            Shape::Other
        };
        Self {
            pattern,
            shape,
            borders,
            star_before_rest,
            place,
            doubt,
        }
    }

    /// Whether it is `*`.
    #[must_use]
    pub fn is_everything(&self) -> bool {
        self.shape == Shape::Everything
    }

    /// How it compares with a subject whose borders are known. A pattern with variables is compared by
    /// [`ArnPattern::compare_run`], once they are put in.
    pub(super) fn compare(&self, subject: &ArnSubject) -> Matched {
        if self.is_refused() {
            // What AWS does with it is not said: whoever asks sees the doubt.
            return Matched::Fields(Truth::Yes);
        }
        if self.shape == Shape::Everything {
            return Matched::Fields(Truth::Yes);
        }
        let concrete = self.pattern.bytes.as_deref().zip(self.borders);
        match (concrete, subject.subject.bytes.as_deref()) {
            (Some((pattern, borders)), Some(text)) => {
                let Some(others) = subject.borders else {
                    // A pattern that is an ARN matches nothing else.
                    return Matched::Fields(Truth::No);
                };
                let matches = |at| {
                    let one = pattern.get(field(&borders, at, pattern.len()));
                    let other = text.get(field(&others, at, text.len()));
                    glob(one.unwrap_or_default(), other.unwrap_or_default())
                };
                // The last fields differ most often.
                if (0..=BORDERS).rev().all(matches) {
                    Matched::Fields(Truth::Yes)
                } else if self.star_before_rest && glob(pattern, text) {
                    Matched::Overrun(Truth::Yes)
                } else {
                    Matched::Fields(Truth::No)
                }
            }
            _ => self.compare_run(&self.pattern.run, subject),
        }
    }

    /// Whether AWS refuses such a text, so that it does not even fail to match.
    pub(super) fn is_refused(&self) -> bool {
        match self.doubt {
            Some(Doubt::WildService | Doubt::NoArn | Doubt::Everything) => true,
            Some(Doubt::Short) => self.place == Place::Condition,
            None => false,
        }
    }

    /// Whether it depends on a hole how many fields it has.
    pub(super) fn may_be_short(&self) -> bool {
        let run = &self.pattern.run;
        !run.is_arn() && run.symbols.iter().any(|symbol| run.may_hide_colon(*symbol))
    }

    /// The same with variables put in.
    pub(super) fn compare_run(&self, run: &Run, subject: &ArnSubject) -> Matched {
        let other = &subject.subject.run;
        if self.is_refused() {
            return Matched::Fields(Truth::Yes);
        }
        if !subject.may_be_arn() {
            let open_start = run
                .symbols
                .first()
                .is_some_and(|symbol| run.may_hide_colon(*symbol));
            let whole = pair(run, other).compare();
            return Matched::Fields(if open_start { whole } else { Truth::No });
        }
        let (Some(one), Some(two)) = (symbol_borders(run), symbol_borders(other)) else {
            return Matched::Fields(whole(run, other));
        };
        let mut all = Truth::Yes;
        for at in 0..=BORDERS {
            let slice = |run: &Run, borders| field(borders, at, run.symbols.len());
            let fields = Pair {
                pattern: run.symbols.get(slice(run, &one)).unwrap_or_default(),
                subject: other.symbols.get(slice(other, &two)).unwrap_or_default(),
                ..pair(run, other)
            };
            all = all.and(fields.compare());
        }
        let star_ends = |at: &usize| {
            let last = at.checked_sub(1).and_then(|last| run.symbols.get(last));
            last == Some(&Symbol::STAR)
        };
        if all == Truth::No && one.iter().any(star_ends) {
            return match pair(run, other).compare() {
                Truth::No => Matched::Fields(Truth::No),
                perhaps => Matched::Overrun(perhaps),
            };
        }
        Matched::Fields(all)
    }
}

/// A text of a request that should be an ARN.
#[derive(Debug, Clone)]
pub struct ArnSubject {
    /// The text.
    pub subject: Subject,
    borders: Option<Borders>,
}

impl ArnSubject {
    /// Makes a text of a request ready.
    #[must_use]
    pub fn new(text: Text) -> Self {
        let subject = Subject::new(text);
        let bytes = subject
            .bytes
            .as_deref()
            .filter(|bytes| bytes.starts_with(b"arn:"));
        let borders = bytes.and_then(borders_of);
        Self { subject, borders }
    }

    /// Whether it is an ARN, or begins with something unknown that may be one.
    pub(super) fn may_be_arn(&self) -> bool {
        if self.subject.known().is_some() {
            self.borders.is_some()
        } else {
            let start = self.subject.text.known_start();
            start.is_empty() || start.starts_with("arn:")
        }
    }
}

fn pair<'r>(pattern: &'r Run, subject: &'r Run) -> Pair<'r> {
    Pair {
        pattern: &pattern.symbols,
        pattern_run: pattern,
        subject: &subject.symbols,
        subject_run: subject,
        wild: true,
    }
}

/// Compares as a whole, where it is not known which fields a hole covers.
fn whole(pattern: &Run, subject: &Run) -> Truth {
    let wild = |symbol: &Symbol| matches!(*symbol, Symbol::STAR | Symbol::QUESTION);
    let before = pattern.symbols.iter().position(wild);
    let shared = pattern
        .symbols
        .get(..before.unwrap_or(pattern.symbols.len()));
    let shared = shared.unwrap_or_default();
    // A hole that may hold borders stands for a whole ARN: what follows it is in the last field, on
    // both sides, if both begin with it.
    let begins = shared
        .first()
        .is_some_and(|symbol| pattern.may_hide_colon(*symbol));
    let begins_alike =
        begins && subject.symbols.starts_with(shared) && !shared.contains(&Symbol::of(':'));
    match pair(pattern, subject).compare() {
        Truth::Yes if before.is_some() && !begins_alike => Truth::Unknown,
        // It may turn out to be short, and then more fields follow.
        Truth::No => {
            let mut longer = pattern.clone();
            longer.symbols.push(Symbol::STAR);
            match pair(&longer, subject).compare() {
                Truth::No => Truth::No,
                _ => Truth::Unknown,
            }
        }
        other => other,
    }
}

/// The bytes of one field.
fn field(borders: &Borders, at: usize, length: usize) -> Range<usize> {
    let begin = at.checked_sub(1).and_then(|before| borders.get(before));
    let end = borders.get(at).copied().unwrap_or(length);
    begin.map_or(0, |colon| colon + 1)..end
}

fn borders_of(bytes: &[u8]) -> Option<Borders> {
    let mut borders = [0; BORDERS];
    let mut colons = bytes.iter().enumerate().filter(|(_, byte)| **byte == b':');
    for border in &mut borders {
        *border = colons.next()?.0;
    }
    Some(borders)
}

fn symbol_borders(run: &Run) -> Option<Borders> {
    let mut borders = [0; BORDERS];
    let mut found = 0;
    for (at, symbol) in run.symbols.iter().enumerate() {
        if *symbol == Symbol::of(':') {
            *borders.get_mut(found)? = at;
            found += 1;
            if found == BORDERS {
                return Some(borders);
            }
        } else if run.may_hide_colon(*symbol) {
            return None;
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn compare(pattern: &str, subject: &str) -> Matched {
        let pattern = ArnPattern::new(pattern.into(), Place::Resource, true);
        pattern.compare(&ArnSubject::new(subject.into()))
    }

    #[test]
    fn keeps_wildcards_in_their_field_but_for_the_last() {
        let queue = "arn:aws:sqs:eu-central-1:111122223333:jobs";
        for (pattern, subject, expected) in [
            ("arn:aws:sqs", queue, Matched::Fields(Truth::Yes)),
            ("arn:aws:sqs:eu-*", queue, Matched::Fields(Truth::Yes)),
            (
                "arn:aws:sqs:*:111122223333:jobs",
                queue,
                Matched::Fields(Truth::Yes),
            ),
            (
                "arn:aws:logs:*:log-group:a:b",
                "arn:aws:logs:eu-central-1:111122223333:log-group:a:b",
                Matched::Overrun(Truth::Yes),
            ),
            (
                "arn:aws:sqs:eu-central-1:1*:j?bs",
                queue,
                Matched::Fields(Truth::Yes),
            ),
            (
                "arn:aws:s3:::data/*",
                "arn:aws:s3:::data/a:b",
                Matched::Fields(Truth::Yes),
            ),
            ("arn:aws:s3:::data/*", "*", Matched::Fields(Truth::No)),
            ("*", "*", Matched::Fields(Truth::Yes)),
        ] {
            assert_eq!(compare(pattern, subject), expected, "{pattern} {subject}");
        }
    }

    #[test]
    fn doubts_what_aws_does_not_document() {
        let doubt = |text: &str, place| ArnPattern::new(text.into(), place, false).doubt;
        assert_eq!(doubt("arn:aws:s3", Place::Resource), None);
        assert_eq!(
            doubt("arn:aws:s3", Place::ResourceElsewhere),
            Some(Doubt::Short)
        );
        assert_eq!(
            doubt("arn:aws:*:::x", Place::Resource),
            Some(Doubt::WildService)
        );
        assert_eq!(doubt("data/*", Place::Resource), Some(Doubt::NoArn));
        assert_eq!(doubt("*", Place::Condition), Some(Doubt::Everything));
    }
}
