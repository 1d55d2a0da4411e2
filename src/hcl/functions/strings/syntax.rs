//! Patterns of RE2, as Go reads them, in the syntax of the `regex` crate: classes such as `\d` are of
//! ASCII alone, and a few characters stand for themselves that mean something to the crate.
//!
//! Source: RE2, "Syntax"; `regexp/syntax` of Go.

use std::fmt::Write as _;
use std::iter::Peekable;
use std::str::Chars;

/// The most repetitions that `{n,m}` may ask for.
const REPETITIONS: u32 = 1000;

/// The same pattern for the crate.
///
/// # Errors
/// What Go refuses and the crate would not.
pub(super) fn translate(pattern: &str) -> Result<String, String> {
    let mut reader = Reader {
        rest: pattern.chars().peekable(),
        out: String::with_capacity(pattern.len() + 16),
        repeats: false,
    };
    while let Some(character) = reader.rest.next() {
        let repeated = std::mem::take(&mut reader.repeats);
        match character {
            '\\' => reader.escape()?,
            '[' => reader.class()?,
            '(' => reader.group()?,
            '*' | '+' | '?' => reader.repeat(repeated, &character.to_string())?,
            '{' => match reader.counts()? {
                Some(counts) => reader.repeat(repeated, &counts)?,
                None => reader.out.push_str("\\{"),
            },
            '}' => reader.out.push_str("\\}"),
            other => reader.out.push(other),
        }
    }
    Ok(reader.out)
}

struct Reader<'p> {
    rest: Peekable<Chars<'p>>,
    out: String,
    /// The last thing read was a repetition.
    repeats: bool,
}

impl Reader<'_> {
    fn repeat(&mut self, repeated: bool, operator: &str) -> Result<(), String> {
        if repeated {
            return Err("a repetition is repeated".to_owned());
        }
        self.out.push_str(operator);
        if self.rest.next_if_eq(&'?').is_some() {
            self.out.push('?');
        }
        self.repeats = true;
        Ok(())
    }

    /// `{n}`, `{n,}`, `{n,m}`; none where the brace stands for itself.
    fn counts(&mut self) -> Result<Option<String>, String> {
        let mut ahead = self.rest.clone();
        let mut counts = String::from("{");
        for character in ahead.by_ref() {
            counts.push(character);
            if character == '}' {
                break;
            }
            if counts.len() > 16 || !(character.is_ascii_digit() || character == ',') {
                return Ok(None);
            }
        }
        let inner = counts
            .strip_prefix('{')
            .and_then(|text| text.strip_suffix('}'));
        let Some(inner) = inner else { return Ok(None) };
        let (least, most) = inner.split_once(',').unwrap_or((inner, ""));
        if least.is_empty() || most.contains(',') {
            return Ok(None);
        }
        for number in [least, most] {
            let too_many = number
                .parse::<u32>()
                .is_ok_and(|number| number > REPETITIONS);
            if too_many || number.len() > 9 {
                return Err("it repeats too often".to_owned());
            }
        }
        self.rest = ahead;
        Ok(Some(counts))
    }

    /// What follows `(`: the kind of the group is checked, and kept.
    fn group(&mut self) -> Result<(), String> {
        self.out.push('(');
        if self.rest.next_if_eq(&'?').is_none() {
            return Ok(());
        }
        self.out.push('?');
        let named = self.rest.clone().take(2).collect::<String>();
        if named == "P<" || named.starts_with('<') && !matches!(named.as_str(), "<=" | "<!") {
            return Ok(());
        }
        while let Some(&character) = self.rest.peek() {
            match character {
                'i' | 'm' | 's' | 'U' | '-' => self.out.push(character),
                ':' | ')' => return Ok(()),
                _ => break,
            }
            self.rest.next();
        }
        Err("there is no such group in RE2".to_owned())
    }

    fn escape(&mut self) -> Result<(), String> {
        let character = self.rest.next().ok_or("it ends with a backslash")?;
        match character {
            'b' => self.out.push_str("(?-u:\\b)"),
            'B' | 'A' | 'z' => self.out.extend(['\\', character]),
            'Q' => self.quoted(),
            'd' | 's' | 'w' | 'D' | 'S' | 'W' => self.shorthand(character),
            other => self.plain_escape(other)?,
        }
        Ok(())
    }

    /// `\Q…\E`.
    fn quoted(&mut self) {
        while let Some(character) = self.rest.next() {
            if character == '\\' && self.rest.next_if_eq(&'E').is_some() {
                return;
            }
            self.literal(character);
        }
    }

    fn literal(&mut self, character: char) {
        self.out
            .push_str(&regex::escape(character.encode_utf8(&mut [0; 4])));
    }

    fn shorthand(&mut self, character: char) {
        self.out.push_str(match character {
            'd' => "[0-9]",
            'D' => "[^0-9]",
            's' => "[\\t\\n\\x0C\\r ]",
            'S' => "[^\\t\\n\\x0C\\r ]",
            'w' => "[0-9A-Za-z_]",
            _ => "[^0-9A-Za-z_]",
        });
    }

    /// What may be escaped inside and outside of classes alike.
    fn plain_escape(&mut self, character: char) -> Result<(), String> {
        match character {
            'a' | 'f' | 't' | 'n' | 'r' | 'v' => self.out.extend(['\\', character]),
            'p' | 'P' | 'x' => {
                self.out.extend(['\\', character]);
                if self.rest.next_if_eq(&'{').is_some() {
                    self.out.push('{');
                    while let Some(inner) = self.rest.next_if(|one| *one != '}') {
                        self.out.push(inner);
                    }
                    self.out.extend(self.rest.next());
                }
            }
            '0'..='7' => {
                let mut code = u32::from(character) - u32::from('0');
                let mut digits = 1;
                while digits < 3
                    && let Some(digit) = self.rest.next_if(|one| matches!(one, '0'..='7'))
                {
                    code = code * 8 + u32::from(digit) - u32::from('0');
                    digits += 1;
                }
                if character != '0' && digits == 1 {
                    return Err("RE2 has no references to groups".to_owned());
                }
                let _ = write!(self.out, "\\x{{{code:x}}}");
            }
            other if other.is_ascii() && !other.is_ascii_alphanumeric() => self.literal(other),
            other => return Err(format!("`\\{other}` means nothing")),
        }
        Ok(())
    }

    /// What follows `[`, up to its `]`.
    fn class(&mut self) -> Result<(), String> {
        let open = || "a class is not closed".to_owned();
        self.out.push('[');
        if self.rest.next_if_eq(&'^').is_some() {
            self.out.push('^');
        }
        let mut is_first = true;
        loop {
            let character = self.rest.next().ok_or_else(open)?;
            if character == ']' && !is_first {
                break;
            }
            is_first = false;
            if !self.member(character)? {
                continue;
            }
            let mut ahead = self.rest.clone();
            if ahead.next() == Some('-') && ahead.next().is_some_and(|next| next != ']') {
                self.rest.next();
                self.out.push('-');
                let end = self.rest.next().ok_or_else(open)?;
                if !self.member(end)? {
                    return Err("a range ends with a class".to_owned());
                }
            }
        }
        self.out.push(']');
        Ok(())
    }

    /// One member of a class; whether it is a single character.
    fn member(&mut self, character: char) -> Result<bool, String> {
        match character {
            '\\' => {
                let escaped = self.rest.next().ok_or("it ends with a backslash")?;
                match escaped {
                    'd' | 's' | 'w' | 'D' | 'S' | 'W' => self.shorthand(escaped),
                    'p' | 'P' => self.plain_escape(escaped)?,
                    other => {
                        self.plain_escape(other)?;
                        return Ok(true);
                    }
                }
                Ok(false)
            }
            '[' if self.rest.peek() == Some(&':') => {
                let name: String = self.rest.clone().take_while(|one| *one != ']').collect();
                if !name.ends_with(':') || name.len() < 2 {
                    self.out.push_str("\\[");
                    return Ok(true);
                }
                self.out.push('[');
                self.out.push_str(&name);
                self.out.push(']');
                for _ in 0..=name.chars().count() {
                    self.rest.next();
                }
                Ok(false)
            }
            other => {
                self.literal(other);
                Ok(true)
            }
        }
    }
}
