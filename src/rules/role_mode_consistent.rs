//! PG-IAM-007.

use super::hops::{because, unsure};
use super::{Check, Context, Example, Link, PATH_ASSUMPTIONS, Rule, RuleKind, Subject};
use crate::finding::{Evidence, Severity, Verdict};
use crate::iam::Decision;
use crate::model::vocabulary::Kind;
use crate::paths::{Hop, Outcome, Path, Step, WorkloadKind};

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
          data itself gives away what the split is for (`split-notebook-has-data-access`, info).",
    unsure: "Judged for the role of a notebook that starts jobs. Either mode will do. A single role that \
             lacks something is another rule's matter.",
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
    let message = "this one role runs the notebook and the jobs that it starts, and holds all that either \
                   needs: whoever works in the notebook has the permissions of the jobs";
    let evidence = Evidence::new(message, role.resource.origin)
        .code("single-role-concentrates-permissions")
        .severity(Severity::Info)
        .about(path.role.name.as_str())
        .fix("nothing, if that is meant; else give the jobs a role of their own");
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
    data_access(context, role, path)
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
        .severity(Severity::Info)
        .about(path.role.name.as_str())
        .fix("nothing, if the notebook is meant to read the data; else take the permission from its role");
    Verdict::Broken(vec![evidence])
}
