//! The IAM engine: named cases; a second evaluator, as simple as it can be, that shares nothing with it;
//! every completion of what is unknown; the same meaning written otherwise; bad input.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "a helper of a test fails the test"
)]
#![expect(
    clippy::cast_possible_truncation,
    clippy::match_same_arms,
    clippy::too_many_lines,
    reason = "the oracle says one rule after another, and small numbers are drawn"
)]

mod completions;
mod generate;
mod hostile;
mod named;
mod oracle;
mod symbolic;
mod variants;

use plangate::iam::{Case, Decision};
use serde_json::Value as Json;

/// So many random cases. `PLANGATE_IAM_CASES` asks for more.
fn cases() -> u64 {
    let asked = std::env::var("PLANGATE_IAM_CASES").ok();
    asked.and_then(|asked| asked.parse().ok()).unwrap_or(20_000)
}

fn decide(case: &Json) -> &'static str {
    match Case::read(&case.to_string()).unwrap().decide() {
        Decision::Allowed => "Allowed",
        Decision::DeniedExplicitly => "ExplicitlyDenied",
        Decision::DeniedByDefault => "ImplicitlyDenied",
        Decision::Undecided => "Undetermined",
    }
}

#[test]
fn agrees_with_the_simplest_evaluator() {
    let (mut wrong, mut decided_more) = (Vec::new(), 0);
    for seed in 0..cases() {
        let case = generate::case(seed);
        let (ours, other) = (decide(&case), oracle::decide(&case));
        if ours == other {
            continue;
        }
        if other == "Undetermined" {
            // The oracle does not see that one open question may be asked twice.
            decided_more += 1;
        } else {
            wrong.push(format!("seed {seed}: {ours}, the oracle {other}: {case}"));
        }
    }
    assert!(
        wrong.is_empty(),
        "{} differ\n{}",
        wrong.len(),
        wrong.join("\n")
    );
    assert!(
        decided_more * 10_000 <= cases(),
        "{decided_more} decided where the oracle does not"
    );
}

#[test]
fn says_the_same_of_the_same_meaning() {
    for seed in 0..cases() / 4 {
        let case = generate::case(seed);
        let expected = decide(&case);
        for variant in variants::variants(&case, seed) {
            assert_eq!(decide(&variant), expected, "seed {seed}\n{case}\n{variant}");
        }
    }
}
