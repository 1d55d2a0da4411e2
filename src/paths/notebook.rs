//! A notebook: the data that it reads itself, and the jobs that its code may start though nobody
//! declares them.
//!
//! Source: Amazon SageMaker AI Developer Guide, "How to use SageMaker AI execution roles"; IAM User Guide,
//! "Grant a user permissions to pass a role to an AWS service".

use super::assume::SAGEMAKER;
use super::data::{Place, Worker};
use super::job::NETWORK;
use super::start::{JobRole, PASS, Start};
use super::{Hop, Outcome, Path, Prover, Role, Step, Workload, WorkloadKind};
use crate::access::{Caller, Way};
use crate::iam::Hinge;
use crate::model::graph::{ResourceId, Target};
use crate::model::value::Why;
use crate::model::vocabulary::Kind;

const MANY: &str = "which data is read: the role reaches many protected buckets by a wildcard, and no \
                    policy names one";

/// The data that a notebook reads itself.
struct OwnWork {
    places: Vec<Place>,
    hops: Vec<Hop>,
    /// What was taken for granted.
    note: Option<String>,
    /// A wildcard reaches many buckets, and none is named.
    many: bool,
}

impl<'g> Prover<'_, 'g, '_> {
    /// The paths of one notebook.
    pub(super) fn notebook(&self, id: ResourceId, paths: &mut Vec<Path>) {
        let resource = self.graph.get(id);
        let Some(value) = resource.get("role_arn") else {
            return;
        };
        let target = self.graph.target(value, &[Kind::Role]);
        let role = self.role(id, target);
        let Some(caller) = self.caller(target) else {
            return paths.push(of_unknown_role(id, role, target));
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
        let path = self.with_data(id, target, &role, own);
        // That SageMaker may take the role proves nothing about data.
        let is_idle = path.hops.len() == 1 && path.outcome() == Outcome::Proven;
        if !is_idle {
            paths.push(path);
        }
        let Some(start) = start else {
            return;
        };
        if passed.is_empty() {
            paths.push(self.nothing_to_pass(id, &caller, &role, target, start));
            return;
        }
        for (job_role, pass) in passed {
            let path = self.started_job(id, &start, job_role, pass, target, &reads);
            paths.push(path);
        }
    }

    /// The path of a notebook to its data.
    fn with_data(&self, id: ResourceId, target: Target<'_>, role: &Role, own: OwnWork) -> Path {
        let mut path = path(id, WorkloadKind::Notebook, role);
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
        if own.many {
            path.not_judged.push(MANY.to_owned());
        } else if own.places.is_empty() {
            path.not_judged.push(
                "which data the notebook reads: its role is for no protected bucket".to_owned(),
            );
        }
        path.hops.extend(own.hops);
        path.notes.extend(own.note);
        path.hops
            .extend(self.notebook_volume(id, &mut path.not_judged));
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
        let ways = [self.way(id, "s3")];
        let purpose = self.purpose(caller, "s3:GetObject");
        let (open, many) = (purpose.open, purpose.many);
        let mut places = self.only_proven(caller, &ways, purpose);
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
            && !open
            && !self.is_read_by_others(bucket, target)
        {
            places.push(Place::of(bucket));
            note = Some(format!(
                "nothing says which data the notebook reads: as the only notebook it was taken to read the \
                 only protected bucket, {}",
                bucket.name
            ));
        }
        let worker = Worker {
            caller,
            ways: &ways,
        };
        let hops = places.iter();
        let mut hops: Vec<_> = hops
            .flat_map(|place| self.read_hops(worker, place))
            .collect();
        if places.is_empty() && open && !many {
            hops.extend(self.open_data(caller));
        }
        OwnWork {
            places,
            hops,
            note,
            many,
        }
    }

    /// That a role may read data, of which what is not known keeps the rest.
    fn open_data(&self, caller: &Caller) -> Option<Hop> {
        let mut policies = caller.identity.iter();
        let hinge = policies.find_map(|policy| {
            let resources = policy
                .statements
                .iter()
                .filter_map(|one| one.resources.as_ref());
            let entries = resources.flat_map(|resources| &resources.entries);
            let mut holes = entries.flat_map(|entry| entry.pattern.pattern.text.holes());
            let in_entry = holes.find(|hole| hole.domain.admits(':'));
            let own = policy.open.first().cloned();
            own.or(in_entry.map(|hole| Hinge::Hole(hole.id)))
        })?;
        let what = "protected data".to_owned();
        let hinge = self.access.hinge(&hinge);
        Some(Self::open_hop(
            Step::Read,
            "s3:GetObject",
            &caller.name,
            what,
            hinge,
        ))
    }

    /// The path of a notebook that may create jobs and has no role to give them: not even one that
    /// SageMaker could take.
    fn nothing_to_pass(
        &self,
        id: ResourceId,
        caller: &Caller,
        role: &Role,
        target: Target<'g>,
        start: Start,
    ) -> Path {
        let mut path = path(id, WorkloadKind::StartedJob, role);
        let waiting = self.waiting_roles(target, &start.job);
        path.hops.push(start.create);
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
        id: ResourceId,
        start: &Start,
        job_role: JobRole<'g>,
        pass: Hop,
        own: Target<'g>,
        notebook_reads: &[Place],
    ) -> Path {
        let role = match job_role.target {
            Some(target) => self.role(id, target),
            None => Role {
                id: None,
                name: pass.resource.clone(),
            },
        };
        let mut path = path(id, WorkloadKind::StartedJob, &role);
        path.single_role = job_role.target == Some(own);
        path.hops.push(start.create.clone());
        path.hops.push(start.follow.clone());
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
        let mut ways = vec![self.way_beside(id)];
        ways.extend((ways != [Way::Service]).then_some(Way::Service));
        let purpose = self.purpose(&caller, "s3:GetObject");
        let (open, many) = (purpose.open, purpose.many);
        let reads = if path.single_role {
            notebook_reads.to_vec()
        } else {
            self.only_proven(&caller, &ways, purpose)
        };
        let writes = self.writes(&caller, &reads);
        self.work(&caller, &ways, (&reads, &writes), &mut path);
        if many {
            path.not_judged.push(MANY.to_owned());
        } else if reads.is_empty() && open {
            path.hops.extend(self.open_data(&caller));
        }
        path
    }
}

/// A path of which no hop is known yet.
fn path(id: ResourceId, kind: WorkloadKind, role: &Role) -> Path {
    Path {
        workload: Workload { id, kind },
        role: role.clone(),
        hops: Vec::new(),
        not_judged: vec![NETWORK.to_owned()],
        notes: Vec::new(),
        single_role: false,
    }
}

/// The path of a notebook of which not even the role is known.
fn of_unknown_role(id: ResourceId, role: Role, target: Target<'_>) -> Path {
    let why = match target {
        Target::Unknown(why) => why,
        _ => Why::ExternalResource,
    };
    let mut path = path(id, WorkloadKind::Notebook, &role);
    path.hops.push(Prover::open_hop(
        Step::AssumeRole,
        "sts:AssumeRole",
        SAGEMAKER,
        role.name.clone(),
        (role.name, why),
    ));
    path
}
