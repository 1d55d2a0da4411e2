//! PG-PATH-008.

use std::collections::BTreeSet;

use super::seals::{broken, groups, is_certain, seal_of, severity, unexpected, unsure};
use super::{Check, Context, Example, Link, Rule, RuleKind, SEAL_ASSUMPTIONS, Subject};
use crate::finding::{Severity, Verdict};
use crate::model::vocabulary::Kind;
use crate::seals::{Admitted, How, LinkKind, Purpose};

pub(super) const RULE: Rule = Rule {
    id: "data-readers-closed-world",
    alias: "PG-PATH-008",
    kind: RuleKind::Secure,
    tier: 1,
    severity: Severity::High,
    summary: "only those who are meant to can read or write the data of a workload",
    why: "Encrypted data are open to whoever may get an object and decrypt it, by whatever way they came to \
          both: a wildcard in a policy of their own together with a key that leaves it to the account, another \
          account, a role that they may assume, a role that they may hand to a service with code of their own, \
          a notebook that they may open, or the script that it starts with.",
    unsure: "Judged for the buckets that a workload reads or writes, and for those tagged as confidential. \
             Expected are the roles of those workloads, whoever starts them, members of the groups that notebooks \
             are meant for, and whoever of the own accounts a statement names together with the bucket or its key. \
             Whoever makes a request chooses its circumstances. Only identities of the input are seen: where the \
             policies leave it to the account, others can be let in elsewhere. One finding for a bucket and a way \
             in; administrators are medium.",
    fix: "name in policies the buckets and keys that their holders need",
    references: &[
        Link {
            title: "AWS KMS Developer Guide: Key policies in AWS KMS",
            url: "https://docs.aws.amazon.com/kms/latest/developerguide/key-policies.html",
        },
        Link {
            title: "AWS IAM User Guide: Grant a user permissions to pass a role to an AWS service",
            url: "https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_use_passrole.html",
        },
        Link {
            title: "AWS IAM User Guide: Cross-account policy evaluation logic",
            url: "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic-cross-account.html",
        },
    ],
    assumes: SEAL_ASSUMPTIONS,
    example: Example {
        fail: include_str!("../../testdata/rules/data-readers-closed-world/fail.tf"),
        pass: include_str!("../../testdata/rules/data-readers-closed-world/pass.tf"),
    },
    check: Check::Resource(&[Kind::Bucket], check),
};

fn check(context: &Context<'_, '_>, bucket: &Subject<'_, '_>) -> Verdict {
    let reading = seal_of(context, bucket.id, Purpose::Read);
    let writing = seal_of(context, bucket.id, Purpose::Write);
    let Some((reading, writing)) = reading.zip(writing) else {
        return Verdict::NotApplicable;
    };
    let origin = bucket.resource.origin;
    let writers: BTreeSet<&str> = unexpected(writing, is_certain)
        .map(|one| one.name.as_str())
        .collect();
    let readers: BTreeSet<&str> = unexpected(reading, |_| true)
        .map(|one| one.name.as_str())
        .collect();
    let widest = reading.admitted.iter().map(|one| one.how).max();
    // Where the policies of the data let in everybody, that one or the other comes in so is no news.
    let is_news = |one: &Admitted| match widest {
        Some(How::Public) if one.how == How::WholeAccount => false,
        Some(How::Public | How::WholeAccount) if one.how == How::Breadth => one.is_by_own_policy(),
        _ => true,
    };
    let mut verdict = Verdict::Holds;
    let news = unexpected(reading, |one| is_certain(one) && is_news(one));
    for group in groups(news, code_of_reader) {
        let also = group
            .all
            .iter()
            .all(|one| writers.contains(one.name.as_str()));
        let does = if also {
            "can read this bucket's objects, and write them"
        } else {
            "can read this bucket's objects"
        };
        let mut evidence = broken(&group, does, origin);
        evidence.severity = severity(group.how);
        verdict = verdict.worse(Verdict::Broken(vec![evidence]));
    }
    // Who can read as well was told so.
    let only_write = |one: &Admitted| is_certain(one) && !readers.contains(one.name.as_str());
    for group in groups(unexpected(writing, only_write), |_| "unexpected-writer") {
        let mut evidence = broken(&group, "can write this bucket's objects", origin);
        evidence.severity = severity(group.how);
        verdict = verdict.worse(Verdict::Broken(vec![evidence]));
    }
    let open = unexpected(reading, |one| !is_certain(one));
    verdict = verdict.worse(unsure(open, "can read this bucket's objects", origin));
    let open = unexpected(writing, |one| {
        !is_certain(one) && !readers.contains(one.name.as_str())
    });
    verdict.worse(unsure(open, "can write this bucket's objects", origin))
}

fn code_of_reader(one: &Admitted) -> &'static str {
    match (one.how, one.chain.first().map(|link| link.kind)) {
        (How::Public, _) => "public-reader",
        (How::WholeAccount, _) => "key-and-bucket-open-to-account",
        (How::Through, Some(LinkKind::Assume)) => "reader-through-assumable-role",
        (How::Through, Some(LinkKind::Open | LinkKind::Script)) => "reader-through-notebook-group",
        _ => "unexpected-reader",
    }
}
