//! The canvas: groups and links below, moving traffic over them, blocks on top, all under one pan and zoom.

mod boxes;
mod card;
mod elements;
mod groups;
mod ink;
mod link;
mod minimap;
mod notes;
mod overlay;
mod pace;
mod painted;
mod picture;
pub mod traffic;

use std::time::Duration;

use headroom::design::{LinkId, NodeId};
use headroom::session::geometry::GRID;
use headroom::session::{FAR, Viewport};
use leptos::html;
use leptos::prelude::*;

use crate::app::later;
use crate::live::{each, live};
use crate::state::App;
use crate::{keys, pointer};
use boxes::Boxes;
use card::{Card, RenameField};
use elements::Elements;
use groups::Groups;
use link::{LinkLabel, LinkLine, make_room};
use minimap::Minimap;
use notes::Notes;
use overlay::{DraftLayer, FrameHint};
use pace::PaceNote;
use painted::Painted;
use traffic::{Traffic, TrafficScale};

/// Below this zoom, cards say less in larger letters.
const MIDDLE: f64 = 0.8;

/// The view stands still this long after its last change, and letters are drawn sharp again [ms].
const REST_MS: u64 = 160;
/// Elements of a large design come and go only once the zoom has stood this long: the hand may go on [ms].
const SETTLE_MS: u64 = 350;
/// Dots of the grid are this far apart as they are drawn [px]; they are then stretched to what the zoom asks for.
const DOTS: f64 = 24.0;

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
    let moving = changing(Memo::new(move |_| view.get()), REST_MS);
    let scale = Memo::new(move |_| view.with(|view| view.zoom));
    let (zooming, settling) = (changing(scale, REST_MS), changing(scale, SETTLE_MS));
    // What stands on the cards follows once the zoom stands.
    let zoom = Memo::new(move |before: Option<&f64>| match before {
        Some(before) if zooming.get() => *before,
        _ => scale.get(),
    });
    let elements = Elements::follow(app, settling);
    let label = move || {
        let count = app.cards.order.with(Vec::len);
        format!("Canvas, {count} blocks. Arrows choose and move, C connects, question mark shows all keys.")
    };
    view! {
        <div class="canvas" node_ref=root tabindex="0" role="application" aria-label=move || label()
            class:far=move || zoom.get() < FAR
            class:middle=move || zoom.get() < MIDDLE
            class:moving=moving
            class:drawing=move || app.draft.with(Option::is_some)>
            <div class="grid" style:transform=move || view.with(grid)></div>
            <div class="world" style:transform=move || view.with(transform)>
                <Groups/>
                <Notes/>
                <svg class="lines" aria-label="Links" role="group">
                    {each(move || elements.links.get(), |id| view! { <LinkLine id=LinkId(id)/> })}
                </svg>
            </div>
            {live(move || if app.complete.get() { painted(elements, moving) } else { nothing() })}
            {later(app.answered, traffic, nothing)}
            <div class="world" style:transform=move || view.with(transform)>
                <svg class="labels" aria-hidden="true">
                    {live(move || if app.answered.get() { labels(app, elements) } else { nothing() })}
                </svg>
                {each(move || elements.nodes.get(), |id| view! { <Card id=NodeId(id)/> })}
                {later(app.complete, folded, nothing)}
                {later(app.complete, drafts, nothing)}
            </div>
        </div>
        {later(app.answered, notes, nothing)}
        <Zoom/>
    }
}

fn nothing() -> AnyView {
    ().into_any()
}

/// What stands beside the links: figures, which come with the first answer.
fn labels(app: App, elements: Elements) -> AnyView {
    Effect::new(move |_| {
        app.cards.places.track();
        make_room(app);
    });
    each(move || elements.links.get(), |id| view! { <LinkLabel id=LinkId(id)/> })
}

/// What is painted of a large design.
fn painted(elements: Elements, moving: ReadSignal<bool>) -> AnyView {
    view! { <Painted elements moving/> }.into_any()
}

fn traffic() -> AnyView {
    view! { <Traffic/> }.into_any()
}

/// What stands in the place of collapsed groups.
fn folded() -> AnyView {
    view! { <Boxes/> }.into_any()
}

/// What is there only under a hand.
fn drafts() -> AnyView {
    view! { <DraftLayer/><RenameField/> }.into_any()
}

/// What stands over the canvas about the run and the view.
fn notes() -> AnyView {
    view! { <TrafficScale/><PaceNote/><Minimap/><FrameHint/> }.into_any()
}

/// True while this changes and for a moment after: the picture is then moved and stretched as it is, and drawn anew only
/// once it stands.
fn changing<T: PartialEq + Send + Sync + 'static>(value: Memo<T>, rest_ms: u64) -> ReadSignal<bool> {
    let (changing, set_changing) = signal(false);
    let steps = StoredValue::new(0_u32);
    Effect::new(move |before: Option<()>| {
        value.track();
        if before.is_none() {
            return;
        }
        steps.update_value(|steps| *steps += 1);
        let step = steps.get_value();
        set_changing.set(true);
        let rest = move || {
            if steps.get_value() == step {
                set_changing.set(false);
            }
        };
        set_timeout(rest, Duration::from_millis(rest_ms));
    });
    changing
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

/// Dots on every second grid line, on every fourth from farther away, and so on.
fn grid(view: &Viewport) -> String {
    let mut apart = f64::from(GRID) * 2.0 * view.zoom;
    while apart < 2.0 / 3.0 * DOTS {
        apart *= 2.0;
    }
    let [x, y] = view.to_screen([0.0, 0.0]).map(|at| at.rem_euclid(apart) - apart);
    format!("translate({x:.2}px,{y:.2}px) scale({:.4})", apart / DOTS)
}
