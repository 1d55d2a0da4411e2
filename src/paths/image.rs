//! A job pulls its image: SageMaker does so with the job's role.
//!
//! Source: Amazon SageMaker AI Developer Guide, "How to use SageMaker AI execution roles"; Amazon ECR User
//! Guide, "Amazon ECR private repository policies". AWS's own repositories are taken to admit everybody:
//! their policies cannot be seen.

use super::{Hop, Prover, Step};
use crate::access::{Caller, Image, Object, RegistryImage, Way};
use crate::finding::Severity;
use crate::iam::policy::Effect;
use crate::iam::{Action, ArnSubject, Decision, Layer, Text};
use crate::model::graph::ResourceId;
use crate::model::truth::Truth;
use crate::model::value::Why;
use crate::workload::is_image_account;

const TOKEN: &str = "ecr:GetAuthorizationToken";
const GET: &str = "ecr:BatchGetImage";
const LAYERS: &str = "ecr:GetDownloadUrlForLayer";
const CHECK: &str = "ecr:BatchCheckLayerAvailability";

/// So many repositories are tried, where nobody says which one a job pulls from.
const FEW: usize = 4;

impl Prover<'_, '_, '_> {
    /// A job of which nobody says which image it pulls: it pulls from the repositories of the input.
    pub(super) fn any_image(&self, caller: &Caller, not_judged: &mut Vec<String>) -> Vec<Hop> {
        let mut hops = vec![self.token_hop(caller)];
        // Those that the role's policies are about come first; a few of them are enough.
        let action = Action::named(GET);
        let about = |id: &ResourceId| {
            let asked = self.access.arn(*id).map(ArnSubject::new);
            let statements = caller.identity.iter().flat_map(|policy| &policy.statements);
            let allowing = statements.filter(|one| one.effect == Effect::Allow);
            let truths = allowing.filter_map(|one| Some(one.is_about(&action, asked.as_ref()?)));
            match truths.fold(Truth::No, Truth::or) {
                Truth::Yes => 0,
                Truth::Unknown => 1,
                Truth::No => 2,
            }
        };
        let mut candidates: Vec<_> = self.repositories.iter().map(|id| (about(id), id)).collect();
        candidates.sort_by_key(|(rank, _)| *rank);
        let mut best: Option<(Decision, Object)> = None;
        for (_, id) in candidates.into_iter().take(FEW) {
            let object = self.access.object(*id);
            let answer = self.ask(caller, GET, &object, &Way::Service.with(Vec::new()));
            let decision = answer.decision();
            let is_better = best
                .as_ref()
                .is_none_or(|(known, _)| rank(decision) < rank(*known));
            if is_better {
                best = Some((decision, object));
            }
            if decision == Decision::Allowed {
                break;
            }
        }
        match best {
            Some((_, object)) => hops.extend(self.pull_hops(caller, &object, Some(&object))),
            None => {
                not_judged
                    .push("which image the job pulls: the input has no repository".to_owned());
            }
        }
        hops
    }

    /// The image that a job declares.
    pub(super) fn image(
        &self,
        caller: &Caller,
        job: ResourceId,
        path: &str,
        notes: &mut Vec<String>,
    ) -> Vec<Hop> {
        let resource = self.graph.get(job);
        let name = format!("{}.{path}", resource.address.as_str());
        let Some(uri) = resource.get(path) else {
            return Vec::new();
        };
        let token = self.token_hop(caller);
        let image = self.access.image(job, path);
        let image = image.unwrap_or(Image::Unknown(Why::UnexpectedForm));
        let hops = match image {
            Image::In(image) => {
                let object = self.object_of(&image, &name, caller, notes);
                let own = object.id.map(|_| &object);
                let elsewhere = self.other_region(job, &object);
                let mut hops = vec![token];
                hops.extend(self.pull_hops(caller, &object, own));
                match elsewhere {
                    Some(text) => hops
                        .into_iter()
                        .map(|hop| match hop.step {
                            Step::PullImage if hop.advised.is_none() => {
                                let code = "wrong-region-image";
                                hop.kept_out(code, Layer::Resource, text.clone(), Some(uri.origin))
                            }
                            _ => hop,
                        })
                        .collect(),
                    None => hops,
                }
            }
            other @ (Image::OfSageMaker | Image::Unknown(_)) => {
                let what = "the image".to_owned();
                let why = match other {
                    Image::Unknown(why) => why,
                    _ => Why::ExternalResource,
                };
                vec![
                    token,
                    Self::open_hop(Step::PullImage, GET, &caller.name, what, (name, why)),
                ]
            }
            Image::Elsewhere(registry) => {
                let text = format!(
                    "jobs pull from private Amazon ECR repositories only, and `{registry}` is none"
                );
                let hinge = (name, Why::UnexpectedForm);
                let hop = Self::open_hop(Step::PullImage, GET, &caller.name, registry, hinge);
                vec![hop.kept_out(
                    "registry-unsupported",
                    Layer::Resource,
                    text,
                    Some(uri.origin),
                )]
            }
        };
        hops.into_iter()
            .map(|hop| hop.at(Some(uri.origin)))
            .collect()
    }

    /// That an image lies in another region than its job, if that is known: a job pulls from its own.
    fn other_region(&self, job: ResourceId, image: &Object) -> Option<String> {
        let own = self.access.region(self.graph.get(job));
        let (own, other) = (own.known()?, image.region.as_ref()?.known()?);
        (own != other).then(|| format!("the image lies in {other}, and the job runs in {own}"))
    }

    fn token_hop(&self, caller: &Caller) -> Hop {
        let everything = self.access.no_object(caller);
        let answer = self.ask(caller, TOKEN, &everything, &Way::Service.with(Vec::new()));
        self.hop(Step::ImageToken, TOKEN, &caller.name, answer)
            .on(None, "*")
    }

    fn pull_hops(&self, caller: &Caller, object: &Object, own: Option<&Object>) -> Vec<Hop> {
        let hop = |action: &'static str| {
            let answer = self.ask(caller, action, object, &Way::Service.with(Vec::new()));
            self.hop(Step::PullImage, action, &caller.name, answer)
                .on(own.and_then(|object| object.id), object.name.clone())
        };
        // AWS documents the last one; a pull does without.
        vec![hop(GET), hop(LAYERS), hop(CHECK).advised(Severity::Low)]
    }

    /// The repository of an image, as what requests are about.
    fn object_of(
        &self,
        image: &RegistryImage,
        attribute: &str,
        caller: &Caller,
        notes: &mut Vec<String>,
    ) -> Object {
        if let Some(id) = image.repository {
            return self.access.object(id);
        }
        let RegistryImage {
            account,
            region,
            name,
            ..
        } = image;
        let mut arn = Text::literal("arn:aws:ecr:");
        for part in [region, &":".into(), account, &":repository/".into(), name] {
            arn.push(part);
        }
        let registry = account.known().zip(region.known());
        let host = registry.map(|(account, region)| {
            let china = if region.starts_with("cn-") { ".cn" } else { "" };
            format!("{account}.dkr.ecr.{region}.amazonaws.com{china}")
        });
        let shown = match (&host, name.known()) {
            (Some(host), Some(name)) => format!("{host}/{name}"),
            _ => attribute.to_owned(),
        };
        let object = self.access.foreign_object(&arn, &shown);
        match (account.known(), host) {
            (Some(account), Some(host)) if is_image_account(account) => {
                notes.push(format!(
                    "`{host}` is a registry of AWS: it is taken to admit the role"
                ));
                // Then the identity side alone decides, as within an account.
                object.admitting(caller)
            }
            _ => object,
        }
    }
}

fn rank(decision: Decision) -> u8 {
    match decision {
        Decision::Allowed => 0,
        Decision::Undecided => 1,
        Decision::DeniedByDefault | Decision::DeniedExplicitly => 2,
    }
}
