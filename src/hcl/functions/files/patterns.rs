//! Patterns of file names, as `fileset` reads them.
//!
//! Source: Terraform Language, "fileset Function".

use globset::{GlobBuilder, GlobMatcher};

/// The longest pattern, in bytes.
const LONGEST: usize = 4_096;

/// `*` for what is in one directory, `**` for any directories, `?`, `{a,b}`, `[a-z]`.
pub(super) struct Pattern(GlobMatcher);

impl Pattern {
    /// # Errors
    /// Why it is none.
    pub(super) fn read(text: &str) -> Result<Self, String> {
        if text.len() > LONGEST {
            return Err("the pattern is too long".to_owned());
        }
        let glob = GlobBuilder::new(text)
            .literal_separator(true)
            .backslash_escape(true)
            .empty_alternates(true)
            .build();
        let glob = glob.map_err(|error| format!("{text:?} is no pattern: {}", error.kind()))?;
        Ok(Self(glob.compile_matcher()))
    }

    /// Whether a path, with slashes, is one of those that are meant.
    pub(super) fn matches(&self, path: &str) -> bool {
        self.0.is_match(path)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn matches_as_terraform_does() {
        let files = [
            ".hid",
            "a.tpl",
            "b.tpl",
            "l.tpl",
            "sub/q.txt",
            "sub/deep/r.txt",
        ];
        let found = |pattern: &str| {
            let pattern = Pattern::read(pattern).unwrap();
            let found = files.into_iter().filter(|file| pattern.matches(file));
            found.collect::<Vec<_>>().join(" ")
        };
        assert_eq!(found("*"), ".hid a.tpl b.tpl l.tpl");
        assert_eq!(found("**"), files.join(" "));
        assert_eq!(found("[ab].tpl"), "a.tpl b.tpl");
        assert_eq!(found("[!ab].tpl"), "l.tpl");
        assert_eq!(found("[^ab].tpl"), "l.tpl");
        assert_eq!(found("sub"), "");
        assert_eq!(found("su*/**"), "sub/q.txt sub/deep/r.txt");
        assert_eq!(found("**/*.txt"), "sub/q.txt sub/deep/r.txt");
        assert_eq!(found("**.txt"), "");
        assert_eq!(found("{a,b}.tpl"), "a.tpl b.tpl");
        assert!(Pattern::read("[").is_err());
    }
}
