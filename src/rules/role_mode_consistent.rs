//! PG-IAM-007.

use super::hops::{because, unsure};
use super::{Check, Context, Example, Link, PATH_ASSUMPTIONS, Rule, RuleKind, Subject};
use crate::finding::{Evidence, Severity, Verdict};
use crate::iam::{Action, Decision};
use crate::model::truth::Truth;
use crate::model::vocabulary::Kind;
use crate::paths::{Hop, Outcome, Path, Step, WorkloadKind};
use crate::settings::RoleModel;

pub(super) const RULE: Rule = Rule {
    id: "role-mode-consistent",
    alias: "PG-IAM-007",
    kind: RuleKind::Works,
    tier: 1,
    severity: Severity::Medium,
    summary: "notebook and Processing job run as one role that holds all, or as two of which each holds its \
             part",
    why: "One role is simple to set up and to audit, and concentrates every permission in the notebook \
          (`single-role-concentrates-permissions`, info). Two roles keep the data from the notebook, and \
          work only if the notebook's role may pass the job's, and that one holds everything else: a split \
          that misses a part works for nobody (`split-incomplete`, high). A notebook that may read the \
          data itself gives away what the split is for (`split-notebook-has-data-access`, info), and so does a job's role that may start \
          jobs itself (`split-job-role-starts-jobs`, info).",
    unsure: "Judged for the role of a notebook that starts jobs. Either mode will do, unless the setting \
             `role_model` demands one: then what breaks it is medium. A single role that lacks something is another \
             rule's matter.",
    fix: "complete the single role, or finish the split: the notebook's role creates jobs and passes the \
          job's role, which holds the rest",
    references: &[
        Link {
            title: "Amazon SageMaker AI Developer Guide: How to use SageMaker AI execution roles",
            url: "https://docs.aws.amazon.com/sagemaker/latest/dg/sagemaker-roles.html",
        },
        Link {
            title: "AWS IAM User Guide: Grant a user permissions to pass a role to an AWS service",
            url: "https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_use_passrole.html",
        },
    ],
    assumes: PATH_ASSUMPTIONS,
    example: Example {
        fail: include_str!("../../testdata/rules/role-mode-consistent/fail.tf"),
        pass: include_str!("../../testdata/rules/role-mode-consistent/pass.tf"),
    },
    check: Check::Resource(&[Kind::Role], check),
};

fn check(context: &Context<'_, '_>, role: &Subject<'_, '_>) -> Verdict {
    let name = role.resource.address.as_str();
    let is_own = |hop: &Hop| hop.step == Step::CreateJob && hop.principal == name;
    let started: Vec<_> = context
        .paths()
        .iter()
        .filter(|path| path.workload.kind == WorkloadKind::StartedJob)
        .filter(|path| path.hops.iter().any(is_own))
        .collect();
    let mut seen = Vec::new();
    let mut verdict = Verdict::NotApplicable;
    for path in started {
        // Several notebooks with one role say the same.
        if seen.contains(&&path.role.name) {
            continue;
        }
        seen.push(&path.role.name);
        verdict = verdict.worse(if path.single_role {
            single(context, role, path)
        } else {
            split(context, role, path)
        });
    }
    verdict
}

/// The paths of all jobs that run as the role of one.
fn jobs_as<'c>(context: &'c Context<'_, '_>, path: &'c Path) -> impl Iterator<Item = &'c Path> {
    let paths = context.paths().iter();
    paths.filter(move |other| {
        let is_job = other.workload.kind != WorkloadKind::Notebook;
        is_job && other.role.name == path.role.name
    })
}

/// What a job needs, but for what starts it where that is no notebook.
fn hops_as(job: &Path) -> impl Iterator<Item = &Hop> {
    let is_declared = job.workload.kind == WorkloadKind::DeclaredJob;
    let hops = job.hops.iter();
    hops.filter(move |hop| !(is_declared && hop.is_by_starter()))
}

/// One role for both.
fn single(context: &Context<'_, '_>, role: &Subject<'_, '_>, path: &Path) -> Verdict {
    let mut jobs = jobs_as(context, path);
    if jobs.any(|job| Outcome::of(hops_as(job)) != Outcome::Proven) {
        return Verdict::NotApplicable;
    }
    let model = context.settings.role_model;
    let message = "this one role runs the notebook and the jobs that it starts, and holds all that either \
                   needs: whoever works in the notebook has the permissions of the jobs";
    let evidence = Evidence::new(message, role.resource.origin)
        .code("single-role-concentrates-permissions")
        .severity(unless_demanded(model))
        .about(path.role.name.as_str())
        .fix(if model == RoleModel::Split {
            "give the jobs a role of their own"
        } else {
            "nothing, if that is meant; else give the jobs a role of their own"
        });
    if model == RoleModel::Single {
        return Verdict::Holds;
    }
    Verdict::Broken(vec![evidence])
}

/// Two roles, or one that is to hand over another and may not.
fn split(context: &Context<'_, '_>, role: &Subject<'_, '_>, path: &Path) -> Verdict {
    let lacks = |hop: &&Hop| hop.advised.is_none() && hop.decision.must_be_denied();
    let incomplete = |message: String, hop: &Hop| {
        let at = hop.because.iter().find_map(|one| one.at);
        let evidence = Evidence::new(message, role.resource.origin)
            .code("split-incomplete")
            .severity(Severity::High)
            .about(path.role.name.as_str());
        let evidence = match at {
            Some(at) => Evidence { at, ..evidence },
            None => evidence,
        };
        Verdict::Broken(vec![evidence])
    };
    if let Some(pass) = path.steps(&[Step::PassRole]).find(lacks) {
        if pass.on.is_none() {
            // There is no second role: nothing says that a split is meant.
            return Verdict::NotApplicable;
        }
        return incomplete(
            format!(
                "the split misses the single complete execution-permission path: this role may create jobs and \
                 may not pass them `{}`, which SageMaker could take: {}",
                pass.resource,
                because(pass)
            ),
            pass,
        );
    }
    let hops = || jobs_as(context, path).flat_map(hops_as);
    if let Some(hop) = hops().find(lacks) {
        return incomplete(
            format!(
                "the split misses the single complete execution-permission path: this role starts jobs as \
                 `{}`, but `{}` may not `{}` on `{}`: {}",
                path.role.name,
                hop.principal,
                hop.action,
                hop.resource,
                because(hop)
            ),
            hop,
        );
    }
    let is_open = |hop: &&Hop| hop.advised.is_none() && hop.decision == Decision::Undecided;
    if let Some(hop) = hops().find(is_open) {
        return Verdict::Unsure(vec![unsure(context, path, &[hop])]);
    }
    if context.settings.role_model == RoleModel::Single {
        let message = format!(
            "jobs that are started as this role run as `{}`, and not as this one role",
            path.role.name
        );
        let evidence = Evidence::new(message, role.resource.origin)
            .about(path.role.name.as_str())
            .fix("run the jobs as the notebook's own role, or set `role_model` to `split`");
        return Verdict::Broken(vec![evidence]);
    }
    data_access(context, role, path).worse(starting_again(context, path))
}

/// How much it matters that roles are not kept apart: what a split is for, only where settings demand one.
fn unless_demanded(model: RoleModel) -> Severity {
    if model == RoleModel::Split {
        Severity::Medium
    } else {
        Severity::Info
    }
}

/// What the role of the jobs may do that is the notebook's part.
fn starting_again(context: &Context<'_, '_>, path: &Path) -> Verdict {
    let Some((id, caller)) = path
        .role
        .id
        .and_then(|id| Some((id, context.access.caller(id)?)))
    else {
        return Verdict::Holds;
    };
    let resource = context.graph.get(id);
    let parts = [
        (
            "sagemaker:CreateProcessingJob",
            "sagemaker",
            "processing-job/",
        ),
        ("iam:PassRole", "iam", "role/"),
    ];
    let mut may = parts.iter().filter(|(action, service, sort)| {
        let anything = context
            .access
            .any_of_sort(service, &(*sort).into(), resource);
        let action = Action::named(action);
        let may = context.access.may_any(&caller, &action, &anything, &[]);
        may.truth == Truth::Yes
    });
    let Some((action, ..)) = may.next() else {
        return Verdict::Holds;
    };
    let message = format!(
        "`{}`, as which jobs run, may `{action}`, which is the notebook's part: a container can start further jobs",
        path.role.name
    );
    let evidence = Evidence::new(message, resource.origin)
        .code("split-job-role-starts-jobs")
        .severity(unless_demanded(context.settings.role_model))
        .about(path.role.name.as_str())
        .fix(format!("take `{action}` from the role of the jobs"));
    Verdict::Broken(vec![evidence])
}

/// What a complete split is for.
fn data_access(context: &Context<'_, '_>, role: &Subject<'_, '_>, path: &Path) -> Verdict {
    let own = context.paths().iter().filter(|other| {
        other.workload.kind == WorkloadKind::Notebook && other.role.id == Some(role.id)
    });
    let mut reads = own.flat_map(|path| path.steps(&[Step::Read]));
    let Some(read) = reads.find(|hop| hop.decision == Decision::Allowed) else {
        return Verdict::Holds;
    };
    let message = format!(
        "jobs run as `{}`, and this role, as which their notebook runs, may `{}` on `{}` itself",
        path.role.name, read.action, read.resource
    );
    let evidence = Evidence::new(message, role.resource.origin)
        .code("split-notebook-has-data-access")
        .severity(unless_demanded(context.settings.role_model))
        .about(path.role.name.as_str())
        .fix("nothing, if the notebook is meant to read the data; else take the permission from its role");
    Verdict::Broken(vec![evidence])
}
