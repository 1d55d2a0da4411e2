//! Cloud assemblies of the CDK: each stack is a template with its place and its parameters, whatever else lies
//! beside it.
#![expect(
    clippy::panic,
    clippy::unwrap_used,
    reason = "a helper of a test fails the test"
)]

use std::path::{Path, PathBuf};

use plangate::finding::Report;
use plangate::finding::Severity;
use plangate::gate::Gate;
use plangate::report::Style;
use plangate::rules::RULES;
use plangate::{Options, check};

const ASSEMBLIES: &str = "testdata/inputs/cloudformation/assembly";

fn report(inputs: &[&str]) -> Report {
    check(&Options {
        inputs: inputs.iter().map(|path| (*path).to_owned()).collect(),
        rules: RULES.iter().collect(),
        ..Options::default()
    })
}

fn exit(report: &Report) -> u8 {
    let gate = Gate {
        fail_on: Severity::Critical,
        strict: None,
    };
    gate.decide(report).code()
}

/// The one thing that could not be read.
fn error(input: &str) -> String {
    let report = report(&[input]);
    assert_eq!(exit(&report), 2);
    let [problem] = report.problems.as_slice() else {
        panic!("{:?}", report.problems);
    };
    problem.message.replace(ASSEMBLIES, "")
}

fn judged(report: &Report) -> Vec<(String, Option<&str>, Option<&str>)> {
    let judged = report.judged().map(|input| {
        let name = Path::new(&input.path).file_name().unwrap();
        let name = name.to_string_lossy().into_owned();
        (name, input.account.as_deref(), input.region.as_deref())
    });
    judged.collect()
}

/// A copy of the assembly, in a folder of this test's own that is its own project.
fn copied(name: &str) -> PathBuf {
    let project = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let _ = std::fs::remove_dir_all(&project);
    let folder = project.join("cdk.out");
    std::fs::create_dir_all(folder.join("assembly-Stage")).unwrap();
    for inside in ["", "assembly-Stage"] {
        let from = Path::new(ASSEMBLIES).join("app").join(inside);
        for entry in std::fs::read_dir(from).unwrap() {
            let path = entry.unwrap().path();
            if path.is_file() {
                let copy = folder.join(inside).join(path.file_name().unwrap());
                std::fs::copy(&path, copy).unwrap();
            }
        }
    }
    project
}

#[test]
fn each_stack_has_its_place() {
    let expected = [
        (
            "Data.template.json".to_owned(),
            Some("111122223333"),
            Some("eu-central-1"),
        ),
        ("StageNotebooks.template.json".to_owned(), None, None),
    ];
    let app = format!("{ASSEMBLIES}/app");
    for input in [app.clone(), format!("{app}/manifest.json")] {
        let report = report(&[&input]);
        assert_eq!(judged(&report), expected, "{input}");
        assert_eq!(report.passed_over, 0);
        assert_eq!(report.problems, []);
        assert_eq!(exit(&report), 0);
    }
}

#[test]
fn parameters_and_the_place_are_put_in() {
    let mut models = Vec::new();
    let options = Options {
        inputs: vec![format!("{ASSEMBLIES}/app")],
        // The assembly tells better.
        account: Some("999988887777".to_owned()),
        ..Options::default()
    };
    let problems = plangate::models(&options, &mut |model| {
        model.write(&mut true, &mut models).unwrap();
    });
    assert_eq!(problems, []);
    let models = String::from_utf8(models).unwrap();
    assert!(
        models.contains(r#""bucket":"protected-data-111122223333-eu-central-1""#),
        "{models}"
    );
}

#[test]
fn findings_name_the_construct() {
    let report = report(&[&format!("{ASSEMBLIES}/app")]);
    let findings = report.findings.iter();
    let mut constructs: Vec<_> = findings
        .filter_map(|finding| finding.resource.construct.as_deref())
        .collect();
    constructs.sort_unstable();
    constructs.dedup();
    // The manifest tells the one, the template the other.
    assert_eq!(
        constructs,
        ["Data/Bucket/Resource", "Stage/Notebooks/Inner/Notebook"]
    );
    let mut human = Vec::new();
    plangate::report::human::write(&report, Style::default(), &mut human).unwrap();
    let human = String::from_utf8(human).unwrap();
    assert!(
        human.contains("Inner.Notebook\u{1b}[0m (Stage/Notebooks/Inner/Notebook)\n"),
        "{human}"
    );
}

#[test]
fn a_template_alone_names_the_construct_too() {
    let report = report(&[&format!(
        "{ASSEMBLIES}/app/assembly-Stage/Inner.nested.template.json"
    )]);
    assert!(report.findings.iter().all(|finding| {
        finding.resource.construct.as_deref() == Some("Stage/Notebooks/Inner/Notebook")
    }));
}

#[test]
fn what_lies_beside_the_stacks_is_no_candidate() {
    let project = copied("beside");
    let asset = project.join("cdk.out/asset.1234");
    std::fs::create_dir_all(&asset).unwrap();
    std::fs::write(asset.join("package.json"), "{}").unwrap();
    std::fs::write(asset.join("main.tf"), "resource \"aws_s3_bucket\" \"b\" {}").unwrap();
    std::fs::write(asset.join("manifest.json"), "{\"version\": \"1\"}").unwrap();
    std::fs::write(project.join("package.json"), "{}").unwrap();
    let report = report(&[&project.to_string_lossy()]);
    assert_eq!(judged(&report).len(), 2, "{:?}", report.inputs);
    assert_eq!(report.passed_over, 1);
    assert_eq!(report.problems, []);
}

#[test]
fn an_ignored_assembly_is_read_where_it_is_named() {
    let project = copied("ignored");
    std::fs::write(project.join(".gitignore"), "cdk.out\ncdk.out/*\n").unwrap();
    let above = report(&[&project.to_string_lossy()]);
    assert_eq!(judged(&above), []);
    assert_eq!(exit(&above), 2);
    let named = report(&[&project.join("cdk.out").to_string_lossy()]);
    assert_eq!(judged(&named).len(), 2);
}

#[test]
fn a_broken_assembly_is_an_error() {
    assert_eq!(
        error(&format!("{ASSEMBLIES}/broken")),
        "`/broken/manifest.json` is the manifest of a CDK cloud assembly that cannot be read: this is not JSON: \
         EOF while parsing an object, at line 1, column 76"
    );
    assert_eq!(
        error(&format!("{ASSEMBLIES}/outside")),
        "`/outside/manifest.json` is the manifest of a CDK cloud assembly, and `../app/Data.template.json`, which \
         it names, lies outside of it"
    );
    let missing = error(&format!("{ASSEMBLIES}/missing/manifest.json"));
    assert!(
        missing.starts_with(
            "`/missing/manifest.json` is the manifest of a CDK cloud assembly, and `A.template.json`, which it \
             names, cannot be read: "
        ),
        "{missing}"
    );
    assert_eq!(exit(&report(&[ASSEMBLIES])), 2);
}

#[test]
fn a_link_does_not_lead_out_of_an_assembly() {
    let project = copied("linked");
    let template = project.join("cdk.out/Data.template.json");
    let outside = project.join("elsewhere.json");
    std::fs::rename(&template, &outside).unwrap();
    #[cfg(unix)]
    std::os::unix::fs::symlink(&outside, &template).unwrap();
    let report = report(&[&project.join("cdk.out").to_string_lossy()]);
    assert_eq!(exit(&report), 2);
    assert_eq!(judged(&report).len(), 1);
}

#[test]
fn assemblies_that_hold_each_other_end() {
    let project = copied("circle");
    let manifest = r#"{"version": "36.0.0", "artifacts": {
        "a": {"type": "cdk:cloud-assembly", "properties": {"directoryName": "."}}}}"#;
    std::fs::write(project.join("cdk.out/manifest.json"), manifest).unwrap();
    let report = report(&[&project.join("cdk.out").to_string_lossy()]);
    let [problem] = report.problems.as_slice() else {
        panic!("{:?}", report.problems);
    };
    assert!(problem.message.ends_with("without a stack"), "{problem:?}");
}
