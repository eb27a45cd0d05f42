//! What stays in this browser: the person's own design, an opened copy, theme, panels, progress in exercises.
//!
//! `static/boot.js` reads the same keys when the program has died.

use std::cell::RefCell;

use gloo_timers::callback::Timeout;
use headroom::design::Design;
use headroom::session::Settings;
use headroom::share;
use leptos::prelude::*;
use serde::{Deserialize, Serialize};
use web_sys::Storage;

use crate::state::App;

/// Places for a design.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Slot {
    /// The person's own.
    Mine,
    /// Opened from a link, a file or an exercise, while an own design waits.
    Copy,
    /// The person's own from before another one was kept.
    Earlier,
}

impl Slot {
    /// Its key in the browser's storage.
    pub fn key(self) -> &'static str {
        match self {
            Slot::Mine => "headroom.mine",
            Slot::Copy => "headroom.copy",
            Slot::Earlier => "headroom.earlier",
        }
    }
}

/// A saved design.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Saved {
    /// Format 1 JSON text.
    pub design: String,
    /// What it is, when it is not the person's own.
    pub guest: Option<String>,
    /// Exercise and step, when it is one.
    pub lesson: Option<(String, String)>,
}

/// After the last change it is saved this long later [ms].
const DELAY_MS: u32 = 300;

thread_local! {
    static PENDING: RefCell<Option<Timeout>> = const { RefCell::new(None) };
}

/// Saves a moment after the last change.
pub fn save_soon(app: App) {
    PENDING.set(Some(Timeout::new(DELAY_MS, move || {
        PENDING.take();
        save(app);
    })));
}

/// Saves at once what waits to be saved: the page is being hidden.
pub fn flush(app: App) {
    if PENDING.take().is_some() {
        save(app);
    }
}

/// Drops what waits to be saved: another design takes its place.
pub fn forget_pending() {
    PENDING.take();
}

/// Saves the open design in its slot.
pub fn save(app: App) {
    let guest = app.guest.get_untracked();
    let slot = if guest.is_some() { Slot::Copy } else { Slot::Mine };
    let lesson = app.lesson.open.get_untracked().map(|place| place.ids());
    let saved = Saved { design: share::to_json(&app.current()), guest, lesson };
    let text = serde_json::to_string(&saved).expect("plain data");
    if write(slot.key(), &text).is_none() {
        app.refuse("This browser has no room to save the design. Share → Save a file keeps it.");
    }
}

/// What a slot holds.
pub fn load(slot: Slot) -> Option<Saved> {
    serde_json::from_str(&read(slot.key())?).ok()
}

/// Moves what one slot holds to another.
pub fn shift(from: Slot, to: Slot) {
    if let Some(text) = read(from.key()) {
        write(to.key(), &text);
        clear(from);
    }
}

/// The design in a slot, and what of it was not understood.
pub fn design(saved: &Saved) -> Option<Design> {
    share::from_json(&saved.design).ok().map(|opened| opened.design)
}

/// Empties a slot.
pub fn clear(slot: Slot) {
    if let Some(storage) = storage() {
        let _ = storage.remove_item(slot.key());
    }
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
