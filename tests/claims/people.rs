//! Claims about people, and the groups that open notebooks.

use super::{breaks, holds, said};

#[test]
fn a_policy_on_a_group_grants_notebook_access_to_that_group() {
    breaks("ACC-001", "fail.tf", Some("no-group-policy"));
    holds("ACC-001", "pass.tf");
}

#[test]
fn and_to_nobody_else() {
    breaks("ACC-002", "fail.tf", None);
    breaks("ACC-002", "fail-permission-set.tf", None);
    breaks("ACC-002", "fail-role.tf", None);
    holds("ACC-002", "pass.tf");
}

#[test]
fn people_have_no_more_than_they_need() {
    breaks("ACC-005", "fail.tf", None);
    breaks("IAM-010", "fail.tf", None);
    holds("ACC-005", "pass.tf");
    holds("IAM-010", "pass.tf");
}

#[test]
fn users_are_put_into_groups_and_policies_on_groups() {
    breaks("ACC-003", "fail.tf", None);
    holds("ACC-003", "pass.tf");
}

#[test]
fn the_way_leads_from_user_to_group_to_policy_to_starting_the_notebook() {
    breaks("ACC-001", "fail-start-missing.tf", Some("start-missing"));
    breaks("ACC-001", "fail-bounded-member.tf", None);
    holds("ACC-001", "pass.tf");
}

#[test]
fn a_policy_that_lets_a_group_create_notebooks_says_which() {
    breaks("ACC-006", "fail.tf", None);
    breaks("ACC-006", "fail-job.tf", Some("job-creation-unguarded"));
    holds("ACC-006", "pass.tf");
}

#[test]
fn all_resources_in_a_group_policy_open_the_notebooks_of_every_team() {
    let (verdict, findings) = said("ACC-005", "fail.tf");
    assert_eq!(verdict, "broken");
    let severities: Vec<_> = findings.iter().map(|one| one.severity.name()).collect();
    assert_eq!(severities, ["medium"]);
}

#[test]
fn studio_by_single_sign_on_is_valid_but_no_policy_of_a_group_governs_it() {
    breaks("ACC-009", "fail.tf", None);
    holds("ACC-009", "pass.tf");
    // Where it is meant, settings say so.
    holds("ACC-009", "pass-mixed.tf");
}

/// Other tools ask for single sign-on instead of users.
#[test]
fn users_in_groups_are_a_sound_way_into_studio() {
    holds("ACC-009", "pass-users-in-groups.tf");
}

#[test]
fn a_role_is_for_the_workload_and_lets_nobody_in() {
    breaks("ACC-004", "fail.tf", Some("role-mistaken-for-user-access"));
    breaks("IAM-001", "fail.tf", None);
    holds("ACC-004", "pass.tf");
    holds("IAM-001", "pass.tf");
}

#[test]
fn security_groups_are_a_firewall_and_know_no_people() {
    breaks("ACC-010", "fail.tf", None);
    breaks("NET-004", "fail.tf", None);
    holds("ACC-010", "pass.tf");
}

#[test]
fn endpoints_are_a_private_connection_and_know_no_people() {
    breaks("ACC-010", "fail.tf", None);
    breaks("VPCE-011", "fail.tf", None);
    holds("VPCE-011", "pass.tf");
}

#[test]
fn teams_projects_and_environments_are_kept_apart() {
    breaks("ACC-005", "fail-two-groups.tf", None);
    breaks("ACC-005", "fail-tags.tf", Some("tag-boundary-tamperable"));
    holds("ACC-005", "pass-tags.tf");
}
