//! PG-PATH-002.

use super::hops::{blocked_by, judge, paths_of};
use super::{Check, Context, Example, Link, PATH_ASSUMPTIONS, Rule, RuleKind, Subject};
use crate::finding::{Severity, Verdict};
use crate::paths::{Hop, Step, WorkloadKind};
use crate::workload::NOTEBOOK_KINDS;

pub(super) const RULE: Rule = Rule {
    id: "notebook-starts-processing-job",
    alias: "PG-PATH-002",
    kind: RuleKind::Works,
    tier: 1,
    severity: Severity::High,
    summary: "a notebook whose role is meant to start Processing jobs can start them",
    why: "A job is started by whoever may create it, hand over a role, and where SageMaker may take that \
          role. With one of them missing, `CreateProcessingJob` is refused.",
    unsure: "A notebook is meant to start jobs if its role may create them, or may pass a role to \
             SageMaker for nothing else. The name of the job and its settings are chosen by the code: a \
             choice that the policies allow proves it. The network is not judged.",
    fix: "add the statement that is missing",
    references: &[
        Link {
            title: "Amazon SageMaker AI Developer Guide: How to use SageMaker AI execution roles",
            url: "https://docs.aws.amazon.com/sagemaker/latest/dg/sagemaker-roles.html",
        },
        Link {
            title: "AWS IAM User Guide: Grant a user permissions to pass a role to an AWS service",
            url: "https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_use_passrole.html",
        },
        Link {
            title: "Amazon SageMaker AI Developer Guide: Cross-Service Confused Deputy Prevention",
            url: "https://docs.aws.amazon.com/sagemaker/latest/dg/security-confused-deputy-prevention.html",
        },
    ],
    assumes: PATH_ASSUMPTIONS,
    example: Example {
        fail: include_str!("../../testdata/rules/notebook-starts-processing-job/fail.tf"),
        pass: include_str!("../../testdata/rules/notebook-starts-processing-job/pass.tf"),
    },
    check: Check::Resource(NOTEBOOK_KINDS, check),
};

fn check(context: &Context<'_, '_>, notebook: &Subject<'_, '_>) -> Verdict {
    let paths = paths_of(context, notebook, &[WorkloadKind::StartedJob]);
    let steps = [
        Step::CreateJob,
        Step::TagJob,
        Step::PassRole,
        Step::AssumeRole,
    ];
    judge(
        context,
        paths,
        |hop| steps.contains(&hop.step),
        |hop| Some(code(hop)),
    )
}

fn code(hop: &Hop) -> &'static str {
    if let Some(code) = blocked_by(hop) {
        return code;
    }
    let unmet = |key: &str| {
        hop.because
            .iter()
            .any(|one| one.unmet.as_deref() == Some(key))
    };
    let any_unmet = hop.because.iter().any(|one| one.unmet.is_some());
    match hop.step {
        Step::CreateJob if any_unmet => "condition-not-met",
        Step::CreateJob => "create-job-missing",
        Step::TagJob => "add-tags-missing",
        Step::PassRole if unmet("iam:passedtoservice") => "passrole-service-mismatch",
        Step::PassRole => "passrole-missing",
        Step::AssumeRole if unmet("aws:sourcearn") => "trust-source-arn-excludes",
        _ => "trust-missing",
    }
}
