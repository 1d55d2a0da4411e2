//! Ways to give a notebook and its jobs their data, the right ones and the wrong ones: each is an estate of
//! its own, and what must be said of it stands here.

use std::collections::BTreeSet;

use plangate::finding::{FindingVerdict, Report, Severity};
use plangate::rules::RULES;

fn report(option: &str) -> Report {
    let options = plangate::Options {
        inputs: vec![format!("testdata/options/{option}/plan.json")],
        rules: RULES.iter().collect(),
        ..plangate::Options::default()
    };
    let report = plangate::check(&options);
    assert!(
        report.problems.is_empty(),
        "{option}: {:?}",
        report.problems
    );
    report
}

/// What is broken of the rules that prove paths and judge who may what: alias and code. Where data can go besides,
/// and for whose sake SageMaker takes a role, is no matter of these.
fn broken(report: &Report) -> BTreeSet<String> {
    let families = [
        "PG-PATH",
        "PG-IAM",
        "PG-KMS-004",
        "PG-KMS-011",
        "PG-KMS-012",
    ];
    let findings = report.findings.iter();
    let findings = findings.filter(|finding| {
        finding.verdict == FindingVerdict::Broken
            && !["PG-PATH-009", "PG-IAM-003"].contains(&finding.alias)
            && families
                .iter()
                .any(|family| finding.alias.starts_with(family))
    });
    findings
        .map(|finding| match finding.code {
            Some(code) => format!("{}/{code}", finding.alias),
            None => finding.alias.to_owned(),
        })
        .collect()
}

fn must_say(option: &str, expected: &[&str]) -> Report {
    let report = report(option);
    let expected: BTreeSet<_> = expected.iter().map(|one| (*one).to_owned()).collect();
    assert_eq!(broken(&report), expected, "{option}");
    // What the groups of a default VPC let out is not in the input.
    let unsure = report.findings.iter().filter(|finding| {
        finding.verdict == FindingVerdict::Unsure
            && finding.alias.starts_with("PG-PATH")
            && finding.alias != "PG-PATH-007"
    });
    assert_eq!(unsure.count(), 0, "{option}");
    report
}

fn verdicts(report: &Report) -> Vec<&'static str> {
    report
        .paths
        .iter()
        .map(|path| path.verdict.name())
        .collect()
}

#[test]
fn one_role_that_holds_all_works_and_says_what_it_costs() {
    let report = must_say(
        "processing-job-a",
        &["PG-IAM-007/single-role-concentrates-permissions"],
    );
    assert!(verdicts(&report).iter().all(|verdict| *verdict == "proven"));
    let finding = report.findings.iter().find(|one| one.alias == "PG-IAM-007");
    assert_eq!(finding.unwrap().severity, Severity::Info);
}

#[test]
fn a_split_without_pass_role_works_for_nobody() {
    let report = must_say(
        "processing-job-b-without-passrole",
        &[
            "PG-IAM-005",
            "PG-IAM-007/split-incomplete",
            "PG-PATH-002/passrole-missing",
        ],
    );
    assert_eq!(verdicts(&report), ["broken"]);
}

#[test]
fn a_complete_split_works() {
    let report = must_say("processing-job-b-with-passrole", &[]);
    assert!(verdicts(&report).iter().all(|verdict| *verdict == "proven"));
}

#[test]
fn endpoints_do_not_replace_permissions() {
    must_say(
        "processing-job-c",
        &[
            "PG-PATH-004/kms-decrypt-missing-identity",
            "PG-PATH-004/s3-get-missing",
            "PG-PATH-005/kms-generatedatakey-missing",
            "PG-PATH-005/s3-put-missing",
            "PG-PATH-010/endpoint-bypassable",
            "PG-PATH-011/endpoint-present-permission-missing",
        ],
    );
}

#[test]
fn an_access_key_in_the_job_is_no_permission_of_its_role() {
    let report = report("processing-job-d");
    let broken = broken(&report);
    for expected in [
        "PG-IAM-008",
        "PG-IAM-009",
        "PG-PATH-004/s3-get-missing",
        "PG-PATH-005/s3-put-missing",
    ] {
        assert!(broken.contains(expected), "{expected} in {broken:?}");
    }
}

#[test]
fn open_security_groups_let_nobody_read() {
    let report = must_say(
        "encrypted-read-a",
        &[
            "PG-PATH-001/kms-decrypt-missing-identity",
            "PG-PATH-001/s3-get-missing",
        ],
    );
    let mut findings = report.findings.iter();
    assert!(findings.any(|one| one.alias == "PG-NET-004" && one.verdict == FindingVerdict::Broken));
}

#[test]
fn the_key_alone_lets_nobody_read() {
    let report = must_say("encrypted-read-b", &["PG-PATH-001/s3-get-missing"]);
    let hops = report.paths.iter().flat_map(|path| &path.hops);
    let mut decrypt = hops.filter(|hop| hop.name == "decrypt-data");
    assert_eq!(
        serde_json::to_value(decrypt.next().unwrap().decision).unwrap(),
        "allowed"
    );
}

#[test]
fn role_and_key_policy_together_let_the_notebook_read() {
    let report = must_say("encrypted-read-c", &[]);
    assert_eq!(verdicts(&report), ["proven"]);
}

#[test]
fn the_key_on_the_volume_lets_nobody_read() {
    must_say(
        "encrypted-read-d",
        &[
            "PG-KMS-012",
            "PG-PATH-001/kms-decrypt-missing-identity",
            "PG-PATH-001/s3-get-missing",
        ],
    );
}
