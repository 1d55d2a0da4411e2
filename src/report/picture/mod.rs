//! Paths as a picture: what a glance must show. Workload, role, what it does, to what; the hop that breaks a path
//! with its reason, and what cannot be told. What is drawn is worked out here, once; [`mermaid`] and [`svg`] only
//! say how.
//!
//! A path is a sequence, and a set of them a list: each is a card of five columns, so that no general layout of
//! graphs is needed, and the same report is always the same picture.

pub mod mermaid;
pub mod svg;

use super::human::{count, judged};
use super::seals::does;
use crate::finding::Report;
use crate::finding::proof::{DecisionName, HopProof, Proof, ProofVerdict};

/// More paths are not drawn: those that are broken or cannot be told come first.
const MOST: usize = 40;

/// A reason longer than this is cut: the table tells it in full.
const LONGEST: usize = 200;

/// What whoever starts a job does, and SageMaker as it takes the role: all that comes before the role.
const BEFORE_ROLE: &[&str] = &["create-job", "tag-job", "pass-role", "assume-role"];

/// Somebody who gets at protected data and is not meant to, or whose access cannot be told.
struct Leak {
    /// Who.
    principal: String,
    /// What they can do: `read`, `write` or `decrypt`, each once.
    does: Vec<&'static str>,
    /// How they come to it: `assumes aws_iam_role.x`, one phrase for each step; else why they can themselves.
    how: Vec<String>,
    /// The bucket or key.
    resource: String,
    /// They may, whatever is still unknown; else it cannot be told.
    certain: bool,
}

/// How a line or a box is drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Shade {
    Allowed,
    Denied,
    Unsure,
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
    cards: Vec<Card>,
    leaks: Vec<Leak>,
}

/// One path.
struct Card {
    shade: Shade,
    /// What it is, and how it ends.
    title: String,
    workload: String,
    role: String,
    /// What leads to the role.
    before: Vec<Step>,
    /// What the role does.
    after: Vec<Step>,
}

/// One or more hops that end alike.
struct Step {
    shade: Shade,
    /// The names of the hops.
    hops: Vec<&'static str>,
    /// On what; none for what leads to the role.
    target: String,
    /// The endpoint that the requests go through.
    through: Option<String>,
    /// Why it is denied, or cannot be told.
    reason: Option<Reason>,
}

/// Why actions are denied, or cannot be told.
struct Reason {
    actions: Vec<String>,
    text: String,
}

impl Picture {
    fn of(report: &Report) -> Self {
        let order = [
            ProofVerdict::Broken,
            ProofVerdict::Unsure,
            ProofVerdict::Proven,
        ];
        let several = report.judged().count() > 1;
        let paths = order.into_iter().flat_map(|verdict| {
            let paths = report.paths.iter();
            paths.filter(move |proof| proof.verdict == verdict)
        });
        let cards: Vec<Card> = paths
            .take(MOST)
            .map(|proof| Card::of(proof, several))
            .collect();
        let [proven, broken, unsure] = [
            ProofVerdict::Proven,
            ProofVerdict::Broken,
            ProofVerdict::Unsure,
        ]
        .map(|verdict| report.paths_with(verdict));
        let left_out = match report.paths.len() - cards.len() {
            0 => String::new(),
            number => format!("; {number} not drawn"),
        };
        Self {
            title: format!("Data paths in {}", judged(report)),
            summary: format!(
                "{}: {proven} proven, {broken} broken, {unsure} unsure{left_out}",
                count(proven + broken + unsure, "path")
            ),
            cards,
            leaks: leaks(report),
        }
    }
}

/// Who gets at data without being meant to; those who do for certain come first.
fn leaks(report: &Report) -> Vec<Leak> {
    let mut leaks: Vec<Leak> = Vec::new();
    for seal in &report.seals {
        for holder in seal.principals.iter().filter(|one| one.is_leak()) {
            let how = match holder.chain.as_slice() {
                [] => vec![holder.why.clone()],
                steps => steps.to_vec(),
            };
            let same = leaks.iter_mut().find(|leak| {
                leak.principal == holder.principal
                    && leak.resource == seal.resource
                    && leak.certain == holder.certain
                    && leak.how == how
            });
            match same {
                Some(leak) => leak.does.push(does(&seal.actions)),
                None => leaks.push(Leak {
                    principal: holder.principal.clone(),
                    does: vec![does(&seal.actions)],
                    how,
                    resource: seal.resource.clone(),
                    certain: holder.certain,
                }),
            }
        }
    }
    leaks.sort_by_key(|leak| !leak.certain);
    leaks.truncate(MOST);
    leaks
}

impl Leak {
    /// `can read and write`.
    fn told(&self) -> String {
        let verb = if self.certain {
            "can"
        } else {
            "may or may not"
        };
        format!("{verb} {}", self.does.join(" and "))
    }
}

impl Card {
    fn of(proof: &Proof, several: bool) -> Self {
        let workload = &proof.workload;
        let what = match (workload.kind, &workload.found_in) {
            ("notebook", _) => "notebook works with data",
            (_, Some(_)) => "job that the notebook's code may start",
            (_, None) => "Processing job",
        };
        let kind = match (workload.kind, &workload.found_in) {
            ("notebook", _) | (_, Some(_)) => "notebook",
            (_, None) => "Processing job",
        };
        let mut title = format!("{}: {what}", proof.verdict.name());
        if !proof.only_when.is_empty() {
            title = format!("{title}, only when {}", proof.only_when.join("; or when "));
        }
        if several {
            title = format!("{title} ({})", proof.estate);
        }
        let is_before = |hop: &&HopProof| BEFORE_ROLE.contains(&hop.name);
        let (before, after): (Vec<&HopProof>, Vec<&HopProof>) =
            proof.hops.iter().partition(is_before);
        Self {
            shade: Shade::of(proof.verdict),
            title,
            workload: format!("{kind} {}", workload.address),
            role: proof.role.clone(),
            before: steps(&before, false),
            after: steps(&after, true),
        }
    }
}

/// Hops that are about one thing and end alike are one step. What is only advised is left to the table.
fn steps(hops: &[&HopProof], by_target: bool) -> Vec<Step> {
    let mut steps: Vec<Step> = Vec::new();
    for hop in hops.iter().filter(|hop| hop.needed) {
        let shade = match hop.decision {
            DecisionName::Allowed => Shade::Allowed,
            DecisionName::Undecided => Shade::Unsure,
            DecisionName::DeniedExplicitly | DecisionName::DeniedByDefault => Shade::Denied,
        };
        let target = if by_target { target(hop) } else { "" };
        let reason = (shade != Shade::Allowed).then(|| reason(hop));
        let same = steps.iter_mut().find(|step| {
            let is_alike = match (&step.reason, &reason) {
                (Some(one), Some(other)) => one.is_alike(other),
                (one, other) => one.is_none() && other.is_none(),
            };
            step.shade == shade && step.target == target && step.through == hop.through && is_alike
        });
        let Some(step) = same else {
            steps.push(Step {
                shade,
                hops: vec![hop.name],
                target: target.to_owned(),
                through: hop.through.clone(),
                reason,
            });
            continue;
        };
        if !step.hops.contains(&hop.name) {
            step.hops.push(hop.name);
        }
        if let (Some(known), Some(other)) = (&mut step.reason, reason) {
            known.actions.extend(other.actions);
        }
    }
    steps
}

/// The bucket of an object; else what it is.
fn target(hop: &HopProof) -> &str {
    let is_object = ["list-data", "read-data", "write-data"].contains(&hop.name);
    match hop.resource.split_once('/') {
        Some((bucket, _)) if is_object => bucket,
        _ if hop.resource == "*" => "* (no resource of its own)",
        _ => &hop.resource,
    }
}

fn reason(hop: &HopProof) -> Reason {
    let text = match (hop.because.first(), hop.hinges_on.first()) {
        (Some(reason), _) => reason.text.clone(),
        (None, Some(hinge)) => format!("it hinges on {} ({})", hinge.value, hinge.reason),
        (None, None) => "nothing allows it".to_owned(),
    };
    Reason {
        actions: vec![hop.action.clone()],
        text: text.replace('`', ""),
    }
}

impl Reason {
    /// The same but for the action that it is about.
    fn is_alike(&self, other: &Self) -> bool {
        let rest = |reason: &Self| {
            let action = reason.actions.first();
            action.map(|action| reason.text.replace(action.as_str(), ""))
        };
        rest(self) == rest(other)
    }

    /// In one sentence, cut where it is long.
    fn told(&self) -> String {
        let text = match self.actions.as_slice() {
            [first, _, ..] => self.text.replace(first.as_str(), "it"),
            _ => self.text.clone(),
        };
        let actions = match self.actions.as_slice() {
            [one, two, third, rest @ ..] if !rest.is_empty() => {
                format!("{one}, {two}, {third} and {} more", rest.len())
            }
            few => few.join(", "),
        };
        let text = format!("{actions}: {text}");
        if text.chars().count() <= LONGEST {
            return text;
        }
        let cut: String = text.chars().take(LONGEST).collect();
        format!("{cut}…")
    }
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
