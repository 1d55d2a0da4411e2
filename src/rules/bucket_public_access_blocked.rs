//! PG-S3-003.

use super::{Check, Context, Example, Link, PROTECTED_BUCKETS, Rule, RuleKind, Setting, Subject};
use crate::finding::{Evidence, Severity, Verdict};
use crate::model::graph::Part;
use crate::model::resource::Resource;
use crate::model::source::Span;
use crate::model::truth::Truth;
use crate::model::value::{Data, Value, Why};
use crate::model::vocabulary::Kind;

const FLAGS: [&str; 4] = [
    "block_public_acls",
    "block_public_policy",
    "ignore_public_acls",
    "restrict_public_buckets",
];

pub(super) const RULE: Rule = Rule {
    id: "bucket-public-access-blocked",
    alias: "PG-S3-003",
    kind: RuleKind::Secure,
    tier: 1,
    severity: Severity::High,
    summary: "a bucket blocks public access with all four settings, and no ACL grants it to the public",
    why: "One wrong policy or ACL opens a bucket that does not block public access to everybody. One level \
          less for a bucket that is not known to hold protected data.",
    unsure: "In a public access block an omitted flag counts as `false`. A new bucket without a block has \
             all four on by S3's default since April 2023, which is worth saying (`not-explicit`, low); \
             of a bucket that was there before, it cannot be told.",
    fix: "add `aws_s3_bucket_public_access_block` with all four flags `true`",
    references: &[Link {
        title: "Amazon S3 User Guide: Blocking public access to your Amazon S3 storage",
        url: "https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html",
    }],
    assumes: &[PROTECTED_BUCKETS],
    example: Example {
        fail: include_str!("../../testdata/rules/bucket-public-access-blocked/fail.tf"),
        pass: include_str!("../../testdata/rules/bucket-public-access-blocked/pass.tf"),
    },
    check: Check::Resource(&[Kind::Bucket], check),
};

fn check(context: &Context<'_, '_>, bucket: &Subject<'_, '_>) -> Verdict {
    block(context, bucket).worse(grants(context, bucket))
}

/// The four settings, of the bucket or its account.
fn block(context: &Context<'_, '_>, bucket: &Subject<'_, '_>) -> Verdict {
    let by_account = |flag: &str| context.blocked_by_account(bucket.resource, flag);
    let parts = context.graph.parts(bucket.id, Kind::BucketBpa);
    let high = context.on_protected(bucket.id, Severity::High);
    if parts.found.is_empty() {
        let all = FLAGS
            .iter()
            .fold(Truth::Yes, |all, flag| all.and(by_account(flag)));
        return match (all, parts.perhaps_more) {
            (Truth::Yes, _) => Verdict::Holds,
            (Truth::No, _) if !parts.deleted.is_empty() => deleted(&parts.deleted, high),
            (_, Some(why)) => no_block(bucket, why, high),
            (Truth::Unknown, None) => no_block(bucket, Why::KnownAfterApply, high),
            (Truth::No, None) if bucket.resource.existed_before == Some(true) => {
                no_block(bucket, Why::ExternalResource, high)
            }
            (Truth::No, None) if bucket.resource.existed_before.is_none() => {
                perhaps_new(bucket, context.on_protected(bucket.id, Severity::Low))
            }
            (Truth::No, None) => Verdict::Broken(vec![
                Evidence::new(
                    "this bucket has no public access block of its own and relies on S3's default for new buckets",
                    bucket.resource.origin,
                )
                .code("not-explicit")
                .severity(context.on_protected(bucket.id, Severity::Low)),
            ]),
        };
    }
    parts.found.iter().fold(Verdict::Holds, |verdict, part| {
        verdict.worse(flags(context, part, by_account, high))
    })
}

fn flags(
    context: &Context<'_, '_>,
    part: &Part<'_, '_>,
    by_account: impl Fn(&str) -> Truth,
    severity: Severity,
) -> Verdict {
    let address = part.said_by.address.as_str();
    let (mut off, mut unknown) = (Vec::new(), Vec::new());
    for flag in FLAGS {
        match Setting::is_on(part.get(flag)).or(by_account(flag)) {
            Truth::Yes => {}
            Truth::No => off.push(flag),
            Truth::Unknown => unknown.push(flag),
        }
    }
    if let Some(first) = off.first() {
        let at = part
            .get(first)
            .map_or(part.said_by.origin, |value| value.origin);
        let list = off
            .iter()
            .map(|flag| format!("`{flag}`"))
            .collect::<Vec<_>>();
        let verb = if off.len() == 1 { "is" } else { "are" };
        let wanted = off.iter().map(|flag| format!("`{flag} = true`"));
        let wanted: Vec<_> = wanted.collect();
        let message = format!(
            "{} {verb} not `true`, so {}",
            list.join(", "),
            consequence(&off)
        );
        let evidence = Evidence::new(message, at)
            .about(off.join(" "))
            .severity(severity)
            .fix(format!("set {} in {address}", wanted.join(" and ")));
        let edits = off
            .iter()
            .filter_map(|flag| part.turn_on(context.graph, flag));
        return Verdict::Broken(vec![edits.fold(evidence, Evidence::edit)]);
    }
    if let Some(flag) = unknown.first() {
        let value = part.get(flag);
        let why = value
            .and_then(Value::why_unknown)
            .unwrap_or(Why::KnownAfterApply);
        let at = value.map_or(part.said_by.origin, |value| value.origin);
        return Verdict::Unsure(vec![
            Evidence::new(
                format!("cannot tell whether this bucket blocks public access: `{flag}` is not known ({why})"),
                at,
            )
            .hinges_on(format!("{address}.{flag}"), why)
            .severity(severity),
        ]);
    }
    Verdict::Holds
}

/// What the settings that are off let happen: those that keep what is public from taking effect count more than those
/// that refuse it when it is written.
fn consequence(off: &[&str]) -> &'static str {
    let has = |flag| off.contains(&flag);
    match (has("ignore_public_acls"), has("restrict_public_buckets")) {
        (true, true) => "a policy or ACL can open this bucket to the public",
        (true, false) => "an ACL can open this bucket to the public",
        (false, true) => "a policy can open this bucket to the public",
        (false, false) if !has("block_public_policy") => {
            "public ACLs are accepted, and only `ignore_public_acls` keeps them from taking effect"
        }
        (false, false) if !has("block_public_acls") => {
            "public policies are accepted, and only `restrict_public_buckets` keeps them from taking effect"
        }
        (false, false) => {
            "public ACLs and policies are accepted, and only `ignore_public_acls` and `restrict_public_buckets` \
             keep them from taking effect"
        }
    }
}

/// The change takes the block away: what a bucket has without one is not told by S3's default, which is
/// for new buckets only.
fn deleted(blocks: &[&Resource<'_>], severity: Severity) -> Verdict {
    let evidence = blocks.iter().map(|block| {
        let address = block.address.as_str();
        Evidence::new(
            format!("this change deletes {address}, so nothing keeps a policy or ACL from opening this bucket to the public"),
            block.origin,
        )
        .about("deleted")
        .severity(severity)
        .fix(format!("keep {address}"))
    });
    Verdict::Broken(evidence.collect())
}

fn no_block(bucket: &Subject<'_, '_>, why: Why, severity: Severity) -> Verdict {
    let address = bucket.resource.address.as_str();
    let cause = if why == Why::ExternalResource {
        "it was there before, and its public access block is not in the input".to_owned()
    } else {
        format!("its public access block is not known ({why})")
    };
    Verdict::Unsure(vec![
        Evidence::new(
            format!("cannot tell whether this bucket blocks public access: {cause}"),
            bucket.resource.origin,
        )
        .hinges_on(format!("the public access block of {address}"), why)
        .severity(severity),
    ])
}

/// Without a plan, nobody knows whether S3's default for new buckets is for this one.
fn perhaps_new(bucket: &Subject<'_, '_>, severity: Severity) -> Verdict {
    let address = bucket.resource.address.as_str();
    Verdict::Unsure(vec![
        Evidence::new(
            "this bucket has no public access block of its own: S3's default blocks public access if the \
             bucket is new, and a bucket from before April 2023 may have none",
            bucket.resource.origin,
        )
        .hinges_on(
            format!("whether {address} is new"),
            Why::NotEvaluated,
        )
        .severity(severity),
    ])
}

/// Grants to everybody, unless ACLs are switched off.
fn grants(context: &Context<'_, '_>, bucket: &Subject<'_, '_>) -> Verdict {
    let severity = context.on_protected(bucket.id, Severity::High);
    let acls_off = acls_off(context, bucket);
    if acls_off == Truth::Yes {
        return Verdict::Holds;
    }
    let (mut public, mut unknown) = (Vec::new(), Vec::new());
    let parts = context.graph.parts(bucket.id, Kind::BucketAcl);
    for part in &parts.found {
        if let Some(acl) = part.get("acl") {
            match Setting::of(acl) {
                Setting::Known { text, at, .. } if is_public_acl(&text) => {
                    public.push((format!("the ACL is `{text}`"), at));
                }
                Setting::Unknown(why, at) => {
                    let address = part.said_by.address.as_str();
                    unknown.push((format!("{address}.acl"), why, at));
                }
                _ => {}
            }
        }
        let list = part.get("access_control_policy.grant");
        collect_grants(part.said_by, list, &mut public, &mut unknown);
    }
    if parts.found.is_empty() {
        // Without an ACL of its own, what the bucket's own block says.
        let list = bucket.resource.get("grant");
        collect_grants(bucket.resource, list, &mut public, &mut unknown);
        if let Some(why) = parts.perhaps_more.filter(|why| *why != Why::PartialPlan) {
            let address = bucket.resource.address.as_str();
            unknown.push((format!("the ACL of {address}"), why, bucket.resource.origin));
        }
    }
    if acls_off == Truth::Unknown && !public.is_empty() {
        let address = bucket.resource.address.as_str();
        let (_, at) = public.swap_remove(0);
        unknown.push((
            format!("the object ownership of {address}"),
            Why::KnownAfterApply,
            at,
        ));
        public.clear();
    }
    if !public.is_empty() {
        let blocks = context.graph.parts(bucket.id, Kind::BucketBpa).found;
        let own = blocks
            .iter()
            .map(|block| Setting::is_on(block.get("ignore_public_acls")));
        let ignored = own.fold(
            context.blocked_by_account(bucket.resource, "ignore_public_acls"),
            Truth::or,
        );
        let evidence = public.into_iter().map(|(what, at)| {
            let (consequence, severity) = if ignored == Truth::Yes {
                let only = ": only `ignore_public_acls` keeps this bucket from the public";
                (only, Severity::Low)
            } else {
                (", which grants this bucket to the public", severity)
            };
            Evidence::new(format!("{what}{consequence}"), at)
                .about("acl")
                .severity(severity)
                .fix("remove the grant, and set `object_ownership = \"BucketOwnerEnforced\"`")
        });
        return Verdict::Broken(evidence.collect());
    }
    if unknown.is_empty() {
        return Verdict::Holds;
    }
    let evidence = unknown.into_iter().map(|(value, why, at)| {
        let message = format!(
            "cannot tell whether this bucket is granted to the public: {value} is not known ({why})"
        );
        Evidence::new(message, at)
            .about("acl")
            .hinges_on(value, why)
            .severity(severity)
    });
    Verdict::Unsure(evidence.collect())
}

/// Whether `BucketOwnerEnforced` switches ACLs off.
fn acls_off(context: &Context<'_, '_>, bucket: &Subject<'_, '_>) -> Truth {
    let owner = context.graph.parts(bucket.id, Kind::BucketOwner);
    let mut off = match owner.perhaps_more {
        Some(why) if why != Why::PartialPlan => Truth::Unknown,
        _ => Truth::No,
    };
    for part in &owner.found {
        let rules = part.get("rule");
        if rules.is_some_and(|rules| rules.why_unknown().is_some()) {
            off = off.or(Truth::Unknown);
        }
        for rule in rules.and_then(Value::as_list).unwrap_or_default() {
            let ownership = rule.as_map().and_then(|rule| rule.get("object_ownership"));
            off = off.or(match ownership.map(Setting::of) {
                Some(Setting::Known { text, .. }) => (text == "BucketOwnerEnforced").into(),
                Some(Setting::Unknown(..)) => Truth::Unknown,
                _ => Truth::No,
            });
        }
    }
    off
}

type Unknown = (String, Why, Span);

fn collect_grants(
    said_by: &Resource<'_>,
    list: Option<&Value<'_>>,
    public: &mut Vec<(String, Span)>,
    unknown: &mut Vec<Unknown>,
) {
    let Some(list) = list else {
        return;
    };
    let mut open = |why, at| {
        unknown.push((format!("a grant of {}", said_by.address.as_str()), why, at));
    };
    match &list.data {
        Data::Unknown(why) => open(*why, list.origin),
        Data::List(grants) => {
            for grant in grants {
                let uri = match grant.as_map() {
                    Some(map) => map.at("grantee.uri").or_else(|| map.get("uri")),
                    None => Some(grant),
                };
                match uri.map(Setting::of) {
                    Some(Setting::Known { text, at, .. }) => {
                        let group = text.rsplit('/').next().unwrap_or("");
                        if let "AllUsers" | "AuthenticatedUsers" = group {
                            public.push((format!("the ACL has a grant to `{group}`"), at));
                        }
                    }
                    Some(Setting::Unknown(why, at)) => open(why, at),
                    Some(Setting::Absent) | None => {}
                }
            }
        }
        _ => {}
    }
}

/// `public-read` in Terraform, `PublicRead` in CloudFormation.
fn is_public_acl(acl: &str) -> bool {
    let plain = acl.replace('-', "").to_ascii_lowercase();
    plain.starts_with("publicread") || plain == "authenticatedread"
}
