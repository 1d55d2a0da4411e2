//! PG-S3-011.

use super::denials::{ENCRYPTION, ENCRYPTION_KEY, is_for_want_of_a_key, value_in_words};
use super::hops::distinct;
use super::people::shortened;
use super::remedy::WAY;
use super::resource_policies::missing;
use super::statements::{about, called, named_hinges, open, quoted};
use super::{Check, Context, Example, Link, PATH_ASSUMPTIONS, Rule, RuleKind, Subject};
use crate::access::Way;
use crate::finding::{Evidence, Severity, Verdict};
use crate::iam::condition::{Condition, Test};
use crate::iam::policy::{Effect, Statement};
use crate::iam::{Decision, Knowledge, Policy, Values};
use crate::model::graph::ResourceId;
use crate::model::source::Span;
use crate::model::truth::Truth;
use crate::model::value::Why;
use crate::model::vocabulary::Kind;
use crate::paths::{Hop, Path, Step, WorkloadKind, way_of};

pub(super) const RULE: Rule = Rule {
    id: "bucket-deny-does-not-lock-out-workload",
    alias: "PG-S3-011",
    kind: RuleKind::Works,
    tier: 1,
    severity: Severity::High,
    summary: "no denial in a bucket policy is met by what a workload asks of its own data",
    why: "A denial that keeps others out counts for the notebook and the job as well, whatever their role may do: a \
          condition on an endpoint denies a job outside of the VPC, and a notebook with direct internet access; a \
          list of roles denies the one that is not in it; a demand for one key denies an output under another.",
    unsure: "Judged is what notebooks and jobs of the input list, read and write in the bucket, each by its own way. \
             A denial that hinges on something unknown leaves it open. That it is met because an upload names no key \
             at all is a matter of bucket-policy-forces-kms-encryption.",
    fix: "except the role from the statement by `aws:PrincipalArn`, or let the workload meet its condition: the job in \
          the VPC of the endpoint, the output under the key that is demanded",
    references: &[
        Link {
            title: "Amazon S3 User Guide: Controlling access from VPC endpoints with bucket policies",
            url: "https://docs.aws.amazon.com/AmazonS3/latest/userguide/example-bucket-policies-vpc-endpoint.html",
        },
        Link {
            title: "AWS IAM User Guide: AWS global condition context keys",
            url: "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html",
        },
    ],
    assumes: PATH_ASSUMPTIONS,
    example: Example {
        fail: include_str!("../../testdata/rules/bucket-deny-does-not-lock-out-workload/fail.tf"),
        pass: include_str!("../../testdata/rules/bucket-deny-does-not-lock-out-workload/pass.tf"),
    },
    check: Check::Resource(&[Kind::Bucket], check),
};

const QUESTION: &str = "whether this bucket denies its workloads what they need";

/// What workloads ask of a bucket.
const STEPS: [Step; 3] = [Step::List, Step::Read, Step::Write];

/// What a workload asks that a statement denies, or may.
struct Asked<'c> {
    path: &'c Path,
    hop: &'c Hop,
    hinges: Vec<(String, Why)>,
}

fn check(context: &Context<'_, '_>, bucket: &Subject<'_, '_>) -> Verdict {
    let is_own = |hop: &&Hop| hop.on == Some(bucket.id) && STEPS.contains(&hop.step);
    let paths = context.paths().iter();
    let asked: Vec<(&Path, &Hop)> = paths
        .flat_map(|path| {
            let own = path.hops.iter().filter(is_own);
            own.map(move |hop| (path, hop))
        })
        .collect();
    if asked.is_empty() {
        return Verdict::NotApplicable;
    }
    let policies = context.access.policies_of(bucket.id);
    let mut verdict = Verdict::Holds;
    for carried in &policies.policies {
        let policy = &carried.policy;
        for statement in &policy.statements {
            if statement.effect != Effect::Allow {
                verdict = verdict.worse(judge(context, policy, statement, &asked));
            }
        }
        verdict = verdict.worse(open(context, policy, QUESTION));
    }
    if let Some(why) = policies.perhaps_more {
        let evidence = missing(bucket.resource, why, QUESTION);
        verdict = verdict.worse(Verdict::Unsure(vec![evidence]));
    }
    verdict
}

fn judge(
    context: &Context<'_, '_>,
    policy: &Policy,
    statement: &Statement,
    asked: &[(&Path, &Hop)],
) -> Verdict {
    let (mut denied, mut maybe) = (Vec::new(), Vec::new());
    for (path, hop) in asked {
        let Some(answer) = &hop.answer else { continue };
        if answer.decision() == Decision::Allowed
            || is_for_want_of_a_key(statement, &answer.request)
        {
            continue;
        }
        let (truth, hinges) = context.access.denied_by(policy, statement, answer);
        let is_chosen = hinges.iter().all(|(_, why)| *why == Why::ChosenByCode);
        let asked = Asked { path, hop, hinges };
        match truth {
            Truth::Yes => denied.push(asked),
            Truth::Unknown if !is_chosen => maybe.push(asked),
            _ => {}
        }
    }
    let mut verdict = Verdict::Holds;
    if let Some(first) = denied.first() {
        let evidence = broken(context, policy, statement, first, &denied);
        verdict = Verdict::Broken(vec![evidence]);
    } else if !maybe.is_empty() {
        let hinges = maybe.iter().flat_map(|one| one.hinges.iter().cloned());
        let hinges = distinct(hinges);
        let unknown: Vec<_> = hinges.iter().map(|(value, _)| quoted(value)).collect();
        let message = format!(
            "cannot tell whether {} denies {}: {} {} not known",
            called(statement, policy),
            whom(context, &maybe),
            unknown.join(", "),
            if unknown.len() == 1 { "is" } else { "are" },
        );
        let evidence = Evidence::new(message, statement.at).about(about(statement, policy));
        verdict = Verdict::Unsure(vec![named_hinges(evidence, &hinges)]);
    }
    verdict
}

fn broken(
    context: &Context<'_, '_>,
    policy: &Policy,
    statement: &Statement,
    first: &Asked<'_>,
    all: &[Asked<'_>],
) -> Evidence {
    let condition = telling(statement);
    let (reason, fix) = reason(context, statement, condition, first);
    let message = format!(
        "{} denies {}: {reason}",
        called(statement, policy),
        whom(context, all)
    );
    let at = condition.map_or(statement.at, |condition| condition.at);
    let at = if at == Span::NOWHERE {
        statement.at
    } else {
        at
    };
    let mut evidence = Evidence::new(message, at)
        .about(about(statement, policy))
        .fix(fix);
    let mut told = vec![first.path.workload.id];
    for one in all {
        let id = one.path.workload.id;
        if !told.contains(&id) {
            told.push(id);
            let (own, _) = self::reason(context, statement, condition, one);
            evidence = evidence.related(own, context.graph.get(id).origin);
        }
    }
    evidence
}

/// Who is denied what, by role: `` reading and writing to `aws_iam_role.job`, as which `job` runs ``.
fn whom(context: &Context<'_, '_>, all: &[Asked<'_>]) -> String {
    let roles = distinct(all.iter().map(|one| one.path.role.name.clone()));
    let each = roles.iter().map(|role| {
        let own = all.iter().filter(|one| one.path.role.name == *role);
        let workloads = distinct(own.clone().map(|one| workload(context, one.path)));
        let doing = distinct(own.map(|one| doing(one.hop.step).to_owned()));
        let verb = if workloads.len() == 1 { "runs" } else { "run" };
        format!(
            "{} to {}, as which {} {verb}",
            listed(&doing),
            quoted(role),
            shortened(&workloads)
        )
    });
    listed(&each.collect::<Vec<_>>())
}

fn listed(words: &[String]) -> String {
    match words.split_last() {
        Some((last, [])) => last.clone(),
        Some((last, others)) => format!("{} and {last}", others.join(", ")),
        None => String::new(),
    }
}

fn workload(context: &Context<'_, '_>, path: &Path) -> String {
    let address = context.graph.get(path.workload.id).address.as_str();
    match path.workload.kind {
        WorkloadKind::StartedJob => format!("a job started from `{address}`"),
        _ => format!("`{address}`"),
    }
}

fn doing(step: Step) -> &'static str {
    match step {
        Step::List => "listing",
        Step::Write => "writing",
        _ => "reading",
    }
}

/// The condition of a statement by which it tells whom it means.
fn telling(statement: &Statement) -> Option<&Condition> {
    let rank = |condition: &&Condition| match condition.key.as_str() {
        ENCRYPTION_KEY => 0,
        ENCRYPTION => 1,
        key if WAY.contains(&key) => 2,
        "aws:principalarn" | "aws:userid" => 3,
        _ if condition.operator.test == Test::Null => 5,
        _ => 4,
    };
    statement.readable_conditions().min_by_key(rank)
}

/// Why a statement means a workload, and what to write instead.
fn reason(
    context: &Context<'_, '_>,
    statement: &Statement,
    condition: Option<&Condition>,
    asked: &Asked<'_>,
) -> (String, String) {
    let role = quoted(&asked.path.role.name);
    let except = excepting(context, statement, asked);
    let Some(condition) = condition else {
        let excepts = statement.principals.as_ref().is_some_and(|one| one.negated);
        return if excepts {
            let reason = format!(
                "its `NotPrincipal` does not leave out {role}, for which it would have to name the role, its session \
                 and its account"
            );
            (reason, format!("deny `*`, and {except}"))
        } else {
            ("it has no condition that excepts it".to_owned(), except)
        };
    };
    let key = &condition.written_key;
    let values: Vec<_> = condition
        .values
        .iter()
        .map(|value| value_in_words(context, &value.text))
        .collect();
    let values = shortened(&values);
    match condition.key.as_str() {
        ENCRYPTION_KEY => {
            let own = asked.hop.answer.as_ref();
            let own = own.map(|answer| answer.request.context.get(ENCRYPTION_KEY));
            let own = own.and_then(|own| shown(context, own));
            let own = own.unwrap_or_else(|| "another key".to_owned());
            (
                format!(
                    "its condition on `{key}` demands {values}, and the output lies under {own}"
                ),
                format!(
                    "name {values} as the key of the output, or let the statement name that of the output"
                ),
            )
        }
        ENCRYPTION => (
            format!("SageMaker asks for `aws:kms`, and its condition on `{key}` is met by that"),
            "let the statement demand `aws:kms`, which SageMaker sends".to_owned(),
        ),
        one if WAY.contains(&one) => {
            let (reason, fix) = by_way(context, asked, condition);
            let reason = format!("its condition on `{key}` names {values}, and {reason}");
            (reason, format!("{fix}; or {except}"))
        }
        "aws:principalarn" => (
            format!("{role} is not among those that its condition on `{key}` excepts"),
            except,
        ),
        _ => (
            format!("its condition on `{key}` is met by what {role} asks"),
            format!("let its condition leave {role} out, or {except}"),
        ),
    }
}

fn shown(context: &Context<'_, '_>, known: &Knowledge) -> Option<String> {
    match &known.values {
        Values::Known(values) => {
            let first = values.first()?;
            Some(value_in_words(context, &first.subject.text))
        }
        _ => None,
    }
}

/// How to except a role from a statement: by the list that it has, else by one more condition.
fn excepting(context: &Context<'_, '_>, statement: &Statement, asked: &Asked<'_>) -> String {
    let arn = match asked.path.role.id {
        Some(id) => format!("the ARN of `{}`", context.graph.get(id).address.as_str()),
        None => quoted(&asked.path.role.name),
    };
    let mut conditions = statement.readable_conditions();
    let list = conditions.find(|one| one.key == "aws:principalarn" && one.operator.negated);
    match list {
        Some(list) => format!("add {arn} to `{}` of the statement", list.written_key),
        None => format!(
            "except the role: a condition `ArnNotEquals` on `aws:PrincipalArn` with {arn} in the same statement"
        ),
    }
}

/// Why the requests of a workload do not come the way that a denial excepts, and how they would.
fn by_way(context: &Context<'_, '_>, asked: &Asked<'_>, condition: &Condition) -> (String, String) {
    let id = asked.path.workload.id;
    let resource = context.graph.get(id);
    let name = workload(context, asked.path);
    if condition.key == "aws:sourceip" || condition.key == "aws:vpcsourceip" {
        return (
            format!("the requests of {name} carry no such address"),
            "ask for `aws:SourceVpce` instead, with the endpoint that they come through".to_owned(),
        );
    }
    let way = match asked.path.workload.kind {
        WorkloadKind::StartedJob => asked.hop.through.map_or(Way::Unknown, Way::Endpoint),
        _ => way_of(context.graph, &context.network, id, "s3"),
    };
    match (resource.kind(), way) {
        (_, Way::Endpoint(endpoint)) => {
            let endpoint = context.graph.get(endpoint).address.as_str();
            let whose = if condition.key == "aws:sourcevpce" {
                format!("the id of `{endpoint}`")
            } else {
                format!("the VPC of `{endpoint}`")
            };
            (
                format!("the requests of {name} come through `{endpoint}`"),
                format!("add {whose} to `{}`", condition.written_key),
            )
        }
        (Some(Kind::Notebook), Way::Internet) => notebook(context, id, &name),
        (Some(Kind::NotebookDomain | Kind::NotebookProfile), Way::Internet) => (
            format!("{name} is not `VpcOnly`, so its requests leave by the internet"),
            "let `app_network_access_type` of the domain be `VpcOnly`".to_owned(),
        ),
        (_, Way::Service) => (
            format!("{name} names no subnets, so its requests come through no endpoint of yours"),
            format!("place {name} in subnets whose route table leads to the endpoint"),
        ),
        (_, Way::Internet) => (
            format!("the subnets of {name} have no route to an endpoint for S3"),
            "associate the endpoint with the route table of these subnets".to_owned(),
        ),
        (_, Way::Unknown) => (
            format!("the requests of {name} come by no way that it names"),
            format!("place {name} in subnets whose route table leads to the endpoint"),
        ),
    }
}

fn notebook(context: &Context<'_, '_>, id: ResourceId, name: &str) -> (String, String) {
    let notebook = context.subject(id);
    let direct = notebook.setting("direct_internet_access");
    let is_direct = !matches!(direct, super::Setting::Known { ref text, .. } if text.eq_ignore_ascii_case("disabled"));
    let closed = "`direct_internet_access` as `Disabled`";
    if notebook.resource.get("subnet_id").is_none() {
        (
            format!("{name} stands in no subnet of yours, so its requests leave by the internet"),
            format!("give it a `subnet_id` whose route table leads to the endpoint, with {closed}"),
        )
    } else if is_direct {
        (
            format!(
                "{name} has direct internet access, with which its requests to S3 take no gateway endpoint"
            ),
            format!("set {closed}, with the endpoint in the route table of its subnet"),
        )
    } else {
        (
            format!("the subnet of {name} has no route to an endpoint for S3"),
            "associate the endpoint with the route table of its subnet".to_owned(),
        )
    }
}
