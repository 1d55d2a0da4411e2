//! Puts the resources of other roots beside those of an estate, each root worked out by itself first: a name
//! in one of them means what it means there.

use std::collections::HashSet;

use crate::model::graph::{Draft, Provider, ResourceId};
use crate::model::others::OtherRoot;
use crate::model::resource::{Address, Resource, Standing};
use crate::model::source::FileId;
use crate::model::value::{Data, ParameterId, Piece, ProviderId, Referent, Value};
use crate::model::vocabulary::Kind;

/// Another root, as its input has it.
#[derive(Debug)]
pub struct OtherDraft<'a> {
    /// The text that tells it.
    pub file: FileId,
    /// What its resources are called by: `network.json` of `network.json:aws_vpc.main`.
    pub name: String,
    /// What it makes.
    pub draft: Draft<'a>,
    /// It is no root, but a list of all resources of these kinds that an account has, or its region.
    pub lists: &'static [Kind],
}

/// Adds the resources of a root that has been worked out.
pub(super) fn join<'a>(estate: &mut Draft<'a>, other: OtherDraft<'a>) -> OtherRoot {
    let OtherDraft {
        file,
        name,
        mut draft,
        lists,
    } = other;
    if !lists.is_empty() {
        supersede(estate, &mut draft);
    }
    if estate.providers.is_empty() {
        estate.providers.push(Provider::default());
    }
    let moved = Moved {
        name: &name,
        resources: u32::try_from(estate.resources.len()).unwrap_or(u32::MAX),
        providers: u32::try_from(estate.providers.len()).unwrap_or(u32::MAX),
        parameters: u32::try_from(estate.parameters.len()).unwrap_or(u32::MAX),
    };
    let root = OtherRoot {
        file,
        first: ResourceId(moved.resources),
        first_provider: estate.providers.len(),
        incomplete: draft.incomplete,
        lists,
    };
    let resources = draft.resources.into_iter();
    estate
        .resources
        .extend(resources.map(|one| moved.resource(one)));
    let deleted = draft.deleted.into_iter();
    estate
        .deleted
        .extend(deleted.map(|one| moved.resource(one)));
    estate.parameters.extend(draft.parameters);
    let providers = draft.providers.into_iter();
    estate.providers.extend(providers.map(|provider| Provider {
        name: format!("{name}:{}", named(&provider.name)).into(),
        ..provider
    }));
    root
}

/// Takes out of an account's answer what the estate itself attaches to roles, users and groups that it does
/// not make, or takes away from them: the answer tells how that was before.
fn supersede(estate: &Draft<'_>, answer: &mut Draft<'_>) {
    let own: HashSet<_> = estate
        .resources
        .iter()
        .chain(&estate.deleted)
        .filter_map(attached)
        .collect();
    answer
        .resources
        .retain(|resource| attached(resource).is_none_or(|one| !own.contains(&one)));
}

/// What a resource attaches to an identity: its kind, the identity and the policy, by their names.
fn attached<'r>(resource: &'r Resource<'_>) -> Option<(Kind, &'r str, &'r str)> {
    let kind = resource.kind()?;
    let owner = resource.entry?.row.owner?.attribute;
    let policy = match kind {
        Kind::PolicyInlineRole | Kind::PolicyInlineUser | Kind::PolicyInlineGroup => "name",
        Kind::Attachment => "policy_arn",
        _ => return None,
    };
    let text = |name: &str| resource.get(name).and_then(Value::as_text);
    Some((kind, text(owner)?, text(policy)?))
}

/// Terraform calls the provider configuration without an alias by its type.
fn named(provider: &str) -> &str {
    if provider.is_empty() { "aws" } else { provider }
}

/// Where the resources and provider configurations of a root come to stand.
struct Moved<'m> {
    name: &'m str,
    resources: u32,
    providers: u32,
    parameters: u32,
}

impl Moved<'_> {
    fn resource<'a>(&self, mut resource: Resource<'a>) -> Resource<'a> {
        let provider = resource.provider.unwrap_or_default();
        resource.provider = Some(self.provider(provider));
        resource.address = Address(format!("{}:{}", self.name, resource.address.as_str()).into());
        if resource.standing == Standing::Judged {
            resource.standing = Standing::Other;
        }
        if resource.open {
            for (_, value) in resource.attributes.iter_mut() {
                self.value(value);
            }
        }
        resource
    }

    fn provider(&self, id: ProviderId) -> ProviderId {
        ProviderId(id.0.saturating_add(self.providers))
    }

    fn value(&self, value: &mut Value<'_>) {
        match &mut value.data {
            Data::Template(pieces) => {
                for piece in pieces {
                    if let Piece::Reference(reference) = piece {
                        reference.of = match reference.of {
                            Referent::Resource(id) => {
                                Referent::Resource(ResourceId(id.0.saturating_add(self.resources)))
                            }
                            Referent::Provider(id) => Referent::Provider(self.provider(id)),
                            Referent::Parameter(id) => Referent::Parameter(ParameterId(
                                id.0.saturating_add(self.parameters),
                            )),
                        };
                    }
                }
            }
            Data::List(list) => list.iter_mut().for_each(|value| self.value(value)),
            Data::Map(map) => map.iter_mut().for_each(|(_, value)| self.value(value)),
            _ => {}
        }
    }
}
