//! What rules ask about the policies that resources carry: whom they let in, and what cannot be told.

use super::log_destinations::is_of_load_balancing;
use super::statements::{about, called, hinged, open};
use super::{Context, Subject};
use crate::access::{
    Account, Bound, ResourcePolicies, ResourcePolicy, admitted_accounts, demanded, hinges,
    lets_in_everybody,
};
use crate::finding::{Evidence, Severity, Verdict};
use crate::iam::policy::{Effect, PrincipalKind, Statement};
use crate::iam::text::Piece;
use crate::iam::{Hinge, Policy, Text, is_account_id};
use crate::model::graph::ResourceId;
use crate::model::resource::Resource;
use crate::model::source::Span;
use crate::model::truth::Truth;
use crate::model::value::{Value, Why};
use crate::model::vocabulary::Kind;
use crate::network::OF_CUSTOMERS;

/// Keys of which a fixed value says who is let in.
pub(super) const WHO: [&str; 5] = [
    "aws:principalaccount",
    "aws:principalorgid",
    "aws:principalorgpaths",
    "aws:principalarn",
    "kms:calleraccount",
];

/// What a rule says about one policy.
#[derive(Debug, Clone, Copy)]
pub(super) struct Asked<'r> {
    /// What those do who are let in: `use this key`.
    pub(super) does: &'r str,
    /// What they do it to: `key`.
    pub(super) noun: &'r str,
    pub(super) severity: Severity,
    /// What keeps everybody out all the same.
    pub(super) but: &'r str,
}

/// Judges each policy of a resource; what is missing or not known as a whole makes it unsure.
pub(super) fn each_policy<'g, 'a>(
    context: &Context<'g, 'a>,
    resource: &Resource<'_>,
    policies: &ResourcePolicies<'g, 'a>,
    question: &str,
    judge: impl Fn(&ResourcePolicy<'g, 'a>) -> Verdict,
) -> Verdict {
    let mut verdict = Verdict::Holds;
    for carried in &policies.policies {
        verdict = verdict.worse(judge(carried));
        verdict = verdict.worse(open(context, &carried.policy, question));
    }
    if let Some(why) = policies.perhaps_more {
        verdict = verdict.worse(Verdict::Unsure(vec![missing(resource, why, question)]));
    }
    verdict
}

/// Unsure because a resource may have a policy that the input does not show.
pub(super) fn missing(resource: &Resource<'_>, why: Why, question: &str) -> Evidence {
    let policy = format!("the policy of {}", resource.address.as_str());
    let message = format!("cannot tell {question}: {policy} is not known ({why})");
    Evidence::new(message, resource.origin)
        .about("policy")
        .hinges_on(policy, why)
}

/// Statements that let in whoever it be.
pub(super) fn everybody(
    context: &Context<'_, '_>,
    policy: &Policy,
    keys: &[&str],
    asked: Asked<'_>,
) -> Verdict {
    let mut verdict = Verdict::Holds;
    for statement in &policy.statements {
        let called = called(statement, policy);
        let evidence = |message: String| {
            Evidence::new(message, place_of_principal(statement))
                .about(about(statement, policy))
                .severity(asked.severity)
        };
        verdict = verdict.worse(match lets_in_everybody(statement, keys) {
            Bound::Closed => Verdict::Holds,
            Bound::Open => {
                let negated = statement.principals.as_ref().is_some_and(|one| one.negated);
                let whom = if negated {
                    "anybody but those it names"
                } else {
                    "anybody"
                };
                let open = conditions(statement);
                let but = asked.but;
                Verdict::Broken(vec![evidence(format!(
                    "{called} lets {whom} {}{open}{but}",
                    asked.does
                ))])
            }
            Bound::Unknown(hinges) => {
                let question = format!("whether {called} lets anybody {}", asked.does);
                let evidence = evidence(String::new());
                Verdict::Unsure(vec![hinged(context, evidence, policy, &question, &hinges)])
            }
        });
    }
    verdict
}

/// Why the conditions of an open statement do not help.
fn conditions(statement: &Statement) -> String {
    let mut keys: Vec<_> = statement
        .readable_conditions()
        .map(|condition| format!("`{}` (`{}`)", condition.written_key, condition.name))
        .collect();
    keys.dedup();
    match keys.as_slice() {
        [] => String::new(),
        [one] => format!(": its condition on {one} leaves open who that is"),
        several => format!(
            ": its conditions on {} leave open who that is",
            several.join(", ")
        ),
    }
}

/// Where a statement says whom it is about.
pub(super) fn place_of_principal(statement: &Statement) -> Span {
    let entries = statement.principals.iter().flat_map(|one| &one.entries);
    let mut everybody = entries.filter(|entry| entry.kind == PrincipalKind::Everybody);
    everybody.next().map_or(statement.at, |entry| entry.at)
}

/// Statements that let in accounts other than the own one, as far as `matters` says that they count.
pub(super) fn foreign_accounts(
    context: &Context<'_, '_>,
    resource: &Resource<'_>,
    policy: &Policy,
    asked: Asked<'_>,
    matters: impl Fn(&Statement) -> (Truth, Vec<Hinge>),
) -> Verdict {
    let mut verdict = Verdict::Holds;
    for statement in &policy.statements {
        let (counts, mut unknown) = matters(statement);
        if statement.effect == Effect::Deny || counts == Truth::No {
            continue;
        }
        if let Effect::Unknown(hole) = statement.effect {
            unknown.push(Hinge::Hole(hole));
        }
        for account in admitted_accounts(statement) {
            let one = AdmittedAccount {
                statement,
                policy,
                account: &account,
                asked,
            };
            verdict = verdict.worse(one.judge(context, resource, &unknown));
        }
    }
    verdict
}

struct AdmittedAccount<'s> {
    statement: &'s Statement,
    policy: &'s Policy,
    account: &'s Account,
    asked: Asked<'s>,
}

impl AdmittedAccount<'_> {
    fn judge(
        &self,
        context: &Context<'_, '_>,
        resource: &Resource<'_>,
        unknown: &[Hinge],
    ) -> Verdict {
        let called = called(self.statement, self.policy);
        let Asked { does, noun, .. } = self.asked;
        let named_by = context.access.show(&self.account.named_by);
        let Some(id) = &self.account.id else {
            return match self.account.named_by.known() {
                // A pattern: whether it lets in everybody is asked elsewhere.
                Some(_) if self.account.kind.is_none() => Verdict::Holds,
                Some(_) => self.unsure(
                    context,
                    &format!("cannot tell to which account `{named_by}` belongs, which {called} lets {does}"),
                    &format!("the account of `{named_by}`"),
                    Why::ExternalResource,
                ),
                None => {
                    let question = format!("which account {called} lets {does}");
                    let of = hinges(&self.account.named_by);
                    let evidence = self.evidence(context, "");
                    Verdict::Unsure(vec![hinged(context, evidence, self.policy, &question, &of)])
                }
            };
        };
        if self.account.kind == Some(PrincipalKind::Invalid) || is_no_account(id) {
            return match self.account.kind {
                // As above.
                None => Verdict::Holds,
                Some(_) => self.unsure(
                    context,
                    &format!("cannot tell which account {called} lets {does}: AWS refuses the principal `{named_by}`"),
                    &format!("the account in `{named_by}`"),
                    Why::Refused,
                ),
            };
        }
        if is_trusted(context, self.statement, id) || is_of_load_balancing(id) {
            return Verdict::Holds;
        }
        let shown = context.access.show(id);
        match context.access.is_own_account(resource, id) {
            (Truth::Yes, _) => Verdict::Holds,
            (Truth::No, _) if unknown.is_empty() => {
                let evidence = if named_by == shown {
                    format!("{called} lets account {shown} {does}, which is not the {noun}'s own")
                } else {
                    format!(
                        "{called} lets `{named_by}` {does}, and account {shown} is not the {noun}'s own"
                    )
                };
                Verdict::Broken(vec![self.evidence(context, &evidence)])
            }
            (Truth::No, _) => {
                let question = format!("whether {called} lets account {shown} {does}");
                Verdict::Unsure(vec![hinged(
                    context,
                    self.evidence(context, ""),
                    self.policy,
                    &question,
                    unknown,
                )])
            }
            (Truth::Unknown, of) if id.known().is_some() => {
                let message = format!(
                    "cannot tell whether account {shown}, which {called} lets {does}, is the {noun}'s own: nothing tells which account that is; pass `--account`"
                );
                let of = of.iter().map(|hinge| context.access.hinge(hinge));
                let mut evidence = self.evidence(context, &message);
                for (value, why) in of {
                    evidence = evidence.hinges_on(value, why);
                }
                Verdict::Unsure(vec![evidence])
            }
            (Truth::Unknown, of) => {
                let question = format!("which account {called} lets {does}");
                let evidence = self.evidence(context, "");
                Verdict::Unsure(vec![hinged(context, evidence, self.policy, &question, &of)])
            }
        }
    }

    fn unsure(&self, context: &Context<'_, '_>, message: &str, value: &str, why: Why) -> Verdict {
        Verdict::Unsure(vec![self.evidence(context, message).hinges_on(value, why)])
    }

    fn evidence(&self, context: &Context<'_, '_>, message: &str) -> Evidence {
        let entries = self
            .statement
            .principals
            .iter()
            .flat_map(|one| &one.entries);
        let mut named = entries.filter(|entry| entry.text == self.account.named_by);
        let at = named.next().map_or(self.statement.at, |entry| entry.at);
        Evidence::new(message, at)
            .about(format!(
                "{} {}",
                about(self.statement, self.policy),
                context.access.show(&self.account.named_by)
            ))
            .severity(self.asked.severity)
    }
}

/// Whether the user trusts an account, or the organization that a statement demands.
pub(super) fn is_trusted(context: &Context<'_, '_>, statement: &Statement, account: &Text) -> bool {
    let is_own_organization = |text: &Text| {
        let mut ids = context.settings.organization.iter();
        text.known().is_some_and(|known| ids.any(|id| id == known))
    };
    // A path begins with the organization that it is in: `o-a1b2c3d4e5/r-ab12/*`.
    let is_own_path = |text: &Text| {
        let mut ids = context.settings.organization.iter();
        let id = text.known_start().split_once('/').map(|(id, _)| id);
        id.is_some_and(|id| ids.any(|own| own == id))
    };
    let are_own = |key: &str, is_own: &dyn Fn(&Text) -> bool| {
        demanded(statement, key).any(|condition| {
            let mut values = condition.values.iter();
            !condition.values.is_empty() && values.all(|value| is_own(&value.text))
        })
    };
    context.is_trusted_account(account)
        || are_own("aws:principalorgid", &is_own_organization)
        || are_own("aws:principalorgpaths", &is_own_path)
}

/// Whether a known text is no account id: a wildcard, a variable, a name.
fn is_no_account(account: &Text) -> bool {
    account.known().is_some_and(|id| !is_account_id(id))
}

/// Judges an endpoint that leads to SageMaker: its API, its runtime, notebooks or Studio.
pub(super) fn leads_to_sagemaker(
    context: &Context<'_, '_>,
    endpoint: &Subject<'_, '_>,
    judge: impl Fn(&Subject<'_, '_>) -> Verdict,
) -> Verdict {
    let path = "service_name";
    let name = endpoint.value_name(path);
    let value = endpoint.resource.get(path);
    let service = value.map(|value| context.access.text(value, &name));
    let leads = match &service {
        None => Truth::No,
        Some(None) => Truth::Unknown,
        Some(Some(service)) => is_of_sagemaker(service),
    };
    match leads {
        Truth::Yes => judge(endpoint),
        Truth::No => Verdict::NotApplicable,
        Truth::Unknown => {
            let why = value.and_then(Value::why_unknown);
            let why = why.unwrap_or(Why::KnownAfterApply);
            let question = "whether this endpoint leads to SageMaker";
            judge(endpoint).if_so(question, &name, why)
        }
    }
}

fn is_of_sagemaker(service: &Text) -> Truth {
    if service.known_start().starts_with(OF_CUSTOMERS) {
        return Truth::No;
    }
    let (end, is_whole) = match (service.known(), service.pieces().last()) {
        (Some(known), _) => (known, true),
        (None, Some(Piece::Literal(end))) => (end.as_str(), false),
        (None, _) => return Truth::Unknown,
    };
    let of_region = [
        ".sagemaker.api",
        ".sagemaker.api-fips",
        ".sagemaker.runtime",
        ".sagemaker.runtime-fips",
    ];
    let of_sagemaker = [".notebook", ".studio"];
    let is_one = |ends: &[&str]| ends.iter().any(|known| end.ends_with(known));
    let is_own = service.known_start().contains("aws.sagemaker.");
    if is_one(&of_region) || is_own && is_one(&of_sagemaker) {
        return Truth::Yes;
    }
    // What is not known before this end may complete it.
    let mut all = of_region.iter().chain(&of_sagemaker);
    let is_possible = all.any(|known| known.ends_with(end) || end.ends_with(known));
    if is_whole || !is_possible {
        Truth::No
    } else {
        Truth::Unknown
    }
}

/// What an endpoint for notebooks opens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Door {
    /// The API of SageMaker, which makes the URL of a notebook.
    Api,
    /// Notebooks themselves.
    Notebook,
}

/// Which way to notebooks an endpoint is, if one.
pub(super) fn door(context: &Context<'_, '_>, endpoint: &Resource<'_>) -> Option<Door> {
    let service = context
        .access
        .text(endpoint.get("service_name")?, endpoint.address.as_str())?;
    let end = match (service.known(), service.pieces().last()) {
        (Some(known), _) => known,
        (None, Some(Piece::Literal(end))) => end.as_str(),
        (None, _) => return None,
    };
    if service.known_start().starts_with(OF_CUSTOMERS) {
        None
    } else if end.ends_with(".sagemaker.api") || end.ends_with(".sagemaker.api-fips") {
        Some(Door::Api)
    } else if end.ends_with(".notebook") {
        Some(Door::Notebook)
    } else {
        None
    }
}

/// Broken because an endpoint has no policy, and so AWS's own, which lets everybody do everything.
pub(super) fn without_policy(
    endpoint: &Subject<'_, '_>,
    policies: &ResourcePolicies<'_, '_>,
    lets: &str,
) -> Option<Evidence> {
    if !policies.policies.is_empty() || policies.perhaps_more.is_some() {
        return None;
    }
    if let Some(deleted) = policies.deleted.first() {
        let address = deleted.address.as_str();
        let message =
            format!("this change deletes {address}, and what AWS puts in its place {lets}");
        return Some(Evidence::new(message, deleted.origin).about("deleted"));
    }
    let own = endpoint.own_path("policy");
    let message = format!("`{own}` is not set, and the one that AWS puts in {lets}");
    Some(Evidence::new(message, endpoint.resource.origin).about("policy"))
}

/// What is said of everybody and of accounts, without saying twice that a statement is open.
pub(super) fn joined(everybody: Verdict, foreign: Verdict) -> Verdict {
    let foreign = match (&everybody, foreign) {
        (Verdict::Unsure(open), Verdict::Unsure(mut evidence)) => {
            evidence.retain(|one| {
                let mut open = open.iter();
                !open.any(|open| one.about.starts_with(&format!("{} ", open.about)))
            });
            if evidence.is_empty() {
                Verdict::Holds
            } else {
                Verdict::Unsure(evidence)
            }
        }
        (_, foreign) => foreign,
    };
    everybody.worse(foreign)
}

/// With a severity where none is given.
pub(super) fn graded(verdict: Verdict, severity: Severity) -> Verdict {
    let graded = |evidence: Vec<Evidence>| {
        let evidence = evidence.into_iter().map(|one| Evidence {
            severity: one.severity.or(Some(severity)),
            ..one
        });
        evidence.collect()
    };
    match verdict {
        Verdict::Broken(evidence) => Verdict::Broken(graded(evidence)),
        Verdict::Unsure(evidence) => Verdict::Unsure(graded(evidence)),
        other => other,
    }
}

/// Judges every policy that lets into a bucket: its own and those of its access points, each with the
/// resource that carries it. A carrier whose bucket is not judged is judged by itself.
pub(super) fn about_bucket<'g, 'a>(
    context: &Context<'g, 'a>,
    bucket: &Subject<'_, '_>,
    question: &str,
    judge: impl Fn(ResourceId, &ResourcePolicy<'g, 'a>) -> Verdict,
) -> Verdict {
    if context.access.is_judged_with_owner(bucket.resource) {
        return Verdict::NotApplicable;
    }
    let mut carriers = vec![bucket.id];
    if bucket.resource.kind() == Some(Kind::Bucket) {
        // One whose bucket cannot be told is judged by itself.
        carriers.extend(context.access.access_points(bucket.id));
    }
    carriers
        .into_iter()
        .fold(Verdict::Holds, |verdict, carrier| {
            let policies = context.access.policies_of(carrier);
            let resource = context.graph.get(carrier);
            let one = each_policy(context, resource, &policies, question, |carried| {
                judge(carrier, carried)
            });
            verdict.worse(one)
        })
}
