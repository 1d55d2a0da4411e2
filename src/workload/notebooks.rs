//! Where people run code under a role: notebook instances, and Studio, whose domain gives the role to all that
//! have none of their own.
//!
//! Source: Amazon SageMaker AI Developer Guide, "Understanding domain space permissions and execution roles".

use crate::model::graph::{ResourceGraph, ResourceId, Target};
use crate::model::resource::Standing;
use crate::model::value::Value;
use crate::model::vocabulary::Kind;

/// The kinds of resource in which people run code.
pub const NOTEBOOK_KINDS: &[Kind] = &[Kind::Notebook, Kind::NotebookDomain, Kind::NotebookProfile];

/// Where people run code, and as which role.
#[derive(Debug, Clone, Copy)]
pub struct Notebook<'g, 'a> {
    /// The notebook instance, the domain, or a user profile with a role of its own.
    pub id: ResourceId,
    /// The attribute that names the role.
    pub path: &'static str,
    /// The role.
    pub role: &'g Value<'a>,
}

/// The attributes with a role of what people run code in: users' spaces run as the first of a domain, spaces that
/// they share as the second.
fn role_paths(kind: Kind) -> &'static [&'static str] {
    match kind {
        Kind::Notebook => &["role_arn"],
        Kind::NotebookDomain => &[
            "default_user_settings.execution_role",
            "default_space_settings.execution_role",
        ],
        Kind::NotebookProfile => &["user_settings.execution_role"],
        _ => &[],
    }
}

/// Every notebook of an estate, in the order of the input. What runs as the same role in the same domain is one,
/// and the domain, if that gives the role.
#[must_use]
pub fn notebooks<'g, 'a>(graph: &'g ResourceGraph<'a>) -> Vec<Notebook<'g, 'a>> {
    let mut found: Vec<Notebook<'g, 'a>> = Vec::new();
    let mut in_domains: Vec<(Target<'g>, Target<'g>)> = Vec::new();
    for kind in NOTEBOOK_KINDS {
        for (id, resource) in graph.iter() {
            if resource.kind() != Some(*kind) || resource.standing != Standing::Judged {
                continue;
            }
            let domain = domain_of(graph, id);
            for path in role_paths(*kind) {
                let Some(role) = resource.get(path) else {
                    continue;
                };
                let target = graph.target(role, &[Kind::Role]);
                if let (Some(domain), false) = (domain, matches!(target, Target::Unknown(_))) {
                    if in_domains.contains(&(domain, target)) {
                        continue;
                    }
                    in_domains.push((domain, target));
                }
                found.push(Notebook { id, path, role });
            }
        }
    }
    found
}

/// The Studio domain of a domain, user profile or space.
#[must_use]
pub fn domain_of<'g>(graph: &'g ResourceGraph<'_>, id: ResourceId) -> Option<Target<'g>> {
    let resource = graph.get(id);
    match resource.kind()? {
        Kind::NotebookDomain => Some(Target::Resource(id)),
        Kind::NotebookProfile | Kind::NotebookSpace => {
            let domain = resource.get("domain_id")?;
            Some(graph.target(domain, &[Kind::NotebookDomain]))
        }
        _ => None,
    }
}
