//! What a decision costs: `cargo bench --bench iam`.
//!
//! A role with ten statements against a key policy with five, on one core, policies parsed once: decisions
//! a second, beside the simplest evaluator (`tests/iam/oracle.rs`), which is asked the same in the same
//! run. Then how the time grows when hostile input is doubled.

#[path = "../../tests/iam/oracle.rs"]
#[expect(
    clippy::indexing_slicing,
    clippy::match_same_arms,
    clippy::string_slice,
    clippy::too_many_lines,
    reason = "the oracle says one rule after another"
)]
mod oracle;

use std::hint::black_box;
use std::io::{self, Write};
use std::time::Instant;

use plangate::iam::{Case, Decision, answer_lines, decide, explain};
use serde_json::{Value as Json, json};

const ACCOUNT: &str = "111122223333";
const KEY: &str = "arn:aws:kms:eu-central-1:111122223333:key/1111aaaa-22bb-33cc-44dd-5555eeee6666";

fn main() -> io::Result<()> {
    let mut out = io::stdout().lock();
    let cases = cases();
    let read: Vec<_> = cases
        .iter()
        .filter_map(|case| Case::read(&case.to_string()).ok())
        .collect();
    let policies: Vec<_> = read.iter().map(Case::policies).collect();
    let asked: Vec<_> = policies
        .iter()
        .zip(read.iter().map(Case::request))
        .collect();
    let allowed = asked
        .iter()
        .filter(|(policies, request)| decide(policies, request) == Decision::Allowed);
    writeln!(
        out,
        "{} requests, {} allowed; a role with 10 statements, a key policy with 5; one core\n",
        asked.len(),
        allowed.count()
    )?;

    let decisions = per_second(200_000, asked.len(), &mut |at| {
        if let Some((policies, request)) = asked.get(at) {
            black_box(decide(black_box(policies), black_box(request)));
        }
    });
    let name = |_| String::new();
    let outcomes = per_second(20_000, asked.len(), &mut |at| {
        if let Some((policies, request)) = asked.get(at) {
            black_box(explain(black_box(policies), black_box(request), &name));
        }
    });
    let simplest = per_second(2_000, cases.len(), &mut |at| {
        if let Some(case) = cases.get(at) {
            black_box(oracle::decide(black_box(case)));
        }
    });
    for (what, rate) in [
        ("decided", decisions),
        ("decided, with reasons in words", outcomes),
        (
            "the simplest evaluator, which reads the policies each time",
            simplest,
        ),
    ] {
        writeln!(
            out,
            "{:>12.0} a second, {:>6.2} us each: {what}",
            rate,
            1e6 / rate
        )?;
    }
    writeln!(out, "{:>12.0} times the simplest\n", decisions / simplest)?;
    writeln!(
        out,
        "twice the input, so many times the time (goal: 2.3 at most):"
    )?;
    for (what, ratio) in growth() {
        writeln!(out, "{ratio:>12.2} {what}")?;
    }
    Ok(())
}

/// The best of several rounds.
fn per_second(count: usize, cases: usize, ask: &mut dyn FnMut(usize)) -> f64 {
    let rounds = (0..7).map(|_| {
        let begin = Instant::now();
        for at in 0..count {
            ask(at % cases);
        }
        begin.elapsed().as_secs_f64()
    });
    let best = rounds.fold(f64::INFINITY, f64::min);
    f64::from(u32::try_from(count).unwrap_or(u32::MAX)) / best
}

/// One role and one key, asked for what roles do: some of it is granted, some is not, some denied.
fn cases() -> Vec<Json> {
    let identity = json!({"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Action": ["s3:GetObject", "s3:GetObjectVersion"], "Resource": "arn:aws:s3:::data/in/*"},
        {"Effect": "Allow", "Action": "s3:PutObject", "Resource": "arn:aws:s3:::data/out/*"},
        {"Effect": "Allow", "Action": "s3:ListBucket", "Resource": "arn:aws:s3:::data",
         "Condition": {"StringLike": {"s3:prefix": ["in/*", "out/*"]}}},
        {"Effect": "Allow", "Action": ["kms:Decrypt", "kms:GenerateDataKey*", "kms:DescribeKey"],
         "Resource": KEY, "Condition": {"StringEquals": {"kms:ViaService": "s3.eu-central-1.amazonaws.com"}}},
        {"Effect": "Allow", "Action": "sagemaker:CreateProcessingJob",
         "Resource": format!("arn:aws:sagemaker:*:{ACCOUNT}:processing-job/*")},
        {"Effect": "Allow", "Action": "iam:PassRole", "Resource": format!("arn:aws:iam::{ACCOUNT}:role/JobRole"),
         "Condition": {"StringEquals": {"iam:PassedToService": "sagemaker.amazonaws.com"}}},
        {"Effect": "Allow", "Action": ["logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents"],
         "Resource": format!("arn:aws:logs:*:{ACCOUNT}:log-group:/aws/sagemaker/*")},
        {"Effect": "Allow", "Action": "cloudwatch:PutMetricData", "Resource": "*",
         "Condition": {"StringEquals": {"cloudwatch:namespace": "/aws/sagemaker/ProcessingJobs"}}},
        {"Effect": "Allow", "Action": ["ecr:GetAuthorizationToken", "ecr:BatchGetImage"], "Resource": "*"},
        {"Effect": "Deny", "Action": ["s3:*", "kms:*"], "Resource": "*",
         "Condition": {"StringNotEquals": {"aws:PrincipalAccount": ACCOUNT}}}]});
    let root = json!({"AWS": format!("arn:aws:iam::{ACCOUNT}:root")});
    let role = |name: &str| json!({"AWS": format!("arn:aws:iam::{ACCOUNT}:role/{name}")});
    let key = json!({"Version": "2012-10-17", "Statement": [
        {"Sid": "Administration", "Effect": "Allow", "Principal": role("KeyAdmin"),
         "Action": ["kms:Create*", "kms:Describe*", "kms:Put*", "kms:Update*"], "Resource": "*"},
        {"Sid": "Account", "Effect": "Allow", "Principal": root, "Action": ["kms:Decrypt", "kms:DescribeKey"],
         "Resource": "*", "Condition": {"StringEquals": {"kms:CallerAccount": ACCOUNT}}},
        {"Sid": "Job", "Effect": "Allow", "Principal": role("JobRole"), "Action": "kms:GenerateDataKey*", "Resource": "*"},
        {"Sid": "Grants", "Effect": "Allow", "Principal": role("JobRole"), "Action": "kms:CreateGrant", "Resource": "*",
         "Condition": {"Bool": {"kms:GrantIsForAWSResource": "true"}}},
        {"Sid": "Perimeter", "Effect": "Deny", "Principal": "*", "Action": "kms:*", "Resource": "*",
         "Condition": {"StringNotEquals": {"kms:CallerAccount": ACCOUNT}}}]});
    let actions = [
        "Decrypt",
        "GenerateDataKey",
        "Encrypt",
        "CreateGrant",
        "DescribeKey",
        "PutKeyPolicy",
        "ReEncryptFrom",
    ];
    let mut cases = Vec::new();
    for action in actions {
        for (caller, via) in [
            (ACCOUNT, "s3"),
            (ACCOUNT, "sagemaker"),
            ("444455556666", "s3"),
        ] {
            for grant in ["true", "false"] {
                cases.push(
                    json!({"identityPolicies": [identity], "resourcePolicy": key, "request": {
                    "principal": format!("arn:aws:sts::{ACCOUNT}:assumed-role/JobRole/SageMaker"),
                    "action": format!("kms:{action}"), "resource": KEY,
                    "context": {"kms:ViaService": format!("{via}.eu-central-1.amazonaws.com"),
                                "kms:CallerAccount": caller, "aws:PrincipalAccount": caller,
                                "kms:GrantIsForAWSResource": grant}}}),
                );
            }
        }
    }
    cases
}

type Grow = fn(usize) -> String;

fn statement(inner: &str) -> String {
    format!(r#"{{"Version": "2012-10-17", "Statement": [{{"Effect": "Allow", {inner}}}]}}"#)
}

/// Each kind of hostile document, in a size that grows.
const HOSTILE: [(&str, Grow); 8] = [
    ("a long text", |n| {
        statement(&format!(
            r#""Action": "s3:Get{}", "Resource": "*""#,
            "x".repeat(n * 500)
        ))
    }),
    ("many statements", |n| {
        let each = (0..n * 10).map(|at| {
            format!(r#"{{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::d{at}/*"}}"#)
        });
        let each = each.collect::<Vec<_>>().join(", ");
        format!(r#"{{"Version": "2012-10-17", "Statement": [{each}]}}"#)
    }),
    ("many stars", |n| {
        statement(&format!(
            r#""Action": "s3:*", "Resource": "arn:aws:s3:::{}z""#,
            "*".repeat(n * 100)
        ))
    }),
    ("many stars apart", |n| {
        statement(&format!(
            r#""Action": "s3:*", "Resource": "arn:aws:s3:::{}z""#,
            "*d".repeat(n * 100)
        ))
    }),
    ("many values", |n| {
        let values = (0..n * 30)
            .map(|at| format!("\"v{at}\""))
            .collect::<Vec<_>>()
            .join(", ");
        statement(&format!(
            r#""Action": "*", "Resource": "*", "Condition": {{"StringLike": {{"aws:username": [{values}]}}}}"#
        ))
    }),
    ("many variables", |n| {
        statement(&format!(
            r#""Action": "*", "Resource": "arn:aws:s3:::{}""#,
            "${aws:username}".repeat(n * 5)
        ))
    }),
    ("many unknown operators", |n| {
        let each = (0..n * 5).map(|at| format!(r#""StringIs{at}": {{"a:b": "c"}}"#));
        let each = each.collect::<Vec<_>>().join(", ");
        statement(&format!(
            r#""Action": "*", "Resource": "*", "Condition": {{{each}}}"#
        ))
    }),
    ("deep nesting", |n| {
        format!("{}{}", "[".repeat(n * 500), "]".repeat(n * 500))
    }),
];

fn growth() -> Vec<(&'static str, f64)> {
    let seconds = |document: &str| {
        let case = format!(
            r#"{{"identityPolicies": [{document}], "request": {{"principal": "arn:aws:iam::{ACCOUNT}:user/alice",
            "action": "s3:GetObject", "resource": "arn:aws:s3:::data/x", "context": {{"aws:username": "alice"}}}}}}"#
        )
        .replace('\n', "");
        let times = (0..9).map(|_| {
            let begin = Instant::now();
            let mut output = Vec::new();
            let written = answer_lines(&mut case.as_bytes(), &mut output);
            black_box((written.is_ok(), output));
            begin.elapsed().as_secs_f64()
        });
        times.fold(f64::INFINITY, f64::min)
    };
    let ratio = |grow: Grow| {
        let mut size = 50;
        // Large enough that the clock tells.
        while seconds(&grow(size)) < 0.005 && size < 25_600 {
            size *= 2;
        }
        seconds(&grow(size * 2)) / seconds(&grow(size))
    };
    HOSTILE
        .iter()
        .map(|(what, grow)| (*what, ratio(*grow)))
        .collect()
}
