//! What was typed, and its turning into options.

mod in_force;

use std::num::NonZeroUsize;

use anyhow::{Context, Error, bail};
use clap::{Arg, ArgAction, ArgMatches, Args, FromArgMatches, Parser, Subcommand, ValueEnum};
use in_force::InForce;
use plangate::finding::Severity;
use plangate::gate::Gate;
use plangate::load::terraform::Setting;
use plangate::report::{FORMATS, Format};
use plangate::rules::{self, RULES, Rule};
use plangate::settings::{self, Settings};

/// Proves, before anything is deployed, that protected data can be processed as intended and by nobody
/// else.
#[derive(Debug, Parser)]
#[command(name = "plangate", version, max_term_width = 100)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Command,
    /// When to use colours.
    #[arg(long, global = true, value_name = "WHEN", default_value = "auto")]
    pub(crate) color: Color,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
pub(crate) enum Color {
    Auto,
    Always,
    Never,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Judge plans: what is broken, what cannot be told, and an exit code for a gate.
    #[command(
        after_help = "Exit codes: 0 clean, 1 something is broken at or above --fail-on, 2 could \
                            not run, 3 something is unsure or was not understood, under --strict."
    )]
    Check(CheckArgs),
    /// Show the data paths hop by hop: what each needs, and the statement that decides it.
    Paths(PathsArgs),
    /// Answer one question with its reasons: may PRINCIPAL do ACTION to RESOURCE?
    #[command(after_help = "Exit codes: 0 answered, whatever the answer, 2 could not be asked.")]
    Can(CanArgs),
    /// List everybody who can do ACTION to RESOURCE, how they come to it, and whether that list is closed.
    #[command(after_help = "Exit codes: 0 answered, whatever the answer, 2 could not be asked.")]
    Who(WhoArgs),
    /// Tell what a change makes of findings and paths: what gets worse, what better, what cannot be told.
    #[command(
        after_help = "Exit codes: 0 nothing is made worse at or above --fail-on, 1 something is, or a proof is \
                      lost, 2 could not run, 3 something cannot be told or was not understood, under --strict."
    )]
    Diff(DiffArgs),
    /// Write a commented `plangate.yaml`, with what the inputs show of groups, protected buckets, accounts and regions.
    #[command(
        after_help = "Exit codes: 0 written, 2 could not be written, or an input could not be read."
    )]
    Init(InitArgs),
    /// List the rules.
    Rules {
        /// `human` or `json`.
        #[arg(long, value_name = "FORMAT", default_value = "human")]
        format: ListFormat,
    },
    /// Tell what a rule proves, why, and what to do.
    Explain {
        /// Its name or alias.
        rule: String,
    },
    /// Show what a stage sees.
    #[command(subcommand)]
    Debug(Debug),
}

#[derive(Debug, Subcommand)]
pub(crate) enum Debug {
    /// Print every resource as rules see it, as JSON.
    Model(ModelArgs),
    /// Evaluate expressions in the scope of a root module: one JSON object a line from standard input,
    /// `{"id", "expr"}`, and one answer a line.
    Hcl(HclArgs),
    /// Print templates with everything worked out: parameters, conditions, intrinsic functions.
    Cfn(ModelArgs),
    /// Decide requests: one JSON case a line from standard input, one answer a line.
    Iam,
    /// Print the JSON Schema of what a command prints with `--format json`, or of the settings.
    Schema {
        /// `check` or `diff`.
        #[arg(value_name = "COMMAND", default_value = "check")]
        of: SchemaOf,
        /// The schema of `plangate.yaml`.
        #[arg(long, conflicts_with = "of")]
        settings: bool,
    },
}

/// What has a JSON Schema.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum SchemaOf {
    Check,
    Diff,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum ListFormat {
    Human,
    Json,
}

#[derive(Debug, Args)]
pub(crate) struct InputArgs {
    /// Plans (`terraform show -json PLANFILE`), states (`terraform show -json`), Terraform source,
    /// `CloudFormation` templates, change sets (`aws cloudformation describe-change-set
    /// --include-property-values`), cloud assemblies of the CDK (`cdk.out`), directories to search for them,
    /// or `-` for standard input.
    #[arg(value_name = "INPUT", default_value = ".")]
    inputs: Vec<String>,
    #[command(flatten)]
    surroundings: Surroundings,
}

/// What is told beside inputs.
#[derive(Debug, Args)]
struct Surroundings {
    /// A plan or state of another root, or a saved answer of the AWS CLI, which tells what lies outside the
    /// inputs, and is not judged itself: `aws iam get-account-authorization-details`, `aws ec2
    /// describe-vpc-endpoints`, `describe-route-tables`, `describe-subnets`, asked for all there is, without
    /// filters; and `aws kms get-key-policy` as `KEY_ARN=FILE`. May be given several times.
    #[arg(long, value_name = "[KEY_ARN=]FILE")]
    context: Vec<String>,
    /// Terraform source of the plans: a directory, a file, or the binary plan file. What lies beside a
    /// plan is found without it. Of change sets, the template that they were made of.
    #[arg(long, value_name = "DIR|TFPLAN|TEMPLATE")]
    source: Option<String>,
    #[command(flatten)]
    variables: Variables,
    /// A file with values for the parameters of templates, as the AWS CLI or `CodePipeline` takes it. May be
    /// given several times.
    #[arg(long, value_name = "FILE")]
    parameters: Vec<String>,
    /// The account that is deployed to, where the input does not tell.
    #[arg(long, value_name = "ID", value_parser = account)]
    account: Option<String>,
    /// The region that is deployed to, where the input does not tell.
    #[arg(long, value_name = "REGION")]
    region: Option<String>,
    /// The settings [default: the nearest `plangate.yaml`, in the current directory or above].
    #[arg(long, value_name = "FILE")]
    config: Option<String>,
}

/// `--var` and `--var-file`, in their order: a later one wins, as with Terraform.
#[derive(Debug, Clone)]
struct Variables {
    settings: Vec<Setting>,
}

impl Args for Variables {
    fn augment_args(command: clap::Command) -> clap::Command {
        let value = Arg::new("var").long("var").value_name("NAME=VALUE").help(
            "A value for a variable of a root module that is read without a plan. Of several \
                   settings, the last wins",
        );
        let file = Arg::new("var-file")
            .long("var-file")
            .value_name("FILE")
            .help("A file with values for variables: `.tfvars` or `.tfvars.json`");
        [value, file].into_iter().fold(command, |command, arg| {
            command.arg(arg.action(ArgAction::Append))
        })
    }

    fn augment_args_for_update(command: clap::Command) -> clap::Command {
        Self::augment_args(command)
    }
}

impl FromArgMatches for Variables {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, clap::Error> {
        let of = |name: &str, setting: fn(String) -> Setting| -> Vec<(usize, Setting)> {
            let indices = matches.indices_of(name).into_iter().flatten();
            let values = matches.get_many::<String>(name).into_iter().flatten();
            let values = values.map(|value| setting(value.clone()));
            indices.zip(values).collect()
        };
        let mut settings = of("var", Setting::Var);
        settings.extend(of("var-file", Setting::File));
        settings.sort_by_key(|(index, _)| *index);
        Ok(Self {
            settings: settings.into_iter().map(|(_, setting)| setting).collect(),
        })
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), clap::Error> {
        *self = Self::from_arg_matches(matches)?;
        Ok(())
    }
}

/// How paths are printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum PathsFormat {
    Table,
    Mermaid,
    Svg,
    Json,
}

#[derive(Debug, Args)]
pub(crate) struct PathsArgs {
    #[command(flatten)]
    input: InputArgs,
    /// `table` for people, `mermaid` and `svg` for pictures, `json` for machines.
    #[arg(long, value_name = "FORMAT", default_value = "table")]
    pub(crate) format: PathsFormat,
}

#[derive(Debug, Args)]
pub(crate) struct CanArgs {
    /// A role or user by address, name or ARN; or a notebook or job, which stands for its role and the
    /// way that its requests take.
    principal: String,
    /// The action: `s3:GetObject`.
    action: String,
    /// A resource by address, name or ARN; `BUCKET/KEY` for one object; `*` for no resource.
    resource: String,
    #[command(flatten)]
    input: InputArgs,
    /// `human` or `json`.
    #[arg(long, value_name = "FORMAT", default_value = "human")]
    pub(crate) format: ListFormat,
}

#[derive(Debug, Args)]
pub(crate) struct WhoArgs {
    /// The action: `s3:GetObject`.
    pub(crate) action: String,
    /// A resource by address, name or ARN; `BUCKET/KEY` for one object.
    pub(crate) resource: String,
    #[command(flatten)]
    input: InputArgs,
    /// `human` or `json`.
    #[arg(long, value_name = "FORMAT", default_value = "human")]
    pub(crate) format: ListFormat,
}

#[derive(Debug, Args)]
pub(crate) struct DiffArgs {
    /// A plan or change set, which tells what was there before it; or two inputs of any sort, before and after.
    #[arg(value_name = "PLAN|BEFORE AFTER", num_args = 1..=2, required = true)]
    inputs: Vec<String>,
    #[command(flatten)]
    surroundings: Surroundings,
    /// `human` or `json`.
    #[arg(long, value_name = "FORMAT", default_value = "human")]
    pub(crate) format: ListFormat,
    #[command(flatten)]
    threshold: Threshold,
    #[command(flatten)]
    selection: Selection,
    /// Show all that is better or cannot be told, too.
    #[arg(long, short)]
    pub(crate) verbose: bool,
}

#[derive(Debug, Args)]
pub(crate) struct HclArgs {
    /// The root module: its variables, local values and files.
    #[arg(value_name = "DIR", default_value = ".")]
    pub(crate) directory: String,
    #[command(flatten)]
    variables: Variables,
}

#[derive(Debug, Args)]
pub(crate) struct ModelArgs {
    #[command(flatten)]
    input: InputArgs,
}

#[derive(Debug, Args)]
pub(crate) struct CheckArgs {
    #[command(flatten)]
    input: InputArgs,
    /// How to print: `human` for people, `json` for machines; `json=FILE` writes to a file. May be given
    /// several times.
    #[arg(long, value_name = "FORMAT[=FILE]", value_parser = output, default_value = "human")]
    pub(crate) format: Vec<Output>,
    #[command(flatten)]
    threshold: Threshold,
    #[command(flatten)]
    selection: Selection,
    /// The number of threads [default: one for each core].
    #[arg(long, value_name = "N")]
    pub(crate) jobs: Option<NonZeroUsize>,
    /// Show all that is unsure.
    #[arg(long, short)]
    pub(crate) verbose: bool,
}

#[derive(Debug, Args)]
pub(crate) struct InitArgs {
    #[command(flatten)]
    input: InputArgs,
    /// The file to write, which must not be there yet; `-` is standard output.
    #[arg(long, short, value_name = "FILE", default_value = settings::NAME)]
    pub(crate) output: String,
}

/// What fails.
#[derive(Debug, Args)]
struct Threshold {
    /// Fail from this severity on: info, low, medium, high or critical [default: `fail_on` of the settings, or high].
    #[arg(long, value_name = "SEVERITY", value_parser = severity)]
    fail_on: Option<Severity>,
    /// Fail also where something is unsure from this severity on [default: that of --fail-on], or was
    /// not understood.
    #[arg(long, value_name = "SEVERITY", value_parser = severity, num_args = 0..=1, require_equals = true)]
    #[expect(
        clippy::option_option,
        reason = "the flag may be given with or without a value"
    )]
    strict: Option<Option<Severity>>,
}

/// Which rules run.
#[derive(Debug, Args)]
struct Selection {
    /// Run only these rules or families (NB, PJ, KMS, S3, IAM, VPCE, NET, ECR,
    /// PATH).
    #[arg(long, value_name = "RULE", value_delimiter = ',')]
    only: Vec<String>,
    /// Leave these rules or families out.
    #[arg(long, value_name = "RULE", value_delimiter = ',')]
    skip: Vec<String>,
}

/// A report to print, and where to.
#[derive(Debug, Clone)]
pub(crate) struct Output {
    pub(crate) format: &'static Format,
    pub(crate) file: Option<String>,
}

fn output(text: &str) -> Result<Output, String> {
    let (name, file) = match text.split_once('=') {
        Some((name, file)) => (name, Some(file.to_owned())),
        None => (text, None),
    };
    let Some(format) = Format::find(name) else {
        let names: Vec<_> = FORMATS.iter().map(|format| format.name).collect();
        return Err(format!("formats are {}", names.join(", ")));
    };
    Ok(Output { format, file })
}

fn account(text: &str) -> Result<String, String> {
    if plangate::iam::is_account_id(text) {
        Ok(text.to_owned())
    } else {
        Err("an account id has twelve digits".to_owned())
    }
}

fn severity(text: &str) -> Result<Severity, String> {
    let found = Severity::ALL.into_iter().find(|known| known.name() == text);
    found.ok_or_else(|| "severities are info, low, medium, high and critical".to_owned())
}

impl CheckArgs {
    pub(crate) fn options(&self) -> anyhow::Result<plangate::Options> {
        self.input.options(Some(&self.selection))
    }

    pub(crate) fn gate(&self, settings: &Settings) -> Gate {
        self.threshold.gate(settings)
    }
}

impl DiffArgs {
    pub(crate) fn options(&self) -> anyhow::Result<plangate::Options> {
        self.surroundings
            .options(&self.inputs, Some(&self.selection))
    }

    pub(crate) fn gate(&self, settings: &Settings) -> Gate {
        self.threshold.gate(settings)
    }
}

impl InitArgs {
    pub(crate) fn options(&self) -> anyhow::Result<plangate::Options> {
        self.input.options(None)
    }
}

impl Threshold {
    /// What the command line says, else what the settings do.
    fn gate(&self, settings: &Settings) -> Gate {
        let fail_on = self.fail_on.unwrap_or(settings.fail_on);
        let strict = self.strict.or(settings.strict.then_some(None));
        Gate {
            fail_on,
            strict: strict.map(|severity| severity.unwrap_or(fail_on)),
        }
    }
}

impl Selection {
    /// What `--only` says wins over what the settings do; what either skips is left out.
    fn rules(&self, settings: &Settings) -> anyhow::Result<Vec<&'static Rule>> {
        let of_settings = |names: &[String], name| {
            let found = named(names).map_err(Error::msg);
            found.with_context(|| format!("`{name}` of the settings"))
        };
        let only = match self.only.as_slice() {
            [] => of_settings(&settings.only, "only")?,
            names => named(names).map_err(Error::msg)?,
        };
        let mut skip = named(&self.skip).map_err(Error::msg)?;
        skip.extend(of_settings(&settings.skip, "skip")?);
        let is_in = |list: &[&Rule], rule: &Rule| list.iter().any(|other| other.id == rule.id);
        let selected: Vec<_> = RULES
            .iter()
            .filter(|rule| only.is_empty() || is_in(&only, rule))
            .filter(|rule| !is_in(&skip, rule))
            .collect();
        if selected.is_empty() {
            bail!("`only` and `skip` leave no rule to run");
        }
        Ok(selected)
    }
}

impl PathsArgs {
    pub(crate) fn options(&self) -> anyhow::Result<plangate::Options> {
        self.input.options(None)
    }
}

impl CanArgs {
    pub(crate) fn options(&self) -> anyhow::Result<plangate::Options> {
        self.input.options(None)
    }

    pub(crate) fn question(&self) -> plangate::Question {
        plangate::Question {
            principal: self.principal.clone(),
            action: self.action.clone(),
            resource: self.resource.clone(),
        }
    }
}

impl WhoArgs {
    pub(crate) fn options(&self) -> anyhow::Result<plangate::Options> {
        self.input.options(None)
    }
}

impl ModelArgs {
    pub(crate) fn options(&self) -> anyhow::Result<plangate::Options> {
        self.input.options(None)
    }
}

impl InputArgs {
    fn options(&self, selection: Option<&Selection>) -> anyhow::Result<plangate::Options> {
        self.surroundings.options(&self.inputs, selection)
    }
}

impl Surroundings {
    fn options(
        &self,
        inputs: &[String],
        selection: Option<&Selection>,
    ) -> anyhow::Result<plangate::Options> {
        let InForce {
            settings,
            managed_policies,
            facts,
        } = in_force::settings(self.config.as_deref())?;
        let rules = selection.map_or_else(|| Ok(Vec::new()), |one| one.rules(&settings))?;
        Ok(plangate::Options {
            settings,
            managed_policies,
            facts,
            source: self.source.clone(),
            variables: self.variables.settings.clone(),
            parameters: self.parameters.clone(),
            environment: environment(),
            inputs: inputs.to_vec(),
            context: self.context.clone(),
            rules,
            account: self.account.clone(),
            region: self.region.clone(),
        })
    }
}

impl HclArgs {
    pub(crate) fn options(&self) -> plangate::Options {
        plangate::Options {
            variables: self.variables.settings.clone(),
            environment: environment(),
            ..plangate::Options::default()
        }
    }
}

/// What the environment says of variables.
fn environment() -> Vec<(String, String)> {
    let all = std::env::vars_os();
    let texts =
        all.filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)));
    texts
        .filter(|(name, _)| name.starts_with("TF_VAR_"))
        .collect()
}

/// The rules that names, aliases and families stand for.
fn named(names: &[String]) -> Result<Vec<&'static Rule>, String> {
    let mut found = Vec::new();
    for name in names {
        let family = RULES
            .iter()
            .filter(|rule| rule.family().eq_ignore_ascii_case(name));
        let before = found.len();
        found.extend(family);
        if found.len() == before {
            found.push(rule(name)?);
        }
    }
    Ok(found)
}

/// The rule of a name, or a message with a near match.
pub(crate) fn rule(name: &str) -> Result<&'static Rule, String> {
    if let Some(rule) = rules::find(name) {
        return Ok(rule);
    }
    let names = RULES.iter().flat_map(|rule| [rule.id, rule.alias]);
    let near = names
        .map(|known| (strsim::jaro_winkler(known, name), known))
        .filter(|(likeness, _)| *likeness > 0.7)
        .max_by(|one, other| one.0.total_cmp(&other.0));
    Err(match near {
        Some((_, known)) => format!("there is no rule `{name}`; did you mean `{known}`?"),
        None => format!("there is no rule `{name}`; `plangate rules` lists them"),
    })
}
