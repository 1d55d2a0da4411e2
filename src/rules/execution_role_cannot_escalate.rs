//! PG-IAM-012.

use super::identity_policies::{covers, designated_groups, each_carried, takes_away};
use super::people::{is_everything, person_of, shortened};
use super::statements::{about, called};
use super::{Check, Context, DESIGNATED_GROUPS, Example, Link, NO_SCP, Rule, RuleKind, Subject};
use crate::access::{CARRIERS, Caller, Reach, allows, widest};
use crate::finding::{Evidence, Severity, Verdict};
use crate::iam::policy::Statement;
use crate::iam::text::Piece;
use crate::iam::{Action, Knowledge, Policy};
use crate::model::graph::{ResourceId, Target};
use crate::model::truth::Truth;
use crate::model::vocabulary::Kind;

pub(super) const RULE: Rule = Rule {
    id: "execution-role-cannot-escalate",
    alias: "PG-IAM-012",
    kind: RuleKind::Secure,
    tier: 2,
    severity: Severity::High,
    summary: "no role that workloads run as, and no group meant for notebooks, can raise its own rights",
    why: "Who may write a policy, attach one, or make credentials for others has whatever they like to have; who may \
          open the key policy, the bucket or the way through the network lets others in (medium). Who may add \
          users to a group meant for notebooks decides who opens them (`group-membership-writable`). Who must \
          give users a permissions boundary, but may create roles without one, gets around it by a role \
          (`boundary-not-demanded`). Where the setting `required_boundary` demands one of execution roles, one \
          without it is `boundary-missing`.",
    unsure: "Roles of workloads, roles that trust SageMaker and groups meant for notebooks are judged; the last two \
             findings are for whoever holds the policy. What a boundary, or a deny, takes from all of them does \
             not count; what depends on something that is not known is not said. AWS's managed policies and administrators \
             are a matter of other rules.",
    fix: "remove the actions, or give them to the pipeline that deploys; bound its roles by `permissions_boundary`",
    references: &[
        Link {
            title: "IAM User Guide: Permissions boundaries for IAM entities (delegating responsibility to others)",
            url: "https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_boundaries.html",
        },
        Link {
            title: "Service Authorization Reference: Actions, resources, and condition keys for AWS Identity and Access Management",
            url: "https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsidentityandaccessmanagementiam.html",
        },
    ],
    assumes: &[DESIGNATED_GROUPS, NO_SCP],
    example: Example {
        fail: include_str!("../../testdata/rules/execution-role-cannot-escalate/fail.tf"),
        pass: include_str!("../../testdata/rules/execution-role-cannot-escalate/pass.tf"),
    },
    check: Check::Resource(CARRIERS, check),
};

/// An action that raises rights, with the service and the sort of what it is about.
struct Raise {
    action: &'static str,
    service: &'static str,
    sort: &'static str,
    severity: Severity,
}

const fn of_iam(action: &'static str, sort: &'static str) -> Raise {
    Raise {
        action,
        service: "iam",
        sort,
        severity: Severity::High,
    }
}

const fn opening(action: &'static str, service: &'static str, sort: &'static str) -> Raise {
    Raise {
        action,
        service,
        sort,
        severity: Severity::Medium,
    }
}

const RAISES: [Raise; 24] = [
    of_iam("iam:CreatePolicyVersion", "policy/"),
    of_iam("iam:SetDefaultPolicyVersion", "policy/"),
    of_iam("iam:AttachRolePolicy", "role/"),
    of_iam("iam:AttachUserPolicy", "user/"),
    of_iam("iam:AttachGroupPolicy", "group/"),
    of_iam("iam:PutRolePolicy", "role/"),
    of_iam("iam:PutUserPolicy", "user/"),
    of_iam("iam:PutGroupPolicy", "group/"),
    of_iam("iam:CreateAccessKey", "user/"),
    of_iam("iam:CreateLoginProfile", "user/"),
    of_iam("iam:UpdateLoginProfile", "user/"),
    of_iam("iam:UpdateAssumeRolePolicy", "role/"),
    of_iam("iam:CreateServiceSpecificCredential", "user/"),
    of_iam("sts:AssumeRole", "role/"),
    opening("kms:PutKeyPolicy", "kms", "key/"),
    opening(GRANT, "kms", "key/"),
    opening("kms:ScheduleKeyDeletion", "kms", "key/"),
    opening("kms:UpdateAlias", "kms", "alias/"),
    opening("s3:PutBucketPolicy", "s3", ""),
    opening("ec2:ModifyVpcEndpoint", "ec2", "vpc-endpoint/"),
    opening("ec2:CreateVpcEndpoint", "ec2", "vpc-endpoint/"),
    opening("ec2:CreateRoute", "ec2", "route-table/"),
    opening(
        "ec2:AuthorizeSecurityGroupIngress",
        "ec2",
        "security-group/",
    ),
    opening("ec2:AuthorizeSecurityGroupEgress", "ec2", "security-group/"),
];

/// What makes credentials.
const CREDENTIALS: [&str; 4] = [
    "iam:CreateAccessKey",
    "iam:CreateLoginProfile",
    "iam:UpdateLoginProfile",
    "iam:CreateServiceSpecificCredential",
];

const GRANT: &str = "kms:CreateGrant";
const PATH: &str = "permissions_boundary";
const ADD: &str = "iam:AddUserToGroup";
const BOUNDARY: &str = "iam:permissionsboundary";

fn check(context: &Context<'_, '_>, carrier: &Subject<'_, '_>) -> Verdict {
    if context.access.only_bounds(carrier.id) {
        return Verdict::NotApplicable;
    }
    let holders = context.access.holders(carrier.id);
    let judged = holders.iter().filter(|id| {
        designated_groups(context).contains(id) || context.is_execution_role(**id) == Truth::Yes
    });
    let judged: Vec<_> = judged.copied().collect();
    let question = "whether its holders can raise their rights";
    let carried = bounded(context, carrier).worse(each_carried(
        context,
        carrier,
        question,
        |policy, statement| {
            if allows(statement) != Truth::Yes || is_everything(statement) {
                return Verdict::Holds;
            }
            raising(context, &judged, policy, statement)
                .worse(adding(context, &holders, policy, statement))
                .worse(unbounded(context, carrier, &holders, policy, statement))
        },
    ));
    match carried {
        // Of others, only what is found is said.
        Verdict::Holds | Verdict::Unsure(_) if judged.is_empty() => Verdict::NotApplicable,
        other => other,
    }
}

/// Whether an execution role has the permissions boundary that settings demand.
fn bounded(context: &Context<'_, '_>, role: &Subject<'_, '_>) -> Verdict {
    let is_role = role.resource.kind() == Some(Kind::Role);
    let Some(required) = context
        .settings
        .required_boundary
        .as_ref()
        .filter(|_| is_role)
    else {
        return Verdict::NotApplicable;
    };
    if context.is_execution_role(role.id) != Truth::Yes {
        return Verdict::NotApplicable;
    }
    let missing = |message: String| {
        let evidence = Evidence::new(message, role.place(PATH))
            .code("boundary-missing")
            .about(PATH)
            .fix(format!(
                "set `permissions_boundary` to `{}`",
                required.as_str()
            ));
        Verdict::Broken(vec![evidence])
    };
    let Some(boundary) = role.resource.get(PATH) else {
        return missing(format!(
            "this role, which workloads run as, has no permissions boundary, and settings demand `{}`",
            required.as_str()
        ));
    };
    let is_it = |arn: &str| {
        let name = arn.rsplit('/').next().unwrap_or(arn);
        required.matches(arn) || required.matches(name)
    };
    let (matches, name) = match context.graph.target(boundary, &[Kind::PolicyManaged]) {
        Target::Resource(id) => {
            let named = context.is_named_by(std::slice::from_ref(required), id);
            (named, context.graph.get(id).address.as_str())
        }
        Target::Outside(arn) => (is_it(arn), arn),
        Target::Unknown(why) => {
            let question = "whether this role has the boundary that settings demand";
            return Verdict::Unsure(vec![role.unsure(PATH, why, question)]);
        }
    };
    if matches {
        Verdict::Holds
    } else {
        missing(format!(
            "the permissions boundary of this role, which workloads run as, is `{name}`, and settings demand `{}`",
            required.as_str()
        ))
    }
}

/// A role or group as a caller.
fn caller(context: &Context<'_, '_>, id: ResourceId) -> Option<Caller> {
    match context.graph.get(id).kind() {
        Some(Kind::Group) => person_of(context, id).map(|person| person.caller.clone()),
        _ => context.access.caller(id),
    }
}

/// Whether some of them may do it, whatever a statement allows.
fn some_may(context: &Context<'_, '_>, holders: &[ResourceId], raise: &Raise) -> bool {
    let action = Action::named(raise.action);
    holders.iter().any(|id| {
        let Some(caller) = caller(context, *id) else {
            return true;
        };
        let resource = context.graph.get(*id);
        let anything = context
            .access
            .any_of_sort(raise.service, &raise.sort.into(), resource);
        context
            .access
            .may_any(&caller, &action, &anything, &[])
            .truth
            != Truth::No
    })
}

/// Whether a statement is about the user who asks, and nobody else: `user/${aws:username}`.
fn is_for_oneself(statement: &Statement) -> bool {
    let Some(resources) = &statement.resources else {
        return false;
    };
    let mut entries = resources.entries.iter();
    !resources.negated
        && entries.all(|entry| {
            let pieces = entry.pattern.pattern.text.pieces().iter();
            let mut literals = pieces.filter_map(|piece| match piece {
                Piece::Literal(literal) => Some(literal.to_ascii_lowercase()),
                Piece::Hole(_) => None,
            });
            literals.any(|literal| literal.contains("${aws:username}"))
        })
}

fn raising(
    context: &Context<'_, '_>,
    holders: &[ResourceId],
    policy: &Policy,
    statement: &Statement,
) -> Verdict {
    if holders.is_empty() {
        return Verdict::Holds;
    }
    let raises: Vec<_> = RAISES
        .iter()
        .filter(|raise| covers(&statement.actions, raise.action) == Truth::Yes)
        .filter(|raise| !takes_away(policy, raise.action))
        .filter(|raise| {
            let reach = widest(statement.resources.as_ref(), raise.service, raise.sort);
            match raise.action {
                "sts:AssumeRole" => reach == Reach::All && statement.conditions.is_empty(),
                GRANT => {
                    matches!(reach, Reach::All | Reach::Pattern) && statement.conditions.is_empty()
                }
                _ => !matches!(reach, Reach::Nothing | Reach::Unknown(_)),
            }
        })
        // Credentials of one's own let nobody do more.
        .filter(|raise| !CREDENTIALS.contains(&raise.action) || !is_for_oneself(statement))
        .filter(|raise| some_may(context, holders, raise))
        .collect();
    let Some(severity) = raises.iter().map(|raise| raise.severity).max() else {
        return Verdict::Holds;
    };
    let names: Vec<_> = raises
        .iter()
        .map(|raise| format!("`{}`", raise.action))
        .collect();
    let who: Vec<_> = holders
        .iter()
        .map(|id| format!("`{}`", context.graph.get(*id).address.as_str()))
        .collect();
    let what = match severity {
        Severity::High if who.len() == 1 => "raise its own rights",
        Severity::High => "raise their own rights",
        _ => "open what others protect",
    };
    let message = format!(
        "{} lets {} {what}: {}",
        called(statement, policy),
        shortened(&who),
        shortened(&names)
    );
    let evidence = Evidence::new(message, statement.at)
        .about(about(statement, policy))
        .severity(severity);
    let only_grants = raises.iter().all(|raise| raise.action == GRANT);
    Verdict::Broken(vec![if only_grants {
        evidence
            .fix("demand `kms:GrantIsForAWSResource` as `true` in a condition, and name the keys")
    } else {
        evidence
    }])
}

/// Adding users to a group that notebooks are meant for.
fn adding(
    context: &Context<'_, '_>,
    holders: &[ResourceId],
    policy: &Policy,
    statement: &Statement,
) -> Verdict {
    let names_iam = statement.actions.entries.iter().any(|entry| {
        entry
            .text
            .known_start()
            .to_ascii_lowercase()
            .starts_with("iam:")
    });
    let covers_it = covers(&statement.actions, ADD) == Truth::Yes;
    if statement.actions.negated || !names_iam || !covers_it || takes_away(policy, ADD) {
        return Verdict::Holds;
    }
    let action = Action::named(ADD);
    let group = designated_groups(context).iter().find(|group| {
        if context.graph.get(**group).kind() != Some(Kind::Group) {
            return false;
        }
        let object = context.access.object(**group);
        holders.iter().any(|id| {
            let caller = caller(context, *id);
            caller.is_some_and(|caller| {
                context.access.may(&caller, &action, &object, &[]).truth == Truth::Yes
            })
        })
    });
    let Some(group) = group else {
        return Verdict::Holds;
    };
    let resource = context.graph.get(*group);
    let message = format!(
        "{} lets its holders add users to `{}`, and so decide who opens notebooks",
        called(statement, policy),
        resource.address.as_str()
    );
    let evidence = Evidence::new(message, statement.at)
        .code("group-membership-writable")
        .about(about(statement, policy))
        .related("the group that is meant for notebooks", resource.origin)
        .fix("leave the group out of `Resource`, and let the pipeline that deploys decide on members");
    Verdict::Broken(vec![evidence])
}

/// Creating roles without the boundary that other statements of the same policy demand.
fn unbounded(
    context: &Context<'_, '_>,
    carrier: &Subject<'_, '_>,
    holders: &[ResourceId],
    policy: &Policy,
    statement: &Statement,
) -> Verdict {
    let create = of_iam("iam:CreateRole", "role/");
    if covers(&statement.actions, create.action) != Truth::Yes {
        return Verdict::Holds;
    }
    let demanding = policy.statements.iter().find(|one| {
        let mut conditions = one.readable_conditions();
        conditions.any(|condition| condition.key == BOUNDARY)
    });
    let Some(demanding) = demanding else {
        return Verdict::Holds;
    };
    let without = [(BOUNDARY, Knowledge::ABSENT)];
    let resource = context.graph.get(carrier.id);
    let callers: Vec<Caller> = if holders.is_empty() {
        context.access.bearer(carrier.id).into_iter().collect()
    } else {
        holders
            .iter()
            .filter_map(|id| caller(context, *id))
            .collect()
    };
    let may = |caller: &Caller, name: &'static str| {
        let anything = context
            .access
            .any_of_sort("iam", &create.sort.into(), resource);
        let action = Action::named(name);
        context
            .access
            .may_any(caller, &action, &anything, &without)
            .truth
            == Truth::Yes
    };
    let escapes = callers.iter().any(|caller| {
        let mut filling = ["iam:AttachRolePolicy", "iam:PutRolePolicy"].into_iter();
        may(caller, create.action) && filling.any(|action| may(caller, action))
    });
    if !escapes {
        return Verdict::Holds;
    }
    let message = format!(
        "{} lets its holders create roles without the permissions boundary that {} is about, and give them any policy",
        called(statement, policy),
        called(demanding, policy)
    );
    let evidence = Evidence::new(message, statement.at)
        .code("boundary-not-demanded")
        .about(about(statement, policy))
        .related("speaks of the boundary", demanding.at)
        .fix("demand `iam:PermissionsBoundary` where roles are created and policies attached to them, too");
    Verdict::Broken(vec![evidence])
}
