//! What a rule says ([`Verdict`], [`Evidence`]), and what the user is told ([`Finding`], [`Report`], and in
//! [`proof`] of paths, in [`seal`] of who else reaches their data).

pub mod frameworks;
mod outside;
pub mod proof;
pub mod seal;
mod suggestion;

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::model::edit::Edit;
use crate::model::source::{Location, Span};
use crate::model::value::Why;
use frameworks::Controls;
use proof::{Proof, ProofVerdict, Workload};
use seal::SealProof;
pub use suggestion::{PatchLine, Replacement, Suggestion};

/// How much it matters.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum Severity {
    /// Worth knowing.
    Info,
    /// Untidy, and a risk only together with something else.
    Low,
    /// A weakness.
    Medium,
    /// Data can leave, or the workload fails for certain.
    High,
    /// Anybody can take the data or the account.
    Critical,
}

impl Severity {
    /// Every severity, the least first.
    pub const ALL: [Self; 5] = [
        Self::Info,
        Self::Low,
        Self::Medium,
        Self::High,
        Self::Critical,
    ];

    /// The name in output and on the command line.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Info => "info",
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
            Self::Critical => "critical",
        }
    }

    /// One level less.
    #[must_use]
    pub const fn lower(self) -> Self {
        match self {
            Self::Critical => Self::High,
            Self::High => Self::Medium,
            Self::Medium => Self::Low,
            Self::Low | Self::Info => Self::Info,
        }
    }
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// What a rule says of its subject. Broken wins over unsure.
#[derive(Debug, Clone, PartialEq)]
pub enum Verdict {
    /// What must hold does, whatever is still unknown.
    Holds,
    /// It does not, whatever is still unknown.
    Broken(Vec<Evidence>),
    /// It depends on what is unknown.
    Unsure(Vec<Evidence>),
    /// The rule has nothing to say about this subject.
    NotApplicable,
}

impl Verdict {
    /// The worse of two: broken wins over unsure, unsure over holds, and evidence of one sort adds up.
    #[must_use]
    pub fn worse(self, other: Self) -> Self {
        match (self, other) {
            (Self::Broken(mut evidence), Self::Broken(more)) => {
                evidence.extend(more);
                Self::Broken(evidence)
            }
            (Self::Unsure(mut evidence), Self::Unsure(more)) => {
                evidence.extend(more);
                Self::Unsure(evidence)
            }
            (broken @ Self::Broken(_), _) | (_, broken @ Self::Broken(_)) => broken,
            (unsure @ Self::Unsure(_), _) | (_, unsure @ Self::Unsure(_)) => unsure,
            (Self::NotApplicable, other) => other,
            (one, _) => one,
        }
    }

    /// With what is broken unsure, because a value that is not known decides whether it is asked at all:
    /// `whether this endpoint leads to SageMaker`.
    #[must_use]
    pub fn if_so(self, question: &str, value: &str, why: Why) -> Self {
        match self {
            Self::Broken(evidence) => {
                let evidence = evidence.into_iter().map(|one| {
                    let message = format!("cannot tell {question}: if so, {}", one.message);
                    Evidence { message, ..one }.hinges_on(value, why)
                });
                Self::Unsure(evidence.collect())
            }
            other => other,
        }
    }
}

/// Why a verdict is what it is: one thing that is wrong or cannot be told.
#[derive(Debug, Clone, PartialEq)]
pub struct Evidence {
    /// The finding code, where the catalogue gives one.
    pub code: Option<&'static str>,
    /// The severity, where it is not the rule's own.
    pub severity: Option<Severity>,
    /// Which of the things that the rule looks at: tells two pieces of evidence apart, also between runs.
    pub about: String,
    /// What is wrong or cannot be told, in one sentence.
    pub message: String,
    /// The place that decides.
    pub at: Span,
    /// Other places that the sentence needs.
    pub related: Vec<Label>,
    /// What would decide it.
    pub hinges_on: Vec<Hinge>,
    /// What to write instead, if more can be said than the rule's own fix.
    pub fix: Option<String>,
    /// It is said whatever the rule takes for granted.
    pub whatever_is_assumed: bool,
    /// What would settle it, where a few attributes do: made and judged before it is suggested.
    pub edits: Vec<Edit>,
}

/// A place with what it has to do with a finding.
#[derive(Debug, Clone, PartialEq)]
pub struct Label {
    /// Its part in the sentence.
    pub message: String,
    /// The place.
    pub at: Span,
}

/// A value that is not known and decides a verdict.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Hinge {
    /// Which value, by address and attribute.
    pub value: String,
    /// Why it is not known.
    pub reason: Why,
}

impl Evidence {
    /// Evidence with nothing but its sentence and its place.
    #[must_use]
    pub fn new(message: impl Into<String>, at: Span) -> Self {
        Self {
            code: None,
            severity: None,
            about: String::new(),
            message: message.into(),
            at,
            related: Vec::new(),
            hinges_on: Vec::new(),
            fix: None,
            whatever_is_assumed: false,
            edits: Vec::new(),
        }
    }

    /// Resting on none of the rule's assumptions.
    #[must_use]
    pub fn whatever_is_assumed(mut self) -> Self {
        self.whatever_is_assumed = true;
        self
    }

    /// With the finding code.
    #[must_use]
    pub fn code(mut self, code: &'static str) -> Self {
        self.code = Some(code);
        self
    }

    /// With what tells it apart from other evidence of the same rule and code.
    #[must_use]
    pub fn about(mut self, about: impl Into<String>) -> Self {
        self.about = about.into();
        self
    }

    /// With a severity of its own.
    #[must_use]
    pub fn severity(mut self, severity: Severity) -> Self {
        self.severity = Some(severity);
        self
    }

    /// With a further place.
    #[must_use]
    pub fn related(mut self, message: impl Into<String>, at: Span) -> Self {
        self.related.push(Label {
            message: message.into(),
            at,
        });
        self
    }

    /// With a value that would decide it.
    #[must_use]
    pub fn hinges_on(mut self, value: impl Into<String>, reason: Why) -> Self {
        self.hinges_on.push(Hinge {
            value: value.into(),
            reason,
        });
        self
    }

    /// With what to write instead.
    #[must_use]
    pub fn fix(mut self, fix: impl Into<String>) -> Self {
        self.fix = Some(fix.into());
        self
    }

    /// Without any change that would settle it: more is needed.
    #[must_use]
    pub fn without_edits(mut self) -> Self {
        self.edits.clear();
        self
    }

    /// With a change that would settle it.
    #[must_use]
    pub fn edit(mut self, edit: Edit) -> Self {
        self.edits.push(edit);
        self
    }
}

/// What tells an estate: what a user can do about something that is not known depends on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ToldBy {
    /// A plan without its source.
    PlanAlone,
    /// Terraform: source, a plan beside it, or a state.
    Terraform,
    /// Templates or change sets.
    CloudFormation,
}

/// What the user can do about a value that is not known.
#[must_use]
pub fn supply(value: &str, reason: Why, told_by: ToldBy) -> String {
    let asked = (reason == Why::ExternalResource).then(|| outside::command(value));
    match (asked.flatten(), told_by) {
        (Some(asked), ToldBy::CloudFormation) => format!(
            "check the template that makes it in the same run, or save what AWS says and pass it with \
             --context: {asked}"
        ),
        (Some(asked), _) => format!(
            "pass a plan or a state of the root that makes it with --context, or what AWS says: {asked}"
        ),
        (None, told_by) => without_command(reason, told_by).to_owned(),
    }
}

fn without_command(reason: Why, told_by: ToldBy) -> &'static str {
    match (reason, told_by) {
        (Why::KnownAfterApply, ToldBy::CloudFormation) => {
            "give it a name of your own, where it can have one; else only the deployed stack tells"
        }
        (Why::ExternalResource, ToldBy::CloudFormation) => {
            "check the template that makes it in the same run, or pass a plan or a state with --context"
        }
        (Why::PlaceNotTold, ToldBy::CloudFormation) => "pass --account and --region",
        (Why::UnexpectedForm, ToldBy::CloudFormation) => {
            "check the template against the resource's documentation"
        }
        (Why::NotEvaluated, ToldBy::CloudFormation) => {
            "check a change set: aws cloudformation describe-change-set --include-property-values"
        }
        (reason, told_by) => supply_in_terraform(reason, told_by == ToldBy::PlanAlone),
    }
}

fn supply_in_terraform(reason: Why, lacks_source: bool) -> &'static str {
    match reason {
        Why::KnownAfterApply if lacks_source => {
            "name the Terraform source that the plan was made of with --source, or check the next plan \
             after apply"
        }
        Why::KnownAfterApply => {
            "make it a literal or a variable, or check the next plan after apply"
        }
        Why::ExternalResource => "pass a plan or a state of the root that makes it with --context",
        Why::PlaceNotTold => {
            "pass --account and --region, or read `aws_caller_identity` in the plan"
        }
        Why::PartialPlan => "make a full plan: without -target, and without errors",
        Why::SeveralMatch => "name the resource by reference",
        Why::UnexpectedForm => "check the plan with the provider version that made it",
        Why::Refused => "correct what AWS refuses",
        Why::Undocumented => "write it in a form that AWS documents",
        Why::AtRequest => "rest the condition on a key whose value the input tells",
        Why::ChosenByCode => {
            "name in the role's policies what its code uses, or let them admit all that it may choose"
        }
        Why::RuntimeInput => "write it into the definition, so that no execution chooses it",
        Why::EarlierStep => "write it into the definition of the job itself",
        Why::DefinitionInS3 => "write the definition into the input itself",
        Why::VariableWithoutValue => "pass --var or --var-file, or check a plan",
        Why::NotEvaluated => "check a plan beside the source",
        Why::ModuleNotSeen => "run `terraform init`, so that the module's source is there",
        Why::FileNotRead => "correct the file that cannot be read",
        Why::NumberNotKnown => {
            "give its `count` or `for_each` what it asks for, by --var or --var-file, or check a plan"
        }
        Why::ParameterWithoutValue => "pass a file with its value with --parameters",
        Why::ConditionNotKnown => {
            "give the parameters that the condition asks for a value with --parameters"
        }
        Why::Imported => "check the template that exports it in the same run",
        Why::DynamicReference => {
            "name the resource itself, where the value is no secret; a secret stays unknown"
        }
        Why::ChangedByMacro => "check the processed template: aws cloudformation get-template",
        Why::TemplateNotSeen => "name the nested template by a path, as before `package`",
        Why::ValuesNotIncluded => {
            "make the answer with --include-property-values: aws cloudformation describe-change-set"
        }
        Why::PartialAnswer => "make the saved answer again, without --max-items and --no-paginate",
        Why::NotJudgedYet => "do what the rule's fix says, which settles it",
    }
}

/// Whether a finding is certain.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum FindingVerdict {
    /// It is wrong, whatever is still unknown.
    Broken,
    /// It depends on what is unknown.
    Unsure,
}

/// Whether the change brings a finding.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Status {
    /// Brought by this change.
    New,
    /// It held before the change too.
    Existing,
}

/// Something that the user is told.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct Finding {
    /// The rule's name.
    pub rule: &'static str,
    /// The rule's permanent alias.
    pub alias: &'static str,
    /// The finding code, where the catalogue gives one.
    pub code: Option<&'static str>,
    /// Whether it is certain.
    pub verdict: FindingVerdict,
    /// How much it matters.
    pub severity: Severity,
    /// Whether the change brings it.
    pub status: Status,
    /// The estate it was found in: the name of an input.
    pub estate: String,
    /// What it is about.
    pub resource: Subject,
    /// What is wrong or cannot be told, in one sentence.
    pub message: String,
    /// The place that decides.
    pub location: Place,
    /// Other places that the sentence needs.
    pub related: Vec<Related>,
    /// For which answers to what nobody tells, each a phrase; empty, if whatever they are.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub only_when: Vec<String>,
    /// What would decide it.
    pub hinges_on: Vec<MissingValue>,
    /// What to do.
    pub help: String,
    /// The change of the input that does it. It was made to the estate in memory, and all rules of the run asked
    /// again: the finding is gone, and none appears.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub suggestion: Option<Suggestion>,
    /// The same for the same finding on every run, also when other things change.
    pub fingerprint: String,
    /// The assumptions it rests on, by their ids.
    pub assumptions: Vec<&'static str>,
    /// The controls of frameworks that ask for what it is about, or for something close to it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub frameworks: Vec<Controls>,
}

/// The resource that a finding is about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Subject {
    /// Its address or logical id.
    pub address: String,
    /// What it is in plangate's words.
    pub kind: &'static str,
    /// What it is in the words of the input.
    #[serde(rename = "type")]
    pub type_name: String,
    /// The path of the construct that made it, where a program wrote the input.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub construct: Option<String>,
}

/// A place in a file: lines and columns count from 1, columns in Unicode characters.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Place {
    /// The name under which the file was read.
    pub file: String,
    /// The first line.
    pub line: u32,
    /// The first column.
    pub column: u32,
    /// The last line.
    pub end_line: u32,
    /// The column after the last character.
    pub end_column: u32,
}

impl From<Location> for Place {
    fn from(location: Location) -> Self {
        Self {
            file: location.file,
            line: location.line,
            column: location.column,
            end_line: location.end_line,
            end_column: location.end_column,
        }
    }
}

/// A further place of a finding.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Related {
    /// Its part in the sentence.
    pub message: String,
    /// The place.
    pub location: Place,
}

/// A value that is not known and decides a finding.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct MissingValue {
    /// Which value, by address and attribute.
    pub value: String,
    /// Why it is not known.
    pub reason: String,
    /// How to supply it.
    pub supply: String,
}

/// One input: judged, or only there to tell what others make.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Input {
    /// Its name: a path, or `-` for standard input.
    pub path: String,
    /// What it is: `terraform-plan`, `terraform-state`, `terraform-module`, `cloudformation-template`,
    /// `cloudformation-change-set` or, of context, `aws-cli-answer`.
    pub kind: &'static str,
    /// SHA-256 of its bytes, in hexadecimal.
    pub sha256: String,
    /// The estate it belongs to.
    pub estate: String,
    /// The account it works in, where the input or the user tells one.
    pub account: Option<String>,
    /// The region it works in, where the input or the user tells one.
    pub region: Option<String>,
    /// How many resources were judged.
    pub resources: usize,
    /// Whether what is not in it is known to be absent.
    pub complete: bool,
    /// The Terraform source that tells what a plan does not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
    /// It tells what another root makes, and was not judged.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub context: bool,
    /// When the plan or, for a state, its file was made, of an input that tells what another root makes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub date: Option<String>,
}

/// Something that was not understood, or an input that could not be read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct ReportedProblem {
    /// What was not understood.
    pub message: String,
    /// Where, if it has a place.
    pub location: Option<Place>,
    /// What the answer lacks because of it, or what to do.
    pub consequence: String,
    /// The input could not be judged at all.
    #[serde(skip)]
    pub fatal: bool,
}

/// Something that was taken for granted.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
pub struct Assumption {
    /// Its name.
    pub id: &'static str,
    /// What was taken for granted.
    pub text: String,
    /// The setting that replaces it.
    pub supply: String,
}

/// What one run has to say.
#[derive(Debug, Default, Clone)]
pub struct Report {
    /// What was judged, in the order given; then what was there to tell what other roots make.
    pub inputs: Vec<Input>,
    /// Sorted by estate, place and rule.
    pub findings: Vec<Finding>,
    /// What workloads need, and whether it is allowed.
    pub paths: Vec<Proof>,
    /// Who can reach protected data.
    pub seals: Vec<SealProof>,
    /// Notebooks whose role is for no protected data, and starts no job: nothing was proven of them.
    pub without_data: Vec<String>,
    /// What was not understood.
    pub problems: Vec<ReportedProblem>,
    /// What was taken for granted.
    pub assumptions: Vec<Assumption>,
    /// SHA-256 of the settings in force, in hexadecimal.
    pub settings_sha256: String,
    /// How many verdicts were given.
    pub tally: Tally,
    /// Files found in a directory that are no inputs.
    pub passed_over: usize,
}

impl Report {
    /// How many workloads have a path with this verdict: one that is decided otherwise for other answers is told
    /// several times, and counts once.
    #[must_use]
    pub fn paths_with(&self, verdict: ProofVerdict) -> usize {
        let paths = self.paths.iter().filter(|path| path.verdict == verdict);
        let mut seen: Vec<(&str, &Workload, &str)> = Vec::new();
        for path in paths {
            let one = (path.estate.as_str(), &path.workload, path.role.as_str());
            if path.only_when.is_empty() || !seen.contains(&one) {
                seen.push(one);
            }
        }
        seen.len()
    }

    /// The inputs that were judged.
    pub fn judged(&self) -> impl Iterator<Item = &Input> {
        self.inputs.iter().filter(|input| !input.context)
    }
}

/// How many verdicts of each sort were given: a rule on a resource is one.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub struct Tally {
    /// What must hold does.
    pub holds: usize,
    /// What must hold does not.
    pub broken: usize,
    /// It cannot be told.
    pub unsure: usize,
}
