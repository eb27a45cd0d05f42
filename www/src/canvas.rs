//! The canvas: groups and links below, moving traffic over them, blocks on top, all under one pan and zoom.

mod card;
mod groups;
mod link;
mod minimap;
mod notes;
mod overlay;
mod pace;
pub mod traffic;

use std::time::Duration;

use headroom::design::{LinkId, NodeId};
use headroom::session::Viewport;
use headroom::session::geometry::GRID;
use leptos::html;
use leptos::prelude::*;

use crate::app::later;
use crate::live::each;
use crate::state::App;
use crate::{keys, pointer};
use card::{Card, RenameField};
use groups::Groups;
use link::{LinkLabel, LinkLine};
use minimap::Minimap;
use notes::Notes;
use overlay::DraftLayer;
use pace::PaceNote;
use traffic::{Traffic, TrafficScale};

/// Below this zoom, labels are too small to read and go.
const FAR: f64 = 0.48;
/// Below this zoom, cards say less in larger letters.
const MIDDLE: f64 = 0.8;

/// Letters are drawn sharp again this long after the last step of a zoom [ms].
const SHARPEN_MS: u64 = 160;

/// The canvas, filling its place in the page's grid.
#[component]
pub fn Canvas() -> impl IntoView {
    let app = App::get();
    let root = NodeRef::<html::Div>::new();
    Effect::new(move |_| {
        if app.complete.get() {
            pointer::listen(app, root);
            keys::listen(app);
        }
    });
    let view = app.viewport;
    let zooming = zooming(app);
    let links = move || app.cards.link_order.with(|all| all.iter().map(|id| id.0).collect());
    let blocks = move || app.cards.order.with(|all| all.iter().map(|id| id.0).collect());
    let label = move || {
        let count = app.cards.order.with(Vec::len);
        format!("Canvas, {count} blocks. Arrows choose and move, C connects, question mark shows all keys.")
    };
    view! {
        <div class="canvas" node_ref=root tabindex="0" role="application" aria-label=move || label()
            class:far=move || view.with(|view| view.zoom < FAR)
            class:middle=move || view.with(|view| view.zoom < MIDDLE)
            class:zooming=zooming
            class:drawing=move || app.draft.with(Option::is_some)
            style:background-size=move || view.with(grid_size)
            style:background-position=move || view.with(grid_position)>
            <div class="world" style:transform=move || view.with(transform)>
                <Groups/>
                <Notes/>
                <svg class="lines" aria-label="Links" role="group">
                    {each(links, |id| view! { <LinkLine id=LinkId(id)/> })}
                </svg>
            </div>
            {later(app, || view! { <Traffic/> }.into_any(), nothing)}
            <div class="world" style:transform=move || view.with(transform)>
                <svg class="labels" aria-hidden="true">
                    {later(app, labels, nothing)}
                </svg>
                {each(blocks, |id| view! { <Card id=NodeId(id)/> })}
                {later(app, drafts, nothing)}
            </div>
        </div>
        {later(app, notes, nothing)}
        <Zoom/>
    }
}

fn nothing() -> AnyView {
    ().into_any()
}

/// What stands beside the links: figures, which come with the first answer.
fn labels() -> AnyView {
    let cards = App::get().cards;
    let links = move || cards.link_order.with(|all| all.iter().map(|id| id.0).collect());
    each(links, |id| view! { <LinkLabel id=LinkId(id)/> })
}

/// What is there only under a hand.
fn drafts() -> AnyView {
    view! { <DraftLayer/><RenameField/> }.into_any()
}

/// What stands over the canvas about the run and the view.
fn notes() -> AnyView {
    view! { <TrafficScale/><PaceNote/><Minimap/> }.into_any()
}

/// True while the zoom changes: the picture is then stretched as it is, and drawn anew only once it stands.
fn zooming(app: App) -> ReadSignal<bool> {
    let (zooming, set_zooming) = signal(false);
    let steps = StoredValue::new(0_u32);
    let zoom = Memo::new(move |_| app.viewport.with(|view| view.zoom));
    Effect::new(move |before: Option<()>| {
        zoom.track();
        if before.is_none() {
            return;
        }
        steps.update_value(|steps| *steps += 1);
        let step = steps.get_value();
        set_zooming.set(true);
        let sharpen = move || {
            if steps.get_value() == step {
                set_zooming.set(false);
            }
        };
        set_timeout(sharpen, Duration::from_millis(SHARPEN_MS));
    });
    zooming
}

/// Buttons for those who have no wheel.
#[component]
fn Zoom() -> impl IntoView {
    let app = App::get();
    let percent = move || app.viewport.with(|view| format!("{:.0} %", view.zoom * 100.0));
    view! {
        <div class="zoom" role="group" aria-label="Zoom">
            <button type="button" aria-label="Zoom out" on:click=move |_| app.command("view.zoom-out")>"−"</button>
            <button type="button" class="percent" title="Zoom to 100 % (Mod+0)"
                on:click=move |_| app.command("view.zoom-reset")>{move || percent()}</button>
            <button type="button" aria-label="Zoom in" on:click=move |_| app.command("view.zoom-in")>"+"</button>
            <button type="button" title="Fit the design (Shift+1)" on:click=move |_| app.command("view.fit")>"Fit"</button>
        </div>
    }
}

fn transform(view: &Viewport) -> String {
    let [x, y] = view.to_screen([0.0, 0.0]);
    format!("translate({x:.2}px,{y:.2}px) scale({:.4})", view.zoom)
}

/// Dots on every second grid line, on fewer when far away.
fn dots_apart(view: &Viewport) -> f64 {
    let mut apart = f64::from(GRID) * 2.0 * view.zoom;
    while apart < 16.0 {
        apart *= 2.0;
    }
    apart
}

fn grid_size(view: &Viewport) -> String {
    let apart = dots_apart(view);
    format!("{apart:.3}px {apart:.3}px")
}

fn grid_position(view: &Viewport) -> String {
    // The picture of a dot is in the middle of its tile.
    let (apart, [x, y]) = (dots_apart(view), view.to_screen([0.0, 0.0]));
    format!("{:.2}px {:.2}px", x.rem_euclid(apart) - apart / 2.0, y.rem_euclid(apart) - apart / 2.0)
}
