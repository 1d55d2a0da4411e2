//! The texts that the author marked as secret, so that no output shows them anywhere.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::sync::OnceLock;

use aho_corasick::{AhoCorasick, MatchKind};

use crate::model::value::{Data, Piece, Value};

/// What stands in the place of a secret.
pub const MASK: &str = "(sensitive value)";

/// Secrets shorter than this are masked in a text only where they are the whole of it: as a part of
/// another text they are more likely chance than a leak.
const SHORTEST_PART: usize = 4;

/// Secrets shorter than this are masked in a sentence of ours only where it quotes the author.
const SHORTEST_IN_PROSE: usize = 8;

/// Every text that an input marks as secret.
#[derive(Debug, Default, Clone)]
pub struct Secrets {
    texts: BTreeSet<String>,
    search: OnceLock<[Option<AhoCorasick>; 2]>,
}

impl Secrets {
    /// Takes in every text inside a value.
    pub fn add(&mut self, value: &Value<'_>) {
        match &value.data {
            Data::Text(text) => self.add_text(text),
            Data::Number(number) => self.add_text(&number.to_string()),
            Data::Template(pieces) => {
                for piece in pieces {
                    if let Piece::Known(text) = piece {
                        self.add_text(text);
                    }
                }
            }
            Data::List(list) => list.iter().for_each(|value| self.add(value)),
            Data::Map(map) => map.iter().for_each(|(_, value)| self.add(value)),
            Data::Null | Data::Bool(_) | Data::Unknown(_) => {}
        }
    }

    /// Takes in the secrets of another input.
    pub fn extend(&mut self, others: &Self) {
        others.texts.iter().for_each(|text| self.add_text(text));
    }

    fn add_text(&mut self, text: &str) {
        if !text.is_empty() {
            self.search = OnceLock::new();
            self.texts.insert(text.to_owned());
        }
    }

    /// The text with every secret in it masked.
    #[must_use]
    pub fn mask<'t>(&self, text: &'t str) -> Cow<'t, str> {
        if self.texts.contains(text) {
            return Cow::Borrowed(MASK);
        }
        self.mask_parts(text, SHORTEST_PART)
    }

    /// A sentence of ours with every secret masked that it quotes from the author: what stands between
    /// back-ticks. A secret may be an ordinary word, so elsewhere only longer ones are masked.
    #[must_use]
    pub fn mask_prose(&self, text: &str) -> String {
        let mut masked = String::with_capacity(text.len());
        for (at, part) in text.split('`').enumerate() {
            if at > 0 {
                masked.push('`');
            }
            masked.push_str(&if at % 2 == 1 {
                self.mask(part)
            } else {
                Cow::Borrowed(part)
            });
        }
        match self.mask_parts(&masked, SHORTEST_IN_PROSE) {
            Cow::Borrowed(_) => masked,
            Cow::Owned(masked) => masked,
        }
    }

    fn mask_parts<'t>(&self, text: &'t str, shortest: usize) -> Cow<'t, str> {
        let [parts, prose] = self.search.get_or_init(|| {
            [SHORTEST_PART, SHORTEST_IN_PROSE].map(|shortest| self.search_for(shortest))
        });
        let search = if shortest == SHORTEST_PART {
            parts
        } else {
            prose
        };
        match search {
            Some(search) if search.is_match(text) => {
                let mut masked = String::with_capacity(text.len());
                search.replace_all_with(text, &mut masked, |_, _, out| {
                    out.push_str(MASK);
                    true
                });
                Cow::Owned(masked)
            }
            _ => Cow::Borrowed(text),
        }
    }

    /// The longest first: a secret may be a part of another.
    fn search_for(&self, shortest: usize) -> Option<AhoCorasick> {
        let long: Vec<_> = self
            .texts
            .iter()
            .filter(|text| text.len() >= shortest)
            .collect();
        if long.is_empty() {
            return None;
        }
        let mut builder = AhoCorasick::builder();
        builder
            .match_kind(MatchKind::LeftmostLongest)
            .build(long)
            .ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn masks_wholes_and_long_parts() {
        let mut secrets = Secrets::default();
        for text in ["hunter22", "hunter22-and-more", "on"] {
            secrets.add_text(text);
        }
        assert_eq!(secrets.mask("on"), MASK);
        assert_eq!(secrets.mask("python"), "python");
        assert_eq!(
            secrets.mask("pw=hunter22-and-more;hunter22"),
            format!("pw={MASK};{MASK}")
        );
    }

    #[test]
    fn leaves_our_own_words_alone() {
        let mut secrets = Secrets::default();
        for text in ["data", "Enabled", "correct-horse"] {
            secrets.add_text(text);
        }
        assert_eq!(
            secrets.mask_prose("`root_access` is `Enabled`: the data of correct-horse"),
            format!("`root_access` is `{MASK}`: the data of {MASK}")
        );
    }
}
