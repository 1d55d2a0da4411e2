//! Whether security groups admit what is asked of them: a group admits it if one of its rules does.

use super::{Direction, Group, GroupRules, Missing, Network, Peer, Standpoint, Traffic};
use crate::model::graph::Target;
use crate::model::source::Span;
use crate::model::truth::Truth;
use crate::model::value::Why;

impl<'g, 'a> Network<'g, 'a> {
    /// Whether what has these groups lets its like in, or out to it, and what would tell.
    #[must_use]
    pub fn admits_own(
        &self,
        at: &Standpoint<'g>,
        direction: Direction,
        traffic: Traffic,
    ) -> (Truth, Option<Missing>) {
        let block = self.block_of(at.subnet);
        let admits = |peer: &Peer<'g>| match peer {
            Peer::Group(Ok(group)) => at
                .groups
                .iter()
                .map(|own| {
                    own.as_ref()
                        .map_or(Truth::Unknown, |own| (own == group).into())
                })
                .fold(Truth::No, Truth::or),
            Peer::Block(other) if other.prefix_len() == 0 => other.addr().is_ipv4().into(),
            Peer::Block(other) => match block {
                Some(block) => other.contains(&block).into(),
                None => Truth::Unknown,
            },
            Peer::PrefixList(_, Ok(blocks)) => match block {
                Some(block) => blocks.iter().any(|one| one.contains(&block)).into(),
                None => Truth::Unknown,
            },
            Peer::PrefixList(name, Err(_)) if self.is_list_of_aws(name) => Truth::No,
            Peer::PrefixList(_, Err(_)) | Peer::Group(Err(_)) | Peer::Unknown(_) => Truth::Unknown,
        };
        let (admitted, _) = self.any_admits(&at.groups, direction, traffic, admits);
        let missing = (admitted == Truth::Unknown).then(|| {
            let value = match at.subnet {
                Target::Unknown(_) => "the addresses of its subnet".to_owned(),
                subnet => format!("the addresses of {}", self.name_of(subnet)),
            };
            let why = Why::ExternalResource;
            let missing = self.missing_of(&at.groups, direction);
            missing.unwrap_or(Missing { value, why })
        });
        (admitted, missing)
    }

    /// Whether one of several groups admits what is asked: a group admits it if one of its rules does.
    pub(super) fn any_admits(
        &self,
        groups: &[Result<Group<'g>, Missing>],
        direction: Direction,
        traffic: Traffic,
        admits: impl Fn(&Peer<'g>) -> Truth,
    ) -> (Truth, Option<Span>) {
        let (mut found, mut at) = (Truth::No, None);
        for group in groups {
            let Ok(group) = group else {
                found = found.or(Truth::Unknown);
                continue;
            };
            let rules: GroupRules<'g, 'a> = self.rules(*group, direction);
            let peers = |peers: &[Peer<'g>]| peers.iter().map(&admits).fold(Truth::No, Truth::or);
            for rule in &rules.rules {
                found = found.or(rule.carries(traffic).and(peers(&rule.peers)));
            }
            for (rule, _) in &rules.perhaps {
                if rule.carries(traffic).and(peers(&rule.peers)) != Truth::No {
                    found = found.or(Truth::Unknown);
                }
            }
            if rules.perhaps_more.is_some() {
                found = found.or(Truth::Unknown);
            }
            if let Group::Resource(id) = group {
                at = at.or(Some(self.graph.get(*id).origin));
            }
        }
        (found, at)
    }

    /// What would tell what groups let through.
    pub(super) fn missing_of(
        &self,
        groups: &[Result<Group<'g>, Missing>],
        direction: Direction,
    ) -> Option<Missing> {
        for group in groups {
            let group = match group {
                Ok(group) => *group,
                Err(missing) => return Some(missing.clone()),
            };
            let rules = self.rules(group, direction);
            if let Some(missing) = rules.perhaps_more {
                return Some(missing);
            }
            let peers = rules.rules.iter().flat_map(|rule| &rule.peers);
            if let Some(missing) = peers.clone().find_map(Peer::missing) {
                return Some(missing.clone());
            }
            if let Some((_, missing)) = rules.perhaps.first() {
                return Some(missing.clone());
            }
        }
        None
    }
}
