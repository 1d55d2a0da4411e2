//! PG-IAM-004.

use super::hops::judge;
use super::{Check, Context, Example, Link, PATH_ASSUMPTIONS, Rule, RuleKind, Subject};
use crate::finding::{Severity, Verdict};
use crate::model::vocabulary::Kind;
use crate::paths::{Hop, Step, WorkloadKind};

pub(super) const RULE: Rule = Rule {
    id: "notebook-role-can-create-processing-job",
    alias: "PG-IAM-004",
    kind: RuleKind::Works,
    tier: 1,
    severity: Severity::High,
    summary: "the role of a notebook that starts Processing jobs may create them",
    why: "The call to `CreateProcessingJob` is made with the notebook's role, under the conditions that \
          its policies set. Where they demand tags, it takes `sagemaker:AddTags` as well, and following a job \
          takes `sagemaker:DescribeProcessingJob` (low).",
    unsure: "The setting `notebooks_start_jobs` says whether notebooks start jobs. Without it, a role is meant to if it may create them, or may pass a role to SageMaker for \
             nothing else. What the code may choose is chosen so that it is allowed.",
    fix: "allow `sagemaker:CreateProcessingJob` and `sagemaker:DescribeProcessingJob` on \
          `processing-job/*`",
    references: &[Link {
        title: "Amazon SageMaker AI Developer Guide: How to use SageMaker AI execution roles",
        url: "https://docs.aws.amazon.com/sagemaker/latest/dg/sagemaker-roles.html",
    }],
    assumes: PATH_ASSUMPTIONS,
    example: Example {
        fail: include_str!("../../testdata/rules/notebook-role-can-create-processing-job/fail.tf"),
        pass: include_str!("../../testdata/rules/notebook-role-can-create-processing-job/pass.tf"),
    },
    check: Check::Resource(&[Kind::Role], check),
};

fn check(context: &Context<'_, '_>, role: &Subject<'_, '_>) -> Verdict {
    let name = role.resource.address.as_str();
    let steps = [Step::CreateJob, Step::TagJob, Step::FollowJob];
    let is_own = |hop: &Hop| steps.contains(&hop.step) && hop.principal == name;
    let paths = context.paths().iter();
    // What starts declared jobs is judged by itself.
    let paths = paths.filter(|path| path.workload.kind == WorkloadKind::StartedJob);
    let paths = paths.filter(|path| path.hops.iter().any(is_own)).take(1);
    judge(context, paths, is_own, |_| None)
}
