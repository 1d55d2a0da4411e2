//! Terraform plan JSON (`terraform show -json PLANFILE`), and state JSON (`terraform show -json` of a
//! state): read in one pass into values that borrow from the text. A state is a plan that changes nothing.
//!
//! Source: Terraform documentation, "JSON Output Format".

mod changes;
mod configuration;
mod form;
mod places;
pub(crate) use places::partition_of;
mod state;

use std::borrow::Cow;
use std::collections::HashSet;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, Visitor};
use serde_json::value::RawValue;

use super::LoadError;
use super::json::{KeyGuard, Reading, Text};
use super::secrets::Secrets;
use crate::model::expression::find;
use crate::model::graph::Draft;
use crate::model::problem::Problem;
use crate::model::resource::{Resource, Standing};
use crate::model::source::{FileId, SourceMap};
use crate::model::value::{Data, Value, Why};
use changes::ChangesSeed;
use configuration::{Contents, Section};
pub use form::Form;
use form::Sections;
use state::{StateSeed, Wanted};

/// What of each resource is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum View {
    /// What it will be: the attributes that the vocabulary names, which is all that rules can see.
    Planned,
    /// What it will be, with every attribute of every resource: for people who look at the model.
    Everything,
    /// What it is before the change, as [`View::Planned`].
    Before,
}

/// A plan or state that was read.
#[derive(Debug)]
pub struct Plan<'a> {
    /// What it is.
    pub form: Form,
    /// When it was made, where it says so, as it says it.
    pub timestamp: Option<Cow<'a, str>>,
    /// The estate.
    pub draft: Draft<'a>,
    /// What was not understood.
    pub problems: Vec<Problem>,
    /// The texts that no output may show.
    pub secrets: Secrets,
    /// The values of the root module's variables.
    pub variables: Vec<(String, Value<'a>)>,
}

/// Reads a plan or a state.
pub fn load(sources: &SourceMap, file: FileId, view: View) -> Result<Plan<'_>, LoadError> {
    let reading = Reading::new(file, sources.text(file));
    let mut document = Document::read(&reading, view, None)?;
    document.read_late_values()?;
    for section in document.fallbacks() {
        document = Document::read(&reading, view, Some(*section))?;
        if document
            .filled
            .iter()
            .any(|resource| resource.standing == Standing::Judged)
        {
            break;
        }
    }
    document.finish()
}

/// A section that lists resources, for plans whose `resource_changes` do not list them all.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum StateSection {
    PriorState,
    PlannedValues,
}

impl StateSection {
    fn key(self) -> &'static str {
        match self {
            Self::PriorState => "prior_state",
            Self::PlannedValues => "planned_values",
        }
    }
}

/// The sections of a plan, as they are read.
struct Document<'r, 'de> {
    reading: &'r Reading<'de>,
    view: View,
    sections: Sections,
    format_version: Option<Cow<'de, str>>,
    timestamp: Option<Cow<'de, str>>,
    complete: bool,
    errored: bool,
    resources: Vec<Resource<'de>>,
    deleted: Vec<Resource<'de>>,
    data: Vec<Resource<'de>>,
    configuration: Contents<'de>,
    variables: Option<&'de RawValue>,
    outputs: Option<&'de RawValue>,
    /// The resources of a state, where they come before what tells that it is one.
    late_values: Option<&'de RawValue>,
    /// The section of which every resource is read, not only the data sources.
    fill_from: Option<StateSection>,
    filled: Vec<Resource<'de>>,
    secrets: Secrets,
}

impl<'r, 'de> Document<'r, 'de> {
    fn read(
        reading: &'r Reading<'de>,
        view: View,
        fill_from: Option<StateSection>,
    ) -> Result<Self, LoadError> {
        let mut document = Self {
            reading,
            view,
            sections: Sections::default(),
            format_version: None,
            timestamp: None,
            complete: true,
            errored: false,
            resources: Vec::new(),
            deleted: Vec::new(),
            data: Vec::new(),
            configuration: Contents::default(),
            variables: None,
            outputs: None,
            late_values: None,
            fill_from,
            filled: Vec::new(),
            secrets: Secrets::default(),
        };
        let mut deserializer = serde_json::Deserializer::from_str(reading.text());
        let outcome = DocumentSeed(&mut document)
            .deserialize(&mut deserializer)
            .and_then(|()| deserializer.end());
        match outcome {
            Ok(()) => Ok(document),
            Err(error) => Err(document.explain(&error)),
        }
    }

    /// Says what a text is that could not be read to its end.
    fn explain(&self, error: &serde_json::Error) -> LoadError {
        let is_too_deep = reason(error).contains("recursion limit");
        if self.sections.template {
            LoadError::BrokenTemplate {
                line: error.line(),
                column: error.column(),
                reason: if is_too_deep {
                    "this nests more than 128 levels deep".to_owned()
                } else {
                    reason(error)
                },
            }
        } else if is_too_deep {
            LoadError::TooDeep {
                line: error.line(),
                column: error.column(),
            }
        } else if self.is_plan() || self.format_version.is_some() {
            LoadError::Broken {
                form: if self.sections.values {
                    Form::State.noun()
                } else {
                    Form::Plan.noun()
                },
                line: error.line(),
                column: error.column(),
                reason: reason(error),
            }
        } else if let Some(command) = self.sections.answer {
            // Pages of one answer may stand one after another.
            match reason(error).as_str() {
                "trailing characters" => LoadError::Answer(command),
                _ => LoadError::broken_answer(command, error),
            }
        } else if self.sections.changes && self.reading.text().contains("\"ResourceChange\"") {
            LoadError::BrokenChangeSet {
                line: error.line(),
                column: error.column(),
                reason: reason(error),
            }
        } else {
            LoadError::NotJson {
                line: error.line(),
                column: error.column(),
                reason: reason(error),
            }
        }
    }

    fn is_plan(&self) -> bool {
        self.sections.resource_changes
            || self.sections.planned_values
            || (self.sections.prior_state && self.configuration.configuration.present)
    }

    /// Whether it is a state. One of nothing has no `values`.
    fn is_state(&self) -> bool {
        let is_one = self.sections.values || !self.sections.foreign;
        !self.is_plan() && self.format_version.is_some() && is_one
    }

    fn form(&self) -> Form {
        if self.is_state() {
            Form::State
        } else {
            Form::Plan
        }
    }

    /// Reads the resources of a state that were left for later.
    fn read_late_values(&mut self) -> Result<(), LoadError> {
        let Some(text) = self.late_values.filter(|_| self.is_state()) else {
            return Ok(());
        };
        let mut deserializer = serde_json::Deserializer::from_str(text.get());
        let outcome = self.values().deserialize(&mut deserializer);
        outcome.map_err(|error| self.explain(&error))
    }

    /// Where a plan that lists no changes, or not all of them, still shows resources: the first of these
    /// that shows any.
    fn fallbacks(&self) -> &'static [StateSection] {
        match self.sections {
            _ if !self.is_plan() => &[],
            Sections {
                resource_changes: false,
                ..
            } => &[StateSection::PlannedValues, StateSection::PriorState],
            _ if !self.complete => &[StateSection::PriorState],
            _ => &[],
        }
    }

    fn finish(mut self) -> Result<Plan<'de>, LoadError> {
        let form = self.form();
        if !self.is_plan() && form == Form::Plan {
            return Err(match self.sections {
                Sections {
                    answer: Some(command),
                    ..
                } => LoadError::Answer(command),
                Sections {
                    raw_state: true, ..
                } => LoadError::RawState,
                Sections { template: true, .. } => LoadError::Template,
                Sections {
                    change_set: true,
                    changes: true,
                    ..
                } => LoadError::ChangeSet,
                Sections {
                    version: true,
                    artifacts: true,
                    ..
                } => LoadError::Assembly,
                _ => LoadError::NotAPlan,
            });
        }
        let mut problems = Vec::new();
        self.check_version(form, &mut problems)?;
        if form == Form::State {
            let resources = std::mem::take(&mut self.resources).into_iter();
            (self.resources, self.data) =
                resources.partition(|resource| resource.standing == Standing::Judged);
        }
        self.fill_in(&mut problems);
        self.collect_secrets();
        let incomplete = (!self.complete || self.errored).then_some(Why::PartialPlan);
        if let Some(why) = incomplete {
            let cause = if self.errored {
                "the plan ended with an error"
            } else {
                "the plan covers only a part of the configuration"
            };
            problems.push(Problem {
                message: format!("{cause} ({why})"),
                origin: None,
                consequence: "what is missing from it is not taken to be absent".to_owned(),
                fatal: false,
            });
        }
        for address in &self.configuration.unread {
            problems.push(Problem {
                message: format!("what is written for {address} cannot be read"),
                origin: None,
                consequence: "what is unknown in it stays unknown".to_owned(),
                fatal: false,
            });
        }
        let variables = self.variables();
        let providers = places::providers(
            std::mem::take(&mut self.configuration.providers),
            &variables,
            &self.data,
            &self.resources,
            &self.configuration.configuration,
        );
        // A data source that is read again while applying may say something else then.
        let read_again: HashSet<_> = self
            .resources
            .iter()
            .filter(|resource| resource.standing == Standing::Context)
            .map(|resource| resource.address.clone())
            .collect();
        self.data.retain(|data| !read_again.contains(&data.address));
        self.resources.append(&mut self.data);
        Ok(Plan {
            form,
            timestamp: self.timestamp,
            draft: Draft {
                resources: self.resources,
                deleted: self.deleted,
                configuration: self.configuration.configuration,
                providers,
                parameters: Vec::new(),
                incomplete,
            },
            problems,
            secrets: self.secrets,
            variables,
        })
    }

    /// Minor versions only add; another major one may mean anything. 0.x is what Terraform wrote
    /// before 1.1.
    fn check_version(&self, form: Form, problems: &mut Vec<Problem>) -> Result<(), LoadError> {
        let noun = form.noun();
        let note = match self.format_version.as_deref() {
            Some(version) => match version.split('.').next() {
                Some("1") => return Ok(()),
                Some("0") => format!("the {noun} has the old format {version}"),
                _ => return Err(LoadError::Version(version.to_owned())),
            },
            None => format!("the {noun} does not say its `format_version`"),
        };
        problems.push(Problem {
            message: note,
            origin: None,
            consequence: format!(
                "it is read as format 1; make the {noun} with Terraform 1.1 or later to be certain \
                 of every value"
            ),
            fatal: false,
        });
        Ok(())
    }

    /// Adds what the changes do not list.
    fn fill_in(&mut self, problems: &mut Vec<Problem>) {
        let Some(section) = self.fill_from else {
            return;
        };
        if !self.sections.resource_changes {
            let name = section.key();
            problems.push(Problem {
                message: format!("the plan has no `resource_changes`; `{name}` is judged instead"),
                origin: None,
                consequence: "what the change would do is not seen".to_owned(),
                fatal: false,
            });
        }
        let mut filled = std::mem::take(&mut self.filled);
        let known: HashSet<_> = self
            .resources
            .iter()
            .chain(&self.data)
            .chain(&self.deleted)
            .map(|resource| resource.address.clone())
            .collect();
        filled.retain(|resource| !known.contains(&resource.address));
        if section == StateSection::PlannedValues {
            self.mark_written(&mut filled);
        }
        self.resources.append(&mut filled);
    }

    /// `planned_values` leaves out what is unknown: an attribute that is written but has no value there
    /// is known after apply.
    fn mark_written(&self, resources: &mut [Resource<'de>]) {
        let mut place = String::new();
        for resource in resources {
            resource.existed_before = None;
            place.clear();
            resource.address.without_keys(&mut place);
            let Some(written) = self.configuration.configuration.resources.get(&place) else {
                continue;
            };
            let attributes = resource
                .entry
                .into_iter()
                .flat_map(|entry| entry.row.attributes);
            for attribute in attributes {
                let name = attribute.canonical();
                let (top, _) = name.split_once('.').unwrap_or((&name, ""));
                // What the service sets is known only after apply too.
                let is_output = attribute.is_output();
                let is_written = is_output || find(&written.expressions, top).is_some();
                if is_written && resource.attributes.get(top).is_none() {
                    let value = Value::new(Data::Unknown(Why::KnownAfterApply), resource.origin);
                    resource.attributes.insert(top.to_owned(), value);
                    resource.open = true;
                }
            }
        }
    }

    fn variables(&self) -> Vec<(String, Value<'de>)> {
        let origin = self.reading.everything();
        let Some(text) = self.variables else {
            return Vec::new();
        };
        let Data::Map(map) = changes::parse(self.reading, text.get(), origin).data else {
            return Vec::new();
        };
        let values = map.iter().filter_map(|(name, variable)| {
            // A null value is left out where the text is read.
            let value = variable.as_map()?.get("value").cloned();
            let value = value.unwrap_or_else(|| Value::new(Data::Null, origin));
            Some((name.to_owned(), value))
        });
        values.collect()
    }

    /// Variables and outputs carry secrets too, in clear.
    fn collect_secrets(&mut self) {
        let origin = self.reading.everything();
        if let Some(text) = self.variables
            && let Data::Map(map) = changes::parse(self.reading, text.get(), origin).data
        {
            for (name, variable) in map.iter() {
                if self
                    .configuration
                    .secret_variables
                    .iter()
                    .any(|secret| secret == name)
                {
                    self.secrets.add(variable);
                }
            }
        }
        for text in &self.configuration.secret_defaults {
            self.secrets
                .add(&changes::parse(self.reading, text, origin));
        }
        if let Some(text) = self.outputs {
            changes::collect_output_secrets(self.reading, text.get(), &mut self.secrets);
        }
    }
}

impl<'de> Document<'_, 'de> {
    /// Reads the `values` of a state into its resources.
    fn values(&mut self) -> StateSeed<'_, 'de> {
        StateSeed {
            reading: self.reading,
            view: self.view,
            wanted: Wanted::All,
            resources: &mut self.resources,
            secrets: &mut self.secrets,
        }
    }

    fn read_state<A: MapAccess<'de>>(
        &mut self,
        section: StateSection,
        object: &mut A,
    ) -> Result<(), A::Error> {
        let (wanted, resources) = match (section, self.fill_from) {
            (section, Some(from)) if section == from => (Wanted::All, &mut self.filled),
            (StateSection::PriorState, _) => (Wanted::Data, &mut self.data),
            // It repeats what the changes say.
            (StateSection::PlannedValues, _) => {
                return object.next_value::<IgnoredAny>().map(|_| ());
            }
        };
        object.next_value_seed(StateSeed {
            reading: self.reading,
            view: self.view,
            wanted,
            resources,
            secrets: &mut self.secrets,
        })
    }
}

/// The parser's words without its place, which is told apart.
pub(super) fn reason(error: &serde_json::Error) -> String {
    let text = error.to_string();
    match text.rsplit_once(" at line ") {
        Some((reason, _)) => reason.to_owned(),
        None => text,
    }
}

struct DocumentSeed<'d, 'r, 'de>(&'d mut Document<'r, 'de>);

impl<'de> DeserializeSeed<'de> for DocumentSeed<'_, '_, 'de> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for DocumentSeed<'_, '_, 'de> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the JSON object of a Terraform plan")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut object: A) -> Result<(), A::Error> {
        let document = self.0;
        let mut guard = KeyGuard::new(document.reading);
        while let Some(Text(key)) = object.next_key()? {
            guard.check(&key)?;
            match key.as_ref() {
                "format_version" => {
                    document.format_version = Some(object.next_value::<Text<'de>>()?.0);
                }
                "timestamp" => {
                    document.timestamp =
                        object.next_value::<Option<Text<'de>>>()?.map(|text| text.0);
                }
                "values" => {
                    document.sections.values = true;
                    if document.format_version.is_some() && document.late_values.is_none() {
                        object.next_value_seed(document.values())?;
                    } else {
                        document.late_values = Some(object.next_value()?);
                    }
                }
                "complete" => document.complete = object.next_value()?,
                "errored" => document.errored = object.next_value()?,
                "resource_changes" => {
                    document.sections.resource_changes = object.next_value_seed(ChangesSeed {
                        reading: document.reading,
                        view: document.view,
                        resources: &mut document.resources,
                        deleted: &mut document.deleted,
                        secrets: &mut document.secrets,
                    })?;
                }
                "prior_state" => {
                    document.sections.prior_state = true;
                    document.read_state(StateSection::PriorState, &mut object)?;
                }
                "planned_values" => {
                    document.sections.planned_values = true;
                    document.read_state(StateSection::PlannedValues, &mut object)?;
                }
                "configuration" => {
                    let section: Option<Section<'de>> = object.next_value()?;
                    if let Some(section) = section {
                        document.configuration = section.read(document.reading);
                    }
                }
                "variables" => document.variables = Some(object.next_value()?),
                "output_changes" => document.outputs = Some(object.next_value()?),
                other => {
                    document.sections.note(other);
                    object.next_value::<IgnoredAny>()?;
                }
            }
        }
        Ok(())
    }
}
