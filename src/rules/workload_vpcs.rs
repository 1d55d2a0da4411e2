//! In which subnets and VPCs workloads stand, and whether an endpoint is theirs.

use super::Context;
use crate::model::graph::{ResourceId, Target};
use crate::model::resource::Standing;
use crate::model::source::Span;
use crate::model::truth::Truth;
use crate::model::value::{Data, Value};
use crate::model::vocabulary::Kind;
use crate::workload::{PLACED_KINDS, subnets_path};

/// The subnets that a workload says it stands in, with the places.
pub(super) fn subnets_of<'g>(
    context: &Context<'g, '_>,
    workload: ResourceId,
) -> Vec<(Target<'g>, Span)> {
    let resource = context.graph.get(workload);
    let path = resource.kind().and_then(subnets_path);
    let Some(value) = path.and_then(|path| resource.get(path)) else {
        return Vec::new();
    };
    let named = elements(value).iter();
    let named = named.filter(|one| !matches!(one.data, Data::Null) && one.as_text() != Some(""));
    named
        .map(|one| (context.network.subnet(one), one.origin))
        .collect()
}

/// The VPCs that a workload stands in, as far as they are known, with the places that say so.
pub(super) fn vpcs_of<'g>(
    context: &Context<'g, '_>,
    workload: ResourceId,
) -> Vec<(Target<'g>, Span)> {
    let subnets = subnets_of(context, workload).into_iter();
    let by_subnet =
        subnets.filter_map(|(subnet, at)| Some((context.network.vpc_of(subnet).ok()?, at)));
    let mut vpcs: Vec<_> = by_subnet.collect();
    let resource = context.graph.get(workload);
    let own = resource
        .if_any("vpc_id")
        .filter(|_| resource.kind() == Some(Kind::NotebookDomain));
    if let Some(value) = own.filter(|_| vpcs.is_empty()) {
        match context.graph.target(value, Kind::VPCS) {
            Target::Unknown(_) => {}
            vpc => vpcs.push((vpc, value.origin)),
        }
    }
    vpcs
}

/// A workload that stands in subnets of the customer, or an endpoint for SageMaker; the first of the estate's own
/// that a subnet is for.
pub(super) fn tenant_of_subnet(
    context: &Context<'_, '_>,
    subnet: ResourceId,
) -> Option<ResourceId> {
    let subnet = Target::Resource(subnet);
    let mut all = tenants(context);
    all.find(|id| {
        if context.graph.get(*id).kind() == Some(Kind::Endpoint) {
            return context.network.subnets_of_endpoint(*id).contains(&subnet);
        }
        let mut own = subnets_of(context, *id).into_iter();
        own.any(|(one, _)| one == subnet)
    })
}

/// The same of a VPC.
pub(super) fn tenant_of_vpc(context: &Context<'_, '_>, vpc: Target<'_>) -> Option<ResourceId> {
    let mut all = tenants(context);
    all.find(|id| {
        if context.graph.get(*id).kind() == Some(Kind::Endpoint) {
            return context.network.vpc_of_endpoint(*id) == Some(vpc);
        }
        vpcs_of(context, *id).iter().any(|(one, _)| *one == vpc)
    })
}

/// Workloads that stand in subnets, then endpoints for SageMaker, of the estate's own.
pub(super) fn tenants<'c>(context: &'c Context<'_, '_>) -> impl Iterator<Item = ResourceId> + 'c {
    let own = |id: &ResourceId| context.graph.get(*id).standing == Standing::Judged;
    let of_kind = |is_one: fn(Kind) -> bool| {
        let all = context.graph.iter();
        all.filter(move |(_, resource)| resource.kind().is_some_and(is_one))
            .map(|(id, _)| id)
    };
    let workloads = of_kind(|kind| PLACED_KINDS.contains(&kind));
    let endpoints = of_kind(|kind| kind == Kind::Endpoint);
    let endpoints = endpoints.filter(|id| is_for_sagemaker(context, *id));
    workloads.chain(endpoints).filter(own)
}

/// A tenant in a message.
pub(super) fn named(context: &Context<'_, '_>, tenant: ResourceId) -> String {
    format!("`{}`", context.graph.get(tenant).address.as_str())
}

/// Whether an endpoint stands where a workload does: in a VPC of one, or beside an endpoint for SageMaker.
pub(super) fn is_beside_workload(context: &Context<'_, '_>, endpoint: ResourceId) -> Truth {
    let Some(vpc) = context.network.vpc_of_endpoint(endpoint) else {
        return Truth::No;
    };
    let mut found = Truth::No;
    for (id, resource) in context.graph.iter() {
        let Some(kind) = resource
            .kind()
            .filter(|_| resource.standing == Standing::Judged)
        else {
            continue;
        };
        let stands = if kind == Kind::Endpoint {
            match context.network.vpc_of_endpoint(id) {
                Some(other) if is_for_sagemaker(context, id) => same(other, vpc),
                _ => Truth::No,
            }
        } else if PLACED_KINDS.contains(&kind) {
            let subnets = subnets_of(context, id);
            let vpcs = vpcs_of(context, id);
            let known = vpcs.iter().map(|(other, _)| same(*other, vpc));
            let known = known.fold(Truth::No, Truth::or);
            if vpcs.len() < subnets.len() {
                known.or(Truth::Unknown)
            } else {
                known
            }
        } else {
            Truth::No
        };
        found = found.or(stands);
    }
    found
}

fn is_for_sagemaker(context: &Context<'_, '_>, endpoint: ResourceId) -> bool {
    let resource = context.graph.get(endpoint);
    let services = ["sagemaker.api", "sagemaker.runtime", "notebook", "studio"];
    let serves = services
        .iter()
        .map(|one| crate::network::serves(resource, one));
    serves.fold(Truth::No, Truth::or) == Truth::Yes
}

fn same(one: Target<'_>, other: Target<'_>) -> Truth {
    match (one, other) {
        (Target::Unknown(_), _) | (_, Target::Unknown(_)) => Truth::Unknown,
        _ => (one == other).into(),
    }
}

fn elements<'v, 'a>(value: &'v Value<'a>) -> &'v [Value<'a>] {
    match &value.data {
        Data::List(list) => list,
        Data::Null => &[],
        _ => std::slice::from_ref(value),
    }
}
