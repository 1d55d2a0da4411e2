//! Which services of AWS a workload calls over the network, and whether it reaches them from where it
//! stands.
//!
//! Source: Amazon SageMaker AI Developer Guide, "Connect a Notebook Instance in a VPC to External Resources",
//! "Connect Studio notebooks in a VPC to external resources" and "Give SageMaker AI Processing Jobs Access to
//! Resources in Your Amazon VPC". What the platform does itself (pulling an image, writing a job's logs, KMS
//! on behalf of S3) goes by a network of AWS's own.

use super::{Hop, Step};
use crate::finding::Severity;
use crate::iam::{Because, Decision, Layer};
use crate::model::graph::{ResourceGraph, ResourceId, Target};
use crate::model::resource::Resource;
use crate::model::source::Span;
use crate::model::truth::Truth;
use crate::model::value::{Data, Value, Why};
use crate::model::vocabulary::Kind;
use crate::network::{Blocked, Exit, Group, Missing, Network, Obstacle, Reach, Standpoint, WayOut};
use crate::workload::{groups_paths, subnets_path};

/// A service that a workload calls.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Service {
    /// The data, and whatever else lies in buckets.
    S3,
    /// The API by which jobs are started.
    SageMakerApi,
    /// The API by which models are asked.
    SageMakerRuntime,
    /// Who the caller is, which the SDK asks.
    Sts,
    /// The logs of a job, which the SDK shows.
    Logs,
}

impl Service {
    /// The last part of the name of its endpoint service.
    #[must_use]
    pub const fn endpoint(self) -> &'static str {
        match self {
            Self::S3 => "s3",
            Self::SageMakerApi => "sagemaker.api",
            Self::SageMakerRuntime => "sagemaker.runtime",
            Self::Sts => "sts",
            Self::Logs => "logs",
        }
    }

    /// What people call it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::S3 => "Amazon S3",
            Self::SageMakerApi => "the SageMaker API",
            Self::SageMakerRuntime => "the SageMaker runtime",
            Self::Sts => "AWS STS",
            Self::Logs => "CloudWatch Logs",
        }
    }

    const fn step(self) -> Step {
        match self {
            Self::S3 => Step::ReachS3,
            Self::SageMakerApi => Step::ReachSageMakerApi,
            Self::SageMakerRuntime => Step::ReachSageMakerRuntime,
            Self::Sts => Step::ReachSts,
            Self::Logs => Step::ReachLogs,
        }
    }

    /// Whether workloads do without, in part.
    const fn is_supporting(self) -> bool {
        matches!(self, Self::SageMakerRuntime | Self::Sts | Self::Logs)
    }
}

/// Whether a workload reaches a service, from one of its subnets.
#[derive(Debug, Clone)]
pub struct ServiceReach<'g> {
    /// The service.
    pub service: Service,
    /// From where.
    pub subnet: Target<'g>,
    /// Where the workload names that subnet.
    pub at: Span,
    /// The security groups that it has there, as far as they are known.
    pub groups: Vec<Result<Group<'g>, Missing>>,
    /// The answer.
    pub reach: Reach,
}

const BY_NOTEBOOK: &[Service] = &[
    Service::S3,
    Service::SageMakerApi,
    Service::Sts,
    Service::Logs,
];

const BY_STUDIO: &[Service] = &[
    Service::S3,
    Service::SageMakerApi,
    Service::SageMakerRuntime,
    Service::Sts,
    Service::Logs,
];

/// The services that a workload calls from subnets of the customer, from each of these. One that has a way
/// of SageMaker's own to the internet, or stands in no subnet, calls none from there.
#[must_use]
pub fn services_of<'g>(
    graph: &'g ResourceGraph<'_>,
    network: &Network<'g, '_>,
    workload: ResourceId,
) -> Vec<ServiceReach<'g>> {
    let resource = graph.get(workload);
    let services = match resource.kind() {
        Some(Kind::Notebook) if is(resource, "direct_internet_access", "disabled") => BY_NOTEBOOK,
        Some(Kind::NotebookDomain) if is(resource, "app_network_access_type", "vpconly") => {
            BY_STUDIO
        }
        Some(Kind::ProcessingJob | Kind::ProcessingJobMonitor) => &[Service::S3],
        _ => return Vec::new(),
    };
    let path = resource.kind().and_then(subnets_path).unwrap_or_default();
    let Some(subnets) = resource.get(path) else {
        return Vec::new();
    };
    let groups = groups(network, resource);
    let mut found = Vec::new();
    let mut seen = Vec::new();
    for value in elements(subnets) {
        if matches!(value.data, Data::Null) || value.as_text() == Some("") {
            continue;
        }
        let subnet = network.subnet(value);
        if seen.contains(&subnet) {
            continue;
        }
        seen.push(subnet);
        let standpoint = Standpoint {
            subnet,
            groups: groups_at(network, resource, &groups, subnet),
        };
        for service in services {
            let mut reach = network.reach(&standpoint, service.endpoint());
            if let Target::Unknown(why) = subnet {
                let value = resource.name_of(path);
                reach.unknown = vec![(Obstacle::Place, Missing { value, why })];
            }
            found.push(ServiceReach {
                service: *service,
                subnet,
                at: value.origin,
                groups: standpoint.groups.clone(),
                reach,
            });
        }
    }
    found
}

/// Where a workload may send data.
#[derive(Debug, Clone)]
pub struct Leaving {
    /// The way out of one of its subnets; none where SageMaker's own network leads to the internet.
    pub way: Option<WayOut>,
    /// Whether it is there.
    pub is_open: Truth,
    /// Where the workload says so: the subnet that it names, or the setting that opens the internet.
    pub at: Span,
    /// What would tell.
    pub hinges_on: Option<Missing>,
}

/// The ways by which a workload may send data to Amazon S3 and the internet: a network of SageMaker's own,
/// and whatever leads out of its subnets.
#[must_use]
pub fn ways_out(
    graph: &ResourceGraph<'_>,
    network: &Network<'_, '_>,
    workload: ResourceId,
) -> Vec<Leaving> {
    let resource = graph.get(workload);
    let setting = match resource.kind() {
        Some(Kind::Notebook) => Some(("direct_internet_access", "disabled")),
        Some(Kind::NotebookDomain) => Some(("app_network_access_type", "vpconly")),
        _ => None,
    };
    let path = resource.kind().and_then(subnets_path);
    let subnets = path.and_then(|path| resource.get(path));
    let subnets = subnets.map(elements).unwrap_or_default();
    let mut found = Vec::new();
    let own_network = match setting {
        Some((name, closed)) => match resource.get(name) {
            None => Truth::Yes,
            Some(value) => match value.as_text() {
                Some(text) => Truth::from(!text.eq_ignore_ascii_case(closed)),
                None => Truth::Unknown,
            },
        },
        None => subnets.is_empty().into(),
    };
    if own_network != Truth::No {
        let value = setting.and_then(|(name, _)| Some((name, resource.get(name)?)));
        found.push(Leaving {
            way: None,
            is_open: own_network,
            at: value.map_or(resource.origin, |(_, value)| value.origin),
            hinges_on: value
                .filter(|_| own_network == Truth::Unknown)
                .map(|(name, value)| Missing {
                    value: resource.name_of(name),
                    why: value.why_unknown().unwrap_or(Why::KnownAfterApply),
                }),
        });
    }
    let groups = groups(network, resource);
    for value in subnets {
        let subnet = network.subnet(value);
        let groups = groups_at(network, resource, &groups, subnet);
        let ways = network.ways_out(&Standpoint { subnet, groups }, Service::S3.endpoint());
        found.extend(ways.into_iter().map(|way| Leaving {
            is_open: way.is_open,
            at: value.origin,
            hinges_on: way.hinges_on.clone(),
            way: Some(way),
        }));
    }
    found
}

fn is(resource: &Resource<'_>, path: &str, wanted: &str) -> bool {
    let text = resource.get(path).and_then(Value::as_text);
    text.is_some_and(|text| text.eq_ignore_ascii_case(wanted))
}

type Groups<'g> = Vec<Result<Group<'g>, Missing>>;

fn groups<'g>(network: &Network<'g, '_>, workload: &'g Resource<'_>) -> Groups<'g> {
    let paths = workload.kind().map(groups_paths).unwrap_or_default();
    // Of Studio's, those that its apps have; what lies between them and the file system is another matter.
    let paths = match workload.kind() {
        Some(Kind::NotebookDomain) => paths.get(..1).unwrap_or_default(),
        _ => paths,
    };
    let mut groups = Vec::new();
    for path in paths {
        let values = workload.get(path).map(elements).unwrap_or_default();
        for value in values
            .iter()
            .filter(|value| !matches!(value.data, Data::Null))
        {
            let missing = |why| Missing {
                value: workload.name_of(path),
                why,
            };
            groups.push(network.group(value).map_err(missing));
        }
    }
    groups
}

/// A notebook that names no groups has the default one.
fn groups_at<'g>(
    network: &Network<'g, '_>,
    workload: &Resource<'_>,
    groups: &Groups<'g>,
    subnet: Target<'g>,
) -> Groups<'g> {
    if groups.is_empty() && workload.kind() == Some(Kind::Notebook) {
        return vec![network.default_group(subnet)];
    }
    groups.clone()
}

fn elements<'v, 'a>(value: &'v Value<'a>) -> &'v [Value<'a>] {
    match &value.data {
        Data::List(list) => list,
        Data::Null => &[],
        _ => std::slice::from_ref(value),
    }
}

/// The hop to a service of a workload that stands in several subnets: each of them counts. None where the
/// input does not tell where it stands.
pub(super) fn hop(
    graph: &ResourceGraph<'_>,
    workload: ResourceId,
    all: &[ServiceReach<'_>],
    service: Service,
) -> Option<Hop> {
    let reaches: Vec<_> = all
        .iter()
        .filter(|one| one.service == service)
        .map(|one| &one.reach)
        .collect();
    let first = reaches.first()?;
    let is_told = |reach: &&&Reach| {
        let mut unknown = reach.unknown.iter();
        !unknown.any(|(by, _)| *by == Obstacle::Place)
    };
    if reaches.iter().filter(is_told).count() < reaches.len() {
        return None;
    }
    let name = graph.get(workload).address.as_str();
    let is_open = reaches.iter().map(|reach| reach.is_open());
    let blocked = reaches.iter().find_map(|reach| reach.blocked.first());
    let (decision, reason) = match (is_open.fold(Truth::Yes, Truth::and), blocked) {
        (Truth::No, Some(Blocked { text, at, .. })) => {
            (Decision::DeniedByDefault, Some((text.clone(), *at)))
        }
        (Truth::Yes, _) => (
            Decision::Allowed,
            first.exit.as_ref().map(|exit| way(graph, exit)),
        ),
        _ => (Decision::Undecided, None),
    };
    let because = reason.map(|(text, at)| Because {
        layer: Layer::Endpoint,
        policy: None,
        statement: None,
        sid: None,
        at,
        unmet: None,
        text,
    });
    let mut hinges: Vec<_> = reaches
        .iter()
        .flat_map(|reach| &reach.unknown)
        .map(|(_, missing)| (missing.value.clone(), missing.why))
        .collect();
    hinges.sort();
    hinges.dedup();
    let through = match &first.exit {
        Some(Exit::Endpoint(id)) => Some(*id),
        _ => None,
    };
    Some(Hop {
        step: service.step(),
        principal: name.to_owned(),
        action: "HTTPS",
        resource: service.name().to_owned(),
        on: None,
        advised: service.is_supporting().then_some(Severity::Medium),
        chosen: None,
        through,
        decision,
        because: because.into_iter().collect(),
        hinges_on: if decision == Decision::Undecided {
            hinges
        } else {
            Vec::new()
        },
        code: blocked.map(|blocked| blocked.by.code()),
        answer: None,
        at: None,
    })
}

/// The way to a service, in words.
fn way(graph: &ResourceGraph<'_>, exit: &Exit) -> (String, Option<Span>) {
    match exit {
        Exit::Endpoint(id) => {
            let endpoint = graph.get(*id);
            let text = format!("it is reached through `{}`", endpoint.address.as_str());
            (text, Some(endpoint.origin))
        }
        Exit::Nat(name, at) => (
            format!("it is reached over the internet, by `{name}`"),
            Some(*at),
        ),
        Exit::Elsewhere(at) => ("it is reached by the default route".to_owned(), Some(*at)),
    }
}
