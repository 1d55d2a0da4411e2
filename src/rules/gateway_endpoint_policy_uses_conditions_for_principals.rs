//! PG-VPCE-009.

use super::resource_policies::each_policy;
use super::statements::{about, called, hinged};
use super::{Check, Context, Example, Link, Rule, RuleKind, Setting, Subject};
use crate::access::{ResourcePolicy, hinges};
use crate::finding::{Evidence, Severity, Verdict};
use crate::iam::condition::Condition;
use crate::iam::policy::{Policy, PrincipalKind, Statement};
use crate::iam::{Text, equal_texts};
use crate::model::source::Span;
use crate::model::truth::Truth;
use crate::model::vocabulary::Kind;

/// The longest policy that an endpoint takes, in characters.
const MOST_CHARACTERS: usize = 20_480;

/// Keys with ids that AWS makes, in which an endpoint policy may have no wildcards.
const IDS: [&str; 5] = [
    "aws:principalaccount",
    "aws:resourceaccount",
    "aws:sourceaccount",
    "aws:sourcevpc",
    "aws:sourcevpce",
];

pub(super) const RULE: Rule = Rule {
    id: "gateway-endpoint-policy-uses-conditions-for-principals",
    alias: "PG-VPCE-009",
    kind: RuleKind::Works,
    tier: 1,
    severity: Severity::Medium,
    summary: "the policy of a gateway endpoint says who may use it by conditions, and is one that AWS takes",
    why: "In the policy of a gateway endpoint a principal does not mean what it means elsewhere: an account \
          is its root user only, and a role or user by ARN is not matched as on an interface endpoint. The \
          statement matches nobody, and requests are denied, or are not. AWS also refuses policies without \
          principals, of more than 20,480 characters, with wildcards in ids of accounts, VPCs and \
          endpoints, or with an account that is part id, part wildcard (`well-formedness`).",
    unsure: "An endpoint without a policy is not judged. A policy or a type that is made while applying may \
             turn out either way.",
    fix: "write `Principal = \"*\"`, and who is meant as a condition on `aws:PrincipalArn` or `aws:PrincipalAccount`",
    references: &[Link {
        title: "AWS PrivateLink Guide: Control access to VPC endpoints using endpoint policies (principals for gateway endpoints)",
        url: "https://docs.aws.amazon.com/vpc/latest/privatelink/vpc-endpoints-access.html",
    }],
    assumes: &[],
    example: Example {
        fail: include_str!(
            "../../testdata/rules/gateway-endpoint-policy-uses-conditions-for-principals/fail.tf"
        ),
        pass: include_str!(
            "../../testdata/rules/gateway-endpoint-policy-uses-conditions-for-principals/pass.tf"
        ),
    },
    check: Check::Resource(&[Kind::Endpoint], check),
};

fn check(context: &Context<'_, '_>, endpoint: &Subject<'_, '_>) -> Verdict {
    let path = "vpc_endpoint_type";
    let kind = endpoint.setting(path);
    if let Setting::Known { text, .. } = &kind
        && text != "Gateway"
    {
        return Verdict::NotApplicable;
    }
    let policies = context.access.policies_of(endpoint.id);
    if policies.policies.is_empty() && policies.perhaps_more.is_none() {
        return Verdict::NotApplicable;
    }
    let question = "whether the policy of this gateway endpoint works";
    let verdict = each_policy(context, endpoint.resource, &policies, question, |carried| {
        let policy = &carried.policy;
        let statements = policy.statements.iter();
        statements.fold(taken(carried), |verdict, statement| {
            let verdict = verdict.worse(principals(context, policy, statement));
            verdict.worse(ids(context, policy, statement))
        })
    });
    match kind {
        Setting::Unknown(why, _) => {
            let question = "whether this is a gateway endpoint";
            verdict.if_so(question, &endpoint.value_name(path), why)
        }
        _ => verdict,
    }
}

/// Whether AWS takes the document at all.
fn taken(carried: &ResourcePolicy<'_, '_>) -> Verdict {
    let policy = &carried.policy;
    let broken = |message: String, fix: &str| {
        let evidence = Evidence::new(message, policy.at).about(policy.name.as_str());
        Verdict::Broken(vec![evidence.code("well-formedness").fix(fix)])
    };
    if let Some(reason) = &policy.refused {
        let message = format!("AWS refuses `{}`: {reason}", policy.name);
        return broken(message, "correct the policy");
    }
    let length = carried
        .value
        .as_text()
        .map_or(0, |text| text.chars().count());
    if length > MOST_CHARACTERS {
        let message = format!(
            "AWS refuses `{}`: it has {length} characters, and an endpoint policy at most {MOST_CHARACTERS}",
            policy.name
        );
        return broken(message, "join statements, or leave out white space");
    }
    Verdict::Holds
}

/// Whether a statement is for `*`.
fn principals(context: &Context<'_, '_>, policy: &Policy, statement: &Statement) -> Verdict {
    let Some(principals) = &statement.principals else {
        return Verdict::Holds;
    };
    let called = called(statement, policy);
    if principals.negated {
        let message = format!(
            "{called} has a `NotPrincipal`, which on a gateway endpoint does not except whom it names"
        );
        let evidence = Evidence::new(message, statement.at).about(about(statement, policy));
        return Verdict::Broken(vec![evidence]);
    }
    let mut verdict = Verdict::Holds;
    for entry in &principals.entries {
        let shown = context.access.show(&entry.text);
        let evidence = |message: String| {
            Evidence::new(message, entry.at).about(format!("{} {shown}", about(statement, policy)))
        };
        let is_everybody = match entry.kind {
            PrincipalKind::Everybody => Truth::Yes,
            _ => equal_texts(&entry.text, &"*".into()),
        };
        verdict = verdict.worse(match is_everybody {
            Truth::Yes => Verdict::Holds,
            Truth::No => {
                let means = match entry.kind {
                    PrincipalKind::Account => "is the root user of the account only",
                    _ => "is not compared with who asks: it takes `*` and conditions",
                };
                Verdict::Broken(vec![evidence(format!(
                    "{called} names `{shown}`, which in the policy of a gateway endpoint {means}"
                ))])
            }
            Truth::Unknown => {
                let question = format!("whether {called} is for `*`");
                let evidence = evidence(String::new());
                let of = hinges(&entry.text);
                Verdict::Unsure(vec![hinged(context, evidence, policy, &question, &of)])
            }
        });
    }
    verdict
}

/// Whether ids of accounts, VPCs and endpoints are whole.
fn ids(context: &Context<'_, '_>, policy: &Policy, statement: &Statement) -> Verdict {
    let called = called(statement, policy);
    let judge = |text: &Text, at: Span, truth: Truth, what: &str, rest: &str| {
        let shown = context.access.show(text);
        let evidence = |message: String| {
            Evidence::new(message, at)
                .about(format!("{} {shown}", about(statement, policy)))
                .code("well-formedness")
                .fix("write the whole id")
        };
        match truth {
            Truth::No => Verdict::Holds,
            Truth::Yes => Verdict::Broken(vec![evidence(format!(
                "{called} has `{shown}` {what}, {rest}"
            ))]),
            Truth::Unknown => {
                let question = format!("whether AWS takes what {called} has {what}");
                let evidence = evidence(String::new());
                Verdict::Unsure(vec![hinged(
                    context,
                    evidence,
                    policy,
                    &question,
                    &hinges(text),
                )])
            }
        }
    };
    let mut verdict = Verdict::Holds;
    for condition in statement.readable_conditions() {
        let what = format!("in its condition on `{}`", condition.written_key);
        let is_id = IDS.contains(&condition.key.as_str());
        for value in &condition.values {
            let text = &value.text;
            verdict = verdict.worse(if is_id {
                let rest = "but AWS takes no wildcards in such ids";
                judge(text, condition.at, is_wild(text), &what, rest)
            } else if is_about_arns(condition) {
                let rest = "but AWS takes an account id or a wildcard, not a mix";
                judge(text, condition.at, is_mixed(text), &what, rest)
            } else {
                Verdict::Holds
            });
        }
    }
    let resources = statement.resources.iter().flat_map(|one| &one.entries);
    for entry in resources {
        let text = &entry.pattern.pattern.text;
        let rest = "but AWS takes an account id or a wildcard, not a mix";
        verdict = verdict.worse(judge(text, entry.at, is_mixed(text), "as a resource", rest));
    }
    verdict
}

fn is_about_arns(condition: &Condition) -> bool {
    condition.key.ends_with("arn")
}

/// Whether a wildcard stands in a text.
fn is_wild(text: &Text) -> Truth {
    if text.known().is_some_and(|text| text.contains(['*', '?'])) {
        return Truth::Yes;
    }
    let is_open = text.holes().any(|hole| hole.domain.admits('*'));
    if is_open { Truth::Unknown } else { Truth::No }
}

/// Whether the account of an ARN is part id, part wildcard.
fn is_mixed(arn: &Text) -> Truth {
    let Some(fields) = arn.fields(5) else {
        return Truth::Unknown;
    };
    let Some(account) = fields.get(4).filter(|_| fields.len() == 6) else {
        return Truth::No;
    };
    let is_part_id = account
        .known()
        .is_none_or(|account| account.contains(|at: char| at.is_ascii_alphanumeric()));
    if is_part_id {
        is_wild(account)
    } else {
        Truth::No
    }
}
