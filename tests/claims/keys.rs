//! Claims about KMS keys.

use super::{breaks, holds};

#[test]
fn automatic_rotation_is_what_a_customer_key_has_over_the_encryption_of_s3() {
    breaks("KMS-001", "fail.tf", None);
    holds("KMS-001", "pass.tf");
}

#[test]
fn reading_encrypted_data_takes_s3_read_on_the_role_and_decrypt_for_it_in_the_key_policy() {
    let missing = Some("kms-decrypt-missing-identity");
    breaks("PATH-001", "fail-full-access.tf", missing);
    breaks("KMS-004", "fail.tf", None);
    holds("KMS-004", "pass.tf");
}

#[test]
fn a_key_policy_that_only_delegates_is_enough_unless_the_user_asks_for_more() {
    holds("KMS-004", "pass-delegated.tf");
    let delegates = Some("key-policy-delegates-only");
    breaks("KMS-004", "fail-delegates-only.tf", delegates);
}

#[test]
fn a_key_policy_says_by_which_service_a_key_may_be_used() {
    breaks("KMS-011", "fail.tf", None);
    holds("KMS-011", "pass.tf");
}

#[test]
fn a_condition_on_the_network_keeps_s3_away_from_the_key() {
    let network = Some("network-condition-on-sse-kms");
    breaks("KMS-011", "fail-network.tf", network);
    holds("KMS-011", "pass-network-excepted.tf");
}

#[test]
fn the_encryption_context_is_the_bucket_where_bucket_keys_are_on() {
    let mismatch = Some("bucket-key-context-mismatch");
    breaks("KMS-011", "fail-context.tf", mismatch);
    holds("KMS-011", "pass-object-context.tf");
}

#[test]
fn a_key_policy_says_which_principals_may_use_a_key() {
    breaks("KMS-002", "fail.tf", None);
    breaks("KMS-003", "fail.plan.json", None);
    breaks("KMS-005", "fail.tf", None);
    holds("KMS-005", "pass.tf");
}

#[test]
fn a_condition_that_everybody_meets_closes_nothing() {
    breaks("KMS-002", "fail-principal-arn-pattern.tf", None);
}

#[test]
fn a_policy_that_stands_beside_its_key_is_read() {
    breaks("KMS-002", "fail-key-policy-resource.tf", None);
    breaks(
        "KMS-002",
        "fail-two-policies.tf",
        Some("two-policies-for-one-key"),
    );
}

#[test]
fn who_administers_a_key_does_not_use_it() {
    breaks("KMS-005", "fail-admin.tf", Some("admin-can-decrypt"));
}

#[test]
fn a_key_is_made_to_be_used_and_to_be_kept() {
    breaks("KMS-007", "fail.tf", None);
    breaks("KMS-007", "fail-window.tf", Some("short-deletion-window"));
    holds("KMS-007", "pass.tf");
}

#[test]
fn an_alias_is_for_people_and_opens_no_key() {
    breaks("KMS-008", "fail.tf", None);
    breaks("KMS-009", "fail.tf", None);
    holds("KMS-009", "pass.tf");
}

#[test]
fn a_role_decrypts_under_the_keys_that_it_needs() {
    breaks("KMS-010", "fail.tf", None);
    holds("KMS-010", "pass.tf");
}

#[test]
fn fine_grained_control_ends_where_anybody_may_be_granted_the_key() {
    breaks("KMS-006", "fail.tf", None);
    holds("KMS-006", "pass.tf");
}

#[test]
fn accounts_of_others_read_encrypted_data_where_its_key_lets_them_in() {
    breaks("KMS-003", "fail.plan.json", None);
    breaks("KMS-013", "fail-key-policy.plan.json", None);
    holds("KMS-013", "pass.tf");
}

#[test]
fn the_encryption_of_s3_has_no_key_to_control_and_none_to_share() {
    breaks("S3-001", "fail.tf", Some("sse-s3"));
    breaks("KMS-013", "fail.plan.json", None);
    holds("KMS-013", "pass-sse-s3.tf");
}

#[test]
fn sensitive_data_lies_under_a_customer_key_at_rest() {
    breaks("S3-001", "fail.tf", None);
    breaks("NB-005", "fail-aws-managed.tf", None);
    breaks("PJ-004", "fail.tf", None);
    breaks("PJ-005", "fail.tf", None);
    holds("NB-005", "pass.tf");
}

#[test]
fn encryption_at_rest_is_none_in_transit() {
    breaks("S3-005", "fail.tf", None);
    breaks("PJ-003", "fail.tf", None);
}

#[test]
fn the_key_of_the_data_on_a_volume_gives_no_access_to_the_data() {
    breaks("KMS-012", "fail.tf", None);
    holds("KMS-012", "pass.tf");
}
