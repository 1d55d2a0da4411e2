//! An estate whose input asks what nobody tells is judged for each answer: role, key and bucket that depend on
//! one variable stay together. What is not so for all answers says for which.

use std::collections::{BTreeMap, BTreeSet};

use super::Options;
use super::estate::Estate;
use super::sort_key;
use crate::finding::proof::Proof;
use crate::finding::seal::SealProof;
use crate::finding::{Finding, Report};
use crate::model::worlds::{Answer, Answers, Questions};

/// With more worlds, what asks for most of them stays open.
const MOST: usize = 64;

/// One way in which everything that is asked may be answered.
struct World {
    answers: Answers,
    /// What that makes of the named conditions.
    conditions: BTreeMap<String, bool>,
    /// What is there then.
    addresses: BTreeSet<String>,
}

/// Says `judge` of the estate, or of each world of it, to the report.
pub(super) fn in_each(
    options: &Options,
    estate: &mut Estate<'_>,
    report: &mut Report,
    judge: &dyn Fn(&mut Estate<'_>, &mut Report),
) {
    // What was ever asked: it only grows, so that there is an end.
    let mut ever_asked = estate.questions.clone();
    let mut asked = few(&ever_asked);
    while !asked.is_empty() {
        let mut judged = Vec::new();
        for answers in assignments(&asked) {
            let Some(mut world) = estate.with(options, &answers) else {
                continue;
            };
            // An answer may lead to further questions.
            for (what, question) in &world.questions {
                ever_asked.entry(what.clone()).or_default().join(question);
            }
            if world.is_impossible {
                continue;
            }
            let mut said = Report::default();
            judge(&mut world, &mut said);
            let conditions = world.conditions.clone();
            let judged_in_it = world.graph.iter();
            let addresses = judged_in_it.map(|(_, resource)| resource.address.as_str().to_owned());
            let addresses = addresses.collect();
            judged.push((
                World {
                    answers,
                    conditions,
                    addresses,
                },
                said,
            ));
        }
        let also_asked = few(&ever_asked);
        if also_asked == asked {
            if judged.is_empty() {
                break;
            }
            return merge(judged, report);
        }
        asked = also_asked;
    }
    judge(estate, report);
}

/// The questions that are put: those whose values are only looked at are the first to be left open, where there
/// are too many, and then those with most answers.
fn few(questions: &Questions) -> Questions {
    let mut cheapest: Vec<_> = questions.iter().collect();
    cheapest.sort_by_key(|(_, one)| (!one.decides, one.answers().len()));
    let mut ways = 1_usize;
    let few = cheapest.into_iter().take_while(|(_, one)| {
        ways = ways.saturating_mul(one.answers().len());
        ways <= MOST
    });
    few.map(|(what, one)| (what.clone(), one.clone())).collect()
}

/// Every way to answer all questions.
fn assignments(questions: &Questions) -> Vec<Answers> {
    let mut all = vec![Answers::new()];
    for (what, question) in questions {
        let each = question.answers();
        let longer = all.iter().flat_map(|answers| {
            each.iter().map(|answer| {
                let mut answers = answers.clone();
                answers.insert(what.clone(), answer.clone());
                answers
            })
        });
        all = longer.collect();
    }
    all
}

fn merge(judged: Vec<(World, Report)>, report: &mut Report) {
    let (all, said): (Vec<World>, Vec<Report>) = judged.into_iter().unzip();
    let mut findings: Vec<(Finding, Vec<usize>)> = Vec::new();
    let mut paths: Vec<(Proof, Vec<usize>)> = Vec::new();
    let mut seals: Vec<(SealProof, Vec<usize>)> = Vec::new();
    let mut tally = said.first().map(|one| one.tally).unwrap_or_default();
    let mut input = None;
    for (world, said) in said.into_iter().enumerate() {
        tally.holds = tally.holds.min(said.tally.holds);
        tally.broken = tally.broken.max(said.tally.broken);
        tally.unsure = tally.unsure.max(said.tally.unsure);
        for finding in said.findings {
            let same = |one: &&mut (Finding, Vec<usize>)| {
                one.0.fingerprint == finding.fingerprint && one.0.verdict == finding.verdict
            };
            match findings.iter_mut().find(same) {
                Some((known, worlds)) => {
                    // What is tried in one world only is not known of the others.
                    if known.suggestion != finding.suggestion {
                        known.suggestion = None;
                    }
                    worlds.push(world);
                }
                None => findings.push((finding, vec![world])),
            }
        }
        // What decides them counts, too.
        for path in said.paths {
            gather(&mut paths, path, world);
        }
        for seal in said.seals {
            gather(&mut seals, seal, world);
        }
        for problem in said.problems {
            if !report.problems.contains(&problem) {
                report.problems.push(problem);
            }
        }
        for notebook in said.without_data {
            if !report.without_data.contains(&notebook) {
                report.without_data.push(notebook);
            }
        }
        let largest = said.inputs.into_iter().max_by_key(|input| input.resources);
        input = [input, largest]
            .into_iter()
            .flatten()
            .max_by_key(|input| input.resources);
    }
    let findings = findings.into_iter().map(|(mut finding, worlds)| {
        finding.only_when = only_when(&worlds, &all);
        // Where the finding is not told, nothing was tried: what is edited must not be there.
        let others = all.iter().enumerate();
        let mut others = others.filter(|(at, _)| !worlds.contains(at));
        finding.suggestion = finding.suggestion.filter(|suggestion| {
            !others.any(|(_, world)| world.addresses.contains(&suggestion.resource))
        });
        finding
    });
    let mut findings: Vec<_> = findings.collect();
    findings.sort_by(|one, other| sort_key(one).cmp(&sort_key(other)));
    report.findings.append(&mut findings);
    report
        .paths
        .extend(paths.into_iter().map(|(mut path, worlds)| {
            path.only_when = only_when(&worlds, &all);
            path
        }));
    report
        .seals
        .extend(seals.into_iter().map(|(mut seal, worlds)| {
            seal.only_when = only_when(&worlds, &all);
            seal
        }));
    report.inputs.extend(input);
    report.tally.holds += tally.holds;
    report.tally.broken += tally.broken;
    report.tally.unsure += tally.unsure;
}

/// Adds what is said of one world to what is said of others.
fn gather<T: PartialEq>(said: &mut Vec<(T, Vec<usize>)>, one: T, world: usize) {
    match said.iter_mut().find(|(other, _)| *other == one) {
        Some((_, worlds)) => worlds.push(world),
        None => said.push((one, vec![world])),
    }
}

/// What is so in some worlds and in no other: one phrase for each of several ways; none, if they are all worlds.
fn only_when(chosen: &[usize], all: &[World]) -> Vec<String> {
    if chosen.len() == all.len() {
        return Vec::new();
    }
    if let Some(words) = by_condition(chosen, all) {
        return vec![words];
    }
    let relevant = relevant(chosen, all);
    let mut ways: BTreeSet<Vec<(&String, &Answer)>> = BTreeSet::new();
    for world in chosen.iter().filter_map(|at| all.get(*at)) {
        let answers = world.answers.iter();
        ways.insert(
            answers
                .filter(|(what, _)| relevant.contains(what))
                .collect(),
        );
    }
    // All combinations of what each of them may be: one phrase tells them.
    let mut each: BTreeMap<&String, BTreeSet<&Answer>> = BTreeMap::new();
    for (what, answer) in ways.iter().flatten() {
        each.entry(what).or_default().insert(answer);
    }
    let product = each.values().map(BTreeSet::len);
    if product.fold(1, usize::saturating_mul) == ways.len() {
        let words = each.iter().map(|(what, answers)| words(what, answers));
        return vec![words.collect::<Vec<_>>().join(" and ")];
    }
    let ways = ways.iter().map(|way| {
        let words = way
            .iter()
            .map(|(what, answer)| words(what, &[*answer].into()));
        words.collect::<Vec<_>>().join(" and ")
    });
    ways.collect()
}

/// With more conditions, no two of them are looked at together.
const MOST_CONDITIONS: usize = 24;

/// The named condition, or the two, that tell some worlds from all others.
fn by_condition(chosen: &[usize], all: &[World]) -> Option<String> {
    let names: Vec<&String> = all.first()?.conditions.keys().collect();
    // What is true reads better than what is false.
    let each = [true, false]
        .into_iter()
        .flat_map(|is| names.iter().map(move |name| (*name, is)));
    let each: Vec<(&String, bool)> = each.collect();
    let tells = |conditions: &[(&String, bool)]| {
        let mut worlds = all.iter().enumerate();
        worlds.all(|(at, world)| {
            let value = |name: &String| world.conditions.get(name);
            let is_known = conditions.iter().all(|(name, _)| value(name).is_some());
            let is_so = conditions.iter().all(|(name, is)| value(name) == Some(is));
            is_known && is_so == chosen.contains(&at)
        })
    };
    let words = |conditions: &[(&String, bool)]| {
        let words = conditions
            .iter()
            .map(|(name, is)| format!("`{name}` is {is}"));
        words.collect::<Vec<_>>().join(" and ")
    };
    if let Some(one) = each.iter().find(|one| tells(&[**one])) {
        return Some(words(&[*one]));
    }
    if names.len() > MOST_CONDITIONS {
        return None;
    }
    let pairs = each.iter().enumerate();
    let mut pairs =
        pairs.flat_map(|(at, one)| each.iter().skip(at + 1).map(move |two| [*one, *two]));
    pairs.find(|pair| tells(pair)).map(|pair| words(&pair))
}

/// What the choice hangs on: where any other answer leads to another world that is not chosen, or is.
fn relevant<'w>(chosen: &[usize], all: &'w [World]) -> BTreeSet<&'w String> {
    let is_chosen: BTreeMap<&Answers, bool> = all
        .iter()
        .enumerate()
        .map(|(at, world)| (&world.answers, chosen.contains(&at)))
        .collect();
    let mut relevant = BTreeSet::new();
    for what in all.iter().flat_map(|world| world.answers.keys()) {
        if relevant.contains(what) {
            continue;
        }
        let mut by_rest: BTreeMap<Vec<(&String, &Answer)>, bool> = BTreeMap::new();
        let depends = is_chosen.iter().any(|(answers, is)| {
            let rest = answers.iter().filter(|(other, _)| *other != what).collect();
            by_rest
                .insert(rest, *is)
                .is_some_and(|before| before != *is)
        });
        if depends {
            relevant.insert(what);
        }
    }
    relevant
}

/// `` `Environment` is "dev" or "test" ``.
fn words(what: &str, answers: &BTreeSet<&Answer>) -> String {
    let quoted = |values: &mut dyn Iterator<Item = &String>| {
        let values: Vec<_> = values.map(|value| format!("{value:?}")).collect();
        values.join(" or ")
    };
    let mut none = answers.iter().filter_map(|answer| match answer {
        Answer::IsNone(values) => Some(values),
        Answer::Is(_) => None,
    });
    let is = |answer: &&&Answer| match answer {
        Answer::Is(value) => Some(value.clone()),
        Answer::IsNone(_) => None,
    };
    let values: BTreeSet<String> = answers.iter().filter_map(|one| is(&one)).collect();
    if let Some(none) = none.next() {
        let mut others = none.iter().filter(|value| !values.contains(*value));
        return format!("`{what}` is not {}", quoted(&mut others));
    }
    let is_flag = values
        .iter()
        .all(|value| value == "true" || value == "false");
    match values.first() {
        Some(flag) if is_flag && values.len() == 1 => format!("`{what}` is {flag}"),
        _ => format!("`{what}` is {}", quoted(&mut values.iter())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::worlds::Question;

    fn flags(names: &[&str]) -> Questions {
        let flag = Question {
            is_flag: true,
            decides: true,
            ..Question::default()
        };
        let named = names.iter().map(|name| ((*name).to_owned(), flag.clone()));
        named.collect()
    }

    fn values(what: &str, values: &[&str], is_closed: bool) -> (String, Question) {
        let question = Question {
            values: values.iter().map(|value| (*value).to_owned()).collect(),
            is_closed,
            decides: true,
            is_flag: false,
        };
        (what.to_owned(), question)
    }

    fn worlds(questions: &Questions) -> Vec<World> {
        let worlds = assignments(questions).into_iter().map(|answers| World {
            addresses: BTreeSet::new(),
            conditions: BTreeMap::new(),
            answers,
        });
        worlds.collect()
    }

    #[test]
    fn a_variable_is_not_two_texts() {
        let mut questions = flags(&["var.on"]);
        questions.extend([values("var.stage", &["dev", "prod"], false)]);
        assert_eq!(assignments(&questions).len(), 6);
        questions.extend([values("var.stage", &["dev", "prod"], true)]);
        assert_eq!(assignments(&questions).len(), 4);
    }

    #[test]
    fn says_what_worlds_have_in_common() {
        let all = worlds(&flags(&["var.a", "var.b"]));
        assert_eq!(only_when(&[0, 1, 2, 3], &all), [""; 0]);
        assert_eq!(only_when(&[0, 1], &all), ["`var.a` is true"]);
        assert_eq!(
            only_when(&[1], &all),
            ["`var.a` is true and `var.b` is false"]
        );
        assert_eq!(
            only_when(&[0, 3], &all),
            [
                "`var.a` is false and `var.b` is false",
                "`var.a` is true and `var.b` is true",
            ]
        );
    }

    #[test]
    fn says_several_values_in_one_phrase() {
        let questions = [
            values("Size", &["l", "m"], true),
            values("Stage", &["dev", "prod", "test"], true),
        ];
        let all = worlds(&questions.into());
        assert_eq!(
            only_when(&[0, 2, 3, 5], &all),
            ["`Stage` is \"dev\" or \"test\""]
        );
        let open = worlds(&[values("Stage", &["dev", "prod"], false)].into());
        assert_eq!(only_when(&[0, 2], &open), ["`Stage` is not \"prod\""]);
        assert_eq!(
            only_when(&[2], &open),
            ["`Stage` is not \"dev\" or \"prod\""]
        );
    }

    #[test]
    fn says_the_name_of_a_condition() {
        let mut all = worlds(&[values("Stage", &["dev", "prod", "test"], true)].into());
        for (world, is) in all.iter_mut().zip([false, true, false]) {
            world.conditions = [("IsProd".to_owned(), is)].into();
        }
        assert_eq!(only_when(&[1], &all), ["`IsProd` is true"]);
        assert_eq!(only_when(&[0, 2], &all), ["`IsProd` is false"]);
        assert_eq!(only_when(&[0], &all), ["`Stage` is \"dev\""]);
        for (world, is) in all.iter_mut().zip([true, false, false]) {
            world.conditions.insert("IsDev".to_owned(), is);
        }
        let neither = ["`IsDev` is false and `IsProd` is false"];
        assert_eq!(only_when(&[2], &all), neither);
    }

    #[test]
    fn too_many_ways_leave_the_least_deciding_open() {
        let mut questions = flags(&["a", "b", "c", "d"]);
        let (what, mut looked_at) = values("Size", &["1", "2", "3", "4", "5"], true);
        looked_at.decides = false;
        questions.insert(what, looked_at);
        assert_eq!(few(&questions), flags(&["a", "b", "c", "d"]));
    }
}
