//! What a security group lets in and out.

use ipnet::IpNet;

use super::{Missing, Network, elements, given, is_public};
use crate::model::graph::{ResourceId, Target};
use crate::model::resource::Resource;
use crate::model::source::Span;
use crate::model::truth::Truth;
use crate::model::value::{Data, Map, Value, Why};
use crate::model::vocabulary::Kind;

/// A security group, however it is named.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Group<'g> {
    /// One that is a resource of its own.
    Resource(ResourceId),
    /// The one that a VPC begins with.
    DefaultOf(ResourceId),
    /// One outside the input.
    Outside(&'g str),
}

/// Which way traffic goes, seen from the members of a group.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    /// To them.
    In,
    /// From them.
    Out,
}

impl Direction {
    /// The attribute of a group with its rules.
    fn attribute(self) -> &'static str {
        match self {
            Self::In => "ingress",
            Self::Out => "egress",
        }
    }
}

/// What a security group lets through in one direction.
#[derive(Debug, Clone, PartialEq)]
pub struct GroupRules<'g, 'a> {
    /// The rules that are known.
    pub rules: Vec<GroupRule<'g, 'a>>,
    /// Rules of which it cannot be told whether this group has them.
    pub perhaps: Vec<(GroupRule<'g, 'a>, Missing)>,
    /// What would tell others: with this, the absence of a rule is not known.
    pub perhaps_more: Option<Missing>,
}

/// One rule that lets traffic through.
#[derive(Debug, Clone)]
pub struct GroupRule<'g, 'a> {
    /// The resource that says it.
    pub said_by: &'g Resource<'a>,
    /// Where it says so.
    pub at: Span,
    /// What traffic, for people: `tcp port 443`.
    pub traffic: String,
    /// Whether that includes TCP port 443, at which the services of AWS are called.
    pub is_https: Truth,
    /// From where, or to where.
    pub peers: Vec<Peer<'g>>,
    /// What the rule says of protocol and ports; none where it lets everything through.
    content: Option<&'g Map<'a>>,
}

/// Traffic that a rule may let through.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Traffic {
    /// TCP at all of these ports.
    Tcp(i64, i64),
    /// TCP at some port, whichever.
    SomeTcp,
    /// UDP port 500, at which two machines agree on keys (IKE).
    KeyExchange,
    /// IP protocol 50, which carries what they encrypt (ESP).
    Encrypted,
}

impl Traffic {
    /// TCP port 443, at which the services of AWS are called.
    pub const HTTPS: Self = Self::Tcp(443, 443);
}

impl GroupRule<'_, '_> {
    /// Whether it is about this traffic, among others.
    #[must_use]
    pub fn carries(&self, traffic: Traffic) -> Truth {
        self.content
            .map_or(Truth::Yes, |content| carries(content, traffic))
    }
}

/// What a rule lets through: the traffic, with each peer.
fn allowed<'g>(rule: &GroupRule<'g, '_>) -> impl Iterator<Item = (String, Peer<'g>)> {
    let peers = rule.peers.iter();
    peers.map(|peer| (rule.traffic.clone(), peer.clone()))
}

impl PartialEq for GroupRule<'_, '_> {
    fn eq(&self, other: &Self) -> bool {
        self.said_by.address == other.said_by.address
            && self.traffic == other.traffic
            && self.peers == other.peers
    }
}

/// From where, or to where, a rule lets traffic through.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Peer<'g> {
    /// A block of addresses.
    Block(IpNet),
    /// A prefix list: its name, and its blocks as far as the input has them.
    PrefixList(String, Result<Vec<IpNet>, Missing>),
    /// The members of a security group, this one or another.
    Group(Result<Group<'g>, Missing>),
    /// It cannot be told.
    Unknown(Missing),
}

impl Peer<'_> {
    /// Whether it has addresses of the internet.
    #[must_use]
    pub fn is_public(&self) -> Truth {
        match self {
            Self::Block(block) => is_public(block).into(),
            Self::PrefixList(_, Ok(blocks)) => blocks.iter().any(is_public).into(),
            Self::PrefixList(_, Err(_)) | Self::Unknown(_) => Truth::Unknown,
            Self::Group(_) => Truth::No,
        }
    }

    /// Whether all that it is lies in some blocks.
    #[must_use]
    pub fn lies_in(&self, blocks: &[IpNet]) -> bool {
        let is_in = |own: &IpNet| blocks.iter().any(|block| block.contains(own));
        match self {
            Self::Block(own) => is_in(own),
            Self::PrefixList(_, Ok(own)) => own.iter().all(is_in),
            Self::PrefixList(_, Err(_)) | Self::Group(_) | Self::Unknown(_) => false,
        }
    }

    /// What would tell it, if it is not known.
    #[must_use]
    pub fn missing(&self) -> Option<&Missing> {
        match self {
            Self::PrefixList(_, Err(missing)) | Self::Unknown(missing) => Some(missing),
            _ => None,
        }
    }
}

impl std::fmt::Display for Peer<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Block(block) => block.fmt(f),
            Self::PrefixList(name, _) => f.write_str(name),
            Self::Group(_) => f.write_str("a security group"),
            Self::Unknown(missing) => f.write_str(&missing.value),
        }
    }
}

impl<'g, 'a> Network<'g, 'a> {
    /// The security group that a value names.
    pub fn group<'v>(&self, value: &'v Value<'_>) -> Result<Group<'v>, Why> {
        if let Some((vpc, attribute)) = self.attribute_of_vpc(value) {
            return match attribute.as_str() {
                "default_security_group_id" => Ok(Group::DefaultOf(vpc)),
                _ => Err(Why::KnownAfterApply),
            };
        }
        match self.graph.target(value, Kind::SECURITY_GROUPS) {
            Target::Resource(id) => match self.graph.get(id).kind() {
                Some(Kind::Sg | Kind::SgDefault) => Ok(self.group_of(id)),
                _ => Err(Why::KnownAfterApply),
            },
            Target::Outside(text) => Ok(match self.vpc_with("default_security_group_id", text) {
                Some(vpc) => Group::DefaultOf(vpc),
                None => Group::Outside(text),
            }),
            Target::Unknown(why) => Err(why),
        }
    }

    /// The group that a network interface in a subnet has if none is given: the default one of the VPC.
    pub fn default_group(&self, subnet: Target<'_>) -> Result<Group<'static>, Missing> {
        let vpc = self.vpc_of(subnet)?;
        match vpc {
            Target::Resource(vpc) => Ok(Group::DefaultOf(vpc)),
            _ => Err(Missing {
                value: format!("the default security group of {}", self.name_of(vpc)),
                why: Why::ExternalResource,
            }),
        }
    }

    /// What to call a group in a message.
    #[must_use]
    pub fn name_of_group(&self, group: Group<'_>) -> String {
        let address = |id| self.graph.get(id).address.as_str();
        match group {
            Group::Resource(id) => format!("`{}`", address(id)),
            Group::Outside(text) => format!("`{text}`"),
            Group::DefaultOf(vpc) => self.managers(vpc).next().map_or_else(
                || format!("the default security group of `{}`", address(vpc)),
                |(manager, _)| format!("`{}`", address(manager)),
            ),
        }
    }

    /// The group that a resource is, or manages.
    #[must_use]
    pub fn group_of(&self, id: ResourceId) -> Group<'static> {
        let resource = self.graph.get(id);
        if let Some(Kind::SgDefault) = resource.kind() {
            let vpc = given(resource.get("vpc_id"));
            return match vpc.map(|vpc| self.graph.target(vpc, Kind::VPCS)) {
                Some(Target::Resource(vpc)) => Group::DefaultOf(vpc),
                _ => Group::Resource(id),
            };
        }
        let text = resource.get("id").and_then(Value::as_text);
        let vpc = text.and_then(|text| self.vpc_with("default_security_group_id", text));
        vpc.map_or(Group::Resource(id), Group::DefaultOf)
    }

    /// The resource that says what a group lets through, if one does.
    #[must_use]
    pub fn resource_of_group(&self, group: Group<'_>) -> Option<ResourceId> {
        match group {
            Group::Resource(id) => Some(id),
            Group::DefaultOf(vpc) => self.managers(vpc).next().map(|(id, _)| id),
            Group::Outside(_) => None,
        }
    }

    /// The VPC of a group, where the input tells it.
    #[must_use]
    pub fn vpc_of_group(&self, group: Group<'g>) -> Option<Target<'g>> {
        match group {
            Group::Resource(id) => {
                let vpc = given(self.graph.get(id).get("vpc_id"))?;
                Some(self.graph.target(vpc, Kind::VPCS))
            }
            Group::DefaultOf(vpc) => Some(Target::Resource(vpc)),
            Group::Outside(_) => None,
        }
    }

    /// What manages the default group of a VPC.
    fn managers(&self, vpc: ResourceId) -> impl Iterator<Item = (ResourceId, &'g Resource<'a>)> {
        let managers = self.all(Kind::SgDefault);
        managers.filter(move |(id, _)| self.group_of(*id) == Group::DefaultOf(vpc))
    }

    /// What a group lets through in one direction.
    #[must_use]
    pub fn rules(&self, group: Group<'g>, direction: Direction) -> GroupRules<'g, 'a> {
        let mut found = GroupRules {
            rules: Vec::new(),
            perhaps: Vec::new(),
            perhaps_more: None,
        };
        let called = || self.name_of_group(group).replace('`', "");
        let members: Vec<_> = match group {
            Group::Resource(id) => vec![(id, self.graph.get(id))],
            Group::DefaultOf(vpc) => self.managers(vpc).collect(),
            Group::Outside(_) => Vec::new(),
        };
        // The group that a VPC begins with lets its own members in, and everything out.
        let is_known = match group {
            Group::DefaultOf(vpc) => !members.is_empty() || self.is_new_vpc(vpc),
            Group::Resource(_) => true,
            Group::Outside(_) => false,
        };
        let incomplete = match group {
            Group::Resource(id) | Group::DefaultOf(id) => self.graph.incomplete_for(id),
            Group::Outside(_) => self.graph.incomplete(),
        };
        let missing = match incomplete {
            _ if !is_known => Some(Why::ExternalResource),
            why => why,
        };
        found.perhaps_more = missing.map(|why| Missing {
            value: format!("the {} of {}", direction.attribute(), called()),
            why,
        });
        self.rules_of_their_own(group, direction, &mut found);
        if let (Group::DefaultOf(vpc), true) = (group, members.is_empty()) {
            found.rules.extend(self.rule_at_start(vpc, direction));
        }
        for (id, member) in members {
            self.inline_rules(id, member, direction, &mut found);
        }
        found
    }

    /// The rule that the group of a VPC begins with.
    ///
    /// Source: Amazon VPC User Guide, "Default security groups for your VPCs".
    fn rule_at_start(&self, vpc: ResourceId, direction: Direction) -> Option<GroupRule<'g, 'a>> {
        let resource = self.graph.get(vpc);
        let peers = match direction {
            Direction::In => vec![Peer::Group(Ok(Group::DefaultOf(vpc)))],
            Direction::Out => vec![Peer::Block("0.0.0.0/0".parse().ok()?)],
        };
        self.is_new_vpc(vpc).then(|| GroupRule {
            said_by: resource,
            at: resource.origin,
            traffic: "all traffic".to_owned(),
            is_https: Truth::Yes,
            peers,
            content: None,
        })
    }

    fn rules_of_their_own(
        &self,
        group: Group<'g>,
        wanted: Direction,
        found: &mut GroupRules<'g, 'a>,
    ) {
        for (_, rule) in self.all(Kind::SgRule) {
            let direction = is_of(rule, wanted);
            if direction == Truth::No {
                continue;
            }
            let content = || self.rule(rule, &rule.attributes, "", rule.origin, Some(group));
            let value = given(rule.get("security_group_id"));
            let named = value.map_or(Err(Why::UnexpectedForm), |value| self.group(value));
            match named {
                Ok(other) if other == group && direction == Truth::Yes => {
                    found.rules.push(content());
                }
                Ok(other) if other == group => {
                    let missing = Missing::of(rule, "type", Why::KnownAfterApply);
                    found.perhaps.push((content(), missing));
                }
                Ok(_) => {}
                Err(why) => {
                    let missing = Missing::of(rule, "security_group_id", why);
                    found.perhaps.push((content(), missing));
                }
            }
        }
    }

    fn inline_rules(
        &self,
        id: ResourceId,
        group: &'g Resource<'a>,
        direction: Direction,
        found: &mut GroupRules<'g, 'a>,
    ) {
        let name = direction.attribute();
        let own_group = Some(self.group_of(id));
        let Some(rules) = group.get(name) else {
            if !group.standing.is_whole() {
                found.lacks(Missing {
                    value: format!("the {name} of {}", group.address.as_str()),
                    why: Why::ExternalResource,
                });
            }
            return;
        };
        // A provider reads back inside the group what resources of their own set, or did set.
        let parts = self.graph.parts(id, Kind::SgRule);
        let deleted: Vec<_> = parts
            .deleted
            .iter()
            .map(|rule| self.rule(rule, &rule.attributes, "", rule.origin, own_group))
            .flat_map(|rule| allowed(&rule).collect::<Vec<_>>())
            .collect();
        let own: Vec<_> = found
            .rules
            .iter()
            .flat_map(|rule| allowed(rule).collect::<Vec<_>>())
            .collect();
        let is_read_back = self.graph.is_written(id, name) != Some(true)
            && !(own.is_empty() && deleted.is_empty());
        for rule in elements(rules) {
            let Some(content) = rule.as_map() else {
                let why = rule.why_unknown().unwrap_or(Why::UnexpectedForm);
                found.lacks(Missing::of(group, name, why));
                continue;
            };
            let mut rule = self.rule(group, content, name, rules.origin, own_group);
            if !is_read_back {
                found.rules.push(rule);
                continue;
            }
            // The rest may be what a rule was before this change, or somebody's who is not in the input.
            let traffic = rule.traffic.clone();
            rule.peers.retain(|peer| {
                let one = (traffic.clone(), peer.clone());
                !own.contains(&one) && !deleted.contains(&one)
            });
            let missing = Missing {
                value: format!("what stays of {}.{name}", group.address.as_str()),
                why: Why::ExternalResource,
            };
            found.perhaps.push((rule, missing));
        }
    }

    /// One rule; `inside` is the attribute of the group that it stands in, `own` the group whose rule it
    /// is.
    fn rule(
        &self,
        said_by: &'g Resource<'a>,
        content: &'g Map<'a>,
        inside: &str,
        at: Span,
        own: Option<Group<'g>>,
    ) -> GroupRule<'g, 'a> {
        let missing = |name: &str, why| {
            let dot = if inside.is_empty() { "" } else { "." };
            Missing::of(said_by, &format!("{inside}{dot}{name}"), why)
        };
        let mut rule = GroupRule {
            said_by,
            at,
            traffic: traffic(content),
            is_https: carries(content, Traffic::HTTPS),
            peers: Vec::new(),
            content: Some(content),
        };
        for name in ["cidr_blocks", "ipv6_cidr_blocks", "cidr_ipv4", "cidr_ipv6"] {
            for value in given(content.get(name)).map(elements).unwrap_or_default() {
                let block = value.as_text().and_then(|text| text.parse().ok());
                if rule.at == at {
                    rule.at = value.origin;
                }
                rule.peers.push(match (block, &value.data) {
                    (Some(block), _) => Peer::Block(block),
                    (None, Data::Null) => continue,
                    (None, Data::Unknown(why)) => Peer::Unknown(missing(name, *why)),
                    (None, Data::Template(_)) => Peer::Unknown(missing(name, Why::KnownAfterApply)),
                    (None, _) => Peer::Unknown(missing(name, Why::UnexpectedForm)),
                });
            }
        }
        for name in ["prefix_list_ids", "prefix_list_id"] {
            for value in given(content.get(name)).map(elements).unwrap_or_default() {
                let called = match self.graph.target(value, Kind::PREFIX_LISTS) {
                    Target::Unknown(why) => missing(name, why).value,
                    target => self.name_of(target),
                };
                let blocks = self.prefix_list(value, &called);
                rule.peers.push(Peer::PrefixList(called, blocks));
            }
        }
        let groups = [
            "security_groups",
            "source_security_group_id",
            "referenced_security_group_id",
        ];
        for name in groups {
            for value in given(content.get(name)).map(elements).unwrap_or_default() {
                let group = self.group(value).map_err(|why| missing(name, why));
                rule.peers.push(Peer::Group(group));
            }
        }
        let is_own = content
            .get("self")
            .is_some_and(|own| own.data == Data::Bool(true));
        if let (true, Some(own)) = (is_own, own) {
            rule.peers.push(Peer::Group(Ok(own)));
        }
        rule
    }
}

impl GroupRules<'_, '_> {
    fn lacks(&mut self, missing: Missing) {
        self.perhaps_more.get_or_insert(missing);
    }
}

/// Whether a rule of its own is about this direction.
fn is_of(rule: &Resource<'_>, direction: Direction) -> Truth {
    let name = direction.attribute();
    let row = rule.entry.and_then(|entry| entry.row.aws).unwrap_or("");
    if row != "aws_security_group_rule" {
        return row.contains(name).into();
    }
    match rule.get("type").map(|value| &value.data) {
        Some(Data::Text(text)) => (text == name).into(),
        _ => Truth::Unknown,
    }
}

/// Whether a rule is about this traffic, among others.
fn carries(content: &Map<'_>, traffic: Traffic) -> Truth {
    let protocol = given(content.get("protocol")).or_else(|| given(content.get("ip_protocol")));
    let protocol = match protocol.map(|value| &value.data) {
        Some(Data::Text(text)) => text.to_ascii_lowercase(),
        Some(Data::Number(number)) => number.to_string(),
        Some(_) => return Truth::Unknown,
        None => return Truth::No,
    };
    let has = |first, last| {
        super::has_port(
            content.get("from_port"),
            content.get("to_port"),
            first,
            last,
        )
    };
    match (protocol.as_str(), traffic) {
        ("-1" | "all", _)
        | ("tcp" | "6", Traffic::SomeTcp)
        | ("50" | "esp", Traffic::Encrypted) => Truth::Yes,
        ("tcp" | "6", Traffic::Tcp(first, last)) => has(first, last),
        ("udp" | "17", Traffic::KeyExchange) => has(500, 500),
        _ => Truth::No,
    }
}

/// What traffic a rule is about, for people.
fn traffic(content: &Map<'_>) -> String {
    let text = |name: &str| {
        given(content.get(name)).and_then(|value| match &value.data {
            Data::Text(text) => Some(text.to_string()),
            Data::Number(number) => Some(number.to_string()),
            _ => None,
        })
    };
    let Some(protocol) = text("protocol").or_else(|| text("ip_protocol")) else {
        return "unknown traffic".to_owned();
    };
    let ports = (text("from_port"), text("to_port"));
    match (protocol.to_ascii_lowercase().as_str(), ports) {
        ("-1" | "all", _) => "all traffic".to_owned(),
        (protocol @ ("tcp" | "udp" | "6" | "17"), (Some(from), Some(to))) => {
            let protocol = match protocol {
                "6" => "tcp",
                "17" => "udp",
                protocol => protocol,
            };
            if from == to {
                format!("{protocol} port {from}")
            } else {
                format!("{protocol} ports {from} to {to}")
            }
        }
        (protocol, _) => format!("protocol {protocol}"),
    }
}
