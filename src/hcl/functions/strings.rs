//! Functions on texts.
//!
//! Source: Terraform Language, "Built-in Functions", "String Functions".

mod format;
mod holes;
mod numbers;
mod regular;
mod syntax;

use unicode_segmentation::UnicodeSegmentation as _;

use super::{Call, Error, Function, Parameter, ParameterType, ResultType, files, text};
use crate::hcl::types::Type;
use crate::hcl::value::{Data, Piece, Text, Unknown, Value};

pub(super) use holes::is_name;

const STRING: Parameter = Parameter::new(ParameterType::String);
const NUMBER: Parameter = Parameter::new(ParameterType::Number);
const ANY: Parameter = Parameter::new(ParameterType::Any);

pub(super) const FUNCTIONS: &[Function] = &[
    text("chomp", &[STRING], chomp),
    flag("endswith", &[STRING, STRING], endswith),
    Function {
        name: "format",
        parameters: &[STRING],
        variadic: Some(ANY.nullable().unknowable()),
        result: ResultType::String,
        body: format::format,
    },
    Function {
        name: "formatlist",
        parameters: &[STRING],
        variadic: Some(ANY.nullable().unknowable()),
        result: ResultType::Strings,
        body: format::formatlist,
    },
    text("indent", &[NUMBER, STRING], indent),
    Function {
        name: "join",
        parameters: &[STRING],
        variadic: Some(Parameter::new(ParameterType::Strings).unknowable()),
        result: ResultType::String,
        body: join,
    },
    text("lower", &[STRING], |call| cased(&call, lower)),
    Function {
        name: "regex",
        parameters: &[STRING, STRING.unknowable()],
        variadic: None,
        result: ResultType::Any,
        body: regular::regex,
    },
    Function {
        name: "regexall",
        parameters: &[STRING, STRING.unknowable()],
        variadic: None,
        result: ResultType::Any,
        body: regular::regexall,
    },
    text("replace", &[STRING, STRING, STRING], replace),
    Function {
        name: "split",
        parameters: &[STRING, STRING],
        variadic: None,
        result: ResultType::Strings,
        body: split,
    },
    flag("startswith", &[STRING, STRING], startswith),
    flag("strcontains", &[STRING, STRING], strcontains),
    text("strrev", &[STRING], strrev),
    text("substr", &[STRING, NUMBER, NUMBER], substr),
    text("templatestring", &[STRING, ANY], files::templatestring),
    text("title", &[STRING], title),
    text("trim", &[STRING, STRING], trim),
    text("trimprefix", &[STRING, STRING], trimprefix),
    text("trimspace", &[STRING], trimspace),
    text("trimsuffix", &[STRING, STRING], trimsuffix),
    text("upper", &[STRING], |call| cased(&call, upper)),
];

/// A function that says yes or no.
const fn flag(
    name: &'static str,
    parameters: &'static [Parameter],
    body: fn(Call<'_, '_>) -> Result<Value, Error>,
) -> Function {
    Function {
        result: ResultType::Bool,
        ..text(name, parameters, body)
    }
}

/// The signature of a body in [`FUNCTIONS`].
type Answer = Result<Value, Error>;

fn chomp(call: Call<'_, '_>) -> Answer {
    let is_break = |character| matches!(character, '\r' | '\n');
    Ok(match call.text_at(0) {
        Some(text) => call.partial(holes::trim_end(text, is_break)),
        None => call.undecided(Type::String),
    })
}

fn trimspace(call: Call<'_, '_>) -> Answer {
    Ok(match call.text_at(0) {
        Some(text) => {
            let text = holes::trim_end(text, char::is_whitespace);
            call.partial(holes::trim_start(&text, char::is_whitespace))
        }
        None => call.undecided(Type::String),
    })
}

fn indent(call: Call<'_, '_>) -> Answer {
    let (Some(spaces), Some(text)) = (call.whole_at(0)?, call.text_at(1)) else {
        return Ok(call.undecided(Type::String));
    };
    let spaces = usize::try_from(spaces)
        .map_err(|_| call.error("a text cannot be indented by less than nothing"))?;
    let literals = text.pieces().iter().map(|piece| match piece {
        Piece::Literal(text) => (text.len(), text.matches('\n').count()),
        Piece::Hole(_) => (0, 0),
    });
    let (bytes, breaks) = literals.fold((0, 0), |(a, b), (c, d)| (a + c, b + d));
    call.check_length(breaks.saturating_mul(spaces).saturating_add(bytes))?;
    if breaks == 0 && text.known().is_some() {
        return Ok(call.partial(text.clone()));
    }
    let padded = format!("\n{}", " ".repeat(spaces));
    Ok(call.partial(holes::map(text, |text| text.replace('\n', &padded))))
}

/// `lower` and `upper`: letter by letter, whatever stands around it.
fn cased(call: &Call<'_, '_>, change: fn(char) -> char) -> Answer {
    Ok(match call.text_at(0) {
        Some(text) => {
            let change = |text: &str| text.chars().map(change).collect();
            call.partial(holes::change(text, change))
        }
        None => call.undecided(Type::String),
    })
}

fn lower(character: char) -> char {
    match character {
        '\u{130}' => 'i',
        other => other.to_lowercase().next().unwrap_or(other),
    }
}

/// The one capital letter of a letter; where Unicode has several letters for it, the letter itself.
fn upper(character: char) -> char {
    let mut capitals = character.to_uppercase();
    let moved = |by: u32| char::from_u32(u32::from(character) + by).unwrap_or(character);
    match (capitals.next(), capitals.next(), character) {
        (Some(capital), None, _) => capital,
        (_, _, '\u{1f80}'..='\u{1faf}') if u32::from(character) & 8 == 0 => moved(8),
        (_, _, '\u{1fb3}' | '\u{1fc3}' | '\u{1ff3}') => moved(9),
        _ => character,
    }
}

/// The letter that begins a word: some letters are two in one, of which only the first is a capital.
fn initial(character: char) -> char {
    match character {
        '\u{1c4}'..='\u{1c6}' => '\u{1c5}',
        '\u{1c7}'..='\u{1c9}' => '\u{1c8}',
        '\u{1ca}'..='\u{1cc}' => '\u{1cb}',
        '\u{1f1}'..='\u{1f3}' => '\u{1f2}',
        '\u{10d0}'..='\u{10ff}' => character,
        other => upper(other),
    }
}

fn title(call: Call<'_, '_>) -> Answer {
    let Some([text]) = call.texts() else {
        return Ok(call.undecided(Type::String));
    };
    let mut after = ' ';
    let words = text.chars().map(|character| {
        let begins = if after.is_ascii() {
            !(after.is_ascii_alphanumeric() || after == '_')
        } else {
            after.is_whitespace()
        };
        after = character;
        if begins {
            initial(character)
        } else {
            character
        }
    });
    call.known(words.collect::<String>())
}

fn startswith(call: Call<'_, '_>) -> Answer {
    let texts = call.text_at(0).zip(call.text_at(1));
    Ok(
        match texts.and_then(|(text, start)| holes::starts(text, start)) {
            Some(does) => Value::bool(does, call.at),
            None => call.undecided(Type::Bool),
        },
    )
}

fn endswith(call: Call<'_, '_>) -> Answer {
    let texts = call.text_at(0).zip(call.text_at(1));
    Ok(match texts.and_then(|(text, end)| holes::ends(text, end)) {
        Some(does) => Value::bool(does, call.at),
        None => call.undecided(Type::Bool),
    })
}

fn strcontains(call: Call<'_, '_>) -> Answer {
    let (Some(text), Some(part)) = (call.text_at(0), call.argument(1).as_str()) else {
        return Ok(call.undecided(Type::Bool));
    };
    let is_in = |piece: &Piece| matches!(piece, Piece::Literal(text) if text.contains(part));
    if part.is_empty() || text.pieces().iter().any(is_in) {
        return Ok(Value::bool(true, call.at));
    }
    Ok(match text.known() {
        Some(_) => Value::bool(false, call.at),
        None => call.undecided(Type::Bool),
    })
}

fn trimprefix(call: Call<'_, '_>) -> Answer {
    let (Some(text), Some(start)) = (call.text_at(0), call.text_at(1)) else {
        return Ok(call.undecided(Type::String));
    };
    let does = holes::starts(text, start);
    Ok(match (does, start.known()) {
        (Some(false), _) => call.partial(text.clone()),
        (Some(true), Some(start)) => call.partial(holes::without_start(text, start)),
        _ => call.undecided(Type::String),
    })
}

fn trimsuffix(call: Call<'_, '_>) -> Answer {
    let (Some(text), Some(end)) = (call.text_at(0), call.text_at(1)) else {
        return Ok(call.undecided(Type::String));
    };
    let does = holes::ends(text, end);
    Ok(match (does, end.known()) {
        (Some(false), _) => call.partial(text.clone()),
        (Some(true), Some(end)) => call.partial(holes::without_end(text, end)),
        _ => call.undecided(Type::String),
    })
}

fn trim(call: Call<'_, '_>) -> Answer {
    let Some([text, characters]) = call.texts() else {
        return Ok(call.undecided(Type::String));
    };
    let goes = |one: char| characters.contains(one);
    call.known(text.trim_matches(goes))
}

fn strrev(call: Call<'_, '_>) -> Answer {
    let Some([text]) = call.texts() else {
        return Ok(call.undecided(Type::String));
    };
    call.known(text.graphemes(true).rev().collect::<String>())
}

fn substr(call: Call<'_, '_>) -> Answer {
    let (Some([text]), Some(offset), Some(length)) =
        (call.texts(), call.whole_at(1)?, call.whole_at(2)?)
    else {
        return Ok(call.undecided(Type::String));
    };
    let magnitude = usize::try_from(offset.unsigned_abs()).unwrap_or(usize::MAX);
    let start = if offset < 0 {
        text.graphemes(true).count().saturating_sub(magnitude)
    } else {
        magnitude
    };
    let length = usize::try_from(length).unwrap_or(usize::MAX);
    let taken = text.graphemes(true).skip(start).take(length);
    call.known(taken.collect::<String>())
}

fn split(call: Call<'_, '_>) -> Answer {
    match call.texts() {
        Some(["", text]) => call.strings(text.chars()),
        Some([separator, text]) => call.strings(text.split(separator)),
        None => Ok(call.undecided(Type::list(Type::String))),
    }
}

fn replace(call: Call<'_, '_>) -> Answer {
    let Some([text, what, with]) = call.texts() else {
        return Ok(call.undecided(Type::String));
    };
    let pattern = what
        .strip_prefix('/')
        .and_then(|rest| rest.strip_suffix('/'));
    if let Some(pattern) = pattern {
        return regular::replace(&call, text, pattern, with);
    }
    let growth = text.matches(what).count().saturating_mul(with.len());
    call.check_length(growth.saturating_add(text.len()))?;
    call.known(text.replace(what, with))
}

fn join(call: Call<'_, '_>) -> Answer {
    let (Some(separator), Some(lists)) = (call.text_at(0), call.arguments.get(1..)) else {
        return Ok(call.undecided(Type::String));
    };
    if lists.is_empty() {
        return Err(call.error("at least one list is required"));
    }
    let (mut joined, mut bytes) = (Text::default(), 0_usize);
    let mut is_first = true;
    for list in lists {
        let Some(elements) = list.elements() else {
            // The hole stands for its elements and for the separator at their one end.
            let because = list.any_unknown();
            let because = because.ok_or_else(|| call.error("only lists can be joined"))?;
            joined.push_hole(because.hole());
            continue;
        };
        for element in elements {
            if !is_first {
                joined.push(separator);
            }
            is_first = false;
            match &element.data {
                Data::Text(text) => joined.push(text),
                Data::Null(_) => return Err(call.error("a null value cannot be joined")),
                _ => joined.push_hole(hole_of(element)),
            }
            bytes = bytes.saturating_add(holes::length(separator));
            bytes = bytes.saturating_add(element_length(element));
            call.check_length(bytes)?;
        }
    }
    Ok(call.partial(joined).marked(call.has_secret()))
}

fn element_length(element: &Value) -> usize {
    match &element.data {
        Data::Text(text) => holes::length(text),
        _ => 1,
    }
}

/// What stands for a value in a text where the value is not known.
fn hole_of(value: &Value) -> crate::hcl::value::Hole {
    let because = value.any_unknown().unwrap_or_else(|| Unknown {
        of: Type::String,
        why: crate::model::value::Why::UnexpectedForm,
        what: None,
    });
    because.hole()
}
