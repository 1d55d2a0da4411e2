//! The pipeline: from the inputs that the user named to a report.

use std::collections::{BTreeMap, BTreeSet};

use sha2::{Digest, Sha256};

use crate::check::{self, Judgement};
use crate::finding::{
    Evidence, Finding, FindingVerdict, Input, MissingValue, Place, Related, Report,
    ReportedProblem, Status, Subject, Verdict, supply,
};
use crate::iam::catalogue::ManagedPolicies;
use crate::load::plan::{self, View};
use crate::load::{self, LoadError, Secrets};
use crate::model::graph::ResourceGraph;
use crate::model::problem::Problem;
use crate::model::resource::Standing;
use crate::model::source::{FileId, SourceMap};
use crate::report::model::Model;
use crate::resolve::resolve;
use crate::rules::{self, Rule};
use crate::workload;

/// What to judge, and how.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// Files, directories, or `-` for standard input.
    pub inputs: Vec<String>,
    /// The rules to run.
    pub rules: Vec<&'static Rule>,
    /// The account, where the input does not tell.
    pub account: Option<String>,
    /// The region, where the input does not tell.
    pub region: Option<String>,
    /// The managed policies whose text is known.
    pub managed_policies: ManagedPolicies,
}

/// Judges every input. What cannot be read is a problem of the report, and the others are judged.
#[must_use]
pub fn check(options: &Options) -> Report {
    let mut report = Report {
        // There are no settings yet: the hash is that of none.
        settings_sha256: hex(&Sha256::digest(b"{}")),
        ..Report::default()
    };
    let (unreadable, passed_over) = each_input(options, &mut |name, outcome| {
        judge(options, name, outcome?, &mut report)
    });
    report.problems.extend(unreadable);
    report.passed_over = passed_over;
    report.assumptions = rules::assumptions();
    let rests_on = |id| {
        let mut findings = report.findings.iter();
        findings.any(|finding| finding.assumptions.contains(&id))
    };
    report
        .assumptions
        .retain(|assumption| rests_on(assumption.id));
    report
}

/// The models of every plan, one after another, and what could not be read.
#[must_use]
pub fn models(options: &Options, print: &mut dyn FnMut(&Model<'_, '_>)) -> Vec<ReportedProblem> {
    each_input(options, &mut |name, outcome| {
        let (sources, file) = one_source(name, outcome?);
        let plan = plan::load(&sources, file, View::Everything)?;
        let graph = resolve(with_place(plan.draft, options));
        print(&Model {
            graph: &graph,
            sources: &sources,
            secrets: &plan.secrets,
        });
        Ok(())
    })
    .0
}

type Outcome = Result<String, LoadError>;

/// Reads the inputs one at a time, so that only one is in memory, and hands each to `read`. A file that
/// was only found in a directory and is plainly something else is passed over, and counted.
fn each_input(
    options: &Options,
    read: &mut dyn FnMut(&str, Outcome) -> Result<(), LoadError>,
) -> (Vec<ReportedProblem>, usize) {
    let mut problems = Vec::new();
    let found = load::gather(&options.inputs);
    for (name, error) in &found.unreadable {
        problems.push(unreadable(name, error));
    }
    let (mut judged, mut passed_over) = (BTreeSet::new(), 0);
    for input in &found.inputs {
        match read(&input.name, input.read()) {
            Err(error) if input.searched.is_some() && error.is_other() => passed_over += 1,
            outcome => {
                judged.extend(input.searched);
                if let Err(error) = outcome {
                    problems.push(unreadable(&input.name, &error));
                }
            }
        }
    }
    for (at, directory) in found.searched.iter().enumerate() {
        if !judged.contains(&at) {
            problems.push(unreadable(&directory.name, &directory.nothing_inside()));
        }
    }
    (problems, passed_over)
}

fn unreadable(name: &str, error: &LoadError) -> ReportedProblem {
    let name = if name == "-" { "standard input" } else { name };
    ReportedProblem {
        message: format!("`{name}` {error}"),
        location: None,
        consequence: error.help().to_owned(),
        fatal: true,
    }
}

fn one_source(name: &str, text: String) -> (SourceMap, FileId) {
    let mut sources = SourceMap::default();
    let file = sources.add(name, text);
    (sources, file)
}

/// The user's account and region, where the input does not tell.
fn with_place<'a>(
    mut draft: crate::model::graph::Draft<'a>,
    options: &Options,
) -> crate::model::graph::Draft<'a> {
    for provider in &mut draft.providers {
        if provider.account.is_none() {
            provider.account = options.account.clone().map(Into::into);
        }
        if provider.region.is_none() {
            provider.region = options.region.clone().map(Into::into);
        }
    }
    draft
}

fn judge(
    options: &Options,
    name: &str,
    text: String,
    report: &mut Report,
) -> Result<(), LoadError> {
    let (sources, file) = one_source(name, text);
    let plan = plan::load(&sources, file, View::Planned)?;
    let graph = resolve(with_place(plan.draft, options));
    let (judgements, mut problems) =
        check::check(&graph, &options.rules, &options.managed_policies);
    problems.splice(0..0, plan.problems);
    problems.extend(jobs_not_found(&graph));
    let mut findings = Teller {
        estate: name,
        sources: &sources,
        secrets: &plan.secrets,
        graph: &graph,
    }
    .tell(&judgements, report);
    mark_existing(&mut findings, &graph, &sources, file, options);
    findings.sort_by(|one, other| sort_key(one).cmp(&sort_key(other)));
    report.findings.append(&mut findings);
    for problem in problems {
        report.problems.push(reported(problem, &sources));
    }
    report.inputs.push(input(name, &graph, sources.text(file)));
    Ok(())
}

/// Silence about a job must not look like its approval.
fn jobs_not_found(graph: &ResourceGraph<'_>) -> Option<Problem> {
    let carriers = workload::carriers_not_read(graph);
    let (first, others) = carriers.split_first()?;
    let others = match others.len() {
        0 => String::new(),
        number => format!(" and {number} more"),
    };
    Some(Problem {
        message: format!(
            "{first}{others} may start Processing jobs, which this version does not look for there"
        ),
        origin: None,
        consequence: "only jobs that are resources of their own are judged".to_owned(),
    })
}

fn sort_key(finding: &Finding) -> (&str, u32, u32, &str, &str, &str) {
    let place = &finding.location;
    (
        &place.file,
        place.line,
        place.column,
        finding.rule,
        finding.resource.address.as_str(),
        &finding.message,
    )
}

fn input(name: &str, graph: &ResourceGraph<'_>, text: &str) -> Input {
    let one = |values: BTreeSet<&str>| {
        let mut values = values.into_iter();
        let first = values.next().map(str::to_owned);
        first.filter(|_| values.next().is_none())
    };
    let providers = graph.providers();
    let judged = graph
        .iter()
        .filter(|(_, resource)| resource.standing == Standing::Judged);
    Input {
        path: name.to_owned(),
        kind: "terraform-plan",
        sha256: hex(&Sha256::digest(text.as_bytes())),
        estate: name.to_owned(),
        account: one(providers
            .iter()
            .filter_map(|known| known.account.as_deref())
            .collect()),
        region: one(providers
            .iter()
            .filter_map(|known| known.region.as_deref())
            .collect()),
        resources: judged.count(),
        complete: graph.incomplete().is_none(),
    }
}

fn hex(bytes: &[u8]) -> String {
    let digits = bytes.iter().flat_map(|byte| [byte >> 4, byte & 0xF]);
    let digits = digits.filter_map(|digit| char::from_digit(digit.into(), 16));
    digits.collect()
}

fn reported(problem: Problem, sources: &SourceMap) -> ReportedProblem {
    ReportedProblem {
        message: problem.message,
        location: problem.origin.map(|span| sources.location(span).into()),
        consequence: problem.consequence,
        fatal: false,
    }
}

/// Findings that the state before the change has too are not this change's doing. The plan is read
/// again for it, but only if something is broken that was there before.
fn mark_existing(
    findings: &mut [Finding],
    graph: &ResourceGraph<'_>,
    sources: &SourceMap,
    file: FileId,
    options: &Options,
) {
    let existed: BTreeSet<&str> = graph
        .iter()
        .filter(|(_, resource)| resource.existed_before)
        .map(|(_, resource)| resource.address.as_str())
        .collect();
    let mut concerned = findings
        .iter()
        .filter(|finding| existed.contains(finding.resource.address.as_str()));
    if concerned.next().is_none() {
        return;
    }
    let Ok(before) = plan::load(sources, file, View::Before) else {
        return;
    };
    let before_graph = resolve(with_place(before.draft, options));
    let (judgements, _) = check::check(&before_graph, &options.rules, &options.managed_policies);
    let mut tally = Report::default();
    let before: BTreeMap<String, FindingVerdict> = Teller {
        estate: "",
        sources,
        secrets: &before.secrets,
        graph: &before_graph,
    }
    .tell(&judgements, &mut tally)
    .into_iter()
    .map(|finding| (finding.fingerprint, finding.verdict))
    .collect();
    for finding in findings {
        if existed.contains(finding.resource.address.as_str())
            && before.get(&finding.fingerprint) == Some(&finding.verdict)
        {
            finding.status = Status::Existing;
        }
    }
}

/// Turns judgements into what the user is told.
struct Teller<'t, 'a> {
    estate: &'t str,
    sources: &'t SourceMap,
    secrets: &'t Secrets,
    graph: &'t ResourceGraph<'a>,
}

impl Teller<'_, '_> {
    fn tell(&self, judgements: &[Judgement], report: &mut Report) -> Vec<Finding> {
        let mut findings = Vec::new();
        for judgement in judgements {
            let (verdict, evidence) = match &judgement.verdict {
                Verdict::Holds => {
                    report.tally.holds += 1;
                    continue;
                }
                Verdict::NotApplicable => continue,
                Verdict::Broken(evidence) => {
                    report.tally.broken += 1;
                    (FindingVerdict::Broken, evidence)
                }
                Verdict::Unsure(evidence) => {
                    report.tally.unsure += 1;
                    (FindingVerdict::Unsure, evidence)
                }
            };
            let mut same = BTreeMap::new();
            for evidence in evidence {
                let ordinal: &mut usize = same.entry((evidence.code, &evidence.about)).or_default();
                findings.push(self.finding(judgement, verdict, evidence, *ordinal));
                *ordinal += 1;
            }
        }
        findings
    }

    fn finding(
        &self,
        judgement: &Judgement,
        verdict: FindingVerdict,
        evidence: &Evidence,
        ordinal: usize,
    ) -> Finding {
        let (rule, resource) = (judgement.rule, self.graph.get(judgement.subject));
        let place = |span| Place::from(self.sources.location(span));
        let mask = |text: &str| printable(&self.secrets.mask_prose(text));
        let address = resource.address.as_str();
        Finding {
            rule: rule.id,
            alias: rule.alias,
            code: evidence.code,
            verdict,
            severity: evidence.severity.unwrap_or(rule.severity),
            status: Status::New,
            estate: self.estate.to_owned(),
            resource: Subject {
                address: printable(address),
                kind: resource.kind().map_or("unknown", |kind| kind.name()),
                type_name: resource.type_name.clone().into_owned(),
            },
            message: mask(&evidence.message),
            location: place(evidence.at),
            related: evidence
                .related
                .iter()
                .map(|label| Related {
                    message: mask(&label.message),
                    location: place(label.at),
                })
                .collect(),
            hinges_on: evidence
                .hinges_on
                .iter()
                .map(|hinge| MissingValue {
                    value: mask(&hinge.value),
                    reason: hinge.reason.to_string(),
                    supply: supply(hinge.reason).to_owned(),
                })
                .collect(),
            help: mask(evidence.fix.as_deref().unwrap_or(rule.fix)),
            fingerprint: fingerprint(rule.id, evidence, address, ordinal),
            assumptions: rule.assumes.to_vec(),
        }
    }
}

/// The text with control characters escaped: a line break of the author's must not begin a line of ours,
/// which a build system may read as a command.
fn printable(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        if character.is_control() {
            out.extend(character.escape_default());
        } else {
            out.push(character);
        }
    }
    out
}

/// Depends on nothing that unrelated edits change: neither lines, nor words, nor severities.
fn fingerprint(rule: &str, evidence: &Evidence, address: &str, ordinal: usize) -> String {
    let mut hash = Sha256::new();
    let code = evidence.code.unwrap_or("");
    for part in [rule, code, address, &evidence.about, &ordinal.to_string()] {
        hash.update(part.as_bytes());
        hash.update([0]);
    }
    hex(hash.finalize().get(..16).unwrap_or_default())
}
