//! PG-S3-008.

use super::data_events::{Recorded, recorded};
use super::resource_policies::graded;
use super::statements::named_hinges;
use super::{Check, Context, Example, Link, PROTECTED_BUCKETS, Rule, RuleKind, Subject};
use crate::finding::{Evidence, Severity, Verdict};
use crate::model::graph::{Parts, ResourceId, Target};
use crate::model::truth::Truth;
use crate::model::value::{Value, Why};
use crate::model::vocabulary::{Kind, Language};

pub(super) const RULE: Rule = Rule {
    id: "bucket-access-recorded",
    alias: "PG-S3-008",
    kind: RuleKind::Secure,
    tier: 3,
    severity: Severity::Low,
    summary: "it is recorded who reads and writes a bucket's objects, by server access logging or by a trail's data events",
    why: "After an incident nobody can tell which objects were read, and by whom: trails record no access to objects \
          unless a selector asks for it. One level less for a bucket that is not known to hold protected data.",
    unsure: "A bucket without either breaks the rule, and so does one of which a trail records only some (`partial`): \
             reading or writing alone, some objects, some callers. A trail counts for the buckets of its account and \
             region, or of all if it says so. Not judged are buckets that logs are written into: of access, of load \
             balancers, of trails, of AWS Config.",
    fix: "add `aws_s3_bucket_logging` with `target_bucket`, or a data event selector for this bucket's objects to a trail",
    references: &[
        Link {
            title: "Amazon S3 User Guide: Logging options for Amazon S3",
            url: "https://docs.aws.amazon.com/AmazonS3/latest/userguide/logging-with-S3.html",
        },
        Link {
            title: "AWS CloudTrail User Guide: Logging data events",
            url: "https://docs.aws.amazon.com/awscloudtrail/latest/userguide/logging-data-events-with-cloudtrail.html",
        },
    ],
    assumes: &[PROTECTED_BUCKETS],
    example: Example {
        fail: include_str!("../../testdata/rules/bucket-access-recorded/fail.tf"),
        pass: include_str!("../../testdata/rules/bucket-access-recorded/pass.tf"),
    },
    check: Check::Resource(&[Kind::Bucket], check),
};

fn check(context: &Context<'_, '_>, bucket: &Subject<'_, '_>) -> Verdict {
    let parts = context.graph.parts(bucket.id, Kind::BucketLog);
    let (logs, mut open) = logs(bucket, &parts);
    if logs == Truth::Yes {
        return Verdict::Holds;
    }
    if context.log_destinations().has(bucket.id) {
        return Verdict::NotApplicable;
    }
    let mut recorded = recorded(context, bucket);
    if recorded.reads.and(recorded.writes) == Truth::Yes {
        return Verdict::Holds;
    }
    open.append(&mut recorded.open);
    let verdict = if open.is_empty() {
        Verdict::Broken(vec![broken(context, bucket, &parts, &recorded)])
    } else {
        let message =
            "cannot tell whether it is recorded who reads and writes this bucket's objects";
        let evidence = Evidence::new(message, bucket.resource.origin);
        Verdict::Unsure(vec![named_hinges(evidence, &open)])
    };
    graded(verdict, context.on_protected(bucket.id, Severity::Low))
}

/// Whether access is logged; what that hinges on.
fn logs(bucket: &Subject<'_, '_>, parts: &Parts<'_, '_>) -> (Truth, Vec<(String, Why)>) {
    let (mut logs, mut open) = (Truth::No, Vec::new());
    for part in &parts.found {
        let why = part.get("target_bucket").and_then(Value::why_unknown);
        // Which bucket it is does not matter, but that there is a configuration does.
        match why.filter(|why| matches!(why, Why::NumberNotKnown | Why::ConditionNotKnown)) {
            Some(why) => {
                logs = logs.or(Truth::Unknown);
                open.push((part.said_by.address.as_str().to_owned(), why));
            }
            None => logs = Truth::Yes,
        }
    }
    if let Some(why) = parts.perhaps_more {
        logs = logs.or(Truth::Unknown);
        let address = bucket.resource.address.as_str();
        open.push((format!("the logging of {address}"), why));
    }
    (logs, open)
}

fn broken(
    context: &Context<'_, '_>,
    bucket: &Subject<'_, '_>,
    parts: &Parts<'_, '_>,
    recorded: &Recorded,
) -> Evidence {
    let address = |id| context.graph.get(id).address.as_str();
    if let Some(deleted) = parts.deleted.first() {
        let deleted_address = deleted.address.as_str();
        let message = format!(
            "this change deletes {deleted_address}, so nothing records any more who reads and writes this bucket's objects"
        );
        return Evidence::new(message, deleted.origin)
            .about("deleted")
            .fix(format!("keep {deleted_address}"));
    }
    if let Some(trail) = recorded.by.first() {
        let what = match (recorded.reads, recorded.writes) {
            (Truth::Yes, _) => "only reading of this bucket's objects: who writes or deletes them",
            (_, Truth::Yes) => "only writing of this bucket's objects: who reads them",
            _ => "only some of the access to this bucket's objects: the rest",
        };
        let trail = context.graph.get(*trail);
        let message = format!(
            "`{}` records {what} leaves no trace",
            trail.address.as_str()
        );
        let fix = format!(
            "let a selector of {} take reading and writing of all objects: `AWS::S3::Object` with {}",
            trail.address.as_str(),
            objects(context, bucket),
        );
        return Evidence::new(message, trail.origin)
            .code("partial")
            .fix(fix);
    }
    if let Some(id) = recorded.stopped {
        let path = "enable_logging";
        let trail = context.subject(id);
        let message = format!(
            "`{}` would record who reads and writes this bucket's objects, but its `{}` is `false`",
            trail.resource.address.as_str(),
            trail.own_path(path)
        );
        return Evidence::new(message, trail.place(path))
            .fix(format!(
                "set `{}` of {} to `true`",
                trail.own_path(path),
                trail.resource.address.as_str()
            ))
            .edit(trail.set(path, "true"));
    }
    let (beside, trails) = match recorded.trails.first() {
        Some(trail) => (
            format!("`{}` records none of its data events", address(*trail)),
            format!(
                "or a selector for data events of `AWS::S3::Object` with {} to {}",
                objects(context, bucket),
                address(*trail)
            ),
        ),
        None => (
            "no trail records its data events".to_owned(),
            "or a trail with data events of its objects".to_owned(),
        ),
    };
    let message = format!(
        "nothing in the input records who reads and writes this bucket's objects: it has no server access logging, and {beside}"
    );
    let target =
        others_log_into(context).map_or_else(String::new, |target| format!(" {}", address(target)));
    Evidence::new(message, bucket.resource.origin).fix(format!(
        "add `aws_s3_bucket_logging` with `target_bucket`{target}, {trails}"
    ))
}

/// How a selector names all objects of a bucket.
fn objects(context: &Context<'_, '_>, bucket: &Subject<'_, '_>) -> String {
    let address = bucket.resource.address.as_str();
    match context.graph.language() {
        Language::Terraform => format!("\"${{{address}.arn}}/\""),
        Language::CloudFormation => format!("!Sub \"${{{address}.Arn}}/\""),
    }
}

/// Where other buckets of the input log into, if that is one.
fn others_log_into(context: &Context<'_, '_>) -> Option<ResourceId> {
    let buckets = context
        .graph
        .iter()
        .filter(|(_, one)| one.kind() == Some(Kind::Bucket));
    let mut targets: Vec<_> = buckets
        .flat_map(|(id, _)| context.graph.parts(id, Kind::BucketLog).found)
        .filter_map(|part| {
            match context
                .graph
                .target(part.get("target_bucket")?, &[Kind::Bucket])
            {
                Target::Resource(id) => Some(id),
                _ => None,
            }
        })
        .collect();
    targets.dedup();
    match targets.as_slice() {
        [one] => Some(*one),
        _ => None,
    }
}
