//! How findings speak of what a workload reaches over the network.

use super::{Context, Subject};
use crate::finding::{Evidence, Severity, Verdict};
use crate::model::edit::{Edit, Scalar, To};
use crate::network::{Blocked, Exit, Missing, Obstacle};
use crate::paths::{Service, ServiceReach};
use crate::workload::noun;

/// Judges what keeps services out of reach of a workload: those obstacles that a rule speaks of, for the
/// services that it speaks of. One finding for a cause, with all services that it is about.
pub(super) fn judge(
    context: &Context<'_, '_>,
    workload: &Subject<'_, '_>,
    is_own: impl Fn(Service, Obstacle) -> bool,
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
        for cause in own.filter(|cause| is_own(one.service, cause.by)) {
            match blocked.iter_mut().find(|(known, _)| *known == cause) {
                Some((_, reaches)) => reaches.push(one),
                None => blocked.push((cause, vec![one])),
            }
        }
        let own = one.reach.unknown.iter();
        for (_, missing) in own.filter(|(by, _)| is_own(one.service, *by)) {
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

/// The services, each once: `Amazon S3, AWS STS and CloudWatch Logs`.
fn names(reaches: &[&ServiceReach<'_>]) -> String {
    let mut names: Vec<_> = reaches.iter().map(|one| one.service.name()).collect();
    names.dedup();
    let mut seen = Vec::new();
    names.retain(|name| {
        let is_new = !seen.contains(name);
        seen.push(*name);
        is_new
    });
    match names.split_last() {
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
