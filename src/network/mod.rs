//! The network of an estate, worked out: which routes a subnet has, what security groups and network ACLs
//! let through, and whether a service of AWS is reached.
//!
//! Both are spread over many resources: tables and their associations, inline blocks and rules of
//! their own, defaults that nobody wrote. What cannot be told has its reason and the name of what
//! would tell. Whether an answer is good or bad is left to rules.

mod acls;
mod admission;
mod endpoints;
mod exits;
mod groups;
mod reach;
mod routes;

pub use acls::{ANSWERS, HTTPS, OpenEntry, Ports};
pub use endpoints::{OF_CUSTOMERS, Passage, is_gateway, serves};
pub use exits::WayOut;
pub use groups::{Direction, Group, GroupRule, GroupRules, Peer, Traffic};
pub use reach::{Blocked, Exit, Obstacle, Reach, Standpoint};
pub use routes::{Destination, Route, RouteTable, Via};

use std::collections::BTreeMap;

use ipnet::IpNet;

use crate::model::graph::{Provider, ResourceGraph, ResourceId, Target};
use crate::model::resource::Resource;
use crate::model::truth::Truth;
use crate::model::value::{Data, Referent, Value, Why};
use crate::model::vocabulary::Kind;

/// What is asked about the network of one estate.
#[derive(Debug)]
pub struct Network<'g, 'a> {
    graph: &'g ResourceGraph<'a>,
    /// Whatever says something about routes or groups, in the order of the input.
    by_kind: BTreeMap<Kind, Vec<ResourceId>>,
}

/// A fact that would tell, and why it is not known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Missing {
    /// Which fact, by address and attribute.
    pub value: String,
    /// Why it is not known.
    pub why: Why,
}

const KINDS: &[Kind] = &[
    Kind::Vpc,
    Kind::VpcDefault,
    Kind::RouteTable,
    Kind::RouteTableDefault,
    Kind::Route,
    Kind::RtAssoc,
    Kind::RtMain,
    Kind::SgDefault,
    Kind::SgRule,
    Kind::Nacl,
    Kind::NaclDefault,
    Kind::NaclRule,
    Kind::NaclAssoc,
    Kind::BpaVpc,
    Kind::BpaVpcExcl,
    Kind::Endpoint,
];

/// Blocks that are no part of the internet: RFC 1918, RFC 6598, RFC 3927, loopback, RFC 4193 and link-local.
const PRIVATE: &[&str] = &[
    "10.0.0.0/8",
    "172.16.0.0/12",
    "192.168.0.0/16",
    "100.64.0.0/10",
    "169.254.0.0/16",
    "127.0.0.0/8",
    "fc00::/7",
    "fe80::/10",
];

/// Whether a block has addresses of the internet: it does not lie in a private one.
#[must_use]
pub fn is_public(block: &IpNet) -> bool {
    let mut private = PRIVATE.iter().filter_map(|text| text.parse::<IpNet>().ok());
    !private.any(|private| private.contains(block))
}

impl<'g, 'a> Network<'g, 'a> {
    /// Gathers what says something about the network.
    #[must_use]
    pub fn new(graph: &'g ResourceGraph<'a>) -> Self {
        let mut by_kind: BTreeMap<_, Vec<_>> = BTreeMap::new();
        for (id, resource) in graph.iter() {
            if let Some(kind) = resource.kind().filter(|kind| KINDS.contains(kind)) {
                by_kind.entry(kind).or_default().push(id);
            }
        }
        Self { graph, by_kind }
    }

    /// The subnet that a value names.
    #[must_use]
    pub fn subnet<'v>(&self, value: &'v Value<'_>) -> Target<'v> {
        self.graph.target(value, Kind::SUBNETS)
    }

    /// What to call a resource in a message: its address, or the id that is written.
    #[must_use]
    pub fn name_of(&self, target: Target<'_>) -> String {
        match target {
            Target::Resource(id) => self.graph.get(id).address.as_str().to_owned(),
            Target::Outside(id) => id.to_owned(),
            Target::Unknown(_) => String::new(),
        }
    }

    /// The VPC that a subnet lies in.
    pub fn vpc_of(&self, subnet: Target<'_>) -> Result<Target<'g>, Missing> {
        match subnet {
            Target::Resource(id) => {
                let resource = self.graph.get(id);
                let missing = |why| Missing::of(resource, "vpc_id", why);
                let value = given(resource.get("vpc_id"));
                if let Some(vpc) = self.default_vpc_of(resource)
                    && value.is_none_or(|value| value.as_text().is_none())
                {
                    return Ok(Target::Resource(vpc));
                }
                match value.map(|value| self.graph.target(value, Kind::VPCS)) {
                    Some(Target::Unknown(why)) => Err(missing(why)),
                    Some(vpc) => Ok(vpc),
                    None => Err(missing(Why::ExternalResource)),
                }
            }
            Target::Outside(id) => Err(Missing {
                value: format!("the VPC of {id}"),
                why: Why::ExternalResource,
            }),
            Target::Unknown(why) => Err(Missing {
                value: "the subnet".to_owned(),
                why,
            }),
        }
    }

    /// The default VPC that a default subnet lies in: there is one in each region.
    fn default_vpc_of(&self, subnet: &Resource<'_>) -> Option<ResourceId> {
        if subnet.kind() != Some(Kind::SubnetDefault) {
            return None;
        }
        let mut found = self.all(Kind::VpcDefault).filter(|(_, vpc)| {
            vpc.standing.is_whole() && self.same_region(vpc, subnet) == Truth::Yes
        });
        found.next().map(|(id, _)| id)
    }

    /// Whether the account keeps the traffic of internet gateways away from a subnet: a public access
    /// block of its VPCs in both directions, and no exclusion.
    #[must_use]
    pub fn is_internet_blocked(&self, subnet: Target<'_>) -> Truth {
        let Target::Resource(id) = subnet else {
            return Truth::No;
        };
        let resource = self.graph.get(id);
        let blocks = self.all(Kind::BpaVpc).map(|(_, options)| {
            let mode = given(options.get("internet_gateway_block_mode"));
            let is_both = match mode.map(|mode| &mode.data) {
                Some(Data::Text(mode)) => (mode == "block-bidirectional").into(),
                Some(_) => Truth::Unknown,
                None => Truth::No,
            };
            is_both.and(self.same_region(options, resource))
        });
        let blocked = blocks.fold(Truth::No, Truth::or);
        if blocked == Truth::No {
            return Truth::No;
        }
        let vpc = self.vpc_of(subnet);
        let excluded = self.all(Kind::BpaVpcExcl).map(|(_, exclusion)| {
            let names = |path, kinds: &[Kind], wanted| {
                let value = given(exclusion.get(path));
                value.map_or(Truth::No, |value| {
                    equal(self.graph.target(value, kinds), wanted)
                })
            };
            let by_vpc = match vpc {
                Ok(vpc) => names("vpc_id", Kind::VPCS, vpc),
                Err(_) => Truth::Unknown,
            };
            by_vpc.or(names("subnet_id", Kind::SUBNETS, subnet))
        });
        blocked.and(!excluded.fold(Truth::No, Truth::or))
    }

    fn same_region(&self, one: &Resource<'_>, other: &Resource<'_>) -> Truth {
        if one.provider != other.provider {
            return self.same_place(one, other);
        }
        match (one.if_any("region"), other.if_any("region")) {
            (Some(one), Some(other)) => match (one.as_text(), other.as_text()) {
                (Some(one), Some(other)) => (one == other).into(),
                _ => Truth::Unknown,
            },
            (None, None) => Truth::Yes,
            _ => Truth::Unknown,
        }
    }

    /// Whether two provider configurations work in one account and region.
    fn same_place(&self, one: &Resource<'_>, other: &Resource<'_>) -> Truth {
        let provider = |of: &Resource<'_>| {
            let id = of.provider.unwrap_or_default();
            self.graph.providers().get(id.0 as usize)
        };
        let (Some(one_at), Some(other_at)) = (provider(one), provider(other)) else {
            return Truth::Unknown;
        };
        let same = |one: Option<&str>, other: Option<&str>| match (one, other) {
            (Some(one), Some(other)) => (one == other).into(),
            _ => Truth::Unknown,
        };
        let account = same(one_at.account.as_deref(), other_at.account.as_deref());
        account.and(same(region_of(one, one_at), region_of(other, other_at)))
    }

    fn all(&self, kind: Kind) -> impl Iterator<Item = (ResourceId, &'g Resource<'a>)> {
        let ids = self.by_kind.get(&kind).into_iter().flatten();
        ids.map(|id| (*id, self.graph.get(*id)))
    }

    /// The VPC of which an attribute of this name has this text.
    fn vpc_with(&self, attribute: &str, text: &str) -> Option<ResourceId> {
        let vpcs = Kind::VPCS.iter().flat_map(|kind| self.all(*kind));
        let has = |vpc: &Resource<'_>| vpc.get(attribute).and_then(Value::as_text) == Some(text);
        // One of the estate's own rather than one that another root makes, or a data source reads.
        let found = vpcs.filter(|(_, vpc)| has(vpc));
        let best = found.min_by_key(|(_, vpc)| std::cmp::Reverse(vpc.standing));
        best.map(|(id, _)| id)
    }

    /// The VPC of which a value is an attribute, if it is one and nothing else.
    fn attribute_of_vpc(&self, value: &Value<'_>) -> Option<(ResourceId, String)> {
        let reference = value.as_reference()?;
        let Referent::Resource(id) = reference.of else {
            return None;
        };
        let kind = self.graph.get(id).kind()?;
        let name = reference.attribute.clone().into_owned();
        Kind::VPCS.contains(&kind).then_some((id, name))
    }

    /// Whether a VPC begins with this change, so that its defaults are as AWS makes them.
    fn is_new_vpc(&self, vpc: ResourceId) -> bool {
        let resource = self.graph.get(vpc);
        resource.kind() == Some(Kind::Vpc)
            && resource.standing.is_whole()
            && resource.existed_before == Some(false)
    }

    /// The blocks of a prefix list, where the input has all its entries.
    fn prefix_list(&self, value: &'g Value<'a>, name: &str) -> Result<Vec<IpNet>, Missing> {
        let missing = |name: &str, why| Missing {
            value: format!("the content of {name}"),
            why,
        };
        let list = match self.graph.target(value, Kind::PREFIX_LISTS) {
            Target::Resource(id) => self.graph.get(id),
            Target::Outside(id) => return Err(missing(id, Why::ExternalResource)),
            Target::Unknown(why) => {
                let value = name.to_owned();
                return Err(Missing { value, why });
            }
        };
        let address = list.address.as_str();
        let entries = list.if_any("entry").or_else(|| list.if_any("entries"));
        // Without any, they are resources of their own or not shown.
        let Some(entries) = entries.filter(|entries| !elements(entries).is_empty()) else {
            return Err(missing(address, Why::ExternalResource));
        };
        let blocks = elements(entries).iter().map(|entry| {
            let cidr = entry.as_map().and_then(|entry| entry.get("cidr"));
            let why = entry.why_unknown().or(cidr.and_then(Value::why_unknown));
            let block = cidr
                .and_then(Value::as_text)
                .and_then(|cidr| cidr.parse().ok());
            block.ok_or_else(|| missing(address, why.unwrap_or(Why::UnexpectedForm)))
        });
        blocks.collect()
    }
}

impl Missing {
    fn of(resource: &Resource<'_>, attribute: &str, why: Why) -> Self {
        Self {
            value: resource.name_of(attribute),
            why,
        }
    }
}

fn region_of<'r>(resource: &'r Resource<'_>, provider: &'r Provider<'_>) -> Option<&'r str> {
    let own = resource.get("region").and_then(Value::as_text);
    own.or(provider.region.as_deref())
}

/// A value that says something: providers write an empty text for what is not there.
fn given<'v, 'a>(value: Option<&'v Value<'a>>) -> Option<&'v Value<'a>> {
    value.filter(|value| match &value.data {
        Data::Null => false,
        Data::Text(text) => !text.is_empty(),
        _ => true,
    })
}

/// The elements of a list; a single value is a list of one.
fn elements<'v, 'a>(value: &'v Value<'a>) -> &'v [Value<'a>] {
    match &value.data {
        Data::List(list) => list,
        Data::Null => &[],
        _ => std::slice::from_ref(value),
    }
}

/// Whether a range of ports, as a rule writes it, has all of these.
fn has_port(from: Option<&Value<'_>>, to: Option<&Value<'_>>, first: i64, last: i64) -> Truth {
    let number = |value: Option<&Value<'_>>| match given(value).map(|value| &value.data) {
        Some(Data::Number(number)) => number.to_string().parse::<i64>().ok(),
        Some(Data::Text(text)) => text.parse().ok(),
        _ => None,
    };
    match (number(from), number(to)) {
        (Some(from), Some(to)) => (from <= first && last <= to).into(),
        (Some(from), None) if from > first => Truth::No,
        (None, Some(to)) if to < last => Truth::No,
        _ => Truth::Unknown,
    }
}

/// Whether two things named are the same.
fn equal(one: Target<'_>, other: Target<'_>) -> Truth {
    match (one, other) {
        (Target::Unknown(_), _) | (_, Target::Unknown(_)) => Truth::Unknown,
        _ => (one == other).into(),
    }
}

#[cfg(test)]
mod tests {
    use super::is_public;

    #[test]
    fn private_is_what_lies_in_a_private_block() {
        let public = |text: &str| is_public(&text.parse().unwrap());
        for text in [
            "0.0.0.0/0",
            "::/0",
            "203.0.113.0/24",
            "10.0.0.0/7",
            "172.0.0.0/8",
            "2001:db8::/32",
        ] {
            assert!(public(text), "{text}");
        }
        for text in [
            "10.0.0.0/8",
            "172.31.0.0/16",
            "100.64.0.0/10",
            "fd00::/8",
            "fe80::/64",
        ] {
            assert!(!public(text), "{text}");
        }
    }
}
