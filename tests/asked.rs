//! What the sources ask of resources is in the vocabulary, and so (`tests/vocabulary.rs`) in the schemas of the
//! providers and of CloudFormation: an attribute that is written wrong would read as absent for ever.
//!
//! This test reads the sources, so that it does not depend on what fixtures reach. Whether the kind that is asked has
//! the attribute is asserted where it is asked (`Resource::get`, `Part::get`, `Subject::setting`), so that every
//! fixture that gets there fails.
#![expect(clippy::unwrap_used, reason = "a helper of a test fails the test")]

mod support;

use std::collections::BTreeSet;
use std::path::Path;

use plangate::model::vocabulary::rows;

/// The modules that read attributes by their canonical paths.
const READING: [&str; 7] = [
    "access", "network", "paths", "rules", "seals", "workload", "check.rs",
];

/// What takes a canonical path first, and so no other word.
const ASKING: [&str; 14] = [
    ".get(",
    ".if_any(",
    ".at(",
    ".setting(",
    ".is_on(",
    ".must_be(",
    ".place(",
    ".own_path(",
    ".value_name(",
    ".name_of(",
    ".attribute(",
    ".derived(",
    ".is_written(",
    ".cluster(",
];

/// What has the form of a path and is none: a type, parts of host and service names, what keys are for, the end of
/// several names.
const NO_PATHS: [&str; 13] = [
    "aws.sagemaker",
    "aws_security_group_rule",
    "com.amazonaws.vpce",
    "dkr.ecr",
    "ecr.api",
    "ecr.dkr",
    "generate_verify_mac",
    "oidc.eks",
    "sagemaker.api",
    "sagemaker.metrics",
    "sagemaker.runtime",
    "sign_verify",
    "source_uri",
];

/// A text in the sources.
struct Literal {
    text: String,
    line: usize,
    /// What stands before it, without white space.
    before: String,
}

/// The texts of a source file, but those of its own tests and of comments.
fn literals(source: &str) -> Vec<Literal> {
    let code = source.split("#[cfg(test)]").next().unwrap();
    let (mut found, mut before, mut line) = (Vec::new(), String::new(), 1);
    let mut rest = code.chars().peekable();
    while let Some(one) = rest.next() {
        match one {
            '/' if rest.peek() == Some(&'/') => while rest.next_if(|one| *one != '\n').is_some() {},
            '\'' => {
                // A character; a lifetime has no second quote so near.
                let ahead: Vec<_> = rest.clone().take(3).collect();
                let skip = match ahead.as_slice() {
                    ['\\', _, '\''] => 3,
                    [_, '\'', ..] => 2,
                    _ => 0,
                };
                rest.by_ref().take(skip).for_each(drop);
            }
            '"' => {
                let (mut text, start) = (String::new(), line);
                while let Some(one) = rest.next() {
                    match one {
                        '"' => break,
                        '\\' => text.extend(rest.next()),
                        one => text.push(one),
                    }
                    line += usize::from(one == '\n');
                }
                let before = std::mem::take(&mut before);
                let line = start;
                found.push(Literal { text, line, before });
            }
            one => {
                line += usize::from(one == '\n');
                before.extend(Some(one).filter(|one| !one.is_whitespace()));
            }
        }
    }
    found
}

/// Every canonical path, and each run of its steps: what lies in a list is asked of its elements.
fn known() -> BTreeSet<String> {
    let mut known = BTreeSet::new();
    for attribute in rows().flat_map(|row| row.attributes) {
        let canonical = attribute.canonical();
        let steps: Vec<_> = canonical.split('.').collect();
        for first in 0..steps.len() {
            for last in first..steps.len() {
                known.extend(steps.get(first..=last).map(|run| run.join(".")));
            }
        }
    }
    known
}

/// The paths of a text: itself, or what stands between its holes. What documents of AWS's own are asked for begins
/// with a capital.
fn paths(text: &str) -> Vec<&str> {
    let pieces: Vec<_> = text
        .split('{')
        .map(|piece| piece.split_once('}').map_or(piece, |(_, after)| after))
        .map(|piece| piece.trim_matches('.'))
        .filter(|piece| !piece.is_empty())
        .collect();
    let is_step = |step: &str| {
        let mut all = step.chars();
        let is_first = all.next().is_some_and(|one| one.is_ascii_lowercase());
        is_first && all.all(|one| one.is_ascii_lowercase() || one.is_ascii_digit() || one == '_')
    };
    let are_paths = pieces.iter().all(|piece| piece.split('.').all(is_step));
    if are_paths { pieces } else { Vec::new() }
}

/// A host is no path: `s3.amazonaws.com`.
fn is_host(path: &str) -> bool {
    [".com", ".cn", ".io", ".org"]
        .iter()
        .any(|end| path.ends_with(end))
}

#[test]
fn the_vocabulary_has_what_is_asked() {
    let known = known();
    let mut wrong = Vec::new();
    let mut asked = 0;
    for module in READING {
        let module = Path::new("src").join(module);
        let files = if module.is_dir() {
            support::files(&module, ".rs")
        } else {
            vec![module]
        };
        for file in files {
            let source = std::fs::read_to_string(&file).unwrap();
            for literal in literals(&source) {
                let called = literal
                    .before
                    .trim_end_matches(['&', '['])
                    .trim_end_matches("format!(");
                let called = called.trim_end_matches('&');
                let is_asked = ASKING.iter().any(|asking| called.ends_with(asking));
                for path in paths(&literal.text) {
                    // What is asked is a path; what is kept for asking is told by its form.
                    let has_form = path.contains(['_', '.']) && !is_host(path);
                    let counts = is_asked || has_form && !NO_PATHS.contains(&path);
                    asked += usize::from(counts);
                    if counts && !known.contains(path) {
                        wrong.push(format!("{}:{}: `{path}`", file.display(), literal.line));
                    }
                }
            }
        }
    }
    assert!(asked > 400, "only {asked} paths are found in the sources");
    assert_eq!(wrong, [""; 0], "not in the vocabulary");
}

/// No word that is passed over has become a path, and none is there in vain.
#[test]
fn what_is_no_path_is_none() {
    let known = known();
    let files = READING.iter().filter(|module| !module.contains('.'));
    let files = files.flat_map(|module| support::files(&Path::new("src").join(module), ".rs"));
    let sources: Vec<_> = files
        .map(|file| std::fs::read_to_string(file).unwrap())
        .collect();
    for word in NO_PATHS {
        assert!(!known.contains(word), "`{word}` is a path");
        assert!(
            sources.iter().any(|source| source.contains(word)),
            "`{word}` is nowhere"
        );
    }
}
