//! Every fixture of every rule: `testdata/rules/<rule>/{pass,fail,unknown}[-slug].plan.json`. The file
//! name states the verdict and is asserted here; the snapshot shows how it is said.
#![expect(clippy::unwrap_used, reason = "a helper of a test fails the test")]

mod support;

use std::cell::RefCell;

use plangate::report::{Format, Style};
use plangate::{Options, rules};

#[test]
fn fixtures_get_the_verdict_of_their_name() {
    let wrong = RefCell::new(Vec::new());
    insta::glob!("../testdata/rules", "*/*.plan.json", |path| {
        let folder = path.parent().and_then(Path::file_name).unwrap();
        let rule = rules::find(folder.to_str().unwrap()).expect("the folder is named for a rule");
        let file = path.file_name().unwrap().to_str().unwrap();
        let fixture = file.strip_suffix(".plan.json").unwrap();
        let options = Options {
            inputs: vec![format!("testdata/rules/{}/{file}", rule.id)],
            rules: vec![rule],
            ..Options::default()
        };
        let report = plangate::check(&options);
        let verdict = support::verdict(&report);
        let expected = match fixture.split('-').next() {
            Some("pass") => "holds",
            Some("fail") => "broken",
            Some("unknown") => "unsure",
            _ => panic!("{file} names no verdict"),
        };
        let printed = printed(&report);
        if verdict != expected {
            let fixture = format!("{}/{fixture} is {verdict}", rule.id);
            wrong.borrow_mut().push(format!("{fixture}\n{printed}"));
            return;
        }
        let mut settings = insta::Settings::clone_current();
        settings.set_snapshot_path(format!("../snapshots/rules/{}", rule.id));
        settings.set_prepend_module_to_snapshot(false);
        settings.set_omit_expression(true);
        settings.remove_input_file();
        settings.remove_snapshot_suffix();
        settings.bind(|| {
            insta::assert_snapshot!(fixture, format!("verdict: {verdict}\n\n{printed}"));
        });
    });
    let wrong = wrong.into_inner().join("\n");
    assert!(wrong.is_empty(), "{wrong}");
}

fn printed(report: &plangate::finding::Report) -> String {
    let mut out = Vec::new();
    let human = Format::find("human").unwrap();
    human
        .write(report, Style { verbose: true }, &mut out)
        .unwrap();
    anstream::adapter::strip_str(&String::from_utf8(out).unwrap()).to_string()
}
