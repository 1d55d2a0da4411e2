//! PG-PJ-014.

use super::{Check, Context, Example, Link, Rule, RuleKind, Subject};
use crate::finding::{Evidence, Severity, Verdict};
use crate::model::value::Why;
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
             same input uploads with its content is read from there. One that is no JSON breaks the rule.",
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
    check: Check::Resource(&[Kind::Orchestrator], check),
};

fn check(context: &Context<'_, '_>, carrier: &Subject<'_, '_>) -> Verdict {
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
