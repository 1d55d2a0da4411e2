//! Who is in which group.
//!
//! Source: IAM User Guide, "IAM user groups".

use std::collections::BTreeMap;

use super::Access;
use crate::model::graph::{ResourceGraph, ResourceId, Target};
use crate::model::resource::Resource;
use crate::model::value::Why;
use crate::model::vocabulary::Kind;

/// What the input's memberships say, by user.
#[derive(Debug, Default)]
pub(super) struct Memberships {
    of: BTreeMap<ResourceId, Membership>,
    /// One that may be of anybody.
    open: Option<(String, Why)>,
}

#[derive(Debug, Default)]
struct Membership {
    groups: Vec<ResourceId>,
    perhaps_more: Option<(String, Why)>,
}

impl Memberships {
    fn of(graph: &ResourceGraph<'_>) -> Self {
        let mut memberships = Self::default();
        for (_, membership) in graph.iter() {
            if membership.kind() == Some(Kind::Membership) {
                memberships.add(graph, membership);
            }
        }
        memberships
    }

    fn add(&mut self, graph: &ResourceGraph<'_>, membership: &Resource<'_>) {
        let names = |paths: [&str; 2], kind| -> Vec<Target<'_>> {
            let values = paths.into_iter().filter_map(|path| membership.if_any(path));
            let values =
                values.flat_map(|value| value.as_list().unwrap_or(std::slice::from_ref(value)));
            values.map(|value| graph.target(value, &[kind])).collect()
        };
        // One form names the group and its users, the other the user and its groups.
        let users = names(["users", "user"], Kind::User);
        let groups = names(["group", "groups"], Kind::Group);
        let mut open = users
            .iter()
            .chain(&groups)
            .filter_map(|target| match target {
                Target::Unknown(why) => Some(*why),
                _ => None,
            });
        if let Some(why) = open.next() {
            self.open = Some((membership.address.as_str().to_owned(), why));
        }
        for user in users {
            let Target::Resource(user) = user else {
                continue;
            };
            let own = self.of.entry(user).or_default();
            for group in &groups {
                own.add(*group);
            }
        }
    }
}

impl Membership {
    fn add(&mut self, group: Target<'_>) {
        match group {
            Target::Resource(id) => self.groups.push(id),
            Target::Outside(name) => {
                let what = format!("policies of the group {name}");
                self.perhaps_more = Some((what, Why::ExternalResource));
            }
            Target::Unknown(_) => {}
        }
    }
}

impl Access<'_, '_> {
    /// The groups that a user is in, and why there may be more.
    #[must_use]
    pub fn groups_of(&self, user: ResourceId) -> (Vec<ResourceId>, Option<(String, Why)>) {
        let graph = self.graph();
        let resource = graph.get(user);
        let mut all = Membership::default();
        if let Some(own) = resource.get("groups") {
            for value in own.as_list().unwrap_or(std::slice::from_ref(own)) {
                match graph.target(value, &[Kind::Group]) {
                    Target::Unknown(why) => {
                        all.perhaps_more = Some((resource.name_of("groups"), why));
                    }
                    group => all.add(group),
                }
            }
        }
        let memberships = self.memberships.get_or_init(|| Memberships::of(graph));
        if let Some(more) = memberships.of.get(&user) {
            all.groups.extend(&more.groups);
            all.perhaps_more = more.perhaps_more.clone().or(all.perhaps_more);
        }
        let perhaps_more = memberships.open.clone().or(all.perhaps_more);
        (all.groups, perhaps_more)
    }
}
