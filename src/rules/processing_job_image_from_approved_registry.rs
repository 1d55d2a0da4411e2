//! PG-PJ-009.

use super::job_places::{Owner, owner, unsure_owner};
use super::{Check, Context, Example, Link, Rule, RuleKind, Subject};
use crate::access::{Image, RegistryImage};
use crate::finding::{Evidence, Severity, Verdict};
use crate::model::vocabulary::Kind;
use crate::paths::{Step, WorkloadKind};
use crate::settings::any;
use crate::workload::{JOB_KINDS, ProcessingJob, is_image_account};

pub(super) const RULE: Rule = Rule {
    id: "processing-job-image-from-approved-registry",
    alias: "PG-PJ-009",
    kind: RuleKind::Secure,
    tier: 1,
    severity: Severity::High,
    summary: "the image of a Processing job comes from a registry of your own, of an account that you trust, or of SageMaker",
    why: "The image is the code that runs with the job's role and its data. Whoever owns the registry replaces it \
          when they like, and you see nothing of it.",
    unsure: "Own are the accounts that the input works in, that of the job's role, and `own_accounts`; \
             `trusted_accounts` are trusted, and registries, hosts and repositories that `approved_registries` \
             names. The accounts of SageMaker's own images are known. That an image cannot be pulled at all, from \
             Docker Hub or from another region, is said by PG-PATH-003.",
    fix: "mirror the image into a repository of your own, and name that",
    references: &[
        Link {
            title: "Amazon SageMaker AI Developer Guide: Build Your Own Processing Container",
            url: "https://docs.aws.amazon.com/sagemaker/latest/dg/build-your-own-processing-container.html",
        },
        Link {
            title: "Amazon SageMaker AI Developer Guide: Docker registry paths and example code",
            url: "https://docs.aws.amazon.com/sagemaker/latest/dg-ecr-paths/sagemaker-algo-docker-registry-paths.html",
        },
    ],
    assumes: &[],
    example: Example {
        fail: include_str!(
            "../../testdata/rules/processing-job-image-from-approved-registry/fail.tf"
        ),
        pass: include_str!(
            "../../testdata/rules/processing-job-image-from-approved-registry/pass.tf"
        ),
    },
    check: Check::Resource(JOB_KINDS, check),
};

fn check(context: &Context<'_, '_>, subject: &Subject<'_, '_>) -> Verdict {
    let Some(job) = ProcessingJob::of(subject.resource) else {
        return Verdict::NotApplicable;
    };
    let path = job.image();
    let Some(image) = context.access.image(subject.id, &path) else {
        // The service demands an image; without it there is no job.
        return Verdict::NotApplicable;
    };
    let approved = &context.settings.approved_registries;
    let fix = fix(context);
    let at = subject.place(&path);
    match image {
        Image::OfSageMaker => Verdict::Holds,
        Image::Unknown(why) => {
            let question = "whose image this job runs";
            Verdict::Unsure(vec![subject.unsure(&path, why, question)])
        }
        Image::Elsewhere(host) if any(approved, [host.as_str()]) => Verdict::Holds,
        Image::Elsewhere(_) if is_told_of_path(context, subject) => Verdict::NotApplicable,
        Image::Elsewhere(host) => {
            let message = format!(
                "`{host}` is no private Amazon ECR registry: nobody of yours decides what its image does with this job's role and data, and SageMaker cannot pull it"
            );
            Verdict::Broken(vec![Evidence::new(message, at).fix(fix)])
        }
        Image::In(image) => of_registry(context, subject, &image, Evidence::new("", at).fix(fix)),
    }
}

fn of_registry(
    context: &Context<'_, '_>,
    job: &Subject<'_, '_>,
    image: &RegistryImage,
    evidence: Evidence,
) -> Verdict {
    let RegistryImage {
        account,
        region,
        name,
        ..
    } = image;
    let host = format!(
        "{}.dkr.ecr.{}.amazonaws.com",
        context.access.show(account),
        context.access.show(region)
    );
    let repository = format!("{host}/{}", context.access.show(name));
    let names = [account.known().unwrap_or(&host), &host, &repository];
    if account.known().is_some_and(is_image_account)
        || any(&context.settings.approved_registries, names)
    {
        return Verdict::Holds;
    }
    match owner(context, job, account) {
        Owner::Trusted => Verdict::Holds,
        Owner::Foreign => {
            let message = format!(
                "this job runs an image from `{host}`, and account {} is neither yours nor SageMaker's: its owner decides what the code does with the job's role and data",
                context.access.show(account)
            );
            Verdict::Broken(vec![Evidence {
                message,
                ..evidence
            }])
        }
        Owner::Unknown(hinges) => {
            let whose = "in whose registry this job's image lies";
            let evidence = unsure_owner(context, account, whose, evidence, hinges);
            Verdict::Unsure(vec![Evidence {
                fix: None,
                ..evidence
            }])
        }
    }
}

/// Whether it is said already that the image cannot be pulled.
fn is_told_of_path(context: &Context<'_, '_>, job: &Subject<'_, '_>) -> bool {
    let mut paths = context.paths().iter().filter(|path| {
        path.workload.id == job.id && path.workload.kind == WorkloadKind::DeclaredJob
    });
    paths.any(|path| {
        let mut pulls = path.steps(&[Step::PullImage]);
        pulls.any(|hop| hop.decision.must_be_denied() && hop.code == Some("registry-unsupported"))
    })
}

/// What to write instead: a repository of the input, if there is just one.
fn fix(context: &Context<'_, '_>) -> String {
    let mut own = context.graph.iter().filter(|(id, resource)| {
        resource.kind() == Some(Kind::Repository) && context.graph.is_own(*id)
    });
    match (own.next(), own.next()) {
        (Some((_, repository)), None) => format!(
            "mirror the image into `{}`, and name that",
            repository.address.as_str()
        ),
        _ => RULE.fix.to_owned(),
    }
}
