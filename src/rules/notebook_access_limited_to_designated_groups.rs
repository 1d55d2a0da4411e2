//! PG-ACC-002.

use super::people::{
    Cause, Opening, causes, is_everything, listed, openings, others, shortened, unsure, with_people,
};
use super::statements::about;
use super::{Check, Context, DESIGNATED_GROUPS, Example, Link, NO_SCP, Rule, RuleKind, Subject};
use crate::access::Person;
use crate::finding::{Evidence, Severity, Verdict};
use crate::model::graph::ResourceId;
use crate::model::source::Span;
use crate::model::truth::Truth;
use crate::model::vocabulary::Kind;

pub(super) const RULE: Rule = Rule {
    id: "notebook-access-limited-to-designated-groups",
    alias: "PG-ACC-002",
    kind: RuleKind::Secure,
    tier: 1,
    severity: Severity::Critical,
    summary: "nobody but the groups meant for notebooks may open a notebook instance",
    why: "Whoever may call `sagemaker:CreatePresignedNotebookInstanceUrl` has a shell with the role of the \
          notebook, and so the data. `sagemaker:*`, `sagemaker:Create*` and `PowerUserAccess` allow it without \
          saying so. Administrators can open everything: they are listed once, as one medium finding \
          (`administrators`).",
    unsure: "Asked of users by what is attached to themselves, of groups, of roles whose trust policy lets in \
             an account, a user or whom an identity provider vouches for, and of permission sets. Roles for \
             software count as no people: services, pipelines and clusters with a provider of their own, \
             other companies' software with an external id. Roles of workloads are judged apart. Boundaries, \
             denies and control policies of the input count.",
    fix: "remove the action from the policy, name other resources, or put the people into a group meant for notebooks",
    references: &[
        Link {
            title: "Service Authorization Reference: Actions, resources, and condition keys for Amazon SageMaker AI",
            url: "https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonsagemaker.html",
        },
        Link {
            title: "Amazon SageMaker AI API Reference: CreatePresignedNotebookInstanceUrl",
            url: "https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_CreatePresignedNotebookInstanceUrl.html",
        },
    ],
    assumes: &[DESIGNATED_GROUPS, NO_SCP],
    example: Example {
        fail: include_str!(
            "../../testdata/rules/notebook-access-limited-to-designated-groups/fail.tf"
        ),
        pass: include_str!(
            "../../testdata/rules/notebook-access-limited-to-designated-groups/pass.tf"
        ),
    },
    check: Check::Resource(&[Kind::Notebook], check),
};

fn check(context: &Context<'_, '_>, notebook: &Subject<'_, '_>) -> Verdict {
    let others: Vec<_> = others(context).map(|(at, _)| at).collect();
    let all = openings(context);
    let of_others = || all.iter().filter(|one| others.contains(&one.person));
    let known = causes(context, of_others().filter(|one| one.truth == Truth::Yes));
    let (mut administrators, mut verdict) = (Vec::new(), Verdict::Holds);
    for cause in &known {
        // What one statement does is said once, of the first notebook.
        if cause.notebooks.first() != Some(&notebook.id) {
            continue;
        }
        if is_everything(cause.statement) {
            administrators.push(cause);
        } else {
            verdict = verdict.worse(Verdict::Broken(vec![broken(context, cause)]));
        }
    }
    if !administrators.is_empty() {
        let evidence = of_administrators(context, &administrators);
        verdict = verdict.worse(Verdict::Broken(vec![evidence]));
    }
    let open = of_others().filter(|one| {
        one.truth == Truth::Unknown && one.notebook == notebook.id && is_first(all, one)
    });
    let at = notebook.resource.origin;
    let evidence = unsure(context, open, at, |who| {
        format!("whether {who} may open this notebook instance")
    });
    if evidence.is_empty() {
        verdict
    } else {
        verdict.worse(Verdict::Unsure(evidence))
    }
}

/// Whether nothing before says the same of the same person.
fn is_first(all: &[Opening], one: &Opening) -> bool {
    let mut before = all.iter().take_while(|other| !std::ptr::eq(*other, one));
    !before.any(|other| other.person == one.person && other.hinges == one.hinges)
}

fn broken(context: &Context<'_, '_>, cause: &Cause<'_>) -> Evidence {
    let who = listed(&cause.people);
    let what = notebooks(context, &cause.notebooks);
    let message = format!(
        "{} lets {who} open {what}, and they are not among the groups meant for notebooks",
        cause.called()
    );
    let at = cause.statement.at;
    let evidence = Evidence::new(message, at).about(about(cause.statement, cause.policy));
    cause.with_people(context, evidence)
}

fn of_administrators(context: &Context<'_, '_>, causes: &[&Cause<'_>]) -> Evidence {
    let mut people: Vec<&Person> = Vec::new();
    let mut opened: Vec<ResourceId> = Vec::new();
    for cause in causes {
        let known = &people;
        let new = cause.people.iter().copied();
        let new = new.filter(|one| !known.iter().any(|other| std::ptr::eq(*other, *one)));
        let new: Vec<_> = new.collect();
        people.extend(new);
        opened.extend(cause.notebooks.iter());
    }
    opened.sort_unstable();
    opened.dedup();
    let who = listed(&people);
    let message = format!(
        "{who} may do everything, and so open {}",
        notebooks(context, &opened)
    );
    let at = causes.first().map(|cause| cause.statement.at);
    let at = at.unwrap_or(Span::NOWHERE);
    let evidence = Evidence::new(message, at)
        .code("administrators")
        .severity(Severity::Medium)
        .fix(
            "keep administrators few; deny them `sagemaker:CreatePresignedNotebookInstanceUrl` in a control \
             policy of the organization, where they need no data",
        );
    with_people(context, evidence, at, &people)
}

fn notebooks(context: &Context<'_, '_>, notebooks: &[ResourceId]) -> String {
    let names = notebooks.iter();
    let names = names.map(|id| format!("`{}`", context.graph.get(*id).address.as_str()));
    shortened(&names.collect::<Vec<_>>())
}
