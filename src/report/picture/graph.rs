//! The boxes and links of a picture: one box for each thing, whichever paths need it, one link for hops that end
//! alike.

use super::{Leak, Note, Shade};
use crate::finding::MissingValue;
use crate::finding::proof::{DecisionName, HopProof, Proof, ProofVerdict, Reason};
use crate::report::paths::place_of;

/// A reason of more characters than this is told in the notes only.
const SHORT: usize = 110;

/// What whoever starts a job does: all that comes before there is one.
const STARTS: &[&str] = &["create-job", "tag-job", "pass-role"];

/// Who gets in may be the role of a path, too.
const ROLE: &str = "role";

/// What stands below each other, from left to right.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Column {
    /// What starts jobs, or works with data itself.
    Starter,
    /// The endpoint through which jobs are started.
    StartEndpoint,
    /// Processing jobs.
    Job,
    /// Roles, and whoever else gets in.
    Actor,
    /// The endpoint through which data is reached.
    Endpoint,
    /// Buckets, keys, repositories.
    Target,
}

/// A box.
#[derive(Debug, Clone)]
pub(super) struct Node {
    pub(super) column: Column,
    /// What it is.
    pub(super) kind: &'static str,
    pub(super) name: String,
    /// How its paths end, or that it leaks; none for what has no verdict of its own.
    pub(super) shade: Option<Shade>,
    /// The same in words.
    pub(super) remark: &'static str,
}

/// A line with what it says, from one box to one or more.
#[derive(Debug, Clone)]
pub(super) struct Link {
    pub(super) from: usize,
    pub(super) to: Vec<usize>,
    pub(super) shade: Shade,
    /// It leads where it should not, rather than not where it should.
    pub(super) is_leak: bool,
    /// None on the way to an endpoint: what goes through it is told behind it.
    pub(super) label: Option<Label>,
}

/// What a line says.
#[derive(Debug, Clone)]
pub(super) struct Label {
    /// The decision and the hops.
    pub(super) head: String,
    /// Why, and for whom, a paragraph each.
    pub(super) rest: Vec<String>,
    /// The note that tells it in full, from 1.
    pub(super) note: Option<usize>,
}

impl Label {
    /// The head, behind the number of its note.
    pub(super) fn heading(&self) -> String {
        let head = &self.head;
        let note = self.note.map(|note| format!("[{note}] {head}"));
        note.unwrap_or_else(|| head.clone())
    }
}

/// The boxes and links of one estate.
#[derive(Debug)]
pub(super) struct Graph {
    /// Which estate, where there are several.
    pub(super) heading: Option<String>,
    pub(super) nodes: Vec<Node>,
    pub(super) links: Vec<Link>,
}

/// A graph to which paths are still added.
#[derive(Debug, Clone, Default)]
pub(super) struct Draft {
    nodes: Vec<Node>,
    strands: Vec<Strand>,
    leaks: Vec<Link>,
    /// The notes of the leaks.
    told: Vec<String>,
}

/// Hops between the same boxes that end alike.
#[derive(Debug, Clone)]
struct Strand {
    from: usize,
    through: Option<usize>,
    to: usize,
    shade: Shade,
    only_when: String,
    /// The names of the hops, each once.
    hops: Vec<&'static str>,
    /// Who asks, and on what.
    asks: String,
    resource: String,
    why: Option<Why>,
    /// The boxes of the workloads that need it.
    workloads: Vec<usize>,
}

/// Why actions are denied, or cannot be told.
#[derive(Debug, Clone)]
struct Why {
    actions: Vec<String>,
    /// What decides, each with its place.
    texts: Vec<String>,
    places: Vec<String>,
}

impl Draft {
    /// How many boxes there are.
    pub(super) const fn boxes(&self) -> usize {
        self.nodes.len()
    }

    fn node(&mut self, column: Column, kind: &'static str, name: &str) -> usize {
        let same = |node: &Node| node.column == column && node.name == name;
        let known = self.nodes.iter().position(same);
        if let Some(node) = known.and_then(|at| self.nodes.get_mut(at))
            && kind == ROLE
        {
            node.kind = ROLE;
        }
        known.unwrap_or_else(|| {
            self.nodes.push(Node {
                column,
                kind,
                name: name.to_owned(),
                shade: None,
                remark: "",
            });
            self.nodes.len() - 1
        })
    }

    /// Colours a box, unless it has a worse colour.
    fn mark(&mut self, at: usize, shade: Shade, remark: &'static str) {
        if let Some(node) = self.nodes.get_mut(at)
            && node.shade.is_none_or(|known| known < shade)
        {
            node.shade = Some(shade);
            node.remark = remark;
        }
    }

    /// Adds a path.
    pub(super) fn path(&mut self, proof: &Proof) {
        let address = &proof.workload.address;
        let found_in = proof.workload.found_in.as_ref();
        let is_notebook = proof.workload.kind == "notebook";
        let workload = match found_in {
            _ if is_notebook => self.node(Column::Starter, "notebook", address),
            None => self.node(Column::Job, "Processing job", address),
            // Nobody declares it, so it has no name but that of who starts it, and its role.
            Some(_) => {
                let name = format!("that {address} may start as {}", proof.role);
                self.node(Column::Job, "Processing job", &name)
            }
        };
        let remark = match proof.verdict {
            ProofVerdict::Proven => "path proven",
            ProofVerdict::Broken => "path broken",
            ProofVerdict::Unsure => "path cannot be told",
        };
        self.mark(workload, Shade::of(proof.verdict), remark);
        let mut is_role_told = false;
        // What is only advised is left to the table.
        let shown = proof
            .hops
            .iter()
            .filter(|hop| hop.needed && !is_open_way(hop));
        for hop in shown {
            let ends = if hop.name == "assume-role" {
                is_role_told = true;
                (workload, None, self.node(Column::Actor, ROLE, &proof.role))
            } else if STARTS.contains(&hop.name) && !is_notebook {
                // If another role cannot be handed over, the job runs as none.
                is_role_told |= hop.name == "pass-role" && hop.resource != proof.role;
                let (kind, name) = match found_in {
                    Some(_) => ("notebook", address),
                    None => ("starts jobs", &hop.principal),
                };
                let starter = self.node(Column::Starter, kind, name);
                (starter, self.way(Column::StartEndpoint, hop), workload)
            } else {
                // What a workload itself does, its role stands for.
                let is_own = hop.principal == proof.role || hop.principal == *address;
                let (kind, name) = if is_own {
                    (ROLE, &proof.role)
                } else {
                    ("principal", &hop.principal)
                };
                let actor = self.node(Column::Actor, kind, name);
                let way = self.way(Column::Endpoint, hop);
                let (kind, name) = target(hop);
                (actor, way, self.node(Column::Target, kind, name))
            };
            self.add(Strand::of(proof, hop, ends, workload));
        }
        if !is_role_told {
            let role = self.node(Column::Actor, ROLE, &proof.role);
            self.add(Strand::runs_as(proof, workload, role));
        }
    }

    fn way(&mut self, column: Column, hop: &HopProof) -> Option<usize> {
        let endpoint = hop.through.as_ref();
        endpoint.map(|name| self.node(column, "VPC endpoint", name))
    }

    fn add(&mut self, strand: Strand) {
        let same = self
            .strands
            .iter_mut()
            .find(|other| other.is_alike(&strand));
        match same {
            Some(same) => same.join(strand),
            None => self.strands.push(strand),
        }
    }

    /// Adds somebody who gets in besides.
    pub(super) fn leak(&mut self, leak: &Leak) {
        let (shade, head, verb, remark) = if leak.certain {
            (Shade::Denied, "LEAK", "can", "not meant to get in")
        } else {
            let verb = "may or may not";
            (Shade::Unsure, "perhaps a leak", verb, "perhaps gets in")
        };
        let from = self.node(Column::Actor, "somebody else", &leak.principal);
        self.mark(from, shade, remark);
        let mut to = Vec::new();
        let mut does: Vec<&str> = Vec::new();
        let mut what = Vec::new();
        for target in &leak.targets {
            let at = self.node(Column::Target, target.kind, &target.name);
            self.mark(at, shade, "");
            to.push(at);
            let own = target.does.join(" and ");
            let with = if own == "decrypt" { " with" } else { "" };
            what.push(format!("{own}{with} {}", target.name));
            does.extend(&target.does);
        }
        let mut seen: Vec<&str> = Vec::new();
        does.retain(|one| {
            let is_new = !seen.contains(one);
            seen.push(one);
            is_new
        });
        let does = format!("{verb} {}", does.join(", "));
        let how = leak.how.join(", ");
        let what = what.join(", ");
        let mut told = format!("{} {verb} {what}: {how}", leak.principal);
        for reason in leak
            .because
            .iter()
            .filter(|one| !how.contains(one.as_str()))
        {
            told = format!("{told}; {reason}");
        }
        self.told.push(told.replace('`', ""));
        self.leaks.push(Link {
            from,
            to,
            shade,
            is_leak: true,
            label: Some(Label {
                head: format!("{head}: {does}"),
                rest: shortened(&how).into_iter().collect(),
                note: None,
            }),
        });
    }

    /// The graph, its notes behind those that there are already.
    pub(super) fn finish(&self, heading: Option<String>, notes: &mut Vec<Note>) -> Graph {
        let mut links: Vec<Link> = Vec::new();
        for strand in &self.strands {
            let from = strand.through.unwrap_or(strand.from);
            if let Some(endpoint) = strand.through {
                way_to(&mut links, strand, endpoint);
            }
            let told = strand.why.as_ref().map(|why| self.note(strand, why));
            let note = told.map(|text| number(notes, strand.shade, text));
            links.push(Link {
                from,
                to: vec![strand.to],
                shade: strand.shade,
                is_leak: false,
                label: Some(self.label(strand, note)),
            });
        }
        for (leak, told) in self.leaks.iter().zip(&self.told) {
            let note = number(notes, leak.shade, told.clone());
            let label = leak.label.clone().map(|label| Label {
                note: Some(note),
                ..label
            });
            links.push(Link {
                label,
                ..leak.clone()
            });
        }
        Graph {
            heading,
            nodes: self.nodes.clone(),
            links,
        }
    }

    fn label(&self, strand: &Strand, note: Option<usize>) -> Label {
        let hops = strand.hops.join(", ");
        let head = match strand.shade {
            Shade::Allowed => hops,
            Shade::Denied => format!("DENIED: {hops}"),
            Shade::Unsure => format!("cannot be told: {hops}"),
        };
        let mut rest = Vec::new();
        if strand.why.is_some() && strand.hops.contains(&"pass-role") {
            rest.push(format!("of {}", strand.resource));
        }
        rest.extend(strand.why.as_ref().and_then(Why::short));
        if !strand.only_when.is_empty() {
            rest.push(format!("only when {}", strand.only_when));
        }
        if let Some(endpoint) = strand.through
            && self.is_shared(endpoint)
        {
            rest.push(format!("as {}", self.name(strand.from)));
        }
        if strand.why.is_some() && self.is_of_some(strand) {
            let workloads = strand.workloads.iter();
            let names: Vec<_> = workloads.map(|at| self.name(*at)).collect();
            rest.push(format!("for {}", names.join(", ")));
        }
        Label { head, rest, note }
    }

    fn name(&self, at: usize) -> &str {
        self.nodes.get(at).map_or("", |node| &node.name)
    }

    /// Whether several boxes go through an endpoint.
    fn is_shared(&self, endpoint: usize) -> bool {
        let through = self.strands.iter();
        let mut from = through
            .filter(|strand| strand.through == Some(endpoint))
            .map(|strand| strand.from);
        let first = from.next();
        from.any(|other| Some(other) != first)
    }

    /// Whether the same hops end otherwise for others who act as the same role.
    fn is_of_some(&self, strand: &Strand) -> bool {
        let others = self.strands.iter();
        let mut others = others.filter(|other| (other.from, other.to) == (strand.from, strand.to));
        others.any(|other| {
            let has_others = |at: &usize| !strand.workloads.contains(at);
            other.workloads.iter().any(has_others)
                && other.hops.iter().any(|hop| strand.hops.contains(hop))
        })
    }

    fn note(&self, strand: &Strand, why: &Why) -> String {
        let verb = match strand.shade {
            Shade::Denied => "may not",
            _ => "may or may not",
        };
        let through = strand.through.map(|endpoint| self.name(endpoint));
        let through = through.map_or_else(String::new, |name| format!(" through {name}"));
        format!(
            "{} {verb} {} on {}{through}: {}",
            strand.asks,
            why.actions.join(", "),
            strand.resource,
            why.full()
        )
    }
}

/// The number of a note, which is told once.
fn number(notes: &mut Vec<Note>, shade: Shade, text: String) -> usize {
    let note = Note { shade, text };
    let known = notes.iter().position(|other| *other == note);
    known.unwrap_or_else(|| {
        notes.push(note);
        notes.len() - 1
    }) + 1
}

/// The link to an endpoint, as bad as the worst that goes through it.
fn way_to(links: &mut Vec<Link>, strand: &Strand, endpoint: usize) {
    let same = |link: &&mut Link| {
        link.from == strand.from && link.to == [endpoint] && link.label.is_none()
    };
    match links.iter_mut().find(same) {
        Some(link) => link.shade = link.shade.max(strand.shade),
        None => links.push(Link {
            from: strand.from,
            to: vec![endpoint],
            shade: strand.shade,
            is_leak: false,
            label: None,
        }),
    }
}

impl Strand {
    fn of(
        proof: &Proof,
        hop: &HopProof,
        (from, through, to): (usize, Option<usize>, usize),
        workload: usize,
    ) -> Self {
        let shade = match hop.decision {
            DecisionName::Allowed => Shade::Allowed,
            DecisionName::Undecided => Shade::Unsure,
            DecisionName::DeniedExplicitly | DecisionName::DeniedByDefault => Shade::Denied,
        };
        Self {
            from,
            through,
            to,
            shade,
            only_when: proof.only_when.join("; or when "),
            hops: vec![hop.name],
            asks: hop.principal.clone(),
            resource: hop.resource.clone(),
            why: (shade != Shade::Allowed).then(|| Why::of(hop)),
            workloads: vec![workload],
        }
    }

    /// What stands for the trust of a role that nobody asks about.
    fn runs_as(proof: &Proof, workload: usize, role: usize) -> Self {
        Self {
            from: workload,
            through: None,
            to: role,
            shade: Shade::Allowed,
            only_when: proof.only_when.join("; or when "),
            hops: vec!["runs as"],
            asks: String::new(),
            resource: String::new(),
            why: None,
            workloads: vec![workload],
        }
    }

    fn is_alike(&self, other: &Self) -> bool {
        let is_same_why = match (&self.why, &other.why) {
            (Some(one), Some(other)) => one.is_alike(other),
            (one, other) => one.is_none() && other.is_none(),
        };
        (self.from, self.through, self.to, self.shade)
            == (other.from, other.through, other.to, other.shade)
            && self.only_when == other.only_when
            && is_same_why
    }

    fn join(&mut self, other: Self) {
        for hop in other.hops {
            if !self.hops.contains(&hop) {
                self.hops.push(hop);
            }
        }
        for workload in other.workloads {
            if !self.workloads.contains(&workload) {
                self.workloads.push(workload);
            }
        }
        if let (Some(why), Some(other)) = (&mut self.why, other.why) {
            for action in other.actions {
                if !why.actions.contains(&action) {
                    why.actions.push(action);
                }
            }
        }
    }
}

impl Why {
    fn of(hop: &HopProof) -> Self {
        let mut texts: Vec<String> = Vec::new();
        let mut places = Vec::new();
        for reason in &hop.because {
            if !texts.contains(&reason.text) {
                texts.push(reason.text.clone());
                places.push(place_of(reason));
            }
        }
        for missing in &hop.hinges_on {
            texts.push(hinge(missing));
            places.push(String::new());
        }
        if texts.is_empty() {
            texts.push("nothing allows it".to_owned());
            places.push(String::new());
        }
        Self {
            actions: vec![hop.action.clone()],
            texts,
            places,
        }
    }

    /// The same but for the action that it is about.
    fn is_alike(&self, other: &Self) -> bool {
        let rest = |why: &Self| {
            let action = why.actions.first().cloned().unwrap_or_default();
            let texts = why.texts.iter();
            let texts: Vec<_> = texts.map(|text| text.replace(&action, "")).collect();
            (texts, why.places.clone())
        };
        rest(self) == rest(other)
    }

    /// The reasons, with the action's name only where it is one.
    fn texts(&self) -> impl Iterator<Item = String> {
        self.texts.iter().map(|text| {
            let text = match self.actions.as_slice() {
                [first, _, ..] => text.replace(first.as_str(), "it"),
                _ => text.clone(),
            };
            text.replace('`', "")
        })
    }

    /// The first reason, if there is room for it beside a line.
    fn short(&self) -> Option<String> {
        self.texts().next().and_then(|text| shortened(&text))
    }

    fn full(&self) -> String {
        let texts = self.texts().zip(&self.places);
        let texts: Vec<_> = texts.map(|(text, place)| text + place).collect();
        texts.join("; ")
    }
}

/// The text, if there is room for it beside a line.
fn shortened(text: &str) -> Option<String> {
    let text = text.replace('`', "");
    (text.chars().count() <= SHORT).then_some(text)
}

/// A reason with its place.
pub(super) fn told(reason: &Reason) -> String {
    format!("{}{}", reason.text, place_of(reason))
}

/// What would decide it.
pub(super) fn hinge(missing: &MissingValue) -> String {
    format!("it hinges on {} ({})", missing.value, missing.reason)
}

/// Whether it only says that a service is reached: the hops that take this way show it.
fn is_open_way(hop: &HopProof) -> bool {
    hop.name.starts_with("reach-") && hop.decision == DecisionName::Allowed
}

/// What a hop is about, with what that is: the bucket of an object, else what it is.
fn target(hop: &HopProof) -> (&'static str, &str) {
    let service = hop.action.split(':').next();
    let name = match hop.resource.split_once('/') {
        Some((bucket, _)) if service == Some("s3") => bucket,
        _ => &hop.resource,
    };
    let kind = match service {
        _ if name == "*" => "no resource of its own",
        Some("s3") => "bucket",
        Some("kms") => "KMS key",
        Some("ecr") => "image repository",
        _ => "resource",
    };
    (kind, name)
}
