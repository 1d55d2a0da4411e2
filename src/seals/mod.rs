//! Who can reach protected data, and whether that list is closed.
//!
//! For each bucket that a workload works with, or that is tagged as protected: everyone in the input who can
//! read its objects, write them, or use its key; directly, or by taking over somebody who can. Whoever it is
//! chooses the circumstances of their requests, so one choice that is allowed is enough.
//!
//! Whether somebody should not be there is for rules to say: here, it is told how each of them came in.

mod actors;
mod chains;
mod closed;
mod direct;
mod prospects;
mod rewrites;
mod who;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex};

use rayon::prelude::*;

use crate::access::{Access, Caller, Encryption, Object};
use crate::iam::text::Domain;
use crate::iam::{Because, Layer};
use crate::model::graph::ResourceId;
use crate::model::resource::Standing;
use crate::model::source::Span;
use crate::model::truth::Truth;
use crate::model::value::Why;
use crate::model::vocabulary::Kind;
use crate::paths::{Path, Step};
use crate::settings::{self, Pattern};
use crate::workload::tagged_buckets;
use actors::{Actor, actors, outsiders};
use prospects::Prospects;
pub use who::{Asked, Told, who};

/// Who can do something with protected data.
#[derive(Debug, Clone)]
pub struct Seal {
    /// The bucket, or the key.
    pub on: ResourceId,
    /// What they can do.
    pub purpose: Purpose,
    /// What closes the list.
    pub closed_by: ClosedBy,
    /// Everyone, in the order of the input, whoever comes from outside behind them.
    pub admitted: Vec<Admitted>,
}

/// What somebody can do with protected data.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Purpose {
    /// Read the objects of a bucket, and decrypt them.
    Read,
    /// Write objects, and encrypt them.
    Write,
    /// Decrypt with a key.
    Decrypt,
}

impl Purpose {
    /// The actions that it takes.
    #[must_use]
    pub const fn actions(self) -> &'static [&'static str] {
        match self {
            Self::Read => &["s3:GetObject", "kms:Decrypt"],
            Self::Write => &["s3:PutObject", "kms:GenerateDataKey"],
            Self::Decrypt => &["kms:Decrypt"],
        }
    }

    /// The action on the objects of a bucket, and the one on its key; none for a key alone.
    const fn on_bucket(self) -> Option<(&'static str, &'static str)> {
        match self {
            Self::Read => Some(("s3:GetObject", "kms:Decrypt")),
            Self::Write => Some(("s3:PutObject", "kms:GenerateDataKey")),
            Self::Decrypt => None,
        }
    }
}

/// What closes the list of those who are let in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ClosedBy {
    /// The policy of the resource: no identity outside the input gets in unless it is changed.
    ResourcePolicy,
    /// Nothing but the input: the policy leaves it to the account who gets in.
    InputOnly,
    /// It cannot be told.
    Unknown,
}

/// Somebody who is let in.
#[derive(Debug, Clone)]
pub struct Admitted {
    /// Who, if they are in the input.
    pub id: Option<ResourceId>,
    /// Their address, else what the policy that lets them in calls them.
    pub name: String,
    /// How they get in.
    pub how: How,
    /// Why they may be there.
    pub expected: Option<Expected>,
    /// Whether they get in for certain, or it depends on what is not known.
    pub certain: Truth,
    /// How they come to somebody who gets in directly, step by step; empty for those who do.
    pub chain: Vec<Link>,
    /// The deciding statements.
    pub because: Vec<Because>,
    /// What would decide it.
    pub hinges_on: Vec<(String, Why)>,
}

/// How somebody gets in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum How {
    /// A statement names them together with the bucket or its key.
    Named,
    /// A wildcard, or a policy that leaves it to the account, reaches so far.
    Breadth,
    /// They may do everything.
    Administrator,
    /// By a grant on the key, which no policy shows.
    Granted,
    /// From another account.
    Foreign,
    /// By taking over somebody else.
    Through,
    /// The policies let in whoever is in the account.
    WholeAccount,
    /// Whoever they are.
    Public,
}

impl How {
    /// The name in output.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Named => "named",
            Self::Breadth => "breadth",
            Self::Administrator => "administrator",
            Self::Granted => "grant",
            Self::Foreign => "foreign",
            Self::Through => "takeover",
            Self::WholeAccount => "whole-account",
            Self::Public => "public",
        }
    }

    /// How somebody gets in, in words.
    #[must_use]
    pub const fn words(self) -> &'static str {
        match self {
            Self::Named => "a statement names them together with it",
            Self::Breadth => {
                "a wildcard, or a policy that leaves it to the account, reaches so far"
            }
            Self::Administrator => "may do everything",
            Self::Granted => "a grant on the key lets them, which no policy shows",
            Self::Foreign => "another account decides who that is",
            Self::Through => "takes over somebody who can",
            Self::WholeAccount => "nobody in the account needs a permission of their own",
            Self::Public => "whoever they are",
        }
    }
}

/// Why somebody may be among those who are let in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Expected {
    /// A workload that is for this data runs as them, or they start it.
    Workload,
    /// They are of a group that notebooks are meant for.
    Designated,
    /// A statement names them together with the data.
    Named,
    /// The settings say that they may.
    Settings,
}

impl Expected {
    /// Why somebody may be there, in words.
    #[must_use]
    pub const fn words(self) -> &'static str {
        match self {
            Self::Workload => "a workload of this data runs as them, or they start it",
            Self::Designated => "of a group that notebooks are meant for",
            Self::Named => "a statement names them together with it",
            Self::Settings => "the settings say that they may",
        }
    }
}

/// One step of taking somebody over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
    /// What is done.
    pub kind: LinkKind,
    /// In words: `assumes aws_iam_role.reader`.
    pub text: String,
    /// The statement that allows it.
    pub at: Option<Span>,
}

/// What is done to take somebody over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum LinkKind {
    /// A role is assumed.
    Assume,
    /// A role is handed to a service that runs what one likes.
    Pass,
    /// A notebook is opened.
    Open,
    /// The script that a notebook starts with is written.
    Script,
    /// The code of something that runs is replaced.
    Replace,
    /// The policy that keeps them out is written anew.
    Rewrite,
}

/// What the seal of an estate is worked out from.
pub(crate) struct Sealer<'s, 'g, 'a> {
    access: &'s Access<'g, 'a>,
    actors: Vec<Actor>,
    links: chains::Links,
    /// Who takes over each role that somebody asked for.
    takings: Mutex<BTreeMap<ResourceId, Option<Arc<chains::Taking>>>>,
}

/// Protected data: a bucket with its key.
struct Data {
    bucket: Object,
    encryption: Encryption,
    /// The access points that lead to it.
    points: Vec<Object>,
    /// The roles that its workloads run as, and those that start them.
    workloads: BTreeSet<ResourceId>,
    /// Who else may read it.
    readers: Vec<Pattern>,
    /// Who else may write it.
    writers: Vec<Pattern>,
}

impl Data {
    /// Who may be among those who reach it for a purpose.
    fn meant(&self, purpose: Purpose) -> Meant<'_> {
        Meant {
            workloads: &self.workloads,
            named: match purpose {
                Purpose::Write => &self.writers,
                _ => &self.readers,
            },
        }
    }
}

/// Who may be among those who reach data.
#[derive(Clone, Copy)]
struct Meant<'d> {
    /// The roles of its workloads, and those that start them.
    workloads: &'d BTreeSet<ResourceId>,
    /// Whom the settings name for it.
    named: &'d [Pattern],
}

/// Works out who can reach the data of an estate: its buckets in the order of the input, each with its
/// readers, its writers, and once for each key, who can decrypt with it.
#[must_use]
pub fn seals(access: &Access<'_, '_>, paths: &[Path], designated: &[ResourceId]) -> Vec<Seal> {
    let all = protected(access, paths);
    if all.is_empty() {
        return Vec::new();
    }
    let actors = actors(access, designated);
    let links = chains::Links::of(access);
    let sealer = Sealer {
        access,
        actors,
        links,
        takings: Mutex::default(),
    };
    let mut seals = Vec::new();
    let mut keys: BTreeMap<ResourceId, (BTreeSet<ResourceId>, Vec<Pattern>)> = BTreeMap::new();
    for data in &all {
        for purpose in [Purpose::Read, Purpose::Write] {
            seals.extend(sealer.of_bucket(data, purpose));
        }
        if let Encryption::Key(key) = &data.encryption
            && let Some(id) = key.id
        {
            let (workloads, named) = keys.entry(id).or_default();
            workloads.extend(&data.workloads);
            named.extend(data.readers.iter().chain(&data.writers).cloned());
        }
    }
    for (key, (workloads, named)) in &keys {
        seals.push(sealer.of_key(*key, Meant { workloads, named }));
    }
    seals
}

/// The buckets of the input that count: what a workload reads or writes, and what is tagged.
fn protected(access: &Access<'_, '_>, paths: &[Path]) -> Vec<Data> {
    let graph = access.graph();
    let mut found: BTreeMap<ResourceId, BTreeSet<ResourceId>> = BTreeMap::new();
    for id in tagged_buckets(graph, &|id| access.is_said_protected(id)) {
        found.entry(id).or_default();
    }
    let mut starters: BTreeMap<ResourceId, BTreeSet<ResourceId>> = BTreeMap::new();
    for path in paths {
        let used: BTreeSet<_> = path
            .steps(&[Step::Read, Step::Write])
            .filter_map(|hop| hop.on)
            .collect();
        let principals = path.hops.iter().filter(|hop| hop.is_by_starter());
        let principals = principals.filter_map(|hop| graph.find(&hop.principal));
        if let Some(role) = path.role.id {
            starters.entry(role).or_default().extend(principals);
        }
        for bucket in used {
            found.entry(bucket).or_default().extend(path.role.id);
        }
    }
    let judged = found.into_iter().filter(|(id, _)| {
        let resource = graph.get(*id);
        resource.kind() == Some(Kind::Bucket)
            && resource.standing == Standing::Judged
            && !graph.is_replaced(*id)
    });
    let settings = access.settings();
    let named = |of: &BTreeMap<String, Vec<Pattern>>, bucket| {
        let is_of = |name: &str| {
            let pattern = Pattern::new(name);
            pattern.is_some_and(|pattern| access.is_named_by(&[pattern], bucket))
        };
        let own = of.iter().filter(|(name, _)| is_of(name));
        own.flat_map(|(_, named)| named.clone()).collect()
    };
    let data = judged.map(|(id, roles)| {
        let started = roles.iter().filter_map(|role| starters.get(role));
        let workloads = roles.iter().chain(started.flatten()).copied().collect();
        let bucket = access.object(id);
        let points = access.access_points(id).into_iter();
        Data {
            encryption: access.encryption(&bucket),
            points: points.map(|point| access.object(point)).collect(),
            readers: named(&settings.data_readers, id),
            writers: named(&settings.data_writers, id),
            bucket,
            workloads,
        }
    });
    data.collect()
}

/// Who is asked about a bucket.
struct Asking {
    objects: Prospects,
    key: Option<Prospects>,
    /// The policies of the bucket and the key, to be rewritten.
    policies: Vec<Prospects>,
    /// Access points lead to it: their policies are not looked at here.
    has_points: bool,
}

impl Asking {
    fn of(access: &Access<'_, '_>, data: &Data, purpose: Purpose) -> Option<Self> {
        let (object_action, key_action) = purpose.on_bucket()?;
        let bucket = &data.bucket;
        let inside = bucket.below(&access.anything("the object", Domain::ANY).text);
        let key = match &data.encryption {
            Encryption::Key(key) => Some(key),
            _ => None,
        };
        let of_key = |action| key.map(|key| Prospects::of(action, key.arn.clone(), key));
        let of_bucket = Prospects::of("s3:PutBucketPolicy", bucket.arn.clone(), bucket);
        let policies = [of_key("kms:PutKeyPolicy"), of_key("kms:CreateGrant")];
        Some(Self {
            objects: Prospects::of(object_action, inside.arn, bucket),
            key: of_key(key_action),
            policies: policies.into_iter().flatten().chain([of_bucket]).collect(),
            has_points: !data.points.is_empty(),
        })
    }

    fn direct(&self, actor: &Actor) -> bool {
        let has_objects = self.has_points || self.objects.include(actor);
        has_objects && self.key.as_ref().is_none_or(|key| key.include(actor))
    }

    fn rewrites(&self, actor: &Actor) -> bool {
        self.policies.iter().any(|one| one.include(actor))
    }
}

impl Sealer<'_, '_, '_> {
    fn of_bucket(&self, data: &Data, purpose: Purpose) -> Option<Seal> {
        let on = data.bucket.id?;
        let others = outsiders(self.access, data);
        let asking = Asking::of(self.access, data, purpose)?;
        let everyone: Vec<&Actor> = self.actors.iter().chain(&others).collect();
        let direct: Vec<Option<Admitted>> = everyone
            .par_iter()
            .map(|actor| {
                let direct = asking.direct(actor);
                let direct = direct.then(|| self.direct(actor, data, purpose)).flatten();
                let rewrites = direct.is_none() && asking.rewrites(actor);
                direct.or_else(|| rewrites.then(|| self.rewrites(actor, data, purpose))?)
            })
            .collect();
        // Whoever should not be there is a matter of their own.
        let is_target = |one: &Admitted| one.expected.is_some();
        let admitted = self.with_chains(&everyone, direct, &is_target, data.meant(purpose));
        Some(Seal {
            on,
            purpose,
            closed_by: self.closed_by(data, purpose),
            admitted,
        })
    }

    fn of_key(&self, key: ResourceId, meant: Meant<'_>) -> Seal {
        let object = self.access.object(key);
        let others = actors::outsiders_of(self.access, &object);
        let prospects = Prospects::of("kms:Decrypt", object.arn.clone(), &object);
        let everyone: Vec<&Actor> = self.actors.iter().chain(&others).collect();
        let direct: Vec<Option<Admitted>> = everyone
            .par_iter()
            .map(|actor| {
                let asks = prospects.include(actor);
                asks.then(|| self.decrypts(actor, &object, meant))?
            })
            .collect();
        Seal {
            on: key,
            purpose: Purpose::Decrypt,
            closed_by: self.key_closed_by(&object),
            admitted: chains::by_group(&everyone, direct),
        }
    }

    /// Why an actor may be among those who reach data.
    fn expected(&self, actor: &Actor, meant: Meant<'_>) -> Option<Expected> {
        let is_named = |patterns: &[Pattern]| match actor.id() {
            Some(id) => self.access.is_named_by(patterns, id),
            None => settings::any(patterns, [actor.caller.name.as_str()]),
        };
        if actor.id().is_some_and(|id| meant.workloads.contains(&id)) {
            Some(Expected::Workload)
        } else if actor.is_designated {
            Some(Expected::Designated)
        } else if is_named(meant.named) || is_named(&self.access.settings().admin_principals) {
            Some(Expected::Settings)
        } else {
            None
        }
    }
}

impl Admitted {
    /// Whether a policy of their own lets them in, rather than those of the data alone.
    #[must_use]
    pub fn is_by_own_policy(&self) -> bool {
        self.because.iter().any(|one| one.layer == Layer::Identity)
    }

    fn of(actor: &Actor, how: How, certain: Truth) -> Self {
        Self {
            id: actor.id(),
            name: actor.caller.name.clone(),
            how,
            expected: None,
            certain,
            chain: Vec::new(),
            because: Vec::new(),
            hinges_on: Vec::new(),
        }
    }
}

/// Whether a caller may do everything.
fn is_administrator(caller: &Caller) -> bool {
    use crate::iam::policy::Effect;
    let statements = caller.identity.iter().flat_map(|policy| &policy.statements);
    let mut allowing = statements.filter(|one| one.effect == Effect::Allow);
    allowing.any(|statement| {
        let mut actions = statement.actions.entries.iter();
        let resources = statement.resources.iter().filter(|one| !one.negated);
        let mut entries = resources.flat_map(|one| &one.entries);
        !statement.actions.negated
            && actions.any(|action| action.text.known() == Some("*"))
            && entries.any(|entry| entry.pattern.is_everything())
    })
}
