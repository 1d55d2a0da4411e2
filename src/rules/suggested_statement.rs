//! A policy statement to be written, in the language of the input.

use crate::model::graph::{ResourceGraph, ResourceId};
use crate::model::vocabulary::Language;

/// A statement that allows something.
#[derive(Debug, Default)]
pub(super) struct Statement {
    pub(super) actions: Vec<String>,
    /// As they are written: see [`named`] and [`quoted`].
    pub(super) resources: Vec<String>,
    /// The type of principal, and who, as it is written.
    pub(super) principal: Option<(&'static str, String)>,
    /// An operator, a key and a value.
    pub(super) condition: Option<[&'static str; 3]>,
}

impl Statement {
    /// The statement as people write it.
    pub(super) fn written(&self, language: Language) -> String {
        let actions: Vec<_> = self.actions.iter().map(|action| quoted(action)).collect();
        let (actions, resources) = (actions.join(", "), self.resources.join(", "));
        let resources = (!self.resources.is_empty()).then_some(resources);
        let condition = self.condition;
        match language {
            Language::Terraform => {
                let parts = [
                    Some(format!("actions = [{actions}]")),
                    resources.map(|list| format!("resources = [{list}]")),
                    self.principal.as_ref().map(|(of, who)| {
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
                    self.principal.as_ref().map(|principal| match principal {
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
}

/// The ARN of a resource with what follows it, as a reference; none to what another stack or root makes, which
/// cannot be referred to.
pub(super) fn named(graph: &ResourceGraph<'_>, id: ResourceId, inside: &str) -> Option<String> {
    let address = graph.get(id).address.as_str();
    if !graph.is_own(id) {
        return None;
    }
    match (graph.language(), inside) {
        (Language::Terraform, "") => Some(format!("{address}.arn")),
        (Language::Terraform, inside) => Some(quoted(&format!("${{{address}.arn}}{inside}"))),
        (Language::CloudFormation, _) if address.contains(['.', ':']) => None,
        // Of some types, `Ref` gives the ARN, and no attribute does.
        (Language::CloudFormation, "") if is_arn(graph, id) => Some(format!("!Ref {address}")),
        (Language::CloudFormation, inside) if is_arn(graph, id) => Some(format!(
            "!Sub {}",
            quoted(&format!("${{{address}}}{inside}"))
        )),
        (Language::CloudFormation, "") => Some(format!("!GetAtt {address}.Arn")),
        (Language::CloudFormation, inside) => Some(format!(
            "!Sub {}",
            quoted(&format!("${{{address}.Arn}}{inside}"))
        )),
    }
}

fn is_arn(graph: &ResourceGraph<'_>, id: ResourceId) -> bool {
    let entry = graph.get(id).entry;
    entry.is_some_and(|entry| entry.row.identity == "arn")
}

pub(super) fn quoted(text: &str) -> String {
    format!("\"{text}\"")
}
