//! PG-ACC-008.

use super::identity_policies::{NB_OPEN, designated_groups, is_about_sagemaker};
use super::people::{called_whole, has_notebook, holding, is_allowed, listed, person_of};
use super::resource_policies::{Door, door};
use super::statements::{about, named_hinges};
use super::{Check, Context, DESIGNATED_GROUPS, Example, Link, NO_SCP, Rule, RuleKind, Subject};
use crate::access::{Object, Person};
use crate::finding::{Evidence, Severity, Verdict};
use crate::iam::policy::Statement;
use crate::iam::{Action, Knowledge, Policy};
use crate::model::graph::ResourceId;
use crate::model::resource::Standing;
use crate::model::truth::Truth;
use crate::model::vocabulary::Kind;

pub(super) const RULE: Rule = Rule {
    id: "notebook-session-restricted-to-network",
    alias: "PG-ACC-008",
    kind: RuleKind::Secure,
    tier: 2,
    severity: Severity::Low,
    summary: "groups may open notebook instances from their network only",
    why: "An endpoint for notebooks opens a way in and closes none: the URL works from anywhere unless the policy \
          demands a network. With such an endpoint in the input: medium. A demand for an address \
          (`aws:SourceIp`) keeps out whoever comes through the endpoint (`source-ip-with-endpoint`, medium). A demand \
          for an endpoint must name both, that of the API and that of notebooks (`missing-one-endpoint-id`, medium).",
    unsure: "Judged are the groups meant for notebooks. Asked is a request from a public address that no policy names. \
             Denies, and control policies of the input, count as well as conditions of what allows.",
    fix: "demand `aws:SourceVpc`, or `aws:SourceVpce` with the ids of both endpoints, where notebooks may be opened",
    references: &[Link {
        title: "Amazon SageMaker AI Developer Guide: Connect to a notebook instance through a VPC interface endpoint",
        url: "https://docs.aws.amazon.com/sagemaker/latest/dg/notebook-interface-endpoint.html",
    }],
    assumes: &[DESIGNATED_GROUPS, NO_SCP],
    example: Example {
        fail: include_str!("../../testdata/rules/notebook-session-restricted-to-network/fail.tf"),
        pass: include_str!("../../testdata/rules/notebook-session-restricted-to-network/pass.tf"),
    },
    check: Check::Resource(&[Kind::Group], check),
};

/// A public address that no network of anybody's has: it once stood for relays, which are gone.
const ANYWHERE: &str = "192.88.99.77";

fn check(context: &Context<'_, '_>, group: &Subject<'_, '_>) -> Verdict {
    let is_meant = designated_groups(context).contains(&group.id);
    let Some(person) = person_of(context, group.id).filter(|_| is_meant) else {
        return Verdict::NotApplicable;
    };
    let action = Action::named(NB_OPEN);
    let resource = context.graph.get(group.id);
    let sort = "notebook-instance/".into();
    let anything = context.access.any_of_sort("sagemaker", &sort, resource);
    let may = |keys: &[(&'static str, Knowledge)]| {
        context
            .access
            .may_any(&person.caller, &action, &anything, keys)
    };
    let at_all = may(&[]).truth;
    if at_all == Truth::No {
        return Verdict::NotApplicable;
    }
    let from_anywhere = [
        ("aws:sourcevpc", Knowledge::ABSENT),
        ("aws:sourcevpce", Knowledge::ABSENT),
        ("aws:vpcsourceip", Knowledge::ABSENT),
        ("aws:sourceip", Knowledge::value(ANYWHERE)),
    ];
    let outside = may(&from_anywhere);
    let doors = doors(context);
    match outside.truth {
        Truth::Yes => {
            let grants =
                context
                    .access
                    .grants_of(&person.caller, &action, &anything, &from_anywhere);
            let mut found = grants
                .iter()
                .filter_map(|one| Some((&one.policy, one.statement()?)));
            // An administrator's statement is a matter of other rules.
            let Some((policy, statement)) = found.find(|(_, one)| is_about_sagemaker(one)) else {
                return Verdict::Holds;
            };
            open(context, group, policy, statement, &doors)
        }
        Truth::No => by_doors(context, person, &action, &anything, &doors),
        // Whether they may at all is asked elsewhere, too.
        Truth::Unknown
            if at_all == Truth::Unknown
                && !has_notebook(context)
                && !is_allowed(context, person, &action, &anything) =>
        {
            Verdict::NotApplicable
        }
        Truth::Unknown => {
            let hinges = outside.hinges.iter().map(|one| context.access.hinge(one));
            let hinges: Vec<_> = hinges.collect();
            let names: Vec<_> = hinges
                .iter()
                .map(|(name, why)| format!("`{name}` is not known ({why})"))
                .collect();
            let message = format!(
                "cannot tell whether {} may open notebook instances from anywhere: {}",
                person.called(),
                names.join(", ")
            );
            let evidence = Evidence::new(message, group.resource.origin).about("network");
            Verdict::Unsure(vec![named_hinges(evidence, &hinges)])
        }
    }
}

fn doors(context: &Context<'_, '_>) -> Vec<(ResourceId, Door)> {
    let endpoints = context.graph.iter().filter(|(_, resource)| {
        resource.kind() == Some(Kind::Endpoint) && resource.standing == Standing::Judged
    });
    endpoints
        .filter_map(|(id, resource)| Some((id, door(context, resource)?)))
        .collect()
}

fn open(
    context: &Context<'_, '_>,
    group: &Subject<'_, '_>,
    policy: &Policy,
    statement: &Statement,
    doors: &[(ResourceId, Door)],
) -> Verdict {
    // What several groups hold is said of the first.
    let meant = designated_groups(context);
    let people: Vec<_> = holding(context, policy)
        .into_iter()
        .filter(|person| meant.contains(&person.id))
        .collect();
    if people.first().is_some_and(|first| first.id != group.id) {
        return Verdict::Holds;
    }
    let endpoint = doors.iter().find(|(_, door)| *door == Door::Notebook);
    let endpoint = endpoint.map(|(id, _)| context.graph.get(*id));
    let but = endpoint.map_or_else(String::new, |endpoint| {
        format!(", `{}` or not", endpoint.address.as_str())
    });
    let message = format!(
        "{} lets {} open notebook instances from any network{but}",
        called_whole(statement, policy),
        listed(&people)
    );
    let evidence = Evidence::new(message, statement.at).about(about(statement, policy));
    Verdict::Broken(vec![match endpoint {
        Some(endpoint) => evidence
            .severity(Severity::Medium)
            .related("the endpoint", endpoint.origin),
        None => evidence,
    }])
}

/// Whether those who come through the endpoints of the input get in.
fn by_doors(
    context: &Context<'_, '_>,
    person: &Person,
    action: &Action,
    anything: &Object,
    doors: &[(ResourceId, Door)],
) -> Verdict {
    let grants = context
        .access
        .grants_of(&person.caller, action, anything, &[]);
    let mut verdict = Verdict::Holds;
    for (policy, statement) in grants
        .iter()
        .filter_map(|one| Some((&one.policy, one.statement()?)))
    {
        let meant = designated_groups(context);
        let mut people = holding(context, policy).into_iter();
        let first = people.find(|one| meant.contains(&one.id));
        if first.is_some_and(|first| first.id != person.id) {
            continue;
        }
        let demands = |key: &str| {
            let mut conditions = statement.readable_conditions();
            conditions.any(|condition| condition.key == key && !condition.absent())
        };
        let evidence = |message: String| {
            Evidence::new(message, statement.at)
                .about(about(statement, policy))
                .severity(Severity::Medium)
        };
        let of = called_whole(statement, policy);
        let notebook = doors.iter().find(|(_, door)| *door == Door::Notebook);
        let kept_out = notebook.filter(|(id, _)| {
            demands("aws:sourceip") && passes(context, person, action, anything, *id) == Truth::No
        });
        if let Some((endpoint, _)) = kept_out {
            let endpoint = context.graph.get(*endpoint);
            let message = format!(
                "{of} demands `aws:SourceIp`, which requests through `{}` do not carry: whoever comes that way \
                 is kept out",
                endpoint.address.as_str()
            );
            let evidence = evidence(message)
                .code("source-ip-with-endpoint")
                .related("the endpoint", endpoint.origin)
                .fix("demand `aws:SourceVpc` or `aws:SourceVpce` instead, or as well in a statement of its own");
            verdict = verdict.worse(Verdict::Broken(vec![evidence]));
        }
        if demands("aws:sourcevpce") {
            let through = |door: Door| {
                let doors = doors.iter().filter(move |(_, one)| *one == door);
                doors.map(|(id, _)| (*id, passes(context, person, action, anything, *id)))
            };
            for (one, other) in [(Door::Api, Door::Notebook), (Door::Notebook, Door::Api)] {
                let is_named = through(one).any(|(_, passes)| passes == Truth::Yes);
                let closed: Vec<_> = through(other).collect();
                let all_closed =
                    !closed.is_empty() && closed.iter().all(|(_, passes)| *passes == Truth::No);
                if let Some((id, _)) = closed.first().filter(|_| is_named && all_closed) {
                    let endpoint = context.graph.get(*id);
                    let message = format!(
                        "{of} demands an endpoint, and `{}` is not among those that it names: the notebook \
                         does not open",
                        endpoint.address.as_str()
                    );
                    let evidence = evidence(message)
                        .code("missing-one-endpoint-id")
                        .related("the endpoint", endpoint.origin)
                        .fix(
                            "name the ids of both endpoints, that of the API and that of notebooks",
                        );
                    verdict = verdict.worse(Verdict::Broken(vec![evidence]));
                }
            }
        }
    }
    verdict
}

/// Whether somebody gets in through an endpoint, as far as their own policies say.
fn passes(
    context: &Context<'_, '_>,
    person: &Person,
    action: &Action,
    anything: &Object,
    endpoint: ResourceId,
) -> Truth {
    let id = context.access.attribute(endpoint, "id");
    let keys = [
        ("aws:sourcevpce", Knowledge::value(id)),
        ("aws:sourceip", Knowledge::ABSENT),
    ];
    context
        .access
        .may_any(&person.caller, action, anything, &keys)
        .truth
}
