//! How findings speak of seals: who reaches data without being meant to, grouped by how they come in.

use super::Context;
use super::statements::named_hinges;
use crate::finding::{Evidence, Severity, Verdict};
use crate::iam::Layer;
use crate::model::source::Span;
use crate::model::truth::Truth;
use crate::seals::{Admitted, How, LinkKind, Purpose, Seal};

/// So many are named in one sentence.
const SHOWN: usize = 3;

/// Those who reach data for certain, and should not, in groups that one finding is about.
pub(super) struct Group<'s> {
    pub(super) code: &'static str,
    pub(super) how: How,
    pub(super) link: Option<LinkKind>,
    pub(super) all: Vec<&'s Admitted>,
}

/// The seals of a resource for one purpose.
pub(super) fn seal_of<'c>(
    context: &'c Context<'_, '_>,
    on: crate::model::graph::ResourceId,
    purpose: Purpose,
) -> Option<&'c Seal> {
    let mut seals = context.seals().iter();
    seals.find(|seal| seal.on == on && seal.purpose == purpose)
}

/// Those of a seal who should not be there, certain or not, whom `is_meant` picks.
pub(super) fn unexpected<'s>(
    seal: &'s Seal,
    is_meant: impl Fn(&Admitted) -> bool + 's,
) -> impl Iterator<Item = &'s Admitted> {
    let admitted = seal.admitted.iter();
    admitted.filter(move |one| one.expected.is_none() && is_meant(one))
}

/// Groups by code and by how they come in.
pub(super) fn groups<'s>(
    certain: impl Iterator<Item = &'s Admitted>,
    code: impl Fn(&Admitted) -> &'static str,
) -> Vec<Group<'s>> {
    let mut groups: Vec<Group<'s>> = Vec::new();
    for one in certain {
        let link = one.chain.first().map(|link| link.kind);
        let of = code(one);
        let same = groups
            .iter_mut()
            .find(|group| group.code == of && group.how == one.how && comes_alike(group, one));
        match same {
            Some(group) => group.all.push(one),
            None => groups.push(Group {
                code: of,
                how: one.how,
                link,
                all: vec![one],
            }),
        }
    }
    groups
}

/// Whether somebody comes the way that a group does, step by step.
fn comes_alike(group: &Group<'_>, one: &Admitted) -> bool {
    let first = group.all.first();
    first.is_some_and(|first| {
        let texts = first.chain.iter().map(|link| &link.text);
        texts.eq(one.chain.iter().map(|link| &link.text))
    })
}

/// A finding about one group: `does` says what they can do, `can read and decrypt this bucket's objects`.
pub(super) fn broken(group: &Group<'_>, does: &str, origin: Span) -> Evidence {
    let message = format!("{} {does}: {}", names(&group.all), how(group));
    let places: Vec<_> = group
        .all
        .iter()
        .filter_map(|one| Some((one, place(one)?)))
        .collect();
    let at = places.first().map_or(origin, |(_, at)| *at);
    let about: Vec<_> = group.all.iter().map(|one| one.name.as_str()).collect();
    let mut evidence = Evidence::new(message, at)
        .code(group.code)
        .about(about.join(" "))
        .fix(fix(group));
    for (one, at) in places.iter().skip(1) {
        evidence = evidence.related(told(one), *at);
    }
    // The way of the first one is the sentence; where it leads on, each step has a place.
    for one in group.all.iter().take(1) {
        for link in one.chain.iter().skip(1) {
            if let Some(at) = link.at {
                evidence = evidence.related(format!("then {}", link.text), at);
            }
        }
    }
    evidence
}

/// What cannot be told of those who may reach data: one piece for each thing that is not known.
pub(super) fn unsure<'s>(
    open: impl Iterator<Item = &'s Admitted>,
    question: &str,
    origin: Span,
) -> Verdict {
    let mut by_fact: Vec<(&[_], Vec<&Admitted>)> = Vec::new();
    for one in open {
        let same = by_fact
            .iter_mut()
            .find(|(hinges, _)| *hinges == one.hinges_on.as_slice());
        match same {
            Some((_, all)) => all.push(one),
            None => by_fact.push((&one.hinges_on, vec![one])),
        }
    }
    if by_fact.is_empty() {
        return Verdict::Holds;
    }
    let evidence = by_fact.into_iter().map(|(hinges, all)| {
        let facts: Vec<_> = hinges
            .iter()
            .map(|(value, why)| format!("`{value}` is not known ({why})"))
            .collect();
        // Whoever else is among anybody.
        let widest = all.iter().filter(|one| one.how == How::Public).copied();
        let widest: Vec<_> = widest.collect();
        let named = if widest.is_empty() { &all } else { &widest };
        let message = format!(
            "cannot tell whether {} {question}: {}",
            names(named),
            facts.join(", ")
        );
        let about: Vec<_> = hinges.iter().map(|(value, _)| value.as_str()).collect();
        named_hinges(
            Evidence::new(message, origin).about(about.join(" ")),
            hinges,
        )
    });
    Verdict::Unsure(evidence.collect())
}

/// A severity, where the way in calls for another than the rule's own.
pub(super) fn severity(how: How) -> Option<Severity> {
    match how {
        How::Public => Some(Severity::Critical),
        How::Administrator => Some(Severity::Medium),
        _ => None,
    }
}

fn names(all: &[&Admitted]) -> String {
    let quoted = |one: &&Admitted| {
        if one.name.contains(' ') {
            one.name.clone()
        } else {
            format!("`{}`", one.name)
        }
    };
    let mut names: Vec<_> = all.iter().take(SHOWN).map(quoted).collect();
    if all.len() > SHOWN {
        names.push(format!("{} more", all.len() - SHOWN));
    }
    match names.split_last() {
        Some((last, [])) => last.clone(),
        Some((last, others)) => format!("{} and {last}", others.join(", ")),
        None => String::new(),
    }
}

/// The way in, in words.
fn how(group: &Group<'_>) -> String {
    let Some(first) = group.all.first() else {
        return String::new();
    };
    let each = if group.all.len() > 1 {
        "each of them"
    } else {
        "it"
    };
    match group.how {
        How::Named => "a statement names it".to_owned(),
        How::Breadth => format!(
            "no statement names {each} together with this data, {}",
            reasons(first)
        ),
        How::Administrator => {
            "they may do everything, and nothing keeps administrators from the data".to_owned()
        }
        How::Granted => "by a grant on the key, which no policy shows".to_owned(),
        How::WholeAccount => format!("nobody needs a permission of their own, {}", reasons(first)),
        How::Foreign => format!("another account decides who that is, {}", reasons(first)),
        How::Public => reasons(first),
        How::Through => chain(first),
    }
}

/// The steps by which somebody comes to data.
fn chain(one: &Admitted) -> String {
    let steps: Vec<_> = one.chain.iter().map(|link| link.text.as_str()).collect();
    format!("it {}", steps.join(", which "))
}

/// The statements that let somebody in.
fn reasons(one: &Admitted) -> String {
    let mut texts: Vec<_> = one.because.iter().map(|one| one.text.as_str()).collect();
    texts.dedup();
    if texts.is_empty() {
        "and nothing denies it".to_owned()
    } else {
        texts.join(", and ")
    }
}

fn told(one: &Admitted) -> String {
    let name = one.name.as_str();
    match one.how {
        How::Through => format!("`{name}` {}", chain(one).trim_start_matches("it ")),
        _ => format!("`{name}`"),
    }
}

/// The statement that lets somebody in: their own, else that of the data.
fn place(one: &Admitted) -> Option<Span> {
    if let Some(at) = one.chain.first().and_then(|link| link.at) {
        return Some(at).filter(|at| *at != Span::NOWHERE);
    }
    let own = one
        .because
        .iter()
        .find(|one| one.layer == Layer::Identity && one.at.is_some());
    let any = own.or(one.because.iter().find(|one| one.at.is_some()));
    any.and_then(|one| one.at).filter(|at| *at != Span::NOWHERE)
}

fn fix(group: &Group<'_>) -> String {
    let first = group.all.first();
    let name = first.map_or("", |one| one.name.as_str());
    match (group.how, group.link) {
        (How::Through, Some(LinkKind::Assume)) => {
            "let the role's trust policy name only those who must take it, or take `sts:AssumeRole` on it from \
             whoever need not"
                .to_owned()
        }
        (How::Through, Some(LinkKind::Pass)) => format!(
            "narrow `iam:PassRole` of `{name}` to other roles, or `iam:PassedToService` to services that run \
             nothing of its own"
        ),
        (How::Through, Some(LinkKind::Open)) => format!(
            "take the permission to open the notebook from `{name}`, or put it into the group that notebooks are \
             meant for"
        ),
        (How::Through, Some(LinkKind::Script)) => {
            format!("take the permission to write the notebook's script from `{name}`")
        }
        (How::Through, Some(LinkKind::Replace)) => {
            format!("take the permission to replace the code from `{name}`")
        }
        (How::Through, Some(LinkKind::Rewrite)) => format!(
            "take the permission to write this policy from `{name}`, or name in the key's policy who may change it"
        ),
        (How::Granted, _) => {
            "take the grant away, and name whoever must use the key in its policy".to_owned()
        }
        (How::WholeAccount, _) => {
            "name the roles that need the data in `Principal`, in place of everybody in the account".to_owned()
        }
        (How::Foreign, _) => format!("take {name} out of the policies of the bucket and its key"),
        (How::Public, _) => "name in `Principal` who needs the data".to_owned(),
        (How::Administrator, _) => {
            "name in the key's policy who may decrypt, in place of leaving it to the account, so that \
             administrators get to the data only by changing it"
                .to_owned()
        }
        _ => "name in these policies the buckets and keys that their holders need; and in the key's policy who may \
              decrypt, in place of leaving it to the account"
            .to_owned(),
    }
}

/// Whether somebody gets in for certain.
pub(super) fn is_certain(one: &Admitted) -> bool {
    one.certain == Truth::Yes
}
