//! PG-KMS-007.

use super::key_uses::{Encrypted, KeyUser, keys_named, named};
use super::{Check, Context, Example, Link, Rule, RuleKind, Setting, Subject};
use crate::finding::{Evidence, Severity, Verdict};
use crate::model::resource::Resource;
use crate::model::value::Value;
use crate::model::vocabulary::Kind;

pub(super) const RULE: Rule = Rule {
    id: "key-usable",
    alias: "PG-KMS-007",
    kind: RuleKind::Works,
    tier: 1,
    severity: Severity::High,
    summary: "a key that something encrypts under can be used for it, and stays",
    why: "Whatever lies under a key can be read as long as the key is there and enabled. A disabled key, one for \
          signatures or of another region lets nobody encrypt or decrypt; one that this change replaces takes the \
          data under it along. A key that is gone soon after somebody deletes it (`short-deletion-window`, low), \
          or with its stack (`key-deleted-with-stack`, low), leaves data that nobody can read.",
    unsure: "Judged where a bucket, a notebook, a job, a log group or the like of the input names the key. \
             Without a word, a key is enabled, symmetric, and waits 30 days before it is deleted.",
    fix: "use an enabled symmetric key of the same region",
    references: &[
        Link {
            title: "AWS KMS Developer Guide: Key states of AWS KMS keys",
            url: "https://docs.aws.amazon.com/kms/latest/developerguide/key-state.html",
        },
        Link {
            title: "AWS KMS Developer Guide: Delete an AWS KMS key",
            url: "https://docs.aws.amazon.com/kms/latest/developerguide/deleting-keys.html",
        },
    ],
    assumes: &[],
    example: Example {
        fail: include_str!("../../testdata/rules/key-usable/fail.tf"),
        pass: include_str!("../../testdata/rules/key-usable/pass.tf"),
    },
    check: Check::Resource(
        &[
            Kind::KmsKey,
            Kind::KmsKeyReplica,
            Kind::KmsKeyExternal,
            Kind::Bucket,
            Kind::BucketSse,
            Kind::Notebook,
            Kind::NotebookDomain,
            Kind::ProcessingJob,
            Kind::ProcessingJobMonitor,
            Kind::LogGroup,
        ],
        check,
    ),
};

fn check(context: &Context<'_, '_>, subject: &Subject<'_, '_>) -> Verdict {
    let kind = subject.resource.kind();
    if !kind.is_some_and(|kind| Kind::KEYS.contains(&kind)) {
        return names_lost_key(context, subject);
    }
    let uses = context.key_uses();
    uses.judge(
        context,
        subject.id,
        |_| true,
        |users| {
            state(context, subject, users)
                .worse(region(context, subject, users))
                .worse(replaced(context, subject, users))
                .worse(deletion_window(context, subject, users))
                .worse(with_stack(context, subject, users))
        },
    )
}

/// Whether the key encrypts at all.
fn state(context: &Context<'_, '_>, key: &Subject<'_, '_>, users: &[&KeyUser]) -> Verdict {
    let object = context.access.object(key.id);
    if let Some((text, at)) = context.access.why_unusable(&object, None) {
        let message = format!(
            "{} cannot encrypt or decrypt under this key: {text}",
            named(context, users)
        );
        let evidence = Evidence::new(message, at).about("state");
        let mut flags = ["is_enabled", "enabled"].iter();
        let off = flags.find(|flag| {
            let value = key.resource.if_any(flag);
            value.is_some_and(|value| value.origin == at)
        });
        return Verdict::Broken(vec![match off {
            Some(flag) => evidence.fix(format!("set `{}` to `true`", key.own_path(flag))),
            None => evidence.fix("use a symmetric key that encrypts and decrypts"),
        }]);
    }
    let paths: &[&str] = match key.resource.kind() {
        Some(Kind::KmsKey) => &["is_enabled", "key_usage", "customer_master_key_spec"],
        _ => &["enabled"],
    };
    let unknown = paths.iter().find_map(|path| match key.setting(path) {
        Setting::Unknown(why, _) => Some((path, why)),
        _ => None,
    });
    unknown.map_or(Verdict::Holds, |(path, why)| {
        let question = format!("whether {} can use this key", named(context, users));
        Verdict::Unsure(vec![key.unsure(path, why, &question)])
    })
}

/// Whether the key lies where it is used.
fn region(context: &Context<'_, '_>, key: &Subject<'_, '_>, users: &[&KeyUser]) -> Verdict {
    let object = context.access.object(key.id);
    // A key that is of no use at all is one finding.
    if context.access.why_unusable(&object, None).is_some() {
        return Verdict::Holds;
    }
    let bound = users.iter().filter(|user| user.is_bound_to_region);
    let evidence: Vec<_> = bound
        .filter_map(|user| {
            let resource = context.graph.get(user.id);
            let own = context.access.region(resource);
            let (text, _) = context.access.why_unusable(&object, Some(&own))?;
            let name = resource.address.as_str();
            let message = format!("`{name}` cannot encrypt under this key: {text}");
            let fix = format!("give `{name}` a key of its own region, or a replica of this one");
            Some(Evidence::new(message, user.at).about(name).fix(fix))
        })
        .collect();
    broken_if_any(evidence)
}

/// Whether another key takes its place, and the data under it goes with it.
fn replaced(context: &Context<'_, '_>, key: &Subject<'_, '_>, users: &[&KeyUser]) -> Verdict {
    let address = &key.resource.address;
    let mut deleted = context.graph.deleted.iter();
    let Some(old) = deleted.find(|one| one.address == *address) else {
        return Verdict::Holds;
    };
    let users = users.iter().copied();
    let users: Vec<_> = users
        .filter(|user| {
            let resource = context.graph.get(user.id);
            // Other services encrypt anew what they hold when they are given another key.
            let keeps = user.what == Encrypted::Data || resource.kind() == Some(Kind::LogGroup);
            keeps && resource.existed_before != Some(false)
        })
        .collect();
    if users.is_empty() {
        return Verdict::Holds;
    }
    let message = format!(
        "this change puts a new key in the place of this one, and what {} encrypted under the old one cannot be \
         read any more once it is deleted, {} days later",
        named(context, &users),
        days_of(old)
    );
    let evidence = Evidence::new(message, key.resource.origin)
        .about("replaced")
        .fix("make the new key beside the old one, and keep the old one as long as data lies under it");
    Verdict::Broken(vec![evidence])
}

/// Whether there is time to notice that the key is still needed.
fn deletion_window(
    context: &Context<'_, '_>,
    key: &Subject<'_, '_>,
    users: &[&KeyUser],
) -> Verdict {
    let path = "deletion_window_in_days";
    let own = key.own_path(path);
    // A shorter wait leaves too little time to notice what still needs the key.
    let shortest = context.settings.kms_min_deletion_days;
    match key.setting(path) {
        Setting::Known { text, at, .. }
            if text
                .parse()
                .is_ok_and(|days: f64| days < f64::from(shortest)) =>
        {
            let message = format!(
                "`{own}` is {text}: who deletes this key has so many days to notice that {} still {} under it",
                named(context, users),
                verb(users)
            );
            Verdict::Broken(vec![
                Evidence::new(message, at)
                    .code("short-deletion-window")
                    .severity(Severity::Low)
                    .fix(format!(
                        "set `{own}` to {shortest} or more, or leave it out: it is 30 then"
                    )),
            ])
        }
        Setting::Unknown(why, _) => {
            let question = "how long this key can be had back once it is deleted";
            let evidence = key.unsure(path, why, question);
            let evidence = evidence.code("short-deletion-window");
            Verdict::Unsure(vec![evidence.severity(Severity::Low)])
        }
        _ => Verdict::Holds,
    }
}

/// Whether the key goes with its stack, and the data under it stays.
fn with_stack(context: &Context<'_, '_>, key: &Subject<'_, '_>, users: &[&KeyUser]) -> Verdict {
    let policy = key.resource.if_any("deletion_policy");
    let is_deleted = policy.and_then(Value::as_text) == Some("Delete");
    let staying = users.iter().copied();
    let staying: Vec<_> = staying
        .filter(|user| user.what == Encrypted::Data)
        .collect();
    if !is_deleted || staying.is_empty() {
        return Verdict::Holds;
    }
    let message = format!(
        "this key is deleted with its stack, or when it is taken out of the template, and what {} encrypted under \
         it cannot be read any more",
        named(context, &staying)
    );
    let at = policy.map_or(key.resource.origin, |policy| policy.origin);
    Verdict::Broken(vec![
        Evidence::new(message, at)
            .code("key-deleted-with-stack")
            .severity(Severity::Low)
            .fix("write `DeletionPolicy: Retain` and `UpdateReplacePolicy: Retain` beside the properties of the key"),
    ])
}

/// Whether something names a key that this change deletes.
fn names_lost_key(context: &Context<'_, '_>, user: &Subject<'_, '_>) -> Verdict {
    let is_key = |one: &&Resource<'_>| one.kind().is_some_and(|kind| Kind::KEYS.contains(&kind));
    let lost: Vec<_> = context.graph.deleted.iter().filter(is_key).collect();
    if lost.is_empty() {
        return Verdict::NotApplicable;
    }
    let mut evidence = Vec::new();
    for (_, value) in keys_named(context, user.id) {
        let Some(text) = value.as_text() else {
            continue;
        };
        let names = ["arn", "key_id", "id", "name"];
        let is_it = |key: &&&Resource<'_>| {
            let mut told = names.iter().filter_map(|name| key.if_any(name)?.as_text());
            told.any(|one| one == text)
        };
        let Some(key) = lost.iter().find(is_it) else {
            continue;
        };
        let address = key.address.as_str();
        let message = format!(
            "this names the key of {address}, which this change deletes: nothing can be written or read under it"
        );
        let at = value.origin;
        let fix = format!("keep {address}, or name another key");
        evidence.push(
            Evidence::new(message, at)
                .about(address)
                .related("deleted", key.origin)
                .fix(fix),
        );
    }
    if evidence.is_empty() {
        Verdict::NotApplicable
    } else {
        Verdict::Broken(evidence)
    }
}

fn broken_if_any(evidence: Vec<Evidence>) -> Verdict {
    if evidence.is_empty() {
        Verdict::Holds
    } else {
        Verdict::Broken(evidence)
    }
}

fn verb(users: &[&KeyUser]) -> &'static str {
    if users.len() == 1 {
        "encrypts"
    } else {
        "encrypt"
    }
}

fn days_of(key: &Resource<'_>) -> String {
    match key.get("deletion_window_in_days").map(Setting::of) {
        Some(Setting::Known { text, .. }) => text.into_owned(),
        _ => "30".to_owned(),
    }
}
