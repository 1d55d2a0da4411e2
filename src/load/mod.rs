//! Bytes to drafts: finds the inputs, tells what they are by their content, and reads them. One file or
//! folder per format. Knows nothing of rules.

mod input;
mod json;
mod marks;
pub mod plan;
mod secrets;

pub use input::{Found, Input, gather};
pub use secrets::{MASK, Secrets};

/// Why an input cannot be read. The text completes "`x` …"; [`LoadError::help`] says what to do.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    /// The file is not there, or may not be read.
    #[error("cannot be read: {0}")]
    Io(#[source] std::io::Error),
    /// There is nothing in it.
    #[error("is empty")]
    Empty,
    /// Places in a text are 32 bits wide.
    #[error("is larger than 4 GiB")]
    TooLarge,
    /// Windows `PowerShell` redirects to UTF-16.
    #[error("is UTF-16 text")]
    Utf16,
    /// A byte that is no UTF-8.
    #[error("is not UTF-8 text: line {line} has a byte that belongs to no character")]
    NotUtf8 {
        /// Where the first such byte is.
        line: usize,
    },
    /// The file that `terraform plan -out` writes: a zip archive.
    #[error("is a binary plan file")]
    BinaryPlan,
    /// No JSON at all.
    #[error("is not JSON: {reason} at line {line}, column {column}")]
    NotJson {
        /// Where it stops being JSON.
        line: usize,
        /// The column there.
        column: usize,
        /// In the parser's words.
        reason: String,
    },
    /// A plan of which the JSON is cut off or malformed.
    #[error("is a Terraform plan that cannot be read: {reason} at line {line}, column {column}")]
    BrokenPlan {
        /// Where it breaks.
        line: usize,
        /// The column there.
        column: usize,
        /// In the parser's words.
        reason: String,
    },
    /// Brackets inside brackets, beyond what the parser follows.
    #[error("nests more than 128 levels deep at line {line}, column {column}")]
    TooDeep {
        /// Where it becomes too deep.
        line: usize,
        /// The column there.
        column: usize,
    },
    /// `terraform show -json` of a state.
    #[error("is a Terraform state, not a plan")]
    State,
    /// A CloudFormation template.
    #[error("is a CloudFormation template, which this version does not read")]
    CloudFormation,
    /// Some other JSON.
    #[error("is JSON, but no Terraform plan: it has no `resource_changes` and no `planned_values`")]
    NotAPlan,
    /// A format that is not known yet.
    #[error("is a plan in format {0}, which this version does not know")]
    Version(String),
    /// A directory without any input.
    #[error("holds no Terraform plan{0}")]
    NothingInside(String),
}

impl LoadError {
    /// What to do about it.
    #[must_use]
    pub fn help(&self) -> &'static str {
        match self {
            Self::Io(_) => "check the path and its permissions",
            Self::Empty => "check the command that should have written it",
            Self::TooLarge => "split the configuration into several root modules",
            Self::Utf16 => "write it as UTF-8, in PowerShell with `| Out-File -Encoding utf8`",
            Self::NotUtf8 { .. } => "write it as UTF-8",
            Self::BinaryPlan => "convert it: terraform show -json PLANFILE > plan.json",
            Self::BrokenPlan { .. } => "make it again: terraform show -json PLANFILE > plan.json",
            Self::NotJson { .. } | Self::State | Self::CloudFormation | Self::NotAPlan => {
                "give a plan: terraform plan -out=tfplan, then terraform show -json tfplan > plan.json"
            }
            Self::TooDeep { .. } => "call modules less deeply inside each other",
            Self::Version(_) => "update plangate, or make the plan with an older Terraform",
            Self::NothingInside(_) => {
                "make one: terraform plan -out=tfplan, then terraform show -json tfplan > plan.json"
            }
        }
    }

    /// Whether it is plainly no input, so that one found in a directory is only counted.
    #[must_use]
    pub fn is_other(&self) -> bool {
        matches!(
            self,
            Self::Empty
                | Self::NotJson { .. }
                | Self::NotAPlan
                | Self::State
                | Self::CloudFormation
                | Self::NotUtf8 { .. }
        )
    }
}
