//! PG-ECR-004.

use super::{Check, Context, Example, KeyUse, Link, Rule, RuleKind, Setting, Subject};
use crate::finding::{Evidence, Severity, Verdict};
use crate::model::vocabulary::Kind;

pub(super) const RULE: Rule = Rule {
    id: "repository-encrypted-with-customer-key",
    alias: "PG-ECR-004",
    kind: RuleKind::Secure,
    tier: 3,
    severity: Severity::Low,
    summary: "the images of a repository are encrypted with a customer managed key",
    why: "The layers hold the code, and whatever was baked in with it. Under a key of AWS's own nobody of yours can \
          withdraw access to them, or see in the log that they were decrypted.",
    unsure: "Without a setting, images are encrypted under a key that AWS owns. ECR decrypts by a grant of its own, \
             so a role that pulls needs no permission for the key.",
    fix: "set `encryption_configuration` to `KMS` with a customer managed key; that replaces the repository, so push \
          its images again",
    references: &[Link {
        title: "Amazon ECR User Guide: Encryption at rest",
        url: "https://docs.aws.amazon.com/AmazonECR/latest/userguide/encryption-at-rest.html",
    }],
    assumes: &[],
    example: Example {
        fail: include_str!("../../testdata/rules/repository-encrypted-with-customer-key/fail.tf"),
        pass: include_str!("../../testdata/rules/repository-encrypted-with-customer-key/pass.tf"),
    },
    check: Check::Resource(&[Kind::Repository], check),
};

const TYPE: &str = "encryption_configuration.encryption_type";

const KEY: &str = "encryption_configuration.kms_key";

const QUESTION: &str = "whether the images of this repository are under a key of your own";

fn check(context: &Context<'_, '_>, repository: &Subject<'_, '_>) -> Verdict {
    let broken = |message, at| Verdict::Broken(vec![Evidence::new(message, at)]);
    let own = repository.own_path(TYPE);
    let consequence = "a key that AWS owns: you can neither withdraw access to its images nor see who decrypts them";
    match repository.setting(TYPE) {
        Setting::Known { text, .. } if text.starts_with("KMS") => {}
        Setting::Known {
            text,
            written: true,
            at,
        } if context.graph.is_written(repository.id, TYPE) != Some(false) => {
            return broken(format!("`{own}` is `{text}`, {consequence}"), at);
        }
        Setting::Known { text, at, .. } => {
            let message = format!("`{own}` is not set and counts as `{text}`, {consequence}");
            return broken(message, at);
        }
        Setting::Unknown(why, _) => {
            return Verdict::Unsure(vec![repository.unsure(TYPE, why, QUESTION)]);
        }
        Setting::Absent => return Verdict::NotApplicable,
    }
    let key = repository.own_path(KEY);
    match context.key_use(repository.resource.get(KEY)) {
        KeyUse::Customer => Verdict::Holds,
        KeyUse::Absent => {
            let message = format!(
                "`{key}` is not set, so images lie under `aws/ecr`, a key that AWS manages: you cannot change its policy, and so not withdraw access to them"
            );
            broken(message, repository.place(TYPE))
        }
        KeyUse::AwsManaged(named) => {
            let message = format!(
                "`{key}` names `{named}`, a key that AWS manages: you cannot change its policy, and so not withdraw access to the images"
            );
            broken(message, repository.place(KEY))
        }
        KeyUse::Unknown(why) => Verdict::Unsure(vec![repository.unsure(KEY, why, QUESTION)]),
    }
}
