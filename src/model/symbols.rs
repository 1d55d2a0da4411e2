//! Names that are put together of known text and symbols: `arn:aws:kms:` + region + … is the ARN of the alias that has
//! the same one.

use std::fmt::Write as _;

use super::graph::{ResourceGraph, ResourceId, has_fixed_arn};
use super::index::{Index, hash};
use super::value::{Data, Piece, Reference, Referent};
use super::vocabulary::{AttributeRole, Kind};

impl ResourceGraph<'_> {
    /// The resource of one of these kinds whose name or ARN is put together of these pieces: known text, and
    /// symbols that are the same there.
    #[must_use]
    pub fn named_by_pieces(&self, kinds: &[Kind], pieces: &[Piece<'_>]) -> Option<ResourceId> {
        // A plan alone tells no name in pieces.
        if !self.configuration().evaluated {
            return None;
        }
        let name = self.symbolic(pieces)?;
        let index = self
            .open_names
            .get_or_init(|| Index::collect(self.all_open_names()));
        let mut found = kinds.iter().flat_map(|kind| {
            let candidates = index.candidates(hash((kind, name.as_str())));
            candidates.filter(|id| self.open_names(*id).contains(&name))
        });
        let first = found.next()?;
        found.all(|other| other == first).then_some(first)
    }

    fn all_open_names(&self) -> impl Iterator<Item = (u64, ResourceId)> {
        self.iter().flat_map(move |(id, resource)| {
            let kind = resource.kind();
            kind.into_iter().flat_map(move |kind| {
                let names = self.open_names(id).into_iter();
                names.map(move |name| (hash((kind, name.as_str())), id))
            })
        })
    }

    /// The names and the ARN of a resource, as far as they hold symbols.
    fn open_names(&self, id: ResourceId) -> Vec<String> {
        let resource = self.get(id);
        let Some(entry) = resource.entry.filter(|entry| entry.is_referred_to()) else {
            return Vec::new();
        };
        let named = entry.row.attributes.iter();
        let named = named.filter(|attribute| attribute.role == AttributeRole::Name);
        let named = named.filter_map(|attribute| resource.get(attribute.path).cloned());
        let arn = self.derived(id, "arn").filter(|_| has_fixed_arn(resource));
        let names = named.chain(arn).filter_map(|value| match &value.data {
            Data::Template(pieces) if is_composed(pieces) => self.symbolic(pieces),
            _ => None,
        });
        names.collect()
    }

    /// Pieces of text as one text, in which symbols stand for themselves; none if one may be anything. The name
    /// that a resource is called by is the same under each attribute that gives it.
    fn symbolic(&self, pieces: &[Piece<'_>]) -> Option<String> {
        let mut name = String::new();
        for piece in pieces {
            match piece {
                Piece::Known(text) => name.push_str(text),
                Piece::Reference(Reference { of, attribute }) => {
                    let symbol = match of {
                        Referent::Resource(id) => {
                            if let Some(derived) = self.derived(*id, attribute) {
                                name.push_str(&self.symbol_of(&derived.data)?);
                                continue;
                            }
                            format!("resource {}", id.0)
                        }
                        Referent::Provider(id) => format!("provider {}", id.0),
                        Referent::Parameter(id) => format!("parameter {}", id.0),
                    };
                    // Writing to a text never fails.
                    _ = write!(name, "\0{symbol} {attribute}\0");
                }
                Piece::Unknown(_) => return None,
            }
        }
        Some(name)
    }

    fn symbol_of(&self, data: &Data<'_>) -> Option<String> {
        match data {
            Data::Text(text) => Some(text.to_string()),
            Data::Template(pieces) => self.symbolic(pieces),
            _ => None,
        }
    }
}

/// Whether pieces are more than one reference that names its resource itself. A parameter does not.
fn is_composed(pieces: &[Piece<'_>]) -> bool {
    match pieces {
        [Piece::Reference(reference)] => matches!(reference.of, Referent::Parameter(_)),
        _ => pieces.len() > 1,
    }
}
