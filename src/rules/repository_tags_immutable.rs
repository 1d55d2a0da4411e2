//! PG-ECR-002.

use super::tag_mutability::{EXCEPTED, ImageUse, MUTABILITY, can_be_moved, image_uses};
use super::{Check, Context, Example, Link, Rule, RuleKind, Setting, Subject};
use crate::access::Version;
use crate::finding::{Evidence, Severity, Verdict};
use crate::model::value::Why;
use crate::model::vocabulary::Kind;

pub(super) const RULE: Rule = Rule {
    id: "repository-tags-immutable",
    alias: "PG-ECR-002",
    kind: RuleKind::Secure,
    tier: 2,
    severity: Severity::Medium,
    summary: "no push can move a tag of an image repository",
    why: "A tag that can be moved names another image after the next push: whoever may push decides what runs with \
          the role of a job, and neither the job nor its review shows it.",
    unsure: "Without a setting, tags can be moved. With exceptions, the tags count by which jobs of the input name \
             images of the repository; where none does, it holds if not all tags can be moved. A repository whose \
             images all such jobs name by digest holds as well.",
    fix: "set `image_tag_mutability` to `IMMUTABLE`, and push each image under a tag of its own",
    references: &[
        Link {
            title: "Amazon ECR User Guide: Preventing image tags from being overwritten in Amazon ECR",
            url: "https://docs.aws.amazon.com/AmazonECR/latest/userguide/image-tag-mutability.html",
        },
        Link {
            title: "AWS Security Hub: ECR.2: ECR private repositories should have tag immutability configured",
            url: "https://docs.aws.amazon.com/securityhub/latest/userguide/ecr-controls.html",
        },
    ],
    assumes: &[],
    example: Example {
        fail: include_str!("../../testdata/rules/repository-tags-immutable/fail.tf"),
        pass: include_str!("../../testdata/rules/repository-tags-immutable/pass.tf"),
    },
    check: Check::Resource(&[Kind::Repository], check),
};

const QUESTION: &str = "whether a push can move the tags of this repository";

fn check(context: &Context<'_, '_>, repository: &Subject<'_, '_>) -> Verdict {
    let mutability = match repository.setting(MUTABILITY) {
        Setting::Known { text, .. } => text,
        Setting::Unknown(why, _) => {
            return Verdict::Unsure(vec![repository.unsure(MUTABILITY, why, QUESTION)]);
        }
        Setting::Absent => return Verdict::NotApplicable,
    };
    if mutability == "IMMUTABLE" {
        return Verdict::Holds;
    }
    let uses = image_uses(context, repository.id);
    let certain: Vec<_> = uses.iter().filter(|one| !one.perhaps).collect();
    let verdict = of_uses(context, repository, &certain);
    let all: Vec<_> = uses.iter().collect();
    match all.iter().find(|one| one.perhaps) {
        Some(perhaps) if !is_alike(&verdict, &of_uses(context, repository, &all)) => {
            let account = repository.value_name("registry_id");
            let job = context.graph.get(perhaps.job).address.as_str();
            let message = format!(
                "cannot tell {QUESTION} by which jobs name its images: nothing tells whether `{job}` runs one of them; pass `--account`"
            );
            let evidence = Evidence::new(message, repository.place(MUTABILITY));
            Verdict::Unsure(vec![evidence.hinges_on(account, Why::PlaceNotTold)])
        }
        _ => verdict,
    }
}

fn is_alike(one: &Verdict, other: &Verdict) -> bool {
    std::mem::discriminant(one) == std::mem::discriminant(other)
}

/// Judges the tags by which these jobs name images of a repository.
fn of_uses(context: &Context<'_, '_>, repository: &Subject<'_, '_>, uses: &[&ImageUse]) -> Verdict {
    let by_tag = |one: &&ImageUse| !matches!(one.version, Version::Digest | Version::Unknown);
    let tagged: Vec<_> = uses.iter().copied().filter(by_tag).collect();
    if tagged.is_empty() {
        let mut uses = uses.iter();
        let is_none = uses.len() == 0;
        return match uses.find(|one| matches!(one.version, Version::Unknown)) {
            Some(one) => hinging_on_job(context, one),
            None if is_none => of_tag(context, repository, None),
            // Nobody runs what a tag names.
            None => Verdict::Holds,
        };
    }
    tagged.iter().fold(Verdict::Holds, |verdict, one| {
        if matches!(verdict, Verdict::Broken(_)) {
            return verdict;
        }
        verdict.worse(of_tag(context, repository, Some(one)))
    })
}

/// Judges the tag by which a job names its image; without one, all tags.
fn of_tag(
    context: &Context<'_, '_>,
    repository: &Subject<'_, '_>,
    by: Option<&ImageUse>,
) -> Verdict {
    let tag = by.map(|one| match &one.version {
        Version::Tag(tag) => tag.known().unwrap_or("latest"),
        _ => "latest",
    });
    match can_be_moved(repository, tag) {
        Ok(false) => return Verdict::Holds,
        Ok(true) => {}
        Err(why) => {
            return Verdict::Unsure(vec![repository.unsure(EXCEPTED, why, QUESTION)]);
        }
    }
    let consequence = match (by, tag) {
        (Some(by), Some(tag)) => {
            let job = context.graph.get(by.job).address.as_str();
            format!(
                "so a push can move the tag `{tag}`, by which `{job}` names its image: what runs with that job's role is then no longer what was reviewed"
            )
        }
        _ => "so a push can put another image under a tag that is in use: what runs by that tag is then no longer what was reviewed".to_owned(),
    };
    let verdict = if makes_exceptions(repository) {
        let own = repository.own_path(MUTABILITY);
        let value = repository.place(MUTABILITY);
        let message = format!("`{own}` makes exceptions, {consequence}");
        let fix = "leave the tags that are in use out of what can be moved";
        Verdict::Broken(vec![Evidence::new(message, value).fix(fix)])
    } else {
        repository.must_be(context, MUTABILITY, "IMMUTABLE", QUESTION, &consequence)
    };
    match (verdict, by) {
        (Verdict::Broken(evidence), Some(by)) => {
            let job = context.subject(by.job);
            let what = format!("`{}` runs the image", job.resource.address.as_str());
            let at = job.place(&by.path);
            let evidence = evidence.into_iter();
            Verdict::Broken(evidence.map(|one| one.related(what.as_str(), at)).collect())
        }
        (verdict, _) => verdict,
    }
}

fn makes_exceptions(repository: &Subject<'_, '_>) -> bool {
    match repository.setting(MUTABILITY) {
        Setting::Known { text, .. } => text.ends_with("_WITH_EXCLUSION"),
        Setting::Absent | Setting::Unknown(..) => false,
    }
}

/// The job may name its image by digest.
fn hinging_on_job(context: &Context<'_, '_>, one: &ImageUse) -> Verdict {
    let job = context.subject(one.job);
    let value = job.resource.get(&one.path);
    let why = value.map_or(Why::KnownAfterApply, |value| {
        context.graph.why_not_known(value)
    });
    let question =
        "whether a push can change what this job runs, whose repository lets tags be moved";
    Verdict::Unsure(vec![job.unsure(&one.path, why, question)])
}
