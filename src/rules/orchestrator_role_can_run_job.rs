//! PG-IAM-016.

use super::hops::{code_of, distinct, judge};
use super::people::shortened;
use super::remedy::WAY;
use super::starting::starting;
use super::{Check, Context, Example, Link, PATH_ASSUMPTIONS, Rule, RuleKind, Subject};
use crate::finding::{Evidence, Severity, Verdict};
use crate::model::vocabulary::Kind;
use crate::paths::{Hop, Path, Step};

pub(super) const RULE: Rule = Rule {
    id: "orchestrator-role-can-run-job",
    alias: "PG-IAM-016",
    kind: RuleKind::Works,
    tier: 1,
    severity: Severity::High,
    summary: "the role of a state machine, pipeline or schedule that starts Processing jobs may do so",
    why: "The service that runs a state machine, pipeline or schedule takes its role, creates the job with it \
          and hands over the job's role. A state machine that waits for the job (`.sync`) also describes it, \
          and makes a rule of EventBridge that tells it of the end. What is missing fails at the first \
          execution. The service calls from inside of AWS: a condition on `aws:SourceVpce`, `aws:SourceVpc` or \
          `aws:SourceIp` can never be met there (`network-condition-on-service-caller`). Who may start it has its jobs run under \
          their roles: the input's own are told (`may-be-started`, info).",
    unsure: "Conditions on the settings of the job are compared with what its definition says. A role or \
             policy outside the input, and settings that an execution gives, leave it open.",
    fix: "allow the role `sagemaker:CreateProcessingJob` and `iam:PassRole` on the job's role; for `.sync` also \
          `sagemaker:DescribeProcessingJob`, `sagemaker:StopProcessingJob`, and `events:PutTargets`, \
          `events:PutRule` and `events:DescribeRule` on \
          `rule/StepFunctionsGetEventsForSageMakerProcessingJobsRule`",
    references: &[
        Link {
            title: "AWS Step Functions Developer Guide: Create and manage Amazon SageMaker AI jobs with Step Functions",
            url: "https://docs.aws.amazon.com/step-functions/latest/dg/connect-sagemaker.html",
        },
        Link {
            title: "Amazon SageMaker AI Developer Guide: IAM Access Management (pipelines)",
            url: "https://docs.aws.amazon.com/sagemaker/latest/dg/build-and-manage-access.html",
        },
        Link {
            title: "Amazon EventBridge Scheduler User Guide: Using universal targets in EventBridge Scheduler",
            url: "https://docs.aws.amazon.com/scheduler/latest/UserGuide/managing-targets-universal.html",
        },
    ],
    assumes: PATH_ASSUMPTIONS,
    example: Example {
        fail: include_str!("../../testdata/rules/orchestrator-role-can-run-job/fail.tf"),
        pass: include_str!("../../testdata/rules/orchestrator-role-can-run-job/pass.tf"),
    },
    check: Check::Resource(&[Kind::Orchestrator], check),
};

const NETWORK_CONDITION: &str = "network-condition-on-service-caller";

fn check(context: &Context<'_, '_>, carrier: &Subject<'_, '_>) -> Verdict {
    let paths = context.paths().iter().filter(|path| {
        let carried = context.graph.carried(path.workload.id);
        carried.is_some_and(|carried| carried.by == carrier.id)
    });
    let paths: Vec<_> = paths.collect();
    // Several jobs ask the same of one role.
    let mut asked: Vec<&Hop> = Vec::new();
    for hop in paths.iter().flat_map(|path| &path.hops) {
        let is_same = |other: &&Hop| {
            let is_asked = other.action == hop.action && other.resource == hop.resource;
            // What is only advised says nothing of a cause that is told.
            let follows = hop.advised.is_some() && !hop.because.is_empty();
            other.principal == hop.principal
                && other.decision == hop.decision
                && other.because == hop.because
                && (is_asked || follows)
        };
        if hop.is_by_starter() && !asked.iter().any(is_same) {
            asked.push(hop);
        }
    }
    let is_new = |hop: &Hop| asked.iter().any(|other| std::ptr::eq(*other, hop));
    let started = starters(context, carrier, &paths);
    let verdict = judge(context, paths.into_iter(), is_new, |hop| Some(code(hop)));
    let evidence = match verdict {
        Verdict::Broken(evidence) => evidence,
        Verdict::Holds if started.is_some() => Vec::new(),
        verdict => return verdict,
    };
    let evidence = evidence.into_iter().map(|one| match one.code {
        Some(NETWORK_CONDITION) => one.fix(
            "take that condition out: an AWS service makes this request, by no endpoint and from no address \
             of yours",
        ),
        _ => one,
    });
    Verdict::Broken(evidence.chain(started).collect())
}

/// Who may start it: whoever does has its jobs run, under their roles.
fn starters(
    context: &Context<'_, '_>,
    carrier: &Subject<'_, '_>,
    paths: &[&Path],
) -> Option<Evidence> {
    let started = starting(context, carrier.id, paths.first()?.workload.id)?;
    let (action, starting) = (started.action, started.by);
    let names: Vec<_> = starting
        .iter()
        .map(|(_, caller)| code_of(&caller.name))
        .collect();
    if names.is_empty() {
        return None;
    }
    let roles = distinct(paths.iter().map(|path| code_of(&path.role.name)));
    let message = format!(
        "{} may `{action}`, and so have its jobs run as {}",
        shortened(&names),
        shortened(&roles)
    );
    let evidence = Evidence::new(message, carrier.resource.origin)
        .code("may-be-started")
        .severity(Severity::Info)
        .about(action)
        .fix(format!(
            "nothing, if they are meant to; else take `{action}` from them"
        ));
    Some(starting.iter().fold(evidence, |evidence, (id, _)| {
        let resource = context.graph.get(*id);
        evidence.related("may start it", resource.origin)
    }))
}

fn code(hop: &Hop) -> &'static str {
    let is_unmet = |keys: &[&str]| {
        let mut unmet = hop.because.iter().filter_map(|one| one.unmet.as_deref());
        unmet.any(|key| keys.contains(&key))
    };
    let any_unmet = hop.because.iter().any(|one| one.unmet.is_some());
    match hop.step {
        _ if is_unmet(WAY) => NETWORK_CONDITION,
        Step::AssumeStarter if is_unmet(&["aws:sourcearn"]) => "trust-source-arn-excludes",
        Step::AssumeStarter => "trust-missing",
        Step::PassRole if is_unmet(&["iam:passedtoservice"]) => "passrole-service-mismatch",
        Step::PassRole => "passrole-missing",
        Step::TagJob => "add-tags-missing",
        Step::FollowJob => "follow-job-missing",
        _ if any_unmet => "condition-not-met",
        _ => "create-job-missing",
    }
}
