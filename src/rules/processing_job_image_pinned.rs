//! PG-PJ-010.

use super::tag_mutability::{MUTABILITY, can_be_moved};
use super::{Check, Context, Example, Link, Rule, RuleKind, Setting, Subject};
use crate::access::{Image, RegistryImage, Version};
use crate::finding::{Evidence, Severity, Verdict};
use crate::model::graph::ResourceId;
use crate::model::value::Why;
use crate::workload::{JOB_KINDS, ProcessingJob, is_image_account};

pub(super) const RULE: Rule = Rule {
    id: "processing-job-image-pinned",
    alias: "PG-PJ-010",
    kind: RuleKind::Secure,
    tier: 2,
    severity: Severity::Low,
    summary: "the image of a Processing job is always the same: named by digest, or by a tag that cannot be moved",
    why: "A tag of a repository that is mutable names another image after the next push: what runs with the job's \
          role is no longer what was reviewed, and nothing in the definition changes.",
    unsure: "No tag counts as `latest`. A tag holds in a repository of the input with immutable tags, and with a \
             version in one of SageMaker's own; a repository outside of the input is unsure. With `require_digest` only a \
             digest holds.",
    fix: "name the image by its digest, or make the tags of its repository immutable and name a version",
    references: &[
        Link {
            title: "Amazon ECR User Guide: Preventing image tags from being overwritten in Amazon ECR",
            url: "https://docs.aws.amazon.com/AmazonECR/latest/userguide/image-tag-mutability.html",
        },
        Link {
            title: "Amazon ECR User Guide: Pulling an image to your local environment from an Amazon ECR private repository",
            url: "https://docs.aws.amazon.com/AmazonECR/latest/userguide/docker-pull-ecr-image.html",
        },
    ],
    assumes: &[],
    example: Example {
        fail: include_str!("../../testdata/rules/processing-job-image-pinned/fail.tf"),
        pass: include_str!("../../testdata/rules/processing-job-image-pinned/pass.tf"),
    },
    check: Check::Resource(JOB_KINDS, check),
};

/// Repositories of SageMaker's own whose images have no versions to choose.
const WITHOUT_VERSIONS: &[&str] = &["sagemaker-model-monitor-analyzer"];

const QUESTION: &str = "whether this job always runs the same image";

fn check(context: &Context<'_, '_>, subject: &Subject<'_, '_>) -> Verdict {
    let subject = context.subject(subject.id);
    let Some(job) = ProcessingJob::of(subject.resource) else {
        return Verdict::NotApplicable;
    };
    let path = job.image();
    let Some(image) = context.access.image(subject.id, &path) else {
        return Verdict::NotApplicable;
    };
    let one = Pinned {
        context,
        job: subject,
        path: &path,
    };
    match image {
        Image::In(image) => one.of_registry(&image),
        Image::OfSageMaker if context.settings.require_digest => {
            one.broken("the data source looks it up by a tag", None)
        }
        Image::OfSageMaker => Verdict::Holds,
        // It cannot be pulled at all.
        Image::Elsewhere(_) => Verdict::NotApplicable,
        Image::Unknown(why) => one.unsure(why),
    }
}

/// The image of one job.
struct Pinned<'r, 'g, 'a> {
    context: &'r Context<'g, 'a>,
    job: Subject<'g, 'a>,
    path: &'r str,
}

impl Pinned<'_, '_, '_> {
    fn of_registry(&self, image: &RegistryImage) -> Verdict {
        let is_first_party = image.account.known().is_some_and(is_image_account);
        let only_digest = self.context.settings.require_digest;
        let own = self.job.own_path(self.path);
        match &image.version {
            Version::Digest => Verdict::Holds,
            Version::Unknown => {
                let value = self.job.resource.get(self.path);
                let why = value.map(|value| self.context.graph.why_not_known(value));
                self.unsure(why.unwrap_or(Why::KnownAfterApply))
            }
            _ if only_digest => {
                let message = format!("`{own}` names no digest, which `require_digest` asks for");
                self.broken(&message, None)
            }
            Version::Untagged if is_first_party && is_without_versions(image) => Verdict::Holds,
            Version::Untagged => {
                let message = format!("`{own}` names no tag, which counts as `latest`");
                self.broken(&message, image.repository)
            }
            Version::Tag(tag) if tag.known() == Some("latest") => {
                self.broken(&format!("`{own}` names the tag `latest`"), image.repository)
            }
            Version::Tag(_) if is_first_party => Verdict::Holds,
            Version::Tag(tag) => {
                let tag = tag.known().unwrap_or_default();
                self.of_tag(tag, image)
            }
        }
    }

    /// A tag holds where nobody can move it.
    fn of_tag(&self, tag: &str, image: &RegistryImage) -> Verdict {
        let Some(id) = image.repository else {
            let name = self.context.access.show(&image.name);
            let message = format!(
                "cannot tell {QUESTION}: whether the tag `{tag}` can be moved is told by the repository `{name}`, which is not in the input"
            );
            let value = format!("the tag mutability of the repository {name}");
            let evidence = Evidence::new(message, self.job.place(self.path));
            return Verdict::Unsure(vec![evidence.hinges_on(value, Why::ExternalResource)]);
        };
        let repository = self.context.subject(id);
        let path = MUTABILITY;
        let own = repository.own_path(path);
        let name = repository.resource.address.as_str();
        let why = match can_be_moved(&repository, Some(tag)) {
            Ok(false) => return Verdict::Holds,
            Ok(true) => {
                let message = format!("a push to `{name}` can move the tag `{tag}`");
                return self.broken(&message, image.repository);
            }
            Err(why) => why,
        };
        let message = format!(
            "cannot tell {QUESTION}: whether the tag `{tag}` can be moved is told by `{own}` of `{name}`, which is not known ({why})"
        );
        let evidence = Evidence::new(message, self.job.place(self.path));
        Verdict::Unsure(vec![evidence.hinges_on(repository.value_name(path), why)])
    }

    fn broken(&self, message: &str, repository: Option<ResourceId>) -> Verdict {
        let message = format!(
            "{message}: the code that runs with this job's role and data can change without a change here"
        );
        let evidence = Evidence::new(message, self.job.place(self.path));
        let evidence = if self.context.settings.require_digest {
            evidence.fix("name the image by its digest")
        } else {
            evidence
        };
        let Some(id) = repository else {
            return Verdict::Broken(vec![evidence]);
        };
        let repository = self.context.subject(id);
        let path = MUTABILITY;
        let is_mutable = match repository.setting(path) {
            Setting::Known { text, .. } => text != "IMMUTABLE",
            Setting::Absent | Setting::Unknown(..) => false,
        };
        let evidence = if is_mutable {
            let what = format!("`{}` lets tags be moved", repository.own_path(path));
            let evidence = evidence.severity(Severity::Medium);
            evidence.related(what, repository.place(path))
        } else {
            evidence
        };
        Verdict::Broken(vec![evidence])
    }

    fn unsure(&self, why: Why) -> Verdict {
        Verdict::Unsure(vec![self.job.unsure(self.path, why, QUESTION)])
    }
}

fn is_without_versions(image: &RegistryImage) -> bool {
    let name = image.name.known();
    name.is_some_and(|name| WITHOUT_VERSIONS.contains(&name))
}
