//! What rules see: policy documents that a plan does not have are rebuilt, with resources in the place of
//! what is not known.
#![expect(clippy::unwrap_used, reason = "a helper of a test fails the test")]

mod support;

use plangate::{Options, models};
use serde_json::Value;

use support::Alone;

fn model(path: &str) -> Vec<Value> {
    let options = Options {
        inputs: vec![path.to_owned()],
        ..Options::default()
    };
    let (mut printed, mut first) = (b"[".to_vec(), true);
    let problems = models(&options, &mut |model| {
        model.write(&mut first, &mut printed).unwrap();
    });
    printed.push(b']');
    assert_eq!(problems, [], "{path}");
    serde_json::from_slice(&printed).unwrap()
}

fn text<'v>(value: &'v Value, key: &str) -> &'v str {
    value.get(key).and_then(Value::as_str).unwrap_or("")
}

#[test]
fn deferred_policies_of_the_example_are_rebuilt() {
    let resources = model("testdata/example/plan.json");
    let policies = resources.iter().filter_map(|resource| {
        let attributes = resource.get("attributes")?;
        let policy = attributes
            .get("json")
            .or_else(|| attributes.get("policy"))?;
        let address = text(resource, "address");
        policy
            .is_object()
            .then(|| format!("{address}\n{policy:#}\n"))
    });
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path("../snapshots/model");
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    let policies: String = policies.collect::<Vec<_>>().join("\n");
    settings.bind(|| insta::assert_snapshot!("example-policies", policies));
}

/// Paths to everything in a value that is wholly unknown; a text that is known in part is not.
fn unknown(value: &Value, path: &str, found: &mut Vec<String>) {
    match value {
        Value::Object(map) if map.contains_key("$unknown") => found.push(path.to_owned()),
        Value::Object(map) if map.contains_key("$text") => {}
        Value::Object(map) => {
            for (key, inner) in map {
                unknown(inner, &format!("{path}.{key}"), found);
            }
        }
        Value::Array(list) => {
            for (at, inner) in list.iter().enumerate() {
                unknown(inner, &format!("{path}[{at}]"), found);
            }
        }
        _ => {}
    }
}

/// What no plan tells: blocks that come from `dynamic`, of which the configuration has no trace.
const FROM_DYNAMIC: &[&str] = &[
    "data.aws_iam_policy_document.key.Statement[3].Principal.AWS[0]",
    "data.aws_iam_policy_document.key.Statement[3].Principal.AWS[1]",
    "data.aws_iam_policy_document.key_use.Statement[1].Principal.AWS[0]",
    "data.aws_iam_policy_document.key_use.Statement[1].Principal.AWS[1]",
    "data.aws_iam_policy_document.role[\"notebook\"].Statement[1].Resource[0]",
    "data.aws_iam_policy_document.role[\"processing\"].Statement[1].Resource[0]",
    "data.aws_iam_policy_document.launcher.Statement[0].Condition.StringEquals.sagemaker:OutputKmsKey[0]",
    "data.aws_iam_policy_document.launcher.Statement[0].Condition.StringEquals.sagemaker:VolumeKmsKey[0]",
];

#[test]
fn policy_documents_of_real_plans_are_all_there() {
    let Some(corpora) = support::corpora() else {
        return;
    };
    let (mut documents, mut rebuilt, mut open) = (0, 0, Vec::new());
    for path in support::files(&corpora.join("terraform-real"), "/plan.json") {
        for resource in model(&Alone::plan(&path).path) {
            if text(&resource, "type") != "aws_iam_policy_document" {
                continue;
            }
            documents += 1;
            let address = text(&resource, "address").to_owned();
            let json = resource.pointer("/attributes/json").cloned();
            let json = json.unwrap_or_else(|| panic!("{address} has no json"));
            if json.is_object() {
                rebuilt += 1;
                unknown(&json, &address, &mut open);
            } else {
                let document: Value = serde_json::from_str(json.as_str().unwrap()).unwrap();
                assert!(document.get("Statement").is_some(), "{address}");
            }
        }
    }
    println!("{documents} documents, {rebuilt} of them rebuilt");
    assert!(rebuilt >= 10, "{rebuilt}");
    open.sort();
    let mut expected: Vec<_> = FROM_DYNAMIC.iter().map(|path| (*path).to_owned()).collect();
    expected.sort();
    assert_eq!(open, expected);
}
