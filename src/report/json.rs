//! The JSON report: a contract. Its JSON Schema comes from the types here and in [`crate::finding`].

use std::collections::BTreeMap;
use std::io::{self, Write};

use schemars::JsonSchema;
use serde::Serialize;

use crate::finding::proof::{Proof, ProofVerdict};
use crate::finding::seal::SealProof;
use crate::finding::{
    Assumption, Finding, FindingVerdict, Input, Report, ReportedProblem, Severity,
};

/// Raised when a reader of the last version could no longer read this one.
pub(super) const SCHEMA_VERSION: u32 = 1;

#[derive(Serialize, JsonSchema)]
#[schemars(title = "plangate report")]
struct Document<'r> {
    schema_version: u32,
    tool: Tool,
    summary: Summary,
    findings: &'r [Finding],
    /// Proofs that a workload's data path works, or where it breaks.
    paths: &'r [Proof],
    /// Who can reach protected data, and whether that list is closed.
    seals: &'r [SealProof],
    missing_facts: Vec<MissingFact<'r>>,
    inputs: &'r [Input],
    assumptions: &'r [Assumption],
    /// SHA-256 of the settings in force, in hexadecimal.
    settings_sha256: &'r str,
    problems: &'r [ReportedProblem],
}

#[derive(Serialize, JsonSchema)]
pub(super) struct Tool {
    pub(super) name: &'static str,
    pub(super) version: &'static str,
}

pub(super) const TOOL: Tool = Tool {
    name: env!("CARGO_PKG_NAME"),
    version: env!("CARGO_PKG_VERSION"),
};

#[derive(Serialize, JsonSchema)]
struct Summary {
    /// Inputs that were judged.
    inputs: usize,
    /// Resources that rules looked at.
    resources: usize,
    broken: BySeverity,
    unsure: usize,
    waived: usize,
    baselined: usize,
    paths: PathSummary,
    problems: usize,
}

#[derive(Serialize, JsonSchema)]
struct BySeverity {
    critical: usize,
    high: usize,
    medium: usize,
    low: usize,
    info: usize,
}

#[derive(Serialize, JsonSchema)]
struct PathSummary {
    proven: usize,
    broken: usize,
    unsure: usize,
}

/// A fact that the input does not tell, and how many verdicts it decides.
#[derive(Serialize, JsonSchema)]
struct MissingFact<'r> {
    fact: &'r str,
    reason: &'r str,
    decides: usize,
    supply: &'r str,
}

/// Prints the report as one JSON object.
pub fn write(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    serde_json::to_writer_pretty(&mut *out, &document(report))?;
    writeln!(out)
}

/// The JSON Schema of the report.
#[must_use]
pub fn schema() -> String {
    let schema = schemars::schema_for!(Document<'static>);
    serde_json::to_string_pretty(&schema).unwrap_or_default()
}

fn document(report: &Report) -> Document<'_> {
    let broken = |severity: Severity| {
        let findings = report.findings.iter();
        findings
            .filter(|finding| finding.verdict == FindingVerdict::Broken)
            .filter(|finding| finding.severity == severity)
            .count()
    };
    let unsure = report.findings.iter();
    let unsure = unsure.filter(|finding| finding.verdict == FindingVerdict::Unsure);
    Document {
        schema_version: SCHEMA_VERSION,
        tool: TOOL,
        summary: Summary {
            inputs: report.judged().count(),
            resources: report.inputs.iter().map(|input| input.resources).sum(),
            broken: BySeverity {
                critical: broken(Severity::Critical),
                high: broken(Severity::High),
                medium: broken(Severity::Medium),
                low: broken(Severity::Low),
                info: broken(Severity::Info),
            },
            unsure: unsure.count(),
            waived: 0,
            baselined: 0,
            paths: path_summary(report),
            problems: report.problems.len(),
        },
        findings: &report.findings,
        paths: &report.paths,
        seals: &report.seals,
        missing_facts: missing_facts(report),
        inputs: &report.inputs,
        assumptions: &report.assumptions,
        settings_sha256: &report.settings_sha256,
        problems: &report.problems,
    }
}

fn path_summary(report: &Report) -> PathSummary {
    PathSummary {
        proven: report.paths_with(ProofVerdict::Proven),
        broken: report.paths_with(ProofVerdict::Broken),
        unsure: report.paths_with(ProofVerdict::Unsure),
    }
}

/// What `paths` prints.
#[derive(Serialize)]
struct PathsDocument<'r> {
    schema_version: u32,
    tool: Tool,
    summary: PathsSummary,
    paths: &'r [Proof],
    seals: &'r [SealProof],
    /// Notebooks of which nothing was proven, since their role is for no protected data.
    without_data: &'r [String],
    inputs: &'r [Input],
    assumptions: &'r [Assumption],
    problems: &'r [ReportedProblem],
}

#[derive(Serialize)]
struct PathsSummary {
    paths: PathSummary,
}

/// Prints the paths alone as one JSON object, under the names of the report.
pub fn write_paths(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    let document = PathsDocument {
        schema_version: SCHEMA_VERSION,
        tool: TOOL,
        summary: PathsSummary {
            paths: path_summary(report),
        },
        paths: &report.paths,
        seals: &report.seals,
        without_data: &report.without_data,
        inputs: &report.inputs,
        assumptions: &report.assumptions,
        problems: &report.problems,
    };
    serde_json::to_writer_pretty(&mut *out, &document)?;
    writeln!(out)
}

/// Prints the answer to one question as one JSON object.
pub fn write_answer<T: Serialize>(answer: &T, out: &mut dyn Write) -> io::Result<()> {
    #[derive(Serialize)]
    struct AnswerDocument<'r, T> {
        schema_version: u32,
        tool: Tool,
        #[serde(flatten)]
        answer: &'r T,
    }
    let document = AnswerDocument {
        schema_version: SCHEMA_VERSION,
        tool: TOOL,
        answer,
    };
    serde_json::to_writer_pretty(&mut *out, &document)?;
    writeln!(out)
}

fn missing_facts(report: &Report) -> Vec<MissingFact<'_>> {
    let mut facts: BTreeMap<(&str, &str), MissingFact<'_>> = BTreeMap::new();
    for finding in &report.findings {
        for hinge in &finding.hinges_on {
            let fact = facts
                .entry((&hinge.value, &hinge.reason))
                .or_insert(MissingFact {
                    fact: &hinge.value,
                    reason: &hinge.reason,
                    decides: 0,
                    supply: &hinge.supply,
                });
            fact.decides += 1;
        }
    }
    facts.into_values().collect()
}
