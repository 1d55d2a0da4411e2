//! plangate reads infrastructure before it is deployed and tells whether protected data can be
//! processed as intended, and by nobody else.
//!
//! The modules, in the order in which a run goes through them: [`load`] turns bytes into a draft,
//! [`resolve`] works it out to a graph, [`workload`] finds what reads and writes protected data,
//! [`network`] tells what its subnets and security groups come to, [`rules`] judge,
//! [`check`](mod@check) runs them all, [`diff`] compares both sides of a change, [`report`] prints what
//! [`finding`] holds, and [`gate`] decides the exit code. [`model`] is what they share. `docs/architecture.md` says what each of them does not
//! know.

pub mod access;
pub mod check;
pub mod cloudformation;
pub mod diff;
pub mod document;
pub mod edit;
pub mod finding;
pub mod gate;
pub mod hcl;
pub mod iam;
pub mod load;
pub mod model;
pub mod network;
pub mod paths;
pub mod report;
pub mod resolve;
mod room;
pub mod rules;
mod run;
pub mod seals;
pub mod settings;
pub mod terraform;
pub mod workload;
pub mod yaml;

pub use run::{
    Options, Outcome, Question, can, check, compare, expressions, init, models, prove, templates,
    who,
};
