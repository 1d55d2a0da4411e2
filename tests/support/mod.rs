//! What several test files need.
#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "helpers of tests fail them, and say what is skipped"
)]
#![allow(dead_code, reason = "each test file uses its own part")]

use std::path::{Path, PathBuf};

use plangate::finding::{FindingVerdict, Report};

/// The folder with inputs from public projects, where this machine has it. Tests that need it say so
/// when they are skipped.
pub(crate) fn corpora() -> Option<PathBuf> {
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/corpora");
    let found = std::env::var_os("PLANGATE_CORPORA").map_or(beside, PathBuf::from);
    if found.is_dir() {
        return Some(found);
    }
    println!("SKIPPED: no corpora; set PLANGATE_CORPORA to their folder");
    None
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
