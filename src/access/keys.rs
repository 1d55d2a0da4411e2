//! What is known of the context keys of a request, by who calls and which way the request takes.
//!
//! Source: IAM User Guide, "AWS global condition context keys"; AWS KMS Developer Guide, "AWS KMS condition
//! keys".

use super::Access;
use super::{Caller, Object, Way};
use crate::iam::catalogue;
use crate::iam::text::Domain;
use crate::iam::{Action, Knowledge, Principal, Text};
use crate::model::graph::Target;
use crate::model::value::Why;
use crate::model::vocabulary::Kind;

/// Keys that policies use as variables.
pub(super) const IN_VARIABLES: &[&str] = &[
    "aws:principalaccount",
    "aws:principalarn",
    "aws:principalorgid",
    "aws:resourceaccount",
    "aws:resourceorgid",
    "aws:userid",
    "aws:username",
];

impl Access<'_, '_> {
    /// What a request says of a key, given in lower case.
    pub(super) fn knowledge(
        &self,
        key: &str,
        caller: &Caller,
        action: &Action,
        object: &Object,
        way: Way,
    ) -> Knowledge {
        if let ("aws:userid", Principal::Role { .. }, Some(role)) =
            (key, &caller.principal, caller.id)
        {
            let mut text = self.attribute(role, "unique_id");
            text.push_literal(":");
            text.push(&self.unknown("the name of the session", Why::AtRequest, Domain::IAM_NAME));
            return Knowledge::value(text);
        }
        if let Some(known) = of_caller(key, caller) {
            return known;
        }
        if let Some(known) = self.of_way(key, way) {
            return known;
        }
        let own = |text: &Option<Text>| match text {
            Some(text) => Knowledge::value(text.clone()),
            None => Knowledge::UNKNOWN,
        };
        match key {
            "aws:resourceaccount" | "s3:resourceaccount" => own(&object.owner),
            "aws:requestedregion" if object.region.is_some() => own(&object.region),
            "aws:requestedregion" | "aws:currenttime" | "aws:epochtime" => Knowledge::present(),
            "aws:securetransport" => Knowledge::value("true"),
            "kms:calleraccount" => own(&caller.principal.account().cloned()),
            _ => {
                if let Some(tag) = key.strip_prefix("aws:resourcetag/") {
                    // Of a bucket, they count only where that was switched on.
                    return match action.service() {
                        "s3" => Knowledge::UNKNOWN,
                        _ => tagged(&object.tags, tag),
                    };
                }
                let own_tag = ["ecr:resourcetag/", "sagemaker:resourcetag/"];
                let own_tag = own_tag.iter().find_map(|prefix| key.strip_prefix(prefix));
                if let Some(tag) = own_tag {
                    return tagged(&object.tags, tag);
                }
                let known = catalogue::service(action.service());
                let known = known.and_then(|service| {
                    let action = service.action(action.name())?;
                    Some(service.carries(action, key))
                });
                if known == Some(false) {
                    Knowledge::ABSENT
                } else {
                    Knowledge::UNKNOWN
                }
            }
        }
    }

    /// What the way of a request tells.
    fn of_way(&self, key: &str, way: Way) -> Option<Knowledge> {
        let network = [
            "aws:sourcevpce",
            "aws:sourcevpc",
            "aws:vpcsourceip",
            "aws:sourceip",
        ];
        if !network.contains(&key) {
            return None;
        }
        Some(match (way, key) {
            (Way::Unknown, _) => Knowledge::UNKNOWN,
            (Way::Internet, "aws:sourceip") => Knowledge::present(),
            (Way::Service | Way::Internet, _) | (Way::Endpoint(_), "aws:sourceip") => {
                Knowledge::ABSENT
            }
            (Way::Endpoint(id), "aws:sourcevpce") => Knowledge::value(self.attribute(id, "id")),
            (Way::Endpoint(id), "aws:sourcevpc") => {
                let endpoint = self.graph().get(id);
                let vpc = endpoint.get("vpc_id");
                match vpc.map(|value| (value, self.graph().target(value, Kind::VPCS))) {
                    Some((_, Target::Resource(vpc))) => Knowledge::value(self.attribute(vpc, "id")),
                    Some((value, _)) => {
                        let name = format!("{}.vpc_id", endpoint.address.as_str());
                        self.text(value, &name)
                            .map_or_else(Knowledge::present, Knowledge::value)
                    }
                    None => Knowledge::present(),
                }
            }
            (Way::Endpoint(_), _) => Knowledge::present(),
        })
    }
}

/// What the caller tells.
fn of_caller(key: &str, caller: &Caller) -> Option<Knowledge> {
    let (arn, account, kind) = match &caller.principal {
        Principal::Role { arn, account, .. } => (Some(arn), Some(account), "AssumedRole"),
        Principal::User { arn, account } => (Some(arn), Some(account), "User"),
        Principal::FederatedUser { arn, account } => (Some(arn), Some(account), "FederatedUser"),
        Principal::Root { account } => (None, Some(account), "Account"),
        Principal::Service { name } => return of_service(key, name),
        Principal::Federated { .. } | Principal::Anonymous => return None,
    };
    let own = |text: Option<&Text>| {
        text.map_or_else(Knowledge::present, |text| Knowledge::value(text.clone()))
    };
    Some(match key {
        "aws:principalarn" => own(arn),
        "aws:principalaccount" => own(account),
        "aws:principaltype" => Knowledge::value(kind),
        "aws:userid" => Knowledge::present(),
        "aws:username" => match &caller.principal {
            Principal::User { arn, .. } => user_name(arn),
            _ => Knowledge::ABSENT,
        },
        "aws:principalisawsservice" | "aws:viaawsservice" => Knowledge::value("false"),
        "aws:principalservicename"
        | "aws:principalservicenameslist"
        | "aws:calledvia"
        | "aws:calledviafirst"
        | "aws:calledvialast"
        | "aws:sourceaccount"
        | "aws:sourcearn"
        | "aws:sourceorgid"
        | "aws:sourceorgpaths" => Knowledge::ABSENT,
        _ => {
            return key
                .strip_prefix("aws:principaltag/")
                .map(|tag| tagged(&caller.tags, tag));
        }
    })
}

fn of_service(key: &str, name: &Text) -> Option<Knowledge> {
    Some(match key {
        "aws:principalisawsservice" => Knowledge::value("true"),
        "aws:principalservicename" => Knowledge::value(name.clone()),
        "aws:principalarn" | "aws:principalaccount" | "aws:username" => Knowledge::ABSENT,
        _ => return None,
    })
}

fn user_name(arn: &Text) -> Knowledge {
    let rest = arn.fields(5).and_then(|fields| fields.into_iter().nth(5));
    let known = rest.as_ref().and_then(Text::known);
    match known.and_then(|rest| rest.rsplit('/').next()) {
        Some(name) => Knowledge::value(name),
        None => Knowledge::present(),
    }
}

/// A tag. One that is not written may come from the provider's default tags.
fn tagged(tags: &[(String, Text)], name: &str) -> Knowledge {
    let mut found = tags
        .iter()
        .filter(|(key, _)| key.eq_ignore_ascii_case(name));
    found.next().map_or(Knowledge::UNKNOWN, |(_, value)| {
        Knowledge::value(value.clone())
    })
}
