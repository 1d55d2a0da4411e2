//! PG-PJ-014.

use super::{Check, Context, Example, Link, Rule, RuleKind, Subject};
use crate::finding::{Evidence, Severity, Verdict};
use crate::model::value::{Data, Piece, Why};
use crate::model::vocabulary::Kind;
use crate::workload::{Definition, definition_of, unread_part};

pub(super) const RULE: Rule = Rule {
    id: "processing-job-definition-readable",
    alias: "PG-PJ-014",
    kind: RuleKind::Explain,
    tier: 1,
    severity: Severity::Info,
    summary: "the definitions of state machines and pipelines are in the input, so that the Processing jobs in \
              them are judged",
    why: "A state machine or pipeline may start Processing jobs, which only its definition tells. Of jobs in a \
          definition that cannot be read nothing is proven: that there are no findings on them means nothing.",
    unsure: "A definition that lies in S3 or is known only after apply is always unsure. An object that the \
             same input uploads with its content is read from there. One that is no JSON breaks the rule. A \
             template that Terraform hands to CloudFormation is not read: unsure where it writes of jobs.",
    fix: "write the definition into the template or configuration, or check with `--source` or the plan after the \
          next apply",
    references: &[
        Link {
            title: "AWS CloudFormation Template Reference: AWS::StepFunctions::StateMachine",
            url: "https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-stepfunctions-statemachine.html",
        },
        Link {
            title: "AWS CloudFormation Template Reference: AWS::SageMaker::Pipeline",
            url: "https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-sagemaker-pipeline.html",
        },
    ],
    assumes: &[],
    example: Example {
        fail: include_str!("../../testdata/rules/processing-job-definition-readable/fail.tf"),
        pass: include_str!("../../testdata/rules/processing-job-definition-readable/pass.tf"),
    },
    check: Check::Resource(&[Kind::Orchestrator, Kind::NestedStack], check),
};

fn check(context: &Context<'_, '_>, carrier: &Subject<'_, '_>) -> Verdict {
    if carrier.resource.kind() == Some(Kind::NestedStack) {
        return of_stack(carrier);
    }
    let (attribute, why, at, part) = match definition_of(context.graph, carrier.resource, None) {
        None => return Verdict::NotApplicable,
        Some(Definition::NotRead { attribute, why, at }) => (attribute, why, at, ""),
        Some(Definition::Read {
            attribute,
            document,
        }) => match unread_part(&document) {
            None => return Verdict::Holds,
            Some((why, at)) => (attribute, why, at, "a part of "),
        },
    };
    let own = carrier.own_path(attribute);
    if why == Why::UnexpectedForm {
        let message = format!("`{own}` is no JSON object, which AWS refuses");
        let evidence = Evidence::new(message, at).severity(Severity::Medium);
        return Verdict::Broken(vec![evidence.fix("correct the JSON of the definition")]);
    }
    let message = format!(
        "cannot tell which Processing jobs this starts: {part}`{own}` is not known ({why})"
    );
    let value = carrier.resource.name_of(attribute);
    Verdict::Unsure(vec![Evidence::new(message, at).hinges_on(value, why)])
}

/// What a template names that has jobs.
const JOBS: &[&str] = &[
    "AWS::SageMaker::",
    "AWS::StepFunctions::",
    "AWS::Serverless::StateMachine",
    "createProcessingJob",
];

/// A stack of CloudFormation that Terraform makes.
fn of_stack(stack: &Subject<'_, '_>) -> Verdict {
    let Some(body) = stack.resource.get("template_body") else {
        return Verdict::NotApplicable;
    };
    let writes = |text: &str| JOBS.iter().any(|name| text.contains(name));
    let may_have_jobs = match &body.data {
        Data::Text(text) => writes(text),
        Data::Template(pieces) => pieces
            .iter()
            .any(|piece| matches!(piece, Piece::Known(text) if writes(text))),
        _ => false,
    };
    if !may_have_jobs {
        return Verdict::NotApplicable;
    }
    let own = stack.own_path("template_body");
    let message = format!(
        "cannot tell which Processing jobs this stack starts: the template in `{own}` is not read here"
    );
    let value = stack.resource.name_of("template_body");
    let evidence = Evidence::new(message, body.origin).hinges_on(value, Why::NotJudgedYet);
    Verdict::Unsure(vec![
        evidence.fix("write the template into a file, and check that too"),
    ])
}
