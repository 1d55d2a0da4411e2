//! PG-S3-007.

use super::denials::{Denied, leaves_out_services, to_everybody, without_policy};
use super::resource_policies::missing;
use super::seals::seal_of;
use super::statements::{about, called, hinged, open};
use super::{Check, Context, Example, Link, Rule, RuleKind, SEAL_ASSUMPTIONS, Subject};
use crate::access::{ResourcePolicies, has_fixed_values, hinges};
use crate::finding::{Evidence, Severity, Verdict};
use crate::iam::condition::{Condition, Test};
use crate::iam::policy::{Clause, Effect, Statement};
use crate::iam::{Hinge, Policy, equal_texts};
use crate::model::graph::ResourceId;
use crate::model::resource::Standing;
use crate::model::truth::Truth;
use crate::model::value::Why;
use crate::model::vocabulary::Kind;
use crate::network::serves;
use crate::seals::Purpose;

pub(super) const RULE: Rule = Rule {
    id: "bucket-perimeter-set",
    alias: "PG-S3-007",
    kind: RuleKind::Secure,
    tier: 1,
    severity: Severity::Medium,
    summary: "a bucket with a workload's data denies reading and writing to whoever comes from elsewhere or belongs to others",
    why: "The policy of an endpoint says what a network may reach; from where the data may be reached only the \
          bucket says. Without a denial for whoever is outside, stolen credentials of anybody who may read the data \
          read it from anywhere, and those of whoever may write it change it.",
    unsure: "Judged for the buckets that a workload reads or writes, and for those tagged as confidential. The \
             denial must be for everybody, cover reading and writing the objects (`partial` where it leaves one out), \
             and compare an endpoint, VPC, address, account, organization or principal with fixed ones; it may except AWS services and those with a tag. A \
             resource control policy of the input counts as well. A bucket without a policy breaks the rule. One \
             whose denial asks for the id of an endpoint that does not lead to S3, or is none of the input's, \
             denies the workloads too (`unknown-endpoint-in-perimeter`, high).",
    fix: "deny `s3:*` on the bucket and its objects to `*`, unless `aws:SourceVpce` is your endpoint or \
          `aws:PrincipalOrgID` your organization; except AWS services by `aws:PrincipalIsAWSService` and \
          `aws:ViaAWSService`, each `false`",
    references: &[
        Link {
            title: "Amazon S3 User Guide: Controlling access from VPC endpoints with bucket policies",
            url: "https://docs.aws.amazon.com/AmazonS3/latest/userguide/example-bucket-policies-vpc-endpoint.html",
        },
        Link {
            title: "AWS IAM User Guide: Establish permissions guardrails using data perimeters",
            url: "https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_data-perimeters.html",
        },
    ],
    assumes: SEAL_ASSUMPTIONS,
    example: Example {
        fail: include_str!("../../testdata/rules/bucket-perimeter-set/fail.tf"),
        pass: include_str!("../../testdata/rules/bucket-perimeter-set/pass.tf"),
    },
    check: Check::Resource(&[Kind::Bucket], check),
};

const QUESTION: &str = "whether this bucket denies reading and writing to whoever is outside";

/// What must be denied.
const NEEDS: [&str; 2] = ["s3:GetObject", "s3:PutObject"];

const ENDPOINT: &str = "aws:sourcevpce";

/// Keys that tell from where somebody comes, or to whom they belong.
const PERIMETER: [&str; 12] = [
    ENDPOINT,
    "aws:sourcevpc",
    "aws:sourcevpcarn",
    "aws:vpceaccount",
    "aws:vpceorgid",
    "aws:sourceip",
    "aws:principalaccount",
    "aws:principalarn",
    "aws:principalorgid",
    "aws:principalorgpaths",
    "aws:userid",
    "s3:accesspointnetworkorigin",
];

fn check(context: &Context<'_, '_>, bucket: &Subject<'_, '_>) -> Verdict {
    if seal_of(context, bucket.id, Purpose::Read).is_none() {
        return Verdict::NotApplicable;
    }
    let policies = context.access.policies_of(bucket.id);
    let arn = context.access.arn(bucket.id).unwrap_or_default();
    let needs = NEEDS.map(|action| Denied::of(action, &arn, true));
    let controls = context.access.controls_of(bucket.id);
    let own = policies.policies.iter().map(|carried| &carried.policy);
    let (mut set, mut unknown, mut wrong) = ([Truth::No; 2], Vec::new(), Verdict::Holds);
    for policy in own.chain(&controls) {
        for statement in &policy.statements {
            let each = needs
                .each_ref()
                .map(|need| denies(need, statement, &mut unknown));
            if each.contains(&Truth::Yes) {
                wrong = wrong.worse(endpoints(context, policy, statement));
            }
            for (set, denies) in set.iter_mut().zip(each) {
                *set = set.or(denies);
            }
        }
    }
    if set == [Truth::Yes; 2] {
        return wrong;
    }
    let mut verdict = Verdict::Holds;
    for carried in &policies.policies {
        verdict = verdict.worse(open(context, &carried.policy, QUESTION));
    }
    if let Some(why) = policies.perhaps_more {
        let evidence = missing(bucket.resource, why, QUESTION);
        verdict = verdict.worse(Verdict::Unsure(vec![evidence]));
    }
    if verdict != Verdict::Holds {
        return verdict;
    }
    let first = policies.policies.first().map(|carried| &carried.policy);
    match first.or(controls.first()) {
        Some(policy) if !set.contains(&Truth::No) => {
            unknown.sort();
            unknown.dedup();
            let at = first.map_or(bucket.resource.origin, |own| own.at);
            let evidence = Evidence::new("", at);
            Verdict::Unsure(vec![hinged(context, evidence, policy, QUESTION, &unknown)])
        }
        _ if set.contains(&Truth::Yes) => {
            let reads = set.first() == Some(&Truth::Yes);
            let own = policies.policies.iter().map(|carried| &*carried.policy);
            let all = own.chain(controls.iter().map(|control| &**control));
            wrong.worse(Verdict::Broken(vec![half_broken(
                bucket, all, &needs, reads,
            )]))
        }
        _ => Verdict::Broken(vec![broken(bucket, &policies)]),
    }
}

/// Where those outside are denied to read, but not to write; or the other way round.
fn half_broken<'p>(
    bucket: &Subject<'_, '_>,
    policies: impl Iterator<Item = &'p Policy>,
    needs: &[Denied],
    reads: bool,
) -> Evidence {
    let (lacks, so) = if reads {
        (
            "writing",
            "whoever may write this bucket's objects changes them from anywhere",
        )
    } else {
        (
            "reading",
            "whoever may read this bucket's objects reads them from anywhere",
        )
    };
    let mut all =
        policies.flat_map(|policy| policy.statements.iter().map(move |one| (one, policy)));
    let denying = all.find(|(statement, _)| {
        let mut needs = needs.iter();
        needs.any(|need| denies(need, statement, &mut Vec::new()) == Truth::Yes)
    });
    let (called, at) = match denying {
        Some((statement, policy)) => (called(statement, policy), statement.at),
        None => ("its policy".to_owned(), bucket.resource.origin),
    };
    let message = format!("{called} leaves out {lacks}, so {so}, stolen credentials included");
    Evidence::new(message, at).code("partial")
}

/// Whether a statement denies what must be denied to whoever is outside; what that hinges on.
fn denies(reading: &Denied, statement: &Statement, unknown: &mut Vec<Hinge>) -> Truth {
    let mut open = Vec::new();
    let covered = reading.covered_by(statement, &mut open);
    let whom = to_everybody(statement, &mut open);
    let excepts = statement.principals.as_ref().is_some_and(|one| one.negated);
    // Who is excepted by name is inside, and without a condition nobody is.
    let mut bounded = Truth::from(excepts || statement.conditions.is_empty());
    let mut all = covered.and(whom);
    for clause in &statement.conditions {
        let outside = match clause {
            Clause::Open(hinge) => {
                open.push(hinge.clone());
                bounded = bounded.or(Truth::Unknown);
                Truth::Unknown
            }
            Clause::Condition(condition) if PERIMETER.contains(&condition.key.as_str()) => {
                bounded = Truth::Yes;
                is_of_those_outside(condition, &mut open)
            }
            Clause::Condition(condition) => leaves_out_services(condition).into(),
        };
        all = all.and(outside);
    }
    let all = all.and(bounded);
    if all == Truth::Unknown {
        unknown.extend(open);
    }
    all
}

/// Whether a condition holds for everybody but a closed set: also for those of whom the key tells nothing.
fn is_of_those_outside(condition: &Condition, open: &mut Vec<Hinge>) -> Truth {
    let operator = condition.operator;
    if !operator.negated || operator.test == Test::Null || !condition.absent() {
        return Truth::No;
    }
    let each = condition.values.iter().map(|value| {
        let known = value.text.known();
        match (condition.key.as_str(), known) {
            ("aws:sourceip", Some(block)) => (!block.ends_with("/0")).into(),
            ("aws:sourceip", None) => Truth::Unknown,
            ("s3:accesspointnetworkorigin", Some(origin)) => (origin == "VPC").into(),
            // The unique id of a role, and whatever its session is called.
            ("aws:userid", _) => (!value.text.known_start().starts_with(['*', '?'])).into(),
            _ => Truth::Yes,
        }
    });
    let mut closed = each.fold(Truth::Yes, Truth::and);
    if !["aws:sourceip", "aws:userid"].contains(&condition.key.as_str()) {
        closed = closed.and(has_fixed_values(condition));
    }
    if closed == Truth::Unknown {
        open.extend(
            condition
                .values
                .iter()
                .flat_map(|value| hinges(&value.text)),
        );
    }
    closed
}

/// Whether whoever comes by the endpoints that a denial excepts can come to S3 at all.
fn endpoints(context: &Context<'_, '_>, policy: &Policy, statement: &Statement) -> Verdict {
    let mut conditions = statement
        .readable_conditions()
        .filter(|one| PERIMETER.contains(&one.key.as_str()));
    let (Some(condition), None) = (conditions.next(), conditions.next()) else {
        return Verdict::Holds;
    };
    let excepts = statement.principals.as_ref().is_some_and(|one| one.negated);
    if condition.key != ENDPOINT || excepts {
        return Verdict::Holds;
    }
    let all: Vec<_> = endpoints_of_input(context).collect();
    let leads_to_s3 = |id: ResourceId| serves(context.graph.get(id), "s3");
    let is_own = |id: ResourceId| context.graph.get(id).standing == Standing::Judged;
    let own = all.iter().copied();
    let own: Vec<_> = own
        .filter(|id| is_own(*id) && leads_to_s3(*id) == Truth::Yes)
        .collect();
    let address = |id: &ResourceId| format!("`{}`", context.graph.get(*id).address.as_str());
    let (mut elsewhere, mut others, mut maybe) = (Vec::new(), Vec::new(), Vec::new());
    for value in &condition.values {
        let is_it =
            |id: &ResourceId| equal_texts(&value.text, &context.access.attribute(*id, "id"));
        if let Some(id) = all.iter().find(|id| is_it(id) == Truth::Yes) {
            if leads_to_s3(*id) != Truth::No {
                return Verdict::Holds;
            }
            elsewhere.push(address(id));
        } else if value.text.known().is_none() {
            return Verdict::Holds;
        } else {
            maybe.extend(own.iter().filter(|id| is_it(id) == Truth::Unknown));
            others.push(format!("`{}`", context.access.show(&value.text)));
        }
    }
    let called = called(statement, policy);
    let evidence = |message: String| {
        let evidence = Evidence::new(message, condition.at)
            .about(about(statement, policy))
            .code("unknown-endpoint-in-perimeter")
            .severity(Severity::High);
        let ids: Vec<_> = own.iter().map(address).collect();
        evidence.fix(if ids.is_empty() {
            "name the endpoint by which S3 is reached".to_owned()
        } else {
            format!("name the id of {}", ids.join(" or "))
        })
    };
    if others.is_empty() {
        let message = format!(
            "{called} denies whoever does not come by {}, by which nobody comes to S3: so everybody is denied",
            elsewhere.join(" or ")
        );
        return Verdict::Broken(vec![evidence(message)]);
    }
    let Some(first) = own.first().map(address) else {
        // The endpoints are made elsewhere.
        return Verdict::Holds;
    };
    let others = others.join(" or ");
    if maybe.is_empty() {
        let message = format!(
            "{called} denies whoever does not come by {others}, which is no endpoint of the input: so whoever comes by {first} is denied"
        );
        return Verdict::Broken(vec![evidence(message)]);
    }
    let message = format!(
        "cannot tell whether {called} lets in whoever comes by {first}: it denies all but those who come by {others}"
    );
    let hinges = maybe.iter().map(|id| context.graph.get(*id).name_of("id"));
    let evidence = hinges.fold(evidence(message), |evidence, value| {
        evidence.hinges_on(value, Why::KnownAfterApply)
    });
    Verdict::Unsure(vec![evidence])
}

fn endpoints_of_input<'c>(context: &'c Context<'_, '_>) -> impl Iterator<Item = ResourceId> + 'c {
    let all = context.graph.iter();
    let endpoints = all.filter(|(_, resource)| resource.kind() == Some(Kind::Endpoint));
    endpoints.map(|(id, _)| id)
}

fn broken(bucket: &Subject<'_, '_>, policies: &ResourcePolicies<'_, '_>) -> Evidence {
    let so = "so whoever may read this bucket's objects reads them from anywhere, stolen credentials included";
    let Some(carried) = policies.policies.first() else {
        return without_policy(bucket, policies, so);
    };
    let policy = &carried.policy;
    // A denial that means to be one.
    let is_meant = |one: &&Condition| {
        let negates = one.operator.negated || one.operator.test == Test::Null;
        negates && PERIMETER.contains(&one.key.as_str())
    };
    let near = policy.statements.iter().find(|statement| {
        let mut conditions = statement.readable_conditions();
        statement.effect == Effect::Deny && conditions.any(|one| is_meant(&one))
    });
    let Some(statement) = near else {
        let message = format!(
            "`{}` denies nobody by where they come from or to whom they belong, {so}",
            policy.name
        );
        return Evidence::new(message, policy.at);
    };
    let called = called(statement, policy);
    let lets_through =
        |one: &&Condition| is_meant(one) && is_of_those_outside(one, &mut Vec::new()) == Truth::No;
    let narrows = |one: &&Condition| !is_meant(one) && !leaves_out_services(one);
    let reason = if let Some(one) = statement.readable_conditions().find(lets_through) {
        format!(
            "does not deny everybody outside: its condition on `{}` (`{}`) lets others through",
            one.written_key, one.name
        )
    } else if let Some(one) = statement.readable_conditions().find(narrows) {
        format!(
            "denies those outside only where its condition on `{}` holds as well",
            one.written_key
        )
    } else if to_everybody(statement, &mut Vec::new()) == Truth::No {
        "is not for everybody".to_owned()
    } else {
        "does not cover reading this bucket's objects".to_owned()
    };
    Evidence::new(format!("{called} {reason}, {so}"), statement.at).code("partial")
}
