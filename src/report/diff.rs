//! What a change makes of an estate: for people, what gets worse with its reasons, then what cannot be told and what
//! gets better; for machines, the same as one JSON object.

use std::io::{self, Write};

use anstyle::{AnsiColor, Style as Colour};
use schemars::JsonSchema;
use serde::Serialize;

use super::Style;
use super::human::{at, colour, count};
use super::json::{SCHEMA_VERSION, TOOL, Tool};
use super::paths::{place_of, title};
use super::seals::does;
use crate::diff::access::AccessChange;
use crate::diff::{Change, ChangedHop, Difference, Effect, FindingChange, PathChange, Unchanged};
use crate::finding::proof::{DecisionName, Proof};
use crate::finding::{Finding, Input, MissingValue, ReportedProblem};

const BOLD: Colour = Colour::new().bold();
const DIM: Colour = Colour::new().dimmed();

/// Lines about what does not make anything worse, unless everything is asked for.
const LINES: usize = 20;

/// Prints a difference.
pub fn write(difference: &Difference, style: Style, out: &mut dyn Write) -> io::Result<()> {
    for effect in Effect::ALL {
        write_group(difference, effect, style, out)?;
    }
    super::human::write_each_problem(&difference.problems, out)?;
    write_summary(difference, out)
}

fn heading(effect: Effect) -> (&'static str, Colour) {
    let (text, colour) = match effect {
        Effect::Worse => ("made worse", AnsiColor::Red),
        Effect::Undecidable => ("cannot be told", AnsiColor::Cyan),
        Effect::Better => ("made better", AnsiColor::Green),
        Effect::Neutral => ("changed besides", AnsiColor::White),
    };
    (text, colour.on_default().bold())
}

/// Everything of one effect: in full if it is worse, else a line each.
fn write_group(
    difference: &Difference,
    effect: Effect,
    style: Style,
    out: &mut dyn Write,
) -> io::Result<()> {
    let number = difference.count(effect);
    if number == 0 {
        return Ok(());
    }
    let (text, colour) = heading(effect);
    writeln!(out, "{colour}{text}{colour:#} {number}\n")?;
    let is_worse = effect == Effect::Worse;
    let room = if is_worse || style.verbose {
        usize::MAX
    } else {
        LINES
    };
    let paths = difference.paths.iter().filter(|one| one.effect == effect);
    for change in paths.clone().take(room) {
        write_path(change, out)?;
    }
    let room = room.saturating_sub(paths.count());
    let access = difference.access_apart();
    let access: Vec<_> = access.filter(|one| one.effect == effect).collect();
    for (change, does) in once_each(access.iter().take(room).copied()) {
        write_access(change, &does.join(" and "), out)?;
    }
    let room = room.saturating_sub(access.len());
    let findings = difference.findings.iter();
    let findings = findings.filter(|one| one.effect == effect);
    for change in findings.take(room) {
        write_finding(change, is_worse, out)?;
    }
    if !is_worse {
        let left_out = number.saturating_sub(if style.verbose { usize::MAX } else { LINES });
        if left_out > 0 {
            writeln!(out, "  and {left_out} more; -v shows them all")?;
        }
        writeln!(out)?;
    }
    Ok(())
}

fn verdict(proof: Option<&Proof>) -> &'static str {
    proof.map_or("not there", |proof| proof.verdict.name())
}

fn write_path(change: &PathChange, out: &mut dyn Write) -> io::Result<()> {
    let Some(proof) = change.after.as_ref().or(change.before.as_ref()) else {
        return Ok(());
    };
    let was = verdict(change.before.as_ref());
    let is = verdict(change.after.as_ref());
    let title = title(proof);
    if change.effect != Effect::Worse {
        return writeln!(out, "  path {BOLD}{title}{BOLD:#}: was {was}, is {is}");
    }
    let colour = colour(change.severity);
    let severity = change.severity;
    writeln!(
        out,
        "{colour}{severity}{colour:#} path {BOLD}{title}{BOLD:#}"
    )?;
    writeln!(out, "  it was {was}, and is {is}{}", what(change.change))?;
    if !proof.only_when.is_empty() {
        let only_when = proof.only_when.join("; or when ");
        writeln!(out, "  {DIM}only{DIM:#} when {only_when}")?;
    }
    for hops in alike(&change.hops) {
        write_hops(hops, out)?;
    }
    if !change.removed.is_empty() {
        let removed = change.removed.join(", ");
        writeln!(out, "  {DIM}deleted{DIM:#} by the change: {removed}")?;
    }
    writeln!(out)
}

fn what(change: Change) -> &'static str {
    match change {
        Change::ProofLost => ": the proof is lost",
        _ => "",
    }
}

/// Hops that end alike for the same reasons: the nine permissions of a network interface are one line.
fn alike(hops: &[ChangedHop]) -> Vec<&[ChangedHop]> {
    let reasons = |hop: &ChangedHop| -> Vec<String> {
        let former = hop.allowed_by.iter().map(|former| &former.reason);
        let reasons = hop.because.iter().chain(former);
        reasons
            .map(|one| one.text.replace(&hop.action, ""))
            .collect()
    };
    let same = |one: &ChangedHop, other: &ChangedHop| {
        one.name == other.name
            && one.resource == other.resource
            && one.decision == other.decision
            && reasons(one) == reasons(other)
    };
    hops.chunk_by(same).collect()
}

fn write_hops(hops: &[ChangedHop], out: &mut dyn Write) -> io::Result<()> {
    let Some((hop, others)) = hops.split_first() else {
        return Ok(());
    };
    let word = match hop.decision {
        DecisionName::Undecided => "unsure",
        _ => "DENIED",
    };
    let others = match others.len() {
        0 => String::new(),
        number => format!(" and {number} more"),
    };
    let (name, action, resource) = (hop.name, &hop.action, &hop.resource);
    writeln!(out, "  {word} {name}: {action}{others} on {resource}")?;
    for reason in &hop.because {
        writeln!(
            out,
            "    {DIM}now{DIM:#}    {}{}",
            reason.text,
            place_of(reason)
        )?;
    }
    for former in &hop.allowed_by {
        let (text, place) = (&former.reason.text, place_of(&former.reason));
        writeln!(out, "    {DIM}before{DIM:#} {text}{place}")?;
        if let Some((fate, address)) = former.fate.zip(former.written_in.as_deref()) {
            writeln!(out, "           {address} is {}", fate.name())?;
        }
    }
    for hinge in &hop.hinges_on {
        let MissingValue {
            value,
            reason,
            supply,
        } = hinge;
        writeln!(
            out,
            "    {DIM}hinges on{DIM:#} {value} ({reason}); {supply}"
        )?;
    }
    Ok(())
}

/// Everybody once, with all that they can do in the same way.
fn once_each<'d>(
    changes: impl Iterator<Item = &'d AccessChange>,
) -> Vec<(&'d AccessChange, Vec<&'static str>)> {
    let mut all: Vec<(&AccessChange, Vec<&'static str>)> = Vec::new();
    for change in changes {
        let own = &change.entrance;
        let same = all.iter_mut().find(|(other, _)| {
            let entrance = &other.entrance;
            entrance.principal == own.principal
                && entrance.resource == own.resource
                && entrance.chain == own.chain
                && entrance.expected == own.expected
                && other.change == change.change
        });
        match same {
            Some((_, does_all)) => does_all.push(does(&own.actions)),
            None => all.push((change, vec![does(&own.actions)])),
        }
    }
    all
}

fn write_access(change: &AccessChange, does: &str, out: &mut dyn Write) -> io::Result<()> {
    let entrance = &change.entrance;
    let verb = match (change.change, entrance.certain) {
        (Change::Lost, _) => "may no longer",
        (_, true) => "may now",
        (_, false) => "may or may not",
    };
    let chain = match entrance.chain.as_slice() {
        [] => String::new(),
        steps => format!(", as it {}", steps.join(", ")),
    };
    let (principal, resource) = (&entrance.principal, &entrance.resource);
    let meant = if entrance.expected && change.change != Change::Lost {
        ", as it is meant to"
    } else {
        ""
    };
    writeln!(
        out,
        "  {BOLD}{principal}{BOLD:#} {verb} {does} {resource}{chain}{meant}"
    )?;
    for reason in &entrance.because {
        let before = if change.change == Change::Lost {
            "before "
        } else {
            ""
        };
        writeln!(
            out,
            "    {DIM}{before}{DIM:#}{}{}",
            reason.text,
            place_of(reason)
        )?;
    }
    Ok(())
}

fn write_finding(change: &FindingChange, in_full: bool, out: &mut dyn Write) -> io::Result<()> {
    let Some(finding) = change.after.as_ref().or(change.before.as_ref()) else {
        return Ok(());
    };
    let address = &finding.resource.address;
    let place = at(&finding.location);
    let rule = name(finding);
    if !in_full {
        let word = match change.change {
            Change::Lost => "no longer: ",
            Change::Undecidable => "was broken: ",
            _ => "",
        };
        let message = &finding.message;
        return writeln!(
            out,
            "  {BOLD}{address}{BOLD:#}: {word}{message} ({rule}, {place})"
        );
    }
    let (severity, colour) = (finding.severity, colour(finding.severity));
    writeln!(out, "{colour}{severity}{colour:#} {BOLD}{address}{BOLD:#}")?;
    writeln!(out, "  {}", finding.message)?;
    if !finding.only_when.is_empty() {
        let only_when = finding.only_when.join("; or when ");
        writeln!(out, "  {DIM}only{DIM:#} when {only_when}")?;
    }
    if let Some(before) = &change.before {
        writeln!(
            out,
            "  {DIM}was{DIM:#}  {}",
            former(before, finding, change.change)
        )?;
    }
    writeln!(out, "  {DIM}fix{DIM:#}  {}", finding.help)?;
    writeln!(out, "  {DIM}rule{DIM:#} {rule} ({})", finding.alias)?;
    writeln!(out, "  {DIM}at{DIM:#}   {place}\n")
}

fn former(before: &Finding, after: &Finding, change: Change) -> String {
    match change {
        Change::Broken => "unsure".to_owned(),
        _ if before.severity != after.severity => before.severity.to_string(),
        _ => format!("so only when {}", before.only_when.join("; or when ")),
    }
}

fn name(finding: &Finding) -> String {
    match finding.code {
        Some(code) => format!("{}/{code}", finding.rule),
        None => finding.rule.to_owned(),
    }
}

fn write_summary(difference: &Difference, out: &mut dyn Write) -> io::Result<()> {
    let words = [
        (Effect::Worse, "worse"),
        (Effect::Undecidable, "cannot be told"),
        (Effect::Better, "better"),
        (Effect::Neutral, "changed besides"),
    ];
    let counts = words.iter().filter_map(|(effect, word)| {
        let number = difference.count(*effect);
        (number > 0).then(|| format!("{number} {word}"))
    });
    let counts: Vec<_> = counts.collect();
    let changed = if counts.is_empty() {
        "nothing changes".to_owned()
    } else {
        counts.join(", ")
    };
    let Unchanged {
        paths,
        findings,
        access,
    } = difference.unchanged;
    let access = match access {
        0 => String::new(),
        number => format!(", {}", count(number, "entrance")),
    };
    let names = |inputs: &[Input]| -> String {
        let judged = inputs.iter().filter(|input| !input.context);
        let names: Vec<_> = judged.map(|input| input.path.as_str()).collect();
        match names.as_slice() {
            [] => "nothing".to_owned(),
            [one] => (*one).to_owned(),
            [one, others @ ..] => format!("{one} and {} more", others.len()),
        }
    };
    let after = names(&difference.after);
    let between = if difference.before.is_empty() {
        format!("before and after {after}")
    } else {
        format!("{} against {after}", names(&difference.before))
    };
    writeln!(
        out,
        "{between}: {changed}; unchanged: {}, {}{access}",
        count(paths, "path"),
        count(findings, "finding")
    )
}

/// What `diff` prints for machines.
#[derive(Serialize, JsonSchema)]
#[schemars(title = "plangate difference")]
struct Document<'r> {
    schema_version: u32,
    tool: Tool,
    summary: Summary,
    /// Paths that changed.
    paths: &'r [PathChange],
    /// Findings that changed.
    findings: &'r [FindingChange],
    /// Who gets at protected data, and did not, or no longer does.
    access: &'r [AccessChange],
    /// The inputs before; empty where those after tell what was there before them.
    before: &'r [Input],
    /// The inputs after.
    after: &'r [Input],
    problems: &'r [ReportedProblem],
}

#[derive(Serialize, JsonSchema)]
struct Summary {
    worse: usize,
    undecidable: usize,
    better: usize,
    neutral: usize,
    unchanged: Unchanged,
    problems: usize,
}

/// Prints a difference as one JSON object.
pub fn write_json(difference: &Difference, out: &mut dyn Write) -> io::Result<()> {
    let document = Document {
        schema_version: SCHEMA_VERSION,
        tool: TOOL,
        summary: Summary {
            worse: difference.count(Effect::Worse),
            undecidable: difference.count(Effect::Undecidable),
            better: difference.count(Effect::Better),
            neutral: difference.count(Effect::Neutral),
            unchanged: difference.unchanged,
            problems: difference.problems.len(),
        },
        paths: &difference.paths,
        findings: &difference.findings,
        access: &difference.access,
        before: &difference.before,
        after: &difference.after,
        problems: &difference.problems,
    };
    serde_json::to_writer_pretty(&mut *out, &document)?;
    writeln!(out)
}

/// The JSON Schema of a difference.
#[must_use]
pub fn schema() -> String {
    let schema = schemars::schema_for!(Document<'static>);
    serde_json::to_string_pretty(&schema).unwrap_or_default()
}
