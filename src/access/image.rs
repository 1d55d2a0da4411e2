//! The image that a job names: in whose registry it lies, in which repository, and what says which version it is.
//!
//! Source: Amazon ECR User Guide, "Amazon ECR private registry" (the URL of a registry) and "Pulling an image to
//! your local environment from an Amazon ECR private repository" (tag or digest).

use super::Access;
use crate::iam::text::Piece as TextPiece;
use crate::iam::{Text, is_account_id};
use crate::model::graph::{ResourceId, Target};
use crate::model::value::{Data, Piece, Referent, Value, Why};
use crate::model::vocabulary::Kind;

/// Where an image lies.
#[derive(Debug, Clone)]
pub enum Image {
    /// In a private registry of Amazon ECR.
    In(Box<RegistryImage>),
    /// In a registry of another sort, under this name.
    Elsewhere(String),
    /// In one of SageMaker's own registries: a data source looks it up.
    OfSageMaker,
    /// It cannot be told.
    Unknown(Why),
}

/// An image in a private registry of Amazon ECR.
#[derive(Debug, Clone)]
pub struct RegistryImage {
    /// Its repository, where that is one of the input.
    pub repository: Option<ResourceId>,
    /// The account of the registry.
    pub account: Text,
    /// The region of the registry.
    pub region: Text,
    /// The name of the repository.
    pub name: Text,
    /// Which of the images in there it is.
    pub version: Version,
}

/// Which of a repository's images is named.
#[derive(Debug, Clone)]
pub enum Version {
    /// The one with a digest, which is always the same.
    Digest,
    /// The one that has a tag.
    Tag(Text),
    /// None: that counts as the tag `latest`.
    Untagged,
    /// It cannot be told.
    Unknown,
}

impl<'a> Access<'_, 'a> {
    /// The image that an attribute of a job names; none where there is no such attribute.
    #[must_use]
    pub fn image(&self, job: ResourceId, path: &str) -> Option<Image> {
        let uri = self.graph().get(job).get(path)?;
        if let Some(looked_up) = self.looked_up(uri) {
            return Some(looked_up);
        }
        if let Some((id, version)) = self.repository_in(uri) {
            return Some(self.image_in(id, version));
        }
        if let Data::Unknown(why) = uri.data {
            return Some(match self.repository_mentioned(job, path) {
                Some(id) => self.image_in(id, Version::Unknown),
                None => Image::Unknown(why),
            });
        }
        let name = format!("{}.{path}", self.graph().get(job).address.as_str());
        Some(match self.text(uri, &name) {
            Some(text) => self.named_image(&text, uri),
            None => Image::Unknown(Why::UnexpectedForm),
        })
    }

    /// An image by the text that names it.
    fn named_image(&self, text: &Text, uri: &Value<'a>) -> Image {
        let elsewhere = |host: &Text| match host.known() {
            Some(host) => Image::Elsewhere(host.to_owned()),
            None => Image::Unknown(self.graph().why_not_known(uri)),
        };
        let Some((host, rest)) = text.split_once("/") else {
            return elsewhere(text);
        };
        let Some((account, region)) = registry(&host) else {
            return elsewhere(&host);
        };
        let (name, version) = versioned(&rest);
        let mut arn = Text::literal("arn:aws:ecr:");
        for part in [
            &region,
            &":".into(),
            &account,
            &":repository/".into(),
            &name,
        ] {
            arn.push(part);
        }
        let is_whole = !matches!(version, Version::Unknown);
        let repository = is_whole.then(|| self.repository_with(&arn)).flatten();
        Image::In(Box::new(RegistryImage {
            repository,
            account,
            region,
            name,
            version,
        }))
    }

    fn repository_with(&self, arn: &Text) -> Option<ResourceId> {
        let own = self.graph().iter().find(|(id, resource)| {
            resource.kind() == Some(Kind::Repository)
                && self.graph().is_own(*id)
                && self.arn(*id).as_ref() == Some(arn)
        });
        if let Some((id, _)) = own {
            return Some(id);
        }
        match self.graph().named(&[Kind::Repository], arn.known()?) {
            Target::Resource(id) => Some(id),
            _ => None,
        }
    }

    fn image_in(&self, repository: ResourceId, version: Version) -> Image {
        let resource = self.graph().get(repository);
        Image::In(Box::new(RegistryImage {
            repository: Some(repository),
            account: self.account(resource),
            region: self.region(resource),
            name: self.attribute(repository, "name"),
            version,
        }))
    }

    /// What a data source says of an image.
    fn looked_up(&self, uri: &Value<'_>) -> Option<Image> {
        let reference = uri.as_reference()?;
        let Referent::Resource(id) = reference.of else {
            return None;
        };
        let resource = self.graph().get(id);
        match (resource.kind()?, reference.attribute.as_ref()) {
            (Kind::ImagePrebuilt, "registry_path") => Some(Image::OfSageMaker),
            (Kind::Image, "image_uri") => {
                let name = resource.get("repository_name")?;
                let repository = match self.graph().target(name, &[Kind::Repository]) {
                    Target::Resource(id) => Some(id),
                    _ => None,
                };
                let address = resource.address.as_str();
                let own = self.account(resource);
                let registry = resource.get("registry_id");
                let registry = registry.and_then(|id| self.text(id, address));
                let is_own = self.graph().is_written(id, "registry_id") == Some(false);
                Some(Image::In(Box::new(RegistryImage {
                    repository,
                    account: registry.filter(|_| !is_own).unwrap_or(own),
                    region: self.region(resource),
                    name: self.text(name, address)?,
                    version: Version::Digest,
                })))
            }
            _ => None,
        }
    }

    /// The repository that a template mentions, and what it says after that.
    fn repository_in(&self, uri: &Value<'_>) -> Option<(ResourceId, Version)> {
        let Data::Template(pieces) = &uri.data else {
            return None;
        };
        let is_repository = |piece: &Piece<'_>| match piece {
            Piece::Reference(reference) => match reference.of {
                Referent::Resource(id) => {
                    (self.graph().get(id).kind() == Some(Kind::Repository)).then_some(id)
                }
                Referent::Provider(_) | Referent::Parameter(_) => None,
            },
            _ => None,
        };
        let id = pieces.iter().find_map(is_repository)?;
        let last = pieces
            .iter()
            .rposition(|piece| is_repository(piece).is_some())?;
        let after = pieces.get(last + 1..).unwrap_or_default();
        let version = match after.split_first() {
            None => Version::Untagged,
            Some((Piece::Known(text), [])) => version(&text.as_ref().into()),
            Some((Piece::Known(text), _)) if text.starts_with('@') => Version::Digest,
            Some(_) => Version::Unknown,
        };
        Some((id, version))
    }

    /// The one repository of which an unknown address mentions the URL.
    fn repository_mentioned(&self, job: ResourceId, path: &str) -> Option<ResourceId> {
        let top = path.split('.').next()?;
        let of_kind = |(id, resource): (ResourceId, &crate::model::resource::Resource<'_>)| {
            (resource.kind() == Some(Kind::Repository) && self.graph().is_own(id)).then_some(id)
        };
        let own: Vec<_> = self.graph().iter().filter_map(of_kind).collect();
        let mentioned = self.graph().mentioned(job, top, &own);
        let mut urls = mentioned
            .iter()
            .filter(|(_, part)| part == "repository_url");
        let first = urls.next()?;
        urls.next().is_none().then_some(first.0)
    }
}

/// The account and region of an ECR registry's host.
fn registry(host: &Text) -> Option<(Text, Text)> {
    let (account, rest) = host.split_once(".dkr.ecr.")?;
    let (region, _) = rest.split_once(".")?;
    let is_account = account.known().is_none_or(is_account_id);
    is_account.then_some((account, region))
}

/// The name of a repository, and which of its images is named.
fn versioned(text: &Text) -> (Text, Version) {
    if let Some((before, _)) = text.split_once("@") {
        let name = before.split_once(":").map_or(before, |(name, _)| name);
        return (name, Version::Digest);
    }
    if let Some((name, tag)) = text.split_once(":") {
        return (name, tagged(tag));
    }
    let is_open = matches!(text.pieces().last(), Some(TextPiece::Hole(_)));
    let version = if is_open || text.known().is_none() {
        Version::Unknown
    } else {
        Version::Untagged
    };
    (text.clone(), version)
}

/// What stands behind the name of a repository.
fn version(text: &Text) -> Version {
    versioned(text).1
}

fn tagged(tag: Text) -> Version {
    match tag.known() {
        Some(known) if known.contains('@') => Version::Digest,
        Some(_) => Version::Tag(tag),
        None => Version::Unknown,
    }
}
