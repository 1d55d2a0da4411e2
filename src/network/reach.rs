//! Whether a service of AWS is reached from where a workload stands: a way, names that lead to it, and
//! groups and ACLs that let the traffic through on both sides.
//!
//! Source: Amazon SageMaker AI Developer Guide, "Connect a Notebook Instance in a VPC to External Resources"
//! and "Give SageMaker AI Processing Jobs Access to Resources in Your Amazon VPC"; AWS `PrivateLink` Guide,
//! "Access an AWS service using an interface VPC endpoint"; Amazon VPC User Guide, "DNS attributes".

use ipnet::IpNet;

use super::acls::{ANSWERS, HTTPS, Other, Passes};
use super::endpoints::{flag, is_gateway, is_of_s3};
use super::{Direction, Group, Missing, Network, Passage, Peer, Traffic, Via};
use super::{is_public, serves};
use crate::model::graph::{ResourceId, Target};
use crate::model::resource::Resource;
use crate::model::source::Span;
use crate::model::truth::Truth;
use crate::model::value::{Value, Why};
use crate::model::vocabulary::Kind;

/// Where a workload stands.
#[derive(Debug, Clone)]
pub struct Standpoint<'g> {
    /// The subnet.
    pub subnet: Target<'g>,
    /// The security groups, as far as they are known.
    pub groups: Vec<Result<Group<'g>, Missing>>,
}

/// What keeps a service out of reach.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Obstacle {
    /// Where the workload stands is not known.
    Place,
    /// There is no way.
    NoRoute,
    /// There is an endpoint, in another VPC.
    OtherVpc,
    /// The name of the service does not lead to the endpoint.
    Dns,
    /// The workload's security groups do not let the traffic out.
    Egress,
    /// The endpoint's security groups do not let it in.
    EndpointIngress,
    /// A network ACL does not let it through.
    Acl,
}

impl Obstacle {
    /// The finding code.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Place | Self::NoRoute => "no-route",
            Self::OtherVpc => "endpoint-other-vpc",
            Self::Dns => "dns",
            Self::Egress => "sg-egress",
            Self::EndpointIngress => "endpoint-sg-ingress",
            Self::Acl => "nacl",
        }
    }
}

/// By which way a service is reached.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Exit {
    /// Through this endpoint.
    Endpoint(ResourceId),
    /// Over a NAT gateway, by the name of it, and where its route is written.
    Nat(String, Span),
    /// Over something else that a default route leads to, where it is written.
    Elsewhere(Span),
}

/// Something that is in the way, in words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Blocked {
    /// What it is.
    pub by: Obstacle,
    /// The sentence, without the workload and the service.
    pub text: String,
    /// Where it is written.
    pub at: Option<Span>,
    /// The flag that would have to be on, if that is all.
    pub off: Option<(ResourceId, &'static str)>,
}

/// Whether a service is reached.
#[derive(Debug, Clone, Default)]
pub struct Reach {
    /// The way, if there is one.
    pub exit: Option<Exit>,
    /// What is in the way for certain.
    pub blocked: Vec<Blocked>,
    /// What may be.
    pub unknown: Vec<(Obstacle, Missing)>,
}

impl Reach {
    /// Whether the service is reached.
    #[must_use]
    pub fn is_open(&self) -> Truth {
        match (self.blocked.is_empty(), self.unknown.is_empty()) {
            (false, _) => Truth::No,
            (true, true) => Truth::Yes,
            (true, false) => Truth::Unknown,
        }
    }

    fn block(&mut self, by: Obstacle, text: String, at: Option<Span>) {
        let off = None;
        self.blocked.push(Blocked { by, text, at, off });
    }

    fn doubt(&mut self, by: Obstacle, missing: Missing) {
        self.unknown.push((by, missing));
    }
}

/// Where the traffic to a service goes.
#[derive(Debug, Clone, Copy)]
enum Destination {
    Gateway(ResourceId),
    Interface(ResourceId),
    Public,
}

impl<'g> Network<'g, '_> {
    /// Whether a service is reached from where a workload stands.
    #[must_use]
    pub fn reach(&self, from: &Standpoint<'g>, service: &str) -> Reach {
        let mut reach = self.reach_by_way(from, service);
        // Groups that let nothing out keep everything out of reach, whatever the way.
        let is_said = reach.blocked.iter().any(|one| one.by == Obstacle::Egress);
        if !is_said && !from.groups.is_empty() {
            let anything = |_: &Peer<'g>| Truth::Yes;
            let out = self.any_admits(&from.groups, Direction::Out, Traffic::HTTPS, anything);
            if let (Truth::No, at) = out {
                reach.unknown.retain(|(by, _)| *by != Obstacle::Egress);
                reach.block(Obstacle::Egress, self.lets_nothing_out(from), at);
            }
        }
        reach
    }

    fn lets_nothing_out(&self, from: &Standpoint<'g>) -> String {
        let groups = from.groups.iter().filter_map(|group| group.as_ref().ok());
        let names: Vec<_> = groups.map(|group| self.name_of_group(*group)).collect();
        format!("{} lets no TCP port 443 out to there", names.join(" and "))
    }

    fn reach_by_way(&self, from: &Standpoint<'g>, service: &str) -> Reach {
        let mut reach = Reach::default();
        let vpc = match self.vpc_of(from.subnet) {
            Ok(Target::Resource(vpc)) if self.graph.get(vpc).standing.is_whole() => vpc,
            Ok(vpc) => {
                let value = format!("the network of {}", self.name_of(vpc));
                let why = Why::ExternalResource;
                reach.doubt(Obstacle::Place, Missing { value, why });
                return reach;
            }
            Err(missing) => {
                // What tells the routes tells the rest too.
                let missing = self.route_table(from.subnet).err().unwrap_or(missing);
                reach.doubt(Obstacle::Place, missing);
                return reach;
            }
        };
        let destination = match self.passage(from.subnet, service) {
            Passage::Unknown(missing) => {
                reach.doubt(Obstacle::NoRoute, missing);
                return reach;
            }
            Passage::Through(id) if is_gateway(self.graph.get(id)) => Destination::Gateway(id),
            Passage::Through(id) => Destination::Interface(id),
            Passage::Around => {
                self.around(from, vpc, service, &mut reach);
                if reach.exit.is_none() {
                    // If there is a way, what it takes may not be known either.
                    let mut beyond = Reach::default();
                    if reach.blocked.is_empty() {
                        self.out_of_groups(from, Destination::Public, &mut beyond);
                    }
                    reach.unknown.extend(beyond.unknown);
                    return reach;
                }
                Destination::Public
            }
        };
        if let Destination::Gateway(id) | Destination::Interface(id) = destination {
            reach.exit = Some(Exit::Endpoint(id));
        }
        if let Destination::Interface(id) = destination {
            self.names(vpc, &mut reach);
            self.admitted_by_endpoint(from, id, &mut reach);
        }
        self.out_of_groups(from, destination, &mut reach);
        self.through_acls(from, destination, &mut reach);
        reach
    }

    /// Past endpoints: over whatever a default route leads to.
    fn around(&self, from: &Standpoint<'g>, vpc: ResourceId, service: &str, reach: &mut Reach) {
        let table = match self.route_table(from.subnet) {
            Ok(table) => table,
            Err(missing) => return reach.doubt(Obstacle::NoRoute, missing),
        };
        let mut perhaps = table.perhaps_more.clone();
        let mut has_internet = false;
        for route in &table.routes {
            match (&route.via, route.to.is_public()) {
                (Via::Nat(name), Truth::Yes) if self.is_private_nat(name) == Truth::No => {
                    reach.exit.get_or_insert(Exit::Nat(name.clone(), route.at));
                }
                (Via::Nat(_) | Via::Other, Truth::Yes) => {
                    reach.exit.get_or_insert(Exit::Elsewhere(route.at));
                }
                // Another VPC may have the endpoint, and tell its address here.
                (Via::Other, _) => {
                    perhaps.get_or_insert(Missing {
                        value: format!("where the route to {} leads", route.to),
                        why: Why::ExternalResource,
                    });
                }
                (Via::Internet(_), Truth::Yes) => has_internet = true,
                (Via::Unknown(missing), _) => {
                    perhaps.get_or_insert(missing.clone());
                }
                _ => {}
            }
        }
        if reach.exit.is_some() {
            return;
        }
        let missing = perhaps.or_else(|| table.perhaps.first().map(|(_, missing)| missing.clone()));
        if let Some(missing) = missing {
            return reach.doubt(Obstacle::NoRoute, missing);
        }
        let subnet = self.name_of(from.subnet);
        let mut unused = self.endpoints_for(from.subnet, service);
        if let Some(id) = unused.next() {
            let endpoint = self.graph.get(id);
            let address = endpoint.address.as_str();
            if is_gateway(endpoint) {
                let text = format!(
                    "{} has no route to `{address}`, and no other way out",
                    table.name
                );
                return reach.block(Obstacle::NoRoute, text, Some(endpoint.origin));
            }
            let text = format!(
                "private DNS of `{address}` is off, so the name of the service leads to its public address, \
                 and `{subnet}` has no way there"
            );
            let (by, at) = (Obstacle::Dns, Some(endpoint.origin));
            let off = Some((id, "private_dns_enabled"));
            return reach.blocked.push(Blocked { by, text, at, off });
        }
        let elsewhere = self.all(Kind::Endpoint).find(|(id, endpoint)| {
            let other = self.vpc_of_endpoint(*id);
            let is_other = matches!(other, Some(Target::Resource(other)) if other != vpc);
            is_other && serves(endpoint, service) == Truth::Yes
        });
        if let Some((_, endpoint)) = elsewhere {
            let text = format!(
                "`{}` stands in another VPC than `{subnet}`, which has no way out",
                endpoint.address.as_str()
            );
            return reach.block(Obstacle::OtherVpc, text, Some(endpoint.origin));
        }
        let but = if has_internet {
            "; SageMaker's interfaces get no public address, so the route to the internet gateway leads nowhere"
        } else {
            ""
        };
        let text = format!(
            "the VPC of `{subnet}` has no endpoint for it, and {} no route to a NAT gateway{but}",
            table.name
        );
        reach.block(Obstacle::NoRoute, text, None);
    }

    /// Whether a NAT gateway, by its name, leads to other private networks only.
    #[must_use]
    pub fn is_private_nat(&self, name: &str) -> Truth {
        let gateway = self.graph.find(name).map(|id| self.graph.get(id));
        match gateway.and_then(|gateway| gateway.get("connectivity_type")) {
            None => Truth::No,
            Some(value) => match value.as_text() {
                Some(text) => text.eq_ignore_ascii_case("private").into(),
                None => Truth::Unknown,
            },
        }
    }

    /// The settings of a VPC that it takes to answer with the private names of its endpoints, and whether
    /// they are on.
    #[must_use]
    pub fn names_of(&self, vpc: ResourceId) -> [(&'static str, Truth); 2] {
        let resource = self.graph.get(vpc);
        ["enable_dns_support", "enable_dns_hostnames"].map(|name| {
            // What AWS does for a VPC where nothing is written; that of the default VPC is on.
            let is_default = resource.kind() == Some(Kind::VpcDefault);
            let is_on = match resource.get(name) {
                None => (is_default || name == "enable_dns_support").into(),
                value => flag(value),
            };
            (name, is_on)
        })
    }

    /// Whether a VPC answers with the private names of its endpoints.
    fn names(&self, vpc: ResourceId, reach: &mut Reach) {
        let resource = self.graph.get(vpc);
        for (name, is_on) in self.names_of(vpc) {
            match is_on {
                Truth::Yes => {}
                Truth::No => {
                    let own = resource
                        .entry
                        .map_or_else(|| name.to_owned(), |entry| entry.own_path(name));
                    let text = format!(
                        "`{own}` of `{}` is off, which private DNS of endpoints takes",
                        resource.address.as_str()
                    );
                    let at = resource
                        .get(name)
                        .map_or(resource.origin, |value| value.origin);
                    let (by, at, off) = (Obstacle::Dns, Some(at), Some((vpc, name)));
                    reach.blocked.push(Blocked { by, text, at, off });
                }
                Truth::Unknown => {
                    reach.doubt(
                        Obstacle::Dns,
                        Missing::of(resource, name, Why::KnownAfterApply),
                    );
                }
            }
        }
    }

    /// Whether the groups of an endpoint's interfaces let the workload in.
    fn admitted_by_endpoint(&self, from: &Standpoint<'g>, endpoint: ResourceId, reach: &mut Reach) {
        let resource = self.graph.get(endpoint);
        let groups = self.groups_of_endpoint(endpoint);
        let block = self.block_of(from.subnet);
        let admits = |peer: &Peer<'g>| match peer {
            Peer::Block(other) => match block {
                Some(block) if other.contains(&block) => Truth::Yes,
                None if other.prefix_len() == 0 => Truth::Yes,
                Some(block) if !block.contains(other) => Truth::No,
                _ => Truth::Unknown,
            },
            Peer::Group(Ok(group)) => {
                let is_one = from.groups.iter().any(|own| own.as_ref() == Ok(group));
                let is_open = from.groups.iter().any(Result::is_err);
                if is_one {
                    Truth::Yes
                } else if is_open {
                    Truth::Unknown
                } else {
                    Truth::No
                }
            }
            Peer::PrefixList(_, Ok(blocks)) => match block {
                Some(block) => blocks.iter().any(|one| one.contains(&block)).into(),
                None => Truth::Unknown,
            },
            Peer::PrefixList(_, Err(_)) | Peer::Group(Err(_)) | Peer::Unknown(_) => Truth::Unknown,
        };
        match self.any_admits(&groups, Direction::In, Traffic::HTTPS, admits) {
            (Truth::Yes, _) => {}
            (Truth::No, at) => {
                let names: Vec<_> = groups
                    .iter()
                    .filter_map(|group| group.as_ref().ok())
                    .map(|group| self.name_of_group(*group))
                    .collect();
                let text = format!(
                    "the security group of `{}`, {}, lets no TCP port 443 in from it",
                    resource.address.as_str(),
                    names.join(" and ")
                );
                reach.block(
                    Obstacle::EndpointIngress,
                    text,
                    at.or(Some(resource.origin)),
                );
            }
            (Truth::Unknown, _) => {
                let missing = self.missing_of(&groups, Direction::In);
                let missing = missing.unwrap_or_else(|| addresses_of(resource));
                reach.doubt(Obstacle::EndpointIngress, missing);
            }
        }
    }

    /// Whether the workload's own groups let the traffic out.
    fn out_of_groups(&self, from: &Standpoint<'g>, to: Destination, reach: &mut Reach) {
        if from.groups.is_empty() {
            return;
        }
        let blocks = match to {
            Destination::Interface(id) => self.blocks_of_endpoint(id),
            Destination::Gateway(_) | Destination::Public => Vec::new(),
        };
        let groups = match to {
            Destination::Interface(id) => self.groups_of_endpoint(id),
            Destination::Gateway(_) | Destination::Public => Vec::new(),
        };
        let admits = |peer: &Peer<'g>| match (to, peer) {
            (_, Peer::Block(block)) if block.prefix_len() == 0 => {
                Truth::from(block.addr().is_ipv4())
            }
            (Destination::Interface(_), Peer::Block(block)) => {
                let each = blocks.iter().map(|one| match one {
                    Some(one) if block.contains(one) => Truth::Yes,
                    Some(one) if !one.contains(block) => Truth::No,
                    _ => Truth::Unknown,
                });
                if blocks.is_empty() {
                    Truth::Unknown
                } else {
                    each.fold(Truth::No, Truth::or)
                }
            }
            (Destination::Interface(_), Peer::Group(Ok(group))) => {
                if groups.iter().any(|one| one.as_ref() == Ok(group)) {
                    Truth::Yes
                } else if groups.iter().any(Result::is_err) {
                    Truth::Unknown
                } else {
                    Truth::No
                }
            }
            (Destination::Gateway(_) | Destination::Public, Peer::Block(block)) => {
                // Some addresses of the internet may be those of the service.
                if is_public(block) {
                    Truth::Unknown
                } else {
                    Truth::No
                }
            }
            (Destination::Gateway(_) | Destination::Public, Peer::Group(_)) => Truth::No,
            (Destination::Gateway(_), Peer::PrefixList(name, _)) => self.is_list_of(name, to),
            (_, Peer::PrefixList(..) | Peer::Group(Err(_)) | Peer::Unknown(_)) => Truth::Unknown,
        };
        match self.any_admits(&from.groups, Direction::Out, Traffic::HTTPS, admits) {
            (Truth::Yes, _) => {}
            (Truth::No, at) => {
                reach.block(Obstacle::Egress, self.lets_nothing_out(from), at);
            }
            (Truth::Unknown, _) => {
                let subnet = match from.subnet {
                    Target::Resource(id) => self.graph.get(id),
                    _ => return,
                };
                let missing = self.missing_of(&from.groups, Direction::Out);
                let missing = missing.unwrap_or_else(|| addresses_of(subnet));
                reach.doubt(Obstacle::Egress, missing);
            }
        }
    }

    /// Whether network ACLs let the traffic through: out and back, on both sides.
    fn through_acls(&self, from: &Standpoint<'g>, to: Destination, reach: &mut Reach) {
        let mut asked = Vec::new();
        match to {
            Destination::Gateway(_) | Destination::Public => {
                asked.push((from.subnet, Direction::Out, Other::Public, HTTPS));
                asked.push((from.subnet, Direction::In, Other::Public, ANSWERS));
            }
            Destination::Interface(id) => {
                let subnets = self.subnets_of_endpoint(id);
                // No ACL is asked inside a subnet.
                if subnets.contains(&from.subnet) {
                    return;
                }
                let first = subnets
                    .iter()
                    .find_map(|subnet| Some((*subnet, self.block_of(*subnet)?)));
                let (Some((other, block)), Some(own)) = (first, self.block_of(from.subnet)) else {
                    return;
                };
                asked.push((from.subnet, Direction::Out, Other::Block(block), HTTPS));
                asked.push((from.subnet, Direction::In, Other::Block(block), ANSWERS));
                asked.push((other, Direction::In, Other::Block(own), HTTPS));
                asked.push((other, Direction::Out, Other::Block(own), ANSWERS));
            }
        }
        for (subnet, direction, other, ports) in asked {
            match self.acl_passes(subnet, direction, other, ports) {
                Passes::Yes => {}
                Passes::Unknown(missing) => reach.doubt(Obstacle::Acl, missing),
                Passes::No(acl) => {
                    let way = match direction {
                        Direction::In => "into",
                        Direction::Out => "out of",
                    };
                    let what = if ports == HTTPS {
                        "TCP port 443"
                    } else {
                        "the answers (TCP ports 32768 to 60999)"
                    };
                    let text = format!(
                        "the network ACL `{}` does not let {what} {way} `{}`",
                        acl.address.as_str(),
                        self.name_of(subnet)
                    );
                    reach.block(Obstacle::Acl, text, Some(acl.origin));
                }
            }
        }
    }

    /// Whether a prefix list is that of a gateway endpoint.
    fn is_list_of(&self, name: &str, to: Destination) -> Truth {
        let Destination::Gateway(id) = to else {
            return Truth::Unknown;
        };
        let endpoint = self.graph.get(id);
        let own = endpoint.get("prefix_list_id").and_then(Value::as_text);
        if name.starts_with(endpoint.address.as_str())
            || own == Some(name)
            || is_of_s3(name, endpoint)
        {
            return Truth::Yes;
        }
        let Some(list) = self.graph.find(name) else {
            return Truth::Unknown;
        };
        let list = self.graph.get(list);
        if list.kind() == Some(Kind::Endpoint) {
            return Truth::No;
        }
        match list.get("name").and_then(Value::as_text) {
            Some(name) if name.rsplit('.').next() == Some("s3") => serves(endpoint, "s3"),
            _ => Truth::Unknown,
        }
    }

    fn blocks_of_endpoint(&self, endpoint: ResourceId) -> Vec<Option<IpNet>> {
        let subnets = self.subnets_of_endpoint(endpoint).into_iter();
        subnets.map(|subnet| self.block_of(subnet)).collect()
    }

    /// The addresses of a subnet, where they are known.
    #[must_use]
    pub fn block_of(&self, subnet: Target<'_>) -> Option<IpNet> {
        let Target::Resource(id) = subnet else {
            return None;
        };
        let own = self.graph.get(id).get("cidr_block")?;
        own.as_text().and_then(|text| text.parse().ok())
    }
}

fn addresses_of(resource: &Resource<'_>) -> Missing {
    Missing {
        value: format!("the addresses of {}", resource.address.as_str()),
        why: Why::ExternalResource,
    }
}
