//! Claims about data in buckets: how it is uploaded, whom denials hit, which buckets a role reaches.

use super::{breaks, holds};

const DEFAULT: Option<&str> = Some("denies-default-encryption");

#[test]
fn data_is_uploaded_encrypted_with_the_key() {
    breaks("S3-002", "fail.tf", None);
    holds("S3-002", "pass.tf");
    breaks("S3-002", "fail-other-key.tf", None);
}

#[test]
fn regulated_data_must_be_encrypted_whoever_uploads_it_and_wherever() {
    breaks("S3-002", "fail-absent.tf", None);
    breaks("S3-002", "fail-some-only.tf", Some("partial"));
    breaks("S3-002", "fail-one-folder.tf", Some("partial"));
    breaks("S3-002", "fail-sse-s3.tf", None);
}

#[test]
fn a_demand_for_a_header_denies_who_relies_on_the_default_and_if_exists_does_not_help() {
    breaks("S3-002", "fail-default-job.tf", DEFAULT);
    breaks("S3-002", "fail-default-notebook.tf", DEFAULT);
    holds("S3-002", "pass-job.tf");
}

#[test]
fn a_smooth_workflow_means_that_no_bucket_denies_its_own_workloads() {
    breaks("S3-011", "fail.tf", None);
    holds("S3-011", "pass.tf");
    breaks("S3-011", "fail-principal-list.tf", None);
    holds("S3-011", "pass-principal-list.tf");
    breaks("S3-011", "fail-not-principal.tf", None);
    breaks("S3-011", "fail-other-key.tf", None);
}

#[test]
fn direct_internet_access_passes_the_endpoint_by_that_the_bucket_asks_for() {
    breaks("S3-011", "fail-direct-internet.tf", None);
    holds("S3-011", "pass-notebook.tf");
}

#[test]
fn a_role_is_for_the_relevant_bucket() {
    breaks("S3-012", "fail.tf", None);
    breaks("S3-012", "fail-pattern.tf", None);
    breaks("S3-012", "fail-other-bucket.tf", Some("other-bucket"));
    holds("S3-012", "pass.tf");
}

#[test]
fn permissions_that_concentrate_in_one_role_do_not_change_the_bucket() {
    breaks("S3-012", "fail-changes.tf", Some("bucket-changes"));
}

#[test]
fn what_bounds_a_role_bounds_its_buckets() {
    holds("S3-012", "pass-boundary.tf");
    holds("S3-012", "pass-denied.tf");
    holds("S3-012", "pass-tagged.tf");
}
