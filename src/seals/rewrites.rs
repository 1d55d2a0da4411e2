//! Who lacks one half of what reading takes, and may write the policy that would give it: the key's, a grant
//! on the key, or the bucket's.
//!
//! Source: AWS KMS Developer Guide, "Key policies in AWS KMS"; Amazon S3 User Guide, "Bucket policies for
//! Amazon S3".

use super::actors::{Actor, From};
use super::direct::given;
use super::{Admitted, Data, Expected, How, Link, LinkKind, Purpose, Sealer};
use crate::access::Encryption;
use crate::iam::{Action, Decision};
use crate::model::truth::Truth;

impl Sealer<'_, '_, '_> {
    /// How an actor who does not reach a bucket may let themselves in, for certain.
    pub(super) fn rewrites(
        &self,
        actor: &Actor,
        data: &Data,
        purpose: Purpose,
    ) -> Option<Admitted> {
        if !matches!(actor.from, From::Input(_)) || actor.caller.is_beyond_proof() {
            return None;
        }
        let key = match &data.encryption {
            Encryption::Key(key) => Some(key.as_ref()),
            _ => None,
        };
        let of_key = ["kms:PutKeyPolicy", "kms:CreateGrant"];
        let of_key = key
            .into_iter()
            .flat_map(|key| of_key.map(|action| (action, key)));
        // Those that would let them in to what they lack.
        let mut ways = of_key.chain([("s3:PutBucketPolicy", &data.bucket)]);
        let (action, answer, object) = ways.find_map(|(action, object)| {
            let named = Action::named(action);
            let answer = self
                .access
                .possible(&actor.caller, &named, object, &given(actor));
            let is_allowed = answer.decision() == Decision::Allowed;
            let lets_in =
                is_allowed && self.lacks(actor, data, purpose, object.id == data.bucket.id);
            lets_in.then_some((action, answer, object))
        })?;
        let mut admitted = Admitted::of(actor, How::Through, Truth::Yes);
        admitted.expected = self.expected(actor, data.meant(purpose)).or_else(|| {
            // The policy of the resource itself names them for it.
            Self::names(actor, &answer, None).then_some(Expected::Named)
        });
        let at = answer.outcome.because.iter().find_map(|one| one.at);
        admitted.because = answer.outcome.because;
        let text = format!("lets itself in by {action} on {}", object.name);
        admitted.chain = vec![Link {
            kind: LinkKind::Rewrite,
            text,
            at,
        }];
        Some(admitted)
    }

    /// Whether somebody has one half of what it takes for certain, and lacks the other: the objects, or the key.
    fn lacks(&self, actor: &Actor, data: &Data, purpose: Purpose, objects: bool) -> bool {
        let Some((object_action, key_action)) = purpose.on_bucket() else {
            return false;
        };
        let of_objects = || self.objects(actor, data, &Action::named(object_action));
        let of_key = || self.key(actor, data, key_action);
        let (own, other) = if objects {
            (of_key(), of_objects())
        } else {
            (of_objects(), of_key())
        };
        other.is_none() && own.is_some_and(|part| part.certain == Truth::Yes)
    }
}
