//! A workload reads and writes a bucket: S3 for the objects, and KMS, which S3 asks on behalf of the
//! role.
//!
//! Source: Amazon S3 User Guide, "Using server-side encryption with AWS KMS keys (SSE-KMS)" and "Reducing
//! the cost of SSE-KMS with Amazon S3 Bucket Keys" (the encryption context); Amazon SageMaker AI Developer
//! Guide, "How to use SageMaker AI execution roles".

use super::choice::{Choice, first_allowed};
use super::{Hop, Prover, Step, via};
use crate::access::{Answer, Caller, Circumstances, Object, Way};
use crate::finding::Severity;
use crate::iam::text::{Domain, Piece};
use crate::iam::{Action, Decision, Knowledge, Layer, Principal, Text, equal_texts};
use crate::model::graph::{ResourceId, Target};
use crate::model::source::Span;
use crate::model::truth::Truth;
use crate::model::value::{Data, Value, Why};
use crate::model::vocabulary::Kind;
use crate::workload::bucket_of;

/// Where a workload reads or writes.
#[derive(Debug, Clone)]
pub(super) struct Place {
    /// The bucket, if it is one of the input.
    pub(super) bucket: Option<ResourceId>,
    /// What carries the bucket's policy.
    pub(super) object: Object,
    /// The keys of objects begin so; none if the code chooses.
    pub(super) prefix: Option<Text>,
    /// Where the input says so.
    pub(super) at: Option<Span>,
}

impl Place {
    /// A bucket, of which the code chooses the objects.
    pub(super) fn of(bucket: &Object) -> Self {
        Self {
            bucket: bucket.id,
            object: bucket.clone(),
            prefix: None,
            at: None,
        }
    }
}

/// Who works with data, and how its requests travel.
#[derive(Debug, Clone, Copy)]
pub(super) struct Worker<'w> {
    pub(super) caller: &'w Caller,
    /// The ways that its requests to S3 may take: the first one that is allowed counts.
    pub(super) ways: &'w [Way],
}

/// Under which key objects of a bucket lie.
#[derive(Debug, Clone)]
pub(super) enum Encryption {
    /// Under no key that anybody must be allowed to use: SSE-S3, or a key that AWS manages.
    Free,
    /// Under this key.
    Key(Box<Object>),
    /// It cannot be told.
    Unknown(String, Why),
}

impl<'a> Prover<'_, '_, 'a> {
    /// The place of an `s3://bucket/prefix`; none where its bucket cannot be told.
    pub(super) fn place_of(&self, uri: &Value<'a>, name: &str) -> Option<Place> {
        let text = self.access.text(uri, name)?;
        let rest = without_scheme(&text)?;
        let (bucket_name, prefix) = split_at_slash(&rest);
        let bucket = bucket_of(self.graph, uri);
        let object = if let Some(id) = bucket {
            self.access.object(id)
        } else {
            let mut arn = Text::literal("arn:aws:s3:::");
            arn.push(&bucket_name);
            let name = self.access.show(&bucket_name);
            self.access.foreign_object(&arn, &name)
        };
        Some(Place {
            bucket,
            object,
            prefix: Some(prefix),
            at: Some(uri.origin),
        })
    }

    /// What it takes to read from a place: to list it, to get an object, to decrypt it.
    pub(super) fn read_hops(&self, worker: Worker<'_>, place: &Place) -> Vec<Hop> {
        vec![
            self.list_hop(worker, place),
            self.object_hop(worker, place, Step::Read, "s3:GetObject", &[]),
        ]
        .into_iter()
        .chain(self.key_hop(worker.caller, place, Step::Decrypt, "kms:Decrypt", None))
        .collect()
    }

    /// What it takes to write to a place, under the bucket's own key or another one.
    pub(super) fn write_hops(
        &self,
        worker: Worker<'_>,
        place: &Place,
        encryption: Option<&Encryption>,
    ) -> Vec<Hop> {
        let own = self.encryption(place);
        let encryption = encryption.unwrap_or(&own);
        // SageMaker asks for SSE-KMS, with the key that the job names.
        let mut headers = vec![(
            "s3:x-amz-server-side-encryption",
            Knowledge::value("aws:kms"),
        )];
        headers.push((
            "s3:x-amz-server-side-encryption-aws-kms-key-id",
            match encryption {
                Encryption::Key(key) => Knowledge::value(key.arn.clone()),
                Encryption::Free => Knowledge::ABSENT,
                Encryption::Unknown(..) => Knowledge::UNKNOWN,
            },
        ));
        let mut hops = vec![self.object_hop(worker, place, Step::Write, "s3:PutObject", &headers)];
        if matches!(encryption, Encryption::Free) && is_of_other_account(place, worker.caller) {
            let action = "kms:GenerateDataKey";
            let what = "the key that AWS manages for S3".to_owned();
            let hinge = (place.object.name.clone(), Why::ExternalResource);
            let hop = Self::open_hop(Step::Encrypt, action, &worker.caller.name, what, hinge);
            let text = format!(
                "{} is of another account, which cannot use the key that AWS manages for S3 in the role's",
                place.object.name
            );
            let code = "aws-managed-key-cross-account";
            hops.push(
                hop.kept_out(code, Layer::Resource, text, place.at)
                    .at(place.at),
            );
        }
        let key_hop =
            |step, action| self.key_hop(worker.caller, place, step, action, Some(encryption));
        hops.extend(key_hop(Step::Encrypt, "kms:GenerateDataKey"));
        let parts = key_hop(Step::DecryptParts, "kms:Decrypt");
        hops.extend(parts.map(|hop| hop.advised(Severity::Medium)));
        hops
    }

    fn list_hop(&self, worker: Worker<'_>, place: &Place) -> Hop {
        let action = "s3:ListBucket";
        let anything = match &place.prefix {
            Some(prefix) => Choice {
                text: prefix.clone(),
                words: None,
            },
            None => self.anything("the prefix that is listed", Domain::ANY),
        };
        let is_chosen = place.prefix.is_none();
        let (answer, choice) = on_each_way(worker, |way| {
            first_allowed(
                anything.clone(),
                |choice| {
                    let keys = vec![("s3:prefix", Knowledge::value(choice.text.clone()))];
                    self.ask(worker.caller, action, &place.object, &way.with(keys))
                },
                |answer| {
                    if is_chosen {
                        self.values_demanded(answer, "s3:prefix")
                    } else {
                        Vec::new()
                    }
                },
            )
        });
        let chosen = choice
            .words
            .map(|words| format!("for the prefix `{words}`"));
        self.hop(Step::List, action, &worker.caller.name, answer)
            .on(place.bucket, place.object.name.clone())
            .chosen(chosen)
            .at(place.at)
    }

    fn object_hop(
        &self,
        worker: Worker<'_>,
        place: &Place,
        step: Step,
        action: &'static str,
        keys: &[(&str, Knowledge)],
    ) -> Hop {
        let anything = self.key_of(place);
        let is_chosen = place.prefix.is_none();
        let (answer, choice) = on_each_way(worker, |way| {
            first_allowed(
                anything.clone(),
                |choice| {
                    let object = below(&place.object, &choice.text);
                    self.ask(worker.caller, action, &object, &way.with(keys.to_vec()))
                },
                |answer| {
                    if is_chosen {
                        self.ends_named(answer, &Action::named(action), Domain::ANY)
                    } else {
                        Vec::new()
                    }
                },
            )
        });
        let chosen = choice.words.map(|words| format!("for objects `{words}`"));
        let shown = match &place.prefix {
            Some(prefix) => format!("{}/{}*", place.object.name, self.access.show(prefix)),
            None => format!("{}/*", place.object.name),
        };
        self.hop(step, action, &worker.caller.name, answer)
            .on(place.bucket, shown)
            .chosen(chosen)
            .at(place.at)
    }

    /// The key of an object at a place.
    fn key_of(&self, place: &Place) -> Choice {
        let mut choice = self.anything("the object", Domain::ANY);
        if let Some(prefix) = &place.prefix {
            let mut text = prefix.clone();
            text.push(&choice.text);
            choice.text = text;
        }
        choice
    }

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
        Some(match key.id.and_then(|id| self.why_unusable(id)) {
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

    /// Why nobody can use a key for data, whatever its policy says.
    fn why_unusable(&self, key: ResourceId) -> Option<(String, Span)> {
        let resource = self.graph.get(key);
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
        let at = says("key_usage", "sign_verify")
            .or_else(|| says("key_usage", "generate_verify_mac"))?;
        Some(("the key is not one that encrypts".to_owned(), at))
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
        match parts.perhaps_more {
            Some(why) => Encryption::Unknown(format!("the encryption of {name}"), why),
            None => Encryption::Free,
        }
    }

    /// The key that a value names: without one, AWS's own.
    pub(super) fn key_named(&self, value: Option<&Value<'a>>, name: &str) -> Encryption {
        let Some(value) = value.filter(|value| !matches!(value.data, Data::Null)) else {
            return Encryption::Free;
        };
        if let Some(text) = value.as_text()
            && (text.is_empty() || text.contains("alias/aws/"))
        {
            return Encryption::Free;
        }
        let target = match self.graph.target(value, Kind::KEYS) {
            Target::Resource(id) if self.graph.get(id).kind() == Some(Kind::KmsAlias) => {
                let is_aws = self.graph.get(id).get("name").and_then(Value::as_text);
                if is_aws.is_some_and(|name| name.starts_with("alias/aws/")) {
                    return Encryption::Free;
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

    /// Puts a question.
    pub(super) fn ask(
        &self,
        caller: &Caller,
        action: &'static str,
        object: &Object,
        circumstances: &Circumstances,
    ) -> Answer {
        self.access
            .ask(caller, &Action::named(action), object, circumstances)
    }

    /// The caller that a role is.
    pub(super) fn caller(&self, target: Target<'_>) -> Option<Caller> {
        match target {
            Target::Resource(id) => self.access.caller(id),
            Target::Outside(arn) => {
                let principal = Principal::parse(arn).ok()?;
                Some(self.access.outsider(principal, arn))
            }
            Target::Unknown(_) => None,
        }
    }
}

/// The first way on which it is allowed, else what the first way says.
fn on_each_way(worker: Worker<'_>, ask: impl Fn(Way) -> (Answer, Choice)) -> (Answer, Choice) {
    let mut ways = worker.ways.iter();
    let first = ask(ways.next().copied().unwrap_or(Way::Unknown));
    if first.0.decision() == Decision::Allowed {
        return first;
    }
    let mut others = ways.map(|way| ask(*way));
    let allowed = others.find(|(answer, _)| answer.decision() == Decision::Allowed);
    allowed.unwrap_or(first)
}

/// Whether a bucket is known to be of another account than a caller's.
fn is_of_other_account(place: &Place, caller: &Caller) -> bool {
    let accounts = place.object.owner.as_ref().zip(caller.principal.account());
    accounts.is_some_and(|(one, other)| equal_texts(one, other) == Truth::No)
}

/// What lies inside a bucket or has another end.
pub(super) fn below(object: &Object, end: &Text) -> Object {
    let mut below = object.clone();
    below.arn.push_literal("/");
    below.arn.push(end);
    below
}

fn without_scheme(uri: &Text) -> Option<Text> {
    let mut pieces = uri.pieces().iter();
    let Some(Piece::Literal(first)) = pieces.next() else {
        return None;
    };
    let mut rest = Text::literal(first.strip_prefix("s3://")?);
    for piece in pieces {
        match piece {
            Piece::Literal(text) => rest.push_literal(text),
            Piece::Hole(hole) => rest.push_hole(*hole),
        }
    }
    Some(rest)
}

/// The name of a bucket, and the beginning of the keys in it.
fn split_at_slash(text: &Text) -> (Text, Text) {
    let (mut name, mut prefix) = (Text::default(), None::<Text>);
    for piece in text.pieces() {
        match (piece, &mut prefix) {
            (Piece::Literal(text), None) => match text.split_once('/') {
                Some((before, after)) => {
                    name.push_literal(before);
                    prefix = Some(Text::literal(after));
                }
                None => name.push_literal(text),
            },
            (Piece::Literal(text), Some(prefix)) => prefix.push_literal(text),
            (Piece::Hole(hole), None) => name.push_hole(*hole),
            (Piece::Hole(hole), Some(prefix)) => prefix.push_hole(*hole),
        }
    }
    (name, prefix.unwrap_or_default())
}
