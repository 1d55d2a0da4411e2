//! PG-ECR-003.

use super::{Check, Context, Example, Link, Rule, RuleKind, Subject};
use crate::finding::{Evidence, Severity, Verdict};
use crate::iam::text::Piece;
use crate::iam::{Text, equal_texts};
use crate::model::graph::ResourceId;
use crate::model::resource::Standing;
use crate::model::truth::Truth;
use crate::model::value::{Value, Why};
use crate::model::vocabulary::Kind;
use crate::settings::Pattern;

pub(super) const RULE: Rule = Rule {
    id: "repository-scanned",
    alias: "PG-ECR-003",
    kind: RuleKind::Secure,
    tier: 3,
    severity: Severity::Low,
    summary: "images are scanned for known vulnerabilities when they are pushed",
    why: "A job runs its image with a role that reads protected data: what is known to be vulnerable in there is a \
          way to that data, and nobody learns of it.",
    unsure: "Without a setting, a repository is not scanned, unless a rule of the registry's own scanning \
             configuration is for it: continuously or on push, in the same account and region. Where the registry \
             has enhanced scanning, its rules alone count.",
    fix: "set `image_scanning_configuration.scan_on_push` to `true`, or give the registry a scanning rule for the \
          repository",
    references: &[
        Link {
            title: "Amazon ECR User Guide: Filters to choose which repositories are scanned in Amazon ECR",
            url: "https://docs.aws.amazon.com/AmazonECR/latest/userguide/image-scanning-filters.html",
        },
        Link {
            title: "AWS Security Hub: ECR.1: ECR private repositories should have image scanning configured",
            url: "https://docs.aws.amazon.com/securityhub/latest/userguide/ecr-controls.html",
        },
    ],
    assumes: &[],
    example: Example {
        fail: include_str!("../../testdata/rules/repository-scanned/fail.tf"),
        pass: include_str!("../../testdata/rules/repository-scanned/pass.tf"),
    },
    check: Check::Resource(&[Kind::Repository], check),
};

const ON_PUSH: &str = "image_scanning_configuration.scan_on_push";

const QUESTION: &str = "whether images of this repository are scanned";

fn check(context: &Context<'_, '_>, repository: &Subject<'_, '_>) -> Verdict {
    let name = context.access.attribute(repository.id, "name");
    let registries = context.graph.iter().filter(|(_, resource)| {
        let is_there = matches!(resource.standing, Standing::Judged | Standing::Other);
        is_there && resource.kind() == Some(Kind::RegistryScan)
    });
    let registries: Vec<_> = registries
        .map(|(id, _)| Registry::of(context, repository.id, id, &name))
        .filter(|one| one.is_own != Truth::No)
        .collect();
    let by_rule = registries.iter().find(|one| one.scans() == Truth::Yes);
    if by_rule.is_some() {
        return Verdict::Holds;
    }
    let enhanced = registries.iter().find(|one| one.is_enhanced != Truth::No);
    let open = registries.iter().find(|one| one.scans() == Truth::Unknown);
    let on_push = repository.is_on(ON_PUSH);
    match (on_push, open, enhanced) {
        (Truth::Yes, _, None) => Verdict::Holds,
        // Then what the repository says has no effect.
        (_, None, Some(one)) if one.replaces() == Truth::Yes => one.without_rule(context),
        (_, Some(one), _) | (Truth::Yes, None, Some(one)) => one.open(context, repository),
        (_, None, _) => {
            let consequence =
                "so nobody learns that an image has known vulnerabilities before it runs";
            repository.must_be(context, ON_PUSH, "true", QUESTION, consequence)
        }
    }
}

/// What the scanning configuration of a registry says of one repository.
struct Registry {
    id: ResourceId,
    /// Whether the repository lies in it.
    is_own: Truth,
    /// Whether its scanning is enhanced, which leaves the settings of repositories without effect.
    is_enhanced: Truth,
    /// Whether one of its rules scans the repository by itself.
    covers: Truth,
    /// Why that is not known.
    why: Option<Why>,
}

impl Registry {
    fn of(context: &Context<'_, '_>, repository: ResourceId, id: ResourceId, name: &Text) -> Self {
        let repository = context.graph.get(repository);
        let resource = context.graph.get(id);
        let access = &context.access;
        let same_account = equal_texts(&access.account(resource), &access.account(repository));
        let same_region = equal_texts(&access.region(resource), &access.region(repository));
        let kind = resource.get("scan_type");
        let is_enhanced = match kind.map(|kind| (kind.as_text(), kind.is_known())) {
            None => Truth::No,
            Some((Some(text), _)) => (text == "ENHANCED").into(),
            Some((None, _)) => Truth::Unknown,
        };
        let rules = resource.get("rule");
        let (covers, open) = match rules {
            None => (Truth::No, None),
            Some(rules) => covers(rules, name),
        };
        let open = open.or(kind.filter(|kind| !kind.is_known()));
        Self {
            id,
            is_own: same_account.and(same_region),
            is_enhanced,
            covers,
            why: open.map(|value| context.graph.why_not_known(value)),
        }
    }

    fn scans(&self) -> Truth {
        self.is_own.and(self.covers)
    }

    fn replaces(&self) -> Truth {
        self.is_own.and(self.is_enhanced)
    }

    fn without_rule(&self, context: &Context<'_, '_>) -> Verdict {
        let registry = context.graph.get(self.id);
        let address = registry.address.as_str();
        let message = format!(
            "no rule of `{address}`, which gives this registry enhanced scanning, is for this repository, and then what the repository says has no effect: nobody learns that an image has known vulnerabilities"
        );
        let evidence = Evidence::new(message, registry.origin).fix(format!(
            "add a rule to `{address}` whose filter matches the repository's name"
        ));
        Verdict::Broken(vec![evidence])
    }

    fn open(&self, context: &Context<'_, '_>, repository: &Subject<'_, '_>) -> Verdict {
        let address = context.graph.get(self.id).address.as_str();
        let why = self.why.unwrap_or(if self.is_own == Truth::Unknown {
            Why::PlaceNotTold
        } else {
            Why::KnownAfterApply
        });
        let message =
            format!("cannot tell {QUESTION}: whether `{address}` scans it is not known ({why})");
        let registry = context.subject(self.id);
        let evidence = Evidence::new(message, repository.resource.origin);
        Verdict::Unsure(vec![evidence.hinges_on(registry.value_name("rule"), why)])
    }
}

/// Whether scanning rules are for a repository of this name, and the value that would tell.
fn covers<'v, 'a>(rules: &'v Value<'a>, name: &Text) -> (Truth, Option<&'v Value<'a>>) {
    let Some(list) = rules.as_list() else {
        return (Truth::Unknown, Some(rules));
    };
    let mut covers = Truth::No;
    let mut open = None;
    for rule in list {
        let frequency = part(rule, "scan_frequency");
        let scans = match frequency.map(Value::as_text) {
            Some(Some(text)) => matches!(text, "SCAN_ON_PUSH" | "CONTINUOUS_SCAN").into(),
            Some(None) => Truth::Unknown,
            None => Truth::No,
        };
        let filters = part(rule, "repository_filter");
        let matches = match filters.map(Value::as_list) {
            Some(Some(filters)) => filters.iter().fold(Truth::No, |any, filter| {
                let text = part(filter, "filter").and_then(Value::as_text);
                any.or(text.map_or(Truth::Unknown, |filter| is_for(filter, name)))
            }),
            Some(None) => Truth::Unknown,
            None => Truth::No,
        };
        let this = scans.and(matches);
        if this == Truth::Unknown {
            open = open.or(frequency.filter(|value| value.as_text().is_none()));
            open = open.or(filters.and_then(|filters| {
                let filters = filters.as_list().unwrap_or(std::slice::from_ref(filters));
                let mut each = filters.iter().filter_map(|one| part(one, "filter"));
                each.find(|filter| filter.as_text().is_none())
            }));
        }
        covers = covers.or(this);
    }
    (covers, open)
}

/// What a block says; what lies inside something unknown is as unknown.
fn part<'v, 'a>(block: &'v Value<'a>, name: &str) -> Option<&'v Value<'a>> {
    match block.as_map() {
        Some(map) => map.get(name),
        None => Some(block),
    }
}

/// Whether a filter is for a repository of this name: one without a wildcard is for all whose name holds it.
fn is_for(filter: &str, name: &Text) -> Truth {
    let is_wild = filter.contains('*');
    if let Some(name) = name.known() {
        let pattern = if is_wild {
            Pattern::new(filter)
        } else {
            Pattern::new(&format!("*{filter}*"))
        };
        return pattern.map_or(Truth::Unknown, |pattern| pattern.matches(name).into());
    }
    let holds = |part: &str| {
        let mut pieces = name.pieces().iter();
        pieces.any(|piece| matches!(piece, Piece::Literal(text) if text.contains(part)))
    };
    let is_certain = match filter.split_once('*') {
        None => holds(filter),
        Some((start, "")) => name.known_start().starts_with(start),
        Some(("", rest)) => rest.strip_suffix('*').is_some_and(holds),
        Some(_) => false,
    };
    if is_certain {
        Truth::Yes
    } else {
        Truth::Unknown
    }
}
