//! Claims about endpoints, and the private way to services.

use plangate::finding::Severity;

use super::{breaks, holds, said};

#[test]
fn an_endpoint_is_the_private_way_and_the_internet_the_public_one() {
    // Without an endpoint the calls of a private notebook leave by the NAT gateway, or not at all.
    breaks("VPCE-001", "fail.tf", None);
    breaks("VPCE-001", "fail-no-route.tf", Some("no-route"));
    holds("VPCE-001", "pass.tf");
}

#[test]
fn a_private_notebook_has_a_private_subnet_and_an_endpoint() {
    holds("VPCE-001", "pass.tf");
    holds("VPCE-006", "pass.tf");
    holds("VPCE-007", "pass.tf");
    holds("VPCE-011", "pass.tf");
}

#[test]
fn an_endpoint_is_no_way_where_names_do_not_lead_to_it() {
    for form in ["fail.tf", "fail.plan.json", "fail.yaml"] {
        breaks("VPCE-006", form, Some("dns"));
    }
    breaks("VPCE-006", "fail-vpc.tf", Some("dns"));
    // Over a NAT gateway the call arrives, past the endpoint and its policy.
    let (_, findings) = said("VPCE-006", "fail-nat.tf");
    assert!(findings.iter().all(|one| one.severity == Severity::Medium));
}

#[test]
fn an_endpoint_policy_says_who_may_use_the_path() {
    breaks("VPCE-002", "fail.tf", None);
    holds("VPCE-002", "pass.tf");
    breaks("VPCE-003", "fail.tf", None);
    holds("VPCE-003", "pass.tf");
}

#[test]
fn endpoint_policy_and_iam_policy_control_access_to_the_api_together() {
    breaks("VPCE-004", "fail.tf", None);
    holds("VPCE-004", "pass.tf");
}

#[test]
fn a_security_group_admits_machines_to_an_endpoint_and_cannot_tell_users_apart() {
    breaks("VPCE-005", "fail.tf", None);
    breaks(
        "VPCE-005",
        "fail-not-admitted.tf",
        Some("workload-not-admitted"),
    );
    holds("VPCE-005", "pass.tf");
    // Beside a correct group, the policy is still what is missing.
    breaks("VPCE-004", "fail.tf", None);
}

#[test]
fn a_path_to_s3_is_no_way_out_for_the_data() {
    breaks("VPCE-008", "fail.tf", None);
    holds("VPCE-008", "pass.tf");
    breaks("VPCE-009", "fail.tf", None);
}

#[test]
fn the_endpoint_of_the_runtime_is_for_inference_and_not_for_the_api() {
    breaks("VPCE-012", "fail.tf", None);
    holds("VPCE-012", "pass.tf");
}

#[test]
fn an_endpoint_in_a_single_public_subnet_is_said() {
    breaks("VPCE-013", "fail.tf", None);
    holds("VPCE-013", "pass.tf");
}

#[test]
fn nothing_that_the_workflow_calls_is_denied_on_the_way() {
    breaks("VPCE-010", "fail.tf", None);
    holds("VPCE-010", "pass.tf");
    for form in ["fail.tf", "fail.plan.json", "fail.yaml"] {
        breaks("NET-011", form, Some("sg-egress"));
    }
    holds("NET-011", "pass.tf");
    breaks("NET-010", "fail.tf", None);
    holds("NET-010", "pass.tf");
}

#[test]
fn one_group_that_keeps_several_workloads_from_a_service_is_one_cause() {
    let (_, findings) = said("NET-011", "fail-s3.tf");
    let messages: Vec<_> = findings.iter().map(|one| one.message.as_str()).collect();
    let [message] = messages.as_slice() else {
        panic!("{messages:?}");
    };
    for workload in [
        "aws_sagemaker_notebook_instance.claims",
        "awscc_sagemaker_processing_job.features",
    ] {
        assert!(message.contains(workload), "{message}");
    }
    // The proof of the workload does not say it again.
    let input = "testdata/rules/workload-egress-admits-required-services/fail-s3.tf";
    assert_ne!(super::said_of("PATH-007", input).0, "broken");
}

#[test]
fn a_vpc_isolates_so_that_a_workload_belongs_to_one() {
    for form in ["fail.tf", "fail.plan.json", "fail.yaml"] {
        breaks("NET-012", form, Some("other-vpc"));
    }
    holds("NET-012", "pass.tf");
}

#[test]
fn an_availability_zone_is_what_a_workload_stops_with() {
    breaks("NET-012", "fail-one-zone.tf", Some("one-availability-zone"));
    let (_, findings) = said("NET-012", "fail-one-zone.tf");
    assert!(findings.iter().all(|one| one.severity == Severity::Info));
}
