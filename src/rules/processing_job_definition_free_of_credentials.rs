//! PG-PJ-007.

use super::credentials::credentials;
use super::{Check, Context, Example, Link, Rule, RuleKind, Subject};
use crate::finding::{Evidence, Severity, Verdict};
use crate::model::graph::ResourceGraph;
use crate::model::source::Span;
use crate::model::value::{Data, Piece, Referent, Value, Why};
use crate::workload::{JOB_KINDS, ProcessingJob};

pub(super) const RULE: Rule = Rule {
    id: "processing-job-definition-free-of-credentials",
    alias: "PG-PJ-007",
    kind: RuleKind::Secure,
    tier: 1,
    severity: Severity::Critical,
    summary: "the environment, arguments and entrypoint of a Processing job hold no credentials",
    why: "Whoever may describe the job, or the state machine or pipeline that starts it, reads its environment \
          and arguments, and they stay in its history. With an access key of its own the job does not act as its role, so \
          nothing that the role is kept from is kept from the job; and the key works from anywhere.",
    unsure: "`AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY` and `AWS_SESSION_TOKEN` break the rule, whatever their \
             value. A job without environment and arguments holds. A value that is not known may hold a \
             credential, unless it is told when the job starts. AWS's documented example keys are passed over.",
    fix: "delete the variable or argument, give the job's role the permission, and revoke the credential, since it \
          has been written down",
    references: &[
        Link {
            title: "Amazon SageMaker AI API Reference: CreateProcessingJob (Environment)",
            url: "https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_CreateProcessingJob.html",
        },
        Link {
            title: "AWS IAM User Guide: Security best practices in IAM",
            url: "https://docs.aws.amazon.com/IAM/latest/UserGuide/best-practices.html",
        },
    ],
    assumes: &[],
    example: Example {
        fail: include_str!(
            "../../testdata/rules/processing-job-definition-free-of-credentials/fail.tf"
        ),
        pass: include_str!(
            "../../testdata/rules/processing-job-definition-free-of-credentials/pass.tf"
        ),
    },
    check: Check::Resource(JOB_KINDS, check),
};

/// The variables by which an AWS SDK takes somebody else than the job's role.
const OF_SDK: [&str; 3] = [
    "AWS_ACCESS_KEY_ID",
    "AWS_SECRET_ACCESS_KEY",
    "AWS_SESSION_TOKEN",
];

const QUESTION: &str = "whether the definition of this job holds credentials";

fn check(context: &Context<'_, '_>, job: &Subject<'_, '_>) -> Verdict {
    let Some(told) = ProcessingJob::of(job.resource).map(|job| job.told()) else {
        return Verdict::NotApplicable;
    };
    let judged = told
        .into_iter()
        .map(|(path, value)| of(context, job, &path, value));
    judged.fold(Verdict::Holds, Verdict::worse)
}

/// Judges what one attribute tells the container.
fn of(context: &Context<'_, '_>, job: &Subject<'_, '_>, path: &str, value: &Value<'_>) -> Verdict {
    let own = job.own_path(path);
    let mut verdict = Verdict::Holds;
    let mut unknown = None;
    let texts: Vec<(Option<&str>, &Value<'_>)> = match &value.data {
        Data::Map(map) => map.iter().map(|(name, one)| (Some(name), one)).collect(),
        Data::List(list) => list.iter().map(|one| (None, one)).collect(),
        Data::Null => return Verdict::Holds,
        // Who starts the job may tell all of it.
        Data::Unknown(why) => return Verdict::Unsure(vec![job.unsure(path, *why, QUESTION)]),
        _ => vec![(None, value)],
    };
    let of_sdk: Vec<_> = texts
        .iter()
        .filter(|(name, one)| is_of_sdk(*name) && one.data != Data::Null)
        .collect();
    if let Some((_, first)) = of_sdk.first() {
        let names: Vec<_> = of_sdk
            .iter()
            .filter_map(|(name, _)| Some(format!("`{}`", (*name)?)))
            .collect();
        let message = format!(
            "`{own}` sets {}, so this job acts with a static key in place of its role, and whoever may describe it reads the key",
            names.join(" and ")
        );
        verdict = Verdict::Broken(vec![evidence(message, path, first.origin)]);
    }
    for (name, one) in texts.into_iter().filter(|(name, _)| !is_of_sdk(*name)) {
        let (text, open) = known_part(context.graph, one);
        unknown = unknown.or(open);
        let line = name.map_or_else(|| text.clone(), |name| format!("{name}={text}"));
        for what in credentials(&line) {
            let place =
                name.map_or_else(|| format!("`{own}`"), |name| format!("`{name}` in `{own}`"));
            let message =
                format!("{place} holds {what}, readable by whoever may describe this job");
            let about = format!("{path} {} {what}", name.unwrap_or_default());
            verdict = verdict.worse(Verdict::Broken(vec![evidence(message, about, one.origin)]));
        }
    }
    match unknown {
        Some(why) => verdict.worse(Verdict::Unsure(vec![job.unsure(path, why, QUESTION)])),
        None => verdict,
    }
}

fn is_of_sdk(name: Option<&str>) -> bool {
    name.is_some_and(|name| OF_SDK.contains(&name))
}

fn evidence(message: String, about: impl Into<String>, at: Span) -> Evidence {
    Evidence::new(message, at).about(about)
}

/// What is known of a text, and why the rest of it may hold anything. What a reference puts in is no literal, and
/// what is told at run time is written nowhere.
fn known_part(graph: &ResourceGraph<'_>, value: &Value<'_>) -> (String, Option<Why>) {
    let open = |why: Why| (why != Why::RuntimeInput).then_some(why);
    match &value.data {
        Data::Text(text) => (text.as_ref().to_owned(), None),
        Data::Template(pieces) => {
            let (mut text, mut unknown) = (String::new(), None);
            for piece in pieces {
                match piece {
                    Piece::Known(known) => text.push_str(known),
                    Piece::Unknown(why) => unknown = unknown.or(open(*why)),
                    Piece::Reference(reference) => {
                        text.push_str("${…}");
                        if let of @ Referent::Parameter(_) = reference.of {
                            unknown = unknown.or(open(graph.why_open(of)));
                        }
                    }
                }
            }
            (text, unknown)
        }
        Data::Unknown(why) => (String::new(), open(*why)),
        _ => (String::new(), None),
    }
}
