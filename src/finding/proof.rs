//! What the user is told of a path ([`Proof`]) and of one question ([`Answered`]).

use schemars::JsonSchema;
use serde::Serialize;

use super::{MissingValue, Place};

/// The proof that a workload's data path works, or where it breaks.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct Proof {
    /// What runs.
    pub workload: Workload,
    /// The role that it runs as: its address, else its ARN.
    pub role: String,
    /// What all hops come to.
    pub verdict: ProofVerdict,
    /// For which answers to what nobody tells, each a phrase; empty, if whatever they are.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub only_when: Vec<String>,
    /// What must be allowed, in the order in which it happens.
    pub hops: Vec<HopProof>,
    /// What the path needs as well, and what this proof says nothing about.
    pub not_judged: Vec<String>,
    /// What was taken for granted.
    pub notes: Vec<String>,
    /// The estate it was found in: the name of an input.
    pub estate: String,
    /// The assumptions it rests on, by their ids.
    pub assumptions: Vec<&'static str>,
    /// Notebook and job run as this one role, which so needs every permission of both.
    #[serde(skip)]
    pub single_role: bool,
}

/// What runs along a path.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Workload {
    /// `notebook` or `processing-job`.
    pub kind: &'static str,
    /// The address; of a job that nobody declares, that of the notebook which starts it.
    pub address: String,
    /// Where it was found, if it is no resource of its own.
    pub found_in: Option<String>,
    /// Only the code of a notebook starts it.
    #[serde(skip)]
    pub is_started_by_code: bool,
}

/// What a proof comes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ProofVerdict {
    /// Every hop is allowed, whatever is still unknown.
    Proven,
    /// A hop is denied, whatever is still unknown.
    Broken,
    /// It depends on what is unknown.
    Unsure,
}

impl ProofVerdict {
    /// The name in output.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Proven => "proven",
            Self::Broken => "broken",
            Self::Unsure => "unsure",
        }
    }
}

/// One thing that must be allowed.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct HopProof {
    /// What it is for: `pass-role`.
    pub name: &'static str,
    /// Who asks.
    pub principal: String,
    /// The action.
    pub action: String,
    /// On what.
    pub resource: String,
    /// The decision: `allowed`, `denied-explicitly`, `denied-by-default` or `undecided`.
    pub decision: DecisionName,
    /// Whether the path is broken without it.
    pub needed: bool,
    /// The VPC endpoint that the request goes through: a way, which gives no permission.
    pub through: Option<String>,
    /// What the code inside the workload must choose for it.
    pub chosen: Option<String>,
    /// The deciding statements, or what is lacking.
    pub because: Vec<Reason>,
    /// What would decide it.
    pub hinges_on: Vec<MissingValue>,
    /// Where it rests on what AWS words so that it leaves room.
    pub notes: Vec<String>,
}

/// The answer to one question.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct Answered {
    /// Who asks.
    pub principal: String,
    /// The action.
    pub action: String,
    /// On what.
    pub resource: String,
    /// The decision.
    pub decision: DecisionName,
    /// The deciding statements, or what is lacking, layer by layer.
    pub because: Vec<Reason>,
    /// What would decide it.
    pub hinges_on: Vec<MissingValue>,
    /// Under which circumstances the question was asked, and where AWS leaves room.
    pub notes: Vec<String>,
    /// The estate it was asked of.
    pub estate: String,
}

/// A decision, by its name in output.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum DecisionName {
    /// Allowed, whatever is still unknown.
    Allowed,
    /// A statement denies it.
    DeniedExplicitly,
    /// Nothing that would have to allow it does.
    DeniedByDefault,
    /// It depends on what is unknown.
    Undecided,
}

/// One reason of a decision.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Reason {
    /// The layer: `identity`, `resource`, `boundary`, `scp`, `rcp`, `endpoint`, `trust` or `session`.
    pub layer: &'static str,
    /// The policy; none where the reason is that there is no such policy.
    pub policy: Option<String>,
    /// The place of the statement in the policy, from 0.
    pub statement: Option<usize>,
    /// The statement's id.
    pub sid: Option<String>,
    /// The reason in words.
    pub text: String,
    /// The statement, else the policy.
    pub location: Option<Place>,
}
