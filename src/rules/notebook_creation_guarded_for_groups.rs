//! PG-ACC-006.

use std::cmp::Reverse;

use super::identity_policies::is_about_sagemaker;
use super::people::{called_whole, holding, person_of, shortened, with_people};
use super::statements::{about, named_hinges};
use super::{Check, Context, Example, Link, NO_SCP, Rule, RuleKind, Subject};
use crate::access::{Caller, Grant};
use crate::finding::{Evidence, Severity, Verdict};
use crate::iam::policy::Statement;
use crate::iam::{Action, Hinge, Knowledge, Policy};
use crate::model::truth::Truth;
use crate::model::value::Why;
use crate::model::vocabulary::Kind;

pub(super) const RULE: Rule = Rule {
    id: "notebook-creation-guarded-for-groups",
    alias: "PG-ACC-006",
    kind: RuleKind::Secure,
    tier: 2,
    severity: Severity::Medium,
    summary: "who may create notebook instances or Processing jobs may create only such as are locked down",
    why: "What people create tomorrow is in no plan: only conditions on what they ask for keep it off the \
          internet, without root, in the VPC, under the key. A condition with `…IfExists` or `ForAllValues` \
          holds where the request leaves the setting out, and so guards nothing. For Processing jobs: \
          `job-creation-unguarded`, low, and medium where a condition was meant to guard and does not. What one \
          statement leaves open is one finding, named for what weighs most.",
    unsure: "Judged are groups, and managed policies of the input that nobody in it holds, where statements \
             name actions of SageMaker. Denies, boundaries and control policies of the input count as guards. \
             Asked is each setting by itself, with all others as the conditions want them.",
    fix: "demand `sagemaker:DirectInternetAccess` and `sagemaker:RootAccess` as `Disabled`, and values of \
          `sagemaker:VpcSubnets` and `sagemaker:VpcSecurityGroupIds`, by operators without `IfExists`",
    references: &[
        Link {
            title: "Amazon SageMaker AI Developer Guide: Identity-based policy examples (enforce disabling internet access and root access)",
            url: "https://docs.aws.amazon.com/sagemaker/latest/dg/security_iam_id-based-policy-examples.html",
        },
        Link {
            title: "IAM User Guide: Condition operators (...IfExists); set operators",
            url: "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html",
        },
    ],
    assumes: &[NO_SCP],
    example: Example {
        fail: include_str!("../../testdata/rules/notebook-creation-guarded-for-groups/fail.tf"),
        pass: include_str!("../../testdata/rules/notebook-creation-guarded-for-groups/pass.tf"),
    },
    check: Check::Resource(&[Kind::Group, Kind::PolicyManaged], check),
};

/// A setting that must be demanded.
struct Guard {
    /// The keys that tell it, in lower case: the deprecated spelling too.
    keys: &'static [&'static str],
    /// As AWS writes the first one.
    written: &'static str,
    /// What a request says that must not pass, beside leaving it out.
    wrong: Option<&'static str>,
    /// Whether leaving it out leaves it open.
    by_default: bool,
    /// What is made without it.
    words: &'static str,
}

const fn in_vpc(
    written: &'static str,
    keys: &'static [&'static str],
    words: &'static str,
) -> Guard {
    Guard {
        keys,
        written,
        wrong: None,
        by_default: true,
        words,
    }
}

const SUBNETS: Guard = in_vpc(
    "sagemaker:VpcSubnets",
    &["sagemaker:vpcsubnets"],
    "outside the VPC",
);

const NOTEBOOK: [Guard; 4] = [
    Guard {
        keys: &["sagemaker:directinternetaccess"],
        written: "sagemaker:DirectInternetAccess",
        wrong: Some("Enabled"),
        by_default: true,
        words: "with direct internet access",
    },
    Guard {
        keys: &["sagemaker:rootaccess"],
        written: "sagemaker:RootAccess",
        wrong: Some("Enabled"),
        by_default: true,
        words: "with root access",
    },
    SUBNETS,
    in_vpc(
        "sagemaker:VpcSecurityGroupIds",
        &["sagemaker:vpcsecuritygroupids"],
        "without a security group",
    ),
];

const UPDATE: [Guard; 1] = [Guard {
    keys: &["sagemaker:rootaccess"],
    written: "sagemaker:RootAccess",
    wrong: Some("Enabled"),
    by_default: false,
    words: "to have root access",
}];

const JOB: [Guard; 4] = [
    SUBNETS,
    in_vpc(
        "sagemaker:VolumeKmsKeyArn",
        &["sagemaker:volumekmskeyarn", "sagemaker:volumekmskey"],
        "without a key for the volume",
    ),
    in_vpc(
        "sagemaker:OutputKmsKeyArn",
        &["sagemaker:outputkmskeyarn", "sagemaker:outputkmskey"],
        "without a key for the output",
    ),
    Guard {
        keys: &["sagemaker:networkisolation"],
        written: "sagemaker:NetworkIsolation",
        wrong: Some("false"),
        by_default: true,
        words: "without network isolation",
    },
];

/// What is made, and what must be demanded of it.
struct Made {
    action: &'static str,
    sort: &'static str,
    words: &'static str,
    guards: &'static [Guard],
    code: Option<&'static str>,
}

static MADE: [Made; 3] = [
    Made {
        action: "sagemaker:CreateNotebookInstance",
        sort: "notebook-instance/",
        words: "create notebook instances",
        guards: &NOTEBOOK,
        code: None,
    },
    Made {
        action: "sagemaker:UpdateNotebookInstance",
        sort: "notebook-instance/",
        words: "change notebook instances",
        guards: &UPDATE,
        code: Some("notebook-update-unguarded"),
    },
    Made {
        action: "sagemaker:CreateProcessingJob",
        sort: "processing-job/",
        words: "start Processing jobs",
        guards: &JOB,
        code: Some("job-creation-unguarded"),
    },
];

/// What would decide something, by name.
type Named = Vec<(String, Why)>;

fn check(context: &Context<'_, '_>, holder: &Subject<'_, '_>) -> Verdict {
    let is_policy = holder.resource.kind() == Some(Kind::PolicyManaged);
    let caller = if is_policy {
        let is_held = !context.access.holders(holder.id).is_empty();
        let is_held = is_held || context.access.attaches_unknown();
        if is_held || context.access.only_bounds(holder.id) {
            return Verdict::NotApplicable;
        }
        context.access.bearer(holder.id)
    } else {
        person_of(context, holder.id).map(|person| person.caller.clone())
    };
    let Some(caller) = caller else {
        return Verdict::NotApplicable;
    };
    let names_sagemaker = caller
        .identity
        .iter()
        .any(|policy| policy.statements.iter().any(is_about_sagemaker));
    if !names_sagemaker {
        return Verdict::NotApplicable;
    }
    let mut verdict = Verdict::NotApplicable;
    let mut open: Vec<(Named, Vec<&Made>)> = Vec::new();
    let mut causes: Vec<(Grant, Vec<Unguarded>)> = Vec::new();
    for made in &MADE {
        match judge(context, holder, &caller, made) {
            Ok(None) => {}
            Ok(Some((None, _))) => verdict = verdict.worse(Verdict::Holds),
            Ok(Some((Some(grant), missing))) => {
                verdict = verdict.worse(Verdict::Holds);
                let unguarded = Unguarded { made, missing };
                // What one statement leaves open is said once.
                let same = |(known, _): &&mut (Grant, Vec<Unguarded>)| {
                    statement_of(known)
                        .zip(statement_of(&grant))
                        .is_some_and(|(one, other)| is_same(one, other))
                };
                match causes.iter_mut().find(same) {
                    Some((_, several)) => several.push(unguarded),
                    None => causes.push((grant, vec![unguarded])),
                }
            }
            Err(hinges) => match open.iter_mut().find(|(known, _)| *known == hinges) {
                Some((_, several)) => several.push(made),
                None => open.push((hinges, vec![made])),
            },
        }
    }
    for (grant, unguarded) in &causes {
        if let Some((policy, statement)) = statement_of(grant) {
            let evidence = broken(context, policy, statement, unguarded);
            verdict = verdict.worse(Verdict::Broken(vec![evidence]));
        }
    }
    let open = open.iter();
    open.fold(verdict, |verdict, (hinges, several)| {
        verdict.worse(unsure(holder, several, hinges))
    })
}

/// What a statement leaves unguarded.
struct Unguarded {
    made: &'static Made,
    missing: Vec<&'static Guard>,
}

/// What a statement leaves unguarded, of what may be made at all; or what would decide it.
type Judged = Result<Option<(Option<Grant>, Vec<&'static Guard>)>, Named>;

fn judge(
    context: &Context<'_, '_>,
    holder: &Subject<'_, '_>,
    caller: &Caller,
    made: &'static Made,
) -> Judged {
    let action = Action::named(made.action);
    let access = &context.access;
    let resource = context.graph.get(holder.id);
    let anything = access.any_of_sort("sagemaker", &made.sort.into(), resource);
    if access.may_any(caller, &action, &anything, &[]).truth == Truth::No {
        return Ok(None);
    }
    let guarded = || Ok(Some((None, Vec::new())));
    let mut open: Vec<Hinge> = Vec::new();
    let mut missing: Vec<(&'static Guard, Vec<Grant>)> = Vec::new();
    for guard in made.guards {
        for keys in requests(guard) {
            let may = access.may_any(caller, &action, &anything, &keys);
            if may.truth == Truth::Yes {
                let grants = access.grants_of(caller, &action, &anything, &keys);
                missing.push((guard, grants));
                break;
            }
            open.extend(may.hinges);
        }
    }
    let Some((grant, (policy, statement))) = widest(&missing) else {
        return if missing.is_empty() && !open.is_empty() {
            let mut named: Vec<_> = open.iter().map(|one| access.hinge(one)).collect();
            named.sort();
            named.dedup();
            Err(named)
        } else {
            guarded()
        };
    };
    // What several groups hold is said of the first.
    let others = holding(context, policy);
    let groups = others.iter().filter(|person| person.is_group());
    let first = groups.map(|person| person.id).next();
    if first.is_some_and(|first| first != holder.id) {
        return guarded();
    }
    let lets = missing.iter().filter(|(_, grants)| {
        let mut grants = grants.iter().filter_map(statement_of);
        grants.any(|one| is_same(one, (policy, statement)))
    });
    let missing: Vec<_> = lets.map(|(guard, _)| *guard).collect();
    Ok(Some((Some(grant.clone()), missing)))
}

fn statement_of(grant: &Grant) -> Option<(&Policy, &Statement)> {
    let statement = grant.statement()?;
    is_about_sagemaker(statement).then_some((&*grant.policy, statement))
}

fn is_same(one: (&Policy, &Statement), other: (&Policy, &Statement)) -> bool {
    one.0.name == other.0.name && one.1.index == other.1.index
}

/// The statement that lets most requests through that should be kept out; of several, the first.
fn widest<'m>(
    missing: &'m [(&Guard, Vec<Grant>)],
) -> Option<(&'m Grant, (&'m Policy, &'m Statement))> {
    let granted = || missing.iter().flat_map(|(_, grants)| grants);
    let all = granted().filter_map(|grant| Some((grant, statement_of(grant)?)));
    all.max_by_key(|(_, one)| {
        let same = granted().filter_map(statement_of);
        let count = same.filter(|other| is_same(*one, *other)).count();
        (count, Reverse(one.1.at))
    })
}

/// Requests that a guard must keep from passing.
fn requests(guard: &Guard) -> Vec<Vec<(&'static str, Knowledge)>> {
    let with = |known: &Knowledge| {
        let keys = guard.keys.iter();
        keys.map(|key| (*key, known.clone())).collect()
    };
    let left_out = guard.by_default.then(|| with(&Knowledge::ABSENT));
    let wrong = guard.wrong.map(|value| with(&Knowledge::value(value)));
    left_out.into_iter().chain(wrong).collect()
}

fn broken(
    context: &Context<'_, '_>,
    policy: &Policy,
    statement: &Statement,
    unguarded: &[Unguarded],
) -> Evidence {
    let does: Vec<_> = unguarded
        .iter()
        .map(|one| {
            let words: Vec<_> = one.missing.iter().map(|guard| guard.words).collect();
            format!("{} {}", one.made.words, words.join(", "))
        })
        .collect();
    let missing = || unguarded.iter().flat_map(|one| &one.missing);
    let blunt: Vec<_> = statement
        .readable_conditions()
        .filter(|condition| {
            let key = condition.key.as_str();
            condition.absent() && missing().any(|guard| guard.keys.contains(&key))
        })
        .collect();
    let mut message = format!(
        "{} lets its holders {}",
        called_whole(statement, policy),
        does.join("; ")
    );
    if let Some(first) = blunt.first() {
        let of = format!(
            ": `{}` on `{}` holds where a request leaves it out",
            first.name, first.written_key
        );
        message.push_str(&of);
    }
    let mut keys: Vec<String> = Vec::new();
    for guard in missing() {
        let key = format!("`{}`", guard.written);
        if !keys.contains(&key) {
            keys.push(key);
        }
    }
    let first = unguarded.first().map(|one| one.made);
    let action = first.map_or("", |made| made.action);
    let evidence = Evidence::new(message, statement.at)
        .about(format!("{action} {}", about(statement, policy)))
        .fix(if is_written_here(policy) {
            format!(
                "demand {} in conditions of the statement, by operators without `IfExists` and `ForAllValues`",
                keys.join(", ")
            )
        } else {
            format!(
                "attach a policy of your own instead of `{}`, with conditions that demand {}",
                policy.name,
                keys.join(", ")
            )
        });
    let evidence = blunt.iter().fold(evidence, |evidence, condition| {
        evidence.related(
            format!("`{}` is no guard here", condition.name),
            condition.at,
        )
    });
    let people = holding(context, policy);
    let evidence = with_people(context, evidence, statement.at, &people);
    // What weighs most comes first, and names the finding.
    match first.and_then(|made| made.code) {
        Some(code @ "job-creation-unguarded") if blunt.is_empty() => {
            evidence.code(code).severity(Severity::Low)
        }
        Some(code) => evidence.code(code),
        None => evidence,
    }
}

/// Whether the input writes a policy, and so names it by an attribute; else it has the name that it is attached by.
fn is_written_here(policy: &Policy) -> bool {
    policy.name.contains('.')
}

fn unsure(holder: &Subject<'_, '_>, several: &[&Made], hinges: &[(String, Why)]) -> Verdict {
    let does: Vec<_> = several.iter().map(|made| made.words.to_owned()).collect();
    let names: Vec<_> = hinges
        .iter()
        .map(|(name, why)| format!("`{name}` is not known ({why})"))
        .collect();
    let message = format!(
        "cannot tell whether its holders may {} that are not locked down: {}",
        shortened(&does),
        names.join(", ")
    );
    let about = several.first().map_or("", |made| made.action);
    let evidence = Evidence::new(message, holder.resource.origin).about(about);
    Verdict::Unsure(vec![named_hinges(evidence, hinges)])
}
