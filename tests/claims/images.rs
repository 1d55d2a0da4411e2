//! Claims about container images: where they lie, who pulls and who pushes them, and that they stay what they are.

use super::{breaks, holds};

#[test]
fn the_image_is_pulled_from_a_repository_that_is_not_public() {
    breaks("ECR-001", "fail.tf", None);
    breaks("ECR-001", "fail-foreign-account.plan.json", None);
    breaks("ECR-001", "fail-registry-open.tf", None);
    holds("ECR-001", "pass-private.tf");
    holds("ECR-001", "pass-trusted.tf");
}

#[test]
fn the_role_of_the_job_may_pull_the_image() {
    breaks("PATH-003", "fail.tf", None);
    holds("PATH-003", "pass.tf");
}

#[test]
fn code_in_an_image_stays_what_was_reviewed() {
    breaks("ECR-002", "fail-tag-of-job.tf", None);
    breaks("ECR-002", "fail-excepted.tf", None);
    holds("ECR-002", "pass.tf");
    holds("ECR-002", "pass-digest.tf");
}

#[test]
fn code_in_an_image_is_scanned_for_vulnerabilities() {
    breaks("ECR-003", "fail.tf", None);
    breaks("ECR-003", "fail-enhanced.tf", None);
    holds("ECR-003", "pass-registry.tf");
}

#[test]
fn images_are_encrypted_with_a_customer_key() {
    breaks("ECR-004", "fail-absent.tf", None);
    holds("ECR-004", "pass.tf");
}

#[test]
fn between_accounts_the_repository_has_to_let_the_role_in_too() {
    breaks("ECR-005", "fail.tf", None);
    breaks("ECR-005", "fail-two-providers.tf", None);
    holds("ECR-005", "pass-two-providers.tf");
}

#[test]
fn the_role_takes_permissions_to_read_images_and_none_to_change_them() {
    breaks("ECR-006", "fail.tf", None);
    breaks("ECR-006", "fail-everything.tf", None);
    holds("ECR-006", "pass.tf");
}

#[test]
fn the_token_for_the_registry_is_of_no_repository() {
    breaks("ECR-006", "fail-token.tf", Some("auth-token-needs-star"));
    breaks("ECR-006", "fail-token.yaml", Some("auth-token-needs-star"));
    holds("ECR-006", "pass.yaml");
}
