//! PG-PJ-011.

use super::bucket_trust::{Trust, trust};
use super::job_places::{Place, place, unsure_owner};
use super::{Check, Context, Example, Link, Rule, RuleKind, Subject};
use crate::finding::{Evidence, Severity, Verdict};
use crate::iam::Text;
use crate::model::value::{Value, Why};
use crate::workload::{JOB_KINDS, ProcessingJob};

pub(super) const RULE: Rule = Rule {
    id: "processing-job-buckets-trusted",
    alias: "PG-PJ-011",
    kind: RuleKind::Secure,
    tier: 1,
    severity: Severity::High,
    summary: "a Processing job reads and writes buckets of your own, and of those whom you trust",
    why: "An address in S3 is a name like any other: with a letter changed, or taken over after a bucket was deleted, \
          the results go to somebody else's bucket, and nothing fails. What a job reads from there, somebody else wrote.",
    unsure: "A bucket of the input is trusted, and an access point of an own account or of `trusted_accounts`. Whose another \
             bucket is, its name does not tell: unsure without `trusted_buckets`, broken where that does not name it. \
             SageMaker's sample data may be read. The bucket that SageMaker makes for an account of its own accord is low.",
    fix: "build the address from the bucket resource, or name the bucket in `trusted_buckets`",
    references: &[
        Link {
            title: "Amazon SageMaker AI API Reference: ProcessingS3Output",
            url: "https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_ProcessingS3Output.html",
        },
        Link {
            title: "Amazon S3 User Guide: Verifying bucket ownership with bucket owner condition",
            url: "https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucket-owner-condition.html",
        },
    ],
    assumes: &[],
    example: Example {
        fail: include_str!("../../testdata/rules/processing-job-buckets-trusted/fail.tf"),
        pass: include_str!("../../testdata/rules/processing-job-buckets-trusted/pass.tf"),
    },
    check: Check::Resource(JOB_KINDS, check),
};

fn check(context: &Context<'_, '_>, subject: &Subject<'_, '_>) -> Verdict {
    let subject = context.subject(subject.id);
    let Some(job) = ProcessingJob::of(subject.resource) else {
        return Verdict::NotApplicable;
    };
    let queries = job.dataset_uris();
    let is_query = |uri: &Value<'_>| queries.iter().any(|one| std::ptr::eq(*one, uri));
    let inputs = job.input_uris().into_iter();
    let inputs = inputs.map(|uri| (uri, is_query(uri)));
    let outputs = job.output_uris().into_iter().map(|uri| (uri, true));
    // What is written matters more where a bucket is both.
    let mut all: Vec<_> = outputs.chain(inputs).collect();
    all.sort_by_key(|(_, writes)| !writes);
    let mut verdict = Verdict::NotApplicable;
    let mut seen: Vec<Text> = Vec::new();
    for (uri, writes) in all {
        let of = subject.resource.address.as_str();
        let one = Used {
            context,
            job: subject,
            uri,
            writes,
        };
        verdict = verdict.worse(match place(context, uri, of) {
            Some(place) if seen.contains(&place.name) => Verdict::Holds,
            Some(place) => {
                seen.push(place.name.clone());
                one.judge(&place)
            }
            None => one.not_told(),
        });
        // Addresses that are not known for one reason are one missing fact.
        if let Verdict::Unsure(evidence) = &mut verdict {
            evidence.dedup_by(|one, other| one.message == other.message);
        }
    }
    match job.unknown_places() {
        Some((path, why)) => {
            let question = "which buckets this job works with";
            verdict.worse(Verdict::Unsure(vec![subject.unsure(&path, why, question)]))
        }
        None => verdict,
    }
}

/// A bucket that a job reads or writes.
struct Used<'r, 'g, 'a> {
    context: &'r Context<'g, 'a>,
    job: Subject<'g, 'a>,
    uri: &'r Value<'a>,
    writes: bool,
}

impl Used<'_, '_, '_> {
    fn judge(&self, place: &Place) -> Verdict {
        match trust(self.context, &self.job, place, self.writes) {
            Trust::Trusted => Verdict::Holds,
            Trust::Default(shown) => self.default_bucket(&shown),
            Trust::Foreign { shown, account } => self.foreign(&shown, &account),
            Trust::NotNamed(shown) => {
                let message = format!(
                    "this job {} `{shown}`, which is neither in the input nor among `trusted_buckets`",
                    self.does()
                );
                Verdict::Broken(vec![self.evidence(&message, &shown)])
            }
            Trust::OfAccount {
                shown,
                account,
                hinges,
            } => {
                let whose = format!("whose `{shown}` this job {}", self.does());
                let evidence = self.evidence("", &format!("`{shown}`"));
                let evidence = unsure_owner(self.context, &account, &whose, evidence, hinges);
                Verdict::Unsure(vec![evidence])
            }
            Trust::Outside(shown) => self.outside(&shown),
            Trust::NotTold => self.not_told(),
        }
    }

    /// A bucket that the input does not have.
    fn outside(&self, shown: &str) -> Verdict {
        let message = format!(
            "cannot tell whose bucket this job {}: `{shown}` is not in the input; name it in `trusted_buckets` if it is one that you trust",
            self.does()
        );
        let value = format!("the owner of {shown}");
        let evidence = self.evidence(&message, shown);
        Verdict::Unsure(vec![evidence.hinges_on(value, Why::ExternalResource)])
    }

    fn foreign(&self, shown: &str, account: &Text) -> Verdict {
        let consequence = if self.writes {
            "whoever owns it has what is written"
        } else {
            "whoever owns it decides what the job works with"
        };
        let message = format!(
            "this job {} `{shown}` of account {}, which is not one of yours: {consequence}",
            self.does(),
            self.context.access.show(account)
        );
        Verdict::Broken(vec![self.evidence(&message, shown)])
    }

    fn default_bucket(&self, shown: &str) -> Verdict {
        let message = format!(
            "this job {} `{shown}`, the bucket that SageMaker makes for the whole account: every notebook and job shares it, and nothing here says who reads it",
            self.does()
        );
        let evidence = self.evidence(&message, shown).severity(Severity::Low);
        Verdict::Broken(vec![
            evidence
                .code("default-bucket-used")
                .fix("name a bucket of this workload's own"),
        ])
    }

    fn not_told(&self) -> Verdict {
        let why = self.context.graph.why_not_known(self.uri);
        let message = format!(
            "cannot tell which bucket this job {}: an address is not known ({why})",
            self.does()
        );
        let value = format!("an S3 address of {}", self.job.resource.address.as_str());
        let evidence = Evidence::new(message, self.uri.origin).about(if self.writes {
            "writes"
        } else {
            "reads"
        });
        Verdict::Unsure(vec![evidence.hinges_on(value, why)])
    }

    fn does(&self) -> &'static str {
        if self.writes {
            "writes to"
        } else {
            "reads from"
        }
    }

    fn evidence(&self, message: &str, shown: &str) -> Evidence {
        Evidence::new(message, self.uri.origin).about(shown)
    }
}
