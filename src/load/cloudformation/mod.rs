//! `CloudFormation` templates: their texts to sections, and those that belong together to one set of stacks.
//!
//! Nothing is worked out here.
//!
//! Source: AWS `CloudFormation` User Guide, "Template anatomy", "Embed stacks within other stacks using nested
//! stacks".

mod template;

use std::collections::BTreeMap;

pub use template::{Parameter, Template, is_template};

/// Stacks that are judged together: one template, what it nests, and what hands values over to it.
#[derive(Debug, Clone, Default)]
pub struct StackSet {
    /// The stacks; whoever nests another one comes before it.
    pub stacks: Vec<Stack>,
}

/// A template, and what is passed to it.
#[derive(Debug, Clone)]
pub struct Stack {
    /// What it is made of.
    pub template: Template,
    /// What stands before the logical ids of its resources: empty for a template that stands alone.
    pub prefix: String,
    /// The stack that nests it, by its place in the set, and the logical id there.
    pub parent: Option<(usize, String)>,
    /// The values of parameters that a file gives.
    pub given: BTreeMap<String, String>,
    /// The nested stacks whose templates were read, by their logical ids.
    pub nested: BTreeMap<String, usize>,
    /// The account that it is deployed to, where its assembly tells.
    pub account: Option<String>,
    /// The region, likewise.
    pub region: Option<String>,
}
