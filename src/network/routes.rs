//! The route table that counts for a subnet, and where its routes lead.

use std::fmt;

use ipnet::IpNet;

use super::{Missing, Network, elements, equal, given, is_public};
use crate::model::graph::{ResourceId, Target};
use crate::model::resource::{Resource, Standing};
use crate::model::source::Span;
use crate::model::truth::Truth;
use crate::model::value::{Data, Map, Value, Why};
use crate::model::vocabulary::Kind;

/// The route table that counts for a subnet.
#[derive(Debug, Clone, PartialEq)]
pub struct RouteTable<'g, 'a> {
    /// What to call it: `` `aws_route_table.x` ``, or the main route table of a VPC.
    pub name: String,
    /// The routes that are known, the local one left out.
    pub routes: Vec<Route<'g, 'a>>,
    /// Routes of which it cannot be told whether this table has them.
    pub perhaps: Vec<(Route<'g, 'a>, Missing)>,
    /// What would tell the others: with this, the absence of a route is not known.
    pub perhaps_more: Option<Missing>,
}

/// One route.
#[derive(Debug, Clone)]
pub struct Route<'g, 'a> {
    /// The resource that says it.
    pub said_by: &'g Resource<'a>,
    /// Where it says so.
    pub at: Span,
    /// What traffic takes it.
    pub to: Destination,
    /// Where that traffic goes.
    pub via: Via,
}

impl PartialEq for Route<'_, '_> {
    fn eq(&self, other: &Self) -> bool {
        self.said_by.address == other.said_by.address
            && self.to == other.to
            && self.via == other.via
    }
}

/// What traffic takes a route.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Destination {
    /// That to a block of addresses.
    Block(IpNet),
    /// That to a prefix list: its name, and its blocks as far as the input has them.
    PrefixList(String, Result<Vec<IpNet>, Missing>),
    /// It cannot be told.
    Unknown(Missing),
}

/// Where a route leads; with the name of the gateway.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Via {
    /// To an internet gateway.
    Internet(String),
    /// To an egress-only internet gateway.
    EgressOnly(String),
    /// To a NAT gateway.
    Nat(String),
    /// To anything else: a VPN, a peering, a firewall.
    Other,
    /// It cannot be told.
    Unknown(Missing),
}

impl RouteTable<'_, '_> {
    fn lacks(&mut self, missing: Missing) {
        self.perhaps_more.get_or_insert(missing);
    }
}

impl fmt::Display for Destination {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Block(block) => block.fmt(f),
            Self::PrefixList(name, _) => f.write_str(name),
            Self::Unknown(missing) => f.write_str(&missing.value),
        }
    }
}

impl Destination {
    /// Whether it has addresses of the internet.
    #[must_use]
    pub fn is_public(&self) -> Truth {
        match self {
            Self::Block(block) => is_public(block).into(),
            Self::PrefixList(_, Ok(blocks)) => blocks.iter().any(is_public).into(),
            Self::PrefixList(_, Err(_)) | Self::Unknown(_) => Truth::Unknown,
        }
    }

    /// What would tell it, if it is not known.
    #[must_use]
    pub fn missing(&self) -> Option<&Missing> {
        match self {
            Self::PrefixList(_, Err(missing)) | Self::Unknown(missing) => Some(missing),
            Self::Block(_) | Self::PrefixList(_, Ok(_)) => None,
        }
    }
}

/// A route table, however it is named.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Table<'g> {
    /// One that is a resource of its own.
    Resource(ResourceId),
    /// The one that a VPC begins with.
    DefaultOf(ResourceId),
    /// One outside the input.
    Outside(&'g str),
}

impl<'g, 'a> Network<'g, 'a> {
    /// The route table that counts for a subnet: the associated one, else the main one of its VPC.
    pub fn route_table(&self, subnet: Target<'_>) -> Result<RouteTable<'g, 'a>, Missing> {
        Ok(self.routes_of(self.table_of(subnet)?))
    }

    /// Which table that is.
    pub(super) fn table_of(&self, subnet: Target<'_>) -> Result<Table<'g>, Missing> {
        match self.associated_table(subnet)? {
            Some(table) => Ok(table),
            None => self.main_table(subnet),
        }
    }

    fn associated_table(&self, subnet: Target<'_>) -> Result<Option<Table<'g>>, Missing> {
        let mut missing = None;
        for (_, association) in self.all(Kind::RtAssoc) {
            let Some(value) = given(association.get("subnet_id")) else {
                continue;
            };
            match self.subnet(value) {
                Target::Unknown(why) => {
                    missing.get_or_insert(Missing::of(association, "subnet_id", why));
                }
                other if other == subnet => return self.table_named_by(association).map(Some),
                _ => {}
            }
        }
        // A data source that asks for the table of a subnet.
        for (id, table) in self.all(Kind::RouteTable) {
            let asked = given(table.get("subnet_id")).map(|value| self.subnet(value));
            if table.standing == Standing::Context && asked == Some(subnet) {
                return Ok(Some(self.table(id)));
            }
        }
        let of_subnet = |why| Missing {
            value: format!("the route table of {}", self.name_of(subnet)),
            why,
        };
        let missing = match subnet {
            Target::Unknown(why) => Some(Missing {
                value: "the subnet".to_owned(),
                why,
            }),
            Target::Outside(_) => Some(of_subnet(Why::ExternalResource)),
            Target::Resource(_) if self.has_all_tables(subnet) => missing,
            Target::Resource(id) if !self.graph.get(id).standing.is_whole() => {
                Some(of_subnet(Why::ExternalResource))
            }
            Target::Resource(id) => missing.or(self.graph.incomplete_for(id).map(of_subnet)),
        };
        missing.map_or(Ok(None), Err)
    }

    /// Whether an answer of AWS lists the route tables of the subnet's VPC, with their associations.
    fn has_all_tables(&self, subnet: Target<'_>) -> bool {
        let Ok(vpc) = self.vpc_of(subnet) else {
            return false;
        };
        let mut main = self.all(Kind::RtMain);
        self.graph.incomplete().is_none()
            && main.any(|(id, association)| {
                let of = given(association.get("vpc_id"));
                let of = of.map(|value| equal(self.graph.target(value, Kind::VPCS), vpc));
                self.graph.is_listed(id) && of == Some(Truth::Yes)
            })
    }

    fn main_table(&self, subnet: Target<'_>) -> Result<Table<'g>, Missing> {
        let vpc = self.vpc_of(subnet)?;
        let of_vpc = |why| Missing {
            value: format!("the main route table of {}", self.name_of(vpc)),
            why,
        };
        let mut missing = None;
        for (_, association) in self.all(Kind::RtMain) {
            let Some(value) = given(association.get("vpc_id")) else {
                continue;
            };
            match equal(self.graph.target(value, Kind::VPCS), vpc) {
                Truth::Yes => return self.table_named_by(association),
                Truth::Unknown => {
                    let why = value.why_unknown().unwrap_or(Why::KnownAfterApply);
                    missing = Some(Missing::of(association, "vpc_id", why));
                }
                Truth::No => {}
            }
        }
        if let Some(missing) = missing {
            return Err(missing);
        }
        let Target::Resource(id) = vpc else {
            return Err(of_vpc(Why::ExternalResource));
        };
        if !self.graph.parts(id, Kind::RtMain).deleted.is_empty() {
            // The table from before the association becomes the main one again.
            return Err(of_vpc(Why::KnownAfterApply));
        }
        match self.graph.get(id).get("main_route_table_id") {
            Some(value) if value.as_text().is_some() => self.table_named(value).map_err(of_vpc),
            _ => Ok(Table::DefaultOf(id)),
        }
    }

    fn table_named_by(&self, association: &'g Resource<'a>) -> Result<Table<'g>, Missing> {
        let missing = |why| Missing::of(association, "route_table_id", why);
        let value = given(association.get("route_table_id"));
        let value = value.ok_or_else(|| missing(Why::UnexpectedForm))?;
        self.table_named(value).map_err(missing)
    }

    pub(super) fn table_named(&self, value: &'g Value<'a>) -> Result<Table<'g>, Why> {
        if let Some((vpc, attribute)) = self.attribute_of_vpc(value) {
            return match attribute.as_str() {
                // Of a VPC that is not made yet, the main table is the one that it begins with.
                "main_route_table_id" | "default_route_table_id" => Ok(Table::DefaultOf(vpc)),
                _ => Err(Why::KnownAfterApply),
            };
        }
        match self.graph.target(value, Kind::ROUTE_TABLES) {
            Target::Resource(id) => match self.graph.get(id).kind() {
                Some(Kind::RouteTable | Kind::RouteTableDefault) => Ok(self.table(id)),
                _ => Err(Why::KnownAfterApply),
            },
            Target::Outside(text) => Ok(match self.vpc_with("default_route_table_id", text) {
                Some(vpc) => Table::DefaultOf(vpc),
                None => Table::Outside(text),
            }),
            Target::Unknown(why) => Err(why),
        }
    }

    /// The table that a resource is, or manages.
    fn table(&self, id: ResourceId) -> Table<'g> {
        let resource = self.graph.get(id);
        let value = resource
            .if_any("default_route_table_id")
            .or_else(|| resource.get("id"));
        let Some(value) = value else {
            return Table::Resource(id);
        };
        let vpc = match value.as_text() {
            Some(text) => self.vpc_with("default_route_table_id", text),
            None => self.attribute_of_vpc(value).map(|(vpc, _)| vpc),
        };
        vpc.map_or(Table::Resource(id), Table::DefaultOf)
    }

    fn routes_of(&self, table: Table<'g>) -> RouteTable<'g, 'a> {
        let mut found = self.shown_routes(table);
        let incomplete = match table {
            Table::Resource(id) | Table::DefaultOf(id) => self.graph.incomplete_for(id),
            Table::Outside(_) => self.graph.incomplete(),
        };
        if let Some(why) = incomplete {
            found.lacks(Missing {
                value: format!("the rest of {}", found.name.replace('`', "")),
                why,
            });
        }
        for (_, route) in self.all(Kind::Route) {
            let Some(value) = given(route.get("route_table_id")) else {
                continue;
            };
            let own = || self.route(route, &route.attributes, "");
            match self.table_named(value) {
                Ok(other) if other == table => found.routes.push(own()),
                Ok(_) => {}
                Err(why) => {
                    let missing = Missing::of(route, "route_table_id", why);
                    found.perhaps.push((own(), missing));
                }
            }
        }
        found
    }

    /// What the resources that are a table show of its routes; with the routes that have no resource
    /// of their own.
    fn shown_routes(&self, table: Table<'g>) -> RouteTable<'g, 'a> {
        let mut found = RouteTable {
            name: String::new(),
            routes: Vec::new(),
            perhaps: Vec::new(),
            perhaps_more: None,
        };
        let tables = Kind::ROUTE_TABLES.iter().flat_map(|kind| self.all(*kind));
        let members: Vec<_> = match table {
            Table::Resource(own) => vec![(own, self.graph.get(own))],
            Table::Outside(_) => Vec::new(),
            Table::DefaultOf(_) => tables.filter(|(id, _)| self.table(*id) == table).collect(),
        };
        for (id, member) in &members {
            if found.name.is_empty() || member.standing == Standing::Judged {
                found.name = format!("`{}`", member.address.as_str());
            }
            self.inline_routes(*id, member, &mut found);
        }
        if !members.is_empty() {
            return found;
        }
        found.name = match table {
            Table::Resource(id) | Table::DefaultOf(id) => {
                let vpc = self.graph.get(id).address.as_str();
                format!("the main route table of `{vpc}`")
            }
            Table::Outside(text) => format!("`{text}`"),
        };
        // The table that a VPC begins with has the local route only.
        let is_known = matches!(table, Table::DefaultOf(vpc) if self.is_new_vpc(vpc));
        if !is_known {
            let name = found.name.replace('`', "");
            found.perhaps_more = Some(Missing {
                value: match table {
                    Table::Outside(_) => format!("route table {name}"),
                    _ => name,
                },
                why: Why::ExternalResource,
            });
        }
        found
    }

    fn inline_routes(
        &self,
        id: ResourceId,
        table: &'g Resource<'a>,
        found: &mut RouteTable<'g, 'a>,
    ) {
        let name = if table.standing.is_whole() {
            "route"
        } else {
            "routes"
        };
        let Some(routes) = table.get(name) else {
            if !table.standing.is_whole() {
                found.lacks(Missing::of(table, name, Why::ExternalResource));
            }
            return;
        };
        if let Data::Unknown(why) = routes.data {
            return found.lacks(Missing::of(table, name, why));
        }
        let own: Vec<_> = if self.graph.is_written(id, name) == Some(true) {
            Vec::new()
        } else {
            // A provider reads back inside the table what resources of their own set, or did set.
            let parts = self.graph.parts(id, Kind::Route);
            let planned = parts.found.iter().map(|part| part.said_by);
            let routes = planned.chain(parts.deleted);
            routes
                .map(|route| self.route(route, &route.attributes, "").to)
                .collect()
        };
        for route in elements(routes) {
            let Some(content) = route.as_map() else {
                let why = route.why_unknown().unwrap_or(Why::UnexpectedForm);
                found.lacks(Missing::of(table, name, why));
                continue;
            };
            let mut route = self.route(table, content, name);
            if !own.contains(&route.to) {
                if route.at == table.origin {
                    route.at = routes.origin;
                }
                found.routes.push(route);
            }
        }
    }

    /// One route; `inside` is the attribute of the table that it stands in.
    fn route(
        &self,
        said_by: &'g Resource<'a>,
        content: &'g Map<'a>,
        inside: &str,
    ) -> Route<'g, 'a> {
        let missing = |name: &str, why| {
            let dot = if inside.is_empty() { "" } else { "." };
            Missing::of(said_by, &format!("{inside}{dot}{name}"), why)
        };
        let blocks = [
            "cidr_block",
            "ipv6_cidr_block",
            "destination_cidr_block",
            "destination_ipv6_cidr_block",
        ];
        let block = blocks
            .iter()
            .find_map(|name| given(content.get(name)).map(|value| (*name, value)));
        let list = "destination_prefix_list_id";
        let (to, at) = match (block, given(content.get(list))) {
            (Some((name, value)), None) => {
                (block_of(value, |why| missing(name, why)), value.origin)
            }
            (None, Some(value)) => {
                let name = match self.graph.target(value, Kind::PREFIX_LISTS) {
                    Target::Unknown(_) => missing(list, Why::KnownAfterApply).value,
                    target => self.name_of(target),
                };
                let blocks = self.prefix_list(value, &name);
                (Destination::PrefixList(name, blocks), value.origin)
            }
            (Some((name, value)), Some(_)) => {
                let why = value.why_unknown().unwrap_or(Why::UnexpectedForm);
                (Destination::Unknown(missing(name, why)), value.origin)
            }
            (None, None) => {
                let unknown = missing("destination_cidr_block", Why::UnexpectedForm);
                (Destination::Unknown(unknown), said_by.origin)
            }
        };
        Route {
            said_by,
            at,
            to,
            via: self.via(content, missing),
        }
    }

    fn via(&self, content: &'g Map<'a>, missing: impl Fn(&str, Why) -> Missing) -> Via {
        // A route has one target: what is known rules out what is not.
        let mut unknown = None;
        for (name, kind, others) in [
            (
                "gateway_id",
                Kind::Igw,
                [Kind::Vgw, Kind::Endpoint].as_slice(),
            ),
            ("egress_only_gateway_id", Kind::Eigw, &[]),
            ("nat_gateway_id", Kind::Nat, &[]),
        ] {
            let Some(value) = given(content.get(name)) else {
                continue;
            };
            let target = self.graph.target(value, &[&[kind], others].concat());
            let found = match target {
                Target::Resource(id) => self.graph.get(id).kind() == Some(kind),
                Target::Outside(text) => kind != Kind::Igw || text.starts_with("igw-"),
                Target::Unknown(why) => {
                    if kind != Kind::Nat {
                        unknown.get_or_insert(missing(name, why));
                    }
                    continue;
                }
            };
            let gateway = self.name_of(target);
            return match kind {
                Kind::Igw if found => Via::Internet(gateway),
                Kind::Eigw if found => Via::EgressOnly(gateway),
                Kind::Nat if found => Via::Nat(gateway),
                _ => Via::Other,
            };
        }
        let others = [
            "transit_gateway_id",
            "vpc_peering_connection_id",
            "vpc_endpoint_id",
            "network_interface_id",
        ];
        let is_other = others
            .iter()
            .filter_map(|name| given(content.get(name)))
            .any(|value| value.why_unknown().is_none());
        match unknown {
            Some(missing) if !is_other => Via::Unknown(missing),
            _ => Via::Other,
        }
    }
}

fn block_of(value: &Value<'_>, missing: impl Fn(Why) -> Missing) -> Destination {
    let block = value.as_text().and_then(|text| text.parse().ok());
    match (block, &value.data) {
        (Some(block), _) => Destination::Block(block),
        (None, Data::Unknown(why)) => Destination::Unknown(missing(*why)),
        (None, Data::Template(_)) => Destination::Unknown(missing(Why::KnownAfterApply)),
        (None, _) => Destination::Unknown(missing(Why::UnexpectedForm)),
    }
}
