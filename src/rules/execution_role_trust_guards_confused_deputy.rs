//! PG-IAM-003.

use super::identity_policies::covers;
use super::statements::{about, called, open, unsure};
use super::{Check, Context, Example, Link, PATH_ASSUMPTIONS, Rule, RuleKind, Subject};
use crate::access::{Bound, allows, demanded, has_fixed_values, is_closed_by};
use crate::finding::{Evidence, Severity, Verdict};
use crate::iam::condition::Test;
use crate::iam::policy::{Effect, PrincipalKind, Statement};
use crate::iam::text::Domain;
use crate::iam::{Policy, Text};
use crate::model::graph::{ResourceId, Target};
use crate::model::resource::Standing;
use crate::model::truth::Truth;
use crate::model::vocabulary::Kind;
use crate::paths::{Path, Step, WorkloadKind, assume_from};

pub(super) const RULE: Rule = Rule {
    id: "execution-role-trust-guards-confused-deputy",
    alias: "PG-IAM-003",
    kind: RuleKind::Secure,
    tier: 2,
    severity: Severity::Low,
    summary: "SageMaker may assume a role that workloads run as only for the own account, and for all that runs as it",
    why: "A trust policy that names `sagemaker.amazonaws.com` and nothing else leaves it to the service for \
          whom it takes the role. `aws:SourceAccount` or `aws:SourceArn` in a condition says it. A pattern in \
          `aws:SourceArn` that leaves out what runs as the role keeps that from starting: `notebook-instance/*` \
          alone, where the notebook starts jobs as its own role (`source-arn-excludes-workload`, high).",
    unsure: "Roles of workloads and roles that trust SageMaker are judged. Notebook instances and jobs that the \
             input declares are a matter of execution-role-trusts-sagemaker; here it is Studio, pipelines, monitors \
             and jobs that the code in a notebook starts. Of these AWS does not document the exact ARN: what none \
             of the possible ones fits counts as left out.",
    fix: "add `StringEquals` on `aws:SourceAccount`, with the id of the own account, to the statement that names \
          `sagemaker.amazonaws.com`",
    references: &[
        Link {
            title: "Amazon SageMaker AI Developer Guide: Cross-Service Confused Deputy Prevention",
            url: "https://docs.aws.amazon.com/sagemaker/latest/dg/security-confused-deputy-prevention.html",
        },
        Link {
            title: "AWS IAM User Guide: The confused deputy problem",
            url: "https://docs.aws.amazon.com/IAM/latest/UserGuide/confused-deputy.html",
        },
    ],
    assumes: PATH_ASSUMPTIONS,
    example: Example {
        fail: include_str!(
            "../../testdata/rules/execution-role-trust-guards-confused-deputy/fail.tf"
        ),
        pass: include_str!(
            "../../testdata/rules/execution-role-trust-guards-confused-deputy/pass.tf"
        ),
    },
    check: Check::Resource(&[Kind::Role], check),
};

/// What says for whom a service calls.
const SOURCES: [&str; 4] = [
    SOURCE_ARN,
    "aws:sourceaccount",
    "aws:sourceorgid",
    "aws:sourceorgpaths",
];

const SOURCE_ARN: &str = "aws:sourcearn";
const SAGEMAKER: &str = "sagemaker.amazonaws.com";
const ASSUME: &str = "sts:AssumeRole";
const QUESTION: &str = "for whom SageMaker may assume this role";

fn check(context: &Context<'_, '_>, role: &Subject<'_, '_>) -> Verdict {
    if context.is_execution_role(role.id) != Truth::Yes {
        return Verdict::NotApplicable;
    }
    // That it is not known is said by execution-role-trust-limited.
    let Some(trust) = context.graph.get(role.id).get("assume_role_policy") else {
        return Verdict::NotApplicable;
    };
    let policy = context.access.policy(trust);
    let statements = policy.statements.iter();
    let guarded = statements
        .filter(|one| names_sagemaker(one))
        .fold(Verdict::NotApplicable, |verdict, one| {
            verdict.worse(guards(context, &policy, one))
        });
    guarded
        .worse(left_out(context, role, &policy))
        .worse(open(context, &policy, QUESTION))
}

/// Whether a statement lets SageMaker assume the role.
fn names_sagemaker(statement: &Statement) -> bool {
    let principals = statement.principals.iter().filter(|one| !one.negated);
    let mut services = principals
        .flat_map(|one| &one.entries)
        .filter(|entry| entry.kind == PrincipalKind::Service)
        .filter_map(|entry| entry.text.known());
    allows(statement) == Truth::Yes
        && covers(&statement.actions, ASSUME) == Truth::Yes
        && services.any(|name| name.to_ascii_lowercase().starts_with(SAGEMAKER))
}

/// Whether a condition says for whom.
fn guards(context: &Context<'_, '_>, policy: &Policy, statement: &Statement) -> Verdict {
    // One statement that denies all others does as well.
    let denied = policy.statements.iter().any(|one| {
        let mut conditions = one.readable_conditions();
        one.effect == Effect::Deny
            && covers(&one.actions, ASSUME) == Truth::Yes
            && one.conditions.len() == 1
            && conditions.any(|one| {
                SOURCES.contains(&one.key.as_str())
                    && one.operator.negated
                    && has_fixed_values(one) == Truth::Yes
            })
    });
    // Whatever it is, it is one account.
    let mut demands = SOURCES.iter().flat_map(|key| demanded(statement, key));
    if denied || demands.any(|one| one.operator.test == Test::StringEquals) {
        return Verdict::Holds;
    }
    match is_closed_by(statement, &SOURCES) {
        Bound::Closed => return Verdict::Holds,
        Bound::Unknown(unknown) => {
            let evidence = unsure(context, policy, statement, QUESTION, &unknown);
            return Verdict::Unsure(vec![evidence]);
        }
        Bound::Open => {}
    }
    let any = statement
        .readable_conditions()
        .any(|one| SOURCES.contains(&one.key.as_str()));
    let lacks = if any {
        "its condition on the source leaves the account open"
    } else {
        "no condition demands `aws:SourceAccount` or `aws:SourceArn`"
    };
    let of = called(statement, policy);
    let message = format!("{of} lets SageMaker assume this role for any account's sake: {lacks}");
    Verdict::Broken(vec![
        Evidence::new(message, statement.at).about(about(statement, policy)),
    ])
}

/// What runs as the role, and no pattern in `aws:SourceArn` admits.
fn left_out(context: &Context<'_, '_>, role: &Subject<'_, '_>, policy: &Policy) -> Verdict {
    let Some(statement) = policy.statements.iter().find(|one| {
        let mut conditions = one.readable_conditions();
        conditions.any(|one| one.key == SOURCE_ARN)
    }) else {
        return Verdict::NotApplicable;
    };
    let mut verdict = Verdict::Holds;
    let mut broken = |workload: ResourceId, what: &str, patterns: &str| {
        let resource = context.graph.get(workload);
        let address = resource.address.as_str();
        let of = called(statement, policy);
        let message = format!(
            "the patterns of `aws:SourceArn` in {of} fit no {patterns}, so SageMaker cannot assume this role for \
             {what} `{address}`"
        );
        let evidence = Evidence::new(message, statement.at)
            .code("source-arn-excludes-workload")
            .about(address)
            .severity(Severity::High)
            .related("runs as this role", resource.origin)
            .fix(format!(
                "add a pattern for {patterns} to `aws:SourceArn`, or demand `aws:SourceAccount` instead"
            ));
        let known = std::mem::replace(&mut verdict, Verdict::Holds);
        verdict = known.worse(Verdict::Broken(vec![evidence]));
    };
    let mut told = Vec::new();
    for (workload, use_of) in uses(context, role.id) {
        if !told.contains(&workload) && is_left_out(context, role.id, workload, use_of) {
            told.push(workload);
            broken(workload, use_of.what, use_of.patterns);
        }
    }
    if let Some(path) = context
        .paths()
        .iter()
        .find(|path| starts_in_vain(path, role.id))
    {
        broken(
            path.workload.id,
            "the jobs that are started from",
            "`processing-job/…`",
        );
    }
    verdict
}

/// A sort of workload of which AWS does not document as which resource SageMaker calls.
#[derive(Debug, Clone, Copy)]
struct Use {
    what: &'static str,
    /// In words.
    patterns: &'static str,
    /// The resources that it may be.
    sorts: &'static [&'static str],
}

const STUDIO: Use = Use {
    what: "Studio in",
    patterns: "`domain/…` or `user-profile/…`",
    sorts: &["domain/", "user-profile/", "space/", "app/"],
};

const MONITOR: Use = Use {
    what: "the jobs of",
    patterns: "`processing-job/…` or `monitoring-schedule/…`",
    sorts: &[
        "processing-job/",
        "monitoring-schedule/",
        "data-quality-job-definition/",
        "model-quality-job-definition/",
        "model-bias-job-definition/",
        "model-explainability-job-definition/",
    ],
};

const PIPELINE: Use = Use {
    what: "the pipeline",
    patterns: "`pipeline/…`",
    sorts: &["pipeline/"],
};

/// The workloads that run as a role, of those sorts.
fn uses(context: &Context<'_, '_>, role: ResourceId) -> Vec<(ResourceId, Use)> {
    let declared = context.role_uses.iter();
    let declared = declared.filter(|used| used.role == Target::Resource(role));
    let declared = declared.filter_map(|used| {
        let use_of = use_of(context, used.workload)?;
        Some((used.workload, use_of))
    });
    let pipelines = context.graph.iter().filter_map(|(id, resource)| {
        let is_pipeline = resource.kind() == Some(Kind::Orchestrator)
            && resource.standing == Standing::Judged
            && resource
                .entry
                .is_some_and(|entry| entry.knows("pipeline_name"));
        let own = is_pipeline.then(|| resource.get("role_arn")).flatten()?;
        let is_its = context.graph.target(own, &[Kind::Role]) == Target::Resource(role);
        is_its.then_some((id, PIPELINE))
    });
    declared.chain(pipelines).collect()
}

fn use_of(context: &Context<'_, '_>, workload: ResourceId) -> Option<Use> {
    match context.graph.get(workload).kind()? {
        Kind::NotebookDomain | Kind::NotebookProfile | Kind::NotebookSpace => Some(STUDIO),
        Kind::ProcessingJobMonitor => Some(MONITOR),
        _ => None,
    }
}

/// Whether the patterns of a role's trust policy leave a workload out that is judged here.
pub(super) fn leaves_out(
    context: &Context<'_, '_>,
    role: ResourceId,
    workload: ResourceId,
) -> bool {
    let use_of = use_of(context, workload);
    use_of.is_some_and(|use_of| is_left_out(context, role, workload, use_of))
}

fn is_left_out(
    context: &Context<'_, '_>,
    role: ResourceId,
    workload: ResourceId,
    use_of: Use,
) -> bool {
    let Some(own) = context.access.arn(role).and_then(|arn| arn.fields(5)) else {
        return false;
    };
    let (Some(partition), Some(account)) = (own.get(1), own.get(4)) else {
        return false;
    };
    let region = context.access.region(context.graph.get(workload));
    use_of.sorts.iter().all(|sort| {
        let mut arn = Text::default();
        arn.push_literal("arn:");
        arn.push(partition);
        arn.push_literal(":sagemaker:");
        arn.push(&region);
        arn.push_literal(":");
        arn.push(account);
        arn.push_literal(":");
        arn.push_literal(sort);
        arn.push(&context.access.anything("what runs", Domain::ANY).text);
        let outcome = assume_from(&context.access, role, &arn).outcome;
        let mut unmet = outcome
            .because
            .iter()
            .filter_map(|one| one.unmet.as_deref());
        outcome.decision.must_be_denied() && unmet.any(|key| key == SOURCE_ARN)
    })
}

/// Whether a path is that of jobs which a notebook starts as this role, and which its patterns leave out.
fn starts_in_vain(path: &Path, role: ResourceId) -> bool {
    path.workload.kind == WorkloadKind::StartedJob
        && path.role.id == Some(role)
        && path.steps(&[Step::AssumeRole]).any(|hop| {
            let mut unmet = hop.because.iter().filter_map(|one| one.unmet.as_deref());
            hop.decision.must_be_denied() && unmet.any(|key| key == SOURCE_ARN)
        })
}
