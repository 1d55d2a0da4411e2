//! PG-IAM-001.

use super::execution_role_trust_guards_confused_deputy::leaves_out;
use super::statements::named;
use super::{Check, Context, Example, Link, Rule, RuleKind, Setting, Subject};
use crate::finding::{Evidence, Severity, Verdict};
use crate::iam::{
    Action, ArnSubject, Context as RequestContext, Decision, Knowledge, Outcome, Policies, Policy,
    Principal, Request, Text, explain,
};
use crate::model::graph::{ResourceId, Target};
use crate::model::resource::Standing;
use crate::model::truth::Truth;
use crate::model::value::Why;
use crate::model::vocabulary::Kind;
use crate::workload::{RoleUse, domain_of};

pub(super) const RULE: Rule = Rule {
    id: "execution-role-trusts-sagemaker",
    alias: "PG-IAM-001",
    kind: RuleKind::Works,
    tier: 1,
    severity: Severity::Critical,
    summary: "SageMaker may assume each role that a workload runs as",
    why: "A notebook or a Processing job whose role does not trust `sagemaker.amazonaws.com`, or only under \
          conditions that it does not meet, is refused or fails as it starts. A Studio domain that passes \
          on who works (`USER_PROFILE_NAME`) needs `sts:SetSourceIdentity` as well: without it no app \
          starts (`set-source-identity-missing`, high).",
    unsure: "The trust policy is decided for each workload, with its account and, of a notebook or job, \
             its ARN as `aws:SourceArn`. Of a role from outside the input the trust is not known: then the \
             finding is about the workload.",
    fix: "allow `sts:AssumeRole` to `Service = \"sagemaker.amazonaws.com\"` in the role's trust policy",
    references: &[
        Link {
            title: "Amazon SageMaker AI Developer Guide: How to use SageMaker AI execution roles",
            url: "https://docs.aws.amazon.com/sagemaker/latest/dg/sagemaker-roles.html",
        },
        Link {
            title: "Amazon SageMaker AI Developer Guide: Cross-Service Confused Deputy Prevention",
            url: "https://docs.aws.amazon.com/sagemaker/latest/dg/security-confused-deputy-prevention.html",
        },
    ],
    assumes: &[],
    example: Example {
        fail: include_str!("../../testdata/rules/execution-role-trusts-sagemaker/fail.tf"),
        pass: include_str!("../../testdata/rules/execution-role-trusts-sagemaker/pass.tf"),
    },
    check: Check::Resource(
        &[
            Kind::Role,
            Kind::Notebook,
            Kind::ProcessingJob,
            Kind::ProcessingJobMonitor,
            Kind::NotebookDomain,
            Kind::NotebookProfile,
        ],
        check,
    ),
};

const SAGEMAKER: &str = "sagemaker.amazonaws.com";
const ASSUME: &str = "sts:AssumeRole";
const SET_IDENTITY: &str = "sts:SetSourceIdentity";

fn check(context: &Context<'_, '_>, subject: &Subject<'_, '_>) -> Verdict {
    if subject.resource.kind() == Some(Kind::Role) {
        let uses = context.role_uses.iter();
        let uses: Vec<_> = uses
            .filter(|used| used.role == Target::Resource(subject.id))
            .collect();
        return judge(context, subject.id, &uses);
    }
    let uses = context.role_uses.iter();
    let uses = uses.filter(|used| used.workload == subject.id);
    uses.fold(Verdict::NotApplicable, |verdict, used| {
        verdict.worse(of_workload(context, subject, used))
    })
}

/// What the role itself does not answer, because it lies outside.
fn of_workload(
    context: &Context<'_, '_>,
    workload: &Subject<'_, '_>,
    used: &RoleUse<'_>,
) -> Verdict {
    let question = "whether SageMaker may assume this workload's role";
    match used.role {
        Target::Resource(role) => match context.graph.get(role).standing {
            Standing::Judged => Verdict::NotApplicable,
            Standing::Context | Standing::Other => judge(context, role, &[used]),
        },
        Target::Outside(name) => Verdict::Unsure(vec![
            Evidence::new(
                format!(
                    "cannot tell {question}: `{name}` is not in the input, nor is its trust policy"
                ),
                workload.place(&used.path),
            )
            .about(&used.path)
            .hinges_on(format!("the trust policy of {name}"), Why::ExternalResource),
        ]),
        Target::Unknown(why) => Verdict::Unsure(vec![workload.unsure(&used.path, why, question)]),
    }
}

/// Whether a role lets SageMaker in for each workload that runs as it.
fn judge(context: &Context<'_, '_>, role: ResourceId, uses: &[&RoleUse<'_>]) -> Verdict {
    let resource = context.graph.get(role);
    let address = resource.address.as_str();
    if uses.is_empty() {
        return Verdict::NotApplicable;
    }
    let Some(trust) = resource.get("assume_role_policy") else {
        return Verdict::Unsure(vec![
            Evidence::new(
                format!("cannot tell whether SageMaker may assume `{address}`: its trust policy is not in the input"),
                resource.origin,
            )
            .hinges_on(format!("the trust policy of {address}"), Why::ExternalResource),
        ]);
    };
    let policy = context.access.policy(trust);
    let mut verdict = Verdict::Holds;
    // Workloads that are let in or kept out for the same reason are one finding.
    let mut groups: Vec<(Outcome, Vec<&RoleUse<'_>>)> = Vec::new();
    for used in uses {
        let Some(outcome) = ask(context, &policy, role, used, ASSUME) else {
            continue;
        };
        if outcome.decision == Decision::Allowed {
            verdict = verdict.worse(source_identity(context, &policy, role, used));
            continue;
        }
        // That is a finding of its own.
        if leaves_out(context, role, used.workload) {
            continue;
        }
        let same = |known: &&mut (Outcome, Vec<_>)| {
            known.0.decision == outcome.decision && reason(&known.0) == reason(&outcome)
        };
        match groups.iter_mut().find(same) {
            Some((_, workloads)) => workloads.push(used),
            None => groups.push((outcome, vec![used])),
        }
    }
    groups
        .iter()
        .fold(verdict, |verdict, (outcome, workloads)| {
            verdict.worse(refused(context, &policy, outcome, workloads))
        })
}

fn reason(outcome: &Outcome) -> &str {
    outcome
        .because
        .first()
        .map_or("its trust policy leaves it open", |because| &because.text)
}

fn refused(
    context: &Context<'_, '_>,
    policy: &Policy,
    outcome: &Outcome,
    workloads: &[&RoleUse<'_>],
) -> Verdict {
    let names = workloads.iter();
    let names = names.map(|used| context.graph.get(used.workload).address.as_str());
    let mut names: Vec<_> = names.collect();
    names.dedup();
    let first = names.first().copied().unwrap_or_default();
    let for_whom = match names.len() {
        0 | 1 => format!("for `{first}`"),
        several => format!("for `{first}` and {} more", several - 1),
    };
    let reason = reason(outcome);
    let at = outcome.because.first().and_then(|because| because.at);
    let evidence = |message: String| {
        let evidence = Evidence::new(message, at.unwrap_or(policy.at)).about(first);
        workloads.iter().fold(evidence, |evidence, used| {
            let workload = context.graph.get(used.workload);
            let place = workload
                .get(&used.path)
                .map_or(workload.origin, |value| value.origin);
            evidence.related("runs as this role", place)
        })
    };
    if outcome.decision.must_be_denied() {
        let message = format!("SageMaker cannot assume this role {for_whom}: {reason}");
        return Verdict::Broken(vec![evidence(message)]);
    }
    let question = format!("whether SageMaker may assume this role {for_whom}");
    Verdict::Unsure(vec![open(context, policy, outcome, &question, evidence)])
}

/// The question, why it is open, and what would decide it.
fn open(
    context: &Context<'_, '_>,
    policy: &Policy,
    outcome: &Outcome,
    question: &str,
    evidence: impl FnOnce(String) -> Evidence,
) -> Evidence {
    let hinges = named(context, policy, &outcome.hinges_on);
    let reason = reason(outcome);
    let message = match hinges.first() {
        Some((value, why)) if *value != policy.name => {
            format!("cannot tell {question}: {reason}, but `{value}` is not known ({why})")
        }
        _ => format!("cannot tell {question}: {reason}"),
    };
    let evidence = evidence(message);
    hinges.into_iter().fold(evidence, |evidence, (value, why)| {
        evidence.hinges_on(value, why)
    })
}

/// What the trust policy says to SageMaker, on behalf of a workload.
fn ask(
    context: &Context<'_, '_>,
    policy: &Policy,
    role: ResourceId,
    used: &RoleUse<'_>,
    action: &str,
) -> Option<Outcome> {
    let workload = context.graph.get(used.workload);
    let has_arn = matches!(workload.kind(), Some(Kind::Notebook | Kind::ProcessingJob));
    let own_arn = context.access.arn(role);
    // A role can only be passed within its account, so the workload's is the role's: of which more may
    // be known, with a provider for each.
    let account = own_arn.as_ref().and_then(account_of);
    let account = account.unwrap_or_else(|| context.access.account(context.graph.get(role)));
    let arn = has_arn.then(|| context.access.arn(used.workload)).flatten();
    let arn = arn.map(|arn| in_account(&arn, &account));
    let request_context = RequestContext::closed()
        .with("aws:SourceAccount", Knowledge::value(account.clone()))
        .with(
            "aws:SourceArn",
            arn.map_or_else(Knowledge::present, Knowledge::value),
        )
        // What else AWS says of a service that calls: whether the account is in an organization is not
        // known.
        .with("aws:SourceOrgID", Knowledge::UNKNOWN)
        .with("aws:SourceOrgPaths", Knowledge::UNKNOWN)
        .with("aws:PrincipalIsAWSService", Knowledge::value("true"))
        .with("aws:PrincipalServiceName", Knowledge::value(SAGEMAKER))
        .with("aws:PrincipalServiceNamesList", Knowledge::UNKNOWN)
        // And of every call.
        .with("aws:CurrentTime", Knowledge::present())
        .with("aws:EpochTime", Knowledge::present())
        .with("aws:RequestedRegion", Knowledge::present())
        .with("aws:SecureTransport", Knowledge::UNKNOWN)
        .with("sts:RoleSessionName", Knowledge::present())
        .with(
            "sts:SourceIdentity",
            match action {
                SET_IDENTITY => Knowledge::present(),
                _ if has_arn => Knowledge::ABSENT,
                _ => Knowledge::UNKNOWN,
            },
        );
    let request = Request {
        principal: Principal::Service {
            name: Text::from(SAGEMAKER),
        },
        action: Action::new(action)?,
        resource: ArnSubject::new(own_arn.unwrap_or_default()),
        owner: Some(account),
        context: request_context,
    };
    let policies = Policies {
        resource: Some(policy),
        ..Policies::default()
    };
    let outcome = explain(&policies, &request, &|id| context.access.hole_name(id));
    Some(outcome)
}

/// The account of an ARN.
fn account_of(arn: &Text) -> Option<Text> {
    arn.fields(5)?.into_iter().nth(4)
}

/// An ARN with another account in its place.
fn in_account(arn: &Text, account: &Text) -> Text {
    let Some(fields) = arn.fields(5).filter(|fields| fields.len() == 6) else {
        return arn.clone();
    };
    let mut moved = Text::default();
    for (at, field) in fields.iter().enumerate() {
        if at > 0 {
            moved.push_literal(":");
        }
        moved.push(if at == 4 { account } else { field });
    }
    moved
}

/// What Studio needs besides, to pass on who works.
fn source_identity(
    context: &Context<'_, '_>,
    policy: &Policy,
    role: ResourceId,
    used: &RoleUse<'_>,
) -> Verdict {
    let (wanted, value, why) = passes_identity(context, used.workload);
    if wanted == Truth::No {
        return Verdict::Holds;
    }
    let Some(outcome) = ask(context, policy, role, used, SET_IDENTITY) else {
        return Verdict::Holds;
    };
    if outcome.decision == Decision::Allowed {
        return Verdict::Holds;
    }
    let workload = context.graph.get(used.workload).address.as_str();
    let at = outcome.because.first().and_then(|because| because.at);
    let evidence = |message| {
        Evidence::new(message, at.unwrap_or(policy.at))
            .code("set-source-identity-missing")
            .about(workload)
            .severity(Severity::High)
            .fix("allow `sts:SetSourceIdentity` beside `sts:AssumeRole` in the statement for `sagemaker.amazonaws.com`")
    };
    if wanted == Truth::Yes && outcome.decision.must_be_denied() {
        return Verdict::Broken(vec![evidence(format!(
            "`{workload}` passes on who works (`USER_PROFILE_NAME`), but SageMaker may not set it on this role: {}",
            reason(&outcome)
        ))]);
    }
    let question = format!("whether SageMaker may pass on who works in `{workload}`, if it has to");
    let evidence = open(context, policy, &outcome, &question, evidence);
    Verdict::Unsure(vec![if wanted == Truth::Yes {
        evidence
    } else {
        evidence.hinges_on(value, why)
    }])
}

/// Whether the domain of a workload passes on who works, and which value says so.
fn passes_identity(context: &Context<'_, '_>, workload: ResourceId) -> (Truth, String, Why) {
    let path = "domain_settings.execution_role_identity_config";
    let resource = context.graph.get(workload);
    let id = match domain_of(context.graph, workload) {
        None => return (Truth::No, String::new(), Why::UnexpectedForm),
        Some(Target::Resource(id)) => id,
        Some(Target::Outside(name)) => {
            let value = format!("{path} of {name}");
            return (Truth::Unknown, value, Why::ExternalResource);
        }
        Some(Target::Unknown(why)) => {
            let value = format!("{}.domain_id", resource.address.as_str());
            return (Truth::Unknown, value, why);
        }
    };
    let domain = context.subject(id);
    let value = domain.value_name(path);
    match domain.setting(path) {
        Setting::Known { text, .. } => {
            let passes = text.eq_ignore_ascii_case("USER_PROFILE_NAME");
            (passes.into(), value, Why::KnownAfterApply)
        }
        Setting::Absent => (Truth::No, value, Why::KnownAfterApply),
        Setting::Unknown(why, _) => (Truth::Unknown, value, why),
    }
}
