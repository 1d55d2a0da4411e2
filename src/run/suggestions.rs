//! What to write into which file, as far as that is known to help: rules say which attributes would settle a finding,
//! the estate is judged again with them, and what does not settle it, or makes another one, is not said.

use std::collections::{BTreeMap, BTreeSet};

use super::Options;
use super::estate::Estate;
use super::teller::{Told, fingerprint, told};
use super::words::in_own_words;
use crate::check::{Judgement, check};
use crate::edit::Editor;
use crate::finding::{Finding, FindingVerdict, Suggestion, Verdict};
use crate::model::edit::{Edit, To, words};
use crate::model::graph::{ResourceGraph, ResourceId};
use crate::model::source::{SourceMap, Span};

/// How often an estate is judged again: for settings, which are made all at once, and only where something comes of that
/// are told apart; and for statements, each of which is tried alone.
const MOST_TRIALS: usize = 16;

/// An edit of a file, with what it makes of the model.
struct Trial {
    suggestion: Suggestion,
    /// For each resource that the same text declares.
    edits: Vec<Edit>,
    /// The findings that it is for: which they are, and their fingerprints.
    settles: Vec<(usize, String)>,
}

/// Adds to findings what would settle them; they are those of the judgements, in their order.
pub(super) fn suggest(
    options: &Options,
    estate: &mut Estate<'_>,
    judgements: &[Judgement],
    findings: &mut [Finding],
) {
    let has_edits = |judgement: &Judgement| match &judgement.verdict {
        Verdict::Broken(evidence) => evidence.iter().any(|one| !one.edits.is_empty()),
        _ => false,
    };
    if !judgements.iter().any(has_edits) {
        return;
    }
    let told = told(judgements);
    let trials = trials(estate, &told, findings);
    let known = told.iter().map(|one| key(&estate.graph, one)).collect();
    let mut trying = Trying {
        options,
        graph: &mut estate.graph,
        known,
        left: MOST_TRIALS,
    };
    // A statement gives somebody more, and what comes of that another edit may hide.
    let (statements, settings): (Vec<Trial>, Vec<Trial>) = trials
        .into_iter()
        .partition(|trial| trial.edits.iter().any(is_statement));
    let mut settling = trying.settling(settings);
    trying.left = MOST_TRIALS;
    for trial in statements {
        settling.extend(trying.settling(vec![trial]));
    }
    for trial in settling {
        for (at, _) in trial.settles {
            let Some(finding) = findings.get_mut(at) else {
                continue;
            };
            finding.suggestion = Some(trial.suggestion.clone());
        }
    }
}

fn is_statement(edit: &Edit) -> bool {
    matches!(edit.to, To::With(..))
}

/// Every edit that can be written, each text once.
fn trials(estate: &Estate<'_>, told: &[Told<'_>], findings: &[Finding]) -> Vec<Trial> {
    let graph = &estate.graph;
    let mut editor = Editor::new(estate.sources);
    let mut trials: BTreeMap<String, Trial> = BTreeMap::new();
    let mut set: BTreeMap<(ResourceId, String), Edit> = BTreeMap::new();
    for (at, one) in told.iter().enumerate() {
        let edits = &one.evidence.edits;
        let suggestion = (one.verdict == FindingVerdict::Broken)
            .then(|| editor.suggestion(graph, edits))
            .flatten();
        let Some(suggestion) = suggestion else {
            continue;
        };
        let shown = &suggestion.patch;
        // Two rules may want one attribute to be two things.
        let clashes = edits.iter().any(|edit| {
            // A policy takes many statements.
            let place = (edit.of, edit.path.clone().into_owned());
            !is_statement(edit) && set.entry(place).or_insert_with(|| edit.clone()) != edit
        });
        if clashes || estate.secrets.mask_prose(shown) != *shown {
            continue;
        }
        let settles = (at, fingerprint(graph, one));
        let trial = trials.entry(shown.clone()).or_insert_with(|| Trial {
            edits: edits.clone(),
            settles: Vec::new(),
            suggestion,
        });
        trial.settles.push(settles);
        let help = findings.get(at).map_or("", |finding| &finding.help);
        trial.suggestion.says_all = says_no_more(help, edits, graph);
    }
    let mut trials: Vec<Trial> = trials.into_values().collect();
    for_all_instances(graph, estate.sources, &mut trials);
    trials
}

/// Whether a sentence only says what is set, and where.
fn says_no_more(help: &str, edits: &[Edit], graph: &ResourceGraph<'_>) -> bool {
    let Some(resource) = edits.first().map(|first| graph.get(first.of)) else {
        return false;
    };
    if edits.iter().any(is_statement) {
        return true;
    }
    let by_last_name = edits.iter().map(|edit| Edit {
        path: edit
            .path
            .rsplit('.')
            .next()
            .unwrap_or_default()
            .to_owned()
            .into(),
        ..edit.clone()
    });
    let by_last_name: Vec<Edit> = by_last_name.collect();
    [edits, &by_last_name].into_iter().any(|edits| {
        let said = in_own_words(&words(edits), resource, graph, false);
        let rest = help.strip_prefix(said.as_str());
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(" in "))
    })
}

/// Makes each edit one of every resource that the edited text declares: all instances, in all calls of its module.
fn for_all_instances(graph: &ResourceGraph<'_>, sources: &SourceMap, trials: &mut Vec<Trial>) {
    let place = |at: Span| (sources.name(at.file), at.start, at.end);
    let place_of = |id: ResourceId| {
        let resource = graph.get(id);
        (place(resource.origin), &resource.type_name)
    };
    let edited = trials.iter().flat_map(|trial| &trial.edits);
    let mut instances: BTreeMap<_, Vec<ResourceId>> =
        edited.map(|edit| (place_of(edit.of), Vec::new())).collect();
    for (id, _) in graph.iter() {
        if let Some(ids) = instances.get_mut(&place_of(id)) {
            ids.push(id);
        }
    }
    trials.retain_mut(|trial| in_all_readings(graph, sources, &mut trial.edits));
    for trial in trials {
        if trial.edits.iter().any(is_statement) {
            continue;
        }
        let edits = trial.edits.iter().flat_map(|edit| {
            let ids = instances.get(&place_of(edit.of));
            ids.into_iter().flatten().map(|id| Edit {
                of: *id,
                ..edit.clone()
            })
        });
        trial.edits = edits.collect();
    }
}

/// Makes each statement that is added one of every policy that the edited text is, and tells whether it means the same
/// in all of them: what it names is found by a name that another call of a module gives to something else.
fn in_all_readings(graph: &ResourceGraph<'_>, sources: &SourceMap, edits: &mut Vec<Edit>) -> bool {
    let place = |at: Span| (sources.name(at.file), at.start, at.end);
    let mut more = Vec::new();
    for edit in edits.iter() {
        let To::With(statement, beside) = &edit.to else {
            continue;
        };
        let is_it = |at: Span| place(at) == place(*beside);
        for (of, path, at) in graph.statements_at(&is_it) {
            let module = |id: ResourceId| graph.get(id).address.module();
            if module(of) != module(edit.of) && statement.named().next().is_some() {
                return false;
            }
            more.push(Edit {
                of,
                path: path.to_owned().into(),
                to: To::With(statement.clone(), at),
            });
        }
    }
    if !more.is_empty() {
        *edits = more;
    }
    true
}

/// What tells findings apart.
type Key = (String, bool);

fn key(graph: &ResourceGraph<'_>, told: &Told<'_>) -> Key {
    let is_certain = told.verdict == FindingVerdict::Broken;
    (fingerprint(graph, told), is_certain)
}

/// An estate that is judged again and again.
struct Trying<'t, 'a> {
    options: &'t Options,
    graph: &'t mut ResourceGraph<'a>,
    /// What is found without any edit.
    known: BTreeSet<Key>,
    /// How often it may still be judged.
    left: usize,
}

/// What is found with edits made.
struct Outcome {
    found: BTreeSet<String>,
    /// Whom new findings are about.
    new: BTreeSet<ResourceId>,
}

impl Trying<'_, '_> {
    /// Those that settle what they are for, all of them together, and make nothing new.
    fn settling(&mut self, trials: Vec<Trial>) -> Vec<Trial> {
        if trials.is_empty() || self.left == 0 {
            return Vec::new();
        }
        self.left -= 1;
        let outcome = self.outcome(&trials);
        let is_left = |trial: &Trial| {
            let mut own = trial.settles.iter();
            own.any(|(_, fingerprint)| outcome.found.contains(fingerprint))
        };
        let is_alone = trials.len() == 1;
        let helps: Vec<Trial> = trials.into_iter().filter(|trial| !is_left(trial)).collect();
        match (outcome.new.is_empty(), helps.len()) {
            (true, _) if !is_alone || !helps.is_empty() => helps,
            _ if is_alone => Vec::new(),
            _ => self.apart(helps, &outcome.new),
        }
    }

    /// Tries those apart that may be to blame for what is new.
    fn apart(&mut self, trials: Vec<Trial>, new: &BTreeSet<ResourceId>) -> Vec<Trial> {
        let touches = |trial: &Trial| trial.edits.iter().any(|edit| new.contains(&edit.of));
        let number = trials.len();
        let (mut one, mut other): (Vec<Trial>, Vec<Trial>) = trials.into_iter().partition(touches);
        if one.is_empty() || other.is_empty() {
            one.append(&mut other);
            other = one.split_off(number / 2);
        }
        let mut settling = self.settling(other);
        settling.extend(self.settling(one));
        settling
    }

    fn outcome(&mut self, trials: &[Trial]) -> Outcome {
        let edits = trials.iter().flat_map(|trial| trial.edits.iter().cloned());
        let undo = self.graph.edit(&edits.collect::<Vec<_>>());
        let options = self.options;
        let checked = check(
            self.graph,
            &options.rules,
            &options.managed_policies,
            &options.settings,
        );
        let (mut found, mut new) = (BTreeSet::new(), BTreeSet::new());
        for one in told(&checked.judgements) {
            let key = key(self.graph, &one);
            if !self.known.contains(&key) {
                new.insert(one.judgement.subject);
            }
            found.insert(key.0);
        }
        self.graph.undo(undo);
        Outcome { found, new }
    }
}
