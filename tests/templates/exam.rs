//! The exam questions of `../shared/exam`, as templates: what is reported of each option.

use std::path::{Path, PathBuf};

use plangate::finding::{Finding, FindingVerdict, Report};
use plangate::{Options, rules};
use toml::Value;

use crate::{check, exit, options, support};

/// The questions that rules answer by now.
const QUESTIONS: &[&str] = &["processing-job", "kms-s3-read"];

fn texts<'v>(case: &'v Value, name: &str) -> Vec<&'v str> {
    let all = case.get(name).and_then(Value::as_array);
    all.into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .collect()
}

/// Whether a finding leads its reader to a resource: by its subject, by a place, or by a hop of the path that it
/// belongs to.
fn names(finding: &Finding, report: &Report, logical_id: &str) -> bool {
    let is_named = |text: &str| {
        let mut words = text.split(|one: char| !one.is_ascii_alphanumeric());
        words.any(|word| word == logical_id)
    };
    let own = finding.resource.address.as_str();
    let related = finding.related.iter().map(|one| one.message.as_str());
    let hops = report
        .paths
        .iter()
        .filter(|path| is_of(&path.workload, own) || is_of(&path.role, own))
        .flat_map(|path| &path.hops)
        .flat_map(|hop| [hop.principal.as_str(), hop.resource.as_str()]);
    is_named(own) || is_named(&finding.message) || related.chain(hops).any(is_named)
}

fn is_of(what: &impl serde::Serialize, address: &str) -> bool {
    serde_json::to_string(what)
        .unwrap()
        .contains(&format!("\"{address}\""))
}

/// What is not as the case expects it.
fn wrong(folder: &Path, options: &Options) -> Vec<String> {
    let case = std::fs::read_to_string(folder.join("expected.toml")).unwrap();
    let case: Value = toml::from_str(&case).unwrap();
    let report = check(options);
    let mut wrong = Vec::new();
    let expected = u8::from(case["verdict"].as_str() != Some("pass"));
    if exit(&report) != expected {
        wrong.push(format!("exit {} in place of {expected}", exit(&report)));
    }
    let broken = |alias: &str| {
        let findings = report.findings.iter();
        let alias = alias.to_owned();
        findings.filter(move |one| one.alias == alias && one.verdict == FindingVerdict::Broken)
    };
    let rows = case.get("must_report").and_then(Value::as_array);
    for row in rows.into_iter().flatten() {
        let text = |name| row.get(name).and_then(Value::as_str);
        let (Some(rule), Some(logical_id)) = (text("rule"), text("logical_id")) else {
            continue;
        };
        let code = text("code");
        let fits = |one: &Finding| {
            code.is_none() || one.alias != rule || one.code.is_none() || one.code == code
        };
        let also = texts(row, "or");
        let mut met = std::iter::once(rule).chain(also).flat_map(broken);
        if !met.any(|one| fits(one) && names(one, &report, logical_id)) {
            wrong.push(format!("{rule} {code:?} does not name {logical_id}"));
        }
    }
    for rule in texts(&case, "must_not_report") {
        if broken(rule).next().is_some() {
            wrong.push(format!("{rule} is broken"));
        }
    }
    if case["answer"].as_str() == Some("right") {
        let mut unsure = report.findings.iter();
        let unsure = unsure
            .find(|one| one.alias.starts_with("PG-PATH") && one.verdict == FindingVerdict::Unsure);
        wrong.extend(unsure.map(|one| format!("{} is unsure", one.alias)));
    }
    let problems = report
        .problems
        .iter()
        .map(|problem| problem.message.clone());
    wrong.extend(problems);
    wrong
}

#[test]
fn the_options_of_a_question_are_told_apart() {
    let exam = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/exam");
    if !exam.is_dir() {
        support::skipped("no exam beside this project");
        return;
    }
    let (mut all, mut cases) = (Vec::new(), 0);
    for question in QUESTIONS {
        let entries = std::fs::read_dir(exam.join(question)).unwrap();
        let mut folders: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
        folders.sort();
        for folder in folders {
            cases += 1;
            for place in [None, Some(("111122223333", "us-east-1"))] {
                let (account, region) = place.unzip();
                let options = Options {
                    account: account.map(str::to_owned),
                    region: region.map(str::to_owned),
                    rules: rules::RULES.iter().collect(),
                    ..options(&folder.join("template.yaml").to_string_lossy())
                };
                let name = folder.file_name().unwrap().to_string_lossy();
                let told = account.is_some();
                let wrong = wrong(&folder, &options).into_iter();
                all.extend(
                    wrong.map(|one| format!("{question}/{name}, place told: {told}: {one}")),
                );
            }
        }
    }
    assert_eq!(cases, 8);
    assert!(all.is_empty(), "{}", all.join("\n"));
}
