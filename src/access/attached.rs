//! Which identity policies a role, group or user has.

use std::sync::Arc;

use super::{Access, policies_in_blocks};
use crate::iam::{Hinge, Identities as _, Policy, PolicyKind};
use crate::model::graph::{Part, ResourceGraph, ResourceId, Target};
use crate::model::resource::Resource;
use crate::model::source::Span;
use crate::model::value::{Data, Piece, Reference, Referent, Value, Why};
use crate::model::vocabulary::Kind;

/// The identity policies of one role, group or user.
#[derive(Debug, Default)]
pub struct Attached<'g, 'a> {
    /// All that the input shows.
    pub policies: Vec<AttachedPolicy<'g, 'a>>,
    /// Why there may be more, if so: what would tell, and the reason.
    pub perhaps_more: Option<(String, Why)>,
}

/// One identity policy.
#[derive(Debug, Clone)]
pub struct AttachedPolicy<'g, 'a> {
    /// The policy. Of one that lies outside the input nothing is known.
    pub policy: Arc<Policy>,
    /// The resource that attaches it, or writes it inline.
    pub said_by: &'g Resource<'a>,
    /// The ARN of a managed policy that lies outside the input: one of AWS's own, say.
    pub arn: Option<String>,
}

/// How one kind of identity is called in what attaches policies to it.
struct Names {
    inline: Kind,
    /// The list of a shared attachment.
    list: &'static str,
}

fn names(kind: Option<Kind>) -> Option<Names> {
    let (inline, list) = match kind? {
        Kind::Role => (Kind::PolicyInlineRole, "roles"),
        Kind::Group => (Kind::PolicyInlineGroup, "groups"),
        Kind::User => (Kind::PolicyInlineUser, "users"),
        _ => return None,
    };
    Some(Names { inline, list })
}

/// Shared attachments, and policies that name their roles, groups and users themselves.
pub(super) fn sharing(graph: &ResourceGraph<'_>) -> Vec<ResourceId> {
    let sharing = graph.iter().filter(|(_, resource)| {
        let kind = resource.kind();
        let may = [
            Kind::Attachment,
            Kind::PolicyManaged,
            Kind::PolicyInlineMulti,
        ];
        let lists = ["roles", "groups", "users"];
        kind.is_some_and(|kind| may.contains(&kind))
            && lists.iter().any(|list| resource.if_any(list).is_some())
    });
    sharing.map(|(id, _)| id).collect()
}

impl<'g, 'a> Access<'g, 'a> {
    /// The identity policies of a role, group or user: inline ones, and managed ones by every way of
    /// attaching them. A user's groups are left to the caller: see [`Access::groups_of`].
    #[must_use]
    pub fn attached(&self, identity: ResourceId) -> Attached<'g, 'a> {
        let graph = self.graph();
        let resource = graph.get(identity);
        let mut attached = Attached::default();
        let Some(names) = names(resource.kind()) else {
            return attached;
        };
        let inline = graph.parts(identity, names.inline);
        attached.note(
            inline
                .perhaps_more
                .map(|why| (format!("{} policies", resource.address.as_str()), why)),
        );
        for part in inline.found {
            self.inline(part, &mut attached);
        }
        if let Some(list) = resource.get("managed_policy_arns") {
            self.managed_list(list, resource, &mut attached);
        }
        let parts = graph.parts(identity, Kind::Attachment);
        attached.note(parts.perhaps_more.map(|why| {
            (
                format!("policies attached to {}", resource.address.as_str()),
                why,
            )
        }));
        for part in parts.found {
            if let Some(arn) = part.get("policy_arn") {
                self.managed(arn, part.said_by, &mut attached);
            }
        }
        let exclusive = graph.parts(identity, Kind::AttachmentExcl);
        for part in exclusive.found {
            if let Some(list) = part.get("policy_arns") {
                self.managed_list(list, part.said_by, &mut attached);
            }
        }
        self.shared(identity, &names, &mut attached);
        attached
    }

    fn inline(&self, part: Part<'g, 'a>, attached: &mut Attached<'g, 'a>) {
        let Some(policy) = part.get("policy") else {
            return;
        };
        if part.said_by.if_any("policy").is_none() {
            return self.blocks(policy, part.said_by, attached);
        }
        attached.policies.push(AttachedPolicy {
            policy: self.policy(policy),
            said_by: part.said_by,
            arn: None,
        });
    }

    /// Inline policies that are written inside their identity.
    pub(super) fn blocks(
        &self,
        blocks: &'g Value<'a>,
        said_by: &'g Resource<'a>,
        attached: &mut Attached<'g, 'a>,
    ) {
        for (_, policy) in policies_in_blocks(blocks) {
            attached.policies.push(AttachedPolicy {
                policy: self.policy(policy),
                said_by,
                arn: None,
            });
        }
    }

    /// What names several identities at once: a shared attachment, or the policy itself.
    fn shared(&self, identity: ResourceId, names: &Names, attached: &mut Attached<'g, 'a>) {
        let graph = self.graph();
        let kind = graph.get(identity).kind();
        for sharing in &self.sharing {
            let resource = graph.get(*sharing);
            let Some(list) = resource.get(names.list) else {
                continue;
            };
            let elements = match &list.data {
                Data::List(elements) => elements.as_slice(),
                Data::Unknown(why) => {
                    let what = format!("{}.{}", resource.address.as_str(), names.list);
                    attached.note(Some((what, *why)));
                    continue;
                }
                _ => std::slice::from_ref(list),
            };
            let kinds: Vec<_> = kind.into_iter().collect();
            for element in elements {
                match graph.target(element, &kinds) {
                    Target::Resource(id) if id == identity => {}
                    Target::Unknown(why) => {
                        let what = format!("{}.{}", resource.address.as_str(), names.list);
                        attached.note(Some((what, why)));
                        continue;
                    }
                    _ => continue,
                }
                if let Some(arn) = resource.if_any("policy_arn") {
                    self.managed(arn, resource, attached);
                } else if let Some(policy) = resource.get("policy") {
                    attached.policies.push(AttachedPolicy {
                        policy: self.policy(policy),
                        said_by: resource,
                        arn: None,
                    });
                }
            }
        }
    }

    pub(super) fn managed_list(
        &self,
        list: &'g Value<'a>,
        said_by: &'g Resource<'a>,
        attached: &mut Attached<'g, 'a>,
    ) {
        match &list.data {
            Data::List(arns) => {
                for arn in arns {
                    self.managed(arn, said_by, attached);
                }
            }
            Data::Null => {}
            Data::Unknown(why) => {
                let what = name_of_policies(said_by);
                attached.note(Some((what, *why)));
            }
            _ => self.managed(list, said_by, attached),
        }
    }

    pub(super) fn managed(
        &self,
        arn: &'g Value<'a>,
        said_by: &'g Resource<'a>,
        attached: &mut Attached<'g, 'a>,
    ) {
        let (policy, outside) = self.managed_policy(arn, said_by);
        attached.policies.push(AttachedPolicy {
            policy,
            said_by,
            arn: outside,
        });
    }

    /// The managed policy that a value names; one of AWS's own by its embedded text.
    #[must_use]
    pub fn managed_policy(
        &self,
        arn: &'g Value<'a>,
        said_by: &Resource<'a>,
    ) -> (Arc<Policy>, Option<String>) {
        let unknown = |name: String, why: Why, at: Span| {
            let hole = self.holes().named(&name).unknown(why);
            let hinge = Hinge::Hole(hole.id);
            Arc::new(Policy::unknown(name, PolicyKind::Identity, hinge, at))
        };
        match self.graph().target(arn, &[Kind::PolicyManaged]) {
            // A text that is kept elsewhere: the ARN is there, and what it names is not told.
            Target::Resource(id) if self.graph().get(id).kind() != Some(Kind::PolicyManaged) => {
                let name = name_of_policies(said_by);
                (unknown(name, Why::ExternalResource, said_by.origin), None)
            }
            Target::Resource(id) => {
                let resource = self.graph().get(id);
                let own_arn = resource.get("arn").and_then(Value::as_text);
                if let Some(policy) = resource.get("policy") {
                    let by_aws = own_arn.filter(|arn| is_by_aws(arn));
                    return (self.policy(policy), by_aws.map(str::to_owned));
                }
                let known = own_arn.and_then(|arn| self.managed.get(arn, said_by.origin));
                if let Some(policy) = known {
                    return (Arc::new(policy), own_arn.map(str::to_owned));
                }
                let name = format!("{}.policy", resource.address.as_str());
                (unknown(name, Why::ExternalResource, resource.origin), None)
            }
            Target::Outside("") => {
                let name = name_of_policies(said_by);
                (unknown(name, Why::UnexpectedForm, said_by.origin), None)
            }
            Target::Outside(arn) => self.outside(arn, said_by, &unknown),
            Target::Unknown(why) => {
                if let Some(arn) = in_any_partition(arn) {
                    return self.outside(&arn, said_by, &unknown);
                }
                let name = name_of_policies(said_by);
                (unknown(name, why, said_by.origin), None)
            }
        }
    }

    /// A managed policy that is not in the input.
    fn outside(
        &self,
        arn: &str,
        said_by: &Resource<'a>,
        unknown: &dyn Fn(String, Why, Span) -> Arc<Policy>,
    ) -> (Arc<Policy>, Option<String>) {
        let policy = match self.managed.get(arn, said_by.origin) {
            Some(policy) => Arc::new(policy),
            None => unknown(arn.to_owned(), Why::ExternalResource, said_by.origin),
        };
        (policy, Some(arn.to_owned()))
    }
}

/// Whether an ARN is that of a policy that AWS manages.
#[must_use]
pub fn is_by_aws(arn: &str) -> bool {
    arn.contains(":iam::aws:policy/")
}

impl<'g, 'a> Attached<'g, 'a> {
    pub(super) fn push(&mut self, policy: Arc<Policy>, said_by: &'g Resource<'a>) {
        self.policies.push(AttachedPolicy {
            policy,
            said_by,
            arn: None,
        });
    }

    /// Whether there is no policy, and none that the input does not show.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.policies.is_empty() && self.perhaps_more.is_none()
    }

    pub(super) fn note(&mut self, more: Option<(String, Why)>) {
        if self.perhaps_more.is_none() {
            self.perhaps_more = more;
        }
    }
}
/// The ARN of a policy of AWS's own of which only the partition is open: it says the same in all of them.
fn in_any_partition(arn: &Value<'_>) -> Option<String> {
    let Data::Template(pieces) = &arn.data else {
        return None;
    };
    let texts = pieces.iter().map(|piece| match piece {
        Piece::Known(text) => Some(text.as_ref()),
        Piece::Reference(Reference { of, attribute })
            if matches!(of, Referent::Provider(_)) && attribute == "partition" =>
        {
            Some("aws")
        }
        Piece::Reference(_) | Piece::Unknown(_) => None,
    });
    let arn: String = texts.collect::<Option<_>>()?;
    is_by_aws(&arn).then_some(arn)
}

/// What messages call the attribute by which a resource attaches policies.
fn name_of_policies(said_by: &Resource<'_>) -> String {
    let attribute = match said_by.if_any("policy_arn") {
        Some(_) => "policy_arn",
        None => "managed_policy_arns",
    };
    said_by.name_of(attribute)
}
