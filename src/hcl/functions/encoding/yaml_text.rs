//! YAML as Terraform writes it: blocks, with every text in quotes or, if it has several lines, as a
//! literal block.
//!
//! Source: Terraform Language, "yamlencode Function"; the emitter of libyaml, which Terraform has in Go.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use crate::hcl::functions::arguments::LONGEST;
use crate::hcl::functions::strings::is_name;
use crate::hcl::value::{Data, Piece, Text, Value};

/// Long texts in quotes are broken at the first blank after this column.
const WIDTH: usize = 80;

/// Longer keys, in bytes, stand behind a question mark.
const SIMPLE_KEY: usize = 128;

/// The YAML of a value; none where what is not known in it decides how it is written.
///
/// # Errors
/// That it is too long.
pub(super) fn encode(value: &Value) -> Result<Option<Text>, String> {
    let mut writer = Writer {
        out: Text::default(),
        column: 0,
        bytes: 0,
    };
    let done = writer.root(value);
    if writer.bytes > LONGEST {
        return Err("this makes a text that is too long".to_owned());
    }
    Ok(done.map(|()| writer.out))
}

struct Writer {
    out: Text,
    /// How many characters the line has so far.
    column: usize,
    bytes: usize,
}

/// What a value is written as.
enum Node<'v> {
    Plain(String),
    Text(&'v Text),
    List(&'v [Value]),
    Map(&'v BTreeMap<String, Value>),
}

impl Writer {
    /// None as soon as it is not known how to go on, or too long.
    fn root(&mut self, value: &Value) -> Option<()> {
        match node(value)? {
            Node::Plain(text) => {
                self.push(&text)?;
                self.push("\n...\n")
            }
            Node::Text(text) => {
                self.text(text, 2, false)?;
                self.end_line()
            }
            Node::List([]) => self.push("[]\n"),
            Node::List(all) => {
                self.list(all, 0)?;
                self.end_line()
            }
            Node::Map(all) if all.is_empty() => self.push("{}\n"),
            Node::Map(all) => {
                self.map(all, 0)?;
                self.end_line()
            }
        }
    }

    /// The elements of a list: the first one begins where the writer is.
    fn list(&mut self, all: &[Value], indent: usize) -> Option<()> {
        for (at, one) in all.iter().enumerate() {
            if at > 0 {
                self.new_line(indent)?;
            }
            self.push("- ")?;
            self.inner(one, indent + 2)?;
        }
        Some(())
    }

    /// The entries of a map: the first one begins where the writer is.
    fn map(&mut self, all: &BTreeMap<String, Value>, indent: usize) -> Option<()> {
        for (at, (key, one)) in all.iter().enumerate() {
            if at > 0 {
                self.new_line(indent)?;
            }
            let text = Text::literal(key.as_str());
            if key.len() > SIMPLE_KEY || key.contains(is_break) {
                self.push("? ")?;
                self.text(&text, indent + 2, false)?;
                self.new_line(indent)?;
                self.push(": ")?;
                self.inner(one, indent + 2)?;
                continue;
            }
            self.text(&text, indent + 2, true)?;
            self.push(":")?;
            match node(one)? {
                Node::List(all) if !all.is_empty() => {
                    self.new_line(indent)?;
                    self.list(all, indent)?;
                }
                Node::Map(all) if !all.is_empty() => {
                    self.new_line(indent + 2)?;
                    self.map(all, indent + 2)?;
                }
                _ => {
                    self.push(" ")?;
                    self.inner(one, indent + 2)?;
                }
            }
        }
        Some(())
    }

    /// A value that begins where the writer is.
    fn inner(&mut self, value: &Value, indent: usize) -> Option<()> {
        match node(value)? {
            Node::Plain(text) => self.push(&text),
            Node::Text(text) => self.text(text, indent, false),
            Node::List([]) => self.push("[]"),
            Node::List(all) => self.list(all, indent),
            Node::Map(all) if all.is_empty() => self.push("{}"),
            Node::Map(all) => self.map(all, indent),
        }
    }

    fn text(&mut self, text: &Text, indent: usize, is_key: bool) -> Option<()> {
        if !is_key && is_literal(text) {
            return self.literal(text, indent);
        }
        self.quoted(text, indent, is_key)
    }

    /// `|-` and the lines of a text.
    fn literal(&mut self, text: &Text, indent: usize) -> Option<()> {
        let all = shown(text);
        self.push("|")?;
        if all.starts_with(|first| first == ' ' || is_break(first)) {
            self.push("2")?;
        }
        let mut back = all.chars().rev();
        match (back.next(), back.next()) {
            (Some(last), _) if !is_break(last) => self.push("-")?,
            (Some(_), None) => self.push("+")?,
            (Some(_), Some(before)) if is_break(before) => self.push("+")?,
            _ => {}
        }
        self.push("\n")?;
        let mut begins = true;
        for piece in text.pieces() {
            match piece {
                Piece::Literal(literal) => {
                    for character in literal.chars() {
                        if begins && !is_break(character) {
                            self.push(&" ".repeat(indent))?;
                        }
                        begins = is_break(character);
                        self.push(character.encode_utf8(&mut [0; 4]))?;
                    }
                }
                Piece::Hole(hole) => {
                    if begins {
                        self.push(&" ".repeat(indent))?;
                    }
                    begins = false;
                    self.out.push_hole(hole.clone());
                    self.column += 1;
                }
            }
        }
        Some(())
    }

    fn quoted(&mut self, text: &Text, indent: usize, is_key: bool) -> Option<()> {
        let all = shown(text);
        let total = all.len();
        // The emitter takes all of such a text for byte order marks.
        let escapes_all = all.starts_with('\u{feff}');
        let (mut at, mut after_blank, mut after_hole) = (0, false, false);
        self.push("\"")?;
        for piece in text.pieces() {
            let literal = match piece {
                Piece::Literal(literal) => literal,
                Piece::Hole(hole) => {
                    self.out.push_hole(hole.clone());
                    (after_blank, after_hole) = (false, true);
                    at += 1;
                    continue;
                }
            };
            let mut rest = literal.chars().peekable();
            while let Some(character) = rest.next() {
                if character == ' ' && !escapes_all {
                    // Whether the line is full, the length of the hole tells.
                    if after_hole && !is_key {
                        return None;
                    }
                    let folds =
                        !is_key && !after_blank && self.column > WIDTH && at > 0 && at + 1 < total;
                    if folds {
                        self.push("\n")?;
                        self.push(&" ".repeat(indent))?;
                        if rest.peek() == Some(&' ') {
                            self.push("\\")?;
                        }
                    } else {
                        self.push(" ")?;
                    }
                    after_blank = true;
                } else {
                    match escaped(character, escapes_all) {
                        Some(escaped) => self.push(&escaped)?,
                        None => self.push(character.encode_utf8(&mut [0; 4]))?,
                    }
                    after_blank = false;
                }
                at += character.len_utf8();
            }
        }
        self.push("\"")
    }

    fn push(&mut self, text: &str) -> Option<()> {
        self.bytes = self.bytes.saturating_add(text.len());
        if self.bytes > LONGEST {
            return None;
        }
        self.out.push_str(text);
        for character in text.chars() {
            self.column = if is_break(character) {
                0
            } else {
                self.column + 1
            };
        }
        Some(())
    }

    fn end_line(&mut self) -> Option<()> {
        if self.column == 0 {
            Some(())
        } else {
            self.push("\n")
        }
    }

    fn new_line(&mut self, indent: usize) -> Option<()> {
        self.end_line()?;
        self.push(&" ".repeat(indent))
    }
}

/// None if it is not known what the value is.
fn node(value: &Value) -> Option<Node<'_>> {
    Some(match &value.data {
        Data::Null(_) => Node::Plain("null".to_owned()),
        Data::Bool(flag) => Node::Plain(flag.to_string()),
        Data::Number(number) => Node::Plain(number.to_string()),
        Data::Text(text) if text.holes().all(is_name) => Node::Text(text),
        Data::Set(_, all) if !all.iter().all(Value::is_known) => return None,
        Data::Tuple(all) | Data::List(_, all) | Data::Set(_, all) => Node::List(all),
        Data::Object(all) | Data::Map(_, all) => Node::Map(all),
        Data::Text(_) | Data::Resource(_) | Data::Unknown(_) => return None,
    })
}

/// A text with an `x` for each name that is not known.
fn shown(text: &Text) -> String {
    let pieces = text.pieces().iter().map(|piece| match piece {
        Piece::Literal(text) => text.as_str(),
        Piece::Hole(_) => "x",
    });
    pieces.collect()
}

/// Whether a text can be written as a block of lines, and has several.
fn is_literal(text: &Text) -> bool {
    let text = shown(text);
    let mut after_blank = false;
    for character in text.chars() {
        if !is_printable(character) || (after_blank && is_break(character)) {
            return false;
        }
        after_blank = character == ' ';
    }
    text.contains('\n') && !after_blank
}

fn is_break(character: char) -> bool {
    matches!(character, '\r' | '\n' | '\u{85}' | '\u{2028}' | '\u{2029}')
}

/// What libyaml takes for printable: nothing outside of the first plane.
fn is_printable(character: char) -> bool {
    matches!(
        character,
        '\n' | ' '..='~' | '\u{a0}'..='\u{d7ff}' | '\u{e000}'..='\u{fefe}' | '\u{ff00}'..='\u{fffd}'
    )
}

/// A character as it must be written in quotes; none if it is written as it is.
fn escaped(character: char, must: bool) -> Option<String> {
    let is_quote = matches!(character, '"' | '\\');
    if !must && is_printable(character) && !is_break(character) && !is_quote {
        return None;
    }
    let letter = match character {
        '\0' => '0',
        '\u{7}' => 'a',
        '\u{8}' => 'b',
        '\t' => 't',
        '\n' => 'n',
        '\u{b}' => 'v',
        '\u{c}' => 'f',
        '\r' => 'r',
        '\u{1b}' => 'e',
        '"' => '"',
        '\\' => '\\',
        '\u{85}' => 'N',
        '\u{a0}' => '_',
        '\u{2028}' => 'L',
        '\u{2029}' => 'P',
        other => {
            let code = u32::from(other);
            let mut text = String::new();
            let _ = match code {
                0..=0xff => write!(text, "\\x{code:02X}"),
                0x100..=0xffff => write!(text, "\\u{code:04X}"),
                _ => write!(text, "\\U{code:08X}"),
            };
            return Some(text);
        }
    };
    Some(format!("\\{letter}"))
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::hcl::Hole;
    use crate::model::source::Span;
    use crate::model::value::Why;

    fn written(json: &str) -> String {
        let value = crate::hcl::json::decode(json, Span::NOWHERE).unwrap();
        let text = encode(&value).unwrap().unwrap();
        text.known().unwrap().to_owned()
    }

    #[test]
    fn writes_texts_as_terraform_does() {
        for (json, expected) in [
            (r#""a\n""#, "|\n  a\n"),
            (r#""a\n\n""#, "|+\n  a\n\n"),
            (r#""\na""#, "|2-\n\n  a\n"),
            (r#"" a\nb""#, "|2-\n   a\n  b\n"),
            (r#""a \nb""#, "\"a \\nb\"\n"),
            (r#""a\n b""#, "|-\n  a\n   b\n"),
            (r#""a\nb ""#, "\"a\\nb \"\n"),
            (r#""\n""#, "|2+\n\n"),
            (r#""a\tb\nc""#, "\"a\\tb\\nc\"\n"),
            (r#""a\r\nb""#, "\"a\\r\\nb\"\n"),
            (r#""a\u2028b""#, "\"a\\Lb\"\n"),
            (r#""a\u2028\nb""#, "|-\n  a\u{2028}\n  b\n"),
            (
                r#""\u0085\u00a0é😀\u0007\u007f""#,
                "\"\\N\u{a0}é\\U0001F600\\a\\x7F\"\n",
            ),
            (r#""\ufeffa""#, "\"\\uFEFF\\x61\"\n"),
        ] {
            assert_eq!(written(json), expected, "{json}");
        }
        let words = "word ".repeat(40);
        let line = |count| vec!["word"; count].join(" ");
        let expected = format!("\"{}\n  {}\n  {} \"\n", line(17), line(16), line(7));
        assert_eq!(written(&format!("\"{words}\"")), expected);
    }

    #[test]
    fn writes_collections_as_terraform_does() {
        for (json, expected) in [
            ("[]", "[]\n"),
            ("{}", "{}\n"),
            ("null", "null\n...\n"),
            ("[[1,[2]],{\"a\":[]}]", "- - 1\n  - - 2\n- \"a\": []\n"),
            (
                "{\"a\":[{\"b\":1,\"c\":[1]}]}",
                "\"a\":\n- \"b\": 1\n  \"c\":\n  - 1\n",
            ),
            ("[{\"a\":{\"b\":{}}}]", "- \"a\":\n    \"b\": {}\n"),
            ("{\"a\\nb\":1}", "? |-\n  a\n  b\n: 1\n"),
            (
                r#"{"a":"l1\nl2\n","b":["x\ny\n\n",{"c":"p\n  q"}]}"#,
                "\"a\": |\n  l1\n  l2\n\"b\":\n- |+\n  x\n  y\n\n- \"c\": |-\n    p\n      q\n",
            ),
            ("[[[\"a\\nb\"]]]", "- - - |-\n      a\n      b\n"),
        ] {
            assert_eq!(written(json), expected, "{json}");
        }
    }

    #[test]
    fn keeps_names_that_are_not_known() {
        let of = |attribute: &str| {
            let hole = Hole {
                attribute: Some(("aws_kms_key.data".into(), attribute.into())),
                why: Why::KnownAfterApply,
                what: None,
            };
            Value::new(Data::Text(Text::hole(hole)), Span::NOWHERE)
        };
        let key = encode(&Value::tuple(vec![of("arn")], Span::NOWHERE))
            .unwrap()
            .unwrap();
        assert_eq!(key.holes().count(), 1);
        assert_eq!(
            key.pieces().first(),
            Some(&Piece::Literal("- \"".to_owned()))
        );
        assert!(encode(&of("policy")).unwrap().is_none());
        let set = Data::Set(crate::hcl::Type::String, Arc::new(vec![of("arn")]));
        assert!(encode(&Value::new(set, Span::NOWHERE)).unwrap().is_none());
    }
}
