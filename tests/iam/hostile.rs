//! Bad input: a problem with its place and an undecided answer, and no panic.

use plangate::iam::{Case, Decision, answer_lines};
use serde_json::{Value as Json, json};

fn case(identity: &str) -> String {
    format!(
        r#"{{"id": 1, "identityPolicies": [{identity}], "request": {{"principal":
        "arn:aws:iam::111122223333:user/alice", "action": "s3:GetObject",
        "resource": "arn:aws:s3:::data/x", "context": {{"aws:username": "alice"}}}}}}"#
    )
}

fn statement(inner: &str) -> String {
    format!(r#"{{"Version": "2012-10-17", "Statement": [{{"Effect": "Allow", {inner}}}]}}"#)
}

#[test]
fn what_aws_refuses_is_a_problem_and_undecided() {
    let star = r#""Action": "*", "Resource": "*""#;
    for (document, problem) in [
        (
            statement(r#""Action": "*", "NotAction": "*", "Resource": "*""#),
            "both `Action`",
        ),
        (statement(r#""Action": "*""#), "neither `Resource`"),
        (
            statement(r#""Action": "everything", "Resource": "*""#),
            "neither `*` nor",
        ),
        (
            statement(&format!(r#"{star}, "Principal": "*""#)),
            "names a principal",
        ),
        (
            statement(&format!(
                r#"{star}, "Condition": {{"StringIs": {{"a:b": "c"}}}}"#
            )),
            "no condition operator",
        ),
        (
            statement(&format!(r#"{star}, "Condition": "never""#)),
            "is no object",
        ),
        (
            statement(&format!(r#"{star}, "Resources": "*""#)),
            "no element of a statement",
        ),
        (
            statement(r#""Action": {"a": 1}, "Resource": "*""#),
            "neither text nor a list",
        ),
        (
            statement(star).replace("2012-10-17", "2012-10-18"),
            "`Version`",
        ),
        (statement(star).replace("Allow", "Permit"), "`Effect`"),
        (statement(&format!("{star}, {star}")), "there twice"),
        (r#"{"Version": "2012-10-17"}"#.to_owned(), "no `Statement`"),
        (r#""a text""#.to_owned(), "no object"),
        ("[1, 2]".to_owned(), "no object"),
        (r#"{"Statement": [7]}"#.to_owned(), "no object"),
    ] {
        let text = case(&document);
        let read = Case::read(&text).unwrap();
        assert_eq!(read.decide(), Decision::Undecided, "{document}");
        let problems = read.problems();
        assert!(
            problems
                .iter()
                .any(|one| one.message.contains(problem) && one.origin.is_some()),
            "{document}: {problems:?}"
        );
    }
}

#[test]
fn a_line_that_is_no_case_is_answered_and_the_next_one_too() {
    let good = case(&statement(r#""Action": "*", "Resource": "*""#)).replace('\n', "");
    let input =
        format!("nonsense\n\n{{\"id\": 7}}\n{{\"id\": 8, \"request\": 3}}\n{good}\n\u{feff}{good}");
    let mut bytes = input.into_bytes();
    bytes.splice(0..0, b"\xff\xfe\n".iter().copied());
    let mut output = Vec::new();
    answer_lines(&mut bytes.as_slice(), &mut output).unwrap();
    let output = String::from_utf8(output).unwrap();
    let decisions: Vec<_> = output
        .lines()
        .map(|line| serde_json::from_str::<Json>(line).unwrap())
        .map(|answer| (answer["id"].clone(), answer["decision"].clone()))
        .collect();
    let expected = [
        (json!(null), "Error"),
        (json!(null), "Error"),
        (json!(7), "Error"),
        (json!(8), "Error"),
        (json!(1), "Allowed"),
        (json!(1), "Allowed"),
    ];
    let expected: Vec<_> = expected
        .into_iter()
        .map(|(id, name)| (id, json!(name)))
        .collect();
    assert_eq!(decisions, expected);
}

/// Sizes beyond any policy that AWS takes: what they cost is measured in `benches/iam`.
#[test]
fn size_alone_breaks_nothing() {
    let statements = (0..10_000).map(|at| {
        format!(
            r#"{{"Effect": "Allow", "Action": "s3:Put{at}", "Resource": "arn:aws:s3:::d{at}/*"}}"#
        )
    });
    let many = statements.collect::<Vec<_>>().join(", ");
    for (document, expected) in [
        (
            format!(r#"{{"Version": "2012-10-17", "Statement": [{many}]}}"#),
            "ImplicitlyDenied",
        ),
        (
            statement(&format!(
                r#""Action": "s3:*", "Resource": "arn:aws:s3:::{}""#,
                "*".repeat(10_000)
            )),
            "Allowed",
        ),
        (
            statement(&format!(
                r#""Action": "s3:*", "Resource": "arn:aws:s3:::{}z""#,
                "*d".repeat(10_000)
            )),
            "ImplicitlyDenied",
        ),
        (
            statement(&format!(
                r#""Action": "s3:Get{}", "Resource": "*""#,
                "x".repeat(1 << 20)
            )),
            "ImplicitlyDenied",
        ),
        (
            format!("{}{}", "[".repeat(100_000), "]".repeat(100_000)),
            "Undetermined",
        ),
    ] {
        let mut output = Vec::new();
        let line = case(&document).replace('\n', "");
        answer_lines(&mut line.as_bytes(), &mut output).unwrap();
        let answer: Json = serde_json::from_slice(&output).unwrap();
        assert_eq!(answer["decision"], expected, "{document:.200}");
    }
}
