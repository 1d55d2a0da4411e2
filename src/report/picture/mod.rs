//! Paths as a picture: what a glance must show. Who starts what, as which role, through which endpoint, to which
//! bucket, key or repository; the hop that breaks a path, what cannot be told, who gets in besides, and why.
//!
//! What is drawn is worked out once: `graph` shares boxes between paths and gathers hops that end alike in one
//! link. `mermaid` writes it as text, for others to lay out; `svg` asks `layout` where everything stands.

mod canvas;
mod graph;
mod layout;
pub mod mermaid;
pub mod svg;

use graph::{Draft, Graph};

use super::human::{count, judged};
use super::seals::does;
use crate::finding::Report;
use crate::finding::proof::ProofVerdict;

/// More boxes than this nobody takes in: paths that are proven are left out before others.
const MOST: usize = 90;

/// Of these, those that leaks may take: the others are for paths.
const MOST_OF_LEAKS: usize = 30;

/// How a line or a box is drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Shade {
    Allowed,
    Unsure,
    Denied,
}

impl Shade {
    const ALL: [Self; 3] = [Self::Allowed, Self::Denied, Self::Unsure];

    const fn of(verdict: ProofVerdict) -> Self {
        match verdict {
            ProofVerdict::Proven => Self::Allowed,
            ProofVerdict::Broken => Self::Denied,
            ProofVerdict::Unsure => Self::Unsure,
        }
    }

    /// The word in the legend.
    const fn name(self) -> &'static str {
        match self {
            Self::Allowed => "allowed",
            Self::Denied => "denied",
            Self::Unsure => "cannot be told",
        }
    }
}

/// Everything that is drawn.
struct Picture {
    title: String,
    summary: String,
    /// One for each estate.
    graphs: Vec<Graph>,
    /// What labels refer to by number, from 1: who may not do what, or gets in, and why.
    notes: Vec<Note>,
}

/// Why a link is not green.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Note {
    shade: Shade,
    text: String,
}

/// Somebody who gets at protected data and is not meant to, or whose access cannot be told.
struct Leak {
    /// Who.
    principal: String,
    /// How they come to it: `assumes aws_iam_role.x`, one phrase for each step; else why they can themselves.
    how: Vec<String>,
    /// The deciding statements in words, each with its place.
    because: Vec<String>,
    targets: Vec<Leaking>,
    /// They may, whatever is still unknown; else it cannot be told.
    certain: bool,
    estate: String,
}

/// A bucket or key that somebody gets at.
struct Leaking {
    kind: &'static str,
    name: String,
    /// What they can do: `read`, `write` or `decrypt`, each once.
    does: Vec<&'static str>,
}

impl Picture {
    fn of(report: &Report) -> Self {
        let several = report.judged().count() > 1;
        let of_verdict = |verdict| {
            let paths = report.paths.iter();
            paths.filter(move |proof| proof.verdict == verdict)
        };
        let mut drawing = Drawing::default();
        let leaks = leaks(report);
        let drawn = leaks
            .iter()
            .take_while(|leak| drawing.add(&leak.estate, MOST_OF_LEAKS, |draft| draft.leak(leak)));
        let leaks_left_out = leaks.len() - drawn.count();
        let order = [
            ProofVerdict::Broken,
            ProofVerdict::Unsure,
            ProofVerdict::Proven,
        ];
        let paths = order.into_iter().flat_map(of_verdict);
        let drawn =
            paths.take_while(|proof| drawing.add(&proof.estate, MOST, |draft| draft.path(proof)));
        let left_out = report.paths.len() - drawn.count();
        let mut notes = Vec::new();
        let drafts = drawing.drafts.iter();
        let graphs = drafts.map(|(estate, draft)| {
            let heading = several.then(|| estate.clone());
            draft.finish(heading, &mut notes)
        });
        let graphs = graphs.collect();
        Self {
            title: format!("Data paths in {}", judged(report)),
            summary: summary(report, left_out, &leaks, leaks_left_out),
            graphs,
            notes,
        }
    }
}

/// How many of what there are, and how many of them are not drawn.
fn summary(report: &Report, left_out: usize, leaks: &[Leak], leaks_left_out: usize) -> String {
    let [proven, broken, unsure] = [
        ProofVerdict::Proven,
        ProofVerdict::Broken,
        ProofVerdict::Unsure,
    ]
    .map(|verdict| report.paths_with(verdict));
    let not_drawn = |number: usize| match number {
        0 => String::new(),
        number => format!(" ({number} not drawn)"),
    };
    let paths = count(proven + broken + unsure, "path");
    let mut text = format!(
        "{paths}: {proven} proven, {broken} broken, {unsure} unsure{}",
        not_drawn(left_out)
    );
    for (certain, what) in [(true, "leak"), (false, "possible leak")] {
        let number = leaks.iter().filter(|leak| leak.certain == certain).count();
        if number > 0 {
            text = format!("{text}; {}", count(number, what));
        }
    }
    if leaks_left_out > 0 {
        text = format!("{text} ({leaks_left_out} not drawn)");
    }
    text
}

/// The drafts, by the names of their estates.
#[derive(Default)]
struct Drawing {
    drafts: Vec<(String, Draft)>,
}

impl Drawing {
    /// Adds something unless there would be more than so many boxes; returns whether there is room for it.
    fn add(&mut self, estate: &str, most: usize, put: impl FnOnce(&mut Draft)) -> bool {
        let at = self.drafts.iter().position(|(name, _)| name == estate);
        let known = at.and_then(|at| self.drafts.get(at));
        let mut draft = known.map_or_else(Draft::default, |(_, draft)| draft.clone());
        let others = self.drafts.iter().filter(|(name, _)| name != estate);
        let others: usize = others.map(|(_, draft)| draft.boxes()).sum();
        put(&mut draft);
        if others + draft.boxes() > most {
            return false;
        }
        match at.and_then(|at| self.drafts.get_mut(at)) {
            Some((_, known)) => *known = draft,
            None => self.drafts.push((estate.to_owned(), draft)),
        }
        true
    }
}

/// Who gets at data without being meant to; those who do for certain come first.
fn leaks(report: &Report) -> Vec<Leak> {
    let mut leaks: Vec<Leak> = Vec::new();
    for seal in &report.seals {
        let does = does(&seal.actions);
        let kind = if does == "decrypt" {
            "KMS key"
        } else {
            "bucket"
        };
        for holder in seal.principals.iter().filter(|one| one.is_leak()) {
            let mut how = match holder.chain.as_slice() {
                [] => vec![holder.why.clone()],
                steps => steps.to_vec(),
            };
            if !seal.only_when.is_empty() {
                how.push(format!("only when {}", seal.only_when.join("; or when ")));
            }
            let reasons = holder.because.iter();
            let hinges = holder.hinges_on.iter().filter(|_| !holder.certain);
            let because = reasons
                .map(graph::told)
                .chain(hinges.map(graph::hinge))
                .collect();
            let target = Leaking {
                kind,
                name: seal.resource.clone(),
                does: vec![does],
            };
            let same = leaks.iter_mut().find(|leak| {
                leak.principal == holder.principal
                    && leak.certain == holder.certain
                    && leak.how == how
                    && leak.estate == seal.estate
            });
            let Some(same) = same else {
                leaks.push(Leak {
                    principal: holder.principal.clone(),
                    how,
                    because,
                    targets: vec![target],
                    certain: holder.certain,
                    estate: seal.estate.clone(),
                });
                continue;
            };
            let known = same.targets.iter_mut().find(|one| one.name == target.name);
            match known {
                Some(known) if known.does.contains(&does) => {}
                Some(known) => known.does.push(does),
                None => same.targets.push(target),
            }
            for reason in because {
                if !same.because.contains(&reason) {
                    same.because.push(reason);
                }
            }
        }
    }
    leaks.sort_by_key(|leak| !leak.certain);
    leaks
}

/// The text in lines of at most so many characters: broken at blanks, else where an address has a joint.
fn wrapped(text: &str, width: usize) -> Vec<String> {
    let mut lines = Vec::new();
    let mut line = String::new();
    let mut long = 0;
    for word in pieces(text, width) {
        let length = word.chars().count();
        if long > 0 && long + word.trim_end().chars().count() > width {
            lines.push(line.trim_end().to_owned());
            line.clear();
            long = 0;
        }
        line.push_str(&word);
        long += length;
    }
    if !line.trim_end().is_empty() {
        lines.push(line.trim_end().to_owned());
    }
    lines
}

/// The text in pieces between which a line may end.
fn pieces(text: &str, width: usize) -> Vec<String> {
    let mut pieces = Vec::new();
    for word in text.split_inclusive(' ') {
        if word.trim_end().chars().count() <= width {
            pieces.push(word.to_owned());
            continue;
        }
        let mut piece = String::new();
        let mut long = 0;
        for character in word.chars() {
            piece.push(character);
            long += 1;
            if matches!(character, '.' | '/' | ':' | '-' | '_' | ']') || long >= width {
                pieces.push(std::mem::take(&mut piece));
                long = 0;
            }
        }
        if !piece.is_empty() {
            pieces.push(piece);
        }
    }
    pieces
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_addresses_break_at_their_joints() {
        assert_eq!(
            wrapped(
                "notebook module.ml.aws_sagemaker_notebook_instance.this[\"a\"]",
                24
            ),
            [
                "notebook module.ml.aws_",
                "sagemaker_notebook_",
                "instance.this[\"a\"]"
            ]
        );
        assert_eq!(wrapped("", 10), [""; 0]);
        assert_eq!(wrapped("aaaaaaaaaaaa", 5), ["aaaaa", "aaaaa", "aa"]);
    }
}
