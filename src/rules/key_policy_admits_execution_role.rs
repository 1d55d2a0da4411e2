//! PG-KMS-004.

use super::hops::{because, blocked_by, is_key_policy};
use super::key_policy_conditions_compatible_with_services::unmet;
use super::statements::named_hinges;
use super::{Check, Context, Example, Link, PATH_ASSUMPTIONS, Rule, RuleKind, Subject};
use crate::access::{allows, demanded};
use crate::finding::{Evidence, Severity, Verdict};
use crate::iam::policy::Statement;
use crate::iam::{Action, Decision, equal_texts};
use crate::model::truth::Truth;
use crate::model::value::Why;
use crate::model::vocabulary::Kind;
use crate::paths::Hop;
use crate::settings::KeyGrantMode;

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
             not known: the path says so. With `kms_grant_mode: key-policy-explicit`, the policy has to name the \
             role itself (`key-policy-delegates-only`, medium).",
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
        let of_role = of_role(key, role, &hops);
        let is_open = matches!(of_role, Verdict::Holds);
        verdict = verdict.worse(of_role);
        if is_open && context.settings.kms_grant_mode == KeyGrantMode::KeyPolicyExplicit {
            verdict = verdict.worse(named(context, key, role, &hops));
        }
    }
    verdict
}

/// Whether the policy names a role itself, where the user asks for that.
fn named(context: &Context<'_, '_>, key: &Subject<'_, '_>, role: &str, hops: &[&Hop]) -> Verdict {
    let arn = context
        .graph
        .find(role)
        .and_then(|id| context.access.arn(id));
    let object = context.access.object(key.id);
    let (Some(arn), Some(policy)) = (arn, object.policy()) else {
        return Verdict::Holds;
    };
    let is_named = |hop: &Hop| {
        let about = |statement: &Statement| {
            let covered = statement.actions.cover(&Action::named(hop.action));
            let whom = statement.principals.iter().filter(|one| !one.negated);
            let whom = whom.flat_map(|one| &one.entries);
            let by_name = whom.fold(Truth::No, |any, entry| {
                any.or(equal_texts(&entry.text, &arn))
            });
            // A wildcard with a condition on who it is names a role as well.
            let mut by_condition = demanded(statement, "aws:principalarn");
            let by_condition = Truth::from(by_condition.next().is_some());
            allows(statement).and(covered).and(by_name.or(by_condition))
        };
        let statements = policy.statements.iter();
        statements.fold(Truth::No, |any, one| any.or(about(one)))
    };
    let mut missing: Vec<_> = hops
        .iter()
        .filter(|hop| is_named(hop) != Truth::Yes)
        .collect();
    missing.sort_by_key(|hop| hop.action);
    missing.dedup_by_key(|hop| hop.action);
    if missing.is_empty() {
        return Verdict::Holds;
    }
    let actions: Vec<_> = missing
        .iter()
        .map(|hop| format!("`{}`", hop.action))
        .collect();
    let actions = actions.join(" and ");
    let evidence = |message: String| {
        Evidence::new(message, policy.at)
            .code("key-policy-delegates-only")
            .severity(Severity::Medium)
            .about(role)
            .fix(format!("name `{role}` in the key's policy, for {actions}"))
    };
    if policy.is_open() || missing.iter().any(|hop| is_named(hop) == Truth::Unknown) {
        let hinges = policy.open.iter().map(|hinge| context.access.hinge(hinge));
        let mut hinges: Vec<_> = hinges.collect();
        if hinges.is_empty() {
            hinges.push((policy.name.clone(), Why::KnownAfterApply));
        }
        let message = format!("cannot tell whether this key's policy names `{role}`");
        return Verdict::Unsure(vec![named_hinges(evidence(message), &hinges)]);
    }
    Verdict::Broken(vec![evidence(format!(
        "this key's policy does not name `{role}` for {actions}, and leaves it to the account"
    ))])
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
