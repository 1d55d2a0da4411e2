//! The role of `CodeDeploy` that the transform makes for functions which are deployed little by little.
//!
//! Source: AWS SAM Developer Guide, "`DeploymentPreference`", "Generated `CloudFormation` resources when
//! `DeploymentPreference` is specified".

use super::nodes::{key, list, map, text};
use super::policies::Policies;
use super::trusting;
use crate::cloudformation::Scope;
use crate::yaml::{Key, Node};

/// What the functions of a template ask for.
#[derive(Default)]
pub(super) struct Deployment {
    /// Where the first function says so that names no role for it.
    at: Option<Key>,
    /// The conditions of those functions that hand theirs on.
    conditions: Vec<Node>,
    /// A function asks for it whatever any condition says.
    is_always: bool,
}

impl Deployment {
    /// Takes a function into account, with the properties that `Globals` adds.
    pub(super) fn add(&mut self, scope: Scope<'_, '_>, node: &Node, properties: &Node) {
        let Some((own, preference)) = properties.entry("DeploymentPreference") else {
            return;
        };
        let says = |name: &str| {
            let node = preference.get(name)?;
            let scalar = node.scalar().map(str::to_owned);
            scalar.or_else(|| scope.text_of(node))
        };
        if says("Enabled").is_some_and(|flag| flag.eq_ignore_ascii_case("false")) {
            return;
        }
        let hands_on = says("PassthroughCondition").as_deref() == Some("true");
        match node.get("Condition").filter(|_| hands_on) {
            Some(condition) => self.conditions.push(condition.clone()),
            None => self.is_always = true,
        }
        if self.at.is_none() && preference.get("Role").is_none() {
            self.at = Some(own.clone());
        }
    }

    /// The role, if one is made.
    pub(super) fn role(self) -> Option<(Key, Node)> {
        let at = self.at?.span;
        let mut policies = Policies::default();
        policies.add_managed("AWSCodeDeployRoleForLambda", at);
        let properties = map(
            [
                (
                    "AssumeRolePolicyDocument",
                    trusting("codedeploy.amazonaws.com", at),
                ),
                ("ManagedPolicyArns", list(policies.managed, at)),
            ],
            at,
        );
        let mut entries = vec![("Type", text("AWS::IAM::Role", at))];
        if !self.is_always {
            let conditions = self.conditions.into_iter();
            let conditions = conditions.map(|one| map([("Condition", one)], at));
            let any = map([("Fn::Or", list(conditions.collect(), at))], at);
            entries.push(("Condition", any));
        }
        entries.push(("Properties", properties));
        Some((key("CodeDeployServiceRole", at), map(entries, at)))
    }
}
