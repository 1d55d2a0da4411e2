//! The bundled example, as a plan and as a template: the same mistakes, the same proofs, and in the template one
//! more finding, which hangs on its condition.

use plangate::finding::{FindingVerdict, Report};
use plangate::rules::RULES;
use plangate::{Options, check};

/// What the template calls the resources of the plan that findings are about.
const NAMES: &[(&str, &str)] = &[
    ("aws_s3_bucket.results", "ResultsBucket"),
    ("awscc_sagemaker_processing_job.features", "FeaturesJob"),
    (
        "aws_sagemaker_notebook_instance.analysis",
        "AnalysisNotebook",
    ),
];

fn judged(name: &str) -> Report {
    let report = check(&Options {
        inputs: vec![format!("testdata/example/{name}")],
        rules: RULES.iter().collect(),
        ..Options::default()
    });
    assert_eq!(report.problems, [], "{name}");
    let mut findings = report.findings.iter();
    let unsure = findings.find(|one| one.verdict == FindingVerdict::Unsure);
    assert!(unsure.is_none(), "{name}: {unsure:?}");
    report
}

/// The findings that hang on nothing, by rule, code and resource.
fn always(report: &Report) -> Vec<String> {
    let always = report.findings.iter();
    let always = always.filter(|one| one.only_when.is_empty());
    let mut always: Vec<_> = always
        .map(|one| {
            let address = one.resource.address.as_str();
            let renamed = NAMES.iter().find(|(name, _)| *name == address);
            let address = renamed.map_or(address, |(_, name)| name);
            format!("{} {:?} {address}", one.rule, one.code)
        })
        .collect();
    always.sort();
    always
}

/// Each path with its hops, and what each of them comes to.
fn paths(report: &Report) -> Vec<String> {
    let mut paths: Vec<_> = report
        .paths
        .iter()
        .map(|path| {
            let hops = path.hops.iter();
            let hops = hops.map(|hop| format!("{} {} {:?}", hop.name, hop.action, hop.decision));
            let hops: Vec<_> = hops.collect();
            let (kind, verdict, when) = (path.workload.kind, path.verdict, &path.only_when);
            format!("{kind} {verdict:?} {when:?}: {}", hops.join(", "))
        })
        .collect();
    paths.sort();
    paths
}

#[test]
fn the_template_says_what_the_plan_says() {
    let (plan, template) = (judged("plan.json"), judged("template.yaml"));
    assert_eq!(always(&plan), always(&template));
    assert_eq!(paths(&plan), paths(&template));
}

#[test]
fn one_finding_hangs_on_the_stage() {
    let template = judged("template.yaml");
    let hanging = template.findings.iter();
    let hanging: Vec<_> = hanging
        .filter(|one| !one.only_when.is_empty())
        .map(|one| (one.rule, one.only_when.join(" or ")))
        .collect();
    let expected = ("key-rotation-enabled", "`IsProd` is false".to_owned());
    assert_eq!(hanging, [expected]);
}
