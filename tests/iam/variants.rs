//! Rewrites a case into others of the same meaning: what the specification calls the same must get
//! the same verdict. Only changes that hold in every layer are made here.

use serde_json::{Map, Value, json};

use super::generate::Random;

const COUNT: usize = 3;

pub(super) fn variants(case: &Value, seed: u64) -> Vec<Value> {
    let mut random = Random::new(seed ^ 0x5eed_5eed_5eed_5eed);
    (0..COUNT).map(|_| rewrite(case, &mut random)).collect()
}

fn rewrite(case: &Value, random: &mut Random) -> Value {
    let mut case = case.clone();
    if let Some(members) = case.as_object_mut() {
        for (name, value) in members.iter_mut() {
            if name.ends_with("Policies")
                || name.ends_with("Policy")
                || name == "permissionBoundaries"
            {
                rewrite_field(value, random);
            }
        }
    }
    case
}

/// A list of documents, a named document, one organisation level, or a document itself.
fn rewrite_field(value: &mut Value, random: &mut Random) {
    match value {
        Value::Array(list) => list.iter_mut().for_each(|item| rewrite_field(item, random)),
        Value::Object(members) => {
            for name in ["policy", "policies"] {
                if let Some(inner) = members.get_mut(name) {
                    rewrite_field(inner, random);
                }
            }
            if let Some(statements) = members.get_mut("Statement") {
                rewrite_statements(statements, random);
            }
        }
        _ => {}
    }
}

fn rewrite_statements(statements: &mut Value, random: &mut Random) {
    let list = match statements.take() {
        Value::Array(list) => list,
        single => vec![single],
    };
    let mut rewritten = Vec::new();
    for mut statement in list {
        if let Some(members) = statement.as_object_mut() {
            rewrite_statement(members, random);
        }
        if random.chance(50) {
            rewritten.extend(split(statement, random));
        } else {
            rewritten.push(statement);
        }
    }
    random.shuffle(&mut rewritten);
    *statements = match rewritten.pop() {
        Some(only) if rewritten.is_empty() && random.chance(50) => only,
        last => {
            rewritten.extend(last);
            Value::Array(rewritten)
        }
    };
}

/// Two statements with a part of the actions each hold together exactly where the one held. This is
/// not so for `NotAction`, where every entry has to miss.
fn split(statement: Value, random: &mut Random) -> Vec<Value> {
    let Some(Value::Array(actions)) = statement.get("Action") else {
        return vec![statement];
    };
    if actions.len() < 2 {
        return vec![statement];
    }
    let at = 1 + random.below(actions.len() - 1);
    [&actions[..at], &actions[at..]]
        .into_iter()
        .map(|part| {
            let mut copy = statement.clone();
            copy["Action"] = json!(part);
            if let Some(members) = copy.as_object_mut() {
                members.remove("Sid");
            }
            copy
        })
        .collect()
}

fn rewrite_statement(members: &mut Map<String, Value>, random: &mut Random) {
    for (name, value) in members.iter_mut() {
        match name.as_str() {
            "Action" | "NotAction" => {
                each_text(value, &mut |text| *text = change_case(text, random));
                reshape(value, random);
            }
            "Resource" | "NotResource" => reshape(value, random),
            "Principal" | "NotPrincipal" => {
                for (sort, entries) in value.as_object_mut().into_iter().flatten() {
                    if sort == "AWS" {
                        each_text(entries, &mut |text| {
                            *text = other_account_form(text, random);
                        });
                    }
                    reshape(entries, random);
                }
            }
            "Condition" => {
                if let Some(operators) = value.as_object_mut() {
                    rename_keys(operators, random);
                    for keys in operators.values_mut().filter_map(Value::as_object_mut) {
                        rename_keys(keys, random);
                        keys.values_mut().for_each(|values| reshape(values, random));
                    }
                }
            }
            _ => {}
        }
    }
}

fn each_text(value: &mut Value, change: &mut dyn FnMut(&mut String)) {
    match value {
        Value::String(text) => change(text),
        Value::Array(list) => list.iter_mut().for_each(|item| each_text(item, change)),
        _ => {}
    }
}

/// A scalar and a list of it mean the same, and so does any order of a list.
fn reshape(value: &mut Value, random: &mut Random) {
    match value {
        Value::Array(list) => {
            random.shuffle(list);
            if list.len() == 1 && random.chance(50) {
                *value = list.remove(0);
            }
        }
        scalar if random.chance(50) => *scalar = json!([scalar.take()]),
        _ => {}
    }
}

fn change_case(text: &str, random: &mut Random) -> String {
    if random.chance(50) {
        return text.to_string();
    }
    let change = |character: char| {
        if random.chance(50) {
            character.to_ascii_uppercase()
        } else {
            character.to_ascii_lowercase()
        }
    };
    text.chars().map(change).collect()
}

/// Operator names and context keys compare without case; a rename must not meet another member.
fn rename_keys(members: &mut Map<String, Value>, random: &mut Random) {
    let names: Vec<String> = members.keys().cloned().collect();
    for name in names {
        let renamed = change_case(&name, random);
        if !members.contains_key(&renamed)
            && let Some(value) = members.remove(&name)
        {
            members.insert(renamed, value);
        }
    }
}

fn other_account_form(entry: &str, random: &mut Random) -> String {
    let is_number = entry.len() == 12 && entry.chars().all(|character| character.is_ascii_digit());
    let number = entry
        .strip_prefix("arn:aws:iam::")
        .and_then(|rest| rest.strip_suffix(":root"));
    match number {
        _ if random.chance(50) => entry.to_string(),
        None if is_number => format!("arn:aws:iam::{entry}:root"),
        Some(number) => number.to_string(),
        None => entry.to_string(),
    }
}
