//! The IAM engine: may this principal do this to this resource, and why?
//!
//! It takes policies ([`parse`]) and a [`Request`], each of which may have holes, and answers with a
//! [`Decision`]: allowed or denied only where every filling of the holes agrees. It has never heard of
//! Terraform, CloudFormation or the resources that policies are attached to: whoever asks gathers what
//! takes part.
//!
//! Inside: [`text`] with holes; `pattern` makes it ready, `matching` and `arn` compare; [`policy`] is the normal form
//! that `parse` makes; [`condition`], `principal` and `evaluate` tell whether a statement applies,
//! `decision` what follows from all of them, `explain` and `words` why; [`catalogue`] knows what actions there are.

mod arn;
mod case;
pub mod catalogue;
pub mod condition;
mod decision;
mod document;
mod doubt;
mod evaluate;
mod explain;
mod matching;
mod parse;
mod pattern;
pub mod policy;
mod principal;
mod remarks;
mod request;
pub mod text;
mod variable;
mod words;

pub use arn::{ArnPattern, ArnSubject, Doubt};
pub use case::{Case, answer_lines};
pub use decision::{Decision, Endpoint, Layer, Policies, decide};
pub use explain::{Because, HoleName, Outcome, explain};
pub use parse::{Identities, parse};
pub use pattern::{Pattern, Subject};
pub use policy::{Hinge, Policy, PolicyKind, default_key_policy, inviting_bucket_policy};
pub use principal::equal_texts;
pub use remarks::{Remark, RemarkKind, remarks};
pub use request::{Action, Context, Knowledge, Principal, Request, Values, is_account_id};
pub use text::Text;
