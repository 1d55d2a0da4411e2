//! Why a request is decided as it is: the deciding statements, layer by layer, and what is lacking.

use std::collections::HashSet;

use super::decision::{
    Answer, Decision, Layer, Policies, Together, answer, has_policies,
    is_bound_by_resource_control, is_bound_by_service_control, refine, together,
};
use super::doubt::Doubts;
use super::evaluate::{Element, fit};
use super::policy::{Effect, Hinge, Policy, PolicyKind, PrincipalKind, Statement};
use super::principal::{Circumstances, Means};
use super::request::{Principal, Request};
use super::text::HoleId;
use super::words::{Words, statement_words};
use crate::model::source::Span;
use crate::model::truth::Truth;

/// A decision with its reasons.
#[derive(Debug, Clone)]
pub struct Outcome {
    /// The decision.
    pub decision: Decision,
    /// What decided it, layer by layer.
    pub because: Vec<Because>,
    /// What would decide it, or the kind of denial, if that is open.
    pub hinges_on: Vec<Hinge>,
    /// Where the decision rests on what AWS words so that it leaves room.
    pub notes: Vec<&'static str>,
}

/// One reason.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Because {
    /// The layer that it is about.
    pub layer: Layer,
    /// The policy, by its name; none where the reason is that there is no such policy.
    pub policy: Option<String>,
    /// The statement, by its place from 0.
    pub statement: Option<usize>,
    /// The statement's id.
    pub sid: Option<String>,
    /// The statement, else the policy.
    pub at: Option<Span>,
    /// The condition key, in lower case, that keeps a statement from allowing.
    pub unmet: Option<String>,
    /// The reason, in words.
    pub text: String,
}

/// Says what a hole stands for.
pub type HoleName<'n> = &'n dyn Fn(HoleId) -> String;

/// Decides a request and says why.
#[must_use]
pub fn explain(policies: &Policies<'_>, request: &Request, names: HoleName<'_>) -> Outcome {
    let answer = answer(policies, request, &mut Doubts::default());
    let (decision, hinges_on) = match answer.decision() {
        Some(decision) => (decision, Vec::new()),
        None => refine(policies, request),
    };
    let hinges_on = match decision {
        Decision::Allowed | Decision::DeniedExplicitly => Vec::new(),
        _ => hinges_on,
    };
    let mut explainer = Explainer {
        policies,
        request,
        words: Words { request, names },
        answer,
        because: Vec::new(),
        notes: Vec::new(),
        certain_only: decision == Decision::DeniedByDefault,
    };
    match decision {
        Decision::Allowed => explainer.allowed(),
        Decision::DeniedExplicitly => explainer.denied(Truth::Yes),
        Decision::DeniedByDefault => {
            explainer.denied(Truth::Unknown);
            explainer.lacking();
            if explainer.because.is_empty() {
                // Nothing lacks for certain by itself, only all of it together.
                explainer.certain_only = false;
                explainer.lacking();
            }
        }
        Decision::Undecided => explainer.undecided(),
    }
    let mut notes = explainer.notes;
    notes.sort_unstable();
    notes.dedup();
    let mut seen = HashSet::new();
    explainer
        .because
        .retain(|because| seen.insert(because.clone()));
    Outcome {
        decision,
        because: explainer.because,
        hinges_on,
        notes,
    }
}

struct Explainer<'e, 'p> {
    policies: &'e Policies<'p>,
    request: &'e Request,
    words: Words<'e>,
    answer: Answer,
    because: Vec<Because>,
    notes: Vec<&'static str>,
    /// What may allow, or may not, is no reason for a denial that is certain.
    certain_only: bool,
}

const NOTE_SESSION: &str = "AWS words it so that it leaves room: `NotPrincipal` that lists the role and \
                            the account, but not the session";
const NOTE_VARIABLE: &str = "AWS words it so that it leaves room: a variable without a value in \
                             `NotResource` matches nothing, so the statement applies";
const NOTE_GATEWAY: &str = "AWS words it so that it leaves room: an account as principal of a gateway \
                            endpoint's policy means its root user only";
const NOTE_ENDPOINT_KEY: &str = "AWS says only that it might fail: keys of a VPC endpoint are not carried \
                                 from the call to S3 to its call to KMS";

impl<'p> Explainer<'_, 'p> {
    /// Every policy that takes part, with its layer.
    fn layers(&self) -> Vec<(Layer, &'p Policy)> {
        let policies = self.policies;
        let resource = self.resource_layer();
        let mut layers = Vec::new();
        if has_policies(&self.request.principal) {
            layers.extend(
                policies
                    .identity
                    .iter()
                    .map(|policy| (Layer::Identity, *policy)),
            );
            layers.extend(policies.boundary.map(|policy| (Layer::Boundary, policy)));
            layers.extend(policies.session.map(|policy| (Layer::Session, policy)));
        }
        layers.extend(policies.resource.map(|policy| (resource, policy)));
        layers.extend(policies.grants.map(|policy| (resource, policy)));
        let bound = is_bound_by_service_control(&self.request.principal);
        let levels = policies.service_control.iter().filter(|_| bound).flatten();
        layers.extend(levels.map(|policy| (Layer::ServiceControl, *policy)));
        let bound = is_bound_by_resource_control(self.request);
        let levels = policies.resource_control.iter().filter(|_| bound).flatten();
        layers.extend(levels.map(|policy| (Layer::ResourceControl, *policy)));
        let endpoint = policies.endpoint.and_then(|endpoint| endpoint.policy);
        layers.extend(endpoint.map(|policy| (Layer::Endpoint, policy)));
        layers
    }

    /// What the resource's own policy is called.
    fn resource_layer(&self) -> Layer {
        match self.policies.resource {
            Some(policy) if policy.kind == PolicyKind::Trust => Layer::Trust,
            None if self.request.action.service() == "sts" => Layer::Trust,
            _ => Layer::Resource,
        }
    }

    fn circumstances(&self, layer: Layer) -> Circumstances {
        let gateway = self
            .policies
            .endpoint
            .is_some_and(|endpoint| endpoint.gateway);
        Circumstances {
            has_boundary: self.policies.boundary.is_some() && has_policies(&self.request.principal),
            gateway: gateway && layer == Layer::Endpoint,
            effect: Effect::Allow,
        }
    }

    fn fits(&self, layer: Layer, statement: &Statement) -> Means {
        let circumstances = self.circumstances(layer);
        fit(
            statement,
            self.request,
            circumstances,
            &mut Doubts::default(),
        )
        .means
    }

    fn push(&mut self, layer: Layer, policy: &Policy, statement: &Statement, text: String) {
        let because = Because {
            layer,
            policy: Some(policy.name.clone()),
            statement: Some(statement.index),
            sid: statement.sid.clone(),
            at: Some(statement.at),
            unmet: None,
            text,
        };
        self.because.push(because);
    }

    /// A reason that no single statement is.
    fn push_whole(&mut self, layer: Layer, policy: Option<&Policy>, text: String) {
        self.because.push(Because {
            layer,
            policy: policy.map(|policy| policy.name.clone()),
            statement: None,
            sid: None,
            at: policy.map(|policy| policy.at),
            unmet: None,
            text,
        });
    }

    /// A policy may say more than its statements.
    fn open(&mut self, layer: Layer, policy: &Policy) {
        let words = policy.words();
        let text = match &policy.refused {
            Some(reason) => format!("AWS refuses {words}: {reason}"),
            None => format!("the content of {words} is not known"),
        };
        self.push_whole(layer, Some(policy), text);
    }

    /// The statements that allow: the first of each layer, and of both sides where both count.
    fn allowed(&mut self) {
        let mut done = Vec::new();
        // What allows for certain stands before what may.
        for least in [Truth::Yes, Truth::Unknown] {
            self.allowed_by(least, &mut done);
        }
        if self.because.is_empty() && matches!(self.request.principal, Principal::Root { .. }) {
            let text = "the root user may do everything in its account";
            self.push_whole(Layer::Identity, None, text.to_owned());
        }
    }

    fn allowed_by(&mut self, least: Truth, done: &mut Vec<Layer>) {
        for (layer, policy) in self.layers() {
            for statement in policy
                .statements
                .iter()
                .filter(|one| one.effect == Effect::Allow)
            {
                let means = self.fits(layer, statement);
                let truth = means.any();
                let is_level = layer == Layer::ServiceControl;
                if truth != least || (done.contains(&layer) && !is_level) {
                    continue;
                }
                let only_delegates = means.free.or(means.role).or(means.service) == Truth::No;
                let counts = match layer {
                    // Where a statement means the caller itself, delegation decides nothing.
                    Layer::Resource | Layer::Trust => {
                        !only_delegates
                            || (self.delegation_counts() && !self.is_meant_itself(policy))
                    }
                    _ => true,
                };
                if !counts {
                    continue;
                }
                let verb = match (layer, only_delegates) {
                    (Layer::Resource | Layer::Trust, true) => "delegates to the account",
                    (Layer::Identity | Layer::Resource | Layer::Trust, _) => "allows it",
                    _ => "lets it pass",
                };
                let text = format!("{} {verb}", statement_words(policy, statement));
                self.push(layer, policy, statement, text);
                done.push(layer);
                break;
            }
        }
    }

    /// Whether a statement of a resource's policy allows for certain, by more than delegation.
    fn is_meant_itself(&self, policy: &Policy) -> bool {
        let resource = self.resource_layer();
        let statements = policy.statements.iter();
        let mut allowing = statements.filter(|one| one.effect == Effect::Allow);
        allowing.any(|statement| {
            let means = self.fits(resource, statement);
            means.free.or(means.role).or(means.service) == Truth::Yes
        })
    }

    fn delegation_counts(&self) -> bool {
        together(self.request) == Some(Together::ResourceFirst)
            || self.answer.same_account != Truth::Yes
    }

    /// The statements that deny for certain, or at least may.
    fn denied(&mut self, at_least: Truth) {
        for (layer, policy) in self.layers() {
            for statement in policy
                .statements
                .iter()
                .filter(|one| one.effect != Effect::Allow)
            {
                let truth = self.fits(layer, statement).any();
                if truth == Truth::No || (at_least == Truth::Yes && truth != Truth::Yes) {
                    continue;
                }
                let verb = if truth == Truth::Yes {
                    "denies it"
                } else {
                    "may deny it"
                };
                let mut keys: Vec<_> = statement
                    .readable_conditions()
                    .map(|condition| format!("`{}`", condition.written_key))
                    .collect();
                keys.dedup();
                let by = if keys.is_empty() {
                    String::new()
                } else {
                    format!(", by its condition on {}", keys.join(" and "))
                };
                let text = format!("{} {verb}{by}", statement_words(policy, statement));
                self.push(layer, policy, statement, text);
                self.note(policy, statement);
            }
        }
    }

    fn note(&mut self, policy: &Policy, statement: &Statement) {
        let excepts = statement
            .principals
            .as_ref()
            .filter(|principals| principals.negated);
        if let Some(principals) = excepts {
            let names = |kind| principals.entries.iter().any(|entry| entry.kind == kind);
            if names(PrincipalKind::Role) && names(PrincipalKind::Account) {
                self.notes.push(NOTE_SESSION);
            }
        }
        let not = statement
            .resources
            .as_ref()
            .filter(|resources| resources.negated);
        let mut entries = not.iter().flat_map(|resources| &resources.entries);
        if entries.any(|entry| entry.pattern.pattern.has_variables()) {
            self.notes.push(NOTE_VARIABLE);
        }
        let context = &self.request.context;
        let via_service = context.get("kms:viaservice").present != Truth::No;
        let network = ["aws:sourcevpce", "aws:sourcevpc", "aws:sourceip"];
        let mut conditions = statement.readable_conditions();
        let absent = conditions.any(|condition| {
            network.contains(&condition.key.as_str())
                && context.get(&condition.key).present == Truth::No
        });
        if policy.kind == PolicyKind::Key && via_service && absent {
            self.notes.push(NOTE_ENDPOINT_KEY);
        }
    }

    /// What would have to allow and does not.
    fn lacking(&mut self) {
        let answer = self.answer;
        if answer.denied == Truth::Yes {
            return;
        }
        if answer.grant != Truth::Yes {
            self.no_grant();
        }
        let gates = [
            (Layer::ServiceControl, answer.service_control),
            (Layer::Endpoint, answer.endpoint),
        ];
        for (layer, truth) in gates {
            if truth != Truth::Yes {
                self.gate(layer, truth);
            }
        }
    }

    /// The policies of the first level of the organization that does not allow.
    fn failing_level(&self) -> Vec<(Layer, &'p Policy)> {
        let levels = self.policies.service_control.iter();
        let mut failing = levels.filter(|level| {
            let statements = level.iter().flat_map(|policy| &policy.statements);
            let mut allows = statements.filter(|one| one.effect == Effect::Allow);
            !allows.any(|one| self.fits(Layer::ServiceControl, one).any() == Truth::Yes)
        });
        let level = failing.next().map_or(&[][..], Vec::as_slice);
        level
            .iter()
            .map(|policy| (Layer::ServiceControl, *policy))
            .collect()
    }

    fn no_grant(&mut self) {
        let answer = self.answer;
        let Means {
            account,
            role,
            free,
            ..
        } = answer.resource;
        let resource_layer = self.resource_layer();
        match &self.request.principal {
            Principal::Root { .. } if resource_layer == Layer::Trust => {
                let text = "the root user cannot assume roles";
                return self.push_whole(Layer::Trust, None, text.to_owned());
            }
            Principal::Service { .. } | Principal::Anonymous | Principal::Federated { .. } => {
                return self.gate(resource_layer, answer.grant);
            }
            _ => {}
        }
        let resource_first = together(self.request) == Some(Together::ResourceFirst);
        let is_across = answer.same_account == Truth::No;
        let direct = free.or(role);
        if is_across || resource_first {
            let named = direct.or(account);
            if named != Truth::Yes {
                self.gate(resource_layer, named);
            }
            let needs_identity = is_across || direct != Truth::Yes;
            if needs_identity && answer.identity != Truth::Yes && named != Truth::No {
                self.gate(Layer::Identity, answer.identity);
            }
        } else {
            // A grant to the role itself needs no other, and is bounded alike.
            let needs_identity = direct != Truth::Yes && answer.identity != Truth::Yes;
            if needs_identity {
                self.gate(Layer::Identity, answer.identity);
            }
            if needs_identity && self.policies.resource.is_some() {
                self.gate(resource_layer, direct);
            }
        }
        for (layer, truth) in [
            (Layer::Boundary, answer.boundary),
            (Layer::Session, answer.session),
        ] {
            if truth != Truth::Yes {
                self.gate(layer, truth);
            }
        }
    }

    /// A layer that does not allow, or of which that is open: what it says instead.
    fn gate(&mut self, layer: Layer, truth: Truth) {
        if truth == Truth::Unknown && self.certain_only {
            return;
        }
        let policies: Vec<_> = if layer == Layer::ServiceControl {
            self.failing_level()
        } else {
            let layers = self.layers().into_iter();
            layers.filter(|(one, _)| *one == layer).collect()
        };
        let mut nearest: Option<(Element, &Policy, &Statement)> = None;
        for (_, policy) in &policies {
            let allows = policy
                .statements
                .iter()
                .filter(|one| one.effect == Effect::Allow);
            for statement in allows {
                let circumstances = self.circumstances(layer);
                let fit = fit(
                    statement,
                    self.request,
                    circumstances,
                    &mut Doubts::default(),
                );
                match fit.misfit {
                    None if truth == Truth::Unknown => {
                        let text = format!("{} may allow it", statement_words(policy, statement));
                        self.push(layer, policy, statement, text);
                    }
                    Some(element) if nearest.is_none_or(|(known, ..)| element > known) => {
                        nearest = Some((element, policy, statement));
                    }
                    _ => {}
                }
            }
            if policy.is_open() {
                self.open(layer, policy);
            }
        }
        if truth == Truth::Unknown {
            return;
        }
        let (text, statement) = match nearest {
            Some((element, policy, statement)) if element > Element::Action => {
                let why = self.words.misfit(element, policy, statement);
                (why, Some((policy, statement)))
            }
            _ => {
                let policy = policies.first().map(|(_, policy)| *policy);
                (self.words.nothing(layer, policy), None)
            }
        };
        match statement {
            Some((policy, statement)) => {
                self.push(layer, policy, statement, text);
                let is_condition =
                    nearest.is_some_and(|(element, ..)| element == Element::Condition);
                let unmet = self
                    .words
                    .unmet_condition(statement)
                    .filter(|_| is_condition);
                if let Some(because) = self.because.last_mut() {
                    because.unmet = unmet.map(|condition| condition.key.clone());
                }
            }
            None => self.push_whole(layer, policies.first().map(|(_, policy)| *policy), text),
        }
        if layer == Layer::Endpoint && self.policies.endpoint.is_some_and(|one| one.gateway) {
            let statements = policies.iter().flat_map(|(_, policy)| &policy.statements);
            let mut entries = statements.filter_map(|one| one.principals.as_ref());
            let names_account = entries.any(|principals| {
                principals
                    .entries
                    .iter()
                    .any(|entry| entry.kind == PrincipalKind::Account)
            });
            if names_account {
                self.notes.push(NOTE_GATEWAY);
            }
        }
    }

    fn undecided(&mut self) {
        self.denied(Truth::Unknown);
        let answer = self.answer;
        if answer.grant != Truth::Yes {
            self.no_grant();
        }
        for (layer, truth) in [
            (Layer::ServiceControl, answer.service_control),
            (Layer::Endpoint, answer.endpoint),
        ] {
            if truth == Truth::Unknown {
                self.gate(layer, truth);
            }
        }
        for (layer, policy) in self.layers() {
            let known = self
                .because
                .iter()
                .any(|because| because.policy.as_ref() == Some(&policy.name));
            if policy.is_open() && !known {
                self.open(layer, policy);
            }
        }
    }
}
