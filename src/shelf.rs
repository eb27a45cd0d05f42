//! The designs that a person keeps in one browser: each in a slot of its own, with a ring of earlier versions.
//!
//! There is no index beside the slots that could disagree with them: what is on the shelf is what the keys say. Where
//! the texts are kept is a [`Storage`]; the time comes with every call.
//!
//! Nothing is overwritten in silence: every writing of a slot has a number, and who saves has to know the last one
//! ([`Trouble::ChangedElsewhere`]). What is deleted stays for a month.

mod room;
mod slot;
mod versions;

pub use slot::{Slot, key as slot_key};
pub use versions::{RING, Version, Why, note_version, versions};

use crate::design::Design;
use crate::figures;
use crate::share;
use crate::sorted;

const DAY_MS: u64 = 24 * 3_600 * 1_000;
/// A deleted design can be brought back for this long [ms].
pub const KEPT_DELETED_MS: u64 = 30 * DAY_MS;

/// Slot of an opened copy, from before designs had slots of their own.
const OLD_COPY: &str = "headroom.copy";
/// All slots from then: the copy, the own design, the own design from before that; what was open comes first.
const OLD_KEYS: [&str; 3] = [OLD_COPY, "headroom.mine", "headroom.earlier"];

/// Where texts are kept by key.
pub trait Storage {
    /// Every key.
    fn keys(&self) -> Vec<String>;
    /// The text of a key.
    fn read(&self, key: &str) -> Option<String>;
    /// Keeps a text; false when there is no room.
    fn write(&self, key: &str, text: &str) -> bool;
    /// Forgets a key.
    fn remove(&self, key: &str);
}

/// Identity of a design on the shelf: when it was put there [ms], or the next free number. Never used again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Id(pub u64);

/// The design that is open, as the shelf knows it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Place {
    /// Its slot; `None` until it is saved for the first time.
    pub id: Option<Id>,
    /// Number of the writing of the slot that was read or written here last.
    pub edition: u64,
    /// What it is, while it is a copy that was not kept: “The example …”.
    pub guest: Option<String>,
    /// Exercise and step, when it is one.
    pub lesson: Option<(String, String)>,
    /// The design to go back to from a copy.
    pub home: Option<Id>,
    /// It was changed by hand or kept on purpose; what was only looked at is not kept.
    pub touched: bool,
}

/// Why a design was not saved.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trouble {
    /// The storage is full, also without earlier versions and deleted designs.
    NoRoom,
    /// Its slot was written from elsewhere since it was read here.
    ChangedElsewhere,
    /// It was deleted from elsewhere.
    DeletedElsewhere,
}

/// What the list of designs shows of one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    /// Its slot.
    pub id: Id,
    /// Its name; may be empty.
    pub name: String,
    /// Number of blocks.
    pub blocks: usize,
    /// Number of links.
    pub links: usize,
    /// When it was saved last [ms].
    pub saved_ms: u64,
    /// What it is, while it is a copy that was not kept.
    pub guest: Option<String>,
    /// It is an exercise.
    pub is_lesson: bool,
    /// When it was deleted [ms].
    pub deleted_ms: Option<u64>,
}

impl Place {
    /// A design that is not on the shelf yet.
    pub fn of_guest(guest: Option<String>, home: Option<Id>) -> Place {
        Place { guest, home, ..Place::default() }
    }

    /// Holds what is open apart from its slot, which something else has changed: it becomes a copy.
    pub fn part(&mut self, why: &str) {
        *self = Place {
            guest: Some(why.to_owned()),
            home: self.id.or(self.home),
            lesson: self.lesson.take(),
            touched: self.touched,
            ..Place::default()
        };
    }
}

/// “12 blocks, 1 link”.
pub fn size_in_words(blocks: usize, links: usize) -> String {
    format!("{}, {}", figures::counted(blocks as u32, "block"), figures::counted(links as u32, "link"))
}

/// Whether nothing was ever kept here.
pub fn is_bare(storage: &impl Storage) -> bool {
    let keys = storage.keys();
    !keys.iter().any(|key| OLD_KEYS.contains(&key.as_str()) || key.starts_with(slot::PREFIX))
}

/// Every design that somebody touched or keeps, the one saved last first; deleted ones too.
pub fn list(storage: &impl Storage) -> Vec<Listed> {
    let mut found: Vec<Listed> = slot::ids(storage)
        .into_iter()
        .filter_map(|id| Some((id, slot::read(storage, id)?)))
        .filter(|(_, slot)| slot.touched)
        .map(|(id, slot)| Listed {
            id,
            name: slot.name,
            blocks: slot.blocks,
            links: slot.links,
            saved_ms: slot.saved_ms,
            guest: slot.guest,
            is_lesson: slot.lesson.is_some(),
            deleted_ms: slot.deleted_ms,
        })
        .collect();
    sorted::sort_by_key(&mut found, |listed| (u64::MAX - listed.saved_ms, u64::MAX - listed.id.0));
    found
}

/// The person's own design that was saved last.
pub fn latest_own(storage: &impl Storage) -> Option<Id> {
    let own = |listed: &Listed| listed.guest.is_none() && listed.deleted_ms.is_none();
    list(storage).into_iter().find(own).map(|listed| listed.id)
}

/// Takes a design from the shelf; `None` when it is not there, was deleted, or cannot be read.
pub fn open(storage: &impl Storage, id: Id) -> Option<(Design, Place)> {
    let slot = slot::read(storage, id).filter(|slot| slot.deleted_ms.is_none())?;
    let design = share::from_json(&slot.design).ok()?.design;
    let Slot { guest, lesson, home, touched, edition, .. } = slot;
    Some((design, Place { id: Some(id), edition, guest, lesson, home: home.map(Id), touched }))
}

/// Saves the open design in its slot, or in a new one.
///
/// # Errors
/// [`Trouble`]; the slot is then as it was.
pub fn save(storage: &impl Storage, place: &mut Place, design: &Design, now_ms: u64) -> Result<(), Trouble> {
    let id = place.id.unwrap_or_else(|| slot::free_id(storage, now_ms));
    if let Some(there) = slot::read(storage, id).filter(|_| place.id.is_some()) {
        if there.deleted_ms.is_some() {
            return Err(Trouble::DeletedElsewhere);
        }
        if there.edition != place.edition {
            return Err(Trouble::ChangedElsewhere);
        }
    }
    let slot = Slot {
        guest: place.guest.clone(),
        lesson: place.lesson.clone(),
        home: place.home.map(|home| home.0),
        touched: place.touched,
        edition: place.edition + 1,
        ..Slot::of(design, now_ms)
    };
    slot::write(storage, id, &slot)?;
    (place.id, place.edition) = (Some(id), slot.edition);
    Ok(())
}

/// Leaves the open design: what was only looked at goes from the shelf.
pub fn leave(storage: &impl Storage, place: &Place) {
    if let Some(id) = place.id.filter(|_| !place.touched) {
        discard(storage, id);
    }
}

/// Gives a design that is not open another name.
///
/// # Errors
/// [`Trouble::NoRoom`].
pub fn rename(storage: &impl Storage, id: Id, name: &str) -> Result<(), Trouble> {
    let Some((mut design, _)) = open(storage, id) else { return Ok(()) };
    design.name = name.to_owned();
    change(storage, id, |slot| *slot = slot.clone().holding(&design, slot.saved_ms))
}

/// Puts a second one like it on the shelf, as the person's own; `None` when it is not there.
///
/// # Errors
/// [`Trouble::NoRoom`].
pub fn duplicate(storage: &impl Storage, id: Id, now_ms: u64) -> Result<Option<Id>, Trouble> {
    let Some((mut design, _)) = open(storage, id) else { return Ok(None) };
    let names: Vec<String> = list(storage).into_iter().map(|listed| listed.name).collect();
    design.name = name_of_copy(&design.name, &names);
    let mut place = Place { touched: true, ..Place::default() };
    save(storage, &mut place, &design, now_ms)?;
    Ok(place.id)
}

/// Marks a design as deleted: it can be brought back for a month.
///
/// # Errors
/// [`Trouble::NoRoom`].
pub fn delete(storage: &impl Storage, id: Id, now_ms: u64) -> Result<(), Trouble> {
    change(storage, id, |slot| slot.deleted_ms = Some(now_ms))
}

/// Brings a deleted design back.
///
/// # Errors
/// [`Trouble::NoRoom`].
pub fn undelete(storage: &impl Storage, id: Id) -> Result<(), Trouble> {
    change(storage, id, |slot| slot.deleted_ms = None)
}

/// Removes a design and its earlier versions for good.
pub fn discard(storage: &impl Storage, id: Id) {
    storage.remove(&slot::key(id));
    storage.remove(&versions::key(id));
}

/// Tidies up at the start: takes over the slots of earlier Headrooms, drops what was deleted a month ago and what was
/// only looked at a day ago, but for the design that is to be opened.
pub fn tidy(storage: &impl Storage, keep: Option<Id>, now_ms: u64) {
    OLD_KEYS.iter().for_each(|key| adopt(storage, key, now_ms));
    for id in slot::ids(storage).into_iter().filter(|id| Some(*id) != keep) {
        let Some(slot) = slot::read(storage, id) else { continue };
        let older = |then: u64, age_ms: u64| now_ms.saturating_sub(then) > age_ms;
        let looked_at = !slot.touched && older(slot.saved_ms, DAY_MS);
        if looked_at || slot.deleted_ms.is_some_and(|deleted| older(deleted, KEPT_DELETED_MS)) {
            discard(storage, id);
        }
    }
}

/// Moves what an old key holds into a slot of its own; what cannot be read stays where it is.
fn adopt(storage: &impl Storage, key: &str, now_ms: u64) {
    let Some(text) = storage.read(key) else { return };
    let Ok(old) = serde_json::from_str::<Slot>(&text) else { return };
    let Ok(opened) = share::from_json(&old.design) else { return };
    let age = OLD_KEYS.iter().position(|known| *known == key).unwrap_or(0) as u64;
    let guest = old.guest.filter(|_| key == OLD_COPY);
    let mut place = Place { guest, lesson: old.lesson, touched: true, ..Place::default() };
    // Only when the new slot is written: until then the old one is all there is.
    if save(storage, &mut place, &opened.design, now_ms.saturating_sub(age)).is_ok() {
        storage.remove(key);
    }
}

fn change(storage: &impl Storage, id: Id, make: impl FnOnce(&mut Slot)) -> Result<(), Trouble> {
    let Some(mut slot) = slot::read(storage, id) else { return Ok(()) };
    make(&mut slot);
    slot.edition += 1;
    slot::write(storage, id, &slot)
}

/// “Shop copy”, “Shop copy 2”.
fn name_of_copy(name: &str, taken: &[String]) -> String {
    let name = if name.is_empty() { "Untitled design" } else { name };
    let first = format!("{name} copy");
    let later = (2..).map(|count| format!("{name} copy {count}"));
    let free = std::iter::once(first).chain(later).find(|name| !taken.contains(name));
    free.expect("endless").chars().take(share::MAX_NAME).collect()
}
