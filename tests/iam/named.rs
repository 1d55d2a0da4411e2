//! Named cases, each with the page that it rests on (`testdata/iam`): what is decided, and in which
//! words.

use std::fmt::Write as _;
use std::path::Path;

use plangate::iam::{Decision, answer_lines};
use serde_json::Value as Json;

use super::symbolic::Symbolic;

fn name(decision: Decision) -> &'static str {
    match decision {
        Decision::Allowed => "Allowed",
        Decision::DeniedExplicitly => "ExplicitlyDenied",
        Decision::DeniedByDefault => "ImplicitlyDenied",
        Decision::Undecided => "Undetermined",
    }
}

#[test]
fn named_cases_are_decided_as_their_pages_say() {
    let wrong = std::cell::RefCell::new(Vec::new());
    insta::glob!("../../testdata/iam", "*.json", |path| {
        let topic = path.file_stem().unwrap().to_str().unwrap();
        let file: Json = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
        let mut printed = String::new();
        for case in file["cases"].as_array().unwrap() {
            let symbolic = Symbolic::read(case);
            let outcome = symbolic.explain();
            let title = case["name"].as_str().unwrap();
            let decided = name(outcome.decision);
            if decided != case["expected"] {
                wrong
                    .borrow_mut()
                    .push(format!("{topic}: {title}: {decided}"));
            }
            let mut hinges: Vec<_> = outcome
                .hinges_on
                .iter()
                .map(|hinge| symbolic.hinge(hinge))
                .collect();
            hinges.sort();
            let expected = case
                .get("hinges_on")
                .cloned()
                .unwrap_or(Json::Array(Vec::new()));
            if expected != Json::from(hinges.clone()) {
                wrong
                    .borrow_mut()
                    .push(format!("{topic}: {title}: hinges on {hinges:?}"));
            }
            if case.get("note").is_some() && outcome.notes.is_empty() {
                wrong
                    .borrow_mut()
                    .push(format!("{topic}: {title}: no note"));
            }
            writeln!(printed, "{title}: {decided}").unwrap();
            for because in &outcome.because {
                writeln!(printed, "  {}: {}", because.layer.name(), because.text).unwrap();
            }
            for note in &outcome.notes {
                writeln!(printed, "  note: {note}").unwrap();
            }
        }
        let mut settings = insta::Settings::clone_current();
        settings.set_snapshot_path("../../snapshots/iam");
        settings.set_prepend_module_to_snapshot(false);
        settings.set_omit_expression(true);
        settings.remove_input_file();
        settings.remove_snapshot_suffix();
        settings.bind(|| insta::assert_snapshot!(topic, printed));
    });
    let wrong = wrong.into_inner();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// The examples of the specification, where they lie beside the project.
#[test]
fn examples_of_the_specification_agree() {
    let path = Path::new("../shared/spec/iam-examples.ndjson");
    let Ok(examples) = std::fs::read_to_string(path) else {
        eprintln!("skipped: {} is not here", path.display());
        return;
    };
    let mut answers = Vec::new();
    answer_lines(&mut examples.as_bytes(), &mut answers).unwrap();
    let answers = String::from_utf8(answers).unwrap();
    let mut count = 0;
    for (asked, answer) in examples.lines().zip(answers.lines()) {
        let asked: Json = serde_json::from_str(asked).unwrap();
        let answer: Json = serde_json::from_str(answer).unwrap();
        assert_eq!(answer["id"], asked["id"]);
        assert_eq!(answer["decision"], asked["expected"], "{asked}\n{answer}");
        count += 1;
    }
    assert_eq!(count, examples.lines().count());
    assert!(count > 100, "{count}");
}
