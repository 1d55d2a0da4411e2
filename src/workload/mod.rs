//! Finds the workloads of an estate: whatever reads and writes protected data. One file per carrier.
//!
//! Processing jobs that are declared as resources, the job definitions of Model Monitor, which say the same
//! under other names, and jobs that are written inside of state machines, pipelines and schedules.

mod body;
mod carriers;
mod definition;
mod expressions;
mod images;
mod notebooks;
mod pipelines;
mod placement;
mod protected;
mod starters;
mod state_machines;

pub use carriers::add_carried_jobs;
pub use definition::{Definition, definition_of, unread_part};
pub use images::is_image_account;
pub use notebooks::{NOTEBOOK_KINDS, Notebook, domain_of, notebooks};
pub use placement::{PLACED_KINDS, groups_paths, noun, subnets_path};
pub use protected::{bucket_of, protected_buckets, tagged_buckets};

use std::borrow::Cow;

use crate::model::graph::{ResourceGraph, ResourceId, Target};
use crate::model::resource::{Resource, Standing};
use crate::model::truth::Truth;
use crate::model::value::{Data, Map, Value, Why};
use crate::model::vocabulary::Kind;

/// A role that a workload runs as.
#[derive(Debug, Clone)]
pub struct RoleUse<'g> {
    /// The notebook, job, domain or user profile.
    pub workload: ResourceId,
    /// The attribute that names the role.
    pub path: String,
    /// The role, as far as the input tells.
    pub role: Target<'g>,
}

/// The kinds of resource that run as a role of the customer's: notebooks, Processing jobs, and what
/// Studio users get.
const RUN_AS_ROLES: &[Kind] = &[
    Kind::Notebook,
    Kind::ProcessingJob,
    Kind::ProcessingJobMonitor,
    Kind::NotebookDomain,
    Kind::NotebookProfile,
    Kind::NotebookSpace,
];

/// Every role that a workload runs as.
#[must_use]
pub fn role_uses<'g>(graph: &'g ResourceGraph<'_>) -> Vec<RoleUse<'g>> {
    let mut uses = Vec::new();
    for (id, resource) in graph.iter() {
        let runs = resource
            .kind()
            .is_some_and(|kind| RUN_AS_ROLES.contains(&kind));
        let Some(entry) = resource
            .entry
            .filter(|_| runs && resource.standing == Standing::Judged)
        else {
            continue;
        };
        for attribute in entry.row.attributes {
            let path = attribute.canonical();
            if let Some(value) = resource
                .get(&path)
                .filter(|_| attribute.refers.contains(&Kind::Role))
            {
                uses.push(RoleUse {
                    workload: id,
                    role: graph.target(value, &[Kind::Role]),
                    path: path.into_owned(),
                });
            }
        }
    }
    uses
}

/// A Processing job, whatever declares it.
#[derive(Debug, Clone, Copy)]
pub struct ProcessingJob<'g, 'a> {
    resource: &'g Resource<'a>,
    names: Names,
}

/// Where a carrier keeps what every job has.
#[derive(Debug, Clone, Copy)]
struct Names {
    resources: &'static str,
    /// The end of the name of the object with outputs and their key.
    output: &'static str,
    outputs: &'static str,
    inputs: &'static [&'static str],
    /// The end of the name of the object with the image.
    image: &'static str,
}

const DECLARED: Names = Names {
    resources: "processing_resources",
    output: "processing_output_config",
    outputs: "outputs",
    inputs: &["processing_inputs"],
    image: "app_specification",
};

const MONITOR: Names = Names {
    resources: "job_resources",
    output: "_job_output_config",
    outputs: "monitoring_outputs",
    // What is compared with, and the scripts, are read from S3 too.
    inputs: &["_job_input", "_baseline_config", "_app_specification"],
    image: "_app_specification",
};

const SCHEDULED: Names = Names {
    resources: "monitoring_resources",
    output: "monitoring_output_config",
    outputs: "monitoring_outputs",
    inputs: &[
        "monitoring_inputs",
        "baseline_config",
        "monitoring_app_specification",
    ],
    image: "monitoring_app_specification",
};

/// The kinds of resource that declare a job.
pub const JOB_KINDS: &[Kind] = &[Kind::ProcessingJob, Kind::ProcessingJobMonitor];

impl<'g, 'a> ProcessingJob<'g, 'a> {
    /// The job that a resource declares.
    #[must_use]
    pub fn of(resource: &'g Resource<'a>) -> Option<Self> {
        let names = match resource.kind()? {
            Kind::ProcessingJob => DECLARED,
            Kind::ProcessingJobMonitor if resource.entry?.knows(SCHEDULED.resources) => SCHEDULED,
            Kind::ProcessingJobMonitor => MONITOR,
            _ => return None,
        };
        Some(Self { resource, names })
    }

    /// The path of an attribute of the job's instances: `instance_count`.
    #[must_use]
    pub fn cluster(&self, attribute: &str) -> String {
        format!("{}.cluster_config.{attribute}", self.names.resources)
    }

    /// The types of instance that it runs on: one, or those that the request prefers in turn, which only the API takes.
    #[must_use]
    pub fn instance_types(&self) -> Vec<&'g Value<'a>> {
        if let Some(one) = self.resource.get(&self.cluster("instance_type")) {
            return vec![one];
        }
        let cluster = format!("{}.cluster_config", self.names.resources);
        let cluster = self.resource.get(&cluster).and_then(Value::as_map);
        let preferred = cluster.and_then(|cluster| cluster.get("InstancePreferences")?.as_list());
        let preferred = preferred.unwrap_or_default().iter();
        let types = preferred.filter_map(|one| one.as_map()?.get("InstanceType"));
        types.collect()
    }

    /// The path of the key that encrypts the outputs.
    #[must_use]
    pub fn output_key(&self) -> String {
        format!("{}.kms_key_id", self.top(self.names.output))
    }

    /// The path of the outputs.
    #[must_use]
    pub fn outputs_path(&self) -> String {
        format!("{}.{}", self.top(self.names.output), self.names.outputs)
    }

    /// The path of the image.
    #[must_use]
    pub fn image(&self) -> String {
        format!("{}.image_uri", self.top(self.names.image))
    }

    /// Whether it writes to S3.
    #[must_use]
    pub fn writes_s3(&self) -> Truth {
        let Some(outputs) = self.resource.get(&self.outputs_path()) else {
            return Truth::No;
        };
        let elements = outputs.as_list().unwrap_or(std::slice::from_ref(outputs));
        let writes = elements.iter().map(|output| match &output.data {
            Data::Map(output) => match output.get("s3_output").map(|s3| &s3.data) {
                None | Some(Data::Null) => Truth::No,
                Some(Data::Unknown(_)) => Truth::Unknown,
                Some(_) => Truth::Yes,
            },
            Data::Null => Truth::No,
            _ => Truth::Unknown,
        });
        writes.fold(Truth::No, Truth::or)
    }

    /// The `s3_uri`s of inputs and outputs, however deep they lie.
    #[must_use]
    pub fn s3_uris(&self) -> Vec<&'g Value<'a>> {
        let output = [self.names.output];
        [self.uris_of(self.names.inputs), self.uris_of(&output)].concat()
    }

    /// The `s3_uri`s of the inputs: where the job reads.
    #[must_use]
    pub fn input_uris(&self) -> Vec<&'g Value<'a>> {
        self.uris_of(self.names.inputs)
    }

    /// Inputs that are a manifest: the job reads whatever the object there names.
    #[must_use]
    pub fn manifests(&self) -> Vec<&'g Value<'a>> {
        let inputs = self
            .resource
            .if_any("processing_inputs")
            .and_then(Value::as_list);
        let inputs = inputs.unwrap_or_default().iter().filter_map(Value::as_map);
        let manifests = inputs.filter_map(|input| {
            let kind = input.at("s3_input.s3_data_type").and_then(Value::as_text);
            let is_manifest = kind == Some("ManifestFile");
            input.at("s3_input.s3_uri").filter(|_| is_manifest)
        });
        manifests.collect()
    }

    /// The `s3_uri`s of the outputs: where it writes.
    #[must_use]
    pub fn output_uris(&self) -> Vec<&'g Value<'a>> {
        self.uris_of(&[self.names.output])
    }

    /// What the code in its containers is told: the paths of variables, arguments and entrypoint, and their values.
    #[must_use]
    pub fn told(&self) -> Vec<(Cow<'static, str>, &'g Value<'a>)> {
        let attributes = self.resource.entry.into_iter();
        let attributes = attributes.flat_map(|entry| entry.row.attributes);
        let told = attributes.filter_map(|attribute| {
            let path = attribute.canonical();
            let last = path.rsplit('.').next().unwrap_or_default();
            let is_told = TOLD.contains(&last);
            is_told
                .then(|| self.resource.get(&path))
                .flatten()
                .map(|value| (path, value))
        });
        told.collect()
    }

    /// The flag of an input or output that the code moves itself, and not `SageMaker`.
    #[must_use]
    pub fn managed_by_application(&self) -> Option<&'g Value<'a>> {
        let inputs = self.resource.if_any("processing_inputs");
        let all = [inputs, self.resource.get(&self.outputs_path())];
        let lists = all
            .into_iter()
            .flatten()
            .filter_map(Value::as_list)
            .flatten();
        let mut flags = lists.filter_map(|one| one.as_map()?.get("app_managed"));
        flags.find(|flag| match &flag.data {
            Data::Bool(on) => *on,
            Data::Text(text) => text.eq_ignore_ascii_case("true"),
            _ => false,
        })
    }

    /// The queries that the job has run before it begins, each with the name of what runs it.
    #[must_use]
    pub fn datasets(&self) -> Vec<(&'static str, &'g Map<'a>)> {
        let inputs = self.resource.if_any("processing_inputs");
        let inputs = inputs.and_then(Value::as_list).unwrap_or_default();
        let definitions = inputs
            .iter()
            .filter_map(|input| input.as_map()?.get("dataset_definition")?.as_map());
        let named = definitions.flat_map(|definition| {
            DATASETS
                .iter()
                .filter_map(|name| Some((*name, definition.get(name)?.as_map()?)))
        });
        named.collect()
    }

    /// The `s3_uri`s to which such queries write what they find, for the job to read.
    #[must_use]
    pub fn dataset_uris(&self) -> Vec<&'g Value<'a>> {
        let datasets = self.datasets().into_iter();
        let written = datasets.filter_map(|(_, definition)| definition.get("output_s3_uri"));
        written
            .filter(|uri| !matches!(uri.data, Data::Null))
            .collect()
    }

    /// Why there may be further queries, if so.
    #[must_use]
    pub fn unknown_datasets(&self) -> Option<Why> {
        let inputs = self.resource.if_any("processing_inputs")?;
        let unknown = |input: &Value<'a>| match &input.data {
            Data::Map(input) => {
                let definition = input.get("dataset_definition")?;
                unknown_inside(definition)
            }
            Data::Unknown(why) => Some(*why),
            _ => None,
        };
        match &inputs.data {
            Data::List(all) => all.iter().find_map(unknown),
            _ => unknown(inputs),
        }
    }

    /// Where it may read or write besides, and why that is not known, if so: an input, an output, or all of them.
    #[must_use]
    pub fn unknown_places(&self) -> Option<(String, Why)> {
        let tops = self.names.inputs.iter().map(|end| self.top(end));
        let mut tops = tops.chain([self.top(self.names.output)]);
        tops.find_map(|top| {
            let why = unknown_inside(self.resource.get(&top)?)?;
            Some((top, why))
        })
    }

    /// Where it may write besides, likewise.
    #[must_use]
    pub fn unknown_outputs(&self) -> Option<(String, Why)> {
        let path = self.outputs_path();
        let why = unknown_inside(self.resource.get(&path)?)?;
        Some((path, why))
    }

    /// Whether data comes in from S3, as far as the input tells.
    #[must_use]
    pub fn reads_s3(&self) -> bool {
        !self.uris_of(self.names.inputs).is_empty()
    }

    fn uris_of(&self, ends: &[&str]) -> Vec<&'g Value<'a>> {
        let mut uris = Vec::new();
        for end in ends {
            if let Some(value) = self.resource.get(&self.top(end)) {
                collect_uris(value, &mut uris);
            }
        }
        uris
    }

    /// The attribute whose name ends so: monitors begin it with what they watch.
    fn top(&self, end: &str) -> String {
        let attributes = self.resource.entry.into_iter();
        let known = attributes
            .flat_map(|entry| entry.row.attributes)
            .filter_map(|attribute| attribute.path.split(['.', '[']).next());
        let mut known = known.filter(|name| name.ends_with(end));
        known.next().unwrap_or(end).to_owned()
    }
}

/// How the attributes end that a job's container is told by; monitors begin them with what they watch.
const TOLD: [&str; 3] = ["environment", "container_arguments", "container_entrypoint"];

/// What a dataset definition may be.
const DATASETS: &[&str] = &["athena_dataset_definition", "redshift_dataset_definition"];

/// Objects in which addresses of S3 lie.
const PLACES: &[&str] = &[
    "athena_dataset_definition",
    "batch_transform_input",
    "constraints_resource",
    "dataset_definition",
    "ground_truth_s3_input",
    "monitoring_outputs",
    "outputs",
    "redshift_dataset_definition",
    "s3_input",
    "s3_output",
    "statistics_resource",
];

fn unknown_inside(value: &Value<'_>) -> Option<Why> {
    match &value.data {
        Data::Unknown(why) => Some(*why),
        Data::List(all) => all.iter().find_map(unknown_inside),
        Data::Map(map) => map
            .iter()
            .filter(|(name, _)| PLACES.contains(name))
            .find_map(|(_, inner)| unknown_inside(inner)),
        _ => None,
    }
}

fn collect_uris<'g, 'a>(value: &'g Value<'a>, uris: &mut Vec<&'g Value<'a>>) {
    match &value.data {
        Data::Map(map) => {
            for (name, inner) in map.iter() {
                let is_uri = name.ends_with("s3_uri") || name.ends_with("source_uri");
                if is_uri && !matches!(inner.data, Data::Null) {
                    uris.push(inner);
                } else {
                    collect_uris(inner, uris);
                }
            }
        }
        Data::List(list) => list.iter().for_each(|inner| collect_uris(inner, uris)),
        _ => {}
    }
}
