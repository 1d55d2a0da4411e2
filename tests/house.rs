//! The house's own rules: who may use whom, how rules are named, that nothing lies about.
#![expect(clippy::unwrap_used, reason = "a helper of a test fails the test")]

mod support;

use std::collections::BTreeSet;
use std::path::Path;

use plangate::rules::RULES;

/// What each module may use of the others (`docs/architecture.md`).
const EDGES: &[(&str, &[&str])] = &[
    ("model", &[]),
    ("hcl", &["model"]),
    ("yaml", &["model"]),
    ("room", &[]),
    ("settings", &["model", "yaml", "finding"]),
    ("document", &["model"]),
    ("edit", &["model", "hcl", "yaml", "finding"]),
    ("load", &["model", "hcl", "yaml"]),
    ("terraform", &["model", "hcl", "load", "document", "room"]),
    (
        "cloudformation",
        &["model", "yaml", "load", "document", "room"],
    ),
    ("resolve", &["model"]),
    ("iam", &["model"]),
    ("access", &["model", "iam", "settings"]),
    ("finding", &["model"]),
    ("workload", &["model", "document"]),
    ("network", &["model"]),
    (
        "paths",
        &["model", "iam", "finding", "access", "network", "workload"],
    ),
    (
        "seals",
        &["model", "iam", "access", "workload", "paths", "settings"],
    ),
    (
        "rules",
        &[
            "model", "iam", "access", "finding", "workload", "network", "paths", "seals", "diff",
            "settings",
        ],
    ),
    (
        "check",
        &[
            "model", "iam", "rules", "finding", "paths", "seals", "settings",
        ],
    ),
    ("diff", &["finding"]),
    ("gate", &["finding", "diff"]),
    ("report", &["model", "load", "finding", "rules", "diff"]),
    (
        "run",
        &[
            "model",
            "hcl",
            "load",
            "yaml",
            "edit",
            "room",
            "terraform",
            "cloudformation",
            "iam",
            "resolve",
            "finding",
            "workload",
            "rules",
            "check",
            "report",
            "access",
            "network",
            "paths",
            "seals",
            "settings",
            "diff",
        ],
    ),
];

fn module_of(path: &Path) -> String {
    let inside = path.strip_prefix("src").unwrap();
    let first = inside.components().next().unwrap();
    let name = first.as_os_str().to_string_lossy().into_owned();
    name.trim_end_matches(".rs").to_owned()
}

#[test]
fn no_module_looks_where_it_may_not() {
    let mut wrong = Vec::new();
    for path in support::files(Path::new("src"), ".rs") {
        let module = module_of(&path);
        if ["main", "cli", "lib"].contains(&module.as_str()) {
            continue;
        }
        let (_, allowed) = EDGES
            .iter()
            .find(|(name, _)| *name == module)
            .unwrap_or_else(|| panic!("`{module}` has no row in EDGES"));
        let text = std::fs::read_to_string(&path).unwrap();
        for used in text.split("crate::").skip(1) {
            let used: String = used
                .chars()
                .take_while(|c| c.is_alphanumeric() || *c == '_')
                .collect();
            if used != module && !allowed.contains(&used.as_str()) {
                wrong.push(format!("{} uses {used}", path.display()));
            }
        }
    }
    assert_eq!(wrong, [""; 0]);
}

#[test]
fn rules_are_named_for_what_must_hold() {
    let (mut ids, mut aliases) = (BTreeSet::new(), BTreeSet::new());
    for rule in RULES {
        let kebab = rule
            .id
            .chars()
            .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-');
        assert!(kebab, "{}", rule.id);
        for beginning in ["use-", "ensure-", "must-"] {
            assert!(!rule.id.starts_with(beginning), "{}", rule.id);
        }
        assert!(ids.insert(rule.id), "{} is there twice", rule.id);
        assert!(aliases.insert(rule.alias), "{} is there twice", rule.alias);
        let mut parts = rule.alias.split('-');
        assert_eq!(parts.next(), Some("PG"), "{}", rule.alias);
        assert!(
            parts.nth(1).is_some_and(|number| number.len() == 3),
            "{}",
            rule.alias
        );
        for text in [rule.summary, rule.fix] {
            assert!(
                !text.ends_with('.') && !text.contains('\n'),
                "{}: {text}",
                rule.id
            );
        }
        assert!(!rule.references.is_empty(), "{}", rule.id);
        assert!(!rule.looks_at().is_empty(), "{}", rule.id);
    }
}

#[test]
fn every_rule_of_the_catalogue_is_there_by_its_name_and_tier() {
    let catalogue = std::fs::read_to_string("testdata/catalogue.txt").unwrap();
    let wanted: BTreeSet<_> = catalogue
        .lines()
        .filter(|line| !line.starts_with('#'))
        .map(str::to_owned)
        .collect();
    let there = RULES.iter();
    let there: BTreeSet<_> = there
        .map(|rule| format!("{} {} {}", rule.alias, rule.id, rule.tier))
        .collect();
    assert_eq!(there, wanted);
    assert_eq!(wanted.len(), 119);
}

#[test]
fn every_rule_has_its_file_and_its_fixtures() {
    let mut files: BTreeSet<_> = support::files(Path::new("src/rules"), ".rs")
        .iter()
        .map(|path| {
            path.file_stem()
                .unwrap()
                .to_string_lossy()
                .replace('_', "-")
        })
        .collect();
    for own in [
        "mod",
        "context",
        "bucket-trust",
        "credentials",
        "customer-keys",
        "data-events",
        "denials",
        "exfiltration",
        "frameworks",
        "hops",
        "identity-policies",
        "job-places",
        "key-uses",
        "log-destinations",
        "reaching",
        "relevant-buckets",
        "people",
        "remedy",
        "resource-policies",
        "sagemaker-only",
        "sagemaker-path",
        "seals",
        "starting",
        "statements",
        "suggested-statement",
        "tag-mutability",
        "workload-vpcs",
    ] {
        assert!(files.remove(own));
    }
    let rules: BTreeSet<_> = RULES.iter().map(|rule| rule.id.to_owned()).collect();
    assert_eq!(
        files, rules,
        "each file in src/rules has its entry in RULES"
    );
    for rule in RULES {
        let folder = Path::new("testdata/rules").join(rule.id);
        for verdict in ["pass", "fail", "unknown"] {
            for end in [".tf", ".plan.json"] {
                let file = folder.join(format!("{verdict}{end}"));
                assert!(file.exists(), "{} is missing", file.display());
            }
        }
    }
}

#[test]
fn no_fixture_or_snapshot_is_an_orphan() {
    let mut orphans = Vec::new();
    let rules: BTreeSet<_> = RULES.iter().map(|rule| rule.id.to_owned()).collect();
    for folder in std::fs::read_dir("testdata/rules").unwrap() {
        let name = folder.unwrap().file_name().to_string_lossy().into_owned();
        if !rules.contains(&name) {
            orphans.push(format!("testdata/rules/{name}"));
        }
    }
    for path in support::files(Path::new("testdata/rules"), "") {
        let name = path.to_string_lossy().into_owned();
        let name = name.replace(".settings.yaml", ".yaml");
        let other = match name.strip_suffix(".plan.json") {
            Some(stem) => format!("{stem}.tf"),
            None => name
                .replace(".tf", ".plan.json")
                .replace(".yaml", ".plan.json"),
        };
        if !Path::new(&other).exists() {
            orphans.push(name);
        }
    }
    for path in support::files(Path::new("snapshots/rules"), "") {
        let name = path.to_string_lossy().into_owned();
        let fixture = name.replacen("snapshots", "testdata", 1);
        let fixture = fixture
            .strip_suffix(".snap")
            .map(|stem| format!("{stem}.plan.json"));
        if !fixture.is_some_and(|fixture| Path::new(&fixture).exists()) {
            orphans.push(name);
        }
    }
    assert_eq!(orphans, [""; 0]);
}

/// A fixture is written as a template too, or says why it cannot be.
#[test]
fn every_fixture_has_its_template() {
    let mut wrong = Vec::new();
    for source in support::files(Path::new("testdata/rules"), ".tf") {
        let text = std::fs::read_to_string(&source).unwrap();
        let says_why = text.lines().any(|line| line.starts_with("# No template: "));
        if source.with_extension("yaml").exists() == says_why {
            wrong.push(source.display().to_string());
        }
    }
    assert_eq!(wrong, [""; 0]);
}

#[test]
fn no_source_file_needs_scrolling_without_end() {
    let long = support::files(Path::new("src"), ".rs")
        .into_iter()
        .filter(|path| {
            let text = std::fs::read_to_string(path).unwrap();
            text.lines().count() > 600
        });
    let long: Vec<_> = long.map(|path| path.display().to_string()).collect();
    assert_eq!(long, [""; 0]);
}
