//! The order of the elements of sets.
//!
//! Source: Terraform Language, "Types and Values", "Sets"; the order of what is no text, number or bool is
//! that of `cty` 1.16, which Terraform uses.

use std::cmp::Ordering;
use std::fmt::Write as _;

use crate::hcl::number::Number;
use crate::hcl::value::{Data, Piece, Text, Value};

/// The order of the elements of a set, and of nothing else: numbers and texts by value, texts by code
/// point; null and what is not known at the end; anything else by [`fingerprint`].
#[must_use]
pub fn order(one: &Value, other: &Value) -> Ordering {
    match (&one.data, &other.data) {
        (Data::Number(one), Data::Number(other)) => one.cmp(other),
        (Data::Bool(one), Data::Bool(other)) => one.cmp(other),
        (Data::Text(left), Data::Text(right)) => match (left.known(), right.known()) {
            (Some(one), Some(other)) => one.cmp(other),
            (Some(_), None) => Ordering::Less,
            (None, Some(_)) => Ordering::Greater,
            (None, None) => fingerprint(one).cmp(&fingerprint(other)),
        },
        _ => fingerprint(one).cmp(&fingerprint(other)),
    }
}

/// What tells values of one type apart, in the order that sets of them have: equal for equal values, and for
/// no others.
#[must_use]
pub fn fingerprint(value: &Value) -> (u8, String, String) {
    let rank = match &value.data {
        Data::Null(_) => 2,
        Data::Unknown(_) | Data::Resource(_) => 1,
        Data::Text(text) if text.known().is_none() => 1,
        _ => 0,
    };
    let (mut first, mut exact) = (String::new(), String::new());
    write(value, &mut first, &mut exact);
    (rank, first, exact)
}

/// Writes what Terraform orders by, and what it rounds there.
fn write(value: &Value, out: &mut String, exact: &mut String) {
    let mut all = |all: &mut dyn Iterator<Item = &Value>, open: char, close: char| {
        out.push(open);
        for one in all {
            write(one, out, exact);
            out.push(';');
        }
        out.push(close);
    };
    match &value.data {
        Data::Null(_) => out.push('~'),
        Data::Bool(flag) => out.push(if *flag { 'T' } else { 'F' }),
        Data::Number(number) => {
            out.push_str(&ten_digits(number));
            let _ = write!(exact, "{number};");
        }
        Data::Text(text) => write_text(text, out, exact),
        Data::List(_, elements) | Data::Set(_, elements) => all(&mut elements.iter(), '[', ']'),
        Data::Tuple(elements) => all(&mut elements.iter(), '<', '>'),
        Data::Object(entries) => {
            all(&mut entries.values(), '<', '>');
            let names = entries.keys().map(String::as_str).collect::<Vec<_>>();
            let _ = write!(exact, "{names:?}");
        }
        Data::Map(_, entries) => {
            out.push('{');
            for (key, one) in entries.iter() {
                write_quoted(key, out);
                out.push(':');
                write(one, out, exact);
                out.push(';');
            }
            out.push('}');
        }
        Data::Resource(instance) => {
            out.push('?');
            let _ = write!(exact, "{:?}", instance.address);
        }
        Data::Unknown(unknown) => {
            out.push('?');
            let _ = write!(exact, "{unknown:?}");
        }
    }
}

fn write_text(text: &Text, out: &mut String, exact: &mut String) {
    if let Some(known) = text.known() {
        write_quoted(known, out);
        return;
    }
    out.push('?');
    for piece in text.pieces() {
        match piece {
            Piece::Literal(text) => write_quoted(text, exact),
            Piece::Hole(hole) => {
                let _ = write!(exact, "{hole:?}");
            }
        }
    }
}

/// A text in quotes, as Go writes it.
fn write_quoted(text: &str, out: &mut String) {
    out.push('"');
    for character in text.chars() {
        match character {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            control if control.is_control() => {
                let _ = write!(out, "\\x{:02x}", u32::from(control));
            }
            other => out.push(other),
        }
    }
    out.push('"');
}

/// A number with ten digits, as Go's `%.10g` writes it.
fn ten_digits(number: &Number) -> String {
    let written = format!("{:.9e}", number.as_f64());
    let Some((mantissa, exponent)) = written.split_once('e') else {
        return written;
    };
    let exponent: i32 = exponent.parse().unwrap_or_default();
    if (-4..10).contains(&exponent) {
        let digits = usize::try_from(9 - exponent).unwrap_or_default();
        let plain = format!("{:.digits$}", number.as_f64());
        return without_zeros(&plain).to_owned();
    }
    let sign = if exponent < 0 { '-' } else { '+' };
    let mantissa = without_zeros(mantissa);
    format!("{mantissa}e{sign}{:02}", exponent.abs())
}

fn without_zeros(digits: &str) -> &str {
    if digits.contains('.') {
        digits.trim_end_matches('0').trim_end_matches('.')
    } else {
        digits
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(text: &str) -> String {
        ten_digits(&Number::parse(text).unwrap())
    }

    #[test]
    fn writes_numbers_as_go_does() {
        assert_eq!(written("10"), "10");
        assert_eq!(written("0.5"), "0.5");
        assert_eq!(written("123456789012"), "1.23456789e+11");
        assert_eq!(written("0.00001"), "1e-05");
        assert_eq!(written("0"), "0");
        assert_eq!(written("-2.25"), "-2.25");
    }
}
