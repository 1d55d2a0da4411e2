//! Which nodes are calls of intrinsic functions, in their long and short forms.

use crate::model::source::Span;
use crate::yaml::{Data, Node};

/// A call of an intrinsic function.
#[derive(Debug, Clone)]
pub(super) struct Call {
    /// What is called.
    pub(super) function: Function,
    /// What it is given.
    pub(super) argument: Node,
    /// The whole call.
    pub(super) at: Span,
}

/// An intrinsic function.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Function {
    And,
    Base64,
    Cidr,
    Condition,
    Contains,
    Equals,
    FindInMap,
    GetAtt,
    GetAzs,
    GetStackOutput,
    If,
    ImportValue,
    Join,
    Length,
    Not,
    /// One that stands in the section `Rules` only, of which nothing is worked out.
    OfRules,
    /// What a transform writes, and nobody here sees.
    NotSeen,
    Or,
    Ref,
    Select,
    Split,
    Sub,
    ToJsonString,
    Transform,
}

/// The tag of a node of which nothing is known, since a transform writes it: a text has no such tag.
pub(super) const NOT_SEEN: &str = "not seen";

const NAMES: &[(&str, Function)] = &[
    ("And", Function::And),
    ("Base64", Function::Base64),
    ("Cidr", Function::Cidr),
    ("Condition", Function::Condition),
    ("Contains", Function::Contains),
    ("EachMemberEquals", Function::OfRules),
    ("EachMemberIn", Function::OfRules),
    ("Equals", Function::Equals),
    ("FindInMap", Function::FindInMap),
    ("GetAZs", Function::GetAzs),
    ("GetAtt", Function::GetAtt),
    ("GetStackOutput", Function::GetStackOutput),
    ("If", Function::If),
    ("ImportValue", Function::ImportValue),
    ("Join", Function::Join),
    ("Length", Function::Length),
    ("Not", Function::Not),
    ("Or", Function::Or),
    ("Ref", Function::Ref),
    ("RefAll", Function::OfRules),
    ("Select", Function::Select),
    ("Split", Function::Split),
    ("Sub", Function::Sub),
    ("ToJsonString", Function::ToJsonString),
    ("Transform", Function::Transform),
    ("ValueOf", Function::OfRules),
    ("ValueOfAll", Function::OfRules),
];

/// What a node is, as far as calls go.
pub(super) enum Called {
    /// A call.
    Known(Call),
    /// It looks like a call of a function that is not known: its name.
    Unknown(String),
    /// A value as it is written.
    Nothing,
}

impl Function {
    fn named(name: &str) -> Option<Self> {
        let found = NAMES.iter().find(|(own, _)| *own == name);
        found.map(|(_, function)| *function)
    }
}

/// Tells a call.
pub(super) fn called(node: &Node) -> Called {
    if let Some((tag, _)) = &node.tag {
        let name = tag.strip_prefix("Fn::").unwrap_or(tag);
        let argument = Node {
            tag: None,
            ..node.clone()
        };
        let known = match name {
            NOT_SEEN => Some(Function::NotSeen),
            _ => Function::named(name),
        };
        return match known {
            Some(function) => Called::Known(Call {
                function,
                argument,
                at: node.span,
            }),
            None => Called::Unknown(format!("!{tag}")),
        };
    }
    let Data::Map(entries) = &node.data else {
        return Called::Nothing;
    };
    let [(key, argument)] = &**entries else {
        return Called::Nothing;
    };
    let function = match key.text.strip_prefix("Fn::") {
        Some("Ref" | "Condition") => None,
        Some(name) if name.starts_with("ForEach::") => return Called::Nothing,
        Some(name) => Function::named(name),
        None if &*key.text == "Ref" => Some(Function::Ref),
        // What else has one key of this name decides where it stands.
        None => return Called::Nothing,
    };
    match function {
        Some(function) => Called::Known(Call {
            function,
            argument: argument.clone(),
            at: node.span,
        }),
        None => Called::Unknown(key.text.to_string()),
    }
}

/// Tells a call where a condition is asked for: there, `Condition` names another one.
pub(super) fn called_in_condition(node: &Node) -> Called {
    match node.entries() {
        [(key, argument)] if node.tag.is_none() && &*key.text == "Condition" => {
            Called::Known(Call {
                function: Function::Condition,
                argument: argument.clone(),
                at: node.span,
            })
        }
        _ => called(node),
    }
}
