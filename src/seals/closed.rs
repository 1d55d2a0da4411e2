//! What closes the list of those who reach data: the policies of the data, or only what the input shows.

use super::{ClosedBy, Data, Purpose, Sealer};
use crate::access::{Answer, Caller, Encryption, Object, account_of};
use crate::iam::{Action, Decision};

impl Sealer<'_, '_, '_> {
    /// Another identity of the account, whose policies allow everything, gets in or does not.
    pub(super) fn closed_by(&self, data: &Data, purpose: Purpose) -> ClosedBy {
        let asked = purpose.on_bucket().zip(self.anybody_else(&data.bucket));
        let Some(((object_action, key_action), other)) = asked else {
            return ClosedBy::Unknown;
        };
        let action = Action::named(object_action);
        let given = crate::access::however();
        let objects = self
            .access
            .possible_inside(&other, &action, &data.bucket, &given);
        let by_bucket = closed(&objects.0);
        if by_bucket == ClosedBy::ResourcePolicy {
            return by_bucket;
        }
        let by_key = match &data.encryption {
            Encryption::Key(key) => self.key_lets_in(&other, key, data, key_action),
            Encryption::Free | Encryption::AwsManaged => ClosedBy::InputOnly,
            Encryption::Unknown(..) => ClosedBy::Unknown,
        };
        match (by_key, by_bucket) {
            (ClosedBy::ResourcePolicy, _) => ClosedBy::ResourcePolicy,
            (ClosedBy::Unknown, _) | (_, ClosedBy::Unknown) => ClosedBy::Unknown,
            _ => ClosedBy::InputOnly,
        }
    }

    fn key_lets_in(
        &self,
        other: &Caller,
        key: &Object,
        data: &Data,
        action: &'static str,
    ) -> ClosedBy {
        let action = Action::named(action);
        let given = self.by_s3(data, key, crate::access::however());
        closed(&self.access.possible(other, &action, key, &given))
    }

    /// The same for a key.
    pub(super) fn key_closed_by(&self, key: &Object) -> ClosedBy {
        let Some(other) = self.anybody_else(key) else {
            return ClosedBy::Unknown;
        };
        let action = Action::named("kms:Decrypt");
        let given = crate::access::however();
        closed(&self.access.possible(&other, &action, key, &given))
    }

    /// An identity of the account of data that nobody has named.
    pub(super) fn anybody_else(&self, data: &Object) -> Option<Caller> {
        let account = account_of(&data.arn).filter(|account| account.known() != Some(""));
        let account = account.or_else(|| data.owner.clone())?;
        let principal = data.role_beside(&account, "an identity outside the input");
        Some(
            self.access
                .with_everything(principal, "any other identity of the account"),
        )
    }
}

pub(super) fn closed(answer: &Answer) -> ClosedBy {
    match answer.decision() {
        Decision::Allowed => ClosedBy::InputOnly,
        Decision::Undecided => ClosedBy::Unknown,
        _ => ClosedBy::ResourcePolicy,
    }
}
