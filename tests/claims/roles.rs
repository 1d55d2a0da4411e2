//! Claims about execution roles, and what they may do.

use super::{breaks, holds, said, said_of};

#[test]
fn a_job_runs_under_the_role_given_at_creation_which_sagemaker_must_be_trusted_to_assume() {
    breaks("IAM-001", "fail.tf", None);
    breaks("IAM-001", "fail-job.tf", None);
    holds("IAM-001", "pass.tf");
}

#[test]
fn the_role_is_attached_to_the_notebook_instance_and_nobody_else_takes_it() {
    breaks("IAM-002", "fail-used-by-notebook.tf", None);
    breaks("IAM-002", "fail-wildcard.tf", None);
    breaks(
        "IAM-002",
        "fail-shared-with-other-service.tf",
        Some("role-shared-with-other-service"),
    );
    holds("IAM-002", "pass.tf");
}

#[test]
fn trust_between_roles_must_be_set_up_and_may_leave_a_workload_out() {
    breaks("IAM-003", "fail.tf", None);
    breaks(
        "IAM-003",
        "fail-started-job.tf",
        Some("source-arn-excludes-workload"),
    );
    holds("IAM-003", "pass-source-arn.tf");
}

#[test]
fn the_notebook_role_may_call_create_processing_job() {
    breaks("IAM-004", "fail.tf", None);
    holds("IAM-004", "pass.tf");
}

#[test]
fn the_notebook_role_may_pass_the_job_role_to_sagemaker_under_conditions() {
    breaks("IAM-005", "fail.tf", None);
    breaks("IAM-005", "fail-service.tf", None);
    holds("IAM-005", "pass.tf");
    breaks("IAM-006", "fail.tf", None);
    breaks("IAM-006", "fail-no-condition.tf", None);
    holds("IAM-006", "pass.tf");
}

#[test]
fn all_needed_permissions_can_be_managed_in_one_role_which_may_then_pass_itself() {
    holds("IAM-005", "pass-itself.tf");
    holds("IAM-006", "pass-itself.tf");
    holds("IAM-007", "pass-single-wanted.tf");
}

#[test]
fn one_role_concentrates_permissions() {
    breaks(
        "IAM-007",
        "fail-single.tf",
        Some("single-role-concentrates-permissions"),
    );
}

#[test]
fn split_roles_separate_the_notebook_from_the_job() {
    holds("IAM-007", "pass.tf");
    breaks(
        "IAM-007",
        "fail-data-access.tf",
        Some("split-notebook-has-data-access"),
    );
    breaks(
        "IAM-007",
        "fail-job-role-starts.tf",
        Some("split-job-role-starts-jobs"),
    );
}

#[test]
fn a_split_that_misses_the_single_complete_path_works_for_nobody() {
    for fixture in ["fail.tf", "fail-job-role.tf"] {
        breaks("IAM-007", fixture, Some("split-incomplete"));
        let (_, findings) = said("IAM-007", fixture);
        let words = "misses the single complete execution-permission path";
        assert!(findings.iter().any(|one| one.message.contains(words)));
    }
}

#[test]
fn access_keys_of_users_are_wrong_for_jobs_and_roles_are_recommended() {
    breaks("IAM-008", "fail.tf", None);
    breaks("IAM-008", "fail-data-permissions.tf", None);
    holds("IAM-008", "pass.tf");
    for fixture in [
        "fail.tf",
        "fail-job-environment.tf",
        "fail-parameter.tf",
        "fail-secret.tf",
        "fail-lambda.tf",
        "fail-output.tf",
    ] {
        breaks("IAM-009", fixture, None);
    }
    holds("IAM-009", "pass.tf");
}

#[test]
fn least_privilege_is_easy_to_keep_with_one_role_and_easy_to_lose() {
    breaks("IAM-010", "fail.tf", None);
    holds("IAM-010", "pass.tf");
    breaks("IAM-011", "fail.tf", None);
    breaks("IAM-011", "fail-full-access.tf", None);
    holds("IAM-011", "pass.tf");
    breaks("IAM-012", "fail.tf", None);
    holds("IAM-012", "pass.tf");
}

#[test]
fn users_are_put_in_groups_and_policies_on_groups() {
    breaks("IAM-013", "fail.tf", None);
    holds("IAM-013", "pass.tf");
    breaks(
        "IAM-012",
        "fail-membership.tf",
        Some("group-membership-writable"),
    );
}

#[test]
fn a_job_in_a_vpc_makes_its_interfaces_with_its_role_and_leaves_logs() {
    breaks("IAM-014", "fail.tf", None);
    breaks("IAM-014", "fail-logs.tf", None);
    holds("IAM-014", "pass.tf");
}

#[test]
fn the_iam_policy_of_the_users_is_limited_to_the_sagemaker_api() {
    breaks("IAM-015", "fail.tf", None);
    breaks("IAM-015", "fail-admitted-user.tf", None);
    breaks("IAM-015", "fail-region.tf", Some("region-not-restricted"));
    holds("IAM-015", "pass.tf");
}

#[test]
fn whatever_else_starts_a_job_needs_the_same_path() {
    breaks("IAM-016", "fail.tf", None);
    breaks("IAM-016", "fail-passrole.tf", None);
    breaks(
        "IAM-016",
        "fail-network-condition.tf",
        Some("network-condition-on-service-caller"),
    );
    holds("IAM-016", "pass.tf");
}

#[test]
fn a_key_that_may_not_be_made_at_all_is_unsure() {
    let (verdict, findings) = said_of("IAM-008", "testdata/inputs/perhaps-key");
    assert_eq!(verdict, "unsure", "{findings:#?}");
}
