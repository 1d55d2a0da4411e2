//! PG-NET-004.

use ipnet::IpNet;

use super::{Check, Context, Example, Link, Rule, RuleKind, Subject};
use crate::finding::{Evidence, Severity, Verdict};
use crate::model::source::Span;
use crate::model::truth::Truth;
use crate::model::value::{Data, Value};
use crate::model::vocabulary::Kind;
use crate::network::{Direction, Group, GroupRule, Missing, Peer};
use crate::workload::{PLACED_KINDS, groups_paths, noun, subnets_path};

pub(super) const RULE: Rule = Rule {
    id: "workload-ingress-closed",
    alias: "PG-NET-004",
    kind: RuleKind::Secure,
    tier: 1,
    severity: Severity::High,
    summary: "the security groups of a workload let nobody in from the internet",
    why: "Nobody needs to connect to a notebook or a job from outside: people come through SageMaker, \
          and data is fetched. A rule for `0.0.0.0/0` gives the workload no way to S3 either; it only \
          waits for an interface with a public address.",
    unsure: "A group without rules is closed. A notebook in a subnet without groups has the default one \
             of its VPC; that of a VPC which this change makes lets its own members in only. A group \
             that is not in the input, and a prefix list whose entries are not, are unsure.",
    fix: "take the rule out, or let in a security group or a private block instead",
    references: &[Link {
        title: "Amazon VPC User Guide: Security group rules",
        url: "https://docs.aws.amazon.com/vpc/latest/userguide/security-group-rules.html",
    }],
    assumes: &[],
    example: Example {
        fail: include_str!("../../testdata/rules/workload-ingress-closed/fail.tf"),
        pass: include_str!("../../testdata/rules/workload-ingress-closed/pass.tf"),
    },
    check: Check::Resource(PLACED_KINDS, check),
};

fn check(context: &Context<'_, '_>, subject: &Subject<'_, '_>) -> Verdict {
    let Some(kind) = subject.resource.kind() else {
        return Verdict::NotApplicable;
    };
    let workload = Workload {
        context,
        noun: noun(kind),
    };
    let resource = context.graph.get(subject.id);
    let subnet = subnets_path(kind).and_then(|path| resource.get(path));
    if subnets_path(kind).is_some() && subnet.is_none_or(is_empty) {
        // It stands nowhere that a group could guard.
        return Verdict::NotApplicable;
    }
    let (mut verdict, mut seen) = (Verdict::NotApplicable, Vec::new());
    for path in groups_paths(kind) {
        let Some(list) = resource.get(path) else {
            continue;
        };
        let mut is_told = false;
        for value in elements(list) {
            let group = match context.network.group(value) {
                Ok(group) => group,
                // All that is unknown of one list is one missing fact.
                Err(_) if is_told => continue,
                Err(why) => {
                    is_told = true;
                    let missing = Missing {
                        value: subject.value_name(path),
                        why,
                    };
                    verdict = verdict.worse(workload.unsure(path, value.origin, &missing));
                    continue;
                }
            };
            if !seen.contains(&group) {
                seen.push(group);
                verdict = verdict.worse(workload.judge(group, value.origin));
            }
        }
    }
    match (verdict, subnet) {
        // SageMaker gives a notebook the default group; a job must name its groups, and Studio has some
        // that SageMaker makes.
        (Verdict::NotApplicable, Some(subnet)) if kind == Kind::Notebook => {
            let default = context
                .network
                .default_group(context.network.subnet(subnet));
            match default {
                Ok(group) => workload.judge(group, subnet.origin),
                Err(missing) => workload.unsure("default", subnet.origin, &missing),
            }
        }
        (verdict, _) => verdict,
    }
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

struct Workload<'c, 'g, 'a> {
    context: &'c Context<'g, 'a>,
    noun: &'static str,
}

impl<'g> Workload<'_, 'g, '_> {
    fn judge(&self, group: Group<'g>, named_at: Span) -> Verdict {
        let network = &self.context.network;
        let name = network.name_of_group(group);
        let rules = network.rules(group, Direction::In);
        let (mut broken, mut missing) = (Vec::new(), None);
        for rule in &rules.rules {
            let public: Vec<_> = rule
                .peers
                .iter()
                .filter(|peer| peer.is_public() == Truth::Yes)
                .filter(|peer| !peer.lies_in(&self.context.settings.allowed_ingress_cidrs))
                .collect();
            if !public.is_empty() {
                broken.push(self.broken(&name, rule, &public, named_at));
            }
            let unknown = rule.peers.iter().find_map(Peer::missing);
            missing = missing.or(unknown.cloned());
        }
        if !broken.is_empty() {
            return Verdict::Broken(broken);
        }
        let allowed = &self.context.settings.allowed_ingress_cidrs;
        let perhaps = rules.perhaps.iter().find(|(rule, _)| {
            let mut peers = rule.peers.iter();
            peers.any(|peer| peer.is_public() != Truth::No && !peer.lies_in(allowed))
        });
        let missing = missing
            .or_else(|| perhaps.map(|(_, missing)| missing.clone()))
            .or(rules.perhaps_more);
        missing.map_or(Verdict::Holds, |missing| {
            self.unsure(&name, named_at, &missing)
        })
    }

    fn broken(
        &self,
        group: &str,
        rule: &GroupRule<'_, '_>,
        public: &[&Peer<'_>],
        named_at: Span,
    ) -> Evidence {
        let address = rule.said_by.address.as_str();
        let from: Vec<_> = public.iter().map(|peer| format!("`{peer}`")).collect();
        let blocks = public.iter().filter_map(|peer| match peer {
            Peer::Block(block) => Some(*block),
            _ => None,
        });
        // Two halves are the whole too.
        let joined = IpNet::aggregate(&blocks.collect());
        let whom = if joined.iter().any(|block| block.prefix_len() == 0) {
            "the whole internet"
        } else {
            "addresses of the internet"
        };
        let who = match rule.said_by.entry {
            Some(entry) if entry.knows("ingress") => {
                format!("its `{}`", entry.own_path("ingress"))
            }
            _ => format!("`{address}`"),
        };
        Evidence::new(
            format!(
                "{group}, which this {} has, lets {whom} in: {who} admits {} from {}",
                self.noun,
                rule.traffic,
                from.join(", ")
            ),
            rule.at,
        )
        .about(format!("{group} {address} {}", rule.traffic))
        .related(
            format!("the security group of this {}", self.noun),
            named_at,
        )
    }

    fn unsure(&self, about: &str, at: Span, missing: &Missing) -> Verdict {
        Verdict::Unsure(vec![
            Evidence::new(
                format!(
                    "cannot tell whether this {} lets anybody in from the internet: {} is not known ({})",
                    self.noun, missing.value, missing.why
                ),
                at,
            )
            .about(about)
            .hinges_on(missing.value.clone(), missing.why),
        ])
    }
}
