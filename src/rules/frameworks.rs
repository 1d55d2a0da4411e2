//! Which controls of the frameworks ask for what a rule proves, or for something close to it.
//!
//! Numbers as the frameworks' own lists have them: AWS Security Hub (AWS Foundational Security Best Practices), CIS
//! AWS Foundations Benchmark in its versions 5 and 6, NIST SP 800-53 revision 5, and ISMS-P 2023, the standard of the
//! Korea Internet & Security Agency. A rule without a row has no counterpart.

use crate::finding::frameworks::{AWS_SECURITY_HUB, Controls};

const FRAMEWORKS: [&str; 5] = [
    AWS_SECURITY_HUB,
    "CIS AWS Foundations Benchmark v5",
    "CIS AWS Foundations Benchmark v6",
    "NIST SP 800-53 r5",
    "ISMS-P 2023",
];

/// By the alias of the rule, in the order of the catalogue: the controls of each framework.
const TABLE: &[(&str, [&str; 5])] = &[
    (
        "PG-NB-001",
        [
            "SageMaker.1",
            "",
            "",
            "AC-3, AC-4(21), AC-6, AC-17, SC-7",
            "2.6.1, 2.10.2",
        ],
    ),
    (
        "PG-NB-002",
        [
            "SageMaker.2",
            "",
            "",
            "AC-21, AC-3, AC-4, AC-6, SC-7",
            "2.6.1, 2.10.2",
        ],
    ),
    (
        "PG-NB-003",
        [
            "SageMaker.3",
            "",
            "",
            "AC-2(1), AC-3(15), AC-3(7), AC-6",
            "2.6.2, 2.10.2",
        ],
    ),
    (
        "PG-NB-005",
        [
            "",
            "",
            "",
            "SC-13, SC-28(1), AU-9(3), CP-9(d)",
            "2.7.1, 2.10.2",
        ],
    ),
    ("PG-NB-006", ["SageMaker.8", "", "", "SI-2", ""]),
    (
        "PG-NB-008",
        [
            "SageMaker.2",
            "",
            "",
            "AC-21, AC-3, AC-4, AC-6, SC-7",
            "2.6.1, 2.10.2",
        ],
    ),
    (
        "PG-NB-009",
        [
            "",
            "",
            "",
            "SC-13, SC-28(1), AU-9(3), CP-9(d)",
            "2.7.1, 2.10.2",
        ],
    ),
    (
        "PG-ACC-003",
        [
            "IAM.2",
            "1.14",
            "2.14",
            "AC-2(1), AC-3, AC-6",
            "2.5.1, 2.5.6, 2.10.2",
        ],
    ),
    ("PG-PJ-002", ["SageMaker.5", "", "", "SC-7", "2.6.1"]),
    ("PG-PJ-003", ["", "", "", "SC-8", "2.7.1, 2.10.2"]),
    (
        "PG-PJ-004",
        [
            "",
            "",
            "",
            "SC-13, SC-28(1), AU-9(3), CP-9(d)",
            "2.7.1, 2.10.2",
        ],
    ),
    (
        "PG-PJ-005",
        [
            "",
            "",
            "",
            "SC-13, SC-28(1), AU-9(3), CP-9(d)",
            "2.7.1, 2.10.2",
        ],
    ),
    (
        "PG-KMS-001",
        ["KMS.4", "3.6", "4.6", "SC-12, SC-12(2)", "2.7.2, 2.10.1"],
    ),
    (
        "PG-KMS-002",
        ["KMS.5", "", "", "AC-3, SC-12", "2.7.2, 2.10.1"],
    ),
    (
        "PG-KMS-005",
        ["KMS.1, KMS.2", "", "", "AC-2, AC-3, AC-5, AC-6", "2.7.2"],
    ),
    ("PG-KMS-007", ["KMS.3", "", "", "SC-12", "2.7.2"]),
    (
        "PG-KMS-010",
        ["KMS.1, KMS.2", "", "", "AC-2, AC-3, AC-5, AC-6", "2.7.2"],
    ),
    ("PG-S3-001", ["S3.17", "", "", "SC-28, SC-13", "2.7.2"]),
    (
        "PG-S3-003",
        [
            "S3.1, S3.2, S3.3, S3.8, S3.12",
            "2.1.4",
            "3.1.4",
            "AC-3, AC-4, AC-6, SC-7",
            "2.6.1, 2.6.2",
        ],
    ),
    (
        "PG-S3-004",
        [
            "S3.2, S3.3, S3.6",
            "",
            "",
            "AC-3, AC-4, AC-6",
            "2.5.6, 2.6.2",
        ],
    ),
    (
        "PG-S3-005",
        ["S3.5", "2.1.1", "3.1.1", "AC-4, AC-17(2), SC-8", "2.7.1"],
    ),
    (
        "PG-S3-006",
        [
            "S3.2, S3.3, S3.6",
            "",
            "",
            "AC-3, AC-4, AC-6",
            "2.5.6, 2.6.2",
        ],
    ),
    (
        "PG-S3-008",
        ["S3.9", "3.8, 3.9", "4.8, 4.9", "AU-2, AU-3, AU-6", "2.9.4"],
    ),
    ("PG-S3-010", ["S3.19", "", "", "AC-3, AC-4", ""]),
    ("PG-IAM-003", ["", "", "", "AC-3, AC-6", "2.5.1, 2.5.6"]),
    (
        "PG-IAM-008",
        [
            "IAM.3, IAM.8",
            "1.11, 1.13",
            "2.11, 2.13",
            "AC-2(1), AC-2(3), IA-5",
            "2.7.2, 2.10.2",
        ],
    ),
    (
        "PG-IAM-009",
        [
            "IAM.3, IAM.8",
            "1.11, 1.13",
            "2.11, 2.13",
            "AC-2(1), AC-2(3), IA-5",
            "2.7.2, 2.10.2",
        ],
    ),
    (
        "PG-IAM-010",
        [
            "IAM.1",
            "1.15",
            "2.15",
            "AC-2(1), AC-3, AC-6",
            "2.5.1, 2.5.5, 2.5.6",
        ],
    ),
    ("PG-IAM-011", ["IAM.21", "", "", "AC-3, AC-6", "2.5.1"]),
    (
        "PG-IAM-013",
        [
            "IAM.2",
            "1.14",
            "2.14",
            "AC-2(1), AC-3, AC-6",
            "2.5.1, 2.5.6, 2.10.2",
        ],
    ),
    (
        "PG-VPCE-011",
        ["EC2.10, EC2.55, EC2.56", "", "", "AC-4, SC-7", "2.6.1"],
    ),
    ("PG-NET-002", ["EC2.15", "", "", "AC-4, SC-7", "2.6.1"]),
    (
        "PG-NET-004",
        [
            "EC2.18, EC2.19",
            "5.3, 5.4",
            "6.3, 6.4",
            "AC-4(21), SC-7",
            "2.6.1, 2.6.2, 2.6.6",
        ],
    ),
    (
        "PG-NET-005",
        ["EC2.2", "5.5", "6.5", "AC-4(21), CM-6", "2.6.1"],
    ),
    (
        "PG-NET-006",
        ["EC2.21", "5.2", "6.2", "AC-4(21), CM-2", "2.6.1"],
    ),
    (
        "PG-NET-007",
        ["EC2.172", "5.6", "6.6", "AC-4, SC-7", "2.6.1"],
    ),
    (
        "PG-NET-008",
        ["EC2.6", "3.7", "4.7", "AC-4(26), AU-2, AU-3, AU-6", "2.9.4"],
    ),
    ("PG-ECR-001", ["", "", "", "AC-3", "2.6.1"]),
    ("PG-ECR-002", ["ECR.2", "", "", "CA-9, CM-2, RA-5", ""]),
    ("PG-ECR-003", ["ECR.1", "", "", "CA-9, CM-2, RA-5", ""]),
    (
        "PG-PATH-009",
        ["EC2.172", "5.6", "6.6", "AC-4, SC-7", "2.6.1"],
    ),
];

/// The controls for a rule, by its alias.
pub(super) fn of(alias: &str) -> Vec<Controls> {
    let row = TABLE.iter().find(|(rule, _)| *rule == alias);
    let columns = row.into_iter().flat_map(|(_, columns)| columns);
    let named = FRAMEWORKS.into_iter().zip(columns);
    let named = named.filter(|(_, controls)| !controls.is_empty());
    let controls = named.map(|(framework, controls)| Controls {
        framework,
        controls: controls.split(", ").collect(),
    });
    controls.collect()
}

#[cfg(test)]
mod tests {
    use super::TABLE;
    use crate::rules::RULES;

    #[test]
    fn each_row_is_of_a_rule_and_in_its_place() {
        let rules = RULES.iter().map(|rule| rule.alias);
        let rows: Vec<_> = TABLE.iter().map(|(alias, _)| *alias).collect();
        let known: Vec<_> = rules.filter(|alias| rows.contains(alias)).collect();
        assert_eq!(rows, known);
    }
}
