//! Texts with holes: what can be done to them whatever stands in the holes.

use crate::hcl::value::{Hole, Piece, Text};

/// The bytes that are known of a text, and one for each hole.
pub(super) fn length(text: &Text) -> usize {
    let lengths = text.pieces().iter().map(|piece| match piece {
        Piece::Literal(text) => text.len(),
        Piece::Hole(_) => 1,
    });
    lengths.sum()
}

/// The same with its literals changed, where names of resources cannot be changed so.
pub(super) fn map(text: &Text, change: impl Fn(&str) -> String) -> Text {
    rebuilt(text, change, |hole| {
        if is_name(hole) {
            hole.clone()
        } else {
            changed(hole)
        }
    })
}

/// The same with every character changed: no hole is what it was.
pub(super) fn change(text: &Text, change: impl Fn(&str) -> String) -> Text {
    rebuilt(text, change, changed)
}

fn rebuilt(
    text: &Text,
    change: impl Fn(&str) -> String,
    change_hole: impl Fn(&Hole) -> Hole,
) -> Text {
    let mut made = Text::default();
    for piece in text.pieces() {
        match piece {
            Piece::Literal(literal) => made.push_str(&change(literal)),
            Piece::Hole(hole) => made.push_hole(change_hole(hole)),
        }
    }
    made
}

/// Without the characters at its end that go. JSON that `jsonencode` made has none.
pub(super) fn trim_end(text: &Text, goes: impl Fn(char) -> bool) -> Text {
    if text.json().is_some() {
        return text.clone();
    }
    let mut kept = text.pieces().to_vec();
    // Holes at the end that may lose something, the last one first.
    let mut end = Vec::new();
    while let Some(last) = kept.pop() {
        match last {
            Piece::Literal(literal) => {
                let literal = literal.trim_end_matches(&goes);
                if !literal.is_empty() {
                    kept.push(Piece::Literal(literal.to_owned()));
                    break;
                }
            }
            Piece::Hole(hole) if is_name(&hole) => {
                kept.push(Piece::Hole(hole));
                break;
            }
            Piece::Hole(hole) => end.push(Piece::Hole(changed(&hole))),
        }
    }
    kept.extend(end.into_iter().rev());
    of_pieces(&kept)
}

/// Without the characters at its beginning that go.
pub(super) fn trim_start(text: &Text, goes: impl Fn(char) -> bool) -> Text {
    if text.json().is_some() {
        return text.clone();
    }
    let mut made = Text::default();
    let mut is_start = true;
    for piece in text.pieces() {
        match piece {
            Piece::Literal(literal) if is_start => {
                let literal = literal.trim_start_matches(&goes);
                is_start = literal.is_empty();
                made.push_str(literal);
            }
            Piece::Hole(hole) if is_start && !is_name(hole) => made.push_hole(changed(hole)),
            Piece::Hole(hole) => {
                is_start = false;
                made.push_hole(hole.clone());
            }
            Piece::Literal(literal) => made.push_str(literal),
        }
    }
    made
}

/// Whether a text starts with another one, where that is the same whatever stands in the holes.
pub(super) fn starts(text: &Text, start: &Text) -> Option<bool> {
    let (begins, wanted) = (first(text), first(start));
    if begins.starts_with(wanted) {
        return start.known().map(|_| true);
    }
    let is_all = text.known().is_some();
    (is_all || !wanted.starts_with(begins)).then_some(false)
}

/// Whether a text ends with another one, where that is the same whatever stands in the holes.
pub(super) fn ends(text: &Text, end: &Text) -> Option<bool> {
    let (has, wanted) = (last(text), last(end));
    if has.ends_with(wanted) {
        return end.known().map(|_| true);
    }
    let is_all = text.known().is_some();
    (is_all || !wanted.ends_with(has)).then_some(false)
}

/// Without what it is known to start with.
pub(super) fn without_start(text: &Text, start: &str) -> Text {
    let mut pieces = text.pieces().to_vec();
    if let Some(Piece::Literal(first)) = pieces.first_mut()
        && let Some(rest) = first.strip_prefix(start)
    {
        *first = rest.to_owned();
    }
    of_pieces(&pieces)
}

/// Without what it is known to end with.
pub(super) fn without_end(text: &Text, end: &str) -> Text {
    let mut pieces = text.pieces().to_vec();
    if let Some(Piece::Literal(last)) = pieces.last_mut()
        && let Some(rest) = last.strip_suffix(end)
    {
        *last = rest.to_owned();
    }
    of_pieces(&pieces)
}

fn of_pieces(pieces: &[Piece]) -> Text {
    let mut made = Text::default();
    for piece in pieces {
        match piece {
            Piece::Literal(literal) => made.push_str(literal),
            Piece::Hole(hole) => made.push_hole(hole.clone()),
        }
    }
    made
}

fn first(text: &Text) -> &str {
    match text.pieces().first() {
        Some(Piece::Literal(literal)) => literal,
        _ => "",
    }
}

fn last(text: &Text) -> &str {
    match text.pieces().last() {
        Some(Piece::Literal(literal)) => literal,
        _ => "",
    }
}

/// Whether a hole holds the name of a resource: never empty, and without blanks and line breaks.
pub(in crate::hcl::functions) fn is_name(hole: &Hole) -> bool {
    let attribute = hole.attribute.as_ref();
    attribute.is_some_and(|(_, name)| name.as_ref() == "id" || name.ends_with("arn"))
}

/// What was a hole and may have lost or changed something.
pub(super) fn changed(hole: &Hole) -> Hole {
    Hole {
        attribute: None,
        why: hole.why,
        what: hole.what(),
    }
}
