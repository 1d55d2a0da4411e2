//! Patterns with `*` and `?` against texts, either of which may have holes: whether they match for every
//! filling of the holes, for none, or for some.
//!
//! Where both sides are known this is one pass over bytes. Source: IAM User Guide, "IAM JSON policy
//! elements: Resource" and "Condition operators".

use super::pattern::{QUESTION, Run, STAR, Symbol};
use super::text::{Domain, HoleId};
use crate::model::truth::Truth;

/// More states than this are not searched: whether two texts with holes can match stays open.
const MOST_STATES: usize = 1 << 21;

/// What the greedy match steps over.
pub(super) trait Unit: Copy + PartialEq {
    const STAR: Self;
    const QUESTION: Self;
    /// How many units make the single character at the beginning; none where there is none.
    fn one_character(rest: &[Self]) -> usize;
}

impl Unit for u8 {
    const STAR: Self = STAR;
    const QUESTION: Self = QUESTION;

    fn one_character(rest: &[Self]) -> usize {
        match rest.first() {
            Some(0..=0x7F) => 1,
            Some(0xC0..=0xDF) => 2,
            Some(0xE0..=0xEF) => 3,
            Some(0xF0..=0xF7) => 4,
            // Inside a character, where none begins.
            _ => 0,
        }
    }
}

impl Unit for Symbol {
    const STAR: Self = Self::STAR;
    const QUESTION: Self = Self::QUESTION;

    fn one_character(rest: &[Self]) -> usize {
        usize::from(rest.first().is_some_and(|unit| unit.character().is_some()))
    }
}

/// Whether the pattern matches. Of holes, `*` swallows any, `?` none, and one in the pattern must meet
/// the same one: such a match survives whatever is put in on both sides.
pub(super) fn glob<U: Unit>(pattern: &[U], subject: &[U]) -> bool {
    let (mut p, mut s) = (0, 0);
    // Where the last star stands, and what it has swallowed up to.
    let mut star: Option<(usize, usize)> = None;
    loop {
        match pattern.get(p) {
            Some(unit) if *unit == U::STAR => {
                p += 1;
                if p == pattern.len() {
                    return true;
                }
                star = Some((p, s));
                continue;
            }
            Some(unit) if *unit == U::QUESTION => {
                let rest = subject.get(s..).unwrap_or_default();
                let length = U::one_character(rest);
                if length > 0 {
                    (p, s) = (p + 1, s + length);
                    continue;
                }
            }
            Some(unit) if subject.get(s) == Some(unit) => {
                (p, s) = (p + 1, s + 1);
                continue;
            }
            None if s == subject.len() => return true,
            _ => {}
        }
        match &mut star {
            Some((after, swallowed)) if *swallowed < subject.len() => {
                *swallowed += 1;
                (p, s) = (*after, *swallowed);
            }
            _ => return false,
        }
    }
}

/// Slices of two runs, to be compared.
#[derive(Clone, Copy)]
pub(super) struct Pair<'r> {
    pub(super) pattern: &'r [Symbol],
    pub(super) pattern_run: &'r Run,
    pub(super) subject: &'r [Symbol],
    pub(super) subject_run: &'r Run,
    /// Wildcards act, also those that a hole of the pattern may hold.
    pub(super) wild: bool,
}

impl Pair<'_> {
    /// Whether the pattern matches for every filling of the holes, for none, or for some.
    pub(super) fn compare(self) -> Truth {
        if glob(self.pattern, self.subject) {
            Truth::Yes
        } else if self.clashes() || !self.may_match() {
            Truth::No
        } else {
            Truth::Unknown
        }
    }

    /// Walks both from the left while they run side by side, and finds that they cannot be equal: two
    /// characters differ, or two whole holes that are known to differ.
    fn clashes(self) -> bool {
        let mut at = 0;
        loop {
            let (pattern, subject) = match (self.pattern.get(at), self.subject.get(at)) {
                (Some(pattern), Some(subject)) => (*pattern, *subject),
                (None, Some(more)) | (Some(more), None) => return more.character().is_some(),
                (None, None) => return false,
            };
            match (pattern.hole_id(), subject.hole_id()) {
                (None, None) => match (pattern.character(), subject.character()) {
                    (Some(one), Some(other)) if one == other => {}
                    (Some(_), Some(_)) => return true,
                    _ if pattern == Symbol::QUESTION => {}
                    _ => return false,
                },
                (Some(one), Some(other)) if one == other => {
                    // A wildcard inside the pattern's may swallow more than the subject's.
                    let domain = self.pattern_run.domain(one);
                    if self.wild && domain.is_none_or(Domain::admits_wildcards) {
                        return false;
                    }
                }
                (Some(one), Some(other)) => return self.differ(one, other, at + 1),
                _ => return false,
            }
            at += 1;
        }
    }

    /// Whether two holes at one place are of one class, and both end there.
    fn differ(self, one: HoleId, other: HoleId, after: usize) -> bool {
        let (Some(one), Some(other)) = (self.pattern_run.find(one), self.subject_run.find(other))
        else {
            return false;
        };
        let ends = |rest: &[Symbol]| match rest.get(after) {
            None => true,
            Some(next) => next.character().is_some_and(|character| {
                !one.domain.admits(character) && !other.domain.admits(character)
            }),
        };
        one.class.is_some()
            && one.class == other.class
            && !(self.wild && one.domain.admits_wildcards())
            && ends(self.pattern)
            && ends(self.subject)
    }

    /// Whether some filling of the holes matches, each hole by itself: the languages of both sides meet.
    fn may_match(self) -> bool {
        let pattern = elements(self.pattern, self.pattern_run, self.wild);
        let subject = elements(self.subject, self.subject_run, false);
        let width = subject.len() + 1;
        let states = (pattern.len() + 1).saturating_mul(width);
        if states > MOST_STATES {
            return true;
        }
        let mut seen = vec![false; states];
        let mut open = vec![(0, 0)];
        while let Some((p, s)) = open.pop() {
            match seen.get_mut(p * width + s) {
                Some(seen) if !*seen => *seen = true,
                _ => continue,
            }
            let (one, other) = (pattern.get(p), subject.get(s));
            if one.is_none() && other.is_none() {
                return true;
            }
            if one.is_some_and(|element| element.many) {
                open.push((p + 1, s));
            }
            if other.is_some_and(|element| element.many) {
                open.push((p, s + 1));
            }
            if let (Some(one), Some(other)) = (one, other)
                && one.set.meets(&other.set)
            {
                let next = |at: usize, element: &Element| at + usize::from(!element.many);
                open.push((next(p, one), next(s, other)));
            }
        }
        false
    }
}

/// One character of a set, or any number of them.
struct Element {
    set: Set,
    many: bool,
}

#[derive(Clone, Copy)]
enum Set {
    One(char),
    Domain(Domain),
}

impl Set {
    fn meets(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::One(one), Self::One(other)) => one == other,
            (Self::One(one), Self::Domain(domain)) | (Self::Domain(domain), Self::One(one)) => {
                domain.admits(*one)
            }
            (Self::Domain(one), Self::Domain(other)) => one.meets(other),
        }
    }
}

/// The characters that a run can stand for, one after another.
fn elements(symbols: &[Symbol], run: &Run, wild: bool) -> Vec<Element> {
    let any = Set::Domain(Domain::ANY);
    let mut elements = Vec::with_capacity(symbols.len());
    for symbol in symbols {
        let domain = symbol.hole_id().and_then(|id| run.domain(id));
        match (symbol.character(), domain) {
            (Some(character), _) => elements.push(Element {
                set: Set::One(character),
                many: false,
            }),
            (None, Some(domain)) if !(wild && domain.admits_wildcards()) => {
                let set = Set::Domain(*domain);
                elements.extend((0..domain.min).map(|_| Element { set, many: false }));
                if !domain.fixed {
                    elements.push(Element { set, many: true });
                }
            }
            _ => elements.push(Element {
                set: any,
                many: *symbol != Symbol::QUESTION,
            }),
        }
    }
    elements
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::iam::pattern::{Pattern, Reading, Subject};
    use crate::iam::text::Class;
    use crate::iam::text::{Hole, Text};
    use Truth::{No, Unknown, Yes};

    const WILD: Reading = Reading {
        wild: true,
        variables: true,
        folded: false,
        colons_before_variables: 0,
    };

    /// `⟨b⟩` is the hole `b`: buckets `a` and `b` differ, and `x` may be anything.
    fn text(written: &str) -> Text {
        let mut text = Text::default();
        let mut rest = written;
        while let Some((before, after)) = rest.split_once('⟨') {
            text.push_literal(before);
            let (name, after) = after.split_once('⟩').unwrap_or((after, ""));
            let id = HoleId(name.bytes().next().map_or(0, u32::from));
            let (domain, class) = match name {
                "x" | "y" => (Domain::ANY, None),
                _ => (Domain::BUCKET, Some(Class(0))),
            };
            text.push_hole(Hole { id, domain, class });
            rest = after;
        }
        text.push_literal(rest);
        text
    }

    fn compare(pattern: &str, subject: &str) -> Truth {
        let pattern = Pattern::new(text(pattern), WILD);
        let subject = Subject::new(text(subject));
        Pair {
            pattern: &pattern.run.symbols,
            pattern_run: &pattern.run,
            subject: &subject.run.symbols,
            subject_run: &subject.run,
            wild: true,
        }
        .compare()
    }

    #[test]
    fn matches_what_is_known() {
        for (pattern, subject, expected) in [
            ("a*c", "abbc", true),
            ("a*c", "abbd", false),
            ("*a*b*", "xxaxxbxx", true),
            ("?", "ü", true),
            ("??", "ü", false),
            ("*??", "ü", false),
            ("${*}", "*", true),
            ("${*}", "a", false),
            ("", "", true),
            ("*", "", true),
        ] {
            let pattern = Pattern::new(pattern.into(), WILD);
            let subject = Subject::new(subject.into());
            let bytes = (pattern.bytes.as_deref(), subject.bytes.as_deref());
            let (Some(one), Some(other)) = bytes else {
                unreachable!("nothing is open");
            };
            assert_eq!(
                glob(one, other),
                expected,
                "{} {}",
                pattern.text,
                subject.text
            );
            let symbols = glob(&pattern.run.symbols, &subject.run.symbols);
            assert_eq!(symbols, expected, "{} {}", pattern.text, subject.text);
        }
    }

    #[test]
    fn a_hole_equals_itself_and_nothing_else_for_certain() {
        assert_eq!(compare("⟨a⟩/*", "⟨a⟩/x"), Yes);
        assert_eq!(compare("⟨x⟩/*", "⟨a⟩/x"), Unknown);
        assert_eq!(compare("⟨a⟩/*", "⟨b⟩/x"), No);
        assert_eq!(compare("⟨a⟩*", "⟨b⟩/x"), Unknown);
        assert_eq!(compare("*", "⟨x⟩"), Yes);
        assert_eq!(compare("acme-⟨x⟩/*", "data/x"), No);
        assert_eq!(compare("data-⟨a⟩/in/*", "data-⟨a⟩/out/x"), No);
        // Free text may hold wildcards: `*b` matches `*cb`.
        assert_eq!(compare("⟨x⟩b", "⟨x⟩cb"), Unknown);
        assert_eq!(compare("data/in/a*", "data/in/⟨x⟩"), Unknown);
        assert_eq!(compare("data/*", "data/in/⟨x⟩"), Yes);
        assert_eq!(compare("⟨a⟩", "ab"), No);
    }
}
