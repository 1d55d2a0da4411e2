//! PG-PJ-004.

use super::customer_keys::{KeyFault, key_fault, not_approved};
use super::{Check, Context, Example, Link, Rule, RuleKind, Setting, Subject};
use crate::finding::{Evidence, Severity, Verdict};
use crate::model::truth::Truth;
use crate::workload::{JOB_KINDS, ProcessingJob};

pub(super) const RULE: Rule = Rule {
    id: "processing-job-volume-encrypted-with-customer-key",
    alias: "PG-PJ-004",
    kind: RuleKind::Secure,
    tier: 1,
    severity: Severity::Medium,
    summary: "the scratch volumes of a Processing job are encrypted with a customer managed key, where the instance type takes one",
    why: "Scratch volumes hold the data while the job runs; without a key they are under one of the \
          service. Instance types with local NVMe storage encrypt it in hardware and reject a key: the \
          job fails (`volume-key-rejected-on-local-storage`).",
    unsure: "An absent key breaks the rule on instance types with EBS volumes, and is right on those with \
             local storage. An instance type that is not known is unsure.",
    fix: "set `processing_resources.cluster_config.volume_kms_key_id` to a customer managed key; remove \
          it on instance types with local storage",
    references: &[
        Link {
            title: "Amazon SageMaker AI API Reference: ProcessingClusterConfig, VolumeKmsKeyId",
            url: "https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_ProcessingClusterConfig.html",
        },
        Link {
            title: "Amazon SageMaker AI Developer Guide: Key Management",
            url: "https://docs.aws.amazon.com/sagemaker/latest/dg/key-management.html",
        },
    ],
    assumes: &[],
    example: Example {
        fail: include_str!(
            "../../testdata/rules/processing-job-volume-encrypted-with-customer-key/fail.tf"
        ),
        pass: include_str!(
            "../../testdata/rules/processing-job-volume-encrypted-with-customer-key/pass.tf"
        ),
    },
    check: Check::Resource(JOB_KINDS, check),
};

fn check(context: &Context<'_, '_>, subject: &Subject<'_, '_>) -> Verdict {
    let Some(job) = ProcessingJob::of(subject.resource) else {
        return Verdict::NotApplicable;
    };
    let (key_path, type_path) = (
        job.cluster("volume_kms_key_id"),
        job.cluster("instance_type"),
    );
    let own = subject.own_path(&key_path);
    let key = key_fault(context, subject.resource.get(&key_path));
    let types = job.instance_types().into_iter().map(Setting::of);
    let types: Vec<_> = types
        .map(|setting| match &setting {
            Setting::Known { text, .. } => (has_local_storage(text), setting),
            Setting::Absent | Setting::Unknown(..) => (Truth::Unknown, setting),
        })
        .collect();
    let mut all_local = types.iter().map(|(local, _)| *local);
    let local = all_local.next().unwrap_or(Truth::Unknown);
    let is_mixed = all_local.any(|other| other != local);
    let local = if is_mixed { Truth::Unknown } else { local };
    let undecided = types.iter().find(|(local, _)| *local == Truth::Unknown);
    let question = "whether this job's volumes are under your own key";
    let at = subject.place(&key_path);
    match (local, key) {
        (Truth::No, Ok(None)) | (Truth::Yes, Ok(Some(KeyFault::Absent))) => Verdict::Holds,
        (Truth::Yes, Ok(_)) => Verdict::Broken(vec![
            Evidence::new(
                format!("`{own}` is set on an instance type with local storage, which takes no key: the job will be rejected"),
                at,
            )
            .code("volume-key-rejected-on-local-storage")
            .severity(Severity::High)
            .related("the instance type", subject.place(&type_path))
            .fix(format!("remove `{own}`, or choose an instance type with EBS volumes")),
        ]),
        (_, Ok(Some(KeyFault::AwsManaged(key)))) => Verdict::Broken(vec![Evidence::new(
            format!("`{own}` names `{key}`, a key that AWS manages: you cannot change its policy, and so not revoke its use"),
            at,
        )
        .fix(format!("set `{own}` to a customer managed key"))]),
        (Truth::No, Ok(Some(KeyFault::Absent))) => Verdict::Broken(vec![Evidence::new(
            format!("`{own}` is not set, so this job's scratch volumes are under a key of the service"),
            at,
        )
        .fix(format!("set `{own}` to a customer managed key"))]),
        (_, Ok(Some(KeyFault::NotApproved(key)))) => {
            Verdict::Broken(vec![not_approved(&own, &key, at)])
        }
        (Truth::Yes | Truth::No, Err(why)) => {
            Verdict::Unsure(vec![subject.unsure(&key_path, why, question)])
        }
        (Truth::Unknown, _) => Verdict::Unsure(vec![match undecided {
            Some((_, Setting::Unknown(why, _))) => subject.unsure(&type_path, *why, question),
            Some((_, Setting::Known { text, .. })) => Evidence::new(
                format!("cannot tell whether instance type `{text}` has local storage, which takes no key"),
                subject.place(&type_path),
            ),
            None if is_mixed => Evidence::new(
                "cannot tell whether this job's volumes take a key: of the instance types that it may get, some have local storage, which takes none",
                at,
            )
            .fix("prefer instance types that all have EBS volumes, or all local storage"),
            Some((_, Setting::Absent)) | None => Evidence::new(
                "cannot tell whether the instances of this job have local storage, which takes no key: no instance type is set",
                at,
            ),
        }]),
    }
}

/// Whether instances of this type (`ml.g5.xlarge`) have local `NVMe` storage. Source: Amazon SageMaker AI
/// API Reference, `ProcessingClusterConfig`; Amazon EC2 instance type naming conventions (`d`).
fn has_local_storage(instance_type: &str) -> Truth {
    let name = instance_type.strip_prefix("ml.").unwrap_or(instance_type);
    let family = name.split(['.', '-']).next().unwrap_or(name);
    let series = family.trim_end_matches(|letter: char| !letter.is_ascii_digit());
    let options = family.strip_prefix(series).unwrap_or("");
    match series {
        "g4" if options == "dn" => Truth::Yes,
        "g5" | "g6" | "g7" | "p5" => Truth::Yes,
        _ if options.contains('d') || series.starts_with('i') || series == "trn1" => Truth::Yes,
        "t3" | "m4" | "m5" | "m6" | "m7" | "m8" | "c4" | "c5" | "c6" | "c7" | "c8" | "r5"
        | "r6" | "r7" | "r8" | "p2" | "p3" => Truth::No,
        _ => Truth::Unknown,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tells_local_storage_by_family() {
        for local in [
            "ml.g4dn.xlarge",
            "ml.g5.2xlarge",
            "ml.g6e.xlarge",
            "ml.p5.48xlarge",
            "ml.p4d.24xlarge",
            "ml.r5d.large",
            "ml.m6id.large",
            "ml.p3dn.24xlarge",
            "ml.trn1.2xlarge",
        ] {
            assert_eq!(has_local_storage(local), Truth::Yes, "{local}");
        }
        for ebs in [
            "ml.m5.xlarge",
            "ml.t3.medium",
            "ml.c6i.large",
            "ml.m7i-flex.large",
            "ml.p3.2xlarge",
        ] {
            assert_eq!(has_local_storage(ebs), Truth::No, "{ebs}");
        }
        assert_eq!(has_local_storage("ml.q9.large"), Truth::Unknown);
    }
}
