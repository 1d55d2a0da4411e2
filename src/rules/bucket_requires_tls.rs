//! PG-S3-005.

use super::denials::{Denied, to_everybody};
use super::resource_policies::{graded, missing};
use super::statements::{called, hinged, open};
use super::{Check, Context, Example, Link, PROTECTED_BUCKETS, Rule, RuleKind, Subject};
use crate::access::{ResourcePolicies, everybody, hinges};
use crate::finding::{Evidence, Severity, Verdict};
use crate::iam::Hinge;
use crate::iam::condition::{Condition, Test};
use crate::iam::policy::{Clause, Effect, Statement};
use crate::model::source::Span;
use crate::model::truth::Truth;
use crate::model::vocabulary::Kind;

pub(super) const RULE: Rule = Rule {
    id: "bucket-requires-tls",
    alias: "PG-S3-005",
    kind: RuleKind::Secure,
    tier: 1,
    severity: Severity::Medium,
    summary: "a bucket policy denies everybody to read, write and list without TLS",
    why: "S3 answers requests without TLS too, and then whoever stands between reads the data. The denial \
          must be for everybody, cover the bucket (listing) and its objects (reading and writing), and \
          have no further condition, which would narrow it. One level less for a bucket that is not known \
          to hold protected data.",
    unsure: "A bucket without a policy breaks the rule. A policy or ARN that is made while applying may turn \
             out either way: ARNs built from the bucket's name can be read in a first plan.",
    fix: "deny `s3:*` to `*` on the bucket's ARN and on that with `/*`, if `aws:SecureTransport` is `false`",
    references: &[Link {
        title: "Amazon S3 User Guide: Security best practices for Amazon S3 (enforce encryption of data in transit)",
        url: "https://docs.aws.amazon.com/AmazonS3/latest/userguide/security-best-practices.html",
    }],
    assumes: &[PROTECTED_BUCKETS],
    example: Example {
        fail: include_str!("../../testdata/rules/bucket-requires-tls/fail.tf"),
        pass: include_str!("../../testdata/rules/bucket-requires-tls/pass.tf"),
    },
    check: Check::Resource(&[Kind::Bucket], check),
};

const QUESTION: &str = "whether this bucket refuses requests without TLS";

/// What must be denied: the action, whether it is about the objects, and how messages call it.
const NEEDS: [(&str, bool, &str); 3] = [
    ("s3:GetObject", true, "reading objects"),
    ("s3:PutObject", true, "writing objects"),
    ("s3:ListBucket", false, "listing the bucket"),
];

fn check(context: &Context<'_, '_>, bucket: &Subject<'_, '_>) -> Verdict {
    let severity = context.on_protected(bucket.id, Severity::Medium);
    let policies = context.access.policies_of(bucket.id);
    let arn = context.access.arn(bucket.id).unwrap_or_default();
    let mut unknown = Vec::new();
    let denied = NEEDS.map(|(action, is_object, _)| {
        let request = Denied::of(action, &arn, is_object);
        let statements = policies
            .policies
            .iter()
            .flat_map(|carried| &carried.policy.statements);
        let each: Vec<_> = statements
            .map(|statement| denies(&request, statement, &mut unknown))
            .collect();
        each.into_iter().fold(Truth::No, Truth::or)
    });
    if denied == [Truth::Yes; 3] {
        return Verdict::Holds;
    }
    // Only where nothing can be added is something missing.
    let mut verdict = Verdict::Holds;
    for carried in &policies.policies {
        verdict = verdict.worse(open(context, &carried.policy, QUESTION));
    }
    if let Some(why) = policies.perhaps_more {
        let evidence = missing(bucket.resource, why, QUESTION);
        verdict = verdict.worse(Verdict::Unsure(vec![evidence]));
    }
    if verdict == Verdict::Holds {
        let missing = |(truth, (_, _, words)): (Truth, (_, _, &'static str))| {
            (truth == Truth::No).then_some(words)
        };
        let missing: Vec<_> = denied.into_iter().zip(NEEDS).filter_map(missing).collect();
        verdict = if missing.is_empty() {
            unknown.sort();
            unknown.dedup();
            let at = place(bucket, &policies);
            let evidence = policies.policies.first().map(|carried| {
                let evidence = Evidence::new("", at);
                hinged(context, evidence, &carried.policy, QUESTION, &unknown)
            });
            Verdict::Unsure(evidence.into_iter().collect())
        } else {
            Verdict::Broken(vec![broken(bucket, &policies, &missing)])
        };
    }
    graded(verdict, severity)
}

fn place(bucket: &Subject<'_, '_>, policies: &ResourcePolicies<'_, '_>) -> Span {
    let first = policies.policies.first();
    first.map_or(bucket.resource.origin, |carried| carried.policy.at)
}

fn broken(
    bucket: &Subject<'_, '_>,
    policies: &ResourcePolicies<'_, '_>,
    missing: &[&str],
) -> Evidence {
    let at = place(bucket, policies);
    let Some(carried) = policies.policies.first() else {
        return match policies.deleted.first() {
            Some(deleted) => {
                let address = deleted.address.as_str();
                let message = format!(
                    "this change deletes {address}, so nothing keeps requests without TLS from this bucket"
                );
                Evidence::new(message, deleted.origin).about("deleted")
            }
            None => Evidence::new(
                "this bucket has no policy, so S3 answers requests without TLS",
                at,
            ),
        };
    };
    let policy = &carried.policy;
    let statements = policy.statements.iter();
    let about_tls = statements.filter(|statement| statement.conditions.iter().any(is_about_tls));
    // A denial rather than what allows.
    let Some(near) = about_tls.min_by_key(|statement| statement.effect == Effect::Allow) else {
        let message = format!(
            "`{}` does not deny requests without TLS, so S3 answers them",
            policy.name
        );
        return Evidence::new(message, at);
    };
    let called = called(near, policy);
    if missing.len() < NEEDS.len() {
        let missing = missing.join(" and ");
        let message = format!("{called} leaves out {missing}: that goes on without TLS");
        return Evidence::new(message, near.at).code("partial");
    }
    let reason = if near.effect == Effect::Allow {
        "allows requests with TLS but denies none, so other policies may allow them without"
    } else if near.principals.as_ref().map(everybody) != Some(Truth::Yes) || is_negated(near) {
        "denies requests without TLS to some only"
    } else if near.conditions.len() > 1 {
        "denies requests without TLS only where its other conditions hold as well"
    } else {
        "does not deny reading, writing and listing this bucket without TLS"
    };
    Evidence::new(format!("{called} {reason}"), near.at)
}

fn is_negated(statement: &Statement) -> bool {
    statement.principals.as_ref().is_some_and(|one| one.negated)
}

fn is_about_tls(clause: &Clause) -> bool {
    matches!(clause, Clause::Condition(condition) if condition.key == "aws:securetransport")
}

/// Whether a statement denies a request to everybody without TLS; what that hinges on.
fn denies(request: &Denied, statement: &Statement, unknown: &mut Vec<Hinge>) -> Truth {
    let mut open = Vec::new();
    let covered = request.covered_by(statement, &mut open);
    // A denial that excepts somebody is not for everybody.
    let whom = if is_negated(statement) {
        Truth::No
    } else {
        to_everybody(statement, &mut open)
    };
    let conditions = statement.conditions.iter().map(|clause| match clause {
        Clause::Open(hinge) => {
            open.push(hinge.clone());
            Truth::Unknown
        }
        Clause::Condition(condition) => without_tls(condition, &mut open),
    });
    let conditions = conditions.fold(Truth::Yes, Truth::and);
    let all = covered.and(whom).and(conditions);
    if all == Truth::Unknown {
        unknown.extend(open);
    }
    all
}

/// Whether a condition holds for every request without TLS.
fn without_tls(condition: &Condition, open: &mut Vec<Hinge>) -> Truth {
    let operator = condition.operator;
    if condition.key != "aws:securetransport" || operator.test != Test::Bool || operator.negated {
        return Truth::No;
    }
    let each = condition.values.iter().map(|value| {
        let known = value.text.known();
        known.map_or_else(
            || {
                open.extend(hinges(&value.text));
                Truth::Unknown
            },
            |text| text.eq_ignore_ascii_case("false").into(),
        )
    });
    each.fold(Truth::No, Truth::or)
}
