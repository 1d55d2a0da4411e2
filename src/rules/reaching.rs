//! How findings speak of what a workload reaches over the network.

use super::{Context, Subject};
use crate::finding::{Evidence, Severity, Verdict};
use crate::model::edit::{Edit, Scalar, To};
use crate::model::graph::{ResourceId, Target};
use crate::model::resource::Standing;
use crate::network::{Blocked, Exit, Missing, Obstacle, is_gateway};
use crate::paths::{Service, ServiceReach};
use crate::workload::noun;

/// Judges what keeps services out of reach of a workload: those obstacles that a rule speaks of, for the
/// services that it speaks of. One finding for a cause, with all services that it is about.
pub(super) fn judge(
    context: &Context<'_, '_>,
    workload: &Subject<'_, '_>,
    is_own: impl Fn(&ServiceReach<'_>, Obstacle, Option<ResourceId>) -> bool,
    severity: impl Fn(Service) -> Severity,
) -> Verdict {
    let all = context.reaches_of(workload.id);
    let called = workload.resource.kind().map_or("workload", noun);
    let mut verdict = Verdict::NotApplicable;
    let mut blocked: Vec<(&Blocked, Vec<&ServiceReach<'_>>)> = Vec::new();
    let mut unknown: Vec<(&Missing, Vec<&ServiceReach<'_>>)> = Vec::new();
    for one in all {
        if is_placed(one) {
            verdict = verdict.worse(Verdict::Holds);
        }
        let own = one.reach.blocked.iter();
        for cause in own.filter(|cause| is_own(one, cause.by, cause.off.map(|(of, _)| of))) {
            match blocked.iter_mut().find(|(known, _)| *known == cause) {
                Some((_, reaches)) => reaches.push(one),
                None => blocked.push((cause, vec![one])),
            }
        }
        let own = one.reach.unknown.iter();
        for (_, missing) in own.filter(|(by, _)| is_own(one, *by, None)) {
            match unknown.iter_mut().find(|(known, _)| *known == missing) {
                Some((_, reaches)) => reaches.push(one),
                None => unknown.push((missing, vec![one])),
            }
        }
    }
    for (cause, reaches) in blocked {
        let services = names(&reaches);
        let message = format!("this {called} does not reach {services}: {}", cause.text);
        let first = reaches
            .first()
            .map_or(workload.resource.origin, |one| one.at);
        let evidence = Evidence::new(message, cause.at.unwrap_or(first))
            .code(cause.by.code())
            .about(format!("{services} {}", cause.text))
            .related(format!("where this {called} stands"), first);
        let evidence = match fix(cause.by) {
            Some(fix) => evidence.fix(fix),
            None => evidence,
        };
        let evidence = match cause.off {
            Some((of, flag)) => evidence.edit(Edit {
                of,
                path: flag.into(),
                to: To::Is(Scalar::Flag(true)),
            }),
            None => evidence,
        };
        let severity = reaches.iter().map(|one| severity(one.service)).max();
        verdict = verdict.worse(Verdict::Broken(vec![match severity {
            Some(severity) => evidence.severity(severity),
            None => evidence,
        }]));
    }
    for (missing, reaches) in unknown {
        let services = names(&reaches);
        let message = format!(
            "cannot tell whether this {called} reaches {services}: {} is not known ({})",
            missing.value, missing.why
        );
        let at = reaches
            .first()
            .map_or(workload.resource.origin, |one| one.at);
        let evidence = Evidence::new(message, at)
            .about(services)
            .hinges_on(missing.value.clone(), missing.why);
        let severity = reaches.iter().map(|one| severity(one.service)).max();
        verdict = verdict.worse(Verdict::Unsure(vec![match severity {
            Some(severity) => evidence.severity(severity),
            None => evidence,
        }]));
    }
    verdict
}

/// What to do about an obstacle, where the rule on it is about several.
const fn fix(obstacle: Obstacle) -> Option<&'static str> {
    match obstacle {
        Obstacle::OtherVpc => Some("make an endpoint for the service in the VPC of the workload"),
        Obstacle::Dns => Some(
            "turn private DNS of the endpoint on, and DNS support and DNS host names of its VPC",
        ),
        Obstacle::Egress => Some(
            "let TCP port 443 out to the security groups of the endpoints, and to the prefix list of Amazon S3",
        ),
        Obstacle::Acl => Some(
            "let TCP port 443 out of the subnet and TCP ports 1024 to 65535 back in, and the reverse at the \
             endpoints",
        ),
        Obstacle::Place | Obstacle::NoRoute | Obstacle::EndpointIngress => None,
    }
}

/// Whether the input tells where a workload stands.
pub(super) fn is_placed(one: &ServiceReach<'_>) -> bool {
    let mut unknown = one.reach.unknown.iter();
    !unknown.any(|(by, _)| *by == Obstacle::Place)
}

/// How much it matters that a service is out of reach.
pub(super) const fn weight(service: Service) -> Severity {
    match service {
        Service::S3 | Service::SageMakerApi => Severity::High,
        Service::SageMakerRuntime | Service::Sts | Service::Logs => Severity::Medium,
    }
}

/// The security group of which it is said what it does not let out of there: the first of the workload's that
/// is judged. None where a group is not known, since that is said of the workload.
pub(super) fn group_of(context: &Context<'_, '_>, one: &ServiceReach<'_>) -> Option<ResourceId> {
    let groups = one.groups.iter().map(|group| {
        let group = group.as_ref().ok()?;
        context.network.resource_of_group(*group)
    });
    let groups: Option<Vec<_>> = groups.collect();
    let mut groups = groups?.into_iter();
    groups.find(|id| context.graph.get(*id).standing == Standing::Judged)
}

/// Whether the VPC or endpoint is judged that does not lead names to the endpoint: then it is said there.
pub(super) fn is_said_of_names(
    context: &Context<'_, '_>,
    one: &ServiceReach<'_>,
    of: Option<ResourceId>,
) -> bool {
    let vpc = || match context.network.vpc_of(one.subnet) {
        Ok(Target::Resource(vpc)) => Some(vpc),
        _ => None,
    };
    let of = of.or_else(vpc);
    of.is_some_and(|of| context.graph.get(of).standing == Standing::Judged)
}

/// The services, each once: `Amazon S3, AWS STS and CloudWatch Logs`.
fn names(reaches: &[&ServiceReach<'_>]) -> String {
    listed(reaches.iter().map(|one| one.service.name()))
}

/// Names, each once, in words: `a, b and c`.
pub(super) fn listed<'n>(names: impl Iterator<Item = &'n str>) -> String {
    let mut seen = Vec::new();
    for name in names {
        if !seen.contains(&name) {
            seen.push(name);
        }
    }
    match seen.split_last() {
        Some((last, [])) => (*last).to_owned(),
        Some((last, others)) => format!("{} and {last}", others.join(", ")),
        None => String::new(),
    }
}

/// Broken where the calls of a workload to a service leave over a NAT gateway.
pub(super) fn over_nat(
    context: &Context<'_, '_>,
    workload: &Subject<'_, '_>,
    service: Service,
    code: Option<&'static str>,
) -> Verdict {
    let called = workload.resource.kind().map_or("workload", noun);
    let all = context.reaches_of(workload.id);
    let mut verdict = Verdict::NotApplicable;
    let mut seen = Vec::new();
    for one in all.iter().filter(|one| one.service == service) {
        let Some(Exit::Nat(name, at)) = &one.reach.exit else {
            continue;
        };
        let mut unused = context
            .network
            .endpoints_for(one.subnet, service.endpoint())
            .map(|id| context.graph.get(id));
        if unused.any(|endpoint| !is_gateway(endpoint) && endpoint.standing == Standing::Judged) {
            // Its private DNS is off, which is said of it.
            continue;
        }
        if seen.contains(&name) {
            continue;
        }
        seen.push(name);
        let message = format!(
            "this {called} calls {} over the internet, by `{name}`: its VPC has no endpoint for it that the subnet uses",
            service.name()
        );
        let evidence = Evidence::new(message, one.at)
            .about(format!("{} {name}", service.name()))
            .severity(Severity::Medium)
            .related("the route to the internet", *at);
        verdict = verdict.worse(Verdict::Broken(vec![match code {
            Some(code) => evidence.code(code),
            None => evidence,
        }]));
    }
    verdict
}
