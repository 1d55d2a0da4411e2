//! PG-NET-003.

use super::{Check, Context, Example, Link, Rule, RuleKind, Subject};
use crate::finding::{Evidence, Severity, Verdict};
use crate::model::source::Span;
use crate::model::truth::Truth;
use crate::model::value::{Data, Value};
use crate::network::{Direction, Group, Peer};
use crate::workload::{PLACED_KINDS, groups_paths, noun};

pub(super) const RULE: Rule = Rule {
    id: "workload-egress-restricted",
    alias: "PG-NET-003",
    kind: RuleKind::Secure,
    tier: 1,
    severity: Severity::Medium,
    summary: "the security groups of a workload let traffic out to what it calls, not to anywhere",
    why: "A private workload calls endpoints of AWS. A security group that lets everything out to \
          everywhere stops nothing once a route to the internet is there, by a NAT gateway or one that \
          somebody adds later. Limited to TCP port 443 it is still any address (low).",
    unsure: "Judged are the groups of notebooks, Studio domains and jobs in a VPC. Without `egress` a group \
             of Terraform lets nothing out, and one of CloudFormation everything. Rules in a group that is \
             not in the input are not judged here: the rule on ingress says that the group is not known.",
    fix: "let TCP port 443 out to the security groups of the endpoints and to the prefix list of Amazon S3",
    references: &[
        Link {
            title: "Amazon VPC User Guide: Security group rules",
            url: "https://docs.aws.amazon.com/vpc/latest/userguide/security-group-rules.html",
        },
        Link {
            title: "AWS CloudFormation User Guide: AWS::EC2::SecurityGroup, SecurityGroupEgress",
            url: "https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-resource-ec2-securitygroup.html",
        },
    ],
    assumes: &[],
    example: Example {
        fail: include_str!("../../testdata/rules/workload-egress-restricted/fail.tf"),
        pass: include_str!("../../testdata/rules/workload-egress-restricted/pass.tf"),
    },
    check: Check::Resource(PLACED_KINDS, check),
};

fn check(context: &Context<'_, '_>, workload: &Subject<'_, '_>) -> Verdict {
    let Some(kind) = workload.resource.kind() else {
        return Verdict::NotApplicable;
    };
    let resource = context.graph.get(workload.id);
    let mut verdict = Verdict::NotApplicable;
    let mut seen = Vec::new();
    for path in groups_paths(kind) {
        let values = match resource.get(path).map(|value| (value, &value.data)) {
            Some((_, Data::List(list))) => list.as_slice(),
            Some((value, _)) => std::slice::from_ref(value),
            None => continue,
        };
        for value in values
            .iter()
            .filter(|value| !matches!(value.data, Data::Null))
        {
            match context.network.group(value) {
                Ok(group) if !seen.contains(&group) => {
                    seen.push(group);
                    verdict = verdict.worse(judge(context, group, noun(kind), value));
                }
                _ => {}
            }
        }
    }
    verdict
}

fn judge<'g>(
    context: &Context<'g, '_>,
    group: Group<'g>,
    noun: &str,
    named: &Value<'_>,
) -> Verdict {
    let network = &context.network;
    let name = network.name_of_group(group);
    let rules = network.rules(group, Direction::Out);
    let mut broken = Vec::new();
    let mut unknown = rules.perhaps_more.clone();
    for rule in &rules.rules {
        let allowed = &context.settings.allowed_egress_cidrs;
        let anywhere = rule.peers.iter().filter(|peer| is_anywhere(peer));
        let anywhere: Vec<_> = anywhere.filter(|peer| !peer.lies_in(allowed)).collect();
        // A prefix list is part of the addresses at most.
        let peers = rule.peers.iter();
        let mut missing = peers.filter_map(|peer| match peer {
            Peer::Unknown(missing) => Some(missing),
            _ => None,
        });
        if let Some(missing) = missing.next() {
            unknown.get_or_insert(missing.clone());
        }
        if anywhere.is_empty() {
            continue;
        }
        let to: Vec<_> = anywhere.iter().map(|peer| format!("`{peer}`")).collect();
        let message = format!(
            "{name}, which this {noun} has, lets {} out to {}",
            rule.traffic,
            to.join(", ")
        );
        let severity = match rule.is_https {
            Truth::Yes if rule.traffic == "tcp port 443" => Severity::Low,
            _ => Severity::Medium,
        };
        let about = format!("{name} {} {}", rule.said_by.address.as_str(), rule.traffic);
        let evidence = Evidence::new(message, rule.at)
            .about(about)
            .severity(severity)
            .related(format!("the security group of this {noun}"), named.origin);
        broken.push(evidence);
    }
    if !broken.is_empty() {
        return Verdict::Broken(broken);
    }
    match (group, unknown) {
        // Said of what they let in.
        (Group::Outside(_), _) => Verdict::NotApplicable,
        (_, None) => Verdict::Holds,
        (_, Some(missing)) => unsure(noun, &name, named.origin, &missing),
    }
}

fn unsure(noun: &str, group: &str, at: Span, missing: &crate::network::Missing) -> Verdict {
    let message = format!(
        "cannot tell whether this {noun} lets traffic out to anywhere: {} is not known ({})",
        missing.value, missing.why
    );
    let evidence = Evidence::new(message, at).about(group);
    Verdict::Unsure(vec![evidence.hinges_on(missing.value.clone(), missing.why)])
}

/// Whether it is all addresses.
fn is_anywhere(peer: &Peer<'_>) -> bool {
    matches!(peer, Peer::Block(block) if block.prefix_len() == 0)
}
