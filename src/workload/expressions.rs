//! Expressions of the Amazon States Language, as far as what they come to is written in them: the constant parts
//! of `States.Format` and of texts put together by `&`.
//!
//! Source: AWS Step Functions Developer Guide, "Intrinsic functions for `JSONPath` states", "Transforming data with
//! `JSONata` in Step Functions", "Passing data between states with variables".

use std::collections::BTreeMap;

use crate::document::{Marked, text_of};
use crate::model::graph::push_known;
use crate::model::source::Span;
use crate::model::value::{Data, Map, Piece, Value, Why};

/// What expressions of one state may use.
#[derive(Debug, Clone, Copy)]
pub(super) struct Known<'k, 'a> {
    /// Variables that are only ever given one constant.
    pub(super) variables: &'k BTreeMap<String, Option<Value<'a>>>,
    /// What is known of the input of the execution.
    pub(super) execution: Option<&'k Value<'a>>,
    /// What is known of the input of the state.
    pub(super) input: Option<&'k Value<'a>>,
    /// The state is the first one, so that its input is that of the execution.
    pub(super) is_first: bool,
    /// Texts in `{% %}` are expressions, rather than members whose names end in `.$`.
    pub(super) is_jsonata: bool,
}

impl<'a> Known<'_, 'a> {
    /// A value with its expressions worked out.
    pub(super) fn value(&self, value: &Value<'a>) -> Value<'a> {
        let data = match &value.data {
            Data::Map(map) => Data::Map(self.members(map)),
            Data::List(all) => Data::List(all.iter().map(|one| self.value(one)).collect()),
            _ if self.is_jsonata => return self.jsonata(value),
            data => data.clone(),
        };
        Value {
            data,
            ..value.clone()
        }
    }

    fn members(&self, map: &Map<'a>) -> Map<'a> {
        let mut out = Map::default();
        for (name, value) in map.iter() {
            match name.strip_suffix(".$").filter(|_| !self.is_jsonata) {
                Some(name) => out.insert(name.to_owned(), self.path(value)),
                None => out.insert(name.to_owned(), self.value(value)),
            }
        }
        out
    }

    /// A path or intrinsic function.
    pub(super) fn path(&self, value: &Value<'a>) -> Value<'a> {
        let data = match Marked::of(value) {
            Some(marked) => self.of_path(marked.text.trim(), &marked, value.origin, 0),
            None => Data::Unknown(value.why_unknown().unwrap_or(Why::UnexpectedForm)),
        };
        Value {
            data,
            ..value.clone()
        }
    }

    fn of_path(&self, text: &str, marked: &Marked<'a>, at: Span, depth: usize) -> Data<'a> {
        if depth > DEEPEST {
            return Data::Unknown(Why::NotEvaluated);
        }
        if text.starts_with('$') {
            return self.told(text);
        }
        if let Some(literal) = in_quotes(text) {
            return marked.data(&literal);
        }
        let call = text.strip_suffix(')').and_then(|text| text.split_once('('));
        let Some((function, arguments)) = call else {
            let is_literal = text.parse::<f64>().is_ok() || matches!(text, "true" | "false");
            return if is_literal {
                Data::Text(text.to_owned().into())
            } else {
                Data::Unknown(Why::UnexpectedForm)
            };
        };
        let arguments = split(arguments, ',');
        let mut arguments = arguments
            .iter()
            .map(|one| self.of_path(one.trim(), marked, at, depth + 1));
        match function.trim() {
            "States.Format" => match arguments.next() {
                Some(form) => formatted(&form, arguments),
                None => Data::Unknown(Why::UnexpectedForm),
            },
            "States.Array" => Data::List(arguments.map(|one| Value::new(one, at)).collect()),
            "States.UUID" => Data::Unknown(Why::AtRequest),
            _ => Data::Unknown(worst(arguments)),
        }
    }

    fn jsonata(&self, value: &Value<'a>) -> Value<'a> {
        let Some(marked) = Marked::of(value) else {
            return value.clone();
        };
        let inner = marked.text.trim().strip_prefix("{%");
        let Some(inner) = inner.and_then(|text| text.strip_suffix("%}")) else {
            return value.clone();
        };
        Value {
            data: self.of_jsonata(inner.trim(), &marked, value.origin, 0),
            ..value.clone()
        }
    }

    fn of_jsonata(&self, text: &str, marked: &Marked<'a>, at: Span, depth: usize) -> Data<'a> {
        if depth > DEEPEST {
            return Data::Unknown(Why::NotEvaluated);
        }
        if let Some(literal) = in_quotes(text) {
            return marked.data(&literal);
        }
        if let Some(inner) = text
            .strip_prefix('[')
            .and_then(|text| text.strip_suffix(']'))
        {
            let all = split(inner, ',');
            let all = all
                .iter()
                .map(|one| Value::new(self.of_jsonata(one.trim(), marked, at, depth + 1), at));
            return Data::List(all.collect());
        }
        let operands = split(text, '&');
        // A choice binds less than what it stands beside.
        if operands.len() > 1 && split(text, '?').len() == 1 && split(text, ';').len() == 1 {
            let mut pieces = Vec::new();
            for operand in operands {
                push(
                    &mut pieces,
                    self.of_jsonata(operand.trim(), marked, at, depth + 1),
                );
            }
            return text_of(pieces);
        }
        if text.parse::<f64>().is_ok() || matches!(text, "true" | "false") {
            return Data::Text(text.to_owned().into());
        }
        if is_name(text) {
            return self.told(text);
        }
        // What it is made of decides who tells it.
        let mentions = |what: &str| text.contains(what);
        Data::Unknown(if mentions("$states.context.Execution.Input") {
            Why::RuntimeInput
        } else if mentions("$states.input") {
            self.of_input()
        } else if mentions("$") {
            Why::EarlierStep
        } else {
            Why::NotEvaluated
        })
    }

    /// What a path or variable stands for.
    fn told(&self, text: &str) -> Data<'a> {
        let of_execution = ["$$.Execution.Input", "$states.context.Execution.Input"];
        if let Some(path) = of_execution.iter().find_map(|one| text.strip_prefix(one)) {
            let told = self.execution.and_then(|input| member(input, path));
            return told.unwrap_or(Data::Unknown(Why::RuntimeInput));
        }
        let of_state = text.strip_prefix("$states.input").or_else(|| {
            let path = text.strip_prefix('$');
            path.filter(|path| path.is_empty() || path.starts_with(['.', '[']))
        });
        if let Some(path) = of_state {
            let told = self.input.and_then(|input| member(input, path));
            return told.unwrap_or(Data::Unknown(self.of_input()));
        }
        if ["$$.Map.", "$states.context.Map."]
            .iter()
            .any(|begin| text.starts_with(begin))
        {
            return Data::Unknown(self.of_input());
        }
        if text.starts_with("$$") || text.starts_with("$states.") {
            return Data::Unknown(Why::AtRequest);
        }
        let name = text.strip_prefix('$').unwrap_or(text);
        match self.variables.get(name) {
            Some(Some(value)) => value.data.clone(),
            _ => Data::Unknown(Why::EarlierStep),
        }
    }

    /// Who gives the input of the state.
    pub(super) fn of_input(&self) -> Why {
        if self.is_first {
            Why::RuntimeInput
        } else {
            Why::EarlierStep
        }
    }
}

/// What lies under a plain path of an input, if that is there: `.job.key`.
fn member<'a>(input: &Value<'a>, path: &str) -> Option<Data<'a>> {
    let mut value = input;
    for name in path.split('.').skip(1) {
        value = value.as_map()?.get(name)?;
    }
    let is_plain = path.is_empty() || path.starts_with('.');
    is_plain.then(|| value.data.clone())
}

/// What a function of such arguments comes to is as open as they are.
fn worst<'a>(arguments: impl Iterator<Item = Data<'a>>) -> Why {
    let unknown = arguments.filter_map(|one| match one {
        Data::Unknown(why) => Some(why),
        Data::Template(pieces) => pieces.iter().find_map(|piece| match piece {
            Piece::Unknown(why) => Some(*why),
            _ => None,
        }),
        _ => None,
    });
    unknown
        .min_by_key(|why| *why != Why::RuntimeInput)
        .unwrap_or(Why::NotEvaluated)
}

/// Expressions are not nested deeper by people.
const DEEPEST: usize = 16;

/// `$name.and.fields`, and nothing else.
fn is_name(text: &str) -> bool {
    let plain = |c: char| c.is_ascii_alphanumeric() || "_.[]".contains(c);
    text.strip_prefix('$')
        .is_some_and(|name| name.chars().all(plain))
}

/// The text inside quotes, if all of it is.
fn in_quotes(text: &str) -> Option<String> {
    let quote = text.chars().next().filter(|c| "'\"".contains(*c))?;
    let inner = text.get(1..)?.strip_suffix(quote)?;
    let (mut out, mut escaped) = (String::with_capacity(inner.len()), false);
    for character in inner.chars() {
        match character {
            _ if escaped => {
                out.push(character);
                escaped = false;
            }
            '\\' => escaped = true,
            _ if character == quote => return None,
            _ => out.push(character),
        }
    }
    (!escaped).then_some(out)
}

/// The parts of a text between separators, but for those inside quotes and brackets.
fn split(text: &str, separator: char) -> Vec<&str> {
    let (mut parts, mut begin, mut depth) = (Vec::new(), 0, 0_usize);
    let (mut quote, mut escaped) = (None, false);
    for (at, character) in text.char_indices() {
        match (quote, character) {
            _ if escaped => escaped = false,
            (Some(_), '\\') => escaped = true,
            (Some(open), _) => quote = (character != open).then_some(open),
            (None, '\'' | '"') => quote = Some(character),
            (None, '(' | '[' | '{') => depth += 1,
            (None, ')' | ']' | '}') => depth = depth.saturating_sub(1),
            (None, _) if character == separator && depth == 0 => {
                parts.extend(text.get(begin..at));
                begin = at + character.len_utf8();
            }
            _ => {}
        }
    }
    let rest = text.get(begin..).unwrap_or("");
    if !(parts.is_empty() && rest.trim().is_empty()) {
        parts.push(rest);
    }
    parts
}

/// `States.Format`: each `{}` is the next argument.
fn formatted<'a>(form: &Data<'a>, mut arguments: impl Iterator<Item = Data<'a>>) -> Data<'a> {
    let parts = match form {
        Data::Text(text) => vec![Piece::Known(text.clone())],
        Data::Template(pieces) => pieces.to_vec(),
        other => return other.clone(),
    };
    let mut pieces = Vec::new();
    for part in parts {
        let Piece::Known(text) = part else {
            pieces.push(part);
            continue;
        };
        let mut rest: &str = &text;
        while let Some((before, after)) = rest.split_once("{}") {
            push_known(&mut pieces, before.to_owned().into());
            let argument = arguments.next();
            push(
                &mut pieces,
                argument.unwrap_or(Data::Unknown(Why::UnexpectedForm)),
            );
            rest = after;
        }
        push_known(&mut pieces, rest.to_owned().into());
    }
    text_of(pieces)
}

pub(super) fn push<'a>(pieces: &mut Vec<Piece<'a>>, data: Data<'a>) {
    match data {
        Data::Text(text) => push_known(pieces, text),
        Data::Template(more) => pieces.extend(more),
        Data::Bool(flag) => push_known(pieces, flag.to_string().into()),
        Data::Number(number) => push_known(pieces, number.to_string().into()),
        Data::Unknown(why) => pieces.push(Piece::Unknown(why)),
        Data::Null | Data::List(_) | Data::Map(_) => {
            pieces.push(Piece::Unknown(Why::UnexpectedForm));
        }
    }
}
