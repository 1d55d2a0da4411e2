//! PG-PATH-011.

use super::hops::{blocked_by, paths_of, unsure};
use super::{Check, Context, Example, Link, PATH_ASSUMPTIONS, Rule, RuleKind, Subject};
use crate::finding::{Evidence, Severity, Verdict};
use crate::iam::Decision;
use crate::model::value::{Data, Value};
use crate::model::vocabulary::Kind;
use crate::paths::{Hop, WorkloadKind};
use crate::workload::subnets_path;

pub(super) const RULE: Rule = Rule {
    id: "endpoint-does-not-replace-permission",
    alias: "PG-PATH-011",
    kind: RuleKind::Explain,
    tier: 1,
    severity: Severity::High,
    summary: "no VPC endpoint stands where a permission is missing",
    why: "An endpoint for S3, KMS or SageMaker is a way, and gives nobody a right. Network endpoints do \
          not replace IAM permissions for S3 data access and KMS use: with the endpoint alone, the \
          workload reaches the service and is denied.",
    unsure: "Emitted for a workload in a VPC with such an endpoint whose path is broken for a missing \
             permission of the role or in a key's policy; not where the path is unsure.",
    fix: "add the permission that the path lacks; the endpoint may stay",
    references: &[
        Link {
            title: "AWS PrivateLink Guide: Control access to VPC endpoints using endpoint policies",
            url: "https://docs.aws.amazon.com/vpc/latest/privatelink/vpc-endpoints-access.html",
        },
        Link {
            title: "AWS IAM User Guide: Policy evaluation logic",
            url: "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html",
        },
    ],
    assumes: PATH_ASSUMPTIONS,
    example: Example {
        fail: include_str!("../../testdata/rules/endpoint-does-not-replace-permission/fail.tf"),
        pass: include_str!("../../testdata/rules/endpoint-does-not-replace-permission/pass.tf"),
    },
    check: Check::Resource(
        &[
            Kind::Notebook,
            Kind::NotebookDomain,
            Kind::ProcessingJob,
            Kind::ProcessingJobMonitor,
        ],
        check,
    ),
};

const ALL: &[WorkloadKind] = &[
    WorkloadKind::Notebook,
    WorkloadKind::DeclaredJob,
    WorkloadKind::StartedJob,
];

fn check(context: &Context<'_, '_>, workload: &Subject<'_, '_>) -> Verdict {
    let path = workload.resource.kind().and_then(subnets_path);
    let Some(subnets) = path.and_then(|path| workload.resource.get(path)) else {
        return Verdict::NotApplicable;
    };
    let lacking: Vec<_> = paths_of(context, workload, ALL)
        .flat_map(|path| &path.hops)
        .filter(|hop| is_lacking(hop))
        .collect();
    let mut verdict = Verdict::NotApplicable;
    let open: Vec<_> = paths_of(context, workload, ALL)
        .flat_map(|path| path.hops.iter().map(move |hop| (path, hop)))
        .filter(|(_, hop)| hop.advised.is_none() && hop.decision == Decision::Undecided)
        .collect();
    for (prefix, service, name) in SERVICES {
        let endpoint = first_endpoint(context, subnets, service);
        let Some(endpoint) = endpoint else { continue };
        verdict = verdict.worse(Verdict::Holds);
        let mut actions: Vec<_> = lacking
            .iter()
            .filter(|hop| hop.action.starts_with(prefix))
            .map(|hop| format!("`{}`", hop.action))
            .collect();
        actions.sort();
        actions.dedup();
        if let Some((path, hop)) = open.iter().find(|(_, hop)| hop.action.starts_with(prefix)) {
            verdict = verdict.worse(Verdict::Unsure(vec![unsure(context, path, &[*hop])]));
        }
        let Some(first) = lacking.iter().find(|hop| hop.action.starts_with(prefix)) else {
            continue;
        };
        let endpoint = context.graph.get(endpoint);
        let message = format!(
            "`{}` is a way to {name} and gives no permission: `{}` is still denied {}",
            endpoint.address.as_str(),
            first.principal,
            actions.join(", ")
        );
        let evidence = Evidence::new(message, workload.resource.origin)
            .code("endpoint-present-permission-missing")
            .about(service);
        verdict = verdict.worse(Verdict::Broken(vec![evidence]));
    }
    verdict
}

/// Services with the prefix of their actions and the end of their endpoints' names.
const SERVICES: [(&str, &str, &str); 3] = [
    ("s3:", "s3", "Amazon S3"),
    ("kms:", "kms", "AWS KMS"),
    ("sagemaker:", "sagemaker.api", "SageMaker"),
];

/// A permission of the role or in a key's policy is missing, and nothing else keeps the request out.
fn is_lacking(hop: &Hop) -> bool {
    hop.advised.is_none()
        && hop.answer.is_some()
        && hop.decision == Decision::DeniedByDefault
        && blocked_by(hop).is_none()
}

/// The first endpoint for a service in the VPC of one of these subnets.
fn first_endpoint(
    context: &Context<'_, '_>,
    subnets: &Value<'_>,
    service: &str,
) -> Option<crate::model::graph::ResourceId> {
    let subnets = match &subnets.data {
        Data::List(list) => list.as_slice(),
        _ => std::slice::from_ref(subnets),
    };
    subnets.iter().find_map(|subnet| {
        let subnet = context.network.subnet(subnet);
        context.network.endpoints_for(subnet, service).next()
    })
}
