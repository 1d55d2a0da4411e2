//! Terraform projects of which it is known what is wrong with them: `terraform-real` of the corpora, where they are
//! there. The mistakes must be found, and what is right must pass.

#![expect(clippy::unwrap_used, reason = "a helper of a test fails the test")]

mod support;

use std::path::{Path, PathBuf};

use plangate::finding::{FindingVerdict, Report, Severity};
use plangate::rules::RULES;
use plangate::{Options, check};
use serde_json::Value;
use support::Alone;

/// A project with a mistake: the rules of which any finds it, and the resource that their findings lead to.
type Mistake = (&'static str, &'static [&'static str], &'static str);

const MISTAKES: &[Mistake] = &[
    (
        "c02-launcher-ifexists",
        &["PG-ACC-006"],
        "aws_iam_policy.launcher",
    ),
    ("c04-key-open-principal", &["PG-KMS-002"], "aws_kms_key.ml"),
    (
        "c06-endpoint-policy-miss",
        &["PG-VPCE-008"],
        "aws_vpc_endpoint.this[\"s3\"]",
    ),
    (
        "c08-group-fullaccess",
        &["PG-IAM-015", "PG-ACC-005", "PG-ACC-006", "PG-IAM-012"],
        "module.groups[\"data-science\"]",
    ),
    (
        "c10-passrole-wide",
        &["PG-IAM-006"],
        "aws_iam_policy.rendered[\"launcher\"]",
    ),
    (
        "c12-stepfunctions-no-volume-key",
        &["PG-PJ-004"],
        "aws_sfn_state_machine.prep",
    ),
    (
        "c14-environment-switch",
        &["PG-NB-001"],
        "aws_sagemaker_notebook_instance.team[\"pricing\"]",
    ),
    (
        "c14-environment-switch",
        &["PG-NB-003"],
        "aws_sagemaker_notebook_instance.team[\"pricing\"]",
    ),
    (
        "c15-permissions-boundary",
        &["PG-IAM-012"],
        "aws_iam_policy.admin",
    ),
    (
        "c17-awscc-processing-job",
        &["PG-PJ-003"],
        "awscc_sagemaker_processing_job.features",
    ),
    (
        "c17-awscc-processing-job",
        &["PG-PJ-005"],
        "awscc_sagemaker_processing_job.features",
    ),
];

/// Projects without a mistake.
const RIGHT: &[&str] = &[
    "c01-notebook-baseline",
    "c03-key-policy-document",
    "c05-endpoints-matrix",
    "c07-groups-nested",
    "c09-multi-account",
    "c11-stepfunctions-pipeline",
    "c13-moved-import-drift",
    "c16-dynamic-checks",
];

/// A plan that only takes up what somebody changed by hand.
const DRIFT: &str = "plan-drift.json";

/// What a plan alone hides of what was proven before it: its source would tell.
const PROOF_LOST: &str = "proof-lost";

fn report(input: &str) -> Report {
    let report = check(&Options {
        inputs: vec![input.to_owned()],
        rules: RULES.iter().collect(),
        ..Options::default()
    });
    let mut fatal = report.problems.iter().filter(|problem| problem.fatal);
    assert!(fatal.next().is_none(), "{input}: {:?}", report.problems);
    report
}

/// The report of a project from its first plan beside its source, from the source alone, and from the plan alone.
fn reports(folder: &Path) -> [(&'static str, Report); 3] {
    let plan = folder.join("plan.json");
    [
        ("both", report(&plan.to_string_lossy())),
        ("source", report(&Alone::source(folder).path)),
        ("plan", report(&Alone::plan(&plan).path)),
    ]
}

/// The reports of what was planned after the first time (changes, replacements, the end), each plan beside the
/// source that it was made of, and alone.
fn later(folder: &Path) -> Vec<(&'static str, Report)> {
    let Ok(steps) = std::fs::read_to_string(folder.join("steps.json")) else {
        return Vec::new();
    };
    let steps: Vec<Value> = serde_json::from_str(&steps).unwrap();
    let source = Alone::source(folder);
    let mut reports = Vec::new();
    for step in steps {
        let text = |key| step.get(key).and_then(Value::as_str);
        if let Some(changed) = text("overlay") {
            let changed = folder.join(changed);
            for file in support::files(&changed, "") {
                let inside = file.strip_prefix(&changed).unwrap();
                let copy = Path::new(&source.path).join(inside);
                std::fs::create_dir_all(copy.parent().unwrap()).unwrap();
                std::fs::copy(&file, copy).unwrap();
            }
        }
        let name = text("plan").filter(|name| !["plan.json", DRIFT].contains(name));
        let Some(name) = name else { continue };
        let plan = folder.join(name);
        let copy = Path::new(&source.path).join("plan.json");
        std::fs::copy(&plan, &copy).unwrap();
        reports.push(("both", report(&copy.to_string_lossy())));
        std::fs::remove_file(copy).unwrap();
        reports.push(("plan", report(&Alone::plan(&plan).path)));
    }
    reports
}

fn projects() -> Option<PathBuf> {
    Some(support::corpora()?.join("terraform-real"))
}

/// Whether a report tells a mistake, or an honest doubt where that will do.
fn is_told(report: &Report, (_, rules, resource): &Mistake, may_doubt: bool) -> bool {
    let mut broken = rules
        .iter()
        .flat_map(|rule| support::with(report, rule, FindingVerdict::Broken));
    broken.any(|one| support::leads_to(one, report, resource))
        || may_doubt && support::is_in_doubt(report, resource)
}

#[test]
fn mistakes_of_real_projects_are_found() {
    let Some(projects) = projects() else {
        return;
    };
    let mut wrong = Vec::new();
    for mistake in MISTAKES {
        let (case, rules, resource) = mistake;
        for (form, report) in reports(&projects.join(case)) {
            if !is_told(&report, mistake, form == "plan") {
                wrong.push(format!(
                    "{case}, {form}: {rules:?} do not lead to {resource}"
                ));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn nothing_serious_is_found_in_projects_that_are_right() {
    let Some(projects) = projects() else {
        return;
    };
    let mut wrong = Vec::new();
    for case in RIGHT {
        let folder = projects.join(case);
        let reports = reports(&folder).into_iter().chain(later(&folder));
        for (form, report) in reports {
            let findings = report.findings.iter();
            let serious = findings.filter(|one| {
                let is_lost = form == "plan" && one.code == Some(PROOF_LOST);
                one.verdict == FindingVerdict::Broken && one.severity >= Severity::High && !is_lost
            });
            wrong.extend(
                serious.map(|one| format!("{case}, {form}: {} {}", one.alias, one.message)),
            );
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn what_was_opened_by_hand_is_found() {
    let Some(projects) = projects() else {
        return;
    };
    let plan = projects.join("c13-moved-import-drift").join(DRIFT);
    let report = report(&Alone::plan(&plan).path);
    let opened: Mistake = ("", &["PG-S3-004"], "aws_s3_bucket_policy.legacy");
    assert!(is_told(&report, &opened, false), "{:?}", report.findings);
}

#[test]
fn every_real_project_is_tested() {
    let Some(projects) = projects() else {
        return;
    };
    for entry in std::fs::read_dir(projects).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if path.join("plan.json").is_file() {
            let is_wrong = MISTAKES.iter().any(|(case, ..)| *case == name);
            assert!(is_wrong != RIGHT.contains(&&*name), "{name}");
        }
    }
}
