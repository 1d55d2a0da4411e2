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
        match language {
            Language::Terraform => {
                let mut text = format!("statement {{ actions = [{actions}]");
                if !self.resources.is_empty() {
                    text.push_str(&format!(" resources = [{resources}]"));
                }
                if let Some((of, who)) = &self.principal {
                    let block = format!(" principals {{ type = \"{of}\" identifiers = [{who}] }}");
                    text.push_str(&block);
                }
                if let Some([test, variable, value]) = self.condition {
                    text.push_str(&format!(
                        " condition {{ test = \"{test}\" variable = \"{variable}\" values = [\"{value}\"] }}"
                    ));
                }
                text.push_str(" }");
                text
            }
            Language::CloudFormation => {
                let mut text = format!("{{Effect: Allow, Action: [{actions}]");
                if !self.resources.is_empty() {
                    text.push_str(&format!(", Resource: [{resources}]"));
                }
                match &self.principal {
                    Some(("*", who)) => text.push_str(&format!(", Principal: {who}")),
                    Some((of, who)) => text.push_str(&format!(", Principal: {{{of}: {who}}}")),
                    None => {}
                }
                if let Some([test, variable, value]) = self.condition {
                    text.push_str(&format!(
                        ", Condition: {{{test}: {{\"{variable}\": \"{value}\"}}}}"
                    ));
                }
                text.push('}');
                text
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
        (Language::CloudFormation, "") => Some(format!("!GetAtt {address}.Arn")),
        (Language::CloudFormation, inside) => Some(format!(
            "!Sub {}",
            quoted(&format!("${{{address}.Arn}}{inside}"))
        )),
    }
}

pub(super) fn quoted(text: &str) -> String {
    format!("\"{text}\"")
}
