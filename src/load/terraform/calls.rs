//! Module calls, followed from the root module.
//!
//! Source: Terraform Language, "Module Sources".

use std::collections::{BTreeMap, HashMap};

use super::plan_file::{Installed, installed};
use super::tree::{plain, words};
use super::{Called, Content, Module, Reader};
use crate::hcl::functions::FileError;
use crate::hcl::syntax::{Block, ExprKind};
use crate::model::problem::Problem;
use crate::model::source::Span;

/// More modules than this are not read for one root module.
const MOST_MODULES: usize = 1000;

/// Calls inside of calls beyond this are not followed.
const DEEPEST: usize = 64;

/// More calls than this are not looked at.
const MOST_CALLS: usize = 100_000;

/// Reads the root module and all that it calls.
pub(super) fn follow(reader: &mut Reader<'_>) -> Vec<Module> {
    let root = reader.directory(".").unwrap_or_else(|error| {
        let shown = reader.tree.shown(".");
        reader.problems.push(Problem {
            message: format!("`{shown}` cannot be read: {}", words(&error)),
            origin: None,
            consequence: "nothing in it is judged".to_owned(),
            fatal: true,
        });
        Content::default()
    });
    let installed = manifest(reader);
    let mut follower = Follower {
        reader,
        installed,
        modules: vec![Module::new(".".to_owned(), Vec::new(), root)],
        parents: vec![0],
        calls: 0,
    };
    let mut at = 0;
    while at < follower.modules.len() {
        if let Err(Enough) = follower.calls_of(at) {
            break;
        }
        at += 1;
    }
    follower.modules
}

/// What `terraform init` installed, by the names of the calls that lead there.
fn manifest(reader: &mut Reader<'_>) -> HashMap<String, Installed> {
    let Some(manifest) = reader.tree.manifest() else {
        return HashMap::new();
    };
    let all = installed(&manifest).unwrap_or_else(|error| {
        reader.problems.push(Problem {
            message: format!("the list of installed modules cannot be read: {error}"),
            origin: None,
            consequence: "run `terraform init`; modules from elsewhere are not read".to_owned(),
            fatal: false,
        });
        Vec::new()
    });
    let all = all.into_iter();
    all.map(|module| (module.key.clone(), module)).collect()
}

/// There is more than any configuration has.
struct Enough;

/// Why a call leads nowhere.
struct Lost {
    message: String,
    consequence: &'static str,
    fatal: bool,
}

struct Follower<'f, 'r> {
    reader: &'f mut Reader<'r>,
    installed: HashMap<String, Installed>,
    modules: Vec<Module>,
    /// The module that calls each module.
    parents: Vec<usize>,
    calls: usize,
}

impl Module {
    fn new(directory: String, path: Vec<String>, content: Content) -> Self {
        Self {
            directory,
            path,
            files: content.files,
            body: content.body,
            calls: BTreeMap::new(),
        }
    }
}

impl Follower<'_, '_> {
    fn calls_of(&mut self, at: usize) -> Result<(), Enough> {
        let Some(body) = self.modules.get(at).map(|module| module.body.clone()) else {
            return Ok(());
        };
        for block in body.blocks_named("module") {
            let Some(name) = block.labels.first() else {
                continue;
            };
            self.calls += 1;
            if self.calls > MOST_CALLS || self.modules.len() >= MOST_MODULES {
                self.problem(
                    Lost::new("this configuration calls more than 1,000 modules"),
                    block.header,
                );
                return Err(Enough);
            }
            let (source, place) = source(block);
            let called = match self.called(at, name, source) {
                Ok(called) => Called::Module(called),
                Err(lost) => {
                    self.problem(lost, place);
                    Called::NotSeen {
                        source: source.unwrap_or_default().to_owned(),
                        at: place,
                    }
                }
            };
            if let Some(module) = self.modules.get_mut(at) {
                module.calls.insert(name.clone(), called);
            }
        }
        Ok(())
    }

    fn problem(&mut self, lost: Lost, at: Span) {
        self.reader.problems.push(Problem {
            message: lost.message,
            origin: Some(at),
            consequence: lost.consequence.to_owned(),
            fatal: lost.fatal,
        });
    }

    /// The module that a call leads to.
    fn called(&mut self, caller: usize, name: &str, source: Option<&str>) -> Result<usize, Lost> {
        let source = source.ok_or_else(|| Lost {
            fatal: false,
            ..Lost::new(&format!("the source of module `{name}` is no plain text"))
        })?;
        let Some(module) = self.modules.get(caller) else {
            return Err(Lost::new("a module that nothing calls"));
        };
        let path = [module.path.as_slice(), &[name.to_owned()]].concat();
        let is_local = ["./", "../", ".\\", "..\\"]
            .iter()
            .any(|start| source.starts_with(start));
        let directory = if is_local {
            let source = source.replace('\\', "/");
            plain(&format!("{}/{source}", module.directory))
        } else {
            self.installed(name, &path.join("."), source)?
        };
        if path.len() > DEEPEST {
            let message = format!("module `{name}` is called more than {DEEPEST} calls deep");
            return Err(Lost::new(&message));
        }
        let mut ancestor = caller;
        loop {
            if self
                .modules
                .get(ancestor)
                .is_some_and(|module| module.directory == directory)
            {
                let message = format!("module `{name}` leads back to a module that calls it");
                return Err(Lost::new(&message));
            }
            match self.parents.get(ancestor) {
                Some(parent) if *parent != ancestor => ancestor = *parent,
                _ => break,
            }
        }
        let content = self
            .reader
            .directory(&directory)
            .map_err(|error| unread(name, &self.reader.tree.shown(&directory), is_local, &error))?;
        self.modules.push(Module::new(directory, path, content));
        self.parents.push(caller);
        Ok(self.modules.len() - 1)
    }

    /// The directory of a module that comes from elsewhere.
    fn installed(&self, name: &str, key: &str, source: &str) -> Result<String, Lost> {
        let Some(module) = self.installed.get(key) else {
            return Err(Lost::not_installed(format!(
                "module `{name}` from `{source}` is not installed"
            )));
        };
        if is_registry(source) && !is_same_registry(source, &module.source) {
            return Err(Lost::not_installed(format!(
                "module `{name}` is installed from `{}`, and not from `{source}`",
                module.source
            )));
        }
        Ok(plain(&module.dir.replace('\\', "/")))
    }
}

impl Lost {
    fn new(message: &str) -> Self {
        Self {
            message: message.to_owned(),
            consequence: "nothing in this module is judged",
            fatal: true,
        }
    }

    fn not_installed(message: String) -> Self {
        Self {
            message,
            consequence: "run `terraform init` first; nothing in this module is judged",
            fatal: false,
        }
    }
}

/// Why a module's directory cannot be read.
fn unread(name: &str, shown: &str, is_local: bool, error: &FileError) -> Lost {
    let message = format!(
        "module `{name}` in `{shown}` cannot be read: {}",
        words(error)
    );
    match error {
        FileError::Missing if !is_local => Lost::not_installed(message),
        FileError::Outside => Lost {
            message,
            consequence: "give the directory that holds both; nothing in this module is judged",
            fatal: false,
        },
        _ => Lost::new(&message),
    }
}

/// The source of a call, if it is a text, and where it stands.
fn source(block: &Block) -> (Option<&str>, Span) {
    let Some(argument) = block.body.argument("source") else {
        return (None, block.header);
    };
    let place = argument.value.span;
    match &argument.value.kind {
        ExprKind::Text(source) => (Some(source), place),
        _ => (None, place),
    }
}

/// Whether a source is one of a registry: `name/name/provider`, perhaps with a host before it and a
/// directory after it.
fn is_registry(source: &str) -> bool {
    let address = source.split("//").next().unwrap_or(source);
    let parts: Vec<&str> = address.split('/').collect();
    let is_name = |part: &&str| {
        !part.is_empty()
            && part
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_')
    };
    let names = match parts.as_slice() {
        names if names.len() == 3 => names,
        // These hosts have sources of their own form.
        ["github.com" | "bitbucket.org" | "gitlab.com", ..] => return false,
        [host, names @ ..] if names.len() == 3 && host.contains('.') => names,
        _ => return false,
    };
    names.iter().all(is_name)
}

/// Whether what was installed is what is asked for; the host may be left out.
fn is_same_registry(source: &str, installed: &str) -> bool {
    installed == source
        || installed
            .strip_suffix(source)
            .is_some_and(|host| host.ends_with('/') && host.matches('/').count() == 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tells_addresses_of_registries_from_other_sources() {
        for source in [
            "terraform-aws-modules/vpc/aws",
            "terraform-aws-modules/iam/aws//modules/iam-role",
            "app.terraform.io/example/vpc/aws",
        ] {
            assert!(is_registry(source), "{source}");
        }
        for source in [
            "github.com/hashicorp/example",
            "github.com/hashicorp/example/part",
            "git::https://example.com/vpc.git",
            "git@github.com:hashicorp/example.git",
            "https://example.com/vpc.zip",
            "s3::https://s3.amazonaws.com/bucket/vpc.zip",
            "vpc",
        ] {
            assert!(!is_registry(source), "{source}");
        }
        assert!(is_same_registry(
            "a/vpc/aws",
            "registry.terraform.io/a/vpc/aws"
        ));
        assert!(!is_same_registry(
            "a/vpc/aws",
            "registry.terraform.io/b/a/vpc/aws"
        ));
        assert!(!is_same_registry(
            "a/vpc/aws",
            "registry.terraform.io/aa/vpc/aws"
        ));
    }
}
