//! PG-VPCE-002.

use super::resource_policies::{
    each_policy, leads_to_sagemaker, place_of_principal, without_policy,
};
use super::statements::{about, called, hinged};
use super::{Check, Context, Example, Link, Rule, RuleKind, Subject};
use crate::access::{everybody, hinges, hinges_of_everybody};
use crate::finding::{Evidence, Severity, Verdict};
use crate::iam::policy::{Clause, Effect, Policy, Statement};
use crate::iam::{Hinge, Text, equal_texts};
use crate::model::truth::Truth;
use crate::model::vocabulary::Kind;

pub(super) const RULE: Rule = Rule {
    id: "sagemaker-endpoint-policy-customised",
    alias: "PG-VPCE-002",
    kind: RuleKind::Secure,
    tier: 1,
    severity: Severity::High,
    summary: "an endpoint for SageMaker has a policy of its own, which does not let everybody do everything",
    why: "Without a policy the endpoint lets anybody who reaches it, with credentials of any account, do \
          anything: data leaves through the private path by the API of somebody else's account. A \
          statement that allows everything to everybody without a condition is no better. `sagemaker:*` \
          for everybody is another rule's matter.",
    unsure: "An endpoint without a policy breaks the rule. A policy that is made while applying may turn out \
             either way. Judged are the endpoints of the SageMaker API, its runtime, notebooks and Studio.",
    fix: "write a `policy` that names who may do what through this endpoint",
    references: &[
        Link {
            title: "AWS PrivateLink Guide: Control access to VPC endpoints using endpoint policies",
            url: "https://docs.aws.amazon.com/vpc/latest/privatelink/vpc-endpoints-access.html",
        },
        Link {
            title: "Amazon SageMaker AI Developer Guide: Connect to SageMaker AI Within your VPC",
            url: "https://docs.aws.amazon.com/sagemaker/latest/dg/interface-vpc-endpoint.html",
        },
    ],
    assumes: &[],
    example: Example {
        fail: include_str!("../../testdata/rules/sagemaker-endpoint-policy-customised/fail.tf"),
        pass: include_str!("../../testdata/rules/sagemaker-endpoint-policy-customised/pass.tf"),
    },
    check: Check::Resource(&[Kind::Endpoint], check),
};

fn check(context: &Context<'_, '_>, endpoint: &Subject<'_, '_>) -> Verdict {
    leads_to_sagemaker(context, endpoint, |endpoint| {
        let policies = context.access.policies_of(endpoint.id);
        let lets = "lets everybody do everything through this endpoint";
        if let Some(evidence) = without_policy(endpoint, &policies, lets) {
            return Verdict::Broken(vec![evidence]);
        }
        let question = "whether the policy lets everybody do everything through this endpoint";
        each_policy(context, endpoint.resource, &policies, question, |carried| {
            let policy = &carried.policy;
            let statements = policy.statements.iter();
            statements.fold(Verdict::Holds, |verdict, statement| {
                verdict.worse(everything(context, policy, statement, lets))
            })
        })
    })
}

/// Whether a statement allows everything to everybody without a condition.
fn everything(
    context: &Context<'_, '_>,
    policy: &Policy,
    statement: &Statement,
    lets: &str,
) -> Verdict {
    let mut open = Vec::new();
    let mut allows = match statement.effect {
        Effect::Allow => Truth::Yes,
        Effect::Deny => return Verdict::Holds,
        Effect::Unknown(hole) => {
            open.push(Hinge::Hole(hole));
            Truth::Unknown
        }
    };
    if statement.readable_conditions().next().is_some() {
        return Verdict::Holds;
    }
    for clause in &statement.conditions {
        if let Clause::Open(hinge) = clause {
            // There may be a condition, or none.
            open.push(hinge.clone());
            allows = allows.and(Truth::Unknown);
        }
    }
    // One that excepts somebody is no longer AWS's own; who is left is another rule's matter.
    let principals = statement.principals.as_ref().filter(|one| !one.negated);
    let whom = principals.map_or(Truth::No, everybody);
    if whom == Truth::Unknown {
        open.extend(principals.into_iter().flat_map(hinges_of_everybody));
    }
    let actions = statement.actions.entries.iter().map(|entry| &entry.text);
    let all_actions = if statement.actions.negated {
        Truth::No
    } else {
        any_everything(actions, &mut open)
    };
    let resources = statement.resources.as_ref().filter(|one| !one.negated);
    let all_resources = resources.map_or(Truth::No, |resources| {
        let texts = resources.entries.iter();
        any_everything(texts.map(|entry| &entry.pattern.pattern.text), &mut open)
    });
    let evidence = |message: String| {
        Evidence::new(message, place_of_principal(statement)).about(about(statement, policy))
    };
    let called = called(statement, policy);
    match allows.and(whom).and(all_actions).and(all_resources) {
        Truth::No => Verdict::Holds,
        Truth::Yes => Verdict::Broken(vec![evidence(format!(
            "{called} {lets}, as if there were no policy"
        ))]),
        Truth::Unknown => {
            let question = format!("whether {called} {lets}");
            Verdict::Unsure(vec![hinged(
                context,
                evidence(String::new()),
                policy,
                &question,
                &open,
            )])
        }
    }
}

/// Whether one of these is `*`.
fn any_everything<'t>(texts: impl Iterator<Item = &'t Text>, open: &mut Vec<Hinge>) -> Truth {
    let each = texts.map(|text| match equal_texts(text, &"*".into()) {
        Truth::Unknown => {
            open.extend(hinges(text));
            Truth::Unknown
        }
        known => known,
    });
    each.fold(Truth::No, Truth::or)
}
