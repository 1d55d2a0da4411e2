//! PG-NET-010.

use super::reaching::listed;
use super::{Check, Context, Example, Link, Rule, RuleKind, Setting, Subject};
use crate::finding::{Evidence, Severity, Verdict};
use crate::model::truth::Truth;
use crate::network::{Direction, Missing, Standpoint, Traffic};
use crate::paths::ServiceReach;
use crate::workload::{JOB_KINDS, ProcessingJob};

const ENCRYPTED: &str = "network_config.enable_inter_container_traffic_encryption";
const GROUPS: &str = "network_config.vpc_config.security_group_ids";

pub(super) const RULE: Rule = Rule {
    id: "distributed-job-group-allows-itself",
    alias: "PG-NET-010",
    kind: RuleKind::Works,
    tier: 1,
    severity: Severity::High,
    summary: "the security group of a job on several instances lets them talk to each other",
    why: "The instances of a distributed job in a VPC have its security groups between them too. Without a \
          rule that lets the group in from itself, and out to itself where egress is restricted, they do not \
          find each other, and the job hangs or fails. Where traffic between containers is encrypted, UDP \
          port 500 and IP protocol 50 (ESP) have to pass.",
    unsure: "Judged are jobs in a VPC on more than one instance. A rule from the group itself counts, or one \
             for the addresses of its subnet; which TCP ports the code uses is not known, and any will do. \
             A number of instances, or rules, that cannot be told are unsure.",
    fix: "add a rule to the security group that lets all traffic in from the group itself, and one that lets it \
          out to the group where egress is restricted",
    references: &[
        Link {
            title: "Amazon SageMaker AI Developer Guide: Give SageMaker AI Processing Jobs Access to Resources in Your Amazon VPC, Configure the VPC Security Group",
            url: "https://docs.aws.amazon.com/sagemaker/latest/dg/process-vpc.html",
        },
        Link {
            title: "Amazon SageMaker AI Developer Guide: Protect Communications Between ML Compute Instances in a Distributed Training Job",
            url: "https://docs.aws.amazon.com/sagemaker/latest/dg/train-encrypt.html",
        },
    ],
    assumes: &[],
    example: Example {
        fail: include_str!("../../testdata/rules/distributed-job-group-allows-itself/fail.tf"),
        pass: include_str!("../../testdata/rules/distributed-job-group-allows-itself/pass.tf"),
    },
    check: Check::Resource(JOB_KINDS, check),
};

/// What the groups of a job do with the traffic between its instances.
struct Between {
    /// Whether it passes.
    passes: Truth,
    /// Which ways it does not: `in from itself`.
    closed: Vec<&'static str>,
    missing: Option<Missing>,
}

fn check(context: &Context<'_, '_>, subject: &Subject<'_, '_>) -> Verdict {
    let Some(job) = ProcessingJob::of(subject.resource) else {
        return Verdict::NotApplicable;
    };
    let places = context.reaches_of(subject.id);
    let Some(place) = places.iter().find(|one| !one.groups.is_empty()) else {
        return Verdict::NotApplicable;
    };
    let count_path = job.cluster("instance_count");
    let (count, why) = match subject.setting(&count_path) {
        Setting::Known { text, .. } => match text.parse::<f64>() {
            Ok(count) if count > 1.0 => (format!("the {count} instances"), None),
            _ => return Verdict::Holds,
        },
        // The service demands the number; without it there is no job.
        Setting::Absent => return Verdict::NotApplicable,
        Setting::Unknown(why, _) => ("the instances".to_owned(), Some(why)),
    };
    let question = "whether the instances of this job can talk to each other";
    let open = between(context, place, &[Traffic::SomeTcp]);
    let sealed = between(context, place, &[Traffic::KeyExchange, Traffic::Encrypted]);
    let encrypted = subject.is_on(ENCRYPTED);
    let it = match encrypted {
        Truth::Yes => sealed,
        Truth::No => open,
        Truth::Unknown if open.passes == sealed.passes => open,
        Truth::Unknown => {
            let Setting::Unknown(why, _) = subject.setting(ENCRYPTED) else {
                return Verdict::NotApplicable;
            };
            return Verdict::Unsure(vec![subject.unsure(ENCRYPTED, why, question)]);
        }
    };
    if it.passes == Truth::Yes {
        return Verdict::Holds;
    }
    if let Some(why) = why {
        return Verdict::Unsure(vec![subject.unsure(&count_path, why, question)]);
    }
    if let (Truth::Unknown, missing) = (it.passes, it.missing) {
        let missing = missing.unwrap_or(Missing {
            value: subject.value_name(GROUPS),
            why: crate::model::value::Why::ExternalResource,
        });
        let message = format!(
            "cannot tell {question}: {} is not known ({})",
            missing.value, missing.why
        );
        let evidence = Evidence::new(message, subject.place(GROUPS)).about("groups");
        return Verdict::Unsure(vec![evidence.hinges_on(missing.value, missing.why)]);
    }
    let groups = place.groups.iter().filter_map(|group| group.as_ref().ok());
    let names: Vec<_> = groups
        .clone()
        .map(|group| context.network.name_of_group(*group))
        .collect();
    let what = if encrypted == Truth::Yes {
        "UDP port 500 and protocol 50 (ESP), which their encrypted traffic takes,"
    } else {
        "nothing"
    };
    let no = if encrypted == Truth::Yes { "not " } else { "" };
    let message = format!(
        "{count} of this job cannot talk to each other: {} does {no}let {what} {}",
        listed(names.iter().map(String::as_str)),
        it.closed.join(" and ")
    );
    let message = message.replace("does let nothing", "lets nothing");
    let mut groups = groups.filter_map(|group| context.network.resource_of_group(*group));
    let at = groups
        .next()
        .map_or(subject.place(GROUPS), |id| context.graph.get(id).origin);
    let own_count = subject.own_path(&count_path);
    let evidence = Evidence::new(message, at)
        .about("groups")
        .related("the security groups of this job", subject.place(GROUPS))
        .related(
            format!("`{own_count}` says how many instances there are"),
            subject.place(&count_path),
        );
    Verdict::Broken(vec![if encrypted == Truth::Yes {
        evidence.fix("add rules to the security group that let UDP port 500 and IP protocol 50 in from the group itself, and out to it where egress is restricted")
    } else {
        evidence
    }])
}

fn between(context: &Context<'_, '_>, place: &ServiceReach<'_>, traffic: &[Traffic]) -> Between {
    let at = Standpoint {
        subnet: place.subnet,
        groups: place.groups.clone(),
    };
    let ways = [
        (Direction::In, "in from itself"),
        (Direction::Out, "out to itself"),
    ];
    let mut found = Between {
        passes: Truth::Yes,
        closed: Vec::new(),
        missing: None,
    };
    for (direction, words) in ways {
        for traffic in traffic {
            let (passes, missing) = context.network.admits_own(&at, direction, *traffic);
            found.passes = found.passes.and(passes);
            found.missing = found.missing.or(missing);
            if passes == Truth::No && !found.closed.contains(&words) {
                found.closed.push(words);
            }
        }
    }
    found
}
