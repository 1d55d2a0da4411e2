//! PG-ACC-001.

use super::identity_policies::{NB_OPEN, designated_groups};
use super::people::{has_people, listed, openings, person_may, shortened, unsure};
use super::suggested_statement::{named, written};
use super::{Check, Context, DESIGNATED_GROUPS, Example, Link, NO_SCP, Rule, RuleKind, Subject};
use crate::access::Person;
use crate::finding::{Evidence, Severity, Verdict};
use crate::iam::Action;
use crate::model::resource::Standing;
use crate::model::statement::{Name, Statement};
use crate::model::truth::Truth;
use crate::model::vocabulary::Kind;

pub(super) const RULE: Rule = Rule {
    id: "notebook-access-granted-to-designated-group",
    alias: "PG-ACC-001",
    kind: RuleKind::Works,
    tier: 1,
    severity: Severity::High,
    summary: "a group meant for notebooks may open each notebook instance",
    why: "A call to `sagemaker:CreatePresignedNotebookInstanceUrl` opens a notebook instance, and IAM decides who \
          may make it. Where no group may, people find other ways: keys of others, administrators, \
          the role of the notebook. Neither a role of the notebook, nor an endpoint, nor a security group \
          lets anybody in.",
    unsure: "Permissions boundaries, explicit denies and control policies of the input count; a condition on \
             what a request brings along (its network, the time) only says how. Where the input has no group, \
             user, permission set and Studio domain, people are managed elsewhere: that is said once, as info. \
             Without any group: medium. A group that may not start the notebook: low (`start-missing`). What \
             is attached elsewhere to a group that a data source or a name shows leaves it open.",
    fix: "attach a policy that allows `sagemaker:CreatePresignedNotebookInstanceUrl`, `sagemaker:DescribeNotebookInstance`, \
          `sagemaker:StartNotebookInstance` and `sagemaker:StopNotebookInstance` on the notebook's ARN to the group",
    references: &[
        Link {
            title: "Amazon SageMaker AI Developer Guide: Access a notebook instance (control root access; presigned URLs)",
            url: "https://docs.aws.amazon.com/sagemaker/latest/dg/howitworks-access-ws.html",
        },
        Link {
            title: "Amazon SageMaker AI API Reference: CreatePresignedNotebookInstanceUrl",
            url: "https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_CreatePresignedNotebookInstanceUrl.html",
        },
    ],
    assumes: &[DESIGNATED_GROUPS, NO_SCP],
    example: Example {
        fail: include_str!(
            "../../testdata/rules/notebook-access-granted-to-designated-group/fail.tf"
        ),
        pass: include_str!(
            "../../testdata/rules/notebook-access-granted-to-designated-group/pass.tf"
        ),
    },
    check: Check::Resource(&[Kind::Notebook], check),
};

const DESCRIBE: &str = "sagemaker:DescribeNotebookInstance";
const START: &str = "sagemaker:StartNotebookInstance";
const STOP: &str = "sagemaker:StopNotebookInstance";

fn check(context: &Context<'_, '_>, notebook: &Subject<'_, '_>) -> Verdict {
    if !has_people(context) {
        return elsewhere(context, notebook);
    }
    judge(context, notebook)
}

/// Said of the first notebook only, and not where the input does not show all that there is.
fn elsewhere(context: &Context<'_, '_>, notebook: &Subject<'_, '_>) -> Verdict {
    let mut notebooks = context.graph.iter().filter(|(_, resource)| {
        resource.kind() == Some(Kind::Notebook) && resource.standing == Standing::Judged
    });
    let is_first = notebooks.next().map(|(id, _)| id) == Some(notebook.id);
    if !is_first || context.graph.incomplete().is_some() {
        return Verdict::NotApplicable;
    }
    let message = "the input has no group, user, permission set or Studio domain: who may open notebook \
                   instances is decided elsewhere";
    let evidence = Evidence::new(message, notebook.resource.origin)
        .code("people-elsewhere")
        .severity(Severity::Info)
        .whatever_is_assumed()
        .fix("pass a plan or a state of the root that makes the groups with --context");
    Verdict::Broken(vec![evidence])
}

/// Whether a group may open it, where the input has people at all.
pub(super) fn judge(context: &Context<'_, '_>, notebook: &Subject<'_, '_>) -> Verdict {
    let object = context.access.object(notebook.id);
    let groups = meant(context);
    let opened = openings(context)
        .iter()
        .filter(|one| one.notebook == notebook.id)
        .filter_map(|one| Some((one, context.people().get(one.person)?)))
        .filter(|(opening, person)| {
            // Of whom nothing certain is known may be meant.
            let may_be = groups.is_empty() && person.is_group() && opening.truth == Truth::Unknown;
            may_be || groups.iter().any(|group| std::ptr::eq(*group, *person))
        });
    let opened: Vec<_> = opened.collect();
    let may = |person: &Person, action: &'static str| {
        person_may(context, person, &Action::named(action), &object).truth
    };
    let (mut best, mut blind) = (Truth::No, Vec::new());
    let mut openers = Vec::new();
    for (opening, person) in &opened {
        let describes = may(person, DESCRIBE);
        if describes == Truth::No {
            blind.push(*person);
        } else {
            openers.push(*person);
        }
        if describes != Truth::No {
            best = best.or(opening.truth);
        }
    }
    let at = notebook.resource.origin;
    match best {
        Truth::Yes if openers.iter().any(|person| may(person, START) != Truth::No) => {
            Verdict::Holds
        }
        Truth::Yes => {
            let message = format!(
                "{} may open this notebook instance, but not start it: it lacks `{START}`",
                listed(&openers)
            );
            let evidence = Evidence::new(message, at)
                .code("start-missing")
                .severity(Severity::Low)
                .fix(fix(context, notebook, &[START, STOP]));
            Verdict::Broken(vec![evidence])
        }
        Truth::Unknown => {
            let open = opened.iter().map(|(opening, _)| *opening);
            let open = open.filter(|opening| opening.truth == Truth::Unknown);
            let evidence = unsure(context, open, at, |who| {
                format!("whether {who} may open this notebook instance")
            });
            Verdict::Unsure(evidence)
        }
        Truth::No => {
            let elsewhere: Vec<_> = groups
                .iter()
                .copied()
                .filter(|one| one.more.is_some())
                .collect();
            if !elsewhere.is_empty() {
                return Verdict::Unsure(vec![outside(notebook, &elsewhere)]);
            }
            Verdict::Broken(vec![broken(context, notebook, &groups, &blind)])
        }
    }
}

/// The groups that notebooks are meant for; where the input has none of its own, those that it only names.
fn meant<'c>(context: &'c Context<'_, '_>) -> Vec<&'c Person> {
    let designated = designated_groups(context);
    let groups = context.people().iter().filter(|one| one.is_group());
    let groups: Vec<_> = groups
        .filter(|one| designated.contains(&one.id) || one.more.is_some())
        .collect();
    groups
}

fn outside(notebook: &Subject<'_, '_>, groups: &[&Person]) -> Evidence {
    let who = listed(groups);
    let message = format!(
        "cannot tell whether a group may open this notebook instance: what else is attached to {who} is not shown"
    );
    let evidence = Evidence::new(message, notebook.resource.origin).about("groups elsewhere");
    let more = groups.iter().filter_map(|group| group.more.clone());
    more.fold(evidence, |evidence, (what, why)| {
        evidence.hinges_on(what, why)
    })
}

fn broken(
    context: &Context<'_, '_>,
    notebook: &Subject<'_, '_>,
    groups: &[&Person],
    blind: &[&Person],
) -> Evidence {
    let has_group = context.people().iter().any(Person::is_group);
    let at = notebook.resource.origin;
    if !blind.is_empty() {
        let message = format!(
            "{} may open this notebook instance, but not see whether it runs: it lacks `{DESCRIBE}`",
            listed(blind)
        );
        return Evidence::new(message, at).code("describe-missing").fix(fix(
            context,
            notebook,
            &[DESCRIBE, START, STOP],
        ));
    }
    if let Some(evidence) = taken_away(context, notebook, groups) {
        return evidence;
    }
    let message = match groups {
        [] if !has_group => format!(
            "the input has {} and no IAM group: no group may open this notebook instance",
            of_people(context)
        ),
        [] => {
            let all = context.people().iter().filter(|one| one.is_group());
            let names: Vec<_> = all.map(Person::called).collect();
            format!(
                "no group may open this notebook instance: no policy with `{NB_OPEN}` is attached to {}",
                shortened(&names)
            )
        }
        groups => format!(
            "no group may open this notebook instance: `{NB_OPEN}` on it is not allowed to {}",
            listed(groups)
        ),
    };
    let evidence = Evidence::new(message, at).code("no-group-policy").fix(fix(
        context,
        notebook,
        &[NB_OPEN, DESCRIBE, START, STOP],
    ));
    let severity = if has_group {
        Severity::High
    } else {
        Severity::Medium
    };
    groups
        .iter()
        .fold(evidence.severity(severity), |evidence, group| {
            let origin = context.graph.get(group.id).origin;
            evidence.related(format!("{} is meant for notebooks", group.called()), origin)
        })
}

/// What of people the input has, beside groups.
fn of_people(context: &Context<'_, '_>) -> &'static str {
    let has = |kind| {
        let mut resources = context.graph.iter();
        resources.any(|(_, resource)| resource.kind() == Some(kind))
    };
    if has(Kind::User) {
        "users"
    } else if has(Kind::Sso) {
        "permission sets"
    } else {
        "a Studio domain"
    }
}

/// What takes away what a group's policy allows: a denial, a boundary of all its members.
fn taken_away(
    context: &Context<'_, '_>,
    notebook: &Subject<'_, '_>,
    groups: &[&Person],
) -> Option<Evidence> {
    let object = context.access.object(notebook.id);
    let action = Action::named(NB_OPEN);
    let access = &context.access;
    groups.iter().find_map(|group| {
        let grants = access.grants_of(&group.caller, &action, &object, &[]);
        let allowing = grants.first()?.statement()?;
        let answer = person_may(context, group, &action, &object).answer;
        let because = answer.outcome.because.first()?;
        let message = format!(
            "{} may not open this notebook instance, though a policy of it allows that: {}",
            group.called(),
            because.text
        );
        let evidence = Evidence::new(message, notebook.resource.origin)
            .code("grant-taken-away")
            .related("allows it", allowing.at)
            .fix(
                "leave `sagemaker:CreatePresignedNotebookInstanceUrl` on the notebook out of what takes it \
                 away",
            );
        Some(match because.at {
            Some(at) => evidence.related("takes it away", at),
            None => evidence,
        })
    })
}

fn fix(context: &Context<'_, '_>, notebook: &Subject<'_, '_>, actions: &[&str]) -> String {
    let graph = context.graph;
    let statement = Statement {
        actions: actions.iter().map(|&action| action.to_owned()).collect(),
        resources: named(graph, notebook.id, "").into_iter().collect(),
        ..Statement::default()
    };
    let statement = if statement.resources.is_empty() {
        Statement {
            resources: vec![Name::Text(notebook.resource.address.as_str().to_owned())],
            ..statement
        }
    } else {
        statement
    };
    let written = written(&statement, graph);
    format!("attach a policy with this statement to the group that the notebook is for: {written}")
}
