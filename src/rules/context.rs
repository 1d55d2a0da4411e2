//! What rules ask: settings with their defaults, keys, what completes a resource.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::OnceLock;

use super::identity_policies::designated_groups;
use super::key_uses::KeyUses;
use super::log_destinations::LogDestinations;
use super::people::Opening;
use crate::access::{Access, Person, allows};
use crate::finding::{Evidence, Severity, Verdict};
use crate::iam::catalogue::ManagedPolicies;
use crate::iam::policy::PrincipalKind;
use crate::iam::{Text, equal_texts};
use crate::model::edit::{Edit, Scalar, To};
use crate::model::graph::{ResourceGraph, ResourceId, Target};
use crate::model::resource::Resource;
use crate::model::source::Span;
use crate::model::truth::Truth;
use crate::model::value::{Data, ProviderId, Value, Why};
use crate::model::vocabulary::{AttributeRole, Default as Absent, Kind, TypeEntry};
use crate::network::Network;
use crate::paths::{self, Path, ServiceReach};
use crate::seals::{Seal, seals};
use crate::settings::{Pattern, Settings};
use crate::workload::{RoleUse, protected_buckets, role_uses};

/// The estate that rules look at, with what is worked out once for all of them.
#[derive(Debug)]
pub struct Context<'g, 'a> {
    /// The estate.
    pub graph: &'g ResourceGraph<'a>,
    /// What the user says beside it.
    pub settings: &'g Settings,
    /// Its policies.
    pub access: Access<'g, 'a>,
    /// Its network.
    pub network: Network<'g, 'a>,
    /// The roles that its workloads run as.
    pub role_uses: Vec<RoleUse<'g>>,
    /// Buckets that count as protected: tagged so, encrypted under KMS by default, or read or written
    /// by a Processing job.
    protected: BTreeSet<ResourceId>,
    /// Public access blocks of whole accounts.
    pub account_blocks: Vec<&'g Resource<'a>>,
    /// Ids and ARNs of keys that data sources show to be managed by AWS, with the name to call them by.
    aws_managed: BTreeMap<&'g str, &'g str>,
    /// What workloads need, hop by hop, once a rule asks.
    paths: OnceLock<Vec<Path>>,
    /// Which services workloads reach, once a rule asks.
    reaches: OnceLock<Vec<(ResourceId, Vec<ServiceReach<'g>>)>>,
    /// Who can reach protected data, once a rule asks.
    seals: OnceLock<Vec<Seal>>,
    /// The groups that notebooks are meant for, once a rule asks.
    pub(super) designated: OnceLock<Vec<ResourceId>>,
    /// Who could be a person, once a rule asks.
    people: OnceLock<Vec<Person>>,
    /// What encrypts under which key, once a rule asks.
    key_uses: OnceLock<KeyUses>,
    /// Where logs are written, once a rule asks.
    log_destinations: OnceLock<LogDestinations>,
    /// Who may open which notebook, once a rule asks.
    pub(super) openings: OnceLock<Vec<Opening>>,
}

/// What a rule judges.
#[derive(Debug, Clone, Copy)]
pub struct Subject<'g, 'a> {
    /// Its id in the graph.
    pub id: ResourceId,
    /// The resource.
    pub resource: &'g Resource<'a>,
}

/// A single setting of a resource.
#[derive(Debug, Clone, PartialEq)]
pub enum Setting<'v> {
    /// It is known; `written` is false where the default counts.
    Known {
        /// The value as text: `true`, `2`, `Enabled`.
        text: Cow<'v, str>,
        /// Whether the author said it.
        written: bool,
        /// Where it is said, else the resource.
        at: Span,
    },
    /// It is known to be absent, and there is no default.
    Absent,
    /// It is not known.
    Unknown(Why, Span),
}

/// Whose key a value names.
#[derive(Debug, Clone, PartialEq)]
pub enum KeyUse {
    /// A key of the customer's own.
    Customer,
    /// A key that AWS manages for one service: `alias/aws/s3`.
    AwsManaged(String),
    /// No key.
    Absent,
    /// It cannot be told.
    Unknown(Why),
}

impl<'g, 'a> Context<'g, 'a> {
    /// Works out what rules share.
    #[must_use]
    pub fn new(
        graph: &'g ResourceGraph<'a>,
        managed: &'g ManagedPolicies,
        settings: &'g Settings,
    ) -> Self {
        let access = Access::new(graph, managed, settings);
        Self {
            graph,
            settings,
            network: Network::new(graph),
            role_uses: role_uses(graph),
            protected: protected_buckets(graph, &|id| access.is_said_protected(id)),
            access,
            account_blocks: graph
                .iter()
                .map(|(_, resource)| resource)
                .filter(|resource| resource.kind() == Some(Kind::AccountBpa))
                .filter(|resource| resource.standing.is_whole())
                .collect(),
            aws_managed: aws_managed(graph),
            paths: OnceLock::new(),
            reaches: OnceLock::new(),
            seals: OnceLock::new(),
            designated: OnceLock::new(),
            people: OnceLock::new(),
            openings: OnceLock::new(),
            key_uses: OnceLock::new(),
            log_destinations: OnceLock::new(),
        }
    }

    /// A resource, as rules ask of it.
    #[must_use]
    pub fn subject(&self, id: ResourceId) -> Subject<'g, 'a> {
        Subject {
            id,
            resource: self.graph.get(id),
        }
    }

    /// Whether the user trusts an account of somebody else's.
    #[must_use]
    pub fn is_trusted_account(&self, account: &Text) -> bool {
        let mut trusted = self.settings.trusted_accounts.iter();
        account
            .known()
            .is_some_and(|known| trusted.any(|one| one == known))
    }

    /// Whether settings name a resource: by its address, its label or logical id, its name or its ARN.
    #[must_use]
    pub fn is_named_by(&self, patterns: &[Pattern], id: ResourceId) -> bool {
        self.access.is_named_by(patterns, id)
    }

    /// What workloads need, hop by hop.
    #[must_use]
    pub fn paths(&self) -> &[Path] {
        self.paths
            .get_or_init(|| paths::prove(&self.access, &self.network))
    }

    /// The ways by which each workload in subnets of the customer reaches the services that it calls, and
    /// what is in the way.
    pub(super) fn reaches(&self) -> &[(ResourceId, Vec<ServiceReach<'g>>)] {
        self.reaches.get_or_init(|| {
            let workloads = self.graph.iter().map(|(id, _)| id);
            workloads
                .map(|id| (id, paths::services_of(self.graph, &self.network, id)))
                .filter(|(_, reaches)| !reaches.is_empty())
                .collect()
        })
    }

    /// Those of one workload.
    pub(super) fn reaches_of(&self, workload: ResourceId) -> &[ServiceReach<'g>] {
        let mut all = self.reaches().iter();
        let own = all.find(|(id, _)| *id == workload);
        own.map_or(&[], |(_, reaches)| reaches)
    }

    /// What encrypts under which key, and which aliases keys have.
    pub(super) fn key_uses(&self) -> &KeyUses {
        self.key_uses.get_or_init(|| KeyUses::of(self))
    }

    /// The buckets that logs are written into.
    pub(super) fn log_destinations(&self) -> &LogDestinations {
        self.log_destinations
            .get_or_init(|| LogDestinations::of(self))
    }

    /// Who could be a person: users, groups, roles that people assume, permission sets.
    #[must_use]
    pub fn people(&self) -> &[Person] {
        self.people.get_or_init(|| self.access.people())
    }

    /// Who can reach protected data.
    #[must_use]
    pub fn seals(&self) -> &[Seal] {
        self.seals
            .get_or_init(|| seals(&self.access, self.paths(), designated_groups(self)))
    }

    /// The paths and the seals, when nothing else is asked.
    #[must_use]
    pub fn into_proofs(self) -> (Vec<Path>, Vec<Seal>) {
        let _ = self.seals();
        let paths = self.paths.into_inner().unwrap_or_default();
        (paths, self.seals.into_inner().unwrap_or_default())
    }

    /// The buckets that hold protected data.
    #[must_use]
    pub fn protected_buckets(&self) -> &BTreeSet<ResourceId> {
        &self.protected
    }

    /// The groups that notebooks are meant for.
    #[must_use]
    pub fn designated_groups(&self) -> &[ResourceId] {
        designated_groups(self)
    }

    /// A severity on a protected bucket, one level less on others.
    #[must_use]
    pub fn on_protected(&self, bucket: ResourceId, severity: Severity) -> Severity {
        if self.protected.contains(&bucket) {
            severity
        } else {
            severity.lower()
        }
    }

    /// What the accounts' own public access blocks say of a flag, as far as they are for the bucket's
    /// account.
    #[must_use]
    pub fn blocked_by_account(&self, bucket: &Resource<'_>, flag: &str) -> Truth {
        let account = |provider: Option<ProviderId>| {
            let provider = provider.unwrap_or_default();
            let provider = self.graph.providers().get(provider.0 as usize)?;
            provider.account.as_deref()
        };
        let says = self.account_blocks.iter().map(|block| {
            let same_account = match (block.provider, bucket.provider) {
                (one, other) if one == other => Truth::Yes,
                (one, other) => match (account(one), account(other)) {
                    (Some(one), Some(other)) => (one == other).into(),
                    _ => Truth::Unknown,
                },
            };
            same_account.and(Setting::is_on(block.get(flag)))
        });
        says.fold(Truth::No, Truth::or)
    }

    /// Whether workloads run as this role: one that is in the estate does, SageMaker may assume it, or the user says
    /// so.
    #[must_use]
    pub fn is_execution_role(&self, role: ResourceId) -> Truth {
        if self.is_named_by(&self.settings.execution_roles, role) {
            return Truth::Yes;
        }
        let is_used = self
            .role_uses
            .iter()
            .any(|used| used.role == Target::Resource(role));
        Truth::from(is_used).or(self.trusts_sagemaker(role))
    }

    fn trusts_sagemaker(&self, role: ResourceId) -> Truth {
        let Some(trust) = self.graph.get(role).if_any("assume_role_policy") else {
            return Truth::No;
        };
        let policy = self.access.policy(trust);
        let mut any = if policy.is_open() {
            Truth::Unknown
        } else {
            Truth::No
        };
        for statement in &policy.statements {
            let principals = statement.principals.iter().flat_map(|one| &one.entries);
            let services = principals.filter(|entry| entry.kind == PrincipalKind::Service);
            for service in services {
                let is_sagemaker = equal_texts(&service.text, &"sagemaker.amazonaws.com".into());
                any = any.or(allows(statement).and(is_sagemaker));
            }
        }
        any
    }

    /// Whose key a value names.
    #[must_use]
    pub fn key_use(&self, value: Option<&Value<'_>>) -> KeyUse {
        let Some(value) = value else {
            return KeyUse::Absent;
        };
        if let Some(text) = value.as_text() {
            if text.is_empty() {
                return KeyUse::Absent;
            }
            if is_aws_alias(text) {
                return KeyUse::AwsManaged(text.to_owned());
            }
            if let Some(name) = self.aws_managed.get(text) {
                return KeyUse::AwsManaged((*name).to_owned());
            }
        }
        match self.graph.target(value, Kind::KEYS) {
            Target::Resource(id) => match aws_name(self.graph.get(id)) {
                Some(name) => KeyUse::AwsManaged(name.to_owned()),
                None => KeyUse::Customer,
            },
            // An id or ARN from elsewhere: that it is set is known, what its policy says is not.
            Target::Outside(_) => KeyUse::Customer,
            Target::Unknown(why) => KeyUse::Unknown(why),
        }
    }
}

impl<'g> Subject<'g, '_> {
    /// Why there may be no such resource, if so: how often it is there, or its condition, is not known. Then all that
    /// it says is not, but for its name and what it belongs to.
    #[must_use]
    pub fn may_be_none(&self) -> Option<Why> {
        let fields = &self.resource.entry?.fields;
        let own = self.resource.attributes.iter().filter(|(name, _)| {
            let attribute = fields.canonical(name).and_then(|field| field.attribute);
            attribute.is_none_or(|one| one.refers.is_empty() && one.role != AttributeRole::Name)
        });
        let mut reasons = own.map(|(_, value)| value.why_unknown());
        let first = reasons.next()??;
        let is_open = matches!(first, Why::NumberNotKnown | Why::ConditionNotKnown);
        (is_open && reasons.all(|why| why == Some(first))).then_some(first)
    }

    /// A single setting; the default counts where it is absent, but not on a data source, of which the
    /// input need not show everything.
    #[must_use]
    pub fn setting(&self, path: &str) -> Setting<'g> {
        debug_assert!(
            self.resource.entry.is_none_or(|entry| entry.knows(path)),
            "`{path}` is no canonical path of {}: brackets are left out",
            self.resource.type_name
        );
        let at = self.resource.origin;
        match self.resource.get(path) {
            Some(value) => Setting::of(value),
            None if !self.resource.standing.is_whole() => {
                Setting::Unknown(Why::ExternalResource, at)
            }
            None => {
                let attribute = self.resource.entry.and_then(|entry| entry.attribute(path));
                let default = attribute.map_or(Absent::None, |attribute| attribute.default);
                let text: Cow<'static, str> = match default {
                    Absent::None => return Setting::Absent,
                    Absent::Bool(value) => value.to_string().into(),
                    Absent::Text(text) => text.into(),
                    Absent::Integer(number) => number.to_string().into(),
                };
                Setting::Known {
                    text,
                    written: false,
                    at,
                }
            }
        }
    }

    /// Whether a flag is on.
    #[must_use]
    pub fn is_on(&self, path: &str) -> Truth {
        self.setting(path).truth()
    }

    /// The path of an attribute as the author writes it, for messages.
    #[must_use]
    pub fn own_path(&self, path: &str) -> String {
        let entry = self.resource.entry;
        entry.map_or_else(|| path.to_owned(), |entry| entry.own_path(path))
    }

    /// The whole name of an attribute: `aws_kms_key.data.policy`.
    #[must_use]
    pub fn value_name(&self, path: &str) -> String {
        let address = self.resource.address.as_str();
        format!("{address}.{}", self.own_path(path))
    }

    /// The place of an attribute, else of the resource.
    #[must_use]
    pub fn place(&self, path: &str) -> Span {
        let value = self.resource.get(path);
        value.map_or(self.resource.origin, |value| value.origin)
    }

    /// Unsure because of one attribute.
    #[must_use]
    pub fn unsure(&self, path: &str, why: Why, question: &str) -> Evidence {
        let own = self.own_path(path);
        // Such a provider computes what nobody wrote, and a plan shows both alike.
        let ambiguous = self
            .resource
            .entry
            .is_some_and(TypeEntry::computes_unwritten);
        let reason = match why {
            Why::KnownAfterApply if ambiguous => "known after apply, or not written".to_owned(),
            why => why.to_string(),
        };
        Evidence::new(
            format!("cannot tell {question}: `{own}` is not known ({reason})"),
            self.place(path),
        )
        .about(path)
        .hinges_on(self.value_name(path), why)
    }

    /// The change that sets an attribute.
    #[must_use]
    pub fn set(&self, path: &str, wanted: &'static str) -> Edit {
        let to = match wanted {
            "true" => Scalar::Flag(true),
            "false" => Scalar::Flag(false),
            text => Scalar::Text(text.into()),
        };
        Edit {
            of: self.id,
            path: path.to_owned().into(),
            to: To::Is(to),
        }
    }

    /// Judges a setting that must have one value.
    #[must_use]
    pub fn must_be(
        &self,
        context: &Context<'_, '_>,
        path: &str,
        wanted: &'static str,
        question: &str,
        consequence: &str,
    ) -> Verdict {
        let own = self.own_path(path);
        match self.setting(path) {
            Setting::Known { text, .. } if text.eq_ignore_ascii_case(wanted) => Verdict::Holds,
            Setting::Known {
                text,
                written: true,
                at,
            } if context.graph.is_written(self.id, path) != Some(false) => {
                let message = format!("`{own}` is `{text}`, {consequence}");
                Verdict::Broken(vec![
                    Evidence::new(message, at).edit(self.set(path, wanted)),
                ])
            }
            Setting::Known { text, at, .. } => {
                let message = format!("`{own}` is not set and counts as `{text}`, {consequence}");
                Verdict::Broken(vec![
                    Evidence::new(message, at).edit(self.set(path, wanted)),
                ])
            }
            Setting::Absent => {
                let message = format!("`{own}` is not set, {consequence}");
                let evidence = Evidence::new(message, self.resource.origin);
                Verdict::Broken(vec![evidence.edit(self.set(path, wanted))])
            }
            Setting::Unknown(why, _) => Verdict::Unsure(vec![self.unsure(path, why, question)]),
        }
    }
}

impl<'v> Setting<'v> {
    /// Whether a flag that may be absent is on.
    #[must_use]
    pub fn is_on(flag: Option<&Value<'_>>) -> Truth {
        flag.map_or(Truth::No, |flag| Setting::of(flag).truth())
    }

    fn truth(&self) -> Truth {
        match self {
            Self::Known { text, .. } => text.eq_ignore_ascii_case("true").into(),
            Self::Absent => Truth::No,
            Self::Unknown(..) => Truth::Unknown,
        }
    }

    /// The setting that a value is.
    #[must_use]
    pub fn of(value: &'v Value<'_>) -> Self {
        let text = match &value.data {
            Data::Text(text) => Cow::Borrowed(text.as_ref()),
            Data::Bool(value) => value.to_string().into(),
            Data::Number(number) => number.to_string().into(),
            Data::Null => return Self::Absent,
            Data::Unknown(why) => return Self::Unknown(*why, value.origin),
            Data::Template(_) => return Self::Unknown(Why::KnownAfterApply, value.origin),
            Data::List(_) | Data::Map(_) => {
                return Self::Unknown(Why::UnexpectedForm, value.origin);
            }
        };
        Self::Known {
            text,
            written: true,
            at: value.origin,
        }
    }
}

/// The name of a key or alias that AWS manages, if it is one.
fn aws_name<'r>(resource: &'r Resource<'_>) -> Option<&'r str> {
    let text = |name: &str| resource.if_any(name).and_then(Value::as_text);
    let alias = text("name")
        .or_else(|| text("key_id"))
        .filter(|name| is_aws_alias(name));
    alias.or_else(|| (text("key_manager") == Some("AWS")).then(|| resource.address.as_str()))
}

/// What data sources show: an alias of AWS's own gives its key's id and ARN away.
fn aws_managed<'g>(graph: &'g ResourceGraph<'_>) -> BTreeMap<&'g str, &'g str> {
    let mut managed = BTreeMap::new();
    for (_, resource) in graph.iter() {
        let is_key = matches!(resource.kind(), Some(Kind::KmsKey | Kind::KmsAlias));
        let Some(name) = aws_name(resource).filter(|_| is_key) else {
            continue;
        };
        for attribute in ["id", "arn", "key_id", "target_key_id", "target_key_arn"] {
            if let Some(text) = resource.if_any(attribute).and_then(Value::as_text) {
                managed.insert(text, name);
            }
        }
    }
    managed
}

/// `alias/aws/s3`, also inside an ARN.
fn is_aws_alias(text: &str) -> bool {
    text.starts_with("alias/aws/") || text.contains(":alias/aws/")
}
