//! Policies in normal form: what a document says, with the place of each part.

use super::arn::ArnPattern;
use super::condition::Condition;
use super::text::{HoleId, Text};
use crate::model::source::Span;

/// A policy document.
#[derive(Debug, Clone)]
pub struct Policy {
    /// What messages call it: the address of what it is attached to, its ARN, its file.
    pub name: String,
    /// What it is, which decides what may stand in it.
    pub kind: PolicyKind,
    /// Its statements, in order.
    pub statements: Vec<Statement>,
    /// What is not known of it as a whole; with anything here, it may allow and deny more than its
    /// statements say.
    pub open: Vec<Hinge>,
    /// The document.
    pub at: Span,
    /// Why AWS would refuse it, if so: the present one would stay, and nothing that it says counts.
    pub refused: Option<String>,
}

/// What a policy is attached to, and so what may stand in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum PolicyKind {
    /// A user, group or role: what it may do.
    Identity,
    /// The most that the identity policies can allow.
    Boundary,
    /// The most that one session can do.
    Session,
    /// A service control policy.
    ServiceControl,
    /// A resource control policy.
    ResourceControl,
    /// A VPC endpoint.
    Endpoint,
    /// A role: who may assume it.
    Trust,
    /// A KMS key.
    Key,
    /// An S3 bucket or access point.
    Bucket,
    /// An ECR repository.
    Repository,
    /// Another resource: a queue, a topic, a secret.
    Resource,
}

impl PolicyKind {
    /// Whether its statements say for whom they are.
    #[must_use]
    pub fn has_principals(self) -> bool {
        !matches!(
            self,
            Self::Identity | Self::Boundary | Self::Session | Self::ServiceControl
        )
    }

    /// What it is, in words.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Self::Identity => "identity policy",
            Self::Boundary => "permissions boundary",
            Self::Session => "session policy",
            Self::ServiceControl => "service control policy",
            Self::ResourceControl => "resource control policy",
            Self::Endpoint => "endpoint policy",
            Self::Trust => "trust policy",
            Self::Key => "key policy",
            Self::Bucket => "bucket policy",
            Self::Repository => "repository policy",
            Self::Resource => "resource policy",
        }
    }
}

/// Something that is not known, and that an answer may depend on.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Hinge {
    /// What a hole stands for.
    Hole(HoleId),
    /// A context key: whether the request carries it, and with which value.
    Key(String),
    /// Which account owns the resource.
    Owner,
    /// What this policy says.
    Policy(String),
    /// What stands there instead, since AWS refuses this policy, or this part of one.
    Refused(String),
    /// What AWS does, which it does not document.
    Undocumented(&'static str),
}

/// A statement.
#[derive(Debug, Clone)]
pub struct Statement {
    /// Its place in the document, from 0.
    pub index: usize,
    /// Its id, if it has one.
    pub sid: Option<String>,
    /// What it does where it applies.
    pub effect: Effect,
    /// Whom it is about; none in policies that do not say.
    pub principals: Option<Principals>,
    /// What it is about.
    pub actions: Actions,
    /// Which resources it is about; none where the policy's own resource is meant.
    pub resources: Option<Resources>,
    /// All must hold.
    pub conditions: Vec<Clause>,
    /// The statement.
    pub at: Span,
}

/// What a statement does where it applies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Effect {
    /// `Allow`
    Allow,
    /// `Deny`
    Deny,
    /// One of the two.
    Unknown(HoleId),
}

/// `Principal` or `NotPrincipal`.
#[derive(Debug, Clone)]
pub struct Principals {
    /// `NotPrincipal`: whom the statement is *not* about.
    pub negated: bool,
    /// Any of them.
    pub entries: Vec<PrincipalEntry>,
}

/// One entry of `Principal`.
#[derive(Debug, Clone)]
pub struct PrincipalEntry {
    /// Whom it names.
    pub kind: PrincipalKind,
    /// As written.
    pub text: Text,
    /// The account that it names; for an ARN or account id of which it is known.
    pub account: Option<Text>,
    /// Where it stands.
    pub at: Span,
}

/// Whom an entry of `Principal` names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum PrincipalKind {
    /// `*`: anybody, also without credentials.
    Everybody,
    /// An account: delegates to it in Allow, means all of it in Deny.
    Account,
    /// Every session of a role.
    Role,
    /// One session.
    Session,
    /// A user.
    User,
    /// A session of `GetFederationToken`.
    FederatedUser,
    /// An AWS service.
    Service,
    /// An identity provider.
    Federated,
    /// An S3 canonical user.
    CanonicalUser,
    /// The unique id that stands for a principal that was deleted: it matches nobody by name.
    UniqueId,
    /// A form that AWS refuses: a group, a wildcard inside an ARN.
    Invalid,
    /// It cannot be told.
    Unknown,
}

/// `Action` or `NotAction`.
#[derive(Debug, Clone)]
pub struct Actions {
    /// `NotAction`: what the statement is *not* about.
    pub negated: bool,
    /// Any of them.
    pub entries: Vec<ActionEntry>,
}

/// One entry of `Action`.
#[derive(Debug, Clone)]
pub struct ActionEntry {
    /// As written.
    pub text: Text,
    /// In lower case.
    pub(super) pattern: super::pattern::Pattern,
    /// The byte of its colon, if all of it is known and it has one.
    pub(super) colon: Option<usize>,
    /// Where it stands.
    pub at: Span,
}

/// `Resource` or `NotResource`.
#[derive(Debug, Clone)]
pub struct Resources {
    /// `NotResource`: which resources the statement is *not* about.
    pub negated: bool,
    /// Any of them.
    pub entries: Vec<ResourceEntry>,
}

/// One entry of `Resource`.
#[derive(Debug, Clone)]
pub struct ResourceEntry {
    /// The ARN, or `*`.
    pub pattern: ArnPattern,
    /// Where it stands.
    pub at: Span,
}

/// One operator on one key.
#[derive(Debug, Clone)]
pub enum Clause {
    /// A condition that can be read.
    Condition(Condition),
    /// One of which even the operator or the key is not known.
    Open(Hinge),
}

impl Policy {
    /// A policy of which nothing is known.
    #[must_use]
    pub fn unknown(name: impl Into<String>, kind: PolicyKind, hinge: Hinge, at: Span) -> Self {
        Self {
            name: name.into(),
            kind,
            statements: Vec::new(),
            open: vec![hinge],
            at,
            refused: None,
        }
    }

    /// What it is and its name, in words.
    #[must_use]
    pub fn words(&self) -> String {
        let kind = self.kind.words();
        let is_in_words = self.name.contains(' ') && !self.name.contains('"');
        if is_in_words || self.name.starts_with(kind) {
            self.name.clone()
        } else {
            format!("{kind} `{}`", self.name)
        }
    }

    /// Whether something of it is not known as a whole.
    #[must_use]
    pub fn is_open(&self) -> bool {
        !self.open.is_empty()
    }
}

/// The policy that a KMS key has where none is written: its account may do everything, and so delegate
/// by identity policies.
///
/// Source: AWS KMS Developer Guide, "Default key policy" (as the API makes it; the console adds more).
#[must_use]
pub fn default_key_policy(account: &Text, at: Span) -> Policy {
    let root = PrincipalEntry {
        kind: PrincipalKind::Account,
        text: account.clone(),
        account: Some(account.clone()),
        at,
    };
    let mut policy = allowing_all(PolicyKind::Key, root, "kms:*", "the default key policy");
    for statement in &mut policy.statements {
        statement.sid = Some("Enable IAM User Permissions".to_owned());
    }
    policy
}

/// A bucket policy that lets in everybody: one that somebody writes who wants others to bring data.
#[must_use]
pub fn inviting_bucket_policy(at: Span) -> Policy {
    let everybody = PrincipalEntry {
        kind: PrincipalKind::Everybody,
        text: "*".into(),
        account: None,
        at,
    };
    allowing_all(
        PolicyKind::Bucket,
        everybody,
        "s3:*",
        "a bucket policy that lets in everybody",
    )
}

fn allowing_all(kind: PolicyKind, principal: PrincipalEntry, actions: &str, name: &str) -> Policy {
    let at = principal.at;
    let statement = Statement {
        index: 0,
        sid: None,
        effect: Effect::Allow,
        principals: Some(Principals {
            negated: false,
            entries: vec![principal],
        }),
        actions: Actions {
            negated: false,
            entries: vec![ActionEntry::new(actions.into(), at)],
        },
        resources: None,
        conditions: Vec::new(),
        at,
    };
    Policy {
        name: name.to_owned(),
        kind,
        statements: vec![statement],
        open: Vec::new(),
        at,
        refused: None,
    }
}

impl Statement {
    /// What messages call it: its `Sid`, else its number.
    #[must_use]
    pub fn label(&self) -> String {
        match &self.sid {
            Some(sid) if !sid.is_empty() => format!("`{sid}`"),
            _ => (self.index + 1).to_string(),
        }
    }

    /// The conditions that can be read.
    pub fn readable_conditions(&self) -> impl Iterator<Item = &Condition> {
        self.conditions.iter().filter_map(|clause| match clause {
            Clause::Condition(condition) => Some(condition),
            Clause::Open(_) => None,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::iam::{Action, ArnSubject, Context, Decision, Policies, Principal, Request, decide};

    #[test]
    fn the_default_key_policy_delegates_to_the_account_and_grants_nothing() -> Result<(), String> {
        let key = default_key_policy(&"111122223333".into(), Span::NOWHERE);
        let request = Request {
            principal: Principal::parse("arn:aws:iam::111122223333:user/alice")?,
            action: Action::new("kms:Decrypt").ok_or("no action")?,
            resource: ArnSubject::new("arn:aws:kms:eu-central-1:111122223333:key/1".into()),
            owner: Some("111122223333".into()),
            context: Context::closed(),
        };
        let mut policies = Policies {
            resource: Some(&key),
            ..Policies::default()
        };
        assert_eq!(decide(&policies, &request), Decision::DeniedByDefault);
        let arn = "arn:aws:iam::aws:policy/AdministratorAccess";
        let administrator = crate::iam::catalogue::managed_policy(arn, Span::NOWHERE);
        let administrator = administrator.ok_or("no managed policy")?;
        policies.identity = vec![&administrator];
        assert_eq!(decide(&policies, &request), Decision::Allowed);
        Ok(())
    }
}
