//! Who is worth asking: most identities of an estate have plainly nothing to do with a given bucket, and a
//! question in full costs a hundred times a look at what their policies are about.

use super::actors::{Actor, From};
use super::chains::may_on;
use crate::access::Object;
use crate::iam::policy::{Effect, PrincipalKind};
use crate::iam::{Action, ArnSubject, Policy, Text, equal_texts};
use crate::model::truth::Truth;

/// Those who may come into question for an action on something.
pub(super) struct Prospects {
    action: Action,
    subject: ArnSubject,
    /// Whom its policies name, who then need no permission of their own.
    named: Vec<Text>,
    /// Anybody may be among those.
    anybody: bool,
}

impl Prospects {
    /// For an action on a resource that carries the policies of an object.
    pub(super) fn of(action: &'static str, arn: Text, object: &Object) -> Self {
        let mut prospects = Self {
            action: Action::named(action),
            subject: ArnSubject::new(arn),
            named: Vec::new(),
            anybody: false,
        };
        let policies = object.policy().into_iter().chain(object.granted());
        policies.for_each(|policy| prospects.add(policy));
        prospects
    }

    /// What is not known of a policy may let in others, too: that doubt is had once, of anybody at all. Whoever
    /// of the own accounts it may name would be meant.
    fn add(&mut self, policy: &Policy) {
        let statements = policy.statements.iter();
        for statement in statements.filter(|one| one.effect != Effect::Deny) {
            let Some(principals) = statement.principals.as_ref().filter(|one| !one.negated) else {
                self.anybody = true;
                continue;
            };
            for entry in &principals.entries {
                match entry.kind {
                    // What is left to an account takes a permission of one's own.
                    PrincipalKind::Account | PrincipalKind::Service | PrincipalKind::Unknown => {}
                    PrincipalKind::Role | PrincipalKind::User => {
                        self.named.push(entry.text.clone());
                    }
                    _ => self.anybody = true,
                }
            }
        }
    }

    /// Whether somebody is among them.
    pub(super) fn include(&self, actor: &Actor) -> bool {
        let is_named = || {
            let arn = actor.caller.principal.arn();
            let mut named = self.named.iter();
            arn.is_none_or(|arn| named.any(|text| equal_texts(text, arn) != Truth::No))
        };
        self.anybody
            || !matches!(actor.from, From::Input(_))
            || may_on(&actor.caller, &self.action, &self.subject)
            || is_named()
    }
}
