//! What is decided of a case with holes holds for every text that the holes may stand for.

use std::collections::BTreeMap;

use plangate::iam::Decision;
use rayon::prelude::*;
use serde_json::{Value as Json, json};

use super::generate::{self, Random};
use super::symbolic::{Symbolic, filled};
use super::{cases, decide, oracle};

/// A case with holes, and what each hole may stand for.
struct Open {
    case: Json,
    texts: BTreeMap<String, Vec<String>>,
}

/// Texts that a hole may stand for, besides the one that was there.
const ANY: &[&str] = &["", "data", "*", "in/x", "?", "a:b", "role/x"];

impl Open {
    /// Takes some texts out of a random case.
    fn random(seed: u64) -> Self {
        let mut random = Random::new(seed ^ 0x5eed);
        let mut open = Self {
            case: generate::case(seed),
            texts: BTreeMap::new(),
        };
        for at in 0..=random.below(2) {
            open.take_out(&format!("h{at}"), &mut random);
        }
        if random.chance(25) {
            open.doubt_a_key(&mut random);
        }
        if random.chance(10) {
            open.doubt_a_policy(&mut random);
        }
        open
    }

    fn take_out(&mut self, name: &str, random: &mut Random) {
        let mut places = Vec::new();
        collect(&self.case, &mut Vec::new(), &mut places);
        if places.is_empty() {
            return;
        }
        let (path, text) = places[random.below(places.len())].clone();
        let Some((from, to)) = piece_of(&text, random) else {
            return;
        };
        if !makes_sense(&path, &text, from, to) {
            return;
        }
        let taken = text[from..to].to_owned();
        let is_name = |text: &str| {
            !text.is_empty()
                && text
                    .bytes()
                    .all(|byte| byte.is_ascii_alphanumeric() || b"_.-".contains(&byte))
        };
        let is_account = taken.len() == 12 && taken.bytes().all(|byte| byte.is_ascii_digit());
        let names_principal = path.iter().any(|step| step.ends_with("rincipal"));
        let (domain, others): (&str, &[&str]) = if is_account {
            (":account", &["111122223333", "444455556666"])
        } else if is_name(&taken) && (names_principal || random.chance(50)) {
            (
                if random.chance(30) {
                    ":distinct"
                } else {
                    ":name"
                },
                &["data", "other-1"],
            )
        } else if names_principal {
            return;
        } else {
            ("", ANY)
        };
        let hole = format!("{name}{domain}");
        let mut texts = vec![taken.clone()];
        texts.extend(
            others
                .iter()
                .filter(|other| **other != taken)
                .map(|other| (*other).to_owned()),
        );
        // The same text elsewhere becomes the same hole, at times.
        let everywhere = random.chance(60);
        for (other, text) in &places {
            let is_here = *other == path;
            let found = if is_here {
                Some(from)
            } else {
                text.find(&taken)
            };
            let Some(at) = found.filter(|_| is_here || everywhere) else {
                continue;
            };
            let end = at + taken.len();
            let fits = is_here || may_take(text, at) && makes_sense(other, text, at, end);
            let names_principal = other.iter().any(|step| step.ends_with("rincipal"));
            if fits && !(names_principal && domain.is_empty()) {
                let with_hole = format!("{}⟨{hole}⟩{}", &text[..at], &text[end..]);
                *at_path(&mut self.case, other) = Json::String(with_hole);
            }
        }
        self.texts.insert(hole, texts);
    }

    /// A context key may be absent.
    fn doubt_a_key(&mut self, random: &mut Random) {
        let Some(keys) = self.case["request"]["context"].as_object_mut() else {
            return;
        };
        let names: Vec<_> = keys
            .keys()
            .filter(|key| *key != "aws:PrincipalArn")
            .cloned()
            .collect();
        if names.is_empty() {
            return;
        }
        let name = &names[random.below(names.len())];
        let value = keys[name].clone();
        keys[name] = json!({ "$maybe": value });
    }

    /// An identity policy is not known.
    fn doubt_a_policy(&mut self, random: &mut Random) {
        let Some(policies) = self
            .case
            .get_mut("identityPolicies")
            .and_then(Json::as_array_mut)
        else {
            return;
        };
        if !policies.is_empty() {
            let at = random.below(policies.len());
            policies[at] = json!({ "$unknown": "policy" });
        }
    }

    /// Every case that it stands for.
    fn completions(&self) -> Vec<Json> {
        let mut fillings = vec![BTreeMap::new()];
        for (hole, texts) in &self.texts {
            let longer = fillings
                .iter()
                .flat_map(|filling: &BTreeMap<String, String>| {
                    texts.iter().map(|text| {
                        let mut filling = filling.clone();
                        filling.insert(hole.clone(), text.clone());
                        filling
                    })
                });
            fillings = longer.collect();
        }
        fillings.retain(|filling| {
            let distinct = filling
                .iter()
                .filter(|(hole, _)| hole.ends_with(":distinct"));
            let texts: Vec<_> = distinct.map(|(_, text)| text).collect();
            texts.len() < 2 || texts[0] != texts[1]
        });
        let filled = fillings.iter().map(|filling| filled(&self.case, filling));
        filled
            .flat_map(|case| keys_settled(&case))
            .flat_map(|case| policies_settled(&case))
            .collect()
    }
}

fn keys_settled(case: &Json) -> Vec<Json> {
    let keys = case["request"]["context"].as_object();
    let open = keys
        .into_iter()
        .flatten()
        .find(|(_, value)| value.get("$maybe").is_some());
    let Some((key, value)) = open else {
        return vec![case.clone()];
    };
    let (mut present, mut absent) = (case.clone(), case.clone());
    present["request"]["context"][key] = value["$maybe"].clone();
    if let Some(keys) = absent["request"]["context"].as_object_mut() {
        keys.remove(key);
    }
    vec![present, absent]
}

fn policies_settled(case: &Json) -> Vec<Json> {
    let policies = case.get("identityPolicies").and_then(Json::as_array);
    let open = policies.and_then(|all| all.iter().position(|one| one.get("$unknown").is_some()));
    let Some(at) = open else {
        return vec![case.clone()];
    };
    ["Allow", "Deny"]
        .iter()
        .flat_map(|effect| ["*", "arn:aws:s3:::nothing"].map(|resource| (effect, resource)))
        .map(|(effect, resource)| {
            let mut case = case.clone();
            case["identityPolicies"][at] = json!({"Version": "2012-10-17", "Statement": [
                {"Effect": effect, "Action": "*", "Resource": resource}]});
            case
        })
        .collect()
}

/// The texts that may have holes: what policies compare, and what they compare it with.
fn collect(json: &Json, path: &mut Vec<String>, places: &mut Vec<(Vec<String>, String)>) {
    match json {
        Json::String(text) => {
            let last = path
                .iter()
                .rev()
                .find(|step| step.parse::<usize>().is_err());
            let last = last.map_or("", String::as_str);
            let in_condition = path.iter().any(|step| step == "Condition");
            let in_context = path.iter().any(|step| step == "context");
            let is_principal = path.iter().any(|step| step == "Principal");
            // What they stand for must be a policy that AWS takes, and a request that can be made.
            let is_short = path.iter().any(|step| step == "sessionPolicy");
            let is_arn = text.starts_with("arn:") && !(is_short && text.matches(':').count() < 5);
            let compares = matches!(last, "Resource" | "NotResource" | "resource") && is_arn
                || last == "Action" && text.contains(':');
            let fits = compares || in_condition || in_context || is_principal;
            if fits && last != "aws:PrincipalArn" && !text.contains(['$', '⟨']) && text.is_ascii()
            {
                places.push((path.clone(), text.clone()));
            }
        }
        Json::Array(list) => {
            for (at, inner) in list.iter().enumerate() {
                path.push(at.to_string());
                collect(inner, path, places);
                path.pop();
            }
        }
        Json::Object(map) => {
            for (name, inner) in map {
                path.push(name.clone());
                collect(inner, path, places);
                path.pop();
            }
        }
        _ => {}
    }
}

fn at_path<'j>(json: &'j mut Json, path: &[String]) -> &'j mut Json {
    path.iter().fold(json, |json, step| match json {
        Json::Array(list) => &mut list[step.parse::<usize>().unwrap()],
        other => &mut other[step],
    })
}

/// Whether a hole may begin there: not in what tells that it is an ARN, or the service.
fn may_take(text: &str, at: usize) -> bool {
    let colons = text[..at].bytes().filter(|byte| *byte == b':').count();
    if text.starts_with("arn:") {
        colons >= 3
    } else {
        colons >= 1 || !text.contains(':')
    }
}

/// Whether the case still stands for requests that can be made and policies that AWS takes: what is
/// asked for and whom a statement names keep their kind, and a session policy its six fields.
fn makes_sense(path: &[String], text: &str, from: usize, to: usize) -> bool {
    let colons = |text: &str| text.bytes().filter(|byte| *byte == b':').count();
    if path.last().is_some_and(|step| step == "resource") {
        let rest = text.splitn(6, ':').nth(5).unwrap_or("");
        let kind = rest.find('/').map_or(0, |at| at + 1);
        let is_account = colons(&text[..from]) == 4 && to - from == 12 && colons(&text[..to]) == 4;
        return is_account || from >= text.len() - rest.len() + kind;
    }
    if path.iter().any(|step| step.ends_with("rincipal")) && text.starts_with("arn:") {
        let is_account = colons(&text[..from]) == 4 && to - from == 12;
        return is_account || text[..from].contains('/');
    }
    let left = colons(&text[..from]) + colons(&text[to..]);
    path.iter().all(|step| step != "sessionPolicy") || !text.starts_with("arn:") || left >= 5
}

fn piece_of(text: &str, random: &mut Random) -> Option<(usize, usize)> {
    let starts: Vec<_> = (0..text.len()).filter(|at| may_take(text, *at)).collect();
    if starts.is_empty() {
        return None;
    }
    let mut from = starts[random.below(starts.len())];
    let mut to = from + 1 + random.below(text.len() - from);
    if random.chance(60) {
        // A whole word.
        let bounds = |byte: &u8| b":/".contains(byte);
        let bytes = text.as_bytes();
        let begin = bytes[..from]
            .iter()
            .rposition(bounds)
            .map_or(0, |at| at + 1);
        from = if may_take(text, begin) { begin } else { from };
        to = bytes[from..]
            .iter()
            .position(bounds)
            .map_or(text.len(), |at| from + at);
    }
    (from < to).then_some((from, to))
}

enum Judged {
    Open,
    /// Undecided, though every completion that was tried says the same.
    OpenInVain,
    Agrees,
    Wrong(String),
}

fn judge(seed: u64) -> Judged {
    let open = Open::random(seed);
    let outcome = Symbolic::read(&open.case).explain();
    let plain = |case: &Json| {
        let (plain, other) = (decide(case), oracle::decide(case));
        // The oracle leaves open what it does not see to be asked twice.
        let is_settled = other != "Undetermined" && plain != "Undetermined";
        assert!(
            !is_settled || (plain == "Allowed") == (other == "Allowed"),
            "{case}"
        );
        plain
    };
    let completions = open.completions();
    if outcome.decision == Decision::Undecided {
        let mut answers: Vec<_> = completions.iter().map(plain).collect();
        let denied = |answer: &&str| answer.ends_with("Denied");
        answers.dedup();
        let one = answers.len() == 1 && answers[0] != "Undetermined" || answers.iter().all(denied);
        return if one {
            Judged::OpenInVain
        } else {
            Judged::Open
        };
    }
    let kind_is_open = !outcome.hinges_on.is_empty();
    for completion in completions {
        let plain = plain(&completion);
        let agrees = match outcome.decision {
            Decision::Allowed => plain == "Allowed",
            Decision::DeniedExplicitly => plain == "ExplicitlyDenied",
            Decision::DeniedByDefault if kind_is_open => plain.ends_with("Denied"),
            _ => plain == "ImplicitlyDenied",
        };
        if !agrees {
            return Judged::Wrong(format!(
                "seed {seed}: {:?}, but {plain} for\n{completion}\nof\n{}",
                outcome.decision, open.case
            ));
        }
    }
    Judged::Agrees
}

#[test]
fn what_is_decided_holds_for_every_completion() {
    let count = cases() / 4;
    let judged: Vec<_> = (0..count).into_par_iter().map(judge).collect();
    let wrong: Vec<_> = judged
        .iter()
        .filter_map(|judged| match judged {
            Judged::Wrong(message) => Some(message.as_str()),
            _ => None,
        })
        .collect();
    let number = |wanted: fn(&Judged) -> bool| judged.iter().filter(|one| wanted(one)).count();
    let in_vain = number(|one| matches!(one, Judged::OpenInVain));
    let agrees = number(|one| matches!(one, Judged::Agrees));
    let shown = wrong.iter().take(5).copied().collect::<Vec<_>>().join("\n");
    assert!(
        wrong.is_empty(),
        "{} of {count} are wrong\n{shown}",
        wrong.len()
    );
    eprintln!("{count} cases: {agrees} decided, {in_vain} undecided though few completions differ");
    assert!(agrees > in_vain * 4, "{agrees} decided, {in_vain} in vain");
}
