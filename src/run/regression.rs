//! What a change does, as `check` tells it: which findings were there before, and which paths it breaks. The input
//! is read again for it, as it was before the change, but only where something can come of it.

use std::collections::{BTreeMap, BTreeSet};

use super::Options;
use super::estate::Estate;
use super::sides::{Known, ask_again, before_side, resources};
use super::teller::Teller;
use crate::check::Judgement;
use crate::diff::{self, Change, ChangedHop, PathChange, Side};
use crate::finding::proof::{DecisionName, Proof};
use crate::finding::{Evidence, Finding, FindingVerdict, Related, Report, Status, Tally, Verdict};
use crate::load::plan::Form;
use crate::model::graph::ResourceGraph;
use crate::model::resource::Resource;
use crate::model::value::{Data, Value};
use crate::model::vocabulary::Kind;
use crate::rules::Rule;

/// Marks what was there before, and adds what the change does to paths. A state is there already.
pub(super) fn against_before(
    options: &Options,
    estate: &Estate<'_>,
    findings: &mut Vec<Finding>,
    paths: &[Proof],
) -> Tally {
    match estate.form {
        Form::State => {
            for finding in findings {
                finding.status = Status::Existing;
            }
            return Tally::default();
        }
        Form::Plan | Form::ChangeSet => {}
        Form::Module | Form::Template => return Tally::default(),
    }
    let graph = &estate.graph;
    let existed = graph
        .iter()
        .filter(|(_, resource)| resource.existed_before == Some(true));
    let existed: BTreeSet<&str> = existed
        .map(|(_, resource)| resource.address.as_str())
        .collect();
    let is_there = |finding: &Finding| existed.contains(finding.resource.address.as_str());
    let mut rules = options.rules.iter();
    let rule = rules.find(|rule| rule.is_about_changes());
    let rule = rule.filter(|rule| {
        let is_judged = |resource: &Resource<'_>| {
            let kind = resource.kind();
            kind.is_some_and(|kind| rule.looks_at().contains(&kind))
        };
        // A job is only ever replaced: the plan that does it may leave nothing as it was.
        let is_job = |resource: &Resource<'_>| resource.kind() == Some(Kind::ProcessingJob);
        let all = || graph.iter().map(|(_, resource)| resource);
        all().any(is_judged) && (!existed.is_empty() || all().any(is_job))
    });
    if rule.is_none() && !findings.iter().any(is_there) {
        return Tally::default();
    }
    let Some(former) = estate.before(options) else {
        return Tally::default();
    };
    let before = before_side(options, &former);
    let known: BTreeMap<&str, FindingVerdict> = before
        .findings
        .iter()
        .map(|finding| (finding.fingerprint.as_str(), finding.verdict))
        .collect();
    for finding in findings.iter_mut() {
        if existed.contains(finding.resource.address.as_str())
            && known.get(finding.fingerprint.as_str()) == Some(&finding.verdict)
        {
            finding.status = Status::Existing;
        }
    }
    let Some(rule) = rule else {
        return Tally::default();
    };
    let before = Known::of(options, &former, before);
    let mut after = Side {
        paths: paths.to_vec(),
        ..resources(estate)
    };
    ask_again(options, &before, estate, &mut after);
    let regression = Regression {
        rule,
        estate,
        teller: Teller::of(estate),
    };
    regression.judge(&before.side, &after, &former.graph, findings)
}

/// Judges what a change makes of paths.
struct Regression<'r, 'a> {
    rule: &'static Rule,
    estate: &'r Estate<'a>,
    teller: Teller<'r, 'a>,
}

impl Regression<'_, '_> {
    fn judge(
        &self,
        before: &Side,
        after: &Side,
        former: &ResourceGraph<'_>,
        findings: &mut Vec<Finding>,
    ) -> Tally {
        let (changes, _) = diff::paths(before, after);
        let mut tally = Tally::default();
        let worse = changes.iter().filter(|change| {
            let is_worse = matches!(change.change, Change::Broken | Change::ProofLost);
            is_worse && change.before.is_some()
        });
        let worse: Vec<&PathChange> = worse.collect();
        // What is proven on both sides is no change.
        let held = after.paths.iter().filter(|proof| {
            let is_same = |change: &&&PathChange| change.after.as_ref() == Some(*proof);
            proof.verdict == diff::PROVEN && !changes.iter().any(|change| is_same(&&change))
        });
        tally.holds += held.count();
        for group in by_cause(&worse) {
            let Some(finding) = self.finding(&group) else {
                continue;
            };
            match finding.verdict {
                FindingVerdict::Broken => tally.broken += 1,
                FindingVerdict::Unsure => tally.unsure += 1,
            }
            findings.push(finding);
        }
        for (id, job) in self.estate.graph.iter() {
            let verdict = renamed(job, former);
            let judgement = Judgement {
                rule: self.rule,
                subject: id,
                verdict,
            };
            let mut report = Report::default();
            findings.extend(
                self.teller
                    .tell(std::slice::from_ref(&judgement), &mut report),
            );
            tally.holds += report.tally.holds;
            tally.broken += report.tally.broken;
            tally.unsure += report.tally.unsure;
        }
        tally
    }

    /// One finding for all paths that one cause breaks.
    fn finding(&self, group: &[&PathChange]) -> Option<Finding> {
        let change = group.first()?;
        let (before, after) = (change.before.as_ref()?, change.after.as_ref()?);
        let subject = self.estate.graph.find(&after.workload.address)?;
        let resource = self.estate.graph.get(subject);
        let was_proven = before.verdict == diff::PROVEN;
        let (code, message) = match change.change {
            Change::Broken if was_proven => ("path-broken-by-change", broken(change, after)),
            Change::Broken => (
                "path-broken-by-change",
                format!(
                    "cannot tell whether this change breaks the path as `{}`: before it, it could not be told",
                    after.role
                ),
            ),
            _ => ("proof-lost", lost(change, after)),
        };
        let others = others(group);
        let mut evidence = Evidence::new(format!("{message}{others}"), resource.origin)
            .code(code)
            .about(format!("{} {}", before.workload.kind, before.role));
        if let Some(fix) = fix(change) {
            evidence = evidence.fix(fix);
        }
        let evidence = vec![evidence];
        let judgement = Judgement {
            rule: self.rule,
            subject,
            verdict: if change.change == Change::Broken && !was_proven {
                Verdict::Unsure(evidence)
            } else {
                Verdict::Broken(evidence)
            },
        };
        let mut report = Report::default();
        let told = self
            .teller
            .tell(std::slice::from_ref(&judgement), &mut report);
        let mut finding = told.into_iter().next()?;
        show(&mut finding, change, before, was_proven);
        Some(finding)
    }
}

/// The places: what decides now, and what allowed it before.
fn show(finding: &mut Finding, change: &PathChange, before: &Proof, was_proven: bool) {
    let mut reasons = change.hops.iter().flat_map(|hop| &hop.because);
    let place = reasons.find_map(|reason| reason.location.clone());
    if let Some(place) = place.filter(|_| was_proven) {
        finding.location = place;
    }
    let mut related = Vec::new();
    for former in change.hops.iter().flat_map(|hop| &hop.allowed_by) {
        let Some(location) = former.reason.location.clone() else {
            continue;
        };
        let fate = former.fate.zip(former.written_in.as_deref());
        let fate = fate.map_or_else(String::new, |(fate, address)| {
            format!("; `{address}` is {}", fate.name())
        });
        let message = format!("before, {}{fate}", former.reason.text);
        let one = Related { message, location };
        if !related.contains(&one) {
            related.push(one);
        }
    }
    finding.related = related;
    let hinges = if was_proven {
        change.hops.iter().flat_map(|hop| &hop.hinges_on).collect()
    } else {
        let hops = before.hops.iter().filter(|hop| hop.needed);
        let open = hops.filter(|hop| hop.decision == DecisionName::Undecided);
        open.flat_map(|hop| &hop.hinges_on).collect::<Vec<_>>()
    };
    for hinge in hinges {
        if !finding.hinges_on.contains(hinge) {
            finding.hinges_on.push(hinge.clone());
        }
    }
}

/// The other workloads whose paths the same change breaks.
fn others(group: &[&PathChange]) -> String {
    let others = group.iter().skip(1).filter_map(|change| {
        let workload = &change.after.as_ref()?.workload;
        let what = match workload.found_in {
            Some(_) => "a job that may be started from ",
            None => "",
        };
        Some(format!("{what}`{}`", workload.address))
    });
    let others: Vec<_> = others.collect();
    match others.as_slice() {
        [] => String::new(),
        [one] => format!("; so it breaks the path of {one}"),
        [one, two] => format!("; so it breaks the paths of {one} and {two}"),
        [one, two, rest @ ..] => format!(
            "; so it breaks the paths of {one}, {two} and {} more",
            rest.len()
        ),
    }
}

/// Changes of paths that have the same cause, together.
fn by_cause<'c>(changes: &[&'c PathChange]) -> Vec<Vec<&'c PathChange>> {
    let mut groups: Vec<(BTreeSet<&str>, Vec<&PathChange>)> = Vec::new();
    for change in changes {
        let causes = causes(change);
        let same = groups.iter_mut().find(|(known, group)| {
            let mut group = group.iter();
            let alike = group.all(|other| {
                let verdict = |one: &PathChange| one.before.as_ref().map(|proof| proof.verdict);
                other.change == change.change && verdict(other) == verdict(change)
            });
            !causes.is_empty() && *known == causes && alike
        });
        match same {
            Some((_, group)) => group.push(change),
            None => groups.push((causes, vec![change])),
        }
    }
    groups.into_iter().map(|(_, group)| group).collect()
}

/// What breaks a path: the resources that go or are replaced, else those whose statements changed.
fn causes(change: &PathChange) -> BTreeSet<&str> {
    let gone = gone(change);
    if !gone.is_empty() {
        return gone;
    }
    let former = change.hops.iter().flat_map(|hop| &hop.allowed_by);
    former
        .filter_map(|former| former.written_in.as_deref())
        .collect()
}

/// The resources that go, or are replaced, and so break a path.
fn gone(change: &PathChange) -> BTreeSet<&str> {
    let former = change.hops.iter().flat_map(|hop| &hop.allowed_by);
    let gone = former.filter(|former| former.fate.is_some());
    let gone = gone.filter_map(|former| former.written_in.as_deref());
    gone.chain(change.removed.iter().map(String::as_str))
        .collect()
}

fn request(hop: &ChangedHop) -> String {
    format!(
        "`{}` may `{}` on `{}`",
        hop.principal, hop.action, hop.resource
    )
}

fn more(change: &PathChange) -> String {
    match change.hops.len() {
        0 | 1 => String::new(),
        number => format!(" (and {} more)", number - 1),
    }
}

fn broken(change: &PathChange, after: &Proof) -> String {
    let what = change.hops.first().map_or_else(
        || format!("nothing is left of the path as `{}`", after.role),
        |hop| {
            let (action, resource) = (&hop.action, &hop.resource);
            format!(
                "`{}` may no longer `{action}` on `{resource}`{}",
                hop.principal,
                more(change)
            )
        },
    );
    let fate = fates(change);
    format!("this change breaks a path that is proven before it: {what}{fate}")
}

fn lost(change: &PathChange, after: &Proof) -> String {
    let what = change.hops.first().map_or_else(
        || format!("the path as `{}`", after.role),
        |hop| format!("whether {}{}", request(hop), more(change)),
    );
    let fate = fates(change);
    let mut reasons = change.hops.iter().flat_map(|hop| &hop.because);
    let reason = reasons.next();
    let reason = reason.map_or_else(String::new, |reason| format!("; {}", reason.text));
    format!(
        "a path that is proven before this change cannot be told after it: {what}{reason}{fate}"
    )
}

/// `` , since `aws_iam_role_policy.data` is deleted ``.
fn fates(change: &PathChange) -> String {
    let former = change.hops.iter().flat_map(|hop| &hop.allowed_by);
    let fated = former.filter_map(|one| Some((one.written_in.as_deref()?, one.fate?)));
    let mut told: Vec<String> = fated
        .map(|(address, fate)| format!("`{address}` is {}", fate.name()))
        .collect();
    told.dedup();
    let removed = change.removed.iter();
    told.extend(removed.map(|address| format!("`{address}` is deleted")));
    let mut seen = BTreeSet::new();
    told.retain(|one| seen.insert(one.clone()));
    match told.split_first() {
        None => String::new(),
        Some((first, [])) => format!("; {first}"),
        Some((first, others)) => format!("; {first}, {}", others.join(", ")),
    }
}

fn fix(change: &PathChange) -> Option<String> {
    let gone: Vec<_> = gone(change)
        .into_iter()
        .map(|address| format!("`{address}`"))
        .collect();
    match (change.change, gone.is_empty()) {
        (Change::Broken, false) => Some(format!(
            "keep {}, or bring what takes its place in the same change; remove the workload where it is not \
             meant to work any more",
            gone.join(", ")
        )),
        (Change::ProofLost, _) => {
            Some("supply what is not known, so that the path can be proven again".to_owned())
        }
        _ => None,
    }
}

/// A job that another one of the same name replaces: the name is taken, also when the first is gone.
fn renamed(job: &Resource<'_>, former: &ResourceGraph<'_>) -> Verdict {
    if job.kind() != Some(Kind::ProcessingJob) || job.existed_before != Some(false) {
        return Verdict::NotApplicable;
    }
    let Some(old) = former.find(job.address.as_str()).map(|id| former.get(id)) else {
        return Verdict::NotApplicable;
    };
    let name = |resource: &Resource<'_>| match resource.get("processing_job_name") {
        Some(Value {
            data: Data::Text(text),
            ..
        }) => Some(text.clone().into_owned()),
        _ => None,
    };
    match (name(old), name(job)) {
        (Some(one), Some(other)) if one == other => {
            let path = job.name_of("processing_job_name");
            let at = job
                .get("processing_job_name")
                .map_or(job.origin, |value| value.origin);
            Verdict::Broken(vec![
                Evidence::new(
                    format!(
                        "the change replaces this job under the name `{one}`, which `{path}` fixes: SageMaker \
                         never gives a job's name out twice, so that applying it fails"
                    ),
                    at,
                )
                .code("replacement-with-fixed-job-name")
                .fix("give the job a name that changes with it, or none, so that one is made up"),
            ])
        }
        (Some(_), Some(_)) => Verdict::Holds,
        _ => Verdict::NotApplicable,
    }
}
