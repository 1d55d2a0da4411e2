//! SARIF 2.1.0 (OASIS): for code scanning, and whatever else reads results of static analysis.
//!
//! A broken finding is a result of kind `fail`, an unsure one of kind `open`: not enough information to tell.

use std::borrow::Cow;
use std::io::{self, Write};

use serde::Serialize;
use serde_json::{Value, json};

use super::json::TOOL;
use super::manual;
use crate::finding::frameworks::Controls;
use crate::finding::{Finding, FindingVerdict, Place, Report, ReportedProblem, Severity};
use crate::rules::{RULES, Rule};

/// Prints the report as one SARIF log.
pub fn write(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    let findings = report.findings.iter();
    let problems = report.problems.iter();
    let log = json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": {
                "name": TOOL.name,
                "semanticVersion": TOOL.version,
                "rules": RULES.iter().map(rule).collect::<Vec<_>>(),
            }},
            "columnKind": "unicodeCodePoints",
            "invocations": [{
                "executionSuccessful": !report.problems.iter().any(|problem| problem.fatal),
                "toolExecutionNotifications": problems.map(notification).collect::<Vec<_>>(),
            }],
            "results": findings.map(outcome).collect::<Vec<_>>(),
        }],
    });
    serde_json::to_writer_pretty(&mut *out, &log)?;
    writeln!(out)
}

fn rule(rule: &Rule) -> Value {
    let frameworks = rule.frameworks();
    let controls = frameworks.iter().flat_map(|one| {
        let controls = one.controls.iter();
        controls.map(|control| format!("{} {control}", one.framework))
    });
    let tags = ["security".to_owned(), rule.kind.name().to_owned()].into_iter();
    let tags: Vec<_> = tags.chain(controls).collect();
    json!({
        "id": rule.id,
        "name": rule.alias,
        "shortDescription": { "text": rule.summary },
        "fullDescription": { "text": rule.why },
        "help": { "text": rule.fix, "markdown": manual::page(rule) },
        "defaultConfiguration": { "level": level(rule.severity) },
        "properties": { "tags": tags, "security-severity": score(rule.severity) },
    })
}

/// A result, under the names of the standard.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Outcome<'r> {
    rule_id: &'r str,
    #[serde(skip_serializing_if = "Option::is_none")]
    rule_index: Option<usize>,
    kind: &'static str,
    level: &'static str,
    message: Message<'r>,
    locations: [Location<'r>; 1],
    #[serde(skip_serializing_if = "Vec::is_empty")]
    related_locations: Vec<Location<'r>>,
    partial_fingerprints: Value,
    properties: Properties<'r>,
}

#[derive(Serialize)]
struct Properties<'r> {
    alias: &'r str,
    #[serde(skip_serializing_if = "Option::is_none")]
    code: Option<&'r str>,
    severity: &'r str,
    resource: &'r str,
    help: &'r str,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    frameworks: &'r [Controls],
}

#[derive(Serialize)]
struct Message<'r> {
    text: Cow<'r, str>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Location<'r> {
    physical_location: Value,
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<Message<'r>>,
}

fn outcome(finding: &Finding) -> Outcome<'_> {
    let (kind, level) = match finding.verdict {
        FindingVerdict::Broken => ("fail", level(finding.severity)),
        // What is no failure has no level.
        FindingVerdict::Unsure => ("open", "none"),
    };
    let (address, message) = (&finding.resource.address, &finding.message);
    let related = finding.related.iter().map(|one| {
        let text = one.message.as_str().into();
        location(&one.location, Some(Message { text }))
    });
    Outcome {
        rule_id: finding.rule,
        rule_index: RULES.iter().position(|rule| rule.id == finding.rule),
        kind,
        level,
        message: Message {
            text: format!("{address}: {message}").into(),
        },
        locations: [location(&finding.location, None)],
        related_locations: related.collect(),
        partial_fingerprints: json!({ "plangate/v1": finding.fingerprint }),
        properties: Properties {
            alias: finding.alias,
            code: finding.code,
            severity: finding.severity.name(),
            resource: address,
            help: &finding.help,
            frameworks: &finding.frameworks,
        },
    }
}

fn notification(problem: &ReportedProblem) -> Value {
    let place = problem.location.as_ref();
    let places: Vec<_> = place
        .map(|place| location(place, None))
        .into_iter()
        .collect();
    json!({
        "level": if problem.fatal { "error" } else { "warning" },
        "message": { "text": format!("{}: {}", problem.message, problem.consequence) },
        "locations": places,
    })
}

fn location<'r>(place: &Place, message: Option<Message<'r>>) -> Location<'r> {
    Location {
        physical_location: json!({
            "artifactLocation": { "uri": uri(&place.file) },
            "region": {
                "startLine": place.line,
                "startColumn": place.column,
                "endLine": place.end_line,
                "endColumn": place.end_column,
            },
        }),
        message,
    }
}

/// A path as a relative URI: everything but what a path may hold there is written in percent (RFC 3986).
fn uri(path: &str) -> String {
    let bytes = path.strip_prefix("./").unwrap_or(path).bytes();
    let written = bytes.map(|byte| {
        if byte.is_ascii_alphanumeric() || b"-._~/!$&'()*+,;=@".contains(&byte) {
            char::from(byte).to_string()
        } else {
            format!("%{byte:02X}")
        }
    });
    written.collect()
}

const fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical | Severity::High => "error",
        Severity::Medium => "warning",
        Severity::Low | Severity::Info => "note",
    }
}

/// What code scanning orders alerts by: within the bounds that GitHub gives each severity.
const fn score(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical => "9.5",
        Severity::High => "8.0",
        Severity::Medium => "5.5",
        Severity::Low => "3.0",
        Severity::Info => "1.0",
    }
}

#[cfg(test)]
mod tests {
    use super::uri;

    #[test]
    fn a_path_is_a_relative_uri() {
        assert_eq!(uri("./infra/main.tf"), "infra/main.tf");
        assert_eq!(uri("a b/ä#1%.tf"), "a%20b/%C3%A4%231%25.tf");
        assert_eq!(uri("c:/x.tf"), "c%3A/x.tf");
    }
}
