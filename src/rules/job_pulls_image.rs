//! PG-PATH-003.

use super::hops::{judge, paths_of};
use super::{Check, Context, Example, Link, PATH_ASSUMPTIONS, Rule, RuleKind, Subject};
use crate::finding::{Severity, Verdict};
use crate::iam::Layer;
use crate::model::vocabulary::Kind;
use crate::paths::{Hop, Step, WorkloadKind};

pub(super) const RULE: Rule = Rule {
    id: "job-pulls-image",
    alias: "PG-PATH-003",
    kind: RuleKind::Works,
    tier: 1,
    severity: Severity::High,
    summary: "the role of a Processing job can pull the job's image",
    why: "SageMaker pulls the image with the job's role: it needs a token for the registry, and the image \
          and its layers from the repository. In another account the repository's policy must let the role \
          in as well. Without them the job fails as it starts.",
    unsure: "A job that nobody declares pulls from a repository of the input; where there is none, only \
             the token is judged. AWS's own registries are taken to admit every role.",
    fix: "add the statement that is missing",
    references: &[
        Link {
            title: "Amazon SageMaker AI Developer Guide: How to use SageMaker AI execution roles",
            url: "https://docs.aws.amazon.com/sagemaker/latest/dg/sagemaker-roles.html",
        },
        Link {
            title: "Amazon ECR User Guide: Amazon ECR private repository policies",
            url: "https://docs.aws.amazon.com/AmazonECR/latest/userguide/repository-policies.html",
        },
    ],
    assumes: PATH_ASSUMPTIONS,
    example: Example {
        fail: include_str!("../../testdata/rules/job-pulls-image/fail.tf"),
        pass: include_str!("../../testdata/rules/job-pulls-image/pass.tf"),
    },
    check: Check::Resource(
        &[
            Kind::Notebook,
            Kind::NotebookDomain,
            Kind::NotebookProfile,
            Kind::ProcessingJob,
            Kind::ProcessingJobMonitor,
        ],
        check,
    ),
};

/// Jobs that the input declares, and those that a notebook starts.
const JOBS: &[WorkloadKind] = &[WorkloadKind::DeclaredJob, WorkloadKind::StartedJob];

fn check(context: &Context<'_, '_>, job: &Subject<'_, '_>) -> Verdict {
    let is_part = |hop: &Hop| matches!(hop.step, Step::ImageToken | Step::PullImage);
    judge(context, paths_of(context, job, JOBS), is_part, |hop| {
        Some(code(hop))
    })
}

fn code(hop: &Hop) -> &'static str {
    let by = |layer| hop.because.iter().any(|one| one.layer == layer);
    match hop.step {
        Step::ImageToken => "ecr-token-missing",
        _ if by(Layer::Resource) && !by(Layer::Identity) => "repo-policy-missing",
        _ => "ecr-pull-missing",
    }
}
