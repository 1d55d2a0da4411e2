//! PG-KMS-004.

use super::hops::{because, blocked_by, is_key_policy};
use super::key_policy_conditions_compatible_with_services::unmet;
use super::statements::named_hinges;
use super::{Check, Context, Example, Link, PATH_ASSUMPTIONS, Rule, RuleKind, Subject};
use crate::finding::{Evidence, Severity, Verdict};
use crate::iam::Decision;
use crate::model::vocabulary::Kind;
use crate::paths::Hop;

pub(super) const RULE: Rule = Rule {
    id: "key-policy-admits-execution-role",
    alias: "PG-KMS-004",
    kind: RuleKind::Works,
    tier: 1,
    severity: Severity::High,
    summary: "the policy of a data key lets in each role that a workload needs it for, itself or by way of \
             the account",
    why: "No permission of a role has an effect on a key whose policy does not let it in: the policy names \
          the role, or delegates to the account and the role's own policies allow it, or a grant does. \
          Reading encrypted data takes both, the permission in S3 and this one.",
    unsure: "Judged for each role that a path needs the key for. The policy of a key outside the input is \
             not known: the path says so.",
    fix: "name the role in the key's policy, for `kms:Decrypt`, `kms:GenerateDataKey*` and \
          `kms:DescribeKey`",
    references: &[
        Link {
            title: "AWS KMS Developer Guide: Key policies in AWS KMS",
            url: "https://docs.aws.amazon.com/kms/latest/developerguide/key-policies.html",
        },
        Link {
            title: "Amazon S3 User Guide: Using server-side encryption with AWS KMS keys (SSE-KMS)",
            url: "https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingKMSEncryption.html",
        },
    ],
    assumes: PATH_ASSUMPTIONS,
    example: Example {
        fail: include_str!("../../testdata/rules/key-policy-admits-execution-role/fail.tf"),
        pass: include_str!("../../testdata/rules/key-policy-admits-execution-role/pass.tf"),
    },
    check: Check::Resource(
        &[Kind::KmsKey, Kind::KmsKeyReplica, Kind::KmsKeyExternal],
        check,
    ),
};

fn check(context: &Context<'_, '_>, key: &Subject<'_, '_>) -> Verdict {
    let hops = context.paths().iter().flat_map(|path| &path.hops);
    let hops = hops.filter(|hop| hop.on == Some(key.id) && hop.step.is_kms_by_s3());
    let mut verdict = Verdict::NotApplicable;
    let mut roles: Vec<(&str, Vec<&Hop>)> = Vec::new();
    for hop in hops.filter(|hop| hop.advised.is_none()) {
        verdict = verdict.worse(Verdict::Holds);
        match roles.iter_mut().find(|(role, _)| *role == hop.principal) {
            Some((_, hops)) => hops.push(hop),
            None => roles.push((&hop.principal, vec![hop])),
        }
    }
    for (role, hops) in roles {
        verdict = verdict.worse(of_role(key, role, &hops));
    }
    verdict
}

fn of_role(key: &Subject<'_, '_>, role: &str, hops: &[&Hop]) -> Verdict {
    let names = |hops: &[&&Hop]| {
        let mut names: Vec<_> = hops.iter().map(|hop| format!("`{}`", hop.action)).collect();
        names.sort();
        names.dedup();
        names.join(" and ")
    };
    // What the role's own policies or its boundary lack is no matter of the key's.
    let denied = |hop: &&&Hop| {
        hop.decision.must_be_denied()
            && blocked_by(hop).is_none()
            && is_key_policy(hop)
            && hop.code.is_none()
            // A condition that the service cannot meet is another rule's matter.
            && !hop.because.iter().any(|one| unmet(hop, one).is_some())
    };
    let denied: Vec<_> = hops.iter().filter(denied).collect();
    if let Some(first) = denied.first() {
        let message = format!(
            "this key does not let `{role}` {}, which a workload needs: {}",
            names(&denied),
            because(first)
        );
        let at = first.because.iter().find_map(|one| one.at);
        let evidence = Evidence::new(message, at.unwrap_or(key.resource.origin)).about(role);
        let is_denial = first.decision == Decision::DeniedExplicitly;
        return Verdict::Broken(vec![if is_denial {
            evidence.fix(format!("except `{role}` from the statement that denies it"))
        } else {
            evidence
        }]);
    }
    let open = |hop: &&&Hop| hop.decision == Decision::Undecided && is_key_policy(hop);
    let open: Vec<_> = hops.iter().filter(open).collect();
    let Some(first) = open.first() else {
        return Verdict::Holds;
    };
    let message = format!(
        "cannot tell whether this key lets `{role}` {}: {}",
        names(&open),
        because(first)
    );
    let evidence = Evidence::new(message, key.resource.origin).about(role);
    Verdict::Unsure(vec![named_hinges(evidence, &first.hinges_on)])
}
