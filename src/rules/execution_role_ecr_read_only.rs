//! PG-ECR-006.

use super::execution_role_not_admin::{is_administrators, makes_administrators};
use super::execution_role_permissions_narrow::{holders, is_broad, who};
use super::identity_policies::{covers, perhaps_more, resources_of, takes_away};
use super::people::shortened;
use super::statements::{about, called, open, unsure};
use super::{Check, Context, Example, Link, Rule, RuleKind, Subject};
use crate::access::{
    Attached, AttachedPolicy, Reach, account_of, allows, demanded, hinges, is_by_aws, open_parts,
    reach, widest,
};
use crate::finding::{Evidence, Severity, Verdict};
use crate::iam::Hinge;
use crate::iam::policy::{Clause, ResourceEntry, Statement};
use crate::iam::text::Piece;
use crate::model::graph::ResourceId;
use crate::model::truth::Truth;
use crate::model::vocabulary::Kind;
use crate::workload::is_image_account;

pub(super) const RULE: Rule = Rule {
    id: "execution-role-ecr-read-only",
    alias: "PG-ECR-006",
    kind: RuleKind::Secure,
    tier: 1,
    severity: Severity::Medium,
    summary: "roles that workloads run as pull the images that they name, and push none",
    why: "A role that may push can replace the image that it runs: one compromised job decides what all later ones \
          do with their data. That it pulls from every repository of the account is low. \
          `ecr:GetAuthorizationToken` is about no repository, so a statement that names one never allows it \
          (`auth-token-needs-star`, high): without a token no image can be pulled.",
    unsure: "Roles of workloads and roles that trust SageMaker count; those that `builder_roles` names may push. \
             Administrators, and what AWS's own policies allow beyond image repositories, are a matter of \
             execution-role-not-admin and execution-role-permissions-narrow.",
    fix: "allow `ecr:BatchGetImage`, `ecr:GetDownloadUrlForLayer` and `ecr:BatchCheckLayerAvailability` on the ARNs \
          of the repositories, and `ecr:GetAuthorizationToken` on `*`; what builds images takes a role of its own",
    references: &[
        Link {
            title: "Amazon SageMaker AI Developer Guide: How to use SageMaker AI execution roles",
            url: "https://docs.aws.amazon.com/sagemaker/latest/dg/sagemaker-roles.html",
        },
        Link {
            title: "Service Authorization Reference: Actions, resources, and condition keys for Amazon Elastic Container Registry",
            url: "https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonelasticcontainerregistry.html",
        },
    ],
    assumes: &[],
    example: Example {
        fail: include_str!("../../testdata/rules/execution-role-ecr-read-only/fail.tf"),
        pass: include_str!("../../testdata/rules/execution-role-ecr-read-only/pass.tf"),
    },
    check: Check::Resource(&[Kind::Role], check),
};

/// What changes images, or who may.
const WRITES: [&str; 8] = [
    "ecr:PutImage",
    "ecr:InitiateLayerUpload",
    "ecr:UploadLayerPart",
    "ecr:CompleteLayerUpload",
    "ecr:SetRepositoryPolicy",
    "ecr:DeleteRepository",
    "ecr:BatchDeleteImage",
    "ecr:PutImageTagMutability",
];

const PULLS: [&str; 3] = [
    "ecr:BatchGetImage",
    "ecr:GetDownloadUrlForLayer",
    "ecr:BatchCheckLayerAvailability",
];

const TOKEN: &str = "ecr:GetAuthorizationToken";

/// How AWS's own policies about image repositories are called.
const OF_REGISTRY: &str = "AmazonEC2ContainerRegistry";

const QUESTION: &str = "whether this execution role may do more with images than pull its own";

fn check(context: &Context<'_, '_>, role: &Subject<'_, '_>) -> Verdict {
    if context.is_execution_role(role.id) != Truth::Yes {
        return Verdict::NotApplicable;
    }
    let attached = context.access.attached(role.id);
    let policies = || attached.policies.iter();
    if policies().any(is_admin) {
        return Verdict::Holds;
    }
    let known = policies().fold(Verdict::Holds, |verdict, one| {
        verdict.worse(judge(context, &attached, one, role.id))
    });
    let token = token(context, &attached, role.id);
    let more = perhaps_more(&attached, role.resource, QUESTION);
    known.worse(token).worse(more)
}

/// Whether a policy makes administrators, which is said elsewhere.
fn is_admin(one: &AttachedPolicy<'_, '_>) -> bool {
    match name_by_aws(one) {
        Some(name) => is_administrators(name),
        None => makes_administrators(&one.policy),
    }
}

/// The name of AWS's own policy, if it is one.
fn name_by_aws<'p>(one: &'p AttachedPolicy<'_, '_>) -> Option<&'p str> {
    let arn = one.arn.as_deref().filter(|arn| is_by_aws(arn))?;
    Some(arn.rsplit('/').next().unwrap_or(arn))
}

/// Whether what a policy says is a matter of this rule.
fn is_judged(one: &AttachedPolicy<'_, '_>) -> bool {
    name_by_aws(one).is_none_or(|name| name.starts_with(OF_REGISTRY) && !is_broad(name))
}

fn judge(
    context: &Context<'_, '_>,
    attached: &Attached<'_, '_>,
    one: &AttachedPolicy<'_, '_>,
    role: ResourceId,
) -> Verdict {
    if !is_judged(one) {
        return Verdict::Holds;
    }
    let holders = holders(context, one);
    let builders = &context.settings.builder_roles;
    let may_push = |id: &ResourceId| context.is_named_by(builders, *id);
    let mut pushing = holders.clone();
    pushing.retain(|id| !may_push(id));
    // What several roles hold is told of the first of them.
    let is_told = |of: &[ResourceId]| of.first().is_none_or(|first| *first == role);
    let judges_pushes = !may_push(&role) && is_told(&pushing);
    let by = By { one, role };
    let statements = one.policy.statements.iter();
    let known = statements.fold(Verdict::Holds, |verdict, statement| {
        let denied = |action: &str| {
            let mut all = attached.policies.iter();
            all.any(|one| takes_away(&one.policy, action))
        };
        let pushes = if judges_pushes {
            by.pushes(context, statement, &pushing, denied)
        } else {
            Verdict::Holds
        };
        let is_push = matches!(pushes, Verdict::Broken(_));
        let verdict = verdict.worse(pushes);
        if is_push || !is_told(&holders) {
            verdict
        } else {
            verdict.worse(by.pulls(context, statement, &holders, denied))
        }
    });
    // Of AWS's own, one whose text is not known says nothing that it could not say tomorrow.
    if name_by_aws(one).is_some() {
        known
    } else {
        known.worse(open(context, &one.policy, QUESTION))
    }
}

/// A policy of a role.
struct By<'p, 'g, 'a> {
    one: &'p AttachedPolicy<'g, 'a>,
    role: ResourceId,
}

impl By<'_, '_, '_> {
    /// Whether a statement lets its holders change images.
    fn pushes(
        &self,
        context: &Context<'_, '_>,
        statement: &Statement,
        holders: &[ResourceId],
        is_denied: impl Fn(&str) -> bool,
    ) -> Verdict {
        let grants = allows(statement);
        let on = widest(statement.resources.as_ref(), "ecr", "repository/");
        let is_on = match on {
            Reach::Nothing => Truth::No,
            // What is said about images is about repositories, whichever those are.
            Reach::Unknown(_) => is_about_registry(statement).into(),
            _ => Truth::Yes,
        };
        let granted = granted(statement, &WRITES, is_denied);
        let any = granted.iter().fold(Truth::No, |any, (_, one)| any.or(*one));
        match grants.and(any).and(is_on) {
            Truth::No => Verdict::Holds,
            Truth::Yes => {
                let actions = shown(&granted);
                let on = resources_of(context, statement, is_of_repositories);
                let message = format!(
                    "{} {actions} on {on} to {}: who controls one job replaces the image that later ones run",
                    self.called(statement),
                    who(context, self.role, holders),
                );
                Verdict::Broken(vec![self.evidence(message, statement)])
            }
            Truth::Unknown => self.unsure(context, statement, &open_parts(statement)),
        }
    }

    /// Whether a statement lets its holders pull whatever there is.
    fn pulls(
        &self,
        context: &Context<'_, '_>,
        statement: &Statement,
        holders: &[ResourceId],
        is_denied: impl Fn(&str) -> bool,
    ) -> Verdict {
        let granted = granted(statement, &PULLS, is_denied);
        let any = granted.iter().fold(Truth::No, |any, (_, one)| any.or(*one));
        let on = widest(statement.resources.as_ref(), "ecr", "repository/");
        let is_all = match &on {
            Reach::All => takes_in_all(statement).into(),
            Reach::Unknown(_) if is_about_registry(statement) => Truth::Unknown,
            _ => Truth::No,
        };
        let narrowed = is_narrowed(statement);
        match allows(statement).and(any).and(is_all).and(!narrowed) {
            Truth::No => Verdict::Holds,
            Truth::Yes => {
                let actions = shown(&granted);
                let message = format!(
                    "{} {actions} on {} to {}: it reads the images of every repository in the account",
                    self.called(statement),
                    resources_of(context, statement, is_all_repositories),
                    who(context, self.role, holders),
                );
                let fix = "name the ARNs of the repositories in `Resource`; only `ecr:GetAuthorizationToken` takes `*`";
                let evidence = self.evidence(message, statement);
                Verdict::Broken(vec![evidence.severity(Severity::Low).fix(fix)])
            }
            Truth::Unknown => {
                let mut open = open_parts(statement);
                if let Reach::Unknown(hinges) = on {
                    open.extend(hinges);
                }
                if narrowed == Truth::Unknown {
                    open.extend(open_conditions(statement));
                }
                let verdict = self.unsure(context, statement, &open);
                match verdict {
                    Verdict::Unsure(evidence) => Verdict::Unsure(
                        evidence
                            .into_iter()
                            .map(|one| one.severity(Severity::Low))
                            .collect(),
                    ),
                    other => other,
                }
            }
        }
    }

    /// What gives the permission, in words: `` statement 1 of `…` allows ``.
    fn called(&self, statement: &Statement) -> String {
        match name_by_aws(self.one) {
            Some(name) => {
                let by = self.one.said_by.address.as_str();
                format!("`{name}`, which `{by}` attaches, allows")
            }
            None => format!("{} allows", called(statement, &self.one.policy)),
        }
    }

    fn evidence(&self, message: String, statement: &Statement) -> Evidence {
        if let Some(name) = name_by_aws(self.one) {
            return Evidence::new(message, self.one.said_by.origin).about(name);
        }
        let about = about(statement, &self.one.policy);
        Evidence::new(message, statement.at).about(about)
    }

    fn unsure(
        &self,
        context: &Context<'_, '_>,
        statement: &Statement,
        hinges: &[Hinge],
    ) -> Verdict {
        let policy = &self.one.policy;
        Verdict::Unsure(vec![unsure(context, policy, statement, QUESTION, hinges)])
    }
}

/// Which of these actions a statement covers and nothing takes away.
fn granted<'n>(
    statement: &Statement,
    actions: &[&'n str],
    is_denied: impl Fn(&str) -> bool,
) -> Vec<(&'n str, Truth)> {
    let counted = actions.iter().map(|action| {
        let counts = Truth::from(!is_denied(action));
        (*action, covers(&statement.actions, action).and(counts))
    });
    counted.collect()
}

fn shown(granted: &[(&str, Truth)]) -> String {
    let certain = granted.iter().filter(|(_, one)| *one == Truth::Yes);
    let names: Vec<_> = certain.map(|(name, _)| format!("`{name}`")).collect();
    shortened(&names)
}

/// Whether an entry takes in repositories.
fn is_of_repositories(entry: &ResourceEntry) -> bool {
    reach(entry, "ecr", "repository/") != Reach::Nothing
}

/// Whether a statement is about every repository of an account that is not SageMaker's own.
fn takes_in_all(statement: &Statement) -> bool {
    let resources = statement.resources.as_ref();
    resources.is_none_or(|all| all.negated || all.entries.iter().any(is_all_repositories))
}

fn is_all_repositories(entry: &ResourceEntry) -> bool {
    let text = &entry.pattern.pattern.text;
    let account = account_of(text);
    let is_first_party = account.is_some_and(|one| one.known().is_some_and(is_image_account));
    // With more behind the wildcard, the name still tells some from others.
    let ends = |text: &str| text.trim_end_matches('*').ends_with(['/', ':']);
    let is_whole = match text.pieces().last() {
        Some(Piece::Literal(end)) => {
            ends(end) || text.known().is_some_and(|all| all.starts_with('*'))
        }
        _ => false,
    };
    reach(entry, "ecr", "repository/") == Reach::All && is_whole && !is_first_party
}

/// Whether a statement names actions of ECR, and does not only include them in everything.
fn is_about_registry(statement: &Statement) -> bool {
    let mut entries = statement.actions.entries.iter();
    !statement.actions.negated
        && entries.any(|entry| {
            let start = entry.text.known_start().to_ascii_lowercase();
            start.starts_with("ecr:")
        })
}

/// Whether conditions narrow the repositories, by the tags that they have.
fn is_narrowed(statement: &Statement) -> Truth {
    let by = |key| demanded(statement, key).next().is_some();
    let is_open = !open_conditions(statement).is_empty();
    if by("aws:resourcetag/*") || by("ecr:resourcetag/*") {
        Truth::Yes
    } else if is_open {
        Truth::Unknown
    } else {
        Truth::No
    }
}

fn open_conditions(statement: &Statement) -> Vec<Hinge> {
    let clauses = statement.conditions.iter();
    let open = clauses.filter_map(|clause| match clause {
        Clause::Open(hinge) => Some(hinge.clone()),
        Clause::Condition(_) => None,
    });
    open.collect()
}

/// Judges where the token for the registry is allowed: on a repository it never is.
fn token(context: &Context<'_, '_>, attached: &Attached<'_, '_>, role: ResourceId) -> Verdict {
    let mut policies = attached.policies.iter();
    if attached.perhaps_more.is_some() || policies.any(|one| one.policy.is_open()) {
        return Verdict::Holds;
    }
    let mut narrow = None;
    let mut is_open = false;
    for one in &attached.policies {
        for statement in &one.policy.statements {
            if allows(statement).and(covers(&statement.actions, TOKEN)) == Truth::No {
                continue;
            }
            let resources = statement.resources.as_ref();
            let entries = || resources.into_iter().flat_map(|all| &all.entries);
            let is_everything = resources.is_none_or(|all| {
                all.negated || entries().any(|entry| entry.pattern.is_everything())
            });
            if is_everything {
                return Verdict::Holds;
            }
            let texts = entries().map(|entry| &entry.pattern.pattern.text);
            let holes: Vec<_> = texts
                .filter(|text| text.known_start().is_empty())
                .flat_map(hinges)
                .collect();
            let is_meant = is_about_registry(statement)
                && (names_token(statement) || covers(&statement.actions, PULLS[0]) == Truth::Yes);
            if !holes.is_empty() {
                is_open = true;
            } else if is_meant && narrow.is_none() {
                narrow = Some((&one.policy, statement));
            }
        }
    }
    // What may be `*` may allow it.
    let Some((policy, statement)) = narrow.filter(|_| !is_open) else {
        return Verdict::Holds;
    };
    let on = resources_of(context, statement, |_| true);
    let role = context.graph.get(role).address.as_str();
    let message = format!(
        "{} allows `{TOKEN}` only on {on}, but a token is for no repository and takes `*`: `{role}` gets none, and pulls no image",
        called(statement, policy)
    );
    Verdict::Broken(vec![
        Evidence::new(message, statement.at)
            .code("auth-token-needs-star")
            .severity(Severity::High)
            .about(about(statement, policy))
            .fix("allow `ecr:GetAuthorizationToken` in a statement of its own, with `*` as its `Resource`"),
    ])
}

/// Whether a statement says the action as such.
fn names_token(statement: &Statement) -> bool {
    let mut entries = statement.actions.entries.iter();
    entries.any(|entry| {
        let text = entry.text.known();
        text.is_some_and(|text| text.eq_ignore_ascii_case(TOKEN))
    })
}
