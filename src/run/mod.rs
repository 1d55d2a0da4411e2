//! The pipeline: from the inputs that the user named to a report.

mod changes;
mod context;
mod estate;
mod expressions;
mod init;
mod naming;
mod question;
mod regression;
mod sides;
mod source;
mod suggestions;
mod teller;
mod templates;
mod who;
mod words;
mod worlds;

use std::collections::BTreeSet;

use sha2::{Digest, Sha256};

use crate::check::Judgement;
use crate::finding::{Assumption, Finding, Report, ReportedProblem};
use crate::iam::catalogue::ManagedPolicies;
use crate::load::plan::View;
use crate::load::terraform::Setting;
use crate::model::problem::Problem;
use crate::model::source::SourceMap;
use crate::paths;
use crate::report::model::Model;
use crate::rules::{self, Rule};
use crate::settings::Settings;
use estate::{Estate, Overview, each_estate};
pub use expressions::expressions;
pub use init::init;
pub use question::{Outcome, Question, can};
pub use sides::compare;
use teller::Teller;
pub use who::who;

/// What to judge, and how.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// Files, directories, or `-` for standard input.
    pub inputs: Vec<String>,
    /// Plans and states of other roots and saved answers of the AWS CLI, which tell what lies outside the
    /// inputs. Before the policy of a key its ARN stands: `ARN=FILE`.
    pub context: Vec<String>,
    /// Terraform source of the plans: a directory, a file, or a binary plan file. Without it, what lies
    /// beside a plan is taken. Of change sets, the template that they were made of.
    pub source: Option<String>,
    /// Values for the variables of root modules that are read without a plan.
    pub variables: Vec<Setting>,
    /// Files with values for the parameters of templates.
    pub parameters: Vec<String>,
    /// Where `TF_VAR_name` is looked for.
    pub environment: Vec<(String, String)>,
    /// The rules to run.
    pub rules: Vec<&'static Rule>,
    /// The account, where the input does not tell.
    pub account: Option<String>,
    /// The region, where the input does not tell.
    pub region: Option<String>,
    /// The managed policies whose text is known.
    pub managed_policies: ManagedPolicies,
    /// What the user says beside the input.
    pub settings: Settings,
    /// What the settings tell of resources outside of the input, as a plan that changes nothing ([`Facts::plan`]).
    ///
    /// [`Facts::plan`]: crate::settings::Facts::plan
    pub facts: Option<String>,
}

/// Judges every input. What cannot be read is a problem of the report, and the others are judged.
#[must_use]
pub fn check(options: &Options) -> Report {
    let mut report = Report {
        settings_sha256: hex(&Sha256::digest(options.settings.in_force())),
        ..Report::default()
    };
    let overview = each_estate(options, View::Planned, &mut |mut estate| {
        worlds::in_each(options, &mut estate, &mut report, &|world, report| {
            judge(options, world, report);
        });
    });
    with_overview(report, overview, &options.settings)
}

fn with_overview(mut report: Report, overview: Overview, settings: &Settings) -> Report {
    report.problems.extend(overview.problems);
    // Several estates may read one file.
    let mut told = BTreeSet::new();
    report.problems.retain(|problem| {
        let place = problem.location.as_ref();
        let place = place.map(|place| (place.file.clone(), place.line, place.column));
        place.is_none() || told.insert((problem.message.clone(), place))
    });
    report.inputs.extend(overview.context);
    report.passed_over = overview.passed_over;
    report.assumptions = resting(&mut report, settings);
    report
}

/// Proves the paths and the seals of every input, and judges nothing else.
#[must_use]
pub fn prove(options: &Options) -> Report {
    let mut report = Report::default();
    let options = Options {
        rules: Vec::new(),
        ..options.clone()
    };
    let overview = each_estate(&options, View::Planned, &mut |mut estate| {
        worlds::in_each(&options, &mut estate, &mut report, &|world, report| {
            one_side(&options, world, report);
        });
    });
    with_overview(report, overview, &options.settings)
}

/// Leaves of what was taken for granted what the settings do not say, and tells of that what something rests on.
fn resting(report: &mut Report, settings: &Settings) -> Vec<Assumption> {
    let mut assumptions = rules::assumptions(settings);
    let findings = report.findings.iter_mut().map(|one| &mut one.assumptions);
    let paths = report.paths.iter_mut().map(|one| &mut one.assumptions);
    let seals = report.seals.iter_mut().map(|one| &mut one.assumptions);
    let mut needed = BTreeSet::new();
    for ids in findings.chain(paths).chain(seals) {
        ids.retain(|id| assumptions.iter().any(|one| one.id == *id));
        needed.extend(ids.iter().copied());
    }
    assumptions.retain(|one| needed.contains(one.id));
    assumptions
}

/// The models of every plan, one after another, and what could not be read.
#[must_use]
pub fn models(options: &Options, print: &mut dyn FnMut(&Model<'_, '_>)) -> Vec<ReportedProblem> {
    let overview = each_estate(options, View::Everything, &mut |estate| {
        print(&Model {
            graph: &estate.graph,
            sources: estate.sources,
            secrets: &estate.secrets,
        });
    });
    let mut problems = overview.problems;
    problems.retain(|problem| problem.fatal);
    problems
}

/// Every template with everything worked out, one after another, and what could not be read.
#[must_use]
pub fn templates(
    options: &Options,
    print: &mut dyn FnMut(serde_json::Value),
) -> Vec<ReportedProblem> {
    let mut others = Vec::new();
    let overview = each_estate(
        options,
        View::Planned,
        &mut |estate| match estate.templates(options) {
            Some(templates) => templates.into_iter().for_each(&mut *print),
            None => others.push(ReportedProblem {
                message: format!("`{}` is no CloudFormation template", estate.name),
                location: None,
                consequence: "`plangate debug model` shows what it is".to_owned(),
                fatal: true,
            }),
        },
    );
    let mut problems = overview.problems;
    problems.retain(|problem| problem.fatal);
    problems.extend(others);
    problems
}

fn judge(options: &Options, estate: &mut Estate<'_>, report: &mut Report) {
    let first = report.paths.len();
    let (mut findings, judgements) = judged(options, estate, report);
    suggestions::suggest(options, estate, &judgements, &mut findings);
    let paths = report.paths.get(first..).unwrap_or_default();
    let told = regression::against_before(options, estate, &mut findings, paths);
    report.tally.holds += told.holds;
    report.tally.broken += told.broken;
    report.tally.unsure += told.unsure;
    weigh(&mut findings, &options.settings);
    findings.sort_by(|one, other| sort_key(one).cmp(&sort_key(other)));
    report.findings.append(&mut findings);
}

/// Judges an estate as it is, whatever was there before: adds all but the findings to the report.
fn one_side(options: &Options, estate: &Estate<'_>, report: &mut Report) -> Vec<Finding> {
    let mut findings = judged(options, estate, report).0;
    weigh(&mut findings, &options.settings);
    findings
}

/// Gives findings the severity that the user says they have.
fn weigh(findings: &mut [Finding], settings: &Settings) {
    for finding in findings {
        let said = settings.severity_of([finding.rule, finding.alias], finding.code);
        finding.severity = said.unwrap_or(finding.severity);
    }
}

/// The same with the judgements that the findings were made of.
fn judged(
    options: &Options,
    estate: &Estate<'_>,
    report: &mut Report,
) -> (Vec<Finding>, Vec<Judgement>) {
    let graph = &estate.graph;
    let checked = crate::check::check(
        graph,
        &options.rules,
        &options.managed_policies,
        &options.settings,
    );
    let mut problems = estate.problems.clone();
    problems.extend(checked.problems);
    let teller = Teller::of(estate);
    let findings = teller.tell(&checked.judgements, report);
    let told = checked.paths.iter().map(|path| teller.proof(path));
    report.paths.extend(told);
    let told = checked.seals.iter().map(|seal| teller.seal(seal));
    report.seals.extend(told);
    report
        .without_data
        .extend(paths::without(graph, &checked.paths).map(str::to_owned));
    let problems = problems.into_iter();
    let told = problems.map(|problem| reported(problem, estate.sources));
    report.problems.extend(told);
    report.inputs.push(estate.input());
    (findings, checked.judgements)
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
        fatal: problem.fatal,
    }
}
