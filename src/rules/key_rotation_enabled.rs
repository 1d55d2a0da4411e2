//! PG-KMS-001.

use super::{Check, Context, Example, Link, Rule, RuleKind, Setting, Subject};
use crate::finding::{Evidence, Severity, Verdict};
use crate::model::truth::Truth;
use crate::model::vocabulary::Kind;

pub(super) const RULE: Rule = Rule {
    id: "key-rotation-enabled",
    alias: "PG-KMS-001",
    kind: RuleKind::Secure,
    tier: 1,
    severity: Severity::Medium,
    summary: "a symmetric KMS key whose material AWS makes is rotated",
    why: "Without rotation one key material encrypts everything for ever, and what leaks once is open \
          for good. Automatic rotation is what a KMS key has over S3's own encryption.",
    unsure: "An absent flag counts as `false`. Keys that AWS cannot rotate are not judged: asymmetric and \
             HMAC keys, imported material, custom key stores, replicas.",
    fix: "set `enable_key_rotation = true`",
    references: &[Link {
        title: "AWS KMS Developer Guide: Rotate AWS KMS keys",
        url: "https://docs.aws.amazon.com/kms/latest/developerguide/rotate-keys.html",
    }],
    assumes: &[],
    example: Example {
        fail: include_str!("../../testdata/rules/key-rotation-enabled/fail.tf"),
        pass: include_str!("../../testdata/rules/key-rotation-enabled/pass.tf"),
    },
    check: Check::Resource(&[Kind::KmsKey], check),
};

fn check(context: &Context<'_, '_>, key: &Subject<'_, '_>) -> Verdict {
    let question = "whether this key is rotated";
    match rotatable(key) {
        Truth::Yes => {}
        Truth::No => return Verdict::NotApplicable,
        Truth::Unknown => {
            let (path, why) = ["customer_master_key_spec", "key_usage", "origin"]
                .into_iter()
                .find_map(|path| match key.setting(path) {
                    Setting::Unknown(why, _) => Some((path, why)),
                    _ => None,
                })
                .unwrap_or((
                    "custom_key_store_id",
                    crate::model::value::Why::KnownAfterApply,
                ));
            return Verdict::Unsure(vec![key.unsure(path, why, question)]);
        }
    }
    let verdict = key.must_be(
        context,
        "enable_key_rotation",
        "true",
        question,
        "so one key material encrypts the data for ever",
    );
    if verdict != Verdict::Holds {
        return verdict;
    }
    let path = "rotation_period_in_days";
    let longest = context.settings.kms_max_rotation_days;
    match key.setting(path) {
        Setting::Known { text, at, .. }
            if text
                .parse()
                .is_ok_and(|days: f64| days > f64::from(longest)) =>
        {
            let own = key.own_path(path);
            Verdict::Broken(vec![
                Evidence::new(
                    format!(
                        "`{own}` is {text}, so this key is rotated less often than every {longest} days"
                    ),
                    at,
                )
                .severity(Severity::Info)
                .fix(format!("set `{own}` to {longest} or less")),
            ])
        }
        Setting::Unknown(why, _) => {
            let question = "how often this key is rotated";
            let evidence = key.unsure(path, why, question);
            Verdict::Unsure(vec![evidence.severity(Severity::Info)])
        }
        _ => Verdict::Holds,
    }
}

/// Whether AWS can rotate the key at all.
fn rotatable(key: &Subject<'_, '_>) -> Truth {
    let is = |path: &str, wanted: &str| match key.setting(path) {
        Setting::Known { text, .. } => (text == wanted).into(),
        Setting::Absent => Truth::Yes,
        Setting::Unknown(..) => Truth::Unknown,
    };
    let own_store = match key.setting("custom_key_store_id") {
        Setting::Known { text, .. } => (!text.is_empty()).into(),
        Setting::Absent => Truth::No,
        Setting::Unknown(..) => Truth::Unknown,
    };
    is("customer_master_key_spec", "SYMMETRIC_DEFAULT")
        .and(is("key_usage", "ENCRYPT_DECRYPT"))
        .and(is("origin", "AWS_KMS"))
        .and(!own_store)
}
