//! The grants on a KMS key, as statements that the engine reads.
//!
//! Source: AWS KMS Developer Guide, "Grants in AWS KMS": a grant lets its grantee do what it lists, beside
//! the key policy and the grantee's own policies.

use std::sync::Arc;

use super::Access;
use crate::iam::policy::Statement;
use crate::iam::{Policy, PolicyKind, parse};
use crate::model::graph::{Part, ResourceId};
use crate::model::value::{Data, Map, Value};
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
        let operations = part.get("operations")?.as_list()?.iter();
        let actions = operations
            .map(|operation| Some(text(format!("kms:{}", operation.as_text()?))))
            .collect::<Option<Vec<_>>>()?;
        let grantee = part.get("grantee_principal")?.clone();
        let mut demanded = Map::default();
        for constraint in ["encryption_context_equals", "encryption_context_subset"] {
            let list = part
                .get("constraints")
                .map(|list| list.as_list().unwrap_or_default());
            let maps = list.into_iter().flatten().filter_map(Value::as_map);
            let pairs = maps.filter_map(|map| map.get(constraint)?.as_map());
            for (key, value) in pairs.flat_map(Map::iter) {
                demanded.insert(format!("kms:EncryptionContext:{key}"), value.clone());
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
        let (policy, _) = parse(
            name,
            PolicyKind::Key,
            &document,
            &mut self.holes().named(name),
        );
        Some(policy)
    }
}
