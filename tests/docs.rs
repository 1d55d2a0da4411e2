//! The documents say what the program says. `UPDATE_DOCS=1 cargo test --test docs` writes what is printed
//! from the rules.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a helper of a test fails the test"
)]

use std::path::Path;
use std::process::Command;

use plangate::report::manual;

fn plangate(args: &[&str]) -> String {
    let mut command = Command::new(env!("CARGO_BIN_EXE_plangate"));
    let output = command.args(args).env_clear().output().unwrap();
    String::from_utf8(output.stdout).unwrap()
}

fn printed(print: impl FnOnce(&mut Vec<u8>)) -> String {
    let mut out = Vec::new();
    print(&mut out);
    String::from_utf8(out).unwrap()
}

/// Compares a document with what it should be, or writes it.
fn keep(path: &str, expected: &str) {
    if std::env::var_os("UPDATE_DOCS").is_some() {
        std::fs::write(path, expected).unwrap();
    }
    let kept = std::fs::read_to_string(path).unwrap();
    let differs = kept
        .lines()
        .zip(expected.lines())
        .find(|(kept, expected)| kept != expected);
    assert!(
        kept == expected,
        "{path} differs at {differs:?}: run UPDATE_DOCS=1 cargo test --test docs"
    );
}

/// The document with the lines between the two markers of a name replaced.
fn with_section(document: &str, name: &str, text: &str) -> String {
    let (begin, end) = (format!("<!-- {name} -->\n"), format!("<!-- end {name} -->"));
    let (before, rest) = document.split_once(&begin).expect("the marker is there");
    let (_, after) = rest.split_once(&end).expect("the marker is closed");
    format!("{before}{begin}{text}{end}{after}")
}

#[test]
fn the_manual_of_rules_is_printed_from_them() {
    let manual = printed(|out| manual::all(out).unwrap());
    keep("docs/rules.md", &manual);
}

#[test]
fn the_readme_shows_real_output() {
    let readme = std::fs::read_to_string("README.md").unwrap();
    let table = printed(|out| manual::table(out).unwrap());
    let example = plangate(&["check", "testdata/example/plan.json"]);
    let example = format!("```text\n{example}```\n");
    let template = [
        "check",
        "testdata/example/template.yaml",
        "--only",
        "key-rotation-enabled",
    ];
    let template = format!("```text\n{}```\n", plangate(&template));
    let proofs = plangate(&["paths", "testdata/example/plan.json"]);
    // The path that is broken, and the first one that is proven.
    let proofs: Vec<_> = proofs.split_inclusive("\n\n").take(2).collect();
    let proofs = format!("```text\n{}\n```\n", proofs.concat().trim_end());
    let question = [
        "can",
        "aws_sagemaker_notebook_instance.analysis",
        "s3:GetObject",
        "aws_s3_bucket.raw/claims/2025.csv",
        "testdata/example/plan.json",
    ];
    let command = question.join(" ");
    let answer = plangate(&question);
    let answer = format!("```console\n$ plangate {command}\n{answer}```\n");
    let question = [
        "who",
        "s3:GetObject",
        "aws_s3_bucket.raw",
        "testdata/example/plan.json",
    ];
    let everybody = plangate(&question);
    let command = question.join(" ");
    let everybody = format!("```console\n$ plangate {command}\n{everybody}```\n");
    let help = format!("```text\n{}```\n", plangate(&["check", "--help"]));
    let expected = with_section(&readme, "rules", &table);
    let expected = with_section(&expected, "example", &example);
    let expected = with_section(&expected, "template", &template);
    let expected = with_section(&expected, "paths", &proofs);
    let expected = with_section(&expected, "can", &answer);
    let expected = with_section(&expected, "who", &everybody);
    let expected = with_section(&expected, "help", &help);
    keep("README.md", &expected);
}

#[test]
fn every_path_that_a_document_names_exists() {
    let documents = [
        "README.md",
        "docs/architecture.md",
        "docs/compatibility.md",
        "CHANGELOG.md",
    ];
    let mut missing = Vec::new();
    for document in documents {
        let text = std::fs::read_to_string(document).unwrap();
        for quoted in text.split('`').skip(1).step_by(2) {
            let known = [
                "src/",
                "tests/",
                "testdata/",
                "snapshots/",
                "docs/",
                "ci/",
                "benches/",
            ];
            let is_path = known.iter().any(|folder| quoted.starts_with(folder));
            let is_pattern = quoted.contains(['<', '*', '{', ' ', '…']);
            if is_path && !is_pattern && !Path::new(quoted).exists() {
                missing.push(format!("{document}: {quoted}"));
            }
        }
    }
    assert_eq!(missing, [""; 0]);
}

#[test]
fn the_settings_that_the_readme_shows_are_settings() {
    let readme = std::fs::read_to_string("README.md").unwrap();
    let shown = readme.split("```yaml\n").nth(1).unwrap();
    let shown = shown.split("```").next().unwrap();
    let settings = plangate::settings::Settings::read(shown).unwrap();
    let known = serde_json::to_value(plangate::settings::Settings::default()).unwrap();
    for name in known.as_object().unwrap().keys() {
        let is_shown =
            readme.contains(&format!("{name}:")) || readme.contains(&format!("{name} likewise"));
        assert!(is_shown, "README.md does not show `{name}`");
    }
    assert_ne!(settings, plangate::settings::Settings::default());
}
