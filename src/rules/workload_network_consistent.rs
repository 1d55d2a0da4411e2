//! PG-NET-012.

use ipnet::IpNet;

use super::reaching::listed;
use super::workload_vpcs::subnets_of;
use super::{Check, Context, Example, Link, Rule, RuleKind, Setting, Subject};
use crate::finding::{Evidence, Severity, Verdict};
use crate::model::graph::{ResourceId, Target};
use crate::model::source::Span;
use crate::model::truth::Truth;
use crate::model::value::{Data, Value, Why};
use crate::model::vocabulary::Kind;
use crate::network::{Direction, Missing, Standpoint, Traffic};
use crate::workload::{JOB_KINDS, ProcessingJob, groups_paths, noun, subnets_path};

/// The ports at which the apps of Studio talk to each other.
const OF_APPS: Traffic = Traffic::Tcp(8192, 65535);

/// The addresses of a subnet that AWS keeps for itself.
const KEPT: f64 = 5.0;

pub(super) const RULE: Rule = Rule {
    id: "workload-network-consistent",
    alias: "PG-NET-012",
    kind: RuleKind::Works,
    tier: 2,
    severity: Severity::High,
    summary: "the subnets and security groups of a workload belong together, and leave room for it",
    why: "SageMaker refuses a request whose subnets and security groups are of different VPCs \
          (`other-vpc`). The kernels of Studio in VpcOnly mode talk to its servers at TCP ports 8192 to \
          65535 within its security group; where that is closed, notebooks of Studio Classic do not start \
          (`studio-apps-closed`, medium). A job takes two addresses for each instance (`few-addresses`, \
          info), and in one Availability Zone alone a job or domain stops with it \
          (`one-availability-zone`, info).",
    unsure: "Judged are notebooks, Studio domains and jobs in subnets. A VPC is compared where the input has \
             it: then a subnet or group of which the VPC cannot be told is unsure. The file system of Studio \
             has groups of its own, which SageMaker makes. Addresses that others take are not known.",
    fix: "name subnets and security groups of one VPC",
    references: &[
        Link {
            title: "Amazon SageMaker AI Developer Guide: Give SageMaker AI Processing Jobs Access to Resources in Your Amazon VPC",
            url: "https://docs.aws.amazon.com/sagemaker/latest/dg/process-vpc.html",
        },
        Link {
            title: "Amazon SageMaker AI Developer Guide: Connect Studio notebooks in a VPC to external resources",
            url: "https://docs.aws.amazon.com/sagemaker/latest/dg/studio-notebooks-and-internet-access.html",
        },
        Link {
            title: "Amazon SageMaker AI API Reference: VpcConfig",
            url: "https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_VpcConfig.html",
        },
    ],
    assumes: &[],
    example: Example {
        fail: include_str!("../../testdata/rules/workload-network-consistent/fail.tf"),
        pass: include_str!("../../testdata/rules/workload-network-consistent/pass.tf"),
    },
    check: Check::Resource(
        &[
            Kind::Notebook,
            Kind::NotebookDomain,
            Kind::ProcessingJob,
            Kind::ProcessingJobMonitor,
        ],
        check,
    ),
};

fn check(context: &Context<'_, '_>, workload: &Subject<'_, '_>) -> Verdict {
    let subnets = subnets_of(context, workload.id);
    if subnets.is_empty() {
        return Verdict::NotApplicable;
    }
    one_vpc(context, workload, &subnets)
        .worse(apps(context, workload))
        .worse(zones(context, workload, &subnets))
        .worse(addresses(context, workload, &subnets))
}

/// Something of a workload that lies in a VPC.
struct Member<'g> {
    name: String,
    at: Span,
    vpc: Result<Target<'g>, Missing>,
}

/// Whether everything that a workload names lies in one VPC.
fn one_vpc<'g>(
    context: &Context<'g, '_>,
    workload: &Subject<'_, '_>,
    subnets: &[(Target<'g>, Span)],
) -> Verdict {
    let network = &context.network;
    let members = members(context, workload.id, subnets);
    let is_whole = |id: ResourceId| context.graph.get(id).standing.is_whole();
    let known = members.iter().find_map(|member| match member.vpc {
        Ok(Target::Resource(id)) if is_whole(id) => Some((member, id)),
        _ => None,
    });
    let Some((first, vpc)) = known else {
        return Verdict::NotApplicable;
    };
    let called = workload.resource.kind().map_or("workload", noun);
    let (mut broken, mut unsure) = (Vec::new(), Vec::new());
    for member in &members {
        match &member.vpc {
            Ok(Target::Resource(other)) if *other == vpc => {}
            Ok(Target::Resource(other)) if is_whole(*other) => {
                let message = format!(
                    "this {called} has `{}` of `{}`, and `{}` of `{}`: SageMaker takes those of one VPC only",
                    first.name,
                    network.name_of(Target::Resource(vpc)),
                    member.name,
                    network.name_of(Target::Resource(*other)),
                );
                let evidence = Evidence::new(message, member.at)
                    .code("other-vpc")
                    .about(member.name.clone());
                broken.push(if first.at == member.at {
                    evidence
                } else {
                    evidence.related(format!("`{}` is named here", first.name), first.at)
                });
            }
            other => {
                let (value, why) = match other {
                    Err(missing) => (missing.value.clone(), missing.why),
                    Ok(Target::Unknown(why)) => (format!("the VPC of {}", member.name), *why),
                    Ok(_) => (format!("the VPC of {}", member.name), Why::ExternalResource),
                };
                let message = format!(
                    "cannot tell whether the subnets and security groups of this {called} are of one VPC: {value} \
                     is not known ({why})"
                );
                let evidence = Evidence::new(message, member.at).about("vpc");
                unsure.push(evidence.hinges_on(value, why));
            }
        }
    }
    if !broken.is_empty() {
        return Verdict::Broken(broken);
    }
    // What tells one of them is asked for first.
    unsure.truncate(1);
    if unsure.is_empty() {
        Verdict::Holds
    } else {
        Verdict::Unsure(unsure)
    }
}

fn members<'g>(
    context: &Context<'g, '_>,
    workload: ResourceId,
    subnets: &[(Target<'g>, Span)],
) -> Vec<Member<'g>> {
    let network = &context.network;
    let resource = context.graph.get(workload);
    let mut members = Vec::new();
    for (subnet, at) in subnets {
        members.push(Member {
            name: match subnet {
                Target::Unknown(_) => "a subnet".to_owned(),
                subnet => network.name_of(*subnet),
            },
            at: *at,
            vpc: network.vpc_of(*subnet),
        });
    }
    let own = resource
        .if_any("vpc_id")
        .filter(|_| resource.kind() == Some(Kind::NotebookDomain));
    if let Some(value) = own {
        members.push(Member {
            name: resource.name_of("vpc_id"),
            at: value.origin,
            vpc: Ok(context.graph.target(value, Kind::VPCS)),
        });
    }
    let paths = resource.kind().map(groups_paths).unwrap_or_default();
    for path in paths {
        for value in resource.get(path).map(elements).unwrap_or_default() {
            if matches!(value.data, Data::Null) {
                continue;
            }
            let missing = |value: String, why| Missing { value, why };
            let (name, vpc) = match network.group(value) {
                Ok(group) => {
                    let name = network.name_of_group(group).replace('`', "");
                    let vpc = network.vpc_of_group(group);
                    let value = format!("the VPC of {name}");
                    let vpc = vpc.ok_or_else(|| missing(value, Why::ExternalResource));
                    (name, vpc)
                }
                Err(why) => {
                    let name = resource.name_of(path);
                    (name.clone(), Err(missing(name, why)))
                }
            };
            members.push(Member {
                name,
                at: value.origin,
                vpc,
            });
        }
    }
    members
}

/// Whether the apps of Studio reach each other.
fn apps(context: &Context<'_, '_>, domain: &Subject<'_, '_>) -> Verdict {
    if domain.resource.kind() != Some(Kind::NotebookDomain) {
        return Verdict::NotApplicable;
    }
    let Some(place) = context.reaches_of(domain.id).first() else {
        return Verdict::NotApplicable;
    };
    // Of a group that is not in the input other rules say that it is not known.
    let groups = place.groups.iter().map(|group| {
        let group = group.as_ref().ok()?;
        context.network.resource_of_group(*group)
    });
    let groups: Option<Vec<_>> = groups.collect();
    let Some(groups) = groups.filter(|groups| !groups.is_empty()) else {
        return Verdict::NotApplicable;
    };
    let at = Standpoint {
        subnet: place.subnet,
        groups: place.groups.clone(),
    };
    let path = "default_user_settings.security_groups";
    let mut closed = Vec::new();
    for (direction, words) in [
        (Direction::In, "in from itself"),
        (Direction::Out, "out to itself"),
    ] {
        match context.network.admits_own(&at, direction, OF_APPS) {
            (Truth::Yes, _) => {}
            (Truth::No, _) => closed.push(words),
            (Truth::Unknown, missing) => {
                let Some(missing) = missing.filter(|_| closed.is_empty()) else {
                    continue;
                };
                let message = format!(
                    "cannot tell whether the apps of this Studio domain reach each other: {} is not known ({})",
                    missing.value, missing.why
                );
                let evidence = Evidence::new(message, domain.place(path))
                    .about("apps")
                    .severity(Severity::Medium);
                return Verdict::Unsure(vec![evidence.hinges_on(missing.value, missing.why)]);
            }
        }
    }
    if closed.is_empty() {
        return Verdict::Holds;
    }
    let addresses = groups
        .iter()
        .map(|id| context.graph.get(*id).address.as_str());
    let names: Vec<_> = addresses.map(|address| format!("`{address}`")).collect();
    let message = format!(
        "the apps of this Studio domain do not reach each other: {} does not let TCP ports 8192 to 65535 {}",
        listed(names.iter().map(String::as_str)),
        closed.join(" and ")
    );
    let group = groups.first().map(|id| context.graph.get(*id).origin);
    Verdict::Broken(vec![
        Evidence::new(message, group.unwrap_or(domain.resource.origin))
            .code("studio-apps-closed")
            .about("apps")
            .severity(Severity::Medium)
            .related("the security group of this Studio domain", domain.place(path))
            .fix("add a rule to the security group that lets TCP ports 8192 to 65535 in from the group itself, and one that lets them out to it where egress is restricted"),
    ])
}

/// Whether a job or a domain stands in several Availability Zones.
fn zones(
    context: &Context<'_, '_>,
    workload: &Subject<'_, '_>,
    subnets: &[(Target<'_>, Span)],
) -> Verdict {
    let Some(kind) = workload
        .resource
        .kind()
        .filter(|kind| *kind != Kind::Notebook)
    else {
        return Verdict::NotApplicable;
    };
    let mut zones = Vec::new();
    for (subnet, _) in subnets {
        let zone = match subnet {
            Target::Resource(id) => context.graph.get(*id).get("availability_zone"),
            _ => None,
        };
        let zone = zone.and_then(Value::as_text);
        if let (Target::Unknown(why), Some(path)) = (subnet, subnets_path(kind)) {
            let question = "in how many Availability Zones it stands";
            let unsure = workload.unsure(path, *why, question);
            return Verdict::Unsure(vec![unsure.severity(Severity::Info)]);
        }
        // One of them that is not known may be another.
        if zone.is_none() && subnets.len() > 1 {
            return Verdict::NotApplicable;
        }
        if !zones.contains(&zone) {
            zones.push(zone);
        }
    }
    let [only] = zones.as_slice() else {
        return Verdict::Holds;
    };
    let called = noun(kind);
    let message = match only {
        Some(zone) if subnets.len() > 1 => {
            format!("all subnets of this {called} lie in `{zone}`: what stops there stops it")
        }
        _ => format!(
            "this {called} has one subnet, so that it stops with the Availability Zone of that, or with its capacity"
        ),
    };
    let at = subnets
        .first()
        .map_or(workload.resource.origin, |(_, at)| *at);
    Verdict::Broken(vec![
        Evidence::new(message, at)
            .code("one-availability-zone")
            .about("zones")
            .severity(Severity::Info)
            .fix("name subnets of a second Availability Zone too"),
    ])
}

/// Whether the subnets of a job have the addresses that its instances take.
fn addresses(
    context: &Context<'_, '_>,
    workload: &Subject<'_, '_>,
    subnets: &[(Target<'_>, Span)],
) -> Verdict {
    let job = ProcessingJob::of(workload.resource);
    let is_job = workload
        .resource
        .kind()
        .is_some_and(|kind| JOB_KINDS.contains(&kind));
    let Some(job) = job.filter(|_| is_job) else {
        return Verdict::NotApplicable;
    };
    let path = job.cluster("instance_count");
    let count = match workload.setting(&path) {
        Setting::Known { text, .. } => text.parse::<f64>().ok(),
        Setting::Absent | Setting::Unknown(..) => None,
    };
    let rooms = subnets.iter().map(|(subnet, _)| room(context, *subnet));
    let rooms: Option<Vec<_>> = rooms.collect();
    let (Some(count), Some(rooms)) = (count, rooms) else {
        return Verdict::NotApplicable;
    };
    let room: f64 = rooms.iter().sum();
    if room >= 2.0 * count {
        return Verdict::Holds;
    }
    let message = format!(
        "the {count} instances of this job take {} addresses, and its subnets have {room} at most",
        2.0 * count
    );
    let at = subnets
        .first()
        .map_or(workload.resource.origin, |(_, at)| *at);
    Verdict::Broken(vec![
        Evidence::new(message, at)
            .code("few-addresses")
            .about("addresses")
            .severity(Severity::Info)
            .related("how many instances there are", workload.place(&path))
            .fix("name larger subnets, or more of them"),
    ])
}

/// How many addresses a subnet has for those who stand in it.
fn room(context: &Context<'_, '_>, subnet: Target<'_>) -> Option<f64> {
    let Some(IpNet::V4(block)) = context.network.block_of(subnet) else {
        return None;
    };
    let bits = 32_u8.saturating_sub(block.prefix_len());
    Some((2_f64.powi(i32::from(bits)) - KEPT).max(0.0))
}

fn elements<'v, 'a>(value: &'v Value<'a>) -> &'v [Value<'a>] {
    match &value.data {
        Data::List(list) => list,
        Data::Null => &[],
        _ => std::slice::from_ref(value),
    }
}
