//! An estate: as read ([`Draft`]), and worked out ([`ResourceGraph`]).

use std::borrow::Cow;
use std::sync::OnceLock;

use super::expression::{Configuration, Expression, find};
pub use super::index::Index;
use super::index::{hash, id_at};
use super::others::OtherRoot;
use super::parts::PartContent;
pub use super::parts::{Part, Parts};
use super::resource::Resource;
use super::value::{Data, Map, ParameterId, Piece, ProviderId, Reference, Referent, Value, Why};
use super::vocabulary::{self, AttributeRole, Default as Absent, Kind, Language};

/// Names a resource of one graph.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ResourceId(pub u32);

/// An estate as its input has it: what `load` hands to `resolve`.
#[derive(Debug)]
pub struct Draft<'a> {
    /// Every resource, in the order of the input.
    pub resources: Vec<Resource<'a>>,
    /// What the change deletes, as it was, with the keys in whose place it makes others.
    pub deleted: Vec<Resource<'a>>,
    /// What is written, for the values that are not known yet.
    pub configuration: Configuration<'a>,
    /// The provider configurations; a [`ProviderId`] is a place in this list.
    pub providers: Vec<Provider<'a>>,
    /// What the input asks for and nobody gives; a [`ParameterId`] is a place in this list.
    pub parameters: Vec<Parameter<'a>>,
    /// Why resources may exist that the input does not show, if so.
    pub incomplete: Option<Why>,
}

/// Something that the input asks for and nobody gives: equal to itself, and to nothing known.
#[derive(Debug, Clone)]
pub struct Parameter<'a> {
    /// What messages call it: `BucketName`, `AWS::StackName`.
    pub name: Cow<'a, str>,
    /// Why it is not known.
    pub why: Why,
}

/// Where a provider configuration works, as far as the input tells.
#[derive(Debug, Clone, Default)]
pub struct Provider<'a> {
    /// Its name in the input: `aws`, `aws.replica`.
    pub name: Cow<'a, str>,
    /// The account id.
    pub account: Option<Cow<'a, str>>,
    /// The region.
    pub region: Option<Cow<'a, str>>,
    /// The partition: `aws`, `aws-cn`, `aws-us-gov`.
    pub partition: Option<Cow<'a, str>>,
}

/// An estate worked out: what rules and questions look at.
#[derive(Debug)]
pub struct ResourceGraph<'a> {
    pub(super) resources: Vec<Resource<'a>>,
    pub(super) providers: Vec<Provider<'a>>,
    parameters: Vec<Parameter<'a>>,
    pub(super) incomplete: Option<Why>,
    configuration: Configuration<'a>,
    addresses: Index,
    pub(super) names: Index,
    /// Names that hold symbols, made when they are first asked for.
    pub(super) open_names: OnceLock<Index>,
    parts: Vec<PartEdge>,
    /// What the change deletes: see [`Draft::deleted`].
    pub deleted: Vec<Resource<'a>>,
    pub(super) others: Vec<OtherRoot>,
    /// What is written inside of other resources; these stand behind all others, in this order.
    carried: Vec<Carried<'a>>,
}

/// A Processing job that is no resource of its own, but written inside of one that starts it.
#[derive(Debug, Clone)]
pub struct Carried<'a> {
    /// What starts it: a state machine, a pipeline, a schedule or a monitoring schedule.
    pub by: ResourceId,
    /// The attribute of that in which it is written, by its canonical name.
    pub attribute: &'static str,
    /// Where in there: `States.Prepare`.
    pub place: String,
    /// The role that creates the job; none where none is told.
    pub caller: Option<Value<'a>>,
    /// The service that takes that role: `states.amazonaws.com`; none where the job's own role is all there is.
    pub service: Option<&'static str>,
    /// Whatever starts it waits for its end.
    pub waits: bool,
    /// The attributes of the job where whoever starts it chooses all that they can: what has a default is unknown.
    pub unfixed: Map<'a>,
}

/// A resource completes another one; `owner` is none where it cannot be told which.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct PartEdge {
    owner: Option<ResourceId>,
    part: ResourceId,
}

/// What a value that names a resource points at.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Target<'v> {
    /// A resource of the graph.
    Resource(ResourceId),
    /// Something outside the input, under this name.
    Outside(&'v str),
    /// It cannot be told.
    Unknown(Why),
}

impl<'a> ResourceGraph<'a> {
    /// Takes over a draft that has been worked out, with the index of its addresses, and joins parts to
    /// their owners.
    #[must_use]
    pub fn new(draft: Draft<'a>, addresses: Index) -> Self {
        Self::among(draft, addresses, Vec::new())
    }

    /// The same, of a draft to which the resources of other roots have been added.
    #[must_use]
    pub fn among(draft: Draft<'a>, addresses: Index, others: Vec<OtherRoot>) -> Self {
        let mut graph = Self {
            others,
            addresses,
            names: Index::default(),
            open_names: OnceLock::new(),
            parts: Vec::new(),
            resources: draft.resources,
            deleted: draft.deleted,
            providers: draft.providers,
            parameters: draft.parameters,
            incomplete: draft.incomplete,
            configuration: draft.configuration,
            carried: Vec::new(),
        };
        graph.names = Index::collect(graph.identities());
        graph.parts = graph.part_edges();
        graph.parts.sort_unstable();
        graph
    }

    /// Adds jobs that were found inside of resources of the estate, behind all others.
    pub fn carry(&mut self, found: Vec<(Resource<'a>, Carried<'a>)>) {
        if found.is_empty() {
            return;
        }
        let (jobs, carried): (Vec<_>, Vec<_>) = found.into_iter().unzip();
        self.resources.extend(jobs);
        self.carried.extend(carried);
        self.addresses = Index::of_addresses(&self.resources);
        self.open_names = OnceLock::new();
    }

    /// What starts a resource that is written inside of another one.
    #[must_use]
    pub fn carried(&self, id: ResourceId) -> Option<&Carried<'a>> {
        self.carried.get(self.place_among_carried(id)?)
    }

    fn place_among_carried(&self, id: ResourceId) -> Option<usize> {
        let first = self.resources.len() - self.carried.len();
        (id.0 as usize).checked_sub(first)
    }

    /// Every resource with its id, in the order of the input.
    #[must_use]
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (ResourceId, &Resource<'a>)> {
        self.resources
            .iter()
            .enumerate()
            .map(|(at, resource)| (id_at(at), resource))
    }

    /// A resource by its id.
    ///
    /// # Panics
    /// If the id comes from another graph.
    #[must_use]
    #[expect(
        clippy::indexing_slicing,
        reason = "ids are only made by the graph that they index"
    )]
    pub fn get(&self, id: ResourceId) -> &Resource<'a> {
        &self.resources[id.0 as usize]
    }

    /// A resource of a known kind by its address.
    #[must_use]
    pub fn find(&self, address: &str) -> Option<ResourceId> {
        self.addresses
            .candidates(hash(address))
            .find(|id| self.get(*id).address.as_str() == address)
    }

    /// In which language the estate is written.
    #[must_use]
    pub fn language(&self) -> Language {
        let mut entries = self.resources.iter().filter_map(|one| one.entry);
        entries
            .next()
            .map_or(Language::Terraform, |entry| entry.language)
    }

    /// Why resources of the estate may exist that the input does not show, if so.
    #[must_use]
    pub fn incomplete(&self) -> Option<Why> {
        self.incomplete
    }

    /// Whether the author wrote an attribute, or a provider's default stands in its place; none where
    /// the input does not tell.
    #[must_use]
    pub fn is_written(&self, id: ResourceId, path: &str) -> Option<bool> {
        let mut place = String::new();
        self.get(id).address.without_keys(&mut place);
        let written = self.configuration.resources.get(&place)?;
        let mut steps = path.split('.');
        let mut expression = find(&written.expressions, steps.next()?);
        for step in steps {
            expression = match expression {
                Some(block @ Expression::Object(_)) => block.get(step),
                // Of what is inside, nothing is told.
                Some(_) => return None,
                None => break,
            };
        }
        Some(expression.is_some())
    }

    /// What is written, as far as the input shows it.
    #[must_use]
    pub fn configuration(&self) -> &Configuration<'a> {
        &self.configuration
    }

    /// The provider configurations, those of other roots behind the estate's own.
    #[must_use]
    pub fn providers(&self) -> &[Provider<'a>] {
        &self.providers
    }

    /// What is known of a parameter without a value.
    #[must_use]
    pub fn parameter(&self, id: ParameterId) -> Option<&Parameter<'a>> {
        self.parameters.get(id.0 as usize)
    }

    /// Why what a reference points at has no value yet.
    #[must_use]
    pub fn why_open(&self, of: Referent) -> Why {
        match of {
            Referent::Resource(_) => Why::KnownAfterApply,
            Referent::Provider(_) => Why::PlaceNotTold,
            Referent::Parameter(id) => {
                let parameter = self.parameter(id);
                parameter.map_or(Why::UnexpectedForm, |parameter| parameter.why)
            }
        }
    }

    /// Why a value, or the first part of it that is not known, is not.
    #[must_use]
    pub fn why_not_known(&self, value: &Value<'_>) -> Why {
        let Data::Template(pieces) = &value.data else {
            return value.why_unknown().unwrap_or(Why::UnexpectedForm);
        };
        let first = pieces.iter().find_map(|piece| match piece {
            Piece::Unknown(why) => Some(*why),
            Piece::Reference(reference) => Some(self.why_open(reference.of)),
            Piece::Known(_) => None,
        });
        first.unwrap_or(Why::KnownAfterApply)
    }

    /// The resource of one of these kinds that a value names: by reference, ARN, id or name; one of the
    /// root that says so before those of others.
    #[must_use]
    pub fn target<'v>(&self, value: &'v Value<'_>, kinds: &[Kind]) -> Target<'v> {
        match &value.data {
            Data::Text(text) => self.named_in(kinds, text, value.origin.file),
            Data::Template(pieces) => match pieces.as_ref() {
                [Piece::Reference(reference)] => match reference.of {
                    Referent::Resource(id) if self.is_any(id, kinds) => Target::Resource(id),
                    of @ Referent::Parameter(_) => match self.named_by_pieces(kinds, pieces) {
                        Some(id) => Target::Resource(id),
                        None => Target::Unknown(self.why_open(of)),
                    },
                    // What something else holds, a parameter say, may name any: only applying shows.
                    Referent::Resource(_) | Referent::Provider(_) => {
                        Target::Unknown(Why::KnownAfterApply)
                    }
                },
                pieces => match self.named_by_pieces(kinds, pieces) {
                    Some(id) => Target::Resource(id),
                    None => Target::Unknown(Why::KnownAfterApply),
                },
            },
            Data::Unknown(why) => Target::Unknown(*why),
            _ => Target::Unknown(Why::UnexpectedForm),
        }
    }

    fn is_any(&self, id: ResourceId, kinds: &[Kind]) -> bool {
        let kind = self.get(id).kind();
        kind.is_some_and(|kind| kinds.contains(&kind))
    }

    /// What completes `owner` with attributes of this kind.
    #[must_use]
    pub fn parts<'g>(&'g self, owner: ResourceId, kind: Kind) -> Parts<'g, 'a> {
        let resource = self.get(owner);
        let mut found = Vec::new();
        let incomplete = self.incomplete_for(owner);
        let mut perhaps_more = incomplete;
        let inside = resource
            .entry
            .into_iter()
            .flat_map(|entry| entry.row.attributes)
            .filter(|attribute| attribute.part == Some(kind))
            .filter_map(|attribute| resource.get(attribute.canonical().as_ref()));
        for value in inside {
            match value.data {
                Data::Unknown(why) => perhaps_more = perhaps_more.or(Some(why)),
                Data::Null => {}
                _ => found.push(Part {
                    said_by: resource,
                    kind,
                    content: if is_policy(kind) {
                        PartContent::Whole(value)
                    } else {
                        PartContent::Inside(value)
                    },
                }),
            }
        }
        let deleted: Vec<_> = self
            .deleted
            .iter()
            .filter(|part| part.kind() == Some(kind) && self.owner_of(part) == Some(Ok(owner)))
            .collect();
        let mut unowned = self.parts_of(None, kind);
        let unowned = unowned.find(|(id, _)| self.root_of(*id) == self.root_of(owner));
        let unowned = unowned.map(|(_, part)| match self.owner_of(part) {
            Some(Err(Some(why))) => why,
            _ => Why::KnownAfterApply,
        });
        let mut resources = self.parts_of(Some(owner), kind).peekable();
        if resources.peek().is_some() || unowned.is_some() || !deleted.is_empty() {
            // A provider reads back inside the owner what a resource of its own sets, or did set; an
            // author who writes both gets the latter.
            found.clear();
            perhaps_more = incomplete;
        }
        found.extend(resources.map(|(_, part)| Part {
            said_by: part,
            kind,
            content: PartContent::Resource(&part.attributes),
        }));
        perhaps_more = perhaps_more.or(unowned);
        Parts {
            found,
            perhaps_more,
            deleted,
        }
    }

    /// The owner of a part; an error where it has one that cannot be told, or lies outside.
    fn owner_of(&self, part: &Resource<'a>) -> Option<Result<ResourceId, Option<Why>>> {
        let owner = part.entry?.row.owner?;
        let Some(value) = part.get(owner.attribute) else {
            return Some(Err(Some(Why::UnexpectedForm)));
        };
        Some(match self.target(value, &[owner.kind]) {
            Target::Resource(id) => Ok(id),
            Target::Unknown(why) => Err(Some(why)),
            Target::Outside(_) => Err(None),
        })
    }

    fn parts_of(
        &self,
        owner: Option<ResourceId>,
        kind: Kind,
    ) -> impl Iterator<Item = (ResourceId, &Resource<'a>)> {
        let begin = self.parts.partition_point(|edge| edge.owner < owner);
        self.parts
            .iter()
            .skip(begin)
            .take_while(move |edge| edge.owner == owner)
            .map(|edge| (edge.part, self.get(edge.part)))
            .filter(move |(_, part)| part.kind() == Some(kind))
    }

    fn part_edges(&self) -> Vec<PartEdge> {
        let edges = self
            .iter()
            .filter_map(|(part, resource)| match self.owner_of(resource)? {
                Ok(id) => Some(PartEdge {
                    owner: Some(id),
                    part,
                }),
                Err(Some(_)) => Some(PartEdge { owner: None, part }),
                Err(None) => None,
            });
        edges.collect()
    }

    fn identities(&self) -> impl Iterator<Item = (u64, ResourceId)> {
        let written = self.iter().flat_map(|(id, resource)| {
            identities_of(resource).map(move |(kind, text)| (hash((kind, text)), id))
        });
        let derived = self.iter().filter_map(|(id, resource)| {
            let arn = self.arn_before_made(id)?;
            Some((hash((resource.kind()?, arn.as_str())), id))
        });
        written.chain(derived)
    }

    /// The ARN that a resource whose name is its author's choice will have, where all of it is known
    /// already.
    pub(super) fn arn_before_made(&self, id: ResourceId) -> Option<String> {
        let resource = self.get(id);
        if !has_fixed_arn(resource)
            || resource
                .get("arn")
                .is_some_and(|arn| arn.as_text().is_some())
        {
            return None;
        }
        self.derived(id, "arn")?.as_text().map(str::to_owned)
    }

    /// An attribute that the service sets but whose form is fixed, worked out from the known parts:
    /// the ARN of a bucket, say. None where the vocabulary has no form for it.
    #[must_use]
    pub fn derived(&self, id: ResourceId, attribute: &str) -> Option<Value<'a>> {
        let resource = self.get(id);
        let entry = resource.entry?;
        let AttributeRole::Output(Some(template)) = entry.attribute(attribute)?.role else {
            return None;
        };
        let mut pieces = Vec::new();
        let mut rest = template;
        while let Some((before, after)) = rest.split_once('{') {
            push_known(&mut pieces, before.into());
            let (name, after) = after.split_once('}').unwrap_or((after, ""));
            self.push_part(id, name, &mut pieces);
            rest = after;
        }
        push_known(&mut pieces, rest.into());
        let data = match pieces.as_mut_slice() {
            [Piece::Known(text)] => Data::Text(std::mem::take(text)),
            _ => Data::Template(pieces.into_boxed_slice()),
        };
        Some(Value::new(data, resource.origin))
    }

    /// Appends what stands for `{name}` in the template of an attribute of this resource.
    fn push_part(&self, id: ResourceId, name: &'static str, pieces: &mut Vec<Piece<'a>>) {
        let resource = self.get(id);
        if let "account" | "region" | "partition" = name {
            return self.push_place(resource, name, pieces);
        }
        match resource.get(name).map(|value| &value.data) {
            // A data source may be asked for a key by an alias or ARN.
            Some(Data::Text(text)) if name == "key_id" && text.contains([':', '/']) => {
                pieces.push(Piece::Unknown(Why::ExternalResource));
            }
            Some(Data::Text(text)) => push_known(pieces, text.clone()),
            Some(Data::Template(inner)) => pieces.extend(inner.iter().cloned()),
            Some(_) => pieces.push(own(id, name)),
            None => {
                let attribute = resource.entry.and_then(|entry| entry.attribute(name));
                match attribute.map(|attribute| (attribute.default, attribute.role)) {
                    Some((Absent::Text(text), _)) => push_known(pieces, text.into()),
                    Some((_, AttributeRole::Output(Some(_)))) => {
                        match self.derived(id, name).map(|value| value.data) {
                            Some(Data::Text(text)) => push_known(pieces, text),
                            Some(Data::Template(inner)) => pieces.extend(inner),
                            _ => pieces.push(own(id, name)),
                        }
                    }
                    _ => pieces.push(own(id, name)),
                }
            }
        }
    }

    fn push_place(&self, resource: &Resource<'a>, name: &'static str, pieces: &mut Vec<Piece<'a>>) {
        let id = resource.provider.unwrap_or(ProviderId(0));
        let own_region = resource.if_any("region").and_then(Value::as_text);
        if let Some(region) = own_region.filter(|_| name == "region") {
            return push_known(pieces, region.to_owned().into());
        }
        let provider = self.providers.get(id.0 as usize);
        let known = provider.and_then(|provider| match name {
            "account" => provider.account.clone(),
            "region" => provider.region.clone(),
            _ => provider.partition.clone(),
        });
        match known {
            Some(text) => push_known(pieces, text),
            None => pieces.push(Piece::Reference(Reference {
                of: Referent::Provider(id),
                attribute: name.into(),
            })),
        }
    }
}

/// Whether the ARN of a resource is made of what its author chooses.
pub(super) fn has_fixed_arn(resource: &Resource<'_>) -> bool {
    let kind = resource.kind();
    kind.is_some_and(|kind| {
        matches!(
            kind,
            Kind::Role
                | Kind::User
                | Kind::Group
                | Kind::PolicyManaged
                | Kind::KmsAlias
                | Kind::Bucket
                | Kind::Repository
                | Kind::Orchestrator
        )
    })
}

/// Whether all that a part of this kind says is a policy.
fn is_policy(kind: Kind) -> bool {
    let mut rows = vocabulary::rows().filter(|row| row.kind == kind);
    rows.any(|row| {
        let mut attributes = row.attributes.iter();
        attributes.any(|one| one.role == AttributeRole::Policy && one.cloudformation == ".")
    })
}

/// Appends known text, joined to known text before it.
pub fn push_known<'a>(pieces: &mut Vec<Piece<'a>>, text: Cow<'a, str>) {
    if text.is_empty() {
        return;
    }
    if let Some(Piece::Known(before)) = pieces.last_mut() {
        before.to_mut().push_str(&text);
    } else {
        pieces.push(Piece::Known(text));
    }
}

fn own<'a>(id: ResourceId, name: &'static str) -> Piece<'a> {
    Piece::Reference(Reference {
        of: Referent::Resource(id),
        attribute: name.into(),
    })
}

/// The texts that name a resource among those of its kind.
pub(super) fn identities_of<'r>(
    resource: &'r Resource<'_>,
) -> impl Iterator<Item = (Kind, &'r str)> {
    let entry = resource.entry.filter(|entry| entry.is_referred_to());
    entry.into_iter().flat_map(move |entry| {
        let named = entry.row.attributes.iter().filter(|attribute| {
            let is_id = matches!(attribute.path, "id" | "arn" | "key_id" | "unique_id");
            match attribute.role {
                AttributeRole::Name => true,
                AttributeRole::Output(_) => is_id,
                AttributeRole::Argument | AttributeRole::Policy | AttributeRole::Document => false,
            }
        });
        named.filter_map(move |attribute| {
            let text = resource.attributes.get(attribute.path)?.as_text()?;
            Some((entry.row.kind, text))
        })
    })
}
