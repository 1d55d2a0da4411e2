//! Whether a push can move the tags of a repository, and which images of it jobs run.

use super::{Context, Setting, Subject};
use crate::access::{Image, RegistryImage, Version};
use crate::iam::equal_texts;
use crate::model::graph::ResourceId;
use crate::model::truth::Truth;
use crate::model::value::Why;
use crate::settings::Pattern;
use crate::workload::{JOB_KINDS, ProcessingJob};

/// What says whether tags can be moved.
pub(super) const MUTABILITY: &str = "image_tag_mutability";

/// What names the tags for which the contrary is true.
pub(super) const EXCEPTED: &str = "image_tag_mutability_exclusion_filter";

/// Whether a push can move a tag of a repository; without one, whether it can move one that nobody foresaw.
pub(super) fn can_be_moved(repository: &Subject<'_, '_>, tag: Option<&str>) -> Result<bool, Why> {
    let mutability = match repository.setting(MUTABILITY) {
        Setting::Known { text, .. } => text,
        Setting::Absent => return Err(Why::UnexpectedForm),
        Setting::Unknown(why, _) => return Err(why),
    };
    let is_immutable = mutability.starts_with("IMMUTABLE");
    if !mutability.ends_with("_WITH_EXCLUSION") {
        return Ok(!is_immutable);
    }
    let filters = repository.resource.get(EXCEPTED);
    let filters = filters.ok_or(Why::UnexpectedForm)?;
    let mut is_excepted = false;
    for filter in filters.as_list().unwrap_or(std::slice::from_ref(filters)) {
        let filter = filter
            .as_map()
            .and_then(|one| one.get("filter"))
            .unwrap_or(filter);
        let text = filter.as_text();
        let text = text.ok_or(filter.why_unknown().unwrap_or(Why::UnexpectedForm))?;
        is_excepted |= match tag {
            Some(tag) => {
                let pattern = Pattern::new(text).ok_or(Why::UnexpectedForm)?;
                pattern.matches(tag)
            }
            None => text.chars().all(|one| one == '*'),
        };
    }
    Ok(is_immutable == is_excepted)
}

/// A job that runs an image of a repository.
#[derive(Debug)]
pub(super) struct ImageUse {
    /// The job.
    pub(super) job: ResourceId,
    /// The attribute of the job that names the image.
    pub(super) path: String,
    /// Which image it is.
    pub(super) version: Version,
    /// Nothing tells whether this repository is the one: the image has its name, and is of an account by number.
    pub(super) perhaps: bool,
}

/// The jobs of the input that run images of a repository, and those that perhaps do.
pub(super) fn image_uses(context: &Context<'_, '_>, repository: ResourceId) -> Vec<ImageUse> {
    let resource = context.graph.get(repository);
    let account = context.access.account(resource);
    let region = context.access.region(resource);
    let name = context.access.attribute(repository, "name");
    let is_it = |image: &RegistryImage| {
        if let Some(id) = image.repository {
            return Truth::from(id == repository);
        }
        if equal_texts(&image.name, &name) != Truth::Yes {
            return Truth::No;
        }
        let same = equal_texts(&image.account, &account);
        same.and(equal_texts(&image.region, &region))
    };
    let jobs = context.graph.iter().filter(|(_, resource)| {
        let kind = resource.kind();
        kind.is_some_and(|kind| JOB_KINDS.contains(&kind))
    });
    let uses = jobs.filter_map(|(job, resource)| {
        let path = ProcessingJob::of(resource)?.image();
        let Image::In(image) = context.access.image(job, &path)? else {
            return None;
        };
        let is_it = is_it(&image);
        (is_it != Truth::No).then_some(ImageUse {
            job,
            path,
            version: image.version,
            perhaps: is_it == Truth::Unknown,
        })
    });
    uses.collect()
}
