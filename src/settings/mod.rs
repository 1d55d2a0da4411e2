//! What the user says beside the input: who is meant to do what, and how strict to be. Every setting may be left
//! out; without any, plangate says what it took for granted instead.
//!
//! [`read`](Settings::read) turns `plangate.yaml` into them; what they come to is the business of whoever asks them.

mod pattern;
mod read;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

pub use pattern::{Pattern, any};
pub use read::{NAME, SettingsError};

/// The settings in force.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default, expecting = "settings by their names")]
pub struct Settings {
    /// Who administers the account and may do everything: left out of what is said about people and about who can
    /// reach data.
    pub admin_principals: Vec<Pattern>,
    /// How people come to notebooks.
    pub access_model: AccessModel,
    /// Whether the encryption of S3 itself will do for buckets: one without a key of the user's is worth a remark then,
    /// and holds nothing up.
    pub allow_sse_s3: bool,
    /// Service principals that may assume execution roles beside SageMaker: `glue.amazonaws.com`.
    pub allowed_extra_trust: Vec<Pattern>,
    /// Where SageMaker may be used.
    pub allowed_regions: Vec<String>,
    /// Aliases, names or ARNs of the keys that data may be encrypted with.
    pub approved_keys: Vec<Pattern>,
    /// Registries that images of Processing jobs may come from, beside the own and SageMaker's: accounts, hosts, or
    /// repositories in them.
    pub approved_registries: Vec<Pattern>,
    /// Execution roles that build images, and so may push them.
    pub builder_roles: Vec<Pattern>,
    /// Who may read the data of which buckets (patterns too), beside the roles of workloads and the designated groups.
    pub data_readers: BTreeMap<String, Vec<Pattern>>,
    /// Who may write it.
    pub data_writers: BTreeMap<String, Vec<Pattern>>,
    /// The groups that notebooks are meant for.
    pub designated_groups: Vec<Pattern>,
    /// Roles that count as execution roles beside those that workloads run as.
    pub execution_roles: Vec<Pattern>,
    /// How a key's policy has to let a role in.
    pub kms_grant_mode: KeyGrantMode,
    /// The longest time between two rotations of a key that is not worth a remark, in days.
    pub kms_max_rotation_days: u32,
    /// The shortest time that a key waits before it is deleted, in days.
    pub kms_min_deletion_days: u32,
    /// Files with the text of managed policies, by ARN; relative to the file of the settings.
    pub managed_policies: BTreeMap<String, String>,
    /// The longest time that a Processing job may run, in seconds.
    pub max_runtime_seconds: u32,
    /// Whether the code in notebooks starts Processing jobs; left out, the rights of each notebook's role tell.
    pub notebooks_start_jobs: Option<bool>,
    /// Ids of organizations whose principals are trusted.
    #[serde(deserialize_with = "read::one_or_many")]
    pub organization: Vec<String>,
    /// Accounts that are the user's own, beside those that the input works in.
    #[serde(deserialize_with = "read::accounts")]
    pub own_accounts: Vec<String>,
    /// Whether images of Processing jobs must be named by digest: a tag that cannot be moved is not enough then.
    pub require_digest: bool,
    /// Whether Processing jobs must be isolated: a VPC that lets nothing out is not enough then.
    pub require_isolation: bool,
    /// The permissions boundary that execution roles must have, by name or ARN.
    pub required_boundary: Option<Pattern>,
    /// Whether a notebook and the jobs that it starts run as one role.
    pub role_model: RoleModel,
    /// Accounts of others that may have access.
    #[serde(deserialize_with = "read::accounts")]
    pub trusted_accounts: Vec<String>,
    /// Buckets outside of the input that Processing jobs and Studio may read and write, by name or ARN. With any, all others
    /// outside of it are not trusted.
    pub trusted_buckets: Vec<Pattern>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            admin_principals: Vec::new(),
            access_model: AccessModel::IamGroups,
            allow_sse_s3: false,
            allowed_extra_trust: Vec::new(),
            allowed_regions: Vec::new(),
            approved_keys: Vec::new(),
            approved_registries: Vec::new(),
            builder_roles: Vec::new(),
            data_readers: BTreeMap::new(),
            data_writers: BTreeMap::new(),
            designated_groups: Vec::new(),
            execution_roles: Vec::new(),
            kms_grant_mode: KeyGrantMode::Either,
            kms_max_rotation_days: 365,
            kms_min_deletion_days: 14,
            managed_policies: BTreeMap::new(),
            max_runtime_seconds: 86_400,
            notebooks_start_jobs: None,
            organization: Vec::new(),
            own_accounts: Vec::new(),
            require_digest: false,
            require_isolation: false,
            required_boundary: None,
            role_model: RoleModel::Either,
            trusted_accounts: Vec::new(),
            trusted_buckets: Vec::new(),
        }
    }
}

impl Settings {
    /// What differs from the defaults, as JSON with sorted keys: the same settings are the same text.
    #[must_use]
    pub fn in_force(&self) -> String {
        let value = |settings: &Self| serde_json::to_value(settings).unwrap_or_default();
        let (mut own, default) = (value(self), value(&Self::default()));
        if let Some(own) = own.as_object_mut() {
            own.retain(|name, value| default.get(name) != Some(value));
        }
        own.to_string()
    }
}

/// How people come to notebooks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum AccessModel {
    /// By policies of the IAM groups that they are in.
    IamGroups,
    /// By IAM Identity Center.
    Sso,
    /// By both.
    Mixed,
}

/// How a key's policy has to let a role in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum KeyGrantMode {
    /// As AWS decides: by naming it, or by leaving it to the account.
    Either,
    /// By naming it.
    KeyPolicyExplicit,
}

/// Whether a notebook and the jobs that it starts run as one role.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RoleModel {
    /// As one that holds all.
    Single,
    /// As two, of which each holds its part.
    Split,
    /// Either, as long as it is complete.
    Either,
}
