//! Instances of modules, and the keys that repeated blocks have.

use std::cell::{OnceCell, RefCell};
use std::collections::{BTreeMap, HashMap};
use std::fmt;
use std::rc::Rc;

use crate::hcl::syntax::{Argument, Block, Body};
use crate::hcl::{Error, Value};
use crate::load::terraform::Module;

/// The key of one instance of a repeated block.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub enum Key {
    /// The block is not repeated.
    #[default]
    None,
    /// `count`.
    Number(usize),
    /// `for_each`.
    Text(String),
    /// Not known: one instance stands for all.
    Any,
}

impl Key {
    /// As it stands in an address: `["a"]`, `[0]`, nothing, or `[*]`.
    #[must_use]
    pub fn in_brackets(&self) -> String {
        match self {
            Self::None => String::new(),
            Self::Number(number) => format!("[{number}]"),
            Self::Text(text) => {
                let escaped = text
                    .replace('\\', "\\\\")
                    .replace('"', "\\\"")
                    .replace('\n', "\\n")
                    .replace("${", "$${")
                    .replace("%{", "%%{");
                format!("[\"{escaped}\"]")
            }
            Self::Any => "[*]".to_owned(),
        }
    }

    /// The key of an address as it is written in brackets: `"a"`, `0`.
    #[must_use]
    pub fn read(written: Option<&str>) -> Self {
        let Some(written) = written else {
            return Self::None;
        };
        match written
            .strip_prefix('"')
            .and_then(|text| text.strip_suffix('"'))
        {
            Some(text) => {
                let text = text
                    .replace("\\\"", "\"")
                    .replace("\\n", "\n")
                    .replace("$${", "${")
                    .replace("%%{", "%{")
                    .replace("\\\\", "\\");
                Self::Text(text)
            }
            None => written.parse().map_or(Self::Any, Self::Number),
        }
    }
}

/// What `each` and `count` are for one instance of a block.
#[derive(Debug, Clone, Default)]
pub struct Repeat {
    /// `each.key`.
    pub key: Option<Value>,
    /// `each.value`.
    pub value: Option<Value>,
    /// `count.index`.
    pub index: Option<Value>,
}

/// One instance of a module.
pub(super) struct ModuleInstance<'r> {
    pub(super) module: &'r Module,
    /// `module.a["x"]`, empty for the root.
    pub(super) address: String,
    pub(super) key: Key,
    /// Who calls it, by which block, and what `each` and `count` are there.
    pub(super) parent: Option<(Rc<ModuleInstance<'r>>, &'r Block, Repeat)>,
    /// What is worked out.
    pub(super) cells: RefCell<HashMap<Name, Cell>>,
    /// The instances of the modules that it calls.
    pub(super) calls: RefCell<BTreeMap<String, Instances<'r>>>,
    /// The instances of its resources and data sources.
    pub(super) blocks: RefCell<HashMap<(String, String, bool), Repeats>>,
    /// What the module declares, by name.
    pub(super) declared: OnceCell<Declarations<'r>>,
}

/// What a module declares. Of two with one name, the first counts.
#[derive(Debug)]
pub(super) struct Declarations<'r> {
    /// Blocks, by their name and labels with a space before each.
    blocks: HashMap<String, &'r Block>,
    locals: HashMap<&'r str, &'r Argument>,
    /// Provider configurations, in the order of the source.
    providers: Vec<&'r Block>,
}

impl<'r> Declarations<'r> {
    fn of(body: &'r Body) -> Self {
        let mut blocks = HashMap::new();
        let mut locals = HashMap::new();
        for block in &body.blocks {
            blocks
                .entry(Self::key(&block.name, &block.labels))
                .or_insert(block);
        }
        for argument in body
            .blocks_named("locals")
            .flat_map(|block| &block.body.arguments)
        {
            locals.entry(argument.name.as_str()).or_insert(argument);
        }
        Self {
            blocks,
            locals,
            providers: body.blocks_named("provider").collect(),
        }
    }

    fn key(kind: &str, labels: &[impl AsRef<str>]) -> String {
        labels
            .iter()
            .fold(kind.to_owned(), |key, label| key + " " + label.as_ref())
    }
}

/// The instances of a block: their keys, and what `each` and `count` are there.
pub(super) type Repeats = Rc<Vec<(Key, Repeat)>>;

pub(super) type Instances<'r> = Rc<Vec<Rc<ModuleInstance<'r>>>>;

impl<'r> ModuleInstance<'r> {
    pub(super) fn root(module: &'r Module) -> Self {
        Self {
            module,
            address: String::new(),
            key: Key::None,
            parent: None,
            cells: RefCell::default(),
            calls: RefCell::default(),
            blocks: RefCell::default(),
            declared: OnceCell::new(),
        }
    }

    /// The block that declares something of the module, with its value.
    pub(super) fn block(&self, kind: &str, labels: &[&str]) -> Option<&'r Block> {
        let key = Declarations::key(kind, labels);
        self.declarations().blocks.get(&key).copied()
    }

    /// The argument that says what a local value is.
    pub(super) fn local(&self, name: &str) -> Option<&'r Argument> {
        self.declarations().locals.get(name).copied()
    }

    /// The provider configurations of the module.
    pub(super) fn providers(&self) -> impl Iterator<Item = &'r Block> {
        self.declarations().providers.iter().copied()
    }

    fn declarations(&self) -> &Declarations<'r> {
        let module: &'r Module = self.module;
        self.declared.get_or_init(|| Declarations::of(&module.body))
    }
}

/// What is worked out once in a module instance.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) enum Name {
    Variable(String),
    Local(String),
    Output(String),
    Call(String),
    /// All instances of a resource or data source together: its type, name, and whether it is data.
    Block(String, String, bool),
    /// One of them.
    Instance(String, String, bool, Key),
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Variable(name) => write!(f, "var.{name}"),
            Self::Local(name) => write!(f, "local.{name}"),
            Self::Output(name) => write!(f, "output.{name}"),
            Self::Call(name) => write!(f, "module.{name}"),
            Self::Block(of, name, is_data) | Self::Instance(of, name, is_data, _) => {
                let data = if *is_data { "data." } else { "" };
                write!(f, "{data}{of}.{name}")
            }
        }
    }
}

/// A value that is being worked out, or is.
#[derive(Debug, Clone)]
pub(super) enum Cell {
    Busy,
    Done(Result<Value, Error>),
}
