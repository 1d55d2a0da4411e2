//! What `--context` names: plans and states of other roots, and saved answers of the AWS CLI.

use std::path::Path;

use super::Options;
use super::estate::{Overview, sha256, unreadable};
use super::reported;
use crate::finding::Input;
use crate::load::answers::{self, Command};
use crate::load::plan::{self, View};
use crate::load::{self, LoadError, Secrets, What};
use crate::model::problem::Problem;
use crate::model::source::{FileId, SourceMap};
use crate::model::value::Why;
use crate::resolve::OtherDraft;
use crate::settings;

/// A plan or state of another root, or an answer of AWS.
pub(super) struct Other {
    /// As the user named it.
    pub(super) path: String,
    /// What the user says that it is about.
    of: Option<String>,
    /// What AWS was asked, if it is an answer.
    answers: Option<Command>,
    /// What its resources are called by.
    name: String,
    pub(super) text: String,
}

impl Other {
    /// What it tells; none if it cannot be read, which was told before.
    pub(super) fn draft<'a>(
        &self,
        sources: &'a SourceMap,
        file: FileId,
        view: View,
        secrets: &mut Secrets,
    ) -> Option<OtherDraft<'a>> {
        let (draft, lists) = if let Some(command) = self.answers {
            let answer = answers::load(sources, file, command, self.of.as_deref()).ok()?;
            (answer.draft, command.lists())
        } else {
            let plan = plan::load(sources, file, view).ok()?;
            secrets.extend(&plan.secrets);
            (plan.draft, [].as_slice())
        };
        Some(OtherDraft {
            file,
            name: self.name.clone(),
            draft,
            lists,
        })
    }
}

/// Reads the plans and states of other roots. Each is read whole once, so that what is wrong with it is
/// said once.
pub(super) fn read_others(options: &Options, overview: &mut Overview) -> Vec<Other> {
    let mut others: Vec<Other> = Vec::new();
    others.extend(options.facts.as_ref().map(|text| Other {
        path: format!("facts in {}", settings::NAME),
        of: None,
        answers: None,
        name: settings::NAME.to_owned(),
        text: text.clone(),
    }));
    let context = &options.context;
    for (of, path) in context.iter().map(|context| answers::named(context)) {
        let mut same = others.iter().filter(|other| other.path == path);
        if same.any(|other| other.of.as_deref() == of) {
            continue;
        }
        match read_other(path, of, overview) {
            Ok((text, answers)) => others.push(Other {
                path: path.to_owned(),
                of: of.map(str::to_owned),
                answers,
                name: file_name(path),
                text,
            }),
            Err(error) => overview.problems.push(unreadable(path, &error)),
        }
    }
    let names: Vec<_> = others.iter().map(|other| other.name.clone()).collect();
    for other in &mut others {
        if names.iter().filter(|name| **name == other.name).count() > 1 {
            other.name.clone_from(&other.path);
        }
    }
    others
}

fn file_name(path: &str) -> String {
    let name = Path::new(path).file_name();
    name.map_or_else(
        || path.to_owned(),
        |name| name.to_string_lossy().into_owned(),
    )
}

/// The text of another root, with what AWS was asked, if it is an answer.
fn read_other(
    path: &str,
    of: Option<&str>,
    overview: &mut Overview,
) -> Result<(String, Option<Command>), LoadError> {
    let input = load::Input {
        name: path.to_owned(),
        searched: None,
        what: What::Text,
    };
    let mut sources = SourceMap::default();
    let file = sources.add(path, input.read()?);
    let (answers, kind, date, draft, problems) = match plan::load(&sources, file, View::Planned) {
        Ok(_) if of.is_some() => return Err(LoadError::NoKeyPolicy),
        Ok(plan) => {
            let date = plan.timestamp.map(Into::into);
            (None, plan.form.name(), date, plan.draft, plan.problems)
        }
        Err(LoadError::Answer(command)) => {
            let answer = answers::load(&sources, file, command, of)?;
            let (draft, problems) = (answer.draft, answer.problems);
            (Some(command), answers::FORM, None, draft, problems)
        }
        Err(error) => return Err(error),
    };
    overview
        .problems
        .extend(problems.into_iter().map(|problem| {
            let message = format!("`{path}`: {}", problem.message);
            reported(Problem { message, ..problem }, &sources)
        }));
    let text = sources.text(file);
    let is_partial = draft
        .incomplete
        .is_some_and(|why| why != Why::ExternalResource);
    overview.context.push(Input {
        path: path.to_owned(),
        kind,
        sha256: sha256(text),
        estate: path.to_owned(),
        account: None,
        region: None,
        resources: 0,
        complete: !is_partial,
        source: None,
        context: true,
        date: date.or_else(|| input.date()),
    });
    Ok((text.to_owned(), answers))
}
