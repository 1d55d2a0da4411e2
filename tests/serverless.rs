//! The serverless transform and macros: what is made of `testdata/inputs/cloudformation/serverless/`, held against
//! what the transform itself makes of it.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a helper of a test fails the test"
)]

use std::collections::BTreeMap;

use plangate::finding::Report;
use plangate::rules::RULES;
use plangate::{Options, check, models};
use serde_json::Value;

const INPUTS: &str = "testdata/inputs/cloudformation/serverless";

fn options(name: &str, parameters: &[&str]) -> Options {
    let path = |name: &str| format!("{INPUTS}/{name}");
    Options {
        inputs: vec![path(name)],
        parameters: parameters.iter().map(|name| path(name)).collect(),
        rules: RULES.iter().collect(),
        account: Some("111122223333".to_owned()),
        region: Some("eu-west-1".to_owned()),
        ..Options::default()
    }
}

/// The resources of a template, by their addresses.
fn model(name: &str, parameters: &[&str]) -> BTreeMap<String, Value> {
    let (mut printed, mut first) = (b"[".to_vec(), true);
    let problems = models(&options(name, parameters), &mut |model| {
        model.write(&mut first, &mut printed).unwrap();
    });
    printed.push(b']');
    assert_eq!(problems, [], "{name}");
    let all: Vec<Value> = serde_json::from_slice(&printed).unwrap();
    let all = all.into_iter();
    all.map(|one| (one["address"].as_str().unwrap().to_owned(), one))
        .collect()
}

fn problems(report: &Report) -> String {
    let problems = report.problems.iter().map(|problem| {
        let line = problem.location.as_ref().map_or(0, |place| place.line);
        format!("{line}: {}: {}\n", problem.message, problem.consequence)
    });
    problems.collect()
}

/// Each attribute that the transform does not merely hand on.
const MADE: &[&str] = &["environment", "role", "role_arn", "tags", "vpc_config"];

#[test]
fn roles_are_those_that_the_transform_makes() {
    for parameters in [&["wide.json"][..], &["narrow.json"], &[]] {
        let (ours, theirs) = (
            model("sam.yaml", parameters),
            model("plain.yaml", parameters),
        );
        let names: Vec<_> = ours.keys().collect();
        assert_eq!(names, theirs.keys().collect::<Vec<_>>());
        for (name, own) in &ours {
            let made = &theirs[name];
            assert_eq!(own["kind"], made["kind"], "{name}");
            if own["type"] == made["type"] {
                assert_eq!(own["attributes"], made["attributes"], "{name}");
                continue;
            }
            for attribute in MADE {
                let [own, made] = [own, made].map(|one| &one["attributes"][attribute]);
                assert_eq!(own, made, "{name}.{attribute}");
            }
        }
    }
}

#[test]
fn roles_stand_where_what_they_are_made_for_stands() {
    let model = model("sam.yaml", &["wide.json"]);
    for (role, of) in [
        ("AloneRole", "Alone"),
        ("CleanRole", "Clean"),
        ("FlowRole", "Flow"),
    ] {
        assert_eq!(model[role]["origin"], model[of]["origin"]);
    }
    let report = check(&options("sam.yaml", &["wide.json"]));
    assert_eq!(problems(&report), "");
}

#[test]
fn what_the_transform_would_refuse_is_told() {
    let report = check(&options("odd.yaml", &[]));
    insta::assert_snapshot!(problems(&report), @r#"
    11: `S3DreamPolicy` is no policy template that is known: what it allows is not known; check the processed template: aws cloudformation get-template --template-stage Processed
    12: policy template `S3ReadPolicy` lacks `BucketName`: the serverless transform refuses it; what it allows is not known
    13: this is no policy: a name, an ARN, a policy template, or a map with `Statement`: the serverless transform refuses it; what it allows is not known
    50: a macro writes what stands here: what it makes of it is not seen; check the processed template: aws cloudformation get-template --template-stage Processed
    "#);
    let model = model("odd.yaml", &[]);
    let policies = |name: &str| model[name]["attributes"]["inline_policy"].to_string();
    insta::assert_snapshot!(policies("OddRole"), @r#"
    [{"name":"OddRolePolicy0","policy":{"$unknown":"changed by a macro"}},{"name":"OddRolePolicy1","policy":{"$unknown":"changed by a macro"}},{"name":"OddRolePolicy2","policy":{"$unknown":"changed by a macro"}}]
    "#);
    insta::assert_snapshot!(policies("BrokeredRole"), @r#"
    [{"name":"BrokeredRolePolicy0","policy":{"Statement":[{"Action":["ec2:CreateNetworkInterface","ec2:DeleteNetworkInterface","ec2:DescribeNetworkInterfaces","ec2:DetachNetworkInterface"],"Effect":"Allow","Resource":"*"}]}},{"name":"BrokeredMessagesPolicy","policy":{"$unknown":"changed by a macro"}}]
    "#);
    assert!(!model.contains_key("IncludedRole"));
    assert_eq!(policies("PlainRole"), "null");
    for name in ["OddToBucketPolicy", "ReaderPolicyDestination0"] {
        let attributes = &model[name]["attributes"];
        assert_eq!(attributes["roles"][0]["$text"][0]["$ref"], "OddRole");
        assert_eq!(attributes["policy"]["$unknown"], "changed by a macro");
    }
}

#[test]
fn nothing_is_made_where_the_transform_is_not_named() {
    let report = check(&options("untransformed.yaml", &[]));
    insta::assert_snapshot!(problems(&report), @r#"
    3: `First` is of the type `AWS::Serverless::Function`, and the template does not name the transform that knows it: CloudFormation refuses this template; add `Transform: AWS::Serverless-2016-10-31`
    "#);
    let model = model("untransformed.yaml", &[]);
    assert_eq!(model.keys().collect::<Vec<_>>(), ["First", "Second"]);
}

#[test]
fn of_other_macros_only_their_names_are_known() {
    let report = check(&options("macros.yaml", &[]));
    insta::assert_snapshot!(problems(&report), @r#"
    5: the macro `PutBucketsBehindKeys` may change every resource of this template, which is not seen: it is judged as it is written; check the processed template: aws cloudformation get-template --template-stage Processed
    6: the macro `AWS::Include` may change every resource of this template, which is not seen: it is judged as it is written; check the processed template: aws cloudformation get-template --template-stage Processed
    11: the macro `AWS::Include` may change every resource of this template, which is not seen: it is judged as it is written; check the processed template: aws cloudformation get-template --template-stage Processed
    "#);
    assert!(!report.inputs[0].complete);
}

#[test]
fn definitions_of_state_machines_are_read_from_files() {
    let report = check(&options("machines.yaml", &[]));
    assert_eq!(problems(&report), "");
    let findings = report.findings.iter();
    let definitions = ["PG-PJ-004", "PG-PJ-014"];
    let found = findings.filter(|one| definitions.contains(&one.alias));
    let found = found.map(|one| {
        let place = &one.location;
        let file = place.file.rsplit('/').next().unwrap();
        let address = &one.resource.address;
        format!("{address}: {} at {file}:{}\n", one.alias, place.line)
    });
    insta::assert_snapshot!(found.collect::<String>(), @r"
    Beside States.Features: PG-PJ-004 at machine.asl.yaml:4
    Written States.Features: PG-PJ-004 at machines.yaml:18
    Missing: PG-PJ-014 at machines.yaml:38
    Uploaded: PG-PJ-014 at machines.yaml:43
    ");
    let model = model("machines.yaml", &[]);
    let role = &model["Beside States.Features"]["attributes"]["role_arn"];
    assert_eq!(role, "arn:aws:iam::111122223333:role/job");
}
