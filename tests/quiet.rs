//! Other people's estates that have nothing to do with Amazon SageMaker, where the corpora are there: rules about
//! what workloads need, and who may read their data, say nothing is broken.
#![expect(clippy::unwrap_used, reason = "a helper of a test fails the test")]

mod support;

use std::collections::BTreeSet;
use std::path::Path;

use plangate::finding::FindingVerdict;
use plangate::load::terraform::is_source;
use plangate::rules::{RULES, Rule};
use plangate::{Options, check, models};
use rayon::prelude::*;
use serde_json::Value;

/// The rules that speak of workloads and of those who could read their data.
fn rules() -> Vec<&'static Rule> {
    let rules = RULES.iter();
    rules
        .filter(|rule| rule.alias.starts_with("PG-PATH-") || rule.alias == "PG-KMS-005")
        .collect()
}

/// What of the corpora can be an input: each root of Terraform, each plan, each template.
fn inputs(corpora: &Path) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for path in support::files(corpora, "") {
        let name = path.file_name().unwrap().to_string_lossy();
        let is_input = ["yaml", "yml", "json", "template"]
            .iter()
            .any(|end| path.extension().is_some_and(|own| own == *end));
        if is_source(&name) {
            let folder = path.parent().unwrap();
            found.insert(folder.to_string_lossy().into_owned());
        } else if is_input {
            found.insert(path.to_string_lossy().into_owned());
        }
    }
    found
}

/// Whether an estate has a resource of SageMaker, or something that starts Processing jobs.
fn is_of_sagemaker(options: &Options) -> bool {
    let (mut first, mut out) = (true, b"[".to_vec());
    let _ = models(options, &mut |model| {
        model.write(&mut first, &mut out).unwrap();
    });
    out.extend(b"]");
    let all: Vec<Value> = serde_json::from_slice(&out).unwrap();
    all.iter().any(|one| {
        let own = one.get("type").and_then(Value::as_str).unwrap_or_default();
        own.to_ascii_lowercase().contains("sagemaker")
            || one.to_string().contains("createProcessingJob")
    })
}

#[test]
fn estates_without_sagemaker_have_no_broken_path() {
    let Some(corpora) = support::corpora() else {
        return;
    };
    let inputs = inputs(&corpora);
    let rules = rules();
    let judged = |input: &String| {
        let options = Options {
            inputs: vec![input.clone()],
            rules: rules.clone(),
            ..Options::default()
        };
        let report = check(&options);
        let findings = report.findings.iter();
        let broken: Vec<_> = findings
            .filter(|one| one.verdict == FindingVerdict::Broken)
            .map(|one| format!("{input}: {} {}", one.alias, one.message))
            .collect();
        let is_read = !report.problems.iter().any(|problem| problem.fatal);
        // What they have is looked at where it matters only.
        let is_known = !broken.is_empty() && is_of_sagemaker(&options);
        (is_read, is_known, broken)
    };
    let judged: Vec<_> = inputs.par_iter().map(judged).collect();
    let read = judged.iter().filter(|(is_read, ..)| *is_read).count();
    let known = judged.iter().filter(|(_, is_known, _)| *is_known).count();
    println!(
        "{read} of {} inputs are judged; {known} have SageMaker and something broken",
        inputs.len()
    );
    let wrong = judged.into_iter().filter(|(_, is_known, _)| !is_known);
    let wrong: Vec<_> = wrong.flat_map(|(.., broken)| broken).collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(read > 1_500, "{read}");
}
