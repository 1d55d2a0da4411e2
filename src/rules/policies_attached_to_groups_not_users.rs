//! PG-IAM-013.

use super::notebook_access_not_attached_to_users::is_for_notebooks;
use super::people::shortened;
use super::statements::named;
use super::{Check, Context, Example, Link, Rule, RuleKind, Subject};
use crate::access::AttachedPolicy;
use crate::finding::{Evidence, Severity, Verdict};
use crate::model::graph::{ResourceId, Target};
use crate::model::resource::{Resource, Standing};
use crate::model::value::{Data, Value, Why};
use crate::model::vocabulary::Kind;

pub(super) const RULE: Rule = Rule {
    id: "policies-attached-to-groups-not-users",
    alias: "PG-IAM-013",
    kind: RuleKind::Secure,
    tier: 3,
    severity: Severity::Low,
    summary: "users have their permissions through groups, not by policies of their own",
    why: "What is attached to a user stays when they change teams, and whoever looks at the groups does not \
          see it. One finding for each user, or for each attachment that several users share.",
    unsure: "A permissions boundary gives nothing, and does not count. Policies for notebook instances are a \
             matter of notebook-access-not-attached-to-users. Where it is not known to whom a policy is \
             attached, or whether it is, the finding says so.",
    fix: "attach the policy to a group, and make the user a member of it",
    references: &[
        Link {
            title: "AWS IAM User Guide: Security best practices in IAM",
            url: "https://docs.aws.amazon.com/IAM/latest/UserGuide/best-practices.html",
        },
        Link {
            title: "AWS Security Hub: IAM.2; CIS AWS Foundations Benchmark: users receive permissions only through groups",
            url: "https://docs.aws.amazon.com/securityhub/latest/userguide/iam-controls.html",
        },
    ],
    assumes: &[],
    example: Example {
        fail: include_str!("../../testdata/rules/policies-attached-to-groups-not-users/fail.tf"),
        pass: include_str!("../../testdata/rules/policies-attached-to-groups-not-users/pass.tf"),
    },
    check: Check::Resource(
        &[
            Kind::User,
            Kind::PolicyInlineUser,
            Kind::PolicyInlineMulti,
            Kind::PolicyManaged,
            Kind::Attachment,
        ],
        check,
    ),
};

fn check(context: &Context<'_, '_>, subject: &Subject<'_, '_>) -> Verdict {
    if subject.resource.kind() == Some(Kind::User) {
        of_user(context, subject)
    } else {
        of_attachment(context, subject)
    }
}

/// The policies of a user of the input. What is attached to several is told of the first of them.
fn of_user(context: &Context<'_, '_>, user: &Subject<'_, '_>) -> Verdict {
    let mut verdict = Verdict::Holds;
    for path in ["managed_policy_arns", "inline_policy"] {
        if let Some(why) = user.resource.if_any(path).and_then(Value::why_unknown) {
            let question = "whether policies are attached to this user";
            verdict = verdict.worse(Verdict::Unsure(vec![user.unsure(path, why, question)]));
        }
    }
    let attached = context.access.attached(user.id);
    let mut own = Vec::new();
    for one in &attached.policies {
        let users = users_of(context, one.said_by);
        let is_first = users.first().is_none_or(|first| *first == user.id);
        if is_for_notebooks(&one.policy) || !is_first {
            continue;
        }
        if let Some(why) = may_be_none(context, one) {
            let message = format!(
                "cannot tell whether {} is attached to this user: `{}` may not be there ({why})",
                name_of(one),
                one.said_by.address.as_str()
            );
            let evidence = Evidence::new(message, one.said_by.origin)
                .about(one.said_by.address.as_str())
                .hinges_on(one.said_by.address.as_str(), why);
            verdict = verdict.worse(Verdict::Unsure(vec![evidence]));
        } else if users.len() > 1 {
            verdict = verdict.worse(Verdict::Broken(vec![shared(context, one, &users)]));
        } else {
            own.push(one);
        }
    }
    let Some(first) = own.first() else {
        return verdict;
    };
    let names: Vec<_> = own.iter().map(|one| name_of(one)).collect();
    let are = if names.len() == 1 { "is" } else { "are" };
    let message = format!(
        "{} {are} attached to this user, not to a group",
        shortened(&names)
    );
    let mut evidence = Evidence::new(message, first.said_by.origin).about("policies");
    let mut told = vec![first.said_by.origin];
    for (one, name) in own.iter().zip(&names) {
        let at = one.said_by.origin;
        if !told.contains(&at) {
            told.push(at);
            evidence = evidence.related(format!("attaches {name}"), at);
        }
    }
    verdict.worse(Verdict::Broken(vec![evidence]))
}

fn shared(
    context: &Context<'_, '_>,
    one: &AttachedPolicy<'_, '_>,
    users: &[ResourceId],
) -> Evidence {
    let users = users.iter();
    let users: Vec<_> = users
        .map(|id| format!("`{}`", context.graph.get(*id).address.as_str()))
        .collect();
    let message = format!(
        "{} is attached to the users {}, not to a group",
        name_of(one),
        shortened(&users)
    );
    Evidence::new(message, one.said_by.origin).about(one.said_by.address.as_str())
}

/// Attachments to users whom the input only names, or does not tell.
fn of_attachment(context: &Context<'_, '_>, attachment: &Subject<'_, '_>) -> Verdict {
    let carried = context.access.carried_all(attachment.id);
    if !carried.is_empty() && carried.iter().all(|one| is_for_notebooks(&one.policy)) {
        return Verdict::NotApplicable;
    }
    let mut verdict = Verdict::NotApplicable;
    let mut users = Vec::new();
    for path in PATHS {
        let Some(value) = attachment.resource.if_any(path) else {
            continue;
        };
        if let (Data::Unknown(why), "users") = (&value.data, *path) {
            let question = "whether this policy is attached to users";
            verdict = Verdict::Unsure(vec![attachment.unsure(path, *why, question)]);
        }
        for user in value.as_list().unwrap_or(std::slice::from_ref(value)) {
            match context.graph.target(user, &[Kind::User]) {
                Target::Resource(id) => {
                    let resource = context.graph.get(id);
                    if resource.standing != Standing::Judged {
                        users.push(format!("the user `{}`", resource.address.as_str()));
                    }
                }
                Target::Outside(name) => users.push(format!("the user `{name}`")),
                Target::Unknown(_) if *path == "user" => users.push("a user".to_owned()),
                Target::Unknown(_) => {}
            }
        }
    }
    if users.is_empty() {
        return verdict;
    }
    let message = format!(
        "this policy is attached to {}, not to a group",
        shortened(&users)
    );
    let evidence = Evidence::new(message, attachment.resource.origin).about("users");
    let broken = Verdict::Broken(vec![evidence]);
    verdict.worse(match attachment.may_be_none() {
        Some(why) => {
            let address = attachment.resource.address.as_str();
            broken.if_so("whether this attachment is there", address, why)
        }
        None => broken,
    })
}

/// The attributes that name users.
const PATHS: &[&str] = &["user", "users"];

/// The users of the input that a resource attaches something to, itself if it is one.
fn users_of(context: &Context<'_, '_>, said_by: &Resource<'_>) -> Vec<ResourceId> {
    let values = PATHS.iter().filter_map(|path| said_by.if_any(path));
    let values = values.flat_map(|value| value.as_list().unwrap_or(std::slice::from_ref(value)));
    let targets = values.map(|value| context.graph.target(value, &[Kind::User]));
    let users = targets.filter_map(|target| match target {
        Target::Resource(id) if context.graph.get(id).standing == Standing::Judged => Some(id),
        _ => None,
    });
    let mut users: Vec<_> = users.collect();
    // The same order, whatever that of the input is.
    users.sort_by_key(|id| context.graph.get(*id).address.as_str());
    users
}

/// Why there may be no such attachment, if so: how often it is there, or a condition, is not known.
fn may_be_none(context: &Context<'_, '_>, one: &AttachedPolicy<'_, '_>) -> Option<Why> {
    let hinges = named(context, &one.policy, &one.policy.open);
    let mut reasons = hinges.into_iter().map(|(_, why)| why);
    reasons.find(|why| matches!(why, Why::NumberNotKnown | Why::ConditionNotKnown))
}

/// What messages call a policy: one of AWS's own by its name.
fn name_of(one: &AttachedPolicy<'_, '_>) -> String {
    let name = one.arn.as_deref().unwrap_or(&one.policy.name);
    let name = name.rsplit_once(":policy/").map_or(name, |(_, name)| name);
    if name.contains(' ') {
        name.to_owned()
    } else {
        format!("`{name}`")
    }
}
