//! Claims about execution roles, and what they may do.

use super::{breaks, holds};

#[test]
fn a_job_runs_under_the_role_given_at_creation_which_sagemaker_must_be_trusted_to_assume() {
    breaks("IAM-001", "fail.tf", None);
    holds("IAM-001", "pass.tf");
}
