//! Who reaches data with their own permissions.

use super::actors::{Actor, From};
use super::{Admitted, Data, Expected, How, Meant, Purpose, Sealer, is_administrator};
use crate::access::{
    Answer, Circumstances, Encryption, Object, Reach, allowing, however, is_of_bucket, reach,
};
use crate::iam::policy::{PrincipalKind, Statement};
use crate::iam::text::Domain;
use crate::iam::{Action, Decision, Knowledge, equal_texts};
use crate::model::truth::Truth;
use crate::model::value::Why;

/// Whether somebody may do a part of it.
pub(super) struct Part {
    pub(super) certain: Truth,
    answers: Vec<Answer>,
    hinges_on: Vec<(String, Why)>,
}

impl Part {
    fn of(certain: Truth) -> Self {
        Self {
            certain,
            answers: Vec::new(),
            hinges_on: Vec::new(),
        }
    }

    fn and(mut self, other: Self) -> Self {
        self.certain = self.certain.and(other.certain);
        self.answers.extend(other.answers);
        self.hinges_on.extend(other.hinges_on);
        self
    }
}

impl Sealer<'_, '_, '_> {
    /// Whether an actor reaches a bucket directly, and how.
    pub(super) fn direct(&self, actor: &Actor, data: &Data, purpose: Purpose) -> Option<Admitted> {
        let (object_action, key_action) = purpose.on_bucket()?;
        let objects = self.objects(actor, data, &Action::named(object_action))?;
        let key = self.key(actor, data, key_action)?;
        let all = objects.and(key);
        let mut admitted = self.admitted(actor, all, Some(&data.bucket), data.meant(purpose));
        if let Encryption::Key(key) = &data.encryption
            && admitted.how == How::Breadth
            && self.is_granted_only(actor, key, key_action)
        {
            admitted.how = How::Granted;
        }
        Some(admitted)
    }

    /// Whether an actor may decrypt with a key, and how.
    pub(super) fn decrypts(
        &self,
        actor: &Actor,
        key: &Object,
        meant: Meant<'_>,
    ) -> Option<Admitted> {
        let action = Action::named("kms:Decrypt");
        let answer = self
            .access
            .possible(&actor.caller, &action, key, &given(actor));
        let part = self.part(answer)?;
        let mut admitted = self.admitted(actor, part, None, meant);
        if admitted.how == How::Breadth && self.is_granted_only(actor, key, "kms:Decrypt") {
            admitted.how = How::Granted;
        }
        Some(admitted)
    }

    pub(super) fn admitted(
        &self,
        actor: &Actor,
        part: Part,
        bucket: Option<&Object>,
        meant: Meant<'_>,
    ) -> Admitted {
        let is_named = match actor.from {
            From::Input(_) => part
                .answers
                .iter()
                .any(|answer| Self::names(actor, answer, bucket)),
            From::OwnAccount => true,
            _ => false,
        };
        let how = match actor.from {
            From::Input(_) | From::OwnAccount if is_named => How::Named,
            From::Input(_) if is_administrator(&actor.caller) => How::Administrator,
            From::Input(_) | From::OwnAccount => How::Breadth,
            From::AnyoneInAccount => How::WholeAccount,
            From::Foreign(_) => How::Foreign,
            From::Anywhere => How::Public,
        };
        let mut certain = part.certain;
        let mut admitted = Admitted::of(actor, how, certain);
        admitted.hinges_on = part.hinges_on;
        if let From::Foreign(Truth::Unknown) = actor.from {
            certain = certain.and(Truth::Unknown);
            let what = "which account is the own one".to_owned();
            admitted.hinges_on.push((what, Why::PlaceNotTold));
        }
        admitted.certain = certain;
        admitted.expected = self
            .expected(actor, meant)
            .or((how == How::Named).then_some(Expected::Named));
        let reasons = part.answers.into_iter().flat_map(|one| one.outcome.because);
        for reason in reasons {
            if !admitted.because.contains(&reason) {
                admitted.because.push(reason);
            }
        }
        admitted.hinges_on.sort();
        admitted.hinges_on.dedup();
        admitted
    }

    /// The objects of a bucket, straight or by one of its access points; none if they are out of reach.
    pub(super) fn objects(&self, actor: &Actor, data: &Data, action: &Action) -> Option<Part> {
        let ask = |given| {
            let caller = &actor.caller;
            self.access
                .possible_inside(caller, action, &data.bucket, &given)
                .0
        };
        let straight = self.part(ask(given(actor)));
        if straight
            .as_ref()
            .is_some_and(|part| part.certain == Truth::Yes)
        {
            return straight;
        }
        let mut best = straight;
        for point in &data.points {
            let mut circumstances = given(actor);
            let owner = point.owner.clone().or_else(|| data.bucket.owner.clone());
            let account = owner.map_or(Knowledge::UNKNOWN, Knowledge::value);
            circumstances.keys.extend([
                ("s3:DataAccessPointAccount".to_owned(), account),
                (
                    "s3:DataAccessPointArn".to_owned(),
                    Knowledge::value(point.arn.clone()),
                ),
            ]);
            let mut inside = point.clone();
            inside.arn.push_literal("/object");
            let through =
                self.access
                    .possible_inside(&actor.caller, action, &inside, &circumstances);
            let both = self
                .part(through.0)
                .zip(self.part(ask(circumstances)))
                .map(|(one, other)| one.and(other));
            let is_better = match (&best, &both) {
                (_, None) => false,
                (None, Some(_)) => true,
                (Some(best), Some(both)) => {
                    both.certain == Truth::Yes && best.certain != Truth::Yes
                }
            };
            if is_better {
                best = both;
            }
        }
        best
    }

    /// The key of a bucket, by way of S3; none if it is out of reach.
    pub(super) fn key(&self, actor: &Actor, data: &Data, action: &'static str) -> Option<Part> {
        match &data.encryption {
            Encryption::Free => Some(Part::of(Truth::Yes)),
            Encryption::AwsManaged => {
                let accounts = data
                    .bucket
                    .owner
                    .as_ref()
                    .zip(actor.caller.principal.account());
                let is_own =
                    accounts.map_or(Truth::Unknown, |(one, other)| equal_texts(one, other));
                match is_own {
                    Truth::No => None,
                    _ if matches!(actor.from, From::Anywhere | From::Foreign(_)) => None,
                    _ => Some(Part::of(Truth::Yes)),
                }
            }
            Encryption::Key(key) => {
                let region = data.bucket.region.as_ref();
                if self.access.why_unusable(key, region).is_some() {
                    return None;
                }
                let given = self.by_s3(data, key, given(actor));
                let action = Action::named(action);
                self.part(self.access.possible(&actor.caller, &action, key, &given))
            }
            Encryption::Unknown(what, why) => {
                let mut part = Part::of(Truth::Unknown);
                part.hinges_on.push((what.clone(), *why));
                Some(part)
            }
        }
    }

    /// What KMS sees of a request that comes by way of S3.
    pub(super) fn by_s3(&self, data: &Data, key: &Object, given: Circumstances) -> Circumstances {
        let any = self.access.anything("the object", Domain::ANY);
        let object = data.bucket.below(&any.text);
        let mut by_s3 = self.access.by_s3(&data.bucket, &object.arn, key);
        by_s3.keys.extend(given.keys);
        by_s3
    }

    pub(super) fn part(&self, answer: Answer) -> Option<Part> {
        let certain = match answer.decision() {
            Decision::Allowed => Truth::Yes,
            Decision::Undecided => Truth::Unknown,
            _ => return None,
        };
        let hinges_on = match certain {
            Truth::Yes => Vec::new(),
            _ => self.access.hinges_of(&answer),
        };
        Some(Part {
            certain,
            answers: vec![answer],
            hinges_on,
        })
    }

    /// Whether a statement that allows names the actor together with what it is about: one of their own
    /// that names this bucket or one key, or one of the bucket's or key's that names them.
    pub(super) fn names(actor: &Actor, answer: &Answer, bucket: Option<&Object>) -> bool {
        let action = answer.request.action.clone();
        allowing(answer, &action).any(|statement| match &statement.principals {
            None => names_data(statement, &action, bucket),
            Some(principals) if principals.negated => false,
            Some(principals) => {
                let arn = actor.caller.principal.arn();
                let is_named = principals.entries.iter().any(|entry| {
                    matches!(entry.kind, PrincipalKind::Role | PrincipalKind::User)
                        && arn.is_some_and(|arn| equal_texts(arn, &entry.text) == Truth::Yes)
                });
                let is_grant = answer.is_grant(statement);
                is_named && !is_grant
            }
        })
    }

    /// Whether it is only a grant that lets an actor use a key.
    fn is_granted_only(&self, actor: &Actor, key: &Object, action: &'static str) -> bool {
        let Some(granted) = key.granted() else {
            return false;
        };
        let action = Action::named(action);
        let arn = actor.caller.principal.arn();
        let mut statements = granted.statements.iter();
        statements.any(|statement| {
            let entries = statement.principals.iter().flat_map(|one| &one.entries);
            let mut entries = entries
                .filter(|entry| arn.is_some_and(|arn| equal_texts(arn, &entry.text) == Truth::Yes));
            statement.actions.cover(&action) == Truth::Yes && entries.next().is_some()
        }) && {
            let without = key.clone().without_grants();
            let answer = self
                .access
                .possible(&actor.caller, &action, &without, &given(actor));
            answer.decision().must_be_denied()
        }
    }
}

/// Whether an identity's own statement names a bucket, or one key.
fn names_data(statement: &Statement, action: &Action, bucket: Option<&Object>) -> bool {
    let resources = statement.resources.iter().filter(|one| !one.negated);
    let mut entries = resources.flat_map(|one| &one.entries);
    match (action.service(), bucket) {
        ("s3", Some(bucket)) => {
            entries.any(|entry| is_of_bucket(&entry.pattern.pattern.text, &bucket.arn))
        }
        ("kms", _) => entries.any(|entry| reach(entry, "kms", "key/") == Reach::One),
        _ => false,
    }
}

/// What is known of the requests of an actor: who comes from elsewhere is of no organization of the
/// estate's.
pub(super) fn given(actor: &Actor) -> Circumstances {
    let mut given = however();
    if matches!(actor.from, From::Anywhere | From::Foreign(_)) {
        let absent = ["aws:PrincipalOrgID", "aws:PrincipalOrgPaths"];
        let absent = absent.map(|key| (key.to_owned(), Knowledge::ABSENT));
        given.keys.extend(absent);
    }
    given
}
