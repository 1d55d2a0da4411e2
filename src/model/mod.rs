//! Inert data that every stage shares: values that may be unknown, resources, the graph, the
//! vocabulary. No I/O, no knowledge of formats' syntax, and nothing here fails.

pub mod edit;
pub mod expression;
pub mod graph;
mod index;
mod mentioned;
pub mod others;
mod parts;
pub mod problem;
pub mod resource;
pub mod source;
pub mod statement;
mod symbols;
pub mod truth;
pub mod value;
pub mod vocabulary;
pub mod worlds;
