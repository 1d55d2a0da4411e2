//! Whether a statement applies to a request: principal, action, resource and conditions, in that order
//! of cost.

use super::arn::{ArnSubject, Doubt, Matched};
use super::condition::Condition;
use super::doubt::{Doubts, Test};
use super::matching::{Pair, glob};
use super::pattern::{QUESTION, Run, STAR, Symbol};
use super::policy::{ActionEntry, Actions, Clause, Effect, Hinge, Resources, Statement};
use super::principal::{Circumstances, Means, means};
use super::request::{Action, Context, Principal, Request};
use super::variable;
use crate::model::truth::Truth;

/// Which of the elements of a statement is the first that does not fit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Element {
    Action,
    Principal,
    Resource,
    Condition,
}

/// How far a statement fits.
#[derive(Debug, Clone, Copy)]
pub(super) struct Fit {
    pub(super) means: Means,
    /// The first element that does not fit.
    pub(super) misfit: Option<Element>,
}

/// How a statement applies to a request, as far as it goes.
pub(super) fn fit(
    statement: &Statement,
    request: &Request,
    circumstances: Circumstances,
    doubts: &mut Doubts,
) -> Fit {
    let misfit = |element| Fit {
        means: Means::NOBODY,
        misfit: Some(element),
    };
    let circumstances = Circumstances {
        effect: statement.effect,
        ..circumstances
    };
    let mut all = actions(&statement.actions, &request.action, doubts);
    if all == Truth::No {
        return misfit(Element::Action);
    }
    let means = match &statement.principals {
        Some(principals) => means(principals, &request.principal, circumstances, doubts),
        None => Means::HOLDER,
    };
    if means == Means::NOBODY {
        return misfit(Element::Principal);
    }
    if let Some(wanted) = &statement.resources {
        all = all.and(resources(wanted, statement.effect, request, doubts));
        if all == Truth::No {
            return misfit(Element::Resource);
        }
    }
    for clause in &statement.conditions {
        all = all.and(match clause {
            Clause::Condition(condition) => holds(condition, request, doubts),
            Clause::Open(hinge) => doubts.on(hinge),
        });
        if all == Truth::No {
            return misfit(Element::Condition);
        }
    }
    Fit {
        means: means.and(all),
        misfit: None,
    }
}

fn holds(condition: &Condition, request: &Request, doubts: &mut Doubts) -> Truth {
    let key = condition.key.as_str();
    let is_unreliable = key == "iam:associatedresourcearn" || key.starts_with("aws:resourcetag/");
    if is_unreliable && request.action.lower() == "iam:passrole" {
        let which = std::ptr::from_ref(condition).addr();
        return doubts.undocumented("a key that `iam:PassRole` need not carry", &which);
    }
    condition.holds(&request.context, doubts)
}

fn actions(actions: &Actions, action: &Action, doubts: &mut Doubts) -> Truth {
    let mut any = Truth::No;
    for entry in &actions.entries {
        any = any.or(entry.matches(action, doubts));
        if any == Truth::Yes {
            break;
        }
    }
    if actions.negated { !any } else { any }
}

const WILD_SERVICE: &str = "a wildcard in the service of an action";

impl Statement {
    /// Whether it is plainly about other actions or other resources, whoever asks and whatever the context: a
    /// cheap look before a request is decided.
    #[must_use]
    pub fn is_about_others(&self, action: &Action, resource: &ArnSubject) -> bool {
        if self.actions.cover(action) == Truth::No {
            return true;
        }
        let Some(resources) = self.resources.as_ref().filter(|one| !one.negated) else {
            return false;
        };
        resources.entries.iter().all(|entry| {
            let pattern = &entry.pattern;
            !pattern.pattern.has_variables()
                && matches!(pattern.compare(resource), Matched::Fields(Truth::No))
        })
    }
}

impl Statement {
    /// Whether it is about this action on this resource, for whomever and under whatever conditions.
    #[must_use]
    pub fn is_about(&self, action: &Action, resource: &ArnSubject) -> Truth {
        let covers = self.actions.cover(action);
        let Some(wanted) = self.resources.as_ref().filter(|_| covers != Truth::No) else {
            return covers;
        };
        let request = Request {
            principal: Principal::Anonymous,
            action: action.clone(),
            resource: resource.clone(),
            owner: None,
            context: Context::open(),
        };
        let doubts = &mut Doubts::default();
        covers.and(resources(wanted, self.effect, &request, doubts))
    }
}

impl ActionEntry {
    /// Whether the entry covers an action.
    #[must_use]
    pub fn covers(&self, action: &Action) -> Truth {
        self.matches(action, &mut Doubts::default())
    }

    /// What else than holes may leave open what the entry covers.
    #[must_use]
    pub fn doubt(&self) -> Option<Hinge> {
        let (service, _) = self.text.known_start().split_once(':')?;
        let is_wild = service.contains(['*', '?']) && !self.pattern.is_everything();
        is_wild.then_some(Hinge::Undocumented(WILD_SERVICE))
    }

    fn matches(&self, action: &Action, doubts: &mut Doubts) -> Truth {
        if self.pattern.is_everything() {
            return Truth::Yes;
        }
        let Some(bytes) = self.pattern.bytes.as_deref() else {
            return self.compare(action, doubts);
        };
        let (service, name) = match self.colon.and_then(|colon| bytes.split_at_checked(colon)) {
            Some((service, name)) => (service, name.get(1..).unwrap_or_default()),
            None => return Truth::No,
        };
        if service == action.service().as_bytes() {
            return glob(name, action.name().as_bytes()).into();
        }
        if service.iter().any(|byte| matches!(*byte, STAR | QUESTION)) {
            return doubts.undocumented(WILD_SERVICE, &self.text);
        }
        Truth::No
    }

    fn compare(&self, action: &Action, doubts: &mut Doubts) -> Truth {
        let symbols = self.pattern.run.symbols.iter();
        let mut service = symbols.take_while(|symbol| **symbol != Symbol::of(':'));
        if service.any(|symbol| matches!(*symbol, Symbol::STAR | Symbol::QUESTION)) {
            return doubts.undocumented(WILD_SERVICE, &self.text);
        }
        let mut run = Run::default();
        run.push_str(action.lower(), false);
        let pair = Pair {
            pattern: &self.pattern.run.symbols,
            pattern_run: &self.pattern.run,
            subject: &run.symbols,
            subject_run: &run,
            wild: true,
        };
        match pair.compare() {
            Truth::Unknown => doubts.comparison("Action", &self.text, &action.written().into()),
            known => known,
        }
    }
}

impl Actions {
    /// Whether the statement is about an action.
    #[must_use]
    pub fn cover(&self, action: &Action) -> Truth {
        actions(self, action, &mut Doubts::default())
    }
}

impl Resources {
    /// Whether a statement that denies is about a resource. A pattern with variables may be or not.
    #[must_use]
    pub fn denied(&self, resource: &ArnSubject) -> Truth {
        let mut any = Truth::No;
        for entry in &self.entries {
            any = any.or(match entry.pattern.compare(resource) {
                _ if entry.pattern.pattern.has_variables() => Truth::Unknown,
                Matched::Fields(Truth::Yes) if entry.pattern.doubt.is_some() => Truth::Unknown,
                Matched::Fields(truth) | Matched::Overrun(truth) => truth,
            });
        }
        if self.negated { !any } else { any }
    }
}

fn resources(
    resources: &Resources,
    effect: Effect,
    request: &Request,
    doubts: &mut Doubts,
) -> Truth {
    let mut any = Truth::No;
    for entry in &resources.entries {
        let pattern = &entry.pattern;
        let settle = |matched: Matched, run: &Run, doubts: &mut Doubts| {
            let (truth, doubt) = match matched {
                Matched::Fields(truth) => (truth, pattern.doubt.map(Doubt::words)),
                Matched::Overrun(truth) if effect == Effect::Deny && !resources.negated => {
                    (truth, None)
                }
                Matched::Overrun(truth) => (truth, Some(Doubt::OVERRUN)),
            };
            match (truth, doubt) {
                (Truth::Yes, Some(doubt)) => doubts.undocumented(doubt, &pattern.pattern.text),
                (Truth::Unknown, _) => {
                    let subject = &request.resource.subject.text;
                    let text = &pattern.pattern.text;
                    // What a match means depends on where the pattern stands.
                    let reads = (pattern.place, pattern.pattern.reading.variables);
                    let runs_over = matches!(matched, Matched::Overrun(_));
                    let over = runs_over.then_some((effect, resources.negated));
                    let how = format!("Resource {reads:?} {over:?}");
                    doubts.comparison_with(&run.holes, &how, text, subject)
                }
                (truth, _) => truth,
            }
        };
        let truth = if pattern.pattern.has_variables() {
            let mut compare = |run: &Run, doubts: &mut Doubts| {
                settle(pattern.compare_run(run, &request.resource), run, doubts)
            };
            variable::put_in(&pattern.pattern, &request.context, doubts, &mut compare)
        } else {
            settle(
                pattern.compare(&request.resource),
                &pattern.pattern.run,
                doubts,
            )
        };
        any = any.or(truth);
        if any == Truth::Yes {
            break;
        }
    }
    if resources.negated { !any } else { any }
}

/// Whether an effect is the one that is asked for; a doubt where it is not known.
pub(super) fn has_effect(effect: Effect, wanted: Effect, doubts: &mut Doubts) -> Truth {
    match effect {
        Effect::Unknown(hole) => {
            let allow = doubts.unknown(|_| Test {
                name: format!("effect {}", hole.0),
                hinges: vec![Hinge::Hole(hole)],
            });
            if wanted == Effect::Allow {
                allow
            } else {
                !allow
            }
        }
        known => (known == wanted).into(),
    }
}
