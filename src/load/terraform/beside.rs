//! Where source is: what the user names, or what lies beside a plan.

use std::fs::{self, File};
use std::io::Read as _;
use std::path::Path;

use super::{Directory, PlanFile, Tree, boundary, is_source};
use crate::load::LoadError;

/// What a binary plan file begins with: it is a zip archive.
const ZIP: &[u8] = b"PK\x03\x04";

/// Opens source: a directory, one file as a module of its own, or a binary plan file. `named` is all that the
/// user named, in which modules may lie.
///
/// # Errors
/// What cannot be read.
pub fn open(path: &str, named: &[String]) -> Result<Box<dyn Tree>, LoadError> {
    if is_zip(path) {
        let bytes = fs::read(path).map_err(LoadError::Io)?;
        return Ok(Box::new(PlanFile::open(path, &bytes)?));
    }
    let place = Path::new(path);
    let tree = Directory::open(place, &boundary(place, named)).map_err(LoadError::Io)?;
    Ok(Box::new(tree))
}

/// What lies beside a plan and may be its source: a file of its own name, the Terraform source of its
/// directory, a binary plan file.
#[must_use]
pub fn source_beside(plan: &str) -> Option<String> {
    if plan == "-" {
        return None;
    }
    let path = Path::new(plan);
    let name = path.file_name()?.to_str()?;
    let directory = match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    };
    let text = |path: &Path| path.to_str().map(str::to_owned);
    if let Some(stem) = name.strip_suffix(".plan.json") {
        let own = directory.join(format!("{stem}.tf"));
        if own.is_file() {
            return text(&own);
        }
    }
    let entries = fs::read_dir(directory).ok()?;
    let names = entries.filter_map(|entry| entry.ok()?.file_name().into_string().ok());
    let mut names: Vec<_> = names.collect();
    names.sort();
    if names.iter().any(|name| is_source(name)) {
        return text(directory);
    }
    let stem = name.split('.').next().unwrap_or(name);
    let is_binary = |other: &&String| {
        let other_stem = other.split('.').next().unwrap_or(other);
        let is_named_so = other_stem == stem || other_stem == "tfplan";
        is_named_so && *other != name && directory.join(other).to_str().is_some_and(is_zip)
    };
    let binary = names.iter().find(is_binary)?;
    text(&directory.join(binary))
}

fn is_zip(path: &str) -> bool {
    let mut head = [0; 4];
    // Opening a pipe would wait for its other end.
    let file = Path::new(path).is_file().then(|| File::open(path));
    file.is_some_and(|file| {
        file.is_ok_and(|mut file| file.read_exact(&mut head).is_ok() && head == ZIP)
    })
}
