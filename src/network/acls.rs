//! What a network ACL lets through to and from the subnet that it belongs to.
//!
//! Source: Amazon VPC User Guide, "Network ACL rules" (in order of their numbers, the first that fits
//! counts, the rest is denied; no state is kept) and "Ephemeral ports".

use ipnet::IpNet;

use super::{Direction, Missing, Network, elements, equal, given, has_port, is_public};
use crate::model::graph::{Part, ResourceId, Target};
use crate::model::resource::Resource;
use crate::model::source::Span;
use crate::model::truth::Truth;
use crate::model::value::{Data, Map, Value, Why};
use crate::model::vocabulary::Kind;

/// Ports, the first and the last.
pub type Ports = (i64, i64);

/// Where the services of AWS are called.
pub const HTTPS: Ports = (443, 443);

/// What answers come back to, on Amazon Linux.
pub const ANSWERS: Ports = (32768, 60999);

/// The other side of traffic.
#[derive(Debug, Clone, Copy)]
pub(super) enum Other {
    /// Addresses of a subnet.
    Block(IpNet),
    /// Addresses of the internet, those of AWS's services.
    Public,
    /// Whoever it is.
    Anybody,
}

/// What a network ACL says of some traffic.
#[derive(Debug)]
pub(super) enum Passes<'g, 'a> {
    Yes,
    /// This ACL does not let it through.
    No(&'g Resource<'a>),
    Unknown(Missing),
}

struct Entry {
    number: i64,
    allows: bool,
    fits: Truth,
    /// Why something that it says is not known.
    open: Option<Why>,
    /// What it is about, for people.
    traffic: String,
    at: Span,
}

/// An entry of a network ACL by which the whole internet gets in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenEntry {
    /// Its number.
    pub number: i64,
    /// What it lets in, for people: `TCP ports 0 to 65535`.
    pub traffic: String,
    /// Where it is written.
    pub at: Span,
}

impl<'g, 'a> Network<'g, 'a> {
    /// Whether the network ACL of a subnet lets TCP traffic through.
    pub(super) fn acl_passes(
        &self,
        subnet: Target<'_>,
        direction: Direction,
        other: Other,
        ports: Ports,
    ) -> Passes<'g, 'a> {
        let acl = match self.acl_of(subnet) {
            // The one that a VPC begins with lets everything through.
            Ok(None) => return Passes::Yes,
            Ok(Some(acl)) => acl,
            Err(missing) => return Passes::Unknown(missing),
        };
        let resource = self.graph.get(acl);
        let (mut entries, unknown) = self.entries(acl, direction, other, ports);
        if let Some(missing) = unknown {
            return Passes::Unknown(missing);
        }
        entries.sort_by_key(|entry| entry.number);
        let mut perhaps = Vec::new();
        let mut certain = false;
        for entry in entries {
            match entry.fits {
                Truth::No => {}
                Truth::Unknown => perhaps.push(entry.allows),
                Truth::Yes => {
                    certain = entry.allows;
                    break;
                }
            }
        }
        if perhaps.iter().any(|allows| *allows != certain) {
            return Passes::Unknown(Missing {
                value: format!("what {} lets through", resource.address.as_str()),
                why: Why::ExternalResource,
            });
        }
        if certain {
            Passes::Yes
        } else {
            Passes::No(resource)
        }
    }

    /// The entry of a network ACL by which the whole internet gets in at a TCP port, if there is one. A block that is
    /// kept out before does not change that.
    pub fn open_entry(&self, acl: ResourceId, port: i64) -> Result<Option<OpenEntry>, Missing> {
        let (mut entries, unknown) = self.entries(acl, Direction::In, Other::Public, (port, port));
        entries.sort_by_key(|entry| entry.number);
        let decides = |entry: &Entry| match entry.fits {
            Truth::Yes => true,
            Truth::Unknown => entry.open.is_some(),
            Truth::No => false,
        };
        let first = entries.into_iter().find(decides);
        let open = first.as_ref().and_then(|entry| entry.open);
        let open = open.map(|why| Missing {
            value: format!("an entry of {}", self.graph.get(acl).address.as_str()),
            why,
        });
        match (unknown.or(open), first) {
            (Some(missing), _) => Err(missing),
            (None, Some(entry)) if entry.allows => Ok(Some(OpenEntry {
                number: entry.number,
                traffic: entry.traffic,
                at: entry.at,
            })),
            (None, _) => Ok(None),
        }
    }

    /// Whether a network ACL is known to let no TCP traffic through at these ports, whoever is on the other side.
    #[must_use]
    pub fn acl_denies_all(&self, acl: ResourceId, direction: Direction, ports: Ports) -> bool {
        let (entries, unknown) = self.entries(acl, direction, Other::Anybody, ports);
        let mut entries = entries.iter();
        unknown.is_none() && !entries.any(|entry| entry.allows && entry.fits != Truth::No)
    }

    /// The network ACL of a subnet; none where it has the one that its VPC begins with, and nothing manages that.
    pub fn acl_of(&self, subnet: Target<'_>) -> Result<Option<ResourceId>, Missing> {
        let own = self.own_acl_of(subnet)?;
        Ok(own.or_else(|| self.managed_default(self.vpc_of(subnet).ok()?)))
    }

    /// What manages the network ACL that a VPC begins with.
    fn managed_default(&self, vpc: Target<'_>) -> Option<ResourceId> {
        let mut all = self.all(Kind::NaclDefault);
        let is_of = |acl: &Resource<'a>| {
            let value = given(acl.get("default_network_acl_id"))?;
            let of = match value.as_text() {
                Some(text) => self.vpc_with("default_network_acl_id", text),
                None => self.attribute_of_vpc(value).map(|(vpc, _)| vpc),
            };
            Some(Target::Resource(of?) == vpc)
        };
        let own = all.find(|(_, acl)| is_of(acl) == Some(true));
        own.map(|(id, _)| id)
    }

    fn own_acl_of(&self, subnet: Target<'_>) -> Result<Option<ResourceId>, Missing> {
        let mut missing = None;
        for (_, association) in self.all(Kind::NaclAssoc) {
            let named = given(association.get("subnet_id")).map(|value| self.subnet(value));
            if named != Some(subnet) {
                continue;
            }
            let acl = given(association.get("network_acl_id"));
            return match acl.map(|acl| self.graph.target(acl, &[Kind::Nacl])) {
                Some(Target::Resource(id)) if self.graph.get(id).kind() == Some(Kind::Nacl) => {
                    Ok(Some(id))
                }
                // An attribute of the VPC: the one that it begins with.
                Some(Target::Resource(_)) => Ok(None),
                _ => Err(Missing::of(
                    association,
                    "network_acl_id",
                    Why::ExternalResource,
                )),
            };
        }
        let vpc = self.vpc_of(subnet).ok();
        for (id, acl) in self.all(Kind::Nacl) {
            let subnets = given(acl.get("subnet_ids"));
            for value in subnets.map(elements).unwrap_or_default() {
                let named = self.subnet(value);
                if named == subnet {
                    return Ok(Some(id));
                }
                let of_vpc = given(acl.get("vpc_id")).zip(vpc);
                let of_vpc = of_vpc.map_or(Truth::Unknown, |(value, vpc)| {
                    equal(self.graph.target(value, Kind::VPCS), vpc)
                });
                if let (Target::Unknown(why), true) = (named, of_vpc != Truth::No) {
                    missing.get_or_insert(Missing::of(acl, "subnet_ids", why));
                }
            }
        }
        missing.map_or(Ok(None), Err)
    }

    fn entries(
        &self,
        acl: ResourceId,
        direction: Direction,
        other: Other,
        ports: Ports,
    ) -> (Vec<Entry>, Option<Missing>) {
        let resource = self.graph.get(acl);
        let mut found = Vec::new();
        let parts = self.graph.parts(acl, Kind::NaclRule);
        let mut unknown = parts.perhaps_more.map(|why| Missing {
            value: format!("the rules of {}", resource.address.as_str()),
            why,
        });
        for part in &parts.found {
            match is_outward(part) {
                Some(is_outward) if is_outward != (direction == Direction::Out) => continue,
                Some(_) => {}
                None => {
                    let missing = Missing::of(part.said_by, "egress", Why::KnownAfterApply);
                    unknown.get_or_insert(missing);
                }
            }
            let ends = [
                ["from_port", "port_range.from"],
                ["to_port", "port_range.to"],
            ];
            let [from, to] = ends.map(|names| names.iter().find_map(|name| given(part.get(name))));
            let asked = Asked { other, ports };
            let number = part.get("rule_number").and_then(number);
            let values = [
                part.get("protocol"),
                part.get("cidr_block"),
                part.get("ipv6_cidr_block"),
                from,
                to,
            ];
            let at = part.said_by.origin;
            let entry = asked.entry(part.get("rule_action"), values, number, at);
            if let Some(entry) = entry {
                found.push(entry);
            } else {
                let missing = Missing::of(part.said_by, "rule_action", Why::KnownAfterApply);
                unknown.get_or_insert(missing);
            }
        }
        let name = match direction {
            Direction::In => "ingress",
            Direction::Out => "egress",
        };
        for value in resource.get(name).map(elements).unwrap_or_default() {
            let at = value.origin;
            let entry = value.as_map();
            let entry = entry.and_then(|map| inline(map, &Asked { other, ports }, at));
            if let Some(entry) = entry {
                found.push(entry);
            } else {
                let why = value.why_unknown().unwrap_or(Why::KnownAfterApply);
                unknown.get_or_insert(Missing::of(resource, name, why));
            }
        }
        (found, unknown)
    }
}

fn inline(map: &Map<'_>, asked: &Asked, at: Span) -> Option<Entry> {
    let get = |name: &str| map.get(name);
    let values = [
        "protocol",
        "cidr_block",
        "ipv6_cidr_block",
        "from_port",
        "to_port",
    ]
    .map(get);
    let number = get("rule_no").and_then(number);
    asked.entry(get("action"), values, number, at)
}

/// Traffic of which an entry is asked.
struct Asked {
    other: Other,
    ports: Ports,
}

impl Asked {
    /// Whether an entry allows, and whether it is about this traffic.
    fn entry(
        &self,
        action: Option<&Value<'_>>,
        values: [Option<&Value<'_>>; 5],
        number: Option<i64>,
        at: Span,
    ) -> Option<Entry> {
        let [protocol, block, block_v6, from, to] = values;
        let allows = action
            .and_then(Value::as_text)?
            .eq_ignore_ascii_case("allow");
        let protocol = match protocol.map(|protocol| &protocol.data) {
            Some(Data::Text(text)) => Some(text.to_ascii_lowercase()),
            Some(Data::Number(number)) => Some(number.to_string()),
            Some(_) => None,
            None => Some(String::new()),
        };
        let protocol = protocol.as_deref();
        let ports = protocol.map_or(Truth::Unknown, |text| self.by_protocol(text, from, to));
        let of_other = match (given(block), given(block_v6)) {
            (Some(block), _) => match block.as_text().map(str::parse::<IpNet>) {
                Some(Ok(block)) => self.by_block(&block),
                _ => Truth::Unknown,
            },
            // The services of AWS are called by IPv4.
            (None, Some(_)) => Truth::No,
            (None, None) => Truth::Unknown,
        };
        let mut values = values.into_iter().flatten();
        let open = values.find_map(|value| match &value.data {
            Data::Text(_) | Data::Number(_) | Data::Null => None,
            _ => Some(value.why_unknown().unwrap_or(Why::KnownAfterApply)),
        });
        Some(Entry {
            number: number?,
            allows,
            fits: ports.and(of_other),
            open,
            traffic: traffic(protocol.unwrap_or_default(), from, to),
            at,
        })
    }

    fn by_protocol(
        &self,
        protocol: &str,
        from: Option<&Value<'_>>,
        to: Option<&Value<'_>>,
    ) -> Truth {
        match protocol {
            _ if is_all(protocol) => Truth::Yes,
            "tcp" | "6" => match has_port(from, to, self.ports.0, self.ports.1) {
                // Some of them.
                Truth::No if self.overlaps(from, to) => Truth::Unknown,
                known => known,
            },
            _ => Truth::No,
        }
    }

    fn overlaps(&self, from: Option<&Value<'_>>, to: Option<&Value<'_>>) -> bool {
        let ends = from.and_then(number).zip(to.and_then(number));
        ends.is_some_and(|(from, to)| from <= self.ports.1 && self.ports.0 <= to)
    }

    fn by_block(&self, block: &IpNet) -> Truth {
        match self.other {
            Other::Anybody => Truth::Yes,
            Other::Public if block.prefix_len() == 0 => Truth::Yes,
            Other::Public if is_public(block) => Truth::Unknown,
            Other::Block(other) if block.contains(&other) => Truth::Yes,
            Other::Block(other) if other.contains(block) => Truth::Unknown,
            Other::Public | Other::Block(_) => Truth::No,
        }
    }
}

/// What traffic an entry is about, for people.
fn traffic(protocol: &str, from: Option<&Value<'_>>, to: Option<&Value<'_>>) -> String {
    match (from.and_then(number), to.and_then(number)) {
        _ if is_all(protocol) => "all traffic".to_owned(),
        (Some(from), Some(to)) if from == to => format!("TCP port {from}"),
        (Some(from), Some(to)) => format!("TCP ports {from} to {to}"),
        _ => "TCP".to_owned(),
    }
}

/// Whether it names all protocols.
fn is_all(protocol: &str) -> bool {
    matches!(protocol, "-1" | "all")
}

/// Whether a rule of its own is about what goes out; none where that is not known.
fn is_outward(part: &Part<'_, '_>) -> Option<bool> {
    match part.get("egress").map(|value| &value.data) {
        None | Some(Data::Null) => Some(false),
        Some(Data::Bool(flag)) => Some(*flag),
        Some(Data::Text(text)) => Some(text.eq_ignore_ascii_case("true")),
        Some(_) => None,
    }
}

fn number(value: &Value<'_>) -> Option<i64> {
    match &value.data {
        Data::Number(number) => number.to_string().parse().ok(),
        Data::Text(text) => text.parse().ok(),
        _ => None,
    }
}
