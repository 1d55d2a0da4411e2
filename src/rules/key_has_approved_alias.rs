//! PG-KMS-008.

use super::key_uses::{Encrypted, KeyUser, named};
use super::statements::quoted;
use super::{Check, Context, Example, Link, Rule, RuleKind, Subject};
use crate::finding::{Evidence, Severity, Verdict};
use crate::model::value::Value;
use crate::model::vocabulary::Kind;

pub(super) const RULE: Rule = Rule {
    id: "key-has-approved-alias",
    alias: "PG-KMS-008",
    kind: RuleKind::Secure,
    tier: 2,
    severity: Severity::Info,
    summary: "the key of a workload's data has an alias that people know it by",
    why: "Logs, bills and the console name a key without an alias by its random id only, and nobody sees that the \
          wrong one is used. `alias/aws/` is for the keys that AWS manages: KMS refuses an alias of that name \
          (high). Where `approved_keys` is set, an alias that it names is asked for (low).",
    unsure: "Judged for the keys of buckets, of results, and of the volumes of notebooks and jobs. A name that \
             is not known is not taken for one of AWS's.",
    fix: "add an `aws_kms_alias` for this key",
    references: &[Link {
        title: "AWS KMS Developer Guide: Aliases in AWS KMS",
        url: "https://docs.aws.amazon.com/kms/latest/developerguide/kms-alias.html",
    }],
    assumes: &[],
    example: Example {
        fail: include_str!("../../testdata/rules/key-has-approved-alias/fail.tf"),
        pass: include_str!("../../testdata/rules/key-has-approved-alias/pass.tf"),
    },
    check: Check::Resource(Kind::KEYS, check),
};

fn check(context: &Context<'_, '_>, subject: &Subject<'_, '_>) -> Verdict {
    if subject.resource.kind() == Some(Kind::KmsAlias) {
        return reserved(subject);
    }
    let of_data = |user: &KeyUser| user.what != Encrypted::Other;
    let uses = context.key_uses();
    uses.judge(context, subject.id, of_data, |users| {
        alias_of(context, subject, users)
    })
}

fn alias_of(context: &Context<'_, '_>, subject: &Subject<'_, '_>, users: &[&KeyUser]) -> Verdict {
    let uses = context.key_uses();
    let approved = &context.settings.approved_keys;
    let aliases = uses.aliases(subject.id);
    let is_named = |id| context.is_named_by(approved, id);
    let is_approved = approved.is_empty() && !aliases.is_empty()
        || is_named(subject.id)
        || aliases.iter().copied().any(is_named);
    if is_approved {
        return Verdict::Holds;
    }
    let severity = if approved.is_empty() {
        Severity::Info
    } else {
        Severity::Low
    };
    let named = named(context, users);
    let at = subject.resource.origin;
    let (value, why) = match (uses.open_aliases(), context.graph.incomplete()) {
        ([(alias, why), ..], _) => (context.graph.get(*alias).name_of("target_key_id"), *why),
        ([], Some(why)) => ("which aliases there are".to_owned(), why),
        ([], None) => {
            let (lacks, fix) = if approved.is_empty() {
                ("that people know it by", RULE.fix)
            } else {
                (
                    "among the approved ones",
                    "give it an alias that `approved_keys` names in plangate.yaml",
                )
            };
            let message = format!("the key of {named} has no alias {lacks}");
            let evidence = Evidence::new(message, at).severity(severity).fix(fix);
            return Verdict::Broken(vec![evidence]);
        }
    };
    let message = format!(
        "cannot tell whether the key of {named} has an alias: {} is not known ({why})",
        quoted(&value)
    );
    let evidence = Evidence::new(message, at).severity(severity);
    Verdict::Unsure(vec![evidence.hinges_on(value, why)])
}

/// An alias of a name that AWS keeps for itself.
fn reserved(alias: &Subject<'_, '_>) -> Verdict {
    let paths = ["name", "name_prefix"];
    let mut names = paths
        .iter()
        .filter_map(|path| Some((*path, alias.resource.get(path)?)));
    let is_reserved = |value: &Value<'_>| {
        let text = value.as_text();
        text.is_some_and(|name| name.starts_with("alias/aws/"))
    };
    let Some((path, value)) = names.find(|(_, value)| is_reserved(value)) else {
        return Verdict::NotApplicable;
    };
    let message = format!(
        "`{}` begins with `alias/aws/`, which AWS keeps for its own keys: KMS refuses it",
        alias.own_path(path)
    );
    Verdict::Broken(vec![
        Evidence::new(message, value.origin)
            .severity(Severity::High)
            .fix("leave `aws/` out of the name"),
    ])
}
