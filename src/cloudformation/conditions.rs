//! Conditions: true, false, or open where nobody tells what they ask for.

use super::call::{Call, Called, Function, called_in_condition};
use super::text::scalar;
use super::{Found, Name, Scope};
use crate::model::source::Span;
use crate::model::value::{Data, Referent, Value, Why};
use crate::yaml::{Data as NodeData, Node};

impl Scope<'_, '_> {
    /// Whether a resource or output is there, by its own condition.
    pub(super) fn is_there(&self, node: &Node) -> Option<bool> {
        match node.entry("Condition") {
            None => Some(true),
            Some((_, name)) => match name.scalar() {
                Some(text) => self.condition(text, name.span),
                None => self.truth(name),
            },
        }
    }

    /// What a named condition comes to.
    pub(super) fn condition(&self, name: &str, at: Span) -> Option<bool> {
        let world = self.world;
        let conditions = world.conditions_of(self.stack);
        let Some((key, node, bound)) = conditions.named(name) else {
            world.tell(
                format!("there is no condition `{name}`"),
                at,
                "whether what hangs on it is there, is not known",
            );
            return None;
        };
        let busy = || {
            world.tell(
                format!("condition `{name}` depends on itself"),
                key.span,
                "whether what hangs on it is there, is not known",
            );
            Found::Truth(None)
        };
        let work = || {
            let outer = world.deciding.replace(true);
            let before = world.unanswered.get();
            let scope = world.scope(self.stack, bound);
            let mut truth = scope.truth(node);
            // Where no single parameter would tell, the condition itself is asked for.
            let is_asked = world.unanswered.get() > before || world.is_context(self.stack);
            if truth.is_none() && !is_asked {
                let what = world.name_of(self.stack, name);
                truth = scope.noted(world.asked.flag(world.beside.answers, &what));
            }
            world.deciding.set(outer);
            Found::Truth(truth)
        };
        match world.once(self.stack, Name::Condition(name.into()), busy, work) {
            // What leaves it open was asked for, if not now, then when it was worked out.
            Found::Truth(truth) => self.noted(truth),
            _ => None,
        }
    }

    /// Whether a condition is true.
    pub(super) fn truth(&self, node: &Node) -> Option<bool> {
        let budget = &self.world.budget;
        let Some(_deeper) = budget.deeper().filter(|_| budget.steps(1)) else {
            _ = self.too_much(node.span);
            return None;
        };
        let call = match called_in_condition(node) {
            Called::Known(call) => call,
            Called::Unknown(name) => {
                _ = self
                    .world
                    .wrong(format!("`{name}` is no function of conditions"), node.span);
                return None;
            }
            Called::Nothing => {
                return match node.scalar() {
                    Some("true") => Some(true),
                    Some("false") => Some(false),
                    _ => {
                        _ = self.world.wrong("this is no condition", node.span);
                        None
                    }
                };
            }
        };
        let arguments = match &call.argument.data {
            NodeData::List(elements) => &**elements,
            _ => std::slice::from_ref(&call.argument),
        };
        match call.function {
            Function::Condition => self.condition(call.argument.scalar()?, call.at),
            Function::Not => self.truth(arguments.first()?).map(|truth| !truth),
            Function::And => self.all(arguments, false),
            Function::Or => self.all(arguments, true),
            Function::Equals => {
                let [one, other] = arguments else {
                    _ = self.world.wrong("`Fn::Equals` takes two values", call.at);
                    return None;
                };
                self.equals(&self.value(one), &self.value(other))
            }
            Function::Contains => self.contains(arguments),
            _ => self.as_truth(&call, node),
        }
    }

    /// A function that gives text: `true` or `false`.
    fn as_truth(&self, call: &Call, node: &Node) -> Option<bool> {
        match scalar(&self.value(node)).as_deref() {
            Some("true") => Some(true),
            Some("false") => Some(false),
            Some(_) => {
                _ = self.world.wrong("this is no condition", call.at);
                None
            }
            None => None,
        }
    }

    /// Whether one of the conditions is `decisive`; else all of them are the other, or it is open.
    fn all(&self, conditions: &[Node], decisive: bool) -> Option<bool> {
        let truths: Vec<_> = conditions.iter().map(|one| self.truth(one)).collect();
        if truths.contains(&Some(decisive)) {
            return Some(decisive);
        }
        let is_known = truths.iter().all(Option::is_some);
        is_known.then_some(!decisive)
    }

    fn contains(&self, arguments: &[Node]) -> Option<bool> {
        let [list, element] = arguments else {
            return None;
        };
        let (list, element) = (self.value(list), self.value(element));
        let Data::List(all) = &list.data else {
            return None;
        };
        let each: Vec<_> = all.iter().map(|one| self.equals(one, &element)).collect();
        if each.contains(&Some(true)) {
            return Some(true);
        }
        each.iter().all(Option::is_some).then_some(false)
    }

    /// Whether two values are equal; a parameter that nobody gives is asked for.
    fn equals(&self, one: &Value<'static>, other: &Value<'static>) -> Option<bool> {
        if one == other && (one.is_known() || one.as_reference().is_some()) {
            return Some(true);
        }
        for (open, known) in [(one, other), (other, one)] {
            let Some(text) = scalar(known) else { continue };
            // What only hands values over asks for nothing.
            let is_context = self.world.is_context(self.stack);
            if let Some(name) = self.asked_for(open).filter(|_| !is_context) {
                let world = self.world;
                return self.noted(world.asked.is(world.beside.answers, &name, &text));
            }
        }
        match (scalar(one), scalar(other)) {
            (Some(one), Some(other)) => Some(one == other),
            _ if one.is_known() && other.is_known() => Some(one == other),
            _ => None,
        }
    }

    /// The name under which something is asked for that is one symbol: a parameter, or the place.
    fn asked_for(&self, value: &Value<'static>) -> Option<String> {
        if let Some((name, why)) = self.world.symbol_in(value) {
            return (why == Why::ParameterWithoutValue).then_some(name);
        }
        let reference = value.as_reference()?;
        let name = match (reference.of, &*reference.attribute) {
            (Referent::Provider(_), "account") => "AWS::AccountId",
            (Referent::Provider(_), "region") => "AWS::Region",
            (Referent::Provider(_), "partition") => "AWS::Partition",
            _ => return None,
        };
        Some(name.to_owned())
    }

    /// An answer; one that is not there is counted.
    fn noted(&self, answer: Option<bool>) -> Option<bool> {
        if answer.is_none() {
            let unanswered = &self.world.unanswered;
            unanswered.set(unanswered.get() + 1);
        }
        answer
    }
}
