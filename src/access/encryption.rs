//! The key that objects of a bucket lie under, and what KMS sees of the calls that S3 makes to it.
//!
//! Source: Amazon S3 User Guide, "Using server-side encryption with AWS KMS keys (SSE-KMS)" and "Reducing
//! the cost of SSE-KMS with Amazon S3 Bucket Keys" (the encryption context).

use super::{Access, Circumstances, Object, Way};
use crate::iam::text::Domain;
use crate::iam::{Knowledge, Text};
use crate::model::graph::{ResourceId, Target};
use crate::model::source::Span;
use crate::model::value::{Data, Value, Why};
use crate::model::vocabulary::Kind;

/// Under which key objects of a bucket lie.
#[derive(Debug, Clone)]
pub enum Encryption {
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

impl<'a> Access<'_, 'a> {
    /// What KMS sees of a call that S3 makes to it for whoever works with an object of this ARN, or
    /// pattern of ARNs, in a bucket. What is known of the network is not carried over.
    #[must_use]
    pub fn by_s3(&self, bucket: &Object, object: &Text, key: &Object) -> Circumstances {
        let region = bucket.region.clone().or_else(|| key.region.clone());
        let region = region.unwrap_or_else(|| {
            let what = format!("the region of {}", bucket.name);
            self.unknown(&what, Why::ExternalResource, Domain::REGION)
        });
        let context = match self.uses_bucket_key(bucket.id) {
            Some(true) => Knowledge::value(bucket.arn.clone()),
            Some(false) => Knowledge::value(object.clone()),
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
        Way::Service.with(keys)
    }

    /// Why nobody can use a key for the data of a region, whatever its policy says.
    #[must_use]
    pub fn why_unusable(&self, key: &Object, region: Option<&Text>) -> Option<(String, Span)> {
        let resource = self.graph().get(key.id?);
        let regions = region
            .and_then(Text::known)
            .zip(key.region.as_ref()?.known());
        if let Some((own, other)) = regions.filter(|(own, other)| own != other) {
            let text = format!("the key lies in {other}, and only keys of {own} can be used there");
            return Some((text, resource.origin));
        }
        let says = |path: &str, wanted: &str| {
            let value = resource.if_any(path)?;
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
        let spec = resource.if_any("customer_master_key_spec");
        let spec = spec.or_else(|| resource.if_any("key_spec"))?;
        let is_other = spec
            .as_text()
            .is_some_and(|text| text != "SYMMETRIC_DEFAULT");
        let why = "S3 and EBS take symmetric keys only, and the key is not one";
        is_other.then(|| (why.to_owned(), spec.origin))
    }

    /// Under which key objects of a bucket lie by default.
    #[must_use]
    pub fn encryption(&self, bucket: &Object) -> Encryption {
        let Some(id) = bucket.id else {
            let what = format!("the encryption of {}", bucket.name);
            return Encryption::Unknown(what, Why::ExternalResource);
        };
        let name = self.graph().get(id).address.as_str();
        let parts = self.graph().parts(id, Kind::BucketSse);
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
    #[must_use]
    pub fn key_named(&self, value: Option<&Value<'a>>, name: &str) -> Encryption {
        let Some(value) = value.filter(|value| !matches!(value.data, Data::Null)) else {
            return Encryption::AwsManaged;
        };
        if let Some(text) = value.as_text()
            && (text.is_empty() || text.contains("alias/aws/"))
        {
            return Encryption::AwsManaged;
        }
        let target = match self.graph().target(value, Kind::KEYS) {
            Target::Resource(id) if self.graph().get(id).kind() == Some(Kind::KmsAlias) => {
                let is_aws = self.graph().get(id).get("name").and_then(Value::as_text);
                if is_aws.is_some_and(|name| name.starts_with("alias/aws/")) {
                    return Encryption::AwsManaged;
                }
                let Some(key) = self.key_of_alias(id) else {
                    let what = format!("the key of {}", self.graph().get(id).address.as_str());
                    return Encryption::Unknown(what, Why::ExternalResource);
                };
                Target::Resource(key)
            }
            target => target,
        };
        match target {
            Target::Resource(id) => Encryption::Key(Box::new(self.object(id))),
            Target::Outside(text) => {
                let arn = if text.starts_with("arn:") {
                    Text::from(text)
                } else {
                    self.unknown(text, Why::ExternalResource, Domain::ANY)
                };
                Encryption::Key(Box::new(self.foreign_object(&arn, text)))
            }
            Target::Unknown(why) => Encryption::Unknown(name.to_owned(), why),
        }
    }

    /// Whether a bucket uses S3 Bucket Keys; none where that is not known.
    fn uses_bucket_key(&self, bucket: Option<ResourceId>) -> Option<bool> {
        let parts = self.graph().parts(bucket?, Kind::BucketSse);
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

/// `s3.eu-central-1.amazonaws.com`: what KMS sees of the service that calls it.
///
/// Source: AWS KMS Developer Guide, "AWS KMS condition keys", `kms:ViaService`.
#[must_use]
pub fn via(service: &str, region: &Text) -> Text {
    let mut name = Text::literal(format!("{service}."));
    name.push(region);
    name.push_literal(".amazonaws.com");
    name
}
