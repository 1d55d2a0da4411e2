//! Evaluates a root module as Terraform would plan it: variables, local values, modules, resources and
//! data sources, to a [`Draft`].
//!
//! Everything is worked out when it is first asked for, once. What Terraform learns only from AWS stays
//! unknown: an attribute that nobody wrote is a hole that names it.

mod blocks;
mod canonical;
mod documents;
mod expansion;
mod instance;
mod mentions;
mod overlay;
mod providers;
mod scope;
mod variables;

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::rc::Rc;
use std::sync::Arc;

pub use instance::{Key, Repeat};
pub use overlay::{Overlaid, overlay};

use crate::hcl::functions::Files;
use crate::hcl::syntax::{Block, Expr};
use crate::hcl::{Budget, Error, Evaluator, Locals, Unknown, Value};
use crate::load::Secrets;
use crate::load::terraform::{Called, Module, Root};
use crate::model::graph::{Draft, Provider};
use crate::model::problem::Problem;
use crate::model::source::Span;
use crate::model::value::Why;
use crate::model::worlds::{Answers, Asked, Questions};
use crate::room::with_room;
use instance::{Cell, ModuleInstance, Name};
use scope::Inside;

/// Module instances and resources of one estate: more are refused.
const MOST: usize = 100_000;

/// What is known beside the source.
#[derive(Debug, Default)]
pub struct Beside<'k> {
    /// The account id, where the user gives it.
    pub account: Option<&'k str>,
    /// The region, likewise.
    pub region: Option<&'k str>,
    /// What is taken for granted of variables without a value.
    pub answers: Option<&'k Answers>,
    /// What a plan of the same source tells.
    pub plan: Option<&'k Planned>,
    /// Attributes that the vocabulary does not name are kept, for people to see.
    pub everything: bool,
}

/// What a plan tells of values that its source does not.
#[derive(Debug, Default)]
pub struct Planned {
    /// The values of the root's variables.
    pub variables: BTreeMap<String, Value>,
    /// The attributes of resources and data sources that are known, under the provider's names.
    pub resources: BTreeMap<String, BTreeMap<String, Value>>,
    /// The keys of each repeated block, by its address without keys of its own.
    pub keys: HashMap<String, Vec<Key>>,
}

/// A root module, evaluated.
#[derive(Debug)]
pub struct Evaluated {
    /// What is in it.
    pub draft: Draft<'static>,
    /// What could not be worked out.
    pub problems: Vec<Problem>,
    /// What is secret.
    pub secrets: Secrets,
    /// What was asked of variables without a value: each answer makes another estate of it.
    pub questions: Questions,
}

/// A root module and what is worked out of it so far.
pub struct World<'r> {
    root: &'r Root,
    files: &'r dyn Files,
    beside: &'r Beside<'r>,
    budget: Budget,
    instances: RefCell<Vec<Rc<ModuleInstance<'r>>>>,
    problems: RefCell<Vec<Problem>>,
    asked: Asked,
    told: RefCell<BTreeSet<(Arc<str>, Span)>>,
    /// The provider configurations that were asked for, by where and under which name they stand.
    providers: RefCell<Vec<(String, Provider<'static>)>>,
}

impl std::fmt::Debug for World<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("World").finish_non_exhaustive()
    }
}

/// Evaluates a root module.
#[must_use]
pub fn evaluate(root: &Root, files: &dyn Files, beside: &Beside<'_>) -> Evaluated {
    with_room(|| {
        let world = World::new(root, files, beside);
        let resources = world.every_resource();
        world.draft(&resources)
    })
}

impl<'r> World<'r> {
    /// A root module of which nothing is worked out yet.
    #[must_use]
    pub fn new(root: &'r Root, files: &'r dyn Files, beside: &'r Beside<'r>) -> Self {
        let own = root
            .modules
            .first()
            .map(|module| Rc::new(ModuleInstance::root(module)));
        Self {
            root,
            files,
            beside,
            budget: Budget::default(),
            instances: RefCell::new(own.into_iter().collect()),
            problems: RefCell::default(),
            asked: Asked::default(),
            told: RefCell::default(),
            providers: RefCell::default(),
        }
    }

    /// The root module's own instance; none if there is no module at all.
    fn root_instance(&self) -> Option<Rc<ModuleInstance<'r>>> {
        self.instances.borrow().first().map(Rc::clone)
    }

    /// Evaluates an expression as it would stand in the root module.
    ///
    /// # Errors
    /// What Terraform would refuse.
    pub fn expression(&self, expr: &Expr) -> Result<Value, Error> {
        let Some(instance) = self.root_instance() else {
            return Err(Error::new("there is no module", expr.span));
        };
        self.evaluate(expr, &instance, &Repeat::default(), &Locals::default())
    }

    fn evaluate(
        &self,
        expr: &Expr,
        instance: &Rc<ModuleInstance<'r>>,
        repeat: &Repeat,
        locals: &Locals<'_>,
    ) -> Result<Value, Error> {
        let scope = Inside {
            world: self,
            instance,
            repeat,
        };
        Evaluator::new(&scope, self.files, &self.budget).evaluate(expr, locals)
    }

    /// The value of an expression; what is wrong with it is told, and then it is not known.
    fn value_or_unknown(
        &self,
        expr: &Expr,
        instance: &Rc<ModuleInstance<'r>>,
        repeat: &Repeat,
        locals: &Locals<'_>,
    ) -> Value {
        self.evaluate(expr, instance, repeat, locals)
            .unwrap_or_else(|error| {
                self.tell(&error);
                let data = crate::hcl::Data::Unknown(Unknown {
                    of: crate::hcl::Type::Any,
                    why: Why::NotEvaluated,
                    what: None,
                });
                Value::new(data, expr.span)
            })
    }

    /// Tells what cannot be worked out, once for each place.
    fn tell(&self, error: &Error) {
        let key = (Arc::clone(&error.message), error.at);
        if self.told.borrow_mut().insert(key) {
            self.problems.borrow_mut().push(Problem {
                message: error.message.to_string(),
                origin: Some(error.at),
                consequence: "what is written there is not known".to_owned(),
                fatal: false,
            });
        }
    }

    fn note(&self, message: String, at: Span, consequence: &str) {
        if self.told.borrow_mut().insert((message.as_str().into(), at)) {
            self.problems
                .borrow_mut()
                .push(Problem::at(message, at, consequence));
        }
    }

    /// Works out what has a name, once. What needs itself is an error.
    fn once(
        instance: &ModuleInstance<'r>,
        name: Name,
        at: Span,
        work: impl FnOnce() -> Result<Value, Error>,
    ) -> Result<Value, Error> {
        match instance.cells.borrow().get(&name) {
            Some(Cell::Done(value)) => return value.clone(),
            Some(Cell::Busy) => {
                let message = format!("{name} depends on itself");
                return Err(Error::new(message, at));
            }
            None => {}
        }
        instance.cells.borrow_mut().insert(name.clone(), Cell::Busy);
        let value = work();
        let done = Cell::Done(value.clone());
        instance.cells.borrow_mut().insert(name, done);
        value
    }

    /// The instance of a module that a call makes.
    fn add_instance(
        &self,
        parent: &Rc<ModuleInstance<'r>>,
        block: &'r Block,
        module: &'r Module,
        key: Key,
        repeat: Repeat,
    ) -> Rc<ModuleInstance<'r>> {
        let call = block.labels.first().map_or("", String::as_str);
        let step = format!("module.{call}{}", key.in_brackets());
        let address = crate::model::resource::inside(&parent.address, &step);
        let instance = Rc::new(ModuleInstance {
            module,
            address,
            key,
            parent: Some((Rc::clone(parent), block, repeat)),
            cells: RefCell::default(),
            calls: RefCell::default(),
            blocks: RefCell::default(),
            declared: std::cell::OnceCell::new(),
        });
        self.instances.borrow_mut().push(Rc::clone(&instance));
        instance
    }

    /// The module that a call leads to, if its source is there.
    fn called(&self, instance: &ModuleInstance<'r>, call: &str) -> Option<&'r Module> {
        match instance.module.calls.get(call)? {
            Called::Module(number) => self.root.modules.get(*number),
            Called::NotSeen { .. } => None,
        }
    }
}
