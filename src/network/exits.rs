//! By which ways traffic may leave a subnet, whatever it is.

use super::acls::{HTTPS, Other, Passes};
use super::{Direction, Exit, Missing, Network, Passage, Peer, Standpoint, Via};
use crate::model::truth::Truth;

/// A way out of a subnet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WayOut {
    /// Through what, and where its route is written; none where that cannot be told.
    pub exit: Option<Exit>,
    /// Whether traffic goes this way: the route is there, and security groups and network ACLs let it out.
    pub is_open: Truth,
    /// What would tell.
    pub hinges_on: Option<Missing>,
}

impl<'g> Network<'g, '_> {
    /// The ways out of a subnet to addresses of the internet, and to a service through its endpoint.
    ///
    /// A route to an internet gateway is none: SageMaker's interfaces get no public address.
    #[must_use]
    pub fn ways_out(&self, from: &Standpoint<'g>, service: &str) -> Vec<WayOut> {
        let (mut ways, mut perhaps) = (Vec::new(), None);
        match self.passage(from.subnet, service) {
            Passage::Through(id) => ways.push(WayOut {
                exit: Some(Exit::Endpoint(id)),
                is_open: Truth::Yes,
                hinges_on: None,
            }),
            Passage::Unknown(missing) => perhaps = Some(missing),
            Passage::Around => {}
        }
        let (lets_out, missing) = self.lets_out(from);
        let unknown = |missing| WayOut {
            exit: None,
            is_open: lets_out.and(Truth::Unknown),
            hinges_on: Some(missing),
        };
        let table = match self.route_table(from.subnet) {
            Ok(table) => table,
            Err(missing) => {
                ways.push(unknown(missing));
                return ways;
            }
        };
        ways.extend(perhaps.or_else(|| table.perhaps_more.clone()).map(unknown));
        let certain = table.routes.iter().map(|route| (route, None));
        let perhaps = table.perhaps.iter();
        let perhaps = perhaps.map(|(route, missing)| (route, Some(missing.clone())));
        for (route, doubt) in certain.chain(perhaps) {
            let to_internet = route.to.is_public();
            if to_internet == Truth::No {
                continue;
            }
            let (exit, leads) = match &route.via {
                Via::Nat(name) => match self.is_private_nat(name) {
                    Truth::Yes => continue,
                    private => (Exit::Nat(name.clone(), route.at), !private),
                },
                Via::Other => (Exit::Elsewhere(route.at), Truth::Unknown),
                Via::Unknown(missing) => {
                    ways.push(unknown(missing.clone()));
                    continue;
                }
                Via::Internet(_) | Via::EgressOnly(_) => continue,
            };
            let is_there = Truth::from(doubt.is_none()).or(Truth::Unknown);
            ways.push(WayOut {
                exit: Some(exit),
                is_open: to_internet.and(leads).and(is_there).and(lets_out),
                hinges_on: doubt.or_else(|| missing.clone()),
            });
        }
        ways
    }

    /// Whether groups and network ACLs let traffic out to the internet.
    fn lets_out(&self, from: &Standpoint<'g>) -> (Truth, Option<Missing>) {
        let (mut found, mut missing) = (Truth::from(from.groups.is_empty()), None);
        for group in &from.groups {
            let group = match group {
                Ok(group) => *group,
                Err(why) => {
                    found = found.or(Truth::Unknown);
                    missing.get_or_insert(why.clone());
                    continue;
                }
            };
            let rules = self.rules(group, Direction::Out);
            let peers = rules.rules.iter().flat_map(|rule| &rule.peers);
            found = peers.clone().map(Peer::is_public).fold(found, Truth::or);
            let doubts = peers.filter_map(Peer::missing).cloned();
            let perhaps = rules.perhaps.iter().map(|(_, missing)| missing.clone());
            for doubt in doubts.chain(perhaps).chain(rules.perhaps_more.clone()) {
                found = found.or(Truth::Unknown);
                missing.get_or_insert(doubt);
            }
        }
        match self.acl_passes(from.subnet, Direction::Out, Other::Public, HTTPS) {
            Passes::Yes => {}
            Passes::No(_) => found = Truth::No,
            Passes::Unknown(doubt) => {
                found = found.and(Truth::Unknown);
                missing.get_or_insert(doubt);
            }
        }
        (found, missing.filter(|_| found == Truth::Unknown))
    }
}
