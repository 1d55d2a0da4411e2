//! PG-PATH-006.

use super::hops::{judge, paths_of};
use super::{Check, Context, Example, KeyUse, Link, PATH_ASSUMPTIONS, Rule, RuleKind, Subject};
use crate::finding::{Severity, Verdict};
use crate::model::vocabulary::Kind;
use crate::paths::{Hop, Step, WorkloadKind};

pub(super) const RULE: Rule = Rule {
    id: "workload-volume-key-usable",
    alias: "PG-PATH-006",
    kind: RuleKind::Works,
    tier: 1,
    severity: Severity::High,
    summary: "the key of a notebook's or a job's volumes can be handed to them",
    why: "A volume uses its key by a grant. Whoever creates the notebook makes it, and for a job its role \
          or whoever starts it: they need `kms:CreateGrant`, with `kms:GrantIsForAWSResource`, and \
          `kms:DescribeKey`. A key whose policy lets nobody make grants keeps the notebook from starting.",
    unsure: "Who creates a notebook is outside the input: broken is a key whose policy lets nobody create \
             grants. For a job whose role may not, it depends on who starts it.",
    fix: "let the role, or whoever creates the workload, `kms:CreateGrant` in the key's policy, under \
          `kms:GrantIsForAWSResource`",
    references: &[
        Link {
            title: "Amazon SageMaker AI Developer Guide: Protect Data at Rest Using Encryption",
            url: "https://docs.aws.amazon.com/sagemaker/latest/dg/encryption-at-rest.html",
        },
        Link {
            title: "AWS KMS Developer Guide: AWS KMS condition keys",
            url: "https://docs.aws.amazon.com/kms/latest/developerguide/conditions-kms.html",
        },
    ],
    assumes: PATH_ASSUMPTIONS,
    example: Example {
        fail: include_str!("../../testdata/rules/workload-volume-key-usable/fail.tf"),
        pass: include_str!("../../testdata/rules/workload-volume-key-usable/pass.tf"),
    },
    check: Check::Resource(
        &[
            Kind::Notebook,
            Kind::ProcessingJob,
            Kind::ProcessingJobMonitor,
        ],
        check,
    ),
};

fn check(context: &Context<'_, '_>, workload: &Subject<'_, '_>) -> Verdict {
    let steps = [Step::GrantVolumeKey, Step::DescribeVolumeKey];
    let kinds = [WorkloadKind::Notebook, WorkloadKind::DeclaredJob];
    let paths = paths_of(context, workload, &kinds);
    // Of a notebook's key that somebody may hand over, nothing more can be told here.
    let key = context.key_use(workload.resource.if_any("kms_key_id"));
    let handed = match (workload.resource.kind(), key) {
        (Some(Kind::Notebook), KeyUse::Customer) => Verdict::Holds,
        _ => Verdict::NotApplicable,
    };
    handed.worse(judge(
        context,
        paths,
        |hop| steps.contains(&hop.step),
        |hop| Some(code(hop)),
    ))
}

fn code(hop: &Hop) -> &'static str {
    match hop.step {
        Step::GrantVolumeKey => "creategrant-missing",
        _ => "describekey-missing",
    }
}
