//! Job definitions of Model Monitor, which run Processing jobs.

use super::{Default, Kind, Row, attribute, derived, elsewhere, outside_aws, row};

/// A monitor that only CloudFormation and `awscc` know; its attributes begin with its own name.
macro_rules! model_monitor {
    ($snake:literal, $pascal:literal, $dashed:literal, $($more:expr,)+) => {
        row(Kind::ProcessingJobMonitor)
            .cloudformation(concat!("AWS::SageMaker::", $pascal, "JobDefinition"))
            .identified_by("arn")
            .awscc(concat!("awscc_sagemaker_", $snake, "_job_definition"))
            .attributes(&[
                outside_aws("name", "JobDefinitionName").name(),
                outside_aws("role_arn", "RoleArn").refers(&[Kind::Role]),
                outside_aws(
                    concat!($snake, "_app_specification.image_uri"),
                    concat!($pascal, "AppSpecification.ImageUri"),
                )
                .refers(Kind::IMAGES),
                outside_aws(
                    concat!($snake, "_app_specification.environment"),
                    concat!($pascal, "AppSpecification.Environment"),
                ),
                outside_aws(
                    concat!($snake, "_baseline_config.constraints_resource.s3_uri"),
                    concat!($pascal, "BaselineConfig.ConstraintsResource.S3Uri"),
                ),
                outside_aws(
                    concat!(
                        $snake,
                        "_job_input.batch_transform_input.data_captured_destination_s3_uri",
                    ),
                    concat!($pascal, "JobInput.BatchTransformInput.DataCapturedDestinationS3Uri"),
                ),
                outside_aws(
                    concat!($snake, "_job_input.endpoint_input.endpoint_name"),
                    concat!($pascal, "JobInput.EndpointInput.EndpointName"),
                ),
                outside_aws(
                    concat!($snake, "_job_output_config.kms_key_id"),
                    concat!($pascal, "JobOutputConfig.KmsKeyId"),
                )
                .refers(Kind::KEYS),
                outside_aws(
                    concat!($snake, "_job_output_config.monitoring_outputs[].s3_output.s3_uri"),
                    concat!($pascal, "JobOutputConfig.MonitoringOutputs[].S3Output.S3Uri"),
                ),
                $($more,)+
                outside_aws(
                    "job_resources.cluster_config.instance_count",
                    "JobResources.ClusterConfig.InstanceCount",
                ).number(),
                outside_aws(
                    "job_resources.cluster_config.instance_type",
                    "JobResources.ClusterConfig.InstanceType",
                ),
                outside_aws(
                    "job_resources.cluster_config.volume_kms_key_id",
                    "JobResources.ClusterConfig.VolumeKmsKeyId",
                )
                .refers(Kind::KEYS),
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
                outside_aws("network_config.vpc_config.subnets", "NetworkConfig.VpcConfig.Subnets")
                    .refers(Kind::SUBNETS),
                outside_aws(
                    "network_config.vpc_config.security_group_ids",
                    "NetworkConfig.VpcConfig.SecurityGroupIds",
                )
                .refers(Kind::SECURITY_GROUPS),
                outside_aws(
                    "stopping_condition.max_runtime_in_seconds",
                    "StoppingCondition.MaxRuntimeInSeconds",
                ).number(),
                outside_aws("tags", "Tags").tags(),
                elsewhere(derived(
                    "arn",
                    "JobDefinitionArn",
                    concat!(
                        "arn:{partition}:sagemaker:{region}:{account}:",
                        $dashed,
                        "-job-definition/{name}",
                    ),
                )),
            ])
    };
}

pub(super) const ROWS: &[Row] = &[
    row(Kind::ProcessingJobMonitor)
        .aws("aws_sagemaker_data_quality_job_definition")
        .cloudformation("AWS::SageMaker::DataQualityJobDefinition")
        .identified_by("arn")
        .awscc("awscc_sagemaker_data_quality_job_definition")
        .computed(&["name"])
        .attributes(&[
            attribute("name", "JobDefinitionName").name(),
            attribute("role_arn", "RoleArn").refers(&[Kind::Role]),
            attribute(
                "data_quality_app_specification[0].image_uri",
                "DataQualityAppSpecification.ImageUri",
            )
            .refers(Kind::IMAGES),
            outside_aws(
                "data_quality_app_specification.container_arguments",
                "DataQualityAppSpecification.ContainerArguments",
            ),
            outside_aws(
                "data_quality_app_specification.container_entrypoint",
                "DataQualityAppSpecification.ContainerEntrypoint",
            ),
            attribute(
                "data_quality_app_specification[0].environment",
                "DataQualityAppSpecification.Environment",
            ),
            attribute(
                "data_quality_app_specification[0].record_preprocessor_source_uri",
                "DataQualityAppSpecification.RecordPreprocessorSourceUri",
            ),
            attribute(
                "data_quality_app_specification[0].post_analytics_processor_source_uri",
                "DataQualityAppSpecification.PostAnalyticsProcessorSourceUri",
            ),
            attribute(
                "data_quality_baseline_config[0].constraints_resource[0].s3_uri",
                "DataQualityBaselineConfig.ConstraintsResource.S3Uri",
            ),
            attribute(
                "data_quality_baseline_config[0].statistics_resource[0].s3_uri",
                "DataQualityBaselineConfig.StatisticsResource.S3Uri",
            ),
            attribute(
                "data_quality_job_input[0].batch_transform_input[0].\
                 data_captured_destination_s3_uri",
                "DataQualityJobInput.BatchTransformInput.DataCapturedDestinationS3Uri",
            ),
            attribute(
                "data_quality_job_input[0].endpoint_input[0].endpoint_name",
                "DataQualityJobInput.EndpointInput.EndpointName",
            ),
            attribute(
                "data_quality_job_output_config[0].kms_key_id",
                "DataQualityJobOutputConfig.KmsKeyId",
            )
            .refers(Kind::KEYS),
            attribute(
                "data_quality_job_output_config[0].monitoring_outputs[].s3_output[0].s3_uri",
                "DataQualityJobOutputConfig.MonitoringOutputs[].S3Output.S3Uri",
            ),
            attribute(
                "job_resources[0].cluster_config[0].instance_count",
                "JobResources.ClusterConfig.InstanceCount",
            )
            .number(),
            attribute(
                "job_resources[0].cluster_config[0].instance_type",
                "JobResources.ClusterConfig.InstanceType",
            ),
            attribute(
                "job_resources[0].cluster_config[0].volume_kms_key_id",
                "JobResources.ClusterConfig.VolumeKmsKeyId",
            )
            .refers(Kind::KEYS),
            attribute(
                "network_config[0].enable_network_isolation",
                "NetworkConfig.EnableNetworkIsolation",
            )
            .default(Default::Bool(false)),
            attribute(
                "network_config[0].enable_inter_container_traffic_encryption",
                "NetworkConfig.EnableInterContainerTrafficEncryption",
            )
            .default(Default::Bool(false)),
            attribute(
                "network_config[0].vpc_config[0].subnets",
                "NetworkConfig.VpcConfig.Subnets",
            )
            .refers(Kind::SUBNETS),
            attribute(
                "network_config[0].vpc_config[0].security_group_ids",
                "NetworkConfig.VpcConfig.SecurityGroupIds",
            )
            .refers(Kind::SECURITY_GROUPS),
            attribute(
                "stopping_condition[0].max_runtime_in_seconds",
                "StoppingCondition.MaxRuntimeInSeconds",
            )
            .number(),
            attribute("tags", "Tags").tags(),
            derived("id", "", "{name}"),
            derived(
                "arn",
                "JobDefinitionArn",
                "arn:{partition}:sagemaker:{region}:{account}:\
                 data-quality-job-definition/{name}",
            ),
        ]),
    model_monitor!(
        "model_quality",
        "ModelQuality",
        "model-quality",
        outside_aws(
            "model_quality_app_specification.container_arguments",
            "ModelQualityAppSpecification.ContainerArguments"
        ),
        outside_aws(
            "model_quality_app_specification.container_entrypoint",
            "ModelQualityAppSpecification.ContainerEntrypoint"
        ),
        outside_aws(
            "model_quality_app_specification.record_preprocessor_source_uri",
            "ModelQualityAppSpecification.RecordPreprocessorSourceUri"
        ),
        outside_aws(
            "model_quality_app_specification.post_analytics_processor_source_uri",
            "ModelQualityAppSpecification.PostAnalyticsProcessorSourceUri"
        ),
        outside_aws(
            "model_quality_job_input.ground_truth_s3_input.s3_uri",
            "ModelQualityJobInput.GroundTruthS3Input.S3Uri"
        ),
    ),
    model_monitor!(
        "model_bias",
        "ModelBias",
        "model-bias",
        outside_aws(
            "model_bias_app_specification.config_uri",
            "ModelBiasAppSpecification.ConfigUri"
        ),
        outside_aws(
            "model_bias_job_input.ground_truth_s3_input.s3_uri",
            "ModelBiasJobInput.GroundTruthS3Input.S3Uri"
        ),
    ),
    model_monitor!(
        "model_explainability",
        "ModelExplainability",
        "model-explainability",
        outside_aws(
            "model_explainability_app_specification.config_uri",
            "ModelExplainabilityAppSpecification.ConfigUri"
        ),
    ),
];
