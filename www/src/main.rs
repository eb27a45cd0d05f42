//! The page: Leptos components, the worker, and everything that only a browser can do. It decides nothing.
//!
//! One WASM serves page and worker: `main` runs in both, and returns early where there is no window.

#![allow(dead_code)]

mod app;
mod canvas;
mod cards;
mod effects;
mod state;

fn main() {
    if web_sys::window().is_none() {
        return;
    }
    leptos::mount::mount_to_body(app::Page);
}
