//! Which of the directories with Terraform source are root modules.
//!
//! Source: Terraform Language, "Modules", "The Root Module"; "Standard Module Structure".

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use super::selection;
use super::tree::read;
use crate::hcl;
use crate::hcl::syntax::{Block, ExprKind};
use crate::model::source::SourceMap;

/// What a search found.
#[derive(Debug, Default)]
pub struct Roots {
    /// The directories of root modules, in their order.
    pub roots: Vec<PathBuf>,
    /// Directories that are plainly modules and that nobody calls: they are judged when they are named.
    pub modules: Vec<PathBuf>,
}

/// Whether a file is Terraform source by its name.
#[must_use]
pub fn is_source(name: &str) -> bool {
    let selected = selection::select(&[name.to_owned()]);
    !selected.primary.is_empty() || !selected.overrides.is_empty()
}

/// Tells root modules from modules: one that another one calls is loaded through its callers, and one with
/// variables that must be given, and nothing that only a root module has, is plainly a module. `named` is
/// always a root.
#[must_use]
pub fn roots(directories: &BTreeSet<PathBuf>, named: &Path) -> Roots {
    let shapes: BTreeMap<&PathBuf, Shape> = directories
        .iter()
        .map(|directory| (directory, Shape::of(directory)))
        .collect();
    let called: BTreeSet<PathBuf> = shapes
        .iter()
        .flat_map(|(directory, shape)| {
            let calls = shape.calls.iter();
            calls.filter_map(|call| directory.join(call).canonicalize().ok())
        })
        .collect();
    let mut found = Roots::default();
    for (directory, shape) in shapes {
        let is_called = || {
            let real = directory.canonicalize();
            real.is_ok_and(|real| called.contains(&real))
        };
        if directory == named {
            found.roots.push(directory.clone());
        } else if is_called() {
            // Its callers show it.
        } else if shape.is_plainly_a_module {
            found.modules.push(directory.clone());
        } else {
            found.roots.push(directory.clone());
        }
    }
    found
}

/// What the files of a directory say of its part.
#[derive(Default)]
struct Shape {
    /// The directories that it calls, as written.
    calls: Vec<String>,
    is_plainly_a_module: bool,
}

impl Shape {
    fn of(directory: &Path) -> Self {
        let entries = std::fs::read_dir(directory).into_iter().flatten();
        let names = entries.filter_map(|entry| entry.ok()?.file_name().into_string().ok());
        let mut names: Vec<_> = names.collect();
        names.sort();
        let mut shape = Self::default();
        let is_values = |name: &String| {
            name == "terraform.tfvars"
                || name == "terraform.tfvars.json"
                || name.ends_with(".auto.tfvars")
                || name.ends_with(".auto.tfvars.json")
        };
        let mut is_root = names.iter().any(is_values);
        let mut must_be_given = false;
        for name in names
            .iter()
            .filter(|name| [".tf", ".tofu"].iter().any(|end| name.ends_with(end)))
        {
            let bytes = read(&directory.join(name)).ok();
            let Some(text) = bytes.and_then(|bytes| String::from_utf8(bytes).ok()) else {
                continue;
            };
            let mut sources = SourceMap::default();
            let file = sources.add(name.as_str(), String::new());
            let Ok(body) = hcl::file(&text, file) else {
                continue;
            };
            for block in &body.blocks {
                match block.name.as_str() {
                    "provider" | "import" | "removed" => is_root = true,
                    "terraform" => {
                        let mut inner = block.body.blocks.iter();
                        is_root |=
                            inner.any(|one| matches!(one.name.as_str(), "backend" | "cloud"));
                    }
                    "variable" => must_be_given |= block.body.argument("default").is_none(),
                    "module" => shape.calls.extend(local_source(block)),
                    _ => {}
                }
            }
        }
        shape.is_plainly_a_module = must_be_given && !is_root;
        shape
    }
}

fn local_source(block: &Block) -> Option<String> {
    match &block.body.argument("source")?.value.kind {
        ExprKind::Text(text) if text.starts_with("./") || text.starts_with("../") => {
            Some(text.clone())
        }
        _ => None,
    }
}
