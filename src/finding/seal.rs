//! What the user is told of who can reach protected data ([`SealProof`]), and of who can do one thing
//! ([`Holders`]).

use schemars::JsonSchema;
use serde::Serialize;

use super::MissingValue;
use super::proof::Reason;

/// Who can reach a bucket, or use a key, and whether that list is closed.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct SealProof {
    /// The address of the bucket or key.
    pub resource: String,
    /// The actions that it takes: each of the principals can do all of them.
    pub actions: Vec<&'static str>,
    /// Whether only those are there who are meant to be.
    pub verdict: SealVerdict,
    /// What closes the list; none if that cannot be told.
    pub closed_by: Option<ClosedByName>,
    /// For which answers to what nobody tells, each a phrase; empty, if whatever they are.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub only_when: Vec<String>,
    /// Everyone, in the order of the input, whoever comes from outside behind them.
    pub principals: Vec<Holder>,
    /// The estate it was found in: the name of an input.
    pub estate: String,
    /// The assumptions it rests on, by their ids.
    pub assumptions: Vec<&'static str>,
}

/// Who can do one thing, and whether that list is closed.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct Holders {
    /// The action.
    pub action: String,
    /// On what.
    pub resource: String,
    /// What closes the list; none if that cannot be told.
    pub closed_by: Option<ClosedByName>,
    /// Everyone, in the order of the input, whoever comes from outside behind them.
    pub principals: Vec<Holder>,
    /// Under which circumstances the question was asked.
    pub notes: Vec<String>,
    /// The estate it was asked of.
    pub estate: String,
}

/// What a seal comes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum SealVerdict {
    /// Nobody can who is not meant to, of those whom the input shows.
    Sealed,
    /// Somebody can who is not meant to, whatever is still unknown.
    Leaky,
    /// It depends on what is unknown.
    Unsure,
}

impl SealVerdict {
    /// The name in output.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Sealed => "sealed",
            Self::Leaky => "leaky",
            Self::Unsure => "unsure",
        }
    }
}

/// What closes a list of principals.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ClosedByName {
    /// The policy of the resource: nobody outside the input gains access unless it is changed.
    ResourcePolicy,
    /// Nothing but the input: the policy leaves it to the account, so only identities of the input were judged.
    InputOnly,
}

/// Somebody who can.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct Holder {
    /// The address, else what the policy that lets them in calls them.
    pub principal: String,
    /// Whether they are meant to; for one action, nobody is asked that.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expected: Option<bool>,
    /// Whether they can for certain; else it depends on what is unknown.
    pub certain: bool,
    /// How they come to it: `named`, `breadth`, `administrator`, `grant`, `foreign`, `takeover`,
    /// `whole-account` or `public`.
    pub by: &'static str,
    /// Why they are meant to, or how they come to it, in words.
    pub why: String,
    /// How they take over somebody who can, step by step: `assumes aws_iam_role.x`; empty where they can
    /// themselves.
    pub chain: Vec<String>,
    /// The deciding statements.
    pub because: Vec<Reason>,
    /// What would decide it.
    pub hinges_on: Vec<MissingValue>,
}

impl Holder {
    /// Whether they should not be there, for certain or perhaps.
    #[must_use]
    pub fn is_leak(&self) -> bool {
        self.expected == Some(false)
    }
}

impl SealProof {
    /// What its principals come to.
    #[must_use]
    pub fn verdict_of(principals: &[Holder]) -> SealVerdict {
        let mut leaks = principals.iter().filter(|one| one.is_leak()).peekable();
        if leaks.peek().is_none() {
            SealVerdict::Sealed
        } else if leaks.any(|one| one.certain) {
            SealVerdict::Leaky
        } else {
            SealVerdict::Unsure
        }
    }
}
