//! The report for people at a terminal: what is broken with cause, place and fix, the worst first; what
//! is unsure by missing fact; and what was judged at all.

use std::collections::BTreeMap;
use std::io::{self, Write};

use anstyle::{AnsiColor, Style as Colour};

use super::Style;
use crate::finding::proof::ProofVerdict;
use crate::finding::{
    Finding, FindingVerdict, MissingValue, PatchLine, Place, Report, ReportedProblem, Severity,
    Status, Suggestion,
};
use crate::rules::{self, RuleKind};

/// Lines about what is unsure, unless everything is asked for.
const UNSURE_LINES: usize = 10;

/// Columns beyond this are not printed.
const FAR_OUT: u32 = 500;

const BOLD: Colour = Colour::new().bold();
const DIM: Colour = Colour::new().dimmed();

/// Prints the report.
pub fn write(report: &Report, style: Style, out: &mut dyn Write) -> io::Result<()> {
    let several = report.judged().count() > 1;
    let broken = of(report, FindingVerdict::Broken);
    for input in report.judged() {
        let own = broken
            .iter()
            .filter(|finding| finding.estate == input.estate);
        let mut own: Vec<_> = own.collect();
        own.sort_by_key(|finding| std::cmp::Reverse(finding.severity));
        if several && !own.is_empty() {
            writeln!(out, "{BOLD}{}{BOLD:#}\n", input.path)?;
        }
        for finding in own {
            write_broken(finding, out)?;
        }
    }
    write_unsure(&of(report, FindingVerdict::Unsure), several, style, out)?;
    write_problems(report, out)?;
    let lowered = |finding: &Finding| {
        let rule = rules::find(finding.rule).filter(|rule| rule.kind == RuleKind::Secure);
        let usual = rule.map(|rule| rule.severity);
        !finding.assumptions.is_empty() && usual > Some(finding.severity)
    };
    let matters = style.verbose || broken.iter().any(|finding| lowered(finding));
    // What only paths rest on is said where they are shown.
    let findings = |id| {
        let mut findings = report.findings.iter();
        findings.any(|finding| finding.assumptions.contains(&id))
    };
    let assumptions = report.assumptions.iter().filter(|_| matters);
    for assumption in assumptions.filter(|one| findings(one.id)) {
        writeln!(
            out,
            "{DIM}assumed{DIM:#} {}; {}\n",
            assumption.text, assumption.supply
        )?;
    }
    write_summary(report, out)
}

/// What was not understood, and what could not be read.
pub(super) fn write_problems(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    write_each_problem(&report.problems, out)
}

pub(super) fn write_each_problem(
    problems: &[ReportedProblem],
    out: &mut dyn Write,
) -> io::Result<()> {
    for problem in problems {
        let word = if problem.fatal { "error" } else { "problem" };
        let colour = if problem.fatal {
            AnsiColor::Red
        } else {
            AnsiColor::Yellow
        };
        let colour = colour.on_default().bold();
        writeln!(out, "{colour}{word}{colour:#} {}", problem.message)?;
        if let Some(place) = &problem.location {
            writeln!(out, "  {DIM}at{DIM:#} {}", at(place))?;
        }
        writeln!(out, "  {}\n", problem.consequence)?;
    }
    Ok(())
}

fn of(report: &Report, verdict: FindingVerdict) -> Vec<&Finding> {
    let findings = report.findings.iter();
    findings
        .filter(|finding| finding.verdict == verdict)
        .collect()
}

pub(super) fn colour(severity: Severity) -> Colour {
    match severity {
        Severity::Critical | Severity::High => AnsiColor::Red.on_default().bold(),
        Severity::Medium => AnsiColor::Yellow.on_default().bold(),
        Severity::Low | Severity::Info => AnsiColor::Blue.on_default().bold(),
    }
}

/// A column far out in a line is none that an editor shows: Terraform writes a plan as one line.
pub(super) fn at(place: &Place) -> String {
    if place.column > FAR_OUT {
        place.file.clone()
    } else {
        format!("{}:{}:{}", place.file, place.line, place.column)
    }
}

/// What made the resource, to stand behind its address.
fn construct(finding: &Finding) -> String {
    let construct = finding.resource.construct.as_deref();
    construct.map_or_else(String::new, |path| format!(" ({path})"))
}

fn write_broken(finding: &Finding, out: &mut dyn Write) -> io::Result<()> {
    let colour = colour(finding.severity);
    let rule = match finding.code {
        Some(code) => format!("{}/{code}", finding.rule),
        None => finding.rule.to_owned(),
    };
    let existing = match finding.status {
        Status::New => "",
        Status::Existing => ", there already",
    };
    writeln!(
        out,
        "{colour}{}{colour:#} {BOLD}{}{BOLD:#}{}",
        finding.severity,
        finding.resource.address,
        construct(finding)
    )?;
    writeln!(out, "  {}", finding.message)?;
    if !finding.only_when.is_empty() {
        writeln!(
            out,
            "  {DIM}only{DIM:#} when {}",
            finding.only_when.join("; or when ")
        )?;
    }
    for related in &finding.related {
        writeln!(
            out,
            "  {DIM}and{DIM:#} {} ({})",
            related.message,
            at(&related.location)
        )?;
    }
    let suggestion = finding.suggestion.as_ref();
    if suggestion.is_none_or(|suggestion| !suggestion.says_all) {
        writeln!(out, "  {DIM}fix{DIM:#}  {}", finding.help)?;
    }
    if let Some(suggestion) = suggestion {
        write_patch(suggestion, out)?;
    }
    writeln!(
        out,
        "  {DIM}rule{DIM:#} {rule} ({}{existing})",
        finding.alias
    )?;
    writeln!(out, "  {DIM}at{DIM:#}   {}\n", at(&finding.location))
}

/// The lines that change, with their numbers: so no line of the user's begins one of ours.
fn write_patch(suggestion: &Suggestion, out: &mut dyn Write) -> io::Result<()> {
    let lines = suggestion.lines();
    let first = lines.iter().find(|line| line.sign != ' ');
    let first = first.map_or(1, |line| line.number);
    writeln!(out, "  {DIM}edit{DIM:#} {}:{first}", suggestion.file)?;
    let width = lines.iter().map(|line| line.number.to_string().len()).max();
    let width = width.unwrap_or(0);
    for PatchLine { sign, number, text } in lines {
        let colour = match sign {
            '+' => AnsiColor::Green.on_default(),
            '-' => AnsiColor::Red.on_default(),
            _ => DIM,
        };
        let line = format!("{sign} {text}");
        writeln!(
            out,
            "       {DIM}{number:width$}{DIM:#} {colour}{}{colour:#}",
            line.trim_end()
        )?;
    }
    Ok(())
}

/// One line for each missing fact, the one that decides most first.
fn write_unsure(
    unsure: &[&Finding],
    several: bool,
    style: Style,
    out: &mut dyn Write,
) -> io::Result<()> {
    if unsure.is_empty() {
        return Ok(());
    }
    let cyan = AnsiColor::Cyan.on_default().bold();
    let verdicts = count(unsure.len(), "verdict");
    writeln!(out, "{cyan}unsure{cyan:#} {verdicts}, by what is missing:")?;
    let mut facts: BTreeMap<(&str, &str, &str), (&MissingValue, Vec<&Finding>)> = BTreeMap::new();
    let mut unnamed = Vec::new();
    for finding in unsure {
        if finding.hinges_on.is_empty() {
            unnamed.push(finding);
        }
        for hinge in &finding.hinges_on {
            let fact = facts.entry((&finding.estate, &hinge.value, &hinge.reason));
            let (_, decided) = fact.or_insert_with(|| (hinge, Vec::new()));
            decided.push(finding);
        }
    }
    let mut facts: Vec<_> = facts.into_values().collect();
    facts.sort_by_key(|(_, decided)| std::cmp::Reverse(decided.len()));
    // The heading, and a last line if not everything is told.
    let room = if style.verbose {
        usize::MAX
    } else {
        UNSURE_LINES - 2
    };
    let left_out = (facts.len() + unnamed.len()).saturating_sub(room);
    for (fact, decided) in facts.iter().take(room) {
        let estate = decided.first().map_or("", |finding| &finding.estate);
        let estate = if several {
            format!("{estate}: ")
        } else {
            String::new()
        };
        let mut rules: Vec<_> = decided.iter().map(|finding| finding.alias).collect();
        rules.sort_unstable();
        rules.dedup();
        let verdicts = count(decided.len(), "verdict");
        writeln!(
            out,
            "  {estate}{} ({}) decides {verdicts}: {}; {DIM}{}{DIM:#}",
            fact.value,
            fact.reason,
            rules.join(", "),
            fact.supply
        )?;
        if style.verbose {
            for finding in decided {
                let (address, construct) = (&finding.resource.address, construct(finding));
                let (alias, message) = (finding.alias, &finding.message);
                writeln!(out, "    {alias} {address}{construct}: {message}")?;
            }
        }
    }
    for finding in unnamed.iter().take(room.saturating_sub(facts.len())) {
        let address = &finding.resource.address;
        writeln!(out, "  {address}: {} ({})", finding.message, finding.alias)?;
    }
    if left_out > 0 {
        writeln!(
            out,
            "  and {}; -v shows them all",
            count(left_out, "more fact")
        )?;
    }
    writeln!(out)
}

fn write_summary(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    let mut parts = Vec::new();
    for severity in Severity::ALL.iter().rev() {
        let findings = of(report, FindingVerdict::Broken);
        let broken = findings
            .iter()
            .filter(|finding| finding.severity == *severity);
        match broken.count() {
            0 => {}
            number => parts.push(format!("{number} {severity}")),
        }
    }
    let mut parts = if parts.is_empty() {
        vec!["nothing broken".to_owned()]
    } else {
        vec![format!("broken: {}", parts.join(", "))]
    };
    match of(report, FindingVerdict::Unsure).len() {
        0 => {}
        number => parts.push(format!("unsure: {number}")),
    }
    if !report.paths.is_empty() {
        let verdicts = [
            ProofVerdict::Proven,
            ProofVerdict::Broken,
            ProofVerdict::Unsure,
        ];
        let told = verdicts.iter().filter_map(|verdict| {
            let number = report.paths_with(*verdict);
            (number > 0).then(|| format!("{number} {}", verdict.name()))
        });
        parts.push(format!("paths: {}", told.collect::<Vec<_>>().join(", ")));
    }
    match report.problems.len() {
        0 => {}
        number => parts.push(count(number, "problem")),
    }
    match report.passed_over {
        0 => {}
        number => parts.push(format!(
            "{} passed over: neither plan nor template",
            count(number, "file")
        )),
    }
    let tally = report.tally;
    let verdicts = tally.holds + tally.broken + tally.unsure;
    let verdicts = match verdicts {
        0 => "none of a kind that a rule judges".to_owned(),
        number => format!("{} given", count(number, "verdict")),
    };
    if report.judged().next().is_none() {
        return writeln!(
            out,
            "nothing was judged; {}",
            count(report.problems.len(), "problem")
        );
    }
    let resources: usize = report.inputs.iter().map(|input| input.resources).sum();
    if resources == 0 {
        let nothing = match judged(report) {
            states if states.contains("state") => format!("nothing is there to judge in {states}"),
            modules if modules.contains("module") => format!("{modules} declares no resource"),
            plans => format!("nothing is left to judge once {plans} is applied"),
        };
        return writeln!(out, "{nothing}; {}", parts.join("; "));
    }
    writeln!(
        out,
        "{} in {}, {verdicts}; {}",
        count(resources, "resource"),
        judged(report),
        parts.join("; ")
    )
}

/// The inputs that were judged: `2 plans and 1 state`.
pub(super) fn judged(report: &Report) -> String {
    let mut kinds: BTreeMap<&str, usize> = BTreeMap::new();
    for input in report.judged() {
        let (_, kind) = input.kind.split_once('-').unwrap_or(("", input.kind));
        *kinds.entry(kind).or_default() += 1;
    }
    let kinds: Vec<_> = kinds
        .into_iter()
        .map(|(kind, number)| count(number, &kind.replace('-', " ")))
        .collect();
    match kinds.as_slice() {
        [first @ .., last] if !first.is_empty() => format!("{} and {last}", first.join(", ")),
        _ => kinds.concat(),
    }
}

pub(super) fn count(number: usize, what: &str) -> String {
    let plural = if number == 1 { "" } else { "s" };
    format!("{number} {what}{plural}")
}
