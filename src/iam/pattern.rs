//! The texts of policies and requests, made ready to be compared: as bytes where all is known, as symbols
//! where there are holes or variables.

use super::text::{Domain, Hole, HoleId, Piece, Text};

/// A unit of a run: a character, a wildcard, a hole or a variable.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Symbol(u32);

const HOLE: u32 = 1 << 31;
const VARIABLE: u32 = 1 << 30;

/// A run of symbols, with the holes that occur in it.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Run {
    pub(super) symbols: Vec<Symbol>,
    pub(super) holes: Vec<Hole>,
}

/// How the text of a policy is to be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Reading {
    /// `*` and `?` act.
    pub(super) wild: bool,
    /// `${key}` stands for the value of a context key, and `${*}` for an asterisk.
    pub(super) variables: bool,
    /// Case does not matter.
    pub(super) folded: bool,
    /// So many colons come before the first place where a variable acts.
    pub(super) colons_before_variables: usize,
}

/// A policy variable: `${aws:PrincipalTag/team, 'shared'}`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Variable {
    /// The context key, in lower case.
    pub(super) key: String,
    /// What counts where the key is absent.
    pub(super) default: Option<String>,
    /// Case does not matter where it stands.
    pub(super) folded: bool,
}

/// A text of a policy, ready to be compared.
#[derive(Debug, Clone)]
pub struct Pattern {
    /// As written.
    pub text: Text,
    pub(super) run: Run,
    /// The same where nothing is open: [`STAR`] and [`QUESTION`] stand for the wildcards.
    pub(super) bytes: Option<Box<[u8]>>,
    pub(super) variables: Vec<Variable>,
    pub(super) reading: Reading,
}

/// How far the texts of a pattern have been read.
#[derive(Default)]
struct Place {
    colons: usize,
    /// A hole has come that may hold colons.
    hidden_colons: bool,
    /// The name of a variable has begun, and a hole is in it.
    inside_variable: bool,
}

/// Stands for a variable of which it is open what it is called, or whether it acts at all. It occurs in
/// policies only, so it never meets itself.
pub(super) const OPEN_VARIABLE: Hole = Hole {
    id: HoleId((1 << 29) - 2),
    domain: Domain::ANY,
    class: None,
};

/// A text of a request, ready to be compared.
#[derive(Debug, Clone)]
pub struct Subject {
    /// As given.
    pub text: Text,
    pub(super) run: Run,
    /// The same where it has no holes.
    pub(super) bytes: Option<Box<[u8]>>,
}

/// Stands for `*` in bytes: no UTF-8 text holds it.
pub(super) const STAR: u8 = 0xFF;
/// Stands for `?` in bytes.
pub(super) const QUESTION: u8 = 0xFE;

impl Symbol {
    pub(super) const STAR: Self = Self(0x11_0000);
    pub(super) const QUESTION: Self = Self(0x11_0001);

    pub(super) fn of(character: char) -> Self {
        Self(u32::from(character))
    }

    pub(super) fn hole(id: HoleId) -> Self {
        Self(HOLE | id.0)
    }

    pub(super) fn character(self) -> Option<char> {
        char::from_u32(self.0)
    }

    pub(super) fn hole_id(self) -> Option<HoleId> {
        (self.0 & HOLE != 0).then_some(HoleId(self.0 & !HOLE))
    }

    pub(super) fn variable(self) -> Option<usize> {
        (self.0 & HOLE == 0 && self.0 & VARIABLE != 0).then_some((self.0 & !VARIABLE) as usize)
    }
}

impl Run {
    pub(super) fn push_str(&mut self, text: &str, folded: bool) {
        if folded {
            let folded = text.chars().flat_map(char::to_lowercase);
            self.symbols.extend(folded.map(Symbol::of));
        } else {
            self.symbols.extend(text.chars().map(Symbol::of));
        }
    }

    pub(super) fn push_hole(&mut self, hole: Hole, is_folded: bool) {
        self.symbols.push(Symbol::hole(hole.id));
        if self.domain(hole.id).is_none() {
            // Names that differ may do so in case only.
            let folded = Hole {
                domain: Domain::ANY,
                class: None,
                ..hole
            };
            self.holes.push(if is_folded { folded } else { hole });
        }
    }

    pub(super) fn push_text(&mut self, text: &Text, folded: bool) {
        for piece in text.pieces() {
            match piece {
                Piece::Literal(literal) => self.push_str(literal, folded),
                Piece::Hole(hole) => self.push_hole(*hole, folded),
            }
        }
    }

    pub(super) fn find(&self, id: HoleId) -> Option<&Hole> {
        self.holes.iter().find(|hole| hole.id == id)
    }

    pub(super) fn domain(&self, id: HoleId) -> Option<&Domain> {
        self.find(id).map(|hole| &hole.domain)
    }

    /// Whether it is an ARN for certain: it begins as one, and has its five colons.
    pub(super) fn is_arn(&self) -> bool {
        let begins = ['a', 'r', 'n', ':'].map(Symbol::of);
        let colons = self
            .symbols
            .iter()
            .filter(|symbol| **symbol == Symbol::of(':'));
        self.symbols.starts_with(&begins) && colons.count() >= 5
    }

    /// Whether a hole stands there that may hold a colon.
    pub(super) fn may_hide_colon(&self, symbol: Symbol) -> bool {
        let domain = symbol.hole_id().and_then(|id| self.domain(id));
        domain.is_some_and(|domain| domain.admits(':'))
    }
}

impl Pattern {
    /// Makes a text of a policy ready.
    pub(super) fn new(text: Text, reading: Reading) -> Self {
        let mut this = Self {
            run: Run::default(),
            bytes: None,
            variables: Vec::new(),
            reading,
            text,
        };
        let text = std::mem::take(&mut this.text);
        let mut place = Place::default();
        for piece in text.pieces() {
            match piece {
                // Inside the name of a variable, which is open as a whole.
                Piece::Hole(_) if place.inside_variable => {}
                Piece::Hole(hole) => {
                    place.hidden_colons |= hole.domain.admits(':');
                    this.run.push_hole(*hole, reading.folded);
                }
                Piece::Literal(literal) => this.push_literal(literal, &mut place),
            }
        }
        this.text = text;
        this.make_bytes();
        this
    }

    fn push_literal(&mut self, literal: &str, place: &mut Place) {
        let mut rest = literal;
        if place.inside_variable {
            let Some((_, after)) = rest.split_once('}') else {
                return;
            };
            place.inside_variable = false;
            rest = after;
        }
        while !rest.is_empty() {
            let acts =
                self.reading.variables && place.colons >= self.reading.colons_before_variables;
            // A hole before it may hold the colons that are lacking.
            let may_act = self.reading.variables && place.hidden_colons;
            let stop = if acts || may_act {
                rest.find("${")
            } else {
                rest.find(':').map(|at| at + 1)
            };
            let (before, after) = stop.map_or((rest, ""), |at| rest.split_at(at));
            place.colons += before.bytes().filter(|byte| *byte == b':').count();
            self.push_plain(before);
            rest = match after.strip_prefix("${").filter(|_| acts || may_act) {
                Some(inner) if !inner.contains('}') => {
                    self.run.push_hole(OPEN_VARIABLE, self.reading.folded);
                    place.inside_variable = true;
                    ""
                }
                Some(inner) if !acts => {
                    self.run.push_hole(OPEN_VARIABLE, self.reading.folded);
                    inner.split_once('}').map_or("", |(_, after)| after)
                }
                Some(inner) => self.push_variable(inner),
                None => after,
            };
        }
    }

    fn push_plain(&mut self, text: &str) {
        if !self.reading.wild {
            return self.run.push_str(text, self.reading.folded);
        }
        for character in text.chars() {
            match character {
                // Several in a row match what one does.
                '*' if self.run.symbols.last() == Some(&Symbol::STAR) => {}
                '*' => self.run.symbols.push(Symbol::STAR),
                '?' => self.run.symbols.push(Symbol::QUESTION),
                plain if self.reading.folded => {
                    self.run.push_str(plain.encode_utf8(&mut [0; 4]), true);
                }
                plain => self.run.symbols.push(Symbol::of(plain)),
            }
        }
    }

    /// Takes what follows `${`, and returns what follows its `}`.
    fn push_variable<'t>(&mut self, inner: &'t str) -> &'t str {
        let Some((name, after)) = inner.split_once('}') else {
            self.run.push_str("${", false);
            return inner;
        };
        if let "*" | "?" | "$" = name {
            self.run.push_str(name, false);
            return after;
        }
        let (key, default) = match name.split_once(',') {
            Some((key, default)) => {
                let quoted = default.trim().strip_prefix('\'');
                let text = quoted.and_then(|text| text.strip_suffix('\''));
                (key, text.map(str::to_owned))
            }
            None => (name, None),
        };
        let at = u32::try_from(self.variables.len()).unwrap_or(0);
        self.run.symbols.push(Symbol(VARIABLE | at));
        self.variables.push(Variable {
            key: key.trim().to_ascii_lowercase(),
            default,
            folded: self.reading.folded,
        });
        after
    }

    /// Adds fields that match anything, until there are six.
    pub(super) fn fill_fields(&mut self, missing: usize) {
        for _ in 0..missing {
            let filled = [Symbol::of(':'), Symbol::STAR];
            self.run.symbols.extend(filled);
        }
        self.make_bytes();
    }

    fn make_bytes(&mut self) {
        let mut bytes = Vec::with_capacity(self.run.symbols.len());
        for symbol in &self.run.symbols {
            match symbol.character() {
                Some(character) => {
                    bytes.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes());
                }
                None if *symbol == Symbol::STAR => bytes.push(STAR),
                None if *symbol == Symbol::QUESTION => bytes.push(QUESTION),
                None => return,
            }
        }
        self.bytes = Some(bytes.into_boxed_slice());
    }

    /// Whether it is `*`: it matches everything, also what is no ARN.
    #[must_use]
    pub fn is_everything(&self) -> bool {
        self.run.symbols == [Symbol::STAR]
    }

    /// Whether a wildcard acts somewhere in it, or may, because part of it is not known.
    #[must_use]
    pub fn may_be_wild(&self) -> bool {
        let acts = |symbol: &Symbol| matches!(*symbol, Symbol::STAR | Symbol::QUESTION);
        self.run.symbols.iter().any(acts)
            || self.reading.wild
                && self
                    .run
                    .holes
                    .iter()
                    .any(|hole| hole.domain.admits_wildcards())
    }

    /// Whether it names a context key whose value stands in its place.
    #[must_use]
    pub fn has_variables(&self) -> bool {
        !self.variables.is_empty()
    }
}

impl Subject {
    /// Makes a text of a request ready.
    #[must_use]
    pub fn new(text: Text) -> Self {
        let mut run = Run::default();
        run.push_text(&text, false);
        let bytes = text.known().map(|known| known.as_bytes().into());
        Self { text, run, bytes }
    }

    /// The text, if it has no holes.
    #[must_use]
    pub fn known(&self) -> Option<&str> {
        self.text.known()
    }
}

/// A run that case folding has been applied to.
pub(super) fn folded(text: &Text) -> Run {
    let mut run = Run::default();
    run.push_text(text, true);
    run
}
