//! The shelf of designs: slots, copies, deleting, other tabs, versions, a full storage, slots of earlier Headrooms.

use std::cell::RefCell;
use std::collections::BTreeMap;

use headroom::design::Design;
use headroom::share;
use headroom::shelf::{
    self, Id, KEPT_DELETED_MS, Place, RING, Storage, Trouble, Why, note_version, versions,
};

const MINUTE: u64 = 60_000;
const T0: u64 = 1_800_000_000_000;

/// A storage in memory with room for so many bytes of keys and texts.
struct Memory {
    texts: RefCell<BTreeMap<String, String>>,
    room: usize,
}

impl Memory {
    fn new(room: usize) -> Memory {
        Memory { texts: RefCell::default(), room }
    }

    fn used(&self) -> usize {
        self.texts.borrow().iter().map(|(key, text)| key.len() + text.len()).sum()
    }
}

impl Storage for Memory {
    fn keys(&self) -> Vec<String> {
        self.texts.borrow().keys().cloned().collect()
    }

    fn read(&self, key: &str) -> Option<String> {
        self.texts.borrow().get(key).cloned()
    }

    fn write(&self, key: &str, text: &str) -> bool {
        let old = self.read(key).map_or(0, |old| key.len() + old.len());
        let fits = self.used() - old + key.len() + text.len() <= self.room;
        if fits {
            self.texts.borrow_mut().insert(key.to_owned(), text.to_owned());
        }
        fits
    }

    fn remove(&self, key: &str) {
        self.texts.borrow_mut().remove(key);
    }
}

fn roomy() -> Memory {
    Memory::new(usize::MAX)
}

/// A design with this name and so many caches.
fn design(name: &str, blocks: usize) -> Design {
    let node = |id| format!(r#"{{"id":{id},"block":"cache","at":[{},0]}}"#, id * 200);
    let nodes: Vec<String> = (1..=blocks).map(node).collect();
    let json = format!(r#"{{"headroom":1,"name":"{name}","nodes":[{}]}}"#, nodes.join(","));
    share::from_json(&json).expect("a design").design
}

/// Saves a design of the person's own; its place.
fn keep(storage: &Memory, name: &str, blocks: usize, now_ms: u64) -> Place {
    let mut place = Place { touched: true, ..Place::default() };
    shelf::save(storage, &mut place, &design(name, blocks), now_ms).expect("room");
    place
}

fn names(storage: &Memory) -> Vec<String> {
    shelf::list(storage).into_iter().map(|listed| listed.name).collect()
}

#[test]
fn every_design_has_a_slot_of_its_own_and_opens_as_it_was_saved() {
    let storage = roomy();
    let shop = keep(&storage, "Shop", 3, T0);
    let mut news = keep(&storage, "News", 2, T0);
    assert_ne!(shop.id, news.id, "also within one millisecond");
    shelf::save(&storage, &mut news, &design("News", 5), T0 + 1).expect("room");
    assert_eq!(names(&storage), ["News", "Shop"], "what was saved last comes first");
    let listed = &shelf::list(&storage)[0];
    assert_eq!((listed.blocks, listed.links, listed.saved_ms), (5, 0, T0 + 1));
    let (opened, place) = shelf::open(&storage, shop.id.expect("saved")).expect("there");
    assert_eq!(opened, design("Shop", 3));
    assert_eq!(place, shop);
    assert_eq!(shelf::latest_own(&storage), news.id);
}

#[test]
fn renaming_and_duplicating_leave_the_rest_alone() {
    let storage = roomy();
    let shop = keep(&storage, "Shop", 3, T0).id.expect("saved");
    shelf::rename(&storage, shop, "Store").expect("room");
    assert_eq!(shelf::open(&storage, shop).expect("there").0, design("Store", 3));
    assert_eq!(shelf::list(&storage)[0].saved_ms, T0, "another name is no later save");
    let copies: Vec<Id> = (1..=2)
        .map(|later| shelf::duplicate(&storage, shop, T0 + later).expect("room").expect("there"))
        .collect();
    assert_eq!(names(&storage), ["Store copy 2", "Store copy", "Store"]);
    assert_eq!(shelf::open(&storage, copies[0]).expect("there").0, design("Store copy", 3));
    assert_eq!(shelf::duplicate(&storage, Id(1), T0).expect("room"), None, "nothing is there");
}

#[test]
fn what_is_deleted_comes_back_for_a_month() {
    let storage = roomy();
    let place = keep(&storage, "Shop", 3, T0);
    let id = place.id.expect("saved");
    note_version(&storage, id, &design("Shop", 1), Why::Opened, T0);
    shelf::delete(&storage, id, T0).expect("room");
    assert_eq!(shelf::open(&storage, id), None);
    assert_eq!(shelf::latest_own(&storage), None);
    shelf::tidy(&storage, None, T0 + KEPT_DELETED_MS);
    shelf::undelete(&storage, id).expect("room");
    assert_eq!(shelf::open(&storage, id).expect("back").0, design("Shop", 3));
    assert_eq!(versions(&storage, id).len(), 1, "with its versions");
    shelf::delete(&storage, id, T0).expect("room");
    shelf::tidy(&storage, None, T0 + KEPT_DELETED_MS + 1);
    assert_eq!(storage.keys(), Vec::<String>::new(), "then it is gone with all its versions");
}

#[test]
fn what_was_only_looked_at_leaves_no_trace_and_a_changed_copy_stays() {
    let storage = roomy();
    let own = keep(&storage, "Shop", 3, T0);
    let mut copy = Place::of_guest(Some("The example".to_owned()), own.id);
    shelf::save(&storage, &mut copy, &design("Example", 2), T0 + 1).expect("room");
    assert_eq!(names(&storage), ["Shop"], "a copy that nobody touched is not in the list");
    let (_, again) = shelf::open(&storage, copy.id.expect("saved")).expect("there after a reload");
    assert_eq!((again.guest.as_deref(), again.home), (Some("The example"), own.id));
    shelf::leave(&storage, &copy);
    assert_eq!(shelf::open(&storage, copy.id.expect("saved")), None);

    let mut copy = Place { touched: true, ..Place::of_guest(Some("The example".to_owned()), own.id) };
    shelf::save(&storage, &mut copy, &design("Example", 4), T0 + 2).expect("room");
    shelf::leave(&storage, &copy);
    shelf::tidy(&storage, None, T0 + 3);
    assert_eq!(names(&storage), ["Example", "Shop"]);
    assert_eq!(shelf::latest_own(&storage), own.id, "a copy is not the own design until it is kept");
}

#[test]
fn a_slot_that_another_tab_wrote_is_not_overwritten() {
    let storage = roomy();
    let mut here = keep(&storage, "Shop", 3, T0);
    let id = here.id.expect("saved");
    let (_, mut there) = shelf::open(&storage, id).expect("there");
    shelf::save(&storage, &mut there, &design("Shop", 4), T0 + 1).expect("nobody else wrote");
    let refused = shelf::save(&storage, &mut here, &design("Shop", 5), T0 + 2);
    assert_eq!(refused, Err(Trouble::ChangedElsewhere));
    assert_eq!(shelf::open(&storage, id).expect("there").0, design("Shop", 4), "what the other tab saved");
    here.part("Your design, which another tab has changed");
    shelf::save(&storage, &mut here, &design("Shop", 5), T0 + 3).expect("a slot of its own");
    assert_ne!(here.id, Some(id));
    assert_eq!(here.home, Some(id), "back to mine leads to what the other tab saved");
    assert_eq!(shelf::list(&storage).len(), 2, "nothing is lost");

    shelf::delete(&storage, id, T0 + 4).expect("room");
    let refused = shelf::save(&storage, &mut there, &design("Shop", 6), T0 + 5);
    assert_eq!(refused, Err(Trouble::DeletedElsewhere));
    shelf::rename(&storage, here.id.expect("saved"), "Other").expect("room");
    let refused = shelf::save(&storage, &mut here, &design("Shop", 7), T0 + 6);
    assert_eq!(refused, Err(Trouble::ChangedElsewhere), "a name given elsewhere is not lost either");
}

#[test]
fn versions_are_a_ring_of_thirty_that_takes_what_differs() {
    let storage = roomy();
    let id = keep(&storage, "Shop", 1, T0).id.expect("saved");
    let note = |blocks, why, at| note_version(&storage, id, &design("Shop", blocks), why, T0 + at);
    assert!(note(1, Why::Opened, 0));
    assert!(!note(1, Why::Opened, 9 * MINUTE), "the same as the last one");
    assert!(!note(2, Why::Edited, MINUTE), "while editing at most every few minutes");
    assert!(note(2, Why::Edited, 3 * MINUTE));
    assert!(note(3, Why::Restoring, 3 * MINUTE + 1), "before a restore always");
    let held: Vec<_> = versions(&storage, id).iter().map(|one| (one.blocks, one.at_ms - T0)).collect();
    assert_eq!(held, [(3, 3 * MINUTE + 1), (2, 3 * MINUTE), (1, 0)]);
    assert_eq!(versions(&storage, id)[1].design(), Some(design("Shop", 2)));
    for more in 0..RING {
        assert!(note(10 + more, Why::Edited, (10 + 5 * more as u64) * MINUTE));
    }
    let held = versions(&storage, id);
    assert_eq!(held.len(), RING);
    assert_eq!((held[0].blocks, held[RING - 1].blocks), (10 + RING - 1, 10), "the oldest three are gone");
}

#[test]
fn a_full_storage_gives_up_deleted_designs_and_old_versions_but_no_design() {
    let used = |fill: &dyn Fn(&Memory)| {
        let storage = roomy();
        fill(&storage);
        storage.used()
    };
    let fill = |storage: &Memory| {
        let gone = keep(storage, "Gone", 2, T0).id.expect("saved");
        shelf::delete(storage, gone, T0).expect("room");
        let shop = keep(storage, "Shop", 3, T0).id.expect("saved");
        for blocks in 1..=3 {
            note_version(storage, shop, &design("Shop", blocks), Why::Opened, T0 + blocks as u64);
        }
    };
    let storage = Memory::new(used(&fill));
    fill(&storage);
    let shop = shelf::latest_own(&storage).expect("there");
    keep(&storage, "News", 2, T0);
    assert_eq!(names(&storage), ["News", "Shop"], "the deleted one made room");
    assert_eq!(versions(&storage, shop).len(), 3);
    keep(&storage, "Blog", 1, T0);
    let left: Vec<usize> = versions(&storage, shop).iter().map(|version| version.blocks).collect();
    assert!(left.len() < 3 && left.iter().all(|blocks| *blocks > 1), "the oldest went first: {left:?}");
    // Many blocks: more than everything that can be given up.
    let mut place = Place { touched: true, ..Place::default() };
    let refused = shelf::save(&storage, &mut place, &design("Large", 100), T0);
    assert_eq!((refused, place.id), (Err(Trouble::NoRoom), None));
    assert_eq!(names(&storage), ["Blog", "News", "Shop"], "no design that is kept ever goes");
}

#[test]
fn what_an_earlier_headroom_saved_is_taken_over() {
    let storage = roomy();
    let old = |design: &Design, rest: &str| {
        let text = serde_json::to_string(&share::to_json(design)).expect("text");
        format!(r#"{{"design":{text},"guest":null,"lesson":null{rest}}}"#)
    };
    storage.write("headroom.mine", &old(&design("Mine", 3), ""));
    storage.write("headroom.earlier", &old(&design("Earlier", 2), ""));
    let copy = old(&design("Copy", 4), "").replace(
        r#""guest":null,"lesson":null"#,
        r#""guest":"The exercise “Read path”","lesson":["url-shortener","read-path"]"#,
    );
    storage.write("headroom.copy", &copy);
    storage.write("headroom.theme", "dark");
    shelf::tidy(&storage, None, T0);
    assert_eq!(names(&storage), ["Copy", "Mine", "Earlier"]);
    let listed = shelf::list(&storage);
    assert_eq!(listed[0].guest.as_deref(), Some("The exercise “Read path”"));
    assert!(listed[0].is_lesson && listed[1].guest.is_none() && listed[2].guest.is_none());
    assert_eq!(shelf::latest_own(&storage), Some(listed[1].id));
    let keys: Vec<String> = storage.keys();
    assert!(!keys.iter().any(|key| ["headroom.mine", "headroom.copy"].contains(&key.as_str())), "{keys:?}");
    assert_eq!(storage.read("headroom.theme").as_deref(), Some("dark"));
    shelf::tidy(&storage, None, T0 + 1);
    assert_eq!(shelf::list(&storage).len(), 3, "once");
}

#[test]
fn damaged_texts_are_left_alone_and_cost_no_other_design() {
    let storage = roomy();
    storage.write("headroom.mine", "{\"design\":\"{\"");
    storage.write("headroom.design.17", "half a");
    storage.write("headroom.design.x", "not a slot");
    let id = keep(&storage, "Shop", 3, T0).id.expect("saved");
    storage.write(&format!("headroom.versions.{}", id.0), "[{\"at_ms\":");
    shelf::tidy(&storage, None, T0);
    assert_eq!(names(&storage), ["Shop"]);
    assert_eq!(shelf::open(&storage, Id(17)), None);
    assert_eq!(versions(&storage, id), []);
    assert!(storage.read("headroom.mine").is_some() && storage.read("headroom.design.17").is_some());
    assert!(note_version(&storage, id, &design("Shop", 3), Why::Opened, T0));
}

/// After a crash at each opening `static/boot.js` writes an empty page by itself.
#[test]
fn what_the_script_opens_in_the_place_of_a_design_that_crashes_is_a_fresh_one() {
    let script = include_str!("../../static/boot.js");
    let fresh = share::to_json(&Design::fresh());
    assert!(script.contains(&format!("const FRESH = '{fresh}';")), "{fresh}");
    let slot = format!(r#"{{"design":{},"saved_ms":7}}"#, serde_json::to_string(&fresh).expect("text"));
    let storage = roomy();
    storage.write("headroom.design.7", &slot);
    let (design, place) = shelf::open(&storage, Id(7)).expect("a slot");
    assert_eq!(design, Design::fresh());
    assert_eq!((place.id, place.touched), (Some(Id(7)), false), "not kept unless something is drawn");
}
