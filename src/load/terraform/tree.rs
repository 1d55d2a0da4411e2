//! Where the files of a configuration come from.
//!
//! Paths are texts with `/` between their parts, seen from the directory of the root module, as in
//! Terraform's `path.module`.

use std::fmt;
use std::fs::{self, File};
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use crate::hcl::functions::{FileError, Files};

/// Larger files are not read.
pub(super) const LARGEST_FILE: u64 = 16 << 20;

/// More files below one directory are not listed.
const MOST_FILES: usize = 100_000;

/// The files of a configuration: those of a directory or of a plan file. Nothing else is ever read.
pub trait Tree: fmt::Debug + Send + Sync {
    /// The names of the files in a directory, sorted.
    ///
    /// # Errors
    /// Why it cannot be listed.
    fn names(&self, directory: &str) -> Result<Vec<String>, FileError>;

    /// The content of a file of at most 16 MiB.
    ///
    /// # Errors
    /// Why it cannot be read.
    fn read(&self, path: &str) -> Result<Vec<u8>, FileError>;

    /// Every file below a directory, by its path from there, sorted. Links to directories are not
    /// followed.
    ///
    /// # Errors
    /// Why it cannot be listed.
    fn below(&self, directory: &str) -> Result<Vec<PathBuf>, FileError>;

    /// What messages call a file.
    fn shown(&self, path: &str) -> String;

    /// The list of the modules that `terraform init` installed, if there is one.
    fn manifest(&self) -> Option<Vec<u8>>;
}

/// A path without `.`, and without `..` where it can be: `a/./b/../c` is `a/c`. Nothing is `.`.
#[must_use]
pub(super) fn plain(path: &str) -> String {
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." if parts.last().is_some_and(|last| *last != "..") => {
                parts.pop();
            }
            ".." if path.starts_with('/') => {}
            _ => parts.push(part),
        }
    }
    let joined = parts.join("/");
    match (path.starts_with('/'), joined.is_empty()) {
        (true, _) => format!("/{joined}"),
        (false, true) => ".".to_owned(),
        (false, false) => joined,
    }
}

/// A root module's directory on disk.
#[derive(Debug)]
pub struct Directory {
    /// As the user named it.
    shown: String,
    root: PathBuf,
    boundary: PathBuf,
    /// The one file of the root module, if the user named it and not its directory.
    only: Option<String>,
}

impl Directory {
    /// Opens the directory of a root module, or a single file as a module of its own. Only what lies
    /// within `boundary` is read, wherever links lead; [`boundary`] tells what is sensible.
    ///
    /// # Errors
    /// If there is no such directory or file, or no such boundary.
    pub fn open(path: &Path, boundary: &Path) -> io::Result<Self> {
        let only = path.file_name().filter(|_| path.is_file());
        let directory = directory_of(path);
        Ok(Self {
            shown: directory.to_string_lossy().replace('\\', "/"),
            root: directory.canonicalize()?,
            boundary: boundary.canonicalize()?,
            only: only.map(|name| name.to_string_lossy().into_owned()),
        })
    }

    /// The real path of what is there, inside of the boundary.
    fn real(&self, path: &str) -> Result<PathBuf, FileError> {
        let mut real = self.root.clone();
        if path.starts_with('/') {
            real = PathBuf::from(plain(path));
        } else {
            for part in plain(path).split('/') {
                match part {
                    "." => {}
                    ".." => {
                        real.pop();
                    }
                    part => real.push(part),
                }
            }
        }
        // Whether something is there must not be told of what lies outside.
        if !real.starts_with(&self.boundary) {
            return Err(FileError::Outside);
        }
        let real = real.canonicalize().map_err(|error| of_io(&error))?;
        if real.starts_with(&self.boundary) {
            Ok(real)
        } else {
            Err(FileError::Outside)
        }
    }
}

impl Tree for Directory {
    fn names(&self, directory: &str) -> Result<Vec<String>, FileError> {
        let real = self.real(directory)?;
        if let Some(only) = &self.only
            && plain(directory) == "."
        {
            return Ok(vec![only.clone()]);
        }
        let mut names = Vec::new();
        for entry in fs::read_dir(real).map_err(|error| of_io(&error))? {
            let entry = entry.map_err(|error| of_io(&error))?;
            // A link that leads nowhere is named, so that reading it tells.
            if !entry.path().is_dir() {
                names.push(entry.file_name().to_string_lossy().into_owned());
            }
            if names.len() > MOST_FILES {
                return Err(too_many());
            }
        }
        names.sort();
        Ok(names)
    }

    fn read(&self, path: &str) -> Result<Vec<u8>, FileError> {
        read(&self.real(path)?)
    }

    fn below(&self, directory: &str) -> Result<Vec<PathBuf>, FileError> {
        let root = self.real(directory)?;
        let (mut files, mut open, mut seen) = (Vec::new(), vec![root.clone()], 0);
        while let Some(folder) = open.pop() {
            for entry in fs::read_dir(folder).map_err(|error| of_io(&error))? {
                let entry = entry.map_err(|error| of_io(&error))?;
                let kind = entry.file_type().map_err(|error| of_io(&error))?;
                seen += 1;
                if seen > MOST_FILES {
                    return Err(too_many());
                }
                let path = entry.path();
                let is_file = kind.is_file()
                    || kind.is_symlink()
                        && path
                            .canonicalize()
                            .is_ok_and(|real| real.starts_with(&self.boundary) && real.is_file());
                if kind.is_dir() {
                    open.push(path);
                } else if is_file && let Ok(inside) = path.strip_prefix(&root) {
                    files.push(inside.to_owned());
                }
            }
        }
        files.sort();
        Ok(files)
    }

    fn shown(&self, path: &str) -> String {
        if path.starts_with('/') {
            return plain(path);
        }
        plain(&format!("{}/{path}", self.shown))
    }

    fn manifest(&self) -> Option<Vec<u8>> {
        self.read(".terraform/modules/modules.json").ok()
    }
}

/// How far the modules of a root module may lead out of it: to the end of the git work tree that it lies in,
/// else to that of the working directory or of what the user named, where it lies in those.
#[must_use]
pub fn boundary(root: &Path, named: &[String]) -> PathBuf {
    let own = directory_of(root);
    let real = own.canonicalize().unwrap_or_else(|_| own.to_owned());
    let mut ancestors = real.ancestors();
    if let Some(work_tree) = ancestors.find(|ancestor| ancestor.join(".git").exists()) {
        return work_tree.to_owned();
    }
    let named = named.iter().map(|one| directory_of(Path::new(one)));
    let around = named.chain([Path::new(".")]);
    let around = around.filter_map(|one| one.canonicalize().ok());
    // All of a machine is no project.
    let around = around.filter(|one| real.starts_with(one) && one.parent().is_some());
    around
        .min_by_key(|one| one.as_os_str().len())
        .unwrap_or(real)
}

/// A directory, or that in which a file lies.
fn directory_of(path: &Path) -> &Path {
    match path.parent().filter(|_| path.is_file()) {
        Some(parent) if parent.as_os_str().is_empty() => Path::new("."),
        Some(parent) => parent,
        None => path,
    }
}

/// The content of a regular file, if it is not too large.
pub(super) fn read(path: &Path) -> Result<Vec<u8>, FileError> {
    let metadata = fs::metadata(path).map_err(|error| of_io(&error))?;
    if !metadata.is_file() {
        return Err(FileError::Unreadable("it is no file".to_owned()));
    }
    let file = File::open(path).map_err(|error| of_io(&error))?;
    let mut bytes = Vec::new();
    let mut capped = file.take(LARGEST_FILE + 1);
    capped
        .read_to_end(&mut bytes)
        .map_err(|error| of_io(&error))?;
    if bytes.len() as u64 > LARGEST_FILE {
        return Err(FileError::Unreadable("it is larger than 16 MiB".to_owned()));
    }
    Ok(bytes)
}

fn too_many() -> FileError {
    FileError::Unreadable(format!("more than {MOST_FILES} files lie there"))
}

fn of_io(error: &io::Error) -> FileError {
    match error.kind() {
        io::ErrorKind::NotFound | io::ErrorKind::NotADirectory => FileError::Missing,
        _ => FileError::Unreadable(error.to_string()),
    }
}

/// What a file error is in words that follow "cannot be read: ".
pub(super) fn words(error: &FileError) -> &str {
    match error {
        FileError::Missing => "it is not there",
        FileError::Outside => "it lies outside of what is read for this input",
        FileError::Unreadable(why) => why,
    }
}

/// The files of a tree as functions read them: `file("a.txt")` is a path from the root module's
/// directory, where Terraform runs.
#[derive(Debug, Clone, Copy)]
pub struct TreeFiles<'t>(pub &'t dyn Tree);

impl Files for TreeFiles<'_> {
    fn read(&self, path: &str) -> Result<Vec<u8>, FileError> {
        not_home(path)?;
        self.0.read(path)
    }

    fn list(&self, directory: &str) -> Result<Vec<PathBuf>, FileError> {
        not_home(directory)?;
        self.0.below(directory)
    }
}

/// Functions take `~` for the user's home.
fn not_home(path: &str) -> Result<(), FileError> {
    if path.starts_with('~') {
        return Err(FileError::Outside);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_plain() {
        for (path, expected) in [
            ("", "."),
            ("./", "."),
            ("./modules//a/", "modules/a"),
            ("a/../../b/./c", "../b/c"),
            ("../../x/..", "../.."),
            ("/a/../../b", "/b"),
            ("/", "/"),
        ] {
            assert_eq!(plain(path), expected, "{path}");
        }
    }

    #[test]
    fn the_boundary_of_a_file_is_that_of_its_directory() {
        let here = Path::new("Cargo.toml");
        assert_eq!(boundary(here, &[]), boundary(Path::new("."), &[]));
        assert!(Directory::open(here, &boundary(here, &[])).is_ok());
    }
}
