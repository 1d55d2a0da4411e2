//! Data sources that tell what they are told: `aws_iam_policy_document` gives the JSON of its blocks, and
//! the account, region and partition are those of the provider.
//!
//! Source: Terraform AWS provider documentation, "Data Source: `aws_iam_policy_document`": sources first,
//! then the statements written here, then overrides; a statement replaces the one with the same `Sid`
//! before it.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::World;
use super::expansion::{Declared, labels};
use crate::hcl::{Data, Text, Type, Unknown, Value, convert, decode_json, encode_json};
use crate::model::source::Span;
use crate::model::value::Why;

impl<'r> World<'r> {
    /// Adds what a data source gives that need not be read from anywhere.
    pub(super) fn read_data(
        &self,
        declared: &Declared<'r>,
        attributes: &mut BTreeMap<String, Value>,
    ) {
        let at = declared.block.header;
        let (of, _) = labels(declared.block);
        let provider = || self.provider_of(declared);
        let mut tell = |names: &[&str], text: Option<String>| {
            for name in names {
                if let Some(text) = &text {
                    attributes.insert((*name).to_owned(), Value::text(text.as_str(), at));
                }
            }
        };
        match of {
            "aws_iam_policy_document" => {
                let document = Document::of(attributes, at);
                let secret = attributes.values().any(Value::is_sensitive_inside);
                let json = match document {
                    Ok(document) => Value::new(Data::Text(encode_json(&document)), at),
                    Err(because) => Value::new(Data::Unknown(because), at),
                };
                let json = json.marked(secret);
                attributes.insert("minified_json".to_owned(), json.clone());
                attributes.insert("json".to_owned(), json);
            }
            "aws_caller_identity" => {
                let account = provider().and_then(|provider| provider.account.clone());
                tell(&["account_id", "id"], account.map(Into::into));
            }
            "aws_region" => {
                let region = provider().and_then(|provider| provider.region.clone());
                tell(&["region", "name", "id"], region.map(Into::into));
            }
            "aws_partition" => {
                let partition = provider().and_then(|provider| provider.partition.clone());
                let partition: Option<String> = partition.map(Into::into);
                tell(&["partition", "id"], partition.clone());
                let suffix = partition.map(|partition| match partition.as_str() {
                    "aws-cn" => "amazonaws.com.cn".to_owned(),
                    _ => "amazonaws.com".to_owned(),
                });
                tell(&["dns_suffix"], suffix);
            }
            _ => {}
        }
    }
}

/// A policy document while it is put together.
#[derive(Default)]
struct Document {
    id: Option<Value>,
    version: Option<Value>,
    statements: Vec<(Option<String>, Value)>,
}

impl Document {
    /// The document of a data source; what would tell it, where it is not known.
    fn of(written: &BTreeMap<String, Value>, at: Span) -> Result<Value, Unknown> {
        let mut document = Self::default();
        for name in ["source_json", "source_policy_documents"] {
            // What one says may not be known; what comes after it still counts.
            match texts(written.get(name)) {
                Ok(sources) => {
                    for source in sources {
                        match Self::read(&source) {
                            Ok(source) => document.merge(source),
                            Err(because) => document.push_unknown(because, source.origin),
                        }
                    }
                }
                Err(because) => document.push_unknown(because, at),
            }
        }
        document.merge(Self::own(written, at));
        for name in ["override_policy_documents", "override_json"] {
            for source in texts(written.get(name))? {
                document.merge(Self::read(&source)?);
            }
        }
        Ok(document.value(at))
    }

    /// A document that is passed in.
    fn read(source: &Value) -> Result<Self, Unknown> {
        let Data::Text(text) = &source.data else {
            return Err(source.any_unknown().unwrap_or(no_document()));
        };
        let value = match (text.json(), text.known()) {
            (Some(value), _) => value.as_ref().clone(),
            (None, Some("")) => return Ok(Self::default()),
            (None, Some(known)) => decode_json(known, source.origin).map_err(|_| no_document())?,
            (None, None) => return Err(source.any_unknown().unwrap_or(no_document())),
        };
        let Some(entries) = value.entries() else {
            return Err(value.any_unknown().unwrap_or(no_document()));
        };
        let statements = match entries.get("Statement") {
            None => Vec::new(),
            Some(list) => match (list.elements(), list.entries()) {
                (Some(all), _) => all.to_vec(),
                (None, Some(_)) => vec![list.clone()],
                (None, None) => return Err(list.any_unknown().unwrap_or(no_document())),
            },
        };
        let statements = statements.into_iter().map(|one| {
            let sid = one.entries().and_then(|entries| entries.get("Sid"));
            let sid = sid.and_then(Value::as_str).map(str::to_owned);
            (sid.filter(|sid| !sid.is_empty()), one)
        });
        Ok(Self {
            id: entries.get("Id").cloned(),
            version: entries.get("Version").cloned(),
            statements: statements.collect(),
        })
    }

    /// What is written in the data source itself.
    fn own(written: &BTreeMap<String, Value>, at: Span) -> Self {
        let given = |name: &str| written.get(name).filter(|one| !one.is_null()).cloned();
        let mut document = Self {
            id: given("policy_id"),
            version: Some(given("version").unwrap_or_else(|| Value::text("2012-10-17", at))),
            statements: Vec::new(),
        };
        let Some(statements) = written.get("statement") else {
            return document;
        };
        let Some(blocks) = statements.elements() else {
            let because = statements.any_unknown().unwrap_or(no_document());
            document.push_unknown(because, statements.origin);
            return document;
        };
        for block in blocks {
            let Some(entries) = block.entries() else {
                let because = block.any_unknown().unwrap_or(no_document());
                document.push_unknown(because, block.origin);
                continue;
            };
            let sid = entries.get("sid").and_then(Value::as_str);
            let sid = sid.filter(|sid| !sid.is_empty()).map(str::to_owned);
            let statement = statement(entries, block.origin);
            document.statements.push((sid, statement));
        }
        document
    }

    /// Statements of which nothing is known.
    fn push_unknown(&mut self, because: Unknown, at: Span) {
        let because = Unknown {
            of: Type::Any,
            ..because
        };
        let unknown = Value::new(Data::Unknown(because), at);
        self.statements.push((None, unknown));
    }

    fn merge(&mut self, other: Self) {
        self.id = other.id.or(self.id.take());
        self.version = other.version.or(self.version.take());
        for (sid, statement) in other.statements {
            let same = self
                .statements
                .iter_mut()
                .find(|(known, _)| sid.is_some() && *known == sid);
            match same {
                Some((_, known)) => *known = statement,
                None => self.statements.push((sid, statement)),
            }
        }
    }

    fn value(self, at: Span) -> Value {
        let mut entries = BTreeMap::new();
        if let Some(id) = self.id {
            entries.insert("Id".to_owned(), id);
        }
        let version = self.version;
        let version = version.unwrap_or_else(|| Value::text("2012-10-17", at));
        entries.insert("Version".to_owned(), version);
        let statements = self.statements.into_iter().map(|(_, one)| one);
        let statements = Value::tuple(statements.collect(), at);
        entries.insert("Statement".to_owned(), statements);
        Value::object(entries, at)
    }
}

fn no_document() -> Unknown {
    Unknown {
        of: Type::String,
        why: Why::UnexpectedForm,
        what: None,
    }
}

/// The texts of an argument that takes one or several.
fn texts(value: Option<&Value>) -> Result<Vec<Value>, Unknown> {
    let Some(value) = value.filter(|value| !value.is_null()) else {
        return Ok(Vec::new());
    };
    match &value.data {
        Data::Text(_) => Ok(vec![value.clone()]),
        _ => match value.elements() {
            Some(all) => Ok(all.iter().filter(|one| !one.is_null()).cloned().collect()),
            None => Err(value.any_unknown().unwrap_or(no_document())),
        },
    }
}

/// One statement, as it stands in the document.
fn statement(block: &BTreeMap<String, Value>, at: Span) -> Value {
    let given = |name: &str| block.get(name).filter(|one| !one.is_null());
    let mut out = BTreeMap::new();
    if let Some(sid) = given("sid").filter(|sid| sid.as_str() != Some("")) {
        out.insert("Sid".to_owned(), sid.clone());
    }
    let effect = given("effect").cloned();
    let effect = effect.unwrap_or_else(|| Value::text("Allow", at));
    out.insert("Effect".to_owned(), effect);
    for (name, element) in [
        ("actions", "Action"),
        ("not_actions", "NotAction"),
        ("resources", "Resource"),
        ("not_resources", "NotResource"),
    ] {
        if let Some(value) = given(name) {
            let is_empty = value.elements().is_some_and(<[_]>::is_empty);
            if !is_empty {
                out.insert(element.to_owned(), one_or_several(value));
            }
        }
    }
    for (name, element) in [
        ("principals", "Principal"),
        ("not_principals", "NotPrincipal"),
    ] {
        if let Some(blocks) = given(name) {
            out.insert(element.to_owned(), principals(blocks));
        }
    }
    if let Some(blocks) = given("condition") {
        out.insert("Condition".to_owned(), conditions(blocks));
    }
    Value::object(out, at)
}

fn principals(blocks: &Value) -> Value {
    let at = blocks.origin;
    let Some(all) = blocks.elements() else {
        return blocks.clone();
    };
    let mut types: BTreeMap<String, Vec<Value>> = BTreeMap::new();
    for block in all {
        let get = |name: &str| block.entries().and_then(|entries| entries.get(name));
        let (Some(of), Some(identifiers)) =
            (get("type").and_then(Value::as_str), get("identifiers"))
        else {
            return unknown_like(block);
        };
        let identifiers = elements(identifiers);
        let everybody = matches!(identifiers.as_slice(), [one] if one.as_str() == Some("*"));
        if of == "*" && everybody {
            return Value::text("*", block.origin);
        }
        types.entry(of.to_owned()).or_default().extend(identifiers);
    }
    let types = types.into_iter().map(|(of, mut all)| {
        let value = match (all.pop(), all.is_empty()) {
            (Some(one), true) => one,
            (Some(last), false) => {
                all.push(last);
                Value::tuple(all, at)
            }
            (None, _) => Value::tuple(Vec::new(), at),
        };
        (of, value)
    });
    Value::object(types.collect(), at)
}

fn conditions(blocks: &Value) -> Value {
    let at = blocks.origin;
    let Some(all) = blocks.elements() else {
        return blocks.clone();
    };
    let mut tests: BTreeMap<String, BTreeMap<String, Vec<Value>>> = BTreeMap::new();
    let mut places: BTreeMap<(String, String), Span> = BTreeMap::new();
    for block in all {
        let get = |name: &str| block.entries().and_then(|entries| entries.get(name));
        let text = |name: &str| get(name).and_then(Value::as_str);
        let (Some(test), Some(variable), Some(values)) =
            (text("test"), text("variable"), get("values"))
        else {
            return unknown_like(block);
        };
        let variable = variable.replace("&{", "${");
        places.insert((test.to_owned(), variable.clone()), block.origin);
        let variables = tests.entry(test.to_owned()).or_default();
        variables
            .entry(variable)
            .or_default()
            .extend(elements(values));
    }
    let tests = tests.into_iter().map(|(test, variables)| {
        let variables = variables.into_iter().map(|(variable, mut values)| {
            let at = places
                .get(&(test.clone(), variable.clone()))
                .copied()
                .unwrap_or(at);
            let value = match (values.len(), values.pop()) {
                (1, Some(one)) => one,
                (_, Some(last)) => {
                    values.push(last);
                    Value::tuple(values, at)
                }
                (_, None) => Value::tuple(Vec::new(), at),
            };
            (variable, value)
        });
        let variables = Value::object(variables.collect(), at);
        (test, variables)
    });
    Value::object(tests.collect(), at)
}

/// The texts of a list; one unknown, where the list is not known.
fn elements(list: &Value) -> Vec<Value> {
    match list.elements() {
        Some(all) => all.iter().map(plain).collect(),
        None => vec![unknown_like(list)],
    }
}

/// A list of texts: a single one stands alone.
fn one_or_several(value: &Value) -> Value {
    let Some(all) = value.elements() else {
        return value.clone();
    };
    let all: Vec<_> = all.iter().map(plain).collect();
    match all.as_slice() {
        [one] => one.clone(),
        _ => Value::tuple(all, value.origin),
    }
}

/// An element as text, with `&{x}` as the policy variable `${x}`.
fn plain(value: &Value) -> Value {
    let converted = convert::convert(value.clone(), &Type::String);
    let value = converted.unwrap_or_else(|_| value.clone());
    let Data::Text(text) = &value.data else {
        return value;
    };
    let mut plain = Text::default();
    for piece in text.pieces() {
        match piece {
            crate::hcl::Piece::Literal(text) => plain.push_str(&text.replace("&{", "${")),
            crate::hcl::Piece::Hole(hole) => plain.push_hole(hole.clone()),
        }
    }
    Value {
        data: Data::Text(plain),
        ..value
    }
}

fn unknown_like(value: &Value) -> Value {
    let because = value.any_unknown().unwrap_or(Unknown {
        of: Type::Any,
        why: Why::UnexpectedForm,
        what: None::<Arc<str>>,
    });
    Value::new(
        Data::Unknown(Unknown {
            of: Type::Any,
            ..because
        }),
        value.origin,
    )
}
