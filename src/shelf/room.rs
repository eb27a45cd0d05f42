//! Room in a full storage: what was deleted goes first, then the oldest versions. No design that is kept ever goes.

use super::{Id, Storage, discard, slot, versions};

/// Writes a text, and makes room for it as long as that helps.
pub fn write(storage: &impl Storage, key: &str, text: &str) -> bool {
    while !storage.write(key, text) {
        if !free_some(storage, key) {
            return false;
        }
    }
    true
}

/// Gives up one thing; false when there is nothing left to give up.
fn free_some(storage: &impl Storage, writing: &str) -> bool {
    let ids = slot::ids(storage);
    let deleted = |id: &Id| slot::read(storage, *id)?.deleted_ms.map(|at| (at, *id));
    // A design that is being marked as deleted is not the one to go.
    let gone = ids.iter().filter(|id| slot::key(**id) != writing).filter_map(deleted).min();
    if let Some((_, id)) = gone {
        discard(storage, id);
        return true;
    }
    let oldest = |id: &Id| versions::read(storage, *id).first().map(|version| (version.at_ms, *id));
    // Versions that are being written are no room for themselves.
    let others = ids.iter().filter(|id| versions::key(**id) != writing);
    match others.filter_map(oldest).min() {
        Some((_, id)) => versions::drop_oldest(storage, id),
        None => return false,
    }
    true
}
