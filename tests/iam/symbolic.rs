//! Cases with holes, as JSON: `⟨name⟩` in any text is a hole, `⟨name:bucket⟩` one with a domain and a
//! class, `{"$unknown": …}` a policy or a context key of which nothing is known, `{"$maybe": value}` a
//! context key that may be absent. The concrete cases that they stand for, too.

use std::collections::BTreeMap;

use plangate::iam::policy::PolicyKind;
use plangate::iam::text::{Class, Domain, Hole, HoleId};
use plangate::iam::{
    Action, ArnSubject, Context, Endpoint, Hinge, HoleName, Identities, Knowledge, Outcome,
    Policies, Policy, Principal, Request, Text, Values, explain, parse,
};
use plangate::model::graph::ResourceId;
use plangate::model::source::Span;
use plangate::model::truth::Truth;
use plangate::model::value::{Data, Map, Piece, Reference, Referent, Value, Why};
use serde_json::Value as Json;

/// A case with holes, ready to be decided.
pub(super) struct Symbolic {
    request: Request,
    identity: Vec<Policy>,
    boundary: Option<Policy>,
    session: Option<Policy>,
    resource: Option<Policy>,
    service_control: Vec<Vec<Policy>>,
    resource_control: Vec<Vec<Policy>>,
    endpoint: Option<Policy>,
    holes: Holes,
}

#[derive(Default)]
struct Holes {
    named: BTreeMap<String, Hole>,
    fresh: u32,
}

impl Holes {
    /// The hole of `name` or `name:domain`.
    fn named(&mut self, written: &str) -> Hole {
        let count = u32::try_from(self.named.len()).unwrap();
        *self.named.entry(written.to_owned()).or_insert_with(|| {
            let (domain, class) = match written.split_once(':').map(|(_, domain)| domain) {
                None => (Domain::ANY, None),
                Some("account") => (Domain::ACCOUNT, None),
                Some("name") => (Domain::NAME, None),
                Some("distinct") => (Domain::NAME, Some(Class(1))),
                Some("bucket") => (Domain::BUCKET, Some(Class(2))),
                Some(other) => unreachable!("`{other}` is no domain"),
            };
            Hole {
                id: HoleId(count),
                domain,
                class,
            }
        })
    }

    fn text(&mut self, written: &str) -> Text {
        let mut text = Text::default();
        for piece in pieces(written) {
            match piece {
                Ok(literal) => text.push_literal(literal),
                Err(name) => text.push_hole(self.named(name)),
            }
        }
        text
    }

    fn name(&self, id: HoleId) -> String {
        let found = self.named.iter().find(|(_, hole)| hole.id == id);
        found.map_or_else(|| format!("unknown {}", id.0), |(name, _)| name.clone())
    }
}

impl Identities for Holes {
    fn piece(&mut self, piece: &Piece<'_>) -> Text {
        match piece {
            Piece::Known(text) => text.as_ref().into(),
            Piece::Reference(reference) => Text::hole(self.named(&reference.attribute)),
            Piece::Unknown(why) => Text::hole(self.unknown(*why)),
        }
    }

    fn unknown(&mut self, _: Why) -> Hole {
        self.fresh += 1;
        Hole {
            id: HoleId(1000 + self.fresh),
            domain: Domain::ANY,
            class: None,
        }
    }
}

/// Literals, and the names of holes.
fn pieces(written: &str) -> Vec<Result<&str, &str>> {
    let (mut pieces, mut rest) = (Vec::new(), written);
    while let Some((before, after)) = rest.split_once('⟨') {
        pieces.push(Ok(before));
        let (name, after) = after.split_once('⟩').unwrap();
        pieces.push(Err(name));
        rest = after;
    }
    pieces.push(Ok(rest));
    pieces
}

fn value(json: &Json) -> Value<'static> {
    let data = match json {
        Json::Null => Data::Null,
        Json::Bool(flag) => Data::Bool(*flag),
        Json::Number(number) => Data::Number(number.clone()),
        Json::String(text) if text.contains('⟨') => {
            let pieces = pieces(text).into_iter().map(|piece| match piece {
                Ok(literal) => Piece::Known(literal.to_owned().into()),
                Err(name) => Piece::Reference(Reference {
                    of: Referent::Resource(ResourceId(0)),
                    attribute: name.to_owned().into(),
                }),
            });
            Data::Template(pieces.collect())
        }
        Json::String(text) => Data::Text(text.clone().into()),
        Json::Array(list) => Data::List(list.iter().map(value).collect()),
        Json::Object(map) if map.contains_key("$unknown") => Data::Unknown(Why::KnownAfterApply),
        Json::Object(object) => {
            let mut map = Map::default();
            for (name, inner) in object {
                map.insert(name.clone(), value(inner));
            }
            Data::Map(map)
        }
    };
    Value::new(data, Span::NOWHERE)
}

impl Symbolic {
    pub(super) fn read(case: &Json) -> Self {
        let mut holes = Holes::default();
        let asked = &case["request"];
        let text = |name: &str| asked[name].as_str().unwrap();
        let action = Action::new(text("action")).unwrap();
        let principal = principal(text("principal"), &mut holes);
        // A session's own ARN does not have the path of its role.
        let told = asked["context"]
            .get("aws:PrincipalArn")
            .and_then(Json::as_str);
        let name = |arn: &str| arn.rsplit('/').next().map(str::to_owned);
        let is_it = |told: &&str| match &principal {
            Principal::Role { arn, .. } => arn.known().is_some_and(|arn| {
                name(arn) == name(told) && arn.split(':').nth(4) == told.split(':').nth(4)
            }),
            _ => false,
        };
        let principal = match told.filter(is_it) {
            Some(told) => principal.with_role(told),
            None => principal,
        };
        let resource = holes.text(text("resource"));
        let owner = match asked.get("resourceAccount") {
            Some(Json::String(account)) => Some(holes.text(account)),
            Some(_) => None,
            None => {
                let account = resource
                    .fields(5)
                    .and_then(|fields| fields.into_iter().nth(4));
                let account = account.filter(|account| *account != Text::default());
                account.or_else(|| principal.account().cloned())
            }
        };
        let context = context(&asked["context"], &mut holes);
        let kind = match action.service() {
            "s3" => PolicyKind::Bucket,
            "kms" => PolicyKind::Key,
            "ecr" => PolicyKind::Repository,
            "sts" => PolicyKind::Trust,
            _ => PolicyKind::Resource,
        };
        let mut list = |field: &str, kind| -> Vec<Policy> {
            let documents = case
                .get(field)
                .and_then(Json::as_array)
                .cloned()
                .unwrap_or_default();
            documents
                .iter()
                .map(|document| policy(document, kind, &mut holes))
                .collect()
        };
        let identity = list("identityPolicies", PolicyKind::Identity);
        let boundary = list("permissionBoundaries", PolicyKind::Boundary).pop();
        let endpoint = list("vpcEndpointPolicies", PolicyKind::Endpoint).pop();
        let mut single = |field: &str, kind| {
            let document = case.get(field).filter(|document| !document.is_null());
            document.map(|document| policy(document, kind, &mut holes))
        };
        let session = single("sessionPolicy", PolicyKind::Session);
        let resource_policy = single("resourcePolicy", kind);
        let mut levels = |field: &str, kind| -> Vec<Vec<Policy>> {
            let all = case
                .get(field)
                .and_then(Json::as_array)
                .cloned()
                .unwrap_or_default();
            let (mut levels, mut bare) = (Vec::new(), Vec::new());
            for entry in &all {
                match entry.get("policies").and_then(Json::as_array) {
                    Some(level) => {
                        levels.push(
                            level
                                .iter()
                                .map(|one| policy(one, kind, &mut holes))
                                .collect(),
                        );
                    }
                    None => bare.push(policy(entry, kind, &mut holes)),
                }
            }
            levels.extend((!bare.is_empty()).then_some(bare));
            levels
        };
        let service_control = levels("serviceControlPolicies", PolicyKind::ServiceControl);
        let resource_control = levels("resourceControlPolicies", PolicyKind::ResourceControl);
        Self {
            request: Request {
                principal,
                action,
                resource: ArnSubject::new(resource),
                owner,
                context,
            },
            identity,
            boundary,
            session,
            resource: resource_policy,
            service_control,
            resource_control,
            endpoint,
            holes,
        }
    }

    /// Decides it, with reasons.
    pub(super) fn explain(&self) -> Outcome {
        fn all(levels: &[Vec<Policy>]) -> Vec<Vec<&Policy>> {
            levels.iter().map(|level| level.iter().collect()).collect()
        }
        let policies = Policies {
            identity: self.identity.iter().collect(),
            boundary: self.boundary.as_ref(),
            session: self.session.as_ref(),
            resource: self.resource.as_ref(),
            grants: None,
            service_control: all(&self.service_control),
            resource_control: all(&self.resource_control),
            endpoint: self.endpoint.as_ref().map(|policy| Endpoint {
                policy: Some(policy),
                gateway: matches!(self.request.action.service(), "s3" | "dynamodb"),
            }),
        };
        let name: HoleName<'_> = &|id| self.holes.name(id);
        explain(&policies, &self.request, name)
    }

    /// What a hinge is called.
    pub(super) fn hinge(&self, hinge: &Hinge) -> String {
        match hinge {
            Hinge::Hole(id) => self.holes.name(*id),
            Hinge::Key(key) => key.clone(),
            Hinge::Owner => "owner".to_owned(),
            Hinge::Policy(name) | Hinge::Refused(name) => name.clone(),
            Hinge::Undocumented(what) => (*what).to_owned(),
        }
    }
}

fn policy(document: &Json, kind: PolicyKind, holes: &mut Holes) -> Policy {
    let document = document.get("policy").unwrap_or(document);
    parse("policy", kind, &value(document), holes).0
}

/// Reads a principal with holes: they are parsed as words that stand for them.
fn principal(written: &str, holes: &mut Holes) -> Principal {
    let mut plain = String::new();
    for piece in pieces(written) {
        match piece {
            Ok(literal) => plain.push_str(literal),
            Err(name) => plain.push_str(&format!("«{name}»").replace(':', ";")),
        }
    }
    let mut back = |text: &Text| {
        let written = text
            .to_string()
            .replace('«', "⟨")
            .replace('»', "⟩")
            .replace(';', ":");
        holes.text(&written)
    };
    match Principal::parse(&plain).unwrap() {
        Principal::Role {
            arn,
            account,
            session,
        } => Principal::Role {
            arn: back(&arn),
            account: back(&account),
            session: session.as_ref().map(&mut back),
        },
        Principal::User { arn, account } => Principal::User {
            arn: back(&arn),
            account: back(&account),
        },
        other => other,
    }
}

fn context(written: &Json, holes: &mut Holes) -> Context {
    let mut context = Context::closed();
    for (key, value) in written.as_object().into_iter().flatten() {
        context = context.with(key, knowledge(value, holes));
    }
    context
}

fn knowledge(value: &Json, holes: &mut Holes) -> Knowledge {
    match value {
        Json::Object(map) if map.contains_key("$maybe") => Knowledge {
            present: Truth::Unknown,
            ..knowledge(&map["$maybe"], holes)
        },
        Json::Object(map) => Knowledge {
            present: Truth::Yes,
            values: Values::Unknown {
                some: map["$unknown"] == "some",
            },
        },
        Json::Array(list) => Knowledge::values(
            list.iter()
                .map(|text| holes.text(&scalar(text)))
                .collect::<Vec<_>>(),
        ),
        other => Knowledge::value(holes.text(&scalar(other))),
    }
}

fn scalar(json: &Json) -> String {
    json.as_str()
        .map_or_else(|| json.to_string(), str::to_owned)
}

/// A case with each hole replaced by a text.
pub(super) fn filled(case: &Json, texts: &BTreeMap<String, String>) -> Json {
    match case {
        Json::String(written) => {
            let pieces = pieces(written).into_iter();
            Json::String(
                pieces
                    .map(|piece| piece.unwrap_or_else(|name| &texts[name]))
                    .collect(),
            )
        }
        Json::Array(list) => list.iter().map(|inner| filled(inner, texts)).collect(),
        Json::Object(map) => {
            let members = map.iter();
            members
                .map(|(name, inner)| (name.clone(), filled(inner, texts)))
                .collect()
        }
        other => other.clone(),
    }
}
