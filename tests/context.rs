//! States as inputs, and plans and states of other roots as context: what is outside a root is known once
//! somebody tells it.
#![expect(clippy::unwrap_used, reason = "a helper of a test fails the test")]

use std::path::{Path, PathBuf};

use plangate::finding::{FindingVerdict, Report, Status};
use plangate::rules::RULES;
use plangate::{Options, check};
use serde_json::Value;

const ANALYSIS: &str = "testdata/context/analysis/plan.json";
const SECURITY_PLAN: &str = "testdata/context/security/plan.json";
const NETWORK: &str = "testdata/context/network/state.json";
const SECURITY: &str = "testdata/context/security/state.json";

fn report(input: &str, context: &[&str]) -> Report {
    check(&Options {
        inputs: vec![input.to_owned()],
        context: context.iter().map(|path| (*path).to_owned()).collect(),
        rules: RULES.iter().collect(),
        ..Options::default()
    })
}

/// A folder of this test's own.
fn scratch(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(&folder).unwrap();
    folder
}

/// The state with something changed, as a file.
fn changed(name: &str, change: impl FnOnce(&mut Value)) -> String {
    let text = std::fs::read_to_string(SECURITY).unwrap();
    let mut state = serde_json::from_str(&text).unwrap();
    change(&mut state);
    let path = scratch(name).join("state.json");
    std::fs::write(&path, state.to_string()).unwrap();
    path.to_string_lossy().into_owned()
}

fn values<'v>(state: &'v mut Value, address: &str) -> &'v mut Value {
    let resources = state.pointer_mut("/values/root_module/resources");
    let resources = resources.unwrap().as_array_mut().unwrap();
    let found = resources.iter_mut().find(|one| one["address"] == address);
    &mut found.unwrap()["values"]
}

fn verdicts(report: &Report) -> Vec<&'static str> {
    let paths = report.paths.iter();
    paths.map(|path| path.verdict.name()).collect()
}

fn said(report: &Report, verdict: FindingVerdict) -> Vec<String> {
    let findings = report.findings.iter();
    let findings = findings.filter(|finding| finding.verdict == verdict);
    findings
        .map(|finding| match finding.code {
            Some(code) => format!("{}/{code}", finding.alias),
            None => finding.alias.to_owned(),
        })
        .collect()
}

#[test]
fn what_another_root_makes_decides_what_was_open() {
    let alone = report(ANALYSIS, &[]);
    assert_eq!(verdicts(&alone), ["unsure"]);
    let unsure = said(&alone, FindingVerdict::Unsure);
    for alias in ["PG-IAM-001", "PG-PATH-001", "PG-PATH-006"] {
        assert!(unsure.iter().any(|one| one == alias), "{unsure:?}");
    }
    let supply = alone.findings.iter().flat_map(|one| &one.hinges_on);
    assert!(
        supply
            .map(|one| &one.supply)
            .all(|how| how.contains("--context"))
    );

    let among = report(ANALYSIS, &[SECURITY]);
    assert_eq!(verdicts(&among), ["proven"]);
    // The network of a third root is still not known.
    let unsure = said(&among, FindingVerdict::Unsure);
    assert_eq!(
        unsure,
        ["PG-PATH-009", "PG-PATH-007", "PG-NET-001", "PG-NET-004"]
    );
    let role = "state.json:aws_iam_role.this";
    assert_eq!(among.paths.first().unwrap().role, role);
    // Nothing of the other root is judged, and its role is not the estate's of the same address.
    let mut findings = among.findings.iter();
    assert!(findings.all(|one| one.resource.address == "aws_sagemaker_notebook_instance.this"));
}

#[test]
fn networks_of_other_roots_are_followed() {
    let report = report(ANALYSIS, &[SECURITY, NETWORK]);
    assert_eq!(said(&report, FindingVerdict::Unsure), [""; 0]);
    // None of the three roots makes groups, nor all that the notebook needs of the network.
    let found = [
        "PG-ACC-001/people-elsewhere",
        "PG-NB-004",
        "PG-NB-003",
        "PG-VPCE-001/no-route",
        "PG-VPCE-011/no-route",
        "PG-PATH-007/sg-egress",
        "PG-PATH-009/s3-endpoint-foreign-bucket",
    ];
    assert_eq!(said(&report, FindingVerdict::Broken), found);
    // What it reads goes through the endpoint of that network.
    let mut hops = report.paths.iter().flat_map(|path| &path.hops);
    let read = hops.find(|hop| hop.name == "read-data").unwrap();
    assert_eq!(
        read.through.as_deref(),
        Some("testdata/context/network/state.json:aws_vpc_endpoint.s3")
    );
}

#[test]
fn what_another_root_denies_is_broken() {
    let path = changed("key-policy", |state| {
        let key = values(state, "aws_kms_key.data");
        let policy = key["policy"].as_str().unwrap();
        key["policy"] = policy.replace("kms:Decrypt", "kms:Encrypt").into();
    });
    let report = report(ANALYSIS, &[&path]);
    assert_eq!(verdicts(&report), ["broken"]);
    let code = "PG-PATH-001/kms-decrypt-missing-key-policy";
    let mut findings = report.findings.iter();
    let finding = findings.find(|one| one.code == Some("kms-decrypt-missing-key-policy"));
    let finding = finding.unwrap_or_else(|| panic!("{code}: {:?}", report.findings));
    // What another root makes cannot be written as a reference.
    let arn = "identifiers = [\"arn:aws:iam::111122223333:role/trial-analysis\"]";
    assert!(finding.help.contains(arn), "{}", finding.help);
}

#[test]
fn what_another_root_attaches_is_all_that_is_attached() {
    let path = changed("detached", |state| {
        let resources = state.pointer_mut("/values/root_module/resources");
        let resources = resources.unwrap().as_array_mut().unwrap();
        resources.retain(|one| one["type"] != "aws_iam_role_policy_attachment");
    });
    let report = report(ANALYSIS, &[&path]);
    let hops = report.paths.iter().flat_map(|path| &path.hops);
    assert!(hops.clone().all(|hop| hop.hinges_on.is_empty()));
    assert!(hops.clone().all(|hop| hop.name != "read-data"));
}

#[test]
fn a_plan_of_another_root_tells_what_it_will_make() {
    let report = report(ANALYSIS, &[SECURITY_PLAN]);
    let hops = report.paths.iter().flat_map(|path| &path.hops);
    let hops: Vec<_> = hops
        .map(|hop| (hop.name, serde_json::to_value(hop.decision).unwrap()))
        .collect();
    for name in ["assume-role", "list-data", "read-data"] {
        assert!(hops.contains(&(name, "allowed".into())), "{hops:?}");
    }
    // A key that is not made yet has no ARN that anybody could name.
    assert!(hops.contains(&("grant-volume-key", "undecided".into())));
    let input = report.inputs.last().unwrap();
    let text = std::fs::read_to_string(SECURITY_PLAN).unwrap();
    let plan: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(input.date.as_deref(), plan["timestamp"].as_str());
}

#[test]
fn an_estate_wins_over_its_own_state() {
    let alone = report(SECURITY_PLAN, &[]);
    let among = report(SECURITY_PLAN, &[SECURITY]);
    assert_eq!(alone.findings, among.findings);
    assert_eq!(alone.paths, among.paths);
    // Also where that state is older: what the plan takes away from the role is not there.
    let path = changed("older", |state| {
        let role = values(state, "aws_iam_role.this");
        role["assume_role_policy"] = "{}".into();
        let attachment = values(state, "aws_iam_role_policy_attachment.read");
        attachment["policy_arn"] = "arn:aws:iam::aws:policy/AdministratorAccess".into();
    });
    assert_eq!(alone.findings, report(SECURITY_PLAN, &[&path]).findings);
}

#[test]
fn one_root_told_twice_is_one_root() {
    let again = changed("again", |_| {});
    let once = report(ANALYSIS, &[SECURITY]);
    let twice = report(ANALYSIS, &[SECURITY, &again]);
    assert_eq!(verdicts(&once), verdicts(&twice));
    assert_eq!(once.findings.len(), twice.findings.len());
    // Files of one name are called by their paths.
    let role = &twice.paths.first().unwrap().role;
    assert_eq!(
        role,
        "testdata/context/security/state.json:aws_iam_role.this"
    );
}

#[test]
fn context_is_listed_and_not_counted() {
    let report = report(ANALYSIS, &[SECURITY]);
    let [own, other] = report.inputs.as_slice() else {
        panic!("{:?}", report.inputs);
    };
    assert_eq!((own.kind, own.context), ("terraform-plan", false));
    assert_eq!((other.kind, other.context), ("terraform-state", true));
    assert_eq!((own.resources, other.resources), (2, 0));
    assert_eq!(own.date, None);
    // The state does not say when it was made: the file does.
    let date = other.date.as_deref().unwrap();
    assert!(date.ends_with('Z') && date.len() == 20, "{date}");
}

#[test]
fn context_that_cannot_be_read_is_fatal() {
    let folder = scratch("unreadable");
    for (text, says) in [
        (r#"{"version": 4, "lineage": "x"}"#, "keeps for itself"),
        (r#"{"a": 1}"#, "no Terraform plan or state"),
        (
            "{\"format_version\": \"1.0\", \"values\": {",
            "is a Terraform state that cannot be read",
        ),
    ] {
        let path = folder.join("context.json");
        std::fs::write(&path, text).unwrap();
        let report = report(ANALYSIS, &[&path.to_string_lossy()]);
        let fatal: Vec<_> = report.problems.iter().filter(|one| one.fatal).collect();
        assert_eq!(fatal.len(), 1, "{text}");
        let message = &fatal.first().unwrap().message;
        assert!(message.contains(says), "{message}");
        // The input is judged all the same.
        assert_eq!(report.judged().count(), 1);
    }
    assert!(
        report(ANALYSIS, &["no-such.json"])
            .problems
            .iter()
            .any(|one| one.fatal)
    );
}

#[test]
fn a_state_is_judged_and_all_of_it_was_there() {
    let report = report(SECURITY, &[]);
    assert_eq!(report.problems, []);
    let input = report.inputs.first().unwrap();
    assert_eq!((input.kind, input.resources), ("terraform-state", 7));
    assert_eq!(input.account.as_deref(), Some("111122223333"));
    assert_eq!(input.region.as_deref(), Some("eu-central-1"));
    assert!(said(&report, FindingVerdict::Broken).contains(&"PG-S3-005".to_owned()));
    let mut findings = report.findings.iter();
    assert!(findings.all(|finding| finding.status == Status::Existing));
    // Nothing about the key hangs on what is not known.
    let mut unsure = report
        .findings
        .iter()
        .filter(|one| one.verdict == FindingVerdict::Unsure);
    assert!(unsure.all(|one| one.resource.kind == "bucket"));
}

#[test]
fn secrets_of_a_state_are_masked() {
    for (input, context) in [(SECURITY, &[][..]), (ANALYSIS, &[SECURITY][..])] {
        let options = Options {
            inputs: vec![input.to_owned()],
            context: context.iter().map(|path| (*path).to_owned()).collect(),
            ..Options::default()
        };
        let (mut model, mut first) = (Vec::new(), true);
        let problems = plangate::models(&options, &mut |printed| {
            printed.write(&mut first, &mut model).unwrap();
        });
        assert_eq!(problems, []);
        let model = String::from_utf8(model).unwrap();
        assert!(model.contains("aws_ssm_parameter.token"), "{model}");
        assert!(!model.contains("registry-token"), "{model}");
    }
}

#[test]
fn a_state_beside_a_plan_is_passed_over() {
    let judged = |report: &Report| -> Vec<String> {
        let inputs = report.judged();
        inputs.map(|input| input.path.clone()).collect()
    };
    let both = report("testdata/context/security", &[]);
    assert_eq!(judged(&both), [SECURITY_PLAN]);
    assert_eq!(both.passed_over, 1);

    let folder = scratch("state-alone");
    let path = folder.join("state.json");
    std::fs::copy(SECURITY, &path).unwrap();
    let path = path.to_string_lossy().into_owned();
    let folder = folder.to_string_lossy().into_owned();
    let alone = report(&folder, &[]);
    assert_eq!(judged(&alone), std::slice::from_ref(&path));
    assert_eq!(alone.problems, []);

    // What is there to tell what others make is not judged because it is found.
    let all = report("testdata/context", &[SECURITY, SECURITY_PLAN, NETWORK]);
    assert_eq!(judged(&all), [ANALYSIS]);
    // Saved answers are no inputs.
    assert_eq!(all.passed_over, 5);
}

#[test]
fn questions_know_other_roots() {
    let options = Options {
        inputs: vec![ANALYSIS.to_owned()],
        context: vec![SECURITY.to_owned()],
        ..Options::default()
    };
    let ask = |principal: &str, resource: &str| {
        let question = plangate::Question {
            principal: principal.to_owned(),
            action: "kms:Decrypt".to_owned(),
            resource: resource.to_owned(),
        };
        let outcome = plangate::can(&options, &question).unwrap();
        assert_eq!(outcome.not_found, [""; 0]);
        let answer = outcome.answers.first().unwrap();
        serde_json::to_value(answer.decision).unwrap()
    };
    let key = "arn:aws:kms:eu-central-1:111122223333:key/5d458134-c691-4784-a7ec-76a0caade100";
    for principal in [
        "trial-analysis",
        "arn:aws:iam::111122223333:role/trial-analysis",
        "state.json:aws_iam_role.this",
        "aws_sagemaker_notebook_instance.this",
    ] {
        for resource in [key, "state.json:aws_kms_key.data"] {
            assert_eq!(
                ask(principal, resource),
                "allowed",
                "{principal} {resource}"
            );
        }
    }
    assert_eq!(ask("aws_iam_role.this", key), "denied-by-default");
}
