//! The page as a whole: the grid of top bar, palette, canvas, inspector and dock.

use headroom::design::Design;
use leptos::prelude::*;

use crate::canvas::Canvas;
use crate::state::App;

/// The whole page.
#[component]
pub fn Page() -> impl IntoView {
    let app = App::new(Design::default());
    provide_context(app);
    view! {
        <header class="top"></header>
        <aside class="palette" aria-label="Blocks"></aside>
        <main class="stage"><Canvas/></main>
        <aside class="inspector" aria-label="Inspector"></aside>
        <footer class="dock" aria-label="Dock"></footer>
    }
}
