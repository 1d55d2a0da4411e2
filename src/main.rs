//! Arguments in, exit code out: the only place that prints.

mod cli;

use std::io::{self, BufWriter, ErrorKind, Write};
use std::process::ExitCode;

use anyhow::{Context, anyhow};
use clap::Parser;
use cli::{
    CanArgs, CheckArgs, Cli, Color, Command, Debug, DiffArgs, InitArgs, ListFormat, ModelArgs,
    PathsArgs, PathsFormat, SchemaOf, WhoArgs,
};
use plangate::Outcome;
use plangate::finding::ReportedProblem;
use plangate::gate::Exit;
use plangate::report::picture::{mermaid, svg};
use plangate::report::{Style, diff, json, manual, paths, seals};
use plangate::settings::Settings;

fn main() -> ExitCode {
    let cli = Cli::parse();
    match cli.color {
        Color::Auto => {}
        Color::Always => anstream::ColorChoice::Always.write_global(),
        Color::Never => anstream::ColorChoice::Never.write_global(),
    }
    let exit = match run(&cli.command) {
        Ok(exit) => exit,
        Err(error) if is_broken_pipe(&error) => Exit::Clean,
        Err(error) => {
            // Nothing is left to do if not even this can be written.
            let _ = writeln!(anstream::stderr(), "error: {error:#}");
            Exit::CouldNotRun
        }
    };
    ExitCode::from(exit.code())
}

/// Whoever reads the output may stop early: that is no failure.
fn is_broken_pipe(error: &anyhow::Error) -> bool {
    error.chain().any(|cause| {
        let kind = cause.downcast_ref::<io::Error>().map(io::Error::kind);
        kind == Some(ErrorKind::BrokenPipe)
    })
}

fn run(command: &Command) -> anyhow::Result<Exit> {
    match command {
        Command::Check(args) => check(args),
        Command::Paths(args) => show_paths(args),
        Command::Can(args) => can(args),
        Command::Who(args) => who(args),
        Command::Diff(args) => compare(args),
        Command::Rules { format } => {
            let mut out = anstream::stdout().lock();
            match format {
                ListFormat::Human => manual::list(&mut out)?,
                ListFormat::Json => manual::list_json(&mut out)?,
            }
            Ok(Exit::Clean)
        }
        Command::Init(args) => init(args),
        Command::Explain { rule } => {
            let rule = cli::rule(rule).map_err(|message| anyhow!(message))?;
            manual::explain(rule, &mut anstream::stdout().lock())?;
            Ok(Exit::Clean)
        }
        Command::Debug(Debug::Model(args)) => model(args),
        Command::Debug(Debug::Cfn(args)) => templates(args),
        Command::Debug(Debug::Hcl(args)) => {
            let mut input = io::BufReader::new(io::stdin());
            let directory = &args.directory;
            plangate::expressions(directory, &args.options(), &mut input, &mut io::stdout())
                .map_err(|error| anyhow!("`{directory}` {error}: {}", error.help()))?;
            Ok(Exit::Clean)
        }
        Command::Debug(Debug::Iam) => {
            plangate::iam::answer_lines(&mut io::stdin().lock(), &mut io::stdout().lock())?;
            Ok(Exit::Clean)
        }
        Command::Debug(Debug::Schema { of, settings }) => {
            let schema = match of {
                _ if *settings => Settings::schema(),
                SchemaOf::Check => json::schema(),
                SchemaOf::Diff => diff::schema(),
            };
            writeln!(io::stdout(), "{schema}")?;
            Ok(Exit::Clean)
        }
    }
}

fn check(args: &CheckArgs) -> anyhow::Result<Exit> {
    let options = args.options()?;
    if let Some(jobs) = args.jobs {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(jobs.get());
        pool.build_global().context("cannot start threads")?;
    }
    let report = plangate::check(&options);
    let exit = args.gate(&options.settings).decide(&report);
    let style = Style {
        verbose: args.verbose,
    };
    for output in &args.format {
        let mut text = Vec::new();
        output.format.write(&report, style, &mut text)?;
        match &output.file {
            Some(path) => {
                let mut plain = anstream::StripStream::new(Vec::new());
                plain.write_all(&text)?;
                std::fs::write(path, plain.into_inner())
                    .with_context(|| format!("cannot write `{path}`"))?;
            }
            None => anstream::stdout().lock().write_all(&text)?,
        }
    }
    Ok(exit)
}

fn init(args: &InitArgs) -> anyhow::Result<Exit> {
    let (text, problems) = plangate::init(&args.options()?);
    if args.output == "-" {
        io::stdout().write_all(text.as_bytes())?;
    } else {
        let file = &args.output;
        let new = std::fs::File::options()
            .write(true)
            .create_new(true)
            .open(file);
        let mut new = new.map_err(|error| match error.kind() {
            io::ErrorKind::AlreadyExists => {
                anyhow!("`{file}` is there already; `--output -` prints what would be written")
            }
            _ => anyhow::Error::new(error).context(format!("cannot write `{file}`")),
        })?;
        new.write_all(text.as_bytes())
            .with_context(|| format!("cannot write `{file}`"))?;
    }
    told(&problems)
}

fn show_paths(args: &PathsArgs) -> anyhow::Result<Exit> {
    let report = plangate::prove(&args.options()?);
    let mut out = anstream::stdout().lock();
    match args.format {
        PathsFormat::Table => paths::write(&report, &mut out)?,
        PathsFormat::Mermaid => mermaid::write(&report, &mut out)?,
        PathsFormat::Svg => svg::write(&report, &mut out)?,
        PathsFormat::Json => json::write_paths(&report, &mut out)?,
    }
    let could_not_run = report.problems.iter().any(|problem| problem.fatal);
    Ok(if could_not_run {
        Exit::CouldNotRun
    } else {
        Exit::Clean
    })
}

fn compare(args: &DiffArgs) -> anyhow::Result<Exit> {
    let options = args.options()?;
    let difference = plangate::compare(&options);
    let mut out = anstream::stdout().lock();
    let style = Style {
        verbose: args.verbose,
    };
    match args.format {
        ListFormat::Human => diff::write(&difference, style, &mut out)?,
        ListFormat::Json => diff::write_json(&difference, &mut out)?,
    }
    Ok(args.gate(&options.settings).decide_change(&difference))
}

fn can(args: &CanArgs) -> anyhow::Result<Exit> {
    let outcome = plangate::can(&args.options()?, &args.question());
    let answer = only(outcome, |answer| &answer.estate)?;
    let mut out = anstream::stdout().lock();
    match args.format {
        ListFormat::Human => paths::write_answer(&answer, &mut out)?,
        ListFormat::Json => json::write_answer(&answer, &mut out)?,
    }
    Ok(Exit::Clean)
}

fn who(args: &WhoArgs) -> anyhow::Result<Exit> {
    let outcome = plangate::who(&args.options()?, &args.action, &args.resource);
    let answer = only(outcome, |answer| &answer.estate)?;
    let mut out = anstream::stdout().lock();
    match args.format {
        ListFormat::Human => seals::write_holders(&answer, &mut out)?,
        ListFormat::Json => json::write_answer(&answer, &mut out)?,
    }
    Ok(Exit::Clean)
}

/// The answer, if there is one.
fn only<T>(
    outcome: Result<Outcome<T>, String>,
    estate: impl Fn(&T) -> &String,
) -> anyhow::Result<T> {
    let mut outcome = outcome.map_err(|message| anyhow!(message))?;
    if let Some(problem) = outcome.problems.first() {
        return Err(anyhow!("{}; {}", problem.message, problem.consequence));
    }
    if outcome.answers.len() > 1 {
        let names: Vec<_> = outcome
            .answers
            .iter()
            .map(|one| estate(one).as_str())
            .collect();
        return Err(anyhow!(
            "several inputs can answer: name one of {}",
            names.join(", ")
        ));
    }
    let answer = outcome.answers.pop();
    answer.ok_or_else(|| anyhow!(outcome.not_found.join("; ")))
}

fn templates(args: &ModelArgs) -> anyhow::Result<Exit> {
    let mut all = Vec::new();
    let problems = plangate::templates(&args.options()?, &mut |template| all.push(template));
    let mut out = io::stdout().lock();
    serde_json::to_writer_pretty(&mut out, &all)?;
    writeln!(out)?;
    told(&problems)
}

fn model(args: &ModelArgs) -> anyhow::Result<Exit> {
    let mut out = BufWriter::new(io::stdout().lock());
    let (mut outcome, mut first) = (write!(out, "["), true);
    let problems = plangate::models(&args.options()?, &mut |model| {
        if outcome.is_ok() {
            outcome = model.write(&mut first, &mut out);
        }
    });
    outcome?;
    writeln!(out, "\n]")?;
    out.flush()?;
    told(&problems)
}

/// Tells what could not be read, and whether all could.
fn told(problems: &[ReportedProblem]) -> anyhow::Result<Exit> {
    let mut stderr = anstream::stderr();
    for problem in problems {
        writeln!(
            stderr,
            "error: {}; {}",
            problem.message, problem.consequence
        )?;
    }
    Ok(if problems.is_empty() {
        Exit::Clean
    } else {
        Exit::CouldNotRun
    })
}
