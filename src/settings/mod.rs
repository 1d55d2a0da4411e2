//! What the user says beside the input: who is meant to do what, and how strict to be. Every setting may be left
//! out; without any, plangate says what it took for granted instead.
//!
//! [`read`](Settings::read) turns `plangate.yaml` into them; what they come to is the business of whoever asks them.

mod choices;
mod facts;
mod pattern;
mod read;
mod template;

use std::collections::BTreeMap;

use ipnet::IpNet;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::finding::Severity;
pub use choices::{AccessModel, BucketChoice, KeyGrantMode, RoleModel};
pub use facts::{EndpointFact, Facts, KeyFact, RoleFact, SubnetFact};
pub use pattern::{Pattern, any};
pub use read::{NAME, SettingsError};
pub use template::Found;

/// The settings in force.
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a question of its own that a user answers"
)]
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
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
    /// Whether workloads may reach the internet over a NAT gateway, or whatever else a default route leads to.
    pub allow_nat_egress: bool,
    /// Ranges of addresses that the security groups of workloads and endpoints may let out to, public ones too.
    #[schemars(with = "Vec<String>")]
    pub allowed_egress_cidrs: Vec<IpNet>,
    /// Ranges of addresses that they may let in.
    #[schemars(with = "Vec<String>")]
    pub allowed_ingress_cidrs: Vec<IpNet>,
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
    /// What is known of keys, roles, subnets and endpoints outside of the input.
    pub facts: Facts,
    /// The severity from which on what is broken fails.
    pub fail_on: Severity,
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
    /// The only rules or families of rules that run, by name or alias.
    pub only: Vec<String>,
    /// Ids of organizations whose principals are trusted.
    #[serde(deserialize_with = "read::one_or_many")]
    #[schemars(schema_with = "read::one_or_many_schema")]
    pub organization: Vec<String>,
    /// Accounts that are the user's own, beside those that the input works in.
    #[serde(deserialize_with = "read::accounts")]
    #[schemars(schema_with = "read::accounts_schema")]
    pub own_accounts: Vec<String>,
    /// Buckets that hold protected data, beside those that show it themselves: those under KMS, those tagged so, and
    /// whatever a Processing job reads or writes.
    pub protected_buckets: BucketChoice,
    /// Whether images of Processing jobs must be named by digest: a tag that cannot be moved is not enough then.
    pub require_digest: bool,
    /// Whether Processing jobs must be isolated: a VPC that lets nothing out is not enough then.
    pub require_isolation: bool,
    /// The permissions boundary that execution roles must have, by name or ARN.
    pub required_boundary: Option<Pattern>,
    /// Whether a notebook and the jobs that it starts run as one role.
    pub role_model: RoleModel,
    /// Files with resource control policies that are in force for the own accounts; relative to the file of the
    /// settings.
    pub rcp_files: Vec<String>,
    /// Files with service control policies that are in force for the own accounts; relative to the file of the
    /// settings. Whoever lists what is allowed has taken AWS's `FullAWSAccess` away.
    pub scp_files: Vec<String>,
    /// The severity of findings, by rule or finding code (`RULE/CODE` for that of one rule), in place of the
    /// catalogue's.
    pub severity: BTreeMap<String, Severity>,
    /// Rules or families of rules that do not run.
    pub skip: Vec<String>,
    /// Whether what is unsure from the severity of `fail_on` on fails too, and what was not understood.
    pub strict: bool,
    /// Accounts of others that may have access.
    #[serde(deserialize_with = "read::accounts")]
    #[schemars(schema_with = "read::accounts_schema")]
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
            allow_nat_egress: false,
            allowed_egress_cidrs: Vec::new(),
            allowed_ingress_cidrs: Vec::new(),
            allowed_regions: Vec::new(),
            approved_keys: Vec::new(),
            approved_registries: Vec::new(),
            builder_roles: Vec::new(),
            data_readers: BTreeMap::new(),
            data_writers: BTreeMap::new(),
            designated_groups: Vec::new(),
            execution_roles: Vec::new(),
            facts: Facts::default(),
            fail_on: Severity::High,
            kms_grant_mode: KeyGrantMode::Either,
            kms_max_rotation_days: 365,
            kms_min_deletion_days: 14,
            managed_policies: BTreeMap::new(),
            max_runtime_seconds: 86_400,
            notebooks_start_jobs: None,
            only: Vec::new(),
            organization: Vec::new(),
            own_accounts: Vec::new(),
            protected_buckets: BucketChoice::default(),
            require_digest: false,
            require_isolation: false,
            required_boundary: None,
            role_model: RoleModel::Either,
            rcp_files: Vec::new(),
            scp_files: Vec::new(),
            severity: BTreeMap::new(),
            skip: Vec::new(),
            strict: false,
            trusted_accounts: Vec::new(),
            trusted_buckets: Vec::new(),
        }
    }
}

impl Settings {
    /// The severity that the user gives findings of a rule, by its names, with a finding code: what is said of the code
    /// of that rule comes first, then of the code, then of the rule.
    #[must_use]
    pub fn severity_of(&self, names: [&str; 2], code: Option<&str>) -> Option<Severity> {
        let said = |wanted: &dyn Fn(&str) -> bool| {
            let mut said = self.severity.iter();
            said.find(|(name, _)| wanted(name))
                .map(|(_, severity)| *severity)
        };
        let is_rule = |name: &str| names.iter().any(|one| one.eq_ignore_ascii_case(name));
        let of_both = |name: &str| {
            let parts = name.split_once('/');
            parts.is_some_and(|(rule, own)| is_rule(rule) && code == Some(own))
        };
        said(&of_both)
            .or_else(|| said(&|name| code == Some(name)))
            .or_else(|| said(&is_rule))
    }

    /// The JSON Schema of what `plangate.yaml` may say.
    #[must_use]
    pub fn schema() -> String {
        let schema = schemars::schema_for!(Self);
        serde_json::to_string_pretty(&schema).unwrap_or_default()
    }

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
