//! KMS keys, aliases and grants.

use super::{Default, Kind, Row, attribute, derived, output, outside_aws, row};

pub(super) const ROWS: &[Row] = &[
    row(Kind::KmsKey)
        .aws("aws_kms_key")
        .data("aws_kms_key")
        .cloudformation("AWS::KMS::Key")
        .awscc("awscc_kms_key")
        .computed(&["policy", "rotation_period_in_days", "multi_region"])
        .attributes(&[
            attribute("policy", "KeyPolicy")
                .policy()
                .part(Kind::PolicyKey),
            attribute("enable_key_rotation", "EnableKeyRotation").default(Default::Bool(false)),
            attribute("rotation_period_in_days", "RotationPeriodInDays").number(),
            attribute("is_enabled", "Enabled").default(Default::Bool(true)),
            attribute("customer_master_key_spec", "KeySpec")
                .default(Default::Text("SYMMETRIC_DEFAULT")),
            attribute("key_usage", "KeyUsage").default(Default::Text("ENCRYPT_DECRYPT")),
            attribute("multi_region", "MultiRegion").default(Default::Bool(false)),
            attribute("deletion_window_in_days", "PendingWindowInDays")
                .default(Default::Integer(30)),
            attribute(
                "bypass_policy_lockout_safety_check",
                "BypassPolicyLockoutSafetyCheck",
            )
            .default(Default::Bool(false)),
            attribute("custom_key_store_id", ""),
            attribute("xks_key_id", ""),
            attribute("origin", "Origin").default(Default::Text("AWS_KMS")),
            // What becomes of it with its stack; stands beside the properties.
            outside_aws("deletion_policy", ""),
            attribute("tags", "Tags").tags(),
            // `AWS` for a key that AWS manages; only the data source tells.
            output("key_manager", ""),
            output("key_id", "KeyId"),
            derived("id", "", "{key_id}"),
            derived(
                "arn",
                "Arn",
                "arn:{partition}:kms:{region}:{account}:key/{key_id}",
            ),
        ]),
    row(Kind::PolicyKey)
        .aws("aws_kms_key_policy")
        .cloudformation("AWS::KMS::Key.KeyPolicy")
        .awscc("awscc_kms_key.key_policy")
        .part_of(Kind::KmsKey, "key_id")
        .attributes(&[
            attribute("key_id", "").refers(Kind::KEYS),
            attribute("policy", ".").policy(),
            attribute("bypass_policy_lockout_safety_check", "").default(Default::Bool(false)),
            derived("id", "", "{key_id}"),
        ]),
    row(Kind::KmsAlias)
        .aws("aws_kms_alias")
        .data("aws_kms_alias")
        .cloudformation("AWS::KMS::Alias")
        .awscc("awscc_kms_alias")
        .computed(&["name", "name_prefix"])
        .attributes(&[
            attribute("name", "AliasName").name(),
            attribute("name_prefix", ""),
            attribute("target_key_id", "TargetKeyId").refers(Kind::KEYS),
            output("target_key_arn", "").refers(Kind::KEYS),
            derived("id", "", "{name}"),
            derived("arn", "", "arn:{partition}:kms:{region}:{account}:{name}"),
        ]),
    row(Kind::KmsGrant)
        .aws("aws_kms_grant")
        .part_of(Kind::KmsKey, "key_id")
        .attributes(&[
            attribute("name", ""),
            attribute("key_id", "").refers(Kind::KEYS),
            attribute("grantee_principal", "").refers(&[Kind::Role, Kind::User]),
            attribute("operations", ""),
            attribute("constraints[].encryption_context_equals", ""),
            attribute("constraints[].encryption_context_subset", ""),
            attribute("retiring_principal", "").refers(&[Kind::Role, Kind::User]),
            output("grant_id", ""),
            derived("id", "", "{key_id}:{grant_id}"),
        ]),
    row(Kind::KmsKeyReplica)
        .aws("aws_kms_replica_key")
        .cloudformation("AWS::KMS::ReplicaKey")
        .awscc("awscc_kms_replica_key")
        .computed(&["policy"])
        .attributes(&[
            attribute("primary_key_arn", "PrimaryKeyArn").refers(Kind::KEYS),
            attribute("policy", "KeyPolicy").policy(),
            attribute("enabled", "Enabled").default(Default::Bool(true)),
            attribute("deletion_window_in_days", "PendingWindowInDays")
                .default(Default::Integer(30)),
            outside_aws("deletion_policy", ""),
            attribute("bypass_policy_lockout_safety_check", "").default(Default::Bool(false)),
            attribute("tags", "Tags").tags(),
            output("key_rotation_enabled", ""),
            output("key_spec", ""),
            output("key_usage", ""),
            output("key_id", "KeyId"),
            derived("id", "", "{key_id}"),
            derived(
                "arn",
                "Arn",
                "arn:{partition}:kms:{region}:{account}:key/{key_id}",
            ),
        ]),
    // CloudFormation has it as a key whose origin is `EXTERNAL`: see the first row.
    row(Kind::KmsKeyExternal)
        .aws("aws_kms_external_key")
        .computed(&["policy", "enabled", "key_spec", "key_usage", "multi_region"])
        .attributes(&[
            attribute("policy", "").policy(),
            attribute("enabled", ""),
            attribute("key_spec", "").default(Default::Text("SYMMETRIC_DEFAULT")),
            attribute("key_usage", "").default(Default::Text("ENCRYPT_DECRYPT")),
            attribute("multi_region", "").default(Default::Bool(false)),
            attribute("deletion_window_in_days", "").default(Default::Integer(30)),
            attribute("bypass_policy_lockout_safety_check", "").default(Default::Bool(false)),
            attribute("valid_to", ""),
            attribute("tags", "").tags(),
            output("id", ""),
            derived("arn", "", "arn:{partition}:kms:{region}:{account}:key/{id}"),
        ]),
];
