//! Credentials that are written out: keys, tokens and passwords that a text holds.

use std::sync::LazyLock;

use regex::Regex;

/// The sorts of credential that a line holds.
pub(super) fn credentials(line: &str) -> impl Iterator<Item = &'static str> {
    sorts(line).filter_map(|(what, is_real)| is_real.then_some(what))
}

/// A credential in a script.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Credential {
    /// Of which sort.
    pub(super) what: &'static str,
    /// In which line, counted from 1.
    pub(super) line: usize,
    /// Not one that AWS's documentation prints.
    pub(super) is_real: bool,
}

/// The credentials in a script: of each sort the first, and the first of those that AWS's documentation prints.
pub(super) fn credentials_of_script(script: &str) -> Vec<Credential> {
    let mut found: Vec<Credential> = Vec::new();
    let mut is_profile = false;
    for (at, text) in script.lines().enumerate() {
        if is_match(&SECTION, text) {
            is_profile = true;
        }
        let mut sorts: Vec<_> = sorts(text).collect();
        // What a file of credentials holds is a key, of whatever form.
        if sorts.is_empty() && is_profile && is_match(&IN_PROFILE, text) {
            sorts.push(("AWS credentials that it writes into a profile", true));
        }
        for (what, is_real) in sorts {
            let is_known =
                |one: &&Credential| one.is_real == is_real && (one.what == what || !is_real);
            if found.iter().find(is_known).is_none() {
                let line = at + 1;
                found.push(Credential {
                    what,
                    line,
                    is_real,
                });
            }
        }
    }
    found
}

/// The sorts of credential that a line holds, each with whether one is real.
fn sorts(line: &str) -> impl Iterator<Item = (&'static str, bool)> {
    let mut is_of_aws = false;
    PATTERNS.iter().filter_map(move |(pattern, what)| {
        let mut found = pattern.find_iter(line).peekable();
        found.peek()?;
        // A key that is known by its form is not another one because of the command that takes it.
        let is_same = *what == CONFIGURED && is_of_aws;
        is_of_aws |= what.starts_with("an AWS");
        let mut found = found.map(|one| one.as_str());
        let is_real = found.any(|one| !is_of_aws || !is_documented_example(one));
        (!is_same).then_some((*what, is_real))
    })
}

/// Whether it is one of the keys that AWS's own documentation prints: they say so, and none that is made by chance does.
///
/// Source: IAM User Guide, "Manage access keys for IAM users".
fn is_documented_example(text: &str) -> bool {
    text.contains("EXAMPLE")
}

const CONFIGURED: &str = "an AWS credential that it configures";

/// The head of a section in a file of credentials: `[default]`.
static SECTION: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r"^\s*\[[\w .-]+\]\s*$").ok());

/// A key in such a section that is written out.
static IN_PROFILE: LazyLock<Option<Regex>> = LazyLock::new(|| {
    let key = r"^\s*aws_(?:access_key_id|secret_access_key)\s*=\s*[A-Za-z0-9/+=]{16,}\s*$";
    Regex::new(key).ok()
});

fn is_match(pattern: &LazyLock<Option<Regex>>, line: &str) -> bool {
    pattern
        .as_ref()
        .is_some_and(|pattern| pattern.is_match(line))
}

static PATTERNS: LazyLock<Vec<(Regex, &'static str)>> = LazyLock::new(|| {
    let patterns = [
        (
            r"\b(?:A3T[A-Z0-9]|AKIA|ASIA)[A-Z0-9]{16}\b",
            "an AWS access key id",
        ),
        (
            r#"(?i:aws_secret_access_key)['"]?\]?\s*[:=]\s*['"]?[A-Za-z0-9/+=]{40}(?:[^A-Za-z0-9/+=]|$)"#,
            "an AWS secret access key",
        ),
        (
            r#"aws\s+configure\s+set\s+(?:[\w.-]+\.)?aws_(?:access_key_id|secret_access_key)\s+['"]?[^$\s'"`<{]\S*"#,
            CONFIGURED,
        ),
        (
            // The name may be a variable; what is put in for the password is no literal.
            r#"https?://(?:\$\{[^}\s]*\}|[^/\s:@{}'"])+:[^/\s@${<'"`]+@"#,
            "a password or token in an address",
        ),
        (r"\bghp_[A-Za-z0-9]{20,}", "a GitHub token"),
        (r"\bglpat-[A-Za-z0-9_-]{20,}", "a GitLab token"),
        (r"-----BEGIN [A-Z ]*PRIVATE KEY-----", "a private key"),
    ];
    patterns
        .into_iter()
        .filter_map(|(pattern, what)| Some((Regex::new(pattern).ok()?, what)))
        .collect()
});

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_pattern_compiles_and_finds_its_own() {
        assert_eq!(PATTERNS.len(), 7);
        let secret = "a1".repeat(20);
        for (line, what) in [
            (
                ["export K=AK", "IAZ7QXPLANGATE2345"].concat(),
                "an AWS access key id",
            ),
            (
                format!("AWS_SECRET_ACCESS_KEY={secret}"),
                "an AWS secret access key",
            ),
            (
                format!("os.environ[\"AWS_SECRET_ACCESS_KEY\"] = \"{secret}\""),
                "an AWS secret access key",
            ),
            (
                "aws configure set aws_secret_access_key abc".to_owned(),
                "an AWS credential that it configures",
            ),
            (
                "git clone https://bot:token@git.example.com/x".to_owned(),
                "a password or token in an address",
            ),
            (
                "git clone https://${USER}:token@git.example.com/x".to_owned(),
                "a password or token in an address",
            ),
            (
                "aws configure set profile.x.aws_access_key_id 'abc'".to_owned(),
                "an AWS credential that it configures",
            ),
        ] {
            assert_eq!(credentials(&line).next(), Some(what), "{line}");
        }
    }

    #[test]
    fn passes_over_examples_and_variables() {
        for line in [
            "export AWS_ACCESS_KEY_ID=AKIAIOSFODNN7EXAMPLE",
            "aws configure set aws_access_key_id $KEY",
            "aws configure set aws_access_key_id \"$KEY\"",
            "aws configure set aws_secret_access_key `cat key`",
            "git clone https://$USER:$TOKEN@git.example.com/x",
            "git clone https://${TOKEN:-none}@git.example.com/x",
            "url = f'https://bot:{token}@git.example.com/x'",
            "url = 'https://bot:'+token+'@git.example.com/x'",
            "https://git.example.com/team/repo.git",
        ] {
            assert_eq!(credentials(line).next(), None, "{line}");
        }
    }

    #[test]
    fn one_key_is_said_once_and_examples_are_told_apart() {
        let of = |script: &str| -> Vec<(&'static str, usize, bool)> {
            let found = credentials_of_script(script).into_iter();
            found.map(|one| (one.what, one.line, one.is_real)).collect()
        };
        let id = ["AK", "IAZ7QXPLANGATE2345"].concat();
        assert_eq!(
            of(&format!(
                "set -e\naws configure set aws_access_key_id {id}\n"
            )),
            [("an AWS access key id", 2, true)]
        );
        let example = "AWS_ACCESS_KEY_ID=AKIAIOSFODNN7EXAMPLE\n\
                       AWS_SECRET_ACCESS_KEY=wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";
        assert_eq!(of(example), [("an AWS access key id", 1, false)]);
    }

    #[test]
    fn what_is_written_into_a_profile_need_not_have_the_form_of_a_key() {
        let profile = |key: &str| format!("cat > c <<E\n[default]\naws_access_key_id = {key}\nE\n");
        let lines = |script: &str| -> Vec<usize> {
            let found = credentials_of_script(script).into_iter();
            found.map(|one| one.line).collect()
        };
        assert_eq!(lines(&profile("0123456789abcdef")), [3]);
        assert!(lines(&profile("$KEY")).is_empty());
        assert!(lines(&profile("YOUR_ACCESS_KEY_HERE")).is_empty());
        assert!(lines("aws_access_key_id = 0123456789abcdef").is_empty());
    }
}
