//! PG-S3-006.

use super::resource_policies::{Asked, about_bucket, foreign_accounts, graded};
use super::{Check, Context, Example, Link, PROTECTED_BUCKETS, Rule, RuleKind, Subject};
use crate::access::open_parts;
use crate::finding::{Severity, Verdict};
use crate::iam::policy::Statement;
use crate::iam::{Action, Hinge, catalogue};
use crate::model::truth::Truth;
use crate::model::vocabulary::Kind;

/// How the actions begin that read, write, delete, list or change who may. Replication writes and
/// deletes objects.
const HARMFUL: [&str; 5] = ["Get", "Put", "Delete", "List", "Replicate"];

pub(super) const RULE: Rule = Rule {
    id: "bucket-policy-limited-to-trusted-accounts",
    alias: "PG-S3-006",
    kind: RuleKind::Secure,
    tier: 1,
    severity: Severity::High,
    summary: "no policy of a bucket or of its access points lets another account read, write, delete, list or change who may",
    why: "Another account decides by itself which of its users and roles use what a bucket policy lets it do; with \
          `s3:PutBucketPolicy` or an ACL it lets in whom it likes. Accounts count that a principal names, or \
          that a condition demands of a wildcard principal. One level less for a bucket that is not known to \
          hold protected data.",
    unsure: "A bucket without a policy lets no other account in. Which account is the own one is told by \
             `data.aws_caller_identity`, by `allowed_account_ids` or by `--account`; a literal account cannot \
             be judged without.",
    fix: "take the account out of the policy, if it need not use the bucket",
    references: &[Link {
        title: "Amazon S3 User Guide: Bucket policies for Amazon S3",
        url: "https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucket-policies.html",
    }],
    assumes: &[PROTECTED_BUCKETS],
    example: Example {
        fail: include_str!(
            "../../testdata/rules/bucket-policy-limited-to-trusted-accounts/fail.tf"
        ),
        pass: include_str!(
            "../../testdata/rules/bucket-policy-limited-to-trusted-accounts/pass.tf"
        ),
    },
    check: Check::Resource(
        &[
            Kind::Bucket,
            Kind::PolicyBucket,
            Kind::AccessPoint,
            Kind::PolicyAp,
        ],
        check,
    ),
};

fn check(context: &Context<'_, '_>, bucket: &Subject<'_, '_>) -> Verdict {
    let question = "whether a policy lets another account into this bucket";
    let asked = Asked {
        does: "into this bucket",
        noun: "bucket",
        severity: context.on_protected(bucket.id, Severity::High),
        but: "",
    };
    let verdict = about_bucket(context, bucket, question, |_, carried| {
        foreign_accounts(context, bucket.resource, &carried.policy, asked, harms)
    });
    graded(verdict, asked.severity)
}

/// Whether a statement is about one of the harmful actions; what that hinges on.
fn harms(statement: &Statement) -> (Truth, Vec<Hinge>) {
    let actions = catalogue::service("s3")
        .into_iter()
        .flat_map(|s3| &s3.actions);
    let harmful = actions
        .filter(|action| HARMFUL.iter().any(|begin| action.name.starts_with(begin)))
        .filter_map(|action| Action::new(&format!("s3:{}", action.name)));
    let mut any = Truth::No;
    for action in harmful {
        any = any.or(statement.actions.cover(&action));
        if any == Truth::Yes {
            return (any, Vec::new());
        }
    }
    let unknown = match any {
        Truth::Unknown => open_parts(statement),
        _ => Vec::new(),
    };
    (any, unknown)
}
