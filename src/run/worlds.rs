//! An estate whose source asks what nobody tells is judged for each answer: role, key and bucket that depend on
//! one variable stay together. What is not so for all answers says for which.

use std::collections::BTreeSet;

use super::Options;
use super::estate::Estate;
use super::sort_key;
use crate::finding::proof::Proof;
use crate::finding::{Finding, Report};
use crate::terraform::{Answers, Question};

/// With more questions, all of them stay open.
const MOST_QUESTIONS: usize = 6;

/// Says `judge` of the estate, or of each world of it, to the report.
pub(super) fn in_each(
    options: &Options,
    estate: &Estate<'_>,
    report: &mut Report,
    judge: &dyn Fn(&Estate<'_>, &mut Report),
) {
    let mut questions = estate.questions.clone();
    while !questions.is_empty() && questions.len() <= MOST_QUESTIONS {
        let mut asked = questions.clone();
        let mut worlds = Vec::new();
        for answers in assignments(&questions) {
            let Some(world) = estate.with(options, &answers) else {
                continue;
            };
            // An answer may lead to further questions.
            asked.extend(world.questions.iter().cloned());
            let mut said = Report::default();
            judge(&world, &mut said);
            worlds.push((answers, said));
        }
        if asked == questions {
            return merge(worlds, report);
        }
        questions = asked;
    }
    judge(estate, report);
}

/// All answers that can be true together: a variable is not two texts.
fn assignments(questions: &BTreeSet<Question>) -> Vec<Answers> {
    let mut all = vec![Answers::new()];
    for question in questions {
        let both = all.into_iter().flat_map(|answers| {
            [true, false].map(|answer| {
                let mut answers = answers.clone();
                answers.insert(question.clone(), answer);
                answers
            })
        });
        all = both.collect();
    }
    all.retain(|answers| {
        let mut given = BTreeSet::new();
        let mut texts = answers.iter().filter(|(_, answer)| **answer);
        texts.all(|(question, _)| given.insert(&question.what))
    });
    all
}

fn merge(worlds: Vec<(Answers, Report)>, report: &mut Report) {
    let (all, said): (Vec<Answers>, Vec<Report>) = worlds.into_iter().unzip();
    let mut findings: Vec<(Finding, Vec<usize>)> = Vec::new();
    let mut paths: Vec<(Proof, Vec<usize>)> = Vec::new();
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
                Some((_, worlds)) => worlds.push(world),
                None => findings.push((finding, vec![world])),
            }
        }
        for path in said.paths {
            let same = |one: &&mut (Proof, Vec<usize>)| {
                one.0.workload == path.workload
                    && one.0.role == path.role
                    && one.0.verdict == path.verdict
            };
            match paths.iter_mut().find(same) {
                Some((_, worlds)) => worlds.push(world),
                None => paths.push((path, vec![world])),
            }
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
    report.inputs.extend(input);
    report.tally.holds += tally.holds;
    report.tally.broken += tally.broken;
    report.tally.unsure += tally.unsure;
}

/// What some worlds have in common and no other has: one phrase for each of several ways; none, if they are all
/// worlds.
fn only_when(worlds: &[usize], all: &[Answers]) -> Vec<String> {
    if worlds.len() == all.len() {
        return Vec::new();
    }
    let chosen: Vec<&Answers> = worlds.iter().filter_map(|at| all.get(*at)).collect();
    let Some(first) = chosen.first() else {
        return Vec::new();
    };
    let mut common = (*first).clone();
    common.retain(|question, answer| {
        chosen
            .iter()
            .all(|answers| answers.get(question) == Some(&*answer))
    });
    let fits = |answers: &&Answers| {
        let mut common = common.iter();
        common.all(|(question, answer)| answers.get(question) == Some(answer))
    };
    if all.iter().filter(fits).count() == chosen.len() {
        return vec![words(&common)];
    }
    chosen.into_iter().map(words).collect()
}

fn words(answers: &Answers) -> String {
    let words: Vec<_> = answers
        .iter()
        .map(|(question, answer)| question.words(*answer))
        .collect();
    words.join(" and ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn question(what: &str, is: &str, flag: bool) -> Question {
        Question {
            what: what.to_owned(),
            is: is.to_owned(),
            flag,
        }
    }

    #[test]
    fn a_variable_is_not_two_texts() {
        let questions = BTreeSet::from([
            question("var.stage", "dev", false),
            question("var.stage", "prod", false),
            question("var.on", "true", true),
        ]);
        let all = assignments(&questions);
        assert_eq!(all.len(), 6);
    }

    #[test]
    fn says_what_worlds_have_in_common() {
        let questions = BTreeSet::from([
            question("var.a", "true", true),
            question("var.b", "true", true),
        ]);
        let all = assignments(&questions);
        assert_eq!(only_when(&[0, 1, 2, 3], &all), [""; 0]);
        assert_eq!(only_when(&[0, 1], &all), ["`var.a` is true"]);
        assert_eq!(
            only_when(&[1], &all),
            ["`var.a` is true and `var.b` is false"]
        );
        assert_eq!(
            only_when(&[0, 3], &all),
            [
                "`var.a` is true and `var.b` is true",
                "`var.a` is false and `var.b` is false"
            ]
        );
    }
}
