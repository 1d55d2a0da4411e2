//! PG-S3-004.

use super::resource_policies::{Asked, WHO, about_bucket, everybody, graded};
use super::{Check, Context, Example, Link, PROTECTED_BUCKETS, Rule, RuleKind, Setting, Subject};
use crate::finding::{Severity, Verdict};
use crate::model::graph::{ResourceId, Target};
use crate::model::truth::Truth;
use crate::model::value::{Data, Why};
use crate::model::vocabulary::Kind;

/// Keys of which a fixed value says from where, or for whom a service asks.
const WHENCE: [&str; 11] = [
    "aws:sourcevpce",
    "aws:sourcevpc",
    "aws:vpceaccount",
    "aws:vpceorgid",
    "aws:vpceorgpaths",
    "aws:sourceaccount",
    "aws:sourcearn",
    "aws:sourceowner",
    "aws:userid",
    "s3:dataaccesspointaccount",
    "s3:dataaccesspointarn",
];

pub(super) const RULE: Rule = Rule {
    id: "bucket-policy-without-public-principal",
    alias: "PG-S3-004",
    kind: RuleKind::Secure,
    tier: 1,
    severity: Severity::Critical,
    summary: "no policy of a bucket or of its access points lets in everybody, unless a condition says who or from where",
    why: "Anybody reads the data, even without an AWS account. A condition counts if it demands one of a fixed \
          list: an account, an organization or a principal as for keys, a VPC, an endpoint or whose it is, an \
          access point, `aws:SourceArn` or `aws:SourceAccount` of whom a service asks for, `aws:userid`. An access \
          point of a VPC is open to nobody outside of it. With `restrict_public_buckets` only that setting keeps the public \
          out (medium). One level less for a bucket that is not known to hold protected data.",
    unsure: "A bucket without a policy lets nobody in from outside. `NotPrincipal` with `Allow` counts as \
             everybody. A policy or principal that is made while applying may turn out either way.",
    fix: "name the principals, or demand a fixed account, organization, VPC or endpoint in a condition",
    references: &[Link {
        title: "Amazon S3 User Guide: Blocking public access to your Amazon S3 storage (the meaning of \"public\")",
        url: "https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html",
    }],
    assumes: &[PROTECTED_BUCKETS],
    example: Example {
        fail: include_str!("../../testdata/rules/bucket-policy-without-public-principal/fail.tf"),
        pass: include_str!("../../testdata/rules/bucket-policy-without-public-principal/pass.tf"),
    },
    check: Check::Resource(
        &[
            Kind::Bucket,
            Kind::PolicyBucket,
            Kind::AccessPoint,
            Kind::PolicyAp,
        ],
        check,
    ),
};

fn check(context: &Context<'_, '_>, bucket: &Subject<'_, '_>) -> Verdict {
    let question = "whether a policy opens this bucket to everybody";
    let keys = [&WHO[..], &WHENCE[..]].concat();
    let verdict = about_bucket(context, bucket, question, |carrier, carried| {
        let (of_vpc, why) = is_of_vpc(context, carrier);
        if of_vpc == Truth::Yes {
            return Verdict::Holds;
        }
        let (severity, but) = match is_restricted(context, bucket, carrier) {
            Truth::Yes => {
                let but = ", and only `restrict_public_buckets` keeps the public out";
                (Severity::Medium, but)
            }
            _ => (Severity::Critical, ""),
        };
        let asked = Asked {
            does: "into this bucket",
            noun: "bucket",
            severity: context.on_protected(bucket.id, severity),
            but,
        };
        let verdict = everybody(context, &carried.policy, &keys, asked);
        match why {
            Some((value, why)) => {
                verdict.if_so("whether everybody comes to this access point", &value, why)
            }
            None => verdict,
        }
    });
    graded(verdict, context.on_protected(bucket.id, Severity::Critical))
}

/// Whether S3 turns away whoever does not come from one VPC, as it does at such access points; what that hinges on.
fn is_of_vpc(context: &Context<'_, '_>, carrier: ResourceId) -> (Truth, Option<(String, Why)>) {
    let resource = context.graph.get(carrier);
    let points = match resource.kind() {
        Some(Kind::AccessPoint) => resource,
        Some(Kind::PolicyAp) => {
            let point = resource.get("access_point_arn");
            match point.map(|point| context.graph.target(point, &[Kind::AccessPoint])) {
                Some(Target::Resource(id)) => context.graph.get(id),
                _ => return (Truth::No, None),
            }
        }
        _ => return (Truth::No, None),
    };
    let path = "vpc_configuration";
    match points.get(path).map(|vpc| &vpc.data) {
        None | Some(Data::Null) => (Truth::No, None),
        Some(Data::Unknown(why)) => (Truth::Unknown, Some((points.name_of(path), *why))),
        // Whichever it is.
        Some(_) => (Truth::Yes, None),
    }
}

/// Whether `restrict_public_buckets` of the account, the bucket or the access point keeps the public out.
fn is_restricted(
    context: &Context<'_, '_>,
    bucket: &Subject<'_, '_>,
    carrier: ResourceId,
) -> Truth {
    let flag = "restrict_public_buckets";
    let blocks = context.graph.parts(bucket.id, Kind::BucketBpa).found;
    let own = blocks.iter().map(|block| Setting::is_on(block.get(flag)));
    let of_account = context.blocked_by_account(bucket.resource, flag);
    let of_bucket = own.fold(of_account, Truth::or);
    let point = context.subject(carrier);
    if point.resource.kind() == Some(Kind::AccessPoint) {
        of_bucket.or(point.is_on(&format!("public_access_block_configuration.{flag}")))
    } else {
        of_bucket
    }
}
