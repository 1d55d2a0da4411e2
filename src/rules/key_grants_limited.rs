//! PG-KMS-006.

use super::identity_policies::{covers, each_carried, takes_away};
use super::resource_policies::{WHO, each_policy};
use super::seals::{is_certain, seal_of};
use super::statements::{about, called, hinged, unsure};
use super::{Check, Context, Example, Link, Rule, RuleKind, Subject};
use crate::access::{
    Bound, Reach, allows, demanded, everybody, has_fixed_values, hinges_of_principal,
    lets_in_everybody, widest,
};
use crate::finding::{Evidence, Severity, Verdict};
use crate::iam::condition::Test;
use crate::iam::policy::{Clause, Effect, PrincipalEntry, PrincipalKind, Statement};
use crate::iam::{Hinge, Policy, Text};
use crate::model::graph::{ResourceId, Target};
use crate::model::truth::Truth;
use crate::model::value::{Value, Why};
use crate::model::vocabulary::Kind;
use crate::seals::{How, Purpose};

pub(super) const RULE: Rule = Rule {
    id: "key-grants-limited",
    alias: "PG-KMS-006",
    kind: RuleKind::Secure,
    tier: 2,
    severity: Severity::Medium,
    summary: "grants on a key are made for AWS services only, and to nobody who is not meant to use it",
    why: "Whoever may `kms:CreateGrant` hands the key to whomever they like, and no policy that a reviewer reads \
          shows it. Services such as EBS need grants; `kms:GrantIsForAWSResource` lets a role make those and no \
          others. A grant to a stranger, or one that may be passed on, opens the key past its policy.",
    unsure: "Conditions that demand `kms:GrantIsForAWSResource`, `kms:ViaService` or `kms:GranteePrincipal` limit \
             grants; forms with `IfExists` or `ForAnyValue` do not. Who may write the key's policy gains nothing \
             by grants, and is not judged here; nor are service-linked roles. Who is meant to use a key is known \
             where a workload's data lies under it.",
    fix: "put `kms:CreateGrant` into a statement of its own, with the condition `Bool` \
          `kms:GrantIsForAWSResource` = `true`",
    references: &[
        Link {
            title: "AWS KMS Developer Guide: Allows key users to use the KMS key with AWS services",
            url: "https://docs.aws.amazon.com/kms/latest/developerguide/key-policy-default.html",
        },
        Link {
            title: "AWS KMS Developer Guide: Grants in AWS KMS",
            url: "https://docs.aws.amazon.com/kms/latest/developerguide/grants.html",
        },
    ],
    assumes: &[],
    example: Example {
        fail: include_str!("../../testdata/rules/key-grants-limited/fail.tf"),
        pass: include_str!("../../testdata/rules/key-grants-limited/pass.tf"),
    },
    check: Check::Resource(
        &[
            Kind::KmsKey,
            Kind::KmsKeyReplica,
            Kind::KmsKeyExternal,
            Kind::PolicyKey,
            Kind::KmsGrant,
            Kind::PolicyInlineRole,
            Kind::PolicyInlineGroup,
            Kind::PolicyInlineUser,
            Kind::PolicyInlineMulti,
            Kind::PolicyManaged,
            Kind::Role,
            Kind::Group,
            Kind::User,
            Kind::Attachment,
            Kind::AttachmentExcl,
            Kind::Sso,
            Kind::SsoPolicy,
        ],
        check,
    ),
};

const GRANT: &str = "kms:CreateGrant";

fn check(context: &Context<'_, '_>, subject: &Subject<'_, '_>) -> Verdict {
    match subject.resource.kind() {
        Some(Kind::KmsGrant) => grant(context, subject),
        Some(Kind::KmsKey | Kind::KmsKeyReplica | Kind::KmsKeyExternal | Kind::PolicyKey) => {
            key(context, subject)
        }
        _ => identity(context, subject),
    }
}

/// The policy of a key.
fn key(context: &Context<'_, '_>, key: &Subject<'_, '_>) -> Verdict {
    if context.access.is_judged_with_owner(key.resource) {
        return Verdict::NotApplicable;
    }
    let policies = context.access.policies_of(key.id);
    let question = "whether somebody may make grants on this key";
    each_policy(context, key.resource, &policies, question, |carried| {
        let policy = &carried.policy;
        let statements = policy.statements.iter();
        statements.fold(Verdict::Holds, |verdict, statement| {
            verdict.worse(in_key_policy(context, policy, statement))
        })
    })
}

fn in_key_policy(context: &Context<'_, '_>, policy: &Policy, statement: &Statement) -> Verdict {
    let gives = gives_grants(policy, statement);
    if gives == Truth::No {
        return Verdict::Holds;
    }
    let principals = statement.principals.iter();
    let whom = principals.fold(Truth::No, |any, principals| {
        if principals.negated {
            // Whoever it be: that is told of the policy itself.
            return Truth::No;
        }
        let entries = principals.entries.iter();
        any.or(entries.fold(Truth::No, |any, entry| any.or(may_grant(entry))))
    });
    // That anybody may do everything with the key is told of the policy itself.
    let is_open = lets_in_everybody(statement, &WHO) == Bound::Open;
    let whom = if is_open { Truth::No } else { whom };
    let open = statement.principals.iter().flat_map(|one| &one.entries);
    let open = open.filter(|entry| may_grant(entry) == Truth::Unknown);
    let open: Vec<_> = open.flat_map(hinges_of_principal).collect();
    judged(context, policy, statement, gives.and(whom), &open, || {
        let entries = statement.principals.iter().flat_map(|one| &one.entries);
        let named = entries.filter(|entry| may_grant(entry) == Truth::Yes);
        let named: Vec<_> = named
            .map(|entry| format!("`{}`", context.access.show(&entry.text)))
            .collect();
        format!(
            "lets {} grant the use of this key to anybody",
            named.join(", ")
        )
    })
}

/// Whether a principal that a key's policy lets make grants could choose for whom. A service does it for what it
/// runs; an account only leaves it to its own policies.
fn may_grant(entry: &PrincipalEntry) -> Truth {
    match entry.kind {
        PrincipalKind::Service
        | PrincipalKind::Account
        | PrincipalKind::CanonicalUser
        | PrincipalKind::UniqueId => Truth::No,
        PrincipalKind::Unknown | PrincipalKind::Invalid => Truth::Unknown,
        _ => (!is_service_linked(&entry.text)).into(),
    }
}

/// Whether an ARN is that of a role that one service alone may assume.
fn is_service_linked(arn: &Text) -> bool {
    let fields = arn.fields(5).unwrap_or_default();
    let name = fields.get(5).map_or("", Text::known_start);
    name.starts_with("role/aws-service-role/")
}

/// The identity policies that a resource carries.
fn identity(context: &Context<'_, '_>, carrier: &Subject<'_, '_>) -> Verdict {
    if context.access.only_bounds(carrier.id) {
        return Verdict::NotApplicable;
    }
    let question = "whether its holder may make grants on keys";
    each_carried(context, carrier, question, |policy, statement| {
        let gives = gives_grants(policy, statement);
        let reach = widest(statement.resources.as_ref(), "kms", "key/");
        if gives == Truth::No || reach == Reach::Nothing {
            return Verdict::Holds;
        }
        judged(context, policy, statement, gives, &[], || {
            "lets its holder grant the use of keys to anybody".to_owned()
        })
    })
}

/// Whether a statement allows making grants, and not the key's policy along with it.
fn gives_grants(policy: &Policy, statement: &Statement) -> Truth {
    let covered = |action| covers(&statement.actions, action);
    if takes_away(policy, GRANT) || denies_others(policy) {
        return Truth::No;
    }
    let administers = covered("kms:PutKeyPolicy");
    allows(statement).and(covered(GRANT)).and(!administers)
}

/// Whether a statement denies grants that are not made for a service.
fn denies_others(policy: &Policy) -> bool {
    policy.statements.iter().any(|statement| {
        let mut conditions = statement.readable_conditions();
        let is_for_all = statement
            .principals
            .as_ref()
            .is_none_or(|one| !one.negated && everybody(one) == Truth::Yes);
        statement.effect == Effect::Deny
            && is_for_all
            && covers(&statement.actions, GRANT) == Truth::Yes
            && statement.conditions.len() == 1
            && conditions.any(|one| {
                one.key == "kms:grantisforawsresource"
                    && one.operator.test == Test::Bool
                    && one
                        .values
                        .iter()
                        .all(|value| value.text.known() == Some("false"))
            })
    })
}

/// A statement that lets somebody make grants, by what its conditions demand.
fn judged(
    context: &Context<'_, '_>,
    policy: &Policy,
    statement: &Statement,
    gives: Truth,
    open: &[Hinge],
    does: impl Fn() -> String,
) -> Verdict {
    match gives.and(!limited(statement)) {
        Truth::No => Verdict::Holds,
        Truth::Yes => {
            let message = format!(
                "{} {}, which no policy shows then",
                called(statement, policy),
                does()
            );
            Verdict::Broken(vec![
                Evidence::new(message, statement.at).about(about(statement, policy)),
            ])
        }
        Truth::Unknown => {
            let mut hinges = crate::access::open_parts(statement);
            hinges.extend(open.iter().cloned());
            hinges.extend(open_conditions(statement));
            let question = format!(
                "whether {} lets somebody grant the use of a key to anybody",
                called(statement, policy)
            );
            if hinges.is_empty() {
                return Verdict::Unsure(vec![unsure(
                    context, policy, statement, &question, &hinges,
                )]);
            }
            let evidence = Evidence::new("", statement.at).about(about(statement, policy));
            Verdict::Unsure(vec![hinged(context, evidence, policy, &question, &hinges)])
        }
    }
}

/// Whether its conditions leave only grants for services, or to somebody who is named.
fn limited(statement: &Statement) -> Truth {
    let for_services = statement.readable_conditions().filter(|condition| {
        let operator = condition.operator;
        condition.key == "kms:grantisforawsresource"
            && matches!(operator.test, Test::Bool | Test::StringEquals)
            && !operator.negated
            && !operator.if_exists
            && operator.over.is_none()
    });
    let is_true = |text: &Text| match text.known() {
        Some(known) => known.eq_ignore_ascii_case("true").into(),
        None => Truth::Unknown,
    };
    let for_services = for_services.fold(Truth::No, |any, condition| {
        let values = condition.values.iter();
        any.or(values.fold(Truth::Yes, |all, value| all.and(is_true(&value.text))))
    });
    let fixed = |key: &'static str| {
        let conditions = demanded(statement, key);
        conditions.fold(Truth::No, |any, one| any.or(has_fixed_values(one)))
    };
    let unreadable = statement
        .conditions
        .iter()
        .any(|clause| matches!(clause, Clause::Open(_)));
    for_services
        .or(fixed("kms:viaservice"))
        .or(fixed("kms:granteeprincipal"))
        .or(if unreadable {
            Truth::Unknown
        } else {
            Truth::No
        })
}

fn open_conditions(statement: &Statement) -> Vec<Hinge> {
    let clauses = statement.conditions.iter();
    let hinges = clauses.flat_map(|clause| match clause {
        Clause::Open(hinge) => vec![hinge.clone()],
        Clause::Condition(condition) => {
            let texts = condition.values.iter().map(|value| &value.text);
            texts.flat_map(crate::access::hinges).collect()
        }
    });
    hinges.collect()
}

/// A grant that the input makes.
fn grant(context: &Context<'_, '_>, grant: &Subject<'_, '_>) -> Verdict {
    let path = "grantee_principal";
    let Some(grantee) = grant.resource.get(path) else {
        return Verdict::NotApplicable;
    };
    let Some(text) = context.access.text(grantee, &grant.value_name(path)) else {
        let why = grantee.why_unknown().unwrap_or(Why::UnexpectedForm);
        let question = "to whom this grant gives the use of the key";
        return Verdict::Unsure(vec![grant.unsure(path, why, question)]);
    };
    if text.known_start().ends_with(".amazonaws.com") || is_service_linked(&text) {
        return Verdict::Holds;
    }
    let shown = context.access.show(&text);
    foreign(context, grant, grantee, &text, &shown)
        .worse(passed_on(grant, &shown))
        .worse(unexpected(context, grant, grantee, &text, &shown))
}

/// Whether a grant goes to another account.
fn foreign(
    context: &Context<'_, '_>,
    grant: &Subject<'_, '_>,
    grantee: &Value<'_>,
    text: &Text,
    shown: &str,
) -> Verdict {
    let fields = text.fields(5);
    if fields.is_none() && text.holes().next().is_some() {
        let path = "grantee_principal";
        let why = grantee.why_unknown().unwrap_or(Why::KnownAfterApply);
        let question = "to whom this grant gives the use of the key";
        return Verdict::Unsure(vec![grant.unsure(path, why, question)]);
    }
    let account = fields.and_then(|fields| fields.into_iter().nth(4));
    let Some(account) = account.filter(|account| account.known() != Some("")) else {
        return Verdict::Holds;
    };
    let evidence = |message| Evidence::new(message, grantee.origin).about("account");
    if context.is_trusted_account(&account) {
        return Verdict::Holds;
    }
    match context.access.is_own_account(grant.resource, &account) {
        (Truth::Yes, _) => Verdict::Holds,
        (Truth::No, _) => Verdict::Broken(vec![
            evidence(format!(
                "this grant gives the use of the key to `{shown}` of another account, and the key's policy does not \
                 show it"
            ))
            .fix("name the account in the key's policy, if it needs the key, and take the grant away"),
        ]),
        (Truth::Unknown, hinges) => {
            let question = format!("whether `{shown}`, who is granted the use of the key, is of another account");
            let mut found = evidence(format!("cannot tell {question}"));
            for (value, why) in hinges.iter().map(|hinge| context.access.hinge(hinge)) {
                found = found.hinges_on(value, why);
            }
            Verdict::Unsure(vec![found])
        }
    }
}

/// Whether a grant may be passed on.
fn passed_on(grant: &Subject<'_, '_>, shown: &str) -> Verdict {
    let path = "operations";
    let Some(operations) = grant.resource.get(path) else {
        return Verdict::Holds;
    };
    let question = "whether this grant may be passed on";
    if let Some(why) = operations.why_unknown() {
        return Verdict::Unsure(vec![grant.unsure(path, why, question)]);
    }
    let listed = operations.as_list().unwrap_or_default();
    let passes = listed
        .iter()
        .find(|one| one.as_text() == Some("CreateGrant"));
    if let Some(one) = passes {
        let message = format!(
            "this grant lets `{shown}` grant the use of the key to anybody, which no policy shows then"
        );
        return Verdict::Broken(vec![
            Evidence::new(message, one.origin)
                .about("operations")
                .fix("take `CreateGrant` out of the operations of this grant"),
        ]);
    }
    let unknown = listed.iter().find_map(Value::why_unknown);
    unknown.map_or(Verdict::Holds, |why| {
        Verdict::Unsure(vec![grant.unsure(path, why, question)])
    })
}

/// Whether a grant goes to somebody who is not meant to use the key of a workload's data.
fn unexpected(
    context: &Context<'_, '_>,
    grant: &Subject<'_, '_>,
    grantee: &Value<'_>,
    text: &Text,
    shown: &str,
) -> Verdict {
    let key = grant.resource.get("key_id");
    let Some(key) = key.and_then(|key| key_of(context, key)) else {
        return Verdict::Holds;
    };
    let Some(seal) = seal_of(context, key, Purpose::Decrypt) else {
        return Verdict::Holds;
    };
    let role = match context.graph.target(grantee, &[Kind::Role, Kind::User]) {
        Target::Resource(id) => Some(id),
        _ => None,
    };
    let mut admitted = seal.admitted.iter();
    let is_grantee = |id: Option<ResourceId>, name: &str| {
        id.is_some() && id == role || name == shown || text.known() == Some(name)
    };
    let one = admitted.find(|one| {
        is_grantee(one.id, &one.name) && one.how == How::Granted && one.expected.is_none()
    });
    let Some(one) = one.filter(|one| is_certain(one)) else {
        return Verdict::Holds;
    };
    let message = format!(
        "this grant lets `{}` decrypt under the key of a workload's data, though no workload of that data runs as it \
         and no policy names it",
        one.name
    );
    Verdict::Broken(vec![
        Evidence::new(message, grantee.origin)
            .about("grantee")
            .fix(format!(
                "take the grant away, or name `{}` in the key's policy, where a reviewer sees it",
                one.name
            )),
    ])
}

fn key_of(context: &Context<'_, '_>, value: &Value<'_>) -> Option<ResourceId> {
    match context.graph.target(value, Kind::KEYS) {
        Target::Resource(id) => Some(context.access.key_of_alias(id).unwrap_or(id)),
        _ => None,
    }
}
