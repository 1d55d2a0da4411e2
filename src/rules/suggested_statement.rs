//! A policy statement to be written, in the language of the input; and the policy of the input that it belongs in.

use super::Context;
use crate::iam::Policy;
use crate::iam::policy::Effect;
use crate::model::edit::{Edit, To};
use crate::model::graph::{ResourceGraph, ResourceId};
use crate::model::source::Span;
use crate::model::statement::{Name, Statement};
use crate::model::vocabulary::{Kind, Language};

/// A statement as people write it.
pub(super) fn written(statement: &Statement, graph: &ResourceGraph<'_>) -> String {
    let actions = statement.actions.iter().map(|action| quoted(action));
    let actions = actions.collect::<Vec<_>>().join(", ");
    let resources = statement.resources.iter().map(|one| name(one, graph));
    let resources = resources.collect::<Vec<_>>().join(", ");
    let resources = (!resources.is_empty()).then_some(resources);
    let principal = statement.principal.as_ref();
    let principal = principal.map(|(of, who)| (*of, name(who, graph)));
    let condition = statement.condition;
    match graph.language() {
        Language::Terraform => {
            let parts = [
                Some(format!("actions = [{actions}]")),
                resources.map(|list| format!("resources = [{list}]")),
                principal.map(|(of, who)| {
                    format!("principals {{ type = \"{of}\" identifiers = [{who}] }}")
                }),
                condition.map(|[test, variable, value]| {
                    format!(
                        "condition {{ test = \"{test}\" variable = \"{variable}\" values = [\"{value}\"] }}"
                    )
                }),
            ];
            let parts: Vec<_> = parts.into_iter().flatten().collect();
            format!("statement {{ {} }}", parts.join(" "))
        }
        Language::CloudFormation => {
            let parts = [
                Some(format!("Effect: Allow, Action: [{actions}]")),
                resources.map(|list| format!("Resource: [{list}]")),
                principal.map(|principal| match principal {
                    ("*", who) => format!("Principal: {who}"),
                    (of, who) => format!("Principal: {{{of}: {who}}}"),
                }),
                condition.map(|[test, variable, value]| {
                    format!("Condition: {{{test}: {{\"{variable}\": \"{value}\"}}}}")
                }),
            ];
            let parts: Vec<_> = parts.into_iter().flatten().collect();
            format!("{{{}}}", parts.join(", "))
        }
    }
}

/// The ARN of a resource with what follows it, as a reference; none to what another stack or root makes, which
/// cannot be referred to.
pub(super) fn named(graph: &ResourceGraph<'_>, id: ResourceId, inside: &str) -> Option<Name> {
    let address = graph.get(id).address.as_str();
    let is_nested = graph.language() == Language::CloudFormation && address.contains(['.', ':']);
    (graph.is_own(id) && !is_nested).then(|| Name::Arn(id, inside.to_owned()))
}

/// What a statement names, as people write it.
pub(super) fn name(name: &Name, graph: &ResourceGraph<'_>) -> String {
    let (id, inside) = match name {
        Name::Text(text) => return quoted(text),
        Name::Gap(gap) => return gap.clone(),
        Name::Arn(id, inside) => (*id, inside.as_str()),
    };
    let address = graph.get(id).address.as_str();
    match (graph.language(), inside) {
        (Language::Terraform, "") => format!("{address}.arn"),
        (Language::Terraform, inside) => quoted(&format!("${{{address}.arn}}{inside}")),
        // Of some types, `Ref` gives the ARN, and no attribute does.
        (Language::CloudFormation, "") if is_arn(graph, id) => format!("!Ref {address}"),
        (Language::CloudFormation, inside) if is_arn(graph, id) => {
            format!("!Sub {}", quoted(&format!("${{{address}}}{inside}")))
        }
        (Language::CloudFormation, "") => format!("!GetAtt {address}.Arn"),
        (Language::CloudFormation, inside) => {
            format!("!Sub {}", quoted(&format!("${{{address}.Arn}}{inside}")))
        }
    }
}

fn is_arn(graph: &ResourceGraph<'_>, id: ResourceId) -> bool {
    let entry = graph.get(id).entry;
    entry.is_some_and(|entry| entry.row.identity == "arn")
}

pub(super) fn quoted(text: &str) -> String {
    format!("\"{text}\"")
}

/// The change that adds a statement to one of these policies: the one with statements about the same service, else
/// the only one. None where several would do, or where others hold it too.
pub(super) fn addition<'p>(
    context: &Context<'_, '_>,
    statement: &Statement,
    policies: impl Iterator<Item = &'p Policy>,
) -> Option<Edit> {
    let service = statement.actions.first()?.split_once(':')?.0;
    let places = policies.filter_map(|policy| {
        let last = policy.statements.last()?;
        let is_written = last.at != Span::NOWHERE && policy.open.is_empty();
        is_written.then(|| (allows_of(policy, service), last.at))
    });
    let mut places: Vec<(bool, Span)> = places.collect();
    places.sort_by_key(|(is_of_service, at)| (!is_of_service, at.file, at.start));
    places.dedup();
    let of_service = places.iter().filter(|(is_of_service, _)| *is_of_service);
    let number = match of_service.count() {
        0 => places.len(),
        number => number,
    };
    let (_, at) = *places
        .first()
        .filter(|_| number == 1 && statement.is_whole())?;
    let is_it = |one: Span| one == at;
    let (of, path, _) = context.graph.statements_at(&is_it).next()?;
    let is_shared = context.graph.get(of).kind() == Some(Kind::PolicyManaged)
        && context.access.holders(of).len() > 1;
    (!is_shared).then(|| Edit {
        of,
        path: path.to_owned().into(),
        to: To::With(Box::new(statement.clone()), at),
    })
}

fn allows_of(policy: &Policy, service: &str) -> bool {
    let allowing = policy.statements.iter();
    let allowing = allowing.filter(|one| one.effect == Effect::Allow && !one.actions.negated);
    let mut actions = allowing.flat_map(|one| &one.actions.entries);
    actions.any(|action| {
        let own = action.text.known().and_then(|text| text.split_once(':'));
        own.is_some_and(|(own, _)| own.eq_ignore_ascii_case(service))
    })
}
