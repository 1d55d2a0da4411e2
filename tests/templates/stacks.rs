//! Templates that belong together: what nests, and what exports and imports.

use std::collections::BTreeSet;

use plangate::finding::FindingVerdict;
use plangate::{Options, rules};

use crate::{check, exit, models, options, placed, told};

const STACKS: &str = "testdata/inputs/cloudformation/stacks";

fn problems(options: &Options) -> BTreeSet<String> {
    let report = check(options);
    report.problems.iter().map(placed).collect()
}

fn set(all: &[&str]) -> BTreeSet<String> {
    all.iter().map(|one| (*one).to_owned()).collect()
}

#[test]
fn values_go_into_a_nested_stack_and_come_out() {
    for input in [
        format!("{STACKS}/nested"),
        format!("{STACKS}/nested/outer.yaml"),
    ] {
        let models = models(&options(&input));
        let bucket = told(&models["Data.Bucket"]["bucket"]);
        assert_eq!(bucket, "\"claims-<AWS.account>\"", "{input}");
        assert_eq!(told(&models["Data.Key"]["enable_key_rotation"]), "true");
        let shown = &models["Shown"];
        for (name, expected) in [
            ("Bucket", "\"<Data.Bucket.id>\""),
            ("Key", "\"<Data.Key.arn>\""),
            ("Missing", "<not evaluated>"),
            ("Lost", "\"<Lost.Outputs.Bucket>\""),
            ("Text", "\"<Data.Bucket.id>/<Remote.Outputs.Path>\""),
        ] {
            assert_eq!(told(&shown[name]), expected, "{name}");
        }
        // The nested template is judged as a part of the outer one.
        assert!(!models.contains_key("Key"), "{models:?}");
        let expected = [
            "9:3: the template of nested stack `Lost` is not read: `lost.yaml` is not among the inputs",
            "12:3: the template of nested stack `Remote` is not read: \
             `https://s3.amazonaws.com/templates/remote.yaml` is not among the inputs",
            "20:24: the template of `Data` has no output `Missing`",
        ];
        assert_eq!(problems(&options(&input)), set(&expected), "{input}");
    }
}

#[test]
fn a_named_template_is_judged_alone_too() {
    let both = ["outer.yaml", "inner.yaml"].map(|name| format!("{STACKS}/nested/{name}"));
    let report = check(&Options {
        inputs: both.to_vec(),
        ..Options::default()
    });
    let judged = report.judged().map(|input| input.resources);
    assert_eq!(judged.collect::<Vec<_>>(), [6, 2]);
}

#[test]
fn stacks_that_nest_each_other_are_judged_once() {
    let input = format!("{STACKS}/circle");
    let options = options(&input);
    let report = check(&options);
    let judged = report.judged().map(|input| input.path.as_str());
    assert_eq!(judged.collect::<Vec<_>>(), [format!("{input}/one.yaml")]);
    assert_eq!(
        problems(&options),
        set(&[
            "4:3: the template of nested stack `Back` is not read: it nests itself",
            "7:3: output `Name` depends on itself",
            "2:3: resources depend on each other: `Two` → `Two`",
        ])
    );
    assert_eq!(exit(&report), 0);
    let models = models(&options);
    assert_eq!(
        models.keys().collect::<Vec<_>>(),
        ["One", "Two", "Two.Back", "Two.Own"]
    );
}

/// The encryption of the bucket, what is unsure of it, and how many keys are broken.
fn imported(folder: &str) -> (String, Vec<String>, usize) {
    let options = Options {
        rules: ["PG-S3-001", "PG-KMS-001"]
            .map(|name| rules::find(name).unwrap())
            .into(),
        ..options(&format!("{STACKS}/{folder}"))
    };
    let report = check(&options);
    assert_eq!(report.problems, []);
    let findings = report.findings.iter();
    let (broken, unsure): (Vec<_>, Vec<_>) =
        findings.partition(|one| one.verdict == FindingVerdict::Broken);
    let unsure = unsure.iter().map(|one| one.resource.address.clone());
    let bucket = &models(&options)["Bucket"];
    let text = bucket.to_string();
    let key = if text.contains("network.yaml:Key") {
        "the key of the other stack"
    } else if text.contains("several resources have this name") {
        "one of several"
    } else {
        &text
    };
    let keys = broken.iter().filter(|one| one.alias == "PG-KMS-001");
    (key.to_owned(), unsure.collect(), keys.count())
}

#[test]
fn an_import_is_what_the_other_stack_exports() {
    let expected = ("the key of the other stack".to_owned(), vec![], 1);
    assert_eq!(imported("exports"), expected);
}

#[test]
fn of_several_exports_none_is_meant() {
    let (key, unsure, broken) = imported("several");
    assert_eq!((unsure, broken), (vec!["Bucket".to_owned()], 2), "{key}");
}
