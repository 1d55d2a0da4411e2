//! PG-ACC-009.

use super::identity_policies::STUDIO_OPEN;
use super::people::{causes, is_everything, listed, opening, others, unsure};
use super::statements::about;
use super::{
    Check, Context, DESIGNATED_GROUPS, Example, Link, NO_SCP, Rule, RuleKind, Setting, Subject,
};
use crate::access::Object;
use crate::finding::{Evidence, Severity, Verdict};
use crate::iam::{Action, Text};
use crate::model::truth::Truth;
use crate::model::vocabulary::Kind;
use crate::settings::AccessModel;

pub(super) const RULE: Rule = Rule {
    id: "studio-access-governed-by-iam",
    alias: "PG-ACC-009",
    kind: RuleKind::Secure,
    tier: 1,
    severity: Severity::Medium,
    summary: "IAM decides who enters Studio, and only groups meant for notebooks may",
    why: "With `auth_mode = \"SSO\"` people are let into Studio one by one, or by groups of IAM Identity \
          Center: `sagemaker:CreatePresignedDomainUrl` does not work there, and no policy of an IAM group \
          governs who enters. Where IAM decides, whoever may call it enters with the role of a user profile \
          (`studio-open-to-others`).",
    unsure: "Single sign-on is sound by itself; the rule asks for IAM since notebooks are meant for groups of IAM. \
             AWS Security Hub and others ask for single sign-on instead of IAM users, and so for the opposite. \
             The setting `access_model: sso` or `mixed` says that single sign-on is meant. \
             Who may enter is asked as in notebook-access-limited-to-designated-groups; administrators are not \
             listed again.",
    fix: "set `auth_mode = \"IAM\"`, and allow `sagemaker:CreatePresignedDomainUrl` on user profiles to the group",
    references: &[
        Link {
            title: "Amazon SageMaker AI API Reference: CreateDomain (AuthMode)",
            url: "https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_CreateDomain.html",
        },
        Link {
            title: "Amazon SageMaker AI API Reference: CreatePresignedDomainUrl",
            url: "https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_CreatePresignedDomainUrl.html",
        },
    ],
    assumes: &[DESIGNATED_GROUPS, NO_SCP],
    example: Example {
        fail: include_str!("../../testdata/rules/studio-access-governed-by-iam/fail.tf"),
        pass: include_str!("../../testdata/rules/studio-access-governed-by-iam/pass.tf"),
    },
    check: Check::Resource(&[Kind::NotebookDomain], check),
};

/// The ways into Studio, with what each is about.
const WAYS: [(&str, &str); 3] = [
    (STUDIO_OPEN, "user-profile/"),
    ("sagemaker:StartSession", "space/"),
    ("sagemaker:CreateApp", "app/"),
];

fn check(context: &Context<'_, '_>, domain: &Subject<'_, '_>) -> Verdict {
    let path = "auth_mode";
    match domain.setting(path) {
        Setting::Known { text, .. }
            if text.eq_ignore_ascii_case("SSO")
                && context.settings.access_model != AccessModel::IamGroups =>
        {
            Verdict::Holds
        }
        Setting::Known { text, at, .. } if text.eq_ignore_ascii_case("SSO") => {
            let own = domain.own_path(path);
            let message = format!(
                "`{own}` is `{text}`: IAM Identity Center decides who enters this domain, and no policy of an IAM \
                 group does"
            );
            let evidence = Evidence::new(message, at).about(path);
            Verdict::Broken(vec![evidence.edit(domain.set(path, "IAM"))])
        }
        Setting::Unknown(why, _) => {
            let question = "whether IAM decides who enters this domain";
            Verdict::Unsure(vec![domain.unsure(path, why, question)])
        }
        Setting::Known { .. } | Setting::Absent => by_others(context, domain),
    }
}

/// Who enters a domain by IAM, and is not meant to.
fn by_others(context: &Context<'_, '_>, domain: &Subject<'_, '_>) -> Verdict {
    let mut found = Vec::new();
    for (action, sort) in WAYS {
        let action = Action::named(action);
        let object = of_domain(context, domain, sort);
        let each = others(context)
            .filter_map(|(at, person)| opening(context, (at, person), domain.id, &action, &object));
        found.extend(each);
    }
    let known = causes(context, found.iter().filter(|one| one.truth == Truth::Yes));
    let known = known.iter().filter(|cause| !is_everything(cause.statement));
    let verdict = known.fold(Verdict::Holds, |verdict, cause| {
        let message = format!(
            "{} lets {} enter this domain, and they are not among the groups meant for notebooks",
            cause.called(),
            listed(&cause.people)
        );
        let evidence = Evidence::new(message, cause.statement.at)
            .code("studio-open-to-others")
            .about(about(cause.statement, cause.policy))
            .fix("remove the action from the policy, or put the people into a group meant for notebooks");
        verdict.worse(Verdict::Broken(vec![cause.with_people(context, evidence)]))
    });
    let open = found.iter().filter(|one| {
        let mut before = found.iter().take_while(|other| !std::ptr::eq(*other, *one));
        let is_new = !before.any(|other| other.person == one.person && other.hinges == one.hinges);
        one.truth == Truth::Unknown && is_new
    });
    let evidence = unsure(context, open, domain.resource.origin, |who| {
        format!("whether {who} may enter this domain")
    });
    if evidence.is_empty() {
        verdict
    } else {
        verdict.worse(Verdict::Unsure(evidence))
    }
}

/// Anything of a sort in a domain: `user-profile/<domain>/<name>`.
fn of_domain(context: &Context<'_, '_>, domain: &Subject<'_, '_>, sort: &str) -> Object {
    let mut inside = Text::literal(sort);
    inside.push(&context.access.attribute(domain.id, "id"));
    inside.push_literal("/");
    let resource = context.graph.get(domain.id);
    context.access.any_of_sort("sagemaker", &inside, resource)
}
