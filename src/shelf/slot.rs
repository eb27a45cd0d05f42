//! One slot: a design with what the shelf has to know of it, as JSON text under a key of its own.

use serde::{Deserialize, Serialize};

use super::{Id, Storage, Trouble, room};
use crate::design::Design;
use crate::{share, sorted};

const PREFIX: &str = "headroom.design.";

/// What a slot holds. `static/boot.js` reads `design` when the program has died.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Slot {
    /// Format 1 JSON text.
    pub design: String,
    /// What it is, while it is a copy that was not kept.
    #[serde(default)]
    pub guest: Option<String>,
    /// Exercise and step, when it is one.
    #[serde(default)]
    pub lesson: Option<(String, String)>,
    /// Its name, for the list.
    #[serde(default)]
    pub name: String,
    /// Number of blocks, for the list.
    #[serde(default)]
    pub blocks: usize,
    /// Number of links, for the list.
    #[serde(default)]
    pub links: usize,
    /// When it was saved [ms].
    #[serde(default)]
    pub saved_ms: u64,
    /// How often the slot was written.
    #[serde(default)]
    pub edition: u64,
    /// The design to go back to from a copy.
    #[serde(default)]
    pub home: Option<u64>,
    /// It was changed by hand or kept on purpose.
    #[serde(default)]
    pub touched: bool,
    /// When it was deleted [ms].
    #[serde(default)]
    pub deleted_ms: Option<u64>,
}

impl Slot {
    /// A slot with this design and nothing else known of it.
    pub fn of(design: &Design, saved_ms: u64) -> Slot {
        Slot {
            design: share::to_json(design),
            guest: None,
            lesson: None,
            name: design.name.clone(),
            blocks: design.nodes.len(),
            links: design.links.len(),
            saved_ms,
            edition: 0,
            home: None,
            touched: false,
            deleted_ms: None,
        }
    }

    /// The same slot with another design in it.
    pub fn holding(self, design: &Design, saved_ms: u64) -> Slot {
        let Slot { design, name, blocks, links, saved_ms, .. } = Slot::of(design, saved_ms);
        Slot { design, name, blocks, links, saved_ms, ..self }
    }
}

/// The key of a slot.
pub fn key(id: Id) -> String {
    format!("{PREFIX}{}", id.0)
}

/// All slots, in the order in which they were made.
pub fn ids(storage: &impl Storage) -> Vec<Id> {
    let of_key = |key: String| key.strip_prefix(PREFIX)?.parse().ok().map(Id);
    let mut ids: Vec<Id> = storage.keys().into_iter().filter_map(of_key).collect();
    sorted::sort_by_key(&mut ids, |id| id.0);
    ids
}

/// A number that no slot has: the time, unless that one is taken or past.
pub fn free_id(storage: &impl Storage, now_ms: u64) -> Id {
    let next = ids(storage).last().map_or(0, |id| id.0 + 1);
    Id(now_ms.max(next))
}

/// What a slot holds; `None` when it is empty or not to be read.
pub fn read(storage: &impl Storage, id: Id) -> Option<Slot> {
    serde_json::from_str(&storage.read(&key(id))?).ok()
}

/// Writes a slot, and makes room for it where there is none.
pub fn write(storage: &impl Storage, id: Id, slot: &Slot) -> Result<(), Trouble> {
    let text = serde_json::to_string(slot).expect("plain data");
    if room::write(storage, &key(id), &text) { Ok(()) } else { Err(Trouble::NoRoom) }
}
