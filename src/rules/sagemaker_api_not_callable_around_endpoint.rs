//! PG-PATH-010.

use super::sagemaker_path::{and_more, names_sagemaker, unbound};
use super::statements::{called, named, named_hinges};
use super::{Check, Context, Example, Link, NO_SCP, Rule, RuleKind, Subject};
use crate::access::allows;
use crate::finding::{Evidence, Severity, Verdict};
use crate::model::graph::Target;
use crate::model::truth::Truth;
use crate::model::vocabulary::Kind;

pub(super) const RULE: Rule = Rule {
    id: "sagemaker-api-not-callable-around-endpoint",
    alias: "PG-PATH-010",
    kind: RuleKind::Secure,
    tier: 1,
    severity: Severity::Medium,
    summary: "the role of a notebook beside an endpoint for the SageMaker API may call SageMaker only from there",
    why: "The policy of an endpoint is asked of calls that go through it. Credentials of the role that \
          leave the notebook call the public API from anywhere, and no endpoint policy, security group or \
          network ACL sees it (`endpoint-bypassable`). A condition on `aws:SourceVpce` or `aws:SourceVpc` \
          in the role's own policies does.",
    unsure: "Judged are notebooks in a VPC with an endpoint for the SageMaker API, whose role is allowed \
             actions of SageMaker. What services call on behalf of somebody comes by no endpoint, and is \
             not judged; people are judged at the endpoint itself and by the rules on access to notebooks.",
    fix: "demand the endpoint in the role's statements on SageMaker: `StringEquals` `aws:SourceVpce` with its id",
    references: &[
        Link {
            title: "Amazon SageMaker AI Developer Guide: Connect to SageMaker AI Within your VPC",
            url: "https://docs.aws.amazon.com/sagemaker/latest/dg/interface-vpc-endpoint.html",
        },
        Link {
            title: "AWS IAM User Guide: AWS global condition context keys, aws:SourceVpce",
            url: "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html",
        },
    ],
    assumes: &[NO_SCP],
    example: Example {
        fail: include_str!(
            "../../testdata/rules/sagemaker-api-not-callable-around-endpoint/fail.tf"
        ),
        pass: include_str!(
            "../../testdata/rules/sagemaker-api-not-callable-around-endpoint/pass.tf"
        ),
    },
    check: Check::Resource(&[Kind::Notebook], check),
};

fn check(context: &Context<'_, '_>, notebook: &Subject<'_, '_>) -> Verdict {
    let resource = notebook.resource;
    let Some(subnet) = resource.get("subnet_id") else {
        return Verdict::NotApplicable;
    };
    let subnet = context.network.subnet(subnet);
    let mut endpoints = context.network.endpoints_for(subnet, "sagemaker.api");
    let role = resource
        .get("role_arn")
        .map(|role| context.graph.target(role, &[Kind::Role]));
    let (Some(endpoint), Some(Target::Resource(role))) = (endpoints.next(), role) else {
        return Verdict::NotApplicable;
    };
    let Some(caller) = context.access.caller(role) else {
        return Verdict::NotApplicable;
    };
    let endpoint = context.graph.get(endpoint);
    let role = context.graph.get(role).address.as_str();
    let (certain, open): (Vec<_>, Vec<_>) = unbound(&caller.identity)
        .into_iter()
        .partition(|one| one.open.is_empty());
    if let Some(first) = certain.first() {
        let more = and_more(certain.len());
        let message = format!(
            "`{role}` can call SageMaker past `{}`, from anywhere: {} demands neither `aws:SourceVpce` nor \
             `aws:SourceVpc`{more}",
            endpoint.address.as_str(),
            called(first.statement, first.policy),
        );
        return Verdict::Broken(vec![
            Evidence::new(message, first.statement.at)
                .code("endpoint-bypassable")
                .about(role)
                .related("the notebook that runs as this role", resource.origin)
                .related("the endpoint", endpoint.origin),
        ]);
    }
    let policies = caller.identity.iter();
    let mut unknown = policies.filter(|policy| policy.is_open());
    let (policy, hinges) = match (open.first(), unknown.next()) {
        (Some(one), _) => (one.policy, one.open.as_slice()),
        (None, Some(policy)) => (policy.as_ref(), policy.open.as_slice()),
        (None, None) => {
            let mut statements = caller.identity.iter().flat_map(|policy| &policy.statements);
            let calls = statements.any(|one| allows(one) != Truth::No && names_sagemaker(one));
            return if calls {
                Verdict::Holds
            } else {
                Verdict::NotApplicable
            };
        }
    };
    let message = format!(
        "cannot tell whether `{role}` can call SageMaker past `{}`: {} is not known as a whole",
        endpoint.address.as_str(),
        policy.words(),
    );
    let evidence = Evidence::new(message, policy.at).about(role);
    let named = named(context, policy, hinges);
    Verdict::Unsure(vec![named_hinges(evidence, &named)])
}
