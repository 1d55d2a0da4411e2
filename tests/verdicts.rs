//! Small plans in which the right answer is easily missed: `testdata/inputs/verdicts/`, each with the rule
//! that it is about and what that rule must say.

mod support;

use std::collections::BTreeSet;
use std::path::Path;

use plangate::finding::{Report, Status};
use plangate::rules::{RULES, find};
use plangate::{Options, check};

/// The file, the rule, and its verdict: the worst over all resources.
const CASES: &[(&str, &str, &str)] = &[
    ("indexed-variable", "PG-NB-002", "holds"),
    ("indexed-variable-of-key", "PG-S3-001", "holds"),
    ("indexed-each-value", "PG-NB-002", "unsure"),
    ("reference-to-what-is-not-shown", "PG-NB-002", "unsure"),
    ("part-with-indexed-owner", "PG-S3-003", "broken"),
    ("encryption-deleted", "PG-S3-001", "broken"),
    ("public-access-block-deleted", "PG-S3-003", "broken"),
    ("partial-plan-that-deletes", "PG-S3-003", "broken"),
    ("alias-beside-its-key", "PG-NB-005", "holds"),
    ("key-and-alias-of-aws", "PG-NB-005", "broken"),
    ("id-of-aws-key-behind-alias", "PG-NB-005", "broken"),
    ("data-source-of-own-bucket", "PG-S3-003", "broken"),
    ("data-source-of-aws-key", "PG-S3-001", "broken"),
    ("dynamic-block-over-unknown", "PG-S3-001", "unsure"),
    ("planned-values-only", "PG-NB-002", "holds"),
    ("planned-values-beside-data", "PG-NB-001", "broken"),
    ("null-changes", "PG-NB-001", "broken"),
    ("acl-made-private", "PG-S3-003", "holds"),
    ("acl-unknown", "PG-S3-003", "unsure"),
    ("ownership-unknown", "PG-S3-003", "unsure"),
    ("unknown-rule-in-list", "PG-S3-001", "unsure"),
    ("unknown-rule-beside-known", "PG-S3-001", "unsure"),
    ("part-of-unknown-owner", "PG-S3-001", "unsure"),
    ("base64-in-lines", "PG-NB-007", "broken"),
    ("secret-in-python", "PG-NB-007", "broken"),
    ("output-to-feature-store", "PG-PJ-005", "not applicable"),
    ("list-behind-a-call", "PG-PJ-001", "unsure"),
    ("account-block-of-other-provider", "PG-S3-003", "unsure"),
];

fn judged(path: &str, rules: &[&str]) -> Report {
    let rules = match rules {
        [] => RULES.iter().collect(),
        names => names.iter().filter_map(|name| find(name)).collect(),
    };
    check(&Options {
        inputs: vec![path.to_owned()],
        rules,
        ..Options::default()
    })
}

#[test]
fn hard_cases_get_the_right_verdict() {
    let mut wrong = Vec::new();
    for (name, rule, expected) in CASES {
        let report = judged(&format!("testdata/inputs/verdicts/{name}.json"), &[rule]);
        let given = support::verdict(&report);
        if given != *expected {
            wrong.push(format!("{name}: {rule} is {given}, not {expected}"));
        }
    }
    assert_eq!(wrong, [""; 0]);
    let named: BTreeSet<_> = CASES
        .iter()
        .map(|(name, ..)| format!("{name}.json"))
        .collect();
    let files = support::files(Path::new("testdata/inputs/verdicts"), "");
    let files = files
        .iter()
        .map(|path| path.file_name().unwrap().to_string_lossy().into_owned());
    assert_eq!(files.collect::<BTreeSet<_>>(), named);
}

#[test]
fn worse_than_before_is_new() {
    let report = judged("testdata/inputs/plan/existing-and-worse.json", &[]);
    let token = report
        .findings
        .iter()
        .find(|finding| finding.message.contains("GitHub token"));
    assert_eq!(token.map(|finding| finding.status), Some(Status::New));
    let block = report
        .findings
        .iter()
        .find(|finding| finding.alias == "PG-S3-003");
    assert_eq!(block.map(|finding| finding.status), Some(Status::New));
    let unchanged = judged("testdata/inputs/plan/update.json", &["PG-KMS-001"]);
    assert_eq!(unchanged.findings.first().unwrap().status, Status::Existing);
}

#[test]
fn what_the_author_writes_begins_no_line() {
    let report = judged("testdata/inputs/plan/line-break-in-value.json", &[]);
    assert!(!report.findings.is_empty());
    for finding in &report.findings {
        assert!(
            !finding.message.contains(char::is_control),
            "{}",
            finding.message
        );
    }
}

#[test]
fn modules_in_a_circle_end() {
    let report = judged(
        "testdata/inputs/plan/modules-in-a-circle.json",
        &["PG-NB-002"],
    );
    assert_eq!(support::verdict(&report), "unsure");
}

/// A managed policy from outside the input is unknown, until its text is supplied.
#[test]
fn supplied_managed_policies_are_read() {
    let arn = "arn:aws:iam::111122223333:policy/analysis-data";
    let document = |resource: &str| {
        format!(
            r#"{{"Version": "2012-10-17", "Statement": [{{"Effect": "Allow", "Action": "*", "Resource": "{resource}"}}]}}"#
        )
    };
    let verdict = |supplied: Option<&str>| {
        let mut options = Options {
            inputs: vec![
                "testdata/rules/execution-role-not-admin/unknown-attached-elsewhere.plan.json"
                    .to_owned(),
            ],
            rules: find("IAM-010").into_iter().collect(),
            ..Options::default()
        };
        if let Some(resource) = supplied {
            options
                .managed_policies
                .supply(arn, &document(resource))
                .unwrap();
        }
        support::verdict(&check(&options))
    };
    assert_eq!(verdict(None), "unsure");
    assert_eq!(verdict(Some("*")), "broken");
    assert_eq!(verdict(Some("arn:aws:s3:::claims-data/*")), "holds");
    let refused = Options::default().managed_policies.supply(arn, "{}");
    assert!(refused.is_err_and(|message| message.contains("no `Statement`")));
}
