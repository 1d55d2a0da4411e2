//! Expressions and functions against Terraform's own answers: `../shared/corpora/terraform-functions.ndjson`,
//! where it is there.
#![expect(clippy::unwrap_used, reason = "a helper of a test fails the test")]

mod support;

use std::path::Path;

use plangate::load::terraform::Setting;
use plangate::{Options, expressions};
use serde_json::{Value, json};

/// The answers that no two runs of Terraform share, so that Terraform itself does not know them in a plan.
const NOT_EVALUATED: &[&str] = &[
    "length(uuid())",
    "length(bcrypt(\"x\")) ",
    "length(base64gzip(\"aaaa\")) > 0",
    "can(regex(\"Z$\", timestamp()))",
    "length(timestamp())",
];

/// What expressions are in the scope of a root module.
fn answers(directory: &str, asked: &[Value]) -> Vec<Value> {
    answers_with(directory, &Options::default(), asked)
}

fn answers_with(directory: &str, options: &Options, asked: &[Value]) -> Vec<Value> {
    let lines: Vec<_> = asked.iter().map(Value::to_string).collect();
    let lines = lines.join("\n");
    let mut output = Vec::new();
    expressions(directory, options, &mut lines.as_bytes(), &mut output).unwrap();
    let output = String::from_utf8(output).unwrap();
    output
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

fn same(one: &Value, other: &Value) -> bool {
    match (one, other) {
        (Value::Number(one), Value::Number(other)) => {
            let (one, other) = (one.as_f64().unwrap(), other.as_f64().unwrap());
            (one - other).abs() <= one.abs() * 1e-15
        }
        (Value::Array(one), Value::Array(other)) => {
            one.len() == other.len() && one.iter().zip(other).all(|(one, other)| same(one, other))
        }
        (Value::Object(one), Value::Object(other)) => {
            one.len() == other.len()
                && one
                    .iter()
                    .all(|(key, one)| other.get(key).is_some_and(|other| same(one, other)))
        }
        (one, other) => one == other,
    }
}

#[test]
fn agrees_with_terraform() {
    let Some(corpora) = support::corpora() else {
        return;
    };
    let text = std::fs::read_to_string(corpora.join("terraform-functions.ndjson")).unwrap();
    let fixture = corpora.join("terraform-functions-fixture");
    let cases: Vec<Value> = text
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let all = answers(&fixture.to_string_lossy(), &cases);
    let (mut agreed, mut wrong) = (0, Vec::new());
    for (case, ours) in cases.iter().zip(&all) {
        assert_eq!(case["id"], ours["id"]);
        let expr = case["expr"].as_str().unwrap();
        let agrees = match (case.get("value"), ours.get("value")) {
            (Some(theirs), Some(ours)) => same(theirs, ours),
            (Some(_), None) if NOT_EVALUATED.contains(&expr) => ours.get("unknown").is_some(),
            (None, None) => ours.get("error").is_some(),
            _ => false,
        };
        if agrees {
            agreed += 1;
        } else {
            wrong.push(format!("{case}\n    ours: {ours}"));
        }
    }
    assert_eq!(all.len(), cases.len());
    assert!(wrong.is_empty(), "{agreed} agree\n{}", wrong.join("\n"));
}

/// What `terraform console` makes of these, version 1.11.
#[test]
fn strip_markers_and_indentation_take_the_blanks_that_terraform_takes() {
    let cases = [
        (r#""a${~"x"~}\n\n b""#, "axb"),
        (r#""a\n \n${~"x"}""#, "ax"),
        (r#""%{if true~} \n \n b%{~endif}""#, "b"),
        (r#""q \r\n ${~"x"~} \r\n y""#, "qxy"),
        (
            r#""é\t\"%{if true}\"\u00e9\\%{endif}$${x}\\""#,
            "é\t\"\"é\\${x}\\",
        ),
        (
            "<<T\na\n\n%{ if true ~}\n\n b\n\n%{~ endif }\nT\n",
            "a\n\n\n b\n\n",
        ),
        (
            "<<-T\n      a\n        \n      ${~ \"x\" ~}\n        \n        b\n   T\n",
            "      a\n        \nx        \n        b\n",
        ),
        (
            "<<-T\n      a\n        %{ for x in [\"p\",\"q\"] ~}\n        ${x}\n        %{ endfor ~}\n      b\n   T\n",
            "a\n          p\n          q\n        b\n",
        ),
        ("<<-T\n    a $${b}\n\n      c\n    T\n", "a ${b}\n\n  c\n"),
    ];
    let asked: Vec<Value> = cases
        .iter()
        .map(|(expr, _)| json!({"expr": expr}))
        .collect();
    for (ours, (text, expected)) in answers("testdata/example", &asked).iter().zip(cases) {
        assert_eq!(ours["value"], expected, "{text}: {ours}");
    }
}

/// What `terraform console` and `terraform plan` make of these, version 1.11; no value: an error.
#[test]
fn references_and_conditions_are_what_terraform_makes_of_them() {
    let cases = [
        ("local.nested[*].parts[*].q", Some(json!([[1, 2], [3]]))),
        ("local.nested[*].parts.*.q[0]", Some(json!([1, 3]))),
        ("local.nested[*].parts.0.q", Some(json!([1, 3]))),
        ("local.nested.*.parts.0.q", Some(json!([1, 3]))),
        ("local.nested.*.parts[0]", Some(json!([{"q": 1}, {"q": 2}]))),
        ("local.nested.*.parts[*].q", None),
        ("[[1, 2], [3]][*][*]", Some(json!([[1, 2], [3]]))),
        (r#"["a", null][*][*]"#, Some(json!([["a"], []]))),
        ("tolist([[{ a = 1 }]])[*][*].a", Some(json!([[1]]))),
        ("tolist(null)[*]", None),
        ("tomap(null)[*]", Some(json!([]))),
        ("null[*]", Some(json!([]))),
        ("true ? 1 : local.nested[5]", Some(json!(1))),
        (r#"false ? local.nested[5] : "x""#, Some(json!("x"))),
        ("try(true ? [1] : local.nested[5], 2)", Some(json!([1]))),
        ("false ? 1 : local.nested[5]", None),
        ("true ? 1 : local.nowhere", None),
        (
            "true ? { a = 1, b = [] } : tomap({})",
            Some(json!({"a": 1, "b": []})),
        ),
        (
            r#"true ? { a = 1, b = "x" } : tomap({})"#,
            Some(json!({"a": "1", "b": "x"})),
        ),
        (r#"try(var.text.a, "no")"#, Some(json!("no"))),
        ("can(var.text[0])", Some(json!(false))),
        (
            "{ null = 1, true = 2 }",
            Some(json!({"null": 1, "true": 2})),
        ),
        ("{ (null) = 1 }", None),
        ("var.any", Some(json!([1]))),
        ("var.untyped", Some(json!("[1]"))),
        ("module.single.name", Some(json!("many"))),
        (r#"try(module.single.other, "no")"#, Some(json!("no"))),
        ("module.none", Some(json!({}))),
        ("terraform_data.none", Some(json!({}))),
        ("terraform_data.uncounted", Some(json!([]))),
    ];
    let asked: Vec<Value> = cases
        .iter()
        .map(|(expr, _)| json!({"expr": expr}))
        .collect();
    let options = Options {
        variables: vec![
            Setting::Var("any=[1]".to_owned()),
            Setting::Var("untyped=[1]".to_owned()),
        ],
        ..Options::default()
    };
    let all = answers_with("testdata/inputs/terraform/scope", &options, &asked);
    for (ours, (text, expected)) in all.iter().zip(cases) {
        assert_eq!(ours.get("value"), expected.as_ref(), "{text}: {ours}");
        assert!(ours.get("unknown").is_none(), "{text}: {ours}");
    }
}

/// Neither the stack nor the memory ends before an answer is there.
#[test]
fn what_is_too_deep_or_too_large_is_refused() {
    let steps = |step: &str| format!("local.nested{}", step.repeat(100_000));
    let nested = |depth| format!("{}1{}", "[".repeat(depth), "]".repeat(depth));
    let pieces = r#"join("", [for i in range(1000) : "${var.open}-"])"#;
    let doubled = (0..12).fold(pieces.to_owned(), |text, _| {
        format!(r#"[for x in [{text}] : "${{x}}${{x}}"][0]"#)
    });
    let refused = [
        steps(".a"),
        steps("[0]"),
        steps("[*]"),
        steps(".*"),
        nested(100_000),
        doubled,
    ];
    let asked: Vec<Value> = refused.iter().map(|expr| json!({"expr": expr})).collect();
    for ours in answers("testdata/inputs/terraform/scope", &asked) {
        assert!(ours.get("error").is_some(), "{ours}");
    }
    // Deeper than a reader of JSON goes by itself.
    let deep = (0..5).fold("[]".to_owned(), |deep, _| {
        let (open, close) = ("[".repeat(40), "]".repeat(40));
        format!("[for x in [{deep}] : {open}x{close}]")
    });
    let mut output = Vec::new();
    expressions(
        "testdata/inputs/terraform/scope",
        &Options::default(),
        &mut json!({"expr": deep}).to_string().as_bytes(),
        &mut output,
    )
    .unwrap();
    let value = format!("\"value\":{}", "[".repeat(200));
    assert!(String::from_utf8(output).unwrap().contains(&value));
}

/// A line that is wrong is answered, and the next one read.
#[test]
fn every_line_is_answered() {
    let input = "not json\n\n{\"id\": 1}\n{\"id\": \"a\", \"expr\": \"1 +\"}\n{\"id\": 2, \"expr\": \"nosuch(1)\"}\n{\"id\": 3, \"expr\": \"timestamp()\"}\n{\"id\": 4, \"expr\": \"1 + 1\"}";
    let mut output = Vec::new();
    expressions(
        "testdata/example",
        &Options::default(),
        &mut input.as_bytes(),
        &mut output,
    )
    .unwrap();
    let output = String::from_utf8(output).unwrap();
    let answers: Vec<Value> = output
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let said: Vec<_> = answers
        .iter()
        .map(|one| {
            let kind = ["value", "unknown", "error"]
                .into_iter()
                .find(|kind| one.get(kind).is_some());
            (one["id"].clone(), kind.unwrap())
        })
        .collect();
    let expected = [
        (Value::Null, "error"),
        (json!(1), "error"),
        (json!("a"), "error"),
        (json!(2), "error"),
        (json!(3), "unknown"),
        (json!(4), "value"),
    ];
    assert_eq!(said, expected, "{output}");
}

#[test]
fn a_directory_that_is_not_there_is_told() {
    let directory = Path::new("testdata/nowhere").to_string_lossy();
    let answer = expressions(
        &directory,
        &Options::default(),
        &mut &b""[..],
        &mut Vec::new(),
    );
    assert!(answer.is_err());
}
