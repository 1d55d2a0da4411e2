//! A workload reads and writes a bucket: S3 for the objects, and KMS, which S3 asks on behalf of the
//! role.
//!
//! Source: Amazon SageMaker AI Developer Guide, "How to use SageMaker AI execution roles".

use super::{Hop, Prover, Step};
use crate::access::{
    Answer, Caller, Choice, Circumstances, Encryption, Object, Way, first_allowed,
};
use crate::finding::Severity;
use crate::iam::text::{Domain, Piece};
use crate::iam::{Action, Decision, Knowledge, Principal, Text};
use crate::model::graph::{ResourceId, Target};
use crate::model::source::Span;
use crate::model::truth::Truth;
use crate::model::value::{Value, Why};
use crate::model::vocabulary::Kind;
use crate::network::serves;
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
    /// The way that its requests to S3 take.
    pub(super) way: Way,
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
        let own = self.access.encryption(&place.object);
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
                Encryption::Free | Encryption::AwsManaged => Knowledge::ABSENT,
                Encryption::Unknown(..) => Knowledge::UNKNOWN,
            },
        ));
        let mut hops = vec![self.object_hop(worker, place, Step::Write, "s3:PutObject", &headers)];
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
            None => self
                .access
                .anything("the prefix that is listed", Domain::ANY),
        };
        let is_chosen = place.prefix.is_none();
        let way = self.way_to(worker.way, place);
        let (answer, choice) = first_allowed(
            anything,
            |choice| {
                let keys = vec![("s3:prefix", Knowledge::value(choice.text.clone()))];
                self.ask(worker.caller, action, &place.object, &way.with(keys))
            },
            |answer| {
                if is_chosen {
                    self.access.values_demanded(answer, "s3:prefix")
                } else {
                    Vec::new()
                }
            },
        );
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
        let way = self.way_to(worker.way, place);
        let (answer, choice) = first_allowed(
            anything,
            |choice| {
                let object = place.object.below(&choice.text);
                self.ask(worker.caller, action, &object, &way.with(keys.to_vec()))
            },
            |answer| {
                if is_chosen {
                    self.access
                        .ends_named(answer, &Action::named(action), Domain::ANY)
                } else {
                    Vec::new()
                }
            },
        );
        let chosen = choice.words.map(|words| format!("for objects `{words}`"));
        let shown = match &place.prefix {
            Some(_) => {
                let key = self.access.show(&self.key_of(place).text);
                format!("{}/{}", place.object.name, key.replace("{the object}", "*"))
            }
            None => format!("{}/*", place.object.name),
        };
        self.hop(step, action, &worker.caller.name, answer)
            .on(place.bucket, shown)
            .chosen(chosen)
            .at(place.at)
    }

    /// The way to a bucket: an endpoint leads to its own region.
    fn way_to(&self, way: Way, place: &Place) -> Way {
        let Way::Endpoint(endpoint) = way else {
            return way;
        };
        let own = self.access.region(self.graph.get(endpoint));
        let regions = own
            .known()
            .zip(place.object.region.as_ref().and_then(Text::known));
        match regions {
            Some((own, other)) if own != other => Way::Internet,
            _ => way,
        }
    }

    /// The key of an object at a place: in the folder that the prefix is, or the one object that it names
    /// if its end looks like the name of a file.
    pub(super) fn key_of(&self, place: &Place) -> Choice {
        let mut choice = self.access.anything("the object", Domain::ANY);
        let Some(prefix) = &place.prefix else {
            return choice;
        };
        let end = match prefix.pieces().last() {
            Some(Piece::Literal(text)) => text.rsplit('/').next().unwrap_or(""),
            _ => "",
        };
        let mut text = prefix.clone();
        if !end.contains('.') {
            if !end.is_empty() {
                text.push_literal("/");
            }
            text.push(&choice.text);
        }
        choice.text = text;
        choice
    }

    /// Puts a question. Where the way of the request is not known, an endpoint of the input may be on it.
    pub(super) fn ask(
        &self,
        caller: &Caller,
        action: &'static str,
        object: &Object,
        circumstances: &Circumstances,
    ) -> Answer {
        let named = Action::named(action);
        let answer = self.access.ask(caller, &named, object, circumstances);
        if circumstances.way != Way::Unknown || answer.decision() != Decision::Allowed {
            return answer;
        }
        let service = match named.service() {
            "s3" => "s3",
            "sagemaker" => "sagemaker.api",
            _ => return answer,
        };
        let mut endpoints = self.graph.iter().filter(|(_, resource)| {
            resource.kind() == Some(Kind::Endpoint) && serves(resource, service) != Truth::No
        });
        let may_block = endpoints.find(|(id, _)| {
            let through = Circumstances {
                way: Way::Endpoint(*id),
                ..circumstances.clone()
            };
            let answer = self.access.ask(caller, &named, object, &through);
            answer.decision() != Decision::Allowed
        });
        match may_block {
            Some((_, endpoint)) => {
                let address = endpoint.address.as_str();
                let what = format!("whether the request goes through {address}");
                self.access.left_open(answer, &what, Why::ExternalResource)
            }
            None => answer,
        }
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
