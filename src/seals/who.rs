//! Who can do one thing, whether they are meant to or not.

use std::collections::BTreeSet;
use std::sync::Mutex;

use rayon::prelude::*;

use super::actors::{Actor, actors, outsiders, outsiders_of, services_of};
use super::closed::closed;
use super::direct::given;
use super::{Admitted, ClosedBy, Data, Meant, Sealer, chains};
use crate::access::{Access, Answer, Caller, Circumstances, Encryption, Object, however};
use crate::iam::{Action, Knowledge, Principal};

/// What is asked.
#[derive(Debug, Clone, Copy)]
pub struct Asked<'q> {
    /// The action.
    pub action: &'q Action,
    /// On what.
    pub object: &'q Object,
    /// It is about something inside of it, whatever that is: an object of a bucket.
    pub anything_inside: bool,
}

/// Who can do it.
#[derive(Debug, Clone)]
pub struct Told {
    /// What closes the list.
    pub closed_by: ClosedBy,
    /// Everyone, in the order of the input, whoever comes from outside behind them.
    pub admitted: Vec<Admitted>,
}

/// Works out who can do one thing: the identities of an estate, whom its policies name, and whoever takes over
/// one of them.
#[must_use]
pub fn who(access: &Access<'_, '_>, asked: &Asked<'_>) -> Told {
    let sealer = Sealer {
        access,
        actors: actors(access, &[]),
        links: chains::Links::of(access),
        takings: Mutex::default(),
    };
    let data = asked.data(access);
    let mut others = match &data {
        Some(data) => outsiders(access, data),
        None => outsiders_of(access, asked.object),
    };
    others.extend(services_of(access, asked.object));
    let everyone: Vec<&Actor> = sealer.actors.iter().chain(&others).collect();
    let none = BTreeSet::new();
    let nobody = Meant {
        workloads: &none,
        named: &[],
    };
    let direct: Vec<Option<Admitted>> = everyone
        .par_iter()
        .map(|actor| {
            let part = match &data {
                Some(data) => sealer.objects(actor, data, asked.action)?,
                None => sealer.part(asked.of(access, &actor.caller, &asked.given(actor)))?,
            };
            let bucket = Some(asked.object);
            Some(sealer.admitted(actor, part, bucket, nobody))
        })
        .collect();
    let is_role = |one: &Admitted| one.id.is_some();
    let mut admitted = sealer.with_chains(&everyone, direct, &is_role, nobody);
    admitted.sort_by_key(|one| !one.chain.is_empty());
    let other = sealer.anybody_else(asked.object);
    let closed_by = other.map_or(ClosedBy::Unknown, |other| {
        closed(&asked.of(access, &other, &however()))
    });
    Told {
        closed_by,
        admitted,
    }
}

impl Asked<'_> {
    /// A bucket, with all ways to its objects.
    fn data(&self, access: &Access<'_, '_>) -> Option<Data> {
        let id = self.object.id.filter(|_| self.anything_inside)?;
        let points = access.access_points(id).into_iter();
        Some(Data {
            bucket: self.object.clone(),
            // Its key is asked apart.
            encryption: Encryption::Free,
            points: points.map(|point| access.object(point)).collect(),
            workloads: BTreeSet::new(),
            readers: Vec::new(),
            writers: Vec::new(),
        })
    }

    fn given(&self, actor: &Actor) -> Circumstances {
        let mut given = given(actor);
        if let (Principal::Service { .. }, Some(owner)) =
            (&actor.caller.principal, &self.object.owner)
        {
            // A service works for the account of the resource, as far as an input tells.
            let known = Knowledge::value(owner.clone());
            given.keys.push(("aws:SourceAccount".to_owned(), known));
        }
        given
    }

    fn of(&self, access: &Access<'_, '_>, caller: &Caller, given: &Circumstances) -> Answer {
        if self.anything_inside {
            let answer = access.possible_inside(caller, self.action, self.object, given);
            return answer.0;
        }
        access.possible(caller, self.action, self.object, given)
    }
}
