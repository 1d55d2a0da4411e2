//! What a user knows of resources that the input does not make.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

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

/// A VPC endpoint.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct EndpointFact {
    /// Its id.
    pub id: String,
    /// The file with its policy, relative to the file of the settings.
    pub policy: String,
    /// The route tables that lead to it, by id; without any it is an interface endpoint.
    #[serde(default)]
    pub route_tables: Vec<String>,
    /// The service that it is for: `com.amazonaws.eu-central-1.s3`.
    pub service: String,
    /// The VPC that it is in, by id.
    pub vpc: String,
}

/// A KMS key.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct KeyFact {
    /// Its ARN, by its id.
    pub arn: String,
    /// Whether it can be used.
    #[serde(default = "yes")]
    pub enabled: bool,
    /// The file with its policy, relative to the file of the settings.
    pub policy: String,
    /// What it is.
    #[serde(default = "symmetric")]
    pub spec: String,
}

/// An IAM role.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RoleFact {
    /// Its ARN.
    pub arn: String,
    /// The file with its permissions boundary, relative to the file of the settings; without one it has none.
    #[serde(default)]
    pub boundary: Option<String>,
    /// The files with all policies that it has, likewise.
    pub policies: Vec<String>,
    /// The file with its trust policy, likewise.
    pub trust: String,
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

fn yes() -> bool {
    true
}

fn symmetric() -> String {
    "SYMMETRIC_DEFAULT".to_owned()
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
    /// Those of `read`, and what `wrong` makes of an ARN of something else.
    pub fn plan<E>(
        &self,
        read: &mut dyn FnMut(&str) -> Result<String, E>,
        wrong: &dyn Fn(String) -> E,
    ) -> Result<Option<String>, E> {
        let mut resources = Vec::new();
        let mut add = |kind, name: &str, values| resources.push(resource(kind, name, &values));
        for key in &self.keys {
            let id = last(&key.arn, "key").map_err(wrong)?;
            let values = json!({
                "arn": key.arn, "id": id, "key_id": id, "policy": read(&key.policy)?, "is_enabled": key.enabled,
                "customer_master_key_spec": key.spec,
            });
            add("aws_kms_key", id, values);
        }
        for role in &self.roles {
            let path = last(&role.arn, "role").map_err(wrong)?;
            let name = path.rsplit('/').next().unwrap_or(path);
            let boundary = match &role.boundary {
                Some(file) => {
                    let arn = format!("{}-boundary", role.arn.replacen(":role/", ":policy/", 1));
                    add(
                        "aws_iam_policy",
                        path,
                        json!({ "arn": arn, "policy": read(file)? }),
                    );
                    Some(arn)
                }
                None => None,
            };
            let values = json!({
                "arn": role.arn, "id": name, "name": name, "assume_role_policy": read(&role.trust)?,
                "permissions_boundary": boundary,
            });
            add("aws_iam_role", path, values);
            for (number, file) in role.policies.iter().enumerate() {
                let values = json!({ "role": name, "name": file, "policy": read(file)? });
                add("aws_iam_role_policy", &format!("{path}-{number}"), values);
            }
        }
        for endpoint in &self.endpoints {
            let is_gateway = !endpoint.route_tables.is_empty();
            let values = json!({
                "id": endpoint.id, "service_name": endpoint.service, "vpc_id": endpoint.vpc,
                "vpc_endpoint_type": if is_gateway { "Gateway" } else { "Interface" },
                "policy": read(&endpoint.policy)?, "route_table_ids": endpoint.route_tables,
            });
            add("aws_vpc_endpoint", &endpoint.id, values);
        }
        let configuration = json!({ "root_module": {} });
        let plan = json!({ "format_version": "1.2", "resource_changes": resources, "configuration": configuration });
        Ok((!resources.is_empty()).then(|| plan.to_string()))
    }
}

/// What stands at the end of an ARN of this kind.
fn last<'t>(arn: &'t str, kind: &str) -> Result<&'t str, String> {
    let last = arn.split_once(&format!(":{kind}/"));
    let last = last.filter(|(before, _)| before.starts_with("arn:"));
    last.map(|(_, last)| last)
        .ok_or_else(|| format!("`{arn}` is no ARN of a {kind}"))
}

/// A resource that stays as it is.
fn resource(kind: &str, name: &str, values: &Value) -> Value {
    let label: String = name
        .chars()
        .map(|one| if one.is_alphanumeric() { one } else { '_' })
        .collect();
    json!({
        "address": format!("{kind}.{label}"),
        "mode": "managed",
        "type": kind,
        "name": label,
        "provider_name": "registry.terraform.io/hashicorp/aws",
        "change": { "actions": ["no-op"], "before": values, "after": values, "after_unknown": {} },
    })
}
