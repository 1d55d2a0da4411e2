//! Whether a bucket that an address names is one that the user trusts: their own, or named as such.

use super::job_places::{Owner, Place, owner};
use super::{Context, Subject};
use crate::iam::text::{Domain, Piece};
use crate::iam::{Text, is_account_id};
use crate::model::resource::Standing;
use crate::model::value::Why;
use crate::settings::any;

/// What is known of a bucket; each but the first with how to call it.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Trust {
    /// The user's own, or one that they trust.
    Trusted,
    /// The one that `SageMaker` makes for an account of the user's.
    Default(String),
    /// Somebody else's.
    Foreign {
        /// How to call it.
        shown: String,
        /// Whose it is.
        account: Text,
    },
    /// Of the input it is none, and `trusted_buckets` names others.
    NotNamed(String),
    /// It cannot be told whether its account is one of the user's.
    OfAccount {
        /// How to call it.
        shown: String,
        /// Its account.
        account: Text,
        /// What would tell.
        hinges: Vec<(String, Why)>,
    },
    /// Of the input it is none, and its name does not tell whose it is.
    Outside(String),
    /// Its name is not known.
    NotTold,
}

/// Beginnings of the names of buckets with data that AWS gives to everybody.
///
/// Source: Amazon `SageMaker` AI Developer Guide, "Give `SageMaker` AI access to resources in your Amazon VPC", and
/// "`SageMaker` `JumpStart` pretrained models".
const SAMPLES: &[&str] = &[
    "sagemaker-sample-files",
    "sagemaker-sample-data-",
    "jumpstart-cache-prod-",
];

/// Whether the user trusts a bucket with what a subject writes to it, or reads from it.
pub(super) fn trust(
    context: &Context<'_, '_>,
    subject: &Subject<'_, '_>,
    place: &Place,
    writes: bool,
) -> Trust {
    let name = &place.name;
    let shown = context.access.show(name);
    if let Some(id) = place.bucket {
        let bucket = context.graph.get(id);
        if context.is_named_by(&context.settings.trusted_buckets, id) {
            return Trust::Trusted;
        }
        match bucket.standing {
            Standing::Judged => return Trust::Trusted,
            // Another root's: the input tells in which account.
            Standing::Other => {
                let account = context.access.account(bucket);
                return match owner(context, subject, &account) {
                    Owner::Foreign => Trust::Foreign { shown, account },
                    _ => Trust::Trusted,
                };
            }
            Standing::Context => {}
        }
    }
    if let Some(known) = name.known() {
        let arn = format!("arn:aws:s3:::{known}");
        if any(&context.settings.trusted_buckets, [known, &arn]) {
            return Trust::Trusted;
        }
        if !writes && SAMPLES.iter().any(|one| known.starts_with(one)) {
            return Trust::Trusted;
        }
    }
    if let Some(account) = account_of_access_point(name) {
        return match owner(context, subject, &account) {
            Owner::Trusted => Trust::Trusted,
            Owner::Foreign => Trust::Foreign { shown, account },
            Owner::Unknown(hinges) => Trust::OfAccount {
                shown,
                account,
                hinges,
            },
        };
    }
    if let Some(account) = account_of_default_bucket(name) {
        return match owner(context, subject, &account) {
            Owner::Foreign => Trust::Foreign { shown, account },
            _ => Trust::Default(shown),
        };
    }
    match (name.known(), context.settings.trusted_buckets.as_slice()) {
        (None, _) => Trust::NotTold,
        (Some(_), []) => Trust::Outside(shown),
        (Some(_), _) => Trust::NotNamed(shown),
    }
}

/// The account in the name of the bucket that `SageMaker` makes for an account and region.
///
/// Source: `SageMaker` Python SDK, `Session.default_bucket`.
fn account_of_default_bucket(name: &Text) -> Option<Text> {
    if !name.known_start().starts_with("sagemaker-") {
        return None;
    }
    if let Some(known) = name.known() {
        let (region, account) = known.strip_prefix("sagemaker-")?.rsplit_once('-')?;
        let (place, number) = region.rsplit_once('-')?;
        let is_region = place.contains('-') && number.parse::<u8>().is_ok();
        return (is_region && is_account_id(account)).then(|| account.into());
    }
    match name.pieces() {
        [.., Piece::Literal(dash), Piece::Hole(account)]
            if account.domain == Domain::ACCOUNT && dash.ends_with('-') =>
        {
            Some(Text::hole(*account))
        }
        [Piece::Literal(_), Piece::Hole(_), Piece::Literal(end)] => {
            let account = end.strip_prefix('-')?;
            is_account_id(account).then(|| account.into())
        }
        _ => None,
    }
}

/// The account in the ARN of an access point.
fn account_of_access_point(name: &Text) -> Option<Text> {
    let fields = name.fields(5)?;
    let [_, _, service, _, account, resource] = fields.as_slice() else {
        return None;
    };
    let is_point = resource.known_start().starts_with("accesspoint");
    (service.known() == Some("s3") && is_point).then(|| account.clone())
}
