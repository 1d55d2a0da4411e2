//! Who could be a person, and what they may do: users, groups, roles that people assume, permission sets
//! of IAM Identity Center.
//!
//! A group is no principal: what it allows is asked for a member of whom nothing else is known.
//!
//! Source: IAM User Guide, "IAM identities (users, user groups, and roles)"; IAM Identity Center User
//! Guide, "Permission sets".

use std::sync::Arc;

use super::attached::Attached;
use super::{Access, Caller, Object, allows};
use crate::iam::policy::{PrincipalEntry, PrincipalKind, Statement};
use crate::iam::text::Domain;
use crate::iam::{
    Action, Hinge, Identities as _, Policy, PolicyKind, Principal, Text, default_key_policy,
};
use crate::model::graph::{ResourceId, Target};
use crate::model::resource::{Resource, Standing};
use crate::model::source::Span;
use crate::model::truth::Truth;
use crate::model::value::{ProviderId, Reference, Referent, Value, Why};
use crate::model::vocabulary::Kind;

/// An identity of the input that a person may have.
#[derive(Debug, Clone)]
pub struct Person {
    /// The user, group, role or permission set; what attaches a policy to a group outside the input.
    pub id: ResourceId,
    /// What it is.
    pub sort: Sort,
    /// It as a caller: a user without groups, any member of a group.
    pub caller: Caller,
    /// A user with what groups allow and deny; the members of a group likewise.
    pub whole: Vec<Caller>,
    /// Whether people have it: of a role, its trust policy may leave that open.
    pub is_for_people: Truth,
    /// What the input does not show of it, though it names it: a group that another root makes.
    pub more: Option<(String, Why)>,
    /// The name of a group, where it is known.
    pub name: Option<String>,
}

/// What sort of identity it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sort {
    /// An IAM user.
    User,
    /// An IAM group.
    Group,
    /// A role.
    Role,
    /// A permission set of IAM Identity Center.
    PermissionSet,
}

/// Issuers of tokens for software: pipelines and clusters, not people.
const FOR_SOFTWARE: [&str; 7] = [
    "oidc.eks.",
    "token.actions.githubusercontent.com",
    "gitlab",
    "app.terraform.io",
    "api.bitbucket.org",
    "oidc.circleci.com",
    "agent.buildkite.com",
];

impl<'g, 'a> Access<'g, 'a> {
    /// Every identity of the input that people may have, in its order: those that data sources show count
    /// by what the input attaches to them.
    #[must_use]
    pub fn people(&self) -> Vec<Person> {
        let mut people = Vec::new();
        for (id, resource) in self.graph().iter() {
            let is_whole = resource.standing.is_whole();
            match resource.kind() {
                Some(Kind::User) if is_whole => people.extend(self.user(id)),
                Some(Kind::Group | Kind::Sso) => people.extend(self.collective(id, resource)),
                Some(Kind::Role) if is_whole => people.extend(self.role(id, resource)),
                Some(
                    Kind::PolicyInlineGroup
                    | Kind::PolicyInlineMulti
                    | Kind::PolicyManaged
                    | Kind::Attachment,
                ) if is_whole => people.extend(self.groups_outside(id, resource)),
                _ => {}
            }
        }
        people
    }

    /// The groups and permission sets of the input, in its order.
    #[must_use]
    pub fn collectives(&self) -> Vec<Person> {
        let all = self.graph().iter();
        all.filter_map(|(id, resource)| self.collective(id, resource))
            .collect()
    }

    fn collective(&self, id: ResourceId, resource: &'g Resource<'a>) -> Option<Person> {
        let is_set =
            resource.standing.is_whole() && resource.if_any("permission_set_arn").is_none();
        match resource.kind()? {
            Kind::Group => Some(self.group(id, resource)),
            Kind::Sso if is_set => Some(self.permission_set(id, resource)),
            _ => None,
        }
    }

    fn user(&self, id: ResourceId) -> Option<Person> {
        let whole = self.caller(id)?;
        let own = self.attached(id);
        let caller = self.with_policies(whole.clone(), own);
        Some(Person {
            id,
            sort: Sort::User,
            caller,
            whole: vec![whole],
            is_for_people: Truth::Yes,
            more: None,
            name: None,
        })
    }

    fn role(&self, id: ResourceId, resource: &'g Resource<'a>) -> Option<Person> {
        let trust = self.graph().get(id).get("assume_role_policy")?;
        let is_for_people = admits_people(&self.policy(trust));
        if is_for_people == Truth::No {
            return None;
        }
        let caller = self.caller(id)?;
        let why = resource.get("assume_role_policy");
        let why = why.and_then(Value::why_unknown);
        let more = (is_for_people == Truth::Unknown).then(|| {
            let what = resource.name_of("assume_role_policy");
            (what, why.unwrap_or(Why::KnownAfterApply))
        });
        Some(Person {
            id,
            sort: Sort::Role,
            caller,
            whole: Vec::new(),
            is_for_people,
            more,
            name: None,
        })
    }

    fn group(&self, id: ResourceId, resource: &'g Resource<'a>) -> Person {
        let name = resource.get("name").and_then(Value::as_text);
        let caller = self.member(resource);
        let caller = self.with_policies(caller, self.attached(id));
        let more = (resource.standing == Standing::Context).then(|| {
            let what = format!("policies of the group {}", resource.address.as_str());
            (what, Why::ExternalResource)
        });
        Person {
            id,
            sort: Sort::Group,
            whole: self.members(id),
            caller,
            is_for_people: Truth::Yes,
            more,
            name: name.map(str::to_owned),
        }
    }

    /// The users of the input that are members of a group for certain.
    fn members(&self, group: ResourceId) -> Vec<Caller> {
        let users = self.graph().iter().filter(|(_, resource)| {
            resource.kind() == Some(Kind::User) && resource.standing.is_whole()
        });
        let in_it = users.filter(|(id, _)| self.groups_of(*id).0.contains(&group));
        // Only who is bounded, or holds policies of their own, may do less than the group allows.
        let narrowed = in_it.filter(|(id, resource)| {
            resource.get("permissions_boundary").is_some() || !self.attached(*id).is_empty()
        });
        narrowed.filter_map(|(id, _)| self.caller(id)).collect()
    }

    /// Groups that the input only names, by what attaches policies to them.
    fn groups_outside(&self, id: ResourceId, resource: &'g Resource<'a>) -> Vec<Person> {
        let graph = self.graph();
        let named = ["group", "groups"];
        let named = named.iter().filter_map(|path| graph.get(id).if_any(path));
        let named = named.flat_map(|value| value.as_list().unwrap_or(std::slice::from_ref(value)));
        let mut people = Vec::new();
        for value in named {
            let (name, why) = match graph.target(value, &[Kind::Group]) {
                Target::Resource(_) | Target::Outside("") => continue,
                Target::Outside(name) => (Some(name.to_owned()), Why::ExternalResource),
                Target::Unknown(why) => (None, why),
            };
            let mut attached = Attached::default();
            let said_by = graph.get(id);
            if let Some(arn) = said_by.if_any("policy_arn") {
                self.managed(arn, said_by, &mut attached);
            } else if let Some(policy) = said_by.get("policy") {
                attached.push(self.policy(policy), said_by);
            }
            let called = match &name {
                Some(name) => format!("the group {name}"),
                None => format!("the group of {}", resource.address.as_str()),
            };
            let mut caller = self.with_policies(self.member(resource), attached);
            caller.name.clone_from(&called);
            people.push(Person {
                id,
                sort: Sort::Group,
                caller,
                whole: Vec::new(),
                is_for_people: Truth::Yes,
                more: Some((format!("policies of {called}"), why)),
                name,
            });
        }
        people
    }

    fn permission_set(&self, id: ResourceId, resource: &'g Resource<'a>) -> Person {
        let graph = self.graph();
        let own = graph.get(id);
        let mut attached = Attached::default();
        let parts = graph.parts(id, Kind::SsoPolicy);
        for part in parts.found {
            // Inside the permission set, only the inline policy is a part.
            let is_inside = std::ptr::eq(part.said_by, own);
            if !is_inside && let Some(arn) = part.get("managed_policy_arn") {
                self.managed(arn, part.said_by, &mut attached);
            } else if let Some(policy) = part.get("inline_policy") {
                attached.push(self.policy(policy), part.said_by);
            }
        }
        attached.note(parts.perhaps_more.map(|why| {
            let what = format!("policies of {}", resource.address.as_str());
            (what, why)
        }));
        if let Some(list) = own.get("managed_policies") {
            self.managed_list(list, own, &mut attached);
        }
        let references = own.get("customer_managed_policy_references");
        let references = references.and_then(Value::as_list).unwrap_or_default();
        for name in references.iter().filter_map(Value::as_map) {
            if let Some(name) = name.get("name") {
                self.managed(name, own, &mut attached);
            }
        }
        let account = self.account(resource);
        let arn = self.arn_of_sort("role/aws-reserved/sso.amazonaws.com/", &account, resource);
        let principal = Principal::Role {
            arn,
            account: account.clone(),
            session: None,
        };
        let boundary = [
            "permissions_boundary.managed_policy_arn",
            "permissions_boundary.customer_managed_policy_reference.name",
        ];
        let boundary = boundary.iter().find_map(|path| own.get(path));
        let boundary = boundary.map(|value| self.boundary(value, own));
        let caller = Caller {
            principal,
            id: Some(id),
            name: resource.address.as_str().to_owned(),
            identity: Vec::new(),
            boundary,
            service_control: self.controls(PolicyKind::ServiceControl, &account),
            tags: Vec::new(),
        };
        Person {
            id,
            sort: Sort::PermissionSet,
            caller: self.with_policies(caller, attached),
            whole: Vec::new(),
            is_for_people: Truth::Yes,
            more: None,
            name: None,
        }
    }

    /// A user of whom nothing is known but the account, called by what stands for them.
    fn member(&self, resource: &'g Resource<'a>) -> Caller {
        let account = self.account(resource);
        Caller {
            principal: Principal::User {
                arn: self.arn_of_sort("user/", &account, resource),
                account: account.clone(),
            },
            id: None,
            name: resource.address.as_str().to_owned(),
            identity: Vec::new(),
            boundary: None,
            service_control: self.controls(PolicyKind::ServiceControl, &account),
            tags: Vec::new(),
        }
    }

    fn arn_of_sort(&self, sort: &str, account: &Text, resource: &'g Resource<'a>) -> Text {
        let name = format!("a member of {}", resource.address.as_str());
        let own = self.unknown(&name, Why::AtRequest, Domain::IAM_NAME);
        let mut rest = Text::literal(sort);
        rest.push(&own);
        self.arn_made_of("iam", &"".into(), account, &rest, resource)
    }

    /// Anything of a sort in the account and Region of a resource, as what a request is about:
    /// `notebook-instance/` of `sagemaker`. A key leaves its use to identity policies.
    #[must_use]
    pub fn any_of_sort(&self, service: &str, sort: &Text, beside: &'g Resource<'a>) -> Object {
        let provider = beside.provider.unwrap_or_default();
        let account = self.place(provider, "account");
        let region = self.place(provider, "region");
        let (in_region, in_account) = match service {
            "iam" => ("".into(), account.clone()),
            "s3" => ("".into(), "".into()),
            _ => (region.clone(), account.clone()),
        };
        let policy = match service {
            "kms" => Some(Arc::new(default_key_policy(&account, beside.origin))),
            _ => None,
        };
        let words = sort.known_start().trim_end_matches('/');
        let name = format!("the name of any {words}");
        let mut rest = sort.clone();
        rest.push(&self.unknown(&name, Why::AtRequest, Domain::IAM_NAME));
        Object {
            arn: self.arn_made_of(service, &in_region, &in_account, &rest, beside),
            id: None,
            name: format!("any {words}"),
            resource_control: self.controls(PolicyKind::ResourceControl, &account),
            owner: Some(account),
            region: Some(region),
            policy,
            grants: None,
            tags: Vec::new(),
        }
    }

    fn arn_made_of(
        &self,
        service: &str,
        region: &Text,
        account: &Text,
        rest: &Text,
        beside: &Resource<'_>,
    ) -> Text {
        let mut arn = Text::literal("arn:");
        arn.push(&self.place(beside.provider.unwrap_or_default(), "partition"));
        arn.push_literal(":");
        arn.push_literal(service);
        for field in [region, account, rest] {
            arn.push_literal(":");
            arn.push(field);
        }
        arn
    }

    /// Where a provider works, as far as it is known.
    fn place(&self, provider: ProviderId, attribute: &'static str) -> Text {
        let known = self.graph().providers().get(provider.0 as usize);
        let known = known.and_then(|known| match attribute {
            "partition" => known.partition.as_deref(),
            "region" => known.region.as_deref(),
            _ => known.account.as_deref(),
        });
        match known {
            Some(known) => known.into(),
            None => self.holes().reference(&Reference {
                of: Referent::Provider(provider),
                attribute: attribute.into(),
            }),
        }
    }

    /// A caller with these identity policies, instead of others.
    fn with_policies(&self, caller: Caller, attached: Attached<'g, 'a>) -> Caller {
        let mut identity: Vec<_> = attached
            .policies
            .into_iter()
            .map(|one| one.policy)
            .collect();
        if let Some((what, why)) = attached.perhaps_more {
            let hole = self.holes().named(&what).unknown(why);
            let hinge = Hinge::Hole(hole.id);
            let unknown = Policy::unknown(what, PolicyKind::Identity, hinge, Span::NOWHERE);
            identity.push(Arc::new(unknown));
        }
        Caller { identity, ..caller }
    }

    /// Whoever holds a managed policy that the input attaches to nobody, and nothing else.
    #[must_use]
    pub fn bearer(&self, policy: ResourceId) -> Option<Caller> {
        let resource = self.graph().get(policy);
        let said = resource.get("policy")?;
        let mut attached = Attached::default();
        attached.push(self.policy(said), resource);
        Some(self.with_policies(self.member(resource), attached))
    }
}

/// Whether a trust policy lets people in: whole accounts, users, or whom an identity provider vouches for.
fn admits_people(trust: &Policy) -> Truth {
    let mut any = if trust.is_open() {
        Truth::Unknown
    } else {
        Truth::No
    };
    for statement in &trust.statements {
        let for_companies = statement
            .readable_conditions()
            .any(|condition| condition.key == "sts:externalid");
        let principals = statement.principals.iter().flat_map(|one| &one.entries);
        let people = principals.map(|entry| is_of_people(statement, entry));
        let people = people.fold(Truth::No, Truth::or);
        let people = if for_companies { Truth::No } else { people };
        any = any.or(allows(statement).and(people));
    }
    any
}

fn is_of_people(statement: &Statement, entry: &PrincipalEntry) -> Truth {
    match entry.kind {
        // Only roles by name, where a condition says so: software that hands on its rights.
        PrincipalKind::Everybody | PrincipalKind::Account => {
            let mut roles = super::demanded(statement, "aws:principalarn").peekable();
            roles.peek().is_none().into()
        }
        PrincipalKind::User | PrincipalKind::FederatedUser => Truth::Yes,
        PrincipalKind::Federated => {
            let by_saml = Action::named("sts:AssumeRoleWithSAML");
            let text = entry.text.known().unwrap_or("").to_ascii_lowercase();
            let is_software = FOR_SOFTWARE.iter().any(|issuer| text.contains(issuer));
            let is_known = !text.is_empty() && !is_software;
            (is_known || statement.actions.cover(&by_saml) == Truth::Yes).into()
        }
        _ => Truth::No,
    }
}

impl Person {
    /// Whether it is a group.
    #[must_use]
    pub fn is_group(&self) -> bool {
        self.sort == Sort::Group
    }

    /// What messages call it: the user `aws_iam_user.ana`.
    #[must_use]
    pub fn called(&self) -> String {
        let name = &self.caller.name;
        if name.contains(' ') {
            return name.clone();
        }
        format!("the {} `{name}`", self.sort.words())
    }
}

impl Sort {
    /// What it is, in words.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Self::User => "user",
            Self::Group => "group",
            Self::Role => "role",
            Self::PermissionSet => "permission set",
        }
    }
}
