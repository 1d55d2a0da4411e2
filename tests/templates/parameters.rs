//! Parameters: the files that give them values, what is not shown of them, and what is known of those that nobody
//! gives.

use plangate::finding::FindingVerdict;
use plangate::report::{FORMATS, Style};
use plangate::{Options, rules};

use crate::{Folder, check, exit, models, options, told};

const TEMPLATE: &str = "testdata/inputs/cloudformation/parameters/template.yaml";

const SECRET: &str = "correct-horse-battery";

fn with(file: String) -> Options {
    Options {
        parameters: vec![file],
        rules: rules::RULES.iter().collect(),
        ..options(TEMPLATE)
    }
}

#[test]
fn files_give_values_in_every_form() {
    let folder = Folder::new("parameters");
    for (name, text) in [
        (
            "cli.json",
            r#"[{"ParameterKey": "Rotate", "ParameterValue": "false"}, {"ParameterKey": "Names", "UsePreviousValue": true}]"#,
        ),
        (
            "cli-flag.json",
            r#"[{"ParameterKey": "Rotate", "ParameterValue": false}]"#,
        ),
        ("deploy.json", r#"["Rotate=false", "Names=a,b=c"]"#),
        (
            "pipeline.json",
            r#"{"Parameters": {"Rotate": "false"}, "Tags": {"a": "b"}}"#,
        ),
        ("plain.json", r#"{"Rotate": "false", "NotThere": "x"}"#),
        ("plain.yaml", "Rotate: 'false'\n"),
        ("pipeline.yaml", "Parameters:\n  Rotate: false\n"),
        (
            "cli.yaml",
            "- ParameterKey: Rotate\n  ParameterValue: 'false'\n",
        ),
        ("marked.json", "\u{feff}{\"Rotate\": \"false\"}"),
    ] {
        let report = check(&with(folder.file(name, text)));
        let findings = report.findings.iter();
        let broken: Vec<_> = findings
            .filter(|one| one.alias == "PG-KMS-001" && one.verdict == FindingVerdict::Broken)
            .map(|one| one.only_when.len())
            .collect();
        assert_eq!(broken, [0], "{name}");
    }
}

#[test]
fn the_last_file_counts() {
    let folder = Folder::new("parameters-order");
    let files = ["true", "false"].map(|value| folder.file(value, format!("Rotate: '{value}'")));
    for (files, expected) in [
        (files.to_vec(), "false"),
        (files.iter().rev().cloned().collect(), "true"),
    ] {
        let models = models(&Options {
            parameters: files,
            ..options(TEMPLATE)
        });
        assert_eq!(told(&models["Key"]["enable_key_rotation"]), expected);
    }
}

#[test]
fn a_bad_file_is_an_error() {
    let folder = Folder::new("parameters-bad");
    let none = "it has neither a list of `ParameterKey` and `ParameterValue`, nor `Parameters`, nor names with \
                their values";
    for (name, text, expected) in [
        ("list.json", "[1]", none),
        ("deep.json", "{\"Rotate\": {\"a\": 1}}", none),
        ("nothing.json", "[{\"ParameterKey\": \"Rotate\"}]", none),
        ("text.yaml", "hello", none),
        ("parameters.json", "{\"Parameters\": 1}", none),
        ("null.yaml", "Rotate:\n", none),
        (
            "cut.json",
            "{\"Rotate\": ",
            "this is not JSON: EOF while parsing a value, at line 1, column 11",
        ),
        (
            "twice.yaml",
            "A: 1\nA: 2\n",
            "the key `A` is there twice: on line 1 and on line 2, at line 2, column 1",
        ),
    ] {
        let report = check(&with(folder.file(name, text)));
        assert_eq!(exit(&report), 2, "{name}");
        let fatal = report
            .problems
            .iter()
            .find(|problem| problem.fatal)
            .unwrap();
        let expected = format!("`{name}` gives no values to parameters: {expected}");
        assert_eq!(folder.without(&fatal.message), expected);
    }
    for (name, content, expected) in [
        ("empty.json", &b""[..], "is empty"),
        ("utf-16.json", b"\xFF\xFE{\0", "is UTF-16 text"),
    ] {
        let report = check(&with(folder.file(name, content)));
        assert_eq!(exit(&report), 2, "{name}");
        let fatal = report
            .problems
            .iter()
            .find(|problem| problem.fatal)
            .unwrap();
        assert_eq!(
            folder.without(&fatal.message),
            format!("`{name}` {expected}")
        );
    }
    let report = check(&with(format!("{}/none.json", folder.path())));
    assert_eq!(exit(&report), 2);
}

#[test]
fn what_may_not_be_seen_is_not_shown() {
    let folder = Folder::new("parameters-secret");
    let file = folder.file("parameters.json", format!("{{\"Password\": \"{SECRET}\"}}"));
    let encoded = "ZXhwb3J0IFBBU1NXT1JEPWNvcnJlY3QtaG9yc2UtYmF0dGVyeQ";
    let options = with(file);
    let report = check(&options);
    assert!(!report.findings.is_empty());
    for format in FORMATS {
        let mut out = Vec::new();
        format
            .write(&report, Style { verbose: true }, &mut out)
            .unwrap();
        let out = String::from_utf8(out).unwrap();
        assert!(!out.contains(SECRET), "{}: {out}", format.name);
        assert!(!out.contains(encoded), "{}: {out}", format.name);
    }
    let models = format!("{:?}", models(&options));
    assert!(models.contains("Shown"));
    assert!(!models.contains(SECRET), "{models}");
    assert!(!models.contains(encoded), "{models}");
}

#[test]
fn what_nobody_gives_is_a_symbol_of_its_name() {
    let models = models(&options(TEMPLATE));
    let shown = &models["Shown"];
    for (name, expected) in [
        ("Names", "<parameter without a value>"),
        ("Image", "\"<Image>\""),
        ("Vpc", "\"<Vpc.id>\""),
        ("Subnets", "<parameter without a value>"),
    ] {
        assert_eq!(told(&shown[name]), expected, "{name}");
    }
    // What is named by the same parameter is in the same network.
    for name in ["Group", "Endpoint"] {
        assert_eq!(told(&models[name]["vpc_id"]), "\"<Vpc.id>\"", "{name}");
    }
    assert!(models.contains_key("Vpc"), "{models:?}");
}
