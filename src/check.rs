//! Every rule on every resource that it looks at, in parallel. The order of the result does not depend
//! on the number of threads.

use std::panic::{AssertUnwindSafe, catch_unwind};

use rayon::prelude::*;

use crate::finding::Verdict;
use crate::iam::catalogue::ManagedPolicies;
use crate::model::graph::{ResourceGraph, ResourceId};
use crate::model::problem::Problem;
use crate::model::resource::Standing;
use crate::paths::Path;
use crate::rules::{Context, Rule, Subject};
use crate::seals::Seal;
use crate::settings::Settings;

/// What a rule says about one resource.
#[derive(Debug)]
pub struct Judgement {
    /// The rule.
    pub rule: &'static Rule,
    /// The resource.
    pub subject: ResourceId,
    /// What it says.
    pub verdict: Verdict,
}

/// What a run over a graph says.
#[derive(Debug)]
pub struct Checked {
    /// What rules say, in the order of resources and rules.
    pub judgements: Vec<Judgement>,
    /// What was not understood.
    pub problems: Vec<Problem>,
    /// The paths that were proven, broken or left open.
    pub paths: Vec<Path>,
    /// Who can reach protected data.
    pub seals: Vec<Seal>,
}

/// Judges a graph; rules have nothing to say about what is not applicable.
#[must_use]
pub fn check(
    graph: &ResourceGraph<'_>,
    rules: &[&'static Rule],
    managed: &ManagedPolicies,
    settings: &Settings,
) -> Checked {
    let context = Context::new(graph, managed, settings);
    let judged: Vec<_> = graph
        .iter()
        .filter(|(_, resource)| resource.standing == Standing::Judged)
        .filter_map(|(id, resource)| Some((Subject { id, resource }, resource.kind()?)))
        .flat_map(|(subject, kind)| {
            let looking = rules
                .iter()
                .filter(move |rule| rule.looks_at().contains(&kind));
            looking.map(move |rule| (*rule, subject))
        })
        .collect();
    let results: Vec<_> = judged
        .into_par_iter()
        .with_min_len(64)
        .map(|(rule, subject)| judge(&context, rule, subject))
        .collect();
    let (mut judgements, mut problems) = (Vec::new(), Vec::new());
    for result in results {
        match result {
            Ok(judgement) if judgement.verdict == Verdict::NotApplicable => {}
            Ok(judgement) => judgements.push(judgement),
            Err(problem) => problems.push(problem),
        }
    }
    problems.extend(context.access.problems());
    let (paths, seals) = context.into_proofs();
    Checked {
        judgements,
        problems,
        paths,
        seals,
    }
}

/// A rule that panics is a problem of that rule: the others go on.
fn judge(
    context: &Context<'_, '_>,
    rule: &'static Rule,
    subject: Subject<'_, '_>,
) -> Result<Judgement, Problem> {
    let verdict = catch_unwind(AssertUnwindSafe(|| rule.judge(context, &subject)));
    match verdict {
        Ok(verdict) => Ok(Judgement {
            rule,
            subject: subject.id,
            verdict,
        }),
        Err(_) => Err(Problem {
            message: format!(
                "rule {} failed on {}: this is a defect of plangate",
                rule.id,
                subject.resource.address.as_str()
            ),
            origin: Some(subject.resource.origin),
            consequence: "the rule says nothing about this resource; please report it".to_owned(),
            fatal: false,
        }),
    }
}
