//! Which design is open: at the start, from a link, a file or an example; and whose it is.
//!
//! Opening something never overwrites the person's own design: it opens as a copy, to keep or to leave.

use headroom::design::Design;
use headroom::examples::EXAMPLES;
use headroom::share::{self, Failure, Opened};
use leptos::prelude::*;
use wasm_bindgen::JsValue;
use web_sys::StorageEvent;

use crate::lesson::Place;
use crate::state::{App, Dialog};
use crate::store::{self, Slot};

/// Opens what the page starts with: the link's design, else a copy under way, else the own design, else an example.
pub fn start(app: App) {
    if follow_link(app) {
        return;
    }
    for slot in [Slot::Copy, Slot::Mine] {
        if let Some(saved) = store::load(slot)
            && let Some(design) = store::design(&saved)
        {
            app.guest.set(saved.guest);
            app.lesson.set(app, saved.lesson.and_then(|(exercise, step)| Place::find(&exercise, &step)));
            return app.open(design);
        }
    }
    if let Some(example) = EXAMPLES.first() {
        app.open(example.design());
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
    forget_fragment();
    match found {
        Ok(opened) => {
            show(app, opened, "A shared design");
            true
        }
        Err(failure) => {
            explain(app, "This link cannot be opened", &failure);
            false
        }
    }
}

/// Opens a format 1 text from a file.
pub fn file(app: App, text: &str) {
    match share::from_json(text) {
        Ok(opened) => show(app, opened, "A design from a file"),
        Err(failure) => explain(app, "This file cannot be opened", &failure),
    }
}

/// Opens a design as a copy when an own one waits, else as the person's own.
pub fn copy(app: App, design: Design, what: &str, lesson: Option<Place>) {
    store::flush(app);
    let waits = store::load(Slot::Mine).is_some();
    app.guest.set(waits.then(|| what.to_owned()));
    app.lesson.set(app, lesson);
    app.open(design);
    if waits || lesson.is_some() {
        store::save(app);
    }
}

/// Makes the copy the person's own; the one before stays among the examples.
pub fn keep(app: App) {
    app.guest.set(None);
    store::shift(Slot::Mine, Slot::Earlier);
    store::clear(Slot::Copy);
    store::save(app);
    app.voice.polite.set("Kept as your design.".to_owned());
}

/// Leaves the copy for the person's own design.
pub fn back_to_mine(app: App) {
    store::forget_pending();
    store::clear(Slot::Copy);
    app.guest.set(None);
    app.lesson.set(app, None);
    if let Some(design) = store::load(Slot::Mine).as_ref().and_then(store::design) {
        app.open(design);
    }
}

/// Another tab saved the own design: what is open here becomes a copy, so that neither overwrites the other.
pub fn changed_elsewhere(app: App, event: &StorageEvent) {
    let mine = event.key().as_deref() == Some(Slot::Mine.key());
    if mine && app.guest.with_untracked(Option::is_none) {
        app.guest.set(Some("Your design, which another tab has changed since".to_owned()));
        app.voice.polite.set("Another tab has changed your design. This tab now holds a copy.".to_owned());
    }
}

fn show(app: App, opened: Opened, what: &str) {
    let notes: Vec<String> =
        opened.notes.iter().map(|note| format!("{}: {}", note.path, note.text)).collect();
    copy(app, opened.design, what, None);
    if !notes.is_empty() {
        let text = "The design is open. Some of it was not understood:".to_owned();
        app.panels.dialog.set(Some(Dialog::Opened("Opened, with notes".to_owned(), text, notes)));
    }
}

fn explain(app: App, title: &str, failure: &Failure) {
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
