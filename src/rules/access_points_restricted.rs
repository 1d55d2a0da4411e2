//! PG-S3-010.

use super::resource_policies::{each_policy, graded};
use super::statements::{about, called, named_hinges};
use super::{Check, Context, Example, Link, PROTECTED_BUCKETS, Rule, RuleKind, Setting, Subject};
use crate::access::{Bound, demanded, is_closed_by, lets_in_everybody};
use crate::finding::{Evidence, Severity, Verdict};
use crate::iam::Hinge;
use crate::iam::policy::{Effect, Statement};
use crate::model::graph::{ResourceId, Target};
use crate::model::truth::Truth;
use crate::model::vocabulary::Kind;

pub(super) const RULE: Rule = Rule {
    id: "access-points-restricted",
    alias: "PG-S3-010",
    kind: RuleKind::Secure,
    tier: 2,
    severity: Severity::Medium,
    summary: "an access point blocks public access, and where its bucket leaves decisions to it, says who may come in",
    why: "An access point is a door of its own to a bucket. If the bucket's policy lets in whatever comes through \
          access points of the account, the policy of the access point alone decides; one that lets in everybody of \
          the account needs no permission of theirs. Its settings against public access cannot be changed later. \
          One level less for a bucket that is not known to hold protected data.",
    unsure: "Settings that are left out are on. What an access point leaves open its bucket or the account may \
             block. Whether the policy of an access point lets in the public or other accounts is asked by \
             `bucket-policy-without-public-principal` and `bucket-policy-limited-to-trusted-accounts`.",
    fix: "leave out its settings against public access, which are on by default, and name in the access point's policy the roles that use it",
    references: &[Link {
        title: "Amazon S3 User Guide: Configuring IAM policies for using access points (delegating access control to access points)",
        url: "https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-points-policies.html",
    }],
    assumes: &[PROTECTED_BUCKETS],
    example: Example {
        fail: include_str!("../../testdata/rules/access-points-restricted/fail.tf"),
        pass: include_str!("../../testdata/rules/access-points-restricted/pass.tf"),
    },
    check: Check::Resource(&[Kind::AccessPoint], check),
};

/// The settings against public access.
const BLOCKS: [&str; 4] = [
    "block_public_acls",
    "block_public_policy",
    "ignore_public_acls",
    "restrict_public_buckets",
];

/// Keys by which the policy of a bucket leaves it to access points.
const DELEGATES: [&str; 2] = ["s3:dataaccesspointaccount", "s3:dataaccesspointarn"];

/// Keys of which a fixed value names who is meant, or whence they come.
const NAMES: [&str; 3] = ["aws:principalarn", "aws:sourcevpce", "aws:sourcevpc"];

/// Keys of which a fixed value keeps the public out, but nobody of the account.
const ACCOUNTS: [&str; 3] = [
    "aws:principalaccount",
    "aws:principalorgid",
    "aws:principalorgpaths",
];

fn check(context: &Context<'_, '_>, point: &Subject<'_, '_>) -> Verdict {
    let bucket = point.resource.get("bucket");
    let bucket = bucket.map(|bucket| context.graph.target(bucket, &[Kind::Bucket]));
    let bucket = match bucket {
        Some(Target::Resource(id)) => Some(id),
        _ => None,
    };
    let severity = bucket.map_or(Severity::Low, |id| {
        context.on_protected(id, Severity::Medium)
    });
    let blocks = blocks(context, point, bucket);
    let open = bucket.map_or(Verdict::Holds, |bucket| decides(context, point, bucket));
    graded(blocks.worse(open), severity)
}

/// Whether public access is blocked, by the access point or by what stands before it.
fn blocks(
    context: &Context<'_, '_>,
    point: &Subject<'_, '_>,
    bucket: Option<ResourceId>,
) -> Verdict {
    let before = |flag: &str| {
        let Some(bucket) = bucket else {
            return Truth::Unknown;
        };
        let parts = context.graph.parts(bucket, Kind::BucketBpa).found;
        let own = parts.iter().map(|part| Setting::is_on(part.get(flag)));
        let account = context.blocked_by_account(context.graph.get(bucket), flag);
        own.fold(account, Truth::or)
    };
    let path = |flag: &str| format!("public_access_block_configuration.{flag}");
    let (mut off, mut verdict) = (Vec::new(), Verdict::Holds);
    for flag in BLOCKS {
        let path = path(flag);
        match point.setting(&path) {
            _ if before(flag) == Truth::Yes => {}
            Setting::Unknown(why, _) => {
                let question = "whether this access point blocks public access";
                verdict = verdict.worse(Verdict::Unsure(vec![point.unsure(&path, why, question)]));
            }
            _ if point.is_on(&path) == Truth::No => off.push(path),
            _ => {}
        }
    }
    if let Some(first) = off.first() {
        let names: Vec<_> = off
            .iter()
            .map(|path| {
                let own = point.own_path(path);
                format!("`{}`", own.rsplit('.').next().unwrap_or(&own))
            })
            .collect();
        let be = if names.len() == 1 { "is" } else { "are" };
        let message = format!(
            "{} of this access point {be} off, and neither the bucket nor the account is seen to block public access in its place",
            names.join(", ")
        );
        let evidence = Evidence::new(message, point.place(first)).about("public access");
        let evidence = evidence.code("public-access-not-blocked");
        let evidence = evidence
            .fix("leave the settings out, which turns them on: the access point is made anew");
        let edits = off.iter().map(|path| point.set(path, "true"));
        return Verdict::Broken(vec![edits.fold(evidence, Evidence::edit)]);
    }
    verdict
}

/// Where the bucket leaves it to access points: whether this one lets in everybody of the account.
fn decides(context: &Context<'_, '_>, point: &Subject<'_, '_>, bucket: ResourceId) -> Verdict {
    let policies = context.access.policies_of(point.id);
    let question = "whether this access point lets in everybody of the account";
    let (leaves, unknown, by) = leaves_it(context, bucket);
    if leaves == Truth::No {
        return Verdict::Holds;
    }
    let verdict = each_policy(context, point.resource, &policies, question, |carried| {
        let policy = &carried.policy;
        let statements = policy.statements.iter();
        statements.fold(Verdict::Holds, |verdict, statement| {
            if lets_in_the_account(statement) != Truth::Yes {
                return verdict;
            }
            let called = called(statement, policy);
            let message = format!(
                "{called} lets in everybody of the account, and {by} leaves it to access points: nobody needs a permission of their own"
            );
            let evidence = Evidence::new(message, statement.at)
                .about(about(statement, policy))
                .code("open-to-account")
                .fix("name in the access point's policy the roles that use it");
            verdict.worse(Verdict::Broken(vec![evidence]))
        })
    });
    match (leaves, verdict) {
        (Truth::Unknown, Verdict::Broken(evidence)) => {
            let named: Vec<_> = unknown
                .iter()
                .map(|one| context.access.hinge(one))
                .collect();
            let evidence = evidence.into_iter().map(|one| {
                let message = format!(
                    "cannot tell whether {by} leaves it to access points: if so, {}",
                    one.message
                );
                named_hinges(Evidence { message, ..one }, &named)
            });
            Verdict::Unsure(evidence.collect())
        }
        (_, verdict) => verdict,
    }
}

/// Whether the policy of a bucket leaves decisions to access points; what that hinges on, and the statement.
fn leaves_it(context: &Context<'_, '_>, bucket: ResourceId) -> (Truth, Vec<Hinge>, String) {
    let policies = context.access.policies_of(bucket);
    let mut open = (Truth::No, Vec::new(), String::new());
    for carried in &policies.policies {
        for statement in &carried.policy.statements {
            let is_about_points = DELEGATES
                .iter()
                .any(|key| demanded(statement, key).next().is_some());
            if !is_about_points {
                continue;
            }
            let by = called(statement, &carried.policy);
            match lets_in_everybody(statement, &NAMES) {
                Bound::Open => return (Truth::Yes, Vec::new(), by),
                Bound::Unknown(hinges) => open = (Truth::Unknown, hinges, by),
                Bound::Closed => {}
            }
        }
    }
    open
}

/// Whether a statement lets in everybody of an account, without naming who that is.
fn lets_in_the_account(statement: &Statement) -> Truth {
    let is_for_all =
        statement.effect == Effect::Allow && lets_in_everybody(statement, &NAMES) == Bound::Open;
    // The public is another rule's matter.
    let keeps_public_out = is_closed_by(statement, &ACCOUNTS) == Bound::Closed;
    (is_for_all && keeps_public_out).into()
}
