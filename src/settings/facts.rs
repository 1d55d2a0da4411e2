//! What a user knows of resources that the input does not make.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::{Pattern, any};

/// What is known of resources outside of the input.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(
    deny_unknown_fields,
    default,
    expecting = "lists of facts by their names"
)]
pub struct Facts {
    /// VPC endpoints.
    pub endpoints: Vec<EndpointFact>,
    /// KMS keys.
    pub keys: Vec<KeyFact>,
    /// IAM roles.
    pub roles: Vec<RoleFact>,
    /// Subnets.
    pub subnets: Vec<SubnetFact>,
}

/// A KMS key. What is left out is not known.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct KeyFact {
    /// Its ARN, by its id.
    pub arn: String,
    /// Whether it can be used.
    #[serde(default)]
    pub enabled: Option<bool>,
    /// The file with its policy, relative to the file of the settings.
    #[serde(default)]
    pub policy: Option<String>,
    /// What it is: `SYMMETRIC_DEFAULT`, say.
    #[serde(default)]
    pub spec: Option<String>,
}

/// An IAM role. What is left out is not known.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RoleFact {
    /// Its ARN.
    pub arn: String,
    /// The file with its permissions boundary, relative to the file of the settings; none has none.
    #[serde(default)]
    pub boundary: Option<String>,
    /// The files with all policies that it has, likewise.
    #[serde(default)]
    pub policies: Option<Vec<String>>,
    /// The file with its trust policy, likewise.
    #[serde(default)]
    pub trust: Option<String>,
}

/// Some subnets.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SubnetFact {
    /// Their ids.
    pub id: Pattern,
    /// Whether no route leads from them to an internet gateway.
    pub private: bool,
}

/// A VPC endpoint. What is left out is not known.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct EndpointFact {
    /// Its id.
    pub id: String,
    /// The file with its policy, relative to the file of the settings.
    #[serde(default)]
    pub policy: Option<String>,
    /// The route tables that lead to it, by id.
    #[serde(default)]
    pub route_tables: Option<Vec<String>>,
    /// The service that it is for: `com.amazonaws.eu-central-1.s3`.
    pub service: String,
    /// The VPC that it is in, by id.
    #[serde(default)]
    pub vpc: Option<String>,
}

impl Facts {
    /// What is said of a subnet outside of the input.
    #[must_use]
    pub fn is_private(&self, subnet: &str) -> Option<bool> {
        let mut said = self.subnets.iter();
        let said = said.find(|fact| any(std::slice::from_ref(&fact.id), [subnet]));
        said.map(|fact| fact.private)
    }

    /// The keys, roles and endpoints as a plan that changes nothing, for the context of a run; none where nothing is
    /// said of any. `read` reads a file that is named.
    ///
    /// # Errors
    /// Those of `read`, and an ARN of something else.
    pub fn plan<E>(
        &self,
        read: &mut dyn FnMut(&str) -> Result<String, E>,
        wrong: &dyn Fn(String) -> E,
    ) -> Result<Option<String>, E> {
        let mut resources = Vec::new();
        for (index, key) in self.keys.iter().enumerate() {
            let id = last(&key.arn, ":key/").ok_or_else(|| wrong(is_no(&key.arn, "key")))?;
            let policy = key.policy.as_deref().map(&mut *read).transpose()?;
            resources.push(
                Told::new("aws_kms_key", index)
                    .is("arn", Some(&key.arn))
                    .is("id", Some(id))
                    .is("key_id", Some(id))
                    .is("policy", policy)
                    .is("is_enabled", key.enabled)
                    .is("customer_master_key_spec", key.spec.as_ref()),
            );
        }
        for (index, role) in self.roles.iter().enumerate() {
            let path = last(&role.arn, ":role/").ok_or_else(|| wrong(is_no(&role.arn, "role")))?;
            let name = path.rsplit('/').next().unwrap_or(path);
            let trust = role.trust.as_deref().map(&mut *read).transpose()?;
            let boundary = role
                .boundary
                .as_ref()
                .map(|_| format!("{}-boundary", role.arn.replace(":role/", ":policy/")));
            let told = Told::new("aws_iam_role", index)
                .is("arn", Some(&role.arn))
                .is("id", Some(name))
                .is("name", Some(name))
                .is("assume_role_policy", trust);
            let told = match &boundary {
                Some(arn) => told.is("permissions_boundary", Some(arn)),
                None => told,
            };
            resources.push(told);
            if let (Some(arn), Some(file)) = (&boundary, &role.boundary) {
                resources.push(
                    Told::new("aws_iam_policy", index)
                        .is("arn", Some(arn))
                        .is("policy", Some(read(file)?)),
                );
            }
            for (number, file) in role.policies.iter().flatten().enumerate() {
                resources.push(
                    Told::new("aws_iam_role_policy", format_args!("{index}_{number}"))
                        .is("role", Some(name))
                        .is("name", Some(file))
                        .is("policy", Some(read(file)?)),
                );
            }
            if role.policies.is_none() {
                // There may be any.
                resources.push(
                    Told::new("aws_iam_role_policy", index)
                        .is("role", Some(name))
                        .is::<String>("policy", None),
                );
            }
        }
        for (index, endpoint) in self.endpoints.iter().enumerate() {
            let policy = endpoint.policy.as_deref().map(&mut *read).transpose()?;
            resources.push(
                Told::new("aws_vpc_endpoint", index)
                    .is("id", Some(&endpoint.id))
                    .is("service_name", Some(&endpoint.service))
                    .is("vpc_id", endpoint.vpc.as_ref())
                    .is("policy", policy)
                    .is("route_table_ids", endpoint.route_tables.as_ref()),
            );
        }
        if resources.is_empty() {
            return Ok(None);
        }
        let changes: Vec<_> = resources.into_iter().map(Told::change).collect();
        let plan = json!({ "format_version": "1.2", "resource_changes": changes, "configuration": { "root_module": {} } });
        Ok(Some(plan.to_string()))
    }
}

fn last<'t>(arn: &'t str, kind: &str) -> Option<&'t str> {
    let (before, last) = arn.split_once(kind)?;
    before.starts_with("arn:").then_some(last)
}

fn is_no(arn: &str, what: &str) -> String {
    format!("`{arn}` is no ARN of a {what}")
}

/// A resource that is told.
struct Told {
    kind: &'static str,
    name: String,
    known: Map<String, Value>,
    unknown: Map<String, Value>,
}

impl Told {
    fn new(kind: &'static str, index: impl std::fmt::Display) -> Self {
        Self {
            kind,
            name: format!("fact_{index}"),
            known: Map::new(),
            unknown: Map::new(),
        }
    }

    /// What an attribute is; none is not known.
    fn is<V: Serialize>(mut self, name: &str, value: Option<V>) -> Self {
        match value {
            Some(value) => self.known.insert(name.to_owned(), json!(value)),
            None => self.unknown.insert(name.to_owned(), Value::Bool(true)),
        };
        self
    }

    fn change(self) -> Value {
        let address = format!("{}.{}", self.kind, self.name);
        json!({
            "address": address,
            "mode": "managed",
            "type": self.kind,
            "name": self.name,
            "provider_name": "registry.terraform.io/hashicorp/aws",
            "change": { "actions": ["no-op"], "before": self.known, "after": self.known, "after_unknown": self.unknown },
        })
    }
}
