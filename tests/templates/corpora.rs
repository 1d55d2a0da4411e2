//! Other people's templates, where the corpora are there: each is read, but for those that are known not to be.

use std::fmt::Write as _;
use std::panic::{AssertUnwindSafe, catch_unwind};

use plangate::{Options, rules};

use crate::{check, options, support};

/// What cannot be read, by the end of its path, and how the reason begins: drafts of templates, tests of other tools
/// that are broken on purpose, and what only quotes templates.
const NOT_READ: &[(&str, &str)] = &[
    ("MacrosExamples/Count/event.json", "is JSON, but no"),
    ("MacrosExamples/Count/event_bad.json", "is JSON, but no"),
    (
        "bad/core/parse_invalid_map.yaml",
        "cannot be read: a key cannot have a tag",
    ),
    (
        "bad/duplicate.json",
        "cannot be read: the key `MySNSTopic` is there twice",
    ),
    (
        "bad/duplicate.yaml",
        "cannot be read: the key `mySnsTopic` is there twice",
    ),
    (
        "templates/bad/json_parse.json",
        "cannot be read: expected `:`",
    ),
    (
        "templates/bad/template.yaml",
        "cannot be read: while parsing a block mapping",
    ),
    (
        "output-dir/s3_bucket_server_side_encryption_parse_tree.json",
        "is JSON, but no",
    ),
    (
        "data-dir/s3_bucket_logging_enabled_tests.json",
        "is JSON, but no",
    ),
    (
        "data-dir/s3_bucket_server_side_encryption_enabled.json",
        "is JSON, but no",
    ),
    (
        "tests/s3_bucket_server_side_encryption_enabled.json",
        "is JSON, but no",
    ),
    (
        "validate/malformed-template.yaml",
        "cannot be read: mapping values are not allowed",
    ),
    ("output-dir/structured.json", "is JSON, but no"),
    ("output-dir/structured.yaml", "is YAML, but no"),
    (
        "parser/success_triple_quotes_string.json",
        "cannot be read: expected `,` or `}`",
    ),
    (
        "runner/resources/invalid.json",
        "cannot be read: EOF while parsing an object",
    ),
    (
        "runner/resources/invalid.yaml",
        "cannot be read: the key `SslSupportMethod` is there twice",
    ),
    (
        "yaml/vulgar_bad_syntax.yml",
        "cannot be read: mapping values are not allowed",
    ),
    (
        "testdata/deploy.yaml",
        "cannot be read: `*` needs quotes here",
    ),
];

/// How many texts are told to be templates.
const TEMPLATES: usize = 1_337;

/// Whether a text is a template, or was meant to be one.
fn is_meant(text: &str) -> bool {
    let has_section = text.contains("\nResources:") || text.contains("\"Resources\"");
    (has_section || text.starts_with("Resources:")) && text.contains("AWS::")
}

/// A message from the reason on.
fn reason<'m>(message: &'m str, input: &str) -> &'m str {
    let message = message.strip_prefix(&format!("`{input}` "));
    let message = message.unwrap_or_default();
    message
        .strip_prefix("is a CloudFormation template that ")
        .unwrap_or(message)
}

#[test]
fn other_peoples_templates_are_judged() {
    let Some(corpora) = support::corpora() else {
        return;
    };
    let folder = corpora.join("cloudformation");
    let (mut templates, mut said) = (0, String::new());
    for path in support::files(&folder, "") {
        let end = path.extension().unwrap_or_default().to_string_lossy();
        if !["yaml", "yml", "json", "template"].contains(&&*end) {
            continue;
        }
        let Ok(text) = String::from_utf8(std::fs::read(&path).unwrap()) else {
            continue;
        };
        if !is_meant(&text) {
            continue;
        }
        let name = path
            .strip_prefix(&folder)
            .unwrap()
            .to_string_lossy()
            .into_owned();
        let input = path.to_string_lossy();
        let options = Options {
            rules: rules::RULES.iter().collect(),
            ..options(&input)
        };
        let report = catch_unwind(AssertUnwindSafe(|| check(&options)));
        let Ok(report) = report else {
            writeln!(said, "{name}: panicked").unwrap();
            continue;
        };
        if let Some(problem) = report
            .problems
            .iter()
            .find(|one| one.message.contains("defect of plangate"))
        {
            writeln!(said, "{name}: {}", problem.message).unwrap();
        }
        let fatal = report.problems.iter().find(|problem| problem.fatal);
        let known = NOT_READ.iter().find(|(end, _)| name.ends_with(end));
        match (fatal, known) {
            (None, None) => templates += 1,
            (Some(problem), Some((_, begin)))
                if reason(&problem.message, &input).starts_with(begin) => {}
            (Some(problem), _) => {
                writeln!(
                    said,
                    "(\"{name}\", \"{}\"),",
                    reason(&problem.message, &input)
                )
                .unwrap();
            }
            (None, Some(_)) => writeln!(said, "{name}: is read").unwrap(),
        }
    }
    assert!(said.is_empty(), "{said}");
    assert_eq!(templates, TEMPLATES);
}
