//! PG-PJ-006.

use super::customer_keys::key_fault;
use super::{Check, Context, Example, KeyUse, Link, Rule, RuleKind, Subject};
use crate::access::Encryption;
use crate::finding::{Evidence, Severity, Verdict};
use crate::iam::equal_texts;
use crate::model::graph::ResourceId;
use crate::model::resource::Standing;
use crate::model::source::Span;
use crate::model::truth::Truth;
use crate::paths::Step;
use crate::workload::{JOB_KINDS, ProcessingJob, bucket_of};

pub(super) const RULE: Rule = Rule {
    id: "processing-job-output-key-matches-bucket",
    alias: "PG-PJ-006",
    kind: RuleKind::Secure,
    tier: 1,
    severity: Severity::Medium,
    summary: "what a Processing job writes lies under the same key as the rest of its bucket",
    why: "Objects under two keys in one bucket are open to two sets of readers: whoever was given the bucket's key \
          cannot read the results, and whoever holds the other key is not seen where the bucket is reviewed.",
    unsure: "Compared are the job's output key and the default key of each bucket of the input that it writes. That an \
             output has no key of yours is said by PG-PJ-005, that a bucket has none by PG-S3-001, and that a bucket policy \
             denies the upload by PG-PATH-005. A key that `approved_keys` names may differ.",
    fix: "encrypt the output with the bucket's default key",
    references: &[
        Link {
            title: "Amazon SageMaker AI API Reference: ProcessingOutputConfig, KmsKeyId",
            url: "https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_ProcessingOutputConfig.html",
        },
        Link {
            title: "Amazon S3 User Guide: Using server-side encryption with AWS KMS keys (SSE-KMS)",
            url: "https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingKMSEncryption.html",
        },
    ],
    assumes: &[],
    example: Example {
        fail: include_str!("../../testdata/rules/processing-job-output-key-matches-bucket/fail.tf"),
        pass: include_str!("../../testdata/rules/processing-job-output-key-matches-bucket/pass.tf"),
    },
    check: Check::Resource(JOB_KINDS, check),
};

fn check(context: &Context<'_, '_>, subject: &Subject<'_, '_>) -> Verdict {
    let subject = context.subject(subject.id);
    let Some(job) = ProcessingJob::of(subject.resource) else {
        return Verdict::NotApplicable;
    };
    let path = job.output_key();
    let value = subject.resource.get(&path);
    match context.key_use(value) {
        KeyUse::Customer | KeyUse::Unknown(_) => {}
        KeyUse::Absent | KeyUse::AwsManaged(_) => return Verdict::NotApplicable,
    }
    let key = context.access.key_named(value, &subject.value_name(&path));
    let one = Output {
        context,
        job: subject,
        path: &path,
        key,
    };
    let mut verdict = Verdict::NotApplicable;
    let mut seen = Vec::new();
    for uri in job.output_uris() {
        let bucket = bucket_of(context.graph, uri);
        let bucket = bucket.filter(|id| context.graph.get(*id).standing != Standing::Context);
        let Some(id) = bucket.filter(|id| !seen.contains(id)) else {
            continue;
        };
        seen.push(id);
        if !is_denied(context, subject.id, id) {
            verdict = verdict.worse(one.beside(id, uri.origin));
        }
    }
    verdict
}

/// Whether it is said already that the bucket refuses what the job writes.
fn is_denied(context: &Context<'_, '_>, job: ResourceId, bucket: ResourceId) -> bool {
    let mut paths = context.paths().iter();
    paths.any(|path| {
        let mut writes = path.steps(&[Step::Write]);
        path.workload.id == job
            && writes.any(|hop| hop.on == Some(bucket) && hop.decision.must_be_denied())
    })
}

/// The key under which a job writes.
struct Output<'r, 'g, 'a> {
    context: &'r Context<'g, 'a>,
    job: Subject<'g, 'a>,
    path: &'r str,
    key: Encryption,
}

impl Output<'_, '_, '_> {
    /// Whether it is the default key of a bucket.
    fn beside(&self, bucket: ResourceId, written: Span) -> Verdict {
        let access = &self.context.access;
        let own = self.job.own_path(self.path);
        let name = self.context.graph.get(bucket).address.as_str();
        let at = self.job.place(self.path);
        let unsure = |what: &str, why| {
            let message = format!(
                "cannot tell whether this job writes under the default key of `{name}`: {what} is not known ({why})"
            );
            let evidence = Evidence::new(message, at).about(name);
            Verdict::Unsure(vec![evidence.hinges_on(what, why)])
        };
        let default = match access.encryption(&access.object(bucket)) {
            Encryption::Key(default) => default,
            Encryption::Unknown(what, why) => return unsure(&what, why),
            // That the bucket has no key of its own is another matter.
            Encryption::Free | Encryption::AwsManaged => return Verdict::Holds,
        };
        let key = match &self.key {
            Encryption::Key(key) => key,
            Encryption::Unknown(what, why) => return unsure(what, *why),
            Encryption::Free | Encryption::AwsManaged => return Verdict::NotApplicable,
        };
        let is_same = match (key.id, default.id) {
            (Some(one), Some(other)) => Truth::from(one == other),
            _ => equal_texts(&key.arn, &default.arn),
        };
        match is_same {
            Truth::Yes => Verdict::Holds,
            Truth::No if self.is_approved() => Verdict::Holds,
            Truth::No => {
                let message = format!(
                    "`{own}` is `{}`, but the rest of `{name}` lies under `{}`: who reads the bucket cannot read the results, and others can",
                    key.name, default.name
                );
                let fix = format!("set `{own}` to `{}`", default.name);
                let evidence = Evidence::new(message, at).about(name).fix(fix);
                Verdict::Broken(vec![evidence.related("the output", written)])
            }
            Truth::Unknown => {
                let open = [key, &default]
                    .into_iter()
                    .find(|one| one.arn.known().is_none());
                let what = open.map_or(key.name.as_str(), |one| one.name.as_str());
                unsure(
                    &format!("the ARN of {what}"),
                    crate::model::value::Why::KnownAfterApply,
                )
            }
        }
    }

    /// Whether the user says that data may lie under this key.
    fn is_approved(&self) -> bool {
        let value = self.job.resource.get(self.path);
        let is_asked = !self.context.settings.approved_keys.is_empty();
        is_asked && key_fault(self.context, value) == Ok(None)
    }
}
