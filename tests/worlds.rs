//! Source with variables that nobody gives a value: it is judged for each answer to what it asks of them.

use std::collections::BTreeSet;

use plangate::finding::proof::DecisionName;
use plangate::finding::{FindingVerdict, Report};
use plangate::load::terraform::Setting;
use plangate::{Options, Question, can, check, rules};

const RULES: &[&str] = &["PG-KMS-001", "PG-S3-001", "PG-S3-003"];

fn report(variables: &[&str]) -> Report {
    report_of("worlds", variables)
}

fn report_of(input: &str, variables: &[&str]) -> Report {
    let variables = variables.iter().map(|one| Setting::Var((*one).to_owned()));
    check(&Options {
        inputs: vec![format!("testdata/inputs/{input}")],
        variables: variables.collect(),
        rules: RULES.iter().filter_map(|name| rules::find(name)).collect(),
        ..Options::default()
    })
}

/// What is broken: the rule, the resource, and when.
fn broken(report: &Report) -> BTreeSet<(&str, &str, String)> {
    let findings = report.findings.iter();
    let broken = findings.filter(|one| one.verdict == FindingVerdict::Broken);
    broken
        .map(|one| {
            (
                one.alias,
                one.resource.address.as_str(),
                one.only_when.join(" or "),
            )
        })
        .collect()
}

fn expected<'e>(all: &[(&'e str, &'e str, &str)]) -> BTreeSet<(&'e str, &'e str, String)> {
    let all = all.iter();
    all.map(|(rule, address, when)| (*rule, *address, (*when).to_owned()))
        .collect()
}

#[test]
fn a_finding_says_for_which_answers_it_holds() {
    let report = report(&[]);
    let all = [
        ("PG-KMS-001", "aws_kms_key.data", "`var.rotate` is false"),
        (
            "PG-S3-001",
            "aws_s3_bucket.scratch[0]",
            "`var.stage` is not \"prod\"",
        ),
        (
            "PG-S3-003",
            "aws_s3_bucket.scratch[0]",
            "`var.stage` is not \"prod\"",
        ),
    ];
    assert_eq!(broken(&report), expected(&all));
    assert_eq!(report.judged().count(), 1);
}

#[test]
fn what_is_given_is_not_asked() {
    let all = [("PG-KMS-001", "aws_kms_key.data", "")];
    let given = report(&["rotate=false", "stage=prod", "reports=true"]);
    assert_eq!(broken(&given), expected(&all));
    let partly = report(&["rotate=false", "stage=prod"]);
    assert_eq!(broken(&partly), expected(&all));
}

/// The rules that cannot tell, with the resource.
fn unsure(report: &Report) -> BTreeSet<(&str, &str)> {
    let findings = report.findings.iter();
    let unsure = findings.filter(|one| one.verdict == FindingVerdict::Unsure);
    unsure
        .map(|one| (one.alias, one.resource.address.as_str()))
        .collect()
}

/// Of a resource whose number is not known there may be none.
#[test]
fn what_may_not_be_there_decides_nothing() {
    let report = report_of("perhaps", &[]);
    let all = [("PG-S3-001", "aws_s3_bucket.data", "")];
    assert_eq!(broken(&report), expected(&all));
    let all = [
        ("PG-KMS-001", "aws_kms_key.perhaps[*]"),
        ("PG-S3-003", "aws_s3_bucket.data"),
    ];
    assert_eq!(unsure(&report), BTreeSet::from(all));
}

/// Nor is anything attached by what may not be there: neither to a role nor to a user through a group.
#[test]
fn what_may_not_be_attached_allows_nothing() {
    for principal in [
        "aws_iam_role.reader",
        "aws_iam_role.other",
        "aws_iam_user.reader",
    ] {
        let question = Question {
            principal: principal.to_owned(),
            action: "s3:GetObject".to_owned(),
            resource: "aws_s3_bucket.data/x".to_owned(),
        };
        let options = Options {
            inputs: vec!["testdata/inputs/perhaps-attached".to_owned()],
            ..Options::default()
        };
        let outcome = can(&options, &question).expect("it is a question");
        let verdicts = outcome.answers.iter().map(|answer| answer.decision);
        assert_eq!(
            verdicts.collect::<Vec<_>>(),
            [DecisionName::Undecided],
            "{principal}"
        );
    }
}

/// What a file would have said that cannot be read is not known to be absent.
#[test]
fn what_a_lost_file_says_is_not_absent() {
    let report = report_of("lost-file", &[]);
    assert_eq!(broken(&report), expected(&[]));
    let all = [
        ("PG-S3-001", "aws_s3_bucket.data"),
        ("PG-S3-003", "aws_s3_bucket.data"),
    ];
    assert_eq!(unsure(&report), BTreeSet::from(all));
    let mut problems = report.problems.iter();
    let lost = problems
        .find(|problem| problem.fatal)
        .and_then(|problem| problem.location.as_ref());
    assert_eq!(
        lost.map(|place| place.file.as_str()),
        Some("testdata/inputs/lost-file/encryption.tf")
    );
}
