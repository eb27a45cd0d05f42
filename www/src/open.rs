//! Which design is open: at the start, from the shelf, from a link, a file or an example; and whose it is.
//!
//! Opening something never overwrites a design: each has a slot of its own. A link, an example and an exercise open as
//! a copy, to keep or to leave.

use std::cell::RefCell;

use headroom::design::{Design, Edit};
use headroom::examples::EXAMPLES;
use headroom::share::{self, Claim, Failure, Opened};
use headroom::shelf::{self, Id, Place as Slot, Trouble, Why};
use leptos::prelude::*;
use wasm_bindgen::JsValue;
use web_sys::StorageEvent;

use crate::claim;
use crate::lesson::Place;
use crate::panels::Dialog;
use crate::state::App;
use crate::store::{self, Browser};

thread_local! {
    /// What the link at the start says of the sender's result, until there is a worker to compare it.
    static CLAIM: RefCell<Option<Claim>> = const { RefCell::new(None) };
}

/// Whether the page is shown inside another one: `embed=1` in the address.
pub fn is_embedded() -> bool {
    let location = window().location();
    let query = location.search().unwrap_or_default();
    let asks = query.trim_start_matches('?').split('&').any(|part| part == share::EMBED);
    asks || share::is_embed(&location.hash().unwrap_or_default())
}

/// The address of what an embedded page shows, without that it is embedded.
pub fn whole_page() -> String {
    let location = window().location();
    let [origin, path, hash] =
        [location.origin(), location.pathname(), location.hash()].map(Result::unwrap_or_default);
    format!("{origin}{path}{}", hash.replace(&format!("{}&", share::EMBED), ""))
}

/// Opens what the page starts with: the link's design, else what this tab had open, else what was saved last, else an
/// example.
pub fn start(app: App) {
    if follow_link(app) {
        return;
    }
    let found = store::remembered().and_then(|id| shelf::open(&Browser, id));
    match found.or_else(saved_last).filter(|_| !app.embed) {
        Some((design, place)) => show(app, design, place),
        None => show_example(app),
    }
}

/// The design that was saved last, also by an earlier Headroom.
fn saved_last() -> Option<(Design, Slot)> {
    if shelf::is_bare(&Browser) {
        return None;
    }
    shelf::tidy(&Browser, None, store::now_ms());
    let last = shelf::list(&Browser).into_iter().find(|listed| listed.deleted_ms.is_none())?;
    shelf::open(&Browser, last.id)
}

/// Once all of the program is there: what the first screen did not wait for.
pub fn settle(app: App) {
    if !app.embed {
        let place = app.place.get_untracked();
        shelf::tidy(&Browser, place.id, store::now_ms());
        if let Some(id) = place.id {
            shelf::note_version(&Browser, id, &app.current(), Why::Opened, store::now_ms());
        }
        store::flush(app);
    }
    if let Some(claim) = CLAIM.take() {
        claim::check(app, claim);
    }
}

/// Opens the design that the address carries; false when it carries none. A link that cannot be read says why, and
/// what was open stays.
pub fn follow_link(app: App) -> bool {
    let fragment = window().location().hash().unwrap_or_default();
    let found = share::open_fragment(&fragment);
    if found == Err(Failure::Absent) {
        return false;
    }
    if !app.embed {
        forget_fragment();
    }
    match found {
        Ok(opened) => {
            copy(app, opened.design.clone(), "A shared design", None);
            tell_notes(app, &opened);
            match opened.claim {
                Some(claim) if app.complete.get_untracked() => claim::check(app, claim),
                other => CLAIM.set(other),
            }
            true
        }
        Err(failure) => {
            explain(app, "This link cannot be opened", &failure);
            false
        }
    }
}

/// Opens what came from a file: it gets a slot of its own, as the person's own.
pub fn file(app: App, opened: &Opened) {
    leave(app);
    show(app, opened.design.clone(), Slot { touched: true, ..Slot::default() });
    store::save(app);
    tell_notes(app, opened);
}

/// Opens a design as a copy when an own one waits, else as the person's own.
pub fn copy(app: App, design: Design, what: &str, lesson: Option<Place>) {
    leave(app);
    let own = app.place.with_untracked(|place| if place.guest.is_some() { place.home } else { place.id });
    let home = own.filter(|id| shelf::open(&Browser, *id).is_some()).or_else(|| shelf::latest_own(&Browser));
    let mut place = Slot::of_guest(home.map(|_| what.to_owned()), home);
    place.lesson = lesson.map(|lesson| lesson.ids());
    show(app, design, place);
    store::save(app);
}

/// A new design of the person's own; it is saved once something is drawn.
pub fn fresh(app: App) {
    leave(app);
    show(app, Design::fresh(), Slot::default());
}

/// Opens a design of the shelf.
pub fn slot(app: App, id: Id) {
    leave(app);
    match shelf::open(&Browser, id) {
        Some((design, place)) => show(app, design, place),
        None => app.refuse("This design is no longer there: another tab has deleted it, or it is damaged."),
    }
}

/// Makes the copy the person's own.
pub fn keep(app: App) {
    app.place.update(|place| (place.guest, place.home, place.touched) = (None, None, true));
    store::save(app);
    app.voice.polite.set("Kept as your design.".to_owned());
}

/// Leaves the copy for the person's own design; a copy that was changed stays among the designs.
pub fn back_to_mine(app: App) {
    let home = app.place.with_untracked(|place| place.home);
    leave(app);
    let own = home.and_then(|id| shelf::open(&Browser, id));
    match own.or_else(|| shelf::open(&Browser, shelf::latest_own(&Browser)?)) {
        Some((design, place)) => show(app, design, place),
        None => show_example(app),
    }
}

/// Gives a design of the shelf another name.
pub fn rename(app: App, id: Id, name: &str) {
    if app.place.with_untracked(|place| place.id == Some(id)) {
        app.edit(&Edit::SetName(name.to_owned()));
        store::flush(app);
    } else {
        tell(app, shelf::rename(&Browser, id, name));
    }
}

/// Puts a second one like it on the shelf.
pub fn duplicate(app: App, id: Id) {
    store::flush(app);
    tell(app, shelf::duplicate(&Browser, id, store::now_ms()).map(|_| ()));
}

/// Deletes a design; it can be brought back for a month.
pub fn delete(app: App, id: Id) {
    store::flush(app);
    tell(app, shelf::delete(&Browser, id, store::now_ms()));
    if app.place.with_untracked(|place| place.id == Some(id)) {
        app.place.set(Slot::default());
        back_to_mine(app);
    }
}

/// Brings a deleted design back.
pub fn undelete(app: App, id: Id) {
    tell(app, shelf::undelete(&Browser, id));
}

/// Puts an earlier version of the open design in its place, as a step that can be undone; what stands now becomes a
/// version itself.
pub fn restore(app: App, version: &shelf::Version) {
    let Some(design) = version.design() else {
        return app.refuse("This version is damaged and cannot be opened.");
    };
    if let Some(id) = app.place.with_untracked(|place| place.id) {
        shelf::note_version(&Browser, id, &app.current(), Why::Restoring, store::now_ms());
    }
    app.run.seed.set(design.run.seed);
    app.set_traffic(design.run.traffic);
    app.ask(|session| session.restore(design));
    app.voice.polite.set("Restored. Undo brings back what was there.".to_owned());
}

/// Another tab wrote the slot of what is open here: it becomes a copy, so that neither overwrites the other.
pub fn changed_elsewhere(app: App, event: &StorageEvent) {
    app.panels.shelf.notify();
    let Some(id) = app.place.with_untracked(|place| place.id) else { return };
    let ours = event.key().is_some_and(|key| key == shelf::slot_key(id));
    if !ours || event.new_value().is_none() {
        return;
    }
    match shelf::open(&Browser, id) {
        Some((design, place)) if design == *app.current() => app.place.set(place),
        // Another name is no other design.
        Some((design, place))
            if (Design { name: app.current().name.clone(), ..design.clone() }) == *app.current() =>
        {
            app.place.set(place);
            app.edit(&Edit::SetName(design.name));
        }
        Some(_) => part(app, Trouble::ChangedElsewhere),
        None => part(app, Trouble::DeletedElsewhere),
    }
}

fn part(app: App, trouble: Trouble) {
    let why = store::elsewhere(trouble);
    app.place.update(|place| place.part(why));
    store::remember(None);
    app.voice.polite.set(format!("{why}. This tab now holds a copy."));
}

/// Saves what waits; what was only looked at leaves the shelf.
fn leave(app: App) {
    store::flush(app);
    app.place.with_untracked(|place| shelf::leave(&Browser, place));
}

fn show(app: App, design: Design, place: Slot) {
    let lesson = place.lesson.clone().and_then(|(exercise, step)| Place::find(&exercise, &step));
    if let Some(id) = place.id.filter(|_| app.complete.get_untracked()) {
        shelf::note_version(&Browser, id, &design, Why::Opened, store::now_ms());
    }
    if !app.embed {
        store::remember(place.id);
    }
    app.check.set(None);
    app.place.set(place);
    app.lesson.set(app, lesson);
    app.open(design);
}

fn show_example(app: App) {
    if let Some(example) = EXAMPLES.first() {
        show(app, example.design(), Slot::default());
    }
}

fn tell(app: App, done: Result<(), Trouble>) {
    if done.is_err() {
        app.refuse("This browser has no room for that. Delete designs that you no longer need, or save them as files.");
    }
    app.panels.shelf.notify();
}

/// Says what of a design was not understood.
fn tell_notes(app: App, opened: &Opened) {
    let notes: Vec<String> =
        opened.notes.iter().map(|note| format!("{}: {}", note.path, note.text)).collect();
    if !notes.is_empty() {
        let text = "The design is open. Some of it was not understood:".to_owned();
        app.panels.dialog.set(Some(Dialog::Opened("Opened, with notes".to_owned(), text, notes)));
    }
}

/// Says why nothing was opened.
pub fn explain(app: App, title: &str, failure: &Failure) {
    let text = format!("{failure} What you had open is untouched.");
    app.panels.dialog.set(Some(Dialog::Opened(title.to_owned(), text, Vec::new())));
}

/// The address no longer tells the truth once the design is edited, and reloading must not bring the old one back.
fn forget_fragment() {
    let path = window().location().pathname().unwrap_or_default();
    if let Ok(history) = window().history() {
        let _ = history.replace_state_with_url(&JsValue::NULL, "", Some(&path));
    }
}
