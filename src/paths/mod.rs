//! Proofs: what a workload needs, hop by hop, and whether each hop is allowed.
//!
//! A notebook reads its dataset; a Processing job is started, takes its role, pulls its image, reads,
//! decrypts, writes and encrypts. Each hop is one question to [`access`](crate::access), and keeps the
//! answer with its reasons. Whether a broken path is a finding is left to rules.
//!
//! Where the code inside a workload chooses (which object, the name of a job), a hop is proven by a
//! choice that is allowed whatever is still unknown, and names it.

mod assume;
mod carried;
mod create;
mod data;
mod image;
mod job;
mod key;
mod notebook;
mod plumbing;
mod purpose;
mod services;
mod start;
mod volume;
mod way;

use std::collections::BTreeSet;

use crate::access::{Access, Answer, Object};
use crate::finding::Severity;
use crate::iam::{Because, Decision, Layer};
use crate::model::graph::{ResourceGraph, ResourceId, Target};
use crate::model::resource::Standing;
use crate::model::source::Span;
use crate::model::value::Why;
use crate::model::vocabulary::Kind;
use crate::network::Network;
use crate::workload::{JOB_KINDS, Notebook, notebooks, protected_buckets};
pub use assume::{assume, assume_from};
pub use services::{Leaving, Service, ServiceReach, services_of, ways_out};
pub use way::way_of;

/// What a workload needs to do its work.
#[derive(Debug, Clone)]
pub struct Path {
    /// What runs.
    pub workload: Workload,
    /// The role that it runs as.
    pub role: Role,
    /// What must be allowed, in the order in which it happens.
    pub hops: Vec<Hop>,
    /// What the path also needs, and what is not judged here.
    pub not_judged: Vec<String>,
    /// What was taken for granted about it.
    pub notes: Vec<String>,
    /// A job that runs as the role of the notebook that starts it.
    pub single_role: bool,
}

/// What runs along a path.
#[derive(Debug, Clone)]
pub struct Workload {
    /// The notebook or the job; of a job that nobody declares, the notebook that starts it.
    pub id: ResourceId,
    /// What it is.
    pub kind: WorkloadKind,
    /// Where it says as which role it runs.
    pub role_at: Span,
}

/// What sort of workload it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WorkloadKind {
    /// A notebook that works with data itself.
    Notebook,
    /// A Processing job that the input declares.
    DeclaredJob,
    /// A Processing job that the code in a notebook may start.
    StartedJob,
}

/// A role that a workload runs as.
#[derive(Debug, Clone)]
pub struct Role {
    /// The role, if it is one of the input.
    pub id: Option<ResourceId>,
    /// Its address, else its ARN, else which value would tell.
    pub name: String,
}

/// One thing that must be allowed.
#[derive(Debug, Clone)]
pub struct Hop {
    /// What it is for.
    pub step: Step,
    /// Who asks.
    pub principal: String,
    /// The action.
    pub action: &'static str,
    /// On what.
    pub resource: String,
    /// The resource of the input that this is, or lies in.
    pub on: Option<ResourceId>,
    /// Without it the path is broken; else how much its lack matters.
    pub advised: Option<Severity>,
    /// What the code must choose for it to be allowed.
    pub chosen: Option<String>,
    /// The VPC endpoint that the request goes through, which gives no permission.
    pub through: Option<ResourceId>,
    /// The decision.
    pub decision: Decision,
    /// The reasons.
    pub because: Vec<Because>,
    /// What would decide it.
    pub hinges_on: Vec<(String, Why)>,
    /// The finding code, where something other than a policy keeps the request out.
    pub code: Option<&'static str>,
    /// The whole answer; none where the question could not even be asked.
    pub answer: Option<Answer>,
    /// Where the input says that this hop is needed: the input of a job, the key of a volume.
    pub at: Option<Span>,
}

/// What a hop is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Step {
    /// Amazon S3 is reached over the network.
    ReachS3,
    /// The SageMaker API is.
    ReachSageMakerApi,
    /// The SageMaker runtime is.
    ReachSageMakerRuntime,
    /// AWS STS is.
    ReachSts,
    /// `CloudWatch` Logs is.
    ReachLogs,
    /// A service takes the role with which it starts the job.
    AssumeStarter,
    /// Somebody starts the job.
    CreateJob,
    /// They tag it.
    TagJob,
    /// They hand over the role.
    PassRole,
    /// SageMaker takes the role.
    AssumeRole,
    /// Whoever started the job waits for its end.
    FollowJob,
    /// The image registry lets the role in.
    ImageToken,
    /// The image is pulled.
    PullImage,
    /// The dataset is listed.
    List,
    /// An object is read.
    Read,
    /// It is decrypted.
    Decrypt,
    /// An object is written.
    Write,
    /// It is encrypted.
    Encrypt,
    /// The key of the output is looked up.
    DescribeKey,
    /// The parts of a large object are joined, which decrypts them.
    DecryptParts,
    /// The volume's key is handed to the volume.
    GrantVolumeKey,
    /// The volume's key is looked up.
    DescribeVolumeKey,
    /// The job's interfaces in the VPC are made and taken away.
    Interfaces,
    /// Logs and metrics are written.
    WriteLogs,
}

impl Step {
    /// The name in output.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::ReachS3 => "reach-s3",
            Self::ReachSageMakerApi => "reach-sagemaker-api",
            Self::ReachSageMakerRuntime => "reach-sagemaker-runtime",
            Self::ReachSts => "reach-sts",
            Self::ReachLogs => "reach-logs",
            Self::AssumeStarter => "assume-starter-role",
            Self::CreateJob => "create-job",
            Self::TagJob => "tag-job",
            Self::PassRole => "pass-role",
            Self::AssumeRole => "assume-role",
            Self::FollowJob => "follow-job",
            Self::ImageToken => "image-token",
            Self::PullImage => "pull-image",
            Self::List => "list-data",
            Self::Read => "read-data",
            Self::Decrypt => "decrypt-data",
            Self::Write => "write-data",
            Self::Encrypt => "encrypt-data",
            Self::DescribeKey => "describe-key",
            Self::DecryptParts => "decrypt-parts",
            Self::GrantVolumeKey => "grant-volume-key",
            Self::DescribeVolumeKey => "describe-volume-key",
            Self::Interfaces => "network-interfaces",
            Self::WriteLogs => "write-logs",
        }
    }

    /// Whether it is a call to KMS that S3 makes for the workload.
    #[must_use]
    pub const fn is_kms_by_s3(self) -> bool {
        matches!(self, Self::Decrypt | Self::Encrypt | Self::DecryptParts)
    }
}

/// What a proof comes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// Every hop is allowed, whatever is still unknown.
    Proven,
    /// One of them is denied, whatever is still unknown.
    Broken,
    /// It depends on what is unknown.
    Unsure,
}

impl Outcome {
    /// The name in output.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Proven => "proven",
            Self::Broken => "broken",
            Self::Unsure => "unsure",
        }
    }

    /// What hops come to together.
    pub fn of<'h>(hops: impl Iterator<Item = &'h Hop>) -> Self {
        let needed = hops.filter(|hop| hop.advised.is_none());
        needed.fold(Self::Proven, |outcome, hop| match (outcome, hop.decision) {
            (Self::Broken, _) => Self::Broken,
            (_, decision) if decision.must_be_denied() => Self::Broken,
            (_, Decision::Undecided) => Self::Unsure,
            (outcome, _) => outcome,
        })
    }
}

impl Path {
    /// What the path comes to.
    #[must_use]
    pub fn outcome(&self) -> Outcome {
        Outcome::of(self.hops.iter())
    }

    /// The hops of some steps.
    pub fn steps<'p>(&'p self, steps: &'p [Step]) -> impl Iterator<Item = &'p Hop> {
        self.hops.iter().filter(|hop| steps.contains(&hop.step))
    }
}

/// Every path of an estate, notebooks before jobs, each in the order of the input. A notebook whose role
/// is for no protected data, and starts no job, has none.
#[must_use]
pub fn prove<'g, 'a>(access: &Access<'g, 'a>, network: &Network<'g, 'a>) -> Vec<Path> {
    let graph = access.graph();
    let of_standing = |kinds: &[Kind], standing| -> Vec<ResourceId> {
        let found = graph.iter().filter(|(_, resource)| {
            let is_kind = resource.kind().is_some_and(|kind| kinds.contains(&kind));
            is_kind && resource.standing == standing
        });
        found.map(|(id, _)| id).collect()
    };
    let of_kinds = |kinds: &[Kind]| of_standing(kinds, Standing::Judged);
    let other_roles = of_standing(&[Kind::Role], Standing::Other).into_iter();
    let protected = protected_buckets(graph, &|id| access.is_said_protected(id));
    let buckets = |standing| -> Vec<Object> {
        let buckets = protected.iter();
        let buckets = buckets.filter(|id| graph.get(**id).standing == standing);
        let buckets = buckets.filter(|id| !graph.is_replaced(**id));
        buckets.map(|id| access.object(*id)).collect()
    };
    let prover = Prover {
        graph,
        access,
        network,
        notebooks: notebooks(graph),
        jobs: of_kinds(JOB_KINDS),
        roles: of_kinds(&[Kind::Role]),
        repositories: of_kinds(&[Kind::Repository]),
        other_roles: other_roles.filter(|id| !graph.is_replaced(*id)).collect(),
        buckets: buckets(Standing::Judged),
        other_buckets: buckets(Standing::Other),
        log_buckets: log_buckets(graph),
    };
    let mut paths = Vec::new();
    for notebook in &prover.notebooks {
        prover.notebook(notebook, &mut paths);
    }
    for job in &prover.jobs {
        paths.extend(prover.declared_job(*job));
    }
    for path in &mut paths {
        prover.over_network(path);
    }
    paths
}

fn log_buckets(graph: &ResourceGraph<'_>) -> BTreeSet<ResourceId> {
    let buckets = graph
        .iter()
        .filter(|(_, resource)| resource.kind() == Some(Kind::Bucket));
    let settings = buckets.map(|(id, _)| graph.parts(id, Kind::BucketLog).found);
    let targets = settings.flatten().filter_map(|part| {
        match graph.target(part.get("target_bucket")?, &[Kind::Bucket]) {
            Target::Resource(id) => Some(id),
            _ => None,
        }
    });
    targets.collect()
}

/// The notebooks that have no path.
pub fn without<'g>(graph: &'g ResourceGraph<'_>, paths: &[Path]) -> impl Iterator<Item = &'g str> {
    let mut idle: Vec<_> = notebooks(graph).iter().map(|one| one.id).collect();
    idle.dedup();
    idle.retain(|id| !paths.iter().any(|path| path.workload.id == *id));
    idle.into_iter().map(|id| graph.get(id).address.as_str())
}

/// What goes over the network to S3.
const DATA: &[Step] = &[Step::List, Step::Read, Step::Write];

const NETWORK: &str = "the network: routes, security groups and DNS between the workload and the services \
                       that it calls";

const JOB_NETWORK: &str = "the network of the job itself, which the code chooses";

/// What proofs look at.
#[derive(Debug)]
struct Prover<'p, 'g, 'a> {
    graph: &'g ResourceGraph<'a>,
    access: &'p Access<'g, 'a>,
    network: &'p Network<'g, 'a>,
    notebooks: Vec<Notebook<'g, 'a>>,
    jobs: Vec<ResourceId>,
    roles: Vec<ResourceId>,
    /// The roles that other roots make.
    other_roles: Vec<ResourceId>,
    repositories: Vec<ResourceId>,
    /// The protected buckets of the input, as what requests are about.
    buckets: Vec<Object>,
    /// Those that other roots make: what names them is about them, what reaches all is not.
    other_buckets: Vec<Object>,
    /// The buckets of the input that access logs go to.
    log_buckets: BTreeSet<ResourceId>,
}

impl<'g> Prover<'_, 'g, '_> {
    /// What a workload's role is called, which one of its attributes names.
    fn role(&self, workload: ResourceId, attribute: &str, target: Target<'g>) -> Role {
        match target {
            Target::Resource(id) => Role {
                id: Some(id),
                name: self.graph.get(id).address.as_str().to_owned(),
            },
            Target::Outside(arn) => Role {
                id: None,
                name: arn.to_owned(),
            },
            Target::Unknown(_) => Role {
                id: None,
                name: format!("{}.{attribute}", self.name(workload)),
            },
        }
    }

    /// What the workload calls over the network comes before whatever it calls it for.
    fn over_network(&self, path: &mut Path) {
        let id = path.workload.id;
        let services: &[Service] = match path.workload.kind {
            WorkloadKind::Notebook | WorkloadKind::DeclaredJob => &[Service::S3],
            WorkloadKind::StartedJob => &[Service::SageMakerApi, Service::Sts, Service::Logs],
        };
        let reaches = services_of(self.graph, self.network, id);
        let needs_none = reaches.is_empty() && path.workload.kind != WorkloadKind::StartedJob;
        let before = match path.workload.kind {
            WorkloadKind::StartedJob => 0,
            // SageMaker takes the role first.
            _ => path
                .hops
                .iter()
                .position(|hop| DATA.contains(&hop.step))
                .unwrap_or(path.hops.len()),
        };
        let has_data = before < path.hops.len();
        let wanted = services.iter().filter(|_| has_data);
        let hops: Vec<_> = wanted
            .filter_map(|service| services::hop(self.graph, id, &reaches, *service))
            .collect();
        let is_told = !hops.is_empty() || needs_none || !has_data;
        path.hops.splice(before..before, hops);
        if !is_told || path.workload.kind == WorkloadKind::StartedJob {
            path.not_judged.push(match path.workload.kind {
                WorkloadKind::StartedJob if is_told => JOB_NETWORK.to_owned(),
                _ => NETWORK.to_owned(),
            });
        }
    }

    fn name(&self, id: ResourceId) -> String {
        self.graph.get(id).address.as_str().to_owned()
    }

    /// A hop that was asked for.
    fn hop(&self, step: Step, action: &'static str, principal: &str, answer: Answer) -> Hop {
        let outcome = &answer.outcome;
        let mut hinges_on = self.access.hinges_of(&answer);
        // What the code chooses matters only where nothing else is open.
        if hinges_on.iter().any(|(_, why)| *why != Why::ChosenByCode) {
            hinges_on.retain(|(_, why)| *why != Why::ChosenByCode);
        }
        Hop {
            step,
            principal: principal.to_owned(),
            action,
            resource: String::new(),
            on: None,
            advised: None,
            chosen: None,
            through: answer.endpoint,
            decision: outcome.decision,
            because: outcome.because.clone(),
            hinges_on,
            code: None,
            answer: Some(answer),
            at: None,
        }
    }

    /// A hop that cannot be asked for, since something is not known.
    fn open_hop(
        step: Step,
        action: &'static str,
        principal: &str,
        resource: String,
        hinge: (String, Why),
    ) -> Hop {
        Hop {
            step,
            principal: principal.to_owned(),
            action,
            resource,
            on: None,
            advised: None,
            chosen: None,
            through: None,
            decision: Decision::Undecided,
            because: Vec::new(),
            hinges_on: vec![hinge],
            code: None,
            answer: None,
            at: None,
        }
    }
}

impl Hop {
    /// Whether it is whoever starts the job who asks, rather than the job.
    #[must_use]
    pub fn is_by_starter(&self) -> bool {
        matches!(
            self.step,
            Step::AssumeStarter | Step::CreateJob | Step::TagJob | Step::PassRole | Step::FollowJob
        )
    }

    fn on(mut self, id: Option<ResourceId>, resource: impl Into<String>) -> Self {
        self.on = id;
        self.resource = resource.into();
        self
    }

    fn advised(mut self, severity: Severity) -> Self {
        self.advised = Some(severity);
        self
    }

    fn chosen(mut self, chosen: Option<String>) -> Self {
        self.chosen = chosen;
        self
    }

    fn at(mut self, at: Option<Span>) -> Self {
        self.at = at;
        self
    }

    /// The same, kept out by something that is no policy.
    fn kept_out(
        mut self,
        code: &'static str,
        layer: Layer,
        text: String,
        at: Option<Span>,
    ) -> Self {
        self.decision = Decision::DeniedByDefault;
        self.hinges_on.clear();
        self.answer = None;
        self.code = Some(code);
        self.because = vec![Because {
            layer,
            policy: None,
            statement: None,
            sid: None,
            at,
            unmet: None,
            text,
        }];
        self
    }

    /// The same, of which it is no longer certain that it is denied.
    fn in_doubt(mut self, hinge: (String, Why)) -> Self {
        self.decision = Decision::Undecided;
        self.hinges_on.push(hinge);
        self
    }
}
