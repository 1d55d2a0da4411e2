//! What expressions come to: nodes as they are, and calls of intrinsic functions.

use std::collections::HashSet;
use std::sync::Arc;

use ipnet::IpNet;

use super::call::{Call, Called, Function, called};
use super::text::{joined, pieces, scalar, split, why_open};
use super::{Scope, World};
use crate::model::source::Span;
use crate::model::value::{Data, Map, Piece, Referent, Value, Why};
use crate::yaml::{Data as NodeData, Key, Node};

/// Addresses blocks of one `Fn::Cidr`: more than `CloudFormation` gives.
const MOST_BLOCKS: usize = 256;

impl World<'_> {
    /// Whether a text has something in it that nobody may see.
    fn holds_secret(&self, text: &str) -> bool {
        *self.secrets.borrow().mask(text) != *text
    }

    pub(super) fn why_open(&self, of: Referent) -> Why {
        match of {
            Referent::Resource(_) => Why::KnownAfterApply,
            Referent::Provider(_) => Why::PlaceNotTold,
            Referent::Parameter(id) => {
                let parameters = self.parameters.borrow();
                let parameter = parameters.get(id.0 as usize);
                parameter.map_or(Why::UnexpectedForm, |parameter| parameter.why)
            }
        }
    }
}

impl Scope<'_, '_> {
    /// What a node comes to. Null: there is nothing, by `AWS::NoValue`.
    pub(super) fn value(&self, node: &Node) -> Value<'static> {
        let (world, at) = (self.world, node.span);
        let budget = &world.budget;
        let Some(_deeper) = budget.deeper().filter(|_| budget.steps(1)) else {
            return self.too_much(at);
        };
        match called(node) {
            Called::Known(call) => {
                let value = self.call(&call);
                if budget.pays(&value) {
                    return value;
                }
                return self.too_much(at);
            }
            Called::Unknown(name) => {
                return world.wrong(unknown_function(&name), at);
            }
            Called::Nothing => {}
        }
        let data = match &node.data {
            NodeData::Null => Data::Null,
            NodeData::Bool(flag) => Data::Bool(*flag),
            NodeData::Number(text) => number(text),
            NodeData::Text(text) => {
                self.check_filled_in(text, at);
                joined([Piece::Known(text.to_string().into())], at).data
            }
            NodeData::List(elements) => {
                let elements = elements.iter().map(|element| self.value(element));
                Data::List(elements.filter(|value| value.data != Data::Null).collect())
            }
            NodeData::Map(entries) => return self.map(entries, at),
        };
        Value::new(data, at)
    }

    /// What would take too much time or memory.
    pub(super) fn too_much(&self, at: Span) -> Value<'static> {
        let wrong = "this takes too much to be worked out";
        self.world.wrong(wrong, at)
    }

    fn map(&self, entries: &[(Key, Node)], at: Span) -> Value<'static> {
        if let Some((key, _)) = entries
            .iter()
            .find(|(key, _)| &*key.text == "Fn::Transform")
        {
            return self.by_macro(key.span, at);
        }
        let mut map = Map::default();
        let mut names = HashSet::new();
        for (key, node, bound) in self.world.entries(self.stack, entries, self.bound) {
            let value = self.world.scope(self.stack, &bound).value(&node);
            if value.data != Data::Null && names.insert(Arc::clone(&key.text)) {
                map.push(key.text.to_string().into(), value);
            }
        }
        Value::new(Data::Map(map), at)
    }

    fn by_macro(&self, key: Span, at: Span) -> Value<'static> {
        self.world.tell(
            "a macro writes what stands here",
            key,
            "what it makes of it is not seen; check the processed template: aws cloudformation \
             get-template --template-stage Processed",
        );
        Value::new(Data::Unknown(Why::ChangedByMacro), at)
    }

    fn call(&self, call: &Call) -> Value<'static> {
        let (argument, at) = (&call.argument, call.at);
        match call.function {
            Function::Ref => match argument.scalar() {
                Some(name) => self.reference(name, at),
                None => match self.value(argument).as_text() {
                    Some(name) => self.reference(name, at),
                    None => self.world.wrong("`Ref` takes a name", at),
                },
            },
            Function::GetAtt => self.get_att(argument, at),
            Function::Sub => self.sub(call),
            Function::Join => self.join(call),
            Function::Split => self.split(call),
            Function::Select => self.select(call),
            Function::If => self.choice(call),
            Function::FindInMap => self.find_in_map(call),
            Function::ImportValue => self.import(argument, at),
            Function::Base64 => self.base64(argument, at),
            Function::Cidr => self.cidr(call),
            Function::GetStackOutput => Value::new(Data::Unknown(Why::Imported), at),
            // Only AWS knows the names of its zones.
            Function::GetAzs => Value::new(Data::Unknown(Why::KnownAfterApply), at),
            Function::Length => match &self.value(argument).data {
                Data::List(all) => Value::new(Data::Number(all.len().into()), at),
                _ => self.open(&self.value(argument), at),
            },
            Function::ToJsonString => self.json_text(argument, at),
            Function::Transform => self.by_macro(at, at),
            Function::OfRules => Value::new(Data::Unknown(Why::NotEvaluated), at),
            Function::NotSeen => Value::new(Data::Unknown(Why::ChangedByMacro), at),
            Function::And
            | Function::Condition
            | Function::Contains
            | Function::Equals
            | Function::Not
            | Function::Or => {
                let node = Node {
                    tag: None,
                    ..argument.clone()
                };
                self.world
                    .wrong("conditions stand in the section `Conditions`", node.span)
            }
        }
    }

    /// Not known, for the first reason in a value.
    fn open(&self, value: &Value<'static>, at: Span) -> Value<'static> {
        let why = why_open(value, &|of| self.world.why_open(of));
        Value::new(Data::Unknown(why.unwrap_or(Why::UnexpectedForm)), at)
    }

    fn join(&self, call: &Call) -> Value<'static> {
        let Some([delimiter, list]) = call.argument.elements() else {
            let wrong = "`Fn::Join` takes a delimiter and a list";
            return self.world.wrong(wrong, call.at);
        };
        let (delimiter, list) = (self.value(delimiter), self.value(list));
        let Data::List(elements) = &list.data else {
            return self.open(&list, call.at);
        };
        let Ok(delimiter) = pieces(&delimiter) else {
            let wrong = "`Fn::Join` takes a delimiter and a list";
            return self.world.wrong(wrong, call.at);
        };
        let mut all = Vec::new();
        for (at, element) in elements.iter().enumerate() {
            if at > 0 {
                all.extend(delimiter.iter().cloned());
            }
            match pieces(element) {
                Ok(pieces) => all.extend(pieces),
                Err(why) => all.push(Piece::Unknown(why)),
            }
        }
        joined(all, call.at)
    }

    fn split(&self, call: &Call) -> Value<'static> {
        let Some([delimiter, text]) = call.argument.elements() else {
            let wrong = "`Fn::Split` takes a delimiter and a text";
            return self.world.wrong(wrong, call.at);
        };
        let (delimiter, text) = (self.value(delimiter), self.value(text));
        let parts = match (delimiter.as_text(), pieces(&text)) {
            (Some(delimiter), Ok(pieces)) if !delimiter.is_empty() => split(&pieces, delimiter),
            _ => None,
        };
        let Some(parts) = parts else {
            return self.open(&text, call.at);
        };
        let is_secret = scalar(&text).is_some_and(|text| self.world.holds_secret(&text));
        let parts = parts.into_iter().map(|part| Value {
            sensitive: is_secret,
            ..joined(part, call.at)
        });
        Value::new(Data::List(parts.collect()), call.at)
    }

    fn select(&self, call: &Call) -> Value<'static> {
        let Some([index, list]) = call.argument.elements() else {
            let wrong = "`Fn::Select` takes an index and a list";
            return self.world.wrong(wrong, call.at);
        };
        let (index, list) = (self.value(index), self.value(list));
        let Some(index) = scalar(&index).and_then(|index| index.parse::<usize>().ok()) else {
            return self.open(&index, call.at);
        };
        let Data::List(all) = &list.data else {
            return self.open(&list, call.at);
        };
        let Some(element) = all.get(index) else {
            let wrong = format!("there is no element {index} in a list of {}", all.len());
            return self.world.wrong(wrong, call.at);
        };
        Value {
            origin: call.at,
            ..element.clone()
        }
    }

    fn choice(&self, call: &Call) -> Value<'static> {
        let Some([condition, yes, no]) = call.argument.elements() else {
            let wrong = "`Fn::If` takes a condition and two values";
            return self.world.wrong(wrong, call.at);
        };
        let truth = match condition.as_text() {
            Some(name) => self.condition(name, condition.span),
            None => self.truth(condition),
        };
        match truth {
            Some(true) => self.value(yes),
            Some(false) => self.value(no),
            None => {
                let (yes, no) = (self.value(yes), self.value(no));
                if yes == no {
                    return yes;
                }
                Value::new(Data::Unknown(Why::ConditionNotKnown), call.at)
            }
        }
    }

    fn find_in_map(&self, call: &Call) -> Value<'static> {
        let (world, at) = (self.world, call.at);
        let Some([map, top, second, more @ ..]) = call.argument.elements() else {
            return world.wrong("`Fn::FindInMap` takes a map and two keys", at);
        };
        let keys = [map, top, second].map(|key| self.value(key));
        let otherwise = more.first().and_then(|more| more.get("DefaultValue"));
        let mappings = world.stack(self.stack);
        let mappings = mappings.and_then(|stack| stack.template.mappings.as_ref());
        let mut found: Vec<&Node> = mappings.into_iter().collect();
        let mut open = None;
        for key in &keys {
            let Some(key) = scalar(key) else {
                open = open.or(Some(key));
                let inner = found.iter().flat_map(|node| node.entries());
                found = inner.map(|(_, node)| node).collect();
                if !world.budget.steps(found.len()) {
                    return self.too_much(at);
                }
                continue;
            };
            found = found.iter().filter_map(|node| node.get(&key)).collect();
        }
        let mut values = found.iter().map(|node| self.value(node));
        match (values.next(), otherwise, open) {
            // Whatever the key is, it leads to the same.
            (Some(first), None, Some(open)) => {
                if values.all(|value| value == first) {
                    first
                } else {
                    self.open(open, at)
                }
            }
            (_, Some(_), Some(open)) | (None, None, Some(open)) => self.open(open, at),
            (Some(value), _, None) => Value {
                origin: at,
                ..value
            },
            (None, Some(otherwise), None) => self.value(otherwise),
            (None, None, None) => {
                let keys: Vec<_> = keys.iter().filter_map(scalar).collect();
                world.wrong(
                    format!("there is no `{}` in `Mappings`", keys.join(".")),
                    at,
                )
            }
        }
    }

    /// Text that is known is encoded; of one with holes, the pieces stay as they are.
    fn base64(&self, argument: &Node, at: Span) -> Value<'static> {
        use base64::Engine as _;
        let value = self.value(argument);
        match scalar(&value) {
            Some(text) => {
                let encoded = base64::engine::general_purpose::STANDARD.encode(&text);
                let encoded = Value::text(encoded, at);
                if self.world.holds_secret(&text) {
                    self.world.secrets.borrow_mut().add(&encoded);
                }
                encoded
            }
            None => Value {
                origin: at,
                ..value
            },
        }
    }

    fn cidr(&self, call: &Call) -> Value<'static> {
        let Some([block, count, more @ ..]) = call.argument.elements() else {
            let wrong = "`Fn::Cidr` takes an address block, a number and the bits of each";
            return self.world.wrong(wrong, call.at);
        };
        let (block, count) = (self.value(block), self.value(count));
        let bits = more.first().map(|bits| self.value(bits));
        let number = |value: &Value<'_>| scalar(value)?.parse::<u32>().ok();
        let net = scalar(&block).and_then(|block| block.parse::<IpNet>().ok());
        let (Some(net), Some(count)) = (net, number(&count)) else {
            return self.open(&block, call.at);
        };
        let bits = match bits {
            Some(bits) => number(&bits),
            None => Some(8),
        };
        let length = bits.and_then(|bits| u32::from(net.max_prefix_len()).checked_sub(bits));
        let length = length.and_then(|length| u8::try_from(length).ok());
        let subnets = length.and_then(|length| net.subnets(length).ok());
        let Some(subnets) = subnets else {
            let wrong = "there are no such blocks in this address block";
            return self.world.wrong(wrong, call.at);
        };
        let count = usize::try_from(count)
            .unwrap_or(MOST_BLOCKS)
            .min(MOST_BLOCKS);
        let subnets = subnets.take(count);
        let subnets = subnets.map(|subnet| Value::text(subnet.to_string(), call.at));
        Value::new(Data::List(subnets.collect()), call.at)
    }

    fn json_text(&self, argument: &Node, at: Span) -> Value<'static> {
        let mut out = Vec::new();
        let value = self.value(argument);
        self.quoted_secrets(&value);
        write_json(&value, &mut out);
        joined(out, at)
    }

    /// Secrets stay so where JSON writes them otherwise.
    fn quoted_secrets(&self, value: &Value<'static>) {
        match &value.data {
            Data::Text(text) if self.world.holds_secret(text) => {
                let quoted = serde_json::Value::from(&**text).to_string();
                let inner = quoted.get(1..quoted.len().saturating_sub(1));
                let inner = inner.unwrap_or_default().to_owned();
                if inner != **text {
                    let inner = Value::text(inner, value.origin);
                    self.world.secrets.borrow_mut().add(&inner);
                }
            }
            Data::List(all) => all.iter().for_each(|one| self.quoted_secrets(one)),
            Data::Map(map) => map.iter().for_each(|(_, one)| self.quoted_secrets(one)),
            _ => {}
        }
    }
}

fn unknown_function(name: &str) -> String {
    if name.contains("Rain::") {
        return format!("`{name}` is written out by `rain pkg`: check what that makes");
    }
    format!("`{name}` is no function that is known")
}

/// A number as JSON has it; what a number would not print again as it stands (`0644`, `012345678901`) is text.
fn number(text: &Arc<str>) -> Data<'static> {
    let number = serde_json::from_str::<serde_json::Number>(text).ok();
    match number.filter(|number| number.to_string() == **text) {
        Some(number) => Data::Number(number),
        None => Data::Text(text.to_string().into()),
    }
}

fn write_json(value: &Value<'static>, out: &mut Vec<Piece<'static>>) {
    let known = |out: &mut Vec<Piece<'static>>, text: &str| {
        out.push(Piece::Known(text.to_owned().into()));
    };
    let quoted = |text: &str| serde_json::Value::from(text).to_string();
    match &value.data {
        Data::Null => known(out, "null"),
        Data::Bool(flag) => known(out, &flag.to_string()),
        Data::Number(number) => known(out, &number.to_string()),
        Data::Text(text) => known(out, &quoted(text)),
        Data::Template(pieces) => {
            known(out, "\"");
            for piece in pieces {
                match piece {
                    Piece::Known(text) => {
                        let quoted = quoted(text);
                        let inner = quoted.get(1..quoted.len().saturating_sub(1));
                        known(out, inner.unwrap_or_default());
                    }
                    piece => out.push(piece.clone()),
                }
            }
            known(out, "\"");
        }
        // Its quotes, or brackets, are a part of what is not known.
        Data::Unknown(why) => out.push(Piece::Unknown(*why)),
        Data::List(all) => {
            known(out, "[");
            for (at, element) in all.iter().enumerate() {
                if at > 0 {
                    known(out, ",");
                }
                write_json(element, out);
            }
            known(out, "]");
        }
        Data::Map(map) => {
            known(out, "{");
            for (at, (key, element)) in map.iter().enumerate() {
                let separator = if at > 0 { "," } else { "" };
                known(out, &format!("{separator}{}:", quoted(key)));
                write_json(element, out);
            }
            known(out, "}");
        }
    }
}
