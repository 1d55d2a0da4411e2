//! `aws iam get-account-authorization-details`: every user, group and role of an account, with their
//! policies, and the managed policies that are attached to them.
//!
//! Source: IAM API Reference, "GetAccountAuthorizationDetails": documents are URL-encoded there (RFC 3986);
//! the CLI writes them as objects.

use std::borrow::Cow;

use super::{Element, Told, untold};
use crate::load::LoadError;
use crate::model::source::Span;
use crate::model::value::{Data, Map, ProviderId, Value, Why};

/// One sort of identity, by its names.
struct Sort {
    /// The list of them.
    list: &'static str,
    name: &'static str,
    id: &'static str,
    inline: &'static str,
    type_name: &'static str,
    inline_type: &'static str,
    attachment_type: &'static str,
    /// The attribute by which what is attached names it.
    owner: &'static str,
}

const SORTS: [Sort; 3] = [
    Sort {
        list: "RoleDetailList",
        name: "RoleName",
        id: "RoleId",
        inline: "RolePolicyList",
        type_name: "aws_iam_role",
        inline_type: "aws_iam_role_policy",
        attachment_type: "aws_iam_role_policy_attachment",
        owner: "role",
    },
    Sort {
        list: "GroupDetailList",
        name: "GroupName",
        id: "GroupId",
        inline: "GroupPolicyList",
        type_name: "aws_iam_group",
        inline_type: "aws_iam_group_policy",
        attachment_type: "aws_iam_group_policy_attachment",
        owner: "group",
    },
    Sort {
        list: "UserDetailList",
        name: "UserName",
        id: "UserId",
        inline: "UserPolicyList",
        type_name: "aws_iam_user",
        inline_type: "aws_iam_user_policy",
        attachment_type: "aws_iam_user_policy_attachment",
        owner: "user",
    },
];

/// Reads the identities and the managed policies.
pub(super) fn read<'a>(mut pages: Vec<Map<'a>>, told: &mut Told<'a>) -> Result<(), LoadError> {
    for sort in &SORTS {
        for element in told.elements(&mut pages, sort.list)? {
            identity(sort, element, told);
        }
    }
    for element in told.elements(&mut pages, "Policies")? {
        managed(element, told);
    }
    told.note_next(&pages);
    Ok(())
}

fn identity<'a>(sort: &Sort, mut element: Element<'a>, told: &mut Told<'a>) {
    let at = element.at;
    let named = element.text(sort.name).zip(element.text("Arn"));
    let Some((name, arn)) = named.map(|(name, arn)| (name.to_owned(), arn.to_owned())) else {
        let message = format!(
            "`{}` has an element without `{}` and `Arn`",
            sort.list, sort.name
        );
        return told.odd(&message, at);
    };
    let Some(place) = told.place_of(&arn) else {
        return told.odd(&format!("`{arn}` is no ARN"), at);
    };
    for mut inline in element.inner(sort.inline) {
        let inline_at = inline.at;
        let Some(policy_name) = inline.text("PolicyName").map(str::to_owned) else {
            told.odd(
                &format!("`{arn}` has a policy without `PolicyName`"),
                inline_at,
            );
            continue;
        };
        let mut attributes = Map::default();
        attributes.push(
            Cow::Borrowed(sort.owner),
            Value::text(name.clone(), inline_at),
        );
        inline.hand("PolicyName", "name", &mut attributes);
        let document = document(inline.map.remove("PolicyDocument"), inline_at);
        attributes.push(Cow::Borrowed("policy"), document);
        let address = format!("{arn}:{policy_name}");
        told.add(sort.inline_type, address, attributes, inline_at, place);
    }
    for attached in element.inner("AttachedManagedPolicies") {
        let Some(policy) = attached.text("PolicyArn").map(str::to_owned) else {
            told.odd(
                &format!("`{arn}` is attached a policy without `PolicyArn`"),
                attached.at,
            );
            continue;
        };
        attachment(sort, &name, &arn, policy, &attached, place, told);
    }
    let mut attributes = Map::default();
    element.hand(sort.name, "name", &mut attributes);
    element.hand("Path", "path", &mut attributes);
    element.hand("Arn", "arn", &mut attributes);
    element.hand(sort.id, "unique_id", &mut attributes);
    element.hand("GroupList", "groups", &mut attributes);
    element.hand_tags(&mut attributes);
    attributes.push(Cow::Borrowed("id"), Value::text(name, at));
    if let Some(Data::Map(mut boundary)) = element
        .map
        .remove("PermissionsBoundary")
        .map(|boundary| boundary.data)
    {
        let arn = boundary.remove("PermissionsBoundaryArn");
        let arn = arn.unwrap_or_else(|| Value::new(Data::Unknown(Why::UnexpectedForm), at));
        attributes.push(Cow::Borrowed("permissions_boundary"), arn);
    }
    if sort.type_name == "aws_iam_role" {
        let trust = document(element.map.remove("AssumeRolePolicyDocument"), at);
        attributes.push(Cow::Borrowed("assume_role_policy"), trust);
        untold(&["max_session_duration"], &mut attributes, at);
    }
    told.add(sort.type_name, arn, attributes, at, place);
}

fn attachment<'a>(
    sort: &Sort,
    name: &str,
    arn: &str,
    policy: String,
    attached: &Element<'a>,
    place: ProviderId,
    told: &mut Told<'a>,
) {
    let origin = attached.map.get("PolicyArn").map(|value| value.origin);
    let address = format!("{arn}:{policy}");
    let mut attributes = Map::default();
    let owner = Value::text(name.to_owned(), attached.at);
    attributes.push(Cow::Borrowed(sort.owner), owner);
    let policy = Value::text(policy, origin.unwrap_or(attached.at));
    attributes.push(Cow::Borrowed("policy_arn"), policy);
    told.add(
        sort.attachment_type,
        address,
        attributes,
        attached.at,
        place,
    );
}

/// A managed policy, with the version of it that counts.
fn managed<'a>(mut element: Element<'a>, told: &mut Told<'a>) {
    let at = element.at;
    let Some(arn) = element.text("Arn").map(str::to_owned) else {
        return told.odd("`Policies` has an element without `Arn`", at);
    };
    let Some(place) = told.place_of(&arn) else {
        return told.odd(&format!("`{arn}` is no ARN"), at);
    };
    let wanted = element.text("DefaultVersionId").map(str::to_owned);
    let versions = element.inner("PolicyVersionList");
    let counts = versions.into_iter().find(|version| {
        let is_default = version.map.get("IsDefaultVersion").map(|value| &value.data);
        match &wanted {
            Some(wanted) => version.text("VersionId") == Some(wanted),
            None => is_default == Some(&Data::Bool(true)),
        }
    });
    let text = counts.and_then(|mut version| version.map.remove("Document"));
    let mut attributes = Map::default();
    element.hand("PolicyName", "name", &mut attributes);
    element.hand("Path", "path", &mut attributes);
    attributes.push(Cow::Borrowed("policy"), document(text, at));
    attributes.push(Cow::Borrowed("id"), Value::text(arn.clone(), at));
    element.hand("Arn", "arn", &mut attributes);
    element.hand("PolicyId", "policy_id", &mut attributes);
    told.add("aws_iam_policy", arn, attributes, at, place);
}

/// A policy document: an object, or the text that the API sends, URL-encoded.
fn document(value: Option<Value<'_>>, at: Span) -> Value<'_> {
    let Some(value) = value else {
        return Value::new(Data::Unknown(Why::UnexpectedForm), at);
    };
    let decoded = match &value.data {
        Data::Map(_) => None,
        Data::Text(text) if text.trim_start().starts_with('{') => None,
        Data::Text(text) => Some(percent_decoded(text)),
        _ => Some(None),
    };
    match decoded {
        None => value,
        Some(Some(text)) => Value::text(text, value.origin),
        Some(None) => Value::new(Data::Unknown(Why::UnexpectedForm), value.origin),
    }
}

/// The text that a URL-encoded one stands for.
fn percent_decoded(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        if byte != b'%' {
            bytes.push(byte);
            continue;
        }
        let digit = |byte: Option<u8>| char::from(byte?).to_digit(16);
        let value = digit(rest.next())? * 16 + digit(rest.next())?;
        bytes.push(u8::try_from(value).ok()?);
    }
    String::from_utf8(bytes).ok()
}

#[cfg(test)]
mod tests {
    use super::percent_decoded;

    #[test]
    fn decodes_what_the_api_sends() {
        let text = percent_decoded("%7B%22Sid%22%3A%22%C3%BC%22%7D");
        assert_eq!(text.as_deref(), Some("{\"Sid\":\"ü\"}"));
        for broken in ["%", "%7", "%zz", "%FF"] {
            assert_eq!(percent_decoded(broken), None, "{broken}");
        }
    }
}
