//! The reasons of a decision in words.

use super::condition::{Condition, Test};
use super::decision::{Layer, Together, together};
use super::doubt::Doubts;
use super::evaluate::Element;
use super::explain::HoleName;
use super::policy::{Effect, Policy, PolicyKind, PrincipalKind, Statement};
use super::request::{Request, Values};
use super::text::{Piece, Text};
use crate::model::truth::Truth;

/// Says things about one request.
pub(super) struct Words<'w> {
    pub(super) request: &'w Request,
    pub(super) names: HoleName<'w>,
}

impl Words<'_> {
    /// Nothing in a layer is even about the action.
    pub(super) fn nothing(&self, layer: Layer, policy: Option<&Policy>) -> String {
        let action = self.request.action.written();
        match (layer, policy) {
            (Layer::Identity, None) => "the principal has no identity policies".to_owned(),
            (Layer::Identity, Some(_)) => format!("no identity policy allows `{action}`"),
            (Layer::Resource | Layer::Trust, None) => {
                "the resource has no policy that would admit the principal".to_owned()
            }
            (_, Some(policy)) if policy.kind == PolicyKind::Key => format!(
                "{} lets nobody `{action}`, neither a role nor the account",
                policy.words()
            ),
            (_, Some(policy)) => format!("{} does not allow `{action}`", policy.words()),
            (_, None) => format!("nothing allows `{action}`"),
        }
    }

    /// Why the statement that comes nearest does not allow.
    pub(super) fn misfit(
        &self,
        element: Element,
        policy: &Policy,
        statement: &Statement,
    ) -> String {
        let subject = statement_words(policy, statement);
        match element {
            Element::Action => format!("{subject} is not about this action"),
            Element::Principal => self.named_only(policy),
            Element::Resource => {
                let resource = self.text(&self.request.resource.subject.text);
                format!("{subject} is not about `{resource}`")
            }
            Element::Condition => match self.unmet_condition(statement) {
                Some(condition) => {
                    format!("{subject} would allow it, but {}", self.unmet(condition))
                }
                None => format!("{subject} would allow it, but a condition is not met"),
            },
        }
    }

    /// The first condition of a statement that does not hold.
    pub(super) fn unmet_condition<'s>(&self, statement: &'s Statement) -> Option<&'s Condition> {
        let mut conditions = statement.readable_conditions();
        conditions.find(|condition| {
            let holds = condition.holds(&self.request.context, &mut Doubts::default());
            holds == Truth::No
        })
    }

    fn unmet(&self, condition: &Condition) -> String {
        let values = condition.values.iter().map(|value| self.text(&value.text));
        let wanted = some_of(&values.collect::<Vec<_>>());
        let (name, key) = (&condition.name, &condition.written_key);
        let knowledge = self.request.context.get(&condition.key);
        let is_absent = knowledge.present == Truth::No;
        if condition.operator.test == Test::Null {
            return if is_absent {
                format!("it wants the request to carry `{key}`, which it does not")
            } else {
                format!("it wants the request not to carry `{key}`, which it does")
            };
        }
        let wants = match (condition.operator.negated, condition.values.len()) {
            (true, _) => "anything but ",
            (false, 0 | 1) => "",
            (false, _) => "one of ",
        };
        if is_absent {
            format!(
                "its condition `{name}` wants `{key}` to be {wants}{wanted}, and the request does not carry it"
            )
        } else {
            let carried = match &knowledge.values {
                Values::Known(values) => {
                    let texts = values.iter().map(|value| self.text(&value.subject.text));
                    format!(
                        ", and the request carries {}",
                        some_of(&texts.collect::<Vec<_>>())
                    )
                }
                _ => String::new(),
            };
            format!(
                "its condition `{name}` on `{key}` is not met: it wants {wants}{wanted}{carried}"
            )
        }
    }

    /// Whom a resource's policy allows the action instead.
    fn named_only(&self, policy: &Policy) -> String {
        let action = &self.request.action;
        let allows = policy
            .statements
            .iter()
            .filter(|one| one.effect == Effect::Allow);
        let about = allows.filter(|one| one.actions.cover(action) != Truth::No);
        let entries: Vec<_> = about
            .filter_map(|one| one.principals.as_ref())
            .flat_map(|principals| &principals.entries)
            .collect();
        let mut names: Vec<_> = entries.iter().map(|entry| self.text(&entry.text)).collect();
        names.sort();
        names.dedup();
        let delegates = entries
            .iter()
            .any(|entry| entry.kind == PrincipalKind::Account);
        let may_delegate = self.request.principal.account().is_some()
            && together(self.request) == Some(Together::ResourceFirst);
        let delegation = if may_delegate && !delegates {
            ", and does not delegate to the account"
        } else {
            ""
        };
        format!(
            "the {} names only {}{delegation}",
            policy.kind.words(),
            some_of(&names)
        )
    }

    fn text(&self, text: &Text) -> String {
        let pieces = text.pieces().iter().map(|piece| match piece {
            Piece::Literal(literal) => literal.clone(),
            Piece::Hole(hole) => format!("{{{}}}", (self.names)(hole.id)),
        });
        pieces.collect()
    }
}

/// Which statement of which policy.
pub(super) fn statement_words(policy: &Policy, statement: &Statement) -> String {
    if policy.statements.len() == 1 && statement.sid.as_deref().unwrap_or("").is_empty() {
        format!("the statement of {}", policy.words())
    } else {
        format!("statement {} of {}", statement.label(), policy.words())
    }
}

/// A few of them, and how many more.
fn some_of(names: &[String]) -> String {
    const SHOWN: usize = 3;
    let shown: Vec<_> = names
        .iter()
        .take(SHOWN)
        .map(|name| format!("`{name}`"))
        .collect();
    match names.len().checked_sub(SHOWN) {
        Some(more) if more > 0 => format!("{} and {more} more", shown.join(", ")),
        _ => shown.join(", "),
    }
}
