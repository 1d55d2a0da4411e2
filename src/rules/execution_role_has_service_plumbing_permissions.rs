//! PG-IAM-014.

use super::hops::judge;
use super::statements::called;
use super::{Check, Context, Example, Link, PATH_ASSUMPTIONS, Rule, RuleKind, Subject};
use crate::finding::{Evidence, Severity, Verdict};
use crate::iam::policy::{Effect, Statement};
use crate::iam::{Action, ArnSubject};
use crate::model::truth::Truth;
use crate::model::vocabulary::Kind;
use crate::paths::{Hop, Path, Step};

pub(super) const RULE: Rule = Rule {
    id: "execution-role-has-service-plumbing-permissions",
    alias: "PG-IAM-014",
    kind: RuleKind::Works,
    tier: 1,
    severity: Severity::High,
    summary: "the role of a Processing job may make the job's network interfaces, and write its logs and \
             metrics",
    why: "A job in a VPC is refused unless its role may do nine actions of EC2 on `*` and without \
          conditions: AWS documents that conditions and resource filters make the validation fail. Without \
          the four actions on logs and `cloudwatch:PutMetricData` a job runs and leaves no trace (medium).",
    unsure: "The interfaces are judged for jobs that the input declares in a VPC; where the code in a \
             notebook starts a job, only logs and metrics are.",
    fix: "allow the nine `ec2:` actions on `*`, the `logs:` actions on `/aws/sagemaker/*`, and \
          `cloudwatch:PutMetricData`",
    references: &[Link {
        title: "Amazon SageMaker AI Developer Guide: How to use SageMaker AI execution roles",
        url: "https://docs.aws.amazon.com/sagemaker/latest/dg/sagemaker-roles.html",
    }],
    assumes: PATH_ASSUMPTIONS,
    example: Example {
        fail: include_str!(
            "../../testdata/rules/execution-role-has-service-plumbing-permissions/fail.tf"
        ),
        pass: include_str!(
            "../../testdata/rules/execution-role-has-service-plumbing-permissions/pass.tf"
        ),
    },
    check: Check::Resource(&[Kind::Role], check),
};

fn check(context: &Context<'_, '_>, role: &Subject<'_, '_>) -> Verdict {
    let of_role: Vec<_> = context
        .paths()
        .iter()
        .filter(|path| path.role.id == Some(role.id))
        .collect();
    let mut verdict = Verdict::NotApplicable;
    for step in [Step::Interfaces, Step::WriteLogs] {
        let is_part = |hop: &Hop| hop.step == step;
        // Every job of the role asks the same.
        let Some(path) = of_role.iter().find(|path| path.hops.iter().any(is_part)) else {
            continue;
        };
        let judged = judge(context, std::iter::once(*path), is_part, |_| None);
        verdict = verdict.worse(judged).worse(conditioned(path, step));
    }
    verdict
}

/// Interfaces that are allowed under a condition only.
fn conditioned(path: &Path, step: Step) -> Verdict {
    if step != Step::Interfaces {
        return Verdict::Holds;
    }
    for hop in path.steps(&[Step::Interfaces]) {
        let Some(answer) = hop
            .answer
            .as_ref()
            .filter(|_| !hop.decision.must_be_denied())
        else {
            continue;
        };
        let action = Action::named(hop.action);
        let everything = ArnSubject::new("*".into());
        let is_plain = |statement: &Statement| {
            statement.effect == Effect::Allow
                && statement.conditions.is_empty()
                && statement.is_about(&action, &everything) == Truth::Yes
        };
        if answer.statements().any(is_plain) {
            continue;
        }
        let mut statements = hop.because.iter().filter_map(|one| answer.statement(one));
        let conditioned = statements.find(|(_, statement)| !statement.conditions.is_empty());
        if let Some((policy, statement)) = conditioned {
            let message = format!(
                "{} allows `{}` under a condition, with which SageMaker's validation fails",
                called(statement, policy),
                hop.action
            );
            let fix = format!("take the conditions off {}", called(statement, policy));
            return Verdict::Broken(vec![
                Evidence::new(message, statement.at)
                    .about("condition")
                    .fix(fix),
            ]);
        }
    }
    Verdict::Holds
}
