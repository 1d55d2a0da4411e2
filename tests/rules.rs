//! Every fixture of every rule: `testdata/rules/<rule>/{pass,fail,unknown}[-slug].plan.json`, the `.tf` file that it
//! was made of, and the same as a template. The file name states the verdict of the plan and is asserted here, for
//! the plan alone and with its source; what the plan does not tell, the source may. The source alone may be unsure
//! of what AWS would have to be asked. The template says what the plan says, or what the source alone says; where
//! its conditions decide, it may say for which answers something is broken. Settings are those of `<fixture>.settings.yaml`. The snapshot shows how it is said.
#![expect(clippy::unwrap_used, reason = "a helper of a test fails the test")]

mod support;

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::fmt::Write as _;

use plangate::finding::{Finding, FindingVerdict};
use plangate::report::{Format, Style};
use plangate::{Options, rules};

use support::Alone;

#[test]
fn fixtures_get_the_verdict_of_their_name() {
    let wrong = RefCell::new(Vec::new());
    let said_by = RefCell::new(BTreeSet::new());
    insta::glob!("../testdata/rules", "*/*.plan.json", |path| {
        let folder = path.parent().and_then(Path::file_name).unwrap();
        let rule = rules::find(folder.to_str().unwrap()).expect("the folder is named for a rule");
        let file = path.file_name().unwrap().to_str().unwrap();
        let fixture = file.strip_suffix(".plan.json").unwrap();
        let beside = format!("testdata/rules/{}/{fixture}", rule.id);
        let settings = support::settings_of(&beside);
        let judge = |input: &str| {
            plangate::check(&Options {
                inputs: vec![input.to_owned()],
                rules: vec![rule],
                settings: settings.clone(),
                ..Options::default()
            })
        };
        let expected = match fixture.split('-').next() {
            Some("pass") => "holds",
            Some("fail") => "broken",
            Some("unknown") => "unsure",
            _ => panic!("{file} names no verdict"),
        };
        let alone = Alone::plan(path);
        let plan = judge(&alone.path);
        let source = judge(&format!("{beside}.tf"));
        let report = judge(&format!("{beside}.plan.json"));
        let verdicts = [&plan, &source, &report].map(support::verdict);
        let [of_plan, of_source, verdict] = verdicts;
        // Only a plan or a change set tells what a change does.
        let of_source = match of_source {
            "not applicable" if rule.is_about_changes() => verdict,
            of_source => of_source,
        };
        let mut said_by = said_by.borrow_mut();
        said_by.insert((rule.id, "the plan", of_plan));
        said_by.insert((rule.id, "the source", of_source));
        let with_source = printed(&report);
        let may_be = |given, other| given == expected || given == other;
        let by_source = if expected == "unsure" {
            of_source
        } else {
            expected
        };
        if of_plan != expected
            || !may_be(verdict, by_source)
            || !may_be(of_source, "unsure") && verdict != of_source
        {
            let fixture = format!("{beside}: plan, source, both are {verdicts:?}");
            wrong.borrow_mut().push(format!("{fixture}\n{with_source}"));
            return;
        }
        let template = format!("{beside}.yaml");
        let template = Path::new(&template).exists().then(|| {
            let (account, region) = support::place_of_template(Path::new(&format!("{beside}.tf")));
            plangate::check(&Options {
                inputs: vec![template],
                rules: vec![rule],
                settings: settings.clone(),
                account,
                region,
                ..Options::default()
            })
        });
        if let Some(template) = &template {
            let of_template = of_template(template);
            said_by.insert((rule.id, "a template", of_template));
            said_by.insert((rule.id, FOR, expected));
            let is_conditional = of_template == "broken in some cases" && expected == "unsure";
            if of_template != expected && of_template != of_source && !is_conditional {
                let fixture = format!("{beside}: template is {of_template}");
                let said = printed(template);
                wrong.borrow_mut().push(format!("{fixture}\n{said}"));
                return;
            }
        }
        let mut said = format!("verdict: {verdict}");
        if of_source != verdict {
            write!(said, "; of the source alone: {of_source}").unwrap();
        }
        if of_plan != verdict {
            let of_plan = printed(&plan).replace(&alone.path, "plan.json");
            write!(
                said,
                "; of the plan alone: unsure\n\nplan alone:\n\n{of_plan}\nwith the source:"
            )
            .unwrap();
        }
        let mut settings = insta::Settings::clone_current();
        settings.set_snapshot_path(format!("../snapshots/rules/{}", rule.id));
        settings.set_prepend_module_to_snapshot(false);
        settings.set_omit_expression(true);
        settings.remove_input_file();
        settings.remove_snapshot_suffix();
        settings.bind(|| {
            let mut said = format!("{said}\n\n{with_source}");
            if let Some(template) = &template {
                let (verdict, printed) = (of_template(template), printed(template));
                write!(said, "\nas a template: {verdict}\n\n{printed}").unwrap();
            }
            insta::assert_snapshot!(fixture, said);
        });
    });
    let mut wrong = wrong.into_inner();
    if std::env::var_os("INSTA_GLOB_FILTER").is_none() {
        wrong.extend(unsaid(&said_by.into_inner()));
    }
    let wrong = wrong.join("\n");
    assert!(wrong.is_empty(), "{wrong}");
}

/// What no fixture of a rule makes it say: that something holds or is broken of a plan, of a source and, where one of
/// its fixtures for that is a template too, of a template; that it is unsure, of a plan, which knows least.
fn unsaid(said: &BTreeSet<(&'static str, &'static str, &'static str)>) -> Vec<String> {
    let asked = [
        ("the plan", &["holds", "broken", "unsure"][..]),
        ("the source", &["holds", "broken"]),
        ("a template", &["holds", "broken"]),
    ];
    let mut unsaid = Vec::new();
    for rule in rules::RULES {
        for (form, verdicts) in asked {
            for verdict in verdicts {
                let is_there = form != "a template" || said.contains(&(rule.id, FOR, verdict));
                if is_there && !said.contains(&(rule.id, form, verdict)) {
                    unsaid.push(format!(
                        "no fixture makes {} say {verdict} of {form}",
                        rule.id
                    ));
                }
            }
        }
    }
    unsaid
}

/// A template whose fixture is named for a verdict.
const FOR: &str = "a template for";

/// The verdict of a template, which may hold for some answers only.
fn of_template(report: &plangate::finding::Report) -> &'static str {
    let is_always =
        |one: &Finding| one.verdict == FindingVerdict::Broken && one.only_when.is_empty();
    match support::verdict(report) {
        "broken" if !report.findings.iter().any(is_always) => "broken in some cases",
        verdict => verdict,
    }
}

fn printed(report: &plangate::finding::Report) -> String {
    let mut out = Vec::new();
    let human = Format::find("human").unwrap();
    human
        .write(report, Style { verbose: true }, &mut out)
        .unwrap();
    anstream::adapter::strip_str(&String::from_utf8(out).unwrap()).to_string()
}
