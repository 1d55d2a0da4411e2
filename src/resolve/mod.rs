//! Works a draft out: what the configuration mentions is put in the place of what is not known yet,
//! deferred policy documents are rebuilt, and attributes that nobody wrote become absent.
//!
//! Knows nothing of formats' syntax and of rules. Every step only narrows what is unknown: where the
//! input does not tell, a value stays unknown with its reason.

mod mentions;
mod policy_documents;
mod scope;
mod statements;

use crate::model::graph::{Draft, ResourceGraph};

/// Works a draft out.
#[must_use]
pub fn resolve(mut draft: Draft<'_>) -> ResourceGraph<'_> {
    let (edits, providers, addresses) = {
        let scopes = scope::Scopes::new(&draft);
        let documents = policy_documents::rebuild(&draft, &scopes);
        let edits = mentions::fill(&draft, &scopes, &documents);
        (edits, scopes.providers(), scopes.into_addresses())
    };
    for (resource, provider) in draft.resources.iter_mut().zip(providers) {
        resource.provider = provider;
    }
    for edit in edits {
        let resource = draft.resources.get_mut(edit.resource.0 as usize);
        match (resource, edit.value) {
            (Some(resource), Some(value)) => resource.attributes.insert(edit.attribute, value),
            (Some(resource), None) => {
                resource.attributes.remove(&edit.attribute);
            }
            (None, _) => {}
        }
    }
    ResourceGraph::new(draft, addresses)
}
