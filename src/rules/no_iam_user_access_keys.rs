//! PG-IAM-008.

use super::identity_policies::{covers, takes_away};
use super::statements::called;
use super::{Check, Context, Example, Link, Rule, RuleKind, Setting, Subject};
use crate::access::{Attached, allows};
use crate::finding::{Evidence, Severity, Verdict};
use crate::iam::Policy;
use crate::iam::policy::Statement;
use crate::model::graph::{ResourceId, Target};
use crate::model::source::Span;
use crate::model::truth::Truth;
use crate::model::value::Why;
use crate::model::vocabulary::Kind;

pub(super) const RULE: Rule = Rule {
    id: "no-iam-user-access-keys",
    alias: "PG-IAM-008",
    kind: RuleKind::Secure,
    tier: 1,
    severity: Severity::High,
    summary: "no active access key of an IAM user is made",
    why: "An access key works from anywhere until somebody takes it away, and it lies in the state and \
          wherever it was copied to. Critical if the user may read or write objects in S3, decrypt, pull \
          images, or use SageMaker: then whoever finds the key has the data.",
    unsure: "An absent status counts as `Active`. Where it cannot be told what the user may do, the finding \
             says so.",
    fix: "delete the access key, and let the workload use a role",
    references: &[Link {
        title: "AWS IAM User Guide: Manage access keys for IAM users",
        url: "https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_access-keys.html",
    }],
    assumes: &[],
    example: Example {
        fail: include_str!("../../testdata/rules/no-iam-user-access-keys/fail.tf"),
        pass: include_str!("../../testdata/rules/no-iam-user-access-keys/pass.tf"),
    },
    check: Check::Resource(&[Kind::Credential], check),
};

/// What makes a key worth stealing, beside every action of SageMaker.
const VALUABLE: [&str; 5] = [
    "s3:GetObject",
    "s3:PutObject",
    "kms:Decrypt",
    "ecr:BatchGetImage",
    "sagemaker:CreateProcessingJob",
];

fn check(context: &Context<'_, '_>, key: &Subject<'_, '_>) -> Verdict {
    // A password is another sort of credential.
    if !key
        .resource
        .entry
        .is_some_and(|entry| entry.knows("status"))
    {
        return Verdict::NotApplicable;
    }
    match key.setting("status") {
        Setting::Unknown(why, _) => {
            let question = "whether this access key is active";
            Verdict::Unsure(vec![key.unsure("status", why, question)])
        }
        Setting::Known { text, .. } if text.eq_ignore_ascii_case("Inactive") => Verdict::Holds,
        Setting::Known { .. } | Setting::Absent => {
            let evidence = broken(context, key).edit(key.set("status", "Inactive"));
            let broken = Verdict::Broken(vec![evidence]);
            match key.may_be_none() {
                Some(why) => {
                    let address = key.resource.address.as_str();
                    broken.if_so("whether this access key is made", address, why)
                }
                None => broken,
            }
        }
    }
}

fn broken(context: &Context<'_, '_>, key: &Subject<'_, '_>) -> Evidence {
    let user = key.resource.get("user");
    let target = user.map(|user| context.graph.target(user, &[Kind::User]));
    let (of, permissions) = match target {
        Some(Target::Resource(id)) => {
            let resource = context.graph.get(id);
            let outside = !resource.standing.is_whole();
            let name = format!("`{}`", resource.address.as_str());
            (name, permissions(context, id, outside))
        }
        Some(Target::Outside(name)) => (format!("`{name}`"), unknown(name, Why::ExternalResource)),
        Some(Target::Unknown(why)) => ("a user".to_owned(), unknown(&key.value_name("user"), why)),
        None => ("a user".to_owned(), Permissions::Known),
    };
    let active = format!("this access key of {of} works until somebody takes it away");
    let at = key.place("status");
    match permissions {
        Permissions::Known => Evidence::new(active, at),
        Permissions::Valuable {
            action,
            statement,
            place,
        } => Evidence::new(
            format!(
                "{active}, and whoever has it gets what {statement} allows, such as `{action}`"
            ),
            at,
        )
        .related(format!("allows `{action}`"), place)
        .severity(Severity::Critical),
        Permissions::Unknown(reason) => Evidence::new(
            format!("{active}; what that user may do cannot be told: {reason}"),
            at,
        ),
    }
}

/// What the user of a key may do.
enum Permissions {
    /// Nothing that matters here.
    Known,
    /// Something that does.
    Valuable {
        action: String,
        statement: String,
        place: Span,
    },
    /// It cannot be told, for this reason.
    Unknown(String),
}

fn unknown(value: &str, why: Why) -> Permissions {
    Permissions::Unknown(match why {
        Why::ExternalResource => format!("`{value}` is not in the input"),
        why => format!("`{value}` is not known ({why})"),
    })
}

fn permissions(context: &Context<'_, '_>, user: ResourceId, outside: bool) -> Permissions {
    let (groups, more_groups) = context.access.groups_of(user);
    let all: Vec<Attached<'_, '_>> = std::iter::once(user)
        .chain(groups)
        .map(|id| context.access.attached(id))
        .collect();
    let mut open = None;
    for one in all.iter().flat_map(|attached| &attached.policies) {
        for statement in &one.policy.statements {
            match valuable(&one.policy, statement) {
                Some((Truth::Yes, action)) => {
                    return Permissions::Valuable {
                        action,
                        statement: called(statement, &one.policy),
                        place: statement.at,
                    };
                }
                Some(_) => open = Some((one.policy.name.clone(), Why::KnownAfterApply)),
                None => {}
            }
        }
        if let Some(hinge) = one.policy.open.first() {
            let (_, why) = context.access.hinge(hinge);
            open = Some((one.policy.name.clone(), why));
        }
    }
    let mut more = all.into_iter().filter_map(|attached| attached.perhaps_more);
    let open = open.or_else(|| more.next()).or(more_groups);
    match open {
        Some((value, why)) => unknown(&value, why),
        None if outside => {
            let address = context.graph.get(user).address.as_str();
            Permissions::Unknown(format!(
                "`{address}` may have policies that are not in the input"
            ))
        }
        None => Permissions::Known,
    }
}

/// The first valuable action that a statement allows, or may allow.
fn valuable(policy: &Policy, statement: &Statement) -> Option<(Truth, String)> {
    let allows = allows(statement);
    let of_list = VALUABLE.iter().map(|action| {
        let counts = Truth::from(!takes_away(policy, action));
        let truth = allows.and(covers(&statement.actions, action)).and(counts);
        (truth, (*action).to_owned())
    });
    let entries = statement.actions.entries.iter();
    let of_sagemaker = entries.filter_map(|entry| {
        let text = entry.text.known()?;
        let is_its = text.to_ascii_lowercase().starts_with("sagemaker:");
        (is_its && !statement.actions.negated).then(|| (allows, text.to_owned()))
    });
    let mut found = None;
    for (truth, action) in of_list.chain(of_sagemaker) {
        match truth {
            Truth::Yes => return Some((truth, action)),
            Truth::Unknown => found = found.or(Some((truth, action))),
            Truth::No => {}
        }
    }
    found
}
