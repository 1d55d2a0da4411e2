//! What `plangate.yaml` may say, and what it comes to.
#![expect(clippy::unwrap_used, reason = "a helper of a test fails the test")]

use std::path::Path;

use plangate::finding::{Finding, Severity};
use plangate::settings::Settings;
use plangate::{Options, check, rules};
use serde_json::Value;

#[path = "support/mod.rs"]
mod support;

fn validator() -> jsonschema::Validator {
    let schema: Value = serde_json::from_str(&Settings::schema()).unwrap();
    jsonschema::validator_for(&schema).unwrap()
}

fn json_of(text: &str) -> Value {
    serde_yaml::from_str(text).unwrap()
}

#[test]
fn the_schema_is_kept() {
    let kept = std::fs::read_to_string("testdata/schemas/settings.schema.json").unwrap();
    assert!(
        kept.trim_end() == Settings::schema(),
        "plangate debug schema --settings > testdata/schemas/settings.schema.json"
    );
    let schema = json_of(&kept);
    let properties = schema["properties"].as_object().unwrap();
    let described = properties
        .iter()
        .filter(|(_, one)| one["description"].is_string());
    assert_eq!(described.count(), properties.len());
    let defaults = serde_json::to_value(Settings::default()).unwrap();
    let names: Vec<_> = defaults.as_object().unwrap().keys().collect();
    assert_eq!(properties.keys().collect::<Vec<_>>(), names);
}

#[test]
fn the_schema_takes_what_is_read() {
    let validator = validator();
    let mut seen = 0;
    for file in support::files(Path::new("testdata"), ".settings.yaml") {
        let text = std::fs::read_to_string(&file).unwrap();
        Settings::read(&text).unwrap();
        let errors: Vec<_> = validator
            .iter_errors(&json_of(&text))
            .map(|one| one.to_string())
            .collect();
        assert_eq!(errors, [""; 0], "{}", file.display());
        seen += 1;
    }
    assert!(seen > 20, "{seen}");
}

#[test]
fn the_schema_refuses_what_is_refused() {
    let validator = validator();
    for text in [
        "designated_group: [ml]\n",
        "designated_groups: ml\n",
        "trusted_accounts: [\"1234\"]\n",
        "fail_on: higher\n",
        "severity: {PG-S3-005: none}\n",
        "protected_buckets: {tag: {a: b}}\n",
        "strict: sometimes\n",
        "max_runtime_seconds: -1\n",
    ] {
        assert!(Settings::read(text).is_err(), "{text}");
        assert!(!validator.is_valid(&json_of(text)), "{text}");
    }
    // What JSON Schema has no words for.
    assert!(Settings::read("allowed_ingress_cidrs: [10.0.0.0]\n").is_err());
}

const UNENCRYPTED_TRANSIT: &str = "testdata/rules/bucket-requires-tls/fail.tf";

fn found(settings: &str) -> Vec<Finding> {
    let options = Options {
        inputs: vec![UNENCRYPTED_TRANSIT.to_owned()],
        rules: vec![rules::find("PG-S3-005").unwrap()],
        settings: Settings::read(settings).unwrap(),
        ..Options::default()
    };
    check(&options).findings
}

#[test]
fn severities_are_those_of_the_settings() {
    let severity = |settings: &str| found(settings).first().unwrap().severity;
    let own = severity("");
    assert_ne!(own, Severity::Critical);
    for name in ["PG-S3-005", "pg-s3-005", "bucket-requires-tls"] {
        assert_eq!(
            severity(&format!("severity: {{{name}: critical}}\n")),
            Severity::Critical
        );
    }
    assert_eq!(severity("severity: {PG-S3-006: critical}\n"), own);
    let settings =
        Settings::read("severity: {partial: info, PG-S3-005: low, PG-S3-005/partial: high}\n")
            .unwrap();
    let of = |code| settings.severity_of(["bucket-requires-tls", "PG-S3-005"], code);
    assert_eq!(of(None), Some(Severity::Low));
    assert_eq!(of(Some("partial")), Some(Severity::High));
    assert_eq!(
        settings.severity_of(["a", "PG-A-001"], Some("partial")),
        Some(Severity::Info)
    );
    assert_eq!(settings.severity_of(["a", "PG-A-001"], None), None);
}
