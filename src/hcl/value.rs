//! What an expression of HCL comes to: known, unknown with a reason, or text with holes; each with the
//! place in the source that said so.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::Arc;

use super::number::Number;
use super::types::{Attribute, Type};
use crate::model::source::Span;
use crate::model::value::Why;

/// A value.
#[derive(Debug, Clone)]
pub struct Value {
    /// What it is.
    pub data: Data,
    /// The expression that gave it.
    pub origin: Span,
    /// It is a secret, or made with one.
    pub sensitive: bool,
}

/// The content of a [`Value`].
#[derive(Debug, Clone, PartialEq)]
pub enum Data {
    /// `null`, of this type.
    Null(Type),
    /// `true` or `false`.
    Bool(bool),
    /// A number.
    Number(Number),
    /// A text, of which pieces may not be known.
    Text(Text),
    /// A tuple: `[1, "a"]`.
    Tuple(Arc<Vec<Value>>),
    /// A list, with the type of its elements.
    List(Type, Arc<Vec<Value>>),
    /// A set: its elements are distinct and in their order.
    Set(Type, Arc<Vec<Value>>),
    /// An object: `{a = 1}`.
    Object(Arc<BTreeMap<String, Value>>),
    /// A map, with the type of its elements.
    Map(Type, Arc<BTreeMap<String, Value>>),
    /// A resource: an object of which only some attributes are known.
    Resource(Arc<Instance>),
    /// Not known.
    Unknown(Unknown),
}

/// What is not known.
#[derive(Debug, Clone, PartialEq)]
pub struct Unknown {
    /// Its type, as far as that is known.
    pub of: Type,
    /// Why.
    pub why: Why,
    /// What would tell: `var.x`, `data.aws_vpc.main.id`; none where nothing has a name.
    pub what: Option<Arc<str>>,
}

/// A resource or data source as expressions see it.
#[derive(Debug, PartialEq)]
pub struct Instance {
    /// Its whole address.
    pub address: Arc<str>,
    /// The attributes that are known, or known not to be set.
    pub attributes: BTreeMap<String, Value>,
    /// Why the others are not known.
    pub why: Why,
}

/// A text: literal pieces and holes. What it was made of is no part of equality.
#[derive(Debug, Clone, Default)]
pub struct Text {
    pieces: Vec<Piece>,
    made_of: Option<MadeOf>,
}

/// What a text was made of by a function that can be undone.
#[derive(Debug, Clone)]
enum MadeOf {
    /// `jsonencode`.
    Json(Arc<Value>),
    /// `base64encode`.
    Base64(Arc<Text>),
}

/// A piece of a text.
#[derive(Debug, Clone, PartialEq)]
pub enum Piece {
    /// Text that is known; never empty, and no two follow each other.
    Literal(String),
    /// Text that is not.
    Hole(Hole),
}

/// Text that is not known.
#[derive(Debug, Clone, PartialEq)]
pub struct Hole {
    /// The attribute of a resource that it is, as far as that is told: `("aws_kms_key.data", "arn")`.
    pub attribute: Option<(Arc<str>, Arc<str>)>,
    /// Why it is not known.
    pub why: Why,
    /// What would tell.
    pub what: Option<Arc<str>>,
}

impl Value {
    /// A value that is no secret.
    #[must_use]
    pub fn new(data: Data, origin: Span) -> Self {
        Self {
            data,
            origin,
            sensitive: false,
        }
    }

    /// A text that is known.
    #[must_use]
    pub fn text(text: impl Into<String>, origin: Span) -> Self {
        Self::new(Data::Text(Text::literal(text)), origin)
    }

    /// A number.
    #[must_use]
    pub fn number(number: impl Into<Number>, origin: Span) -> Self {
        Self::new(Data::Number(number.into()), origin)
    }

    /// `true` or `false`.
    #[must_use]
    pub fn bool(flag: bool, origin: Span) -> Self {
        Self::new(Data::Bool(flag), origin)
    }

    /// `null` of no particular type.
    #[must_use]
    pub fn null(origin: Span) -> Self {
        Self::new(Data::Null(Type::Any), origin)
    }

    /// A tuple.
    #[must_use]
    pub fn tuple(elements: Vec<Self>, origin: Span) -> Self {
        Self::new(Data::Tuple(Arc::new(elements)), origin)
    }

    /// An object.
    #[must_use]
    pub fn object(entries: BTreeMap<String, Self>, origin: Span) -> Self {
        Self::new(Data::Object(Arc::new(entries)), origin)
    }

    /// A value that is not known, of this type.
    #[must_use]
    pub fn unknown(of: Type, why: Why, origin: Span) -> Self {
        let what = None;
        Self::new(Data::Unknown(Unknown { of, why, what }), origin)
    }

    /// The same, from another place.
    #[must_use]
    pub fn at(mut self, origin: Span) -> Self {
        self.origin = origin;
        self
    }

    /// The same, and a secret if `sensitive`.
    #[must_use]
    pub fn marked(mut self, sensitive: bool) -> Self {
        self.sensitive |= sensitive;
        self
    }

    /// Whether it is `null`.
    #[must_use]
    pub fn is_null(&self) -> bool {
        matches!(self.data, Data::Null(_))
    }

    /// Why nothing of it is known, and what would tell; a text that is one hole counts as that.
    #[must_use]
    pub fn unknown_of(&self) -> Option<Unknown> {
        match &self.data {
            Data::Unknown(unknown) => Some(unknown.clone()),
            Data::Text(text) => match text.pieces() {
                [Piece::Hole(hole)] => Some(Unknown {
                    of: text.type_of(),
                    why: hole.why,
                    what: hole.what(),
                }),
                _ => None,
            },
            _ => None,
        }
    }

    /// The first thing in it that is not known, if any is.
    #[must_use]
    pub fn any_unknown(&self) -> Option<Unknown> {
        match &self.data {
            Data::Null(_) | Data::Bool(_) | Data::Number(_) => None,
            Data::Text(text) => text.holes().next().map(|hole| Unknown {
                of: Type::String,
                why: hole.why,
                what: hole.what(),
            }),
            Data::Tuple(all) | Data::List(_, all) | Data::Set(_, all) => {
                all.iter().find_map(Self::any_unknown)
            }
            Data::Object(all) | Data::Map(_, all) => all.values().find_map(Self::any_unknown),
            Data::Resource(instance) => Some(Unknown {
                of: Type::Any,
                why: instance.why,
                what: Some(Arc::clone(&instance.address)),
            }),
            Data::Unknown(unknown) => Some(unknown.clone()),
        }
    }

    /// Whether all of it is known.
    #[must_use]
    pub fn is_known(&self) -> bool {
        self.any_unknown().is_none()
    }

    /// Whether it or anything in it is a secret.
    #[must_use]
    pub fn is_sensitive_inside(&self) -> bool {
        self.sensitive
            || match &self.data {
                Data::Tuple(all) | Data::List(_, all) | Data::Set(_, all) => {
                    all.iter().any(Self::is_sensitive_inside)
                }
                Data::Object(all) | Data::Map(_, all) => {
                    all.values().any(Self::is_sensitive_inside)
                }
                Data::Resource(instance) => {
                    instance.attributes.values().any(Self::is_sensitive_inside)
                }
                _ => false,
            }
    }

    /// Its type.
    #[must_use]
    pub fn type_of(&self) -> Type {
        match &self.data {
            Data::Null(of) => of.clone(),
            Data::Bool(_) => Type::Bool,
            Data::Number(_) => Type::Number,
            Data::Text(text) => text.type_of(),
            Data::Tuple(all) => Type::Tuple(all.iter().map(Self::type_of).collect()),
            Data::List(of, _) => Type::list(of.clone()),
            Data::Set(of, _) => Type::set(of.clone()),
            Data::Object(all) => {
                let attributes = all.iter();
                let attributes = attributes
                    .map(|(name, one)| (name.clone(), Attribute::required(one.type_of())));
                Type::Object(attributes.collect())
            }
            Data::Map(of, _) => Type::map(of.clone()),
            Data::Resource(_) => Type::Any,
            Data::Unknown(unknown) => unknown.of.clone(),
        }
    }

    /// The text, if it is one and all of it is known.
    #[must_use]
    pub fn as_str(&self) -> Option<&str> {
        match &self.data {
            Data::Text(text) => text.known(),
            _ => None,
        }
    }

    /// Whether it is a set of which neither the number nor the order of the elements is known, since some
    /// of them are not.
    #[must_use]
    pub fn is_unsettled_set(&self) -> bool {
        match &self.data {
            Data::Set(_, all) => all.len() > 1 && !self.is_known(),
            _ => false,
        }
    }

    /// The elements of a tuple, list or set.
    #[must_use]
    pub fn elements(&self) -> Option<&[Self]> {
        match &self.data {
            Data::Tuple(all) | Data::List(_, all) | Data::Set(_, all) => Some(all),
            _ => None,
        }
    }

    /// The entries of an object or map.
    #[must_use]
    pub fn entries(&self) -> Option<&BTreeMap<String, Self>> {
        match &self.data {
            Data::Object(all) | Data::Map(_, all) => Some(all),
            _ => None,
        }
    }
}

impl PartialEq for Text {
    fn eq(&self, other: &Self) -> bool {
        self.pieces == other.pieces
    }
}

/// Places and secrets are no part of equality.
impl PartialEq for Value {
    fn eq(&self, other: &Self) -> bool {
        self.data == other.data
    }
}

impl Hole {
    /// What would tell its text.
    #[must_use]
    pub fn what(&self) -> Option<Arc<str>> {
        let of_attribute = || {
            let (address, attribute) = self.attribute.as_ref()?;
            Some(format!("{address}.{attribute}").into())
        };
        self.what.clone().or_else(of_attribute)
    }
}

impl Text {
    /// A text that is known.
    #[must_use]
    pub fn literal(text: impl Into<String>) -> Self {
        let mut made = Self::default();
        made.push_str(&text.into());
        made
    }

    /// A text of which nothing is known.
    #[must_use]
    pub fn hole(hole: Hole) -> Self {
        Self {
            pieces: vec![Piece::Hole(hole)],
            made_of: None,
        }
    }

    /// The same, which is the JSON of a value.
    #[must_use]
    pub fn of_json(mut self, value: Arc<Value>) -> Self {
        self.made_of = Some(MadeOf::Json(value));
        self
    }

    /// The same, which is the base64 of a text.
    #[must_use]
    pub fn of_base64(mut self, plain: Self) -> Self {
        self.made_of = Some(MadeOf::Base64(Arc::new(plain)));
        self
    }

    /// The text of which this one is the base64, where that is told.
    #[must_use]
    pub fn base64(&self) -> Option<&Self> {
        match &self.made_of {
            Some(MadeOf::Base64(plain)) => Some(plain),
            _ => None,
        }
    }

    /// The value of which this text is the JSON, where that is told.
    #[must_use]
    pub fn json(&self) -> Option<&Arc<Value>> {
        match &self.made_of {
            Some(MadeOf::Json(value)) => Some(value),
            _ => None,
        }
    }

    /// The pieces.
    #[must_use]
    pub fn pieces(&self) -> &[Piece] {
        &self.pieces
    }

    /// The type of its value: an attribute of a resource of which nothing is known may be no text.
    #[must_use]
    pub fn type_of(&self) -> Type {
        match self.pieces.as_slice() {
            [Piece::Hole(hole)] if hole.attribute.is_some() => Type::Any,
            _ => Type::String,
        }
    }

    /// What is not known of it.
    pub fn holes(&self) -> impl Iterator<Item = &Hole> {
        self.pieces.iter().filter_map(|piece| match piece {
            Piece::Hole(hole) => Some(hole),
            Piece::Literal(_) => None,
        })
    }

    /// The text, if all of it is known.
    #[must_use]
    pub fn known(&self) -> Option<&str> {
        match self.pieces.as_slice() {
            [] => Some(""),
            [Piece::Literal(text)] => Some(text),
            _ => None,
        }
    }

    /// Appends text that is known.
    pub fn push_str(&mut self, text: &str) {
        self.made_of = None;
        if text.is_empty() {
            return;
        }
        match self.pieces.last_mut() {
            Some(Piece::Literal(last)) => last.push_str(text),
            _ => self.pieces.push(Piece::Literal(text.to_owned())),
        }
    }

    /// Appends text that is not known.
    pub fn push_hole(&mut self, hole: Hole) {
        self.made_of = None;
        self.pieces.push(Piece::Hole(hole));
    }

    /// Appends another text.
    pub fn push(&mut self, other: &Self) {
        for piece in &other.pieces {
            match piece {
                Piece::Literal(text) => self.push_str(text),
                Piece::Hole(hole) => self.push_hole(hole.clone()),
            }
        }
        self.made_of = None;
    }
}

impl Unknown {
    /// A text of which this is all that is known.
    #[must_use]
    pub fn hole(&self) -> Hole {
        Hole {
            attribute: None,
            why: self.why,
            what: self.what.clone(),
        }
    }

    /// What is not known, in words.
    #[must_use]
    pub fn words(&self) -> String {
        let mut words = String::new();
        if let Some(what) = &self.what {
            let _ = write!(words, "{what}: ");
        }
        let _ = write!(words, "{}", self.why);
        words
    }
}
