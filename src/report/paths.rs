//! Paths for people: each hop with its decision and what decided it, as a table that fits a terminal.

use std::io::{self, Write};

use anstyle::{AnsiColor, Style as Colour};
use comfy_table::{ColumnConstraint, ContentArrangement, Table, Width, presets};

use super::human::{at, count, judged, write_problems};
use super::seals;
use crate::finding::Report;
use crate::finding::proof::{Answered, DecisionName, HopProof, Proof, ProofVerdict, Reason};

/// Columns of a terminal that the table keeps to.
const WIDTH: u16 = 100;

/// The kind of workload that a job is.
const JOB: &str = "processing-job";

pub(super) const BOLD: Colour = Colour::new().bold();
const DIM: Colour = Colour::new().dimmed();

/// Prints every path, those that are broken first; then who else reaches their data.
pub fn write(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    let order = [
        ProofVerdict::Broken,
        ProofVerdict::Unsure,
        ProofVerdict::Proven,
    ];
    let several = report.judged().count() > 1;
    for verdict in order {
        for proof in report.paths.iter().filter(|proof| proof.verdict == verdict) {
            write_proof(report, proof, several, out)?;
        }
    }
    for notebook in &report.without_data {
        writeln!(
            out,
            "no path {BOLD}{notebook}{BOLD:#}: its role is for no protected bucket, and starts no \
             Processing job\n"
        )?;
    }
    seals::write(report, several, out)?;
    write_problems(report, out)?;
    for assumption in &report.assumptions {
        writeln!(
            out,
            "{DIM}assumed{DIM:#} {}; {}\n",
            assumption.text, assumption.supply
        )?;
    }
    if report.paths.is_empty() {
        return writeln!(out, "no paths in {}", judged(report));
    }
    let [proven, broken, unsure] = [
        ProofVerdict::Proven,
        ProofVerdict::Broken,
        ProofVerdict::Unsure,
    ]
    .map(|verdict| report.paths_with(verdict));
    writeln!(
        out,
        "{}: {proven} proven, {broken} broken, {unsure} unsure{}",
        count(proven + broken + unsure, "path"),
        seals::summary(report)
    )
}

/// What the path is, in words.
#[must_use]
pub fn title(proof: &Proof) -> String {
    let Proof { workload, role, .. } = proof;
    let address = &workload.address;
    match (workload.kind, workload.is_started_by_code) {
        ("notebook", _) => format!("notebook {address} works with data as {role}"),
        (_, true) => {
            format!("a Processing job that the code in {address} may start, as {role}")
        }
        (_, false) => format!("Processing job {address} as {role}"),
    }
}

fn write_proof(
    report: &Report,
    proof: &Proof,
    several: bool,
    out: &mut dyn Write,
) -> io::Result<()> {
    let colour = colour_of(proof.verdict);
    let name = proof.verdict.name();
    writeln!(
        out,
        "{colour}{name}{colour:#} {BOLD}{}{BOLD:#}",
        title(proof)
    )?;
    if several {
        writeln!(out, "  in {}", proof.estate)?;
    }
    if !proof.only_when.is_empty() {
        writeln!(out, "  only when {}", proof.only_when.join("; or when "))?;
    }
    let mut table = table();
    for hops in alike(&proof.hops) {
        let Some(first) = hops.first().filter(|hop| !is_by_the_way(hop)) else {
            continue;
        };
        let actions: Vec<_> = hops.iter().map(|hop| hop.action.as_str()).collect();
        // A call over the network is no action.
        let to = if first.action.contains(':') {
            "on"
        } else {
            "to"
        };
        let request = format!("{} {to} {}", shortened(&actions), first.resource);
        let mut lines = vec![request];
        lines.extend(why(first));
        table.add_row([decision(first), first.name, &lines.join("\n")]);
    }
    write_table(&table, out)?;
    if proof.single_role {
        write_completeness(report, proof, out)?;
    }
    for note in &proof.notes {
        writeln!(out, "  {DIM}note{DIM:#} {note}")?;
    }
    for what in &proof.not_judged {
        writeln!(out, "  {DIM}not judged{DIM:#} {what}")?;
    }
    writeln!(out)
}

/// One role for notebook and job has to hold all of it, whichever of its jobs needs it.
fn write_completeness(report: &Report, proof: &Proof, out: &mut dyn Write) -> io::Result<()> {
    let role = &proof.role;
    let jobs = report.paths.iter().filter(|other| {
        other.estate == proof.estate && other.role == *role && other.workload.kind == JOB
    });
    let may_be_together = |other: &&Proof| {
        other.only_when.is_empty()
            || proof.only_when.is_empty()
            || other.only_when == proof.only_when
    };
    let jobs: Vec<_> = jobs.filter(may_be_together).collect();
    if proof.only_when.is_empty() && jobs.iter().any(|job| !job.only_when.is_empty()) {
        return writeln!(
            out,
            "  {BOLD}single role {role}: not the same for all answers{BOLD:#}, as its jobs say"
        );
    }
    let needed: Vec<_> = jobs
        .into_iter()
        .flat_map(|job| &job.hops)
        .filter(|hop| hop.needed && hop.principal == *role)
        .collect();
    let actions = |wanted: &dyn Fn(DecisionName) -> bool| {
        let hops = needed.iter().filter(|hop| wanted(hop.decision));
        let mut actions: Vec<_> = hops.map(|hop| hop.action.as_str()).collect();
        actions.sort_unstable();
        actions.dedup();
        actions.join(", ")
    };
    let held = actions(&|decision| decision == DecisionName::Allowed);
    let open = actions(&|decision| decision == DecisionName::Undecided);
    let lacked =
        actions(&|decision| !matches!(decision, DecisionName::Allowed | DecisionName::Undecided));
    let verdict = match (open.is_empty(), lacked.is_empty()) {
        (_, false) => "incomplete",
        (false, true) => "unsure",
        (true, true) => "complete",
    };
    writeln!(out, "  {BOLD}single role {role}: {verdict}{BOLD:#}")?;
    let mut table = table();
    for (word, actions) in [("  holds", held), ("  LACKS", lacked), ("  unsure", open)] {
        if !actions.is_empty() {
            table.add_row([word, &actions]);
        }
    }
    write_table(&table, out)
}

/// Prints a table without the blanks at the end of its lines.
pub(super) fn write_table(table: &Table, out: &mut dyn Write) -> io::Result<()> {
    for line in table.lines() {
        writeln!(out, "{}", line.trim_end())?;
    }
    Ok(())
}

pub(super) fn table() -> Table {
    let mut table = Table::new();
    table
        .load_style(presets::NOTHING)
        .set_content_arrangement(ContentArrangement::Dynamic)
        .set_width(WIDTH)
        .set_constraints([
            ColumnConstraint::Absolute(Width::Fixed(11)),
            ColumnConstraint::Absolute(Width::Fixed(21)),
        ]);
    table
}

/// What is only advised, and allowed, is no news.
fn is_by_the_way(hop: &HopProof) -> bool {
    !hop.needed && hop.decision == DecisionName::Allowed
}

/// Hops of one sort that end alike: the nine permissions of a network interface are one line.
fn alike(hops: &[HopProof]) -> Vec<&[HopProof]> {
    let same = |one: &HopProof, other: &HopProof| {
        one.name == other.name
            && one.resource == other.resource
            && one.decision == other.decision
            && one.needed == other.needed
            && reasons(one) == reasons(other)
    };
    hops.chunk_by(same).collect()
}

/// The reasons without the action's own name in them.
fn reasons(hop: &HopProof) -> Vec<String> {
    let reasons = hop.because.iter();
    reasons
        .map(|one| one.text.replace(&hop.action, ""))
        .collect()
}

fn shortened(actions: &[&str]) -> String {
    match actions {
        [one] => (*one).to_owned(),
        [one, other] => format!("{one}, {other}"),
        [one, others @ ..] => format!("{one} and {} more", others.len()),
        [] => String::new(),
    }
}

fn decision(hop: &HopProof) -> &'static str {
    match (hop.decision, hop.needed) {
        (DecisionName::Allowed, _) => "  allowed",
        (DecisionName::Undecided, true) => "  unsure",
        (DecisionName::Undecided, false) => "  (unsure)",
        (_, true) => "  DENIED",
        (_, false) => "  (denied)",
    }
}

/// Why a hop is decided so, a line each.
fn why(hop: &HopProof) -> Vec<String> {
    let reasons = hop.because.iter();
    let mut lines: Vec<_> = reasons
        .map(|one| format!("- {}{}", one.text, place_of(one)))
        .collect();
    lines.dedup();
    let is_denied = !matches!(
        hop.decision,
        DecisionName::Allowed | DecisionName::Undecided
    );
    if let Some(endpoint) = hop.through.as_ref().filter(|_| is_denied) {
        lines.push(format!(
            "- it goes through {endpoint}, which gives no permission"
        ));
    }
    lines.extend(hop.chosen.iter().map(|chosen| format!("- {chosen}")));
    if !hop.hinges_on.is_empty() {
        let hinges = hop.hinges_on.iter();
        let hinges = hinges.map(|hinge| format!("{} ({})", hinge.value, hinge.reason));
        let hinges: Vec<_> = hinges.collect();
        lines.push(format!("- it hinges on {}", hinges.join(", ")));
    }
    lines.extend(hop.notes.iter().map(|note| format!("- {note}")));
    lines
}

/// Where a reason is written, if an editor can show it.
pub(super) fn place_of(reason: &Reason) -> String {
    let place = reason.location.as_ref().map(at);
    let place = place.filter(|place| place.contains(':') && !place.ends_with(":1:1"));
    place.map_or_else(String::new, |place| format!(" ({place})"))
}

fn colour_of(verdict: ProofVerdict) -> Colour {
    match verdict {
        ProofVerdict::Proven => AnsiColor::Green.on_default().bold(),
        ProofVerdict::Broken => AnsiColor::Red.on_default().bold(),
        ProofVerdict::Unsure => AnsiColor::Cyan.on_default().bold(),
    }
}

/// Prints the answer to one question.
pub fn write_answer(answer: &Answered, out: &mut dyn Write) -> io::Result<()> {
    let (colour, verb) = match answer.decision {
        DecisionName::Allowed => (AnsiColor::Green, "may"),
        DecisionName::Undecided => (AnsiColor::Cyan, "may or may not"),
        DecisionName::DeniedExplicitly | DecisionName::DeniedByDefault => {
            (AnsiColor::Red, "may not")
        }
    };
    let colour = colour.on_default().bold();
    let word = match answer.decision {
        DecisionName::Allowed => "allowed",
        DecisionName::Undecided => "unsure",
        DecisionName::DeniedExplicitly => "denied",
        DecisionName::DeniedByDefault => "denied by default",
    };
    writeln!(
        out,
        "{colour}{word}{colour:#} {BOLD}{} {verb} {} on {}{BOLD:#}",
        answer.principal, answer.action, answer.resource
    )?;
    for reason in &answer.because {
        let place = place_of(reason);
        writeln!(
            out,
            "  {DIM}{:<9}{DIM:#} {}{place}",
            reason.layer, reason.text
        )?;
    }
    // Of a denial only its kind may be open, which changes nothing.
    let is_open = answer.decision == DecisionName::Undecided;
    for hinge in answer.hinges_on.iter().filter(|_| is_open) {
        writeln!(
            out,
            "  {DIM}hinges on{DIM:#} {} ({}); {}",
            hinge.value, hinge.reason, hinge.supply
        )?;
    }
    for note in &answer.notes {
        writeln!(out, "  {DIM}note{DIM:#}      {note}")?;
    }
    Ok(())
}
