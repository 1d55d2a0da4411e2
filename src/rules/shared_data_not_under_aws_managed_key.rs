//! PG-KMS-013.

use super::identity_policies::covers;
use super::statements::{called, named_hinges, open};
use super::{Check, Context, Example, Link, Rule, RuleKind, Subject};
use crate::access::{Encryption, Object, admitted_accounts, allows};
use crate::finding::{Evidence, Severity, Verdict};
use crate::iam::policy::PrincipalKind;
use crate::iam::text::Domain;
use crate::iam::{Action, Decision, Principal, Text, is_account_id};
use crate::model::graph::ResourceId;
use crate::model::source::Span;
use crate::model::truth::Truth;
use crate::model::value::{Data, Piece, Referent, Value, Why};
use crate::model::vocabulary::Kind;
use crate::workload::{ProcessingJob, bucket_of};

pub(super) const RULE: Rule = Rule {
    id: "shared-data-not-under-aws-managed-key",
    alias: "PG-KMS-013",
    kind: RuleKind::Works,
    tier: 1,
    severity: Severity::High,
    summary: "data that another account may read lies under a key that lets it in",
    why: "A bucket policy that lets in another account is half of it: S3 asks the key as well. `aws/s3` lets in \
          nobody from another account, and its policy cannot be changed; a customer managed key lets in whom its \
          policy names. Whoever lacks it gets `AccessDenied`, whatever the bucket says.",
    unsure: "Judged for the accounts that the policies of a bucket and its access points name. S3's own encryption \
             needs no key and is no hindrance. What the other account allows its own people is not known, and not \
             judged.",
    fix: "encrypt with a customer managed key, by its ARN, and let the other account use it in the key's policy",
    references: &[
        Link {
            title: "Amazon S3 User Guide: Using server-side encryption with AWS KMS keys (SSE-KMS)",
            url: "https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingKMSEncryption.html",
        },
        Link {
            title: "AWS KMS Developer Guide: Allowing users in other accounts to use a KMS key",
            url: "https://docs.aws.amazon.com/kms/latest/developerguide/key-policy-modifying-external-accounts.html",
        },
    ],
    assumes: &[],
    example: Example {
        fail: include_str!("../../testdata/rules/shared-data-not-under-aws-managed-key/fail.tf"),
        pass: include_str!("../../testdata/rules/shared-data-not-under-aws-managed-key/pass.tf"),
    },
    check: Check::Resource(
        &[
            Kind::Bucket,
            Kind::ProcessingJob,
            Kind::ProcessingJobMonitor,
        ],
        check,
    ),
};

/// So many are named in one sentence.
const SHOWN: usize = 3;

/// Somebody of another account whom a bucket lets in.
struct Sharer {
    account: Text,
    /// As the statement names them.
    named_by: Text,
    kind: Option<PrincipalKind>,
    reads: bool,
    writes: bool,
    /// Whether they are of another account for certain, and what that hinges on.
    is_foreign: Truth,
    hinges: Vec<(String, Why)>,
    statement: String,
    at: Span,
}

fn check(context: &Context<'_, '_>, subject: &Subject<'_, '_>) -> Verdict {
    match ProcessingJob::of(subject.resource) {
        Some(job) => results(context, subject, &job),
        None => objects(context, subject),
    }
}

/// What lies in a bucket.
fn objects(context: &Context<'_, '_>, bucket: &Subject<'_, '_>) -> Verdict {
    let object = context.access.object(bucket.id);
    let encryption = context.access.encryption(&object);
    let (sharers, policies) = sharers(context, bucket.id);
    if sharers.is_empty() && policies == Verdict::Holds {
        return Verdict::NotApplicable;
    }
    let all: Vec<_> = sharers.iter().collect();
    let verdict = match &encryption {
        Encryption::Free => return Verdict::Holds,
        _ if sharers.is_empty() => Verdict::Holds,
        Encryption::Unknown(value, why) => {
            let message = format!(
                "cannot tell whether {}, whom this bucket lets in, can read what lies in it: its key is not known \
                 ({why})",
                names(context, &all)
            );
            let at = bucket.resource.origin;
            let evidence = Evidence::new(message, at).hinges_on(value, *why);
            Verdict::Unsure(vec![evidence])
        }
        Encryption::AwsManaged => managed(context, &all, "this bucket", "its objects lie"),
        Encryption::Key(key) => {
            let short = short_name(context, bucket.id);
            under_key(context, &object, key, &all, "this bucket")
                .worse(by_short_name(context, &all, short))
        }
    };
    verdict.worse(policies)
}

/// What a job writes into a bucket under another key than the bucket's own.
fn results(
    context: &Context<'_, '_>,
    subject: &Subject<'_, '_>,
    job: &ProcessingJob<'_, '_>,
) -> Verdict {
    let path = job.output_key();
    let value = context.graph.get(subject.id).get(&path);
    let encryption = context.access.key_named(value, &subject.value_name(&path));
    let mut buckets: Vec<_> = job
        .output_uris()
        .into_iter()
        .filter_map(|uri| bucket_of(context.graph, uri))
        .collect();
    buckets.sort_unstable();
    buckets.dedup();
    let mut verdict = Verdict::NotApplicable;
    for bucket in buckets {
        let object = context.access.object(bucket);
        let own = context.access.encryption(&object);
        let (sharers, _) = sharers(context, bucket);
        let readers: Vec<_> = sharers.iter().filter(|one| one.reads).collect();
        let name = format!("`{}`", context.graph.get(bucket).address.as_str());
        verdict = verdict.worse(match (&encryption, &own) {
            _ if readers.is_empty() => Verdict::NotApplicable,
            // What is so of the bucket is told there.
            (Encryption::AwsManaged, Encryption::AwsManaged) | (Encryption::Free, _) => Verdict::Holds,
            (Encryption::Key(key), Encryption::Key(own)) if key.id == own.id && key.id.is_some() => {
                Verdict::Holds
            }
            (Encryption::AwsManaged, _) => managed(context, &readers, &name, "what this job writes there lies"),
            (Encryption::Key(key), _) => under_key(context, &object, key, &readers, &name),
            (Encryption::Unknown(value, why), _) => {
                let message = format!(
                    "cannot tell whether {}, whom {name} lets in, can read what this job writes there: its key is \
                     not known ({why})",
                    names(context, &readers)
                );
                let evidence = Evidence::new(message, subject.place(&path)).hinges_on(value, *why);
                Verdict::Unsure(vec![evidence])
            }
        });
    }
    verdict
}

/// Whom the policies of a bucket and its access points let in from other accounts, and what is not known of the
/// policies.
fn sharers(context: &Context<'_, '_>, bucket: ResourceId) -> (Vec<Sharer>, Verdict) {
    let resource = context.graph.get(bucket);
    let mut found: Vec<Sharer> = Vec::new();
    let mut unknown = Verdict::Holds;
    let points = context.access.access_points(bucket);
    for carrier in std::iter::once(bucket).chain(points) {
        for carried in context.access.policies_of(carrier).policies {
            let policy = &carried.policy;
            let question = "whether another account may read what lies under this bucket's key";
            unknown = unknown.worse(open(context, policy, question));
            for statement in &policy.statements {
                let gives = |action| allows(statement).and(covers(&statement.actions, action));
                let (reads, writes) = (gives("s3:GetObject"), gives("s3:PutObject"));
                if reads != Truth::Yes && writes != Truth::Yes {
                    continue;
                }
                for account in admitted_accounts(statement) {
                    let Some(id) = account.id else { continue };
                    if id.known().is_some_and(|id| !is_account_id(id)) {
                        continue;
                    }
                    let (is_own, of) = context.access.is_own_account(resource, &id);
                    let is_known = found.iter().any(|one| {
                        one.named_by == account.named_by
                            && (one.writes || writes != Truth::Yes)
                            && (one.reads || reads != Truth::Yes)
                    });
                    if is_own == Truth::Yes || is_known {
                        continue;
                    }
                    found.push(Sharer {
                        account: id,
                        named_by: account.named_by,
                        kind: account.kind,
                        reads: reads == Truth::Yes,
                        writes: writes == Truth::Yes,
                        is_foreign: !is_own,
                        hinges: of.iter().map(|hinge| context.access.hinge(hinge)).collect(),
                        statement: called(statement, policy),
                        at: statement.at,
                    });
                }
            }
        }
    }
    (found, unknown)
}

/// Data under the key that AWS manages for S3.
fn managed(context: &Context<'_, '_>, sharers: &[&Sharer], bucket: &str, lie: &str) -> Verdict {
    let Some(first) = sharers.first() else {
        return Verdict::Holds;
    };
    let message = format!(
        "{} lets {} into {bucket}, but {lie} under `aws/s3`, which no other account can use: they get `AccessDenied`",
        first.statement,
        names(context, sharers),
    );
    let evidence = Evidence::new(message, first.at).about(bucket).fix(
        "encrypt with a customer managed key, by its ARN, whose policy lets them decrypt; S3 keeps what is there \
         under the old key until it is copied onto itself",
    );
    settled(sharers, evidence)
}

/// Data under a key whose policy may let them in.
fn under_key(
    context: &Context<'_, '_>,
    bucket: &Object,
    key: &Object,
    sharers: &[&Sharer],
    name: &str,
) -> Verdict {
    let mut verdict = Verdict::Holds;
    let (mut kept_out, mut open): (Vec<&Sharer>, Vec<&Sharer>) = (Vec::new(), Vec::new());
    let mut hinges = Vec::new();
    for sharer in sharers {
        match lets_in(context, bucket, key, sharer) {
            (Decision::Allowed, _) => {}
            (Decision::Undecided, of) => {
                open.push(sharer);
                hinges.extend(of);
            }
            _ => kept_out.push(sharer),
        }
    }
    let reading = |all: &[&Sharer]| {
        if all.iter().any(|one| one.reads) {
            READ
        } else {
            WRITE
        }
    };
    if let Some(first) = kept_out.first() {
        let action = reading(&kept_out);
        let message = format!(
            "{} lets {} into {name}, but the policy of its key `{}` does not let them `{action}`: they get \
             `AccessDenied`",
            first.statement,
            names(context, &kept_out),
            key.name,
        );
        let fix = format!(
            "let {} `{action}` in the policy of `{}`, or take them out of the bucket's policy",
            names(context, &kept_out),
            key.name
        );
        let evidence = Evidence::new(message, first.at).about(name).fix(fix);
        verdict = verdict.worse(settled(&kept_out, evidence));
    }
    if let Some(first) = open.first() {
        let message = format!(
            "cannot tell whether the key `{}` lets {} `{}`, whom {} lets into {name}",
            key.name,
            names(context, &open),
            reading(&open),
            first.statement
        );
        hinges.sort();
        hinges.dedup();
        let evidence = Evidence::new(message, first.at).about(name);
        verdict = verdict.worse(Verdict::Unsure(vec![named_hinges(evidence, &hinges)]));
    }
    verdict
}

const READ: &str = "kms:Decrypt";
const WRITE: &str = "kms:GenerateDataKey";

/// Whether the key's policy, or a grant, lets somebody in whose own account allows them everything.
fn lets_in(
    context: &Context<'_, '_>,
    bucket: &Object,
    key: &Object,
    sharer: &Sharer,
) -> (Decision, Vec<(String, Why)>) {
    let action = Action::named(if sharer.reads { READ } else { WRITE });
    let principal = match sharer.kind {
        Some(PrincipalKind::Role) => Principal::Role {
            arn: sharer.named_by.clone(),
            account: sharer.account.clone(),
            session: None,
        },
        Some(PrincipalKind::User) => Principal::User {
            arn: sharer.named_by.clone(),
            account: sharer.account.clone(),
        },
        // The account says who it is: whomever of them the key names.
        _ if names_somebody(key, &action, &sharer.account) => {
            return (Decision::Allowed, Vec::new());
        }
        _ => key.role_beside(&sharer.account, "an identity outside the input"),
    };
    let caller = context.access.with_everything(principal, "them");
    let inside = context.access.anything("the object", Domain::ANY).text;
    let by_s3 = context
        .access
        .by_s3(bucket, &bucket.below(&inside).arn, key);
    let answer = context.access.ask(&caller, &action, key, &by_s3);
    (answer.decision(), context.access.hinges_of(&answer))
}

/// Whether a statement of the key, or a grant, names somebody of an account.
fn names_somebody(key: &Object, action: &Action, account: &Text) -> bool {
    let policies = key.policy().into_iter().chain(key.granted());
    let mut statements = policies.flat_map(|policy| &policy.statements);
    statements.any(|statement| {
        let about = allows(statement).and(statement.actions.cover(action));
        let mut accounts = admitted_accounts(statement).into_iter();
        about == Truth::Yes && accounts.any(|one| one.id.as_ref() == Some(account))
    })
}

/// Another account that writes resolves a key's id or alias in its own account.
fn by_short_name(context: &Context<'_, '_>, sharers: &[&Sharer], short: Option<Span>) -> Verdict {
    let writers: Vec<_> = sharers.iter().copied().filter(|one| one.writes).collect();
    let (Some(at), Some(first)) = (short, writers.first()) else {
        return Verdict::Holds;
    };
    let message = format!(
        "{} lets {} write into this bucket, whose default key is named by id or alias: KMS looks for that in the \
         account of whoever writes",
        first.statement,
        names(context, &writers)
    );
    let evidence = Evidence::new(message, at).about("short name");
    settled(&writers, evidence.fix("name the key by its whole ARN"))
}

/// Where the default key of a bucket is named by less than an ARN.
fn short_name(context: &Context<'_, '_>, bucket: ResourceId) -> Option<Span> {
    let parts = context.graph.parts(bucket, Kind::BucketSse).found;
    let rules = parts.iter().filter_map(|part| part.get("rule"));
    let mut rules = rules.flat_map(|rules| rules.as_list().unwrap_or(std::slice::from_ref(rules)));
    rules.find_map(|rule| {
        let key = rule
            .as_map()?
            .at("apply_server_side_encryption_by_default.kms_master_key_id")?;
        is_short(key).then_some(key.origin)
    })
}

fn is_short(key: &Value<'_>) -> bool {
    match &key.data {
        Data::Text(text) => !text.is_empty() && !text.starts_with("arn:"),
        Data::Template(pieces) => match pieces.as_ref() {
            [Piece::Reference(reference)] => {
                matches!(reference.of, Referent::Resource(_))
                    && ["id", "key_id", "name"].contains(&reference.attribute.as_ref())
            }
            _ => false,
        },
        _ => false,
    }
}

/// Broken where one of them is of another account for certain; else it depends on which one is the own.
fn settled(sharers: &[&Sharer], evidence: Evidence) -> Verdict {
    if sharers.iter().any(|one| one.is_foreign == Truth::Yes) {
        return Verdict::Broken(vec![evidence]);
    }
    let mut hinges: Vec<_> = sharers.iter().flat_map(|one| one.hinges.clone()).collect();
    hinges.sort();
    hinges.dedup();
    let message = format!(
        "cannot tell whether this is another account, pass `--account`: if so, {}",
        evidence.message
    );
    Verdict::Unsure(vec![named_hinges(
        Evidence {
            message,
            ..evidence
        },
        &hinges,
    )])
}

/// The accounts and principals, as the policies name them.
fn names(context: &Context<'_, '_>, sharers: &[&Sharer]) -> String {
    let mut names: Vec<_> = sharers
        .iter()
        .map(|one| format!("`{}`", context.access.show(&one.named_by)))
        .collect();
    names.dedup();
    if names.len() > SHOWN {
        let more = names.len() - SHOWN;
        names.truncate(SHOWN);
        names.push(format!("{more} more"));
    }
    match names.split_last() {
        Some((last, [])) => last.clone(),
        Some((last, others)) => format!("{} and {last}", others.join(", ")),
        None => String::new(),
    }
}
