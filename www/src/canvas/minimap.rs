//! The small map, while not all of the design is in view: all blocks as dots in the colors of their states, and what is in
//! view; a press goes there.

use headroom::design::NodeId;
use headroom::session::collapse::apparent;
use headroom::session::geometry::{self, CARD, Rect};
use leptos::ev::PointerEvent;
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::Element;

use super::boxes::places;
use crate::live::{CollectAny, each, some};
use crate::state::App;

/// Room around the design on the map [canvas units].
const ROOM: f64 = 120.0;
/// The map, in a corner of the canvas.
#[component]
pub fn Minimap() -> impl IntoView {
    let app = App::get();
    let bounds = Memo::new(move |_| {
        app.cards.moves.track();
        app.design.track();
        app.session.with_value(|session| geometry::bounds(&apparent(session.design()).nodes))
    });
    let shown = Memo::new(move |_| {
        let wanted = app.settings.with(|settings| settings.minimap);
        let seen = app.viewport.with(|view| view.visible());
        bounds.get().is_some_and(|all| wanted && !(seen.contains(all.min) && seen.contains(all.max)))
    });
    some(move || shown.get().then(|| view! { <Map bounds/> }))
}

#[component]
fn Map(bounds: Memo<Option<Rect>>) -> impl IntoView {
    let app = App::get();
    let bounds = Memo::new(move |_| bounds.get().unwrap_or(Rect { min: [0.0; 2], max: CARD }).grown(ROOM));
    let frame = move || {
        let (rect, [width, height]) = (bounds.get(), bounds.with(Rect::size));
        format!("{} {} {width} {height}", rect.min[0], rect.min[1])
    };
    let blocks = move || app.cards.order.with(|all| all.iter().map(|id| id.0).collect());
    let boxes = places(app);
    let seen = move |axis: usize| move || app.viewport.with(|view| view.visible().min[axis].to_string());
    let size = move |axis: usize| move || app.viewport.with(|view| view.visible().size()[axis].to_string());
    let go = move |event: PointerEvent| {
        if event.buttons() & 1 == 0 {
            return;
        }
        event.stop_propagation();
        if let Some(at) = place(&event, &bounds.get_untracked()) {
            app.ask(|session| session.center_on(at));
        }
    };
    let take = move |event: PointerEvent| {
        if let Some(map) = event.current_target().and_then(|map| map.dyn_into::<Element>().ok()) {
            let _ = map.set_pointer_capture(event.pointer_id());
        }
        go(event);
    };
    view! {
        <svg class="minimap" viewBox=frame role="img" aria-label="Map of the design; a press moves the view there"
            on:pointerdown=take on:pointermove=go>
            {each(blocks, |id| view! { <Dot id=NodeId(id)/> })}
            {move || boxes.get().values().map(folded).collect_any()}
            <rect class="view" x=seen(0) y=seen(1) width=size(0) height=size(1)/>
        </svg>
    }
}

/// A collapsed group on the map.
fn folded([x, y]: &[i32; 2]) -> impl IntoView + use<> {
    let place = format!("translate({x} {y})");
    view! { <rect transform=place width=CARD[0].to_string() height=CARD[1].to_string() rx="16"/> }
}

#[component]
fn Dot(id: NodeId) -> impl IntoView {
    App::get().cards.node(id).map(|card| {
        let (at, figures, selected) = (card.at, card.figures, card.selected);
        let place = move || at.with(|[x, y]| format!("translate({x} {y})"));
        view! {
            <rect transform=place width=CARD[0].to_string() height=CARD[1].to_string() rx="16"
                data-state=move || figures.with(|figures| figures.state.name()) class:selected=move || selected.get()/>
        }
    })
}

/// The point of the canvas under the pointer; the map is as large as fits, in the middle of its box.
fn place(event: &PointerEvent, bounds: &Rect) -> Option<[f64; 2]> {
    let map = event.current_target()?.dyn_into::<Element>().ok()?.get_bounding_client_rect();
    let [width, height] = bounds.size();
    let scale = (map.width() / width).min(map.height() / height);
    let on =
        |pointer: f64, start: f64, room: f64, middle: f64| (pointer - start - room / 2.0) / scale + middle;
    let [x, y] = bounds.center();
    Some([
        on(f64::from(event.client_x()), map.left(), map.width(), x),
        on(f64::from(event.client_y()), map.top(), map.height(), y),
    ])
}
