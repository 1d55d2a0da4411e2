//! PG-S3-001.

use super::{
    Check, Context, Example, KeyUse, Link, PROTECTED_BUCKETS, Rule, RuleKind, Setting, Subject,
};
use crate::finding::{Evidence, Severity, Verdict};
use crate::model::graph::Part;
use crate::model::resource::Resource;
use crate::model::source::Span;
use crate::model::value::{Data, Map, Why};
use crate::model::vocabulary::{Kind, Language};

const DEFAULT: &str = "apply_server_side_encryption_by_default";

pub(super) const RULE: Rule = Rule {
    id: "bucket-default-encryption-with-customer-key",
    alias: "PG-S3-001",
    kind: RuleKind::Secure,
    tier: 1,
    severity: Severity::High,
    summary: "a bucket encrypts by default with a customer managed KMS key",
    why: "S3's own encryption has no key policy: whoever may read the bucket reads the data, and there is \
          no key to take away. Under `aws/s3` there is a key, but its policy cannot be changed and no other account can \
          use it. With `allow_sse_s3` S3's own encryption is medium. One level less for a bucket that is not known to \
          hold protected data.",
    unsure: "A bucket without an encryption configuration uses SSE-S3, which breaks the rule (`sse-s3`); \
             `aws:kms` without a key id uses `aws/s3` (`aws-managed-key`). Not judged are buckets that logs of access \
             or of load balancers are written into, which S3 and Elastic Load Balancing do under S3's own encryption \
             only.",
    fix: "add `aws_s3_bucket_server_side_encryption_configuration` with `sse_algorithm = \"aws:kms\"` and \
          `kms_master_key_id` of a customer managed key",
    references: &[Link {
        title: "Amazon S3 User Guide: Setting default server-side encryption behavior for Amazon S3 buckets",
        url: "https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucket-encryption.html",
    }],
    assumes: &[PROTECTED_BUCKETS],
    example: Example {
        fail: include_str!(
            "../../testdata/rules/bucket-default-encryption-with-customer-key/fail.tf"
        ),
        pass: include_str!(
            "../../testdata/rules/bucket-default-encryption-with-customer-key/pass.tf"
        ),
    },
    check: Check::Resource(&[Kind::Bucket], check),
};

fn check(context: &Context<'_, '_>, bucket: &Subject<'_, '_>) -> Verdict {
    if context.log_destinations().takes_no_key(bucket.id) {
        return Verdict::NotApplicable;
    }
    let severity = context.on_protected(bucket.id, Severity::High);
    let of_s3 = if context.settings.allow_sse_s3 {
        context.on_protected(bucket.id, Severity::Medium)
    } else {
        severity
    };
    let parts = context.graph.parts(bucket.id, Kind::BucketSse);
    let mut defaults = Vec::new();
    for part in &parts.found {
        let Some(rules) = part.get("rule") else {
            continue;
        };
        for rule in rules.as_list().unwrap_or(std::slice::from_ref(rules)) {
            match &rule.data {
                Data::Map(map) => defaults.push((part, map)),
                Data::Unknown(why) => {
                    return unsure(part, "rule", *why, rule.origin, severity);
                }
                _ => {}
            }
        }
    }
    if defaults.is_empty() {
        let address = bucket.resource.address.as_str();
        return match parts.perhaps_more {
            Some(why) => Verdict::Unsure(vec![
                Evidence::new(
                    format!("cannot tell how this bucket encrypts: its encryption configuration is not known ({why})"),
                    bucket.resource.origin,
                )
                .hinges_on(format!("the encryption configuration of {address}"), why)
                .severity(severity),
            ]),
            None if !parts.deleted.is_empty() => deleted(&parts.deleted, of_s3),
            None => sse_s3(bucket.resource.origin, "has no encryption configuration", of_s3),
        };
    }
    let verdicts = defaults
        .iter()
        .map(|(part, rule)| judge(context, part, rule, severity, of_s3));
    verdicts.fold(Verdict::Holds, Verdict::worse)
}

fn judge(
    context: &Context<'_, '_>,
    part: &Part<'_, '_>,
    rule: &Map<'_>,
    severity: Severity,
    of_s3: Severity,
) -> Verdict {
    let said_by = part.said_by.origin;
    // What a provider reads back inside of the bucket is nobody's to set.
    let is_written = part.said_by.kind() == Some(Kind::BucketSse)
        || context.graph.language() == Language::CloudFormation;
    let by_s3 = |at, what: &str| match sse_s3(at, what, of_s3) {
        Verdict::Broken(evidence) if is_written => {
            let address = part.said_by.address.as_str();
            let fix = format!(
                "set `sse_algorithm` of {address} to `aws:kms`, and `kms_master_key_id` to a customer managed key"
            );
            let evidence = evidence.into_iter().map(|one| one.fix(fix.as_str()));
            Verdict::Broken(evidence.collect())
        }
        other => other,
    };
    let Some(algorithm) = rule.at(&format!("{DEFAULT}.sse_algorithm")) else {
        return by_s3(said_by, "names no algorithm for its encryption");
    };
    match Setting::of(algorithm) {
        Setting::Known { text, at, .. } if !text.starts_with("aws:kms") => {
            return by_s3(at, &format!("encrypts with `{text}` by default"));
        }
        Setting::Known { .. } => {}
        Setting::Absent => {
            return by_s3(said_by, "names no algorithm for its encryption");
        }
        Setting::Unknown(why, at) => {
            return unsure(
                part,
                &format!("rule.{DEFAULT}.sse_algorithm"),
                why,
                at,
                severity,
            );
        }
    }
    let key = rule.at(&format!("{DEFAULT}.kms_master_key_id"));
    let at = key.map_or(algorithm.origin, |key| key.origin);
    match context.key_use(key) {
        KeyUse::Customer => Verdict::Holds,
        KeyUse::Absent => {
            let what = "names no KMS key for its encryption, so AWS's own `aws/s3` is used";
            aws_managed(part, at, what, severity)
        }
        KeyUse::AwsManaged(key) => {
            let what = format!("encrypts under `{key}`, a key that AWS manages");
            aws_managed(part, at, &what, severity)
        }
        KeyUse::Unknown(why) => unsure(
            part,
            &format!("rule.{DEFAULT}.kms_master_key_id"),
            why,
            at,
            severity,
        ),
    }
}

/// Without its configuration a bucket is back to S3's own encryption.
fn deleted(configurations: &[&Resource<'_>], severity: Severity) -> Verdict {
    let evidence = configurations.iter().map(|configuration| {
        let address = configuration.address.as_str();
        Evidence::new(
            format!(
                "this change deletes {address}, so this bucket goes back to S3's own encryption, which has no key policy that says who may read"
            ),
            configuration.origin,
        )
        .code("sse-s3")
        .about("deleted")
        .severity(severity)
        .fix(format!("keep {address}"))
    });
    Verdict::Broken(evidence.collect())
}

fn sse_s3(at: Span, what: &str, severity: Severity) -> Verdict {
    Verdict::Broken(vec![
        Evidence::new(
            format!(
                "this bucket {what}: S3's own encryption has no key policy that says who may read"
            ),
            at,
        )
        .code("sse-s3")
        .severity(severity),
    ])
}

fn aws_managed(part: &Part<'_, '_>, at: Span, what: &str, severity: Severity) -> Verdict {
    let address = part.said_by.address.as_str();
    Verdict::Broken(vec![
        Evidence::new(
            format!(
                "this bucket {what}: its policy cannot be changed, and no other account can use it"
            ),
            at,
        )
        .code("aws-managed-key")
        .severity(severity)
        .fix(format!(
            "set `kms_master_key_id` of {address} to a customer managed key"
        )),
    ])
}

fn unsure(part: &Part<'_, '_>, path: &str, why: Why, at: Span, severity: Severity) -> Verdict {
    let address = part.said_by.address.as_str();
    Verdict::Unsure(vec![
        Evidence::new(
            format!("cannot tell whether this bucket encrypts under your own key: `{path}` is not known ({why})"),
            at,
        )
        .hinges_on(format!("{address}.{path}"), why)
        .severity(severity),
    ])
}
