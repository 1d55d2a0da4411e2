//! A plan, its source, both together, and the same as a template say the same of an estate, except where the less
//! informed one is unsure.
#![expect(clippy::print_stdout, reason = "a helper of tests says what it saw")]

mod support;

use std::collections::BTreeMap;
use std::path::Path;

use plangate::finding::{Finding, FindingVerdict, Report};
use plangate::rules::{RULES, Rule};
use plangate::{Options, check};

use support::Alone;

/// What the plan alone cannot even ask, nor a template in which a parameter stands for the text that the plan hides:
/// the estate, the rule, and why. Nothing but what the plan lacks stands here.
const NOT_ASKED: &[(&str, &str, &str)] = &[
    (
        "notebook-role-can-create-processing-job/unknown",
        "role-mode-consistent",
        "the plan does not tell which role the notebook passes",
    ),
    (
        "notebook-role-can-create-processing-job/unknown",
        "execution-role-has-service-plumbing-permissions",
        "the plan does not tell as which role jobs run",
    ),
    (
        "notebook-starts-processing-job/unknown",
        "role-mode-consistent",
        "the plan does not tell which role the notebook passes",
    ),
    (
        "notebook-starts-processing-job/unknown",
        "execution-role-has-service-plumbing-permissions",
        "the plan does not tell as which role jobs run",
    ),
    (
        "processing-job-output-encrypted-with-customer-key/unknown-key-reference",
        "key-policy-admits-execution-role",
        "the plan does not tell which key the job uses",
    ),
    (
        "processing-job-output-encrypted-with-customer-key/unknown-merged-references",
        "bucket-perimeter-set",
        "the plan does not tell which bucket the job writes to",
    ),
    (
        "processing-job-output-encrypted-with-customer-key/unknown-merged-references",
        "bucket-policy-forces-kms-encryption",
        "the plan does not tell which bucket the job writes to",
    ),
    (
        "c02-launcher-ifexists",
        "notebook-creation-guarded-for-groups",
        "the plan does not tell what the policy is about",
    ),
    (
        "c15-permissions-boundary",
        "execution-role-cannot-escalate",
        "the plan does not tell what the policy is about",
    ),
    (
        "c15-permissions-boundary",
        "notebook-lifecycle-not-writable-by-group",
        "the plan does not tell what the policy is about",
    ),
];

/// One estate, in its three forms.
struct Case {
    name: String,
    plan: Report,
    source: Report,
    both: Report,
}

fn judged(input: &str, source: Option<&str>) -> Report {
    check(&Options {
        inputs: vec![input.to_owned()],
        source: source.map(str::to_owned),
        rules: of_any_form(),
        ..Options::default()
    })
}

/// The rules that can be asked of every form: what a change does, only a plan or a change set tells.
fn of_any_form() -> Vec<&'static Rule> {
    let rules = RULES.iter();
    rules.filter(|rule| !rule.is_about_changes()).collect()
}

impl Case {
    fn of(name: String, plan: &Path, source: &Path) -> Self {
        let (plan, source) = (Alone::plan(plan), Alone::source(source));
        Self {
            name,
            plan: judged(&plan.path, None),
            source: judged(&source.path, None),
            both: judged(&plan.path, Some(&source.path)),
        }
    }

    fn disagreements(&self) -> Vec<String> {
        let reports = [
            ("plan", &self.plan),
            ("source", &self.source),
            ("plan + source", &self.both),
        ];
        let mut found = Vec::new();
        for (name, report) in reports {
            for finding in &report.findings {
                for (other_name, other) in reports {
                    let is_informed = other_name == "plan + source";
                    let agrees = match finding.verdict {
                        FindingVerdict::Broken => {
                            says(other, finding, FindingVerdict::Broken)
                                || !is_informed && says(other, finding, FindingVerdict::Unsure)
                        }
                        // What all that there is does not tell, no part of it does.
                        FindingVerdict::Unsure if name == "plan + source" => {
                            says(other, finding, FindingVerdict::Broken)
                                || says(other, finding, FindingVerdict::Unsure)
                        }
                        FindingVerdict::Unsure => true,
                    };
                    let is_known = NOT_ASKED.iter().any(|(case, rule, _)| {
                        *case == self.name && *rule == finding.rule && other_name == "plan"
                    });
                    if !agrees && !is_known && !is_unread(other, finding) {
                        let (rule, verdict) = (finding.rule, finding.verdict);
                        let address = &finding.resource.address;
                        let case = &self.name;
                        found.push(format!(
                            "{case}: {rule} of {address} is {verdict:?} in {name}, not in {other_name}: {}",
                            finding.message
                        ));
                    }
                }
            }
        }
        found
    }
}

/// Whether a rule has this verdict on the same resource, or on all instances of a block together. A rule that is
/// broken in one way does not say in which others it may be.
fn says(report: &Report, finding: &Finding, verdict: FindingVerdict) -> bool {
    let other = &finding.resource.address;
    report.findings.iter().any(|one| {
        let own = &one.resource.address;
        let for_all = own.contains("[*]") || other.contains("[*]");
        let is_same = own == other || for_all && support::any_key(own) == support::any_key(other);
        is_same && one.rule == finding.rule && one.verdict == verdict
    })
}

/// Whether a finding is about a job in a definition that a report says it cannot read.
fn is_unread(report: &Report, finding: &Finding) -> bool {
    let about = format!("{} {}", finding.resource.address, finding.message);
    report.findings.iter().any(|one| {
        one.rule == "processing-job-definition-readable"
            && one.verdict == FindingVerdict::Unsure
            && about.contains(&one.resource.address)
    })
}

/// A fixture in Terraform, and as a template in the same place.
struct Twins {
    name: String,
    source: Report,
    both: Report,
    template: Report,
    /// The text of the template.
    text: String,
}

impl Twins {
    fn of(name: String, stem: &Path) -> Option<Self> {
        let template = stem.with_extension("yaml");
        let text = std::fs::read_to_string(&template).ok()?;
        let source = stem.with_extension("tf");
        let (account, region) = support::place_of_template(&source);
        let case = Case::of(name, &stem.with_extension("plan.json"), &source);
        let template = check(&Options {
            inputs: vec![template.to_string_lossy().into_owned()],
            rules: of_any_form(),
            account,
            region,
            ..Options::default()
        });
        Some(Self {
            name: case.name,
            source: case.source,
            both: case.both,
            template,
            text,
        })
    }

    /// Whether findings are about the same thing. A fixture calls each resource by its label and kind; what
    /// completes another one, a template writes inside of it.
    fn is_same(&self, terraform: &Finding, template: &Finding) -> bool {
        let address = &terraform.resource.address;
        let (block, key) = address.split_once('[').unwrap_or((address, ""));
        let label = block.rsplit('.').next().unwrap_or(block);
        let id = [label, terraform.resource.kind, key].map(pascal).concat();
        let is_declared = self.text.contains(&format!("\n  {id}:"));
        !is_declared || template.resource.address == id
    }

    fn disagreements(&self) -> Vec<String> {
        let mut found = Vec::new();
        let mut wrong = |finding: &Finding, by: &str, not_by: &str| {
            let (rule, address) = (finding.rule, &finding.resource.address);
            let message = &finding.message;
            let (name, when) = (&self.name, finding.only_when.join(" or "));
            found.push(format!(
                "{name}: {rule} of {address} is broken {when} by {by}, not by {not_by}: {message}"
            ));
        };
        let broken = |report: &'_ Report| -> Vec<Finding> {
            let broken = report.findings.iter();
            let broken = broken.filter(|one| one.verdict == FindingVerdict::Broken);
            broken.cloned().collect()
        };
        // What the source alone cannot tell, the template need not.
        for finding in broken(&self.both) {
            let of_rule = |one: &&Finding| one.rule == finding.rule;
            let mut said = self.template.findings.iter().filter(of_rule);
            let is_told = says(&self.source, &finding, FindingVerdict::Broken);
            // As a plan hides a text, so does a parameter of the template.
            let mut hidden = NOT_ASKED.iter();
            let is_hidden =
                hidden.any(|(case, rule, _)| *case == self.name && *rule == finding.rule);
            if is_told && !is_hidden && !said.any(|one| self.is_same(&finding, one)) {
                wrong(&finding, "Terraform", "the template");
            }
        }
        for finding in broken(&self.template) {
            // What becomes of a key with its stack, only a template says.
            if finding.code == Some("key-deleted-with-stack") {
                continue;
            }
            let reports = [&self.both, &self.source];
            let mut said = reports.iter().flat_map(|report| &report.findings);
            if !said.any(|one| one.rule == finding.rule && self.is_same(one, &finding)) {
                wrong(&finding, "the template", "Terraform");
            }
        }
        found
    }
}

/// `job_v2` is `JobV2`.
fn pascal(name: &str) -> String {
    let words = name.split(|c: char| !c.is_ascii_alphanumeric());
    let words = words.map(|word| {
        let (first, rest) = word.split_at(word.len().min(1));
        format!("{}{rest}", first.to_uppercase())
    });
    words.collect()
}

#[test]
fn fixtures_of_rules_agree_with_their_templates() {
    let root = Path::new("testdata/rules");
    let (mut number, mut wrong) = (0, Vec::new());
    for plan in support::files(root, ".plan.json") {
        let name = plan.strip_prefix(root).unwrap().to_string_lossy();
        let name = name.trim_end_matches(".plan.json").to_owned();
        if let Some(twins) = Twins::of(name.clone(), &root.join(&name)) {
            number += 1;
            wrong.extend(twins.disagreements());
        }
    }
    println!("{number} fixtures");
    assert!(number > 0, "nothing was compared");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

fn folders(root: &Path) -> Vec<std::path::PathBuf> {
    let mut found: Vec<_> = support::files(root, "/plan.json")
        .into_iter()
        .filter_map(|plan| plan.parent().map(Path::to_owned))
        .collect();
    found.sort();
    found
}

fn must_agree(cases: impl Iterator<Item = Case>) {
    let (mut number, mut wrong) = (0, Vec::new());
    let mut unsure = BTreeMap::from([("plan", 0), ("source", 0), ("both", 0)]);
    for case in cases {
        number += 1;
        wrong.extend(case.disagreements());
        for (name, report) in [
            ("plan", &case.plan),
            ("source", &case.source),
            ("both", &case.both),
        ] {
            let findings = report.findings.iter();
            let open = findings.filter(|one| one.verdict == FindingVerdict::Unsure);
            *unsure.entry(name).or_default() += open.count();
        }
    }
    println!("{number} estates; unsure findings: {unsure:?}");
    assert!(number > 0, "nothing was compared");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn fixtures_of_rules_agree() {
    let root = Path::new("testdata/rules");
    must_agree(support::files(root, ".plan.json").into_iter().map(|plan| {
        let name = plan.strip_prefix(root).unwrap().to_string_lossy();
        let name = name.trim_end_matches(".plan.json").to_owned();
        let source = root.join(format!("{name}.tf"));
        Case::of(name, &plan, &source)
    }));
}

#[test]
fn estates_of_our_own_agree() {
    let roots = ["testdata/options", "testdata/example"];
    let folders = roots.iter().flat_map(|root| folders(Path::new(root)));
    must_agree(folders.map(|folder| {
        let name = folder.to_string_lossy().into_owned();
        Case::of(name, &folder.join("plan.json"), &folder)
    }));
}

#[test]
fn real_plans_agree_with_their_source() {
    let Some(corpora) = support::corpora() else {
        return;
    };
    let exam = corpora.join("../exam");
    let roots = [corpora.join("terraform-real"), exam];
    let folders = roots.iter().flat_map(|root| folders(root));
    must_agree(folders.map(|folder| {
        let name = folder.file_name().unwrap().to_string_lossy().into_owned();
        Case::of(name, &folder.join("plan.json"), &folder)
    }));
}
