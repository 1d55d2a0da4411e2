//! What stands around the workload: images, logs, secrets, other users of its roles, and the data
//! sources that say where it all is.

use super::{Default, Kind, Row, attribute, derived, elsewhere, output, outside_aws, row};

pub(super) const ROWS: &[Row] = &[
    row(Kind::Model)
        .aws("aws_sagemaker_model")
        .cloudformation("AWS::SageMaker::Model")
        .identified_by("arn")
        .awscc("awscc_sagemaker_model")
        .computed(&["name"])
        .attributes(&[
            attribute("name", "ModelName").name(),
            attribute("execution_role_arn", "ExecutionRoleArn").refers(&[Kind::Role]),
            attribute("primary_container[0].image", "PrimaryContainer.Image").refers(Kind::IMAGES),
            attribute(
                "primary_container[0].model_data_url",
                "PrimaryContainer.ModelDataUrl",
            ),
            attribute(
                "primary_container[0].environment",
                "PrimaryContainer.Environment",
            ),
            attribute("container[].image", "Containers[].Image").refers(Kind::IMAGES),
            attribute("container[].model_data_url", "Containers[].ModelDataUrl"),
            attribute("container[].environment", "Containers[].Environment"),
            attribute("vpc_config[0].subnets", "VpcConfig.Subnets").refers(Kind::SUBNETS),
            attribute(
                "vpc_config[0].security_group_ids",
                "VpcConfig.SecurityGroupIds",
            )
            .refers(Kind::SECURITY_GROUPS),
            attribute("enable_network_isolation", "EnableNetworkIsolation")
                .default(Default::Bool(false)),
            attribute("tags", "Tags").tags(),
            derived("id", "", "{name}"),
            derived(
                "arn",
                "ModelArn",
                "arn:{partition}:sagemaker:{region}:{account}:model/{name}",
            ),
        ]),
    row(Kind::FeatureGroup)
        .aws("aws_sagemaker_feature_group")
        .cloudformation("AWS::SageMaker::FeatureGroup")
        .awscc("awscc_sagemaker_feature_group")
        .attributes(&[
            attribute("feature_group_name", "FeatureGroupName").name(),
            attribute("role_arn", "RoleArn").refers(&[Kind::Role]),
            attribute(
                "offline_store_config[0].s3_storage_config[0].s3_uri",
                "OfflineStoreConfig.S3StorageConfig.S3Uri",
            ),
            attribute(
                "offline_store_config[0].s3_storage_config[0].kms_key_id",
                "OfflineStoreConfig.S3StorageConfig.KmsKeyId",
            )
            .refers(Kind::KEYS),
            attribute(
                "online_store_config[0].security_config[0].kms_key_id",
                "OnlineStoreConfig.SecurityConfig.KmsKeyId",
            )
            .refers(Kind::KEYS),
            attribute("tags", "Tags").tags(),
            derived("id", "", "{feature_group_name}"),
            derived(
                "arn",
                "",
                "arn:{partition}:sagemaker:{region}:{account}:feature-group/\
                 {feature_group_name}",
            ),
        ]),
    row(Kind::Repository)
        .aws("aws_ecr_repository")
        .data("aws_ecr_repository")
        .cloudformation("AWS::ECR::Repository")
        .awscc("awscc_ecr_repository")
        .computed(&["encryption_configuration.kms_key"])
        .attributes(&[
            attribute("name", "RepositoryName").name(),
            attribute("image_tag_mutability", "ImageTagMutability")
                .default(Default::Text("MUTABLE")),
            attribute(
                "image_tag_mutability_exclusion_filter[].filter",
                "ImageTagMutabilityExclusionFilters[].ImageTagMutabilityExclusionFilterValue",
            ),
            attribute(
                "image_tag_mutability_exclusion_filter[].filter_type",
                "ImageTagMutabilityExclusionFilters[].ImageTagMutabilityExclusionFilterType",
            ),
            attribute(
                "image_scanning_configuration[0].scan_on_push",
                "ImageScanningConfiguration.ScanOnPush",
            )
            .default(Default::Bool(false)),
            attribute(
                "encryption_configuration[0].encryption_type",
                "EncryptionConfiguration.EncryptionType",
            )
            .default(Default::Text("AES256")),
            attribute(
                "encryption_configuration[0].kms_key",
                "EncryptionConfiguration.KmsKey",
            )
            .refers(Kind::KEYS),
            outside_aws("repository_policy_text", "RepositoryPolicyText")
                .policy()
                .part(Kind::PolicyRepo),
            attribute("tags", "Tags").tags(),
            derived("id", "", "{name}"),
            derived(
                "arn",
                "Arn",
                "arn:{partition}:ecr:{region}:{account}:repository/{name}",
            ),
            derived("registry_id", "", "{account}"),
            derived(
                "repository_url",
                "RepositoryUri",
                "{account}.dkr.ecr.{region}.amazonaws.com/{name}",
            ),
        ]),
    row(Kind::PolicyRepo)
        .aws("aws_ecr_repository_policy")
        .cloudformation("AWS::ECR::Repository.RepositoryPolicyText")
        .awscc("awscc_ecr_repository.repository_policy_text")
        .part_of(Kind::Repository, "repository")
        .attributes(&[
            attribute("repository", "").refers(&[Kind::Repository]),
            attribute("policy", ".").policy(),
            derived("id", "", "{repository}"),
        ]),
    row(Kind::PolicyRegistry)
        .aws("aws_ecr_registry_policy")
        .cloudformation("AWS::ECR::RegistryPolicy")
        .awscc("awscc_ecr_registry_policy")
        .attributes(&[
            attribute("policy", "PolicyText").policy(),
            derived("id", "", "{account}"),
            derived("registry_id", "RegistryId", "{account}"),
        ]),
    row(Kind::RegistryScan)
        .aws("aws_ecr_registry_scanning_configuration")
        .cloudformation("AWS::ECR::RegistryScanningConfiguration")
        .awscc("awscc_ecr_registry_scanning_configuration")
        .attributes(&[
            attribute("scan_type", "ScanType"),
            attribute("rule[].scan_frequency", "Rules[].ScanFrequency"),
            attribute(
                "rule[].repository_filter[].filter",
                "Rules[].RepositoryFilters[].Filter",
            ),
            attribute(
                "rule[].repository_filter[].filter_type",
                "Rules[].RepositoryFilters[].FilterType",
            ),
            derived("id", "", "{account}"),
            derived("registry_id", "RegistryId", "{account}"),
        ]),
    row(Kind::PullThrough)
        .aws("aws_ecr_pull_through_cache_rule")
        .data("aws_ecr_pull_through_cache_rule")
        .cloudformation("AWS::ECR::PullThroughCacheRule")
        .awscc("awscc_ecr_pull_through_cache_rule")
        .attributes(&[
            attribute("ecr_repository_prefix", "EcrRepositoryPrefix").name(),
            attribute("upstream_registry_url", "UpstreamRegistryUrl"),
            attribute("upstream_repository_prefix", "UpstreamRepositoryPrefix"),
            attribute("credential_arn", "CredentialArn").refers(&[Kind::Secret]),
            attribute("custom_role_arn", "CustomRoleArn").refers(&[Kind::Role]),
            derived("id", "", "{ecr_repository_prefix}"),
        ]),
    row(Kind::Image).data("aws_ecr_image").attributes(&[
        attribute("repository_name", "").refers(&[Kind::Repository]),
        attribute("registry_id", ""),
        attribute("image_tag", ""),
        attribute("image_digest", ""),
        attribute("most_recent", ""),
        output("image_tags", ""),
        output("image_uri", ""),
    ]),
    row(Kind::ImagePrebuilt)
        .data("aws_sagemaker_prebuilt_ecr_image")
        .attributes(&[
            attribute("repository_name", ""),
            attribute("image_tag", "").default(Default::Text("1")),
            attribute("region", ""),
            attribute("dns_suffix", ""),
            output("registry_id", ""),
            output("registry_path", ""),
        ]),
    row(Kind::LogGroup)
        .aws("aws_cloudwatch_log_group")
        .data("aws_cloudwatch_log_group")
        .cloudformation("AWS::Logs::LogGroup")
        .awscc("awscc_logs_log_group")
        .computed(&["name", "name_prefix"])
        .attributes(&[
            attribute("name", "LogGroupName").name(),
            attribute("name_prefix", ""),
            attribute("kms_key_id", "KmsKeyId").refers(Kind::KEYS),
            attribute("retention_in_days", "RetentionInDays").number(),
            attribute("tags", "Tags").tags(),
            derived("id", "", "{name}"),
            derived(
                "arn",
                "",
                "arn:{partition}:logs:{region}:{account}:log-group:{name}",
            ),
            // CloudFormation's ARN of a log group stands for its streams.
            elsewhere(derived(
                "stream_arn",
                "Arn",
                "arn:{partition}:logs:{region}:{account}:log-group:{name}:*",
            )),
        ]),
    row(Kind::Trail)
        .aws("aws_cloudtrail")
        .cloudformation("AWS::CloudTrail::Trail")
        .identified_by("name")
        .awscc("awscc_cloudtrail_trail")
        .attributes(&[
            attribute("name", "TrailName").name(),
            attribute("s3_bucket_name", "S3BucketName").refers(&[Kind::Bucket]),
            attribute("kms_key_id", "KMSKeyId").refers(Kind::KEYS),
            attribute("enable_logging", "IsLogging").default(Default::Bool(true)),
            attribute("is_multi_region_trail", "IsMultiRegionTrail").default(Default::Bool(false)),
            attribute("is_organization_trail", "IsOrganizationTrail").default(Default::Bool(false)),
            attribute(
                "event_selector[].read_write_type",
                "EventSelectors[].ReadWriteType",
            )
            .default(Default::Text("All")),
            attribute(
                "event_selector[].include_management_events",
                "EventSelectors[].IncludeManagementEvents",
            )
            .default(Default::Bool(true)),
            attribute(
                "event_selector[].data_resource[].type",
                "EventSelectors[].DataResources[].Type",
            ),
            attribute(
                "event_selector[].data_resource[].values",
                "EventSelectors[].DataResources[].Values",
            ),
            attribute(
                "advanced_event_selector[].name",
                "AdvancedEventSelectors[].Name",
            ),
            attribute(
                "advanced_event_selector[].field_selector[].field",
                "AdvancedEventSelectors[].FieldSelectors[].Field",
            ),
            attribute(
                "advanced_event_selector[].field_selector[].equals",
                "AdvancedEventSelectors[].FieldSelectors[].Equals",
            ),
            attribute(
                "advanced_event_selector[].field_selector[].not_equals",
                "AdvancedEventSelectors[].FieldSelectors[].NotEquals",
            ),
            attribute(
                "advanced_event_selector[].field_selector[].starts_with",
                "AdvancedEventSelectors[].FieldSelectors[].StartsWith",
            ),
            attribute(
                "advanced_event_selector[].field_selector[].not_starts_with",
                "AdvancedEventSelectors[].FieldSelectors[].NotStartsWith",
            ),
            attribute(
                "advanced_event_selector[].field_selector[].ends_with",
                "AdvancedEventSelectors[].FieldSelectors[].EndsWith",
            ),
            attribute(
                "advanced_event_selector[].field_selector[].not_ends_with",
                "AdvancedEventSelectors[].FieldSelectors[].NotEndsWith",
            ),
            attribute("tags", "Tags").tags(),
            derived(
                "arn",
                "Arn",
                "arn:{partition}:cloudtrail:{region}:{account}:trail/{name}",
            ),
            derived("id", "", "{arn}"),
        ]),
    row(Kind::Secret)
        .aws("aws_secretsmanager_secret")
        .data("aws_secretsmanager_secret")
        .cloudformation("AWS::SecretsManager::Secret")
        .awscc("awscc_secretsmanager_secret")
        .computed(&["name", "name_prefix", "policy"])
        .attributes(&[
            attribute("name", "Name").name(),
            attribute("name_prefix", ""),
            attribute("policy", "").policy(),
            attribute("kms_key_id", "KmsKeyId").refers(Kind::KEYS),
            outside_aws("secret_string", "SecretString")
                .part(Kind::SecretValue)
                .sensitive(),
            outside_aws("generate_secret_string", "GenerateSecretString"),
            attribute("tags", "Tags").tags(),
            output("arn", "Id").awscc("secret_id"),
            derived("id", "", "{arn}"),
        ]),
    row(Kind::SecretValue)
        .aws("aws_secretsmanager_secret_version")
        .data("aws_secretsmanager_secret_version")
        .cloudformation("AWS::SecretsManager::Secret.SecretString")
        .awscc("awscc_secretsmanager_secret.secret_string")
        .part_of(Kind::Secret, "secret_id")
        .attributes(&[
            attribute("secret_id", "").refers(&[Kind::Secret]),
            attribute("secret_string", ".").sensitive(),
            attribute("secret_string_wo", "").sensitive(),
            attribute("secret_binary", "").sensitive(),
            output("arn", ""),
            output("version_id", ""),
        ]),
    row(Kind::Parameter)
        .aws("aws_ssm_parameter")
        .data("aws_ssm_parameter")
        .cloudformation("AWS::SSM::Parameter")
        .awscc("awscc_ssm_parameter")
        .computed(&["value", "insecure_value", "key_id"])
        .attributes(&[
            attribute("name", "Name").name(),
            attribute("type", "Type"),
            attribute("value", "Value").sensitive(),
            attribute("value_wo", "").sensitive(),
            attribute("insecure_value", ""),
            attribute("key_id", "").refers(Kind::KEYS),
            attribute("tags", "Tags").tags(),
            derived("id", "", "{name}"),
            output("arn", "Arn"),
        ]),
    row(Kind::Lambda)
        .aws("aws_lambda_function")
        .data("aws_lambda_function")
        .cloudformation("AWS::Lambda::Function")
        .awscc("awscc_lambda_function")
        .attributes(&[
            attribute("function_name", "FunctionName").name(),
            attribute("role", "Role").refers(&[Kind::Role]),
            attribute("environment[0].variables", "Environment.Variables"),
            attribute("kms_key_arn", "KmsKeyArn").refers(Kind::KEYS),
            attribute("vpc_config[0].subnet_ids", "VpcConfig.SubnetIds").refers(Kind::SUBNETS),
            attribute(
                "vpc_config[0].security_group_ids",
                "VpcConfig.SecurityGroupIds",
            )
            .refers(Kind::SECURITY_GROUPS),
            attribute("image_uri", "").refers(Kind::IMAGES),
            outside_aws("code.image_uri", "Code.ImageUri").refers(Kind::IMAGES),
            outside_aws("code.zip_file", "Code.ZipFile"),
            attribute("tags", "Tags").tags(),
            derived("id", "", "{function_name}"),
            derived(
                "arn",
                "Arn",
                "arn:{partition}:lambda:{region}:{account}:function:{function_name}",
            ),
            derived(
                "invoke_arn",
                "",
                "arn:{partition}:apigateway:{region}:lambda:path/2015-03-31/\
                 functions/{arn}/invocations",
            ),
            output("qualified_arn", ""),
        ]),
    row(Kind::Lambda)
        .cloudformation("AWS::Serverless::Function")
        .attributes(&[
            outside_aws("function_name", "FunctionName").name(),
            outside_aws("role", "Role").refers(&[Kind::Role]),
            outside_aws("policies", "Policies"),
            outside_aws("permissions_boundary", "PermissionsBoundary")
                .refers(&[Kind::PolicyManaged]),
            outside_aws("environment.variables", "Environment.Variables"),
            outside_aws("kms_key_arn", "KmsKeyArn").refers(Kind::KEYS),
            outside_aws("vpc_config.subnet_ids", "VpcConfig.SubnetIds").refers(Kind::SUBNETS),
            outside_aws(
                "vpc_config.security_group_ids",
                "VpcConfig.SecurityGroupIds",
            )
            .refers(Kind::SECURITY_GROUPS),
            outside_aws("inline_code", "InlineCode"),
            outside_aws("image_uri", "ImageUri").refers(Kind::IMAGES),
            outside_aws("tags", "Tags").tags(),
            elsewhere(derived("id", "", "{function_name}")),
            elsewhere(derived(
                "arn",
                "Arn",
                "arn:{partition}:lambda:{region}:{account}:function:{function_name}",
            )),
        ]),
    row(Kind::Glue)
        .aws("aws_glue_job")
        .cloudformation("AWS::Glue::Job")
        .awscc("awscc_glue_job")
        .attributes(&[
            attribute("name", "Name").name(),
            attribute("role_arn", "Role").refers(&[Kind::Role]),
            attribute("default_arguments", "DefaultArguments"),
            attribute("tags", "Tags").tags(),
            derived("id", "", "{name}"),
            derived(
                "arn",
                "",
                "arn:{partition}:glue:{region}:{account}:job/{name}",
            ),
        ]),
    row(Kind::Athena)
        .aws("aws_athena_workgroup")
        .cloudformation("AWS::Athena::WorkGroup")
        .awscc("awscc_athena_work_group")
        .attributes(&[
            attribute("name", "Name").name(),
            attribute(
                "configuration[0].enforce_workgroup_configuration",
                "WorkGroupConfiguration.EnforceWorkGroupConfiguration",
            )
            .default(Default::Bool(true)),
            attribute(
                "configuration[0].execution_role",
                "WorkGroupConfiguration.ExecutionRole",
            )
            .refers(&[Kind::Role]),
            attribute(
                "configuration[0].result_configuration[0].output_location",
                "WorkGroupConfiguration.ResultConfiguration.OutputLocation",
            ),
            attribute(
                "configuration[0].result_configuration[0].\
                 encryption_configuration[0].encryption_option",
                "WorkGroupConfiguration.ResultConfiguration.\
                 EncryptionConfiguration.EncryptionOption",
            ),
            attribute(
                "configuration[0].result_configuration[0].\
                 encryption_configuration[0].kms_key_arn",
                "WorkGroupConfiguration.ResultConfiguration.EncryptionConfiguration.KmsKey",
            )
            .refers(Kind::KEYS),
            attribute("tags", "Tags").tags(),
            derived("id", "", "{name}"),
            derived(
                "arn",
                "",
                "arn:{partition}:athena:{region}:{account}:workgroup/{name}",
            ),
        ]),
    row(Kind::NestedStack)
        .aws("aws_cloudformation_stack")
        .data("aws_cloudformation_stack")
        .cloudformation("AWS::CloudFormation::Stack")
        .awscc("awscc_cloudformation_stack")
        .computed(&["template_body", "parameters"])
        .attributes(&[
            attribute("name", "").name(),
            attribute("template_body", ""),
            attribute("template_url", "TemplateURL"),
            attribute("parameters", "Parameters"),
            attribute("iam_role_arn", "").refers(&[Kind::Role]),
            attribute("tags", "Tags").tags(),
            output("id", "StackId"),
            output("outputs", ""),
        ]),
    row(Kind::Ram)
        .aws("aws_ram_resource_share")
        .data("aws_ram_resource_share")
        .cloudformation("AWS::RAM::ResourceShare")
        .awscc("awscc_ram_resource_share")
        .attributes(&[
            attribute("name", "Name"),
            attribute("allow_external_principals", "AllowExternalPrincipals")
                .default(Default::Bool(false)),
            outside_aws("principals", "Principals"),
            attribute("resource_arns", "ResourceArns"),
            attribute("tags", "Tags").tags(),
            output("arn", "Arn"),
            derived("id", "", "{arn}"),
        ]),
    row(Kind::PolicyDocument)
        .data("aws_iam_policy_document")
        .attributes(&[
            attribute("version", "").default(Default::Text("2012-10-17")),
            attribute("policy_id", ""),
            attribute("source_policy_documents", ""),
            attribute("override_policy_documents", ""),
            attribute("source_json", ""),
            attribute("override_json", ""),
            attribute("statement[].sid", ""),
            attribute("statement[].effect", "").default(Default::Text("Allow")),
            attribute("statement[].actions", ""),
            attribute("statement[].not_actions", ""),
            attribute("statement[].resources", ""),
            attribute("statement[].not_resources", ""),
            attribute("statement[].principals[].type", ""),
            attribute("statement[].principals[].identifiers", ""),
            attribute("statement[].not_principals[].type", ""),
            attribute("statement[].not_principals[].identifiers", ""),
            attribute("statement[].condition[].test", ""),
            attribute("statement[].condition[].variable", ""),
            attribute("statement[].condition[].values", ""),
            output("json", ""),
            output("minified_json", ""),
        ]),
    row(Kind::CallerIdentity)
        .data("aws_caller_identity")
        .attributes(&[
            derived("account_id", "", "{account}"),
            derived("id", "", "{account}"),
            output("arn", ""),
            output("user_id", ""),
        ]),
    row(Kind::Partition).data("aws_partition").attributes(&[
        derived("partition", "", "{partition}"),
        derived("id", "", "{partition}"),
        output("dns_suffix", ""),
        output("reverse_dns_prefix", ""),
    ]),
    row(Kind::Region).data("aws_region").attributes(&[
        attribute("endpoint", ""),
        derived("region", "", "{region}"),
        derived("name", "", "{region}"),
        derived("id", "", "{region}"),
    ]),
    row(Kind::Organization)
        .data("aws_organizations_organization")
        .attributes(&[
            output("id", ""),
            output("arn", ""),
            output("master_account_id", ""),
            output("accounts[].id", ""),
            output("accounts[].arn", ""),
            output("non_master_accounts[].id", ""),
            output("roots[].id", ""),
            output("roots[].arn", ""),
        ]),
    row(Kind::Subnets).data("aws_subnets").attributes(&[
        attribute("filter[].name", ""),
        attribute("filter[].values", ""),
        attribute("tags", "").tags(),
        output("ids", "").refers(Kind::SUBNETS),
    ]),
    row(Kind::EndpointService)
        .data("aws_vpc_endpoint_service")
        .attributes(&[
            attribute("service", ""),
            attribute("service_type", ""),
            derived("service_name", "", "com.amazonaws.{region}.{service}"),
            output("service_id", ""),
            output("private_dns_name", ""),
        ]),
    row(Kind::PrefixList).data("aws_prefix_list").attributes(&[
        attribute("name", ""),
        attribute("prefix_list_id", "").refers(&[Kind::Endpoint]),
        output("id", ""),
        output("cidr_blocks", ""),
    ]),
    row(Kind::RemoteState)
        .data("terraform_remote_state")
        .attributes(&[
            attribute("backend", ""),
            attribute("workspace", ""),
            output("outputs", ""),
        ]),
];
