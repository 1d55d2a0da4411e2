//! What was worked out to the model's words: canonical names, policies as the objects that they are, scalars of
//! the sort that they are declared to hold.

use std::borrow::Cow;

use crate::document;
use crate::load::shaped;
use crate::model::expression::Expression;
use crate::model::source::Span;
use crate::model::value::{Data, Map, Piece, Referent, Value, Why};
use crate::model::vocabulary::{Attribute, AttributeRole, Field, Fields, Holds, Shape, snake_case};

static NO_FIELDS: Fields = Fields::none();

/// Takes values over into the model.
pub(super) struct Lowering<'l> {
    /// Why what a reference points at has no value yet.
    pub(super) why_open: &'l dyn Fn(Referent) -> Why,
    /// Properties that the vocabulary does not name are kept, too.
    pub(super) everything: bool,
}

impl Lowering<'_> {
    /// Every property that the vocabulary names, or all.
    pub(super) fn attributes(
        &self,
        properties: &Value<'static>,
        fields: &'static Fields,
    ) -> Map<'static> {
        let mut map = Map::default();
        let Data::Map(properties) = &properties.data else {
            return map;
        };
        for (name, value) in properties.iter() {
            match fields.find(name) {
                Some(field) => map.insert(field.name, self.value(value, field)),
                None if self.everything => map.push(name.to_owned().into(), value.clone()),
                None => {}
            }
        }
        map
    }

    fn value(&self, value: &Value<'static>, field: &'static Field) -> Value<'static> {
        let Some(attribute) = field.attribute else {
            return self.inner(value, field);
        };
        let origin = value.origin;
        let lowered = if attribute.role == AttributeRole::Policy {
            policy(value)
        } else {
            let inner = self.inner(value, field);
            let inner = match attribute.shape {
                Shape::Each(key) => by_key(inner, key),
                Shape::Plain | Shape::Tags => inner,
            };
            self.typed(inner, attribute)
        };
        let mut lowered = shaped(lowered, attribute.shape, origin);
        if attribute.is_list() {
            lowered = self.list(lowered);
        }
        if attribute.path.ends_with("[]") && matches!(lowered.data, Data::Map(_)) {
            // One alone, where a list of them stands.
            lowered = Value::new(Data::List(vec![lowered]), origin);
        }
        lowered.sensitive |= attribute.sensitive;
        lowered
    }

    /// What is inside, under its canonical names.
    fn inner(&self, value: &Value<'static>, field: &'static Field) -> Value<'static> {
        let fields = if field.fields.is_empty() {
            &NO_FIELDS
        } else {
            &field.fields
        };
        let data = match &value.data {
            Data::List(all) => Data::List(all.iter().map(|one| self.inner(one, field)).collect()),
            Data::Map(map) => {
                let mut out = Map::default();
                for (name, value) in map.iter() {
                    match fields.find(name) {
                        Some(field) => out.insert(field.name, self.value(value, field)),
                        None => out.push(name.to_owned().into(), value.clone()),
                    }
                }
                Data::Map(out)
            }
            data => data.clone(),
        };
        Value {
            data,
            ..value.clone()
        }
    }

    /// A scalar as what it is declared to be: `"true"` is `true`, an account id without quotes is text.
    fn typed(&self, mut value: Value<'static>, attribute: &Attribute) -> Value<'static> {
        let data = match (&value.data, attribute.holds()) {
            (Data::Text(text), Holds::Flag) => match text.to_ascii_lowercase().as_str() {
                "true" => Data::Bool(true),
                "false" => Data::Bool(false),
                _ => return value,
            },
            (Data::Text(text), Holds::Number) => match text.parse::<i64>() {
                Ok(number) => Data::Number(number.into()),
                Err(_) => return value,
            },
            (Data::Bool(flag), Holds::Text) => Data::Text(flag.to_string().into()),
            (Data::Number(number), Holds::Text) => Data::Text(number.to_string().into()),
            (Data::List(all), Holds::Text) if attribute.shape != Shape::Tags => {
                let all = all.iter().map(|one| self.typed(one.clone(), attribute));
                Data::List(all.collect())
            }
            // A parameter that nobody gives says nothing of a value, but of a name: it names the same as
            // wherever else it stands.
            (Data::Template(pieces), _) if !names(attribute) => match &**pieces {
                [Piece::Reference(reference)]
                    if matches!(reference.of, Referent::Parameter(_) | Referent::Provider(_)) =>
                {
                    Data::Unknown((self.why_open)(reference.of))
                }
                _ => return value,
            },
            _ => return value,
        };
        value.data = data;
        value
    }

    /// Of a list of which only a symbol is known, not even the length is; a text alone is a list of one.
    fn list(&self, mut value: Value<'static>) -> Value<'static> {
        let alone = value.as_reference().map(|reference| reference.of);
        value.data = match (value.data, alone) {
            (Data::Template(_), Some(of @ Referent::Parameter(_))) => {
                Data::Unknown((self.why_open)(of))
            }
            (data @ (Data::Text(_) | Data::Template(_)), _) => {
                Data::List(vec![Value::new(data, value.origin)])
            }
            (data, _) => data,
        };
        value
    }
}

/// With the one name of each element that counts as the table writes it: `Content` is `content` there.
fn by_key(mut value: Value<'static>, key: &str) -> Value<'static> {
    if let Data::List(all) = &mut value.data {
        for one in all {
            let found = one.as_map().and_then(|map| {
                let mut entries = map.iter();
                entries.find(|(name, _)| snake_case(name) == key)
            });
            if let Some(inner) = found.map(|(_, inner)| inner.clone()) {
                *one = inner;
            }
        }
    }
    value
}

/// Whether an attribute names something, so that a symbol in it is worth keeping.
fn names(attribute: &Attribute) -> bool {
    !attribute.refers.is_empty() || attribute.role == AttributeRole::Name
}

/// A policy: an object, or the text of one; where pieces of that are not known, the object with holes in it.
fn policy(value: &Value<'static>) -> Value<'static> {
    match &value.data {
        Data::Map(_) | Data::List(_) => document(value),
        Data::Template(pieces) => {
            let read = document::read(pieces, value.origin);
            read.unwrap_or_else(|| value.clone())
        }
        _ => value.clone(),
    }
}

/// A part of a policy: numbers and truth values are the texts that they are compared as.
fn document(value: &Value<'static>) -> Value<'static> {
    let data = match &value.data {
        Data::Bool(flag) => Data::Text(flag.to_string().into()),
        Data::Number(number) => Data::Text(number.to_string().into()),
        Data::List(all) => Data::List(all.iter().map(document).collect()),
        Data::Map(map) => {
            let mut out = Map::default();
            for (name, value) in map.iter() {
                out.push(name.to_owned().into(), document(value));
            }
            Data::Map(out)
        }
        data => data.clone(),
    };
    Value {
        data,
        ..value.clone()
    }
}

/// What is written of a resource, by its canonical names.
pub(super) fn written(
    properties: &Value<'static>,
    fields: &'static Fields,
) -> Vec<(Cow<'static, str>, Expression<'static>)> {
    let Data::Map(properties) = &properties.data else {
        return Vec::new();
    };
    let named = properties.iter().filter_map(|(name, value)| {
        let field = fields.find(name)?;
        Some((Cow::Borrowed(field.name), written_as(value, field)))
    });
    named.collect()
}

fn written_as(value: &Value<'static>, field: &'static Field) -> Expression<'static> {
    match &value.data {
        _ if field.fields.is_empty() => Expression::Mentions(Vec::new()),
        Data::Map(_) => Expression::Object(written(value, &field.fields)),
        Data::List(all) => Expression::List(all.iter().map(|one| written_as(one, field)).collect()),
        _ => Expression::Mentions(Vec::new()),
    }
}

/// What a security group lets out that says nothing of it: all, unless a rule of its own says otherwise.
///
/// Source: AWS `CloudFormation` Template Reference, "`AWS::EC2::SecurityGroup`".
pub(super) fn everything_out(at: Span) -> Value<'static> {
    let rule = |blocks, block: &'static str| {
        let mut rule = Map::default();
        let list = Data::List(vec![Value::text(block, at)]);
        rule.push("protocol".into(), Value::text("-1", at));
        rule.push(blocks, Value::new(list, at));
        Value::new(Data::Map(rule), at)
    };
    let rules = vec![
        rule("cidr_blocks".into(), "0.0.0.0/0"),
        rule("ipv6_cidr_blocks".into(), "::/0"),
    ];
    Value::new(Data::List(rules), at)
}
