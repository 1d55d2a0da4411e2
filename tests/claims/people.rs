//! Claims about people, and the groups that open notebooks.

use super::{breaks, holds};

#[test]
fn a_policy_on_a_group_grants_notebook_access_to_that_group() {
    breaks("ACC-001", "fail.tf", None);
    holds("ACC-001", "pass.tf");
}
