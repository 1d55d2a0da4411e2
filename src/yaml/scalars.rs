//! What a scalar without quotes is: nothing, a truth value, a number or text.
//!
//! Source: YAML 1.1, "Language-Independent Types for YAML"; AWS CloudFormation User Guide, "CloudFormation
//! template format". Numbers to the base of 60 and dates stay text: ports (`22:22`) and versions are written
//! like them.

use std::sync::Arc;

use super::Data;

/// The value of a plain scalar in YAML 1.1.
pub(super) fn plain(text: &str) -> Data {
    match text {
        "" | "~" | "null" | "Null" | "NULL" => Data::Null,
        "yes" | "Yes" | "YES" | "true" | "True" | "TRUE" | "on" | "On" | "ON" => Data::Bool(true),
        "no" | "No" | "NO" | "false" | "False" | "FALSE" | "off" | "Off" | "OFF" => {
            Data::Bool(false)
        }
        _ if is_whole(text) || is_fraction(text) => Data::Number(Arc::from(text)),
        _ => Data::Text(Arc::from(text)),
    }
}

/// The value of a scalar with a standard tag (`int` of `!!int`); none if it cannot have it.
pub(super) fn tagged(kind: &str, text: &str) -> Option<Data> {
    if matches!(kind, "str" | "timestamp" | "binary") {
        return Some(Data::Text(Arc::from(text)));
    }
    let value = plain(text);
    let fits = match (kind, &value) {
        ("null", Data::Null) | ("bool", Data::Bool(_)) | ("float", Data::Number(_)) => true,
        ("int", Data::Number(text)) => is_whole(text),
        _ => false,
    };
    fits.then_some(value)
}

/// The value of what stands without quotes in a text that is known to be JSON.
pub(super) fn json(text: &str) -> Data {
    match text {
        "null" => Data::Null,
        "true" => Data::Bool(true),
        "false" => Data::Bool(false),
        _ => Data::Number(Arc::from(text)),
    }
}

fn unsigned(text: &str) -> &str {
    text.strip_prefix(['-', '+']).unwrap_or(text)
}

/// Digits with `_` between or after them, of which there is one at least.
fn are_digits(text: &str, radix: u32) -> bool {
    let mut digits = text.chars().filter(|one| *one != '_').peekable();
    digits.peek().is_some() && digits.all(|one| one.is_digit(radix))
}

fn is_whole(text: &str) -> bool {
    let text = unsigned(text);
    if let Some(digits) = text.strip_prefix("0b") {
        return are_digits(digits, 2);
    }
    if let Some(digits) = text.strip_prefix("0x") {
        return are_digits(digits, 16);
    }
    match text.as_bytes() {
        [b'0', _, ..] => are_digits(text, 8),
        [b'0'..=b'9', ..] => are_digits(text, 10),
        _ => false,
    }
}

/// `1.5`, `1.`, `.5`, `1e3`, `.inf`, `.nan`.
fn is_fraction(text: &str) -> bool {
    if matches!(text, ".nan" | ".NaN" | ".NAN") {
        return true;
    }
    let text = unsigned(text);
    if matches!(text, ".inf" | ".Inf" | ".INF") {
        return true;
    }
    let (mantissa, exponent) = match text.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, Some(exponent)),
        None => (text, None),
    };
    let (before, after) = match mantissa.split_once('.') {
        Some((before, after)) => (before, Some(after)),
        None => (mantissa, None),
    };
    let begins_with_digit = |text: &str| text.starts_with(|one: char| one.is_ascii_digit());
    let is_mantissa = match (before, after) {
        ("", Some(after)) => begins_with_digit(after) && are_digits(after, 10),
        (before, after) => {
            begins_with_digit(before)
                && are_digits(before, 10)
                && after.is_none_or(|after| after.is_empty() || are_digits(after, 10))
        }
    };
    let is_exponent = exponent.is_none_or(|exponent| {
        let digits = unsigned(exponent);
        !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit())
    });
    is_mantissa && is_exponent && (after.is_some() || exponent.is_some())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kind(value: &Data) -> &'static str {
        match value {
            Data::Null => "null",
            Data::Bool(true) => "true",
            Data::Bool(false) => "false",
            Data::Number(_) => "number",
            Data::Text(_) => "text",
            Data::List(_) | Data::Map(_) => "",
        }
    }

    #[test]
    fn reads_plain_scalars_as_yaml_1_1_does() {
        for (expected, texts) in [
            ("null", "~ null Null NULL"),
            ("true", "yes Yes YES true True TRUE on On ON"),
            ("false", "no No NO false False FALSE off Off OFF"),
            (
                "number",
                "0 -0 +1 12 111122223333 1_000 1_ 0644 00 -0b10_1 0x1F -0xfF 0x_f 1.5 1. -1.5 .5 \
                 1e3 1E+3 1.5e-3 1.e5 .5e1 1_0.5_0 0.0 08.5 1e400 .inf -.Inf +.INF .nan .NaN",
            ),
            (
                "text",
                "y n Y N yEs tRUE nULL 08 0o17 0x 0b2 0xg _1 1__a 1.2.3 12:30 22:22 190:20:30.15 \
                 2012-10-17 2012-10-17T10:00:00Z 1e 1e+ e5 . .. ._5 -.nan -- - + 1-2 10.0.0.0/16 \
                 ١ 0x١ -.infinity inf nan 1,000 0b 0_8",
            ),
        ] {
            for text in texts.split(' ').filter(|text| !text.is_empty()) {
                assert_eq!(kind(&plain(text)), expected, "{text}");
            }
        }
        assert_eq!(kind(&plain("")), "null");
    }

    #[test]
    fn standard_tags_type_a_scalar_or_refuse_it() {
        for (tag, text, expected) in [
            ("str", "12", Some("text")),
            ("str", "", Some("text")),
            ("timestamp", "2012-10-17", Some("text")),
            ("int", "12", Some("number")),
            ("int", "1.5", None),
            ("int", "x", None),
            ("float", "12", Some("number")),
            ("bool", "yes", Some("true")),
            ("bool", "1", None),
            ("null", "", Some("null")),
            ("null", "x", None),
            ("set", "x", None),
        ] {
            let found = tagged(tag, text);
            assert_eq!(found.as_ref().map(kind), expected, "{tag} {text}");
        }
    }
}
