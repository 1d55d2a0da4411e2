//! PG-PJ-012.

use super::{Check, Context, Example, Link, Rule, RuleKind, Setting, Subject};
use crate::finding::{Evidence, Severity, Verdict};
use crate::model::vocabulary::Kind;
use crate::workload::JOB_KINDS;

pub(super) const RULE: Rule = Rule {
    id: "processing-job-runtime-bounded",
    alias: "PG-PJ-012",
    kind: RuleKind::Secure,
    tier: 3,
    severity: Severity::Low,
    summary: "a Processing job is stopped after a time that you choose",
    why: "While a job runs, its role's credentials and its copy of the data are there to be used. One that hangs keeps \
          them, and its instances, until the service's own limit of nine days.",
    unsure: "`max_runtime_seconds` says how long is long enough: a day, if it is left out. A monitoring job without a limit \
             counts as one of a day, the longest that the service allows it.",
    fix: "set `stopping_condition.max_runtime_in_seconds` to little more than the job needs",
    references: &[
        Link {
            title: "Amazon SageMaker AI API Reference: ProcessingStoppingCondition",
            url: "https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_ProcessingStoppingCondition.html",
        },
        Link {
            title: "Amazon SageMaker AI API Reference: MonitoringStoppingCondition",
            url: "https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_MonitoringStoppingCondition.html",
        },
    ],
    assumes: &[],
    example: Example {
        fail: include_str!("../../testdata/rules/processing-job-runtime-bounded/fail.tf"),
        pass: include_str!("../../testdata/rules/processing-job-runtime-bounded/pass.tf"),
    },
    check: Check::Resource(JOB_KINDS, check),
};

const LIMIT: &str = "stopping_condition.max_runtime_in_seconds";

/// The longest that the service lets a monitoring job run, in seconds.
const LONGEST_OF_MONITOR: u32 = 86_400;

fn check(context: &Context<'_, '_>, job: &Subject<'_, '_>) -> Verdict {
    let longest = context.settings.max_runtime_seconds;
    let own = job.own_path(LIMIT);
    let at = job.place(LIMIT);
    let broken = |message: String| {
        let fix =
            format!("set `{own}` to little more than the job needs, and to {longest} at most");
        Verdict::Broken(vec![Evidence::new(message, at).fix(fix)])
    };
    let question = "for how long this job may run";
    match job.setting(LIMIT) {
        Setting::Unknown(why, _) => Verdict::Unsure(vec![job.unsure(LIMIT, why, question)]),
        Setting::Absent => match job.resource.kind() {
            Some(Kind::ProcessingJobMonitor) if LONGEST_OF_MONITOR <= longest => Verdict::Holds,
            Some(Kind::ProcessingJobMonitor) => broken(format!(
                "`{own}` is not set, so this job may run for {LONGEST_OF_MONITOR} seconds, longer than the {longest} that `max_runtime_seconds` allows"
            )),
            _ => broken(format!(
                "`{own}` is not set: a job that hangs keeps its credentials and its copy of the data for up to nine days"
            )),
        },
        Setting::Known { text, .. } => match text.parse::<u64>() {
            Ok(seconds) if seconds <= u64::from(longest) => Verdict::Holds,
            Ok(seconds) => broken(format!(
                "`{own}` is {seconds}, more than the {longest} seconds of `max_runtime_seconds`: a job that hangs keeps its credentials and its copy of the data for so long"
            )),
            Err(_) => Verdict::Unsure(vec![job.unsure(
                LIMIT,
                crate::model::value::Why::UnexpectedForm,
                question,
            )]),
        },
    }
}
