//! Finds what the user named: files, directories, standard input.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use ignore::WalkBuilder;

use super::LoadError;

/// Enough of a file to tell that it is no input.
const HEAD: usize = 64;

/// One text to judge, or why there is none.
#[derive(Debug)]
pub struct Input {
    /// The name in messages: a path as the user wrote it, or `-`.
    pub name: String,
    /// The directory it was found in, as a place in [`Found::searched`]; none if the user named it.
    pub searched: Option<usize>,
}

/// What the user's paths lead to.
#[derive(Debug, Default)]
pub struct Found {
    /// Files to look into, and standard input, in the order given.
    pub inputs: Vec<Input>,
    /// What could not be searched.
    pub unreadable: Vec<(String, LoadError)>,
    /// Directories that were searched, with what lies there beside JSON.
    pub searched: Vec<Directory>,
}

/// A directory that was searched.
#[derive(Debug)]
pub struct Directory {
    /// Its name as the user wrote it.
    pub name: String,
    /// Terraform source files in it.
    pub terraform: usize,
    /// YAML files in it.
    pub yaml: usize,
}

impl Found {
    /// Takes a plan in that lies in the named directory itself: plans are often ignored by git, and one
    /// that is not seen must not look like one that is clean.
    fn add_ignored(&mut self, path: &str, searched: usize) {
        let Ok(entries) = std::fs::read_dir(path) else {
            return;
        };
        let mut files: Vec<_> = entries
            .filter_map(|entry| Some(entry.ok()?.path()))
            .filter(|path| path.extension().is_some_and(|end| end == "json") && path.is_file())
            .map(|path| plain_name(&path))
            .collect();
        files.sort();
        for name in files {
            if !self.inputs.iter().any(|input| input.name == name) {
                self.inputs.push(Input {
                    name,
                    searched: Some(searched),
                });
            }
        }
    }
}

fn plain_name(path: &Path) -> String {
    let name = path.to_string_lossy();
    name.strip_prefix("./").unwrap_or(&name).to_owned()
}

impl Directory {
    /// Why nothing in it was judged.
    #[must_use]
    pub fn nothing_inside(&self) -> LoadError {
        let mut beside = Vec::new();
        let mut count = |number: usize, what: &str| {
            if number > 0 {
                let plural = if number == 1 { "" } else { "s" };
                beside.push(format!("{number} {what} file{plural}"));
            }
        };
        count(self.terraform, "Terraform source");
        count(self.yaml, "YAML");
        LoadError::NothingInside(if beside.is_empty() {
            String::new()
        } else {
            format!(
                "; it holds {}, which this version does not read",
                beside.join(" and ")
            )
        })
    }
}

/// Finds the inputs that the user named. Directories are searched for JSON, `.gitignore` respected.
#[must_use]
pub fn gather(paths: &[String]) -> Found {
    let mut found = Found::default();
    for path in paths {
        if path != "-" && Path::new(path).is_dir() {
            search(path, &mut found);
        } else {
            found.inputs.push(Input {
                name: path.clone(),
                searched: None,
            });
        }
    }
    found
}

fn search(path: &str, found: &mut Found) {
    let mut directory = Directory {
        name: path.to_owned(),
        terraform: 0,
        yaml: 0,
    };
    let mut files = Vec::new();
    let walk = WalkBuilder::new(path)
        .sort_by_file_path(Path::cmp)
        .require_git(false)
        .build();
    for entry in walk {
        let entry = match entry {
            Ok(entry) => entry,
            Err(error) => {
                let io = io::Error::other(error.to_string());
                found.unreadable.push((path.to_owned(), LoadError::Io(io)));
                continue;
            }
        };
        if entry.file_type().is_none_or(|kind| kind.is_dir()) {
            continue;
        }
        let name = plain_name(entry.path());
        match entry.path().extension().and_then(|end| end.to_str()) {
            Some("json") => files.push(name),
            Some("tf" | "tofu") => directory.terraform += 1,
            Some("yaml" | "yml") => directory.yaml += 1,
            _ => {}
        }
    }
    let searched = Some(found.searched.len());
    found.searched.push(directory);
    let inputs = files.into_iter().map(|name| Input { name, searched });
    found.inputs.extend(inputs);
    found.add_ignored(path, found.searched.len() - 1);
}

impl Input {
    /// Reads the text. Whether it is an input at all is told as early as its first bytes tell.
    pub fn read(&self) -> Result<String, LoadError> {
        if self.name == "-" {
            return text(io::stdin().lock(), 0);
        }
        let file = File::open(&self.name).map_err(LoadError::Io)?;
        let metadata = file.metadata().map_err(LoadError::Io)?;
        if metadata.is_file() && metadata.len() > u64::from(u32::MAX) {
            return Err(LoadError::TooLarge);
        }
        text(file, usize::try_from(metadata.len()).unwrap_or(0))
    }
}

/// Reads a text of about this many bytes.
fn text(mut source: impl Read, size: usize) -> Result<String, LoadError> {
    let mut bytes = Vec::new();
    let mut head = source.by_ref().take(HEAD as u64);
    head.read_to_end(&mut bytes).map_err(LoadError::Io)?;
    check_head(&bytes)?;
    // One more byte, so that the end is seen without growing.
    bytes.reserve_exact((size + 1).saturating_sub(bytes.len()));
    let mut rest = source.take(u64::from(u32::MAX) + 1);
    rest.read_to_end(&mut bytes).map_err(LoadError::Io)?;
    if bytes.len() > u32::MAX as usize {
        return Err(LoadError::TooLarge);
    }
    let mut text = String::from_utf8(bytes).map_err(|error| {
        let valid = error.utf8_error().valid_up_to();
        let before = error.as_bytes().get(..valid).unwrap_or_default();
        LoadError::NotUtf8 {
            line: before.split(|byte| *byte == b'\n').count(),
        }
    })?;
    if text.starts_with('\u{feff}') {
        text.remove(0);
    }
    Ok(text)
}

/// Tells by the first bytes what cannot be a JSON object, so that it need not be read to its end.
fn check_head(head: &[u8]) -> Result<(), LoadError> {
    let not_json = |reason: &str| LoadError::NotJson {
        line: 1,
        column: 1,
        reason: reason.to_owned(),
    };
    match head {
        [] => return Err(LoadError::Empty),
        [b'P', b'K', 3, 4, ..] => return Err(LoadError::BinaryPlan),
        [0xFF, 0xFE, ..] | [0xFE, 0xFF, ..] => return Err(LoadError::Utf16),
        _ => {}
    }
    let head = head.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(head);
    match head.trim_ascii_start().first() {
        None if head.len() < HEAD => Err(LoadError::Empty),
        // Only blanks so far: the parser will tell.
        Some(b'{') | None => Ok(()),
        Some(0) => Err(not_json("it begins with zero bytes")),
        Some(_) => Err(not_json("expected `{`")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn error(bytes: &[u8]) -> String {
        text(bytes, 0).unwrap_err().to_string()
    }

    #[test]
    fn tells_what_is_no_json_by_its_first_bytes() {
        assert_eq!(error(b""), "is empty");
        assert_eq!(error(b" \n"), "is empty");
        assert_eq!(error(b"PK\x03\x04rest"), "is a binary plan file");
        assert_eq!(error(b"\xFF\xFE{\0"), "is UTF-16 text");
        assert_eq!(
            error(&[0; 100]),
            "is not JSON: it begins with zero bytes at line 1, column 1"
        );
        let wrong = error(b"{\"a\": 1,\n\"b\": \"\xFF\"}");
        assert!(wrong.contains("line 2"), "{wrong}");
    }

    #[test]
    fn a_byte_order_mark_is_no_part_of_the_text() {
        assert_eq!(text(&b"\xEF\xBB\xBF{}"[..], 5).unwrap(), "{}");
    }
}
