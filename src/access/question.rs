//! A question about an estate: may this principal do this to that? Gathers the policies that take part,
//! and what is known of the request, and puts it to the engine.
//!
//! Source: IAM User Guide, "Policy evaluation logic".

use std::sync::Arc;

use super::{Access, Object};
use crate::iam::catalogue;
use crate::iam::condition::{Order, Test};
use crate::iam::policy::Statement;
use crate::iam::{
    Action, ArnSubject, Because, Context, Decision, Endpoint, Hinge, Identities as _, Knowledge,
    Outcome, Policies, Policy, PolicyKind, Principal, Request, Text, explain,
};
use crate::model::graph::ResourceId;
use crate::model::resource::Resource;
use crate::model::source::Span;
use crate::model::truth::Truth;
use crate::model::value::{Value, Why};
use crate::model::vocabulary::Kind;

/// The policy of AWS's own that allows everything.
pub(super) const EVERYTHING: &str = "arn:aws:iam::aws:policy/AdministratorAccess";

/// Who asks, with the policies that decide what they may do.
#[derive(Debug, Clone)]
pub struct Caller {
    /// As the engine sees them.
    pub principal: Principal,
    /// The role or user, if it is one of the input.
    pub id: Option<ResourceId>,
    /// What messages call them.
    pub name: String,
    /// The identity policies, those of a user's groups included.
    pub identity: Vec<Arc<Policy>>,
    pub(super) boundary: Option<Arc<Policy>>,
    pub(super) service_control: Vec<Vec<Arc<Policy>>>,
    pub(super) tags: Vec<(String, Text)>,
}

/// Which way a request takes into AWS, as far as the conditions on it can see.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    /// Through this VPC endpoint of the input.
    Endpoint(ResourceId),
    /// From a public address.
    Internet,
    /// Inside AWS, on behalf of somebody: no address and no endpoint is seen.
    Service,
    /// It cannot be told.
    Unknown,
}

/// The circumstances of a request.
#[derive(Debug, Clone)]
pub struct Circumstances {
    /// Its way.
    pub way: Way,
    /// Context keys of this very request; they stand before what is known of every request. The first one
    /// that fits counts; a name that ends in `:*` fits all that begin so.
    pub keys: Vec<(String, Knowledge)>,
}

/// A decision with its reasons, and the policies that took part.
#[derive(Debug, Clone)]
pub struct Answer {
    /// What was asked.
    pub request: Request,
    /// The decision, and why.
    pub outcome: Outcome,
    /// The VPC endpoint that the request goes through.
    pub endpoint: Option<ResourceId>,
    gathered: Gathered,
}

/// The policies that take part, held.
#[derive(Debug, Clone, Default)]
pub(super) struct Gathered {
    identity: Vec<Arc<Policy>>,
    boundary: Option<Arc<Policy>>,
    resource: Option<Arc<Policy>>,
    grants: Option<Arc<Policy>>,
    service_control: Vec<Vec<Arc<Policy>>>,
    resource_control: Vec<Vec<Arc<Policy>>>,
    /// A policy, if it has one, and whether it is a gateway endpoint.
    endpoint: Option<(Option<Arc<Policy>>, bool)>,
}

impl Way {
    /// With these context keys and no others than every request carries.
    #[must_use]
    pub fn with(self, keys: Vec<(&str, Knowledge)>) -> Circumstances {
        let keys = keys.into_iter();
        Circumstances {
            way: self,
            keys: keys.map(|(key, known)| (key.to_owned(), known)).collect(),
        }
    }
}

impl Answer {
    /// The decision.
    #[must_use]
    pub fn decision(&self) -> Decision {
        self.outcome.decision
    }

    /// The policy and the statement that a reason names.
    #[must_use]
    pub fn statement(&self, because: &Because) -> Option<(&Policy, &Statement)> {
        let named = because.policy.as_deref()?;
        let policy = self.gathered.all().find(|policy| policy.name == named)?;
        let mut statements = policy.statements.iter();
        let statement = statements.find(|one| Some(one.index) == because.statement)?;
        Some((policy, statement))
    }

    /// The policy of the resource itself, if it has one.
    #[must_use]
    pub fn resource_policy(&self) -> Option<&Policy> {
        self.gathered.resource.as_deref()
    }

    /// Whether a statement of its own is a grant on a key.
    #[must_use]
    pub fn is_grant(&self, statement: &Statement) -> bool {
        let mut granted = self.gathered.grants.iter().flat_map(|one| &one.statements);
        granted.any(|one| std::ptr::eq(one, statement))
    }

    /// Whether a policy takes part of which something is not known as a whole: it may deny, however the request
    /// is made.
    #[must_use]
    pub fn is_beyond_proof(&self) -> bool {
        let grants = self.gathered.grants.as_deref();
        // Grants only allow.
        let is_grants = |one: &Policy| grants.is_some_and(|grants| std::ptr::eq(one, grants));
        let mut all = self.gathered.all();
        all.any(|policy| policy.is_open() && !is_grants(policy))
    }

    /// The statements of all that take part.
    pub fn statements(&self) -> impl Iterator<Item = &Statement> {
        self.gathered.all().flat_map(|policy| &policy.statements)
    }
}

impl Gathered {
    fn all(&self) -> impl Iterator<Item = &Policy> {
        let levels = self.service_control.iter().chain(&self.resource_control);
        let endpoint = self
            .endpoint
            .iter()
            .filter_map(|(policy, _)| policy.as_ref());
        let single = [&self.boundary, &self.resource, &self.grants];
        let all = self.identity.iter().chain(levels.flatten());
        all.chain(single.into_iter().flatten())
            .chain(endpoint)
            .map(Arc::as_ref)
    }

    fn policies(&self) -> Policies<'_> {
        fn levels(levels: &[Vec<Arc<Policy>>]) -> Vec<Vec<&Policy>> {
            let each = levels.iter();
            each.map(|level| level.iter().map(Arc::as_ref).collect())
                .collect()
        }
        Policies {
            identity: self.identity.iter().map(Arc::as_ref).collect(),
            boundary: self.boundary.as_deref(),
            session: None,
            resource: self.resource.as_deref(),
            grants: self.grants.as_deref(),
            service_control: levels(&self.service_control),
            resource_control: levels(&self.resource_control),
            endpoint: self.endpoint.as_ref().map(|(policy, gateway)| Endpoint {
                policy: policy.as_deref(),
                gateway: *gateway,
            }),
        }
    }
}

impl Caller {
    /// Whether something of their own policies is not known as a whole: it may deny, so nothing is allowed for
    /// certain.
    #[must_use]
    pub fn is_beyond_proof(&self) -> bool {
        let levels = self.service_control.iter().flatten();
        let mut all = self.identity.iter().chain(&self.boundary).chain(levels);
        all.any(|policy| policy.is_open())
    }
}

impl<'g, 'a> Access<'g, 'a> {
    /// A role or user of the input as a caller; none for any other kind.
    #[must_use]
    pub fn caller(&self, id: ResourceId) -> Option<Caller> {
        let graph = self.graph();
        let resource = graph.get(id);
        let arn = self.arn(id)?;
        let account = account_of(&arn).unwrap_or_else(|| self.account(resource));
        let principal = match resource.kind()? {
            Kind::Role => Principal::Role {
                arn,
                account: account.clone(),
                session: None,
            },
            Kind::User => Principal::User {
                arn,
                account: account.clone(),
            },
            _ => return None,
        };
        let name = resource.address.as_str().to_owned();
        let mut identity = Vec::new();
        let mut unknown = Vec::new();
        let mut holders = vec![id];
        if resource.kind() == Some(Kind::User) {
            let (groups, perhaps_more) = self.groups_of(id);
            holders.extend(groups);
            unknown.extend(perhaps_more);
        }
        for holder in holders {
            let attached = self.attached(holder);
            identity.extend(attached.policies.into_iter().map(|one| one.policy));
            unknown.extend(attached.perhaps_more);
        }
        if !resource.standing.is_whole() {
            // A data source shows the role, not what is attached to it.
            unknown.push((
                format!("policies attached to {name}"),
                Why::ExternalResource,
            ));
        }
        for (what, why) in unknown {
            identity.push(self.unknown_policy(what, why, PolicyKind::Identity, resource));
        }
        let boundary = resource.get("permissions_boundary");
        let boundary = boundary.filter(|value| value.as_text() != Some(""));
        let boundary = boundary.map(|value| self.boundary(value, resource));
        Some(Caller {
            principal,
            id: Some(id),
            identity,
            boundary,
            service_control: self.controls(PolicyKind::ServiceControl, &account),
            tags: self.tags(resource),
            name,
        })
    }

    /// The managed policy that a value names, as a permissions boundary.
    pub(super) fn boundary(&self, value: &'g Value<'a>, of: &Resource<'a>) -> Arc<Policy> {
        let policy = self.managed_policy(value, of).0;
        Arc::new(Policy {
            kind: PolicyKind::Boundary,
            ..policy.as_ref().clone()
        })
    }

    /// Somebody outside the input as a caller. What identity policies they have is not known.
    #[must_use]
    pub fn outsider(&self, principal: Principal, name: &str) -> Caller {
        let has_policies = matches!(principal, Principal::Role { .. } | Principal::User { .. });
        let what = format!("policies attached to {name}");
        let hole = self.holes().named(&what).unknown(Why::ExternalResource);
        let policy = Policy::unknown(
            what,
            PolicyKind::Identity,
            Hinge::Hole(hole.id),
            Span::NOWHERE,
        );
        let account = principal.account().cloned();
        Caller {
            principal,
            id: None,
            name: name.to_owned(),
            identity: has_policies.then(|| Arc::new(policy)).into_iter().collect(),
            boundary: None,
            service_control: account.map_or_else(Vec::new, |account| {
                self.controls(PolicyKind::ServiceControl, &account)
            }),
            tags: Vec::new(),
        }
    }

    /// Somebody outside the input whose own account allows them everything.
    #[must_use]
    pub fn with_everything(&self, principal: Principal, name: &str) -> Caller {
        let everything = self.managed.get(EVERYTHING, Span::NOWHERE);
        Caller {
            identity: everything.map(Arc::new).into_iter().collect(),
            ..self.outsider(principal, name)
        }
    }

    /// Decides a question.
    #[must_use]
    pub fn ask(
        &self,
        caller: &Caller,
        action: &Action,
        object: &Object,
        circumstances: &Circumstances,
    ) -> Answer {
        // Passing a role is no call of its own: no endpoint is asked about it.
        let is_call = *action != Action::named("iam:PassRole");
        let endpoint = match circumstances.way {
            Way::Endpoint(id) if is_call => Some(id),
            _ => None,
        };
        let is_direct = |policy: &Arc<Policy>| match policy.kind {
            // Nobody assumes a role by passing it.
            PolicyKind::Trust => action.service() == "sts",
            _ => true,
        };
        let gathered = Gathered {
            identity: caller.identity.clone(),
            boundary: caller.boundary.clone(),
            resource: object.policy.clone().filter(is_direct),
            grants: object.grants.clone(),
            service_control: caller.service_control.clone(),
            resource_control: object.resource_control.clone(),
            endpoint: endpoint.map(|id| self.endpoint_policy(id)),
        };
        let arn = if catalogue::is_without_resource(action) == Truth::Yes {
            "*".into()
        } else {
            object.arn.clone()
        };
        let context = self.context(caller, action, object, circumstances, &gathered);
        let request = Request {
            principal: caller.principal.clone(),
            action: action.clone(),
            resource: ArnSubject::new(arn),
            owner: object.owner.clone(),
            context,
        };
        let outcome = explain(&gathered.policies(), &request, &|id| self.hole_name(id));
        Answer {
            request,
            outcome,
            endpoint,
            gathered,
        }
    }

    /// Whether one statement of the resource's own policy denies what was asked, whatever else takes part; and
    /// what that hinges on, by name.
    #[must_use]
    pub fn denied_by(
        &self,
        policy: &Policy,
        statement: &Statement,
        answer: &Answer,
    ) -> (Truth, Vec<(String, Why)>) {
        let everything = self.managed.get(EVERYTHING, Span::NOWHERE);
        let alone = Policy {
            name: policy.name.clone(),
            kind: policy.kind,
            statements: vec![statement.clone()],
            open: Vec::new(),
            at: policy.at,
            refused: None,
        };
        let has_boundary = answer.gathered.boundary.is_some();
        let policies = Policies {
            identity: everything.iter().collect(),
            boundary: everything.as_ref().filter(|_| has_boundary),
            resource: Some(&alone),
            ..Policies::default()
        };
        // Within an account, nobody else has to allow it.
        let request = Request {
            owner: answer.request.principal.account().cloned(),
            ..answer.request.clone()
        };
        let outcome = explain(&policies, &request, &|id| self.hole_name(id));
        let denied = match outcome.decision {
            Decision::Allowed => Truth::No,
            Decision::DeniedExplicitly | Decision::DeniedByDefault => Truth::Yes,
            Decision::Undecided => Truth::Unknown,
        };
        let hinges = outcome.hinges_on.iter().map(|hinge| self.hinge(hinge));
        let mut hinges: Vec<_> = hinges.collect();
        hinges.sort();
        hinges.dedup();
        (denied, hinges)
    }

    /// The same answer, which something decides that is not known.
    #[must_use]
    pub fn left_open(&self, mut answer: Answer, what: &str, why: Why) -> Answer {
        let hole = self.holes().named(what).unknown(why);
        answer.outcome.decision = Decision::Undecided;
        answer.outcome.hinges_on.push(Hinge::Hole(hole.id));
        answer
    }

    /// The policy of an endpoint, and whether it is a gateway.
    fn endpoint_policy(&self, id: ResourceId) -> (Option<Arc<Policy>>, bool) {
        let resource = self.graph().get(id);
        let gateway = match resource.get("vpc_endpoint_type") {
            None => true,
            Some(value) => value.as_text() == Some("Gateway"),
        };
        let of = self.policies_of(id);
        let policy = match (of.policies.first(), of.perhaps_more) {
            (Some(one), _) => Some(Arc::clone(&one.policy)),
            (None, Some(why)) => {
                let what = format!("the endpoint policy of {}", resource.address.as_str());
                Some(self.unknown_policy(what, why, PolicyKind::Endpoint, resource))
            }
            (None, None) => None,
        };
        (policy, gateway)
    }

    /// What is known of the keys that the policies ask for, and of those that variables need.
    fn context(
        &self,
        caller: &Caller,
        action: &Action,
        object: &Object,
        circumstances: &Circumstances,
        gathered: &Gathered,
    ) -> Context {
        let statements = gathered.all().flat_map(|policy| &policy.statements);
        let conditions = statements.flat_map(Statement::readable_conditions);
        let asked = conditions.map(|condition| condition.key.as_str());
        let mut context = Context::open();
        for key in asked.chain(super::keys::IN_VARIABLES.iter().copied()) {
            let given = circumstances.keys.iter();
            let mut given = given.filter(|(name, _)| fits(name, key));
            let knowledge = match given.next() {
                None if key == TLS_VERSION && is_at_most_tls_1_2(gathered) => {
                    Knowledge::value("1.2")
                }
                Some((_, knowledge)) => knowledge.clone(),
                None => self.knowledge(key, caller, action, object, circumstances.way),
            };
            context = context.with(key, knowledge);
        }
        context
    }
}

/// Whether the name of a given context key fits one that is asked for, in lower case.
fn fits(name: &str, key: &str) -> bool {
    match name.strip_suffix('*') {
        Some(start) => key
            .get(..start.len())
            .is_some_and(|begun| begun.eq_ignore_ascii_case(start)),
        None => name.eq_ignore_ascii_case(key),
    }
}

/// The version of TLS that a request came by: AWS takes 1.2 and later.
///
/// Source: AWS Security Blog, "TLS 1.2 to become the minimum TLS protocol level for all AWS API endpoints".
const TLS_VERSION: &str = "s3:tlsversion";

/// Whether policies only tell older versions from 1.2 and later.
fn is_at_most_tls_1_2(gathered: &Gathered) -> bool {
    let statements = gathered.all().flat_map(|policy| &policy.statements);
    let conditions = statements.flat_map(Statement::readable_conditions);
    let mut about = conditions.filter(|condition| condition.key == TLS_VERSION);
    about.all(|condition| {
        let is_order = matches!(
            condition.operator.test,
            Test::Numeric(Order::Less | Order::GreaterOrEqual)
        );
        let mut values = condition.values.iter();
        is_order
            && values.all(|value| {
                value
                    .text
                    .known()
                    .is_some_and(|text| matches!(text, "1.2" | "1.1" | "1.0" | "1"))
            })
    })
}

/// The account of an ARN.
#[must_use]
pub fn account_of(arn: &Text) -> Option<Text> {
    arn.fields(5)?.into_iter().nth(4)
}
