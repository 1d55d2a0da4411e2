//! PG-NET-005.

use super::resource_policies::leads_to_sagemaker;
use super::workload_vpcs::{is_beside_workload, named, tenant_of_vpc};
use super::{Check, Context, Example, Link, Rule, RuleKind, Setting, Subject};
use crate::finding::{Evidence, Severity, Verdict};
use crate::model::graph::Target;
use crate::model::resource::Standing;
use crate::model::source::Span;
use crate::model::truth::Truth;
use crate::model::value::{Data, Value};
use crate::model::vocabulary::Kind;
use crate::network::{Direction, Group};
use crate::workload::{PLACED_KINDS, groups_paths, noun, subnets_path};

pub(super) const RULE: Rule = Rule {
    id: "default-security-group-not-used",
    alias: "PG-NET-005",
    kind: RuleKind::Secure,
    tier: 1,
    severity: Severity::Medium,
    summary: "no workload has the default security group of its VPC, and that group has no rules",
    why: "Whatever names no security group shares the default one of the VPC. It lets all its members in to each \
          other and everything out, and whoever adds a rule for one of them adds it for all: what the workload may \
          be reached by drifts without anybody changing the workload.",
    unsure: "A notebook in a subnet that names no group has the default one. A default group that is managed must have \
             no rules in the VPC of a workload or of an endpoint for SageMaker (`default-group-has-rules`), unless \
             something has it, of which that is said instead; one that nobody manages is not judged. That a default \
             group lets the internet in is said by the rule on ingress, and that an endpoint has it by the rule on \
             endpoints where its VPC is known. Groups that are not known are said to be so by the rule on ingress.",
    fix: "give the workload a security group of its own, and leave the default one without rules",
    references: &[
        Link {
            title: "Amazon VPC User Guide: Default security groups for your VPCs",
            url: "https://docs.aws.amazon.com/vpc/latest/userguide/default-security-group.html",
        },
        Link {
            title: "AWS Security Hub: EC2.2, VPC default security groups should not allow inbound or outbound traffic",
            url: "https://docs.aws.amazon.com/securityhub/latest/userguide/ec2-controls.html",
        },
    ],
    assumes: &[],
    example: Example {
        fail: include_str!("../../testdata/rules/default-security-group-not-used/fail.tf"),
        pass: include_str!("../../testdata/rules/default-security-group-not-used/pass.tf"),
    },
    check: Check::Resource(
        &[
            Kind::Notebook,
            Kind::NotebookDomain,
            Kind::NotebookProfile,
            Kind::ProcessingJob,
            Kind::ProcessingJobMonitor,
            Kind::Endpoint,
            Kind::SgDefault,
        ],
        check,
    ),
};

fn check(context: &Context<'_, '_>, subject: &Subject<'_, '_>) -> Verdict {
    match subject.resource.kind() {
        Some(Kind::SgDefault) => managed(context, subject),
        Some(Kind::Endpoint) => endpoint(context, subject),
        Some(kind) => workload(context, subject, kind),
        None => Verdict::NotApplicable,
    }
}

/// That a workload has the default group.
struct Use<'g> {
    /// The group; none where its VPC is not in the input.
    group: Option<Group<'g>>,
    /// Whether the workload names it, rather than none.
    is_named: bool,
    at: Span,
}

fn workload(context: &Context<'_, '_>, subject: &Subject<'_, '_>, kind: Kind) -> Verdict {
    let noun = noun(kind);
    let resource = context.graph.get(subject.id);
    let subnet = subnets_path(kind).and_then(|path| resource.get(path));
    let stands = subnet.filter(|subnet| !is_empty(subnet));
    let has_groups = has_groups(context, subject, kind);
    if stands.is_none() && !has_groups {
        return Verdict::NotApplicable;
    }
    let Some(used) = used_by(context, subject, kind) else {
        return Verdict::Holds;
    };
    let is_said = used.group.is_some_and(|group| {
        let rules = context.network.rules(group, Direction::In).rules;
        let mut peers = rules.iter().flat_map(|rule| &rule.peers);
        peers.any(|peer| peer.is_public() == Truth::Yes)
    });
    if is_said {
        return Verdict::NotApplicable;
    }
    if let (false, Some(Target::Unknown(why))) = (
        used.is_named,
        stands.map(|subnet| context.network.subnet(subnet)),
    ) {
        let path = subnets_path(kind).unwrap_or_default();
        let question = format!(
            "whether this {noun}, which names no security group, has the default one of a VPC"
        );
        return Verdict::Unsure(vec![subject.unsure(path, why, &question)]);
    }
    let group = used.group.map_or_else(
        || "the default security group of its VPC".to_owned(),
        |group| called(context, group),
    );
    let message = if used.is_named {
        format!("this {noun} has {group}, which it shares with whatever names no other")
    } else {
        let own = groups_paths(kind)
            .first()
            .map(|path| subject.own_path(path));
        format!(
            "`{}` is not set, so this {noun} has {group}, like whatever else names none",
            own.unwrap_or_default()
        )
    };
    Verdict::Broken(vec![
        Evidence::new(message, used.at)
            .about("default")
            .fix(format!("give the {noun} a security group of its own")),
    ])
}

/// Whether a workload says anything about its groups.
fn has_groups(context: &Context<'_, '_>, subject: &Subject<'_, '_>, kind: Kind) -> bool {
    let resource = context.graph.get(subject.id);
    let mut lists = groups_paths(kind)
        .iter()
        .filter_map(|path| resource.get(path));
    lists.any(|list| !is_empty(list))
}

/// How a workload has the default group, if it does.
fn used_by<'g>(
    context: &Context<'g, '_>,
    subject: &Subject<'_, '_>,
    kind: Kind,
) -> Option<Use<'g>> {
    let resource = context.graph.get(subject.id);
    let lists = groups_paths(kind)
        .iter()
        .filter_map(|path| resource.get(path));
    for value in lists.flat_map(elements) {
        match context.network.group(value) {
            Ok(group) if is_default(context, group) => {
                return Some(Use {
                    group: Some(group),
                    is_named: true,
                    at: value.origin,
                });
            }
            _ => {}
        }
    }
    // A job must name its groups, and Studio has some that SageMaker makes.
    let subnet = subnets_path(kind).and_then(|path| resource.get(path));
    let subnet = subnet.filter(|subnet| kind == Kind::Notebook && !is_empty(subnet))?;
    if has_groups(context, subject, kind) {
        return None;
    }
    let group = context
        .network
        .default_group(context.network.subnet(subnet));
    Some(Use {
        group: group.ok(),
        is_named: false,
        at: subnet.origin,
    })
}

/// Whether a group is that which a VPC begins with: nobody else may call one `default`.
fn is_default(context: &Context<'_, '_>, group: Group<'_>) -> bool {
    match group {
        Group::DefaultOf(_) => true,
        Group::Resource(id) => {
            let resource = context.graph.get(id);
            let name = resource.if_any("name").and_then(Value::as_text);
            resource.kind() == Some(Kind::SgDefault) || name == Some("default")
        }
        Group::Outside(_) => false,
    }
}

fn called(context: &Context<'_, '_>, group: Group<'_>) -> String {
    let name = context.network.name_of_group(group);
    if name.starts_with('`') {
        format!("the default security group {name}")
    } else {
        name
    }
}

/// An endpoint for SageMaker that names no group, in a VPC of which nothing else is known.
fn endpoint(context: &Context<'_, '_>, endpoint: &Subject<'_, '_>) -> Verdict {
    let is_interface = match endpoint.setting("vpc_endpoint_type") {
        Setting::Known { text, .. } => text == "Interface",
        Setting::Absent | Setting::Unknown(..) => false,
    };
    let vpc = context.network.vpc_of_endpoint(endpoint.id);
    let parts = context.graph.parts(endpoint.id, Kind::EndpointSg);
    let path = "security_group_ids";
    let names_none = endpoint.resource.get(path).is_none_or(is_empty)
        && parts.found.is_empty()
        && parts.perhaps_more.is_none();
    if !is_interface || !names_none || !matches!(vpc, Some(Target::Outside(_))) {
        return Verdict::NotApplicable;
    }
    leads_to_sagemaker(context, endpoint, |endpoint| {
        let message = format!(
            "`{}` is not set, so this endpoint has the default security group of its VPC, like whatever else names none",
            endpoint.own_path(path)
        );
        Verdict::Broken(vec![
            Evidence::new(message, endpoint.resource.origin)
                .about("default")
                .fix("give the endpoint a security group of its own, which lets TCP port 443 in from that of the workload"),
        ])
    })
}

/// A default group that the estate manages, beside a workload that does not have it.
fn managed(context: &Context<'_, '_>, group: &Subject<'_, '_>) -> Verdict {
    let own = context.network.group_of(group.id);
    let vpc = match (own, group.resource.get("vpc_id")) {
        (Group::DefaultOf(vpc), _) => Target::Resource(vpc),
        (_, Some(value)) => context.graph.target(value, Kind::VPCS),
        _ => return Verdict::NotApplicable,
    };
    let Some(tenant) = tenant_of_vpc(context, vpc) else {
        return Verdict::NotApplicable;
    };
    if has_members(context, own) {
        return Verdict::NotApplicable;
    }
    let network = &context.network;
    let (ingress, egress) = (
        network.rules(own, Direction::In),
        network.rules(own, Direction::Out),
    );
    let first = ingress.rules.iter().chain(&egress.rules).next();
    let Some(first) = first else {
        let perhaps = ingress.perhaps.into_iter().chain(egress.perhaps);
        let missing = ingress.perhaps_more.or(egress.perhaps_more);
        let missing = missing.or(perhaps.map(|(_, missing)| missing).next());
        let Some(missing) = missing else {
            return Verdict::Holds;
        };
        let message = format!(
            "cannot tell whether this default security group has rules: {} is not known ({})",
            missing.value, missing.why
        );
        let evidence = Evidence::new(message, group.resource.origin).about("rules");
        return Verdict::Unsure(vec![evidence.hinges_on(missing.value, missing.why)]);
    };
    let ways = match (ingress.rules.is_empty(), egress.rules.is_empty()) {
        (false, false) => "lets traffic in and out",
        (false, true) => "lets traffic in",
        _ => "lets traffic out",
    };
    let message = format!(
        "this default security group {ways}: whatever starts beside {} and names no group has it",
        named(context, tenant)
    );
    Verdict::Broken(vec![
        Evidence::new(message, first.at)
            .code("default-group-has-rules")
            .about("rules")
            .fix(format!(
                "take the rules out of `{}`: without any it lets nothing in and nothing out",
                group.resource.address.as_str()
            ))
            .related("what stands in its VPC", context.graph.get(tenant).origin),
    ])
}

/// Whether a workload or an endpoint of the estate has a group: then it is said there.
fn has_members(context: &Context<'_, '_>, group: Group<'_>) -> bool {
    context.graph.iter().any(|(id, resource)| {
        if resource.standing != Standing::Judged {
            return false;
        }
        let subject = Subject { id, resource };
        match resource.kind() {
            Some(Kind::Endpoint) => {
                let groups = context.network.groups_of_endpoint(id);
                groups.contains(&Ok(group)) && is_beside_workload(context, id) == Truth::Yes
            }
            Some(kind) if PLACED_KINDS.contains(&kind) => {
                used_by(context, &subject, kind).is_some_and(|used| used.group == Some(group))
            }
            _ => false,
        }
    })
}

fn elements<'v, 'a>(value: &'v Value<'a>) -> &'v [Value<'a>] {
    match &value.data {
        Data::List(list) => list,
        Data::Null => &[],
        _ => std::slice::from_ref(value),
    }
}

fn is_empty(value: &Value<'_>) -> bool {
    elements(value).is_empty() || value.as_text() == Some("")
}
