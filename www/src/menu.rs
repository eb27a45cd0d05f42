//! The context menu of a block, a link or the canvas, made from the list of commands.

use headroom::design::{Fault, fault};
use headroom::session::Command;
use headroom::session::menu::of as menu_of;
use leptos::ev;
use leptos::html;
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::HtmlElement;

use crate::faults::{by_hand, is_like};
use crate::live::{CollectAny, some};
use crate::parts::keys_as_read;
use crate::state::App;

/// The menu, while it is open.
#[component]
pub fn ContextMenu() -> impl IntoView {
    let app = App::get();
    let menu = app.panels.menu;
    let outside = window_event_listener(ev::pointerdown, move |event| {
        let inside = event.target().and_then(|target| target.dyn_into::<web_sys::Element>().ok());
        if !inside.is_some_and(|element| element.closest(".menu").is_ok_and(|found| found.is_some())) {
            menu.set(None);
        }
    });
    on_cleanup(move || outside.remove());
    some(move || {
        menu.get()
            .map(|(target, at)| view! { <Menu commands=app.selection.with_untracked(|selection| menu_of(target, selection)) faults=by_hand(app, target) at/> })
    })
}

#[component]
fn Menu(commands: Vec<&'static Command>, faults: Vec<Fault>, at: [f64; 2]) -> impl IntoView {
    let app = App::get();
    let list = NodeRef::<html::Div>::new();
    let [left, top] = on_screen(at);
    Effect::new(move |_| {
        if let Some(list) = list.get() {
            keep_inside(&list, left, top);
            focus_at(&list, 0);
        }
    });
    let on_key = move |event: ev::KeyboardEvent| {
        let Some(list) = list.get_untracked() else { return };
        match event.key().as_str() {
            "ArrowDown" => step(&list, 1),
            "ArrowUp" => step(&list, -1),
            "Escape" | "Tab" => app.panels.menu.set(None),
            _ => return,
        }
        event.prevent_default();
        event.stop_propagation();
    };
    let item = move |command: &'static Command| {
        let run = move |_| {
            app.panels.menu.set(None);
            app.command(command.id);
        };
        view! {
            <button type="button" role="menuitem" on:click=run>
                {command.label}{command.keys.first().map(|keys| view! { <kbd>{keys_as_read(keys)}</kbd> })}
            </button>
        }
    };
    let breaks = move |drawn: Fault| {
        let about = fault::find(&drawn.kind)?;
        let goes_on = app.run.troubles.with_untracked(|all| all.iter().any(|other| is_like(other, &drawn)));
        let label = if goes_on { format!("End: {}", about.name) } else { about.name.to_owned() };
        let run = move |_| {
            app.panels.menu.set(None);
            app.strike(&drawn, !goes_on);
        };
        Some(view! { <button type="button" role="menuitem" title=about.doc on:click=run>{label}</button> })
    };
    let enabled = |command: &&'static Command| app.session.with_value(|session| (command.enabled)(session));
    view! {
        <div class="menu" role="menu" node_ref=list on:keydown=on_key>
            {commands.into_iter().filter(enabled).map(item).collect_any()}
            {(!faults.is_empty()).then(|| view! { <hr/> })}
            {faults.into_iter().filter_map(breaks).collect_any()}
        </div>
    }
}

/// From the canvas's corner to the window's.
pub fn on_screen(at: [f64; 2]) -> [f64; 2] {
    let canvas = document().query_selector(".canvas").ok().flatten();
    canvas.map_or(at, |canvas| {
        let frame = canvas.get_bounding_client_rect();
        [at[0] + frame.left(), at[1] + frame.top()]
    })
}

/// Puts a menu at a place, or as near as the window has room.
pub fn keep_inside(menu: &HtmlElement, left: f64, top: f64) {
    let size = |value: Result<wasm_bindgen::JsValue, _>| {
        value.ok().and_then(|value| value.as_f64()).unwrap_or(f64::MAX)
    };
    let right = size(window().inner_width()) - f64::from(menu.offset_width()) - 4.0;
    let bottom = size(window().inner_height()) - f64::from(menu.offset_height()) - 4.0;
    let style = menu.style();
    let _ = style.set_property("left", &format!("{}px", left.min(right).max(0.0)));
    let _ = style.set_property("top", &format!("{}px", top.min(bottom).max(0.0)));
}

fn step(menu: &HtmlElement, by: i32) {
    let items = items(menu);
    let active = document().active_element();
    let now = items.iter().position(|item| active.as_ref() == Some(item.as_ref())).unwrap_or(0);
    if !items.is_empty() {
        focus_at(menu, (now as i32 + by).rem_euclid(items.len() as i32) as usize);
    }
}

fn focus_at(menu: &HtmlElement, index: usize) {
    if let Some(item) = items(menu).get(index) {
        let _ = item.focus();
    }
}

/// The entries, without the lines between them.
fn items(menu: &HtmlElement) -> Vec<HtmlElement> {
    let all = (0..menu.child_element_count()).filter_map(|index| menu.children().item(index));
    all.filter(|item| item.tag_name() == "BUTTON").filter_map(|item| item.dyn_into().ok()).collect()
}
