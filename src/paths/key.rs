//! The calls that S3 makes to KMS for whoever reads or writes objects.
//!
//! Source: Amazon S3 User Guide, "Using server-side encryption with AWS KMS keys (SSE-KMS)".

use super::data::Place;
use super::{Hop, Prover, Step};
use crate::access::{Caller, Encryption};
use crate::iam::{Layer, equal_texts};
use crate::model::truth::Truth;
use crate::model::value::Why;

impl Prover<'_, '_, '_> {
    /// A call that S3 makes to KMS for the role; none where the objects need no key.
    pub(super) fn key_hop(
        &self,
        caller: &Caller,
        place: &Place,
        step: Step,
        action: &'static str,
        encryption: Option<&Encryption>,
    ) -> Option<Hop> {
        let own = self.access.encryption(&place.object);
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
        let object = place.object.below(&self.key_of(place).text);
        let by_s3 = self.access.by_s3(&place.object, &object.arn, key);
        let answer = self.ask(caller, action, key, &by_s3);
        let hop = self
            .hop(step, action, &caller.name, answer)
            .on(key.id, key.name.clone())
            .at(place.at);
        Some(
            match self.access.why_unusable(key, place.object.region.as_ref()) {
                Some((text, at)) => {
                    let code = match step {
                        Step::Encrypt | Step::DecryptParts => "output-key-unusable",
                        _ => "key-unusable",
                    };
                    hop.kept_out(code, Layer::Resource, text, Some(at))
                }
                None => hop,
            },
        )
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
}
