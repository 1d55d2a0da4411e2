//! The exam: questions with right and wrong answers, each answer written out as infrastructure. The right ones
//! must pass, the wrong ones fail for the right reason, in every form in which the same estate can be given.
#![expect(
    clippy::unwrap_used,
    reason = "a helper of a test fails the test, and says what is skipped"
)]

mod support;

use std::path::{Path, PathBuf};

use plangate::finding::{Finding, FindingVerdict, Report, Severity};
use plangate::gate::Gate;
use plangate::rules::RULES;
use plangate::{Options, check};
use toml::Value;

/// A way in which an estate is given.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
    Source,
    PlanBesideSource,
    PlanAlone,
    Template { has_place: bool },
}

const FORMS: [Form; 5] = [
    Form::Source,
    Form::PlanBesideSource,
    Form::PlanAlone,
    Form::Template { has_place: false },
    Form::Template { has_place: true },
];

impl Form {
    /// What names the resource of a row in this form.
    fn name_in(self, row: &Value) -> Option<&str> {
        let key = match self {
            Self::Template { .. } => "logical_id",
            _ => "resource",
        };
        row.get(key).and_then(Value::as_str)
    }

    fn report(self, folder: &Path) -> Report {
        let alone = match self {
            Self::Source => Some(support::Alone::source(folder)),
            Self::PlanAlone => Some(support::Alone::plan(&folder.join("plan.json"))),
            _ => None,
        };
        let input = match (&alone, self) {
            (Some(alone), _) => alone.path.clone(),
            (None, Self::Template { .. }) => text_of(&folder.join("template.yaml")),
            (None, _) => text_of(&folder.join("plan.json")),
        };
        let has_place = self == Self::Template { has_place: true };
        check(&Options {
            inputs: vec![input],
            account: has_place.then(|| "111122223333".to_owned()),
            region: has_place.then(|| "us-east-1".to_owned()),
            rules: RULES.iter().collect(),
            ..Options::default()
        })
    }
}

fn text_of(path: &Path) -> String {
    path.to_string_lossy().into_owned()
}

fn texts<'v>(case: &'v Value, name: &str) -> Vec<&'v str> {
    let all = case.get(name).and_then(Value::as_array);
    let all = all.into_iter().flatten();
    all.filter_map(Value::as_str).collect()
}

/// What the exam expects of one form of a case, and what is not so.
struct Marking<'m> {
    case: &'m Value,
    report: &'m Report,
    form: Form,
    wrong: Vec<String>,
    /// A row is met by an honest doubt only.
    is_unsure: bool,
}

impl Marking<'_> {
    fn text(&self, name: &str) -> &str {
        self.case
            .get(name)
            .and_then(Value::as_str)
            .unwrap_or_default()
    }

    /// Whether doubt is an honest answer here.
    fn may_be_unsure(&self) -> bool {
        let key = "plan_alone_may_be_unsure";
        self.form == Form::PlanAlone && self.case.get(key).and_then(Value::as_bool) == Some(true)
    }

    fn row(&mut self, row: &Value) {
        let report = self.report;
        let Some(name) = self.form.name_in(row) else {
            return;
        };
        let text = |key| row.get(key).and_then(Value::as_str);
        let (rule, code) = (text("rule").unwrap(), text("code"));
        let rules: Vec<_> = std::iter::once(rule).chain(texts(row, "or")).collect();
        let fits = |one: &Finding| {
            code.is_none() || one.alias != rule || one.code.is_none() || one.code == code
        };
        let is_broken = rules.iter().any(|rule| {
            let mut broken = support::with(report, rule, FindingVerdict::Broken);
            broken.any(|one| fits(one) && support::leads_to(one, report, name))
        });
        if !is_broken && self.may_be_unsure() && support::is_in_doubt(report, name) {
            self.is_unsure = true;
        } else if !is_broken {
            let code = code.unwrap_or_default();
            self.wrong
                .push(format!("{rule} {code} does not lead to {name}"));
        }
    }

    fn mark(&mut self) {
        let rows = self.case.get("must_report").and_then(Value::as_array);
        for row in rows.into_iter().flatten() {
            self.row(row);
        }
        for rule in texts(self.case, "must_not_report") {
            if let Some(one) = support::with(self.report, rule, FindingVerdict::Broken).next() {
                let told = format!("{rule} is broken: {}", one.message);
                self.wrong.push(told);
            }
        }
        let gate = Gate {
            fail_on: Severity::High,
            strict: None,
        };
        let exit = gate.decide(self.report).code();
        let expected = u8::from(self.text("verdict") != "pass");
        if exit != expected && !self.is_unsure {
            self.wrong
                .push(format!("exit {exit} in place of {expected}"));
        }
        if self.text("answer") == "right" {
            self.mark_right();
        }
        let problems = self.report.problems.iter().filter(|problem| problem.fatal);
        self.wrong
            .extend(problems.map(|problem| problem.message.clone()));
    }

    /// A right answer has no serious finding, and its paths are decided.
    fn mark_right(&mut self) {
        let most = match self.text("max_severity") {
            "info" => Severity::Info,
            "low" => Severity::Low,
            "medium" => Severity::Medium,
            other => {
                self.wrong.push(format!("max_severity `{other}`"));
                return;
            }
        };
        let findings = self.report.findings.iter();
        let too_much = findings.clone().filter(|one| {
            let is_broken = one.verdict == FindingVerdict::Broken && one.severity > most;
            let is_path = one.alias.starts_with("PG-PATH");
            let is_open = is_path && one.verdict == FindingVerdict::Unsure && !self.may_be_unsure();
            is_broken || is_open
        });
        let told = too_much.map(|one| format!("{} {:?}: {}", one.alias, one.verdict, one.message));
        let told: Vec<_> = told.collect();
        self.wrong.extend(told);
    }
}

/// The folders of the cases below a folder.
fn cases(exam: &Path) -> Vec<PathBuf> {
    let files = support::files(exam, "expected.toml");
    files
        .iter()
        .map(|file| file.parent().unwrap().to_owned())
        .collect()
}

/// Sits an exam in every form.
fn sit(exam: &Path, number: usize) {
    let folders = cases(exam);
    assert_eq!(folders.len(), number);
    let mut wrong = Vec::new();
    for folder in folders {
        let text = std::fs::read_to_string(folder.join("expected.toml")).unwrap();
        let case: Value = toml::from_str(&text).unwrap();
        for form in FORMS {
            let report = form.report(&folder);
            let mut marking = Marking {
                case: &case,
                report: &report,
                form,
                wrong: Vec::new(),
                is_unsure: false,
            };
            marking.mark();
            let name = folder.strip_prefix(exam).unwrap().display().to_string();
            let told = marking.wrong.into_iter();
            wrong.extend(told.map(|one| format!("{name}, {form:?}: {one}")));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn our_exam_is_passed() {
    sit(Path::new("testdata/exam"), 21);
}

#[test]
fn the_exam_beside_the_project_is_passed() {
    let exam = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/exam");
    if !exam.is_dir() {
        support::skipped("no exam beside this project");
        return;
    }
    sit(&exam, 18);
}
