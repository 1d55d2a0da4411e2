//! Claims about the network of a workload: which layer keeps what apart, and what no layer does.

use plangate::finding::FindingVerdict;

use super::{breaks, holds, said};

/// The broken findings on a fixture, by their codes.
fn broken(rule: &str, fixture: &str) -> usize {
    let (_, findings) = said(rule, fixture);
    let broken = findings
        .iter()
        .filter(|one| one.verdict == FindingVerdict::Broken);
    broken.count()
}

#[test]
fn at_the_level_of_the_vpc_the_workload_stands_in_one_of_its_own() {
    for fixture in ["fail.tf", "fail-lookup.tf", "fail-default-subnet.tf"] {
        breaks("NET-009", fixture, None);
    }
    holds("NET-009", "pass.tf");
}

#[test]
fn endpoints_in_the_default_vpc_do_not_make_it_private() {
    breaks("NET-009", "fail-endpoint.tf", None);
}

#[test]
fn at_the_level_of_the_subnet_the_workload_stands_in_a_private_one() {
    for fixture in [
        "fail.tf",
        "fail.yaml",
        "fail-processing-job.tf",
        "fail-studio.tf",
    ] {
        breaks("NET-001", fixture, None);
    }
    holds("NET-001", "pass.tf");
    holds("NET-001", "pass-no-association.plan.json");
}

#[test]
fn the_endpoint_is_the_private_way_and_the_internet_gateway_the_public_one() {
    breaks("NET-001", "fail-endpoint.tf", None);
    holds("NET-001", "pass-vpn-gateway.tf");
}

#[test]
fn nothing_in_a_private_subnet_gets_a_public_address_unasked() {
    for form in ["fail.tf", "fail.plan.json", "fail.yaml"] {
        breaks("NET-002", form, None);
    }
    breaks("NET-002", "fail-endpoint.tf", None);
    breaks("NET-002", "fail-default-subnet.tf", None);
    holds("NET-002", "pass-absent.tf");
}

#[test]
fn at_the_level_of_the_subnet_a_network_acl_filters_whatever_it_lets_in() {
    for form in ["fail.tf", "fail.plan.json", "fail.yaml"] {
        breaks("NET-006", form, None);
    }
    breaks("NET-006", "fail-some-denied.tf", None);
    holds("NET-006", "pass.tf");
    holds("NET-006", "pass-denied-before.tf");
}

#[test]
fn a_network_acl_keeps_no_state_so_answers_have_to_be_let_in() {
    for fixture in [
        "fail-return-traffic.tf",
        "fail-return-traffic.yaml",
        "fail-empty.tf",
    ] {
        breaks("NET-006", fixture, Some("nacl-blocks-return-traffic"));
    }
}

#[test]
fn at_the_level_of_the_instance_the_security_group_lets_nobody_in_from_the_internet() {
    for fixture in [
        "fail.tf",
        "fail.yaml",
        "fail-rule-resource.tf",
        "fail-ipv6.tf",
    ] {
        breaks("NET-004", fixture, None);
    }
    holds("NET-004", "pass.tf");
}

#[test]
fn a_security_group_that_allows_everything_is_a_risk_in_both_directions() {
    breaks("NET-004", "fail.tf", None);
    breaks("NET-003", "fail.tf", None);
    breaks("NET-003", "fail-absent.yaml", None);
    holds("NET-003", "pass.tf");
}

#[test]
fn the_workload_has_a_security_group_of_its_own() {
    for fixture in ["fail.tf", "fail.yaml", "fail-named.tf", "fail-looked-up.tf"] {
        breaks("NET-005", fixture, None);
    }
    holds("NET-005", "pass.tf");
}

#[test]
fn the_default_security_group_beside_a_workload_has_no_rules() {
    breaks("NET-005", "fail-rules.tf", Some("default-group-has-rules"));
    holds("NET-005", "pass-emptied.tf");
}

#[test]
fn one_default_security_group_is_said_once() {
    for fixture in [
        "fail.tf",
        "fail-named.tf",
        "fail-rules.tf",
        "fail-endpoint.tf",
    ] {
        assert_eq!(broken("NET-005", fixture), 1, "{fixture}");
    }
}

#[test]
fn what_went_over_the_network_can_be_told_afterwards() {
    breaks("NET-008", "fail.tf", None);
    breaks("NET-008", "fail-other-subnet.yaml", None);
    breaks("NET-008", "fail-partial.tf", Some("partial"));
    holds("NET-008", "pass.tf");
    holds("NET-008", "pass-subnet.tf");
}
