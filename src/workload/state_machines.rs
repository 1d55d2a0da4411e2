//! Processing jobs in the states of a state machine, however deep they lie.
//!
//! Source: AWS Step Functions Developer Guide, "Create and manage Amazon SageMaker AI jobs with Step Functions",
//! "Task workflow state", "Parallel workflow state", "Map workflow state".

use std::collections::BTreeMap;

use super::carriers::Found;
use super::definition::text_at;
use super::expressions::Known;
use crate::model::value::{Data, Map, Piece, Value};

/// The integrations that create a job, after the partition.
const CREATE: &[(&str, bool)] = &[
    (":states:::sagemaker:createProcessingJob", false),
    (":states:::sagemaker:createProcessingJob.sync", true),
    (":states:::aws-sdk:sagemaker:createProcessingJob", false),
];

/// The jobs that a state machine creates, whose executions have this input unless somebody starts it otherwise.
pub(super) fn jobs_of<'a>(
    definition: &Value<'a>,
    input: Option<&Value<'a>>,
    found: &mut Vec<Found<'a>>,
) {
    let Some(machine) = definition.as_map() else {
        return;
    };
    let mut variables = BTreeMap::new();
    collect_variables(machine, &mut variables);
    let walk = Walk { variables, input };
    let scope = Scope {
        place: String::new(),
        is_jsonata: false,
        is_first: true,
        is_outer: true,
    };
    walk.states(machine, &scope, found);
}

struct Walk<'w, 'a> {
    variables: BTreeMap<String, Option<Value<'a>>>,
    input: Option<&'w Value<'a>>,
}

/// Where a group of states lies.
struct Scope {
    place: String,
    is_jsonata: bool,
    /// Its first state has the input of the execution.
    is_first: bool,
    /// It lies in no other state, which could change that input.
    is_outer: bool,
}

impl<'a> Walk<'_, 'a> {
    fn states(&self, machine: &Map<'a>, scope: &Scope, found: &mut Vec<Found<'a>>) {
        let is_jsonata = language(machine).unwrap_or(scope.is_jsonata);
        let start = text_at(machine, "StartAt");
        let states = machine.get("States").and_then(Value::as_map);
        for (name, value) in states.into_iter().flat_map(Map::iter) {
            let Some(state) = value.as_map() else {
                continue;
            };
            let inner = Scope {
                place: format!("{}States.{name}", scope.place),
                is_jsonata: language(state).unwrap_or(is_jsonata),
                is_first: scope.is_first && start == Some(name),
                is_outer: scope.is_outer,
            };
            self.state(state, value, &inner, found);
        }
    }

    fn state(&self, state: &Map<'a>, value: &Value<'a>, scope: &Scope, found: &mut Vec<Found<'a>>) {
        if let Some(waits) = state.get("Resource").and_then(creates) {
            found.push(self.job(state, value, scope, waits));
        }
        let inside = |what: &str| Scope {
            place: format!("{}.{what}.", scope.place),
            is_jsonata: scope.is_jsonata,
            is_first: scope.is_first,
            is_outer: false,
        };
        let branches = state.get("Branches").and_then(Value::as_list);
        for (at, branch) in branches.into_iter().flatten().enumerate() {
            if let Some(branch) = branch.as_map() {
                self.states(branch, &inside(&format!("Branches[{at}]")), found);
            }
        }
        for name in ["Iterator", "ItemProcessor"] {
            if let Some(machine) = state.get(name).and_then(Value::as_map) {
                self.states(machine, &inside(name), found);
            }
        }
    }

    fn job(&self, state: &Map<'a>, value: &Value<'a>, scope: &Scope, waits: bool) -> Found<'a> {
        let request = |execution: Option<&Value<'a>>| {
            let is_input = scope.is_outer && scope.is_first && state.get("InputPath").is_none();
            let known = Known {
                variables: &self.variables,
                execution,
                input: execution.filter(|_| is_input),
                is_first: scope.is_first,
                is_jsonata: scope.is_jsonata,
            };
            let written = if scope.is_jsonata {
                state.get("Arguments").map(|all| known.value(all))
            } else {
                let whole = state.get("Parameters.$").map(|path| known.path(path));
                whole.or_else(|| state.get("Parameters").map(|all| known.value(all)))
            };
            // Without them, the input of the state is the request.
            written.unwrap_or_else(|| match known.input {
                Some(input) => input.clone(),
                None => Value::new(Data::Unknown(known.of_input()), value.origin),
            })
        };
        Found {
            place: scope.place.clone(),
            at: value.origin,
            request: request(self.input),
            unfixed: self.input.map(|_| request(None)),
            caller: None,
            waits,
        }
    }
}

/// Whether expressions are `JSONata`, where it is said.
fn language(map: &Map<'_>) -> Option<bool> {
    text_at(map, "QueryLanguage").map(|name| name == "JSONata")
}

/// Whether a task creates a Processing job; if so, whether it waits for its end.
fn creates(resource: &Value<'_>) -> Option<bool> {
    let text = match &resource.data {
        Data::Text(text) => text.as_ref(),
        // The partition may be open.
        Data::Template(pieces) => match pieces.last() {
            Some(Piece::Known(text)) => text.as_ref(),
            _ => return None,
        },
        _ => return None,
    };
    let mut known = CREATE.iter();
    let found = known.find(|(end, _)| text.ends_with(end));
    found.map(|(_, waits)| *waits)
}

/// The variables that states assign: with their value, if all give them the same constant.
fn collect_variables<'a>(map: &Map<'a>, variables: &mut BTreeMap<String, Option<Value<'a>>>) {
    for (name, value) in map.iter() {
        let assigned = value.as_map().filter(|_| name == "Assign");
        for (name, value) in assigned.into_iter().flat_map(Map::iter) {
            let is_constant = match &value.data {
                Data::Text(text) => !text.trim_start().starts_with("{%"),
                Data::Bool(_) | Data::Number(_) | Data::Template(_) => true,
                _ => false,
            };
            let (name, is_constant) = match name.strip_suffix(".$") {
                Some(name) => (name, false),
                None => (name, is_constant),
            };
            let constant = is_constant.then(|| value.clone());
            match variables.get_mut(name) {
                Some(known) if *known == constant => {}
                Some(known) => *known = None,
                None => _ = variables.insert(name.to_owned(), constant),
            }
        }
        match &value.data {
            Data::Map(inner) => collect_variables(inner, variables),
            Data::List(all) => {
                let inner = all.iter().filter_map(Value::as_map);
                inner.for_each(|inner| collect_variables(inner, variables));
            }
            _ => {}
        }
    }
}
