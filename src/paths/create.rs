//! Creating a Processing job, of which the code in a notebook chooses the name and the settings: those
//! that policies ask for are tried.
//!
//! Source: Service Authorization Reference, "Actions, resources, and condition keys for Amazon SageMaker",
//! `CreateProcessingJob`.

use std::collections::BTreeSet;

use super::{Hop, Prover, Step};
use crate::access::{Answer, Caller, Choice, Way, demands};
use crate::iam::condition::{Condition, Test};
use crate::iam::policy::{Effect, Statement};
use crate::iam::text::Domain;
use crate::iam::{Action, Decision, Knowledge, Text};
use crate::model::graph::ResourceId;

const CREATE: &str = "sagemaker:CreateProcessingJob";
const TAG: &str = "aws:requesttag/";
const TAG_KEYS: &str = "aws:tagkeys";
/// What every job names.
const INSTANCE_TYPES: &str = "sagemaker:instancetypes";
/// What a job in a VPC names, and no other.
const VPC: &[&str] = &["sagemaker:vpcsubnets", "sagemaker:vpcsecuritygroupids"];
/// No action carries them any longer.
const DEPRECATED: &[&str] = &["sagemaker:volumekmskey", "sagemaker:outputkmskey"];

/// A job that may be created, or perhaps, or not.
pub(super) struct Created {
    pub(super) hop: Hop,
    /// Its ARN.
    pub(super) job: Text,
    /// Policies demand that it lies in a VPC.
    pub(super) in_vpc: bool,
    /// The tags that policies demand, as condition keys.
    pub(super) tags: Vec<(String, Knowledge)>,
}

/// What a job says of itself.
struct Setting {
    /// The condition key, in lower case.
    key: String,
    knowledge: Knowledge,
    words: String,
}

impl Prover<'_, '_, '_> {
    /// Starting a job, whose name and settings the code chooses.
    pub(super) fn create(&self, notebook: ResourceId, caller: &Caller, way: Way) -> Created {
        let action = Action::named(CREATE);
        let ask = |name: &Text, mut settings: Vec<(&str, Knowledge)>| {
            settings.push((INSTANCE_TYPES, Knowledge::present()));
            let object = self.job_object(notebook, name);
            self.ask(caller, CREATE, &object, &way.with(settings))
        };
        let created = |answer: Answer, name: &Choice, settings: &[Setting]| Created {
            hop: self
                .hop(Step::CreateJob, CREATE, &caller.name, answer)
                .on(None, "a job")
                .chosen(in_words(name, settings)),
            job: self.job_object(notebook, &name.text).arn,
            in_vpc: settings.iter().any(|one| VPC.contains(&one.key.as_str())),
            tags: tags_of(settings),
        };
        let anything = self.access.anything("the name of the job", Domain::NAME);
        let first = ask(&anything.text, Vec::new());
        if first.decision() != Decision::Undecided {
            return created(first, &anything, &[]);
        }
        let keys = settings_of(&first);
        let demanded = self.settings_demanded(&first, &keys);
        let mut names = vec![anything.clone()];
        names.extend(self.access.ends_named(&first, &action, Domain::NAME));
        let mut best = (first, &anything, [].as_slice());
        for settings in [&[], demanded.as_slice()] {
            for name in &names {
                let said = keys
                    .iter()
                    .map(|key| (key.as_str(), said_of(key, settings)));
                let answer = ask(&name.text, said.collect());
                if answer.decision() == Decision::Allowed {
                    return created(answer, name, settings);
                }
                let hinges = |answer: &Answer| answer.outcome.hinges_on.len();
                let is_open = answer.decision() == Decision::Undecided;
                if is_open && hinges(&answer) < hinges(&best.0) {
                    best = (answer, name, settings);
                }
            }
        }
        let (answer, name, settings) = best;
        created(answer, name, settings)
    }

    /// What a job should say of itself so that conditions on its settings are met: a value that they
    /// name, for each setting that they ask for.
    fn settings_demanded(&self, answer: &Answer, keys: &BTreeSet<String>) -> Vec<Setting> {
        let mut settings = Vec::new();
        for key in keys {
            let demanded: Vec<_> = demands(answer.statements(), key).collect();
            let is_named = |one: &&(&Condition, Effect)| one.0.operator.test != Test::Null;
            let (knowledge, words) = match (demanded.iter().find(is_named), demanded.first()) {
                (Some((condition, effect)), _) => {
                    let Some(value) = condition.values.first() else {
                        continue;
                    };
                    let text = match (condition.operator.test, effect, value.text.known()) {
                        (Test::Bool, Effect::Deny, Some("true")) => "false".into(),
                        (Test::Bool, Effect::Deny, _) => "true".into(),
                        _ => self.access.filled(&value.text, Domain::ANY),
                    };
                    let shown = self.access.show(&text);
                    let words = format!("`{}` is `{shown}`", condition.written_key);
                    (Knowledge::value(text), words)
                }
                (None, Some((condition, _))) => {
                    let words = format!("`{}` is set", condition.written_key);
                    (Knowledge::present(), words)
                }
                (None, None) => continue,
            };
            settings.push(Setting {
                key: key.clone(),
                knowledge,
                words,
            });
        }
        settings
    }
}

/// The settings of a job that conditions ask for.
fn settings_of(answer: &Answer) -> BTreeSet<String> {
    let conditions = answer.statements().flat_map(Statement::readable_conditions);
    let keys = conditions.map(|condition| condition.key.as_str());
    let is_setting = |key: &&str| {
        let is_own = key.starts_with("sagemaker:") && !DEPRECATED.contains(key);
        is_own || key.starts_with(TAG) || *key == TAG_KEYS
    };
    keys.filter(is_setting).map(str::to_owned).collect()
}

/// What the code must choose; none if anything will do.
fn in_words(name: &Choice, settings: &[Setting]) -> Option<String> {
    let named = name.words.iter().map(|name| format!("named `{name}`"));
    let set = settings.iter().map(|one| format!("where {}", one.words));
    let chosen: Vec<_> = named.chain(set).collect();
    (!chosen.is_empty()).then(|| format!("for jobs {}", chosen.join(", ")))
}

/// The tags among settings, as the condition keys that a request with them carries.
fn tags_of(settings: &[Setting]) -> Vec<(String, Knowledge)> {
    let keys = settings.iter().map(|one| one.key.as_str());
    let mut keys: BTreeSet<_> = keys
        .filter(|key| key.starts_with(TAG) || *key == TAG_KEYS)
        .collect();
    if !keys.is_empty() {
        keys.insert(TAG_KEYS);
    }
    let said = keys
        .iter()
        .map(|key| ((*key).to_owned(), said_of(key, settings)));
    said.collect()
}

/// What a job with these settings, and no others, says of a key.
fn said_of(key: &str, settings: &[Setting]) -> Knowledge {
    let set = |key: &str| settings.iter().find(|one| one.key == key);
    let tags = || settings.iter().filter_map(|one| one.key.strip_prefix(TAG));
    match set(key) {
        // The keys of the tags are those of the tags.
        _ if key == TAG_KEYS && tags().next().is_some() => {
            Knowledge::values(tags().map(Text::from))
        }
        Some(setting) => setting.knowledge.clone(),
        None if key == INSTANCE_TYPES => Knowledge::present(),
        None if VPC.contains(&key) && VPC.iter().any(|other| set(other).is_some()) => {
            Knowledge::present()
        }
        None => Knowledge::ABSENT,
    }
}
