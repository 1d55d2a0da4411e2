//! What the policies of a bucket deny, and to whom, whatever conditions they make.

use super::statements::quoted;
use super::{Context, Subject};
use crate::access::{ResourcePolicies, everybody, hinges, hinges_of_everybody, open_parts};
use crate::finding::Evidence;
use crate::iam::condition::{Condition, Test};
use crate::iam::policy::{Effect, Statement};
use crate::iam::{Action, ArnSubject, Hinge, Request, Text};
use crate::model::truth::Truth;

/// The header of an upload that asks for an encryption.
pub(super) const ENCRYPTION: &str = "s3:x-amz-server-side-encryption";

/// The header of an upload that names the key.
pub(super) const ENCRYPTION_KEY: &str = "s3:x-amz-server-side-encryption-aws-kms-key-id";

/// Whether a statement asks an upload for a key that names none: a negated operator counts a header that is not
/// sent as another value.
pub(super) fn is_for_want_of_a_key(statement: &Statement, request: &Request) -> bool {
    let is_sent = request.context.get(ENCRYPTION_KEY).present != Truth::No;
    let mut conditions = statement.readable_conditions();
    !is_sent
        && conditions.any(|condition| {
            condition.key == ENCRYPTION_KEY && condition.holds_in(&request.context) == Truth::Yes
        })
}

/// A value of a condition in words: the resource whose id or ARN it is, else its text.
pub(super) fn value_in_words(context: &Context<'_, '_>, text: &Text) -> String {
    let mut holes = text.holes();
    if let (Some(hole), None) = (holes.next(), holes.next()) {
        let name = context.access.hole_name(hole.id);
        if let Some((address, _)) = name.rsplit_once('.')
            && context.graph.find(address).is_some()
        {
            return format!("`{address}`");
        }
    }
    quoted(&context.access.show(text))
}

/// Keys by which AWS services, and what they do for somebody, are left out of a denial.
const SERVICES: [&str; 9] = [
    "aws:principalisawsservice",
    "aws:viaawsservice",
    "aws:calledvia",
    "aws:principalservicename",
    "aws:principalservicenameslist",
    "aws:sourceaccount",
    "aws:sourcearn",
    "aws:sourceorgid",
    "aws:sourceorgpaths",
];

/// A request about a bucket or its objects that must be denied.
pub(super) struct Denied {
    action: Option<Action>,
    resources: Vec<ArnSubject>,
    /// The name of the bucket that they are in.
    bucket: Text,
}

impl Denied {
    /// An action on the bucket with this ARN, or on all of its objects.
    pub(super) fn of(action: &str, arn: &Text, is_object: bool) -> Self {
        let end = if is_object { "/*" } else { "" };
        Self {
            action: Action::new(action),
            resources: in_partitions(arn, end),
            bucket: name_in(arn),
        }
    }

    /// Whether a statement denies it, leaving aside to whom and on which conditions; what that hinges on.
    pub(super) fn covered_by(&self, statement: &Statement, open: &mut Vec<Hinge>) -> Truth {
        let effect = match statement.effect {
            Effect::Deny => Truth::Yes,
            Effect::Allow => return Truth::No,
            Effect::Unknown(hole) => {
                open.push(Hinge::Hole(hole));
                Truth::Unknown
            }
        };
        let action = self.action.as_ref();
        let action = action.map_or(Truth::No, |action| statement.actions.cover(action));
        if action == Truth::Unknown {
            open.extend(open_parts(statement));
        }
        let resource = statement.resources.as_ref().map_or(Truth::No, |wanted| {
            let each = self.resources.iter().map(|one| wanted.denied(one));
            each.fold(Truth::No, Truth::or)
        });
        if let (Truth::Unknown, Some(resources)) = (resource, &statement.resources) {
            let entries = resources.entries.iter();
            let texts = entries.map(|entry| &entry.pattern.pattern.text);
            open.extend(texts.flat_map(hinges));
            open.extend(hinges(&self.bucket));
        }
        effect.and(action).and(resource)
    }
}

/// Whether a statement is about everybody, or everybody but those that it names; what that hinges on.
pub(super) fn to_everybody(statement: &Statement, open: &mut Vec<Hinge>) -> Truth {
    let Some(principals) = &statement.principals else {
        return Truth::No;
    };
    let whom = everybody(principals);
    if whom == Truth::Unknown {
        open.extend(hinges_of_everybody(principals));
    }
    whom
}

/// Whether a condition leaves nobody out of a denial but AWS services and those with a tag.
pub(super) fn leaves_out_services(condition: &Condition) -> bool {
    let key = condition.key.as_str();
    let says = |flag: &str| {
        let mut values = condition.values.iter().map(|value| value.text.known());
        values.all(|value| value.is_some_and(|value| value.eq_ignore_ascii_case(flag)))
    };
    let is_about_services = SERVICES.contains(&key);
    let is_known = is_about_services || key.starts_with("aws:principaltag/");
    match condition.operator.test {
        Test::Bool => is_about_services && says("false"),
        Test::Null => is_known && says("true"),
        _ => is_known && condition.operator.negated && condition.absent(),
    }
}

/// The name in the ARN of a bucket.
pub(super) fn name_in(arn: &Text) -> Text {
    let last = arn.fields(5).and_then(|fields| fields.into_iter().nth(5));
    last.unwrap_or_else(|| arn.clone())
}

/// The ARN, with each partition where it is not known: S3 refuses a policy about another bucket, so the
/// one that is written is right.
fn in_partitions(arn: &Text, end: &str) -> Vec<ArnSubject> {
    let mut texts = vec![arn.clone()];
    let fields = arn.fields(5).unwrap_or_default();
    if let [_, partition, _, _, _, bucket] = fields.as_slice()
        && partition.known().is_none()
    {
        texts.extend(["aws", "aws-cn", "aws-us-gov"].map(|partition| {
            let mut text = Text::literal(format!("arn:{partition}:s3:::"));
            text.push(bucket);
            text
        }));
    }
    let subjects = texts.into_iter().map(|mut text| {
        text.push_literal(end);
        ArnSubject::new(text)
    });
    subjects.collect()
}

/// What is wrong with a bucket of which no policy denies anything: none, or one that the change takes away.
pub(super) fn without_policy(
    bucket: &Subject<'_, '_>,
    policies: &ResourcePolicies<'_, '_>,
    so: &str,
) -> Evidence {
    if let Some(deleted) = policies.deleted.first() {
        let message = format!("this change deletes {}, {so}", deleted.address.as_str());
        return Evidence::new(message, deleted.origin).about("deleted");
    }
    let message = format!("this bucket has no policy, {so}");
    Evidence::new(message, bucket.resource.origin)
}
