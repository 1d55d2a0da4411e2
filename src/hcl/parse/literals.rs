//! What the literals of a template say once strip markers and `<<-` have taken their blanks.
//!
//! Terraform works on tokens: a quoted string is one literal up to the next sequence, a heredoc or a
//! template file has one literal for each line. A strip marker takes the blanks of the one token beside it,
//! and only then `<<-` takes the indentation, of the lines that still begin with a literal.

use std::collections::VecDeque;

use hcl_edit::Span as _;
use hcl_edit::template::{Directive, Element, Strip, Template};
use unicode_segmentation::UnicodeSegmentation as _;

/// How a template is written.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Form {
    /// Between quotes.
    Quoted,
    /// A heredoc, or a file.
    Lines,
    /// A heredoc that begins with `<<-`.
    Indented,
}

/// A piece of a template, in the order of the text.
enum Token {
    /// A literal, or one line of one.
    Literal(String),
    /// The end of a literal: what follows belongs to the next.
    EndOfLiteral,
    /// `${…}` or `%{…}`.
    Sequence(Strip),
}

/// The literals of a template, those inside of directives included, in the order of the text.
///
/// `source` is the text that the places in the template refer to.
pub(super) fn literals(template: &Template, source: &str, form: Form) -> VecDeque<String> {
    let mut tokens = Vec::new();
    collect(template, source, form, &mut tokens);
    strip(&mut tokens);
    if form == Form::Indented {
        unindent(&mut tokens);
    }
    let mut literals = VecDeque::new();
    let mut literal = String::new();
    for token in tokens {
        match token {
            Token::Literal(line) => literal.push_str(&line),
            Token::EndOfLiteral => literals.push_back(std::mem::take(&mut literal)),
            Token::Sequence(_) => {}
        }
    }
    literals
}

fn collect(template: &Template, source: &str, form: Form, tokens: &mut Vec<Token>) {
    for element in template {
        match element {
            Element::Literal(text) => {
                // The parser takes the indentation of heredocs too early, and leaves the escapes of
                // directives inside of quotes.
                let written = text.span().and_then(|range| source.get(range));
                let written = written.unwrap_or_else(|| text.value());
                match form {
                    Form::Quoted => tokens.push(Token::Literal(unescaped(written))),
                    Form::Lines | Form::Indented => {
                        let lines = written.split_inclusive('\n');
                        tokens.extend(lines.map(|line| Token::Literal(without_markers(line))));
                    }
                }
                tokens.push(Token::EndOfLiteral);
            }
            Element::Interpolation(one) => tokens.push(Token::Sequence(one.strip)),
            Element::Directive(directive) => match &**directive {
                Directive::If(directive) => {
                    tokens.push(Token::Sequence(directive.if_expr.strip));
                    collect(&directive.if_expr.template, source, form, tokens);
                    if let Some(other) = &directive.else_expr {
                        tokens.push(Token::Sequence(other.strip));
                        collect(&other.template, source, form, tokens);
                    }
                    tokens.push(Token::Sequence(directive.endif_expr.strip));
                }
                Directive::For(directive) => {
                    tokens.push(Token::Sequence(directive.for_expr.strip));
                    collect(&directive.for_expr.template, source, form, tokens);
                    tokens.push(Token::Sequence(directive.endfor_expr.strip));
                }
            },
        }
    }
}

/// `$${` and `%%{` stand for `${` and `%{`.
fn without_markers(text: &str) -> String {
    text.replace("$${", "${").replace("%%{", "%{")
}

/// What a quoted text stands for.
fn unescaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('\\') {
        out += &without_markers(before);
        let mut characters = after.chars();
        let digits = match characters.next() {
            Some('n') => {
                out.push('\n');
                0
            }
            Some('r') => {
                out.push('\r');
                0
            }
            Some('t') => {
                out.push('\t');
                0
            }
            Some('u') => 4,
            Some('U') => 8,
            Some(other) => {
                out.push(other);
                0
            }
            None => 0,
        };
        rest = characters.as_str();
        if let Some((digits, after)) = rest.split_at_checked(digits) {
            let code = u32::from_str_radix(digits, 16).ok();
            out.extend(code.and_then(char::from_u32));
            rest = after;
        }
    }
    out += &without_markers(rest);
    out
}

/// Takes the blanks of the tokens beside a strip marker.
fn strip(tokens: &mut [Token]) {
    let strips: Vec<(usize, Strip)> = tokens
        .iter()
        .enumerate()
        .filter_map(|(at, token)| match token {
            Token::Sequence(strip) => Some((at, *strip)),
            _ => None,
        })
        .collect();
    for (at, strip) in strips {
        let (before, after) = tokens.split_at_mut(at);
        if matches!(strip, Strip::Start | Strip::Both) {
            let mut before = before.iter_mut().rev();
            let before = before.find(|token| !matches!(token, Token::EndOfLiteral));
            if let Some(Token::Literal(text)) = before {
                text.truncate(text.trim_end().len());
            }
        }
        if matches!(strip, Strip::End | Strip::Both)
            && let [_, Token::Literal(text), ..] = after
        {
            *text = text.trim_start().to_owned();
        }
    }
}

/// Takes from every line that begins with a literal the least indentation of any line.
fn unindent(tokens: &mut [Token]) {
    let mut least = usize::MAX;
    let mut starts = Vec::new();
    let mut at_start = true;
    for token in tokens {
        match token {
            Token::Literal(text) => {
                let words = text.trim_start();
                let blank = words.is_empty() && text.ends_with('\n');
                let is_start = at_start && !blank;
                at_start = text.ends_with('\n');
                if is_start {
                    let blanks = text.strip_suffix(words).unwrap_or("");
                    least = least.min(blanks.graphemes(true).count());
                    starts.push(text);
                }
            }
            Token::Sequence(_) => {
                if at_start {
                    least = 0;
                }
                at_start = false;
            }
            Token::EndOfLiteral => {}
        }
    }
    for text in starts {
        *text = text.graphemes(true).skip(least).collect();
    }
}
