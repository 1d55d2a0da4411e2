//! What was found, in the words and places that the user is told: secrets masked, places worked out.

use std::collections::BTreeMap;

use sha2::{Digest, Sha256};

use super::estate::Estate;
use super::hex;
use super::words::{in_own_words, own_name};
use crate::check::Judgement;
use crate::finding::proof::{DecisionName, HopProof, Proof, ProofVerdict, Reason, Workload};
use crate::finding::seal::{ClosedByName, Holder, SealProof};
use crate::finding::{
    Evidence, Finding, FindingVerdict, MissingValue, Place, Related, Report, Status, Subject,
    ToldBy, Verdict, supply,
};
use crate::iam::{Because, Decision};
use crate::load::Secrets;
use crate::load::plan::Form;
use crate::model::graph::{Carried, ResourceGraph};
use crate::model::source::{SourceMap, Span};
use crate::model::truth::Truth;
use crate::model::value::Why;
use crate::paths::{Hop, Outcome, Path, WorkloadKind};
use crate::rules::{PATH_ASSUMPTIONS, SEAL_ASSUMPTIONS};
use crate::seals::{Admitted, ClosedBy, Seal};

/// Turns judgements into what the user is told.
pub(super) struct Teller<'t, 'a> {
    pub(super) estate: &'t str,
    pub(super) sources: &'t SourceMap,
    pub(super) secrets: &'t Secrets,
    pub(super) graph: &'t ResourceGraph<'a>,
    /// What tells the estate.
    pub(super) told_by: ToldBy,
}

impl<'t, 'a> Teller<'t, 'a> {
    pub(super) fn of(estate: &'t Estate<'a>) -> Self {
        Self {
            estate: estate.name,
            sources: estate.sources,
            secrets: &estate.secrets,
            graph: &estate.graph,
            told_by: match estate.form {
                Form::Plan if estate.source.is_none() => ToldBy::PlanAlone,
                Form::Plan | Form::State | Form::Module => ToldBy::Terraform,
                Form::Template | Form::ChangeSet => ToldBy::CloudFormation,
            },
        }
    }
}

impl Teller<'_, '_> {
    pub(super) fn tell(&self, judgements: &[Judgement], report: &mut Report) -> Vec<Finding> {
        for judgement in judgements {
            match judgement.verdict {
                Verdict::Holds => report.tally.holds += 1,
                Verdict::Broken(_) => report.tally.broken += 1,
                Verdict::Unsure(_) => report.tally.unsure += 1,
                Verdict::NotApplicable => {}
            }
        }
        let told = told(judgements);
        told.iter().map(|one| self.finding(one)).collect()
    }

    fn finding(&self, told: &Told<'_>) -> Finding {
        let Told {
            judgement,
            verdict,
            evidence,
            ..
        } = *told;
        let (rule, resource) = (judgement.rule, self.graph.get(judgement.subject));
        let place = |span| Place::from(self.sources.location(span));
        let mask = |text: &str| self.mask(&in_own_words(text, resource, self.graph, true));
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
                construct: resource.construct.as_deref().map(mask),
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
            only_when: Vec::new(),
            hinges_on: evidence
                .hinges_on
                .iter()
                .map(|hinge| self.missing(&hinge.value, hinge.reason))
                .collect(),
            help: self.mask(&in_own_words(
                evidence.fix.as_deref().unwrap_or(rule.fix),
                resource,
                self.graph,
                false,
            )),
            suggestion: None,
            fingerprint: fingerprint(self.graph, told),
            assumptions: if evidence.whatever_is_assumed {
                Vec::new()
            } else {
                rule.assumes.to_vec()
            },
            frameworks: rule.frameworks(),
        }
    }
}

impl Teller<'_, '_> {
    /// Where a job is written that is no resource of its own: `aws_sfn_state_machine.etl.definition States.Prepare`.
    fn place_in(&self, carried: &Carried<'_>) -> String {
        let attribute = self.graph.get(carried.by).name_of(carried.attribute);
        format!("{attribute} {}", carried.place)
            .trim_end()
            .to_owned()
    }

    fn mask(&self, text: &str) -> String {
        printable(&self.secrets.mask_prose(text))
    }

    pub(super) fn missing(&self, value: &str, why: Why) -> MissingValue {
        MissingValue {
            value: self.mask(&own_name(value, self.graph)),
            reason: why.to_string(),
            supply: supply(value, why, self.told_by),
        }
    }

    /// A path, with its hops and their reasons.
    pub(super) fn proof(&self, path: &Path) -> Proof {
        let address = self.graph.get(path.workload.id).address.as_str();
        let (kind, found_in) = match path.workload.kind {
            WorkloadKind::Notebook => ("notebook", None),
            WorkloadKind::DeclaredJob => {
                let carried = self.graph.carried(path.workload.id);
                ("processing-job", carried.map(|one| self.place_in(one)))
            }
            WorkloadKind::StartedJob => {
                let found_in = format!("the code of {address}, which may start it");
                ("processing-job", Some(found_in))
            }
        };
        Proof {
            workload: Workload {
                is_started_by_code: path.workload.kind == WorkloadKind::StartedJob,
                kind,
                address: printable(address),
                found_in: found_in.map(|text| printable(&text)),
            },
            role: self.mask(&path.role.name),
            only_when: Vec::new(),
            verdict: match path.outcome() {
                Outcome::Proven => ProofVerdict::Proven,
                Outcome::Broken => ProofVerdict::Broken,
                Outcome::Unsure => ProofVerdict::Unsure,
            },
            hops: path.hops.iter().map(|hop| self.hop(hop)).collect(),
            not_judged: path.not_judged.iter().map(|text| self.mask(text)).collect(),
            notes: path.notes.iter().map(|text| self.mask(text)).collect(),
            estate: self.estate.to_owned(),
            assumptions: PATH_ASSUMPTIONS.to_vec(),
            single_role: path.single_role,
        }
    }

    fn hop(&self, hop: &Hop) -> HopProof {
        let notes = hop.answer.iter().flat_map(|answer| &answer.outcome.notes);
        HopProof {
            name: hop.step.name(),
            principal: self.mask(&hop.principal),
            action: hop.action.to_owned(),
            resource: self.mask(&hop.resource),
            decision: decision_name(hop.decision),
            needed: hop.advised.is_none(),
            through: hop
                .through
                .map(|id| printable(self.graph.get(id).address.as_str())),
            chosen: hop.chosen.as_deref().map(|text| self.mask(text)),
            because: hop.because.iter().map(|one| self.reason(one)).collect(),
            hinges_on: hop
                .hinges_on
                .iter()
                .map(|(value, why)| self.missing(value, *why))
                .collect(),
            notes: notes.map(|note| (*note).to_owned()).collect(),
        }
    }

    /// Who can reach protected data.
    pub(super) fn seal(&self, seal: &Seal) -> SealProof {
        let principals = seal.admitted.iter().map(|one| Holder {
            expected: Some(one.expected.is_some()),
            why: match one.expected {
                Some(expected) => expected.words().to_owned(),
                None => one.how.words().to_owned(),
            },
            ..self.holder(one)
        });
        let principals: Vec<_> = principals.collect();
        SealProof {
            resource: printable(self.graph.get(seal.on).address.as_str()),
            actions: seal.purpose.actions().to_vec(),
            verdict: SealProof::verdict_of(&principals),
            closed_by: closed_by_name(seal.closed_by),
            only_when: Vec::new(),
            principals,
            estate: self.estate.to_owned(),
            assumptions: SEAL_ASSUMPTIONS.to_vec(),
        }
    }

    /// Somebody who can do something, whether they are meant to or not.
    pub(super) fn holder(&self, admitted: &Admitted) -> Holder {
        let chain = admitted.chain.iter().map(|link| self.mask(&link.text));
        let hinges = admitted.hinges_on.iter();
        Holder {
            principal: self.mask(&admitted.name),
            expected: None,
            certain: admitted.certain == Truth::Yes,
            by: admitted.how.name(),
            why: admitted.how.words().to_owned(),
            chain: chain.collect(),
            because: admitted
                .because
                .iter()
                .map(|one| self.reason(one))
                .collect(),
            hinges_on: hinges
                .map(|(value, why)| self.missing(value, *why))
                .collect(),
        }
    }

    pub(super) fn reason(&self, because: &Because) -> Reason {
        let place = |span| Place::from(self.sources.location(span));
        Reason {
            layer: because.layer.name(),
            policy: because.policy.as_deref().map(|name| self.mask(name)),
            statement: because.statement,
            sid: because.sid.as_deref().map(|sid| self.mask(sid)),
            text: self.mask(&because.text),
            location: because.at.filter(|at| *at != Span::NOWHERE).map(place),
        }
    }
}

pub(super) fn closed_by_name(closed_by: ClosedBy) -> Option<ClosedByName> {
    match closed_by {
        ClosedBy::ResourcePolicy => Some(ClosedByName::ResourcePolicy),
        ClosedBy::InputOnly => Some(ClosedByName::InputOnly),
        ClosedBy::Unknown => None,
    }
}

pub(super) fn decision_name(decision: Decision) -> DecisionName {
    match decision {
        Decision::Allowed => DecisionName::Allowed,
        Decision::DeniedExplicitly => DecisionName::DeniedExplicitly,
        Decision::DeniedByDefault => DecisionName::DeniedByDefault,
        Decision::Undecided => DecisionName::Undecided,
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

/// A piece of evidence of something that does not hold.
#[derive(Clone, Copy)]
pub(super) struct Told<'j> {
    pub(super) judgement: &'j Judgement,
    pub(super) verdict: FindingVerdict,
    pub(super) evidence: &'j Evidence,
    /// Which one it is of those with its code and subject.
    ordinal: usize,
}

/// All that does not hold, in the order of the judgements.
pub(super) fn told(judgements: &[Judgement]) -> Vec<Told<'_>> {
    let mut all = Vec::new();
    for judgement in judgements {
        let (verdict, evidence) = match &judgement.verdict {
            Verdict::Holds | Verdict::NotApplicable => continue,
            Verdict::Broken(evidence) => (FindingVerdict::Broken, evidence),
            Verdict::Unsure(evidence) => (FindingVerdict::Unsure, evidence),
        };
        let mut same = BTreeMap::new();
        for evidence in evidence {
            let next: &mut usize = same.entry((evidence.code, &evidence.about)).or_default();
            all.push(Told {
                judgement,
                verdict,
                evidence,
                ordinal: *next,
            });
            *next += 1;
        }
    }
    all
}

/// Depends on nothing that unrelated edits change: neither lines, nor words, nor severities.
pub(super) fn fingerprint(graph: &ResourceGraph<'_>, told: &Told<'_>) -> String {
    let evidence = told.evidence;
    let (rule, code) = (told.judgement.rule.id, evidence.code.unwrap_or(""));
    let address = graph.get(told.judgement.subject).address.as_str();
    let mut hash = Sha256::new();
    for part in [
        rule,
        code,
        address,
        &evidence.about,
        &told.ordinal.to_string(),
    ] {
        hash.update(part.as_bytes());
        hash.update([0]);
    }
    hex(hash.finalize().get(..16).unwrap_or_default())
}
