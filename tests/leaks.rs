//! One estate that keeps its data in, and edits of it: each leak is found for the stated reason, and what is
//! harmless stays without a word.
//!
//! An edit is a file that is added to `testdata/leaks/base`, one that ends in `_override.tf`, which changes it, or
//! both. It begins with what must be found, a line each: `# finds PG-PATH-008/unexpected-reader: words of the
//! message`; or with `# clean`.
#![expect(clippy::unwrap_used, reason = "a helper of a test fails the test")]

mod support;

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::Path;

use plangate::finding::seal::SealVerdict;
use plangate::finding::{Finding, FindingVerdict, Report, Severity};
use plangate::rules::RULES;
use plangate::{Options, check};
use rayon::prelude::*;
use support::Folder;

const EDITS: &str = "testdata/leaks/edits";

/// The estate with an edit.
fn edited(name: &str) -> Report {
    let folder = Folder::new(&format!("leaks-{name}"));
    for path in support::files(Path::new("testdata/leaks/base"), ".tf") {
        let text = std::fs::read_to_string(&path).unwrap();
        folder.file(path.file_name().unwrap().to_str().unwrap(), &text);
    }
    for path in files_of(name) {
        let text = std::fs::read_to_string(&path).unwrap();
        folder.file(path.file_name().unwrap().to_str().unwrap(), &text);
    }
    check(&Options {
        inputs: vec![folder.path()],
        rules: RULES.iter().collect(),
        ..Options::default()
    })
}

fn files_of(name: &str) -> Vec<std::path::PathBuf> {
    let ends = ["_override.tf", ".tf"];
    let files = ends.map(|end| Path::new(EDITS).join(format!("{name}{end}")));
    files.into_iter().filter(|path| path.is_file()).collect()
}

fn names() -> BTreeSet<String> {
    let files = support::files(Path::new(EDITS), ".tf");
    let names = files.iter().map(|path| {
        let name = path.file_stem().unwrap().to_str().unwrap();
        name.trim_end_matches("_override").to_owned()
    });
    names.collect()
}

/// What an edit must be found for; nothing, if it is harmless.
fn wanted(name: &str) -> Vec<String> {
    let files = files_of(name);
    let text = std::fs::read_to_string(files.first().unwrap()).unwrap();
    let wanted: Vec<_> = text
        .lines()
        .map_while(|line| line.strip_prefix("# finds "))
        .map(str::to_owned)
        .collect();
    assert_eq!(
        wanted.is_empty(),
        text.starts_with("# clean"),
        "{name} says what it is"
    );
    wanted
}

fn is_it(finding: &Finding, wanted: &str) -> bool {
    let (what, words) = wanted.split_once(": ").unwrap_or((wanted, ""));
    let (alias, code) = what.split_once('/').unwrap_or((what, ""));
    finding.verdict == FindingVerdict::Broken
        && finding.alias == alias
        && (code.is_empty() || finding.code == Some(code))
        && finding.message.contains(words)
}

/// What an edit brings along.
fn news<'r>(report: &'r Report, base: &Report) -> Vec<&'r Finding> {
    let known: BTreeSet<_> = base.findings.iter().map(|one| &one.fingerprint).collect();
    let findings = report.findings.iter();
    findings
        .filter(|one| !known.contains(&one.fingerprint))
        .collect()
}

fn told(findings: &[&Finding]) -> String {
    let lines = findings.iter().map(|one| {
        let name = (one.alias, one.code.unwrap_or(""));
        format!("    {:?} {name:?} {}\n", one.severity, one.message)
    });
    lines.collect()
}

#[test]
fn the_estate_keeps_its_data_in() {
    let base = edited("base");
    assert!(base.problems.is_empty(), "{:?}", base.problems);
    assert!(
        base.findings
            .iter()
            .all(|one| one.severity < Severity::High),
        "{}",
        told(&base.findings.iter().collect::<Vec<_>>())
    );
    assert!(!base.seals.is_empty());
    for seal in &base.seals {
        assert_eq!(seal.verdict, SealVerdict::Sealed, "{seal:#?}");
    }
}

#[test]
fn every_leak_is_found_and_nothing_else() {
    let base = edited("base");
    let (leaks, harmless): (Vec<_>, Vec<_>) = names()
        .into_iter()
        .partition(|name| !wanted(name).is_empty());
    assert!(leaks.len() >= 20 && harmless.len() >= 12);
    let wrong = leaks.par_iter().chain(&harmless).map(|name| {
        let report = edited(name);
        let news = news(&report, &base);
        let mut wrong = String::new();
        for wanted in wanted(name) {
            if !news.iter().any(|one| is_it(one, &wanted)) {
                _ = write!(wrong, "{name}: no {wanted} among\n{}", told(&news));
            }
            let is_of_seal = wanted.starts_with("PG-PATH-008") || wanted.starts_with("PG-KMS-005");
            let is_leaky =
                |seal: &plangate::finding::seal::SealProof| seal.verdict == SealVerdict::Leaky;
            if is_of_seal && !wanted.contains("admin-can") && !report.seals.iter().any(is_leaky) {
                _ = writeln!(wrong, "{name}: every seal holds");
            }
        }
        if harmless.contains(name) {
            let is_loud = |one: &&&Finding| {
                one.severity >= Severity::High || one.alias.starts_with("PG-PATH")
            };
            let loud: Vec<_> = news.iter().filter(is_loud).copied().collect();
            if !loud.is_empty() {
                _ = write!(wrong, "{name} is harmless:\n{}", told(&loud));
            }
            // Who may decrypt and not read is told of the key, and loses nothing.
            let mut buckets = report.seals.iter().filter(|seal| seal.actions.len() > 1);
            if buckets.any(|seal| seal.verdict != SealVerdict::Sealed) {
                _ = writeln!(wrong, "{name} is harmless, and a seal does not hold");
            }
        }
        if !report.problems.is_empty() {
            _ = writeln!(wrong, "{name}: {:?}", report.problems);
        }
        wrong
    });
    let wrong: String = wrong.collect();
    assert!(wrong.is_empty(), "{wrong}");
}
