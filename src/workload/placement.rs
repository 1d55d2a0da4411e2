//! Where a workload says in which subnets it stands and which security groups it has.

use crate::model::vocabulary::Kind;

/// The kinds of resource that stand in subnets of the customer or carry security groups: notebook
/// instances, Processing jobs, and Studio.
pub const PLACED_KINDS: &[Kind] = &[
    Kind::Notebook,
    Kind::NotebookDomain,
    Kind::NotebookProfile,
    Kind::ProcessingJob,
    Kind::ProcessingJobMonitor,
];

/// The attribute with the subnets of a workload of this kind.
#[must_use]
pub fn subnets_path(kind: Kind) -> Option<&'static str> {
    match kind {
        Kind::Notebook => Some("subnet_id"),
        Kind::NotebookDomain => Some("subnet_ids"),
        Kind::ProcessingJob | Kind::ProcessingJobMonitor => {
            Some("network_config.vpc_config.subnets")
        }
        _ => None,
    }
}

/// The attributes with the security groups of a workload of this kind.
#[must_use]
pub fn groups_paths(kind: Kind) -> &'static [&'static str] {
    match kind {
        Kind::Notebook => &["security_groups"],
        Kind::NotebookDomain => &[
            "default_user_settings.security_groups",
            "default_space_settings.security_groups",
            "domain_settings.security_group_ids",
        ],
        Kind::NotebookProfile => &["user_settings.security_groups"],
        Kind::ProcessingJob | Kind::ProcessingJobMonitor => {
            &["network_config.vpc_config.security_group_ids"]
        }
        _ => &[],
    }
}

/// What people call a workload of this kind.
#[must_use]
pub fn noun(kind: Kind) -> &'static str {
    match kind {
        Kind::Notebook => "notebook",
        Kind::NotebookDomain => "Studio domain",
        Kind::NotebookProfile => "Studio user profile",
        Kind::ProcessingJob | Kind::ProcessingJobMonitor => "job",
        _ => "workload",
    }
}
