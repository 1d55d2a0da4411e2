//! Who could come to data: the identities of the input, and those from outside whom its policies name.

use std::collections::BTreeSet;
use std::sync::OnceLock;

use super::Data;
use super::chains::{SERVICES, may};
use rayon::prelude::*;

use crate::access::{Access, Caller, Encryption, Object};
use crate::iam::policy::{Effect, PrincipalEntry, PrincipalKind};
use crate::iam::{Action, Policy, Principal, Text};
use crate::model::graph::{ResourceId, Target};
use crate::model::truth::Truth;
use crate::model::vocabulary::Kind;

/// Somebody who could come to data.
#[derive(Debug, Clone)]
pub(super) struct Actor {
    /// With what they may do.
    pub(super) caller: Caller,
    /// Where they come from.
    pub(super) from: From,
    /// They are of a group that notebooks are meant for.
    pub(super) is_designated: bool,
    /// The groups of a user: who gets in as a member of one of them needs no mention of their own.
    pub(super) groups: Vec<ResourceId>,
    /// A policy of theirs may allow to assume roles.
    pub(super) may_assume: bool,
    /// A policy of theirs may allow to pass roles.
    pub(super) may_pass: bool,
    /// By which action they have each of the services run something, once somebody asks.
    pub(super) creates: [OnceLock<Option<&'static str>>; SERVICES.len()],
}

/// Where somebody comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum From {
    /// A role, a user or the members of a group of the input.
    Input(ResourceId),
    /// An account of the estate's own: named by a policy, and not in the input.
    OwnAccount,
    /// Anybody in the account of the data.
    AnyoneInAccount,
    /// An account that is not the estate's own, for certain or perhaps.
    Foreign(Truth),
    /// Anywhere.
    Anywhere,
}

impl Actor {
    fn new(caller: Caller, from: From) -> Self {
        Self {
            may_assume: may(&caller, &Action::named("sts:AssumeRole")),
            may_pass: may(&caller, &Action::named("iam:PassRole")),
            caller,
            from,
            is_designated: false,
            groups: Vec::new(),
            creates: Default::default(),
        }
    }

    pub(super) fn id(&self) -> Option<ResourceId> {
        match self.from {
            From::Input(id) => Some(id),
            _ => None,
        }
    }
}

/// The roles, users, groups and permission sets of the input, in its order.
pub(super) fn actors(access: &Access<'_, '_>, designated: &[ResourceId]) -> Vec<Actor> {
    let graph = access.graph();
    let identities = graph.iter().filter(|(id, resource)| {
        let kind = resource.kind();
        matches!(kind, Some(Kind::Role | Kind::User))
            && resource.standing.is_whole()
            && !graph.is_replaced(*id)
    });
    let identities: Vec<_> = identities.map(|(id, _)| id).collect();
    let own = identities.par_iter().filter_map(|id| {
        let caller = access.caller(*id)?;
        let groups = match graph.get(*id).kind() {
            Some(Kind::User) => access.groups_of(*id).0,
            _ => Vec::new(),
        };
        Some(Actor {
            is_designated: groups.iter().any(|group| designated.contains(group)),
            groups,
            ..Actor::new(caller, From::Input(*id))
        })
    });
    let mut actors: Vec<Actor> = own.collect();
    let collectives = access.collectives().into_iter();
    let collective = collectives
        // Of what the input only names, that policies are not known is no news.
        .filter(|person| person.more.is_none() && !graph.is_replaced(person.id));
    actors.extend(collective.map(|person| Actor {
        is_designated: designated.contains(&person.id),
        ..Actor::new(person.caller, From::Input(person.id))
    }));
    actors.sort_by_key(Actor::id);
    actors
}

/// Whom the policies of a bucket, of its access points and of its key name, and who is not in the input.
pub(super) fn outsiders(access: &Access<'_, '_>, data: &Data) -> Vec<Actor> {
    let mut policies: Vec<&Policy> = data.bucket.policy().into_iter().collect();
    policies.extend(data.points.iter().filter_map(Object::policy));
    if let Encryption::Key(key) = &data.encryption {
        policies.extend(key.policy());
        policies.extend(key.granted());
    }
    of_policies(access, &data.bucket, &policies)
}

/// The same for anything else.
pub(super) fn outsiders_of(access: &Access<'_, '_>, object: &Object) -> Vec<Actor> {
    let policies: Vec<&Policy> = object
        .policy()
        .into_iter()
        .chain(object.granted())
        .collect();
    of_policies(access, object, &policies)
}

/// The services of AWS that the policy of a resource names.
pub(super) fn services_of(access: &Access<'_, '_>, object: &Object) -> Vec<Actor> {
    let mut names = BTreeSet::new();
    for statement in object.policy().iter().flat_map(|policy| &policy.statements) {
        let principals = statement.principals.iter().filter(|one| !one.negated);
        let entries = principals.flat_map(|one| &one.entries);
        let services = entries.filter(|entry| entry.kind == PrincipalKind::Service);
        names.extend(services.filter_map(|entry| entry.text.known()));
    }
    let services = names.into_iter().map(|name| {
        let service = Principal::Service {
            name: Text::from(name),
        };
        Actor::new(access.outsider(service, name), From::OwnAccount)
    });
    services.collect()
}

fn of_policies(access: &Access<'_, '_>, data: &Object, policies: &[&Policy]) -> Vec<Actor> {
    let mut found = Vec::new();
    let mut seen = BTreeSet::new();
    let statements = policies.iter().flat_map(|policy| &policy.statements);
    let allowing = statements.filter(|one| one.effect == Effect::Allow);
    let principals = allowing.filter_map(|one| one.principals.as_ref());
    let entries = principals
        .filter(|one| !one.negated)
        .flat_map(|one| &one.entries);
    for entry in entries {
        let name = access.show(&entry.text);
        if seen.insert(name.clone()) {
            found.extend(outsider(access, data, entry, &name));
        }
    }
    if let Some(account) = &data.owner {
        let anyone = data.role_beside(account, "anyone in the account");
        let mut caller = access.outsider(anyone, "everybody in the account");
        caller.identity.clear();
        found.push(Actor::new(caller, From::AnyoneInAccount));
    }
    found.push(Actor::new(access.stranger(data), From::Anywhere));
    found
}

/// Whom an entry of `Principal` names, unless they are in the input or a service, or the entry leaves it to
/// their account.
fn outsider(
    access: &Access<'_, '_>,
    data: &Object,
    entry: &PrincipalEntry,
    name: &str,
) -> Option<Actor> {
    let account = entry.account.clone()?;
    let resource = access.graph().get(data.id?);
    let is_own = access.is_own_account(resource, &account).0;
    let principal = match entry.kind {
        // The identities of the account's own are in the input, or are not seen.
        PrincipalKind::Account if is_own == Truth::Yes => return None,
        PrincipalKind::Account => data.role_beside(&account, "whoever it likes"),
        PrincipalKind::Role | PrincipalKind::Session => Principal::Role {
            arn: entry.text.clone(),
            account: account.clone(),
            session: None,
        },
        PrincipalKind::User | PrincipalKind::FederatedUser => Principal::User {
            arn: entry.text.clone(),
            account: account.clone(),
        },
        _ => return None,
    };
    if is_in_input(access, &entry.text) {
        return None;
    }
    let from = match is_own {
        Truth::Yes => From::OwnAccount,
        Truth::No => From::Foreign(Truth::Yes),
        Truth::Unknown => From::Foreign(Truth::Unknown),
    };
    let name = match entry.kind {
        PrincipalKind::Account => format!("the account {}", access.show(&account)),
        _ => name.to_owned(),
    };
    Some(Actor::new(access.with_everything(principal, &name), from))
}

fn is_in_input(access: &Access<'_, '_>, arn: &Text) -> bool {
    let graph = access.graph();
    if let Some(known) = arn.known()
        && let Target::Resource(id) = graph.named(&[Kind::Role, Kind::User], known)
    {
        return graph.get(id).standing.is_whole();
    }
    // The identity of a role that is not made yet stands in the place of its name.
    arn.holes().next().is_some()
        && graph.iter().any(|(id, resource)| {
            matches!(resource.kind(), Some(Kind::Role | Kind::User))
                && access.arn(id).as_ref() == Some(arn)
        })
}

/// Whom the trust policy of a role names from other accounts.
pub(super) fn trusted(access: &Access<'_, '_>, role: &Object) -> Vec<Actor> {
    let policies: Vec<&Policy> = role.policy().into_iter().collect();
    let mut actors = of_policies(access, role, &policies);
    actors.retain(|actor| matches!(actor.from, From::Foreign(_) | From::Anywhere));
    actors
}
