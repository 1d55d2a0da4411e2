//! `aws kms get-key-policy`: the policy of one key, which the answer does not name.
//!
//! Source: AWS CLI Command Reference, "get-key-policy": `Policy` is the document as a text, beside its
//! `PolicyName`, which is always `default`.

use std::borrow::Cow;

use super::{Told, is_account};
use crate::load::LoadError;
use crate::model::resource::add_outputs;
use crate::model::value::{Data, Map, Value, Why};
use crate::model::vocabulary::terraform_type;

/// Reads the policy of the key with this ARN.
pub(super) fn read<'a>(
    arn: &str,
    pages: Vec<Map<'a>>,
    told: &mut Told<'a>,
) -> Result<(), LoadError> {
    let parts: Vec<_> = arn.splitn(6, ':').collect();
    let id = match parts.as_slice() {
        ["arn", _, "kms", region, account, key] if !region.is_empty() && is_account(account) => {
            key.strip_prefix("key/").filter(|id| !id.is_empty())
        }
        _ => None,
    };
    let id = id.ok_or_else(|| LoadError::NoKeyArn(arn.to_owned()))?;
    let at = told.everything;
    let policy = pages.into_iter().find_map(|mut page| page.remove("Policy"));
    let policy = policy.filter(|policy| matches!(policy.data, Data::Text(_)));
    let policy = policy.ok_or_else(|| LoadError::OddAnswer {
        command: told.command.name(),
        what: "a `Policy` that is no text".to_owned(),
    })?;
    let mut attributes = Map::default();
    for (name, text) in [("key_id", id), ("id", id), ("arn", arn)] {
        attributes.push(Cow::Borrowed(name), Value::text(text.to_owned(), at));
    }
    attributes.push(Cow::Borrowed("policy"), policy);
    // Whether it is enabled, whether it is rotated: another command tells.
    if let Some(entry) = terraform_type("aws_kms_key", true) {
        add_outputs(&mut attributes, entry, true, Why::ExternalResource, at);
    }
    if let Some(place) = told.place_of(arn) {
        told.add("aws_kms_key", arn.to_owned(), attributes, at, place);
    }
    Ok(())
}
