//! What one closed-world question costs beside loading: `plangate who s3:GetObject BUCKET` on an estate of
//! 5,000 principals, as a ratio to loading and resolving the same plan.
//!
//! `cargo bench --bench who`. One in 50 of the roles may read the bucket, one in ten may assume another one, one
//! in 40 passes roles to a service; a third of the principals are users, in groups of 25. Both are timed by the
//! clock, one after the other in one process, and the medians are told.
#![expect(
    clippy::expect_used,
    clippy::print_stdout,
    clippy::cast_precision_loss,
    reason = "a bench that cannot go on fails, and prints"
)]

use std::hint::black_box;
use std::time::Instant;

use plangate::access::Access;
use plangate::iam::Action;
use plangate::iam::catalogue::ManagedPolicies;
use plangate::load::plan::{View, load};
use plangate::model::graph::ResourceGraph;
use plangate::model::source::SourceMap;
use plangate::resolve::resolve;
use plangate::seals::{Asked, who};
use plangate::settings::Settings;
use serde_json::{Value, json};

const PRINCIPALS: usize = 5_000;

const PAIRS: usize = 7;

const ACCOUNT: &str = "111122223333";

fn main() {
    let plan = plan(PRINCIPALS);
    let megabytes = plan.len() as f64 / 1e6;
    let mut sources = SourceMap::default();
    let file = sources.add("plan", plan);
    let read = || {
        let plan = load(&sources, file, View::Planned).expect("the plan loads");
        resolve(plan.draft)
    };
    let (mut loads, mut asks, mut ratios) = (Vec::new(), Vec::new(), Vec::new());
    let mut found = 0;
    for _ in 0..PAIRS {
        let start = Instant::now();
        let graph = read();
        let loading = start.elapsed().as_secs_f64();
        let start = Instant::now();
        found = black_box(ask(&graph));
        let asking = start.elapsed().as_secs_f64();
        loads.push(loading);
        asks.push(asking);
        ratios.push(asking / loading);
    }
    println!("plan            {megabytes:.1} MB, {PRINCIPALS} principals");
    println!(
        "load + resolve  {:.1} ms (median of {PAIRS})",
        median(loads) * 1e3
    );
    println!(
        "who             {:.1} ms, {found} found",
        median(asks) * 1e3
    );
    println!("ratio           {:.2} (goal: below 10)", median(ratios));
}

/// Who reads the objects of the bucket.
fn ask(graph: &ResourceGraph<'_>) -> usize {
    let managed = ManagedPolicies::default();
    let settings = Settings::default();
    let access = Access::new(graph, &managed, &settings);
    let bucket = graph.find("aws_s3_bucket.data").expect("it is there");
    let told = who(
        &access,
        &Asked {
            action: &Action::named("s3:GetObject"),
            object: &access.object(bucket),
            anything_inside: true,
        },
    );
    told.admitted.len()
}

fn plan(principals: usize) -> String {
    let mut all = vec![resource(
        "aws_s3_bucket",
        "data",
        &json!({"bucket": "research-data"}),
    )];
    let users = principals / 3;
    for number in 0..principals - users {
        let name = format!("role-{number:04}");
        all.push(resource("aws_iam_role", &name, &role(&name, number)));
        let policy = policy(&statements(number));
        let attached = json!({"name": "own", "role": name, "policy": policy});
        all.push(resource("aws_iam_role_policy", &name, &attached));
    }
    for number in 0..users {
        let name = format!("user-{number:04}");
        let group = format!("group-{:03}", number / 25);
        all.push(resource("aws_iam_user", &name, &json!({"name": name})));
        let membership = json!({"user": name, "groups": [group]});
        all.push(resource(
            "aws_iam_user_group_membership",
            &name,
            &membership,
        ));
        if number % 25 == 0 {
            all.push(resource("aws_iam_group", &group, &json!({"name": group})));
            let policy = policy(&statements(number / 25));
            let attached = json!({"name": "own", "group": group, "policy": policy});
            all.push(resource("aws_iam_group_policy", &group, &attached));
        }
    }
    json!({
        "format_version": "1.2",
        "resource_changes": all,
        "configuration": {
            "provider_config": {
                "aws": {
                    "name": "aws",
                    "expressions": {
                        "region": {"constant_value": "eu-central-1"},
                        "allowed_account_ids": {"constant_value": [ACCOUNT]},
                    },
                },
            },
            "root_module": {},
        },
    })
    .to_string()
}

fn role(name: &str, number: usize) -> Value {
    let mut trusted = vec![json!({
        "Effect": "Allow",
        "Principal": {"Service": "lambda.amazonaws.com"},
        "Action": "sts:AssumeRole",
    })];
    if number.is_multiple_of(5) {
        trusted.push(json!({
            "Effect": "Allow",
            "Principal": {"AWS": format!("arn:aws:iam::{ACCOUNT}:root")},
            "Action": "sts:AssumeRole",
        }));
    }
    json!({"name": name, "assume_role_policy": policy(&trusted)})
}

fn statements(number: usize) -> Vec<Value> {
    let allow = |actions: &[&str], resources: Vec<String>| json!({"Effect": "Allow", "Action": actions, "Resource": resources});
    let own = format!("arn:aws:s3:::bucket-{number:04}");
    let mut statements = vec![
        allow(
            &["s3:ListBucket", "s3:GetObject*", "s3:PutObject"],
            vec![own.clone(), format!("{own}/*")],
        ),
        allow(
            &[
                "logs:CreateLogGroup",
                "logs:CreateLogStream",
                "logs:PutLogEvents",
            ],
            vec!["*".to_owned()],
        ),
        allow(
            &["dynamodb:GetItem", "dynamodb:Query", "dynamodb:PutItem"],
            vec![format!(
                "arn:aws:dynamodb:eu-central-1:{ACCOUNT}:table/table-{number:04}"
            )],
        ),
    ];
    if number.is_multiple_of(50) {
        statements.push(allow(
            &["s3:GetObject"],
            vec!["arn:aws:s3:::research-*/*".to_owned()],
        ));
    }
    if number % 10 == 3 {
        let other = format!("arn:aws:iam::{ACCOUNT}:role/role-{:04}", number * 5 % 3_000);
        statements.push(allow(&["sts:AssumeRole"], vec![other]));
    }
    if number % 40 == 7 {
        let roles = format!("arn:aws:iam::{ACCOUNT}:role/role-{:02}*", number % 30);
        statements.push(allow(
            &["iam:PassRole", "lambda:CreateFunction"],
            vec![
                roles,
                format!("arn:aws:lambda:eu-central-1:{ACCOUNT}:function:*"),
            ],
        ));
    }
    statements
}

fn policy(statements: &[Value]) -> String {
    json!({"Version": "2012-10-17", "Statement": statements}).to_string()
}

fn resource(type_name: &str, name: &str, after: &Value) -> Value {
    json!({
        "address": format!("{type_name}.{name}"),
        "mode": "managed",
        "type": type_name,
        "name": name,
        "provider_name": "registry.terraform.io/hashicorp/aws",
        "change": {
            "actions": ["create"],
            "before": null,
            "after": after,
            "after_unknown": {"arn": true, "id": true},
            "before_sensitive": false,
            "after_sensitive": {},
        },
    })
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
}
