//! Which way the requests of a workload take into AWS.
//!
//! Source: Amazon SageMaker AI Developer Guide, "Connect a Notebook Instance in a VPC to External
//! Resources" and "Give SageMaker AI Processing Jobs Access to Resources in Your Amazon VPC".

use super::Prover;
use crate::access::Way;
use crate::model::graph::{ResourceGraph, ResourceId, Target};
use crate::model::resource::Resource;
use crate::model::truth::Truth;
use crate::model::value::{Data, Value};
use crate::model::vocabulary::Kind;
use crate::network::{Network, Passage};
use crate::workload::{domain_of, subnets_path};

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
    match resource.kind() {
        Some(Kind::Notebook) => of_notebook(graph, network, resource, service),
        Some(Kind::NotebookDomain | Kind::NotebookProfile) => {
            of_studio(graph, network, workload, service)
        }
        // Else inside a network of SageMaker's own.
        _ => from_subnets(network, resource, service).unwrap_or(Way::Service),
    }
}

/// The way out of the subnets that a resource names, if it names any.
fn from_subnets(network: &Network<'_, '_>, resource: &Resource<'_>, service: &str) -> Option<Way> {
    let subnets = resource.get(resource.kind().and_then(subnets_path)?)?;
    let subnets = match &subnets.data {
        Data::List(subnets) => subnets.as_slice(),
        Data::Text(_) | Data::Template(_) => std::slice::from_ref(subnets),
        _ => return Some(Way::Unknown),
    };
    let mut ways = subnets
        .iter()
        .map(|subnet| from_subnet(network, subnet, service));
    let first = ways.next()?;
    Some(if ways.all(|other| other == first) {
        first
    } else {
        Way::Unknown
    })
}

/// Studio stands in the subnets of its domain only if that says so; else its requests leave by the internet.
///
/// Source: Amazon SageMaker AI Developer Guide, "Connect Amazon SageMaker Studio in a VPC to External Resources".
fn of_studio(
    graph: &ResourceGraph<'_>,
    network: &Network<'_, '_>,
    workload: ResourceId,
    service: &str,
) -> Way {
    let Some(Target::Resource(domain)) = domain_of(graph, workload) else {
        return Way::Unknown;
    };
    let domain = graph.get(domain);
    match domain
        .get("app_network_access_type")
        .map(|value| &value.data)
    {
        Some(Data::Text(text)) if text.eq_ignore_ascii_case("VpcOnly") => {
            from_subnets(network, domain, service).unwrap_or(Way::Unknown)
        }
        None | Some(Data::Null | Data::Text(_)) => Way::Internet,
        Some(_) => Way::Unknown,
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
        let domain = match domain_of(self.graph, notebook) {
            Some(Target::Resource(domain)) => domain,
            Some(_) => return Way::Unknown,
            None => notebook,
        };
        let way = from_subnets(self.network, self.graph.get(domain), "s3");
        way.unwrap_or(if in_vpc { Way::Unknown } else { Way::Service })
    }
}
