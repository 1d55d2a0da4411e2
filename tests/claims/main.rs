//! What the catalogue promises, claim by claim: each test is named for one claim about how protected data is kept
//! and used, and holds it against the rules that prove it. The estates are the rules' own fixtures.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a helper of a test fails the test"
)]

mod buckets;
mod data;
mod endpoints;
mod images;
mod jobs;
mod keys;
mod network;
mod notebooks;
mod peers;
mod people;
mod roles;
#[path = "../support/mod.rs"]
mod support;

use plangate::finding::Finding;
use plangate::{Options, rules};

/// What a rule says of one of its own fixtures: the worst verdict, and its findings.
fn said(rule: &str, fixture: &str) -> (&'static str, Vec<Finding>) {
    said_of(
        rule,
        &format!("testdata/rules/{}/{fixture}", rules::find(rule).unwrap().id),
    )
}

/// What a rule says of any estate of the project.
fn said_of(rule: &str, input: &str) -> (&'static str, Vec<Finding>) {
    let rule = rules::find(rule).unwrap_or_else(|| panic!("there is no rule {rule}"));
    assert!(std::path::Path::new(input).exists(), "there is no {input}");
    let fixture = ["tf", "plan.json", "yaml"];
    let fixture = fixture
        .iter()
        .find_map(|end| input.strip_suffix(&format!(".{end}")));
    let report = plangate::check(&Options {
        settings: support::settings_of(fixture.unwrap_or(input)),
        inputs: vec![input.to_owned()],
        rules: vec![rule],
        ..Options::default()
    });
    (support::verdict(&report), report.findings)
}

/// The rule breaks on its fixture, with this code where one is given.
#[track_caller]
fn breaks(rule: &str, fixture: &str, code: Option<&str>) {
    let (verdict, findings) = said(rule, fixture);
    assert_eq!(verdict, "broken", "{rule} on {fixture}: {findings:#?}");
    let is_said = code.is_none() || findings.iter().any(|one| one.code == code);
    assert!(is_said, "{rule} on {fixture} lacks {code:?}: {findings:#?}");
}

/// The rule holds on its fixture.
#[track_caller]
fn holds(rule: &str, fixture: &str) {
    let (verdict, findings) = said(rule, fixture);
    assert_eq!(verdict, "holds", "{rule} on {fixture}: {findings:#?}");
}
