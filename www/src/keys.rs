//! Keys: browser events become chords, chords become commands. Single keys act only while the canvas has the
//! focus; nothing acts while a person types or a dialog is open.

use std::cell::Cell;

use headroom::design::NodeId;
use headroom::session::command::{by_chord, chord, is_single};
use headroom::session::{Command, Effect as Wish, Mods, Target};
use leptos::ev;
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::{ClipboardEvent, Element, HtmlElement, KeyboardEvent, MouseEvent};

use crate::state::App;
use crate::{effects, store};

thread_local! {
    /// Space is down; and whether a pointer used it to pan.
    static SPACE: Cell<Option<bool>> = const { Cell::new(None) };
}

/// Handles the keyboard for the canvas and, for chords with a modifier, for the whole page.
pub fn listen(app: App) {
    let down = window_event_listener(ev::keydown, move |event| key_down(app, &event));
    let up = window_event_listener(ev::keyup, move |event| key_up(app, &event));
    let left = window_event_listener(ev::blur, |_| SPACE.set(None));
    let copy = window_event_listener(ev::copy, move |event| take(app, event.unchecked_ref(), "edit.copy"));
    let cut = window_event_listener(ev::cut, move |event| take(app, event.unchecked_ref(), "edit.cut"));
    let paste = window_event_listener(ev::paste, move |event| give(app, event.unchecked_ref()));
    on_cleanup(move || {
        [down, up, left, copy, cut, paste].into_iter().for_each(|listener| listener.remove());
    });
}

/// The modifiers of a pointer or wheel event.
pub fn mods_of(event: &MouseEvent) -> Mods {
    Mods {
        main: event.ctrl_key() || event.meta_key(),
        shift: event.shift_key(),
        alt: event.alt_key(),
        space: SPACE.get().is_some(),
    }
}

/// A pointer went down: if Space is held, it pans and does not play.
pub fn used_space() {
    if SPACE.get().is_some() {
        SPACE.set(Some(true));
    }
}

/// What the browser remembers of single keys, under this name.
const SINGLE: &str = "single-keys";

/// Whether single characters are shortcuts.
pub fn acts_singly() -> bool {
    store::note(SINGLE).as_deref() != Some("off")
}

/// Switches single characters off or on, and remembers it.
pub fn set_singly(on: bool) {
    store::set_note(SINGLE, if on { "on" } else { "off" });
}

/// Gives the focus back to the canvas.
pub fn focus_canvas() {
    if let Ok(Some(canvas)) = document().query_selector(".canvas")
        && let Some(canvas) = canvas.dyn_ref::<HtmlElement>()
    {
        let _ = canvas.focus();
    }
}

/// Focuses the first element of the next region of the page, or of the one before.
pub fn go_to_region(forward: bool) {
    const REGIONS: [&str; 5] = [".top", ".palette", ".canvas", ".inspector", ".dock"];
    let visible = |selector: &&str| {
        let found = document().query_selector(selector).ok().flatten()?;
        let element = found.dyn_into::<HtmlElement>().ok()?;
        (element.offset_width() > 0).then_some(element)
    };
    let regions: Vec<HtmlElement> = REGIONS.iter().filter_map(visible).collect();
    let active = document().active_element();
    let here = regions.iter().position(|region| region.contains(active.as_deref())).unwrap_or(0);
    let count = regions.len().max(1);
    let next = (here + if forward { 1 } else { count - 1 }) % count;
    let Some(region) = regions.get(next) else { return };
    let inside =
        region.query_selector("button:not([disabled]), input, select, a[href], [tabindex]").ok().flatten();
    let own = region.get_attribute("tabindex").map(|_| region.clone());
    let target = own.or_else(|| inside.and_then(|element| element.dyn_into::<HtmlElement>().ok()));
    if let Some(target) = target {
        let _ = target.focus();
    }
}

fn key_down(app: App, event: &KeyboardEvent) {
    if event.default_prevented() {
        return;
    }
    if is_typing() || has_dialog() {
        return keep_the_browser_out(app, event);
    }
    if let Ok(Some(canvas)) = document().query_selector(".canvas.fresh") {
        let _ = canvas.class_list().remove_1("fresh");
    }
    let mods = mods_of_key(event);
    let name = chord(&event.key(), &event.code(), mods);
    if !on_canvas() && !mods.main && !is_function_key(&name) {
        return;
    }
    if is_single(&name) && !acts_singly() {
        return;
    }
    match name.as_str() {
        // The browser's own clipboard events follow, which need no permission.
        "Mod+C" | "Mod+X" | "Mod+V" => {}
        "Space" => {
            event.prevent_default();
            if !event.repeat() {
                SPACE.set(Some(false));
            }
        }
        "ContextMenu" | "Shift+F10" => open_menu(app, event),
        _ => run(app, event, &name),
    }
}

/// While a person types, the chords for files still are the page's: the browser would save or open a web page.
fn keep_the_browser_out(app: App, event: &KeyboardEvent) {
    let name = chord(&event.key(), &event.code(), mods_of_key(event));
    let files = |command: &&Command| ["page.save", "page.open"].contains(&command.id);
    if let Some(command) = by_chord(&name).filter(files) {
        event.prevent_default();
        if !has_dialog() {
            app.command(command.id);
        }
    }
}

/// F1 to F12, with or without Shift.
fn is_function_key(chord: &str) -> bool {
    let key = chord.rsplit('+').next().unwrap_or_default();
    key.len() > 1 && key.starts_with('F')
}

fn run(app: App, event: &KeyboardEvent, name: &str) {
    let Some(command) = by_chord(name) else { return };
    event.prevent_default();
    app.command(command.id);
    // The card that had the focus may be gone in a moment, and the focus with it.
    request_animation_frame(move || {
        let lost = document().active_element().is_none_or(|active| active.tag_name() == "BODY");
        if lost && !has_dialog() {
            focus_canvas();
        }
    });
}

/// Space plays or pauses when it is let go and did not pan.
fn key_up(app: App, event: &KeyboardEvent) {
    if event.code() != "Space" {
        return;
    }
    if SPACE.take() == Some(false) && on_canvas() && !is_typing() {
        event.prevent_default();
        app.command("run.toggle");
    }
}

fn open_menu(app: App, event: &KeyboardEvent) {
    event.prevent_default();
    let selection = app.selection.get_untracked();
    let view = app.viewport.get_untracked();
    let at = |id: NodeId| app.cards.node(id).map(|card| card.at.get_untracked().map(f64::from));
    let middle = view.to_screen(view.center());
    let menu = match (selection.single_node(), selection.single_link(), selection.group) {
        (Some(id), ..) => at(id).map(|at| (Target::Node(id), view.to_screen(at))),
        (None, Some(id), _) => Some((Target::Link(id), middle)),
        (None, None, Some(id)) => Some((Target::Group(id), middle)),
        (None, None, None) => Some((selection.single_note().map_or(Target::Canvas, Target::Note), middle)),
    };
    app.panels.menu.set(menu);
}

/// Copy and cut put format 1 JSON on the clipboard that the browser hands out with the event.
fn take(app: App, event: &ClipboardEvent, command: &str) {
    if is_typing() || has_dialog() || !on_canvas() {
        return;
    }
    let mut wishes = Vec::new();
    let now_ms = js_sys::Date::now();
    app.session.update_value(|session| wishes = session.command(command, now_ms));
    for wish in wishes {
        match wish {
            Wish::Copy(text) => {
                event.prevent_default();
                if let Some(data) = event.clipboard_data() {
                    let _ = data.set_data("text/plain", &text);
                }
            }
            other => effects::perform(app, other),
        }
    }
}

fn give(app: App, event: &ClipboardEvent) {
    if is_typing() || has_dialog() || !on_canvas() {
        return;
    }
    let text = event.clipboard_data().and_then(|data| data.get_data("text/plain").ok());
    if let Some(text) = text.filter(|text| !text.is_empty()) {
        event.prevent_default();
        app.ask(|session| session.paste(&text));
    }
}

fn mods_of_key(event: &KeyboardEvent) -> Mods {
    // AltGr makes symbols, and some systems report it as Ctrl and Alt.
    let symbol = event.get_modifier_state("AltGraph");
    Mods {
        main: (event.ctrl_key() || event.meta_key()) && !symbol,
        shift: event.shift_key(),
        alt: event.alt_key() && !symbol,
        space: false,
    }
}

fn on_canvas() -> bool {
    active_is_in(".canvas")
}

fn is_typing() -> bool {
    active_is_in("input, textarea, select, [contenteditable]")
}

fn active_is_in(selector: &str) -> bool {
    let inside = |active: Element| active.closest(selector).is_ok_and(|found| found.is_some());
    document().active_element().is_some_and(inside)
}

fn has_dialog() -> bool {
    document().query_selector("dialog[open]").is_ok_and(|found| found.is_some())
}
