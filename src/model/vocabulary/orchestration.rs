//! What starts jobs: monitoring schedules, pipelines, state machines, schedules and event rules.

use super::{Default, Kind, Row, attribute, derived, elsewhere, outside_aws, row};

/// What a schedule or an event rule may start, as far as it can lead to a job.
const TARGETS: &[Kind] = &[Kind::Orchestrator, Kind::Lambda];

/// The request of a job as a monitoring schedule writes it, behind `$snake` and `$pascal`.
macro_rules! monitoring_job {
    ($snake:literal, $pascal:literal, $($more:expr,)*) => {
        &[
            $($more,)*
            outside_aws(
                concat!($snake, "role_arn"),
                concat!($pascal, "RoleArn"),
            )
            .refers(&[Kind::Role]),
            outside_aws(
                concat!($snake, "monitoring_app_specification.image_uri"),
                concat!($pascal, "MonitoringAppSpecification.ImageUri"),
            )
            .refers(Kind::IMAGES),
            outside_aws(
                concat!($snake, "monitoring_app_specification.container_arguments"),
                concat!($pascal, "MonitoringAppSpecification.ContainerArguments"),
            ),
            outside_aws(
                concat!($snake, "monitoring_app_specification.container_entrypoint"),
                concat!($pascal, "MonitoringAppSpecification.ContainerEntrypoint"),
            ),
            outside_aws(
                concat!($snake, "monitoring_app_specification.record_preprocessor_source_uri"),
                concat!($pascal, "MonitoringAppSpecification.RecordPreprocessorSourceUri"),
            ),
            outside_aws(
                concat!($snake, "monitoring_app_specification.post_analytics_processor_source_uri"),
                concat!($pascal, "MonitoringAppSpecification.PostAnalyticsProcessorSourceUri"),
            ),
            outside_aws(
                concat!($snake, "environment"),
                concat!($pascal, "Environment"),
            ),
            outside_aws(
                concat!($snake, "baseline_config.constraints_resource.s3_uri"),
                concat!($pascal, "BaselineConfig.ConstraintsResource.S3Uri"),
            ),
            outside_aws(
                concat!($snake, "baseline_config.statistics_resource.s3_uri"),
                concat!($pascal, "BaselineConfig.StatisticsResource.S3Uri"),
            ),
            outside_aws(
                concat!($snake, "monitoring_inputs[].batch_transform_input.data_captured_destination_s3_uri"),
                concat!($pascal, "MonitoringInputs[].BatchTransformInput.DataCapturedDestinationS3Uri"),
            ),
            outside_aws(
                concat!($snake, "monitoring_inputs[].endpoint_input.endpoint_name"),
                concat!($pascal, "MonitoringInputs[].EndpointInput.EndpointName"),
            ),
            outside_aws(
                concat!($snake, "monitoring_output_config.kms_key_id"),
                concat!($pascal, "MonitoringOutputConfig.KmsKeyId"),
            )
            .refers(Kind::KEYS),
            outside_aws(
                concat!($snake, "monitoring_output_config.monitoring_outputs[].s3_output.s3_uri"),
                concat!($pascal, "MonitoringOutputConfig.MonitoringOutputs[].S3Output.S3Uri"),
            ),
            outside_aws(
                concat!($snake, "monitoring_resources.cluster_config.instance_count"),
                concat!($pascal, "MonitoringResources.ClusterConfig.InstanceCount"),
            )
            .number(),
            outside_aws(
                concat!($snake, "monitoring_resources.cluster_config.instance_type"),
                concat!($pascal, "MonitoringResources.ClusterConfig.InstanceType"),
            ),
            outside_aws(
                concat!($snake, "monitoring_resources.cluster_config.volume_kms_key_id"),
                concat!($pascal, "MonitoringResources.ClusterConfig.VolumeKmsKeyId"),
            )
            .refers(Kind::KEYS),
            outside_aws(
                concat!($snake, "network_config.enable_network_isolation"),
                concat!($pascal, "NetworkConfig.EnableNetworkIsolation"),
            )
            .default(Default::Bool(false)),
            outside_aws(
                concat!($snake, "network_config.enable_inter_container_traffic_encryption"),
                concat!($pascal, "NetworkConfig.EnableInterContainerTrafficEncryption"),
            )
            .default(Default::Bool(false)),
            outside_aws(
                concat!($snake, "network_config.vpc_config.subnets"),
                concat!($pascal, "NetworkConfig.VpcConfig.Subnets"),
            )
            .refers(Kind::SUBNETS),
            outside_aws(
                concat!($snake, "network_config.vpc_config.security_group_ids"),
                concat!($pascal, "NetworkConfig.VpcConfig.SecurityGroupIds"),
            )
            .refers(Kind::SECURITY_GROUPS),
            outside_aws(
                concat!($snake, "stopping_condition.max_runtime_in_seconds"),
                concat!($pascal, "StoppingCondition.MaxRuntimeInSeconds"),
            )
            .number(),
        ]
    };
}

pub(super) const ROWS: &[Row] = &[
    row(Kind::Orchestrator)
        .aws("aws_sagemaker_monitoring_schedule")
        .cloudformation("AWS::SageMaker::MonitoringSchedule")
        .identified_by("arn")
        .awscc("awscc_sagemaker_monitoring_schedule")
        .computed(&["name"])
        .attributes(monitoring_job!(
            "monitoring_schedule_config.monitoring_job_definition.",
            "MonitoringScheduleConfig.MonitoringJobDefinition.",
            attribute("name", "MonitoringScheduleName").name(),
            attribute(
                "monitoring_schedule_config[0].monitoring_job_definition_name",
                "MonitoringScheduleConfig.MonitoringJobDefinitionName",
            )
            .refers(&[Kind::ProcessingJobMonitor]),
            attribute(
                "monitoring_schedule_config[0].monitoring_type",
                "MonitoringScheduleConfig.MonitoringType",
            ),
            attribute(
                "monitoring_schedule_config[0].schedule_config[0].schedule_expression",
                "MonitoringScheduleConfig.ScheduleConfig.ScheduleExpression",
            ),
            attribute("tags", "Tags").tags(),
            derived("id", "", "{name}"),
            derived(
                "arn",
                "MonitoringScheduleArn",
                "arn:{partition}:sagemaker:{region}:{account}:monitoring-schedule/{name}",
            ),
        )),
    row(Kind::ProcessingJobMonitor)
        .cloudformation("AWS::SageMaker::MonitoringSchedule.MonitoringScheduleConfig.MonitoringJobDefinition")
        .awscc("awscc_sagemaker_monitoring_schedule.monitoring_schedule_config.monitoring_job_definition")
        .attributes(monitoring_job!("", "",)),
    row(Kind::Orchestrator)
        .aws("aws_sagemaker_pipeline")
        .cloudformation("AWS::SageMaker::Pipeline")
        .awscc("awscc_sagemaker_pipeline")
        .attributes(&[
            attribute("pipeline_name", "PipelineName").name(),
            attribute("pipeline_definition", "").document(),
            attribute("pipeline_definition_s3_location[0].bucket", "").refers(&[Kind::Bucket]),
            attribute("pipeline_definition_s3_location[0].object_key", "").refers(&[Kind::Object]),
            attribute("pipeline_definition_s3_location[0].version_id", ""),
            outside_aws(
                "pipeline_definition.pipeline_definition_body",
                "PipelineDefinition.PipelineDefinitionBody",
            )
            .document(),
            outside_aws(
                "pipeline_definition.pipeline_definition_s3_location.bucket",
                "PipelineDefinition.PipelineDefinitionS3Location.Bucket",
            )
            .refers(&[Kind::Bucket]),
            outside_aws(
                "pipeline_definition.pipeline_definition_s3_location.key",
                "PipelineDefinition.PipelineDefinitionS3Location.Key",
            )
            .refers(&[Kind::Object]),
            outside_aws(
                "pipeline_definition.pipeline_definition_s3_location.version",
                "PipelineDefinition.PipelineDefinitionS3Location.Version",
            ),
            attribute("role_arn", "RoleArn").refers(&[Kind::Role]),
            attribute("tags", "Tags").tags(),
            derived("id", "", "{pipeline_name}"),
            derived(
                "arn",
                "",
                "arn:{partition}:sagemaker:{region}:{account}:pipeline/{pipeline_name}",
            ),
        ]),
    row(Kind::Orchestrator)
        .aws("aws_sfn_state_machine")
        .data("aws_sfn_state_machine")
        .cloudformation("AWS::StepFunctions::StateMachine")
        .awscc("awscc_stepfunctions_state_machine")
        .computed(&["name"])
        .attributes(&[
            attribute("name", "StateMachineName").name(),
            attribute("definition", "DefinitionString").document(),
            outside_aws("definition_object", "Definition").document(),
            outside_aws(
                "definition_s3_location.bucket",
                "DefinitionS3Location.Bucket",
            )
            .refers(&[Kind::Bucket]),
            outside_aws("definition_s3_location.key", "DefinitionS3Location.Key")
                .refers(&[Kind::Object]),
            outside_aws(
                "definition_s3_location.version",
                "DefinitionS3Location.Version",
            ),
            outside_aws("definition_substitutions", "DefinitionSubstitutions"),
            attribute("role_arn", "RoleArn").refers(&[Kind::Role]),
            attribute("type", "StateMachineType").default(Default::Text("STANDARD")),
            attribute(
                "logging_configuration[0].level",
                "LoggingConfiguration.Level",
            )
            .default(Default::Text("OFF")),
            attribute(
                "logging_configuration[0].include_execution_data",
                "LoggingConfiguration.IncludeExecutionData",
            )
            .default(Default::Bool(false)),
            attribute("logging_configuration[0].log_destination", "").refers(&[Kind::LogGroup]),
            outside_aws(
                "logging_configuration.destinations[].cloudwatch_logs_log_group.log_group_arn",
                "LoggingConfiguration.Destinations[].CloudWatchLogsLogGroup.LogGroupArn",
            )
            .refers(&[Kind::LogGroup]),
            attribute(
                "encryption_configuration[0].type",
                "EncryptionConfiguration.Type",
            ),
            attribute(
                "encryption_configuration[0].kms_key_id",
                "EncryptionConfiguration.KmsKeyId",
            )
            .refers(Kind::KEYS),
            attribute("tags", "Tags").tags(),
            derived(
                "arn",
                "Arn",
                "arn:{partition}:states:{region}:{account}:stateMachine:{name}",
            ),
            derived("id", "", "{arn}"),
        ]),
    row(Kind::Orchestrator)
        .cloudformation("AWS::Serverless::StateMachine")
        .attributes(&[
            outside_aws("name", "Name").name(),
            outside_aws("definition_object", "Definition").document(),
            outside_aws("definition_uri", "DefinitionUri"),
            outside_aws("definition_substitutions", "DefinitionSubstitutions"),
            outside_aws("role_arn", "Role").refers(&[Kind::Role]),
            outside_aws("policies", "Policies"),
            outside_aws("permissions_boundary", "PermissionsBoundary")
                .refers(&[Kind::PolicyManaged]),
            outside_aws("type", "Type").default(Default::Text("STANDARD")),
            outside_aws("logging_configuration.level", "Logging.Level")
                .default(Default::Text("OFF")),
            outside_aws(
                "logging_configuration.include_execution_data",
                "Logging.IncludeExecutionData",
            )
            .default(Default::Bool(false)),
            outside_aws(
                "logging_configuration.destinations[].cloudwatch_logs_log_group.log_group_arn",
                "Logging.Destinations[].CloudWatchLogsLogGroup.LogGroupArn",
            )
            .refers(&[Kind::LogGroup]),
            outside_aws("tags", "Tags").tags(),
            elsewhere(derived(
                "arn",
                "Arn",
                "arn:{partition}:states:{region}:{account}:stateMachine:{name}",
            )),
            elsewhere(derived("id", "", "{arn}")),
        ]),
    row(Kind::Orchestrator)
        .aws("aws_scheduler_schedule")
        .cloudformation("AWS::Scheduler::Schedule")
        .identified_by("name")
        .awscc("awscc_scheduler_schedule")
        .computed(&["name", "group_name"])
        .attributes(&[
            attribute("name", "Name").name(),
            attribute("group_name", "GroupName").default(Default::Text("default")),
            attribute("schedule_expression", "ScheduleExpression"),
            attribute("state", "State").default(Default::Text("ENABLED")),
            attribute("kms_key_arn", "KmsKeyArn").refers(Kind::KEYS),
            attribute("target[0].arn", "Target.Arn").refers(TARGETS),
            attribute("target[0].role_arn", "Target.RoleArn").refers(&[Kind::Role]),
            attribute("target[0].input", "Target.Input").document(),
            attribute(
                "target[0].sagemaker_pipeline_parameters[0].pipeline_parameter[].name",
                "Target.SageMakerPipelineParameters.PipelineParameterList[].Name",
            ),
            attribute(
                "target[0].sagemaker_pipeline_parameters[0].pipeline_parameter[].value",
                "Target.SageMakerPipelineParameters.PipelineParameterList[].Value",
            ),
            derived("id", "", "{group_name}/{name}"),
            derived(
                "arn",
                "Arn",
                "arn:{partition}:scheduler:{region}:{account}:schedule/{group_name}/{name}",
            ),
        ]),
    // `id` and `arn` are those of a rule on the default bus; only there does AWS put schedules.
    row(Kind::Orchestrator)
        .aws("aws_cloudwatch_event_rule")
        .cloudformation("AWS::Events::Rule")
        .awscc("awscc_events_rule")
        .computed(&["name"])
        .attributes(&[
            attribute("name", "Name").name(),
            attribute("event_bus_name", "EventBusName").default(Default::Text("default")),
            attribute("schedule_expression", "ScheduleExpression"),
            attribute("event_pattern", "EventPattern"),
            attribute("state", "State").default(Default::Text("ENABLED")),
            attribute("is_enabled", ""),
            attribute("role_arn", "RoleArn").refers(&[Kind::Role]),
            outside_aws("targets[]", "Targets[]").part(Kind::OrchestratorTarget),
            attribute("tags", "Tags").tags(),
            derived("id", "", "{name}"),
            derived(
                "arn",
                "Arn",
                "arn:{partition}:events:{region}:{account}:rule/{name}",
            ),
        ]),
    row(Kind::OrchestratorTarget)
        .aws("aws_cloudwatch_event_target")
        .cloudformation("AWS::Events::Rule.Targets")
        .awscc("awscc_events_rule.targets")
        .part_of(Kind::Orchestrator, "rule")
        .computed(&["target_id"])
        .attributes(&[
            attribute("rule", "").refers(&[Kind::Orchestrator]),
            attribute("target_id", "Id"),
            attribute("arn", "Arn").refers(TARGETS),
            attribute("role_arn", "RoleArn").refers(&[Kind::Role]),
            attribute("input", "Input").document(),
            attribute("input_path", "InputPath"),
            attribute(
                "input_transformer[0].input_template",
                "InputTransformer.InputTemplate",
            ),
            attribute(
                "sagemaker_pipeline_target[0].pipeline_parameter_list[].name",
                "SageMakerPipelineParameters.PipelineParameterList[].Name",
            ),
            attribute(
                "sagemaker_pipeline_target[0].pipeline_parameter_list[].value",
                "SageMakerPipelineParameters.PipelineParameterList[].Value",
            ),
        ]),
];
