//! YAML as Terraform reads it: mostly YAML 1.2, but `yes` and `on` are flags, and dates are RFC 3339.
//!
//! Source: Terraform Language, "yamldecode Function"; YAML 1.2, "Core Schema".

use std::borrow::Cow;
use std::collections::BTreeMap;

use base64::Engine as _;
use granit_parser::{Event, Parser, ScalarStyle, Tag};
use jiff::civil::DateTime;

use super::as_key;
use crate::hcl::functions::arguments::MOST;
use crate::hcl::number::Number;
use crate::hcl::types::Type;
use crate::hcl::value::Value;
use crate::model::source::Span;
use crate::model::value::Why;

/// The bytes of text that aliases may copy.
const COPIED: usize = 64 << 20;

/// The value of the only document in a text.
///
/// # Errors
/// Why it is none, or too large once its aliases are followed.
pub(super) fn decode(text: &str, at: Span) -> Result<Value, String> {
    let mut reader = Reader {
        parser: Parser::new_from_str(text),
        at,
        anchors: BTreeMap::new(),
        elements: 0,
        bytes: 0,
    };
    let value = loop {
        match reader.event()? {
            Event::StreamStart | Event::DocumentStart(..) => {}
            Event::StreamEnd => return Err("there is no document in it".to_owned()),
            event => break reader.value(event)?,
        }
    };
    loop {
        match reader.event()? {
            Event::StreamEnd => return Ok(value),
            Event::DocumentEnd => {}
            _ => return Err("there is more than one document in it".to_owned()),
        }
    }
}

struct Reader<'t> {
    parser: Parser<'t, granit_parser::StrInput<'t>>,
    at: Span,
    /// Values by the number of their anchor, with how many elements and bytes they hold.
    anchors: BTreeMap<usize, (Value, usize, usize)>,
    elements: usize,
    bytes: usize,
}

impl<'t> Reader<'t> {
    fn event(&mut self) -> Result<Event<'t>, String> {
        match self.parser.next_event() {
            Some(Ok((event, _))) => Ok(event),
            Some(Err(error)) => Err(error.to_string()),
            None => Ok(Event::StreamEnd),
        }
    }

    fn count(&mut self, elements: usize, bytes: usize) -> Result<(), String> {
        self.elements = self.elements.saturating_add(elements);
        self.bytes = self.bytes.saturating_add(bytes);
        if self.elements > MOST || self.bytes > COPIED {
            return Err("it has too many elements".to_owned());
        }
        Ok(())
    }

    /// The value that begins with this event. The parser bounds how deep it goes.
    fn value(&mut self, event: Event<'t>) -> Result<Value, String> {
        let before = (self.elements, self.bytes);
        let (value, anchor) = match event {
            Event::Scalar(text, style, anchor, tag) => {
                self.count(1, text.len())?;
                (scalar(&text, style, tag.as_deref(), self.at)?, anchor)
            }
            Event::Alias(anchor) => {
                let known = self.anchors.get(&anchor).cloned();
                let (value, elements, bytes) =
                    known.ok_or("an anchor is used inside of what it stands for")?;
                self.count(elements, bytes)?;
                return Ok(value);
            }
            Event::SequenceStart(_, anchor, tag) => {
                untagged(tag.as_ref(), "seq")?;
                self.count(1, 0)?;
                let mut all = Vec::new();
                loop {
                    match self.event()? {
                        Event::SequenceEnd => break,
                        event => all.push(self.value(event)?),
                    }
                }
                (Value::tuple(all, self.at), anchor)
            }
            Event::MappingStart(_, anchor, tag) => {
                untagged(tag.as_ref(), "map")?;
                self.count(1, 0)?;
                (self.mapping()?, anchor)
            }
            _ => return Err("a value is missing".to_owned()),
        };
        if anchor != 0 {
            let (elements, bytes) = (self.elements - before.0, self.bytes - before.1);
            self.anchors
                .insert(anchor, (value.clone(), elements, bytes));
        }
        Ok(value)
    }

    fn mapping(&mut self) -> Result<Value, String> {
        let mut entries = BTreeMap::new();
        loop {
            let event = self.event()?;
            let (key, is_merge) = match event {
                Event::MappingEnd => return Ok(Value::object(entries, self.at)),
                Event::Scalar(text, style, _, tag) => {
                    let is_merge = text == "<<" && tag.is_none();
                    self.count(1, text.len())?;
                    (scalar(&text, style, tag.as_deref(), self.at)?, is_merge)
                }
                _ => return Err("the key of a mapping must be a text".to_owned()),
            };
            if key.is_null() {
                return Err("the key of a mapping must not be null".to_owned());
            }
            let event = self.event()?;
            let value = self.value(event)?;
            if is_merge {
                let merged = value.entries().ok_or("only a mapping can be merged")?;
                let merged = merged.iter().map(|(key, one)| (key.clone(), one.clone()));
                entries.extend(merged);
                continue;
            }
            let key = as_key(key).ok_or("the key of a mapping must be a text")?;
            entries.insert(key, value);
        }
    }
}

/// A collection has no tag, or the one that it would have anyway.
fn untagged(tag: Option<&Cow<'_, Tag>>, expected: &str) -> Result<(), String> {
    match tag {
        Some(tag) if tag.core_suffix() != Some(expected) => {
            Err(format!("the tag {} is not for this", tag.original()))
        }
        _ => Ok(()),
    }
}

fn scalar(text: &str, style: ScalarStyle, tag: Option<&Tag>, at: Span) -> Result<Value, String> {
    let is_plain = style == ScalarStyle::Plain;
    let Some(tag) = tag else {
        return if is_plain {
            plain(text, at)
        } else {
            Ok(Value::text(text, at))
        };
    };
    let wrong = || format!("{text:?} is no {}", tag.original());
    let kind = tag.suffix_in_namespace("tag:yaml.org,2002:");
    match (kind.as_deref(), is_plain) {
        (Some("str"), _) | (Some("bool" | "int" | "float" | "null" | "timestamp"), false) => {
            Ok(Value::text(text, at))
        }
        (Some("binary"), _) => match super::LENIENT.decode(text.replace(['\r', '\n'], "")) {
            Ok(_) => Ok(Value::text(text, at)),
            Err(_) => Err(wrong()),
        },
        (Some(kind @ ("bool" | "int" | "float" | "null" | "timestamp")), true) => {
            // Dates are read as such only where nothing else is asked for.
            let value = match (plain(text, at)?, date(text)) {
                (_, Some(_)) if kind != "timestamp" => None,
                (value, date) => (value.as_str().is_none() || date.is_some()).then_some(value),
            };
            match (value, kind) {
                (Some(value), _) => Ok(value),
                (None, "null") => Ok(Value::null(at)),
                (None, "int" | "float") => {
                    let number = tagged_number(&text.replace('_', ""));
                    Ok(Value::number(number.ok_or_else(wrong)?, at))
                }
                _ => Err(wrong()),
            }
        }
        _ => Err(format!("the tag {} is not known", tag.original())),
    }
}

/// A text without quotes and tags.
fn plain(text: &str, at: Span) -> Result<Value, String> {
    Ok(match text {
        "y" | "Y" | "yes" | "Yes" | "YES" | "true" | "True" | "TRUE" | "on" | "On" | "ON" => {
            Value::bool(true, at)
        }
        "n" | "N" | "no" | "No" | "NO" | "false" | "False" | "FALSE" | "off" | "Off" | "OFF" => {
            Value::bool(false, at)
        }
        "" | "~" | "null" | "Null" | "NULL" => Value::null(at),
        ".inf" | ".Inf" | ".INF" | "+.inf" | "+.Inf" | "+.INF" | "-.inf" | "-.Inf" | "-.INF" => {
            Value::unknown(Type::Number, Why::NotEvaluated, at)
        }
        ".nan" | ".NaN" | ".NAN" => return Err("a number that is no number".to_owned()),
        _ => match (date(text), number(text)) {
            (Some(date), _) => Value::text(date, at),
            (None, Form::Number(number)) => Value::number(number, at),
            (None, Form::TooLarge) => return Err(format!("the number {text} is too large")),
            (None, Form::Other) => Value::text(text, at),
        },
    })
}

/// What a text without tag is, as a number.
enum Form {
    Number(Number),
    TooLarge,
    Other,
}

impl Form {
    fn of(is_number: bool, read: impl FnOnce() -> Option<Number>) -> Self {
        if is_number {
            read().map_or(Self::TooLarge, Self::Number)
        } else {
            Self::Other
        }
    }
}

fn number(text: &str) -> Form {
    for (prefix, radix) in [("0x", 16), ("0o", 8)] {
        if let Some(digits) = text.strip_prefix(prefix) {
            let is_number = !digits.is_empty() && digits.chars().all(|one| one.is_digit(radix));
            return Form::of(is_number, || whole(digits, radix, false));
        }
    }
    let unsigned = text.strip_prefix(['-', '+']).unwrap_or(text);
    let (mantissa, exponent) = match unsigned.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, Some(exponent)),
        None => (unsigned, None),
    };
    let (before, after) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let is_number = digits(before)
        && digits(after)
        && !(before.is_empty() && after.is_empty())
        && exponent.is_none_or(|exponent| {
            let exponent = exponent.strip_prefix(['-', '+']).unwrap_or(exponent);
            !exponent.is_empty() && digits(exponent)
        });
    Form::of(is_number, || Number::parse(text))
}

fn whole(digits: &str, radix: u32, is_negative: bool) -> Option<Number> {
    let value = u64::from_str_radix(digits, radix).ok()?;
    let sign = if is_negative { "-" } else { "" };
    Number::parse(&format!("{sign}{value}"))
}

/// The number that a text with the tag of numbers is.
fn tagged_number(text: &str) -> Option<Number> {
    if let Form::Number(number) = number(text) {
        return Some(number);
    }
    let unsigned = text.strip_prefix(['-', '+']).unwrap_or(text);
    let (radix, digits) = match unsigned.get(..2)? {
        "0x" | "0X" => (16, unsigned.get(2..)?),
        "0o" | "0O" => (8, unsigned.get(2..)?),
        "0b" | "0B" => (2, unsigned.get(2..)?),
        _ => return None,
    };
    whole(digits, radix, text.starts_with('-'))
}

/// A date, or a date with a time, in the form of RFC 3339.
fn date(text: &str) -> Option<String> {
    let (year, rest) = text.split_once('-')?;
    if year.len() != 4 || !year.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let short = |text: &str| {
        let is_short = matches!(text.len(), 1 | 2) && text.bytes().all(|b| b.is_ascii_digit());
        is_short.then(|| text.parse::<i8>().ok())?
    };
    let (month, rest) = rest.split_once('-')?;
    let end = rest
        .find(|one: char| !one.is_ascii_digit())
        .unwrap_or(rest.len());
    let (day, time) = rest.split_at_checked(end)?;
    let (year, month, day) = (year.parse::<i16>().ok()?, short(month)?, short(day)?);
    let made = |hour, minute, second, zone: &str| {
        DateTime::new(year, month, day, hour, minute, second, 0).ok()?;
        Some(format!(
            "{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}{zone}"
        ))
    };
    let Some(separator) = time.chars().next() else {
        return made(0, 0, 0, "Z");
    };
    let mut parts = time.get(1..)?.splitn(3, ':');
    let (hour, minute, rest) = (parts.next()?, parts.next()?, parts.next()?);
    let end = rest
        .find(|one: char| !one.is_ascii_digit())
        .unwrap_or(rest.len());
    let (second, mut zone) = rest.split_at_checked(end)?;
    if let Some(fraction) = zone.strip_prefix('.') {
        let end = fraction
            .find(|one: char| !one.is_ascii_digit())
            .unwrap_or(fraction.len());
        if end == 0 {
            return None;
        }
        zone = fraction.get(end..)?;
    }
    let zone = match (separator, zone) {
        (' ', "") | ('T' | 't', "Z") => "Z",
        ('T' | 't', zone) if is_offset(zone) => zone,
        _ => return None,
    };
    // An offset of nothing is what `Z` says.
    let zone = if matches!(zone, "+00:00" | "-00:00") {
        "Z"
    } else {
        zone
    };
    made(short(hour)?, short(minute)?, short(second)?, zone)
}

/// `+02:00`.
fn is_offset(zone: &str) -> bool {
    let Some((hours, minutes)) = zone
        .strip_prefix(['+', '-'])
        .and_then(|rest| rest.split_once(':'))
    else {
        return false;
    };
    let within = |text: &str, most: u8| {
        text.len() == 2 && text.parse::<u8>().is_ok_and(|number| number <= most)
    };
    within(hours, 24) && within(minutes, 59)
}

#[cfg(test)]
mod tests {
    use std::fmt::Write as _;

    use super::*;
    use crate::hcl::json;

    fn read(text: &str) -> String {
        match decode(text, Span::NOWHERE) {
            Ok(value) => json::encode(&value).known().unwrap_or("unknown").to_owned(),
            Err(_) => "error".to_owned(),
        }
    }

    #[test]
    fn reads_scalars_as_terraform_does() {
        let cases = [
            ("yes", "true"),
            ("Off", "false"),
            ("tRUE", "\"tRUE\""),
            ("~", "null"),
            ("", "null"),
            ("0777", "777"),
            ("0o17", "15"),
            ("0x1F", "31"),
            ("0b101", "\"0b101\""),
            ("1_000", "\"1_000\""),
            ("+5", "5"),
            ("5.", "5"),
            ("+.5", "0.5"),
            ("1e3", "1000"),
            ("1e", "\"1e\""),
            (".inf", "unknown"),
            (".nan", "error"),
            ("2024-01-15", "\"2024-01-15T00:00:00Z\""),
            ("2024-1-5", "\"2024-01-05T00:00:00Z\""),
            (
                "2024-01-15t10:11:12.5+02:00",
                "\"2024-01-15T10:11:12+02:00\"",
            ),
            ("2024-01-15 10:11:12", "\"2024-01-15T10:11:12Z\""),
            ("2024-01-15 10:11:12 -5", "\"2024-01-15 10:11:12 -5\""),
            ("2024-13-01", "\"2024-13-01\""),
            ("2024-02-30", "\"2024-02-30\""),
            ("12:30:45", "\"12:30:45\""),
            ("0o8", "\"0o8\""),
            ("08", "8"),
            ("'1'", "\"1\""),
            ("!!str 1", "\"1\""),
            ("!!int \"7\"", "\"7\""),
            ("!!float 3", "3"),
            ("!!bool \"yes\"", "\"yes\""),
            ("!!null x", "null"),
            ("!!bool 1", "1"),
            ("!!timestamp 2024-01-15", "\"2024-01-15T00:00:00Z\""),
            ("!!binary aGk=", "\"aGk=\""),
            ("!!binary \"%%\"", "error"),
            ("!foo x", "error"),
            ("<<", "\"\\u003c\\u003c\""),
            ("0x", "\"0x\""),
            ("-0x1F", "\"-0x1F\""),
            ("99999999999999999999999", "99999999999999999999999"),
            ("0xFFFFFFFFFFFFFFFFFF", "error"),
            ("!!int x", "error"),
            ("!!int 1.5", "1.5"),
            ("!!float 1_0", "10"),
            ("!!int 0b11", "3"),
            ("!!map {}", "{}"),
            ("!!set {a}", "error"),
            ("infinity", "\"infinity\""),
            ("!!int 1_000", "1000"),
            ("!!int 0777", "777"),
        ];
        for (text, expected) in cases {
            let expected = match expected {
                "unknown" | "error" => expected.to_owned(),
                json => format!("{{\"a\":{json}}}"),
            };
            assert_eq!(read(&format!("a: {text}\n")), expected, "{text}");
        }
    }

    #[test]
    fn reads_collections_as_terraform_does() {
        for (text, expected) in [
            ("{a: 1, a: 2}", "{\"a\":2}"),
            (
                "b: &x {p: 1}\na:\n  p: 2\n  <<: *x",
                "{\"a\":{\"p\":1},\"b\":{\"p\":1}}",
            ),
            (
                "b: &x {p: 1}\na:\n  <<: *x\n  p: 2",
                "{\"a\":{\"p\":2},\"b\":{\"p\":1}}",
            ),
            ("a:\n  <<: [{p: 1}, {p: 2}]", "error"),
            ("\"<<\": {p: 1}", "{\"p\":1}"),
            (
                "on: 1\n0777: 2\n1.50: 3",
                "{\"1.5\":3,\"777\":2,\"true\":1}",
            ),
            ("~: 1", "error"),
            ("[1]: 1", "error"),
            ("a: 1\n---\nb: 2", "error"),
            ("", "error"),
            ("# c", "error"),
            ("---", "null"),
            ("a: *x", "error"),
            ("a: &a [*a]", "error"),
            ("a: !Ref x", "error"),
            ("{a: 1", "error"),
            ("a: b: c", "error"),
            ("a: >\n x\n y\n\n z\n", "{\"a\":\"x y\\nz\\n\"}"),
            ("%YAML 1.1\n---\na: 1\n...\n", "{\"a\":1}"),
        ] {
            assert_eq!(read(text), expected, "{text}");
        }
    }

    #[test]
    fn refuses_aliases_that_multiply() {
        let mut text = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n".to_owned();
        for level in 1..12 {
            let aliases = vec![format!("*a{}", level - 1); 10].join(", ");
            let _ = writeln!(text, "a{level}: &a{level} [{aliases}]");
        }
        assert_eq!(read(&text), "error");
    }
}
