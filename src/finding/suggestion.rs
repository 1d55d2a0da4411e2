//! What to write into which file, for a finding to go away.

use schemars::JsonSchema;
use serde::Serialize;

use super::Place;

/// A change of a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Suggestion {
    /// The file, under the name by which it was read.
    pub file: String,
    /// What to replace, none of it overlapping, in the order of the file.
    pub replacements: Vec<Replacement>,
    /// The same as a unified diff, for `patch -p0` or `git apply -p0` where the run was.
    pub patch: String,
    /// The resource that the file declares there.
    #[serde(skip)]
    pub resource: String,
    /// The help says no more than this.
    #[serde(skip)]
    pub says_all: bool,
}

/// A part of a file with other text in its place.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Replacement {
    /// What is replaced; nothing, where text is only added.
    pub location: Place,
    /// What stands there instead.
    pub text: String,
}

/// A line of a patch, to be shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PatchLine<'p> {
    /// `-`, `+`, or a space for one that stays.
    pub sign: char,
    /// Which line it is: of the file as it is where it goes, else of the file as it becomes.
    pub number: usize,
    /// The line, without its break.
    pub text: &'p str,
}

impl Suggestion {
    /// The lines that change, those between them, and one before and after them.
    #[must_use]
    pub fn lines(&self) -> Vec<PatchLine<'_>> {
        let (mut old, mut new) = (0, 0);
        let mut lines = Vec::new();
        for line in self.patch.lines().skip(2) {
            if let Some(range) = line.strip_prefix("@@ -") {
                let first = |range: &str| {
                    let digits = range.split(|one: char| !one.is_ascii_digit());
                    digits
                        .into_iter()
                        .next()
                        .and_then(|first| first.parse().ok())
                };
                old = first(range).unwrap_or(1);
                let added = range.split_once('+').and_then(|(_, added)| first(added));
                new = added.unwrap_or(1);
                continue;
            }
            let mut characters = line.chars();
            let Some(sign) = characters.next().filter(|sign| *sign != '\\') else {
                continue;
            };
            lines.push(PatchLine {
                sign,
                number: if sign == '-' { old } else { new },
                text: characters.as_str(),
            });
            old += usize::from(sign != '+');
            new += usize::from(sign != '-');
        }
        let is_changed = |line: &PatchLine<'_>| line.sign != ' ';
        let first = lines.iter().position(is_changed).unwrap_or(0);
        let last = lines.iter().rposition(is_changed).unwrap_or(0);
        let shown = lines.get(first.saturating_sub(1)..(last + 2).min(lines.len()));
        shown.unwrap_or_default().to_vec()
    }
}
