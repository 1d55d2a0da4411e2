//! Text that is put together and taken apart, with holes in it.

use crate::model::graph::push_known;
use crate::model::source::Span;
use crate::model::value::{Data, Piece, Reference, Referent, Value, Why};

/// The pieces that a value is as text: of a number or truth value, its words; an error with the reason where it
/// is no text.
pub(super) fn pieces(value: &Value<'static>) -> Result<Vec<Piece<'static>>, Why> {
    Ok(match &value.data {
        Data::Text(text) => vec![Piece::Known(text.clone())],
        Data::Template(pieces) => pieces.to_vec(),
        Data::Bool(flag) => vec![Piece::Known(flag.to_string().into())],
        Data::Number(number) => vec![Piece::Known(number.to_string().into())],
        Data::Unknown(why) => vec![Piece::Unknown(*why)],
        Data::Null => Vec::new(),
        Data::List(_) | Data::Map(_) => return Err(Why::UnexpectedForm),
    })
}

/// The text of these pieces, known pieces joined. What is looked up when the stack is deployed is a hole.
pub(super) fn joined(all: impl IntoIterator<Item = Piece<'static>>, at: Span) -> Value<'static> {
    let mut pieces = Vec::new();
    for piece in all {
        match piece {
            Piece::Known(text) => push_known(&mut pieces, text),
            piece => pieces.push(piece),
        }
    }
    let mut pieces = without_lookups(pieces);
    let data = match pieces.as_mut_slice() {
        [] => Data::Text("".into()),
        [Piece::Known(text)] => Data::Text(std::mem::take(text)),
        [Piece::Unknown(why)] => Data::Unknown(*why),
        _ => Data::Template(pieces.into()),
    };
    Value::new(data, at)
}

/// A dynamic reference, `{{resolve:ssm:name}}`, is not known, whatever is in it. Of one without an end, the end may
/// be in another part of a text: it stays.
fn without_lookups(pieces: Vec<Piece<'static>>) -> Vec<Piece<'static>> {
    const BEGIN: &str = "{{resolve:";
    let begins = |piece: &Piece<'_>| matches!(piece, Piece::Known(text) if text.contains(BEGIN));
    if !pieces.iter().any(begins) {
        return pieces;
    }
    let mut out = Vec::new();
    // What began and did not end yet.
    let mut inside: Option<Vec<Piece<'static>>> = None;
    for piece in pieces {
        let Piece::Known(text) = piece else {
            inside.as_mut().unwrap_or(&mut out).push(piece);
            continue;
        };
        let mut rest = &*text;
        loop {
            if let Some(begun) = &mut inside {
                let Some((_, after)) = rest.split_once("}}") else {
                    push_known(begun, rest.to_owned().into());
                    break;
                };
                out.push(Piece::Unknown(Why::DynamicReference));
                (rest, inside) = (after, None);
            } else {
                let Some((before, after)) = rest.split_once(BEGIN) else {
                    push_known(&mut out, rest.to_owned().into());
                    break;
                };
                push_known(&mut out, before.to_owned().into());
                (rest, inside) = (after, Some(vec![Piece::Known(BEGIN.into())]));
            }
        }
    }
    for piece in inside.into_iter().flatten() {
        match piece {
            Piece::Known(text) => push_known(&mut out, text),
            piece => out.push(piece),
        }
    }
    out
}

/// The parts of a text between delimiters; none where a hole may hold one.
pub(super) fn split(
    pieces: &[Piece<'static>],
    delimiter: &str,
) -> Option<Vec<Vec<Piece<'static>>>> {
    let mut parts = vec![Vec::new()];
    for piece in pieces {
        match piece {
            Piece::Known(text) => {
                for (at, part) in text.split(delimiter).enumerate() {
                    if at > 0 {
                        parts.push(Vec::new());
                    }
                    let last = parts.last_mut()?;
                    push_known(last, part.to_owned().into());
                }
            }
            // Accounts, regions and partitions are letters, digits and dashes.
            Piece::Reference(reference) if matches!(reference.of, Referent::Provider(_)) => {
                let is_plain = |c: char| c.is_ascii_alphanumeric() || c == '-';
                if delimiter.chars().all(is_plain) {
                    return None;
                }
                parts.last_mut()?.push(piece.clone());
            }
            // Ids that AWS gives hold no commas.
            Piece::Reference(Reference {
                of: Referent::Resource(_),
                attribute,
            }) if delimiter == "," && attribute == "id" => parts.last_mut()?.push(piece.clone()),
            Piece::Reference(_) | Piece::Unknown(_) => return None,
        }
    }
    Some(parts)
}

/// Why a value is not wholly known: the first reason in it.
pub(super) fn why_open(value: &Value<'_>, of: &dyn Fn(Referent) -> Why) -> Option<Why> {
    match &value.data {
        Data::Unknown(why) => Some(*why),
        Data::Template(pieces) => pieces.iter().find_map(|piece| match piece {
            Piece::Known(_) => None,
            Piece::Unknown(why) => Some(*why),
            Piece::Reference(reference) => Some(of(reference.of)),
        }),
        Data::List(list) => list.iter().find_map(|value| why_open(value, of)),
        Data::Map(map) => map.iter().find_map(|(_, value)| why_open(value, of)),
        Data::Null | Data::Bool(_) | Data::Number(_) | Data::Text(_) => None,
    }
}

/// The text of a scalar, as `CloudFormation` compares it.
pub(super) fn scalar(value: &Value<'_>) -> Option<String> {
    match &value.data {
        Data::Text(text) => Some(text.to_string()),
        Data::Bool(flag) => Some(flag.to_string()),
        Data::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn known(text: &str) -> Piece<'static> {
        Piece::Known(text.to_owned().into())
    }

    #[test]
    fn what_is_looked_up_is_a_hole() {
        let hole = Piece::Unknown(Why::KnownAfterApply);
        let text = joined(
            [
                known("a{{resolve:ssm:"),
                hole,
                known(":1}}b{{resolve:ssm:x}}"),
            ],
            Span::NOWHERE,
        );
        let lookup = || Piece::Unknown(Why::DynamicReference);
        let expected = [known("a"), lookup(), known("b"), lookup()];
        assert_eq!(text.data, Data::Template(expected.into()));
        let whole = joined([known("{{resolve:secretsmanager:s}}")], Span::NOWHERE);
        assert_eq!(whole.why_unknown(), Some(Why::DynamicReference));
    }

    #[test]
    fn splits_around_what_cannot_hold_the_delimiter() {
        let account = super::super::place::of_place("account", Span::NOWHERE);
        let Data::Template(account) = account.data else {
            panic!("an account is a hole");
        };
        let text = [known("arn:aws:iam::"), account[0].clone(), known(":root")];
        assert_eq!(split(&text, ":").map(|parts| parts.len()), Some(6));
        assert_eq!(split(&[Piece::Unknown(Why::KnownAfterApply)], ":"), None);
    }
}
