//! What is asked: who does what to which resource, and what is known of the circumstances.

use ipnet::IpNet;
use jiff::Timestamp;

use super::arn::ArnSubject;
use super::text::Text;
use crate::model::truth::Truth;

/// A question: may this principal do this to this resource?
#[derive(Debug, Clone)]
pub struct Request {
    /// Who asks.
    pub principal: Principal,
    /// What is done.
    pub action: Action,
    /// To what: an ARN, or `*` for an action without a resource.
    pub resource: ArnSubject,
    /// The account that owns the resource; none where that is not known.
    pub owner: Option<Text>,
    /// What is known of the context keys.
    pub context: Context,
}

/// Who asks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Principal {
    /// A session of a role.
    Role {
        /// The role's ARN, with its path.
        arn: Text,
        /// The role's account.
        account: Text,
        /// The session's own ARN, which has no path; none for any session.
        session: Option<Text>,
    },
    /// An IAM user.
    User {
        /// The user's ARN.
        arn: Text,
        /// The user's account.
        account: Text,
    },
    /// A session that a user got from `GetFederationToken`.
    FederatedUser {
        /// The session's ARN.
        arn: Text,
        /// The user's account.
        account: Text,
    },
    /// The root user of an account.
    Root {
        /// The account.
        account: Text,
    },
    /// Somebody whom an identity provider vouches for, before a role is assumed.
    Federated {
        /// The provider: its ARN or its domain.
        provider: Text,
    },
    /// An AWS service itself.
    Service {
        /// Its name: `sagemaker.amazonaws.com`.
        name: Text,
    },
    /// Nobody known.
    Anonymous,
}

/// Whether a text is the id of an AWS account: twelve digits.
///
/// Source: AWS Account Management Reference Guide, "View AWS account identifiers".
#[must_use]
pub fn is_account_id(text: &str) -> bool {
    text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit())
}

impl Principal {
    /// The principal that an ARN, account id, service name or `*` means. A session ARN stands for a role
    /// without a path: whoever knows the path says so by [`Principal::with_role`].
    ///
    /// # Errors
    /// What is wrong with the text.
    pub fn parse(text: &str) -> Result<Self, String> {
        if text == "*" {
            return Ok(Self::Anonymous);
        }
        let account = |text: &str| Text::from(text);
        if is_account_id(text) {
            return Ok(Self::Root {
                account: account(text),
            });
        }
        if !text.starts_with("arn:") {
            return if text.contains('.') && !text.contains([' ', '/', ':']) {
                Ok(Self::Service { name: text.into() })
            } else {
                Err(format!("`{text}` is no ARN, account id or service name"))
            };
        }
        let fields: Vec<&str> = text.splitn(6, ':').collect();
        let [_, partition, service, _, owner, rest] = fields.as_slice() else {
            return Err(format!("`{text}` has fewer than six fields"));
        };
        let kind = rest.split('/').next().unwrap_or("");
        match (*service, kind) {
            ("iam", "root") => Ok(Self::Root {
                account: account(owner),
            }),
            ("iam", "user") => Ok(Self::User {
                arn: text.into(),
                account: account(owner),
            }),
            ("iam", "role") => Ok(Self::Role {
                arn: text.into(),
                account: account(owner),
                session: None,
            }),
            ("iam", "oidc-provider" | "saml-provider") => Ok(Self::Federated {
                provider: text.into(),
            }),
            ("sts", "assumed-role") => match rest.split('/').collect::<Vec<_>>().as_slice() {
                [_, role, session] if !role.is_empty() && !session.is_empty() => Ok(Self::Role {
                    arn: format!("arn:{partition}:iam::{owner}:role/{role}").into(),
                    account: account(owner),
                    session: Some(text.into()),
                }),
                _ => Err(format!("`{text}` is not assumed-role/ROLE/SESSION")),
            },
            ("sts", "federated-user") => Ok(Self::FederatedUser {
                arn: text.into(),
                account: account(owner),
            }),
            _ => Err(format!("`{text}` is no principal")),
        }
    }

    /// The same session, of the role with this ARN.
    #[must_use]
    pub fn with_role(self, role: &str) -> Self {
        match self {
            Self::Role {
                account, session, ..
            } => Self::Role {
                arn: role.into(),
                account,
                session,
            },
            other => other,
        }
    }

    /// The ARN of a role or user.
    #[must_use]
    pub fn arn(&self) -> Option<&Text> {
        match self {
            Self::Role { arn, .. } | Self::User { arn, .. } | Self::FederatedUser { arn, .. } => {
                Some(arn)
            }
            _ => None,
        }
    }

    /// The account, if it has one.
    #[must_use]
    pub fn account(&self) -> Option<&Text> {
        match self {
            Self::Role { account, .. }
            | Self::User { account, .. }
            | Self::FederatedUser { account, .. }
            | Self::Root { account } => Some(account),
            Self::Federated { .. } | Self::Service { .. } | Self::Anonymous => None,
        }
    }

    /// Whether it is a role that AWS made for a service of its own: control policies do not bind it.
    #[must_use]
    pub(super) fn is_service_linked(&self) -> bool {
        let Self::Role { arn, .. } = self else {
            return false;
        };
        arn.known()
            .is_some_and(|arn| arn.contains(":role/aws-service-role/"))
    }
}

/// An action: `s3:GetObject`. Case does not matter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Action {
    /// In lower case, as one text.
    text: String,
    colon: usize,
    written: String,
}

impl Action {
    /// Reads `service:Name`; none if it has another form.
    #[must_use]
    pub fn new(written: &str) -> Option<Self> {
        let colon = written.find(':')?;
        let text = written.to_ascii_lowercase();
        let name = text.get(colon + 1..)?;
        let is_form = |text: &str| !text.is_empty() && !text.contains(['*', '?', ':']);
        (is_form(text.get(..colon)?) && is_form(name)).then(|| Self {
            written: written.to_owned(),
            colon,
            text,
        })
    }

    /// An action that the program itself names.
    #[must_use]
    pub fn named(written: &'static str) -> Self {
        Self {
            text: written.to_ascii_lowercase(),
            colon: written.find(':').unwrap_or(written.len()),
            written: written.to_owned(),
        }
    }

    /// The service's prefix, in lower case.
    #[must_use]
    pub fn service(&self) -> &str {
        self.text.get(..self.colon).unwrap_or("")
    }

    /// The name, in lower case.
    #[must_use]
    pub fn name(&self) -> &str {
        self.text.get(self.colon + 1..).unwrap_or("")
    }

    /// The whole, in lower case.
    pub(super) fn lower(&self) -> &str {
        &self.text
    }

    /// As it was written.
    #[must_use]
    pub fn written(&self) -> &str {
        &self.written
    }
}

/// What is known of the context keys of a request.
#[derive(Debug, Clone)]
pub struct Context {
    /// INVARIANT: sorted by key.
    keys: Vec<(String, Knowledge)>,
    /// Whether a key that is not listed is present.
    otherwise: Knowledge,
}

/// What is known of one context key.
#[derive(Debug, Clone)]
pub struct Knowledge {
    /// Whether the request carries it.
    pub present: Truth,
    /// What it says, if so.
    pub values: Values,
}

/// The values of a context key.
#[derive(Debug, Clone)]
pub enum Values {
    /// These, all of them.
    Known(Vec<ArnSubject>),
    /// One address of this block.
    Inside(IpNet),
    /// One point in time from this one on.
    From(Timestamp),
    /// Not known; `some` tells that it is not empty.
    Unknown {
        /// At least one.
        some: bool,
    },
}

impl Knowledge {
    /// Not in the request.
    pub const ABSENT: Self = Self {
        present: Truth::No,
        values: Values::Known(Vec::new()),
    };
    /// Perhaps in the request, and with any value.
    pub const UNKNOWN: Self = Self {
        present: Truth::Unknown,
        values: Values::Unknown { some: false },
    };

    /// In the request, with one value.
    #[must_use]
    pub fn value(text: impl Into<Text>) -> Self {
        Self {
            present: Truth::Yes,
            values: Values::Known(vec![ArnSubject::new(text.into())]),
        }
    }

    /// In the request, with these values; with none, absent.
    #[must_use]
    pub fn values(texts: impl IntoIterator<Item = Text>) -> Self {
        let values: Vec<_> = texts.into_iter().map(ArnSubject::new).collect();
        Self {
            present: (!values.is_empty()).into(),
            values: Values::Known(values),
        }
    }

    /// In the request, with a value that is not known.
    #[must_use]
    pub fn present() -> Self {
        Self {
            present: Truth::Yes,
            values: Values::Unknown { some: true },
        }
    }
}

impl Default for Context {
    fn default() -> Self {
        Self::closed()
    }
}

impl Context {
    /// A key that is not set is absent.
    #[must_use]
    pub fn closed() -> Self {
        Self {
            keys: Vec::new(),
            otherwise: Knowledge::ABSENT,
        }
    }

    /// A key that is not set is not known.
    #[must_use]
    pub fn open() -> Self {
        Self {
            keys: Vec::new(),
            otherwise: Knowledge::UNKNOWN,
        }
    }

    /// With a key; its name is the same in any case.
    #[must_use]
    pub fn with(mut self, key: &str, knowledge: Knowledge) -> Self {
        let key = key.to_ascii_lowercase();
        match self.keys.binary_search_by(|(known, _)| known.cmp(&key)) {
            Ok(at) => {
                if let Some((_, old)) = self.keys.get_mut(at) {
                    *old = knowledge;
                }
            }
            Err(at) => self.keys.insert(at, (key, knowledge)),
        }
        self
    }

    /// What is known of a key, by its name in lower case.
    #[must_use]
    pub fn get(&self, key: &str) -> &Knowledge {
        let found = self
            .keys
            .binary_search_by(|(known, _)| known.as_str().cmp(key));
        let found = found.ok().and_then(|at| self.keys.get(at));
        found.map_or(&self.otherwise, |(_, knowledge)| knowledge)
    }
}

impl From<String> for Text {
    fn from(text: String) -> Self {
        Self::literal(text)
    }
}
