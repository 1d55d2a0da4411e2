//! Credentials that are written out: keys, tokens and passwords that a text holds.

use std::sync::LazyLock;

use regex::Regex;

/// The sorts of credential that a line holds.
pub(super) fn credentials(line: &str) -> impl Iterator<Item = &'static str> {
    PATTERNS.iter().filter_map(move |(pattern, what)| {
        let mut found = pattern.find_iter(line);
        let real = found.any(|found| !is_documented_example(found.as_str()));
        real.then_some(*what)
    })
}

/// The keys that AWS's own documentation prints.
fn is_documented_example(text: &str) -> bool {
    [
        "AKIAIOSFODNN7EXAMPLE",
        "AKIAI44QH8DHBEXAMPLE",
        "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
        "je7MtGbClwBF/2Zp9Utk/h3yCo8nvbEXAMPLEKEY",
    ]
    .iter()
    .any(|example| text.contains(example))
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
            r"aws\s+configure\s+set\s+aws_(?:access_key_id|secret_access_key)\s+[^$\s]\S*",
            "an AWS credential that it configures",
        ),
        (
            r"https?://[^/\s:@$]+:[^/\s@$]+@",
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
        ] {
            assert_eq!(credentials(&line).next(), Some(what), "{line}");
        }
    }

    #[test]
    fn passes_over_examples_and_variables() {
        for line in [
            "export AWS_ACCESS_KEY_ID=AKIAIOSFODNN7EXAMPLE",
            "aws configure set aws_access_key_id $KEY",
            "git clone https://$USER:$TOKEN@git.example.com/x",
            "https://git.example.com/team/repo.git",
        ] {
            assert_eq!(credentials(line).next(), None, "{line}");
        }
    }
}
