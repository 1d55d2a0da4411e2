//! What several test files need.
#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "helpers of tests fail them, and say what is skipped"
)]
#![allow(dead_code, reason = "each test file uses its own part")]

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};

use plangate::finding::{Finding, FindingVerdict, Report};
use plangate::settings::Settings;

/// The folder with inputs from public projects, where this machine has it. Tests that need it say so
/// when they are skipped.
pub(crate) fn corpora() -> Option<PathBuf> {
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/corpora");
    let found = std::env::var_os("PLANGATE_CORPORA").map_or(beside, PathBuf::from);
    if found.is_dir() {
        return Some(found);
    }
    skipped("no corpora; set PLANGATE_CORPORA to their folder");
    None
}

/// Says that a test lacks what it needs.
pub(crate) fn skipped(why: &str) {
    println!("SKIPPED: {why}");
}

/// Says what a test found.
pub(crate) fn told(what: &str) {
    println!("{what}");
}

/// Every file below a folder whose name ends so, sorted.
pub(crate) fn files(folder: &Path, end: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.to_string_lossy().ends_with(end) {
                found.push(path);
            }
        }
    }
    found.sort();
    found
}

/// The settings that a fixture is judged under: those of `x.settings.yaml` beside `x.tf`, else none.
pub(crate) fn settings_of(fixture: &str) -> Settings {
    let beside = format!("{fixture}.settings.yaml");
    std::fs::read_to_string(beside).map_or_else(
        |_| Settings::default(),
        |text| Settings::read(&text).unwrap(),
    )
}

/// The worst verdict of a report.
pub(crate) fn verdict(report: &Report) -> &'static str {
    let says = |verdict| {
        let mut findings = report.findings.iter();
        findings.any(|finding| finding.verdict == verdict)
    };
    if says(FindingVerdict::Broken) {
        "broken"
    } else if says(FindingVerdict::Unsure) {
        "unsure"
    } else if report.tally.holds > 0 {
        "holds"
    } else {
        "not applicable"
    }
}

/// Whether a text names a resource, as a whole word.
fn says(text: &str, name: &str) -> bool {
    let is_part = |one: char| one.is_ascii_alphanumeric() || "_-".contains(one);
    text.match_indices(name).any(|(at, _)| {
        let before = text.get(..at).and_then(|text| text.chars().next_back());
        let after = text
            .get(at + name.len()..)
            .unwrap_or_default()
            .chars()
            .next();
        !before.is_some_and(|one| is_part(one) || one == '.') && !after.is_some_and(is_part)
    })
}

/// Whether a finding leads its reader to a resource: by its subject, by a place, or by a hop of the path that it
/// belongs to.
pub(crate) fn leads_to(finding: &Finding, report: &Report, name: &str) -> bool {
    let own = finding.resource.address.as_str();
    let related = finding.related.iter().map(|one| one.message.as_str());
    let paths = report.paths.iter();
    let paths = paths.filter(|path| path.workload.address == own || path.role == own);
    let hops = paths.flat_map(|path| {
        let hops = path.hops.iter();
        let ends = hops.flat_map(|hop| [hop.principal.as_str(), hop.resource.as_str()]);
        ends.chain([path.role.as_str(), path.workload.address.as_str()])
    });
    let mut texts = [own, finding.message.as_str()]
        .into_iter()
        .chain(related)
        .chain(hops);
    texts.any(|text| says(text, name))
}

/// The findings of a rule with a verdict.
pub(crate) fn with<'r>(
    report: &'r Report,
    alias: &str,
    verdict: FindingVerdict,
) -> impl Iterator<Item = &'r Finding> {
    let findings = report.findings.iter();
    findings.filter(move |one| one.alias == alias && one.verdict == verdict)
}

/// Whether a report says of a resource that it cannot tell. Which rule does is open: one that judges groups is silent
/// where it cannot be told which groups are meant, one on whole paths where a path is in doubt.
pub(crate) fn is_in_doubt(report: &Report, name: &str) -> bool {
    let mut findings = report.findings.iter();
    findings.any(|one| one.verdict == FindingVerdict::Unsure && leads_to(one, report, name))
}

/// Where the template of a fixture is deployed to: the account and region that its plan tells.
pub(crate) fn place_of_template(source: &Path) -> (Option<String>, Option<String>) {
    let text = std::fs::read_to_string(source).unwrap();
    let tells_account = ["aws_caller_identity", "allowed_account_ids"];
    let tells_account = tells_account.iter().any(|name| text.contains(name));
    let region = text.lines().find_map(|line| {
        let (_, value) = line.trim().strip_prefix("region")?.split_once('=')?;
        Some(value.trim().trim_matches('"').to_owned())
    });
    (tells_account.then(|| "111122223333".to_owned()), region)
}

/// An address without any keys.
pub(crate) fn any_key(address: &str) -> String {
    let parts = address.split('[');
    parts
        .map(|part| part.split_once(']').map_or(part, |(_, rest)| rest))
        .collect()
}

/// A copy in a folder of its own, which goes with this.
pub(crate) struct Alone {
    folder: PathBuf,
    pub(crate) path: String,
}

impl Alone {
    /// A plan beside which nothing lies.
    pub(crate) fn plan(plan: &Path) -> Self {
        let mut alone = Self::empty();
        let copy = alone.folder.join("plan.json");
        std::fs::copy(plan, &copy).unwrap();
        alone.path = copy.to_string_lossy().into_owned();
        alone
    }

    /// A source beside which no plan lies: a file or a folder.
    pub(crate) fn source(source: &Path) -> Self {
        let alone = Self::empty();
        if source.is_file() {
            std::fs::copy(source, alone.folder.join("main.tf")).unwrap();
            return alone;
        }
        for file in files(source, "") {
            let inside = file.strip_prefix(source).unwrap();
            let name = inside.to_string_lossy();
            // `steps/` are what the plans after the first were made of.
            let is_plan = name.starts_with("plan") && name.ends_with(".json");
            if is_plan || name.starts_with("steps") || name.ends_with(".yaml") {
                continue;
            }
            let copy = alone.folder.join(inside);
            std::fs::create_dir_all(copy.parent().unwrap()).unwrap();
            std::fs::copy(&file, copy).unwrap();
        }
        alone
    }

    fn empty() -> Self {
        static NUMBER: AtomicUsize = AtomicUsize::new(0);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let name = format!("plangate-{}-{number}", std::process::id());
        let folder = std::env::temp_dir().join(name);
        std::fs::create_dir_all(&folder).unwrap();
        let path = folder.to_string_lossy().into_owned();
        Self { folder, path }
    }
}

impl Drop for Alone {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

/// A folder of a test's own, empty at first.
pub(crate) struct Folder(PathBuf);

impl Folder {
    pub(crate) fn new(name: &str) -> Self {
        let path = Path::new(env!("CARGO_TARGET_TMPDIR"))
            .join("folders")
            .join(name);
        let _ = std::fs::remove_dir_all(&path);
        std::fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    /// Writes a file, and tells its path.
    pub(crate) fn file(&self, name: &str, content: impl AsRef<[u8]>) -> String {
        let path = self.0.join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, content).unwrap();
        path.to_string_lossy().into_owned()
    }

    pub(crate) fn path(&self) -> String {
        self.0.to_string_lossy().into_owned()
    }

    /// A message without the path of the folder.
    pub(crate) fn without(&self, message: &str) -> String {
        message
            .replace(&format!("{}/", self.path()), "")
            .replace(&self.path(), "folder")
    }
}
