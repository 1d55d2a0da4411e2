//! Text with holes: pieces that are known, and pieces that only have an identity and a domain.
//!
//! Source: IAM evaluation, symbolic strings; the domains are those of the service's own documentation
//! of each name.

use std::fmt;

/// Text of which pieces may be unknown.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct Text {
    /// INVARIANT: no literal is empty, and no two stand side by side.
    pieces: Vec<Piece>,
}

/// A piece of a [`Text`].
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Piece {
    /// Text that is known.
    Literal(String),
    /// Text that is not.
    Hole(Hole),
}

/// A text that is not known. Two holes of one identity always stand for the same text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Hole {
    /// Its identity.
    pub id: HoleId,
    /// What it can be.
    pub domain: Domain,
    /// Two holes of one class and of different identity never stand for the same text: the names of two
    /// buckets, say.
    pub class: Option<Class>,
}

/// Names a hole; what it stands for is known to whoever gave the name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct HoleId(pub u32);

/// Names a set of things that all differ: see [`Hole::class`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Class(pub u32);

/// Which texts a hole can stand for: the characters, and how many.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Domain {
    /// One bit for each ASCII character.
    ascii: u128,
    /// Whether characters outside ASCII may occur.
    beyond: bool,
    /// At least so many characters.
    pub(super) min: u16,
    /// Exactly `min` characters, else any larger number as well.
    pub(super) fixed: bool,
}

const DIGITS: u128 = range(b'0', b'9');
const LOWER: u128 = range(b'a', b'z');
const UPPER: u128 = range(b'A', b'Z');

const fn range(first: u8, last: u8) -> u128 {
    let mut bits = 0;
    let mut at = first;
    while at <= last {
        bits |= 1 << at;
        at += 1;
    }
    bits
}

const fn each(characters: &[u8]) -> u128 {
    let mut bits = 0;
    let mut rest = characters;
    while let [first, others @ ..] = rest {
        bits |= 1 << *first;
        rest = others;
    }
    bits
}

impl Domain {
    /// Any text, also none.
    pub const ANY: Self = Self {
        ascii: u128::MAX,
        beyond: true,
        min: 0,
        fixed: false,
    };
    /// Any text without colons, also none: a field of an ARN.
    pub const FIELD: Self = Self {
        ascii: !each(b":"),
        beyond: true,
        min: 0,
        fixed: false,
    };
    /// An account id.
    pub const ACCOUNT: Self = Self::exactly(DIGITS, 12);
    /// A region: `eu-central-1`.
    pub const REGION: Self = Self::at_least(LOWER | DIGITS | each(b"-"), 6);
    /// A partition: `aws`, `aws-cn`.
    pub const PARTITION: Self = Self::at_least(LOWER | each(b"-"), 3);
    /// The name of a bucket. Old buckets in us-east-1 may have capitals and underscores.
    pub const BUCKET: Self = Self::at_least(LOWER | UPPER | DIGITS | each(b".-_"), 3);
    /// The id of a KMS key, multi-region ones included.
    pub const KEY_ID: Self = Self::exactly(LOWER | DIGITS | each(b"-"), 36);
    /// What follows the prefix of the id of a VPC, subnet, security group or endpoint.
    pub const EC2_ID: Self = Self::at_least(DIGITS | range(b'a', b'f'), 8);
    /// The name of a role, user, group or policy.
    pub const IAM_NAME: Self = Self::at_least(LOWER | UPPER | DIGITS | each(b"_+=,.@-"), 1);
    /// A name without colons, slashes and wildcards: of a repository, a queue, a job.
    pub const NAME: Self = Self::at_least(LOWER | UPPER | DIGITS | each(b"_.-"), 1);

    const fn exactly(ascii: u128, length: u16) -> Self {
        Self {
            ascii,
            beyond: false,
            min: length,
            fixed: true,
        }
    }

    const fn at_least(ascii: u128, length: u16) -> Self {
        Self {
            ascii,
            beyond: false,
            min: length,
            fixed: false,
        }
    }

    /// Whether a character can occur.
    #[must_use]
    pub fn admits(&self, character: char) -> bool {
        u8::try_from(character)
            .ok()
            .filter(u8::is_ascii)
            .map_or(self.beyond, |byte| self.ascii >> byte & 1 == 1)
    }

    /// Whether some character can occur in both.
    #[must_use]
    pub(super) fn meets(&self, other: &Self) -> bool {
        self.ascii & other.ascii != 0 || self.beyond && other.beyond
    }

    /// Whether a wildcard can occur: then the hole in a pattern may match anything.
    #[must_use]
    pub(super) fn admits_wildcards(&self) -> bool {
        self.admits('*') || self.admits('?')
    }
}

impl Text {
    /// Text without holes.
    #[must_use]
    pub fn literal(text: impl Into<String>) -> Self {
        let mut this = Self::default();
        this.push_literal(&text.into());
        this
    }

    /// Text that is one hole and nothing else.
    #[must_use]
    pub fn hole(hole: Hole) -> Self {
        Self {
            pieces: vec![Piece::Hole(hole)],
        }
    }

    /// Appends known text.
    pub fn push_literal(&mut self, text: &str) {
        match self.pieces.last_mut() {
            _ if text.is_empty() => {}
            Some(Piece::Literal(last)) => last.push_str(text),
            _ => self.pieces.push(Piece::Literal(text.to_owned())),
        }
    }

    /// Appends a hole.
    pub fn push_hole(&mut self, hole: Hole) {
        self.pieces.push(Piece::Hole(hole));
    }

    /// Appends another text.
    pub fn push(&mut self, text: &Self) {
        for piece in &text.pieces {
            match piece {
                Piece::Literal(literal) => self.push_literal(literal),
                Piece::Hole(hole) => self.push_hole(*hole),
            }
        }
    }

    /// The text, if it has no holes.
    #[must_use]
    pub fn known(&self) -> Option<&str> {
        match self.pieces.as_slice() {
            [] => Some(""),
            [Piece::Literal(text)] => Some(text),
            _ => None,
        }
    }

    /// Whether all of it may turn out to be nothing.
    #[must_use]
    pub fn may_be_empty(&self) -> bool {
        self.pieces.iter().all(|piece| match piece {
            Piece::Literal(_) => false,
            Piece::Hole(hole) => hole.domain.min == 0,
        })
    }

    /// The known text at its beginning.
    #[must_use]
    pub fn known_start(&self) -> &str {
        match self.pieces.first() {
            Some(Piece::Literal(text)) => text,
            _ => "",
        }
    }

    /// Its pieces, in order.
    #[must_use]
    pub fn pieces(&self) -> &[Piece] {
        &self.pieces
    }

    /// Its holes, in order.
    pub fn holes(&self) -> impl Iterator<Item = Hole> {
        self.pieces.iter().filter_map(|piece| match piece {
            Piece::Hole(hole) => Some(*hole),
            Piece::Literal(_) => None,
        })
    }

    /// What stands before and after a known piece, where it first occurs; none where it does not, or a hole
    /// before it may hold it too.
    #[must_use]
    pub fn split_once(&self, at: &str) -> Option<(Self, Self)> {
        let mut before = Self::default();
        let mut pieces = self.pieces.iter();
        for piece in pieces.by_ref() {
            match piece {
                Piece::Hole(hole) if at.chars().all(|one| hole.domain.admits(one)) => return None,
                Piece::Hole(hole) => before.push_hole(*hole),
                Piece::Literal(text) => {
                    let Some((first, rest)) = text.split_once(at) else {
                        before.push_literal(text);
                        continue;
                    };
                    before.push_literal(first);
                    let mut after = Self::literal(rest);
                    for piece in pieces {
                        match piece {
                            Piece::Hole(hole) => after.push_hole(*hole),
                            Piece::Literal(text) => after.push_literal(text),
                        }
                    }
                    return Some((before, after));
                }
            }
        }
        None
    }

    /// Splits at the first `count` colons into fields, the last of which keeps its colons; fewer fields
    /// where there are fewer colons. None where a hole before the last border may hold a colon.
    #[must_use]
    pub fn fields(&self, count: usize) -> Option<Vec<Self>> {
        let mut fields = vec![Self::default()];
        for piece in &self.pieces {
            match piece {
                Piece::Hole(hole) if fields.len() <= count && hole.domain.admits(':') => {
                    return None;
                }
                Piece::Hole(hole) => fields.last_mut()?.push_hole(*hole),
                Piece::Literal(text) => {
                    let mut rest = text.as_str();
                    while fields.len() <= count {
                        let Some((field, after)) = rest.split_once(':') else {
                            break;
                        };
                        fields.last_mut()?.push_literal(field);
                        fields.push(Self::default());
                        rest = after;
                    }
                    fields.last_mut()?.push_literal(rest);
                }
            }
        }
        Some(fields)
    }
}

impl From<&str> for Text {
    fn from(text: &str) -> Self {
        Self::literal(text)
    }
}

/// Holes are written by number; whoever knows their names writes those instead.
impl fmt::Display for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for piece in &self.pieces {
            match piece {
                Piece::Literal(text) => f.write_str(text)?,
                Piece::Hole(hole) => write!(f, "⟨{}⟩", hole.id.0)?,
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hole(id: u32, domain: Domain) -> Hole {
        Hole {
            id: HoleId(id),
            domain,
            class: None,
        }
    }

    #[test]
    fn splits_only_where_borders_are_certain() {
        let mut arn = Text::from("arn:aws:s3:::");
        arn.push_hole(hole(1, Domain::BUCKET));
        arn.push_literal("/a:b");
        let fields: Vec<_> = arn
            .fields(5)
            .into_iter()
            .flatten()
            .map(|field| field.to_string())
            .collect();
        assert_eq!(fields, ["arn", "aws", "s3", "", "", "⟨1⟩/a:b"]);
        let mut unclear = Text::from("arn:");
        unclear.push_hole(hole(2, Domain::ANY));
        assert_eq!(unclear.fields(5), None);
    }

    #[test]
    fn knows_what_a_domain_admits() {
        assert!(Domain::ACCOUNT.admits('7') && !Domain::ACCOUNT.admits('a'));
        assert!(Domain::ANY.admits('ü') && !Domain::BUCKET.admits('/'));
        assert!(!Domain::ACCOUNT.meets(&Domain::PARTITION));
        assert!(Domain::ANY.admits_wildcards() && !Domain::IAM_NAME.admits_wildcards());
    }
}
