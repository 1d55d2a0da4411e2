//! Who can reach protected data, for people: one block a bucket or key, everybody with how they come to it.

use std::io::{self, Write};

use anstyle::{AnsiColor, Style as Colour};
use comfy_table::Table;

use super::human::count;
use super::paths::{BOLD, place_of, table, write_table};
use crate::finding::Report;
use crate::finding::seal::{ClosedByName, Holder, Holders, SealProof, SealVerdict};

/// Prints the seals of a report, those that leak first.
pub(super) fn write(report: &Report, several: bool, out: &mut dyn Write) -> io::Result<()> {
    let order = [SealVerdict::Leaky, SealVerdict::Unsure, SealVerdict::Sealed];
    let blocks = blocks(&report.seals);
    for verdict in order {
        for block in blocks.iter().filter(|block| block.verdict() == verdict) {
            block.write(several, out)?;
        }
    }
    Ok(())
}

/// How many buckets and keys leak: `; 2 seals: 1 sealed, 1 leaky, 0 unsure`.
pub(super) fn summary(report: &Report) -> String {
    let blocks = blocks(&report.seals);
    if blocks.is_empty() {
        return String::new();
    }
    let [sealed, leaky, unsure] = [SealVerdict::Sealed, SealVerdict::Leaky, SealVerdict::Unsure]
        .map(|verdict| blocks.iter().filter(|one| one.verdict() == verdict).count());
    format!(
        "; {}: {sealed} sealed, {leaky} leaky, {unsure} unsure",
        count(blocks.len(), "seal")
    )
}

/// The seals of one bucket or key.
struct Block<'r>(Vec<&'r SealProof>);

fn blocks(seals: &[SealProof]) -> Vec<Block<'_>> {
    let mut blocks: Vec<Block<'_>> = Vec::new();
    for seal in seals {
        let same = blocks.iter_mut().find(|block| {
            let first = block.0.first();
            first.is_some_and(|first| {
                first.resource == seal.resource
                    && first.estate == seal.estate
                    && first.only_when == seal.only_when
            })
        });
        match same {
            Some(block) => block.0.push(seal),
            None => blocks.push(Block(vec![seal])),
        }
    }
    blocks
}

impl Block<'_> {
    fn verdict(&self) -> SealVerdict {
        let verdicts = || self.0.iter().map(|seal| seal.verdict);
        let worst = [SealVerdict::Leaky, SealVerdict::Unsure];
        let mut worst = worst
            .into_iter()
            .filter(|one| verdicts().any(|other| other == *one));
        worst.next().unwrap_or(SealVerdict::Sealed)
    }

    fn write(&self, several: bool, out: &mut dyn Write) -> io::Result<()> {
        let Some(first) = self.0.first() else {
            return Ok(());
        };
        let verdict = self.verdict();
        let colour = match verdict {
            SealVerdict::Sealed => AnsiColor::Green,
            SealVerdict::Leaky => AnsiColor::Red,
            SealVerdict::Unsure => AnsiColor::Cyan,
        };
        let colour = colour.on_default().bold();
        let is_closed = |seal: &&SealProof| seal.closed_by == Some(ClosedByName::ResourcePolicy);
        let name = match verdict {
            SealVerdict::Sealed if !self.0.iter().all(is_closed) => "sealed as far as seen",
            verdict => verdict.name(),
        };
        let resource = &first.resource;
        writeln!(out, "{colour}{name}{colour:#} {BOLD}{resource}{BOLD:#}")?;
        if several {
            writeln!(out, "  in {}", first.estate)?;
        }
        if !first.only_when.is_empty() {
            writeln!(out, "  only when {}", first.only_when.join("; or when "))?;
        }
        let mut table = table();
        for (holder, does) in self.holders() {
            let word = match (holder.is_leak(), holder.certain) {
                (false, _) => "  expected",
                (true, true) => "  LEAK",
                (true, false) => "  unsure",
            };
            add(&mut table, word, holder, &does.join(" and "));
        }
        for (closed, does) in self.closed() {
            add_closed(&mut table, closed, &does.join(" and "));
        }
        write_table(&table, out)?;
        writeln!(out)
    }

    /// Everybody once, with all that they can do in the same way.
    fn holders(&self) -> Vec<(&Holder, Vec<&'static str>)> {
        let mut holders: Vec<(&Holder, Vec<&'static str>)> = Vec::new();
        for seal in &self.0 {
            for holder in &seal.principals {
                let same = holders.iter_mut().find(|(other, _)| {
                    other.principal == holder.principal
                        && other.certain == holder.certain
                        && other.why == holder.why
                        && other.chain == holder.chain
                });
                match same {
                    Some((_, all)) => all.push(does(&seal.actions)),
                    None => holders.push((holder, vec![does(&seal.actions)])),
                }
            }
        }
        // Who should not be there is what one looks for.
        holders.sort_by_key(|(holder, _)| (!holder.is_leak(), !holder.certain));
        holders
    }

    fn closed(&self) -> Vec<(Option<ClosedByName>, Vec<&'static str>)> {
        let mut closed: Vec<(Option<ClosedByName>, Vec<&'static str>)> = Vec::new();
        for seal in &self.0 {
            match closed.iter_mut().find(|(one, _)| *one == seal.closed_by) {
                Some((_, all)) => all.push(does(&seal.actions)),
                None => closed.push((seal.closed_by, vec![does(&seal.actions)])),
            }
        }
        closed
    }
}

/// What one can do who is in a list.
pub(super) fn does(actions: &[&str]) -> &'static str {
    match actions.first() {
        Some(&"s3:GetObject") => "read",
        Some(&"s3:PutObject") => "write",
        _ => "decrypt",
    }
}

fn add(table: &mut Table, word: &str, holder: &Holder, does: &str) {
    let does = if does.is_empty() {
        String::new()
    } else {
        format!("can {does}: ")
    };
    let mut lines = vec![format!("{does}{}", holder.why)];
    lines.extend(holder.chain.iter().map(|step| format!("- {step}")));
    let reasons = holder.because.iter();
    lines.extend(reasons.map(|one| format!("- {}{}", one.text, place_of(one))));
    lines.dedup();
    if !holder.certain {
        let hinges = holder.hinges_on.iter();
        let hinges = hinges.map(|hinge| format!("{} ({})", hinge.value, hinge.reason));
        let hinges: Vec<_> = hinges.collect();
        lines.push(format!("- it hinges on {}", hinges.join(", ")));
    }
    table.add_row([word, &holder.principal, &lines.join("\n")]);
}

fn add_closed(table: &mut Table, closed: Option<ClosedByName>, does: &str) {
    let does = if does.is_empty() { "do this" } else { does };
    let text = match closed {
        Some(ClosedByName::ResourcePolicy) => {
            format!("nobody else gets to {does} unless the policy that closes the list is changed")
        }
        Some(ClosedByName::InputOnly) => format!(
            "the policies leave it to the account: whoever is given permission outside of this input gets to {does}, \
             too"
        ),
        None => format!("whether somebody else gets to {does} cannot be told"),
    };
    let word = match closed {
        Some(ClosedByName::ResourcePolicy) => "  closed",
        Some(ClosedByName::InputOnly) => "  not closed",
        None => "  unsure",
    };
    table.add_row([word, "everybody else", &text]);
}

/// Prints who can do one thing.
///
/// # Errors
/// Those of `out`.
pub fn write_holders(holders: &Holders, out: &mut dyn Write) -> io::Result<()> {
    let green = AnsiColor::Green.on_default().bold();
    let Holders {
        action, resource, ..
    } = holders;
    let certain = holders.principals.iter().filter(|one| one.certain).count();
    let perhaps = match holders.principals.len() - certain {
        0 => String::new(),
        number => format!(", and perhaps {number} more"),
    };
    writeln!(
        out,
        "{green}{certain}{green:#} {BOLD}can {action} on {resource}{BOLD:#}{perhaps}"
    )?;
    let mut table = table();
    for holder in &holders.principals {
        let word = if holder.certain { "  can" } else { "  unsure" };
        add(&mut table, word, holder, "");
    }
    add_closed(&mut table, holders.closed_by, "");
    write_table(&table, out)?;
    let dim = Colour::new().dimmed();
    for note in &holders.notes {
        writeln!(out, "  {dim}note{dim:#} {note}")?;
    }
    Ok(())
}
