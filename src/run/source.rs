//! Terraform source: alone, or beside the plan that was made of it.

use std::collections::BTreeMap;

use super::Options;
use super::estate::Read;
use crate::load::LoadError;
use crate::load::plan::{Form, Plan, View};
use crate::load::terraform::{Root, Tree, TreeFiles, load, open, source_beside};
use crate::model::problem::Problem;
use crate::model::source::{FileId, SourceMap};
use crate::model::worlds::Answers;
use crate::terraform::{Beside, evaluate, overlay};

/// Terraform source that was read.
pub(super) struct Source {
    root: Root,
    tree: Box<dyn Tree>,
    /// What messages call it.
    name: String,
    /// The user named it; otherwise it was found beside a plan.
    named: bool,
}

impl Source {
    /// A root module: a directory, one file as a module of its own, or a binary plan file.
    pub(super) fn open(
        path: &str,
        options: &Options,
        sources: &mut SourceMap,
    ) -> Result<Self, LoadError> {
        let tree = open(path, &options.inputs)?;
        let environment = options.environment.iter().cloned();
        let root = load(tree.as_ref(), &options.variables, environment, sources);
        Ok(Self {
            root,
            tree,
            name: path.to_owned(),
            named: true,
        })
    }

    /// The source of a plan: the one that the user names, else what lies beside the plan. None is there
    /// for a plan that stands alone.
    pub(super) fn beside(
        plan: &str,
        options: &Options,
        sources: &mut SourceMap,
    ) -> Result<Option<Self>, LoadError> {
        if let Some(named) = &options.source {
            let opened = Self::open(named, options, sources).and_then(|source| {
                let is_empty = source.files().next().is_none() && source.root.problems.is_empty();
                if is_empty {
                    Err(LoadError::NoSource)
                } else {
                    Ok(source)
                }
            });
            return opened.map(Some).map_err(|error| LoadError::Source {
                path: named.clone(),
                error: Box::new(error),
            });
        }
        let Some(found) = source_beside(plan) else {
            return Ok(None);
        };
        // What nobody asked for is no reason to judge nothing.
        let Ok(mut source) = Self::open(&found, options, sources) else {
            return Ok(None);
        };
        source.named = false;
        Ok(Some(source))
    }

    /// The modules of it.
    pub(super) fn root(&self) -> &Root {
        &self.root
    }

    /// Its files.
    pub(super) fn tree(&self) -> &dyn Tree {
        self.tree.as_ref()
    }

    /// Every file of it.
    pub(super) fn files(&self) -> impl Iterator<Item = FileId> {
        let modules = self.root.modules.iter();
        modules.flat_map(|module| module.files.iter().copied())
    }

    /// What it tells without a plan.
    pub(super) fn alone<'s>(
        &self,
        options: &Options,
        view: View,
        answers: Option<&Answers>,
    ) -> Read<'s> {
        let beside = Beside {
            everything: view == View::Everything,
            account: options.account.as_deref(),
            region: options.region.as_deref(),
            answers,
            plan: None,
        };
        let evaluated = evaluate(&self.root, &TreeFiles(self.tree.as_ref()), &beside);
        let mut problems = self.root.problems.clone();
        problems.extend(evaluated.problems);
        Read {
            form: Form::Module,
            source: None,
            questions: evaluated.questions,
            conditions: BTreeMap::new(),
            is_impossible: false,
            draft: evaluated.draft,
            problems,
            secrets: evaluated.secrets,
        }
    }

    /// What it adds to a plan.
    pub(super) fn over<'s>(&self, mut read: Read<'s>, everything: &Plan<'_>) -> Read<'s> {
        let files = TreeFiles(self.tree.as_ref());
        let overlaid = overlay(
            &mut read.draft,
            &everything.draft,
            &everything.variables,
            &self.root,
            &files,
        );
        if let ((0, missing), false) = (overlaid.matched, self.named)
            && missing > 0
        {
            let name = &self.name;
            read.problems.push(Problem {
                message: format!(
                    "`{name}`, beside the plan, has none of its resources, so it is not taken to be \
                     its source"
                ),
                origin: None,
                consequence: "name the source with --source, if there is one".to_owned(),
                fatal: false,
            });
            return read;
        }
        read.source = Some(self.name.clone());
        read.problems.extend(self.root.problems.iter().cloned());
        read.problems.extend(overlaid.problems);
        read.secrets.extend(&overlaid.secrets);
        read
    }
}
