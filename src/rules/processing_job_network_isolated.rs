//! PG-PJ-002.

use super::exfiltration::leaves;
use super::{Check, Context, Example, Link, Rule, RuleKind, Setting, Subject};
use crate::finding::{Evidence, Severity, Verdict};
use crate::model::source::Span;
use crate::model::truth::Truth;
use crate::model::value::{Data, Piece, Value};
use crate::workload::{JOB_KINDS, ProcessingJob};

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
    unsure: "An absent flag counts as `false`. A job that is not isolated holds in a VPC that leads to \
             endpoints only, and they to own buckets, asked as in PG-PATH-009; with `require_isolation` it breaks \
             the rule. An isolated job whose code seems to need the network is told (info).",
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

const FIX_IN_VPC: &str = "set `network_config.enable_network_isolation = true`, or let the job's subnets and security \
                          groups lead only to endpoints, and those only to own buckets";

fn check(context: &Context<'_, '_>, subject: &Subject<'_, '_>) -> Verdict {
    let Some(job) = ProcessingJob::of(subject.resource) else {
        return Verdict::NotApplicable;
    };
    if let Setting::Unknown(why, _) = subject.setting(ISOLATION) {
        let question = "whether this job's containers have a network";
        return Verdict::Unsure(vec![subject.unsure(ISOLATION, why, question)]);
    }
    if subject.is_on(ISOLATION) == Truth::Yes {
        return needs_network(subject, &job);
    }
    let (own, vpc) = (subject.own_path(ISOLATION), "network_config.vpc_config");
    let at = subject.place(ISOLATION);
    let broken = |message| {
        let evidence = Evidence::new(message, at).edit(subject.set(ISOLATION, "true"));
        Verdict::Broken(vec![evidence])
    };
    if context.settings.require_isolation {
        return broken(format!(
            "`{own}` is not `true`, which `require_isolation` asks for: code in this job's containers has a network and the role's credentials"
        ));
    }
    match subject.resource.get(vpc).map(|vpc| &vpc.data) {
        None | Some(Data::Null) => broken(format!(
            "`{own}` is not `true`, so code in this job's containers can send the data anywhere"
        )),
        Some(Data::Unknown(why)) => {
            let question = "whether this job, which is not isolated, runs in your VPC";
            Verdict::Unsure(vec![subject.unsure(vpc, *why, question)])
        }
        Some(_) => {
            let what = format!(
                "code in this job's containers has the data and a network (`{own}` is not `true`)"
            );
            match leaves(context, subject, what) {
                Verdict::Broken(evidence) => {
                    let evidence = evidence.into_iter().map(|one| one.fix(FIX_IN_VPC));
                    Verdict::Broken(evidence.collect())
                }
                other => other,
            }
        }
    }
}

/// A job that is isolated, and whose code seems to need what isolation takes away.
fn needs_network(subject: &Subject<'_, '_>, job: &ProcessingJob<'_, '_>) -> Verdict {
    let told = job.told();
    let named = told.iter().find_map(|(path, value)| {
        let (scheme, at) = address_in(value)?;
        let own = subject.own_path(path);
        Some((format!("`{own}` hands its code an `{scheme}` address"), at))
    });
    let fetched = || {
        let at = job.managed_by_application()?.origin;
        Some((
            "its code is to move data from or to Amazon S3 itself".to_owned(),
            at,
        ))
    };
    let Some((what, at)) = named.or_else(fetched) else {
        return Verdict::Holds;
    };
    let own = subject.own_path(ISOLATION);
    let message = format!(
        "this job is isolated (`{own}`), so its containers have neither a network nor the role's credentials, but {what}: if the code goes there, it fails"
    );
    let evidence = Evidence::new(message, at)
        .code("isolation-breaks-runtime-access")
        .severity(Severity::Info)
        .fix("let SageMaker move the data: name them as `s3_input` and `s3_output`, and hand the code local paths");
    Verdict::Broken(vec![evidence])
}

/// An address that code would go to, in a text or among several.
fn address_in(value: &Value<'_>) -> Option<(&'static str, Span)> {
    let is_in = |text: &str| {
        ["s3://", "https://"]
            .into_iter()
            .find(|one| text.contains(one))
    };
    let scheme = match &value.data {
        Data::Text(text) => is_in(text),
        Data::Template(pieces) => pieces.iter().find_map(|piece| match piece {
            Piece::Known(text) => is_in(text),
            Piece::Reference(_) | Piece::Unknown(_) => None,
        }),
        Data::List(all) => return all.iter().find_map(address_in),
        Data::Map(map) => return map.iter().find_map(|(_, one)| address_in(one)),
        _ => None,
    };
    Some((scheme?, value.origin))
}
