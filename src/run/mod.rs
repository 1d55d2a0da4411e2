//! The pipeline: from the inputs that the user named to a report.

mod question;
mod teller;

use std::collections::{BTreeMap, BTreeSet};

use sha2::{Digest, Sha256};

use crate::access::Access;
use crate::finding::{Assumption, Finding, FindingVerdict, Input, Report, ReportedProblem, Status};
use crate::iam::catalogue::ManagedPolicies;
use crate::load::plan::{self, View};
use crate::load::{self, LoadError};
use crate::model::graph::ResourceGraph;
use crate::model::problem::Problem;
use crate::model::resource::Standing;
use crate::model::source::{FileId, SourceMap};
use crate::network::Network;
use crate::paths;
use crate::report::model::Model;
use crate::resolve::resolve;
use crate::rules::{self, Rule};
use crate::workload;
pub use question::{Question, can};
use teller::Teller;

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
    report.assumptions = resting(&report);
    report
}

/// Proves the paths of every input, and judges nothing else.
#[must_use]
pub fn prove(options: &Options) -> Report {
    let mut report = Report::default();
    let (unreadable, passed_over) = each_input(options, &mut |name, outcome| {
        let (sources, file) = one_source(name, outcome?);
        let plan = plan::load(&sources, file, View::Planned)?;
        let graph = resolve(with_place(plan.draft, options));
        let access = Access::new(&graph, &options.managed_policies);
        let paths = paths::prove(&access, &Network::new(&graph));
        let teller = Teller {
            estate: name,
            sources: &sources,
            secrets: &plan.secrets,
            graph: &graph,
        };
        report
            .paths
            .extend(paths.iter().map(|path| teller.proof(path)));
        let mut problems = plan.problems;
        problems.extend(access.problems());
        problems.extend(jobs_not_found(&graph));
        let problems = problems.into_iter();
        report
            .problems
            .extend(problems.map(|problem| reported(problem, &sources)));
        report.inputs.push(input(name, &graph, sources.text(file)));
        Ok(())
    });
    report.problems.extend(unreadable);
    report.passed_over = passed_over;
    report.assumptions = resting(&report);
    report
}

/// What was taken for granted, as far as something rests on it.
fn resting(report: &Report) -> Vec<Assumption> {
    let rests_on = |id| {
        let mut findings = report.findings.iter();
        let mut paths = report.paths.iter();
        findings.any(|finding| finding.assumptions.contains(&id))
            || paths.any(|path| path.assumptions.contains(&id))
    };
    let mut assumptions = rules::assumptions();
    assumptions.retain(|assumption| rests_on(assumption.id));
    assumptions
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
    let checked = crate::check::check(&graph, &options.rules, &options.managed_policies);
    let mut problems = plan.problems;
    problems.extend(checked.problems);
    problems.extend(jobs_not_found(&graph));
    let teller = Teller {
        estate: name,
        sources: &sources,
        secrets: &plan.secrets,
        graph: &graph,
    };
    let mut findings = teller.tell(&checked.judgements, report);
    let told = checked.paths.iter().map(|path| teller.proof(path));
    report.paths.extend(told);
    report
        .without_data
        .extend(paths::without(&graph, &checked.paths).map(str::to_owned));
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
    let checked = crate::check::check(&before_graph, &options.rules, &options.managed_policies);
    let mut tally = Report::default();
    let before: BTreeMap<String, FindingVerdict> = Teller {
        estate: "",
        sources,
        secrets: &before.secrets,
        graph: &before_graph,
    }
    .tell(&checked.judgements, &mut tally)
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
