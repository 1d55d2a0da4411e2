//! PG-NET-011.

use super::reaching::{group_of, listed, weight};
use super::{Check, Context, Example, Link, Rule, RuleKind, Subject};
use crate::finding::{Evidence, Severity, Verdict};
use crate::model::graph::ResourceId;
use crate::model::resource::Standing;
use crate::model::vocabulary::Kind;
use crate::network::{Direction, Exit, Missing, Obstacle, Peer, is_gateway};
use crate::paths::ServiceReach;

pub(super) const RULE: Rule = Rule {
    id: "workload-egress-admits-required-services",
    alias: "PG-NET-011",
    kind: RuleKind::Works,
    tier: 1,
    severity: Severity::High,
    summary: "the security group of a workload lets out what the workload has to call",
    why: "A workload in a VPC calls Amazon S3, and a notebook the SageMaker API, AWS STS and CloudWatch Logs \
          besides, at TCP port 443. Where its security groups do not let that out to the endpoints, or to \
          the prefix list of a gateway endpoint, the SDK waits until it gives up, and a job hangs on its \
          input (`sg-egress`; medium where only STS, CloudWatch Logs or the SageMaker runtime are out of \
          reach). Terraform takes away the rule that lets everything out, which AWS makes with a group: \
          without `egress` nothing leaves.",
    unsure: "Judged are the groups of notebooks without direct internet access, of Studio domains in VpcOnly \
             mode and of jobs in a VPC. Without `egress` a group of Terraform lets nothing out, and one of \
             CloudFormation everything. Rules or prefix lists that cannot be told are unsure. A group that \
             is not in the input is not judged here: the rule on what workloads reach says that it is not \
             known.",
    fix: "let TCP port 443 out to the security groups of the endpoints, and to the prefix list of Amazon S3",
    references: &[
        Link {
            title: "Amazon VPC User Guide: Security group rules",
            url: "https://docs.aws.amazon.com/vpc/latest/userguide/security-group-rules.html",
        },
        Link {
            title: "AWS PrivateLink Guide: Gateway endpoints for Amazon S3, security groups",
            url: "https://docs.aws.amazon.com/vpc/latest/privatelink/vpc-endpoints-s3.html",
        },
        Link {
            title: "Terraform AWS Provider: aws_security_group, egress",
            url: "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/security_group",
        },
    ],
    assumes: &[],
    example: Example {
        fail: include_str!("../../testdata/rules/workload-egress-admits-required-services/fail.tf"),
        pass: include_str!("../../testdata/rules/workload-egress-admits-required-services/pass.tf"),
    },
    check: Check::Resource(&[Kind::Sg, Kind::SgDefault], check),
};

/// A workload, and what it has to call.
type Call<'c, 'g> = (ResourceId, &'c ServiceReach<'g>);

fn check(context: &Context<'_, '_>, group: &Subject<'_, '_>) -> Verdict {
    let (mut blocked, mut unknown) = (Vec::new(), None);
    let mut verdict = Verdict::NotApplicable;
    for (id, reaches) in context.reaches() {
        if context.graph.get(*id).standing != Standing::Judged {
            continue;
        }
        let own = reaches.iter();
        for one in own.filter(|one| group_of(context, one) == Some(group.id)) {
            let mut causes = one.reach.blocked.iter();
            let mut doubts = one.reach.unknown.iter();
            if causes.any(|cause| cause.by == Obstacle::Egress) {
                blocked.push((*id, one));
            } else if let Some((_, missing)) = doubts.find(|(by, _)| *by == Obstacle::Egress) {
                unknown.get_or_insert((*id, one, missing));
            } else if one.reach.exit.is_some() {
                verdict = Verdict::Holds;
            }
        }
    }
    if !blocked.is_empty() {
        return Verdict::Broken(vec![broken(context, group, &blocked)]);
    }
    match unknown {
        Some((id, one, missing)) => unsure(context, group, (id, one), missing),
        None => verdict,
    }
}

fn broken(
    context: &Context<'_, '_>,
    group: &Subject<'_, '_>,
    blocked: &[Call<'_, '_>],
) -> Evidence {
    let name = |id: ResourceId| format!("`{}`", context.graph.get(id).address.as_str());
    // Workloads that call the same are named together.
    let mut calls: Vec<(Vec<&str>, Vec<String>)> = Vec::new();
    let mut ids: Vec<ResourceId> = blocked.iter().map(|(id, _)| *id).collect();
    ids.dedup();
    for id in ids {
        let own = blocked.iter().filter(|(of, _)| *of == id);
        let mut services = Vec::new();
        for (_, one) in own {
            if !services.contains(&one.service.name()) {
                services.push(one.service.name());
            }
        }
        match calls.iter_mut().find(|(same, _)| *same == services) {
            Some((_, workloads)) => workloads.push(name(id)),
            None => calls.push((services, vec![name(id)])),
        }
    }
    let needs = calls.iter().map(|(services, workloads)| {
        format!(
            "{}, which {} {}",
            listed(services.iter().copied()),
            listed(workloads.iter().map(String::as_str)),
            if workloads.len() == 1 {
                "calls"
            } else {
                "call"
            }
        )
    });
    let needs = needs.collect::<Vec<_>>().join("; nor to ");
    let known = context.network.group_of(group.id);
    let rules = context.network.rules(known, Direction::Out);
    let has_others = blocked.iter().any(|(_, one)| one.groups.len() > 1);
    let but = match (rules.rules.is_empty(), has_others) {
        (_, true) => "; nor does another group that it has",
        (true, false) => ": it has no rule that lets anything out",
        (false, false) => "",
    };
    let message = format!("this security group lets no TCP port 443 out to {needs}{but}");
    let at = match group.resource.get("egress") {
        Some(value) if !rules.rules.is_empty() => value.origin,
        _ => group.resource.origin,
    };
    let mut evidence = Evidence::new(message, at)
        .code(Obstacle::Egress.code())
        .about("egress");
    for rule in rules.rules.iter().filter(|rule| rule.at != at) {
        let to = rule.peers.iter().map(|peer| match peer {
            Peer::Group(Ok(group)) => context.network.name_of_group(*group),
            peer => format!("`{peer}`"),
        });
        let to: Vec<_> = to.collect();
        let said = format!("lets {} out to {}", rule.traffic, to.join(", "));
        evidence = evidence.related(said, rule.at);
    }
    let mut seen = Vec::new();
    for (_, one) in blocked.iter().filter(|(_, one)| one.at != at) {
        if !seen.contains(&one.at) {
            seen.push(one.at);
            evidence = evidence.related("where the workload stands", one.at);
        }
    }
    let places = places(context, blocked);
    if !places.is_empty() {
        let places = listed(places.iter().map(String::as_str));
        evidence = evidence.fix(format!("let TCP port 443 out to {places}"));
    }
    let severity = blocked.iter().map(|(_, one)| weight(one.service)).max();
    match severity {
        Some(severity) => evidence.severity(severity),
        None => evidence,
    }
}

/// Where the services are reached: the groups of their endpoints, and the prefix lists of gateways.
fn places(context: &Context<'_, '_>, blocked: &[Call<'_, '_>]) -> Vec<String> {
    let mut places = Vec::new();
    for (_, one) in blocked {
        let Some(Exit::Endpoint(id)) = one.reach.exit else {
            return Vec::new();
        };
        let endpoint = context.graph.get(id);
        let found: Vec<_> = if is_gateway(endpoint) {
            let address = endpoint.address.as_str();
            vec![format!("the prefix list of `{address}`")]
        } else {
            let groups = context.network.groups_of_endpoint(id).into_iter();
            let groups = groups.filter_map(Result::ok);
            groups
                .map(|group| context.network.name_of_group(group))
                .collect()
        };
        for place in found {
            if !places.contains(&place) {
                places.push(place);
            }
        }
    }
    places
}

fn unsure(
    context: &Context<'_, '_>,
    group: &Subject<'_, '_>,
    (id, one): Call<'_, '_>,
    missing: &Missing,
) -> Verdict {
    let message = format!(
        "cannot tell whether this security group lets `{}` call {}: {} is not known ({})",
        context.graph.get(id).address.as_str(),
        one.service.name(),
        missing.value,
        missing.why
    );
    Verdict::Unsure(vec![
        Evidence::new(message, group.place("egress"))
            .about("egress")
            .severity(weight(one.service))
            .hinges_on(missing.value.clone(), missing.why),
    ])
}
