//! PG-VPCE-006.

use super::reaching::{listed, weight};
use super::workload_vpcs::is_beside_workload;
use super::{Check, Context, Example, Link, Rule, RuleKind, Setting, Subject};
use crate::finding::{Evidence, Severity, Verdict};
use crate::model::graph::{ResourceId, Target};
use crate::model::resource::{Resource, Standing};
use crate::model::truth::Truth;
use crate::model::value::{Data, Value, Why};
use crate::model::vocabulary::Kind;
use crate::network::{Exit, Obstacle, is_gateway, serves};
use crate::paths::ServiceReach;

const FLAG: &str = "private_dns_enabled";

/// What the code of workloads calls by the name of the service: others are also called by the name of the
/// endpoint, or keep their public name with reason.
const BY_NAME: [&str; 18] = [
    "s3",
    "sagemaker.api",
    "sagemaker.api-fips",
    "sagemaker.runtime",
    "sagemaker.runtime-fips",
    "sagemaker.featurestore-runtime",
    "sagemaker.metrics",
    "notebook",
    "studio",
    "sts",
    "logs",
    "monitoring",
    "kms",
    "ecr.api",
    "ecr.dkr",
    "secretsmanager",
    "states",
    "scheduler",
];

pub(super) const RULE: Rule = Rule {
    id: "endpoint-private-dns-enabled",
    alias: "PG-VPCE-006",
    kind: RuleKind::Works,
    tier: 1,
    severity: Severity::Medium,
    summary: "the names of services lead to the interface endpoints of the VPC",
    why: "The SDK calls a service by its name. It leads to an interface endpoint only where private DNS of \
          the endpoint is on, and DNS support and DNS host names of its VPC. Otherwise it goes on to lead to \
          the public address: without a way to the internet the call waits until it times out (high where \
          a workload needs Amazon S3 or the SageMaker API), and over a NAT gateway it passes the endpoint \
          and its policy by.",
    unsure: "Judged are interface endpoints of services that the code of workloads calls (S3, SageMaker, AWS STS, \
             CloudWatch, AWS KMS, Amazon ECR, Secrets Manager, Step Functions), and VPCs with some, where a \
             workload or an endpoint for SageMaker stands. An absent flag counts as `false`; `enable_dns_support` counts as \
             `true`, `enable_dns_hostnames` as `false`. An interface endpoint for Amazon S3 does without \
             beside a gateway endpoint, and any without where another endpoint of the VPC answers for the \
             service. A private hosted zone that someone writes by hand is not looked at.",
    fix: "set `private_dns_enabled = true` on the endpoint, and `enable_dns_support = true` and \
          `enable_dns_hostnames = true` on its VPC",
    references: &[
        Link {
            title: "AWS PrivateLink Guide: Access an AWS service using an interface VPC endpoint, private DNS",
            url: "https://docs.aws.amazon.com/vpc/latest/privatelink/create-interface-endpoint.html",
        },
        Link {
            title: "Amazon VPC User Guide: DNS attributes for your VPC",
            url: "https://docs.aws.amazon.com/vpc/latest/userguide/AmazonDNS-concepts.html",
        },
    ],
    assumes: &[],
    example: Example {
        fail: include_str!("../../testdata/rules/endpoint-private-dns-enabled/fail.tf"),
        pass: include_str!("../../testdata/rules/endpoint-private-dns-enabled/pass.tf"),
    },
    check: Check::Resource(&[Kind::Endpoint, Kind::Vpc, Kind::VpcDefault], check),
};

fn check(context: &Context<'_, '_>, subject: &Subject<'_, '_>) -> Verdict {
    match subject.resource.kind() {
        Some(Kind::Endpoint) => of_endpoint(context, subject),
        _ => of_vpc(context, subject),
    }
}

/// Whether it is an interface endpoint for a service that is called by its own name.
fn is_for_names(endpoint: &Subject<'_, '_>) -> Truth {
    let is_interface = match endpoint.setting("vpc_endpoint_type") {
        Setting::Known { text, .. } => text == "Interface",
        Setting::Absent | Setting::Unknown(..) => false,
    };
    let services = BY_NAME.iter();
    let services = services.map(|name| serves(endpoint.resource, name));
    Truth::from(is_interface).and(services.fold(Truth::No, Truth::or))
}

fn of_endpoint(context: &Context<'_, '_>, endpoint: &Subject<'_, '_>) -> Verdict {
    let is_for_names = is_for_names(endpoint);
    let (is_on, missing) = context.network.has_private_dns(endpoint.id);
    let is_beside = is_beside_workload(context, endpoint.id) == Truth::Yes;
    // One whose service cannot be told may be for SageMaker itself.
    let is_subject = is_beside || is_for_names == Truth::Unknown && is_on != Truth::Yes;
    if is_for_names == Truth::No || !is_subject {
        return Verdict::NotApplicable;
    }
    if is_on == Truth::Yes || is_answered_for(context, endpoint) {
        return Verdict::Holds;
    }
    let question = "whether the name of the service leads to this endpoint";
    if is_for_names == Truth::Unknown {
        let value = endpoint.resource.get("service_name");
        let why = value.and_then(Value::why_unknown);
        let why = why.unwrap_or(Why::KnownAfterApply);
        return Verdict::Unsure(vec![endpoint.unsure("service_name", why, question)]);
    }
    if missing.is_some() {
        let why = match endpoint.setting(FLAG) {
            Setting::Unknown(why, _) => why,
            _ => Why::KnownAfterApply,
        };
        return Verdict::Unsure(vec![endpoint.unsure(FLAG, why, question)]);
    }
    let own = endpoint.own_path(FLAG);
    let (is, at) = match endpoint.setting(FLAG) {
        Setting::Known {
            written: true, at, ..
        } if context.graph.is_written(endpoint.id, FLAG) != Some(false) => {
            (format!("`{own}` is `false`"), at)
        }
        _ => (
            format!("`{own}` is not set and counts as `false`"),
            endpoint.resource.origin,
        ),
    };
    let (cut_off, around) = callers(context, endpoint);
    let (consequence, severity) = if cut_off.is_empty() {
        let past = match around.as_slice() {
            [] => {
                "so the SDK calls the service at its public address, past this endpoint".to_owned()
            }
            around => format!(
                "so what {} leaves by the internet, past this endpoint",
                said(context, around)
            ),
        };
        (past, Severity::Medium)
    } else {
        let severity = cut_off.iter().map(|(_, one)| weight(one.service)).max();
        let text = format!(
            "so names lead to public addresses, and what {} does not arrive",
            said(context, &cut_off)
        );
        (text, severity.unwrap_or(Severity::Medium))
    };
    let mut evidence = Evidence::new(format!("{is}, {consequence}"), at)
        .code(Obstacle::Dns.code())
        .about(FLAG)
        .severity(severity);
    if let Some((_, one)) = cut_off.first().or(around.first()) {
        evidence = evidence.related("where the workload stands", one.at);
    }
    if serves(endpoint.resource, "s3") == Truth::Yes {
        // Unless it is told otherwise, that takes a gateway endpoint beside it.
        let fix = "make a gateway endpoint for Amazon S3 that the route table of the subnet has; with it this endpoint \
                   needs no private DNS";
        return Verdict::Broken(vec![evidence.fix(fix)]);
    }
    let parts = context.graph.parts(endpoint.id, Kind::EndpointDns);
    let evidence = evidence.fix("set `private_dns_enabled = true`");
    let mut others = parts.found.iter();
    let own = endpoint.resource.address.as_str();
    let edit = match others.find(|part| part.said_by.address.as_str() != own) {
        Some(part) => part.turn_on(context.graph, FLAG),
        None => Some(endpoint.set(FLAG, "true")),
    };
    Verdict::Broken(vec![match edit {
        Some(edit) => evidence.edit(edit),
        None => evidence,
    }])
}

/// Whether another endpoint of the VPC answers for the service, or takes what is routed to it.
fn is_answered_for(context: &Context<'_, '_>, endpoint: &Subject<'_, '_>) -> bool {
    let vpc = context.network.vpc_of_endpoint(endpoint.id);
    let name = |of: &Resource<'_>| {
        let value = of.get("service_name");
        value.map(|value| match &value.data {
            Data::Text(text) => text.to_string(),
            other => format!("{other:?}"),
        })
    };
    let mut others = context.graph.iter().filter(|(id, other)| {
        other.kind() == Some(Kind::Endpoint)
            && *id != endpoint.id
            && context.network.vpc_of_endpoint(*id) == vpc
    });
    others.any(|(id, other)| {
        if is_gateway(other) {
            return serves(other, "s3").and(serves(endpoint.resource, "s3")) == Truth::Yes;
        }
        // One of them at most can answer, so that whoever makes a second leaves it off.
        name(other).is_some()
            && name(other) == name(endpoint.resource)
            && context.network.has_private_dns(id).0 == Truth::Yes
    })
}

/// A workload, and what it calls.
type Call<'c, 'g> = (ResourceId, &'c ServiceReach<'g>);

/// Whom the names of an endpoint's service lead astray: those that do not reach it, and those that go around.
fn callers<'c, 'g>(
    context: &'c Context<'g, '_>,
    endpoint: &Subject<'_, '_>,
) -> (Vec<Call<'c, 'g>>, Vec<Call<'c, 'g>>) {
    let (mut cut_off, mut around) = (Vec::new(), Vec::new());
    for (id, one) in calls(context) {
        let service = one.service.endpoint();
        let mut own = context.network.endpoints_for(one.subnet, service);
        if !own.any(|own| own == endpoint.id) {
            continue;
        }
        let mut blocked = one.reach.blocked.iter();
        if blocked.any(|cause| cause.off == Some((endpoint.id, FLAG))) {
            cut_off.push((id, one));
        } else if matches!(one.reach.exit, Some(Exit::Nat(..) | Exit::Elsewhere(_))) {
            around.push((id, one));
        }
    }
    (cut_off, around)
}

/// Everything that workloads of the estate call.
fn calls<'c, 'g>(context: &'c Context<'g, '_>) -> impl Iterator<Item = Call<'c, 'g>> {
    let workloads = context.reaches().iter();
    let judged = workloads.filter(|(id, _)| context.graph.get(*id).standing == Standing::Judged);
    judged.flat_map(|(id, reaches)| reaches.iter().map(|one| (*id, one)))
}

/// What workloads ask of services, in words.
fn said(context: &Context<'_, '_>, calls: &[Call<'_, '_>]) -> String {
    let names = calls.iter().map(|(id, _)| {
        let address = context.graph.get(*id).address.as_str();
        format!("`{address}`")
    });
    let names: Vec<_> = names.collect();
    let services = calls.iter().map(|(_, one)| one.service.name());
    let names = listed(names.iter().map(String::as_str));
    let verb = if names.contains(" and ") {
        "ask"
    } else {
        "asks"
    };
    format!("{names} {verb} of {}", listed(services))
}

fn of_vpc(context: &Context<'_, '_>, vpc: &Subject<'_, '_>) -> Verdict {
    let answers = |id: &ResourceId| {
        context.network.vpc_of_endpoint(*id) == Some(Target::Resource(vpc.id))
            && !is_gateway(context.graph.get(*id))
            && context.network.has_private_dns(*id).0 == Truth::Yes
            && is_beside_workload(context, *id) == Truth::Yes
    };
    let endpoints = context
        .graph
        .iter()
        .filter(|(_, one)| one.kind() == Some(Kind::Endpoint));
    let endpoints: Vec<_> = endpoints.map(|(id, _)| id).filter(answers).collect();
    let Some(first) = endpoints.first() else {
        return Verdict::NotApplicable;
    };
    let names = context.network.names_of(vpc.id);
    let off: Vec<_> = names
        .iter()
        .filter(|(_, is_on)| *is_on == Truth::No)
        .map(|(path, _)| *path)
        .collect();
    if off.is_empty() {
        let question = "whether the private names of endpoints are answered in this VPC";
        let unknown = names.iter().filter(|(_, is_on)| *is_on == Truth::Unknown);
        let unsure: Vec<_> = unknown
            .map(|(path, _)| {
                let why = match vpc.setting(path) {
                    Setting::Unknown(why, _) => why,
                    _ => Why::KnownAfterApply,
                };
                vpc.unsure(path, why, question)
            })
            .collect();
        return if unsure.is_empty() {
            Verdict::Holds
        } else {
            Verdict::Unsure(unsure)
        };
    }
    let said_of = off.iter().map(|path| {
        let own = vpc.own_path(path);
        let is_written = vpc.resource.get(path).is_some()
            && context.graph.is_written(vpc.id, path) != Some(false);
        if is_written {
            format!("`{own}` is `false`")
        } else {
            format!("`{own}` is not set and counts as `false`")
        }
    });
    let said_of: Vec<_> = said_of.collect();
    let is_off = |cause: &crate::network::Blocked| cause.off.is_some_and(|(of, _)| of == vpc.id);
    let cut_off: Vec<_> = calls(context)
        .filter(|(_, one)| one.reach.blocked.iter().any(is_off))
        .collect();
    let severity = cut_off.iter().map(|(_, one)| weight(one.service)).max();
    let consequence = if cut_off.is_empty() {
        "so private DNS of its endpoints does nothing".to_owned()
    } else {
        format!(
            "so private DNS of its endpoints does nothing, and what {} does not arrive",
            said(context, &cut_off)
        )
    };
    let message = format!(
        "{}, {consequence}",
        listed(said_of.iter().map(String::as_str))
    );
    let at = off
        .first()
        .map_or(vpc.resource.origin, |path| vpc.place(path));
    let endpoint = context.graph.get(*first);
    let text = format!("`{}` has private DNS on", endpoint.address.as_str());
    let evidence = Evidence::new(message, at)
        .code(Obstacle::Dns.code())
        .about("dns")
        .severity(severity.unwrap_or(Severity::Medium))
        .related(text, endpoint.origin);
    let wanted = off.iter().map(|path| format!("`{path} = true`"));
    let wanted: Vec<_> = wanted.collect();
    let evidence = evidence.fix(format!("set {}", listed(wanted.iter().map(String::as_str))));
    let edits = off.iter().map(|path| vpc.set(path, "true"));
    Verdict::Broken(vec![edits.fold(evidence, Evidence::edit)])
}
