//! A policy document to its normal form. What AWS refuses makes the document invalid: a problem with
//! its place, and nothing that the document says counts.
//!
//! Source: IAM User Guide, "Grammar of the IAM JSON policy language" and the pages on each element.

use super::arn::{ArnPattern, Doubt, Place};
use super::condition::{Condition, Operator};
use super::document;
use super::pattern::{Pattern, Reading};
use super::policy::{
    ActionEntry, Actions, Clause, Effect, Hinge, Policy, PolicyKind, PrincipalEntry, PrincipalKind,
    Principals, ResourceEntry, Resources, Statement,
};
use super::request::is_account_id;
use super::text::{self, Domain, Hole, Text};
use crate::model::problem::Problem;
use crate::model::source::Span;
use crate::model::value::{Data, Map, Piece, Value, Why};

/// Gives what is not known in a document its identity.
pub trait Identities {
    /// The hole, or the text with holes, that a piece stands for.
    fn piece(&mut self, piece: &Piece<'_>) -> Text;
    /// A hole for a value of which nothing is known.
    fn unknown(&mut self, why: Why) -> Hole;
}

/// Reads a document: its JSON text, or an object with what is not known left open.
pub fn parse(
    name: impl Into<String>,
    kind: PolicyKind,
    document: &Value<'_>,
    identities: &mut dyn Identities,
) -> (Policy, Vec<Problem>) {
    let mut parser = Parser {
        policy: Policy {
            name: name.into(),
            kind,
            statements: Vec::new(),
            open: Vec::new(),
            at: document.origin,
            refused: None,
        },
        variables: false,
        problems: Vec::new(),
        identities,
    };
    parser.document(document);
    if parser.policy.refused.is_some() {
        parser.policy.statements.clear();
        let hinge = Hinge::Refused(parser.policy.name.clone());
        parser.policy.open = vec![hinge];
    }
    (parser.policy, parser.problems)
}

struct Parser<'i> {
    policy: Policy,
    /// The version in which variables act.
    variables: bool,
    problems: Vec<Problem>,
    identities: &'i mut dyn Identities,
}

impl Parser<'_> {
    fn refuse(&mut self, message: &str, at: Span, what_to_do: &str) {
        let refused = &mut self.policy.refused;
        refused.get_or_insert_with(|| message.to_owned());
        self.problems.push(Problem {
            message: format!("{}: {message}", self.policy.words()),
            origin: Some(at),
            consequence: format!(
                "AWS refuses such a policy, so what it allows and denies cannot be told; {what_to_do}"
            ),
            fatal: false,
        });
    }

    fn document(&mut self, document: &Value<'_>) {
        match &document.data {
            Data::Text(text) => match document::read(text, document.origin) {
                Ok(Value {
                    data: Data::Map(map),
                    ..
                }) => self.map(&map, document.origin),
                Ok(other) => self.refuse("it is no object", other.origin, "write a JSON object"),
                Err(malformed) => {
                    self.refuse(&malformed.message, malformed.at, "correct the JSON");
                }
            },
            Data::Map(map) => self.map(map, document.origin),
            Data::Unknown(why) => {
                let hole = self.identities.unknown(*why);
                self.policy.open.push(Hinge::Hole(hole.id));
            }
            Data::Template(pieces) => {
                for piece in pieces {
                    let holes: Vec<_> = self.identities.piece(piece).holes().collect();
                    let hinges = holes.into_iter().map(|hole| Hinge::Hole(hole.id));
                    self.policy.open.extend(hinges);
                }
            }
            _ => self.refuse("it is no object", document.origin, "write a JSON object"),
        }
    }

    fn map(&mut self, map: &Map<'_>, at: Span) {
        for (name, value) in map.iter() {
            if !["Version", "Id", "Statement"].contains(&name) {
                let message = format!("`{name}` is no element of a policy");
                self.refuse(&message, value.origin, "take it out, or mind its case");
            }
        }
        match map
            .get("Version")
            .map(|version| (version.as_text(), version))
        {
            None | Some((Some("2008-10-17"), _)) => {}
            Some((Some("2012-10-17"), _)) => self.variables = true,
            Some((None, version)) if version.why_unknown().is_some() => self.variables = true,
            Some((_, version)) => {
                let message = "its `Version` is none that AWS knows";
                self.refuse(message, version.origin, "write `2012-10-17`");
            }
        }
        let Some(statements) = map.get("Statement") else {
            return self.refuse("it has no `Statement`", at, "write at least one");
        };
        for (index, statement) in each(statements).enumerate() {
            match &statement.data {
                Data::Map(map) => self.statement(index, map, statement.origin),
                Data::Unknown(why) => {
                    let hole = self.identities.unknown(*why);
                    self.policy.open.push(Hinge::Hole(hole.id));
                }
                _ => self.refuse(
                    "a statement is no object",
                    statement.origin,
                    "write an object",
                ),
            }
        }
    }

    fn statement(&mut self, index: usize, map: &Map<'_>, at: Span) {
        const ELEMENTS: [&str; 9] = [
            "Sid",
            "Effect",
            "Principal",
            "NotPrincipal",
            "Action",
            "NotAction",
            "Resource",
            "NotResource",
            "Condition",
        ];
        for (name, value) in map.iter() {
            if !ELEMENTS.contains(&name) {
                let message = format!("`{name}` is no element of a statement");
                self.refuse(&message, value.origin, "take it out, or mind its case");
            }
        }
        let kind = self.policy.kind;
        let effect = self.effect(map.get("Effect"), at);
        let principals = self.principals(map, at, effect);
        let Some(actions) = self.actions(map, at) else {
            return;
        };
        let resources = self.resources(map, at);
        let conditions = map
            .get("Condition")
            .map(|condition| self.conditions(condition));
        if effect == Effect::Allow && kind == PolicyKind::ResourceControl {
            // Only AWS's own document allows, and all of it.
            return;
        }
        self.policy.statements.push(Statement {
            index,
            sid: map.get("Sid").and_then(Value::as_text).map(str::to_owned),
            effect,
            principals,
            actions,
            resources,
            conditions: conditions.unwrap_or_default(),
            at,
        });
    }

    fn effect(&mut self, effect: Option<&Value<'_>>, at: Span) -> Effect {
        if let Some(value) = effect {
            match (value.as_text(), value.why_unknown()) {
                (Some("Allow"), _) => Effect::Allow,
                (Some("Deny"), _) => Effect::Deny,
                (None, Some(why)) => Effect::Unknown(self.identities.unknown(why).id),
                (None, None) if matches!(value.data, Data::Template(_)) => {
                    Effect::Unknown(self.identities.unknown(Why::KnownAfterApply).id)
                }
                _ => {
                    let to_do = "write `Allow` or `Deny`";
                    self.refuse(
                        "an `Effect` is neither `Allow` nor `Deny`",
                        value.origin,
                        to_do,
                    );
                    Effect::Deny
                }
            }
        } else {
            self.refuse("a statement has no `Effect`", at, "write `Allow` or `Deny`");
            Effect::Deny
        }
    }

    /// The element or its `Not` form: exactly one of them, if any.
    fn either<'m, 'v>(
        &mut self,
        map: &'m Map<'v>,
        name: &str,
        at: Span,
    ) -> Option<(bool, &'m Value<'v>)> {
        let not = format!("Not{name}");
        let both = (
            map.get(name).filter(|value| is_written(value)),
            map.get(&not).filter(|value| is_written(value)),
        );
        match both {
            (Some(value), None) => Some((false, value)),
            (None, Some(value)) => Some((true, value)),
            (Some(_), Some(value)) => {
                let message = format!("a statement has both `{name}` and `{not}`");
                self.refuse(&message, value.origin, "leave one of them");
                None
            }
            (None, None) => {
                let optional = match name {
                    "Resource" => {
                        matches!(self.policy.kind, PolicyKind::Trust | PolicyKind::Repository)
                    }
                    "Principal" => !self.policy.kind.has_principals(),
                    _ => false,
                };
                if !optional {
                    let message = format!("a statement has neither `{name}` nor `{not}`");
                    self.refuse(&message, at, "say what it is about");
                }
                None
            }
        }
    }

    fn actions(&mut self, map: &Map<'_>, at: Span) -> Option<Actions> {
        let (negated, value) = self.either(map, "Action", at)?;
        let mut entries = Vec::new();
        for (text, at) in self.texts(value) {
            let entry = ActionEntry::new(text, at);
            let is_known = entry.text.known().is_some();
            if is_known && entry.colon.is_none() && !entry.pattern.is_everything() {
                let message = format!("`{}` is neither `*` nor `service:Action`", entry.text);
                self.refuse(&message, at, "name the service and the action");
            }
            entries.push(entry);
        }
        Some(Actions { negated, entries })
    }

    fn resources(&mut self, map: &Map<'_>, at: Span) -> Option<Resources> {
        let (negated, value) = self.either(map, "Resource", at)?;
        let place = match self.policy.kind {
            PolicyKind::Identity | PolicyKind::Boundary | PolicyKind::ServiceControl => {
                Place::Resource
            }
            _ => Place::ResourceElsewhere,
        };
        if self.policy.kind == PolicyKind::Trust {
            let to_do = "take it out: the resource is the role";
            self.refuse("a statement names a resource", value.origin, to_do);
        }
        let texts = self.texts(value);
        let mut entries = Vec::new();
        for (text, at) in texts {
            let pattern = ArnPattern::new(text, place, self.variables);
            if self.policy.kind == PolicyKind::Session && pattern.doubt == Some(Doubt::Short) {
                let to_do = "write all six fields";
                self.refuse("an ARN has fewer than six fields", at, to_do);
            }
            entries.push(ResourceEntry { pattern, at });
        }
        Some(Resources { negated, entries })
    }

    fn principals(&mut self, map: &Map<'_>, at: Span, effect: Effect) -> Option<Principals> {
        let (negated, value) = self.either(map, "Principal", at)?;
        let kind = self.policy.kind;
        if !kind.has_principals() {
            let to_do = "take it out: such a policy is about whom it is attached to";
            self.refuse("a statement names a principal", value.origin, to_do);
        }
        if negated && matches!(kind, PolicyKind::Trust | PolicyKind::ResourceControl) {
            let to_do = "write `Principal`, or a condition on `aws:PrincipalArn`";
            self.refuse("`NotPrincipal` is not allowed here", value.origin, to_do);
        }
        let mut entries = Vec::new();
        match &value.data {
            Data::Map(map) => {
                for (name, value) in map.iter() {
                    if !["AWS", "Service", "Federated", "CanonicalUser"].contains(&name) {
                        let message = format!("`{name}` is no type of principal");
                        let to_do = "write `AWS`, `Service`, `Federated` or `CanonicalUser`";
                        self.refuse(&message, value.origin, to_do);
                    }
                    for (text, at) in self.texts(value) {
                        entries.push(entry_of(name, text, at));
                    }
                }
            }
            _ => {
                for (text, at) in self.texts(value) {
                    if text.known().is_some_and(|text| text != "*") {
                        let to_do = "write `*` or an object such as {\"AWS\": \"…\"}";
                        self.refuse("a `Principal` is no object", at, to_do);
                    }
                    entries.push(entry_of("", text, at));
                }
            }
        }
        if kind == PolicyKind::ResourceControl && effect != Effect::Allow {
            let everybody = entries
                .iter()
                .all(|entry| entry.kind == PrincipalKind::Everybody);
            if !everybody {
                let to_do = "write `*`, and who is meant as a condition";
                self.refuse("its principal is not `*`", value.origin, to_do);
            }
        }
        Some(Principals { negated, entries })
    }

    fn conditions(&mut self, value: &Value<'_>) -> Vec<Clause> {
        let mut clauses = Vec::new();
        let operators = match &value.data {
            Data::Map(map) => map,
            Data::Unknown(why) => return vec![self.open(*why)],
            _ => {
                let to_do = "write {\"Operator\": {\"key\": \"value\"}}";
                self.refuse("a `Condition` is no object", value.origin, to_do);
                return clauses;
            }
        };
        for (name, keys) in operators.iter() {
            let Some(operator) = Operator::parse(name) else {
                let to_do = match Operator::near(name) {
                    Some(near) => format!("perhaps `{near}` is meant"),
                    None => "use one of IAM's operators".to_owned(),
                };
                let message = format!("`{name}` is no condition operator");
                self.refuse(&message, keys.origin, &to_do);
                continue;
            };
            match &keys.data {
                Data::Map(keys) => {
                    for (key, values) in keys.iter() {
                        let texts = self.texts(values);
                        clauses.push(Clause::Condition(Condition::new(
                            operator,
                            name,
                            key,
                            texts,
                            self.variables,
                            values.origin,
                        )));
                    }
                }
                Data::Unknown(why) => clauses.push(self.open(*why)),
                _ => {
                    let message = format!("`{name}` has no keys");
                    self.refuse(&message, keys.origin, "write {\"key\": \"value\"}");
                }
            }
        }
        clauses
    }

    fn open(&mut self, why: Why) -> Clause {
        Clause::Open(Hinge::Hole(self.identities.unknown(why).id))
    }

    /// The texts of a scalar or a list.
    fn texts(&mut self, value: &Value<'_>) -> Vec<(Text, Span)> {
        let mut texts = Vec::new();
        if value.as_list().is_some_and(<[_]>::is_empty) {
            self.refuse(
                "a list is empty",
                value.origin,
                "name at least one, or leave it out",
            );
        }
        for value in each(value) {
            let text = match &value.data {
                Data::Text(text) => Text::literal(text.as_ref()),
                Data::Bool(flag) => Text::literal(flag.to_string()),
                Data::Number(number) => Text::literal(number.to_string()),
                Data::Template(pieces) => {
                    let mut text = Text::default();
                    for piece in pieces {
                        match piece {
                            Piece::Known(known) => text.push_literal(known),
                            other => text.push(&self.identities.piece(other)),
                        }
                    }
                    text
                }
                Data::Unknown(why) => Text::hole(self.identities.unknown(*why)),
                Data::Null | Data::List(_) | Data::Map(_) => {
                    let to_do = "write a text or a list of texts";
                    self.refuse("a value is neither text nor a list", value.origin, to_do);
                    continue;
                }
            };
            texts.push((text, value.origin));
        }
        texts
    }
}

impl ActionEntry {
    pub(super) fn new(text: Text, at: Span) -> Self {
        let reading = Reading {
            wild: true,
            variables: false,
            folded: true,
            colons_before_variables: 0,
        };
        let pattern = Pattern::new(text.clone(), reading);
        let bytes = pattern.bytes.as_deref();
        let colon = bytes.and_then(|bytes| bytes.iter().position(|byte| *byte == b':'));
        Self {
            text,
            pattern,
            colon,
            at,
        }
    }
}

/// Rebuilt documents say null for what is not written.
fn is_written(value: &Value<'_>) -> bool {
    !matches!(value.data, Data::Null)
}

/// The elements of a list, else the value itself.
fn each<'v, 'a>(value: &'v Value<'a>) -> impl Iterator<Item = &'v Value<'a>> {
    let elements = value.as_list().unwrap_or(std::slice::from_ref(value));
    elements.iter()
}

/// What an entry of `Principal` names, by its type and form.
fn entry_of(principal_type: &str, text: Text, at: Span) -> PrincipalEntry {
    let (kind, account) = match principal_type {
        "Service" => (PrincipalKind::Service, None),
        "Federated" => (PrincipalKind::Federated, None),
        "CanonicalUser" => (PrincipalKind::CanonicalUser, None),
        _ => aws_kind(&text),
    };
    PrincipalEntry {
        kind,
        text,
        account,
        at,
    }
}

fn aws_kind(text: &Text) -> (PrincipalKind, Option<Text>) {
    let known = text.known();
    match known {
        Some("*") => return (PrincipalKind::Everybody, None),
        Some(id) if is_account_id(id) => return (PrincipalKind::Account, Some(id.into())),
        Some(id) if is_unique_id(id) => return (PrincipalKind::UniqueId, None),
        Some(arn) if !arn.starts_with("arn:") => return (PrincipalKind::Invalid, None),
        _ => {}
    }
    let is_account_hole = |hole: &Hole| hole.domain == Domain::ACCOUNT;
    if let [text::Piece::Hole(hole)] = text.pieces()
        && is_account_hole(hole)
    {
        return (PrincipalKind::Account, Some(text.clone()));
    }
    let Some(fields) = text.fields(5) else {
        return (PrincipalKind::Unknown, None);
    };
    let [_, _, service, _, account, rest] = fields.as_slice() else {
        let kind = known.map_or(PrincipalKind::Unknown, |_| PrincipalKind::Invalid);
        return (kind, None);
    };
    if account.known() == Some("cloudfront") {
        // An origin access identity: no IAM identity is one.
        return (PrincipalKind::Service, None);
    }
    let kind = match (service.known(), rest.known_start()) {
        (Some("iam"), "root") if rest.known().is_some() => PrincipalKind::Account,
        (Some("iam"), rest) if rest.starts_with("role/") => PrincipalKind::Role,
        (Some("iam"), rest) if rest.starts_with("user/") => PrincipalKind::User,
        (Some("sts"), rest) if rest.starts_with("assumed-role/") => PrincipalKind::Session,
        (Some("sts"), rest) if rest.starts_with("federated-user/") => PrincipalKind::FederatedUser,
        (Some(_), _) if known.is_some() => PrincipalKind::Invalid,
        (Some("iam"), rest) if rest.starts_with("group/") => PrincipalKind::Invalid,
        _ => PrincipalKind::Unknown,
    };
    let is_wild = known.is_some_and(|text| text.contains(['*', '?']));
    let not_an_id = account
        .known()
        .is_some_and(|account| !is_account_id(account));
    match kind {
        _ if is_wild || not_an_id => (PrincipalKind::Invalid, Some(account.clone())),
        kind => (kind, Some(account.clone())),
    }
}

/// `AROA…`, `AIDA…`: twenty-one characters.
fn is_unique_id(text: &str) -> bool {
    let begins = ["AROA", "AIDA", "AGPA", "ANPA", "ASIA"];
    text.len() >= 16
        && begins.iter().any(|begin| text.starts_with(begin))
        && text
            .bytes()
            .all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit())
}
