//! Who can do one thing: everybody of an estate, and whoever its policies name.

use super::Options;
use super::naming::{ANY_OBJECT, Names};
use super::question::{Outcome, action_of, of_each};
use super::teller::{Teller, closed_by_name};
use crate::access::{Access, Encryption};
use crate::finding::seal::Holders;
use crate::iam::{Action, catalogue};
use crate::model::truth::Truth;
use crate::seals::{self, Asked};

/// Who can do ACTION to RESOURCE? Asks every input; an answer is given by each that has the resource.
///
/// # Errors
/// What is wrong with the action.
pub fn who(options: &Options, action: &str, resource: &str) -> Result<Outcome<Holders>, String> {
    let action = action_of(action)?;
    Ok(of_each(options, &|access, teller| {
        answer(access, resource, &action, teller)
    }))
}

fn answer(
    access: &Access<'_, '_>,
    resource: &str,
    action: &Action,
    teller: &Teller<'_, '_>,
) -> Result<Holders, String> {
    if resource == "*" || catalogue::is_without_resource(action) == Truth::Yes {
        return Err(format!(
            "name the resource: `{}` on nothing in particular is asked of one principal by `plangate can`",
            action.written()
        ));
    }
    let (object, is_whole_bucket) = Names { access }.target(resource, action)?;
    let asked = Asked {
        action,
        object: &object,
        anything_inside: is_whole_bucket,
    };
    let told = seals::who(access, &asked);
    let mut notes = Vec::new();
    if is_whole_bucket {
        notes.push(ANY_OBJECT.to_owned());
    }
    notes.push(
        "whoever asks chooses the circumstances: one choice that is allowed is enough".to_owned(),
    );
    if is_whole_bucket && let Encryption::Key(key) = access.encryption(&object) {
        notes.push(format!(
            "its objects may be encrypted under {}, which takes a permission of its own: `plangate who kms:Decrypt` \
             tells who has it, `plangate paths` who has both",
            key.name
        ));
    }
    Ok(Holders {
        action: action.written().to_owned(),
        resource: if is_whole_bucket {
            format!("{}/*", object.name)
        } else {
            object.name.clone()
        },
        closed_by: closed_by_name(told.closed_by),
        principals: told.admitted.iter().map(|one| teller.holder(one)).collect(),
        notes,
        estate: teller.estate.to_owned(),
    })
}
