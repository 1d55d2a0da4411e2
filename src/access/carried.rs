//! Which identity policies a resource itself says, and who holds a managed one.

use std::collections::{BTreeMap, BTreeSet};

use super::attached::{Attached, is_by_aws};
use super::{Access, AttachedPolicy, BLOCKS};
use crate::iam::PolicyKind;
use crate::model::graph::{ResourceGraph, ResourceId, Target};
use crate::model::resource::{Resource, Standing};
use crate::model::value::{Data, Value};
use crate::model::vocabulary::{AttributeRole, Kind};

/// Resources that carry identity policies: as a text of their own, in blocks, or by attaching a managed
/// policy from outside the input.
pub const CARRIERS: &[Kind] = &[
    Kind::PolicyInlineRole,
    Kind::PolicyInlineGroup,
    Kind::PolicyInlineUser,
    Kind::PolicyInlineMulti,
    Kind::PolicyManaged,
    Kind::Role,
    Kind::Group,
    Kind::User,
    Kind::Attachment,
    Kind::AttachmentExcl,
    Kind::Sso,
    Kind::SsoPolicy,
];

/// The attributes that attach managed policies; a boundary allows nothing.
const ATTACHING: &[&str] = &[
    "policy_arn",
    "policy_arns",
    "managed_policy_arn",
    "managed_policy_arns",
    "managed_policies",
];

const IDENTITIES: [(Kind, [&str; 3]); 3] = [
    (Kind::Role, ["role", "role_name", "roles"]),
    (Kind::Group, ["group", "group", "groups"]),
    (Kind::User, ["user", "user", "users"]),
];

/// Who holds a policy, as far as the input shows.
pub(super) type Holders = BTreeMap<ResourceId, Vec<ResourceId>>;

impl<'g, 'a> Access<'g, 'a> {
    /// The identity and endpoint policies that one resource says. Left out is what another resource of
    /// the input says, which is judged there, and what AWS itself manages.
    #[must_use]
    pub fn carried(&self, id: ResourceId) -> Vec<AttachedPolicy<'g, 'a>> {
        let mut carried = self.carried_all(id);
        carried.retain(|one| !one.arn.as_deref().is_some_and(is_by_aws));
        carried
    }

    /// The same, with what AWS itself manages.
    #[must_use]
    pub fn carried_all(&self, id: ResourceId) -> Vec<AttachedPolicy<'g, 'a>> {
        let graph = self.graph();
        let resource = graph.get(id);
        let mut carried = Attached::default();
        for attribute in resource
            .entry
            .into_iter()
            .flat_map(|one| one.row.attributes)
        {
            let path = attribute.canonical();
            let Some(value) = resource.get(&path) else {
                continue;
            };
            if let Some(kind) = attribute.part {
                // What resources of its own say stands inside the owner only because it is read back.
                let parts = graph.parts(id, kind).found;
                if parts
                    .iter()
                    .any(|part| !std::ptr::eq(part.said_by, resource))
                {
                    continue;
                }
            }
            // What is attached elsewhere is read back, but not said here.
            let attaches = attribute.refers.contains(&Kind::PolicyManaged)
                && ATTACHING.contains(&path.as_ref())
                && graph.is_written(id, &path) != Some(false);
            if attribute.role == AttributeRole::Policy {
                if !matches!(value.data, Data::Null) {
                    carried.policies.push(AttachedPolicy {
                        policy: self.policy(value),
                        said_by: resource,
                        arn: None,
                    });
                }
            } else if path == BLOCKS {
                self.blocks(value, resource, &mut carried);
            } else if attaches {
                let is_whole_list = value.as_list().is_none() && attribute.is_list();
                if is_whole_list {
                    self.managed_list(value, resource, &mut carried);
                    continue;
                }
                let list = value.as_list().unwrap_or(std::slice::from_ref(value));
                for arn in list.iter().filter(|arn| !self.is_judged_elsewhere(arn)) {
                    self.managed(arn, resource, &mut carried);
                }
            }
        }
        carried
            .policies
            .retain(|one| matches!(one.policy.kind, PolicyKind::Identity | PolicyKind::Endpoint));
        carried.policies
    }

    /// Whether a managed policy only bounds what others allow: nobody holds it, and somebody is bound by
    /// it.
    #[must_use]
    pub fn only_bounds(&self, policy: ResourceId) -> bool {
        let bounds = self
            .boundaries
            .get_or_init(|| boundaries_of_all(self.graph()));
        bounds.contains(&policy) && self.holders(policy).is_empty()
    }

    /// Whether something in the input attaches a managed policy that it does not tell: it may be any.
    #[must_use]
    pub fn attaches_unknown(&self) -> bool {
        let graph = self.graph();
        graph.iter().any(|(_, resource)| {
            let values = ATTACHING.iter().filter_map(|path| resource.if_any(path));
            let mut arns =
                values.flat_map(|one| one.as_list().unwrap_or(std::slice::from_ref(one)));
            arns.any(|arn| {
                matches!(
                    graph.target(arn, &[Kind::PolicyManaged]),
                    Target::Unknown(_)
                )
            })
        })
    }

    fn is_judged_elsewhere(&self, policy: &Value<'_>) -> bool {
        match self.graph().target(policy, &[Kind::PolicyManaged]) {
            Target::Resource(id) => self.graph().get(id).standing == Standing::Judged,
            Target::Outside(_) | Target::Unknown(_) => false,
        }
    }

    /// The roles, groups and users of the input that hold what this resource carries.
    #[must_use]
    pub fn holders(&self, carrier: ResourceId) -> Vec<ResourceId> {
        let graph = self.graph();
        let resource = graph.get(carrier);
        let mut holders = match resource.kind() {
            Some(Kind::Role | Kind::Group | Kind::User) => vec![carrier],
            _ => named_by(graph, resource),
        };
        if resource.kind() == Some(Kind::PolicyManaged) {
            let known = self.holders.get_or_init(|| holders_of_all(graph));
            holders.extend(known.get(&carrier).into_iter().flatten());
        }
        holders.sort_unstable();
        holders.dedup();
        holders
    }
}

/// The managed policies that are the boundary of somebody.
fn boundaries_of_all(graph: &ResourceGraph<'_>) -> BTreeSet<ResourceId> {
    let identities = graph.iter().map(|(_, resource)| resource);
    let named = identities.filter_map(|resource| resource.if_any("permissions_boundary"));
    let targets = named.map(|boundary| graph.target(boundary, &[Kind::PolicyManaged]));
    let found = targets.filter_map(|target| match target {
        Target::Resource(id) => Some(id),
        _ => None,
    });
    found.collect()
}

/// The identities that an attachment, an inline policy or a shared policy names.
fn named_by(graph: &ResourceGraph<'_>, resource: &Resource<'_>) -> Vec<ResourceId> {
    let mut found = Vec::new();
    for (kind, paths) in IDENTITIES {
        for value in paths.iter().filter_map(|path| resource.if_any(path)) {
            let list = value.as_list().unwrap_or(std::slice::from_ref(value));
            found.extend(
                list.iter()
                    .filter_map(|one| match graph.target(one, &[kind]) {
                        Target::Resource(id) => Some(id),
                        _ => None,
                    }),
            );
        }
    }
    found
}

/// Every managed policy of the input with those to whom it is attached.
fn holders_of_all(graph: &ResourceGraph<'_>) -> Holders {
    let mut holders = Holders::new();
    for (id, resource) in graph.iter() {
        let named = match resource.kind() {
            Some(Kind::Role | Kind::Group | Kind::User) => vec![id],
            Some(Kind::Attachment | Kind::AttachmentExcl) => named_by(graph, resource),
            _ => continue,
        };
        for value in ATTACHING.iter().filter_map(|path| resource.if_any(path)) {
            for arn in value.as_list().unwrap_or(std::slice::from_ref(value)) {
                if let Target::Resource(policy) = graph.target(arn, &[Kind::PolicyManaged]) {
                    holders.entry(policy).or_default().extend(&named);
                }
            }
        }
    }
    holders
}
