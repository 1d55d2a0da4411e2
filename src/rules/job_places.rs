//! What rules ask about the places that workloads work with: whose account a thing lies in, and which bucket an
//! address names.

use super::{Context, Subject};
use crate::finding::Evidence;
use crate::iam::{Text, equal_texts};
use crate::model::graph::ResourceId;
use crate::model::truth::Truth;
use crate::model::value::{Value, Why};
use crate::workload::bucket_of;

/// Whose an account is.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Owner {
    /// The user's own, or one that they trust.
    Trusted,
    /// Somebody else's.
    Foreign,
    /// It cannot be told, for want of these.
    Unknown(Vec<(String, Why)>),
}

/// Whose an account is, seen from a workload. A job runs in the account of its role.
pub(super) fn owner(
    context: &Context<'_, '_>,
    workload: &Subject<'_, '_>,
    account: &Text,
) -> Owner {
    let trusted = &context.settings.trusted_accounts;
    if account
        .known()
        .is_some_and(|known| trusted.iter().any(|one| one == known))
    {
        return Owner::Trusted;
    }
    let of_role = workload.resource.if_any("role_arn").and_then(|role| {
        let arn = context
            .access
            .text(role, &workload.value_name("role_arn"))?;
        arn.fields(5)?.into_iter().nth(4)
    });
    if of_role.is_some_and(|own| equal_texts(&own, account) == Truth::Yes) {
        return Owner::Trusted;
    }
    match context.access.is_own_account(workload.resource, account) {
        (Truth::Yes, _) => Owner::Trusted,
        (Truth::No, _) => Owner::Foreign,
        (Truth::Unknown, of) => {
            Owner::Unknown(of.iter().map(|hinge| context.access.hinge(hinge)).collect())
        }
    }
}

/// Unsure because it cannot be told whose an account is: `the image's`.
pub(super) fn unsure_owner(
    context: &Context<'_, '_>,
    account: &Text,
    whose: &str,
    evidence: Evidence,
    hinges: Vec<(String, Why)>,
) -> Evidence {
    let shown = context.access.show(account);
    let message = if account.known().is_some() {
        format!(
            "cannot tell whether account {shown}, {whose}, is one of yours: nothing tells which those are; pass `--account`"
        )
    } else {
        let named: Vec<_> = hinges.iter().map(|(name, _)| name.as_str()).collect();
        format!(
            "cannot tell whether the account {whose} is one of yours: {} is not known",
            named.join(", ")
        )
    };
    let evidence = Evidence {
        message,
        ..evidence
    };
    hinges.into_iter().fold(evidence, |evidence, (value, why)| {
        evidence.hinges_on(value, why)
    })
}

/// The bucket of an address in S3.
#[derive(Debug, Clone)]
pub(super) struct Place {
    /// The bucket, where the input has it.
    pub(super) bucket: Option<ResourceId>,
    /// Its name, or the ARN of an access point.
    pub(super) name: Text,
}

/// The bucket of `s3://bucket/prefix` and of the forms that a browser takes; none where it is no such address.
pub(super) fn place(context: &Context<'_, '_>, uri: &Value<'_>, of: &str) -> Option<Place> {
    let text = context.access.text(uri, of)?;
    let (scheme, rest) = text.split_once("://")?;
    let host = rest
        .split_once("/")
        .map_or_else(|| rest.clone(), |(host, _)| host);
    let is_point = host.known_start().starts_with("arn:");
    let name = match scheme.known()? {
        // The name of an access point comes after a slash of its own.
        "s3" if is_point => match rest.split_once("/").map(|(_, path)| path) {
            Some(path) => {
                let mut arn = host;
                arn.push_literal("/");
                arn.push(&path.split_once("/").map_or(path.clone(), |(name, _)| name));
                arn
            }
            None => host,
        },
        "s3" => host,
        "https" => {
            let of_host = host.split_once(".s3").map(|(bucket, _)| bucket);
            let path = rest.split_once("/").map(|(_, path)| path)?;
            let of_path = path
                .split_once("/")
                .map_or_else(|| path.clone(), |(bucket, _)| bucket);
            of_host.unwrap_or(of_path)
        }
        _ => return None,
    };
    Some(Place {
        bucket: bucket_of(context.graph, uri),
        name,
    })
}
