//! PG-NB-004.

use super::{Check, Context, Example, Link, Rule, RuleKind, Subject};
use crate::finding::{Severity, Verdict};
use crate::model::vocabulary::Kind;

pub(super) const RULE: Rule = Rule {
    id: "notebook-imdsv2-required",
    alias: "PG-NB-004",
    kind: RuleKind::Secure,
    tier: 2,
    severity: Severity::Medium,
    summary: "a notebook instance gives out credentials by version 2 of its metadata service only",
    why: "Version 1 answers any plain request: an extension, or a server in the notebook that can be made to fetch an \
          address, hands out the credentials of the execution role. Version 2 asks for a token first, which such a \
          request cannot get.",
    unsure: "An absent version counts as `1`, the default of the API, which takes both. A value that is known only \
             after apply is unsure.",
    fix: "set `instance_metadata_service_configuration.minimum_instance_metadata_service_version = \"2\"`",
    references: &[
        Link {
            title: "Amazon SageMaker AI API Reference: InstanceMetadataServiceConfiguration",
            url: "https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_InstanceMetadataServiceConfiguration.html",
        },
        Link {
            title: "Amazon EC2 User Guide: Use the Instance Metadata Service to access instance metadata",
            url: "https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/configuring-instance-metadata-service.html",
        },
    ],
    assumes: &[],
    example: Example {
        fail: include_str!("../../testdata/rules/notebook-imdsv2-required/fail.tf"),
        pass: include_str!("../../testdata/rules/notebook-imdsv2-required/pass.tf"),
    },
    check: Check::Resource(&[Kind::Notebook], check),
};

fn check(context: &Context<'_, '_>, notebook: &Subject<'_, '_>) -> Verdict {
    notebook.must_be(
        context,
        "instance_metadata_service_configuration.minimum_instance_metadata_service_version",
        "2",
        "whether the metadata service of this notebook answers version 1",
        "so whatever can be made to fetch an address on this notebook reads the credentials of its role by IMDSv1",
    )
}
