//! What a role is for: which of the protected buckets it reads, and which it writes.
//!
//! Policies that name a bucket say so; what a wildcard happens to reach is no purpose, unless nothing
//! else is there.

use std::collections::BTreeSet;

use super::data::{Place, Worker};
use super::{Hop, Outcome, Prover, Step};
use crate::access::{Caller, Object, is_of_bucket};
use crate::iam::policy::{Effect, PrincipalKind};
use crate::iam::text::Domain;
use crate::iam::{Action, ArnSubject, Hinge};
use crate::model::graph::{ResourceId, Target};
use crate::model::truth::Truth;
use crate::model::value::Why;
use crate::model::vocabulary::Kind;
use crate::workload::{ProcessingJob, bucket_of};

/// What a role is for, as far as its policies tell.
pub(super) struct Purpose {
    pub(super) places: Vec<Place>,
    /// Policies name these buckets, rather than all.
    pub(super) named: bool,
    /// It may be for others, of which nothing tells which.
    open: bool,
    /// A wildcard reaches many, which tells nothing.
    many: bool,
}

impl Purpose {
    /// Whether all is known that decides what a role is for.
    pub(super) fn is_told(&self) -> bool {
        !self.open && !self.many
    }
}

/// So many buckets that a wildcard reaches may be what a role is for.
const FEW: usize = 8;

impl Prover<'_, '_, '_> {
    /// The protected buckets that a role is for: those that its policies or theirs name for an action,
    /// else the few that a wildcard reaches. Where nothing that is known reaches any, and something is
    /// not known, it may be for any.
    pub(super) fn purpose(&self, caller: &Caller, action: &'static str) -> Purpose {
        let (mut named, mut reached) = (Vec::new(), Vec::new());
        let mut open = caller.identity.iter().any(|policy| policy.is_open());
        let asked = Action::named(action);
        let any = self.access.anything("the object", Domain::ANY).text;
        for bucket in &self.buckets {
            if names(caller, bucket, action) {
                named.push(bucket);
                continue;
            }
            let inside = bucket.below(&any);
            let subject = ArnSubject::new(inside.arn);
            let own = caller.identity.iter().flat_map(|policy| &policy.statements);
            let allows = own.filter(|one| one.effect == Effect::Allow);
            let about = allows.map(|one| one.is_about(&asked, &subject));
            match about.fold(Truth::No, Truth::or) {
                Truth::Yes if self.is_for_logs(bucket) => {}
                Truth::Yes => reached.push(bucket),
                Truth::Unknown => open = true,
                Truth::No => {}
            }
        }
        let others = self.other_buckets.iter();
        named.extend(others.filter(|bucket| names(caller, bucket, action)));
        let (buckets, named, many) = match (named.is_empty(), reached.len()) {
            (false, _) => (named, true, false),
            (true, 0) if open && self.buckets.len() == 1 => {
                (self.buckets.iter().collect(), false, false)
            }
            (true, 0..=FEW) => (reached, false, false),
            (true, _) => (Vec::new(), false, true),
        };
        Purpose {
            open: buckets.is_empty() && open,
            places: buckets.into_iter().map(Place::of).collect(),
            named,
            many,
        }
    }

    /// The buckets that a worker is for. Of those that a wildcard reaches, what is proven, if anything
    /// is: what it happens to reach besides is no purpose. Where none of several is, it cannot be told
    /// which one it should read.
    pub(super) fn reads(&self, worker: Worker<'_>) -> Purpose {
        let mut purpose = self.purpose(worker.caller, "s3:GetObject");
        if purpose.named || purpose.places.len() < 2 {
            return purpose;
        }
        purpose
            .places
            .retain(|place| Outcome::of(self.read_hops(worker, place).iter()) == Outcome::Proven);
        purpose.many = purpose.places.is_empty();
        purpose
    }

    /// What is not known of the data that a role is for, if anything is.
    pub(super) fn untold(&self, caller: &Caller, purpose: &Purpose) -> Option<Hop> {
        let (what, hinge) = if purpose.many {
            let value = "which protected bucket it reads of those that a wildcard reaches";
            ("protected buckets", (value.to_owned(), Why::ChosenByCode))
        } else if purpose.open {
            let hinge = caller.identity.iter().find_map(|policy| {
                let resources = policy
                    .statements
                    .iter()
                    .filter_map(|one| one.resources.as_ref());
                let entries = resources.flat_map(|resources| &resources.entries);
                let mut holes = entries.flat_map(|entry| entry.pattern.pattern.text.holes());
                let in_entry = holes.find(|hole| hole.domain.admits(':'));
                let own = policy.open.first().cloned();
                own.or(in_entry.map(|hole| Hinge::Hole(hole.id)))
            })?;
            ("protected data", self.access.hinge(&hinge))
        } else {
            return None;
        };
        let action = "s3:GetObject";
        Some(Self::open_hop(
            Step::Read,
            action,
            &caller.name,
            what.to_owned(),
            hinge,
        ))
    }

    /// Whether the access logs of other buckets go to a bucket.
    fn is_for_logs(&self, bucket: &Object) -> bool {
        bucket.id.is_some_and(|id| self.log_buckets.contains(&id))
    }

    /// Where a job writes: the buckets that its role is for, else those that it reads, unless it may
    /// write elsewhere.
    pub(super) fn writes(&self, caller: &Caller, reads: &[Place]) -> Vec<Place> {
        let purpose = self.purpose(caller, "s3:PutObject");
        let is_read = |place: &Place| reads.iter().any(|read| read.bucket == place.bucket);
        if purpose.named || purpose.many {
            return purpose.places;
        }
        let mut reached = purpose.places;
        if reached.iter().any(is_read) {
            // What a wildcard reaches besides is no purpose.
            reached.retain(is_read);
        }
        if reached.is_empty() && !writes_somewhere(caller) {
            return reads.to_vec();
        }
        reached
    }

    /// Whether a declared job, or another role that SageMaker may take, is there to read a bucket: then
    /// nothing says that a notebook should.
    pub(super) fn is_read_by_others(&self, bucket: &Object, own: Target<'_>) -> bool {
        let jobs = self.jobs.iter();
        let mut jobs = jobs.filter_map(|id| ProcessingJob::of(self.graph.get(*id)));
        let by_job = jobs.any(|job| {
            let mut uris = job.input_uris().into_iter();
            uris.any(|uri| bucket_of(self.graph, uri) == bucket.id)
        });
        let others = self.all_roles();
        let mut others = others.filter(|id| own != Target::Resource(**id));
        by_job
            || others.any(|id| {
                let caller = self.access.caller(*id);
                let is_for_it = caller.is_some_and(|one| names(&one, bucket, "s3:GetObject"));
                is_for_it && self.may_be_taken(*id)
            })
    }

    /// The buckets that declared jobs under a role read.
    pub(super) fn inputs_of_jobs(&self, role: ResourceId) -> Vec<Place> {
        let mut buckets = BTreeSet::new();
        for id in self.jobs_under(role) {
            let job = ProcessingJob::of(self.graph.get(id));
            let uris = job.map(|job| job.input_uris()).unwrap_or_default();
            buckets.extend(uris.iter().filter_map(|uri| bucket_of(self.graph, uri)));
        }
        let objects = buckets.into_iter().map(|id| self.access.object(id));
        objects.map(|object| Place::of(&object)).collect()
    }

    /// The declared jobs that run as a role.
    pub(super) fn jobs_under(&self, role: ResourceId) -> Vec<ResourceId> {
        let jobs = self.jobs.iter().filter(|id| {
            let value = self.graph.get(**id).get("role_arn");
            let target = value.map(|value| self.graph.target(value, &[Kind::Role]));
            target == Some(Target::Resource(role))
        });
        jobs.copied().collect()
    }
}

/// Whether policies name a bucket for an action: the role's own, or the bucket's for this role.
fn names(caller: &Caller, bucket: &Object, action: &'static str) -> bool {
    let action = Action::named(action);
    let own = caller.identity.iter().flat_map(|policy| &policy.statements);
    let mut own = own.filter(|one| one.effect == Effect::Allow);
    let is_named = own.any(|statement| {
        let entries = statement.resources.iter().filter(|one| !one.negated);
        let mut entries = entries.flat_map(|one| &one.entries);
        statement.actions.cover(&action) == Truth::Yes
            && entries.any(|entry| is_of_bucket(&entry.pattern.pattern.text, &bucket.arn))
    });
    let by_bucket = bucket.policy().into_iter();
    let mut by_bucket = by_bucket.flat_map(|policy| &policy.statements);
    is_named
        || by_bucket.any(|statement| {
            let names_caller = statement.principals.as_ref().is_some_and(|principals| {
                !principals.negated
                    && principals.entries.iter().any(|entry| {
                        let is_role = entry.kind == PrincipalKind::Role;
                        is_role && caller.principal.arn().is_some_and(|arn| *arn == entry.text)
                    })
            });
            statement.effect == Effect::Allow
                && names_caller
                && statement.actions.cover(&action) == Truth::Yes
        })
}

/// Whether anything lets a role write objects somewhere.
fn writes_somewhere(caller: &Caller) -> bool {
    let action = Action::named("s3:PutObject");
    let policies = caller.identity.iter();
    policies.into_iter().any(|policy| {
        let mut statements = policy.statements.iter();
        policy.is_open()
            || statements
                .any(|one| one.effect != Effect::Deny && one.actions.cover(&action) != Truth::No)
    })
}
