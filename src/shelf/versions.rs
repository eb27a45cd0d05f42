//! Earlier versions of a design: a ring of thirty, each as the text of a compact link, which carries its checksum.

use serde::{Deserialize, Serialize};

use super::{Id, Storage, room};
use crate::design::Design;
use crate::share;

const PREFIX: &str = "headroom.versions.";

/// Earlier versions of a design that are kept; the oldest goes first.
pub const RING: usize = 30;

/// While a design is edited, a version is taken this often at most [ms].
const EVERY_MS: u64 = 3 * 60 * 1_000;

/// Why a version was taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Why {
    /// The design was opened.
    Opened,
    /// It was edited for some minutes.
    Edited,
    /// Another version was about to take its place.
    Restoring,
}

impl Why {
    /// What a person reads.
    pub fn words(self) -> &'static str {
        match self {
            Why::Opened => "when it was opened",
            Why::Edited => "while it was edited",
            Why::Restoring => "before a restore",
        }
    }
}

/// An earlier version.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Version {
    /// When it was taken [ms].
    pub at_ms: u64,
    /// Why.
    pub why: Why,
    /// The design's name then.
    pub name: String,
    /// Number of blocks.
    pub blocks: usize,
    /// Number of links.
    pub links: usize,
    /// The design as the fragment of a compact link.
    text: String,
}

impl Version {
    /// The design as it was; `None` when the text was damaged.
    pub fn design(&self) -> Option<Design> {
        share::open_fragment(&self.text).ok().map(|opened| opened.design)
    }
}

/// The earlier versions of a design, the newest first.
pub fn versions(storage: &impl Storage, id: Id) -> Vec<Version> {
    let mut ring = read(storage, id);
    ring.reverse();
    ring
}

/// Takes a version, unless the last one says the same or is too young; whether it did.
pub fn note_version(storage: &impl Storage, id: Id, design: &Design, why: Why, now_ms: u64) -> bool {
    let mut ring = read(storage, id);
    let young = ring.last().is_some_and(|last| now_ms.saturating_sub(last.at_ms) < EVERY_MS);
    if why == Why::Edited && young {
        return false;
    }
    let text = share::compact_fragment(design);
    if ring.last().is_some_and(|last| last.text == text) {
        return false;
    }
    let (blocks, links) = (design.nodes.len(), design.links.len());
    ring.push(Version { at_ms: now_ms, why, name: design.name.clone(), blocks, links, text });
    let spare = ring.len().saturating_sub(RING);
    ring.drain(..spare);
    room::write(storage, &key(id), &as_text(&ring))
}

/// The key of a design's versions.
pub(super) fn key(id: Id) -> String {
    format!("{PREFIX}{}", id.0)
}

/// The oldest first; none when there are none or they cannot be read.
pub(super) fn read(storage: &impl Storage, id: Id) -> Vec<Version> {
    storage.read(&key(id)).and_then(|text| serde_json::from_str(&text).ok()).unwrap_or_default()
}

/// Forgets the oldest version of a design.
pub(super) fn drop_oldest(storage: &impl Storage, id: Id) {
    let mut ring = read(storage, id);
    if ring.len() > 1 {
        ring.remove(0);
        storage.write(&key(id), &as_text(&ring));
    } else {
        storage.remove(&key(id));
    }
}

fn as_text(ring: &[Version]) -> String {
    serde_json::to_string(ring).expect("plain data")
}
