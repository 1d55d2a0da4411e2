//! Change sets: what changes is judged as it will be, what was there before is told apart, and what is not listed
//! is not taken to be absent.
#![expect(
    clippy::panic,
    clippy::unwrap_used,
    reason = "a helper of a test fails the test"
)]

use std::path::{Path, PathBuf};

use plangate::finding::{Finding, FindingVerdict, Report, Severity, Status};
use plangate::gate::Gate;
use plangate::rules::RULES;
use plangate::{Options, check};
use serde_json::{Value, json};

const FOLDER: &str = "testdata/inputs/cloudformation/change-set";

fn options(input: &str, source: Option<&str>) -> Options {
    Options {
        inputs: vec![input.to_owned()],
        source: source.map(str::to_owned),
        rules: RULES.iter().collect(),
        ..Options::default()
    }
}

fn alone(name: &str) -> Report {
    check(&options(&format!("{FOLDER}/{name}"), None))
}

fn with_template(name: &str) -> Report {
    let template = format!("{FOLDER}/template.yaml");
    check(&options(&format!("{FOLDER}/{name}"), Some(&template)))
}

fn exit(report: &Report) -> u8 {
    let gate = Gate {
        fail_on: Severity::Critical,
        strict: None,
    };
    gate.decide(report).code()
}

fn problems(report: &Report) -> Vec<&str> {
    let problems = report.problems.iter();
    problems.map(|problem| problem.message.as_str()).collect()
}

fn finding<'r>(report: &'r Report, alias: &str, address: &str) -> &'r Finding {
    let mut findings = report.findings.iter();
    let found = findings.find(|one| one.alias == alias && one.resource.address == address);
    found.unwrap_or_else(|| panic!("no {alias} on {address}: {:#?}", report.findings))
}

fn status(report: &Report, alias: &str, address: &str) -> Status {
    finding(report, alias, address).status
}

fn models(options: &Options) -> Vec<Value> {
    let mut out = Vec::new();
    let problems = plangate::models(options, &mut |model| {
        model.write(&mut out.is_empty(), &mut out).unwrap();
    });
    assert_eq!(problems, []);
    let text = String::from_utf8(out).unwrap();
    serde_json::from_str(&format!("[{text}]")).unwrap()
}

fn resource<'m>(models: &'m [Value], address: &str) -> &'m Value {
    let found = models.iter().find(|one| one["address"] == address);
    found.unwrap_or_else(|| panic!("no {address}: {models:#?}"))
}

/// A folder of this test's own.
fn scratch(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(&folder).unwrap();
    folder
}

/// The change set with something changed, as a file.
fn edited(name: &str, edit: impl FnOnce(&mut Value)) -> String {
    let text = std::fs::read_to_string(format!("{FOLDER}/modify.json")).unwrap();
    let mut answer = serde_json::from_str(&text).unwrap();
    edit(&mut answer);
    let path = scratch(name).join("change-set.json");
    std::fs::write(&path, answer.to_string()).unwrap();
    path.to_string_lossy().into_owned()
}

const PARTIAL: &str = "the change set lists only what changes (partial plan)";

#[test]
fn what_a_modified_resource_had_before_is_there_already() {
    let report = alone("modify.json");
    let [input] = report.inputs.as_slice() else {
        panic!("{:?}", report.inputs);
    };
    assert_eq!(input.kind, "cloudformation-change-set");
    assert_eq!(input.account.as_deref(), Some("111122223333"));
    assert_eq!(input.region.as_deref(), Some("eu-central-1"));
    assert!(!input.complete);
    assert_eq!(problems(&report), [PARTIAL]);
    assert_eq!(status(&report, "PG-NB-001", "Notebook"), Status::Existing);
    assert_eq!(status(&report, "PG-NB-003", "Notebook"), Status::New);
    let construct = &finding(&report, "PG-NB-003", "Notebook").resource.construct;
    assert_eq!(construct.as_deref(), Some("Analysis/Notebook"));
    // What is not listed may be there: a policy that is attached to the role, say.
    let unsure = report.findings.iter();
    let mut unsure = unsure.filter(|one| one.verdict == FindingVerdict::Unsure);
    assert!(unsure.any(|one| {
        one.hinges_on
            .iter()
            .any(|hinge| hinge.reason == "partial plan")
    }));
}

#[test]
fn what_is_there_has_its_name() {
    let models = models(&options(&format!("{FOLDER}/modify.json"), None));
    let role = &resource(&models, "Role")["attributes"];
    assert_eq!(role["name"], "analysis-Role-1ABC");
    assert_eq!(
        role["arn"],
        "arn:aws:iam::111122223333:role/analysis-Role-1ABC"
    );
}

#[test]
fn without_values_nothing_is_known() {
    let report = alone("names-only.json");
    assert_eq!(report.tally.broken, 0);
    assert!(report.tally.unsure > 0);
    for finding in &report.findings {
        // Whether it was so before is not known either.
        assert_eq!(finding.status, Status::New);
        let reasons = finding.hinges_on.iter().map(|one| one.reason.as_str());
        assert!(
            reasons
                .clone()
                .all(|reason| reason == "values not included"),
            "{finding:#?}"
        );
    }
}

#[test]
fn what_is_added_and_removed() {
    let report = alone("add.json");
    assert!(report.findings.iter().all(|one| one.status == Status::New));
    let aliases: Vec<_> = report.findings.iter().map(|one| one.alias).collect();
    assert!(aliases.contains(&"PG-S3-004"), "{aliases:?}");
    assert!(!aliases.contains(&"PG-NB-003"), "{aliases:?}");
    assert_eq!(
        problems(&report),
        [PARTIAL, "nested stack `Inner` has a change set of its own"]
    );
    let models = models(&options(&format!("{FOLDER}/add.json"), None));
    let judged: Vec<_> = models.iter().filter(|one| one["judged"] == true).collect();
    let addresses: Vec<_> = judged.iter().map(|one| &one["address"]).collect();
    assert_eq!(addresses, ["Notebook", "Policy", "Inner"]);
    assert_eq!(resource(&models, "Kept")["judged"], false);
    let policy = &resource(&models, "Policy")["attributes"];
    let unknown = json!({"$unknown": "known after apply"});
    assert_eq!(policy["bucket"], unknown);
    assert_eq!(
        policy["policy"]["Statement"][0]["Resource"],
        json!({"$text": ["arn:aws:s3:::", unknown, "/*"]})
    );
}

#[test]
fn with_its_template_all_is_there() {
    let report = with_template("modify.json");
    let [input] = report.inputs.as_slice() else {
        panic!("{:?}", report.inputs);
    };
    assert!(input.complete);
    assert_eq!(input.resources, 3);
    let source = input.source.as_deref();
    assert_eq!(source, Some(&*format!("{FOLDER}/template.yaml")));
    assert_eq!(problems(&report), [""; 0]);
    assert_eq!(status(&report, "PG-NB-001", "Notebook"), Status::Existing);
    assert_eq!(status(&report, "PG-NB-003", "Notebook"), Status::New);
    // It is in the template alone, so that nothing changes.
    assert_eq!(status(&report, "PG-S3-001", "Data"), Status::Existing);
    let place = &finding(&report, "PG-NB-003", "Notebook").location;
    assert!(place.file.ends_with("template.yaml"), "{place:?}");
}

#[test]
fn the_template_tells_which_resource_is_meant_and_the_change_set_its_name() {
    let template = format!("{FOLDER}/template.yaml");
    let input = format!("{FOLDER}/modify.json");
    let models = models(&options(&input, Some(&template)));
    let bucket = &resource(&models, "Data")["attributes"];
    assert_eq!(bucket["bucket"], "analysis-data-1xyz");
    let notebook = &resource(&models, "Notebook")["attributes"];
    assert_eq!(notebook["name"], "analysis");
    assert_eq!(
        notebook["role_arn"],
        json!({"$text": [{"$ref": "Role", "attribute": "arn"}]})
    );
}

#[test]
fn what_the_change_set_does_not_know_the_template_may() {
    let template = format!("{FOLDER}/template.yaml");
    let models = models(&options(&format!("{FOLDER}/add.json"), Some(&template)));
    let notebook = &resource(&models, "Notebook")["attributes"];
    assert_eq!(
        notebook["role_arn"],
        json!({"$text": [{"$ref": "Role", "attribute": "arn"}]})
    );
    // What it knows wins.
    assert_eq!(notebook["root_access"], "Disabled");
    let report = with_template("add.json");
    assert_eq!(
        problems(&report),
        [
            "the template and the change set do not agree on `Policy` and 1 more",
            "nested stack `Inner` has a change set of its own",
        ]
    );
    assert_eq!(status(&report, "PG-NB-001", "Notebook"), Status::New);
}

#[test]
fn a_part_of_a_change_set_does_not_tell_what_stays() {
    let report = with_template("part.json");
    let token = "the answer has a `NextToken`: it is only a part of the change set";
    assert_eq!(problems(&report), [token]);
    assert_eq!(status(&report, "PG-S3-001", "Data"), Status::New);
    let report = alone("part.json");
    assert_eq!(problems(&report), [PARTIAL, token]);
}

#[test]
fn a_change_set_that_failed_says_so() {
    let report = alone("failed.json");
    assert_eq!(
        problems(&report),
        [
            PARTIAL,
            "the change set is `FAILED`: The submitted information didn't contain changes",
        ]
    );
    assert_eq!(exit(&report), 0);
}

#[test]
fn a_replaced_resource_is_a_new_one() {
    let path = edited("replaced", |answer| {
        answer["Changes"][0]["ResourceChange"]["Replacement"] = json!("True");
    });
    let report = check(&options(&path, None));
    assert_eq!(status(&report, "PG-NB-001", "Notebook"), Status::New);
}

#[test]
fn hidden_values_are_not_known() {
    let path = edited("hidden", |answer| {
        let context = r#"{"Properties": {"RootAccess": "****"}}"#;
        answer["Changes"][0]["ResourceChange"]["AfterContext"] = json!(context);
    });
    let models = models(&options(&path, None));
    let notebook = &resource(&models, "Notebook")["attributes"];
    assert_eq!(
        notebook["root_access"],
        json!({"$unknown": "parameter without a value"})
    );
}

#[test]
fn the_default_of_a_hidden_parameter_does_not_count() {
    let template = scratch("default").join("template.yaml");
    let text = std::fs::read_to_string(format!("{FOLDER}/template.yaml")).unwrap();
    let text = text
        .replace(
            "Resources:\n  Data:",
            "  Token: {Type: String, NoEcho: true, Default: Enabled}\nResources:\n  Data:",
        )
        .replace(
            "DirectInternetAccess: Enabled",
            "DirectInternetAccess: !Ref Token",
        );
    std::fs::write(&template, text).unwrap();
    let input = format!("{FOLDER}/names-only.json");
    let report = check(&options(&input, Some(&template.to_string_lossy())));
    let finding = finding(&report, "PG-NB-001", "Notebook");
    assert_eq!(finding.verdict, FindingVerdict::Unsure);
}

#[test]
fn a_context_that_is_no_json_is_not_known() {
    let path = edited("context", |answer| {
        answer["Changes"][0]["ResourceChange"]["AfterContext"] = json!("{\"Properties\": ");
    });
    let report = check(&options(&path, None));
    let message = "the `AfterContext` of `Notebook` is not JSON";
    assert_eq!(problems(&report), [PARTIAL, message]);
    assert!(exit(&report) == 0 && report.tally.unsure > 0);
}

#[test]
fn a_broken_change_set_is_an_error() {
    let text = std::fs::read_to_string(format!("{FOLDER}/modify.json")).unwrap();
    let folder = scratch("cut");
    let path = folder.join("change-set.json");
    std::fs::write(&path, text.get(..1_000).unwrap()).unwrap();
    for input in [&path, &folder] {
        let report = check(&options(&input.to_string_lossy(), None));
        assert_eq!(exit(&report), 2);
        let found = problems(&report);
        assert!(
            found[0].contains("is a CloudFormation change set that cannot be read: EOF"),
            "{found:?}"
        );
    }
    let path = edited("no-list", |answer| answer["Changes"] = json!({}));
    let report = check(&options(&path, None));
    assert_eq!(exit(&report), 2);
    assert!(problems(&report)[0].ends_with("of which `Changes` is no list"));
}

#[test]
fn a_directory_may_hold_change_sets_and_other_answers() {
    let folder = scratch("searched");
    let copy = |name: &str| {
        std::fs::copy(format!("{FOLDER}/{name}"), folder.join(name)).unwrap();
    };
    copy("modify.json");
    copy("template.yaml");
    std::fs::write(folder.join("key.json"), r#"{"Policy": "{}"}"#).unwrap();
    let name = folder.to_string_lossy().into_owned();
    let kinds = |report: &Report| {
        let kinds = report.inputs.iter().map(|input| input.kind);
        kinds.collect::<Vec<_>>()
    };
    let report = check(&options(&name, None));
    let both = ["cloudformation-change-set", "cloudformation-template"];
    assert_eq!(kinds(&report), both);
    assert_eq!(report.passed_over, 1);
    // The template of the change set is no input of its own.
    let template = folder.join("template.yaml").to_string_lossy().into_owned();
    let report = check(&options(&name, Some(&template)));
    assert_eq!(kinds(&report), ["cloudformation-change-set"]);
    assert!(report.inputs[0].complete);
}

#[test]
fn what_is_named_as_its_template_must_be_one() {
    let source = format!("{FOLDER}/names-only.json");
    let report = check(&options(&format!("{FOLDER}/modify.json"), Some(&source)));
    assert_eq!(exit(&report), 2);
    let found = problems(&report);
    assert!(
        found[0].contains("is judged with its source, and `"),
        "{found:?}"
    );
    let report = check(&options(
        &format!("{FOLDER}/modify.json"),
        Some("nowhere.yaml"),
    ));
    assert_eq!(exit(&report), 2);
}
