//! PG-VPCE-003.

use super::resource_policies::{
    Asked, WHO, each_policy, everybody, foreign_accounts, joined, leads_to_sagemaker,
    without_policy,
};
use super::statements::{about, called};
use super::{Check, Context, Example, Link, Rule, RuleKind, Subject};
use crate::finding::{Evidence, Severity, Verdict};
use crate::iam::policy::{Policy, PrincipalEntry, PrincipalKind};
use crate::model::truth::Truth;
use crate::model::vocabulary::Kind;

pub(super) const RULE: Rule = Rule {
    id: "sagemaker-endpoint-policy-names-principals",
    alias: "PG-VPCE-003",
    kind: RuleKind::Secure,
    tier: 1,
    severity: Severity::High,
    summary: "the policy of an endpoint for SageMaker says who may use it: principals of the own account",
    why: "An endpoint policy that lets everybody in is open to credentials of any account that somebody \
          brings into the network. Each statement must name users, roles or accounts, or demand \
          `aws:PrincipalArn`, `aws:PrincipalAccount`, `aws:PrincipalOrgID` or `aws:PrincipalTag/…` of a \
          wildcard. An IAM group is no principal: AWS refuses such a policy (`group-as-principal`).",
    unsure: "An endpoint without a policy breaks the rule. Which account is the own one is told by \
             `data.aws_caller_identity`, by `allowed_account_ids` or by `--account`; a literal account \
             cannot be judged without. Whether those who are named are those who need it is not judged.",
    fix: "name roles and users by ARN, or demand `aws:PrincipalArn` in a condition",
    references: &[
        Link {
            title: "AWS PrivateLink Guide: Control access to VPC endpoints using endpoint policies",
            url: "https://docs.aws.amazon.com/vpc/latest/privatelink/vpc-endpoints-access.html",
        },
        Link {
            title: "IAM User Guide: AWS JSON policy elements: Principal (groups cannot be named)",
            url: "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html",
        },
    ],
    assumes: &[],
    example: Example {
        fail: include_str!(
            "../../testdata/rules/sagemaker-endpoint-policy-names-principals/fail.tf"
        ),
        pass: include_str!(
            "../../testdata/rules/sagemaker-endpoint-policy-names-principals/pass.tf"
        ),
    },
    check: Check::Resource(&[Kind::Endpoint], check),
};

fn check(context: &Context<'_, '_>, endpoint: &Subject<'_, '_>) -> Verdict {
    let asked = Asked {
        does: "use this endpoint",
        noun: "endpoint",
        severity: Severity::High,
        but: "",
    };
    let keys = [&WHO[..], &["aws:principaltag/*"]].concat();
    leads_to_sagemaker(context, endpoint, |endpoint| {
        let policies = context.access.policies_of(endpoint.id);
        let lets = "lets anybody use this endpoint";
        if let Some(evidence) = without_policy(endpoint, &policies, lets) {
            return Verdict::Broken(vec![evidence]);
        }
        let question = "whether the policy says who may use this endpoint";
        each_policy(context, endpoint.resource, &policies, question, |carried| {
            let policy = &carried.policy;
            let refused = refused(context, policy);
            if refused != Verdict::Holds {
                return refused;
            }
            let every = |_: &_| (Truth::Yes, Vec::new());
            let foreign = foreign_accounts(context, endpoint.resource, policy, asked, every);
            joined(everybody(context, policy, &keys, asked), foreign)
        })
    })
}

/// Principals for which AWS refuses the whole policy.
fn refused(context: &Context<'_, '_>, policy: &Policy) -> Verdict {
    let mut evidence = Vec::new();
    for statement in &policy.statements {
        let entries = statement.principals.iter().flat_map(|one| &one.entries);
        for entry in entries {
            let shown = context.access.show(&entry.text);
            let called = called(statement, policy);
            let of = |message: String| {
                Evidence::new(message, entry.at)
                    .about(format!("{} {shown}", about(statement, policy)))
            };
            if is_group(entry) {
                let message = format!(
                    "{called} names `{shown}`, but a group is no principal: AWS refuses this policy"
                );
                evidence.push(
                    of(message)
                        .code("group-as-principal")
                        .fix("name the users, or the role that the members of the group assume"),
                );
            } else if entry.kind == PrincipalKind::Invalid {
                let message = format!(
                    "{called} names `{shown}`, which is no principal: AWS refuses this policy"
                );
                evidence.push(of(message).fix("write the whole ARN, with the id of the account"));
            }
        }
    }
    if evidence.is_empty() {
        Verdict::Holds
    } else {
        Verdict::Broken(evidence)
    }
}

/// `arn:aws:iam::111122223333:group/analysts`, also of an account that is not known.
fn is_group(entry: &PrincipalEntry) -> bool {
    let fields = entry.text.fields(5).unwrap_or_default();
    match fields.as_slice() {
        [_, _, service, _, _, rest] => {
            service.known() == Some("iam") && rest.known_start().starts_with("group/")
        }
        _ => false,
    }
}
