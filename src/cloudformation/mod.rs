//! Works templates out as `CloudFormation` would deploy them: parameters, conditions, intrinsic functions, nested
//! stacks, to a [`Draft`].
//!
//! Everything is worked out when it is first asked for, once. What only a deployed stack knows stays a hole that
//! names it.
//!
//! Source: AWS `CloudFormation` Template Reference, "Intrinsic functions", "Pseudo parameters", "Condition
//! functions".

mod budget;
mod call;
mod canonical;
mod changes;
mod conditions;
mod dependencies;
mod functions;
mod index;
mod macros;
mod misfits;
mod outside;
mod parameters;
mod place;
mod printed;
mod references;
mod repeat;
mod resources;
mod serverless;
mod substitute;
mod text;

pub use changes::changed;
pub use printed::worked_out;

use std::cell::{Cell, OnceCell, RefCell};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use crate::load::Secrets;
use crate::load::cloudformation::{Stack, StackSet};
use crate::model::graph::{Draft, Parameter, ResourceId};
use crate::model::problem::Problem;
use crate::model::source::Span;
use crate::model::value::{Data, ParameterId, Reference, Referent, Value, Why};
use crate::model::vocabulary::TypeEntry;
use crate::model::worlds::{Answers, Asked, Questions};
use crate::room::with_room;
use crate::yaml::Node;
use budget::Budget;
use index::Index;
use outside::Outside;

/// Resources of one set of stacks: more are refused.
const MOST_RESOURCES: usize = 100_000;

/// What is known beside the templates.
#[derive(Debug, Default)]
pub struct Beside<'k> {
    /// The account id, where the user gives it.
    pub account: Option<&'k str>,
    /// The region, likewise.
    pub region: Option<&'k str>,
    /// What is taken for granted of parameters and conditions.
    pub answers: Option<&'k Answers>,
    /// Properties that the vocabulary does not name are kept, for people to see.
    pub everything: bool,
}

/// A set of stacks, worked out.
#[derive(Debug)]
pub struct Evaluated {
    /// What is in it.
    pub draft: Draft<'static>,
    /// What could not be worked out.
    pub problems: Vec<Problem>,
    /// What is secret.
    pub secrets: Secrets,
    /// What was asked of parameters and conditions: each answer makes another estate of it.
    pub questions: Questions,
    /// What the named conditions come to, as far as that is known.
    pub conditions: BTreeMap<String, bool>,
    /// A rule of a template says that this cannot be.
    pub is_impossible: bool,
}

/// Works out a set of stacks.
#[must_use]
pub fn evaluate(set: &StackSet, beside: &Beside<'_>) -> Evaluated {
    with_room(|| World::new(set, beside).evaluated())
}

/// A set of stacks and what is worked out of it so far.
struct World<'t> {
    set: &'t StackSet,
    beside: &'t Beside<'t>,
    index: Index<'t>,
    /// The resources that are there, or may be, by stack and logical id.
    resources: HashMap<(usize, Arc<str>), Declared>,
    /// The order in which they were declared.
    order: Vec<(usize, Arc<str>)>,
    /// The one partition that every ARN names which is written out: elsewhere, the templates mean nothing.
    written_partition: OnceCell<Option<&'static str>>,
    /// The stacks whose templates go through the serverless transform.
    serverless: BTreeSet<usize>,
    /// The resources whose names are written, by these.
    written_names: OnceCell<HashMap<String, Arc<str>>>,
    /// What parameters name that is not in the templates, by stack and name.
    outside: Vec<Outside>,
    parameters: RefCell<Vec<Parameter<'static>>>,
    asked: Asked,
    /// A condition is being worked out.
    deciding: Cell<bool>,
    /// Questions that were asked and have no answer.
    unanswered: Cell<usize>,
    /// What has a name, once it was asked for.
    named: RefCell<HashMap<(usize, Name), Found>>,
    budget: Budget,
    problems: RefCell<Vec<Problem>>,
    told: RefCell<BTreeSet<(String, Span)>>,
    secrets: RefCell<Secrets>,
    /// Why there may be resources that are not seen.
    incomplete: Cell<Option<Why>>,
}

/// A resource as it is declared.
#[derive(Debug, Clone)]
struct Declared {
    id: ResourceId,
    type_name: Arc<str>,
    entry: Option<&'static TypeEntry>,
    node: Node,
    /// The key under which it stands.
    at: Span,
    /// What the loops around it stand for.
    bound: Bound,
    /// It may not be there: its condition cannot be told.
    is_open: bool,
}

/// The names that loops give to the element at hand.
type Bound = Arc<[(Arc<str>, Arc<str>)]>;

/// What has a name in a stack.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Name {
    Parameter(Arc<str>),
    Condition(Arc<str>),
    Output(Arc<str>),
    /// A property of a resource, by logical id and canonical name.
    Property(Arc<str>, String),
}

/// What came of something that has a name.
#[derive(Debug, Clone)]
enum Found {
    Busy,
    Value(Value<'static>),
    Truth(Option<bool>),
}

/// Where an expression stands: names mean what they mean there.
#[derive(Clone, Copy)]
struct Scope<'w, 't> {
    world: &'w World<'t>,
    stack: usize,
    bound: &'w Bound,
}

impl<'t> World<'t> {
    fn new(set: &'t StackSet, beside: &'t Beside<'t>) -> Self {
        Self {
            set,
            beside,
            index: Index::of(set),
            resources: HashMap::new(),
            order: Vec::new(),
            written_partition: OnceCell::new(),
            serverless: serverless::stacks(set),
            written_names: OnceCell::new(),
            outside: Vec::new(),
            parameters: RefCell::default(),
            asked: Asked::default(),
            deciding: Cell::new(false),
            unanswered: Cell::new(0),
            named: RefCell::default(),
            budget: Budget::default(),
            problems: RefCell::default(),
            told: RefCell::default(),
            secrets: RefCell::default(),
            incomplete: Cell::new(None),
        }
    }

    fn stack(&self, at: usize) -> Option<&'t Stack> {
        self.set.stacks.get(at)
    }

    /// Whether a stack only hands values over.
    fn is_context(&self, stack: usize) -> bool {
        self.stack(stack).is_some_and(|stack| stack.is_context)
    }

    fn scope<'w>(&'w self, stack: usize, bound: &'w Bound) -> Scope<'w, 't> {
        Scope {
            world: self,
            stack,
            bound,
        }
    }

    /// Tells what is wrong, once for each place.
    fn tell(&self, message: impl Into<String>, at: Span, consequence: &str) {
        let message = message.into();
        if self.told.borrow_mut().insert((message.clone(), at)) {
            self.problems
                .borrow_mut()
                .push(Problem::at(message, at, consequence));
        }
    }

    /// The same; what is written there is then not known.
    fn wrong(&self, message: impl Into<String>, at: Span) -> Value<'static> {
        self.tell(message, at, "what is written there is not known");
        Value::new(Data::Unknown(Why::NotEvaluated), at)
    }

    /// A value that nobody gives, as the symbol of its name: it is equal to itself.
    fn symbol(&self, name: &str, why: Why, at: Span) -> Value<'static> {
        let id = self.index.symbol(name, || {
            let mut parameters = self.parameters.borrow_mut();
            parameters.push(Parameter {
                name: name.to_owned().into(),
                why,
            });
            ParameterId(u32::try_from(parameters.len() - 1).unwrap_or(u32::MAX))
        });
        let reference = Reference {
            of: Referent::Parameter(id),
            attribute: "".into(),
        };
        Value::reference(reference, at)
    }

    /// The symbol that a value is, if it is one and nothing else.
    fn symbol_in(&self, value: &Value<'_>) -> Option<(String, Why)> {
        let Referent::Parameter(id) = value.as_reference()?.of else {
            return None;
        };
        let parameters = self.parameters.borrow();
        let parameter = parameters.get(id.0 as usize)?;
        Some((parameter.name.to_string(), parameter.why))
    }

    /// Works something out that has a name, once. What needs itself is told, and not known.
    fn once(
        &self,
        stack: usize,
        name: Name,
        busy: impl FnOnce() -> Found,
        work: impl FnOnce() -> Found,
    ) -> Found {
        let key = (stack, name);
        let known = self.named.borrow().get(&key).cloned();
        match known {
            Some(Found::Busy) => return busy(),
            Some(found) => return found,
            None => {}
        }
        self.named.borrow_mut().insert(key.clone(), Found::Busy);
        let found = work();
        self.named.borrow_mut().insert(key, found.clone());
        found
    }
}
