//! A Processing job: from its start to its output.
//!
//! Source: Amazon SageMaker AI Developer Guide, "How to use SageMaker AI execution roles",
//! "`CreateProcessingJob` API: Execution Role Permissions".

use super::data::{Place, Worker};
use super::{Hop, Path, Prover, Step, Workload, WorkloadKind};
use crate::access::Caller;
use crate::finding::Severity;
use crate::model::graph::{ResourceId, Target};
use crate::model::value::{Data, Value, Why};
use crate::model::vocabulary::Kind;
use crate::workload::ProcessingJob;

impl Prover<'_, '_, '_> {
    /// A job that the input declares.
    pub(super) fn declared_job(&self, id: ResourceId) -> Option<Path> {
        let resource = self.graph.get(id);
        let job = ProcessingJob::of(resource)?;
        let target = match resource.get("role_arn") {
            Some(value) => self.graph.target(value, &[Kind::Role]),
            None => Target::Unknown(Why::UnexpectedForm),
        };
        let mut path = Path {
            workload: Workload {
                id,
                kind: WorkloadKind::DeclaredJob,
                role_at: resource
                    .get("role_arn")
                    .map_or(resource.origin, |role| role.origin),
            },
            role: self.role(id, "role_arn", target),
            hops: Vec::new(),
            not_judged: Vec::new(),
            notes: Vec::new(),
            single_role: false,
        };
        path.hops = self.start_of(id, target, &mut path.not_judged);
        if let Target::Resource(role) = target {
            path.hops.push(self.assumed(role, id));
        }
        let Some(caller) = self.caller(target) else {
            let why = match target {
                Target::Unknown(why) => why,
                _ => Why::ExternalResource,
            };
            path.hops.push(Self::open_hop(
                Step::AssumeRole,
                "sts:AssumeRole",
                super::assume::SAGEMAKER,
                path.role.name.clone(),
                (path.role.name.clone(), why),
            ));
            return Some(path);
        };
        path.hops
            .extend(self.image(&caller, id, &job.image(), &mut path.notes));
        let worker = Worker {
            caller: &caller,
            way: self.way(id, "s3"),
        };
        let name = resource.address.as_str();
        for uri in job.input_uris() {
            let hops = match self.place_of(uri, name) {
                Some(place) => self.read_hops(worker, &place),
                None => vec![unknown_place(
                    Step::Read,
                    "s3:GetObject",
                    &caller,
                    uri,
                    name,
                )],
            };
            path.hops.extend(hops);
        }
        for manifest in job.manifests() {
            let what = "what the manifest names".to_owned();
            let hinge = (
                "the content of the manifest".to_owned(),
                Why::ExternalResource,
            );
            let hop = Self::open_hop(Step::Read, "s3:GetObject", &caller.name, what, hinge);
            path.hops.push(hop.at(Some(manifest.origin)));
        }
        let key_path = job.output_key();
        let key_name = format!("{name}.{key_path}");
        let named = resource.get(&key_path);
        let encryption = self.access.key_named(named, &key_name);
        for uri in job.output_uris() {
            let Some(place) = self.place_of(uri, name) else {
                let hop = unknown_place(Step::Write, "s3:PutObject", &caller, uri, name);
                path.hops.push(hop);
                continue;
            };
            path.hops
                .extend(self.write_hops(worker, &place, Some(&encryption)));
            // AWS documents these two for an output key; the write itself does without.
            for (step, action, severity) in [
                (Step::Encrypt, "kms:Encrypt", Severity::Medium),
                (Step::DescribeKey, "kms:DescribeKey", Severity::Low),
            ] {
                let hop = self.key_hop(&caller, &place, step, action, Some(&encryption));
                path.hops.extend(hop.map(|hop| hop.advised(severity)));
            }
        }
        let volume = job.cluster("volume_kms_key_id");
        path.hops.extend(self.job_volume(&caller, id, &volume));
        path.hops.extend(self.plumbing(&caller, id));
        Some(path)
    }

    /// What happens before a declared job runs, as far as the input tells who starts it.
    fn start_of(&self, id: ResourceId, role: Target<'_>, not_judged: &mut Vec<String>) -> Vec<Hop> {
        let carried = self.graph.carried(id);
        if let Some(start) = carried.and_then(|carried| Some((carried, carried.service?))) {
            return self.carried_start(id, start, role, not_judged);
        }
        not_judged.push(
            "who creates the job: whether they may `sagemaker:CreateProcessingJob` and pass its role"
                .to_owned(),
        );
        Vec::new()
    }

    /// What a job does once it runs, though nobody declares it: it pulls an image, reads and writes what
    /// its role is for.
    pub(super) fn work(
        &self,
        worker: Worker<'_>,
        (reads, writes): (&[Place], &[Place]),
        path: &mut Path,
    ) {
        let caller = worker.caller;
        path.hops
            .extend(self.any_image(caller, &mut path.not_judged));
        for place in reads {
            path.hops.extend(self.read_hops(worker, place));
        }
        for place in writes {
            path.hops.extend(self.write_hops(worker, place, None));
        }
        path.hops.extend(self.log_hops(caller, path.workload.id));
    }
}

fn unknown_place(
    step: Step,
    action: &'static str,
    caller: &Caller,
    uri: &Value<'_>,
    name: &str,
) -> Hop {
    let why = match &uri.data {
        Data::Unknown(why) => *why,
        Data::Template(_) => Why::KnownAfterApply,
        _ => Why::UnexpectedForm,
    };
    let what = "an S3 address that is not known".to_owned();
    let hinge = (format!("an `s3_uri` of {name}"), why);
    Prover::open_hop(step, action, &caller.name, what, hinge).at(Some(uri.origin))
}
