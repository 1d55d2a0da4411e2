//! The policies of an estate, ready for the engine: read once each, with the identities of resources in
//! the place of names that are not made yet; and which of them are attached to whom.
//!
//! Knows nothing of rules. The engine knows nothing of resources: here the two meet.

mod admission;
mod attached;
mod carried;
mod choice;
mod controls;
mod encryption;
mod grants;
mod holes;
mod image;
mod keys;
mod may;
mod memberships;
mod object;
mod people;
mod possible;
mod question;
mod reach;
mod resource_policies;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

pub use admission::{
    Account, Bound, admitted_accounts, demanded, everybody, has_fixed_values, hinges,
    hinges_of_everybody, hinges_of_principal, is_closed_by, lets_in_everybody,
};
pub use attached::{Attached, AttachedPolicy, is_by_aws};
pub use carried::CARRIERS;
use carried::Holders;
pub use choice::{Choice, demands, first_allowed};
pub use encryption::{Encryption, via};
use holes::Holes;
pub use image::{Image, RegistryImage, Version};
pub use may::{Grant, May};
use memberships::Memberships;
pub use object::{Object, is_of_bucket};
pub use people::{Person, Sort};
pub use possible::{allowing, however};
pub use question::{Answer, Caller, Circumstances, Way, account_of};
pub use reach::{Reach, allows, denies_outright, open_parts, reach, widest};
pub use resource_policies::{ResourcePolicies, ResourcePolicy};

use crate::iam::catalogue::ManagedPolicies;
use crate::iam::text::{Domain, HoleId};
use crate::iam::{Hinge, Policy, PolicyKind, RemarkKind, Text, parse, remarks};
use crate::model::graph::{ResourceGraph, ResourceId};
use crate::model::problem::Problem;
use crate::model::resource::{Resource, Standing};
use crate::model::value::{Data, ProviderId, Reference, Referent, Value, Why};
use crate::model::vocabulary::{AttributeRole, Kind};
use crate::settings::{self, BucketChoice, Pattern, Settings};

/// The policies of an estate.
#[derive(Debug)]
pub struct Access<'g, 'a> {
    graph: &'g ResourceGraph<'a>,
    managed: &'g ManagedPolicies,
    settings: &'g Settings,
    holes: Mutex<Holes<'g, 'a>>,
    /// Every policy that is written, by the place of its value in memory.
    written: BTreeMap<usize, WrittenPolicy<'g, 'a>>,
    /// Where the resources lie that policies are about.
    providers: Vec<ProviderId>,
    /// Every access point.
    points: Vec<ResourceId>,
    /// What attaches a policy to several identities at once.
    sharing: Vec<ResourceId>,
    /// The control policies of organizations.
    controls: Vec<ResourceId>,
    /// To whom managed policies are attached, once somebody asks.
    holders: OnceLock<Holders>,
    /// Who is in which group, likewise.
    memberships: OnceLock<Memberships>,
    /// The managed policies that bound somebody, likewise.
    boundaries: OnceLock<BTreeSet<ResourceId>>,
}

#[derive(Debug)]
struct WrittenPolicy<'g, 'a> {
    said_by: &'g Resource<'a>,
    name: String,
    kind: PolicyKind,
    read: OnceLock<Read>,
}

#[derive(Debug)]
struct Read {
    policy: Arc<Policy>,
    problems: Vec<Problem>,
}

impl<'g, 'a> Access<'g, 'a> {
    /// Finds what policies an estate writes. Each is read when it is first asked for.
    #[must_use]
    pub fn new(
        graph: &'g ResourceGraph<'a>,
        managed: &'g ManagedPolicies,
        settings: &'g Settings,
    ) -> Self {
        let mut written = BTreeMap::new();
        let mut providers = BTreeSet::new();
        let mut points = Vec::new();
        for (id, resource) in graph.iter() {
            let Some((entry, kind)) = resource.entry.zip(resource.kind()) else {
                continue;
            };
            if kind == Kind::AccessPoint {
                points.push(id);
            }
            // What it reads, and what other roots make, may lie anywhere.
            if kind != Kind::RemoteState && graph.is_own(id) {
                providers.extend(resource.provider);
            }
            for attribute in entry.row.attributes {
                let is_policy = attribute.role == AttributeRole::Policy;
                if !is_policy && attribute.part.is_none() {
                    continue;
                }
                let path = attribute.canonical();
                let Some(value) = resource.get(&path) else {
                    continue;
                };
                let (kind, policies) = if is_policy {
                    (kind_of(kind, resource, &path), vec![(None, value)])
                } else if path == BLOCKS {
                    (PolicyKind::Identity, policies_in_blocks(value).collect())
                } else {
                    continue;
                };
                let name = format!("{}.{}", resource.address.as_str(), entry.own_path(&path));
                for (number, value) in policies {
                    let name = match number {
                        Some(number) => format!("{name}[{number}]"),
                        None => name.clone(),
                    };
                    let policy = WrittenPolicy {
                        said_by: resource,
                        name,
                        kind,
                        read: OnceLock::new(),
                    };
                    written.insert(place(value), policy);
                }
            }
        }
        Self {
            graph,
            managed,
            settings,
            holes: Mutex::new(Holes::new(graph)),
            written,
            providers: providers.into_iter().collect(),
            points,
            sharing: attached::sharing(graph),
            controls: controls::controls(graph),
            holders: OnceLock::new(),
            memberships: OnceLock::new(),
            boundaries: OnceLock::new(),
        }
    }

    /// Whether settings say that the code in notebooks starts jobs.
    #[must_use]
    pub fn starts_jobs(&self) -> Option<bool> {
        self.settings.notebooks_start_jobs
    }

    /// The estate.
    #[must_use]
    pub fn graph(&self) -> &'g ResourceGraph<'a> {
        self.graph
    }

    /// The policy that a value of the estate is: an attribute that the vocabulary knows as one, or one in
    /// a block inside its role.
    #[must_use]
    pub fn policy(&self, value: &'g Value<'a>) -> Arc<Policy> {
        match self.written.get(&place(value)) {
            Some(written) => {
                let read = || self.read(value, written.kind, &written.name);
                Arc::clone(&written.read.get_or_init(read).policy)
            }
            None => self.read(value, PolicyKind::Identity, "a policy").policy,
        }
    }

    fn read(&self, value: &Value<'a>, kind: PolicyKind, name: &str) -> Read {
        let (policy, problems) = parse(name, kind, value, &mut self.holes().named(name));
        Read {
            policy: Arc::new(policy),
            problems,
        }
    }

    /// The text that a value is, with the identities of resources in the place of unknown names; none if
    /// it is no text.
    #[must_use]
    pub fn text(&self, value: &Value<'_>, name: &str) -> Option<Text> {
        self.holes().named(name).text(value)
    }

    /// The ARN of a resource.
    #[must_use]
    pub fn arn(&self, id: ResourceId) -> Option<Text> {
        let resource = self.graph.get(id);
        let known = resource
            .if_any("arn")
            .filter(|arn| arn.as_text().is_some())
            .cloned();
        let arn = known.or_else(|| self.graph.derived(id, "arn"))?;
        self.text(&arn, resource.address.as_str())
    }

    /// Whether settings name a resource: by its address, its label or logical id, its name or its ARN.
    #[must_use]
    pub fn is_named_by(&self, patterns: &[Pattern], id: ResourceId) -> bool {
        if patterns.is_empty() {
            return false;
        }
        let resource = self.graph.get(id);
        let address = resource.address.as_str();
        let arn = self.arn(id);
        let arn = arn.as_ref().and_then(Text::known);
        let paths = ["name", "bucket", "arn", "id", "key_id"].into_iter();
        let names = paths.filter_map(|path| resource.if_any(path).and_then(Value::as_text));
        settings::any(patterns, names.chain([address]).chain(arn))
    }

    /// Whether settings say of a bucket that it holds protected data.
    #[must_use]
    pub fn is_said_protected(&self, bucket: ResourceId) -> bool {
        match &self.settings.protected_buckets {
            BucketChoice::Named(names) => self.is_named_by(names, bucket),
            BucketChoice::Tagged { tags } => {
                let own = self
                    .graph
                    .get(bucket)
                    .if_any("tags")
                    .and_then(Value::as_map);
                own.is_some_and(|own| {
                    tags.iter().any(|(key, pattern)| {
                        let value = own.get(key).and_then(Value::as_text);
                        value.is_some_and(|value| pattern.matches(value))
                    })
                })
            }
        }
    }

    /// What the user says beside the input.
    #[must_use]
    pub fn settings(&self) -> &'g Settings {
        self.settings
    }

    /// An attribute of a resource as a text: its own, else one with a hole for what the service makes up.
    #[must_use]
    pub fn attribute(&self, id: ResourceId, attribute: &'static str) -> Text {
        let reference = Reference {
            of: Referent::Resource(id),
            attribute: attribute.into(),
        };
        self.holes().reference(&reference)
    }

    /// A hole of its own, for something that is known by this name only.
    #[must_use]
    pub fn unknown(&self, name: &str, why: Why, domain: Domain) -> Text {
        Text::hole(self.holes().fresh(name.to_owned(), why, domain, None))
    }

    /// The region that a resource is in.
    #[must_use]
    pub fn region(&self, resource: &Resource<'a>) -> Text {
        if let Some(region) = resource.if_any("region").and_then(Value::as_text) {
            return region.into();
        }
        let provider = resource.provider.unwrap_or_default();
        let known = self.graph.providers().get(provider.0 as usize);
        match known.and_then(|provider| provider.region.as_deref()) {
            Some(region) => region.into(),
            None => self.holes().reference(&Reference {
                of: Referent::Provider(provider),
                attribute: "region".into(),
            }),
        }
    }

    fn holes(&self) -> MutexGuard<'_, Holes<'g, 'a>> {
        self.holes.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The account that a resource is in.
    #[must_use]
    pub fn account(&self, resource: &Resource<'a>) -> Text {
        let provider = resource.provider.unwrap_or_default();
        self.holes().account(provider)
    }

    /// What a policy hinges on, by name, with the reason why it is not known.
    #[must_use]
    pub fn hinge(&self, hinge: &Hinge) -> (String, Why) {
        match hinge {
            Hinge::Hole(id) => self.holes().name(*id),
            Hinge::Key(key) => (format!("the context key {key}"), Why::AtRequest),
            Hinge::Owner => (
                "the account that owns the resource".to_owned(),
                Why::ExternalResource,
            ),
            Hinge::Policy(name) => (name.clone(), Why::ExternalResource),
            Hinge::Refused(name) => (name.clone(), Why::Refused),
            Hinge::Undocumented(what) => ((*what).to_owned(), Why::Undocumented),
        }
    }

    /// What an answer hinges on, likewise: sorted, each once.
    #[must_use]
    pub fn hinges_of(&self, answer: &Answer) -> Vec<(String, Why)> {
        let hinges = answer.outcome.hinges_on.iter();
        let mut hinges: Vec<_> = hinges.map(|hinge| self.hinge(hinge)).collect();
        hinges.sort();
        hinges.dedup();
        hinges
    }

    /// What stands for a hole in messages.
    #[must_use]
    pub fn hole_name(&self, id: HoleId) -> String {
        self.hinge(&Hinge::Hole(id)).0
    }

    /// A text for people: the names of holes in braces.
    #[must_use]
    pub fn show(&self, text: &Text) -> String {
        self.holes().show(text)
    }

    /// What is wrong with the estate's policies: what AWS refuses, and actions that no service has.
    #[must_use]
    pub fn problems(&self) -> Vec<Problem> {
        let mut problems = Vec::new();
        let judged =
            |written: &&WrittenPolicy<'_, '_>| written.said_by.standing == Standing::Judged;
        let mut all: Vec<_> = self.written.values().filter(judged).collect();
        all.sort_by(|one, other| one.name.cmp(&other.name));
        for read in all.into_iter().filter_map(|written| written.read.get()) {
            problems.extend(read.problems.iter().cloned());
            let unknown = remarks(&read.policy).into_iter();
            let unknown = unknown.filter(|remark| remark.kind == RemarkKind::UnknownAction);
            problems.extend(unknown.map(|remark| {
                Problem {
                    message: remark.message,
                    origin: Some(remark.at),
                    consequence: "it allows and denies nothing, as far as plangate's catalogue of \
                              actions knows; correct the name"
                        .to_owned(),
                    fatal: false,
                }
            }));
        }
        problems
    }
}

/// The attribute of a role, group or user with blocks that each hold a policy.
const BLOCKS: &str = "inline_policy";

/// The policies in such blocks, with their number where there are several. Of a block that is not known,
/// the policy is it.
fn policies_in_blocks<'v, 'a>(
    blocks: &'v Value<'a>,
) -> impl Iterator<Item = (Option<usize>, &'v Value<'a>)> {
    let blocks = blocks.as_list().unwrap_or(std::slice::from_ref(blocks));
    let are_several = blocks.len() > 1;
    let policies = blocks.iter().enumerate();
    policies.filter_map(move |(at, block)| {
        let policy = match &block.data {
            Data::Null => None,
            Data::Map(map) => map.get("policy"),
            _ => Some(block),
        };
        Some((are_several.then_some(at), policy?))
    })
}

/// Where a value lies in memory: a graph does not move what it holds.
fn place(value: &Value<'_>) -> usize {
    std::ptr::from_ref(value).addr()
}

/// What an attribute of a kind of resource is as a policy.
fn kind_of(kind: Kind, resource: &Resource<'_>, path: &str) -> PolicyKind {
    match kind {
        Kind::Role if path == "assume_role_policy" => PolicyKind::Trust,
        Kind::KmsKey | Kind::KmsKeyReplica | Kind::KmsKeyExternal | Kind::PolicyKey => {
            PolicyKind::Key
        }
        Kind::Bucket | Kind::PolicyBucket | Kind::AccessPoint | Kind::PolicyAp => {
            PolicyKind::Bucket
        }
        Kind::Endpoint | Kind::EndpointPolicy => PolicyKind::Endpoint,
        Kind::Repository | Kind::PolicyRepo => PolicyKind::Repository,
        Kind::PolicyRegistry | Kind::Secret => PolicyKind::Resource,
        Kind::OrganizationsPolicy => match resource.get("type").and_then(Value::as_text) {
            Some("RESOURCE_CONTROL_POLICY") => PolicyKind::ResourceControl,
            _ => PolicyKind::ServiceControl,
        },
        _ => PolicyKind::Identity,
    }
}
