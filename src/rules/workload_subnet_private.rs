//! PG-NET-001.

use super::{Check, Context, Example, Link, Rule, RuleKind, Setting, Subject};
use crate::finding::{Evidence, Severity, Verdict};
use crate::model::graph::Target;
use crate::model::truth::Truth;
use crate::model::value::{Data, Piece, Value, Why};
use crate::model::vocabulary::Kind;
use crate::network::{Missing, Route, RouteTable, Via};
use crate::workload::{noun, subnets_path};

pub(super) const RULE: Rule = Rule {
    id: "workload-subnet-private",
    alias: "PG-NET-001",
    kind: RuleKind::Secure,
    tier: 1,
    severity: Severity::High,
    summary: "workloads and the endpoints of SageMaker, KMS, STS and S3 stand in private subnets",
    why: "An internet gateway is the public way, a VPC endpoint the private one. SageMaker gives its \
          interfaces no public address, so the route alone is no way out for a job, but whatever else \
          stands in the subnet has one, and an elastic address is all that is missing. An egress-only \
          gateway lets data out by IPv6, though nobody in; an endpoint has no public address either \
          (medium).",
    unsure: "A subnet without a route table of its own has the main one of its VPC; that of a VPC which \
             this change makes has the local route only. What a name or tag says of a subnet proves \
             nothing. A subnet, route table or VPC that is not in the input is unsure, as is the main \
             table of a VPC that was there before, if nothing manages it.",
    fix: "give the subnet a route table without a route to an internet gateway",
    references: &[
        Link {
            title: "Amazon VPC User Guide: Subnets for your VPC, subnet types",
            url: "https://docs.aws.amazon.com/vpc/latest/userguide/configure-subnets.html",
        },
        Link {
            title: "Amazon SageMaker AI Developer Guide: Connect a Notebook Instance in a VPC to External Resources",
            url: "https://docs.aws.amazon.com/sagemaker/latest/dg/appendix-notebook-and-internet-access.html",
        },
    ],
    assumes: &[],
    example: Example {
        fail: include_str!("../../testdata/rules/workload-subnet-private/fail.tf"),
        pass: include_str!("../../testdata/rules/workload-subnet-private/pass.tf"),
    },
    check: Check::Resource(
        &[
            Kind::Notebook,
            Kind::NotebookDomain,
            Kind::ProcessingJob,
            Kind::ProcessingJobMonitor,
            Kind::Endpoint,
        ],
        check,
    ),
};

fn check(context: &Context<'_, '_>, subject: &Subject<'_, '_>) -> Verdict {
    let Some(kind) = subject.resource.kind() else {
        return Verdict::NotApplicable;
    };
    if kind == Kind::Endpoint {
        return endpoint(context, subject);
    }
    subnets_are_private(context, subject)
}

/// Whether the subnets that a workload names are private.
pub(super) fn subnets_are_private(
    context: &Context<'_, '_>,
    workload: &Subject<'_, '_>,
) -> Verdict {
    let kind = workload.resource.kind();
    let Some((kind, path)) = kind.and_then(|kind| Some((kind, subnets_path(kind)?))) else {
        return Verdict::NotApplicable;
    };
    let standing = Standing {
        context,
        noun: noun(kind),
        severity: Severity::High,
    };
    match workload.resource.get(path) {
        Some(value) => standing.subnets(&[(workload.value_name(path), value)]),
        None => Verdict::NotApplicable,
    }
}

/// Interface endpoints, of the services that the data and its processing pass through.
fn endpoint(context: &Context<'_, '_>, endpoint: &Subject<'_, '_>) -> Verdict {
    let resource = endpoint.resource;
    let service = resource.get("service_name");
    let is_interface = match endpoint.setting("vpc_endpoint_type") {
        Setting::Known { text, .. } => (text == "Interface").into(),
        Setting::Absent => Truth::No,
        Setting::Unknown(..) => Truth::Unknown,
    };
    let concerned = is_interface.and(service.map_or(Truth::No, is_sensitive));
    if concerned == Truth::No {
        return Verdict::NotApplicable;
    }
    let mut values = Vec::new();
    for path in ["subnet_ids", "subnet_configuration"] {
        values.extend(
            resource
                .get(path)
                .map(|value| (endpoint.value_name(path), value)),
        );
    }
    let parts = context.graph.parts(endpoint.id, Kind::EndpointSubnet);
    for part in &parts.found {
        let name = format!("{}.subnet_id", part.said_by.address.as_str());
        values.extend(part.get("subnet_id").map(|value| (name, value)));
    }
    let standing = Standing {
        context,
        noun: "endpoint",
        severity: Severity::Medium,
    };
    match standing.subnets(&values) {
        Verdict::Broken(_) if concerned == Truth::Unknown => {
            let question = "whether this endpoint in a public subnet is one that the data passes";
            let path = if is_interface == Truth::Unknown {
                "vpc_endpoint_type"
            } else {
                "service_name"
            };
            let why = resource.get(path).and_then(Value::why_unknown);
            let why = why.unwrap_or(Why::KnownAfterApply);
            let unsure = endpoint.unsure(path, why, question);
            Verdict::Unsure(vec![unsure.severity(Severity::Medium)])
        }
        verdict => verdict,
    }
}

/// Whether an endpoint leads to a service that the data and its processing pass through.
pub(super) fn is_sensitive(service: &Value<'_>) -> Truth {
    let (beginning, end) = match &service.data {
        Data::Text(text) => (text.as_ref(), text.as_ref()),
        Data::Template(pieces) => match (pieces.first(), pieces.last()) {
            (Some(Piece::Known(first)), Some(Piece::Known(last))) => {
                (first.as_ref(), last.as_ref())
            }
            (_, Some(Piece::Known(last))) => ("", last.as_ref()),
            _ => return Truth::Unknown,
        },
        Data::Unknown(_) => return Truth::Unknown,
        _ => return Truth::No,
    };
    let services = ["kms", "kms-fips", "sts", "s3"];
    let (_, last) = end.rsplit_once('.').unwrap_or(("", ""));
    let is_of_sagemaker = end.contains(".sagemaker.") || beginning.starts_with("aws.sagemaker.");
    (is_of_sagemaker || services.contains(&last)).into()
}

/// Something that stands in subnets.
struct Standing<'c, 'g, 'a> {
    context: &'c Context<'g, 'a>,
    noun: &'static str,
    severity: Severity,
}

impl Standing<'_, '_, '_> {
    /// Judges all subnets that these attributes name.
    fn subnets(&self, attributes: &[(String, &Value<'_>)]) -> Verdict {
        let (mut verdict, mut seen) = (Verdict::NotApplicable, Vec::new());
        for (name, attribute) in attributes {
            let subnets = match &attribute.data {
                Data::List(list) => list.as_slice(),
                Data::Null => &[],
                _ => std::slice::from_ref(*attribute),
            };
            for subnet in subnets {
                let block = subnet.as_map().map(|block| block.get("subnet_id"));
                let Some(subnet) = block.unwrap_or(Some(subnet)) else {
                    continue;
                };
                let target = self.context.network.subnet(subnet);
                // A provider reads back inside the endpoint what resources of their own say; all that is
                // unknown of one attribute is one missing fact.
                let is_known = !matches!(target, Target::Unknown(_));
                let attribute = (!is_known).then_some(name);
                let one = (attribute, target);
                if seen.contains(&one) {
                    continue;
                }
                seen.push(one);
                verdict = verdict.worse(self.subnet(name, subnet, target));
            }
        }
        verdict
    }

    fn subnet(&self, name: &str, value: &Value<'_>, subnet: Target<'_>) -> Verdict {
        if let Target::Unknown(why) = subnet {
            let value_name = name.to_owned();
            return self.unsure(
                name,
                value,
                &Missing {
                    value: value_name,
                    why,
                },
            );
        }
        let called = self.context.network.name_of(subnet);
        if let Target::Outside(id) = subnet {
            match self.context.settings.facts.is_private(id) {
                Some(true) => return Verdict::Holds,
                Some(false) => {
                    let message = format!(
                        "this {} stands in the public subnet `{called}`, as `facts` in plangate.yaml say",
                        self.noun
                    );
                    let evidence = Evidence::new(message, value.origin).about(id);
                    return Verdict::Broken(vec![evidence.severity(self.severity)]);
                }
                None => {}
            }
        }
        let table = match self.context.network.route_table(subnet) {
            Ok(table) => table,
            Err(missing) => return self.unsure(&called, value, &missing),
        };
        let (out, missing) = ways_out(&table);
        let is_blocked = self.context.network.is_internet_blocked(subnet);
        match (out.is_empty(), is_blocked, missing) {
            (_, Truth::Yes, _) | (true, _, None) => Verdict::Holds,
            (true, _, Some(missing)) => self.unsure(&called, value, &missing),
            (false, Truth::No, _) => {
                Verdict::Broken(vec![self.broken(&called, value, &table, &out)])
            }
            (false, Truth::Unknown, _) => {
                let missing = Missing {
                    value: "the public access block of the VPCs of this Region".to_owned(),
                    why: Why::KnownAfterApply,
                };
                self.unsure(&called, value, &missing)
            }
        }
    }

    fn broken(
        &self,
        subnet: &str,
        value: &Value<'_>,
        table: &RouteTable<'_, '_>,
        out: &[&Route<'_, '_>],
    ) -> Evidence {
        let noun = self.noun;
        let leads = |route: &&&Route<'_, '_>| matches!(route.via, Via::Internet(_));
        let worst = out.iter().find(leads).or(out.first());
        let same = |route: &&&Route<'_, '_>| worst.is_some_and(|worst| worst.via == route.via);
        let destinations: Vec<_> = out
            .iter()
            .filter(same)
            .map(|route| format!("`{}`", route.to))
            .collect();
        let sends = format!("{} sends {}", table.name, destinations.join(" and "));
        let at = worst.map_or(value.origin, |route| route.at);
        let evidence = match worst.map(|route| &route.via) {
            Some(Via::EgressOnly(gateway)) => Evidence::new(
                format!(
                    "data can leave by IPv6 from `{subnet}`, where this {noun} stands: {sends} to the egress-only internet gateway `{gateway}`, which lets nobody in but everything out"
                ),
                at,
            )
            .severity(Severity::Medium)
            .fix(format!("take the route to the egress-only internet gateway out of {}", table.name)),
            Some(Via::Internet(gateway)) => Evidence::new(
                format!(
                    "this {noun} stands in the public subnet `{subnet}`: {sends} to the internet gateway `{gateway}`"
                ),
                at,
            )
            .severity(self.severity),
            _ => Evidence::new(format!("this {noun} stands in the public subnet `{subnet}`"), at),
        };
        evidence
            .about(subnet)
            .related(format!("the subnet of this {noun}"), value.origin)
    }

    fn unsure(&self, about: &str, value: &Value<'_>, missing: &Missing) -> Verdict {
        let message = format!(
            "cannot tell whether this {} stands in a public subnet: {} is not known ({})",
            self.noun, missing.value, missing.why
        );
        Verdict::Unsure(vec![
            Evidence::new(message, value.origin)
                .about(about)
                .severity(self.severity)
                .hinges_on(missing.value.clone(), missing.why),
        ])
    }
}

/// The routes by which addresses of the internet are reached, and what would tell others.
fn ways_out<'t, 'g, 'a>(
    table: &'t RouteTable<'g, 'a>,
) -> (Vec<&'t Route<'g, 'a>>, Option<Missing>) {
    let (mut out, mut missing) = (Vec::new(), table.perhaps_more.clone());
    for route in &table.routes {
        match (&route.via, route.to.is_public()) {
            (Via::Nat(_) | Via::Other, _) | (_, Truth::No) => {}
            (Via::Internet(_) | Via::EgressOnly(_), Truth::Yes) => out.push(route),
            (Via::Unknown(gateway), _) => missing = missing.or(Some(gateway.clone())),
            (_, Truth::Unknown) => missing = missing.or(route.to.missing().cloned()),
        }
    }
    let perhaps = table.perhaps.iter().find(|(route, _)| {
        !matches!(route.via, Via::Nat(_) | Via::Other) && route.to.is_public() != Truth::No
    });
    (out, missing.or(perhaps.map(|(_, missing)| missing.clone())))
}
