//! A job pulls its image: SageMaker does so with the job's role.
//!
//! Source: Amazon SageMaker AI Developer Guide, "How to use SageMaker AI execution roles"; Amazon ECR User
//! Guide, "Amazon ECR private repository policies". AWS's own repositories are taken to admit everybody:
//! their policies cannot be seen.

use super::{Hop, Prover, Step};
use crate::access::{Caller, Object, Way};
use crate::finding::Severity;
use crate::iam::policy::Effect;
use crate::iam::{Action, ArnSubject, Decision, Layer, Text};
use crate::model::graph::{ResourceId, Target};
use crate::model::truth::Truth;
use crate::model::value::{Data, Piece, Referent, Value, Why};
use crate::model::vocabulary::Kind;
use crate::workload::is_image_account;

const TOKEN: &str = "ecr:GetAuthorizationToken";
const GET: &str = "ecr:BatchGetImage";
const LAYERS: &str = "ecr:GetDownloadUrlForLayer";
const CHECK: &str = "ecr:BatchCheckLayerAvailability";

/// So many repositories are tried, where nobody says which one a job pulls from.
const FEW: usize = 4;

/// Where a job's image lies.
enum Image {
    In(Object),
    /// In a registry that SageMaker does not pull from.
    Elsewhere(String),
    Unknown(Why),
}

impl<'a> Prover<'_, '_, 'a> {
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
        let hops = match self.image_of(job, uri, path, caller, notes) {
            Image::In(object) => {
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
            Image::Unknown(why) => {
                let what = "the image".to_owned();
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

    fn image_of(
        &self,
        job: ResourceId,
        uri: &Value<'a>,
        name: &str,
        caller: &Caller,
        notes: &mut Vec<String>,
    ) -> Image {
        if let Some(id) = self.repository_in(uri) {
            return Image::In(self.access.object(id));
        }
        if let Data::Unknown(why) = uri.data {
            return match self.repository_mentioned(job, name) {
                Some(id) => Image::In(self.access.object(id)),
                None => Image::Unknown(why),
            };
        }
        let name = &format!("{}.{name}", self.name(job));
        let Some(text) = self.access.text(uri, name) else {
            return Image::Unknown(Why::UnexpectedForm);
        };
        let elsewhere = |host: &Text| match host.known() {
            Some(host) => Image::Elsewhere(host.to_owned()),
            None => Image::Unknown(Why::KnownAfterApply),
        };
        let Some((host, rest)) = text.split_once("/") else {
            return elsewhere(&text);
        };
        let Some((account, region)) = registry(&host) else {
            return elsewhere(&host);
        };
        let repository = rest.split_once("@").map_or(rest, |(named, _)| named);
        let tagged = repository.split_once(":");
        let is_whole = tagged.is_some() || text.known().is_some();
        let repository = tagged.map_or(repository, |(named, _)| named);
        let mut arn = Text::literal("arn:aws:ecr:");
        for part in [
            &region,
            &":".into(),
            &account,
            &":repository/".into(),
            &repository,
        ] {
            arn.push(part);
        }
        let own = self
            .repositories
            .iter()
            .find(|id| self.access.arn(**id).as_ref() == Some(&arn));
        if let Some(id) = own.filter(|_| is_whole) {
            return Image::In(self.access.object(*id));
        }
        if let Some(arn) = arn.known().filter(|_| is_whole)
            && let Target::Resource(id) = self.graph.named(&[Kind::Repository], arn)
        {
            return Image::In(self.access.object(id));
        }
        let shown = match (host.known(), repository.known()) {
            (Some(host), Some(repository)) => format!("{host}/{repository}"),
            _ => name.clone(),
        };
        let mut object = self.access.foreign_object(&arn, &shown);
        if let Some(account) = account.known()
            && is_image_account(account)
        {
            notes.push(format!(
                "`{}` is a registry of AWS: it is taken to admit the role",
                host.known().unwrap_or(account)
            ));
            // Then the identity side alone decides, as within an account.
            object = object.admitting(caller);
        }
        Image::In(object)
    }

    /// The one repository of which an unknown address mentions the URL.
    fn repository_mentioned(&self, job: ResourceId, path: &str) -> Option<ResourceId> {
        let top = path.split('.').next()?;
        let mentioned = self.graph.mentioned(job, top, &self.repositories);
        let mut urls = mentioned
            .iter()
            .filter(|(_, part)| part == "repository_url");
        let first = urls.next()?;
        urls.next().is_none().then_some(first.0)
    }

    /// The repository that a template mentions.
    fn repository_in(&self, uri: &Value<'_>) -> Option<ResourceId> {
        let Data::Template(pieces) = &uri.data else {
            return None;
        };
        pieces.iter().find_map(|piece| match piece {
            Piece::Reference(reference) => match reference.of {
                Referent::Resource(id) => {
                    (self.graph.get(id).kind() == Some(Kind::Repository)).then_some(id)
                }
                Referent::Provider(_) | Referent::Parameter(_) => None,
            },
            _ => None,
        })
    }
}

/// The account and region of an ECR registry's host.
fn registry(host: &Text) -> Option<(Text, Text)> {
    let (account, rest) = host.split_once(".dkr.ecr.")?;
    let (region, _) = rest.split_once(".")?;
    let is_account = account.known().is_none_or(crate::iam::is_account_id);
    is_account.then_some((account, region))
}

fn rank(decision: Decision) -> u8 {
    match decision {
        Decision::Allowed => 0,
        Decision::Undecided => 1,
        Decision::DeniedByDefault | Decision::DeniedExplicitly => 2,
    }
}
