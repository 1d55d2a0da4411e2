//! What is not known in policies, by its identity: an attribute of a resource, or one place in one text.

use std::collections::HashMap;

use crate::iam::Identities;
use crate::iam::text::{Class, Domain, Hole, HoleId, Piece as TextPiece, Text};
use crate::model::graph::{ResourceGraph, ResourceId};
use crate::model::resource::Standing;
use crate::model::value::{Data, ParameterId, Piece, ProviderId, Reference, Referent, Value, Why};
use crate::model::vocabulary::{Kind, Language};

/// Names that lead on from one to the next: what lies further away is not followed.
const FURTHEST: usize = 64;

/// Pieces of what one name stands for: with more, it is not followed either.
const MOST_PIECES: usize = 1_000;

/// Every hole of an estate's policies, with what stands for it in messages.
#[derive(Debug)]
pub(super) struct Holes<'g, 'a> {
    graph: &'g ResourceGraph<'a>,
    known: HashMap<(Referent, String), Text>,
    /// What is being worked out, each for the sake of the one before.
    followed: Vec<(Referent, String)>,
    names: Vec<(String, Why)>,
}

/// Holes that are found while one value is read.
pub(super) struct NamedHoles<'h, 'g, 'a> {
    holes: &'h mut Holes<'g, 'a>,
    /// What is being read.
    name: &'h str,
}

impl<'g, 'a> Holes<'g, 'a> {
    pub(super) fn new(graph: &'g ResourceGraph<'a>) -> Self {
        Self {
            graph,
            known: HashMap::new(),
            followed: Vec::new(),
            names: Vec::new(),
        }
    }

    pub(super) fn named<'h>(&'h mut self, name: &'h str) -> NamedHoles<'h, 'g, 'a> {
        NamedHoles { holes: self, name }
    }

    pub(super) fn name(&self, id: HoleId) -> (String, Why) {
        let known = self.names.get(id.0 as usize).cloned();
        known.unwrap_or_else(|| ("a value".to_owned(), Why::UnexpectedForm))
    }

    pub(super) fn show(&self, text: &Text) -> String {
        let pieces = text.pieces().iter().map(|piece| match piece {
            TextPiece::Literal(literal) => literal.clone(),
            TextPiece::Hole(hole) => format!("{{{}}}", self.name(hole.id).0),
        });
        pieces.collect()
    }

    pub(super) fn fresh(
        &mut self,
        name: String,
        why: Why,
        domain: Domain,
        class: Option<Class>,
    ) -> Hole {
        let id = HoleId(u32::try_from(self.names.len()).unwrap_or(u32::MAX >> 4));
        self.names.push((name, why));
        Hole { id, domain, class }
    }

    pub(super) fn account(&mut self, provider: ProviderId) -> Text {
        let known = self.graph.providers().get(provider.0 as usize);
        match known.and_then(|provider| provider.account.as_deref()) {
            Some(account) => account.into(),
            None => self.reference(&Reference {
                of: Referent::Provider(provider),
                attribute: "account".into(),
            }),
        }
    }

    /// The text that an attribute is: its known shape, with holes for what the service makes up.
    pub(super) fn reference(&mut self, reference: &Reference<'_>) -> Text {
        let key = (reference.of, reference.attribute.to_string());
        if let Some(known) = self.known.get(&key) {
            return known.clone();
        }
        if self.followed.contains(&key) || self.followed.len() >= FURTHEST {
            return self.not_followed(reference);
        }
        self.followed.push(key.clone());
        let mut text = match reference.of {
            Referent::Provider(id) => self.of_provider(id, &reference.attribute),
            Referent::Resource(id) => self.of_resource(id, &reference.attribute),
            Referent::Parameter(id) => self.of_parameter(id),
        };
        self.followed.pop();
        if text.pieces().len() > MOST_PIECES {
            text = self.not_followed(reference);
        }
        self.known.insert(key, text.clone());
        text
    }

    /// What may be anything, since its names lead in a circle or too far. It may be equal to every other hole.
    fn not_followed(&mut self, reference: &Reference<'_>) -> Text {
        let name = match reference.of {
            Referent::Resource(id) => {
                let address = self.graph.get(id).address.as_str();
                format!("{address}.{}", reference.attribute)
            }
            Referent::Provider(_) | Referent::Parameter(_) => reference.attribute.to_string(),
        };
        Text::hole(self.fresh(name, Why::UnexpectedForm, Domain::ANY, None))
    }

    fn of_provider(&mut self, id: ProviderId, attribute: &str) -> Text {
        let domain = match attribute {
            "account" => Domain::ACCOUNT,
            "region" => Domain::REGION,
            _ => Domain::PARTITION,
        };
        let provider = self.graph.providers().get(id.0 as usize);
        let of = provider.map_or("aws", |provider| provider.name.as_ref());
        let name = match (self.graph.language(), attribute) {
            (Language::CloudFormation, "account") => "AWS::AccountId".to_owned(),
            (Language::CloudFormation, "region") => "AWS::Region".to_owned(),
            (Language::CloudFormation, "partition") => "AWS::Partition".to_owned(),
            _ => format!(
                "{attribute} of provider {}",
                if of.is_empty() { "aws" } else { of }
            ),
        };
        Text::hole(self.fresh(name, Why::PlaceNotTold, domain, None))
    }

    fn of_parameter(&mut self, id: ParameterId) -> Text {
        let name = self.graph.parameter(id).map(|one| one.name.to_string());
        let why = self.graph.why_open(Referent::Parameter(id));
        let name = name.unwrap_or_else(|| "a parameter".to_owned());
        Text::hole(self.fresh(name, why, Domain::ANY, None))
    }

    fn of_resource(&mut self, id: ResourceId, attribute: &str) -> Text {
        let resource = self.graph.get(id);
        let name = format!("{}.{attribute}", resource.address.as_str());
        if let Some(known) = resource.attributes.at(attribute).and_then(Value::as_text) {
            return known.into();
        }
        if let Some(derived) = self.graph.derived(id, attribute) {
            let is_itself = derived.as_reference().is_some_and(|reference| {
                reference.of == Referent::Resource(id) && reference.attribute == attribute
            });
            if !is_itself && let Some(text) = self.named(&name).text(&derived) {
                return text;
            }
        }
        let shape = shape(resource.kind(), attribute);
        let provider = resource.provider.unwrap_or_default();
        let class = shape
            .differs
            .zip(resource.kind())
            .map(|(is_regional, kind)| {
                let place = if is_regional { provider.0 + 1 } else { 0 };
                Class((kind as u32) << 16 | place)
            });
        let class = class.filter(|_| resource.standing == Standing::Judged);
        let mut text = Text::literal(shape.prefix);
        text.push_hole(self.fresh(name, Why::KnownAfterApply, shape.domain, class));
        text
    }
}

/// What an attribute that a service makes up looks like.
struct Shape {
    prefix: &'static str,
    domain: Domain,
    /// Two resources always differ in it: everywhere, or within one account and region.
    differs: Option<bool>,
}

fn shape(kind: Option<Kind>, attribute: &str) -> Shape {
    let named = |domain, is_regional| Shape {
        prefix: "",
        domain,
        differs: Some(is_regional),
    };
    let id = |prefix| Shape {
        prefix,
        domain: Domain::EC2_ID,
        differs: Some(false),
    };
    let any = Shape {
        prefix: "",
        domain: Domain::ANY,
        differs: None,
    };
    match (kind, attribute) {
        (Some(Kind::Bucket), "bucket" | "id") => named(Domain::BUCKET, false),
        // Replicas of one key share its id.
        (Some(Kind::KmsKey | Kind::KmsKeyExternal), "key_id" | "id") => {
            named(Domain::KEY_ID, false)
        }
        (Some(Kind::Vpc), "id") => id("vpc-"),
        (Some(Kind::Subnet), "id") => id("subnet-"),
        (Some(Kind::Sg), "id") => id("sg-"),
        (Some(Kind::Endpoint), "id") => id("vpce-"),
        (Some(Kind::Role | Kind::User | Kind::Group | Kind::PolicyManaged), "name") => {
            named(Domain::IAM_NAME, true)
        }
        _ => any,
    }
}

impl NamedHoles<'_, '_, '_> {
    /// The text that a value is; none if it is no text.
    pub(super) fn text(&mut self, value: &Value<'_>) -> Option<Text> {
        match &value.data {
            Data::Text(text) => Some(text.as_ref().into()),
            Data::Template(pieces) => {
                let mut text = Text::default();
                for piece in pieces {
                    text.push(&self.piece(piece));
                }
                Some(text)
            }
            Data::Unknown(why) => Some(Text::hole(self.unknown(*why))),
            _ => None,
        }
    }
}

impl Identities for NamedHoles<'_, '_, '_> {
    fn piece(&mut self, piece: &Piece<'_>) -> Text {
        match piece {
            Piece::Known(text) => text.as_ref().into(),
            Piece::Reference(reference) => self.holes.reference(reference),
            Piece::Unknown(why) => Text::hole(self.unknown(*why)),
        }
    }

    fn unknown(&mut self, why: Why) -> Hole {
        let name = self.name.to_owned();
        self.holes.fresh(name, why, Domain::ANY, None)
    }
}
