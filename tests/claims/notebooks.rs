//! Claims about notebook instances and Studio: where they stand, what they copy, and who comes in.

use plangate::finding::{FindingVerdict, Severity};
use plangate::rules::{RULES, RuleKind};

use super::{breaks, holds, said_of};

#[test]
fn access_keys_of_users_have_no_place_in_a_notebook() {
    breaks("NB-007", "fail.tf", None);
    breaks("NB-007", "fail-configure-set.tf", None);
    breaks("NB-007", "fail-profile-file.tf", None);
    breaks("NB-007", "fail-studio.tf", None);
    breaks("IAM-008", "fail.tf", None);
    breaks("IAM-009", "fail.tf", None);
    holds("NB-007", "pass.tf");
    holds("NB-007", "pass-variables.tf");
}

#[test]
fn an_example_key_is_told_from_one_that_opens_something() {
    breaks(
        "NB-007",
        "fail-documented-example.tf",
        Some("documented-example-key"),
    );
}

#[test]
fn studio_with_single_sign_on_limits_what_policies_of_groups_decide_and_is_in_the_vpc_all_the_same()
{
    breaks("ACC-009", "fail.tf", None);
    holds("ACC-009", "pass.tf");
    breaks("NB-008", "fail.tf", None);
    holds("NB-008", "pass.tf");
}

#[test]
fn a_customer_key_protects_the_copies_of_a_dataset_at_rest() {
    breaks("NB-005", "fail.tf", None);
    breaks("NB-005", "fail-aws-managed.tf", None);
    breaks("NB-005", "fail-reads-protected-bucket.tf", None);
    holds("NB-005", "pass.tf");
    breaks("NB-009", "fail.tf", None);
    holds("NB-009", "pass.tf");
    breaks("NB-010", "fail.tf", None);
    holds("NB-010", "pass.tf");
    breaks("S3-001", "fail.tf", None);
    holds("S3-001", "pass.tf");
}

#[test]
fn a_vpc_isolates_what_stands_in_it() {
    breaks("NB-002", "fail.tf", None);
    breaks("NB-002", "fail-null.tf", None);
    holds("NB-002", "pass.tf");
    let (imported, findings) = said_of("NB-002", "testdata/inputs/peers/subnet-imported.yaml");
    assert_eq!(imported, "holds", "{findings:#?}");
    breaks("NET-009", "fail.tf", None);
    holds("NET-009", "pass.tf");
}

#[test]
fn an_endpoint_is_the_private_way_and_an_internet_gateway_the_public_one() {
    for rule in ["NB-001", "NB-008", "NET-001", "VPCE-001", "PATH-009"] {
        breaks(rule, "fail.tf", None);
        holds(rule, "pass.tf");
    }
    // The endpoints of the VPC alone are not enough.
    breaks("NB-001", "fail-reachable.tf", None);
    breaks("NB-008", "fail-reachable.tf", None);
    breaks("NB-008", "fail-public-subnet.tf", None);
}

#[test]
fn development_has_a_private_subnet_and_an_endpoint() {
    for rule in ["NB-002", "NET-001", "VPCE-001"] {
        breaks(rule, "fail.tf", None);
        holds(rule, "pass.tf");
    }
}

#[test]
fn production_has_every_layer() {
    for rule in ["NB-001", "NB-002", "NB-003", "NB-005", "NB-007", "NB-008"] {
        breaks(rule, "fail.tf", None);
        holds(rule, "pass.tf");
    }
    for rule in ["NB-004", "NB-006"] {
        breaks(rule, "fail.tf", None);
        holds(rule, "pass.tf");
    }
    let estate = "testdata/exam/processing-job/a-one-role";
    for rule in RULES.iter().filter(|rule| rule.tier == 1) {
        if rule.kind == RuleKind::Secure {
            let (_, findings) = said_of(rule.id, estate);
            let mut findings = findings.iter();
            let grave = findings.find(|one| {
                one.verdict == FindingVerdict::Broken && one.severity >= Severity::High
            });
            assert!(grave.is_none(), "{}: {grave:#?}", rule.id);
        }
    }
}
