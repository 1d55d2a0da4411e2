//! The grants on a KMS key, as statements that the engine reads.
//!
//! Source: AWS KMS Developer Guide, "Grants in AWS KMS": a grant lets its grantee do what it lists, beside
//! the key policy and the grantee's own policies.

use std::sync::Arc;

use super::Access;
use crate::iam::policy::{Clause, Statement};
use crate::iam::{Hinge, Identities as _, Policy, PolicyKind, parse};
use crate::model::graph::{Part, ResourceId};
use crate::model::value::{Data, Map, Value, Why};
use crate::model::vocabulary::Kind;

impl<'g, 'a> Access<'g, 'a> {
    /// The grants that the input makes on a key. Others, made at run time, are not known and can only
    /// add.
    pub(super) fn grants(&self, key: ResourceId) -> Option<Arc<Policy>> {
        let parts = self.graph().parts(key, Kind::KmsGrant);
        let mut grants = parts.found.iter().filter_map(|part| self.grant(part));
        let mut all = grants.next()?;
        for grant in grants {
            let index = all.statements.len();
            let more = grant.statements.into_iter();
            all.statements
                .extend(more.map(|one| Statement { index, ..one }));
        }
        Some(Arc::new(all))
    }

    /// One grant as a document with one statement.
    fn grant(&self, part: &Part<'g, 'a>) -> Option<Policy> {
        let (name, at) = (part.said_by.address.as_str(), part.said_by.origin);
        let text = |text: String| Value::text(text, at);
        let object = |entries: Vec<(&'static str, Value<'a>)>| {
            let mut map = Map::default();
            for (key, value) in entries {
                map.insert(key, value);
            }
            Value::new(Data::Map(map), at)
        };
        let operations = part.get("operations")?;
        let known = operations.as_list().unwrap_or_default().iter();
        let known: Option<Vec<_>> = known
            .map(|operation| Some(text(format!("kms:{}", operation.as_text()?))))
            .collect();
        let known = known.filter(|_| operations.as_list().is_some());
        let mut open = known.is_none();
        let actions = known.unwrap_or_else(|| vec![text("kms:*".to_owned())]);
        let grantee = part.get("grantee_principal")?.clone();
        let mut demanded = Map::default();
        let constraints = part.get("constraints");
        open |= constraints.is_some_and(|list| list.as_list().is_none());
        let blocks = constraints.and_then(Value::as_list).unwrap_or_default();
        for block in blocks {
            for constraint in ["encryption_context_equals", "encryption_context_subset"] {
                let pairs = block.as_map().map(|block| block.get(constraint));
                match pairs.map(|pairs| pairs.map(|pairs| &pairs.data)) {
                    Some(Some(Data::Map(pairs))) => {
                        for (key, value) in pairs.iter() {
                            demanded.insert(format!("kms:EncryptionContext:{key}"), value.clone());
                        }
                    }
                    Some(None | Some(Data::Null)) => {}
                    // Something is demanded, and it is not known what.
                    _ => open = true,
                }
            }
        }
        let mut statement = vec![
            ("Sid", text(name.to_owned())),
            ("Effect", text("Allow".to_owned())),
            ("Principal", object(vec![("AWS", grantee)])),
            ("Action", Value::new(Data::List(actions), at)),
            ("Resource", text("*".to_owned())),
        ];
        if !demanded.is_empty() {
            let equals = Value::new(Data::Map(demanded), at);
            statement.push(("Condition", object(vec![("StringEquals", equals)])));
        }
        let statements = Value::new(Data::List(vec![object(statement)]), at);
        let document = object(vec![("Statement", statements)]);
        let (mut policy, _) = parse(
            name,
            PolicyKind::Key,
            &document,
            &mut self.holes().named(name),
        );
        if open {
            let what = format!("what {name} is for");
            let hole = self.holes().named(&what).unknown(Why::KnownAfterApply);
            for statement in &mut policy.statements {
                statement
                    .conditions
                    .push(Clause::Open(Hinge::Hole(hole.id)));
            }
        }
        Some(policy)
    }
}
