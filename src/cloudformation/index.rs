//! What has a name in a set of stacks, found without a search.

use std::cell::{Cell, RefCell};
use std::collections::{HashMap, HashSet};
use std::rc::Rc;
use std::sync::Arc;

use super::references::export_name;
use super::repeat::{Entry, is_loop};
use super::text::pieces;
use super::{Bound, World};
use crate::load::cloudformation::{ExportName, Parameter, StackSet};
use crate::model::value::ParameterId;
use crate::yaml::{Key, Node};

/// The names of a set.
#[derive(Default)]
pub(super) struct Index<'t> {
    parameters: HashMap<(usize, &'t str), &'t Parameter>,
    /// Resources that are written, whether they are there or not.
    written: HashSet<(usize, Arc<str>)>,
    symbols: RefCell<HashMap<String, ParameterId>>,
    conditions: Sections,
    outputs: Sections,
    exports: RefCell<Option<Rc<Vec<Exported>>>>,
    is_exporting: Cell<bool>,
}

/// A section of each stack that was asked for, with its loops unrolled.
type Sections = RefCell<HashMap<usize, Rc<Section>>>;

/// The entries of a section, and where each name stands.
#[derive(Default)]
pub(super) struct Section {
    pub(super) entries: Vec<Entry>,
    places: HashMap<Arc<str>, usize>,
}

/// What a stack exports.
pub(super) struct Exported {
    pub(super) stack: usize,
    pub(super) output: Arc<str>,
    pub(super) name: ExportName,
}

impl<'t> Index<'t> {
    pub(super) fn of(set: &'t StackSet) -> Self {
        let mut index = Self::default();
        for (number, stack) in set.stacks.iter().enumerate() {
            let template = &stack.template;
            for parameter in &template.parameters {
                let key = (number, &*parameter.name);
                index.parameters.entry(key).or_insert(parameter);
            }
        }
        index
    }

    /// A parameter of a stack.
    pub(super) fn parameter(&self, stack: usize, name: &str) -> Option<&'t Parameter> {
        self.parameters.get(&(stack, name)).copied()
    }

    /// Whether a template has a resource of this logical id, whether it is there or not.
    pub(super) fn is_written(&self, stack: usize, logical_id: &str) -> bool {
        self.written.contains(&(stack, logical_id.into()))
    }

    /// Keeps in mind that a resource is written.
    pub(super) fn write(&mut self, stack: usize, logical_id: &Arc<str>) {
        self.written.insert((stack, Arc::clone(logical_id)));
    }

    /// The id of the symbol of this name; a new one is made by `make`.
    pub(super) fn symbol(&self, name: &str, make: impl FnOnce() -> ParameterId) -> ParameterId {
        let known = self.symbols.borrow().get(name).copied();
        known.unwrap_or_else(|| {
            let id = make();
            self.symbols.borrow_mut().insert(name.to_owned(), id);
            id
        })
    }
}

impl Section {
    fn of(entries: Vec<Entry>) -> Self {
        let mut places = HashMap::with_capacity(entries.len());
        for (place, (key, _, _)) in entries.iter().enumerate() {
            places.entry(Arc::clone(&key.text)).or_insert(place);
        }
        Self { entries, places }
    }

    /// The entry of a name.
    pub(super) fn named(&self, name: &str) -> Option<&Entry> {
        self.entries.get(*self.places.get(name)?)
    }
}

impl World<'_> {
    /// The conditions of a stack.
    pub(super) fn conditions_of(&self, stack: usize) -> Rc<Section> {
        let template = self.stack(stack).map(|stack| &stack.template);
        let entries = template.map_or(&[][..], |template| &template.conditions);
        self.section(&self.index.conditions, stack, entries)
    }

    /// The outputs of a stack.
    pub(super) fn outputs(&self, stack: usize) -> Rc<Section> {
        let template = self.stack(stack).map(|stack| &stack.template);
        let entries = template.map_or(&[][..], |template| &template.outputs);
        self.section(&self.index.outputs, stack, entries)
    }

    fn section(&self, known: &Sections, stack: usize, entries: &[(Key, Node)]) -> Rc<Section> {
        if let Some(section) = known.borrow().get(&stack) {
            return Rc::clone(section);
        }
        // A loop that asks for the section it stands in finds what stands outside of loops.
        let plain = entries.iter().filter(|(key, _)| !is_loop(key));
        let plain = plain.map(|(key, node)| (key.clone(), node.clone(), Bound::default()));
        let plain = Section::of(plain.collect());
        let has_loops = plain.entries.len() != entries.len();
        known.borrow_mut().insert(stack, Rc::new(plain));
        if has_loops {
            let section = Section::of(self.entries(stack, entries, &Bound::default()));
            known.borrow_mut().insert(stack, Rc::new(section));
        }
        known.borrow().get(&stack).cloned().unwrap_or_default()
    }

    /// What the stacks of the set export. While the names are worked out, nothing is.
    pub(super) fn exports(&self) -> Rc<Vec<Exported>> {
        if let Some(exports) = &*self.index.exports.borrow() {
            return Rc::clone(exports);
        }
        if self.index.is_exporting.replace(true) {
            return Rc::default();
        }
        let mut found = Vec::new();
        for stack in 0..self.set.stacks.len() {
            for (key, node, bound) in &self.outputs(stack).entries {
                let Some(name) = node.get("Export").and_then(|export| export.get("Name")) else {
                    continue;
                };
                let scope = self.scope(stack, bound);
                if scope.is_there(node) == Some(false) {
                    continue;
                }
                if let Ok(name) = pieces(&scope.value(name)) {
                    let (output, name) = (Arc::clone(&key.text), export_name(&name));
                    found.push(Exported {
                        stack,
                        output,
                        name,
                    });
                }
            }
        }
        let exports = Rc::new(found);
        *self.index.exports.borrow_mut() = Some(Rc::clone(&exports));
        exports
    }
}
