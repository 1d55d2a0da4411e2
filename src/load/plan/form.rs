//! What a document is, told by the keys at its top.

use crate::load::answers::Command;

/// What a document is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// A plan: what is there, and what becomes of it.
    Plan,
    /// A state: what is there.
    State,
    /// Terraform source without a plan: what would be there.
    Module,
    /// A `CloudFormation` template, with what it nests.
    Template,
    /// A change set of `CloudFormation`: what becomes of the resources of a stack.
    ChangeSet,
}

impl Form {
    /// The name in reports.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Plan => "terraform-plan",
            Self::State => "terraform-state",
            Self::Module => "terraform-module",
            Self::Template => "cloudformation-template",
            Self::ChangeSet => "cloudformation-change-set",
        }
    }

    pub(super) const fn noun(self) -> &'static str {
        match self {
            Self::Plan => "plan",
            Self::State => "state",
            Self::Module => "module",
            Self::Template => "template",
            Self::ChangeSet => "change set",
        }
    }
}

/// Which of the sections that make a document what it is were seen.
#[derive(Default)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is the presence of one key"
)]
pub(super) struct Sections {
    pub(super) resource_changes: bool,
    pub(super) prior_state: bool,
    pub(super) planned_values: bool,
    pub(super) values: bool,
    pub(super) template: bool,
    /// `terraform.tfstate`, as Terraform keeps it.
    pub(super) raw_state: bool,
    /// Something that no plan and no state has.
    pub(super) foreign: bool,
    /// A change set has both.
    pub(super) change_set: bool,
    pub(super) changes: bool,
    /// The manifest of a cloud assembly has both.
    pub(super) version: bool,
    pub(super) artifacts: bool,
    /// The command of the AWS CLI whose answer it looks like.
    pub(super) answer: Option<Command>,
}

impl Sections {
    /// Notes a key that is none of a plan's own, but tells what else the document may be.
    pub(super) fn note(&mut self, key: &str) {
        match key {
            "terraform_version" | "checks" => return,
            "ChangeSetName" | "ChangeSetId" => self.change_set = true,
            "Changes" => self.changes = true,
            "version" => self.version = true,
            "artifacts" => self.artifacts = true,
            "lineage" => self.raw_state = true,
            "Resources" | "AWSTemplateFormatVersion" => self.template = true,
            _ => self.answer = self.answer.or_else(|| Command::of_key(key)),
        }
        self.foreign = true;
    }
}
