//! PG-KMS-012.

use super::hops::{because, paths_of, unsure};
use super::{Check, Context, Example, Link, PATH_ASSUMPTIONS, Rule, RuleKind, Subject};
use crate::finding::{Evidence, Severity, Verdict};
use crate::iam::Decision;
use crate::model::graph::Target;
use crate::model::vocabulary::Kind;
use crate::paths::{Hop, Outcome, Step, WorkloadKind};
use crate::workload::ProcessingJob;

pub(super) const RULE: Rule = Rule {
    id: "volume-key-is-not-data-access",
    alias: "PG-KMS-012",
    kind: RuleKind::Explain,
    tier: 1,
    severity: Severity::Info,
    summary: "no workload has the data's key on its volume in the place of a permission",
    why: "Assigning the bucket's key to a notebook or a job encrypts its volume, and gives its role no \
          permission to read or to decrypt the data.",
    unsure: "Emitted where the key of the volume is that of a bucket which the workload cannot read; not \
             where the path is unsure.",
    fix: "give the role the permissions on the bucket and on the key",
    references: &[
        Link {
            title: "Amazon SageMaker AI Developer Guide: Protect Data at Rest Using Encryption",
            url: "https://docs.aws.amazon.com/sagemaker/latest/dg/encryption-at-rest.html",
        },
        Link {
            title: "Amazon S3 User Guide: Using server-side encryption with AWS KMS keys (SSE-KMS)",
            url: "https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingKMSEncryption.html",
        },
    ],
    assumes: PATH_ASSUMPTIONS,
    example: Example {
        fail: include_str!("../../testdata/rules/volume-key-is-not-data-access/fail.tf"),
        pass: include_str!("../../testdata/rules/volume-key-is-not-data-access/pass.tf"),
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
    let path = match ProcessingJob::of(workload.resource) {
        Some(job) => job.cluster("volume_kms_key_id"),
        None => "kms_key_id".to_owned(),
    };
    let Some(value) = workload.resource.get(&path) else {
        return Verdict::NotApplicable;
    };
    let Target::Resource(volume) = context.graph.target(value, Kind::KEYS) else {
        return Verdict::NotApplicable;
    };
    let volume = context.access.key_of_alias(volume).unwrap_or(volume);
    let kinds = [WorkloadKind::Notebook, WorkloadKind::DeclaredJob];
    let mut verdict = Verdict::NotApplicable;
    for path in paths_of(context, workload, &kinds) {
        let steps = [Step::List, Step::Read, Step::Decrypt];
        let is_same = path
            .steps(&[Step::Decrypt])
            .any(|hop| hop.on == Some(volume));
        if !is_same {
            continue;
        }
        verdict = verdict.worse(Verdict::Holds);
        match Outcome::of(path.steps(&steps)) {
            Outcome::Proven => continue,
            Outcome::Broken => {}
            Outcome::Unsure => {
                let is_open = |hop: &&Hop| hop.decision == Decision::Undecided;
                let open: Vec<_> = path.steps(&steps).filter(is_open).collect();
                verdict = verdict.worse(Verdict::Unsure(vec![unsure(context, path, &open)]));
                continue;
            }
        }
        let mut missing = path
            .steps(&steps)
            .filter(|hop| hop.decision.must_be_denied());
        let Some(first) = missing.next() else {
            continue;
        };
        let key = context.graph.get(volume).address.as_str();
        let mut actions = vec![format!("`{}`", first.action)];
        actions.extend(missing.map(|hop| format!("`{}`", hop.action)));
        let message = format!(
            "`{key}` encrypts this workload's volume, which does not let `{}` read the data under the same \
             key: it lacks {} ({})",
            path.role.name,
            actions.join(", "),
            because(first)
        );
        let evidence = Evidence::new(message, value.origin).about(key);
        verdict = verdict.worse(Verdict::Broken(vec![evidence]));
    }
    verdict
}
