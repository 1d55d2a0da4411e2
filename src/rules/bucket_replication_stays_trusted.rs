//! PG-S3-009.

use std::iter::repeat;

use super::resource_policies::graded;
use super::statements::{called, hinged, open};
use super::{
    Check, Context, Example, KeyUse, Link, PROTECTED_BUCKETS, Rule, RuleKind, Setting, Subject,
};
use crate::access::hinges_of_principal;
use crate::finding::{Evidence, Severity, Verdict};
use crate::iam::policy::{Effect, PrincipalEntry, PrincipalKind};
use crate::iam::{Text, equal_texts};
use crate::model::graph::Target;
use crate::model::resource::{Resource, Standing};
use crate::model::source::Span;
use crate::model::truth::Truth;
use crate::model::value::{Data, Map, Value, Why};
use crate::model::vocabulary::Kind;

/// The services that S3 copies objects by.
const REPLICATES: [&str; 2] = ["s3.amazonaws.com", "batchoperations.s3.amazonaws.com"];

pub(super) const RULE: Rule = Rule {
    id: "bucket-replication-stays-trusted",
    alias: "PG-S3-009",
    kind: RuleKind::Secure,
    tier: 2,
    severity: Severity::High,
    summary: "a bucket's objects are replicated only into own accounts and under own keys, by a role that nobody but S3 assumes",
    why: "Replication copies each new object by itself, and nobody notices: in another account its owners \
          decide who reads the copy. The role that S3 copies with reads the whole bucket; whoever else may \
          assume it does so too. One level less for a bucket that is not known to hold protected data.",
    unsure: "A bucket of which no replication is seen holds, and so does a rule that is disabled. A destination that the \
             input does not show is unsure, unless `account` names its owner, which S3 then checks. A rule without a key of its own is \
             not held against it: the destination's own encryption counts.",
    fix: "take the rule out, or replicate into a bucket of an own account",
    references: &[
        Link {
            title: "Amazon S3 User Guide: Replicating objects within and across Regions",
            url: "https://docs.aws.amazon.com/AmazonS3/latest/userguide/replication.html",
        },
        Link {
            title: "Amazon S3 User Guide: Setting up permissions for live replication",
            url: "https://docs.aws.amazon.com/AmazonS3/latest/userguide/setting-repl-config-perm-overview.html",
        },
    ],
    assumes: &[PROTECTED_BUCKETS],
    example: Example {
        fail: include_str!("../../testdata/rules/bucket-replication-stays-trusted/fail.tf"),
        pass: include_str!("../../testdata/rules/bucket-replication-stays-trusted/pass.tf"),
    },
    check: Check::Resource(&[Kind::Bucket, Kind::BucketRepl], check),
};

/// Where a configuration keeps what a rule says.
#[derive(Clone, Copy)]
struct Names {
    rules: &'static str,
    role: &'static str,
    account: &'static str,
    key: &'static str,
}

const OWN_RESOURCE: Names = Names {
    rules: "rule",
    role: "role",
    account: "destination.account",
    key: "destination.encryption_configuration.replica_kms_key_id",
};

/// Written inside of the bucket, as Terraform once had it.
const INSIDE: Names = Names {
    rules: "replication_configuration.rules",
    role: "replication_configuration.role",
    account: "destination.account_id",
    key: "destination.replica_kms_key_id",
};

fn check(context: &Context<'_, '_>, subject: &Subject<'_, '_>) -> Verdict {
    let severity = context.on_protected(subject.id, Severity::High);
    let resource = context.graph.get(subject.id);
    if resource.kind() == Some(Kind::BucketRepl) {
        if context.access.is_judged_with_owner(resource) {
            return Verdict::NotApplicable;
        }
        let one = Replication::new(context, resource, resource, OWN_RESOURCE);
        return graded(one.judge(|path| resource.get(path)), severity);
    }
    let parts = context.graph.parts(subject.id, Kind::BucketRepl);
    let mut verdict = Verdict::Holds;
    for part in &parts.found {
        let one = Replication::new(context, resource, part.said_by, OWN_RESOURCE);
        verdict = verdict.worse(one.judge(|path| part.get(path)));
    }
    if parts.found.is_empty() && parts.deleted.is_empty() {
        let one = Replication::new(context, resource, resource, INSIDE);
        verdict = verdict.worse(one.judge(|path| resource.get(path)));
    }
    if context.graph.incomplete_for(subject.id).is_some() {
        // That a part of the estate is missing says nothing of a replication, for or against.
        if verdict == Verdict::Holds {
            return Verdict::NotApplicable;
        }
    } else if let Some(why) = parts.perhaps_more {
        let value = format!("the replication of {}", resource.address.as_str());
        let message = format!(
            "cannot tell where this bucket's objects are copied to: {value} is not known ({why})"
        );
        let evidence = Evidence::new(message, resource.origin).about("replication");
        verdict = verdict.worse(Verdict::Unsure(vec![evidence.hinges_on(value, why)]));
    }
    graded(verdict, severity)
}

/// The replication of one bucket.
struct Replication<'r, 'g, 'a> {
    context: &'r Context<'g, 'a>,
    bucket: &'g Resource<'a>,
    said_by: &'g Resource<'a>,
    names: Names,
}

impl<'r, 'g, 'a> Replication<'r, 'g, 'a> {
    const fn new(
        context: &'r Context<'g, 'a>,
        bucket: &'g Resource<'a>,
        said_by: &'g Resource<'a>,
        names: Names,
    ) -> Self {
        Self {
            context,
            bucket,
            said_by,
            names,
        }
    }

    fn judge<'v>(&self, get: impl Fn(&str) -> Option<&'v Value<'a>>) -> Verdict
    where
        'a: 'v,
    {
        let Some(rules) = get(self.names.rules) else {
            return Verdict::Holds;
        };
        let mut verdict = Verdict::Holds;
        for rule in rules.as_list().unwrap_or(std::slice::from_ref(rules)) {
            verdict = verdict.worse(match &rule.data {
                Data::Map(map) => self.rule(map, rule.origin),
                Data::Null => Verdict::Holds,
                _ => {
                    let question = "where this bucket's objects are copied to";
                    self.unsure(rule, self.names.rules, question)
                }
            });
        }
        // Of a role that copies nothing there is nothing to say.
        let mut all = rules
            .as_list()
            .unwrap_or_default()
            .iter()
            .filter_map(Value::as_map);
        if all.any(|rule| is_enabled(rule) != Truth::No)
            && let Some(role) = get(self.names.role)
        {
            verdict = verdict.worse(self.role(role));
        }
        verdict
    }

    fn rule(&self, rule: &Map<'a>, at: Span) -> Verdict {
        let enabled = is_enabled(rule);
        if enabled == Truth::No {
            return Verdict::Holds;
        }
        let verdict = self.destination(rule, at).worse(self.key(rule));
        match (enabled, rule.get("status").and_then(Value::why_unknown)) {
            (Truth::Unknown, why) => {
                let why = why.unwrap_or(Why::KnownAfterApply);
                let value = self.said_by.name_of(&self.path("status"));
                verdict.if_so("whether this rule is enabled", &value, why)
            }
            _ => verdict,
        }
    }

    /// Whether the copies stay in own accounts.
    fn destination(&self, rule: &Map<'a>, at: Span) -> Verdict {
        let Some(bucket) = rule.at("destination.bucket") else {
            return Verdict::Holds;
        };
        let name = self.said_by.name_of(&self.path("destination.bucket"));
        let shown = self.context.access.text(bucket, &name);
        let shown = shown.map_or_else(
            || "a bucket".to_owned(),
            |text| format!("`{}`", self.context.access.show(&text)),
        );
        let target = self.context.graph.target(bucket, &[Kind::Bucket]);
        let made_here = match target {
            Target::Resource(id) => Some(self.context.graph.get(id))
                .filter(|one| matches!(one.standing, Standing::Judged | Standing::Other)),
            _ => None,
        };
        let (account, at) = match (made_here, rule.at(self.names.account)) {
            // S3 refuses an account that is not the owner's.
            (Some(bucket), _) => (
                Some(self.context.access.account(bucket)),
                bucket_at(rule, at),
            ),
            (None, Some(account)) if account.data != Data::Null => {
                let name = self.said_by.name_of(&self.path(self.names.account));
                (self.context.access.text(account, &name), account.origin)
            }
            (None, _) => (None, bucket.origin),
        };
        let Some(account) = account else {
            if let Target::Unknown(_) = target {
                let question = "to which account this bucket's objects are copied";
                return self.unsure(bucket, &self.path("destination.bucket"), question);
            }
            let message = format!(
                "cannot tell to which account this bucket's objects are copied: {shown} is not in the input, and `account` does not name its owner"
            );
            let value = format!("the account of {}", shown.trim_matches('`'));
            let evidence = Evidence::new(message, at).about(shown);
            return Verdict::Unsure(vec![evidence.hinges_on(value, Why::ExternalResource)]);
        };
        self.own(&account, &shown, at, |account| {
            let message = format!(
                "each new object of this bucket is copied to {shown} in account {account}, which is not its own"
            );
            Evidence::new(message, at).about(shown.as_str())
        })
    }

    /// Whether the copies lie under own keys.
    fn key(&self, rule: &Map<'a>) -> Verdict {
        let Some(key) = rule.at(self.names.key) else {
            return Verdict::Holds;
        };
        let at = key.origin;
        match self.context.key_use(Some(key)) {
            KeyUse::Absent => Verdict::Holds,
            KeyUse::Unknown(_) => {
                let question = "under whose key the copies of this bucket's objects lie";
                self.unsure(key, &self.path(self.names.key), question)
            }
            KeyUse::AwsManaged(name) => {
                let message = format!(
                    "the copies of this bucket's objects lie under `{name}`, a key that AWS manages, whose policy cannot say who decrypts them"
                );
                let evidence = Evidence::new(message, at)
                    .code("aws-managed-key")
                    .about(name);
                Verdict::Broken(vec![evidence.fix(
                    "name a customer managed key of the destination's account and region",
                )])
            }
            KeyUse::Customer => {
                let name = self.said_by.name_of(&self.path(self.names.key));
                let arn = self.context.access.text(key, &name);
                let account = arn.as_ref().and_then(account_in);
                let Some((arn, account)) = arn.zip(account) else {
                    return Verdict::Holds;
                };
                let shown = format!("`{}`", self.context.access.show(&arn));
                self.own(&account, &shown, at, |account| {
                    let message = format!(
                        "the copies of this bucket's objects lie under {shown} of account {account}, which is not its own and decides who decrypts them"
                    );
                    let evidence = Evidence::new(message, at).code("foreign-key");
                    evidence.about(shown.as_str()).fix(
                        "name a customer managed key of an own account",
                    )
                })
            }
        }
    }

    fn own(
        &self,
        account: &Text,
        shown: &str,
        at: Span,
        broken: impl Fn(&str) -> Evidence,
    ) -> Verdict {
        if self.context.is_trusted_account(account) {
            return Verdict::Holds;
        }
        let called = self.context.access.show(account);
        match self.context.access.is_own_account(self.bucket, account) {
            (Truth::Yes, _) => Verdict::Holds,
            (Truth::No, _) => Verdict::Broken(vec![broken(&called)]),
            (Truth::Unknown, of) => {
                let hint = if account.known().is_some() {
                    ": nothing tells which account that is; pass `--account`"
                } else {
                    ""
                };
                let message = format!(
                    "cannot tell whether account {called}, to which {shown} belongs, is this bucket's own{hint}"
                );
                let hinges = of.iter().map(|hinge| self.context.access.hinge(hinge));
                let evidence = hinges.fold(
                    Evidence::new(message, at).about(shown),
                    |evidence, (value, why)| evidence.hinges_on(value, why),
                );
                Verdict::Unsure(vec![evidence])
            }
        }
    }

    /// Whether nobody but S3 assumes the role.
    fn role(&self, role: &Value<'a>) -> Verdict {
        let graph = self.context.graph;
        let question = "who assumes the role that copies this bucket's objects";
        let id = match graph.target(role, &[Kind::Role]) {
            Target::Resource(id) => id,
            Target::Outside(name) => {
                let message = format!("cannot tell {question}: `{name}` is not in the input");
                let evidence = Evidence::new(message, role.origin).about("role");
                let value = format!("the trust policy of {name}");
                return Verdict::Unsure(vec![evidence.hinges_on(value, Why::ExternalResource)]);
            }
            Target::Unknown(_) => return self.unsure(role, self.names.role, question),
        };
        let resource = graph.get(id);
        let address = resource.address.as_str();
        let Some(trust) = resource.get("assume_role_policy") else {
            let value = resource.name_of("assume_role_policy");
            let message = format!("cannot tell {question}: `{value}` is not known");
            let evidence = Evidence::new(message, role.origin).about("role");
            return Verdict::Unsure(vec![evidence.hinges_on(value, Why::ExternalResource)]);
        };
        let policy = self.context.access.policy(trust);
        let mut verdict = open(self.context, &policy, question);
        let allowing = policy.statements.iter();
        for statement in allowing.filter(|one| one.effect != Effect::Deny) {
            let principals = statement.principals.iter();
            let entries = principals.flat_map(|one| one.entries.iter().zip(repeat(one.negated)));
            for (entry, negated) in entries {
                let shown = self.context.access.show(&entry.text);
                let evidence = |message: String| {
                    let evidence = Evidence::new(message, entry.at);
                    let evidence = evidence.about(format!("{address} {shown}"));
                    evidence.code("role-trusts-others")
                };
                let is_s3 = if negated { Truth::No } else { is_of_s3(entry) };
                verdict = verdict.worse(match is_s3 {
                    Truth::Yes => Verdict::Holds,
                    Truth::No => {
                        let called = called(statement, &policy);
                        let message = format!(
                            "`{address}`, with which S3 copies this bucket's objects, trusts `{shown}` too: {called}"
                        );
                        let fix =
                            "give S3 a role of its own, which trusts `s3.amazonaws.com` only";
                        Verdict::Broken(vec![evidence(message).fix(fix)])
                    }
                    Truth::Unknown => {
                        let of = hinges_of_principal(entry);
                        let evidence = evidence(String::new());
                        Verdict::Unsure(vec![hinged(
                            self.context,
                            evidence,
                            &policy,
                            question,
                            &of,
                        )])
                    }
                });
            }
        }
        verdict
    }

    /// The path of what a rule says.
    fn path(&self, inside: &str) -> String {
        format!("{}.{inside}", self.names.rules)
    }

    fn unsure(&self, value: &Value<'_>, path: &str, question: &str) -> Verdict {
        let why = value.why_unknown().unwrap_or(Why::KnownAfterApply);
        let name = self.said_by.name_of(path);
        let message = format!("cannot tell {question}: `{name}` is not known ({why})");
        let evidence = Evidence::new(message, value.origin).about(path);
        Verdict::Unsure(vec![evidence.hinges_on(name, why)])
    }
}

/// Whether a rule copies anything.
fn is_enabled(rule: &Map<'_>) -> Truth {
    match rule.get("status").map(Setting::of) {
        Some(Setting::Known { text, .. }) => text.eq_ignore_ascii_case("Enabled").into(),
        Some(Setting::Unknown(..)) => Truth::Unknown,
        Some(Setting::Absent) | None => Truth::Yes,
    }
}

fn is_of_s3(entry: &PrincipalEntry) -> Truth {
    let one = |service: &str| equal_texts(&entry.text, &service.into());
    match entry.kind {
        PrincipalKind::Service | PrincipalKind::Unknown => {
            REPLICATES.into_iter().map(one).fold(Truth::No, Truth::or)
        }
        PrincipalKind::Invalid | PrincipalKind::UniqueId => Truth::Unknown,
        _ => Truth::No,
    }
}

/// The account in the ARN of a key.
fn account_in(arn: &Text) -> Option<Text> {
    arn.fields(5)?.into_iter().nth(4)
}

fn bucket_at(rule: &Map<'_>, at: Span) -> Span {
    rule.at("destination.bucket")
        .map_or(at, |bucket| bucket.origin)
}
