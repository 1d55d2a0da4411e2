//! Bytes to drafts: finds the inputs, tells what they are by their content, and reads them. One file or
//! folder per format. Knows nothing of rules.

pub mod answers;
pub mod cloudformation;
mod input;
mod json;
mod marks;
pub mod plan;
mod secrets;
pub mod terraform;

use answers::Command;
pub use input::{Found, Input, What, gather, is_same_file};
pub(crate) use json::shaped;
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
        /// It names types of AWS, as templates do.
        names_types: bool,
    },
    /// The file that `terraform plan -out` writes: a zip archive.
    #[error("is a binary plan file")]
    BinaryPlan,
    /// A binary plan file without a configuration that can be read.
    #[error("is a binary plan file that cannot be read: {0}")]
    BrokenPlanFile(String),
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
    /// A plan or state of which the JSON is cut off or malformed.
    #[error("is a Terraform {form} that cannot be read: {reason} at line {line}, column {column}")]
    Broken {
        /// `plan` or `state`.
        form: &'static str,
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
    /// `terraform.tfstate`, as Terraform keeps it.
    #[error("is a Terraform state in the form that Terraform keeps for itself")]
    RawState,
    /// What the AWS CLI says of an account, where something else is asked for.
    #[error("is an answer of `aws {}`, of which nothing is judged", .0.name())]
    Answer(Command),
    /// An answer that is cut off or malformed.
    #[error(
        "is an answer of `aws {command}` that cannot be read: {reason} at line {line}, column {column}"
    )]
    BrokenAnswer {
        /// The command, as it is typed.
        command: &'static str,
        /// Where it breaks.
        line: usize,
        /// The column there.
        column: usize,
        /// In the parser's words.
        reason: String,
    },
    /// An answer that is not in the form that AWS documents.
    #[error("is an answer of `aws {command}` with {what}")]
    OddAnswer {
        /// The command, as it is typed.
        command: &'static str,
        /// What is odd about it.
        what: String,
    },
    /// An answer about a key that nobody names.
    #[error("is an answer of `aws kms get-key-policy`, which does not say whose policy it is")]
    KeyNotNamed,
    /// What is said of a key is about something else.
    #[error(
        "is not an answer of `aws kms get-key-policy`, and only of that an ARN tells what it is about"
    )]
    NoKeyPolicy,
    /// What is named before a key policy is no key.
    #[error("is given as the policy of `{0}`, which is not the ARN of a KMS key")]
    NoKeyArn(String),
    /// A `CloudFormation` template, where something else is asked for.
    #[error("is a CloudFormation template")]
    Template,
    /// A template that is cut off, malformed or not to be trusted.
    #[error(
        "is a CloudFormation template that cannot be read: {reason}, at line {line}, column {column}"
    )]
    BrokenTemplate {
        /// Where it breaks.
        line: usize,
        /// The column there.
        column: usize,
        /// What is wrong.
        reason: String,
    },
    /// Text that is neither JSON nor YAML.
    #[error("is neither JSON nor YAML: {reason}, at line {line}, column {column}")]
    NotYaml {
        /// Where it stops being YAML.
        line: usize,
        /// The column there.
        column: usize,
        /// What is wrong.
        reason: String,
    },
    /// YAML or JSON that is something else.
    #[error(
        "is {form}, but no Terraform plan or state and no CloudFormation template: it has no `Resources` with \
         a `Type`"
    )]
    NoTemplate {
        /// `YAML` or `JSON`.
        form: &'static str,
    },
    /// More text than a template has.
    #[error("is larger than 16 MiB, and no JSON")]
    LargeText,
    /// A file that should give values to parameters.
    #[error("gives no values to parameters: {0}")]
    Parameters(String),
    /// Some other JSON.
    #[error(
        "is JSON, but no Terraform plan or state and no CloudFormation template: it has no \
         `resource_changes`, `planned_values`, `values` or `Resources`"
    )]
    NotAPlan,
    /// A format that is not known yet.
    #[error("is a plan or state in format {0}, which this version does not know")]
    Version(String),
    /// An answer of `aws cloudformation describe-change-set`, where something else is asked for.
    #[error("is a CloudFormation change set")]
    ChangeSet,
    /// A change set that is malformed.
    #[error(
        "is a CloudFormation change set that cannot be read: {reason}, at line {line}, column {column}"
    )]
    BrokenChangeSet {
        /// Where it breaks.
        line: usize,
        /// The column there.
        column: usize,
        /// What is wrong.
        reason: String,
    },
    /// A change set without its list.
    #[error("is a CloudFormation change set of which `Changes` is no list")]
    NoChanges,
    /// `manifest.json` of a cloud assembly under another name.
    #[error("is the manifest of a CDK cloud assembly")]
    Assembly,
    /// A cloud assembly whose manifest is cut off or malformed.
    #[error(
        "is the manifest of a CDK cloud assembly that cannot be read: {reason}, at line {line}, column {column}"
    )]
    BrokenAssembly {
        /// Where it breaks.
        line: usize,
        /// The column there.
        column: usize,
        /// What is wrong.
        reason: String,
    },
    /// A manifest that names what is not a part of its assembly.
    #[error(
        "is the manifest of a CDK cloud assembly, and `{0}`, which it names, lies outside of it"
    )]
    OutsideAssembly(String),
    /// A manifest that names what is not there.
    #[error(
        "is the manifest of a CDK cloud assembly, and `{path}`, which it names, cannot be read: {error}"
    )]
    NotInAssembly {
        /// What it names.
        path: String,
        /// Why it cannot be read.
        #[source]
        error: std::io::Error,
    },
    /// A cloud assembly of nothing.
    #[error("is the manifest of a CDK cloud assembly without a stack")]
    NoStacks,
    /// A cloud assembly of more stacks than are read.
    #[error("is the manifest of a CDK cloud assembly of more than {0} stacks")]
    ManyStacks(usize),
    /// What was named as the source of a plan.
    #[error("is judged with its source, and `{path}` {error}")]
    Source {
        /// What was named.
        path: String,
        /// Why it is none.
        error: Box<LoadError>,
    },
    /// A directory without Terraform source.
    #[error("holds no Terraform source")]
    NoSource,
    /// A directory without any input.
    #[error("holds no Terraform plan, state or CloudFormation template{0}")]
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
            Self::BinaryPlan => {
                "convert it: terraform show -json PLANFILE > plan.json; beside that, it tells the source"
            }
            Self::BrokenPlanFile(_) => "make it again: terraform plan -out=PLANFILE",
            Self::Broken { .. } => "make it again with `terraform show -json`",
            Self::RawState => "convert it, where it was made: terraform show -json > state.json",
            Self::Answer(_) => "pass it with --context, beside what is judged",
            Self::BrokenAnswer { .. } | Self::OddAnswer { .. } => {
                "ask again, and save the answer as it comes: aws … --output json > answer.json"
            }
            Self::KeyNotNamed | Self::NoKeyArn(_) => {
                "name the key before the file: --context arn:aws:kms:REGION:ACCOUNT:key/ID=FILE"
            }
            Self::NoKeyPolicy => "name the file alone: --context FILE",
            Self::Source { .. } | Self::NoSource => {
                "name the directory that the plan was made in, or the binary plan file"
            }
            Self::NotJson { .. } | Self::NotAPlan => {
                "give a plan: terraform plan -out=tfplan, then terraform show -json tfplan > plan.json"
            }
            Self::Template | Self::ChangeSet => "give a plan or a state of Terraform",
            Self::BrokenTemplate { .. } => "correct it there; nothing of this template is judged",
            Self::NotYaml { .. } | Self::NoTemplate { .. } | Self::LargeText => {
                "give a CloudFormation template, a Terraform plan or a directory of either"
            }
            Self::Parameters(_) => {
                "write it as the AWS CLI takes it: [{\"ParameterKey\": …, \"ParameterValue\": …}]"
            }
            Self::BrokenChangeSet { .. } | Self::NoChanges => {
                "make it again: aws cloudformation describe-change-set --include-property-values"
            }
            Self::Assembly => "name the directory that it is in, or call it `manifest.json`",
            Self::BrokenAssembly { .. }
            | Self::OutsideAssembly(_)
            | Self::NotInAssembly { .. }
            | Self::NoStacks => "make it again: cdk synth",
            Self::ManyStacks(_) => "name the templates of some of them",
            Self::TooDeep { .. } => "call modules less deeply inside each other",
            Self::Version(_) => "update plangate, or make the plan with an older Terraform",
            Self::NothingInside(_) => {
                "make one: terraform plan -out=tfplan, then terraform show -json tfplan > plan.json"
            }
        }
    }

    fn broken_answer(command: Command, error: &serde_json::Error) -> Self {
        let (line, column) = (error.line(), error.column());
        let reason = plan::reason(error);
        if reason.contains("recursion limit") {
            return Self::TooDeep { line, column };
        }
        Self::BrokenAnswer {
            command: command.name(),
            line,
            column,
            reason,
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
                | Self::RawState
                | Self::Answer(_)
                | Self::BrokenAnswer { .. }
                | Self::Assembly
                | Self::NotYaml { .. }
                | Self::NoTemplate { .. }
                | Self::LargeText
                | Self::NotUtf8 {
                    names_types: false,
                    ..
                }
        )
    }
}
