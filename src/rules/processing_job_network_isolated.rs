//! PG-PJ-002.

use super::{Check, Context, Example, Link, Rule, RuleKind, Setting, Subject};
use crate::finding::{Evidence, Severity, Verdict};
use crate::model::truth::Truth;
use crate::model::value::{Data, Why};
use crate::workload::JOB_KINDS;

const ISOLATION: &str = "network_config.enable_network_isolation";

pub(super) const RULE: Rule = Rule {
    id: "processing-job-network-isolated",
    alias: "PG-PJ-002",
    kind: RuleKind::Secure,
    tier: 1,
    severity: Severity::Medium,
    summary: "the containers of a Processing job cannot send data out",
    why: "Network isolation takes the network and the role's credentials away from the container, while \
          SageMaker still moves inputs and outputs with the role. Without it, whatever runs in the \
          container can send data wherever the job's network leads.",
    unsure: "An absent flag counts as `false`. A job that is not isolated but runs in a VPC is unsure: \
             it would hold if the VPC lets nothing out, which is not judged yet.",
    fix: "set `network_config.enable_network_isolation = true`",
    references: &[Link {
        title: "Amazon SageMaker AI Developer Guide: Run Training and Inference Containers in Internet-Free Mode",
        url: "https://docs.aws.amazon.com/sagemaker/latest/dg/mkt-algo-model-internet-free.html",
    }],
    assumes: &[],
    example: Example {
        fail: include_str!("../../testdata/rules/processing-job-network-isolated/fail.tf"),
        pass: include_str!("../../testdata/rules/processing-job-network-isolated/pass.tf"),
    },
    check: Check::Resource(JOB_KINDS, check),
};

fn check(_: &Context<'_, '_>, job: &Subject<'_, '_>) -> Verdict {
    if let Setting::Unknown(why, _) = job.setting(ISOLATION) {
        let question = "whether this job's containers have a network";
        return Verdict::Unsure(vec![job.unsure(ISOLATION, why, question)]);
    }
    if job.is_on(ISOLATION) == Truth::Yes {
        return Verdict::Holds;
    }
    let (own, vpc) = (job.own_path(ISOLATION), "network_config.vpc_config");
    let at = job.place(ISOLATION);
    match job.resource.get(vpc).map(|vpc| &vpc.data) {
        None | Some(Data::Null) => Verdict::Broken(vec![Evidence::new(
            format!("`{own}` is not `true`, so code in this job's containers can send the data anywhere"),
            at,
        )
        .edit(job.set(ISOLATION, "true"))]),
        Some(Data::Unknown(why)) => {
            let question = "whether this job, which is not isolated, runs in your VPC";
            Verdict::Unsure(vec![job.unsure(vpc, *why, question)])
        }
        Some(_) => Verdict::Unsure(vec![
            Evidence::new(
                format!(
                    "cannot tell whether code in this job's containers can send data out: `{own}` is not `true`, and where its VPC leads is not judged yet"
                ),
                at,
            )
            .hinges_on(
                format!("the way out of the VPC of {}", job.resource.address.as_str()),
                Why::NotJudgedYet,
            ),
        ]),
    }
}
