//! The rules: data and one function each. A rule does no I/O, keeps no state, and cannot tell which
//! format its subject came from.
//!
//! To add one: `docs/architecture.md`, "A new rule".

mod access_points_restricted;
mod bucket_access_recorded;
mod bucket_default_encryption_with_customer_key;
mod bucket_deny_does_not_lock_out_workload;
mod bucket_perimeter_set;
mod bucket_policy_forces_kms_encryption;
mod bucket_policy_limited_to_trusted_accounts;
mod bucket_policy_without_public_principal;
mod bucket_public_access_blocked;
mod bucket_replication_stays_trusted;
mod bucket_requires_tls;
mod bucket_trust;
mod caller_can_pass_job_role;
mod context;
mod credentials;
mod cross_account_image_shared_correctly;
mod customer_keys;
mod data_events;
mod data_readers_closed_world;
mod default_security_group_not_used;
mod default_vpc_not_used;
mod denials;
mod distributed_job_group_allows_itself;
mod endpoint_does_not_replace_permission;
mod endpoint_not_in_public_subnet;
mod endpoint_policies_admit_required_traffic;
mod endpoint_private_dns_enabled;
mod endpoint_security_group_correct;
mod execution_role_cannot_escalate;
mod execution_role_ecr_read_only;
mod execution_role_has_service_plumbing_permissions;
mod execution_role_not_admin;
mod execution_role_permissions_narrow;
mod execution_role_trust_guards_confused_deputy;
mod execution_role_trust_limited;
mod execution_role_trusts_sagemaker;
mod exfiltration;
mod frameworks;
mod gateway_endpoint_policy_uses_conditions_for_principals;
mod hops;
mod iam_policy_names_key_not_alias;
mod identity_decrypt_not_on_all_keys;
mod identity_policies;
mod job_places;
mod job_pulls_image;
mod job_reads_input;
mod job_writes_output;
mod key_grants_limited;
mod key_has_approved_alias;
mod key_policy_admits_execution_role;
mod key_policy_conditions_compatible_with_services;
mod key_policy_limited_to_trusted_accounts;
mod key_policy_without_wildcard_principal;
mod key_rotation_enabled;
mod key_usable;
mod key_use_limited_to_expected_principals;
mod key_uses;
mod log_destinations;
mod network_acl_not_wide_open;
mod network_controls_are_not_user_access_control;
mod no_exfiltration_route;
mod no_iam_user_access_keys;
mod notebook_access_granted_to_designated_group;
mod notebook_access_limited_to_designated_groups;
mod notebook_access_not_attached_to_users;
mod notebook_access_not_granted_through_execution_role;
mod notebook_code_sources_free_of_credentials;
mod notebook_creation_guarded_for_groups;
mod notebook_direct_internet_access_disabled;
mod notebook_group_policy_scoped_to_notebooks;
mod notebook_imdsv2_required;
mod notebook_lifecycle_not_writable_by_group;
mod notebook_placed_in_customer_subnet;
mod notebook_platform_supported;
mod notebook_reads_dataset;
mod notebook_role_can_create_processing_job;
mod notebook_root_access_disabled;
mod notebook_session_restricted_to_network;
mod notebook_starts_processing_job;
mod notebook_volume_encrypted_with_customer_key;
mod orchestrator_role_can_run_job;
mod passrole_scoped;
mod people;
mod plan_does_not_regress_path;
mod policies_attached_to_groups_not_users;
mod processing_job_buckets_trusted;
mod processing_job_dataset_queries_encrypted;
mod processing_job_definition_free_of_credentials;
mod processing_job_definition_readable;
mod processing_job_image_from_approved_registry;
mod processing_job_image_pinned;
mod processing_job_inter_container_traffic_encrypted;
mod processing_job_network_isolated;
mod processing_job_output_encrypted_with_customer_key;
mod processing_job_output_key_matches_bucket;
mod processing_job_runs_in_vpc;
mod processing_job_runtime_bounded;
mod processing_job_security_fields_not_caller_controlled;
mod processing_job_uses_iam_role;
mod processing_job_volume_encrypted_with_customer_key;
mod reaching;
mod relevant_buckets;
mod remedy;
mod repository_encrypted_with_customer_key;
mod repository_policy_not_public;
mod repository_scanned;
mod repository_tags_immutable;
mod resource_policies;
mod role_mode_consistent;
mod role_s3_access_limited_to_relevant_buckets;
mod runtime_endpoint_not_mistaken_for_api;
mod s3_endpoint_policy_prevents_exfiltration;
mod s3_endpoint_present_and_routed;
mod sagemaker_api_not_callable_around_endpoint;
mod sagemaker_api_reachable_privately;
mod sagemaker_endpoint_and_iam_policies_combined;
mod sagemaker_endpoint_policy_customised;
mod sagemaker_endpoint_policy_names_principals;
mod sagemaker_only;
mod sagemaker_path;
mod sagemaker_users_limited_to_sagemaker_api;
mod seals;
mod shared_data_not_under_aws_managed_key;
mod starting;
mod statements;
mod static_keys_not_delivered_to_workloads;
mod studio_access_governed_by_iam;
mod studio_domain_vpc_only;
mod studio_notebook_output_sharing_protected;
mod studio_storage_encrypted_with_customer_key;
mod subnet_without_auto_public_ip;
mod suggested_statement;
mod supporting_endpoints_present;
mod tag_mutability;
mod volume_key_is_not_data_access;
mod vpc_flow_logs_enabled;
mod workload_egress_admits_required_services;
mod workload_egress_restricted;
mod workload_ingress_closed;
mod workload_internet_egress_controlled;
mod workload_network_consistent;
mod workload_reaches_services;
mod workload_subnet_private;
mod workload_volume_key_usable;
mod workload_vpcs;

pub use context::{Context, KeyUse, Setting, Subject};

use crate::finding::frameworks::Controls;
use crate::finding::{Assumption, Severity, Verdict};
use crate::model::vocabulary::Kind;
use crate::settings::Settings;

/// Every rule, in the order of the catalogue.
pub static RULES: &[Rule] = &[
    notebook_direct_internet_access_disabled::RULE,
    notebook_placed_in_customer_subnet::RULE,
    notebook_root_access_disabled::RULE,
    notebook_imdsv2_required::RULE,
    notebook_volume_encrypted_with_customer_key::RULE,
    notebook_platform_supported::RULE,
    notebook_code_sources_free_of_credentials::RULE,
    studio_domain_vpc_only::RULE,
    studio_storage_encrypted_with_customer_key::RULE,
    studio_notebook_output_sharing_protected::RULE,
    notebook_access_granted_to_designated_group::RULE,
    notebook_access_limited_to_designated_groups::RULE,
    notebook_access_not_attached_to_users::RULE,
    notebook_access_not_granted_through_execution_role::RULE,
    notebook_group_policy_scoped_to_notebooks::RULE,
    notebook_creation_guarded_for_groups::RULE,
    notebook_lifecycle_not_writable_by_group::RULE,
    notebook_session_restricted_to_network::RULE,
    studio_access_governed_by_iam::RULE,
    network_controls_are_not_user_access_control::RULE,
    processing_job_runs_in_vpc::RULE,
    processing_job_network_isolated::RULE,
    processing_job_inter_container_traffic_encrypted::RULE,
    processing_job_volume_encrypted_with_customer_key::RULE,
    processing_job_output_encrypted_with_customer_key::RULE,
    processing_job_output_key_matches_bucket::RULE,
    processing_job_definition_free_of_credentials::RULE,
    processing_job_uses_iam_role::RULE,
    processing_job_image_from_approved_registry::RULE,
    processing_job_image_pinned::RULE,
    processing_job_buckets_trusted::RULE,
    processing_job_runtime_bounded::RULE,
    processing_job_security_fields_not_caller_controlled::RULE,
    processing_job_definition_readable::RULE,
    processing_job_dataset_queries_encrypted::RULE,
    key_rotation_enabled::RULE,
    key_policy_without_wildcard_principal::RULE,
    key_policy_limited_to_trusted_accounts::RULE,
    key_policy_admits_execution_role::RULE,
    key_use_limited_to_expected_principals::RULE,
    key_grants_limited::RULE,
    key_usable::RULE,
    key_has_approved_alias::RULE,
    iam_policy_names_key_not_alias::RULE,
    identity_decrypt_not_on_all_keys::RULE,
    key_policy_conditions_compatible_with_services::RULE,
    volume_key_is_not_data_access::RULE,
    shared_data_not_under_aws_managed_key::RULE,
    bucket_default_encryption_with_customer_key::RULE,
    bucket_policy_forces_kms_encryption::RULE,
    bucket_public_access_blocked::RULE,
    bucket_policy_without_public_principal::RULE,
    bucket_requires_tls::RULE,
    bucket_policy_limited_to_trusted_accounts::RULE,
    bucket_perimeter_set::RULE,
    bucket_access_recorded::RULE,
    bucket_replication_stays_trusted::RULE,
    access_points_restricted::RULE,
    bucket_deny_does_not_lock_out_workload::RULE,
    role_s3_access_limited_to_relevant_buckets::RULE,
    execution_role_trusts_sagemaker::RULE,
    execution_role_trust_limited::RULE,
    execution_role_trust_guards_confused_deputy::RULE,
    notebook_role_can_create_processing_job::RULE,
    caller_can_pass_job_role::RULE,
    passrole_scoped::RULE,
    role_mode_consistent::RULE,
    no_iam_user_access_keys::RULE,
    static_keys_not_delivered_to_workloads::RULE,
    execution_role_not_admin::RULE,
    execution_role_permissions_narrow::RULE,
    execution_role_cannot_escalate::RULE,
    policies_attached_to_groups_not_users::RULE,
    execution_role_has_service_plumbing_permissions::RULE,
    sagemaker_api_reachable_privately::RULE,
    sagemaker_users_limited_to_sagemaker_api::RULE,
    orchestrator_role_can_run_job::RULE,
    sagemaker_endpoint_policy_customised::RULE,
    sagemaker_endpoint_policy_names_principals::RULE,
    sagemaker_endpoint_and_iam_policies_combined::RULE,
    endpoint_security_group_correct::RULE,
    endpoint_private_dns_enabled::RULE,
    s3_endpoint_present_and_routed::RULE,
    s3_endpoint_policy_prevents_exfiltration::RULE,
    gateway_endpoint_policy_uses_conditions_for_principals::RULE,
    endpoint_policies_admit_required_traffic::RULE,
    supporting_endpoints_present::RULE,
    runtime_endpoint_not_mistaken_for_api::RULE,
    endpoint_not_in_public_subnet::RULE,
    workload_subnet_private::RULE,
    subnet_without_auto_public_ip::RULE,
    workload_egress_restricted::RULE,
    workload_ingress_closed::RULE,
    default_security_group_not_used::RULE,
    network_acl_not_wide_open::RULE,
    workload_internet_egress_controlled::RULE,
    vpc_flow_logs_enabled::RULE,
    default_vpc_not_used::RULE,
    distributed_job_group_allows_itself::RULE,
    workload_egress_admits_required_services::RULE,
    workload_network_consistent::RULE,
    repository_policy_not_public::RULE,
    repository_tags_immutable::RULE,
    repository_scanned::RULE,
    repository_encrypted_with_customer_key::RULE,
    cross_account_image_shared_correctly::RULE,
    execution_role_ecr_read_only::RULE,
    notebook_reads_dataset::RULE,
    notebook_starts_processing_job::RULE,
    job_pulls_image::RULE,
    job_reads_input::RULE,
    job_writes_output::RULE,
    workload_volume_key_usable::RULE,
    workload_reaches_services::RULE,
    sagemaker_api_not_callable_around_endpoint::RULE,
    data_readers_closed_world::RULE,
    no_exfiltration_route::RULE,
    endpoint_does_not_replace_permission::RULE,
    plan_does_not_regress_path::RULE,
];

/// A rule: what it proves, and how to say it.
#[derive(Debug)]
pub struct Rule {
    /// The name: states what must hold, in kebab case.
    pub id: &'static str,
    /// The permanent alias: `PG-NB-001`.
    pub alias: &'static str,
    /// What is bad about it when it is broken.
    pub kind: RuleKind,
    /// When it came: the first release's rules are tier 1.
    pub tier: u8,
    /// How much it matters, unless a finding says otherwise.
    pub severity: Severity,
    /// What must hold, in one sentence.
    pub summary: &'static str,
    /// What happens when it does not.
    pub why: &'static str,
    /// What an absent attribute means, and when the rule cannot tell.
    pub unsure: &'static str,
    /// What to write instead.
    pub fix: &'static str,
    /// Where AWS says so.
    pub references: &'static [Link],
    /// What it takes for granted without settings, by [`Assumption`] id.
    pub assumes: &'static [&'static str],
    /// The rule's own fixtures.
    pub example: Example,
    /// What it looks at, and the judgement.
    pub(crate) check: Check,
}

/// What is bad about a rule that is broken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RuleKind {
    /// Somebody or something gets too much.
    Secure,
    /// The workload will fail.
    Works,
    /// A layer is there that does not do what people think it does.
    Explain,
}

impl RuleKind {
    /// The name in output.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Secure => "secure",
            Self::Works => "works",
            Self::Explain => "explain",
        }
    }
}

/// A text that a rule rests on.
#[derive(Debug, Clone, Copy)]
pub struct Link {
    /// The page, and the heading on it.
    pub title: &'static str,
    /// Its address; empty for a control of a framework, which its title names.
    pub url: &'static str,
}

/// The rule's own fixtures: what the manual shows is what the tests prove.
#[derive(Debug, Clone, Copy)]
pub struct Example {
    /// Terraform that breaks the rule.
    pub fail: &'static str,
    /// Terraform in which it holds.
    pub pass: &'static str,
}

/// What a rule looks at, and the judgement.
#[derive(Debug)]
pub(crate) enum Check {
    /// Each resource of these kinds.
    Resource(
        &'static [Kind],
        fn(&Context<'_, '_>, &Subject<'_, '_>) -> Verdict,
    ),
    /// What a change makes of workloads of these kinds: judged where both of its sides are known, not here.
    Change(&'static [Kind]),
}

impl Rule {
    /// The letters of the alias that name the family: `NB`.
    #[must_use]
    pub fn family(&self) -> &'static str {
        self.alias.split('-').nth(1).unwrap_or("")
    }

    /// The controls of frameworks that ask for what it proves, or for something close to it.
    #[must_use]
    pub fn frameworks(&self) -> Vec<Controls> {
        frameworks::of(self.alias)
    }

    /// The kinds of resource that the rule judges.
    #[must_use]
    pub fn looks_at(&self) -> &'static [Kind] {
        match self.check {
            Check::Resource(kinds, _) | Check::Change(kinds) => kinds,
        }
    }

    /// Whether it judges what a change does, so that it says nothing of an input that does not tell what was
    /// there before.
    #[must_use]
    pub fn is_about_changes(&self) -> bool {
        matches!(self.check, Check::Change(_))
    }

    /// Judges one subject.
    #[must_use]
    pub fn judge(&self, context: &Context<'_, '_>, subject: &Subject<'_, '_>) -> Verdict {
        match self.check {
            Check::Resource(_, check) => check(context, subject),
            Check::Change(_) => Verdict::NotApplicable,
        }
    }
}

/// The assumption of rules on buckets.
pub(crate) const PROTECTED_BUCKETS: &str = "protected-buckets";

/// The assumption of rules on the groups that notebooks are meant for.
pub(crate) const DESIGNATED_GROUPS: &str = "designated-groups";

/// The assumption of whatever asks who may do something.
pub(crate) const NO_SCP: &str = "no-scp";

/// What every proof of a path takes for granted.
pub const PATH_ASSUMPTIONS: &[&str] = &[NO_SCP, PROTECTED_BUCKETS];

/// What the list of those who reach protected data takes for granted.
pub const SEAL_ASSUMPTIONS: &[&str] = &[NO_SCP, PROTECTED_BUCKETS, DESIGNATED_GROUPS];

/// What can be taken for granted, where the settings do not say it.
#[must_use]
pub fn assumptions(settings: &Settings) -> Vec<Assumption> {
    let mut all = vec![
    Assumption {
        id: PROTECTED_BUCKETS,
        text: "no buckets were named as protected; those encrypted under KMS, tagged confidential, or \
               read or written by a Processing job count as protected, and findings on others one level less"
            .to_owned(),
        supply: "name them as `protected_buckets` in plangate.yaml, or tag them `data-classification = confidential`".to_owned(),
    },
    Assumption {
        id: DESIGNATED_GROUPS,
        text: "no groups were designated; those that may work with notebook instances and have `sagemaker`, \
               `ml`, `notebook` or data science in their name count as meant for notebooks, else those that \
               may open one"
            .to_owned(),
        supply: "name them as `designated_groups` in plangate.yaml".to_owned(),
    },
    Assumption {
        id: NO_SCP,
        text: "no service or resource control policy of an organization was given; none was assumed, beside \
               those that the input attaches to the account"
            .to_owned(),
        supply: "bring the policies that bind the account into the same input, or name their files as `scp_files` and `rcp_files` in plangate.yaml".to_owned(),
    }];
    if !settings.scp_files.is_empty() || !settings.rcp_files.is_empty() {
        all.retain(|one| one.id != NO_SCP);
    }
    if !settings.protected_buckets.is_empty() {
        all.retain(|one| one.id != PROTECTED_BUCKETS);
    }
    if !settings.designated_groups.is_empty() {
        all.retain(|one| one.id != DESIGNATED_GROUPS);
    }
    all
}

/// Finds a rule by its name or alias, in any case.
#[must_use]
pub fn find(name: &str) -> Option<&'static Rule> {
    RULES.iter().find(|rule| {
        rule.id.eq_ignore_ascii_case(name)
            || rule.alias.eq_ignore_ascii_case(name)
            || rule
                .alias
                .strip_prefix("PG-")
                .is_some_and(|short| short.eq_ignore_ascii_case(name))
    })
}
