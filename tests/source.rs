//! Terraform source against the plans that Terraform made of it, and other people's source, where the
//! corpora are there.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a helper of a test fails the test"
)]

mod support;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use plangate::load::terraform::{Directory, TreeFiles, is_source, load};
use plangate::model::source::SourceMap;
use plangate::resolve::resolve;
use plangate::terraform::{Beside, evaluate};
use plangate::{Options, models};
use serde_json::{Map, Value, json};

use support::Alone;

/// Every resource that `debug model` prints, by its address.
type Estate = BTreeMap<String, Value>;

fn printed(inputs: &str, source: Option<&str>) -> Estate {
    let options = Options {
        inputs: vec![inputs.to_owned()],
        source: source.map(str::to_owned),
        ..Options::default()
    };
    let (mut first, mut out) = (true, b"[".to_vec());
    let overview = models(&options, &mut |model| {
        model.write(&mut first, &mut out).unwrap();
    });
    assert!(overview.is_empty(), "{inputs}: {overview:?}");
    out.extend(b"]");
    let all: Vec<Value> = serde_json::from_slice(&out).unwrap();
    all.into_iter()
        .map(|one| (one["address"].as_str().unwrap().to_owned(), one))
        .collect()
}

/// What a source does not say though its plan does, by attribute: the provider's schema, or AWS, tells it.
const DEFAULTS: &[&str] = &[
    "bypass_policy_lockout_safety_check",
    "customer_master_key_spec",
    "description",
    "deletion_window_in_days",
    "enable_dns_support",
    "enabled",
    "endpoint",
    "force_destroy",
    "instance_tenancy",
    "is_enabled",
    "key_usage",
    "max_session_duration",
    "path",
    "recovery_window_in_days",
    "region",
    "tags_all",
    "type",
    "version",
];

/// What only a resource that AWS has already is known to have: the plan imports it.
const EXISTING: &[&str] = &[
    "bucket_region",
    "create_date",
    "grant",
    "hosted_zone_id",
    "request_payer",
    "server_side_encryption_configuration",
    "versioning",
];

/// How what a source tells stands to what its plan tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Told {
    Same,
    /// The source has a hole where the plan knows: what a data source reads, the account.
    PlanKnowsMore,
    /// The source knows what the plan does not.
    SourceKnowsMore,
    Contradicts,
}

/// A text as a pattern: its literal pieces, between which there is something unknown.
fn pieces(value: &Value) -> Option<Vec<String>> {
    if let Value::String(text) = value {
        return Some(vec![text.clone()]);
    }
    if matches!(value, Value::Bool(_) | Value::Number(_)) {
        return Some(vec![value.to_string()]);
    }
    let mut found = vec![String::new()];
    for piece in value.get("$text")?.as_array()? {
        match piece.as_str() {
            Some(text) => found.last_mut().unwrap().push_str(text),
            None => found.push(String::new()),
        }
    }
    Some(found)
}

/// Whether a text fits a pattern.
fn fits(text: &str, pattern: &[String]) -> bool {
    let [first, between @ .., last] = pattern else {
        return pattern.iter().all(|whole| whole == text);
    };
    let Some(mut rest) = text.strip_prefix(first.as_str()) else {
        return false;
    };
    for piece in between {
        let Some((_, after)) = rest.split_once(piece.as_str()) else {
            return false;
        };
        rest = after;
    }
    rest.ends_with(last.as_str())
}

/// A JSON document that stands in a text, its holes marked.
fn document(value: &Value) -> Option<Value> {
    const HOLE: &str = "\u{1}";
    fn unmarked(value: Value) -> Value {
        match value {
            Value::String(text) if text.contains(HOLE) => {
                let pieces = text
                    .split(HOLE)
                    .flat_map(|piece| [Value::Null, piece.into()]);
                json!({"$text": pieces.skip(1).collect::<Vec<_>>()})
            }
            Value::Array(all) => all.into_iter().map(unmarked).collect(),
            Value::Object(all) => all
                .into_iter()
                .map(|(key, one)| (key, unmarked(one)))
                .collect(),
            other => other,
        }
    }
    let text = pieces(value)?.join(HOLE);
    let text = text.trim_start().starts_with('{').then_some(text)?;
    serde_json::from_str(&text.replace('\u{1}', "\\u0001"))
        .ok()
        .map(unmarked)
}

fn compared(plan: &Value, source: &Value) -> Told {
    match (plan.get("$unknown"), source.get("$unknown")) {
        (Some(_), Some(_)) => return Told::Same,
        (Some(_), None) => return Told::SourceKnowsMore,
        (None, Some(_)) => return Told::PlanKnowsMore,
        (None, None) => {}
    }
    if plan == source {
        return Told::Same;
    }
    let documents = (document(plan), document(source));
    let (plan, source) = (
        documents.0.as_ref().unwrap_or(plan),
        documents.1.as_ref().unwrap_or(source),
    );
    if let (Some(own), Some(other)) = (pieces(plan), pieces(source)) {
        return match (own.as_slice(), other.as_slice()) {
            ([known], pattern) if fits(known, pattern) => {
                if pattern.len() > 1 {
                    Told::PlanKnowsMore
                } else {
                    Told::Same
                }
            }
            (pattern, [known]) if fits(known, pattern) => Told::SourceKnowsMore,
            (own, other) if own.len() > 1 && other.len() > 1 => Told::PlanKnowsMore,
            _ => Told::Contradicts,
        };
    }
    match (plan, source) {
        (Value::Object(own), Value::Object(other)) => {
            let names: BTreeSet<&String> = own.keys().chain(other.keys()).collect();
            let each = names
                .into_iter()
                .map(|name| match (own.get(name), other.get(name)) {
                    (Some(own), Some(other)) => compared(own, other),
                    (Some(own), None) if says_nothing(own) => Told::Same,
                    (None, Some(other)) if says_nothing(other) => Told::Same,
                    _ => Told::Contradicts,
                });
            each.max().unwrap_or(Told::Same)
        }
        (Value::Array(own), Value::Array(other)) => {
            if own.len() != other.len() {
                return Told::Contradicts;
            }
            // Sets come in any order.
            let mut left: Vec<&Value> = other.iter().collect();
            let mut worst = Told::Same;
            for one in own {
                let best = left
                    .iter()
                    .enumerate()
                    .map(|(at, other)| (compared(one, other), at))
                    .min();
                let Some((told, at)) = best else { continue };
                worst = worst.max(told);
                left.remove(at);
            }
            worst
        }
        // One stands for a list of one.
        (plan, source) => match (
            plan.as_array().map(Vec::as_slice),
            source.as_array().map(Vec::as_slice),
        ) {
            (Some([own]), None) => compared(own, source),
            (None, Some([other])) => compared(plan, other),
            _ => Told::Contradicts,
        },
    }
}

/// What stands for nothing, or for the provider's default, inside of a block.
fn says_nothing(value: &Value) -> bool {
    match value {
        Value::Null | Value::Bool(false) => true,
        Value::String(text) => text.is_empty() || text == "Allow",
        Value::Number(number) => number.as_f64() == Some(0.0),
        Value::Array(all) => all.is_empty(),
        Value::Object(all) => all.contains_key("$unknown") || all.is_empty(),
        Value::Bool(true) => false,
    }
}

#[test]
fn source_alone_says_what_its_plan_says() {
    let Some(corpora) = support::corpora() else {
        return;
    };
    let mut wrong = Vec::new();
    let mut told: BTreeMap<Told, usize> = BTreeMap::new();
    let (mut instances, mut defaults) = (0, BTreeMap::<String, usize>::new());
    for folder in cases(&corpora) {
        let case = folder.file_name().unwrap().to_string_lossy().into_owned();
        let plan = printed(&Alone::plan(&folder.join("plan.json")).path, None);
        let source = printed(&Alone::source(&folder).path, None);
        for address in source.keys().filter(|address| !plan.contains_key(*address)) {
            let is_data = address.contains("data.");
            // A job in a definition that the plan does not know.
            let is_carried = address.contains(' ');
            if !is_data && !is_carried && !address.contains("[*]") {
                wrong.push(format!("{case}: the plan does not have {address}"));
            }
        }
        for (address, resource) in &plan {
            let Some(own) = source.get(address) else {
                let any = support::any_key(address);
                let is_symbolic =
                    |own: &String| own.contains("[*]") && support::any_key(own) == any;
                if source.keys().any(is_symbolic) {
                    instances += 1;
                } else {
                    wrong.push(format!("{case}: the source does not have {address}"));
                }
                continue;
            };
            let nothing = Map::new();
            let of = |resource: &Value| {
                resource["attributes"]
                    .as_object()
                    .unwrap_or(&nothing)
                    .clone()
            };
            let (of_plan, of_source) = (of(resource), of(own));
            for (name, value) in &of_plan {
                match of_source.get(name) {
                    Some(own) => {
                        let one = compared(value, own);
                        *told.entry(one).or_default() += 1;
                        if one == Told::Contradicts {
                            wrong.push(format!(
                                "{case}: {address}.{name}\n  plan   {value}\n  source {own}"
                            ));
                        }
                    }
                    None if says_nothing(value) => {}
                    None if address.contains("data.") => {
                        *told.entry(Told::PlanKnowsMore).or_default() += 1;
                    }
                    None if DEFAULTS.contains(&name.as_str())
                        || EXISTING.contains(&name.as_str())
                            && resource["address"]
                                .as_str()
                                .is_some_and(|one| one.contains("legacy")) =>
                    {
                        *defaults.entry(name.clone()).or_default() += 1;
                    }
                    None => wrong.push(format!("{case}: {address}.{name} is {value} in the plan")),
                }
            }
            for (name, own) in of_source
                .iter()
                .filter(|(name, _)| !of_plan.contains_key(*name))
            {
                if !says_nothing(own) {
                    wrong.push(format!(
                        "{case}: {address}.{name} is {own} in the source only"
                    ));
                }
            }
        }
    }
    println!(
        "attributes: {told:?}; instances that AWS must be asked for: {instances}; not written: {defaults:?}"
    );
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

fn cases(corpora: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(corpora.join("terraform-real")).unwrap();
    let mut folders: Vec<_> = entries.map(|entry| entry.unwrap().path()).collect();
    folders.retain(|folder| folder.join("plan.json").is_file());
    folders.sort();
    folders
}

/// With its source beside it, no policy of a plan is unknown as a whole if its author wrote it.
#[test]
fn with_its_source_a_plan_knows_every_written_policy() {
    let Some(corpora) = support::corpora() else {
        return;
    };
    let (mut policies, mut wrong) = (0, Vec::new());
    for folder in cases(&corpora) {
        let plan = Alone::plan(&folder.join("plan.json"));
        let source = Alone::source(&folder);
        let written = printed(&source.path, None);
        for (address, resource) in printed(&plan.path, Some(&source.path)) {
            let of_source = written.get(&address).or_else(|| {
                let any = support::any_key(&address);
                let mut symbolic = written.iter().filter(|(own, _)| own.contains("[*]"));
                symbolic
                    .find(|(own, _)| support::any_key(own) == any)
                    .map(|(_, one)| one)
            });
            let is_policy = |name: &str| name.ends_with("policy") || name == "json";
            // What a data source reads, nobody wrote; but for documents, which are written there.
            let is_read =
                address.contains("data.") && resource["type"] != "aws_iam_policy_document";
            let of_source = of_source.and_then(|one| one["attributes"].as_object());
            for (name, told) in of_source
                .into_iter()
                .flatten()
                .filter(|(name, _)| is_policy(name))
            {
                if is_read && told.get("$unknown").is_some() {
                    continue;
                }
                policies += 1;
                let value = &resource["attributes"][name];
                if value.is_null() || value.get("$unknown").is_some() {
                    wrong.push(format!("{}: {address}.{name} is {value}", folder.display()));
                }
            }
        }
    }
    println!("{policies} policies");
    assert!(policies > 50);
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// How many root modules of other people evaluate, and what stands in the way of the others.
#[test]
fn other_peoples_modules_are_evaluated() {
    let Some(corpora) = support::corpora() else {
        return;
    };
    let corpora = corpora.join("terraform-hcl");
    let files = support::files(&corpora, "");
    let sources = files
        .iter()
        .filter(|path| is_source(&path.file_name().unwrap().to_string_lossy()));
    let folders: BTreeSet<&Path> = sources.filter_map(|path| path.parent()).collect();
    let (mut clean, mut resources) = (0, 0);
    let mut reasons: BTreeMap<String, usize> = BTreeMap::new();
    for folder in &folders {
        let tree = Directory::open(folder, &corpora).unwrap();
        let mut sources = SourceMap::default();
        let root = load(&tree, &[], [], &mut sources);
        let evaluated = evaluate(&root, &TreeFiles(&tree), &Beside::default());
        let problems: BTreeSet<String> = root
            .problems
            .iter()
            .chain(&evaluated.problems)
            .map(|one| without_names(&one.message))
            .collect();
        clean += usize::from(problems.is_empty());
        for problem in problems {
            *reasons.entry(problem).or_default() += 1;
        }
        resources += resolve(evaluated.draft).iter().count();
    }
    let mut reasons: Vec<_> = reasons.into_iter().collect();
    reasons.sort_by_key(|(reason, number)| (usize::MAX - number, reason.clone()));
    println!(
        "{} root modules, {resources} resources, {clean} without any problem; of the others:",
        folders.len()
    );
    for (reason, number) in reasons.iter().take(20) {
        println!("{number:5} {reason}");
    }
    assert!(clean * 2 > folders.len(), "{clean} of {}", folders.len());
}

/// A message without what is between backticks.
fn without_names(message: &str) -> String {
    let parts = message.split('`').enumerate();
    parts
        .map(|(at, part)| if at % 2 == 0 { part } else { "…" })
        .collect()
}
