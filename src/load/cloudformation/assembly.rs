//! Cloud assemblies of the CDK, as `cdk synth` writes them: which templates are stacks, where each is deployed to,
//! with which parameters, and which construct made which resource.
//!
//! Nothing outside of the assembly's directory is read, whatever its manifests name.
//!
//! Source: AWS CDK API Reference, "`aws-cdk-lib.cloud_assembly_schema` module"; AWS CDK Developer Guide, "AWS CDK
//! environments".

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Component, Path, PathBuf};

use crate::load::LoadError;
use crate::model::source::{FileId, SourceMap};
use crate::yaml::{Node, read_json};

/// How the manifest of an assembly is called.
pub const MANIFEST: &str = "manifest.json";

/// The file beside it that marks the directory.
const MARK: &str = "cdk.out";

/// Larger manifests are not read.
const LARGEST: u64 = 64 << 20;

/// Stacks of one assembly: more are not read.
const MOST: usize = 1_000;

/// Assemblies inside of assemblies, beyond which none is followed.
const DEPTH: usize = 16;

/// A stack of an assembly.
#[derive(Debug, Clone, Default)]
pub struct Deployment {
    /// The path of its template, beginning as the user wrote that of the assembly.
    pub template: String,
    /// The account that it is deployed to, where the assembly tells.
    pub account: Option<String>,
    /// The region, likewise.
    pub region: Option<String>,
    /// The values of parameters that are passed when it is deployed.
    pub parameters: BTreeMap<String, String>,
    /// The paths of the constructs that made its resources, by logical ids.
    pub constructs: BTreeMap<String, String>,
}

/// What an assembly holds.
#[derive(Debug, Default)]
pub struct Assembly {
    /// Its stacks, those of the assemblies inside of it among them.
    pub stacks: Vec<Deployment>,
    /// The manifests that cannot be read or followed, and why.
    pub unreadable: Vec<(String, LoadError)>,
}

/// Reads the assembly of a directory; none, if it is no assembly.
#[must_use]
pub fn assembly(directory: &Path) -> Option<Assembly> {
    let real = directory.canonicalize().ok()?;
    let first = read(directory);
    if let Err(error) = &first
        && !matches!(error, LoadError::BrokenAssembly { .. })
    {
        return None;
    }
    let mut walk = Walk {
        root: real,
        seen: BTreeSet::new(),
        assembly: Assembly::default(),
    };
    walk.follow(directory, first, DEPTH);
    let mut assembly = walk.assembly;
    if assembly.stacks.is_empty() && assembly.unreadable.is_empty() {
        let name = shown(&directory.join(MANIFEST));
        assembly.unreadable.push((name, LoadError::NoStacks));
    }
    Some(assembly)
}

/// A path as messages show it.
fn shown(path: &Path) -> String {
    let name = path.to_string_lossy();
    name.strip_prefix("./").unwrap_or(&name).to_owned()
}

/// Reads the manifest in a directory.
fn read(directory: &Path) -> Result<Node, LoadError> {
    let path = directory.join(MANIFEST);
    let metadata = fs::metadata(&path).map_err(LoadError::Io)?;
    if !metadata.is_file() || metadata.len() > LARGEST {
        return Err(LoadError::NotAPlan);
    }
    let text = fs::read_to_string(&path).map_err(LoadError::Io)?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(&text);
    let mut sources = SourceMap::default();
    let file = sources.add(MANIFEST, text.to_owned());
    match parsed(&sources, file) {
        Ok(root) if is_manifest(&root) => Ok(root),
        Err(error) if is_marked(directory, text) => Err(error),
        Ok(_) | Err(_) => Err(LoadError::NotAPlan),
    }
}

fn parsed(sources: &SourceMap, file: FileId) -> Result<Node, LoadError> {
    let document = read_json(sources.text(file), file).map_err(|error| {
        let place = sources.location(error.at);
        LoadError::BrokenAssembly {
            line: place.line as usize,
            column: place.column as usize,
            reason: error.message,
        }
    })?;
    Ok(document.root)
}

/// Whether a manifest that cannot be read was meant to be that of an assembly.
fn is_marked(directory: &Path, text: &str) -> bool {
    let is_called_so = directory.canonicalize().is_ok_and(|real| {
        let name = real.file_name();
        name.is_some_and(|name| name == MARK)
    });
    is_called_so
        || directory.join(MARK).is_file()
        || text.contains("aws:cloudformation:stack")
        || text.contains("cdk:cloud-assembly")
}

fn is_manifest(root: &Node) -> bool {
    root.get("version")
        .is_some_and(|one| one.scalar().is_some())
        && root.get("artifacts").is_some()
}

struct Walk {
    /// The directory of the assembly that all lies in, by its real path.
    root: PathBuf,
    /// The directories whose manifests were followed.
    seen: BTreeSet<PathBuf>,
    assembly: Assembly,
}

impl Walk {
    fn follow(&mut self, directory: &Path, manifest: Result<Node, LoadError>, depth: usize) {
        let real = directory.canonicalize();
        let is_new = real.is_ok_and(|real| self.seen.insert(real));
        let Some(depth) = depth.checked_sub(1).filter(|_| is_new) else {
            return;
        };
        let manifest = match manifest {
            Ok(manifest) => manifest,
            Err(error) => return self.fails(directory, error),
        };
        let artifacts = manifest.get("artifacts").map_or(&[][..], Node::entries);
        for (_, artifact) in artifacts {
            let text = |name| artifact.get("properties")?.get(name)?.as_text();
            let (named, is_stack) = match artifact.get("type").and_then(Node::as_text) {
                Some("aws:cloudformation:stack") => (text("templateFile"), true),
                Some("cdk:cloud-assembly") => (text("directoryName"), false),
                _ => continue,
            };
            let Some(named) = named else { continue };
            let path = match self.inside(directory, named) {
                Ok(path) => path,
                Err(error) => {
                    self.fails(directory, error);
                    continue;
                }
            };
            if !is_stack {
                let inner = read(&path);
                self.follow(&path, inner, depth);
            } else if self.assembly.stacks.len() < MOST {
                let deployment = self.deployment(directory, artifact, &path);
                self.assembly.stacks.push(deployment);
            } else {
                return self.fails(directory, LoadError::ManyStacks(MOST));
            }
        }
    }

    fn fails(&mut self, directory: &Path, error: LoadError) {
        let name = shown(&directory.join(MANIFEST));
        self.assembly.unreadable.push((name, error));
    }

    /// The path of something that a manifest names, which lies inside of the assembly.
    fn inside(&self, directory: &Path, named: &str) -> Result<PathBuf, LoadError> {
        let outside = || LoadError::OutsideAssembly(named.to_owned());
        let is_plain = |part| matches!(part, Component::Normal(_) | Component::CurDir);
        if !Path::new(named).components().all(is_plain) {
            return Err(outside());
        }
        let path = directory.join(named);
        let real = path
            .canonicalize()
            .map_err(|error| LoadError::NotInAssembly {
                path: named.to_owned(),
                error,
            })?;
        if real.starts_with(&self.root) {
            Ok(path)
        } else {
            Err(outside())
        }
    }

    fn deployment(&self, directory: &Path, artifact: &Node, template: &Path) -> Deployment {
        let environment = artifact.get("environment").and_then(Node::as_text);
        let (account, region) = environment.map_or((None, None), place);
        let properties = artifact.get("properties");
        let parameters = properties.and_then(|properties| properties.get("parameters"));
        let parameters = parameters.map_or(&[][..], Node::entries).iter();
        let mut constructs = BTreeMap::new();
        // Later versions of the CDK write it to a file of its own.
        let beside = artifact.get("additionalMetadataFile");
        let beside = beside.and_then(|name| self.metadata(directory, name.as_text()?));
        let metadata = artifact.get("metadata").cloned();
        for metadata in [beside, metadata].iter().flatten() {
            constructs_in(metadata, &mut constructs);
        }
        Deployment {
            template: shown(template),
            account,
            region,
            parameters: parameters
                .filter_map(|(name, value)| Some((name.text.to_string(), value.scalar()?.into())))
                .collect(),
            constructs,
        }
    }

    fn metadata(&self, directory: &Path, named: &str) -> Option<Node> {
        let path = self.inside(directory, named).ok()?;
        let is_small = fs::metadata(&path).is_ok_and(|one| one.is_file() && one.len() <= LARGEST);
        let text = is_small.then(|| fs::read_to_string(&path).ok())??;
        let mut sources = SourceMap::default();
        let file = sources.add(named, text);
        parsed(&sources, file).ok()
    }
}

/// The account and region of `aws://111122223333/eu-central-1`, where they are known.
fn place(environment: &str) -> (Option<String>, Option<String>) {
    let Some((account, region)) = environment
        .strip_prefix("aws://")
        .and_then(|place| place.split_once('/'))
    else {
        return (None, None);
    };
    let is_account = account.len() == 12 && account.bytes().all(|byte| byte.is_ascii_digit());
    let is_region = region.bytes().any(|byte| byte.is_ascii_digit());
    (
        is_account.then(|| account.to_owned()),
        is_region.then(|| region.to_owned()),
    )
}

/// Notes which construct made which resource: `{"/Stack/Bucket/Resource": [{"type": "aws:cdk:logicalId", "data":
/// "Bucket83908E77"}]}`.
fn constructs_in(metadata: &Node, constructs: &mut BTreeMap<String, String>) {
    for (path, entries) in metadata.entries() {
        for entry in entries.elements().unwrap_or_default() {
            let of = entry.get("type").and_then(Node::as_text);
            let logical_id = entry.get("data").and_then(Node::as_text);
            if let (Some("aws:cdk:logicalId"), Some(logical_id)) = (of, logical_id) {
                let path = path.text.trim_start_matches('/').to_owned();
                constructs.insert(logical_id.to_owned(), path);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_environment_may_not_be_known() {
        let known = |account: &str, region: &str| (Some(account.into()), Some(region.into()));
        assert_eq!(
            place("aws://111122223333/eu-central-1"),
            known("111122223333", "eu-central-1")
        );
        assert_eq!(place("aws://unknown-account/unknown-region"), (None, None));
        assert_eq!(place("somewhere"), (None, None));
    }
}
