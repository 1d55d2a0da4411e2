//! What becomes of keys and of what lies under them: with their stack, and where a change replaces or deletes them.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a helper of a test fails the test"
)]

use std::path::{Path, PathBuf};

use plangate::finding::{Finding, Report};
use plangate::{Options, check, rules};
use serde_json::{Value, json};

/// A file in a folder of its own.
fn scratch(test: &str, name: &str, text: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR"))
        .join("keys")
        .join(test);
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(&folder).unwrap();
    let path = folder.join(name);
    std::fs::write(&path, text).unwrap();
    path
}

fn judged(input: &Path) -> Report {
    check(&Options {
        inputs: vec![input.to_string_lossy().into_owned()],
        rules: vec![rules::find("key-usable").unwrap()],
        ..Options::default()
    })
}

fn template(test: &str, policy: &str, users: &str) -> Vec<Finding> {
    let text = format!(
        "Resources:
  DataKey:
    Type: AWS::KMS::Key
{policy}    Properties:
      EnableKeyRotation: true
{users}"
    );
    judged(&scratch(test, "template.yaml", &text)).findings
}

const BUCKET: &str = "  Data:
    Type: AWS::S3::Bucket
    Properties:
      BucketEncryption:
        ServerSideEncryptionConfiguration:
          - ServerSideEncryptionByDefault:
              SSEAlgorithm: aws:kms
              KMSMasterKeyID: !GetAtt DataKey.Arn
";

const NOTEBOOK: &str = "  Notebook:
    Type: AWS::SageMaker::NotebookInstance
    Properties:
      InstanceType: ml.t3.medium
      RoleArn: arn:aws:iam::111122223333:role/analysis
      KmsKeyId: !GetAtt DataKey.Arn
";

#[test]
fn a_key_that_goes_with_its_stack_takes_the_data_of_buckets_along() {
    let found = template("unsaid", "", BUCKET);
    assert_eq!(found.len(), 1, "{found:#?}");
    assert_eq!(found[0].code, Some("key-deleted-with-stack"));
    assert_eq!(found[0].severity.name(), "low");
    let written = template("written", "    DeletionPolicy: Delete\n", BUCKET);
    assert_eq!(written[0].code, Some("key-deleted-with-stack"));
    assert_eq!(written[0].location.line, 4);
}

#[test]
fn a_key_that_stays_and_one_of_volumes_only_lose_nothing() {
    for policy in ["Retain", "RetainExceptOnCreate"] {
        let kept = template(policy, &format!("    DeletionPolicy: {policy}\n"), BUCKET);
        assert_eq!(kept, [], "{policy}");
    }
    assert_eq!(template("volume", "", NOTEBOOK), []);
    assert_eq!(template("nothing", "", ""), []);
}

/// The plan of a key with its bucket, of which both are there already.
fn plan(test: &str, edit: impl Fn(&mut Value)) -> Report {
    let text = std::fs::read_to_string("testdata/rules/key-usable/pass.plan.json").unwrap();
    let mut plan: Value = serde_json::from_str(&text).unwrap();
    for change in plan["resource_changes"].as_array_mut().unwrap() {
        let after = change["change"]["after"].clone();
        change["change"]["before"] = after;
        change["change"]["actions"] = json!(["no-op"]);
        if change["type"] == "aws_kms_key" {
            let arn = format!("arn:aws:kms:eu-central-1:111122223333:key/{ID}");
            change["change"]["before"]["arn"] = json!(arn);
            change["change"]["before"]["deletion_window_in_days"] = json!(20);
        }
    }
    edit(&mut plan);
    judged(&scratch(test, "plan.json", &plan.to_string()))
}

const ID: &str = "1a2b3c4d-5e6f-4a1b-8c2d-3e4f5a6b7c8d";

fn key(plan: &mut Value) -> &mut Value {
    let changes = plan["resource_changes"].as_array_mut().unwrap();
    let mut keys = changes
        .iter_mut()
        .filter(|one| one["type"] == "aws_kms_key");
    keys.next().unwrap()
}

#[test]
fn a_key_that_a_change_replaces_takes_what_lies_under_it_along() {
    for actions in [json!(["delete", "create"]), json!(["create", "delete"])] {
        let report = plan("replaced", |plan| {
            key(plan)["change"]["actions"] = actions.clone();
        });
        let [finding] = report.findings.as_slice() else {
            panic!("{:#?}", report.findings)
        };
        assert_eq!(finding.resource.address, "aws_kms_key.data");
        assert_eq!(finding.severity.name(), "high");
        assert_eq!(
            finding.message,
            "this change puts a new key in the place of this one, and what `aws_s3_bucket.data` encrypted under the \
             old one cannot be read any more once it is deleted, 20 days later"
        );
    }
    assert_eq!(plan("kept", |_| {}).findings, []);
}

#[test]
fn what_names_a_key_that_a_change_deletes_is_told() {
    let report = plan("deleted", |plan| {
        key(plan)["change"]["actions"] = json!(["delete"]);
        key(plan)["change"]["after"] = Value::Null;
        key(plan)["change"]["after_unknown"] = json!({});
        let arn = format!("arn:aws:kms:eu-central-1:111122223333:key/{ID}");
        for change in plan["resource_changes"].as_array_mut().unwrap() {
            if change["type"] == "aws_s3_bucket_server_side_encryption_configuration" {
                change["change"]["after_unknown"] = json!({});
                change["change"]["after"]["rule"][0]["apply_server_side_encryption_by_default"]
                    [0]["kms_master_key_id"] = json!(arn);
            }
        }
    });
    let [finding] = report.findings.as_slice() else {
        panic!("{:#?}", report.findings)
    };
    assert_eq!(
        finding.message,
        "this names the key of aws_kms_key.data, which this change deletes: nothing can be written or read under it"
    );
}
