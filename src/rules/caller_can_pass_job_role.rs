//! PG-IAM-005.

use super::hops::judge;
use super::{Check, Context, Example, Link, PATH_ASSUMPTIONS, Rule, RuleKind, Subject};
use crate::finding::{Severity, Verdict};
use crate::model::vocabulary::Kind;
use crate::paths::{Hop, Step, WorkloadKind};

pub(super) const RULE: Rule = Rule {
    id: "caller-can-pass-job-role",
    alias: "PG-IAM-005",
    kind: RuleKind::Works,
    tier: 1,
    severity: Severity::High,
    summary: "whoever starts Processing jobs may pass the job's role to SageMaker",
    why: "A job runs as a role that its starter hands over, which takes `iam:PassRole` on that role, for \
          `sagemaker.amazonaws.com`. A role that both starts jobs and runs them has to be allowed to pass \
          itself. Common breaks are a role named without its path, and `iam:PassedToService` for another \
          service.",
    unsure: "Judged for the roles of notebooks that start jobs. Which role the code passes is one that \
             policies name, else the notebook's own.",
    fix: "allow `iam:PassRole` on the role of the job, with `iam:PassedToService` = \
          `sagemaker.amazonaws.com`",
    references: &[
        Link {
            title: "AWS IAM User Guide: Grant a user permissions to pass a role to an AWS service",
            url: "https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_use_passrole.html",
        },
        Link {
            title: "Amazon SageMaker AI Developer Guide: How to use SageMaker AI execution roles",
            url: "https://docs.aws.amazon.com/sagemaker/latest/dg/sagemaker-roles.html",
        },
    ],
    assumes: PATH_ASSUMPTIONS,
    example: Example {
        fail: include_str!("../../testdata/rules/caller-can-pass-job-role/fail.tf"),
        pass: include_str!("../../testdata/rules/caller-can-pass-job-role/pass.tf"),
    },
    check: Check::Resource(&[Kind::Role], check),
};

fn check(context: &Context<'_, '_>, role: &Subject<'_, '_>) -> Verdict {
    let name = role.resource.address.as_str();
    let is_own = |hop: &Hop| hop.step == Step::PassRole && hop.principal == name;
    let paths = context.paths().iter();
    // What starts declared jobs is judged by itself.
    let paths = paths.filter(|path| path.workload.kind == WorkloadKind::StartedJob);
    // Several notebooks with one role ask the same.
    let mut asked = Vec::new();
    let paths = paths.filter(|path| {
        let hop = path.hops.iter().find(|hop| is_own(hop));
        hop.is_some_and(|hop| {
            let is_new = !asked.contains(&&hop.resource);
            asked.push(&hop.resource);
            is_new
        })
    });
    judge(context, paths, is_own, |_| None)
}
