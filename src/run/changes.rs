//! Change sets, alone or with the template that they were made of.

use std::collections::BTreeMap;

use super::Options;
use super::estate::Read;
use super::templates::{self, Templates};
use crate::cloudformation::{changed, evaluate};
use crate::load::cloudformation::{ChangeSet, Deployment, StackSet, change_set};
use crate::load::plan::{Form, View};
use crate::load::{self, LoadError};
use crate::model::source::{FileId, SourceMap};
use crate::model::worlds::Answers;

/// A change set that was read.
pub(super) struct Changes {
    set: ChangeSet,
    /// The template that it was made of, by the name that the user gave it.
    template: Option<(String, StackSet)>,
}

impl Changes {
    /// Reads a change set, and the template that the user names.
    pub(super) fn open(
        name: &str,
        text: &str,
        options: &Options,
    ) -> Result<(Self, SourceMap), LoadError> {
        let mut own = SourceMap::default();
        let file = own.add(name, text.to_owned());
        let set = change_set(&own, file)?;
        let Some(path) = &options.source else {
            let template = None;
            return Ok((Self { set, template }, own));
        };
        let failed = |error| LoadError::Source {
            path: path.clone(),
            error: Box::new(error),
        };
        let input = load::Input {
            name: path.clone(),
            searched: None,
            what: load::What::Text,
        };
        let parameters = templates::parameters(options).map_err(|(_, error)| error)?;
        let deployment = Deployment {
            account: set.account.clone(),
            region: set.region.clone(),
            constructs: BTreeMap::new(),
            ..Deployment::default()
        };
        let mut values = parameters;
        for (name, value) in &set.parameters {
            if let Some(value) = value {
                values.insert(name.clone(), value.clone());
            }
        }
        let mut templates = Templates::default();
        // The first text of both: places of the change set stay what they are.
        templates.sources = own;
        let template = input.read().map_err(failed)?;
        templates
            .add(&input, template, &values, Some(&deployment))
            .map_err(failed)?;
        let stacks = templates.sets(options).into_iter().next();
        let template = stacks.map(|(_, mut stacks)| {
            hide(&set, &mut stacks);
            (path.clone(), stacks)
        });
        Ok((Self { set, template }, templates.sources))
    }

    /// Every file of it.
    pub(super) fn files(&self) -> impl Iterator<Item = FileId> {
        let template = self.template.iter();
        let template = template.flat_map(|(_, stacks)| templates::files(stacks));
        std::iter::once(self.set.file).chain(template)
    }

    /// What it tells.
    pub(super) fn told<'s>(
        &self,
        options: &Options,
        view: View,
        answers: Option<&Answers>,
    ) -> Read<'s> {
        let template = self
            .template
            .as_ref()
            .map(|(_, stacks)| evaluate(stacks, &templates::beside(options, view, answers)));
        let evaluated = changed(&self.set, template, view);
        let source = self.template.as_ref().map(|(name, _)| name.clone());
        templates::read_of(Form::ChangeSet, source, evaluated)
    }
}

/// A parameter whose value is hidden has one, so that its default does not count.
fn hide(set: &ChangeSet, stacks: &mut StackSet) {
    let own = stacks.stacks.iter_mut().take(1);
    for parameter in own.flat_map(|stack| &mut stack.template.parameters) {
        if set.parameters.get(&*parameter.name) == Some(&None) {
            parameter.default = None;
        }
    }
}
