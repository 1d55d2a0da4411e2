//! What other tools get wrong, as far as it is known: each input with what has to be said of it.

use plangate::finding::{Finding, FindingVerdict, Severity};

use super::{breaks, holds, said_of};

fn says(rule: &str, input: &str, code: Option<&str>) -> bool {
    let (verdict, findings) = said_of(rule, &format!("testdata/inputs/peers/{input}"));
    let is_it = |one: &Finding| one.verdict == FindingVerdict::Broken && one.code == code;
    verdict == "broken" && findings.iter().any(is_it)
}

#[test]
fn a_role_that_lies_outside_of_the_template_is_not_known_and_not_missing() {
    let input = "testdata/inputs/peers/role-outside.yaml";
    let (verdict, findings) = said_of("IAM-001", input);
    assert_eq!(verdict, "unsure");
    let hinges = findings.iter().flat_map(|one| &one.hinges_on);
    let reasons: Vec<_> = hinges.map(|one| one.reason.as_str()).collect();
    assert_eq!(reasons, ["external resource"]);
    for rule in ["IAM-002", "IAM-010", "IAM-011"] {
        assert_eq!(said_of(rule, input).0, "not applicable", "{rule}");
    }
}

#[test]
fn a_policy_that_is_encoded_with_the_arn_of_a_new_bucket_is_read_from_the_source_and_else_unknown()
{
    let (of_plan, _) = said_of("IAM-011", "testdata/inputs/peers/encoded-policy.plan.json");
    assert_eq!(of_plan, "unsure");
    assert!(says("IAM-011", "encoded-policy", None));
}

#[test]
fn amazon_sagemaker_full_access_does_not_read_data_under_a_customer_key() {
    assert!(says(
        "PATH-001",
        "full-access",
        Some("kms-decrypt-missing-identity")
    ));
    assert!(says("IAM-011", "full-access", None));
}

#[test]
fn a_job_with_nothing_set_whose_role_may_use_all_of_sagemaker_is_neither_safe_nor_able_to_run() {
    for (rule, code) in [
        ("PJ-001", None),
        ("PJ-005", None),
        ("IAM-011", None),
        ("S3-012", None),
        ("PATH-003", Some("ecr-token-missing")),
    ] {
        assert!(says(rule, "job-without-more", code), "{rule}");
    }
}

#[test]
fn a_job_without_network_keys_and_encryption_between_its_instances_is_not_passed_over() {
    for input in ["job-with-nothing-set", "job-with-nothing-set.yaml"] {
        for rule in ["PJ-001", "PJ-003", "PJ-004", "PJ-005"] {
            assert!(says(rule, input, None), "{rule} on {input}");
        }
    }
}

#[test]
fn a_new_bucket_without_a_public_access_block_is_worth_a_low_remark_only() {
    let (verdict, findings) = said_of("S3-003", "testdata/inputs/peers/new-bucket.plan.json");
    assert_eq!(verdict, "broken");
    let said: Vec<_> = findings
        .iter()
        .map(|one| (one.code, one.severity))
        .collect();
    assert_eq!(said, [(Some("not-explicit"), Severity::Low)]);
    // Without a plan nobody knows whether it is new.
    for input in ["new-bucket", "new-bucket.yaml"] {
        let (verdict, _) = said_of("S3-003", &format!("testdata/inputs/peers/{input}"));
        assert_eq!(verdict, "unsure", "{input}");
    }
}

#[test]
fn a_notebook_that_says_nothing_about_the_internet_has_direct_access_to_it() {
    for form in [
        "fail-absent.tf",
        "fail-absent.plan.json",
        "fail-absent.yaml",
    ] {
        breaks("NB-001", form, None);
    }
}

#[test]
fn a_template_with_an_open_notebook_is_judged_as_terraform_is() {
    for rule in ["NB-001", "NB-002", "NB-003"] {
        assert!(says(rule, "notebook-open.yaml", None), "{rule}");
    }
}

#[test]
fn an_alias_of_aws_is_no_customer_key() {
    for form in [
        "fail-aws-managed.tf",
        "fail-aws-managed.plan.json",
        "fail-aws-managed.yaml",
    ] {
        breaks("NB-005", form, None);
    }
}

#[test]
fn a_network_acl_is_judged_by_what_it_lets_through_and_not_for_being_there() {
    for form in ["pass.tf", "pass.plan.json", "pass.yaml"] {
        holds("NET-006", form);
    }
    for form in ["fail.tf", "fail.plan.json", "fail.yaml"] {
        breaks("NET-006", form, None);
    }
}

#[test]
fn a_group_without_egress_lets_nothing_out_in_terraform_and_everything_in_a_template() {
    let group = "workload-egress-admits-required-services/fail-absent";
    for form in ["tf", "plan.json"] {
        let input = format!("testdata/rules/{group}.{form}");
        let (verdict, findings) = said_of("NET-011", &input);
        assert_eq!(verdict, "broken", "{form}");
        assert!(findings.iter().all(|one| one.severity == Severity::High));
        assert_eq!(said_of("NET-003", &input).0, "holds", "{form}");
    }
    let template = "testdata/inputs/peers/group-without-egress.yaml";
    assert_eq!(said_of("NET-011", template).0, "holds");
    assert!(says("NET-003", "group-without-egress.yaml", None));
}
