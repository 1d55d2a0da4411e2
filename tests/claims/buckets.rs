//! Claims about the buckets that hold the data.

use super::{breaks, holds};

#[test]
fn data_at_rest_lies_under_a_customer_key_by_default() {
    breaks("S3-001", "fail.tf", Some("sse-s3"));
    breaks("S3-001", "fail-aws-managed.tf", Some("aws-managed-key"));
    holds("S3-001", "pass.tf");
    holds("S3-001", "pass-dsse.tf");
}

#[test]
fn regulated_data_must_be_encrypted_whatever_the_user_puts_up_with() {
    breaks("S3-001", "fail-allowed-sse-s3.tf", Some("sse-s3"));
}

#[test]
fn a_bucket_that_cannot_lie_under_a_key_of_the_user_is_not_asked_to() {
    holds("S3-001", "pass-log-destination.tf");
    breaks("S3-001", "fail-logs-into-itself.tf", Some("sse-s3"));
}

#[test]
fn a_private_bucket_blocks_public_access() {
    breaks("S3-003", "fail.tf", None);
    breaks("S3-003", "fail-omitted.tf", None);
    breaks("S3-003", "fail-public-acl.tf", None);
    holds("S3-003", "pass.tf");
    holds("S3-003", "pass-account-block.tf");
}

#[test]
fn a_private_bucket_lets_in_nobody_whom_its_policy_does_not_name() {
    breaks("S3-004", "fail.tf", None);
    breaks("S3-004", "fail-not-principal.tf", None);
    holds("S3-004", "pass.tf");
    holds("S3-004", "pass-source-vpce.tf");
}

#[test]
fn an_access_point_of_a_vpc_is_open_to_nobody_outside_of_it() {
    breaks("S3-004", "fail-access-point.tf", None);
    holds("S3-004", "pass-access-point-of-vpc.tf");
}

#[test]
fn data_in_transit_takes_tls_which_encryption_at_rest_does_not_bring() {
    breaks("S3-005", "fail.tf", None);
    breaks("S3-005", "fail-partial.tf", Some("partial"));
    holds("S3-005", "pass.tf");
}

#[test]
fn a_private_bucket_lets_in_other_accounts_only_where_the_user_trusts_them() {
    breaks("S3-006", "fail.plan.json", None);
    breaks("S3-006", "fail-put-bucket-policy.plan.json", None);
    holds("S3-006", "pass-trusted-account.tf");
    holds("S3-006", "pass-organization.tf");
    breaks("S3-006", "fail-other-organization.tf", None);
}

#[test]
fn a_private_bucket_says_from_where_it_is_read_and_written() {
    breaks("S3-007", "fail-absent.tf", None);
    breaks("S3-007", "fail-reading-only.tf", Some("partial"));
    breaks("S3-007", "fail-writing-only.tf", Some("partial"));
    holds("S3-007", "pass.tf");
    holds("S3-007", "pass-organization.tf");
}

#[test]
fn a_perimeter_names_an_endpoint_that_is_there() {
    let unknown = Some("unknown-endpoint-in-perimeter");
    breaks("S3-007", "fail-unknown-endpoint.tf", unknown);
    holds("S3-007", "pass-endpoint-elsewhere.tf");
}

#[test]
fn an_audit_log_tells_who_read_the_data() {
    breaks("S3-008", "fail.tf", None);
    breaks("S3-008", "fail-management-only.tf", None);
    breaks("S3-008", "fail-writing-only.tf", Some("partial"));
    holds("S3-008", "pass.tf");
    holds("S3-008", "pass-trail.tf");
    holds("S3-008", "pass-advanced.tf");
}

#[test]
fn data_is_not_copied_out_of_the_own_accounts() {
    breaks("S3-009", "fail.tf", None);
    breaks("S3-009", "fail-foreign-key.tf", Some("foreign-key"));
    breaks("S3-009", "fail-role.tf", Some("role-trusts-others"));
    holds("S3-009", "pass-own-account.tf");
}

#[test]
fn an_access_point_is_no_side_door_around_the_policy_of_its_bucket() {
    breaks("S3-010", "fail.tf", Some("public-access-not-blocked"));
    breaks("S3-010", "fail-open-to-account.tf", Some("open-to-account"));
    holds("S3-010", "pass-not-delegated.tf");
}
