//! The values of a tree, held against those of other readers of YAML and JSON.

use std::collections::BTreeMap;

use plangate::yaml::{Data, Node};

use crate::inputs;

/// Where a tree and another reader's value differ.
#[derive(Default)]
struct Differences {
    /// What YAML 1.1 types in another way than YAML 1.2, by what it is.
    known: BTreeMap<&'static str, usize>,
    wrong: Vec<String>,
}

impl Differences {
    fn yaml(&mut self, node: &Node, other: &serde_yaml::Value) {
        use serde_yaml::Value;
        let known = match (&node.tag, other) {
            (Some((tag, _)), Value::Tagged(tagged)) => {
                if tagged.tag != **tag {
                    self.wrong.push(format!("{} is not {tag}", tagged.tag));
                }
                let mut inner = node.clone();
                inner.tag = None;
                // Under a tag of its own, a scalar is text.
                match (&inner.data, &tagged.value) {
                    (Data::Text(text), Value::Number(number)) => {
                        self.number(text, &number.to_string());
                        return;
                    }
                    (Data::Text(text), Value::Bool(flag)) if **text == flag.to_string() => return,
                    (Data::Text(text), Value::Null) if text.is_empty() => return,
                    _ => self.yaml(&inner, &tagged.value),
                }
                return;
            }
            (Some((tag, _)), _) => Err(format!("{tag} is not there")),
            (None, other) => match (&node.data, other) {
                (Data::Null, Value::Null) => Ok(None),
                (Data::Bool(own), Value::Bool(other)) if own == other => Ok(None),
                (Data::Bool(true), Value::String(text))
                    if ["yes", "on"].contains(&text.to_lowercase().as_str()) =>
                {
                    Ok(Some("true"))
                }
                (Data::Bool(false), Value::String(text))
                    if ["no", "off"].contains(&text.to_lowercase().as_str()) =>
                {
                    Ok(Some("false"))
                }
                (Data::Number(text), Value::Number(number)) => {
                    self.number(text, &number.to_string());
                    return;
                }
                (Data::Number(own), Value::String(text)) if **own == **text => {
                    Ok(Some("octal, or with `_`"))
                }
                (Data::Text(own), Value::String(text)) if **own == **text => Ok(None),
                (Data::List(elements), Value::Sequence(others))
                    if elements.len() == others.len() =>
                {
                    for (element, other) in elements.iter().zip(others) {
                        self.yaml(element, other);
                    }
                    Ok(None)
                }
                (Data::Map(entries), Value::Mapping(others)) if entries.len() == others.len() => {
                    let others: BTreeMap<_, _> = others
                        .iter()
                        .map(|(key, value)| (key_text(key), value))
                        .collect();
                    for (key, value) in entries.iter() {
                        match others.get(&*key.text) {
                            Some(other) => self.yaml(value, other),
                            None => self.wrong.push(format!("no {}", key.text)),
                        }
                    }
                    Ok(None)
                }
                (own, other) => {
                    let (own, other) = (format!("{own:.0?}"), format!("{other:?}"));
                    let short = |text: String| text.chars().take(200).collect::<String>();
                    Err(format!("{} is not {}", short(own), short(other)))
                }
            },
        };
        match known {
            Ok(None) => {}
            Ok(Some(kind)) => *self.known.entry(kind).or_default() += 1,
            Err(wrong) => self.wrong.push(wrong),
        }
    }

    fn number(&mut self, own: &str, other: &str) {
        if own == other {
            return;
        }
        match (own.parse::<f64>(), other.parse::<f64>()) {
            (Ok(one), Ok(two)) if one.to_bits() == two.to_bits() => {}
            _ if own.starts_with("0x") => {}
            _ => self.wrong.push(format!("{own} is not {other}")),
        }
    }

    fn json(&mut self, node: &Node, other: &serde_json::Value) {
        use serde_json::Value;
        let is_same = match (&node.data, other) {
            (Data::Null, Value::Null) => true,
            (Data::Bool(own), Value::Bool(other)) => own == other,
            (Data::Number(own), Value::Number(other)) => {
                self.number(own, &other.to_string());
                true
            }
            (Data::Text(own), Value::String(other)) => **own == **other,
            (Data::List(own), Value::Array(others)) => {
                let pairs = own.iter().zip(others);
                pairs.for_each(|(own, other)| self.json(own, other));
                own.len() == others.len()
            }
            (Data::Map(own), Value::Object(others)) => {
                for (key, value) in own.iter() {
                    match others.get(&*key.text) {
                        Some(other) => self.json(value, other),
                        None => self.wrong.push(format!("no {}", key.text)),
                    }
                }
                own.len() == others.len()
            }
            _ => false,
        };
        if !is_same {
            self.wrong.push(format!("{:?} is not {other}", node.span));
        }
    }
}

fn key_text(key: &serde_yaml::Value) -> String {
    match key {
        serde_yaml::Value::String(text) => text.clone(),
        serde_yaml::Value::Tagged(tagged) => key_text(&tagged.value),
        other => serde_yaml::to_string(other).unwrap().trim_end().to_owned(),
    }
}

#[test]
fn values_are_those_of_other_readers() {
    let Some(inputs) = inputs() else { return };
    let (mut yaml, mut json) = (0, 0);
    let (mut only_here, mut only_there) = (Vec::new(), Vec::new());
    let mut wrong = Vec::new();
    let mut known: BTreeMap<_, usize> = BTreeMap::new();
    for input in &inputs {
        let mut differences = Differences::default();
        let own = input.read();
        if input.is_json {
            let other = serde_json::from_str::<serde_json::Value>(&input.text);
            match (&own, &other) {
                (Ok(own), Ok(other)) => {
                    json += 1;
                    differences.json(&own.root, other);
                }
                (Ok(_), Err(error)) => only_here.push(format!("{}: {error}", input.name())),
                (Err(error), Ok(_)) => only_there.push(format!("{}: {error}", input.name())),
                (Err(_), Err(_)) => {}
            }
        }
        let other = serde_yaml::from_str::<serde_yaml::Value>(&input.text);
        match (own, other) {
            (Ok(own), Ok(mut other)) => {
                yaml += 1;
                other.apply_merge().unwrap();
                differences.yaml(&own.root, &other);
            }
            (Ok(_), Err(error)) => only_here.push(format!("{}: {error}", input.name())),
            (Err(error), Ok(_)) if !input.is_json => {
                only_there.push(format!("{}: {error}", input.name()));
            }
            _ => {}
        }
        wrong.extend(
            differences
                .wrong
                .iter()
                .map(|one| format!("{}: {one}", input.name())),
        );
        for (kind, count) in differences.known {
            *known.entry(kind).or_default() += count;
        }
    }
    println!("{yaml} compared as YAML, {json} as JSON; known differences: {known:?}");
    println!(
        "only here:\n{}\nonly there:\n{}",
        only_here.join("\n"),
        only_there.join("\n")
    );
    assert!(
        wrong.is_empty(),
        "{} wrong:\n{}",
        wrong.len(),
        wrong[..wrong.len().min(40)].join("\n")
    );
}
