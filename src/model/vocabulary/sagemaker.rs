//! SageMaker: notebooks, Studio, their scripts, and Processing jobs.
//!
//! SageMaker writes names in ARNs in lower case, so an ARN made of a name here is only right once
//! the part after the account is in lower case.

use super::{Default, Kind, Row, attribute, derived, elsewhere, output, outside_aws, row};

pub(super) const ROWS: &[Row] = &[
    row(Kind::Notebook)
        .aws("aws_sagemaker_notebook_instance")
        .cloudformation("AWS::SageMaker::NotebookInstance")
        .identified_by("arn")
        .awscc("awscc_sagemaker_notebook_instance")
        .computed(&[
            "security_groups",
            "platform_identifier",
            "instance_metadata_service_configuration",
        ])
        .attributes(&[
            attribute("name", "NotebookInstanceName").name(),
            attribute("role_arn", "RoleArn").refers(&[Kind::Role]),
            attribute("instance_type", "InstanceType"),
            attribute("subnet_id", "SubnetId").refers(Kind::SUBNETS),
            attribute("security_groups", "SecurityGroupIds").refers(Kind::SECURITY_GROUPS),
            attribute("kms_key_id", "KmsKeyId").refers(Kind::KEYS),
            attribute("direct_internet_access", "DirectInternetAccess")
                .default(Default::Text("Enabled")),
            attribute("root_access", "RootAccess").default(Default::Text("Enabled")),
            attribute("lifecycle_config_name", "LifecycleConfigName").refers(&[Kind::Script]),
            attribute(
                "instance_metadata_service_configuration[0].\
                 minimum_instance_metadata_service_version",
                "InstanceMetadataServiceConfiguration.MinimumInstanceMetadataServiceVersion",
            )
            .default(Default::Text("1")),
            attribute("volume_size", "VolumeSizeInGB").default(Default::Integer(5)),
            attribute("platform_identifier", "PlatformIdentifier"),
            attribute("default_code_repository", "DefaultCodeRepository").refers(&[Kind::CodeRepo]),
            attribute("additional_code_repositories", "AdditionalCodeRepositories")
                .refers(&[Kind::CodeRepo]),
            attribute("tags", "Tags").tags(),
            derived("id", "", "{name}"),
            derived(
                "arn",
                "NotebookInstanceArn",
                "arn:{partition}:sagemaker:{region}:{account}:notebook-instance/{name}",
            ),
            output("network_interface_id", ""),
            output("url", ""),
        ]),
    row(Kind::Script)
        .aws("aws_sagemaker_notebook_instance_lifecycle_configuration")
        .cloudformation("AWS::SageMaker::NotebookInstanceLifecycleConfig")
        .identified_by("arn")
        .awscc("awscc_sagemaker_notebook_instance_lifecycle_config")
        .attributes(&[
            attribute("name", "NotebookInstanceLifecycleConfigName").name(),
            attribute("on_create", "OnCreate").each("content").script(),
            attribute("on_start", "OnStart").each("content").script(),
            attribute("tags", "Tags").tags(),
            derived("id", "", "{name}"),
            derived(
                "arn",
                "NotebookInstanceLifecycleConfigArn",
                "arn:{partition}:sagemaker:{region}:{account}:\
                 notebook-instance-lifecycle-config/{name}",
            ),
        ]),
    row(Kind::Script)
        .aws("aws_sagemaker_studio_lifecycle_config")
        .cloudformation("AWS::SageMaker::StudioLifecycleConfig")
        .awscc("awscc_sagemaker_studio_lifecycle_config")
        .attributes(&[
            attribute("studio_lifecycle_config_name", "StudioLifecycleConfigName").name(),
            attribute(
                "studio_lifecycle_config_content",
                "StudioLifecycleConfigContent",
            )
            .script(),
            attribute(
                "studio_lifecycle_config_app_type",
                "StudioLifecycleConfigAppType",
            ),
            attribute("tags", "Tags").tags(),
            derived("id", "", "{studio_lifecycle_config_name}"),
            derived(
                "arn",
                "StudioLifecycleConfigArn",
                "arn:{partition}:sagemaker:{region}:{account}:\
                 studio-lifecycle-config/{studio_lifecycle_config_name}",
            ),
        ]),
    row(Kind::CodeRepo)
        .aws("aws_sagemaker_code_repository")
        .cloudformation("AWS::SageMaker::CodeRepository")
        .identified_by("arn")
        .awscc("awscc_sagemaker_code_repository")
        .attributes(&[
            attribute("code_repository_name", "CodeRepositoryName").name(),
            attribute("git_config[0].repository_url", "GitConfig.RepositoryUrl"),
            attribute("git_config[0].branch", "GitConfig.Branch"),
            attribute("git_config[0].secret_arn", "GitConfig.SecretArn").refers(&[Kind::Secret]),
            attribute("tags", "Tags").tags(),
            derived("id", "", "{code_repository_name}"),
            derived(
                "arn",
                "CodeRepositoryArn",
                "arn:{partition}:sagemaker:{region}:{account}:code-repository/\
                 {code_repository_name}",
            ),
        ]),
    row(Kind::NotebookDomain)
        .aws("aws_sagemaker_domain")
        .cloudformation("AWS::SageMaker::Domain")
        .awscc("awscc_sagemaker_domain")
        .attributes(&[
            attribute("domain_name", "DomainName").name(),
            attribute("auth_mode", "AuthMode"),
            attribute("app_network_access_type", "AppNetworkAccessType")
                .default(Default::Text("PublicInternetOnly")),
            attribute("vpc_id", "VpcId").refers(Kind::VPCS),
            attribute("subnet_ids", "SubnetIds").refers(Kind::SUBNETS),
            attribute("kms_key_id", "KmsKeyId").refers(Kind::KEYS),
            attribute(
                "default_user_settings[0].execution_role",
                "DefaultUserSettings.ExecutionRole",
            )
            .refers(&[Kind::Role]),
            attribute(
                "default_user_settings[0].security_groups",
                "DefaultUserSettings.SecurityGroups",
            )
            .refers(Kind::SECURITY_GROUPS),
            attribute(
                "default_user_settings[0].sharing_settings[0].notebook_output_option",
                "DefaultUserSettings.SharingSettings.NotebookOutputOption",
            )
            .default(Default::Text("Disabled")),
            attribute(
                "default_user_settings[0].sharing_settings[0].s3_output_path",
                "DefaultUserSettings.SharingSettings.S3OutputPath",
            ),
            attribute(
                "default_user_settings[0].sharing_settings[0].s3_kms_key_id",
                "DefaultUserSettings.SharingSettings.S3KmsKeyId",
            )
            .refers(Kind::KEYS),
            attribute(
                "default_space_settings[0].execution_role",
                "DefaultSpaceSettings.ExecutionRole",
            )
            .refers(&[Kind::Role]),
            attribute(
                "default_space_settings[0].security_groups",
                "DefaultSpaceSettings.SecurityGroups",
            )
            .refers(Kind::SECURITY_GROUPS),
            attribute(
                "default_user_settings[0].jupyter_lab_app_settings[0].code_repository[].repository_url",
                "DefaultUserSettings.JupyterLabAppSettings.CodeRepositories[].RepositoryUrl",
            ),
            attribute(
                "default_user_settings[0].jupyter_server_app_settings[0].code_repository[].repository_url",
                "",
            ),
            attribute(
                "default_space_settings[0].jupyter_lab_app_settings[0].code_repository[].repository_url",
                "DefaultSpaceSettings.JupyterLabAppSettings.CodeRepositories[].RepositoryUrl",
            ),
            attribute(
                "default_space_settings[0].jupyter_server_app_settings[0].code_repository[].repository_url",
                "",
            ),
            attribute(
                "domain_settings[0].security_group_ids",
                "DomainSettings.SecurityGroupIds",
            )
            .refers(Kind::SECURITY_GROUPS),
            attribute(
                "domain_settings[0].execution_role_identity_config",
                "DomainSettings.ExecutionRoleIdentityConfig",
            )
            .default(Default::Text("DISABLED")),
            attribute(
                "domain_settings[0].docker_settings[0].enable_docker_access",
                "DomainSettings.DockerSettings.EnableDockerAccess",
            ),
            attribute(
                "domain_settings[0].docker_settings[0].vpc_only_trusted_accounts",
                "DomainSettings.DockerSettings.VpcOnlyTrustedAccounts",
            ),
            attribute("tags", "Tags").tags(),
            output("id", "DomainId"),
            derived(
                "arn",
                "DomainArn",
                "arn:{partition}:sagemaker:{region}:{account}:domain/{id}",
            ),
            output("home_efs_file_system_id", "HomeEfsFileSystemId"),
            output(
                "security_group_id_for_domain_boundary",
                "SecurityGroupIdForDomainBoundary",
            ),
            output("url", "Url"),
        ]),
    row(Kind::NotebookProfile)
        .aws("aws_sagemaker_user_profile")
        .cloudformation("AWS::SageMaker::UserProfile")
        .awscc("awscc_sagemaker_user_profile")
        .attributes(&[
            attribute("domain_id", "DomainId").refers(&[Kind::NotebookDomain]),
            attribute("user_profile_name", "UserProfileName"),
            attribute(
                "user_settings[0].execution_role",
                "UserSettings.ExecutionRole",
            )
            .refers(&[Kind::Role]),
            attribute(
                "user_settings[0].security_groups",
                "UserSettings.SecurityGroups",
            )
            .refers(Kind::SECURITY_GROUPS),
            attribute(
                "user_settings[0].sharing_settings[0].notebook_output_option",
                "UserSettings.SharingSettings.NotebookOutputOption",
            ),
            attribute(
                "user_settings[0].sharing_settings[0].s3_output_path",
                "UserSettings.SharingSettings.S3OutputPath",
            ),
            attribute(
                "user_settings[0].sharing_settings[0].s3_kms_key_id",
                "UserSettings.SharingSettings.S3KmsKeyId",
            )
            .refers(Kind::KEYS),
            attribute(
                "user_settings[0].jupyter_lab_app_settings[0].code_repository[].repository_url",
                "UserSettings.JupyterLabAppSettings.CodeRepositories[].RepositoryUrl",
            ),
            attribute(
                "user_settings[0].jupyter_server_app_settings[0].code_repository[].repository_url",
                "",
            ),
            attribute("single_sign_on_user_value", "SingleSignOnUserValue"),
            attribute(
                "single_sign_on_user_identifier",
                "SingleSignOnUserIdentifier",
            ),
            attribute("tags", "Tags").tags(),
            derived(
                "arn",
                "UserProfileArn",
                "arn:{partition}:sagemaker:{region}:{account}:user-profile/\
                 {domain_id}/{user_profile_name}",
            ),
            derived("id", "", "{arn}"),
        ]),
    row(Kind::NotebookSpace)
        .aws("aws_sagemaker_space")
        .cloudformation("AWS::SageMaker::Space")
        .awscc("awscc_sagemaker_space")
        .attributes(&[
            attribute("domain_id", "DomainId").refers(&[Kind::NotebookDomain]),
            attribute("space_name", "SpaceName"),
            attribute(
                "space_settings[0].jupyter_lab_app_settings[0].code_repository[].repository_url",
                "SpaceSettings.JupyterLabAppSettings.CodeRepositories[].RepositoryUrl",
            ),
            attribute(
                "space_settings[0].jupyter_server_app_settings[0].code_repository[].repository_url",
                "",
            ),
            attribute(
                "space_sharing_settings[0].sharing_type",
                "SpaceSharingSettings.SharingType",
            ),
            attribute(
                "ownership_settings[0].owner_user_profile_name",
                "OwnershipSettings.OwnerUserProfileName",
            )
            .refers(&[Kind::NotebookProfile]),
            attribute("tags", "Tags").tags(),
            derived(
                "arn",
                "SpaceArn",
                "arn:{partition}:sagemaker:{region}:{account}:space/{domain_id}/{space_name}",
            ),
            derived("id", "", "{arn}"),
            output("url", "Url"),
        ]),
    row(Kind::NotebookApp)
        .aws("aws_sagemaker_app")
        .cloudformation("AWS::SageMaker::App")
        .awscc("awscc_sagemaker_app")
        .attributes(&[
            attribute("domain_id", "DomainId").refers(&[Kind::NotebookDomain]),
            attribute("user_profile_name", "UserProfileName").refers(&[Kind::NotebookProfile]),
            attribute("space_name", "").refers(&[Kind::NotebookSpace]),
            attribute("app_type", "AppType"),
            attribute("app_name", "AppName"),
            attribute(
                "resource_spec[0].lifecycle_config_arn",
                "ResourceSpec.LifecycleConfigArn",
            )
            .refers(&[Kind::Script]),
            attribute("tags", "Tags").tags(),
            output("arn", "AppArn"),
            derived("id", "", "{arn}"),
        ]),
    row(Kind::ProcessingJob)
        .cloudformation("AWS::SageMaker::ProcessingJob")
        .identified_by("arn")
        .awscc("awscc_sagemaker_processing_job")
        .attributes(&[
            outside_aws("processing_job_name", "ProcessingJobName").name(),
            outside_aws("role_arn", "RoleArn").refers(&[Kind::Role]),
            outside_aws("app_specification.image_uri", "AppSpecification.ImageUri")
                .refers(Kind::IMAGES),
            outside_aws(
                "app_specification.container_entrypoint",
                "AppSpecification.ContainerEntrypoint",
            ),
            outside_aws(
                "app_specification.container_arguments",
                "AppSpecification.ContainerArguments",
            ),
            outside_aws("environment", "Environment"),
            outside_aws(
                "network_config.enable_network_isolation",
                "NetworkConfig.EnableNetworkIsolation",
            )
            .default(Default::Bool(false)),
            outside_aws(
                "network_config.enable_inter_container_traffic_encryption",
                "NetworkConfig.EnableInterContainerTrafficEncryption",
            )
            .default(Default::Bool(false)),
            outside_aws(
                "network_config.vpc_config.subnets",
                "NetworkConfig.VpcConfig.Subnets",
            )
            .refers(Kind::SUBNETS),
            outside_aws(
                "network_config.vpc_config.security_group_ids",
                "NetworkConfig.VpcConfig.SecurityGroupIds",
            )
            .refers(Kind::SECURITY_GROUPS),
            outside_aws(
                "processing_inputs[].input_name",
                "ProcessingInputs[].InputName",
            ),
            outside_aws(
                "processing_inputs[].app_managed",
                "ProcessingInputs[].AppManaged",
            )
            .default(Default::Bool(false)),
            outside_aws(
                "processing_inputs[].s3_input.s3_data_type",
                "ProcessingInputs[].S3Input.S3DataType",
            ),
            outside_aws(
                "processing_inputs[].s3_input.s3_uri",
                "ProcessingInputs[].S3Input.S3Uri",
            ),
            outside_aws(
                "processing_inputs[].dataset_definition.athena_dataset_definition.kms_key_id",
                "ProcessingInputs[].DatasetDefinition.AthenaDatasetDefinition.KmsKeyId",
            )
            .refers(Kind::KEYS),
            outside_aws(
                "processing_inputs[].dataset_definition.athena_dataset_definition.output_s3_uri",
                "ProcessingInputs[].DatasetDefinition.AthenaDatasetDefinition.OutputS3Uri",
            ),
            outside_aws(
                "processing_inputs[].dataset_definition.athena_dataset_definition.work_group",
                "ProcessingInputs[].DatasetDefinition.AthenaDatasetDefinition.WorkGroup",
            )
            .refers(&[Kind::Athena]),
            outside_aws(
                "processing_inputs[].dataset_definition.redshift_dataset_definition.kms_key_id",
                "ProcessingInputs[].DatasetDefinition.RedshiftDatasetDefinition.KmsKeyId",
            )
            .refers(Kind::KEYS),
            outside_aws(
                "processing_inputs[].dataset_definition.\
                 redshift_dataset_definition.output_s3_uri",
                "ProcessingInputs[].DatasetDefinition.RedshiftDatasetDefinition.OutputS3Uri",
            ),
            outside_aws(
                "processing_inputs[].dataset_definition.\
                 redshift_dataset_definition.cluster_role_arn",
                "ProcessingInputs[].DatasetDefinition.RedshiftDatasetDefinition.ClusterRoleArn",
            )
            .refers(&[Kind::Role]),
            outside_aws(
                "processing_inputs[].dataset_definition.redshift_dataset_definition.db_user",
                "ProcessingInputs[].DatasetDefinition.RedshiftDatasetDefinition.DbUser",
            ),
            outside_aws(
                "processing_output_config.kms_key_id",
                "ProcessingOutputConfig.KmsKeyId",
            )
            .refers(Kind::KEYS),
            outside_aws(
                "processing_output_config.outputs[].app_managed",
                "ProcessingOutputConfig.Outputs[].AppManaged",
            )
            .default(Default::Bool(false)),
            outside_aws(
                "processing_output_config.outputs[].output_name",
                "ProcessingOutputConfig.Outputs[].OutputName",
            ),
            outside_aws(
                "processing_output_config.outputs[].s3_output.s3_uri",
                "ProcessingOutputConfig.Outputs[].S3Output.S3Uri",
            ),
            outside_aws(
                "processing_output_config.outputs[].feature_store_output.feature_group_name",
                "ProcessingOutputConfig.Outputs[].FeatureStoreOutput.FeatureGroupName",
            )
            .refers(&[Kind::FeatureGroup]),
            outside_aws(
                "processing_resources.cluster_config.instance_count",
                "ProcessingResources.ClusterConfig.InstanceCount",
            )
            .number(),
            outside_aws(
                "processing_resources.cluster_config.instance_type",
                "ProcessingResources.ClusterConfig.InstanceType",
            ),
            outside_aws(
                "processing_resources.cluster_config.volume_kms_key_id",
                "ProcessingResources.ClusterConfig.VolumeKmsKeyId",
            )
            .refers(Kind::KEYS),
            outside_aws(
                "processing_resources.cluster_config.volume_size_in_gb",
                "ProcessingResources.ClusterConfig.VolumeSizeInGB",
            )
            .number(),
            outside_aws(
                "stopping_condition.max_runtime_in_seconds",
                "StoppingCondition.MaxRuntimeInSeconds",
            )
            .number(),
            outside_aws("tags", "Tags").tags(),
            elsewhere(derived(
                "arn",
                "ProcessingJobArn",
                "arn:{partition}:sagemaker:{region}:{account}:processing-job/\
                 {processing_job_name}",
            )),
        ]),
];
