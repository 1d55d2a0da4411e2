//! The policies that resources carry: a key's, a bucket's, an endpoint's, a repository's; and which
//! accounts are the estate's own.

use std::sync::Arc;

use super::Access;
use super::admission::hinges;
use crate::iam::{Hinge, Policy, Text, equal_texts};
use crate::model::graph::{ResourceId, Target};
use crate::model::resource::{Resource, Standing};
use crate::model::truth::Truth;
use crate::model::value::{ProviderId, Value, Why};
use crate::model::vocabulary::{AttributeRole, Kind};

/// The policies of one resource.
#[derive(Debug, Default)]
pub struct ResourcePolicies<'g, 'a> {
    /// All that the input shows. Where none is written and none may be, AWS's default counts.
    pub policies: Vec<ResourcePolicy<'g, 'a>>,
    /// Why there may be another one, if so.
    pub perhaps_more: Option<Why>,
    /// Resources that held its policy, and that the change deletes.
    pub deleted: Vec<&'g Resource<'a>>,
}

/// A policy that a resource carries.
#[derive(Debug, Clone)]
pub struct ResourcePolicy<'g, 'a> {
    /// The policy.
    pub policy: Arc<Policy>,
    /// As written.
    pub value: &'g Value<'a>,
    /// The resource that says it: the carrier, or one of its own.
    pub said_by: &'g Resource<'a>,
}

/// What kind of resource holds the policy of another one.
fn holder(kind: Option<Kind>) -> Option<Kind> {
    Some(match kind? {
        Kind::KmsKey | Kind::KmsKeyReplica | Kind::KmsKeyExternal => Kind::PolicyKey,
        Kind::Bucket => Kind::PolicyBucket,
        Kind::AccessPoint => Kind::PolicyAp,
        Kind::Endpoint => Kind::EndpointPolicy,
        Kind::Repository => Kind::PolicyRepo,
        _ => return None,
    })
}

impl<'g, 'a> Access<'g, 'a> {
    /// The policies of a resource, its own attribute and resources of their own together. A resource
    /// that holds the policy of another one carries just that.
    #[must_use]
    pub fn policies_of(&self, id: ResourceId) -> ResourcePolicies<'g, 'a> {
        let graph = self.graph();
        let resource = graph.get(id);
        let mut of = ResourcePolicies::default();
        let own = policy_of(resource);
        let Some(holder) = holder(resource.kind()) else {
            of.policies
                .extend(own.map(|(value, _)| self.said(value, resource)));
            return of;
        };
        let parts = graph.parts(id, holder);
        let said = parts
            .found
            .iter()
            .filter_map(|part| Some((policy_of(part.said_by)?.0, part.said_by)));
        of.policies
            .extend(said.map(|(value, by)| self.said(value, by)));
        of.perhaps_more = parts.perhaps_more;
        of.deleted = parts.deleted;
        let is_own = |by: &&Resource<'_>| std::ptr::eq(*by, resource);
        if parts.found.iter().any(|part| !is_own(&part.said_by)) {
            // A resource has one policy: where one is found, no other is missing.
            of.perhaps_more = None;
        } else if of.policies.is_empty()
            && of.deleted.is_empty()
            && let Some((value, is_part)) = own
            && (value.why_unknown().is_some() || !is_part)
        {
            of.policies.push(self.said(value, resource));
            of.perhaps_more = graph.incomplete_for(id);
        }
        of
    }

    fn said(&self, value: &'g Value<'a>, said_by: &'g Resource<'a>) -> ResourcePolicy<'g, 'a> {
        ResourcePolicy {
            policy: self.policy(value),
            value,
            said_by,
        }
    }

    /// Whether a resource that holds the policy of another one is judged with its owner: one that the
    /// estate judges.
    #[must_use]
    pub fn is_judged_with_owner(&self, part: &Resource<'_>) -> bool {
        let owner = part.entry.and_then(|entry| entry.row.owner);
        let of_bucket =
            (part.kind() == Some(Kind::AccessPoint)).then_some(("bucket", Kind::Bucket));
        let owner = owner
            .map(|owner| (owner.attribute, owner.kind))
            .or(of_bucket);
        let named = owner.and_then(|(attribute, kind)| Some((part.get(attribute)?, kind)));
        named.is_some_and(|(value, kind)| match self.graph().target(value, &[kind]) {
            Target::Resource(id) => {
                let owner = self.graph().get(id);
                let is_owner =
                    owner.kind() == Some(Kind::Bucket) || holder(owner.kind()) == part.kind();
                is_owner && owner.standing == Standing::Judged || self.is_judged_with_owner(owner)
            }
            _ => false,
        })
    }

    /// The access points of a bucket, as far as their bucket can be told.
    #[must_use]
    pub fn access_points(&self, bucket: ResourceId) -> Vec<ResourceId> {
        let graph = self.graph();
        let points = self.points.iter().filter(|point| {
            let of = graph.get(**point).get("bucket");
            of.is_some_and(|of| graph.target(of, &[Kind::Bucket]) == Target::Resource(bucket))
        });
        points.copied().collect()
    }

    /// Whether an account is the estate's own: the one that a resource is in, or another one that the
    /// input works in. What it hinges on, where that cannot be told.
    #[must_use]
    pub fn is_own_account(&self, resource: &Resource<'_>, account: &Text) -> (Truth, Vec<Hinge>) {
        let own = resource.provider.unwrap_or_default();
        self.is_account_of(
            [own].into_iter().chain(self.providers.iter().copied()),
            account,
        )
    }

    /// Whether an account is one that the input works in, likewise.
    pub(super) fn is_worked_in(&self, account: &Text) -> (Truth, Vec<Hinge>) {
        self.is_account_of(self.providers.iter().copied(), account)
    }

    fn is_account_of(
        &self,
        providers: impl Iterator<Item = ProviderId>,
        account: &Text,
    ) -> (Truth, Vec<Hinge>) {
        let mut holes = self.holes();
        let mut accounts: Vec<_> = providers.map(|id| holes.account(id)).collect();
        drop(holes);
        // Who says which accounts are theirs says of one that is not told that it is among them.
        let own = &self.settings.own_accounts;
        if !own.is_empty() {
            accounts.retain(|account| account.known().is_some());
            accounts.extend(own.iter().map(|own| own.as_str().into()));
        }
        let mut unknown = Vec::new();
        for own in &accounts {
            match equal_texts(own, account) {
                Truth::Yes => return (Truth::Yes, Vec::new()),
                Truth::No => {}
                Truth::Unknown => {
                    for hinge in hinges(account).into_iter().chain(hinges(own)) {
                        if !unknown.contains(&hinge) {
                            unknown.push(hinge);
                        }
                    }
                }
            }
        }
        if unknown.is_empty() {
            (Truth::No, unknown)
        } else {
            (Truth::Unknown, unknown)
        }
    }
}

/// The attribute that is a policy, and whether it is a part of the resource that a resource of its own
/// can say as well.
fn policy_of<'g, 'a>(resource: &'g Resource<'a>) -> Option<(&'g Value<'a>, bool)> {
    let attributes = resource.entry?.row.attributes;
    let attribute = attributes
        .iter()
        .find(|attribute| attribute.role == AttributeRole::Policy)?;
    let value = resource.get(&attribute.canonical())?;
    // What a provider reads back where there is none.
    let is_written = value.as_text() != Some("");
    is_written.then_some((value, attribute.part.is_some()))
}
