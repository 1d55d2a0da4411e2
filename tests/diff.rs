//! What a change makes of an estate: by a plan's own two sides, and by two inputs of any sort.
#![expect(
    clippy::unwrap_used,
    reason = "a helper of a test fails the test, or says what it saw"
)]

mod support;

use std::path::{Path, PathBuf};

use plangate::diff::{Change, Difference, Effect};
use plangate::finding::Severity;
use plangate::finding::proof::ProofVerdict;
use plangate::gate::Gate;
use plangate::report::{Style, diff};
use plangate::rules::RULES;
use plangate::{Options, compare};
use serde_json::Value;

const FIXTURES: &str = "testdata/rules/plan-does-not-regress-path";

fn compared(inputs: &[&str]) -> Difference {
    compare(&Options {
        inputs: inputs.iter().map(|input| (*input).to_owned()).collect(),
        rules: RULES.iter().collect(),
        ..Options::default()
    })
}

fn fixture(name: &str) -> Difference {
    compared(&[&format!("{FIXTURES}/{name}.plan.json")])
}

fn exit(difference: &Difference, strict: Option<Severity>) -> u8 {
    let gate = Gate {
        fail_on: Severity::High,
        strict,
    };
    gate.decide_change(difference).code()
}

fn printed(difference: &Difference) -> String {
    let mut out = Vec::new();
    diff::write(difference, Style::default(), &mut out).unwrap();
    anstream::adapter::strip_str(&String::from_utf8(out).unwrap()).to_string()
}

/// A folder of this test's own.
fn scratch(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(&folder).unwrap();
    folder
}

fn settings() -> insta::Settings {
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path("../snapshots/diff");
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    let scratch = regex::escape(env!("CARGO_TARGET_TMPDIR"));
    settings.add_filter(&scratch, "[scratch]");
    settings
}

/// The effect on each path, and the change.
fn paths(difference: &Difference) -> Vec<(Effect, Change)> {
    let paths = difference.paths.iter();
    paths.map(|path| (path.effect, path.change)).collect()
}

#[test]
fn a_plan_tells_what_it_breaks_and_why() {
    for name in ["fail", "fail-attachment", "fail-policy", "fail-proof-lost"] {
        let difference = fixture(name);
        assert_eq!(exit(&difference, None), 1, "{name}");
        settings().bind(|| insta::assert_snapshot!(name, printed(&difference)));
    }
    let proof_lost = fixture("fail-proof-lost");
    assert_eq!(paths(&proof_lost), [(Effect::Worse, Change::ProofLost)]);
}

#[test]
fn what_holds_on_both_sides_is_counted() {
    let difference = fixture("pass");
    assert_eq!(paths(&difference), []);
    assert_eq!(difference.unchanged.paths, 1);
    assert_eq!(exit(&difference, Some(Severity::Info)), 0);
}

#[test]
fn a_path_whose_workload_is_there_and_has_none_any_more_is_asked_again() {
    let difference = fixture("fail-policy");
    let path = difference.paths.first().unwrap();
    assert_eq!((path.effect, path.change), (Effect::Worse, Change::Broken));
    let after = path.after.as_ref().unwrap();
    assert_eq!(after.verdict, ProofVerdict::Broken);
    let hop = path.hops.first().unwrap();
    let former = hop.allowed_by.first().unwrap();
    assert_eq!(
        former.written_in.as_deref(),
        Some("aws_iam_role_policy.studies")
    );
    assert!(former.fate.is_some());
}

const TEMPLATE: &str = "testdata/example/template.yaml";

/// The example's template with one text in place of another.
fn template(folder: &Path, name: &str, from: &str, to: &str) -> String {
    let text = std::fs::read_to_string(TEMPLATE).unwrap();
    assert!(text.contains(from), "{from}");
    let path = folder.join(name);
    std::fs::write(&path, text.replace(from, to)).unwrap();
    path.to_string_lossy().into_owned()
}

#[test]
fn two_templates_are_compared() {
    let folder = scratch("diff-templates");
    let from = "Action: [kms:Decrypt, kms:DescribeKey, kms:Encrypt]";
    let worse = template(&folder, "worse.yaml", from, "Action: kms:DescribeKey");
    let with = "Action: [kms:Decrypt, kms:DescribeKey, kms:GenerateDataKey]";
    let better = template(&folder, "better.yaml", from, with);
    let same = compared(&[TEMPLATE, TEMPLATE]);
    assert_eq!(
        (same.count(Effect::Worse), same.count(Effect::Better)),
        (0, 0)
    );
    assert_eq!(exit(&same, Some(Severity::Info)), 0);
    let difference = compared(&[TEMPLATE, &worse]);
    assert_eq!(exit(&difference, None), 1);
    settings().bind(|| insta::assert_snapshot!("templates", printed(&difference)));
    let difference = compared(&[TEMPLATE, &better]);
    assert_eq!(paths(&difference), [(Effect::Better, Change::Repaired)]);
    assert_eq!(exit(&difference, None), 0);
    // The other way round, what was better is worse.
    let back = compared(&[&better, TEMPLATE]);
    assert_eq!(paths(&back), [(Effect::Worse, Change::Broken)]);
}

#[test]
fn a_workload_that_goes_takes_its_path_along() {
    let folder = scratch("diff-gone");
    let text = std::fs::read_to_string(TEMPLATE).unwrap();
    let document: Vec<&str> = text.split("\n  AnalysisNotebook:\n").collect();
    let [before, after] = document.as_slice() else {
        panic!("the example has a notebook");
    };
    let rest = after.find("\n  ").map(|_| {
        let mut lines = after.lines().skip_while(|line| line.starts_with("    "));
        lines.by_ref().collect::<Vec<_>>().join("\n")
    });
    let without = folder.join("without.yaml");
    std::fs::write(&without, format!("{before}\n{}\n", rest.unwrap())).unwrap();
    let difference = compared(&[TEMPLATE, &without.to_string_lossy()]);
    assert!(
        paths(&difference)
            .iter()
            .all(|path| *path == (Effect::Neutral, Change::Lost)),
        "{}",
        printed(&difference)
    );
    assert_eq!(difference.paths.len(), 2);
    assert_eq!(exit(&difference, None), 0);
}

#[test]
fn a_plan_is_compared_with_its_source() {
    let plan = format!("{FIXTURES}/fail.plan.json");
    let source = format!("{FIXTURES}/pass.tf");
    let difference = compared(&[&source, &plan]);
    assert_eq!(paths(&difference), [(Effect::Worse, Change::Broken)]);
}

#[test]
fn a_state_changes_nothing() {
    let folder = scratch("diff-state");
    let plan = std::fs::read_to_string(format!("{FIXTURES}/fail.plan.json")).unwrap();
    let plan: Value = serde_json::from_str(&plan).unwrap();
    let state = folder.join("state.json");
    std::fs::write(&state, plan.get("prior_state").unwrap().to_string()).unwrap();
    let state = state.to_string_lossy();
    let alone = compared(&[&state]);
    assert_eq!(paths(&alone), []);
    assert_eq!(alone.unchanged.paths, 1);
    // What was, against what will be: as the plan says by itself.
    let difference = compared(&[&state, &format!("{FIXTURES}/fail.plan.json")]);
    assert_eq!(paths(&difference), [(Effect::Worse, Change::Broken)]);
}

#[test]
fn source_alone_does_not_tell_what_was_there_before() {
    let difference = compared(&[TEMPLATE]);
    assert_eq!(exit(&difference, None), 2);
    let problem = difference.problems.first().unwrap();
    assert_eq!(
        problem.message,
        "`testdata/example/template.yaml` does not tell what was there before it"
    );
    let lost = compared(&["testdata/no-such.json", TEMPLATE]);
    assert_eq!(exit(&lost, None), 2);
}

#[test]
fn estates_of_two_directories_are_joined_by_their_names() {
    let folder = scratch("diff-directories");
    for side in ["before", "after"] {
        for root in ["a", "b"] {
            std::fs::create_dir_all(folder.join(side).join(root)).unwrap();
        }
    }
    let put = |fixture: &str, to: &str| {
        std::fs::copy(format!("{FIXTURES}/{fixture}.tf"), folder.join(to)).unwrap();
    };
    put("pass", "before/a/main.tf");
    put("fail", "before/b/main.tf");
    put("fail", "after/a/main.tf");
    put("pass", "after/b/main.tf");
    let [before, after] = ["before", "after"].map(|side| folder.join(side));
    let difference = compared(&[&before.to_string_lossy(), &after.to_string_lossy()]);
    assert_eq!(
        paths(&difference),
        [
            (Effect::Worse, Change::Broken),
            (Effect::Better, Change::Repaired)
        ]
    );
}

#[test]
fn json_keeps_to_its_schema() {
    let schema: Value = serde_json::from_str(&diff::schema()).unwrap();
    let kept = std::fs::read_to_string("testdata/schemas/diff.schema.json").unwrap();
    let kept: Value = serde_json::from_str(&kept).unwrap();
    assert_eq!(
        schema, kept,
        "plangate debug schema diff > testdata/schemas/diff.schema.json"
    );
    let validator = jsonschema::validator_for(&schema).unwrap();
    for name in ["fail", "fail-policy", "fail-proof-lost", "pass", "unknown"] {
        let mut out = Vec::new();
        diff::write_json(&fixture(name), &mut out).unwrap();
        let document: Value = serde_json::from_slice(&out).unwrap();
        let errors = validator.iter_errors(&document);
        let errors: Vec<_> = errors.map(|error| error.to_string()).collect();
        assert_eq!(errors, [""; 0], "{name}");
    }
}

/// The later plans of real configurations change no path.
#[test]
fn later_plans_of_the_corpora_break_nothing() {
    let Some(corpora) = support::corpora() else {
        return;
    };
    let mut seen = 0;
    for plan in support::files(&corpora.join("terraform-real"), ".json") {
        let name = plan.file_name().unwrap().to_string_lossy().into_owned();
        if !name.starts_with("plan-") {
            continue;
        }
        seen += 1;
        let difference = compared(&[&plan.to_string_lossy()]);
        let worse = paths(&difference);
        let worse: Vec<_> = worse
            .iter()
            .filter(|(effect, _)| *effect == Effect::Worse)
            .collect();
        assert!(
            worse.is_empty(),
            "{}: {}",
            plan.display(),
            printed(&difference)
        );
    }
    println!("{seen} later plans");
    assert!(seen > 10);
}
