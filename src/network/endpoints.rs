//! Which VPC endpoint the traffic from a subnet to a service takes.
//!
//! Source: AWS `PrivateLink` Guide, "Access an AWS service using an interface VPC endpoint" (private DNS),
//! "Gateway endpoints for Amazon S3" (routing) and "Private DNS" for Amazon S3 interface endpoints.

use super::{Group, Missing, Network, elements, equal, given};
use crate::model::graph::{ResourceId, Target};
use crate::model::resource::Resource;
use crate::model::truth::Truth;
use crate::model::value::{Data, Piece, Value, Why};
use crate::model::vocabulary::Kind;

/// Whether private DNS is for those who ask from outside the VPC only.
const INBOUND_ONLY: &str = "dns_options.private_dns_only_for_inbound_resolver_endpoint";

/// How traffic from a subnet leaves for a service.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Passage {
    /// Through this endpoint.
    Through(ResourceId),
    /// Through no endpoint that the input shows.
    Around,
    /// It cannot be told.
    Unknown(Missing),
}

/// What the names of services begin with that customers of AWS offer: none of them is one of AWS.
pub const OF_CUSTOMERS: &str = "com.amazonaws.vpce.";

/// Whether an endpoint is one for a service, by the last part of the service's name: `s3`,
/// `sagemaker.api`.
#[must_use]
pub fn serves(endpoint: &Resource<'_>, service: &str) -> Truth {
    let Some(name) = endpoint.get("service_name") else {
        return Truth::Unknown;
    };
    let (end, is_whole) = match &name.data {
        Data::Text(text) => (text.as_ref(), true),
        Data::Template(pieces) => match (pieces.first(), pieces.last()) {
            (Some(Piece::Known(begin)), _) if begin.starts_with(OF_CUSTOMERS) => return Truth::No,
            (_, Some(Piece::Known(end))) => (end.as_ref(), false),
            _ => return Truth::Unknown,
        },
        _ => return Truth::Unknown,
    };
    let wanted = format!(".{service}");
    if end.ends_with(&wanted) {
        Truth::Yes
    } else if is_whole || !wanted.ends_with(end) {
        Truth::No
    } else {
        Truth::Unknown
    }
}

impl<'g> Network<'g, '_> {
    /// The way from a subnet to a service of AWS, as far as endpoints go: a gateway endpoint that the
    /// subnet's route table has, else an interface endpoint of the VPC whose private DNS is on.
    #[must_use]
    pub fn passage(&self, subnet: Target<'_>, service: &str) -> Passage {
        let vpc = match self.vpc_of(subnet) {
            Ok(vpc) => vpc,
            Err(missing) => return Passage::Unknown(missing),
        };
        let (mut gateway, mut interface, mut unknown) = (None, None, None);
        for (id, endpoint) in self.all(Kind::Endpoint) {
            let of_vpc = given(endpoint.get("vpc_id"));
            let of_vpc = of_vpc.map_or(Truth::Unknown, |value| {
                equal(self.graph.target(value, Kind::VPCS), vpc)
            });
            let attribute = if of_vpc == Truth::Unknown {
                "vpc_id"
            } else {
                "service_name"
            };
            match of_vpc.and(serves(endpoint, service)) {
                Truth::No => continue,
                Truth::Unknown => {
                    let missing = Missing::of(endpoint, attribute, Why::KnownAfterApply);
                    unknown.get_or_insert(missing);
                    continue;
                }
                Truth::Yes => {}
            }
            let (is_way, missing) = if is_gateway(endpoint) {
                self.is_routed(id, subnet)
            } else {
                self.answers_for_service(id, service)
            };
            match is_way {
                Truth::Yes if is_gateway(endpoint) => gateway = Some(id),
                Truth::Yes => {
                    interface.get_or_insert(id);
                }
                Truth::Unknown => unknown = unknown.or(missing),
                Truth::No => {}
            }
        }
        if let Some(missing) = unknown {
            return Passage::Unknown(missing);
        }
        if let (Some(_), Some(id)) = (gateway, interface) {
            // The service's name leads to the interface, unless its DNS is for others than the VPC.
            let resource = self.graph.get(id);
            return match given(resource.get(INBOUND_ONLY)) {
                Some(_) => Passage::Through(id),
                None => Passage::Unknown(Missing::of(resource, INBOUND_ONLY, Why::Undocumented)),
            };
        }
        match (gateway.or(interface), vpc) {
            (Some(id), _) => Passage::Through(id),
            (None, Target::Resource(id)) if self.graph.get(id).standing.is_whole() => {
                Passage::Around
            }
            (None, vpc) if self.has_all_endpoints(vpc) => Passage::Around,
            (None, vpc) => Passage::Unknown(Missing {
                value: format!("the endpoints of {}", self.name_of(vpc)),
                why: Why::ExternalResource,
            }),
        }
    }

    /// Whether an answer of AWS lists the endpoints of a VPC.
    fn has_all_endpoints(&self, vpc: Target<'_>) -> bool {
        let mut endpoints = self.all(Kind::Endpoint);
        endpoints.any(|(id, endpoint)| {
            let of = given(endpoint.get("vpc_id"));
            let of = of.map(|value| equal(self.graph.target(value, Kind::VPCS), vpc));
            self.graph.is_listed(id) && of == Some(Truth::Yes)
        })
    }

    /// The VPC that an endpoint stands in, if it says one.
    #[must_use]
    pub fn vpc_of_endpoint(&self, endpoint: ResourceId) -> Option<Target<'g>> {
        let value = given(self.graph.get(endpoint).get("vpc_id"))?;
        Some(self.graph.target(value, Kind::VPCS))
    }

    /// Endpoints for a service in the VPC of a subnet, whether or not traffic takes them.
    pub fn endpoints_for<'n>(
        &'n self,
        subnet: Target<'_>,
        service: &'n str,
    ) -> impl Iterator<Item = ResourceId> + 'n {
        let vpc = self.vpc_of(subnet).ok();
        let all = self.all(Kind::Endpoint).filter(move |(_, endpoint)| {
            let of_vpc = given(endpoint.get("vpc_id")).zip(vpc);
            let of_vpc = of_vpc.map_or(Truth::No, |(value, vpc)| {
                equal(self.graph.target(value, Kind::VPCS), vpc)
            });
            of_vpc.and(serves(endpoint, service)) == Truth::Yes
        });
        all.map(|(id, _)| id)
    }

    /// The security groups of an endpoint: the default one of its VPC where it names none.
    #[must_use]
    pub fn groups_of_endpoint(&self, endpoint: ResourceId) -> Vec<Result<Group<'g>, Missing>> {
        let resource = self.graph.get(endpoint);
        let mut groups = Vec::new();
        let own = given(resource.get("security_group_ids"));
        for value in own.map(elements).unwrap_or_default() {
            let group = self.group(value);
            groups.push(group.map_err(|why| Missing::of(resource, "security_group_ids", why)));
        }
        let parts = self.graph.parts(endpoint, Kind::EndpointSg);
        for part in &parts.found {
            if let Some(value) = given(part.get("security_group_id")) {
                let group = self.group(value);
                let missing = |why| Missing::of(part.said_by, "security_group_id", why);
                groups.push(group.map_err(missing));
            }
        }
        if let (true, Some(Target::Resource(vpc))) =
            (groups.is_empty(), self.vpc_of_endpoint(endpoint))
        {
            groups.push(Ok(Group::DefaultOf(vpc)));
        }
        groups
    }

    /// The subnets of an endpoint's interfaces, as far as they are known.
    #[must_use]
    pub fn subnets_of_endpoint(&self, endpoint: ResourceId) -> Vec<Target<'g>> {
        let resource = self.graph.get(endpoint);
        let parts = self.graph.parts(endpoint, Kind::EndpointSubnet);
        let own = given(resource.get("subnet_ids"));
        let own = own.map(elements).unwrap_or_default().iter();
        let others = parts
            .found
            .iter()
            .filter_map(|part| given(part.get("subnet_id")));
        own.chain(others).map(|value| self.subnet(value)).collect()
    }

    /// Whether the route table of a subnet is one of a gateway endpoint's.
    fn is_routed(&self, endpoint: ResourceId, subnet: Target<'_>) -> (Truth, Option<Missing>) {
        let table = match self.table_of(subnet) {
            Ok(table) => table,
            Err(missing) => return (Truth::Unknown, Some(missing)),
        };
        let resource = self.graph.get(endpoint);
        let parts = self.graph.parts(endpoint, Kind::EndpointRt);
        let own = given(resource.get("route_table_ids")).map(|value| (resource, value));
        let others = parts
            .found
            .iter()
            .filter_map(|part| Some((part.said_by, given(part.get("route_table_id"))?)));
        let mut unknown = None;
        for (said_by, value) in own.into_iter().chain(others) {
            for one in elements(value) {
                match self.table_named(one) {
                    Ok(other) if other == table => return (Truth::Yes, None),
                    Ok(_) => {}
                    Err(why) => {
                        unknown = Some(Missing::of(said_by, "route_table_ids", why));
                    }
                }
            }
        }
        let missing = unknown.or(parts.perhaps_more.map(|why| Missing {
            value: format!("the route tables of {}", resource.address.as_str()),
            why,
        }));
        match missing {
            Some(missing) => (Truth::Unknown, Some(missing)),
            None => (Truth::No, None),
        }
    }

    /// Whether the service's own name leads to an interface endpoint.
    fn answers_for_service(&self, endpoint: ResourceId, service: &str) -> (Truth, Option<Missing>) {
        let resource = self.graph.get(endpoint);
        // Nobody has it unasked: it takes a gateway endpoint, which is looked at beside.
        let is_asked = self.graph.is_written(endpoint, INBOUND_ONLY) == Some(true);
        match flag(resource.get(INBOUND_ONLY)) {
            Truth::Yes if service == "s3" => return (Truth::No, None),
            Truth::Unknown if service == "s3" && is_asked => {
                let missing = Missing::of(resource, INBOUND_ONLY, Why::KnownAfterApply);
                return (Truth::Unknown, Some(missing));
            }
            _ => {}
        }
        self.has_private_dns(endpoint)
    }

    /// Whether private DNS of an interface endpoint is on, inside it or by a resource of its own, and what
    /// would tell.
    #[must_use]
    pub fn has_private_dns(&self, endpoint: ResourceId) -> (Truth, Option<Missing>) {
        let resource = self.graph.get(endpoint);
        let parts = self.graph.parts(endpoint, Kind::EndpointDns);
        let said = parts.found.iter().map(|part| {
            let value = part.get("private_dns_enabled");
            flag(value)
        });
        let is_on = said
            .fold(Truth::No, Truth::or)
            .or(flag(resource.get("private_dns_enabled")));
        let missing = Missing::of(resource, "private_dns_enabled", Why::KnownAfterApply);
        (is_on, (is_on == Truth::Unknown).then_some(missing))
    }
}

/// Whether an endpoint is a gateway, which it is unless it says otherwise.
#[must_use]
pub fn is_gateway(endpoint: &Resource<'_>) -> bool {
    endpoint
        .get("vpc_endpoint_type")
        .is_none_or(|value| value.as_text() == Some("Gateway"))
}

pub(super) fn flag(value: Option<&Value<'_>>) -> Truth {
    match given(value).map(|value| &value.data) {
        None => Truth::No,
        Some(Data::Bool(flag)) => (*flag).into(),
        Some(Data::Text(text)) => text.eq_ignore_ascii_case("true").into(),
        Some(_) => Truth::Unknown,
    }
}

/// The ids of the prefix lists of Amazon S3, which people write as they are; they differ by region.
const LISTS_OF_S3: [(&str, &str); 11] = [
    ("ap-northeast-1", "pl-61a54008"),
    ("ap-northeast-2", "pl-78a54011"),
    ("ap-southeast-1", "pl-6fa54006"),
    ("ap-southeast-2", "pl-6ca54005"),
    ("eu-central-1", "pl-6ea54007"),
    ("eu-west-1", "pl-6da54004"),
    ("sa-east-1", "pl-6aa54003"),
    ("us-east-1", "pl-63a5400a"),
    ("us-east-2", "pl-7ba54012"),
    ("us-west-1", "pl-6ba54002"),
    ("us-west-2", "pl-68a54001"),
];

impl Network<'_, '_> {
    /// Whether a prefix list is one of a service of AWS, by its name: no machine of a customer is in it.
    pub(super) fn is_list_of_aws(&self, list: &str) -> bool {
        let mut known = LISTS_OF_S3.iter();
        let begin = list.split(".prefix_list_id").next().unwrap_or(list);
        let of = self.graph.find(begin).map(|id| self.graph.get(id));
        known.any(|(_, id)| *id == list) || of.is_some_and(|of| of.kind() == Some(Kind::Endpoint))
    }
}

/// Whether a prefix list is that of Amazon S3 in the region of an endpoint for it, by the list's id.
pub(super) fn is_of_s3(list: &str, endpoint: &Resource<'_>) -> bool {
    let service = endpoint.get("service_name").and_then(Value::as_text);
    let mut lists = LISTS_OF_S3.iter();
    serves(endpoint, "s3") == Truth::Yes
        && lists.any(|(region, id)| {
            // Elsewhere the list would not exist.
            *id == list && service.is_none_or(|service| service.contains(region))
        })
}
