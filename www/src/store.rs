//! What stays in this browser: the shelf of designs, theme, panels, progress in exercises.
//!
//! `static/boot.js` reads the same keys when the program has died.

use std::cell::{Cell, RefCell};

use gloo_timers::callback::Timeout;
use headroom::session::Settings;
use headroom::shelf::{self, Id, Trouble, Why};
use leptos::prelude::*;
use web_sys::Storage;

use crate::state::App;

/// Which design this tab has open; survives a reload.
const OPEN: &str = "headroom.open";
/// Which design was open last in any tab.
const LAST: &str = "headroom.last";

/// The browser's storage.
pub struct Browser;

impl shelf::Storage for Browser {
    fn keys(&self) -> Vec<String> {
        let Some(storage) = storage() else { return Vec::new() };
        let count = storage.length().unwrap_or(0);
        (0..count).filter_map(|at| storage.key(at).ok().flatten()).collect()
    }

    fn read(&self, key: &str) -> Option<String> {
        read(key)
    }

    fn write(&self, key: &str, text: &str) -> bool {
        write(key, text).is_some()
    }

    fn remove(&self, key: &str) {
        if let Some(storage) = storage() {
            let _ = storage.remove_item(key);
        }
    }
}

/// After the last change it is saved this long later [ms].
const DELAY_MS: u32 = 300;
/// While changes go on without a pause, it is saved about this often [ms]: after a crash what waits is not saved any more,
/// because the last change may be what crashed.
const LONGEST_MS: u64 = 2_000;

/// Something waits to be saved.
struct Waiting {
    /// Since when [ms since 1970].
    since: u64,
    _timer: Timeout,
}

thread_local! {
    static PENDING: RefCell<Option<Waiting>> = const { RefCell::new(None) };
    /// Something has to be saved once all of the program is there.
    static UNSAVED: Cell<bool> = const { Cell::new(false) };
}

/// The design was changed by hand: saves a moment after the last change.
pub fn save_soon(app: App) {
    if !app.place.with_untracked(|place| place.touched) {
        app.place.update(|place| place.touched = true);
    }
    let now = now_ms();
    let since = PENDING.with_borrow(|waiting| waiting.as_ref().map_or(now, |waiting| waiting.since));
    if now.saturating_sub(since) > LONGEST_MS {
        return;
    }
    let timer = Timeout::new(DELAY_MS, move || {
        PENDING.take();
        save(app);
    });
    PENDING.set(Some(Waiting { since, _timer: timer }));
}

/// Saves at once what waits to be saved: the page is being hidden, or another design takes its place.
pub fn flush(app: App) {
    let waits = PENDING.take().is_some();
    if waits || UNSAVED.take() {
        save(app);
    }
}

/// Saves the open design in its slot. When something else wrote there, it goes into a slot of its own.
pub fn save(app: App) {
    if app.embed {
        return;
    }
    if !app.complete.get_untracked() {
        // The first screen does not wait for it: `open::settle` saves.
        return UNSAVED.set(true);
    }
    let design = app.current();
    let mut place = app.place.get_untracked();
    place.lesson = app.lesson.open.get_untracked().map(|place| place.ids());
    let mut saved = shelf::save(&Browser, &mut place, &design, now_ms());
    if let Err(trouble @ (Trouble::ChangedElsewhere | Trouble::DeletedElsewhere)) = saved {
        place.part(elsewhere(trouble));
        app.voice.polite.set(format!("{}. This tab now holds a copy.", elsewhere(trouble)));
        saved = shelf::save(&Browser, &mut place, &design, now_ms());
    }
    if saved.is_err() {
        app.refuse("This browser has no room to save the design. Save a file (Ctrl+S), or delete designs under Designs.");
    } else if let Some(id) = place.id {
        let why = if place.touched { Why::Edited } else { Why::Opened };
        shelf::note_version(&Browser, id, &design, why, now_ms());
    }
    remember(place.id);
    app.place.set(place);
    app.panels.shelf.notify();
}

/// What a copy is that was the own design until something else changed it.
pub fn elsewhere(trouble: Trouble) -> &'static str {
    match trouble {
        Trouble::DeletedElsewhere => "Your design, which another tab has deleted since",
        Trouble::ChangedElsewhere | Trouble::NoRoom => "Your design, which another tab has changed since",
    }
}

/// Milliseconds since 1970.
pub fn now_ms() -> u64 {
    js_sys::Date::now() as u64
}

/// A moment as the person's language writes it: “Nov 22, 2026, 1:05 PM”.
pub fn moment(at_ms: u64) -> String {
    let date = js_sys::Date::new(&wasm_bindgen::JsValue::from_f64(at_ms as f64));
    let options = js_sys::Object::new();
    for (what, how) in [("dateStyle", "medium"), ("timeStyle", "short")] {
        let _ = js_sys::Reflect::set(&options, &what.into(), &how.into());
    }
    let language = window().navigator().language().unwrap_or_else(|| "en".to_owned());
    date.to_locale_string(&language, &options).into()
}

/// This tab opens this design again when it is reloaded.
pub fn remember(id: Option<Id>) {
    let tab = window().session_storage().ok().flatten();
    match id {
        Some(id) => {
            tab.and_then(|tab| tab.set_item(OPEN, &id.0.to_string()).ok());
            write(LAST, &id.0.to_string());
        }
        None => drop(tab.and_then(|tab| tab.remove_item(OPEN).ok())),
    }
}

/// The design that this tab had open, else the one that was open last in any.
pub fn remembered() -> Option<Id> {
    let tab = window().session_storage().ok().flatten();
    let here = tab.and_then(|tab| tab.get_item(OPEN).ok().flatten());
    here.or_else(|| read(LAST))?.parse().ok().map(Id)
}

/// Whether a panel is open; all are until they are closed.
pub fn panel(name: &str) -> bool {
    read(&format!("headroom.panel.{name}")).as_deref() != Some("closed")
}

/// Remembers whether a panel is open.
pub fn set_panel(name: &str, open: bool) {
    write(&format!("headroom.panel.{name}"), if open { "open" } else { "closed" });
}

/// Whether the page is dark now, by choice or by the system.
pub fn is_dark() -> bool {
    let root = document().document_element();
    root.and_then(|root| root.get_attribute("data-theme")).is_none_or(|theme| theme == "dark")
}

/// Chooses light or dark and remembers it.
pub fn set_dark(dark: bool) {
    let theme = if dark { "dark" } else { "light" };
    write("headroom.theme", theme);
    if let Some(root) = document().document_element() {
        let _ = root.set_attribute("data-theme", theme);
    }
}

/// How this person works.
pub fn settings() -> Settings {
    note("settings").and_then(|text| serde_json::from_str(&text).ok()).unwrap_or_default()
}

/// Remembers how this person works.
pub fn set_settings(settings: Settings) {
    set_note("settings", &serde_json::to_string(&settings).expect("plain data"));
}

/// Something small by name.
pub fn note(name: &str) -> Option<String> {
    read(&format!("headroom.{name}"))
}

/// Keeps something small by name.
pub fn set_note(name: &str, text: &str) {
    write(&format!("headroom.{name}"), text);
}

fn storage() -> Option<Storage> {
    window().local_storage().ok().flatten()
}

fn read(key: &str) -> Option<String> {
    storage()?.get_item(key).ok().flatten()
}

fn write(key: &str, text: &str) -> Option<()> {
    storage()?.set_item(key, text).ok()
}
