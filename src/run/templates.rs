//! `CloudFormation` templates: those that belong together, with the values that are given to them.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use super::Options;
use super::estate::Read;
use crate::cloudformation::{Beside, Evaluated, evaluate, worked_out};
use crate::load::cloudformation::{
    Deployment, Given, StackSet, Template, parameter_file, read, sets,
};
use crate::load::plan::{Form, View};
use crate::load::terraform::boundary;
use crate::load::{self, LoadError};
use crate::model::source::{FileId, SourceMap};
use crate::model::worlds::Answers;
use crate::yaml::{read_json, read_yaml};

/// The templates of a run.
#[derive(Default)]
pub(super) struct Templates<'i> {
    /// Their texts, and those of templates that they nest.
    pub(super) sources: SourceMap,
    given: Vec<Given>,
    inputs: Vec<&'i load::Input>,
}

impl<'i> Templates<'i> {
    /// Takes a text in that may be a template.
    ///
    /// # Errors
    /// What else it is.
    pub(super) fn add(
        &mut self,
        input: &'i load::Input,
        text: String,
        parameters: &BTreeMap<String, String>,
        deployment: Option<&Deployment>,
    ) -> Result<(), LoadError> {
        let file = self.sources.add(&input.name, text);
        let mut template = read(&self.sources, file)?;
        let deployment = deployment.cloned().unwrap_or_default();
        template.constructs = deployment.constructs;
        let mut given = deployment.parameters;
        given.extend(parameters.clone());
        self.given.push(Given {
            template,
            path: Path::new(&input.name).canonicalize().ok(),
            is_named: input.searched.is_none(),
            parameters: given,
            account: deployment.account,
            region: deployment.region,
        });
        self.inputs.push(input);
        Ok(())
    }

    /// The names of parameters for which a file gives a value, and which no template has.
    pub(super) fn not_asked<'p>(
        &self,
        parameters: &'p BTreeMap<String, String>,
    ) -> impl Iterator<Item = &'p str> {
        let templates = self.given.iter().map(|given| &given.template);
        let asked = templates.flat_map(|template| &template.parameters);
        let asked: BTreeSet<String> = asked.map(|one| one.name.to_string()).collect();
        let names = parameters.keys().map(String::as_str);
        // A change set brings a template of its own.
        let is_any = !self.given.is_empty();
        names.filter(move |name| is_any && !asked.contains(*name))
    }

    /// The sets of templates that belong together, each with the input that it is about.
    pub(super) fn sets(&mut self, options: &Options) -> Vec<(&'i load::Input, StackSet)> {
        let sources = &mut self.sources;
        for given in &mut self.given {
            if let Some(path) = &given.path {
                with_definitions(&mut given.template, path, options, sources);
            }
        }
        let sets = sets(&self.given, &mut |path| nested(path, options, sources));
        let named = sets
            .into_iter()
            .filter_map(|(at, set)| Some((*self.inputs.get(at)?, set)));
        named.collect()
    }
}

/// A template that another one nests.
fn nested(path: &Path, options: &Options, sources: &mut SourceMap) -> Result<Template, String> {
    let (file, name) = beside_inputs(path, options, sources)?;
    let mut template = read(sources, file).map_err(|error| format!("`{name}` {error}"))?;
    with_definitions(&mut template, path, options, sources);
    Ok(template)
}

/// Puts the definitions of state machines that lie in files into a template: SAM uploads them.
///
/// Source: AWS SAM Developer Guide, "`AWS::Serverless::StateMachine`", `DefinitionUri`.
fn with_definitions(
    template: &mut Template,
    path: &Path,
    options: &Options,
    sources: &mut SourceMap,
) {
    let directory = path.parent().unwrap_or(path);
    for local in template.local_definitions() {
        let Ok(path) = directory.join(&local).canonicalize() else {
            continue;
        };
        let Ok((file, _)) = beside_inputs(&path, options, sources) else {
            continue;
        };
        let text = sources.text(file);
        let document = if text.trim_start().starts_with('{') {
            read_json(text, file)
        } else {
            read_yaml(text, file)
        };
        if let Ok(document) = document {
            template.define(&local, &document.root);
        }
    }
}

/// A file that an input names; else why it may not or cannot be read.
fn beside_inputs(
    path: &Path,
    options: &Options,
    sources: &mut SourceMap,
) -> Result<(FileId, String), String> {
    let name = path.to_string_lossy();
    let name = match std::env::current_dir() {
        Ok(here) => path.strip_prefix(here).map_or(name, Path::to_string_lossy),
        Err(_) => name,
    };
    // Standard input stands for the directory that all begins in.
    let mut inputs = options
        .inputs
        .iter()
        .map(|one| if one == "-" { "." } else { one });
    if !inputs.any(|one| path.starts_with(boundary(Path::new(one), &options.inputs))) {
        return Err(format!("`{name}` lies outside of what is checked"));
    }
    let input = load::Input {
        name: name.into_owned(),
        searched: None,
        what: load::What::Text,
    };
    let text = input
        .read()
        .map_err(|error| format!("`{}` {error}", input.name))?;
    Ok((sources.add(&input.name, text), input.name))
}

/// The values that files give to parameters; of several files, the last one counts.
pub(super) fn parameters(
    options: &Options,
) -> Result<BTreeMap<String, String>, (String, LoadError)> {
    let mut values = BTreeMap::new();
    for path in &options.parameters {
        let given = one_file(path).map_err(|error| (path.clone(), error))?;
        values.extend(given);
    }
    Ok(values)
}

fn one_file(path: &str) -> Result<BTreeMap<String, String>, LoadError> {
    let input = load::Input {
        name: path.to_owned(),
        searched: None,
        what: load::What::Text,
    };
    let mut sources = SourceMap::default();
    let file = sources.add(path, input.read()?);
    let text = sources.text(file);
    let document = if text.trim_start().starts_with(['{', '[']) {
        read_json(text, file)
    } else {
        read_yaml(text, file)
    };
    let document = document.map_err(|error| {
        let place = sources.location(error.at);
        LoadError::Parameters(format!(
            "{}, at line {}, column {}",
            error.message, place.line, place.column
        ))
    })?;
    parameter_file(&document.root).map_err(|reason| LoadError::Parameters(reason.to_owned()))
}

/// Every file of a set that is judged.
pub(super) fn files(set: &StackSet) -> impl Iterator<Item = FileId> {
    let judged = set.stacks.iter().filter(|stack| !stack.is_context);
    judged.map(|stack| stack.template.file)
}

/// What is known beside the templates of a run.
pub(super) fn beside<'k>(
    options: &'k Options,
    view: View,
    answers: Option<&'k Answers>,
) -> Beside<'k> {
    Beside {
        account: options.account.as_deref(),
        region: options.region.as_deref(),
        answers,
        everything: view == View::Everything,
    }
}

/// The templates of a set with everything worked out, for people to see.
pub(super) fn printed(set: &StackSet, options: &Options) -> Vec<serde_json::Value> {
    worked_out(set, &beside(options, View::Planned, None))
}

/// What a set tells.
pub(super) fn told<'s>(
    set: &StackSet,
    options: &Options,
    view: View,
    answers: Option<&Answers>,
) -> Read<'s> {
    let evaluated = evaluate(set, &beside(options, view, answers));
    read_of(Form::Template, None, evaluated)
}

/// What was worked out, as an input of this form.
pub(super) fn read_of<'s>(form: Form, source: Option<String>, evaluated: Evaluated) -> Read<'s> {
    Read {
        form,
        source,
        questions: evaluated.questions,
        conditions: evaluated.conditions,
        is_impossible: evaluated.is_impossible,
        draft: evaluated.draft,
        problems: evaluated.problems,
        secrets: evaluated.secrets,
    }
}
