//! Functions on files and their paths, and templates.
//!
//! Only the files of the module tree are read. What depends on the machine that Terraform runs on, such
//! as the home directory, is not known.
//!
//! Source: Terraform Language, "Built-in Functions", "Filesystem Functions".

mod patterns;
mod templates;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use md5::Md5;
use sha1::Sha1;
use sha2::{Sha256, Sha512};

use super::arguments::MOST;
use super::hashes::{base64, hexadecimal};
use super::{Call, Error, FileError, Function, Parameter, ParameterType, ResultType, text};
use crate::hcl::convert::set_of;
use crate::hcl::types::Type;
use crate::hcl::value::Value;

pub(super) use templates::templatestring;

const STRING: Parameter = Parameter::new(ParameterType::String);

pub(super) const FUNCTIONS: &[Function] = &[
    text("abspath", &[STRING], abspath),
    text("basename", &[STRING], |call| of_path(&call, basename)),
    text("dirname", &[STRING], |call| of_path(&call, dirname)),
    text("file", &[STRING], file),
    text("filebase64", &[STRING], |call| {
        of_bytes(&call, |bytes| STANDARD.encode(bytes))
    }),
    text("filebase64sha256", &[STRING], |call| {
        of_bytes(&call, base64::<Sha256>)
    }),
    text("filebase64sha512", &[STRING], |call| {
        of_bytes(&call, base64::<Sha512>)
    }),
    Function {
        result: ResultType::Bool,
        ..text("fileexists", &[STRING], fileexists)
    },
    text("filemd5", &[STRING], |call| {
        of_bytes(&call, hexadecimal::<Md5>)
    }),
    Function {
        result: ResultType::Any,
        ..text("fileset", &[STRING, STRING], fileset)
    },
    text("filesha1", &[STRING], |call| {
        of_bytes(&call, hexadecimal::<Sha1>)
    }),
    text("filesha256", &[STRING], |call| {
        of_bytes(&call, hexadecimal::<Sha256>)
    }),
    text("filesha512", &[STRING], |call| {
        of_bytes(&call, hexadecimal::<Sha512>)
    }),
    text("pathexpand", &[STRING], pathexpand),
    Function {
        result: ResultType::Any,
        ..text(
            "templatefile",
            &[STRING, Parameter::new(ParameterType::Any)],
            templates::templatefile,
        )
    },
];

/// The content of a file; the error says why there is none.
fn read(call: &Call<'_, '_>, path: &str) -> Result<Vec<u8>, Error> {
    let bytes = call.evaluator.files().read(path);
    let bytes = bytes.map_err(|error| refused(call, path, &error))?;
    call.check_length(bytes.len())?;
    call.evaluator.spend(bytes.len() / 64, call.at)?;
    Ok(bytes)
}

fn refused(call: &Call<'_, '_>, path: &str, error: &FileError) -> Error {
    call.error(match error {
        FileError::Missing => format!("there is no file {path:?}"),
        FileError::Outside => {
            format!("{path:?} lies outside of the module tree, where nothing is read")
        }
        FileError::Unreadable(why) => format!("{path:?} cannot be read: {why}"),
    })
}

/// The content of a file of text.
fn read_text(call: &Call<'_, '_>, path: &str) -> Result<String, Error> {
    let text = String::from_utf8(read(call, path)?);
    text.map_err(|_| call.error(format!("{path:?} is no text in UTF-8")))
}

fn file(call: Call<'_, '_>) -> Result<Value, Error> {
    match call.texts() {
        Some([path]) => call.known(read_text(&call, path)?),
        None => Ok(call.undecided(Type::String)),
    }
}

fn of_bytes(call: &Call<'_, '_>, give: fn(&[u8]) -> String) -> Result<Value, Error> {
    match call.texts() {
        Some([path]) => call.known(give(&read(call, path)?)),
        None => Ok(call.undecided(Type::String)),
    }
}

fn of_path(call: &Call<'_, '_>, give: fn(&str) -> String) -> Result<Value, Error> {
    match call.texts() {
        Some([path]) => call.known(give(path)),
        None => Ok(call.undecided(Type::String)),
    }
}

fn fileexists(call: Call<'_, '_>) -> Result<Value, Error> {
    let Some([path]) = call.texts() else {
        return Ok(call.undecided(Type::Bool));
    };
    match call.evaluator.files().read(path) {
        Ok(bytes) => {
            call.evaluator.spend(bytes.len() / 64, call.at)?;
            Ok(Value::bool(true, call.at))
        }
        Err(FileError::Missing) => Ok(Value::bool(false, call.at)),
        Err(error) => Err(refused(&call, path, &error)),
    }
}

fn fileset(call: Call<'_, '_>) -> Result<Value, Error> {
    let of = Type::set(Type::String);
    let Some([path, pattern]) = call.texts() else {
        return Ok(call.undecided(of));
    };
    let pattern = clean(pattern);
    if pattern == ".." || pattern.starts_with("../") {
        return Ok(call.not_evaluated(of));
    }
    let pattern = patterns::Pattern::read(pattern.trim_start_matches('/'));
    let pattern = pattern.map_err(|why| call.error(why))?;
    let files = match call.evaluator.files().list(path) {
        Ok(files) => files,
        Err(FileError::Missing) => Vec::new(),
        Err(error) => return Err(refused(&call, path, &error)),
    };
    call.evaluator.spend(files.len(), call.at)?;
    let mut found = Vec::new();
    for file in files {
        let name = file.to_string_lossy().replace('\\', "/");
        if pattern.matches(&name) {
            found.push(Value::text(name, call.at));
        }
        if found.len() > MOST {
            return Err(call.error("there are too many files"));
        }
    }
    Ok(Value::new(set_of(Type::String, found), call.at))
}

/// An absolute path needs no directory that it starts from.
fn abspath(call: Call<'_, '_>) -> Result<Value, Error> {
    match call.texts() {
        Some([path]) if path.starts_with('/') => call.known(clean(path)),
        Some(_) => Ok(call.not_evaluated(Type::String)),
        None => Ok(call.undecided(Type::String)),
    }
}

fn pathexpand(call: Call<'_, '_>) -> Result<Value, Error> {
    match call.texts() {
        Some([path]) if path == "~" || path.starts_with("~/") => {
            Ok(call.not_evaluated(Type::String))
        }
        Some([path]) if path.starts_with('~') => {
            Err(call.error("the home directory of another user cannot be named"))
        }
        Some([path]) => call.known(path),
        None => Ok(call.undecided(Type::String)),
    }
}

/// The shortest path that is the same: without `.`, and without `..` as far as that goes.
fn clean(path: &str) -> String {
    let is_absolute = path.starts_with('/');
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split('/') {
        match (part, parts.last()) {
            ("" | ".", _) => {}
            ("..", None) if is_absolute => {}
            ("..", Some(last)) if *last != ".." => {
                parts.pop();
            }
            _ => parts.push(part),
        }
    }
    match (is_absolute, parts.is_empty()) {
        (true, _) => format!("/{}", parts.join("/")),
        (false, true) => ".".to_owned(),
        (false, false) => parts.join("/"),
    }
}

fn basename(path: &str) -> String {
    let trimmed = path.trim_end_matches('/');
    match (path.is_empty(), trimmed.rsplit('/').next()) {
        (true, _) => ".".to_owned(),
        (false, Some("") | None) => "/".to_owned(),
        (false, Some(last)) => last.to_owned(),
    }
}

fn dirname(path: &str) -> String {
    match path.rsplit_once('/') {
        Some((directory, _)) => clean(&format!("{directory}/")),
        None => ".".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn takes_paths_apart_as_terraform_does() {
        for (path, base, directory, cleaned) in [
            ("", ".", ".", "."),
            ("/", "/", "/", "/"),
            ("a/", "a", "a", "a"),
            ("a", "a", ".", "a"),
            ("/a", "a", "/", "/a"),
            ("a//b/", "b", "a/b", "a/b"),
            ("a/../b/c", "c", "b", "b/c"),
            ("../a/./b", "b", "../a", "../a/b"),
            ("/../a", "a", "/", "/a"),
            ("a/../..", "..", ".", ".."),
        ] {
            assert_eq!(basename(path), base, "{path}");
            assert_eq!(dirname(path), directory, "{path}");
            assert_eq!(clean(path), cleaned, "{path}");
        }
    }
}
