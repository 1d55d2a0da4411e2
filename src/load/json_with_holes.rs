//! JSON text of which pieces are not known: a heredoc with references in it, say.

use crate::model::source::Span;
use crate::model::value::{Data, Map, Piece, Value, Why};

/// Stands for a hole, between its number; a private character that no policy holds.
const MARK: char = '\u{F0000}';

/// The value of a JSON text; none if it is no JSON, whatever the holes are.
pub(crate) fn read(text: &[Piece<'static>], at: Span) -> Option<Value<'static>> {
    let mut holes = Vec::new();
    let mut json = String::new();
    let mut quoted = false;
    for piece in text {
        if let Piece::Known(literal) = piece {
            if literal.contains(MARK) {
                return None;
            }
            quoted = ends_in_quotes(literal, quoted);
            json.push_str(literal);
            continue;
        }
        let mark = format!("{MARK}{}{MARK}", holes.len());
        // Outside of quotes, it is a whole value.
        let mark = if quoted { mark } else { format!("\"{mark}\"") };
        json.push_str(&mark);
        holes.push((piece.clone(), quoted));
    }
    let value: serde_json::Value = serde_json::from_str(&json).ok()?;
    value.is_object().then(|| of(value, &holes, at))
}

/// Whether a text that begins inside quotes, or not, ends inside of them.
fn ends_in_quotes(text: &str, mut quoted: bool) -> bool {
    let mut escaped = false;
    for byte in text.bytes() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if quoted => escaped = true,
            b'"' => quoted = !quoted,
            _ => {}
        }
    }
    quoted
}

fn of(json: serde_json::Value, holes: &[(Piece<'static>, bool)], at: Span) -> Value<'static> {
    let data = match json {
        serde_json::Value::Null => Data::Null,
        serde_json::Value::Bool(flag) => Data::Text(flag.to_string().into()),
        serde_json::Value::Number(number) => Data::Text(number.to_string().into()),
        serde_json::Value::String(text) => with_holes(&text, holes),
        serde_json::Value::Array(all) => {
            Data::List(all.into_iter().map(|one| of(one, holes, at)).collect())
        }
        serde_json::Value::Object(all) => {
            let mut map = Map::default();
            for (name, one) in all {
                if name.contains(MARK) {
                    // Not even the name of a member is known.
                    return Value::new(Data::Unknown(Why::KnownAfterApply), at);
                }
                map.push(name.into(), of(one, holes, at));
            }
            Data::Map(map)
        }
    };
    Value::new(data, at)
}

fn with_holes(text: &str, holes: &[(Piece<'static>, bool)]) -> Data<'static> {
    let mut pieces: Vec<Piece<'static>> = Vec::new();
    for (number, part) in text.split(MARK).enumerate() {
        if number % 2 == 0 {
            if !part.is_empty() {
                pieces.push(Piece::Known(part.to_owned().into()));
            }
            continue;
        }
        match part.parse::<usize>().ok().and_then(|at| holes.get(at)) {
            // A whole value: it may be a list.
            Some((Piece::Unknown(why), false)) => return Data::Unknown(*why),
            Some((piece, _)) => pieces.push(piece.clone()),
            None => return Data::Unknown(Why::UnexpectedForm),
        }
    }
    match pieces.as_slice() {
        [] => Data::Text("".into()),
        [Piece::Known(text)] => Data::Text(text.clone()),
        [Piece::Unknown(why)] => Data::Unknown(*why),
        _ => Data::Template(pieces.into()),
    }
}
