//! The canvas: blocks, links, moving traffic.

use leptos::prelude::*;

/// The canvas, filling its place in the page's grid.
#[component]
pub fn Canvas() -> impl IntoView {
    view! { <div class="canvas" tabindex="0" role="application" aria-label="Canvas"></div> }
}
