//! Both sides of a change: what was there before it, and what is there after it.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use super::estate::{Estate, Overview, each_estate};
use super::question::{Again, Question};
use super::teller::Teller;
use super::{Options, one_side, with_overview, worlds};
use crate::access::Access;
use crate::diff::{Difference, Side};
use crate::finding::proof::{Answered, DecisionName, HopProof, Proof, ProofVerdict};
use crate::finding::{Report, ReportedProblem};
use crate::load::plan::{Form, View};
use crate::model::resource::Standing;
use crate::network::Network;
use crate::settings::Settings;

/// A side, with what asking again for what its paths need says of it.
pub(super) struct Known {
    pub(super) side: Side,
    /// Of each path that is proven, the decision on each of its hops.
    asked: Vec<Option<Vec<Option<DecisionName>>>>,
}

impl Known {
    /// What was found in an estate.
    pub(super) fn of(options: &Options, estate: &Estate<'_>, side: Side) -> Self {
        let proven = |proof: &Proof| {
            let is_proven = proof.verdict == ProofVerdict::Proven;
            is_proven.then(|| {
                let answers = ask_all(options, estate, proof);
                let answers = answers.into_iter().map(|answer| Some(answer?.decision));
                answers.collect()
            })
        };
        let asked = side.paths.iter().map(proven).collect();
        Self { side, asked }
    }
}

/// The resources of an estate, without what was found.
pub(super) fn resources(estate: &Estate<'_>) -> Side {
    let judged = estate.graph.iter().map(|(_, resource)| resource);
    let judged = judged.filter(|resource| resource.standing == Standing::Judged);
    let mut side = Side::default();
    for resource in judged {
        let kind = resource.kind().map_or("unknown", |kind| kind.name());
        let address = resource.address.as_str().to_owned();
        if resource.existed_before == Some(false) {
            side.made.insert(address.clone());
        }
        side.resources.insert(address, kind);
    }
    side
}

/// Adds to the side after what becomes of a proven path whose workload is still there and has no path any more:
/// a role that names no protected data, or starts no job, has none. What the path needed is asked again.
pub(super) fn ask_again(options: &Options, before: &Known, estate: &Estate<'_>, after: &mut Side) {
    let has_path = |proof: &Proof| {
        let (kind, address) = (proof.workload.kind, &proof.workload.address);
        let mut others = after.paths.iter();
        others.any(|other| {
            let is_same = other.workload.kind == kind && other.workload.address == *address;
            is_same && (other.role == proof.role || proof.workload.found_in.is_none())
        })
    };
    let paths = before.side.paths.iter().zip(&before.asked);
    let lost = paths.filter(|(proof, _)| {
        after.resources.contains_key(&proof.workload.address) && !has_path(proof)
    });
    let again = lost.filter_map(|(proof, asked)| {
        let answers = ask_all(options, estate, proof);
        again(proof, asked.as_ref()?, answers)
    });
    let again: Vec<Proof> = again.collect();
    after.paths.extend(again);
}

/// The answers for all hops of a path; none where the estate lacks who asks or what it is about.
fn ask_all(options: &Options, estate: &Estate<'_>, proof: &Proof) -> Vec<Option<Answered>> {
    let access = Access::new(&estate.graph, &options.managed_policies, &options.settings);
    let network = Network::new(&estate.graph);
    let teller = Teller::of(estate);
    let again = Again::new(&access, &network, &teller);
    let by_itself = proof.workload.found_in.is_none();
    let answers = proof.hops.iter().map(|hop| {
        // A notebook starts a job as itself: of it, the way that its requests take is known.
        let is_own = by_itself && hop.principal == proof.role || STARTING.contains(&hop.name);
        let principal = if is_own {
            &proof.workload.address
        } else {
            &hop.principal
        };
        let resource = match hop.resource.as_str() {
            "a job" => "*",
            resource => resource,
        };
        again.ask(&Question {
            principal: principal.clone(),
            action: hop.action.clone(),
            resource: resource.to_owned(),
        })
    });
    answers.collect()
}

/// What whoever starts a job asks for.
const STARTING: &[&str] = &["create-job", "tag-job", "pass-role", "follow-job"];

/// The path with these answers, if it is worse: what cannot be told either way is no change.
fn again(
    proof: &Proof,
    before: &[Option<DecisionName>],
    after: Vec<Option<Answered>>,
) -> Option<Proof> {
    let mut path = proof.clone();
    path.verdict = ProofVerdict::Proven;
    let answers = before.iter().zip(after);
    for (hop, (before, after)) in path.hops.iter_mut().zip(answers) {
        // Where the data itself is gone, nothing is lost.
        let Some(answer) = after else {
            if before.is_some() {
                return None;
            }
            continue;
        };
        match answer.decision {
            DecisionName::Allowed => {}
            DecisionName::Undecided if *before != Some(DecisionName::Allowed) => {}
            DecisionName::Undecided => {
                take(hop, answer);
                if hop.needed && path.verdict == ProofVerdict::Proven {
                    path.verdict = ProofVerdict::Unsure;
                }
            }
            DecisionName::DeniedExplicitly | DecisionName::DeniedByDefault => {
                take(hop, answer);
                if hop.needed {
                    path.verdict = ProofVerdict::Broken;
                }
            }
        }
    }
    (path.verdict != ProofVerdict::Proven).then_some(path)
}

fn take(hop: &mut HopProof, answer: Answered) {
    hop.decision = answer.decision;
    hop.because = answer.because;
    hop.hinges_on = answer.hinges_on;
    hop.notes = answer.notes;
}

/// What a change makes of findings and paths. One input tells both of its sides: a plan, a change set, or a state,
/// which changes nothing. Of two, the first is what was, and the second what will be.
#[must_use]
pub fn compare(options: &Options) -> Difference {
    let mut difference = match options.inputs.as_slice() {
        [before, after] => of_two(options, before, after),
        _ => of_plans(options),
    };
    difference.paths.sort_by_key(|one| one.effect);
    difference.findings.sort_by(|one, other| {
        let key = |change: &crate::diff::FindingChange| {
            (change.effect, std::cmp::Reverse(change.severity))
        };
        key(one).cmp(&key(other))
    });
    difference.access.sort_by_key(|one| one.effect);
    difference
}

/// What was found in an estate, in all of its worlds.
fn found(options: &Options, estate: &mut Estate<'_>, all: &mut Report) -> Side {
    let mut report = Report::default();
    worlds::in_each(options, estate, &mut report, &|world, report| {
        let told = one_side(options, world, report);
        report.findings.extend(told);
    });
    all.problems.append(&mut report.problems);
    all.inputs.append(&mut report.inputs);
    Side {
        findings: report.findings,
        paths: report.paths,
        seals: report.seals,
        ..resources(estate)
    }
}

fn of_plans(options: &Options) -> Difference {
    let mut difference = Difference::default();
    let mut report = Report::default();
    let overview = each_estate(options, View::Planned, &mut |mut estate| {
        if !matches!(estate.form, Form::Plan | Form::ChangeSet | Form::State) {
            report.problems.push(ReportedProblem {
                message: format!("`{}` does not tell what was there before it", estate.name),
                location: None,
                consequence: "name two inputs: plangate diff BEFORE AFTER".to_owned(),
                fatal: true,
            });
            return;
        }
        let mut after = found(options, &mut estate, &mut report);
        if estate.form == Form::State {
            difference.add(&after.clone(), &after);
            return;
        }
        let Some(former) = estate.before(options) else {
            return;
        };
        let before = Known::of(options, &former, before_side(options, &former));
        ask_again(options, &before, &estate, &mut after);
        difference.add(&before.side, &after);
    });
    finish(&mut difference, report, overview, &options.settings);
    difference
}

/// What was found in an estate as it was before the change: its problems are those of the plan, and told there.
pub(super) fn before_side(options: &Options, former: &Estate<'_>) -> Side {
    let mut report = Report::default();
    let findings = one_side(options, former, &mut report);
    Side {
        findings,
        paths: report.paths,
        seals: report.seals,
        ..resources(former)
    }
}

fn of_two(options: &Options, before: &str, after: &str) -> Difference {
    let only = |input: &str| Options {
        inputs: vec![input.to_owned()],
        ..options.clone()
    };
    let (options_before, options_after) = (only(before), only(after));
    let mut difference = Difference::default();
    let mut report = Report::default();
    let mut known: BTreeMap<String, Known> = BTreeMap::new();
    let overview = each_estate(&options_before, View::Planned, &mut |mut estate| {
        let mut side = found(&options_before, &mut estate, &mut report);
        side.made = BTreeSet::new();
        let side = Known::of(&options_before, &estate, side);
        known.insert(inside(before, estate.name), side);
    });
    let told = with_overview(std::mem::take(&mut report), overview, &options.settings);
    difference.before = told.inputs;
    difference.problems = told.problems;
    let mut names = BTreeSet::new();
    each_estate(&options_after, View::Planned, &mut |estate| {
        names.insert(inside(after, estate.name));
    });
    // One estate on each side is the same, whatever it is called.
    let lonely = |known: &BTreeMap<String, Known>| known.len() == 1 && names.len() == 1;
    let renamed = lonely(&known).then(|| known.pop_first()).flatten();
    let mut renamed = renamed.map(|(_, side)| side);
    let overview = each_estate(&options_after, View::Planned, &mut |mut estate| {
        let mut side = found(&options_after, &mut estate, &mut report);
        // What a plan makes anew is told against its own state, not against what is named before it.
        side.made = BTreeSet::new();
        let name = inside(after, estate.name);
        let former = renamed.take().or_else(|| known.remove(&name));
        let Some(former) = former else {
            difference.add(&Side::default(), &side);
            return;
        };
        ask_again(&options_after, &former, &estate, &mut side);
        difference.add(&former.side, &side);
    });
    for former in known.into_values() {
        difference.add(&former.side, &Side::default());
    }
    finish(&mut difference, report, overview, &options.settings);
    difference
}

/// What an estate is called inside of the input that it was found in.
fn inside(input: &str, estate: &str) -> String {
    let rest = Path::new(estate).strip_prefix(input);
    rest.map_or_else(
        |_| estate.to_owned(),
        |rest| rest.to_string_lossy().into_owned(),
    )
}

fn finish(difference: &mut Difference, report: Report, overview: Overview, settings: &Settings) {
    let report = with_overview(report, overview, settings);
    difference.after = report.inputs;
    difference.problems.extend(report.problems);
}
