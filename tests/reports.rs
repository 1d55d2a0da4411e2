//! One fixed report in every format; what comes out is the same for any number of threads, and holds no
//! secrets.
#![expect(clippy::unwrap_used, reason = "a helper of a test fails the test")]

mod support;

use std::collections::BTreeSet;
use std::path::Path;

use plangate::report::{FORMATS, Format, Style, json};
use plangate::rules::RULES;
use plangate::{Options, check};
use serde_json::Value;

fn settings() -> insta::Settings {
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path("../snapshots/reports");
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings
}

/// Broken, unsure, existing and new findings, a problem and an input that cannot be read.
fn options() -> Options {
    Options {
        inputs: [
            "testdata/example/plan.json",
            "testdata/inputs/plan/update.json",
            "testdata/rules/bucket-public-access-blocked/unknown-existing-bucket.plan.json",
            "testdata/inputs/plan/no-such.json",
        ]
        .map(str::to_owned)
        .to_vec(),
        rules: RULES.iter().collect(),
        ..Options::default()
    }
}

fn print(format: &Format, options: &Options) -> String {
    let mut out = Vec::new();
    let report = check(options);
    format.write(&report, Style::default(), &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

#[test]
fn every_format_says_the_same_report() {
    for format in FORMATS {
        let printed = print(format, &options());
        let mut printed = anstream::adapter::strip_str(&printed).to_string();
        if format.name == "sarif" {
            printed = with_one_rule(&printed);
        }
        settings().bind(|| insta::assert_snapshot!(format.name, printed));
    }
}

/// A SARIF log with one of the rules, of which the manual has all.
fn with_one_rule(log: &str) -> String {
    let mut log: Value = serde_json::from_str(log).unwrap();
    let rules = log.pointer_mut("/runs/0/tool/driver/rules").unwrap();
    let rules = rules.as_array_mut().unwrap();
    assert_eq!(rules.len(), RULES.len());
    rules.retain(|rule| rule["id"] == "key-rotation-enabled");
    serde_json::to_string_pretty(&log).unwrap()
}

#[test]
fn what_is_unsure_takes_ten_lines_at_most() {
    let unknown = support::files(Path::new("testdata/rules"), ".plan.json");
    let unknown = unknown
        .iter()
        .map(|path| path.to_string_lossy().into_owned());
    let options = Options {
        inputs: unknown.filter(|path| path.contains("/unknown")).collect(),
        rules: RULES.iter().collect(),
        ..Options::default()
    };
    let report = check(&options);
    let lines = |verbose| {
        let mut out = Vec::new();
        let human = Format::find("human").unwrap();
        human.write(&report, Style { verbose }, &mut out).unwrap();
        let printed = anstream::adapter::strip_str(&String::from_utf8(out).unwrap()).to_string();
        let section = printed
            .split("\n\n")
            .find(|section| section.starts_with("unsure"));
        section.unwrap().lines().count()
    };
    assert_eq!(lines(false), 10);
    assert!(lines(true) > 40);
}

#[test]
fn json_keeps_to_its_schema() {
    let schema: Value = serde_json::from_str(&json::schema()).unwrap();
    let kept = std::fs::read_to_string("testdata/schemas/report.schema.json").unwrap();
    let kept: Value = serde_json::from_str(&kept).unwrap();
    assert_eq!(
        schema, kept,
        "plangate debug schema > testdata/schemas/report.schema.json"
    );
    let validator = jsonschema::validator_for(&schema).unwrap();
    let printed = print(Format::find("json").unwrap(), &options());
    let document: Value = serde_json::from_str(&printed).unwrap();
    let errors: Vec<_> = validator
        .iter_errors(&document)
        .map(|error| error.to_string())
        .collect();
    assert_eq!(errors, [""; 0]);
    let summary = document.get("summary").unwrap();
    assert_eq!(summary.pointer("/broken/high"), Some(&Value::from(6)));
}

#[test]
fn sarif_keeps_to_its_schema() {
    let schema = std::fs::read_to_string("testdata/schemas/sarif-2.1.0.json").unwrap();
    let mut schema: Value = serde_json::from_str(&schema).unwrap();
    // No regular expression: a bracket is never opened.
    for of in ["run", "toolComponent"] {
        let language = schema.pointer_mut(&format!("/definitions/{of}/properties/language"));
        language.unwrap().as_object_mut().unwrap().remove("pattern");
    }
    let validator = jsonschema::validator_for(&schema).unwrap();
    let printed = print(Format::find("sarif").unwrap(), &options());
    let log: Value = serde_json::from_str(&printed).unwrap();
    let errors: Vec<_> = validator
        .iter_errors(&log)
        .map(|error| error.to_string())
        .collect();
    assert_eq!(errors, [""; 0]);
    let results = log.pointer("/runs/0/results").unwrap().as_array().unwrap();
    let report = check(&options());
    assert_eq!(results.len(), report.findings.len());
    for (result, finding) in results.iter().zip(&report.findings) {
        let of = |path| result.pointer(path).unwrap();
        assert_eq!(of("/ruleId"), finding.rule);
        assert_eq!(
            of("/locations/0/physicalLocation/region/startLine"),
            finding.location.line
        );
    }
}

#[test]
fn one_thread_and_sixteen_say_the_same() {
    let mut inputs: Vec<String> = support::files(Path::new("testdata"), "plan.json")
        .iter()
        .map(|path| path.to_string_lossy().into_owned())
        .collect();
    inputs.sort();
    let options = Options {
        inputs,
        rules: RULES.iter().collect(),
        ..Options::default()
    };
    let with = |threads| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads);
        let pool = pool.build().unwrap();
        pool.install(|| {
            FORMATS
                .iter()
                .map(|format| print(format, &options))
                .collect::<Vec<_>>()
        })
    };
    assert_eq!(with(1), with(16));
}

/// Every text that a plan marks as secret, found by a reader of its own.
fn secrets(plan: &Value) -> BTreeSet<String> {
    fn texts(value: &Value, found: &mut BTreeSet<String>) {
        match value {
            Value::String(text) if !text.is_empty() => {
                found.insert(text.clone());
            }
            Value::Array(list) => list.iter().for_each(|value| texts(value, found)),
            Value::Object(map) => map.values().for_each(|value| texts(value, found)),
            _ => {}
        }
    }
    fn marked(value: &Value, marks: &Value, found: &mut BTreeSet<String>) {
        match marks {
            Value::Bool(true) => texts(value, found),
            Value::Object(marks) => {
                for (key, marks) in marks {
                    marked(value.get(key).unwrap_or(&Value::Null), marks, found);
                }
            }
            Value::Array(marks) => {
                for (at, marks) in marks.iter().enumerate() {
                    marked(value.get(at).unwrap_or(&Value::Null), marks, found);
                }
            }
            _ => {}
        }
    }
    fn walk(value: &Value, found: &mut BTreeSet<String>) {
        for (values, marks) in [
            ("before", "before_sensitive"),
            ("after", "after_sensitive"),
            ("values", "sensitive_values"),
        ] {
            if let (Some(values), Some(marks)) = (value.get(values), value.get(marks)) {
                marked(values, marks, found);
            }
        }
        match value {
            Value::Array(list) => list.iter().for_each(|value| walk(value, found)),
            Value::Object(map) => map.values().for_each(|value| walk(value, found)),
            _ => {}
        }
    }
    let mut found = BTreeSet::new();
    for section in [
        "resource_changes",
        "output_changes",
        "prior_state",
        "planned_values",
    ] {
        if let Some(section) = plan.get(section) {
            walk(section, &mut found);
        }
    }
    let variables = plan.pointer("/configuration/root_module/variables");
    for (name, variable) in variables.and_then(Value::as_object).into_iter().flatten() {
        if variable.get("sensitive") == Some(&Value::Bool(true)) {
            let value = plan.pointer(&format!("/variables/{name}/value"));
            for value in value.into_iter().chain(variable.get("default")) {
                texts(value, &mut found);
            }
        }
    }
    found
}

/// What a plan says about `path` in every format and in the model.
fn everything_said(path: &str) -> String {
    let options = Options {
        inputs: vec![path.to_owned()],
        rules: RULES.iter().collect(),
        ..Options::default()
    };
    let said: String = FORMATS
        .iter()
        .map(|format| print(format, &options))
        .collect();
    let (mut model, mut first) = (Vec::new(), true);
    let problems = plangate::models(&options, &mut |printed| {
        printed.write(&mut first, &mut model).unwrap();
    });
    said + &format!("{problems:?}") + &String::from_utf8(model).unwrap()
}

fn leaks(path: &Path) -> (usize, Vec<String>) {
    let Ok(text) = std::fs::read_to_string(path) else {
        return (0, Vec::new());
    };
    let Ok(plan) = serde_json::from_str::<Value>(text.trim_start_matches('\u{feff}')) else {
        return (0, Vec::new());
    };
    let secrets = secrets(&plan);
    if secrets.is_empty() {
        return (0, Vec::new());
    }
    let said = everything_said(&path.to_string_lossy());
    let shown = secrets.iter().filter(|secret| {
        // As a value of its own; a longer one also as a part of another text.
        let quoted = format!(":{}", Value::from(secret.as_str()));
        let escaped = quoted.trim_start_matches(':').trim_matches('"').to_owned();
        said.contains(&quoted) || (secret.len() >= 8 && said.contains(&escaped))
    });
    (secrets.len(), shown.cloned().collect())
}

#[test]
fn secrets_appear_in_no_output() {
    let path = Path::new("testdata/inputs/plan/update.json");
    let (secrets, leaked) = leaks(path);
    assert!(secrets >= 3, "{secrets}");
    assert_eq!(leaked, [""; 0]);
}

#[test]
fn a_policy_with_a_secret_is_a_secret() {
    // The provider writes `&{` as `${`: the secret in the policy is not the text that was marked.
    let said = everything_said("testdata/inputs/plan/secret-in-policy.json");
    assert!(said.contains("aws_iam_policy_document"), "{said}");
    assert!(!said.contains("cret-token"), "{said}");
}

#[test]
fn secrets_of_public_plans_appear_in_no_output() {
    let Some(corpora) = support::corpora() else {
        return;
    };
    let mut total = 0;
    for folder in ["terraform-plan", "terraform-real"] {
        for path in support::files(&corpora.join(folder), ".json") {
            let (secrets, leaked) = leaks(&path);
            total += secrets;
            assert_eq!(leaked, [""; 0], "{}", path.display());
        }
    }
    println!("{total} secrets");
    assert!(total > 20, "{total}");
}
