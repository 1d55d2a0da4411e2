//! From statements to a decision: the policies that take part, layer by layer, combined once.
//!
//! Source: IAM User Guide, "Policy evaluation logic", "Cross-account policy evaluation logic" and
//! "Permissions boundaries for IAM entities"; AWS KMS Developer Guide, "Key policies in AWS KMS"; AWS
//! Organizations User Guide, "Service control policies" and "Resource control policies".

use super::catalogue;
use super::doubt::Doubts;
use super::evaluate::{fit, has_effect};
use super::policy::{Effect, Hinge, Policy};
use super::principal::{Circumstances, Means, same_account};
use super::request::{Principal, Request};
use super::text::Text;
use crate::model::truth::Truth;

/// The policies that take part in a decision.
#[derive(Debug, Clone, Default)]
pub struct Policies<'p> {
    /// All that are attached to the principal, inline ones and those of a user's groups included.
    pub identity: Vec<&'p Policy>,
    /// The principal's permissions boundary.
    pub boundary: Option<&'p Policy>,
    /// What the session was narrowed to.
    pub session: Option<&'p Policy>,
    /// The resource's own policy: of the bucket, the key, the role that is assumed. None where it has
    /// none; for a key without one, see [`default_key_policy`].
    ///
    /// [`default_key_policy`]: super::default_key_policy
    pub resource: Option<&'p Policy>,
    /// The grants on a KMS key, as statements: they allow beside its policy, whatever bounds the grantee.
    pub grants: Option<&'p Policy>,
    /// Service control policies, level by level from the root of the organization.
    pub service_control: Vec<Vec<&'p Policy>>,
    /// Resource control policies, level by level.
    pub resource_control: Vec<Vec<&'p Policy>>,
    /// The VPC endpoint that the request passes.
    pub endpoint: Option<Endpoint<'p>>,
}

/// The VPC endpoint that a request passes.
#[derive(Debug, Clone, Copy)]
pub struct Endpoint<'p> {
    /// Its policy; none for full access.
    pub policy: Option<&'p Policy>,
    /// A gateway endpoint, where an account as principal means its root user only.
    pub gateway: bool,
}

/// The answer to a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Decision {
    /// Allowed, whatever is still unknown.
    Allowed,
    /// A statement denies it.
    DeniedExplicitly,
    /// Nothing that would have to allow it does.
    DeniedByDefault,
    /// It depends on what is unknown.
    Undecided,
}

impl Decision {
    /// Denied, whatever is still unknown.
    #[must_use]
    pub fn must_be_denied(self) -> bool {
        matches!(self, Self::DeniedExplicitly | Self::DeniedByDefault)
    }

    /// Allowed for some filling of what is unknown.
    #[must_use]
    pub fn may_be_allowed(self) -> bool {
        !self.must_be_denied()
    }
}

/// A sort of policy that takes part.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Layer {
    /// What the principal may do.
    Identity,
    /// The most that it can be allowed to.
    Boundary,
    /// What its session was narrowed to.
    Session,
    /// What the resource admits.
    Resource,
    /// Who may assume the role: the resource policy of a role.
    Trust,
    /// The principal's organization.
    ServiceControl,
    /// The resource's organization.
    ResourceControl,
    /// The way that the request takes.
    Endpoint,
}

impl Layer {
    /// The name in JSON.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Identity => "identity",
            Self::Boundary => "boundary",
            Self::Session => "session",
            Self::Resource => "resource",
            Self::Trust => "trust",
            Self::ServiceControl => "scp",
            Self::ResourceControl => "rcp",
            Self::Endpoint => "endpoint",
        }
    }
}

/// How the resource's policy and the caller's come together within one account.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Together {
    /// One of them is enough.
    Either,
    /// The resource's must allow, itself or by delegating to the account.
    ResourceFirst,
}

/// What each layer says, and what follows.
#[derive(Debug, Clone, Copy)]
pub(super) struct Answer {
    pub(super) allowed: Truth,
    pub(super) denied: Truth,
    pub(super) identity: Truth,
    pub(super) boundary: Truth,
    pub(super) session: Truth,
    pub(super) resource: Means,
    pub(super) granted: Truth,
    pub(super) service_control: Truth,
    pub(super) resource_control: Truth,
    pub(super) endpoint: Truth,
    pub(super) same_account: Truth,
    pub(super) grant: Truth,
}

/// Decides a request.
#[must_use]
pub fn decide(policies: &Policies<'_>, request: &Request) -> Decision {
    let answer = answer(policies, request, &mut Doubts::default());
    match answer.decision() {
        Some(decision) => decision,
        None => refine(policies, request).0,
    }
}

impl Answer {
    /// The decision; none where it, or the kind of denial, hangs on something.
    pub(super) fn decision(&self) -> Option<Decision> {
        match (self.allowed, self.denied) {
            (Truth::Yes, _) => Some(Decision::Allowed),
            (Truth::No, Truth::Yes) => Some(Decision::DeniedExplicitly),
            (Truth::No, Truth::No) => Some(Decision::DeniedByDefault),
            (Truth::No | Truth::Unknown, _) => None,
        }
    }

    fn or_open(&self) -> Decision {
        match self.decision() {
            Some(decision) => decision,
            None if self.allowed == Truth::No => Decision::DeniedByDefault,
            None => Decision::Undecided,
        }
    }
}

/// So many tests are tried in every combination.
const MOST_TESTS: usize = 6;

/// Decides with every combination of what is unknown, where that is little, and tells what the decision
/// hinges on.
pub(super) fn refine(policies: &Policies<'_>, request: &Request) -> (Decision, Vec<Hinge>) {
    let mut doubts = Doubts::recording();
    let open = answer(policies, request, &mut doubts).or_open();
    let (tests, keys) = (doubts.found, doubts.keys);
    let count = tests.len();
    let mut hinges: Vec<Hinge> = Vec::new();
    if count > MOST_TESTS {
        hinges.extend(tests.into_iter().flat_map(|test| test.hinges));
        return (open, sorted(hinges));
    }
    let decisions: Vec<_> = (0..1_u32 << count)
        .map(|chosen| {
            let assumed = tests.iter().enumerate();
            let assumed = assumed.map(|(at, test)| (test.name.clone(), chosen >> at & 1 == 1));
            let mut doubts = Doubts::assuming(assumed.collect(), keys.clone());
            answer(policies, request, &mut doubts).or_open()
        })
        .collect();
    let decision = decisions.iter().copied().reduce(|one, other| match one {
        _ if one == other => one,
        _ if one.must_be_denied() && other.must_be_denied() => Decision::DeniedByDefault,
        _ => Decision::Undecided,
    });
    for (at, test) in tests.into_iter().enumerate() {
        let other = |chosen: usize| decisions.get(chosen ^ 1 << at);
        let decides = |(chosen, decision)| other(chosen) != Some(decision);
        if decisions.iter().enumerate().any(decides) {
            hinges.extend(test.hinges);
        }
    }
    (decision.unwrap_or(open), sorted(hinges))
}

fn sorted(mut hinges: Vec<Hinge>) -> Vec<Hinge> {
    hinges.sort();
    hinges.dedup();
    hinges
}

/// Whether identity policies can be attached to it.
pub(super) fn has_policies(caller: &Principal) -> bool {
    matches!(
        caller,
        Principal::Role { .. } | Principal::User { .. } | Principal::FederatedUser { .. }
    )
}

/// Whether the control policies of its organization bind it: not services and what AWS made for them.
pub(super) fn is_bound_by_service_control(caller: &Principal) -> bool {
    let is_root = matches!(caller, Principal::Root { .. });
    (has_policies(caller) || is_root) && !caller.is_service_linked()
}

/// Whether the control policies of the resource's organization reach the request.
pub(super) fn is_bound_by_resource_control(request: &Request) -> bool {
    !request.principal.is_service_linked()
        && catalogue::has_resource_control(request.action.service())
}

/// What every layer says to a request.
pub(super) fn answer(policies: &Policies<'_>, request: &Request, doubts: &mut Doubts) -> Answer {
    let caller = &request.principal;
    let circumstances = Circumstances {
        has_boundary: policies.boundary.is_some() && has_policies(caller),
        gateway: false,
        effect: Effect::Allow,
    };
    let mut denied = Truth::No;
    let mut layer = |documents: &[&Policy], circumstances, doubts: &mut Doubts| {
        let mut allows = Means::NOBODY;
        for policy in documents {
            let (allow, deny) = sides(policy, request, circumstances, doubts);
            allows = allows.or(allow);
            denied = denied.or(deny);
        }
        allows
    };
    let mut single = |policy: Option<&Policy>, doubts: &mut Doubts| match policy {
        Some(policy) => layer(&[policy], circumstances, doubts).any(),
        None => Truth::Yes,
    };
    let is_holder = has_policies(caller);
    let is_root = matches!(caller, Principal::Root { .. });
    let (mut identity, mut boundary, mut session) = (Truth::from(is_root), Truth::Yes, Truth::Yes);
    if is_holder {
        boundary = single(policies.boundary, doubts);
        session = single(policies.session, doubts);
        identity = layer(&policies.identity, circumstances, doubts).any();
    }
    let resource = match policies.resource {
        Some(policy) => layer(&[policy], circumstances, doubts),
        None => Means::NOBODY,
    };
    let granted = match policies.grants {
        Some(grants) => layer(&[grants], circumstances, doubts).any(),
        None => Truth::No,
    };
    let mut service_control = Truth::Yes;
    if is_bound_by_service_control(caller) {
        for level in &policies.service_control {
            service_control = service_control.and(layer(level, circumstances, doubts).any());
        }
    }
    let resource_control = Truth::Yes;
    if !policies.resource_control.is_empty() && is_bound_by_resource_control(request) {
        for level in &policies.resource_control {
            // Only AWS's own document allows, and it always does.
            let _ = layer(level, circumstances, doubts);
        }
    }
    let endpoint = match policies.endpoint {
        Some(Endpoint {
            policy: Some(policy),
            gateway,
        }) => {
            let circumstances = Circumstances {
                gateway,
                ..circumstances
            };
            layer(&[policy], circumstances, doubts).any()
        }
        _ => Truth::Yes,
    };
    let mut answer = Answer {
        allowed: Truth::No,
        denied,
        identity,
        boundary,
        session,
        resource,
        granted,
        service_control,
        resource_control,
        endpoint,
        same_account: Truth::No,
        grant: Truth::No,
    };
    if denied != Truth::Yes {
        answer.combine(request, doubts);
    }
    answer
}

impl Answer {
    fn combine(&mut self, request: &Request, doubts: &mut Doubts) {
        let Means {
            account,
            role,
            free,
            wildcard,
            service,
        } = self.resource;
        self.grant = match &request.principal {
            Principal::Service { .. } => service.or(wildcard),
            Principal::Anonymous => wildcard,
            Principal::Federated { .. } => free,
            // IAM User Guide, "Methods to assume a role": the root user cannot.
            Principal::Root { .. } if is_assumption(request) => Truth::No,
            caller => {
                let bounded = self.boundary.and(self.session);
                let by_identity = self.identity.and(bounded);
                let either = free.or(role.or(self.identity).and(bounded));
                let resource_first = free.or(role.and(bounded)).or(account.and(by_identity));
                let inside = match together(request) {
                    Some(Together::Either) => either,
                    Some(Together::ResourceFirst) => resource_first,
                    None => {
                        let hinge = Hinge::Undocumented("the kind of the resource");
                        doubts.agree("kind".to_owned(), hinge, either, resource_first)
                    }
                };
                let across = by_identity.and(free.or(role).or(account));
                let owner = request.owner.as_ref();
                let same = caller
                    .account()
                    .map_or(Truth::No, |account| same_account(account, owner, doubts));
                self.same_account = same;
                match same {
                    Truth::Yes => inside,
                    Truth::No => across,
                    Truth::Unknown if inside == across => inside,
                    Truth::Unknown => Truth::Unknown,
                }
                .or(self.granted)
            }
        };
        self.allowed = self
            .grant
            .and(self.service_control)
            .and(self.resource_control)
            .and(self.endpoint)
            .and(!self.denied);
    }
}

/// How the two sides come together for this action and resource; none where it cannot be told which
/// kind of resource it is.
pub(super) fn together(request: &Request) -> Option<Together> {
    if is_assumption(request) {
        return Some(Together::ResourceFirst);
    }
    let resource = &request.resource.subject.text;
    if request.action.service() != "kms" || resource.known() == Some("*") {
        return Some(Together::Either);
    }
    // An alias has no policy of its own.
    if let Some(arn) = resource.known() {
        // It stands for itself only: of its key it says nothing.
        let rest = arn.splitn(6, ':').nth(5);
        let is_alias = request.action.name().ends_with("alias")
            && rest.is_some_and(|rest| rest.starts_with("alias/"));
        return Some(if is_alias {
            Together::Either
        } else {
            Together::ResourceFirst
        });
    }
    let fields = resource.fields(5)?;
    let rest = fields.get(5).map_or("", Text::known_start);
    if rest.starts_with("alias/") && request.action.name().ends_with("alias") {
        Some(Together::Either)
    } else if rest.starts_with("key/") || rest.starts_with("alias/") {
        Some(Together::ResourceFirst)
    } else {
        None
    }
}

/// Whether it is a role that is assumed: its trust policy decides.
fn is_assumption(request: &Request) -> bool {
    let assumes = [
        "assumerole",
        "assumerolewithsaml",
        "assumerolewithwebidentity",
        "setsourceidentity",
        "tagsession",
    ];
    request.action.service() == "sts"
        && assumes.contains(&request.action.name())
        && request.resource.subject.known() != Some("*")
}

/// Whom a policy allows it, and whether it denies it.
fn sides(
    policy: &Policy,
    request: &Request,
    circumstances: Circumstances,
    doubts: &mut Doubts,
) -> (Means, Truth) {
    let (mut allows, mut denies) = (Means::NOBODY, Truth::No);
    for statement in &policy.statements {
        let means = fit(statement, request, circumstances, doubts).means;
        if means == Means::NOBODY {
            continue;
        }
        match statement.effect {
            Effect::Allow => allows = allows.or(means),
            Effect::Deny => denies = denies.or(means.any()),
            open @ Effect::Unknown(_) => {
                allows = allows.or(means.and(has_effect(open, Effect::Allow, doubts)));
                denies = denies.or(means.any().and(has_effect(open, Effect::Deny, doubts)));
            }
        }
    }
    for hinge in &policy.open {
        // Whether it allows and whether it denies are two things.
        allows = allows.or(Means::all(doubts.may("allow", hinge)));
        denies = denies.or(doubts.may("deny", hinge));
    }
    (allows, denies)
}
