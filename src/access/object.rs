//! What a request is about, with the policy that it carries.

use std::sync::Arc;

use super::{Access, Caller, account_of};
use crate::iam::text::Piece;
use crate::iam::{
    Hinge, Identities as _, Policy, PolicyKind, Principal, Text, default_key_policy,
    inviting_bucket_policy,
};
use crate::model::graph::{ResourceId, Target};
use crate::model::resource::Resource;
use crate::model::source::Span;
use crate::model::value::{Map, Value, Why};
use crate::model::vocabulary::Kind;

/// What a request is about, with the policy that it carries.
#[derive(Debug, Clone)]
pub struct Object {
    /// The ARN.
    pub arn: Text,
    /// The resource that it is, or lies in, if it is one of the input.
    pub id: Option<ResourceId>,
    /// What messages call it.
    pub name: String,
    /// The account that owns it; none where that is not known.
    pub owner: Option<Text>,
    /// The region that it is in; none where that is not known.
    pub region: Option<Text>,
    pub(super) policy: Option<Arc<Policy>>,
    pub(super) grants: Option<Arc<Policy>>,
    pub(super) resource_control: Vec<Vec<Arc<Policy>>>,
    pub(super) tags: Vec<(String, Text)>,
}

/// Stands for the account of somebody whom nobody knows. No digits, and spaces in names: it is none of the
/// accounts, roles and buckets that are not told.
const STRANGER: &str = "another-account";

impl Object {
    /// A role in the same partition of AWS that nobody can have made, if its name has a space: none that is not
    /// told is this one.
    #[must_use]
    pub fn role_beside(&self, account: &Text, name: &str) -> Principal {
        let mut arn = Text::literal("arn:");
        arn.push(&self.partition());
        arn.push_literal(":iam::");
        arn.push(account);
        arn.push_literal(":role/");
        arn.push_literal(name);
        Principal::Role {
            arn,
            account: account.clone(),
            session: None,
        }
    }

    fn partition(&self) -> Text {
        let fields = self.arn.fields(5);
        let partition = fields.and_then(|fields| fields.into_iter().nth(1));
        partition.unwrap_or_else(|| "aws".into())
    }

    /// Something else of this ARN in the same account and region, of which no more is known.
    #[must_use]
    pub fn neighbour(self, arn: Text, name: impl Into<String>) -> Self {
        Self {
            arn,
            id: None,
            name: name.into(),
            policy: None,
            grants: None,
            tags: Vec::new(),
            ..self
        }
    }

    /// What lies inside it: an object of this key in a bucket.
    #[must_use]
    pub fn below(&self, end: &Text) -> Self {
        let mut below = self.clone();
        below.arn.push_literal("/");
        below.arn.push(end);
        below
    }

    /// The grants on it, as statements.
    #[must_use]
    pub fn granted(&self) -> Option<&Policy> {
        self.grants.as_deref()
    }

    /// The same without its grants.
    #[must_use]
    pub fn without_grants(self) -> Self {
        Self {
            grants: None,
            ..self
        }
    }

    /// The policy that it carries: AWS's own where none is written.
    #[must_use]
    pub fn policy(&self) -> Option<&Policy> {
        self.policy.as_deref()
    }

    /// The same, of which it is taken for granted that its own policy admits a caller: the caller's
    /// policies alone decide, as within an account.
    #[must_use]
    pub fn admitting(self, caller: &Caller) -> Self {
        Self {
            owner: caller.principal.account().cloned(),
            policy: None,
            ..self
        }
    }
}

impl Access<'_, '_> {
    /// A resource of the input as what a request is about.
    #[must_use]
    pub fn object(&self, id: ResourceId) -> Object {
        let resource = self.graph().get(id);
        let arn = self.arn(id).unwrap_or_else(|| {
            let name = format!("{}.arn", resource.address.as_str());
            Text::hole(self.holes().named(&name).unknown(Why::KnownAfterApply))
        });
        let owner = account_of(&arn).filter(|account| account.known() != Some(""));
        let owner = owner.unwrap_or_else(|| self.account(resource));
        let is_key = Kind::KEYS.contains(&resource.kind().unwrap_or(Kind::Bucket));
        Object {
            id: Some(id),
            name: resource.address.as_str().to_owned(),
            policy: self.own_policy(id, &owner),
            grants: if is_key { self.grants(id) } else { None },
            resource_control: self.controls(PolicyKind::ResourceControl, &owner),
            region: Some(self.region(resource)),
            owner: (resource.standing.is_whole() || arn_has_account(&arn)).then_some(owner),
            tags: self.tags(resource),
            arn,
        }
    }

    /// An object in a bucket of somebody whom nobody knows, and who wants others to bring data.
    #[must_use]
    pub fn strangers_object(&self, beside: &Object) -> Object {
        let mut arn = Text::literal("arn:");
        arn.push(&beside.partition());
        arn.push_literal(":s3:::a bucket of somebody else/an object");
        Object {
            arn,
            id: None,
            name: "a bucket of somebody else".to_owned(),
            policy: Some(Arc::new(inviting_bucket_policy(Span::NOWHERE))),
            grants: None,
            resource_control: Vec::new(),
            owner: Some(STRANGER.into()),
            region: None,
            tags: Vec::new(),
        }
    }

    /// Whoever owns it, with permissions of their own for everything.
    #[must_use]
    pub fn stranger(&self, beside: &Object) -> Caller {
        let principal = beside.role_beside(&STRANGER.into(), "any body");
        self.with_everything(principal, "anybody at all")
    }

    /// Something outside the input as what a request is about: a policy of its own may say anything.
    #[must_use]
    pub fn foreign_object(&self, arn: &Text, name: &str) -> Object {
        let fields = arn.fields(5);
        let field = |at: usize| fields.as_ref().and_then(|fields| fields.get(at)).cloned();
        let given = |text: &Text| text.known() != Some("");
        let service = field(2).and_then(|text| text.known().map(str::to_owned));
        let kind = match service.as_deref() {
            Some("s3") => Some((PolicyKind::Bucket, "bucket policy")),
            Some("kms") => Some((PolicyKind::Key, "key policy")),
            Some("ecr") => Some((PolicyKind::Repository, "repository policy")),
            _ => None,
        };
        let policy = kind.map(|(kind, words)| {
            let what = format!("the {words} of {name}");
            let hole = self.holes().named(&what).unknown(Why::ExternalResource);
            let at = Span::NOWHERE;
            Arc::new(Policy::unknown(what, kind, Hinge::Hole(hole.id), at))
        });
        Object {
            id: None,
            name: name.to_owned(),
            owner: field(4).filter(given),
            region: field(3).filter(given),
            policy,
            grants: None,
            resource_control: Vec::new(),
            tags: Vec::new(),
            arn: arn.clone(),
        }
    }

    /// Everything, for an action that is about nothing in particular.
    #[must_use]
    pub fn no_object(&self, caller: &Caller) -> Object {
        Object {
            arn: "*".into(),
            id: None,
            name: "*".to_owned(),
            owner: caller.principal.account().cloned(),
            // A workload calls services of its own region.
            region: caller.id.map(|id| self.region(self.graph().get(id))),
            policy: None,
            grants: None,
            resource_control: Vec::new(),
            tags: Vec::new(),
        }
    }

    /// The one policy that a resource carries; AWS's own where none is written.
    fn own_policy(&self, id: ResourceId, owner: &Text) -> Option<Arc<Policy>> {
        let resource = self.graph().get(id);
        let kind = match resource.kind()? {
            Kind::Role => {
                if let Some(trust) = resource.get("assume_role_policy") {
                    return Some(self.policy(trust));
                }
                let what = format!("the trust policy of {}", resource.address.as_str());
                let (why, kind) = (Why::ExternalResource, PolicyKind::Trust);
                return Some(self.unknown_policy(what, why, kind, resource));
            }
            Kind::KmsKey | Kind::KmsKeyReplica | Kind::KmsKeyExternal => PolicyKind::Key,
            Kind::KmsAlias => {
                return self
                    .key_of_alias(id)
                    .and_then(|key| self.own_policy(key, owner));
            }
            Kind::Bucket | Kind::AccessPoint => PolicyKind::Bucket,
            Kind::Repository => PolicyKind::Repository,
            _ => return None,
        };
        let of = self.policies_of(id);
        let words = kind.words();
        let name = resource.address.as_str();
        let perhaps = if resource.standing.is_whole() {
            of.perhaps_more
        } else {
            Some(Why::ExternalResource)
        };
        match of.policies.as_slice() {
            [one] => Some(Arc::clone(&one.policy)),
            [] => match perhaps {
                Some(why) => {
                    let what = format!("the {words} of {name}");
                    Some(self.unknown_policy(what, why, kind, resource))
                }
                None if kind == PolicyKind::Key => {
                    Some(Arc::new(default_key_policy(owner, resource.origin)))
                }
                None => None,
            },
            [_, ..] => {
                let what = format!("which of its policies counts for {name}");
                Some(self.unknown_policy(what, Why::SeveralMatch, kind, resource))
            }
        }
    }

    /// The key that an alias stands for.
    #[must_use]
    pub fn key_of_alias(&self, alias: ResourceId) -> Option<ResourceId> {
        let resource = self.graph().get(alias);
        let target = ["target_key_id", "target_key_arn"];
        let target = target.iter().find_map(|path| resource.if_any(path))?;
        let kinds = [Kind::KmsKey, Kind::KmsKeyReplica, Kind::KmsKeyExternal];
        match self.graph().target(target, &kinds) {
            Target::Resource(id) => Some(id),
            _ => None,
        }
    }

    pub(super) fn tags(&self, resource: &Resource<'_>) -> Vec<(String, Text)> {
        let tags = resource.if_any("tags").and_then(Value::as_map);
        let tags = tags.into_iter().flat_map(Map::iter);
        let name = format!("{}.tags", resource.address.as_str());
        tags.filter_map(|(key, value)| Some((key.to_owned(), self.text(value, &name)?)))
            .collect()
    }

    pub(super) fn unknown_policy(
        &self,
        what: String,
        why: Why,
        kind: PolicyKind,
        of: &Resource<'_>,
    ) -> Arc<Policy> {
        let hole = self.holes().named(&what).unknown(why);
        Arc::new(Policy::unknown(what, kind, Hinge::Hole(hole.id), of.origin))
    }
}

fn arn_has_account(arn: &Text) -> bool {
    account_of(arn).is_some_and(|account| account.known() != Some(""))
}

/// Whether an entry of `Resource` is a bucket or what lies in it, by the bucket's whole name.
#[must_use]
pub fn is_of_bucket(entry: &Text, bucket: &Text) -> bool {
    let of = |text: &Text| {
        let rest = text.fields(5)?.into_iter().nth(5)?;
        let mut name = Text::default();
        for piece in rest.pieces() {
            match piece {
                Piece::Hole(hole) => name.push_hole(*hole),
                Piece::Literal(text) => match text.split_once('/') {
                    Some((before, _)) => {
                        name.push_literal(before);
                        break;
                    }
                    None => name.push_literal(text),
                },
            }
        }
        Some(name)
    };
    of(entry).is_some_and(|name| Some(name) == of(bucket))
}
