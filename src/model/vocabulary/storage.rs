//! S3: buckets, what completes them, access points and objects.

use super::{Default, Kind, Row, attribute, derived, output, outside_aws, row};

pub(super) const ROWS: &[Row] = &[
    row(Kind::Bucket)
        .aws("aws_s3_bucket")
        .data("aws_s3_bucket")
        .cloudformation("AWS::S3::Bucket")
        .awscc("awscc_s3_bucket")
        .computed(&[
            "bucket",
            "bucket_prefix",
            "acl",
            "policy",
            "grant",
            "logging",
            "replication_configuration",
            "server_side_encryption_configuration",
            "versioning",
        ])
        .attributes(&[
            attribute("bucket", "BucketName").name(),
            attribute("bucket_prefix", "BucketNamePrefix"),
            attribute("acl", "AccessControl").part(Kind::BucketAcl),
            attribute("policy", "").policy(),
            attribute("grant[].type", ""),
            attribute("grant[].id", ""),
            attribute("grant[].uri", ""),
            attribute("grant[].permissions", ""),
            attribute("logging[0]", "LoggingConfiguration").part(Kind::BucketLog),
            attribute("versioning[0].enabled", ""),
            outside_aws(
                "versioning_configuration.status",
                "VersioningConfiguration.Status",
            ),
            attribute(
                "server_side_encryption_configuration[0]",
                "BucketEncryption",
            )
            .part(Kind::BucketSse),
            outside_aws(
                "public_access_block_configuration",
                "PublicAccessBlockConfiguration",
            )
            .part(Kind::BucketBpa),
            outside_aws("ownership_controls", "OwnershipControls").part(Kind::BucketOwner),
            attribute("replication_configuration[0].role", "").refers(&[Kind::Role]),
            attribute("replication_configuration[0].rules[].status", ""),
            attribute(
                "replication_configuration[0].rules[].destination[0].bucket",
                "",
            )
            .refers(&[Kind::Bucket]),
            attribute(
                "replication_configuration[0].rules[].destination[0].account_id",
                "",
            ),
            attribute(
                "replication_configuration[0].rules[].destination[0].replica_kms_key_id",
                "",
            )
            .refers(Kind::KEYS),
            outside_aws("replication", "ReplicationConfiguration").part(Kind::BucketRepl),
            attribute("force_destroy", "").default(Default::Bool(false)),
            attribute("tags", "Tags").tags(),
            derived("id", "", "{bucket}"),
            derived("arn", "Arn", "arn:{partition}:s3:::{bucket}"),
            derived(
                "bucket_domain_name",
                "DomainName",
                "{bucket}.s3.amazonaws.com",
            ),
            derived(
                "bucket_regional_domain_name",
                "RegionalDomainName",
                "{bucket}.s3.{region}.amazonaws.com",
            ),
        ]),
    row(Kind::PolicyBucket)
        .aws("aws_s3_bucket_policy")
        .data("aws_s3_bucket_policy")
        .cloudformation("AWS::S3::BucketPolicy")
        .awscc("awscc_s3_bucket_policy")
        .part_of(Kind::Bucket, "bucket")
        .attributes(&[
            attribute("bucket", "Bucket").refers(Kind::BUCKETS),
            attribute("policy", "PolicyDocument").policy(),
            derived("id", "", "{bucket}"),
        ]),
    row(Kind::BucketSse)
        .aws("aws_s3_bucket_server_side_encryption_configuration")
        .cloudformation("AWS::S3::Bucket.BucketEncryption")
        .awscc("awscc_s3_bucket.bucket_encryption")
        .part_of(Kind::Bucket, "bucket")
        .attributes(&[
            attribute("bucket", "").refers(Kind::BUCKETS),
            attribute(
                "rule[].apply_server_side_encryption_by_default[0].sse_algorithm",
                "ServerSideEncryptionConfiguration[].ServerSideEncryptionByDefault.SSEAlgorithm",
            ),
            attribute(
                "rule[].apply_server_side_encryption_by_default[0].kms_master_key_id",
                "ServerSideEncryptionConfiguration[].ServerSideEncryptionByDefault.\
                 KMSMasterKeyID",
            )
            .refers(Kind::KEYS),
            attribute(
                "rule[].bucket_key_enabled",
                "ServerSideEncryptionConfiguration[].BucketKeyEnabled",
            )
            .default(Default::Bool(false)),
            attribute("rule[].blocked_encryption_types", ""),
            outside_aws(
                "rule[].blocked_encryption_types.encryption_type",
                "ServerSideEncryptionConfiguration[].BlockedEncryptionTypes.EncryptionType",
            ),
            derived("id", "", "{bucket}"),
        ]),
    row(Kind::BucketBpa)
        .aws("aws_s3_bucket_public_access_block")
        .cloudformation("AWS::S3::Bucket.PublicAccessBlockConfiguration")
        .awscc("awscc_s3_bucket.public_access_block_configuration")
        .part_of(Kind::Bucket, "bucket")
        .attributes(&[
            attribute("bucket", "").refers(&[Kind::Bucket]),
            attribute("block_public_acls", "BlockPublicAcls").default(Default::Bool(false)),
            attribute("ignore_public_acls", "IgnorePublicAcls").default(Default::Bool(false)),
            attribute("block_public_policy", "BlockPublicPolicy").default(Default::Bool(false)),
            attribute("restrict_public_buckets", "RestrictPublicBuckets")
                .default(Default::Bool(false)),
            derived("id", "", "{bucket}"),
        ]),
    row(Kind::AccountBpa)
        .aws("aws_s3_account_public_access_block")
        .data("aws_s3_account_public_access_block")
        .computed(&["account_id"])
        .attributes(&[
            attribute("account_id", ""),
            attribute("block_public_acls", "").default(Default::Bool(false)),
            attribute("ignore_public_acls", "").default(Default::Bool(false)),
            attribute("block_public_policy", "").default(Default::Bool(false)),
            attribute("restrict_public_buckets", "").default(Default::Bool(false)),
        ]),
    row(Kind::BucketOwner)
        .aws("aws_s3_bucket_ownership_controls")
        .cloudformation("AWS::S3::Bucket.OwnershipControls")
        .awscc("awscc_s3_bucket.ownership_controls")
        .part_of(Kind::Bucket, "bucket")
        .attributes(&[
            attribute("bucket", "").refers(&[Kind::Bucket]),
            attribute("rule[].object_ownership", "Rules[].ObjectOwnership"),
            derived("id", "", "{bucket}"),
        ]),
    row(Kind::BucketAcl)
        .aws("aws_s3_bucket_acl")
        .cloudformation("AWS::S3::Bucket.AccessControl")
        .awscc("awscc_s3_bucket.access_control")
        .part_of(Kind::Bucket, "bucket")
        .attributes(&[
            attribute("bucket", "").refers(&[Kind::Bucket]),
            // `public-read` here is `PublicRead` in CloudFormation.
            attribute("acl", "."),
            attribute("access_control_policy[0].grant[].permission", ""),
            attribute("access_control_policy[0].grant[].grantee[0].type", ""),
            attribute("access_control_policy[0].grant[].grantee[0].id", ""),
            attribute("access_control_policy[0].grant[].grantee[0].uri", ""),
            attribute(
                "access_control_policy[0].grant[].grantee[0].email_address",
                "",
            ),
            attribute("access_control_policy[0].owner[0].id", ""),
        ]),
    row(Kind::BucketVer)
        .aws("aws_s3_bucket_versioning")
        .cloudformation("AWS::S3::Bucket.VersioningConfiguration")
        .awscc("awscc_s3_bucket.versioning_configuration")
        .part_of(Kind::Bucket, "bucket")
        .attributes(&[
            attribute("bucket", "").refers(&[Kind::Bucket]),
            attribute("versioning_configuration[0].status", ""),
            attribute("versioning_configuration[0].mfa_delete", ""),
            derived("id", "", "{bucket}"),
        ]),
    row(Kind::BucketLog)
        .aws("aws_s3_bucket_logging")
        .cloudformation("AWS::S3::Bucket.LoggingConfiguration")
        .awscc("awscc_s3_bucket.logging_configuration")
        .part_of(Kind::Bucket, "bucket")
        .attributes(&[
            attribute("bucket", "").refers(&[Kind::Bucket]),
            attribute("target_bucket", "DestinationBucketName").refers(&[Kind::Bucket]),
            attribute("target_prefix", "LogFilePrefix"),
            derived("id", "", "{bucket}"),
        ]),
    row(Kind::BucketRepl)
        .aws("aws_s3_bucket_replication_configuration")
        .cloudformation("AWS::S3::Bucket.ReplicationConfiguration")
        .awscc("awscc_s3_bucket.replication_configuration")
        .part_of(Kind::Bucket, "bucket")
        .attributes(&[
            attribute("bucket", "").refers(&[Kind::Bucket]),
            attribute("role", "Role").refers(&[Kind::Role]),
            attribute("rule[].id", "Rules[].Id"),
            attribute("rule[].status", "Rules[].Status"),
            attribute("rule[].destination[0].bucket", "Rules[].Destination.Bucket")
                .refers(&[Kind::Bucket]),
            attribute(
                "rule[].destination[0].account",
                "Rules[].Destination.Account",
            ),
            attribute(
                "rule[].destination[0].encryption_configuration[0].replica_kms_key_id",
                "Rules[].Destination.EncryptionConfiguration.ReplicaKmsKeyID",
            )
            .refers(Kind::KEYS),
            derived("id", "", "{bucket}"),
        ]),
    row(Kind::AccessPoint)
        .aws("aws_s3_access_point")
        .data("aws_s3_access_point")
        .cloudformation("AWS::S3::AccessPoint")
        .identified_by("name")
        .awscc("awscc_s3_access_point")
        .computed(&["bucket_account_id", "account_id", "policy"])
        .attributes(&[
            attribute("name", "Name").name(),
            attribute("bucket", "Bucket").refers(&[Kind::Bucket]),
            attribute("bucket_account_id", "BucketAccountId"),
            attribute("account_id", ""),
            attribute("policy", "Policy").policy().part(Kind::PolicyAp),
            attribute("vpc_configuration[0].vpc_id", "VpcConfiguration.VpcId").refers(Kind::VPCS),
            attribute(
                "public_access_block_configuration[0].block_public_acls",
                "PublicAccessBlockConfiguration.BlockPublicAcls",
            )
            .default(Default::Bool(true)),
            attribute(
                "public_access_block_configuration[0].ignore_public_acls",
                "PublicAccessBlockConfiguration.IgnorePublicAcls",
            )
            .default(Default::Bool(true)),
            attribute(
                "public_access_block_configuration[0].block_public_policy",
                "PublicAccessBlockConfiguration.BlockPublicPolicy",
            )
            .default(Default::Bool(true)),
            attribute(
                "public_access_block_configuration[0].restrict_public_buckets",
                "PublicAccessBlockConfiguration.RestrictPublicBuckets",
            )
            .default(Default::Bool(true)),
            attribute("tags", "Tags").tags(),
            derived("id", "", "{account}:{name}"),
            derived(
                "arn",
                "Arn",
                "arn:{partition}:s3:{region}:{account}:accesspoint/{name}",
            ),
            output("alias", "Alias"),
            output("domain_name", ""),
            output("network_origin", "NetworkOrigin"),
        ]),
    row(Kind::PolicyAp)
        .aws("aws_s3control_access_point_policy")
        .cloudformation("AWS::S3::AccessPoint.Policy")
        .awscc("awscc_s3_access_point.policy")
        .part_of(Kind::AccessPoint, "access_point_arn")
        .attributes(&[
            attribute("access_point_arn", "").refers(&[Kind::AccessPoint]),
            attribute("policy", ".").policy(),
        ]),
    row(Kind::BucketDirectory)
        .aws("aws_s3_directory_bucket")
        .cloudformation("AWS::S3Express::DirectoryBucket")
        .awscc("awscc_s3express_directory_bucket")
        .computed(&["data_redundancy", "force_destroy"])
        .attributes(&[
            attribute("bucket", "BucketName").name(),
            attribute("data_redundancy", "DataRedundancy"),
            outside_aws(
                "bucket_encryption.rule[].apply_server_side_encryption_by_default.sse_algorithm",
                "BucketEncryption.ServerSideEncryptionConfiguration[].\
                 ServerSideEncryptionByDefault.SSEAlgorithm",
            ),
            outside_aws(
                "bucket_encryption.rule[].apply_server_side_encryption_by_default.\
                 kms_master_key_id",
                "BucketEncryption.ServerSideEncryptionConfiguration[].\
                 ServerSideEncryptionByDefault.KMSMasterKeyID",
            )
            .refers(Kind::KEYS),
            outside_aws(
                "bucket_encryption.rule[].bucket_key_enabled",
                "BucketEncryption.ServerSideEncryptionConfiguration[].BucketKeyEnabled",
            )
            .flag(),
            attribute("force_destroy", "").default(Default::Bool(false)),
            attribute("tags", "Tags").tags(),
            derived("id", "", "{bucket}"),
            derived(
                "arn",
                "Arn",
                "arn:{partition}:s3express:{region}:{account}:bucket/{bucket}",
            ),
        ]),
    row(Kind::Object)
        .aws("aws_s3_object")
        .data("aws_s3_object")
        .computed(&[
            "acl",
            "kms_key_id",
            "server_side_encryption",
            "bucket_key_enabled",
        ])
        .attributes(&[
            attribute("bucket", "").refers(Kind::BUCKETS),
            attribute("key", ""),
            attribute("source", ""),
            attribute("content", ""),
            attribute("content_base64", ""),
            attribute("acl", ""),
            attribute("kms_key_id", "").refers(Kind::KEYS),
            attribute("server_side_encryption", ""),
            attribute("bucket_key_enabled", ""),
            attribute("tags", "").tags(),
            output("body", ""),
            output("version_id", ""),
            derived("arn", "", "arn:{partition}:s3:::{bucket}/{key}"),
        ]),
];
