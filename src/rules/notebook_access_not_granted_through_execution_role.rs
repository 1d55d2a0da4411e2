//! PG-ACC-004.

use super::identity_policies::NB_OPEN;
use super::people::{called_whole, has_people, is_everything, openings, shortened};
use super::statements::{about, called, named_hinges};
use super::{Check, Context, Example, Link, NO_SCP, Rule, RuleKind, Subject};
use crate::access::{Caller, Grant, Person};
use crate::finding::{Evidence, Severity, Verdict};
use crate::iam::policy::Statement;
use crate::iam::{Action, Policy};
use crate::model::resource::Standing;
use crate::model::truth::Truth;
use crate::model::value::Why;
use crate::model::vocabulary::Kind;

pub(super) const RULE: Rule = Rule {
    id: "notebook-access-not-granted-through-execution-role",
    alias: "PG-ACC-004",
    kind: RuleKind::Secure,
    tier: 1,
    severity: Severity::High,
    summary: "no role that workloads run as may open or create notebook instances, or write their lifecycle scripts",
    why: "A policy on the role of a notebook says what the notebook may do, not who may open it: people have \
          no access by it (`role-mistaken-for-user-access`, info, where it names the action and no group may \
          open the notebook). What it does is let one notebook open others, make new ones, or write scripts \
          that run as root in others, each with that one's role.",
    unsure: "Roles of workloads and roles that trust SageMaker are judged, with boundaries, denies and control \
             policies of the input. AWS's managed policies count: `AmazonSageMakerFullAccess` allows all of it. \
             Administrators are a matter of execution-role-not-admin.",
    fix: "take the actions out of the role's policies, and attach a policy that opens the notebook to the group of its users",
    references: &[Link {
        title: "Amazon SageMaker AI Developer Guide: How to use SageMaker AI execution roles",
        url: "https://docs.aws.amazon.com/sagemaker/latest/dg/sagemaker-roles.html",
    }],
    assumes: &[NO_SCP],
    example: Example {
        fail: include_str!(
            "../../testdata/rules/notebook-access-not-granted-through-execution-role/fail.tf"
        ),
        pass: include_str!(
            "../../testdata/rules/notebook-access-not-granted-through-execution-role/pass.tf"
        ),
    },
    check: Check::Resource(&[Kind::Role], check),
};

/// What is asked, about what, in the words of messages.
const ASKED: [(&str, &str, &str); 5] = [
    (NB_OPEN, "notebook-instance/", "open notebook instances"),
    (
        "sagemaker:CreateNotebookInstance",
        "notebook-instance/",
        "create notebook instances",
    ),
    (
        "sagemaker:CreateNotebookInstanceLifecycleConfig",
        "notebook-instance-lifecycle-config/",
        "write lifecycle scripts",
    ),
    (
        "sagemaker:UpdateNotebookInstanceLifecycleConfig",
        "notebook-instance-lifecycle-config/",
        "write lifecycle scripts",
    ),
    (
        "sagemaker:CreateStudioLifecycleConfig",
        "studio-lifecycle-config/",
        "write lifecycle scripts",
    ),
];

/// One statement with what it lets the role do.
struct Found {
    grant: Grant,
    does: Vec<&'static str>,
}

fn check(context: &Context<'_, '_>, role: &Subject<'_, '_>) -> Verdict {
    if context.is_execution_role(role.id) != Truth::Yes {
        return Verdict::NotApplicable;
    }
    let Some(caller) = context.access.caller(role.id) else {
        return Verdict::NotApplicable;
    };
    let (mut found, mut open): (Vec<Found>, Vec<(String, Why)>) = (Vec::new(), Vec::new());
    for (action, sort, does) in ASKED {
        let action = Action::named(action);
        let resource = context.graph.get(role.id);
        let anything = context
            .access
            .any_of_sort("sagemaker", &sort.into(), resource);
        let may = context.access.may_any(&caller, &action, &anything, &[]);
        match may.truth {
            Truth::No => {}
            Truth::Unknown => {
                open.extend(may.hinges.iter().map(|one| context.access.hinge(one)));
            }
            Truth::Yes => {
                for grant in context.access.grants_of(&caller, &action, &anything, &[]) {
                    note(&mut found, grant, does);
                }
            }
        }
    }
    found.retain(|one| one.grant.statement().is_some_and(|one| !is_everything(one)));
    let mut verdict = Verdict::Holds;
    for one in &found {
        if let Some(statement) = one.grant.statement() {
            let evidence = broken(&one.grant.policy, statement, &one.does);
            verdict = verdict.worse(Verdict::Broken(vec![evidence]));
            if let Some(evidence) = mistaken(context, &caller, &one.grant.policy, statement) {
                verdict = verdict.worse(Verdict::Broken(vec![evidence]));
            }
        }
    }
    if found.is_empty() && !open.is_empty() {
        open.sort();
        open.dedup();
        let names: Vec<_> = open.iter().map(|(name, _)| format!("`{name}`")).collect();
        let message = format!(
            "cannot tell whether this role, which workloads run as, may open notebook instances: {} not known",
            match names.as_slice() {
                [one] => format!("{one} is"),
                several => format!("{} are", several.join(", ")),
            }
        );
        let evidence = Evidence::new(message, role.resource.origin).about("policies");
        return Verdict::Unsure(vec![named_hinges(evidence, &open)]);
    }
    verdict
}

fn note(found: &mut Vec<Found>, grant: Grant, does: &'static str) {
    let index = grant.statement().map(|one| one.index);
    let known = found.iter_mut().find(|one| {
        one.grant.policy.name == grant.policy.name
            && one.grant.statement().map(|one| one.index) == index
    });
    match known {
        Some(known) if known.does.contains(&does) => {}
        Some(known) => known.does.push(does),
        None => found.push(Found {
            grant,
            does: vec![does],
        }),
    }
}

fn broken(policy: &Policy, statement: &Statement, does: &[&str]) -> Evidence {
    let of = called_whole(statement, policy);
    let does: Vec<_> = does.iter().map(|&one| one.to_owned()).collect();
    let message = format!(
        "{of} lets this role, which workloads run as, {}",
        shortened(&does)
    );
    Evidence::new(message, statement.at).about(about(statement, policy))
}

/// That a statement was to let people in: it names the action, and no group may open what it names.
fn mistaken(
    context: &Context<'_, '_>,
    caller: &Caller,
    policy: &Policy,
    statement: &Statement,
) -> Option<Evidence> {
    let mut entries = statement.actions.entries.iter();
    let names_it = entries.any(|entry| {
        let text = entry.text.known();
        text.is_some_and(|text| text.eq_ignore_ascii_case(NB_OPEN))
    });
    if !names_it || !has_people(context) {
        return None;
    }
    let action = Action::named(NB_OPEN);
    let mut notebooks = context.graph.iter().filter(|(id, resource)| {
        let is_closed = || {
            let mut openings = openings(context).iter().filter(|one| one.notebook == *id);
            !openings.any(|one| {
                let person = context.people().get(one.person);
                person.is_some_and(Person::is_group)
            })
        };
        let opens = || {
            let object = context.access.object(*id);
            context.access.may(caller, &action, &object, &[]).truth == Truth::Yes
        };
        resource.kind() == Some(Kind::Notebook)
            && resource.standing == Standing::Judged
            && opens()
            && is_closed()
    });
    let (_, notebook) = notebooks.next()?;
    let message = format!(
        "{} lets no person open `{}`: a policy on a role says what the workload may do, and no group may open it",
        called(statement, policy),
        notebook.address.as_str()
    );
    Some(
        Evidence::new(message, statement.at)
            .code("role-mistaken-for-user-access")
            .severity(Severity::Info)
            .about(about(statement, policy))
            .related("the notebook", notebook.origin)
            .fix("attach the policy to the group of the people who are to open the notebook, and detach it from the role"),
    )
}
