//! What rules say of an attribute that must name a key of the customer's own, one that they approve of.

use super::statements::quoted;
use super::{Context, KeyUse, Subject};
use crate::finding::{Evidence, Verdict};
use crate::model::graph::Target;
use crate::model::source::Span;
use crate::model::value::{Value, Why};
use crate::model::vocabulary::Kind;
use crate::settings::any;

/// What is wrong with a key.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum KeyFault {
    /// None is named.
    Absent,
    /// AWS manages it.
    AwsManaged(String),
    /// `approved_keys` names others.
    NotApproved(String),
}

/// What is wrong with the key that a value names, if anything is; or why that cannot be told.
pub(super) fn key_fault(
    context: &Context<'_, '_>,
    value: Option<&Value<'_>>,
) -> Result<Option<KeyFault>, Why> {
    match context.key_use(value) {
        KeyUse::Absent => Ok(Some(KeyFault::Absent)),
        KeyUse::AwsManaged(name) => Ok(Some(KeyFault::AwsManaged(name))),
        KeyUse::Unknown(why) => Err(why),
        KeyUse::Customer => value.map_or(Ok(None), |value| unless_approved(context, value)),
    }
}

/// A key of the customer's that the settings do not name, where they name any.
fn unless_approved(context: &Context<'_, '_>, value: &Value<'_>) -> Result<Option<KeyFault>, Why> {
    let approved = &context.settings.approved_keys;
    if approved.is_empty() {
        return Ok(None);
    }
    let (is_approved, shown) = match context.graph.target(value, Kind::KEYS) {
        Target::Resource(id) => {
            let key = context.access.key_of_alias(id).unwrap_or(id);
            let uses = context.key_uses();
            let mut names = [id, key]
                .into_iter()
                .chain(uses.aliases(key).iter().copied());
            let is_approved = names.any(|one| context.is_named_by(approved, one));
            if let (false, [(_, why), ..]) = (is_approved, uses.open_aliases()) {
                return Err(*why);
            }
            let address = context.graph.get(id).address.as_str();
            (is_approved, address.to_owned())
        }
        Target::Outside(name) => {
            // An ARN ends with what it names: `alias/data`, `key/1a2b…`.
            let last = name.rsplit(':').next().unwrap_or(name);
            let id = last.strip_prefix("key/").unwrap_or(last);
            (any(approved, [name, last, id]), name.to_owned())
        }
        Target::Unknown(why) => return Err(why),
    };
    Ok((!is_approved).then_some(KeyFault::NotApproved(shown)))
}

/// What stands under a key, for messages.
#[derive(Debug, Clone, Copy)]
pub(super) struct UnderKey {
    /// What it is: `the data on this volume`.
    pub(super) what: &'static str,
    /// What it means that none is named: `so copies of the data lie on a volume under a key that you cannot revoke`.
    pub(super) without: &'static str,
    /// What is asked: `whether the volume of this notebook is under your own key`.
    pub(super) question: &'static str,
}

/// Judges an attribute that must name a key of the customer's own.
pub(super) fn must_be_customer_key(
    context: &Context<'_, '_>,
    subject: &Subject<'_, '_>,
    path: &str,
    under: UnderKey,
) -> Verdict {
    let own = subject.own_path(path);
    let fault = match key_fault(context, subject.resource.get(path)) {
        Ok(None) => return Verdict::Holds,
        Ok(Some(fault)) => fault,
        Err(why) => return Verdict::Unsure(vec![subject.unsure(path, why, under.question)]),
    };
    let what = under.what;
    let at = subject.place(path);
    Verdict::Broken(vec![match fault {
        KeyFault::Absent => Evidence::new(format!("`{own}` is not set, {}", under.without), at),
        KeyFault::AwsManaged(key) => Evidence::new(
            format!(
                "`{own}` names `{key}`, a key that AWS manages: you cannot change its policy, and so not revoke access to {what}"
            ),
            at,
        ),
        KeyFault::NotApproved(key) => not_approved(&own, &key, at),
    }])
}

/// What is said of a key that `approved_keys` does not name.
pub(super) fn not_approved(own: &str, key: &str, at: Span) -> Evidence {
    let message = format!(
        "`{own}` names {}, which is not among `approved_keys`",
        quoted(key)
    );
    let fix = format!("set `{own}` to a key that `approved_keys` names in plangate.yaml");
    Evidence::new(message, at).fix(fix)
}
