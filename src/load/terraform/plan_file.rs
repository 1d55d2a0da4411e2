//! The binary plan file, which `terraform plan -out` writes: a zip archive that holds the configuration
//! as it was planned.
//!
//! Source: no page documents it; made and looked into with Terraform 1.11.4.

use std::collections::BTreeMap;
use std::io::{Cursor, Read as _};
use std::path::PathBuf;

use serde::Deserialize;
use zip::ZipArchive;

use super::tree::{LARGEST_FILE, Tree, plain};
use crate::hcl::functions::FileError;
use crate::load::LoadError;

const MOST_ENTRIES: usize = 10_000;
const MOST_BYTES: u64 = 64 << 20;

const CONFIGURATION: &str = "tfconfig/m-";
const MANIFEST: &str = "tfconfig/modules.json";

/// The configuration inside of a binary plan file, in memory.
#[derive(Debug)]
pub struct PlanFile {
    shown: String,
    manifest: Vec<u8>,
    /// The files of each directory.
    directories: BTreeMap<String, BTreeMap<String, Vec<u8>>>,
}

/// A module in a manifest: in a plan file a list of them, on disk under `Modules`.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Installed {
    /// The names of the calls that lead to it, with dots between them.
    pub(super) key: String,
    /// Where it came from, as Terraform writes it.
    #[serde(default)]
    pub(super) source: String,
    /// Where it lies, from the root module's directory.
    pub(super) dir: String,
}

/// Reads a manifest of either form.
pub(super) fn installed(manifest: &[u8]) -> Result<Vec<Installed>, serde_json::Error> {
    #[derive(Deserialize)]
    #[serde(rename_all = "PascalCase")]
    struct OnDisk {
        modules: Vec<Installed>,
    }
    if manifest.trim_ascii_start().starts_with(b"[") {
        return serde_json::from_slice(manifest);
    }
    serde_json::from_slice::<OnDisk>(manifest).map(|on_disk| on_disk.modules)
}

impl PlanFile {
    /// Reads a plan file; `name` is what messages call it.
    ///
    /// # Errors
    /// If it is no plan file, or larger inside than any.
    pub fn open(name: impl Into<String>, bytes: &[u8]) -> Result<Self, LoadError> {
        let broken = |why: &str| LoadError::BrokenPlanFile(why.to_owned());
        let mut archive =
            ZipArchive::new(Cursor::new(bytes)).map_err(|error| broken(&error.to_string()))?;
        if archive.len() > MOST_ENTRIES {
            return Err(broken("it holds more than 10,000 files"));
        }
        let (mut left, mut manifest, mut modules) = (MOST_BYTES, None, BTreeMap::new());
        for at in 0..archive.len() {
            let entry = archive
                .by_index(at)
                .map_err(|error| broken(&error.to_string()))?;
            let path = entry.name().map_err(|error| broken(&error.to_string()))?;
            let path = path.into_owned();
            // Beside the configuration there are the state and the plan itself.
            let file = path
                .strip_prefix(CONFIGURATION)
                .and_then(|rest| rest.rsplit_once('/'));
            if file.is_none() && path != MANIFEST {
                continue;
            }
            let mut content = Vec::new();
            entry
                .take(left + 1)
                .read_to_end(&mut content)
                .map_err(|error| broken(&format!("`{path}`: {error}")))?;
            left = left
                .checked_sub(content.len() as u64)
                .ok_or_else(|| broken("it holds more than 64 MiB of configuration"))?;
            match file {
                Some((key, file)) => {
                    let files: &mut BTreeMap<_, _> = modules.entry(key.to_owned()).or_default();
                    files.insert(file.to_owned(), content);
                }
                None => manifest = Some(content),
            }
        }
        let manifest = manifest.ok_or_else(|| broken("it holds no configuration"))?;
        let listed = installed(&manifest)
            .map_err(|error| broken(&format!("its list of modules: {error}")))?;
        let mut directories = BTreeMap::new();
        for module in listed {
            // A directory that two calls lead to is there twice.
            if let Some(files) = modules.remove(&module.key) {
                let directory = if module.key.is_empty() {
                    ".".to_owned()
                } else {
                    plain(&module.dir.replace('\\', "/"))
                };
                directories.entry(directory).or_insert(files);
            }
        }
        if !directories.contains_key(".") {
            return Err(broken("it holds no root module"));
        }
        Ok(Self {
            shown: name.into(),
            manifest,
            directories,
        })
    }
}

fn not_inside() -> FileError {
    FileError::Unreadable(
        "a binary plan file holds the configuration, and no file that it reads".to_owned(),
    )
}

impl Tree for PlanFile {
    fn names(&self, directory: &str) -> Result<Vec<String>, FileError> {
        let files = self.directories.get(&plain(directory));
        let files = files.ok_or(FileError::Missing)?;
        Ok(files.keys().cloned().collect())
    }

    fn read(&self, path: &str) -> Result<Vec<u8>, FileError> {
        let path = plain(path);
        let (directory, name) = path.rsplit_once('/').unwrap_or((".", &path));
        let files = self.directories.get(directory);
        let content = files
            .and_then(|files| files.get(name))
            .ok_or_else(not_inside)?;
        if content.len() as u64 > LARGEST_FILE {
            return Err(FileError::Unreadable("it is larger than 16 MiB".to_owned()));
        }
        Ok(content.clone())
    }

    fn below(&self, _: &str) -> Result<Vec<PathBuf>, FileError> {
        Err(not_inside())
    }

    fn shown(&self, path: &str) -> String {
        format!("{}:{path}", self.shown)
    }

    fn manifest(&self) -> Option<Vec<u8>> {
        Some(self.manifest.clone())
    }
}
