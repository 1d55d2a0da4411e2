//! PG-PJ-013.

use super::starting::starting;
use super::{Check, Context, Example, Link, Rule, RuleKind, Subject};
use crate::finding::{Evidence, Severity, Verdict};
use crate::model::graph::ResourceId;
use crate::model::source::Span;
use crate::model::value::{Data, Map, Piece, Value, Why};
use crate::model::vocabulary::Kind;

pub(super) const RULE: Rule = Rule {
    id: "processing-job-security-fields-not-caller-controlled",
    alias: "PG-PJ-013",
    kind: RuleKind::Secure,
    tier: 1,
    severity: Severity::Medium,
    summary: "what protects a Processing job is fixed in the definition that starts it, and not chosen by whoever \
              starts an execution",
    why: "Whoever may start the state machine, pipeline or schedule chooses what is taken from its input: as which \
          role the job runs, which image, and where the output goes (high), under which keys, and whether it is \
          isolated in a network of yours (medium). Rules on the job and its role do not bind them.",
    unsure: "A default value does not fix a parameter of a pipeline; `EnumValues` with one value does. A bucket that \
             is fixed is enough for an output, a repository for an image, and single variables of the environment \
             may be chosen. What an earlier step tells is unsure.",
    fix: "write the value into the definition, or let the input choose a part of it only: a prefix in a fixed bucket",
    references: &[
        Link {
            title: "AWS Step Functions Developer Guide: Processing input and output in Step Functions",
            url: "https://docs.aws.amazon.com/step-functions/latest/dg/concepts-input-output-filtering.html",
        },
        Link {
            title: "Amazon SageMaker AI Developer Guide: Pipeline parameters",
            url: "https://docs.aws.amazon.com/sagemaker/latest/dg/build-and-manage-parameters.html",
        },
    ],
    assumes: &[],
    example: Example {
        fail: include_str!(
            "../../testdata/rules/processing-job-security-fields-not-caller-controlled/fail.tf"
        ),
        pass: include_str!(
            "../../testdata/rules/processing-job-security-fields-not-caller-controlled/pass.tf"
        ),
    },
    check: Check::Resource(&[Kind::ProcessingJob], check),
};

/// What must be fixed of a text.
#[derive(Clone, Copy)]
enum Fixed {
    /// All of it.
    Whole,
    /// The bucket.
    Bucket,
    /// The repository.
    Repository,
}

/// The fields, and what their choice means.
const FIELDS: &[(&str, Fixed, Severity, &str)] = &[
    (
        "role_arn",
        Fixed::Whole,
        Severity::High,
        "as which role the job runs",
    ),
    (
        "app_specification.image_uri",
        Fixed::Repository,
        Severity::High,
        "which image the job runs",
    ),
    (
        "processing_output_config.outputs",
        Fixed::Bucket,
        Severity::High,
        "where the job writes the data",
    ),
    (
        "processing_output_config.kms_key_id",
        Fixed::Whole,
        Severity::Medium,
        "under which key the output lies",
    ),
    (
        "processing_resources.cluster_config.volume_kms_key_id",
        Fixed::Whole,
        Severity::Medium,
        "under which key the volumes lie",
    ),
    (
        NETWORK,
        Fixed::Whole,
        Severity::Medium,
        "in which network the job runs, and whether it is isolated",
    ),
    (
        "network_config.enable_network_isolation",
        Fixed::Whole,
        Severity::Medium,
        "whether the job is isolated",
    ),
    (
        "network_config.enable_inter_container_traffic_encryption",
        Fixed::Whole,
        Severity::Medium,
        "whether traffic between instances is encrypted",
    ),
    (
        "network_config.vpc_config.subnets",
        Fixed::Whole,
        Severity::Medium,
        "in which subnets the job runs",
    ),
    (
        "network_config.vpc_config.security_group_ids",
        Fixed::Whole,
        Severity::Medium,
        "which security groups the job has",
    ),
    (
        "environment",
        Fixed::Whole,
        Severity::Medium,
        "the whole environment of the job's code",
    ),
];

const NETWORK: &str = "network_config";

fn check(context: &Context<'_, '_>, job: &Subject<'_, '_>) -> Verdict {
    let Some(carried) = context.graph.carried(job.id) else {
        return Verdict::NotApplicable;
    };
    let carrier = context.graph.get(carried.by).address.as_str();
    let mut verdict = Verdict::Holds;
    let (mut chosen, mut earlier): (Vec<Choice>, Vec<Choice>) = (Vec::new(), Vec::new());
    for (path, fixed, severity, what) in FIELDS {
        let Some((why, at)) = open(&carried.unfixed, path, *fixed) else {
            continue;
        };
        let is_part_of_other = |one: &Choice| path.starts_with(NETWORK) && one.at == at;
        if chosen.iter().chain(&earlier).any(is_part_of_other) {
            continue;
        }
        let found = Choice {
            path: job.own_path(path),
            severity: *severity,
            what,
            at,
        };
        if why == Why::RuntimeInput {
            chosen.push(found);
        } else {
            earlier.push(found);
        }
    }
    for group in by_severity(&chosen) {
        let is_all = group.first().is_some_and(|first| {
            carried
                .unfixed
                .iter()
                .all(|(_, value)| value.origin == first.at)
        });
        let message = if is_all {
            format!(
                "whoever starts `{carrier}` chooses all of the job: as which role it runs, its image, where it writes the data"
            )
        } else {
            format!(
                "whoever starts `{carrier}` chooses {}: the input of an execution gives {}",
                told(&group),
                fields(&group),
            )
        };
        let evidence = with_starters(context, carried.by, job.id, evidence(message, &group));
        verdict = verdict.worse(Verdict::Broken(evidence));
        if is_all {
            return verdict;
        }
    }
    for group in by_severity(&earlier) {
        let message = format!(
            "cannot tell whether whoever starts `{carrier}` chooses {}: an earlier step may give {}",
            told(&group),
            fields(&group),
        );
        let name = group.first().map_or("", |first| first.path.as_str());
        let value = format!("{}.{name}", job.resource.address.as_str());
        let evidence = evidence(message, &group);
        let evidence = evidence
            .into_iter()
            .map(|one| one.hinges_on(value.as_str(), Why::EarlierStep));
        verdict = verdict.worse(Verdict::Unsure(evidence.collect()));
    }
    verdict
}

/// A field that is not fixed.
struct Choice {
    path: String,
    severity: Severity,
    what: &'static str,
    at: Span,
}

/// One finding for those that matter most, one for the others.
fn by_severity(all: &[Choice]) -> Vec<Vec<&Choice>> {
    let of = |severity| -> Vec<&Choice> {
        let same = all.iter().filter(|one| one.severity == severity);
        same.collect()
    };
    let groups = [of(Severity::High), of(Severity::Medium)];
    groups.into_iter().filter(|one| !one.is_empty()).collect()
}

fn told(group: &[&Choice]) -> String {
    let what: Vec<_> = group.iter().map(|one| one.what).collect();
    match what.split_last() {
        Some((last, [])) => (*last).to_owned(),
        Some((last, others)) => format!("{} and {last}", others.join(", ")),
        None => String::new(),
    }
}

fn fields(group: &[&Choice]) -> String {
    let names: Vec<_> = group.iter().map(|one| format!("`{}`", one.path)).collect();
    names.join(", ")
}

fn evidence(message: String, group: &[&Choice]) -> Vec<Evidence> {
    let Some(first) = group.first() else {
        return Vec::new();
    };
    let evidence = Evidence::new(message, first.at)
        .severity(first.severity)
        .about(first.path.as_str());
    let mut elsewhere: Vec<(Span, Vec<String>)> = Vec::new();
    for one in group.iter().filter(|one| one.at != first.at) {
        let name = format!("`{}`", one.path);
        match elsewhere.iter_mut().find(|(at, _)| *at == one.at) {
            Some((_, names)) => names.push(name),
            None => elsewhere.push((one.at, vec![name])),
        }
    }
    let others = elsewhere.into_iter();
    vec![others.fold(evidence, |evidence, (at, names)| {
        evidence.related(names.join(", "), at)
    })]
}

/// With those of the input who may start it.
fn with_starters(
    context: &Context<'_, '_>,
    carrier: ResourceId,
    job: ResourceId,
    evidence: Vec<Evidence>,
) -> Vec<Evidence> {
    let Some(started) = starting(context, carrier, job) else {
        return evidence;
    };
    let related = |one: Evidence| {
        started.by.iter().fold(one, |one, (id, caller)| {
            let what = format!("`{}` may `{}`", caller.name, started.action);
            one.related(what, context.graph.get(*id).origin)
        })
    };
    evidence.into_iter().map(related).collect()
}

/// Why a field is not fixed, and where it is said.
fn open(job: &Map<'_>, path: &str, fixed: Fixed) -> Option<(Why, Span)> {
    let value = job.at(path)?;
    if path == NETWORK && value.as_map().is_some() {
        return None;
    }
    // Each variable of the environment may be chosen, so long as not all of them are.
    if path == "environment" && value.as_map().is_some() {
        return None;
    }
    unfixed(value, fixed)
}

fn unfixed(value: &Value<'_>, fixed: Fixed) -> Option<(Why, Span)> {
    let told = |why: Why| matches!(why, Why::RuntimeInput | Why::EarlierStep);
    match (&value.data, fixed) {
        (Data::Unknown(why), _) => told(*why).then_some((*why, value.origin)),
        (Data::List(all), _) => all.iter().find_map(|one| unfixed(one, fixed)),
        (Data::Map(map), Fixed::Bucket) => {
            let s3 = map.get("s3_output")?;
            match &s3.data {
                Data::Map(s3) => unfixed(s3.get("s3_uri")?, fixed),
                _ => unfixed(s3, fixed),
            }
        }
        (Data::Map(map), _) => map.iter().find_map(|(_, one)| unfixed(one, fixed)),
        (Data::Template(pieces), _) => {
            let mut known = String::new();
            for piece in pieces {
                let is_settled = match fixed {
                    Fixed::Whole => false,
                    Fixed::Bucket => known
                        .strip_prefix("s3://")
                        .is_some_and(|rest| rest.contains('/')),
                    Fixed::Repository => known
                        .rsplit('/')
                        .next()
                        .is_some_and(|name| name.contains([':', '@'])),
                };
                match piece {
                    _ if is_settled => return None,
                    Piece::Known(text) => known.push_str(text),
                    Piece::Unknown(why) if told(*why) => return Some((*why, value.origin)),
                    // A name of its own, whatever it is.
                    Piece::Reference(_) | Piece::Unknown(_) => known.push('?'),
                }
            }
            None
        }
        _ => None,
    }
}
