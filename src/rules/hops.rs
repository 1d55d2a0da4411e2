//! How findings speak of paths: which hop is denied or open, by which code, and what statement is
//! missing.

use std::collections::BTreeSet;

use super::remedy::remedy;
use super::statements::{named, named_hinges};
use super::{Context, Subject};
use crate::finding::{Evidence, Severity, Verdict};
use crate::iam::policy::Statement;
use crate::iam::{Decision, Layer};
use crate::model::graph::Carried;
use crate::model::graph::ResourceId;
use crate::model::resource::Standing;
use crate::model::source::Span;
use crate::paths::{Hop, Path, Step, WorkloadKind};

/// The paths of one workload.
pub(super) fn paths_of<'c>(
    context: &'c Context<'_, '_>,
    subject: &Subject<'_, '_>,
    kinds: &'c [WorkloadKind],
) -> impl Iterator<Item = &'c Path> {
    let id = subject.id;
    let paths = context.paths().iter();
    paths.filter(move |path| path.workload.id == id && kinds.contains(&path.workload.kind))
}

/// Judges a part of the paths of a workload: broken where a hop is denied, unsure where it is open. Hops
/// that are denied under one code are one finding.
pub(super) fn judge<'c>(
    context: &Context<'_, '_>,
    paths: impl Iterator<Item = &'c Path>,
    is_part: impl Fn(&Hop) -> bool,
    code: impl Fn(&Hop) -> Option<&'static str>,
) -> Verdict {
    let mut verdict = Verdict::NotApplicable;
    for path in paths {
        let hops: Vec<_> = path.hops.iter().filter(|hop| is_part(hop)).collect();
        if hops.is_empty() {
            continue;
        }
        verdict = verdict.worse(Verdict::Holds);
        let denied =
            |hop: &&&Hop| hop.decision.must_be_denied() && kept_out_by(context, hop).is_none();
        let mut groups: Vec<(Option<&'static str>, Vec<&Hop>)> = Vec::new();
        for hop in hops.iter().filter(denied) {
            let code = hop.code.or_else(|| code(hop));
            let same = groups.iter_mut().find(|(known, others)| {
                let beside = others.iter().any(|one| {
                    let is_same = hop.on.is_some() || one.resource == hop.resource;
                    one.advised == hop.advised && one.on == hop.on && is_same
                });
                *known == code && beside
            });
            match same {
                Some((_, group)) => group.push(hop),
                None => groups.push((code, vec![hop])),
            }
        }
        without_what_follows(&mut groups);
        for (code, group) in groups {
            verdict = verdict.worse(Verdict::Broken(vec![broken(context, path, code, &group)]));
        }
        // What matters little is no finding while it is open.
        let is_open = |hop: &&&Hop| {
            let is_own = open_at(context, hop).is_none();
            let matters = hop
                .advised
                .is_none_or(|severity| severity >= Severity::Medium);
            hop.decision == Decision::Undecided && matters && is_own
        };
        let mut open: Vec<Vec<&Hop>> = Vec::new();
        for hop in hops.iter().filter(is_open) {
            let same = |group: &&mut Vec<&Hop>| {
                let mut group = group.iter();
                group.any(|one| {
                    one.hinges_on == hop.hinges_on
                        && one.principal == hop.principal
                        && one.advised == hop.advised
                })
            };
            match open.iter_mut().find(same) {
                Some(group) => group.push(hop),
                None => open.push(vec![hop]),
            }
        }
        for group in open {
            verdict = verdict.worse(Verdict::Unsure(vec![unsure(context, path, &group)]));
        }
    }
    verdict
}

/// What follows from another finding is none of its own: where an object cannot be read, that its bucket
/// cannot be listed; where it cannot be encrypted, that its parts cannot be joined; where something is
/// missing, that something only advised is too.
fn without_what_follows(groups: &mut Vec<(Option<&'static str>, Vec<&Hop>)>) {
    let follows = |minor: &Hop, major: &Hop| {
        let is_part = matches!(
            (minor.step, major.step),
            (Step::List, Step::Read) | (Step::DecryptParts, Step::Encrypt)
        );
        let is_less = minor.step == major.step && minor.advised.is_some();
        let is_same = minor.on == major.on && minor.principal == major.principal;
        let by_default = [minor, major]
            .iter()
            .all(|hop| hop.decision == Decision::DeniedByDefault);
        is_same && by_default && major.advised.is_none() && (is_part || is_less)
    };
    let majors: Vec<_> = groups
        .iter()
        .filter_map(|(_, hops)| hops.first().copied())
        .collect();
    let mut moved = Vec::new();
    groups.retain(|(_, hops)| {
        let Some(minor) = hops.first() else {
            return false;
        };
        let major = majors.iter().find(|major| follows(minor, major));
        moved.extend(major.map(|major| (*major, hops.clone())));
        major.is_none()
    });
    for (major, hops) in moved {
        let is_major = |group: &&mut (_, Vec<&Hop>)| {
            group
                .1
                .first()
                .is_some_and(|first| std::ptr::eq(*first, major))
        };
        if let Some((_, group)) = groups.iter_mut().find(is_major) {
            group.extend(hops);
        }
    }
}

/// Whose hop it is, in words.
fn who(context: &Context<'_, '_>, path: &Path, hop: &Hop) -> String {
    let workload = context.graph.get(path.workload.id);
    let address = workload.address.as_str();
    if let Some(carried) = starter(context, path, hop) {
        let starter = context.graph.get(carried.by).address.as_str();
        return if hop.step == Step::AssumeStarter {
            format!("`{}`, for `{starter}`,", hop.principal)
        } else {
            format!("`{}`, as which `{starter}` starts jobs,", hop.principal)
        };
    }
    let runner = match path.workload.kind {
        WorkloadKind::StartedJob if !hop.is_by_starter() => {
            format!("a job started from `{address}`")
        }
        _ => format!("`{address}`"),
    };
    if hop.principal == path.role.name || hop.is_by_starter() {
        format!("`{}`, as which {runner} runs,", hop.principal)
    } else if hop.step == Step::AssumeRole {
        format!("SageMaker, for {runner},")
    } else {
        hop.principal.clone()
    }
}

/// What starts the job of a path, for a hop that it takes itself.
fn starter<'c>(context: &'c Context<'_, '_>, path: &Path, hop: &Hop) -> Option<&'c Carried<'c>> {
    let carried = context.graph.carried(path.workload.id);
    carried.filter(|_| hop.is_by_starter())
}

fn broken(
    context: &Context<'_, '_>,
    path: &Path,
    code: Option<&'static str>,
    hops: &[&Hop],
) -> Evidence {
    // The reason of what matters more than listing.
    let main = hops.iter().find(|hop| hop.step != Step::List);
    let Some(first) = main.or(hops.first()) else {
        return Evidence::new("", Span::NOWHERE);
    };
    let role_at = place_of_role(context, path, first);
    let resources = distinct(hops.iter().map(|hop| hop.resource.as_str()));
    // A bucket and what lies in it are the bucket.
    let on = first.on.map(|id| context.graph.get(id).address.as_str());
    let resource = match (resources.as_slice(), on) {
        ([_], _) | (_, None) => first.resource.as_str(),
        (_, Some(address)) => address,
    };
    let mut message = format!(
        "{} may not {} on {}: {}",
        who(context, path, first),
        actions_of(hops, "or"),
        code_of(resource),
        because(first)
    );
    if first.step == Step::DecryptParts {
        message.push_str(" (it takes that to join the parts of a large output)");
    }
    if code == Some("object-action-on-bucket-arn") {
        message.push_str(
            " (a statement names the bucket alone, and `s3:GetObject` is about the objects in it: `/*`)",
        );
    }
    if path.workload.kind == WorkloadKind::Notebook {
        for note in &path.notes {
            message = format!("{message} ({note})");
        }
    }
    let at = first.because.iter().find_map(|one| one.at);
    let at = at.filter(|at| *at != Span::NOWHERE).or(first.at);
    let mut evidence = Evidence::new(message, at.unwrap_or(role_at)).about(about(path, first));
    if let Some(severity) = first.advised {
        evidence = evidence.severity(severity);
    }
    if let Some(code) = code {
        evidence = evidence.code(code);
    }
    remedy(context, first, hops).of(evidence)
}

/// Evidence that it cannot be told whether hops of one principal are allowed, which all hinge on the same.
pub(super) fn unsure(context: &Context<'_, '_>, path: &Path, hops: &[&Hop]) -> Evidence {
    let Some(first) = hops.first() else {
        return Evidence::new("", Span::NOWHERE);
    };
    let role_at = place_of_role(context, path, first);
    let why = if first.because.is_empty() {
        let hinges = first.hinges_on.iter();
        let hinges = hinges.map(|(value, why)| format!("{} is not known ({why})", code_of(value)));
        hinges.collect::<Vec<_>>().join(", ")
    } else {
        because(first)
    };
    let resources = distinct(hops.iter().map(|hop| code_of(&hop.resource)));
    let message = format!(
        "cannot tell whether {} may {} on {}: {why}",
        who(context, path, first),
        actions_of(hops, "and"),
        resources.join(", "),
    );
    let evidence = Evidence::new(message, first.at.unwrap_or(role_at)).about(about(path, first));
    let evidence = match first.advised {
        Some(severity) => evidence.severity(severity),
        None => evidence,
    };
    named_hinges(evidence, &first.hinges_on)
}

/// An address, ARN or pattern as code, what is in words as it is.
pub(super) fn code_of(name: &str) -> String {
    if name.contains(' ') {
        name.to_owned()
    } else {
        format!("`{name}`")
    }
}

/// What tells the evidence about a hop apart.
fn about(path: &Path, hop: &Hop) -> String {
    format!("{} {} {}", path.role.name, hop.action, hop.resource)
}

/// Where a workload says which role it runs as.
fn place_of_role(context: &Context<'_, '_>, path: &Path, hop: &Hop) -> Span {
    if let Some(carried) = starter(context, path, hop) {
        let caller = carried.caller.as_ref().map(|caller| caller.origin);
        return caller.unwrap_or(context.graph.get(carried.by).origin);
    }
    path.workload.role_at
}

/// The actions of hops in words: the first ones, if there are many.
pub(super) fn actions_of(hops: &[&Hop], conjunction: &str) -> String {
    const SHOWN: usize = 4;
    let mut actions = distinct(hops.iter().map(|hop| format!("`{}`", hop.action)));
    if let Some(more) = actions.len().checked_sub(SHOWN).filter(|more| *more > 0) {
        actions.truncate(SHOWN);
        return format!("{} {conjunction} {more} more", actions.join(", "));
    }
    match actions.split_last() {
        Some((last, [])) => last.clone(),
        Some((last, others)) => format!("{} {conjunction} {last}", others.join(", ")),
        None => String::new(),
    }
}

/// Each once, where it first stands.
pub(super) fn distinct<T: Ord + Clone>(items: impl Iterator<Item = T>) -> Vec<T> {
    let mut seen = BTreeSet::new();
    items.filter(|item| seen.insert(item.clone())).collect()
}

/// The reasons of a decision, in one sentence.
pub(super) fn because(hop: &Hop) -> String {
    let lacks = |layer| hop.because.iter().any(|one| one.layer == layer);
    // Where the role's own policies would do, that the resource's do not say so is no reason.
    let either = hop.decision == Decision::DeniedByDefault
        && lacks(Layer::Identity)
        && !hop.action.starts_with("kms:");
    let reasons = hop.because.iter();
    let reasons = reasons.filter(|one| !(either && one.layer == Layer::Resource));
    let mut texts: Vec<_> = reasons.map(|one| one.text.as_str()).collect();
    texts.dedup();
    if texts.is_empty() {
        return "nothing tells".to_owned();
    }
    texts.join(", and ")
}

/// The layer that keeps a request out, where it is no missing permission: a boundary, a control policy, an
/// endpoint, the bucket's own denial.
pub(super) fn blocked_by(hop: &Hop) -> Option<&'static str> {
    let layers: Vec<_> = hop.because.iter().map(|one| one.layer).collect();
    let by = |layer| match layer {
        Layer::Boundary => Some("boundary-blocks"),
        Layer::ServiceControl | Layer::ResourceControl => Some("scp-blocks"),
        Layer::Endpoint => Some("endpoint-blocks"),
        _ => None,
    };
    if hop.decision == Decision::DeniedExplicitly {
        let is_bucket = hop.action.starts_with("s3:") && layers.contains(&Layer::Resource);
        let blocked = layers.iter().find_map(|layer| by(*layer));
        return blocked.or(is_bucket.then_some("bucket-deny"));
    }
    let lacks = |layer| layers.contains(&layer);
    if lacks(Layer::Identity) || lacks(Layer::Resource) {
        return None;
    }
    layers.iter().find_map(|layer| by(*layer))
}

/// The endpoint of the input whose policy alone keeps a request out: said there, once for all who ask.
pub(super) fn kept_out_by(context: &Context<'_, '_>, hop: &Hop) -> Option<ResourceId> {
    let endpoint = hop.through?;
    let is_judged = context.graph.get(endpoint).standing == Standing::Judged;
    (is_judged && blocked_by(hop) == Some("endpoint-blocks")).then_some(endpoint)
}

/// The endpoint of the input whose own policy alone leaves a request open, which is said there too.
pub(super) fn open_at(context: &Context<'_, '_>, hop: &Hop) -> Option<ResourceId> {
    let endpoint = hop.through?;
    let policies = context.access.policies_of(endpoint).policies;
    let open: Vec<_> = policies
        .iter()
        .flat_map(|carried| named(context, &carried.policy, &carried.policy.open))
        .collect();
    let mut hinges = hop.hinges_on.iter();
    let is_own = !hop.hinges_on.is_empty() && hinges.all(|hinge| open.contains(hinge));
    let is_judged = context.graph.get(endpoint).standing == Standing::Judged;
    (is_judged && is_own).then_some(endpoint)
}

/// The code of a hop that reads from a bucket.
pub(super) fn read_code(context: &Context<'_, '_>, hop: &Hop) -> Option<&'static str> {
    if let Some(code) = blocked_by(hop) {
        return Some(code);
    }
    Some(match hop.step {
        Step::List => "s3-list-missing",
        Step::Read if names_bucket_alone(context, hop) => "object-action-on-bucket-arn",
        Step::Read => "s3-get-missing",
        Step::Decrypt if is_key_policy(hop) => "kms-decrypt-missing-key-policy",
        Step::Decrypt => "kms-decrypt-missing-identity",
        _ => return None,
    })
}

/// Whether the key's policy, rather than the role's, keeps a request out.
pub(super) fn is_key_policy(hop: &Hop) -> bool {
    hop.because.iter().any(|one| one.layer == Layer::Resource)
}

/// Whether a statement allows an action on objects for the bucket itself, which never has an effect.
fn names_bucket_alone(context: &Context<'_, '_>, hop: &Hop) -> bool {
    let Some((answer, bucket)) = hop.answer.as_ref().zip(hop.on) else {
        return false;
    };
    let action = crate::iam::Action::named("s3:GetObject");
    let bucket = crate::iam::ArnSubject::new(context.access.object(bucket).arn);
    let is_it = |one: &Statement| {
        one.principals.is_none()
            && one.resources.as_ref().is_some_and(|all| !all.negated)
            && one.effect == crate::iam::policy::Effect::Allow
            && one.is_about(&action, &bucket) == crate::model::truth::Truth::Yes
    };
    answer.statements().any(is_it)
}
