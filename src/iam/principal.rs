//! Whom the `Principal` of a statement means.
//!
//! Source: IAM User Guide, "AWS JSON policy elements: Principal" and "`NotPrincipal`"; AWS `PrivateLink`
//! Guide, "Control access to VPC endpoints using endpoint policies" (gateway endpoints).

use super::doubt::Doubts;
use super::matching::Pair;
use super::pattern::Run;
use super::policy::{Effect, Hinge, PrincipalEntry, PrincipalKind, Principals};
use super::request::Principal;
use super::text::{Domain, Hole, HoleId, Text};
use crate::model::truth::Truth;

/// How a statement means the principal that asks, by the sort of entry: a grant to an account only
/// delegates, and one to a role is bounded where others are not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Means {
    pub(super) account: Truth,
    pub(super) role: Truth,
    /// By `*`, or as this user, session or identity.
    pub(super) free: Truth,
    /// By `*` alone.
    pub(super) wildcard: Truth,
    pub(super) service: Truth,
}

impl Means {
    pub(super) const NOBODY: Self = Self::all(Truth::No);
    /// What a policy says that is about its holder.
    pub(super) const HOLDER: Self = Self::all(Truth::Yes);

    pub(super) const fn all(truth: Truth) -> Self {
        Self {
            account: truth,
            role: truth,
            free: truth,
            wildcard: truth,
            service: truth,
        }
    }

    pub(super) fn any(self) -> Truth {
        let people = self.account.or(self.role).or(self.free);
        people.or(self.wildcard).or(self.service)
    }

    /// Both hold.
    pub(super) fn and(self, other: Truth) -> Self {
        Self {
            account: self.account.and(other),
            role: self.role.and(other),
            free: self.free.and(other),
            wildcard: self.wildcard.and(other),
            service: self.service.and(other),
        }
    }

    /// Either holds.
    pub(super) fn or(self, other: Self) -> Self {
        Self {
            account: self.account.or(other.account),
            role: self.role.or(other.role),
            free: self.free.or(other.free),
            wildcard: self.wildcard.or(other.wildcard),
            service: self.service.or(other.service),
        }
    }
}

/// What else decides whom a statement means.
#[derive(Debug, Clone, Copy)]
pub(super) struct Circumstances {
    /// The principal has a permissions boundary.
    pub(super) has_boundary: bool,
    /// The policy is that of a gateway endpoint.
    pub(super) gateway: bool,
    /// What the statement does.
    pub(super) effect: Effect,
}

/// Any session: names are at least two characters long.
pub(super) const ANY_SESSION: HoleId = HoleId((1 << 29) - 1);

pub(super) fn means(
    principals: &Principals,
    caller: &Principal,
    circumstances: Circumstances,
    doubts: &mut Doubts,
) -> Means {
    if principals.negated {
        if matches!(circumstances.effect, Effect::Unknown(_)) {
            let which = std::ptr::from_ref(principals).addr();
            return Means::all(
                doubts.undocumented("`NotPrincipal` with an unknown effect", &which),
            );
        }
        let applies = not_excepted(principals, caller, circumstances, doubts);
        return Means::all(match applies {
            Truth::Yes if circumstances.effect == Effect::Allow => {
                doubts.undocumented("`NotPrincipal` with `Allow`", &"")
            }
            other => other,
        });
    }
    let mut means = Means::NOBODY;
    for entry in &principals.entries {
        means = means.or(of_entry(entry, caller, circumstances, doubts));
    }
    means
}

fn of_entry(
    entry: &PrincipalEntry,
    caller: &Principal,
    circumstances: Circumstances,
    doubts: &mut Doubts,
) -> Means {
    let nobody = Means::NOBODY;
    match (entry.kind, caller) {
        (PrincipalKind::Everybody, _) => Means {
            free: Truth::Yes,
            wildcard: Truth::Yes,
            ..nobody
        },
        (PrincipalKind::Account, Principal::Root { .. }) => account(entry, caller, doubts),
        // There an account means its root user only.
        (PrincipalKind::Account, _) if circumstances.gateway => nobody,
        (PrincipalKind::Account, _) => account(entry, caller, doubts),
        (PrincipalKind::Role | PrincipalKind::User | PrincipalKind::Session, _)
            if circumstances.gateway =>
        {
            let what = "a principal by ARN in the policy of a gateway endpoint";
            let named = of_arn(entry, caller, doubts).any();
            match named {
                Truth::No => nobody,
                _ => Means::all(doubts.undocumented(what, &entry.text)),
            }
        }
        (PrincipalKind::Service, Principal::Service { name }) => Means {
            service: equal(&entry.text, name, doubts),
            ..nobody
        },
        (PrincipalKind::Federated, Principal::Federated { provider }) => Means {
            free: equal(&entry.text, provider, doubts),
            ..nobody
        },
        (PrincipalKind::CanonicalUser, _) => match caller.account() {
            Some(_) => Means {
                free: doubts.undocumented("whose canonical user id it is", &entry.text),
                ..nobody
            },
            None => nobody,
        },
        (PrincipalKind::Invalid, _) => {
            Means::all(doubts.undocumented("a principal that AWS refuses", &entry.text))
        }
        (PrincipalKind::Unknown, _) => unknown(entry, caller, doubts),
        _ => of_arn(entry, caller, doubts),
    }
}

fn account(entry: &PrincipalEntry, caller: &Principal, doubts: &mut Doubts) -> Means {
    let accounts = entry.account.as_ref().zip(caller.account());
    Means {
        account: accounts.map_or(Truth::No, |(one, other)| equal(one, other, doubts)),
        ..Means::NOBODY
    }
}

fn of_arn(entry: &PrincipalEntry, caller: &Principal, doubts: &mut Doubts) -> Means {
    let nobody = Means::NOBODY;
    match (entry.kind, caller) {
        (PrincipalKind::Role, Principal::Role { arn, .. }) => Means {
            role: equal(&entry.text, arn, doubts),
            ..nobody
        },
        (PrincipalKind::Session, Principal::Role { arn, session, .. }) => Means {
            free: match session {
                Some(session) => equal(&entry.text, session, doubts),
                None => equal(&entry.text, &any_session(arn), doubts),
            },
            ..nobody
        },
        (PrincipalKind::User, Principal::User { arn, .. })
        | (PrincipalKind::FederatedUser, Principal::FederatedUser { arn, .. }) => Means {
            free: equal(&entry.text, arn, doubts),
            ..nobody
        },
        _ => nobody,
    }
}

/// An entry of which not even the sort is known: it may be about whoever has such an account.
fn unknown(entry: &PrincipalEntry, caller: &Principal, doubts: &mut Doubts) -> Means {
    let accounts = entry.account.as_ref().zip(caller.account());
    let same = accounts.map(|(one, other)| compare(one, other));
    if same == Some(Truth::No) || (same.is_none() && entry.account.is_some()) {
        return Means::NOBODY;
    }
    let whom = Text::literal("whom it means");
    Means::all(doubts.comparison("Principal", &entry.text, &whom))
}

/// The ARN that any session of a role has.
fn any_session(role: &Text) -> Text {
    let mut text = Text::default();
    let Some(fields) = role.fields(5) else {
        return Text::hole(hole(Domain::ANY));
    };
    let [_, partition, _, _, account, rest] = fields.as_slice() else {
        return Text::hole(hole(Domain::ANY));
    };
    text.push_literal("arn:");
    text.push(partition);
    text.push_literal(":sts::");
    text.push(account);
    text.push_literal(":assumed-role/");
    match rest.known().and_then(|rest| rest.rsplit('/').next()) {
        Some(name) => text.push_literal(name),
        None => text.push_hole(hole(Domain::ANY)),
    }
    text.push_literal("/");
    text.push_hole(hole(Domain::IAM_NAME));
    text
}

fn hole(domain: Domain) -> Hole {
    Hole {
        id: ANY_SESSION,
        domain,
        class: None,
    }
}

/// Whether the statement applies because its `NotPrincipal` does not except the caller: a session is
/// excepted by its own ARN together with its role's and its account's.
fn not_excepted(
    principals: &Principals,
    caller: &Principal,
    circumstances: Circumstances,
    doubts: &mut Doubts,
) -> Truth {
    if circumstances.has_boundary && circumstances.effect == Effect::Deny {
        return Truth::Yes;
    }
    let mut means = Means::NOBODY;
    let mut session = Truth::No;
    for entry in &principals.entries {
        let one = of_entry(entry, caller, circumstances, doubts);
        if entry.kind == PrincipalKind::Everybody {
            return Truth::No;
        }
        session = session.or(one.free);
        means = means.or(one);
    }
    !match caller {
        Principal::Role { .. } => session.and(means.role).and(means.account),
        Principal::User { .. } | Principal::FederatedUser { .. } => means.free.and(means.account),
        Principal::Root { .. } => means.account,
        Principal::Service { .. } => means.service,
        Principal::Federated { .. } => means.free,
        Principal::Anonymous => Truth::No,
    }
}

/// Whether two texts are the same, whatever stands in their holes.
#[must_use]
pub fn equal_texts(one: &Text, other: &Text) -> Truth {
    compare(one, other)
}

/// Whether two texts are the same.
pub(super) fn equal(one: &Text, other: &Text, doubts: &mut Doubts) -> Truth {
    match compare(one, other) {
        Truth::Unknown => doubts.comparison("equal", one, other),
        known => known,
    }
}

pub(super) fn compare(one: &Text, other: &Text) -> Truth {
    if let (Some(one), Some(other)) = (one.known(), other.known()) {
        return (one == other).into();
    }
    let (mut pattern, mut subject) = (Run::default(), Run::default());
    pattern.push_text(one, false);
    subject.push_text(other, false);
    Pair {
        pattern: &pattern.symbols,
        pattern_run: &pattern,
        subject: &subject.symbols,
        subject_run: &subject,
        wild: false,
    }
    .compare()
}

/// Whether two accounts are the same; a doubt where one is not known.
pub(super) fn same_account(one: &Text, owner: Option<&Text>, doubts: &mut Doubts) -> Truth {
    match owner {
        Some(owner) => equal(one, owner, doubts),
        None => doubts.on(&Hinge::Owner),
    }
}
