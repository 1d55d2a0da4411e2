//! PG-VPCE-012.

use super::workload_vpcs::vpcs_of;
use super::{Check, Context, Example, Link, Rule, RuleKind, Subject};
use crate::finding::{Evidence, Severity, Verdict};
use crate::model::graph::{ResourceId, Target};
use crate::model::resource::Standing;
use crate::model::truth::Truth;
use crate::model::value::Why;
use crate::model::vocabulary::Kind;
use crate::network::serves;

pub(super) const RULE: Rule = Rule {
    id: "runtime-endpoint-not-mistaken-for-api",
    alias: "PG-VPCE-012",
    kind: RuleKind::Explain,
    tier: 1,
    severity: Severity::Info,
    summary: "no endpoint for the SageMaker runtime stands where one for the API is meant",
    why: "The endpoint for the SageMaker runtime carries requests to models (`InvokeEndpoint`) and nothing \
          else. Jobs are created, and notebooks opened, by the SageMaker API, which has an endpoint of its \
          own: without it a notebook's calls take another way or none (medium), and a policy on the runtime \
          endpoint is not asked of them.",
    unsure: "Emitted for a runtime endpoint in a VPC without an endpoint for the API where a notebook or a \
             Studio domain stands, and for one with a policy of its own beside an endpoint for the API that \
             has none. Another endpoint of the VPC whose service is not \
             known may be the one for the API.",
    fix: "make an interface endpoint for `sagemaker.api`, and write the policy there",
    references: &[
        Link {
            title: "Amazon SageMaker AI Developer Guide: Connect to SageMaker AI Within your VPC",
            url: "https://docs.aws.amazon.com/sagemaker/latest/dg/interface-vpc-endpoint.html",
        },
        Link {
            title: "AWS PrivateLink Guide: AWS services that integrate with AWS PrivateLink",
            url: "https://docs.aws.amazon.com/vpc/latest/privatelink/aws-services-privatelink-support.html",
        },
    ],
    assumes: &[],
    example: Example {
        fail: include_str!("../../testdata/rules/runtime-endpoint-not-mistaken-for-api/fail.tf"),
        pass: include_str!("../../testdata/rules/runtime-endpoint-not-mistaken-for-api/pass.tf"),
    },
    check: Check::Resource(&[Kind::Endpoint], check),
};

fn check(context: &Context<'_, '_>, endpoint: &Subject<'_, '_>) -> Verdict {
    let is_runtime = is_one_of(
        context,
        endpoint.id,
        ["sagemaker.runtime", "sagemaker.runtime-fips"],
    );
    let vpc = context.network.vpc_of_endpoint(endpoint.id);
    let Some(vpc @ (Target::Resource(_) | Target::Outside(_))) =
        vpc.filter(|_| is_runtime == Truth::Yes)
    else {
        return Verdict::NotApplicable;
    };
    let others = context.graph.iter().filter(|(id, resource)| {
        resource.kind() == Some(Kind::Endpoint) && context.network.vpc_of_endpoint(*id) == Some(vpc)
    });
    let (mut api, mut perhaps) = (Vec::new(), None);
    for (id, _) in others {
        match is_one_of(context, id, ["sagemaker.api", "sagemaker.api-fips"]) {
            Truth::Yes => api.push(id),
            Truth::Unknown => perhaps = Some(id),
            Truth::No => {}
        }
    }
    let Some(first) = api.first() else {
        let Some(notebook) = notebook_in(context, vpc) else {
            return Verdict::NotApplicable;
        };
        let notebook = context.graph.get(notebook);
        if let Some(perhaps) = perhaps {
            let value = context.graph.get(perhaps).name_of("service_name");
            let why = Why::KnownAfterApply;
            let message = format!(
                "cannot tell whether the VPC of this endpoint has one for the SageMaker API besides: `{value}` \
                 is not known ({why})"
            );
            let evidence = Evidence::new(message, endpoint.place("service_name")).about("service");
            return Verdict::Unsure(vec![evidence.hinges_on(value, why)]);
        }
        let message = format!(
            "this endpoint carries requests to models, not calls of the SageMaker API, and the VPC has no \
             endpoint for those of `{}`",
            notebook.address.as_str()
        );
        return Verdict::Broken(vec![
            Evidence::new(message, endpoint.place("service_name"))
                .severity(Severity::Medium)
                .about("service")
                .related("what calls the API", notebook.origin),
        ]);
    };
    let has_policy = |id| !context.access.policies_of(id).policies.is_empty();
    let none_has = !api.iter().any(|id| has_policy(*id));
    if !has_policy(endpoint.id) || !none_has {
        return Verdict::Holds;
    }
    let api = context.graph.get(*first);
    let message = format!(
        "the policy of this endpoint is asked of requests to models only: calls of the SageMaker API go \
         through `{}`, which has no policy of its own",
        api.address.as_str()
    );
    Verdict::Broken(vec![
        Evidence::new(message, endpoint.place("policy"))
            .about("policy")
            .fix("write the policy on the endpoint for the API")
            .related("the endpoint for the API", api.origin),
    ])
}

fn is_one_of(context: &Context<'_, '_>, endpoint: ResourceId, services: [&str; 2]) -> Truth {
    let resource = context.graph.get(endpoint);
    let each = services.iter().map(|service| serves(resource, service));
    each.fold(Truth::No, Truth::or)
}

/// A notebook or a Studio domain in a VPC.
fn notebook_in(context: &Context<'_, '_>, vpc: Target<'_>) -> Option<ResourceId> {
    let mut notebooks = context.graph.iter().filter(|(_, resource)| {
        matches!(resource.kind(), Some(Kind::Notebook | Kind::NotebookDomain))
            && resource.standing == Standing::Judged
    });
    let is_there = |id| vpcs_of(context, id).iter().any(|(own, _)| *own == vpc);
    notebooks.find(|(id, _)| is_there(*id)).map(|(id, _)| id)
}
