//! The key that objects lie under, and the calls that S3 makes to KMS for whoever reads or writes them.
//!
//! Source: Amazon S3 User Guide, "Using server-side encryption with AWS KMS keys (SSE-KMS)" and "Reducing
//! the cost of SSE-KMS with Amazon S3 Bucket Keys" (the encryption context).

use super::data::{Place, below};
use super::{Hop, Prover, Step, via};
use crate::access::{Caller, Object, Way};
use crate::iam::text::Domain;
use crate::iam::{Knowledge, Layer, Text, equal_texts};
use crate::model::graph::{ResourceId, Target};
use crate::model::source::Span;
use crate::model::truth::Truth;
use crate::model::value::{Data, Value, Why};
use crate::model::vocabulary::Kind;

/// Under which key objects of a bucket lie.
#[derive(Debug, Clone)]
pub(super) enum Encryption {
    /// Under no key that anybody must be allowed to use: SSE-S3.
    Free,
    /// Under the key that AWS manages for S3: everybody in the account may use it by way of S3, and nobody
    /// else.
    AwsManaged,
    /// Under this key.
    Key(Box<Object>),
    /// It cannot be told.
    Unknown(String, Why),
}

impl<'a> Prover<'_, '_, 'a> {
    /// A call that S3 makes to KMS for the role; none where the objects need no key.
    pub(super) fn key_hop(
        &self,
        caller: &Caller,
        place: &Place,
        step: Step,
        action: &'static str,
        encryption: Option<&Encryption>,
    ) -> Option<Hop> {
        let own = self.encryption(place);
        let key = match encryption.unwrap_or(&own) {
            Encryption::Free => return None,
            Encryption::AwsManaged => return Self::managed_key_hop(caller, place, step, action),
            Encryption::Key(key) => key,
            Encryption::Unknown(value, why) => {
                let hinge = (value.clone(), *why);
                let what = format!("the key of {}", place.object.name);
                let hop = Self::open_hop(step, action, &caller.name, what, hinge);
                return Some(hop.at(place.at));
            }
        };
        let region = place.object.region.clone().or_else(|| key.region.clone());
        let region = region.unwrap_or_else(|| {
            let what = format!("the region of {}", place.object.name);
            self.access
                .unknown(&what, Why::ExternalResource, Domain::REGION)
        });
        let object = below(&place.object, &self.key_of(place).text);
        let context = match self.uses_bucket_key(place.bucket) {
            Some(true) => Knowledge::value(place.object.arn.clone()),
            Some(false) => Knowledge::value(object.arn),
            None => Knowledge::present(),
        };
        let keys = vec![
            ("kms:ViaService", Knowledge::value(via("s3", &region))),
            ("kms:EncryptionContext:aws:s3:arn", context),
            ("kms:EncryptionContext:*", Knowledge::ABSENT),
            ("kms:EncryptionContextKeys", Knowledge::value("aws:s3:arn")),
            (
                "kms:EncryptionAlgorithm",
                Knowledge::value("SYMMETRIC_DEFAULT"),
            ),
            ("kms:GrantIsForAWSResource", Knowledge::ABSENT),
            ("kms:RequestAlias", Knowledge::ABSENT),
            ("aws:ViaAWSService", Knowledge::value("true")),
            ("aws:CalledVia", Knowledge::UNKNOWN),
            ("aws:CalledViaFirst", Knowledge::UNKNOWN),
            ("aws:CalledViaLast", Knowledge::UNKNOWN),
        ];
        // Keys of the network are not carried from the call to S3 to its call to KMS.
        let answer = self.ask(caller, action, key, &Way::Service.with(keys));
        let hop = self
            .hop(step, action, &caller.name, answer)
            .on(key.id, key.name.clone())
            .at(place.at);
        Some(match self.why_unusable(key, place.object.region.as_ref()) {
            Some((text, at)) => {
                let code = match step {
                    Step::Encrypt | Step::DecryptParts => "output-key-unusable",
                    _ => "key-unusable",
                };
                hop.kept_out(code, Layer::Resource, text, Some(at))
            }
            None => hop,
        })
    }

    /// The key that AWS manages for S3 in the account of a bucket; none within that account.
    fn managed_key_hop(
        caller: &Caller,
        place: &Place,
        step: Step,
        action: &'static str,
    ) -> Option<Hop> {
        // What is advised beside these is so for keys of the customer's.
        if !matches!(action, "kms:Decrypt" | "kms:GenerateDataKey") || step == Step::DecryptParts {
            return None;
        }
        let accounts = place.object.owner.as_ref().zip(caller.principal.account());
        let is_own = accounts.map_or(Truth::Unknown, |(one, other)| equal_texts(one, other));
        let what = "the key that AWS manages for S3".to_owned();
        let hinge = (
            format!("the account of {}", place.object.name),
            Why::ExternalResource,
        );
        let hop = || Self::open_hop(step, action, &caller.name, what.clone(), hinge.clone());
        match is_own {
            Truth::Yes => None,
            Truth::Unknown => Some(hop().at(place.at)),
            Truth::No => {
                let text = format!(
                    "{} is of another account, and no account can use the key that AWS manages in another one",
                    place.object.name
                );
                let code = "aws-managed-key-cross-account";
                Some(
                    hop()
                        .kept_out(code, Layer::Resource, text, place.at)
                        .at(place.at),
                )
            }
        }
    }

    /// Why nobody can use a key for the data of a region, whatever its policy says.
    pub(super) fn why_unusable(
        &self,
        key: &Object,
        region: Option<&Text>,
    ) -> Option<(String, Span)> {
        let resource = self.graph.get(key.id?);
        let regions = region
            .and_then(Text::known)
            .zip(key.region.as_ref()?.known());
        if let Some((own, other)) = regions.filter(|(own, other)| own != other) {
            let text = format!("the key lies in {other}, and only keys of {own} can be used there");
            return Some((text, resource.origin));
        }
        let says = |path: &str, wanted: &str| {
            let value = resource.get(path)?;
            let text = match &value.data {
                Data::Bool(flag) => flag.to_string(),
                Data::Text(text) => text.to_ascii_lowercase(),
                _ => return None,
            };
            (text == wanted).then_some(value.origin)
        };
        let disabled = says("is_enabled", "false").or_else(|| says("enabled", "false"));
        if let Some(at) = disabled {
            return Some(("the key is disabled".to_owned(), at));
        }
        let other_use =
            says("key_usage", "sign_verify").or_else(|| says("key_usage", "generate_verify_mac"));
        if let Some(at) = other_use {
            return Some(("the key is not one that encrypts".to_owned(), at));
        }
        let spec = resource.get("customer_master_key_spec");
        let spec = spec.or_else(|| resource.get("key_spec"))?;
        let is_other = spec
            .as_text()
            .is_some_and(|text| text != "SYMMETRIC_DEFAULT");
        let why = "S3 and EBS take symmetric keys only, and the key is not one";
        is_other.then(|| (why.to_owned(), spec.origin))
    }

    /// Under which key objects of a place lie by default.
    pub(super) fn encryption(&self, place: &Place) -> Encryption {
        let Some(bucket) = place.bucket else {
            let what = format!("the encryption of {}", place.object.name);
            return Encryption::Unknown(what, Why::ExternalResource);
        };
        let name = self.name(bucket);
        let parts = self.graph.parts(bucket, Kind::BucketSse);
        let rules = parts
            .found
            .iter()
            .filter_map(|part| Some((part, part.get("rule")?)));
        for (part, rules) in rules {
            let value = || format!("{}.rule", part.said_by.address.as_str());
            if let Some(why) = rules.why_unknown() {
                return Encryption::Unknown(value(), why);
            }
            for rule in rules.as_list().unwrap_or(std::slice::from_ref(rules)) {
                let Some(rule) = rule.as_map() else {
                    let why = rule.why_unknown().unwrap_or(Why::UnexpectedForm);
                    return Encryption::Unknown(value(), why);
                };
                let at = |end: &str| {
                    let path = format!("apply_server_side_encryption_by_default.{end}");
                    rule.at(&path)
                };
                match at("sse_algorithm").map(|value| &value.data) {
                    Some(Data::Text(text)) if text.starts_with("aws:kms") => {}
                    Some(Data::Text(_)) => {
                        return Encryption::Free;
                    }
                    Some(Data::Unknown(why)) => return Encryption::Unknown(value(), *why),
                    _ => continue,
                }
                let own = format!("{}.kms_master_key_id", part.said_by.address.as_str());
                return self.key_named(at("kms_master_key_id"), &own);
            }
        }
        if !parts.deleted.is_empty() {
            // What was written before keeps the key that it was written under.
            let what = format!("the key of the objects that {name} holds already");
            return Encryption::Unknown(what, Why::ExternalResource);
        }
        match parts.perhaps_more {
            Some(why) => Encryption::Unknown(format!("the encryption of {name}"), why),
            None => Encryption::Free,
        }
    }

    /// The key that a value names: without one, AWS's own.
    pub(super) fn key_named(&self, value: Option<&Value<'a>>, name: &str) -> Encryption {
        let Some(value) = value.filter(|value| !matches!(value.data, Data::Null)) else {
            return Encryption::AwsManaged;
        };
        if let Some(text) = value.as_text()
            && (text.is_empty() || text.contains("alias/aws/"))
        {
            return Encryption::AwsManaged;
        }
        let target = match self.graph.target(value, Kind::KEYS) {
            Target::Resource(id) if self.graph.get(id).kind() == Some(Kind::KmsAlias) => {
                let is_aws = self.graph.get(id).get("name").and_then(Value::as_text);
                if is_aws.is_some_and(|name| name.starts_with("alias/aws/")) {
                    return Encryption::AwsManaged;
                }
                let Some(key) = self.access.key_of_alias(id) else {
                    let what = format!("the key of {}", self.name(id));
                    return Encryption::Unknown(what, Why::ExternalResource);
                };
                Target::Resource(key)
            }
            target => target,
        };
        match target {
            Target::Resource(id) => Encryption::Key(Box::new(self.access.object(id))),
            Target::Outside(text) => {
                let arn = if text.starts_with("arn:") {
                    Text::from(text)
                } else {
                    self.access
                        .unknown(text, Why::ExternalResource, Domain::ANY)
                };
                Encryption::Key(Box::new(self.access.foreign_object(&arn, text)))
            }
            Target::Unknown(why) => Encryption::Unknown(name.to_owned(), why),
        }
    }

    /// Whether a bucket uses S3 Bucket Keys; none where that is not known.
    fn uses_bucket_key(&self, bucket: Option<ResourceId>) -> Option<bool> {
        let parts = self.graph.parts(bucket?, Kind::BucketSse);
        for rules in parts.found.iter().filter_map(|part| part.get("rule")) {
            for rule in rules.as_list()? {
                match rule
                    .as_map()?
                    .get("bucket_key_enabled")
                    .map(|value| &value.data)
                {
                    Some(Data::Bool(flag)) => return Some(*flag),
                    Some(Data::Text(text)) => return Some(text.eq_ignore_ascii_case("true")),
                    None | Some(Data::Null) => {}
                    Some(_) => return None,
                }
            }
        }
        parts.perhaps_more.is_none().then_some(false)
    }
}
