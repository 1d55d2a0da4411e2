//! Which way the requests of a workload take into AWS.
//!
//! Source: Amazon SageMaker AI Developer Guide, "Connect a Notebook Instance in a VPC to External
//! Resources" and "Give SageMaker AI Processing Jobs Access to Resources in Your Amazon VPC".

use super::Prover;
use crate::access::Way;
use crate::model::graph::{ResourceGraph, ResourceId};
use crate::model::resource::Resource;
use crate::model::truth::Truth;
use crate::model::value::{Data, Value};
use crate::model::vocabulary::Kind;
use crate::network::{Network, Passage};
use crate::workload::subnets_path;

/// The way of a notebook's or a job's requests to a service, by the last part of its endpoint service's
/// name: `s3`, `sagemaker.api`.
#[must_use]
pub fn way_of(
    graph: &ResourceGraph<'_>,
    network: &Network<'_, '_>,
    workload: ResourceId,
    service: &str,
) -> Way {
    let resource = graph.get(workload);
    if resource.kind() == Some(Kind::Notebook) {
        return of_notebook(graph, network, resource, service);
    }
    let path = resource.kind().and_then(subnets_path).unwrap_or_default();
    let Some(subnets) = resource.get(path) else {
        // Inside a network of SageMaker's own.
        return Way::Service;
    };
    let Data::List(subnets) = &subnets.data else {
        return Way::Unknown;
    };
    let ways: Vec<_> = subnets
        .iter()
        .map(|subnet| from_subnet(network, subnet, service))
        .collect();
    match ways.split_first() {
        Some((first, others)) if others.iter().all(|other| other == first) => *first,
        Some(_) => Way::Unknown,
        None => Way::Service,
    }
}

/// With direct internet access, requests to a gateway endpoint's service leave by an interface of
/// SageMaker's.
fn of_notebook(
    graph: &ResourceGraph<'_>,
    network: &Network<'_, '_>,
    notebook: &Resource<'_>,
    service: &str,
) -> Way {
    let Some(subnet) = notebook.get("subnet_id") else {
        return Way::Internet;
    };
    let is_direct = match notebook
        .get("direct_internet_access")
        .map(|value| &value.data)
    {
        None => Truth::Yes,
        Some(Data::Text(text)) => text.eq_ignore_ascii_case("enabled").into(),
        Some(_) => Truth::Unknown,
    };
    let way = from_subnet(network, subnet, service);
    let Way::Endpoint(endpoint) = way else {
        return way;
    };
    let kind = graph.get(endpoint).get("vpc_endpoint_type");
    let is_gateway = kind.is_none_or(|value| value.as_text() == Some("Gateway"));
    match is_direct {
        Truth::Yes if is_gateway => Way::Internet,
        Truth::Unknown if is_gateway => Way::Unknown,
        _ => way,
    }
}

fn from_subnet(network: &Network<'_, '_>, subnet: &Value<'_>, service: &str) -> Way {
    match network.passage(network.subnet(subnet), service) {
        Passage::Through(id) => Way::Endpoint(id),
        Passage::Around => Way::Internet,
        Passage::Unknown(_) => Way::Unknown,
    }
}

impl Prover<'_, '_, '_> {
    /// The way of a workload's requests to a service.
    pub(super) fn way(&self, workload: ResourceId, service: &str) -> Way {
        way_of(self.graph, self.network, workload, service)
    }

    /// The way to S3 of a job that stands where a notebook does, or at least in some VPC.
    pub(super) fn way_beside(&self, notebook: ResourceId, in_vpc: bool) -> Way {
        match self.graph.get(notebook).get("subnet_id") {
            Some(subnet) => from_subnet(self.network, subnet, "s3"),
            None if in_vpc => Way::Unknown,
            None => Way::Service,
        }
    }
}
