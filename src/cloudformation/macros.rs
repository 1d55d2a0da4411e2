//! Macros that a whole template goes through: which of them change nothing that is judged, and which may change all.
//!
//! Source: AWS `CloudFormation` Template Reference, "Transform section", "Transform reference".

use super::World;
use super::repeat::Entry;
use crate::model::source::Span;
use crate::model::value::Why;

/// Macros that AWS hosts, and that are followed here or change nothing that is judged: how their names begin.
const HARMLESS: &[&str] = &[
    "AWS::CodeDeployBlueGreen",
    "AWS::LanguageExtensions",
    "AWS::SecretsManager-",
    "AWS::Serverless-",
    "AWS::ServiceCatalog",
];

impl World<'_> {
    /// Tells of macros whose work is not seen.
    pub(super) fn macros(&self) {
        for stack in &self.set.stacks {
            for (name, at) in &stack.template.transforms {
                if !HARMLESS.iter().any(|own| name.starts_with(own)) {
                    self.tell_macro(name, *at);
                }
            }
        }
    }

    /// The resources without `Fn::Transform` among them, which may write any.
    pub(super) fn without_macros(&self, mut entries: Vec<Entry>) -> Vec<Entry> {
        entries.retain(|(key, node, _)| {
            let is_macro = &*key.text == "Fn::Transform";
            if is_macro {
                let named = node.get("Name").and_then(|name| name.as_text());
                self.tell_macro(named.unwrap_or("Fn::Transform"), key.span);
            }
            !is_macro
        });
        entries
    }

    fn tell_macro(&self, name: &str, at: Span) {
        self.tell(
            format!("the macro `{name}` may change every resource of this template, which is not seen"),
            at,
            "it is judged as it is written; check the processed template: aws cloudformation get-template \
             --template-stage Processed",
        );
        self.incomplete.set(Some(Why::ChangedByMacro));
    }
}
