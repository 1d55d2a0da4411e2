//! PG-ECR-005.

use super::statements::named_hinges;
use super::{Check, Context, Example, Link, PATH_ASSUMPTIONS, Rule, RuleKind, Subject};
use crate::access::{Answer, Way};
use crate::finding::{Evidence, Severity, Verdict};
use crate::iam::{Action, Decision, Layer, Principal, equal_texts};
use crate::model::truth::Truth;
use crate::model::value::Why;
use crate::model::vocabulary::Kind;
use crate::paths::{Hop, Step};

pub(super) const RULE: Rule = Rule {
    id: "cross-account-image-shared-correctly",
    alias: "PG-ECR-005",
    kind: RuleKind::Works,
    tier: 1,
    severity: Severity::High,
    summary: "a repository lets in each role of another account that pulls a job's image from it",
    why: "Between accounts both sides have to agree: what the role's own policies allow has no effect on a \
          repository whose policy does not let the role, or its account, pull. The job fails as it starts.",
    unsure: "Judged for each role of another account that a path pulls with. A repository without a policy lets in \
             its own account only. What the role's own policies lack is said of the path, as is a repository \
             outside of the input; SageMaker's own registries let in everybody.",
    fix: "let the role in by the policy of the repository, for `ecr:BatchGetImage`, \
          `ecr:GetDownloadUrlForLayer` and `ecr:BatchCheckLayerAvailability`",
    references: &[
        Link {
            title: "Amazon ECR User Guide: Private repository policy examples in Amazon ECR",
            url: "https://docs.aws.amazon.com/AmazonECR/latest/userguide/repository-policy-examples.html",
        },
        Link {
            title: "AWS Identity and Access Management User Guide: Cross-account policy evaluation logic",
            url: "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic-cross-account.html",
        },
    ],
    assumes: PATH_ASSUMPTIONS,
    example: Example {
        fail: include_str!("../../testdata/rules/cross-account-image-shared-correctly/fail.tf"),
        pass: include_str!("../../testdata/rules/cross-account-image-shared-correctly/pass.tf"),
    },
    check: Check::Resource(&[Kind::Repository], check),
};

/// What pulling an image takes; AWS documents the last one, and a pull does without.
const PULLS: [(&str, Option<Severity>); 3] = [
    ("ecr:BatchGetImage", None),
    ("ecr:GetDownloadUrlForLayer", None),
    ("ecr:BatchCheckLayerAvailability", Some(Severity::Low)),
];

fn check(context: &Context<'_, '_>, repository: &Subject<'_, '_>) -> Verdict {
    let own = context.access.account(context.graph.get(repository.id));
    let hops = context.paths().iter().flat_map(|path| &path.hops);
    let mut pulls: Vec<(&Hop, &Principal, Truth)> = Vec::new();
    for hop in hops.filter(|hop| hop.step == Step::PullImage && hop.on == Some(repository.id)) {
        let Some(principal) = hop.answer.as_ref().map(|answer| &answer.request.principal) else {
            continue;
        };
        let account = principal.account();
        let is_own = account.map_or(Truth::Yes, |account| equal_texts(account, &own));
        let mut known = pulls.iter().map(|(known, ..)| &known.principal);
        if is_own != Truth::Yes && known.all(|known| *known != hop.principal) {
            pulls.push((hop, principal, is_own));
        }
    }
    let pulls = pulls.iter();
    pulls.fold(
        Verdict::NotApplicable,
        |verdict, (hop, principal, is_own)| {
            let of_role = of_role(context, repository, hop, principal);
            verdict.worse(match is_own {
                Truth::No => of_role,
                _ => if_foreign(repository, hop, of_role),
            })
        },
    )
}

/// What is said of a role of which nothing tells whether its account is the repository's own.
fn if_foreign(repository: &Subject<'_, '_>, hop: &Hop, of_role: Verdict) -> Verdict {
    if of_role == Verdict::Holds {
        return of_role;
    }
    let role = hop.principal.as_str();
    let message = format!(
        "cannot tell whether `{role}` is of another account than this repository, whose policy does not let it in for certain: nothing tells which account that is; pass `--account`"
    );
    let evidence = Evidence::new(message, repository.resource.origin).about(role);
    let account = repository.value_name("registry_id");
    Verdict::Unsure(vec![evidence.hinges_on(account, Why::PlaceNotTold)])
}

/// Judges the repository alone: whatever the role's own policies lack is said of its path.
fn of_role(
    context: &Context<'_, '_>,
    repository: &Subject<'_, '_>,
    hop: &Hop,
    principal: &Principal,
) -> Verdict {
    let role = hop.principal.as_str();
    let caller = context.access.with_everything(principal.clone(), role);
    let object = context.access.object(repository.id);
    let circumstances = Way::Service.with(Vec::new());
    let answers = PULLS.map(|(action, advised)| {
        let asked = Action::named(action);
        let answer = context.access.ask(&caller, &asked, &object, &circumstances);
        (action, advised, answer)
    });
    let denied: Vec<_> = answers
        .iter()
        .filter(|(_, _, answer)| answer.decision().must_be_denied() && is_of_repository(answer))
        .collect();
    if let Some((_, advised, first)) = denied.first() {
        let fails = if advised.is_none() {
            "fails"
        } else {
            "may fail"
        };
        let message = format!(
            "this repository does not let `{role}`, a role of another account, {}, so the job that pulls its image from here {fails} as it starts: {}",
            in_words(&denied, "or"),
            reasons(first)
        );
        let own = first.outcome.because.iter();
        let mut own = own.filter(|one| one.layer == Layer::Resource);
        let at = own.find_map(|one| one.at);
        let mut evidence = Evidence::new(message, at.unwrap_or(repository.resource.origin));
        evidence.severity = *advised;
        if let Some(job) = hop.at {
            evidence = evidence.related("a job names the image", job);
        }
        let is_denial = first.decision() == Decision::DeniedExplicitly;
        return Verdict::Broken(vec![evidence.about(role).fix(if is_denial {
            format!("except `{role}` from the statement that denies it")
        } else {
            format!(
                "allow `{role}` {} in the policy of this repository",
                all_in_words()
            )
        })]);
    }
    let open = answers.iter().filter(|(_, advised, answer)| {
        advised.is_none() && answer.decision() == Decision::Undecided
    });
    let open: Vec<_> = open.collect();
    let Some((_, _, first)) = open.first() else {
        return Verdict::Holds;
    };
    let message = format!(
        "cannot tell whether this repository lets `{role}`, a role of another account, {}: {}",
        in_words(&open, "and"),
        reasons(first)
    );
    let policies = context.access.policies_of(repository.id).policies;
    let policy = policies.first().map(|one| one.policy.at);
    let at = policy.unwrap_or(repository.resource.origin);
    let evidence = Evidence::new(message, at).about(role);
    Verdict::Unsure(vec![named_hinges(
        evidence,
        &context.access.hinges_of(first),
    )])
}

/// Whether the repository's own policy decides.
fn is_of_repository(answer: &Answer) -> bool {
    let mut reasons = answer.outcome.because.iter();
    reasons.any(|one| one.layer == Layer::Resource)
}

/// Why the repository does not let the role in, in one sentence.
fn reasons(answer: &Answer) -> String {
    let reasons = answer.outcome.because.iter();
    let own = reasons.filter(|one| one.layer == Layer::Resource);
    let mut texts: Vec<_> = own.map(|one| one.text.as_str()).collect();
    texts.dedup();
    texts.join(", and ")
}

fn in_words(asked: &[&(&str, Option<Severity>, Answer)], conjunction: &str) -> String {
    let actions: Vec<_> = asked.iter().map(|(action, ..)| *action).collect();
    listed(&actions, conjunction)
}

fn all_in_words() -> String {
    listed(&PULLS.map(|(action, _)| action), "and")
}

fn listed(actions: &[&str], conjunction: &str) -> String {
    let named: Vec<_> = actions.iter().map(|action| format!("`{action}`")).collect();
    match named.split_last() {
        Some((last, [])) => last.clone(),
        Some((last, others)) => format!("{} {conjunction} {last}", others.join(", ")),
        None => String::new(),
    }
}
