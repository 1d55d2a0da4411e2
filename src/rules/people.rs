//! What rules on people share: who may open which notebook, by which statements, and how findings say so.

use super::Context;
use super::execution_role_not_admin::{every_action, every_resource};
use super::identity_policies::{NB_OPEN, designated_groups};
use super::statements::{called, named_hinges};
use crate::access::{Grant, May, Object, Person, Sort};
use crate::finding::Evidence;
use crate::iam::policy::Statement;
use crate::iam::{Action, Hinge, Policy};
use crate::model::graph::ResourceId;
use crate::model::resource::Standing;
use crate::model::source::Span;
use crate::model::truth::Truth;
use crate::model::value::Why;
use crate::model::vocabulary::Kind;
use crate::settings::AccessModel;

/// That somebody may open a notebook, or that it cannot be told.
#[derive(Debug)]
pub(crate) struct Opening {
    /// The notebook.
    pub(super) notebook: ResourceId,
    /// Their place among the people.
    pub(super) person: usize,
    pub(super) truth: Truth,
    /// The statements that let them.
    pub(super) grants: Vec<Grant>,
    /// What of the input would decide it.
    pub(super) hinges: Vec<(String, Why)>,
}

/// Whether a statement that is known allows something to a person, whatever else may take it away.
pub(super) fn is_allowed(
    context: &Context<'_, '_>,
    person: &Person,
    action: &Action,
    anything: &Object,
) -> bool {
    let grants = context
        .access
        .grants_of(&person.caller, action, anything, &[]);
    grants.iter().any(|grant| grant.truth == Truth::Yes)
}

/// The notebook instances of the estate.
fn notebooks(context: &Context<'_, '_>) -> impl Iterator<Item = ResourceId> {
    let notebooks = context.graph.iter().filter(|(_, resource)| {
        resource.kind() == Some(Kind::Notebook) && resource.standing == Standing::Judged
    });
    notebooks.map(|(id, _)| id)
}

/// Whether the estate has a notebook instance, so that what is not known of people matters to it.
pub(super) fn has_notebook(context: &Context<'_, '_>) -> bool {
    notebooks(context).next().is_some()
}

/// Who may open a notebook instance of the estate, or perhaps.
pub(super) fn openings<'c>(context: &'c Context<'_, '_>) -> &'c [Opening] {
    context.openings.get_or_init(|| {
        let action = Action::named(NB_OPEN);
        let mut openings = Vec::new();
        for notebook in notebooks(context) {
            let object = context.access.object(notebook);
            let people = context.people().iter().enumerate();
            openings.extend(
                people.filter_map(|person| opening(context, person, notebook, &action, &object)),
            );
        }
        openings
    })
}

/// What lets one person do something; none if nothing does.
pub(super) fn opening(
    context: &Context<'_, '_>,
    (at, person): (usize, &Person),
    notebook: ResourceId,
    action: &Action,
    object: &Object,
) -> Option<Opening> {
    let may = person_may(context, person, action, object);
    if may.truth == Truth::No {
        return None;
    }
    let mut hinges: Vec<_> = may
        .hinges
        .iter()
        .map(|one| context.access.hinge(one))
        .collect();
    let truth = may.truth.and(person.is_for_people);
    if may.truth == Truth::Yes && truth == Truth::Unknown {
        hinges.extend(person.more.clone());
    }
    hinges.sort();
    hinges.dedup();
    Some(Opening {
        notebook,
        person: at,
        truth,
        grants: context
            .access
            .grants_of(&person.caller, action, object, &[]),
        hinges,
    })
}

/// Whether a person may do something by some request, their boundary and what is denied to them counted.
pub(super) fn person_may(
    context: &Context<'_, '_>,
    person: &Person,
    action: &Action,
    object: &Object,
) -> May {
    let mut may = context.access.may_any(&person.caller, action, object, &[]);
    if may.truth == Truth::No || person.whole.is_empty() {
        return may;
    }
    let mut any = Truth::No;
    let mut hinges: Vec<Hinge> = Vec::new();
    for whole in &person.whole {
        let of_one = context.access.may_any(whole, action, object, &[]);
        any = any.or(of_one.truth);
        hinges.extend(of_one.hinges);
        if of_one.truth == Truth::No {
            may.answer = of_one.answer;
        }
    }
    if any == Truth::Unknown && may.truth == Truth::Yes {
        may.hinges = hinges;
    }
    may.truth = may.truth.and(any);
    may
}

/// The people that a rule on those who are not meant looks at: all but the groups that are, but roles that
/// workloads run as, which are judged apart, and but whom the user names as administrators; where people come by
/// IAM Identity Center, but permission sets too.
pub(super) fn others<'c>(
    context: &'c Context<'_, '_>,
) -> impl Iterator<Item = (usize, &'c Person)> {
    let meant = designated_groups(context);
    let people = context.people().iter().enumerate();
    people.filter(move |(_, person)| {
        let by_sign_on = context.settings.access_model != AccessModel::IamGroups;
        let is_meant = person.is_group() && meant.contains(&person.id)
            || by_sign_on && person.sort == Sort::PermissionSet
            || is_admin(context, person.id);
        !is_meant && context.is_execution_role(person.id) != Truth::Yes
    })
}

/// Whether the user names somebody as an administrator.
pub(super) fn is_admin(context: &Context<'_, '_>, id: ResourceId) -> bool {
    context.is_named_by(&context.settings.admin_principals, id)
}

/// Whether the input says anything about people: a group, a user, a permission set or a Studio domain.
pub(super) fn has_people(context: &Context<'_, '_>) -> bool {
    let mut kinds = context
        .graph
        .iter()
        .filter_map(|(_, resource)| resource.kind());
    let of_people = [Kind::Group, Kind::User, Kind::Sso, Kind::NotebookDomain];
    kinds.any(|kind| of_people.contains(&kind)) || context.people().iter().any(Person::is_group)
}

/// Whether a statement makes an administrator: everything on everything.
pub(super) fn is_everything(statement: &Statement) -> bool {
    !statement.actions.negated
        && every_action(&statement.actions) == Truth::Yes
        && every_resource(statement) == Ok(Truth::Yes)
}

/// One statement that lets people do what they should not, with all of them.
#[derive(Debug)]
pub(super) struct Cause<'c> {
    pub(super) policy: &'c Policy,
    pub(super) statement: &'c Statement,
    pub(super) people: Vec<&'c Person>,
    pub(super) notebooks: Vec<ResourceId>,
}

/// Puts what has one cause together: a statement, however many people hold it.
pub(super) fn causes<'c>(
    context: &'c Context<'_, '_>,
    openings: impl Iterator<Item = &'c Opening>,
) -> Vec<Cause<'c>> {
    let mut causes: Vec<Cause<'_>> = Vec::new();
    for opening in openings {
        let Some(person) = context.people().get(opening.person) else {
            continue;
        };
        for grant in &opening.grants {
            let Some(statement) = grant.statement() else {
                continue;
            };
            let same = |one: &&mut Cause<'_>| {
                one.policy.name == grant.policy.name && one.statement.index == statement.index
            };
            match causes.iter_mut().find(same) {
                Some(known) => {
                    if !known.people.iter().any(|one| std::ptr::eq(*one, person)) {
                        known.people.push(person);
                    }
                    if !known.notebooks.contains(&opening.notebook) {
                        known.notebooks.push(opening.notebook);
                    }
                }
                None => causes.push(Cause {
                    policy: &grant.policy,
                    statement,
                    people: vec![person],
                    notebooks: vec![opening.notebook],
                }),
            }
        }
    }
    causes
}

/// What messages call a statement; of a policy of AWS's own, the policy.
pub(super) fn called_whole(statement: &Statement, policy: &Policy) -> String {
    match policy.name.rsplit_once(":policy/") {
        Some((_, name)) => format!("`{name}`"),
        None => called(statement, policy),
    }
}

impl Cause<'_> {
    /// What messages call it.
    pub(super) fn called(&self) -> String {
        called_whole(self.statement, self.policy)
    }

    /// The places of those who hold it, where it stands elsewhere.
    pub(super) fn with_people(&self, context: &Context<'_, '_>, evidence: Evidence) -> Evidence {
        with_people(context, evidence, self.statement.at, &self.people)
    }
}

/// The people who hold a policy: the first one is told what is wrong with it.
pub(super) fn holding<'c>(context: &'c Context<'_, '_>, policy: &Policy) -> Vec<&'c Person> {
    let people = context.people().iter();
    let holding = people.filter(|person| {
        let mut policies = person.caller.identity.iter();
        policies.any(|one| one.name == policy.name)
    });
    holding.collect()
}

/// The person that a resource is.
pub(super) fn person_of<'c>(context: &'c Context<'_, '_>, id: ResourceId) -> Option<&'c Person> {
    context.people().iter().find(|person| person.id == id)
}

/// Evidence with the places of people.
pub(super) fn with_people(
    context: &Context<'_, '_>,
    evidence: Evidence,
    at: Span,
    people: &[&Person],
) -> Evidence {
    let mut seen = vec![at];
    people.iter().fold(evidence, |evidence, person| {
        let origin = context.graph.get(person.id).origin;
        if seen.contains(&origin) {
            return evidence;
        }
        seen.push(origin);
        evidence.related(format!("{} holds it", person.called()), origin)
    })
}

/// People in words: the first three, and how many more.
pub(super) fn listed(people: &[&Person]) -> String {
    let mut names: Vec<_> = people.iter().map(|person| person.called()).collect();
    names.dedup();
    shortened(&names)
}

/// Names in words: the first three, and how many more.
pub(super) fn shortened(names: &[String]) -> String {
    match names {
        [] => String::new(),
        [one] => one.clone(),
        [one, two] => format!("{one} and {two}"),
        [one, two, three] => format!("{one}, {two} and {three}"),
        [one, two, three, more @ ..] => {
            format!("{one}, {two}, {three} and {} more", more.len())
        }
    }
}

/// Evidence that it cannot be told of people whether they may do something, once for one reason.
pub(super) fn unsure<'c>(
    context: &'c Context<'_, '_>,
    openings: impl Iterator<Item = &'c Opening>,
    at: Span,
    question: impl Fn(&str) -> String,
) -> Vec<Evidence> {
    let mut groups: Vec<(&Opening, Vec<&Person>)> = Vec::new();
    for opening in openings {
        let Some(person) = context.people().get(opening.person) else {
            continue;
        };
        match groups
            .iter_mut()
            .find(|(first, _)| first.hinges == opening.hinges)
        {
            Some((_, people)) => people.push(person),
            None => groups.push((opening, vec![person])),
        }
    }
    let evidence = groups.into_iter().map(|(first, people)| {
        let hinges = &first.hinges;
        let names: Vec<_> = hinges
            .iter()
            .map(|(name, why)| {
                let tick = if name.contains(' ') { "" } else { "`" };
                format!("{tick}{name}{tick} is not known ({why})")
            })
            .collect();
        let who = listed(&people);
        let message = format!("cannot tell {}: {}", question(&who), names.join(", "));
        let about = hinges.iter().map(|(name, _)| name.as_str());
        let about: Vec<_> = about.collect();
        let evidence = Evidence::new(message, at).about(about.join(" "));
        named_hinges(evidence, hinges)
    });
    evidence.collect()
}
