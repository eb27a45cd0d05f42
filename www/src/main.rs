//! The page: Leptos components, the worker, and everything that only a browser can do. It decides nothing.
//!
//! One WASM serves page and worker: `main` runs in both, and takes the other way where there is no window.

// A closure that is written out in a view gets one type for all from Leptos; one that is only named there keeps its own.
#![allow(clippy::redundant_closure)]

mod app;
mod canvas;
mod cards;
mod chart;
mod chooser;
mod claim;
mod crew;
mod dialogs;
mod dock;
mod effects;
mod faults;
mod files;
mod film;
mod hands;
mod hud;
mod inspector;
mod keys;
mod lesson;
mod live;
mod measuring;
mod menu;
mod open;
mod palette;
mod panels;
mod parts;
mod pictures;
mod pointer;
mod print;
mod quick_add;
mod rest;
mod runner;
mod state;
mod store;
mod table;
mod thinking;
mod top;
mod voice;
mod worker;

fn main() {
    let Some(window) = web_sys::window() else { return worker::serve() };
    std::panic::set_hook(Box::new(report_panic));
    if let Some(skeleton) = window.document().and_then(|document| document.get_element_by_id("skeleton")) {
        skeleton.remove();
    }
    leptos::mount::mount_to_body(app::Page);
}

/// Hands the last words to `static/boot.js`, which shows them with the saved design: nothing here can be relied on now.
fn report_panic(info: &std::panic::PanicHookInfo) {
    let init = web_sys::CustomEventInit::new();
    init.set_detail(&info.to_string().into());
    if let (Some(window), Ok(event)) =
        (web_sys::window(), web_sys::CustomEvent::new_with_event_init_dict("headroom-panic", &init))
    {
        let _ = window.dispatch_event(&event);
    }
}
