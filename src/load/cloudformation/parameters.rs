//! Files with values for parameters, in the forms of the AWS CLI and of `CodePipeline`.
//!
//! Source: AWS CLI Command Reference, "cloudformation create-stack" (`--parameters`); AWS `CodePipeline` User
//! Guide, "Template configuration files"; AWS CLI Command Reference, "cloudformation deploy"
//! (`--parameter-overrides`).

use std::collections::BTreeMap;

use crate::yaml::{Data, Node};

/// The values that a document gives, by the names of the parameters.
///
/// # Errors
/// What it is not.
pub fn parameter_file(root: &Node) -> Result<BTreeMap<String, String>, &'static str> {
    const NONE: &str = "it has neither a list of `ParameterKey` and `ParameterValue`, nor `Parameters`, nor names \
                        with their values";
    if let Some(all) = root.elements() {
        return listed(all).ok_or(NONE);
    }
    match root.get("Parameters") {
        Some(parameters) => match parameters.elements() {
            Some(all) => listed(all).ok_or(NONE),
            None => named(parameters).ok_or(NONE),
        },
        None => named(root).ok_or(NONE),
    }
}

/// `[{"ParameterKey": "Stage", "ParameterValue": "prod"}]`, or `["Stage=prod"]`.
fn listed(all: &[Node]) -> Option<BTreeMap<String, String>> {
    let mut values = BTreeMap::new();
    for one in all {
        if let Some(text) = one.as_text() {
            let (name, value) = text.split_once('=')?;
            values.insert(name.to_owned(), value.to_owned());
            continue;
        }
        let name = one.get("ParameterKey")?.scalar()?;
        // The value that the stack has already is not told.
        let is_kept = one.get("UsePreviousValue").and_then(Node::scalar) == Some("true");
        match one.get("ParameterValue").and_then(text) {
            Some(value) => _ = values.insert(name.to_owned(), value),
            None if is_kept => {}
            None => return None,
        }
    }
    Some(values)
}

/// `{"Stage": "prod"}`.
fn named(map: &Node) -> Option<BTreeMap<String, String>> {
    let Data::Map(entries) = &map.data else {
        return None;
    };
    let values = entries.iter().map(|(key, value)| {
        let value = text(value)?;
        Some((key.text.to_string(), value))
    });
    values.collect()
}

/// A value as text; a list is joined by commas.
fn text(node: &Node) -> Option<String> {
    match node.elements() {
        Some(all) => {
            let all: Option<Vec<_>> = all.iter().map(Node::scalar).collect();
            Some(all?.join(","))
        }
        None => node.scalar().map(str::to_owned),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::source::SourceMap;
    use crate::yaml::read_json;

    fn read(text: &str) -> Result<Vec<(String, String)>, &'static str> {
        let mut sources = SourceMap::default();
        let file = sources.add("parameters.json", text.to_owned());
        let document = read_json(text, file).unwrap();
        parameter_file(&document.root).map(|values| values.into_iter().collect())
    }

    #[test]
    fn reads_every_form() {
        let expected = Ok(vec![("Stage".to_owned(), "prod".to_owned())]);
        for text in [
            r#"[{"ParameterKey": "Stage", "ParameterValue": "prod"}]"#,
            r#"[{"ParameterKey": "Stage", "ParameterValue": "prod"},
                {"ParameterKey": "Old", "UsePreviousValue": true}]"#,
            r#"["Stage=prod"]"#,
            r#"{"Parameters": {"Stage": "prod"}, "Tags": {"a": "b"}}"#,
            r#"{"Stage": "prod"}"#,
        ] {
            assert_eq!(read(text), expected, "{text}");
        }
        assert!(read("[1]").is_err());
        assert!(read(r#"{"Stage": {"a": 1}}"#).is_err());
    }
}
