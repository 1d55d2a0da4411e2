//! Claims about Processing jobs: what they run, as whom, and what becomes of the data.

use super::{breaks, holds};

#[test]
fn jobs_run_under_a_role_and_not_as_a_user() {
    breaks("PJ-008", "fail.tf", None);
    breaks("PJ-008", "fail-absent.tf", None);
    holds("PJ-008", "pass.tf");
    holds("PJ-008", "pass-reference.tf");
}

#[test]
fn the_code_runs_in_a_container_image_of_the_own_registry() {
    breaks("PJ-009", "fail.tf", None);
    breaks("PJ-009", "fail-docker-hub.tf", None);
    breaks("PJ-009", "fail-state-machine.tf", None);
    holds("PJ-009", "pass.tf");
    holds("PJ-009", "pass-of-sagemaker.tf");
}

#[test]
fn the_image_is_always_the_same() {
    breaks("PJ-010", "fail.tf", None);
    breaks("PJ-010", "fail-mutable.plan.json", None);
    holds("PJ-010", "pass.tf");
    holds("PJ-010", "pass-immutable.plan.json");
}

#[test]
fn preprocessing_runs_in_a_network_of_the_customer_that_lets_nothing_out() {
    breaks("PJ-001", "fail.tf", None);
    holds("PJ-001", "pass.tf");
    breaks("PJ-002", "fail.tf", None);
    holds("PJ-002", "pass.tf");
}

#[test]
fn encryption_at_rest_does_not_protect_what_travels_between_instances() {
    breaks("PJ-003", "fail.tf", None);
    holds("PJ-003", "pass.tf");
}

#[test]
fn scratch_volumes_and_results_are_under_the_customer_key() {
    breaks("PJ-004", "fail.tf", None);
    holds("PJ-004", "pass.tf");
    breaks("PJ-005", "fail.tf", None);
    holds("PJ-005", "pass.tf");
}

#[test]
fn processed_data_is_encrypted_with_the_key_of_the_bucket_that_it_is_uploaded_to() {
    breaks("PJ-006", "fail.tf", None);
    breaks("PJ-006", "fail-monitor.tf", None);
    holds("PJ-006", "pass.tf");
}

#[test]
fn data_are_read_from_and_written_back_to_the_same_bucket_and_no_other() {
    breaks("PJ-011", "fail.tf", None);
    breaks(
        "PJ-011",
        "fail-default-bucket.tf",
        Some("default-bucket-used"),
    );
    holds("PJ-011", "pass.tf");
}

#[test]
fn resources_are_released_when_the_job_ends() {
    breaks("PJ-012", "fail.tf", None);
    holds("PJ-012", "pass.tf");
}

#[test]
fn access_keys_of_users_have_no_place_in_a_job() {
    breaks("PJ-007", "fail.tf", None);
    breaks("PJ-007", "fail-literal.tf", None);
    holds("PJ-007", "pass.tf");
}
