//! Finds what the user named: files, directories, standard input.

use std::collections::BTreeSet;
use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use ignore::WalkBuilder;

use super::cloudformation::{Assembly, Deployment, MANIFEST, assembly};
use super::{LoadError, terraform};

/// Enough of a file to tell that it is no input.
const HEAD: usize = 64;

/// More than the largest template that AWS takes, by far.
const LARGEST_TEMPLATE: usize = 16 << 20;

/// One text to judge, or why there is none.
#[derive(Debug)]
pub struct Input {
    /// The name in messages: a path as the user wrote it, or `-`.
    pub name: String,
    /// The directory it was found in, as a place in [`Found::searched`]; none if the user named it.
    pub searched: Option<usize>,
    /// What it is, by its name.
    pub what: What,
}

/// What an input is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum What {
    /// A text, whose content tells what it is.
    Text,
    /// The template of a stack of a cloud assembly, by its place in [`Found::stacks`].
    Stack(usize),
    /// Terraform source: the directory of a root module, or one file.
    Module,
}

/// What the user's paths lead to.
#[derive(Debug, Default)]
pub struct Found {
    /// Files to look into, and standard input, in the order given.
    pub inputs: Vec<Input>,
    /// What could not be searched.
    pub unreadable: Vec<(String, LoadError)>,
    /// The stacks of cloud assemblies.
    pub stacks: Vec<Deployment>,
    /// Directories that were searched, with what lies there beside JSON.
    pub searched: Vec<Directory>,
}

/// A directory that was searched.
#[derive(Debug)]
pub struct Directory {
    /// Its name as the user wrote it.
    pub name: String,
    /// Terraform modules in it that no root module there calls.
    pub modules: usize,
}

impl Found {
    /// What the assembly tells of an input, if it is of one.
    #[must_use]
    pub fn deployment(&self, input: &Input) -> Option<&Deployment> {
        match input.what {
            What::Stack(at) => self.stacks.get(at),
            What::Text | What::Module => None,
        }
    }

    /// Takes the stacks of an assembly in.
    fn add_assembly(&mut self, assembly: Assembly, searched: Option<usize>) {
        for stack in assembly.stacks {
            self.inputs.push(Input {
                name: stack.template.clone(),
                searched,
                what: What::Stack(self.stacks.len()),
            });
            self.stacks.push(stack);
        }
        self.unreadable.extend(assembly.unreadable);
    }

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
            .filter(|name| !is_of_terraform(name))
            .collect();
        files.sort();
        for name in files {
            if !self.inputs.iter().any(|input| input.name == name) {
                self.inputs.push(Input {
                    name,
                    searched: Some(searched),
                    what: What::Text,
                });
            }
        }
    }
}

fn file_name(path: &str) -> String {
    let name = Path::new(path).file_name();
    name.map_or_else(String::new, |name| name.to_string_lossy().into_owned())
}

/// Whether a JSON file gives values to variables.
fn is_of_terraform(name: &str) -> bool {
    name.ends_with(".tfvars.json")
}

fn plain_name(path: &Path) -> String {
    let name = path.to_string_lossy();
    name.strip_prefix("./").unwrap_or(&name).to_owned()
}

impl Directory {
    /// Why nothing in it was judged.
    #[must_use]
    pub fn nothing_inside(&self) -> LoadError {
        if self.modules > 0 {
            let plural = if self.modules == 1 { "" } else { "s" };
            return LoadError::NothingInside(format!(
                "; it holds {} Terraform module{plural} that no root module there calls: name one to \
                 judge it alone",
                self.modules
            ));
        }
        LoadError::NothingInside(String::new())
    }
}

/// Finds the inputs that the user named. Directories are searched for JSON and YAML, `.gitignore` respected; what
/// is there for other reasons is left out.
#[must_use]
pub fn gather(paths: &[String], left_out: &[String]) -> Found {
    let mut found = Found::default();
    for path in paths {
        if let Some(assembly) = named_assembly(path) {
            found.add_assembly(assembly, None);
        } else if path != "-" && Path::new(path).is_dir() {
            search(path, &mut found);
        } else {
            let is_source = terraform::is_source(&file_name(path));
            found.inputs.push(Input {
                name: path.clone(),
                searched: None,
                what: if is_source { What::Module } else { What::Text },
            });
        }
    }
    found.inputs.retain(|input| {
        let mut left_out = left_out.iter();
        input.searched.is_none() || !left_out.any(|path| is_same_file(path, &input.name))
    });
    found
}

/// Whether two paths lead to one file. Standard input is no file.
#[must_use]
pub fn is_same_file(one: &str, other: &str) -> bool {
    let file = |path| std::fs::canonicalize(path).ok();
    one == other || file(one).is_some_and(|one| file(other) == Some(one))
}

/// The cloud assembly that the user names by its directory or its manifest.
fn named_assembly(path: &str) -> Option<Assembly> {
    if path == "-" {
        return None;
    }
    let path = Path::new(path);
    if path.is_dir() {
        return assembly(path);
    }
    let parent = path.parent().filter(|_| path.ends_with(MANIFEST))?;
    assembly(or_here(parent))
}

/// A directory by a path that may say nothing of it.
fn or_here(directory: &Path) -> &Path {
    if directory.as_os_str().is_empty() {
        Path::new(".")
    } else {
        directory
    }
}

/// The cloud assemblies among files that were found. Whatever else lies in their directories is theirs, and taken
/// away.
fn assemblies(files: &mut Vec<String>, sources: &mut BTreeSet<PathBuf>) -> Vec<Assembly> {
    let manifests = files.iter().map(Path::new);
    let mut manifests: Vec<_> = manifests.filter(|path| path.ends_with(MANIFEST)).collect();
    // An assembly that lies in another one is a part of that.
    manifests.sort_by_key(|path| path.components().count());
    let (mut found, mut directories) = (Vec::new(), Vec::<PathBuf>::new());
    for manifest in manifests {
        let directory = manifest.parent().unwrap_or(Path::new(""));
        if directories.iter().any(|one| directory.starts_with(one)) {
            continue;
        }
        if let Some(assembly) = assembly(or_here(directory)) {
            found.push(assembly);
            directories.push(directory.to_owned());
        }
    }
    let is_theirs = |path: &Path| directories.iter().any(|one| path.starts_with(one));
    files.retain(|name| !is_theirs(Path::new(name)));
    sources.retain(|directory| !is_theirs(Path::new(&plain_name(directory))));
    found
}

fn search(path: &str, found: &mut Found) {
    let mut directory = Directory {
        name: path.to_owned(),
        modules: 0,
    };
    let (mut files, mut sources) = (Vec::new(), BTreeSet::new());
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
        // A pipe that lies there is nobody's input, and a device has no end.
        if !entry.path().is_file() {
            continue;
        }
        let name = plain_name(entry.path());
        if terraform::is_source(&file_name(&name)) {
            let parent = entry.path().parent().unwrap_or(Path::new("."));
            sources.insert(parent.to_owned());
            continue;
        }
        match entry.path().extension().and_then(|end| end.to_str()) {
            Some("json") if !is_of_terraform(&name) => files.push(name),
            Some("yaml" | "yml" | "template") => files.push(name),
            _ => {}
        }
    }
    let searched = Some(found.searched.len());
    let assemblies = assemblies(&mut files, &mut sources);
    let modules = terraform::roots(&sources, Path::new(path));
    directory.modules = modules.modules.len();
    found.searched.push(directory);
    let input = |name, what| Input {
        name,
        searched,
        what,
    };
    let files = files.into_iter().map(|name| input(name, What::Text));
    found.inputs.extend(files);
    for assembly in assemblies {
        found.add_assembly(assembly, searched);
    }
    found.add_ignored(path, found.searched.len() - 1);
    let roots = modules.roots.iter().map(|root| match plain_name(root) {
        name if name.is_empty() => ".".to_owned(),
        name => name,
    });
    found
        .inputs
        .extend(roots.map(|name| input(name, What::Module)));
}

impl Input {
    /// When the file was written, in UTC; none where the system does not tell.
    #[must_use]
    pub fn date(&self) -> Option<String> {
        let written = std::fs::metadata(&self.name).ok()?.modified().ok()?;
        let written = jiff::Timestamp::try_from(written).ok()?;
        Some(written.strftime("%Y-%m-%dT%H:%M:%SZ").to_string())
    }

    /// Reads the text. Whether it is an input at all is told as early as its first bytes tell.
    pub fn read(&self) -> Result<String, LoadError> {
        if self.name == "-" {
            return text(io::stdin().lock(), 0);
        }
        let file = File::open(&self.name).map_err(LoadError::Io)?;
        let metadata = file.metadata().map_err(LoadError::Io)?;
        text(file, usize::try_from(metadata.len()).unwrap_or(0))
    }
}

/// Reads a text of about this many bytes.
fn text(mut source: impl Read, size: usize) -> Result<String, LoadError> {
    let mut bytes = Vec::new();
    let mut head = source.by_ref().take(HEAD as u64);
    head.read_to_end(&mut bytes).map_err(LoadError::Io)?;
    let is_json = check_head(&bytes)?;
    let most = if is_json {
        u32::MAX as usize
    } else {
        LARGEST_TEMPLATE
    };
    if size > most {
        return Err(too_large(is_json));
    }
    // One more byte, so that the end is seen without growing.
    bytes.reserve_exact((size + 1).saturating_sub(bytes.len()));
    let mut rest = source.take(most as u64 + 1);
    rest.read_to_end(&mut bytes).map_err(LoadError::Io)?;
    if bytes.len() > most {
        return Err(too_large(is_json));
    }
    let mut text = String::from_utf8(bytes).map_err(|error| {
        let valid = error.utf8_error().valid_up_to();
        let before = error.as_bytes().get(..valid).unwrap_or_default();
        LoadError::NotUtf8 {
            line: before.split(|byte| *byte == b'\n').count(),
            names_types: error.as_bytes().windows(5).any(|five| five == b"AWS::"),
        }
    })?;
    if text.starts_with('\u{feff}') {
        text.remove(0);
    }
    Ok(text)
}

fn too_large(is_json: bool) -> LoadError {
    if is_json {
        LoadError::TooLarge
    } else {
        LoadError::LargeText
    }
}

/// Tells by the first bytes what can be no input, so that it need not be read to its end, and whether it can be a
/// JSON object.
fn check_head(head: &[u8]) -> Result<bool, LoadError> {
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
        Some(b'{') | None => Ok(true),
        Some(0) => Err(not_json("it begins with zero bytes")),
        Some(_) => Ok(false),
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
