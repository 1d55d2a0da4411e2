//! Templates of which nobody gives every parameter: what is so for some answers only says for which.

use std::collections::BTreeSet;

use plangate::finding::{FindingVerdict, Report};
use plangate::{Options, rules};

use crate::{Folder, check, options};

const WORLDS: &str = "testdata/inputs/cloudformation/worlds";

fn of(template: &str) -> Options {
    Options {
        rules: vec![rules::find("PG-KMS-001").unwrap()],
        ..options(&format!("{WORLDS}/{template}"))
    }
}

/// What has this verdict, and when.
fn found(report: &Report, verdict: FindingVerdict) -> BTreeSet<(&str, String)> {
    let findings = report.findings.iter();
    let found = findings.filter(|one| one.verdict == verdict);
    found
        .map(|one| (one.resource.address.as_str(), one.only_when.join(" or ")))
        .collect()
}

fn broken(report: &Report) -> BTreeSet<(&str, String)> {
    found(report, FindingVerdict::Broken)
}

fn all<'e>(all: &[(&'e str, &str)]) -> BTreeSet<(&'e str, String)> {
    let all = all.iter();
    all.map(|(address, when)| (*address, (*when).to_owned()))
        .collect()
}

#[test]
fn what_hangs_on_one_condition_stays_together() {
    let report = check(&Options {
        rules: rules::RULES.iter().collect(),
        ..of("production.yaml")
    });
    assert_eq!(report.problems, []);
    assert!(!broken(&report).is_empty());
    for finding in &report.findings {
        let address = finding.resource.address.as_str();
        let expected = match address {
            "Scratch" => "`IsNone` is true",
            "Never" => panic!("two conditions that exclude each other: {finding:?}"),
            _ => "`IsProd` is true",
        };
        assert_eq!(
            finding.only_when,
            [expected],
            "{address}: {}",
            finding.message
        );
    }
    for path in &report.paths {
        assert_eq!(path.only_when, ["`IsProd` is true"], "{path:?}");
    }
}

#[test]
fn a_file_of_parameters_decides() {
    let folder = Folder::new("worlds");
    for (stage, expected) in [
        ("prod", all(&[("Key", "")])),
        ("test", all(&[])),
        ("dev", all(&[("Scratch", "")])),
    ] {
        let file = folder.file("parameters.json", format!("{{\"Stage\": \"{stage}\"}}"));
        let report = check(&Options {
            parameters: vec![file],
            ..of("production.yaml")
        });
        assert_eq!(broken(&report), expected, "{stage}");
    }
}

#[test]
fn a_condition_may_ask_for_the_place() {
    let report = check(&of("open.yaml"));
    let expected = all(&[("Key", "`IsProd` is false"), ("Other", "`IsHere` is false")]);
    assert_eq!(broken(&report), expected);
    for (region, expected) in [
        ("eu-central-1", all(&[("Key", "`IsProd` is false")])),
        (
            "us-east-1",
            all(&[("Key", "`IsProd` is false"), ("Other", "")]),
        ),
    ] {
        let report = check(&Options {
            region: Some(region.to_owned()),
            ..of("open.yaml")
        });
        assert_eq!(broken(&report), expected, "{region}");
    }
}

#[test]
fn the_rules_of_a_template_exclude_worlds() {
    let report = check(&of("rules.yaml"));
    assert_eq!(report.problems, []);
    let when = "`Rotate` is false";
    assert_eq!(broken(&report), all(&[("Key", when)]));
}

/// With more worlds than are judged, what depends on the rest is open, and said to be.
#[test]
fn nothing_is_lost_where_there_are_too_many_worlds() {
    let report = check(&of("many.yaml"));
    let keys: BTreeSet<_> = (1..=8).map(|at| format!("Key{at}")).collect();
    let findings = report.findings.iter();
    let named: BTreeSet<_> = findings.map(|one| one.resource.address.clone()).collect();
    assert_eq!(named, keys);
    let (broken, unsure) = (broken(&report), found(&report, FindingVerdict::Unsure));
    assert_eq!(
        (broken.len(), unsure.len()),
        (6, 2),
        "{broken:?} {unsure:?}"
    );
    assert!(broken.iter().all(|(_, when)| when.ends_with("is false")));
    assert_eq!(report.tally.holds, 0);
}
