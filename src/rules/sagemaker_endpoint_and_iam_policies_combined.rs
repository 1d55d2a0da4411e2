//! PG-VPCE-004.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::resource_policies::leads_to_sagemaker;
use super::sagemaker_only::{Beyond, beyond_sagemaker, denies_the_rest};
use super::sagemaker_path::{Unbound, and_more, names_sagemaker, unbound};
use super::statements::{called, named, named_hinges};
use super::{Check, Context, Example, Link, NO_SCP, Rule, RuleKind, Subject};
use super::{sagemaker_endpoint_policy_customised, sagemaker_endpoint_policy_names_principals};
use crate::access::{Caller, allows};
use crate::finding::{Evidence, Severity, Verdict};
use crate::iam::policy::{Effect, PrincipalKind, Statement};
use crate::iam::{Policy, Text, equal_texts};
use crate::model::graph::ResourceId;
use crate::model::resource::Standing;
use crate::model::truth::Truth;
use crate::model::value::Why;
use crate::model::vocabulary::Kind;
use crate::network::serves;

pub(super) const RULE: Rule = Rule {
    id: "sagemaker-endpoint-and-iam-policies-combined",
    alias: "PG-VPCE-004",
    kind: RuleKind::Secure,
    tier: 1,
    severity: Severity::High,
    summary: "at the endpoint for the SageMaker API, an endpoint policy that says who meets IAM policies that say what",
    why: "The endpoint policy says who may use the path, the IAM policy what they may do. With one of them \
          alone, the path carries anybody's calls (`endpoint-policy-missing`), or those who are admitted \
          may do more than work with SageMaker (`iam-policy-missing`). A security group or a network ACL \
          tells machines apart, not people. The endpoint policy is asked only by way of the endpoint: \
          unless the IAM policies demand it, the same people call the public API past it \
          (`endpoint-bypassable`, medium).",
    unsure: "Judged are the IAM users that the endpoint policy names, and, where it admits whoever it be, the \
             users and groups whose policies name actions of SageMaker. What roles need besides SageMaker is \
             not judged. A scoped `iam:PassRole` and actions that only look are no more than working with \
             SageMaker takes.",
    fix: "name the users in the endpoint's `policy`, limit their IAM policies to the SageMaker API, and \
          demand the endpoint there by `aws:SourceVpce`",
    references: &[
        Link {
            title: "Amazon SageMaker AI Developer Guide: Connect to SageMaker AI Within your VPC, Create a VPC Endpoint Policy",
            url: "https://docs.aws.amazon.com/sagemaker/latest/dg/interface-vpc-endpoint.html",
        },
        Link {
            title: "AWS PrivateLink Guide: Control access to VPC endpoints using endpoint policies",
            url: "https://docs.aws.amazon.com/vpc/latest/privatelink/vpc-endpoints-access.html",
        },
    ],
    assumes: &[NO_SCP],
    example: Example {
        fail: include_str!(
            "../../testdata/rules/sagemaker-endpoint-and-iam-policies-combined/fail.tf"
        ),
        pass: include_str!(
            "../../testdata/rules/sagemaker-endpoint-and-iam-policies-combined/pass.tf"
        ),
    },
    check: Check::Resource(&[Kind::Endpoint], check),
};

fn check(context: &Context<'_, '_>, endpoint: &Subject<'_, '_>) -> Verdict {
    let is_api = ["sagemaker.api", "sagemaker.api-fips"]
        .iter()
        .map(|service| serves(endpoint.resource, service))
        .fold(Truth::No, Truth::or);
    if is_api == Truth::No {
        return Verdict::NotApplicable;
    }
    leads_to_sagemaker(context, endpoint, |endpoint| {
        let people = People::of(context, endpoint);
        let verdict = endpoint_policy(context, endpoint)
            .worse(people.iam_policies(context, endpoint))
            .worse(people.ways(context, endpoint));
        if is_api == Truth::Unknown
            && endpoint
                .resource
                .get("service_name")
                .is_some_and(|value| value.why_unknown().is_none())
        {
            let value = endpoint.value_name("service_name");
            let question = "whether this endpoint leads to the SageMaker API";
            return verdict.if_so(question, &value, Why::KnownAfterApply);
        }
        verdict
    })
}

/// Whether the endpoint's own policy says who may use it.
fn endpoint_policy(context: &Context<'_, '_>, endpoint: &Subject<'_, '_>) -> Verdict {
    let customised = sagemaker_endpoint_policy_customised::RULE.judge(context, endpoint);
    let names = sagemaker_endpoint_policy_names_principals::RULE.judge(context, endpoint);
    let evidence = match customised.worse(names) {
        Verdict::Broken(evidence) => evidence,
        Verdict::Unsure(evidence) => {
            return Verdict::Unsure(evidence.into_iter().take(1).collect());
        }
        other => return other,
    };
    let Some(first) = evidence.into_iter().next() else {
        return Verdict::Holds;
    };
    let message = format!(
        "nothing says who may use this endpoint, whatever IAM policies, security groups and network ACLs \
         say besides: {}",
        first.message
    );
    let fix = "write a `policy` on the endpoint that names the users and roles who work through it";
    Verdict::Broken(vec![
        Evidence::new(message, first.at)
            .code("endpoint-policy-missing")
            .about("endpoint policy")
            .fix(fix),
    ])
}

/// The people whom an endpoint admits, with their IAM policies.
struct People {
    /// The users and groups by address.
    names: Vec<String>,
    policies: Vec<Arc<Policy>>,
}

impl People {
    fn of(context: &Context<'_, '_>, endpoint: &Subject<'_, '_>) -> Self {
        let of = context.access.policies_of(endpoint.id);
        let statements: Vec<_> = of
            .policies
            .iter()
            .flat_map(|carried| &carried.policy.statements)
            .collect();
        // One that AWS refuses, or of which nothing is known, names nobody.
        let anybody = of.policies.is_empty() || statements.iter().any(|one| admits_anybody(one));
        let mut people = Self {
            names: Vec::new(),
            policies: Vec::new(),
        };
        for (id, resource) in context.graph.iter() {
            if resource.standing != Standing::Judged {
                continue;
            }
            let policies = match resource.kind() {
                Some(Kind::User) => context
                    .access
                    .caller(id)
                    .map(|user| (names(&statements, &user), user.identity)),
                Some(Kind::Group) => Some((false, policies_of(context, id))),
                _ => None,
            };
            let Some((is_named, policies)) = policies else {
                continue;
            };
            let works_with_it = || {
                let mut statements = policies.iter().flat_map(|policy| &policy.statements);
                statements.any(|one| allows(one) != Truth::No && names_sagemaker(one))
            };
            if is_named || anybody && works_with_it() {
                people.names.push(resource.address.as_str().to_owned());
                people.policies.extend(policies);
            }
        }
        let mut seen = BTreeSet::new();
        people
            .policies
            .retain(|policy| seen.insert(policy.name.clone()));
        people
    }

    /// Whether what they may do is limited to SageMaker.
    fn iam_policies(&self, context: &Context<'_, '_>, endpoint: &Subject<'_, '_>) -> Verdict {
        if denies_the_rest(self.policies.iter().map(AsRef::as_ref)) {
            return Verdict::Holds;
        }
        let all = self.policies.iter().flat_map(|policy| {
            let beyond = beyond_sagemaker(policy).into_iter();
            beyond.map(move |one| (policy.as_ref(), one))
        });
        let (certain, open): (Vec<_>, Vec<_>) = all.partition(|(_, one)| one.open.is_empty());
        if let Some((policy, first)) = certain.first() {
            let message = format!(
                "this endpoint admits {}, who may do more than work with SageMaker: {} allows {}{}",
                self.called(),
                called(first.statement, policy),
                actions_of(first),
                and_more(certain.len()),
            );
            let evidence = Evidence::new(message, first.statement.at)
                .code("iam-policy-missing")
                .about("IAM policies")
                .related("the endpoint", endpoint.resource.origin)
                .fix("limit the IAM policies of those who use the endpoint to the `sagemaker:` actions that they need");
            return Verdict::Broken(vec![evidence]);
        }
        let question =
            "whether those whom this endpoint admits may do more than work with SageMaker";
        if let Some((policy, first)) = open.first() {
            let named = named(context, policy, &first.open);
            let called = called(first.statement, policy);
            return unsure(question, &called, first.statement.at, &named);
        }
        let unknown = self.policies.iter().find(|policy| policy.is_open());
        unknown.map_or(Verdict::Holds, |policy| {
            let named = named(context, policy, &policy.open);
            unsure(question, &policy.words(), policy.at, &named)
        })
    }

    /// Whether what they may do is bound to the endpoint or its VPC.
    fn ways(&self, context: &Context<'_, '_>, endpoint: &Subject<'_, '_>) -> Verdict {
        let (certain, open): (Vec<Unbound<'_>>, Vec<_>) = unbound(&self.policies)
            .into_iter()
            .partition(|one| one.open.is_empty());
        if let Some(first) = certain.first() {
            let message = format!(
                "{} can call SageMaker past this endpoint, whose policy is then not asked: {} demands \
                 neither `aws:SourceVpce` nor `aws:SourceVpc`{}",
                self.called(),
                called(first.statement, first.policy),
                and_more(certain.len()),
            );
            let evidence = Evidence::new(message, first.statement.at)
                .code("endpoint-bypassable")
                .severity(Severity::Medium)
                .about("ways")
                .related("the endpoint", endpoint.resource.origin)
                .fix("demand the endpoint in these statements: `StringEquals` `aws:SourceVpce` with its id");
            return Verdict::Broken(vec![evidence]);
        }
        let Some(first) = open.first() else {
            return Verdict::Holds;
        };
        let question = "whether those whom this endpoint admits can call SageMaker past it";
        let named = named(context, first.policy, &first.open);
        let called = called(first.statement, first.policy);
        unsure(question, &called, first.statement.at, &named)
    }

    fn called(&self) -> String {
        match self.names.as_slice() {
            [] => "nobody".to_owned(),
            [one] => format!("`{one}`"),
            [one, other] => format!("`{one}` and `{other}`"),
            [one, others @ ..] => format!("`{one}` and {} more", others.len()),
        }
    }
}

fn unsure(
    question: &str,
    what: &str,
    at: crate::model::source::Span,
    named: &[(String, crate::model::value::Why)],
) -> Verdict {
    let message = format!("cannot tell {question}: {what} is not known as a whole");
    let evidence = Evidence::new(message, at).about("IAM policies");
    Verdict::Unsure(vec![named_hinges(evidence, named)])
}

/// The actions of a statement beyond SageMaker, in words: the first ones, if there are many.
fn actions_of(beyond: &Beyond<'_>) -> String {
    const SHOWN: usize = 3;
    let quoted = |action: &String| format!("`{action}`");
    let shown: Vec<_> = beyond.actions.iter().take(SHOWN).map(quoted).collect();
    match beyond.actions.len().checked_sub(SHOWN) {
        _ if shown.is_empty() => "all that its `NotAction` leaves".to_owned(),
        Some(more) if more > 0 => format!("{} and {more} more", shown.join(", ")),
        _ => shown.join(", "),
    }
}

/// Whether a statement admits people without naming them: everybody, an account, all but some.
fn admits_anybody(statement: &Statement) -> bool {
    let Some(principals) = &statement.principals else {
        return false;
    };
    let mut entries = principals.entries.iter();
    statement.effect != Effect::Deny
        && (principals.negated
            || entries
                .any(|one| matches!(one.kind, PrincipalKind::Everybody | PrincipalKind::Account)))
}

/// Whether one of the statements names a user.
fn names(statements: &[&Statement], user: &Caller) -> bool {
    let Some(arn) = arn_of(user) else {
        return false;
    };
    let allowing = statements.iter().filter(|one| one.effect != Effect::Deny);
    let mut entries = allowing.flat_map(|one| one.principals.iter().flat_map(|one| &one.entries));
    entries.any(|entry| equal_texts(&entry.text, arn) == Truth::Yes)
}

fn arn_of(caller: &Caller) -> Option<&Text> {
    match &caller.principal {
        crate::iam::Principal::User { arn, .. } => Some(arn),
        _ => None,
    }
}

fn policies_of(context: &Context<'_, '_>, group: ResourceId) -> Vec<Arc<Policy>> {
    let attached = context.access.attached(group).policies.into_iter();
    attached.map(|one| one.policy).collect()
}
