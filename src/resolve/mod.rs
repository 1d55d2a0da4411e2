//! Works a draft out: what the configuration mentions is put in the place of what is not known yet,
//! deferred policy documents are rebuilt, and attributes that nobody wrote become absent.
//!
//! Knows nothing of formats' syntax and of rules. Every step only narrows what is unknown: where the
//! input does not tell, a value stays unknown with its reason.

mod join;
mod mentions;
mod policy_documents;
mod scope;
mod statements;

use crate::model::graph::{Draft, Index, ResourceGraph};
pub use join::OtherDraft;

/// Works a draft out.
#[must_use]
pub fn resolve(draft: Draft<'_>) -> ResourceGraph<'_> {
    let (draft, addresses) = work_out(draft);
    ResourceGraph::new(draft, addresses)
}

/// Works a draft out among other roots, which answer where it names what it does not make itself.
#[must_use]
pub fn resolve_among<'a>(draft: Draft<'a>, others: Vec<OtherDraft<'a>>) -> ResourceGraph<'a> {
    if others.is_empty() {
        return resolve(draft);
    }
    let (mut draft, _) = work_out(draft);
    let mut roots = Vec::new();
    for other in others {
        let (worked_out, _) = work_out(other.draft);
        let other = OtherDraft {
            draft: worked_out,
            ..other
        };
        roots.push(join::join(&mut draft, other));
    }
    let addresses = Index::of_addresses(&draft.resources);
    ResourceGraph::among(draft, addresses, roots)
}

fn work_out(mut draft: Draft<'_>) -> (Draft<'_>, Index) {
    let (edits, providers, addresses) = {
        let scopes = scope::Scopes::new(&draft);
        let edits = if draft.configuration.evaluated {
            Vec::new()
        } else {
            let documents = policy_documents::rebuild(&draft, &scopes);
            mentions::fill(&draft, &scopes, &documents)
        };
        (edits, scopes.providers(), scopes.into_addresses())
    };
    for (resource, provider) in draft.resources.iter_mut().zip(providers) {
        // An answer of AWS has no configuration that would tell: it says itself where its resources are.
        resource.provider = provider.or(resource.provider);
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
    (draft, addresses)
}
