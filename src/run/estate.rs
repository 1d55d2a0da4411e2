//! What every command begins with: each input read and worked out, among what other roots make.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use sha2::{Digest, Sha256};

use super::changes::Changes;
use super::context::{Other, read_others};
use super::source::Source;
use super::templates::{self, Templates};
use super::{Options, hex};
use crate::finding::{Input, ReportedProblem};
use crate::load::answers;
use crate::load::cloudformation::StackSet;
use crate::load::plan::{self, Form, View};
use crate::load::{self, LoadError, Secrets, What};
use crate::model::graph::{Draft, ResourceGraph};
use crate::model::problem::Problem;
use crate::model::resource::Standing;
use crate::model::source::{FileId, SourceMap};
use crate::model::worlds::{Answers, Questions};
use crate::resolve::resolve_among;
use crate::workload::add_carried_jobs;

/// One input worked out.
pub(super) struct Estate<'s> {
    /// The name of the input.
    pub(super) name: &'s str,
    pub(super) sources: &'s SourceMap,
    pub(super) form: Form,
    /// The source that took part beside a plan.
    pub(super) source: Option<String>,
    /// What the input asks of what nobody gives.
    pub(super) questions: Questions,
    /// What its named conditions come to, as far as that is known.
    pub(super) conditions: BTreeMap<String, bool>,
    /// The input itself says that this cannot be.
    pub(super) is_impossible: bool,
    pub(super) graph: ResourceGraph<'s>,
    pub(super) problems: Vec<Problem>,
    pub(super) secrets: Secrets,
    texts: &'s Texts<'s>,
}

/// What there is to say of all inputs together.
#[derive(Default)]
pub(super) struct Overview {
    /// What could not be read, and what was not understood of what other roots make.
    pub(super) problems: Vec<ReportedProblem>,
    /// What other roots make, as inputs.
    pub(super) context: Vec<Input>,
    /// Files found in a directory that were not judged.
    pub(super) passed_over: usize,
}

/// What was read of one input, with the texts of other roots.
struct Texts<'o> {
    name: &'o str,
    sources: Arc<SourceMap>,
    content: Content,
    others: Vec<(&'o Other, FileId)>,
}

/// What an input is.
enum Content {
    /// A plan or state, and its source, where that is there.
    Plan(FileId, Option<Source>),
    /// Terraform source alone.
    Module(Source),
    /// Templates.
    Stacks(StackSet),
    /// A change set.
    Changes(Changes),
}

/// Reads the inputs one at a time, so that only one is in memory, and hands each to `take`. A file that was
/// only found in a directory and is plainly something else is passed over, and counted; so is a state
/// beside a plan, which tells what becomes of it.
pub(super) fn each_estate(
    options: &Options,
    view: View,
    take: &mut dyn FnMut(Estate<'_>),
) -> Overview {
    let mut overview = Overview::default();
    let others = read_others(options, &mut overview);
    let found = load::gather(&options.inputs, &left_out(options));
    for (name, error) in &found.unreadable {
        overview.problems.push(unreadable(name, error));
    }
    let parameters = templates::parameters(options).unwrap_or_else(|(path, error)| {
        overview.problems.push(unreadable(&path, &error));
        BTreeMap::new()
    });
    let mut templates = Templates::default();
    let mut judged = BTreeSet::new();
    // A plan beside its root module stands for it, and what tells what another root makes is not judged.
    let context = options.context.iter();
    let planned = context.map(|context| module_beside(answers::named(context).1));
    let (mut planned, mut states) = (planned.collect::<BTreeSet<_>>(), Vec::new());
    for input in &found.inputs {
        let is_searched_module = input.what == What::Module && input.searched.is_some();
        if is_searched_module && planned.contains(&real(Path::new(&input.name))) {
            judged.extend(input.searched);
            continue;
        }
        let form = one_estate(options, view, input, &others, &mut |estate| {
            let is_searched_state = estate.form == Form::State && input.searched.is_some();
            (!is_searched_state).then(|| take(estate)).is_some()
        });
        let form = match form {
            Ok(Outcome::Template(text)) => {
                let added = templates.add(input, text, &parameters, found.deployment(input));
                added.map(|()| None)
            }
            Ok(Outcome::Estate(form, taken)) => Ok(Some((form, taken))),
            Err(error) => Err(error),
        };
        match form {
            // It is judged with the others, later on.
            Ok(None) => judged.extend(input.searched),
            Err(error) if is_candidate(input) && error.is_other() => overview.passed_over += 1,
            Ok(Some((Form::State, false))) => states.push(input),
            outcome => {
                judged.extend(input.searched);
                match outcome {
                    Ok(Some((Form::Plan, _))) => _ = planned.insert(module_beside(&input.name)),
                    Ok(_) => {}
                    Err(error) => overview.problems.push(unreadable(&input.name, &error)),
                }
            }
        }
    }
    for input in states {
        judged.extend(input.searched);
        if planned.contains(&module_beside(&input.name)) {
            overview.passed_over += 1;
            continue;
        }
        let outcome = one_estate(options, view, input, &others, &mut |estate| {
            take(estate);
            true
        });
        if let Err(error) = outcome {
            overview.problems.push(unreadable(&input.name, &error));
        }
    }
    for name in templates.not_asked(&parameters) {
        overview.problems.push(ReportedProblem {
            message: format!(
                "no template has the parameter `{name}`, for which a file gives a value"
            ),
            location: None,
            consequence: "it changes nothing; correct its name".to_owned(),
            fatal: false,
        });
    }
    judge_templates(options, view, templates, &others, take);
    for (at, directory) in found.searched.iter().enumerate() {
        if !judged.contains(&at) {
            let error = directory.nothing_inside();
            overview.problems.push(unreadable(&directory.name, &error));
        }
    }
    overview
}

/// What a directory may hold and is no input of its own: other roots, and the template of a change set.
fn left_out(options: &Options) -> Vec<String> {
    let sources = options.source.iter();
    let files = sources.filter(|path| Path::new(path).is_file());
    let context = options.context.iter();
    let context = context.map(|context| answers::named(context).1.to_owned());
    context.chain(files.cloned()).collect()
}

/// Whether nobody says that it is an input: it was only found in a directory.
fn is_candidate(input: &load::Input) -> bool {
    input.searched.is_some() && !matches!(input.what, What::Stack(_))
}

/// The directory that a file lies in, as a module there is called.
fn module_beside(name: &str) -> PathBuf {
    match Path::new(name).parent() {
        Some(parent) if !parent.as_os_str().is_empty() => real(parent),
        _ => real(Path::new(".")),
    }
}

fn real(path: &Path) -> PathBuf {
    path.canonicalize().unwrap_or_else(|_| path.to_owned())
}

/// Hands over one estate for each set of templates that belong together.
fn judge_templates(
    options: &Options,
    view: View,
    mut templates: Templates<'_>,
    others: &[Other],
    take: &mut dyn FnMut(Estate<'_>),
) {
    let sets = templates.sets(options);
    let mut sources = templates.sources;
    let others = others.iter();
    let others = others.map(|other| (other, sources.add(&other.path, other.text.clone())));
    let others: Vec<_> = others.collect();
    let sources = Arc::new(sources);
    for (input, set) in sets {
        let texts = Texts {
            name: &input.name,
            sources: Arc::clone(&sources),
            content: Content::Stacks(set),
            others: others.clone(),
        };
        // Templates were read before.
        if let Ok(estate) = texts.estate(options, view, None) {
            take(estate);
        }
    }
}

/// What came of an input.
enum Outcome {
    /// An estate, and what `take` says of it.
    Estate(Form, bool),
    /// A text that may be a template.
    Template(String),
}

/// Reads one input.
fn one_estate(
    options: &Options,
    view: View,
    input: &load::Input,
    others: &[Other],
    take: &mut dyn FnMut(Estate<'_>) -> bool,
) -> Result<Outcome, LoadError> {
    let mut sources = SourceMap::default();
    let content = match input.what {
        What::Stack(_) => return Ok(Outcome::Template(input.read()?)),
        What::Text => {
            let text = input.read()?;
            if !text.trim_start().starts_with('{') {
                return Ok(Outcome::Template(text));
            }
            let file = sources.add(&input.name, text);
            let source = match Source::beside(&input.name, options, &mut sources) {
                Ok(source) => source,
                // What is named as its source may be the template of a change set.
                Err(error) => match plan::load(&sources, file, view) {
                    Err(LoadError::ChangeSet) => None,
                    _ => return Err(error),
                },
            };
            Content::Plan(file, source)
        }
        What::Module => Content::Module(Source::open(&input.name, options, &mut sources)?),
    };
    let texts = Texts::of(input, content, sources, others);
    match (texts.estate(options, view, None), &texts.content) {
        (Err(LoadError::Template), Content::Plan(file, _)) => {
            Ok(Outcome::Template(texts.sources.text(*file).to_owned()))
        }
        (Err(LoadError::ChangeSet), Content::Plan(file, _)) => {
            let text = texts.sources.text(*file);
            let (changes, sources) = Changes::open(&input.name, text, options)?;
            let texts = Texts::of(input, Content::Changes(changes), sources, others);
            let estate = texts.estate(options, view, None)?;
            Ok(Outcome::Estate(Form::ChangeSet, take(estate)))
        }
        (Err(error), _) => Err(error),
        (Ok(estate), _) => {
            let form = estate.form;
            Ok(Outcome::Estate(form, take(estate)))
        }
    }
}

impl<'o> Texts<'o> {
    /// What was read of an input, among what was read of other roots.
    fn of(
        input: &'o load::Input,
        content: Content,
        mut sources: SourceMap,
        others: &'o [Other],
    ) -> Self {
        // An input is no context of its own.
        let others = others
            .iter()
            .filter(|other| !load::is_same_file(&other.path, &input.name));
        let others = others.map(|other| (other, sources.add(&other.path, other.text.clone())));
        Self {
            name: &input.name,
            others: others.collect(),
            content,
            sources: Arc::new(sources),
        }
    }
}

impl Texts<'_> {
    fn estate(
        &self,
        options: &Options,
        view: View,
        answers: Option<&Answers>,
    ) -> Result<Estate<'_>, LoadError> {
        let read = self.read(options, view, answers)?;
        let mut secrets = read.secrets;
        let mut others = Vec::new();
        for (other, file) in &self.others {
            // What is there before a change of the estate is no change of theirs.
            let view = match view {
                View::Before => View::Planned,
                view => view,
            };
            // Whether it can be read was told before.
            others.extend(other.draft(&self.sources, *file, view, &mut secrets));
        }
        let mut graph = resolve_among(with_place(read.draft, options), others);
        add_carried_jobs(&mut graph, &self.sources);
        Ok(Estate {
            name: self.name,
            sources: &self.sources,
            form: read.form,
            source: read.source,
            questions: read.questions,
            conditions: read.conditions,
            is_impossible: read.is_impossible,
            graph,
            problems: read.problems,
            secrets,
            texts: self,
        })
    }
}

impl Texts<'_> {
    /// The plan or state, with what its source adds; else what the source tells alone.
    fn read(
        &self,
        options: &Options,
        view: View,
        answers: Option<&Answers>,
    ) -> Result<Read<'_>, LoadError> {
        let (file, source) = match &self.content {
            Content::Plan(file, source) => (*file, source),
            Content::Module(source) => return Ok(source.alone(options, view, answers)),
            Content::Stacks(set) => return Ok(templates::told(set, options, view, answers)),
            Content::Changes(changes) => return Ok(changes.told(options, view, answers)),
        };
        let plan = plan::load(&self.sources, file, view)?;
        let read = Read {
            form: plan.form,
            source: None,
            questions: Questions::new(),
            conditions: BTreeMap::new(),
            is_impossible: false,
            draft: plan.draft,
            problems: plan.problems,
            secrets: plan.secrets,
        };
        match source {
            // What was there before the change, its source does not tell.
            Some(source) if read.form == Form::Plan && view != View::Before => {
                let everything = plan::load(&self.sources, file, View::Everything)?;
                Ok(source.over(read, &everything))
            }
            _ => Ok(read),
        }
    }

    pub(super) fn sha256(&self) -> String {
        let files: Vec<FileId> = match &self.content {
            Content::Plan(file, _) => vec![*file],
            Content::Module(source) => source.files().collect(),
            Content::Stacks(set) => templates::files(set).collect(),
            Content::Changes(changes) => changes.files().collect(),
        };
        match files.as_slice() {
            [file] => sha256(self.sources.text(*file)),
            files => {
                let texts = files.iter().map(|file| self.sources.text(*file));
                sha256(&texts.collect::<Vec<_>>().join("\n"))
            }
        }
    }
}

/// What an input tells.
pub(super) struct Read<'s> {
    pub(super) form: Form,
    /// The source that took part beside a plan.
    pub(super) source: Option<String>,
    /// What it asks of what nobody gives.
    pub(super) questions: Questions,
    /// What its named conditions come to, as far as that is known.
    pub(super) conditions: BTreeMap<String, bool>,
    /// The input itself says that this cannot be.
    pub(super) is_impossible: bool,
    pub(super) draft: Draft<'s>,
    pub(super) problems: Vec<Problem>,
    pub(super) secrets: Secrets,
}

impl Estate<'_> {
    /// The same before the change.
    pub(super) fn before(&self, options: &Options) -> Option<Estate<'_>> {
        self.texts.estate(options, View::Before, None).ok()
    }

    /// The same where these are the answers to what its source asks.
    pub(super) fn with(&self, options: &Options, answers: &Answers) -> Option<Estate<'_>> {
        self.texts
            .estate(options, View::Planned, Some(answers))
            .ok()
    }

    /// Its templates with everything worked out, if it is made of templates.
    pub(super) fn templates(&self, options: &Options) -> Option<Vec<serde_json::Value>> {
        match &self.texts.content {
            Content::Stacks(set) => Some(templates::printed(set, options)),
            _ => None,
        }
    }

    /// What the report says of the input.
    pub(super) fn input(&self) -> Input {
        let one = |values: BTreeSet<&str>| {
            let mut values = values.into_iter();
            let first = values.next().map(str::to_owned);
            first.filter(|_| values.next().is_none())
        };
        let providers = self.graph.own_providers().iter();
        let accounts = providers.clone().filter_map(|one| one.account.as_deref());
        let regions = providers.filter_map(|one| one.region.as_deref());
        let judged = self.graph.iter();
        let judged = judged.filter(|(_, resource)| resource.standing == Standing::Judged);
        Input {
            path: self.name.to_owned(),
            kind: self.form.name(),
            sha256: self.texts.sha256(),
            estate: self.name.to_owned(),
            account: one(accounts.collect()),
            region: one(regions.collect()),
            resources: judged.count(),
            complete: self.graph.incomplete().is_none(),
            source: self.source.clone(),
            context: false,
            date: None,
        }
    }
}

pub(super) fn sha256(text: &str) -> String {
    hex(&Sha256::digest(text.as_bytes()))
}

pub(super) fn unreadable(name: &str, error: &LoadError) -> ReportedProblem {
    let name = if name == "-" { "standard input" } else { name };
    ReportedProblem {
        message: format!("`{name}` {error}"),
        location: None,
        consequence: error.help().to_owned(),
        fatal: true,
    }
}

/// The user's account and region, where the input does not tell.
fn with_place<'a>(mut draft: Draft<'a>, options: &Options) -> Draft<'a> {
    for provider in &mut draft.providers {
        if provider.account.is_none() {
            provider.account = options.account.clone().map(Into::into);
        }
        if provider.region.is_none() {
            provider.region = options.region.clone().map(Into::into);
        }
    }
    draft
}
