//! PG-ACC-007.

use super::identity_policies::is_about_sagemaker;
use super::people::{
    called_whole, has_notebook, holding, is_admin, is_allowed, is_everything, listed, person_of,
    with_people,
};
use super::statements::{about, named_hinges};
use super::{Check, Context, Example, Link, NO_SCP, Rule, RuleKind, Subject};
use crate::access::May;
use crate::finding::{Evidence, Severity, Verdict};
use crate::iam::Action;
use crate::model::truth::Truth;
use crate::model::vocabulary::Kind;

pub(super) const RULE: Rule = Rule {
    id: "notebook-lifecycle-not-writable-by-group",
    alias: "PG-ACC-007",
    kind: RuleKind::Secure,
    tier: 1,
    severity: Severity::High,
    summary: "nobody who may start notebook instances may write the scripts that run when they start",
    why: "A lifecycle script runs as root with the role of the notebook, also where root access is disabled. Who \
          may change one and start the notebook has everything that the role may reach, and leaves it behind for \
          whoever works there next.",
    unsure: "Asked of users, groups, roles that people assume and permission sets, by statements that name actions \
             of SageMaker; administrators are a matter of other rules. Boundaries, denies and control policies of \
             the input count. What is not known matters only where the input has a notebook instance.",
    fix: "remove `sagemaker:CreateNotebookInstanceLifecycleConfig` and `sagemaker:UpdateNotebookInstanceLifecycleConfig` from \
          the policy, and leave scripts to the pipeline that deploys them",
    references: &[
        Link {
            title: "Amazon SageMaker AI Developer Guide: Control root access to a SageMaker notebook instance",
            url: "https://docs.aws.amazon.com/sagemaker/latest/dg/nbi-root-access.html",
        },
        Link {
            title: "Amazon SageMaker AI Developer Guide: Customization of a notebook instance using an LCC script",
            url: "https://docs.aws.amazon.com/sagemaker/latest/dg/notebook-lifecycle-config.html",
        },
    ],
    assumes: &[NO_SCP],
    example: Example {
        fail: include_str!("../../testdata/rules/notebook-lifecycle-not-writable-by-group/fail.tf"),
        pass: include_str!("../../testdata/rules/notebook-lifecycle-not-writable-by-group/pass.tf"),
    },
    check: Check::Resource(&[Kind::Group, Kind::User, Kind::Role, Kind::Sso], check),
};

const UPDATE_SCRIPT: &str = "sagemaker:UpdateNotebookInstanceLifecycleConfig";
const CREATE_SCRIPT: &str = "sagemaker:CreateNotebookInstanceLifecycleConfig";
const UPDATE: &str = "sagemaker:UpdateNotebookInstance";
const START: &str = "sagemaker:StartNotebookInstance";

fn check(context: &Context<'_, '_>, holder: &Subject<'_, '_>) -> Verdict {
    let is_passed =
        context.is_execution_role(holder.id) == Truth::Yes || is_admin(context, holder.id);
    let Some(person) = person_of(context, holder.id).filter(|_| !is_passed) else {
        return Verdict::NotApplicable;
    };
    let caller = person.whole.first().filter(|_| !person.is_group());
    let caller = caller.unwrap_or(&person.caller);
    let resource = context.graph.get(holder.id);
    let may = |name: &'static str, sort: &str| -> May {
        let anything = context
            .access
            .any_of_sort("sagemaker", &sort.into(), resource);
        context
            .access
            .may_any(caller, &Action::named(name), &anything, &[])
    };
    let scripts = "notebook-instance-lifecycle-config/";
    let notebooks = "notebook-instance/";
    let update = may(UPDATE_SCRIPT, scripts);
    let create = may(CREATE_SCRIPT, scripts);
    if update.truth.or(create.truth) == Truth::No {
        return Verdict::Holds;
    }
    let (start, change) = (may(START, notebooks), may(UPDATE, notebooks));
    let by_new = create.truth.and(change.truth);
    let all = update
        .truth
        .or(by_new)
        .and(start.truth)
        .and(person.is_for_people);
    match all {
        Truth::No => Verdict::Holds,
        Truth::Unknown => {
            let is_known = [UPDATE_SCRIPT, CREATE_SCRIPT];
            let is_known = is_known.iter().any(|name| {
                let action = Action::named(name);
                let anything = context
                    .access
                    .any_of_sort("sagemaker", &scripts.into(), resource);
                is_allowed(context, person, &action, &anything)
            });
            if !has_notebook(context) && !is_known {
                return Verdict::NotApplicable;
            }
            let hinges = [update, create, change, start];
            let hinges = hinges.iter().flat_map(|one| &one.hinges);
            let mut named: Vec<_> = hinges.map(|one| context.access.hinge(one)).collect();
            named.extend(person.more.clone());
            named.sort();
            named.dedup();
            let names: Vec<_> = named
                .iter()
                .map(|(name, why)| format!("{name} is not known ({why})"))
                .collect();
            let message = format!(
                "cannot tell whether {} may write scripts of notebook instances and start them: {}",
                person.called(),
                names.join(", ")
            );
            let evidence = Evidence::new(message, resource.origin).about("policies");
            Verdict::Unsure(vec![named_hinges(evidence, &named)])
        }
        Truth::Yes => {
            let name = if update.truth == Truth::Yes {
                UPDATE_SCRIPT
            } else {
                CREATE_SCRIPT
            };
            broken(context, holder, name)
        }
    }
}

fn broken(context: &Context<'_, '_>, holder: &Subject<'_, '_>, name: &'static str) -> Verdict {
    let Some(person) = person_of(context, holder.id) else {
        return Verdict::Holds;
    };
    let resource = context.graph.get(holder.id);
    let sort = "notebook-instance-lifecycle-config/".into();
    let anything = context.access.any_of_sort("sagemaker", &sort, resource);
    let action = Action::named(name);
    let grants = context
        .access
        .grants_of(&person.caller, &action, &anything, &[]);
    let mut named = grants
        .iter()
        .filter_map(|grant| Some((&grant.policy, grant.statement()?)));
    let named = named.find(|(_, one)| is_about_sagemaker(one) && !is_everything(one));
    let Some((policy, statement)) = named else {
        return Verdict::Holds;
    };
    // What several hold is said of the first.
    let people = holding(context, policy);
    if people.first().is_some_and(|first| first.id != holder.id) {
        return Verdict::Holds;
    }
    let message = format!(
        "{} lets {} write scripts that run as root in notebook instances (`{name}`), which they may start",
        called_whole(statement, policy),
        listed(&people)
    );
    let evidence = Evidence::new(message, statement.at).about(about(statement, policy));
    Verdict::Broken(vec![with_people(context, evidence, statement.at, &people)])
}
