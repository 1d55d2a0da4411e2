//! Which paths may be asked of which kind: a path that no format has would read as absent for ever.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use super::{Kind, Row, rows};

/// The canonical paths of each kind, and what they lie below.
static PATHS: LazyLock<BTreeMap<Kind, BTreeSet<String>>> = LazyLock::new(|| {
    let mut paths: BTreeMap<_, BTreeSet<_>> = BTreeMap::new();
    for row in rows() {
        let of_kind = paths.entry(row.kind).or_default();
        for attribute in row.attributes {
            let own = attribute.canonical();
            add(of_kind, &own);
            let parts = rows().filter(|part| attribute.part == Some(part.kind));
            for inner in parts.flat_map(|part: &Row| part.attributes) {
                add(of_kind, &format!("{own}.{}", inner.canonical()));
            }
        }
    }
    paths
});

fn add(paths: &mut BTreeSet<String>, path: &str) {
    let ends = path.match_indices('.').map(|(at, _)| at);
    for end in ends.chain([path.len()]) {
        paths.extend(path.get(..end).map(str::to_owned));
    }
}

impl Kind {
    /// Whether some type of this kind has an attribute with this canonical path, or below it.
    #[must_use]
    pub fn has(self, path: &str) -> bool {
        PATHS.get(&self).is_some_and(|paths| paths.contains(path))
    }

    /// Whether some kind has one.
    #[must_use]
    pub fn any_has(path: &str) -> bool {
        PATHS.values().any(|paths| paths.contains(path))
    }
}
