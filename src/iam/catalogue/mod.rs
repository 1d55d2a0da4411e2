//! Every action of every service: what it acts on, the condition keys that it carries, what it needs
//! besides. Facts of the AWS Service Authorization Reference, generated into `actions.txt` by
//! `ci/iam-catalogue.py`; sources and licences stand at the head of that file.

mod called;
mod managed;

use std::ops::RangeInclusive;
use std::sync::OnceLock;

pub use called::{Called, called_on_behalf};
pub use managed::ManagedPolicies;
#[cfg(test)]
pub(in crate::iam) use managed::managed_policy;

use super::matching::glob;
use super::policy::ActionEntry;
use super::request::Action;
use crate::model::truth::Truth;

const TEXT: &str = include_str!("actions.txt");

/// A service, by the prefix of its actions.
#[derive(Debug)]
pub struct Service {
    /// `s3`
    pub prefix: &'static str,
    /// The condition keys that its actions and resources name.
    pub keys: Vec<Key>,
    /// Its types of resource.
    pub resources: Vec<ResourceType>,
    /// Its actions, by name.
    pub actions: Vec<KnownAction>,
}

/// A condition key.
#[derive(Debug)]
pub struct Key {
    /// Its name; `${…}` stands for a part that varies.
    pub name: &'static str,
    /// `String`, `Bool`, `ARN`, …; `ArrayOf…` for several values.
    pub kind: &'static str,
    /// AWS has a newer one.
    pub deprecated: bool,
}

/// A type of resource.
#[derive(Debug)]
pub struct ResourceType {
    /// Its name in the reference.
    pub name: &'static str,
    /// The forms of its ARN; `${…}` stands for a part that varies.
    pub arns: Vec<String>,
    keys: Vec<usize>,
}

/// An action.
#[derive(Debug)]
pub struct KnownAction {
    /// Its name, without the service.
    pub name: &'static str,
    /// What it does, by letter: read, list, write, permissions management, tagging.
    pub levels: &'static str,
    resources: Vec<(usize, bool)>,
    keys: Vec<usize>,
    resource_keys: Vec<usize>,
    dependents: &'static str,
}

struct Block {
    prefix: &'static str,
    resource_control: bool,
    text: &'static str,
    service: OnceLock<Service>,
}

/// The service of a prefix, in lower case.
#[must_use]
pub fn service(prefix: &str) -> Option<&'static Service> {
    let block = block(prefix)?;
    Some(
        block
            .service
            .get_or_init(|| parse(block.prefix, block.text)),
    )
}

/// Whether resource control policies reach a service.
#[must_use]
pub fn has_resource_control(prefix: &str) -> bool {
    block(prefix).is_some_and(|block| block.resource_control)
}

/// The action of this name.
#[must_use]
pub fn action(action: &Action) -> Option<&'static KnownAction> {
    service(action.service())?.action(action.name())
}

/// Whether the action acts on no resource, so that only `*` covers it; unknown for an action that the
/// catalogue does not have.
#[must_use]
pub fn is_without_resource(asked: &Action) -> Truth {
    match action(asked) {
        Some(action) => action.resources.is_empty().into(),
        None => Truth::Unknown,
    }
}

/// The prefix that is closest to one that no service has.
#[must_use]
pub fn near_service(prefix: &str) -> Option<&'static str> {
    nearest(prefix, blocks().iter().map(|block| block.prefix))
}

fn nearest(name: &str, known: impl Iterator<Item = &'static str>) -> Option<&'static str> {
    let likeness =
        |known: &str| strsim::jaro_winkler(&known.to_ascii_lowercase(), &name.to_ascii_lowercase());
    known
        .map(|known| (likeness(known), known))
        .filter(|(likeness, _)| *likeness > 0.85)
        .max_by(|one, other| one.0.total_cmp(&other.0))
        .map(|(_, known)| known)
}

impl Service {
    /// The action of this name, in any case.
    #[must_use]
    pub fn action(&self, name: &str) -> Option<&KnownAction> {
        self.actions
            .iter()
            .find(|action| action.name.eq_ignore_ascii_case(name))
    }

    /// The actions that an entry of a policy names, which must be one of this service.
    pub fn matching<'s>(&'s self, entry: &ActionEntry) -> impl Iterator<Item = &'s KnownAction> {
        let bytes = entry.pattern.bytes.clone().unwrap_or_default();
        let begin = entry.colon.map_or(0, |colon| colon + 1);
        self.actions.iter().filter(move |action| {
            let name = bytes.get(begin..).unwrap_or_default();
            glob(name, action.name.to_ascii_lowercase().as_bytes())
        })
    }

    /// The action whose name is closest to one that none has.
    #[must_use]
    pub fn near(&self, name: &str) -> Option<&'static str> {
        nearest(name, self.actions.iter().map(|action| action.name))
    }

    /// The types of resource that an action acts on, and whether each must be given. Of several that
    /// need not, one is enough.
    pub fn resources_of(
        &self,
        action: &KnownAction,
    ) -> impl Iterator<Item = (&ResourceType, bool)> {
        let types = action.resources.iter();
        types.filter_map(|(at, required)| Some((self.resources.get(*at)?, *required)))
    }

    /// Whether an action carries a condition key, given in lower case: one of its own, of its resources,
    /// or one that any request carries.
    #[must_use]
    pub fn carries(&self, action: &KnownAction, key: &str) -> bool {
        let of_resources = self.resources_of(action).flat_map(|(kind, _)| &kind.keys);
        let all = action
            .keys
            .iter()
            .chain(&action.resource_keys)
            .chain(of_resources);
        let mut own = all.filter_map(|at| self.keys.get(*at));
        // The claims of an identity provider go by its domain.
        let is_claim = key
            .split_once(':')
            .is_some_and(|(prefix, _)| prefix.contains(['.', '/']));
        own.any(|known| is_key(known.name, key)) || is_claim || is_global(key)
    }
}

impl KnownAction {
    /// The actions that a caller needs as well: `iam:PassRole`.
    pub fn dependents(&self, service: &Service) -> impl Iterator<Item = String> {
        let prefix = service.prefix;
        let names = self.dependents.split(',').filter(|name| !name.is_empty());
        names.map(move |name| match name.strip_prefix(':') {
            Some(own) => format!("{prefix}:{own}"),
            None => name.to_owned(),
        })
    }

    /// Whether it names types of resource.
    #[must_use]
    pub fn has_resources(&self) -> bool {
        !self.resources.is_empty()
    }
}

/// Whether a key is the known one, of which a part may vary.
fn is_key(known: &str, key: &str) -> bool {
    match known.split_once("${") {
        Some((fixed, _)) => key
            .get(..fixed.len())
            .is_some_and(|start| start.eq_ignore_ascii_case(fixed)),
        None => known.eq_ignore_ascii_case(key),
    }
}

/// Whether any request may carry a key. Tags are listed with the actions that have them.
fn is_global(key: &str) -> bool {
    let listed = ["aws:requesttag/", "aws:resourcetag/", "aws:tagkeys"];
    let is_listed = listed.iter().any(|start| key.starts_with(start));
    !is_listed && global().iter().any(|name| is_key(name, key))
}

fn global() -> &'static [&'static str] {
    static GLOBAL: OnceLock<Vec<&str>> = OnceLock::new();
    GLOBAL.get_or_init(|| {
        let head = TEXT.lines().take_while(|line| !line.starts_with('@'));
        let lines = head.filter_map(|line| line.strip_prefix('G'));
        lines.filter_map(|line| line.split('\t').next()).collect()
    })
}

fn blocks() -> &'static [Block] {
    static BLOCKS: OnceLock<Vec<Block>> = OnceLock::new();
    BLOCKS.get_or_init(|| {
        let blocks = TEXT.split("\n@").skip(1).map(|block| {
            let (head, text) = block.split_once('\n').unwrap_or((block, ""));
            let (prefix, mark) = head.split_once('\t').unwrap_or((head, ""));
            Block {
                prefix,
                resource_control: mark == "RCP",
                text,
                service: OnceLock::new(),
            }
        });
        blocks.collect()
    })
}

fn block(prefix: &str) -> Option<&'static Block> {
    let blocks = blocks();
    let at = blocks
        .binary_search_by(|block| block.prefix.cmp(prefix))
        .ok()?;
    blocks.get(at)
}

fn parse(prefix: &'static str, text: &'static str) -> Service {
    let mut service = Service {
        prefix,
        keys: Vec::new(),
        resources: Vec::new(),
        actions: Vec::new(),
    };
    for line in text.lines() {
        let mut fields = line.get(1..).unwrap_or("").split('\t');
        let name = fields.next().unwrap_or("");
        let mut field = || fields.next().unwrap_or("");
        match line.as_bytes().first() {
            Some(b'k') => service.keys.push(Key {
                name,
                kind: field(),
                deprecated: field() == "deprecated",
            }),
            Some(b'r') => service.resources.push(ResourceType {
                name,
                arns: field()
                    .split(' ')
                    .map(|arn| whole_arn(prefix, arn))
                    .collect(),
                keys: numbers(field()).map(|(at, _)| at).collect(),
            }),
            Some(b'a') => {
                let levels = field();
                let resources = numbers(field()).collect();
                let keys = numbers(field()).map(|(at, _)| at).collect();
                let dependents = field();
                let of_resources = field().split(';').filter_map(|pair| pair.split_once('='));
                let resource_keys = of_resources.flat_map(|(_, keys)| numbers(keys));
                service.actions.push(KnownAction {
                    name,
                    levels,
                    resources,
                    keys,
                    resource_keys: resource_keys.map(|(at, _)| at).collect(),
                    dependents,
                });
            }
            _ => {}
        }
    }
    service
}

fn whole_arn(prefix: &str, arn: &str) -> String {
    if arn.starts_with(':') {
        format!("arn:${{Partition}}:{prefix}:${{Region}}:${{Account}}{arn}")
    } else {
        arn.to_owned()
    }
}

/// `0,2,5-7*`: numbers and ranges, with a star where they are required.
fn numbers(list: &'static str) -> impl Iterator<Item = (usize, bool)> {
    list.split(',')
        .filter(|item| !item.is_empty())
        .flat_map(|item| {
            let (numbers, required) = match item.strip_suffix('*') {
                Some(numbers) => (numbers, true),
                None => (item, false),
            };
            let (first, last) = numbers.split_once('-').unwrap_or((numbers, numbers));
            let range = first.parse().ok().zip(last.parse().ok());
            let range: Option<RangeInclusive<usize>> = range.map(|(first, last)| first..=last);
            range
                .into_iter()
                .flatten()
                .map(move |number| (number, required))
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn known(name: &str) -> (&'static Service, &'static KnownAction) {
        let asked = Action::new(name).unwrap();
        (service(asked.service()).unwrap(), action(&asked).unwrap())
    }

    #[test]
    fn has_every_service_in_order() {
        let blocks = blocks();
        assert!(blocks.len() > 440, "{}", blocks.len());
        assert!(blocks.is_sorted_by(|one, other| one.prefix < other.prefix));
        let actions =
            |block: &Block| service(block.prefix).map_or(0, |service| service.actions.len());
        let count: usize = blocks.iter().map(actions).sum();
        assert!(count > 22_000, "{count}");
    }

    #[test]
    fn knows_what_an_action_acts_on_and_carries() {
        let (service, create) = known("sagemaker:CreateProcessingJob");
        let types: Vec<_> = service
            .resources_of(create)
            .map(|(kind, must)| (kind.name, must))
            .collect();
        assert_eq!(types, [("processing-job", true)]);
        for key in [
            "sagemaker:vpcsubnets",
            "aws:requesttag/team",
            "aws:sourcevpce",
            "sagemaker:volumekmskey",
        ] {
            assert!(service.carries(create, key), "{key}");
        }
        assert!(!service.carries(create, "sagemaker:rootaccess"));
        assert!(
            create
                .dependents(service)
                .any(|name| name == "iam:PassRole")
        );
        assert!(!known("ecr:GetAuthorizationToken").1.has_resources());
        assert_eq!(
            service.near("CreateProcesingJob"),
            Some("CreateProcessingJob")
        );
        assert_eq!(near_service("sagemakr"), Some("sagemaker"));
        assert!(has_resource_control("s3") && !has_resource_control("sagemaker"));
    }
}
