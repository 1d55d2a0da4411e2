//! Who lacks one half of what reading takes, and may write the policy that would give it: the key's, a grant
//! on the key, or the bucket's.
//!
//! Source: AWS KMS Developer Guide, "Key policies in AWS KMS"; Amazon S3 User Guide, "Bucket policies for
//! Amazon S3".

use super::actors::{Actor, From};
use super::direct::given;
use super::{Admitted, Data, Expected, How, Link, LinkKind, Purpose, Sealer};
use crate::access::{Encryption, Object};
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
        let (object_action, key_action) = purpose.on_bucket()?;
        if !matches!(actor.from, From::Input(_)) {
            return None;
        }
        let has = |part: Option<Truth>| part == Some(Truth::Yes);
        let objects = self.objects(actor, data, &Action::named(object_action));
        let key = self.key(actor, data, key_action);
        let has_objects = has(objects.as_ref().map(|part| part.certain));
        let has_key = has(key.as_ref().map(|part| part.certain));
        let (actions, object): (&[&'static str], &Object) = match (has_objects, has_key) {
            (true, false) if key.is_none() => match &data.encryption {
                Encryption::Key(key) => (&["kms:PutKeyPolicy", "kms:CreateGrant"], key),
                _ => return None,
            },
            (false, true) if objects.is_none() => (&["s3:PutBucketPolicy"], &data.bucket),
            _ => return None,
        };
        let (action, answer) = actions.iter().find_map(|action| {
            let named = Action::named(action);
            let answer = self
                .access
                .possible(&actor.caller, &named, object, &given(actor));
            (answer.decision() == Decision::Allowed).then_some((*action, answer))
        })?;
        let mut admitted = Admitted::of(actor, How::Through, Truth::Yes);
        admitted.expected = Self::expected(actor, &data.workloads).or_else(|| {
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
}
