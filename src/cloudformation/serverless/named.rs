//! Policies that the transform knows by name: its policy templates, and where managed policies stand.
//!
//! Source: AWS SAM Developer Guide, "AWS SAM policy templates". `named_policies.txt` is written by
//! `ci/serverless-policy-templates.py`, which names its source.

use super::nodes::{list, map, one_or_all, text};
use crate::yaml::Node;

const NAMED: &str = include_str!("named_policies.txt");

/// A policy template.
#[derive(Debug)]
pub(super) struct PolicyTemplate {
    parameters: Vec<&'static str>,
    statements: Vec<&'static str>,
}

/// The policy template of a name, if there is one.
pub(super) fn policy_template(name: &str) -> Option<PolicyTemplate> {
    let is_it = |line: &&str| line.split(' ').next() == Some(name);
    let is_letter = name.starts_with(|c: char| c.is_ascii_alphabetic());
    let mut lines = NAMED.lines().skip_while(|line| !is_letter || !is_it(line));
    let parameters = lines.next()?.split(' ').skip(1).collect();
    let statements: Vec<_> = lines.map_while(|line| line.strip_prefix('\t')).collect();
    // The name of a managed policy has none.
    (!statements.is_empty()).then_some(PolicyTemplate {
        parameters,
        statements,
    })
}

impl PolicyTemplate {
    /// The policy that it makes of these values.
    ///
    /// # Errors
    /// The name of the parameter that has no value.
    pub(super) fn document(&self, values: &Node) -> Result<Node, &'static str> {
        let lacks = |name: &&&str| values.get(name).is_none();
        if let Some(name) = self.parameters.iter().find(lacks) {
            return Err(name);
        }
        let at = values.span;
        let statements = self.statements.iter();
        let statements = statements.map(|line| self.statement(line, values));
        Ok(map([("Statement", list(statements.collect(), at))], at))
    }

    fn statement(&self, line: &str, values: &Node) -> Node {
        let at = values.span;
        let mut fields = line.split('\t');
        let mut entries = vec![("Effect", text("Allow", at))];
        if let Some(actions) = fields.next() {
            let actions = actions.split(' ').map(|action| text(action, at));
            entries.push(("Action", one_or_all(actions.collect(), at)));
        }
        if let Some(resources) = fields.next() {
            let resources = resources.split(' ');
            let resources = resources.map(|one| self.filled(one, values));
            entries.push(("Resource", one_or_all(resources.collect(), at)));
        }
        if let (Some(operator), Some(key), Some(value)) =
            (fields.next(), fields.next(), fields.next())
        {
            let keys = map([(key, self.filled(value, values))], at);
            entries.push(("Condition", map([(operator, keys)], at)));
        }
        map(entries, at)
    }

    /// A text with the parameters that it names.
    fn filled(&self, written: &str, values: &Node) -> Node {
        let at = values.span;
        if !written.contains("${") {
            return text(written, at);
        }
        let named = self.parameters.iter().filter_map(|name| {
            let is_named = written.contains(&format!("${{{name}}}"));
            let value = values.get(name).filter(|_| is_named)?;
            Some((*name, value.clone()))
        });
        let own = map(named, at);
        map([("Fn::Sub", list(vec![text(written, at), own], at))], at)
    }
}

/// The path of a policy that AWS manages: `/service-role/` of `AWSLambdaBasicExecutionRole`.
pub(super) fn managed_path(name: &str) -> &'static str {
    let mut path = "/";
    for line in NAMED.lines() {
        if line.starts_with('/') {
            path = line;
        } else if path != "/" && line == name {
            return path;
        }
    }
    "/"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_lead_to_what_they_name() {
        assert_eq!(
            managed_path("AWSLambdaBasicExecutionRole"),
            "/service-role/"
        );
        assert_eq!(managed_path("AmazonS3FullAccess"), "/");
        assert_eq!(managed_path("S3ReadPolicy"), "/");
        let template = policy_template("S3ReadPolicy").unwrap();
        assert_eq!(template.parameters, ["BucketName"]);
        assert_eq!(template.statements.len(), 1);
        assert_eq!(
            policy_template("VPCAccessPolicy").unwrap().parameters.len(),
            0
        );
        for name in [
            "AWSLambdaBasicExecutionRole",
            "#",
            "",
            "/service-role/",
            "\ts3",
        ] {
            assert!(policy_template(name).is_none(), "{name}");
        }
    }

    #[test]
    fn every_template_has_whole_statements() {
        let mut names = NAMED.lines().take_while(|line| !line.starts_with('/'));
        let mut count = 0;
        for line in names.by_ref().filter(|line| !line.starts_with(['#', '\t'])) {
            let name = line.split(' ').next().unwrap();
            let template = policy_template(name).unwrap();
            for statement in template.statements {
                let fields = statement.split('\t').count();
                assert!(fields == 2 || fields == 5, "{name}");
            }
            count += 1;
        }
        assert_eq!(count, 81);
    }
}
