//! A plan of any size: the bundled example again and again, each time in a module of its own, with six
//! resources of types that no rule reads for every four of the example.

use serde_json::{Value, json};

const EXAMPLE: &str = include_str!("../../testdata/example/plan.json");

/// A plan with about this many resources.
pub(crate) fn plan(resources: usize) -> String {
    let example: Value = serde_json::from_str(EXAMPLE).expect("the example is JSON");
    let list = |pointer: &str| match example.pointer(pointer) {
        Some(Value::Array(list)) => list.clone(),
        _ => Vec::new(),
    };
    let changes = list("/resource_changes");
    let planned = list("/planned_values/root_module/resources");
    let mut all_changes = Vec::new();
    let (mut modules, mut calls) = (Vec::new(), serde_json::Map::new());
    for team in 0.. {
        if all_changes.len() >= resources {
            break;
        }
        let module = format!("module.team_{team:04}");
        let moved = |resource: &Value| moved_into(resource, &module);
        all_changes.extend(changes.iter().map(moved));
        all_changes.extend((0..changes.len() * 3 / 2).map(|at| alarm(&module, at)));
        let resources: Vec<_> = planned.iter().map(moved).collect();
        modules.push(json!({"resources": resources, "address": module}));
        let root = example.pointer("/configuration/root_module").cloned();
        calls.insert(
            format!("team_{team:04}"),
            json!({"source": "./team", "module": root}),
        );
    }
    let plan = json!({
        "format_version": "1.2",
        "planned_values": {"root_module": {"child_modules": modules}},
        "resource_changes": all_changes,
        "configuration": {
            "provider_config": example.pointer("/configuration/provider_config"),
            "root_module": {"module_calls": calls},
        },
    });
    plan.to_string()
}

fn moved_into(resource: &Value, module: &str) -> Value {
    let mut moved = resource.clone();
    let address = resource
        .get("address")
        .and_then(Value::as_str)
        .unwrap_or("");
    moved["address"] = format!("{module}.{address}").into();
    moved["module_address"] = module.into();
    moved
}

fn alarm(module: &str, at: usize) -> Value {
    json!({
        "address": format!("{module}.aws_cloudwatch_metric_alarm.alarm[{at}]"),
        "module_address": module,
        "mode": "managed",
        "type": "aws_cloudwatch_metric_alarm",
        "name": "alarm",
        "index": at,
        "provider_name": "registry.terraform.io/hashicorp/aws",
        "change": {
            "actions": ["create"],
            "before": null,
            "after": {
                "alarm_name": format!("alarm-{at}"),
                "comparison_operator": "GreaterThanThreshold",
                "evaluation_periods": 3,
                "metric_name": "Errors",
                "namespace": "AWS/Lambda",
                "period": 60,
                "statistic": "Sum",
                "threshold": 1,
                "tags": {"team": module, "managed-by": "terraform"},
            },
            "after_unknown": {"arn": true, "id": true, "tags_all": {}},
            "before_sensitive": false,
            "after_sensitive": {"tags": {}, "tags_all": {}},
        },
    })
}
