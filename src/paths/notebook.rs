//! A notebook: the data that it reads itself, and the jobs that its code may start though nobody
//! declares them.
//!
//! Source: Amazon SageMaker AI Developer Guide, "How to use SageMaker AI execution roles"; IAM User Guide,
//! "Grant a user permissions to pass a role to an AWS service".

use super::assume::SAGEMAKER;
use super::data::{Place, Worker};
use super::start::{JobRole, PASS, Start};
use super::{Hop, Outcome, Path, Prover, Role, Step, Workload, WorkloadKind};
use crate::access::{Caller, Way};
use crate::model::graph::{ResourceId, Target};
use crate::model::value::Why;
use crate::model::vocabulary::Kind;
use crate::workload::Notebook;

/// The data that a notebook reads itself.
struct OwnWork {
    places: Vec<Place>,
    hops: Vec<Hop>,
    /// What was taken for granted.
    note: Option<String>,
}

impl<'g, 'a> Prover<'_, 'g, 'a> {
    /// The paths of one notebook.
    pub(super) fn notebook(&self, notebook: &Notebook<'g, 'a>, paths: &mut Vec<Path>) {
        let id = notebook.id;
        let target = self.graph.target(notebook.role, &[Kind::Role]);
        let role = self.role(id, notebook.path, target);
        let Some(caller) = self.caller(target) else {
            return paths.push(of_unknown_role(notebook, role, target));
        };
        let start = self.start(id, &caller);
        let passed = start
            .as_ref()
            .map(|start| self.passed(&caller, target, start))
            .unwrap_or_default();
        let mut own = self.own_work(id, &caller, target, &passed);
        let reads = own.places.clone();
        if own.note.is_some() && !passed.is_empty() {
            // Taken for granted: the jobs that it starts under the same role say the same.
            own.places.clear();
            own.hops.clear();
        }
        let path = self.with_data(notebook, target, &role, own);
        // That SageMaker may take the role proves nothing about data.
        let is_idle = path.hops.len() == 1 && path.outcome() == Outcome::Proven;
        if !is_idle {
            paths.push(path);
        }
        let Some(start) = start else {
            return;
        };
        if passed.is_empty() {
            paths.push(self.nothing_to_pass(notebook, &caller, &role, target, start));
            return;
        }
        for (job_role, pass) in passed {
            let path = self.started_job(notebook, &start, job_role, pass, target, &reads);
            paths.push(path);
        }
    }

    /// The path of a notebook to its data.
    fn with_data(
        &self,
        notebook: &Notebook<'_, '_>,
        target: Target<'_>,
        role: &Role,
        own: OwnWork,
    ) -> Path {
        let id = notebook.id;
        let mut path = path(notebook, WorkloadKind::Notebook, role);
        match target {
            Target::Resource(role_id) => path.hops.push(self.assumed(role_id, id)),
            _ => path.hops.push(Self::open_hop(
                Step::AssumeRole,
                "sts:AssumeRole",
                SAGEMAKER,
                role.name.clone(),
                (
                    format!("the trust policy of {}", role.name),
                    Why::ExternalResource,
                ),
            )),
        }
        if own.hops.is_empty() {
            path.not_judged.push(
                "which data the notebook reads: its role is for no protected bucket".to_owned(),
            );
        }
        path.hops.extend(own.hops);
        path.notes.extend(own.note);
        if self.graph.get(id).kind() == Some(Kind::Notebook) {
            path.hops
                .extend(self.notebook_volume(id, &mut path.not_judged));
        }
        path
    }

    /// The data that a notebook reads itself, with the hops.
    fn own_work(
        &self,
        id: ResourceId,
        caller: &Caller,
        target: Target<'g>,
        passed: &[(JobRole<'g>, Hop)],
    ) -> OwnWork {
        let worker = Worker {
            caller,
            way: self.way(id, "s3"),
        };
        let purpose = self.reads(worker);
        let mut places = purpose.places.clone();
        let mut note = None;
        if let (true, Target::Resource(role)) = (places.is_empty(), target) {
            places = self.inputs_of_jobs(role);
        }
        let passes_others = passed
            .iter()
            .any(|(job_role, _)| job_role.target != Some(target));
        if let ([], [bucket], [_]) = (
            places.as_slice(),
            self.buckets.as_slice(),
            self.notebooks.as_slice(),
        ) && !passes_others
            && purpose.is_told()
            && !self.is_read_by_others(bucket, target)
        {
            places.push(Place::of(bucket));
            note = Some(format!(
                "nothing says which data the notebook reads: as the only notebook it was taken to read the \
                 only protected bucket, {}",
                bucket.name
            ));
        }
        let hops = places.iter();
        let mut hops: Vec<_> = hops
            .flat_map(|place| self.read_hops(worker, place))
            .collect();
        if places.is_empty() {
            hops.extend(self.untold(caller, &purpose));
        }
        OwnWork { places, hops, note }
    }

    /// The path of a notebook that may create jobs and has no role to give them: not even one that
    /// SageMaker could take.
    fn nothing_to_pass(
        &self,
        notebook: &Notebook<'_, '_>,
        caller: &Caller,
        role: &Role,
        target: Target<'g>,
        start: Start,
    ) -> Path {
        let mut path = path(notebook, WorkloadKind::StartedJob, role);
        let waiting = self.waiting_roles(target, &start.job);
        path.hops.extend(start.asked);
        let pass = match waiting.first() {
            Some(other) => self.pass_hop(caller, *other, start.way),
            None => self
                .hop(Step::PassRole, PASS, &caller.name, start.pass_any)
                .on(None, "any role"),
        };
        path.hops.push(pass);
        let what = match waiting.as_slice() {
            [] => "what the job does: the notebook's role may hand over no role".to_owned(),
            others => {
                let names: Vec<_> = others.iter().map(|id| self.name(*id)).collect();
                format!(
                    "what the job does: the notebook's role may hand over no role, though SageMaker could \
                     take {}",
                    names.join(", ")
                )
            }
        };
        path.not_judged.push(what);
        path
    }

    /// A job that the code in a notebook may start under a role.
    fn started_job(
        &self,
        notebook: &Notebook<'_, '_>,
        start: &Start,
        job_role: JobRole<'g>,
        pass: Hop,
        own: Target<'g>,
        notebook_reads: &[Place],
    ) -> Path {
        let role = match job_role.target {
            Some(target) => self.role(notebook.id, notebook.path, target),
            None => Role {
                id: None,
                name: pass.resource.clone(),
            },
        };
        let mut path = path(notebook, WorkloadKind::StartedJob, &role);
        path.single_role = job_role.target == Some(own);
        path.hops.extend(start.asked.iter().cloned());
        path.hops.push(pass);
        let Some(Target::Resource(role_id)) = job_role.target else {
            path.hops.push(Self::open_hop(
                Step::AssumeRole,
                "sts:AssumeRole",
                SAGEMAKER,
                role.name,
                (
                    "the role that the job runs as".to_owned(),
                    Why::ExternalResource,
                ),
            ));
            return path;
        };
        path.hops.push(self.assumed_by_job(role_id, &start.job));
        let Some(caller) = self.caller(Target::Resource(role_id)) else {
            return path;
        };
        let declared = self.jobs_under(role_id);
        if let Some(job) = declared.first() {
            // What it does is that job's path.
            path.notes.push(format!(
                "the input declares {} under this role: what a job does is judged there",
                self.name(*job)
            ));
            return path;
        }
        // In the notebook's own subnet, or in a network of SageMaker's.
        let mut ways = vec![self.way_beside(notebook.id, start.in_vpc)];
        ways.extend((!start.in_vpc && ways != [Way::Service]).then_some(Way::Service));
        let attempts = ways.into_iter().map(|way| {
            let worker = Worker {
                caller: &caller,
                way,
            };
            let mut path = path.clone();
            let reads = path.single_role.then_some(notebook_reads);
            self.work_of_started(worker, reads, &mut path);
            path
        });
        let mut attempts: Vec<_> = attempts.collect();
        let proven = attempts
            .iter()
            .position(|path| path.outcome() == Outcome::Proven);
        attempts.swap_remove(proven.unwrap_or(0))
    }

    /// What a job that nobody declares does, the data that it reads being given or what its role is for.
    fn work_of_started(&self, worker: Worker<'_>, given: Option<&[Place]>, path: &mut Path) {
        let purpose = self.reads(worker);
        let reads = given.unwrap_or(&purpose.places);
        let writes = self.writes(worker.caller, reads);
        self.work(worker, (reads, &writes), path);
        if !reads.is_empty() {
            return;
        }
        match self.untold(worker.caller, &purpose) {
            Some(hop) => path.hops.push(hop),
            None if writes.is_empty() => path.not_judged.push(
                "which data the job reads and writes: its role is for no protected bucket"
                    .to_owned(),
            ),
            None => {}
        }
    }
}

/// A path of which no hop is known yet.
fn path(notebook: &Notebook<'_, '_>, kind: WorkloadKind, role: &Role) -> Path {
    Path {
        workload: Workload {
            id: notebook.id,
            kind,
            role_at: notebook.role.origin,
        },
        role: role.clone(),
        hops: Vec::new(),
        not_judged: Vec::new(),
        notes: Vec::new(),
        single_role: false,
    }
}

/// The path of a notebook of which not even the role is known.
fn of_unknown_role(notebook: &Notebook<'_, '_>, role: Role, target: Target<'_>) -> Path {
    let why = match target {
        Target::Unknown(why) => why,
        _ => Why::ExternalResource,
    };
    let mut path = path(notebook, WorkloadKind::Notebook, &role);
    path.hops.push(Prover::open_hop(
        Step::AssumeRole,
        "sts:AssumeRole",
        SAGEMAKER,
        role.name.clone(),
        (role.name, why),
    ));
    path
}
