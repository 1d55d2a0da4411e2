//! Values: known, unknown with a reason, or text with holes; each with the place that said so.

use std::borrow::Cow;
use std::collections::HashMap;
use std::fmt;

use super::graph::ResourceId;
use super::source::Span;

/// What an attribute is known to be, and where that was said. The place is no part of equality.
#[derive(Debug, Clone)]
pub struct Value<'a> {
    /// What is known.
    pub data: Data<'a>,
    /// Where it was said.
    pub origin: Span,
    /// The author marked it as a secret: it is never printed.
    pub sensitive: bool,
}

/// The content of a [`Value`].
#[derive(Debug, Clone, PartialEq)]
pub enum Data<'a> {
    /// Nothing, said explicitly (an element of a list, say; an attribute that is null is absent).
    Null,
    /// A truth value.
    Bool(bool),
    /// A number, as JSON has it.
    Number(serde_json::Number),
    /// Text without holes.
    Text(Cow<'a, str>),
    /// Text of which some pieces are not known yet.
    Template(Box<[Piece<'a>]>),
    /// A list, or a set in the order of the input.
    List(Vec<Value<'a>>),
    /// An object.
    Map(Map<'a>),
    /// Not known, for this reason.
    Unknown(Why),
}

/// A piece of a text with holes.
#[derive(Debug, Clone, PartialEq)]
pub enum Piece<'a> {
    /// Text that is known.
    Known(Cow<'a, str>),
    /// An attribute of a resource that is not made yet: equal to itself, and to nothing known.
    Reference(Reference<'a>),
    /// Text that may be anything, also empty.
    Unknown(Why),
}

/// An attribute of something that has an identity though its value is not known yet.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Reference<'a> {
    /// Whose attribute it is.
    pub of: Referent,
    /// Its canonical name.
    pub attribute: Cow<'a, str>,
}

/// What a [`Reference`] points at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Referent {
    /// A resource of the graph.
    Resource(ResourceId),
    /// The account, region and partition in which a provider configuration works.
    Provider(ProviderId),
    /// A value that the input asks for and nobody gives.
    Parameter(ParameterId),
}

/// Names one parameter without a value of a graph.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ParameterId(pub u32);

/// Names one provider configuration of a graph.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ProviderId(pub u32);

/// Why a value is not known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Why {
    /// Terraform computes it while it applies.
    KnownAfterApply,
    /// It is said outside this input.
    ExternalResource,
    /// Nothing in the input tells in which account or region it is.
    PlaceNotTold,
    /// The plan covers only a part of the configuration.
    PartialPlan,
    /// Several resources have the name that is given.
    SeveralMatch,
    /// The value has a form that no schema known to us gives it.
    UnexpectedForm,
    /// AWS refuses what is written, so that what is there now stays.
    Refused,
    /// AWS does not document what it means.
    Undocumented,
    /// Only the request tells.
    AtRequest,
    /// The code inside a workload chooses it.
    ChosenByCode,
    /// Whoever starts an execution of a state machine, a pipeline or a schedule gives it.
    RuntimeInput,
    /// An earlier step of the same state machine or pipeline may give it.
    EarlierStep,
    /// A definition that lies in S3, and not in the input.
    DefinitionInS3,
    /// A proof would decide it that this version does not make.
    NotJudgedYet,
    /// A variable that nobody gives a value.
    VariableWithoutValue,
    /// A function or expression that is not evaluated.
    NotEvaluated,
    /// A module whose source is not there.
    ModuleNotSeen,
    /// A file of the source that cannot be read.
    FileNotRead,
    /// How often a resource is there, which may be not even once.
    NumberNotKnown,
    /// A parameter of a template that nobody gives a value.
    ParameterWithoutValue,
    /// A condition of a template that cannot be told.
    ConditionNotKnown,
    /// An export of a stack that is not among the inputs.
    Imported,
    /// `{{resolve:…}}`: a parameter or secret that is looked up when the stack is deployed.
    DynamicReference,
    /// A macro writes it.
    ChangedByMacro,
    /// A nested template that is not there to be read.
    TemplateNotSeen,
    /// A change set that does not tell the properties.
    ValuesNotIncluded,
    /// A saved answer of AWS that goes on elsewhere.
    PartialAnswer,
}

impl fmt::Display for Why {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::KnownAfterApply => "known after apply",
            Self::ExternalResource => "external resource",
            Self::PlaceNotTold => "not told",
            Self::PartialPlan => "partial plan",
            Self::SeveralMatch => "several resources have this name",
            Self::UnexpectedForm => "unexpected form",
            Self::Refused => "refused by AWS",
            Self::Undocumented => "not documented by AWS",
            Self::AtRequest => "told by the request only",
            Self::ChosenByCode => "chosen by code",
            Self::RuntimeInput => "runtime input",
            Self::EarlierStep => "told by an earlier step",
            Self::DefinitionInS3 => "definition in S3",
            Self::NotJudgedYet => "not judged yet",
            Self::VariableWithoutValue => "variable without a value",
            Self::NotEvaluated => "not evaluated",
            Self::ModuleNotSeen => "module not seen",
            Self::FileNotRead => "file not read",
            Self::NumberNotKnown => "not known how often it is there",
            Self::ParameterWithoutValue => "parameter without a value",
            Self::ConditionNotKnown => "condition not known",
            Self::Imported => "imported",
            Self::DynamicReference => "dynamic reference",
            Self::ChangedByMacro => "changed by a macro",
            Self::TemplateNotSeen => "template not seen",
            Self::ValuesNotIncluded => "values not included",
            Self::PartialAnswer => "partial answer",
        })
    }
}

/// An object: few entries, in the order of the input.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Map<'a> {
    entries: Vec<(Cow<'a, str>, Value<'a>)>,
}

impl PartialEq for Value<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.data == other.data
    }
}

impl<'a> Value<'a> {
    /// A value that nobody marked as secret.
    #[must_use]
    pub fn new(data: Data<'a>, origin: Span) -> Self {
        Self {
            data,
            origin,
            sensitive: false,
        }
    }

    /// Text without holes.
    #[must_use]
    pub fn text(text: impl Into<Cow<'a, str>>, origin: Span) -> Self {
        Self::new(Data::Text(text.into()), origin)
    }

    /// A value that is exactly an attribute of a resource not made yet.
    #[must_use]
    pub fn reference(reference: Reference<'a>, origin: Span) -> Self {
        let pieces = Box::new([Piece::Reference(reference)]);
        Self::new(Data::Template(pieces), origin)
    }

    /// The text, if it is known in full.
    #[must_use]
    pub fn as_text(&self) -> Option<&str> {
        match &self.data {
            Data::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The object, if it is one.
    #[must_use]
    pub fn as_map(&self) -> Option<&Map<'a>> {
        match &self.data {
            Data::Map(map) => Some(map),
            _ => None,
        }
    }

    /// The elements, if it is a list.
    #[must_use]
    pub fn as_list(&self) -> Option<&[Value<'a>]> {
        match &self.data {
            Data::List(list) => Some(list),
            _ => None,
        }
    }

    /// The attribute that this value is exactly, if it is one reference and nothing else.
    #[must_use]
    pub fn as_reference(&self) -> Option<&Reference<'a>> {
        match &self.data {
            Data::Template(pieces) => match pieces.as_ref() {
                [Piece::Reference(reference)] => Some(reference),
                _ => None,
            },
            _ => None,
        }
    }

    /// Whether nothing in it is unknown.
    #[must_use]
    pub fn is_known(&self) -> bool {
        match &self.data {
            Data::Unknown(_) | Data::Template(_) => false,
            Data::List(list) => list.iter().all(Self::is_known),
            Data::Map(map) => map.iter().all(|(_, value)| value.is_known()),
            Data::Null | Data::Bool(_) | Data::Number(_) | Data::Text(_) => true,
        }
    }

    /// The reason, if nothing at all is known.
    #[must_use]
    pub fn why_unknown(&self) -> Option<Why> {
        match self.data {
            Data::Unknown(why) => Some(why),
            _ => None,
        }
    }
}

impl<'a> Map<'a> {
    /// The value of a key.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&Value<'a>> {
        self.entries
            .iter()
            .find_map(|(name, value)| (name == key).then_some(value))
    }

    /// The value of a key, to be changed.
    pub fn get_mut(&mut self, key: &str) -> Option<&mut Value<'a>> {
        self.entries
            .iter_mut()
            .find_map(|(name, value)| (name == key).then_some(value))
    }

    /// Every value to be changed, by its key: for many questions about a large object.
    pub fn by_key(&mut self) -> HashMap<&str, &mut Value<'a>> {
        self.iter_mut().collect()
    }

    /// Follows a path of keys through objects: `a.b.c`.
    #[must_use]
    pub fn at(&self, path: &str) -> Option<&Value<'a>> {
        let (first, rest) = path.split_once('.').unwrap_or((path, ""));
        let value = self.get(first)?;
        if rest.is_empty() {
            return Some(value);
        }
        match &value.data {
            Data::Map(map) => map.at(rest),
            // Whatever lies inside something unknown is as unknown.
            Data::Unknown(_) => Some(value),
            _ => None,
        }
    }

    /// Sets a key, in its old place if it had one.
    pub fn insert(&mut self, key: impl Into<Cow<'a, str>>, value: Value<'a>) {
        let key = key.into();
        match self.get_mut(&key) {
            Some(old) => *old = value,
            None => self.entries.push((key, value)),
        }
    }

    /// Adds a key that is known to be new.
    pub fn push(&mut self, key: Cow<'a, str>, value: Value<'a>) {
        self.entries.push((key, value));
    }

    /// Takes a key out.
    pub fn remove(&mut self, key: &str) -> Option<Value<'a>> {
        let at = self.entries.iter().position(|(name, _)| name == key)?;
        Some(self.entries.remove(at).1)
    }

    /// Keeps the entries for which `keep` says so.
    pub fn retain(&mut self, mut keep: impl FnMut(&str, &mut Value<'a>) -> bool) {
        self.entries.retain_mut(|(key, value)| keep(key, value));
    }

    /// All entries, in the order of the input.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Value<'a>)> {
        self.entries
            .iter()
            .map(|(key, value)| (key.as_ref(), value))
    }

    /// All entries, to be changed.
    pub fn iter_mut(&mut self) -> impl Iterator<Item = (&str, &mut Value<'a>)> {
        self.entries.iter_mut().map(|(key, value)| (&**key, value))
    }

    /// Whether it has no entries.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }
}
