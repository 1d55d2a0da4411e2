//! The sections of a template.
//!
//! Source: AWS `CloudFormation` User Guide, "Template anatomy".

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::model::problem::Problem;
use crate::model::source::{FileId, Span};
use crate::yaml::{Data, Key, Node};

/// A template: its sections as they are written.
#[derive(Debug, Clone)]
pub struct Template {
    /// What messages call it: a path as the user wrote it.
    pub name: String,
    /// Its text.
    pub file: FileId,
    /// The parameters, in the order of the text.
    pub parameters: Vec<Parameter>,
    /// `Mappings`.
    pub mappings: Option<Node>,
    /// The entries of `Conditions`, `Fn::ForEach` among them.
    pub conditions: Vec<(Key, Node)>,
    /// The entries of `Resources`, likewise.
    pub resources: Vec<(Key, Node)>,
    /// The entries of `Outputs`, likewise.
    pub outputs: Vec<(Key, Node)>,
    /// The entries of `Rules`.
    pub rules: Vec<(Key, Node)>,
    /// `Globals` of the serverless transform.
    pub globals: Option<Node>,
    /// The macros that the whole template goes through, with their places.
    pub transforms: Vec<(Arc<str>, Span)>,
    /// The paths of the constructs that made its resources, by logical ids, where its assembly tells.
    pub constructs: BTreeMap<String, String>,
    /// What is wrong with its sections.
    pub problems: Vec<Problem>,
}

/// A parameter of a template.
#[derive(Debug, Clone)]
pub struct Parameter {
    /// Its name.
    pub name: Arc<str>,
    /// Its type: `String`, `CommaDelimitedList`, `AWS::SSM::Parameter::Value<String>`.
    pub of: Arc<str>,
    /// Its default, as text.
    pub default: Option<(Arc<str>, Span)>,
    /// The only values that it may have; none, if any.
    pub allowed: Vec<Arc<str>>,
    /// Whoever may look at the stack may not see its value.
    pub no_echo: bool,
    /// Where it stands.
    pub at: Span,
}

impl Parameter {
    /// Whether its value is a list.
    #[must_use]
    pub fn is_list(&self) -> bool {
        self.inner_type() == "CommaDelimitedList" || self.inner_type().starts_with("List<")
    }

    /// Whether its value is the name of what tells it: a parameter of Systems Manager.
    #[must_use]
    pub fn is_looked_up(&self) -> bool {
        self.of.starts_with("AWS::SSM::Parameter::Value<")
    }

    fn inner_type(&self) -> &str {
        let inner = self.of.strip_prefix("AWS::SSM::Parameter::Value<");
        inner.map_or(&self.of, |inner| inner.strip_suffix('>').unwrap_or(inner))
    }
}

/// Whether a document is a template, told by its content.
#[must_use]
pub fn is_template(root: &Node) -> bool {
    let has_type = |resources: &Node| {
        let mut resources = resources.entries().iter();
        resources
            .any(|(name, one)| one.get("Type").is_some() || name.text.starts_with("Fn::ForEach"))
    };
    let resources = root.get("Resources");
    let also_has = |names: &[&str]| names.iter().any(|name| root.get(name).is_some());
    also_has(&["AWSTemplateFormatVersion"])
        || resources.is_some_and(has_type)
        || resources.is_some() && also_has(&["Transform", "Parameters", "Outputs", "Conditions"])
}

const SECTIONS: &[&str] = &[
    "AWSTemplateFormatVersion",
    "Description",
    "Metadata",
    "Parameters",
    "Mappings",
    "Conditions",
    "Transform",
    "Resources",
    "Outputs",
    "Rules",
    "Hooks",
    "Globals",
];

impl Template {
    /// Takes the sections of a document that is a template.
    #[must_use]
    pub fn of(root: &Node, name: &str, file: FileId) -> Self {
        let mut template = Self {
            name: name.to_owned(),
            file,
            parameters: Vec::new(),
            mappings: root.get("Mappings").cloned(),
            conditions: Vec::new(),
            resources: Vec::new(),
            outputs: Vec::new(),
            rules: Vec::new(),
            globals: root.get("Globals").cloned(),
            transforms: Vec::new(),
            constructs: BTreeMap::new(),
            problems: Vec::new(),
        };
        for (key, _) in root.entries() {
            if !SECTIONS.contains(&&*key.text) && !key.text.starts_with("Fn::Transform") {
                template.problem(
                    format!("`{}` is no section of a template", key.text),
                    key.span,
                    "what it says is not read",
                );
            }
        }
        template.conditions = template.section(root, "Conditions");
        template.resources = template.section(root, "Resources");
        template.outputs = template.section(root, "Outputs");
        template.rules = template.section(root, "Rules");
        for (key, node) in template.section(root, "Parameters") {
            if node.get("Type").and_then(Node::scalar).is_none() {
                let message = format!("parameter `{}` has no `Type`", key.text);
                template.problem(message, key.span, "it is taken for a text");
            }
            let parameter = parameter(&key, &node);
            template.parameters.push(parameter);
        }
        let is_read = !template.problems.iter().any(|problem| problem.fatal);
        if template.resources.is_empty() && is_read {
            let at = root.get("Resources").map_or(root.span, |node| node.span);
            template.problem(
                "the template has no resources".to_owned(),
                at,
                "there is nothing to judge",
            );
        }
        if let Some(transform) = root.get("Transform") {
            template.transforms = transforms(transform);
        }
        if let Some((key, node)) = root.entry("Fn::Transform") {
            let named = node.get("Name").and_then(Node::as_text);
            let named = named.unwrap_or("Fn::Transform");
            template.transforms.push((named.into(), key.span));
        }
        template
    }

    fn section(&mut self, root: &Node, name: &str) -> Vec<(Key, Node)> {
        let Some(node) = root.get(name) else {
            return Vec::new();
        };
        match &node.data {
            Data::Map(entries) if node.tag.is_none() => entries.to_vec(),
            Data::Null => Vec::new(),
            _ => {
                self.problem(
                    format!("`{name}` is no map of names to what they are"),
                    node.span,
                    "what it says is not read",
                );
                // Without its resources, there is nothing of the template to judge.
                if let Some(problem) = self.problems.last_mut() {
                    problem.fatal = name == "Resources";
                }
                Vec::new()
            }
        }
    }

    fn problem(&mut self, message: String, at: Span, consequence: &str) {
        self.problems.push(Problem::at(message, at, consequence));
    }
}

/// The names of the macros that a `Transform` section names.
fn transforms(node: &Node) -> Vec<(Arc<str>, Span)> {
    let one = |node: &Node| {
        let name = node.as_text().or_else(|| node.get("Name")?.as_text());
        (name.unwrap_or("a macro without a name").into(), node.span)
    };
    match node.elements() {
        Some(all) => all.iter().map(one).collect(),
        None => vec![one(node)],
    }
}

fn parameter(key: &Key, node: &Node) -> Parameter {
    let text = |name: &str| node.get(name).and_then(Node::scalar);
    let allowed = node.get("AllowedValues").and_then(Node::elements);
    let allowed = allowed.into_iter().flatten();
    Parameter {
        name: Arc::clone(&key.text),
        of: text("Type").unwrap_or("String").into(),
        default: node
            .get("Default")
            .and_then(|node| Some((default(node)?, node.span))),
        allowed: allowed
            .filter_map(|one| Some(one.scalar()?.into()))
            .collect(),
        no_echo: text("NoEcho").is_some_and(|flag| flag.eq_ignore_ascii_case("true")),
        at: key.span,
    }
}

/// A default as text; a list is joined by commas, as it would be passed.
fn default(node: &Node) -> Option<Arc<str>> {
    if let Some(elements) = node.elements() {
        let texts: Option<Vec<_>> = elements.iter().map(Node::scalar).collect();
        return Some(texts?.join(",").into());
    }
    match node.data {
        Data::Null => Some("".into()),
        _ => node.scalar().map(Into::into),
    }
}
