//! The entries of a map as its text gives them: what `<<` takes over, and keys that come twice.
//!
//! Source: YAML 1.1, "Merge Key Language-Independent Type".

use std::collections::BTreeSet;
use std::sync::Arc;

use super::{Data, Key, Node};

/// What takes over the entries of other maps.
pub(super) const MERGE: &str = "<<";

/// An entry as it is written.
#[derive(Debug)]
pub(super) struct Written {
    pub(super) key: Key,
    pub(super) value: Node,
    /// Its key is `<<` without quotes.
    pub(super) is_merge: bool,
}

/// Why entries are no map.
#[derive(Debug)]
pub(super) enum Clash {
    /// A key that comes twice: first here, then there.
    Twice(Key, Key),
    /// A `<<` that names something other than maps.
    NoMap(Key),
}

/// The entries of a map. A key that is written in it wins over one that it takes over; of several maps that are
/// taken over, the first that has a key wins. What is taken over stands where its `<<` stands.
pub(super) fn entries(written: Vec<Written>) -> Result<Vec<(Key, Node)>, Clash> {
    if let Some((first, second)) = twice(&written) {
        return Err(Clash::Twice(first.clone(), second.clone()));
    }
    if !written.iter().any(|entry| entry.is_merge) {
        let entries = written.into_iter().map(|entry| (entry.key, entry.value));
        return Ok(entries.collect());
    }
    let own = written.iter().filter(|entry| !entry.is_merge);
    let mut taken: BTreeSet<Arc<str>> = own.map(|entry| entry.key.text.clone()).collect();
    let mut entries = Vec::with_capacity(written.len());
    for Written {
        key,
        value,
        is_merge,
    } in written
    {
        if !is_merge {
            entries.push((key, value));
            continue;
        }
        for map in maps(&value).ok_or(Clash::NoMap(key))? {
            for (key, value) in map.entries() {
                if taken.insert(key.text.clone()) {
                    entries.push((key.clone(), value.clone()));
                }
            }
        }
    }
    Ok(entries)
}

/// The maps that a `<<` names: one, or a list of them.
fn maps(value: &Node) -> Option<&[Node]> {
    let is_map = |node: &Node| node.tag.is_none() && matches!(node.data, Data::Map(_));
    match &value.data {
        Data::List(elements) if value.tag.is_none() && elements.iter().all(is_map) => {
            Some(elements)
        }
        _ => is_map(value).then(|| std::slice::from_ref(value)),
    }
}

/// The first key that was there before, behind the one that it repeats. A `<<` in quotes is another key than one
/// without.
fn twice(written: &[Written]) -> Option<(&Key, &Key)> {
    let mut sorted: Vec<_> = written.iter().collect();
    sorted.sort_by_key(|entry| (&*entry.key.text, entry.is_merge, entry.key.span.start));
    let same = |one: &Written, other: &Written| {
        one.key.text == other.key.text && one.is_merge == other.is_merge
    };
    let pairs = sorted.windows(2).filter_map(|pair| match pair {
        [one, other] if same(one, other) => Some((&one.key, &other.key)),
        _ => None,
    });
    pairs.min_by_key(|(_, second)| second.span.start)
}
